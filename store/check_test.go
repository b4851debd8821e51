package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"brevdue/app/post"
	"brevdue/store"
)

func TestHealth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	db, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	health, err := db.Health(t.Context())
	if err != nil || health.Engine == "" || health.Schema < 1 {
		t.Errorf("a sound database: %+v, %v", health, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// Half of the pages are overwritten, the first ones stay so that it opens.
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(content) / 2; i < len(content); i++ {
		content[i] = 0x5a
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err = store.Open(t.Context(), path, store.Options{})
	if err != nil {
		if post.CodeOf(err) != post.CodeDatabaseBad {
			t.Errorf("opening a damaged database: %v", err)
		}
		return
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Health(t.Context()); post.CodeOf(err) != post.CodeDatabaseBad {
		t.Errorf("a damaged database: %v", err)
	}
}
