package app

import (
	"path/filepath"
	"testing"

	"brevdue/app/post"
)

// TestWhichRelay: a vendor's build asks the vendor's relay, unless another or none
// was chosen; practice asks none by itself.
func TestWhichRelay(t *testing.T) {
	before := partnerRelay
	t.Cleanup(func() { partnerRelay = before })
	a, err := Open(t.Context(), Options{Data: t.TempDir(), Secrets: "file:" + filepath.Join(t.TempDir(), "keys"), Passphrase: "fire ord på rad"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	is := func(want string) {
		t.Helper()
		if got, err := a.Relay(t.Context()); err != nil || got != want {
			t.Errorf("asks %q (%v), want %q", got, err, want)
		}
	}
	const ours, chosen = "http://127.0.0.1:1", "http://127.0.0.1:2"
	is("")
	partnerRelay = ours
	is(ours)
	a.Environment = post.Practice
	is("")
	a.Environment = post.Production
	if err := a.SetRelay(t.Context(), chosen); post.CodeOf(err) != post.CodeRelay {
		t.Errorf("nobody answers there, and it is said: %v", err)
	}
	is(chosen)
	if err := a.SetRelay(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	is("")
	partnerRelay = ""
	is("")
}
