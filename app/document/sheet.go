package document

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

// Sheet is a list for reading and signing off: a title, and sections of labelled
// lines.
type Sheet struct {
	Title, Subtitle string
	// Foot stands below each page; Page says which one it is, and may be nil.
	Foot     string
	Page     func(page, pages int) string
	Sections []Section
}

// Section is a heading with what stands beside it, and lines of a label and a
// text.
type Section struct {
	Heading, Beside string
	Lines           [][2]string
}

// The layout of a sheet on A4, in points.
const (
	sheetLeft, sheetRight = 56.0, 539.0
	sheetTop, sheetBottom = 786.0, 64.0
	sheetFoot             = 40.0
	sheetLabel            = 96.0 // the column of labels
	sheetTitle            = 18.0
	sheetHeading          = 11.5
	sheetText             = 9.5
	sheetLead             = 1.35 // line height
)

// mostSheetPages bounds a sheet: notes may be long, though not endless.
const mostSheetPages = 500

// WriteSheet gives a sheet as a PDF. font is an OpenType font with PostScript
// outlines, as the program ships it.
func WriteSheet(ctx context.Context, font []byte, sheet Sheet) ([]byte, error) {
	face, err := readTypeface(font)
	if err != nil {
		return nil, err
	}
	l := sheetLayout{face: face}
	l.turn()
	l.text(sheet.Title, sheetLeft, sheetRight, sheetTitle)
	l.text(sheet.Subtitle, sheetLeft, sheetRight, sheetHeading)
	for _, section := range sheet.Sections {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l.section(section)
	}
	var out bytes.Buffer
	w := newPDFWriter(&out)
	for i, page := range l.pages {
		l.at(page, sheet.Foot, sheetLeft, sheetFoot, sheetText)
		if sheet.Page != nil {
			label := sheet.Page(i+1, len(l.pages))
			l.at(page, label, sheetRight-l.width(label, sheetText), sheetFoot, sheetText)
		}
		number := w.next()
		w.put(number, streamBody("", page.Bytes()))
		w.page(fmt.Sprintf("/MediaBox[0 0 595.28 841.89]/Resources<</Font<</F %d 0 R>>>>/Contents %d 0 R", fontObject, number))
	}
	face.embed(w)
	err = w.finish()
	return out.Bytes(), err
}

// sheetLayout fills pages from the top.
type sheetLayout struct {
	face  *typeface
	pages []*bytes.Buffer
	y     float64
}

// turn begins a new page.
func (l *sheetLayout) turn() {
	if len(l.pages) < mostSheetPages {
		l.pages = append(l.pages, &bytes.Buffer{})
	}
	l.y = sheetTop
}

// room begins a new page unless so many points are left on this one.
func (l *sheetLayout) room(height float64) {
	if l.y-height < sheetBottom {
		l.turn()
	}
}

func (l *sheetLayout) section(section Section) {
	// A heading does not stand alone at the foot of a page.
	l.room((2*sheetHeading + 3*sheetText) * sheetLead)
	l.y -= sheetHeading
	page := l.pages[len(l.pages)-1]
	fmt.Fprintf(page, "0.75 G 0.5 w %.2f %.2f m %.2f %.2f l S\n", sheetLeft, l.y+sheetHeading*0.4, sheetRight, l.y+sheetHeading*0.4)
	heading := section.Heading
	if section.Beside != "" {
		heading += "  ·  " + section.Beside
	}
	l.text(heading, sheetLeft, sheetRight, sheetHeading)
	for _, line := range section.Lines {
		label, before := l.wrap(line[0], sheetLabel-6, sheetText), l.y
		l.room(sheetText * sheetLead)
		if l.y > before {
			before = l.y
		}
		for i, part := range label {
			if y := before - float64(i+1)*sheetText*sheetLead; y >= sheetBottom {
				l.at(l.pages[len(l.pages)-1], part, sheetLeft, y, sheetText)
			}
		}
		l.text(line[1], sheetLeft+sheetLabel, sheetRight, sheetText)
		l.y = min(l.y, max(before-float64(len(label))*sheetText*sheetLead, sheetBottom))
	}
}

// text writes lines below what is there, over as many pages as it takes.
func (l *sheetLayout) text(text string, left, right, size float64) {
	for _, line := range l.wrap(text, right-left, size) {
		l.room(size * sheetLead)
		l.y -= size * sheetLead
		l.at(l.pages[len(l.pages)-1], line, left, l.y, size)
	}
}

// at writes one line at a place.
func (l *sheetLayout) at(page *bytes.Buffer, text string, x, y, size float64) {
	if text == "" {
		return
	}
	glyphs, _ := l.face.encode(text)
	fmt.Fprintf(page, "BT /F %.2f Tf %.2f %.2f Td <", size, x, y)
	for _, glyph := range glyphs {
		fmt.Fprintf(page, "%04X", glyph)
	}
	page.WriteString("> Tj ET\n")
}

func (l *sheetLayout) width(text string, size float64) float64 {
	_, width := l.face.encode(text)
	return float64(width) * size / 1000
}

// wrap cuts a text into lines that fit. A word that is too long, a fingerprint
// say, is cut where it must be.
func (l *sheetLayout) wrap(text string, width, size float64) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			joined := strings.TrimSpace(line + " " + word)
			if l.width(joined, size) <= width {
				line = joined
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for line = word; l.width(line, size) > width; {
				cut := l.fitting(line, width, size)
				lines, line = append(lines, line[:cut]), line[cut:]
			}
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// fitting is how many bytes of a word fit, at least one character.
func (l *sheetLayout) fitting(word string, width, size float64) int {
	last := 0
	for at := range word {
		if at > 0 && l.width(word[:at], size) > width {
			break
		}
		last = at
	}
	if last == 0 {
		return len(string([]rune(word)[:1]))
	}
	return last
}
