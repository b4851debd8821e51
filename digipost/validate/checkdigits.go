package validate

import (
	"regexp"
	"strings"
	"time"
)

var (
	digits9  = regexp.MustCompile(`^[0-9]{9}$`)
	digits11 = regexp.MustCompile(`^[0-9]{11}$`)
	kidForm  = regexp.MustCompile(`^[0-9]+-?$`)
)

// Weights of Norwegian numbers, the check digit's own last.
var (
	birthWeights1 = []int{3, 7, 6, 1, 8, 9, 4, 5, 2, 1}
	birthWeights2 = []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}
	orgWeights    = []int{3, 2, 7, 6, 5, 4, 3, 2, 1}
)

func weighted(digits string, weights []int) int {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return sum % 11
}

// birthNumber says whether eleven digits can be a fødselsnummer or D-number.
// From 2032 the first check sum may leave 1, 2 or 3 as well as 0; those numbers
// are taken already, since a document does not say when it will be sent
// (Skatteetaten, folkeregisteret-api-dokumentasjon).
func birthNumber(digits string) bool {
	return birthDay(digits) && weighted(digits, birthWeights1) <= 3 && weighted(digits, birthWeights2) == 0
}

// birthDay takes off what D-numbers add to the day (40) and synthetic numbers
// to the month (80, 65 or 40). Every century with such a day will do.
func birthDay(digits string) bool {
	day, month, year := small(digits[0:2]), small(digits[2:4]), small(digits[4:6])
	if day > 40 {
		day -= 40
	}
	switch {
	case month > 80:
		month -= 80
	case month > 65:
		month -= 65
	case month > 40:
		month -= 40
	}
	// 2000 had a 29 February, so that year 00 has one as well.
	d := time.Date(2000+year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return month >= 1 && month <= 12 && d.Day() == day
}

func organisationNumber(digits string) bool { return weighted(digits, orgWeights) == 0 }

// account is a bank account. Its check digit is that of a birth number's last.
func account(digits string) bool { return weighted(digits, birthWeights2) == 0 }

// kid says whether one of the two ways to a check digit fits.
func kid(value string) bool {
	last := value[len(value)-1]
	rest := value[:len(value)-1]
	return last == luhn(rest) || last == eleven(rest)
}

func luhn(digits string) byte {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return byte('0' + (10-sum%10)%10)
}

func eleven(digits string) byte {
	sum := 0
	for i := range len(digits) {
		sum += int(digits[len(digits)-1-i]-'0') * (2 + i%6)
	}
	switch check := 11 - sum%11; check {
	case 11:
		return '0'
	case 10:
		return '-'
	default:
		return byte('0' + check)
	}
}

// isEmail is soft: something, one @, something with a dot or without.
func isEmail(value string) bool {
	name, host, found := strings.Cut(value, "@")
	return found && name != "" && host != "" && !strings.ContainsAny(host, "@") && !strings.ContainsAny(value, spaces)
}
