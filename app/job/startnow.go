package job

import (
	"context"
	"time"

	"brevdue/app/post"
)

// StartNow lets a job that was to start at a time go as soon as a cooling-off that
// begins now is over, never later than it was to start. A job that waits for no
// time, or that is paused or being stopped, is a fault wrong_state.
func (e *Engine) StartNow(ctx context.Context, id string, coolingOff time.Duration) (post.Job, error) {
	job, err := e.Store.UpdateJob(ctx, id, func(job *post.Job) error {
		if job.State != post.JobCoolingOff || job.StartAt.IsZero() || job.Ending != "" || paused(*job) || leaving(job.BatchStep) {
			return post.NewFault(post.CodeWrongState, nil, "job", id, "state", string(job.State))
		}
		if release := e.Clock.Now().Add(max(coolingOff, 0)); release.Before(job.ReleaseAt) {
			job.ReleaseAt = release
		}
		job.StartAt = time.Time{}
		return nil
	})
	if err != nil {
		return post.Job{}, err
	}
	e.audit(ctx, id, "started_now", nil)
	e.event(ctx, id, "started_now", nil)
	e.changed(id)
	return job, nil
}
