package document

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/assets/lang"
	"brevdue/assets/sample"
)

// pdfs is one PDFium for all tests, since its start takes seconds.
var pdfs Reader

func TestMain(m *testing.M) {
	code := m.Run()
	if err := pdfs.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func reader(testing.TB) *Reader { return &pdfs }

func codes(r Report) string {
	var found []string
	for _, e := range r.Errors {
		found = append(found, e.Code)
	}
	return strings.Join(found, ", ")
}

// TestOfficialPDFs: what Digipost's validator finds in its own files.
func TestOfficialPDFs(t *testing.T) {
	dir := shared(t, "vectors", "pdf")
	table, err := os.Open(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	r := reader(t)
	lines := bufio.NewScanner(table)
	lines.Scan() // the headings
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		began := time.Now()
		report, err := r.Check(context.Background(), filepath.Join(dir, columns[0]))
		if err != nil {
			t.Errorf("%s: %v", columns[0], err)
			continue
		}
		t.Logf("%s: %s, %d pages, version %s", columns[0], time.Since(began).Round(time.Millisecond), report.Pages, report.Version)
		got, want := strings.Split(codes(report), ", "), strings.Split(columns[2], ", ")
		if columns[2] == "(none)" {
			want = []string{""}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, not %v", columns[0], got, want)
		}
		if report.PrintOK != (want[0] == "") {
			t.Errorf("%s: printable %v", columns[0], report.PrintOK)
		}
	}
}

const (
	a4box     = "/MediaBox [0 0 595.28 841.89]"
	lying     = "/MediaBox [0 0 841.89 595.28]"
	helvetica = "/Type /Font /Subtype /Type1 /BaseFont /Helvetica"
)

// onePage makes a PDF of one page with a font and the content.
func onePage(entries, font, content string) []byte {
	return pdf(catalog, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R "+entries+" /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content), "<< "+font+" >>",
		"<< /Type /FontDescriptor /FontName /AAAAAA+Verdana /FontFile2 7 0 R >>",
		"<< /Length 4 >>\nstream\nnone\nendstream",
		"<< /Type /FontDescriptor /FontName /Arial-BoldMT >>")
}

func at(x, y float64) string { return fmt.Sprintf("BT /F1 12 Tf %g %g Td (Hei) Tj ET", x, y) }

// pagesPDF makes a PDF of so many empty pages.
func pagesPDF(count int) []byte {
	kids := ""
	objects := []string{catalog, ""}
	for i := range count {
		kids += fmt.Sprintf("%d 0 R ", i+3)
		objects = append(objects, "<< /Type /Page /Parent 2 0 R "+a4box+" >>")
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, count)
	return pdf(objects...)
}

func TestPrintRules(t *testing.T) {
	r := reader(t)
	version := func(v string) []byte {
		return []byte(strings.Replace(string(onePage(a4box, helvetica, "")), "%PDF-1.4", "%PDF-"+v, 1))
	}
	none := PrintRules{Smaller: 10}
	for _, test := range []struct {
		name  string
		data  []byte
		want  string
		rules PrintRules
	}{
		{"sample", sample.Letter(), "", DefaultPrintRules()},
		{"text", onePage(a4box, helvetica, at(60, 500)), "", DefaultPrintRules()},
		{"in the zone", onePage(a4box, helvetica, at(20, 500)), PrintMargin, DefaultPrintRules()},
		{"in the zone, not checked", onePage(a4box, helvetica, at(20, 500)), "", none},
		{"just right of it", onePage(a4box, helvetica, at(42.6, 500)), "", DefaultPrintRules()},
		{"just in it", onePage(a4box, helvetica, at(42.4, 500)), PrintMargin, DefaultPrintRules()},
		{"above", onePage(a4box, helvetica, at(20, 572.8)), "", DefaultPrintRules()},
		{"below", onePage(a4box, helvetica, at(20, 345.9)), "", DefaultPrintRules()},
		{"blanks", onePage(a4box, helvetica, strings.Replace(at(20, 500), "Hei", "   ", 1)), "", DefaultPrintRules()},
		{"lying, in the zone", onePage(lying, helvetica, at(300, 20)), PrintMargin, DefaultPrintRules()},
		{"lying, at the left", onePage(lying, helvetica, at(20, 300)), "", DefaultPrintRules()},
		{"cropped", onePage("/MediaBox [0 0 795.28 1041.89] /CropBox [100 100 695.28 941.89]", helvetica, at(110, 600)), PrintMargin, DefaultPrintRules()},
		{"crop box larger than the page", onePage(a4box+" /CropBox [-100 -100 700 1000]", helvetica, at(60, 500)), "", DefaultPrintRules()},
		{"turned by 90", onePage(a4box+" /Rotate 90", helvetica, at(300, 20)), PrintMargin, DefaultPrintRules()},
		{"turned by -270", onePage(a4box+" /Rotate -270", helvetica, at(300, 20)), PrintMargin, DefaultPrintRules()},
		{"turned by 180", onePage(a4box+" /Rotate 180", helvetica, at(580, 400)), PrintMargin, DefaultPrintRules()},
		{"A5", onePage("/MediaBox [0 0 419.53 595.28]", helvetica, at(60, 500)), PrintDimensions, DefaultPrintRules()},
		{"no size", onePage("", helvetica, at(60, 500)), PrintDimensions, DefaultPrintRules()},
		{"200 x 287", onePage("/MediaBox [0 0 566.93 813.54]", helvetica, ""), "", DefaultPrintRules()},
		{"199 x 287", onePage("/MediaBox [0 0 564.09 813.54]", helvetica, ""), PrintDimensions, DefaultPrintRules()},
		{"211 x 297", onePage("/MediaBox [0 0 598.11 841.89]", helvetica, ""), PrintDimensions, DefaultPrintRules()},
		{"211 x 297, allowed", onePage("/MediaBox [0 0 598.11 841.89]", helvetica, ""), "", PrintRules{Larger: 1}},
		{"unknown font", onePage(a4box, "/Type /Font /Subtype /TrueType /BaseFont /Verdana", ""), PrintFont, DefaultPrintRules()},
		{"unknown font, not checked", onePage(a4box, "/Type /Font /Subtype /TrueType /BaseFont /Verdana", ""), "", none},
		{"known by its descriptor", onePage(a4box, "/Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor 8 0 R", ""), "", DefaultPrintRules()},
		{"damaged font", onePage(a4box, "/Type /Font /Subtype /TrueType /BaseFont /Arial /FontDescriptor 6 0 R", ""), PrintFont, DefaultPrintRules()},
		{"drawn font", onePage(a4box, "/Type /Font /Subtype /Type3 /Name /F1", ""), PrintFont, DefaultPrintRules()},
		{"composite without a descriptor", onePage(a4box, "/Type /Font /Subtype /Type0 /BaseFont /Verdana /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 >>]", ""), "", DefaultPrintRules()},
		{"composite without a part", onePage(a4box, "/Type /Font /Subtype /Type0 /BaseFont /Verdana", ""), PrintUnreadable, DefaultPrintRules()},
		{"21 pages", pagesPDF(21), PrintTooManyPages, DefaultPrintRules()},
		{"21 pages, not checked", pagesPDF(21), "", none},
		{"20 pages", pagesPDF(20), "", DefaultPrintRules()},
		{"no pages", pagesPDF(0), PrintNoPages, DefaultPrintRules()},
		{"version 2.0", version("2.0"), PrintVersion, DefaultPrintRules()},
		{"version 1.8", version("1.8"), PrintVersion, DefaultPrintRules()},
		{"version 2.0, not checked", version("2.0"), "", none},
		{"version 1.0", version("1.0"), "", DefaultPrintRules()},
		{"all at once", []byte(strings.Replace(string(onePage("/MediaBox [0 0 419 842]", "/Type /Font /Subtype /TrueType /BaseFont /Verdana", at(20, 500))), "1.4", "2.0", 1)),
			PrintVersion + ", " + PrintDimensions + ", " + PrintMargin + ", " + PrintFont, DefaultPrintRules()},
		{"not a PDF", []byte("hei"), PrintUnreadable, DefaultPrintRules()},
		{"empty", nil, PrintUnreadable, DefaultPrintRules()},
		{"circle", pdf(catalog, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), PrintUnreadable, DefaultPrintRules()},
		{"longer circle", pdf(catalog, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] >>"), PrintUnreadable, DefaultPrintRules()},
	} {
		report, err := r.judge(context.Background(), test.data, test.rules)
		if got := codes(report); err != nil || got != test.want {
			t.Errorf("%s: %q (%v), not %q", test.name, got, err, test.want)
		}
		if report.PrintOK != (test.want == "") {
			t.Errorf("%s: printable %v", test.name, report.PrintOK)
		}
		if bad := strings.Contains(test.want, PrintFont) || test.want == PrintUnreadable || test.want == PrintNoPages; report.DigitalOK == bad {
			t.Errorf("%s: fine digitally %v", test.name, report.DigitalOK)
		}
	}
}

// TestPrintErrorSaysWhere: page and area of what is wrong, and words for it.
func TestPrintErrorSaysWhere(t *testing.T) {
	r := reader(t)
	report, err := r.judge(context.Background(), onePage(a4box, helvetica, at(20, 500)), DefaultPrintRules())
	if err != nil || len(report.Errors) != 1 {
		t.Fatalf("%+v %v", report, err)
	}
	e := report.Errors[0]
	if e.Page != 1 || e.Area == nil || e.Found == nil || fmt.Sprintf("%.0f", *e.Area) != "{0 95 15 80}" || fmt.Sprintf("%.0f %.0f", e.Found.X, e.Found.Y) != "7 121" {
		t.Errorf("%+v %+v %+v", e, e.Area, e.Found)
	}
	report, err = r.judge(context.Background(), onePage(lying, helvetica, at(300, 20)), DefaultPrintRules())
	if err != nil || len(report.Errors) != 1 || fmt.Sprintf("%.0f", *report.Errors[0].Area) != "{95 195 80 15}" {
		t.Errorf("%+v %v", report, err)
	}
}

// TestFontBomb: a font that is small in the file and huge when unpacked is refused
// and does not fill the memory.
func TestFontBomb(t *testing.T) {
	packed := streamBody("", make([]byte, MaxSize+1))
	data := pdf(catalog, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R "+a4box+" /Resources << /Font << /F1 << /Type /Font /Subtype /TrueType /BaseFont /Arial /FontDescriptor << /FontFile2 4 0 R >> >> >> >> >>",
		string(packed))
	report, err := reader(t).judge(context.Background(), data, DefaultPrintRules())
	if err != nil || codes(report) != PrintFont || report.Errors[0].Font != "Arial" {
		t.Errorf("%+v %v", report, err)
	}
}

// TestWords: every error has a sentence and a next step without an open gap.
func TestWords(t *testing.T) {
	area := &Area{0, 95, 15, 80}
	for _, code := range []string{PrintEncrypted, PrintUnreadable, PrintNoPages, PrintTooManyPages, PrintVersion, PrintDimensions, PrintMargin, PrintMarginUnknown,
		PrintFont, "DOCUMENT_TOO_SMALL", "INVALID_PDF", "PDF_PARSE_PAGE_ERROR"} {
		e := PrintError{Page: 2, Code: code, Area: area, Found: area, Font: "Verdana", Value: "21", Limit: "20"}
		key, gaps := e.Words()
		for _, language := range lang.Languages() {
			for _, key := range []string{key, key + ".next"} {
				words := lang.New(language)
				if got := words.Get(key, gaps...); !words.Has(key) || strings.Contains(got, "{") {
					t.Errorf("%s %s: %q", language, key, got)
				}
			}
		}
	}
}

func TestCheckFaults(t *testing.T) {
	r := reader(t)
	if _, err := r.Check(context.Background(), filepath.Join(t.TempDir(), "borte.pdf")); post.CodeOf(err) != post.CodeFileMissing {
		t.Errorf("missing: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Check(ctx, put(t, "brev.pdf", sample.Letter())); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestMemory: reading many PDFs one after the other does not pile up.
func TestMemory(t *testing.T) {
	r := reader(t)
	data := sample.Letter()
	var before, after runtime.MemStats
	check := func() {
		if report, err := r.judge(context.Background(), data, DefaultPrintRules()); err != nil || !report.PrintOK {
			t.Fatalf("%+v %v", report, err)
		}
	}
	check()
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 30 {
		check()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if more := int64(after.HeapAlloc) - int64(before.HeapAlloc); more > 64<<20 { // one document takes 20 MB
		t.Errorf("%d bytes more", more)
	}
}

func BenchmarkCheck(b *testing.B) {
	r := reader(b)
	for b.Loop() {
		if _, err := r.judge(context.Background(), sample.Letter(), DefaultPrintRules()); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzCheck: no bytes make it fall over or hang, and a PDF without errors has
// pages.
func FuzzCheck(f *testing.F) {
	f.Add(sample.Letter())
	f.Add(onePage(a4box, helvetica, at(20, 500)))
	f.Add(onePage(lying+" /Rotate 90", "/Type /Font /Subtype /TrueType /BaseFont /Arial /FontDescriptor 6 0 R", at(60, 500)))
	r := reader(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		began := time.Now()
		report, err := r.judge(context.Background(), data, DefaultPrintRules())
		if err != nil {
			t.Fatal(err)
		}
		if report.PrintOK && report.Pages < 1 {
			t.Errorf("%+v", report)
		}
		if took := time.Since(began); took > readTime+marginTime+10*time.Second {
			t.Errorf("took %s", took)
		}
	})
}
