// Package number checks Norwegian and Belgian numbers: fødselsnummer and
// D-number, organisasjonsnummer, kontonummer, KID and KBO. It only judges the
// form; whether a number is in use only its register knows. It uses the
// standard library alone and keeps no number it has seen.
package number

import "strings"

// Kind is what sort of number a value is.
type Kind string

// The kinds. A synthetic number belongs to nobody: it is made for tests by
// adding 80, 65 or 40 to the month of birth.
const (
	KindNone         Kind = ""
	KindBirth        Kind = "fnr"
	KindD            Kind = "dnr"
	KindSynthetic    Kind = "synthetic"
	KindOrganisation Kind = "orgnr"
	KindAccount      Kind = "account"
	KindKID          Kind = "kid"
	KindKBO          Kind = "kbo"
)

// Why a number is not valid. The words are number.<reason>.
const (
	ReasonEmpty      = "empty"
	ReasonNotDigits  = "not_digits"
	ReasonLength     = "length"
	ReasonDate       = "date"
	ReasonCheckDigit = "check_digit"
	ReasonFirstDigit = "first_digit"
)

// Result is the judgement on one value.
type Result struct {
	Valid bool
	// Kind is filled as soon as the form tells it, also when the check digits
	// then do not agree.
	Kind Kind
	// Reason is why the number is not valid, or empty.
	Reason string
	// Number is the value without blanks and dots when it is valid, else empty.
	Number string
	// DNumber is true for a D-number, synthetic ones too.
	DNumber bool
}

// Synthetic reports whether the number is made for tests.
func (r Result) Synthetic() bool { return r.Kind == KindSynthetic }

// refuse gives the result for a value that is not valid.
func refuse(kind Kind, reason string) Result { return Result{Kind: kind, Reason: reason} }

// Clean takes away what people put between digits: blanks of every sort, dots
// and hyphens.
func Clean(value string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '.', '-', '\u00a0', '\u2009', '\u202f', '\u2007', '\u2011', '\u2013', '\ufeff', '\u200b':
			return -1
		}
		return r
	}, value)
}

// digitsOnly reports whether the text is made of the digits 0 to 9 alone.
func digitsOnly(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// form cleans the value and checks that it has exactly so many digits.
func form(value string, length int) (digits, reason string) {
	digits = Clean(value)
	switch {
	case digits == "":
		return "", ReasonEmpty
	case !digitsOnly(digits):
		return "", ReasonNotDigits
	case len(digits) != length:
		return "", ReasonLength
	}
	return digits, ""
}

// weighted is the sum of the digits multiplied by their weights.
func weighted(digits string, weights []int) int {
	sum := 0
	for i, weight := range weights {
		sum += int(digits[i]-'0') * weight
	}
	return sum
}

// Mask hides the personal part of a number: "010190 *****" for eleven digits,
// stars alone for anything else.
func Mask(number string) string {
	if digits, reason := form(number, 11); reason == "" {
		return digits[:6] + " *****"
	}
	if Clean(number) == "" {
		return ""
	}
	return "*****"
}
