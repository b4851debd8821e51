package job

import (
	"context"
	"fmt"
	"sync"
	"time"

	"brevdue/app/post"
)

// lookInterval is how often the runner looks for what other processes have
// written.
const lookInterval = time.Second

// Run acts on all jobs until the context ends: it releases what has cooled off,
// sends, collects receipts, meets requests and follows letters after delivery. Only the process that holds the
// runner's lock may call it. When the context ends it starts nothing new and
// gives calls under way a moment to finish.
func (e *Engine) Run(ctx context.Context) error {
	for {
		err := e.rescue(ctx)
		if err == nil {
			e.unwritten.clear()
			break
		}
		if ctx.Err() == nil {
			e.Log.Error("take up jobs after a restart", "error", err)
		}
		if e.Clock.Wait(ctx, lookInterval) != nil {
			return nil
		}
	}
	crew := crew{engine: e, wake: map[string]chan struct{}{}}
	defer crew.wait()
	watcher := watcher{engine: e, wake: make(chan struct{}, 1)}
	crew.group.Go(func() { watcher.run(ctx) })
	for {
		jobs, err := e.Store.Jobs(ctx, post.JobQuery{Open: true})
		if err != nil && ctx.Err() == nil {
			e.Log.Error("look for jobs", "error", err)
		}
		for _, job := range jobs {
			if job.State != post.JobReady {
				crew.start(ctx, job.ID)
			}
		}
		if !pause(ctx, e.Clock, e.poke, lookInterval) {
			return nil
		}
		crew.wakeAll()
		nudge(watcher.wake)
	}
}

// nudge wakes somebody who waits, now or as soon as they do.
func nudge(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// rescue puts right what a crash left: letters that were under way are unsure,
// letters of a stopped job that never left are stopped, and a question of a split
// that has no answer is open again. Before that is
// written down nothing may go; whoever follows hears why.
func (e *Engine) rescue(ctx context.Context) error {
	jobs, err := e.Store.Jobs(ctx, post.JobQuery{})
	if err != nil {
		return err
	}
	var failed error
	for _, job := range jobs {
		var err error
		switch {
		case job.State == post.JobStopped && job.Counts.ByStatus[post.ItemReady] > 0:
			err = e.stopItems(ctx, job.ID, post.ReasonStoppedByUser)
		case asksOneByOne(job) && job.Counts.ByStatus[post.ItemSending] > 0:
			err = e.askAgain(ctx, job.ID)
		case !inOneFile(job) && job.Counts.ByStatus[post.ItemSending] > 0:
			err = e.doubt(ctx, job.ID)
		}
		if err != nil {
			failed = err
		}
	}
	if failed == nil {
		return nil
	}
	for _, job := range jobs { // one that cannot be put right keeps all waiting
		if job.State != post.JobReady {
			e.unwritten.keep(job.ID, post.FaultOf(failed), e.Clock.Now())
		}
	}
	return failed
}

// doubt marks letters that were under way as unsure.
func (e *Engine) doubt(ctx context.Context, id string) error {
	now := e.Clock.Now()
	_, err := e.Store.UpdateItems(ctx, id, nil, func(item *post.Item) error {
		if item.Status != post.ItemSending {
			return post.ErrSkip
		}
		item.UpdatedAt, item.NotBefore = now, now
		return moveItem(item, post.ItemUnsure)
	})
	return err
}

// crew is the workers of a run, one for each job.
type crew struct {
	engine *Engine
	mutex  sync.Mutex
	wake   map[string]chan struct{}
	group  sync.WaitGroup
}

func (c *crew) start(ctx context.Context, id string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.wake[id] != nil {
		return
	}
	wake := make(chan struct{}, 1)
	c.wake[id] = wake
	c.group.Go(func() {
		c.engine.work(ctx, id, wake)
		c.mutex.Lock()
		delete(c.wake, id)
		c.mutex.Unlock()
	})
}

func (c *crew) wakeAll() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, wake := range c.wake {
		nudge(wake)
	}
}

func (c *crew) wait() { c.group.Wait() }

// work takes one job as far as it goes.
func (e *Engine) work(ctx context.Context, id string, wake <-chan struct{}) {
	for ctx.Err() == nil {
		wait, more, err := e.step(ctx, id)
		if err != nil && ctx.Err() == nil {
			e.hold(ctx, id, err)
			e.rest(ctx, id, wake, err)
			continue
		}
		e.unwritten.drop(id)
		if !more {
			return
		}
		e.doze(ctx, id, wake, 0, wait)
	}
}

// step does what is due for a job and says how long until the next look; more
// is false when the job needs nobody any more.
func (e *Engine) step(ctx context.Context, id string) (wait time.Duration, more bool, err error) {
	job, err := e.meetRequests(ctx, id)
	if err != nil {
		return 0, true, err
	}
	if looksItself(job) {
		wishes, failed := e.refreshes(ctx, id)
		if failed != nil {
			return 0, true, failed
		}
		defer func() { err = e.looked(ctx, wishes, err) }()
	}
	switch job.State {
	case post.JobCoolingOff:
		return e.coolOff(ctx, job)
	case post.JobSending:
		switch {
		case job.HoldsAtDigipost():
			return e.batchDue(ctx, job)
		case asksOneByOne(job):
			return e.askDue(ctx, job)
		case !inOneFile(job):
			return e.sendDue(ctx, job)
		case paused(job) && !hasLeft(job):
			return lookInterval, true, nil
		}
		return e.upload(ctx, job)
	case post.JobWaiting:
		if job.HoldsAtDigipost() {
			return e.followBatch(ctx, job)
		}
		return e.collect(ctx, job)
	}
	return 0, false, nil
}

// coolOff looks after a job whose clock runs. Letters that wait at Digipost are
// put there meanwhile; those of a clock that ran out long ago are called back
// before the person is asked again.
func (e *Engine) coolOff(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	job, err := e.clockSetBack(ctx, job)
	if err != nil {
		return 0, true, err
	}
	wait, held := job.ReleaseAt.Sub(e.Clock.Now()), job.HoldsAtDigipost()
	switch {
	case held && (leaving(job.BatchStep) || job.BatchStep == post.BatchCompleted):
		return e.batchDue(ctx, job)
	case paused(job):
		return lookInterval, true, nil
	case held && wait < -Lateness && uploaded(job.BatchStep):
		_, err := e.atStep(ctx, job, post.BatchCancelling, nil)
		return orMoved(err)
	case !held, wait <= 0, wait > uploadAhead && !job.StartAt.IsZero():
		return e.release(ctx, job)
	}
	n := job.Counts.ByStatus
	if n[post.ItemReady]+n[post.ItemUnsure]+n[post.ItemSending] == 0 {
		return min(wait, lookInterval), true, nil
	}
	next, full, err := e.fill(ctx, job)
	if full {
		next = wait
	}
	return min(next, wait, lookInterval), true, err
}

// clockSetBack puts a cooling-off right that began, by the clock of now, in the
// future: the clock was ahead then and was set since. It lasts as long from now as
// was asked for, and not the hours that the clock was ahead as well. A job that
// starts at a time keeps that time.
func (e *Engine) clockSetBack(ctx context.Context, job post.Job) (post.Job, error) {
	now := e.Clock.Now()
	wrong := func(job *post.Job) bool {
		return job.State == post.JobCoolingOff && job.StartAt.IsZero() && now.Before(job.ApprovedAt) && !paused(*job)
	}
	if !wrong(&job) {
		return job, nil
	}
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		if wrong(job) {
			job.ReleaseAt, job.ApprovedAt = now.Add(job.ReleaseAt.Sub(job.ApprovedAt)), now
		}
		return nil
	})
	if err != nil {
		return job, fmt.Errorf("put the cooling-off right: %w", err)
	}
	e.Log.Warn("the clock was set back while a job cooled off", "job", job.ID)
	e.changed(job.ID)
	return job, nil
}

// release lets a job go whose clock has run out, or asks again when it ran out
// long ago while nothing was running.
func (e *Engine) release(ctx context.Context, job post.Job) (time.Duration, bool, error) {
	late := false
	job, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		late = false
		left := job.ReleaseAt.Sub(e.Clock.Now())
		if job.State != post.JobCoolingOff || left > 0 || paused(*job) || leaving(job.BatchStep) {
			return nil
		}
		if late = left < -Lateness; late && uploaded(job.BatchStep) {
			late = false
			return nil // the next round calls its letters back first
		}
		if late {
			job.Moves()
			job.Trouble, job.TroubleSince = post.CodeAskAgain, e.Clock.Now()
			return moveJob(job, post.JobReady)
		}
		return moveJob(job, post.JobSending)
	})
	if err != nil {
		return 0, true, fmt.Errorf("release the job: %w", err)
	}
	switch {
	case late:
		e.event(ctx, job.ID, "ask_again", nil)
		e.changed(job.ID)
		return 0, false, nil
	case job.State == post.JobCoolingOff:
		return min(max(job.ReleaseAt.Sub(e.Clock.Now()), time.Millisecond), lookInterval), true, nil
	case job.State != post.JobSending:
		return 0, true, nil // stopped meanwhile
	}
	e.event(ctx, job.ID, "released", nil)
	e.changed(job.ID)
	return 0, true, nil
}

// hold records why a job does not move, once for each cause.
func (e *Engine) hold(ctx context.Context, id string, cause error) {
	fault := post.FaultOf(cause)
	first := false
	_, err := e.Store.UpdateJob(ctx, id, func(job *post.Job) error {
		if job.State.Finished() {
			first = false
			return nil
		}
		first = job.Trouble != fault.Code
		job.Trouble, job.TroubleFields = fault.Code, fault.Fields
		if job.TroubleSince.IsZero() {
			job.TroubleSince = e.Clock.Now()
		}
		return nil
	})
	if first || err != nil {
		e.Log.Warn("job held up", "job", id, "code", string(fault.Code), "error", cause)
	}
	if err != nil {
		e.Log.Error("record the trouble", "job", id, "error", err)
		e.unwritten.keep(id, fault, e.Clock.Now())
		e.Notify(post.Notice{Topic: post.TopicJobs, ID: id})
		return
	}
	e.unwritten.drop(id)
	if first {
		e.event(ctx, id, "held_up", map[string]string{"code": string(fault.Code)})
		if fault.Code == post.CodeReceiptLate {
			e.reconcile(ctx, id)
		}
		e.changed(id)
	}
}

// moves clears the trouble when the job moves again.
func (e *Engine) moves(ctx context.Context, job post.Job) error {
	if job.Trouble == "" {
		return nil
	}
	_, err := e.Store.UpdateJob(ctx, job.ID, func(job *post.Job) error {
		job.Moves()
		return nil
	})
	return err
}

// mostUnmet is how long a wish that could not be met waits for the next try, unless
// the server asked for more.
const mostUnmet = 5 * time.Second

// rest waits before the next try of a job that is held up by a cause. The wishes that
// it kept from being met wait, too.
func (e *Engine) rest(ctx context.Context, id string, wake <-chan struct{}, cause error) {
	wait, seen := e.patience(ctx, id), seenIn(cause)
	if seen > 0 {
		wait = max(min(wait, mostUnmet), retryAfter(post.FaultOf(cause).Fields))
	}
	e.doze(ctx, id, wake, seen, wait)
}

// doze waits between two steps of a job. Only a wish for this job that is newer than
// seen ends it early: changes elsewhere must not make a server busy that has nothing
// new to say.
func (e *Engine) doze(ctx context.Context, id string, wake <-chan struct{}, seen int64, d time.Duration) {
	for left := d; left > 0; {
		slice, before := min(left, lookInterval), e.Clock.Now()
		if !pause(ctx, e.Clock, wake, slice) || e.askedSince(ctx, id, seen) {
			return
		}
		// A clock that was set meanwhile counts for no more than was waited for.
		left -= min(max(e.Clock.Now().Sub(before), time.Millisecond), slice)
	}
}

// patience is how long to wait before the next try of a job that is held up: a
// second at first, a minute at most, and as long as the server asked for.
func (e *Engine) patience(ctx context.Context, id string) time.Duration {
	job, err := e.Job(ctx, id)
	if err != nil || job.TroubleSince.IsZero() {
		return time.Second
	}
	return max(min(max(e.Clock.Now().Sub(job.TroubleSince)/2, time.Second), time.Minute), retryAfter(job.TroubleFields))
}

// pause waits until woken or until the time is over; false when the context
// ended.
func pause(ctx context.Context, clock Clock, wake <-chan struct{}, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = clock.Wait(waiting, d)
	}()
	select {
	case <-wake:
	case <-done:
	case <-ctx.Done():
	}
	cancel()
	<-done
	return ctx.Err() == nil
}

// graceful gives a context for a call that must not be cut off the moment the
// program is told to end: it lives on for the grace time.
func (e *Engine) graceful(ctx context.Context) (context.Context, context.CancelFunc) {
	call, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(e.Grace, cancel)
		context.AfterFunc(call, func() { timer.Stop() })
	})
	return call, func() { stop(); cancel() }
}
