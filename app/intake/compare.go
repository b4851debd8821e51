package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// errDiffers is a copy that does not hold what the list holds.
var errDiffers = errors.New("the copy differs from the list")

// compare opens a written copy and looks at every cell: the old ones as they
// were, the new ones as they should be.
func compare(ctx context.Context, original *Book, add addition, written, name string) error {
	data, err := readWhole(ctx, written)
	if err != nil {
		return err
	}
	copied, err := openBytes(ctx, name, data)
	if err != nil {
		return fmt.Errorf("open the copy again: %w", err)
	}
	before, after := original.Sheets(), copied.Sheets()
	if len(before) != len(after) {
		return fmt.Errorf("%w: another number of sheets", errDiffers)
	}
	for i := range before {
		values := map[int][]string{}
		if before[i].Name == add.sheet {
			values = add.values
		}
		if err := compareSheet(ctx, original, copied, before[i].Name, after[i].Name, add.column, values); err != nil {
			return err
		}
	}
	return nil
}

func compareSheet(ctx context.Context, original, copied *Book, sheet, copiedSheet string, column int, values map[int][]string) error {
	old, err := newFilled(original, sheet)
	if err != nil {
		return err
	}
	defer old.close()
	now, err := newFilled(copied, copiedSheet)
	if err != nil {
		return err
	}
	defer now.close()
	left := 0
	for _, cells := range values {
		if (row{cells: textCells(cells)}).blank() {
			continue
		}
		left++
	}
	for n := 0; ; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		number := min(old.head.number, now.head.number)
		if number == behindAll {
			break
		}
		want := textCells(values[number])
		if err := compareRow(number, column, old.at(number), now.at(number), want); err != nil {
			return err
		}
		if !(row{cells: want}).blank() {
			left--
		}
		if err := errors.Join(old.pass(number), now.pass(number)); err != nil {
			return err
		}
	}
	if left != 0 {
		return fmt.Errorf("%w: %d rows of results are missing", errDiffers, left)
	}
	return nil
}

func textCells(texts []string) []cell {
	cells := make([]cell, len(texts))
	for i, text := range texts {
		cells[i].text = clean(text)
	}
	return cells
}

// compareRow looks at each cell: results from column on, the list's own before.
func compareRow(number, column int, was, is row, added []cell) error {
	for i := range max(len(was.cells), len(is.cells), column+len(added)) {
		want := was.at(i).text
		if i >= column && i-column < len(added) {
			want = added[i-column].text
		}
		// A text file's results may have got an apostrophe in front.
		if got := is.at(i).text; got != want && (i < column || got != "'"+want) {
			return fmt.Errorf("%w: row %d, column %s", errDiffers, number, letters(i))
		}
	}
	return nil
}

// behindAll is the number of the row behind the last.
const behindAll = maxRows + 1

// filled gives the rows of a sheet that hold anything, one ahead.
type filled struct {
	rowReader
	head row
}

func newFilled(b *Book, sheet string) (*filled, error) {
	rows, err := b.table.rows(sheet)
	if err != nil {
		return nil, err
	}
	f := &filled{rowReader: rows}
	if err := f.pass(0); err != nil {
		rows.close()
		return nil, err
	}
	return f, nil
}

// at is the row with the number, or a blank one.
func (f *filled) at(number int) row {
	if f.head.number == number {
		return f.head
	}
	return row{number: number}
}

// pass goes on to the next row when the head has the number.
func (f *filled) pass(number int) error {
	for f.head.number == number {
		next, err := f.next()
		switch {
		case errors.Is(err, io.EOF):
			f.head = row{number: behindAll}
		case err != nil:
			return err
		case next.blank():
			continue
		default:
			f.head = next
		}
	}
	return nil
}
