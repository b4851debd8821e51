package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"brevdue/app/post"
)

// Health is what is shown of a sound database.
type Health struct {
	// Engine is SQLite's version, Schema the number of the last migration.
	Engine string
	Schema int
}

// Health looks through the whole file (SQLite's quick_check). A damaged one is
// a fault database_damaged.
func (db *DB) Health(ctx context.Context) (health Health, err error) {
	defer func() { err = db.fault(ctx, "look through the database", err) }()
	found, err := quickCheck(ctx, db.reader)
	if err != nil {
		return Health{}, err
	}
	if len(found) > 0 {
		return Health{}, post.NewFault(post.CodeDatabaseBad, fmt.Errorf("quick_check: %s", strings.Join(found, "; ")), "file", db.path)
	}
	err = db.reader.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&health.Engine)
	if err != nil {
		return Health{}, err
	}
	err = db.reader.QueryRowContext(ctx, "PRAGMA user_version").Scan(&health.Schema)
	return health, err
}

// quickCheck gives what SQLite finds wrong with the file, a few lines at most.
func quickCheck(ctx context.Context, db *sql.DB) (found []string, err error) {
	rows, err := db.QueryContext(ctx, "PRAGMA quick_check(5)")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		if line != "ok" {
			found = append(found, line)
		}
	}
	return found, rows.Err()
}
