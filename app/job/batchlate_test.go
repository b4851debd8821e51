package job

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"brevdue/app/post"
)

// TestLateReceipt: silence is said after its time, the looking goes on, and
// whatever comes ends the trouble.
func TestLateReceipt(t *testing.T) {
	byName := splitWish(2)
	for i := range byName.To {
		byName.To[i].To = post.Target{Kind: post.ByNameAndAddress, FullName: fmt.Sprint("Kari ", i), Address: oslo}
	}
	for name, try := range map[string]struct {
		wish  Wish
		early time.Duration
		late  time.Duration
	}{
		"mailing":        {batchWish(2), 3 * time.Hour, 5 * time.Hour},
		"split":          {splitWish(2), 3 * time.Hour, 5 * time.Hour},
		"split by names": {byName, 20 * time.Hour, 25 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			m, s := newMemory(), newSFTP()
			s.reply, s.mailed = nil, nil
			e := engineOn(m, newDigipost(), &fastClock{})
			e.Batch, e.Findings = s, &registerFake{known: map[string]post.SplitStatus{}}
			job := approved(t, e, try.wish, 0)
			if _, _, err := e.step(t.Context(), job.ID); err != nil {
				t.Fatal(err)
			}
			look := func(after time.Duration) post.Job {
				t.Helper()
				m.look(func() {
					job := m.jobs[job.ID]
					job.HandedOver = e.Clock.Now().Add(-after)
					m.jobs[job.ID] = job
				})
				wait, more, err := e.step(t.Context(), job.ID)
				if err != nil || !more || wait <= 0 {
					t.Fatalf("%v %v %v", wait, more, err)
				}
				now, _ := e.Job(t.Context(), job.ID)
				return now
			}
			if job := look(try.early); job.State != post.JobWaiting || job.Held() != nil {
				t.Errorf("too early: %s, %v", job.State, job.Held())
			}
			job = look(try.late)
			if job.Trouble != post.CodeReceiptLate || job.TroubleFields["hours"] != fmt.Sprint(int(try.late.Hours())) {
				t.Errorf("%s %v", job.Trouble, job.TroubleFields)
			}
			s.put(stem(job)+".mottatt.zip", receiptFake{State: post.ReceiptReceived, JobID: job.BatchJobID})
			if job := look(try.late); job.Held() != nil {
				t.Errorf("after the receipt: %v", job.Held())
			}
		})
	}
}

// TestCheckNow: a wish to know makes a batch job look for its receipts at once,
// and hears what kept it from looking.
func TestCheckNow(t *testing.T) {
	for _, wish := range []Wish{batchWish(2), splitWish(2)} {
		m, s := newMemory(), newSFTP()
		s.reply, s.mailed = nil, nil
		e := engineOn(m, newDigipost(), SystemClock{})
		e.Batch, e.Findings, e.FirstPoll, e.MostPoll = s, &registerFake{known: map[string]post.SplitStatus{}}, time.Hour, time.Hour
		end := running(t, e)
		id := approved(t, e, wish, 0).ID
		until(t, func() bool {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			return s.looks == 1
		})
		before := time.Now()
		if err := e.Refresh(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := e.AwaitRefresh(t.Context(), id); err != nil || time.Since(before) > 5*time.Second {
			t.Errorf("%v after %s", err, time.Since(before))
		}
		s.with(func() {
			if s.looks != 2 {
				t.Errorf("%d looks", s.looks)
			}
			s.down = post.NewFault(post.CodeUnreachable, errors.New("down"))
		})
		if err := e.Refresh(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := e.AwaitRefresh(t.Context(), id); post.CodeOf(err) != post.CodeUnreachable {
			t.Errorf("nobody answers: %v", err)
		}
		end()
	}
	e, _, _, _, _ := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
	id := approved(t, e, batchWish(1), 0).ID
	if err := e.Refresh(t.Context(), id); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("a job that has not left: %v", err)
	}
	running(t, e)
	follow(t, e, id)
	if err := e.Refresh(t.Context(), id); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("a job that is done: %v", err)
	}
}
