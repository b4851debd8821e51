package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

// openAtVersion opens a database with the program's steps and more.
func openAtVersion(t *testing.T, path string, more ...string) (*DB, error) {
	t.Helper()
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range more {
		steps = append(steps, migration{version: len(steps) + 1, name: "test", sql: text})
	}
	return openSteps(t.Context(), path, Options{BusyWait: 300 * time.Millisecond}, steps)
}

func mustOpen(t *testing.T, path string, more ...string) *DB {
	t.Helper()
	db, err := openAtVersion(t, path, more...)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closed(t *testing.T, db *DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func backups(t *testing.T, path string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(filepath.Dir(path), backupFolder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestEveryConnectionHasItsSettings(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "brevdue.db"))
	defer closed(t, db)
	for name, handle := range map[string]*sql.DB{"writer": db.writer, "reader": db.reader} {
		// All connections of a pool at once.
		var conns []*sql.Conn
		for range handle.Stats().MaxOpenConnections {
			conn, err := handle.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, conn)
		}
		for i, conn := range conns {
			for pragma, want := range map[string]string{"foreign_keys": "1", "synchronous": "2", "journal_mode": "wal", "secure_delete": "1",
				"fullfsync": "1", "checkpoint_fullfsync": "1", "query_only": map[string]string{"writer": "0", "reader": "1"}[name]} {
				var got string
				if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
					t.Errorf("%s %d: %s is %q, want %q, %v", name, i, pragma, got, want, err)
				}
			}
			_ = conn.Close()
		}
	}
}

func TestOlderDatabaseIsCopiedAndBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	db := mustOpen(t, path)
	if err := db.SetSetting(t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	closed(t, db)
	if len(backups(t, path)) != 0 {
		t.Error("a new database was copied")
	}
	closed(t, mustOpen(t, path, "CREATE TABLE later (x)"))
	copies := backups(t, path)
	if len(copies) != 1 {
		t.Fatalf("copies %v", copies)
	}
	if info, err := os.Stat(copies[0]); err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Errorf("copy: %v, %v", info.Mode(), err)
	}
	// The copy is a whole database of the old version.
	old := mustOpen(t, copies[0])
	if settings, err := old.Settings(t.Context()); err != nil || settings["a"] != "b" {
		t.Errorf("settings %v, %v", settings, err)
	}
	closed(t, old)
	if _, err := openAtVersion(t, path); post.CodeOf(err) != post.CodeNewerData {
		t.Errorf("the old program opened it: %v", err)
	}
	// Only the newest copies stay.
	ours, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	more := []string{"CREATE TABLE later (x)"}
	for i := range 4 {
		more = append(more, fmt.Sprintf("CREATE TABLE t%d (x)", i))
		closed(t, mustOpen(t, path, more...))
	}
	if left := backups(t, path); len(left) != keptBackups || !strings.Contains(left[keptBackups-1], fmt.Sprintf("-%04d-", len(ours)+len(more))) {
		t.Errorf("copies %v", left)
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	closed(t, mustOpen(t, path))
	if _, err := openAtVersion(t, path, "CREATE TABLE half (x); INSERT INTO nothing VALUES (1)"); err == nil {
		t.Fatal("a wrong step was taken")
	}
	db := mustOpen(t, path)
	defer closed(t, db)
	var tables int
	if err := db.reader.QueryRow("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").Scan(&tables); err != nil || tables != 0 {
		t.Errorf("half a step was left: %d, %v", tables, err)
	}
}

func TestNewerDatabaseIsNotTouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	closed(t, mustOpen(t, path, "CREATE TABLE later (x)"))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openAtVersion(t, path); post.CodeOf(err) != post.CodeNewerData {
		t.Fatalf("got %v", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed: %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("files appeared: %v, %v", entries, err)
	}
}

func TestDamagedAndStrangeFiles(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole.db")
	closed(t, mustOpen(t, whole))
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	other, err := sql.Open("sqlite3", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec("CREATE TABLE t (x); PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	foreignContent, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{
		"text":      []byte(strings.Repeat("this is no database ", 300)),
		"cut":       content[:len(content)/2],
		"rubbish":   append(append([]byte{}, content[:100]...), bytes.Repeat([]byte{0xff}, len(content)-100)...),
		"another's": foreignContent,
	} {
		path := filepath.Join(t.TempDir(), "brevdue.db")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := openAtVersion(t, path)
		if fault := post.FaultOf(err); fault == nil || fault.Code != post.CodeDatabaseBad || fault.Fields["file"] != path {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, damaged) {
			t.Errorf("%s: the file changed: %v", name, err)
		}
	}
}

func TestFolderInTheWay(t *testing.T) {
	dir := t.TempDir()
	if _, err := openAtVersion(t, dir); post.CodeOf(err) != post.CodeNoAccess {
		t.Errorf("a folder: %v", err)
	}
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		return // root may write everywhere
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := openAtVersion(t, filepath.Join(dir, "brevdue.db")); post.CodeOf(err) != post.CodeNoAccess {
		t.Errorf("a folder without the right to write: %v", err)
	}
}

func TestAnotherProcessHoldsTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	one, two := mustOpen(t, path), mustOpen(t, path)
	defer closed(t, one)
	defer closed(t, two)
	tx, err := one.begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := two.SetSetting(t.Context(), "a", "b"); post.CodeOf(err) != post.CodeDatabaseBusy {
		t.Errorf("got %v", err)
	}
	if _, err := two.Settings(t.Context()); err != nil {
		t.Errorf("reading waited for the writer: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := two.SetSetting(ctx, "a", "b"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := two.SetSetting(t.Context(), "a", "b"); err != nil {
		t.Error(err)
	}
}

// TestFullDisk fills a small disk of its own, where the system lets a test
// mount one.
func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("mounts a tmpfs, which is Linux's")
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("may not mount a small disk: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	db := mustOpen(t, filepath.Join(dir, "brevdue.db"))
	if err := db.SetSetting(t.Context(), "kept", "yes"); err != nil {
		t.Fatal(err)
	}
	err := db.SetSetting(t.Context(), "large", strings.Repeat("x", 2<<20))
	if fault := post.FaultOf(err); fault == nil || fault.Code != post.CodeDiskFull || fault.Fields["folder"] != dir {
		t.Fatalf("got %v", err)
	}
	if settings, err := db.Settings(t.Context()); err != nil || len(settings) != 1 || settings["kept"] != "yes" {
		t.Errorf("settings %d, %v", len(settings), err)
	}
	if err := db.SetSetting(t.Context(), "small", "fits"); err != nil {
		t.Error(err)
	}
	closed(t, db)
}

const childVariable = "BREVDUE_STORE_CHILD"

// TestKilledInTheMiddle kills a process while it migrates and writes pairs: the
// file opens, and no pair is half there.
func TestKilledInTheMiddle(t *testing.T) {
	const step = "CREATE TABLE pair (x INTEGER); CREATE TABLE other (x INTEGER)"
	if path := os.Getenv(childVariable); path != "" {
		writeUntilKilled(t, path, step)
	}
	path := filepath.Join(t.TempDir(), "brevdue.db")
	closed(t, mustOpen(t, path))
	last := 0
	for _, after := range []time.Duration{0, 5, 10, 20, 40, 60, 80, 120} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestKilledInTheMiddle$")
		child.Env = append(os.Environ(), childVariable+"="+path)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after * time.Millisecond)
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		db := mustOpen(t, path, step)
		var pairs, others int
		if err := db.reader.QueryRow("SELECT (SELECT count(*) FROM pair), (SELECT count(*) FROM other)").Scan(&pairs, &others); err != nil {
			t.Fatal(err)
		}
		if pairs != others || pairs < last {
			t.Errorf("%d and %d rows, %d before", pairs, others, last)
		}
		last = pairs
		closed(t, db)
	}
	if last == 0 {
		t.Log("the machine was too slow for a child to write before it was killed")
	}
}

func writeUntilKilled(t *testing.T, path, step string) {
	db := mustOpen(t, path, step)
	for {
		if err := db.write(context.Background(), "write", func(tx *sql.Tx) error {
			if _, err := tx.Exec("INSERT INTO pair VALUES (1)"); err != nil {
				return err
			}
			_, err := tx.Exec("INSERT INTO other VALUES (1)")
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}
