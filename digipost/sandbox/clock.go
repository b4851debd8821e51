package sandbox

import (
	"sync/atomic"
	"time"
)

// clock is the stand-in's time. It can be moved while running (control page,
// trouble); a new start begins at the right time again.
type clock struct {
	base   func() time.Time
	offset atomic.Int64
	zone   *time.Location
}

func newClock(now func() time.Time) *clock {
	if now == nil {
		now = time.Now
	}
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil { // no zone data on this machine: winter time, offset written out
		zone = time.FixedZone("CET", 3600)
	}
	return &clock{base: now, zone: zone}
}

// now is Norwegian time, moved by the offset.
func (c *clock) now() time.Time {
	return c.base().Add(time.Duration(c.offset.Load())).In(c.zone)
}

// move sets the offset to the true time.
func (c *clock) move(offset time.Duration) { c.offset.Store(int64(offset)) }

func (c *clock) moved() time.Duration { return time.Duration(c.offset.Load()) }

// dateTime writes a time as Digipost does: milliseconds and offset.
func dateTime(t time.Time) string { return t.Format("2006-01-02T15:04:05.000-07:00") }
