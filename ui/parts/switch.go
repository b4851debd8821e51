package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// tick is Fyne's box with words that scrolls into sight when the cursor comes to it.
type tick struct{ widget.Check }

func newTick(text string) *tick {
	t := &tick{}
	t.Text = text
	t.ExtendBaseWidget(t)
	return t
}

// FocusGained is for Fyne.
func (t *tick) FocusGained() {
	t.Check.FocusGained()
	Reveal(t)
}

// Switch is a tick with words that can be taken away from the person, when what it
// offers is not to be had.
type Switch struct {
	Object fyne.CanvasObject
	box    *tick
}

// NewSwitch makes a tick with words, 40 pixels high.
func NewSwitch(id, text string, on bool, changed func(bool)) *Switch {
	s := &Switch{box: newTick(text)}
	s.box.SetChecked(on)
	s.box.OnChanged = changed
	s.Object = Left(Inset(-9, 0, 0, 0, WithID(id, s.box))) // as in CheckBox
	return s
}

// Set ticks it or not, without telling anybody.
func (s *Switch) Set(on bool) {
	changed := s.box.OnChanged
	s.box.OnChanged = nil
	s.box.SetChecked(on)
	s.box.OnChanged = changed
}

// Off takes the switch away, or gives it back.
func (s *Switch) Off(off bool) {
	if off == s.box.Disabled() {
		return
	}
	if off {
		s.box.Disable()
	} else {
		s.box.Enable()
	}
}
