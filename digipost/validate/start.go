package validate

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// start opens an element.
func (r *run) start(t xml.StartElement) error {
	if len(r.stack) == 0 && r.rootSeen {
		return r.fatal(NotWellFormed, "a second element stands beside the first")
	}
	if len(r.stack) == maxDepth {
		return r.fatal(TooDeep, fmt.Sprintf("elements stand more than %d levels in each other", maxDepth))
	}
	before := len(r.bindings)
	if err := r.bind(t.Attr); err != nil {
		return err
	}
	full, err := r.expand(t.Name, true)
	if err != nil {
		return err
	}
	attributes, err := r.attributes(t.Attr)
	if err != nil {
		return err
	}
	r.push(frame{name: full, prefix: t.Name.Space, line: r.line, bindings: before})
	r.text = r.text[:0]
	if !r.rootSeen {
		r.rootSeen = true
		r.report.Root = mask(full.local)
		err = r.root(full)
	} else {
		err = r.place(full)
	}
	if err != nil {
		return err
	}
	if err := r.settle(attributes); err != nil {
		return err
	}
	r.remember(attributes)
	return nil
}

// push opens a frame, in memory of a frame before it where there is some, and
// counts it among its siblings.
func (r *run) push(f frame) {
	if n := len(r.stack); n > 0 {
		f.index = r.stack[n-1].count(f.name.local)
	}
	if n := len(r.stack); n < cap(r.stack) {
		f.children = r.stack[:n+1][n].children[:0]
	}
	r.stack = append(r.stack, f)
}

func (f *frame) count(local string) int {
	for i := range f.children {
		if t := &f.children[i]; t.local == local {
			t.count++
			return t.count
		}
	}
	if len(f.children) < maxTallies {
		f.children = append(f.children, tally{local, 1})
	}
	return 1
}

// bind takes the namespaces that a tag declares.
func (r *run) bind(attributes []xml.Attr) error {
	for _, a := range attributes {
		prefix := ""
		switch {
		case a.Name.Space == "xmlns":
			prefix = a.Name.Local
		case a.Name.Space != "" || a.Name.Local != "xmlns":
			continue
		}
		switch {
		case prefix == "xmlns", (prefix == "xml") != (a.Value == xmlNamespace), a.Value == "http://www.w3.org/2000/xmlns/":
			return r.fatal(NotWellFormed, "the prefixes xml and xmlns may not be given another meaning")
		case prefix != "" && a.Value == "":
			return r.fatal(NotWellFormed, fmt.Sprintf("the prefix %s has no namespace", prefix))
		}
		r.bindings = append(r.bindings, binding{prefix, a.Value})
	}
	return nil
}

func (r *run) space(prefix string) (string, bool) {
	for i := len(r.bindings) - 1; i >= 0; i-- {
		if r.bindings[i].prefix == prefix {
			return r.bindings[i].space, true
		}
	}
	if prefix == "xml" {
		return xmlNamespace, true
	}
	return "", prefix == ""
}

// expand gives the name behind a written one. A name without prefix is in the
// namespace that stands for none only when it names an element.
func (r *run) expand(written xml.Name, element bool) (name, error) {
	if strings.Contains(written.Local, ":") {
		return name{}, r.fatal(NotWellFormed, "a name has a colon where none may stand")
	}
	if written.Space == "" && !element {
		return name{local: written.Local}, nil
	}
	space, found := r.space(written.Space)
	if !found || written.Space == "xmlns" {
		return name{}, r.fatal(NotWellFormed, fmt.Sprintf("the prefix %s is not declared", written.Space))
	}
	return name{space, written.Local}, nil
}

// given is an attribute of the document.
type given struct {
	name  name
	value string
}

// attributes gives the attributes of a tag but those that declare namespaces.
func (r *run) attributes(written []xml.Attr) ([]given, error) {
	if len(written) > maxAttributes {
		return nil, r.fatal(TooLarge, fmt.Sprintf("an element has more than %d attributes", maxAttributes))
	}
	var list []given
	for i, a := range written {
		if slices.ContainsFunc(written[:i], func(b xml.Attr) bool { return a.Name == b.Name }) {
			return nil, r.fatal(NotWellFormed, fmt.Sprintf("the attribute %s stands there twice", a.Name.Local))
		}
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			continue
		}
		full, err := r.expand(a.Name, false)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(g given) bool { return g.name == full }) {
			return nil, r.fatal(NotWellFormed, fmt.Sprintf("the attribute %s stands there twice", a.Name.Local))
		}
		list = append(list, given{full, a.Value})
	}
	return list, nil
}

// earlier are what the namespaces of all versions of Digipost's interfaces
// begin with.
const (
	earlierAPI   = "http://api.digipost.no/schema/v"
	earlierBatch = "http://www.digipost.no/xsd/avsender"
)

// root finds the declaration of the first element.
func (r *run) root(full name) error {
	f := r.top()
	if f.declared = r.grammar.elements[full]; f.declared != nil {
		return nil
	}
	f.mode = skipped
	_, rest := r.grammar.elements[name{apiNamespace, "message"}]
	ours := full.space == apiNamespace || full.space == batchNamespace
	switch {
	case ours && rest != (full.space == apiNamespace):
		which := map[bool]string{true: "the batch interface, not of the REST API", false: "the REST API, not of the batch interface"}[rest]
		return r.fatal(OtherInterface, fmt.Sprintf("%s is a document of %s", full.local, which))
	case ours || full.space == dataTypeNamespace:
		return r.fatal(UnknownRoot, fmt.Sprintf("no document begins with %s", full.local))
	case strings.HasPrefix(full.space, earlierAPI):
		return r.fatal(DiscontinuedVersion, fmt.Sprintf("%s is of version %s of the API, which is discontinued; write version 8 (%s)",
			full.local, quote(strings.TrimPrefix(full.space, earlierAPI)), apiNamespace))
	case strings.HasPrefix(full.space, earlierBatch):
		return r.fatal(DiscontinuedVersion, fmt.Sprintf("%s is of another version of the batch interface; write %s", full.local, batchNamespace))
	case full.space == "":
		return r.fatal(UnknownRoot, fmt.Sprintf("%s is in no namespace; Digipost's documents are", full.local))
	}
	return r.fatal(UnknownRoot, fmt.Sprintf("%s is in the namespace %s, which is not Digipost's", full.local, quote(full.space)))
}

// place finds the declaration of an element in the content of the one around
// it.
func (r *run) place(full name) error {
	f, parent := r.top(), &r.stack[len(r.stack)-2]
	parent.inside = true
	switch {
	case parent.mode == skipped:
		f.mode = skipped
		return nil
	case parent.mode == lax:
		r.known(f)
		return nil
	case parent.typ.content == nil:
		f.mode = skipped
		if parent.broken {
			return nil
		}
		parent.broken = true
		what := "must be empty"
		if parent.typ.text != nil {
			what = "holds text alone"
		}
		return r.fail(UnexpectedElement, fmt.Sprintf("%s %s", parent.name.local, what))
	}
	next, found, ok := parent.typ.content.step(parent.at, full)
	if !ok {
		return r.misplaced(f, parent)
	}
	parent.at = next
	return r.take(f, found)
}

// take gives an element the declaration of the leaf it fits.
func (r *run) take(f *frame, l leaf) error {
	if !l.wild {
		f.declared = l.element
		return nil
	}
	r.known(f)
	if f.mode == lax && !l.lax {
		f.mode = skipped
		return r.fail(UnknownElement, fmt.Sprintf("%s is not known here", f.name.local))
	}
	return nil
}

// known looks for a global declaration; without one the element is lax.
func (r *run) known(f *frame) {
	if f.declared = r.grammar.elements[f.name]; f.declared == nil {
		f.mode = lax
	}
}

// misplaced says what is wrong with an element that does not fit, and goes on
// from where it would have.
func (r *run) misplaced(f, parent *frame) error {
	model := parent.typ.content
	if way, there, ok := model.skip(parent.at, f.name); ok {
		at := parent.at
		next, found, _ := model.step(there, f.name)
		parent.at = next
		if err := r.take(f, found); err != nil {
			return err
		}
		text := fmt.Sprintf("before %s comes %s", f.name.local, list(way))
		if others := model.expected(at); len(others) > len(way) {
			text += "; here may come " + list(others)
		}
		return r.failAbove(MissingElement, text)
	}
	l, known := model.find(f.name)
	if !known {
		f.mode = skipped
		if r.otherCopy("", func(a additions) bool { return a.elements[parent.typ] == f.name.local }) {
			return nil
		}
		text := fmt.Sprintf("%s may not stand in %s", f.name.local, parent.name.local)
		if _, same := model.find(name{r.spaceOf(model), f.name.local}); same {
			text += ": its namespace is another"
		}
		if next := model.expected(parent.at); len(next) > 0 {
			text += "; here may come " + list(next)
		}
		return r.fail(UnexpectedElement, text)
	}
	if err := r.take(f, l); err != nil {
		return err
	}
	if f.index > 1 {
		return r.fail(TooManyElements, fmt.Sprintf("%s may not stand there again", f.name.local))
	}
	return r.fail(UnexpectedElement, fmt.Sprintf("%s may not stand here: what came before it stands after it or in its stead", f.name.local))
}

// spaceOf is the namespace of a content model's elements.
func (r *run) spaceOf(c *content) string {
	for _, l := range c.leaves {
		if !l.wild {
			return l.element.name.space
		}
	}
	return ""
}
