package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Switch is a tick with words that can be taken away from the person, when what it
// offers is not to be had.
type Switch struct {
	Object fyne.CanvasObject
	box    *widget.Check
}

// NewSwitch makes a tick with words, 40 pixels high.
func NewSwitch(id, text string, on bool, changed func(bool)) *Switch {
	s := &Switch{box: widget.NewCheck(text, nil)}
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
