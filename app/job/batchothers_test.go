package job

import (
	"errors"
	"testing"
	"time"

	"brevdue/app/post"
)

// TestCompletedByOthers: of letters that were to go into their batch once more when
// somebody else completed it Digipost is asked, since they were in it; one that never
// came there is part of the plan all the same, and can be sent again.
func TestCompletedByOthers(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	b.knows = false // nothing is told of a letter before it is delivered
	b.fails = func(op string) (before, after error) {
		switch {
		case op == "counts" && b.inquired >= 2:
			for _, held := range b.batches {
				held.committed = true
				for _, letter := range held.letters {
					b.delivered[letter.Documents[0].UUID] = 1
				}
			}
		case op == "send" && b.sends < 2: // it arrived
			return nil, post.NewFault(post.CodeUnsure, nil)
		case op == "send":
			return post.NewFault(post.CodeUnsure, nil), nil
		}
		return nil, nil
	}
	e := holding(m, b, clock)
	e.InFlight = 1
	id := approved(t, e, heldWish(3), time.Hour).ID
	running(t, e)
	job := follow(t, e, id)
	if n := job.Counts.ByStatus; job.State != post.JobDone || n[post.ItemDelivered] != b.count() || b.count() == 0 || n[post.ItemReady] != 0 {
		t.Fatalf("job %s %v, %d delivered", job.State, n, b.count())
	}
	items, _ := e.Items(t.Context(), id, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemNotDelivered}})
	for _, item := range items {
		if item.Attempts == 0 {
			t.Errorf("%d counts as left out of the plan", item.Seq)
		}
	}
}

// TestCountsChange: a person's word is about the counts they saw, and about no others.
func TestCountsChange(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	more := 1
	b.counts = func(n int) (int, int) { return n, more }
	e := holding(m, b, clock)
	id := approved(t, e, heldWish(2), time.Minute).ID
	end := running(t, e)
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeBatchCounts })
	end()
	if _, err := e.Complete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	more = 7
	running(t, e)
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.TroubleFields["print"] == "7" })
	if err := e.await(t.Context(), id, post.RequestComplete); post.CodeOf(err) != post.CodeWrongState || b.count() != 0 {
		t.Fatalf("%v, %d delivered", err, b.count())
	}
	if _, err := e.Complete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if job := follow(t, e, id); job.State != post.JobDone || b.count() != 2 {
		t.Fatalf("job %s, %d delivered", job.State, b.count())
	}
	// A paused job has nothing to complete.
	id = approved(t, e, heldWish(2), time.Minute).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeBatchCounts })
	if _, err := e.Pause(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Complete(t.Context(), id); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("while it is paused: %v", err)
	}
}

// TestUnmetWishWaits: a wish that cannot be met is tried again as seldom as the server
// asked for; a newer one is heard at once.
func TestUnmetWishWaits(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	e := holding(m, b, clock)
	id := approved(t, e, heldWish(2), 100*time.Hour).ID
	running(t, e)
	held(t, e, id, 2)
	var asked []time.Time
	b.with(func() {
		b.fails = func(op string) (before, after error) {
			asked = append(asked, clock.Now())
			return post.NewFault(post.CodeUnreachable, errors.New("busy"), "retry_after", "600"), nil
		}
	})
	tries := func() (n int, gap time.Duration) {
		b.with(func() {
			if n = len(asked); n > 1 {
				gap = asked[n-1].Sub(asked[n-2])
			}
		})
		return n, gap
	}
	if _, err := e.TakeOut(t.Context(), id, "P1", 0); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { n, _ := tries(); return n == 3 })
	if _, gap := tries(); gap < 5*time.Minute {
		t.Errorf("asked again after %v", gap)
	}
	b.with(func() { b.fails = nil })
	if _, err := e.Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if job := follow(t, e, id); job.Ending != post.NothingDelivered || b.count() != 0 {
		t.Errorf("ending %s, %d delivered", job.Ending, b.count())
	}
}

// TestLateReleaseCallsBackFirst: nobody is asked again while letters lie at Digipost.
func TestLateReleaseCallsBackFirst(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	e := holding(m, b, clock)
	id := approved(t, e, heldWish(1), time.Minute).ID
	m.look(func() {
		job := m.jobs[id]
		job.BatchStep, job.ReleaseAt = post.BatchOpen, clock.Now().Add(-2*Lateness)
		m.jobs[id] = job
	})
	job, _ := e.Job(t.Context(), id)
	if _, more, err := e.release(t.Context(), job); err != nil || !more {
		t.Fatal(more, err)
	}
	if job, _ = e.Job(t.Context(), id); job.State != post.JobCoolingOff {
		t.Errorf("job %s", job.State)
	}
}

// TestTakeOutUnsure: it is too late for a letter of which nobody knows whether it
// arrived; but once it is known that it did not, it goes no more.
func TestTakeOutUnsure(t *testing.T) {
	for _, arrived := range []bool{true, false} {
		m, d := newMemory(), newDigipost()
		d.answer = func(int, post.Letter) (bool, post.Outcome, error) {
			return arrived, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("lost"))
		}
		d.statusErr = post.NewFault(post.CodeUnreachable, errors.New("down"))
		e := engineOn(m, d, &fastClock{})
		running(t, e)
		id := approved(t, e, wishFor(1), 0).ID
		until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[post.ItemUnsure] == 1 })
		if _, err := e.TakeOut(t.Context(), id, "", 1); err != nil {
			t.Fatal(err)
		}
		if err := e.AwaitTakeOut(t.Context(), id); post.CodeOf(err) != post.CodeWrongState {
			t.Errorf("arrived %v: %v", arrived, err)
		}
		d.with(func() { d.statusErr = nil })
		job := follow(t, e, id)
		items, _ := e.Items(t.Context(), id, post.ItemQuery{})
		want := map[bool]post.ItemStatus{true: post.ItemDelivered, false: post.ItemStopped}[arrived]
		if job.State != post.JobDone || d.sends != 1 || items[0].Status != want || (items[0].Reason == post.ReasonTakenOut) == arrived {
			t.Errorf("arrived %v: %s, %d sends, %s %s", arrived, job.State, d.sends, items[0].Status, items[0].Reason)
		}
	}
}
