package number

import (
	"regexp"
	"strings"
)

// Runs gives the digits that stand together in a text, single blanks and dots
// between them left out, as people write numbers.
func Runs(text string) []string {
	var runs []string
	var run strings.Builder
	gap := false
	end := func() {
		if run.Len() > 0 {
			runs = append(runs, run.String())
			run.Reset()
		}
		gap = false
	}
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			run.WriteRune(r)
			gap = false
		case (r == ' ' || r == '.' || r == '\u00a0' || r == '\u202f') && run.Len() > 0 && !gap:
			gap = true
		default:
			end()
		}
	}
	end()
	return runs
}

// HoldsBirthNumber reports whether a valid fødselsnummer or D-number stands in a
// text that others may read, such as the title of a letter.
func HoldsBirthNumber(text string, rule Rule) bool {
	for _, run := range Runs(text) {
		if len(run) == 11 && BirthNumber(run, rule).Valid {
			return true
		}
	}
	return false
}

// birthLike is what looks like a birth number, as people write one.
var birthLike = regexp.MustCompile(`[0-9]{6}[ .\x{a0}\x{202f}-]?[0-9]{5}`)

// MaskBirthNumbers masks each valid fødselsnummer or D-number in a text, such as
// a file's name. Digits right before or behind make it another number.
func MaskBirthNumbers(text string, rule Rule) string {
	isDigit := func(at int) bool { return at >= 0 && at < len(text) && text[at] >= '0' && text[at] <= '9' }
	var masked strings.Builder
	for at := 0; at < len(text); {
		place := birthLike.FindStringIndex(text[at:])
		if place == nil {
			masked.WriteString(text[at:])
			break
		}
		from, to := at+place[0], at+place[1]
		result := BirthNumber(text[from:to], rule)
		if isDigit(from-1) || isDigit(to) || !result.Valid {
			masked.WriteString(text[at : from+1])
			at = from + 1
			continue
		}
		masked.WriteString(text[at:from] + Mask(result.Number))
		at = to
	}
	return masked.String()
}
