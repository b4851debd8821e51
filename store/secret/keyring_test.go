package secret

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

// fakeProvider is a keyring with the limits of a system, Windows' where none is
// named, which can die after a number of changes.
type fakeProvider struct {
	mu      sync.Mutex
	entries map[string]string
	// fits says whether the system takes an entry; nil is fitsWindows.
	fits func(service, user, password string) bool
	// left is how many more calls work; negative is without end.
	left int
	// block, when set, holds up every call until it is closed.
	block chan struct{}
}

var errDied = errors.New("the keyring died")

func newFake() *fakeProvider { return &fakeProvider{entries: map[string]string{}, left: -1} }

func (f *fakeProvider) step() error {
	if f.block != nil {
		<-f.block
	}
	if f.left == 0 {
		return errDied
	}
	f.left--
	return nil
}

func (f *fakeProvider) Set(service, user, password string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.step(); err != nil {
		return err
	}
	fits := f.fits
	if fits == nil {
		fits = fitsWindows
	}
	if !fits(service, user, password) {
		return keyring.ErrSetDataTooBig
	}
	f.entries[service+" "+user] = password
	return nil
}

// fitsWindows are the limits of a generic credential: its blob in bytes (wincred.h,
// CRED_MAX_CREDENTIAL_BLOB_SIZE), its target, which go-keyring makes of both
// names and wants shorter than 512, and its user (CRED_MAX_USERNAME_LENGTH).
func fitsWindows(service, user, password string) bool {
	return len(password) <= 2560 && len(service) < 512 && len(user) <= 513 && len(service)+1+len(user) <= 32767
}

// fitsMacOS is the limit of one command that go-keyring gives to `security -i`, in
// which the entry stands once more in base64.
func fitsMacOS(service, user, password string) bool {
	encoded := "go-keyring-base64:" + base64.StdEncoding.EncodeToString([]byte(password))
	quoted := func(text string) int { return len("'" + text + "'") } // at most, for names of ours
	return len("add-generic-password -U -s  -a  -w \n")+quoted(service)+quoted(user)+quoted(encoded) <= 4096
}

// TestKeyringLimits: what a profile keeps fits into the keyrings of all systems,
// with the longest names in use; without pieces it would not.
func TestKeyringLimits(t *testing.T) {
	service, name := "Brevdue-"+strings.Repeat("f", 36), "relay-claimer-new-password"
	for system, fits := range map[string]func(service, user, password string) bool{"windows": fitsWindows, "macos": fitsMacOS} {
		t.Run(system, func(t *testing.T) {
			fake := newFake()
			fake.fits = fits
			exercise(t, newRing(service, fake))
			ring := newRing(service, fake)
			for _, size := range []int{1500, 2000, 2560, 8 << 10, 200 << 10} {
				if err := ring.Set(t.Context(), name, noise(size)); err != nil {
					t.Fatalf("%d bytes: %v", size, err)
				}
				got, found, err := ring.Get(t.Context(), name)
				if err != nil || !found || !bytes.Equal(got, noise(size)) {
					t.Fatalf("%d bytes: %d came back, %v", size, len(got), err)
				}
			}
			if err := fake.Set(service, name, strings.Repeat("x", 8<<10)); !errors.Is(err, keyring.ErrSetDataTooBig) {
				t.Errorf("a large entry in one piece: %v", err)
			}
		})
	}
}

func (f *fakeProvider) Get(service, user string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.step(); err != nil {
		return "", err
	}
	text, found := f.entries[service+" "+user]
	if !found {
		return "", keyring.ErrNotFound
	}
	return text, nil
}

func (f *fakeProvider) Delete(service, user string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.step(); err != nil {
		return err
	}
	if _, found := f.entries[service+" "+user]; !found {
		return keyring.ErrNotFound
	}
	delete(f.entries, service+" "+user)
	return nil
}

// noise gives bytes that are alike in every run.
func noise(size int) []byte {
	source := rand.NewChaCha8([32]byte{1, byte(size)})
	value := make([]byte, size)
	_, _ = source.Read(value)
	return value
}

// exercise checks what every store promises.
func exercise(t *testing.T, store Store) {
	t.Helper()
	ctx := t.Context()
	if _, found, err := store.Get(ctx, "key"); found || err != nil {
		t.Fatalf("a missing value: %v, %v", found, err)
	}
	if err := store.Delete(ctx, "key"); err != nil {
		t.Fatalf("remove a missing value: %v", err)
	}
	for _, size := range []int{0, 1, 1499, 1500, 1501, 10_000, 3} {
		want := noise(size)
		if err := store.Set(ctx, "key", want); err != nil {
			t.Fatal(err)
		}
		got, found, err := store.Get(ctx, "key")
		if err != nil || !found || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: found %v, %d bytes, %v", size, found, len(got), err)
		}
	}
	if _, found, err := store.Get(ctx, "key2"); found || err != nil {
		t.Fatalf("another name: %v, %v", found, err)
	}
	if err := store.Delete(ctx, "key"); err != nil {
		t.Fatal(err)
	}
	if _, found, err := store.Get(ctx, "key"); found || err != nil {
		t.Fatalf("a removed value: %v, %v", found, err)
	}
}

func TestMemory(t *testing.T) { exercise(t, Memory()) }

func TestKeyringInPieces(t *testing.T) {
	fake := newFake()
	exercise(t, newRing("brevdue-test", fake))
	if len(fake.entries) != 0 {
		t.Errorf("entries left behind: %v", slices.Sorted(maps.Keys(fake.entries)))
	}
}

// TestKilledAtEveryStep stops a change after each number of calls, as a crash
// would, and wants the old value or the new one, and no rubbish after the next.
func TestKilledAtEveryStep(t *testing.T) {
	before, after, third := noise(7000), noise(4000), noise(5)
	for left := 0; ; left++ {
		fake := newFake()
		r := newRing("s", fake)
		if err := r.Set(t.Context(), "key", before); err != nil {
			t.Fatal(err)
		}
		fake.left = left
		err := r.Set(t.Context(), "key", after)
		fake.left = -1
		got, found, err2 := r.Get(t.Context(), "key")
		if err2 != nil || !found || !(bytes.Equal(got, before) || bytes.Equal(got, after)) {
			t.Fatalf("stopped after %d calls: %v, %d bytes, %v", left, found, len(got), err2)
		}
		if err == nil && !bytes.Equal(got, after) {
			t.Fatalf("stopped after %d calls: stored without a word, and the old value is there", left)
		}
		if err := r.Set(t.Context(), "key", third); err != nil {
			t.Fatal(err)
		}
		if len(fake.entries) != 2 {
			t.Fatalf("stopped after %d calls: entries %v", left, slices.Sorted(maps.Keys(fake.entries)))
		}
		if err == nil {
			return
		}
		if !errors.Is(err, ErrFailed) || !errors.Is(err, errDied) {
			t.Fatalf("got %v", err)
		}
	}
}

func TestKilledWhileRemoving(t *testing.T) {
	for left := 0; ; left++ {
		fake := newFake()
		r := newRing("s", fake)
		if err := r.Set(t.Context(), "key", noise(7000)); err != nil {
			t.Fatal(err)
		}
		fake.left = left
		err := r.Delete(t.Context(), "key")
		fake.left = -1
		got, found, err2 := r.Get(t.Context(), "key")
		if err2 != nil || (found && !bytes.Equal(got, noise(7000))) {
			t.Fatalf("stopped after %d calls: %v, %v", left, found, err2)
		}
		if err == nil {
			if found || len(fake.entries) != 0 {
				t.Fatalf("found %v, entries %d", found, len(fake.entries))
			}
			return
		}
	}
}

func TestDamagedValueIsNeverMissing(t *testing.T) {
	for name, damage := range map[string]func(*fakeProvider){
		"piece gone":    func(f *fakeProvider) { delete(f.entries, "s key/a/1") },
		"piece changed": func(f *fakeProvider) { f.entries["s key/a/1"] = strings.ToUpper(f.entries["s key/a/1"]) },
		"index changed": func(f *fakeProvider) { f.entries["s key"] = "brevdue1 a 9999999 1 x" },
		"index empty":   func(f *fakeProvider) { f.entries["s key"] = "" },
	} {
		fake := newFake()
		r := newRing("s", fake)
		if err := r.Set(t.Context(), "key", noise(5000)); err != nil {
			t.Fatal(err)
		}
		damage(fake)
		if _, found, err := r.Get(t.Context(), "key"); found || !errors.Is(err, ErrFailed) {
			t.Errorf("%s: found %v, %v", name, found, err)
		}
		if err := r.Set(t.Context(), "key", noise(9)); err != nil {
			t.Errorf("%s: replace: %v", name, err)
		}
		if got, _, err := r.Get(t.Context(), "key"); err != nil || !bytes.Equal(got, noise(9)) {
			t.Errorf("%s: after replacing: %v", name, err)
		}
	}
}

func TestKeyringThatNeverAnswers(t *testing.T) {
	fake := newFake()
	fake.block = make(chan struct{})
	r := newRing("s", fake)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, _, err := r.Get(ctx, "key")
		cancel()
		if !errors.Is(err, ErrLocked) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Set(ctx, "key", nil); !errors.Is(err, context.Canceled) || errors.Is(err, ErrLocked) {
		t.Fatalf("got %v", err)
	}
	close(fake.block)
	if err := r.Set(t.Context(), "key", noise(9)); err != nil {
		t.Fatalf("after the prompt was answered: %v", err)
	}
}

func TestTooLargeValue(t *testing.T) {
	if err := newRing("s", newFake()).Set(t.Context(), "key", make([]byte, 2<<20)); !errors.Is(err, ErrFailed) {
		t.Fatalf("got %v", err)
	}
}

func TestErrorsHoldNoValue(t *testing.T) {
	fake := newFake()
	r := newRing("s", fake)
	secret := "hunter2hunter2"
	if err := r.Set(t.Context(), "key", []byte(secret)); err != nil {
		t.Fatal(err)
	}
	fake.entries["s key"] = secret
	_, _, err := r.Get(t.Context(), "key")
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("got %v", err)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add(index{set: "a", pieces: 3, size: 10, sum: checksum(nil)}.String())
	f.Add("brevdue1 a -1 -1 " + checksum(nil))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		i, err := parseIndex(text)
		if err != nil {
			return
		}
		if again, err := parseIndex(i.String()); err != nil || again != i {
			t.Errorf("%q: %v, %v", text, again, err)
		}
	})
}
