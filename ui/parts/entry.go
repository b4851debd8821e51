package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Entry is Fyne's text field that lets the window's own keys through: while a
// plain one has the focus, no shortcut of the window works.
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
