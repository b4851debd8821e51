package job

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

// TestBatchMailingOnAFailingStore makes every call fail now and then while
// uploads break and the engine ends again and again: in the end every letter has
// gone once, and the register heard the same each time.
func TestBatchMailingOnAFailingStore(t *testing.T) {
	for seed := range uint64(8) {
		e, m, s, people, clock := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
		s.breakAt, s.lost = int(seed%4*40), seed%2 == 0
		id := approved(t, e, batchWish(20), 0).ID
		var mutex sync.Mutex
		random := rand.New(rand.NewPCG(seed, 9))
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
		if job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 20 || job.Held() != nil || len(people.known) != 20 {
			t.Errorf("seed %d: job %s %v, held by %v, %d uploads", seed, job.State, job.Counts.ByStatus, job.Held(), s.uploads)
		}
		if s.whole > 1 {
			t.Errorf("seed %d: %d whole files left for one approval", seed, s.whole)
		}
	}
}

// TestCrashBetweenEachStep fails each kind of write of the end once, so that the
// engine takes the end up again from there.
func TestCrashBetweenEachStep(t *testing.T) {
	for n := range 25 {
		e, m, s, people, clock := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
		id := approved(t, e, batchWish(3), 0).ID
		ctx, crash := context.WithCancel(context.Background())
		writes, mutex := 0, sync.Mutex{}
		m.fails = func(method string) error {
			mutex.Lock()
			defer mutex.Unlock()
			if slices.Contains([]string{"UpdateJob", "UpdateItems", "AddReceipt", "Put", "AddEvent", "ApplySplit"}, method) {
				if writes++; writes > n {
					crash()
					return errors.New("the power went")
				}
			}
			return nil
		}
		dying := engineOn(m, newDigipost(), clock)
		dying.Batch, dying.Findings, dying.Grace = s, people, time.Nanosecond
		done := make(chan struct{})
		go func() { defer close(done); _ = dying.Run(ctx) }()
		select {
		case <-done:
		case <-time.After(300 * time.Millisecond):
			crash()
			<-done
		}
		m.mutex.Lock()
		m.fails = nil
		m.mutex.Unlock()
		end := running(t, e)
		job := follow(t, e, id)
		end()
		if job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 3 || len(people.known) != 3 || s.whole != 1 {
			t.Errorf("after %d writes: job %s %v, %d in the register, %d whole files", n, job.State, job.Counts.ByStatus, len(people.known), s.whole)
		}
	}
}

// TestTheSameBytesAgain: a job that is built again after a broken upload is the
// same, also when what was asked for has passed meanwhile.
func TestTheSameBytesAgain(t *testing.T) {
	e, m, _, _, clock := mailOn(t, nil)
	wish := batchWish(2)
	wish.Options.DeliverAt = clock.Now().Add(time.Hour)
	job := approved(t, e, wish, 0)
	job, _ = m.get(job.ID)
	began := clock.Now()
	build := func() string {
		staged, _, err := e.build(t.Context(), job, began)
		if err != nil {
			t.Fatal(err)
		}
		return string(m.files[staged])
	}
	first := build()
	clock.skip(2 * time.Hour)
	if again := build(); again != first || !strings.Contains(first, fmt.Sprint(job.Options.DeliverAt.Year())) {
		t.Errorf("%s\n%s", first, again)
	}
	began = clock.Now()
	if late := build(); late == first {
		t.Error("a delivery time that has passed leaves the machine")
	}
}
