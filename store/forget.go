package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"brevdue/app/post"
)

// Forget removes a person from the register with the sealed numbers, the keyed
// hashes and what imports kept of them, and takes name, address, number, customer
// id and the documents of their own out of the items of old jobs, whose codes,
// counts and hashes stay. It
// writes an audit line without any of it. Somebody who is still in a job at work
// cannot be forgotten before the job has ended: a fault wrong_state. What was
// removed is overwritten in the file, and the copies made before migrations,
// which hold it too, are removed.
func (db *DB) Forget(ctx context.Context, customerID string) error {
	seal, err := db.sealer()
	if err != nil {
		return err
	}
	err = db.write(ctx, "forget person", func(tx *sql.Tx) error {
		p, found, err := personBy(ctx, tx, seal, "customer_id = ?", customerID)
		if err != nil {
			return err
		}
		if !found {
			return unknownPerson(customerID)
		}
		items, err := itemsOf(ctx, tx, seal, p.Recipient)
		if err != nil {
			return err
		}
		if err := emptyCases(ctx, tx, seal, items); err != nil {
			return err
		}
		if err := emptyItems(ctx, tx, items); err != nil {
			return err
		}
		if err := emptyOptions(ctx, tx, items); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE request SET customer_id = '' WHERE customer_id = ?", customerID); err != nil {
			return err
		}
		// Groups, kept images and applied answers go with the person.
		if _, err := tx.ExecContext(ctx, "DELETE FROM person WHERE id = ?", p.id); err != nil {
			return err
		}
		return addAudit(ctx, tx, post.Audit{At: db.now(), Action: "person_forgotten", Fields: map[string]string{"items": strconv.Itoa(len(items))}})
	})
	if err != nil {
		return err
	}
	// The log still holds the pages as they were.
	return db.fault(ctx, "forget person", errors.Join(db.checkpoint(ctx), db.removeBackups(0)))
}

// itemsOf gives the row numbers of the items that are this person's: by
// customer id, and by the numbers and addresses that are theirs alone. A name
// and address may be another's.
func itemsOf(ctx context.Context, tx *sql.Tx, seal Sealer, r post.Recipient) (items []int64, err error) {
	condition, args := "customer_id = ? AND customer_id <> ''", []any{r.CustomerID}
	r.FullName, r.FirstName, r.MiddleName, r.LastName = "", "", "", ""
	hashes := personHashes(seal, r)
	if r.OrganisationNumber != "" {
		// Several contact people may share an organisation.
		r = post.Recipient{BirthNumber: r.BirthNumber, Account: r.Account}
		hashes = personHashes(seal, r)
	}
	for _, hash := range hashes {
		condition, args = condition+" OR to_hash = ?", append(args, hash)
	}
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var id int64
		var job string
		var state post.JobState
		if err := rows.Scan(&id, &job, &state); err != nil {
			return err
		}
		if !state.Finished() {
			return post.NewFault(post.CodeWrongState, errors.New("the person is in a job at work"), "job", job, "state", string(state))
		}
		items = append(items, id)
		return nil
	}, "SELECT item.id, job.id, job.state FROM item JOIN job ON job.seq = item.job_seq WHERE "+condition, args...)
	return items, err
}

// emptyItems takes everything personal out of items.
func emptyItems(ctx context.Context, tx *sql.Tx, items []int64) error {
	for _, id := range items {
		if _, err := tx.ExecContext(ctx, `UPDATE item SET customer_id = '', name = '', search = '', to_value = '', to_sealed = NULL, to_hash = NULL,
			to_person = '', finding = CASE finding WHEN '' THEN '' ELSE json_remove(finding, '$.DigipostAddress', '$.PersonAlias') END
			WHERE id = ?`, id); err != nil {
			return fmt.Errorf("empty item: %w", err)
		}
		// What was written about it is free text.
		if _, err := tx.ExecContext(ctx, `UPDATE deviation SET note = '', why = ''
			WHERE (job_seq, seq) = (SELECT job_seq, seq FROM item WHERE id = ?)`, id); err != nil {
			return fmt.Errorf("empty what was noted: %w", err)
		}
		// The outbox lets go of what no document names.
		if _, err := tx.ExecContext(ctx, `UPDATE document SET name = '', staged = ''
			WHERE (job_seq, item) = (SELECT job_seq, seq FROM item WHERE id = ?)`, id); err != nil {
			return fmt.Errorf("empty the person's documents: %w", err)
		}
	}
	return nil
}

// emptyOptions takes the sealed options out of single letters to the person:
// what the bill was, where the reminder went.
func emptyOptions(ctx context.Context, tx *sql.Tx, items []int64) error {
	for _, id := range items {
		if _, err := tx.ExecContext(ctx, `UPDATE job SET options_sealed = NULL
			WHERE kind = ? AND seq = (SELECT job_seq FROM item WHERE id = ?)`, post.KindLetter, id); err != nil {
			return fmt.Errorf("empty options: %w", err)
		}
	}
	return nil
}
