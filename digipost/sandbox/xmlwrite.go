package sandbox

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
)

const xmlDeclaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// xmlWriter writes elements without layout blanks. Writing goes to a buffer or
// to a buffered writer whose error shows at its Flush.
type xmlWriter struct {
	w    io.Writer
	open []string
}

// begin starts the root element.
func beginXML(w io.Writer, root, space string) *xmlWriter {
	x := &xmlWriter{w: w}
	x.raw(xmlDeclaration)
	x.start(root, "xmlns", space)
	return x
}

func (x *xmlWriter) raw(s string) { _, _ = io.WriteString(x.w, s) }

func (x *xmlWriter) escape(s string) { _ = xml.EscapeText(x.w, []byte(s)) }

func (x *xmlWriter) tag(name string, attrs []string) {
	x.raw("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		x.raw(" " + attrs[i] + `="`)
		x.escape(attrs[i+1])
		x.raw(`"`)
	}
}

// start opens an element with attributes given as name, value, name, value.
func (x *xmlWriter) start(name string, attrs ...string) {
	x.tag(name, attrs)
	x.raw(">")
	x.open = append(x.open, name)
}

// end closes the innermost open element.
func (x *xmlWriter) end() {
	last := len(x.open) - 1
	x.raw("</" + x.open[last] + ">")
	x.open = x.open[:last]
}

// text writes a whole element with text.
func (x *xmlWriter) text(name, value string, attrs ...string) {
	x.start(name, attrs...)
	x.escape(value)
	x.end()
}

// optional writes text unless the value is empty.
func (x *xmlWriter) optional(name, value string) {
	if value != "" {
		x.text(name, value)
	}
}

func (x *xmlWriter) number(name string, n int64) { x.text(name, strconv.FormatInt(n, 10)) }

// empty writes an element without content.
func (x *xmlWriter) empty(name string, attrs ...string) {
	x.tag(name, attrs)
	x.raw("/>")
}

// link writes a link of the sender API.
func (x *xmlWriter) link(relation, uri string) {
	x.empty("link", "rel", "https://api.digipost.no/relations/"+relation, "uri", uri, "media-type", mediaXML)
}

// apiDocument writes one document of the sender API.
func apiDocument(root string, fill func(*xmlWriter)) []byte {
	var buf bytes.Buffer
	x := beginXML(&buf, root, nsAPI)
	fill(x)
	x.end()
	return buf.Bytes()
}

func errorXML(code, message, kind string) []byte {
	return apiDocument("error", func(x *xmlWriter) {
		x.text("error-code", code)
		x.text("error-message", message)
		x.text("error-type", kind)
	})
}
