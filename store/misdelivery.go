package store

import (
	"context"
	"database/sql"
	"fmt"

	"brevdue/app/post"
)

// Misdeliveries gives the cases of letters that reached the wrong people, the newest
// first.
func (db *DB) Misdeliveries(ctx context.Context) (cases []post.Misdelivery, err error) {
	seal, err := db.sealer()
	if err != nil {
		return nil, err
	}
	err = db.read(ctx, "read cases of wrong recipients", func(tx *sql.Tx) error {
		cases, err = misdeliveries(ctx, tx, seal)
		return err
	})
	return cases, err
}

func misdeliveries(ctx context.Context, tx *sql.Tx, seal Sealer) (cases []post.Misdelivery, err error) {
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var id string
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return err
		}
		var m post.Misdelivery
		err := unsealJSON(seal, sealed, place("misdelivery", "sealed", id), &m)
		cases = append(cases, m)
		return err
	}, "SELECT id, sealed FROM misdelivery ORDER BY opened DESC, id")
	return cases, err
}

// SaveMisdelivery stores a case, and a line in the audit chain with it; a line
// without an action is left out.
func (db *DB) SaveMisdelivery(ctx context.Context, m post.Misdelivery, line post.Audit) error {
	seal, err := db.sealer()
	if err != nil {
		return err
	}
	return db.write(ctx, "store a case of wrong recipients", func(tx *sql.Tx) error {
		if err := saveMisdelivery(ctx, tx, seal, m); err != nil || line.Action == "" {
			return err
		}
		return addAudit(ctx, tx, line)
	})
}

func saveMisdelivery(ctx context.Context, tx *sql.Tx, seal Sealer, m post.Misdelivery) error {
	sealed, err := sealJSON(seal, m, place("misdelivery", "sealed", m.ID))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, insertInto("misdelivery", "id, opened, sealed")+" ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed",
		m.ID, stamp(m.Opened), sealed)
	return err
}

// emptyCases takes out what was noted in cases about any of the items: it is free
// text and may name the person.
func emptyCases(ctx context.Context, tx *sql.Tx, seal Sealer, items []int64) error {
	cases, err := misdeliveries(ctx, tx, seal)
	if err != nil || len(cases) == 0 {
		return err
	}
	about := map[int]bool{}
	for _, id := range items {
		var job string
		var seq int
		if err := tx.QueryRowContext(ctx, "SELECT job.id, item.seq FROM item JOIN job ON job.seq = item.job_seq WHERE item.id = ?", id).Scan(&job, &seq); err != nil {
			return fmt.Errorf("find cases: %w", err)
		}
		for i, m := range cases {
			about[i] = about[i] || m.Has(job, seq)
		}
	}
	for i, m := range cases {
		if about[i] && (m.Note != "" || m.Why != "") {
			m.Note, m.Why = "", ""
			if err := saveMisdelivery(ctx, tx, seal, m); err != nil {
				return fmt.Errorf("empty what was noted in a case: %w", err)
			}
		}
	}
	return nil
}
