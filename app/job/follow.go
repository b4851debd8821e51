package job

import (
	"context"
	"time"

	"brevdue/app/post"
)

// followInterval is how often Follow looks.
const followInterval = 150 * time.Millisecond

// Follow tells of a job until it is finished, held up for longer than patience
// (0: for ever), or waits for an approval that only a person can give; then it
// gives the job as it is. It only reads, so that any process may follow.
func (e *Engine) Follow(ctx context.Context, id string, patience time.Duration, tell func(post.Job)) (post.Job, error) {
	last := time.Time{}
	for {
		job, err := e.Job(ctx, id)
		if err != nil {
			return post.Job{}, err
		}
		if now := e.Clock.Now(); tell != nil && (now.Sub(last) >= followInterval || job.State.Finished()) {
			tell(job)
			last = now
		}
		if job.State.Finished() || job.State == post.JobReady {
			return job, nil
		}
		if patience > 0 && job.Trouble != "" && e.Clock.Now().Sub(job.TroubleSince) > patience {
			return job, nil
		}
		if err := e.Clock.Wait(ctx, followInterval); err != nil {
			return job, err
		}
	}
}

// Items gives a job's items in order.
func (e *Engine) Items(ctx context.Context, id string, query post.ItemQuery) ([]post.Item, error) {
	return e.Store.Items(ctx, id, query)
}

// Documents gives all documents of a job: those that go to all, the main one
// first, then those of single letters.
func (e *Engine) Documents(ctx context.Context, id string) ([]post.Document, error) {
	return e.Store.Documents(ctx, id)
}

// Events gives a job's time line, the oldest line first.
func (e *Engine) Events(ctx context.Context, id string) ([]post.Event, error) {
	return e.Store.Events(ctx, id)
}

// SentBefore gives for each of the people the newest job in which they got the
// document with this content, or will as the job is approved, by customer id.
func (e *Engine) SentBefore(ctx context.Context, documentSHA256 string, customerIDs []string) (map[string]string, error) {
	return e.Store.SentBefore(ctx, documentSHA256, customerIDs)
}

// SentTo gives, for each of the letters by its place, the newest job in which its
// recipient got that document, or will, "" where there is none.
func (e *Engine) SentTo(ctx context.Context, letters []post.SentLetter) ([]string, error) {
	return e.Store.SentTo(ctx, letters)
}

// SystemClock is the machine's own clock.
type SystemClock struct{}

// Now gives the time.
func (SystemClock) Now() time.Time { return time.Now() }

// Wait returns when the time is over, or with the context's error.
func (SystemClock) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
