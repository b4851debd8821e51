package digipost

import (
	"context"
	"net/http"
	"time"
)

const (
	// repeatPause is how long a question waits to be asked again where Digipost
	// is busy and names no time, like Apache's HttpClient in the Java client.
	repeatPause = time.Second
	// longestPause is the longest time that is waited within a call. Where
	// Digipost names a longer one, the caller hears it from RetryAfter.
	longestPause = 10 * time.Second
)

// attempt makes a call. One that is repeatable is made once more, with a date
// and signature of its own, when the connection failed or Digipost is too busy
// (429 and 503).
func (c *Client) attempt(ctx context.Context, r request) (*answer, error) {
	a, err := c.exchange(ctx, r)
	if !r.repeatable || ctx.Err() != nil {
		return a, err
	}
	if err != nil {
		if connectionFailed(err) {
			return c.exchange(ctx, r)
		}
		return nil, err
	}
	pause, busy := c.busy(a)
	if !busy {
		return a, nil
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= pause {
		return a, nil // what Digipost said is worth more than that time ran out
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return c.exchange(ctx, r)
	case <-ctx.Done():
		return nil, &Error{Op: r.op, Err: ctx.Err()}
	}
}

// busy reports whether an answer asks to come again, so soon that a call can
// wait for it.
func (c *Client) busy(a *answer) (time.Duration, bool) {
	if a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return 0, false
	}
	pause := c.pause
	if a.header.Get("Retry-After") != "" {
		pause = retryAfter(a.header, c.now())
	}
	return pause, pause <= longestPause
}
