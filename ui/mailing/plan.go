package mailing

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// plan is what would happen: a frozen draft, and what to say about it.
type plan struct {
	// draft is nil where a document cannot be printed.
	draft *job.Draft
	// shared are the documents that go to all, as they were looked at.
	shared []shared
	// people are those it is for, and route is its way out.
	people flow.People
	route  route
	// found is who gets what where people have documents of their own, else nil.
	found *matching
	looks map[lookKey]glance
	// before are those who got this very document earlier, or will by a job that is
	// approved, by customer id with the job in which; earlier is the newest of these.
	before  map[string]string
	earlier post.Job
	// twin is a mailing of the very same letters that is on its way already, or nil.
	twin *post.Job
	// left is how many were left out because of that.
	left int
	cost *costing
	// coolingOff is the time to stop after the approval.
	coolingOff time.Duration
	// forgotten is why the return address could not be remembered for the next time.
	forgotten error
}

// shared is a document that goes to all, as it was looked at.
type shared struct {
	path  string
	facts document.Facts
	// report is the judgement for print, nil where none was asked for.
	report  *document.Report
	foreign []document.Foreign
	// unread is true where the text could not be read, so that nobody knows.
	unread bool
}

// again is how many people of the plan got this very document earlier, or will.
func (p plan) again() int { return len(p.before) }

// foreign are the documents for all that hold a birth number.
func (p plan) foreign() []shared {
	var found []shared
	for _, s := range p.shared {
		if len(s.foreign) > 0 {
			found = append(found, s)
		}
	}
	return found
}

// What is being done while a plan is made, as the end of a key of words.
const (
	stageMatch = "match"
	stageLook  = "look"
	stageRead  = "read"
	stageAgain = "again"
)

var stages = []string{stageMatch, stageLook, stageRead, stageAgain}

// teller hears how far a stage is.
type teller func(stage string, done, total int)

func (t teller) of(stage string) func(done, total int) {
	return func(done, total int) { t(stage, done, total) }
}

// sharedFiles are the documents that go to all, the main one first where there is
// one.
func (m *model) sharedFiles() []shared {
	var files []shared
	if !m.own.on && m.path != "" {
		files = append(files, shared{path: m.path, facts: m.facts})
	}
	for _, a := range m.attachments {
		files = append(files, shared{path: a.path, facts: a.facts})
	}
	return files
}

// wish is the mailing as it stands, for the people and with the options that were
// read.
func (m *model) wish(people flow.People, options post.Options, via post.Via) job.Wish {
	subject := strings.TrimSpace(m.subject)
	wish := job.Wish{Kind: post.KindMailing, Sender: m.basis.sender, Name: subject, Subject: subject, Options: options,
		Via: via, Pattern: m.way(), To: people.To, Source: people.Source}
	for _, file := range m.sharedFiles() {
		wish.Files = append(wish.Files, fileOf(file.path, file.facts))
	}
	return wish
}

// readPlan finds the people for the way the mailing goes, freezes it, and looks for
// what to warn of. Nothing is stored but the return address.
func readPlan(ctx context.Context, ports Ports, m model, options post.Options, agreed agreement, tell teller) (plan, error) {
	p := plan{}
	printable, err := p.lookAtShared(ctx, ports, m, options.Paper != nil)
	if err != nil || !printable {
		return p, err
	}
	p.people = m.people
	if m.from != fromRest {
		way := flow.Way{Pattern: m.way(), Options: options}
		if p.people, err = readPeople(ctx, ports, m.from, m.group, way); err != nil {
			return p, err
		}
	}
	if m.own.on {
		if p.found, p.looks, err = readOwn(ctx, ports, m, p.people, tell); err != nil {
			return p, err
		}
		p.people = p.found.addressed()
	}
	p.leaveOut(m.leave)
	p.route = m.route(p.people, options, agreed)
	wish := m.wish(p.people, options, p.route.via)
	wish.Progress = tell.of(stageRead)
	if p.draft, err = ports.Jobs.Prepare(ctx, wish); err != nil {
		return p, err
	}
	if paper := wish.Options.Paper; paper != nil && ports.SetReturnAddress != nil {
		p.forgotten = ports.SetReturnAddress(ctx, paper.Return)
	}
	if p.coolingOff, err = ports.CoolingOff(ctx, post.KindMailing); err != nil {
		return p, err
	}
	if p.cost, err = readCost(ctx, ports, p.draft, p.people); err != nil {
		return p, err
	}
	if err = p.readTwin(ctx, ports); err != nil {
		return p, err
	}
	return p, p.readAgain(ctx, ports, tell.of(stageAgain))
}

// readTwin looks for a mailing of the very same letters that is approved and has
// not come to its end. It is asked about in words of its own: leaving those out who
// get the document anyway would leave nobody.
func (p *plan) readTwin(ctx context.Context, ports Ports) error {
	mailings, err := ports.Jobs.Jobs(ctx, post.JobQuery{Kinds: []post.JobKind{post.KindMailing}, Open: true})
	if err != nil {
		return err
	}
	for _, mailing := range mailings {
		if mailing.Fingerprint == p.draft.Job.Fingerprint && mailing.State != post.JobReady {
			p.twin = &mailing
			return nil
		}
	}
	return nil
}

// readOwn matches and looks over everybody's own document.
func readOwn(ctx context.Context, ports Ports, m model, people flow.People, tell teller) (*matching, map[lookKey]glance, error) {
	tell(stageMatch, 0, 0)
	found, err := match(ctx, ports, m, people, tell.of(stageMatch))
	if err != nil {
		return nil, nil, err
	}
	looks, err := found.lookOver(ctx, ports, m.own, m.onPaper(), tell.of(stageLook))
	return found, looks, err
}

// lookAtShared looks at the documents that go to all as they are now. printable is
// false where one is to be printed and cannot be.
func (p *plan) lookAtShared(ctx context.Context, ports Ports, m model, paper bool) (printable bool, err error) {
	printable = true
	for _, file := range m.sharedFiles() {
		if paper && ports.CheckPrint != nil {
			report, err := ports.CheckPrint(ctx, file.path)
			if err != nil {
				return false, err
			}
			file.report, printable = &report, printable && report.PrintOK
		}
		if ports.Shield != nil { // nobody's number belongs into a letter to all
			if file.foreign, err = ports.Shield(ctx, file.path, ""); errors.Is(err, document.ErrTextUnread) {
				file.unread, err = true, nil
			}
			if err != nil {
				return false, err
			}
		}
		p.shared = append(p.shared, file)
	}
	return printable, nil
}

// leaveOut takes those out who got the document before and shall not get it again.
func (p *plan) leaveOut(ids map[string]bool) {
	if len(ids) == 0 {
		return
	}
	p.people.To = slices.Clone(p.people.To)
	for i, to := range p.people.To {
		if to.LeftOut == post.ReasonNone && ids[to.CustomerID] {
			leaveOut(&p.people, i, post.ReasonDuplicateLetter)
			p.people.To[i].Files = nil
			p.left++
		}
	}
}

// readAgain finds those who got their document before, by content.
func (p *plan) readAgain(ctx context.Context, ports Ports, tell func(done, total int)) error {
	contents := p.byContent()
	p.before = map[string]string{}
	done := 0
	for sum, ids := range contents {
		before, err := ports.Jobs.SentBefore(ctx, sum, ids)
		if err != nil {
			return err
		}
		for id, in := range before {
			if in != "" {
				p.before[id] = in
			}
		}
		done++
		tell(done, len(contents))
	}
	if len(p.before) == 0 {
		return nil
	}
	var newest post.Job
	seen := map[string]bool{}
	for _, id := range p.before {
		if seen[id] {
			continue
		}
		seen[id] = true
		earlier, err := ports.Jobs.Job(ctx, id)
		if err != nil {
			return err
		}
		if earlier.Created.After(newest.Created) {
			newest = earlier
		}
	}
	p.earlier = newest
	return nil
}

// byContent are the customer ids of those who get a letter, by what their
// main document holds.
func (p *plan) byContent() map[string][]string {
	documents := post.GroupDocuments(p.draft.Documents)
	byContent := map[string][]string{}
	for _, item := range p.draft.Items {
		if item.Status != post.ItemReady || item.CustomerID == "" {
			continue
		}
		if all := documents.Of(item.Seq); len(all) > 0 {
			byContent[all[0].SHA256] = append(byContent[all[0].SHA256], item.CustomerID)
		}
	}
	return byContent
}

// yes is what a person says to a plan.
type yes struct {
	coolingOff time.Duration
	// at is when it starts, zero for as soon as it may.
	at time.Time
	// allowed is how many letters go although they hold somebody else's birth
	// number, by reason.
	allowed map[string]int
}

// approve stores the plan and says yes to it. A plan that could not be approved
// is taken back, so that nothing waits that nobody knows of.
func approve(ctx context.Context, ports Ports, draft *job.Draft, said yes) (post.Job, error) {
	kept, err := ports.Jobs.Keep(ctx, draft)
	if err != nil {
		return post.Job{}, err
	}
	if len(said.allowed) > 0 && ports.ForeignAllowed != nil {
		err = ports.ForeignAllowed(ctx, kept.ID, said.allowed)
	}
	var approved post.Job
	switch fingerprint, n := draft.Job.Fingerprint, draft.Sendable(); {
	case err != nil:
	case said.at.IsZero():
		approved, err = ports.Jobs.Approve(ctx, kept.ID, fingerprint, n, said.coolingOff)
	default:
		approved, err = ports.Jobs.ApproveAt(ctx, kept.ID, fingerprint, n, said.coolingOff, said.at)
	}
	if err != nil {
		_, _ = ports.Jobs.Stop(context.WithoutCancel(ctx), kept.ID) // the first fault is the one to tell
		return post.Job{}, err
	}
	return approved, nil
}

// sample is a letter to check the mailing by.
type sample struct {
	// label is what it is a sample of, as the end of a key of words.
	label string
	item  post.Item
}

// samples are the first letter, the last, the one with the longest name and the
// one with the most pages. A letter that is two of these comes once.
func samples(draft *job.Draft) []sample {
	documents := post.GroupDocuments(draft.Documents)
	var ready []post.Item
	longest, most, mostAt := 0, 0, 0
	pages := func(item post.Item) (sum int) {
		for _, d := range documents.Of(item.Seq) {
			sum += d.Pages
		}
		return sum
	}
	for _, item := range draft.Items {
		if item.Status != post.ItemReady {
			continue
		}
		at := len(ready)
		ready = append(ready, item)
		if utf8.RuneCountInString(item.Name) > utf8.RuneCountInString(ready[longest].Name) {
			longest = at
		}
		if n := pages(item); n > most {
			most, mostAt = n, at
		}
	}
	if len(ready) == 0 {
		return nil
	}
	var found []sample
	add := func(label string, at int) {
		if !slices.ContainsFunc(found, func(s sample) bool { return s.item.Seq == ready[at].Seq }) {
			found = append(found, sample{label, ready[at]})
		}
	}
	add("first", 0)
	add("last", len(ready)-1)
	add("longest", longest)
	if documents.PerLetter() {
		add("pages", mostAt)
	}
	return found
}

// pathsOf are the files of one letter, the main one first.
func (m *model) pathsOf(p plan, item post.Item) []shared {
	var files []shared
	if p.found != nil {
		for _, row := range p.found.rows {
			if row.to == item.Seq-1 && row.state == rowGood {
				files = append(files, shared{path: row.path, facts: row.look.facts})
			}
		}
	}
	return append(files, m.sharedFiles()...)
}

// sizes are how many documents a draft holds, and how large they are together;
// one that many get counts once.
func sizes(draft *job.Draft) (documents int, bytes int64) {
	seen := map[string]bool{}
	for _, d := range draft.Documents {
		if !seen[d.SHA256] {
			seen[d.SHA256] = true
			documents, bytes = documents+1, bytes+d.Size
		}
	}
	return documents, bytes
}

// sourceName says where the recipients come from: a file's name, a group, or ""
// for the whole register.
func (m *model) sourceName() string {
	if m.people.Source.Path != "" {
		return filepath.Base(m.people.Source.Path)
	}
	return m.people.Source.Group
}
