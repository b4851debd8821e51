package mailing

import (
	"context"

	"brevdue/app/post"
	"brevdue/ui/task"
)

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
	m.again, s.foreignOK, s.trial.sent = false, false, nil
	chosen, agreed, tell := *m, s.agreed, s.tell()
	s.env.Redraw()
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (plan, error) {
		return readPlan(ctx, s.ports, chosen, options, agreed, tell)
	}, func(p plan, err error) {
		if s.busy, s.err, m.plan = "", err, p; err != nil {
			m.plan = plan{}
		}
		s.keepLooks(p)
		if err == nil && p.draft == nil {
			s.goTo(stepDocument)
			s.need = "mailing.need.print"
		}
		s.env.Redraw()
	})
}

// keepLooks keeps what was found in the documents while the plan was made.
func (s *Screen) keepLooks(p plan) {
	m := &s.model
	for _, file := range p.shared {
		if file.path == m.path && file.report != nil {
			m.report = file.report
		}
		for i := range m.attachments {
			if m.attachments[i].path == file.path {
				m.attachments[i].report = file.report
			}
		}
	}
	if p.found != nil {
		m.own.found, m.own.looks = p.found, p.looks
	}
}

// reckon reckons the cost of the plan anew: the prices have been looked at.
func (s *Screen) reckon() {
	draft, people := s.model.plan.draft, s.model.plan.people
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (*costing, error) { return readCost(ctx, s.ports, draft, people) },
		func(cost *costing, err error) {
			if s.model.plan.draft != draft {
				return
			}
			if s.err = err; err == nil {
				s.model.plan.cost = cost
			}
			if s.isOpen {
				s.env.Redraw()
			}
		})
}

// goBy takes the other way out and plans anew.
func (s *Screen) goBy(via post.Via) {
	s.model.via = via
	s.prepare()
}
