package intake

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// style is what a cell's format says about a number in it.
type style struct {
	date bool
	// zeros is how many digits a format like 0000 fills up to, else 0.
	zeros int
}

func (w *workbook) readStyles(part string) error {
	var sheet struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if w.parts[part] == nil {
		return nil
	}
	if err := w.decode(part, &sheet); err != nil {
		return err
	}
	codes := map[int]string{}
	for _, format := range sheet.Formats {
		codes[format.ID] = format.Code
	}
	for _, cell := range sheet.Cells {
		w.styles = append(w.styles, styleOf(cell.Format, codes[cell.Format]))
	}
	return nil
}

// styleOf judges a number format. The built-in ones for dates are 14 to 17, 22
// and, in East Asian Excel, 27 to 36 and 50 to 58 (ECMA-376, 18.8.30).
func styleOf(id int, code string) style {
	if code == "" {
		return style{date: id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 58}
	}
	if code != "" && strings.Trim(code, "0") == "" && len(code) > 1 {
		return style{zeros: len(code)}
	}
	return style{date: isDateCode(code)}
}

// isDateCode reports whether a format shows days or years. Texts in quotes,
// signs behind a backslash and parts in brackets do not count.
func isDateCode(code string) bool {
	code = strings.ToLower(code)
	if code == "general" || code == "standard" {
		return false
	}
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"', '[':
			end := byte('"')
			if code[i] == '[' {
				end = ']'
			}
			for i++; i < len(code) && code[i] != end; i++ {
			}
		case '\\', '_', '*':
			i++
		case ';':
			return false // the first part is the one for positive numbers
		case 'd', 'y':
			return true
		case 'm':
			if strings.HasPrefix(code[i:], "mmm") {
				return true
			}
		}
	}
	return false
}

// number turns a stored number into text as a person would type it, a date
// into dd.mm.yyyy.
func (w *workbook) number(raw string, styleIndex int) cell {
	value, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return cell{text: clean(raw)}
	}
	var s style
	if styleIndex >= 0 && styleIndex < len(w.styles) {
		s = w.styles[styleIndex]
	}
	if s.date {
		if text, ok := dateText(value, w.date1904); ok {
			return cell{text: text, kind: kindDate}
		}
	}
	text := raw
	if strings.ContainsAny(raw, "eE") || len(raw) > 15 {
		text = plainNumber(value, raw)
	}
	if s.zeros > len(text) && !strings.ContainsAny(text, ".-") {
		text = strings.Repeat("0", s.zeros-len(text)) + text
	}
	return cell{text: text, kind: kindNumber}
}

// plainNumber writes a number without exponent and with at most the 15 digits
// that Excel keeps; longer whole numbers stay as they were stored.
func plainNumber(value float64, raw string) string {
	if value == math.Trunc(value) && math.Abs(value) < 1e21 {
		if !strings.ContainsAny(raw, "eE.") {
			return raw
		}
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 15, 64), 64)
	if err != nil || math.Abs(short) >= 1e21 || math.Abs(short) < 1e-9 {
		return raw
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// dateText writes Excel's day number as dd.mm.yyyy. A time of day is left out:
// lists hold days.
func dateText(value float64, date1904 bool) (string, bool) {
	if value < 0 || value >= 2958466 { // 1 January 10000
		return "", false
	}
	at, err := excelize.ExcelDateToTime(value, date1904)
	if err != nil {
		return "", false
	}
	return at.Format(dayLayout), true
}

// dayLayout is how days are written in cells.
const dayLayout = "02.01.2006"

// isoCell reads a cell of type d, which holds a date as ISO 8601.
func isoCell(raw string) cell {
	if len(raw) >= 10 {
		if at, err := time.Parse(time.DateOnly, raw[:10]); err == nil {
			return cell{text: at.Format(dayLayout), kind: kindDate}
		}
	}
	return cell{text: clean(raw)}
}

// sharedStrings are the texts that cells point to, in one block: a list has
// hundreds of thousands of them.
type sharedStrings struct {
	block []byte
	ends  []int
}

func (s *sharedStrings) add(text string) {
	s.block = append(s.block, text...)
	s.ends = append(s.ends, len(s.block))
}

func (s *sharedStrings) at(index int) string {
	if index < 0 || index >= len(s.ends) {
		return ""
	}
	start := 0
	if index > 0 {
		start = s.ends[index-1]
	}
	return string(s.block[start:s.ends[index]])
}

func (w *workbook) readStrings(part string) error {
	if w.parts[part] == nil {
		return nil
	}
	r, err := w.open(part, maxPart/2)
	if err != nil {
		return err
	}
	defer r.Close()
	tokens := newTokens(r)
	for {
		token, err := tokens.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the texts: %w", err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "si" {
			text, err := tokens.text(start.Name)
			if err != nil {
				return fmt.Errorf("read the texts: %w", err)
			}
			w.strings.add(clean(unescape(text)))
		}
	}
}

// unescape turns _x000D_ and its like back into the sign it stands for
// (ECMA-376, 22.9.2.19).
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '_' && i+7 <= len(text) && text[i+1] == 'x' && text[i+6] == '_' {
			if code, err := strconv.ParseUint(text[i+2:i+6], 16, 16); err == nil {
				out.WriteRune(rune(code))
				i += 6
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
