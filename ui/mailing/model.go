// Package mailing sends one document to many people: who gets it, what they get,
// what will happen, and the approval. Following it is the business of the jobs
// screen.
package mailing

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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
}

// Stories gives the people; *flow.Stories has it.
type Stories interface {
	MailingTo(ctx context.Context, group string, way flow.Way) (flow.People, error)
	MailingToList(ctx context.Context, path string, list *intake.Result, way flow.Way) (flow.People, error)
	SameAgain(ctx context.Context, documentSHA256 string, people flow.People) (count int, earlier string, err error)
}

// Jobs plans and approves; *job.Engine has it.
type Jobs interface {
	Prepare(ctx context.Context, wish job.Wish) (*job.Draft, error)
	Keep(ctx context.Context, draft *job.Draft) (post.Job, error)
	Approve(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration) (post.Job, error)
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
	report  *document.Report
	subject string
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

// plan is what would happen: a frozen draft, and what to say about it.
type plan struct {
	// draft is nil where report says that the document cannot be printed.
	draft *job.Draft
	// report is the judgement on the document as it is now; nil where nothing is
	// printed.
	report *document.Report
	// people are those it is for, and route is its way out.
	people flow.People
	route  route
	// again people got this very document in the job earlier.
	again   int
	earlier post.Job
	// coolingOff is the time to stop after the approval.
	coolingOff time.Duration
	// forgotten is why the return address could not be remembered for the next time.
	forgotten error
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

// wish is the mailing as it stands, for the people and with the options that were
// read.
func (m *model) wish(people flow.People, options post.Options, via post.Via) job.Wish {
	path := m.path
	subject := strings.TrimSpace(m.subject)
	return job.Wish{Kind: post.KindMailing, Sender: m.basis.sender, Name: subject, Subject: subject, Options: options,
		Via: via, Pattern: m.way(), To: people.To, Source: people.Source,
		Files: []job.File{{Name: m.facts.Name, FileType: m.facts.FileType, Pages: m.facts.Pages,
			Open: func(context.Context) (io.ReadCloser, error) {
				data, err := document.Load(path)
				if err != nil {
					return nil, err
				}
				return io.NopCloser(bytes.NewReader(data)), nil
			}}}}
}

// readPlan finds the people for the way the mailing goes, freezes it, and looks for
// what to warn of. Nothing is stored but the return address.
func readPlan(ctx context.Context, ports Ports, m model, options post.Options, agreed agreement) (plan, error) {
	var p plan
	var err error
	if options.Paper != nil && ports.CheckPrint != nil {
		report, err := ports.CheckPrint(ctx, m.path)
		if err != nil {
			return p, err
		}
		if p.report = &report; !report.PrintOK {
			return p, nil
		}
	}
	p.people = m.people
	if m.from != fromRest {
		way := flow.Way{Pattern: m.way(), Options: options}
		if p.people, err = readPeople(ctx, ports, m.from, m.group, way); err != nil {
			return p, err
		}
	}
	p.route = m.route(p.people, options, agreed)
	wish := m.wish(p.people, options, p.route.via)
	if p.draft, err = ports.Jobs.Prepare(ctx, wish); err != nil {
		return p, err
	}
	if paper := wish.Options.Paper; paper != nil && ports.SetReturnAddress != nil {
		p.forgotten = ports.SetReturnAddress(ctx, paper.Return)
	}
	if p.coolingOff, err = ports.CoolingOff(ctx, post.KindMailing); err != nil {
		return p, err
	}
	earlier := ""
	if p.again, earlier, err = ports.Stories.SameAgain(ctx, p.draft.Documents[0].SHA256, p.people); err != nil {
		return p, err
	}
	if p.again > 0 {
		p.earlier, err = ports.Jobs.Job(ctx, earlier)
	}
	return p, err
}

// approve stores the plan and says yes to it. A plan that could not be approved
// is taken back, so that nothing waits that nobody knows of.
func approve(ctx context.Context, ports Ports, p plan) (post.Job, error) {
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

// examples are people to check the mailing by: the first, the last and the one
// with the longest name.
func examples(draft *job.Draft) (first, last, longest string) {
	for _, item := range draft.Items {
		if item.Status != post.ItemReady {
			continue
		}
		if first == "" {
			first = item.Name
		}
		last = item.Name
		if utf8.RuneCountInString(item.Name) > utf8.RuneCountInString(longest) {
			longest = item.Name
		}
	}
	return first, last, longest
}

// sourceName says where the recipients come from: a file's name, a group, or ""
// for the whole register.
func (m *model) sourceName() string {
	if m.people.Source.Path != "" {
		return filepath.Base(m.people.Source.Path)
	}
	return m.people.Source.Group
}
