package job

import (
	"context"
	"errors"
	"fmt"

	"brevdue/app/post"
)

// metOutcome is what a request that was met is closed with.
const metOutcome = "done"

// meetRequests does what people asked of the job and gives the job as it is
// then.
func (e *Engine) meetRequests(ctx context.Context, id string) (post.Job, error) {
	requests, err := e.Store.OpenRequests(ctx, id)
	if err != nil {
		return post.Job{}, fmt.Errorf("read the requests: %w", err)
	}
	for _, request := range requests {
		outcome, err := metOutcome, error(nil)
		switch request.Kind {
		case post.RequestRefresh:
			continue // the watcher's
		case post.RequestStop:
			err = e.meetStop(ctx, id)
		case post.RequestTakeOut:
			err = e.meetTakeOut(ctx, request)
		case post.RequestComplete:
			err = e.meetComplete(ctx, id)
		}
		if err != nil && post.CodeOf(err) != post.CodeWrongState {
			// It stays open: nobody's stop may be lost because a disk was full.
			return post.Job{}, &unmetError{err, requests[len(requests)-1].ID}
		}
		if err != nil {
			outcome = string(post.CodeWrongState)
		}
		if err := e.Store.CloseRequest(ctx, request.ID, outcome); err != nil {
			return post.Job{}, fmt.Errorf("close the request: %w", err)
		}
	}
	return e.Store.Job(ctx, id)
}

// unmetError is what kept a request from being met; seen is the newest that was
// open then.
type unmetError struct {
	error
	seen int64
}

func (u *unmetError) Unwrap() error { return u.error }

// seenIn is the newest request that could not be met for an error, or 0.
func seenIn(err error) int64 {
	if unmet, ok := errors.AsType[*unmetError](err); ok {
		return unmet.seen
	}
	return 0
}

// meetStop stops what has not left the machine. When letters are unsure the
// job goes on asking, and says so.
func (e *Engine) meetStop(ctx context.Context, id string) error {
	job, err := e.Store.Job(ctx, id)
	if err != nil {
		return err
	}
	if inOneFile(job) && hasLeft(job) {
		return e.stopTooLate(ctx, id)
	}
	if there, err := e.stopThere(ctx, job); err != nil || there {
		return err
	}
	if asksOneByOne(job) {
		if err := e.askAgain(ctx, id); err != nil {
			return err
		}
	}
	if err := e.stopItems(ctx, id, post.ReasonStoppedByUser); err != nil {
		return err
	}
	closed := false
	job, err = e.Store.UpdateJob(ctx, id, func(job *post.Job) error {
		if job.State.Finished() {
			return nil
		}
		if job.Ending = ending(job.Counts); asksOneByOne(*job) && job.Ending == post.SomeDelivered {
			job.Ending = post.NothingDelivered // answers are no letters
		}
		if job.Ending == post.EndingUnknown || job.Ending == post.TooLate {
			return nil // the next round asks, or closes the job
		}
		closed = true
		job.Ended = e.Clock.Now()
		job.Moves()
		return moveJob(job, post.JobStopped)
	})
	if err != nil {
		return fmt.Errorf("stop the job: %w", err)
	}
	if closed {
		_, err = e.stopped(ctx, id, job.Ending)
		return err
	}
	e.event(ctx, id, "stop_asked", map[string]string{"ending": string(job.Ending)})
	e.changed(id)
	return nil
}

// stopThere writes a stop into a job whose letters wait at Digipost, or gives
// false where they wait here.
func (e *Engine) stopThere(ctx context.Context, job post.Job) (there bool, err error) {
	job, err = e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) (err error) {
		there = job.State.Finished()
		if !there {
			there, err = stopAtDigipost(job)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("stop the job: %w", err)
	}
	if there && !job.State.Finished() {
		code := "stop_asked"
		if job.Ending != post.TooLate {
			code = "batch_stop_asked" // it may still be called back
		}
		e.event(ctx, job.ID, code, map[string]string{"ending": string(job.Ending)})
		e.changed(job.ID)
	}
	return there, nil
}

// meetComplete completes a batch whose counts a person has seen.
func (e *Engine) meetComplete(ctx context.Context, id string) error {
	job, err := e.Store.Job(ctx, id)
	if err != nil {
		return err
	}
	if !miscountedThere(job) {
		return post.NewFault(post.CodeWrongState, nil, "job", id, "state", string(job.State))
	}
	if _, _, err = e.commit(ctx, job, true); post.CodeOf(err) == post.CodeBatchCounts {
		e.hold(ctx, id, err) // other counts than those that were seen
		return post.NewFault(post.CodeWrongState, nil, "job", id, "state", string(job.State))
	}
	return err
}

// hasLeft reports whether a batch job's file, or a part of it, may be at Digipost.
// Nobody can be taken out of it any more.
func hasLeft(job post.Job) bool {
	return !job.UploadStarted.IsZero() || !job.HandedOver.IsZero() || len(job.EarlierUploads) > 0
}

// stopTooLate records a stop of a batch job whose file, or a part of it, has
// left: nobody can call it back over SFTP. A mailing of which it is not known
// whether all of it came may still end with nothing delivered. The answers are
// wanted all the same.
func (e *Engine) stopTooLate(ctx context.Context, id string) error {
	job, err := e.Store.UpdateJob(ctx, id, func(job *post.Job) error {
		switch {
		case job.State.Finished():
		case job.Kind != post.KindSplit && job.HandedOver.IsZero():
			job.Ending = post.EndingUnknown
		default:
			job.Ending = post.TooLate
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("stop the job: %w", err)
	}
	e.event(ctx, id, "stop_asked", map[string]string{"ending": string(job.Ending)})
	e.changed(id)
	return nil
}

// meetTakeOut stops one letter that has not left the machine.
func (e *Engine) meetTakeOut(ctx context.Context, request post.Request) error {
	job, err := e.Store.Job(ctx, request.Job)
	if err != nil {
		return err
	}
	if inOneFile(job) && hasLeft(job) {
		return post.NewFault(post.CodeWrongState, nil, "job", job.ID, "state", string(job.State))
	}
	now, before, there, stopped := e.Clock.Now(), 0, 0, 0
	_, err = e.Store.UpdateItems(ctx, request.Job, nil, func(item *post.Item) error {
		switch {
		case !names(request, item):
			return post.ErrSkip
		case item.Status == post.ItemReceived, item.Status == post.ItemUnsure, mayBeThere(job, *item):
			there++
			if item.Status != post.ItemUnsure || job.HoldsAtDigipost() {
				return post.ErrSkip
			}
			item.Reason = post.ReasonTakenOut // should it turn out that it never arrived
			return nil
		case item.Status == post.ItemStopped && item.Reason == post.ReasonTakenOut:
			before++ // by this wish, before a crash
		}
		if item.Status != post.ItemReady {
			return post.ErrSkip
		}
		stopped++
		item.Reason, item.UpdatedAt = post.ReasonTakenOut, now
		return moveItem(item, post.ItemStopped)
	})
	if err != nil {
		return fmt.Errorf("take one person out: %w", err)
	}
	taken := stopped > 0 || before > 0 && job.HoldsAtDigipost()
	if there > 0 && job.HoldsAtDigipost() {
		if taken, err = e.takeOutOfBatch(ctx, job, func(item *post.Item) bool { return names(request, item) }); err != nil {
			return err
		}
	}
	if !taken {
		return post.NewFault(post.CodeWrongState, nil, "job", request.Job)
	}
	e.audit(ctx, request.Job, "taken_out", nil)
	e.event(ctx, request.Job, "taken_out", nil)
	e.changed(request.Job)
	return nil
}

// mayBeThere reports whether a letter that is ready may lie in a batch at Digipost
// all the same: it was sent there before, and Digipost need not tell of it.
func mayBeThere(job post.Job, item post.Item) bool {
	return item.Status == post.ItemReady && !item.SentAt.IsZero() && job.HoldsAtDigipost() && job.BatchStep != post.BatchNone
}

// names reports whether a wish is about an item.
func names(request post.Request, item *post.Item) bool {
	return request.Seq != 0 && item.Seq == request.Seq || request.CustomerID != "" && item.CustomerID == request.CustomerID
}

// ending says what a stop achieved, from what is known of the items.
func ending(counts post.Counts) post.Ending {
	if counts.ByStatus[post.ItemUnsure]+counts.ByStatus[post.ItemSending] > 0 {
		return post.EndingUnknown
	}
	reached, stopped := 0, counts.ByStatus[post.ItemStopped]
	for status, n := range counts.ByStatus {
		if status.Reached() || status == post.ItemReceived || status == post.ItemPending || status == post.ItemHeld {
			reached += n
		}
	}
	switch {
	case reached == 0:
		return post.NothingDelivered
	case stopped == 0:
		return post.TooLate
	}
	return post.SomeDelivered
}
