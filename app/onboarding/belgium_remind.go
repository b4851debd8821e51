package onboarding

import (
	"time"

	"brevdue/app/post"
)

// EBoxReminder is a step that somebody else is to do and has not done.
type EBoxReminder struct {
	Step string
	// Since is when it was asked for, At when the person is to be reminded next, Due
	// that this is past.
	Since, At time.Time
	Due       bool
}

// EBoxReminders gives the waiting steps with a reminder, in their order. A step
// that usually is the person's own gets one, too, once somebody was asked.
func EBoxReminders(t post.EBoxTrajectory, now time.Time) []EBoxReminder {
	t = EBoxSettle(t)
	var list []EBoxReminder
	for i, info := range EBoxSteps(t.OwnKey) {
		step := t.Steps[i]
		if step.State != post.EBoxWaiting {
			continue
		}
		days := info.RemindAfter
		if days == 0 {
			days = remindAfter
		}
		from := step.Date
		if step.Reminded.After(from) {
			from = step.Reminded
		}
		at := afterBelgianDays(from.In(now.Location()), days)
		list = append(list, EBoxReminder{Step: step.ID, Since: step.Date, At: at, Due: !now.Before(at)})
	}
	return list
}

// afterBelgianDays is the same hour so many Belgian working days later.
func afterBelgianDays(t time.Time, days int) time.Time {
	for days > 0 {
		t = t.AddDate(0, 0, 1)
		if t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !belgianHoliday(t) {
			days--
		}
	}
	return t
}

// belgianHoliday reports whether a day is one of Belgium's ten legal holidays
// (law of 4 January 1974).
func belgianHoliday(t time.Time) bool {
	y, m, d := t.Date()
	switch fixed := int(m)*100 + d; fixed {
	case 101, 501, 721, 815, 1101, 1111, 1225:
		return true
	}
	switch day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC); int(day.Sub(easter(y)).Hours() / 24) {
	case 1, 39, 50: // Easter Monday, Ascension, Whit Monday
		return day.After(easter(y))
	}
	return false
}

// easter is Easter Sunday of a year, by the anonymous Gregorian algorithm.
func easter(y int) time.Time {
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	n := h + l - 7*((a+11*h+22*l)/451) + 114
	return time.Date(y, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}
