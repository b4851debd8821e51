package welcome

import (
	"context"
	"testing"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/task"
)

// The screens together with the real driver: what they show follows from what is
// stored, also in another run of the program.

type memory struct{ attempt post.Onboarding }

func (m *memory) Onboarding(context.Context) (post.Onboarding, bool, error) {
	return m.attempt, m.attempt.State != "", nil
}

func (m *memory) SaveOnboarding(_ context.Context, attempt post.Onboarding) error {
	m.attempt = attempt
	return nil
}

type signup struct{}

func (signup) NewNonce() string { return "b64f2a9c01d34e5f8877665544332211" }

func (signup) RegistrationURL(context.Context, string, string, string) (string, error) {
	return "https://www.digipost.no/registrering/bedrift", nil
}

func (signup) Listen(context.Context, int, string, string) (onboarding.Listener, error) {
	return listener{}, nil
}

func (signup) ReadReturn(address string) (onboarding.Answer, error) {
	if address != "http://127.0.0.1:1/retur?sender-id=1001" {
		return onboarding.Answer{}, post.NewFault(post.CodeReturnUnreadable, nil)
	}
	return onboarding.Answer{SenderID: 1001, Nonce: signup{}.NewNonce()}, nil
}

type listener struct{}

func (listener) URL() string  { return "http://127.0.0.1:1/retur" }
func (listener) Port() int    { return 1 }
func (listener) Path() string { return "retur" }
func (listener) Close() error { return nil }
func (listener) Wait(ctx context.Context) (onboarding.Answer, error) {
	<-ctx.Done()
	return onboarding.Answer{}, ctx.Err()
}

// digipost is what a test says of the other side.
type digipost struct {
	memory   memory
	now      time.Time
	approved bool  // the relay has the sender-id
	refusal  error // of the signed call
	sender   post.Sender
	facts    post.CertificateFacts
}

// run is a run of the program: driver and model are new, the store is not.
func (d *digipost) run(t *testing.T) *Model {
	t.Helper()
	driver := onboarding.NewWith(onboarding.Ports{Store: &d.memory, Signup: signup{}, Browser: func(context.Context, string) error { return nil },
		Prove: func(context.Context, onboarding.Answer) (onboarding.Proof, error) {
			if d.facts.Fingerprint == "" {
				return onboarding.Proof{}, post.NewFault(post.CodeNoCertificate, nil)
			}
			return onboarding.Proof{OrganisationNumber: d.facts.OrganisationNumber}, d.refusal
		},
		Adopt: func(_ context.Context, answer onboarding.Answer, _ onboarding.Proof) error {
			d.sender.SenderID = answer.SenderID
			return nil
		},
		Claim: func(context.Context, string, string) (int64, bool, error) { return 1001, d.approved, nil },
		Now:   func() time.Time { return d.now }})
	t.Cleanup(func() { _ = driver.Close() })
	m := NewModel(Ports{
		Sender: func(context.Context) (post.Sender, error) { return d.sender, nil }, Current: driver.Current, Resume: driver.Resume,
		// Inline work can't wait: here the relay is asked by a press alone.
		Wait: func(context.Context) (post.Onboarding, error) {
			return post.Onboarding{}, post.NewFault(post.CodeNoSignup, nil)
		},
		Verify: driver.Verify, Start: driver.Start, Paste: driver.Paste, Listening: driver.Listening, HandedIn: driver.HandedIn,
		PutOff: driver.PutOff, Denied: driver.Denied, Check: driver.Check, Cancel: driver.Cancel, TypeSender: driver.TypeSender,
		CertificateFacts: func(context.Context) (post.CertificateFacts, error) { return d.facts, nil },
		ImportCertificate: func(context.Context, string, string) (post.CertificateFacts, error) {
			d.facts = post.CertificateFacts{Fingerprint: "ab", OrganisationNumber: "987654325"}
			return d.facts, nil
		}}, task.NewInline(), func() {})
	m.Open(false)
	return m
}

func at(t *testing.T, m *Model, page Page, way Way) {
	t.Helper()
	if m.Page != page || m.Way != way {
		t.Fatalf("at %s by %s, want %s by %s; %v, %+v", m.Page, m.Way, page, way, m.Fault, m.Attempt)
	}
}

// TestApplicationOverDays: asked on a Thursday, reminded on the Tuesday, approved
// by the relay, with the program closed in between.
func TestApplicationOverDays(t *testing.T) {
	d := &digipost{now: began}
	m := d.run(t)
	m.Choose(WayApplication)
	m.Continue()
	m.Number = "987654325"
	m.OpenBrowser()
	at(t, m, PageBrowser, WayApplication)
	m.HandedIn()
	at(t, m, PageApplied, WayApplication)
	m.Leave()

	d.now = began.AddDate(0, 0, 5)
	m = d.run(t)
	at(t, m, PageApplied, WayApplication)
	if !onboarding.ReminderDue(m.Attempt, d.now) {
		t.Error("nobody is reminded")
	}
	m.PutOff()
	at(t, m, PageApplied, WayApplication)
	if onboarding.ReminderDue(m.Attempt, d.now) {
		t.Error("the reminder stays")
	}
	m.Check()
	at(t, m, PageApplied, WayApplication)
	d.approved = true
	m.Check()
	at(t, m, PageCertificate, WayApplication)
	m.Leave()

	m = d.run(t)
	at(t, m, PageCertificate, WayApplication)
	if m.Late() {
		t.Error("an approval is called late")
	}
	m.Path = "/tmp/a.p12"
	m.TakeCertificate()
	at(t, m, PageDone, WayApplication)
	if d.sender.SenderID != 1001 {
		t.Errorf("sender %d", d.sender.SenderID)
	}
}

// TestTypedWrongAndMended: a wrong sender-id while an application waits keeps the
// application, and the right one goes through.
func TestTypedWrongAndMended(t *testing.T) {
	d := &digipost{now: began, facts: post.CertificateFacts{Fingerprint: "ab"}, refusal: post.NewFault(post.CodeNotAuthorised, nil)}
	m := d.run(t)
	m.Way, m.Number = WayApplication, "987654325"
	m.OpenBrowser()
	m.HandedIn()
	m.Approved = "1002"
	m.TakeApproved()
	at(t, m, PageTest, WayApplication)
	if post.CodeOf(m.Fault) != post.CodeNotAuthorised {
		t.Fatalf("%v", m.Fault)
	}
	m.Retype()
	at(t, m, PageApplied, WayApplication)
	d.refusal, m.Approved = nil, "1001"
	m.TakeApproved()
	at(t, m, PageDone, WayApplication)
}

// TestAnotherCompany: with another company's certificate nothing is taken into
// use, and the right certificate goes through.
func TestAnotherCompany(t *testing.T) {
	d := &digipost{now: began, facts: post.CertificateFacts{Fingerprint: "cd", OrganisationNumber: "974760673"}}
	m := d.run(t)
	m.Way, m.Number = WayAutomatic, "987654325"
	m.OpenBrowser()
	at(t, m, PageBrowser, WayAutomatic)
	m.Pasted = "http://127.0.0.1:1/retur?sender-id=1001"
	d.now = began.Add(30 * time.Hour)
	m.Paste()
	at(t, m, PageTest, WayAutomatic)
	if !m.WrongCompany() || !m.Late() || d.sender.SenderID != 0 {
		t.Fatalf("%v, late %v, sender %d", m.Fault, m.Late(), d.sender.SenderID)
	}
	m.AnotherCertificate()
	m.Path = "/tmp/a.p12"
	m.TakeCertificate()
	at(t, m, PageDone, WayAutomatic)
}

// TestTooOldBeginsAnew: after thirty days the same number gives a new attempt.
func TestTooOldBeginsAnew(t *testing.T) {
	d := &digipost{now: began}
	m := d.run(t)
	m.Way, m.Number = WayAutomatic, "987654325"
	m.OpenBrowser()
	first := m.Attempt.ID
	m.Leave()
	d.now = began.AddDate(0, 0, 31)
	m = d.run(t)
	if !m.Expired() {
		t.Fatalf("at %s, %+v", m.Page, m.Attempt)
	}
	m.Anew()
	m.OpenBrowser()
	at(t, m, PageBrowser, WayAutomatic)
	if m.Expired() || m.Attempt.ID == first {
		t.Errorf("%+v", m.Attempt)
	}
}

// TestSenderAlready: the sender-id first, then certificate and test; coming back
// in between goes on there.
func TestSenderAlready(t *testing.T) {
	d := &digipost{now: began}
	m := d.run(t)
	m.Way, m.ID = WayOwnID, "1001"
	m.Continue()
	m.TakeID()
	at(t, m, PageCertificate, WayOwnID)
	m.Leave()
	m = d.run(t)
	at(t, m, PageCertificate, WayOwnID)
	m.Path = "/tmp/a.p12"
	m.TakeCertificate()
	at(t, m, PageDone, WayOwnID)
	if d.run(t).Page != PageDone {
		t.Error("signed up, and asked again")
	}
}
