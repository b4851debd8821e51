package sandbox

import (
	"strconv"
	"strings"
	"time"
)

// digits gives the digits of a text of exactly n ASCII digits.
func digits(s string, n int) ([]int, bool) {
	if len(s) != n {
		return nil, false
	}
	out := make([]int, n)
	for i := range n {
		if s[i] < '0' || s[i] > '9' {
			return nil, false
		}
		out[i] = int(s[i] - '0')
	}
	return out, true
}

func weigh(d []int, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += d[i] * w
	}
	return sum
}

// validBirthNumber checks a fødselsnummer or D-number, synthetic ones
// included (this is practice). From 2032 newly issued numbers may leave 1, 2
// or 3 in the first check (Skatteetaten, nyttfnr2032).
func validBirthNumber(s string, now time.Time) bool {
	d, ok := digits(s, 11)
	if !ok {
		return false
	}
	allowed := 0
	if now.Year() >= 2032 {
		allowed = 3
	}
	if (weigh(d, 3, 7, 6, 1, 8, 9, 4, 5, 2)+d[9])%11 > allowed {
		return false
	}
	if (weigh(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)+d[10])%11 != 0 {
		return false
	}
	day, month, year := d[0]*10+d[1], d[2]*10+d[3], d[4]*10+d[5]
	if day > 40 { // D-number
		day -= 40
	}
	for _, offset := range []int{80, 65, 40} { // Tenor, Norsk helsenett, NAV
		if month > offset {
			month -= offset
			break
		}
	}
	// The century can't be told from two digits: 29 February is allowed where
	// it exists in either, which is every year divisible by four.
	return validDay(day, month, 2000+year)
}

func validDay(day, month, year int) bool {
	if day < 1 || month < 1 || month > 12 {
		return false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t.Day() == day
}

// validOrganisationNumber checks nine digits, modulus 11.
func validOrganisationNumber(s string) bool {
	d, ok := digits(s, 9)
	return ok && (weigh(d, 3, 2, 7, 6, 5, 4, 3, 2)+d[8])%11 == 0
}

// validAccountNumber checks eleven digits, modulus 11.
func validAccountNumber(s string) bool {
	d, ok := digits(s, 11)
	return ok && (weigh(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)+d[10])%11 == 0
}

// validShortDate checks a ddMMyy date as the batch interface wants it.
func validShortDate(s string) bool {
	d, ok := digits(s, 6)
	return ok && validDay(d[0]*10+d[1], d[2]*10+d[3], 2000+d[4]*10+d[5])
}

func validPostcode(s string) bool {
	_, ok := digits(s, 4)
	return ok
}

// looksLikeAddress checks the form of a Digipost address or a person-alias:
// something, one #, four characters of 0-9 and A-Z.
func looksLikeAddress(s string) bool {
	name, tail, ok := strings.Cut(s, "#")
	if !ok || name == "" || len(tail) != 4 || strings.ContainsAny(name, " \t\r\n") {
		return false
	}
	return strings.IndexFunc(tail, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z')
	}) < 0
}

// shortDate turns the forms a date has in the people file, in a message
// (yyyy-MM-dd) and in a batch job (ddMMyy) into ddMMyy. "" if it is none.
func shortDate(s string) string {
	if validShortDate(s) {
		return s
	}
	for _, layout := range []string{time.DateOnly, "02.01.2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format("020106")
		}
	}
	return ""
}

// parseID reads a positive account id.
func parseID(s string) (int64, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	id, err := strconv.ParseInt(s, 10, 64)
	return id, err == nil
}
