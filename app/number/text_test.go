package number

import "testing"

func TestHoldsBirthNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"Innkalling til årsmøte 2027":      false,
		"Sak 03846119732":                  BirthNumber("03846119732", Today).Valid,
		"Gjelder 30108299920":              true,
		"Gjelder 301082 99920.":            true,
		"Gjelder 30.10.82 99920":           true,
		"Kunde 301082999201":               false, // twelve digits
		"Konto 12345678904":                false, // wrong check digit
		"Telefon 22 03 00 45, 30108299920": true,
	} {
		if got := HoldsBirthNumber(text, Today); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
