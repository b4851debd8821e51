package document

import (
	"bufio"
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
	"brevdue/assets/sample"
)

// shared finds ../shared beside the folder that holds go.mod.
func shared(t *testing.T, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("REQUIRE_SHARED") == "1" {
			t.Fatalf("%s is missing", path)
		}
		t.Skipf("%s is missing", path)
	}
	return path
}

// pdf makes a small PDF from objects numbered from 1; the first is the root.
func pdf(objects ...string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, object := range objects {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return out.Bytes()
}

const catalog = "<< /Type /Catalog /Pages 2 0 R >>"

func put(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSampleLetter(t *testing.T) {
	facts, err := Read(context.Background(), put(t, "brev.pdf", sample.Letter()))
	if err != nil {
		t.Fatal(err)
	}
	want := Facts{Name: "brev.pdf", FileType: "pdf", Size: int64(len(sample.Letter())), Pages: 1, Version: "1.4"}
	if facts != want {
		t.Errorf("%+v", facts)
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		want post.Code
	}{
		{"tekst", []byte("dette er ingen PDF"), post.CodeNotAPDF},
		{"tom fil", nil, post.CodeNotAPDF},
		{"bare hodet", []byte("%PDF-1.4\n"), post.CodePDFDamaged},
		{"avkuttet", sample.Letter()[:len(sample.Letter())/3], post.CodePDFDamaged},
		{"uten sider", pdf(catalog, "<< /Type /Pages /Kids [] /Count 0 >>"), post.CodePDFEmpty},
		{"løgn om sider", pdf(catalog, "<< /Type /Pages /Kids [] /Count 7 >>"), post.CodePDFEmpty},
		{"sider i ring", pdf(catalog, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), post.CodePDFDamaged},
		{"ingen rot", pdf("<< /Type /Catalog >>"), post.CodePDFDamaged},
		{"rot er tall", pdf("7"), post.CodePDFDamaged},
		{"sider er tall", pdf(catalog, "7"), post.CodePDFDamaged},
		{"dyp", pdf(catalog, strings.Repeat("[", 100_000)), post.CodePDFDamaged},
	}
	for _, test := range tests {
		_, err := Read(context.Background(), put(t, test.name+".pdf", test.data))
		if got := post.CodeOf(err); got != test.want {
			t.Errorf("%s: %q (%v), not %q", test.name, got, err, test.want)
		}
	}
	dir := t.TempDir()
	if _, err := Read(context.Background(), filepath.Join(dir, "borte.pdf")); post.CodeOf(err) != post.CodeFileMissing {
		t.Errorf("missing: %v", err)
	}
	if _, err := Read(context.Background(), dir); post.CodeOf(err) != post.CodeFileUnreadable {
		t.Errorf("folder: %v", err)
	}
	huge := put(t, "stor.pdf", []byte("%PDF-1.4"))
	if err := os.Truncate(huge, MaxSize+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(context.Background(), huge); post.CodeOf(err) != post.CodeFileTooLarge {
		t.Errorf("too large: %v", err)
	}
}

// TestPages: the smallest PDF there is, pages below pages, and two of them.
func TestPages(t *testing.T) {
	leaf := "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
	for want, data := range map[int][]byte{
		1: pdf(catalog, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", leaf),
		3: pdf(catalog, "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 3 >>", leaf,
			"<< /Type /Pages /Parent 2 0 R /Kids [5 0 R 6 0 R] /Count 2 >>", leaf, leaf),
	} {
		facts, err := read(context.Background(), "sider.pdf", data)
		if err != nil || facts.Pages != want {
			t.Errorf("%+v %v, not %d pages", facts, err, want)
		}
	}
}

// TestForeign: the files of Digipost's own printability validator.
func TestForeign(t *testing.T) {
	dir := shared(t, "vectors", "pdf")
	table, err := os.Open(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	lines := bufio.NewScanner(table)
	lines.Scan() // the headings
	checked := 0
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		if len(columns) < 3 {
			continue
		}
		facts, err := Read(context.Background(), filepath.Join(dir, columns[0]))
		want := post.Code("")
		switch {
		case strings.Contains(columns[2], "PDF_PARSE_ERROR"):
			want = post.CodeNotAPDF // the one in the table has no header either
		case strings.Contains(columns[2], "PDF_IS_ENCRYPTED"):
			want = post.CodePDFProtected
		}
		if got := post.CodeOf(err); got != want {
			t.Errorf("%s: %q (%v), not %q", columns[0], got, err, want)
		}
		if many := strings.Contains(columns[2], "TOO_MANY_PAGES"); err == nil && (facts.Pages > 20) != many {
			t.Errorf("%s: %d pages", columns[0], facts.Pages)
		}
		checked++
	}
	if checked < 10 {
		t.Errorf("only %d files in the table", checked)
	}
}

// TestNoFolderOfItsOwn: the library leaves the user's settings alone.
func TestNoFolderOfItsOwn(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	if _, err := read(context.Background(), "brev.pdf", sample.Letter()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(home)
	if err != nil || len(entries) > 0 {
		t.Errorf("%v %v", entries, err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := read(ctx, "brev.pdf", sample.Letter()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// FuzzRead: no bytes make it fall over or hang.
func FuzzRead(f *testing.F) {
	f.Add(sample.Letter())
	f.Add(pdf(catalog, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R >>"))
	f.Add([]byte("%PDF-1.7\ntrailer << /Root 1 0 R /Encrypt << /Filter /Standard >> >>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		facts, err := read(context.Background(), "a.pdf", data)
		if err == nil && facts.Pages < 1 {
			t.Errorf("%+v", facts)
		}
		if post.CodeOf(err) == post.CodeInternal {
			t.Errorf("%v", err)
		}
		if took := time.Since(start); took > readTime+5*time.Second {
			t.Errorf("took %s", took)
		}
	})
}
