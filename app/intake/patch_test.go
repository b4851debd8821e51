package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// partsOf unpacks a workbook.
func partsOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, entry := range archive.File {
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		found[entry.Name] = string(content)
	}
	return found
}

// TestPatch: only what must change changes, byte by byte.
func TestPatch(t *testing.T) {
	tests := []struct{ name, sheet, want string }{
		{"plain",
			`<dimension ref="A1:B2"/><sheetData><row r="1" spans="1:2"><c r="A1" s="4" t="str"><v>Navn</v></c><c r="B1" s="7" t="str"><v>By</v></c></row>` + "\n" +
				`<row r="2" spans='1:2' ht="20"><c r="A2" t="str"><v>Åse &amp; Co</v></c></row></sheetData><pageMargins left="0.7"/>`,
			`<dimension ref="A1:C4"/><sheetData><row r="1"><c r="A1" s="4" t="str"><v>Navn</v></c><c r="B1" s="7" t="str"><v>By</v></c>NEW1</row>` + "\n" +
				`<row r="2" ht="20"><c r="A2" t="str"><v>Åse &amp; Co</v></c>NEW2</row><row r="4">NEW4</row></sheetData><pageMargins left="0.7"/>`},
		{"blank cells with a format",
			`<sheetData><row r="1"><c r="A1" t="str"><v>Navn</v></c><c r="B1" t="str"><v>By</v></c><c r="C1" s="1"/><c r="D1" s="2"></c></row><row r="2"/><row r="3" spans="1:9"/><row r="4"><c r="D4" s="2"/></row></sheetData>`,
			`<sheetData><row r="1"><c r="A1" t="str"><v>Navn</v></c><c r="B1" t="str"><v>By</v></c>NEW1<c r="D1" s="2"></c></row><row r="2">NEW2</row><row r="3" spans="1:9"/><row r="4">NEW4<c r="D4" s="2"/></row></sheetData>`},
		{"no numbers on rows and cells",
			`<sheetData><row><c t="str"><v>Navn</v></c><c t="str"><v>By</v></c></row><row><c t="str"><v>Åse</v></c></row></sheetData>`,
			`<sheetData><row><c t="str"><v>Navn</v></c><c t="str"><v>By</v></c>NEW1</row><row><c t="str"><v>Åse</v></c>NEW2</row><row r="4">NEW4</row></sheetData>`},
	}
	cell := func(ref, style, text string) string {
		return `<c r="` + ref + `"` + style + ` t="inlineStr"><is><t xml:space="preserve">` + text + `</t></is></c>`
	}
	for _, test := range tests {
		before := parts(test.sheet)
		before["xl/vbaProject.bin"] = "makroer\x00"
		path := put(t, "liste.xlsm", zipped(t, before))
		out := filepath.Join(filepath.Dir(path), "ut.xlsm")
		err := WriteBack(context.Background(), sourceOf(t, path, 1), out, []string{"Resultat"},
			map[int][]string{2: {"Levert <nå>"}, 4: {"Ny"}})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		after := partsOf(t, data)
		style := ""
		if strings.Contains(test.sheet, `s="7"`) {
			style = ` s="7"`
		}
		want := strings.NewReplacer("NEW1", cell("C1", style, "Resultat"), "NEW2", cell("C2", "", "Levert &lt;nå&gt;"),
			"NEW4", cell("C4", "", "Ny")).Replace(parts(test.want)["xl/worksheets/sheet1.xml"])
		if got := after["xl/worksheets/sheet1.xml"]; got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, want)
		}
		for name, content := range before {
			if name != "xl/worksheets/sheet1.xml" && after[name] != content {
				t.Errorf("%s: %s changed", test.name, name)
			}
		}
	}
}

// TestPatchPrefix: sheets of programs that name their elements with a prefix.
func TestPatchPrefix(t *testing.T) {
	before := parts("")
	before["xl/worksheets/sheet1.xml"] = `<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row r="1"><x:c r="A1" t="str"><x:v>Navn</x:v></x:c></x:row></x:sheetData></x:worksheet>`
	path := put(t, "liste.xlsx", zipped(t, before))
	out := filepath.Join(filepath.Dir(path), "ut.xlsx")
	if err := WriteBack(context.Background(), sourceOf(t, path, 1), out, []string{"R"}, map[int][]string{3: {"ok"}}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(strings.NewReader(partsOf(t, data)["xl/worksheets/sheet1.xml"]))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSampleWriteBack: another library reads the copy of the practice list.
func TestSampleWriteBack(t *testing.T) {
	list := filepath.Join("..", "..", "assets", "sample", "kunder.xlsx")
	out := filepath.Join(t.TempDir(), "kunder med svar.xlsx")
	cells := map[int][]string{}
	for row := 4; row <= 43; row++ {
		cells[row] = []string{"Levert i Digipost", "Åpnet"}
	}
	if err := WriteBack(context.Background(), sourceOf(t, list, 3), out, []string{"Resultat", "Status"}, cells); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Medlemmer", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != 43 || rows[2][9] != "Resultat" || rows[42][10] != "Åpnet" || rows[3][1] != "3846131239" {
		t.Errorf("%v %q", err, rows)
	}
	merged, err := book.GetMergeCells("Medlemmer")
	if err != nil || len(merged) != 1 {
		t.Errorf("merged cells: %v %v", merged, err)
	}
}

// FuzzPatch: whatever stands in a sheet that can be read, neither the writing
// nor the comparison falls over.
func FuzzPatch(f *testing.F) {
	f.Add(`<sheetData><row r="2"><c r="B2"><f>A1</f><v/></c><c r="C2" s="1"/></row><row/></sheetData>`)
	f.Add(`<dimension ref="A1"/><sheetData/>`)
	f.Add(`<sheetData><row r="3"><c r="C3"/><c r="A3"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A3:A9"/></mergeCells>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		ctx := context.Background()
		data := zipped(t, parts(sheet))
		list, err := openBytes(ctx, "a.xlsx", data)
		if err != nil {
			return
		}
		add := addition{sheet: "Ark1", header: 1, values: map[int][]string{1: {"R"}, 2: {"a", "b"}, 7: {"c"}}}
		if add.column, err = list.width(ctx, "Ark1"); err != nil || add.column > 100 {
			return
		}
		var out bytes.Buffer
		if err := extendWorkbook(ctx, data, list.table.(*workbook), add, &out); err != nil {
			return
		}
		if err := compare(ctx, list, add, put(t, "ut.xlsx", out.Bytes()), "ut.xlsx"); err == nil {
			return
		}
		// A sheet that is not as the standard wants it (cells out of order, say)
		// may come out otherwise; the comparison then keeps it from the person.
	})
}
