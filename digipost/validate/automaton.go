package validate

import (
	"errors"
	"fmt"
	"slices"
)

// content is a content model as an automaton. Each place where an element may
// stand is a leaf; the state after an element is the number of its leaf plus
// one, and state 0 is the beginning (Glushkov's construction). XML Schema
// demands that an element always fits one particle at most, so that there is
// one state at any time and nothing to try out.
type content struct {
	leaves []leaf
	// next are the leaves that may follow, by state.
	next [][]int
	// ends says whether the content may end, by state.
	ends []bool
	// every holds, for an xs:all group, that elements come in any order, each
	// once. The state is then a set of bits, and required one as well.
	every    bool
	required uint64
}

// leaf is an element or a wildcard.
type leaf struct {
	element *element
	wild    bool
	// space is the wildcard's namespace, own the namespace of its schema.
	space, own string
	lax        bool
}

// takes says whether an element with this name fits a leaf.
func (l leaf) takes(n name) bool {
	if !l.wild {
		return l.element.name.local == n.local && l.element.name.space == n.space
	}
	switch l.space {
	case anyNamespace:
		return true
	case otherNamespace:
		return n.space != "" && n.space != l.own
	}
	return n.space == l.space
}

// state is where a walk through a content model stands.
type state uint64

// step goes on with an element. It gives the leaf that took it.
func (c *content) step(at state, n name) (state, leaf, bool) {
	if c.every {
		for i, l := range c.leaves {
			if bit := state(1) << i; l.takes(n) && at&bit == 0 {
				return at | bit, l, true
			}
		}
		return at, leaf{}, false
	}
	for _, i := range c.next[at] {
		if c.leaves[i].takes(n) {
			return state(i + 1), c.leaves[i], true
		}
	}
	return at, leaf{}, false
}

// mayEnd says whether nothing is missing.
func (c *content) mayEnd(at state) bool {
	if c.every {
		return uint64(at)&c.required == c.required
	}
	return c.ends[at]
}

// missing is what must come before the content can end: the leaves of one
// shortest way there.
func (c *content) missing(at state) []leaf {
	if c.every {
		var lacking []leaf
		for i, l := range c.leaves {
			if c.required&^uint64(at)&(1<<i) != 0 {
				lacking = append(lacking, l)
			}
		}
		return lacking
	}
	way, _ := c.way(at, func(s state) bool { return c.ends[s] })
	return way
}

// skip finds how an element could fit if others stood before it: the way to
// the nearest state that takes it.
func (c *content) skip(at state, n name) ([]leaf, state, bool) {
	if c.every {
		return nil, at, false
	}
	var there state
	way, found := c.way(at, func(s state) bool {
		_, _, ok := c.step(s, n)
		there = s
		return ok
	})
	return way, there, found
}

// way searches breadth first.
func (c *content) way(from state, arrived func(state) bool) ([]leaf, bool) {
	before := map[state]state{from: from}
	for queue := []state{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if arrived(at) {
			var way []leaf
			for ; at != from; at = before[at] {
				way = append(way, c.leaves[at-1])
			}
			slices.Reverse(way)
			return way, true
		}
		for _, i := range c.next[at] {
			if to := state(i + 1); !seen(before, to) {
				before[to] = at
				queue = append(queue, to)
			}
		}
	}
	return nil, false
}

func seen(m map[state]state, s state) bool { _, ok := m[s]; return ok }

// find gives the leaf for an element wherever it stands in the model.
func (c *content) find(n name) (leaf, bool) {
	for _, l := range c.leaves {
		if l.takes(n) {
			return l, true
		}
	}
	return leaf{}, false
}

// expected are the elements that may come now, each once.
func (c *content) expected(at state) []leaf {
	var list []leaf
	add := func(l leaf) {
		if !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	if c.every {
		for i, l := range c.leaves {
			if at&(1<<i) == 0 {
				add(l)
			}
		}
		return list
	}
	for _, i := range c.next[at] {
		add(c.leaves[i])
	}
	return list
}

// fragment is a piece of an automaton: the leaves it may begin and end with.
type fragment struct {
	first, last []int
	empty       bool
}

// automaton builds a content model.
func (c *compiler) automaton(s schema, model particle) (*content, error) {
	b := &builder{compiler: c, schema: s, content: &content{}}
	if model.kind == allParticle {
		return b.allGroup(model)
	}
	whole := b.repeat(model)
	b.content.next = append([][]int{whole.first}, b.content.next...)
	b.content.ends = make([]bool, len(b.content.leaves)+1)
	b.content.ends[0] = whole.empty
	for _, i := range whole.last {
		b.content.ends[i+1] = true
	}
	if b.err == nil {
		b.err = b.content.unambiguous()
	}
	return b.content, b.err
}

// unambiguous makes sure that an element fits one leaf at most.
func (c *content) unambiguous() error {
	for _, following := range c.next {
		for at, i := range following {
			for _, j := range following[at+1:] {
				if c.leaves[i].overlaps(c.leaves[j]) {
					return fmt.Errorf("%s fits two places", c.leaves[i])
				}
			}
		}
	}
	return nil
}

func (l leaf) overlaps(m leaf) bool {
	switch {
	case !m.wild:
		return l.takes(m.element.name)
	case !l.wild:
		return m.takes(l.element.name)
	}
	return l.space == m.space || l.space == anyNamespace || m.space == anyNamespace
}

func (l leaf) String() string {
	if !l.wild {
		return l.element.name.local
	}
	switch l.space {
	case anyNamespace:
		return "any element"
	case otherNamespace:
		return "an element of another namespace"
	}
	return "an element of " + l.space
}

// builder builds one content model.
type builder struct {
	*compiler
	schema  schema
	content *content
	err     error
}

func (b *builder) allGroup(model particle) (*content, error) {
	b.content.every = true
	for i, p := range model.parts {
		b.leaf(p)
		if p.min > 0 {
			b.content.required |= 1 << i
		}
	}
	if len(model.parts) > 64 {
		return nil, errors.New("more than 64 elements in any order")
	}
	return b.content, b.err
}

// repeat builds a particle as often as it may stand there: the demanded ones
// in a row, then each further one inside the one before, so that no element
// fits two places.
func (b *builder) repeat(p particle) fragment {
	if p.max == unbounded {
		whole := b.loop(b.single(p))
		for range p.min - 1 {
			whole = b.then(b.single(p), whole)
		}
		whole.empty = whole.empty || p.min == 0
		return whole
	}
	whole := fragment{empty: true}
	for i := range p.max {
		whole = b.then(b.single(p), whole)
		if i < p.max-p.min {
			whole.empty = true
		}
	}
	return whole
}

func (b *builder) loop(f fragment) fragment {
	for _, i := range f.last {
		b.follow(i, f.first)
	}
	return f
}

// follow adds what may come after a leaf, each leaf once.
func (b *builder) follow(i int, leaves []int) {
	for _, j := range leaves {
		if !slices.Contains(b.content.next[i], j) {
			b.content.next[i] = append(b.content.next[i], j)
		}
	}
}

// then puts two pieces in a row.
func (b *builder) then(f, g fragment) fragment {
	for _, i := range f.last {
		b.follow(i, g.first)
	}
	row := fragment{first: f.first, last: g.last, empty: f.empty && g.empty}
	if f.empty {
		row.first = slices.Concat(f.first, g.first)
	}
	if g.empty {
		row.last = slices.Concat(g.last, f.last)
	}
	return row
}

// single builds one occurrence of a particle.
func (b *builder) single(p particle) fragment {
	switch p.kind {
	case sequenceParticle:
		row := fragment{empty: true}
		for _, part := range p.parts {
			row = b.then(row, b.repeat(part))
		}
		return row
	case choiceParticle:
		var either fragment
		for _, part := range p.parts {
			f := b.repeat(part)
			either.first = append(either.first, f.first...)
			either.last = append(either.last, f.last...)
			either.empty = either.empty || f.empty
		}
		return either
	case elementParticle, anyParticle:
		i := b.leaf(p)
		return fragment{first: []int{i}, last: []int{i}}
	}
	b.err = errors.New("a group that cannot stand there")
	return fragment{}
}

func (b *builder) leaf(p particle) int {
	l := leaf{wild: p.kind == anyParticle, space: p.namespace, own: b.schema.namespace, lax: p.lax}
	switch {
	case l.wild:
	case p.typ == "":
		if l.element = b.grammar.elements[b.resolve(b.schema, p.name)]; l.element == nil {
			b.err = fmt.Errorf("unknown element %s", p.name)
			l.element = &element{typ: &typ{}}
		}
	default:
		l.element = &element{name: name{b.schema.namespace, p.name}, typ: b.lookup(b.schema, p.typ), fallback: p.fallback}
	}
	b.content.leaves = append(b.content.leaves, l)
	b.content.next = append(b.content.next, nil)
	return len(b.content.leaves) - 1
}
