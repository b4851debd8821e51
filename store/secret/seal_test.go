package secret

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func TestSealer(t *testing.T) {
	key := NewKey()
	seal, err := NewSealer(key)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := seal.Seal([]byte("hemmelig"), []byte("here"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := seal.Seal([]byte("hemmelig"), []byte("here"))
	if err != nil || bytes.Equal(sealed, again) || bytes.Contains(sealed, []byte("hemmelig")) {
		t.Fatalf("sealed alike, or not sealed: %v", err)
	}
	if plain, err := seal.Unseal(sealed, []byte("here")); err != nil || string(plain) != "hemmelig" {
		t.Fatalf("%q, %v", plain, err)
	}
	other, err := NewSealer(NewKey())
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, try := range map[string]func() ([]byte, error){
		"another place": func() ([]byte, error) { return seal.Unseal(sealed, []byte("there")) },
		"another key":   func() ([]byte, error) { return other.Unseal(sealed, []byte("here")) },
		"changed":       func() ([]byte, error) { return seal.Unseal(changed, []byte("here")) },
		"cut":           func() ([]byte, error) { return seal.Unseal(sealed[:20], []byte("here")) },
		"empty":         func() ([]byte, error) { return seal.Unseal(nil, []byte("here")) },
	} {
		if plain, err := try(); err == nil {
			t.Errorf("%s: opened as %q", name, plain)
		}
	}
	if _, err := NewSealer(key[:16]); err == nil {
		t.Error("a short key was taken")
	}
}

// TestLookupStays fails when the way of hashing changes: stored hashes would no
// longer be found. The value was made by Python's hmac module, HKDF by hand.
func TestLookupStays(t *testing.T) {
	seal, err := NewSealer(bytes.Repeat([]byte{7}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	const want = "10f507027a17cb3673c2445da364afe3d5a8e5d284a4974f23c0e42711a0b337"
	if got := hex.EncodeToString(seal.Lookup("fnr", "some value")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if bytes.Equal(seal.Lookup("a", "bc"), seal.Lookup("ab", "c")) {
		t.Error("kind and value run together")
	}
}
