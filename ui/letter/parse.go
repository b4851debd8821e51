package letter

import (
	"regexp"
	"strings"
)

// wholeKroner is without separators or with one between each three digits.
var wholeKroner = regexp.MustCompile(`^(\d+|\d{1,3}(?:\.\d{3})+)$`)

// mostKroner is how many digits an amount may have before the comma.
const mostKroner = 12

// parseAmount reads kroner as Norwegians write them, 1 234,50, and gives them with
// two decimals and a point. A point before three digits parts thousands.
func parseAmount(text string) (string, bool) {
	text = strings.TrimSpace(text)
	for _, word := range []string{"kr.", "kr", "Kr.", "Kr", "NOK"} {
		text = strings.TrimSuffix(strings.TrimPrefix(text, word), word)
	}
	text = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u2009', '\u202f':
			return -1
		}
		return r
	}, text)
	text = strings.TrimSuffix(text, ",-")
	whole, rest, decimals := strings.Cut(text, ",")
	if !decimals {
		if at := strings.LastIndexByte(text, '.'); at >= 0 && len(text)-at-1 <= 2 {
			whole, rest, decimals = text[:at], text[at+1:], true
		}
	}
	if !wholeKroner.MatchString(whole) || decimals && (len(rest) < 1 || len(rest) > 2 || !onlyDigits(rest)) {
		return "", false
	}
	whole = strings.TrimLeft(strings.ReplaceAll(whole, ".", ""), "0")
	if len(whole) > mostKroner {
		return "", false
	}
	if whole == "" {
		whole = "0"
	}
	return whole + "." + (rest + "00")[:2], true
}
