package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"brevdue/app/post"
)

// Columns of an item that are frozen when the job is planned, and those that
// its way through the machine fills.
const (
	itemFrozen = "job_seq, seq, customer_id, row, name, search, to_kind, to_value, to_sealed, to_hash, to_person"
	itemMoving = `message_id, document_uuids, recipient_key, status, reason, channel, detail, split, finding, attempts, not_before,
	sent_sha256, sent_at, delivered_at, updated_at, status_at`
	itemColumns = "customer_id, row, name, to_kind, to_value, to_sealed, to_person, " + itemMoving
)

// targetPerson is the part of a target that is not its value.
type targetPerson struct {
	FirstName  string       `json:"first_name,omitempty"`
	MiddleName string       `json:"middle_name,omitempty"`
	LastName   string       `json:"last_name,omitempty"`
	FullName   string       `json:"full_name,omitempty"`
	Address    post.Address `json:"address"`
	BirthDate  string       `json:"birth_date,omitempty"`
	Phone      string       `json:"phone,omitempty"`
	Email      string       `json:"email,omitempty"`
}

// sealedKind reports whether a target's value is a personal number.
func sealedKind(kind post.TargetKind) bool {
	return kind == post.ByBirthNumber || kind == post.ByAccount
}

// targetHash is the keyed hash of a way to address somebody.
func targetHash(seal Sealer, to post.Target) []byte {
	if to.Kind == post.ByNameAndAddress {
		return lookup(seal, post.ByNameAndAddress, nameKey(post.Recipient{FullName: to.Name(), Address: to.Address}))
	}
	return lookup(seal, to.Kind, to.Value)
}

// frozenValues gives the values of itemFrozen.
func frozenValues(seal Sealer, job int64, item post.Item) ([]any, error) {
	to := item.To
	value, sealed := to.Value, []byte(nil)
	if sealedKind(to.Kind) {
		var err error
		if sealed, err = sealText(seal, to.Value, itemPlace(job, item.Seq)); err != nil {
			return nil, err
		}
		value = ""
	}
	person, err := asJSON(targetPerson{FirstName: to.FirstName, MiddleName: to.MiddleName, LastName: to.LastName, FullName: to.FullName,
		Address: to.Address, BirthDate: to.BirthDate, Phone: to.Phone, Email: to.Email})
	if err != nil {
		return nil, err
	}
	return []any{job, item.Seq, item.CustomerID, item.Row, item.Name, fold(item.Name), to.Kind, value, sealed, targetHash(seal, to), person}, nil
}

func itemPlace(job int64, seq int) []byte { return place("item", "to_value", job, seq) }

// movingValues gives the values of itemMoving.
func movingValues(item post.Item) ([]any, error) {
	uuids, err1 := asJSON(item.DocumentUUIDs)
	split, finding := post.NeverChecked, ""
	var err2 error
	if item.Finding != nil {
		split = item.Finding.Status
		finding, err2 = asJSON(item.Finding)
	}
	return []any{item.MessageID, uuids, item.RecipientKey, item.Status, item.Reason, item.Channel, item.Detail, split, finding,
		item.Attempts, stamp(item.NotBefore), item.SentSHA256, stamp(item.SentAt), stamp(item.DeliveredAt), stamp(item.UpdatedAt),
		stamp(item.StatusAt),
	}, errors.Join(err1, err2)
}

func insertItems(ctx context.Context, tx *sql.Tx, seal Sealer, job int64, items []post.Item) error {
	insert, err := tx.PrepareContext(ctx, insertInto("item", itemFrozen+", "+itemMoving))
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for _, item := range items {
		frozen, err := frozenValues(seal, job, item)
		if err != nil {
			return err
		}
		moving, err := movingValues(item)
		if err != nil {
			return err
		}
		result, err := insert.ExecContext(ctx, append(frozen, moving...)...)
		if err != nil {
			return fmt.Errorf("item %d: %w", item.Seq, err)
		}
		if err := insertUUIDs(ctx, tx, result, item); err != nil {
			return fmt.Errorf("item %d: %w", item.Seq, err)
		}
	}
	return nil
}

// insertUUIDs notes which item the uuids of its documents belong to.
func insertUUIDs(ctx context.Context, tx *sql.Tx, inserted sql.Result, item post.Item) error {
	id, err := inserted.LastInsertId()
	if err != nil {
		return err
	}
	return noteDocuments(ctx, tx, id, item.DocumentUUIDs)
}

func noteDocuments(ctx context.Context, tx *sql.Tx, id int64, uuids []string) error {
	for _, uuid := range uuids {
		if _, err := tx.ExecContext(ctx, insertInto("item_document", "uuid, item_id"), uuid, id); err != nil {
			return err
		}
	}
	return nil
}

// renewIDs notes the new ids of an item whose letter Digipost has thrown away.
// All of them are new, or none.
func renewIDs(ctx context.Context, tx *sql.Tx, before storedItem, item post.Item) error {
	old := before.item.DocumentUUIDs
	if before.item.MessageID == item.MessageID && slices.Equal(old, item.DocumentUUIDs) {
		return nil
	}
	kept := slices.ContainsFunc(item.DocumentUUIDs, func(uuid string) bool { return slices.Contains(old, uuid) })
	if before.item.MessageID == item.MessageID || len(old) != len(item.DocumentUUIDs) || kept {
		return fmt.Errorf("item %d: its ids change all together or not at all", item.Seq)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM item_document WHERE item_id = ?", before.id); err != nil {
		return err
	}
	return noteDocuments(ctx, tx, before.id, item.DocumentUUIDs)
}

// itemScanner reads items of one job.
type itemScanner struct {
	seal  Sealer
	job   string
	jobID int64
}

// scan reads the row number, seq and itemColumns.
func (s *itemScanner) scan(scan func(...any) error) (id int64, item post.Item, err error) {
	var sealed []byte
	var person, uuids, finding string
	var split post.SplitStatus
	var notBefore, sentAt, deliveredAt, updatedAt, statusAt int64
	if err := scan(&id, &item.Seq, &item.CustomerID, &item.Row, &item.Name, &item.To.Kind, &item.To.Value, &sealed, &person,
		&item.MessageID, &uuids, &item.RecipientKey, &item.Status, &item.Reason, &item.Channel, &item.Detail, &split, &finding,
		&item.Attempts, &notBefore, &item.SentSHA256, &sentAt, &deliveredAt, &updatedAt, &statusAt); err != nil {
		return 0, item, err
	}
	item.Job = s.job
	if len(sealed) > 0 {
		if item.To.Value, err = unsealText(s.seal, sealed, itemPlace(s.jobID, item.Seq)); err != nil {
			return 0, item, err
		}
	}
	var p targetPerson
	if finding != "" {
		item.Finding = &post.Finding{}
	}
	err = errors.Join(fromJSON(person, &p), fromJSON(uuids, &item.DocumentUUIDs), fromJSON(finding, item.Finding))
	item.To.FirstName, item.To.MiddleName, item.To.LastName, item.To.FullName = p.FirstName, p.MiddleName, p.LastName, p.FullName
	item.To.Address, item.To.BirthDate, item.To.Phone, item.To.Email = p.Address, p.BirthDate, p.Phone, p.Email
	item.NotBefore, item.SentAt = moment(notBefore), moment(sentAt)
	item.DeliveredAt, item.UpdatedAt, item.StatusAt = moment(deliveredAt), moment(updatedAt), moment(statusAt)
	return id, item, err
}

// Items gives a job's items that match, in the order of Seq.
func (db *DB) Items(ctx context.Context, job string, query post.ItemQuery) (items []post.Item, err error) {
	seal, err := db.sealer()
	if err != nil {
		return nil, err
	}
	err = db.read(ctx, "read items", func(tx *sql.Tx) error {
		seq, err := jobSeq(ctx, tx, job)
		if err != nil {
			return err
		}
		where, args := []string{"job_seq = ?"}, []any{seq}
		if len(query.Statuses) > 0 {
			where, args = append(where, "status IN ("+marks(len(query.Statuses))+")"), appendAny(args, query.Statuses)
		}
		for _, word := range searchWords(query.Search) {
			where, args = append(where, `search LIKE ? ESCAPE '\'`), append(args, likePattern(word))
		}
		scanner := &itemScanner{seal: seal, job: job, jobID: seq}
		return each(ctx, tx, func(rows *sql.Rows) error {
			_, item, err := scanner.scan(rows.Scan)
			items = append(items, item)
			return err
		}, "SELECT id, seq, "+itemColumns+" FROM item"+whereAll(where)+" ORDER BY seq"+limit(query.Limit, query.Offset), args...)
	})
	return items, err
}

// storedItem is an item with its row number.
type storedItem struct {
	id   int64
	item post.Item
}

// UpdateItems lets change alter the items with the given Seq, or all when seqs
// is nil, and writes them in one transaction. change may return post.ErrSkip to
// leave an item alone; any other error is given back as it is and nothing is
// written. What is frozen at planning (who, row, name, target) cannot change.
// change must not use the store.
func (db *DB) UpdateItems(ctx context.Context, job string, seqs []int, change func(*post.Item) error) (written int, err error) {
	seal, err := db.sealer()
	if err != nil {
		return 0, err
	}
	err = db.write(ctx, "change items", func(tx *sql.Tx) error {
		written = 0
		number, err := jobSeq(ctx, tx, job)
		if err != nil {
			return err
		}
		items, err := readStored(ctx, tx, &itemScanner{seal: seal, job: job, jobID: number}, seqs)
		if err != nil {
			return err
		}
		update, err := tx.PrepareContext(ctx, "UPDATE item SET ("+itemMoving+") = ("+marks(strings.Count(itemMoving, ",")+1)+") WHERE id = ?")
		if err != nil {
			return err
		}
		defer func() { _ = update.Close() }()
		for _, stored := range items {
			before, item := stored.item, stored.item
			if err := change(&item); errors.Is(err, post.ErrSkip) {
				continue
			} else if err != nil {
				return &callerError{err}
			}
			if frozen(before) != frozen(item) {
				return fmt.Errorf("item %d: who it is for cannot change", before.Seq)
			}
			if err := renewIDs(ctx, tx, stored, item); err != nil {
				return err
			}
			values, err := movingValues(item)
			if err != nil {
				return err
			}
			if _, err := update.ExecContext(ctx, append(values, stored.id)...); err != nil {
				return err
			}
			if err := noteLastLetter(ctx, tx, item); err != nil {
				return err
			}
			written++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return written, nil
}

// frozenPart is what must stay as it was planned.
type frozenPart struct {
	job, customerID, name string
	seq, row              int
	to                    post.Target
}

func frozen(item post.Item) frozenPart {
	return frozenPart{job: item.Job, customerID: item.CustomerID, name: item.Name, seq: item.Seq, row: item.Row, to: item.To}
}

// readStored reads items before they change: all, or those with the given seqs
// a few hundred at a time.
func readStored(ctx context.Context, tx *sql.Tx, scanner *itemScanner, seqs []int) (items []storedItem, err error) {
	visit := func(rows *sql.Rows) error {
		id, item, err := scanner.scan(rows.Scan)
		items = append(items, storedItem{id: id, item: item})
		return err
	}
	query := "SELECT id, seq, " + itemColumns + " FROM item WHERE job_seq = ?"
	if seqs == nil {
		err = each(ctx, tx, visit, query+" ORDER BY seq", scanner.jobID)
		return items, err
	}
	for part := range slices.Chunk(seqs, chunk) {
		args := appendAny([]any{scanner.jobID}, part)
		if err := each(ctx, tx, visit, query+" AND seq IN ("+marks(len(part))+") ORDER BY seq", args...); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// noteLastLetter remembers with the person when a letter last reached them.
func noteLastLetter(ctx context.Context, tx *sql.Tx, item post.Item) error {
	if item.CustomerID == "" || !item.Status.Reached() {
		return nil
	}
	at := item.DeliveredAt
	if at.IsZero() {
		at = item.SentAt
	}
	_, err := tx.ExecContext(ctx, "UPDATE person SET last_letter = ?1 WHERE customer_id = ?2 AND last_letter < ?1", stamp(at), item.CustomerID)
	return err
}
