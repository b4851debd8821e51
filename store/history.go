package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"brevdue/app/post"
)

// History gives what happened to a person, the newest first: letters and splits
// that named the person, and imports the person was in.
func (db *DB) History(ctx context.Context, customerID string) (lines []post.HistoryLine, err error) {
	err = db.read(ctx, "read history", func(tx *sql.Tx) error {
		var id int64
		err := tx.QueryRowContext(ctx, "SELECT id FROM person WHERE customer_id = ?", customerID).Scan(&id)
		if notFound(err) {
			return unknownPerson(customerID)
		}
		if err != nil {
			return err
		}
		if lines, err = jobHistory(ctx, tx, customerID); err != nil {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			line := post.HistoryLine{Kind: post.HistoryImport}
			var at int64
			err := rows.Scan(&at, &line.Subject)
			line.At = moment(at)
			lines = append(lines, line)
			return err
		}, "SELECT at, file FROM import_change JOIN import ON seq = import_seq WHERE person_id = ? ORDER BY seq DESC", id)
	})
	// Stable, so that lines of one moment keep their order.
	slices.SortStableFunc(lines, func(a, b post.HistoryLine) int { return b.At.Compare(a.At) })
	return lines, err
}

// jobHistory gives the letters and splits. A line stands at the last moment
// known of it: delivered, sent, changed, or when the job was made.
func jobHistory(ctx context.Context, tx *sql.Tx, customerID string) (lines []post.HistoryLine, err error) {
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var kind post.JobKind
		var created, updated, sent, delivered int64
		line := post.HistoryLine{Kind: post.HistoryLetter}
		if err := rows.Scan(&line.Job, &kind, &line.Subject, &created, &line.Status, &line.Reason, &line.Channel, &line.Split,
			&updated, &sent, &delivered); err != nil {
			return err
		}
		if kind == post.KindSplit {
			line.Kind = post.HistorySplit
		}
		for _, at := range []int64{delivered, sent, updated, created} {
			if at != 0 {
				line.At = moment(at)
				break
			}
		}
		lines = append(lines, line)
		return nil
	}, `SELECT job.id, kind, subject, job.created, item.status, item.reason, item.channel, item.split, item.updated_at, item.sent_at, item.delivered_at
		FROM item JOIN job ON job.seq = item.job_seq
		WHERE item.customer_id = ? AND item.customer_id <> '' ORDER BY item.id DESC`, customerID)
	return lines, err
}

// gone are the statuses of a letter that has left or may have left, so that the
// person has the document or may have it.
var gone = []post.ItemStatus{
	post.ItemSending, post.ItemReceived, post.ItemHeld, post.ItemDelivered, post.ItemOpened, post.ItemPrinting, post.ItemPosted,
	post.ItemPending, post.ItemUnsure,
}

// approved are the states of a job whose letters that are ready go by themselves:
// those in a cooling-off, planned for later, or in line.
var approved = []post.JobState{post.JobCoolingOff, post.JobSending, post.JobWaiting}

// goneOrGoing is the condition on job and item for a letter that has left, may have
// left, or will; goneOrGoingArgs are its values.
var goneOrGoing = "(item.status IN (" + marks(len(gone)) + ") OR item.status = ? AND job.state IN (" + marks(len(approved)) + "))"

func goneOrGoingArgs(before ...any) []any {
	return appendAny(append(appendAny(before, gone), post.ItemReady), approved)
}

// SentBefore gives, for each of the people who got that document before, may have
// got it or will by a job that is approved, the newest job it goes with. Somebody is
// found again by customer id, and by the keyed hash of each way to address them: also
// under an id given later.
func (db *DB) SentBefore(ctx context.Context, documentSHA256 string, customerIDs []string) (map[string]string, error) {
	seal, err := db.sealer()
	if err != nil {
		return nil, err
	}
	before := map[string]string{}
	err = db.read(ctx, "read earlier letters", func(tx *sql.Tx) error {
		// The newest job comes last and stays. Its number orders the two maps.
		type letter struct {
			seq int64
			job string
		}
		byID, byHash := map[string]letter{}, map[string]letter{}
		err := each(ctx, tx, func(rows *sql.Rows) error {
			var l letter
			var customerID string
			var hash []byte
			err := rows.Scan(&l.seq, &l.job, &customerID, &hash)
			if customerID != "" {
				byID[customerID] = l
			}
			if len(hash) > 0 {
				byHash[string(hash)] = l
			}
			return err
		}, `SELECT job.seq, job.id, item.customer_id, item.to_hash FROM document JOIN job ON job.seq = document.job_seq
			JOIN item ON item.job_seq = document.job_seq AND (document.item = 0 OR item.seq = document.item)
			WHERE document.sha256 = ? AND `+goneOrGoing+` ORDER BY job.seq`, goneOrGoingArgs(documentSHA256)...)
		if err != nil || len(byID)+len(byHash) == 0 {
			return err
		}
		for part := range slices.Chunk(customerIDs, chunk) {
			if err := each(ctx, tx, func(rows *sql.Rows) error {
				p, err := scanPerson(seal, rows.Scan)
				if err != nil {
					return err
				}
				newest := byID[p.CustomerID]
				for _, hash := range personHashes(seal, p.Recipient) {
					if l := byHash[string(hash)]; l.seq > newest.seq {
						newest = l
					}
				}
				if newest.job != "" {
					before[p.CustomerID] = newest.job
				}
				return nil
			}, "SELECT "+personColumns+" FROM person WHERE customer_id IN ("+marks(len(part))+")", appendAny(nil, part)...); err != nil {
				return err
			}
		}
		return nil
	})
	return before, err
}

// SentTo gives, for each letter by its place, the newest job in which its recipient
// got that document before, may have got it or will; "" is none. Somebody is found again
// as by SentBefore, and who is not in the register by how the letter is addressed.
func (db *DB) SentTo(ctx context.Context, letters []post.SentLetter) ([]string, error) {
	seal, err := db.sealer()
	if err != nil {
		return nil, err
	}
	jobs := make([]string, len(letters))
	err = db.read(ctx, "read earlier letters", func(tx *sql.Tx) error {
		hashes, err := hashesOf(ctx, tx, seal, letters)
		if err != nil {
			return err
		}
		const earlier = `SELECT job.id FROM document JOIN job ON job.seq = document.job_seq
			JOIN item ON item.job_seq = document.job_seq AND (document.item = 0 OR item.seq = document.item)
			WHERE document.sha256 = ? AND item.%s = ? AND %s ORDER BY job.seq DESC LIMIT 1`
		byHash, err1 := tx.PrepareContext(ctx, fmt.Sprintf(earlier, "to_hash", goneOrGoing))
		byID, err2 := tx.PrepareContext(ctx, fmt.Sprintf(earlier, "customer_id", goneOrGoing))
		if err := errors.Join(err1, err2); err != nil { // the transaction closes the other
			return err
		}
		for i, letter := range letters {
			find := func(by *sql.Stmt, value any) {
				if err == nil && jobs[i] == "" {
					err = by.QueryRowContext(ctx, goneOrGoingArgs(letter.DocumentSHA256, value)...).Scan(&jobs[i])
				}
				if notFound(err) {
					err = nil
				}
			}
			ways, known := hashes[letter.CustomerID]
			for _, hash := range append(ways, targetHash(seal, letter.To)) {
				if len(hash) > 0 {
					find(byHash, hash)
				}
			}
			if known {
				find(byID, letter.CustomerID)
			}
		}
		return err
	})
	return jobs, err
}

// hashesOf are the keyed hashes of all ways to address the people of letters who
// are in the register, by customer id.
func hashesOf(ctx context.Context, tx *sql.Tx, seal Sealer, letters []post.SentLetter) (map[string][][]byte, error) {
	var ids []string
	for _, letter := range letters {
		if letter.CustomerID != "" {
			ids = append(ids, letter.CustomerID)
		}
	}
	hashes := map[string][][]byte{}
	for part := range slices.Chunk(ids, chunk) {
		if err := each(ctx, tx, func(rows *sql.Rows) error {
			p, err := scanPerson(seal, rows.Scan)
			hashes[p.CustomerID] = personHashes(seal, p.Recipient)
			return err
		}, "SELECT "+personColumns+" FROM person WHERE customer_id IN ("+marks(len(part))+")", appendAny(nil, part)...); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

// personHashes are the keyed hashes of all ways to address a person.
func personHashes(seal Sealer, r post.Recipient) (hashes [][]byte) {
	for _, way := range []struct {
		kind  post.TargetKind
		value string
	}{
		{post.ByBirthNumber, r.BirthNumber}, {post.ByOrganisation, r.OrganisationNumber}, {post.ByDigipostAddress, r.DigipostAddress},
		{post.ByAlias, r.PersonAlias}, {post.ByAccount, r.Account}, {post.ByNameAndAddress, nameKey(r)},
	} {
		if hash := lookup(seal, way.kind, way.value); hash != nil {
			hashes = append(hashes, hash)
		}
	}
	return hashes
}
