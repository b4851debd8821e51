package intake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"brevdue/app/post"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// textList is a list as a text file: one record a line, columns separated by a
// sign. Excel numbers its rows like the records here, blank ones included.
type textList struct {
	name      string
	text      string // UTF-8 without byte order mark
	encoding  encoding.Encoding
	mark      []byte // the byte order mark of the file
	separator byte
	// first is where the records begin, behind a line "sep=;".
	first int
	rowsN int
}

// openText guesses encoding and separator. A file with other signs than text
// is not_a_workbook, one without anything sheet_empty.
func openText(ctx context.Context, name string, data []byte) (table, error) {
	l := &textList{name: strings.TrimSuffix(name, filepath.Ext(name))}
	l.encoding, l.mark = guessEncoding(data)
	text, err := l.encoding.NewDecoder().Bytes(data[len(l.mark):])
	if err != nil {
		return nil, post.NewFault(post.CodeNotAWorkbook, err, "file", name)
	}
	if bytes.IndexByte(text, 0) >= 0 || looksLikeMarkup(text) {
		return nil, post.NewFault(post.CodeNotAWorkbook, errors.New("no text with columns"), "file", name)
	}
	l.text = string(text)
	if strings.TrimSpace(l.text) == "" {
		return nil, post.NewFault(post.CodeSheetEmpty, nil, "sheet", l.name)
	}
	l.separator = guessSeparator(l.text, strings.EqualFold(filepath.Ext(name), ".tsv"))
	if line, _, _ := strings.Cut(l.text, "\n"); len(strings.TrimRight(line, "\r")) == 5 && strings.HasPrefix(strings.ToLower(line), "sep=") {
		l.separator = line[4]
		l.first = min(len(line)+1, len(l.text))
	}
	rows, err := l.rows(l.name)
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r, err := rows.next()
		if err != nil {
			return l, nil
		}
		if !r.blank() {
			l.rowsN++
		}
	}
}

// looksLikeMarkup finds web pages and RTF that were named like a list.
func looksLikeMarkup(text []byte) bool {
	start := strings.ToLower(strings.TrimSpace(string(text[:min(len(text), 256)])))
	for _, sign := range []string{"<!doctype", "<html", "<?xml", "<table", `{\rtf`, "%pdf-", "mime-version:"} {
		if strings.HasPrefix(start, sign) {
			return true
		}
	}
	return false
}

// guessEncoding goes by the byte order mark, then by the zero bytes of UTF-16,
// then by whether the bytes are UTF-8. What is none of these is Windows-1252,
// which Norwegian Excel writes.
func guessEncoding(data []byte) (encoding.Encoding, []byte) {
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return unicode.UTF8, data[:3]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return little, data[:2]
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return big, data[:2]
	}
	start := data[:min(len(data), 4096)]
	var zeros [2]int
	for i, b := range start {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case zeros[1] > len(start)/4 && zeros[0] == 0:
		return little, nil
	case zeros[0] > len(start)/4 && zeros[1] == 0:
		return big, nil
	case utf8.Valid(data):
		return unicode.UTF8, nil
	}
	return charmap.Windows1252, nil
}

// separators are tried in this order; of two that fit as well the first wins.
const separators = ";\t,|"

// guessSeparator takes the sign that gives the most lines of the same width at
// the start of the text.
func guessSeparator(text string, tabFirst bool) byte {
	order := separators
	if tabFirst {
		order = "\t;,|"
	}
	best, bestScore := order[0], 0
	for i := 0; i < len(order); i++ {
		widths, lines := map[int]int{}, 0
		for reader := (&textRows{text: text, separator: order[i]}); lines < 40; lines++ {
			record, err := reader.record()
			if err != nil {
				break
			}
			if len(record) > 1 {
				widths[len(record)]++
			}
		}
		for width, count := range widths {
			// A line more of one width counts for more than a column more.
			if score := count*100 + min(width, 50); score > bestScore {
				best, bestScore = order[i], score
			}
		}
	}
	return best
}

func (l *textList) sheets() []Sheet { return []Sheet{{Name: l.name, Rows: l.rowsN}} }

func (l *textList) rows(string) (rowReader, error) {
	return &textRows{text: l.text, at: l.first, separator: l.separator}, nil
}

// textRows reads records. Quotes count at the start of a field; inside, two
// quotes are one. A quote that never closes, or is followed by more text, is
// taken as it stands, so that one slip does not swallow the rest of the list.
type textRows struct {
	text      string
	at        int
	separator byte
	number    int
	// literal is set once a quote did not close.
	literal bool
	fields  []string
	cells   []cell
}

func (t *textRows) close() error { return nil }

func (t *textRows) next() (row, error) {
	record, err := t.record()
	if err != nil {
		return row{}, err
	}
	t.number++
	if len(record) > maxColumns {
		record = record[:maxColumns]
	}
	t.cells = t.cells[:0]
	for _, field := range record {
		c := cell{text: clean(field)}
		if isErrorText(c.text) {
			c.kind = kindError
		}
		t.cells = append(t.cells, c)
	}
	for len(t.cells) > 0 && t.cells[len(t.cells)-1].text == "" {
		t.cells = t.cells[:len(t.cells)-1]
	}
	return row{number: t.number, cells: t.cells}, nil
}

// isErrorText finds what Excel writes into a text file for an error cell, in
// English and Norwegian.
func isErrorText(text string) bool {
	if !strings.HasPrefix(text, "#") {
		return false
	}
	switch strings.ToUpper(text) {
	case "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#I/T", "#VERDI!", "#NAVN?":
		return true
	}
	return false
}

// record reads up to the end of the line; the fields are valid until the next
// call.
func (t *textRows) record() ([]string, error) {
	if t.at >= len(t.text) {
		return nil, io.EOF
	}
	t.fields = t.fields[:0]
	for {
		field := t.field()
		t.fields = append(t.fields, field)
		if t.at >= len(t.text) {
			return t.fields, nil
		}
		sign := t.text[t.at]
		t.at++
		if sign == t.separator {
			continue
		}
		if sign == '\r' && t.at < len(t.text) && t.text[t.at] == '\n' {
			t.at++
		}
		return t.fields, nil
	}
}

// field reads one field and leaves at on the sign behind it.
func (t *textRows) field() string {
	rest := t.text[t.at:]
	if strings.HasPrefix(rest, `"`) && !t.literal {
		if value, length, ok := t.quoted(rest); ok {
			t.at += length
			return value
		}
	}
	end := strings.IndexAny(rest, string([]byte{t.separator, '\r', '\n'}))
	if end < 0 {
		end = len(rest)
	}
	t.at += end
	return rest[:end]
}

// quoted reads a field in quotes; length is how much of the text it takes.
func (t *textRows) quoted(rest string) (value string, length int, ok bool) {
	doubled := false
	for i := 1; ; i++ {
		next := strings.IndexByte(rest[i:], '"')
		if next < 0 {
			t.literal = true
			return "", 0, false
		}
		i += next
		if i+1 < len(rest) && rest[i+1] == '"' {
			doubled = true
			i++
			continue
		}
		if i+1 < len(rest) && rest[i+1] != t.separator && rest[i+1] != '\r' && rest[i+1] != '\n' {
			return "", 0, false
		}
		if value = rest[1:i]; doubled {
			value = strings.ReplaceAll(value, `""`, `"`)
		}
		return value, i + 1, true
	}
}
