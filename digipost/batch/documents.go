package batch

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Document is a file that letters refer to (dokument in masseutsendelse.xsd): one
// of them however many letters it goes to.
type Document struct {
	// ID is unique in the job, named settings included: a letter or _, then
	// letters, digits, _ . and -, at most 100 of a to z and A to Z. So a bare
	// number or uuid is none.
	ID string
	// File is the document's name in the archive: letters of a to å, digits, - and
	// _, with / between folders and one dot before the ending. WriteMailingArchive
	// does not look at it: it gives names of its own.
	File string
	// Content is what WriteMailingArchive packs; WriteMailing does not look at it.
	Content  Content
	Settings DocumentSettings
	// Invoice makes the document one that is paid (xsi:type faktura).
	Invoice *Invoice
}

// Content is a file as it was approved.
type Content struct {
	// Ending is the file's ending without the dot, for example pdf.
	Ending string
	// Size in bytes and SHA256 are the approved ones: another content is not
	// packed.
	Size   int64
	SHA256 [32]byte
	// Open gives the content from its beginning. It is opened once, or twice when
	// the file is large.
	Open func() (io.ReadCloser, error)
}

// Invoice is what a recipient needs to pay (faktura).
type Invoice struct {
	// KID is the payment reference, with a right check digit; empty when there is
	// none, which Digipost takes from senders that were allowed to.
	KID string
	// Amount is in øre.
	Amount int64
	// Account is the payee's, eleven digits; dots and blanks are left out.
	Account string
	// Due is a date; its time of day is not looked at.
	Due time.Time
}

// DocumentError says which document can't be written or packed, and why. The
// values themselves are left out.
type DocumentError struct {
	// Index counts the documents of the job from 1.
	Index int
	// Field is the element's name in the schema, for example fil or
	// innstillinger/emne.
	Field string
	// Problem is a short English text without the value.
	Problem string
	// Err is the cause when there is one, for example that a file can't be read.
	Err error
}

func (e *DocumentError) Error() string {
	text := fmt.Sprintf("batch document %d: %s %s", e.Index, e.Field, e.Problem)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *DocumentError) Unwrap() error { return e.Err }

var (
	// idForm is the part of xsd:ID whose meaning nobody can doubt.
	idForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,99}$`)
	// fileForm is the schema's pattern with plain digits and without the folder
	// that it lets a name end in.
	fileForm = regexp.MustCompile(`^[a-zA-Z0-9_æøåÆØÅ-]+(/[a-zA-Z0-9_æøåÆØÅ-]+)*\.[a-zA-Z0-9]+$`)
	// kidForm and accountForm are the schema's.
	kidForm     = regexp.MustCompile(`^[0-9]{2,24}[0-9-]$`)
	accountForm = regexp.MustCompile(`^[0-9]{11}$`)
	accountSkip = strings.NewReplacer(".", "", " ", "", "\u00A0", "")
)

const (
	idRule = "must begin with a letter or _ and have at most 100 of A-Z, a-z, 0-9, _, . and -"
	// maxFile bounds a name in the archive, in bytes.
	maxFile = 200
	// maxAmount is the largest of fifteen digits, in øre.
	maxAmount = 999_999_999_999_999
)

// check gives the first field that does not fit, or two empty texts.
func (x *Document) check() (field, problem string) {
	switch {
	case !idForm.MatchString(x.ID):
		return "id", idRule
	case len(x.File) > maxFile || !fileForm.MatchString(x.File):
		return "fil", "is no name that is allowed in the archive"
	}
	if field, problem := x.Settings.cleaned().check(); field != "" {
		return "innstillinger/" + field, problem
	}
	if x.Invoice != nil {
		return x.Invoice.check()
	}
	return "", ""
}

func (i *Invoice) check() (field, problem string) {
	account := accountSkip.Replace(i.Account)
	switch {
	case i.KID != "" && !kidForm.MatchString(i.KID):
		return "kid", "must have 3 to 25 digits, or - as the last"
	case i.KID != "" && !rightKID(i.KID):
		return "kid", "has a wrong check digit"
	case i.Amount <= 0 || i.Amount > maxAmount:
		return "beloep", "must be above 0 and have at most 15 digits"
	case !accountForm.MatchString(account):
		return "kontonummer", "must have eleven digits"
	case !rightAccount(account):
		return "kontonummer", "has a wrong check digit"
	case !writableTime(i.Due):
		return "forfallsdato", "is missing or no date of these days"
	}
	return "", ""
}

// rightAccount checks an account's last digit: modulus 11 with the weights 5 4 3
// 2 7 6 5 4 3 2.
func rightAccount(account string) bool {
	sum := 0
	for i, weight := range [...]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1} {
		sum += weight * int(account[i]-'0')
	}
	return sum%11 == 0
}

// rightKID checks a payment reference's last sign. Which of the two methods a
// payee uses stands in its agreement with the bank, so either will do.
func rightKID(kid string) bool {
	var ten, eleven int
	for i := range len(kid) - 1 {
		digit := int(kid[len(kid)-2-i] - '0')
		eleven += digit * (2 + i%6)
		if i%2 == 0 {
			digit *= 2
		}
		ten += digit/10 + digit%10
	}
	last := kid[len(kid)-1]
	if last == '-' {
		return eleven%11 == 1
	}
	digit := int(last - '0')
	return (ten+digit)%10 == 0 || (eleven+digit)%11 == 0
}

// write puts the document into the list.
func (x *Document) write(d *document) {
	d.begin("dokument")
	if x.Invoice != nil {
		d.attribute("xsi:type", "faktura")
	}
	d.inside()
	d.leaf("id", x.ID)
	d.leaf("fil", x.File)
	if settings := x.Settings.cleaned(); x.Settings.Extends != "" || !settings.empty() {
		d.begin("innstillinger")
		if x.Settings.Extends != "" {
			d.attribute("extends", x.Settings.Extends)
		}
		settings.write(d, "innstillinger")
	}
	if i := x.Invoice; i != nil {
		d.optional("kid", i.KID)
		d.leaf("beloep", strconv.FormatInt(i.Amount/100, 10)+"."+fmt.Sprintf("%02d", i.Amount%100))
		d.leaf("kontonummer", accountSkip.Replace(i.Account))
		d.leaf("forfallsdato", i.Due.Format(time.DateOnly))
	}
	d.close("dokument")
}
