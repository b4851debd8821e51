//go:build !nowindow

package app

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/digipost/relay"
	"brevdue/digipost/signup"
)

// TestApprovalWhileNobodyLooks: an application was handed in and the program
// closed. At the next start, and from hour to hour, the relay is asked, for a
// profile that is not shown as well; the sender-id is told of once.
func TestApprovalWhileNobodyLooks(t *testing.T) {
	server, err := relay.Start(t.Context(), relay.Config{Store: relay.NewMemory(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	address := "http://" + server.Addr().String()
	data, nonce := t.TempDir(), signup.NewNonce()
	const phrase = "lang nok frase"
	options := func(name string) Options {
		return Options{Data: data, Profile: name, Secrets: secretsFileOf(filepath.Join(data, name)), Passphrase: phrase}
	}
	w := bench(t, options("a"))
	begin(t, w)
	a := w.profile("a")
	applied := post.Onboarding{ID: rand.Text(), State: string(onboarding.Applied), Nonce: nonce, OrganisationNumber: "987654325",
		Started: time.Now(), Applied: time.Now()}
	if err := a.Store.SaveOnboarding(t.Context(), applied); err != nil {
		t.Fatal(err)
	}
	if err := a.SetRelay(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	if _, came, err := a.AskRelay(t.Context()); came || err != nil {
		t.Fatalf("too early: %v %v", came, err)
	}
	end(t, w)

	answer, err := http.PostForm(address+relay.DefaultCallbackPath, url.Values{"sender-id": {"1001"}, "nonce": {nonce}})
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("call the relay: %v %v", err, answer)
	}
	_ = answer.Body.Close()

	w = bench(t, options("a"))
	begin(t, w)
	a = w.profile("a")
	heard := make(chan post.Notice, 10)
	defer a.Watch(func(notice post.Notice) { heard <- notice })()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		attempt, err := a.Onboarding.Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if attempt.SenderID == 1001 && attempt.State == string(onboarding.Returned) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nobody asked the relay: %+v", attempt)
		}
	}
	if _, came, err := a.AskRelay(t.Context()); came || err != nil {
		t.Errorf("told twice: %v %v", came, err)
	}
}

// TestApplicationWakesTheProfile: a profile that waits for an approval is opened
// at the start, although another one is shown.
func TestApplicationWakesTheProfile(t *testing.T) {
	data := t.TempDir()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	w := bench(t, Options{Data: data, Profile: "waits", Secrets: secretsFileOf(filepath.Join(data, "waits")), Passphrase: "lang nok frase"})
	begin(t, w)
	if err := w.profile("waits").Store.SetSetting(t.Context(), settingRelay, "http://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	end(t, w)
	w = bench(t, Options{Data: data, Profile: "shown"})
	begin(t, w)
	w.mutex.Lock()
	w.begun = "waits" // so that its file opens without asking
	w.options.Passphrase = "lang nok frase"
	w.mutex.Unlock()
	w.wake("waits")
	if w.profile("waits") == nil {
		t.Error("nobody asks the relay for it")
	}
}
