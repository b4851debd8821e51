package job

import (
	"context"
	"sync"
	"time"
)

// fastClock is the real time with waits cut short, so that a test of backoff
// does not take a minute. Now moves on by what was waited.
type fastClock struct {
	mutex  sync.Mutex
	offset time.Duration
	// leaps makes every wait move the clock by the whole of it: the quickest, but
	// several waiters move the clock several times.
	leaps bool
}

func (c *fastClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return time.Now().Add(c.offset)
}

func (c *fastClock) Wait(ctx context.Context, d time.Duration) error {
	step, share := 2*time.Millisecond, time.Duration(4)
	if c.leaps {
		step, share = 50*time.Microsecond, 1
	}
	if err := (SystemClock{}).Wait(ctx, min(d, step)); err != nil {
		return err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.offset += max(d-step, 0) / share // several waiters move the same clock
	return nil
}

func (c *fastClock) skip(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.offset += d
}
