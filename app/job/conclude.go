package job

import (
	"context"
	"fmt"
	"strconv"

	"brevdue/app/post"
)

// DetailNoRow is the detail of a letter that is unsure because the final result
// of its mailing does not mention it, DetailTwoRows that of one about which it
// says two things.
const (
	DetailNoRow   = "NO_ROW"
	DetailTwoRows = "TWO_ROWS"
)

// refuse closes a job that Digipost refused whole.
func (e *Engine) refuse(ctx context.Context, job post.Job, text string) error {
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		if !atDigipost(job, *item) {
			return post.ErrSkip
		}
		item.UpdatedAt = now
		return put(item, post.Outcome{Status: post.ItemNotDelivered, Reason: post.ReasonRefused, Channel: post.ChannelNone})
	}); err != nil {
		return fmt.Errorf("write down the refusal: %w", err)
	}
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.RefusedText, job.Ended = text, now
		if job.Ending != "" {
			job.Ending = post.NothingDelivered
		}
		job.Moves()
		return moveJob(job, post.JobRefused)
	})
	if err != nil {
		return fmt.Errorf("close the refused job: %w", err)
	}
	return e.closed(ctx, job)
}

// atDigipost reports whether an item of a batch job waits for its answer. Of a
// split received is the answer, of a mailing only that the file arrived.
func atDigipost(job post.Job, item post.Item) bool {
	switch item.Status {
	case post.ItemSending:
		return true
	case post.ItemReceived, post.ItemHeld:
		return job.Kind != post.KindSplit
	}
	return false
}

// progress writes down of a mailing that Digipost has it, or holds it back until
// somebody has looked at it.
func (e *Engine) progress(ctx context.Context, job post.Job, all tidings) error {
	to, from := post.ItemReceived, job.Counts.ByStatus[post.ItemSending]
	if all.held {
		to, from = post.ItemHeld, from+job.Counts.ByStatus[post.ItemReceived]
	}
	if job.Kind == post.KindSplit || from == 0 || !all.held && !all.arrived && !all.elsewhere {
		return nil
	}
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		if !atDigipost(job, *item) || item.Status == to || item.Status == post.ItemHeld {
			return post.ErrSkip
		}
		item.UpdatedAt = now
		return moveItem(item, to)
	}); err != nil {
		return fmt.Errorf("write down that Digipost has the letters: %w", err)
	}
	if all.held {
		e.event(ctx, job.ID, "held", nil)
		e.reconcile(ctx, job.ID)
	}
	e.changed(job.ID)
	return nil
}

// conclude takes the answers to the items and the register and closes the job.
// Done again after a crash, each step finds what it has done already.
func (e *Engine) conclude(ctx context.Context, job post.Job, rows answers) error {
	now := e.Clock.Now()
	change := func(item *post.Item) error { return answerQuestion(item, rows) }
	if job.Kind != post.KindSplit {
		change = func(item *post.Item) error { return answerLetter(job, item, rows) }
	}
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		item.UpdatedAt = now
		if atDigipost(job, *item) {
			return change(item)
		}
		return answerLate(job, item, rows)
	}); err != nil {
		return fmt.Errorf("write down the answers: %w", err)
	}
	items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{})
	if err != nil {
		return fmt.Errorf("read the answers: %w", err)
	}
	if err := e.applyFindings(ctx, job, items); err != nil {
		return err
	}
	job, err = e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.Ended = now
		if job.Ending != "" && job.Kind != post.KindSplit {
			job.Ending = ending(job.Counts)
		}
		job.Moves()
		return moveJob(job, post.JobDone)
	})
	if err != nil {
		return fmt.Errorf("close the job: %w", err)
	}
	e.tellAnswers(ctx, job, items, rows)
	return e.closed(ctx, job)
}

// answerQuestion puts the answer about one recipient of a split into its item. A
// recipient the result does not mention is missing.
func answerQuestion(item *post.Item, rows answers) error {
	finding, answered := rows.findings[item.RecipientKey]
	if !answered {
		finding = post.Finding{RecipientKey: item.RecipientKey, Status: post.Missing}
	}
	item.Finding, item.Reason = &finding, finding.Reason
	return moveItem(item, post.ItemReceived)
}

// answerLetter joins the two rows about one letter of a mailing: the recipient's
// says who it is, the letter's what became of it. A letter without a row is
// unsure.
func answerLetter(job post.Job, item *post.Item, rows answers) error {
	if finding, answered := rows.findings[item.RecipientKey]; answered {
		item.Finding = &finding
	}
	outcome := post.Outcome{Status: post.ItemUnsure, Channel: post.ChannelNone, Detail: DetailNoRow}
	if len(item.DocumentUUIDs) > 0 {
		if row, answered := rows.letters[item.DocumentUUIDs[0]]; answered {
			outcome = row
		}
	}
	switch outcome.Status {
	case post.ItemNotDelivered:
		outcome.Reason = whyNot(job, *item, outcome.Reason)
	case post.ItemDelivered:
		if outcome.DeliveredAt = rows.ended; job.Options.DeliverAt.After(rows.ended) {
			outcome.DeliveredAt = job.Options.DeliverAt
		}
	}
	return put(item, outcome)
}

// answerLate takes what a result says of the recipient of a letter whose outcome
// is known already: news of it came before the result.
func answerLate(job post.Job, item *post.Item, rows answers) error {
	finding, answered := rows.findings[item.RecipientKey]
	if job.Kind == post.KindSplit || !answered || item.Finding != nil || item.SentAt.IsZero() {
		return post.ErrSkip
	}
	item.Finding = &finding
	return nil
}

// whyNot is why a letter of a mailing was not sent: what is wrong with the letter
// itself, else who the recipient is.
func whyNot(job post.Job, item post.Item, reason post.Reason) post.Reason {
	if reason != post.ReasonNone && reason != post.ReasonOther {
		return reason
	}
	paper := job.Options.Paper != nil && job.Options.Paper.IfNoDigipost
	switch {
	case item.Finding == nil || item.Finding.Reason == post.ReasonNone:
		return post.ReasonOther
	case paper && !hasAddress(item.To) && item.Finding.Reason == post.ReasonNotAUser:
		return post.ReasonMissingAddress // paper was wanted
	}
	return item.Finding.Reason
}

// tellAnswers adds what came to the time line: how many answers, and in what the
// result and the job differ.
func (e *Engine) tellAnswers(ctx context.Context, job post.Job, items []post.Item, rows answers) {
	keys, letters, missing := map[string]bool{}, map[string]bool{}, 0
	for _, item := range items {
		keys[item.RecipientKey] = true
		if len(item.DocumentUUIDs) > 0 {
			letters[item.DocumentUUIDs[0]] = true
		}
		if item.Status == post.ItemUnsure || item.Finding != nil && item.Finding.Status == post.Missing {
			missing++
		}
	}
	unknown := strangers(rows.findings, keys) + strangers(rows.letters, letters)
	if job.Kind == post.KindSplit {
		e.event(ctx, job.ID, "answered", counted(len(rows.findings)-strangers(rows.findings, keys)))
	} else {
		e.event(ctx, job.ID, "letters_answered", counted(len(rows.letters)-strangers(rows.letters, letters)))
	}
	if missing > 0 {
		e.event(ctx, job.ID, "rows_missing", counted(missing))
	}
	if unknown > 0 {
		e.Log.Warn("rows of others in a result", "job", job.ID, "count", unknown)
		e.event(ctx, job.ID, "rows_unknown", counted(unknown))
	}
}

// strangers counts the rows that belong to nobody in the job.
func strangers[Row any](rows map[string]Row, known map[string]bool) int {
	n := 0
	for id := range rows {
		if !known[id] {
			n++
		}
	}
	return n
}

func counted(n int) map[string]string { return map[string]string{"count": strconv.Itoa(n)} }

// applyFindings brings the register up to date and notes what it cleared.
func (e *Engine) applyFindings(ctx context.Context, job post.Job, items []post.Item) error {
	var found []post.Item
	for _, item := range items {
		if item.Finding != nil {
			found = append(found, item)
		}
	}
	if len(found) == 0 {
		return nil
	}
	applied, err := e.Findings.ApplySplit(ctx, job, found)
	if err != nil {
		return fmt.Errorf("bring the register up to date: %w", err)
	}
	cleared := map[int]bool{}
	var seqs []int
	for _, item := range applied {
		if item.Finding != nil && item.Finding.Cleared {
			cleared[item.Seq] = true
			seqs = append(seqs, item.Seq)
		}
	}
	if len(seqs) == 0 {
		return nil
	}
	_, err = e.Store.UpdateItems(ctx, job.ID, seqs, func(item *post.Item) error {
		if item.Finding == nil || item.Finding.Cleared {
			return post.ErrSkip
		}
		item.Finding.Cleared = cleared[item.Seq]
		return nil
	})
	return err
}
