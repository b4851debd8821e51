package secret

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// KeySize is the length of a sealing key in bytes.
const KeySize = 32

// sealVersion is the first byte of what Seal makes, so that a later way of
// sealing can be told from this one.
const sealVersion = 1

// NewKey gives a fresh random key of KeySize bytes.
func NewKey() []byte {
	key := make([]byte, KeySize)
	// Never fails: crypto/rand ends the program when the system has no
	// randomness.
	_, _ = rand.Read(key)
	return key
}

// Sealer seals values with XChaCha20-Poly1305 under a random nonce (long enough
// to be drawn at random for ever) and hashes values with HMAC-SHA256. The two
// keys are drawn from the one given by HKDF, so that neither tells about the
// other. It is safe for use by several goroutines.
type Sealer struct {
	aead   cipher.AEAD
	lookup []byte
}

// NewSealer makes a sealer from a key of KeySize bytes.
func NewSealer(key []byte) (*Sealer, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("a sealing key has %d bytes, not %d", KeySize, len(key))
	}
	seal, err := hkdf.Key(sha256.New, key, nil, "brevdue seal v1", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive sealing key: %w", err)
	}
	lookup, err := hkdf.Key(sha256.New, key, nil, "brevdue lookup v1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive look-up key: %w", err)
	}
	aead, err := chacha20poly1305.NewX(seal)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return &Sealer{aead: aead, lookup: lookup}, nil
}

// errNotSealed says nothing about what was in the value, on purpose.
var errNotSealed = errors.New("the value does not open with this key in this place")

// Seal encrypts a value and binds it to a context: version, nonce, ciphertext.
func (s *Sealer) Seal(plain, context []byte) ([]byte, error) {
	out := make([]byte, 1+chacha20poly1305.NonceSizeX, 1+chacha20poly1305.NonceSizeX+len(plain)+s.aead.Overhead())
	out[0] = sealVersion
	if _, err := rand.Read(out[1:]); err != nil {
		return nil, fmt.Errorf("draw nonce: %w", err)
	}
	return s.aead.Seal(out, out[1:], plain, context), nil
}

// Unseal opens what Seal made with the same context.
func (s *Sealer) Unseal(sealed, context []byte) ([]byte, error) {
	if len(sealed) < 1+chacha20poly1305.NonceSizeX || sealed[0] != sealVersion {
		return nil, errNotSealed
	}
	nonce, ciphertext := sealed[1:1+chacha20poly1305.NonceSizeX], sealed[1+chacha20poly1305.NonceSizeX:]
	plain, err := s.aead.Open(nil, nonce, ciphertext, context)
	if err != nil {
		return nil, errNotSealed
	}
	return plain, nil
}

// Lookup gives the keyed hash of a value of a kind, 32 bytes. Without the key it
// can neither be made nor be tried out, however few values there are.
func (s *Sealer) Lookup(kind, value string) []byte {
	h := hmac.New(sha256.New, s.lookup)
	// The length in front keeps kind and value apart.
	_ = binary.Write(h, binary.BigEndian, uint32(len(kind)))
	h.Write([]byte(kind))
	h.Write([]byte(value))
	return h.Sum(nil)
}
