package ui

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// has and tap use the window as a person does, by what is on the screen.
func has(u *UI, id string) bool {
	for _, found := range Controls(u.window) {
		if found.ID == id {
			return true
		}
	}
	return false
}

func tap(t *testing.T, u *UI, id string) {
	t.Helper()
	var ids []string
	for _, found := range Controls(u.window) {
		if found.ID == id {
			test.TapCanvas(u.window.Canvas(), fyne.NewPos(found.X+found.W/2, found.Y+found.H/2))
			return
		}
		ids = append(ids, found.ID)
	}
	t.Fatalf("no %s on the screen, only %v", id, ids)
}

func TestFirstStartIsWelcome(t *testing.T) {
	u := newUI(t, &fake{sender: post.Sender{Environment: post.Production}}, "nb", look.Light)
	if u.place != parts.PlaceWelcome || !has(u, "band.production") || !has(u, "welcome.try") || has(u, "nav.home") {
		t.Errorf("at %s with %v", u.place, Controls(u.window))
	}
	u = newUI(t, signedUp(), "nb", look.Light)
	if u.place != parts.PlaceHome || !has(u, "band.practice") || !has(u, "nav.home") {
		t.Errorf("at %s with %v", u.place, Controls(u.window))
	}
}

// TestBandIsEverywhere: no screen is without the band.
func TestBandIsEverywhere(t *testing.T) {
	u := newUI(t, signedUp(), "nb", look.Light)
	for place := range u.screens {
		u.Go(place, "")
		if !has(u, "band.practice") {
			t.Errorf("no band at %s", place)
		}
	}
}

func TestLanguageSwitchesAtOnce(t *testing.T) {
	u := newUI(t, signedUp(), "nb", look.Light)
	kept := ""
	u.options.LookChanged = func(language string, mode look.Mode) { kept = language + string(mode) }
	tap(t, u, "nav.language")
	if !strings.Contains(u.window.Title(), "Home") || kept != "enlight" {
		t.Errorf("title %q, kept %q", u.window.Title(), kept)
	}
	u.SetMode(look.Dark)
	if kept != "endark" {
		t.Errorf("kept %q", kept)
	}
}

// TestNavigationFolds: below 1100 pixels only the icons are left.
func TestNavigationFolds(t *testing.T) {
	u := newUI(t, signedUp(), "nb", look.Light)
	for width, want := range map[float32]float32{1280: navWidth, 1100: navWidth, 1099: navFolded} {
		u.window.Resize(fyne.NewSize(width, 800))
		if got := u.nav.object.Size().Width; got != want {
			t.Errorf("a window of %.0f has a navigation of %.0f", width, got)
		}
	}
}

// TestPracticeTakesThePlace: practice is another profile, plugged in whole, and
// the one that was is closed after.
func TestPracticeTakesThePlace(t *testing.T) {
	real, practice := &fake{sender: post.Sender{Environment: post.Production}}, signedUp()
	closed := ""
	ports := real.ports()
	ports.Close = func() error { closed += "real "; return nil }
	ports.StartPractice = func(context.Context) (Ports, error) {
		next := practice.ports()
		next.StartPractice = nil
		next.Close = func() error { closed += "practice"; return nil }
		next.LeavePractice = func(context.Context) (Ports, error) { return real.ports(), nil }
		return next, nil
	}
	u := New(test.NewTempApp(t), ports, Options{Language: "nb", Inline: true})
	u.Show()
	t.Cleanup(u.Close)
	tap(t, u, "welcome.try")
	tap(t, u, "welcome.practice")
	if !has(u, "band.practice") || u.place != parts.PlaceHome || closed != "real " {
		t.Fatalf("at %s, closed %q", u.place, closed)
	}
	tap(t, u, "nav.leave")
	if has(u, "nav.home") {
		t.Error("the question does not cover the window")
	}
	tap(t, u, "leave.yes")
	if !has(u, "band.production") || closed != "real practice" {
		t.Errorf("closed %q", closed)
	}
}

func TestPracticeThatFailsSaysWhy(t *testing.T) {
	u := newUI(t, &fake{sender: post.Sender{Environment: post.Production}}, "nb", look.Light)
	tap(t, u, "welcome.try")
	tap(t, u, "welcome.practice")
	if !has(u, "band.production") || !has(u, "welcome.practice") {
		t.Error("left the page")
	}
}

func TestNoticeMovesTheBand(t *testing.T) {
	f := signedUp()
	var tell func(post.Notice)
	ports, stopped := f.ports(), 0
	ports.Watch = func(listen func(post.Notice)) func() { tell = listen; return func() { stopped++ } }
	u := New(test.NewTempApp(t), ports, Options{Language: "nb", Inline: true})
	f.sender.Name = "Nytt navn"
	tell(post.Notice{Topic: post.TopicSender})
	if u.sender.Name != "Nytt navn" {
		t.Errorf("the band shows %q", u.sender.Name)
	}
	u.Use(f.ports())
	if stopped != 1 {
		t.Error("still listening to the profile that was")
	}
	u.Close()
}

func TestToastGoesByItself(t *testing.T) {
	u := newUI(t, signedUp(), "nb", look.Light)
	undone := 0
	u.say("Slettet", func() { undone++ })
	tap(t, u, "toast.undo")
	if undone != 1 || has(u, "toast.undo") {
		t.Errorf("undone %d", undone)
	}
	u.say("Slettet", func() { undone++ })
	u.run.Tick()
	if has(u, "toast.undo") {
		t.Error("the word stays")
	}
}

// TestControlsFile: the file is whole at any time and holds what can be used.
func TestControlsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "controls.jsonl")
	u := New(test.NewTempApp(t), signedUp().ports(), Options{Language: "nb", Inline: true, Controls: file})
	u.Show()
	t.Cleanup(u.Close)
	u.run.Tick()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]parts.Found{}
	for line := range strings.Lines(string(data)) {
		var control parts.Found
		if err := json.Unmarshal([]byte(line), &control); err != nil {
			t.Fatal(err)
		}
		found[control.ID] = control
	}
	next := found["home.mailing"]
	if next.Text != "Ny utsendelse" || next.X < 1000 || next.Y < 700 || next.H != look.Target {
		t.Errorf("home.mailing is %+v", next)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".controls-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestEscClosesWhatLiesOver(t *testing.T) {
	u := newUI(t, signedUp(), "nb", look.Light)
	parts.Ask(u.env, "ask", "Sikker?", "", "Ja", "Nei", func() { t.Error("Esc agreed") })
	u.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if has(u, "ask.no") || !has(u, "nav.home") {
		t.Error("the question is still there")
	}
}
