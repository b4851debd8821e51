package sheet

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/intake"
	"brevdue/app/number"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

const (
	// sheetsWidth is the room for the names of the sheets.
	sheetsWidth float32 = 288
	sheetText           = sheetsWidth - 128
	// glanceRows is how many rows show what a sheet is.
	glanceRows = 8
)

// sheetView shows the sheets, and the first rows of the one chosen.
func (s *Screen) sheetView() fyne.CanvasObject {
	m := s.model
	var cards []fyne.CanvasObject
	for i, sheet := range m.sheets {
		note := ""
		if sheet.Hidden {
			note = s.env.T("sheet.sheet.hidden")
		}
		card := parts.NewChoice("sheet.sheet."+strconv.Itoa(i), look.IconSheet, sheet.Name,
			s.env.Words.Count("sheet.rows", sheet.Rows), note, sheetText, func() { m.look(sheet.Name, false) })
		card.Choose(sheet.Name == m.sheet)
		cards = append(cards, card)
	}
	return parts.RowTop(look.Group,
		parts.Width(sheetsWidth+12, container.NewVScroll(parts.Inset(1, 1, 12, 1, parts.Stack(12, cards...)))),
		parts.Fill(container.NewBorder(parts.Inset(0, 0, 0, 12, look.Strong(s.env.T("sheet.sheet.glance", "sheet", m.sheet)).Clip()), nil, nil, nil,
			s.glance())))
}

func (s *Screen) glance() fyne.CanvasObject {
	m := s.model
	rows := m.top[:min(glanceRows, len(m.top))]
	if len(rows) == 0 {
		return parts.Stack(0, look.QuietText(s.env.T("sheet.sheet.nothing")))
	}
	var lines []fyne.CanvasObject
	for i, cells := range rows {
		lines = append(lines, newGridRow(&gridRow{number: i + 1, cells: cells, columns: widest(rows)}))
	}
	return gridOf(lines)
}

// headerView shows the first rows; the one with the headings is outlined, and
// another can be clicked.
func (s *Screen) headerView() fyne.CanvasObject {
	m := s.model
	var lines []fyne.CanvasObject
	for i, cells := range m.top {
		row := &gridRow{id: "sheet.header." + strconv.Itoa(i+1), number: i + 1, cells: cells, columns: widest(m.top),
			tapped: func() { m.setHeader(i + 1) }, kind: rowBelow}
		switch {
		case i+1 == m.header:
			row.kind = rowHeading
		case i+1 < m.header:
			row.kind = rowAbove
		}
		lines = append(lines, newGridRow(row))
	}
	none := parts.Quiet("sheet.header.none", s.env.T("sheet.header.none"), func() { m.setHeader(0) }).Choose(m.header == 0)
	return container.NewBorder(nil, parts.Inset(0, look.Apart, 0, 0, parts.Row(look.Apart, none, parts.Fill(look.QuietText(s.headerWords()).Clip()))), nil, nil,
		gridOf(lines))
}

// headerWords say what the choice means.
func (s *Screen) headerWords() string {
	m := s.model
	switch {
	case m.header == 0:
		return s.env.T("sheet.header.means_none")
	case m.header == m.guessed:
		return s.env.T("sheet.header.guessed", "row", strconv.Itoa(m.header))
	}
	return s.env.T("sheet.header.chosen", "row", strconv.Itoa(m.header))
}

func widest(rows [][]string) int {
	columns := 0
	for _, cells := range rows {
		columns = max(columns, len(cells))
	}
	return columns
}

// gridOf puts rows on a ground of their own, which scrolls both ways.
func gridOf(rows []fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(look.NewSurface(look.Card, look.Line, look.Radius),
		parts.Around(6, container.NewScroll(parts.Stack(0, rows...))))
}

// masked hides what could be a birth or account number: eleven digits, or ten
// where a zero was lost.
func masked(text string) string {
	digits := number.Clean(text)
	if len(digits) < 10 || len(digits) > 11 {
		return text
	}
	for _, r := range digits {
		if r < '0' || r > '9' {
			return text
		}
	}
	if len(digits) == 10 {
		digits = "0" + digits
	}
	return number.Mask(digits)
}

// surenessShapes go with a word, so that nobody needs to see the colour.
var surenessShapes = map[intake.Sureness]struct {
	icon  look.IconName
	color fyne.ThemeColorName
}{
	intake.Sure:   {look.IconTick, look.Good},
	intake.Likely: {look.IconQuestion, look.Accent},
	intake.Unsure: {look.IconWarning, look.Care},
}
