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
	"brevdue/ui/senders"
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

// write goes to a field as Tab does, and types.
func write(t *testing.T, u *UI, id, text string) {
	t.Helper()
	canvas := u.window.Canvas()
	for range 200 {
		canvas.FocusNext()
		object, ok := canvas.Focused().(fyne.CanvasObject)
		if !ok {
			break
		}
		pos := u.app.Driver().AbsolutePositionForObject(object)
		for _, at := range Controls(u.window) {
			if at.ID == id && pos.X >= at.X-1 && pos.Y >= at.Y-1 && pos.X < at.X+at.W && pos.Y < at.Y+at.H {
				test.Type(canvas.Focused(), text)
				return
			}
		}
	}
	t.Fatalf("%s does not take text", id)
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
	tap(t, u, "nav.language") // the next one, and so on around
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

// twoSenders are profiles that know of each other; opened counts turnings.
func twoSenders(opened *[]string) Ports {
	first, second := signedUp(), signedUp()
	first.sender = post.Sender{SenderID: 1001, Name: "Fjordvik idrettslag", Environment: post.Production}
	second.sender = post.Sender{SenderID: 1002, Name: "Borettslaget Solsiden", Environment: post.Production}
	var of func(profile string) Ports
	of = func(profile string) Ports {
		shown := map[string]*fake{"fjordvik": first, "solsiden": second}[profile]
		if shown == nil {
			shown = &fake{sender: post.Sender{Environment: post.Production}}
		}
		ports := shown.ports()
		ports.Profile, ports.Several = profile, true
		ports.Senders = senders.Ports{Check: func(string) string { return "" }, GiveUp: func(string) {},
			List: func(context.Context) ([]senders.Sender, error) {
				return []senders.Sender{{Profile: "fjordvik", Sender: first.sender, Shown: profile == "fjordvik"},
					{Profile: "solsiden", Sender: second.sender, Shown: profile == "solsiden"}}, nil
			}}
		ports.OpenSender = func(_ context.Context, profile string) (Ports, error) {
			*opened = append(*opened, profile)
			return of(profile), nil
		}
		return ports
	}
	return of("fjordvik")
}

// TestAnotherSender: the band leads to the list, the list to another sender, and
// nothing of the one that was answers any more.
func TestAnotherSender(t *testing.T) {
	var opened []string
	ports := twoSenders(&opened)
	u := New(test.NewTempApp(t), ports, Options{Language: "nb", Inline: true})
	u.Show()
	t.Cleanup(u.Close)
	before := u.envOf(u.turn)
	undone := 0
	before.Toast("Slettet", func() { undone++ })
	tap(t, u, "band.sender")
	if u.place != parts.PlaceSenders {
		t.Fatalf("at %s", u.place)
	}
	tap(t, u, "senders.row.1")
	if u.place != parts.PlaceHome || u.sender.SenderID != 1002 || u.ports.Profile != "solsiden" {
		t.Fatalf("at %s as %+v", u.place, u.sender)
	}
	if has(u, "toast.undo") {
		t.Error("a word of the other sender can still be undone")
	}
	before.Toast("Slettet", func() { undone++ })
	before.Go(parts.PlaceWelcome, "")
	before.Redraw()
	if has(u, "toast.undo") || u.place != parts.PlaceHome {
		t.Errorf("the other sender moves the window: at %s", u.place)
	}
	there := u.screens[parts.PlaceHome]
	tap(t, u, "band.sender")
	tap(t, u, "senders.row.0")
	tap(t, u, "band.sender")
	tap(t, u, "senders.row.1")
	if u.screens[parts.PlaceHome] != there || u.ports.Profile != "solsiden" {
		t.Error("what was begun on the screens of a sender is lost")
	}
	tap(t, u, "band.sender")
	tap(t, u, "senders.back")
	if u.place != parts.PlaceHome {
		t.Errorf("at %s", u.place)
	}
	tap(t, u, "band.sender")
	tap(t, u, "senders.add")
	write(t, u, "senders.name", "Ny forening")
	tap(t, u, "senders.create")
	if u.place != parts.PlaceWelcome || !has(u, "band.sender") || strings.Join(opened, " ") != "solsiden fjordvik solsiden Ny forening" {
		t.Errorf("at %s, opened %v", u.place, opened)
	}
}

// TestNoticesStayApart: a notice of the profile that was is not heard, and an
// approval names whose it is.
func TestNoticesStayApart(t *testing.T) {
	var tell func(post.Notice)
	f := signedUp()
	ports := f.ports()
	ports.Watch = func(listen func(post.Notice)) func() { tell = listen; return func() {} }
	ports.Profile = "fjordvik"
	u := New(test.NewTempApp(t), ports, Options{Language: "nb", Inline: true})
	t.Cleanup(u.Close)
	other := signedUp()
	other.sender.Name = "Borettslaget Solsiden"
	u.Use(other.ports())
	f.sender.Name = "Nytt navn"
	tell(post.Notice{Topic: post.TopicSender})
	if u.sender.Name != "Borettslaget Solsiden" {
		t.Errorf("the band shows %q", u.sender.Name)
	}
	u.Approved("fjordvik", "Fjordvik idrettslag", 1001)
}

// TestAsleep: the band says that jobs of another sender stand still, until that
// one is open.
func TestAsleep(t *testing.T) {
	var opened []string
	u := New(test.NewTempApp(t), twoSenders(&opened), Options{Language: "nb", Inline: true})
	t.Cleanup(u.Close)
	width := func() float32 {
		for _, found := range Controls(u.window) {
			if found.ID == "band.sender" {
				return found.W
			}
		}
		t.Fatal("no sender in the band")
		return 0
	}
	u.Show()
	before := width()
	u.Asleep("solsiden", "Borettslaget Solsiden", 2)
	if width() <= before {
		t.Error("the band says nothing")
	}
	closed, _ := u.ports.OpenSender(t.Context(), "solsiden")
	open := closed
	closed.Welcome.Closed = true
	u.Use(closed)
	if len(u.asleep) != 1 {
		t.Error("awake without being open")
	}
	u.Use(open)
	if len(u.asleep) != 0 {
		t.Error("open, and still asleep")
	}
}

// TestClosedProfile: what could not be opened says why, and can be turned away
// from.
func TestClosedProfile(t *testing.T) {
	var opened []string
	ports := twoSenders(&opened)
	fault := post.NewFault(post.CodeSecretsPassphrase, nil)
	ports.Home.Jobs = nil
	ports.Welcome.Closed, ports.Welcome.Name = true, "Fjordvik idrettslag"
	ports.Welcome.Sender = func(context.Context) (post.Sender, error) { return post.Sender{}, fault }
	phrase := ""
	ports.UseSecretsFile = func(_ context.Context, passphrase string) (Ports, error) {
		if phrase = passphrase; passphrase != "riktig" {
			return Ports{}, fault
		}
		return twoSenders(&opened), nil
	}
	u := New(test.NewTempApp(t), ports, Options{Language: "nb", Inline: true})
	u.Show()
	t.Cleanup(u.Close)
	if u.place != parts.PlaceWelcome || !has(u, "welcome.file.phrase") || !has(u, "band.sender") || has(u, "nav.home") {
		t.Fatalf("at %s with %v", u.place, Controls(u.window))
	}
	write(t, u, "welcome.file.phrase", "feil")
	tap(t, u, "welcome.file.use")
	if u.place != parts.PlaceWelcome || phrase != "feil" || !has(u, "welcome.file.phrase") {
		t.Errorf("at %s after %q", u.place, phrase)
	}
	write(t, u, "welcome.file.phrase", "riktig")
	tap(t, u, "welcome.file.use")
	if u.place != parts.PlaceHome {
		t.Errorf("at %s after %q", u.place, phrase)
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
