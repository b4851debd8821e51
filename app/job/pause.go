package job

import (
	"context"
	"fmt"
	"time"

	"brevdue/app/post"
)

// paused reports whether nothing new of a job may leave.
func paused(job post.Job) bool { return !job.PausedAt.IsZero() }

// Pause lets what has not left of a job wait until Continue; what is under way
// is finished and asked about. The clock of a cooling-off stands still. A job
// that waits for approval or for answers only is a fault wrong_state.
func (e *Engine) Pause(ctx context.Context, id string) (post.Job, error) {
	return e.pauseOr(ctx, id, post.RequestPause, func(job *post.Job) bool {
		cannot := job.State != post.JobCoolingOff && job.State != post.JobSending || job.Ending != "" ||
			inOneFile(*job) && hasLeft(*job) ||
			job.BatchStep == post.BatchCompleting || job.BatchStep == post.BatchCompleted || job.BatchStep == post.BatchLost
		if cannot {
			return false
		}
		if !paused(*job) {
			job.PausedAt = e.Clock.Now()
		}
		return true
	})
}

// Continue lets a paused job go on. A cooling-off has as long left as it had when
// it was paused; a job whose start was missed meanwhile starts now.
func (e *Engine) Continue(ctx context.Context, id string) (post.Job, error) {
	return e.pauseOr(ctx, id, post.RequestContinue, func(job *post.Job) bool {
		if !paused(*job) || job.State.Finished() {
			return false
		}
		now := e.Clock.Now()
		switch {
		case job.State != post.JobCoolingOff:
		case job.StartAt.IsZero():
			job.ReleaseAt = now.Add(max(job.ReleaseAt.Sub(job.PausedAt), 0))
		case job.ReleaseAt.Before(now):
			job.ReleaseAt = now
		}
		job.PausedAt = time.Time{}
		return true
	})
}

// pauseOr writes a pause or its end, which counts at once in any process, and
// wakes the runner with a wish of that kind.
func (e *Engine) pauseOr(ctx context.Context, id string, kind post.RequestKind, change func(*post.Job) bool) (post.Job, error) {
	job, err := e.Store.UpdateJob(ctx, id, func(job *post.Job) error {
		if !change(job) {
			return post.NewFault(post.CodeWrongState, nil, "job", id, "state", string(job.State))
		}
		return nil
	})
	if err != nil {
		return post.Job{}, err
	}
	if _, err := e.Store.AddRequest(ctx, post.Request{Job: id, Kind: kind, At: e.Clock.Now()}); err != nil {
		return post.Job{}, fmt.Errorf("store the request: %w", err)
	}
	code := map[post.RequestKind]string{post.RequestPause: "paused", post.RequestContinue: "continued"}[kind]
	e.audit(ctx, id, code, nil)
	e.event(ctx, id, code, nil)
	e.changed(id)
	return job, nil
}

// Complete lets a batch be completed although Digipost counts other letters in it
// than were approved (trouble batch_counts), as a person has decided. Stop is the
// other choice.
func (e *Engine) Complete(ctx context.Context, id string) (post.Job, error) {
	job, err := e.Store.Job(ctx, id)
	if err != nil {
		return post.Job{}, err
	}
	if !miscountedThere(job) {
		return post.Job{}, post.NewFault(post.CodeWrongState, nil, "job", id, "state", string(job.State))
	}
	e.audit(ctx, id, "completed_anyway", job.TroubleFields)
	return e.request(ctx, post.Request{Job: id, Kind: post.RequestComplete})
}

// miscountedThere reports whether a person has to decide about a batch.
func miscountedThere(job post.Job) bool {
	return job.State == post.JobSending && job.BatchStep == post.BatchOpen && job.Trouble == post.CodeBatchCounts && job.Ending == "" && !paused(job)
}

// AwaitTakeOut waits until the runner has met the last TakeOut of a job, or the
// context ends; a fault wrong_state says that it was too late. It only reads, so
// that any process may wait.
func (e *Engine) AwaitTakeOut(ctx context.Context, id string) error {
	return e.await(ctx, id, post.RequestTakeOut)
}
