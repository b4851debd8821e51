package app

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"testing"
)

// Crowd writes n synthetic people who have Digipost: into a list as a person
// would import it, and into one as the stand-in reads it. The months of their
// numbers have 80 added, as Skatteetaten's synthetic ones.
func Crowd(t testing.TB, n int, list, people string) {
	t.Helper()
	var rows, known bytes.Buffer
	ours, theirs := csv.NewWriter(&rows), csv.NewWriter(&known)
	write := func(w *csv.Writer, cells ...string) {
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	write(ours, "Kundenr", "Fødselsnummer", "Navn")
	write(theirs, "birth_number", "organisation_number", "digipost_address", "person_alias", "name", "address1", "postcode", "town",
		"birth_date", "phone", "email", "state")
	for i := range n {
		number, name := syntheticNumber(i), fmt.Sprintf("Tortur Nummer%05d", i+1)
		write(ours, fmt.Sprint(10001+i), number, name)
		write(theirs, number, "", fmt.Sprintf("tortur.nummer%05d#%s", i+1, letters(i)), "", name, fmt.Sprintf("Prøveveien %d", i+1), "0150", "Oslo", "", "", "", "user")
	}
	ours.Flush()
	theirs.Flush()
	for path, content := range map[string][]byte{list: rows.Bytes(), people: known.Bytes()} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// syntheticNumber gives the i-th birth number of a row of synthetic ones, with
// the check digits of today's rule: one for each day of twenty years, then the
// next ten serials of these days.
func syntheticNumber(i int) string {
	const days = 28 * 12 * 20
	for serial := 500 + i/days*10; ; serial++ {
		digits := fmt.Sprintf("%02d%02d%02d%03d", i%28+1, i/28%12+81, 50+i/28/12%20, serial)
		first := control(digits, 3, 7, 6, 1, 8, 9, 4, 5, 2)
		second := control(digits+fmt.Sprint(first), 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
		if first != 10 && second != 10 { // else the serial has no number
			return digits + fmt.Sprintf("%d%d", first, second)
		}
	}
}

// letters writes a number in four letters, as the end of a Digipost address.
func letters(n int) string {
	var out [4]byte
	for i := range out {
		out[i] = 'A' + byte(n%20)
		n /= 20
	}
	return string(out[:])
}

func control(digits string, weights ...int) int {
	sum := 0
	for i, weight := range weights {
		sum += int(digits[i]-'0') * weight
	}
	return (11 - sum%11) % 11
}
