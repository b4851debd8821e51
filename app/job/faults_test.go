package job

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

// failing gives a fault function that fails the given methods while the switch
// is on.
func failing(err error, methods ...string) (fault func(string) error, on func(bool)) {
	var mutex sync.Mutex
	broken := false
	fault = func(method string) error {
		mutex.Lock()
		defer mutex.Unlock()
		for _, each := range methods {
			if broken && each == method {
				return err
			}
		}
		return nil
	}
	return fault, func(now bool) {
		mutex.Lock()
		defer mutex.Unlock()
		broken = now
	}
}

var diskFull = post.NewFault(post.CodeDiskFull, errors.New("no space left"), "folder", "d")

// TestStoppedStaysStopped: a letter that was unsure when the stop came, and
// turns out never to have arrived, is not sent after the stop.
func TestStoppedStaysStopped(t *testing.T) {
	m, d := newMemory(), newDigipost()
	d.answer = func(int, post.Letter) (bool, post.Outcome, error) {
		return false, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("the request was lost"))
	}
	d.statusErr = post.NewFault(post.CodeUnreachable, errors.New("down"))
	e := engineOn(m, d, &fastClock{})
	running(t, e)
	id := approved(t, e, wishFor(1), 0).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[post.ItemUnsure] > 0 })
	if _, err := e.Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Ending == post.EndingUnknown })
	d.mutex.Lock()
	d.statusErr, d.answer = nil, nil
	d.mutex.Unlock()
	job := follow(t, e, id)
	if d.count() != 0 || job.Ending != post.NothingDelivered || job.State != post.JobStopped || job.Counts.ByStatus[post.ItemStopped] != 1 {
		t.Errorf("%d delivered after the stop; job %s, %s, %v", d.count(), job.State, job.Ending, job.Counts.ByStatus)
	}
}

// TestStopIsNeverDropped: a stop that cannot be written down now is met later,
// and nothing is sent meanwhile.
func TestStopIsNeverDropped(t *testing.T) {
	m, d := newMemory(), newDigipost()
	d.entered, d.leave = make(chan struct{}, 99), make(chan struct{})
	var full func(bool)
	m.fails, full = failing(diskFull, "UpdateItems")
	e := engineOn(m, d, &fastClock{})
	e.InFlight = 1
	running(t, e)
	id := approved(t, e, wishFor(5), 0).ID
	<-d.entered
	if _, err := e.Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	full(true)
	close(d.leave)
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeDiskFull })
	time.Sleep(20 * time.Millisecond)
	full(false)
	if job := follow(t, e, id); d.count() != 1 || job.State == post.JobDone && job.Ending == "" {
		t.Errorf("the stop was dropped: %d delivered, job %s, ending %q", d.count(), job.State, job.Ending)
	}
}

// TestFinishedHasNoTrouble: what cannot be written after the end does not make a
// finished job look held up.
func TestFinishedHasNoTrouble(t *testing.T) {
	m, d := newMemory(), newDigipost()
	fails, full := failing(diskFull, "AddAudit", "AddEvent")
	m.fails = fails
	e := engineOn(m, d, &fastClock{})
	id := approved(t, e, wishFor(2), 0).ID
	full(true)
	end := running(t, e)
	follow(t, e, id)
	time.Sleep(20 * time.Millisecond)
	end()
	if job, _ := m.get(id); job.State != post.JobDone || job.Held() != nil {
		t.Errorf("job %s, held by %+v", job.State, job.Held())
	}
}

// TestApprovalIsNotDenied: a job that was approved and goes is not said to have
// failed because of a line in the audit chain.
func TestApprovalIsNotDenied(t *testing.T) {
	m := newMemory()
	var full func(bool)
	m.fails, full = failing(diskFull, "AddAudit")
	e := engineOn(m, newDigipost(), &fastClock{})
	draft, err := e.Prepare(t.Context(), wishFor(1))
	if err != nil {
		t.Fatal(err)
	}
	job, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	full(true)
	_, err = e.Approve(t.Context(), job.ID, job.Fingerprint, 1, time.Minute)
	if now, _ := m.get(job.ID); err != nil && now.State != post.JobReady {
		t.Errorf("the person hears %v, but the job is %s", err, now.State)
	}
	job, err = e.Stop(t.Context(), job.ID)
	if err != nil || job.State != post.JobStopped {
		t.Errorf("stop: %v, %s", err, job.State)
	}
}

// TestRunnerOutlivesABadStart: a database that is busy when the runner starts
// does not leave a program that holds the lock and does nothing.
func TestRunnerOutlivesABadStart(t *testing.T) {
	m, d := newMemory(), newDigipost()
	var busy func(bool)
	m.fails, busy = failing(post.NewFault(post.CodeDatabaseBusy, nil), "Jobs", "UpdateItems", "UpdateJob")
	e := engineOn(m, d, &fastClock{})
	id := approved(t, e, wishFor(2), 0).ID
	busy(true)
	running(t, e)
	time.Sleep(30 * time.Millisecond)
	busy(false)
	if job := follow(t, e, id); job.State != post.JobDone || d.count() != 2 {
		t.Errorf("job %s, %d delivered", job.State, d.count())
	}
}

// TestOddRecord: a record that is not whole holds its own job up and nothing
// else; above all it does not end the program.
func TestOddRecord(t *testing.T) {
	for _, status := range []post.ItemStatus{post.ItemReady, post.ItemUnsure} {
		m, d := newMemory(), newDigipost()
		e := engineOn(m, d, &fastClock{})
		odd := approved(t, e, wishFor(1), 0).ID
		m.items[odd][0].DocumentUUIDs, m.items[odd][0].Status = nil, status
		good := approved(t, e, wishFor(2), 0).ID
		end := running(t, e)
		if job := follow(t, e, good); job.State != post.JobDone {
			t.Errorf("the good job is %s", job.State)
		}
		until(t, func() bool { job, _ := e.Job(t.Context(), odd); return job.Trouble != "" })
		end()
		if d.count() != 2 {
			t.Errorf("%d letters were delivered", d.count())
		}
	}
}

// TestClockSetBack: a letter whose next try lies in what has become the far
// future does not wait for it.
func TestClockSetBack(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, SystemClock{})
	id := approved(t, e, wishFor(2), 0).ID
	for i := range m.items[id] {
		m.items[id][i].NotBefore = time.Now().Add(time.Hour)
	}
	running(t, e)
	if job := follow(t, e, id); job.State != post.JobDone || d.count() != 2 {
		t.Errorf("job %s, %d delivered", job.State, d.count())
	}
}

// TestDuplicateIsNotLost: a letter that Digipost says it has had is never said
// not to be delivered, however long nothing is known of it.
func TestDuplicateIsNotLost(t *testing.T) {
	m, d := newMemory(), newDigipost()
	d.answer = func(int, post.Letter) (bool, post.Outcome, error) {
		return false, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("duplicate"), "detail", "DUPLICATE_MESSAGE")
	}
	e := engineOn(m, d, &fastClock{})
	running(t, e)
	id := approved(t, e, wishFor(1), 0).ID
	until(t, func() bool {
		items, _ := e.Items(t.Context(), id, post.ItemQuery{})
		if items[0].Status == post.ItemNotDelivered {
			t.Fatal("a letter that Digipost has is said not to be delivered")
		}
		return items[0].Attempts > maxAttempts+2
	})
	items, _ := e.Items(t.Context(), id, post.ItemQuery{})
	d.mutex.Lock()
	d.delivered[items[0].DocumentUUIDs[0]] = 1
	d.mutex.Unlock()
	if job := follow(t, e, id); job.Counts.ByStatus[post.ItemDelivered] != 1 {
		t.Errorf("job %s %v", job.State, job.Counts.ByStatus)
	}
}

// TestTakeOutOfAPlan: somebody is taken out of a plan that waits for its yes, at
// once and without a runner, and the yes is then for one letter less.
func TestTakeOutOfAPlan(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, &fastClock{})
	draft, err := e.Prepare(t.Context(), wishFor(3))
	if err != nil {
		t.Fatal(err)
	}
	job, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if job, err = e.TakeOut(t.Context(), job.ID, "P1", 0); err != nil || job.Counts.ByStatus[post.ItemReady] != 2 {
		t.Fatalf("%v: %v", job.Counts.ByStatus, err)
	}
	if _, err := e.TakeOut(t.Context(), job.ID, "P1", 0); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("taken out twice: %v", err)
	}
	if _, err := e.Approve(t.Context(), job.ID, job.Fingerprint, 3, 0); post.CodeOf(err) != post.CodePlanChanged {
		t.Errorf("approved with the old count: %v", err)
	}
	if _, err := e.Approve(t.Context(), job.ID, job.Fingerprint, 2, 0); err != nil {
		t.Fatal(err)
	}
	running(t, e)
	if job := follow(t, e, job.ID); job.State != post.JobDone || d.count() != 2 {
		t.Errorf("job %s, %d delivered", job.State, d.count())
	}
}

// TestNothingNewAfterTheEnd: a program that is told to end starts no letter.
func TestNothingNewAfterTheEnd(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, SystemClock{})
	job := approved(t, e, wishFor(1), 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.one(ctx, job, m.documents[job.ID], m.items[job.ID][0], allow(job)); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if d.sends != 0 || m.items[job.ID][0].Status != post.ItemReady {
		t.Errorf("%d sent, the letter is %s", d.sends, m.items[job.ID][0].Status)
	}
}

// TestFailingStore makes every call of the store and the outbox fail now and
// then, while answers are lost and the engine is ended and begun again: in the
// end everybody has one letter.
func TestFailingStore(t *testing.T) {
	for seed := range uint64(6) {
		m, d, clock := newMemory(), newDigipost(), &fastClock{}
		var mutex sync.Mutex
		random := rand.New(rand.NewPCG(seed, 99))
		dice := func(n int) bool {
			mutex.Lock()
			defer mutex.Unlock()
			return random.IntN(n) == 0
		}
		faults := []error{diskFull, post.NewFault(post.CodeDatabaseBusy, nil), errors.New("odd")}
		d.answer = func(n int, _ post.Letter) (bool, post.Outcome, error) {
			switch {
			case dice(5):
				return true, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("lost"))
			case dice(5):
				return false, post.Outcome{}, post.NewFault(post.CodeServerError, errors.New("500"))
			}
			return true, delivered, nil
		}
		planner := engineOn(m, d, clock)
		id := approved(t, planner, wishFor(30), 0).ID
		m.fails = func(string) error {
			if dice(8) {
				mutex.Lock()
				defer mutex.Unlock()
				return faults[random.IntN(len(faults))]
			}
			return nil
		}
		for range 10 {
			e := engineOn(m, d, clock)
			e.Grace = time.Millisecond
			end := running(t, e)
			time.Sleep(10 * time.Millisecond)
			end()
		}
		m.mutex.Lock()
		m.fails = nil
		m.mutex.Unlock()
		e := engineOn(m, d, clock)
		end := running(t, e)
		job := follow(t, e, id)
		end()
		if job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 30 || d.count() != 30 || job.Held() != nil {
			t.Errorf("seed %d: job %s %v, %d delivered, held by %v", seed, job.State, job.Counts.ByStatus, d.count(), job.Held())
		}
		for uuid, times := range d.delivered {
			if times != 1 {
				t.Errorf("document %s was delivered %d times", uuid, times)
			}
		}
	}
}

// TestNothingIsLeftRunning: when Run returns, its goroutines have ended.
func TestNothingIsLeftRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 5 {
		m, d := newMemory(), newDigipost()
		e := engineOn(m, d, SystemClock{})
		end := running(t, e)
		follow(t, e, approved(t, e, wishFor(20), 0).ID)
		approved(t, e, wishFor(2), time.Hour)
		end()
	}
	until(t, func() bool { return runtime.NumGoroutine() <= before })
}
