package validate

// A grammar is written down as plain data, close to the XML Schema it says
// again: compile turns it into what the engine walks. Types are named as in
// the schema; "xs:" stands before XML Schema's own, another prefix before
// those of another namespace. A name that begins with a dot is a type that
// the schema leaves without a name: no xsi:type can ask for it.

// unbounded is a maximum that is none.
const unbounded = -1

// schema is the grammar of one namespace. Local elements are qualified and
// local attributes are not: so it is in all schemas here.
type schema struct {
	namespace string
	// prefixes name the other namespaces that type and element names use.
	prefixes map[string]string
	// elements are the global elements and the names of their types.
	elements map[string]string
	complex  map[string]complexType
	simple   map[string]simpleType
}

// complexType is a type with attributes or with elements inside.
type complexType struct {
	// extends is a complex type whose attributes and content come first.
	extends  string
	abstract bool
	// mixed allows text between the elements.
	mixed bool
	// text is the simple type of the content, where that is text alone.
	text string
	// content is the zero particle where nothing may stand inside.
	content    particle
	attributes []attribute
}

// attribute is an attribute as a type declares it.
type attribute struct {
	name, typ string
	required  bool
	// fallback is the value that an absent attribute has.
	fallback string
}

// simpleType restricts another simple type. Zero stands for a facet that is
// not there.
type simpleType struct {
	base                      string
	length, minLength         int
	maxLength                 int
	totalDigits, fractionDigs int
	minInclusive              string
	pattern                   string
	values                    []string
}

// particle is a piece of a content model: an element, a wildcard, or a group
// of particles, and how often it may stand there.
type particle struct {
	kind     particleKind
	min, max int
	// name and typ are of an element; a reference to a global element has no
	// typ. fallback is the value that an empty element has.
	name, typ, fallback string
	// namespace and lax are of a wildcard.
	namespace string
	lax       bool
	parts     []particle
}

type particleKind int

const (
	nothing particleKind = iota
	elementParticle
	sequenceParticle
	choiceParticle
	allParticle
	anyParticle
)

// anyNamespace and otherNamespace are wildcards that do not name a namespace.
const (
	anyNamespace   = "##any"
	otherNamespace = "##other"
)

func one(name, typ string) particle {
	return particle{kind: elementParticle, min: 1, max: 1, name: name, typ: typ}
}

func opt(name, typ string) particle  { return one(name, typ).times(0, 1) }
func many(name, typ string) particle { return one(name, typ).times(0, unbounded) }
func some(name, typ string) particle { return one(name, typ).times(1, unbounded) }

// ref stands for a global element.
func ref(name string) particle { return one(name, "") }

// wild allows an element of a namespace. It must be a global element that the
// grammar knows, unless lax.
func wild(namespace string, lax bool) particle {
	return particle{kind: anyParticle, min: 1, max: 1, namespace: namespace, lax: lax}
}

func group(kind particleKind, parts []particle) particle {
	return particle{kind: kind, min: 1, max: 1, parts: parts}
}

func sequence(parts ...particle) particle { return group(sequenceParticle, parts) }
func choice(parts ...particle) particle   { return group(choiceParticle, parts) }
func all(parts ...particle) particle      { return group(allParticle, parts) }

// times says how often a particle may stand there.
func (p particle) times(least, most int) particle {
	p.min, p.max = least, most
	return p
}

// or gives an empty element a value.
func (p particle) or(value string) particle {
	p.fallback = value
	return p
}

func must(name, typ string) attribute { return attribute{name: name, typ: typ, required: true} }
func may(name, typ string) attribute  { return attribute{name: name, typ: typ} }

// plain is a type of elements in a row, without attributes.
func plain(parts ...particle) complexType { return complexType{content: sequence(parts...)} }

// oneOf is a list of words.
func oneOf(values ...string) simpleType { return simpleType{base: "xs:string", values: values} }

// atMost is a text of no more than so many characters.
func atMost(characters int) simpleType {
	return simpleType{base: "xs:string", maxLength: characters}
}

// join puts tables of several files together.
func join[T any](tables ...map[string]T) map[string]T {
	whole := map[string]T{}
	for _, table := range tables {
		for name, value := range table {
			whole[name] = value
		}
	}
	return whole
}
