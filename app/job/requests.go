package job

import (
	"context"
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
		outcome := metOutcome
		switch request.Kind {
		case post.RequestRefresh:
			continue // the watcher's
		case post.RequestStop:
			err = e.meetStop(ctx, id)
		case post.RequestTakeOut:
			err = e.meetTakeOut(ctx, request)
		}
		if err != nil && post.CodeOf(err) != post.CodeWrongState {
			// It stays open: nobody's stop may be lost because a disk was full.
			return post.Job{}, err
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
	if err := e.stopItems(ctx, id, post.ReasonStoppedByUser); err != nil {
		return err
	}
	closed := false
	job, err = e.Store.UpdateJob(ctx, id, func(job *post.Job) error {
		if job.State.Finished() {
			return nil
		}
		job.Ending = ending(job.Counts)
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
	now := e.Clock.Now()
	n, err := e.Store.UpdateItems(ctx, request.Job, nil, func(item *post.Item) error {
		named := request.Seq != 0 && item.Seq == request.Seq ||
			request.CustomerID != "" && item.CustomerID == request.CustomerID
		if !named || item.Status != post.ItemReady {
			return post.ErrSkip
		}
		item.Reason, item.UpdatedAt = post.ReasonTakenOut, now
		return moveItem(item, post.ItemStopped)
	})
	if err != nil {
		return fmt.Errorf("take one person out: %w", err)
	}
	if n == 0 {
		return post.NewFault(post.CodeWrongState, nil, "job", request.Job)
	}
	e.audit(ctx, request.Job, "taken_out", nil)
	e.event(ctx, request.Job, "taken_out", nil)
	e.changed(request.Job)
	return nil
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
