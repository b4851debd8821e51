package relay

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

// file is a Store in a SQLite file: it shows that a database can keep the
// contract, and serves the tests in which the service starts again.
type file struct{ db *sql.DB }

func openFile(t testing.TB, path string) *file {
	t.Helper()
	// NORMAL instead of FULL: these tests cut no power.
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=NORMAL&_txlock=immediate&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE IF NOT EXISTS relay (
		hash       BLOB PRIMARY KEY,
		sender_id  INTEGER NOT NULL,
		at         INTEGER NOT NULL,
		claimer    BLOB,
		claimed_at INTEGER NOT NULL DEFAULT 0,
		conflicts  INTEGER NOT NULL DEFAULT 0
	) STRICT, WITHOUT ROWID`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &file{db}
}

func (f *file) Put(ctx context.Context, hash [32]byte, senderID int64, at time.Time, most int) (kept int64, added bool, err error) {
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = tx.Rollback() }()
	result, err := tx.ExecContext(ctx, `INSERT INTO relay (hash, sender_id, at)
		SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM relay) < ?4 ON CONFLICT (hash) DO NOTHING`, hash[:], senderID, at.UnixNano(), most)
	if err != nil {
		return 0, false, err
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return 0, false, err
	}
	if _, err = tx.ExecContext(ctx, "UPDATE relay SET conflicts = conflicts + 1 WHERE hash = ? AND sender_id <> ?", hash[:], senderID); err != nil {
		return 0, false, err
	}
	err = tx.QueryRowContext(ctx, "SELECT sender_id FROM relay WHERE hash = ?", hash[:]).Scan(&kept)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, false, err
	}
	return kept, rows == 1, tx.Commit()
}

func (f *file) Claim(ctx context.Context, hash, claimer [32]byte, at time.Time, repeatFor time.Duration) (id int64, err error) {
	err = f.db.QueryRowContext(ctx, `UPDATE relay SET claimer = ?2, claimed_at = CASE claimed_at WHEN 0 THEN ?3 ELSE claimed_at END
		WHERE hash = ?1 AND (claimed_at = 0 OR (claimer = ?2 AND ?3 - claimed_at <= ?4)) RETURNING sender_id`,
		hash[:], claimer[:], at.UnixNano(), int64(repeatFor)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

func (f *file) Sweep(ctx context.Context, before time.Time) (int, error) {
	result, err := f.db.ExecContext(ctx, "DELETE FROM relay WHERE at < ?", before.UnixNano())
	if err != nil {
		return 0, err
	}
	rows, err := result.RowsAffected()
	return int(rows), err
}

func (f *file) Count(ctx context.Context) (waiting, claimed, conflicts int, err error) {
	err = f.db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE claimed_at = 0), count(*) FILTER (WHERE claimed_at <> 0),
		coalesce(sum(conflicts), 0) FROM relay`).Scan(&waiting, &claimed, &conflicts)
	return
}

func TestStores(t *testing.T) {
	for name, store := range map[string]Store{"memory": NewMemory(), "file": openFile(t, filepath.Join(t.TempDir(), "relay.db"))} {
		t.Run(name, func(t *testing.T) {
			if err := CheckStore(t.Context(), store); err != nil {
				t.Error(err)
			}
		})
	}
}

// wrong is a store with one thing wrong.
type wrong struct {
	*Memory
	what string
}

func (w wrong) Put(ctx context.Context, hash [32]byte, senderID int64, at time.Time, most int) (int64, bool, error) {
	switch w.what {
	case "no bound":
		most = 1 << 30
	case "the last wins":
		delete(w.entries, hash)
	}
	return w.Memory.Put(ctx, hash, senderID, at, most)
}

func (w wrong) Claim(ctx context.Context, hash, claimer [32]byte, at time.Time, repeatFor time.Duration) (int64, error) {
	switch w.what {
	case "any claimer":
		claimer = [32]byte{}
	case "repeats for ever":
		repeatFor = 1 << 60
	}
	return w.Memory.Claim(ctx, hash, claimer, at, repeatFor)
}

func (w wrong) Sweep(ctx context.Context, before time.Time) (int, error) {
	if w.what == "sweeps too much" {
		before = before.Add(time.Hour)
	}
	return w.Memory.Sweep(ctx, before)
}

func TestWrongStoresAreFound(t *testing.T) {
	for _, what := range []string{"no bound", "the last wins", "any claimer", "repeats for ever", "sweeps too much"} {
		if CheckStore(t.Context(), wrong{NewMemory(), what}) == nil {
			t.Errorf("%s: not found", what)
		}
	}
}
