package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"time"

	"brevdue/app/post"
)

// factAuditHead is where the head of the audit chain stands a second time. A
// trigger keeps it (migration 5).
const factAuditHead = "audit_head"

// AuditCheck is what CheckAudit found.
type AuditCheck struct {
	AuditState
	// KeptLines and KeptHead are the head as it stands apart from the chain.
	KeptLines int64
	KeptHead  string
	// Cut says that the chain holds together and yet does not end where it should:
	// lines were cut off its end.
	Cut bool
}

// CheckAudit follows the audit chain and compares its end with the head that
// stands apart from it. Who can write to the whole file can change both; against
// that helps a head kept outside of it, as each evidence file has one (see
// AuditLine).
func (db *DB) CheckAudit(ctx context.Context) (check AuditCheck, err error) {
	// The kept head is read first: a line added in between makes the chain longer
	// than it, which is no cut.
	var kept struct {
		Lines int64  `json:"lines"`
		Head  string `json:"head"`
	}
	if err := db.readFact(ctx, factAuditHead, &kept); err != nil {
		return check, err
	}
	check.KeptLines, check.KeptHead = kept.Lines, kept.Head
	if check.AuditState, err = db.VerifyAudit(ctx); err != nil {
		return check, err
	}
	if check.BrokenAt != 0 || kept.Lines == 0 {
		return check, nil
	}
	_, hash, found, err := db.AuditLine(ctx, kept.Lines)
	check.Cut = err == nil && (!found || hex.EncodeToString(hash) != kept.Head)
	return check, err
}

// AuditLine gives one line of the audit chain by its number from 1, and its
// hash.
func (db *DB) AuditLine(ctx context.Context, id int64) (line post.Audit, hash []byte, found bool, err error) {
	var at int64
	var fields string
	err = db.reader.QueryRowContext(ctx, "SELECT at, actor, action, job, fields, hash FROM audit WHERE id = ?", id).
		Scan(&at, &line.Actor, &line.Action, &line.Job, &fields, &hash)
	if notFound(err) {
		return post.Audit{}, nil, false, nil
	}
	if err == nil {
		line.At, err = moment(at), fromJSON(fields, &line.Fields)
	}
	return line, hash, err == nil, db.fault(ctx, "read audit line", err)
}

// AuditPart visits the audit chain from the first line about a job to the head,
// those about other jobs too, since the chain cannot be followed without them.
// For a job without a line that is the head alone. before is the hash ahead of
// the first line visited, nil at the start of the chain. visit must not use the
// store; its error ends the visit.
func (db *DB) AuditPart(ctx context.Context, job string, visit func(id int64, line post.Audit, hash []byte) error) (before []byte, err error) {
	err = db.read(ctx, "read audit chain", func(tx *sql.Tx) error {
		var first sql.NullInt64
		if err := tx.QueryRowContext(ctx, "SELECT coalesce((SELECT min(id) FROM audit WHERE job = ?), (SELECT max(id) FROM audit))", job).
			Scan(&first); err != nil || !first.Valid {
			return err
		}
		err := tx.QueryRowContext(ctx, "SELECT hash FROM audit WHERE id < ? ORDER BY id DESC LIMIT 1", first.Int64).Scan(&before)
		if err != nil && !notFound(err) {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			var id, at int64
			var line post.Audit
			var fields string
			var hash []byte
			if err := rows.Scan(&id, &at, &line.Actor, &line.Action, &line.Job, &fields, &hash); err != nil {
				return err
			}
			line.At = moment(at)
			if err := fromJSON(fields, &line.Fields); err != nil {
				return err
			}
			return visit(id, line, hash)
		}, "SELECT id, at, actor, action, job, fields, hash FROM audit WHERE id >= ? ORDER BY id", first.Int64)
	})
	return before, err
}

// RemovedItems gives the items of a job whose person was forgotten, by Seq, and
// when; the time is zero where it was before that was noted. An unknown job has
// none.
func (db *DB) RemovedItems(ctx context.Context, job string) (map[int]time.Time, error) {
	removed := map[int]time.Time{}
	err := db.read(ctx, "read removed items", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			var seq int
			var at int64
			err := rows.Scan(&seq, &at)
			removed[seq] = moment(max(at, 0))
			return err
		}, "SELECT item.seq, removed_at FROM item JOIN job ON job.seq = job_seq WHERE job.id = ? AND to_person = ''", job)
	})
	return removed, err
}
