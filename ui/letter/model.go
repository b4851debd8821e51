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
	// CheckPrint judges a document by Digipost's rules for print. nil judges none.
	CheckPrint func(ctx context.Context, path string) (document.Report, error)
	// Shield finds birth numbers in a document that are not the recipient's, who may
	// have none. ForeignAllowed keeps in the audit that somebody let such a letter go.
	// Both are there, or both are nil: then nobody looks.
	Shield         func(ctx context.Context, path, recipient string) ([]document.Foreign, error)
	ForeignAllowed func(ctx context.Context, jobID string) error
	// LookUp asks Digipost for people and organisations by a piece of a name, ten at
	// most. nil does not offer it.
	LookUp func(ctx context.Context, text string) ([]post.Hit, error)
	// ReturnAddress is the one used last, or empty; SetReturnAddress remembers it. nil
	// remembers none.
	ReturnAddress    func(ctx context.Context) (post.PostalAddress, error)
	SetReturnAddress func(ctx context.Context, address post.PostalAddress) error
	// Features asks Digipost what the sender's agreement holds. nil offers everything;
	// what cannot be had is then refused later.
	Features func(ctx context.Context) (post.Proof, error)
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

// mostHits is how many people of the register a search shows: so few that what Digipost
// found is seen below them.
const mostHits = 4

// model is the letter as it is being made, without its widgets.
type model struct {
	// person is the one from the register, hit the one from Digipost, or nil; to is
	// whom the letter goes to, and zero while nobody is chosen.
	person *post.Recipient
	hit    *post.Hit
	to     job.Addressee

	search    string
	byAddress bool
	address   form

	files   []file
	subject string
	choices choices
}

// file is a document that was added; the first is the letter itself.
type file struct {
	path  string
	facts document.Facts
	// report is the judgement for print, nil while there is none; checking is true
	// while it is being made.
	report   *document.Report
	checking bool
}

// form is a name and address as typed.
type form struct{ name, line1, line2, postcode, town string }

func newModel() model { return model{choices: newChoices()} }

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
	m.person, m.hit, m.to = &person, nil, job.Addressee{}
	if target, ok := person.Target(false); ok {
		m.to = job.Addressee{CustomerID: person.CustomerID, Name: person.Name(), To: target}
	}
}

// unpick forgets whom the letter goes to.
func (m *model) unpick() { m.person, m.hit, m.to = nil, nil, job.Addressee{} }

// add takes a document; a file that is there already is not taken twice.
func (m *model) add(f file) (problem string, err error) {
	if slices.ContainsFunc(m.files, func(o file) bool { return o.path == f.path }) {
		return "letter.twice", nil
	}
	if len(m.files) > job.MaxAttachments {
		return "", post.NewFault(post.CodeTooManyAttachments, nil, "count", itoa(len(m.files)), "limit", itoa(job.MaxAttachments))
	}
	if m.size()+f.facts.Size > document.MaxSize {
		return "letter.too_large", nil
	}
	m.files = append(m.files, f)
	return "", nil
}

// remove takes a document away; the next one moves up.
func (m *model) remove(index int) { m.files = slices.Delete(m.files, index, index+1) }

// move puts a document before or after its neighbour; the first is the letter itself.
func (m *model) move(index, by int) {
	if to := index + by; to >= 0 && to < len(m.files) {
		m.files[index], m.files[to] = m.files[to], m.files[index]
	}
}

// pages is how many all documents have together.
func (m *model) pages() int {
	total := 0
	for _, f := range m.files {
		total += f.facts.Pages
	}
	return total
}

// mostPaperPages is how many pages Digipost prints without asking (digipost.no, about
// print).
const mostPaperPages = 20

// locked reports whether a document limits what may be done with it, so that it cannot
// be printed.
func (m *model) locked() bool {
	return slices.ContainsFunc(m.files, func(f file) bool { return f.facts.Encrypted })
}

// size is that of all documents together, in bytes.
func (m *model) size() int64 {
	total := int64(0)
	for _, f := range m.files {
		total += f.facts.Size
	}
	return total
}

// check reads the letter: its options, and what is to be mended before it can be
// looked over. proof is nil while it is not known what the agreement holds.
func (m *model) check(now time.Time, proof *post.Proof) (post.Options, []wrong) {
	r := reading{now: now, to: m.to.To, proof: proof}
	if !m.chosen() {
		r.refuse("", "letter.to", "letter.missing.to")
	}
	if len(m.files) == 0 {
		r.refuse("", "letter.file", "letter.missing.file")
	}
	switch judged := parts.JudgeSubject(m.subject, job.MaxSubject, now); {
	case judged.Count == 0:
		r.refuse("", "letter.subject", "letter.missing.subject")
	case judged.TooLong:
		r.refuse("", "letter.subject", "letter.subject.too_long", "limit", itoa(job.MaxSubject))
	case judged.BirthNumber:
		r.refuse("", "letter.subject", "letter.subject.birth_number")
	}
	options := r.options(m.choices)
	if options.Paper != nil {
		for _, f := range m.unprintable() {
			r.refuse(sectionPaper, "letter.print", "letter.wrong.print", "file", f.facts.Name)
		}
	}
	return options, r.wrong
}

// wish is the letter as it stands.
func (m *model) wish(sender post.Sender, options post.Options) job.Wish {
	subject := strings.TrimSpace(m.subject)
	wish := job.Wish{Kind: post.KindLetter, Sender: sender, Name: cmp.Or(subject, m.to.Name), Subject: subject, Options: options,
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
	// draft is nil where a document is not fit for it, as looked says.
	draft      *job.Draft
	looked     looked
	coolingOff time.Duration
	// forgotten is why the return address could not be remembered for the next letter.
	// The letter itself is not touched by it.
	forgotten error
}

// readPlan freezes the letter. Nothing is stored but the return address.
func readPlan(ctx context.Context, ports Ports, m model, options post.Options) (plan, error) {
	sender, err := ports.Sender(ctx)
	if err != nil {
		return plan{}, err
	}
	made := plan{}
	if made.looked, err = lookInto(ctx, ports, m, options.Paper != nil); err != nil || !made.looked.printable() {
		return made, err
	}
	if made.draft, err = ports.Jobs.Prepare(ctx, m.wish(sender, options)); err != nil {
		return plan{}, err
	}
	if options.Paper != nil && ports.SetReturnAddress != nil {
		made.forgotten = ports.SetReturnAddress(ctx, options.Paper.Return)
	}
	made.coolingOff, err = ports.CoolingOff(ctx, post.KindLetter)
	return made, err
}

// send stores the letter and starts its clock. One that could not be approved is
// taken back, so that nothing waits that nobody knows of.
func send(ctx context.Context, ports Ports, p plan) (post.Job, error) {
	kept, err := ports.Jobs.Keep(ctx, p.draft)
	if err != nil {
		return post.Job{}, err
	}
	if len(p.looked.foreign) > 0 {
		err = ports.ForeignAllowed(ctx, kept.ID)
	}
	var approved post.Job
	if err == nil {
		approved, err = ports.Jobs.Approve(ctx, kept.ID, p.draft.Job.Fingerprint, p.draft.Sendable(), p.coolingOff)
	}
	if err != nil {
		_, _ = ports.Jobs.Stop(context.WithoutCancel(ctx), kept.ID) // the first fault is the one to tell
		return post.Job{}, err
	}
	return approved, nil
}
