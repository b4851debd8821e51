package app_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/document"
	"brevdue/app/document/engine"
	"brevdue/app/intake"
	"brevdue/assets/sample"
)

// pdfDocument is what check pdf prints.
var pdfDocument = object(map[string]field{"pages": count, "version": text, "print_ok": truth, "digital_ok": truth,
	"errors": listOf(object(map[string]field{"page": count, "code": filled, "area": areaOrNone}))})

func areaOrNone(value any) string {
	if value == nil {
		return ""
	}
	return object(map[string]field{"x": measure, "y": measure, "width": measure, "height": measure})(value)
}

func measure(value any) string {
	if _, ok := value.(float64); !ok {
		return fmt.Sprintf("%v is no number", value)
	}
	return ""
}

func init() { documents["pdf"] = pdfDocument }

// bare is the program with nothing around it.
func bare(t *testing.T) *twin {
	t.Helper()
	program, err := buildOnce()
	if err != nil {
		t.Fatalf("build the program: %v", err)
	}
	return &twin{t: t, program: program, data: filepath.Join(t.TempDir(), "none"), ready: "none"}
}

// withText makes a PDF of one A4 page with lines of text in a font of its own name,
// from 50 mm below its upper edge.
func withText(t *testing.T, name string, at float64, lines ...string) string {
	t.Helper()
	var content strings.Builder
	fmt.Fprintf(&content, "BT /F1 12 Tf %g 700 Td 14 TL ", at)
	for _, line := range lines {
		fmt.Fprintf(&content, "(%s) Tj T* ", line)
	}
	content.WriteString("ET")
	var out strings.Builder
	var places []int
	out.WriteString("%PDF-1.4\n")
	for i, object := range []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.28 841.89]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", content.Len(), content.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"} {
		places = append(places, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, place := range places {
		fmt.Fprintf(&out, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&out, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, table)
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestContractPDF: check pdf judges with nothing but the file, by the official
// validator's names.
func TestContractPDF(t *testing.T) {
	w := bare(t)
	folder := t.TempDir()
	good := filepath.Join(folder, "brev.pdf")
	if err := os.WriteFile(good, sample.Letter(), 0o600); err != nil {
		t.Fatal(err)
	}
	said := w.holds(0, "pdf", "check", "pdf", good)
	if said["print_ok"] != true || said["digital_ok"] != true || len(said["errors"].([]any)) != 0 {
		t.Errorf("%v", said)
	}
	// 400 points from the lower edge is within the strip the barcode takes.
	bad := withText(t, "kant.pdf", 10, slices.Repeat([]string{"Tekst i margen"}, 20)...)
	said = w.holds(3, "pdf", "check", "pdf", bad)
	first, _ := said["errors"].([]any)[0].(map[string]any)
	area, _ := first["area"].(map[string]any)
	if said["print_ok"] != false || said["digital_ok"] != true || first["code"] != document.PrintMargin || first["page"] != 1.0 || area["height"] == nil {
		t.Errorf("%v", said)
	}
	broken := filepath.Join(folder, "skade.pdf")
	if err := os.WriteFile(broken, []byte("%PDF-1.4\nnone"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := w.holds(3, "pdf", "check", "pdf", broken); said["digital_ok"] != false || said["pages"] != 0.0 {
		t.Errorf("%v", said)
	}
	w.holds(3, "fault", "check", "pdf", filepath.Join(folder, "borte.pdf"))
	w.holds(2, "fault", "check", "pdf", good, bad)
	told, _ := w.print(3, "check", "pdf", bad, "-lang", "nb")
	for _, want := range []string{"Side 1 har tekst der strekkoden skal stå", "Gjør margen bredere", document.PrintMargin} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is missing: %s", want, told)
		}
	}
	if _, err := os.Stat(w.data); err == nil {
		t.Error("a data folder was made")
	}
}

// TestContractOfficialPDFs: the official files get the official names.
func TestContractOfficialPDFs(t *testing.T) {
	t.Parallel()
	folder := sharedFolder(t, "vectors", "pdf")
	table, err := os.Open(filepath.Join(folder, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	w := bare(t)
	lines := bufio.NewScanner(table)
	lines.Scan() // the headings
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		exit, want := 3, strings.Split(columns[2], ", ")
		if columns[2] == "(none)" {
			exit, want = 0, nil
		}
		said := w.holds(exit, "pdf", "check", "pdf", filepath.Join(folder, columns[0]))
		var got []string
		for _, each := range said["errors"].([]any) {
			got = append(got, each.(map[string]any)["code"].(string))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, not %v", columns[0], got, want)
		}
	}
}

// sharedFolder is a folder beside the module; the test is left out where it is
// missing.
func sharedFolder(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{filepath.Dir(moduleRoot(t)), "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("REQUIRE_SHARED") == "1" {
			t.Fatalf("%s is missing", path)
		}
		t.Skipf("%s is missing", path)
	}
	return path
}

// TestShieldJourney: a letter with somebody else's birth number goes nowhere until a
// person says that it is right; that is in the audit then.
func TestShieldJourney(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	user, stranger := known(t)["user"][0], known(t)["known"][0]
	own := withText(t, "eget.pdf", 100, "Vedtak for "+user[:6]+" "+user[6:])
	other := withText(t, "annens.pdf", 100, "Vedtak for "+stranger)
	send := func(path string, more ...string) []string {
		return append([]string{"send", "-to", "fnr:" + user, "-subject", "Vedtak", "-cooling-off", "0s", "-yes", path}, more...)
	}
	w.holds(0, "send", send(own)...)
	said := w.holds(3, "fault", send(other)...)
	fault, _ := said["error"].(map[string]any)
	if fault["code"] != "foreign_number" || strings.Contains(fmt.Sprint(fault), stranger) || !strings.Contains(fmt.Sprint(fault), "annens.pdf") {
		t.Errorf("%v", fault)
	}
	w.holds(3, "fault", send(own, other)...) // an attachment is looked at, too
	if n := len(w.letters()); n != 1 {
		t.Errorf("%d letters were delivered", n)
	}
	w.holds(0, "send", send(other, "-foreign-number-ok")...)
	if n := len(w.letters()); n != 2 {
		t.Errorf("%d letters were delivered", n)
	}
}

// TestOwnPostageJourney: those whom a mailing did not reach get their letter in one
// PDF, in the order of the list, each with the address on a sheet before it.
func TestOwnPostageJourney(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	folder := t.TempDir()
	said := w.holds(1, "mail", "mail", "-list", w.list, "-document", w.letter, "-subject", "Møte", "-via", "rest", "-cooling-off", "0s", "-yes", "-own-postage", folder)
	job, _ := said["job"].(string)
	lists, letters := found(t, folder, "*"+job+".xlsx"), found(t, folder, "*"+job+".pdf")
	names, without := envelopes(t, lists)
	if len(names) == 0 || without == 0 {
		t.Fatalf("%d with and %d without an address", len(names), without)
	}
	data, err := os.ReadFile(letters)
	if err != nil {
		t.Fatal(err)
	}
	texts := pageTexts(t, data)
	// A sheet with the address, then the letter of one page on its back or the next.
	if len(texts) != 2*len(names) {
		t.Errorf("%d pages for %d letters", len(texts), len(names))
	}
	place := 0
	for _, name := range names {
		at := slices.IndexFunc(texts[place:], func(text string) bool { return strings.Contains(text, name) })
		if at < 0 {
			t.Errorf("%s has no letter after page %d", name, place)
			continue
		}
		if place += at; place%2 != 0 {
			t.Errorf("the letter to %s begins on the back of a sheet", name)
		}
		if place+1 >= len(texts) || !strings.Contains(texts[place+1], "Fjordby") {
			t.Errorf("the letter to %s is not behind its address", name)
		}
		place++
	}
	if info, err := os.Stat(letters); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the letters: %v %v", info, err)
	}
	left, err := filepath.Glob(filepath.Join(w.data, "*", "unpacked-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
	if more, _ := filepath.Glob(filepath.Join(folder, ".brevdue*")); len(more) != 0 {
		t.Errorf("left: %v", more)
	}
}

// found is the one file that fits.
func found(t *testing.T, folder, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: %v %v", pattern, files, err)
	}
	return files[0]
}

// envelopes gives the names of a work list that have a whole address, in order, and
// how many have none.
func envelopes(t *testing.T, path string) (names []string, without int) {
	t.Helper()
	book, err := intake.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.Top(t.Context(), book.Sheets()[0].Name, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if strings.Contains(row[8], "whole") {
			without++
		} else {
			names = append(names, row[2])
		}
	}
	return names, without
}

// pageTexts gives the text of each page.
func pageTexts(t *testing.T, data []byte) []string {
	t.Helper()
	var pdfium engine.Engine
	defer pdfium.Close()
	texts, err := engine.Do(t.Context(), &pdfium, time.Minute, data, func(_ context.Context, opened *engine.Document) ([]string, error) {
		pages, err := opened.Pages()
		if err != nil {
			return nil, err
		}
		var texts []string
		for page := range pages {
			text, err := opened.Text(page+1, 10_000)
			if err != nil {
				return nil, err
			}
			texts = append(texts, text)
		}
		return texts, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
