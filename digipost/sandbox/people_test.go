package sandbox

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestReadPeopleRefused(t *testing.T) {
	line := func(cells ...string) string {
		return peopleHeading + "\n" + strings.Join(cells, ",") + "\n"
	}
	if p, err := readPeople([]byte("\ufeff" + line(kari, "", "a#1234", "", "A", "", "", "", "01.01.1990", "", "", "user"))); err != nil || p.byBirth[kari].BirthDate != "010190" {
		t.Errorf("%v", err)
	}
	for name, tc := range map[string]struct{ data, want string }{
		"nothing":        {"", "heading"},
		"latin-1":        {"\xe5", "UTF-8"},
		"unknown column": {peopleHeading + ",extra\n", "column 13"},
		"column twice":   {strings.Replace(peopleHeading, "email", "phone", 1) + "\n", "twice"},
		"column missing": {strings.Replace(peopleHeading, ",email", "", 1) + "\n", "want the columns"},
		"cells missing":  {peopleHeading + "\na,b\n", "wrong number of fields"},
		"state":          {line("", "", "", "", "A", "", "", "", "", "", "", "gone"), "line 2: state"},
		"birth number":   {line("01819010193", "", "", "", "A", "", "", "", "", "", "", "known"), "line 2: birth_number"},
		"organisation":   {line("", "310245799", "", "", "A", "", "", "", "", "", "", "known"), "organisation_number"},
		"both":           {line(kari, "310245798", "", "", "A", "", "", "", "", "", "", "known"), "only one"},
		"address":        {line(kari, "", "a", "", "A", "", "", "", "", "", "", "user"), "digipost_address"},
		"no address":     {line(kari, "", "", "", "A", "", "", "", "", "", "", "user"), "must have one"},
		"no name":        {line(kari, "", "", "", "", "", "", "", "", "", "", "known"), "name"},
		"birth date":     {line(kari, "", "", "", "A", "", "", "", "1990-13-01", "", "", "known"), "birth_date"},
		"same person":    {line(kari, "", "", "", "A", "", "", "", "", "", "", "known") + kari + ",,,,B,,,,,,,known\n", "line 3: birth_number"},
	} {
		_, err := readPeople([]byte(tc.data))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "010193") || strings.Contains(err.Error(), kari) {
			t.Errorf("%s: the error repeats a number: %v", name, err)
		}
	}
}

// The practice list that is shipped with the program is a good people file.
func TestSamplePeople(t *testing.T) {
	data, err := os.ReadFile("../../assets/sample/people.csv")
	if err != nil {
		t.Skip("no practice list here")
	}
	p, err := readPeople(data)
	if err != nil || len(p.all) == 0 {
		t.Errorf("%v, %d people", err, len(p.all))
	}
}

// Without a people file nobody is known, and a file to fill in is made.
func TestNobodyKnown(t *testing.T) {
	s := start(t, func(c *Config) { c.People = nil })
	data, err := os.ReadFile(s.Ready().PeopleFile)
	if err != nil || string(data) != peopleHeading+"\n" || len(s.folk().all) != 0 {
		t.Errorf("%v %q", err, data)
	}
}

// Published examples of Skatteetaten, Brønnøysundregistrene and others.
func TestNumbers(t *testing.T) {
	today, later := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2032, 1, 1, 0, 0, 0, 0, time.UTC)
	for n, want := range map[string][2]bool{
		"02013299997": {true, true}, "30108299920": {true, true}, "30108299939": {false, true}, "02013299903": {false, true},
		kari: {true, true}, "41837711000": {true, true}, "01819010193": {false, false}, "01010112345": {false, false},
		"00000000000": {false, false}, "0181901019": {false, false}, "0181901019x": {false, false}, "": {false, false},
	} {
		if got := [2]bool{validBirthNumber(n, today), validBirthNumber(n, later)}; got != want {
			t.Errorf("%s: %v", n, got)
		}
	}
	for n, want := range map[string]bool{"123456785": true, "123456784": false, organisationNumber: true, "12345678": false} {
		if validOrganisationNumber(n) != want {
			t.Errorf("organisation %s", n)
		}
	}
	for n, want := range map[string]bool{"12345678903": true, "12345678904": false} {
		if validAccountNumber(n) != want {
			t.Errorf("account %s", n)
		}
	}
	for n, want := range map[string]bool{"290296": true, "290295": false, "300660": true, "311160": false, "1990-1": false, "000000": false} {
		if validShortDate(n) != want {
			t.Errorf("date %s", n)
		}
	}
	for a, want := range map[string]bool{"a#1234": true, "å.b#9YDT": true, "a#12a4": false, "a": false, "#1234": false, "a b#1234": false, "a#b#1234": false} {
		if looksLikeAddress(a) != want {
			t.Errorf("address %s", a)
		}
	}
}

func TestDateTime(t *testing.T) {
	for s, want := range map[string]bool{
		"2026-01-26T13:00:00+01:00": true, "2026-01-26T13:00:00.123Z": true, "2026-01-26T13:00:00": true, " 2026-01-26T13:00:00Z\n": true,
		"2026-01-26T13:00Z": false, "2026-01-26": false, "2026-1-26T13:00:00Z": false, "2026-01-26T1:00:00Z": false, "2026-01-26T13:00:00,5Z": false, "2026-02-30T13:00:00Z": false, "": false,
	} {
		if got := isDateTime(s) == ""; got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestSameName(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"Åse Ødegård", "Åse Marie Ødegård", true}, {"Ødegård Åse Marie", "Åse Marie Ødegård", true}, {"Marie Ødegård", "Åse Marie Ødegård", false},
		{"KARI NORDMANN", "Kari Nordmann", true}, {"Kari Nordmann-Lie", "Kari Nordmann", false}, {"Kari", "Kari Nordmann", false}, {"", "Kari Nordmann", false},
		{"Nordmann, Kari", "Kari Nordmann", true}, {"Anna Berit Li", "Anna Cecilie Li", false},
	} {
		if got := sameName(words(tc.a), words(tc.b)); got != tc.want {
			t.Errorf("%q and %q: %v", tc.a, tc.b, got)
		}
	}
	for a, b := range map[string]string{"Storgaten 5 B": "STORGT. 5b", "Lille vei 1": "Lilleveien 1", "Parkvegen 9": "Parkvn 9"} {
		if same := washLine(a) == washLine(b); same != (b != "Parkvn 9") {
			t.Errorf("%q and %q: %v", a, b, same)
		}
	}
}
