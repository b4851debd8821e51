package parts

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// tableRow is one row; the list uses it again for other rows.
type tableRow struct {
	widget.BaseWidget
	t       *Table
	index   int
	shade   *canvas.Rectangle
	box     *fyne.Container
	cells   []*tableCell
	texts   []string
	hovered bool
}

var (
	_ Control           = (*tableRow)(nil)
	_ desktop.Hoverable = (*tableRow)(nil)
)

func newTableRow(t *Table) *tableRow {
	r := &tableRow{t: t, shade: canvas.NewRectangle(color.Transparent)}
	r.box = container.New(&columnLayout{t: t, height: look.Target - 1})
	r.rebuild()
	r.ExtendBaseWidget(r)
	return r
}

// rebuild makes the cells for the columns that are shown.
func (r *tableRow) rebuild() {
	r.cells, r.box.Objects = nil, nil
	for _, column := range r.t.shown() {
		cell := newTableCell(column)
		r.cells = append(r.cells, cell)
		r.box.Objects = append(r.box.Objects, cell.box)
	}
	r.box.Refresh()
}

func (r *tableRow) show(index int) {
	r.index = index
	r.texts = r.texts[:0]
	for i, column := range r.t.shown() {
		content := r.t.cell(index, column.Key)
		r.cells[i].show(content)
		r.texts = append(r.texts, r.cells[i].text.Text())
	}
	r.paint()
}

func (r *tableRow) paint() {
	r.shade.FillColor = color.Transparent
	if r.hovered {
		r.shade.FillColor = look.Color(look.Hover)
	}
	r.shade.Refresh()
}

// ControlID is for tests of the window.
func (r *tableRow) ControlID() string { return rowID(r.t.id, r.index) }

// ControlText gives the cells' texts.
func (r *tableRow) ControlText() string { return rowText(r.texts) }

// MouseIn shades the whole row.
func (r *tableRow) MouseIn(event *desktop.MouseEvent) {
	r.hovered = true
	r.paint()
	r.MouseMoved(event)
}

// MouseMoved shows the whole text of a cell that is clipped.
func (r *tableRow) MouseMoved(event *desktop.MouseEvent) {
	for _, cell := range r.cells {
		left := cell.box.Position().X
		if event.Position.X < left || event.Position.X > left+cell.box.Size().Width {
			continue
		}
		if cell.text.Clipped() {
			driver := fyne.CurrentApp().Driver()
			own, origin := driver.AbsolutePositionForObject(r), driver.AbsolutePositionForObject(r.t.body)
			r.t.tip.show(cell.text.Text(), fyne.NewPos(own.X-origin.X+left-cellRoom, own.Y-origin.Y+2))
			return
		}
	}
	r.t.tip.hide()
}

// MouseOut takes shade and text away.
func (r *tableRow) MouseOut() {
	r.hovered = false
	r.paint()
	r.t.tip.hide()
}

// CreateRenderer is for Fyne.
func (r *tableRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(r.shade, r.box))
}

// tableCell is a text, with a status' shape before it.
type tableCell struct {
	box  *fyne.Container
	icon *look.Icon
	text *look.Text
}

func newTableCell(column Column) *tableCell {
	c := &tableCell{icon: look.NewIconOf("", look.Ink, 18), text: look.Body("").Clip()}
	if column.Number {
		c.text.Align(fyne.TextAlignTrailing)
	}
	c.icon.Hide()
	c.box = Row(look.Near, c.icon, Fill(c.text))
	return c
}

func (c *tableCell) show(cell Cell) {
	text, ink := cell.Text, look.Ink
	if cell.Quiet {
		ink = look.QuietInk
	}
	if cell.Status != nil {
		text = cell.Status.Word
		c.icon.Set(cell.Status.Icon, cell.Status.Color)
	}
	if shown := cell.Status != nil; shown != c.icon.Visible() {
		if shown {
			c.icon.Show()
		} else {
			c.icon.Hide()
		}
		c.box.Refresh()
	}
	c.text.SetColor(ink)
	c.text.Set(text)
}

// sortHead is a heading one can sort by.
type sortHead struct {
	widget.BaseWidget
	id, title      string
	number         bool
	icon           look.IconName
	tapped         func()
	focused, hover bool
	text           *look.Text
	ring           *look.Surface
}

var (
	_ Control            = (*sortHead)(nil)
	_ fyne.Tappable      = (*sortHead)(nil)
	_ fyne.Focusable     = (*sortHead)(nil)
	_ desktop.Hoverable  = (*sortHead)(nil)
	_ desktop.Cursorable = (*sortHead)(nil)
)

func (h *sortHead) paint() {
	ink, line := look.QuietInk, look.Clear
	if h.hover || h.icon != "" {
		ink = look.Ink
	}
	if h.focused {
		line = look.Accent
	}
	h.text.SetColor(ink)
	h.ring.Set(look.Clear, line)
}

// ControlID is for tests of the window.
func (h *sortHead) ControlID() string { return h.id }

// ControlText gives the heading.
func (h *sortHead) ControlText() string { return h.title }

// Tapped sorts, or turns the order round.
func (h *sortHead) Tapped(*fyne.PointEvent) { h.tapped() }

// FocusGained shows the ring.
func (h *sortHead) FocusGained() { h.focused = true; h.paint() }

// FocusLost takes it away.
func (h *sortHead) FocusLost() { h.focused = false; h.paint() }

// TypedRune does nothing.
func (h *sortHead) TypedRune(rune) {}

// TypedKey sorts by Space or Enter.
func (h *sortHead) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeySpace || key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter {
		h.tapped()
		return
	}
	PassKey(h, key)
}

// MouseIn darkens the words.
func (h *sortHead) MouseIn(*desktop.MouseEvent) { h.hover = true; h.paint() }

// MouseMoved does nothing.
func (h *sortHead) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes it back.
func (h *sortHead) MouseOut() { h.hover = false; h.paint() }

// Cursor is a hand.
func (h *sortHead) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is for Fyne.
func (h *sortHead) CreateRenderer() fyne.WidgetRenderer {
	h.text = look.Small(h.title)
	h.ring = look.NewSurface(look.Clear, look.Clear, look.RadiusSmall)
	objects := []fyne.CanvasObject{h.text}
	if h.icon != "" {
		objects = append(objects, look.NewIconOf(h.icon, look.Ink, 14))
	}
	if h.number {
		slices.Reverse(objects)
		objects = append([]fyne.CanvasObject{Fill(nil)}, objects...)
	}
	content := Row(2, objects...)
	h.paint()
	return widget.NewSimpleRenderer(container.NewStack(h.ring, content))
}
