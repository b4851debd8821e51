package intake

import (
	"context"
	"io"
)

// WriteTable writes a workbook of one sheet, whole or not at all; the first row
// are the headings. Every cell is a text, whatever it begins with, so that no
// list makes Excel compute. Faults: disk_full, no_access, file_missing.
func WriteTable(ctx context.Context, out, sheet string, rows [][]string) error {
	write := func(w io.Writer) error {
		return newWorkbook(sheet, w, func(set func(int, []any) error) error {
			for i, row := range rows {
				if err := ctx.Err(); err != nil {
					return err
				}
				values := make([]any, len(row))
				for j, text := range row {
					values[j] = text
				}
				if err := set(i+1, values); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return replace(out, write, func(string) error { return nil })
}
