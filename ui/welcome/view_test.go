package welcome

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

const longName = "Fjordvik og omegn idrettslag, hovedstyret og undergruppene for ski, fotball og friidrett"

// scene is a moment of the way in, made directly.
type scene struct {
	name  string
	world func() *world
	ports func(*Ports)
	set   func(*Model)
	tall  bool // also the part below the window's edge
}

func waitingFor(state onboarding.State, change func(*post.Onboarding)) func() *world {
	return func() *world {
		w := &world{wait: post.NewFault(post.CodeNoSignup, nil)}
		w.attempt = post.Onboarding{State: string(state), Nonce: "b64f2a9c01d34e5f8877665544332211", OrganisationNumber: "987654325", Started: began,
			RegistrationURL: "https://www.digipost.no/registrering/bedrift?partner-id=2000&redirect-url=http%3A%2F%2F127.0.0.1%3A41234%2Fretur%2F6f1c&nonce=b64f2a9c&org=987654325"}
		if state == onboarding.Applied || state == onboarding.Refused {
			w.attempt.Applied = began
		}
		if state == onboarding.Returned || state == onboarding.Verified {
			w.attempt.SenderID, w.attempt.DigipostAddress, w.attempt.Returned = 1001, "fjordvik.idrettslag#1A2B", began.Add(time.Hour)
		}
		if state == onboarding.Refused {
			w.attempt.Refused = began.AddDate(0, 0, 4)
		}
		if change != nil {
			change(&w.attempt)
		}
		return w
	}
}

func known(w *world, days int) *world {
	w.facts = post.CertificateFacts{Subject: longName + " (987654325)", Issuer: "Buypass Class 3 CA", Organisation: longName, OrganisationNumber: "987654325",
		Fingerprint: "ab", NotAfter: time.Date(2026, 11, 3, 20, 0, 0, 0, time.Local).AddDate(0, 0, days)}
	w.sender = post.Sender{Name: longName, OrganisationNumber: "987654325"}
	return w
}

func scenes() []scene {
	page := func(page Page, way Way) func(*Model) {
		return func(m *Model) { m.Page, m.Way = page, way }
	}
	fresh := func() *world { return &world{} }
	fault := func(code post.Code, pairs ...string) func(*Model) {
		return func(m *Model) { m.Fault = post.NewFault(code, nil, pairs...) }
	}
	late := func(a *post.Onboarding) { a.Returned = began.AddDate(0, 0, 5) }
	return []scene{
		{"01choose", fresh, nil, page(PageChoose, WayAutomatic), false},
		{"01choose-belgium", fresh, func(p *Ports) { p.Belgium, p.StartPractice = true, func(context.Context) error { return nil } }, page(PageChoose, WayBelgium), true},
		{"02organisation", fresh, nil, func(m *Model) {
			m.Page, m.Number, m.NumberProblem = PageOrganisation, "987654321", "check_digit"
		}, false},
		{"03apply", fresh, nil, page(PageOrganisation, WayApplication), false},
		{"04browser", waitingFor(onboarding.BrowserOpened, nil), nil, func(m *Model) { m.Blocked = false }, false},
		{"04browser-blocked", waitingFor(onboarding.BrowserOpened, nil), nil, nil, false},
		{"04browser-none", waitingFor(onboarding.BrowserOpened, func(a *post.Onboarding) { a.Trouble = post.CodeNoBrowser }), nil, func(m *Model) { m.Blocked = false }, false},
		{"04browser-nonce", waitingFor(onboarding.BrowserOpened, nil), nil, fault(post.CodeReturnNonce), false},
		{"04browser-no-sender", waitingFor(onboarding.BrowserOpened, func(a *post.Onboarding) { a.Trouble = post.CodeReturnNoSender }), nil, func(m *Model) { m.Blocked = false }, true},
		{"04browser-expired", waitingFor(onboarding.BrowserOpened, func(a *post.Onboarding) { a.Trouble = post.CodeReturnExpired }), nil, func(m *Model) { m.Blocked = false }, false},
		{"05form", waitingFor(onboarding.BrowserOpened, nil), nil, func(m *Model) { m.Way, m.Blocked = WayApplication, false }, false},
		{"06applied", waitingFor(onboarding.Applied, func(a *post.Onboarding) { a.Applied = began.AddDate(0, 0, 4) }), nil, nil, true},
		{"06applied-reminder", waitingFor(onboarding.Applied, nil), nil, func(m *Model) {
			m.Unanswered, m.Approved, m.IDProblem = true, "987654325", idOrganisation
		}, true},
		{"06applied-no-relay", waitingFor(onboarding.Applied, nil), func(p *Ports) { p.Check = nil }, nil, true},
		{"07refused", waitingFor(onboarding.Refused, nil), nil, nil, false},
		{"08own", fresh, nil, func(m *Model) {
			m.Page, m.Way, m.ID, m.IDProblem = PageOwnID, WayOwnID, "987654325", idOrganisation
		}, false},
		{"09certificate", waitingFor(onboarding.Returned, late), nil, nil, true},
		{"09certificate-password", waitingFor(onboarding.Returned, nil), nil, func(m *Model) {
			m.Path = "/home/kari/Nedlastinger/fjordvik-og-omegn-idrettslag-virksomhetssertifikat-2026-2029.p12"
			m.Fault = post.NewFault(post.CodeWrongPassword, nil, "file", "fjordvik-og-omegn-idrettslag-virksomhetssertifikat-2026-2029.p12")
		}, false},
		{"09certificate-key", waitingFor(onboarding.Returned, nil), nil, fault(post.CodeCertificateBroken), false},
		{"09certificate-slow", waitingFor(onboarding.Returned, nil), nil, func(m *Model) {
			m.Path, m.Busy, m.Slow = "/home/kari/Nedlastinger/fjordvik.p12", busyCertificate, true
		}, false},
		{"09certificate-no-keyring", waitingFor(onboarding.Returned, nil), nil, func(m *Model) {
			m.Path, m.Fault = "/home/kari/Nedlastinger/fjordvik.p12", post.NewFault(post.CodeKeyringMissing, nil)
		}, true},
		{"10test", func() *world { return known(waitingFor(onboarding.Returned, late)(), 6) }, nil, func(m *Model) {
			m.Leftover = "/home/kari/Nedlastinger/fjordvik.p12"
		}, true},
		{"10test-wrong-company", func() *world {
			return known(waitingFor(onboarding.Returned, func(a *post.Onboarding) { a.OrganisationNumber, a.Trouble = "974760673", post.CodeWrongCompany })(), 200)
		}, nil, nil, false},
		{"10test-not-authorised", func() *world {
			return known(waitingFor(onboarding.Returned, func(a *post.Onboarding) { a.Typed, a.Trouble = true, post.CodeNotAuthorised })(), 200)
		}, nil, nil, false},
		{"11done", func() *world {
			w := known(waitingFor(onboarding.Verified, nil)(), 20)
			w.sender.SenderID = 1001
			return w
		}, nil, func(m *Model) { m.Leftover = "/home/kari/Nedlastinger/fjordvik.p12" }, true},
		{"12shut-phrase", fresh, nil, fault(post.CodeSecretsPassphrase), false},
		{"12shut", fresh, nil, fault(post.CodeKeyringMissing), true},
	}
}

func (c scene) open(b *partstest.Bench, width, height float32) *Screen {
	w := c.world()
	ports := w.ports()
	ports.StartPractice = func(context.Context) error { return nil }
	ports.UseSecretsFile = func(context.Context, string) error { return nil }
	ports.Reopen = func(context.Context) error { return nil }
	if c.ports != nil {
		c.ports(&ports)
	}
	s := New(b.Env, ports)
	b.Framed(s, "", width, height)
	if c.set != nil {
		c.set(s.model)
	}
	b.Redraw()
	return s
}

// TestPictures shows every state: PICTURES=/tmp/pictures go test -run Pictures
// ./ui/...
func TestPictures(t *testing.T) {
	if os.Getenv("PICTURES") == "" {
		t.Skip("no folder for pictures; TestWordsAreThere opens the same states")
	}
	for _, story := range partstest.Storybook() {
		for _, c := range scenes() {
			b, snap := story.Open(t, "welcome")
			s := c.open(b, story.Width, story.Height)
			snap(c.name)
			if c.tall && story.Mode == look.Light && story.Width < 1100 {
				b.Window.Resize(fyne.NewSize(story.Width, 1500))
				b.Picture(t, "welcome-"+c.name+"-all-"+story.Language, story.Width, 1500)
			}
			s.Leave()
		}
	}
}

// TestWordsAreThere: no state of the way in shows the name of a sentence or a gap
// in place of words.
func TestWordsAreThere(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		for _, c := range scenes() {
			b := partstest.New(t, language, look.Light)
			s := c.open(b, 1280, 2000)
			if texts := partstest.Unfinished(b.Window.Canvas()); len(texts) > 0 {
				t.Errorf("%s, %s: %q", language, c.name, texts)
			}
			s.Leave()
		}
	}
}

// TestApplicationByIDs goes the way of an application in the window, by the ids
// alone.
func TestApplicationByIDs(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	w := &world{wait: post.NewFault(post.CodeNoSignup, nil)}
	s := New(b.Env, w.ports())
	b.Framed(s, "choose", 1280, 2000)
	b.Tap(t, "welcome.way.application")
	b.Tap(t, "welcome.next")
	b.Type(t, "welcome.organisation", "987654325")
	b.Tap(t, "welcome.open")
	b.Tap(t, "welcome.handed_in")
	if !b.Has("welcome.reminder") {
		t.Error("three working days are over, and nothing is said")
	}
	b.Tap(t, "welcome.put_off")
	b.Tap(t, "welcome.check")
	b.Tap(t, "welcome.mail")
	b.Tap(t, "welcome.nonce")
	if got := b.App.Clipboard().Content(); got != w.attempt.Nonce {
		t.Errorf("copied %q", got)
	}
	b.Type(t, "welcome.approved", "1001")
	b.Tap(t, "welcome.approved.use")
	b.Type(t, "welcome.certificate.path", "/tmp/fjordvik.p12\n")
	b.Type(t, "welcome.password", "hemmelig")
	b.Tap(t, "welcome.keep")
	if s.model.Page != PageDone || s.model.Password != "" {
		t.Fatalf("at %s, %v", s.model.Page, s.model.Fault)
	}
	b.Tap(t, "welcome.leftover.delete")
	b.Tap(t, "welcome.finish")
	if want := []string{"handed in", "put off", "checked", "typed", "deleted /tmp/fjordvik.p12"}; !slices.Equal(w.told, want) {
		t.Errorf("told %q", w.told)
	}
	if !slices.Equal(b.Went, []parts.Place{parts.PlaceHome}) {
		t.Errorf("went %v", b.Went)
	}
	s.Leave()
}

// TestOwnSenderIDByIDs: an organisation number is caught, and the sender-id leads
// on.
func TestOwnSenderIDByIDs(t *testing.T) {
	b := partstest.New(t, "en", look.Light)
	s := New(b.Env, (&world{}).ports())
	b.Framed(s, "choose", 1280, 1200)
	b.Tap(t, "welcome.own")
	b.Type(t, "welcome.own_id", "987654325")
	b.Tap(t, "welcome.next")
	if s.model.IDProblem != idOrganisation {
		t.Errorf("problem %q", s.model.IDProblem)
	}
	s.model.ID = ""
	b.Redraw()
	b.Type(t, "welcome.own_id", "1001")
	b.Tap(t, "welcome.next")
	if !b.Has("welcome.password") {
		t.Errorf("at %s with %v", s.model.Page, b.IDs())
	}
	s.Leave()
}

// TestOpenSecretsFile: the pass phrase of a file that is there may be of any
// length, but not empty.
func TestOpenSecretsFile(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	trouble := error(post.NewFault(post.CodeSecretsPassphrase, nil))
	ports := (&world{}).ports()
	ports.Current = func(context.Context) (post.Onboarding, error) { return post.Onboarding{}, trouble }
	phrase := ""
	ports.UseSecretsFile = func(_ context.Context, passphrase string) error {
		phrase, trouble = passphrase, nil
		return nil
	}
	s := New(b.Env, ports)
	b.Framed(s, "", 1280, 1200)
	b.Tap(t, "welcome.file.use")
	b.Type(t, "welcome.file.phrase", "kort")
	b.Tap(t, "welcome.file.use")
	if phrase != "kort" || s.model.Fault != nil || b.Has("welcome.file.use") {
		t.Errorf("used %q, %v", phrase, s.model.Fault)
	}
	s.Leave()
}
