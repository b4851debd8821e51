package sandbox

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func judges(t testing.TB) *Server {
	s := &Server{ctx: t.Context(), cfg: Config{Log: t.Logf}}
	t.Cleanup(func() {
		if err := s.texts.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// The official validator's own PDFs, and what it finds in them.
func TestOfficialPDFs(t *testing.T) {
	list, err := os.Open(shared(t, "vectors", "pdf", "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	s, a := judges(t), &Sender{Features: usualFeatures()}
	lines := bufio.NewScanner(list)
	for lines.Scan(); lines.Scan(); {
		cells := strings.Split(lines.Text(), "\t")
		data, err := os.ReadFile(filepath.Join(filepath.Dir(list.Name()), cells[0]))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Split(cells[2], ", ")
		if cells[2] == "(none)" {
			want = nil
		}
		began := time.Now()
		got := s.printFaults(a, spoolOf(data).part(0, int64(len(data))))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", cells[0], got, want)
		}
		t.Logf("%s: %s", cells[0], time.Since(began).Round(time.Millisecond))
	}
}

func TestPrintFaults(t *testing.T) {
	s := judges(t)
	text := func(x, y string) string { return "BT /F1 12 Tf " + x + " " + y + " Td (Hei) Tj ET" }
	embedded := "/Type /Font /Subtype /TrueType /BaseFont /AAAAAA+Verdana /FontDescriptor <</Type /FontDescriptor /FontName /AAAAAA+Verdana /FontFile2 3 0 R>>"
	for name, tc := range map[string]struct {
		pdf  string
		want string
		off  string // a check that is switched off
	}{
		"empty page":           {pdfOf(1, a4), "", ""},
		"text":                 {pdfWith("", text("60", "500")), "", ""},
		"in the zone":          {pdfWith("", text("20", "500")), pdfMargin, ""},
		"in the zone, allowed": {pdfWith("", text("20", "500")), "", featureMargin},
		"above the zone":       {pdfWith("", text("20", "600")), "", ""},
		"below the zone":       {pdfWith("", text("20", "330")), "", ""},
		"blank in the zone":    {pdfWith("", strings.Replace(text("20", "500"), "Hei", "   ", 1)), "", ""},
		"lying":                {pdfFile(1, "0 0 841.89 595.28", "/Type /Font /Subtype /Type1 /BaseFont /Helvetica", text("300", "20")), pdfMargin, ""},
		"lying, fine":          {pdfFile(1, "0 0 841.89 595.28", "/Type /Font /Subtype /Type1 /BaseFont /Helvetica", text("20", "300")), "", ""},
		"known font":           {pdfWith("/Type /Font /Subtype /TrueType /BaseFont /Arial-BoldMT", text("60", "500")), "", ""},
		"unknown font":         {pdfWith("/Type /Font /Subtype /TrueType /BaseFont /Verdana", text("60", "500")), pdfFont, ""},
		"unknown, allowed":     {pdfWith("/Type /Font /Subtype /TrueType /BaseFont /Verdana", text("60", "500")), "", featureFonts},
		"embedded font":        {pdfWith(embedded, text("60", "500")), "", ""},
		"type 3":               {pdfWith("/Type /Font /Subtype /Type3", ""), "", ""},
		"tree in a circle":     {strings.Replace(pdfOf(1, a4), "/Kids [ 5 0 R]", "/Kids [ 2 0 R]", 1), pdfUnreadable, ""},
		"no tree":              {"%PDF-1.0\nxref\ntrailer0<</Size 00/Root 0 0 R0startxref", pdfUnreadable, ""},
		"inherited box":        {strings.NewReplacer("/Type /Pages", "/Type /Pages /MediaBox [0 0 595 842]", "/MediaBox [0 0 595.28 841.89]", "").Replace(pdfOf(1, a4)), "", ""},
		"no box":               {strings.Replace(pdfOf(1, a4), "/MediaBox [0 0 595.28 841.89]", "", 1), pdfDimensions, ""},
		"not a PDF":            {"%PDF-1.7\nnothing\n%%EOF\n", pdfUnreadable, ""},
		"no pages":             {pdfOf(0, a4), pdfNoPages, ""},
		"21 pages, allowed":    {pdfOf(21, a4), "", featurePDFPages},
		"2.0, allowed":         {strings.Replace(pdfOf(1, a4), "%PDF-1.7", "%PDF-2.0", 1), "", featurePDFVersion},
		"200 x 287 mm":         {pdfOf(1, "0 0 566.93 813.54"), "", ""},
		"199 x 287 mm":         {pdfOf(1, "0 0 564.09 813.54"), pdfDimensions, ""},
	} {
		a := &Sender{Features: slices.DeleteFunc(usualFeatures(), func(f string) bool { return f == tc.off })}
		if got := strings.Join(s.printFaults(a, spoolOf([]byte(tc.pdf)).part(0, int64(len(tc.pdf)))), ", "); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// A place of the file is where it is shown: cut by the crop box, then turned.
func TestZone(t *testing.T) {
	page := pdfPage{}
	page.crop.LL.X, page.crop.LL.Y, page.crop.UR.X, page.crop.UR.Y = 100, 100, 695, 942
	for _, tc := range []struct {
		turn int
		x, y float64
		in   bool
	}{
		{0, 120, 500, true}, {0, 150, 500, false}, {0, 120, 900, false},
		{180, 680, 500, true}, {180, 120, 500, false},
		{90, 680, 500, true}, {90, 120, 500, false}, // shown lying: the lower edge is the file's right one
		{-270, 680, 500, true}, {270, 120, 500, true}, {270, 680, 500, false},
	} {
		page.turn = tc.turn
		if got := page.inZone(tc.x, tc.y); got != tc.in {
			t.Errorf("turned by %d, %g %g: %v", tc.turn, tc.x, tc.y, got)
		}
	}
}

// From some document on PDFium is compiled; nobody notices but by the time.
func TestCompiledLater(t *testing.T) {
	if underRace {
		t.Skip("compiling PDFium takes half a minute under the race detector")
	}
	s, a := judges(t), &Sender{Features: usualFeatures()}
	s.texts.uses = compileAfter - 2
	for i, x := range []string{"20", "60", "20"} {
		pdf := pdfWith("", "BT /F1 12 Tf "+x+" 500 Td (Hei) Tj ET")
		want := map[string]string{"20": pdfMargin}[x]
		if got := strings.Join(s.printFaults(a, spoolOf([]byte(pdf)).part(0, int64(len(pdf)))), ", "); got != want {
			t.Errorf("document %d: %q, want %q", i, got, want)
		}
	}
}

// A stand-in that has judged text for print closes like any other.
func TestPrintThroughREST(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	d := fresh()
	d.recipient, d.docs[0].data = paper, pdfWith("", "BT /F1 12 Tf 20 500 Td (Hei) Tj ET")
	if text := refusedWith(t, c.must(d.request()), 400, "INVALID_PDF_CONTENT"); !strings.Contains(text, pdfMargin) {
		t.Error(text)
	}
	d.docs[0].data = pdfWith("", "BT /F1 12 Tf 60 500 Td (Hei) Tj ET")
	if a := c.must(d.request()); a.status != 201 {
		t.Errorf("%d %s", a.status, a.body)
	}
	d = fresh()
	d.docs[0].data = pdfWith("", "BT /F1 12 Tf 20 500 Td (Hei) Tj ET")
	if a := c.must(d.request()); a.status != 201 { // never on paper
		t.Errorf("%d %s", a.status, a.body)
	}
}
