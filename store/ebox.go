package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"brevdue/app/post"
)

// Keys of the facts about the e-Box.
const (
	factEBoxServers = "ebox_servers"
	// factEBoxVersion counts changes, so that a copy in memory knows when it is old.
	factEBoxVersion = "ebox_version"
	// factEBoxLooked is when the person last looked at the inbox.
	factEBoxLooked = "ebox_looked"
)

// EBoxTrajectory gives the profile's way to the e-Box; found is false before it
// began.
func (db *DB) EBoxTrajectory(ctx context.Context) (t post.EBoxTrajectory, found bool, err error) {
	var sealed []byte
	err = db.reader.QueryRowContext(ctx, "SELECT sealed FROM ebox_trajectory WHERE id = 1").Scan(&sealed)
	if notFound(err) {
		return t, false, nil
	}
	if err != nil {
		return t, false, db.fault(ctx, "read e-Box trajectory", err)
	}
	seal, err := db.sealer()
	if err != nil {
		return t, false, err
	}
	err = unsealJSON(seal, sealed, place("ebox_trajectory", "sealed"), &t)
	return t, err == nil, err
}

// SaveEBoxTrajectory stores the profile's way to the e-Box. All of it is sealed:
// people's notes stand in it.
func (db *DB) SaveEBoxTrajectory(ctx context.Context, t post.EBoxTrajectory) error {
	seal, err := db.sealer()
	if err != nil {
		return err
	}
	sealed, err := sealJSON(seal, t, place("ebox_trajectory", "sealed"))
	if err != nil {
		return err
	}
	return db.write(ctx, "save e-Box trajectory", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO ebox_trajectory (id, sealed) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed", sealed)
		return err
	})
}

// EBoxServers gives the addresses that were set for the e-Box.
func (db *DB) EBoxServers(ctx context.Context) (access post.EBoxAccess, err error) {
	return access, db.readFact(ctx, factEBoxServers, &access)
}

// SaveEBoxServers stores addresses for the e-Box.
func (db *DB) SaveEBoxServers(ctx context.Context, access post.EBoxAccess) error {
	return db.saveFact(ctx, factEBoxServers, access)
}

// ForgetEBox removes the trajectory and all that was kept of messages and
// downloads, also from the file's free pages and the copies made before
// migrations. The files that were saved are the user's and stay.
func (db *DB) ForgetEBox(ctx context.Context) error {
	err := db.writeEBox(ctx, "forget the e-Box", func(tx *sql.Tx) error {
		for _, table := range []string{"ebox_trajectory", "ebox_message", "ebox_download", "ebox_source"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM fact WHERE key IN (?, ?)", factEBoxServers, factEBoxLooked)
		return err
	})
	if err != nil {
		return err
	}
	return db.fault(ctx, "forget the e-Box", errors.Join(db.checkpoint(ctx), db.removeBackups(0)))
}

// writeEBox is write for what a copy in memory is made of.
func (db *DB) writeEBox(ctx context.Context, what string, fn func(tx *sql.Tx) error) error {
	return db.write(ctx, what, func(tx *sql.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO fact (key, value) VALUES (?, '1')
			ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`, factEBoxVersion)
		return err
	})
}

// EBoxVersion changes whenever a message, download or look does.
func (db *DB) EBoxVersion(ctx context.Context) (version int64, err error) {
	return version, db.readFact(ctx, factEBoxVersion, &version)
}

// EBoxEntries gives all messages with their downloads. A message moved to
// another row by hand does not open: a fault seal_key.
func (db *DB) EBoxEntries(ctx context.Context) ([]post.EBoxEntry, error) {
	return db.eboxEntries(ctx, "")
}

// EBoxEntry gives one message with its downloads.
func (db *DB) EBoxEntry(ctx context.Context, provider, message string) (entry post.EBoxEntry, found bool, err error) {
	entries, err := db.eboxEntries(ctx, " WHERE provider = ? AND message = ?", provider, message)
	if err != nil || len(entries) == 0 {
		return post.EBoxEntry{}, false, err
	}
	return entries[0], true, nil
}

// eboxEntries gives the messages that a condition, which also holds for their
// downloads, picks.
func (db *DB) eboxEntries(ctx context.Context, where string, args ...any) (entries []post.EBoxEntry, err error) {
	seal, err := db.sealer()
	if err != nil {
		return nil, err
	}
	err = db.read(ctx, "read the e-Box", func(tx *sql.Tx) error {
		var looked int64
		if text, found, err := readText(ctx, tx, factEBoxLooked); err != nil {
			return err
		} else if found {
			if err := fromJSON(text, &looked); err != nil {
				return err
			}
		}
		index := map[[2]string]int{}
		err := each(ctx, tx, func(rows *sql.Rows) error {
			var provider, message string
			var sealed []byte
			var first, last int64
			if err := rows.Scan(&provider, &message, &sealed, &first, &last); err != nil {
				return err
			}
			entry := post.EBoxEntry{FirstSeen: moment(first), LastSeen: moment(last), New: first > looked}
			if err := unsealJSON(seal, sealed, messagePlace(provider, message), &entry.EBoxMessage); err != nil {
				return err
			}
			index[[2]string{provider, message}] = len(entries)
			entries = append(entries, entry)
			return nil
		}, "SELECT provider, message, sealed, first_seen, last_seen FROM ebox_message"+where, args...)
		if err != nil {
			return err
		}
		return eachDownload(ctx, tx, seal, func(d post.EBoxDownload) {
			if at, found := index[[2]string{d.Provider, d.Message}]; found {
				entries[at].Downloads = append(entries[at].Downloads, d)
			}
		}, where, args...)
	})
	return entries, err
}

func eachDownload(ctx context.Context, tx *sql.Tx, seal Sealer, visit func(post.EBoxDownload), where string, args ...any) error {
	return each(ctx, tx, func(rows *sql.Rows) error {
		var d post.EBoxDownload
		var sealed []byte
		var at int64
		if err := rows.Scan(&d.Provider, &d.Message, &d.Attachment, &sealed, &d.SHA256, &d.Size, &at); err != nil {
			return err
		}
		path, err := unsealText(seal, sealed, downloadPlace(d))
		d.Path, d.At = path, moment(at)
		visit(d)
		return err
	}, "SELECT provider, message, attachment, sealed_path, sha256, size, at FROM ebox_download"+where+" ORDER BY at, path_hash", args...)
}

// KeepEBoxMessages adds messages of a provider or brings them up to date, and
// gives the ids of those not seen before, in their order. What a list leaves out
// and was known before stays: documents, names and facts.
func (db *DB) KeepEBoxMessages(ctx context.Context, provider string, messages []post.EBoxMessage, at time.Time) (fresh []string, err error) {
	seal, err := db.sealer()
	if err != nil {
		return nil, err
	}
	err = db.writeEBox(ctx, "keep e-Box messages", func(tx *sql.Tx) error {
		fresh = nil
		for _, message := range messages {
			known, err := keepMessage(ctx, tx, seal, provider, message, stamp(at))
			if err != nil {
				return err
			}
			if !known {
				fresh = append(fresh, message.ID)
			}
		}
		return nil
	})
	return fresh, err
}

func keepMessage(ctx context.Context, tx *sql.Tx, seal Sealer, provider string, message post.EBoxMessage, at int64) (known bool, err error) {
	message.Provider = provider
	where := messagePlace(provider, message.ID)
	var sealed []byte
	err = tx.QueryRowContext(ctx, "SELECT sealed FROM ebox_message WHERE provider = ? AND message = ?", provider, message.ID).Scan(&sealed)
	if known = err == nil; known {
		var before post.EBoxMessage
		if err := unsealJSON(seal, sealed, where, &before); err != nil {
			return known, err
		}
		message = completed(message, before)
	} else if !notFound(err) {
		return false, err
	}
	if sealed, err = sealJSON(seal, message, where); err != nil {
		return known, err
	}
	_, err = tx.ExecContext(ctx, insertInto("ebox_message", "provider, message, sealed, first_seen, last_seen")+
		" ON CONFLICT (provider, message) DO UPDATE SET sealed = excluded.sealed, last_seen = excluded.last_seen", provider, message.ID, sealed, at, at)
	return known, err
}

// completed fills what a message lacks from what was known of it.
func completed(message, before post.EBoxMessage) post.EBoxMessage {
	if len(message.Attachments) == 0 {
		message.Attachments = before.Attachments
	}
	if len(message.Data) == 0 {
		message.Data = before.Data
	}
	if message.Payment == nil {
		message.Payment = before.Payment
	}
	for _, name := range []struct{ now, before *post.Translated }{
		{&message.Sender, &before.Sender}, {&message.Type, &before.Type}, {&message.Application, &before.Application}} {
		if *name.now == (post.Translated{}) {
			*name.now = *name.before
		}
	}
	return message
}

// EBoxLooked notes that the person has looked: what came until then is new no
// more.
func (db *DB) EBoxLooked(ctx context.Context, at time.Time) error {
	return db.writeEBox(ctx, "note a look at the e-Box", func(tx *sql.Tx) error {
		text, err := asJSON(stamp(at))
		if err != nil {
			return err
		}
		return writeText(ctx, tx, factEBoxLooked, text)
	})
}

// EBoxSources gives how reading each provider went, by the provider's id.
func (db *DB) EBoxSources(ctx context.Context) (map[string]post.EBoxSource, error) {
	sources := map[string]post.EBoxSource{}
	err := db.read(ctx, "read e-Box providers", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			var id, text string
			var source post.EBoxSource
			if err := rows.Scan(&id, &text); err != nil {
				return err
			}
			err := fromJSON(text, &source)
			sources[id] = source
			return err
		}, "SELECT provider, source FROM ebox_source")
	})
	return sources, err
}

// SaveEBoxSource stores how reading a provider went.
func (db *DB) SaveEBoxSource(ctx context.Context, source post.EBoxSource) error {
	text, err := asJSON(source)
	if err != nil {
		return fmt.Errorf("save e-Box provider: %w", err)
	}
	return db.write(ctx, "save e-Box provider", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, insertInto("ebox_source", "provider, source")+" ON CONFLICT (provider) DO UPDATE SET source = excluded.source",
			source.Provider.ID, text)
		return err
	})
}

// SaveEBoxDownload stores a document that is to be saved, or was.
func (db *DB) SaveEBoxDownload(ctx context.Context, d post.EBoxDownload) error {
	seal, err := db.sealer()
	if err != nil {
		return err
	}
	path, err := sealText(seal, d.Path, downloadPlace(d))
	if err != nil {
		return err
	}
	return db.writeEBox(ctx, "save e-Box download", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, insertInto("ebox_download", "provider, message, attachment, path_hash, sealed_path, sha256, size, at")+
			` ON CONFLICT (provider, message, attachment, path_hash) DO UPDATE SET sha256 = excluded.sha256, size = excluded.size, at = excluded.at`,
			d.Provider, d.Message, d.Attachment, seal.Lookup("ebox_path", d.Path), path, d.SHA256, d.Size, stamp(d.At))
		return err
	})
}

// DropEBoxDownload removes a download; one that is not there is none.
func (db *DB) DropEBoxDownload(ctx context.Context, d post.EBoxDownload) error {
	seal, err := db.sealer()
	if err != nil {
		return err
	}
	return db.writeEBox(ctx, "drop e-Box download", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM ebox_download WHERE provider = ? AND message = ? AND attachment = ? AND path_hash = ?",
			d.Provider, d.Message, d.Attachment, seal.Lookup("ebox_path", d.Path))
		return err
	})
}

// The contexts that sealed values of the e-Box are bound to.
func messagePlace(provider, message string) []byte {
	return place("ebox_message", "sealed", provider, message)
}

func downloadPlace(d post.EBoxDownload) []byte {
	return place("ebox_download", "sealed_path", d.Provider, d.Message, d.Attachment)
}

// sealJSON and unsealJSON are sealText and unsealText for a value.
func sealJSON(seal Sealer, value any, place []byte) ([]byte, error) {
	text, err := asJSON(value)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealText(seal, text, place)
}

func unsealJSON(seal Sealer, sealed, place []byte, value any) error {
	text, err := unsealText(seal, sealed, place)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), value)
}
