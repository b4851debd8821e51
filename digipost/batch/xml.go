package batch

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// document writes an XML document element by element, so that a job of any
// size needs the same memory. The first error is kept and ends all writing.
type document struct {
	to    io.Writer
	buf   []byte
	depth int
	err   error
}

// pieceSize is how much of a document is collected before it is written.
const pieceSize = 32 << 10

func newDocument(w io.Writer) *document {
	d := &document{to: w, buf: make([]byte, 0, pieceSize+4<<10)}
	d.buf = append(d.buf, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"...)
	return d
}

// line ends a line, and writes what has been collected when it is enough.
func (d *document) line() {
	d.buf = append(d.buf, '\n')
	if len(d.buf) >= pieceSize {
		d.flush()
	}
}

func (d *document) flush() {
	if d.err == nil && len(d.buf) > 0 {
		_, d.err = d.to.Write(d.buf)
	}
	d.buf = d.buf[:0]
}

// blanks are enough for the deepest element there is.
const blanks = "                "

func (d *document) indent() { d.buf = append(d.buf, blanks[:d.depth]...) }

// root opens the outermost element and declares the namespace for all.
// attributes are further ones, written out.
func (d *document) root(name, attributes string) {
	d.buf = append(d.buf, "<"+name+` xmlns="`+Namespace+`"`+attributes+`>`...)
	d.line()
	d.depth++
}

func (d *document) open(name string) {
	d.begin(name)
	d.inside()
}

// begin writes a start tag up to its attributes; inside or empty ends it.
func (d *document) begin(name string) {
	d.indent()
	d.buf = append(d.buf, '<')
	d.buf = append(d.buf, name...)
}

func (d *document) attribute(name, value string) {
	d.buf = append(d.buf, ' ')
	d.buf = append(d.buf, name...)
	d.buf = append(d.buf, '=', '"')
	d.buf = appendEscaped(d.buf, value)
	d.buf = append(d.buf, '"')
}

func (d *document) inside() {
	d.buf = append(d.buf, '>')
	d.line()
	d.depth++
}

func (d *document) empty() {
	d.buf = append(d.buf, '/', '>')
	d.line()
}

func (d *document) close(name string) {
	d.depth--
	d.indent()
	d.buf = append(d.buf, '<', '/')
	d.buf = append(d.buf, name...)
	d.buf = append(d.buf, '>')
	d.line()
}

// leaf writes an element with text and no blanks around it: kunde-id is
// compared with its white space.
func (d *document) leaf(name, text string) {
	d.begin(name)
	d.buf = append(d.buf, '>')
	d.buf = appendEscaped(d.buf, text)
	d.buf = append(d.buf, '<', '/')
	d.buf = append(d.buf, name...)
	d.buf = append(d.buf, '>')
	d.line()
}

// optional writes the element only when there is something in it; an empty
// element would be schema-valid and mean something else than none.
func (d *document) optional(name, text string) {
	if text != "" {
		d.leaf(name, text)
	}
}

func (d *document) finish() error {
	d.flush()
	return d.err
}

// appendEscaped writes text that clean has gone over, or that is known to be
// plain. Quotes are escaped in elements too, as encoding/xml does.
func appendEscaped(to []byte, text string) []byte {
	done := 0
	for i := range len(text) {
		var escaped string
		switch text[i] {
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		case '&':
			escaped = "&amp;"
		case '"':
			escaped = "&#34;"
		case '\'':
			escaped = "&#39;"
		default:
			continue
		}
		to = append(append(to, text[done:i]...), escaped...)
		done = i + 1
	}
	return append(to, text[done:]...)
}

// clean makes one line of text fit for XML 1.0: bytes that are no UTF-8 and
// characters XML forbids go away, and any run of blanks, line breaks and
// control characters becomes one blank. Sheet cells hold all of these.
func clean(text string) string {
	if !dirty(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	gap := false
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			// A broken byte, not the replacement character itself.
		case unicode.IsSpace(r) || unicode.IsControl(r):
			gap = true
		case r == 0xFFFE || r == 0xFFFF || r == 0xFEFF:
		default:
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// dirty reports whether clean would change the text. Most texts pass here, and
// most of those are plain ASCII.
func dirty(text string) bool {
	last := byte(' ')
	for i := range len(text) {
		b := text[i]
		switch {
		case b >= utf8.RuneSelf:
			return dirtyRunes(text)
		case b < ' ' || b == 0x7F || b == ' ' && last == ' ':
			return true
		}
		last = b
	}
	return text != "" && last == ' '
}

func dirtyRunes(text string) bool {
	last := ' '
	for _, r := range text {
		if r == ' ' && last == ' ' || r != ' ' && unicode.IsSpace(r) || unicode.IsControl(r) || r >= 0xFEFF && r <= 0xFFFF {
			return true
		}
		last = r
	}
	return last == ' '
}
