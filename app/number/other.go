package number

import "strings"

var (
	organisationWeights = []int{3, 2, 7, 6, 5, 4, 3, 2, 1}
	accountWeights      = []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}
)

// OrganisationNumber checks a number of Brønnøysundregistrene: nine digits, the
// last one modulo 11.
func OrganisationNumber(value string) Result {
	return modulo11(value, KindOrganisation, organisationWeights)
}

// Account checks a Norwegian account number: eleven digits, the last one
// modulo 11.
func Account(value string) Result { return modulo11(value, KindAccount, accountWeights) }

// modulo11 checks digits whose weighted sum must be divisible by 11. The last
// weight is 1 and belongs to the check digit.
func modulo11(value string, kind Kind, weights []int) Result {
	digits, reason := form(value, len(weights))
	if reason != "" {
		return refuse(KindNone, reason)
	}
	if strings.Trim(digits, "0") == "" || weighted(digits, weights)%11 != 0 {
		return refuse(kind, ReasonCheckDigit)
	}
	return Result{Valid: true, Kind: kind, Number: digits}
}

// KIDMin and KIDMax are how long a KID may be. Three is what Digipost's schema
// allows, below what banks hand out.
const (
	KIDMin = 3
	KIDMax = 25
)

// KID checks a customer identification of an invoice: 3 to 25 digits with a
// check digit modulo 10 or modulo 11. Which of the two the payee has agreed on
// with the bank cannot be seen, so that either will do. Modulo 11 may end in a
// hyphen.
func KID(value string) Result {
	trimmed := strings.TrimSpace(value)
	digits := Clean(trimmed)
	if digits == "" {
		return refuse(KindNone, ReasonEmpty)
	}
	if strings.HasSuffix(trimmed, "-") {
		digits += "-"
	}
	body, check := digits[:len(digits)-1], digits[len(digits)-1]
	if !digitsOnly(body) || (check != '-' && !digitsOnly(digits)) {
		return refuse(KindNone, ReasonNotDigits)
	}
	if len(digits) < KIDMin || len(digits) > KIDMax {
		return refuse(KindNone, ReasonLength)
	}
	if check != modulus10(body) && check != modulus11(body) {
		return refuse(KindKID, ReasonCheckDigit)
	}
	return Result{Valid: true, Kind: KindKID, Number: digits}
}

// modulus10 is the Luhn check digit of body.
func modulus10(body string) byte {
	sum, weight := 0, 2
	for i := len(body) - 1; i >= 0; i-- {
		product := int(body[i]-'0') * weight
		sum += product/10 + product%10
		weight = 3 - weight
	}
	return byte('0' + (10-sum%10)%10)
}

// modulus11 is the check digit of body with the weights 2 to 7 from the right;
// a rest of ten is written as a hyphen.
func modulus11(body string) byte {
	sum, weight := 0, 2
	for i := len(body) - 1; i >= 0; i-- {
		sum += int(body[i]-'0') * weight
		if weight++; weight > 7 {
			weight = 2
		}
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

// KBO checks a Belgian enterprise number: ten digits that begin with 0 or 1; the
// last two are 97 less the rest of the first eight divided by 97. A leading
// "BE" is allowed, as in VAT numbers, and so are nine digits, as they were written
// before the leading 0 came.
func KBO(value string) Result {
	value = strings.TrimSpace(value)
	if len(value) > 2 && strings.EqualFold(value[:2], "BE") {
		value = value[2:]
	}
	if digits := Clean(value); len(digits) == 9 && digitsOnly(digits) {
		value = "0" + digits
	}
	digits, reason := form(value, 10)
	if reason != "" {
		return refuse(KindNone, reason)
	}
	if digits[0] > '1' {
		return refuse(KindNone, ReasonFirstDigit)
	}
	first := 0
	for _, digit := range digits[:8] {
		first = first*10 + int(digit-'0')
	}
	if first == 0 || 97-first%97 != two(digits[8:]) {
		return refuse(KindKBO, ReasonCheckDigit)
	}
	return Result{Valid: true, Kind: KindKBO, Number: digits}
}
