package parts

import (
	"testing"
	"time"
)

func TestMoment(t *testing.T) {
	now := time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)
	for _, c := range []struct{ day, clock, want, wrong string }{
		{"24.12.2026", "10:00", "2026-12-24 10:00", ""},
		{" 4.11.26 ", "9", "2026-11-04 09:00", ""},
		{"2026-11-04", "0930", "2026-11-04 09:30", ""},
		{"3.11.2026", "14.06", "2026-11-03 14:06", ""},
		{"3.11.2026", "14:05", "", MomentPast},
		{"31.2.2027", "10:00", "", MomentDay},
		{"1.1.3027", "10:00", "", MomentDay},
		{"", "10:00", "", MomentDay},
		{"4.11.2026", "24:00", "", MomentClock},
		{"4.11.2026", "", "", MomentClock},
	} {
		at, wrong := Moment{Day: c.day, Clock: c.clock}.After(now)
		got := ""
		if !at.IsZero() {
			got = at.Format("2006-01-02 15:04")
		}
		if got != c.want || wrong != c.wrong {
			t.Errorf("%q %q: %q %q, want %q %q", c.day, c.clock, got, wrong, c.want, c.wrong)
		}
	}
}
