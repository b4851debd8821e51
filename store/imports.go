package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"brevdue/app/post"
)

// ownIDPrefix starts the customer ids that the register gives, so that they do
// not meet those of the user's own lists. factLastID is the highest given.
const (
	ownIDPrefix = "B"
	factLastID  = "last_customer_id"
)

// ownIDNumber gives the number in an id of the register's own making.
func ownIDNumber(id string) (int, bool) {
	number, found := strings.CutPrefix(id, ownIDPrefix)
	if !found || len(number) < 5 || len(number) > 12 || digits(number) != number {
		return 0, false
	}
	n, err := strconv.Atoi(number)
	return n, err == nil
}

func ownID(id string) bool {
	_, ok := ownIDNumber(id)
	return ok
}

// NextCustomerIDs gives count ids that no person has or has had: "B00001" and
// on. They are taken when an import stores people under them, so that a preview
// uses none up.
func (db *DB) NextCustomerIDs(ctx context.Context, count int) (ids []string, err error) {
	err = db.read(ctx, "make customer ids", func(tx *sql.Tx) error {
		last, err := lastOwnID(ctx, tx)
		if err != nil {
			return err
		}
		for len(ids) < count {
			last++
			id := fmt.Sprintf("%s%05d", ownIDPrefix, last)
			var taken bool
			if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM person WHERE customer_id = ?)", id).Scan(&taken); err != nil {
				return err
			}
			if !taken {
				ids = append(ids, id)
			}
		}
		return nil
	})
	return ids, err
}

func lastOwnID(ctx context.Context, q querier) (int, error) {
	text, found, err := readText(ctx, q, factLastID)
	if err != nil || !found {
		return 0, err
	}
	return strconv.Atoi(text)
}

const importColumns = "id, file, sheet, at, new_count, changed, same, undone, group_name, file_sha256, header_row, row_count"

// ApplyImport stores the changes and the import in one transaction. When the
// register changed after the changes were worked out, it stores nothing and
// gives a fault plan_changed.
func (db *DB) ApplyImport(ctx context.Context, imported post.Import, changes []post.Change) error {
	seal, err := db.sealer()
	if err != nil {
		return err
	}
	return db.write(ctx, "store import", func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, insertInto("import", importColumns), imported.ID, imported.File, imported.Sheet,
			stamp(imported.At), imported.New, imported.Changed, imported.Same, imported.Undone, imported.Group, imported.FileSHA256,
			imported.HeaderRow, imported.RowCount)
		if err != nil {
			return err
		}
		seq, err := result.LastInsertId()
		if err != nil {
			return err
		}
		importer := importer{tx: tx, seal: seal, db: db, seq: seq}
		if importer.lastID, err = lastOwnID(ctx, tx); err != nil {
			return err
		}
		for i := range changes {
			if err := importer.apply(ctx, &changes[i]); err != nil {
				return fmt.Errorf("row %d: %w", changes[i].Row, err)
			}
		}
		return writeText(ctx, tx, factLastID, strconv.Itoa(importer.lastID))
	})
}

// importer stores the changes of one import.
type importer struct {
	tx     *sql.Tx
	seal   Sealer
	db     *DB
	seq    int64
	lastID int
}

func (im *importer) apply(ctx context.Context, change *post.Change) error {
	now, found, err := personBy(ctx, im.tx, im.seal, "customer_id = ?", targetOf(change))
	if err != nil {
		return err
	}
	switch change.Kind {
	case post.ChangeNew:
		if found {
			return staleChange("the customer id is taken")
		}
		return im.add(ctx, change.After)
	case post.ChangeUpdate:
		if change.Before == nil || !found || !(change.Before.Changed.IsZero() || now.Changed.Equal(change.Before.Changed)) {
			return staleChange("the person was changed or removed")
		}
		return im.update(ctx, now, change.After)
	case post.ChangeSame:
		if !found {
			return staleChange("the person was removed")
		}
		return im.remember(ctx, now, post.ChangeSame, nil)
	}
	return fmt.Errorf("unknown change %q", change.Kind)
}

// targetOf is the id under which the person is in the register now; an update
// may give another one.
func targetOf(change *post.Change) string {
	if change.Kind == post.ChangeUpdate && change.Before != nil {
		return change.Before.CustomerID
	}
	return change.After.CustomerID
}

func staleChange(why string) error {
	return post.NewFault(post.CodePlanChanged, errors.New(why))
}

func (im *importer) add(ctx context.Context, after post.Recipient) error {
	if after.CustomerID == "" {
		return errors.New("a new person without a customer id")
	}
	if number, ok := ownIDNumber(after.CustomerID); ok {
		im.lastID = max(im.lastID, number)
	}
	p := person{Recipient: after}
	p.Created = im.db.now()
	p.Changed = p.Created
	if err := insertPerson(ctx, im.tx, im.seal, &p); err != nil {
		return err
	}
	return im.remember(ctx, p, post.ChangeNew, nil)
}

func (im *importer) update(ctx context.Context, now person, after post.Recipient) error {
	var before []byte
	// A person who is in the list twice is put back as before the first time.
	err := im.tx.QueryRowContext(ctx, "SELECT before FROM import_change WHERE import_seq = ? AND person_id = ?", im.seq, now.id).Scan(&before)
	switch {
	case notFound(err):
		text, err := json.Marshal(now.Recipient)
		if err != nil {
			return err
		}
		if before, err = sealText(im.seal, string(text), im.place(now.id)); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	kind := post.ChangeUpdate
	if before == nil {
		kind = post.ChangeNew // made by the same import
	}
	p := person{id: now.id, revision: now.revision, Recipient: after}
	// Kept by the register, whatever the list's view of the person says.
	p.Created, p.LastLetter, p.Changed = now.Created, now.LastLetter, im.db.now()
	if err := updatePerson(ctx, im.tx, im.seal, &p); err != nil {
		return err
	}
	return im.remember(ctx, p, kind, before)
}

func (im *importer) place(id int64) []byte { return place("import_change", "before", im.seq, id) }

// remember notes what the import did to a person, for the history and the undo.
func (im *importer) remember(ctx context.Context, p person, kind post.ChangeKind, before []byte) error {
	conflict := " ON CONFLICT DO UPDATE SET kind = excluded.kind, before = excluded.before, revision = excluded.revision"
	if kind == post.ChangeSame {
		conflict = " ON CONFLICT DO NOTHING"
	}
	_, err := im.tx.ExecContext(ctx, insertInto("import_change", "import_seq, person_id, kind, before, revision")+conflict,
		im.seq, p.id, kind, before, p.revision)
	return err
}

// changed is what an import did to one person.
type changed struct {
	personID, revision int64
	kind               post.ChangeKind
	before             []byte
}

// UndoImport puts people back as they were before the import and removes those
// it made. People changed since, and new ones who got a letter or were asked
// about since, are left alone and counted. Undoing twice changes nothing. An
// unknown id is a fault import_unknown.
func (db *DB) UndoImport(ctx context.Context, id string) (undone, left int, err error) {
	seal, err := db.sealer()
	if err != nil {
		return 0, 0, err
	}
	err = db.write(ctx, "undo import", func(tx *sql.Tx) error {
		undone, left = 0, 0
		var seq int64
		var before bool
		err := tx.QueryRowContext(ctx, "SELECT seq, undone FROM import WHERE id = ?", id).Scan(&seq, &before)
		if notFound(err) {
			return post.NewFault(post.CodeImportUnknown, nil, "import", id)
		}
		if err != nil || before {
			return err
		}
		var changes []changed
		if err := each(ctx, tx, func(rows *sql.Rows) error {
			var c changed
			err := rows.Scan(&c.personID, &c.kind, &c.before, &c.revision)
			changes = append(changes, c)
			return err
		}, "SELECT person_id, kind, before, revision FROM import_change WHERE import_seq = ? AND kind <> ?", seq, post.ChangeSame); err != nil {
			return err
		}
		im := importer{tx: tx, seal: seal, db: db, seq: seq}
		for _, c := range changes {
			done, err := im.undo(ctx, c)
			if err != nil {
				return err
			}
			if done {
				undone++
			} else {
				left++
			}
		}
		_, err = tx.ExecContext(ctx, "UPDATE import SET undone = 1 WHERE seq = ?", seq)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	return undone, left, nil
}

// undo takes one change back; done is false when the person changed since.
func (im *importer) undo(ctx context.Context, c changed) (done bool, err error) {
	now, found, err := personBy(ctx, im.tx, im.seal, "person.id = ?", c.personID)
	if err != nil || !found || now.revision != c.revision {
		return false, err
	}
	if c.kind == post.ChangeNew {
		result, err := im.tx.ExecContext(ctx, `DELETE FROM person WHERE id = ? AND NOT EXISTS
			(SELECT 1 FROM item WHERE item.customer_id = person.customer_id AND item.customer_id <> '')`, c.personID)
		if err != nil {
			return false, err
		}
		n, err := result.RowsAffected()
		return n > 0, err
	}
	text, err := unsealText(im.seal, c.before, im.place(c.personID))
	if err != nil {
		return false, err
	}
	p := person{id: now.id, revision: now.revision}
	if err := json.Unmarshal([]byte(text), &p.Recipient); err != nil {
		return false, err
	}
	p.LastLetter, p.Changed = now.LastLetter, im.db.now()
	return true, updatePerson(ctx, im.tx, im.seal, &p)
}

// Imports gives all imports, the newest first.
func (db *DB) Imports(ctx context.Context) (imports []post.Import, err error) {
	err = db.read(ctx, "read imports", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			var i post.Import
			var at int64
			err := rows.Scan(&i.ID, &i.File, &i.Sheet, &at, &i.New, &i.Changed, &i.Same, &i.Undone, &i.Group, &i.FileSHA256,
				&i.HeaderRow, &i.RowCount)
			i.At = moment(at)
			imports = append(imports, i)
			return err
		}, "SELECT "+importColumns+" FROM import ORDER BY seq DESC")
	})
	return imports, err
}
