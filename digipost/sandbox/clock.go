package sandbox

import (
	"errors"
	"fmt"
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

// dateTime writes a time as Digipost does: milliseconds and offset.
func dateTime(t time.Time) string { return t.Format("2006-01-02T15:04:05.000-07:00") }
