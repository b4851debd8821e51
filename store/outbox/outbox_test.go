package outbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
)

var _ job.Outbox = (*Outbox)(nil)

func open(t *testing.T) *Outbox {
	t.Helper()
	o, err := Open(filepath.Join(t.TempDir(), "outbox"), bytes.Repeat([]byte{3}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func put(t *testing.T, o *Outbox, content string) string {
	t.Helper()
	name, _, _, err := o.Put(t.Context(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func names(t *testing.T, o *Outbox) []string {
	t.Helper()
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestPutAndOpen(t *testing.T) {
	o := open(t)
	// age works in chunks of 64 kB.
	for _, size := range []int{0, 1, 64 << 10, 64<<10 + 1, 300_000} {
		content := bytes.Repeat([]byte("kjære mottaker "), size/15+1)[:size]
		name, sum, n, err := o.Put(t.Context(), bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		want := sha256.Sum256(content)
		if n != int64(size) || sum != hex.EncodeToString(want[:]) || !validName.MatchString(name) {
			t.Errorf("%d bytes: name %s, sum %s, size %d", size, name, sum, n)
		}
		raw, err := os.ReadFile(filepath.Join(o.dir, name))
		if err != nil || bytes.Contains(raw, []byte("mottaker")) {
			t.Errorf("%d bytes: not sealed, %v", size, err)
		}
		file, err := o.Open(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(file)
		if err := errors.Join(err, file.Close()); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes: %d came back, %v", size, len(got), err)
		}
		info, err := os.Stat(filepath.Join(o.dir, name))
		if err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
	if first, second := put(t, o, "same"), put(t, o, "same"); first == second {
		t.Error("the same content got the same name")
	}
}

func TestDamagedFileIsRefusedBeforeItsFirstByte(t *testing.T) {
	o := open(t)
	name, other := put(t, o, strings.Repeat("x", 200_000)), put(t, o, "other")
	path := filepath.Join(o.dir, name)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	otherWhole, err := os.ReadFile(filepath.Join(o.dir, other))
	if err != nil {
		t.Fatal(err)
	}
	for what, content := range map[string][]byte{
		"cut":           whole[:len(whole)-1],
		"cut at chunk":  whole[:len(whole)-(200_000-3*(64<<10))-16],
		"head only":     whole[:100],
		"empty":         {},
		"longer":        append(bytes.Clone(whole), 1),
		"changed":       flip(whole, len(whole)/2),
		"changed end":   flip(whole, len(whole)-1),
		"changed head":  flip(whole, 60),
		"another's":     otherWhole,
		"no age file":   []byte("hello"),
		"another stanz": []byte("age-encryption.org/v1\n-> X25519 a\n\n--- a\n"),
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := o.Open(t.Context(), name)
		if post.CodeOf(err) != post.CodeFileUnreadable || !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	stranger, err := Open(o.dir, bytes.Repeat([]byte{4}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Open(t.Context(), name); !errors.Is(err, ErrDamaged) {
		t.Errorf("another key: %v", err)
	}
}

func flip(content []byte, at int) []byte {
	content = bytes.Clone(content)
	content[at] ^= 1
	return content
}

func TestMissingAndStrangeNames(t *testing.T) {
	o := open(t)
	for _, name := range []string{strings.Repeat("0", 32), "", "../outbox", "a/b", strings.Repeat("0", 32) + temporary} {
		if _, err := o.Open(t.Context(), name); post.CodeOf(err) != post.CodeFileMissing {
			t.Errorf("%q: %v", name, err)
		}
		if err := o.Remove(t.Context(), name); err != nil {
			t.Errorf("remove %q: %v", name, err)
		}
	}
}

func TestFailedPutLeavesNothing(t *testing.T) {
	o := open(t)
	own := errors.New("the caller's reader broke")
	if _, _, _, err := o.Put(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(own))); !errors.Is(err, own) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, err := o.Put(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left := names(t, o); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSweep(t *testing.T) {
	o := open(t)
	kept, old, young := put(t, o, "a"), put(t, o, "b"), put(t, o, "c")
	half := strings.Repeat("1", 32) + temporary
	foreign := "notes.txt"
	for _, name := range []string{half, foreign} {
		if err := os.WriteFile(filepath.Join(o.dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * fresh)
	for _, name := range []string{kept, old, half, foreign} {
		if err := os.Chtimes(filepath.Join(o.dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Sweep(t.Context(), func(name string) bool { return name == kept }); err != nil {
		t.Fatal(err)
	}
	left := strings.Join(names(t, o), " ")
	for name, want := range map[string]bool{kept: true, young: true, foreign: true, old: false, half: false} {
		if strings.Contains(left, name) != want {
			t.Errorf("%s is there: %v, want %v", name, !want, want)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	o := open(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			name, _, _, err := o.Put(t.Context(), strings.NewReader(fmt.Sprint("letter ", i)))
			if err != nil {
				t.Error(err)
				return
			}
			file, err := o.Open(t.Context(), name)
			if err != nil {
				t.Error(err)
				return
			}
			defer file.Close()
			if got, err := io.ReadAll(file); err != nil || string(got) != fmt.Sprint("letter ", i) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	group.Wait()
}

func TestShortKey(t *testing.T) {
	if _, err := Open(t.TempDir(), []byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("age-encryption.org/v1\n-> brevdue.no/outbox-v1 AAAA\nAAAA\n--- AAAA\n"))
	f.Add([]byte{})
	dir := f.TempDir()
	o, err := Open(dir, bytes.Repeat([]byte{3}, KeySize))
	if err != nil {
		f.Fatal(err)
	}
	name := strings.Repeat("a", 32)
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Open(t.Context(), name); err == nil {
			t.Error("a made-up file opened")
		}
	})
}
