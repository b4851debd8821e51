package digipost

import (
	"fmt"
	"net/url"
	"time"
)

// How a letter is printed; an empty one leaves Digipost's default, which is the
// first of each.
const (
	PrintMonochrome = "MONOCHROME"
	PrintColors     = "COLORS"

	// NondeliverableReturn sends an undeliverable letter to the return address.
	NondeliverableReturn = "RETURN_TO_SENDER"
	// NondeliverableShred destroys an undeliverable letter.
	NondeliverableShred = "SHRED"
)

// PrintDetails is all that paper needs. A letter with them must be PDF.
type PrintDetails struct {
	Recipient     PrintRecipient `xml:"recipient"`
	ReturnAddress PrintRecipient `xml:"return-address"`
	// Color is PrintMonochrome or PrintColors.
	Color string `xml:"color,omitempty"`
	// NondeliverableHandling is NondeliverableReturn or NondeliverableShred.
	NondeliverableHandling string             `xml:"nondeliverable-handling,omitempty"`
	Instructions           *PrintInstructions `xml:"print-instructions"`
}

// PrintRecipient is a name and address on an envelope. Exactly one of the
// addresses is filled.
type PrintRecipient struct {
	Name      string            `xml:"name"`
	Norwegian *NorwegianAddress `xml:"norwegian-address"`
	Foreign   *ForeignAddress   `xml:"foreign-address"`
}

// NorwegianAddress is an address in Norway.
type NorwegianAddress struct {
	Line1    string `xml:"addressline1,omitempty"`
	Line2    string `xml:"addressline2,omitempty"`
	Line3    string `xml:"addressline3,omitempty"`
	Postcode string `xml:"zip-code"`
	City     string `xml:"city"`
}

// ForeignAddress is an address elsewhere. Exactly one of Country and
// CountryCode is filled.
type ForeignAddress struct {
	Line1 string `xml:"addressline1"`
	Line2 string `xml:"addressline2,omitempty"`
	Line3 string `xml:"addressline3,omitempty"`
	Line4 string `xml:"addressline4,omitempty"`
	// Country is its name in Norwegian or English.
	Country string `xml:"country,omitempty"`
	// CountryCode is ISO 3166-1 alpha-2, in upper case.
	CountryCode string `xml:"country-code,omitempty"`
}

// PrintInstructions are agreed on with Digipost; there is at least one.
type PrintInstructions struct {
	List []PrintInstruction `xml:"print-instruction"`
}

// PrintInstruction is one key and value for the print service.
type PrintInstruction struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// PrintIfUnread prints a letter that is still unopened at a time.
type PrintIfUnread struct {
	After        time.Time    `xml:"print-if-unread-after"`
	PrintDetails PrintDetails `xml:"print-details"`
}

func (c *checker) printDetails(p *PrintDetails) {
	c.within("recipient", func() { c.printRecipient(&p.Recipient) })
	c.within("return-address", func() { c.printRecipient(&p.ReturnAddress) })
	c.oneOf("color", p.Color, PrintMonochrome, PrintColors)
	c.oneOf("nondeliverable-handling", p.NondeliverableHandling, NondeliverableReturn, NondeliverableShred)
	if p.Instructions != nil {
		c.within("print-instructions", func() { c.printInstructions(p.Instructions.List) })
	}
}

func (c *checker) printInstructions(list []PrintInstruction) {
	if len(list) == 0 || len(list) > maxInstructions {
		c.wrong("print-instruction", fmt.Sprintf("must be 1 to %d", maxInstructions))
	}
	for _, instruction := range list {
		c.text("key", instruction.Key, true, maxFree)
		c.text("value", instruction.Value, false, maxFree)
	}
}

func (c *checker) printRecipient(r *PrintRecipient) {
	c.text("name", r.Name, true, maxName)
	if (r.Norwegian == nil) == (r.Foreign == nil) {
		c.wrong("address", "must be either a norwegian-address or a foreign-address")
	}
	if n := r.Norwegian; n != nil {
		c.text("addressline1", n.Line1, false, maxLine)
		c.text("addressline2", n.Line2, false, maxLine)
		c.text("addressline3", n.Line3, false, maxLine)
		c.text("zip-code", n.Postcode, true, maxPostcode)
		c.text("city", n.City, true, maxCity)
	}
	if f := r.Foreign; f != nil {
		c.text("addressline1", f.Line1, true, maxLine)
		c.text("addressline2", f.Line2, false, maxLine)
		c.text("addressline3", f.Line3, false, maxLine)
		c.text("addressline4", f.Line4, false, maxLine)
		if (f.Country == "") == (f.CountryCode == "") {
			c.wrong("country", "must be given either by name or by code")
		}
		c.text("country", f.Country, false, maxCountry)
		if f.CountryCode != "" {
			c.match("country-code", f.CountryCode, countryPattern, "must be two capital letters")
		}
	}
}

func (c *checker) printIfUnread(p *PrintIfUnread, to *Recipient) {
	if to.direct() {
		c.wrong("print-if-unread-after", "has no meaning for a letter straight to print")
	}
	c.at("print-if-unread-after", p.After)
	c.within("print-details", func() { c.printDetails(&p.PrintDetails) })
}

// direct reports whether the letter goes straight to print, because nobody is
// identified.
func (r *Recipient) direct() bool {
	return r.PersonalIdentificationNumber == "" && r.OrganisationNumber == "" && r.DigipostAddress == "" &&
		r.BankAccountNumber == "" && r.EmailDetails == nil && r.PeppolAddresses == nil && r.NameAndAddress == nil
}

// webAddress checks a link that a recipient may open.
func (c *checker) webAddress(field, value string) {
	c.text(field, value, true, maxURL)
	if u, err := url.Parse(value); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		c.wrong(field, "must be a web address")
	}
}
