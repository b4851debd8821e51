package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

// connector opens connections that all have the same settings: what the data
// source name cannot say is said by the hook. It needs no registered driver
// name, so the package has no global state.
type connector struct {
	driver *sqlite3.SQLiteDriver
	dsn    string
	wait   time.Duration
}

// Driver gives the SQLite driver.
func (c connector) Driver() driver.Driver { return c.driver }

// Connect opens one connection. Switching a new file to the write-ahead log
// does not wait for another process that does the same, so it is tried again.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	for until := time.Now().Add(c.wait); ; {
		conn, err := c.driver.Open(c.dsn)
		if err == nil || !isBusy(err) || time.Now().After(until) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// pool makes a handle of at most size connections.
func (db *DB) pool(size int, readOnly bool) *sql.DB {
	params := url.Values{
		"_busy_timeout":  {"200"},
		"_foreign_keys":  {"true"},
		"_journal_mode":  {"WAL"},
		"_synchronous":   {"FULL"},
		"_secure_delete": {"true"},
	}
	if readOnly {
		params.Set("_query_only", "true")
	} else {
		params.Set("_txlock", "immediate")
	}
	handle := sql.OpenDB(connector{
		driver: &sqlite3.SQLiteDriver{ConnectHook: prepareConnection},
		dsn:    fileURI(db.path, params),
		wait:   db.busyWait,
	})
	handle.SetMaxOpenConns(size)
	handle.SetMaxIdleConns(size)
	return handle
}

// prepareConnection sets what the data source name has no word for: on macOS
// only fullfsync reaches the disk itself, and temporary data stays in memory,
// where no copy of the folder finds it.
func prepareConnection(conn *sqlite3.SQLiteConn) error {
	for _, pragma := range []string{
		"PRAGMA fullfsync = ON", "PRAGMA checkpoint_fullfsync = ON", "PRAGMA temp_store = MEMORY",
		"PRAGMA trusted_schema = OFF", "PRAGMA cache_size = -16000",
	} {
		if _, err := conn.Exec(pragma, nil); err != nil {
			return err
		}
	}
	return nil
}

// fileURI names the file as SQLite wants it, whatever characters are in it.
func fileURI(path string, params url.Values) string {
	path = filepath.ToSlash(path)
	if filepath.IsAbs(path) && !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/folder
	}
	// Escaped by hand: url.URL would write a relative path as an opaque part.
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + params.Encode()
}
