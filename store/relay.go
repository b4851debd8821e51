package store

import (
	"context"
	"database/sql"
	_ "embed"
	"os"
	"path/filepath"
	"time"
)

//go:embed relay.sql
var relaySchema string

// Relay keeps what Digipost told the partner's relay, in a SQLite file of its
// own: the SHA-256 of nonces and the sender-ids that belong to them. It is the
// Store of digipost/relay, written without knowing it. All methods may be called
// at once from several goroutines; what they report done is durable.
type Relay struct{ db *DB }

// OpenRelay opens the file at path, and makes it when there is none. Faults:
// newer_data (the file is left as it is), database_damaged, database_busy,
// no_access, disk_full.
func OpenRelay(ctx context.Context, path string) (*Relay, error) {
	db := &DB{path: path, now: time.Now, busyWait: 5 * time.Second, steps: []migration{{version: 1, name: "relay.sql", sql: relaySchema}}}
	if err := db.openRelay(ctx); err != nil {
		db.closeHandles()
		return nil, db.fault(ctx, "open the relay's database", err)
	}
	return &Relay{db}, nil
}

// openRelay is open without what belongs to a profile: no folder's id, no seal.
// Everything goes through the writer, since counting waits for nobody long.
func (db *DB) openRelay(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(db.path), 0o700); err != nil {
		return err
	}
	exists, err := db.inspect(ctx)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(db.path, os.O_RDWR|os.O_CREATE, 0o600) // SQLite gives its side files the same rights
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	db.writer = db.pool(1, false)
	return db.migrate(ctx, exists)
}

// Put keeps senderID under hash, unless something is kept there already: the
// first one wins, for good. kept is what stands there now, and added whether
// this call put it there. Another sender-id than what stands is counted as a
// conflict. Where nothing stands and most entries are kept already, nothing is
// put and kept is 0.
func (r *Relay) Put(ctx context.Context, hash [32]byte, senderID int64, at time.Time, most int) (kept int64, added bool, err error) {
	err = r.db.write(ctx, "keep a sender-id", func(tx *sql.Tx) error {
		kept, added = 0, false
		result, err := tx.ExecContext(ctx, `INSERT INTO relay (hash, sender_id, at)
			SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM relay) < ?4 ON CONFLICT (hash) DO NOTHING`, hash[:], senderID, stamp(at), most)
		if err != nil {
			return err
		}
		rows, err := result.RowsAffected()
		if err != nil {
			return err
		}
		if added = rows == 1; added {
			kept = senderID
			return nil
		}
		if _, err := tx.ExecContext(ctx, "UPDATE relay SET conflicts = conflicts + 1 WHERE hash = ? AND sender_id <> ?", hash[:], senderID); err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, "SELECT sender_id FROM relay WHERE hash = ?", hash[:]).Scan(&kept)
		if notFound(err) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, false, err
	}
	return kept, added, nil
}

// Claim gives what is kept under hash to the claimer who asks first, and to the
// same one again until the first time is longer ago than repeatFor. Everything
// else gives 0 and changes nothing.
func (r *Relay) Claim(ctx context.Context, hash, claimer [32]byte, at time.Time, repeatFor time.Duration) (senderID int64, err error) {
	err = r.db.write(ctx, "give a sender-id", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `UPDATE relay SET claimer = ?2, claimed_at = CASE claimed_at WHEN 0 THEN ?3 ELSE claimed_at END
			WHERE hash = ?1 AND (claimed_at = 0 OR (claimer = ?2 AND ?3 - claimed_at <= ?4)) RETURNING sender_id`,
			hash[:], claimer[:], stamp(at), int64(repeatFor)).Scan(&senderID)
		if notFound(err) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return senderID, nil
}

// Sweep removes the entries that were put before a time, claimed or not.
func (r *Relay) Sweep(ctx context.Context, before time.Time) (removed int, err error) {
	err = r.db.write(ctx, "remove old sender-ids", func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "DELETE FROM relay WHERE at < ?", stamp(before))
		if err != nil {
			return err
		}
		rows, err := result.RowsAffected()
		removed = int(rows)
		return err
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

// Count gives the entries that wait, those that are claimed, and the sum of the
// conflicts of all.
func (r *Relay) Count(ctx context.Context) (waiting, claimed, conflicts int, err error) {
	err = r.db.writer.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE claimed_at = 0), count(*) FILTER (WHERE claimed_at <> 0),
		coalesce(sum(conflicts), 0) FROM relay`).Scan(&waiting, &claimed, &conflicts)
	return waiting, claimed, conflicts, r.db.fault(ctx, "count sender-ids", err)
}

// Close writes what is still in the log into the file and closes it.
func (r *Relay) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), r.db.busyWait)
	defer cancel()
	// A log that cannot be emptied, on a full disk say, stays and loses nothing.
	_ = r.db.checkpoint(ctx)
	return r.db.fault(ctx, "close the relay's database", r.db.writer.Close())
}
