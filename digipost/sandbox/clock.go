package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// clock is the stand-in's time. It can be moved while running (control page,
// trouble); what the control page chose is kept for the next start.
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

// moveClock moves the clock and remembers it.
func (s *Server) moveClock(text string) error {
	offset, err := time.ParseDuration(text)
	if err != nil {
		return err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	if err := s.dir.write("clock", []byte(offset.String()+"\n")); err != nil {
		return err
	}
	s.clock.move(offset)
	return nil
}

// loadClock goes on with the clock of the last run.
func (s *Server) loadClock() error {
	data, err := readBounded(s.dir.path("clock"), 100)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read clock: %w", err)
	}
	offset, err := time.ParseDuration(strings.TrimSpace(string(data)))
	if err != nil {
		return fmt.Errorf("read clock: %w", err)
	}
	s.clock.move(offset)
	return nil
}

func (c *clock) moved() time.Duration { return time.Duration(c.offset.Load()) }

// timePassed is from where a moved clock is time that has passed, and no longer
// a clock that is wrong.
const timePassed = time.Hour

// face is the time that a caller is judged by and answered with, without what
// has passed by a move of the clock. Somebody who practises cannot move the
// clock of their own machine: after a long move forward a caller whose Date is
// of the true time goes on in it, and sees what the time between has brought.
// ahead is then how far the stand-in is ahead of the caller.
func (c *clock) face(date string) (now time.Time, ahead time.Duration) {
	now = c.now()
	moved := c.moved()
	if moved <= timePassed {
		return now, 0
	}
	if at, err := http.ParseTime(date); err == nil && at.Sub(now).Abs() <= maxSkew {
		return now, 0 // the caller's clock was moved, too
	}
	return now.Add(-moved), moved
}

// dateTime writes a time as Digipost does: milliseconds and offset.
func dateTime(t time.Time) string { return t.Format("2006-01-02T15:04:05.000-07:00") }
