package sandbox

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Namespaces of the documents that are read.
const (
	nsAPI       = "http://api.digipost.no/schema/v8"
	nsDataTypes = "http://api.digipost.no/schema/datatypes"
	nsBatch     = "http://www.digipost.no/xsd/avsender2_1"
	nsInstance  = "http://www.w3.org/2001/XMLSchema-instance"
)

// Bounds of what is read, far above what a real document needs.
const (
	maxDepth    = 40
	maxElements = 20_000 // of one tree; a job is read one recipient at a time
)

// node is one element with its attributes, text and children.
type node struct {
	space, name string
	attrs       []xml.Attr // without namespace declarations and xsi:type
	typ         xml.Name   // what xsi:type names
	text        string
	kids        []*node
	line        int
}

// child gives the first child of a name, or nil.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// value gives the text of the first child of a name, "" without one.
func (n *node) value(name string) string {
	if k := n.child(name); k != nil {
		return k.text
	}
	return ""
}

// attr gives an attribute without namespace.
func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// xmlFault is a fault of a document: where, and what. Never a value of it.
type xmlFault struct {
	line int
	path string
	text string
}

func (f *xmlFault) Error() string {
	if f.path == "" {
		return fmt.Sprintf("line %d: %s", f.line, f.text)
	}
	return fmt.Sprintf("line %d: %s: %s", f.line, f.path, f.text)
}

// xmlReader reads a document strictly: no DTD, no processing instructions,
// UTF-8 only, no undeclared prefixes, no attribute twice.
type xmlReader struct {
	dec    *xml.Decoder
	count  int          // elements of the tree being read
	scopes [][]xml.Attr // the namespace declarations of the open elements
}

func newXMLReader(r io.Reader) *xmlReader {
	return &xmlReader{dec: xml.NewDecoder(r)}
}

func (x *xmlReader) fault(format string, args ...any) error {
	line, _ := x.dec.InputPos()
	return &xmlFault{line: line, text: fmt.Sprintf(format, args...)}
}

// next gives the next token that matters: start, end or text that is not
// blank; io.EOF at the end.
func (x *xmlReader) next() (xml.Token, error) {
	for {
		tok, err := x.dec.Token()
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return nil, &xmlFault{line: syntax.Line, text: "not well-formed XML"}
		}
		if err != nil {
			return nil, x.fault("can't be read as UTF-8 XML")
		}
		switch t := tok.(type) {
		case xml.Directive:
			return nil, x.fault("a document type is not allowed")
		case xml.ProcInst:
			if t.Target != "xml" {
				return nil, x.fault("processing instructions are not allowed")
			}
		case xml.CharData:
			if len(bytes.TrimLeft(t, " \t\r\n")) > 0 {
				return t, nil
			}
		case xml.StartElement:
			return t, nil
		case xml.EndElement:
			x.leave()
			return t, nil
		}
	}
}

// leave ends the namespace declarations of the innermost element.
func (x *xmlReader) leave() {
	if n := len(x.scopes); n > 0 {
		x.scopes = x.scopes[:n-1]
	}
}

// resolve says what a name with a prefix, such as xsi:type holds, stands for.
func (x *xmlReader) resolve(name string) (xml.Name, bool) {
	prefix, local, prefixed := strings.Cut(collapse(name), ":")
	if !prefixed {
		prefix, local = "", prefix
	}
	for _, declared := range slices.Backward(x.scopes) {
		for _, a := range declared {
			if prefixed && a.Name.Space == "xmlns" && a.Name.Local == prefix || !prefixed && a.Name.Space == "" {
				return xml.Name{Space: a.Value, Local: local}, local != ""
			}
		}
	}
	return xml.Name{Local: local}, !prefixed && local != ""
}

// attributes leaves out the declarations, which are in force until leave, and
// refuses what is there twice or has an undeclared prefix.
func (x *xmlReader) attributes(start xml.StartElement) ([]xml.Attr, error) {
	var out, declared []xml.Attr
	defer func() { x.scopes = append(x.scopes, declared) }()
	for i, a := range start.Attr {
		if slices.ContainsFunc(start.Attr[:i], func(b xml.Attr) bool { return a.Name == b.Name }) {
			return nil, x.fault("an attribute is there twice")
		}
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			declared = append(declared, a)
			continue
		}
		if a.Name.Space != "" && !strings.Contains(a.Name.Space, ":") && a.Name.Space != "xml" {
			return nil, x.fault("an attribute has an undeclared prefix")
		}
		out = append(out, a)
	}
	return out, nil
}

// tree reads one element to its end.
func (x *xmlReader) tree(start xml.StartElement, depth int) (*node, error) {
	if x.count++; x.count > maxElements || depth > maxDepth {
		return nil, x.fault("too many elements, or too deep")
	}
	attrs, err := x.attributes(start)
	if err != nil {
		return nil, err
	}
	line, _ := x.dec.InputPos()
	n := &node{space: start.Name.Space, name: start.Name.Local, attrs: attrs, line: line}
	if err := x.takeType(n); err != nil {
		return nil, err
	}
	var text strings.Builder
	for {
		tok, err := x.dec.Token()
		if err != nil {
			return nil, x.fault("not well-formed XML, or not UTF-8")
		}
		switch t := tok.(type) {
		case xml.StartElement:
			kid, err := x.tree(t, depth+1)
			if err != nil {
				return nil, err
			}
			n.kids = append(n.kids, kid)
		case xml.EndElement:
			n.text = text.String()
			x.leave()
			return n, nil
		case xml.CharData:
			text.Write(t)
		case xml.Directive, xml.ProcInst:
			return nil, x.fault("only elements and text are allowed")
		}
	}
}

// takeType moves xsi:type out of the attributes.
func (x *xmlReader) takeType(n *node) error {
	i := slices.IndexFunc(n.attrs, func(a xml.Attr) bool { return a.Name.Space == nsInstance && a.Name.Local == "type" })
	if i < 0 {
		return nil
	}
	var known bool
	if n.typ, known = x.resolve(n.attrs[i].Value); !known {
		return x.fault("xsi:type has an undeclared prefix, or no name")
	}
	n.attrs = slices.Delete(n.attrs, i, i+1)
	return nil
}

// end checks that nothing follows the root.
func (x *xmlReader) end() error {
	if _, err := x.next(); !errors.Is(err, io.EOF) {
		return x.fault("something follows the root element")
	}
	return nil
}

// parseXML reads a whole small document.
func parseXML(data []byte) (*node, error) {
	x := newXMLReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	tok, err := x.next()
	if err != nil {
		return nil, x.fault("no XML document")
	}
	start, isStart := tok.(xml.StartElement)
	if !isStart {
		return nil, x.fault("text before the root element")
	}
	root, err := x.tree(start, 1)
	if err != nil {
		return nil, err
	}
	return root, x.end()
}
