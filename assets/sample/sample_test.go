package sample

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"brevdue/app/number"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write kunder.xlsx and people.csv anew from the people in this test")

// heading is the row of the headings in kunder.xlsx, firstRow the row below.
const (
	heading  = 3
	firstRow = heading + 1
)

var headings = []string{"Medlemsnr", "Fødselsnummer", "Navn", "Adresse", "Postnr", "Poststed", "Mobil", "E-post", "Org.nr"}

// person is one row of the list and, with a state, one line of people.csv.
type person struct {
	name string
	// born is dd.mm.yyyy, serial the three digits behind it; both empty for
	// somebody without a birth number.
	born   string
	serial int
	// address is street;postcode;town, or empty.
	address, phone, email string
	organisation          string
	state                 string
	// wrong changes the last digit, text writes the number as text.
	wrong, text bool
}

const (
	user        = "user"
	known       = "known"
	deactivated = "deactivated"
	ambiguous   = "ambiguous"
	absent      = ""
)

// persons are the 40 rows in order.
var persons = []person{
	{name: "Åse Bjørkhaug", born: "03.04.1961", serial: 312, address: "Måkeveien 12;5003;Bergen", phone: "40 00 10 01", email: "ase.bjorkhaug@example.com", state: user},
	{name: "Øystein Lønnebakk", born: "17.11.1974", serial: 408, address: "Strandgata 4 B;6002;Ålesund", phone: "40 00 10 02", state: user},
	{name: "Kjersti Sæterdal", born: "09.01.1988", serial: 255, state: user},
	{name: "Per-Olav Tveitnes", born: "28.02.1956", serial: 431, state: known},
	{name: "Ingrid Åsheim Nordbø", born: "21.06.1993", serial: 180, address: "Fjellsiden 33;5019;Bergen", state: user},
	{name: "Håkon Grønnli", born: "05.12.1969", serial: 377, state: user},
	{name: "Marte Kvernmo", born: "30.08.1980", serial: 290, state: absent},
	{name: "Torbjørn Ekeland", born: "12.03.1949", serial: 466, phone: "40 00 10 08", state: user},
	{name: "Sunniva Brattåker", born: "14.10.2001", serial: 702, email: "sunniva.brattaker@example.com", state: user},
	{name: "Eirik Haugsdal", born: "01.07.1977", serial: 344, state: user},
	{name: "Fjordby Elektro AS", address: "Kaigata 7;6413;Molde", email: "post@fjordbyelektro.example", organisation: "310284688", state: user},
	{name: "Randi Mjøs Østerbø", born: "25.05.1958", serial: 419, state: known},
	{name: "Gunnar Stølsvik", born: "11.09.1964", serial: 352, wrong: true, state: user},
	{name: "Liv Åshild Rønning", born: "08.02.1972", serial: 271, address: "Nedre gate 19;7010;Trondheim", state: user},
	{name: "Anders Fjeldheim", born: "19.04.1985", serial: 333, state: user},
	{name: "Tone Skårdal", born: "23.12.1990", serial: 214, state: absent},
	{name: "Magnus Ødegården", born: "02.11.1996", serial: 145, state: user},
	{name: "Berit Lillebø", born: "16.07.1952", serial: 448, address: "Solbakken 2;50143;Bergen", state: user},
	{name: "Vegard Kråkenes", born: "27.01.1983", serial: 301, state: user},
	{name: "Solveig Grimsrud", address: "Granlia 8;2317;Hamar", phone: "40 00 10 20", email: "solveig.grimsrud@example.com", state: user},
	{name: "Jon Arne Hjellestad", born: "13.08.1967", serial: 368, state: known},
	{name: "Camilla Vågsæther", born: "06.06.1998", serial: 126, state: user},
	{name: "Rolf Steinsland", born: "31.10.1945", serial: 487, state: deactivated},
	{name: "Hilde Marie Oksavik", born: "22.03.1979", serial: 262, email: "hilde.oksavik(at)example.com", state: user},
	{name: "Trond Bergsåker", born: "15.01.1971", serial: 395, state: absent},
	{name: "Øystein Lønnebakk", born: "17.11.1974", serial: 408, address: "Strandgata 4 B;6002;Ålesund", phone: "40 00 10 02", state: absent},
	{name: "Astrid Nygårdshaug", born: "29.02.1960", serial: 410, state: user},
	{name: "Sindre Løvlien", born: "04.09.2003", serial: 533, state: user},
	{name: "Nina Therese Aasgård", born: "18.12.1987", serial: 229, text: true, state: known},
	{name: "Kåre Hovdenak", born: "20.05.1948", serial: 455, state: absent},
	{name: "Elin Sørbøe", born: "07.03.1994", serial: 168, state: user},
	{name: "Kari Hansen", address: "Storgata 1;0155;Oslo", state: ambiguous},
	{name: "Bjørnar Midtgaard", born: "24.02.1981", serial: 318, state: absent},
	{name: "Synnøve Torvund", born: "26.11.1963", serial: 427, address: "Elvegata 21;3015;Drammen", state: user},
	{name: "Odd Reidar Fløysand", born: "10.04.1955", serial: 439, state: absent},
	{name: "Maja Lindøe", born: "03.08.2005", serial: 611, state: user},
	{name: "Geir Åkernes", born: "12.12.1976", serial: 386, state: known},
	{name: "Wenche Ulstein Dahlbø", born: "01.10.1959", serial: 402, state: absent},
	{name: "Henrik Sjåstad", born: "28.07.1992", serial: 197, state: absent},
	{name: "Jorunn Fagerlid", born: "09.05.1966", serial: 359, address: "Bakkegata 5;9008;Tromsø", state: user},
}

// birthNumber makes a synthetic number: 80 on the month, then the check digits.
// Some serials have none; then the next one is taken.
func birthNumber(t *testing.T, p person) string {
	t.Helper()
	if p.born == "" {
		return ""
	}
	month, err := strconv.Atoi(p.born[3:5])
	if err != nil {
		t.Fatal(err)
	}
	for rest := p.serial * 100; rest < 100_000; rest++ {
		digits := fmt.Sprintf("%s%02d%s%05d", p.born[:2], month+80, p.born[8:], rest)
		if number.BirthNumber(digits, number.Today).Valid {
			return digits
		}
	}
	t.Fatalf("no number for %s", p.name)
	return ""
}

// cells gives the values of the person's row; birth numbers are numbers, as
// Excel makes them, so that a leading zero is gone.
func cells(t *testing.T, index int, p person) []any {
	row := make([]any, len(headings))
	row[0], row[2] = 1001+index, p.name
	if digits := birthNumber(t, p); digits != "" {
		if p.wrong {
			digits = digits[:10] + string('0'+(digits[10]-'0'+1)%10)
		}
		value, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatal(err)
		}
		row[1] = value
		if p.text {
			row[1] = digits
		}
	}
	if parts := strings.Split(p.address, ";"); len(parts) == 3 {
		row[3], row[4], row[5] = parts[0], parts[1], parts[2]
	}
	for column, text := range map[int]string{6: p.phone, 7: p.email, 8: p.organisation} {
		if text != "" {
			row[column] = text
		}
	}
	return row
}

// workbook makes kunder.xlsx: a title, a blank row, the headings, the people.
func workbook(t *testing.T) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	const sheet = "Medlemmer"
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(book.SetSheetName("Sheet1", sheet))
	title, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}})
	check(err)
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true},
		Border: []excelize.Border{{Type: "bottom", Style: 1, Color: "808080"}}})
	check(err)
	plain, err := book.NewStyle(&excelize.Style{NumFmt: 1})
	check(err)
	check(book.SetColStyle(sheet, "B", plain))
	check(book.SetCellValue(sheet, "A1", "Fjordby båtforening – medlemsliste 2026"))
	check(book.SetCellStyle(sheet, "A1", "A1", title))
	check(book.MergeCell(sheet, "A1", "F1"))
	check(book.SetSheetRow(sheet, fmt.Sprintf("A%d", heading), &headings))
	check(book.SetCellStyle(sheet, fmt.Sprintf("A%d", heading), fmt.Sprintf("I%d", heading), bold))
	for i, p := range persons {
		row := cells(t, i, p)
		check(book.SetSheetRow(sheet, fmt.Sprintf("A%d", firstRow+i), &row))
		check(book.SetCellStyle(sheet, fmt.Sprintf("B%d", firstRow+i), fmt.Sprintf("B%d", firstRow+i), plain))
	}
	for column, width := range map[string]float64{"A": 11, "B": 16, "C": 26, "D": 20, "E": 9, "F": 14, "G": 14, "H": 32, "I": 12} {
		check(book.SetColWidth(sheet, column, column, width))
	}
	check(book.SetDocProps(&excelize.DocProperties{Creator: "Fjordby båtforening", Title: "Medlemsliste",
		Created: "2026-01-05T08:00:00Z", Modified: "2026-01-05T08:00:00Z"}))
	var out bytes.Buffer
	check(book.Write(&out))
	return out.Bytes()
}

// knownPeople makes people.csv from everybody with a state.
func knownPeople(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	write := func(record ...string) {
		if err := w.Write(record); err != nil {
			t.Fatal(err)
		}
	}
	write("birth_number", "organisation_number", "digipost_address", "person_alias", "name", "address1", "postcode", "town",
		"birth_date", "phone", "email", "state")
	for i, p := range persons {
		if p.state == absent {
			continue
		}
		var address, alias, birthDate string
		switch p.state {
		case user:
			address = localPart(p) + "#" + suffix(i)
		case known, deactivated:
			alias = letters(i) + "#" + suffix(i)
		}
		if p.born != "" {
			birthDate = p.born[6:] + "-" + p.born[3:5] + "-" + p.born[:2]
		}
		street, postcode, town := "Brygga "+strconv.Itoa(i+1), "5003", "Bergen"
		if parts := strings.Split(p.address, ";"); len(parts) == 3 {
			street, postcode, town = parts[0], parts[1], parts[2]
		}
		if len(postcode) != 4 { // the list has it wrong, Digipost has it right
			postcode = "5014"
		}
		write(birthNumber(t, p), p.organisation, address, alias, p.name, street, postcode, town, birthDate,
			strings.ReplaceAll(p.phone, " ", ""), strings.ReplaceAll(p.email, "(at)", "@"), p.state)
	}
	w.Flush()
	return out.Bytes()
}

func localPart(p person) string {
	plain := strings.NewReplacer("æ", "ae", "ø", "o", "å", "a", "-", ".", " ", ".").Replace(strings.ToLower(p.name))
	return strings.Trim(plain, ".")
}

// suffix and letters make what looks like the end of a Digipost address and the
// front of an alias, the same in every run.
func suffix(i int) string {
	const signs = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
	n := 7919*i + 20011
	var out [4]byte
	for k := range out {
		out[k] = signs[n%len(signs)]
		n = n/len(signs) + 31*k
	}
	return string(out[:])
}

func letters(i int) string {
	var out [20]byte
	n := uint32(2654435761) * uint32(i+1)
	for k := range out {
		n = n*1664525 + 1013904223
		out[k] = 'a' + byte(n>>24)%26
	}
	return string(out[:])
}

// TestFiles: the files in the folder are those made from the people above.
// After a change: go test ./assets/sample -update
func TestFiles(t *testing.T) {
	if *update {
		if err := os.WriteFile(ListName, workbook(t), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(PeopleName, knownPeople(t), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(People(), knownPeople(t)) {
		t.Error("people.csv is not what the people in this test give; run with -update")
	}
	if got, want := dump(t, List()), dump(t, workbook(t)); got != want {
		t.Errorf("kunder.xlsx is not what the people in this test give; run with -update\ngot:\n%s\nwant:\n%s", got, want)
	}
}

// dump writes all cells of a workbook as text, for comparing: the zip itself
// holds times.
func dump(t *testing.T, file []byte) string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	var out strings.Builder
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			fmt.Fprintf(&out, "%s %d: %s\n", sheet, i+1, strings.Join(row, " | "))
		}
	}
	return out.String()
}

// TestPlanted: the list holds the mistakes that README.md promises.
func TestPlanted(t *testing.T) {
	if len(persons) != 40 {
		t.Errorf("%d people, not 40", len(persons))
	}
	states := map[string]int{}
	lost, wrong, addressOnly := 0, 0, 0
	seen := map[string]int{}
	for i, p := range persons {
		states[p.state]++
		digits := birthNumber(t, p)
		switch {
		case p.organisation != "":
			if !number.OrganisationNumber(p.organisation).Valid {
				t.Errorf("%s has a wrong organisation number", p.name)
			}
		case digits == "":
			addressOnly++
		case digits[0] == '0' && !p.text:
			lost++
		}
		if p.wrong {
			wrong++
		}
		if digits != "" {
			if result := number.BirthNumber(digits, number.Today); !result.Synthetic() {
				t.Errorf("%s could be a real person", p.name)
			}
			seen[digits]++
			if seen[digits] == 2 && firstRow+i != 29 {
				t.Errorf("the duplicate is in row %d", firstRow+i)
			}
		}
	}
	if lost != 12 || wrong != 1 || addressOnly != 2 || len(seen) != 36 {
		t.Errorf("lost zeros %d, wrong %d, address only %d, different numbers %d", lost, wrong, addressOnly, len(seen))
	}
	t.Log(states)
}

// TestLetter: the letter is a PDF with its text and fonts inside.
func TestLetter(t *testing.T) {
	if !bytes.HasPrefix(Letter(), []byte("%PDF-1.")) {
		t.Error("brev.pdf is no PDF")
	}
	if len(Letter()) > 100_000 {
		t.Errorf("brev.pdf has %d bytes", len(Letter()))
	}
}
