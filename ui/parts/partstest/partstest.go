// Package partstest is for the tests of screens: a window without a display, an
// environment whose work runs inline, and pictures to look at.
package partstest

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// Bench is a window for one screen.
type Bench struct {
	*parts.Env
	App fyne.App
	// Went holds the places gone to, Toasts what was said.
	Went   []parts.Place
	Args   []string
	Toasts []string
	// Clock is what Env.Now gives.
	Clock time.Time
	// Picked is what PickFile and SaveFile answer; "" is a change of mind.
	Picked string

	screen parts.Screen
}

// New makes a bench in a language and mode, 1280 by 800.
func New(t testing.TB, language string, mode look.Mode) *Bench {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.NewTheme(mode))
	b := &Bench{App: app, Clock: time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)}
	window := test.NewTempWindow(t, container.NewStack())
	window.SetPadded(false)
	window.Resize(fyne.NewSize(1280, 800))
	b.Env = &parts.Env{
		Window: window, Words: look.NewWords(language), Run: task.NewInline(), Now: func() time.Time { return b.Clock },
		Go:      func(place parts.Place, arg string) { b.Went, b.Args = append(b.Went, place), append(b.Args, arg) },
		Redraw:  b.redraw,
		Mode:    func() look.Mode { return mode },
		SetMode: func(look.Mode) {},
		SetLanguage: func(code string) {
			b.Words.Switch(code)
			b.redraw()
		},
		Toast:      func(text string, _ func()) { b.Toasts = append(b.Toasts, text) },
		PickFile:   func(_ []string, taken func(string)) { b.pick(taken) },
		PickFolder: func(taken func(string)) { b.pick(taken) },
		SaveFile:   func(_ string, taken func(string)) { b.pick(taken) },
	}
	t.Cleanup(b.Run.Close)
	return b
}

func (b *Bench) pick(taken func(string)) {
	if b.Picked != "" {
		taken(b.Picked)
	}
}

// Show opens a screen in the window.
func (b *Bench) Show(screen parts.Screen, arg string) {
	b.screen = screen
	screen.Open(arg)
	b.redraw()
}

func (b *Bench) redraw() {
	if b.screen != nil {
		b.Put(b.screen.View())
	}
}

// Put shows any object on the window's paper.
func (b *Bench) Put(object fyne.CanvasObject) {
	b.Window.SetContent(container.NewStack(look.NewSurface(look.Paper, look.Clear, 0), object))
}

// Control finds a control on the screen by its id.
func (b *Bench) Control(t testing.TB, id string) parts.Found {
	t.Helper()
	for _, found := range parts.Controls(b.Window.Canvas()) {
		if found.ID == id {
			return found
		}
	}
	t.Fatalf("no control %q on the screen; there are %v", id, b.IDs())
	return parts.Found{}
}

// Has reports whether a control is on the screen.
func (b *Bench) Has(id string) bool {
	for _, found := range b.IDs() {
		if found == id {
			return true
		}
	}
	return false
}

// IDs lists the ids of the controls on the screen.
func (b *Bench) IDs() []string {
	var ids []string
	for _, found := range parts.Controls(b.Window.Canvas()) {
		ids = append(ids, found.ID)
	}
	return ids
}

// Tap clicks in the middle of a control.
func (b *Bench) Tap(t testing.TB, id string) {
	t.Helper()
	at := b.Control(t, id)
	test.TapCanvas(b.Window.Canvas(), fyne.NewPos(at.X+at.W/2, at.Y+at.H/2))
}

// Type puts the cursor into a field and types.
func (b *Bench) Type(t testing.TB, id, text string) {
	t.Helper()
	focused := b.focus(t, id)
	for _, r := range text {
		if r == '\n' {
			focused.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			continue
		}
		focused.TypedRune(r)
	}
}

// focus goes from control to control as Tab does, until it stands in the one
// wanted. A test's canvas does not give the focus to what is clicked.
func (b *Bench) focus(t testing.TB, id string) fyne.Focusable {
	t.Helper()
	b.Control(t, id) // it must be there
	canvas := b.Window.Canvas()
	for range len(b.IDs()) + 100 {
		canvas.FocusNext()
		object, ok := canvas.Focused().(fyne.CanvasObject)
		if !ok {
			break
		}
		pos := b.App.Driver().AbsolutePositionForObject(object)
		for _, at := range parts.Controls(canvas) { // anew: the page scrolls to what has the cursor
			if at.ID == id && pos.X >= at.X-1 && pos.Y >= at.Y-1 && pos.X < at.X+at.W && pos.Y < at.Y+at.H {
				return canvas.Focused()
			}
		}
	}
	t.Fatalf("%s does not take text", id)
	return nil
}

// Picture writes the window as a PNG below the folder that the variable PICTURES
// names; without it nothing happens.
func (b *Bench) Picture(t testing.TB, name string, width, height float32) {
	t.Helper()
	folder := os.Getenv("PICTURES")
	if folder == "" {
		return
	}
	b.Window.Resize(fyne.NewSize(width, height))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(folder, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, b.Window.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
