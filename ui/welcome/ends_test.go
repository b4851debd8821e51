package welcome

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/task"
)

// TestSteps: each page of each way has its place in the steps.
func TestSteps(t *testing.T) {
	for _, c := range []struct {
		page Page
		way  Way
		now  int
		ok   bool
	}{
		{PageHello, WayAutomatic, 0, false}, {PageChoose, WayAutomatic, 0, false}, {PagePractice, WayPractice, 0, false},
		{PageOrganisation, WayAutomatic, 0, true}, {PageBrowser, WayAutomatic, 2, true}, {PageCertificate, WayAutomatic, 3, true},
		{PageTest, WayAutomatic, 4, true}, {PageDone, WayAutomatic, 5, true},
		{PageOrganisation, WayApplication, 0, true}, {PageBrowser, WayApplication, 1, true}, {PageApplied, WayApplication, 2, true},
		{PageRefused, WayApplication, 2, true}, {PageTest, WayApplication, 4, true},
		{PageOwnID, WayOwnID, 0, true}, {PageCertificate, WayOwnID, 1, true}, {PageTest, WayOwnID, 2, true}, {PageDone, WayOwnID, 3, true},
	} {
		m := &Model{Page: c.page, Way: c.way}
		if now, ok := m.Steps(); now != c.now || ok != c.ok {
			t.Errorf("%s, %s: step %d %v, want %d %v", c.way, c.page, now, ok, c.now, c.ok)
		}
	}
	m := &Model{Page: PageBrowser, Way: WayAutomatic, Attempt: post.Onboarding{Trouble: post.CodeNoBrowser}}
	if now, _ := m.Steps(); now != 1 {
		t.Errorf("no browser opened, and that step is done: %d", now)
	}
}

// TestEnds: every end of a return has its way on.
func TestEnds(t *testing.T) {
	for name, c := range map[string]struct {
		page  Page
		way   Way
		code  post.Code
		typed bool
		want  []End
	}{
		"fine":                       {PageBrowser, WayAutomatic, "", false, nil},
		"not this session's":         {PageBrowser, WayAutomatic, post.CodeReturnNonce, false, nil},
		"no sender-id":               {PageBrowser, WayAutomatic, post.CodeReturnNoSender, false, []End{EndApply}},
		"no sender-id, applying":     {PageBrowser, WayApplication, post.CodeReturnNoSender, false, nil},
		"not an address":             {PageBrowser, WayAutomatic, post.CodeReturnUnreadable, false, nil},
		"too late":                   {PageBrowser, WayAutomatic, post.CodeReturnExpired, false, []End{EndAnew}},
		"application too late":       {PageApplied, WayApplication, post.CodeReturnExpired, false, []End{EndAnew}},
		"no browser":                 {PageBrowser, WayAutomatic, post.CodeNoBrowser, false, nil},
		"wrong company":              {PageTest, WayAutomatic, post.CodeWrongCompany, false, []End{EndCertificate, EndAnew}},
		"authority missing":          {PageTest, WayAutomatic, post.CodeNotAuthorised, false, nil},
		"authority missing, typed":   {PageTest, WayApplication, post.CodeNotAuthorised, true, []End{EndRetype, EndCertificate}},
		"signature refused, own id":  {PageTest, WayOwnID, post.CodeSignatureRefused, false, []End{EndRetype, EndCertificate}},
		"certificate over meanwhile": {PageTest, WayAutomatic, post.CodeCertificateOld, false, []End{EndCertificate}},
		"no network":                 {PageTest, WayAutomatic, post.CodeUnreachable, false, nil},
	} {
		m := &Model{Page: c.page, Way: c.way, ports: (&world{}).ports(), Attempt: post.Onboarding{Trouble: c.code, Typed: c.typed}}
		if got := m.Ends(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		m.Attempt.Trouble = ""
		if c.code != "" {
			m.Fault = post.NewFault(c.code, nil)
		}
		if got := m.Ends(); !slices.Equal(got, c.want) {
			t.Errorf("%s as a fault: %v, want %v", name, got, c.want)
		}
	}
	if ends := (&Model{Page: PageBrowser, Way: WayAutomatic, Attempt: post.Onboarding{Trouble: post.CodeReturnNoSender}}).Ends(); ends != nil {
		t.Errorf("an application is offered where there is none: %v", ends)
	}
}

// TestWithoutSigningRights is the way of an application: form, waiting, closed
// for days, a reminder, and the sender-id by hand.
func TestWithoutSigningRights(t *testing.T) {
	w := &world{wait: post.NewFault(post.CodeNoSignup, nil)}
	m := start(t, w)
	m.Show(PageChoose)
	m.Choose(WayApplication)
	m.Continue()
	m.Number = "987654325"
	m.OpenBrowser()
	if m.Page != PageBrowser || m.Way != WayApplication || w.org != "987654325" {
		t.Fatalf("at %s, %s", m.Page, m.Way)
	}
	m.HandedIn()
	if m.Page != PageApplied || m.Fault != nil {
		t.Fatalf("at %s, %v", m.Page, m.Fault)
	}
	m.Check()
	if m.Page != PageApplied || !m.Unanswered {
		t.Fatalf("at %s, said to be unanswered: %v", m.Page, m.Unanswered)
	}
	m.Leave()
	again := start(t, w) // days later
	again.PutOff()
	if again.Page != PageApplied || again.Way != WayApplication {
		t.Fatalf("at %s, %s", again.Page, again.Way)
	}
	again.Approved = "987654325"
	again.TakeApproved()
	if again.IDProblem != idOrganisation || again.Page != PageApplied {
		t.Fatalf("the organisation number was taken, at %s", again.Page)
	}
	again.Approved = " 1 001 "
	again.TakeApproved()
	if again.Page != PageCertificate || again.Attempt.SenderID != 1001 || again.Way != WayApplication {
		t.Fatalf("at %s, %+v", again.Page, again.Attempt)
	}
	if want := []string{"handed in", "checked", "put off", "typed"}; !slices.Equal(w.told, want) {
		t.Errorf("told %v", w.told)
	}
}

// TestApprovalComesByItself: by the relay while the page is open, by a press, and
// as an address that was pasted.
func TestApprovalComesByItself(t *testing.T) {
	applied := func() *world {
		return &world{wait: post.NewFault(post.CodeNoSignup, nil),
			attempt: post.Onboarding{State: string(onboarding.Applied), Nonce: "n", Applied: began}}
	}
	w := applied()
	w.comesBack = true
	if m := start(t, w); m.Page != PageCertificate || m.Way != WayApplication {
		t.Errorf("at %s, %s", m.Page, m.Way)
	}
	w = applied()
	w.relay = true
	m := start(t, w)
	m.Check()
	if m.Page != PageCertificate {
		t.Errorf("asked and answered, but at %s", m.Page)
	}
	m = start(t, applied())
	m.Approved = "http://127.0.0.1:1/retur?sender-id=1001"
	m.TakeApproved()
	if m.Page != PageCertificate {
		t.Errorf("pasted, but at %s, %v", m.Page, m.Fault)
	}
}

// TestRefusedAndGivenUp: a no is shown, an answer may still be typed, and the
// person can begin again or give up.
func TestRefusedAndGivenUp(t *testing.T) {
	w := &world{wait: post.NewFault(post.CodeNoSignup, nil), attempt: post.Onboarding{State: string(onboarding.Applied), Nonce: "n", Applied: began}}
	m := start(t, w)
	m.Denied()
	if m.Page != PageRefused {
		t.Fatalf("at %s", m.Page)
	}
	m.Anew()
	if m.Page != PageOrganisation {
		t.Fatalf("at %s", m.Page)
	}
	m = start(t, w)
	m.Approved = "1001"
	m.TakeApproved()
	if m.Page != PageCertificate {
		t.Errorf("a late yes leads to %s", m.Page)
	}
	m = start(t, &world{attempt: post.Onboarding{State: string(onboarding.BrowserOpened)}, wait: errors.New("listening")})
	m.Cancel()
	if m.Page != PageChoose || m.Attempt.State != string(onboarding.NotStarted) {
		t.Errorf("given up, but at %s, %+v", m.Page, m.Attempt)
	}
}

// TestNobodyListens: where the port is taken, the paste is offered.
func TestNobodyListens(t *testing.T) {
	w := &world{wait: errors.New("listening")}
	ports := w.ports()
	ports.Listening = func() bool { return false }
	m := NewModel(ports, task.NewInline(), func() {})
	m.Open(false)
	m.Number = "987654325"
	m.OpenBrowser()
	if !m.Blocked {
		t.Error("nothing is said of the port")
	}
}

// TestFromAnotherWay: who has no signing rights after all goes over with the
// page that is open.
func TestFromAnotherWay(t *testing.T) {
	m := start(t, &world{wait: post.NewFault(post.CodeNoSignup, nil)})
	m.Show(PageOrganisation)
	m.Number = "987654325"
	m.OpenBrowser()
	m.Apply()
	if m.Page != PageBrowser || m.Way != WayApplication {
		t.Fatalf("at %s, %s", m.Page, m.Way)
	}
	m.HandedIn()
	if m.Page != PageApplied {
		t.Errorf("at %s", m.Page)
	}
}

// TestWrongSenderIDIsMended: a slip of the finger leads back to the field.
func TestWrongSenderIDIsMended(t *testing.T) {
	w := &world{facts: post.CertificateFacts{Fingerprint: "ab"}}
	m := start(t, w)
	m.Way, m.ID = WayOwnID, "1002"
	m.Continue()
	m.TakeID()
	w.verify = post.NewFault(post.CodeNotAuthorised, nil)
	m.Test()
	if !slices.Contains(m.Ends(), EndRetype) {
		t.Fatalf("at %s, %v", m.Page, m.Ends())
	}
	w.attempt.Nonce = ""
	m.Attempt.Nonce = ""
	m.Retype()
	if m.Page != PageOwnID || m.ID != "1002" {
		t.Errorf("at %s with %q", m.Page, m.ID)
	}
}

// TestLeftoverFile: the file is offered for deletion once, and practice's own is
// not.
func TestLeftoverFile(t *testing.T) {
	w := &world{}
	m := start(t, w)
	m.Path = "/tmp/fjordvik.p12"
	m.TakeCertificate()
	if m.Leftover != "/tmp/fjordvik.p12" {
		t.Fatalf("left over: %q", m.Leftover)
	}
	told := ""
	m.DeleteLeftover(func(path string) { told = path })
	if m.Leftover != "" || told == "" || m.Path != "" || !slices.Contains(w.told, "deleted /tmp/fjordvik.p12") {
		t.Errorf("left over %q, told %q, %v", m.Leftover, told, w.told)
	}
	ports := w.ports()
	ports.Practice, ports.Certificate = true, "/tmp/practice/sender.p12"
	m = NewModel(ports, task.NewInline(), func() {})
	m.TakeCertificate()
	if m.Leftover != "" {
		t.Error("practice's own file is offered for deletion")
	}
}

// TestKeyringIsWaitedFor: after a while it is said, and the wait can be given
// up.
func TestKeyringIsWaitedFor(t *testing.T) {
	run := task.New(t.Context())
	defer run.Close()
	answer, ended := make(chan struct{}), make(chan struct{})
	ports := (&world{}).ports()
	ports.ImportCertificate = func(ctx context.Context, _, _ string) (post.CertificateFacts, error) {
		defer close(ended)
		select {
		case <-ctx.Done():
		case <-answer:
		}
		return post.CertificateFacts{}, ctx.Err()
	}
	m := NewModel(ports, run, func() {})
	m.Page, m.Path = PageCertificate, "/tmp/a.p12"
	m.TakeCertificate()
	if m.Busy != busyCertificate {
		t.Fatalf("busy %q", m.Busy)
	}
	m.GiveUp()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("the keyring is still waited for")
	}
	if m.Busy != "" || m.Page != PageCertificate {
		t.Errorf("busy %q at %s", m.Busy, m.Page)
	}
}

// TestNoKeyring: the encrypted file is made, and the certificate goes into it.
func TestNoKeyring(t *testing.T) {
	w := &world{importing: post.NewFault(post.CodeKeyringMissing, nil)}
	ports := w.ports()
	phrase := ""
	ports.UseSecretsFile = func(_ context.Context, passphrase string) error {
		phrase, w.importing = passphrase, nil
		return nil
	}
	m := NewModel(ports, task.NewInline(), func() {})
	m.Open(false)
	m.Way, m.Page, m.Path = WayOwnID, PageCertificate, "/tmp/a.p12"
	m.TakeCertificate()
	if post.CodeOf(m.Fault) != post.CodeKeyringMissing || m.Page != PageCertificate {
		t.Fatalf("at %s, %v", m.Page, m.Fault)
	}
	m.UseSecretsFile("fire ord i rekke")
	if phrase != "fire ord i rekke" || m.Facts.Fingerprint == "" {
		t.Errorf("at %s, %v", m.Page, m.Fault)
	}
}
