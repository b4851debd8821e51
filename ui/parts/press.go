package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// press is any content that can be pressed as a whole, by the pointer, Space or
// Enter. It shows a shade under the pointer and an edge when it has the focus.
type press struct {
	widget.BaseWidget
	id               string
	said             func() string
	content          fyne.CanvasObject
	ground           *look.Surface
	tapped           func()
	hovered, focused bool
	// chosen marks the one of a few that is open.
	chosen bool
}

var (
	_ Control            = (*press)(nil)
	_ fyne.Tappable      = (*press)(nil)
	_ fyne.Focusable     = (*press)(nil)
	_ desktop.Hoverable  = (*press)(nil)
	_ desktop.Cursorable = (*press)(nil)
)

// newPress makes the content pressable; said gives its words.
func newPress(id string, said func() string, content fyne.CanvasObject, tapped func()) *press {
	p := &press{id: id, said: said, content: content, tapped: tapped, ground: look.NewSurface(look.Clear, look.Clear, look.RadiusSmall)}
	p.ExtendBaseWidget(p)
	return p
}

func (p *press) paint() {
	fill, line := look.Clear, look.Clear
	if p.chosen {
		fill = look.AccentSoft
	}
	if p.hovered {
		fill = look.Hover
	}
	if p.focused {
		line = look.Accent
	}
	p.ground.Set(fill, line)
}

// ControlID is for tests of the window.
func (p *press) ControlID() string { return p.id }

// ControlText gives the words.
func (p *press) ControlText() string { return p.said() }

// Tapped presses it.
func (p *press) Tapped(*fyne.PointEvent) { p.tapped() }

// FocusGained shows an edge, where it can be seen.
func (p *press) FocusGained() {
	p.focused = true
	p.paint()
	Reveal(p)
}

// FocusLost takes it away.
func (p *press) FocusLost() { p.focused = false; p.paint() }

// TypedRune does nothing.
func (p *press) TypedRune(rune) {}

// TypedKey presses by Space or Enter.
func (p *press) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeySpace || key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter {
		p.Tapped(nil)
		return
	}
	PassKey(p, key)
}

// MouseIn shows that it can be pressed.
func (p *press) MouseIn(*desktop.MouseEvent) { p.hovered = true; p.paint() }

// MouseMoved does nothing.
func (p *press) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the shade away.
func (p *press) MouseOut() { p.hovered = false; p.paint() }

// Cursor is a hand.
func (p *press) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is for Fyne.
func (p *press) CreateRenderer() fyne.WidgetRenderer {
	p.paint()
	return widget.NewSimpleRenderer(container.NewStack(p.ground, p.content))
}
