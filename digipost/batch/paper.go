package batch

import (
	"fmt"
	"regexp"
	"unicode/utf8"
)

// PrintDetails is what a letter on paper needs (fysisk-print-info in print.xsd).
type PrintDetails struct {
	To PrintAddress
	// Post is PriorityPost, EconomyPost or empty, which means economy.
	Post string
	// Return is where the letter comes back to when it can't be delivered.
	Return PrintAddress
}

// The kinds of post (posttype).
const (
	PriorityPost = "A"
	EconomyPost  = "B"
)

// PrintAddress is a name and address as they show in the envelope's window. One
// of Norwegian and Foreign is given.
type PrintAddress struct {
	// Name has at most 130 characters.
	Name      string
	Norwegian *NorwegianAddress
	Foreign   *ForeignAddress
}

// NorwegianAddress is an address in Norway. Lines have at most 100 characters
// and may be empty, Town has at most 80.
type NorwegianAddress struct {
	Line1, Line2 string
	// Postcode has four digits.
	Postcode, Town string
}

// ForeignAddress is an address abroad. Lines have at most 100 characters; all but
// the first may be empty.
type ForeignAddress struct {
	Line1, Line2, Line3, Line4 string
	// One of Country, a Norwegian or English name of at most 80 characters, and
	// CountryCode, two letters of ISO 3166-1, is given.
	Country, CountryCode string
}

const (
	maxPrintName = 130
	maxLine      = 100
	maxTown      = 80
)

var (
	postcodeForm = regexp.MustCompile(`^[0-9]{4}$`)
	countryForm  = regexp.MustCompile(`^[A-Z]{2}$`)
)

// cleaned gives a copy with each text in one clean line.
func (p *PrintDetails) cleaned() *PrintDetails {
	return &PrintDetails{To: p.To.cleaned(), Post: p.Post, Return: p.Return.cleaned()}
}

func (a PrintAddress) cleaned() PrintAddress {
	a.Name = clean(a.Name)
	if n := a.Norwegian; n != nil {
		a.Norwegian = &NorwegianAddress{clean(n.Line1), clean(n.Line2), clean(n.Postcode), clean(n.Town)}
	}
	if f := a.Foreign; f != nil {
		a.Foreign = &ForeignAddress{clean(f.Line1), clean(f.Line2), clean(f.Line3), clean(f.Line4), clean(f.Country), clean(f.CountryCode)}
	}
	return a
}

// check gives the first field that does not fit, or two empty texts.
func (p *PrintDetails) check() (field, problem string) {
	if field, problem = p.To.check("postmottaker", "mottakeradresse"); field != "" {
		return field, problem
	}
	if !oneOf(p.Post, PriorityPost, EconomyPost) {
		return "posttype", "must be A or B"
	}
	return p.Return.check("retur-postmottaker", "returadresse")
}

func (a *PrintAddress) check(name, address string) (field, problem string) {
	if problem := text(a.Name, maxPrintName, true); problem != "" {
		return name, problem
	}
	switch {
	case a.Norwegian == nil && a.Foreign == nil:
		return "norsk-" + address, "is missing"
	case a.Norwegian != nil && a.Foreign != nil:
		return "norsk-" + address, "comes together with a foreign address"
	case a.Norwegian != nil:
		field, problem = a.Norwegian.check()
		address = "norsk-" + address
	default:
		field, problem = a.Foreign.check()
		address = "utenlandsk-" + address
	}
	if field == "" {
		return "", ""
	}
	return address + "/" + field, problem
}

// text says what is wrong with a text of limited length, or nothing.
func text(value string, most int, needed bool) (problem string) {
	switch {
	case needed && value == "":
		return "is missing"
	case utf8.RuneCountInString(value) > most:
		return fmt.Sprintf("is longer than %d characters", most)
	}
	return ""
}

func (a *NorwegianAddress) check() (field, problem string) {
	if problem := text(a.Line1, maxLine, false); problem != "" {
		return "adresselinje1", problem
	}
	if problem := text(a.Line2, maxLine, false); problem != "" {
		return "adresselinje2", problem
	}
	if !postcodeForm.MatchString(a.Postcode) {
		return "postnummer", "must have four digits"
	}
	if problem := text(a.Town, maxTown, true); problem != "" {
		return "poststed", problem
	}
	return "", ""
}

func (a *ForeignAddress) check() (field, problem string) {
	for i, line := range [...]string{a.Line1, a.Line2, a.Line3, a.Line4} {
		if problem := text(line, maxLine, i == 0); problem != "" {
			return fmt.Sprintf("adresselinje%d", i+1), problem
		}
	}
	switch {
	case a.Country != "" && a.CountryCode != "":
		return "land", "comes together with a code"
	case a.CountryCode != "" && !countryForm.MatchString(a.CountryCode):
		return "land-kode", "must be two capital letters"
	case a.CountryCode != "":
		return "", ""
	}
	if problem := text(a.Country, maxTown, true); problem != "" {
		return "land", problem
	}
	return "", ""
}

func (p *PrintDetails) write(d *document) {
	d.open("fysisk-print")
	p.To.write(d, "postmottaker", "mottakeradresse")
	d.optional("posttype", p.Post)
	p.Return.write(d, "retur-postmottaker", "returadresse")
	d.close("fysisk-print")
}

func (a *PrintAddress) write(d *document, name, address string) {
	d.leaf(name, a.Name)
	if n := a.Norwegian; n != nil {
		address = "norsk-" + address
		d.open(address)
		d.optional("adresselinje1", n.Line1)
		d.optional("adresselinje2", n.Line2)
		d.leaf("postnummer", n.Postcode)
		d.leaf("poststed", n.Town)
		d.close(address)
		return
	}
	f := a.Foreign
	address = "utenlandsk-" + address
	d.open(address)
	d.leaf("adresselinje1", f.Line1)
	d.optional("adresselinje2", f.Line2)
	d.optional("adresselinje3", f.Line3)
	d.optional("adresselinje4", f.Line4)
	d.optional("land", f.Country)
	d.optional("land-kode", f.CountryCode)
	d.close(address)
}
