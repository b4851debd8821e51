package onboarding

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/digipost/relay"
	"brevdue/digipost/signup"
)

// relayed is a world with a relay: what Digipost has said, by nonce.
type relayed struct {
	*world
	said    map[string]int64
	claimer string
	asked   int
	err     error
	proof   Proof
	adopted []int64
	adopt   error
}

func newRelayed(t *testing.T) (*relayed, *Driver) {
	w := &relayed{world: newWorld(t), said: map[string]int64{}}
	return w, w.start()
}

// start makes a driver as a program that starts does.
func (w *relayed) start() *Driver {
	d := NewWith(Ports{Store: w, Signup: w, Browser: func(context.Context, string) error { return nil }, Now: func() time.Time { return w.now },
		Prove: func(context.Context, Answer) (Proof, error) { return w.proof, w.verify },
		Adopt: func(_ context.Context, answer Answer, _ Proof) error {
			if State(w.stored.State) != Returned {
				w.t.Error("adopted in state " + w.stored.State)
			}
			w.adopted = append(w.adopted, answer.SenderID)
			return w.adopt
		},
		Claim: func(ctx context.Context, nonce, claimer string) (int64, bool, error) {
			w.asked++
			if claimer == "" || (w.claimer != "" && claimer != w.claimer) {
				w.t.Errorf("claimer %q, before %q", claimer, w.claimer)
			}
			w.claimer = claimer
			if w.err != nil {
				return 0, false, w.err
			}
			id, found := w.said[nonce]
			return id, found, ctx.Err()
		}})
	w.t.Cleanup(func() { _ = d.Close() })
	return d
}

// TestApprovedWhileAway is the half-automatic story: applied, closed, reminded,
// approved days later, fetched from the relay when the program runs again.
func TestApprovedWhileAway(t *testing.T) {
	w, d := newRelayed(t)
	if a, err := d.Check(t.Context()); err != nil || w.asked != 0 || State(a.State) != NotStarted {
		t.Fatalf("asked for nothing: %v", err)
	}
	first, err := d.Start(t.Context(), "1")
	w.want(first, err, BrowserOpened, "")
	a, err := d.HandedIn(t.Context())
	w.want(a, err, Applied, "")
	a, err = d.Check(t.Context())
	w.want(a, err, Applied, "")
	_ = d.Close()

	w.now = w.now.AddDate(0, 0, 5)
	d = w.start()
	w.err = post.NewFault(post.CodeUnreachable, nil)
	a, err = d.Resume(t.Context())
	w.want(a, err, Applied, "")
	a, err = d.Check(t.Context())
	w.want(a, err, Applied, post.CodeUnreachable)
	if !ReminderDue(a, w.now) {
		t.Error("no reminder")
	}
	if a, err = d.PutOff(t.Context()); err != nil || ReminderDue(a, w.now) {
		t.Errorf("not put off: %v", err)
	}

	w.err, w.said[first.Nonce] = nil, 1000
	a, err = d.Check(t.Context())
	w.want(a, err, Verified, "")
	if a.SenderID != 1000 || d.Listening() || len(w.adopted) != 1 || a.Applied.IsZero() || a.Verified.IsZero() {
		t.Errorf("%+v, adopted %v", a, w.adopted)
	}
	asked := w.asked
	if a, err = d.Check(t.Context()); err != nil || w.asked != asked || State(a.State) != Verified {
		t.Errorf("asked again: %v", err)
	}
}

// TestClaimedButNotStored: what the relay gave and a crash took away is asked for
// again, by the same claimer.
func TestClaimedButNotStored(t *testing.T) {
	w, d := newRelayed(t)
	first, _ := d.Start(t.Context(), "1")
	w.said[first.Nonce] = 1000
	before := w.stored
	if a, err := d.Check(t.Context()); err != nil || State(a.State) != Verified {
		t.Fatal(err)
	}
	_ = d.Close()
	w.stored = before
	a, err := w.start().Check(t.Context())
	w.want(a, err, Verified, "")
}

func TestWaitAtTheRelay(t *testing.T) {
	w, d := newRelayed(t)
	first, _ := d.Start(t.Context(), "1")
	w.said[first.Nonce] = 1000
	a, err := d.Wait(t.Context())
	w.want(a, err, Verified, "")
	if d.Listening() {
		t.Error("goes on listening")
	}
	// The same where the port is taken.
	w, d = newRelayed(t)
	first, _ = d.Start(t.Context(), "1")
	_ = d.Close()
	w.taken[first.Port], w.said[first.Nonce] = true, 1000
	d = w.start()
	if _, err := d.Resume(t.Context()); err != nil || d.Listening() {
		t.Fatal(err)
	}
	a, err = d.Wait(t.Context())
	w.want(a, err, Verified, "")
}

// TestReturnBeatsRelay: the relay has nothing or is away, and the browser comes
// back.
func TestReturnBeatsRelay(t *testing.T) {
	w, d := newRelayed(t)
	w.err = errors.New("no such host")
	first, _ := d.Start(t.Context(), "1")
	w.answers <- Answer{SenderID: 1000, DigipostAddress: "k#1", Nonce: first.Nonce}
	a, err := d.Wait(t.Context())
	w.want(a, err, Verified, "")
	if a.DigipostAddress != "k#1" {
		t.Errorf("%+v", a)
	}
}

// TestTooLateForTheRelay: an attempt whose nonce is over claims nothing.
func TestTooLateForTheRelay(t *testing.T) {
	w, d := newRelayed(t)
	if _, err := d.Start(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(NonceLife + time.Second)
	a, err := d.Check(t.Context())
	w.want(a, err, BrowserOpened, "")
	if w.asked != 0 || a.Trouble != post.CodeReturnExpired {
		t.Errorf("asked %d times, trouble %q", w.asked, a.Trouble)
	}
}

func TestAlreadyASender(t *testing.T) {
	w, d := newRelayed(t)
	a, err := d.TypeSender(t.Context(), 0, "")
	w.want(a, err, NotStarted, post.CodeReturnNoSender)
	w.verify = post.NewFault(post.CodeNoCertificate, nil)
	a, err = d.TypeSender(t.Context(), 1000, "1")
	w.want(a, err, Returned, "")
	if a.Trouble != post.CodeNoCertificate || len(w.adopted) != 0 {
		t.Errorf("%+v", a)
	}
	w.verify, w.proof.OrganisationNumber = nil, "2"
	a, err = d.Verify(t.Context())
	w.want(a, err, Returned, "")
	if a.Trouble != CodeWrongCompany || len(w.adopted) != 0 {
		t.Errorf("another company: %+v, adopted %v", a, w.adopted)
	}
	// A sender that can't be stored is not verified.
	w.proof.OrganisationNumber, w.adopt = "1", post.NewFault(post.CodeKeyringLocked, nil)
	a, err = d.Verify(t.Context())
	w.want(a, err, Returned, "")
	if a.Trouble != post.CodeKeyringLocked {
		t.Errorf("%+v", a)
	}
	w.adopt = nil
	a, err = d.Verify(t.Context())
	w.want(a, err, Verified, "")
	if strings.Contains(strings.Join(w.log, " "), "listen") || w.asked != 0 {
		t.Errorf("listened or asked: %v", w.log)
	}
}

// TestTypedWhileWaiting: an id that was typed wrongly leaves the way for the
// answer open.
func TestTypedWhileWaiting(t *testing.T) {
	w, d := newRelayed(t)
	first, _ := d.Start(t.Context(), "1")
	w.verify = post.NewFault(post.CodeNotAuthorised, nil)
	a, err := d.TypeSender(t.Context(), 1001, "1")
	w.want(a, err, Returned, "")
	if !d.Listening() || a.Trouble != post.CodeNotAuthorised {
		t.Errorf("%+v", a)
	}
	w.verify = nil
	w.answers <- Answer{SenderID: 1000, Nonce: first.Nonce}
	a, err = d.Wait(t.Context())
	w.want(a, err, Verified, "")
	if a.SenderID != 1000 || d.Listening() {
		t.Errorf("%+v", a)
	}
}

// TestRealRelay is the half-automatic story with the relay itself: Digipost
// calls it, and the program that began the attempt gets the sender-id, once.
func TestRealRelay(t *testing.T) {
	server, err := relay.Start(t.Context(), relay.Config{Store: relay.NewMemory(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	address := "http://" + server.Addr().String()
	w := &realNonces{newWorld(t)}
	d := NewWith(Ports{Store: w, Signup: w, Browser: func(context.Context, string) error { return nil }, Now: func() time.Time { return w.now },
		Prove: func(context.Context, Answer) (Proof, error) { return Proof{OrganisationNumber: "987654325"}, nil },
		Claim: func(ctx context.Context, nonce, claimer string) (int64, bool, error) {
			return relay.Claim(ctx, address, nonce, claimer)
		}})
	defer func() { _ = d.Close() }()
	first, err := d.Start(t.Context(), "987654325")
	w.want(first, err, BrowserOpened, "")
	a, err := d.HandedIn(t.Context())
	w.want(a, err, Applied, "")
	a, err = d.Check(t.Context())
	w.want(a, err, Applied, "")
	response, err := http.Get(address + "/callback?sender-id=34567&nonce=" + first.Nonce)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	a, err = d.Check(t.Context())
	w.want(a, err, Verified, "")
	if a.SenderID != 34567 {
		t.Errorf("%+v", a)
	}
	if id, found, err := relay.Claim(t.Context(), address, first.Nonce, "somebody else"); id != 0 || found || err != nil {
		t.Errorf("given twice: %d %v %v", id, found, err)
	}
}

// realNonces is a world with nonces as the program makes them.
type realNonces struct{ *world }

func (realNonces) NewNonce() string { return signup.NewNonce() }
