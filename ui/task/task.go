// Package task runs slow work beside the window. It is the only place of the
// window that starts goroutines, and the one door by which results come back to
// the window's thread. A test runs everything inline.
package task

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"
)

// Runner runs work and delivers on the window's thread.
type Runner struct {
	ctx    context.Context
	stop   context.CancelFunc
	inline bool
	post   func(func())

	running sync.WaitGroup

	mu     sync.Mutex
	closed bool
	timers []*timer
}

// New makes a runner; its work ends with ctx or Close.
func New(ctx context.Context) *Runner {
	inner, stop := context.WithCancel(ctx)
	return &Runner{ctx: inner, stop: stop, post: fyne.Do}
}

// NewInline makes a runner for tests: Run works and delivers before it returns,
// After and Every wait for Tick.
func NewInline() *Runner {
	ctx, stop := context.WithCancel(context.Background())
	return &Runner{ctx: ctx, stop: stop, inline: true, post: func(f func()) { f() }}
}

// Close cancels all work and waits until it has ended. Nothing is delivered
// afterwards. It must not be called on the window's thread while the window
// still runs work that waits for that thread.
func (r *Runner) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.stop()
	r.running.Wait()
}

// Deliver runs f on the window's thread. It may be called from anywhere, and
// does nothing once the runner is closed.
func (r *Runner) Deliver(f func()) {
	if r.ctx.Err() != nil {
		return
	}
	r.post(func() {
		if r.ctx.Err() == nil {
			f()
		}
	})
}

// start runs f in a goroutine that Close waits for, unless closed.
func (r *Runner) start(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.running.Add(1)
	go func() {
		defer r.running.Done()
		f()
	}()
}

// Run does work beside the window and delivers what came of it on the window's
// thread. After cancel nothing is delivered, and the work's context is done.
func Run[T any](r *Runner, work func(context.Context) (T, error), deliver func(T, error)) (cancel func()) {
	ctx, stop := context.WithCancel(r.ctx)
	if r.inline {
		defer stop()
		result, err := work(ctx)
		deliver(result, err)
		return func() {}
	}
	r.start(func() {
		defer stop()
		result, err := work(ctx)
		// The delivery looks again on the window's own thread: a cancel there
		// that came first wins for sure.
		if ctx.Err() != nil {
			return
		}
		r.deliverIf(ctx, func() { deliver(result, err) })
	})
	return stop
}

// Do is Run for work without a result.
func Do(r *Runner, work func(context.Context) error, deliver func(error)) (cancel func()) {
	return Run(r, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) },
		func(_ struct{}, err error) { deliver(err) })
}

// deliverIf delivers f unless ctx is done by then, and waits for it, so that
// the work's own context lives until the window has taken the result.
func (r *Runner) deliverIf(ctx context.Context, f func()) {
	done := make(chan struct{})
	r.post(func() {
		defer close(done)
		if ctx.Err() == nil {
			f()
		}
	})
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Latest keeps one piece of work of a kind: a new one cancels the old one, whose
// result never arrives. The zero value is ready; it belongs to the window's thread.
type Latest struct{ cancel func() }

// Cancel ends the work that runs, if any.
func (l *Latest) Cancel() {
	if l.cancel != nil {
		l.cancel()
		l.cancel = nil
	}
}

// Replace runs work in place of what ran before in the slot.
func Replace[T any](r *Runner, slot *Latest, work func(context.Context) (T, error), deliver func(T, error)) {
	slot.Cancel()
	slot.cancel = Run(r, work, deliver)
}

// Progress makes a function that work may call as often as it likes: the window
// hears the newest numbers, ten times a second at most.
func (r *Runner) Progress(show func(done, total int)) func(done, total int) {
	if r.inline {
		return show
	}
	var mu sync.Mutex
	var last time.Time
	var newest [2]int
	waiting := false
	deliver := func() {
		mu.Lock()
		numbers := newest
		waiting = false
		mu.Unlock()
		show(numbers[0], numbers[1])
	}
	return func(done, total int) {
		mu.Lock()
		newest = [2]int{done, total}
		due := !waiting && (time.Since(last) >= 100*time.Millisecond || done >= total)
		if due {
			waiting, last = true, time.Now()
		}
		mu.Unlock()
		if due {
			r.Deliver(deliver)
		}
	}
}
