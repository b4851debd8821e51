// Package intake reads the lists that office staff keep: Excel workbooks and
// text files with separated columns. It guesses sheet, heading row and columns,
// checks each row, and gives recipients and problems together, never only the
// first error. It also writes results into a copy of the list. The user's own
// file is only ever read, whole and once, so that it can stay open in Excel.
package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"brevdue/app/post"

	"golang.org/x/text/unicode/norm"
)

// MaxFileSize is the largest list read, in bytes. A workbook with 100,000 rows
// of 12 columns has about 7 million.
const MaxFileSize = 128 << 20

// Sheet is one sheet of a list; a text file has one, named after the file.
type Sheet struct {
	Name string
	// Rows counts the rows that hold anything.
	Rows   int
	Hidden bool
}

// Book is an opened list. It holds the file's content in memory, so that what
// was hashed is what is read. It is safe for use by several goroutines.
type Book struct {
	sha256 string
	table  table
}

// table is a list behind either format.
type table interface {
	sheets() []Sheet
	// rows starts at the top of a sheet; the name is one of sheets.
	rows(sheet string) (rowReader, error)
}

// rowReader gives the rows of a sheet in order, io.EOF behind the last. Rows
// without anything may be left out; the number tells. A row is valid until the
// next call.
type rowReader interface {
	next() (row, error)
	close() error
}

// row is one row; number is the one Excel shows.
type row struct {
	number int
	hidden bool
	cells  []cell
}

// at gives the cell of a column counted from 0; a short row ends in blanks.
func (r row) at(column int) cell {
	if column < 0 || column >= len(r.cells) {
		return cell{}
	}
	return r.cells[column]
}

// blank reports whether nothing stands in the row.
func (r row) blank() bool {
	for _, c := range r.cells {
		if c.text != "" || c.kind == kindUncached {
			return false
		}
	}
	return true
}

// cell is a value as text, trimmed, and what it was in the file.
type cell struct {
	text string
	kind cellKind
}

type cellKind byte

const (
	kindText cellKind = iota
	kindNumber
	// kindDate has the text dd.mm.yyyy.
	kindDate
	kindBool
	// kindError is a cell like #N/A; the text is the error.
	kindError
	// kindUncached is a formula without a stored result.
	kindUncached
)

// Open reads a list: .xlsx and .xlsm by what is in them, .csv, .tsv and .txt
// as text. The faults are file_missing, file_unreadable, no_access,
// file_too_large, not_a_workbook, old_workbook, workbook_protected,
// workbook_too_large and sheet_empty.
func Open(ctx context.Context, path string) (*Book, error) {
	data, err := readWhole(ctx, path)
	if err != nil {
		return nil, err
	}
	return openBytes(ctx, path, data)
}

// openBytes opens a list by its content and name.
func openBytes(ctx context.Context, path string, data []byte) (*Book, error) {
	sum := sha256.Sum256(data)
	t, err := sniff(ctx, filepath.Base(path), data)
	if err != nil {
		return nil, err
	}
	return &Book{sha256: hex.EncodeToString(sum[:]), table: t}, nil
}

// readWhole reads a regular file of at most MaxFileSize.
func readWhole(ctx context.Context, path string) ([]byte, error) {
	name := filepath.Base(path)
	info, err := os.Stat(path)
	if err != nil {
		return nil, fileFault(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, post.NewFault(post.CodeFileUnreadable, errors.New("not a regular file"), "file", name)
	}
	if info.Size() > MaxFileSize {
		return nil, post.NewFault(post.CodeFileTooLarge, nil, "file", name,
			"size", megabytes(info.Size()), "limit", megabytes(MaxFileSize))
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fileFault(name, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(contextReader{ctx, file}, MaxFileSize+1))
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fileFault(name, err)
	}
	if len(data) > MaxFileSize {
		return nil, post.NewFault(post.CodeFileTooLarge, nil, "file", name,
			"size", megabytes(int64(len(data))), "limit", megabytes(MaxFileSize))
	}
	return data, nil
}

func fileFault(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return post.NewFault(post.CodeFileMissing, err, "file", name)
	case errors.Is(err, fs.ErrPermission):
		return post.NewFault(post.CodeNoAccess, err, "file", name, "folder", name)
	}
	return post.NewFault(post.CodeFileUnreadable, err, "file", name)
}

// contextReader ends a long read when the context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Close lets go of the content.
func (b *Book) Close() error { return nil }

// SHA256 is the hash of the file's content, hexadecimal.
func (b *Book) SHA256() string { return b.sha256 }

// Sheets gives the sheets in the user's order, hidden ones marked.
func (b *Book) Sheets() []Sheet { return b.table.sheets() }

// DefaultSheet is the first visible sheet with anything in it, or the first one.
func (b *Book) DefaultSheet() string {
	sheets := b.Sheets()
	for _, s := range sheets {
		if !s.Hidden && s.Rows > 0 {
			return s.Name
		}
	}
	if len(sheets) == 0 {
		return ""
	}
	return sheets[0].Name
}

// sheet finds a sheet by name, letter case ignored; "" is the default one.
func (b *Book) sheet(name string) (Sheet, error) {
	if name == "" {
		name = b.DefaultSheet()
	}
	var names []string
	for _, s := range b.Sheets() {
		if strings.EqualFold(s.Name, name) {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Sheet{}, post.NewFault(post.CodeSheetMissing, nil, "sheet", name, "sheets", strings.Join(names, ", "))
}

// each visits the rows of a sheet until visit gives false, an error, or the
// context ends.
func (b *Book) each(ctx context.Context, sheet string, visit func(row) (bool, error)) error {
	rows, err := b.table.rows(sheet)
	if err != nil {
		return err
	}
	defer rows.close()
	for n := 0; ; n++ {
		if n%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r, err := rows.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		more, err := visit(r)
		if err != nil || !more {
			return err
		}
	}
}

// Top gives the first rows of a sheet as a person sees them, blank rows
// included, for choosing sheet and heading row. Rows may differ in length.
func (b *Book) Top(ctx context.Context, sheet string, rows int) ([][]string, error) {
	found, err := b.sheet(sheet)
	if err != nil {
		return nil, err
	}
	top, err := b.top(ctx, found.Name, rows)
	if err != nil {
		return nil, err
	}
	texts := make([][]string, len(top))
	for i, r := range top {
		for _, c := range r.cells {
			texts[i] = append(texts[i], c.text)
		}
	}
	return texts, nil
}

// top copies the rows with the numbers 1 to limit.
func (b *Book) top(ctx context.Context, sheet string, limit int) ([]row, error) {
	var top []row
	err := b.each(ctx, sheet, func(r row) (bool, error) {
		for len(top) < min(r.number-1, limit) {
			top = append(top, row{number: len(top) + 1})
		}
		if r.number > limit {
			return false, nil
		}
		top = append(top, row{number: r.number, hidden: r.hidden, cells: append([]cell(nil), r.cells...)})
		return r.number < limit, nil
	})
	return top, err
}

// clean makes one line of a cell's text: blanks of every sort at the ends and
// signs nobody sees go away, runs of blanks become one, letters are composed
// as everybody else writes them.
func clean(text string) string {
	plain := true
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < 0x20 || c >= 0x7f || c == ' ' && (i == 0 || i == len(text)-1 || text[i+1] == ' ') {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200b' || r == '\ufeff' || r == '\u00ad' || unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
	return norm.NFC.String(strings.Join(strings.Fields(text), " "))
}
