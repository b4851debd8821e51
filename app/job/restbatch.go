package job

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"brevdue/app/post"
)

// uploadAhead is how long before its release a scheduled job's letters may lie in
// a batch at Digipost. Earlier they wait here.
const uploadAhead = time.Hour

// stepMoves are the steps that a batch at the sender API may go.
var stepMoves = map[post.BatchStep][]post.BatchStep{
	post.BatchNone: {post.BatchCreating},
	// A uuid that Digipost does not take is replaced.
	post.BatchCreating:   {post.BatchOpen, post.BatchRefused, post.BatchCancelling, post.BatchCompleted, post.BatchNone},
	post.BatchOpen:       {post.BatchCompleting, post.BatchCancelling, post.BatchGone, post.BatchCompleted},
	post.BatchCompleting: {post.BatchCompleted, post.BatchCancelling, post.BatchLost},
	// A cancellation may find that the batch was completed before.
	post.BatchCancelling: {post.BatchCancelled, post.BatchCompleted},
	// The letters go again in another batch, under another uuid.
	post.BatchCancelled: {post.BatchNone},
	post.BatchGone:      {post.BatchNone},
}

// moveStep takes a batch a step further if the table allows it.
func moveStep(job *post.Job, to post.BatchStep) error {
	if !slices.Contains(stepMoves[job.BatchStep], to) {
		return post.NewFault(post.CodeWrongState, nil, "job", job.ID, "state", string(job.State), "step", string(job.BatchStep), "wanted", string(to))
	}
	job.BatchStep = to
	return nil
}

// atStep moves the batch of a job that is still at the step it was seen at, in
// one transaction with whatever more is to be written.
func (e *Engine) atStep(ctx context.Context, job post.Job, to post.BatchStep, more func(*post.Job) error) (post.Job, error) {
	from := job.BatchStep
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		if job.BatchStep != from || job.State.Finished() {
			return errMoved
		}
		if err := moveStep(job, to); err != nil || more == nil {
			return err
		}
		return more(job)
	})
	if err != nil && err != errMoved {
		err = fmt.Errorf("write down how far the batch is: %w", err)
	}
	return job, err
}

// errMoved says that somebody was quicker: the next round sees what is now.
var errMoved = fmt.Errorf("the job has moved on")

// orMoved makes an error of atStep the end of a round.
func orMoved(err error) (time.Duration, bool, error) {
	if err == errMoved {
		err = nil
	}
	return 0, true, err
}

// uploaded reports whether Digipost may have a batch under the job's uuid that
// waits for its end.
func uploaded(step post.BatchStep) bool {
	return step == post.BatchCreating || step == post.BatchOpen
}

// leaving reports whether a batch is on its way out, and nothing may join it.
func leaving(step post.BatchStep) bool {
	return step == post.BatchCancelling || step == post.BatchCancelled || step == post.BatchGone
}

// noBatches is the RESTBatch of an engine that was given none: a new batch is
// refused, and one that is there already is not forgotten.
type noBatches struct{}

func (noBatches) refused() error { return post.NewFault(post.CodeAgreement, nil, "detail", "BATCH") }

func (n noBatches) CreateBatch(context.Context, post.Sender, string) error   { return n.refused() }
func (n noBatches) CompleteBatch(context.Context, post.Sender, string) error { return n.refused() }
func (n noBatches) CancelBatch(context.Context, post.Sender, string) error   { return n.refused() }
func (n noBatches) BatchCounts(context.Context, post.Sender, string) (post.BatchCounts, bool, error) {
	return post.BatchCounts{}, false, n.refused()
}

// batchDue takes a job whose clock is out and whose letters wait at Digipost to
// its end: they are all put there, counted, and released together.
func (e *Engine) batchDue(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	switch {
	case leaving(job.BatchStep):
		return e.leave(ctx, job)
	case job.BatchStep == post.BatchCompleting:
		return e.complete(ctx, job)
	case job.BatchStep == post.BatchCompleted:
		return e.completed(ctx, job)
	case job.BatchStep == post.BatchLost:
		return e.sendDue(ctx, job)
	case paused(job):
		return lookInterval, true, nil
	}
	wait, full, err := e.fill(ctx, job)
	if err != nil || !full {
		return wait, true, err
	}
	return e.commit(ctx, job, false)
}

// fill puts the letters that are due into the job's batch, which is made when it
// is not there yet. full says that all of them are in it or have another outcome.
func (e *Engine) fill(ctx context.Context, job post.Job) (wait time.Duration, full bool, err error) {
	n := job.Counts.ByStatus
	if uploaded(job.BatchStep) && n[post.ItemReady]+n[post.ItemUnsure]+n[post.ItemSending] == 0 {
		return 0, true, e.moves(ctx, job)
	}
	items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{Statuses: underWay})
	if err != nil {
		return 0, false, fmt.Errorf("read the letters: %w", err)
	}
	if len(items) == 0 && job.BatchStep == post.BatchNone {
		_, _, err := e.finish(ctx, job) // nobody is left
		return 0, false, err            // the next round finds it closed
	}
	due, next := split(items, e.Clock.Now())
	if len(due) == 0 {
		return max(next, 10*time.Millisecond), false, nil
	}
	job, open, err := e.openBatch(ctx, job)
	if err != nil || !open {
		return 0, false, err
	}
	shared, err := e.Store.DocumentsOf(ctx, job.ID, 0)
	if err != nil {
		return 0, false, fmt.Errorf("read the documents: %w", err)
	}
	return 0, false, e.inParallel(ctx, job, due, func(item post.Item, allowance *allowance) error {
		return e.one(ctx, job, shared, item, allowance)
	})
}

// openBatch sees to it that the batch is there, before any letter is marked as
// under way; its uuid is durable before it is used. open is false when the next
// round has to look again: the sender may not use batches, or the batch is gone.
func (e *Engine) openBatch(ctx context.Context, job post.Job) (now post.Job, open bool, err error) {
	if job.BatchStep == post.BatchNone {
		if job, err = e.atStep(ctx, job, post.BatchCreating, nil); err != nil {
			_, _, err = orMoved(err)
			return job, false, err
		}
	}
	call, cancel := e.graceful(ctx)
	defer cancel()
	counts, found, err := e.RESTBatch.BatchCounts(call, job.Sender, job.RESTBatch)
	if err == nil && !found && job.BatchStep == post.BatchCreating {
		err = e.RESTBatch.CreateBatch(call, job.Sender, job.RESTBatch)
		found = err == nil
	}
	ctx = context.WithoutCancel(ctx)
	to := post.BatchOpen
	switch {
	case post.CodeOf(err) == post.CodeAgreement && job.BatchStep == post.BatchCreating:
		to = post.BatchRefused
	case post.CodeOf(err) == post.CodeBadAnswer && job.BatchStep == post.BatchCreating:
		return job, false, e.otherUUID(ctx, job, err)
	case err != nil:
		return job, false, fmt.Errorf("open the batch: %w", err)
	case !found:
		to = post.BatchGone
	case counts.Committed: // by somebody else who has its uuid
		to = post.BatchCompleted
	}
	if to == job.BatchStep {
		return job, true, nil
	}
	job, err = e.atStep(ctx, job, to, nil)
	if err != nil {
		_, _, err = orMoved(err)
		return job, false, err
	}
	if to == post.BatchRefused {
		e.event(ctx, job.ID, "batch_refused", nil)
	}
	e.told(job.ID)
	return job, to == post.BatchOpen, nil
}

// otherUUID gives a batch that Digipost surely did not make, and that holds no
// letter, another uuid: the old one may be used up by one that has vanished.
func (e *Engine) otherUUID(ctx context.Context, job post.Job, cause error) error {
	_, err := e.atStep(ctx, job, post.BatchNone, func(job *post.Job) error {
		job.RESTBatch = e.NewUUID()
		return nil
	})
	if err != nil && err != errMoved {
		return err
	}
	return fmt.Errorf("make a batch: %w", cause)
}

// commit counts what lies in the batch and writes down that it is to be
// completed. anyway says that a person has seen what Digipost counts, as it stands in
// the job's trouble.
func (e *Engine) commit(ctx context.Context, job post.Job, anyway bool) (time.Duration, bool, error) {
	call, cancel := e.graceful(ctx)
	defer cancel()
	counts, found, err := e.RESTBatch.BatchCounts(call, job.Sender, job.RESTBatch)
	ctx = context.WithoutCancel(ctx)
	to, inside := post.BatchCompleting, job.Counts.ByStatus[post.ItemReceived]
	switch {
	case err != nil:
		return 0, true, fmt.Errorf("count the letters in the batch: %w", err)
	case !found && job.BatchStep == post.BatchOpen:
		to = post.BatchGone
	case counts.Committed:
		to = post.BatchCompleted
	case inside == 0: // nobody is left who can get the letter
		to = post.BatchCancelling
	case miscounted(job, counts):
		fault := post.NewFault(post.CodeBatchCounts, nil, "expected", strconv.Itoa(inside),
			"digipost", counted2(counts.Digipost), "print", counted2(counts.Print))
		if !anyway || !maps.Equal(fault.Fields, job.TroubleFields) {
			return 0, true, fault
		}
	}
	if err := within(job, inside); err != nil {
		return 0, true, err
	}
	_, err = e.atStep(ctx, job, to, func(job *post.Job) error {
		n := job.Counts.ByStatus
		if to == post.BatchCompleting && (job.Ending != "" || paused(*job) || n[post.ItemReceived] != inside ||
			n[post.ItemReady]+n[post.ItemUnsure]+n[post.ItemSending] > 0) {
			return errMoved
		}
		return nil
	})
	return orMoved(err)
}

// miscounted reports whether Digipost counts other letters than those that were
// approved, put there, and not taken out. People who are invited are counted when
// they have come.
func miscounted(job post.Job, counts post.BatchCounts) bool {
	if counts.Digipost < 0 && counts.Print < 0 {
		return false
	}
	sum, inside := max(counts.Digipost, 0)+max(counts.Print, 0), job.Counts.ByStatus[post.ItemReceived]
	partly := counts.Digipost < 0 || counts.Print < 0 || job.Options.Invite != nil
	return sum > inside || sum < inside && !partly
}

// counted2 is a count as a fault's words show it.
func counted2(n int) string {
	if n < 0 {
		return "?"
	}
	return strconv.Itoa(n)
}

// complete completes the batch, and after a lost answer finds out first whether
// that has been done. A stop that came meanwhile cancels it if it can.
func (e *Engine) complete(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	call, cancel := e.graceful(ctx)
	defer cancel()
	counts, found, err := e.RESTBatch.BatchCounts(call, job.Sender, job.RESTBatch)
	switch {
	case err != nil:
		return 0, true, fmt.Errorf("ask whether the batch is completed: %w", err)
	case !found:
		return e.lose(context.WithoutCancel(ctx), job)
	case counts.Committed:
		return e.completed(context.WithoutCancel(ctx), job)
	case job.Ending != "":
		_, err := e.atStep(ctx, job, post.BatchCancelling, nil)
		return orMoved(err)
	}
	if err := e.RESTBatch.CompleteBatch(call, job.Sender, job.RESTBatch); err != nil {
		return 0, true, fmt.Errorf("complete the batch: %w", err)
	}
	return e.completed(context.WithoutCancel(ctx), job)
}

// completed writes down that the letters are on their way together. A stop that
// is still open came too late.
func (e *Engine) completed(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	first := false
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		if first = job.BatchStep != post.BatchCompleted; first {
			if err := moveStep(job, post.BatchCompleted); err != nil {
				return err
			}
		}
		job.HandedOver = e.Clock.Now()
		if job.Ending != "" {
			job.Ending = post.TooLate
		}
		job.PausedAt = time.Time{}
		job.Moves()
		if job.State == post.JobCoolingOff { // by somebody else, before its time
			if err := moveJob(job, post.JobSending); err != nil {
				return err
			}
		}
		return moveJob(job, post.JobWaiting)
	})
	if err != nil {
		return 0, true, fmt.Errorf("write down that the batch is completed: %w", err)
	}
	e.audit(ctx, job.ID, "batch_completed", counted(job.Counts.ByStatus[post.ItemReceived]))
	e.event(ctx, job.ID, "batch_completed", counted(job.Counts.ByStatus[post.ItemReceived]))
	e.changed(job.ID)
	return 0, true, nil
}

// lose doubts every letter of a batch that is not there any more after it may
// have been completed: each is asked about, and none goes again.
func (e *Engine) lose(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		if item.Status != post.ItemReceived {
			return post.ErrSkip
		}
		item.UpdatedAt, item.NotBefore, item.Detail = now, now, DetailBatchGone
		return moveHeld(item, post.ItemUnsure)
	}); err != nil {
		return 0, true, fmt.Errorf("doubt the letters of the batch: %w", err)
	}
	_, err := e.atStep(ctx, job, post.BatchLost, nil)
	return orMoved(err)
}

// DetailBatchGone is the detail of a letter whose batch was not there any more.
const DetailBatchGone = "BATCH_GONE"

// followBatch waits until Digipost has delivered a completed batch, then asks
// what became of each letter. What is delivered later is the watcher's.
func (e *Engine) followBatch(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	call, cancel := e.graceful(ctx)
	defer cancel()
	counts, found, err := e.RESTBatch.BatchCounts(call, job.Sender, job.RESTBatch)
	if err != nil {
		return 0, true, fmt.Errorf("ask how far the batch is: %w", err)
	}
	waited := e.Clock.Now().Sub(job.HandedOver)
	if found && !counts.Done {
		if waited > e.ReceiptLate {
			return 0, true, post.NewFault(post.CodeReceiptLate, nil, "hours", strconv.Itoa(int(waited.Hours())))
		}
		return e.nextLook(waited), true, e.moves(ctx, job)
	}
	if err := e.doubtReturned(ctx, job); err != nil {
		return 0, true, err
	}
	if wait, err := e.askDoubted(call, job); err != nil || wait > 0 {
		return wait, true, err
	}
	items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemReceived, post.ItemPending}})
	if err != nil {
		return 0, true, fmt.Errorf("read the letters: %w", err)
	}
	changed := tally{}
	err = e.inquire(call, job, items, changed)
	e.announce(context.WithoutCancel(ctx), changed)
	if err != nil {
		return 0, true, err
	}
	if err := e.leftBehind(ctx, job); err != nil {
		return 0, true, err
	}
	return e.finish(ctx, job)
}

// doubtReturned doubts letters that were on their way into their batch, or to go
// there once more, when somebody else completed it: they may be in it.
func (e *Engine) doubtReturned(ctx context.Context, job post.Job) error {
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		if item.Status != post.ItemSending && (item.Status != post.ItemReady || item.SentAt.IsZero()) {
			return post.ErrSkip
		}
		item.UpdatedAt = now
		return moveHeld(item, post.ItemUnsure)
	}); err != nil {
		return fmt.Errorf("doubt the letters that may be in the batch: %w", err)
	}
	return nil
}

// askDoubted asks about the letters of a completed batch that are unsure, until each is
// known, and gives the time until the next look.
func (e *Engine) askDoubted(ctx context.Context, job post.Job) (wait time.Duration, err error) {
	items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemUnsure}})
	if err != nil {
		return 0, fmt.Errorf("read the letters that are unsure: %w", err)
	}
	if len(items) == 0 {
		return 0, nil
	}
	due, next := split(items, e.Clock.Now())
	if len(due) == 0 {
		return max(next, 10*time.Millisecond), nil
	}
	return 10 * time.Millisecond, e.inParallel(ctx, job, due, func(item post.Item, _ *allowance) error { return e.ask(ctx, job, item) })
}

// leftBehind gives letters an outcome that had not come into their batch when
// somebody else completed it.
func (e *Engine) leftBehind(ctx context.Context, job post.Job) error {
	now := e.Clock.Now()
	if _, err := e.Store.UpdateItems(ctx, job.ID, nil, func(item *post.Item) error {
		if item.Status != post.ItemReady {
			return post.ErrSkip
		}
		item.UpdatedAt = now
		item.Attempts++ // part of the plan, unlike those who were left out of it
		return put(item, post.Outcome{Status: post.ItemNotDelivered, Reason: post.ReasonOther, Channel: post.ChannelNone, Detail: DetailBatchGone})
	}); err != nil {
		return fmt.Errorf("write down who was left behind: %w", err)
	}
	return nil
}
