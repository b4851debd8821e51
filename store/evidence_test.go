package store_test

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/assets/lang"
	"brevdue/store"
	"brevdue/store/outbox"
)

var _ job.EvidenceTrail = (*store.DB)(nil)

// sql runs a statement on the file behind the store's back.
func behind(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	check(t, err)
	defer db.Close()
	_, err = db.Exec(statement)
	check(t, err)
}

// TestCutAuditChain: lines cut off the end of the chain show, and so does a chain
// that was emptied; what was added in the meantime is no cut.
func TestCutAuditChain(t *testing.T) {
	for _, c := range []struct {
		name, statement string
		cut             bool
		broken          int64
	}{
		{"whole", "SELECT 1", false, 0},
		{"last line", "DELETE FROM audit WHERE id = 5", true, 0},
		{"several", "DELETE FROM audit WHERE id > 2", true, 0},
		{"all", "DELETE FROM audit", true, 0},
		{"changed", "UPDATE audit SET actor = 'x' WHERE id = 3", false, 3},
		{"cut and put anew", "UPDATE fact SET value = json_object('lines', 5, 'head', 'ab') WHERE key = 'audit_head'", true, 0},
	} {
		db, path := open(t)
		for range 5 {
			check(t, db.AddAudit(t.Context(), post.Audit{At: start, Actor: "kari", Action: "approved", Job: "j"}))
		}
		behind(t, path, c.statement)
		got, err := db.CheckAudit(t.Context())
		check(t, err)
		if got.Cut != c.cut || got.BrokenAt != c.broken || got.KeptLines != 5 {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	db, _ := open(t)
	if got, err := db.CheckAudit(t.Context()); err != nil || got.Cut || got.KeptLines != 0 {
		t.Errorf("new database: %+v %v", got, err)
	}
}

// TestRemovedItems: the day a person was forgotten stays with the items, also
// when others are forgotten later.
func TestRemovedItems(t *testing.T) {
	db, _ := open(t)
	list := people(3)
	addPeople(t, db, "i", list...)
	addJob(t, db, "j", list...)
	_, err := db.UpdateJob(t.Context(), "j", func(j *post.Job) error { j.State = post.JobDone; return nil })
	check(t, err)
	if removed, err := db.RemovedItems(t.Context(), "j"); err != nil || len(removed) != 0 {
		t.Errorf("%v %v", removed, err)
	}
	check(t, db.Forget(t.Context(), "K1001"))
	first, err := db.RemovedItems(t.Context(), "j")
	check(t, err)
	check(t, db.Forget(t.Context(), "K1000"))
	removed, err := db.RemovedItems(t.Context(), "j")
	check(t, err)
	if len(first) != 1 || len(removed) != 2 || !removed[2].Equal(first[2]) || !removed[1].After(removed[2]) || removed[2].Before(start) {
		t.Errorf("%v, then %v", first, removed)
	}
	if removed, err := db.RemovedItems(t.Context(), "unknown"); err != nil || len(removed) != 0 {
		t.Errorf("%v %v", removed, err)
	}
}

// evidenceOf makes an engine on a store.
func evidenceEngine(t *testing.T, db *store.DB, path string) *job.Engine {
	t.Helper()
	box, err := outbox.Open(filepath.Join(filepath.Dir(path), "outbox"), bytes.Repeat([]byte{7}, outbox.KeySize))
	check(t, err)
	return job.New(job.Config{Store: db, Outbox: box, Clock: fixedClock{}, Actor: "kari"})
}

// fixedClock stands still and never waits.
type fixedClock struct{ job.Clock }

func (fixedClock) Now() time.Time { return start }

// TestEvidenceOfAStore makes evidence of a job in a real database, from a part of
// the chain that begins in its middle, and checks it: the engine and the store
// reckon the chain alike. Then somebody is forgotten.
func TestEvidenceOfAStore(t *testing.T) {
	db, path := open(t)
	engine := evidenceEngine(t, db, path)
	list := people(3)
	addPeople(t, db, "i", list...)
	items := addJob(t, db, "j", list...)
	stored, err := db.Job(t.Context(), "j")
	check(t, err)
	documents, err := db.Documents(t.Context(), "j")
	check(t, err)
	fingerprint := job.Fingerprint(stored, documents, items)
	check(t, db.AddAudit(t.Context(), post.Audit{At: start, Action: "imported", Fields: map[string]string{"<&>": "æ\u2028"}}))
	check(t, db.AddAudit(t.Context(), post.Audit{At: start, Actor: "kari", Action: "approved", Job: "j",
		Fields: map[string]string{"count": "3", "fingerprint": fingerprint}}))
	check(t, db.AddAudit(t.Context(), post.Audit{Action: "else <æ>", Job: "k", Fields: map[string]string{}}))
	_, err = db.UpdateJob(t.Context(), "j", func(j *post.Job) error {
		j.State, j.Fingerprint, j.Approved = post.JobDone, fingerprint, 3
		return nil
	})
	check(t, err)
	with := job.EvidenceWith{Trail: db, Words: lang.New("nb")}
	var first, again bytes.Buffer
	made, err := engine.Evidence(t.Context(), "j", &first, with)
	check(t, err)
	report, err := job.VerifyEvidence(t.Context(), bytes.NewReader(first.Bytes()), int64(first.Len()), db)
	check(t, err)
	if !report.Valid || report.Recorded != job.SealRecorded || report.Chain != job.ChainHolds || made.Proof != job.FingerprintMasked {
		t.Errorf("%+v of %+v", report, made)
	}
	for _, person := range list {
		if bytes.Contains(first.Bytes(), []byte(person.BirthNumber)) {
			t.Error("a birth number is in the evidence")
		}
	}
	check(t, db.Forget(t.Context(), "K1001"))
	if report, err = job.VerifyEvidence(t.Context(), bytes.NewReader(first.Bytes()), int64(first.Len()), db); err != nil ||
		!report.Valid || len(report.Removed) != 1 || report.Removed[0].Seq != 2 || report.Removed[0].Date.Before(start) || !report.Removed[0].InFile {
		t.Errorf("after forgetting: %+v %v", report, err)
	}
	made, err = engine.Evidence(t.Context(), "j", &again, with)
	check(t, err)
	if len(made.Removed) != 1 || made.Proof != job.FingerprintRemoved || bytes.Contains(again.Bytes(), []byte("Ødegård 1")) {
		t.Errorf("made after forgetting: %+v", made)
	}
	behind(t, path, "DELETE FROM audit WHERE id > 3")
	report, err = job.VerifyEvidence(t.Context(), bytes.NewReader(again.Bytes()), int64(again.Len()), db)
	check(t, err)
	if !report.Valid || report.Chain != job.ChainCut {
		t.Errorf("with a cut chain: %+v", report)
	}
}
