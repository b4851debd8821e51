package job

import (
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/store"
	"brevdue/store/outbox"
	"brevdue/store/secret"

	"github.com/google/uuid"
)

// TestBatchMailingOnDisk takes a mailing through the real store, register and
// outbox, with restarts: the plan verifies afterwards, the register knows what the
// recipients' rows said, and nobody is asked or written to twice.
func TestBatchMailingOnDisk(t *testing.T) {
	key := secret.NewKey()
	sealer, err := secret.NewSealer(key)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "brevdue.db"), store.Options{Seal: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	files, err := outbox.Open(t.TempDir(), key)
	if err != nil {
		t.Fatal(err)
	}
	people := register.New(db, nil)
	wish := batchWish(6)
	var rows []post.Row
	for i, to := range wish.To {
		rows = append(rows, post.Row{Number: i + 2, Recipient: post.Recipient{CustomerID: to.CustomerID, FullName: to.Name, DigipostAddress: to.To.Value, Address: oslo}})
	}
	plan, err := people.Plan(t.Context(), rows, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people.Commit(t.Context(), post.Import{File: "a.csv"}, plan); err != nil {
		t.Fatal(err)
	}
	s, clock := newSFTP(), &fastClock{}
	s.mailed = func(job string, mailing splitFake) receiptFake {
		reply := letters(webOutcome, post.HasDigipost, "")(job, mailing)
		reply.Findings[1].Status, reply.Findings[1].Reason = post.Identified, post.ReasonNotAUser
		reply.Letters[1].Outcome = post.Outcome{Status: post.ItemNotDelivered, Channel: post.ChannelNone}
		reply.Letters = reply.Letters[:5]
		return reply
	}
	engine := func() *Engine {
		return New(Config{Store: db, Outbox: files, Letters: newDigipost(), Batch: s, Findings: people, Clock: clock,
			NewUUID: uuid.NewString, Grace: time.Millisecond})
	}
	wish.Options.Sensitive, wish.Options.OpeningReceipt = true, true
	first := engine()
	id := approved(t, first, wish, 0).ID
	for i := range 12 {
		end := running(t, engine())
		time.Sleep(time.Duration(i) * time.Millisecond)
		end()
	}
	running(t, first)
	job := follow(t, first, id)
	items, err := first.Items(t.Context(), id, post.ItemQuery{})
	if err != nil {
		t.Fatal(err)
	}
	documents, err := first.Documents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if Fingerprint(job, documents, items) != job.Fingerprint || job.Pattern != post.PatternSendOnly || job.Via != post.ViaBatch {
		t.Errorf("the stored plan is another: %+v", job)
	}
	got := job.Counts.ByStatus
	if job.State != post.JobDone || got[post.ItemDelivered] != 4 || got[post.ItemNotDelivered] != 1 || got[post.ItemUnsure] != 1 || s.whole != 1 {
		t.Errorf("job %s %v, %d whole files", job.State, got, s.whole)
	}
	for i, want := range []post.SplitStatus{post.HasDigipost, post.Identified} {
		person, err := people.Person(t.Context(), wish.To[i].CustomerID)
		if err != nil || person.Digipost != want || (person.DigipostAddress == "") != (i == 1) || person.LastLetter.IsZero() != (i == 1) {
			t.Errorf("%s: %+v %v", wish.To[i].CustomerID, person, err)
		}
		if items[i].Finding == nil || items[i].Finding.Cleared != (i == 1) {
			t.Errorf("finding %+v", items[i].Finding)
		}
	}
}
