package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

type buttonKind int

const (
	kindMain buttonKind = iota
	kindQuiet
	kindLink
	kindStop
)

// Button is a button of ours: 40 pixels high at least, with a ring when it has
// the focus, pressed by Space and Enter.
type Button struct {
	widget.DisableableWidget
	id, text string
	icon     look.IconName
	kind     buttonKind
	tapped   func()

	hovered, focused, chosen bool
	careful                  bool
}

var (
	_ Control            = (*Button)(nil)
	_ fyne.Tappable      = (*Button)(nil)
	_ fyne.Focusable     = (*Button)(nil)
	_ fyne.Disableable   = (*Button)(nil)
	_ desktop.Hoverable  = (*Button)(nil)
	_ desktop.Cursorable = (*Button)(nil)
)

// Main is the one filled button of a screen.
func Main(id, text string, tapped func()) *Button { return newButton(kindMain, id, text, tapped) }

// Quiet is every other button: an edge and no filling.
func Quiet(id, text string, tapped func()) *Button { return newButton(kindQuiet, id, text, tapped) }

// Link is a button that looks like a link, for the way aside.
func Link(id, text string, tapped func()) *Button { return newButton(kindLink, id, text, tapped) }

// StopButton stops or takes away something: edge and words in the stop colour.
func StopButton(id, text string, tapped func()) *Button { return newButton(kindStop, id, text, tapped) }

func newButton(kind buttonKind, id, text string, tapped func()) *Button {
	b := &Button{id: id, text: text, kind: kind, tapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// Icon sets an icon before the words. It gives the button back.
func (b *Button) Icon(name look.IconName) *Button {
	b.icon = name
	return b
}

// Off disables the button where off is true. It gives the button back.
func (b *Button) Off(off bool) *Button {
	if off {
		b.Disable()
	} else {
		b.Enable()
	}
	return b
}

// Careful keeps Enter from pressing the button: for those that send letters. Space and
// the pointer still do. It gives the button back.
func (b *Button) Careful() *Button {
	b.careful = true
	return b
}

// Set changes the words.
func (b *Button) Set(text string) {
	b.text = text
	b.Refresh()
}

// Choose marks a quiet button as the chosen one of a few. It gives the button
// back.
func (b *Button) Choose(chosen bool) *Button {
	if b.chosen != chosen {
		b.chosen = chosen
		b.Refresh()
	}
	return b
}

// ControlID is for tests of the window.
func (b *Button) ControlID() string { return b.id }

// ControlText gives the words on the button.
func (b *Button) ControlText() string { return b.text }

// Tapped presses the button.
func (b *Button) Tapped(*fyne.PointEvent) {
	if !b.Disabled() && b.tapped != nil {
		b.tapped()
	}
}

// FocusGained shows the ring, where it can be seen.
func (b *Button) FocusGained() {
	b.focused = true
	b.Refresh()
	Reveal(b)
}

// FocusLost takes it away.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune does nothing: Space comes as a key.
func (b *Button) TypedRune(rune) {}

// TypedKey presses the button by Space or Enter.
func (b *Button) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if !b.careful {
			b.Tapped(nil)
		}
	case fyne.KeySpace:
		b.Tapped(nil)
	default:
		PassKey(b, key)
	}
}

// MouseIn, MouseMoved and MouseOut show that it can be pressed.
func (b *Button) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved does nothing.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the shade away.
func (b *Button) MouseOut() { b.hovered = false; b.Refresh() }

// Cursor is a hand on links.
func (b *Button) Cursor() desktop.Cursor {
	if b.Disabled() {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// CreateRenderer is for Fyne.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{of: b,
		ground: canvas.NewRectangle(color.Transparent), shade: canvas.NewRectangle(color.Transparent),
		ring: canvas.NewRectangle(color.Transparent), label: canvas.NewText("", color.Black)}
	r.ground.CornerRadius, r.shade.CornerRadius, r.ring.CornerRadius = look.RadiusSmall, look.RadiusSmall, look.RadiusSmall+3
	r.icon = look.NewIconOf(b.icon, look.Ink, 18)
	r.paint()
	return r
}

type buttonRenderer struct {
	of                  *Button
	ground, shade, ring *canvas.Rectangle
	label               *canvas.Text
	icon                *look.Icon
}

// colors gives the colours of ground, edge and words.
func (r *buttonRenderer) colors() (ground, edge, words fyne.ThemeColorName) {
	switch r.of.kind {
	case kindMain:
		ground, edge, words = look.Accent, look.Clear, look.OnAccent
	case kindQuiet:
		ground, edge, words = look.Card, look.FieldLine, look.Ink
	case kindStop:
		ground, edge, words = look.Card, look.Stop, look.Stop
	default:
		ground, edge, words = look.Clear, look.Clear, look.Accent
	}
	if r.of.chosen {
		ground, edge, words = look.AccentSoft, look.Accent, look.Accent
	}
	if r.of.Disabled() {
		words = disabledWords
		if r.of.kind == kindMain {
			ground = disabledGround
		} else if edge != look.Clear {
			edge = look.Line
		}
	}
	return ground, edge, words
}

func (r *buttonRenderer) paint() {
	ground, edge, words := r.colors()
	r.ground.FillColor, r.ground.StrokeColor, r.ground.StrokeWidth = look.Color(ground), look.Color(edge), 1
	if edge == look.Clear {
		r.ground.StrokeWidth = 0
	}
	r.shade.FillColor = look.Color(look.Clear)
	if r.of.hovered && !r.of.Disabled() {
		r.shade.FillColor = look.Color(look.Hover)
		if r.of.kind == kindMain {
			r.shade.FillColor = look.Color(look.Pressed)
		}
	}
	r.ring.FillColor = color.Transparent
	r.ring.StrokeWidth = 0
	if r.of.focused {
		r.ring.StrokeColor, r.ring.StrokeWidth = look.Color(look.Accent), 2
	}
	r.label.Text, r.label.TextSize = r.of.text, look.SizeBody
	r.label.TextStyle = fyne.TextStyle{Bold: true}
	r.label.Color = look.Color(words)
	r.icon.Set(r.of.icon, words)
}

// room is the space at the sides of the words.
func (r *buttonRenderer) room() float32 {
	if r.of.kind == kindLink {
		return linkRoom
	}
	return 16
}

// linkRoom is what a link has at both sides of its words.
const linkRoom = float32(4)

func (r *buttonRenderer) MinSize() fyne.Size {
	width := r.label.MinSize().Width + 2*r.room()
	if r.of.icon != "" {
		width += 18
		if r.of.text != "" {
			width += look.Near
		}
	}
	return fyne.NewSize(max(width, look.Target), look.Target)
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.shade.Resize(size)
	r.ring.Resize(size.AddWidthHeight(6, 6))
	r.ring.Move(fyne.NewPos(-3, -3))
	words := r.label.MinSize()
	content := words.Width
	if r.of.icon != "" {
		content += 18
		if r.of.text != "" {
			content += look.Near
		}
	}
	x := (size.Width - content) / 2
	if r.of.icon != "" {
		r.icon.Resize(fyne.NewSquareSize(18))
		r.icon.Move(fyne.NewPos(x, (size.Height-18)/2))
		x += 18 + look.Near
	}
	r.label.Resize(words)
	r.label.Move(fyne.NewPos(x, (size.Height-words.Height)/2))
}

func (r *buttonRenderer) Refresh() {
	r.paint()
	r.Layout(r.of.Size())
	canvas.Refresh(r.of)
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ring, r.ground, r.shade, r.icon, r.label}
}

func (r *buttonRenderer) Destroy() {}
