package validate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// text is how the text of a simple type is read.
type text struct {
	// space is what happens to white space before anything is looked at.
	space whitespace
	// form says whether the text can be a value at all; what names such a
	// value in plain English.
	form func(string) bool
	what string
	// least and most are bounds of a number, "" where there is none.
	least, most string
	// identity says whether the value names something (ID) or points at it.
	identity identity

	length, minLength, maxLength int
	totalDigits, fractionDigits  int
	patterns                     []*regexp.Regexp
	values                       []string
}

type whitespace int

const (
	preserve whitespace = iota
	replace
	collapse
)

type identity int

const (
	noIdentity identity = iota
	isID
	isReference
)

// problem is what is wrong with a value.
type problem struct{ code, text string }

// restrict adds the facets of a type.
func (t *text) restrict(def simpleType) (*text, error) {
	narrow := *t
	for _, f := range []struct {
		to   *int
		from int
	}{
		{&narrow.length, def.length},
		{&narrow.minLength, def.minLength},
		{&narrow.maxLength, def.maxLength},
		{&narrow.totalDigits, def.totalDigits},
		{&narrow.fractionDigits, def.fractionDigs},
	} {
		if f.from != 0 {
			*f.to = f.from
		}
	}
	if def.minInclusive != "" {
		narrow.least = def.minInclusive
	}
	if len(def.values) > 0 {
		narrow.values = def.values
	}
	if def.pattern != "" {
		pattern, err := pattern(def.pattern)
		if err != nil {
			return t, err
		}
		// Patterns of two steps must both fit.
		narrow.patterns = append(slices.Clip(t.patterns), pattern)
	}
	return &narrow, nil
}

// read gives the value of a text, and what is wrong with it.
func (t *text) read(raw string) (string, *problem) {
	value := t.space.apply(raw)
	if t.form != nil && !t.form(value) {
		return value, &problem{BadValue, fmt.Sprintf("%s is not %s", quote(value), t.what)}
	}
	for _, check := range []func(string) *problem{t.checkRange, t.checkLength, t.checkDigits, t.checkForm} {
		if p := check(value); p != nil {
			return value, p
		}
	}
	return value, nil
}

// checkRange names small bounds alone: the others are those of a computer's
// numbers, and look like numbers of persons.
func (t *text) checkRange(value string) *problem {
	bound := ""
	switch {
	case t.least != "" && compareDecimals(value, t.least) < 0:
		bound = "is too small; the least is " + t.least
		if len(t.least) > 6 {
			bound = "is too small for this type"
		}
	case t.most != "" && compareDecimals(value, t.most) > 0:
		bound = "is too large; the most is " + t.most
		if len(t.most) > 6 {
			bound = "is too large for this type"
		}
	default:
		return nil
	}
	return &problem{OutOfRange, quote(value) + " " + bound}
}

// checkLength counts characters, not bytes.
func (t *text) checkLength(value string) *problem {
	if t.length == 0 && t.minLength == 0 && t.maxLength == 0 {
		return nil
	}
	switch n := utf8.RuneCountInString(value); {
	case t.length != 0 && n != t.length:
		return &problem{WrongLength, fmt.Sprintf("must have exactly %d characters, not %d", t.length, n)}
	case n < t.minLength:
		return &problem{TooShort, fmt.Sprintf("must have at least %d characters, not %d", t.minLength, n)}
	case t.maxLength != 0 && n > t.maxLength:
		return &problem{TooLong, fmt.Sprintf("must have at most %d characters, not %d", t.maxLength, n)}
	}
	return nil
}

func (t *text) checkDigits(value string) *problem {
	if t.totalDigits == 0 && t.fractionDigits == 0 {
		return nil
	}
	_, whole, fraction := splitDecimal(value)
	switch {
	case t.fractionDigits != 0 && len(fraction) > t.fractionDigits:
		return &problem{TooManyDigits, fmt.Sprintf("%s has more than %d decimals", quote(value), t.fractionDigits)}
	case t.totalDigits != 0 && len(whole)+len(fraction) > t.totalDigits:
		return &problem{TooManyDigits, fmt.Sprintf("%s has more than %d digits", quote(value), t.totalDigits)}
	}
	return nil
}

func (t *text) checkForm(value string) *problem {
	if len(t.values) > 0 && !slices.Contains(t.values, value) {
		return &problem{NotInList, fmt.Sprintf("%s is not one of %s", quote(value), strings.Join(t.values, ", "))}
	}
	for _, p := range t.patterns {
		if !p.MatchString(value) {
			return &problem{BadPattern, fmt.Sprintf("%s does not fit the pattern %s", quote(value), strings.TrimSuffix(strings.TrimPrefix(p.String(), patternStart), patternEnd))}
		}
	}
	return nil
}

// spaces are what XML calls white space.
const spaces = " \t\r\n"

func (w whitespace) apply(value string) string {
	if w == preserve || !strings.ContainsAny(value, spaces) {
		return value
	}
	if w == replace {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(spaces, r) {
				return ' '
			}
			return r
		}, value)
	}
	return strings.Join(strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(spaces, r) }), " ")
}

// splitDecimal gives the sign and the digits that count of a decimal number.
func splitDecimal(value string) (negative bool, whole, fraction string) {
	unsigned := strings.TrimLeft(value, "+-")
	whole, fraction, _ = strings.Cut(unsigned, ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	negative = strings.HasPrefix(value, "-") && whole+fraction != ""
	return negative, whole, fraction
}

// compareDecimals compares two decimal numbers of any length.
func compareDecimals(a, b string) int {
	negative, whole, fraction := splitDecimal(a)
	otherNegative, otherWhole, otherFraction := splitDecimal(b)
	if negative != otherNegative {
		if negative {
			return -1
		}
		return 1
	}
	order := len(whole) - len(otherWhole)
	if order == 0 {
		order = strings.Compare(whole+"."+fraction, otherWhole+"."+otherFraction)
	}
	if negative {
		return -order
	}
	return order
}

// escapes are the character classes of XML Schema that Go writes otherwise.
// A digit is one of any script; a word character is all but punctuation,
// separators and controls.
var escapes = map[rune]struct{ alone, inside string }{
	'd': {`\p{Nd}`, `\p{Nd}`},
	'D': {`\P{Nd}`, `\P{Nd}`},
	'w': {`[^\p{P}\p{Z}\p{C}]`, ""},
	'W': {`[\p{P}\p{Z}\p{C}]`, `\p{P}\p{Z}\p{C}`},
	's': {`[ \t\n\r]`, ` \t\n\r`},
	'S': {`[^ \t\n\r]`, ""},
}

// A pattern fits the whole text.
const (
	patternStart = `\A(?:`
	patternEnd   = `)\z`
)

// pattern translates a pattern of XML Schema, where ^ and $ are ordinary
// characters. What is not translated is refused.
func pattern(source string) (*regexp.Regexp, error) {
	var out strings.Builder
	inside, escaped := false, false
	for i, r := range source {
		switch {
		case escaped:
			escaped = false
			known, ok := escapes[r]
			switch {
			case !ok && strings.ContainsRune("icICpP", r), ok && inside && known.inside == "":
				return nil, fmt.Errorf(`\%c is not known in pattern %s`, r, source)
			case ok && inside:
				out.WriteString(known.inside)
			case ok:
				out.WriteString(known.alone)
			default:
				out.WriteString(`\` + string(r))
			}
		case r == '\\':
			escaped = true
		case inside && strings.HasPrefix(source[i:], "-["):
			return nil, fmt.Errorf("subtraction is not known in pattern %s", source)
		case r == '[':
			inside = true
			out.WriteRune(r)
		case r == ']':
			inside = false
			out.WriteRune(r)
		case !inside && (r == '^' || r == '$'):
			out.WriteString(`\` + string(r))
		case !inside && r == '.':
			out.WriteString(`[^\n\r]`)
		default:
			out.WriteRune(r)
		}
	}
	return regexp.Compile(patternStart + out.String() + patternEnd)
}
