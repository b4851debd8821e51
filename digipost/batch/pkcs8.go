package batch

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"hash"
	"slices"
)

// OpenSSL 3 writes protected keys as "ENCRYPTED PRIVATE KEY": PKCS#8 (RFC 5958)
// with PBES2 (RFC 8018), which neither the standard library nor x/crypto/ssh
// reads. Here is what OpenSSL and Java make: PBKDF2 with AES-CBC or 3DES.

// maxIterations bounds the work a forged file can ask for: about a second.
const maxIterations = 2_000_000

type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2 struct {
	Derivation, Cipher pkix.AlgorithmIdentifier
}

type derivation struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	Hash       pkix.AlgorithmIdentifier `asn1:"optional"`
}

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

// keyHashes are PBKDF2's pseudo-random functions, all HMAC. None named means
// SHA-1.
var keyHashes = map[string]func() hash.Hash{
	"":                   sha1.New,
	"1.2.840.113549.2.7": sha1.New,
	"1.2.840.113549.2.9": sha256.New, "1.2.840.113549.2.10": sha512.New384, "1.2.840.113549.2.11": sha512.New,
}

type keyCipher struct {
	length int
	block  func(key []byte) (cipher.Block, error)
}

// keyCiphers are the ciphers, all in CBC mode.
var keyCiphers = map[string]keyCipher{
	"2.16.840.1.101.3.4.1.2":  {16, aes.NewCipher},
	"2.16.840.1.101.3.4.1.22": {24, aes.NewCipher},
	"2.16.840.1.101.3.4.1.42": {32, aes.NewCipher},
	"1.2.840.113549.3.7":      {24, des.NewTripleDESCipher},
}

// openPKCS8 opens a protected PKCS#8 key.
func openPKCS8(der []byte, passphrase string) (key any, err error) {
	unknown := fmt.Errorf("%w: its protection is not known here", ErrKeyFile)
	var (
		outer  encryptedKey
		scheme pbes2
		how    derivation
		iv     []byte
	)
	if !parse(der, &outer) || !outer.Algorithm.Algorithm.Equal(oidPBES2) ||
		!parse(outer.Algorithm.Parameters.FullBytes, &scheme) || !scheme.Derivation.Algorithm.Equal(oidPBKDF2) ||
		!parse(scheme.Derivation.Parameters.FullBytes, &how) || !parse(scheme.Cipher.Parameters.FullBytes, &iv) {
		return nil, unknown
	}
	newHash, knownHash := keyHashes[how.Hash.Algorithm.String()]
	kind, knownCipher := keyCiphers[scheme.Cipher.Algorithm.String()]
	if !knownHash || !knownCipher || how.Iterations < 1 || how.Iterations > maxIterations {
		return nil, unknown
	}
	if passphrase == "" {
		return nil, ErrPassphrase
	}
	secret, err := pbkdf2.Key(newHash, passphrase, how.Salt, how.Iterations, kind.length)
	if err != nil {
		return nil, unknown
	}
	block, err := kind.block(secret)
	if err != nil || len(iv) != block.BlockSize() || len(outer.Data) == 0 || len(outer.Data)%block.BlockSize() != 0 {
		return nil, unknown
	}
	plain := slices.Clone(outer.Data)
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, plain)
	plain, ok := withoutPadding(plain, block.BlockSize())
	if !ok {
		return nil, ErrPassphrase
	}
	// A wrong pass phrase passes the padding once in 256 times; what it gives is
	// no key.
	if key, err = x509.ParsePKCS8PrivateKey(plain); err != nil {
		return nil, ErrPassphrase
	}
	return key, nil
}

// parse reads one value that fills all of der.
func parse(der []byte, into any) bool {
	rest, err := asn1.Unmarshal(der, into)
	return err == nil && len(rest) == 0
}

// withoutPadding takes PKCS#7 padding off. Timing tells nothing here: the file
// and its reader are on the same machine.
func withoutPadding(plain []byte, size int) ([]byte, bool) {
	n := int(plain[len(plain)-1])
	if n == 0 || n > size || n > len(plain) {
		return nil, false
	}
	for _, b := range plain[len(plain)-n:] {
		if int(b) != n {
			return nil, false
		}
	}
	return plain[:len(plain)-n], true
}
