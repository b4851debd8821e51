package job

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"brevdue/app/post"
)

func askedWish(n int) Wish {
	wish := splitWish(n)
	wish.Via = post.ViaREST
	return wish
}

// TestSplitOneByOne: everybody is asked about once, never more than InFlight at a
// time, and the register hears of all of them once.
func TestSplitOneByOne(t *testing.T) {
	e, m, people, _ := splitOn(t, newSFTP())
	d := newDigipost()
	e.Letters = d
	var now, most atomic.Int32
	d.identify = func(post.Target) (post.Finding, error) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		time.Sleep(time.Millisecond)
		return post.Finding{Status: post.Unidentified, Reason: post.ReasonSeveralMatches}, nil
	}
	running(t, e)
	wish := askedWish(20)
	wish.To[3].LeftOut = post.ReasonMissingAddress
	job := follow(t, e, approved(t, e, wish, 0).ID)
	if job.State != post.JobDone || job.Ended.IsZero() || job.Counts.BySplit[post.Unidentified] != 19 || len(people.known) != 19 {
		t.Fatalf("job %s %v, %d in the register", job.State, job.Counts.BySplit, len(people.known))
	}
	if d.identified != 19 || people.calls != 1 || int(most.Load()) > e.InFlight || len(d.sent) != 0 {
		t.Errorf("%d questions, %d at once, the register heard %d times, %d letters went", d.identified, most.Load(), people.calls, len(d.sent))
	}
	for _, item := range m.items[job.ID] {
		if item.Seq == 4 {
			continue
		}
		if item.Status != post.ItemReceived || item.Reason != post.ReasonSeveralMatches || !item.Finding.Cleared || item.MessageID != "" {
			t.Errorf("%+v %+v", item, item.Finding)
		}
	}
}

// TestSplitWaysDiffer: what was approved is one way, and not the other.
func TestSplitWaysDiffer(t *testing.T) {
	e, _, _, _ := splitOn(t, newSFTP())
	prints := map[string]post.Via{}
	for _, via := range []post.Via{"", post.ViaBatch, post.ViaREST} {
		wish := splitWish(2)
		wish.Via = via
		draft, err := e.Prepare(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		prints[draft.Job.Fingerprint] = draft.Job.Via
	}
	if len(prints) != 2 {
		t.Errorf("%v", prints)
	}
}

// TestSplitAsksAgain: a question that fails is asked again and holds the job up
// meanwhile, as long as Digipost wants; nobody else waits for it for ever.
func TestSplitAsksAgain(t *testing.T) {
	for name, trouble := range map[string]error{
		"timeout": post.NewFault(post.CodeUnsure, nil), "odd": errors.New("odd"),
		"busy": post.NewFault(post.CodeServerError, nil, "retry_after", "1800"), "no answer": nil,
	} {
		e, _, people, clock := splitOn(t, newSFTP())
		clock.leaps = true
		d := newDigipost()
		e.Letters = d
		var mutex sync.Mutex
		var times []time.Time
		d.identify = func(to post.Target) (post.Finding, error) {
			mutex.Lock()
			defer mutex.Unlock()
			if to.Value == askedWish(3).To[0].To.Value {
				if times = append(times, clock.Now()); len(times) < 4 {
					return post.Finding{}, trouble
				}
			}
			return post.Finding{Status: post.Identified, Reason: post.ReasonNotAUser}, nil
		}
		end := running(t, e)
		job := follow(t, e, approved(t, e, askedWish(3), 0).ID)
		end()
		if job.State != post.JobDone || job.Counts.BySplit[post.Identified] != 3 || people.calls != 1 || job.Held() != nil {
			t.Errorf("%s: job %s %v, %v", name, job.State, job.Counts.BySplit, job.Held())
		}
		if name == "busy" && times[1].Sub(times[0]) < 30*time.Minute {
			t.Errorf("asked again after %v", times[1].Sub(times[0]))
		}
		if first, last := times[1].Sub(times[0]), times[3].Sub(times[2]); name != "busy" && last <= first {
			t.Errorf("%s: the waits do not grow: %v, %v", name, first, last)
		}
	}
}

// TestSplitStoppedHalfWay: nothing was delivered, and the register stays as it is.
func TestSplitStoppedHalfWay(t *testing.T) {
	e, m, people, _ := splitOn(t, newSFTP())
	d := newDigipost()
	e.Letters = d
	id := ""
	var once sync.Once
	held := make(chan struct{})
	d.identify = func(post.Target) (post.Finding, error) {
		<-held
		once.Do(func() {
			if _, err := e.Stop(context.Background(), id); err != nil {
				t.Error(err)
			}
		})
		return post.Finding{Status: post.HasDigipost}, nil
	}
	running(t, e)
	id = approved(t, e, askedWish(30), 0).ID
	close(held)
	job := follow(t, e, id)
	if job.State != post.JobStopped || job.Ending != post.NothingDelivered || people.calls != 0 {
		t.Errorf("job %s, %s; the register heard %d times", job.State, job.Ending, people.calls)
	}
	if d.identified > e.InFlight+1 || job.Counts.ByStatus[post.ItemStopped]+job.Counts.ByStatus[post.ItemReceived] != 30 {
		t.Errorf("%d questions, %v", d.identified, m.items[id])
	}
}

// TestSplitTakenOut: somebody who was taken out is not asked about, and a split
// of nobody ends without a question.
func TestSplitTakenOut(t *testing.T) {
	for _, out := range []int{1, 2} {
		e, _, people, _ := splitOn(t, newSFTP())
		d := newDigipost()
		e.Letters = d
		job := approved(t, e, askedWish(2), time.Hour)
		for seq := range out {
			if _, err := e.TakeOut(t.Context(), job.ID, "", seq+1); err != nil {
				t.Fatal(err)
			}
		}
		running(t, e)
		until(t, func() bool { open, _ := e.Store.OpenRequests(t.Context(), job.ID); return len(open) == 0 })
		e.Clock.(*fastClock).skip(time.Hour)
		job = follow(t, e, job.ID)
		if job.State == post.JobReady {
			t.Fatal("the clock of the test ran too far")
		}
		done := job.State == post.JobDone
		if d.identified != 2-out || done != (out < 2) || len(people.known) != 2-out {
			t.Errorf("%d out: %d questions, job %s %s", out, d.identified, job.State, job.Ending)
		}
	}
}

// TestSplitCrashAtEachWrite: wherever the power goes, every question has an
// answer in the end and the register is brought up to date.
func TestSplitCrashAtEachWrite(t *testing.T) {
	for n := range 25 {
		e, m, people, clock := splitOn(t, newSFTP())
		id := approved(t, e, askedWish(4), 0).ID
		ctx, crash := context.WithCancel(context.Background())
		writes, mutex := 0, sync.Mutex{}
		m.mutex.Lock()
		m.fails = func(method string) error {
			mutex.Lock()
			defer mutex.Unlock()
			if slices.Contains([]string{"UpdateJob", "UpdateItems", "AddEvent"}, method) {
				if writes++; writes > n {
					crash()
					return errors.New("the power went")
				}
			}
			return nil
		}
		m.mutex.Unlock()
		dying := engineOn(m, newDigipost(), clock)
		dying.Findings, dying.Grace = people, time.Nanosecond
		done := make(chan struct{})
		go func() { defer close(done); _ = dying.Run(ctx) }()
		select {
		case <-done:
		case <-time.After(100 * time.Millisecond):
			crash()
			<-done
		}
		m.mutex.Lock()
		m.fails = nil
		m.mutex.Unlock()
		end := running(t, e)
		job := follow(t, e, id)
		end()
		if job.State != post.JobDone || job.Counts.BySplit[post.HasDigipost] != 4 || len(people.known) != 4 || job.Held() != nil {
			t.Errorf("after %d writes: job %s %v, %d in the register", n, job.State, job.Counts.BySplit, len(people.known))
		}
	}
}

// TestSplitStopAfterALostWrite: an answer that could not be written down does not
// make a stop unsure.
func TestSplitStopAfterALostWrite(t *testing.T) {
	e, m, _, _ := splitOn(t, newSFTP())
	id := approved(t, e, askedWish(2), 0).ID
	if _, err := m.UpdateItems(t.Context(), id, []int{1}, func(item *post.Item) error { return moveItem(item, post.ItemSending) }); err != nil {
		t.Fatal(err)
	}
	if err := e.meetStop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if job, _ := e.Job(t.Context(), id); job.State != post.JobStopped || job.Ending != post.NothingDelivered || job.Counts.ByStatus[post.ItemStopped] != 2 {
		t.Errorf("job %s %s %v", job.State, job.Ending, job.Counts.ByStatus)
	}
}
