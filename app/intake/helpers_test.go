package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"brevdue/app/number"
	"brevdue/app/post"

	"github.com/xuri/excelize/v2"
)

// today is the day all tests live in.
var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// person is a synthetic birth number with right check digits for the day, and
// a serial that sets people apart.
func person(t testing.TB, ddmmyy string, serial int) string {
	t.Helper()
	var day, month int
	if _, err := fmt.Sscanf(ddmmyy[:4], "%02d%02d", &day, &month); err != nil {
		t.Fatal(err)
	}
	for rest := serial * 100; rest < 100_000; rest++ {
		digits := fmt.Sprintf("%02d%02d%s%05d", day, month+80, ddmmyy[4:], rest)
		if number.BirthNumber(digits, number.Today).Valid {
			return digits
		}
	}
	t.Fatal("no number for that day")
	return ""
}

// put writes a file into the test's folder.
func put(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// xlsx makes a workbook with excelize; make fills it.
func xlsx(t testing.TB, make func(f *excelize.File, check func(error))) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	make(f, func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	})
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rowsOf makes a workbook with one sheet from rows.
func rowsOf(t testing.TB, rows ...[]any) []byte {
	return xlsx(t, func(f *excelize.File, check func(error)) {
		for i := range rows {
			check(f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &rows[i]))
		}
	})
}

// parts are the least a workbook needs; sheet is the content of sheetData and
// what follows.
func parts(sheet string) map[string]string {
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	return map[string]string{
		"_rels/.rels": head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"[Content_Types].xml": head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
		"xl/workbook.xml":            head + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Ark1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   head + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + sheet + `</worksheet>`,
	}
}

// zipped packs parts, in the order of their names.
func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var names []string
	for name := range parts {
		names = append(names, name)
	}
	sort.Strings(names)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(parts[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// open opens a file that must open.
func open(t testing.TB, path string) *Book {
	t.Helper()
	book, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

// read reads a file by what is guessed.
func read(t testing.TB, path string) *Result {
	t.Helper()
	book := open(t, path)
	header, err := book.GuessHeader(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	result, err := book.Read(context.Background(), Plan{Header: header, AllowSynthetic: true, Today: today}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// readCSV reads lines with a semicolon.
func readCSV(t testing.TB, lines ...string) *Result {
	t.Helper()
	return read(t, put(t, "liste.csv", []byte(strings.Join(lines, "\r\n")+"\r\n")))
}

// codes lists problems as row code/variant level.
func codes(problems []post.Problem) string {
	var out []string
	for _, p := range problems {
		code := string(p.Code)
		if p.Variant != "" {
			code += "/" + p.Variant
		}
		out = append(out, fmt.Sprintf("%d %s %s %s", p.Row, p.Field, code, p.Level))
	}
	return strings.Join(out, "\n")
}

// wantFault checks the code of an error.
func wantFault(t *testing.T, err error, code post.Code) {
	t.Helper()
	if got := post.CodeOf(err); got != code {
		t.Errorf("the fault is %q (%v), not %q", got, err, code)
	}
}
