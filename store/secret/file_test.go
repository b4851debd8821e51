package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// quick is a work factor for tests.
const quick = 4

func openQuick(t *testing.T, path, passphrase string) *file {
	t.Helper()
	f, err := openFile(path, passphrase, quick)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "below", "secrets.age")
	exercise(t, openQuick(t, path, "ærlig talt"))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v", info.Mode())
	}
}

func TestFileSeesOtherProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.age")
	one, two := openQuick(t, path, "pw"), openQuick(t, path, "pw")
	var group sync.WaitGroup
	for i := range 6 {
		f := one
		if i%2 == 1 {
			f = two
		}
		group.Go(func() {
			if err := f.Set(t.Context(), fmt.Sprint(i), []byte{byte(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for i := range 6 {
		for _, f := range []*file{one, two} {
			if got, found, err := f.Get(t.Context(), fmt.Sprint(i)); err != nil || !found || !bytes.Equal(got, []byte{byte(i)}) {
				t.Errorf("%d: %v, %v, %v", i, got, found, err)
			}
		}
	}
}

func TestFilePassphrase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.age")
	if err := openQuick(t, path, "right").Set(t.Context(), "a", []byte("b")); err != nil {
		t.Fatal(err)
	}
	for _, passphrase := range []string{"", "wrong"} {
		if _, err := openFile(path, passphrase, quick); !errors.Is(err, ErrPassphrase) {
			t.Errorf("%q: %v", passphrase, err)
		}
	}
}

func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.age")
	if err := openQuick(t, path, "pw").Set(t.Context(), "a", noise(3000)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(whole)
	changed[len(changed)-5] ^= 1
	for name, content := range map[string][]byte{"cut": whole[:len(whole)-20], "changed": changed, "empty": {}, "text": []byte("hello")} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openFile(path, "pw", quick); !errors.Is(err, ErrFailed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFileEndedContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.age")
	f := openQuick(t, path, "pw")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Set(ctx, "a", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("set: %v", err)
	}
	if _, _, err := f.Get(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("get: %v", err)
	}
}

// TestFileAsShipped uses the real work factor once.
func TestFileAsShipped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.age")
	store, err := File(path, "pw")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Set(t.Context(), "a", []byte("b")); err != nil {
		t.Fatal(err)
	}
	store, err = File(path, "pw")
	if err != nil {
		t.Fatal(err)
	}
	if got, found, err := store.Get(t.Context(), "a"); err != nil || !found || string(got) != "b" {
		t.Fatal(got, found, err)
	}
}
