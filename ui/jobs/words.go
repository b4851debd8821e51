package jobs

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// trouble says in plain words what holds a job up and what happens next. Most
// faults are told by their own words; those that speak of a command have others
// here, and gaps that a job does not keep are left out.
func trouble(words *look.Words, code post.Code, fields map[string]string) string {
	if key := "jobs.trouble." + string(code); words.Has(key) {
		return words.Get(key)
	}
	if !words.Has("fault." + string(code)) {
		return words.Get("jobs.trouble.other", "code", string(code))
	}
	what, next := parts.Explain(words, code, fields)
	return what + " " + next
}

// ending says what a stop achieved.
func ending(words *look.Words, job post.Job) string {
	return words.Count("ending."+string(job.Ending), reached(job))
}

// eventText is one line of the time line.
func eventText(words *look.Words, event post.Event) string {
	key := "jobs.event." + event.Code
	switch event.Code {
	case "held_up":
		return trouble(words, post.Code(event.Fields["code"]), nil)
	case "stopped":
		if event.Fields["ending"] == string(post.SomeDelivered) {
			return words.Get("jobs.event.stopped.some")
		}
		return words.Get("ending." + event.Fields["ending"])
	case "extended":
		seconds, _ := strconv.Atoi(event.Fields["seconds"])
		return words.Count(key, max(1, seconds/60))
	}
	if count, err := strconv.Atoi(event.Fields["count"]); err == nil {
		return words.Count(key, count)
	}
	return words.Get(key)
}

// listWords are the cells beside the rows in a copy of the person's list. They
// hold the words of one moment, so that another thread may read them.
type listWords struct{ texts texts }

// texts are words that do not change any more; those of a language.
type texts interface {
	Get(key string, pairs ...string) string
	Status(status string) string
	Reason(reason string) string
}

// Headings are the headings of the new columns.
func (w listWords) Headings(job post.Job) []string {
	if job.Kind == post.KindSplit {
		return []string{w.texts.Get("command.copy.digipost"), w.texts.Get("command.copy.why")}
	}
	return []string{w.texts.Get("command.copy.status"), w.texts.Get("command.copy.why")}
}

// Cells are the values for one item.
func (w listWords) Cells(job post.Job, item post.Item) []string {
	if job.Kind != post.KindSplit {
		return []string{w.texts.Status(string(job.Shown(item))), w.texts.Reason(string(item.Reason))}
	}
	status, reason := finding(item)
	return []string{w.texts.Get(splitKey(status)), w.texts.Reason(string(reason))}
}

// finding is a split's answer for an item. Somebody Digipost was never asked
// about, because nothing in the list says who it is, counts as invalid.
func finding(item post.Item) (post.SplitStatus, post.Reason) {
	switch {
	case item.Finding != nil:
		return item.Finding.Status, item.Finding.Reason
	case item.Status == post.ItemNotDelivered:
		return post.Invalid, item.Reason
	}
	return post.NeverChecked, post.ReasonNone
}

func splitKey(status post.SplitStatus) string {
	if status == post.NeverChecked {
		return "split.never"
	}
	return "split." + string(status)
}

// copyName is the place offered for a copy of the list: beside it, under its own name
// with a word and the time, so that no earlier copy is in the way.
func copyName(words *look.Words, job post.Job, now time.Time) string {
	ending := filepath.Ext(job.Source.Path)
	return strings.TrimSuffix(job.Source.Path, ending) + words.Get("jobs.copy.suffix") + now.Format("2006-01-02 1504") + ending
}
