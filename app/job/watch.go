package job

import (
	"context"
	"fmt"
	"slices"
	"time"

	"brevdue/app/post"
)

// newsAge is how long letters are followed: Digipost remembers events for
// thirty days.
const newsAge = 30 * 24 * time.Hour

// mostAsked is how many letters that are received or pending are asked about in
// one round: of a letter that is delivered later there is no event.
const mostAsked = 50

// watcher follows letters after delivery while the engine runs. It never puts
// trouble on a job: what it cannot find out now it asks for later.
type watcher struct {
	engine *Engine
	wake   chan struct{}
	// turn is where the next round of questions begins among those that wait.
	turn int
}

// run asks for news at once, then now and then, and when somebody wants to know,
// until the context ends.
func (w *watcher) run(ctx context.Context) {
	e := w.engine
	failures, unmet := 0, 0
	for left := time.Duration(0); ; {
		if err := w.refresh(ctx); err != nil && ctx.Err() == nil {
			e.Log.Warn("refresh", "code", string(post.CodeOf(err)), "error", err)
			unmet++
			if e.Clock.Wait(ctx, backoff(unmet)) != nil {
				return
			}
			continue
		}
		unmet = 0
		if left <= 0 {
			err := w.round(ctx)
			if err == nil {
				failures = 0
			} else if ctx.Err() == nil {
				e.Log.Warn("news of letters", "code", string(post.CodeOf(err)), "error", err)
				failures++
			}
			left = e.newsPause(failures, err)
		}
		slice, before := min(left, lookInterval), e.Clock.Now()
		if !pause(ctx, e.Clock, w.wake, slice) {
			return
		}
		// A clock that was set meanwhile counts for no more than was waited for.
		left -= min(max(e.Clock.Now().Sub(before), time.Millisecond), slice)
	}
}

// newsPause is how long to wait for the next round: longer and longer while it
// fails, and as long as the server asked for.
func (e *Engine) newsPause(failures int, err error) time.Duration {
	if err == nil {
		return e.NewsEvery
	}
	grown := (e.NewsEvery / 10) << min(max(failures-1, 0), 6)
	return max(min(grown, 6*e.NewsEvery), retryAfter(post.FaultOf(err).Fields), lookInterval)
}

// round asks for the news of all senders whose letters can still change, then
// about letters that are on their way without an event to come.
func (w *watcher) round(ctx context.Context) error {
	jobs, err := w.engine.followed(ctx)
	if err != nil {
		return err
	}
	failed := w.engine.reconcileAll(ctx)
	asked := map[int64]bool{}
	for _, job := range jobs { // the newest knows its sender best
		if asked[job.Sender.SenderID] {
			continue
		}
		asked[job.Sender.SenderID] = true
		if err := w.engine.hearNews(ctx, job.Sender); err != nil {
			failed = err
		}
	}
	if err := w.askWaiting(ctx, jobs); err != nil {
		failed = err
	}
	return failed
}

// followed gives the jobs with letters that can still change, newest first.
func (e *Engine) followed(ctx context.Context) ([]post.Job, error) {
	jobs, err := e.Store.Jobs(ctx, post.JobQuery{Kinds: []post.JobKind{post.KindLetter, post.KindMailing}})
	if err != nil {
		return nil, fmt.Errorf("look for letters to follow: %w", err)
	}
	since := e.Clock.Now().Add(-newsAge)
	return slices.DeleteFunc(jobs, func(job post.Job) bool {
		changing := slices.ContainsFunc(following, func(status post.ItemStatus) bool { return job.Counts.ByStatus[status] > 0 })
		return !wasSent(job) || !changing || lastDate(job).Before(since)
	}), nil
}

// lastDate is when something was last to happen to a job's letters.
func lastDate(job post.Job) time.Time {
	last := job.Created
	dates := []time.Time{job.ApprovedAt, job.Ended, job.Options.DeliverAt}
	if job.Options.Paper != nil {
		dates = append(dates, job.Options.Paper.IfUnreadBy)
	}
	if job.Options.Invite != nil {
		dates = append(dates, job.Options.Invite.Deadline)
	}
	for _, date := range dates {
		if date.After(last) {
			last = date
		}
	}
	return last
}

// looksItself reports whether a job's own worker looks for its receipts when
// somebody wants to know what has become of it: a batch job that waits.
func looksItself(job post.Job) bool { return inOneFile(job) && job.State == post.JobWaiting }

// refreshes gives the open wishes to know what has become of a job.
func (e *Engine) refreshes(ctx context.Context, id string) ([]post.Request, error) {
	requests, err := e.Store.OpenRequests(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the requests: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(requests), func(r post.Request) bool { return r.Kind != post.RequestRefresh }), nil
}

// looked meets the wishes to know what has become of a batch job, after its
// receipts were looked for, and gives that look's error.
func (e *Engine) looked(ctx context.Context, requests []post.Request, cause error) error {
	if ctx.Err() != nil {
		return cause // cut off, not answered
	}
	outcome := metOutcome
	if cause != nil {
		outcome = string(post.CodeOf(cause))
	}
	for _, request := range requests {
		if err := e.Store.CloseRequest(ctx, request.ID, outcome); err != nil && cause == nil {
			return fmt.Errorf("close the request: %w", err)
		}
	}
	return cause
}

// wasSent reports whether letters of a job may be at Digipost.
func wasSent(job post.Job) bool {
	switch {
	case job.Kind == post.KindSplit, job.Via != post.ViaREST, job.State == post.JobReady, job.State == post.JobCoolingOff:
		return false
	}
	if job.HoldsAtDigipost() && job.BatchStep != post.BatchCompleted && job.BatchStep != post.BatchLost {
		return false // they wait there, and nothing is delivered
	}
	return job.State != post.JobStopped || job.Ending != post.NothingDelivered
}

// askWaiting asks about letters that are received or pending: the oldest first,
// a bounded number, and others the next time.
func (w *watcher) askWaiting(ctx context.Context, jobs []post.Job) error {
	type question struct {
		job  post.Job
		item post.Item
	}
	var questions []question
	now := w.engine.Clock.Now()
	for _, job := range slices.Backward(jobs) {
		if job.Counts.ByStatus[post.ItemReceived]+job.Counts.ByStatus[post.ItemPending] == 0 {
			continue
		}
		items, err := w.engine.Store.Items(ctx, job.ID, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemReceived, post.ItemPending}})
		if err != nil {
			return fmt.Errorf("read the letters on their way: %w", err)
		}
		for _, item := range items {
			if mayChange(item, now) {
				questions = append(questions, question{job, item})
			}
		}
	}
	if len(questions) > mostAsked {
		first := w.turn % len(questions)
		questions = append(slices.Clone(questions[first:]), questions[:first]...)[:mostAsked]
		w.turn = first + mostAsked
	}
	changed := tally{}
	defer func() { w.engine.announce(context.WithoutCancel(ctx), changed) }()
	for i, n := 0, 0; i < len(questions); i += n { // those of one job together
		var items []post.Item
		for n = 0; i+n < len(questions) && questions[i+n].job.ID == questions[i].job.ID; n++ {
			items = append(items, questions[i+n].item)
		}
		if err := w.engine.inquire(ctx, questions[i].job, items, changed); err != nil {
			return err
		}
	}
	return nil
}

// Refresh asks the runner to find out at Digipost what has become of a job's
// letters since; a finished job can be asked about, too, but for one over the
// batch interface, whose answer is whole when it comes. A job that waits there
// looks for its receipts at once. For any other job it is a fault wrong_state.
// AwaitRefresh waits for the end.
func (e *Engine) Refresh(ctx context.Context, id string) error {
	job, err := e.Store.Job(ctx, id)
	if err != nil {
		return err
	}
	if !wasSent(job) && !looksItself(job) {
		return post.NewFault(post.CodeWrongState, nil, "job", id, "state", string(job.State))
	}
	last, found, err := e.Store.LastRequest(ctx, id, post.RequestRefresh)
	if err != nil {
		return fmt.Errorf("read the requests: %w", err)
	}
	if !found || last.Outcome != "" {
		if _, err := e.Store.AddRequest(ctx, post.Request{Job: id, Kind: post.RequestRefresh, At: e.Clock.Now()}); err != nil {
			return fmt.Errorf("store the request: %w", err)
		}
	}
	e.Poke()
	return nil
}

// AwaitRefresh waits until the runner has met the last Refresh of a job, or the
// context ends. It gives the fault that kept Digipost from being asked. It only
// reads, so that any process may wait.
func (e *Engine) AwaitRefresh(ctx context.Context, id string) error {
	return e.await(ctx, id, post.RequestRefresh)
}

// await waits until the newest wish of a kind has been met.
func (e *Engine) await(ctx context.Context, id string, kind post.RequestKind) error {
	for {
		last, found, err := e.Store.LastRequest(ctx, id, kind)
		switch {
		case err != nil:
			return fmt.Errorf("read the requests: %w", err)
		case !found, last.Outcome == metOutcome:
			return nil
		case last.Outcome != "":
			return post.NewFault(post.Code(last.Outcome), nil, "job", id)
		}
		if err := e.Clock.Wait(ctx, followInterval); err != nil {
			return err
		}
	}
}

// refresh meets the wishes to know what has become of letters. A question that
// Digipost does not answer closes the wish with the fault; its error is of a
// wish that could not even be closed.
func (w *watcher) refresh(ctx context.Context) error {
	e := w.engine
	requests, err := e.Store.OpenRequests(ctx, "")
	if err != nil {
		return fmt.Errorf("read the requests: %w", err)
	}
	met := map[string]string{}
	for _, request := range requests {
		if request.Kind != post.RequestRefresh {
			continue
		}
		if job, err := e.Store.Job(ctx, request.Job); err == nil && inOneFile(job) && !job.State.Finished() {
			continue // its own worker's
		}
		if _, known := met[request.Job]; !known {
			outcome := metOutcome
			if err := e.lookAgain(ctx, request.Job); err != nil {
				e.Log.Warn("refresh", "job", request.Job, "code", string(post.CodeOf(err)), "error", err)
				outcome = string(post.CodeOf(err))
			}
			met[request.Job] = outcome
		}
		if err := ctx.Err(); err != nil {
			return err // cut off, not answered
		}
		if err := e.Store.CloseRequest(ctx, request.ID, met[request.Job]); err != nil {
			return fmt.Errorf("close the request: %w", err)
		}
		e.told(request.Job)
	}
	return nil
}

// lookAgain asks for the status of every letter of a job that can still change,
// then for the news of its sender.
func (e *Engine) lookAgain(ctx context.Context, id string) error {
	job, err := e.Store.Job(ctx, id)
	if err != nil || inOneFile(job) { // a batch job that has ended meanwhile
		return err
	}
	items, err := e.Store.Items(ctx, id, post.ItemQuery{Statuses: following})
	if err != nil {
		return fmt.Errorf("read the letters: %w", err)
	}
	changed := tally{}
	err = e.inquire(ctx, job, items, changed)
	e.announce(context.WithoutCancel(ctx), changed)
	if err != nil {
		return err
	}
	return e.hearNews(ctx, job.Sender)
}
