package inbox

import (
	"context"
	"sync"
	"time"

	"brevdue/app/post"
)

// Service is the use case. It is safe for use by several goroutines.
type Service struct {
	ports Ports

	// index is what the store holds, opened: subjects rest sealed, so that searching
	// happens in memory. version tells whether it is still true.
	mu      sync.Mutex
	index   []indexed
	version int64

	// refreshing and saving let one at a time through.
	refreshing, saving sync.Mutex
}

// New makes the use case.
func New(ports Ports) *Service {
	if ports.Now == nil {
		ports.Now = time.Now
	}
	if ports.Notify == nil {
		ports.Notify = func(post.Notice) {}
	}
	if ports.Hold == nil {
		ports.Hold = func(context.Context) (func(), error) { return func() {}, nil }
	}
	if ports.Sleep == nil {
		ports.Sleep = sleep
	}
	return &Service{ports: ports}
}

// sleep waits for a time, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Key names a message: ids are unique within one provider only.
type Key struct{ Provider, Message string }

// KeyOf is the key of an entry.
func KeyOf(entry post.EBoxEntry) Key { return Key{entry.Provider, entry.ID} }

// ready gives the fault that says why no e-Box can be read.
func (s *Service) ready(ctx context.Context) error {
	if s.ports.Box == nil {
		return post.NewFault(post.CodeNoEBox, nil)
	}
	if s.ports.Ready == nil {
		return nil
	}
	return s.ports.Ready(ctx)
}

func (s *Service) changed() { s.ports.Notify(post.Notice{Topic: post.TopicInbox}) }
