package job

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"brevdue/app/post"
)

// uploadPatience is how long to wait for a sign of a file whose upload broke
// off before it is sent again under a new name (design rule 11).
const uploadPatience = 2 * time.Minute

// maxReceipt bounds a receipt that is held in memory while it is read, in
// bytes; a million rows take about a tenth of it when packed.
const maxReceipt = 256 << 20

// upload hands a split job over: one file, whole, under a name of its own.
func (e *Engine) upload(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	staged, size, err := e.buildSplit(ctx, job)
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
		return 0, true, e.notUploaded(call, job, err)
	}
	return e.handedOver(call, job)
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

// handedOver records that Digipost has the whole file.
func (e *Engine) handedOver(ctx context.Context, job post.Job) (time.Duration, bool, error) {
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
// under a new name, with a new job-id too when half a file was left.
func (e *Engine) brokenUpload(ctx context.Context, job post.Job, size int64) (time.Duration, bool, error) {
	receipts, err := e.Batch.Receipts(ctx, job)
	if err != nil {
		return 0, true, fmt.Errorf("look for receipts after a broken upload: %w", err)
	}
	remote, found, err := e.Batch.Uploaded(ctx, job)
	if err != nil {
		return 0, true, fmt.Errorf("look for the file after a broken upload: %w", err)
	}
	half := found && remote < size
	if len(receipts) > 0 && !half || found && remote == size {
		return e.handedOver(ctx, job)
	}
	if e.Clock.Now().Sub(job.UploadStarted) < uploadPatience && len(receipts) == 0 {
		return lookInterval, true, nil
	}
	if _, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.EarlierUploads = append(job.EarlierUploads, post.Upload{BatchJobID: job.BatchJobID, UploadName: job.UploadName})
		job.UploadName = e.NewUUID() + ".zip"
		if half {
			job.BatchJobID = e.NewUUID()
		}
		job.UploadStarted = time.Time{}
		return nil
	}); err != nil {
		return 0, true, fmt.Errorf("give the job a new file name: %w", err)
	}
	e.event(ctx, job.ID, "upload_again", nil)
	return 0, true, nil
}

// collect fetches the receipts that have come, keeps them, acts on them, and
// only then deletes them at Digipost.
func (e *Engine) collect(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	remote, err := e.Batch.Receipts(ctx, job)
	if err != nil {
		return 0, true, fmt.Errorf("look for receipts: %w", err)
	}
	for _, receipt := range remote {
		if err := e.fetch(ctx, job, receipt); err != nil {
			return 0, true, err
		}
	}
	kept, err := e.Store.Receipts(ctx, job.ID)
	if err != nil {
		return 0, true, fmt.Errorf("read the receipts: %w", err)
	}
	for _, receipt := range kept {
		if receipt.Kind != kindResult {
			continue
		}
		if err := e.act(ctx, job, receipt); err != nil {
			return 0, true, err
		}
	}
	for _, receipt := range remote {
		if err := e.Batch.Remove(ctx, job, receipt); err != nil {
			// It stays there and is known by its name; nothing is lost.
			e.Log.Warn("remove a receipt", "job", job.ID, "error", err)
		}
	}
	if err := e.moves(ctx, job); err != nil {
		return 0, true, err
	}
	return e.pollWait(job), true, nil
}

// kindResult is the word in the name of a receipt that holds the outcome.
const kindResult = "resultat"

// pollWait grows with the time that has passed since the file was handed over.
func (e *Engine) pollWait(job post.Job) time.Duration {
	return min(max(e.Clock.Now().Sub(job.HandedOver)/10, e.FirstPoll), e.MostPoll)
}

// fetch keeps a receipt as it came, unless it is kept already.
func (e *Engine) fetch(ctx context.Context, job post.Job, remote post.RemoteReceipt) error {
	kept, err := e.Store.Receipts(ctx, job.ID)
	if err != nil {
		return fmt.Errorf("read the receipts: %w", err)
	}
	for _, receipt := range kept {
		if receipt.RemoteName == remote.Name {
			return nil
		}
	}
	if remote.Size > maxReceipt {
		return post.NewFault(post.CodeBadAnswer, nil, "status", "receipt")
	}
	var content bytes.Buffer
	if err := e.Batch.Fetch(ctx, job, remote, &content); post.CodeOf(err) == post.CodeFileMissing {
		return nil // somebody took it since it was listed; another will be listed, or none
	} else if err != nil {
		return fmt.Errorf("fetch a receipt: %w", err)
	}
	staged, sum, _, err := e.Outbox.Put(ctx, &content)
	if err != nil {
		return fmt.Errorf("keep a receipt: %w", err)
	}
	added, err := e.Store.AddReceipt(ctx, post.Receipt{
		Job: job.ID, RemoteName: remote.Name, Kind: remote.Kind, SHA256: sum, Staged: staged, At: e.Clock.Now()})
	if err != nil || !added {
		_ = e.Outbox.Remove(context.WithoutCancel(ctx), staged)
		return err
	}
	e.event(ctx, job.ID, "receipt_"+remote.Kind, nil)
	e.changed(job.ID)
	return nil
}

// act does what a result says. It may be called again for the same receipt.
func (e *Engine) act(ctx context.Context, job post.Job, receipt post.Receipt) error {
	content, err := e.readReceipt(ctx, receipt)
	if err != nil {
		return err
	}
	findings := map[string]post.Finding{}
	summary, err := e.Batch.Read(ctx, job, bytes.NewReader(content), int64(len(content)), func(finding post.Finding) error {
		findings[finding.RecipientKey] = finding
		return nil
	})
	if err != nil {
		return post.NewFault(post.CodeReceiptBroken, err)
	}
	switch summary.State {
	case post.ReceiptRefused:
		return e.refuse(ctx, job, summary.Text)
	case post.ReceiptSuccess:
		return e.conclude(ctx, job, findings)
	}
	return nil
}

func (e *Engine) readReceipt(ctx context.Context, receipt post.Receipt) ([]byte, error) {
	file, err := e.Outbox.Open(ctx, receipt.Staged)
	if err != nil {
		return nil, fmt.Errorf("open a kept receipt: %w", err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxReceipt))
	if err != nil {
		return nil, fmt.Errorf("read a kept receipt: %w", err)
	}
	return content, nil
}

// refuse closes a job that Digipost refused whole.
func (e *Engine) refuse(ctx context.Context, job post.Job, text string) error {
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		if job.State.Finished() {
			return nil
		}
		job.RefusedText, job.Ended = text, e.Clock.Now()
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
		if job.State.Finished() {
			return nil
		}
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
