package sandbox

import (
	"slices"
	"strings"
)

// mailGrammar holds the rules of masseutsendelse.xsd with print.xsd
// (avsender2_1), one for each piece that is read at a time.
type mailGrammar struct {
	global, named, document, letter *rule
}

const (
	// idPattern is an xsd:ID: no number and no uuid that begins with a digit.
	idPattern = `[\p{L}_][\p{L}\p{M}\p{N}._·-]*`
	// filePattern is a path in the archive. The schema would also let it end in
	// a slash, which names no file, and take digits of other scripts.
	filePattern = `[a-zA-Z0-9_æøåÆØÅ-]+(/[a-zA-Z0-9_æøåÆØÅ-]+)*\.[a-zA-Z0-9]+`
)

func newMailGrammar(recipient *rule) mailGrammar {
	id, uuid := collapsed(pattern(idPattern)), pattern(uuidPattern)
	own := tree("innstillinger", settingsParts()...)
	ofDocument := tree("innstillinger", settingsParts()...)
	ofDocument.attrs = map[string]check{"extends": id}
	named := tree("dokument-innstillinger", settingsParts()...)
	named.attrs, named.need = map[string]check{"id": id}, []string{"id"}

	enclosed := func(name string) *rule {
		r := tree(name, maybe(own))
		r.attrs = map[string]check{"uuid": uuid, "refid": id}
		return r
	}
	text := func(name string) part { return maybe(leaf(name, anyText)) }
	letter := []part{
		one(recipient), maybe(tree("varslingsadresser", text("epostadresse"), text("mobilnummer"))),
		one(enclosed("hoveddokument")), times(0, 99, enclosed("vedlegg")),
	}
	document := []part{one(leaf("id", id)), one(leaf("fil", pattern(filePattern))), maybe(ofDocument)}
	invoice := append(slices.Clone(document),
		maybe(leaf("kid", pattern(`[0-9]{2,24}[0-9-]`))), one(leaf("beloep", isAmount)),
		one(leaf("kontonummer", pattern(`[0-9]{11}`))), one(leaf("forfallsdato", isDate)))
	letterID := map[string]check{"id": anyText}
	return mailGrammar{
		global: tree("globale-dokument-innstillinger", settingsParts()...), named: named,
		document: typed("dokument", nil, map[string][]part{"dokument": document, "faktura": invoice}),
		letter: typed("brev", letterID, map[string][]part{
			"brev": letter, "brev-med-print": append(slices.Clone(letter), one(physicalPrint()))}),
	}
}

// typed is a rule whose content xsi:type decides; without one it has the type of its own name.
func typed(name string, attrs map[string]check, types map[string][]part) *rule {
	r := tree(name, types[name]...)
	r.attrs, r.typed = attrs, map[string]*rule{}
	for sort, parts := range types {
		r.typed[sort] = &rule{name: name, attrs: attrs, body: seq(parts...)}
	}
	return r
}

// settingsParts is the type dokument-innstillinger. An empty print-farge takes
// the schema's default.
func settingsParts() []part {
	return []part{
		maybe(leaf("emne", length(0, 100))),
		maybe(tree("sms-varsling", times(0, unbounded, leaf("tidspunkt", isDateTime)), times(0, unbounded, leaf("etter-timer", isNonNegative)))),
		maybe(leaf("autentiseringsnivaa", enum("PASSORD", "TO_FAKTOR"))),
		maybe(leaf("sensitivitetsnivaa", enum("NORMALT", "SENSITIVT"))),
		maybe(leaf("aapningskvitteringsgruppe", anyText)),
		maybe(leaf("print-farge", enum("MONOKROM", "FARGER", ""))),
	}
}

// physicalPrint is fysisk-print of print.xsd.
func physicalPrint() *rule {
	name, line, place := length(0, 130), length(0, 100), length(0, 80)
	home := func(as string) part {
		return one(tree(as, maybe(leaf("adresselinje1", line)), maybe(leaf("adresselinje2", line)),
			one(leaf("postnummer", anyText)), one(leaf("poststed", place))))
	}
	abroad := func(as string) part {
		return one(tree(as, one(leaf("adresselinje1", line)), maybe(leaf("adresselinje2", line)), maybe(leaf("adresselinje3", line)),
			maybe(leaf("adresselinje4", line)), oneOf(1, one(leaf("land", place)), one(leaf("land-kode", length(0, 2))))))
	}
	return tree("fysisk-print",
		one(leaf("postmottaker", name)), oneOf(1, home("norsk-mottakeradresse"), abroad("utenlandsk-mottakeradresse")),
		maybe(leaf("posttype", enum("A", "B", ""))),
		one(leaf("retur-postmottaker", name)), oneOf(1, home("norsk-returadresse"), abroad("utenlandsk-returadresse")))
}

// collapsed checks a value without the blanks around it, as for xsd:ID.
func collapsed(is check) check { return func(s string) string { return is(collapse(s)) } }

// isAmount is a decimal of at most 15 digits, two of them behind the point.
// Zeros that mean nothing do not count, as in XML Schema.
func isAmount(s string) string {
	s = collapse(s)
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return "must be a decimal number"
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if len(fraction) > choiceDecimals || len(whole)+len(fraction) > 15 {
		return "must have at most two decimals and 15 digits"
	}
	return ""
}
