package mailing

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/document"
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

	slot, count, work, ask, kept, judge task.Latest
	waits                               func()

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
	s.listing, s.typed, s.asked = "", false, false
	s.model.step = min(s.model.step, s.model.lastChoice()) // what was planned may have changed since
	s.Reload()
	s.readAgreement()
	s.readReturnAddress()
}

// readAgreement asks once what the agreement holds.
func (s *Screen) readAgreement() {
	if s.agreed.proof != nil || s.ports.Features == nil {
		return
	}
	task.Replace(s.env.Run, &s.ask, s.ports.Features, func(proof post.Proof, err error) {
		if s.agreed.unasked = err != nil; err == nil {
			s.agreed.proof = &proof
		}
		if s.isOpen && (s.model.step == stepPattern || s.model.step == stepPaper) {
			s.env.Redraw()
		}
	})
}

// readReturnAddress fills in the address used last, unless one is being written.
func (s *Screen) readReturnAddress() {
	if s.ports.ReturnAddress == nil || s.model.choices.backTyped {
		return
	}
	task.Replace(s.env.Run, &s.kept, s.ports.ReturnAddress, func(address post.PostalAddress, err error) {
		if err != nil || s.model.choices.backTyped {
			return // the page has room for another
		}
		s.model.choices.back = address
		if s.isOpen && s.model.step == stepPaper {
			s.env.Redraw()
		}
	})
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
	if s.waits != nil {
		s.waits()
		s.waits = nil
	}
}

// Notice counts again when the register changed while people are chosen.
func (s *Screen) Notice(notice post.Notice) {
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
			s.model.basis = b
			if s.model.from == fromList && !s.hasList() {
				s.model.from = fromRegister
			}
			if !s.model.counted && s.model.from == fromRegister && s.model.path == "" && s.hasList() {
				s.model.from = fromList
			}
			s.recount()
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
	m.counted, s.known, s.err = false, nil, nil
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

// takeFile reads the facts of a document.
func (s *Screen) takeFile(path string) {
	s.busy, s.err, s.need = busyRead, nil, ""
	s.env.Redraw()
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (document.Facts, error) { return document.Read(ctx, path) },
		func(facts document.Facts, err error) {
			s.busy, s.err = "", err
			if err == nil {
				s.model.path, s.model.facts, s.model.report = path, facts, nil
				s.checkPrint()
			}
			s.env.Redraw()
		})
}

// Dropped takes a PDF dropped on the window.
func (s *Screen) Dropped(paths []string) {
	if s.model.step == stepDocument && s.drop != nil && s.busy == "" {
		s.drop.Dropped(paths)
	}
}

// goTo turns to a step.
func (s *Screen) goTo(next step) {
	s.model.now = s.env.Now()
	s.model.step, s.err, s.need, s.listing, s.typed, s.asked = next, nil, "", "", false, false
	s.checkPrint() // the way may have changed since the document was chosen
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
	case s.busy == busyApprove || s.model.step == stepPeople:
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
	case m.path == "":
		s.need = "mailing.need.file"
	case parts.JudgeSubject(m.subject, job.MaxSubject, s.env.Now()).Refused():
		s.need = "mailing.need.subject"
	case m.unprintable():
		s.need = "mailing.need.print"
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

// prepare plans the mailing and shows what would happen.
func (s *Screen) prepare() {
	m := &s.model
	options, wrongs := m.read(s.env.Now())
	if len(wrongs) > 0 { // a time has passed since it was chosen
		s.goTo(wrongs[0].step)
		s.asked = true
		s.env.Redraw()
		return
	}
	s.goTo(stepReview)
	s.busy = busyPrepare
	m.plan = plan{}
	chosen, agreed := *m, s.agreed
	s.env.Redraw()
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (plan, error) { return readPlan(ctx, s.ports, chosen, options, agreed) },
		func(p plan, err error) {
			s.busy, s.err, m.plan = "", err, p
			if err != nil {
				m.plan = plan{}
			}
			if p.report != nil {
				m.report = p.report
			}
			if err == nil && p.draft == nil {
				s.goTo(stepDocument)
				s.need = "mailing.need.print"
			}
			s.env.Redraw()
		})
}

// goBy takes the other way out and plans anew.
func (s *Screen) goBy(via post.Via) {
	s.model.via = via
	s.prepare()
}

// approve stores the plan, starts the clock, and leads to the job. It is not
// given up when the person goes elsewhere meanwhile.
func (s *Screen) approve() {
	p := s.model.plan
	if s.busy != "" || p.draft == nil || p.draft.Sendable() >= typedFrom && !s.typed {
		return
	}
	s.busy, s.err = busyApprove, nil
	s.env.Redraw()
	task.Run(s.env.Run, func(ctx context.Context) (post.Job, error) { return approve(ctx, s.ports, p) }, func(approved post.Job, err error) {
		s.busy = ""
		if err != nil {
			s.err = err
			if s.isOpen {
				s.env.Redraw()
			}
			return
		}
		s.model = newModel()
		s.env.Toast(s.env.T("mailing.approved"), nil)
		if s.isOpen {
			s.env.Go(parts.PlaceJobs, approved.ID)
		}
	})
}

// restart forgets what was chosen.
func (s *Screen) restart() {
	s.work.Cancel()
	s.busy = ""
	s.model = newModel()
	s.goTo(stepPeople)
	s.Reload()
	s.readReturnAddress()
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	s.drop, s.model.now = nil, s.env.Now()
	width := float32(parts.WizardText)
	if s.listing != "" || s.unreached != nil {
		width = look.Reading
	}
	s.fault = parts.NewFaultBox(s.env, width)
	s.fault.Show(s.err)
	switch {
	case s.unreached != nil:
		return s.unreachedView()
	case s.listing != "":
		return s.listView()
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
