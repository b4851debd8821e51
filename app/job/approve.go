package job

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"brevdue/app/post"
)

// Lateness is how late a cooling-off may be found to have run out before the
// person is asked again (design rule 3).
const Lateness = time.Hour

// Approve says yes to a job as it was shown: fingerprint and count must be what
// the person saw. The cooling-off clock starts; with zero the job goes at once.
func (e *Engine) Approve(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration) (post.Job, error) {
	return e.approve(ctx, id, fingerprint, count, coolingOff, nil)
}

// ApproveAt is Approve for a job that starts at a time, and not before its
// cooling-off is over. The program has to run then: a start missed by more than
// an hour asks again.
func (e *Engine) ApproveAt(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration, at time.Time) (post.Job, error) {
	if !at.After(e.Clock.Now()) {
		return post.Job{}, post.NewFault(post.CodeStartPast, nil)
	}
	return e.approve(ctx, id, fingerprint, count, coolingOff, &at)
}

func (e *Engine) approve(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration, at *time.Time) (post.Job, error) {
	now := e.Clock.Now()
	job, err := e.Store.UpdateJob(ctx, id, func(job *post.Job) error {
		if job.Fingerprint != fingerprint || job.Counts.ByStatus[post.ItemReady] != count {
			return post.NewFault(post.CodePlanChanged, nil, "job", id)
		}
		if at != nil {
			job.StartAt = utc(*at)
		}
		release := now.Add(max(coolingOff, 0))
		if job.StartAt.After(release) {
			release = job.StartAt
		} else {
			job.StartAt = time.Time{}
		}
		to := post.JobCoolingOff
		if !release.After(now) {
			to = post.JobSending
		}
		if err := moveJob(job, to); err != nil {
			return err
		}
		job.Approved, job.ApprovedAt, job.ReleaseAt, job.PausedAt = count, now, release, time.Time{}
		job.Moves()
		return nil
	})
	if err != nil {
		return post.Job{}, err
	}
	e.audit(ctx, id, "approved", map[string]string{"count": strconv.Itoa(count), "fingerprint": fingerprint})
	e.event(ctx, id, "approved", map[string]string{"count": strconv.Itoa(count)})
	e.changed(id)
	return job, nil
}

// Stop asks for a stop. Where nothing has left the machine it takes effect at
// once, in any process; else it is a request that the runner meets. The ending
// is in the job when the stop has been met; Follow waits for it.
func (e *Engine) Stop(ctx context.Context, id string) (post.Job, error) {
	there := false
	job, err := e.Store.UpdateJob(ctx, id, func(job *post.Job) (err error) {
		if there = false; job.State.Finished() {
			return errNotHere
		}
		if there, err = stopAtDigipost(job); there || err != nil {
			return err
		}
		if job.State != post.JobReady && job.State != post.JobCoolingOff {
			return errNotHere
		}
		if err := moveJob(job, post.JobStopped); err != nil {
			return err
		}
		job.Ending, job.Ended = post.NothingDelivered, e.Clock.Now()
		return nil
	})
	switch {
	case err == nil && there: // nobody completes it any more; the runner cancels it
	case err == nil:
		if err := e.stopItems(ctx, id, post.ReasonStoppedByUser); err != nil {
			return post.Job{}, err
		}
		return e.stopped(ctx, job.ID, post.NothingDelivered)
	case err != errNotHere:
		return post.Job{}, err
	}
	return e.request(ctx, post.Request{Job: id, Kind: post.RequestStop})
}

// TakeOut asks for one person to be taken out of a job that has not sent their
// letter yet. It is a recorded amendment: the fingerprint stays that of what
// was approved. In a job that waits for its yes, where no runner acts, it takes
// effect at once.
func (e *Engine) TakeOut(ctx context.Context, id, customerID string, seq int) (post.Job, error) {
	request := post.Request{Job: id, Kind: post.RequestTakeOut, CustomerID: customerID, Seq: seq}
	job, err := e.Store.Job(ctx, id)
	if err != nil {
		return post.Job{}, err
	}
	if job.State != post.JobReady {
		return e.request(ctx, request)
	}
	if err := e.meetTakeOut(ctx, request); err != nil {
		return post.Job{}, err
	}
	return e.Store.Job(ctx, id)
}

// Extend lengthens a cooling-off that is running.
func (e *Engine) Extend(ctx context.Context, id string, by time.Duration) (post.Job, error) {
	job, err := e.Store.UpdateJob(ctx, id, func(job *post.Job) error {
		if job.State != post.JobCoolingOff || by <= 0 || job.Ending != "" {
			return post.NewFault(post.CodeWrongState, nil, "job", id, "state", string(job.State))
		}
		job.ReleaseAt = job.ReleaseAt.Add(by)
		return nil
	})
	if err == nil {
		e.event(ctx, id, "extended", map[string]string{"seconds": strconv.Itoa(int(by.Seconds()))})
		e.changed(id)
	}
	return job, err
}

// errNotHere says that a stop cannot be done by writing alone.
var errNotHere = fmt.Errorf("the runner must meet this")

func (e *Engine) request(ctx context.Context, request post.Request) (post.Job, error) {
	job, err := e.Store.Job(ctx, request.Job)
	if err != nil {
		return post.Job{}, err
	}
	if job.State.Finished() {
		if request.Kind == post.RequestStop {
			return job, nil // nothing left to stop; the caller shows what came of it
		}
		return post.Job{}, post.NewFault(post.CodeWrongState, nil, "job", job.ID, "state", string(job.State))
	}
	request.At = e.Clock.Now()
	if _, err := e.Store.AddRequest(ctx, request); err != nil {
		return post.Job{}, fmt.Errorf("store the request: %w", err)
	}
	e.changed(request.Job)
	return job, nil
}

// stopItems stops every item that has not left the machine.
func (e *Engine) stopItems(ctx context.Context, id string, reason post.Reason) error {
	now := e.Clock.Now()
	_, err := e.Store.UpdateItems(ctx, id, nil, func(item *post.Item) error {
		if item.Status != post.ItemReady {
			return post.ErrSkip
		}
		if err := moveItem(item, post.ItemStopped); err != nil {
			return err
		}
		item.Reason, item.UpdatedAt = reason, now
		return nil
	})
	if err != nil {
		return fmt.Errorf("stop the letters that have not left: %w", err)
	}
	return nil
}

// stopped records a stop that has been met and gives the job as it is now.
func (e *Engine) stopped(ctx context.Context, id string, ending post.Ending) (post.Job, error) {
	e.audit(ctx, id, "stopped", map[string]string{"ending": string(ending)})
	e.event(ctx, id, "stopped", map[string]string{"ending": string(ending)})
	e.reconcile(ctx, id)
	e.changed(id)
	return e.Store.Job(ctx, id)
}
