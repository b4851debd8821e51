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

// OpenRequests gives a job's wishes without an outcome, oldest first.
func (db *DB) OpenRequests(ctx context.Context, job string) (requests []post.Request, err error) {
	err = db.read(ctx, "read requests", func(tx *sql.Tx) error {
		seq, err := jobSeq(ctx, tx, job)
		if err != nil {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			r := post.Request{Job: job}
			var extend, at int64
			err := rows.Scan(&r.ID, &r.Kind, &r.CustomerID, &r.Seq, &extend, &at, &r.Outcome)
			r.Extend, r.At = time.Duration(extend), moment(at)
			requests = append(requests, r)
			return err
		}, "SELECT id, kind, customer_id, seq, extend, at, outcome FROM request WHERE job_seq = ? AND outcome = '' ORDER BY id", seq)
	})
	return requests, err
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
