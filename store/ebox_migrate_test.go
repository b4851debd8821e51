package store

import (
	"path/filepath"
	"testing"

	"brevdue/app/post"
	"brevdue/store/secret"
)

// TestEBoxComesToAnOldFile: a file from before the e-Box is copied, keeps what it
// holds and takes messages then.
func TestEBoxComesToAnOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	seal, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	old, err := openSteps(t.Context(), path, Options{Seal: seal}, steps[:6])
	if err != nil {
		t.Fatal(err)
	}
	if err := old.SetSetting(t.Context(), "language", "nl"); err != nil {
		t.Fatal(err)
	}
	if _, err := old.EBoxEntries(t.Context()); err == nil {
		t.Fatal("the old file has messages already")
	}
	closed(t, old)

	db, err := Open(t.Context(), path, Options{Seal: seal})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, db)
	if copies := backups(t, path); len(copies) != 1 {
		t.Errorf("copies %v", copies)
	}
	if settings, err := db.Settings(t.Context()); err != nil || settings["language"] != "nl" {
		t.Errorf("settings %v, %v", settings, err)
	}
	if fresh, err := db.KeepEBoxMessages(t.Context(), "rsz", []post.EBoxMessage{{ID: "m"}}, db.now()); err != nil || len(fresh) != 1 {
		t.Errorf("%v, %v", fresh, err)
	}
	if err := db.SaveEBoxTrajectory(t.Context(), post.EBoxTrajectory{ID: "t"}); err != nil {
		t.Error(err)
	}
}
