package validate

import (
	"fmt"
	"slices"
	"strings"
)

// settle gives an element its type and looks at its attributes.
func (r *run) settle(attributes []given) error {
	f := r.top()
	if f.mode == skipped {
		return nil
	}
	if f.declared != nil {
		f.typ = f.declared.typ
	}
	if err := r.instance(attributes); err != nil {
		return err
	}
	f = r.top()
	if f.mode != checked {
		return nil
	}
	if f.typ.abstract {
		f.mode = skipped
		return r.fail(AbstractType, fmt.Sprintf("%s needs an xsi:type that says which kind it is", f.name.local))
	}
	return r.held(attributes)
}

// instance takes xsi:type and xsi:nil.
func (r *run) instance(attributes []given) error {
	for _, a := range attributes {
		if a.name.space != xsiNamespace {
			continue
		}
		var err error
		switch a.name.local {
		case "type":
			err = r.instead(a.value)
		case "nil":
			if r.top().mode == checked {
				err = r.failAt("nil", NotNillable, fmt.Sprintf("%s may not be nil", r.top().name.local))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// instead takes the type that xsi:type names in place of the declared one.
func (r *run) instead(value string) error {
	f := r.top()
	prefix, local, colon := strings.Cut(collapse.apply(value), ":")
	if !colon {
		prefix, local = "", prefix
	}
	space, found := r.space(prefix)
	t := r.grammar.types[name{space, local}]
	if !isPlainName(local) || !found || t == nil {
		f.mode = skipped
		if r.otherCopy("type", func(a additions) bool { return a.types[name{space, local}] }) {
			return nil
		}
		return r.failAt("type", BadType, fmt.Sprintf("%s is not a type", quote(value)))
	}
	if f.typ != nil && !t.is(f.typ) {
		f.mode = skipped
		return r.failAt("type", BadType, fmt.Sprintf("%s may not stand in place of %s", quote(value), strings.TrimPrefix(f.typ.name.local, ".")))
	}
	f.typ, f.mode = t, checked
	return nil
}

// held looks at the attributes that an element has and lacks.
func (r *run) held(attributes []given) error {
	t := r.top().typ
	for _, a := range attributes {
		if a.name.space == xsiNamespace && slices.Contains([]string{"type", "nil", "schemaLocation", "noNamespaceSchemaLocation"}, a.name.local) {
			continue
		}
		i := slices.IndexFunc(t.attributes, func(d declared) bool { return a.name == name{"", d.local} })
		if i < 0 {
			if err := r.failAt(a.name.local, UnexpectedAttribute, fmt.Sprintf("the attribute %s may not stand in %s", a.name.local, r.top().name.local)); err != nil {
				return err
			}
			continue
		}
		if err := r.value(t.attributes[i].typ.text, a.value, a.name.local); err != nil {
			return err
		}
	}
	for _, d := range t.attributes {
		if d.required && !slices.ContainsFunc(attributes, func(a given) bool { return a.name == name{"", d.local} }) {
			if err := r.fail(MissingAttribute, fmt.Sprintf("%s lacks the attribute %s", r.top().name.local, d.local)); err != nil {
				return err
			}
		}
	}
	return nil
}
