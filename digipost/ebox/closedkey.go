package ebox

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"hash"
)

// A private key closed with a pass phrase: EncryptedPrivateKeyInfo of RFC 5958,
// by PBES2 with PBKDF2 of RFC 8018, and AES in CBC mode of RFC 8018, B.2.5.
type closedKeyInfo struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2 struct{ Derivation, Cipher pkix.AlgorithmIdentifier }

type pbkdf2Parameters struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	Function   pkix.AlgorithmIdentifier `asn1:"optional"`
}

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}

	keyFunctions = map[string]func() hash.Hash{
		"1.2.840.113549.2.7": sha1.New, "1.2.840.113549.2.9": sha256.New, "1.2.840.113549.2.10": sha512.New384, "1.2.840.113549.2.11": sha512.New,
	}
	// cipherKeys are the lengths of the keys of AES in CBC mode.
	cipherKeys = map[string]int{"2.16.840.1.101.3.4.1.2": 16, "2.16.840.1.101.3.4.1.22": 24, "2.16.840.1.101.3.4.1.42": 32}
)

// mostIterations bounds how long a pass phrase may be stretched: well above what
// programs write, well below what would look like one that hangs.
const mostIterations = 2_000_000

// closedKey opens such a key. ErrKeyPassword means that it is one and the pass
// phrase another, ErrKeyFile that it is none, or closed in another way.
func closedKey(der []byte, password string) (crypto.Signer, error) {
	var info closedKeyInfo
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 || !info.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, ErrKeyFile
	}
	var scheme pbes2
	var derivation pbkdf2Parameters
	if _, err := asn1.Unmarshal(info.Algorithm.Parameters.FullBytes, &scheme); err != nil || !scheme.Derivation.Algorithm.Equal(oidPBKDF2) {
		return nil, ErrKeyFile
	}
	if _, err := asn1.Unmarshal(scheme.Derivation.Parameters.FullBytes, &derivation); err != nil {
		return nil, ErrKeyFile
	}
	function := sha1.New // the default of RFC 8018
	if name := derivation.Function.Algorithm; len(name) > 0 {
		function = keyFunctions[name.String()]
	}
	var iv []byte
	length := cipherKeys[scheme.Cipher.Algorithm.String()]
	_, err := asn1.Unmarshal(scheme.Cipher.Parameters.FullBytes, &iv)
	if err != nil || length == 0 || function == nil || len(iv) != aes.BlockSize || len(info.Data) == 0 || len(info.Data)%aes.BlockSize != 0 ||
		derivation.Iterations < 1 || derivation.Iterations > mostIterations {
		return nil, ErrKeyFile
	}
	secret, err := pbkdf2.Key(function, password, derivation.Salt, derivation.Iterations, length)
	if err != nil {
		return nil, ErrKeyFile
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, ErrKeyFile
	}
	plain := make([]byte, len(info.Data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, info.Data)
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > aes.BlockSize || !bytes.HasSuffix(plain, bytes.Repeat([]byte{byte(padding)}, padding)) {
		return nil, ErrKeyPassword
	}
	if key := parseKey(plain[:len(plain)-padding]); key != nil {
		return key, nil
	}
	return nil, ErrKeyPassword
}
