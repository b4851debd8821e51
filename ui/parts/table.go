package parts

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// Column is a column of a table.
type Column struct {
	// Key names the column for the callbacks; Title is its heading.
	Key, Title string
	// Width is in pixels; 0 shares what the others leave. Share weighs that, 1 when 0.
	Width, Share float32
	// Number sets the cells at the right.
	Number bool
	// Sortable makes the heading a button.
	Sortable bool
	// Hidden leaves the column out, for those that are empty.
	Hidden bool
}

// Cell is what stands in one place of a table: a text, or a status with its
// shape.
type Cell struct {
	Text   string
	Status *Status
	Quiet  bool
}

// Table shows rows of any number; only those on the screen exist. The whole row
// answers the pointer. Arrow keys move, Enter or Space opens.
type Table struct {
	Object fyne.CanvasObject

	id      string
	columns []Column
	rows    func() int
	cell    func(row int, key string) Cell

	// OnOpen is called when a row is opened; nil makes rows inert.
	OnOpen func(row int)
	// OnSort is called when a heading is pressed.
	OnSort func(key string, down bool)

	sortKey  string
	sortDown bool

	list   *tableList
	header *fyne.Container
	tip    *tip
	body   fyne.CanvasObject
	// drawn are the rows by what they show now; the list uses rows again.
	drawn map[int]*tableRow
}

// NewTable makes a table; cell gives what stands in a row and column.
func NewTable(id string, columns []Column, rows func() int, cell func(row int, key string) Cell) *Table {
	t := &Table{id: id, columns: columns, rows: rows, cell: cell, drawn: map[int]*tableRow{}, tip: newTip()}
	t.list = newTableList(t)
	t.header = container.NewStack()
	t.buildHeader()
	listed := container.NewThemeOverride(t.list, look.Hairline(fyne.CurrentApp().Settings().Theme()))
	body := newParent(listed, t.visible)
	t.body = body
	t.Object = Stack(0, t.header, look.NewHairline(), Fill(container.NewStack(body, t.tip)))
	return t
}

// Reload reads all rows again.
func (t *Table) Reload() {
	t.tip.hide()
	t.list.Refresh()
}

// SetSort shows by which column the rows are sorted.
func (t *Table) SetSort(key string, down bool) {
	t.sortKey, t.sortDown = key, down
	t.buildHeader()
}

// Hide leaves a column out or takes it in again.
func (t *Table) Hide(key string, hidden bool) {
	for i := range t.columns {
		if t.columns[i].Key == key && t.columns[i].Hidden != hidden {
			t.columns[i].Hidden = hidden
			t.buildHeader()
			for _, row := range t.drawn {
				row.rebuild()
			}
			t.list.Refresh()
		}
	}
}

// ScrollTo brings a row into sight.
func (t *Table) ScrollTo(row int) { t.list.ScrollTo(row) }

func (t *Table) buildHeader() {
	var cells []fyne.CanvasObject
	for _, column := range t.shown() {
		cells = append(cells, t.heading(column))
	}
	t.header.Objects = []fyne.CanvasObject{container.New(&columnLayout{t: t, height: 36}, cells...)}
	t.header.Refresh()
}

// heading is a column's title, a button where one can sort by it.
func (t *Table) heading(column Column) fyne.CanvasObject {
	if !column.Sortable || t.OnSort == nil && t.sortKey == "" {
		text := look.Small(column.Title).Clip()
		if column.Number {
			text.Align(fyne.TextAlignTrailing)
		}
		return text
	}
	h := &sortHead{id: t.id + ".sort." + column.Key, title: column.Title, number: column.Number}
	if t.sortKey == column.Key {
		h.icon = look.IconUp
		if t.sortDown {
			h.icon = look.IconDown
		}
	}
	h.tapped = func() {
		down := t.sortKey == column.Key && !t.sortDown
		t.SetSort(column.Key, down)
		if t.OnSort != nil {
			t.OnSort(column.Key, down)
		}
	}
	h.ExtendBaseWidget(h)
	return h
}

func (t *Table) shown() []Column {
	var shown []Column
	for _, column := range t.columns {
		if !column.Hidden {
			shown = append(shown, column)
		}
	}
	return shown
}

// visible are the rows in sight, from the top.
func (t *Table) visible() []fyne.CanvasObject {
	var rows []fyne.CanvasObject
	first := int(t.list.GetScrollOffset() / look.Target)
	last := min(int((t.list.GetScrollOffset()+t.list.Size().Height)/look.Target), t.rows()-1)
	for index := first; index <= last; index++ {
		if row := t.drawn[index]; row != nil {
			rows = append(rows, row)
		}
	}
	return rows
}

// columnLayout places one row's cells; head and rows share it.
type columnLayout struct {
	t      *Table
	height float32
}

const cellRoom float32 = 12

func (l *columnLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, column := range l.t.shown() {
		if column.Width > 0 {
			width += column.Width
		} else {
			width += 96
		}
	}
	return fyne.NewSize(width, l.height)
}

func (l *columnLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	columns := l.t.shown()
	fixed, shares := float32(0), float32(0)
	for _, column := range columns {
		if column.Width > 0 {
			fixed += column.Width
		} else {
			shares += share(column)
		}
	}
	rest := max(0, size.Width-fixed)
	x := float32(0)
	for i, column := range columns {
		width := column.Width
		if width == 0 {
			width = rest * share(column) / shares
		}
		if i < len(objects) {
			objects[i].Resize(fyne.NewSize(max(0, width-2*cellRoom), size.Height))
			objects[i].Move(fyne.NewPos(x+cellRoom, 0))
		}
		x += width
	}
}

func share(column Column) float32 {
	if column.Share == 0 {
		return 1
	}
	return column.Share
}

// tableList is Fyne's list, opened by Enter too.
type tableList struct {
	widget.List
	t       *Table
	current int
}

func newTableList(t *Table) *tableList {
	l := &tableList{t: t}
	l.Length = func() int { return t.rows() }
	l.CreateItem = func() fyne.CanvasObject { return newTableRow(t) }
	l.UpdateItem = func(id int, object fyne.CanvasObject) {
		if row, ok := object.(*tableRow); ok {
			if t.drawn[row.index] == row {
				delete(t.drawn, row.index)
			}
			t.drawn[id] = row
			row.show(id)
		}
	}
	l.OnHighlighted = func(id int) { l.current = id }
	l.OnSelected = func(id int) {
		l.UnselectAll()
		l.current = id
		if t.OnOpen != nil {
			t.OnOpen(id)
		}
	}
	l.ExtendBaseWidget(l)
	return l
}

// TypedKey opens the row by Enter; the other keys are the list's.
func (l *tableList) TypedKey(key *fyne.KeyEvent) {
	if (key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter) && l.current < l.t.rows() {
		l.Select(l.current)
		return
	}
	if !PassKey(l, key) {
		l.List.TypedKey(key)
	}
}

// parentOf tells the walk over the controls what is inside an object.
type parentOf struct {
	widget.BaseWidget
	object fyne.CanvasObject
	parts  func() []fyne.CanvasObject
}

func newParent(object fyne.CanvasObject, parts func() []fyne.CanvasObject) *parentOf {
	p := &parentOf{object: object, parts: parts}
	p.ExtendBaseWidget(p)
	return p
}

// Parts gives the objects inside.
func (p *parentOf) Parts() []fyne.CanvasObject { return p.parts() }

// CreateRenderer is for Fyne.
func (p *parentOf) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(p.object)
}

// rowID is the id of a row for tests: the table's and the place from 0.
func rowID(table string, index int) string { return table + ".row." + strconv.Itoa(index) }

// rowText joins what a row shows.
func rowText(texts []string) string { return strings.Join(texts, " | ") }
