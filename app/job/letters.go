package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"brevdue/app/post"
)

// DetailDuplicate is the field detail of a fault unsure for a letter that
// Digipost says it has had before (ErrorCode in the Java client). It is never
// taken for one that did not arrive.
const DetailDuplicate = "DUPLICATE_MESSAGE"

// maxAttempts is how often a letter is tried that Digipost surely does not have.
const maxAttempts = 8

// sendDue sends the letters that are due and asks about those that are unsure,
// a bounded number at a time, until one meets a trouble that concerns them all
// or somebody asks for something.
func (e *Engine) sendDue(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{Statuses: underWay})
	if err != nil {
		return 0, true, fmt.Errorf("read the letters: %w", err)
	}
	if len(items) == 0 {
		return e.finish(ctx, job)
	}
	if job.Ending != "" && job.Counts.ByStatus[post.ItemReady] > 0 {
		// A letter that was unsure when the stop came and surely never left.
		return 0, true, e.stopItems(ctx, job.ID, post.ReasonStoppedByUser)
	}
	shared, err := e.Store.DocumentsOf(ctx, job.ID, 0)
	if err != nil {
		return 0, true, fmt.Errorf("read the documents: %w", err)
	}
	if paused(job) { // what is under way is asked about; nothing goes
		items = slices.DeleteFunc(items, func(item post.Item) bool { return item.Status == post.ItemReady })
	}
	due, next := split(items, e.Clock.Now())
	if len(due) == 0 && paused(job) {
		return min(max(next, 10*time.Millisecond), lookInterval), true, nil
	} else if len(due) == 0 {
		return max(next, 10*time.Millisecond), true, nil
	}
	if err := e.ready(ctx, job); err != nil {
		return 0, true, err
	}
	return 0, true, e.inParallel(ctx, job, due, func(item post.Item, allowance *allowance) error {
		return e.one(ctx, job, shared, item, allowance)
	})
}

// ready finds out whether letters can go, before any is marked as under way, so
// that what nothing has left the machine for is not taken for unsure.
func (e *Engine) ready(ctx context.Context, job post.Job) error {
	call, cancel := e.graceful(ctx)
	defer cancel()
	return e.Letters.Ready(call, job.Sender)
}

// split parts the items that are due from those that wait, and says how long
// the first of these waits. Those that were never tried come first, so that one
// letter in trouble does not keep the others back.
func split(items []post.Item, now time.Time) (due []post.Item, next time.Duration) {
	next = mostBackoff
	for _, item := range items {
		if wait := item.NotBefore.Sub(now); waits(item, now) {
			next = min(next, wait)
			continue
		}
		due = append(due, item)
	}
	slices.SortStableFunc(due, func(a, b post.Item) int { return a.NotBefore.Compare(b.NotBefore) })
	return due, next
}

// waits reports whether a letter's next try is still ahead. One that would wait
// longer than any letter has to is due: the clock was set back. Longer than its
// backoff a letter waits only for a server that asked for it, counted from the
// moment that was written down.
func waits(item post.Item, now time.Time) bool {
	wait := item.NotBefore.Sub(now)
	if wait <= mostBackoff {
		return wait > 0
	}
	return !now.Before(item.UpdatedAt) && item.NotBefore.Sub(item.UpdatedAt) <= mostRetryAfter
}

// inParallel works through the items that are due with bounded concurrency. The
// first trouble that concerns all of them ends the round.
func (e *Engine) inParallel(ctx context.Context, job post.Job, due []post.Item, each func(post.Item, *allowance) error) error {
	var (
		group sync.WaitGroup
		mutex sync.Mutex
		held  error
	)
	slots, allowance := make(chan struct{}, e.InFlight), allow(job)
	for _, item := range due {
		slots <- struct{}{}
		mutex.Lock()
		trouble := held
		mutex.Unlock()
		if trouble != nil || ctx.Err() != nil || e.asked(ctx, job.ID) || cooledOff(job, e.Clock.Now()) {
			break
		}
		group.Go(func() {
			defer func() { <-slots }()
			if err := each(item, allowance); err != nil {
				mutex.Lock()
				held = err
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	if held == nil {
		return e.moves(ctx, job)
	}
	return held
}

// cooledOff reports whether the clock of a job that cools off has run out, while
// its letters are put where they wait.
func cooledOff(job post.Job, now time.Time) bool {
	return job.State == post.JobCoolingOff && !now.Before(job.ReleaseAt)
}

// asked reports whether a request waits that concerns what is still to be done.
// When that cannot be read the round ends too: the next one says why. A wish to
// know what became of letters concerns a batch job only; else it is the
// watcher's.
func (e *Engine) asked(ctx context.Context, id string) bool { return e.askedSince(ctx, id, 0) }

// askedSince is asked for requests that are newer than one.
func (e *Engine) askedSince(ctx context.Context, id string, seen int64) bool {
	requests, err := e.Store.OpenRequests(ctx, id)
	requests = slices.DeleteFunc(requests, func(r post.Request) bool { return r.ID <= seen })
	if err != nil || len(requests) == 0 {
		return err != nil
	}
	if slices.ContainsFunc(requests, func(r post.Request) bool { return r.Kind != post.RequestRefresh }) {
		return true
	}
	job, err := e.Store.Job(ctx, id)
	return err != nil || looksItself(job)
}

// one sends one letter, or asks what became of it. Its error is a trouble that
// concerns all letters of the job.
func (e *Engine) one(ctx context.Context, job post.Job, shared []post.Document, item post.Item, allowance *allowance) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	documents, err := e.documentsOf(ctx, job, shared, item)
	if err != nil {
		return err
	}
	call, cancel := e.graceful(ctx)
	defer cancel()
	if item.Status == post.ItemUnsure || item.Status == post.ItemSending {
		return e.ask(call, job, item)
	}
	noDigipost, settled, err := e.way(call, job, item)
	if err != nil || settled || ctx.Err() != nil {
		return err
	}
	if err := allowance.take(); err != nil {
		return err
	}
	claimed, err := e.claim(call, item)
	if err != nil || !claimed {
		return err
	}
	outcome, err := e.deliver(call, job, documents, item, noDigipost)
	// What is known is written down also when the time to end is over.
	return e.settle(context.WithoutCancel(ctx), job, item.Seq, outcome, err)
}

// claim writes down that the letter is about to leave. It is durable before the
// first byte goes. claimed is false when somebody stopped it meanwhile.
func (e *Engine) claim(ctx context.Context, item post.Item) (claimed bool, err error) {
	now := e.Clock.Now()
	n, err := e.Store.UpdateItems(ctx, item.Job, []int{item.Seq}, func(item *post.Item) error {
		if item.Status != post.ItemReady {
			return post.ErrSkip
		}
		item.Attempts++
		item.SentAt, item.UpdatedAt = now, now
		return moveItem(item, post.ItemSending)
	})
	if err != nil {
		return false, fmt.Errorf("write down that the letter goes: %w", err)
	}
	return n == 1, nil
}

// settle writes down what came of a letter that was under way.
func (e *Engine) settle(ctx context.Context, job post.Job, seq int, outcome post.Outcome, cause error) error {
	var held error
	var wait time.Duration
	if cause != nil {
		wait = retryAfter(post.FaultOf(cause).Fields)
	}
	now := e.Clock.Now()
	_, err := e.Store.UpdateItems(ctx, job.ID, []int{seq}, func(item *post.Item) error {
		held = nil
		item.UpdatedAt = now
		switch code := post.CodeOf(cause); {
		case cause == nil:
			return put(item, waiting(job, outcome))
		case code == post.CodeUnsure, code == post.CodeInternal:
			item.NotBefore = now.Add(max(backoff(item.Attempts), wait))
			item.Detail = string(code)
			if detail := post.FaultOf(cause).Fields["detail"]; detail != "" {
				item.Detail = detail
			}
			return moveItem(item, post.ItemUnsure)
		default:
			// It surely did not arrive, and the next one would fare no better.
			held = cause
			item.Attempts--
			if wait > 0 {
				item.NotBefore = now.Add(wait)
			}
			item.Detail = string(code)
			return moveItem(item, post.ItemReady)
		}
	})
	if err != nil {
		return fmt.Errorf("write down what came of the letter: %w", err)
	}
	if cause != nil {
		e.Log.Warn("letter", "job", job.ID, "seq", seq, "code", string(post.CodeOf(cause)), "error", cause)
	}
	e.told(job.ID)
	return held
}

// ask finds out what became of an unsure letter. One that Digipost surely does
// not have goes again with the same ids.
func (e *Engine) ask(ctx context.Context, job post.Job, item post.Item) error {
	outcome, found, err := e.Letters.Status(ctx, job.Sender, item.DocumentUUIDs[0])
	now := e.Clock.Now()
	_, storeErr := e.Store.UpdateItems(ctx, job.ID, []int{item.Seq}, func(item *post.Item) error {
		if item.Status == post.ItemSending {
			if err := moveItem(item, post.ItemUnsure); err != nil {
				return err
			}
		}
		if item.Status != post.ItemUnsure {
			return post.ErrSkip
		}
		item.UpdatedAt = now
		switch {
		case err != nil:
			item.NotBefore = now.Add(max(backoff(item.Attempts), retryAfter(post.FaultOf(err).Fields)))
			return nil
		case found:
			return put(item, waiting(job, outcome))
		case job.HoldsAtDigipost():
			return notInBatch(job, item, now)
		case item.Attempts >= maxAttempts && item.Detail != DetailDuplicate:
			return put(item, post.Outcome{Status: post.ItemNotDelivered, Reason: post.ReasonNetwork,
				Channel: post.ChannelNone, Detail: item.Detail})
		}
		if err := moveItem(item, post.ItemReady); err != nil || item.Reason == post.ReasonTakenOut {
			return errors.Join(err, moveItem(item, post.ItemStopped)) // wanted while nobody knew
		}
		item.NotBefore = now.Add(backoff(item.Attempts))
		return nil
	})
	if storeErr != nil {
		return fmt.Errorf("write down what came of the letter: %w", storeErr)
	}
	e.told(job.ID)
	if err != nil {
		return fmt.Errorf("ask what came of a letter: %w", err)
	}
	return nil
}

// waiting is what Digipost's answer means for a letter that waits there in a
// batch: whatever the way, nothing is delivered before it is completed.
func waiting(job post.Job, outcome post.Outcome) post.Outcome {
	if job.HoldsAtDigipost() && job.BatchStep == post.BatchOpen && outcome.Status != post.ItemNotDelivered {
		outcome.Status, outcome.DeliveredAt = post.ItemReceived, time.Time{}
	}
	return outcome
}

// notInBatch is what it means that Digipost does not know a letter of a batch. It
// goes there again with the same ids, for it may be that nothing is told of a
// letter before it is delivered; what is said to be there already is there. When
// the batch itself is lost or completed it never goes again, and is not delivered when it has been
// asked about for minutes.
func notInBatch(job post.Job, item *post.Item, now time.Time) error {
	ended := job.BatchStep == post.BatchLost || job.BatchStep == post.BatchCompleted
	switch {
	case ended && item.Attempts < maxAttempts:
		// Letters of a batch may be told of a while after it was completed.
		item.Attempts++
		item.NotBefore = now.Add(backoff(item.Attempts))
		return nil
	case item.Detail == DetailDuplicate && job.BatchStep != post.BatchLost:
		return put(item, post.Outcome{Status: post.ItemReceived, Channel: item.Channel, Detail: item.Detail})
	case ended:
		return put(item, post.Outcome{Status: post.ItemNotDelivered, Reason: post.ReasonOther, Channel: post.ChannelNone, Detail: DetailBatchGone})
	}
	item.NotBefore = now.Add(backoff(item.Attempts))
	return moveItem(item, post.ItemReady)
}

// put fills an outcome into an item.
func put(item *post.Item, outcome post.Outcome) error {
	item.Reason, item.Channel, item.Detail = outcome.Reason, outcome.Channel, outcome.Detail
	if !outcome.DeliveredAt.IsZero() {
		item.DeliveredAt = outcome.DeliveredAt
	}
	if outcome.SentSHA256 != "" {
		item.SentSHA256 = outcome.SentSHA256
	}
	return moveItem(item, outcome.Status)
}

// finish closes a job whose letters all have an outcome. A stop that came too
// late for any letter leaves a job that is simply done.
func (e *Engine) finish(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		to := post.JobDone
		if job.Ending != "" {
			if job.Ending = ending(job.Counts); job.State == post.JobWaiting {
				job.Ending = post.TooLate // of a batch that was completed before
			} else if job.Ending != post.TooLate {
				to = post.JobStopped
			}
		}
		job.Ended = e.Clock.Now()
		job.Moves()
		return moveJob(job, to)
	})
	if err != nil {
		return 0, true, fmt.Errorf("close the job: %w", err)
	}
	return 0, false, e.closed(ctx, job)
}

// closed records the end of a job.
func (e *Engine) closed(ctx context.Context, job post.Job) error {
	if job.State == post.JobStopped {
		_, err := e.stopped(ctx, job.ID, job.Ending)
		return err
	}
	e.audit(ctx, job.ID, string(job.State), nil)
	e.event(ctx, job.ID, string(job.State), nil)
	e.reconcile(ctx, job.ID)
	e.changed(job.ID)
	return nil
}

// mostBackoff bounds backoff.
const mostBackoff = time.Minute

// backoff is how long a letter waits after its n-th attempt: a second, doubled
// each time, a minute at most.
func backoff(attempts int) time.Duration {
	return min(time.Second<<min(max(attempts-1, 0), 6), mostBackoff)
}
