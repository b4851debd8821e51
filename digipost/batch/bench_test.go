package batch

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// With BENCH_FULL=1 the benchmarks take whole sizes: a million recipients, and
// 10,000 letters of 100 kB.
func benchSize(small, full int) int {
	if os.Getenv("BENCH_FULL") == "1" {
		return full
	}
	return small
}

// peak runs work and reports the most memory that Go had from the system in use
// meanwhile, above what it was before.
func peak(b *testing.B, work func() error) {
	b.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapInuse+m.StackInuse, uint64(0)
	done := make(chan error, 1)
	go func() { done <- work() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(most)/(1<<20), "MB-peak")
			return
		case <-tick.C:
			runtime.ReadMemStats(&m)
			if now := m.HeapInuse + m.StackInuse; now > before {
				most = max(most, now-before)
			}
		}
	}
}

// each measures the ways to do one thing, one after the other.
func each(b *testing.B, name string, work func() error) {
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			peak(b, work)
		}
	})
}

func benchSplit(count int) SplitJob {
	return SplitJob{SenderID: 1001, JobID: "many", Recipients: func(yield func(Recipient, error) bool) {
		for _, r := range manyRecipients(count) {
			if !yield(r, nil) {
				return
			}
		}
	}}
}

// plainPerson is a recipient for encoding/xml.
type plainPerson struct {
	XMLName xml.Name `xml:"mottaker"`
	ID      string   `xml:"kunde-id"`
	First   string   `xml:"navn>navn-format2>fornavn"`
	Last    string   `xml:"navn>navn-format2>etternavn"`
	Line    string   `xml:"adresse>adresse-format1>adresselinje1"`
	Code    string   `xml:"adresse>adresse-format1>postnummer"`
	Town    string   `xml:"adresse>adresse-format1>poststed"`
}

// BenchmarkWriteSplit writes a split's archive, beside encoding/xml writing the
// same elements and gzip packing the same bytes.
func BenchmarkWriteSplit(b *testing.B) {
	count := benchSize(100_000, 1_000_000)
	path := filepath.Join(b.TempDir(), "split.xml")
	document, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := WriteSplit(document, benchSplit(count)); err != nil {
		b.Fatal(err)
	}
	_ = document.Close()
	each(b, "archive", func() error { _, err := WriteSplitArchive(io.Discard, benchSplit(count)); return err })
	each(b, "document", func() error { _, err := WriteSplit(io.Discard, benchSplit(count)); return err })
	each(b, "beside-encoding-xml", func() error {
		to := xml.NewEncoder(io.Discard)
		for _, r := range manyRecipients(count) {
			if err := to.Encode(plainPerson{ID: r.CustomerID, First: r.FirstName, Last: r.LastName, Line: r.Line1, Code: r.Postcode, Town: r.Town}); err != nil {
				return err
			}
		}
		return to.Close()
	})
	each(b, "beside-gzip", func() error {
		from, err := os.Open(path)
		if err != nil {
			return err
		}
		defer from.Close()
		to := gzip.NewWriter(io.Discard)
		if _, err := io.Copy(to, from); err != nil {
			return err
		}
		return to.Close()
	})
}

// BenchmarkWriteMailing writes a mailing in which each letter has a document of
// its own.
func BenchmarkWriteMailing(b *testing.B) {
	count := benchSize(100_000, 1_000_000)
	each(b, "document", func() error { _, err := WriteMailing(io.Discard, manyLetters(count, nil)); return err })
}

// BenchmarkReadResult reads a split's receipt, beside encoding/xml reading the
// same document's tokens and gzip unpacking the same bytes.
func BenchmarkReadResult(b *testing.B) {
	count := benchSize(100_000, 1_000_000)
	dir := b.TempDir()
	packed, plain, gzipped := filepath.Join(dir, "r.zip"), filepath.Join(dir, "r.xml"), filepath.Join(dir, "r.gz")
	writeManyRows(b, count, packed, plain, gzipped)
	open := func(path string, read func(*os.File) error) func() error {
		return func() error {
			file, err := os.Open(path)
			if err != nil {
				return err
			}
			defer file.Close()
			return read(file)
		}
	}
	each(b, "receipt", open(packed, func(file *os.File) error {
		info, err := file.Stat()
		if err != nil {
			return err
		}
		rows := 0
		result, err := ReadResult(file, info.Size(), func(RecipientResult) error { rows++; return nil })
		if err == nil && (rows != count || result.Rows != count) {
			err = fmt.Errorf("%d rows", rows)
		}
		return err
	}))
	each(b, "beside-encoding-xml", open(plain, func(file *os.File) error {
		tokens := xml.NewDecoder(bufio.NewReader(file))
		for {
			if _, err := tokens.Token(); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
		}
	}))
	each(b, "beside-gunzip", open(gzipped, func(file *os.File) error {
		from, err := gzip.NewReader(file)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, from)
		return err
	}))
}

// writeManyRows writes one receipt three times: as a zip, plain and gzipped.
func writeManyRows(b *testing.B, count int, packed, plain, gzipped string) {
	b.Helper()
	var files []*os.File
	for _, path := range []string{packed, plain, gzipped} {
		file, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		defer file.Close()
		files = append(files, file)
	}
	archive := zip.NewWriter(files[0])
	entry, err := archive.Create("mottakersplitt-resultat.xml")
	if err != nil {
		b.Fatal(err)
	}
	small := gzip.NewWriter(files[2])
	to := bufio.NewWriter(io.MultiWriter(entry, files[1], small))
	fmt.Fprintf(to, `<mottakersplitt-resultat xmlns="%s"><status>SUKSESS</status><mottaker-resultater>`+"\n", Namespace)
	for i, r := range manyRecipients(count) {
		switch i % 3 {
		case 0:
			fmt.Fprintf(to, "<resultat><kunde-id>%s</kunde-id><status>DIGIPOST</status><digipostadresse>%s.%s#%04X</digipostadresse><vasket>false</vasket></resultat>\n", r.CustomerID, r.FirstName, r.LastName, i*7919%65536)
		case 1:
			fmt.Fprintf(to, "<resultat><kunde-id>%s</kunde-id><status>IDENTIFISERT</status><person-alias>abcdefghijk%d#%04X</person-alias></resultat>\n", r.CustomerID, i*7919, i%65536)
		default:
			fmt.Fprintf(to, "<resultat><kunde-id>%s</kunde-id><status>UIDENTIFISERT</status><uidentifisert-grunn>FLERE_TREFF</uidentifisert-grunn></resultat>\n", r.CustomerID)
		}
	}
	fmt.Fprint(to, "</mottaker-resultater></mottakersplitt-resultat>")
	if err := to.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		b.Fatal(err)
	}
	if err := small.Close(); err != nil {
		b.Fatal(err)
	}
}

// letterFiles makes the files of as many letters, which nothing can pack.
func letterFiles(b *testing.B, count int) (dir string, contents []Content) {
	b.Helper()
	const size = 100_000
	dir = filepath.Join(b.TempDir(), "dok")
	if err := os.Mkdir(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	body := []byte(random(b, size))
	for i := range count {
		copy(body, number(i))
		path := filepath.Join(dir, number(i)+".pdf")
		if err := os.WriteFile(path, body, 0o600); err != nil {
			b.Fatal(err)
		}
		contents = append(contents, Content{Ending: "pdf", Size: size, SHA256: sha256.Sum256(body), Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	return dir, contents
}

// BenchmarkMailing packs letters of 100 kB, beside the zip command storing the
// same files, and uploads the archive to a real sshd, beside OpenSSH's sftp.
func BenchmarkMailing(b *testing.B) {
	count := benchSize(1_000, 10_000)
	dir, contents := letterFiles(b, count)
	archive := filepath.Join(b.TempDir(), "job.zip")
	job := manyLetters(count, func(i int) Content { return contents[i] })
	each(b, "pack", func() error {
		file, err := os.Create(archive)
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = WriteMailingArchive(context.Background(), file, job, nil)
		return err
	})
	b.Run("beside-zip", func(b *testing.B) {
		zipper, err := exec.LookPath("zip")
		if err != nil {
			b.Skip("zip is missing")
		}
		for b.Loop() {
			other := filepath.Join(b.TempDir(), "zip.zip")
			if out, err := exec.Command(zipper, "-0", "-q", "-r", other, dir).CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, out)
			}
			_ = os.Remove(other)
		}
	})
	benchUpload(b, archive)
}

func benchUpload(b *testing.B, archive string) {
	server := startOpenSSH(b)
	number := 0
	upload := func() error {
		file, err := os.Open(archive)
		if err != nil {
			return err
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			return err
		}
		c, err := Dial(context.Background(), server.config())
		if err != nil {
			return err
		}
		defer c.Close()
		number++
		name := fmt.Sprintf("bench-%d.zip", number)
		defer os.Remove(filepath.Join(server.dir, string(Mailing), name))
		return c.Upload(context.Background(), Mailing, name, file, info.Size(), nil)
	}
	each(b, "upload", upload)
	b.Run("beside-sftp", func(b *testing.B) {
		client := program(b, "sftp")
		host, port := server.addr[:len("127.0.0.1")], server.addr[len("127.0.0.1:"):]
		target := filepath.Join(server.dir, string(Mailing), "beside.zip")
		for b.Loop() {
			command := exec.Command(client, "-q", "-b", "-", "-P", port, "-i", filepath.Join(filepath.Dir(server.dir), "user-rsa"), "-o", "StrictHostKeyChecking=no",
				"-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", server.user+"@"+host)
			command.Stdin = bytes.NewBufferString("put " + archive + " " + target + "\n")
			if out, err := command.CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, out)
			}
			_ = os.Remove(target)
		}
	})
}
