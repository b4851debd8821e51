package jobs

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/look"
)

// mostLetters is how many letters the text for Digipost lists of a job; the rest is
// counted.
const mostLetters = 200

// wrongReport is what the text for Digipost is made of: the case, its jobs in order,
// and of each the letters that reached somebody wrong.
type wrongReport struct {
	post.Misdelivery
	jobs  []post.Job
	items map[string][]post.Item
}

// supportText is a message to Digipost's support about letters to wrong people, to be
// read out or copied. Digipost asks to be told at once (digipost.no,
// "Feilsendinger"). It holds our ids, times and counts; names only where the person
// chose so, and birth numbers never.
func supportText(words *look.Words, r wrongReport, now time.Time) string {
	sender := post.Sender{}
	if len(r.jobs) > 0 {
		sender = r.jobs[0].Sender
	}
	id := strconv.FormatInt(sender.SenderID, 10)
	lines := []string{words.Count("wrong.text.subject", r.Count(), "sender", sender.Name, "id", id), "", words.Get("wrong.text.intro"), ""}
	say := func(key string, pairs ...string) { lines = append(lines, words.Get("wrong.text."+key, pairs...)) }
	say("sender", "sender", sender.Name, "id", id)
	if sender.Environment != post.Production {
		say("environment." + string(sender.Environment))
	}
	say("noticed", "time", words.Time(r.Noticed))
	for _, job := range r.jobs {
		lines = append(lines, "")
		lines = append(lines, r.jobLines(words, job)...)
	}
	lines = append(lines, "")
	for _, key := range []string{"ask", "ask.lock", "ask.opened", "ask.next"} {
		say(key)
	}
	lines = append(lines, "")
	say("contact")
	return number.MaskBirthNumbers(strings.Join(lines, "\n"), number.RuleOn(now))
}

// jobLines tell of one job and its letters.
func (r wrongReport) jobLines(words *look.Words, job post.Job) []string {
	lines := []string{words.Get("wrong.text.job", "name", r.jobName(words, job))}
	say := func(key, value string) {
		if value != "" {
			lines = append(lines, words.Get("wrong.text."+key, "value", value))
		}
	}
	say("job.id", job.ID)
	say("job.batch", job.BatchJobID)
	say("job.rest_batch", job.RESTBatch)
	say("job.upload", job.UploadName)
	say("job.approved", words.Time(job.ApprovedAt))
	say("job.handed_over", words.Time(job.HandedOver))
	say("job.ended", words.Time(job.Ended))
	if job.Ending != "" {
		say("job.stop", ending(words, job))
	} else {
		say("job.state", words.Get("job.state."+string(job.State)))
	}
	items := r.items[job.ID]
	lines = append(lines, words.Count("wrong.text.letters", len(r.People[job.ID]), "total", words.Number(job.Counts.Total)))
	for i, item := range items[:min(len(items), mostLetters)] {
		lines = append(lines, strconv.Itoa(i+1)+". "+r.letterLine(words, job, item))
	}
	if more := len(items) - mostLetters; more > 0 {
		lines = append(lines, words.Count("wrong.text.more", more))
	}
	return lines
}

// letterLine is one letter: its ids, what came of it and when.
func (r wrongReport) letterLine(words *look.Words, job post.Job, item post.Item) string {
	var said []string
	add := func(key, value string) {
		if value != "" {
			said = append(said, words.Get("wrong.text.letter."+key, "value", value))
		}
	}
	add("message", item.MessageID)
	add("document", strings.Join(item.DocumentUUIDs, ", "))
	add("key", item.RecipientKey)
	status := words.Status(string(job.Shown(item)))
	if at := sinceText(words, item); at != "" {
		status = words.Get("wrong.text.letter.at", "status", status, "time", at)
	}
	said = append(said, status)
	if r.Named {
		add("name", item.Name)
	}
	return strings.Join(said, " · ")
}

// jobName is what the job is called, unless that tells what or whom it is about: the
// subject was hidden, or somebody's name stands in it that is not to be told.
func (r wrongReport) jobName(words *look.Words, job post.Job) string {
	name := strings.ToLower(job.Name)
	names := func(item post.Item) bool {
		return slices.ContainsFunc(strings.Fields(strings.ToLower(item.Name)), func(part string) bool { return len(part) > 2 && strings.Contains(name, part) })
	}
	if job.Options.Sensitive || !r.Named && slices.ContainsFunc(r.items[job.ID], names) {
		return words.Get("wrong.text.hidden")
	}
	return job.Name
}
