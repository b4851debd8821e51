package store

import (
	"context"
	"database/sql"
	"slices"

	"brevdue/app/post"
)

// ItemsByDocument gives the items that have one of the document uuids, by uuid.
// Unknown uuids are left out.
func (db *DB) ItemsByDocument(ctx context.Context, uuids []string) (map[string]post.Item, error) {
	seal, err := db.sealer()
	if err != nil {
		return nil, err
	}
	items := make(map[string]post.Item, len(uuids))
	err = db.read(ctx, "find letters by document", func(tx *sql.Tx) error {
		scanner := &itemScanner{seal: seal}
		for part := range slices.Chunk(uuids, chunk) {
			if err := each(ctx, tx, func(rows *sql.Rows) error {
				var uuid string
				_, item, err := scanner.scan(func(fields ...any) error {
					return rows.Scan(append([]any{&uuid, &scanner.job, &scanner.jobID}, fields...)...)
				})
				items[uuid] = item
				return err
			}, `SELECT uuid, (SELECT job.id FROM job WHERE job.seq = job_seq), job_seq, id, seq, `+itemColumns+`
				FROM item_document JOIN item ON item.id = item_id WHERE uuid IN (`+marks(len(part))+")", appendAny(nil, part)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return items, nil
}

// Mark gives the place in Digipost's feed of a sender, "" before the first time.
func (db *DB) Mark(ctx context.Context, senderID int64) (mark string, err error) {
	err = db.reader.QueryRowContext(ctx, "SELECT mark FROM mark WHERE sender_id = ?", senderID).Scan(&mark)
	if notFound(err) {
		return "", nil
	}
	return mark, db.fault(ctx, "read the place in the feed", err)
}

// SetMark keeps the place in Digipost's feed of a sender.
func (db *DB) SetMark(ctx context.Context, senderID int64, mark string) error {
	return db.write(ctx, "keep the place in the feed", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO mark (sender_id, mark) VALUES (?, ?)
			ON CONFLICT (sender_id) DO UPDATE SET mark = excluded.mark`, senderID, mark)
		return err
	})
}
