package parts

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Moment is a day and a time of day as they were typed.
type Moment struct{ Day, Clock string }

// Years that a day may have: others are slips of the finger.
const (
	firstYear = 2000
	lastYear  = 2100
)

var (
	dayFirst  = regexp.MustCompile(`^(\d{1,2})[./ -](\d{1,2})[./ -](\d{4}|\d{2})$`)
	yearFirst = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	clockForm = regexp.MustCompile(`^(\d{1,2})(?:[.:]?(\d{2}))?$`)
)

// What is wrong with a moment, as keys of words.
const (
	MomentDay   = "letter.wrong.day"
	MomentClock = "letter.wrong.clock"
	MomentPast  = "letter.wrong.past"
)

// After reads a moment that must come after now, in the machine's own time zone.
// wrong is a key of words, or "" where the moment can be used.
func (m Moment) After(now time.Time) (at time.Time, wrong string) {
	day, ok := ReadDay(m.Day)
	if !ok {
		return time.Time{}, MomentDay
	}
	clock, ok := ReadClock(m.Clock)
	if !ok {
		return time.Time{}, MomentClock
	}
	at = time.Date(day.Year(), day.Month(), day.Day(), int(clock/time.Hour), int(clock%time.Hour/time.Minute), 0, 0, time.Local)
	if !at.After(now) {
		return time.Time{}, MomentPast
	}
	return at, ""
}

// ReadDay reads a day as Norwegians write it, 24.12.2026, or as yyyy-mm-dd.
func ReadDay(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	var year, month, day int
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		day, month, year = whole(m[1]), whole(m[2]), whole(m[3])
		if len(m[3]) == 2 {
			year += firstYear
		}
	} else if m := yearFirst.FindStringSubmatch(text); m != nil {
		year, month, day = whole(m[1]), whole(m[2]), whole(m[3])
	}
	at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.Local)
	if year < firstYear || year > lastYear || int(at.Month()) != month || at.Day() != day {
		return time.Time{}, false
	}
	return at, true
}

// ReadClock reads a time of day: 9, 09:30, 9.30 or 0930.
func ReadClock(text string) (time.Duration, bool) {
	m := clockForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, false
	}
	hour, minute := whole(m[1]), 0
	if m[2] != "" {
		minute = whole(m[2])
	}
	if hour > 23 || minute > 59 {
		return 0, false
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, true
}

// whole is a number that a pattern has found to be digits.
func whole(text string) int {
	n, _ := strconv.Atoi(text) // at most four digits
	return n
}

// MomentField asks for a day and a time; the ids are id.day and id.clock. What is
// typed goes into m.
func MomentField(env *Env, id, label string, m *Moment) *Pair {
	pair := PairField(id, label, Half{ID: "day", Example: env.T("letter.day.example"), Width: 136},
		Half{ID: "clock", Example: env.T("letter.clock.example"), Width: 88})
	pair.First.SetText(m.Day)
	pair.Second.SetText(m.Clock)
	pair.First.OnChanged = func(text string) { m.Day = text }
	pair.Second.OnChanged = func(text string) { m.Clock = text }
	return pair
}
