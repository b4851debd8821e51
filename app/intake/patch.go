package intake

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Results are put into a workbook by changing the one part that holds the
// sheet, while it is copied; every other part is copied as it was packed. So
// nothing that Excel keeps in a workbook is lost, macros and drawings included,
// and a hundred thousand rows need little memory. (excelize reads and writes
// every part anew: 1.6 GB for such a list.)

// extendWorkbook writes a copy of the workbook with the cells set.
func extendWorkbook(ctx context.Context, data []byte, book *workbook, add addition, out io.Writer) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("open the copy: %w", err)
	}
	sheet := slices.IndexFunc(book.list, func(s workbookSheet) bool { return s.Name == add.sheet })
	if sheet < 0 {
		return errSheetAbsent
	}
	copied := zip.NewWriter(out)
	changed := false
	for _, entry := range archive.File {
		if changed || partName(entry.Name) != book.list[sheet].part {
			if err := copied.Copy(entry); err != nil {
				return fmt.Errorf("copy a part: %w", err)
			}
			continue
		}
		changed = true
		if err := extendPart(ctx, copied, entry, book, add); err != nil {
			return fmt.Errorf("add results to the sheet: %w", err)
		}
	}
	return copied.Close()
}

func extendPart(ctx context.Context, copied *zip.Writer, entry *zip.File, book *workbook, add addition) error {
	from, err := book.open(entry.Name, maxPart)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := copied.CreateHeader(&zip.FileHeader{Name: entry.Name, Method: zip.Deflate, Modified: entry.Modified})
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(to, 64<<10)
	p := &patch{add: add, raw: &recorder{r: bufio.NewReaderSize(contextReader{ctx, from}, 64<<10)}, out: buffered, style: map[int]string{}}
	if err := p.run(); err != nil {
		return err
	}
	return buffered.Flush()
}

// recorder keeps the bytes the decoder has read since the last flush, so that
// they can be written as they came.
type recorder struct {
	r       *bufio.Reader
	pending []byte
	base    int64 // where pending begins
}

func (r *recorder) ReadByte() (byte, error) {
	if len(r.pending) > maxText {
		return 0, errTooLarge
	}
	b, err := r.r.ReadByte()
	if err == nil {
		r.pending = append(r.pending, b)
	}
	return b, err
}

// Read completes io.Reader; the decoder reads single bytes.
func (r *recorder) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// take gives the bytes up to a place and lets go of them. They are valid until
// the next byte is read.
func (r *recorder) take(end int64) []byte {
	n := int(end - r.base)
	r.base = end
	if n == len(r.pending) {
		taken := r.pending
		r.pending = r.pending[:0]
		return taken
	}
	taken := r.pending[:n]
	r.pending = append([]byte(nil), r.pending[n:]...)
	return taken
}

// patch is a sheet on its way from the list to the copy.
type patch struct {
	add     addition
	raw     *recorder
	decoder *xml.Decoder
	out     *bufio.Writer
	// numbers are the rows that get results and have not passed yet.
	numbers []int
	// after is where the piece at hand ends.
	after int64

	prefix string // of the sheet's own elements, with a colon
	inData bool
	last   int
	// Of the row at hand:
	number, column int
	values         []string
	placed         bool
	dropping       bool
	// style is the format of the last heading by row, for the new ones.
	style map[int]string
}

func (p *patch) run() error {
	for number, values := range p.add.values {
		if strings.Join(values, "") != "" {
			p.numbers = append(p.numbers, number)
		}
	}
	slices.Sort(p.numbers)
	p.decoder = xml.NewDecoder(p.raw)
	for {
		token, err := p.decoder.RawToken()
		p.after = p.decoder.InputOffset()
		if errors.Is(err, io.EOF) {
			_, err = p.out.Write(p.raw.take(p.after))
			return err
		}
		if err != nil {
			return err
		}
		switch piece := token.(type) {
		case xml.StartElement:
			err = p.start(piece)
		case xml.EndElement:
			err = p.end(piece)
		}
		if err == nil && !p.dropping {
			_, err = p.out.Write(p.raw.take(p.after))
		}
		if err != nil {
			return err
		}
	}
}

// start looks at a start tag; what it leaves in raw is written as it is.
func (p *patch) start(tag xml.StartElement) error {
	switch tag.Name.Local {
	case "dimension":
		_, err := p.out.Write(p.dimension(p.raw.take(p.after)))
		return err
	case "sheetData":
		p.inData = true
		if tag.Name.Space != "" {
			p.prefix = tag.Name.Space + ":"
		}
		return p.openEmptyData()
	case "row":
		if p.inData {
			return p.startRow(tag)
		}
	case "c":
		if p.inData && p.values != nil {
			return p.startCell(tag)
		}
	}
	return nil
}

// openEmptyData fills a sheet that had no rows (<sheetData/>).
func (p *patch) openEmptyData() error {
	tag := string(p.raw.pending)
	if !strings.HasSuffix(tag, "/>") {
		return nil
	}
	p.raw.take(p.after)
	if _, err := p.out.WriteString(tag[:len(tag)-2] + ">"); err != nil {
		return err
	}
	if err := p.newRows(maxRows + 1); err != nil {
		return err
	}
	_, err := p.out.WriteString("</" + p.prefix + "sheetData>")
	return err
}

var spans = regexp.MustCompile(`\sspans\s*=\s*("[^"]*"|'[^']*')`)

// startRow puts the rows that are missing before this one, and makes this one
// ready for results. The attribute spans would no longer be right; it is only a
// hint.
func (p *patch) startRow(tag xml.StartElement) error {
	p.number = p.last + 1
	for _, attr := range tag.Attr {
		if n := rowOf(attr.Value); attr.Name.Local == "r" && n > p.last {
			p.number = n
		}
	}
	p.last, p.column = p.number, -1
	// The decoder stands behind the tag: rows go before it.
	if err := p.newRows(p.number); err != nil {
		return err
	}
	if len(p.numbers) == 0 || p.numbers[0] != p.number {
		p.values = nil
		return nil
	}
	p.numbers = p.numbers[1:]
	p.values, p.placed = p.add.values[p.number], false
	cut := spans.ReplaceAll(p.raw.pending, nil)
	if bytes.HasSuffix(cut, []byte("/>")) {
		return p.openEmptyRow(cut)
	}
	p.raw.take(p.after)
	_, err := p.out.Write(cut)
	return err
}

// openEmptyRow fills a row that had no cells.
func (p *patch) openEmptyRow(tag []byte) error {
	p.raw.take(p.after)
	if _, err := p.out.WriteString(string(tag[:len(tag)-2]) + ">"); err != nil {
		return err
	}
	if err := p.place(); err != nil {
		return err
	}
	p.values = nil
	_, err := p.out.WriteString("</" + p.prefix + "row>")
	return err
}

// startCell puts the results before the first cell behind their place, and
// drops blank cells where they go: such cells hold a format alone.
func (p *patch) startCell(tag xml.StartElement) error {
	p.column++
	style := ""
	for _, attr := range tag.Attr {
		switch attr.Name.Local {
		case "r":
			if found, _ := columnOf(attr.Value); found >= 0 {
				p.column = found
			}
		case "s":
			style = attr.Value
		}
	}
	if p.column < p.add.column {
		if _, err := strconv.Atoi(style); err == nil {
			p.style[p.number] = style
		} else {
			delete(p.style, p.number)
		}
		return nil
	}
	if err := p.place(); err != nil {
		return err
	}
	p.dropping = p.column < p.add.column+len(p.values)
	return nil
}

// end looks at an end tag.
func (p *patch) end(tag xml.EndElement) error {
	switch {
	case tag.Name.Local == "c" && p.dropping:
		p.dropping = false
		p.raw.take(p.after)
	case tag.Name.Local == "row" && p.values != nil:
		err := p.place()
		p.values = nil
		return err
	case tag.Name.Local == "sheetData" && p.inData:
		p.inData = false
		return p.newRows(maxRows + 1)
	}
	return nil
}

// place writes the results of the row at hand, once.
func (p *patch) place() error {
	if p.placed {
		return nil
	}
	p.placed = true
	return p.cells(p.number, p.values)
}

// newRows writes the rows with results that stand before a number and are not
// in the sheet.
func (p *patch) newRows(before int) error {
	for len(p.numbers) > 0 && p.numbers[0] < before {
		number := p.numbers[0]
		p.numbers = p.numbers[1:]
		if _, err := fmt.Fprintf(p.out, `<%srow r="%d">`, p.prefix, number); err != nil {
			return err
		}
		if err := p.cells(number, p.add.values[number]); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(p.out, `</%srow>`, p.prefix); err != nil {
			return err
		}
	}
	return nil
}

// cells writes texts as cells of a row. Headings get the looks of the last one.
func (p *patch) cells(number int, texts []string) error {
	for i, text := range texts {
		if text == "" || p.add.column+i >= maxColumns {
			continue
		}
		style := ""
		if number == p.add.header && p.style[number] != "" {
			style = ` s="` + p.style[number] + `"`
		}
		if _, err := fmt.Fprintf(p.out, `<%[1]sc r="%[2]s%[3]d"%[4]s t="inlineStr"><%[1]sis><%[1]st xml:space="preserve">`,
			p.prefix, letters(p.add.column+i), number, style); err != nil {
			return err
		}
		if err := xml.EscapeText(p.out, []byte(clean(text))); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(p.out, `</%[1]st></%[1]sis></%[1]sc>`, p.prefix); err != nil {
			return err
		}
	}
	return nil
}

// dimension makes the stated size of the sheet large enough.
func (p *patch) dimension(tag []byte) []byte {
	ref := attribute(string(tag), "ref")
	first, last, found := strings.Cut(ref, ":")
	if !found {
		last = first
	}
	column, digits := columnOf(last)
	row := rowOf(digits)
	if ref == "" || column < 0 || row == 0 {
		return tag
	}
	for number, values := range p.add.values {
		row, column = max(row, number), max(column, p.add.column+len(values)-1)
	}
	return bytes.Replace(tag, []byte(`ref="`+ref+`"`), []byte(`ref="`+first+":"+letters(min(column, maxColumns-1))+strconv.Itoa(row)+`"`), 1)
}
