package sandbox

import (
	"fmt"
	"strings"
)

// A grammar is written as rules, one per element, in the terms of XML Schema:
// parts in order or by choice, each so many times.

// unbounded is maxOccurs="unbounded".
const unbounded = 1 << 30

// check says what is wrong with a text, or "".
type check func(string) string

// rule is one element: either text or a body of elements.
type rule struct {
	name  string
	text  check            // nil: no text
	attrs map[string]check // allowed, all optional unless in need
	need  []string         // attributes that must be there
	body  *part            // nil: no elements
	typed map[string]*rule // by xsi:type, for types that extend others
}

// part is one particle: an element, a sequence, a choice or any element of a namespace.
type part struct {
	min, max int
	rule     *rule
	choice   bool   // parts are alternatives, not a sequence
	parts    []part // sequence or choice
	any      string // namespace of a wildcard
}

// Shorthands for grammars.

func leaf(name string, text check) *rule { return &rule{name: name, text: text} }

func tree(name string, parts ...part) *rule { return &rule{name: name, body: seq(parts...)} }

func seq(parts ...part) *part { return &part{min: 1, max: 1, parts: parts} }

func one(r *rule) part { return part{min: 1, max: 1, rule: r} }

func maybe(r *rule) part { return part{min: 0, max: 1, rule: r} }

func times(min, max int, r *rule) part { return part{min: min, max: max, rule: r} }

// oneOf is a choice. min 0 makes the whole choice optional.
func oneOf(min int, parts ...part) part {
	return part{min: min, max: 1, choice: true, parts: parts}
}

func group(parts ...part) part { return *seq(parts...) }

// starts says whether an element can be the first of this part.
func (p part) starts(n *node, space string) bool {
	switch {
	case p.rule != nil:
		return n.space == space && n.name == p.rule.name
	case p.any != "":
		return n.space == p.any
	}
	for _, sub := range p.parts {
		if sub.starts(n, space) {
			return true
		}
		if !p.choice && !sub.emptiable() {
			return false
		}
	}
	return false
}

// emptiable says whether nothing at all fits.
func (p part) emptiable() bool {
	if p.min == 0 {
		return true
	}
	if p.rule != nil || p.any != "" {
		return false
	}
	for _, sub := range p.parts {
		if sub.emptiable() == p.choice {
			return p.choice
		}
	}
	return !p.choice
}

// names says what could stand here, for the words of a fault.
func (p part) names() string {
	switch {
	case p.rule != nil:
		return p.rule.name
	case p.any != "":
		return "an element of " + p.any
	}
	var all []string
	for _, sub := range p.parts {
		all = append(all, sub.names())
		if !p.choice && !sub.emptiable() {
			break
		}
	}
	return strings.Join(all, " or ")
}

// validator checks a tree against rules of one namespace.
type validator struct{ space string }

// match takes as many elements from the front as the part allows.
func (v validator) match(p part, kids []*node, in *node, path string) ([]*node, error) {
	for count := 0; count < p.max; count++ {
		if len(kids) == 0 || !p.starts(kids[0], v.space) {
			if count < p.min && !p.emptiable() {
				return nil, v.missing(p, kids, in, path)
			}
			return kids, nil
		}
		var err error
		if kids, err = v.once(p, kids, in, path); err != nil {
			return nil, err
		}
	}
	return kids, nil
}

func (v validator) missing(p part, kids []*node, in *node, path string) error {
	if len(kids) == 0 {
		return &xmlFault{line: in.line, path: path, text: p.names() + " is missing"}
	}
	return &xmlFault{line: kids[0].line, path: path, text: fmt.Sprintf("%s is not expected here, but %s", shortName(kids[0]), p.names())}
}

func (v validator) once(p part, kids []*node, in *node, path string) ([]*node, error) {
	switch {
	case p.rule != nil:
		return kids[1:], v.element(p.rule, kids[0], path)
	case p.any != "":
		return kids[1:], nil
	}
	var err error
	for _, sub := range p.parts {
		if p.choice {
			if sub.starts(kids[0], v.space) {
				return v.match(sub, kids, in, path)
			}
			continue
		}
		if kids, err = v.match(sub, kids, in, path); err != nil {
			return nil, err
		}
	}
	return kids, nil
}

// element checks one element whose name fits already.
func (v validator) element(r *rule, n *node, path string) error {
	path += "/" + r.name
	if n.typ.Local != "" {
		derived := r.typed[n.typ.Local]
		if derived == nil || n.typ.Space != v.space {
			return &xmlFault{line: n.line, path: path, text: "has an xsi:type that is unknown here"}
		}
		r = derived
	}
	if err := v.attributes(r, n, path); err != nil {
		return err
	}
	if r.text != nil {
		if len(n.kids) > 0 {
			return &xmlFault{line: n.line, path: path, text: "holds elements, but should be text"}
		}
		if wrong := r.text(n.text); wrong != "" {
			return &xmlFault{line: n.line, path: path, text: wrong}
		}
		return nil
	}
	if strings.Trim(n.text, " \t\r\n") != "" {
		return &xmlFault{line: n.line, path: path, text: "holds text between its elements"}
	}
	kids := n.kids
	if r.body != nil {
		var err error
		if kids, err = v.match(*r.body, kids, n, path); err != nil {
			return err
		}
	}
	if len(kids) > 0 {
		return &xmlFault{line: kids[0].line, path: path, text: shortName(kids[0]) + " is unknown, in the wrong place or there too often"}
	}
	return nil
}

func (v validator) attributes(r *rule, n *node, path string) error {
	for _, name := range r.need {
		if n.attr(name) == "" {
			return &xmlFault{line: n.line, path: path, text: "the attribute " + name + " is missing"}
		}
	}
	for _, a := range n.attrs {
		if a.Name.Space == nsInstance && (a.Name.Local == "schemaLocation" || a.Name.Local == "noNamespaceSchemaLocation") {
			continue // allowed on every element
		}
		text, known := r.attrs[a.Name.Local]
		if !known || a.Name.Space != "" {
			return &xmlFault{line: n.line, path: path, text: "has an unknown attribute"}
		}
		if wrong := text(a.Value); wrong != "" {
			return &xmlFault{line: n.line, path: path + "/@" + a.Name.Local, text: wrong}
		}
	}
	return nil
}

// root checks a whole document.
func (v validator) root(r *rule, n *node) error {
	if n.space != v.space || n.name != r.name {
		return &xmlFault{line: n.line, text: fmt.Sprintf("the root must be %s in %s", r.name, v.space)}
	}
	return v.element(r, n, "")
}

// shortName names an element in a fault, cut so that a strange document can't fill a log.
func shortName(n *node) string {
	if len(n.name) > 60 {
		return "an element with a long name"
	}
	return n.name
}
