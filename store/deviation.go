package store

import (
	"context"
	"database/sql"
	"time"

	"brevdue/app/post"
)

// NoteDeviations brings a job's deviations up to date with what is wrong now:
// new ones are added, those that went away by themselves are closed as resolved,
// and one of these that comes back is open again. What a person closed stays
// closed. changed says whether anything was written.
func (db *DB) NoteDeviations(ctx context.Context, job string, now []post.Deviation, at time.Time) (changed bool, err error) {
	err = db.write(ctx, "note deviations", func(tx *sql.Tx) error {
		changed = false
		number, err := jobSeq(ctx, tx, job)
		if err != nil {
			return err
		}
		type key struct {
			seq  int
			code post.DeviationCode
		}
		gone := map[key]int64{}
		if err := each(ctx, tx, func(rows *sql.Rows) error {
			var id int64
			var k key
			err := rows.Scan(&id, &k.seq, &k.code)
			gone[k] = id
			return err
		}, "SELECT id, seq, code FROM deviation WHERE job_seq = ? AND closed = 0", number); err != nil {
			return err
		}
		count := func(query string, args ...any) error {
			result, err := tx.ExecContext(ctx, query, args...)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			changed = changed || n > 0
			return err
		}
		for _, d := range now {
			if k := (key{d.Seq, d.Code}); gone[k] != 0 {
				delete(gone, k)
				continue
			}
			if err := count(insertInto("deviation", "job_seq, seq, code, since")+` ON CONFLICT (job_seq, seq, code) DO UPDATE
				SET closed = 0, resolved = 0, since = excluded.since WHERE resolved = 1`, number, d.Seq, d.Code, stamp(d.Since)); err != nil {
				return err
			}
		}
		for _, id := range gone {
			if err := count("UPDATE deviation SET closed = ?, resolved = 1 WHERE id = ?", stamp(at), id); err != nil {
				return err
			}
		}
		return nil
	})
	return changed && err == nil, err
}

// Deviations gives the deviations of all jobs, the oldest first; open leaves out
// those that are closed.
func (db *DB) Deviations(ctx context.Context, open bool) (deviations []post.Deviation, err error) {
	where := ""
	if open {
		where = " WHERE deviation.closed = 0"
	}
	err = db.read(ctx, "read deviations", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			var d post.Deviation
			var since, closed int64
			err := rows.Scan(&d.ID, &d.Job, &d.Seq, &d.CustomerID, &d.Name, &d.Reason, &d.Code, &since, &d.Owner, &d.Note, &closed, &d.Why, &d.Resolved)
			d.Since, d.Closed = moment(since), moment(closed)
			deviations = append(deviations, d)
			return err
		}, `SELECT deviation.id, job.id, deviation.seq, coalesce(customer_id, ''), coalesce(item.name, ''), coalesce(reason, ''), code, since, owner, note,
			closed, why, resolved
			FROM deviation JOIN job ON job.seq = deviation.job_seq
			LEFT JOIN item ON item.job_seq = deviation.job_seq AND item.seq = deviation.seq`+where+" ORDER BY since, deviation.id")
	})
	return deviations, err
}

// UpdateDeviation stores who sees to a deviation, what they note and whether they
// closed it; found is false when there is none with its id.
func (db *DB) UpdateDeviation(ctx context.Context, id int64, change func(*post.Deviation)) (found bool, err error) {
	err = db.write(ctx, "change deviation", func(tx *sql.Tx) error {
		var d post.Deviation
		var closed int64
		err := tx.QueryRowContext(ctx, "SELECT id, owner, note, closed, why, resolved FROM deviation WHERE id = ?", id).
			Scan(&d.ID, &d.Owner, &d.Note, &closed, &d.Why, &d.Resolved)
		if found = err == nil; notFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		d.Closed = moment(closed)
		change(&d)
		_, err = tx.ExecContext(ctx, "UPDATE deviation SET owner = ?, note = ?, closed = ?, why = ?, resolved = ? WHERE id = ?",
			d.Owner, d.Note, stamp(d.Closed), d.Why, d.Resolved, id)
		return err
	})
	return found && err == nil, err
}
