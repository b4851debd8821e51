package job

import (
	"context"
	"sync"
	"time"

	"brevdue/app/post"
)

// troubles are what holds jobs up and could not be stored: on a full disk even
// the reason cannot be written down, and whoever follows has to hear it all the
// same. They are known in the runner's own process only, by the job's id.
type troubles struct {
	mutex sync.Mutex
	of    map[string]trouble
}

type trouble struct {
	fault *post.Fault
	since time.Time
}

// keep remembers what holds a job up; since stays that of the first time.
func (t *troubles) keep(id string, fault *post.Fault, now time.Time) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.of == nil {
		t.of = map[string]trouble{}
	}
	since := now
	if before, ok := t.of[id]; ok {
		since = before.since
	}
	t.of[id] = trouble{fault, since}
}

// drop forgets what held a job up.
func (t *troubles) drop(id string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.of, id)
}

// clear forgets everything.
func (t *troubles) clear() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.of = nil
}

// show puts into a job what its row does not say.
func (t *troubles) show(job *post.Job) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if held, ok := t.of[job.ID]; ok && !job.State.Finished() {
		job.Trouble, job.TroubleFields, job.TroubleSince = held.fault.Code, held.fault.Fields, held.since
	}
}

// Job gives one job with its counts.
func (e *Engine) Job(ctx context.Context, id string) (post.Job, error) {
	job, err := e.Store.Job(ctx, id)
	if err == nil {
		e.unwritten.show(&job)
	}
	return job, err
}

// Jobs gives jobs, the newest first.
func (e *Engine) Jobs(ctx context.Context, query post.JobQuery) ([]post.Job, error) {
	jobs, err := e.Store.Jobs(ctx, query)
	for i := range jobs {
		e.unwritten.show(&jobs[i])
	}
	return jobs, err
}
