package intake

import (
	"bufio"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// tokens reads XML piece by piece and refuses a piece that is larger than any
// cell: the decoder keeps one piece in memory.
type tokens struct {
	decoder *xml.Decoder
	guard   *guard
}

type guard struct {
	r     io.Reader
	since int
}

func (g *guard) Read(p []byte) (int, error) {
	if g.since > maxText {
		return 0, errTooLarge
	}
	n, err := g.r.Read(p)
	g.since += n
	return n, err
}

func newTokens(r io.Reader) *tokens {
	g := &guard{r: r}
	decoder := xml.NewDecoder(bufio.NewReaderSize(g, 64<<10))
	return &tokens{decoder: decoder, guard: g}
}

// next gives the next piece, valid until the following call.
func (t *tokens) next() (xml.Token, error) {
	t.guard.since = 0
	token, err := t.decoder.RawToken()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return token, err
}

// text gathers the texts of an element up to its end: those in t elements, not
// the reading aids of East Asian texts (rPh).
func (t *tokens) text(element xml.Name) (string, error) {
	text, inText, skip := "", false, 0
	for {
		token, err := t.next()
		if err != nil {
			return "", unexpectedEnd(err)
		}
		switch part := token.(type) {
		case xml.StartElement:
			inText = part.Name.Local == "t"
			if part.Name.Local == "rPh" {
				skip++
			}
		case xml.EndElement:
			inText = false
			if part.Name.Local == "rPh" {
				skip--
			}
			if part.Name.Local == element.Local {
				return text, nil
			}
		case xml.CharData:
			if inText && skip == 0 {
				if len(text)+len(part) > maxText {
					return "", errTooLarge
				}
				text += string(part)
			}
		}
	}
}

// value gathers the plain text of an element up to its end.
func (t *tokens) value(element xml.Name) (string, error) {
	text := ""
	for {
		token, err := t.next()
		if err != nil {
			return "", unexpectedEnd(err)
		}
		switch part := token.(type) {
		case xml.EndElement:
			if part.Name.Local == element.Local {
				return text, nil
			}
		case xml.CharData:
			if len(text)+len(part) > maxText {
				return "", errTooLarge
			}
			text += string(part)
		}
	}
}

func unexpectedEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// sheetRows reads the rows of one sheet.
type sheetRows struct {
	book   *workbook
	part   io.ReadCloser
	tokens *tokens
	merges mergedCells
	cells  []cell
	last   int
	done   bool
}

func (w *workbook) rows(sheet string) (rowReader, error) {
	for i := range w.list {
		if w.list[i].Name != sheet {
			continue
		}
		part, err := w.open(w.list[i].part, maxPart)
		if err != nil {
			return nil, err
		}
		return &sheetRows{book: w, part: part, tokens: newTokens(part), merges: w.list[i].merges.reset()}, nil
	}
	return nil, errSheetAbsent
}

func (s *sheetRows) close() error { return s.part.Close() }

// next gives the next row of sheetData; what stands before and behind it in the
// sheet is passed over.
func (s *sheetRows) next() (row, error) {
	for !s.done {
		token, err := s.tokens.next()
		if errors.Is(err, io.EOF) {
			s.done = true
			break
		}
		if err != nil {
			return row{}, s.trouble(err)
		}
		switch part := token.(type) {
		case xml.StartElement:
			if part.Name.Local == "row" {
				r, err := s.row(part)
				if err != nil {
					return row{}, s.trouble(err)
				}
				return r, nil
			}
		case xml.EndElement:
			s.done = part.Name.Local == "sheetData"
		}
	}
	return row{}, io.EOF
}

func (s *sheetRows) trouble(err error) error {
	return fmt.Errorf("read the sheet below row %d: %w", s.last, err)
}

func (s *sheetRows) row(start xml.StartElement) (row, error) {
	r := row{number: s.last + 1}
	for _, attr := range start.Attr {
		switch attr.Name.Local {
		case "r":
			if n := rowOf(attr.Value); n > s.last {
				r.number = n
			}
		case "hidden":
			r.hidden = isTrue(attr.Value)
		}
	}
	if r.number > maxRows {
		return row{}, errTooLarge
	}
	s.last = r.number
	s.cells = s.cells[:0]
	for {
		token, err := s.tokens.next()
		if err != nil {
			return row{}, unexpectedEnd(err)
		}
		switch part := token.(type) {
		case xml.StartElement:
			if part.Name.Local == "c" {
				if err := s.cell(part); err != nil {
					return row{}, err
				}
			}
		case xml.EndElement:
			if part.Name.Local == "row" {
				s.cells = s.merges.fill(r.number, s.cells)
				r.cells = s.cells
				return r, nil
			}
		}
	}
}

// cell reads one cell into its column.
func (s *sheetRows) cell(start xml.StartElement) error {
	column, kind, styleIndex := len(s.cells), "", -1
	for _, attr := range start.Attr {
		switch attr.Name.Local {
		case "r":
			if found, _ := columnOf(attr.Value); found >= 0 {
				column = found
			}
		case "t":
			kind = attr.Value
		case "s":
			if index, err := strconv.Atoi(attr.Value); err == nil {
				styleIndex = index
			}
		}
	}
	var raw string
	var formula, stored bool
	for {
		token, err := s.tokens.next()
		if err != nil {
			return unexpectedEnd(err)
		}
		if end, ok := token.(xml.EndElement); ok && end.Name.Local == "c" {
			break
		}
		part, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch part.Name.Local {
		case "f":
			formula = true
			_, err = s.tokens.value(part.Name)
		case "v":
			stored = true
			raw, err = s.tokens.value(part.Name)
		case "is":
			stored = true
			raw, err = s.tokens.text(part.Name)
		}
		if err != nil {
			return err
		}
	}
	value := s.book.value(kind, raw, styleIndex)
	if formula && !stored {
		value = cell{kind: kindUncached}
	}
	// A formula whose result is "" takes its place, so that nothing is put there.
	if (value == cell{}) && !formula || column >= maxColumns {
		return nil
	}
	for len(s.cells) <= column {
		s.cells = append(s.cells, cell{})
	}
	s.cells[column] = value
	return nil
}

// value reads a stored value by its type (ECMA-376, 18.18.11).
func (w *workbook) value(kind, raw string, styleIndex int) cell {
	if raw == "" {
		return cell{}
	}
	switch kind {
	case "s":
		index, err := strconv.Atoi(strings.TrimSpace(raw))
		if err != nil {
			return cell{}
		}
		return cell{text: w.strings.at(index)}
	case "str", "inlineStr":
		return cell{text: clean(unescape(raw))}
	case "b":
		if isTrue(raw) {
			return cell{text: "TRUE", kind: kindBool}
		}
		return cell{text: "FALSE", kind: kindBool}
	case "e":
		return cell{text: clean(raw), kind: kindError}
	case "d":
		return isoCell(raw)
	}
	return w.number(strings.TrimSpace(raw), styleIndex)
}

// survey passes once over a sheet without decoding it: it counts the rows that
// hold anything and finds merged cells, which stand behind the rows.
func (w *workbook) survey(ctx context.Context, part string) (rows int, merges mergedCells, err error) {
	r, err := w.open(part, maxPart)
	if err != nil {
		return 0, merges, err
	}
	defer r.Close()
	scan := bufio.NewReaderSize(contextReader{ctx, r}, 256<<10)
	counted := false
	for {
		if err := skipTo(scan, '<'); err != nil {
			if errors.Is(err, io.EOF) {
				return rows, merges, nil
			}
			return 0, merges, fmt.Errorf("look through the sheet: %w", err)
		}
		switch name := elementName(scan); name {
		case "row":
			counted = false
		case "v", "is", "f":
			if !counted {
				rows, counted = rows+1, true
			}
		case "mergeCell":
			tag, err := scan.ReadSlice('>')
			if err == nil {
				merges.add(attribute(string(tag), "ref"))
			}
		}
	}
}

// skipTo moves behind the next sign.
func skipTo(r *bufio.Reader, sign byte) error {
	for {
		_, err := r.ReadSlice(sign)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// elementName peeks at the name behind "<", without a prefix.
func elementName(r *bufio.Reader) string {
	start, _ := r.Peek(24) // shorter at the end of the file
	end := strings.IndexAny(string(start), " \t\r\n/>")
	if end < 1 {
		return ""
	}
	name := string(start[:end])
	return name[strings.LastIndexByte(name, ':')+1:]
}

// attribute finds an attribute's value in the text of a tag.
func attribute(tag, name string) string {
	_, rest, found := strings.Cut(tag, " "+name+`="`)
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}
