package onboarding

import (
	"time"

	"brevdue/app/post"
)

// RemindAfter is how many working days an application is left alone before the
// person is reminded of it.
const RemindAfter = 3

// ReminderDue reports whether the person should be reminded of an application
// that Digipost has not answered: three working days after it was handed in,
// and again three working days after the reminder was put off.
func ReminderDue(attempt post.Onboarding, now time.Time) bool {
	if State(attempt.State) != Applied {
		return false
	}
	return !now.Before(RemindAt(attempt, now.Location()))
}

// RemindAt is when the person is to be reminded next; local says where it is
// weekend.
func RemindAt(attempt post.Onboarding, local *time.Location) time.Time {
	from := attempt.Applied
	if from.IsZero() { // of an attempt from before the date was kept
		from = attempt.Started
	}
	if attempt.Reminded.After(from) {
		from = attempt.Reminded
	}
	return afterWorkingDays(from.In(local), RemindAfter)
}

// afterWorkingDays is the same hour so many working days later. Saturdays and
// Sundays are no working days. Holidays are not known here: around Easter the
// reminder comes some days early, which does no harm.
func afterWorkingDays(t time.Time, days int) time.Time {
	for days > 0 {
		t = t.AddDate(0, 0, 1)
		if t.Weekday() != time.Saturday && t.Weekday() != time.Sunday {
			days--
		}
	}
	return t
}
