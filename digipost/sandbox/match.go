package sandbox

import (
	"slices"
	"strings"
	"unicode"
)

// nameAndAddress is a question for a person by name and address.
type nameAndAddress struct {
	Name           string // first name first
	Line1, Line2   string
	Postcode, Town string
	BirthDate      string // ddMMyy or ""
	Phone, Email   string
}

// hit is what a question found.
type hit struct {
	person  *person // nil: nobody, or several
	several bool
	washed  bool // found only after tidying the address
}

// byNameAndAddress finds a person as Digipost's batch guide describes it:
// first phone or e-mail together with birth date and name; then name and
// address; then near matches, which Digipost calls washing.
func (p *people) byNameAndAddress(q nameAndAddress) hit {
	name := words(q.Name)
	if q.BirthDate != "" {
		for _, contact := range []string{foldPhone(q.Phone), strings.ToLower(strings.TrimSpace(q.Email))} {
			if contact == "" {
				continue
			}
			found := slices.DeleteFunc(slices.Clone(p.byContact[contact]), func(one *person) bool {
				return one.BirthDate != q.BirthDate || !sameName(name, words(one.Name))
			})
			if len(found) == 1 {
				return hit{person: found[0]}
			}
		}
	}
	exact := func(one *person) bool {
		return slices.Equal(name, words(one.Name)) && foldLine(q.Line1) == foldLine(one.Address1) &&
			strings.EqualFold(strings.TrimSpace(q.Town), one.Town)
	}
	if found := p.among(q.Postcode, exact); len(found) > 0 {
		return pick(found, false)
	}
	near := func(one *person) bool {
		return sameName(name, words(one.Name)) && washLine(q.Line1+" "+q.Line2) == washLine(one.Address1)
	}
	return pick(p.among(q.Postcode, near), true)
}

func (p *people) among(postcode string, fits func(*person) bool) []*person {
	var found []*person
	for _, one := range p.byPostcode[postcode] {
		if fits(one) {
			found = append(found, one)
		}
	}
	return found
}

func pick(found []*person, washed bool) hit {
	switch {
	case len(found) == 0:
		return hit{}
	case len(found) > 1 || found[0].State == stateAmbiguous:
		return hit{several: true}
	}
	return hit{person: found[0], washed: washed}
}

// words folds a name: lower case, no punctuation but hyphens.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && r != '-' && r != '\''
	})
}

// sameName says whether two names can be the same person's: first and last
// word agree, in either order; middle names may be left out on one side.
func sameName(a, b []string) bool {
	if len(a) < 2 || len(b) < 2 {
		return slices.Equal(a, b)
	}
	if len(a) > 2 && len(b) > 2 && len(a) == len(b) {
		x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
		return slices.Equal(x, y)
	}
	first, last := b[0], b[len(b)-1]
	return a[0] == first && a[len(a)-1] == last || a[0] == last && slices.Contains(a[1:], first)
}

func foldLine(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// washLine folds the common ways to write one street: punctuation, blanks and
// the words for street and road.
func washLine(s string) string {
	fields := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	out := strings.Join(fields, "")
	for _, pair := range [][2]string{{"gaten", "gt"}, {"gata", "gt"}, {"gate", "gt"}, {"veien", "v"}, {"vegen", "v"}, {"vei", "v"}, {"veg", "v"}} {
		out = strings.ReplaceAll(out, pair[0], pair[1])
	}
	return out
}

// foldPhone folds a phone number to its digits without the Norwegian prefix.
func foldPhone(s string) string {
	s = strings.TrimSpace(s)
	only := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	if strings.HasPrefix(s, "+") {
		return strings.TrimPrefix(only, "47")
	}
	return strings.TrimPrefix(only, "0047")
}
