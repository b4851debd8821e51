package parts

import (
	"path/filepath"
	"strconv"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// What is said of a certificate and of the place keys are kept in, the same in
// sign-up and settings.

const (
	// RenewBefore is from when a certificate that runs out is worth a word, in
	// days.
	RenewBefore = 30
	// RenewSoon is from when it hurries, in days.
	RenewSoon = 7
	// shortestPhrase is how many characters the pass phrase of a file has at least:
	// whoever copies the file can try as long as they like.
	shortestPhrase = 10
	// KeyringPatience is how long the keyring may take before it is said that it is
	// waited for: it asks the person in a window of its own.
	KeyringPatience = 2 * time.Second
)

// DaysLeft is how many whole days there are until then; negative when it is
// past.
func DaysLeft(until, now time.Time) int {
	days := int(until.Sub(now).Hours() / 24)
	if until.Before(now) {
		return min(days-1, -1)
	}
	return days
}

// OrganisationName is an organisation number with the name that a certificate has
// for it; the number alone where it has none.
func OrganisationName(facts post.CertificateFacts, number string) string {
	if number == "" || facts.Organisation == "" || facts.OrganisationNumber != number {
		return number
	}
	return facts.Organisation + " (" + number + ")"
}

// Remark is something to know about a certificate.
type Remark struct {
	Tone Tone
	Text string
}

// CertificateRemarks says whose a certificate is where it is not the
// organisation's, and that it ends soon or has ended. The organisation number may
// be empty.
func CertificateRemarks(words *look.Words, facts post.CertificateFacts, organisation string, now time.Time) []Remark {
	var remarks []Remark
	if owner := facts.OrganisationNumber; owner != "" && organisation != "" && owner != organisation {
		remarks = append(remarks, Remark{ToneCare, words.Get("keys.other", "name", facts.Organisation, "owner", owner, "organisation", organisation)})
	}
	if facts.NotAfter.IsZero() {
		return remarks
	}
	date, left := words.Date(facts.NotAfter), DaysLeft(facts.NotAfter, now)
	switch {
	case left < 0:
		remarks = append(remarks, Remark{ToneStop, words.Get("keys.over", "date", date)})
	case left < 1:
		remarks = append(remarks, Remark{ToneStop, words.Get("keys.today", "date", date)})
	case left <= RenewSoon:
		remarks = append(remarks, Remark{ToneStop, words.Count("keys.soon", left, "date", date)})
	case left <= RenewBefore:
		remarks = append(remarks, Remark{ToneCare, words.Count("keys.left", left, "date", date)})
	}
	return remarks
}

// CertificateNotes shows the remarks below each other.
func CertificateNotes(env *Env, id string, facts post.CertificateFacts, organisation string, width float32) []fyne.CanvasObject {
	var notes []fyne.CanvasObject
	for i, remark := range CertificateRemarks(env.Words, facts, organisation, env.Now()) {
		notes = append(notes, WithID(id+"."+strconv.Itoa(i), Note(remark.Tone, remark.Text, width)))
	}
	return notes
}

// Leftover asks whether the file that keys came in is to be deleted. Ids are
// id.delete and id.keep.
func Leftover(env *Env, id, path string, width float32, remove, keep func()) fyne.CanvasObject {
	text := width - 2*look.Group
	return WithID(id, Card(Stack(look.Near,
		look.Strong(env.T("keys.leftover")).Wrap(text),
		look.QuietText(env.T("keys.leftover.text", "file", filepath.Base(path))).Wrap(text),
		Inset(0, look.Near, 0, 0, Row(12,
			StopButton(id+".delete", env.T("keys.leftover.delete"), remove).Icon(look.IconTrash).Careful(),
			Quiet(id+".keep", env.T("keys.leftover.keep"), keep))))))
}

// KeyringWait says that the keyring is waited for, and how to answer it. Its
// button has the id.
func KeyringWait(env *Env, id string, width float32, cancel func()) fyne.CanvasObject {
	text := width - 2*look.Group - 32
	return Card(RowTop(12, Stack(0, look.NewIcon(look.IconKey, look.Care)), Stack(look.Near,
		look.Strong(env.T("keys.waiting")).Wrap(text), look.QuietText(env.T("keys.waiting.text")).Wrap(text),
		Left(Quiet(id, env.T("button.cancel"), cancel)))))
}

// NoKeyring reports whether an error says that keys can't be kept in the
// machine's keyring, so that a file is the way on.
func NoKeyring(err error) bool {
	switch post.CodeOf(err) {
	case post.CodeKeyringMissing, post.CodeKeyringFailed, post.CodeSecretsPassphrase:
		return true
	}
	return false
}

// SecretsFile says what is with the keyring, and offers an encrypted file in its
// place, whose pass phrase is typed twice, or asks for the pass phrase of the one
// that is there. Ids are id.phrase, id.again and id.use.
func SecretsFile(env *Env, id string, trouble error, width float32, use func(passphrase string)) fyne.CanvasObject {
	text := width - 2*look.Group
	what, _ := Explain(env.Words, post.CodeOf(trouble), nil)
	title, about, help, button, least := "keys.file", "keys.file.text", env.T("keys.file.phrase.help"), "keys.file.use", shortestPhrase
	opens := post.CodeOf(trouble) == post.CodeSecretsPassphrase // it was chosen when the file was made
	if opens {
		title, about, help, button, least = "keys.open", "keys.open.text", "", "keys.open.use", 1
	}
	field, again := PasswordField(id+".phrase", env.T("keys.file.phrase"), help, 320), PasswordField(id+".again", env.T("keys.file.again"), "", 320)
	take := func() {
		field.SetError("")
		again.SetError("")
		switch n := utf8.RuneCountInString(field.Entry.Text); {
		case n == 0:
			field.SetError(env.T("keys.open.none"))
		case n < least:
			field.SetError(env.T("keys.file.short", "count", strconv.Itoa(least)))
		case !opens && again.Entry.Text != field.Entry.Text:
			again.SetError(env.T("keys.file.differ"))
		default:
			use(field.Entry.Text)
		}
	}
	field.Entry.OnSubmitted = func(string) { take() }
	again.Entry.OnSubmitted = field.Entry.OnSubmitted
	rows := []fyne.CanvasObject{Stack(look.Near, look.Strong(env.T(title)).Wrap(text), look.QuietText(env.T(about)).Wrap(text)), field.Object}
	if !opens {
		rows = append(rows, again.Object)
	}
	rows = append(rows, Left(Quiet(id+".use", env.T(button), take).Icon(look.IconKey)))
	lines := []fyne.CanvasObject{Card(Stack(look.Apart, rows...))}
	if !opens || post.FaultOf(trouble).Err != nil { // nobody has typed anything wrong before it was asked for
		lines = append([]fyne.CanvasObject{Note(ToneCare, what, width)}, lines...)
	}
	return WithID(id, Stack(look.Apart, lines...))
}
