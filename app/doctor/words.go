package doctor

import (
	"maps"
	"strings"
)

// Words are the texts of one language, as assets/lang has them.
type Words interface {
	Has(key string) bool
	Get(key string, pairs ...string) string
	Fault(code string, fields map[string]string) (what, next string)
}

// Title is what a person calls the check.
func (n Name) Title(words Words) string { return words.Get("doctor.name." + string(n)) }

// Words give what was found and what to do next; next is empty when there is
// nothing to do. Window and command say it alike.
func (c Check) Words(words Words) (detail, next string) {
	detail, next = c.own(words)
	if c.Relay == "" {
		return detail, next
	}
	if c.RelayWell {
		return detail + " " + words.Get("doctor.relay.ok", "host", c.Relay), next
	}
	if next == "" {
		next = words.Get("doctor.relay.next")
	}
	return detail + " " + words.Get("doctor.relay.fail", "host", c.Relay), next
}

// own are the words of the check itself.
func (c Check) own(words Words) (detail, next string) {
	if c.Fault != nil {
		return words.Fault(string(c.Fault.Code), c.Fault.Fields)
	}
	pairs := c.pairs(words)
	said := ".fail"
	if c.OK {
		said = ".ok"
	}
	detail = words.Get(c.key(words, said), pairs...)
	if key := c.key(words, ".next"); c.Code != "" && words.Has(key) {
		next = words.Get(key, pairs...)
	}
	return detail, next
}

// key is that of the check's own words, or of the words all checks share.
func (c Check) key(words Words, part string) string {
	if c.Code != "" {
		part += "." + string(c.Code)
	}
	if own := "doctor." + string(c.Name) + part; words.Has(own) {
		return own
	}
	return "doctor" + part
}

// pairs fill the gaps; what stands for words becomes words.
func (c Check) pairs(words Words) []string {
	fields := maps.Clone(c.Fields)
	if fields == nil {
		fields = map[string]string{}
	}
	if needs := fields["needs"]; needs != "" {
		fields["needs"] = Name(needs).Title(words)
	}
	fields["features"], fields["missing"] = featureWords(words, c.Features), featureWords(words, c.Missing)
	var pairs []string
	for name, value := range fields {
		pairs = append(pairs, name, value)
	}
	return pairs
}

func featureWords(words Words, features []string) string {
	var list []string
	for _, feature := range features {
		list = append(list, words.Get("doctor.feature."+feature))
	}
	return strings.Join(list, ", ")
}
