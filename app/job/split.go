package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
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

// upload hands a split job over: one file, whole, under a name of its own.
func (e *Engine) upload(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	staged, size, err := e.buildSplit(ctx, job)
	if errors.Is(err, errNobody) {
		return 0, false, e.nobodyLeft(ctx, job)
	}
	if err != nil {
		return 0, true, err
	}
	defer func() { _ = e.Outbox.Remove(context.WithoutCancel(ctx), staged) }()
	if !job.UploadStarted.IsZero() {
		return e.brokenUpload(ctx, job, size)
	}
	now := e.Clock.Now()
	if _, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		if job.State != post.JobSending {
			return post.NewFault(post.CodeWrongState, nil, "job", job.ID, "state", string(job.State))
		}
		job.UploadStarted = now
		return nil
	}); err != nil {
		return 0, true, fmt.Errorf("write down that the file goes: %w", err)
	}
	call, cancel := e.graceful(ctx)
	defer cancel()
	if err := e.uploadFile(call, job, staged, size); err != nil {
		return 0, true, e.notUploaded(context.WithoutCancel(ctx), job, err)
	}
	return e.handedOver(context.WithoutCancel(ctx), job, true)
}

// buildSplit writes the job file into the outbox. The same job gives the same
// bytes, so that a broken upload can be told by its size.
func (e *Engine) buildSplit(ctx context.Context, job post.Job) (staged string, size int64, err error) {
	items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{})
	if err != nil {
		return "", 0, fmt.Errorf("read the recipients: %w", err)
	}
	asked := items[:0]
	for _, item := range items {
		if item.Status == post.ItemReady || item.Status == post.ItemSending {
			asked = append(asked, item)
		}
	}
	if len(asked) == 0 {
		return "", 0, errNobody
	}
	reader, writer := io.Pipe()
	built := make(chan error, 1)
	go func() {
		err := e.Batch.WriteSplit(ctx, writer, job, asked)
		_ = writer.CloseWithError(err)
		built <- err
	}()
	staged, _, size, err = e.Outbox.Put(ctx, reader)
	_ = reader.CloseWithError(io.ErrClosedPipe)
	if buildErr := <-built; buildErr != nil && err == nil {
		err = buildErr
	}
	if err != nil {
		return "", 0, fmt.Errorf("build the job file: %w", err)
	}
	return staged, size, nil
}

// errNobody says that nobody is left to ask about.
var errNobody = errors.New("nobody is left in the split")

// nobodyLeft closes a split from which everybody was taken out.
func (e *Engine) nobodyLeft(ctx context.Context, job post.Job) error {
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.Ending, job.Ended = post.NothingDelivered, e.Clock.Now()
		job.Moves()
		return moveJob(job, post.JobStopped)
	})
	if err != nil {
		return fmt.Errorf("close the split: %w", err)
	}
	_, err = e.stopped(ctx, job.ID, job.Ending)
	return err
}

func (e *Engine) uploadFile(ctx context.Context, job post.Job, staged string, size int64) error {
	file, err := e.Outbox.Open(ctx, staged)
	if err != nil {
		return fmt.Errorf("open the job file: %w", err)
	}
	defer file.Close()
	return e.Batch.Upload(ctx, job, file, size, nil)
}

// notUploaded takes the mark back when the file surely never began to leave.
func (e *Engine) notUploaded(ctx context.Context, job post.Job, cause error) error {
	if code := post.CodeOf(cause); code == post.CodeUnsure || code == post.CodeInternal {
		return cause
	}
	if _, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.UploadStarted = time.Time{}
		return nil
	}); err != nil {
		return fmt.Errorf("write down that the file did not go: %w", err)
	}
	return cause
}

// handedOver records that Digipost has the file. Where its end was not confirmed
// UploadStarted stays, so that a refusal can be told from one of a whole file.
func (e *Engine) handedOver(ctx context.Context, job post.Job, confirmed bool) (time.Duration, bool, error) {
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		if item.Status != post.ItemReady {
			return post.ErrSkip
		}
		item.Attempts, item.SentAt, item.UpdatedAt = 1, now, now
		return moveItem(item, post.ItemSending)
	}); err != nil {
		return 0, true, fmt.Errorf("write down that the file is there: %w", err)
	}
	if _, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.HandedOver = now
		if confirmed {
			job.UploadStarted = time.Time{}
		}
		job.Moves()
		return moveJob(job, post.JobWaiting)
	}); err != nil {
		return 0, true, fmt.Errorf("write down that the file is there: %w", err)
	}
	e.event(ctx, job.ID, "handed_over", nil)
	e.changed(job.ID)
	return 0, true, nil
}

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
	case all.success || all.arrived:
		return e.handedOver(ctx, job, all.arrived)
	case all.refused && mayBeBroken(job, all):
		return e.uploadAgain(ctx, job, true)
	case all.refused, found && remote >= size:
		return e.handedOver(ctx, job, false)
	case waited >= 0 && waited < uploadPatience:
		return lookInterval, true, nil
	}
	return e.uploadAgain(ctx, job, found)
}

// mayBeBroken reports whether a refused file may have been refused because only
// a part of it came: its end was not confirmed, and no receipt said that it had
// arrived well.
func mayBeBroken(job post.Job, all tidings) bool {
	return !job.UploadStarted.IsZero() && !all.arrived && len(job.EarlierUploads) < mostBroken
}

// earlierMayAnswer reports whether the answer to an earlier upload may still
// come when the present one was refused: both have the same jobb-id, of which
// Digipost takes one only.
func (e *Engine) earlierMayAnswer(job post.Job) bool {
	waited := e.Clock.Now().Sub(job.HandedOver)
	return waited >= 0 && waited < answerPatience && slices.ContainsFunc(job.EarlierUploads, func(earlier post.Upload) bool {
		return earlier.BatchJobID == job.BatchJobID
	})
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
			return lookInterval, true, nil
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

// notAgain closes a split that was stopped and whose file never came to Digipost
// whole.
func (e *Engine) notAgain(ctx context.Context, job post.Job) error {
	if job.State != post.JobSending {
		return e.refuse(ctx, job, "")
	}
	if err := e.stopItems(ctx, job.ID, post.ReasonStoppedByUser); err != nil {
		return err
	}
	return e.nobodyLeft(ctx, job)
}

// refuse closes a job that Digipost refused whole.
func (e *Engine) refuse(ctx context.Context, job post.Job, text string) error {
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		if item.Status != post.ItemSending {
			return post.ErrSkip
		}
		item.UpdatedAt = now
		return put(item, post.Outcome{Status: post.ItemNotDelivered, Reason: post.ReasonRefused, Channel: post.ChannelNone})
	}); err != nil {
		return fmt.Errorf("write down the refusal: %w", err)
	}
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.RefusedText, job.Ended = text, now
		job.Moves()
		return moveJob(job, post.JobRefused)
	})
	if err != nil {
		return fmt.Errorf("close the refused job: %w", err)
	}
	return e.closed(ctx, job)
}

// conclude takes a split's answers to the items and the register and closes the
// job. A recipient the result does not mention is missing.
func (e *Engine) conclude(ctx context.Context, job post.Job, findings map[string]post.Finding) error {
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		if item.Status != post.ItemSending {
			return post.ErrSkip
		}
		finding, answered := findings[item.RecipientKey]
		if !answered {
			finding = post.Finding{RecipientKey: item.RecipientKey, Status: post.Missing}
		}
		item.Finding, item.Reason, item.UpdatedAt = &finding, finding.Reason, now
		return moveItem(item, post.ItemReceived)
	}); err != nil {
		return fmt.Errorf("write down the answers: %w", err)
	}
	if err := e.applyFindings(ctx, job); err != nil {
		return err
	}
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.Ended = now
		job.Moves()
		return moveJob(job, post.JobDone)
	})
	if err != nil {
		return fmt.Errorf("close the split: %w", err)
	}
	e.event(ctx, job.ID, "answered", map[string]string{"count": strconv.Itoa(len(findings))})
	return e.closed(ctx, job)
}

// applyFindings brings the register up to date and notes what it cleared.
func (e *Engine) applyFindings(ctx context.Context, job post.Job) error {
	items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemReceived}})
	if err != nil {
		return fmt.Errorf("read the answers: %w", err)
	}
	applied, err := e.Findings.ApplySplit(ctx, job, items)
	if err != nil {
		return fmt.Errorf("bring the register up to date: %w", err)
	}
	cleared := map[int]bool{}
	var seqs []int
	for _, item := range applied {
		if item.Finding != nil && item.Finding.Cleared {
			cleared[item.Seq] = true
			seqs = append(seqs, item.Seq)
		}
	}
	if len(seqs) == 0 {
		return nil
	}
	_, err = e.Store.UpdateItems(ctx, job.ID, seqs, func(item *post.Item) error {
		if item.Finding == nil || item.Finding.Cleared {
			return post.ErrSkip
		}
		item.Finding.Cleared = cleared[item.Seq]
		return nil
	})
	return err
}
