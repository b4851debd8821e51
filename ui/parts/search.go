package parts

import (
	"time"

	"fyne.io/fyne/v2"

	"brevdue/ui/look"
)

// Search is a search field that waits until the person pauses typing.
type Search struct {
	Object fyne.CanvasObject

	entry *Entry
	env   *Env
	wait  func()
	on    func(string)
	pause time.Duration
	typed func(string)
}

// NewSearch makes a field; on gets the text 300 ms after the last key.
func NewSearch(env *Env, id, placeholder string, width float32, on func(text string)) *Search {
	s := &Search{env: env, on: on, pause: 300 * time.Millisecond, entry: NewEntry()}
	s.entry.PlaceHolder = placeholder
	s.entry.SetIcon(look.Resource(look.IconSearch, look.QuietInk))
	s.entry.OnChanged = func(string) { s.later() }
	s.entry.OnSubmitted = func(string) { s.now() }
	s.entry.Escape = func() bool {
		had := s.entry.Text != ""
		s.entry.SetText("")
		return had
	}
	s.Object = Width(width, WithID(id, s.entry))
	return s
}

// Pause sets another wait, for a search that costs more. It gives the search back.
func (s *Search) Pause(d time.Duration) *Search {
	s.pause = d
	return s
}

// Typing hears each change at once, before the wait: what was found for another text
// is no answer any more. It gives the search back.
func (s *Search) Typing(typed func(text string)) *Search {
	s.typed = typed
	return s
}

// Set fills the field without searching.
func (s *Search) Set(text string) {
	changed := s.entry.OnChanged
	s.entry.OnChanged = nil
	s.entry.SetText(text)
	s.entry.OnChanged = changed
}

// Entry is the field itself.
func (s *Search) Entry() *Entry { return s.entry }

// Focus puts the cursor into the field.
func (s *Search) Focus() {
	if c := canvasOf(s.entry); c != nil {
		c.Focus(s.entry)
	}
}

func (s *Search) later() {
	s.cancel()
	if s.typed != nil {
		s.typed(s.entry.Text)
	}
	s.wait = s.env.Run.After(s.pause, s.now)
}

func (s *Search) now() {
	s.cancel()
	s.on(s.entry.Text)
}

func (s *Search) cancel() {
	if s.wait != nil {
		s.wait()
		s.wait = nil
	}
}
