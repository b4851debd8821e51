package welcome

import (
	"context"
	"errors"
	"testing"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/task"
)

var began = time.Date(2026, 10, 29, 9, 30, 0, 0, time.Local) // a Thursday

// world is a Digipost that answers as the test says.
type world struct {
	attempt post.Onboarding
	sender  post.Sender
	facts   post.CertificateFacts
	// wait is what came of waiting, verify of the signed call.
	wait, verify, importing error
	comesBack, relay        bool
	told                    []string
	started, resumed        int
	org                     string
}

func (w *world) ports() Ports {
	return Ports{
		Sender:  func(context.Context) (post.Sender, error) { return w.sender, nil },
		Current: func(context.Context) (post.Onboarding, error) { return w.attempt, nil },
		Resume:  func(context.Context) (post.Onboarding, error) { w.resumed++; return w.attempt, nil },
		Start: func(_ context.Context, org string) (post.Onboarding, error) {
			w.started++
			w.org = org
			w.attempt = post.Onboarding{State: string(onboarding.BrowserOpened), RegistrationURL: "http://127.0.0.1:1/", Nonce: "b64f2a9c01d34e5f8877665544332211",
				OrganisationNumber: org, Started: began}
			return w.attempt, nil
		},
		Wait: func(context.Context) (post.Onboarding, error) {
			if w.comesBack {
				return w.back(), nil
			}
			return w.attempt, w.wait
		},
		Paste: func(_ context.Context, address string) (post.Onboarding, error) {
			if address != "http://127.0.0.1:1/retur?sender-id=1001" {
				return w.attempt, post.NewFault(post.CodeReturnUnreadable, nil)
			}
			return w.back(), nil
		},
		Verify: func(context.Context) (post.Onboarding, error) {
			if w.verify != nil {
				w.attempt.Trouble = post.CodeOf(w.verify)
				return w.attempt, nil
			}
			w.attempt.State, w.attempt.Trouble = string(onboarding.Verified), ""
			w.sender.SenderID = w.attempt.SenderID
			return w.attempt, nil
		},
		ImportCertificate: func(context.Context, string, string) (post.CertificateFacts, error) {
			if w.importing != nil {
				return post.CertificateFacts{}, w.importing
			}
			w.facts = post.CertificateFacts{Fingerprint: "ab"}
			return w.facts, nil
		},
		CertificateFacts: func(context.Context) (post.CertificateFacts, error) { return w.facts, nil },
		HandedIn: func(context.Context) (post.Onboarding, error) {
			w.attempt.State, w.attempt.Applied = string(onboarding.Applied), w.attempt.Started
			return w.tell("handed in")
		},
		PutOff: func(context.Context) (post.Onboarding, error) { return w.tell("put off") },
		Denied: func(context.Context) (post.Onboarding, error) {
			w.attempt.State, w.attempt.Refused = string(onboarding.Refused), began
			return w.tell("denied")
		},
		Cancel: func(context.Context) (post.Onboarding, error) {
			w.attempt = post.Onboarding{State: string(onboarding.NotStarted)}
			return w.tell("cancelled")
		},
		Check: func(context.Context) (post.Onboarding, error) {
			if w.relay {
				return w.back(), nil
			}
			return w.tell("checked")
		},
		TypeSender: func(_ context.Context, id int64, _ string) (post.Onboarding, error) {
			w.attempt.State, w.attempt.SenderID, w.attempt.Typed, w.attempt.Trouble = string(onboarding.Returned), id, true, post.CodeNoCertificate
			return w.tell("typed")
		},
		DeleteFile: func(_ context.Context, path string) error {
			_, err := w.tell("deleted " + path)
			return err
		},
		SetSenderID: func(_ context.Context, id int64) error { w.sender.SenderID = id; return nil },
		Prove:       func(context.Context) error { return w.verify },
	}
}

func (w *world) tell(what string) (post.Onboarding, error) {
	w.told = append(w.told, what)
	return w.attempt, nil
}

func (w *world) back() post.Onboarding {
	w.attempt.State, w.attempt.SenderID, w.attempt.Trouble = string(onboarding.Returned), 1001, post.CodeNoCertificate
	return w.attempt
}

func start(t *testing.T, w *world) *Model {
	t.Helper()
	m := NewModel(w.ports(), task.NewInline(), func() {})
	m.Open(false)
	return m
}

// TestWholeWayIn is the way of one who holds signing rights: number, browser,
// return, certificate, test.
func TestWholeWayIn(t *testing.T) {
	w := &world{comesBack: true}
	m := start(t, w)
	m.Show(PageChoose)
	m.Continue()
	for typed, reason := range map[string]string{"": "empty", "12345678": "length", "987654321": "check_digit", "98765432a": "not_digits"} {
		m.Number = typed
		m.OpenBrowser()
		if m.NumberProblem != reason || w.started != 0 || m.Page != PageOrganisation {
			t.Fatalf("%q: problem %q, started %d, at %s", typed, m.NumberProblem, w.started, m.Page)
		}
	}
	m.Number = "987 654 325"
	m.OpenBrowser()
	if w.org != "987654325" || m.Page != PageCertificate || m.Attempt.SenderID != 1001 {
		t.Fatalf("org %q, at %s, %+v", w.org, m.Page, m.Attempt)
	}
	m.Path, m.Password = "/tmp/a.p12", "feil"
	w.importing = post.NewFault(post.CodeWrongPassword, nil, "file", "a.p12")
	m.TakeCertificate()
	if m.Page != PageCertificate || post.CodeOf(m.Fault) != post.CodeWrongPassword || m.Password != "feil" {
		t.Fatalf("at %s, %v", m.Page, m.Fault)
	}
	w.importing, w.verify = nil, post.NewFault(post.CodeSignatureRefused, nil)
	m.TakeCertificate()
	if m.Page != PageTest || post.CodeOf(m.Fault) != post.CodeSignatureRefused || m.Password != "" {
		t.Fatalf("at %s, %v, password kept: %v", m.Page, m.Fault, m.Password != "")
	}
	w.verify = nil
	m.Test()
	if m.Page != PageDone || m.Fault != nil || m.Sender.SenderID != 1001 || m.Busy != "" {
		t.Fatalf("at %s, %v, %+v, busy %q", m.Page, m.Fault, m.Sender, m.Busy)
	}
}

// TestPasteInPlaceOfWaiting: where nothing listens, the address from the browser
// does it.
func TestPasteInPlaceOfWaiting(t *testing.T) {
	w := &world{wait: post.NewFault(post.CodeNoSignup, nil)}
	m := start(t, w)
	m.Number = "987654325"
	m.Show(PageOrganisation)
	m.OpenBrowser()
	if m.Page != PageBrowser || m.Fault != nil {
		t.Fatalf("at %s, %v", m.Page, m.Fault)
	}
	m.Pasted = "hei"
	m.Paste()
	if m.Page != PageBrowser || post.CodeOf(m.Fault) != post.CodeReturnUnreadable {
		t.Fatalf("at %s, %v", m.Page, m.Fault)
	}
	m.Pasted = " http://127.0.0.1:1/retur?sender-id=1001\n"
	m.Paste()
	if m.Page != PageCertificate || m.Fault != nil {
		t.Fatalf("at %s, %v", m.Page, m.Fault)
	}
}

// TestComeBackTomorrow: each stage goes on where it was.
func TestComeBackTomorrow(t *testing.T) {
	for name, c := range map[string]struct {
		w    *world
		want Page
	}{
		"fresh":             {&world{}, PageHello},
		"browser":           {&world{attempt: post.Onboarding{State: string(onboarding.BrowserOpened)}, wait: errors.New("listening")}, PageBrowser},
		"returned":          {&world{attempt: post.Onboarding{State: string(onboarding.Returned), SenderID: 1}}, PageCertificate},
		"returned with key": {&world{attempt: post.Onboarding{State: string(onboarding.Returned), SenderID: 1}, facts: post.CertificateFacts{Fingerprint: "ab"}}, PageTest},
		"applied":           {&world{attempt: post.Onboarding{State: string(onboarding.Applied), Nonce: "n", Applied: began}, wait: post.NewFault(post.CodeNoSignup, nil)}, PageApplied},
		"refused":           {&world{attempt: post.Onboarding{State: string(onboarding.Refused), Nonce: "n", Refused: began}, wait: post.NewFault(post.CodeNoSignup, nil)}, PageRefused},
		"typed":             {&world{attempt: post.Onboarding{State: string(onboarding.Returned), SenderID: 1, Typed: true}}, PageCertificate},
		"signed up":         {&world{attempt: post.Onboarding{State: string(onboarding.Verified)}, sender: post.Sender{SenderID: 1}}, PageDone},
	} {
		if m := start(t, c.w); m.Page != c.want {
			t.Errorf("%s: at %s, want %s", name, m.Page, c.want)
		}
	}
}

func TestSenderIDFromBefore(t *testing.T) {
	w := &world{}
	m := start(t, w)
	m.Way = WayOwnID
	m.Continue()
	for wrong, reason := range map[string]string{"": idForm, "abc": idForm, "-4": idForm, "99999999999999999999": idForm,
		"987654325": idOrganisation, "987 654 325": idOrganisation} {
		m.ID = wrong
		m.TakeID()
		if m.IDProblem != reason || m.Page != PageOwnID {
			t.Errorf("%q: %q at %s", wrong, m.IDProblem, m.Page)
		}
	}
	m.ID = "1001"
	m.TakeID()
	m.Path = "/tmp/a.p12"
	m.TakeCertificate()
	if m.Page != PageDone || w.sender.SenderID != 1001 {
		t.Errorf("at %s, %v", m.Page, m.Fault)
	}
}

func TestBackGoesBack(t *testing.T) {
	m := start(t, &world{wait: post.NewFault(post.CodeNoSignup, nil)})
	m.Show(PageChoose)
	m.Continue()
	m.Number = "987654325"
	m.OpenBrowser()
	for _, want := range []Page{PageOrganisation, PageChoose, PageHello} {
		if !m.Back() || m.Page != want {
			t.Fatalf("at %s, want %s", m.Page, want)
		}
	}
	if m.Back() {
		t.Error("there is a page before the first")
	}
}

func TestPracticeIsFilledIn(t *testing.T) {
	ports := (&world{}).ports()
	ports.Practice, ports.Organisation, ports.Certificate = true, "987654325", "/tmp/practice/sender.p12"
	m := NewModel(ports, task.NewInline(), func() {})
	m.Open(false)
	if m.Page != PageOrganisation || m.Number != "987654325" || m.Path == "" {
		t.Errorf("at %s with %q", m.Page, m.Number)
	}
}
