package batch

import (
	"bufio"
	"encoding/xml"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// document writes an XML document element by element, so that a job of any
// size needs the same memory. The first error is kept and ends all writing.
type document struct {
	out   *bufio.Writer
	depth int
	err   error
}

func newDocument(w io.Writer) *document {
	d := &document{out: bufio.NewWriterSize(w, 32<<10)}
	d.raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	return d
}

func (d *document) raw(s string) {
	if d.err == nil {
		_, d.err = d.out.WriteString(s)
	}
}

func (d *document) indent() {
	for range d.depth {
		d.raw(" ")
	}
}

// root opens the outermost element and declares the namespace for all.
func (d *document) root(name string) {
	d.raw(`<` + name + ` xmlns="` + Namespace + `">` + "\n")
	d.depth++
}

func (d *document) open(name string) {
	d.indent()
	d.raw("<" + name + ">\n")
	d.depth++
}

func (d *document) close(name string) {
	d.depth--
	d.indent()
	d.raw("</" + name + ">\n")
}

// leaf writes an element with text and no blanks around it: kunde-id is
// compared with its white space.
func (d *document) leaf(name, text string) {
	d.indent()
	d.raw("<" + name + ">")
	if d.err == nil {
		d.err = xml.EscapeText(d.out, []byte(text))
	}
	d.raw("</" + name + ">\n")
}

// optional writes the element only when there is something in it; an empty
// element would be schema-valid and mean something else than none.
func (d *document) optional(name, text string) {
	if text != "" {
		d.leaf(name, text)
	}
}

func (d *document) finish() error {
	if d.err == nil {
		d.err = d.out.Flush()
	}
	return d.err
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

// dirty reports whether clean would change the text. Most texts pass here.
func dirty(text string) bool {
	last := ' '
	for _, r := range text {
		if r == ' ' && last == ' ' || r != ' ' && unicode.IsSpace(r) || unicode.IsControl(r) || r >= 0xFEFF && r <= 0xFFFF {
			return true
		}
		last = r
	}
	return text != "" && last == ' '
}
