package jobs

import (
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// Digipost's own names of the events that say a reminder did not arrive. The
// letter itself is where it was.
const (
	smsFailed   = "SMS_NOTIFICATION_FAILED"
	emailFailed = "EMAIL_NOTIFICATION_FAILED"
)

// moment is one point of a letter's life. At is zero where the time is not
// known; Day is true where only the day is.
type moment struct {
	// Status gives shape and words; Key gives other words.
	Status post.ItemStatus
	Key    string
	At     time.Time
	Day    bool
	// Ahead has not happened yet, and may not.
	Ahead bool
}

// life is what became of a letter so far, the oldest first, and then what is
// still to come. What Digipost has not told is not made up: a letter on paper
// says nothing of a digital delivery before it.
func life(job post.Job, item post.Item, now time.Time) []moment {
	var m []moment
	add := func(moment moment) { m = append(m, moment) }
	if !job.ApprovedAt.IsZero() {
		add(moment{Status: post.ItemReady, Key: "approved", At: job.ApprovedAt})
	}
	if !item.SentAt.IsZero() {
		add(moment{Status: post.ItemSending, Key: "sent", At: item.SentAt})
	}
	switch item.Status {
	case post.ItemReceived, post.ItemHeld, post.ItemUnsure, post.ItemNotDelivered, post.ItemStopped:
		if !hidden(item, now) {
			add(moment{Status: item.Status, At: item.StatusAt})
		}
	case post.ItemPending:
		add(moment{Status: item.Status, Key: pendingKey(job), At: item.StatusAt})
	case post.ItemDelivered:
		add(moment{Status: item.Status, At: delivered(item)})
	case post.ItemOpened:
		if !item.DeliveredAt.IsZero() {
			add(moment{Status: post.ItemDelivered, At: item.DeliveredAt})
		}
		add(moment{Status: item.Status, At: item.StatusAt})
	case post.ItemPrinting:
		add(moment{Status: item.Status, At: printedAt(job, item)})
	case post.ItemPosted, post.ItemPrintFailed, post.ItemShredded:
		add(moment{Status: post.ItemPrinting, At: printedAt(job, item)})
		add(moment{Status: item.Status, At: item.StatusAt, Day: item.Status == post.ItemPosted})
	}
	if reminderFailed(item) {
		add(moment{Status: post.ItemHeld, Key: "reminder_failed"})
	}
	return append(m, toCome(job, item, now)...)
}

// toCome is what was chosen to happen later and still can.
func toCome(job post.Job, item post.Item, now time.Time) []moment {
	var m []moment
	add := func(status post.ItemStatus, key string, at time.Time) {
		if at.After(now) {
			m = append(m, moment{Status: status, Key: key, At: at, Ahead: true})
		}
	}
	if hidden(item, now) {
		add(post.ItemScheduled, "shows", item.DeliveredAt)
	}
	if item.Status == post.ItemPending && job.Options.Invite != nil {
		add(post.ItemScheduled, "deadline", job.Options.Invite.Deadline)
	}
	unread := item.Status == post.ItemDelivered || item.Status == post.ItemReceived
	if paper := job.Options.Paper; unread && paper != nil {
		add(post.ItemScheduled, "paper", paper.IfUnreadBy)
	}
	return m
}

// hidden reports whether the letter is at Digipost but not to be seen yet.
func hidden(item post.Item, now time.Time) bool {
	return item.Status == post.ItemReceived && item.DeliveredAt.After(now)
}

// delivered is when a letter was in the mailbox.
func delivered(item post.Item) time.Time {
	if item.DeliveredAt.IsZero() {
		return item.StatusAt
	}
	return item.DeliveredAt
}

// printedAt is when a letter was handed to the printers; zero where the time
// there is may be that of a digital delivery before.
func printedAt(job post.Job, item post.Item) time.Time {
	switch {
	case item.Status == post.ItemPrinting && !item.StatusAt.IsZero():
		return item.StatusAt
	case job.Options.Paper != nil && !job.Options.Paper.IfUnreadBy.IsZero():
		return time.Time{}
	}
	return item.DeliveredAt
}

// reminderFailed reports whether a reminder did not arrive.
func reminderFailed(item post.Item) bool {
	return item.Detail == smsFailed || item.Detail == emailFailed
}

// codeOf is Digipost's own code where something went wrong, to tell support.
func codeOf(item post.Item) string {
	if item.Reason == post.ReasonNone && !reminderFailed(item) {
		return ""
	}
	return item.Detail
}

func pendingKey(job post.Job) string {
	if job.Options.Invite != nil {
		return "invited"
	}
	return ""
}

// timed are the statuses of which it is known when they came about.
var timed = []post.ItemStatus{post.ItemDelivered, post.ItemOpened, post.ItemPrinting, post.ItemPosted, post.ItemPrintFailed, post.ItemShredded}

// since is when the item's status came about, for a row of a list; zero where it
// is not known.
func since(item post.Item) time.Time {
	switch {
	case !item.StatusAt.IsZero():
		return item.StatusAt
	case item.Status == post.ItemDelivered || item.Status == post.ItemPrinting:
		return item.DeliveredAt
	}
	return time.Time{}
}

// sinceText writes since: posting has a day, everything else a time.
func sinceText(words *look.Words, item post.Item) string {
	if item.Status == post.ItemPosted {
		return words.Date(since(item))
	}
	return words.Time(since(item))
}

// explain says why, and what to do; nothing where there is nothing to say.
func explain(words *look.Words, job post.Job, item post.Item, now time.Time) string {
	text := ""
	switch {
	case item.Status == post.ItemPrintFailed && (item.Reason == post.ReasonNone || item.Reason == post.ReasonOther):
		text = words.Get("jobs.explain.print_failed")
	case item.Status == post.ItemPrintFailed:
		text = words.Get("jobs.explain.print_failed.why", "reason", words.Reason(string(item.Reason)))
	case item.Reason != post.ReasonNone:
		text = words.Reason(string(item.Reason))
	case heldThere(job, item):
		text = words.Get("jobs.explain.held_there")
	case hidden(item, now):
		text = words.Get("jobs.explain.hidden", "time", words.Time(item.DeliveredAt))
	case item.Status == post.ItemPending && job.Options.Invite != nil:
		text = invited(words, job)
	case words.Has("jobs.explain." + string(item.Status)):
		text = words.Get("jobs.explain." + string(item.Status))
	}
	if reminderFailed(item) {
		text = joinSentences(text, words.Get("jobs.reminder_failed"))
	}
	return text
}

// invited says how long an invitation stands and what comes after.
func invited(words *look.Words, job post.Job) string {
	key := "jobs.explain.invited"
	if job.Options.Paper != nil && job.Options.Paper.IfNoDigipost {
		key = "jobs.explain.invited.paper"
	}
	return words.Get(key, "time", words.Time(job.Options.Invite.Deadline))
}

// openness says whether one is told when a letter is opened; "" where that is
// no question.
func openness(words *look.Words, job post.Job, item post.Item) string {
	switch {
	case item.Status != post.ItemDelivered || item.Channel == post.ChannelEPost || item.Channel == post.ChannelPeppol:
		return ""
	case job.Options.OpeningReceipt:
		return words.Get("jobs.unopened")
	}
	return words.Get("jobs.opening_unknown")
}

func joinSentences(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}
