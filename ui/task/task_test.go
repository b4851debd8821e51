package task

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// onThread makes a real runner whose window's thread is the test itself: what is
// delivered waits in a channel until the test runs it.
func onThread(t *testing.T) (*Runner, chan func()) {
	t.Helper()
	queue := make(chan func(), 100)
	r := New(context.Background())
	r.post = func(f func()) { queue <- f }
	return r, queue
}

func TestRunDeliversOnTheThread(t *testing.T) {
	r, queue := onThread(t)
	got := 0
	Run(r, func(context.Context) (int, error) { return 42, nil }, func(n int, err error) { got = n })
	(<-queue)()
	if got != 42 {
		t.Errorf("got %d", got)
	}
	r.Close()
}

// TestCancelledIsNeverDelivered: a cancel on the thread wins over a result that
// waits already.
func TestCancelledIsNeverDelivered(t *testing.T) {
	r, queue := onThread(t)
	cancel := Run(r, func(context.Context) (int, error) { return 1, nil }, func(int, error) { t.Error("delivered after cancel") })
	delivery := <-queue
	cancel()
	delivery()
	r.Close()
}

func TestLatestWins(t *testing.T) {
	r, queue := onThread(t)
	var slot Latest
	first := make(chan struct{})
	Replace(r, &slot, func(ctx context.Context) (string, error) {
		close(first)
		<-ctx.Done()
		return "old", ctx.Err()
	}, func(string, error) { t.Error("the old result came") })
	<-first
	got := ""
	Replace(r, &slot, func(context.Context) (string, error) { return "new", nil }, func(s string, _ error) { got = s })
	(<-queue)()
	if got != "new" {
		t.Errorf("got %q", got)
	}
	r.Close()
}

func TestCloseEndsEverything(t *testing.T) {
	r, _ := onThread(t)
	var ended atomic.Int32
	for range 3 {
		Do(r, func(ctx context.Context) error {
			<-ctx.Done()
			ended.Add(1)
			return ctx.Err()
		}, func(error) { t.Error("delivered after close") })
	}
	r.Every(time.Hour, func() {})
	r.After(time.Hour, func() {})
	r.Close()
	if ended.Load() != 3 {
		t.Errorf("%d of 3 have ended", ended.Load())
	}
	Do(r, func(context.Context) error { t.Error("started after close"); return nil }, func(error) {})
	r.Deliver(func() { t.Error("delivered after close") })
}

func TestEveryStops(t *testing.T) {
	r, queue := onThread(t)
	beats := 0
	stop := r.Every(time.Millisecond, func() { beats++ })
	(<-queue)()
	(<-queue)()
	stop()
	r.Close()
	for len(queue) > 0 {
		(<-queue)()
	}
	if beats != 2 {
		t.Errorf("%d beats", beats)
	}
}

// TestProgressIsThrottled: a thousand reports are few deliveries, and the last
// one is never lost.
func TestProgressIsThrottled(t *testing.T) {
	r := New(context.Background())
	var mu sync.Mutex
	var shown [][2]int
	r.post = func(f func()) { mu.Lock(); defer mu.Unlock(); f() }
	report := r.Progress(func(done, total int) { shown = append(shown, [2]int{done, total}) })
	for i := 1; i <= 1000; i++ {
		report(i, 1000)
	}
	if len(shown) > 50 || shown[len(shown)-1] != [2]int{1000, 1000} {
		t.Errorf("%d deliveries, the last %v", len(shown), shown[len(shown)-1])
	}
	r.Close()
}

func TestInline(t *testing.T) {
	r := NewInline()
	fail := errors.New("fail")
	var got error
	Do(r, func(context.Context) error { return fail }, func(err error) { got = err })
	if !errors.Is(got, fail) {
		t.Errorf("got %v", got)
	}
	var order []string
	r.After(time.Hour, func() { order = append(order, "after") })
	stop := r.Every(time.Hour, func() { order = append(order, "every") })
	r.Tick()
	r.Tick()
	stop()
	r.Tick()
	if len(order) != 3 || order[0] != "after" || order[2] != "every" {
		t.Errorf("order %v", order)
	}
}
