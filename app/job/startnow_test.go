package job

import (
	"testing"
	"time"

	"brevdue/app/post"
)

// TestStartNow: a job that was to start later starts when a whole cooling-off is
// over, and one that waits for no time does not.
func TestStartNow(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	e := holding(m, b, clock)
	wish := heldWish(2)
	wish.StartAt = clock.Now().Add(30 * time.Hour)
	id := approved(t, e, wish, 0).ID
	job, err := e.StartNow(t.Context(), id, 5*time.Minute)
	if left := job.ReleaseAt.Sub(clock.Now()); err != nil || !job.StartAt.IsZero() || left <= 4*time.Minute || left > 5*time.Minute {
		t.Fatalf("%v left, start %v, %v", left, job.StartAt, err)
	}
	if _, err := e.StartNow(t.Context(), id, 0); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("a job that waits for no time: %v", err)
	}
	running(t, e)
	if job := follow(t, e, id); job.State != post.JobDone || b.count() != 2 {
		t.Errorf("job %s, %d delivered", job.State, b.count())
	}

	soon := heldWish(1)
	soon.StartAt = clock.Now().Add(time.Minute)
	id = approved(t, e, soon, 0).ID
	if job, err = e.StartNow(t.Context(), id, time.Hour); err != nil || job.ReleaseAt.After(soon.StartAt) {
		t.Errorf("later than it was to start: %v, %v", job.ReleaseAt, err)
	}
}
