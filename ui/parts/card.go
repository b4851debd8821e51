package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

const (
	disabledWords  = theme.ColorNameDisabled
	disabledGround = theme.ColorNameDisabledButton
)

// CardText is the width to wrap text at in a Card of reading width, and
// WizardText the one beside a column of steps.
const (
	CardText   = look.Reading - 2*look.Group
	WizardText = 600
)

// Card puts a content on a ground of its own. Cards do not stand in cards.
func Card(content fyne.CanvasObject) *fyne.Container {
	return container.NewStack(look.NewSurface(look.Card, look.Line, look.Radius), Around(look.Group, content))
}

// Panel is a card with little room, for lists.
func Panel(content fyne.CanvasObject) *fyne.Container {
	return container.NewStack(look.NewSurface(look.Card, look.Line, look.Radius), Around(look.Near, content))
}

// Choice is a card that can be chosen, one of a few.
type Choice struct {
	widget.BaseWidget
	id, title string
	content   fyne.CanvasObject
	lines     *fyne.Container
	ground    *look.Surface
	mark      *look.Icon
	chosen    bool
	focused   bool
	hovered   bool
	tapped    func()
}

var (
	_ Control           = (*Choice)(nil)
	_ fyne.Tappable     = (*Choice)(nil)
	_ fyne.Focusable    = (*Choice)(nil)
	_ desktop.Hoverable = (*Choice)(nil)
)

// NewChoice makes a card with an icon, a title, a text wrapped at width, and a
// quiet line below; text and line may be empty.
func NewChoice(id string, icon look.IconName, title, text, note string, width float32, tapped func()) *Choice {
	c := &Choice{id: id, title: title, tapped: tapped}
	c.ground = look.NewSurface(look.Card, look.Line, look.Radius)
	c.mark = look.NewIcon(look.IconReady, look.FieldLine)
	lines := []fyne.CanvasObject{look.NewText(title, look.Style{Size: look.SizeLead, Bold: true, Color: look.Ink}).Wrap(width)}
	if text != "" {
		lines = append(lines, look.QuietText(text).Wrap(width))
	}
	if note != "" {
		lines = append(lines, Inset(0, look.Tight, 0, 0, look.Small(note).Wrap(width)))
	}
	c.lines = Stack(look.Tight, lines...)
	c.content = Inset(20, 16, 20, 16, RowTop(look.Apart,
		Inset(0, 2, 0, 0, Stack(0, look.NewIconOf(icon, look.Accent, 24))),
		Fill(c.lines),
		Stack(0, c.mark)))
	c.ExtendBaseWidget(c)
	return c
}

// Hints shows what is to be known of what is chosen, below its text. It gives the
// card back.
func (c *Choice) Hints(hints ...Status) *Choice {
	for _, hint := range hints {
		c.lines.Add(Inset(0, look.Tight, 0, 0, Row(look.Near, look.NewIconOf(hint.Icon, hint.Color, 18),
			Fill(look.NewText(hint.Word, look.Style{Size: look.SizeSmall, Bold: true, Color: hint.Color}).Clip()))))
	}
	return c
}

// Choose marks the card as chosen or not.
func (c *Choice) Choose(chosen bool) {
	c.chosen = chosen
	c.paint()
}

func (c *Choice) paint() {
	mark, shade := look.IconReady, look.FieldLine
	ground, line := look.Card, look.Line
	if c.hovered || c.focused {
		line = look.FieldLine
	}
	if c.focused {
		line = look.Accent
	}
	if c.chosen {
		mark, shade, ground, line = look.IconTickCircle, look.Accent, look.AccentSoft, look.Accent
	}
	c.mark.Set(mark, shade)
	c.ground.Set(ground, line)
}

// ControlID is for tests of the window.
func (c *Choice) ControlID() string { return c.id }

// ControlText gives the title.
func (c *Choice) ControlText() string { return c.title }

// Tapped chooses the card.
func (c *Choice) Tapped(*fyne.PointEvent) {
	if c.tapped != nil {
		c.tapped()
	}
}

// FocusGained shows a stronger edge, where it can be seen.
func (c *Choice) FocusGained() {
	c.focused = true
	c.paint()
	Reveal(c)
}

// FocusLost takes it away.
func (c *Choice) FocusLost() { c.focused = false; c.paint() }

// TypedRune does nothing.
func (c *Choice) TypedRune(rune) {}

// TypedKey chooses by Space or Enter.
func (c *Choice) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeySpace || key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter {
		c.Tapped(nil)
		return
	}
	PassKey(c, key)
}

// MouseIn shows that the card can be chosen.
func (c *Choice) MouseIn(*desktop.MouseEvent) { c.hovered = true; c.paint() }

// MouseMoved does nothing.
func (c *Choice) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes it away.
func (c *Choice) MouseOut() { c.hovered = false; c.paint() }

// CreateRenderer is for Fyne.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer {
	c.paint()
	return widget.NewSimpleRenderer(container.NewStack(c.ground, c.content))
}
