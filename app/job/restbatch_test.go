package job

import (
	"errors"
	"testing"
	"time"

	"brevdue/app/post"
)

var errLost = post.NewFault(post.CodeTimeout, errors.New("the answer was lost"))

// held waits until all letters of a job are in its batch.
func held(t *testing.T, e *Engine, id string, n int) post.Job {
	t.Helper()
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[post.ItemReceived] == n })
	job, _ := e.Job(t.Context(), id)
	return job
}

// TestHeldUntilReleased: letters are at Digipost while the clock runs, and are
// delivered together when it is out.
func TestHeldUntilReleased(t *testing.T) {
	for name, cooling := range map[string]time.Duration{"with a clock": 5 * time.Minute, "at once": 0} {
		m, b, clock := newMemory(), newBatches(), &fastClock{}
		e := holding(m, b, clock)
		id := approved(t, e, heldWish(20), cooling).ID
		running(t, e)
		job := follow(t, e, id)
		if job.State != post.JobDone || b.count() != 20 || job.Counts.ByStatus[post.ItemDelivered] != 20 || job.BatchStep != post.BatchCompleted {
			t.Fatalf("%s: job %s %s %v, %d delivered", name, job.State, job.BatchStep, job.Counts.ByStatus, b.count())
		}
		if b.called("complete") != 1 || b.called("create") != 1 || b.sends != 20 {
			t.Errorf("%s: calls %v", name, b.calls)
		}
	}
}

// TestUploadedWhileTheClockRuns: nothing is completed before the time.
func TestUploadedWhileTheClockRuns(t *testing.T) {
	m, b := newMemory(), newBatches()
	e := holding(m, b, SystemClock{})
	id := approved(t, e, heldWish(5), time.Hour).ID
	running(t, e)
	job := held(t, e, id, 5)
	if job.State != post.JobCoolingOff || job.BatchStep != post.BatchOpen || b.count() != 0 || b.called("complete") != 0 {
		t.Fatalf("job %s %s, %d delivered", job.State, job.BatchStep, b.count())
	}
	if _, err := e.Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	job = follow(t, e, id)
	if job.State != post.JobStopped || job.Ending != post.NothingDelivered || job.Counts.ByStatus[post.ItemStopped] != 5 || b.called("cancel") != 1 || b.count() != 0 {
		t.Fatalf("job %s %s %v, calls %v", job.State, job.Ending, job.Counts.ByStatus, b.calls)
	}
}

// TestStopWhileAnswersAreLost: a cancellation whose answer was lost is found out
// about, and the ending is not told before.
func TestStopWhileAnswersAreLost(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	e := holding(m, b, clock)
	id := approved(t, e, heldWish(3), 24*time.Hour).ID
	end := running(t, e)
	held(t, e, id, 3)
	end()
	b.fails = func(op string) (error, error) {
		if op == "cancel" {
			return nil, errLost
		}
		return nil, nil
	}
	if job, err := e.Stop(t.Context(), id); err != nil || job.State.Finished() || job.Ending != post.EndingUnknown {
		t.Fatalf("%+v, %v", job, err)
	}
	running(t, e)
	job := follow(t, e, id)
	if job.Ending != post.NothingDelivered || b.called("cancel") != 1 || b.count() != 0 {
		t.Fatalf("ending %s, calls %v", job.Ending, b.calls)
	}
}

// TestCompletionLost: whether the request or its answer was lost, the batch is
// completed once.
func TestCompletionLost(t *testing.T) {
	for _, arrived := range []bool{true, false} {
		m, b, clock := newMemory(), newBatches(), &fastClock{}
		n := 0
		b.fails = func(op string) (error, error) {
			if op == "complete" {
				if n++; n == 1 {
					return map[bool]error{false: errLost}[arrived], errLost
				}
			}
			return nil, nil
		}
		e := holding(m, b, clock)
		id := approved(t, e, heldWish(4), 0).ID
		running(t, e)
		job := follow(t, e, id)
		if want := map[bool]int{true: 1, false: 2}[arrived]; job.State != post.JobDone || b.count() != 4 || b.called("complete") != want {
			t.Fatalf("arrived %v: job %s %v, calls %v", arrived, job.State, job.Counts.ByStatus, b.calls)
		}
	}
}

// TestLettersLostOnTheWay: answers to letters are lost, and Digipost may not tell
// of letters in a batch at all.
func TestLettersLostOnTheWay(t *testing.T) {
	for _, knows := range []bool{true, false} {
		m, b, clock := newMemory(), newBatches(), &fastClock{}
		b.knows = knows
		n := 0
		b.fails = func(op string) (error, error) {
			if op == "send" {
				n++
			}
			if lost := post.NewFault(post.CodeUnsure, nil); op == "send" && n%3 == 0 {
				return nil, lost
			} else if op == "send" && n%3 == 1 {
				return lost, nil
			}
			return nil, nil
		}
		e := holding(m, b, clock)
		e.InFlight = 1
		id := approved(t, e, heldWish(9), 0).ID
		running(t, e)
		job := follow(t, e, id)
		if job.State != post.JobDone || b.count() != 9 || job.Counts.ByStatus[post.ItemDelivered] != 9 {
			t.Fatalf("knows %v: job %s %v, %d delivered", knows, job.State, job.Counts.ByStatus, b.count())
		}
	}
}

// TestMiscounted: other numbers at Digipost stop the completion, and a person
// decides.
func TestMiscounted(t *testing.T) {
	for _, anyway := range []bool{true, false} {
		m, b, clock := newMemory(), newBatches(), &fastClock{}
		b.counts = func(n int) (int, int) { return n, 1 }
		e := holding(m, b, clock)
		id := approved(t, e, heldWish(4), time.Minute).ID
		running(t, e)
		until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeBatchCounts })
		job, _ := e.Job(t.Context(), id)
		if f := job.TroubleFields; b.count() != 0 || f["expected"] != "4" || f["digipost"] != "4" || f["print"] != "1" {
			t.Fatalf("%v, %d delivered", f, b.count())
		}
		if anyway {
			if _, err := e.Complete(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		} else if _, err := e.Stop(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		job = follow(t, e, id)
		if want := map[bool]int{true: 4}[anyway]; b.count() != want || anyway != (job.State == post.JobDone) || !anyway && job.Ending != post.NothingDelivered {
			t.Fatalf("anyway %v: job %s %s, %d delivered", anyway, job.State, job.Ending, b.count())
		}
	}
}

// TestBatchVanishes: nothing was delivered; a person is asked again, and the
// letters go under new ids.
func TestBatchVanishes(t *testing.T) {
	m, b := newMemory(), newBatches()
	e := holding(m, b, SystemClock{})
	id := approved(t, e, heldWish(3), 2*time.Second).ID
	end := running(t, e)
	job := held(t, e, id, 3)
	before := m.items[id][0]
	b.with(func() { b.batches[job.RESTBatch].gone = true })
	job = follow(t, e, id)
	end()
	after := m.items[id][0]
	if job.State != post.JobReady || job.Trouble != post.CodeBatchGone || job.Counts.ByStatus[post.ItemReady] != 3 || b.count() != 0 ||
		before.MessageID == after.MessageID || before.DocumentUUIDs[0] == after.DocumentUUIDs[0] {
		t.Fatalf("job %s %s %v", job.State, job.Trouble, job.Counts.ByStatus)
	}
	if _, err := e.Approve(t.Context(), id, job.Fingerprint, 3, 0); err != nil {
		t.Fatal(err)
	}
	running(t, e)
	if job = follow(t, e, id); job.State != post.JobDone || b.count() != 3 {
		t.Fatalf("job %s, %d delivered", job.State, b.count())
	}
}

// TestBatchLost: a batch that is nowhere after it may have been completed leaves
// each letter to be asked about, and none goes again.
func TestBatchLost(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	e := holding(m, b, clock)
	b.fails = func(op string) (error, error) {
		if op != "complete" {
			return nil, nil
		}
		for _, held := range b.batches {
			held.gone = true
			for _, letter := range held.letters {
				b.delivered[letter.Documents[0].UUID]++ // but one
			}
		}
		for id := range b.delivered {
			delete(b.delivered, id)
			break
		}
		return errLost, nil
	}
	id := approved(t, e, heldWish(3), 0).ID
	running(t, e)
	job := follow(t, e, id)
	if job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 2 || job.Counts.ByStatus[post.ItemNotDelivered] != 1 || b.sends != 3 {
		t.Fatalf("job %s %v, %d sends", job.State, job.Counts.ByStatus, b.sends)
	}
}

// TestBatchesRefused: where the sender may not use batches the letters wait here.
func TestBatchesRefused(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	b.fails = func(op string) (error, error) {
		if op == "create" {
			return post.NewFault(post.CodeAgreement, nil, "detail", "BATCH"), nil
		}
		return nil, nil
	}
	e := holding(m, b, clock)
	id := approved(t, e, heldWish(4), time.Minute).ID
	running(t, e)
	job := follow(t, e, id)
	if job.State != post.JobDone || b.count() != 4 || job.BatchStep != post.BatchRefused || job.Held() != nil || b.called("create") != 1 {
		t.Fatalf("job %s %s %s, %d delivered, calls %v", job.State, job.BatchStep, job.Trouble, b.count(), b.calls)
	}
}

// TestTakeOutOfBatch: the batch is cancelled and built again without the person;
// after the completion it is too late.
func TestTakeOutOfBatch(t *testing.T) {
	m, b := newMemory(), newBatches()
	e := holding(m, b, SystemClock{})
	id := approved(t, e, heldWish(4), 3*time.Second).ID
	running(t, e)
	first := held(t, e, id, 4)
	out := m.items[id][1].DocumentUUIDs[0]
	if _, err := e.TakeOut(t.Context(), id, "P1", 0); err != nil {
		t.Fatal(err)
	}
	if err := e.AwaitTakeOut(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	job := follow(t, e, id)
	items, _ := e.Items(t.Context(), id, post.ItemQuery{})
	if job.State != post.JobDone || b.count() != 3 || b.delivered[out] != 0 || items[1].Reason != post.ReasonTakenOut || job.RESTBatch == first.RESTBatch {
		t.Fatalf("job %s, %d delivered, item %s %s", job.State, b.count(), items[1].Status, items[1].Reason)
	}
	events, _ := e.Events(t.Context(), id)
	told := false
	for _, event := range events {
		told = told || event.Code == "batch_again"
	}
	if !told {
		t.Errorf("the time line does not say so: %+v", events)
	}
}

// TestClockOutWhileAway: letters that lie at Digipost are called back before a
// person is asked again.
func TestClockOutWhileAway(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	e := holding(m, b, clock)
	id := approved(t, e, heldWish(3), 24*time.Hour).ID
	end := running(t, e)
	held(t, e, id, 3)
	end()
	clock.skip(48 * time.Hour)
	running(t, e)
	job := follow(t, e, id)
	if job.State != post.JobReady || job.Trouble != post.CodeAskAgain || job.Counts.ByStatus[post.ItemReady] != 3 || b.called("cancel") != 1 || b.count() != 0 {
		t.Fatalf("job %s %s %v, calls %v", job.State, job.Trouble, job.Counts.ByStatus, b.calls)
	}
}

// TestNoBatchesHere: an engine that was given no way to batches lets letters wait
// here, and keeps its hands off those that lie at Digipost.
func TestNoBatchesHere(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	e := engineOn(m, b.digipostFake, clock)
	id := approved(t, e, heldWish(3), 0).ID
	end := running(t, e)
	if job := follow(t, e, id); job.State != post.JobDone || b.count() != 3 || job.BatchStep != post.BatchRefused {
		t.Fatalf("job %s %s, %d delivered", job.State, job.BatchStep, b.count())
	}
	end()
	there := holding(m, b, SystemClock{})
	id = approved(t, there, heldWish(2), time.Hour).ID
	end = running(t, there)
	held(t, there, id, 2)
	end()
	if _, err := e.Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	end = running(t, e)
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeAgreement })
	end()
	if job, _ := e.Job(t.Context(), id); job.State.Finished() || b.count() != 3 {
		t.Errorf("job %s, %d delivered", job.State, b.count())
	}
	running(t, there)
	if job := follow(t, there, id); job.Ending != post.NothingDelivered || b.called("cancel") != 1 {
		t.Errorf("job %s %s", job.State, job.Ending)
	}
}
