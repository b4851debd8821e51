package job

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"brevdue/app/post"
)

// unsureTooLong is how long a letter may be unsure before somebody has to look
// at it.
const unsureTooLong = time.Hour

// deviant are the statuses of letters that did not go as they should.
var deviant = map[post.ItemStatus]post.DeviationCode{
	post.ItemNotDelivered: post.DeviationNotDelivered,
	post.ItemUnsure:       post.DeviationUnsure,
	post.ItemHeld:         post.DeviationHeld,
	post.ItemPrintFailed:  post.DeviationPrintFailed,
}

// Deviations gives what did not go as it should, the oldest first; open leaves
// out what is closed.
func (e *Engine) Deviations(ctx context.Context, open bool) ([]post.Deviation, error) {
	return e.Store.Deviations(ctx, open)
}

// AssignDeviation stores who sees to a deviation, and their note.
func (e *Engine) AssignDeviation(ctx context.Context, id int64, owner, note string) error {
	return e.deviation(ctx, id, "", func(d *post.Deviation) {
		d.Owner, d.Note = strings.TrimSpace(owner), strings.TrimSpace(note)
	})
}

// CloseDeviation closes one for the reason a person gives. It does not come back.
func (e *Engine) CloseDeviation(ctx context.Context, id int64, why string) error {
	return e.deviation(ctx, id, "deviation_closed", func(d *post.Deviation) {
		d.Closed, d.Why, d.Resolved = e.Clock.Now(), strings.TrimSpace(why), false
	})
}

func (e *Engine) deviation(ctx context.Context, id int64, action string, change func(*post.Deviation)) error {
	found, err := e.Store.UpdateDeviation(ctx, id, change)
	if err != nil {
		return fmt.Errorf("write down about a deviation: %w", err)
	}
	number := strconv.FormatInt(id, 10)
	if !found {
		return post.NewFault(post.CodeDeviationUnknown, nil, "deviation", number)
	}
	if action != "" {
		e.audit(ctx, "", action, map[string]string{"deviation": number})
	}
	e.told("")
	return nil
}

// reconcile brings the deviations of a job up to date. What cannot be written
// down now is found again the next time.
func (e *Engine) reconcile(ctx context.Context, id string) {
	if err := e.note(ctx, id); err != nil && ctx.Err() == nil {
		e.Log.Warn("deviations", "job", id, "code", string(post.CodeOf(err)), "error", err)
	}
}

func (e *Engine) note(ctx context.Context, id string) error {
	job, err := e.Store.Job(ctx, id)
	if err != nil {
		return err
	}
	now := e.Clock.Now()
	var found []post.Deviation
	switch {
	case job.State == post.JobReady || job.Kind == post.KindSplit && job.State != post.JobRefused && job.Trouble != post.CodeReceiptLate:
	case job.State == post.JobRefused:
		// One for all: what is to be done is the same.
		found = append(found, post.Deviation{Code: post.DeviationRefused, Since: job.Ended})
	case job.Trouble == post.CodeReceiptLate:
		found = append(found, post.Deviation{Code: post.DeviationReceiptLate, Since: job.TroubleSince})
	}
	if job.Kind != post.KindSplit && job.State != post.JobReady && job.State != post.JobRefused {
		items, err := e.Store.Items(ctx, id, post.ItemQuery{Statuses: []post.ItemStatus{
			post.ItemNotDelivered, post.ItemUnsure, post.ItemHeld, post.ItemPrintFailed}})
		if err != nil {
			return err
		}
		for _, item := range items {
			if since, deviates := deviates(item, now); deviates {
				found = append(found, post.Deviation{Seq: item.Seq, Code: deviant[item.Status], Since: since})
			}
		}
	}
	changed, err := e.Store.NoteDeviations(ctx, id, found, now)
	if changed {
		e.told(id)
	}
	return err
}

// deviates reports whether somebody has to look at a letter, and since when.
// Those who were left out of the plan were known before it was approved.
func deviates(item post.Item, now time.Time) (since time.Time, yes bool) {
	switch since = item.UpdatedAt; item.Status {
	case post.ItemNotDelivered:
		return since, item.Attempts > 0
	case post.ItemUnsure:
		if !item.SentAt.IsZero() {
			since = item.SentAt
		}
		return since, now.Sub(since) >= unsureTooLong
	case post.ItemPrintFailed:
		if !item.StatusAt.IsZero() {
			since = item.StatusAt
		}
	}
	return since, true
}

// reconcileAll does so for the jobs in which something may have changed lately.
func (e *Engine) reconcileAll(ctx context.Context) error {
	jobs, err := e.Store.Jobs(ctx, post.JobQuery{})
	if err != nil {
		return fmt.Errorf("look for deviations: %w", err)
	}
	oldest := e.Clock.Now().Add(-newsAge)
	for _, job := range jobs {
		if job.State != post.JobReady && !lastDate(job).Before(oldest) {
			e.reconcile(ctx, job.ID)
		}
	}
	return nil
}
