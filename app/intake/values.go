package intake

import (
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"

	"brevdue/app/number"
)

// parseDay reads a day as people write it: 21.11.2025, 21/11-2025, 21.11.25,
// 2025-11-21. Of two-digit years the caller judges the century: they are given
// as 0 to 99.
func parseDay(text string) (time.Time, bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == '/' || r == '-' || r == ' ' })
	if len(parts) > 3 && strings.Contains(parts[3], ":") { // a time of day behind it
		parts = parts[:3]
	}
	if len(parts) != 3 {
		return time.Time{}, false
	}
	for _, part := range parts {
		if !allDigits(part) || len(part) > 4 {
			return time.Time{}, false
		}
	}
	if len(parts[0]) == 4 {
		parts[0], parts[2] = parts[2], parts[0]
	} else if len(parts[2]) != 4 && len(parts[2]) != 2 {
		return time.Time{}, false
	}
	return day(parts[0], parts[1], parts[2])
}

// day makes a day of digits; one that does not exist is none.
func day(d, m, y string) (time.Time, bool) {
	dd, errD := strconv.Atoi(d)
	mm, errM := strconv.Atoi(m)
	yy, errY := strconv.Atoi(y)
	if errD != nil || errM != nil || errY != nil || len(d) > 2 || len(m) > 2 {
		return time.Time{}, false
	}
	at := time.Date(yy, time.Month(mm), dd, 0, 0, 0, 0, time.UTC)
	return at, at.Day() == dd && int(at.Month()) == mm
}

// birthDay reads a day of birth, also as six or eight digits. A two-digit year
// is the last one that is not after today.
func birthDay(text string, today time.Time) (time.Time, bool) {
	if allDigits(text) && (len(text) == 6 || len(text) == 8) {
		text = text[:2] + "." + text[2:4] + "." + text[4:]
	}
	at, ok := parseDay(text)
	if !ok {
		return time.Time{}, false
	}
	if at.Year() < 100 {
		at = at.AddDate(2000, 0, 0)
		if at.After(today) {
			at = at.AddDate(-100, 0, 0)
		}
	}
	return at, at.Year() >= 1850 && !at.After(today)
}

// dueDay reads a day in our own century.
func dueDay(text string) (time.Time, bool) {
	at, ok := parseDay(text)
	if ok && at.Year() < 100 {
		at = at.AddDate(2000, 0, 0)
	}
	return at, ok && at.Year() >= 1900
}

// phoneNumber makes a number as it is stored: eight digits for Norway, else
// with + and the country's code.
func phoneNumber(text string) (string, bool) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "-", "", ".", "", "(", "", ")", "", "/", "").Replace(text)
	if strings.HasPrefix(text, "00") {
		text = "+" + text[2:]
	}
	if rest, found := strings.CutPrefix(text, "+47"); found {
		text = rest
	} else if len(text) == 10 && strings.HasPrefix(text, "47") {
		text = text[2:]
	}
	if rest, found := strings.CutPrefix(text, "+"); found {
		return text, allDigits(rest) && len(rest) >= 7 && len(rest) <= 15 && rest[0] != '0'
	}
	return text, allDigits(text) && len(text) == 8 && text[0] >= '2'
}

// emailAddress checks the shape of an address: one @ and a domain with a dot.
func emailAddress(text string) (string, bool) {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "mailto:"), ";")
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || parsed.Address != text || len(text) > 254 {
		return "", false
	}
	_, domain, _ := strings.Cut(text, "@")
	dot := strings.LastIndexByte(domain, '.')
	return text, dot > 0 && dot < len(domain)-2 && !strings.Contains(domain, "..") && !strings.Contains(domain, "@")
}

// digipostForm checks softly what a Digipost address looks like: a local part,
// one #, four letters or digits.
func digipostForm(text string) bool {
	local, code, found := strings.Cut(text, "#")
	if !found || local == "" || len(code) != 4 || strings.ContainsFunc(text, unicode.IsSpace) {
		return false
	}
	for _, r := range code {
		if !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return false
		}
	}
	return true
}

// amount reads money as people write it (kr 1 234,50) and gives it with two
// decimals and a point.
func amount(text string) (string, bool) {
	text = strings.ToLower(text)
	for _, word := range []string{"kr.", "kr", "nok", ",-", ".-"} {
		text = strings.ReplaceAll(text, word, "")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\'' {
			return -1
		}
		if r == '\u2212' { // the minus sign of word processors
			return '-'
		}
		return r
	}, text)
	comma, point := strings.LastIndexByte(text, ','), strings.LastIndexByte(text, '.')
	switch {
	case comma >= 0 && point >= 0: // the last one divides, the other groups
		group := byte(',')
		if comma > point {
			group = '.'
		}
		text = strings.ReplaceAll(text, string(group), "")
	case strings.Count(text, ".") > 1: // 1.234.567
		text = strings.ReplaceAll(text, ".", "")
	case strings.Count(text, ",") > 1:
		text = strings.ReplaceAll(text, ",", "")
	}
	text = strings.ReplaceAll(text, ",", ".")
	sign := ""
	if rest, found := strings.CutPrefix(text, "-"); found {
		sign, text = "-", rest
	}
	whole, decimals, _ := strings.Cut(text, ".")
	if !allDigits(whole) || len(whole) > 12 || decimals != "" && !allDigits(decimals) {
		return "", false
	}
	if len(decimals) > 2 {
		// 12.345 could be either; more decimals than a coin has are no money,
		// but for the noise that spreadsheets put behind the second.
		if strings.Trim(decimals[2:], "0") != "" {
			return "", false
		}
		decimals = decimals[:2]
	}
	return sign + whole + "." + decimals + strings.Repeat("0", 2-len(decimals)), true
}

// norway are the names of the country that the address leaves out.
var norway = map[string]bool{"norge": true, "noreg": true, "norway": true, "no": true, "nor": true, "n": true}

// foreign reports whether a country is named that is not Norway.
func foreign(country string) bool { return country != "" && !norway[strings.ToLower(country)] }

// postcode makes four digits of a Norwegian postcode. Three digits have lost
// their zero: 0150 is the only reading of 150. repaired tells so.
func postcode(text string) (code string, repaired, ok bool) {
	digits := number.Clean(strings.TrimPrefix(strings.ToUpper(text), "N-"))
	switch {
	case len(digits) == 4 && allDigits(digits) && digits != "0000":
		return digits, false, true
	case len(digits) == 3 && allDigits(digits) && digits[0] != '0':
		return "0" + digits, true, true
	}
	return "", false, false
}
