package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"brevdue/app/post"
)

// ApplyFindings stores a split's answers, by customer id, and says whose stored
// Digipost address or alias was taken away. Each answer of a job counts once:
// calling it again changes nothing and says the same. People who are not in the
// register (any more) are passed over.
func (db *DB) ApplyFindings(ctx context.Context, job post.Job, findings map[string]post.Finding) (map[string]bool, error) {
	seal, err := db.sealer()
	if err != nil {
		return nil, err
	}
	cleared := make(map[string]bool, len(findings))
	err = db.write(ctx, "store split answers", func(tx *sql.Tx) error {
		clear(cleared)
		seq, err := jobSeq(ctx, tx, job.ID)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(findings)) {
			p, found, err := personBy(ctx, tx, seal, "customer_id = ?", id)
			if err != nil {
				return err
			}
			if !found {
				continue
			}
			if cleared[id], err = db.applyFinding(ctx, tx, seal, seq, p, findings[id]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return cleared, nil
}

func (db *DB) applyFinding(ctx context.Context, tx *sql.Tx, seal Sealer, job int64, p person, finding post.Finding) (cleared bool, err error) {
	err = tx.QueryRowContext(ctx, "SELECT cleared FROM finding_applied WHERE job_seq = ? AND person_id = ?", job, p.id).Scan(&cleared)
	if !notFound(err) {
		return cleared, err
	}
	cleared = applyAnswer(&p.Recipient, finding)
	p.Checked = db.now()
	p.Changed = p.Checked
	if err := updatePerson(ctx, tx, seal, &p); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, insertInto("finding_applied", "job_seq, person_id, cleared"), job, p.id, cleared)
	return cleared, err
}

// applyAnswer changes what is known of a person by one answer. A returned
// address or alias replaces the stored one. Somebody who is identified but has
// no account (any more) loses the address, somebody who is not identified loses
// both: letters to them would not arrive (Digipost's batch guide).
func applyAnswer(r *post.Recipient, finding post.Finding) (cleared bool) {
	r.Digipost, r.Reason, r.Uncertain = finding.Status, finding.Reason, finding.Uncertain
	switch finding.Status {
	case post.HasDigipost:
		if finding.DigipostAddress != "" {
			r.DigipostAddress = finding.DigipostAddress
		}
		if finding.PersonAlias != "" {
			r.PersonAlias = finding.PersonAlias
		}
	case post.Identified:
		cleared = r.DigipostAddress != ""
		r.DigipostAddress = ""
		if finding.PersonAlias != "" {
			r.PersonAlias = finding.PersonAlias
		}
	case post.Unidentified:
		cleared = r.DigipostAddress != "" || r.PersonAlias != ""
		r.DigipostAddress, r.PersonAlias = "", ""
	}
	return cleared
}

// ReviewMatches takes a person's word about matches that were found by address
// washing: a match that is right stands, of one that is not everything found is
// taken away, so that the next split asks again. Those whose match is not
// uncertain (any more) and those not in the register are passed over. It gives
// how many were reviewed.
func (db *DB) ReviewMatches(ctx context.Context, customerIDs []string, right bool) (reviewed int, err error) {
	return db.reviewThose(ctx, customerIDs, right, func(r post.Recipient) bool { return r.Uncertain })
}

// SetMatchesAside takes away what Digipost found for people who turned out to be
// somebody else, as ReviewMatches does with a match that is not right, but whether or
// not it was uncertain. Those without anything found are passed over, and those to whom
// letters go by a number, whatever was found.
func (db *DB) SetMatchesAside(ctx context.Context, customerIDs []string) (set int, err error) {
	return db.reviewThose(ctx, customerIDs, false, func(r post.Recipient) bool { return r.Matched() && !r.ByNumber() })
}

func (db *DB) reviewThose(ctx context.Context, customerIDs []string, right bool, which func(post.Recipient) bool) (reviewed int, err error) {
	seal, err := db.sealer()
	if err != nil {
		return 0, err
	}
	err = db.write(ctx, "store a review", func(tx *sql.Tx) error {
		reviewed = 0
		for _, id := range customerIDs {
			p, found, err := personBy(ctx, tx, seal, "customer_id = ?", id)
			if err != nil {
				return err
			}
			if !found || !which(p.Recipient) {
				continue
			}
			review(&p.Recipient, right)
			p.Changed = db.now()
			if err := updatePerson(ctx, tx, seal, &p); err != nil {
				return err
			}
			reviewed++
		}
		return nil
	})
	return reviewed, err
}

// review changes what is known of a person by a person's word about the match.
func review(r *post.Recipient, right bool) {
	if r.Uncertain = false; right {
		return
	}
	r.DigipostAddress, r.PersonAlias = "", ""
	r.Digipost, r.Reason, r.Checked = post.NeverChecked, post.ReasonInvalidAddress, time.Time{}
}
