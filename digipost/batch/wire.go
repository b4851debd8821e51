package batch

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

var (
	errStalled = errors.New("the server stopped answering")
	errTooMuch = errors.New("the server sent far too much")
)

// callAllowance is what the server may send during a small call, in bytes.
const callAllowance = 4 << 20

// wire is the network connection below SSH. The libraries above wait without
// end for answers; closing the wire is the one thing that ends them all, so
// everything that ends a call early goes through here.
type wire struct {
	net.Conn
	// moved counts bytes in both directions, left what may still be read.
	moved, left atomic.Int64
	// patient is set while a person is asked something.
	patient atomic.Bool

	mu     sync.Mutex
	reason error
}

func newWire(conn net.Conn) *wire { return &wire{Conn: conn} }

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.moved.Add(int64(n))
	if n > 0 && w.left.Add(-int64(n)) < 0 {
		w.breakOff(errTooMuch)
		return 0, errTooMuch
	}
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.moved.Add(int64(n))
	return n, err
}

// breakOff closes the connection; the first reason given is kept.
func (w *wire) breakOff(reason error) {
	w.mu.Lock()
	if w.reason == nil {
		w.reason = reason
	}
	w.mu.Unlock()
	_ = w.Conn.Close()
}

// cause is why the connection was closed from this side, or nil.
func (w *wire) cause() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reason
}

// guard watches over one call until release is called: it breaks the connection
// off when the context ends, when nothing moves for the time of stall, and when
// the server sends more than allow bytes.
func (w *wire) guard(ctx context.Context, stall time.Duration, allow int64) (release func()) {
	w.left.Store(allow)
	stop := context.AfterFunc(ctx, func() { w.breakOff(ctx.Err()) })
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		w.watch(done, stall)
	}()
	return func() {
		stop()
		close(done)
		<-gone
	}
}

// watch looks four times in a stall whether anything has moved.
func (w *wire) watch(done <-chan struct{}, stall time.Duration) {
	tick := time.NewTicker(max(stall/4, time.Millisecond))
	defer tick.Stop()
	last, quiet := w.moved.Load(), 0
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		now := w.moved.Load()
		if quiet++; now != last || w.patient.Load() {
			last, quiet = now, 0
		}
		if quiet == 4 {
			w.breakOff(errStalled)
			return
		}
	}
}
