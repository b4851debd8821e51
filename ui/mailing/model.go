// Package mailing sends one document to many people: who gets it, what they get,
// what will happen, and the approval. Following it is the business of the jobs
// screen.
package mailing

import (
	"cmp"
	"context"
	"image"
	"slices"
	"time"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/post"
)

// Ports are what the wizard needs.
type Ports struct {
	Stories  Stories
	Jobs     Jobs
	Register Register
	Sender   func(ctx context.Context) (post.Sender, error)
	// CoolingOff is the time between approval and sending.
	CoolingOff func(ctx context.Context, kind post.JobKind) (time.Duration, error)
	// List gives the list that was imported last while the program ran, or nil. It
	// may be nil itself.
	List func() (path string, list *intake.Result)
	// Features asks Digipost what the sender's agreement holds. nil offers paper,
	// and sends letter by letter.
	Features func(ctx context.Context) (post.Proof, error)
	// HasSFTPKey says whether there is a key for sending everything in one file. nil
	// is no key.
	HasSFTPKey func(ctx context.Context) (bool, error)
	// ReturnAddress is the one used last, or empty; SetReturnAddress remembers it. nil
	// remembers none.
	ReturnAddress    func(ctx context.Context) (post.PostalAddress, error)
	SetReturnAddress func(ctx context.Context, address post.PostalAddress) error
	// NotReached gives the letters of a finished mailing that did not reach anybody,
	// each with its reason. nil leaves the work list out.
	NotReached func(ctx context.Context, jobID string) ([]flow.Unreached, error)
	// SaveForPostage writes those people with their addresses into a workbook, and
	// beside it one PDF of their letters, for letters that the sender posts. nil does
	// not offer it.
	SaveForPostage func(ctx context.Context, jobID, out string) (flow.Postage, error)
	// CheckPrint judges a document by Digipost's rules for print. nil judges none.
	CheckPrint func(ctx context.Context, path string) (document.Report, error)
	// Shield finds birth numbers in a document that are not the recipient's, who may
	// have none. nil looks for none.
	Shield func(ctx context.Context, path, recipient string) ([]document.Foreign, error)
	// ForeignAllowed keeps in the audit how many letters of a mailing were let go
	// although they hold somebody else's birth number, by reason. nil keeps nothing.
	ForeignAllowed func(ctx context.Context, jobID string, reasons map[string]int) error
	// Preview draws a page, counted from 1, and says how many there are. nil shows no
	// pages.
	Preview func(ctx context.Context, path string, page int) (image.Image, int, error)
	// Prices is the person's own price table as it was written, by key, and when each
	// value was changed. nil reckons no cost.
	Prices func(ctx context.Context) (values map[string]string, changed map[string]time.Time, err error)
	// WriteJobFile writes the file that a draft of the batch interface would be sent
	// as; a file that is there already is a fault file_exists. nil does not offer it.
	WriteJobFile func(ctx context.Context, draft *job.Draft, out string) error
	// TrialTo is where trial letters went last, as KIND:VALUE, or ""; SetTrialTo
	// remembers it. nil remembers it while the program runs.
	TrialTo    func(ctx context.Context) (string, error)
	SetTrialTo func(ctx context.Context, to string) error
}

// Stories gives the people; *flow.Stories has it.
type Stories interface {
	MailingTo(ctx context.Context, group string, way flow.Way) (flow.People, error)
	MailingToList(ctx context.Context, path string, list *intake.Result, way flow.Way) (flow.People, error)
	OwnDocuments(ctx context.Context, people flow.People, dir string, rule flow.DocumentRule, progress func(done, total int)) (flow.OwnDocuments, error)
}

// Jobs plans and approves; *job.Engine has it.
type Jobs interface {
	Prepare(ctx context.Context, wish job.Wish) (*job.Draft, error)
	Keep(ctx context.Context, draft *job.Draft) (post.Job, error)
	Approve(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration) (post.Job, error)
	ApproveAt(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration, at time.Time) (post.Job, error)
	Trials(ctx context.Context, draft *job.Draft, to post.Target, n int) ([]*job.Draft, error)
	SentBefore(ctx context.Context, documentSHA256 string, customerIDs []string) (map[string]string, error)
	Stop(ctx context.Context, id string) (post.Job, error)
	Job(ctx context.Context, id string) (post.Job, error)
	Jobs(ctx context.Context, query post.JobQuery) ([]post.Job, error)
	Items(ctx context.Context, id string, query post.ItemQuery) ([]post.Item, error)
}

// Register is what the wizard needs of the register; *register.Register has it.
type Register interface {
	List(ctx context.Context, query post.RecipientQuery) (post.RecipientPage, error)
	Overview(ctx context.Context) (post.RegisterOverview, error)
	Groups(ctx context.Context) ([]string, error)
}

// step is where a person is in the wizard.
type step int

const (
	stepPeople step = iota
	stepPattern
	stepDocument
	stepOptions
	stepPaper
	stepReview
	stepApprove
)

// origin is where the recipients come from.
type origin string

const (
	fromRegister origin = "register"
	fromGroup    origin = "group"
	fromList     origin = "list"
	// fromRest are those an earlier mailing did not reach.
	fromRest origin = "rest"
)

// typedFrom is from how many letters on their number is typed to approve.
const typedFrom = 21

// model is the wizard's state without its widgets.
type model struct {
	step step
	// now is when the page was last built: how fresh a split is depends on it.
	now time.Time
	// basis is what the choices are made of.
	basis basis
	from  origin
	group string
	// people are those of the choice by what is known of them, whatever the way the
	// mailing goes; counted is false while they are counted.
	people  flow.People
	counted bool
	// rest is the mailing whose unreached people these are; nil for others.
	rest *post.Job

	// answers are those to the two questions; pattern is what the person chose
	// instead of the advice, or "".
	answers job.Answers
	pattern post.Pattern
	// via is the way out that the person chose instead of the rule, or "".
	via post.Via

	path  string
	facts document.Facts
	// report is the judgement on the document for print, nil while there is none.
	report *document.Report
	// own is the wish for a document for each; attachments go to all.
	own         own
	attachments []shared
	subject     string
	// leave are those who got the document before and shall not get it again, by
	// customer id; again is true where they shall.
	leave map[string]bool
	again bool
	// start is when the letters go.
	start   start
	options post.Options
	choices choices

	plan plan
}

// basis is what is there to choose from.
type basis struct {
	overview post.RegisterOverview
	groups   []string
	sender   post.Sender
	// hasKey says whether there is a key for sending everything in one file.
	hasKey bool
	// missed is the newest mailing that did not reach everybody, or nil.
	missed *post.Job
}

func newModel() model {
	return model{from: fromRegister, answers: job.Answers{Often: job.Sometimes}, options: post.Options{Auth: post.AuthPassword}, choices: newChoices()}
}

// readBasis reads what is there to choose from.
func readBasis(ctx context.Context, ports Ports) (basis, error) {
	var b basis
	var err error
	if b.overview, err = ports.Register.Overview(ctx); err != nil {
		return b, err
	}
	if b.groups, err = ports.Register.Groups(ctx); err != nil {
		return b, err
	}
	if b.sender, err = ports.Sender(ctx); err != nil {
		return b, err
	}
	if ports.HasSFTPKey != nil {
		if b.hasKey, err = ports.HasSFTPKey(ctx); err != nil {
			return b, err
		}
	}
	b.missed, err = lastMissed(ctx, ports)
	return b, err
}

// readPeople gives those of a choice for a way the mailing goes.
func readPeople(ctx context.Context, ports Ports, from origin, group string, way flow.Way) (flow.People, error) {
	switch from {
	case fromList:
		path, list := ports.List()
		return ports.Stories.MailingToList(ctx, path, list, way)
	case fromGroup:
		return ports.Stories.MailingTo(ctx, group, way)
	}
	return ports.Stories.MailingTo(ctx, "", way)
}

// readKnown gives what the register knows of each person's Digipost.
func readKnown(ctx context.Context, ports Ports, group string) (map[string]post.SplitStatus, error) {
	page, err := ports.Register.List(ctx, post.RecipientQuery{Group: group})
	if err != nil {
		return nil, err
	}
	known := make(map[string]post.SplitStatus, len(page.Recipients))
	for _, person := range page.Recipients {
		known[person.CustomerID] = person.Digipost
	}
	return known, nil
}

// The lists that the counts open into, beside the reasons for leaving out.
const (
	listDigipost  = "digipost"
	listUnchecked = "unchecked"
	listOthers    = "others"
)

// listed gives the people behind a count.
func listed(people flow.People, known map[string]post.SplitStatus, key string) []job.Addressee {
	var found []job.Addressee
	for _, to := range people.To {
		in := string(to.LeftOut) == key
		if to.LeftOut == post.ReasonNone {
			has := to.CustomerID != "" && known[to.CustomerID] == post.HasDigipost
			surelyNot := known[to.CustomerID] == post.Identified || known[to.CustomerID] == post.Unidentified || known[to.CustomerID] == post.Invalid
			switch key {
			case listDigipost:
				in = has
			case listOthers:
				in = surelyNot
			case listUnchecked:
				in = !has && !surelyNot
			}
		}
		if in {
			found = append(found, to)
		}
	}
	return found
}

// listPeople are the people whom the counts on the page are about.
func (m *model) listPeople() flow.People {
	if m.step == stepReview {
		return m.plan.people
	}
	return m.people
}

// reasons are why people are left out, the most frequent first.
func reasons(people flow.People) []post.Reason {
	var found []post.Reason
	for reason, n := range people.LeftOut {
		if n > 0 {
			found = append(found, reason)
		}
	}
	slices.SortFunc(found, func(a, b post.Reason) int {
		return cmp.Or(cmp.Compare(people.LeftOut[b], people.LeftOut[a]), cmp.Compare(a, b))
	})
	return found
}
