package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"

	"brevdue/app/post"
)

// AddAudit adds a line to the audit chain. Its hash covers the line and the
// hash before it, so that a line changed, taken out or put in later shows.
func (db *DB) AddAudit(ctx context.Context, line post.Audit) error {
	return db.write(ctx, "store audit line", func(tx *sql.Tx) error { return addAudit(ctx, tx, line) })
}

func addAudit(ctx context.Context, tx *sql.Tx, line post.Audit) error {
	var last int64
	var before []byte
	err := tx.QueryRowContext(ctx, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").Scan(&last, &before)
	if err != nil && !notFound(err) {
		return err
	}
	fields, err := asJSON(line.Fields)
	if err != nil {
		return err
	}
	hash, err := auditHash(before, last+1, line, fields)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, insertInto("audit", "id, at, actor, action, job, fields, hash"),
		last+1, stamp(line.At), line.Actor, line.Action, line.Job, fields, hash)
	return err
}

// auditHash is the SHA-256 of the hash before and the line in one canonical
// form: a JSON array, whose fields are an object with its keys in order.
func auditHash(before []byte, id int64, line post.Audit, fields string) ([]byte, error) {
	text, err := json.Marshal([]any{id, stamp(line.At), line.Actor, line.Action, line.Job, json.RawMessage(fields)})
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(before)
	h.Write(text)
	return h.Sum(nil), nil
}

// AuditState is what VerifyAudit found.
type AuditState struct {
	// Lines is the number of lines that hold together from the start.
	Lines int
	// Head is the hash of the last of them, hexadecimal; kept elsewhere it also
	// proves that no line was cut off the end.
	Head string
	// BrokenAt is the number of the first line that does not hold, or 0.
	BrokenAt int64
}

// VerifyAudit follows the audit chain from its first line.
func (db *DB) VerifyAudit(ctx context.Context) (state AuditState, err error) {
	err = db.read(ctx, "verify audit chain", func(tx *sql.Tx) error {
		var before []byte
		next := int64(1)
		err := each(ctx, tx, func(rows *sql.Rows) error {
			var id, at int64
			var line post.Audit
			var fields string
			var hash []byte
			if err := rows.Scan(&id, &at, &line.Actor, &line.Action, &line.Job, &fields, &hash); err != nil {
				return err
			}
			if state.BrokenAt != 0 {
				return nil
			}
			line.At = moment(at)
			want, err := auditHash(before, id, line, fields)
			if err != nil || id != next || !bytes.Equal(want, hash) {
				state.BrokenAt = next
				return nil
			}
			state.Lines, before, next = state.Lines+1, hash, next+1
			return nil
		}, "SELECT id, at, actor, action, job, fields, hash FROM audit ORDER BY id")
		state.Head = hex.EncodeToString(before)
		return err
	})
	return state, err
}
