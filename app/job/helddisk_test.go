package job

import (
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/store"
	"brevdue/store/outbox"
	"brevdue/store/secret"

	"github.com/google/uuid"
)

// TestHeldMailingOnDisk takes a mailing that waits at Digipost through the real
// store and outbox, each step by a process of its own: one person is taken out,
// one is not reached, and those get it again.
func TestHeldMailingOnDisk(t *testing.T) {
	key := secret.NewKey()
	sealer, err := secret.NewSealer(key)
	if err != nil {
		t.Fatal(err)
	}
	path, folder, b, clock := filepath.Join(t.TempDir(), "brevdue.db"), t.TempDir(), newBatches(), &stoodClock{now: time.Now()}
	process := func(act func(*Engine)) {
		t.Helper()
		db, err := store.Open(t.Context(), path, store.Options{Seal: sealer})
		if err != nil {
			t.Fatal(err)
		}
		files, err := outbox.Open(folder, key)
		if err != nil {
			t.Fatal(err)
		}
		act(New(Config{Store: db, Outbox: files, Letters: b, RESTBatch: b, Clock: clock, NewUUID: uuid.NewString}))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var id string
	step := func(e *Engine) {
		if _, _, err := e.step(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	process(func(e *Engine) {
		wish := heldWish(6)
		wish.To = append(wish.To, Addressee{CustomerID: "P6", Row: 8, To: post.Target{Kind: post.ByBirthNumber, Value: "01819010192", FullName: "Kari Nordmann"}})
		wish.Options.Reference = "2026-7"
		id = approved(t, e, wish, 10*time.Minute).ID
	})
	for range 2 {
		process(step)
	}
	process(func(e *Engine) {
		if _, err := e.TakeOut(t.Context(), id, "P6", 0); err != nil {
			t.Fatal(err)
		}
	})
	process(step)
	b.with(func() {
		for _, held := range b.batches {
			if held.gone && len(held.letters) != 7 || !held.gone && len(held.letters) > 6 {
				t.Errorf("gone %v with %d letters", held.gone, len(held.letters))
			}
		}
	})
	clock.pass(11 * time.Minute)
	for range 12 {
		process(step)
	}
	process(func(e *Engine) {
		job, err := e.Job(t.Context(), id)
		if err != nil || job.State != post.JobDone || b.count() != 6 || job.Counts.ByStatus[post.ItemDelivered] != 6 || job.Counts.ByStatus[post.ItemStopped] != 1 {
			t.Fatalf("job %s %s %v, %d delivered, %v", job.State, job.BatchStep, job.Counts.ByStatus, b.count(), err)
		}
		items, err := e.Items(t.Context(), id, post.ItemQuery{})
		if err != nil {
			t.Fatal(err)
		}
		found, err := e.Store.ItemsByDocument(t.Context(), []string{items[0].DocumentUUIDs[0]})
		if err != nil || len(found) != 1 || b.delivered[items[0].DocumentUUIDs[0]] != 1 {
			t.Errorf("the ids that were delivered are not the item's: %v, %v", found, err)
		}
		if _, err := e.Store.UpdateItems(t.Context(), id, []int{2}, func(item *post.Item) error {
			item.Status = post.ItemPrintFailed // the post came back
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		e.reconcile(t.Context(), id)
		open, err := e.Deviations(t.Context(), true)
		if err != nil || len(open) != 1 || open[0].Seq != 2 || open[0].CustomerID != "P1" || open[0].Job != id {
			t.Errorf("deviations %+v, %v", open, err)
		}
		draft, err := e.Again(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := e.Keep(t.Context(), draft)
		if err != nil || kept.Again != id || kept.Counts.Total != 1 || kept.Options.Reference != "2026-7" || kept.RESTBatch == "" {
			t.Errorf("again %+v, %v", kept, err)
		}
	})
}
