package validate

import (
	"fmt"
	"strings"
)

// name is a qualified name.
type name struct{ space, local string }

// grammar is a set of schemas made ready to walk. It does not change, so many
// documents can be held against it at once.
type grammar struct {
	elements map[name]*element
	types    map[name]*typ
}

// element is a declared element.
type element struct {
	name name
	typ  *typ
	// fallback is the value of the element when it is empty.
	fallback string
}

// typ is a simple or complex type.
type typ struct {
	name name
	// base is the type this one restricts or extends.
	base     *typ
	abstract bool
	mixed    bool
	// text is how text inside is read; nil where elements or nothing stand there.
	text *text
	// content is nil where no elements may stand inside.
	content    *content
	attributes []declared
}

// declared is an attribute that a type has.
type declared struct {
	local    string
	typ      *typ
	required bool
}

// is says whether a type may stand where another is declared: it is that type
// or derived from it.
func (t *typ) is(declared *typ) bool {
	for ; t != nil; t = t.base {
		if t == declared {
			return true
		}
	}
	return false
}

// compiler resolves the names of schemas. Types are made before they are
// filled, since they refer to each other in circles.
type compiler struct {
	grammar *grammar
	schemas map[string]schema
	filled  map[*typ]bool
	err     error
}

// compile makes a grammar of schemas. An error is a slip in the tables.
func compile(schemas ...schema) (*grammar, error) {
	c := &compiler{
		grammar: &grammar{elements: map[name]*element{}, types: map[name]*typ{}},
		schemas: map[string]schema{},
		filled:  map[*typ]bool{},
	}
	for _, t := range builtins() {
		c.grammar.types[t.name] = t
	}
	for _, s := range schemas {
		c.schemas[s.namespace] = s
		for local := range s.simple {
			c.grammar.types[name{s.namespace, local}] = &typ{name: name{s.namespace, local}}
		}
		for local := range s.complex {
			c.grammar.types[name{s.namespace, local}] = &typ{name: name{s.namespace, local}}
		}
	}
	for _, s := range schemas {
		for local, typ := range s.elements {
			full := name{s.namespace, local}
			c.grammar.elements[full] = &element{name: full, typ: c.lookup(s, typ)}
		}
	}
	for _, s := range schemas {
		for local := range s.simple {
			c.fill(c.grammar.types[name{s.namespace, local}])
		}
		for local := range s.complex {
			c.fill(c.grammar.types[name{s.namespace, local}])
		}
	}
	return c.grammar, c.err
}

func (c *compiler) fail(format string, values ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("validate: "+format, values...)
	}
}

// resolve gives the full name behind a name in a table.
func (c *compiler) resolve(s schema, short string) name {
	prefix, local, found := strings.Cut(short, ":")
	switch {
	case !found:
		return name{s.namespace, short}
	case prefix == "xs":
		return name{xsNamespace, local}
	}
	if s.prefixes[prefix] == "" {
		c.fail("unknown prefix in %s", short)
	}
	return name{s.prefixes[prefix], local}
}

func (c *compiler) lookup(s schema, short string) *typ {
	t := c.grammar.types[c.resolve(s, short)]
	if t == nil {
		c.fail("unknown type %s", short)
		return &typ{}
	}
	return t
}

// fill completes a type, its base first.
func (c *compiler) fill(t *typ) {
	if t.name.space == xsNamespace || c.filled[t] {
		return
	}
	c.filled[t] = true
	s := c.schemas[t.name.space]
	if def, ok := s.simple[t.name.local]; ok {
		c.fillSimple(t, s, def)
		return
	}
	c.fillComplex(t, s, s.complex[t.name.local])
}

func (c *compiler) fillSimple(t *typ, s schema, def simpleType) {
	t.base = c.lookup(s, def.base)
	c.fill(t.base)
	if t.base.text == nil {
		c.fail("%s restricts no text", t.name.local)
		return
	}
	restricted, err := t.base.text.restrict(def)
	if err != nil {
		c.fail("%s: %w", t.name.local, err)
	}
	t.text = restricted
}

func (c *compiler) fillComplex(t *typ, s schema, def complexType) {
	t.abstract, t.mixed = def.abstract, def.mixed
	model := def.content
	switch {
	case def.text != "":
		t.base = c.lookup(s, def.text)
		c.fill(t.base)
		t.text = t.base.text
		t.attributes = append(t.attributes, t.base.attributes...)
	case def.extends != "":
		t.base = c.lookup(s, def.extends)
		c.fill(t.base)
		t.attributes = append(t.attributes, t.base.attributes...)
		if inherited := s.inherited(def.extends); inherited.kind != nothing {
			model = sequence(inherited, model)
			if def.content.kind == nothing {
				model = inherited
			}
		}
	}
	for _, a := range def.attributes {
		t.attributes = append(t.attributes, declared{local: a.name, typ: c.lookup(s, a.typ), required: a.required})
	}
	if model.kind == nothing {
		return
	}
	content, err := c.automaton(s, model)
	if err != nil {
		c.fail("%s: %w", t.name.local, err)
	}
	// A group without elements is no content at all.
	if len(content.leaves) > 0 {
		t.content = content
	}
}

// inherited is the content of a type with that of the types it extends. Only
// types of one namespace extend each other here.
func (s schema) inherited(short string) particle {
	def := s.complex[short]
	if def.extends == "" {
		return def.content
	}
	above := s.inherited(def.extends)
	switch {
	case above.kind == nothing:
		return def.content
	case def.content.kind == nothing:
		return above
	}
	return sequence(above, def.content)
}
