package batch

import (
	"io"
	"sync"
)

// behind writes in the background, so that a document is made while what there
// is of it is being compressed. Close must be called in any case; nothing of it is
// left then.
type behind struct {
	full, free chan []byte
	done       chan struct{}

	mu  sync.Mutex
	err error
}

// piecesBehind is how many pieces may wait.
const piecesBehind = 4

func newBehind(to io.Writer) *behind {
	b := &behind{full: make(chan []byte, piecesBehind), free: make(chan []byte, piecesBehind), done: make(chan struct{})}
	for range piecesBehind {
		b.free <- make([]byte, 0, pieceSize+4<<10)
	}
	go b.run(to)
	return b
}

// run goes on taking pieces after an error, so that nobody waits for it.
func (b *behind) run(to io.Writer) {
	defer close(b.done)
	for piece := range b.full {
		if b.fault() == nil {
			if _, err := to.Write(piece); err != nil {
				b.mu.Lock()
				b.err = err
				b.mu.Unlock()
			}
		}
		b.free <- piece[:0]
	}
}

func (b *behind) fault() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// Write gives the error of an earlier piece.
func (b *behind) Write(p []byte) (int, error) {
	if err := b.fault(); err != nil {
		return 0, err
	}
	b.full <- append(<-b.free, p...)
	return len(p), nil
}

// Close waits until all is written.
func (b *behind) Close() error {
	close(b.full)
	<-b.done
	return b.fault()
}

// meanwhile lets work write to something that is slow.
func meanwhile[T any](to io.Writer, work func(io.Writer) (T, error)) (result T, err error) {
	b := newBehind(to)
	defer func() {
		if fault := b.Close(); err == nil {
			err = fault
		}
	}()
	return work(b)
}
