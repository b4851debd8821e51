package number

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// birth makes a number with right check digits from nine digits; rest is what
// the first check sum leaves. "" where there is none.
func birth(nine string, rest int) string {
	for check := range 100 {
		digits := fmt.Sprintf("%s%02d", nine, check)
		if weighted(digits, birthWeights1)%11 == rest && weighted(digits, birthWeights2)%11 == 0 {
			return digits
		}
	}
	return ""
}

func TestBirthNumber(t *testing.T) {
	// The four of 2032 are Skatteetaten's published examples ("Nytt
	// fødselsnummer fra 2032", "Test for konsumenter").
	tests := []struct {
		value       string
		today, next bool
		kind        Kind
		reason      string // by today's rule
	}{
		{"02013299997", true, true, KindBirth, ""},
		{"30108299920", true, true, KindBirth, ""},
		{"30108299939", false, true, KindBirth, ReasonCheckDigit},
		{"02013299903", false, true, KindBirth, ReasonCheckDigit},
		{birth("018190123", 0), true, true, KindSynthetic, ""},
		{birth("014190123", 0), true, true, KindSynthetic, ""},
		{birth("016690123", 0), true, true, KindSynthetic, ""},
		{birth("418190123", 0), true, true, KindSynthetic, ""},
		{birth("410190125", 0), true, true, KindD, ""},
		{birth("018190124", 1), false, true, KindSynthetic, ReasonCheckDigit},
		{birth("018190124", 4), false, false, KindSynthetic, ReasonCheckDigit},
		{birth("319100123", 0), false, false, KindNone, ReasonDate},
		{birth("318290123", 0), false, false, KindNone, ReasonDate},
		{birth("298291123", 0), false, false, KindNone, ReasonDate},
		{birth("007790123", 0), false, false, KindNone, ReasonDate},
		{"00000000000", false, false, KindNone, ReasonDate},
		{"0181901234", false, false, KindNone, ReasonLength},
		{"", false, false, KindNone, ReasonEmpty},
		{"0181901234x", false, false, KindNone, ReasonNotDigits},
		{"０1819012345", false, false, KindNone, ReasonNotDigits},
	}
	for _, test := range tests {
		today, next := BirthNumber(test.value, Today), BirthNumber(test.value, From2032)
		if today.Valid != test.today || next.Valid != test.next || today.Kind != test.kind || today.Reason != test.reason {
			t.Errorf("%q: today %+v, 2032 %+v", test.value, today, next)
		}
		if today.Valid && (today.Number != test.value || today.DNumber != (test.value[0] >= '4')) {
			t.Errorf("%q: %+v", test.value, today)
		}
	}
}

func TestBirthNumberWrittenByPeople(t *testing.T) {
	digits := birth("018190123", 0)
	for _, value := range []string{digits[:6] + " " + digits[6:], " " + digits + "\u00a0", digits[:6] + "-" + digits[6:],
		digits[:2] + "." + digits[2:4] + "." + digits[4:6] + " " + digits[6:]} {
		if result := BirthNumber(value, Today); !result.Valid || result.Number != digits {
			t.Errorf("%q: %+v", value, result)
		}
	}
}

func TestLostZero(t *testing.T) {
	digits := birth("018190123", 0)
	if got, ok := LostZero(digits[1:]); !ok || got != digits {
		t.Errorf("got %q %v", got, ok)
	}
	wrong := digits[1:10] + string('0'+(digits[10]-'0'+1)%10)
	for _, value := range []string{wrong, digits, digits[2:], "", "123456789x", birth("018190124", 1)[1:]} {
		if got, ok := LostZero(value); ok {
			t.Errorf("%q became %q", value, got)
		}
	}
}

func TestOthers(t *testing.T) {
	tests := []struct {
		name   string
		result Result
		kind   Kind
		reason string
	}{
		// Brønnøysundregistrene's own example.
		{"orgnr", OrganisationNumber("123 456 785"), KindOrganisation, ""},
		{"orgnr digit", OrganisationNumber("123456786"), KindOrganisation, ReasonCheckDigit},
		{"orgnr short", OrganisationNumber("12345678"), KindNone, ReasonLength},
		{"orgnr zeros", OrganisationNumber("000000000"), KindOrganisation, ReasonCheckDigit},
		// NoCommons and norwegian-numbers use this account number.
		{"account", Account("1234.56.78903"), KindAccount, ""},
		{"account digit", Account("12345678904"), KindAccount, ReasonCheckDigit},
		// The examples of the banks' pages on KID.
		{"kid 10", KID("12344"), KindKID, ""},
		{"kid 11", KID("12343"), KindKID, ""},
		{"kid 602243", KID("602243"), KindKID, ""},
		{"kid digit", KID("12345"), KindKID, ReasonCheckDigit},
		{"kid short", KID("12"), KindNone, ReasonLength},
		{"kid long", KID(strings.Repeat("1", 26)), KindNone, ReasonLength},
		{"kid letters", KID("12a44"), KindNone, ReasonNotDigits},
		{"kid hyphen wrong", KID("1234-"), KindKID, ReasonCheckDigit},
		{"kid hyphen alone", KID("-"), KindNone, ReasonEmpty},
		{"kid empty", KID(" "), KindNone, ReasonEmpty},
		// The number of the Belgian register itself, and of the postal service.
		{"kbo", KBO("0314.595.348"), KindKBO, ""},
		{"kbo be", KBO("BE 0214.596.464"), KindKBO, ""},
		{"kbo digit", KBO("0214596465"), KindKBO, ReasonCheckDigit},
		{"kbo first", KBO("2214596464"), KindNone, ReasonFirstDigit},
		{"kbo nine", KBO("BE 214.596.464"), KindKBO, ""},
		{"kbo new prefix", KBO("1000.000.021"), KindKBO, ""},
		{"kbo eight", KBO("21459646"), KindNone, ReasonLength},
		{"kbo dummy", KBO("0123456789"), KindKBO, ReasonCheckDigit},
	}
	for _, test := range tests {
		if test.result.Valid != (test.reason == "") || test.result.Kind != test.kind || test.result.Reason != test.reason {
			t.Errorf("%s: %+v", test.name, test.result)
		}
	}
}

// TestKIDHyphen: modulo 11 writes a rest of ten as a hyphen.
func TestKIDHyphen(t *testing.T) {
	found := false
	for n := 10; n < 200 && !found; n++ {
		body := fmt.Sprint(n)
		if modulus11(body) == '-' {
			found = true
			if result := KID(body + "-"); !result.Valid || result.Number != body+"-" {
				t.Errorf("%s-: %+v", body, result)
			}
		}
	}
	if !found {
		t.Error("no KID ends in a hyphen")
	}
}

func TestMask(t *testing.T) {
	digits := birth("018190123", 0)
	for value, want := range map[string]string{digits: "018190 *****", "": "", "123": "*****", digits[1:]: "*****", "abc": "*****"} {
		if got := Mask(value); got != want {
			t.Errorf("%q: %q, not %q", value, got, want)
		}
	}
}

func TestRuleOn(t *testing.T) {
	if RuleOn(time.Time{}) != Today || RuleOn(time.Date(2031, 12, 31, 23, 0, 0, 0, time.UTC)) != Today ||
		RuleOn(time.Date(2032, 1, 1, 0, 0, 0, 0, time.UTC)) != From2032 {
		t.Error("the rule does not change on 1 January 2032")
	}
}

// secondOpinion judges a clean birth number in another way: by trying every
// offset with the calendar of package time and computing each check digit.
func secondOpinion(digits string, next bool) bool {
	if len(digits) != 11 {
		return false
	}
	d := make([]int, 11)
	for i, r := range []byte(digits) {
		if r < '0' || r > '9' {
			return false
		}
		d[i] = int(r - '0')
	}
	date := false
	for _, dayOffset := range []int{0, 40} {
		for _, monthOffset := range []int{0, 40, 65, 80} {
			for _, century := range []int{1800, 1900, 2000} {
				day, month, year := d[0]*10+d[1]-dayOffset, d[2]*10+d[3]-monthOffset, century+d[4]*10+d[5]
				at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
				date = date || at.Day() == day && int(at.Month()) == month && at.Year() == year
			}
		}
	}
	s1 := 3*d[0] + 7*d[1] + 6*d[2] + 1*d[3] + 8*d[4] + 9*d[5] + 4*d[6] + 5*d[7] + 2*d[8]
	s2 := 5*d[0] + 4*d[1] + 3*d[2] + 2*d[3] + 7*d[4] + 6*d[5] + 5*d[6] + 4*d[7] + 3*d[8] + 2*d[9]
	allowed := []int{11}
	if next {
		allowed = []int{11, 12, 13, 14}
	}
	first := false
	for _, top := range allowed {
		k1 := top - s1%11
		if k1 >= 11 {
			k1 -= 11
		}
		first = first || k1 == d[9]
	}
	k2 := 11 - s2%11
	if k2 == 11 {
		k2 = 0
	}
	return date && first && k2 == d[10]
}

func FuzzBirthNumber(f *testing.F) {
	for _, seed := range []string{"02013299997", "30108299939", "018190 12345", "", "aaaaaaaaaaa", "29020012345", "69830012345"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, rule := range []Rule{Today, From2032} {
			result := BirthNumber(value, rule)
			if want := secondOpinion(Clean(value), rule == From2032); result.Valid != want {
				t.Errorf("%q by %s: %+v, the second opinion says %v", value, rule, result, want)
			}
			if result.Valid != (result.Reason == "") || result.Valid != (result.Number != "") {
				t.Errorf("%q: %+v", value, result)
			}
		}
		if masked := Mask(value); len(Clean(value)) > 6 && strings.Contains(masked, Clean(value)) {
			t.Errorf("Mask shows %q", masked)
		}
		LostZero(value)
	})
}

// TestSecondOpinionOnMany walks through numbers around valid ones.
func TestSecondOpinionOnMany(t *testing.T) {
	for day := range 80 {
		for month := range 100 {
			nine := fmt.Sprintf("%02d%02d00%03d", day, month, (day*100+month)%1000)
			for rest := range 5 {
				digits := birth(nine, rest)
				if digits == "" {
					continue
				}
				for _, rule := range []Rule{Today, From2032} {
					if got, want := BirthNumber(digits, rule).Valid, secondOpinion(digits, rule == From2032); got != want {
						t.Errorf("%s by %s: %v", digits, rule, got)
					}
				}
			}
		}
	}
}

func FuzzOthers(f *testing.F) {
	for _, seed := range []string{"123456785", "12345678903", "602243", "12343", "BE0214596464", "1-", "", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, result := range []Result{OrganisationNumber(value), Account(value), KID(value), KBO(value)} {
			if result.Valid != (result.Reason == "") || result.Valid != (result.Number != "") {
				t.Errorf("%q: %+v", value, result)
			}
		}
	})
}
