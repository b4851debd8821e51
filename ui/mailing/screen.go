package mailing

import (
	"context"
	"reflect"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// What keeps the person waiting.
const (
	busyRead    = "read"
	busyPrepare = "prepare"
	busyApprove = "approve"
	busySave    = "save"
	busyMatch   = "match"
	busyTrial   = "trial"
)

// The pages that open from a page of the wizard.
const (
	subRows    = "rows"
	subPreview = "preview"
	subDry     = "dry"
	subTrial   = "trial"
)

// Screen is the mailing wizard.
type Screen struct {
	env   *parts.Env
	ports Ports
	model model

	isOpen bool
	read   bool
	err    error
	busy   string
	need   string // what is missing on a page, as a key of words
	typed  bool   // the number of letters was typed
	asked  bool   // the person wanted to go on; what is wrong on the page is shown
	agreed agreement

	unreached *unreached // the work list that is open, or nil
	others    bool       // the ways that are not advised are shown

	listing string // the list behind a count that is open
	known   map[string]post.SplitStatus
	rows    []job.Addressee

	sub       string   // the page that is open on top of the wizard's, or ""
	filter    rowState // which rows are listed, all for ""
	picked    []int    // those rows
	sought    string   // what is searched for among them
	searcher  *parts.Search
	paper     page   // the page of a document that is looked at
	sample    int    // the letter of the dry run that is looked at
	times     bool   // the choice of times is unfolded
	written   string // the job file that was written
	trial     trial
	foreignOK bool // the person has looked at the numbers in the documents for all
	returning bool // the prices are looked at meanwhile
	meter     meter

	slot, count, work, ask, kept, judge, draw, follow task.Latest

	waits func()

	fault   *parts.FaultBox
	drop    *parts.Drop
	entries map[string]*parts.Entry // the fields on the page that can be wrong
}

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	return &Screen{env: env, ports: ports, model: newModel()}
}

// Open goes on where the person left off. "list" starts with the list imported
// last, "group:NAME" with a group; "unreached:JOB" shows whom a mailing did not
// reach. What was chosen stays when the same people come back, after a split.
func (s *Screen) Open(arg string) {
	s.isOpen = true
	s.err, s.busy, s.read, s.unreached, s.model.now = nil, "", false, nil, s.env.Now()
	group, isGroup := strings.CutPrefix(arg, "group:")
	id, isUnreached := strings.CutPrefix(arg, "unreached:")
	switch {
	case isUnreached:
		s.openUnreached(id)
	case arg == "list" && s.hasList() && !s.sameList():
		s.model = newModel()
		s.model.from = fromList
	case isGroup && (s.model.from != fromGroup || s.model.group != group):
		s.model = newModel()
		s.model.from, s.model.group = fromGroup, group
	}
	s.listing, s.typed, s.asked, s.sub = "", false, false, ""
	if s.returning && arg == "" && s.model.plan.draft != nil {
		s.reckon()
	} else {
		s.model.step = min(s.model.step, s.model.lastChoice()) // what was planned may have changed since
	}
	s.returning = false
	s.Reload()
	s.readAgreement()
	s.readReturnAddress()
}

func (s *Screen) hasList() bool {
	if s.ports.List == nil {
		return false
	}
	_, list := s.ports.List()
	return list != nil
}

// sameList reports whether the people chosen are those of the list imported last.
func (s *Screen) sameList() bool {
	path, _ := s.ports.List()
	return s.model.from == fromList && s.model.people.Source.Path == path
}

// Leave stops reading. An approval under way is not given up.
func (s *Screen) Leave() {
	s.isOpen = false
	s.slot.Cancel()
	s.count.Cancel()
	s.work.Cancel()
	s.ask.Cancel()
	s.kept.Cancel()
	s.judge.Cancel()
	s.draw.Cancel()
	s.follow.Cancel()
	if s.waits != nil {
		s.waits()
		s.waits = nil
	}
}

// Notice counts again when the register changed while people are chosen.
func (s *Screen) Notice(notice post.Notice) {
	if notice.Topic == post.TopicJobs && s.sub == subTrial && s.busy == "" {
		s.readTrials()
	}
	if notice.Topic == post.TopicJobs || s.model.step != stepPeople || s.waits != nil {
		return
	}
	s.waits = s.env.Run.After(gather, func() {
		s.waits = nil
		if s.model.step == stepPeople {
			s.Reload()
		}
	})
}

// Reload reads what is there to choose from, and counts again.
func (s *Screen) Reload() {
	if s.unreached != nil {
		s.readUnreached()
		return
	}
	task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (basis, error) { return readBasis(ctx, s.ports) }, func(b basis, err error) {
		if !s.isOpen {
			return
		}
		s.read, s.err = true, err
		if err == nil {
			changed := !reflect.DeepEqual(s.model.basis.overview, b.overview)
			s.model.basis = b
			if s.model.from == fromList && !s.hasList() {
				s.model.from = fromRegister
			}
			if !s.model.counted && s.model.from == fromRegister && s.model.path == "" && s.hasList() {
				s.model.from = fromList
			}
			switch {
			case s.model.step < stepReview:
				s.recount()
			case changed && s.busy == "": // the register is not the one that was planned with
				s.prepare()
			}
		}
		s.env.Redraw()
	})
}

// choose takes another origin of the recipients.
func (s *Screen) choose(from origin, group string) {
	s.model.from, s.model.group = from, group
	s.recount()
	s.env.Redraw()
}

// recount counts the people of the choice.
func (s *Screen) recount() {
	m := &s.model
	if m.from == fromRest { // those an earlier mailing left do not change
		return
	}
	m.counted, m.leave, s.known, s.err = false, nil, nil, nil
	if m.from == fromGroup && m.group == "" && len(m.basis.groups) > 0 {
		m.group = m.basis.groups[0]
	}
	from, group := m.from, m.group
	task.Replace(s.env.Run, &s.count, func(ctx context.Context) (flow.People, error) {
		return readPeople(ctx, s.ports, from, group, flow.Way{})
	},
		func(people flow.People, err error) {
			if !s.isOpen {
				return
			}
			if err != nil {
				s.err = err
			} else {
				m.people, m.counted = people, true
			}
			s.env.Redraw()
		})
}

// openList shows who stands behind a count.
func (s *Screen) openList(key string) {
	if s.known != nil {
		s.showList(key)
		return
	}
	group := ""
	if s.model.from == fromGroup {
		group = s.model.group
	}
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (map[string]post.SplitStatus, error) {
		return readKnown(ctx, s.ports, group)
	}, func(known map[string]post.SplitStatus, err error) {
		if err != nil {
			s.err = err
			s.env.Redraw()
			return
		}
		s.known = known
		s.showList(key)
	})
}

func (s *Screen) showList(key string) {
	s.listing, s.rows = key, listed(s.model.listPeople(), s.known, key)
	s.env.Redraw()
}

// Dropped takes a PDF dropped on the window.
func (s *Screen) Dropped(paths []string) {
	if s.model.step == stepDocument && s.drop != nil && s.busy == "" {
		s.drop.Dropped(paths)
	}
}

// FocusSearch puts the cursor where rows are searched for.
func (s *Screen) FocusSearch() {
	if s.sub == subRows && s.searcher != nil {
		s.searcher.Focus()
	}
}

// goTo turns to a step.
func (s *Screen) goTo(next step) {
	s.model.now = s.env.Now()
	s.model.step, s.err, s.need, s.listing, s.typed, s.asked, s.sub = next, nil, "", "", false, false, ""
	s.checkPrint() // the way may have changed since the document was chosen
	if next == stepDocument && s.model.own.on && s.busy == "" {
		s.matchNow()
	}
	s.env.Redraw()
}

// Back goes one page back.
func (s *Screen) Back() bool {
	switch {
	case s.unreached != nil:
		s.env.Go(parts.PlaceJobs, s.unreached.id)
	case s.listing != "":
		s.listing = ""
		s.env.Redraw()
	case s.busy == busyApprove || s.busy == busyTrial:
		return false
	case s.sub == subPreview:
		s.sub = s.paper.from
		s.env.Redraw()
	case s.sub != "":
		s.sub, s.err = "", nil
		s.env.Redraw()
	case s.model.step == stepPeople:
		return false
	default:
		s.work.Cancel()
		s.busy = ""
		s.goTo(s.model.neighbour(-1))
	}
	return true
}

func (s *Screen) back() { s.Back() }

// next goes one page on, unless something on this one is to be mended first.
func (s *Screen) next() {
	m := &s.model
	s.need = ""
	switch {
	case m.step != stepDocument:
	case s.busy != "":
		return
	case m.missing() != "":
		s.need = m.missing()
	case parts.JudgeSubject(m.subject, job.MaxSubject, s.env.Now()).Refused():
		s.need = "mailing.need.subject"
	case m.unprintable():
		s.need = "mailing.need.print"
	}
	if m.step == stepReview {
		s.need = s.unanswered()
	}
	_, wrongs := m.read(s.env.Now())
	if s.need != "" || len(on(m.step, wrongs)) > 0 {
		s.asked = true
		s.env.Redraw()
		return
	}
	if next := m.neighbour(1); next != stepReview {
		s.goTo(next)
		return
	}
	s.prepare()
}

// restart forgets what was chosen.
func (s *Screen) restart() {
	s.work.Cancel()
	s.busy = ""
	s.forget()
	s.goTo(stepPeople)
	s.Reload()
	s.readReturnAddress()
}

// forget lets go of the mailing. Where trial letters go stays.
func (s *Screen) forget() {
	s.model = newModel()
	s.trial.sent, s.foreignOK, s.written, s.sub = nil, false, "", ""
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	s.drop, s.model.now = nil, s.env.Now()
	width := float32(parts.WizardText)
	if s.listing != "" || s.unreached != nil || s.sub != "" {
		width = look.Reading
	}
	s.fault = parts.NewFaultBox(s.env, width)
	s.fault.Show(s.err)
	switch {
	case s.unreached != nil:
		return s.unreachedView()
	case s.listing != "":
		return s.listView()
	case s.sub == subRows && s.model.own.found != nil:
		return s.rowsView()
	case s.sub == subPreview:
		return s.previewView()
	case s.sub == subDry && s.model.plan.draft != nil:
		return s.dryView()
	case s.sub == subTrial && s.model.plan.draft != nil:
		return s.trialView()
	}
	switch s.model.step {
	case stepPattern:
		return s.patternView()
	case stepDocument:
		return s.documentView()
	case stepOptions:
		return s.optionsView()
	case stepPaper:
		return s.paperView()
	case stepReview:
		return s.reviewView()
	case stepApprove:
		return s.approveView()
	}
	return s.peopleView()
}
