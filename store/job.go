package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"brevdue/app/post"
)

// The columns of a job that change, and those that are frozen when it is planned.
const (
	jobColumns = `id, kind, via, state, name, subject, sender, fingerprint, approved, batch_job_id, upload_name,
	upload_started, earlier_uploads, source, created, approved_at, release_at, handed_over, ended, ending, trouble, trouble_fields,
	trouble_since, refused_text, pattern, rest_batch, batch_step, start_at, paused_at, again, trial_of`
	jobFrozen = "options, options_sealed"
)

// jobValues gives the values of jobColumns.
func jobValues(j post.Job) ([]any, error) {
	sender, err1 := asJSON(j.Sender)
	source, err2 := asJSON(j.Source)
	earlier, err3 := asJSON(j.EarlierUploads)
	trouble, err4 := asJSON(j.TroubleFields)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	return []any{j.ID, j.Kind, j.Via, j.State, j.Name, j.Subject, sender, j.Fingerprint, j.Approved, j.BatchJobID,
		j.UploadName, stamp(j.UploadStarted), earlier, source, stamp(j.Created), stamp(j.ApprovedAt), stamp(j.ReleaseAt), stamp(j.HandedOver), stamp(j.Ended),
		j.Ending, j.Trouble, trouble, stamp(j.TroubleSince), j.RefusedText, j.Pattern,
		j.RESTBatch, j.BatchStep, stamp(j.StartAt), stamp(j.PausedAt), j.Again, j.TrialOf}, nil
}

// scanJob reads the row number, jobColumns and jobFrozen.
func (db *DB) scanJob(scan func(...any) error) (seq int64, j post.Job, err error) {
	var options, sender, source, earlier, trouble string
	var sealed []byte
	var uploadStarted, created, approvedAt, releaseAt, handedOver, ended, troubleSince, startAt, pausedAt int64
	if err := scan(&seq, &j.ID, &j.Kind, &j.Via, &j.State, &j.Name, &j.Subject, &sender, &j.Fingerprint, &j.Approved,
		&j.BatchJobID, &j.UploadName, &uploadStarted, &earlier, &source, &created, &approvedAt, &releaseAt, &handedOver, &ended, &j.Ending, &j.Trouble,
		&trouble, &troubleSince, &j.RefusedText, &j.Pattern, &j.RESTBatch, &j.BatchStep, &startAt, &pausedAt, &j.Again, &j.TrialOf,
		&options, &sealed); err != nil {
		return 0, j, err
	}
	if j.Options, err = db.readOptions(j.ID, options, sealed); err != nil {
		return 0, j, err
	}
	j.Created, j.ApprovedAt, j.ReleaseAt = moment(created), moment(approvedAt), moment(releaseAt)
	j.HandedOver, j.Ended, j.TroubleSince = moment(handedOver), moment(ended), moment(troubleSince)
	j.UploadStarted, j.StartAt, j.PausedAt = moment(uploadStarted), moment(startAt), moment(pausedAt)
	return seq, j, errors.Join(fromJSON(sender, &j.Sender), fromJSON(source, &j.Source),
		fromJSON(earlier, &j.EarlierUploads), fromJSON(trouble, &j.TroubleFields))
}

// AddJob stores a job, its documents and its items in one transaction.
func (db *DB) AddJob(ctx context.Context, job post.Job, documents []post.Document, items []post.Item) error {
	seal, err := db.sealer()
	if err != nil {
		return err
	}
	values, err := jobValues(job)
	if err != nil {
		return fmt.Errorf("store job: %w", err)
	}
	options, sealed, err := optionsValues(seal, job)
	if err != nil {
		return fmt.Errorf("store job: %w", err)
	}
	values = append(values, options, sealed)
	return db.write(ctx, "store job", func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, insertInto("job", jobColumns+", "+jobFrozen), values...)
		if err != nil {
			return err
		}
		seq, err := result.LastInsertId()
		if err != nil {
			return err
		}
		if err := insertDocuments(ctx, tx, seq, documents); err != nil {
			return err
		}
		return insertItems(ctx, tx, seal, seq, items)
	})
}

// Job gives one job with its counts; an unknown id is a fault job_unknown.
func (db *DB) Job(ctx context.Context, id string) (job post.Job, err error) {
	err = db.read(ctx, "read job", func(tx *sql.Tx) error {
		var seq int64
		if seq, job, err = db.readJob(ctx, tx, id); err != nil {
			return err
		}
		counts, err := readCounts(ctx, tx, "WHERE job_seq = ?", seq)
		job.Counts = counts[seq]
		return err
	})
	return job, err
}

// Jobs gives the jobs that match with their counts, the newest first.
func (db *DB) Jobs(ctx context.Context, query post.JobQuery) (jobs []post.Job, err error) {
	var where []string
	var args []any
	if len(query.Kinds) > 0 {
		where, args = append(where, "kind IN ("+marks(len(query.Kinds))+")"), appendAny(args, query.Kinds)
	}
	if query.Open {
		finished := []post.JobState{post.JobDone, post.JobStopped, post.JobRefused}
		where, args = append(where, "state NOT IN ("+marks(len(finished))+")"), appendAny(args, finished)
	}
	if query.Again != "" {
		where, args = append(where, "(id = ? OR again = ?)"), append(args, query.Again, query.Again)
	}
	err = db.read(ctx, "read jobs", func(tx *sql.Tx) error {
		var seqs []int64
		if err := each(ctx, tx, func(rows *sql.Rows) error {
			seq, job, err := db.scanJob(rows.Scan)
			seqs, jobs = append(seqs, seq), append(jobs, job)
			return err
		}, "SELECT seq, "+jobColumns+", "+jobFrozen+" FROM job"+whereAll(where)+" ORDER BY seq DESC"+limit(query.Limit, 0), args...); err != nil {
			return err
		}
		all := map[int64]post.Counts{}
		for part := range slices.Chunk(seqs, chunk) {
			counts, err := readCounts(ctx, tx, "WHERE job_seq IN ("+marks(len(part))+")", appendAny(nil, part)...)
			if err != nil {
				return err
			}
			maps.Copy(all, counts)
		}
		for i, seq := range seqs {
			jobs[i].Counts = all[seq]
		}
		return nil
	})
	return jobs, err
}

// UpdateJob lets change alter a job and writes it in the same transaction. An
// error of change is given back as it is and nothing is written. The options
// were frozen at planning and cannot change. change must not use the store.
func (db *DB) UpdateJob(ctx context.Context, id string, change func(*post.Job) error) (job post.Job, err error) {
	err = db.write(ctx, "change job", func(tx *sql.Tx) error {
		var seq int64
		if seq, job, err = db.readJob(ctx, tx, id); err != nil {
			return err
		}
		counts, err := readCounts(ctx, tx, "WHERE job_seq = ?", seq)
		if err != nil {
			return err
		}
		job.Counts = counts[seq]
		options := job.Options
		if err := change(&job); err != nil {
			return &callerError{err}
		}
		if job.ID != id || !reflect.DeepEqual(options, job.Options) {
			return errors.New("the id and the options of a job cannot change")
		}
		values, err := jobValues(job)
		if err != nil {
			return err
		}
		job.Counts = counts[seq]
		_, err = tx.ExecContext(ctx, "UPDATE job SET ("+jobColumns+") = ("+marks(len(values))+") WHERE seq = ?", append(values, seq)...)
		return err
	})
	if err != nil {
		return post.Job{}, err
	}
	return job, nil
}

// readJob gives a job without counts; an unknown id is a fault.
func (db *DB) readJob(ctx context.Context, q querier, id string) (int64, post.Job, error) {
	seq, job, err := db.scanJob(q.QueryRowContext(ctx, "SELECT seq, "+jobColumns+", "+jobFrozen+" FROM job WHERE id = ?", id).Scan)
	if notFound(err) {
		return 0, job, post.NewFault(post.CodeJobUnknown, nil, "job", id)
	}
	return seq, job, err
}

func jobSeq(ctx context.Context, q querier, id string) (seq int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT seq FROM job WHERE id = ?", id).Scan(&seq)
	if notFound(err) {
		return 0, post.NewFault(post.CodeJobUnknown, nil, "job", id)
	}
	return seq, err
}

// readCounts counts items by status and findings, from the index alone.
func readCounts(ctx context.Context, q querier, where string, args ...any) (map[int64]post.Counts, error) {
	all := map[int64]post.Counts{}
	err := each(ctx, q, func(rows *sql.Rows) error {
		var seq int64
		var status post.ItemStatus
		var split post.SplitStatus
		var n int
		if err := rows.Scan(&seq, &status, &split, &n); err != nil {
			return err
		}
		counts, known := all[seq]
		if !known {
			counts = post.Counts{ByStatus: map[post.ItemStatus]int{}, BySplit: map[post.SplitStatus]int{}}
		}
		counts.Total += n
		counts.ByStatus[status] += n
		if split != post.NeverChecked {
			counts.BySplit[split] += n
		}
		all[seq] = counts
		return nil
	}, "SELECT job_seq, status, split, count(*) FROM item "+where+" GROUP BY job_seq, status, split", args...)
	return all, err
}

// insertInto makes an INSERT with one mark for each column.
func insertInto(table, columns string) string {
	return "INSERT INTO " + table + " (" + columns + ") VALUES (" + marks(strings.Count(columns, ",")+1) + ")"
}

// chunk is how many values a statement is given at most; longer lists are cut.
const chunk = 500

// marks gives n question marks.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// appendAny appends values of any one type to arguments.
func appendAny[T any](args []any, values []T) []any {
	for _, value := range values {
		args = append(args, value)
	}
	return args
}

func whereAll(conditions []string) string {
	if len(conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}

// limit gives the clause for a part of a list; count 0 is all.
func limit(count, offset int) string {
	if count <= 0 {
		count = -1
	}
	return fmt.Sprintf(" LIMIT %d OFFSET %d", count, max(offset, 0))
}

// optionsValues gives the values of jobFrozen. Options that hold more than a
// login level and secrecy are sealed whole; with no more than these two they are
// plain, as they always were.
func optionsValues(seal Sealer, job post.Job) (plain string, sealed []byte, err error) {
	public := post.Options{Auth: job.Options.Auth, Sensitive: job.Options.Sensitive}
	if job.Options != public {
		whole, err := asJSON(job.Options)
		if err != nil {
			return "", nil, err
		}
		if sealed, err = sealText(seal, whole, optionsPlace(job.ID)); err != nil {
			return "", nil, err
		}
	}
	plain, err = asJSON(struct {
		Auth      post.AuthLevel
		Sensitive bool
	}{public.Auth, public.Sensitive})
	return plain, sealed, err
}

// readOptions reads what optionsValues made. Without the key options that are
// sealed cannot be had.
func (db *DB) readOptions(job, plain string, sealed []byte) (options post.Options, err error) {
	if len(sealed) == 0 {
		return options, fromJSON(plain, &options)
	}
	seal, err := db.sealer()
	if err != nil {
		return options, err
	}
	whole, err := unsealText(seal, sealed, optionsPlace(job))
	if err != nil {
		return options, err
	}
	return options, fromJSON(whole, &options)
}

func optionsPlace(job string) []byte { return place("job", "options", job) }

// StagedNames gives the outbox names that some job or receipt refers to.
func (db *DB) StagedNames(ctx context.Context) (map[string]bool, error) {
	names := map[string]bool{}
	err := db.read(ctx, "read staged names", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names[name] = true
			return err
		}, "SELECT staged FROM document UNION SELECT staged FROM receipt")
	})
	return names, err
}
