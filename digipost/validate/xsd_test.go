package validate

import (
	"encoding/xml"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// xsdNode is any element of an XML Schema file.
type xsdNode struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []xsdNode  `xml:",any"`
}

func (n xsdNode) get(local string) (string, bool) {
	for _, a := range n.Attrs {
		if a.Name.Space == "" && a.Name.Local == local {
			return a.Value, true
		}
	}
	return "", false
}

func (n xsdNode) text(local string) string { v, _ := n.get(local); return v }

// xsdReader reads schema files into the form of the tables, with everything in
// them accounted for: what it does not know fails the test.
type xsdReader struct {
	t         testing.TB
	prefixes  map[string]string
	out       schema
	anonymous int
}

// readXSD reads files of one namespace. short gives the tables' prefixes of
// other namespaces.
func readXSD(t testing.TB, short map[string]string, files ...string) schema {
	t.Helper()
	r := &xsdReader{t: t, out: schema{prefixes: map[string]string{}, elements: map[string]string{}, complex: map[string]complexType{}, simple: map[string]simpleType{}}}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var root xsdNode
		if err := xml.Unmarshal(text, &root); err != nil {
			t.Fatal(file, err)
		}
		r.schema(root, short)
	}
	return r.out
}

func (r *xsdReader) schema(root xsdNode, short map[string]string) {
	r.prefixes = map[string]string{}
	for _, a := range root.Attrs {
		switch {
		case a.Name.Space == "xmlns":
			r.prefixes[a.Name.Local] = a.Value
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			r.prefixes[""] = a.Value
		}
	}
	if root.text("elementFormDefault") != "qualified" || root.text("attributeFormDefault") == "qualified" {
		r.t.Fatal("elements are not qualified, or attributes are")
	}
	r.out.namespace = root.text("targetNamespace")
	for prefix, space := range r.prefixes {
		switch {
		case space == r.out.namespace:
			r.prefixes[prefix] = ""
		case space == xsNamespace:
			r.prefixes[prefix] = "xs:"
		case short[space] != "":
			r.prefixes[prefix] = short[space] + ":"
		}
	}
	for _, n := range root.Children {
		name := n.text("name")
		switch n.XMLName.Local {
		case "annotation", "include", "import":
		case "element":
			r.known(n, "name", "type")
			r.out.elements[name] = r.typeOf(n)
		case "complexType":
			r.out.complex[name] = r.complexType(n)
		case "simpleType":
			r.out.simple[name] = r.simpleType(n)
		default:
			r.t.Fatalf("schema holds %s", n.XMLName.Local)
		}
	}
}

// known fails on attributes that the tables do not carry over.
func (r *xsdReader) known(n xsdNode, attributes ...string) {
	r.t.Helper()
	for _, a := range n.Attrs {
		if a.Name.Space == "" && !strings.Contains(" "+strings.Join(attributes, " ")+" ", " "+a.Name.Local+" ") {
			r.t.Fatalf("%s has %s=%q", n.XMLName.Local, a.Name.Local, a.Value)
		}
	}
}

func (r *xsdReader) short(qualified string) string {
	prefix, local, found := strings.Cut(qualified, ":")
	if !found {
		prefix, local = "", qualified
	}
	known, ok := r.prefixes[prefix]
	if !ok || strings.Contains(known, "//") {
		r.t.Fatalf("no prefix for %s", qualified)
	}
	return known + local
}

func (r *xsdReader) typeOf(n xsdNode) string {
	if qualified, ok := n.get("type"); ok {
		return r.short(qualified)
	}
	for _, c := range n.Children {
		r.anonymous++
		private := fmt.Sprintf(".%d", r.anonymous)
		switch c.XMLName.Local {
		case "simpleType":
			r.out.simple[private] = r.simpleType(c)
			return private
		case "complexType":
			r.out.complex[private] = r.complexType(c)
			return private
		}
	}
	r.t.Fatalf("%s %s has no type", n.XMLName.Local, n.text("name"))
	return ""
}

func (r *xsdReader) simpleType(n xsdNode) simpleType {
	r.known(n, "name")
	var s simpleType
	for _, c := range n.Children {
		if c.XMLName.Local == "annotation" {
			continue
		}
		if c.XMLName.Local != "restriction" {
			r.t.Fatalf("simpleType holds %s", c.XMLName.Local)
		}
		r.known(c, "base")
		s.base = r.short(c.text("base"))
		for _, facet := range c.Children {
			r.known(facet, "value")
			value := facet.text("value")
			number := func() int {
				n, err := strconv.Atoi(value)
				if err != nil || n == 0 {
					r.t.Fatalf("facet %s=%q", facet.XMLName.Local, value)
				}
				return n
			}
			switch facet.XMLName.Local {
			case "length":
				s.length = number()
			case "minLength":
				s.minLength = number()
			case "maxLength":
				s.maxLength = number()
			case "totalDigits":
				s.totalDigits = number()
			case "fractionDigits":
				s.fractionDigs = number()
			case "minInclusive":
				s.minInclusive = value
			case "pattern":
				if s.pattern != "" {
					r.t.Fatal("two patterns")
				}
				s.pattern = value
			case "enumeration":
				s.values = append(s.values, value)
			default:
				r.t.Fatalf("facet %s", facet.XMLName.Local)
			}
		}
	}
	return s
}

func (r *xsdReader) complexType(n xsdNode) complexType {
	r.known(n, "name", "abstract", "mixed", "final")
	c := complexType{abstract: n.text("abstract") == "true", mixed: n.text("mixed") == "true"}
	r.body(n, &c)
	return c
}

func (r *xsdReader) body(n xsdNode, c *complexType) {
	for _, child := range n.Children {
		switch child.XMLName.Local {
		case "annotation":
		case "simpleContent", "complexContent":
			r.known(child)
			extension := child.Children[0]
			if extension.XMLName.Local != "extension" || len(child.Children) != 1 {
				r.t.Fatalf("%s holds %s", child.XMLName.Local, extension.XMLName.Local)
			}
			r.known(extension, "base")
			base := r.short(extension.text("base"))
			if child.XMLName.Local == "simpleContent" {
				c.text = base
			} else {
				c.extends = base
			}
			r.body(extension, c)
		case "attribute":
			r.known(child, "name", "type", "use", "default")
			use := child.text("use")
			if use != "" && use != "optional" && use != "required" {
				r.t.Fatalf("attribute use %s", use)
			}
			c.attributes = append(c.attributes, attribute{name: child.text("name"), typ: r.short(child.text("type")), required: use == "required", fallback: child.text("default")})
		default:
			if c.content.kind != nothing {
				r.t.Fatal("two groups in a type")
			}
			c.content = r.particle(child)
		}
	}
}

func (r *xsdReader) particle(n xsdNode) particle {
	occurs := func(local string) int {
		value, ok := n.get(local)
		if !ok {
			return 1
		}
		if value == "unbounded" {
			return unbounded
		}
		count, err := strconv.Atoi(value)
		if err != nil {
			r.t.Fatal(err)
		}
		return count
	}
	p := particle{min: occurs("minOccurs"), max: occurs("maxOccurs")}
	switch n.XMLName.Local {
	case "element":
		r.known(n, "name", "type", "ref", "minOccurs", "maxOccurs", "nillable", "default")
		if n.text("nillable") == "true" {
			r.t.Fatal("a nillable element")
		}
		p.kind, p.name, p.fallback = elementParticle, n.text("name"), n.text("default")
		if reference, ok := n.get("ref"); ok {
			p.name = r.short(reference)
			return p
		}
		p.typ = r.typeOf(n)
		return p
	case "any":
		r.known(n, "namespace", "processContents", "minOccurs", "maxOccurs")
		p.kind, p.namespace, p.lax = anyParticle, n.text("namespace"), n.text("processContents") == "lax"
		if p.namespace == "" {
			p.namespace = anyNamespace
		}
		return p
	case "sequence":
		p.kind = sequenceParticle
	case "choice":
		p.kind = choiceParticle
	case "all":
		p.kind = allParticle
	default:
		r.t.Fatalf("a group %s", n.XMLName.Local)
	}
	r.known(n, "minOccurs", "maxOccurs")
	for _, child := range n.Children {
		if child.XMLName.Local != "annotation" {
			p.parts = append(p.parts, r.particle(child))
		}
	}
	return p
}
