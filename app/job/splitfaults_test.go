package job

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

// stem is the beginning of the names of an upload's receipts.
func stem(job post.Job) string { return strings.TrimSuffix(job.UploadName, ".zip") }

// TestBrokenReceiptThenWhole: a result that cannot be read does not hide the one
// that can.
func TestBrokenReceiptThenWhole(t *testing.T) {
	s := newSFTP()
	s.taken = func(job post.Job, keys []string, _ bool) {
		broken := everybody(post.HasDigipost)(job.BatchJobID, keys)
		broken.Broken = true
		s.put(stem(job)+".mottatt.1.zip", receiptFake{State: post.ReceiptReceived, JobID: job.BatchJobID})
		s.put(stem(job)+".resultat.1.zip", broken)
		s.put(stem(job)+".resultat.2.zip", everybody(post.HasDigipost)(job.BatchJobID, keys))
	}
	e, _, _, _ := splitOn(t, s)
	running(t, e)
	job := follow(t, e, approved(t, e, splitWish(3), 0).ID)
	if job.State != post.JobDone || job.Counts.BySplit[post.HasDigipost] != 3 || job.Held() != nil {
		t.Errorf("job %s %v", job.State, job.Counts.BySplit)
	}
}

// TestReceiptReadTooSoon: a result that was still being written when it was
// fetched is fetched again under the same name.
func TestReceiptReadTooSoon(t *testing.T) {
	s := newSFTP()
	s.taken = func(job post.Job, keys []string, _ bool) {
		half := everybody(post.HasDigipost)(job.BatchJobID, keys)
		half.Broken = true
		s.put(stem(job)+".resultat.zip", half)
	}
	e, _, _, _ := splitOn(t, s)
	running(t, e)
	id := approved(t, e, splitWish(3), 0).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeReceiptBroken })
	job, _ := e.Job(t.Context(), id)
	items, _ := e.Items(t.Context(), id, post.ItemQuery{})
	var keys []string
	for _, item := range items {
		keys = append(keys, item.RecipientKey)
	}
	s.mutex.Lock()
	s.put(stem(job)+".resultat.zip", everybody(post.HasDigipost)(job.BatchJobID, keys))
	s.mutex.Unlock()
	if job = follow(t, e, id); job.State != post.JobDone || job.Counts.BySplit[post.HasDigipost] != 3 || job.Held() != nil {
		t.Errorf("job %s %v, held by %v", job.State, job.Counts.BySplit, job.Held())
	}
}

// TestRefusedBecauseBroken: Digipost takes half a file away and refuses it; the
// job goes again under a new name and id, and a refusal of the first file that
// comes late does not end it.
func TestRefusedBecauseBroken(t *testing.T) {
	for _, late := range []bool{false, true} {
		s := newSFTP()
		s.breakAt = 10
		var first post.Job
		refusal := func() {
			s.put(stem(first)+".resultat.zip", receiptFake{State: post.ReceiptRefused, JobID: first.BatchJobID})
		}
		s.taken = func(job post.Job, keys []string, whole bool) {
			if !whole {
				first = job
				if !late {
					delete(s.files, job.UploadName)
					refusal()
				}
				return
			}
			delete(s.files, job.UploadName)
			s.put(stem(job)+".mottatt.zip", receiptFake{State: post.ReceiptReceived, JobID: job.BatchJobID})
			if late {
				refusal()
				return
			}
			s.put(stem(job)+".resultat.zip", everybody(post.HasDigipost)(job.BatchJobID, keys))
		}
		e, _, _, _ := splitOn(t, s)
		running(t, e)
		id := approved(t, e, splitWish(3), 0).ID
		if late {
			until(t, func() bool { s.mutex.Lock(); defer s.mutex.Unlock(); return s.uploads == 2 })
			until(t, func() bool {
				job, _ := e.Job(t.Context(), id)
				return job.State == post.JobWaiting || job.State.Finished()
			})
			time.Sleep(20 * time.Millisecond)
			job, _ := e.Job(t.Context(), id)
			items, _ := e.Items(t.Context(), id, post.ItemQuery{})
			s.mutex.Lock()
			s.put(stem(job)+".resultat.zip", everybody(post.HasDigipost)(job.BatchJobID, []string{
				items[0].RecipientKey, items[1].RecipientKey, items[2].RecipientKey}))
			s.mutex.Unlock()
		}
		job := follow(t, e, id)
		if job.State != post.JobDone || job.Counts.BySplit[post.HasDigipost] != 3 || s.uploads != 2 || job.BatchJobID == first.BatchJobID {
			t.Errorf("late %v: job %s %v, %d uploads", late, job.State, job.Counts.BySplit, s.uploads)
		}
	}
}

// TestFirstUploadArrivedAfterAll: a file that seemed lost was there; the second
// one is refused because its jobb-id was used, and the answer to the first counts.
func TestFirstUploadArrivedAfterAll(t *testing.T) {
	s := newSFTP()
	s.lost = true
	var first post.Job
	var keys []string
	s.taken = func(job post.Job, to []string, _ bool) {
		delete(s.files, job.UploadName)
		if first.UploadName == "" {
			first, keys = job, to
			return
		}
		s.put(stem(job)+".resultat.zip", receiptFake{State: post.ReceiptRefused, JobID: job.BatchJobID, Text: "jobb-id er brukt"})
	}
	e, _, _, _ := splitOn(t, s)
	running(t, e)
	id := approved(t, e, splitWish(3), 0).ID
	until(t, func() bool { s.mutex.Lock(); defer s.mutex.Unlock(); return s.uploads >= 2 })
	time.Sleep(30 * time.Millisecond)
	s.mutex.Lock()
	s.put(stem(first)+".resultat.zip", everybody(post.HasDigipost)(first.BatchJobID, keys))
	s.mutex.Unlock()
	if job := follow(t, e, id); job.State != post.JobDone || job.Counts.BySplit[post.HasDigipost] != 3 || s.uploads != 2 {
		t.Errorf("job %s %v %q, %d uploads", job.State, job.Counts.BySplit, job.RefusedText, s.uploads)
	}
}

// TestOrderOfResults: the newest final result counts, and a job that ended says
// one thing only.
func TestOrderOfResults(t *testing.T) {
	good := func(job post.Job, keys []string, state post.ReceiptState) receiptFake {
		reply := everybody(post.HasDigipost)(job.BatchJobID, keys)
		reply.State = state
		return reply
	}
	bad := func(job post.Job) receiptFake {
		return receiptFake{State: post.ReceiptRefused, JobID: job.BatchJobID, Text: "nei"}
	}
	for name, try := range map[string]struct {
		receipts func(job post.Job, keys []string) []receiptFake
		want     post.JobState
	}{
		"provisional, then refused": {func(j post.Job, k []string) []receiptFake {
			return []receiptFake{good(j, k, post.ReceiptProvisional), bad(j)}
		}, post.JobRefused},
		"refused, then success": {func(j post.Job, k []string) []receiptFake {
			return []receiptFake{bad(j), good(j, k, post.ReceiptSuccess)}
		}, post.JobDone},
		"success, then refused": {func(j post.Job, k []string) []receiptFake {
			return []receiptFake{good(j, k, post.ReceiptSuccess), bad(j)}
		}, post.JobRefused},
		"twice the same": {func(j post.Job, k []string) []receiptFake {
			return []receiptFake{good(j, k, post.ReceiptSuccess), good(j, k, post.ReceiptSuccess)}
		}, post.JobDone},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSFTP()
			s.taken = func(job post.Job, keys []string, _ bool) {
				for i, receipt := range try.receipts(job, keys) {
					s.put(stem(job)+".resultat."+string(rune('1'+i))+".zip", receipt)
				}
			}
			e, m, _, _ := splitOn(t, s)
			end := running(t, e)
			job := follow(t, e, approved(t, e, splitWish(3), 0).ID)
			time.Sleep(10 * time.Millisecond)
			end()
			answered := job.Counts.ByStatus[post.ItemReceived]
			if job.State != try.want || (answered == 3) != (try.want == post.JobDone) || job.Counts.ByStatus[post.ItemSending] != 0 {
				t.Errorf("job %s %v", job.State, job.Counts.ByStatus)
			}
			ends := 0
			for _, event := range m.events {
				if event.Code == string(post.JobDone) || event.Code == string(post.JobRefused) {
					ends++
				}
			}
			if ends != 1 {
				t.Errorf("the time line tells of %d ends", ends)
			}
		})
	}
}

// TestEmptyReceipts: a result without rows closes the job with everybody
// missing; a receipt of nothing at all is broken.
func TestEmptyReceipts(t *testing.T) {
	s := newSFTP()
	s.reply = func(job string, _ []string) receiptFake {
		return receiptFake{State: post.ReceiptSuccess, JobID: job}
	}
	e, _, _, _ := splitOn(t, s)
	running(t, e)
	if job := follow(t, e, approved(t, e, splitWish(3), 0).ID); job.State != post.JobDone || job.Counts.BySplit[post.Missing] != 3 {
		t.Errorf("job %s %v", job.State, job.Counts.BySplit)
	}
}

// TestStopAfterTheFileLeft: a stop after the upload began takes nobody out of a
// file that may be at Digipost; the answers still come and count.
func TestStopAfterTheFileLeft(t *testing.T) {
	for name, ask := range map[string]func(e *Engine, id string) error{
		"stop":     func(e *Engine, id string) error { _, err := e.Stop(t.Context(), id); return err },
		"take out": func(e *Engine, id string) error { _, err := e.TakeOut(t.Context(), id, "P1", 0); return err },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSFTP()
			s.lost = true
			var met func(bool)
			e, m, _, _ := splitOn(t, s)
			m.fails, met = failing(errors.New("odd"), "Receipts")
			met(true)
			running(t, e)
			s.mutex.Lock()
			s.down = nil
			s.mutex.Unlock()
			id := approved(t, e, splitWish(3), 0).ID
			until(t, func() bool { job, _ := e.Job(t.Context(), id); return !job.UploadStarted.IsZero() })
			if err := ask(e, id); err != nil {
				t.Fatal(err)
			}
			until(t, func() bool { open, _ := m.OpenRequests(t.Context(), id); return len(open) == 0 })
			met(false)
			job := follow(t, e, id)
			if job.State != post.JobDone || job.Counts.BySplit[post.HasDigipost] != 3 || s.uploads != 1 {
				t.Errorf("job %s %v %v, %d uploads", job.State, job.Counts.ByStatus, job.Counts.BySplit, s.uploads)
			}
			if want := map[string]post.Ending{"stop": post.TooLate}[name]; job.Ending != want {
				t.Errorf("ending %q, want %q", job.Ending, want)
			}
		})
	}
}

// TestNobodyLeftToAsk: a split from which everybody was taken out ends, and
// sends no empty file.
func TestNobodyLeftToAsk(t *testing.T) {
	s := newSFTP()
	e, _, _, _ := splitOn(t, s)
	id := approved(t, e, splitWish(1), time.Minute).ID
	if _, err := e.TakeOut(t.Context(), id, "P0", 0); err != nil {
		t.Fatal(err)
	}
	running(t, e)
	if job := follow(t, e, id); job.State != post.JobStopped || job.Ending != post.NothingDelivered || s.uploads != 0 {
		t.Errorf("job %s, ending %q, %d uploads", job.State, job.Ending, s.uploads)
	}
}

// TestWaitingIsPatient: a split that waits for its receipts asks for them now
// and then, also while another job is busy; a stop is met at once all the same.
func TestWaitingIsPatient(t *testing.T) {
	s := newSFTP()
	s.reply = nil
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, SystemClock{})
	e.Batch, e.Findings = s, &registerFake{known: map[string]post.SplitStatus{}}
	e.FirstPoll = time.Minute
	running(t, e)
	id := approved(t, e, splitWish(2), 0).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.State == post.JobWaiting })
	follow(t, e, approved(t, e, wishFor(50), 0).ID)
	time.Sleep(1200 * time.Millisecond)
	s.mutex.Lock()
	looks := s.looks
	s.mutex.Unlock()
	if looks > 2 {
		t.Errorf("%d looks for receipts in a second, when one a minute was asked for", looks)
	}
	if _, err := e.Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Ending == post.TooLate })
}

// TestSplitOnAFailingStore makes every call fail now and then while uploads
// break: in the end everybody has an answer.
func TestSplitOnAFailingStore(t *testing.T) {
	for seed := range uint64(6) {
		s := newSFTP()
		s.breakAt, s.lost = int(seed*20), seed%2 == 0
		e, m, people, clock := splitOn(t, s)
		id := approved(t, e, splitWish(20), 0).ID
		var mutex sync.Mutex
		random := rand.New(rand.NewPCG(seed, 7))
		m.fails = func(string) error {
			mutex.Lock()
			defer mutex.Unlock()
			if random.IntN(8) == 0 {
				return []error{diskFull, post.NewFault(post.CodeDatabaseBusy, nil), errors.New("odd")}[random.IntN(3)]
			}
			return nil
		}
		for range 10 {
			next := engineOn(m, newDigipost(), clock)
			next.Batch, next.Findings, next.Grace = s, people, time.Millisecond
			end := running(t, next)
			time.Sleep(8 * time.Millisecond)
			end()
		}
		m.mutex.Lock()
		m.fails = nil
		m.mutex.Unlock()
		end := running(t, e)
		job := follow(t, e, id)
		end()
		if job.State != post.JobDone || job.Counts.BySplit[post.HasDigipost] != 20 || job.Held() != nil || len(people.known) != 20 {
			t.Errorf("seed %d: job %s %v %v, held by %v, %d uploads", seed, job.State, job.Counts.ByStatus, job.Counts.BySplit, job.Held(), s.uploads)
		}
	}
}
