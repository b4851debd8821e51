package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// TestRefused: what is no list is refused by its content, with the right
// words.
func TestRefused(t *testing.T) {
	protected := xlsx(t, func(f *excelize.File, check func(error)) { check(f.SetCellStr("Sheet1", "A1", "Navn")) })
	protected, err := excelize.Encrypt(protected, &excelize.Options{Password: "hemmelig"})
	if err != nil {
		t.Fatal(err)
	}
	old := append(append([]byte{}, oleMagic...), make([]byte, 600)...)
	old = append(old, utf16LE("Workbook")...)
	document := append(append([]byte{}, oleMagic...), utf16LE("WordDocument")...)
	cut := rowsOf(t, []any{"Navn", "Adresse"})
	noSheet := parts(`<sheetData/>`)
	delete(noSheet, "xl/worksheets/sheet1.xml")
	tests := []struct {
		name string
		data []byte
		code post.Code
	}{
		{"passord.xlsx", protected, post.CodeWorkbookProtected},
		{"gammel.xls", old, post.CodeOldWorkbook},
		{"gammel.xlsx", old, post.CodeOldWorkbook},
		{"brev.doc", document, post.CodeNotAWorkbook},
		{"liste.ods", zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), post.CodeOldWorkbook},
		{"liste.xlsb", zipped(t, map[string]string{"xl/workbook.bin": "x"}), post.CodeOldWorkbook},
		{"brev.docx", zipped(t, map[string]string{"word/document.xml": "<w/>"}), post.CodeNotAWorkbook},
		{"bilder.zip", zipped(t, map[string]string{"../../etc/passwd": "x", "C:\\a": "y"}), post.CodeNotAWorkbook},
		{"uten ark.xlsx", zipped(t, noSheet), post.CodeNotAWorkbook},
		{"avkuttet.xlsx", cut[:len(cut)/2], post.CodeNotAWorkbook},
		{"tekst.xlsx", []byte("dette er ikke en arbeidsbok\n"), post.CodeNotAWorkbook},
		{"tom.xlsx", nil, post.CodeNotAWorkbook},
		{"tom.csv", nil, post.CodeSheetEmpty},
		{"blank.csv", []byte("\r\n \r\n"), post.CodeSheetEmpty},
		{"side.csv", []byte("<!DOCTYPE html><html><table><tr><td>Navn"), post.CodeNotAWorkbook},
		{"bilde.csv", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), post.CodeNotAWorkbook},
		{"brev.pdf", []byte("%PDF-1.7"), post.CodeNotAWorkbook},
	}
	for _, test := range tests {
		_, err := Open(context.Background(), put(t, test.name, test.data))
		if got := post.CodeOf(err); got != test.code {
			t.Errorf("%s: %q (%v), not %q", test.name, got, err, test.code)
		}
		if fault := post.FaultOf(err); fault != nil && fault.Fields["file"] == "" && fault.Fields["sheet"] == "" {
			t.Errorf("%s: the fault does not say where", test.name)
		}
	}
}

func TestPlaces(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(context.Background(), filepath.Join(dir, "borte.xlsx"))
	wantFault(t, err, post.CodeFileMissing)
	_, err = Open(context.Background(), dir)
	wantFault(t, err, post.CodeFileUnreadable)

	huge := filepath.Join(dir, "stor.csv")
	file, err := os.Create(huge)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(file.Truncate(MaxFileSize+1), file.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = Open(context.Background(), huge)
	wantFault(t, err, post.CodeFileTooLarge)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = Open(ctx, put(t, "a.csv", []byte("Navn;Adresse\n"))); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestBombs: zips that unpack to too much, texts without an end, entities that
// multiply. Each must be refused soon and small.
func TestBombs(t *testing.T) {
	lying := parts(`<sheetData/>`)
	tests := map[string][]byte{
		"one text without end": bomb(t, parts(""), "xl/worksheets/sheet1.xml", `<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>`, "aaaaaaaaaaaaaaaa", 4<<20),
		"strings without end":  bomb(t, withStrings(parts(`<sheetData/>`)), "xl/sharedStrings.xml", `<sst><si><t>`, "bbbbbbbbbbbbbbbb", 4<<20),
		"a part too large":     bomb(t, lying, "xl/workbook.xml", `<workbook><!--`, "cccccccccccccccc", maxOther+1),
	}
	entity := parts(`<sheetData/>`)
	entity["xl/workbook.xml"] = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook><sheets><sheet name="&b;" r:id="rId1"/></sheets></workbook>`
	tests["entities"] = zipped(t, entity)
	for name, data := range tests {
		start := time.Now()
		book, err := Open(context.Background(), put(t, "bombe.xlsx", data))
		if err == nil {
			_, err = book.Top(context.Background(), "", 10)
		}
		if err == nil {
			t.Errorf("%s: opened", name)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: took %s", name, took)
		}
	}
}

// bomb is a workbook in which one part begins with start and goes on with a
// repeated piece up to a size.
func bomb(t *testing.T, parts map[string]string, name, start, piece string, size int) []byte {
	t.Helper()
	delete(parts, name)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for other, content := range parts {
		part, err := w.Create(other)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(part, content)
	}
	part, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(part, start)
	block := []byte(strings.Repeat(piece, 4096))
	for written := 0; written < size; written += len(block) {
		if _, err := part.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func withStrings(parts map[string]string) map[string]string {
	parts["xl/_rels/workbook.xml.rels"] = strings.Replace(parts["xl/_rels/workbook.xml.rels"], "</Relationships>",
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`, 1)
	return parts
}

// TestCells: what the cells of a workbook can be.
func TestCells(t *testing.T) {
	data := withStrings(parts(`<dimension ref="A1:XFD1048576"/><sheetData>
<row r="2" hidden="1"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c t="s"><v>99</v></c></row>
<row><c t="inlineStr"><is><r><t>Kari </t></r><r><t>Nordmann</t></r></is></c><c><v>3.8461312390000002E9</v></c><c><v>0.30000000000000004</v></c></row>
<x:row r="5"><x:c r="B5" t="b"><x:v>1</x:v></x:c><x:c r="C5" t="e"><x:v>#N/A</x:v></x:c><x:c r="D5"><x:f>A1+1</x:f></x:c><x:c r="E5" t="str"><x:f>A1</x:f><x:v></x:v></x:c><x:c r="F5" t="d"><x:v>2026-11-03T00:00:00</x:v></x:c></x:row>
<row r="6"><c r="A6"><v>12345678901234567</v></c><c r="B6"><v>nei</v></c><c r="C6"/><c r="XFE6"><v>1</v></c></row>
</sheetData>`))
	data["xl/sharedStrings.xml"] = `<sst><si><t xml:space="preserve"> Åse` + "\u00a0" + `</t><rPh sb="0" eb="1"><t>lese</t></rPh></si><si><r><t>linje_x000D_</t></r><r><t>` + "\n" + `to</t></r></si></sst>`
	book := open(t, put(t, "celler.xlsx", zipped(t, data)))
	rows, err := book.top(context.Background(), "Ark1", 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		line := fmt.Sprint(r.number, " ", r.hidden)
		for _, c := range r.cells {
			line += fmt.Sprintf(" %s/%d", c.text, c.kind)
		}
		got = append(got, line)
	}
	want := []string{"1 false", "2 true Åse/0 /0 linje to/0", "3 false Kari Nordmann/0 3846131239/1 0.3/1", "4 false",
		"5 false /0 TRUE/3 #N/A/4 /5 /0 03.11.2026/2", "6 false 12345678901234567/1 nei/0 1/1"}
	// The empty result of a formula ("") holds nothing.
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if sheets := book.Sheets(); len(sheets) != 1 || sheets[0].Rows != 4 {
		t.Errorf("sheets %+v", sheets)
	}
}

// TestDatesAndFormats: dates in both calendars, and formats that fill up with
// zeros.
func TestDatesAndFormats(t *testing.T) {
	for _, use1904 := range []bool{false, true} {
		data := xlsx(t, func(f *excelize.File, check func(error)) {
			check(f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &use1904}))
			long, short, zeros := "d. mmmm yyyy;@", `"dato "[$-414]dd.mm.yy`, "0000"
			for i, code := range []*string{&long, &short, &zeros} {
				style, err := f.NewStyle(&excelize.Style{CustomNumFmt: code})
				check(err)
				name := fmt.Sprintf("%c1", 'A'+i)
				if i < 2 {
					check(f.SetCellValue("Sheet1", name, time.Date(2026, 11, 3, 14, 0, 0, 0, time.UTC)))
				} else {
					check(f.SetCellInt("Sheet1", name, 150))
				}
				check(f.SetCellStyle("Sheet1", name, name, style))
			}
		})
		top, err := open(t, put(t, "datoer.xlsx", data)).Top(context.Background(), "", 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(top[0], "|"); got != "03.11.2026|03.11.2026|0150" {
			t.Errorf("date1904 %v: %s", use1904, got)
		}
	}
	for code, want := range map[string]bool{"dd.mm.yyyy": true, "General": false, `0.00" dager"`: false, "[Red]0": false,
		`\d0`: false, "yyyy": true, "hh:mm": false, "mmm": true, "#,##0 ;d": false, "[$-F800]dddd": true, `"`: false, "[": false, `\`: false} {
		if isDateCode(code) != want {
			t.Errorf("%q: %v", code, !want)
		}
	}
}

func TestSheets(t *testing.T) {
	data := xlsx(t, func(f *excelize.File, check func(error)) {
		check(f.SetSheetName("Sheet1", "Tomt"))
		for _, name := range []string{"Skjult", "Folk"} {
			_, err := f.NewSheet(name)
			check(err)
			check(f.SetSheetRow(name, "A1", &[]any{"Fornavn", "Etternavn"}))
			check(f.SetSheetRow(name, "A3", &[]any{"Kari", "Nordmann"}))
		}
		check(f.SetSheetVisible("Skjult", false, true))
	})
	book := open(t, put(t, "ark.xlsx", data))
	if got := fmt.Sprint(book.Sheets()); got != "[{Tomt 0 false} {Skjult 2 true} {Folk 2 false}]" {
		t.Error(got)
	}
	if book.DefaultSheet() != "Folk" {
		t.Errorf("default %q", book.DefaultSheet())
	}
	_, err := book.GuessHeader(context.Background(), "Tomt")
	wantFault(t, err, post.CodeSheetEmpty)
	_, err = book.Columns(context.Background(), "Tomt", 1)
	wantFault(t, err, post.CodeSheetEmpty)
	_, err = book.Top(context.Background(), "Ingen", 5)
	wantFault(t, err, post.CodeSheetMissing)
	if header, err := book.GuessHeader(context.Background(), "FOLK"); header != 1 || err != nil {
		t.Errorf("header %d, %v", header, err)
	}
}

// TestMerged: a value merged over several rows is read in each of them.
func TestMerged(t *testing.T) {
	data := xlsx(t, func(f *excelize.File, check func(error)) {
		for i, line := range [][]any{{"Liste over medlemmer", "", ""}, {"Fornavn", "Adresse", "Poststed"},
			{"Kari", "Storgata 1", "Oslo"}, {"Ola", "", ""}, {"Åse", "", ""}, {"Per", "", "Moss"}} {
			check(f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &line))
		}
		check(f.MergeCell("Sheet1", "A1", "C1"))
		check(f.MergeCell("Sheet1", "B3", "B5"))
	})
	top, err := open(t, put(t, "slått sammen.xlsx", data)).Top(context.Background(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	if top[3][1] != "Storgata 1" || top[4][1] != "Storgata 1" || top[5][1] != "" || len(top[0]) > 1 && top[0][1] != "" {
		t.Errorf("%q", top)
	}
}

// TestEncodings: the same list in every encoding and with every separator.
func TestEncodings(t *testing.T) {
	const list = "Navn;Gateadresse;Postnr;Poststed\r\nÅse Bjørkhaug;Måkeveien 12;5003;Bergen\r\n\r\n\"Sæter; Per\";\"Kirkegata \"\"3\"\"\";0150;Oslo"
	encode := func(text string, e interface{ Bytes([]byte) ([]byte, error) }) []byte {
		out, err := e.Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	files := map[string][]byte{
		"utf8.csv":      []byte(list),
		"bom.csv":       []byte("\ufeff" + list),
		"ansi.csv":      encode(list, charmap.Windows1252.NewEncoder()),
		"utf16le.csv":   encode(list, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()),
		"utf16be.txt":   encode(list, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()),
		"utf16uten.csv": encode(list, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()),
		"tab.tsv":       []byte(strings.ReplaceAll(strings.ReplaceAll(list, ";", "\t"), "Sæter\t", "Sæter;")),
		"komma.csv":     []byte(strings.ReplaceAll(strings.ReplaceAll(list, ";", ","), "Sæter,", "Sæter;")),
		"sep.csv":       []byte("sep=;\r\n" + list),
		"mac.csv":       []byte(strings.ReplaceAll(list, "\r\n", "\r")),
		"unix.csv":      []byte(strings.ReplaceAll(list, "\r\n", "\n")),
		"utf8 i xlsx.csv": rowsOf(t, []any{"Navn", "Gateadresse", "Postnr", "Poststed"}, []any{"Åse Bjørkhaug", "Måkeveien 12", "5003", "Bergen"},
			[]any{}, []any{"Sæter; Per", `Kirkegata "3"`, "0150", "Oslo"}),
	}
	for name, data := range files {
		top, err := open(t, put(t, name, data)).Top(context.Background(), "", 10)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(top) != 4 || strings.Join(top[1], "|") != "Åse Bjørkhaug|Måkeveien 12|5003|Bergen" ||
			strings.Join(top[3], "|") != `Sæter; Per|Kirkegata "3"|0150|Oslo` {
			t.Errorf("%s: %q", name, top)
		}
	}
}

// TestBrokenQuotes: one slip does not swallow the rest of the list.
func TestBrokenQuotes(t *testing.T) {
	top, err := open(t, put(t, "sitat.csv", []byte("Navn;By\n\"Kari \"Nordmann\";Oslo\n\"Ola;Moss\nPer;Ås\n"))).Top(context.Background(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(top) != 4 || top[1][0] != `"Kari "Nordmann"` || top[2][0] != `"Ola` || top[3][1] != "Ås" {
		t.Errorf("%q", top)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{"": "", " a ": "a", "a  b": "a b", "\u00a0x\u202fy\t\n": "x y", "A\u030ase": "Åse",
		"\ufeffNavn\u200b": "Navn", "a\x00\x07b": "ab", "Åse B": "Åse B"} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
