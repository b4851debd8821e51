package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"brevdue/app/post"
)

// Keys of single facts.
const (
	factFolderID    = "folder_id"
	factSender      = "sender"
	factCertificate = "certificate"
	factSFTPKey     = "sftp_key"
)

// querier is what a transaction and a handle have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readText(ctx context.Context, q querier, key string) (text string, found bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT value FROM fact WHERE key = ?", key).Scan(&text)
	if notFound(err) {
		return "", false, nil
	}
	return text, err == nil, err
}

func writeText(ctx context.Context, tx *sql.Tx, key, text string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, text)
	return err
}

// readFact reads a JSON fact into value, which stays as it is where there is
// none.
func (db *DB) readFact(ctx context.Context, key string, value any) error {
	text, found, err := readText(ctx, db.reader, key)
	if err == nil && found {
		err = json.Unmarshal([]byte(text), value)
	}
	return db.fault(ctx, "read "+key, err)
}

func (db *DB) saveFact(ctx context.Context, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("save %s: %w", key, err)
	}
	return db.write(ctx, "save "+key, func(tx *sql.Tx) error { return writeText(ctx, tx, key, string(text)) })
}

// ensureFolderID gives a new database its random id.
func (db *DB) ensureFolderID(ctx context.Context) error {
	return db.write(ctx, "make folder id", func(tx *sql.Tx) error {
		_, found, err := readText(ctx, tx, factFolderID)
		if err != nil || found {
			return err
		}
		id := make([]byte, 16)
		if _, err := rand.Read(id); err != nil {
			return err
		}
		return writeText(ctx, tx, factFolderID, hex.EncodeToString(id))
	})
}

// FolderID is the random id of this data folder, 32 hexadecimal digits. Keyring
// entries carry it, so that two folders never share a secret.
func (db *DB) FolderID(ctx context.Context) (string, error) {
	id, _, err := readText(ctx, db.reader, factFolderID)
	return id, db.fault(ctx, "read folder id", err)
}

// Settings gives all settings.
func (db *DB) Settings(ctx context.Context) (map[string]string, error) {
	settings := map[string]string{}
	err := db.read(ctx, "read settings", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			var key, value string
			if err := rows.Scan(&key, &value); err != nil {
				return err
			}
			settings[key] = value
			return nil
		}, "SELECT key, value FROM setting")
	})
	return settings, err
}

// SetSetting stores one setting; an empty value removes it.
func (db *DB) SetSetting(ctx context.Context, key, value string) error {
	return db.write(ctx, "store setting", func(tx *sql.Tx) error {
		query, args := "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", []any{key, value}
		if value == "" {
			query, args = "DELETE FROM setting WHERE key = ?", []any{key}
		}
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// Sender gives the profile's sender; SenderID is 0 before sign-up.
func (db *DB) Sender(ctx context.Context) (sender post.Sender, err error) {
	return sender, db.readFact(ctx, factSender, &sender)
}

// SaveSender stores the profile's sender.
func (db *DB) SaveSender(ctx context.Context, sender post.Sender) error {
	return db.saveFact(ctx, factSender, sender)
}

// Certificate gives what can be shown of the sender's certificate.
func (db *DB) Certificate(ctx context.Context) (facts post.CertificateFacts, err error) {
	return facts, db.readFact(ctx, factCertificate, &facts)
}

// SaveCertificate stores what can be shown of the sender's certificate.
func (db *DB) SaveCertificate(ctx context.Context, facts post.CertificateFacts) error {
	return db.saveFact(ctx, factCertificate, facts)
}

// SFTPKey gives what can be shown of the sender's SFTP key.
func (db *DB) SFTPKey(ctx context.Context) (facts post.SFTPKeyFacts, err error) {
	return facts, db.readFact(ctx, factSFTPKey, &facts)
}

// SaveSFTPKey stores what can be shown of the sender's SFTP key.
func (db *DB) SaveSFTPKey(ctx context.Context, facts post.SFTPKeyFacts) error {
	return db.saveFact(ctx, factSFTPKey, facts)
}

// PinnedHostKey gives the pinned key of a host.
func (db *DB) PinnedHostKey(ctx context.Context, host string) (key post.HostKey, found bool, err error) {
	var at int64
	err = db.reader.QueryRowContext(ctx, "SELECT host, fingerprint, at FROM host_key WHERE host = ?", host).
		Scan(&key.Host, &key.Fingerprint, &at)
	if notFound(err) {
		return post.HostKey{}, false, nil
	}
	key.At = moment(at)
	return key, err == nil, db.fault(ctx, "read host key", err)
}

// PinHostKey pins a host's key in place of the one pinned before.
func (db *DB) PinHostKey(ctx context.Context, key post.HostKey) error {
	return db.write(ctx, "pin host key", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO host_key (host, fingerprint, at) VALUES (?, ?, ?)
			ON CONFLICT (host) DO UPDATE SET fingerprint = excluded.fingerprint, at = excluded.at`,
			key.Host, key.Fingerprint, stamp(key.At))
		return err
	})
}

// Onboarding gives the newest sign-up attempt.
func (db *DB) Onboarding(ctx context.Context) (attempt post.Onboarding, found bool, err error) {
	var id string
	var data []byte
	err = db.reader.QueryRowContext(ctx, "SELECT id, data FROM onboarding ORDER BY seq DESC LIMIT 1").Scan(&id, &data)
	if notFound(err) {
		return attempt, false, nil
	}
	if err != nil {
		return attempt, false, db.fault(ctx, "read sign-up", err)
	}
	seal, err := db.sealer()
	if err != nil {
		return attempt, false, err
	}
	text, err := unsealText(seal, data, place("onboarding", "data", id))
	if err == nil {
		err = json.Unmarshal([]byte(text), &attempt)
	}
	return attempt, err == nil, db.fault(ctx, "read sign-up", err)
}

// SaveOnboarding stores a sign-up attempt in place of the one with its id.
func (db *DB) SaveOnboarding(ctx context.Context, attempt post.Onboarding) error {
	seal, err := db.sealer()
	if err != nil {
		return err
	}
	text, err := json.Marshal(attempt)
	if err != nil {
		return fmt.Errorf("save sign-up: %w", err)
	}
	data, err := sealText(seal, string(text), place("onboarding", "data", attempt.ID))
	if err != nil {
		return err
	}
	return db.write(ctx, "save sign-up", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO onboarding (id, data) VALUES (?, ?)
			ON CONFLICT (id) DO UPDATE SET data = excluded.data`, attempt.ID, data)
		return err
	})
}

// SaveMapping remembers how a list's columns were matched.
func (db *DB) SaveMapping(ctx context.Context, saved post.SavedMapping) error {
	headings, err := json.Marshal(saved.Headings)
	if err != nil {
		return fmt.Errorf("save mapping: %w", err)
	}
	mapping, err := json.Marshal(saved.Mapping)
	if err != nil {
		return fmt.Errorf("save mapping: %w", err)
	}
	return db.write(ctx, "save mapping", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO mapping (headings_hash, headings, mapping, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (headings_hash) DO UPDATE SET headings = excluded.headings, mapping = excluded.mapping, at = excluded.at`,
			headingsHash(saved.Headings), string(headings), string(mapping), stamp(saved.At))
		return err
	})
}

// Mapping gives the mapping saved for the same headings, in whatever order the
// columns stand now.
func (db *DB) Mapping(ctx context.Context, headings []string) (post.Mapping, bool, error) {
	var text string
	err := db.reader.QueryRowContext(ctx, "SELECT mapping FROM mapping WHERE headings_hash = ?", headingsHash(headings)).Scan(&text)
	if notFound(err) {
		return nil, false, nil
	}
	var mapping post.Mapping
	if err == nil {
		err = json.Unmarshal([]byte(text), &mapping)
	}
	return mapping, err == nil, db.fault(ctx, "read mapping", err)
}

// headingsHash names a set of headings; empty ones do not count.
func headingsHash(headings []string) string {
	var named []string
	for _, heading := range headings {
		if heading = strings.TrimSpace(heading); heading != "" {
			named = append(named, heading)
		}
	}
	sort.Strings(named)
	sum := sha256.Sum256([]byte(strings.Join(named, "\x00")))
	return hex.EncodeToString(sum[:])
}

// each runs fn on each row of a query.
func each(ctx context.Context, q querier, fn func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// asJSON and fromJSON store small parts whose fields nobody searches for.
func asJSON(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

func fromJSON(text string, value any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), value)
}
