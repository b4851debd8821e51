package sandbox

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// searchRoutes answers /recipients/search/TEXT, /recipients/suggest/TEXT and
// /recipients/ADDRESS. path is decoded; the text may hold anything.
func (s *Server) searchRoutes(path string) (answer, error) {
	what, text, _ := strings.Cut(path, "/")
	switch {
	case what != "search" && what != "suggest":
		one := s.folk().byAddress[path]
		if one == nil || !one.user() {
			return answer{}, refuse(codeNotFound, "There is nobody at this address")
		}
		return ok(s.recipientXML("recipient", one, "xmlns", nsAPI)), nil
	case utf8.RuneCountInString(strings.TrimSpace(text)) < choiceShortest:
		return answer{}, refuse(codeQuery, "The text to search for needs at least %d characters", choiceShortest)
	case what == "suggest":
		return ok(s.suggestionsXML(text)), nil
	}
	return ok(apiDocument("recipients", func(x *xmlWriter) {
		hits := s.folk().search(text)
		for _, one := range hits[:min(len(hits), choiceHits)] {
			x.raw(string(s.recipientXML("recipient", one)))
		}
	})), nil
}

// search finds users: every word begins a word of name, street or town, or the
// Digipost address.
func (p *people) search(text string) []*person {
	wanted := searchWords(text)
	var hits []*person
	for _, one := range p.all {
		if !one.user() || one.State == stateAmbiguous { // who can't be told apart is not shown
			continue
		}
		has := searchWords(one.Name + " " + one.Address1 + " " + one.Town + " " + one.Address)
		if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(w string) bool {
			return !slices.ContainsFunc(has, func(h string) bool { return strings.HasPrefix(h, w) })
		}) {
			hits = append(hits, one)
		}
	}
	return hits
}

func searchWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-'
	})
}

// streetLine is street, number and letter of an address.
var streetLine = regexp.MustCompile(`^(.*\S)\s+(\d+)\s*([\pL]?)$`)

// recipientXML writes a hit as one element. A number is masked but for its end.
func (s *Server) recipientXML(name string, one *person, attrs ...string) []byte {
	var b strings.Builder
	x := &xmlWriter{w: &b}
	if len(attrs) > 0 {
		x.raw(xmlDeclaration)
	}
	x.start(name, attrs...)
	if one.OrganisationNumber == "" {
		names := strings.Fields(one.Name)
		x.optional("firstname", names[0])
		if len(names) > 1 {
			x.optional("middlename", strings.Join(names[1:len(names)-1], " "))
			x.optional("lastname", names[len(names)-1])
		}
	}
	x.text("digipost-address", one.Address)
	x.optional("mobile-number", maskMobile(one.Phone))
	if one.OrganisationNumber != "" {
		x.text("organisation-number", one.OrganisationNumber)
		x.text("organisation-name", one.Name)
	}
	x.start("address")
	street, number, letter := one.Address1, "", ""
	if m := streetLine.FindStringSubmatch(one.Address1); m != nil {
		street, number, letter = m[1], m[2], m[3]
	}
	x.optional("street", street)
	x.optional("house-number", number)
	x.optional("house-letter", letter)
	x.optional("zip-code", one.Postcode)
	x.optional("city", one.Town)
	x.end()
	x.link("self", s.base+"/recipients/"+url.PathEscape(one.Address))
	x.end()
	return []byte(b.String())
}

// suggestionsXML gives the names that a text may go on to, each with the
// search for it.
func (s *Server) suggestionsXML(text string) []byte {
	var names []string
	for _, one := range s.folk().search(text) {
		if !slices.Contains(names, one.Name) && len(names) < choiceHits {
			names = append(names, one.Name)
		}
	}
	return apiDocument("autocomplete", func(x *xmlWriter) {
		for _, name := range names {
			x.start("suggestion")
			x.text("search-string", name)
			x.link("search", s.base+"/recipients/search/"+url.PathEscape(name))
			x.end()
		}
	})
}
