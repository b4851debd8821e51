package validate

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// run is one document on its way through the grammar.
type run struct {
	source   *source
	grammar  *grammar
	rules    *rules
	report   Report
	stack    []frame
	bindings []binding
	// text is that of the innermost element, where it has a simple type.
	text []byte
	ids  identities
	// line is where the token at hand begins.
	line     int
	rootSeen bool
	// first says that nothing came before the token at hand.
	first bool
}

// binding is a namespace prefix.
type binding struct{ prefix, space string }

// frame is an open element.
type frame struct {
	name name
	// prefix is as written, for the end tag must be written alike.
	prefix string
	// declared is the element's declaration; nil where there is none. typ is
	// its type, or the one that xsi:type names.
	declared *element
	typ      *typ
	mode     mode
	at       state
	// line is where the element begins; bindings how many there were before.
	line, bindings int
	// index counts elements of this name among their siblings.
	index    int
	children []tally
	// inside says that something stands in the element; broken that something
	// wrong does, so that its text is not looked at.
	inside, broken bool
	record         *record
}

// mode is how strictly an element is looked at.
type mode int

const (
	// checked elements have a declaration.
	checked mode = iota
	// lax elements have none and need none; those inside may.
	lax
	// skipped elements stand where they should not.
	skipped
)

// tally counts children of one name.
type tally struct {
	local string
	count int
}

// maxTallies is how many names of children are counted. No grammar here has as
// many.
const maxTallies = 64

// errStop ends a document that need not be read further: the reason stands in
// the report.
var errStop = errors.New("validate: enough was found")

// check holds a document against a grammar and, where there are some, rules.
func check(ctx context.Context, r io.Reader, g *grammar, list *rules) (Report, error) {
	run := &run{source: open(ctx, r), grammar: g, rules: list, first: true}
	// Empty lists, so that they are lists in JSON as well.
	run.report = Report{Errors: []Finding{}, Warnings: []Finding{}}
	err := run.document()
	switch {
	case errors.Is(err, errStop):
		err = nil
	case err != nil:
		return Report{}, fmt.Errorf("reading the document: %w", err)
	}
	return run.report, nil
}

func (r *run) document() error {
	for {
		token, line, err := r.source.next()
		r.line = line
		if err == io.EOF {
			return r.ended()
		}
		if err != nil {
			return r.unreadable(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = r.start(t)
		case xml.EndElement:
			err = r.end(t)
		case xml.CharData:
			err = r.characters(t)
		case xml.Directive:
			err = r.fatal(DoctypeRefused, "a DOCTYPE may not stand in Digipost's documents")
		case xml.ProcInst:
			err = r.instruction(t)
		case xml.Comment:
			err = r.unseen(t)
		}
		if err != nil {
			return err
		}
		r.first = false
	}
}

// ended looks whether a document was whole.
func (r *run) ended() error {
	switch {
	case !r.rootSeen:
		return r.fatal(NotWellFormed, "the document has no element")
	case len(r.stack) > 0:
		return r.fatal(NotWellFormed, fmt.Sprintf("the document ends before <%s> is closed", r.top().name.local))
	}
	return r.ids.unresolved(r)
}

// unreadable sorts what ended the reading: the document or the reader.
func (r *run) unreadable(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case errors.Is(err, errPiece):
		return r.fatal(TooLarge, fmt.Sprintf("a tag, text or comment is longer than %d bytes", maxPiece))
	case errors.Is(err, errEncoding):
		return r.fatal(BadEncoding, "the encoding is not one that is read; write UTF-8")
	case r.source.err != nil:
		return r.source.err
	case errors.As(err, &syntax):
		r.line = syntax.Line
		return r.fatal(NotWellFormed, "the document is not XML: "+syntax.Msg)
	}
	// What is left is the decoder's word about the XML declaration.
	return r.fatal(NotWellFormed, "the document is not XML: "+strings.TrimPrefix(err.Error(), "xml: "))
}

// instruction looks at an XML declaration, which stands first if at all.
func (r *run) instruction(t xml.ProcInst) error {
	if strings.EqualFold(t.Target, "xml") && (!r.first || t.Target != "xml") {
		return r.fatal(NotWellFormed, "an XML declaration may only stand at the very beginning")
	}
	if strings.Contains(t.Target, ":") {
		return r.fatal(NotWellFormed, "the name of an instruction has a colon")
	}
	return r.unseen(t.Inst)
}

// unseen looks at what only has to be letters.
func (r *run) unseen(text []byte) error {
	for len(text) > 0 {
		c, size := utf8.DecodeRune(text)
		if c == utf8.RuneError && size == 1 || c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF {
			return r.fatal(NotWellFormed, "the document has characters that XML does not allow")
		}
		text = text[size:]
	}
	return nil
}

func (r *run) top() *frame { return &r.stack[len(r.stack)-1] }

// characters takes text between tags.
func (r *run) characters(text xml.CharData) error {
	if len(r.stack) == 0 {
		if strings.Trim(string(text), spaces) != "" {
			return r.fatal(NotWellFormed, "text stands outside the first element")
		}
		return nil
	}
	f := r.top()
	if len(text) == 0 || f.mode != checked {
		return nil
	}
	switch {
	case f.typ.text != nil:
		f.inside = true
		if len(r.text)+len(text) > maxPiece {
			return r.fatal(TooLarge, fmt.Sprintf("a text is longer than %d bytes", maxPiece))
		}
		r.text = append(r.text, text...)
		return nil
	case f.typ.mixed || f.broken:
		return nil
	case f.typ.content != nil && strings.Trim(string(text), spaces) == "":
		return nil
	}
	f.broken = true
	return r.fail(UnexpectedText, fmt.Sprintf("text may not stand in %s", f.name.local))
}

// end closes the innermost element.
func (r *run) end(t xml.EndElement) error {
	if len(r.stack) == 0 {
		return r.fatal(NotWellFormed, fmt.Sprintf("</%s> closes nothing", t.Name.Local))
	}
	f := r.top()
	if f.name.local != t.Name.Local || f.prefix != t.Name.Space {
		return r.fatal(NotWellFormed, fmt.Sprintf("<%s> is closed by </%s>", f.name.local, t.Name.Local))
	}
	if f.mode == checked {
		if err := r.complete(f); err != nil {
			return err
		}
	}
	r.bindings = r.bindings[:f.bindings]
	// The frame's memory is used again; what it pointed at is let go.
	*f = frame{children: f.children[:0]}
	r.stack = r.stack[:len(r.stack)-1]
	r.text = r.text[:0]
	return nil
}

// complete looks at an element as a whole.
func (r *run) complete(f *frame) error {
	switch {
	case f.typ.text != nil && !f.broken:
		value := string(r.text)
		if !f.inside && f.declared != nil {
			value = f.declared.fallback
		}
		if f.record != nil {
			f.record.text = strings.ToValidUTF8(f.typ.text.space.apply(value[:min(len(value), maxRecordText)]), "")
		}
		if err := r.value(f.typ.text, value, ""); err != nil {
			return err
		}
	case f.typ.content != nil && !f.typ.content.mayEnd(f.at):
		if err := r.incomplete(f.typ.content, f.at, f.name.local+" is not complete"); err != nil {
			return err
		}
	}
	return r.judge(f)
}

// value looks at the text of an element, or of an attribute of it.
func (r *run) value(t *text, raw, attribute string) error {
	value, wrong := t.read(raw)
	if wrong != nil {
		if wrong.code == NotInList && r.otherCopy(attribute, func(a additions) bool { return slices.Contains(a.words[t], value) }) {
			return nil
		}
		subject := r.top().name.local
		if attribute != "" {
			subject = attribute
		}
		return r.failAt(attribute, wrong.code, subject+": "+wrong.text)
	}
	switch t.identity {
	case isID:
		return r.ids.define(r, value, attribute)
	case isReference:
		r.ids.refer(r, value, attribute)
	}
	return nil
}

// incomplete says what is missing before the content may end or go on.
func (r *run) incomplete(c *content, at state, text string) error {
	missing := c.missing(at)
	if len(missing) == 0 {
		return r.fail(MissingElement, text)
	}
	text += ": " + missing[0].String() + " is missing"
	if others := c.expected(at); len(others) > 1 {
		text += "; here may come " + list(others)
	}
	return r.fail(MissingElement, text)
}

// list names what may come, as far as that helps.
func list(leaves []leaf) string {
	var names []string
	for i, l := range leaves {
		if i == 8 {
			names = append(names, "and others")
			break
		}
		names = append(names, l.String())
	}
	return strings.Join(names, ", ")
}
