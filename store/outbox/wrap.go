package outbox

import (
	"crypto/rand"
	"encoding/base64"
	"errors"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

// stanzaType names our way of wrapping in the head of an age file.
const stanzaType = "brevdue.no/outbox-v1"

// wrapper wraps a file's own key with the outbox key, by XChaCha20-Poly1305
// under a random nonce. The file's name is bound in, so that one file put in
// another's place does not open. It is age's Recipient and Identity in one.
type wrapper struct {
	key  []byte
	name string
}

// Wrap makes the stanza: the nonce as its argument, the wrapped key as its body.
func (w wrapper) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	aead, err := chacha20poly1305.NewX(w.key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return []*age.Stanza{{
		Type: stanzaType,
		Args: []string{base64.RawStdEncoding.EncodeToString(nonce)},
		Body: aead.Seal(nil, nonce, fileKey, []byte(w.name)),
	}}, nil
}

// fileKeySize is the length of an age file key; the specification wants it
// checked before it is opened.
const fileKeySize = 16

// Unwrap opens the stanza of Wrap.
func (w wrapper) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, stanza := range stanzas {
		if stanza.Type != stanzaType {
			continue
		}
		if len(stanza.Args) != 1 || len(stanza.Body) != fileKeySize+chacha20poly1305.Overhead {
			return nil, errors.New("malformed head")
		}
		nonce, err := base64.RawStdEncoding.DecodeString(stanza.Args[0])
		if err != nil || len(nonce) != chacha20poly1305.NonceSizeX {
			return nil, errors.New("malformed head")
		}
		aead, err := chacha20poly1305.NewX(w.key)
		if err != nil {
			return nil, err
		}
		fileKey, err := aead.Open(nil, nonce, stanza.Body, []byte(w.name))
		if err != nil {
			return nil, age.ErrIncorrectIdentity
		}
		return fileKey, nil
	}
	return nil, age.ErrIncorrectIdentity
}
