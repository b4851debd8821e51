// Package letter sends one letter to one recipient: who, what, a look at it, and
// the approval. Following it is the business of the jobs screen.
package letter

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"io"
	"slices"
	"strings"
	"time"

	"brevdue/app/document"
	"brevdue/app/job"
	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/parts"
)

// Ports are what the screen needs.
type Ports struct {
	Register Register
	Jobs     Jobs
	Sender   func(ctx context.Context) (post.Sender, error)
	// CoolingOff is the time between approval and sending.
	CoolingOff func(ctx context.Context, kind post.JobKind) (time.Duration, error)
	// AllowSynthetic lets made-up numbers in: everywhere but in production.
	AllowSynthetic bool
	// Preview draws a page, counted from 1, and says how many there are. nil shows no
	// pictures.
	Preview func(ctx context.Context, path string, page int) (image.Image, int, error)
}

// Register is what the screen needs of the register; *register.Register has it.
type Register interface {
	List(ctx context.Context, query post.RecipientQuery) (post.RecipientPage, error)
	Person(ctx context.Context, customerID string) (post.Recipient, error)
}

// Jobs plans and approves; *job.Engine has it.
type Jobs interface {
	Prepare(ctx context.Context, wish job.Wish) (*job.Draft, error)
	Keep(ctx context.Context, draft *job.Draft) (post.Job, error)
	Approve(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration) (post.Job, error)
	Stop(ctx context.Context, id string) (post.Job, error)
}

// mostHits is how many people a search shows.
const mostHits = 5

// model is the letter as it is being made, without its widgets.
type model struct {
	// person is the one from the register, or nil; to is whom the letter goes to, and
	// zero while nobody is chosen.
	person *post.Recipient
	to     job.Addressee

	search    string
	byAddress bool
	address   form

	files   []file
	subject string
	options post.Options
}

// file is a document that was added; the first is the letter itself.
type file struct {
	path  string
	facts document.Facts
}

// form is a name and address as typed.
type form struct{ name, line1, line2, postcode, town string }

func newModel() model { return model{options: post.Options{Auth: post.AuthPassword}} }

// chosen reports whether it is known whom the letter goes to.
func (m *model) chosen() bool { return m.to.To.Kind != "" }

// candidate is what a typed text is taken for. Problem is a key of words where it
// looks like a number that cannot be right.
type candidate struct {
	to      job.Addressee
	problem string
}

// recognise tells a number or Digipost address from a name.
func recognise(text string, allowSynthetic bool, today time.Time) candidate {
	text = strings.TrimSpace(text)
	digits := number.Clean(text)
	switch {
	case strings.Contains(text, "#") && !strings.ContainsAny(text, " \t") && len(text) > 2:
		return candidate{to: job.Addressee{Name: text, To: post.Target{Kind: post.ByDigipostAddress, Value: text}}}
	case !onlyDigits(digits):
		return candidate{}
	case len(digits) == 11:
		checked := number.BirthNumber(digits, number.RuleOn(today))
		if !checked.Valid {
			return candidate{problem: "number." + checked.Reason}
		}
		if checked.Synthetic() && !allowSynthetic {
			return candidate{problem: "letter.to.synthetic"}
		}
		return candidate{to: job.Addressee{Name: number.Mask(checked.Number), To: post.Target{Kind: post.ByBirthNumber, Value: checked.Number}}}
	case len(digits) == 9:
		checked := number.OrganisationNumber(digits)
		if !checked.Valid {
			return candidate{problem: "number." + checked.Reason}
		}
		return candidate{to: job.Addressee{Name: checked.Number, To: post.Target{Kind: post.ByOrganisation, Value: checked.Number}}}
	case len(digits) > 11:
		return candidate{problem: "number." + number.ReasonLength}
	}
	return candidate{}
}

func onlyDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// addressee makes the recipient of a filled in form; problem is a key of words.
func (f form) addressee() (to job.Addressee, problem string) {
	for _, part := range []*string{&f.name, &f.line1, &f.line2, &f.postcode, &f.town} {
		*part = strings.TrimSpace(*part)
	}
	if f.name == "" || f.line1 == "" || f.postcode == "" || f.town == "" {
		return to, "letter.address.missing"
	}
	if len(f.postcode) != 4 || !onlyDigits(f.postcode) {
		return to, "letter.address.postcode"
	}
	return job.Addressee{Name: f.name, To: post.Target{Kind: post.ByNameAndAddress, FullName: f.name,
		Address: post.Address{Line1: f.line1, Line2: f.line2, Postcode: f.postcode, Town: f.town}}}, ""
}

// pick takes somebody from the register. Without a way to be found there, nobody
// is chosen, and the person is shown with the reason.
func (m *model) pick(person post.Recipient) {
	m.person, m.to = &person, job.Addressee{}
	if target, ok := person.Target(false); ok {
		m.to = job.Addressee{CustomerID: person.CustomerID, Name: person.Name(), To: target}
	}
}

// unpick forgets whom the letter goes to.
func (m *model) unpick() { m.person, m.to = nil, job.Addressee{} }

// add takes a document; a file that is there already is not taken twice.
func (m *model) add(f file) (problem string, err error) {
	if slices.ContainsFunc(m.files, func(o file) bool { return o.path == f.path }) {
		return "letter.twice", nil
	}
	if len(m.files) > job.MaxAttachments {
		return "", post.NewFault(post.CodeTooManyAttachments, nil, "count", itoa(len(m.files)), "limit", itoa(job.MaxAttachments))
	}
	m.files = append(m.files, f)
	return "", nil
}

// remove takes a document away; the next one moves up.
func (m *model) remove(index int) { m.files = slices.Delete(m.files, index, index+1) }

// size is that of all documents together, in bytes.
func (m *model) size() int64 {
	total := int64(0)
	for _, f := range m.files {
		total += f.facts.Size
	}
	return total
}

// missing is what is still needed, as the ends of keys letter.missing.
func (m *model) missing(today time.Time) []string {
	var missing []string
	if !m.chosen() {
		missing = append(missing, "to")
	}
	if len(m.files) == 0 {
		missing = append(missing, "file")
	}
	if parts.JudgeSubject(m.subject, job.MaxSubject, today).Refused() {
		missing = append(missing, "subject")
	}
	return missing
}

// wish is the letter as it stands.
func (m *model) wish(sender post.Sender) job.Wish {
	subject := strings.TrimSpace(m.subject)
	wish := job.Wish{Kind: post.KindLetter, Sender: sender, Name: cmp.Or(subject, m.to.Name), Subject: subject, Options: m.options,
		To: []job.Addressee{m.to}}
	for _, f := range m.files {
		wish.Files = append(wish.Files, job.File{Name: f.facts.Name, FileType: f.facts.FileType, Pages: f.facts.Pages,
			Open: func(context.Context) (io.ReadCloser, error) {
				data, err := document.Load(f.path)
				if err != nil {
					return nil, err
				}
				return io.NopCloser(bytes.NewReader(data)), nil
			}})
	}
	return wish
}

// plan is a frozen letter and how long it will cool off.
type plan struct {
	draft      *job.Draft
	coolingOff time.Duration
}

// readPlan freezes the letter. Nothing is stored.
func readPlan(ctx context.Context, ports Ports, m model) (plan, error) {
	sender, err := ports.Sender(ctx)
	if err != nil {
		return plan{}, err
	}
	draft, err := ports.Jobs.Prepare(ctx, m.wish(sender))
	if err != nil {
		return plan{}, err
	}
	coolingOff, err := ports.CoolingOff(ctx, post.KindLetter)
	return plan{draft, coolingOff}, err
}

// send stores the letter and starts its clock. One that could not be approved is
// taken back, so that nothing waits that nobody knows of.
func send(ctx context.Context, ports Ports, p plan) (post.Job, error) {
	kept, err := ports.Jobs.Keep(ctx, p.draft)
	if err != nil {
		return post.Job{}, err
	}
	approved, err := ports.Jobs.Approve(ctx, kept.ID, p.draft.Job.Fingerprint, p.draft.Sendable(), p.coolingOff)
	if err != nil {
		_, _ = ports.Jobs.Stop(context.WithoutCancel(ctx), kept.ID) // the first fault is the one to tell
		return post.Job{}, err
	}
	return approved, nil
}
