package batch

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Recipient is one person or organisation in a job (mottaker in
// digipost-common.xsd). One of the four numbers and addresses identifies it;
// when all four are empty, name and postal address do, helped by BirthDate,
// Phone and Email. The guide: those help only when the birth date comes together
// with a phone number or an e-mail address.
type Recipient struct {
	// CustomerID is the sender's id of the recipient (kunde-id), given back in
	// the receipt: 1 to 100 of A-Z, a-z, 0-9, _ . : -, unique in the job.
	CustomerID string

	// BirthNumber is a fødselsnummer or D-number, eleven digits.
	BirthNumber string
	// OrganisationNumber has nine digits.
	OrganisationNumber string
	DigipostAddress    string
	// PersonAlias is what an earlier split gave for a person without an account.
	PersonAlias string

	// FirstName, MiddleName and LastName go before the full names when both first
	// and last name are known (navn-format3 and navn-format2).
	FirstName, MiddleName, LastName string
	// FullName has the first name first; LastNameFirst, the last name first, is
	// for when that is all there is (navn-format1).
	FullName, LastNameFirst string

	// Line1 is the street with its number (adresse-format1).
	Line1, Line2 string
	// StreetName to Entrance are the address in its parts (adresse1 to adresse4
	// of adresse-format2), instead of Line1 and Line2. StreetName is also that of
	// a place, or "Postboks" with its number and place; abroad the first two are
	// the first two lines.
	StreetName, HouseNumber, HouseLetter, Entrance string
	// Postcode, Town and Country belong to both formats. Country is empty for
	// Norway.
	Postcode, Town, Country string

	// BirthDate is ddMMyy.
	BirthDate, Phone, Email string
}

// RecipientError says which recipient can't be written, and why. The values
// themselves are left out: they are personal.
type RecipientError struct {
	// Index counts the recipients of the job from 1.
	Index int
	// Field is the element's name in the schema, for example kunde-id.
	Field string
	// Problem is a short English text without the value.
	Problem string
}

func (e *RecipientError) Error() string {
	return fmt.Sprintf("batch recipient %d: %s %s", e.Index, e.Field, e.Problem)
}

var (
	birthNumberForm  = regexp.MustCompile(`^[0-9]{11}$`)
	organisationForm = regexp.MustCompile(`^[0-9]{9}$`)
	birthDateForm    = regexp.MustCompile(`^(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}$`)
)

// recipients writes the recipients of one job and sees to it that no kunde-id
// comes twice. What it keeps for that is the only memory that grows with the
// job.
type recipients struct {
	doc   *document
	seen  idSet
	count int
}

func newRecipients(doc *document) *recipients {
	return &recipients{doc: doc, seen: newIDSet()}
}

// write adds one recipient. Nothing is written of one that is refused.
func (w *recipients) write(r Recipient) error {
	if field, problem := w.take(&r); field != "" {
		return &RecipientError{Index: w.count + 1, Field: field, Problem: problem}
	}
	w.count++
	r.write(w.doc)
	return w.doc.err
}

// take cleans and checks a recipient, also against those before it.
func (w *recipients) take(r *Recipient) (field, problem string) {
	r.clean()
	if field, problem = r.check(); field != "" {
		return field, problem
	}
	if !w.seen.add(r.CustomerID) {
		return "kunde-id", "comes twice in the job"
	}
	return "", ""
}

func (r *Recipient) write(d *document) {
	d.open("mottaker")
	d.leaf("kunde-id", r.CustomerID)
	r.writeIdentity(d)
	d.close("mottaker")
}

// clean brings every text into one clean line. kunde-id is left as it is: it
// must match byte for byte when it comes back.
func (r *Recipient) clean() {
	for _, text := range [...]*string{
		&r.BirthNumber, &r.OrganisationNumber, &r.DigipostAddress, &r.PersonAlias,
		&r.FirstName, &r.MiddleName, &r.LastName, &r.FullName, &r.LastNameFirst,
		&r.Line1, &r.Line2, &r.StreetName, &r.HouseNumber, &r.HouseLetter, &r.Entrance,
		&r.Postcode, &r.Town, &r.Country, &r.BirthDate, &r.Phone, &r.Email,
	} {
		*text = clean(*text)
	}
	if r.Line1 == "" {
		r.Line1, r.Line2 = r.Line2, ""
	}
}

// isCustomerID reports whether a kunde-id is 1 to 100 of A-Z, a-z, 0-9, _ . : -
func isCustomerID(id string) bool {
	for i := range len(id) {
		b := id[i]
		if !('a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_' || b == '.' || b == ':' || b == '-') {
			return false
		}
	}
	return 1 <= len(id) && len(id) <= 100
}

// check gives the first field that does not fit and what is wrong with it, or
// two empty texts. Check digits are the caller's business.
func (r *Recipient) check() (field, problem string) {
	if !isCustomerID(r.CustomerID) {
		return "kunde-id", "must be 1 to 100 of A-Z, a-z, 0-9, _, ., : and -"
	}
	given := 0
	for _, value := range [...]string{r.BirthNumber, r.OrganisationNumber, r.DigipostAddress, r.PersonAlias} {
		if value != "" {
			given++
		}
	}
	switch {
	case given > 1:
		return "mottaker", "is identified in more than one way"
	case given == 0:
		return r.checkNameAndAddress()
	case r.BirthNumber != "" && !birthNumberForm.MatchString(r.BirthNumber):
		return "foedselsnummer", "must have eleven digits"
	case r.OrganisationNumber != "" && !organisationForm.MatchString(r.OrganisationNumber):
		return "organisasjonsnummer", "must have nine digits"
	case strings.ContainsFunc(r.DigipostAddress, unicode.IsSpace):
		return "digipostadresse", "has a blank inside"
	case strings.ContainsFunc(r.PersonAlias, unicode.IsSpace):
		return "person-alias", "has a blank inside"
	}
	return "", ""
}

func (r *Recipient) checkNameAndAddress() (field, problem string) {
	switch {
	case r.FirstName == "" && r.MiddleName == "" && r.LastName == "" && r.FullName == "" && r.LastNameFirst == "":
		return "mottaker", "has neither a number, an address at Digipost nor a name"
	case r.Line1 != "" && r.inParts():
		return "adresse", "is given in two formats"
	case r.StreetName == "" && r.inParts():
		return "adresse1", "is missing"
	case r.Line1 == "" && r.StreetName == "":
		return "adresselinje1", "is missing"
	case r.Postcode == "":
		return "postnummer", "is missing"
	case r.Town == "":
		return "poststed", "is missing"
	case r.BirthDate != "" && !birthDateForm.MatchString(r.BirthDate):
		return "foedselsdato", "must be ddMMyy"
	}
	return "", ""
}

// inParts reports whether the address is given in its parts.
func (r *Recipient) inParts() bool {
	return r.StreetName != "" || r.HouseNumber != "" || r.HouseLetter != "" || r.Entrance != ""
}

// fullName is the whole name, also when only a part of it is known.
func (r *Recipient) fullName() string {
	if r.FullName != "" {
		return r.FullName
	}
	if r.LastNameFirst != "" {
		return r.LastNameFirst
	}
	return clean(r.FirstName + " " + r.MiddleName + " " + r.LastName)
}

// writeIdentity writes what stands after kunde-id.
func (r *Recipient) writeIdentity(d *document) {
	switch {
	case r.BirthNumber != "":
		d.leaf("foedselsnummer", r.BirthNumber)
	case r.DigipostAddress != "":
		d.leaf("digipostadresse", r.DigipostAddress)
	case r.PersonAlias != "":
		d.leaf("person-alias", r.PersonAlias)
	case r.OrganisationNumber != "":
		d.leaf("organisasjonsnummer", r.OrganisationNumber)
	default:
		r.writeName(d)
		r.writeAddress(d)
		d.optional("foedselsdato", r.BirthDate)
		d.optional("telefonnummer", r.Phone)
		d.optional("epostadresse", r.Email)
	}
}

// writeName takes the most exact of the schema's three formats.
func (r *Recipient) writeName(d *document) {
	d.open("navn")
	switch {
	case r.FirstName != "" && r.LastName != "" && r.MiddleName != "":
		d.open("navn-format3")
		d.leaf("fornavn", r.FirstName)
		d.leaf("mellomnavn", r.MiddleName)
		d.leaf("etternavn", r.LastName)
		d.close("navn-format3")
	case r.FirstName != "" && r.LastName != "":
		d.open("navn-format2")
		d.leaf("fornavn", r.FirstName)
		d.leaf("etternavn", r.LastName)
		d.close("navn-format2")
	case r.FullName == "" && r.LastNameFirst != "":
		d.open("navn-format1")
		d.leaf("fullt-navn-etternavn-foerst", r.LastNameFirst)
		d.close("navn-format1")
	default:
		d.open("navn-format1")
		d.leaf("fullt-navn-fornavn-foerst", r.fullName())
		d.close("navn-format1")
	}
	d.close("navn")
}

func (r *Recipient) writeAddress(d *document) {
	format := "adresse-format1"
	if r.StreetName != "" {
		format = "adresse-format2"
	}
	d.open("adresse")
	d.open(format)
	if r.StreetName != "" {
		d.leaf("adresse1", r.StreetName)
		d.optional("adresse2", r.HouseNumber)
		d.optional("adresse3", r.HouseLetter)
		d.optional("adresse4", r.Entrance)
	} else {
		d.leaf("adresselinje1", r.Line1)
		d.optional("adresselinje2", r.Line2)
	}
	d.leaf("postnummer", r.Postcode)
	d.leaf("poststed", r.Town)
	d.optional("land", r.Country)
	d.close(format)
	d.close("adresse")
}
