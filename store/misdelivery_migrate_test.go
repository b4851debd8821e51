package store

import (
	"path/filepath"
	"testing"

	"brevdue/app/post"
	"brevdue/store/secret"
)

// TestCasesComeToAnOldFile: a file from before the cases of wrong recipients is
// copied, keeps what it holds and takes cases then.
func TestCasesComeToAnOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	seal, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	old, err := openSteps(t.Context(), path, Options{Seal: seal}, steps[:7])
	if err != nil {
		t.Fatal(err)
	}
	if err := old.SetSetting(t.Context(), "language", "en"); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Misdeliveries(t.Context()); err == nil {
		t.Fatal("the old file has cases already")
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
	if settings, err := db.Settings(t.Context()); err != nil || settings["language"] != "en" {
		t.Errorf("settings %v, %v", settings, err)
	}
	if err := db.SaveMisdelivery(t.Context(), post.Misdelivery{ID: "m"}, post.Audit{}); err != nil {
		t.Error(err)
	}
	if cases, err := db.Misdeliveries(t.Context()); err != nil || len(cases) != 1 {
		t.Errorf("%v, %v", cases, err)
	}
}
