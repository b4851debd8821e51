package digipost

import (
	"sync/atomic"
	"time"
)

// clockSkew remembers how far the clocks were apart in the last verified
// answer; nil before there was one.
type clockSkew struct{ last atomic.Pointer[time.Duration] }

// measured takes the skew of an answer whose signature holds.
func (s *clockSkew) measured(skew time.Duration) { s.last.Store(&skew) }

// ClockSkew is how far this computer's clock was ahead of Digipost's (negative:
// behind) in the last verified answer, to the second. known is false before
// there was one. An error tells its own: see IsClockSkew.
func (c *Client) ClockSkew() (skew time.Duration, known bool) {
	last := c.skew.last.Load()
	if last == nil {
		return 0, false
	}
	return *last, true
}
