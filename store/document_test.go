package store

import (
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/store/secret"
)

// TestDocumentsOfAnOlderDatabase: the documents of jobs made before letters could
// have their own are still there, and go to all.
func TestDocumentsOfAnOlderDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	old, err := openSteps(t.Context(), path, Options{}, steps[:5])
	if err != nil {
		t.Fatal(err)
	}
	const job = "INSERT INTO job (id, kind, via, state, name, subject, options, sender, fingerprint, approved, batch_job_id, upload_name, upload_started, " +
		"earlier_uploads, source, created, approved_at, release_at, handed_over, ended, ending, trouble, trouble_fields, trouble_since, refused_text) " +
		"VALUES (?, 'mailing', 'rest', 'done', 'Brev', 'Innkalling', '{}', '{}', 'f', 1, '', '', 0, 'null', '{}', 0, 0, 0, 0, 0, '', '', 'null', 0, '')"
	var want []post.Document
	for seq, id := range []string{"one", "two"} {
		if _, err := old.writer.Exec(job, id); err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"brev.pdf", "kart.pdf"} {
			d := post.Document{Index: i, Name: name, FileType: "pdf", SHA256: fmt.Sprint("sum", i), Size: 10, Pages: 2, Staged: fmt.Sprint("s", seq, i)}
			if _, err := old.writer.Exec("INSERT INTO document (job_seq, idx, name, file_type, sha256, size, pages, staged) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				seq+1, d.Index, d.Name, d.FileType, d.SHA256, d.Size, d.Pages, d.Staged); err != nil {
				t.Fatal(err)
			}
			if id == "two" {
				want = append(want, d)
			}
		}
	}
	closed(t, old)
	db := mustOpen(t, path)
	defer closed(t, db)
	if len(backups(t, path)) != 1 {
		t.Error("the old file was not copied first")
	}
	for name, ask := range map[string]func() ([]post.Document, error){
		"all":      func() ([]post.Document, error) { return db.Documents(t.Context(), "two") },
		"shared":   func() ([]post.Document, error) { return db.DocumentsOf(t.Context(), "two", 0) },
		"a letter": func() ([]post.Document, error) { return db.DocumentsOf(t.Context(), "two", 7) },
	} {
		if got, err := ask(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if names, err := db.StagedNames(t.Context()); err != nil || len(names) != 4 {
		t.Errorf("%v, %v", names, err)
	}
	var plan string
	var a, b, c int
	if err := db.reader.QueryRow("EXPLAIN QUERY PLAN SELECT idx FROM document WHERE job_seq = 2 AND item IN (0, 7)").Scan(&a, &b, &c, &plan); err != nil || plan == "SCAN document" {
		t.Errorf("all documents are read for one letter: %s, %v", plan, err)
	}
	// A job goes away with its documents.
	if _, err := db.writer.Exec("DELETE FROM job WHERE id = 'two'"); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := db.reader.QueryRow("SELECT count(*) FROM document").Scan(&left); err != nil || left != 2 {
		t.Errorf("%d left, %v", left, err)
	}
}

// ownDocuments stores a finished mailing of letters with a document each and one
// for all; the second person's is that of the first.
func ownDocuments(t *testing.T, db *DB, id string, people ...post.Target) {
	t.Helper()
	documents := []post.Document{{Index: 1, Name: "kart.pdf", FileType: "pdf", SHA256: "map", Staged: "map"}}
	var items []post.Item
	for i, to := range people {
		seq := i + 1
		sum := fmt.Sprint("own", max(seq, 2))
		documents = append(documents, post.Document{Item: seq, Index: 0, Name: fmt.Sprint(seq, ".pdf"), FileType: "pdf", SHA256: sum, Staged: sum})
		items = append(items, post.Item{Job: id, Seq: seq, CustomerID: fmt.Sprint("K", seq), To: to, MessageID: fmt.Sprint(id, "m", seq),
			DocumentUUIDs: []string{fmt.Sprint(id, seq, "a"), fmt.Sprint(id, seq, "b")}, Status: post.ItemDelivered, Channel: post.ChannelDigipost})
	}
	if err := db.AddJob(t.Context(), post.Job{ID: id, Kind: post.KindMailing, Via: post.ViaREST, State: post.JobDone, Created: time.Unix(1, 0)}, documents, items); err != nil {
		t.Fatal(err)
	}
}

func sealed(t *testing.T) *DB {
	t.Helper()
	sealer, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "brevdue.db"), Options{Seal: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, db) })
	return db
}

// TestDocumentsOfOneLetter: its own first, then those that go to all, and nobody
// else's.
func TestDocumentsOfOneLetter(t *testing.T) {
	db := sealed(t)
	address := func(name string) post.Target { return post.Target{Kind: post.ByDigipostAddress, Value: name} }
	ownDocuments(t, db, "a", address("en#1"), address("to#2"), address("tre#3"))
	for seq, want := range map[int][]string{0: {"kart.pdf"}, 1: {"1.pdf", "kart.pdf"}, 3: {"3.pdf", "kart.pdf"}, 9: {"kart.pdf"}} {
		documents, err := db.DocumentsOf(t.Context(), "a", seq)
		var got []string
		for _, each := range documents {
			got = append(got, each.Name)
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("letter %d: %v, %v", seq, got, err)
		}
	}
	all, err := db.Documents(t.Context(), "a")
	if err != nil || len(all) != 4 || !reflect.DeepEqual(post.GroupDocuments(all).Of(3), []post.Document{all[3], all[0]}) {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := db.DocumentsOf(t.Context(), "gone", 1); post.CodeOf(err) != post.CodeJobUnknown {
		t.Error(err)
	}
	if names, err := db.StagedNames(t.Context()); err != nil || len(names) != 3 {
		t.Errorf("%v, %v", names, err)
	}
}

// TestSentOwnDocuments: who got a document is told by its content and by the one
// letter that it was in.
func TestSentOwnDocuments(t *testing.T) {
	db := sealed(t)
	people := []post.Target{{Kind: post.ByDigipostAddress, Value: "en#1"}, {Kind: post.ByBirthNumber, Value: "03846131239"}, {Kind: post.ByOrganisation, Value: "312345676"}}
	ownDocuments(t, db, "a", people...)
	sentTo := func(sum string) ([]string, error) {
		var letters []post.SentLetter
		for _, to := range people {
			letters = append(letters, post.SentLetter{DocumentSHA256: sum, To: to})
		}
		return db.SentTo(t.Context(), letters)
	}
	for sum, want := range map[string][]string{"map": {"a", "a", "a"}, "own2": {"a", "a", ""}, "own3": {"", "", "a"}, "other": {"", "", ""}} {
		if got, err := sentTo(sum); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", sum, got, err)
		}
	}
	ownDocuments(t, db, "b", people[2]) // a newer job with the same for somebody else
	if got, err := sentTo("own2"); err != nil || !reflect.DeepEqual(got, []string{"a", "a", "b"}) {
		t.Errorf("%v, %v", got, err)
	}
	if err := db.ApplyImport(t.Context(), post.Import{ID: "i", New: 1}, []post.Change{{Kind: post.ChangeNew, Row: 2,
		After: post.Recipient{CustomerID: "X", BirthNumber: "03846131239", FullName: "Prøve"}}}); err != nil {
		t.Fatal(err)
	}
	for sum, want := range map[string]string{"own2": "a", "own3": "", "map": "a"} {
		if got, err := db.SentBefore(t.Context(), sum, []string{"X", ""}); err != nil || got["X"] != want {
			t.Errorf("%s: %v, %v", sum, got, err)
		}
		// By another way than the letter had.
		letter := post.SentLetter{DocumentSHA256: sum, CustomerID: "X", To: post.Target{Kind: post.ByDigipostAddress, Value: "ny#1"}}
		if got, err := db.SentTo(t.Context(), []post.SentLetter{letter}); err != nil || got[0] != want {
			t.Errorf("%s: %v, %v", sum, got, err)
		}
	}
}

// TestForgottenDocuments: with a person the documents of their own go, and those
// of others stay.
func TestForgottenDocuments(t *testing.T) {
	db := sealed(t)
	number := post.Target{Kind: post.ByBirthNumber, Value: "03846131239"}
	if err := db.ApplyImport(t.Context(), post.Import{ID: "i", New: 1}, []post.Change{{Kind: post.ChangeNew, Row: 2,
		After: post.Recipient{CustomerID: "K3", BirthNumber: number.Value, FullName: "Prøve"}}}); err != nil {
		t.Fatal(err)
	}
	ownDocuments(t, db, "a", post.Target{Kind: post.ByDigipostAddress, Value: "en#1"}, post.Target{Kind: post.ByDigipostAddress, Value: "to#2"}, number)
	if err := db.Forget(t.Context(), "K3"); err != nil {
		t.Fatal(err)
	}
	documents, err := db.DocumentsOf(t.Context(), "a", 3)
	if err != nil || len(documents) != 2 || documents[0].Name != "" || documents[0].Staged != "" || documents[0].SHA256 == "" || documents[1].Staged == "" {
		t.Errorf("%+v, %v", documents, err)
	}
	names, err := db.StagedNames(t.Context())
	if err != nil || names["own3"] || !names["own2"] || !names["map"] {
		t.Errorf("%v, %v", names, err)
	}
}
