package store

import (
	"context"
	"database/sql"

	"brevdue/app/post"
)

const documentColumns = "item, idx, name, file_type, sha256, size, pages, staged"

func insertDocuments(ctx context.Context, tx *sql.Tx, job int64, documents []post.Document) error {
	if len(documents) == 0 {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, insertInto("document", "job_seq, "+documentColumns))
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for _, d := range documents {
		if _, err := insert.ExecContext(ctx, job, d.Item, d.Index, d.Name, d.FileType, d.SHA256, d.Size, d.Pages, d.Staged); err != nil {
			return err
		}
	}
	return nil
}

// Documents gives a job's files: those that go to all, then those of single
// letters, each in their order.
func (db *DB) Documents(ctx context.Context, job string) ([]post.Document, error) {
	return db.documents(ctx, job, "ORDER BY item, idx")
}

// DocumentsOf gives the files of one letter by its Seq: its own, then those that
// go to all. Item 0 asks for the latter alone.
func (db *DB) DocumentsOf(ctx context.Context, job string, item int) ([]post.Document, error) {
	return db.documents(ctx, job, "AND item IN (0, ?) ORDER BY item = 0, idx", item)
}

func (db *DB) documents(ctx context.Context, job, clause string, args ...any) (documents []post.Document, err error) {
	err = db.read(ctx, "read documents", func(tx *sql.Tx) error {
		seq, err := jobSeq(ctx, tx, job)
		if err != nil {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			var d post.Document
			err := rows.Scan(&d.Item, &d.Index, &d.Name, &d.FileType, &d.SHA256, &d.Size, &d.Pages, &d.Staged)
			documents = append(documents, d)
			return err
		}, "SELECT "+documentColumns+" FROM document WHERE job_seq = ? "+clause, append([]any{seq}, args...)...)
	})
	return documents, err
}
