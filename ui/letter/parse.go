package letter

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Years that a day may have: others are slips of the finger.
const (
	firstYear = 2000
	lastYear  = 2100
)

var (
	dayFirst  = regexp.MustCompile(`^(\d{1,2})[./ -](\d{1,2})[./ -](\d{4}|\d{2})$`)
	yearFirst = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	clockForm = regexp.MustCompile(`^(\d{1,2})(?:[.:]?(\d{2}))?$`)
	// wholeKroner is without separators or with one between each three digits.
	wholeKroner = regexp.MustCompile(`^(\d+|\d{1,3}(?:\.\d{3})+)$`)
)

// mostKroner is how many digits an amount may have before the comma.
const mostKroner = 12

// parseDay reads a day as Norwegians write it, 24.12.2026, or as yyyy-mm-dd.
func parseDay(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	var year, month, day int
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		day, month, year = digits(m[1]), digits(m[2]), digits(m[3])
		if len(m[3]) == 2 {
			year += firstYear
		}
	} else if m := yearFirst.FindStringSubmatch(text); m != nil {
		year, month, day = digits(m[1]), digits(m[2]), digits(m[3])
	}
	at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.Local)
	if year < firstYear || year > lastYear || int(at.Month()) != month || at.Day() != day {
		return time.Time{}, false
	}
	return at, true
}

// parseClock reads a time of day: 9, 09:30, 9.30 or 0930.
func parseClock(text string) (time.Duration, bool) {
	m := clockForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, false
	}
	hour, minute := digits(m[1]), 0
	if m[2] != "" {
		minute = digits(m[2])
	}
	if hour > 23 || minute > 59 {
		return 0, false
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, true
}

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

// digits reads a number of at most four digits.
func digits(text string) int {
	n, _ := strconv.Atoi(text) // the pattern lets nothing else through
	return n
}
