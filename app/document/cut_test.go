package document

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"brevdue/app/post"
	"brevdue/assets/lang"
)

// bookmarked adds a contents list to a PDF of textPDF: titles by page.
func bookmarked(pages int, titles ...string) []byte {
	kids := ""
	objects := []string{"<< /Type /Catalog /Pages 2 0 R /Outlines 3 0 R >>", "", fmt.Sprintf("<< /Type /Outlines /First %d 0 R /Last %d 0 R >>", pages+4, pages+3+len(titles))}
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", i+4)
		objects = append(objects, "<< /Type /Page /Parent 2 0 R "+a4box+" >>")
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, pages)
	for i, title := range titles {
		name, page, _ := strings.Cut(title, "@")
		next := ""
		if i < len(titles)-1 {
			next = fmt.Sprintf("/Next %d 0 R", pages+5+i)
		}
		objects = append(objects, fmt.Sprintf("<< /Title (%s) /Parent 3 0 R /Dest [%s 0 R /Fit] %s >>", name, page, next))
	}
	return pdf(objects...)
}

func TestCut(t *testing.T) {
	lines := []string{"Lonnslipp for Ola", "side 2", "LONNSLIPP  FOR Kari", "Lonnslipp for Per", "side 2", "side 3"}
	for _, test := range []struct {
		name string
		data []byte
		at   string
		want []Piece
		code CutReason
	}{
		{"every 2", textPDF(lines...), "every:2", []Piece{{First: 1, Last: 2}, {First: 3, Last: 4}, {First: 5, Last: 6}}, ""},
		{"every 4", textPDF(lines...), "every:4", nil, CutUneven},
		{"mark", textPDF(lines...), "text:lonnslipp for", []Piece{{First: 1, Last: 2}, {First: 3, Last: 3}, {First: 4, Last: 6}}, ""},
		{"no mark", textPDF(lines...), "text:faktura", nil, CutNoMark},
		{"late mark", textPDF(lines...), "text:kari", nil, CutStart},
		{"bookmarks", bookmarked(4, "Ola@4", "Kari@5"), "bookmark", []Piece{{First: 1, Last: 1, Title: "Ola"}, {First: 2, Last: 4, Title: "Kari"}}, ""},
		{"bookmarks, mixed up", bookmarked(4, "Kari@6", "Ola@4", "Ola igjen@4"), "bookmark", []Piece{{First: 1, Last: 2, Title: "Ola"}, {First: 3, Last: 4, Title: "Kari"}}, ""},
		{"bookmarks in a circle", []byte(strings.Replace(string(bookmarked(1, "A@4", "B@4")), "/Dest [4 0 R /Fit]  >>", "/Dest [4 0 R /Fit] /Next 5 0 R >>", 1)), "bookmark", []Piece{{First: 1, Last: 1, Title: "A"}}, ""},
		{"no bookmarks", textPDF(lines...), "bookmark", nil, CutNoBookmarks},
	} {
		at, err := ParseAt(test.at)
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		got, err := reader(t).Cut(context.Background(), put(t, "alle.pdf", test.data), at, folder)
		var refused *CutError
		if errors.As(err, &refused) != (test.code != "") || refused != nil && refused.Reason != test.code || refused == nil && err != nil {
			t.Errorf("%s: %v, not %q", test.name, err, test.code)
		}
		for i := range got {
			if want := filepath.Join(folder, fmt.Sprintf("alle-%03d.pdf", i+1)); got[i].Path != want {
				t.Errorf("%s: %s, not %s", test.name, got[i].Path, want)
			}
			got[i].Path = ""
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, not %+v", test.name, got, test.want)
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != len(test.want) {
			t.Errorf("%s: %d files, %v", test.name, len(entries), err)
		}
	}
}

// TestCutManyUneven: 400 payslips of one to four pages, each with its own text.
func TestCutManyUneven(t *testing.T) {
	var lines []string
	for i := range 400 {
		lines = append(lines, fmt.Sprintf("Lonnslipp nr %d", i))
		for page := range i % 4 {
			lines = append(lines, fmt.Sprintf("nr %d side %d", i, page+2))
		}
	}
	pieces, err := reader(t).Cut(context.Background(), put(t, "alle.pdf", textPDF(lines...)), At{Mark: "Lonnslipp"}, t.TempDir())
	if err != nil || len(pieces) != 400 {
		t.Fatalf("%d %v", len(pieces), err)
	}
	for _, i := range []int{0, 3, 4, 399} {
		data, err := os.ReadFile(pieces[i].Path)
		if err != nil {
			t.Fatal(err)
		}
		texts := textsOf(t, data)
		if len(texts) != i%4+1 || strings.TrimSpace(texts[0]) != fmt.Sprintf("Lonnslipp nr %d", i) {
			t.Errorf("%d: %q", i, texts)
		}
	}
}

// TestBookmarksByName: bookmarks may lead to a page by a name, in the old list or
// the new tree, and by an action; a tree in a circle does no harm.
func TestBookmarksByName(t *testing.T) {
	data := pdf("<< /Type /Catalog /Pages 2 0 R /Outlines 3 0 R /Dests << /gammel [8 0 R /Fit] >> /Names << /Dests 10 0 R >> >>",
		"<< /Type /Pages /Kids [7 0 R 8 0 R 9 0 R] /Count 3 >>", "<< /First 4 0 R >>",
		"<< /Title (En) /A << /S /GoTo /D [7 0 R /Fit] >> /Next 5 0 R >>",
		"<< /Title (To) /Dest /gammel /Next 6 0 R >>",
		"<< /Title <FEFF00C50073> /Dest (ny) /Next 11 0 R >>",
		"<< /Type /Page /Parent 2 0 R "+a4box+" >>", "<< /Type /Page /Parent 2 0 R "+a4box+" >>", "<< /Type /Page /Parent 2 0 R "+a4box+" >>",
		"<< /Kids [10 0 R] /Names [(annen) [7 0 R] (ny) << /D [9 0 R /Fit] >>] >>",
		"<< /Title (Ute) /A << /S /URI /URI (http://localhost) >> /Next 12 0 R >>",
		"<< /Title (Ukjent) /Dest (borte) >>")
	got, err := reader(t).CutPlan(context.Background(), put(t, "a.pdf", data), At{Bookmark: true})
	want := []Piece{{First: 1, Last: 1, Title: "En"}, {First: 2, Last: 2, Title: "To"}, {First: 3, Last: 3, Title: "Ås"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v", got, err)
	}
}

// FuzzBookmarks: no list of bookmarks makes it fall over or hang, and all lead
// into the document.
func FuzzBookmarks(f *testing.F) {
	f.Add(bookmarked(4, "Ola@4", "Kari@5"))
	f.Add(pdf("<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R /Names << /Dests 5 0 R >> >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R >>",
		"<< /First 4 0 R /Next 4 0 R /Title (A) /Dest (ny) >>", "<< /Kids [5 0 R] /Names [(ny) [3 0 R]] >>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx := context.Background()
		file, pages, err := reader(t).openCut(ctx, "a.pdf", data)
		if err != nil {
			return
		}
		found, err := guarded(ctx, readTime, func(ctx context.Context) ([]start, error) { return file.bookmarks(ctx, pages) })
		for _, start := range found {
			if err != nil || start.page < 1 || start.page > len(pages) {
				t.Errorf("%+v %v of %d", start, err, len(pages))
			}
		}
	})
}

func TestCutKeepsWhatIsThere(t *testing.T) {
	folder := t.TempDir()
	there := filepath.Join(folder, "alle-002.pdf")
	if err := os.WriteFile(there, []byte("min"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := reader(t).Cut(context.Background(), put(t, "alle.pdf", pagesPDF(3)), At{Every: 1}, folder)
	entries, _ := os.ReadDir(folder)
	if data, _ := os.ReadFile(there); post.CodeOf(err) != post.CodeFileExists || string(data) != "min" || len(entries) != 1 {
		t.Errorf("%v, %q, %d files", err, data, len(entries))
	}
}

func TestCutWords(t *testing.T) {
	for _, reason := range []CutReason{CutUneven, CutNoMark, CutNoBookmarks, CutStart} {
		key, gaps := (&CutError{Reason: reason, Pages: 7, Every: 2, Page: 3}).Words()
		for _, language := range lang.Languages() {
			for _, key := range []string{key, key + ".next"} {
				words := lang.New(language)
				if got := words.Get(key, gaps...); !words.Has(key) || strings.Contains(got, "{") {
					t.Errorf("%s %s: %q", language, key, got)
				}
			}
		}
	}
	for _, wrong := range []string{"", "every", "every:0", "every:x", "text:", "text: ", "side", "bookmark:1"} {
		if at, err := ParseAt(wrong); err == nil {
			t.Errorf("%q: %+v", wrong, at)
		}
	}
}
