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

	listing string // the list behind a count that is open
	known   map[string]post.SplitStatus
	rows    []job.Addressee

	slot, count, work task.Latest
	waits             func()

	fault *parts.FaultBox
	drop  *parts.Drop
}

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	return &Screen{env: env, ports: ports, model: newModel()}
}

// Open goes on where the person left off. "list" starts with the list imported
// last, "group:NAME" with a group.
func (s *Screen) Open(arg string) {
	s.isOpen = true
	s.err, s.busy, s.read = nil, "", false
	group, isGroup := strings.CutPrefix(arg, "group:")
	switch {
	case arg == "list" && s.hasList():
		s.model = newModel()
		s.model.from = fromList
	case isGroup:
		s.model = newModel()
		s.model.from, s.model.group = fromGroup, group
	}
	s.listing, s.typed = "", false
	if s.model.step > stepDocument {
		s.model.step = stepDocument // what was planned may have changed since
	}
	s.Reload()
}

func (s *Screen) hasList() bool {
	if s.ports.List == nil {
		return false
	}
	_, list := s.ports.List()
	return list != nil
}

// Leave stops reading. An approval under way is not given up.
func (s *Screen) Leave() {
	s.isOpen = false
	s.slot.Cancel()
	s.count.Cancel()
	s.work.Cancel()
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
	m.counted, s.known, s.err = false, nil, nil
	if m.from == fromGroup && m.group == "" && len(m.basis.groups) > 0 {
		m.group = m.basis.groups[0]
	}
	from, group := m.from, m.group
	task.Replace(s.env.Run, &s.count, func(ctx context.Context) (flow.People, error) { return readPeople(ctx, s.ports, from, group) },
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
	s.listing, s.rows = key, listed(s.model.people, s.known, key)
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
				s.model.path, s.model.facts = path, facts
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
	s.model.step, s.err, s.need, s.listing, s.typed = next, nil, "", "", false
	s.env.Redraw()
}

// Back goes one page back.
func (s *Screen) Back() bool {
	switch {
	case s.listing != "":
		s.listing = ""
		s.env.Redraw()
	case s.busy == busyApprove || s.model.step == stepPeople:
		return false
	default:
		s.work.Cancel()
		s.busy = ""
		s.goTo(s.model.step - 1)
	}
	return true
}

func (s *Screen) back() { s.Back() }

// prepare plans the mailing and shows what would happen.
func (s *Screen) prepare() {
	m := &s.model
	switch {
	case m.path == "":
		s.need = "mailing.need.file"
	case parts.JudgeSubject(m.subject, job.MaxSubject, s.env.Now()).Refused():
		s.need = "mailing.need.subject"
	default:
		s.need = ""
	}
	if s.need != "" {
		s.env.Redraw()
		return
	}
	s.goTo(stepReview)
	s.busy = busyPrepare
	m.plan = plan{}
	wish, people := m.wish(), m.people
	s.env.Redraw()
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (plan, error) { return readPlan(ctx, s.ports, wish, people) },
		func(p plan, err error) {
			s.busy, s.err, m.plan = "", err, p
			if err != nil {
				m.plan = plan{}
			}
			s.env.Redraw()
		})
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
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	s.drop = nil
	width := float32(parts.WizardText)
	if s.listing != "" {
		width = look.Reading
	}
	s.fault = parts.NewFaultBox(s.env, width)
	s.fault.Show(s.err)
	switch {
	case s.listing != "":
		return s.listView()
	case s.model.step == stepDocument:
		return s.documentView()
	case s.model.step == stepReview:
		return s.reviewView()
	case s.model.step == stepApprove:
		return s.approveView()
	}
	return s.peopleView()
}
