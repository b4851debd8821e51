package batch

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// file is a content for tests; every opening is counted.
type file struct {
	content string
	opened  int
	open    func(time int) (io.ReadCloser, error)
}

func (f *file) as(ending string) Content {
	return Content{Ending: ending, Size: int64(len(f.content)), SHA256: sha256.Sum256([]byte(f.content)), Open: func() (io.ReadCloser, error) {
		if f.opened++; f.open != nil {
			return f.open(f.opened)
		}
		return io.NopCloser(strings.NewReader(f.content)), nil
	}}
}

// page is a text that packs well.
func page(size int) string {
	return strings.Repeat("<p>Hei på deg, dette er en side.</p>\n", size/38+1)[:size]
}

// archiveJob is a mailing of the given contents, each in a letter of its own.
func archiveJob(contents ...Content) MailingJob {
	var documents []Document
	var letters []Letter
	for i, content := range contents {
		id := "d" + string(rune('a'+i))
		documents = append(documents, Document{ID: id, File: "../not looked at", Content: content})
		letters = append(letters, Letter{Recipient: Recipient{CustomerID: id, PersonAlias: "a#1234"}, Main: Enclosure{UUID: testUUID(i), DocumentID: id}})
	}
	return MailingJob{SenderID: 1, JobID: "j", Documents: list(documents...), Letters: list(letters...)}
}

func TestWriteMailingArchive(t *testing.T) {
	pdf, web, large, text := &file{content: random(t, 100_000)}, &file{content: page(50_000)}, &file{content: random(t, wholeSize+99_999)}, &file{content: page(3 * wholeSize)}
	tiny := &file{content: "x"}
	job := archiveJob(pdf.as("PDF"), web.as("html"), pdf.as("pdf"), large.as("pdf"), text.as("txt"), tiny.as("pdf"), pdf.as("html"))
	var b, again bytes.Buffer
	var said []Packed
	count, err := WriteMailingArchive(context.Background(), &b, job, func(p Packed) error { said = append(said, p); return nil })
	if err != nil || count != (MailingCount{7, 7}) {
		t.Fatalf("%+v, %v", count, err)
	}
	want := []Packed{
		{DocumentID: "da", File: "dok/000001.pdf", Size: 100_000, Stored: true},
		{DocumentID: "db", File: "dok/000002.html", Size: 50_000},
		{DocumentID: "dc", File: "dok/000001.pdf", Size: 100_000, Shared: true},
		{DocumentID: "dd", File: "dok/000003.pdf", Size: wholeSize + 99_999, Stored: true},
		{DocumentID: "de", File: "dok/000004.txt", Size: 3 * wholeSize},
		{DocumentID: "df", File: "dok/000005.pdf", Size: 1, Stored: true},
		{DocumentID: "dg", File: "dok/000006.html", Size: 100_000, Stored: true},
	}
	if !reflect.DeepEqual(said, want) {
		t.Errorf("heard %+v", said)
	}
	for what, f := range map[string]struct {
		*file
		times int
	}{"small": {pdf, 2}, "page": {web, 1}, "large stored": {large, 2}, "large packed": {text, 1}} {
		if f.opened != f.times {
			t.Errorf("%s: opened %d times", what, f.opened)
		}
	}
	if _, err := WriteMailingArchive(context.Background(), &again, job, nil); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("the same job gave other bytes, %v", err)
	}
	lookInto(t, b.Bytes(), pdf.content, web.content, large.content, text.content, "x", pdf.content)
	foreignUnzip(t, b.Bytes())
}

// lookInto compares an archive's files, and that stored ones tell their size
// before their content.
func lookInto(t *testing.T, data []byte, contents ...string) {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.File) != 1+len(contents) || archive.File[0].Name != "masseutsendelse.xml" {
		t.Fatalf("%d entries, first %s", len(archive.File), archive.File[0].Name)
	}
	for i, entry := range archive.File {
		from, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(from)
		if err != nil {
			t.Errorf("%s: %v", entry.Name, err)
		}
		switch {
		case i == 0:
			validate(t, "print.xsd", content)
			judged(t, content)
		case string(content) != contents[i-1]:
			t.Errorf("%s has another content", entry.Name)
		}
		if entry.Method == zip.Store && entry.Flags&8 != 0 {
			t.Errorf("%s is stored with its size behind it", entry.Name)
		}
		if y, m, d := entry.Modified.UTC().Date(); y != 1980 || m != 1 || d != 1 {
			t.Errorf("%s is of %v", entry.Name, entry.Modified)
		}
	}
}

// foreignUnzip lets other programs judge the archive.
func foreignUnzip(t *testing.T, data []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "job.zip")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	unzip, err := exec.LookPath("unzip")
	if err != nil {
		t.Log("unzip is missing: the archive was not tested with it")
		return
	}
	if out, err := exec.Command(unzip, "-t", path).CombinedOutput(); err != nil {
		t.Errorf("unzip: %v: %s", err, out)
	}
}

func TestWriteMailingArchiveRefuses(t *testing.T) {
	for _, size := range []int{1000, wholeSize, wholeSize + 1000} {
		for kind, content := range map[string]string{"stored": random(t, size), "packed": page(size)} {
			good := (&file{content: content}).as("pdf")
			with := func(content string, fault error) Content {
				c := good
				c.Open = func() (io.ReadCloser, error) {
					from := io.Reader(strings.NewReader(content))
					if fault != nil {
						from = io.MultiReader(from, brokenReader{})
					}
					return io.NopCloser(from), nil
				}
				return c
			}
			flipped := []byte(content)
			flipped[size-1]++
			for name, test := range map[string]struct {
				content Content
				want    error
			}{
				"shorter": {with(content[:size-1], nil), ErrChanged}, "empty": {with("", nil), ErrChanged},
				"longer": {with(content+"x", nil), ErrChanged}, "other": {with(string(flipped), nil), ErrChanged},
				"breaks": {with(content[:size/2], errFull), errFull}, "breaks at its end": {with(content, errFull), errFull},
			} {
				_, err := WriteMailingArchive(context.Background(), io.Discard, archiveJob((&file{content: "first"}).as("pdf"), test.content), nil)
				var document *DocumentError
				if !errors.Is(err, test.want) || !errors.As(err, &document) || document.Index != 2 || document.Field != "fil" {
					t.Errorf("%s of %d, %s: %v", kind, size, name, err)
				}
			}
		}
	}
	// A large file that is another one when it is read again.
	large := &file{content: random(t, wholeSize+1000)}
	large.open = func(time int) (io.ReadCloser, error) {
		content := []byte(large.content)
		content[500] += byte(time - 1)
		return io.NopCloser(bytes.NewReader(content)), nil
	}
	if _, err := WriteMailingArchive(context.Background(), io.Discard, archiveJob(large.as("pdf")), nil); !errors.Is(err, ErrChanged) {
		t.Errorf("changed between: %v", err)
	}
	missing := &file{content: "a", open: func(int) (io.ReadCloser, error) { return nil, os.ErrNotExist }}
	if _, err := WriteMailingArchive(context.Background(), io.Discard, archiveJob(missing.as("pdf")), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	for name, change := range map[string]func(*Content){
		"no ending": func(c *Content) { c.Ending = "" }, "path": func(c *Content) { c.Ending = "pdf/../x" }, "dots": func(c *Content) { c.Ending = "tar.gz" },
		"no size": func(c *Content) { c.Size = 0 }, "huge": func(c *Content) { c.Size = maxContentSize + 1 },
		"no sum": func(c *Content) { c.SHA256 = [32]byte{} }, "no open": func(c *Content) { c.Open = nil },
	} {
		content := (&file{content: "a"}).as("pdf")
		change(&content)
		if _, err := WriteMailingArchive(context.Background(), io.Discard, archiveJob(content), nil); faultyField(err) != "fil" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWriteMailingArchiveOtherDocuments: the documents are read twice and must
// be the same.
func TestWriteMailingArchiveOtherDocuments(t *testing.T) {
	one := func(id, content string) Document {
		return Document{ID: id, Content: (&file{content: content}).as("pdf")}
	}
	first := []Document{one("da", "a"), one("db", "b"), one("dc", "a")}
	for name, second := range map[string][]Document{
		"fewer": first[:1], "another": {first[0], one("db", "x")}, "more": append(first[:3:3], one("dd", "d")), "order": {first[1], first[0]}, "none": nil,
	} {
		times := 0
		job := archiveJob((&file{content: "a"}).as("pdf"), (&file{content: "b"}).as("pdf"))
		job.Documents = func(yield func(Document, error) bool) {
			documents := first
			if times++; times > 1 {
				documents = second
			}
			for _, d := range documents {
				if !yield(d, nil) {
					return
				}
			}
		}
		if _, err := WriteMailingArchive(context.Background(), io.Discard, job, nil); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteMailingArchivePassesErrorsOn(t *testing.T) {
	job := archiveJob((&file{content: random(t, 5000)}).as("pdf"), (&file{content: random(t, wholeSize+5000)}).as("pdf"), (&file{content: page(wholeSize + 5000)}).as("pdf"))
	var whole bytes.Buffer
	if _, err := WriteMailingArchive(context.Background(), &whole, job, nil); err != nil {
		t.Fatal(err)
	}
	for allowed := 0; allowed < whole.Len(); allowed += 4801 {
		if _, err := WriteMailingArchive(context.Background(), &fullDisk{left: allowed}, job, nil); !errors.Is(err, errFull) {
			t.Fatalf("after %d bytes: %v", allowed, err)
		}
	}
	mine := errors.New("mine")
	if _, err := WriteMailingArchive(context.Background(), io.Discard, job, func(Packed) error { return mine }); err != mine {
		t.Errorf("heard: %v", err)
	}
	for stop := range 4 {
		ctx, cancel := context.WithCancel(context.Background())
		heard := 0
		if stop == 0 {
			cancel()
		}
		_, err := WriteMailingArchive(ctx, io.Discard, job, func(Packed) error {
			if heard++; heard == stop {
				cancel()
			}
			return nil
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped after %d: %v", stop, err)
		}
	}
	if _, err := WriteMailingArchive(context.Background(), io.Discard, MailingJob{SenderID: 1, JobID: "j"}, nil); !errors.Is(err, ErrNoDocuments) {
		t.Errorf("nothing: %v", err)
	}
}

// TestCompressible holds the choice between storing and packing against what
// packing gives.
func TestCompressible(t *testing.T) {
	mixed := random(t, 90_000) + page(10_000)
	for name, test := range map[string]struct {
		content string
		want    bool
	}{
		"random": {random(t, 200_000), false}, "little": {"abc", true}, "page": {page(200_000), true},
		"a PDF with packed streams": {mixed, false}, "half": {random(t, 50_000) + page(50_000), true},
	} {
		if got := compressible([]byte(test.content)); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestWriteMailingMemory: letters cost their ids and no more.
func TestWriteMailingMemory(t *testing.T) {
	const count = 40_000
	job := manyLetters(count, nil)
	inner, peak := job.Letters, uint64(0)
	var before, m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	job.Letters = func(yield func(Letter, error) bool) {
		i := 0
		for l, err := range inner {
			if !yield(l, err) {
				return
			}
			if i++; i%10_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}
	if n, err := WriteMailing(io.Discard, job); err != nil || n.Letters != count {
		t.Fatalf("%+v, %v", n, err)
	}
	if peak > before.HeapAlloc+5<<20 {
		t.Errorf("%d MB for %d letters", (peak-before.HeapAlloc)>>20, count)
	}
}

// manyLetters is a job of as many letters, each with a document of its own.
func manyLetters(count int, content func(i int) Content) MailingJob {
	return MailingJob{SenderID: 1001, JobID: "many", AutoApprove: true, Global: Settings{Subject: "Faktura"},
		Documents: func(yield func(Document, error) bool) {
			for i := range count {
				d := Document{ID: "d" + number(i), File: "dok/" + number(i) + ".pdf"}
				if content != nil {
					d.Content = content(i)
				}
				if !yield(d, nil) {
					return
				}
			}
		},
		Letters: func(yield func(Letter, error) bool) {
			for i, r := range manyRecipients(count) {
				if !yield(Letter{Recipient: r, Main: Enclosure{UUID: "0b1ed000-0000-4000-8000-00000" + number(i), DocumentID: "d" + number(i)}}, nil) {
					return
				}
			}
		}}
}

// number gives seven digits without fmt, which would be what is measured.
func number(i int) string {
	var b [7]byte
	for at := len(b) - 1; at >= 0; at-- {
		b[at] = byte('0' + i%10)
		i /= 10
	}
	return string(b[:])
}

var (
	givenNames  = strings.Fields("Kari Ola Åse Per Ingrid Lars Anne Nils Bjørg Tor Solveig Knut Marit Odd Randi Arne Liv Svein Gerd Jan")
	familyNames = strings.Fields("Nordmann Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Bøe Dahl Lund Haugen Myhre Strand Solberg Moen Aas")
	streets     = strings.Fields("Storgata Kirkeveien Skolegata Fjellveien Åsveien Havnegata Bakkegata Ringveien Bjørnstien Løkkeveien Myrveien")
	towns       = strings.Fields("Oslo Bergen Trondheim Stavanger Tromsø Bodø Ålesund Hamar Skien Moss Drammen Arendal")
)

// manyRecipients are made-up persons, by name and address.
func manyRecipients(count int) iter.Seq2[int, Recipient] {
	return func(yield func(int, Recipient) bool) {
		for i := range count {
			n := uint32(i) * 2654435761
			pick := func(from []string) string { n = n*1664525 + 1013904223; return from[int(n>>8)%len(from)] }
			r := Recipient{CustomerID: "k" + number(i), FirstName: pick(givenNames), LastName: pick(familyNames), Line1: pick(streets) + " " + number(int(n>>9) % 200)[4:],
				Postcode: number(int(n>>7) % 10_000)[3:], Town: pick(towns)}
			if !yield(i, r) {
				return
			}
		}
	}
}
