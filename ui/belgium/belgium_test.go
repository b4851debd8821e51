package belgium

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// file writes a file of a test.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// bench opens the screen in a window high enough for all of a step.
func bench(t *testing.T, m *memory, arg string) (*partstest.Bench, *Screen) {
	t.Helper()
	b := partstest.New(t, "nl", look.Light)
	_, ports := m.box()
	s := New(b.Env, ports)
	b.Framed(s, arg, 1280, 1800)
	return b, s
}

func (m *memory) state(id string) post.EBoxStep {
	for _, step := range m.t.Steps {
		if step.ID == id {
			return step
		}
	}
	return post.EBoxStep{}
}

// TestBegin asks for a profile and a right number, and then shows the first step.
func TestBegin(t *testing.T) {
	m := newMemory()
	b, s := bench(t, m, "")
	b.Tap(t, "belgium.begin")
	if !b.Has("belgium.profile.missing") || m.found {
		t.Fatal("began without a profile")
	}
	b.Tap(t, "belgium.profile.a")
	b.Type(t, "belgium.enterprise", "0417.497.107")
	b.Tap(t, "belgium.begin")
	if m.found || s.model.wrong == "" {
		t.Fatal("began with a wrong number")
	}
	s.model.about.Enterprise = ""
	b.Env.Redraw()
	b.Type(t, "belgium.enterprise", "BE 417.497.106")
	if !b.Has("belgium.enterprise.good") {
		t.Error("a right number is not called right")
	}
	b.Type(t, "belgium.name", " Stad Brugge ")
	b.Tap(t, "belgium.begin")
	if m.t.Enterprise != "0417497106" || m.t.Name != "Stad Brugge" || m.t.OwnKey || s.model.step != "S0" {
		t.Fatalf("%+v at %s, %v", m.t, s.model.step, s.model.err)
	}
}

// TestMarking goes through the steps by the main button, back after weeks to the
// right one, and takes one back.
func TestMarking(t *testing.T) {
	m := begun(t, false, shortName)
	b, s := bench(t, m, "")
	b.Tap(t, "belgium.skip")
	b.Tap(t, "belgium.mark")
	if m.state("S0").State != post.EBoxSkipped || s.model.step != "S1" {
		t.Fatalf("S0 is %+v, shown is %s", m.state("S0"), s.model.step)
	}
	b.Type(t, "belgium.date", "01/11/2026")
	b.Type(t, "belgium.note", "Ticket 12")
	b.Tap(t, "belgium.mark")
	if got := m.state("S1"); got.State != post.EBoxDone || got.Note != "Ticket 12" || got.Date.Day() != 1 {
		t.Fatalf("S1 is %+v", got)
	}
	// S2 waits for Team DigiPost by itself, so that S3 is next.
	if m.state("S2").State != post.EBoxWaiting || s.model.step != "S3" {
		t.Fatalf("S2 is %+v, shown is %s", m.state("S2"), s.model.step)
	}
	b.Type(t, "belgium.date", "01/12/2026")
	b.Tap(t, "belgium.mark")
	if m.state("S3").State != post.EBoxOpen || !s.model.noDate {
		t.Error("a day to come was taken")
	}
	s.Leave()
	later, s := bench(t, m, "")
	if s.model.step != "S3" {
		t.Errorf("back at %s", s.model.step)
	}
	later.Tap(t, "belgium.step.S1")
	later.Tap(t, "belgium.reopen")
	later.Tap(t, "belgium.reopen.ask.yes")
	if m.state("S1").State != post.EBoxOpen || m.state("S2").State != post.EBoxBlocked {
		t.Errorf("S1 is %+v, S2 %+v", m.state("S1"), m.state("S2"))
	}
	later.Tap(t, "belgium.step.S2")
	later.Tap(t, "belgium.first")
	if s.model.step != "S1" {
		t.Errorf("the way to what is missing leads to %s", s.model.step)
	}
}

// TestNoteIsKept: leaving the page or the screen loses nothing.
func TestNoteIsKept(t *testing.T) {
	m := begun(t, false, shortName)
	b, s := bench(t, m, "S0")
	b.Type(t, "belgium.note", "Els vraagt het na")
	s.Leave()
	if got := m.state("S0").Note; got != "Els vraagt het na" {
		t.Errorf("the note is %q", got)
	}
}

// TestIrreversible: S4 cannot be marked before the tick.
func TestIrreversible(t *testing.T) {
	m := halfway(t, false, shortName)
	b, _ := bench(t, m, "S4")
	b.Tap(t, "belgium.mark")
	if m.state("S4").State == post.EBoxDone {
		t.Fatal("marked without the tick")
	}
	b.Tap(t, "belgium.sure")
	b.Tap(t, "belgium.mark")
	if got := m.state("S4"); got.State != post.EBoxDone || !got.Confirmed {
		t.Fatalf("S4 is %+v", got)
	}
}

// TestCertificate: a good one is kept, one with a private key raises the alarm.
func TestCertificate(t *testing.T) {
	m := halfway(t, false, shortName)
	b, s := bench(t, m, "S2")
	b.Type(t, "belgium.certificate.path", file(t, "a.pem", "PRIVATE KEY")+"\n")
	if m.t.Certificate.SHA256 != "" || post.CodeOf(s.model.err) != post.CodeCertificateBad {
		t.Fatalf("a private key went through: %v", s.model.err)
	}
	b.Type(t, "belgium.certificate.path", file(t, "b.pem", "CERTIFICATE")+"\n")
	if m.t.Certificate.SHA256 != m.facts.SHA256 || s.model.err != nil || !b.Has("belgium.findings") || !b.Has("belgium.certificate.facts") {
		t.Fatalf("%+v %v %v", m.t.Certificate, s.model.err, b.IDs())
	}
}

// TestClientID is judged as it is typed; one that cannot be one is not kept.
func TestClientID(t *testing.T) {
	m := halfway(t, false, shortName)
	m.does(t, onboarding.EBoxCertified{Certificate: m.facts}, onboarding.EBoxMarked{Step: "S2"}, onboarding.EBoxMarked{Step: "S4", Confirmed: true})
	b, s := bench(t, m, "S5")
	b.Type(t, "belgium.number", "1000001")
	b.Tap(t, "belgium.mark") // keeps what was typed
	if m.t.SenderNumber != "1000001" || s.model.step != "S6" {
		t.Fatalf("number %q at %s", m.t.SenderNumber, s.model.step)
	}
	b.Type(t, "belgium.client_id", "your_client_id")
	b.Tap(t, "belgium.client_id.keep")
	if m.t.ClientID != "" || post.CodeOf(s.model.err) != post.CodeClientIDInvalid {
		t.Fatalf("kept %q, %v", m.t.ClientID, s.model.err)
	}
	b.Tap(t, "belgium.mark")
	if m.state("S6").State == post.EBoxDone || post.CodeOf(s.model.err) != post.CodeClientIDInvalid {
		t.Fatalf("done with a ClientID that is none: %+v, %v", m.state("S6"), s.model.err)
	}
	s.model.client = ""
	b.Env.Redraw()
	b.Type(t, "belgium.client_id", "self_service_chaman_1000001_abcdefghij")
	b.Tap(t, "belgium.mark")
	if m.t.ClientID != "self_service_chaman_1000001_abcdefghij" || s.model.step != "S7" {
		t.Fatalf("kept %q at %s: %v", m.t.ClientID, s.model.step, s.model.err)
	}
	if text := s.mailText(); !strings.Contains(text, m.t.ClientID) || !strings.Contains(text, "0417.497.106") {
		t.Errorf("the mail lacks what it is about: %s", text)
	}
}

// TestOwnKey takes key and certificate in, tries the connection, and goes to the
// inbox.
func TestOwnKey(t *testing.T) {
	m := halfway(t, true, shortName)
	b, s := bench(t, m, "S2")
	b.Type(t, "belgium.key.path", file(t, "ebox.crt", "CERTIFICATE")+"\n")
	b.Type(t, "belgium.key.path", file(t, "ebox.key", "PRIVATE KEY")+"\n")
	b.Type(t, "belgium.key.passphrase", "geheim")
	b.Tap(t, "belgium.key.import")
	if !s.model.hasKey || s.model.passphrase != "" || m.state("S2").State != post.EBoxDone || len(m.secrets) == 0 {
		t.Fatalf("key %v, S2 %+v, %v", s.model.hasKey, m.state("S2"), s.model.err)
	}
	m = accounted(t, true, shortName)
	b, s = bench(t, m, "")
	if s.model.step != "S8" {
		t.Fatalf("back at %s", s.model.step)
	}
	b.Tap(t, "belgium.test")
	if m.state("S10").State != post.EBoxDone || !b.Has("belgium.test.good") {
		t.Fatalf("S10 is %+v: %v", m.state("S10"), s.model.err)
	}
	b.Tap(t, "belgium.inbox")
	if len(b.Went) != 1 || b.Went[0] != parts.PlaceInbox {
		t.Errorf("went to %v", b.Went)
	}
	m.down = post.NewFault(post.CodeClientRefused, nil)
	s.model.test()
	if b.Has("belgium.test.good") || s.model.err == nil {
		t.Error("a refused client is called good")
	}
}

// TestHandOver: a colleague's file is shown before it is taken, and taken whole.
func TestHandOver(t *testing.T) {
	theirs := accounted(t, false, "Stad Gent")
	path := filepath.Join(t.TempDir(), "e-box.json")
	b, _ := bench(t, theirs, "")
	b.Picked = path
	b.Tap(t, "belgium.hand_over")
	if len(b.Toasts) != 1 {
		t.Fatal("not handed over")
	}
	ours := halfway(t, false, shortName)
	b, s := bench(t, ours, "")
	s.Dropped([]string{path})
	if s.model.page != pageTake || ours.t.Name != shortName || !b.Has("belgium.take.list") {
		t.Fatalf("page %s, name %s, %v", s.model.page, ours.t.Name, s.model.err)
	}
	s.Back()
	if s.model.page != pageStep || ours.t.Name != shortName {
		t.Fatal("not left alone")
	}
	s.Dropped([]string{path})
	b.Tap(t, "belgium.take")
	if ours.t.Name != "Stad Gent" || ours.state("S6").State != post.EBoxDone {
		t.Fatalf("%+v %v", ours.t, s.model.err)
	}
	s.Dropped([]string{file(t, "other.json", "{}")})
	if s.model.err == nil || s.model.page != pageStep {
		t.Error("any file is taken for a hand-over")
	}
}

// TestNoticeKeepsTheCursor: news of what one did oneself builds nothing anew, what
// somebody else did does.
func TestNoticeKeepsTheCursor(t *testing.T) {
	m := halfway(t, false, shortName)
	_, s := bench(t, m, "S4")
	before := s.scroll
	s.Notice(post.Notice{Topic: post.TopicTrajectory})
	if s.scroll != before {
		t.Error("nothing new, and the page was built again")
	}
	m.does(t, onboarding.EBoxMarked{Step: "S5"})
	s.Notice(post.Notice{Topic: post.TopicTrajectory})
	if s.scroll == before || told(s.model.t, "S5").State != post.EBoxDone {
		t.Error("what a command did is not seen")
	}
}

// TestPractice has key and ClientID of the stand-in at hand.
func TestPractice(t *testing.T) {
	m := halfway(t, true, shortName)
	m.does(t, onboarding.EBoxMarked{Step: "S4", Confirmed: true}, onboarding.EBoxMarked{Step: "S5"})
	b := partstest.New(t, "nl", look.Light)
	_, ports := m.box()
	given := Given{Key: file(t, "ebox.key", "KEY"), Certificate: file(t, "ebox.crt", "CERTIFICATE"), ClientID: "self_service_chaman_1000001_abcdefghij", Enterprise: "0566988259"}
	ports.Practice, ports.Given = true, func(context.Context) (Given, error) { return given, nil }
	s := New(b.Env, ports)
	b.Framed(s, "S2", 1280, 1800)
	b.Tap(t, "belgium.key.practice")
	b.Tap(t, "belgium.key.import")
	if m.state("S2").State != post.EBoxDone || !s.model.hasKey {
		t.Fatalf("S2 is %+v: %v", m.state("S2"), s.model.err)
	}
	b.Tap(t, "belgium.step.S6")
	b.Tap(t, "belgium.client_id.keep")
	if m.t.ClientID != given.ClientID {
		t.Errorf("kept %q: %v", m.t.ClientID, s.model.err)
	}
}
