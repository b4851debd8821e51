package job

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

// stoodClock is a clock that only a test moves.
type stoodClock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *stoodClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *stoodClock) Wait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func (c *stoodClock) pass(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

// model is one job, a Digipost and a person, to whom anything may happen.
type model struct {
	*testing.T
	name    string
	random  *rand.Rand
	memory  *memory
	there   *batchFake
	clock   *stoodClock
	id      string
	trouble int // one call of so many fails; 0 is none
	// dies is after how many more calls the process is killed; below 0 never.
	dies int
	said []string
	// others is how seldom another process, or somebody else of the same sender, acts
	// in the middle of a call; 0 is never. inside says that one does just now.
	others int
	inside bool
	// early says that somebody else completed a batch; forbidden that the sender may
	// not use batches just now.
	early, forbidden bool
	// own are the hashes of the documents that only one person is to get.
	own map[string]string
}

var errKilled = errors.New("killed")

// call is asked at each call of the store and of Digipost: how it goes.
func (w *model) call(there bool) (before, after error) {
	if w.inside {
		return nil, nil
	}
	if w.others > 0 && !there && w.dies != 0 && w.random.IntN(w.others) == 0 {
		w.inside = true
		w.other()
		w.inside = false
	}
	if w.dies == 0 {
		return errKilled, errKilled
	}
	if w.dies > 0 {
		if w.dies--; w.dies == 0 { // between its arrival and its answer
			return nil, errKilled
		}
	}
	if w.trouble == 0 || w.random.IntN(w.trouble) > 0 {
		return nil, nil
	}
	lost := post.NewFault(post.CodeUnsure, errors.New("lost"))
	switch {
	case !there:
		return diskFull, nil
	case w.random.IntN(2) == 0:
		return lost, nil
	}
	return nil, lost
}

func newModel(t *testing.T, seed uint64, held bool) *model {
	w := &model{T: t, name: fmt.Sprintf("seed %d held %v", seed, held), random: rand.New(rand.NewPCG(seed, 77)), memory: newMemory(),
		there: newBatches(), clock: &stoodClock{now: time.Now()}, dies: -1}
	w.there.knows = seed%3 > 0
	wish := wishFor(4)
	if seed%2 > 0 {
		wish = ownWish(4)
	}
	wish.HoldAtDigipost = held
	if seed%5 == 0 {
		wish.StartAt = w.clock.Now().Add(20 * time.Minute)
	}
	w.id = approved(t, w.engine(), wish, 5*time.Minute).ID
	w.own = map[string]string{}
	for _, document := range w.memory.documents[w.id] {
		if document.Item > 0 {
			w.own[w.memory.items[w.id][document.Item-1].To.Value] = document.SHA256
		}
	}
	w.memory.fails = func(string) error {
		before, _ := w.call(false)
		return before
	}
	w.there.fails = func(op string) (error, error) {
		if w.forbidden && op != "send" {
			return post.NewFault(post.CodeAgreement, nil, "detail", "BATCH"), nil
		}
		return w.call(true)
	}
	w.there.answer = func(int, post.Letter) (bool, post.Outcome, error) {
		before, after := w.call(true)
		if before != nil {
			return false, post.Outcome{}, post.NewFault(post.CodeUnsure, before)
		}
		if after != nil {
			return true, post.Outcome{}, post.NewFault(post.CodeUnsure, after)
		}
		return true, delivered, nil
	}
	return w
}

// engine is a process of its own: nothing is remembered but what is stored.
func (w *model) engine() *Engine {
	e := holding(w.memory, w.there, w.clock)
	e.InFlight = 1
	return e
}

// other lets another process, or somebody else, do one thing while the runner is in
// the middle of something.
func (w *model) other() {
	ctx, e := w.Context(), w.engine()
	var err error
	what := w.random.IntN(12)
	switch what {
	case 0:
		_, err = e.Stop(ctx, w.id)
	case 1, 2:
		_, err = e.TakeOut(ctx, w.id, "", 1+w.random.IntN(4))
	case 3:
		_, err = e.Pause(ctx, w.id)
	case 4, 5:
		_, err = e.Continue(ctx, w.id)
	case 6:
		_, err = e.Extend(ctx, w.id, time.Minute)
	case 7:
		_, err = e.Complete(ctx, w.id)
	case 8:
		_, err = e.StartNow(ctx, w.id, time.Second)
	case 9:
		w.vanish()
	case 10:
		w.completeByOthers()
	case 11:
		w.forbidden = !w.forbidden
	}
	w.said = append(w.said, fmt.Sprint("(meanwhile ", what, " ", post.CodeOf(err), ")"))
}

// completeByOthers completes what lies at Digipost.
func (w *model) completeByOthers() {
	for _, held := range w.there.batches {
		if held.gone || held.committed || len(held.letters) == 0 {
			continue
		}
		w.early, held.committed = true, true
		for _, letter := range held.letters {
			w.there.delivered[letter.Documents[0].UUID]++
		}
	}
}

// event lets one thing happen.
func (w *model) event() {
	ctx, e := w.Context(), w.engine()
	say := func(what string, err error) { w.said = append(w.said, fmt.Sprint(what, " ", post.CodeOf(err))) }
	switch n := w.random.IntN(42); {
	case n < 20:
		_, _, err := e.step(ctx, w.id)
		say("step", err)
		if err != nil && w.dies != 0 {
			e.hold(ctx, w.id, err)
		}
	case n < 25:
		// The machine sleeps, or somebody sets its clock.
		d := []time.Duration{time.Second, time.Second, time.Minute, time.Minute, 6 * time.Minute, 2 * time.Hour, -time.Minute, -3 * time.Hour}[w.random.IntN(8)]
		w.clock.pass(d)
		say("pass "+d.String(), nil)
	case n == 25:
		_, err := e.Stop(ctx, w.id)
		say("stop", err)
	case n < 28:
		_, err := e.TakeOut(ctx, w.id, fmt.Sprint("P", w.random.IntN(4)), 0)
		say("take out", err)
	case n == 28:
		_, err := e.Pause(ctx, w.id)
		say("pause", err)
	case n < 31:
		_, err := e.Continue(ctx, w.id)
		say("continue", err)
	case n == 31:
		_, err := e.Extend(ctx, w.id, time.Minute)
		say("extend", err)
	case n == 32:
		_, err := e.Complete(ctx, w.id)
		say("complete", err)
	case n == 33:
		w.vanish()
	case n == 34:
		w.there.counts = func(n int) (int, int) { return n + 1, 0 }
		say("wrong counts", nil)
	case n == 35:
		w.there.counts = nil
		say("no counts", nil)
	case n == 36:
		w.approveAgain(e)
	case n == 37:
		_, err := e.StartNow(ctx, w.id, time.Minute)
		say("start now", err)
	default:
		w.dies = 1 + w.random.IntN(25)
		_, _, err := e.step(ctx, w.id)
		w.dies = -1
		say("killed in a step", err)
		w.restart()
	}
}

// restart is what a new process does first.
func (w *model) restart() {
	for w.engine().rescue(w.Context()) != nil {
		continue
	}
}

func (w *model) vanish() {
	w.said = append(w.said, "vanish")
	for _, held := range w.there.batches {
		held.gone = held.gone || !held.committed
	}
}

func (w *model) approveAgain(e *Engine) {
	job, err := e.Job(w.Context(), w.id)
	if err == nil && job.State == post.JobReady {
		_, err = e.Approve(w.Context(), w.id, job.Fingerprint, job.Counts.ByStatus[post.ItemReady], time.Minute)
		w.said = append(w.said, fmt.Sprint("approve ", post.CodeOf(err)))
	}
}

// holds checks what is true at all times.
func (w *model) holds() {
	job := w.memory.jobs[w.id]
	job.Counts = count(w.memory.items[w.id])
	got := map[string]int{} // by address
	for _, letter := range w.there.sent {
		if n := w.there.delivered[letter.Documents[0].UUID]; n > 0 {
			got[letter.To.Value] = max(got[letter.To.Value], n)
		}
	}
	for _, letter := range w.there.sent {
		if own := w.own[letter.To.Value]; own != "" && own != letter.Documents[0].SHA256 {
			w.fail("%s was sent somebody else's document", letter.To.Value)
		}
	}
	documents := map[string]bool{}
	for uuid, n := range w.there.delivered {
		if documents[uuid] = true; n != 1 {
			w.fail("a letter was delivered %d times", n)
		}
	}
	if len(got) != len(documents) || len(documents) > job.Approved {
		w.fail("%d letters for %d people, %d approved", len(documents), len(got), job.Approved)
	}
	for _, item := range w.memory.items[w.id] {
		there := documents[item.DocumentUUIDs[0]]
		switch {
		case there != (got[item.To.Value] > 0):
			w.fail("letter %d was delivered under ids it does not have", item.Seq)
		case item.Status == post.ItemDelivered && !there, item.Status == post.ItemStopped && there, item.Status == post.ItemNotDelivered && there:
			w.fail("letter %d is %s, delivered %v", item.Seq, item.Status, there)
		}
	}
	switch {
	case job.State == post.JobReady || job.State == post.JobCoolingOff:
		if len(documents) > 0 && job.BatchStep != post.BatchCompleted && !w.early {
			w.fail("delivered before the release")
		}
	case job.State.Finished() && job.Ending == post.NothingDelivered && len(documents) > 0,
		job.State.Finished() && (job.Ending == post.TooLate || job.Ending == post.SomeDelivered) && len(documents) == 0,
		job.State.Finished() && job.Ending == post.EndingUnknown:
		w.fail("ending %s with %d delivered", job.Ending, len(documents))
	case job.State.Finished() && job.Counts.ByStatus[post.ItemReady]+job.Counts.ByStatus[post.ItemSending]+job.Counts.ByStatus[post.ItemUnsure] > 0 && job.State == post.JobDone:
		w.fail("done with %v", job.Counts.ByStatus)
	}
	for _, held := range w.there.batches {
		if job.State.Finished() && !held.committed && !held.gone && len(held.letters) > 0 {
			w.fail("finished as %s while letters lie in a batch", job.State)
		}
	}
}

func (w *model) fail(format string, values ...any) {
	w.Helper()
	job := w.memory.jobs[w.id]
	w.Fatalf("%s: "+format+"; job %s %s %s, %v; %v", append(append([]any{w.name}, values...),
		job.State, job.BatchStep, job.Ending, count(w.memory.items[w.id]).ByStatus, w.said)...)
}

// settle lets the world be kind until the job has its end.
func (w *model) settle() {
	w.trouble, w.there.counts, w.others, w.forbidden = 0, nil, 0, false
	for range 400 {
		e := w.engine()
		job, err := e.Job(w.Context(), w.id)
		switch {
		case err != nil:
			w.Fatal(err)
		case job.State.Finished():
			return
		case job.State == post.JobReady:
			w.approveAgain(e)
		case paused(job):
			_, _ = e.Continue(w.Context(), w.id)
		}
		if _, _, err := e.step(w.Context(), w.id); err != nil {
			e.hold(w.Context(), w.id, err)
		}
		if left := w.memory.jobs[w.id].ReleaseAt.Sub(w.clock.Now()); left > time.Hour {
			w.clock.pass(left - time.Minute) // by a clock that was set back
		}
		w.clock.pass(20 * time.Second)
		w.holds()
	}
	w.fail("it does not end")
}

// TestModel: whatever happens in whatever order, each letter goes once or never,
// nobody who was taken out gets one, and what is said in the end is true.
func TestModel(t *testing.T) {
	ends := map[string]int{}
	for seed := range uint64(2400) {
		w := newModel(t, seed, seed%4 > 0)
		w.trouble = []int{0, 12, 6}[seed%3]
		if seed%7 > 3 {
			w.others = 15
		}
		for range 60 {
			w.event()
			w.holds()
		}
		w.restart()
		w.settle()
		w.holds()
		job := w.memory.jobs[w.id]
		ends[fmt.Sprint(job.State, " ", job.Ending)]++
	}
	t.Log(ends)
	for _, want := range []string{"done ", "done too_late", "stopped nothing_delivered", "stopped some_delivered"} {
		if ends[want] == 0 {
			t.Errorf("no sequence ends as %q: %v", want, ends)
		}
	}
}

// TestKilledAtEveryStep kills the process at each of its calls in turn, and again
// at each second one after that: the next takes it up from there.
func TestKilledAtEveryStep(t *testing.T) {
	for kind, act := range map[string]func(w *model){
		"released": func(*model) {},
		"stopped":  func(w *model) { _, _ = w.engine().Stop(w.Context(), w.id) },
		"without one": func(w *model) {
			_, _ = w.engine().TakeOut(w.Context(), w.id, "P2", 0)
		},
		"gone": func(w *model) { w.vanish() },
	} {
		for first := 1; ; first++ {
			w := newModel(t, uint64(first), true)
			w.name = fmt.Sprint(kind, " killed after ", first)
			acted, killed := false, false
			w.dies = first
			for range 60 {
				before := w.dies
				_, _, err := w.engine().step(w.Context(), w.id)
				w.said = append(w.said, fmt.Sprint(post.CodeOf(err)))
				if w.dies == 0 && before != 0 {
					killed = true
					w.dies = -1
					w.restart()
					w.dies = 2 * (1 + w.random.IntN(8))
				}
				in := count(w.memory.items[w.id]).ByStatus[post.ItemReceived]
				if in == 4 && !acted {
					dies := w.dies
					w.dies, acted = -1, true
					act(w)
					w.dies = dies
				}
				w.clock.pass(time.Second)
				if acted {
					w.clock.pass(10 * time.Second)
				}
				w.holds()
			}
			w.dies = -1
			w.restart()
			w.settle()
			job := w.memory.jobs[w.id]
			if want := map[string]int{"released": 4, "stopped": 0, "without one": 3, "gone": 4}[kind]; len(w.there.delivered) != want {
				w.fail("%d delivered, want %d", len(w.there.delivered), want)
			}
			if stopped := job.State == post.JobStopped; stopped != (kind == "stopped") {
				w.fail("the end is wrong")
			}
			if !killed {
				break
			}
		}
	}
}

// TestStepMoves: a batch that is completed, lost or refused stays so, and from any
// other step there is a way to one of them.
func TestStepMoves(t *testing.T) {
	ends := []post.BatchStep{post.BatchCompleted, post.BatchLost, post.BatchRefused}
	for _, end := range ends {
		if len(stepMoves[end]) > 0 {
			t.Errorf("a batch can leave %s", end)
		}
	}
	for from := range stepMoves {
		seen := []post.BatchStep{from}
		for i := 0; i < len(seen); i++ {
			for _, to := range stepMoves[seen[i]] {
				if !slices.Contains(seen, to) {
					seen = append(seen, to)
				}
			}
		}
		for _, end := range ends[:2] {
			if !slices.Contains(seen, end) {
				t.Errorf("from %q there is no way to %s", from, end)
			}
		}
		job := post.Job{BatchStep: from}
		if err := moveStep(&job, from); post.CodeOf(err) != post.CodeWrongState || job.BatchStep != from {
			t.Errorf("%q moves to itself: %v", from, err)
		}
	}
	for from, to := range heldMoves {
		if from.Reached() || slices.ContainsFunc(to, post.ItemStatus.Reached) {
			t.Errorf("a letter is called back from %s to %v", from, to)
		}
	}
}
