package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"brevdue/app/document/engine"
	"brevdue/app/post"
	"brevdue/assets/fonts"
	"brevdue/assets/sample"
)

// textsOf gives the text of each page.
func textsOf(t *testing.T, data []byte) []string {
	t.Helper()
	var texts []string
	err := reader(t).eachText(context.Background(), data, textPages, func(_ int, text string) bool {
		texts = append(texts, text)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// where gives the box of all text on a page in millimetres from the upper left.
func where(t *testing.T, data []byte, number int) Area {
	t.Helper()
	p := printPage{number: number, crop: box{0, 0, 595.28, 841.89}}
	around, err := engine.Do(context.Background(), reader(t).pdfium(), marginTime, data, func(ctx context.Context, opened *engine.Document) (*box, error) {
		return textIn(ctx, opened, p, box{0, 0, 1000, 1000})
	})
	if err != nil || around == nil {
		t.Fatalf("%v %v", around, err)
	}
	return *around.area()
}

func TestForOwnPostage(t *testing.T) {
	letter := put(t, "brev.pdf", sample.Letter())
	two := put(t, "to.pdf", textPDF("Side en", "Side to"))
	letters := []Printable{
		{Name: "Åse Ærlig Øvrebø", Address: []string{"Blåbærveien 7", "", "0150  Oslo"}, Paths: []string{letter}},
		{Name: "Ola Nordmann", Address: []string{"c/o Kari", "Gård", "Bruk", "Sted", "Postboks 1", "1234 By", "SVERIGE"}, Paths: []string{two, letter}},
		{Name: strings.Repeat("Langnavn ", 14), Address: []string{"Żółw 1", "9999 Nord"}, Paths: []string{two}},
	}
	how := Postage{Font: fonts.Regular, Return: []string{"Fuglehagen Kolonihage", "Hageveien 1", "0150 Oslo"}}
	var out bytes.Buffer
	if err := ForOwnPostage(context.Background(), &out, letters, how); err != nil {
		t.Fatal(err)
	}
	texts := textsOf(t, out.Bytes())
	// 1 address, 2 letter; 3 address, 4-5 two, 6 letter; 7 address, 8-9 two
	if len(texts) != 9 {
		t.Fatalf("%d pages", len(texts))
	}
	for page, want := range map[int]string{
		1: "Fuglehagen Kolonihage, Hageveien 1, 0150 Oslo\r\nÅse Ærlig Øvrebø\r\nBlåbærveien 7\r\n0150 Oslo",
		3: "Fuglehagen Kolonihage, Hageveien 1, 0150 Oslo\r\nOla Nordmann\r\nc/o Kari, Gård, Bruk\r\nSted\r\nPostboks 1\r\n1234 By\r\nSVERIGE",
		4: "Side en", 5: "Side to", 8: "Side en",
	} {
		if got := strings.TrimSpace(texts[page-1]); got != want {
			t.Errorf("page %d: %q, not %q", page, got, want)
		}
	}
	if texts[1] != textsOf(t, sample.Letter())[0] || texts[5] != texts[1] {
		t.Error("the letter's text changed")
	}
	if !strings.Contains(texts[6], "9999 Nord") || !strings.Contains(texts[6], "Zołw 1") && !strings.Contains(texts[6], "Żółw 1") && !strings.Contains(texts[6], "Zó?w 1") {
		t.Errorf("page 7: %q", texts[6])
	}
	for _, page := range []int{1, 3, 7} {
		if at := where(t, out.Bytes(), page); at.X < 18 || at.Y < 47 || at.Y+at.Height > 76 || at.X+at.Width > 117 {
			t.Errorf("the address of page %d is at %+v", page, at)
		}
	}
	report, err := reader(t).judge(context.Background(), out.Bytes(), DefaultPrintRules())
	if err != nil || !report.PrintOK || report.Pages != 9 || report.Version != "1.7" {
		t.Errorf("%+v %v", report, err)
	}
}

func TestOwnPostageSheets(t *testing.T) {
	one := put(t, "en.pdf", textPDF("Side en"))
	letters := []Printable{{Name: "A", Paths: []string{one}}, {Name: "B"}, {Name: "C", Paths: []string{one}}}
	for newSheet, want := range map[bool]string{false: "A,Side en,B,,C,Side en", true: "A,,Side en,,B,,C,,Side en"} {
		var out bytes.Buffer
		if err := ForOwnPostage(context.Background(), &out, letters, Postage{Font: fonts.Regular, NewSheet: newSheet}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(textsOf(t, out.Bytes()), ","); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestOwnPostageFaults(t *testing.T) {
	how := Postage{Font: fonts.Regular}
	for want, path := range map[post.Code]string{
		post.CodeFileMissing: filepath.Join(t.TempDir(), "borte.pdf"),
		post.CodePDFDamaged:  put(t, "a.pdf", pdf(catalog, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>")),
		post.CodePDFEmpty:    put(t, "b.pdf", pagesPDF(0)),
	} {
		err := ForOwnPostage(context.Background(), io.Discard, []Printable{{Name: "A", Paths: []string{path}}}, how)
		if post.CodeOf(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	if err := ForOwnPostage(context.Background(), io.Discard, nil, Postage{Font: []byte("OTTO")}); err == nil {
		t.Error("a font that is none is taken")
	}
	full := errors.New("full")
	if err := ForOwnPostage(context.Background(), failing{full}, []Printable{{Name: "A"}}, how); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := ForOwnPostage(ctx, io.Discard, []Printable{{Name: "A"}}, how); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestOwnPostageIsBounded: memory does not grow with the letters, and the same
// letter for all is stored once.
func TestOwnPostageIsBounded(t *testing.T) {
	path := put(t, "brev.pdf", sample.Letter())
	letters := make([]Printable, 5000)
	for i := range letters {
		letters[i] = Printable{Name: fmt.Sprint("Person ", i), Address: []string{"Veien 1", "0150 Oslo"}, Paths: []string{path}}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var size counter
	if err := ForOwnPostage(context.Background(), &size, letters, Postage{Font: fonts.Regular}); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if more := int64(after.HeapAlloc) - int64(before.HeapAlloc); more > 8<<20 || size > 8<<20 {
		t.Errorf("%d bytes of memory, %d written", more, size)
	}
	t.Logf("%d letters, %d bytes", len(letters), size)
}

type counter int64

func (c *counter) Write(data []byte) (int, error) {
	*c += counter(len(data))
	return len(data), nil
}

// TestCopyKeepsLooks: notes and form fields look as before and lead nowhere.
func TestCopyKeepsLooks(t *testing.T) {
	form := "BT /F1 12 Tf 10 10 Td (Utfylt) Tj ET"
	data := pdf(catalog, "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] /Rotate 180 >>",
		"<< /Type /Page /Parent 2 0 R /Annots [4 0 R 7 0 R] /B [2 0 R] >>",
		"<< /Type /Annot /Subtype /Widget /Rect [50 50 200 80] /P 3 0 R /Parent 1 0 R /AP << /N 5 0 R >> >>",
		fmt.Sprintf("<< /Type /XObject /Subtype /Form /BBox [0 0 150 30] /Resources << /Font << /F1 6 0 R >> /Odd 2 0 R >> /Length %d >>\nstream\n%s\nendstream", len(form), form),
		"<< "+helvetica+" >>", "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (http://localhost) >> >>")
	result, err := copyAll(context.Background(), data, firstFree)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := newPDFWriter(&out)
	w.add(result)
	if err := w.finish(); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{"(Utfylt)", "/MediaBox [0 0 595 842]", "/Rotate 180", "/Subtype /Widget"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if strings.Contains(got, "URI") || strings.Contains(got, "/Kids [3 0 R]") || len(result.objects) != 3 {
		t.Errorf("%d objects:\n%s", len(result.objects), got)
	}
}

// FuzzCopy: whatever can be copied can be read again with as many pages.
func FuzzCopy(f *testing.F) {
	f.Add(sample.Letter())
	f.Add(onePage(a4box, helvetica, at(20, 500)))
	f.Add(textPDF("en", "to"))
	f.Fuzz(func(t *testing.T, data []byte) {
		result, err := guarded(context.Background(), readTime, func(ctx context.Context) (copied, error) { return copyAll(ctx, data, firstFree) })
		if err != nil {
			return
		}
		var out bytes.Buffer
		w := newPDFWriter(&out)
		w.add(result)
		if err := w.finish(); err != nil {
			t.Fatal(err)
		}
		facts, err := read(context.Background(), "a.pdf", out.Bytes())
		if err != nil || facts.Pages != len(result.pages) {
			t.Errorf("%+v %v, not %d pages\n%s", facts, err, len(result.pages), out.Bytes())
		}
	})
}
