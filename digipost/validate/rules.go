package validate

// rules are what Digipost says beside a grammar. They look at elements as
// soon as these are complete. What they must remember they keep themselves, so
// every document has rules of its own.
type rules struct {
	// byType are the rules for elements of a type, and of those that extend it.
	byType map[*typ]rule
	// also is what the grammar does not have, and another copy of it does.
	also additions
}

// additions are what stands in another copy of a schema that Digipost has
// published. They are warned of, and not looked into.
type additions struct {
	words map[*text][]string
	types map[name]bool
	// elements are names of further children, by the type they stand in.
	elements map[*typ]string
}

// otherCopy warns of an addition. It is false where there are no rules, or the
// thing is not known to another copy.
func (r *run) otherCopy(attribute string, known func(additions) bool) bool {
	if r.rules == nil || !known(r.rules.also) {
		return false
	}
	r.warn(r.path(len(r.stack), attribute), r.line, OtherCopy, "not every published copy of the schema knows this")
	return true
}

// rule looks at one element and all inside it.
type rule func(*judge, *record) error

// record is an element as the rules see it.
type record struct {
	local  string
	parent *record
	typ    *typ
	line   int
	index  int
	// text is the element's text, its white space read as its type says.
	text       string
	attributes []given
	children   []*record
	// size counts the records below, on the outermost one.
	size int
}

// What one record may hold: elements, and bytes of the text of each. With more
// elements the rules do not look at it; a longer text is cut.
const (
	maxRecord     = 20_000
	maxRecordText = 4 << 10
)

// remember makes a record of the innermost element, where a rule will look.
func (r *run) remember(attributes []given) {
	f := r.top()
	if r.rules == nil || f.mode != checked {
		return
	}
	var parent *record
	if len(r.stack) > 1 {
		parent = r.stack[len(r.stack)-2].record
	}
	if parent == nil && r.rules.of(f.typ) == nil {
		return
	}
	rec := &record{local: f.name.local, parent: parent, typ: f.typ, line: f.line, index: f.index, attributes: attributes}
	if parent != nil {
		outer := parent.outermost()
		if outer.size++; outer.size > maxRecord {
			if outer.size == maxRecord+1 {
				r.warn(r.path(len(r.stack), ""), r.line, NotJudged, "so much stands in "+outer.local+" that only its grammar is checked")
			}
			return
		}
		parent.children = append(parent.children, rec)
	}
	f.record = rec
}

// of gives the rules for a type, those of its bases last.
func (l *rules) of(t *typ) []rule {
	var list []rule
	for ; t != nil; t = t.base {
		if rule := l.byType[t]; rule != nil {
			list = append(list, rule)
		}
	}
	return list
}

// judge lets the rules look at an element that is complete.
func (r *run) judge(f *frame) error {
	if r.rules == nil || f.record == nil || f.record.outermost().size > maxRecord {
		return nil
	}
	j := &judge{run: r, at: f.record}
	for _, rule := range r.rules.of(f.typ) {
		if err := rule(j, f.record); err != nil {
			return err
		}
	}
	return nil
}

func (n *record) outermost() *record {
	for n.parent != nil {
		n = n.parent
	}
	return n
}

// child gives the first child of a name, or nil.
func (n *record) child(locals ...string) *record {
	for _, local := range locals {
		if n = n.first(local); n == nil {
			return nil
		}
	}
	return n
}

func (n *record) first(local string) *record {
	for _, c := range n.children {
		if c.local == local {
			return c
		}
	}
	return nil
}

// value gives the text of a child, "" where there is none.
func (n *record) value(locals ...string) string {
	if c := n.child(locals...); c != nil {
		return c.text
	}
	return ""
}

// attribute gives the value of an attribute, "" where there is none.
func (n *record) attribute(local string) string {
	for _, a := range n.attributes {
		if a.name == (name{"", local}) {
			return a.value
		}
	}
	return ""
}
