package sandbox

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// splitGrammar holds the rules of mottakersplitt.xsd (avsender2_1), one for
// each piece that is read at a time.
type splitGrammar struct {
	settings, recipient *rule
}

func newSplitGrammar() splitGrammar {
	text := func(name string) *rule { return leaf(name, anyText) }
	boolOrEmpty := func(s string) string { // the schema gives a default for an empty element
		if s == "" {
			return ""
		}
		return isBool(s)
	}
	return splitGrammar{
		settings: tree("jobb-innstillinger",
			one(leaf("avsender-id", isLong)), maybe(leaf("behandler-id", isLong)),
			one(leaf("jobb-id", pattern(`[a-zA-Z0-9_.-]{1,100}`))),
			maybe(leaf("jobb-navn", length(0, 80))),
			maybe(leaf("auto-godkjenn-jobb", boolOrEmpty)),
			maybe(leaf("virkningsdato", isDateTime)),
			maybe(text("klientinformasjon"))),
		recipient: tree("mottaker",
			one(text("kunde-id")),
			oneOf(1,
				group(one(splitName(text)), one(splitAddress(text)),
					maybe(text("foedselsdato")), maybe(text("telefonnummer")), maybe(text("epostadresse"))),
				one(text("foedselsnummer")), one(text("digipostadresse")),
				one(text("person-alias")), one(text("organisasjonsnummer")))),
	}
}

func splitName(text func(string) *rule) *rule {
	return tree("navn", oneOf(1,
		one(tree("navn-format1", oneOf(1, one(text("fullt-navn-fornavn-foerst")), one(text("fullt-navn-etternavn-foerst"))))),
		one(tree("navn-format2", one(text("fornavn")), one(text("etternavn")))),
		one(tree("navn-format3", one(text("fornavn")), maybe(text("mellomnavn")), one(text("etternavn"))))))
}

func splitAddress(text func(string) *rule) *rule {
	return tree("adresse", oneOf(1,
		one(tree("adresse-format1", one(text("adresselinje1")), maybe(text("adresselinje2")),
			one(text("postnummer")), one(text("poststed")), maybe(text("land")))),
		one(tree("adresse-format2", one(text("adresse1")), maybe(text("adresse2")), maybe(text("adresse3")), maybe(text("adresse4")),
			one(text("postnummer")), one(text("poststed")), maybe(text("land"))))))
}

// settings are the jobb-innstillinger of a job.
type settings struct {
	sender, broker string
	jobID, name    string
	autoApprove    bool
	notBefore      string // virkningsdato
}

// readSettings reads the beginning of a job document: root and jobb-innstillinger.
func (g splitGrammar) readSettings(x *xmlReader, root string) (settings, error) {
	var set settings
	start, err := x.element()
	if err != nil {
		return set, err
	}
	if start.Name.Local != root || start.Name.Space != nsBatch {
		return set, x.fault("the root must be %s in %s", root, nsBatch)
	}
	if err := x.bare(start); err != nil {
		return set, err
	}
	if start, err = x.element(); err != nil {
		return set, err
	}
	x.count = 0
	n, err := x.tree(start, 2)
	if err != nil {
		return set, err
	}
	// The job's id is wanted even when something else is wrong, for the receipt.
	if id := n.child("jobb-id"); id != nil && pattern(`[a-zA-Z0-9_.-]{1,100}`)(id.text) == "" {
		set.jobID = id.text
	}
	if err := (validator{nsBatch}).root(g.settings, n); err != nil {
		return set, err
	}
	set.sender, set.broker = collapse(n.value("avsender-id")), collapse(n.value("behandler-id"))
	set.name = n.value("jobb-navn")
	set.autoApprove, _ = parseBool(n.value("auto-godkjenn-jobb"))
	set.notBefore = n.value("virkningsdato")
	return set, nil
}

// element reads the next token, which must open an element.
func (x *xmlReader) element() (xml.StartElement, error) {
	tok, err := x.next()
	if errors.Is(err, io.EOF) {
		return xml.StartElement{}, x.fault("the document ends too early")
	}
	if err != nil {
		return xml.StartElement{}, err
	}
	start, isStart := tok.(xml.StartElement)
	if !isStart {
		return start, x.fault("an element is missing here")
	}
	return start, nil
}

// bare checks that an element has no attributes of its own.
func (x *xmlReader) bare(start xml.StartElement) error {
	attrs, err := x.attributes(start)
	if err != nil {
		return err
	}
	for _, a := range attrs {
		if a.Name.Space != nsInstance || a.Name.Local != "schemaLocation" {
			return x.fault("%s has an unknown attribute", start.Name.Local)
		}
	}
	return nil
}

// readSplit reads a mottakersplitt document, recipient by recipient.
func (g splitGrammar) readSplit(r io.Reader, settled func(settings) error, visit func(*node) error) error {
	x := newXMLReader(skipBOM(r))
	set, err := g.readSettings(x, kindSplit)
	if settleErr := settled(set); err == nil {
		err = settleErr
	}
	if err != nil {
		return err
	}
	if err := x.open("mottakere"); err != nil {
		return err
	}
	if err := x.list("mottakere", "mottaker", visitValid(g.recipient, visit)); err != nil {
		return err
	}
	if err := x.close("mottakersplitt"); err != nil {
		return err
	}
	return x.end()
}

// open reads the beginning of an element that holds others.
func (x *xmlReader) open(name string) error {
	start, err := x.element()
	if err != nil {
		return err
	}
	if start.Name.Local != name || start.Name.Space != nsBatch {
		return x.fault("%s is missing", name)
	}
	return x.bare(start)
}

// close reads the end of an element that holds others, and nothing before it.
func (x *xmlReader) close(name string) error {
	if tok, err := x.next(); err != nil {
		return x.fault("%s is not closed", name)
	} else if _, isEnd := tok.(xml.EndElement); !isEnd {
		return x.fault("something follows in %s that does not belong there", name)
	}
	return nil
}

// list reads the elements in an open one to its end, one at a time. There must
// be at least one, named what, unless what is "".
func (x *xmlReader) list(in, what string, visit func(*node) error) error {
	for count := 0; ; count++ {
		tok, err := x.next()
		if errors.Is(err, io.EOF) {
			return x.fault("the document ends too early")
		}
		if err != nil {
			return err
		}
		start, isStart := tok.(xml.StartElement)
		if _, isEnd := tok.(xml.EndElement); isEnd {
			if count == 0 && what != "" {
				return x.fault("%s holds no %s", in, what)
			}
			return nil
		}
		if !isStart {
			return x.fault("text between the elements of %s", in)
		}
		x.count = 0
		n, err := x.tree(start, 3)
		if err == nil {
			err = visit(n)
		}
		if err != nil {
			return err
		}
	}
}

func skipBOM(r io.Reader) io.Reader {
	head := make([]byte, 3)
	n, err := io.ReadFull(r, head)
	if err == nil && string(head) == "\ufeff" {
		return r
	}
	return io.MultiReader(strings.NewReader(string(head[:n])), r)
}
