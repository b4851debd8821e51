package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"brevdue/app/post"

	"github.com/mattn/go-sqlite3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// applicationID marks the file as ours in SQLite's header ("Brvd").
const applicationID = 0x42727664

// backupFolder and backupPrefix name the copies made before a migration;
// keptBackups is how many of them stay.
const (
	backupFolder = "backup"
	backupPrefix = "brevdue-before-"
	keptBackups  = 3
)

// migration is one numbered step; version is what user_version is after it.
type migration struct {
	version int
	name    string
	sql     string
}

// migrations gives the embedded steps in order. A gap or a double number is a
// mistake in the program, found by the tests.
func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	steps := make([]migration, 0, len(names))
	for i, name := range names {
		number, _, _ := strings.Cut(filepath.Base(name), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s is not number %d", name, i+1)
		}
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, migration{version: version, name: name, sql: string(text)})
	}
	return steps, nil
}

// inspect looks at the file without any right to change it: exists says
// whether there is a database, and one that is newer, damaged or another
// program's is refused before a byte of it is touched.
func (db *DB) inspect(ctx context.Context) (exists bool, err error) {
	info, err := os.Stat(db.path)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && info.Mode().IsRegular() && info.Size() == 0) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	params := url.Values{"mode": {"ro"}, "_busy_timeout": {"200"}}
	if log, err := os.Stat(db.path + "-wal"); err != nil || log.Size() == 0 {
		// All is in the file itself; so SQLite also makes no files beside it.
		params.Set("immutable", "1")
	}
	handle := sql.OpenDB(connector{driver: &sqlite3.SQLiteDriver{}, dsn: fileURI(db.path, params), wait: db.busyWait})
	defer func() { err = errors.Join(err, handle.Close()) }()
	handle.SetMaxOpenConns(1)
	var version, application int
	if err := handle.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return false, fmt.Errorf("read version: %w", err)
	}
	if err := handle.QueryRowContext(ctx, "PRAGMA application_id").Scan(&application); err != nil {
		return false, fmt.Errorf("read application id: %w", err)
	}
	switch {
	case application != applicationID && (application != 0 || version != 0):
		return false, post.NewFault(post.CodeDatabaseBad, errors.New("the file is another program's database"), "file", db.path)
	case version > len(db.steps):
		return false, post.NewFault(post.CodeNewerData,
			fmt.Errorf("database version %d, program knows %d", version, len(db.steps)), "file", db.path)
	}
	return version > 0, nil
}

// migrate runs the steps that are missing, each in one transaction together
// with its number. A file that held something is checked and copied first.
func (db *DB) migrate(ctx context.Context, exists bool) error {
	var version int
	if err := db.writer.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	if version >= len(db.steps) {
		return nil
	}
	if exists {
		if err := db.copyBeforeMigration(ctx, version); err != nil {
			return fmt.Errorf("copy before migration: %w", err)
		}
	}
	for _, step := range db.steps {
		if err := db.migrateStep(ctx, step); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// migrateStep runs one step unless it was run already, also by another process
// a moment ago.
func (db *DB) migrateStep(ctx context.Context, step migration) error {
	return db.write(ctx, "migrate", func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if version >= step.version {
			return nil
		}
		if _, err := tx.ExecContext(ctx, step.sql); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, step.version))
		return err
	})
}

// copyBeforeMigration writes a whole copy of the database to the backup
// folder. A copy of a damaged file would be worth nothing, so it is checked.
func (db *DB) copyBeforeMigration(ctx context.Context, version int) error {
	var verdict string
	if err := db.writer.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return post.NewFault(post.CodeDatabaseBad, errors.New("quick_check found damage"), "file", db.path)
	}
	folder := filepath.Join(filepath.Dir(db.path), backupFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	name := fmt.Sprintf("%s%04d-%s.db", backupPrefix, version+1, db.now().UTC().Format("20060102T150405.000000000"))
	target := filepath.Join(folder, name)
	// VACUUM INTO takes an empty file; made here so that only the user reads it.
	file, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if _, err := db.writer.ExecContext(ctx, "VACUUM INTO ?", target); err != nil {
		return errors.Join(err, os.Remove(target))
	}
	return db.removeBackups(keptBackups)
}

// removeBackups removes the oldest copies made before migrations until keep are
// left. Other files in the folder are the user's.
func (db *DB) removeBackups(keep int) error {
	folder := filepath.Join(filepath.Dir(db.path), backupFolder)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var names []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), backupPrefix) && strings.HasSuffix(entry.Name(), ".db") {
			names = append(names, entry.Name())
		}
	}
	sort.Slice(names, func(i, j int) bool { return backupTime(names[i]) < backupTime(names[j]) })
	var errs []error
	for len(names) > keep {
		errs = append(errs, os.Remove(filepath.Join(folder, names[0])))
		names = names[1:]
	}
	return errors.Join(errs...)
}

// backupTime is the time at the end of a copy's name.
func backupTime(name string) string { return name[strings.LastIndex(name, "-")+1:] }
