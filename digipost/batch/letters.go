package batch

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Letter is a main document with attachments for one recipient (brev in
// masseutsendelse.xsd; with Print brev-med-print in print.xsd).
type Letter struct {
	// ID is the sender's name for the letter, given back in the receipt (brev-id);
	// may be empty, at most 100 characters, unique in the job.
	ID        string
	Recipient Recipient
	// NoticeEmail and NoticeMobile are where the recipient is told of the letter
	// (varslingsadresser); for public senders only.
	NoticeEmail, NoticeMobile string
	Main                      Enclosure
	// Attachments are at most 99.
	Attachments []Enclosure
	// Print is how the letter goes on paper when Digipost finds no account; nil
	// for never.
	Print *PrintDetails
}

// Enclosure is a document in a letter (dokument-til-mottaker).
type Enclosure struct {
	// UUID is unique for the sender for ever: lower case, 8-4-4-4-12. The receipt
	// names a letter by that of its main document.
	UUID string
	// DocumentID is the ID of a Document of the job (refid).
	DocumentID string
	Settings   Settings
}

// LetterError says which letter can't be written, and why. The values themselves
// are left out: they are personal.
type LetterError struct {
	// Index counts the letters of the job from 1.
	Index int
	// Field leads to the element or attribute, for example mottaker/kunde-id,
	// vedlegg[3]/@refid or fysisk-print/norsk-returadresse/postnummer.
	Field string
	// Problem is a short English text without the value.
	Problem string
}

func (e *LetterError) Error() string {
	return fmt.Sprintf("batch letter %d: %s %s", e.Index, e.Field, e.Problem)
}

// MaxAttachments is how many attachments a letter may have.
const MaxAttachments = 99

// maxLetterID and maxNotice bound what the schema does not, in characters.
const (
	maxLetterID = 100
	maxNotice   = 200
)

// isUUID reports whether a text is a uuid as the schema wants it.
func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		b := text[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (b == '-') || !dash && !('0' <= b && b <= '9' || 'a' <= b && b <= 'f') {
			return false
		}
	}
	return true
}

// letters writes the letters of one job and holds each against the documents
// and against the letters before it.
type letters struct {
	doc        *document
	names      *names
	recipients *recipients
	uuids, ids idSet
	count      int
}

// write adds one letter. Nothing is written of one that is refused.
func (w *letters) write(l *Letter) error {
	if field, problem := w.check(l); field != "" {
		return &LetterError{Index: w.count + 1, Field: field, Problem: problem}
	}
	w.count++
	l.write(w.doc)
	return w.doc.err
}

func (w *letters) check(l *Letter) (field, problem string) {
	if l.ID != clean(l.ID) || utf8.RuneCountInString(l.ID) > maxLetterID {
		return "@id", fmt.Sprintf("must be one line of at most %d characters", maxLetterID)
	}
	if l.ID != "" && !w.ids.add(l.ID) {
		return "@id", "comes twice in the job"
	}
	if field, problem := w.recipients.take(&l.Recipient); field != "" {
		return "mottaker/" + field, problem
	}
	l.NoticeEmail, l.NoticeMobile = clean(l.NoticeEmail), clean(l.NoticeMobile)
	switch {
	case utf8.RuneCountInString(l.NoticeEmail) > maxNotice || l.NoticeEmail != "" && !strings.Contains(l.NoticeEmail, "@"):
		return "varslingsadresser/epostadresse", "is no e-mail address"
	case utf8.RuneCountInString(l.NoticeMobile) > maxNotice:
		return "varslingsadresser/mobilnummer", "is no number of a mobile phone"
	case len(l.Attachments) > MaxAttachments:
		return "vedlegg", fmt.Sprintf("are more than %d", MaxAttachments)
	}
	if field, problem := w.enclosure(&l.Main, l.Print != nil); field != "" {
		return "hoveddokument/" + field, problem
	}
	for i := range l.Attachments {
		if field, problem := w.enclosure(&l.Attachments[i], l.Print != nil); field != "" {
			return "vedlegg[" + strconv.Itoa(i+1) + "]/" + field, problem
		}
	}
	if l.Print != nil {
		l.Print = l.Print.cleaned()
		if field, problem := l.Print.check(); field != "" {
			return "fysisk-print/" + field, problem
		}
	}
	return "", ""
}

func (w *letters) enclosure(e *Enclosure, onPaper bool) (field, problem string) {
	switch {
	case !isUUID(e.UUID):
		return "@uuid", "is no uuid of lower-case letters"
	case !w.uuids.add(e.UUID):
		return "@uuid", "comes twice in the job"
	case e.DocumentID == "":
		return "@refid", "is missing"
	case w.names.settings.has(e.DocumentID):
		return "@refid", "leads to settings instead of a document"
	case !w.names.documents.has(e.DocumentID):
		return "@refid", "leads to no document of the job"
	case onPaper && w.names.notPDF.has(e.DocumentID):
		return "@refid", "leads to a document that can't be printed: it is no PDF"
	case e.Settings.empty():
		return "", ""
	}
	if field, problem := e.Settings.cleaned().check(); field != "" {
		return "innstillinger/" + field, problem
	}
	return "", ""
}

func (l *Letter) write(d *document) {
	d.begin("brev")
	if l.Print != nil {
		d.attribute("xsi:type", "brev-med-print")
	}
	if l.ID != "" {
		d.attribute("id", l.ID)
	}
	d.inside()
	l.Recipient.write(d)
	if l.NoticeEmail != "" || l.NoticeMobile != "" {
		d.open("varslingsadresser")
		d.optional("epostadresse", l.NoticeEmail)
		d.optional("mobilnummer", l.NoticeMobile)
		d.close("varslingsadresser")
	}
	l.Main.write(d, "hoveddokument")
	for i := range l.Attachments {
		l.Attachments[i].write(d, "vedlegg")
	}
	if l.Print != nil {
		l.Print.write(d)
	}
	d.close("brev")
}

func (e *Enclosure) write(d *document, element string) {
	d.begin(element)
	d.attribute("uuid", e.UUID)
	d.attribute("refid", e.DocumentID)
	settings := e.Settings.cleaned()
	if settings.empty() {
		d.empty()
		return
	}
	d.inside()
	d.begin("innstillinger")
	settings.write(d, "innstillinger")
	d.close(element)
}
