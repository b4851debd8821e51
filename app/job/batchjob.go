package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"brevdue/app/post"
)

// upload hands a batch job over: one file, whole, under a name of its own.
func (e *Engine) upload(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	if job.Ending != "" && job.UploadStarted.IsZero() {
		return e.stoppedBetween(ctx, job)
	}
	now := e.Clock.Now()
	if !job.UploadStarted.IsZero() {
		now = job.UploadStarted // for the same bytes as then
	}
	staged, size, err := e.build(ctx, job, now)
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
	if _, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		if job.State != post.JobSending {
			return post.NewFault(post.CodeWrongState, nil, "job", job.ID, "state", string(job.State))
		}
		job.UploadStarted = now
		return nil
	}); err != nil {
		return 0, true, fmt.Errorf("write down that the file goes: %w", err)
	}
	if cut, err := e.uploadFile(ctx, job, staged, size); cut {
		return 0, true, nil // the next round meets the stop
	} else if err != nil {
		return 0, true, e.notUploaded(context.WithoutCancel(ctx), job, err)
	}
	return e.handedOver(context.WithoutCancel(ctx), job, true)
}

// build writes the job file into the outbox. The same job at the same time gives
// the same bytes, so that a broken upload can be told by its size: what was asked
// for a time that has passed is left out. Never are there more recipients in it
// than a person said yes to.
func (e *Engine) build(ctx context.Context, job post.Job, at time.Time) (staged string, size int64, err error) {
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
	if err := within(job, len(asked)); err != nil {
		return "", 0, err
	}
	job.Options = timely(job.Options, at)
	documents, err := e.Store.Documents(ctx, job.ID)
	if err != nil {
		return "", 0, fmt.Errorf("read the documents: %w", err)
	}
	reader, writer := io.Pipe()
	built := make(chan error, 1)
	go func() {
		err := e.write(ctx, writer, job, documents, asked)
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

// write writes the job file of either kind.
func (e *Engine) write(ctx context.Context, file io.Writer, job post.Job, documents []post.Document, items []post.Item) error {
	if job.Kind == post.KindSplit {
		return e.Batch.WriteSplit(ctx, file, job, items)
	}
	byLetter := post.GroupDocuments(documents)
	for _, item := range items {
		if err := uuidsFit(job, item, byLetter.Of(item.Seq)); err != nil {
			return err
		}
	}
	return e.Batch.WriteMailing(ctx, file, job, inLetters(documents, items), items, func(ctx context.Context, document post.Document) (io.ReadCloser, error) {
		return e.Outbox.Open(ctx, document.Staged)
	})
}

// errNobody says that nobody is left to write to or to ask about.
var errNobody = errors.New("nobody is left in the job")

// nobodyLeft closes a batch job of which nothing leaves the machine.
func (e *Engine) nobodyLeft(ctx context.Context, job post.Job) error {
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.Ending, job.Ended = post.NothingDelivered, e.Clock.Now()
		job.Moves()
		return moveJob(job, post.JobStopped)
	})
	if err != nil {
		return fmt.Errorf("close the job: %w", err)
	}
	_, err = e.stopped(ctx, job.ID, job.Ending)
	return err
}

// uploadFile sends the file. A mailing's is cut off when somebody wants a stop:
// without its end Digipost cannot read it. cut is then true, and whether enough
// of it came is still to be found out.
func (e *Engine) uploadFile(ctx context.Context, job post.Job, staged string, size int64) (cut bool, err error) {
	call, cancel := e.graceful(ctx)
	defer cancel()
	file, err := e.Outbox.Open(call, staged)
	if err != nil {
		return false, fmt.Errorf("open the job file: %w", err)
	}
	defer file.Close()
	if job.Kind == post.KindSplit {
		return false, e.Batch.Upload(call, job, file, size, nil)
	}
	watching := make(chan bool, 1)
	go func() { watching <- e.stopWanted(call, job.ID, cancel) }()
	err = e.Batch.Upload(call, job, file, size, nil)
	cancel()
	return <-watching && err != nil, err
}

// stopWanted waits for a wish to stop, calls then and gives true; false when the
// context ends before.
func (e *Engine) stopWanted(ctx context.Context, id string, then func()) bool {
	for e.Clock.Wait(ctx, lookInterval) == nil {
		requests, err := e.Store.OpenRequests(ctx, id)
		if err == nil && slices.ContainsFunc(requests, func(r post.Request) bool { return r.Kind == post.RequestStop }) {
			then()
			return true
		}
	}
	return false
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
		if job.Ending == post.EndingUnknown {
			job.Ending = post.TooLate
		}
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
