package task

import (
	"context"
	"time"
)

// timer is a wait of an inline runner, met by Tick.
type timer struct {
	f      func()
	repeat bool
	gone   bool
}

// After calls f on the window's thread when d is over, unless stopped.
func (r *Runner) After(d time.Duration, f func()) (stop func()) {
	if r.inline {
		return r.add(&timer{f: f})
	}
	ctx, cancel := context.WithCancel(r.ctx)
	r.start(func() {
		defer cancel()
		wait := time.NewTimer(d)
		defer wait.Stop()
		select {
		case <-ctx.Done():
		case <-wait.C:
			r.deliverIf(ctx, f)
		}
	})
	return cancel
}

// Every calls f on the window's thread again and again, until stopped. A call
// that the window has not yet taken is not doubled.
func (r *Runner) Every(interval time.Duration, f func()) (stop func()) {
	if r.inline {
		return r.add(&timer{f: f, repeat: true})
	}
	ctx, cancel := context.WithCancel(r.ctx)
	r.start(func() {
		defer cancel()
		beat := time.NewTicker(interval)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				r.deliverIf(ctx, f)
			}
		}
	})
	return cancel
}

func (r *Runner) add(t *timer) (stop func()) {
	r.timers = append(r.timers, t)
	return func() { t.gone = true }
}

// Tick lets all waits of an inline runner come due once. For tests.
func (r *Runner) Tick() {
	due := r.timers
	r.timers = nil
	for _, t := range due {
		if t.gone {
			continue
		}
		if t.repeat {
			r.timers = append(r.timers, t)
		}
		t.f()
	}
}
