package intake

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brevdue/app/post"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

// sourceOf is a list as a job remembers it.
func sourceOf(t *testing.T, path string, header int) post.Source {
	t.Helper()
	return post.Source{Path: path, HeaderRow: header, FileSHA256: open(t, path).SHA256()}
}

// unchanged checks that the list is as it was.
func unchanged(t *testing.T, path string, before []byte) {
	t.Helper()
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the list was changed (%v)", err)
	}
}

// leftovers checks that only the named files are in a folder.
func leftovers(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("the folder holds %q", names)
	}
}

// TestWriteBackWorkbook: results stand at the right of a copy; formulas, dates,
// other sheets and the list itself stay as they were.
func TestWriteBackWorkbook(t *testing.T) {
	data := xlsx(t, func(f *excelize.File, check func(error)) {
		check(f.SetSheetRow("Sheet1", "A2", &[]any{"Fnr", "Navn", "Sum"}))
		check(f.SetSheetRow("Sheet1", "A3", &[]any{3846131239, "Åse", 0.1}))
		check(f.SetSheetRow("Sheet1", "A5", &[]any{17917440808, "Øystein"}))
		check(f.SetCellFormula("Sheet1", "C5", "SUM(C3:C3)"))
		style, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
		check(err)
		check(f.SetCellStyle("Sheet1", "A2", "C2", style))
		_, err = f.NewSheet("Andre")
		check(err)
		check(f.SetCellStr("Andre", "A1", "urørt"))
	})
	for _, ext := range []string{".xlsx", ".xlsm"} {
		path := put(t, "liste"+ext, data)
		dir := filepath.Dir(path)
		out := filepath.Join(dir, "resultat"+ext)
		if err := os.WriteFile(out, []byte("gammelt resultat"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := WriteBack(context.Background(), sourceOf(t, path, 2), out, []string{"Resultat", "Når"},
			map[int][]string{3: {"Levert i Digipost", "22.11.2026"}, 5: {"=1+1"}, 9: {"Ikke med"}})
		if err != nil {
			t.Fatal(err)
		}
		unchanged(t, path, data)
		leftovers(t, dir, "liste"+ext, "resultat"+ext)
		top, err := open(t, out).Top(context.Background(), "", 10)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, line := range top {
			lines = append(lines, strings.Join(line, "|"))
		}
		want := "\nFnr|Navn|Sum|Resultat|Når\n3846131239|Åse|0.1|Levert i Digipost|22.11.2026\n\n17917440808|Øystein||=1+1\n\n\n\n|||Ikke med"
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("got:\n%s", got)
		}
		book, err := excelize.OpenFile(out)
		if err != nil {
			t.Fatal(err)
		}
		formula, err := book.GetCellFormula("Sheet1", "C5")
		oldStyle, errOld := book.GetCellStyle("Sheet1", "C2")
		newStyle, errNew := book.GetCellStyle("Sheet1", "D2")
		if formula != "SUM(C3:C3)" || oldStyle != newStyle || errors.Join(err, errOld, errNew, book.Close()) != nil {
			t.Errorf("formula %q, styles %d %d", formula, oldStyle, newStyle)
		}
	}
}

// TestWriteBackText: every byte of the list stays; results are added in its
// encoding, separator and line endings.
func TestWriteBackText(t *testing.T) {
	const list = "sep=;\r\nNavn;By;\r\nÅse;Ålesund\r\n\r\n\"Lie; Per\";\"Bø\"\nOla"
	const want = "sep=;\r\nNavn;By;Resultat\r\nÅse;Ålesund;\"Sendt; på vei\"\r\n\r\n\"Lie; Per\";\"Bø\";'=x\nOla;;Ikke sendt"
	latin := func(text string) []byte {
		out, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, encode := range map[string]func(string) []byte{
		"utf-8": func(text string) []byte { return []byte(text) },
		"bom":   func(text string) []byte { return []byte("\ufeff" + text) },
		"ansi":  latin,
	} {
		path := put(t, "liste.csv", encode(list))
		out := filepath.Join(filepath.Dir(path), "ut.csv")
		err := WriteBack(context.Background(), sourceOf(t, path, 1), out, []string{"Resultat"},
			map[int][]string{2: {"Sendt; på vei"}, 4: {"=x"}, 5: {"Ikke sendt"}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(out)
		if err != nil || !bytes.Equal(got, encode(want)) {
			t.Errorf("%s (%v):\n%q", name, err, got)
		}
		unchanged(t, path, encode(list))
	}
}

// TestWriteBackTextAsWorkbook: a text list may become a workbook; no zero is
// lost on the way.
func TestWriteBackTextAsWorkbook(t *testing.T) {
	path := put(t, "liste [1].csv", []byte("Fnr;By\n03846131239;Bø\n"))
	out := filepath.Join(filepath.Dir(path), "ut.xlsx")
	if err := WriteBack(context.Background(), sourceOf(t, path, 1), out, []string{"Resultat"}, map[int][]string{2: {"Levert"}}); err != nil {
		t.Fatal(err)
	}
	top, err := open(t, out).Top(context.Background(), "", 5)
	if err != nil || len(top) != 2 || strings.Join(top[1], "|") != "03846131239|Bø|Levert" {
		t.Errorf("%q %v", top, err)
	}
}

// TestWriteBackRefused: never over the list, never beside the wrong rows.
func TestWriteBackRefused(t *testing.T) {
	ctx := context.Background()
	path := put(t, "liste.csv", []byte("Navn;By\nÅse;Bø\n"))
	dir := filepath.Dir(path)
	source := sourceOf(t, path, 1)
	link, hard := filepath.Join(dir, "lenke.csv"), filepath.Join(dir, "hard.csv")
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no links here")
	}
	if err := os.Link(path, hard); err != nil {
		t.Skip("no links here")
	}
	for _, out := range []string{path, dir + "/./liste.csv", link, hard} {
		wantFault(t, WriteBack(ctx, source, out, []string{"R"}, nil), post.CodeSameFile)
		wantFault(t, WriteProblems(ctx, source, out, nil), post.CodeSameFile)
	}
	wantFault(t, WriteBack(ctx, source, filepath.Join(dir, "ut.pdf"), []string{"R"}, nil), post.CodeUsage)
	wantFault(t, WriteBack(ctx, source, filepath.Join(dir, "borte", "ut.csv"), []string{"R"}, nil), post.CodeFileMissing)
	leftovers(t, dir, "hard.csv", "lenke.csv", "liste.csv")

	if err := os.WriteFile(path, []byte("Navn;By\nOla;Bø\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantFault(t, WriteBack(ctx, source, filepath.Join(dir, "ut.csv"), []string{"R"}, nil), post.CodeSourceChanged)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	wantFault(t, WriteBack(ctx, source, filepath.Join(dir, "ut.csv"), []string{"R"}, nil), post.CodeFileMissing)
	leftovers(t, dir, "hard.csv", "lenke.csv")
}

// TestFullDisk: a disk that is full leaves the old result and nothing half.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	_, err = full.Write([]byte("x"))
	wantFault(t, placeFault("/mappe/ut.xlsx", err), post.CodeDiskFull)
}

// TestCompareFinds: a copy that lost or changed something is noticed.
func TestCompareFinds(t *testing.T) {
	list := open(t, put(t, "liste.xlsx", rowsOf(t, []any{"Navn", "By"}, []any{"Åse", "Bø"}, []any{}, []any{"Per", "Ås"})))
	add := addition{sheet: "Sheet1", column: 2, values: map[int][]string{1: {"R"}, 2: {"ok"}}}
	for name, rows := range map[string][][]any{
		"":               {{"Navn", "By", "R"}, {"Åse", "Bø", "ok"}, {}, {"Per", "Ås"}},
		"changed cell":   {{"Navn", "By", "R"}, {"Åse", "Oslo", "ok"}, {}, {"Per", "Ås"}},
		"lost row":       {{"Navn", "By", "R"}, {"Åse", "Bø", "ok"}},
		"moved row":      {{"Navn", "By", "R"}, {"Åse", "Bø", "ok"}, {"Per", "Ås"}},
		"more":           {{"Navn", "By", "R"}, {"Åse", "Bø", "ok"}, {}, {"Per", "Ås"}, {"Ny", "Rad"}},
		"missing result": {{"Navn", "By", "R"}, {"Åse", "Bø"}, {}, {"Per", "Ås"}},
	} {
		copied := put(t, "kopi.xlsx", rowsOf(t, rows...))
		if err := compare(context.Background(), list, add, copied, "kopi.xlsx"); errors.Is(err, errDiffers) != (name != "") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestWriteProblems: the problem rows alone, with row number and reason, and no
// whole birth number unless asked for.
func TestWriteProblems(t *testing.T) {
	sample := filepath.Join("..", "..", "assets", "sample", "kunder.xlsx")
	source := sourceOf(t, sample, 3)
	out := filepath.Join(t.TempDir(), "feil.xlsx")
	rows := map[int]string{16: "Kontrollsifrene stemmer ikke.", 29: "Samme person som rad 5."}
	if err := WriteProblems(context.Background(), source, out, rows, "Rad", "Hva er galt"); err != nil {
		t.Fatal(err)
	}
	top, err := open(t, out).Top(context.Background(), "", 10)
	if err != nil || len(top) != 3 {
		t.Fatalf("%q %v", top, err)
	}
	if top[0][0] != "Rad" || top[0][3] != "Fødselsnummer" || top[1][0] != "16" || top[1][3] != "118964 *****" || top[2][4] != "Øystein Lønnebakk" {
		t.Errorf("%q", top)
	}
	if err := WriteProblemsWithNumbers(context.Background(), source, out, rows, "Rad", "Hva er galt"); err != nil {
		t.Fatal(err)
	}
	if top, err = open(t, out).Top(context.Background(), "", 10); err != nil || len(top[1][3]) != 11 || strings.Contains(top[1][3], "*") {
		t.Errorf("%q %v", top, err)
	}
}
