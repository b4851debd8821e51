package app

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/assets/sample"
)

// kept opens a practice profile with a job that has the content as its letter.
func kept(t *testing.T, content []byte) (*App, string) {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	a, err := Open(t.Context(), Options{Data: filepath.Join(t.TempDir(), "data"), Practice: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	draft, err := a.Jobs.Prepare(t.Context(), job.Wish{Kind: post.KindMailing, Sender: post.Sender{SenderID: 1000, BrokerID: 1000, Environment: post.Practice},
		Name: "Møte", Subject: "Møte", To: []job.Addressee{{Name: "Kari", To: post.Target{Kind: post.ByDigipostAddress, Value: "kari#1A2B"}}},
		Files: []job.File{{Name: "møte.pdf", FileType: document.FilePDF, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content)), nil
		}}}})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := a.Jobs.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	return a, stored.ID
}

// three are people not reached, the second without a whole address.
func three() []flow.Unreached {
	home := post.Address{Line1: "Vei 1", Postcode: "0150", Town: "Oslo"}
	return []flow.Unreached{{Seq: 1, To: post.PostalAddress{Name: "Åse", Address: home}}, {Seq: 2, To: post.PostalAddress{Name: "Per"}},
		{Seq: 3, To: post.PostalAddress{Name: "Ola", Address: post.Address{Line1: "Gata 2", Town: "Lund", Country: "Sverige"}}}}
}

var rows = [][]string{{"Navn"}, {"Åse"}, {"Per"}, {"Ola"}}

// files are the names in a folder.
func files(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// TestWritePostage: both files or nothing, and no letter is left lying about.
func TestWritePostage(t *testing.T) {
	a, id := kept(t, sample.Letter())
	stale := filepath.Join(a.Folder, unpackedPrefix+"old")
	if err := os.Mkdir(stale, 0o700); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * unpackedStale)
	if err := os.Chtimes(stale, old, old); err != nil {
		t.Fatal(err)
	}
	write := func(ctx context.Context, out string) (flow.Postage, error) {
		return a.writePostage(ctx, id, three(), out, "Ark", rows)
	}
	folder := t.TempDir()
	out := filepath.Join(folder, "liste.xlsx")
	written, err := write(t.Context(), out)
	if err != nil || written.List != out || written.Letters != filepath.Join(folder, "liste.pdf") || written.Envelopes != 2 {
		t.Fatalf("%+v %v", written, err)
	}
	if facts, err := document.Read(t.Context(), written.Letters); err != nil || facts.Pages != 4 {
		t.Errorf("%+v %v", facts, err)
	}
	if _, err := write(t.Context(), out); post.CodeOf(err) != post.CodeFileExists || len(files(t, folder)) != 2 {
		t.Errorf("over letters that are there: %v %v", err, files(t, folder))
	}

	blocked := t.TempDir()
	if err := os.MkdirAll(filepath.Join(blocked, "liste.xlsx", "noe"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := write(t.Context(), filepath.Join(blocked, "liste.xlsx")); err == nil || len(files(t, blocked)) != 1 {
		t.Errorf("the letters without the list: %v %v", err, files(t, blocked))
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	empty := t.TempDir()
	if _, err := write(gone, filepath.Join(empty, "liste.xlsx")); err == nil || len(files(t, empty)) != 0 {
		t.Errorf("given up: %v %v", err, files(t, empty))
	}
	if left, _ := filepath.Glob(filepath.Join(a.Folder, unpackedPrefix+"*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestPostageWithoutLetters: the list is written alone where nobody has an address,
// and where the letter cannot be put into a PDF; why is told.
func TestPostageWithoutLetters(t *testing.T) {
	a, id := kept(t, []byte("%PDF-1.4 and nothing else"))
	for name, people := range map[string][]flow.Unreached{"no address": three()[1:2], "damaged": three()} {
		folder := t.TempDir()
		written, err := a.writePostage(t.Context(), id, people, filepath.Join(folder, "liste.xlsx"), "Ark", rows)
		if err != nil || written.Letters != "" || written.Envelopes != 0 || len(files(t, folder)) != 1 {
			t.Errorf("%s: %+v %v %v", name, written, err, files(t, folder))
		}
		if code := post.CodeOf(written.Unprintable); name == "damaged" && code != post.CodePDFDamaged || name != "damaged" && written.Unprintable != nil {
			t.Errorf("%s: %v", name, written.Unprintable)
		}
		if fault := post.FaultOf(written.Unprintable); fault != nil && fault.Fields["file"] != "møte.pdf" {
			t.Errorf("%v", fault.Fields)
		}
	}
}

// TestForeignAllowed: that somebody let a letter go stands in the audit's chain.
func TestForeignAllowed(t *testing.T) {
	a, id := kept(t, sample.Letter())
	before, err := a.Store.VerifyAudit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.foreignAllowed(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if after, err := a.Store.VerifyAudit(t.Context()); err != nil || after.Lines != before.Lines+1 {
		t.Errorf("%+v %v", after, err)
	}
}
