package store

import (
	"context"
	"database/sql"

	"brevdue/app/post"
)

// Glance is what can be told of a profile without its sealing key: enough to
// list it beside others, and to know whether somebody has to act on its jobs.
type Glance struct {
	Sender      post.Sender
	Certificate post.CertificateFacts
	// Working are jobs that were approved and are not finished. Asking are those
	// that wait for a person: for an approval, or held up by some trouble.
	Working, Asking int
	Settings        map[string]string
}

// Glance reads what can be told without a sealing key.
func (db *DB) Glance(ctx context.Context) (g Glance, err error) {
	if g.Sender, err = db.Sender(ctx); err != nil {
		return g, err
	}
	if g.Certificate, err = db.Certificate(ctx); err != nil {
		return g, err
	}
	if g.Settings, err = db.Settings(ctx); err != nil {
		return g, err
	}
	err = db.read(ctx, "count open jobs", func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT
			count(*) FILTER (WHERE state <> ?1), count(*) FILTER (WHERE state = ?1 OR trouble <> '')
			FROM job WHERE state NOT IN (?2, ?3, ?4)`,
			post.JobReady, post.JobDone, post.JobStopped, post.JobRefused).Scan(&g.Working, &g.Asking)
	})
	return g, err
}
