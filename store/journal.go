package store

import (
	"context"
	"database/sql"
	"time"

	"brevdue/app/post"
)

// AddRequest stores a wish for a job and gives its id.
func (db *DB) AddRequest(ctx context.Context, request post.Request) (id int64, err error) {
	err = db.write(ctx, "store request", func(tx *sql.Tx) error {
		seq, err := jobSeq(ctx, tx, request.Job)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, insertInto("request", "job_seq, kind, customer_id, seq, extend, at, outcome"), seq,
			request.Kind, request.CustomerID, request.Seq, int64(request.Extend), stamp(request.At), request.Outcome)
		if err != nil {
			return err
		}
		id, err = result.LastInsertId()
		return err
	})
	return id, err
}

const requestColumns = `request.id, job.id, request.kind, customer_id, request.seq, extend, at, outcome`

// scanRequest reads requestColumns.
func scanRequest(scan func(...any) error) (r post.Request, err error) {
	var extend, at int64
	err = scan(&r.ID, &r.Job, &r.Kind, &r.CustomerID, &r.Seq, &extend, &at, &r.Outcome)
	r.Extend, r.At = time.Duration(extend), moment(at)
	return r, err
}

// OpenRequests gives the wishes without an outcome of a job, or of all jobs when
// job is empty, oldest first.
func (db *DB) OpenRequests(ctx context.Context, job string) (requests []post.Request, err error) {
	err = db.read(ctx, "read requests", func(tx *sql.Tx) error {
		where, args := " WHERE outcome = ''", []any(nil)
		if job != "" {
			seq, err := jobSeq(ctx, tx, job)
			if err != nil {
				return err
			}
			where, args = where+" AND job_seq = ?", []any{seq}
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			r, err := scanRequest(rows.Scan)
			requests = append(requests, r)
			return err
		}, "SELECT "+requestColumns+" FROM request JOIN job ON job.seq = job_seq"+where+" ORDER BY request.id", args...)
	})
	return requests, err
}

// LastRequest gives the newest wish of a kind for a job, met or not; found is
// false when there is none.
func (db *DB) LastRequest(ctx context.Context, job string, kind post.RequestKind) (request post.Request, found bool, err error) {
	err = db.read(ctx, "read request", func(tx *sql.Tx) error {
		seq, err := jobSeq(ctx, tx, job)
		if err != nil {
			return err
		}
		request, err = scanRequest(tx.QueryRowContext(ctx, "SELECT "+requestColumns+` FROM request JOIN job ON job.seq = job_seq
			WHERE job_seq = ? AND request.kind = ? ORDER BY request.id DESC LIMIT 1`, seq, kind).Scan)
		if found = err == nil; notFound(err) {
			return nil
		}
		return err
	})
	return request, found, err
}

// CloseRequest stores what came of a wish.
func (db *DB) CloseRequest(ctx context.Context, id int64, outcome string) error {
	return db.write(ctx, "close request", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE request SET outcome = ? WHERE id = ?", outcome, id)
		return err
	})
}

// AddReceipt keeps a receipt; added is false when the job has one of the same
// RemoteName already, and that one stays.
func (db *DB) AddReceipt(ctx context.Context, receipt post.Receipt) (added bool, err error) {
	err = db.write(ctx, "store receipt", func(tx *sql.Tx) error {
		seq, err := jobSeq(ctx, tx, receipt.Job)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, insertInto("receipt", "job_seq, remote_name, kind, sha256, staged, at")+
			" ON CONFLICT (job_seq, remote_name) DO NOTHING", seq, receipt.RemoteName, receipt.Kind, receipt.SHA256, receipt.Staged, stamp(receipt.At))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		added = n > 0
		return err
	})
	return added && err == nil, err
}

// Receipts gives a job's receipts in the order they came.
func (db *DB) Receipts(ctx context.Context, job string) (receipts []post.Receipt, err error) {
	err = db.read(ctx, "read receipts", func(tx *sql.Tx) error {
		seq, err := jobSeq(ctx, tx, job)
		if err != nil {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			r := post.Receipt{Job: job}
			var at int64
			err := rows.Scan(&r.RemoteName, &r.Kind, &r.SHA256, &r.Staged, &at)
			r.At = moment(at)
			receipts = append(receipts, r)
			return err
		}, "SELECT remote_name, kind, sha256, staged, at FROM receipt WHERE job_seq = ? ORDER BY id", seq)
	})
	return receipts, err
}

// AddEvent adds a line to a job's time line.
func (db *DB) AddEvent(ctx context.Context, event post.Event) error {
	return db.write(ctx, "store event", func(tx *sql.Tx) error {
		seq, err := jobSeq(ctx, tx, event.Job)
		if err != nil {
			return err
		}
		fields, err := asJSON(event.Fields)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, insertInto("event", "job_seq, at, code, fields"), seq, stamp(event.At), event.Code, fields)
		return err
	})
}

// Events gives a job's time line in order.
func (db *DB) Events(ctx context.Context, job string) (events []post.Event, err error) {
	err = db.read(ctx, "read events", func(tx *sql.Tx) error {
		seq, err := jobSeq(ctx, tx, job)
		if err != nil {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			event := post.Event{Job: job}
			var at int64
			var fields string
			if err := rows.Scan(&at, &event.Code, &fields); err != nil {
				return err
			}
			event.At = moment(at)
			err := fromJSON(fields, &event.Fields)
			events = append(events, event)
			return err
		}, "SELECT at, code, fields FROM event WHERE job_seq = ? ORDER BY id", seq)
	})
	return events, err
}
