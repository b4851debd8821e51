package sheet

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// rowKind is how a row of the user's sheet is drawn.
type rowKind int

const (
	rowPlain rowKind = iota
	rowAbove
	rowHeading
	rowBelow
)

// gridRow is a row of the user's sheet with its number, as Excel shows it. It is
// a button where a row is chosen.
type gridRow struct {
	widget.BaseWidget
	id      string
	number  int
	cells   []string
	columns int
	kind    rowKind
	tapped  func()

	ground           *look.Surface
	hovered, focused bool
}

var (
	_ parts.Control      = (*gridRow)(nil)
	_ fyne.Tappable      = (*gridRow)(nil)
	_ fyne.Focusable     = (*gridRow)(nil)
	_ desktop.Hoverable  = (*gridRow)(nil)
	_ desktop.Cursorable = (*gridRow)(nil)
)

// newGridRow makes a row that was described ready for the window. Rows that
// nobody chooses are drawn without taking the focus.
func newGridRow(r *gridRow) fyne.CanvasObject {
	r.ground = look.NewSurface(look.Clear, look.Clear, look.RadiusSmall)
	if r.tapped == nil {
		return r.content()
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *gridRow) content() fyne.CanvasObject {
	ink, bold := look.Ink, false
	switch r.kind {
	case rowAbove:
		ink = look.QuietInk
	case rowHeading:
		ink, bold = look.Accent, true
	}
	objects := []fyne.CanvasObject{look.Small(strconv.Itoa(r.number)).Align(fyne.TextAlignTrailing)}
	empty := make([]bool, r.columns)
	for i := range r.columns {
		text := ""
		if i < len(r.cells) {
			text = masked(r.cells[i])
		}
		empty[i] = text == ""
		objects = append(objects, look.NewText(text, look.Style{Size: look.SizeBody, Bold: bold, Color: ink}).Clip())
	}
	height := look.Target
	if r.tapped == nil {
		height = 32
	}
	r.paint()
	return container.NewStack(r.ground, container.New(gridLayout{height, empty}, objects...))
}

func (r *gridRow) paint() {
	ground, line := look.Clear, look.Clear
	if r.hovered {
		ground = look.Hover
	}
	if r.kind == rowHeading {
		ground, line = look.AccentSoft, look.Accent
	}
	if r.focused {
		line = look.Accent
	}
	r.ground.Set(ground, line)
}

// CreateRenderer is for Fyne.
func (r *gridRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.content()) }

// ControlID is for tests of the window.
func (r *gridRow) ControlID() string { return r.id }

// ControlText gives what stands in the row.
func (r *gridRow) ControlText() string {
	texts := make([]string, len(r.cells))
	for i, text := range r.cells {
		texts[i] = masked(text)
	}
	return strings.Join(texts, " | ")
}

// Tapped chooses the row.
func (r *gridRow) Tapped(*fyne.PointEvent) { r.tapped() }

// FocusGained shows an edge.
func (r *gridRow) FocusGained() { r.focused = true; r.paint() }

// FocusLost takes it away.
func (r *gridRow) FocusLost() { r.focused = false; r.paint() }

// TypedRune does nothing.
func (r *gridRow) TypedRune(rune) {}

// TypedKey chooses by Space or Enter.
func (r *gridRow) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeySpace || key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter {
		r.tapped()
		return
	}
	parts.PassKey(r, key)
}

// MouseIn shades the row.
func (r *gridRow) MouseIn(*desktop.MouseEvent) { r.hovered = true; r.paint() }

// MouseMoved does nothing.
func (r *gridRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the shade away.
func (r *gridRow) MouseOut() { r.hovered = false; r.paint() }

// Cursor is a hand.
func (r *gridRow) Cursor() desktop.Cursor { return desktop.PointerCursor }

// gridLayout gives the number a narrow column and shares the rest; with many
// columns the row gets wider than its place and scrolls. A text runs on over the
// empty cells behind it, as in Excel.
type gridLayout struct {
	height float32
	empty  []bool
}

const (
	gridNumber float32 = 44
	gridCell   float32 = 112
	gridRoom   float32 = 8
)

// MinSize is for Fyne.
func (l gridLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(gridNumber+gridCell*float32(len(objects)-1), l.height)
}

// Layout is for Fyne.
func (l gridLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(gridNumber-2*gridRoom, size.Height))
	objects[0].Move(fyne.NewPos(gridRoom, 0))
	if len(objects) == 1 {
		return
	}
	width := (size.Width - gridNumber) / float32(len(objects)-1)
	for i, object := range objects[1:] {
		cells := 1
		for !l.empty[i] && i+cells < len(l.empty) && l.empty[i+cells] {
			cells++
		}
		object.Resize(fyne.NewSize(width*float32(cells)-2*gridRoom, size.Height))
		object.Move(fyne.NewPos(gridNumber+width*float32(i)+gridRoom, 0))
	}
}
