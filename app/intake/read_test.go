package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brevdue/app/post"

	"github.com/xuri/excelize/v2"
)

// TestSample: the practice list is understood as its README says.
func TestSample(t *testing.T) {
	result := read(t, filepath.Join("..", "..", "assets", "sample", "kunder.xlsx"))
	if result.HeaderRow != 3 || result.Rows != 40 || result.Good != 39 || result.Repaired != 12 || result.Duplicates != 1 ||
		len(result.Recipients) != 38 || result.Sheet != "Medlemmer" || len(result.FileSHA256) != 64 {
		t.Errorf("%d rows, %d good, %d repaired, %d duplicates, %d recipients", result.Rows, result.Good, result.Repaired,
			result.Duplicates, len(result.Recipients))
	}
	var lost, rest []string
	for _, p := range result.Problems {
		if p.Code == post.ProblemLostZeroRepaired {
			lost = append(lost, fmt.Sprint(p.Row))
		} else {
			rest = append(rest, fmt.Sprintf("%d %s %s %s", p.Row, p.Column, p.Code, p.Level))
		}
	}
	if got := strings.Join(lost, ", "); got != "4, 6, 9, 13, 17, 20, 25, 31, 34, 39, 41, 43" {
		t.Errorf("lost zeros in %s", got)
	}
	want := "16 Fødselsnummer bad_check_digit must_fix\n21 Postnr bad_postcode should_check\n27 E-post bad_email should_check\n" +
		"29 Fødselsnummer duplicate_person should_check"
	if got := strings.Join(rest, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	organisation := result.Recipients[10].Recipient
	if organisation.OrganisationNumber != "310284688" || organisation.Name() != "Fjordby Elektro AS" {
		t.Errorf("%+v", organisation)
	}
}

// TestGuessHeader: headings are found below titles, in words nobody foresaw,
// and not where the list begins at once.
func TestGuessHeader(t *testing.T) {
	fnr := person(t, "030461", 312)
	for _, test := range []struct {
		rows [][]any
		want int
	}{
		{[][]any{{"Navn", "Adresse"}, {"Kari", "Storgata 1"}}, 1},
		{[][]any{{"Medlemsliste 2026"}, {}, {"Skrevet ut", "01.02.2026"}, {"Fnr", "Etternavn", "Fornavn"}, {fnr, "Hansen", "Kari"}}, 4},
		{[][]any{{fnr, "Kari Hansen"}, {fnr, "Ola Hansen"}}, 0},
		{[][]any{{"Kallenavn", "Båt"}, {"Snurre", "2019-11-04"}}, 1},
		{[][]any{{"Kari", "Hansen"}, {"Ola", "Hansen"}}, 0},
		{[][]any{{"Navn"}, {"Kari"}}, 0},
		{[][]any{{"Namn", "Mobil", "E-post", "Fødselsnr."}, {"Kari", "99999999", "a@b.no", fnr}}, 1},
		{[][]any{{"Name", "Street", "ZIP", "City"}, {"Kari", "Main street 1", "0150", "Oslo"}}, 1},
	} {
		book := open(t, put(t, "liste.xlsx", rowsOf(t, test.rows...)))
		if got, err := book.GuessHeader(context.Background(), ""); got != test.want || err != nil {
			t.Errorf("%v: row %d (%v), not %d", test.rows, got, err, test.want)
		}
	}
}

// TestGuessColumns: by heading, by content, and not at all.
func TestGuessColumns(t *testing.T) {
	a, b, c := person(t, "030461", 312), person(t, "171174", 408), person(t, "211193", 190)
	data := rowsOf(t,
		[]any{"Fødselsnummer (11 siffer)", "Fornamn", "Etternamn", "", "Kode", "Mobil", "E-post adresse", "Fnr", "År", "Navn", "Navn", "Farge"},
		[]any{a[1:], "Kari", "Hansen", "5003", b, "99999999", "a@example.com", "rød", 1998, "x", "y", "blå"},
		[]any{b, "Ola", "Hansen", "0150", a, "99999998", "b@example.com", "blå", 2001, "x", "y", "rød"},
		[]any{c, "Per", "Hansen", "9008", c, "99999997", "c@example.com", "grå", 2003, "x", "y", "grå"})
	book := open(t, put(t, "kolonner.xlsx", data))
	columns, err := book.Columns(context.Background(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range columns {
		got = append(got, fmt.Sprintf("%s %s=%s %s", c.Letter, c.Heading, c.Guess, c.Sure))
	}
	want := []string{"A Fødselsnummer (11 siffer)=birth_number sure", "B Fornamn=first_name sure", "C Etternamn=last_name sure",
		"D D=postcode likely", "E Kode= unsure", "F Mobil=phone sure", "G E-post adresse=email sure", "H Fnr= unsure", "I År= unsure",
		"J Navn= unsure", "K Navn (K)= unsure", "L Farge= unsure"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(columns[5].Samples) != 3 {
		t.Errorf("samples %q", columns[5].Samples)
	}
}

// TestNoHeadings: without headings columns have letters, and content tells.
func TestNoHeadings(t *testing.T) {
	a, b := person(t, "030461", 312), person(t, "171174", 408)
	book := open(t, put(t, "uten.csv", []byte("Kari Hansen;"+a+"\nOla Hansen;"+b+"\n")))
	result, err := book.Read(context.Background(), Plan{AllowSynthetic: true, Today: today}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if result.Mapping[post.FieldBirthNumber] != "B" || result.Good != 2 || result.Recipients[1].Number != 2 {
		t.Errorf("%+v", result)
	}
	result, err = book.Read(context.Background(), Plan{AllowSynthetic: true, Today: today,
		Mapping: post.Mapping{post.FieldBirthNumber: "b", post.FieldFullName: "A"}}, nil)
	if err != nil || result.Recipients[0].Recipient.FullName != "Kari Hansen" {
		t.Errorf("%+v %v", result, err)
	}
}

// TestChecks: one row for each thing that can be wrong.
func TestChecks(t *testing.T) {
	good := person(t, "030461", 312)
	wrong := good[:10] + string('0'+(good[10]-'0'+1)%10)
	serial := 400
	next := func() string { serial += 7; return person(t, "120370", serial) }
	heading := "Fnr;Orgnr;Digipost;Navn;Fødselsdato;Adresse;Postnr;Poststed;Land;Mobil;E-post;Beløp;Forfall;KID;Kontonr"
	line := func(values map[int]string) string {
		cells := make([]string, 15)
		cells[3] = fmt.Sprintf("Person %d", serial)
		for i, value := range values {
			cells[i] = value
		}
		return strings.Join(cells, ";")
	}
	tests := []struct {
		name   string
		values map[int]string
		want   string
	}{
		{"fine", map[int]string{0: good, 9: "+47 400 00 000", 10: "a@example.com", 11: "kr 1 234,50", 12: "1.12.2026", 13: "12344", 14: "1234.56.78903", 4: "03.04.61"}, ""},
		{"wrong digit", map[int]string{0: wrong}, "birth_number bad_check_digit must_fix"},
		{"too short", map[int]string{0: "123"}, "birth_number bad_check_digit/length must_fix"},
		{"no date", map[int]string{0: "99999999999"}, "birth_number bad_check_digit/date must_fix"},
		{"letters", map[int]string{0: "ukjent"}, "birth_number bad_check_digit/not_digits must_fix"},
		{"organisation in the birth column", map[int]string{0: "123456785"}, ""},
		{"organisation", map[int]string{1: "NO 310 284 688 MVA"}, ""},
		{"wrong organisation", map[int]string{1: "310284689"}, "organisation_number bad_check_digit/organisation must_fix"},
		{"digipost", map[int]string{2: "kari.hansen#1A2B"}, ""},
		{"wrong digipost", map[int]string{2: "kari.hansen"}, "digipost_address other/digipost_address should_check\n missing/nobody must_fix"},
		{"nobody", map[int]string{}, " missing/nobody must_fix"},
		{"address", map[int]string{5: "Storgata 1", 6: "150", 7: "Oslo"}, "postcode lost_zero_repaired/postcode repaired"},
		{"half an address", map[int]string{5: "Storgata 1", 7: "Oslo"}, "postcode missing/address must_fix"},
		{"wrong postcode in the only address", map[int]string{5: "Storgata 2", 6: "50143", 7: "Oslo"}, "postcode bad_postcode must_fix"},
		{"foreign", map[int]string{5: "Drottninggatan 1", 6: "111 51", 7: "Stockholm", 8: "Sverige"}, ""},
		{"born", map[int]string{0: next(), 4: "31.02.1980"}, "birth_date bad_date should_check"},
		{"a child", map[int]string{0: next(), 4: "01.12.2011"}, "birth_date bad_date/under_15 should_check"},
		{"just fifteen", map[int]string{0: next(), 4: "22.11.2011"}, ""},
		{"phone", map[int]string{0: next(), 9: "123"}, "phone bad_phone should_check"},
		{"mail", map[int]string{0: next(), 10: "kari(at)example.com"}, "email bad_email should_check"},
		{"amount", map[int]string{0: next(), 11: "mye"}, "amount bad_amount must_fix"},
		{"due", map[int]string{0: next(), 12: "snart"}, "due_date bad_date/due_date must_fix"},
		{"past due", map[int]string{0: next(), 12: "21.11.2026"}, "due_date past_due should_check"},
		{"kid", map[int]string{0: next(), 13: "12345"}, "kid bad_kid must_fix"},
		{"account", map[int]string{0: next(), 14: "12345678904"}, "account bad_account should_check"},
		{"error", map[int]string{0: "#N/A"}, "birth_number error_cell must_fix"},
		{"error beside", map[int]string{0: next(), 9: "#REF!"}, "phone error_cell should_check"},
		{"turned", map[int]string{0: next(), 3: "Hansen, Kari"}, "full_name other/name_turned repaired"},
		{"capitals", map[int]string{0: next(), 3: "KARI HANSEN"}, "full_name other/name_capitals should_check"},
		{"a firm", map[int]string{0: next(), 3: "Hansen, Berg & Co AS"}, ""},
		{"no name", map[int]string{0: next(), 3: ""}, "full_name missing/name should_check"},
		{"long name", map[int]string{0: next(), 3: strings.Repeat("a", 131)}, "full_name too_long should_check"},
		{"long street", map[int]string{5: strings.Repeat("å", 101), 6: "0150", 7: "Oslo"}, "address1 too_long must_fix"},
		{"broken letters", map[int]string{0: next(), 3: "BjÃ¸rn Hansen"}, "full_name other/odd_signs should_check"},
	}
	for _, test := range tests {
		result := readCSV(t, heading, line(test.values))
		got := strings.ReplaceAll(codes(result.Problems), "\n2 ", "\n")
		if got = strings.TrimPrefix(got, "2 "); got != test.want {
			t.Errorf("%s:\ngot  %q\nwant %q", test.name, got, test.want)
		}
		if mustFix := strings.Contains(got, "must_fix"); (result.Good == 0) != mustFix || len(result.Recipients) != result.Good {
			t.Errorf("%s: %d good", test.name, result.Good)
		}
	}
	row := readCSV(t, heading, line(tests[0].values)).Recipients[0]
	if r := row.Recipient; r.Phone != "40000000" || r.BirthDate != "1961-04-03" || r.Account != "12345678903" ||
		row.Values[post.FieldAmount] != "1234.50" || row.Values[post.FieldDueDate] != "2026-12-01" || row.Values[post.FieldKID] != "12344" {
		t.Errorf("%+v", row)
	}
}

// TestSynthetic: numbers that belong to nobody stop where letters are real.
func TestSynthetic(t *testing.T) {
	book := open(t, put(t, "ekte.csv", []byte("Fnr;Navn\n"+person(t, "030461", 312)+";Kari Hansen\n")))
	result, err := book.Read(context.Background(), Plan{Header: 1, Today: today}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := codes(result.Problems); got != "2 birth_number synthetic must_fix" || result.Good != 0 {
		t.Error(got)
	}
}

// TestDuplicates: by row, number, name and address, and customer id.
func TestDuplicates(t *testing.T) {
	a, b := person(t, "030461", 312), person(t, "171174", 408)
	lines := []string{"Kundenr;Fnr;Navn;Adresse;Postnr;Poststed",
		"1;" + a + ";Kari Hansen;;;", // 2
		"1;" + a + ";Kari Hansen;;;", // 3 the same row
		"2;" + a + ";Kari H;;;",      // 4 the same person
		"3;;Ola Berg;Storgata 1;0150;Oslo",
		"4;;OLA berg;Storgata 1;150;Oslo", // 6 the same person
		"1;" + b + ";Per Lie;;;",          // 7 somebody else's id
		"5;;Ola Berg;Storgata 2;0150;Oslo",
	}
	result := readCSV(t, lines...)
	want := "3  duplicate_row should_check\n4 birth_number duplicate_person should_check\n" +
		"6 postcode lost_zero_repaired/postcode repaired\n6 full_name duplicate_person should_check\n" +
		"7 customer_id duplicate_person/customer_id must_fix"
	if got := codes(result.Problems); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if result.Duplicates != 3 || result.Good != 6 || len(result.Recipients) != 3 || result.Problems[0].Fields["other"] != "2" {
		t.Errorf("%d duplicates, %d good, %d recipients", result.Duplicates, result.Good, len(result.Recipients))
	}
	book := open(t, put(t, "alle.csv", []byte(strings.Join(lines, "\n"))))
	kept, err := book.Read(context.Background(), Plan{Header: 1, AllowSynthetic: true, KeepDuplicates: true, Today: today}, nil)
	if err != nil || len(kept.Recipients) != 6 {
		t.Errorf("%+v %v", kept, err)
	}
}

// TestFaults: lists that can't be read at all.
func TestFaults(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		data string
		plan Plan
		code post.Code
	}{
		{"Fnr;Navn\n", Plan{Header: 1}, post.CodeNoRows},
		{"Fnr;Navn\n", Plan{Header: 7}, post.CodeNoRows},
		{"Farge;Navn\nrød;Kari\n", Plan{Header: 1}, post.CodeNoIdentity},
		{"Fnr;Navn\n1;Kari\n", Plan{Header: 1, Mapping: post.Mapping{post.FieldBirthNumber: "Fødselsnr"}}, post.CodeColumnMissing},
		{"Fnr;Navn\n1;Kari\n", Plan{Header: 1, Sheet: "Ark2"}, post.CodeSheetMissing},
	} {
		_, err := open(t, put(t, "liste.csv", []byte(test.data))).Read(ctx, test.plan, nil)
		wantFault(t, err, test.code)
	}
}

// TestWorkbookTraps: formulas without a result, error cells and hidden rows of
// a real workbook.
func TestWorkbookTraps(t *testing.T) {
	b, c := person(t, "171174", 408), person(t, "211193", 190)
	data := xlsx(t, func(f *excelize.File, check func(error)) {
		for i, line := range [][]any{{"Fnr", "Navn", "Mobil"}, {nil, "Kari Hansen"}, {b, "Ola Hansen"}, {c, "Per Hansen"}} {
			check(f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &line))
		}
		check(f.SetCellFormula("Sheet1", "A2", `"0"&"1"`))
		check(f.SetCellFormula("Sheet1", "C3", `1+1`))
		check(f.SetRowVisible("Sheet1", 4, false))
	})
	result := read(t, put(t, "feller.xlsx", data))
	want := "2 birth_number uncached_formula must_fix\n3 phone uncached_formula should_check\n4  other/hidden_row should_check"
	if got := codes(result.Problems); got != want {
		t.Errorf("got:\n%s", got)
	}
}

// TestProblemsHoldNoNumbers: what the words are made of shows nobody's number.
func TestProblemsHoldNoNumbers(t *testing.T) {
	a := person(t, "030461", 312)
	result := readCSV(t, "Fnr;Navn;KID;Kontonr", a[:10]+"x;Kari;"+a+";"+a, a+";Kari;;", a+";Kari;;", a+";Kari H;;")
	out, err := json.Marshal(result.Problems)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Problems) != 3 || strings.Contains(string(out), a[:7]) {
		t.Errorf("%s", out)
	}
}

// TestOwnFields: columns of the user's own go along for the letter.
func TestOwnFields(t *testing.T) {
	book := open(t, put(t, "egne.csv", []byte("Fnr;Båtplass;Lag\n"+person(t, "030461", 312)+";B 12;Styret, Dugnad\n")))
	result, err := book.Read(context.Background(), Plan{Header: 1, AllowSynthetic: true, Today: today, Mapping: post.Mapping{
		post.FieldBirthNumber: "fnr", "plass": "Båtplass", post.FieldGroup: "Lag", post.FieldEmail: ""}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	row := result.Recipients[0]
	if row.Values["plass"] != "B 12" || strings.Join(row.Recipient.Groups, "+") != "Styret+Dugnad" || result.Mapping["plass"] != "Båtplass" {
		t.Errorf("%+v", row)
	}
}

// TestManyRows: a hundred thousand rows come through with progress, and a
// person who gives up waits no longer.
func TestManyRows(t *testing.T) {
	const count = 100_000
	if testing.Short() {
		t.Skip("a hundred thousand rows")
	}
	path := filepath.Join(t.TempDir(), "mange.xlsx")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	err = newWorkbook("Mange", file, func(set func(int, []any) error) error {
		if err := set(1, []any{"Navn", "Adresse", "Postnr", "Poststed"}); err != nil {
			return err
		}
		for i := range count {
			if err := set(i+2, []any{fmt.Sprintf("Person %d", i), fmt.Sprintf("Storgata %d", i), "0150", "Oslo"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	book := open(t, path)
	last, total := 0, 0
	result, err := book.Read(context.Background(), Plan{Header: 1, Today: today}, func(done, all int) { last, total = done, all })
	if err != nil || result.Good != count || last != count || total != count {
		t.Fatalf("%v, %d of %d", err, last, total)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = book.Read(ctx, Plan{Header: 1, Today: today}, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after giving up: %v", err)
	}
}

// TestWordsAreClear: no heading means two things.
func TestWordsAreClear(t *testing.T) {
	seen := map[string]post.Field{}
	for field, list := range headingWords {
		for _, word := range strings.Fields(list) {
			if other, found := seen[fold(word)]; found && other != field {
				t.Errorf("%q is %s and %s", word, other, field)
			}
			seen[fold(word)] = field
		}
	}
	for heading, want := range map[string]post.Field{"Fødselsnr.": post.FieldBirthNumber, "FNR": post.FieldBirthNumber, "Foedselsnummer": post.FieldBirthNumber,
		"Personnr": post.FieldBirthNumber, "E-post": post.FieldEmail, "Epost": post.FieldEmail, "E-postadresse": post.FieldEmail,
		"Tlf.": post.FieldPhone, "Mobil": post.FieldPhone, "Org.nr.": post.FieldOrganisationNumber, "Kundenr": post.FieldCustomerID,
		"Medlemsnr.": post.FieldCustomerID, "Ansattnr": post.FieldCustomerID, "Beløp": post.FieldAmount, "Beløp (kr)": post.FieldAmount,
		"Forfall": post.FieldDueDate, "KID": post.FieldKID, "Kontonr": post.FieldAccount, "Postnr.": post.FieldPostcode,
		"Poststed": post.FieldTown, "Stad": post.FieldTown, "Etternamn": post.FieldLastName, "First name": post.FieldFirstName,
		"Date of birth": post.FieldBirthDate, "Adresselinje 2": post.FieldAddress2, "Nr": "", "Farge": "", "": ""} {
		if got, _ := headingField(heading); got != want {
			t.Errorf("%q is %q, not %q", heading, got, want)
		}
	}
}
