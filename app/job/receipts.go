package job

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
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

// answers are the rows of a result: about recipients by their key, about letters
// by the uuid of the main document.
type answers struct {
	findings map[string]post.Finding
	letters  map[string]post.Outcome
	// ended is when Digipost was done, zero where it does not say.
	ended time.Time
}

// note takes one row. A letter about which a result says two things is unsure.
func (a *answers) note(row post.BatchRow) {
	if row.Finding != nil {
		a.findings[row.Finding.RecipientKey] = *row.Finding
		return
	}
	outcome := row.Outcome
	if before, twice := a.letters[row.DocumentUUID]; twice && before.Status != outcome.Status {
		outcome = post.Outcome{Status: post.ItemUnsure, Channel: post.ChannelNone, Detail: DetailTwoRows}
	}
	a.letters[row.DocumentUUID] = outcome
}

// add joins the answers to another upload of the same job: what one of them sent
// the other refuses for having been sent.
func (a *answers) add(b answers) {
	for key, finding := range b.findings {
		if _, known := a.findings[key]; !known || finding.Status != post.Invalid {
			a.findings[key] = finding
		}
	}
	for id, outcome := range b.letters {
		if !a.letters[id].Status.Reached() {
			a.letters[id] = outcome
		}
	}
	if b.ended.After(a.ended) {
		a.ended = b.ended
	}
}

// tidings is what the receipts of a job say together.
type tidings struct {
	// rows are those of the successes; success is false when there is none.
	success bool
	rows    answers
	// arrived and refused speak of the upload under the job's present name;
	// text is what Digipost wrote about the refusal. elsewhere says that an
	// earlier upload has arrived and was not refused.
	arrived, refused, elsewhere bool
	text                        string
	// held says that what arrived waits for somebody's approval, or for its time.
	held bool
	// none says that no receipt has come at all.
	none bool
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
	all.none = len(kept) == 0
	return all, e.readAll(ctx, job, kept, &all)
}

// uploadNews is what the receipts say of one upload; the newest final result
// counts.
type uploadNews struct {
	arrived, held, refused bool
	text                   string
	result                 *answers
}

// readAll reads the kept receipts, the oldest first. A success of any upload is
// an answer to the job, since all of them hold the same letters or questions.
func (e *Engine) readAll(ctx context.Context, job post.Job, kept []post.Receipt, all *tidings) error {
	uploads := map[string]*uploadNews{}
	for _, receipt := range kept {
		if strings.Contains(receipt.RemoteName, brokenMark) {
			continue
		}
		upload := uploadOf(job, receipt.RemoteName)
		if uploads[upload] == nil {
			uploads[upload] = &uploadNews{}
		}
		if err := e.readOne(ctx, job, receipt, uploads[upload]); err != nil {
			return err
		}
	}
	all.rows = answers{findings: map[string]post.Finding{}, letters: map[string]post.Outcome{}}
	for _, upload := range namesOf(job) {
		news := uploads[upload]
		if news == nil {
			continue
		}
		present := upload == job.UploadName
		if news.result != nil {
			all.success = true
			all.rows.add(*news.result)
		}
		all.held = all.held || news.held && !news.refused
		if present {
			all.arrived, all.refused, all.text = news.arrived, news.refused, news.text
		} else {
			all.elsewhere = all.elsewhere || news.arrived && !news.refused
		}
	}
	return nil
}

// readOne takes one receipt to what is known of its upload.
func (e *Engine) readOne(ctx context.Context, job post.Job, receipt post.Receipt, news *uploadNews) error {
	if receipt.Kind != kindResult {
		news.arrived = true
		return nil
	}
	summary, rows, err := e.readResult(ctx, job, receipt)
	if err != nil {
		return err
	}
	switch summary.State {
	case post.ReceiptSuccess:
		news.result, news.refused = &rows, false
	case post.ReceiptRefused:
		for _, letter := range rows.letters {
			if letter.Status.Reached() { // whatever its head says, not all was refused
				news.result, news.refused = &rows, false
				return nil
			}
		}
		news.result, news.refused, news.text = nil, true, summary.Text
	case post.ReceiptProvisional:
		news.arrived, news.held = true, true
	default:
		news.arrived = true
	}
	return nil
}

// namesOf gives the names of a job's uploads, the oldest first.
func namesOf(job post.Job) []string {
	var names []string
	for _, earlier := range job.EarlierUploads {
		names = append(names, earlier.UploadName)
	}
	return append(names, job.UploadName)
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
func (e *Engine) readResult(ctx context.Context, job post.Job, receipt post.Receipt) (post.ReceiptSummary, answers, error) {
	file, err := e.Outbox.Open(ctx, receipt.Staged)
	if err != nil {
		return post.ReceiptSummary{}, answers{}, fmt.Errorf("open a kept receipt: %w", err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxReceipt))
	if err != nil {
		return post.ReceiptSummary{}, answers{}, fmt.Errorf("read a kept receipt: %w", err)
	}
	rows := answers{findings: map[string]post.Finding{}, letters: map[string]post.Outcome{}}
	summary, err := e.Batch.Read(ctx, job, bytes.NewReader(content), int64(len(content)), func(row post.BatchRow) error {
		rows.note(row)
		return nil
	})
	if err != nil {
		return post.ReceiptSummary{}, answers{}, post.NewFault(post.CodeReceiptBroken, err)
	}
	rows.ended = summary.Ended
	return summary, rows, nil
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
		ended, err = true, e.conclude(ctx, job, all.rows)
	case all.refused && mayBeBroken(job, all):
		return e.uploadAgain(ctx, job, true)
	case all.refused && !all.elsewhere && !e.earlierMayAnswer(job):
		ended, err = true, e.refuse(ctx, job, all.text)
	default:
		if err = e.progress(ctx, job, all); err == nil {
			err = all.broken // what could be read is not the end; the whole of it may still come
		}
	}
	if err != nil {
		return 0, true, err
	}
	e.clean(ctx, job, all.remote)
	if ended {
		return 0, true, nil
	}
	if late, err := e.late(ctx, job, all); err != nil || late != nil {
		if err == nil {
			e.hold(ctx, job.ID, late)
		}
		return e.pollWait(job), true, err
	}
	if err := e.moves(ctx, job); err != nil {
		return 0, true, err
	}
	return e.pollWait(job), true, nil
}

// namesPatience is how many times longer a split waits for its first receipt
// before that is said, when people are looked for by name and address: the batch
// guide speaks of several hours.
const namesPatience = 6

// late is the fault receipt_late of a job of which nothing was heard for long, or
// nil.
func (e *Engine) late(ctx context.Context, job post.Job, all tidings) (*post.Fault, error) {
	waited, limit := e.Clock.Now().Sub(job.HandedOver), e.ReceiptLate
	if !all.none || waited < limit {
		return nil, nil
	}
	if job.Kind == post.KindSplit && waited < namesPatience*limit {
		items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{})
		if err != nil {
			return nil, fmt.Errorf("read the recipients: %w", err)
		}
		if slices.ContainsFunc(items, func(item post.Item) bool { return item.To.Kind == post.ByNameAndAddress }) {
			return nil, nil
		}
	}
	return post.NewFault(post.CodeReceiptLate, nil, "hours", strconv.Itoa(int(waited/time.Hour))), nil
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
	return e.nextLook(e.Clock.Now().Sub(job.HandedOver))
}

// nextLook is when to look again for what has been waited for so long.
func (e *Engine) nextLook(waited time.Duration) time.Duration {
	return min(max(waited/10, e.FirstPoll), e.MostPoll)
}
