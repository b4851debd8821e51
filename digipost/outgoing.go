package digipost

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// outgoing watches the body of one request on its way out.
type outgoing struct {
	// progress is told of each piece that leaves.
	progress func()
	// left is set when all of the request was handed to the network.
	left atomic.Bool

	mu     sync.Mutex
	bodies []*watchedBody
}

// watch gives a body to send. The transport asks for another one only when not
// one byte of the one before was written.
func (o *outgoing) watch(in io.ReadCloser, size int64) *watchedBody {
	b := &watchedBody{of: o, in: in, rest: size}
	o.left.Store(false)
	o.mu.Lock()
	o.bodies = append(o.bodies, b)
	o.mu.Unlock()
	return b
}

// close closes all bodies, once no reading of them is under way.
func (o *outgoing) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, b := range o.bodies {
		b.Close()
	}
}

// watchedBody is a body that is read by the transport's goroutine and may be
// closed by another.
type watchedBody struct {
	of *outgoing

	mu   sync.Mutex
	in   io.ReadCloser // nil when closed
	rest int64
}

var errBodyClosed = errors.New("the request was given up")

// Read reads on, and tells when all has been read.
func (b *watchedBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.in == nil {
		return 0, errBodyClosed
	}
	n, err := b.in.Read(p)
	if n > 0 {
		if b.rest -= int64(n); b.rest <= 0 {
			b.of.left.Store(true)
		}
		b.of.progress()
	}
	return n, err
}

// Close closes what is below, once.
func (b *watchedBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.in == nil {
		return nil
	}
	err := b.in.Close()
	b.in = nil
	return err
}
