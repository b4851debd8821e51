package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"brevdue/app/post"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
)

// WriteBack writes a copy of the source's list with result columns at the
// right: heading in the heading row, cells by row number. The copy has the
// format of the list (a text file may also become .xlsx); it is written beside
// its place under another name, opened again, compared cell by cell with the
// list, and only then put in place. The list itself is never written to. The
// faults are those of Open and source_changed, same_file, usage, sheet_missing,
// no_access and disk_full.
func WriteBack(ctx context.Context, source post.Source, out string, heading []string, cells map[int][]string) error {
	original, data, err := openSource(ctx, source, out)
	if err != nil {
		return err
	}
	sheet, err := original.sheet(source.Sheet)
	if err != nil {
		return err
	}
	add := addition{sheet: sheet.Name, header: source.HeaderRow, values: map[int][]string{}}
	if source.HeaderRow > 0 {
		add.values[source.HeaderRow] = heading
	}
	for number, values := range cells {
		if number > 0 && number <= maxRows && number != source.HeaderRow {
			add.values[number] = values
		}
	}
	if add.column, err = original.width(ctx, sheet.Name); err != nil {
		return err
	}
	from, to := strings.ToLower(filepath.Ext(source.Path)), strings.ToLower(filepath.Ext(out))
	var write func(io.Writer) error
	switch list := original.table.(type) {
	case *textList:
		write = func(w io.Writer) error { return extendText(ctx, list, add, w) }
		if to == ".xlsx" {
			from = to
			write = func(w io.Writer) error { return textAsWorkbook(ctx, original, add, w) }
		}
	case *workbook:
		write = func(w io.Writer) error { return extendWorkbook(ctx, data, list, add, w) }
	}
	if from != to {
		return post.NewFault(post.CodeUsage, nil, "detail", filepath.Base(out)+": "+from)
	}
	return replace(out, write, func(written string) error { return compare(ctx, original, add, written, filepath.Base(out)) })
}

// addition is what is put to the right of a sheet.
type addition struct {
	sheet  string
	header int // row, 0 for none
	column int // from 0
	values map[int][]string
}

// openSource reads the list anew, and refuses to go on when it is no longer the
// one the rows came from, or when the results would be written over it.
func openSource(ctx context.Context, source post.Source, out string) (*Book, []byte, error) {
	same, err := sameFile(source.Path, out)
	if err != nil {
		return nil, nil, err
	}
	if same {
		return nil, nil, post.NewFault(post.CodeSameFile, nil, "file", filepath.Base(out))
	}
	data, err := readWhole(ctx, source.Path)
	if err != nil {
		return nil, nil, err
	}
	book, err := openBytes(ctx, source.Path, data)
	if err != nil {
		return nil, nil, err
	}
	if source.FileSHA256 != "" && !strings.EqualFold(source.FileSHA256, book.sha256) {
		return nil, nil, post.NewFault(post.CodeSourceChanged, nil, "file", filepath.Base(source.Path))
	}
	return book, data, nil
}

// width is how many columns of the sheet are in use.
func (b *Book) width(ctx context.Context, sheet string) (int, error) {
	width := 0
	err := b.each(ctx, sheet, func(r row) (bool, error) {
		width = max(width, len(r.cells))
		return true, nil
	})
	return width, err
}

// extendText writes the text as it stands, every line with its own ending, and
// the results behind it in the same encoding.
func extendText(ctx context.Context, list *textList, add addition, out io.Writer) error {
	if _, err := out.Write(list.mark); err != nil {
		return err
	}
	encoded := encoding.ReplaceUnsupported(list.encoding.NewEncoder()).Writer(out)
	if _, err := io.WriteString(encoded, list.text[:list.first]); err != nil {
		return err
	}
	rows := &textRows{text: list.text, at: list.first, separator: list.separator}
	for number := 1; ; number++ {
		if number%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		start := rows.at
		fields, err := rows.record()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		line := list.text[start:rows.at]
		body := strings.TrimRight(line, "\r\n")
		if values := add.values[number]; len(values) > 0 {
			var more strings.Builder
			more.WriteString(strings.Repeat(string(list.separator), max(add.column-len(fields), 0)))
			for _, value := range values {
				more.WriteByte(list.separator)
				more.WriteString(quote(value, list.separator))
			}
			line = cutFields(body, len(fields), add.column, list.separator) + more.String() + line[len(body):]
		}
		if _, err := io.WriteString(encoded, line); err != nil {
			return err
		}
	}
}

// cutFields takes away blank fields behind the columns in use, so that the
// results of all rows stand below each other.
func cutFields(body string, count, width int, separator byte) string {
	for ; count > width && count > 1 && strings.HasSuffix(body, string(separator)); count-- {
		body = body[:len(body)-1]
	}
	return body
}

// quote makes a field of a text file. What a spreadsheet would take for a
// formula gets an apostrophe.
func quote(value string, separator byte) string {
	value = clean(value)
	if value != "" && strings.ContainsRune("=+-@", rune(value[0])) {
		value = "'" + value
	}
	if strings.ContainsAny(value, string([]byte{separator, '"'})) {
		return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return value
}

// textAsWorkbook writes a text file's rows and the results as a workbook, every
// cell a text, so that no zero is lost.
func textAsWorkbook(ctx context.Context, list *Book, add addition, out io.Writer) error {
	return newWorkbook(add.sheet, out, func(set func(row int, values []any) error) error {
		return list.each(ctx, add.sheet, func(r row) (bool, error) {
			values := make([]any, 0, add.column+2)
			for i := range add.column {
				values = append(values, r.at(i).text)
			}
			for _, value := range add.values[r.number] {
				values = append(values, value)
			}
			return true, set(r.number, values)
		})
	})
}

// newWorkbook makes a workbook with one sheet, written row by row.
func newWorkbook(sheet string, out io.Writer, fill func(set func(row int, values []any) error) error) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName(book.GetSheetName(0), sheetName(sheet)); err != nil {
		return fmt.Errorf("name the sheet: %w", err)
	}
	stream, err := book.NewStreamWriter(sheetName(sheet))
	if err != nil {
		return fmt.Errorf("write the sheet: %w", err)
	}
	err = fill(func(row int, values []any) error {
		name, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return err
		}
		return stream.SetRow(name, values)
	})
	if err != nil {
		return err
	}
	if err := stream.Flush(); err != nil {
		return fmt.Errorf("write the sheet: %w", err)
	}
	return book.Write(out)
}

// sheetName makes a name that Excel allows: at most 31 signs, some left out.
func sheetName(name string) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return '-'
		}
		return r
	}, name), " '")
	if runes := []rune(name); len(runes) > 31 {
		name = string(runes[:31])
	}
	if name == "" {
		return "1"
	}
	return name
}
