package document

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"brevdue/app/number"
)

// birth makes the n-th synthetic birth number: 80 is added to the month and the
// check digits are right, so that it belongs to nobody.
func birth(n int) string {
	for serial, found := 100, 0; serial < 1000; serial++ {
		for check := range 100 {
			value := fmt.Sprintf("018190%03d%02d", serial, check)
			if !number.BirthNumber(value, number.Today).Valid {
				continue
			}
			if found == n {
				return value
			}
			found++
		}
	}
	return ""
}

func TestBirthNumbers(t *testing.T) {
	a, b := birth(0), birth(1)
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"Fødselsnummer " + a + ".", []string{a}},
		{a[:6] + " " + a[6:], []string{a}},
		{a[:6] + "\u00a0" + a[6:], []string{a}},
		{a[:2] + "." + a[2:4] + "." + a[4:6] + " " + a[6:], []string{a}},
		{a[:6] + "-" + a[6:], []string{a}},
		{strings.Join(strings.Split(a, ""), " "), []string{a}},
		{"fnr" + a + "kr", []string{a}},
		{"1234 " + a + " 500,00", []string{a}},
		{a + "\r\n" + b, []string{a, b}},
		{a + " " + b, []string{a, b}},
		{a + " og " + a, []string{a}},
		{"1" + a, nil},
		{a + "1", nil},
		{a[:6] + "  " + a[6:], nil},
		{a[:6] + "\n" + a[6:], nil},
		{a[:10] + string('0'+(a[10]-'0'+1)%10), nil},
		{"Konto 1234.56.78903, beløp 12 345,00", nil},
	} {
		if got := birthNumbers(test.text, number.Today); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: %v, not %v", test.text, got, test.want)
		}
	}
}

// textPDF makes a PDF with a line of text on each page.
func textPDF(lines ...string) []byte {
	kids := ""
	objects := []string{catalog, "", "<< " + helvetica + " /Encoding /WinAnsiEncoding >>"}
	for i, line := range lines {
		kids += fmt.Sprintf("%d 0 R ", 2*i+4)
		content := "BT /F1 12 Tf 60 700 Td (" + line + ") Tj ET"
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R %s /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>", a4box, 2*i+5),
			fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, len(lines))
	return pdf(objects...)
}

func TestShield(t *testing.T) {
	r := reader(t)
	own, other := birth(0), birth(1)
	for _, test := range []struct {
		name      string
		recipient string
		lines     []string
		want      []Foreign
	}{
		{"nothing", own, []string{"Kjaere deg"}, nil},
		{"own", own, []string{"Fnr " + own}, nil},
		{"own, written apart", own[:6] + " " + own[6:], []string{"Fnr " + own}, nil},
		{"other", own, []string{"Fnr " + own, "Fnr " + other + ", " + other}, []Foreign{{2, other[:6] + " *****"}}},
		{"nobody's", "", []string{"Fnr " + own}, []Foreign{{1, own[:6] + " *****"}}},
	} {
		got, err := r.Shield(context.Background(), put(t, "a.pdf", textPDF(test.lines...)), test.recipient)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v (%v), not %v", test.name, got, err, test.want)
		}
	}
	if _, err := r.Shield(context.Background(), put(t, "a.pdf", []byte("%PDF-1.4 nei")), own); err == nil {
		t.Error("a damaged PDF holds nothing foreign")
	}
}

func TestMatchByColumn(t *testing.T) {
	people := []Person{
		{Row: 4, FileCell: "Åse.PDF"}, {Row: 5, FileCell: " ola "}, {Row: 6, FileCell: `Z:\brev\juni\kari.pdf`}, {Row: 7, FileCell: "borte.pdf"},
		{Row: 8, FileCell: ""}, {Row: 9, FileCell: "kari.pdf"}, {Row: 10, FileCell: "OLA.pdf"}, {Row: 11, FileCell: "juni/kari.pdf"},
	}
	files := []string{"/d/A\u030ase.pdf", "/d/ola.pdf", "/d/juni/kari.pdf", "/d/juli/kari.pdf", "/d/ekstra.pdf"}
	got, err := new(Reader).Match(context.Background(), people, files, ByColumn)
	want := MatchResult{
		ByRow:     map[int]string{4: files[0], 5: files[1], 10: files[1], 11: files[2]},
		Missing:   []int{6, 7, 8},
		Extra:     files[4:],
		Ambiguous: []Ambiguous{{[]int{9}, files[2:4]}},
		Shared:    []Ambiguous{{[]int{5, 10}, files[1:2]}, {[]int{9, 11}, files[2:3]}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v (%v), not\n%+v", got, err, want)
	}
}

func TestMatchByFileName(t *testing.T) {
	a, b := birth(0), birth(1)
	for _, test := range []struct {
		name      string
		people    []Person
		files     []string
		rows      map[int]string
		ambiguous int
	}{
		{"ids", []Person{{Row: 1, CustomerID: "1001"}, {Row: 2, CustomerID: "1002"}}, []string{"1001.pdf", "brev_1002.pdf", "21001.pdf"}, map[int]string{1: "1001.pdf", 2: "brev_1002.pdf"}, 0},
		{"part of a number", []Person{{Row: 1, CustomerID: "1001"}}, []string{"10012.pdf", "11001.pdf", "A1001.pdf", "1001b.pdf"}, map[int]string{}, 0},
		{"case and form", []Person{{Row: 1, CustomerID: "Å-7"}}, []string{"brev a\u030a-7.pdf"}, map[int]string{1: "brev a\u030a-7.pdf"}, 0},
		{"longest", []Person{{Row: 1, CustomerID: "A-20"}, {Row: 2, CustomerID: "20"}, {Row: 3, CustomerID: "A"}}, []string{"A-20.pdf", "20.pdf"}, map[int]string{1: "A-20.pdf", 2: "20.pdf"}, 0},
		{"birth number", []Person{{Row: 1, BirthNumber: a}, {Row: 2, BirthNumber: b, CustomerID: "17"}}, []string{"17-" + a + ".pdf", "lonn_" + b + "_17.pdf"}, map[int]string{1: "17-" + a + ".pdf", 2: "lonn_" + b + "_17.pdf"}, 0},
		{"birth number apart", []Person{{Row: 1, BirthNumber: a}}, []string{a[:6] + "_" + a[6:] + ".pdf"}, map[int]string{1: a[:6] + "_" + a[6:] + ".pdf"}, 0},
		{"two files", []Person{{Row: 1, CustomerID: "7"}}, []string{"7.pdf", "7 ny.pdf"}, map[int]string{}, 1},
		{"two people", []Person{{Row: 1, CustomerID: "7"}, {Row: 2, CustomerID: "8"}, {Row: 3, CustomerID: "9"}}, []string{"7-8.pdf", "9.pdf"}, map[int]string{3: "9.pdf"}, 1},
		{"one person twice", []Person{{Row: 1, BirthNumber: a}, {Row: 2, BirthNumber: a}}, []string{a + ".pdf"}, map[int]string{}, 1},
		{"same date in all", []Person{{Row: 1, CustomerID: "15"}, {Row: 2, CustomerID: "2026"}, {Row: 3, CustomerID: "3"}},
			[]string{"2026-01-15_15.pdf", "2026-01-15_2026.pdf", "2026-01-15_3.pdf"}, map[int]string{1: "2026-01-15_15.pdf", 2: "2026-01-15_2026.pdf", 3: "2026-01-15_3.pdf"}, 0},
	} {
		got, err := new(Reader).Match(context.Background(), test.people, test.files, ByFileName)
		if err != nil || !reflect.DeepEqual(got.ByRow, test.rows) || len(got.Ambiguous) != test.ambiguous {
			t.Errorf("%s: %+v (%v)", test.name, got, err)
		}
		seen := len(got.ByRow) + len(got.Missing)
		for _, a := range got.Ambiguous {
			seen += len(a.Rows)
		}
		if seen != len(test.people) {
			t.Errorf("%s: %d people of %d: %+v", test.name, seen, len(test.people), got)
		}
	}
}

func TestMatchByText(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, b := birth(0), birth(1)
	files := []string{write("1.pdf", textPDF("Til "+a)), write("2.pdf", textPDF("Side 1", "Kundenr K-10023")), write("3.pdf", textPDF("Til alle")), write("4.pdf", nil)}
	people := []Person{{Row: 1, BirthNumber: a}, {Row: 2, CustomerID: "k-10023"}, {Row: 3, BirthNumber: b, CustomerID: "1"}}
	got, err := reader(t).Match(context.Background(), people, files, ByText)
	want := MatchResult{ByRow: map[int]string{1: files[0], 2: files[1]}, Missing: []int{3}, Extra: files[2:3], Unread: files[3:]}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v (%v), not\n%+v", got, err, want)
	}
}

// TestMatchMany: each file of very many finds its own row and no other.
func TestMatchMany(t *testing.T) {
	const count = 20_000
	people, files := make([]Person, count), make([]string, count)
	for i := range count {
		people[i] = Person{Row: i, CustomerID: fmt.Sprint(i)}
		files[(i*7919)%count] = fmt.Sprintf("faktura 2026-11 %d.pdf", i)
	}
	got, err := new(Reader).Match(context.Background(), people, files, ByFileName)
	if err != nil || len(got.ByRow) != count || len(got.Ambiguous)+len(got.Extra)+len(got.Missing) > 0 {
		t.Fatalf("%d %d %d %d %v", len(got.ByRow), len(got.Ambiguous), len(got.Extra), len(got.Missing), err)
	}
	for row, file := range got.ByRow {
		if file != fmt.Sprintf("faktura 2026-11 %d.pdf", row) {
			t.Fatalf("%d has %s", row, file)
		}
	}
}

// FuzzBirthNumbers: whatever is found is valid, and stands in the text.
func FuzzBirthNumbers(f *testing.F) {
	f.Add("Fnr " + birth(0) + " og " + birth(1)[:6] + " " + birth(1)[6:])
	f.Add("1 2 3 4 5 6 7 8 9 0 1\x80")
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range birthNumbers(text, number.Today) {
			if !number.BirthNumber(found, number.Today).Valid || !strings.Contains(number.Clean(text), found) {
				t.Errorf("%q in %q", found, text)
			}
		}
	})
}

// FuzzMatch: no file goes to two people, and nobody is forgotten.
func FuzzMatch(f *testing.F) {
	f.Add("1001", "Å7", "brev_1001.pdf", "a\u030a7.pdf")
	f.Fuzz(func(t *testing.T, id1, id2, file1, file2 string) {
		people := []Person{{Row: 1, CustomerID: id1}, {Row: 2, CustomerID: id2}}
		got, err := new(Reader).Match(context.Background(), people, []string{file1, file2}, ByFileName)
		if err != nil {
			t.Fatal(err)
		}
		if file1 != file2 && len(got.ByRow) == 2 && got.ByRow[1] == got.ByRow[2] {
			t.Errorf("%+v", got)
		}
	})
}
