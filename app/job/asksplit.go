package job

import (
	"context"
	"fmt"
	"slices"
	"time"

	"brevdue/app/post"
)

// asksOneByOne reports whether a job is a split by the sender API: one question
// for each recipient, which has no effect at Digipost.
func asksOneByOne(job post.Job) bool { return job.Kind == post.KindSplit && job.Via == post.ViaREST }

// askDue asks about the recipients of a split that are due, a bounded number at a
// time, and closes the job when all have their answer.
func (e *Engine) askDue(ctx context.Context, job post.Job) (wait time.Duration, more bool, err error) {
	if job.Counts.ByStatus[post.ItemSending] > 0 { // their answers could not be written down
		if err := e.askAgain(ctx, job.ID); err != nil {
			return 0, true, err
		}
		return 0, true, nil
	}
	items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemReady}})
	switch {
	case err != nil:
		return 0, true, fmt.Errorf("read the recipients: %w", err)
	case len(items) == 0:
		return 0, false, e.allAnswered(ctx, job)
	case paused(job):
		return lookInterval, true, nil
	}
	due, next := split(items, e.Clock.Now())
	if len(due) == 0 {
		return max(next, 10*time.Millisecond), true, nil
	}
	if err := e.ready(ctx, job); err != nil {
		return 0, true, err
	}
	return 0, true, e.inParallel(ctx, job, due, func(item post.Item, allowance *allowance) error {
		return e.askWho(ctx, job, item, allowance)
	})
}

// askWho asks about one recipient. Its error holds the job up; the one it
// happened to lets the others go before, longer each time.
func (e *Engine) askWho(ctx context.Context, job post.Job, item post.Item, allowance *allowance) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := allowance.take(); err != nil {
		return err
	}
	call, cancel := e.graceful(ctx)
	defer cancel()
	if claimed, err := e.claim(call, item); err != nil || !claimed {
		return err
	}
	finding, cause := e.Letters.Identify(call, job.Sender, item.To)
	if cause == nil && !isAnswer(finding.Status) {
		cause = post.NewFault(post.CodeBadAnswer, nil, "status", "identify")
	}
	if err := e.answered(context.WithoutCancel(ctx), job, item.Seq, finding, cause); err != nil {
		return err
	}
	if cause != nil {
		return fmt.Errorf("ask whether a recipient has Digipost: %w", cause)
	}
	return nil
}

// isAnswer reports whether a status is one that Digipost gives about a recipient.
func isAnswer(status post.SplitStatus) bool {
	return slices.Contains([]post.SplitStatus{post.HasDigipost, post.Identified, post.Unidentified, post.Invalid}, status)
}

// answered writes down the answer about one recipient, or when to ask again.
func (e *Engine) answered(ctx context.Context, job post.Job, seq int, finding post.Finding, cause error) error {
	now := e.Clock.Now()
	_, err := e.Store.UpdateItems(ctx, job.ID, []int{seq}, func(item *post.Item) error {
		item.UpdatedAt = now
		if cause != nil {
			item.Detail = string(post.CodeOf(cause))
			item.NotBefore = now.Add(max(backoff(item.Attempts), retryAfter(post.FaultOf(cause).Fields)))
			return moveItem(item, post.ItemReady)
		}
		item.Finding, item.Reason, item.Detail = &finding, finding.Reason, ""
		return moveItem(item, post.ItemReceived)
	})
	if err != nil {
		return fmt.Errorf("write down the answer: %w", err)
	}
	if cause != nil {
		e.Log.Warn("ask whether a recipient has Digipost", "job", job.ID, "seq", seq, "code", string(post.CodeOf(cause)), "error", cause)
	}
	e.told(job.ID)
	return nil
}

// askAgain opens the questions whose answers are lost: a crash came before they
// were written down.
func (e *Engine) askAgain(ctx context.Context, id string) error {
	now := e.Clock.Now()
	_, err := e.Store.UpdateItems(ctx, id, nil, func(item *post.Item) error {
		if item.Status != post.ItemSending {
			return post.ErrSkip
		}
		item.UpdatedAt, item.NotBefore = now, now
		return moveItem(item, post.ItemReady)
	})
	if err != nil {
		return fmt.Errorf("open the questions without an answer: %w", err)
	}
	return nil
}

// allAnswered takes the answers to the register and closes the job. Done again
// after a crash, the register finds what it has taken already.
func (e *Engine) allAnswered(ctx context.Context, job post.Job) error {
	items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{})
	if err != nil {
		return fmt.Errorf("read the answers: %w", err)
	}
	items = slices.DeleteFunc(items, func(item post.Item) bool { return item.Finding == nil })
	if len(items) == 0 {
		return e.nobodyLeft(ctx, job)
	}
	if err := e.applyFindings(ctx, job, items); err != nil {
		return err
	}
	job, err = e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.Ended = e.Clock.Now()
		job.Moves()
		return moveJob(job, post.JobDone)
	})
	if err != nil {
		return fmt.Errorf("close the job: %w", err)
	}
	e.event(ctx, job.ID, "answered", counted(len(items)))
	return e.closed(ctx, job)
}
