package batch

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

const (
	// maxKeyFile is far above any private key's file.
	maxKeyFile = 64 << 10
	// minRSA is the smallest RSA key taken, in bits: what Digipost's own examples
	// use. madeRSA is the size of new keys.
	minRSA  = 2048
	madeRSA = 3072
)

// ReadPrivateKey reads an RSA, ECDSA or Ed25519 key from a PEM file (PKCS#1,
// SEC 1, PKCS#8) or an OpenSSH one, protected or not. passphrase is not used
// when the key needs none. Errors are ErrPassphrase and ErrKeyFile; they hold
// nothing of the key.
func ReadPrivateKey(file []byte, passphrase string) (ssh.Signer, error) {
	if len(file) > maxKeyFile {
		return nil, fmt.Errorf("%w: the file is too large", ErrKeyFile)
	}
	block := keyBlock(file)
	if block == nil {
		return nil, fmt.Errorf("%w: no private key in the file", ErrKeyFile)
	}
	key, err := openKey(block, passphrase)
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if key.N.BitLen() < minRSA {
			return nil, fmt.Errorf("%w: an RSA key of %d bits is too weak", ErrKeyFile, key.N.BitLen())
		}
		if err := key.Validate(); err != nil {
			return nil, fmt.Errorf("%w: the RSA key is damaged", ErrKeyFile)
		}
	case *ecdsa.PrivateKey, ed25519.PrivateKey, *ed25519.PrivateKey:
	default:
		return nil, fmt.Errorf("%w: keys of this type are not taken", ErrKeyFile)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, fmt.Errorf("%w: keys of this curve are not taken", ErrKeyFile)
	}
	return signer, nil
}

// keyBlock finds the private key among the file's PEM blocks: certificates and
// curve parameters may stand before it.
func keyBlock(file []byte) *pem.Block {
	rest := bytes.TrimPrefix(file, []byte(byteOrderMark))
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil
		}
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			return block
		}
	}
}

// openKey parses a block, with the pass phrase where it needs one.
func openKey(block *pem.Block, passphrase string) (key any, err error) {
	if block.Type == "ENCRYPTED PRIVATE KEY" {
		return openPKCS8(block.Bytes, passphrase)
	}
	text := pem.EncodeToMemory(block)
	if key, err = ssh.ParseRawPrivateKey(text); err == nil {
		return key, nil
	}
	var locked *ssh.PassphraseMissingError
	if !errors.As(err, &locked) {
		return nil, fmt.Errorf("%w: the key can't be parsed", ErrKeyFile)
	}
	if passphrase == "" {
		return nil, ErrPassphrase
	}
	key, err = ssh.ParseRawPrivateKeyWithPassphrase(text, []byte(passphrase))
	switch {
	case errors.Is(err, x509.IncorrectPasswordError):
		return nil, ErrPassphrase
	case err != nil:
		return nil, fmt.Errorf("%w: the protected key can't be parsed", ErrKeyFile)
	}
	return key, nil
}

// MakePrivateKey makes an RSA key of 3,072 bits, the type Digipost's examples
// show, as an unprotected PKCS#8 PEM file for the caller to keep secret.
func MakePrivateKey() (file []byte, err error) {
	key, err := rsa.GenerateKey(rand.Reader, madeRSA)
	if err != nil {
		return nil, fmt.Errorf("make an SSH key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("write an SSH key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// PublicLine is the public half as one line without its end, as Digipost's
// settings page and authorized_keys files take it.
func PublicLine(key ssh.Signer, comment string) string {
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey())))
	if comment = clean(comment); comment != "" {
		line += " " + comment
	}
	return line
}

// Fingerprint is a key's fingerprint as OpenSSH shows it, SHA256:...
func Fingerprint(key ssh.PublicKey) string { return ssh.FingerprintSHA256(key) }
