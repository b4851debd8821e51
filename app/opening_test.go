//go:build !nowindow

package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"brevdue/app/post"
	"brevdue/app/sender"
	"brevdue/store/secret"
	"brevdue/ui"
)

// TestOpeningTakesItsTime: a profile that does not open at once, as with a locked
// keyring, is waited for by whoever wants it, once; it can be given up and tried
// again, and holds up no other.
func TestOpeningTakesItsTime(t *testing.T) {
	data := t.TempDir()
	folder := filepath.Join(data, "slow")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	// Who holds this lock makes the profile's key just now: opening waits for it.
	hold := flock.New(filepath.Join(folder, setupLock))
	if held, err := hold.TryLock(); err != nil || !held {
		t.Fatal(err)
	}
	w := bench(t, Options{Data: data, Profile: "slow", Secrets: secretsFileOf(folder), Passphrase: "lang nok frase"})
	w.patience = 50 * time.Millisecond
	first, waits := w.begin()
	if !waits || first.app != nil {
		t.Fatalf("did not wait: %+v", first)
	}
	closed := w.turn(first)
	if !closed.Welcome.Closed || closed.Reopen == nil {
		t.Fatal("there is nothing to wait at")
	}
	came := make(chan error, 2)
	try := func() {
		ports, err := closed.Reopen(t.Context())
		if err == nil && ports.Welcome.Closed {
			err = errors.New("still closed")
		}
		came <- err
	}
	go try()
	time.Sleep(50 * time.Millisecond)
	closed.Welcome.GiveUp()
	if err := <-came; err == nil {
		t.Error("opened although it was given up")
	}

	stopped, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := closed.Reopen(stopped); err == nil {
		t.Error("opened at once")
	}
	go try() // joins the effort that goes on
	go try()
	if other := w.reach(t.Context(), Options{Data: data, Practice: true}); other.err != nil {
		t.Errorf("practice is held up: %v", other.err)
	}
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-came; err != nil {
			t.Error(err)
		}
	}
	if w.profile("slow") == nil {
		t.Error("not open")
	}
}

// TestEndWhileOpening: the window closes while a profile is being opened.
func TestEndWhileOpening(t *testing.T) {
	data := t.TempDir()
	folder := filepath.Join(data, "slow")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	hold := flock.New(filepath.Join(folder, setupLock))
	if held, err := hold.TryLock(); err != nil || !held {
		t.Fatal(err)
	}
	defer hold.Close()
	w := bench(t, Options{Data: data, Profile: "slow", Secrets: secretsFileOf(folder), Passphrase: "lang nok frase"})
	w.patience = 50 * time.Millisecond
	if _, waits := w.begin(); !waits {
		t.Fatal("did not wait")
	}
	end(t, w)
	if w.profile("slow") != nil || len(w.claimed()) != 0 {
		t.Error("something is still open")
	}
}

// TestKeyringGoesAway: the keyring of an open profile has gone. The keys go into
// a file, which the next start asks the password of; what is sealed stays
// readable, and forgetting empties both places.
func TestKeyringGoesAway(t *testing.T) {
	data := t.TempDir()
	folder := filepath.Join(data, "a")
	w := bench(t, Options{Data: data, Profile: "a", Secrets: secretsFileOf(folder), Passphrase: "lang nok frase"})
	begin(t, w)
	a := w.profile("a")
	keyring := vault{secret.Memory()} // in place of the file it was opened with
	if err := keyring.Set(t.Context(), "sftp-key", []byte("from the keyring")); err != nil {
		t.Fatal(err)
	}
	a.secrets.turnTo(keyring)
	if err := removeSecretsFile(folder); err != nil {
		t.Fatal(err)
	}
	if err := a.Store.SaveOnboarding(t.Context(), post.Onboarding{ID: "1", State: "browser_opened", Nonce: "secret"}); err != nil {
		t.Fatal(err)
	}
	if err := a.UseSecretsFile(t.Context(), ""); post.CodeOf(err) != post.CodeSecretsPassphrase || keysInFile(folder) {
		t.Errorf("no pass phrase: %v", err)
	}
	if err := a.UseSecretsFile(t.Context(), "et helt nytt passord"); err != nil {
		t.Fatal(err)
	}
	if value, found, err := a.secrets.Get(t.Context(), "sftp-key"); err != nil || !found || string(value) != "from the keyring" {
		t.Errorf("not taken along: %q %v %v", value, found, err)
	}
	if err := a.Sender.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, place := range map[string]sender.Secrets{"keyring": keyring, "file": a.secrets} {
		if _, found, _ := place.Get(t.Context(), "sftp-key"); found {
			t.Errorf("the %s still has the key", name)
		}
	}
	end(t, w)

	w = bench(t, Options{Data: data})
	ports := begin(t, w)
	if !ports.Welcome.Closed || ports.UseSecretsFile == nil {
		t.Fatal("the next start does not ask")
	}
	if _, err := ports.UseSecretsFile(t.Context(), "lang nok frase"); post.CodeOf(err) != post.CodeSecretsPassphrase {
		t.Errorf("the old pass phrase: %v", err)
	}
	must(ports.UseSecretsFile(t.Context(), "et helt nytt passord"))(t)
	if attempt, found, err := w.profile("a").Store.Onboarding(t.Context()); err != nil || !found || attempt.Nonce != "secret" {
		t.Errorf("what was sealed: %+v %v", attempt, err)
	}
}

// TestFileCannotReplaceALostKey: a profile whose sealing key was in a keyring that
// has gone is not offered a file, which would not open it.
func TestFileCannotReplaceALostKey(t *testing.T) {
	data := t.TempDir()
	folder := filepath.Join(data, "a")
	w := bench(t, Options{Data: data, Profile: "a", Secrets: secretsFileOf(folder), Passphrase: "lang nok frase"})
	begin(t, w)
	end(t, w)
	if err := removeSecretsFile(folder); err != nil {
		t.Fatal(err)
	}
	w = bench(t, Options{Data: data})
	var ports ui.Ports = begin(t, w)
	if !ports.Welcome.Closed || ports.UseSecretsFile != nil {
		t.Errorf("a file is offered: %+v", ports.Welcome)
	}
	if _, err := w.openWithFile("a")(t.Context(), "lang nok frase"); post.CodeOf(err) != post.CodeSealKey || keysInFile(folder) {
		t.Errorf("opened with a key of its own: %v", err)
	}
}
