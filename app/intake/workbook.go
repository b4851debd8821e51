package intake

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// Workbooks are read here and not through excelize: its row iterator streams,
// but tells neither the kind of a cell nor its style nor whether a formula has
// a result, and asking for those loads the whole sheet. The parts of the format
// that matter are few (ECMA-376, part 1, chapter 18). Writing goes through
// excelize.

// maxPart is how large one part of a workbook may be when unpacked, maxText how
// much of it may stand in one piece of text: a cell holds 32,767 signs.
const (
	maxPart  = 512 << 20
	maxText  = 1 << 20
	maxOther = 64 << 20
)

var (
	errTooLarge    = errors.New("more than a workbook may unpack to")
	errNoWorkbook  = errors.New("no workbook part")
	errSheetAbsent = errors.New("no such sheet")
)

// workbook is an .xlsx or .xlsm file.
type workbook struct {
	parts    map[string]*zip.File
	list     []workbookSheet
	date1904 bool
	styles   []style
	strings  sharedStrings
}

type workbookSheet struct {
	Sheet
	part   string
	merges mergedCells
}

// partName is the name of a part as it is compared: with slashes, from the
// root, letter case ignored.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

func openWorkbook(ctx context.Context, archive *zip.Reader) (*workbook, error) {
	w := &workbook{parts: map[string]*zip.File{}}
	for _, entry := range archive.File {
		if name := partName(entry.Name); w.parts[name] == nil {
			w.parts[name] = entry
		}
	}
	main, err := w.mainPart()
	if err != nil {
		return nil, err
	}
	if err := w.readMain(main); err != nil {
		return nil, err
	}
	for i := range w.list {
		s := &w.list[i]
		if s.Rows, s.merges, err = w.survey(ctx, s.part); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// relationships are the links of a part to others, by id.
type relationships struct {
	Relationship []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	}
}

// links reads the relationships of a part; a part without them has none.
func (w *workbook) links(part string) (relationships, error) {
	var found relationships
	dir, base := path.Split(part)
	name := dir + "_rels/" + base + ".rels"
	if w.parts[partName(name)] == nil {
		return found, nil
	}
	return found, w.decode(name, &found)
}

// target is the part a link points to, seen from the part it stands in.
func target(from, link string) string {
	link = strings.ReplaceAll(link, `\`, "/")
	if strings.HasPrefix(link, "/") {
		return partName(link)
	}
	return partName(path.Join(path.Dir(from), link))
}

// mainPart finds the workbook part through the root's relationships.
func (w *workbook) mainPart() (string, error) {
	root, err := w.links("")
	if err != nil {
		return "", err
	}
	for _, link := range root.Relationship {
		if strings.HasSuffix(link.Type, "/officeDocument") {
			if name := target("", link.Target); w.parts[name] != nil && strings.Contains(name, "workbook") {
				return name, nil
			}
		}
	}
	if w.parts["xl/workbook.xml"] != nil {
		return "xl/workbook.xml", nil
	}
	return "", errNoWorkbook
}

// readMain reads the sheets, the calendar, the styles and the shared texts.
func (w *workbook) readMain(main string) error {
	var book struct {
		XMLName    xml.Name `xml:"workbook"`
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.decode(main, &book); err != nil {
		return err
	}
	w.date1904 = isTrue(book.Properties.Date1904)
	links, err := w.links(main)
	if err != nil {
		return err
	}
	byID := map[string]string{}
	for _, link := range links.Relationship {
		part := target(main, link.Target)
		switch path.Base(link.Type) {
		case "worksheet":
			byID[link.ID] = part
		case "styles":
			err = w.readStyles(part)
		case "sharedStrings":
			err = w.readStrings(part)
		}
		if err != nil {
			return err
		}
	}
	for _, sheet := range book.Sheets {
		for _, attr := range sheet.Attrs {
			if part := byID[attr.Value]; attr.Name.Local == "id" && part != "" && w.parts[part] != nil {
				w.list = append(w.list, workbookSheet{part: part,
					Sheet: Sheet{Name: sheet.Name, Hidden: sheet.State == "hidden" || sheet.State == "veryHidden"}})
			}
		}
	}
	if len(w.list) == 0 {
		return fmt.Errorf("%w: no sheets", errNoWorkbook)
	}
	return nil
}

func isTrue(text string) bool { return text == "1" || text == "true" }

// open opens a part; reading more than limit bytes of it is errTooLarge.
func (w *workbook) open(part string, limit int64) (io.ReadCloser, error) {
	entry := w.parts[partName(part)]
	if entry == nil {
		return nil, fmt.Errorf("%w: %s is missing", errNoWorkbook, path.Base(part))
	}
	if entry.UncompressedSize64 > uint64(limit) {
		return nil, errTooLarge
	}
	r, err := entry.Open()
	if err != nil {
		return nil, fmt.Errorf("open a part of the workbook: %w", err)
	}
	return &bounded{ReadCloser: r, left: limit}, nil
}

// bounded is a reader that fails behind a limit, whatever the zip's directory
// promised.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}

// decode reads a small part into v. encoding/xml knows no entities but the five
// of XML, so that none can be made to grow.
func (w *workbook) decode(part string, v any) error {
	r, err := w.open(part, maxOther)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := xml.NewDecoder(r).Decode(v); err != nil {
		return fmt.Errorf("read %s: %w", path.Base(part), err)
	}
	return nil
}

func (w *workbook) sheets() []Sheet {
	sheets := make([]Sheet, len(w.list))
	for i, s := range w.list {
		sheets[i] = s.Sheet
	}
	return sheets
}

// columnOf reads the letters of a reference like AB12 as a column from 0; rest
// is what follows. -1 is no column.
func columnOf(ref string) (column int, rest string) {
	i := 0
	for ; i < len(ref) && i < 4; i++ {
		letter := ref[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		column = column*26 + int(letter-'A') + 1
	}
	if column > maxColumns {
		return -1, ""
	}
	return column - 1, ref[i:]
}

// letters is the name of a column counted from 0.
func letters(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

// maxColumns and maxRows are Excel's own limits.
const (
	maxColumns = 16384
	maxRows    = 1048576
)

// rowOf reads the digits of a reference; 0 is none.
func rowOf(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > maxRows {
		return 0
	}
	return n
}
