package batch

import (
	"crypto/sha256"
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

	// FirstName, MiddleName and LastName go before FullName when both first and
	// last name are known. FullName has the first name first.
	FirstName, MiddleName, LastName, FullName string

	// Line1 is the street with its number. Country is empty for Norway.
	Line1, Line2, Postcode, Town, Country string

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
	customerIDForm   = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,100}$`)
	birthNumberForm  = regexp.MustCompile(`^[0-9]{11}$`)
	organisationForm = regexp.MustCompile(`^[0-9]{9}$`)
	birthDateForm    = regexp.MustCompile(`^(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}$`)
)

// recipients writes the recipients of one job and sees to it that no kunde-id
// comes twice. For that it keeps 16 bytes of a hash for each recipient, some 5
// MB for 100,000: the only memory that grows with the job.
type recipients struct {
	doc   *document
	seen  map[[16]byte]struct{}
	count int
}

func newRecipients(doc *document) *recipients {
	return &recipients{doc: doc, seen: make(map[[16]byte]struct{})}
}

// write adds one recipient. Nothing is written of one that is refused.
func (w *recipients) write(r Recipient) error {
	r = r.cleaned()
	field, problem := r.check()
	if field == "" {
		sum := sha256.Sum256([]byte(r.CustomerID))
		key := [16]byte(sum[:16])
		if _, twice := w.seen[key]; twice {
			field, problem = "kunde-id", "comes twice in the job"
		}
		w.seen[key] = struct{}{}
	}
	if field != "" {
		return &RecipientError{Index: w.count + 1, Field: field, Problem: problem}
	}
	w.count++
	w.doc.open("mottaker")
	w.doc.leaf("kunde-id", r.CustomerID)
	r.writeIdentity(w.doc)
	w.doc.close("mottaker")
	return w.doc.err
}

// cleaned gives the recipient with every text in one clean line. kunde-id is
// left as it is: it must match byte for byte when it comes back.
func (r Recipient) cleaned() Recipient {
	for _, text := range []*string{
		&r.BirthNumber, &r.OrganisationNumber, &r.DigipostAddress, &r.PersonAlias,
		&r.FirstName, &r.MiddleName, &r.LastName, &r.FullName,
		&r.Line1, &r.Line2, &r.Postcode, &r.Town, &r.Country,
		&r.BirthDate, &r.Phone, &r.Email,
	} {
		*text = clean(*text)
	}
	if r.Line1 == "" {
		r.Line1, r.Line2 = r.Line2, ""
	}
	return r
}

// check gives the first field that does not fit and what is wrong with it, or
// two empty texts. Check digits are the caller's business.
func (r Recipient) check() (field, problem string) {
	if !customerIDForm.MatchString(r.CustomerID) {
		return "kunde-id", "must be 1 to 100 of A-Z, a-z, 0-9, _, ., : and -"
	}
	given := 0
	for _, value := range []string{r.BirthNumber, r.OrganisationNumber, r.DigipostAddress, r.PersonAlias} {
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

func (r Recipient) checkNameAndAddress() (field, problem string) {
	switch {
	case r.fullName() == "":
		return "mottaker", "has neither a number, an address at Digipost nor a name"
	case r.Line1 == "":
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

// fullName is the whole name with the first name first, also when only a part
// of it is known.
func (r Recipient) fullName() string {
	if r.FullName != "" {
		return r.FullName
	}
	return clean(r.FirstName + " " + r.MiddleName + " " + r.LastName)
}

// writeIdentity writes what stands after kunde-id.
func (r Recipient) writeIdentity(d *document) {
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
func (r Recipient) writeName(d *document) {
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
	default:
		d.open("navn-format1")
		d.leaf("fullt-navn-fornavn-foerst", r.fullName())
		d.close("navn-format1")
	}
	d.close("navn")
}

func (r Recipient) writeAddress(d *document) {
	d.open("adresse")
	d.open("adresse-format1")
	d.leaf("adresselinje1", r.Line1)
	d.optional("adresselinje2", r.Line2)
	d.leaf("postnummer", r.Postcode)
	d.leaf("poststed", r.Town)
	d.optional("land", r.Country)
	d.close("adresse-format1")
	d.close("adresse")
}
