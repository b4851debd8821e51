// Package store remembers: people, jobs with their items, receipts, settings
// and the audit chain, in one SQLite file per sender profile. It is the only
// package with SQL.
//
// Writing goes through one connection and one transaction at a time, reading
// through several that never wait for the writer (write-ahead log). What a
// method has written is durable when it returns: synchronous=FULL, and fullfsync
// where the system has it. Other processes may use the same file; a lock held
// by one of them is waited for up to Options.BusyWait.
//
// Birth and account numbers rest sealed by a key that is not in the file (see
// Sealer) and are found by keyed hashes. Names and addresses are plain.
//
// Errors that a person must hear about are post.Fault values; a context's end
// is its own error. Neither holds personal data.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options are the store's givers.
type Options struct {
	// Seal seals personal numbers. It may be nil and be given later by UseSeal,
	// since the keyring entry that holds the key carries the FolderID.
	Seal Sealer
	// Now gives the time; nil is time.Now.
	Now func() time.Time
	// BusyWait is how long to wait for another process; 0 is five seconds.
	BusyWait time.Duration
}

// DB is an open database. It is safe for use by several goroutines.
type DB struct {
	path     string
	now      func() time.Time
	busyWait time.Duration
	steps    []migration
	// writer has one connection whose transactions take the write lock at once;
	// reader has several that cannot write.
	writer, reader *sql.DB

	sealMu sync.RWMutex
	seal   Sealer
}

// readers is the number of connections that read at the same time.
const readers = 4

// Open opens the database at path, makes it when there is none, and brings an
// older one up to date after copying it to the folder backup beside it. Faults:
// newer_data (the file is left as it is), database_damaged, database_busy,
// no_access, disk_full, and seal_key when Options.Seal is not the key the
// numbers in the file were sealed with.
func Open(ctx context.Context, path string, options Options) (*DB, error) {
	steps, err := migrations()
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return openSteps(ctx, path, options, steps)
}

// openSteps is Open with migrations of the caller's choice.
func openSteps(ctx context.Context, path string, options Options, steps []migration) (*DB, error) {
	db := &DB{path: path, now: options.Now, busyWait: options.BusyWait, steps: steps}
	if db.now == nil {
		db.now = time.Now
	}
	if db.busyWait == 0 {
		db.busyWait = 5 * time.Second
	}
	if err := db.open(ctx, options.Seal); err != nil {
		db.closeHandles()
		return nil, db.fault(ctx, "open database", err)
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, seal Sealer) error {
	if err := os.MkdirAll(filepath.Dir(db.path), 0o700); err != nil {
		return err
	}
	exists, err := db.inspect(ctx)
	if err != nil {
		return err
	}
	// Made here so that nobody else may read it; SQLite gives its side files the
	// same rights.
	file, err := os.OpenFile(db.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	db.writer = db.pool(1, false)
	if err := db.migrate(ctx, exists); err != nil {
		return err
	}
	db.reader = db.pool(readers, true)
	if err := db.ensureFolderID(ctx); err != nil {
		return err
	}
	if seal == nil {
		return nil
	}
	return db.UseSeal(ctx, seal)
}

// Close writes what is still in the log into the file and closes it. Where that
// cannot be, on a full disk for example, the log stays beside the file and loses
// nothing: the next Open reads it.
func (db *DB) Close() error {
	var errs []error
	// Readers first: an open one would keep the log from being emptied.
	errs = append(errs, db.reader.Close())
	ctx, cancel := context.WithTimeout(context.Background(), db.busyWait)
	defer cancel()
	_ = db.checkpoint(ctx)
	errs = append(errs, db.writer.Close())
	return db.fault(context.Background(), "close database", errors.Join(errs...))
}

func (db *DB) closeHandles() {
	for _, handle := range []*sql.DB{db.reader, db.writer} {
		if handle != nil {
			_ = handle.Close()
		}
	}
}

// checkpoint empties the log into the file. A reader at work elsewhere may keep
// a part of it; that is no error, the next one takes it.
func (db *DB) checkpoint(ctx context.Context) error {
	var busy, log, done int
	err := db.writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done)
	if err != nil && !isBusy(err) {
		return fmt.Errorf("empty the log: %w", err)
	}
	return nil
}

// callerError is an error of a caller's function, given back as it is.
type callerError struct{ err error }

func (e *callerError) Error() string { return e.err.Error() }
func (e *callerError) Unwrap() error { return e.err }

// write runs fn in a transaction that holds the write lock from its start. fn
// must not use db, which would wait for itself. A lock held by another process
// is waited for; everything else ends the transaction and nothing is written.
func (db *DB) write(ctx context.Context, what string, fn func(tx *sql.Tx) error) error {
	tx, err := db.begin(ctx)
	if err != nil {
		return db.fault(ctx, what, err)
	}
	// After a commit this does nothing; it also ends the transaction on a panic.
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		var own *callerError
		if errors.As(err, &own) {
			return own.err
		}
		return db.fault(ctx, what, err)
	}
	if err := tx.Commit(); err != nil {
		return db.fault(ctx, what, err)
	}
	return nil
}

// begin starts a writing transaction, trying again while another process
// writes. SQLite's own wait cannot be cancelled, so it is short.
func (db *DB) begin(ctx context.Context) (*sql.Tx, error) {
	for until := time.Now().Add(db.busyWait); ; {
		tx, err := db.writer.BeginTx(ctx, nil)
		if err == nil || !isBusy(err) || time.Now().After(until) || ctx.Err() != nil {
			return tx, err
		}
	}
}

// read runs fn on one unchanging view of the database.
func (db *DB) read(ctx context.Context, what string, fn func(tx *sql.Tx) error) error {
	tx, err := db.reader.BeginTx(ctx, nil)
	if err != nil {
		return db.fault(ctx, what, err)
	}
	defer func() { _ = tx.Rollback() }()
	return db.fault(ctx, what, fn(tx))
}

// stamp and moment turn times into what is stored and back: nanoseconds since
// 1970, 0 for the zero time.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
