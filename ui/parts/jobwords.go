package parts

import (
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// JobNow is where a job is, as a person sees it: one that is paused, planned or
// held up says so.
func JobNow(words *look.Words, job post.Job) Status {
	switch {
	case job.State.Finished():
	case !job.PausedAt.IsZero():
		return ItemStatus(words, post.ItemPaused)
	case job.State == post.JobCoolingOff && !job.StartAt.IsZero():
		return ItemStatus(words, post.ItemScheduled)
	case job.Trouble == post.CodeBatchCounts && job.State != post.JobReady:
		return Status{Icon: look.IconHand, Color: look.Care, Word: words.Get("jobs.needs_you")}
	case job.Trouble != "" && job.State != post.JobReady:
		return Status{Icon: look.IconWarning, Color: look.Care, Word: words.Get("jobs.held_up")}
	}
	return JobState(words, job.State)
}

// DeviationStatus is a kind of deviation with its shape.
func DeviationStatus(words *look.Words, code post.DeviationCode) Status {
	status := Status{Icon: look.IconCross, Color: look.Stop, Word: words.Get("jobs.deviation." + string(code))}
	switch code {
	case post.DeviationUnsure:
		status.Icon, status.Color = look.IconQuestion, look.Care
	case post.DeviationHeld:
		status.Icon, status.Color = look.IconHand, look.Care
	case post.DeviationReceiptLate:
		status.Icon, status.Color = look.IconClock, look.Care
	}
	return status
}

// Age is how long ago something was, in the largest whole unit.
func Age(words *look.Words, at, now time.Time) string {
	switch passed := now.Sub(at); {
	case passed < time.Minute:
		return words.Get("jobs.age.now")
	case passed < time.Hour:
		return words.Count("jobs.age.minutes", int(passed/time.Minute))
	case passed < 24*time.Hour:
		return words.Count("jobs.age.hours", int(passed/time.Hour))
	default:
		return words.Count("jobs.age.days", int(passed/(24*time.Hour)))
	}
}

// ShortFingerprint is the beginning of a fingerprint in groups of four, for an eye
// that compares; the whole one stands where it can be copied.
func ShortFingerprint(fingerprint string) string {
	const groups = 4
	short := ""
	for i := 0; i < groups && 4*i+4 <= len(fingerprint); i++ {
		if i > 0 {
			short += " "
		}
		short += fingerprint[4*i : 4*i+4]
	}
	return short
}
