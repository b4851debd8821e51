package channel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/store"
	"brevdue/store/outbox"
	"brevdue/store/secret"

	"github.com/google/uuid"
)

// standInState is what the stand-in holds, as far as it matters here.
type standInState struct {
	Delivered, Held, Printed, Pending []standInLetter
	Batches                           []struct{ Status string }
}

type standInLetter struct {
	Channel   string
	Time      time.Time `json:"delivery_time"`
	Documents []struct {
		SHA256  string
		Subject string
	}
}

func (s *standIn) state() (state standInState) {
	s.Helper()
	response, err := http.Get(s.ready.Control + "/state")
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&state); err != nil {
		s.Fatal(err)
	}
	return state
}

// heldMailing is an approved mailing to Kari, n times, that waits at the stand-in.
func (s *standIn) heldMailing(n int, coolingOff time.Duration) (*job.Engine, string) {
	s.Helper()
	return s.heldWith(n, coolingOff, func(*job.Wish) {})
}

// heldWith is heldMailing of a wish that was changed.
func (s *standIn) heldWith(n int, coolingOff time.Duration, change func(*job.Wish)) (*job.Engine, string) {
	s.Helper()
	key := secret.NewKey()
	seal, err := secret.NewSealer(key)
	if err != nil {
		s.Fatal(err)
	}
	db, err := store.Open(s.Context(), filepath.Join(s.TempDir(), "brevdue.db"), store.Options{Seal: seal})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = db.Close() })
	files, err := outbox.Open(s.TempDir(), key)
	if err != nil {
		s.Fatal(err)
	}
	e := job.New(job.Config{Store: db, Outbox: files, Letters: s, RESTBatch: s, Clock: job.SystemClock{}, NewUUID: uuid.NewString,
		FirstPoll: 50 * time.Millisecond, NewsEvery: time.Hour})
	wish := job.Wish{Kind: post.KindMailing, Sender: s.sender, Subject: "Årsmøte", HoldAtDigipost: true,
		Files: []job.File{{Name: "a.pdf", FileType: "pdf", Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(onePage())), nil
		}}}}
	for i := range n {
		wish.To = append(wish.To, job.Addressee{CustomerID: fmt.Sprint("P", i), Row: i + 2, To: post.Target{Kind: post.ByBirthNumber, Value: kari}})
	}
	wish.To = append(wish.To, job.Addressee{CustomerID: "no user", Row: n + 2, To: post.Target{Kind: post.ByBirthNumber, Value: per}})
	change(&wish)
	draft, err := e.Prepare(s.Context(), wish)
	if err != nil {
		s.Fatal(err)
	}
	kept, err := e.Keep(s.Context(), draft)
	if err != nil {
		s.Fatal(err)
	}
	if _, err := e.Approve(s.Context(), kept.ID, kept.Fingerprint, draft.Sendable(), coolingOff); err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	s.Cleanup(func() { cancel(); <-ended })
	return e, kept.ID
}

// TestHeldMailingAgainstStandIn: with answers lost and errors on the way, a
// mailing lies at the stand-in until its time and is delivered once, or it is
// stopped and nothing is left there.
func TestHeldMailingAgainstStandIn(t *testing.T) {
	for _, stop := range []bool{false, true} {
		s := startStandIn(t)
		s.post("/trouble", "reset_after@/messages%15,reset_after@/batches%30,500@/batches%10")
		e, id := s.heldMailing(25, map[bool]time.Duration{true: time.Hour, false: 3 * time.Second}[stop])
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		for {
			now, err := e.Job(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			if now.Counts.ByStatus[post.ItemReceived] == 25 || now.State.Finished() {
				break
			}
			if got := s.state(); now.State == post.JobCoolingOff && len(got.Delivered) > 0 {
				t.Fatalf("%d letters were delivered while the clock runs", len(got.Delivered))
			}
			time.Sleep(20 * time.Millisecond)
		}
		if stop {
			if _, err := e.Stop(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		ended, err := e.Follow(ctx, id, 0, nil)
		if err != nil {
			t.Fatalf("%v: job %s %s %s %v", err, ended.State, ended.BatchStep, ended.Trouble, ended.Counts.ByStatus)
		}
		got := s.state()
		switch counts := ended.Counts.ByStatus; {
		case stop && (ended.Ending != post.NothingDelivered || len(got.Delivered)+len(got.Held)+len(got.Batches) > 0 || counts[post.ItemStopped] != 25):
			t.Errorf("stopped: %s %v; at the stand-in %d delivered, %d held, %d batches", ended.Ending, counts, len(got.Delivered), len(got.Held), len(got.Batches))
		case !stop && (ended.State != post.JobDone || len(got.Delivered) != 25 || len(got.Held) > 0 || counts[post.ItemDelivered] != 25):
			t.Errorf("released: job %s %v; at the stand-in %d delivered, %d held", ended.State, counts, len(got.Delivered), len(got.Held))
		}
		if ended.Counts.ByStatus[post.ItemNotDelivered] != 1 {
			t.Errorf("who is no user: %v", ended.Counts.ByStatus)
		}
	}
}

// TestHeldOptionsAgainstStandIn: what a letter was to be besides it is in a batch as
// well: on paper for who is no user, an invitation, a later time, a document of its
// own.
func TestHeldOptionsAgainstStandIn(t *testing.T) {
	home := post.Address{Line1: "Storgata 1", Postcode: "0155", Town: "Oslo"}
	address := func(w *job.Wish) {
		to := &w.To[len(w.To)-1].To
		to.FullName, to.Address, to.Phone = "Per Prøve", home, "91234567"
	}
	for name, c := range map[string]struct {
		change func(*job.Wish)
		// status is what becomes of the letters of Kari, and of Per who is no user.
		kari, per post.ItemStatus
		there     func(standInState) bool
	}{
		"paper": {func(w *job.Wish) {
			address(w)
			w.Options.Paper = &post.Paper{IfNoDigipost: true, Return: post.PostalAddress{Name: "Klubben", Address: home}}
		}, post.ItemDelivered, post.ItemPrinting, func(s standInState) bool { return len(s.Delivered) == 2 && len(s.Printed) == 1 }},
		"invitation": {func(w *job.Wish) {
			address(w)
			w.Options.Invite = &post.Invitation{Deadline: time.Now().Add(48 * time.Hour)}
		}, post.ItemDelivered, post.ItemPending, func(s standInState) bool { return len(s.Delivered) == 2 && len(s.Pending) == 1 }},
		"later": {func(w *job.Wish) { w.Options.DeliverAt = time.Now().Add(5 * time.Hour) }, post.ItemReceived, post.ItemNotDelivered, func(s standInState) bool {
			return len(s.Delivered) == 0 && len(s.Held) == 2 && time.Until(s.Held[0].Time) > 4*time.Hour
		}},
		"own documents": {func(w *job.Wish) {
			w.Files = nil
			for i := range w.To {
				pdf := append(onePage(), fmt.Sprint("\n% own ", i)...)
				w.To[i].Files = []job.File{{Name: "a.pdf", FileType: "pdf", Open: func(context.Context) (io.ReadCloser, error) {
					return io.NopCloser(bytes.NewReader(pdf)), nil
				}}}
			}
		}, post.ItemDelivered, post.ItemNotDelivered, func(s standInState) bool {
			return len(s.Delivered) == 2 && len(s.Delivered[0].Documents) == 1 && s.Delivered[0].Documents[0].SHA256 != s.Delivered[1].Documents[0].SHA256
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startStandIn(t)
			e, id := s.heldWith(2, time.Second, c.change)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			ended, err := e.Follow(ctx, id, 0, nil)
			if err != nil {
				t.Fatalf("%v: job %s %s %s %v", err, ended.State, ended.BatchStep, ended.Trouble, ended.Counts.ByStatus)
			}
			items, err := e.Items(t.Context(), id, post.ItemQuery{})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range []post.ItemStatus{c.kari, c.kari, c.per} {
				if items[i].Status != want {
					t.Errorf("letter %d is %s (%s %s), want %s", i, items[i].Status, items[i].Reason, items[i].Detail, want)
				}
			}
			if got := s.state(); ended.BatchStep != post.BatchCompleted || !c.there(got) {
				t.Errorf("%s: at the stand-in %+v", ended.BatchStep, got)
			}
		})
	}
}
