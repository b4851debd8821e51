package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/digipost/relay"
	"brevdue/store"
)

var _ relay.Store = (*store.Relay)(nil)

func openRelay(t testing.TB, path string) *store.Relay {
	t.Helper()
	r, err := store.OpenRelay(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// hashed is the hash of the n-th nonce.
func hashed(n int) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

func TestRelayKeepsTheContract(t *testing.T) {
	path := filepath.Join(t.TempDir(), "relæ #1", "relay.db")
	r := openRelay(t, path)
	if err := relay.CheckStore(t.Context(), r); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(path)
	if err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

// TestRelayRestart: what was kept, who claimed it and what conflicted are there
// after a start, a clean one and one with the log left beside the file.
func TestRelayRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "relay.db")
	me, other := hashed(1000), hashed(1001)
	first := openRelay(t, path)
	for n := range 3 {
		if _, added, err := first.Put(t.Context(), hashed(n), int64(n+1), start, 10); err != nil || !added {
			t.Fatal(added, err)
		}
	}
	if kept, added, err := first.Put(t.Context(), hashed(0), 99, start, 10); kept != 1 || added || err != nil {
		t.Error(kept, added, err)
	}
	if id, err := first.Claim(t.Context(), hashed(1), me, start, time.Hour); id != 2 || err != nil {
		t.Error(id, err)
	}
	second := openRelay(t, path) // the first is as good as killed: nothing was closed
	if waiting, claimed, conflicts, err := second.Count(t.Context()); waiting != 2 || claimed != 1 || conflicts != 1 || err != nil {
		t.Error(waiting, claimed, conflicts, err)
	}
	if err := errors.Join(second.Close(), first.Close()); err != nil {
		t.Error(err)
	}
	third := openRelay(t, path)
	defer third.Close()
	for who, want := range map[[32]byte]int64{me: 2, other: 0} {
		if id, err := third.Claim(t.Context(), hashed(1), who, start.Add(time.Minute), time.Hour); id != want || err != nil {
			t.Error(id, err)
		}
	}
}

// TestRelayManyAtOnce: ten thousand entries from several sides, each kept once,
// and no more than there is room for.
func TestRelayManyAtOnce(t *testing.T) {
	const all, sides = 10_000, 4
	path := filepath.Join(t.TempDir(), "relay.db")
	r := openRelay(t, path)
	added := make([]int, sides)
	var group sync.WaitGroup
	for side := range sides {
		group.Go(func() {
			for n := side; n < all+200; n += sides / 2 { // each entry from two sides
				_, put, err := r.Put(t.Context(), hashed(n), int64(n+1), start.Add(time.Duration(n)), all)
				if err != nil {
					t.Error(err)
					return
				}
				if put {
					added[side]++
				}
			}
		})
	}
	group.Wait()
	sum := 0
	for _, n := range added {
		sum += n
	}
	waiting, claimed, conflicts, err := r.Count(t.Context())
	if sum != all || waiting != all || claimed != 0 || conflicts != 0 || err != nil {
		t.Errorf("%d added, %d %d %d, %v", sum, waiting, claimed, conflicts, err)
	}
	if removed, err := r.Sweep(t.Context(), start.Add(all*2)); removed != all || err != nil {
		t.Error(removed, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestRelayRefusesOtherFiles(t *testing.T) {
	folder := t.TempDir()
	profile := filepath.Join(folder, "brevdue.db")
	if err := openAt(t, profile, newSealer(t)).Close(); err != nil {
		t.Fatal(err)
	}
	junk := filepath.Join(folder, "junk.db")
	if err := os.WriteFile(junk, []byte("this is no database at all, whatever its name says"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]post.Code{profile: post.CodeNewerData, junk: post.CodeDatabaseBad, folder: post.CodeNoAccess} {
		before, _ := os.ReadFile(path)
		if _, err := store.OpenRelay(t.Context(), path); post.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", filepath.Base(path), err, want)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s was changed", filepath.Base(path))
		}
	}
}

func TestRelayFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("mounts a tmpfs, which is Linux's")
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("may not mount a small disk: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	path := filepath.Join(dir, "relay.db")
	r := openRelay(t, path)
	if _, _, err := r.Put(t.Context(), hashed(0), 1000, start, 1<<20); err != nil {
		t.Fatal(err)
	}
	var err error
	kept := 1
	for ; err == nil && kept < 100_000; kept++ {
		_, _, err = r.Put(t.Context(), hashed(kept), int64(kept+1000), start, 1<<20)
	}
	if post.CodeOf(err) != post.CodeDiskFull {
		t.Fatalf("after %d: %v", kept, err)
	}
	if id, err := r.Claim(t.Context(), hashed(0), hashed(1), start, time.Hour); id != 1000 && post.CodeOf(err) != post.CodeDiskFull {
		t.Errorf("%d %v", id, err)
	}
	_ = r.Close()
	again := openRelay(t, path)
	defer again.Close()
	if waiting, claimed, _, err := again.Count(t.Context()); waiting+claimed != kept-1 || err != nil {
		t.Errorf("%d and %d, want %d: %v", waiting, claimed, kept-1, err)
	}
}

func TestRelayEnds(t *testing.T) {
	r := openRelay(t, filepath.Join(t.TempDir(), "relay.db"))
	defer r.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := r.Put(ctx, hashed(0), 1, start, 10); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if waiting, _, _, err := r.Count(t.Context()); waiting != 0 || err != nil {
		t.Error(waiting, err)
	}
}
