package validate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestTablesSayWhatTheSchemasSay holds the tables against the schema files:
// every element, type, occurrence, facet and attribute, both ways.
func TestTablesSayWhatTheSchemasSay(t *testing.T) {
	batch := func(names ...string) []string {
		for i, name := range names {
			names[i] = shared(t, "schemas", "batch", name)
		}
		return names
	}
	for _, c := range []struct {
		ours  schema
		files []string
	}{
		{apiSchema(), []string{shared(t, "schemas", "api_v8.xsd")}},
		{dataTypeSchema(), []string{shared(t, "schemas", "digipost-datatypes.xsd")}},
		{batchSchema(), batch("digipost-common.xsd", "mottakersplitt.xsd", "masseutsendelse.xsd", "print.xsd", "mottakersplitt-resultat.xsd", "masseutsendelse-resultat.xsd")},
		{signatureSchema(), batch("xmldsig.xsd")},
	} {
		theirs := readXSD(t, map[string]string{signatureNamespace: "ds"}, c.files...)
		if c.ours.namespace != theirs.namespace {
			t.Errorf("namespace %s, not %s", c.ours.namespace, theirs.namespace)
		}
		for _, difference := range differences(c.ours, theirs) {
			t.Errorf("%s: %s", c.ours.namespace, difference)
		}
	}
}

// TestTablesDiffer makes sure that the comparison sees a slip.
func TestTablesDiffer(t *testing.T) {
	slips := map[string]func(s *schema){
		"an element more":     func(s *schema) { s.elements["x"] = "link" },
		"an element less":     func(s *schema) { delete(s.elements, "message") },
		"another length":      func(s *schema) { s.simple["name"] = atMost(131) },
		"a private length":    func(s *schema) { s.simple[".subject"] = atMost(256) },
		"another word":        func(s *schema) { s.simple["read"] = oneOf("Y", "n") },
		"a type more":         func(s *schema) { s.simple["x"] = atMost(1) },
		"a complex type more": func(s *schema) { s.complex["x"] = plain() },
		"an occurrence":       func(s *schema) { s.complex["message"].content.parts[6].max = 200 },
		"an order": func(s *schema) {
			parts := s.complex["norwegian-address"].content.parts
			parts[0], parts[1] = parts[1], parts[0]
		},
		"a required attribute": func(s *schema) { s.complex["link"].attributes[0].required = true },
		"a default":            func(s *schema) { s.complex["print-details"].content.parts[2].fallback = "" },
		"an abstract type":     func(s *schema) { s.complex["event-metadata"] = complexType{} },
	}
	for what, slip := range slips {
		changed := apiSchema()
		slip(&changed)
		if len(differences(changed, apiSchema())) == 0 {
			t.Errorf("%s is not seen", what)
		}
	}
	if found := differences(apiSchema(), apiSchema()); len(found) != 0 {
		t.Error(found)
	}
}

// differences compares two schemas. Types without a name of their own are
// compared where they are used.
func differences(ours, theirs schema) []string {
	d := &differ{ours: ours, theirs: theirs}
	d.same("elements", sorted(ours.elements), sorted(theirs.elements))
	for element, typ := range theirs.elements {
		d.types(element, ours.elements[element], typ)
	}
	d.same("complex types", named(sorted(ours.complex)), named(sorted(theirs.complex)))
	d.same("simple types", named(sorted(ours.simple)), named(sorted(theirs.simple)))
	for name, def := range theirs.complex {
		if !strings.HasPrefix(name, ".") {
			d.complex(name, ours.complex[name], def)
		}
	}
	for name, def := range theirs.simple {
		if !strings.HasPrefix(name, ".") {
			d.same(name, show(ours.simple[name]), show(def))
		}
	}
	return d.found
}

type differ struct {
	ours, theirs schema
	found        []string
}

func (d *differ) same(where, ours, theirs string) {
	if ours != theirs {
		d.found = append(d.found, fmt.Sprintf("%s: the table says\n%s\nand the schema\n%s", where, ours, theirs))
	}
}

func sorted[T any](m map[string]T) string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func named(names string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(names), func(s string) bool { return strings.HasPrefix(s, ".") }), " ")
}

func show(s simpleType) string { return fmt.Sprintf("%+q", fmt.Sprintf("%+v", s)) }

func (d *differ) types(where, ours, theirs string) {
	if !strings.HasPrefix(theirs, ".") || !strings.HasPrefix(ours, ".") {
		d.same(where, ours, theirs)
		return
	}
	if def, ok := d.theirs.simple[theirs]; ok {
		d.same(where, show(d.ours.simple[ours]), show(def))
		return
	}
	d.complex(where, d.ours.complex[ours], d.theirs.complex[theirs])
}

func (d *differ) complex(where string, ours, theirs complexType) {
	head := func(c complexType) string {
		return fmt.Sprintf("extends %q abstract %v mixed %v text %q attributes %+v", c.extends, c.abstract, c.mixed, c.text, c.attributes)
	}
	d.same(where, head(ours), head(theirs))
	d.particle(where, ours.content, theirs.content)
}

func (d *differ) particle(where string, ours, theirs particle) {
	head := func(p particle) string {
		if p.kind == sequenceParticle && len(p.parts) == 0 {
			p.kind, p.min, p.max = nothing, 0, 0 // an empty group is no content
		}
		return fmt.Sprintf("%d %q %d-%d default %q namespace %q lax %v, %d parts", p.kind, p.name, p.min, p.max, p.fallback, p.namespace, p.lax, len(p.parts))
	}
	where += "/" + theirs.name
	d.same(where, head(ours), head(theirs))
	if theirs.kind == elementParticle {
		d.types(where, ours.typ, theirs.typ)
	}
	for i := range min(len(ours.parts), len(theirs.parts)) {
		d.particle(where, ours.parts[i], theirs.parts[i])
	}
}
