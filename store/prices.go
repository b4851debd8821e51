package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// pricePrefix begins the keys of prices among the settings.
const pricePrefix = "price."

// storedPrice is a price as it is stored: what it is, and since when.
type storedPrice struct {
	Value   string    `json:"value"`
	Changed time.Time `json:"changed"`
}

// Prices gives the user's own price table as it was written, by key, and when
// each value was last changed. A price that is not there was never filled in.
func (db *DB) Prices(ctx context.Context) (values map[string]string, changed map[string]time.Time, err error) {
	values, changed = map[string]string{}, map[string]time.Time{}
	err = db.read(ctx, "read prices", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			var key, text string
			if err := rows.Scan(&key, &text); err != nil {
				return err
			}
			var price storedPrice
			if err := json.Unmarshal([]byte(text), &price); err != nil {
				return fmt.Errorf("price %s: %w", key, err)
			}
			key = strings.TrimPrefix(key, pricePrefix)
			values[key], changed[key] = price.Value, price.Changed
			return nil
		}, "SELECT key, value FROM setting WHERE key LIKE ?", pricePrefix+"%")
	})
	return values, changed, err
}

// SetPrices stores prices, all or none; an empty value removes one. A price that
// stays the same keeps the time of its last change. Whether keys and values make
// sense is for the caller to judge.
func (db *DB) SetPrices(ctx context.Context, values map[string]string) error {
	now := db.now().UTC()
	return db.write(ctx, "store prices", func(tx *sql.Tx) error {
		for key, value := range values {
			if value == "" {
				if _, err := tx.ExecContext(ctx, "DELETE FROM setting WHERE key = ?", pricePrefix+key); err != nil {
					return err
				}
				continue
			}
			text, err := asJSON(storedPrice{Value: value, Changed: now})
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO setting (key, value) VALUES (?1, ?2)
				ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value ->> '$.value' <> ?3`, pricePrefix+key, text, value); err != nil {
				return err
			}
		}
		return nil
	})
}
