package job

import (
	"context"
	"fmt"
	"slices"
	"time"

	"brevdue/app/post"
)

// heldMoves are the moves of a letter in a batch at the sender API that was
// surely not completed, or that is not there any more: it may be called back.
var heldMoves = map[post.ItemStatus][]post.ItemStatus{
	post.ItemReady:    {post.ItemStopped, post.ItemUnsure},
	post.ItemSending:  {post.ItemReady, post.ItemStopped, post.ItemUnsure},
	post.ItemUnsure:   {post.ItemReady, post.ItemStopped},
	post.ItemReceived: {post.ItemReady, post.ItemStopped, post.ItemUnsure},
}

// moveHeld changes the status of a letter in such a batch.
func moveHeld(item *post.Item, to post.ItemStatus) error {
	if !slices.Contains(heldMoves[item.Status], to) {
		return post.NewFault(post.CodeWrongState, nil, "job", item.Job, "state", string(item.Status), "wanted", string(to))
	}
	item.Status = to
	return nil
}

// underWay are the statuses of letters that have no outcome yet.
var underWay = []post.ItemStatus{post.ItemReady, post.ItemUnsure, post.ItemSending}

// leave takes a batch that is on its way out to the end: it is cancelled at
// Digipost, and then the job is stopped, or its letters are ready again.
func (e *Engine) leave(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	if job.BatchStep == post.BatchCancelling {
		var err error
		if job, err = e.cancelBatch(ctx, job); err != nil || job.BatchStep == post.BatchCompleted {
			return orMoved(err)
		}
	}
	ctx = context.WithoutCancel(ctx)
	if job.Ending != "" {
		return 0, false, e.stopHeld(ctx, job)
	}
	return 0, true, e.anew(ctx, job)
}

// cancelBatch has the batch deleted at Digipost. Only its answer, or that there
// is no such batch, makes it cancelled; that it was completed before is found
// out, too.
func (e *Engine) cancelBatch(ctx context.Context, job post.Job) (post.Job, error) {
	call, cancel := e.graceful(ctx)
	defer cancel()
	counts, found, err := e.RESTBatch.BatchCounts(call, job.Sender, job.RESTBatch)
	if err != nil {
		return job, fmt.Errorf("ask about a batch to cancel: %w", err)
	}
	ctx = context.WithoutCancel(ctx)
	if found && counts.Committed {
		_, _, err := e.completed(ctx, job)
		job.BatchStep = post.BatchCompleted
		return job, err
	}
	if found {
		if err := e.RESTBatch.CancelBatch(call, job.Sender, job.RESTBatch); err != nil {
			return job, fmt.Errorf("cancel the batch: %w", err)
		}
	}
	return e.atStep(ctx, job, post.BatchCancelled, nil)
}

// stopHeld ends a stopped job whose batch is gone: nothing was delivered.
func (e *Engine) stopHeld(ctx context.Context, job post.Job) error {
	if err := e.callBack(ctx, job.ID, func(item *post.Item) error {
		item.Reason = post.ReasonStoppedByUser
		return moveHeld(item, post.ItemStopped)
	}); err != nil {
		return err
	}
	return e.nobodyLeft(ctx, job)
}

// callBack changes all letters that are, or may be, in a batch which is gone, and
// those that were still to go there.
func (e *Engine) callBack(ctx context.Context, id string, change func(*post.Item) error) error {
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, id, nil, func(item *post.Item) error {
		if !slices.Contains(underWay, item.Status) && item.Status != post.ItemReceived {
			return post.ErrSkip
		}
		item.UpdatedAt = now
		return change(item)
	}); err != nil {
		return fmt.Errorf("call the letters back: %w", err)
	}
	return nil
}

// anew makes the letters of a batch that is gone ready under new ids, since
// Digipost may remember the old ones, and gives the job a new batch. After a
// batch that vanished, or when its clock ran out long ago, a person is asked
// again; else it goes on as it was approved.
func (e *Engine) anew(ctx context.Context, job post.Job) error {
	left := 0
	if err := e.callBack(ctx, job.ID, func(item *post.Item) error {
		left++
		if item.Status == post.ItemReady && item.SentAt.IsZero() {
			return post.ErrSkip
		}
		e.renew(item)
		if item.Status == post.ItemReady {
			return nil
		}
		return moveHeld(item, post.ItemReady)
	}); err != nil {
		return err
	}
	vanished := job.BatchStep == post.BatchGone
	job, err := e.atStep(ctx, job, post.BatchNone, func(job *post.Job) error {
		job.RESTBatch = e.NewUUID()
		if job.Ending != "" { // asked meanwhile: the next round stops it
			return errMoved
		}
		job.Moves()
		if !vanished || left == 0 {
			return nil
		}
		job.Trouble, job.TroubleSince, job.PausedAt = post.CodeBatchGone, e.Clock.Now(), time.Time{}
		return moveJob(job, post.JobReady)
	})
	if err != nil {
		_, _, err = orMoved(err)
		return err
	}
	code := "batch_again"
	if vanished {
		code = "batch_gone"
	}
	e.audit(ctx, job.ID, code, nil)
	e.event(ctx, job.ID, code, counted(left))
	e.changed(job.ID)
	return nil
}

// renew gives a letter new ids and the state of one that was never sent.
func (e *Engine) renew(item *post.Item) {
	item.MessageID = e.NewUUID()
	uuids := make([]string, len(item.DocumentUUIDs))
	for i := range uuids {
		uuids[i] = e.NewUUID()
	}
	item.DocumentUUIDs = uuids
	item.Attempts, item.SentAt, item.NotBefore, item.SentSHA256 = 0, time.Time{}, time.Time{}, ""
	item.Channel, item.Reason, item.Detail, item.DeliveredAt = post.ChannelNone, post.ReasonNone, "", time.Time{}
}

// stopAtDigipost writes a stop into a job whose letters wait at Digipost: from
// then on nobody completes the batch, unless that was begun before. ok is false
// where nothing is there and the job stops like any other.
func stopAtDigipost(job *post.Job) (ok bool, err error) {
	if !job.HoldsAtDigipost() || job.BatchStep == post.BatchNone {
		return false, nil
	}
	switch {
	case job.BatchStep == post.BatchCompleted:
		job.Ending = post.TooLate
		return true, nil
	case uploaded(job.BatchStep):
		err = moveStep(job, post.BatchCancelling)
	}
	job.Ending = post.EndingUnknown // until Digipost has answered
	job.PausedAt = time.Time{}
	return true, err
}

// takeOutOfBatch takes people out of a batch at Digipost, which has no way to do
// that: the batch is cancelled, and the others go into another one under new ids.
// When it may have been completed it is too late.
func (e *Engine) takeOutOfBatch(ctx context.Context, job post.Job, named func(*post.Item) bool) (taken bool, err error) {
	if uploaded(job.BatchStep) {
		if job, err = e.atStep(ctx, job, post.BatchCancelling, nil); err != nil {
			_, _, err = orMoved(err)
			return false, err
		}
	}
	if job.BatchStep == post.BatchCancelling {
		if job, err = e.cancelBatch(ctx, job); err != nil {
			_, _, err = orMoved(err)
			return false, err
		}
	}
	if job.BatchStep != post.BatchCancelled || job.Ending != "" {
		return false, nil
	}
	if err := e.callBack(ctx, job.ID, func(item *post.Item) error {
		if !named(item) {
			return post.ErrSkip
		}
		taken, item.Reason = true, post.ReasonTakenOut
		return moveHeld(item, post.ItemStopped)
	}); err != nil {
		return false, err
	}
	return taken, e.anew(context.WithoutCancel(ctx), job)
}
