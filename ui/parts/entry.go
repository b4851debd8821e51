package parts

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Entry is Fyne's text field that lets the window's own keys and the mouse wheel
// through: while a plain one has the focus, no shortcut of the window works, and the
// page stops where the pointer comes over one.
type Entry struct {
	widget.Entry
	// Escape is called on Esc before the window is; it reports whether that was
	// all. It may be nil.
	Escape func() bool
	// Left is called when the cursor leaves the field. It may be nil.
	Left func()
}

// NewTextEntry makes a field of several lines that shows so many of them.
func NewTextEntry(rows int) *Entry {
	e := &Entry{}
	e.MultiLine, e.Wrapping = true, fyne.TextWrapWord
	e.ExtendBaseWidget(e)
	e.SetMinRowsVisible(rows)
	return e
}

// NewEntry makes a field of one line.
func NewEntry() *Entry {
	e := &Entry{}
	e.ExtendBaseWidget(e)
	return e
}

// NewPasswordEntry makes a field that hides what is typed, with an eye to look.
func NewPasswordEntry() *Entry {
	e := &Entry{}
	e.Password = true
	e.ExtendBaseWidget(e)
	return e
}

// AcceptsTab is never so: Tab goes on to the next field, also from several lines.
func (e *Entry) AcceptsTab() bool { return false }

// FocusGained scrolls the field into sight: Tab leads also to one that is not.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	Reveal(e)
}

// FocusLost tells that the cursor has left the field.
func (e *Entry) FocusLost() {
	e.Entry.FocusLost()
	if e.Left != nil {
		e.Left()
	}
}

// TypedKey hands Esc and F5 to the window.
func (e *Entry) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape && e.Escape != nil && e.Escape() {
		return
	}
	if !PassKey(e, key) {
		e.Entry.TypedKey(key)
	}
}

// TypedShortcut hands the window's shortcuts to the window.
func (e *Entry) TypedShortcut(shortcut fyne.Shortcut) {
	if custom, ok := shortcut.(*desktop.CustomShortcut); ok && windowShortcut(custom) {
		if window, ok := canvasOf(e).(fyne.Shortcutable); ok {
			window.TypedShortcut(shortcut)
		}
		return
	}
	e.Entry.TypedShortcut(shortcut)
}

// windowShortcut tells letters and digits from the keys that move a cursor.
func windowShortcut(shortcut *desktop.CustomShortcut) bool { return len(shortcut.KeyName) == 1 }

// PassKey hands a key that is the window's (Esc, F5) on to it, and reports
// whether it was one. What has the focus gets all keys first.
func PassKey(from fyne.CanvasObject, key *fyne.KeyEvent) bool {
	if key.Name != fyne.KeyEscape && key.Name != fyne.KeyF5 {
		return false
	}
	if c := canvasOf(from); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(key)
	}
	return true
}

func canvasOf(object fyne.CanvasObject) fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(object)
}

// CreateRenderer puts something on top that takes the mouse wheel.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	inner := e.Entry.CreateRenderer()
	return &entryRenderer{WidgetRenderer: inner, wheel: newWheel(e, inner)}
}

type entryRenderer struct {
	fyne.WidgetRenderer
	wheel *wheel
}

// Layout is for Fyne.
func (r *entryRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.wheel.Resize(size)
}

// Objects is for Fyne.
func (r *entryRenderer) Objects() []fyne.CanvasObject {
	return append(slices.Clone(r.WidgetRenderer.Objects()), r.wheel)
}

// wheel hands the mouse wheel to what scrolls around a field. It takes nothing else
// from the field below it.
type wheel struct {
	widget.BaseWidget
	field *Entry
	drawn fyne.WidgetRenderer
}

func newWheel(field *Entry, drawn fyne.WidgetRenderer) *wheel {
	w := &wheel{field: field, drawn: drawn}
	w.ExtendBaseWidget(w)
	return w
}

// Scrolled is for Fyne. Text of several lines comes first, as far as it goes.
func (w *wheel) Scrolled(event *fyne.ScrollEvent) {
	if w.field.MultiLine {
		for _, object := range w.drawn.Objects() {
			if text, ok := object.(*container.Scroll); ok {
				before := text.Offset
				if text.Scrolled(event); text.Offset != before {
					return
				}
			}
		}
	}
	if scroll, _, ok := enclosing(w.field); ok {
		scroll.Scrolled(event)
	}
}

// CreateRenderer is for Fyne: there is nothing to see.
func (w *wheel) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(color.Transparent))
}
