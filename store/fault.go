package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"brevdue/app/post"

	"github.com/mattn/go-sqlite3"
)

// fault turns an error of the driver or the system into what a person can be
// told. Faults pass as they are. nil stays nil.
func (db *DB) fault(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	var known *post.Fault
	if errors.As(err, &known) {
		return err
	}
	code := faultCode(err)
	if ended := ctx.Err(); ended != nil && (code == "" || code == post.CodeDatabaseBusy) {
		// The driver says "interrupted" and database/sql "transaction has already
		// been committed or rolled back"; the reason is this one.
		return fmt.Errorf("%s: %w", what, ended)
	}
	wrapped := fmt.Errorf("%s: %w", what, err)
	if code == "" {
		return wrapped
	}
	return post.NewFault(code, wrapped, "folder", filepath.Dir(db.path), "file", db.path)
}

// faultCode finds the code for an error, or "".
func faultCode(err error) post.Code {
	switch {
	case isDiskFull(err):
		return post.CodeDiskFull
	case noRight(err):
		return post.CodeNoAccess
	}
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return ""
	}
	if noRight(e.SystemErrno) {
		return post.CodeNoAccess
	}
	switch e.Code {
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return post.CodeDatabaseBad
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return post.CodeDatabaseBusy
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		return post.CodeNoAccess
	}
	return ""
}

// noRight reports whether the system refused to open or write.
func noRight(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EISDIR)
}

// isDiskFull asks the driver's and the system's error alike.
func isDiskFull(err error) bool {
	var e sqlite3.Error
	if errors.As(err, &e) {
		return e.Code == sqlite3.ErrFull || noSpace(e.SystemErrno)
	}
	var errno syscall.Errno
	return errors.As(err, &errno) && noSpace(errno)
}

func isBusy(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}

// notFound reports whether a query for one row found none.
func notFound(err error) bool { return errors.Is(err, sql.ErrNoRows) }
