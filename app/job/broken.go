package job

import (
	"context"
	"fmt"
	"slices"
	"time"

	"brevdue/app/post"
)

// uploadPatience is how long to wait for a sign of a file whose upload broke
// off before it is sent again under a new name (design rule 11).
const uploadPatience = 2 * time.Minute

// answerPatience is how long the answer to an earlier upload is waited for when
// the present one was refused or is not needed any more.
const answerPatience = time.Hour

// mostBroken is how often a file that Digipost refuses is taken for one that
// broke on the way.
const mostBroken = 5

// slowest is the speed of an upload that is taken for alive, in bytes a second:
// a large file may be on its way for long after its upload was begun.
const slowest = 256 << 10

// brokenUpload finds out about an upload that did not end: the whole file or a
// receipt means it is there; else the wait is bounded, and then it goes again
// (design rule 11).
func (e *Engine) brokenUpload(ctx context.Context, job post.Job, size int64) (time.Duration, bool, error) {
	all, err := e.gather(ctx, job)
	if err != nil {
		return 0, true, fmt.Errorf("after a broken upload: %w", err)
	}
	remote, found, err := e.Batch.Uploaded(ctx, job)
	if err != nil {
		return 0, true, fmt.Errorf("look for the file after a broken upload: %w", err)
	}
	waited := e.Clock.Now().Sub(job.UploadStarted)
	switch {
	case all.success || all.arrived || all.elsewhere:
		return e.handedOver(ctx, job, all.arrived)
	case all.refused && mayBeBroken(job, all):
		return e.uploadAgain(ctx, job, true)
	case all.refused, found && remote >= size:
		return e.handedOver(ctx, job, false)
	case waited >= 0 && waited < uploadPatience+time.Duration(size/slowest)*time.Second:
		return e.nextLook(waited), true, nil
	}
	return e.uploadAgain(ctx, job, found)
}

// mayBeBroken reports whether a refused file may have been refused because only
// a part of it came: its end was not confirmed, and no receipt said that it, or
// an earlier upload, had arrived well.
func mayBeBroken(job post.Job, all tidings) bool {
	return !job.UploadStarted.IsZero() && !all.arrived && !all.elsewhere && len(job.EarlierUploads) < mostBroken
}

// earlierMayAnswer reports whether the answer to an earlier upload may still
// come when the present one was refused: both have the same jobb-id, of which
// Digipost takes one only.
func (e *Engine) earlierMayAnswer(job post.Job) bool {
	waited := e.Clock.Now().Sub(job.HandedOver)
	return waited >= 0 && waited < answerPatience && sameJobBefore(job)
}

// uploadAgain gives the job a new file name, and a new jobb-id when the old one
// is used up: broken says that Digipost has or had a part of the file. Uploads
// that keep breaking follow each other more and more slowly. After a stop there
// is no other upload.
func (e *Engine) uploadAgain(ctx context.Context, job post.Job, broken bool) (time.Duration, bool, error) {
	waited := e.Clock.Now().Sub(job.UploadStarted)
	if pause := min(time.Second<<min(len(job.EarlierUploads), 12), time.Hour); waited >= 0 && waited < pause {
		return pause - waited, true, nil
	}
	if job.Ending != "" {
		if !broken && waited >= 0 && waited < answerPatience {
			return e.nextLook(waited), true, nil
		}
		return 0, false, e.notAgain(ctx, job)
	}
	if _, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.EarlierUploads = append(job.EarlierUploads, post.Upload{BatchJobID: job.BatchJobID, UploadName: job.UploadName})
		job.UploadName = e.NewUUID() + ".zip"
		if broken {
			job.BatchJobID = e.NewUUID()
		}
		job.UploadStarted, job.HandedOver = time.Time{}, time.Time{}
		if job.State == post.JobSending {
			return nil
		}
		return moveJob(job, post.JobSending)
	}); err != nil {
		return 0, true, fmt.Errorf("give the job a new file name: %w", err)
	}
	e.event(ctx, job.ID, "upload_again", nil)
	e.changed(job.ID)
	return 0, true, nil
}

// notAgain closes a job that was stopped and whose file never came to Digipost
// whole.
func (e *Engine) notAgain(ctx context.Context, job post.Job) error {
	if job.State != post.JobSending {
		return e.refuse(ctx, job, "")
	}
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		if item.Status == post.ItemSending { // of a file that surely did not arrive
			if err := moveItem(item, post.ItemReady); err != nil {
				return err
			}
		}
		if item.Status != post.ItemReady {
			return post.ErrSkip
		}
		item.Reason, item.UpdatedAt = post.ReasonStoppedByUser, now
		return moveItem(item, post.ItemStopped)
	}); err != nil {
		return fmt.Errorf("stop what did not arrive: %w", err)
	}
	return e.nobodyLeft(ctx, job)
}

// stoppedBetween ends a job that was stopped after one upload came to nothing and
// before the next began. Where an earlier one may have arrived all the same, its
// receipts are waited for.
func (e *Engine) stoppedBetween(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	all, err := e.gather(ctx, job)
	if err != nil {
		return 0, true, fmt.Errorf("after a stop: %w", err)
	}
	if all.success || all.elsewhere {
		return e.handedOver(ctx, job, false)
	}
	if sameJobBefore(job) {
		stop, found, err := e.Store.LastRequest(ctx, job.ID, post.RequestStop)
		if err != nil {
			return 0, true, fmt.Errorf("read the requests: %w", err)
		}
		if waited := e.Clock.Now().Sub(stop.At); found && waited >= 0 && waited < answerPatience {
			return e.nextLook(waited), true, nil
		}
	}
	return 0, false, e.notAgain(ctx, job)
}

// sameJobBefore reports whether an upload before the present one had the same
// jobb-id: it was nowhere to be seen, which does not say that it never came.
func sameJobBefore(job post.Job) bool {
	return slices.ContainsFunc(job.EarlierUploads, func(earlier post.Upload) bool {
		return earlier.BatchJobID == job.BatchJobID
	})
}
