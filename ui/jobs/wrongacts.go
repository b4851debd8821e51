package jobs

import (
	"context"
	"strings"
	"time"

	"brevdue/app/post"
	"brevdue/ui/task"
)

// stopAll stops the ticked jobs one after another, by the engine.
func (a *aid) stopAll() {
	s := a.s
	var ids []string
	for _, id := range a.facts.open {
		if a.stop[id] && !a.asked[id] {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || s.busy != "" {
		return
	}
	s.busy, s.err = "stop", nil
	for _, id := range ids {
		a.asked[id] = true
		a.m.AddJob(id)
	}
	a.m.Tick(post.MeasureStop, s.env.Now())
	s.redrawIf(true)
	task.Run(s.env.Run, func(ctx context.Context) (map[string]error, error) {
		refused := map[string]error{}
		for _, id := range ids { // one that cannot be stopped holds no other up
			if _, err := s.ports.Jobs.Stop(ctx, id); err != nil {
				refused[id] = err
			}
		}
		return refused, nil
	}, func(refused map[string]error, _ error) {
		for id, err := range refused {
			a.refused[id], a.asked[id] = err, false
		}
		if len(refused) == len(ids) {
			a.m.Tick(post.MeasureStop, time.Time{})
		}
		if s.aid != a || !s.isOpen {
			a.store()
			return
		}
		s.busy = ""
		a.keep(a.readAgain)
	})
}

// setAside sets the wrong matches in the register aside.
func (a *aid) setAside(ids []string) {
	s := a.s
	if s.busy != "" || len(ids) == 0 {
		return
	}
	s.busy, s.err, a.dirty = "aside", nil, true
	task.Run(s.env.Run, func(ctx context.Context) (int, error) { return s.ports.SetAside(ctx, ids) }, func(set int, err error) {
		if err == nil {
			a.aside = set
			a.m.Tick(post.MeasureAside, s.env.Now())
		}
		if s.aid != a || !s.isOpen {
			a.kept(err)
			return
		}
		if s.busy, s.err = "", err; err != nil {
			s.redrawIf(true)
			return
		}
		a.keep(a.readAgain)
	})
}

// closeCase ends the case for the reason typed.
func (a *aid) closeCase() {
	s := a.s
	why := strings.TrimSpace(a.why)
	if why == "" {
		a.reason.SetError(s.env.T("wrong.close.missing"))
		s.env.Window.Canvas().Focus(a.reason.Entry)
		return
	}
	a.keep(func() {
		s.busy = "close"
		task.Do(s.env.Run, func(ctx context.Context) error { return s.ports.FirstAid.Close(ctx, a.m.ID, why) }, func(err error) {
			if s.aid != a {
				return
			}
			if s.busy, s.err = "", err; err == nil {
				a.m.Closed, a.m.Why = s.env.Now(), why
				s.env.Toast(s.env.T("wrong.closed"), nil)
				s.listWrong()
				return
			}
			s.redrawIf(true)
		})
	})
}
