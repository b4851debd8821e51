package intake

import "strings"

// maxMerges bounds how many merged ranges are kept, maxOpen how many may reach
// into one row; more than that is no list.
const (
	maxMerges = 50_000
	maxOpen   = 1_000
)

// mergedCells are ranges merged over several rows. Excel stores the value in the
// first cell alone; a person sees it beside every row, so that it is read there
// too. Ranges in one row (titles) are left as they are.
type mergedCells struct {
	byRow map[int][]merge
	open  []merge
}

type merge struct {
	column, first, last int
	value               cell
}

// add takes a range like A3:B7.
func (m *mergedCells) add(ref string) {
	from, to, found := strings.Cut(ref, ":")
	if !found || len(m.byRow) >= maxMerges {
		return
	}
	column, firstDigits := columnOf(from)
	_, lastDigits := columnOf(to)
	first, last := rowOf(firstDigits), rowOf(lastDigits)
	if column < 0 || first == 0 || last <= first {
		return
	}
	if m.byRow == nil {
		m.byRow = map[int][]merge{}
	}
	m.byRow[first] = append(m.byRow[first], merge{column: column, first: first, last: last})
}

// reset gives the ranges ready for another reading of the sheet.
func (m mergedCells) reset() mergedCells { return mergedCells{byRow: m.byRow} }

// fill puts the values of ranges that reach into the row into its blank cells.
func (m *mergedCells) fill(number int, cells []cell) []cell {
	kept := m.open[:0]
	for _, span := range m.open {
		if number > span.last {
			continue
		}
		kept = append(kept, span)
		for len(cells) <= span.column {
			cells = append(cells, cell{})
		}
		if (cells[span.column] == cell{}) {
			cells[span.column] = span.value
		}
	}
	m.open = kept
	for _, span := range m.byRow[number] {
		if len(m.open) < maxOpen && span.column < len(cells) && (cells[span.column] != cell{}) {
			span.value = cells[span.column]
			m.open = append(m.open, span)
		}
	}
	return cells
}
