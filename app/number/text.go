package number

import "strings"

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
