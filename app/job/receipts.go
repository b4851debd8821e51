package job

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"brevdue/app/post"
)

// maxReceipt bounds a receipt that is held in memory while it is read, in
// bytes; a million rows take about a tenth of it when packed.
const maxReceipt = 256 << 20

// kindResult is the word in the name of a receipt that holds the outcome.
const kindResult = "resultat"

// brokenMark stands in the stored name of a receipt that could not be read,
// before a piece of its hash: the same name may hold the whole of it later, for
// Digipost may still have been writing.
const brokenMark = "!"

// tidings is what the receipts of a job say together.
type tidings struct {
	// findings are those of the newest success; success is false when there is
	// none, or a newer refusal of the same upload.
	success  bool
	findings map[string]post.Finding
	// arrived and refused speak of the upload under the job's present name;
	// text is what Digipost wrote about the refusal.
	arrived, refused bool
	text             string
	// broken is why some receipt at Digipost could not be read, or nil.
	broken error
	// remote are the receipts at Digipost that are kept here now.
	remote []post.RemoteReceipt
}

// gather fetches the receipts that have come, keeps them, and reads together
// what they say.
func (e *Engine) gather(ctx context.Context, job post.Job) (tidings, error) {
	remote, err := e.Batch.Receipts(ctx, job)
	if err != nil {
		return tidings{}, fmt.Errorf("look for receipts: %w", err)
	}
	var all tidings
	for _, receipt := range remote {
		kept, err := e.fetch(ctx, job, receipt)
		switch {
		case post.CodeOf(err) == post.CodeReceiptBroken:
			all.broken = err
			all.remote = append(all.remote, receipt) // a copy is kept
		case err != nil:
			return tidings{}, err
		case kept:
			all.remote = append(all.remote, receipt)
		}
	}
	kept, err := e.Store.Receipts(ctx, job.ID)
	if err != nil {
		return tidings{}, fmt.Errorf("read the receipts: %w", err)
	}
	return all, e.readAll(ctx, job, kept, &all)
}

// readAll reads the kept receipts, the oldest first. Of each upload the newest
// final result counts; a success of any upload is the answer to the job, since
// all of them ask about the same people.
func (e *Engine) readAll(ctx context.Context, job post.Job, kept []post.Receipt, all *tidings) error {
	from := "" // the upload that the success belongs to
	for _, receipt := range kept {
		upload := uploadOf(job, receipt.RemoteName)
		present := upload == job.UploadName
		if strings.Contains(receipt.RemoteName, brokenMark) {
			continue
		}
		if receipt.Kind != kindResult {
			all.arrived = all.arrived || present
			continue
		}
		summary, findings, err := e.readResult(ctx, job, receipt)
		if err != nil {
			return err
		}
		switch summary.State {
		case post.ReceiptSuccess:
			all.success, all.findings, from = true, findings, upload
			if present {
				all.refused = false
			}
		case post.ReceiptRefused:
			if from == upload {
				all.success, from = false, ""
			}
			if present {
				all.refused, all.text = true, summary.Text
			}
		default:
			all.arrived = all.arrived || present
		}
	}
	return nil
}

// uploadOf is the upload that a receipt's name belongs to: the job's present
// one, or one of those given up.
func uploadOf(job post.Job, receipt string) string {
	for _, earlier := range job.EarlierUploads {
		if stem := strings.TrimSuffix(earlier.UploadName, ".zip"); strings.HasPrefix(strings.ToLower(receipt), strings.ToLower(stem)) {
			return earlier.UploadName
		}
	}
	return job.UploadName
}

// fetch keeps a receipt as it came, unless it is kept already. One of another
// job is left alone: kept is then false. A result that cannot be read is kept
// under a name of its own and a fault receipt_broken.
func (e *Engine) fetch(ctx context.Context, job post.Job, remote post.RemoteReceipt) (kept bool, err error) {
	if known, err := e.isKept(ctx, job, remote.Name); err != nil || known {
		return known, err
	}
	if remote.Size > maxReceipt {
		return false, post.NewFault(post.CodeBadAnswer, nil, "status", "receipt")
	}
	var content bytes.Buffer
	if err := e.Batch.Fetch(ctx, job, remote, &content); post.CodeOf(err) == post.CodeFileMissing {
		return false, nil // somebody took it since it was listed; another will be listed, or none
	} else if err != nil {
		return false, fmt.Errorf("fetch a receipt: %w", err)
	}
	if remote.Kind == kindResult {
		_, err = e.Batch.Read(ctx, job, bytes.NewReader(content.Bytes()), int64(content.Len()), func(post.BatchRow) error { return nil })
	}
	switch {
	case post.CodeOf(err) == post.CodeBadAnswer:
		e.Log.Warn("a receipt of another job", "job", job.ID, "error", err)
		return false, nil
	case err != nil:
		broken := post.NewFault(post.CodeReceiptBroken, err)
		name := remote.Name + brokenMark + hexSHA256(content.Bytes())[:16]
		if known, err := e.isKept(ctx, job, name); err != nil || known {
			return false, firstOf(err, broken)
		}
		return false, firstOf(e.keepReceipt(ctx, job, name, remote.Kind, content.Bytes()), broken)
	}
	if err := e.keepReceipt(ctx, job, remote.Name, remote.Kind, content.Bytes()); err != nil {
		return false, err
	}
	e.event(ctx, job.ID, "receipt_"+remote.Kind, nil)
	e.changed(job.ID)
	return true, nil
}

// firstOf gives err, or otherwise when there is none.
func firstOf(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func (e *Engine) isKept(ctx context.Context, job post.Job, name string) (bool, error) {
	kept, err := e.Store.Receipts(ctx, job.ID)
	if err != nil {
		return false, fmt.Errorf("read the receipts: %w", err)
	}
	for _, receipt := range kept {
		if receipt.RemoteName == name {
			return true, nil
		}
	}
	return false, nil
}

func (e *Engine) keepReceipt(ctx context.Context, job post.Job, name, kind string, content []byte) error {
	staged, sum, _, err := e.Outbox.Put(ctx, bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("keep a receipt: %w", err)
	}
	added, err := e.Store.AddReceipt(ctx, post.Receipt{
		Job: job.ID, RemoteName: name, Kind: kind, SHA256: sum, Staged: staged, At: e.Clock.Now()})
	if err != nil || !added {
		_ = e.Outbox.Remove(context.WithoutCancel(ctx), staged)
	}
	if err != nil {
		return fmt.Errorf("keep a receipt: %w", err)
	}
	return nil
}

// readResult reads a kept result.
func (e *Engine) readResult(ctx context.Context, job post.Job, receipt post.Receipt) (post.ReceiptSummary, map[string]post.Finding, error) {
	file, err := e.Outbox.Open(ctx, receipt.Staged)
	if err != nil {
		return post.ReceiptSummary{}, nil, fmt.Errorf("open a kept receipt: %w", err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxReceipt))
	if err != nil {
		return post.ReceiptSummary{}, nil, fmt.Errorf("read a kept receipt: %w", err)
	}
	findings := map[string]post.Finding{}
	summary, err := e.Batch.Read(ctx, job, bytes.NewReader(content), int64(len(content)), func(row post.BatchRow) error {
		if row.Finding != nil {
			findings[row.Finding.RecipientKey] = *row.Finding
		}
		return nil
	})
	if err != nil {
		return post.ReceiptSummary{}, nil, post.NewFault(post.CodeReceiptBroken, err)
	}
	return summary, findings, nil
}

// collect fetches the receipts that have come, keeps them, acts on them, and
// only then deletes them at Digipost.
func (e *Engine) collect(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	all, err := e.gather(ctx, job)
	if err != nil {
		return 0, true, err
	}
	ended := false
	switch {
	case all.success:
		ended, err = true, e.conclude(ctx, job, all.findings)
	case all.refused && mayBeBroken(job, all):
		return e.uploadAgain(ctx, job, true)
	case all.refused && !e.earlierMayAnswer(job):
		ended, err = true, e.refuse(ctx, job, all.text)
	case all.broken != nil:
		err = all.broken // what could be read is not the end; the whole of it may still come
	}
	if err != nil {
		return 0, true, err
	}
	e.clean(ctx, job, all.remote)
	if ended {
		return 0, true, nil
	}
	if err := e.moves(ctx, job); err != nil {
		return 0, true, err
	}
	return e.pollWait(job), true, nil
}

// clean deletes receipts at Digipost that are kept here.
func (e *Engine) clean(ctx context.Context, job post.Job, remote []post.RemoteReceipt) {
	for _, receipt := range remote {
		if err := e.Batch.Remove(ctx, job, receipt); err != nil {
			// It stays there and is known by its name; nothing is lost.
			e.Log.Warn("remove a receipt", "job", job.ID, "error", err)
			return
		}
	}
}

// pollWait grows with the time that has passed since the file was handed over.
func (e *Engine) pollWait(job post.Job) time.Duration {
	return min(max(e.Clock.Now().Sub(job.HandedOver)/10, e.FirstPoll), e.MostPoll)
}
