package ebox

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"

	"brevdue/digipost"
)

// What is wrong with a key file.
var (
	// ErrKeyFile is a file that holds no private key that can be read.
	ErrKeyFile = errors.New("ebox: the file holds no private key that can be read")
	// ErrKeyPassword is a pass phrase that does not open it.
	ErrKeyPassword = errors.New("ebox: the pass phrase does not open the key file")
)

// maxKeyFile bounds certificate and key files.
const maxKeyFile = 1 << 20

// ReadKey reads a private key: PEM or DER as PKCS#8, PKCS#1 or SEC 1, or a
// PKCS#12 file. Keys closed with a pass phrase are opened in the older form of
// PEM (RFC 1421) and in the newer one, ENCRYPTED PRIVATE KEY, as OpenSSL writes it.
func ReadKey(file []byte, password string) (crypto.Signer, error) {
	if len(file) > maxKeyFile {
		return nil, ErrKeyFile
	}
	if isPEM(file) {
		key, trouble, _ := pemKey(file, password)
		if key == nil && trouble == nil {
			trouble = ErrKeyFile
		}
		return key, trouble
	}
	if key := parseKey(file); key != nil {
		return key, nil
	}
	if key, err := closedKey(file, password); err == nil || errors.Is(err, ErrKeyPassword) {
		return key, err
	}
	keys, err := digipost.ReadPKCS12(file, password)
	switch {
	case err == nil:
		return keys.Key, nil
	case errors.Is(err, digipost.ErrWrongPassword):
		return nil, ErrKeyPassword
	}
	return nil, ErrKeyFile
}

func isPEM(file []byte) bool { return bytes.Contains(file, []byte("-----BEGIN ")) }

// pemKey reads the first private key among PEM blocks; found says that there is
// one, readable or not.
func pemKey(file []byte, password string) (key crypto.Signer, trouble error, found bool) {
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			// A block cut in its middle is a key that lies open all the same.
			return nil, trouble, found || bytes.Contains(file, []byte("PRIVATE KEY-----"))
		}
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		found = true
		if block.Type == "ENCRYPTED PRIVATE KEY" {
			if key, trouble = closedKey(block.Bytes, password); key != nil {
				return key, nil, true
			}
			continue
		}
		der := block.Bytes
		//lint:ignore SA1019 Weak as it is, keys are still handed out like this.
		if x509.IsEncryptedPEMBlock(block) {
			var err error
			//lint:ignore SA1019 The same.
			if der, err = x509.DecryptPEMBlock(block, []byte(password)); err != nil {
				trouble = ErrKeyPassword
				continue
			}
		}
		if key := parseKey(der); key != nil {
			return key, nil, true
		}
		trouble = ErrKeyFile
	}
}

func parseKey(der []byte) crypto.Signer {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		signer, _ := key.(crypto.Signer)
		return signer
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key
	}
	return nil
}

// certificateFile is what was found in a file.
type certificateFile struct {
	certificates []*x509.Certificate
	// key is the private key beside them, where it could be read; hasKey says that
	// there is one. store says that the file is PKCS#12.
	key    crypto.Signer
	hasKey bool
	store  bool
}

// readCertificate reads PEM, DER or PKCS#12, and names the trouble by its code.
func readCertificate(file []byte, password string) (found certificateFile, trouble string) {
	if len(file) > maxKeyFile {
		return found, CodeUnreadable
	}
	if isPEM(file) {
		found.key, _, found.hasKey = pemKey(file, password)
		for block, rest := pem.Decode(file); block != nil; block, rest = pem.Decode(rest) {
			if block.Type != "CERTIFICATE" && block.Type != "X509 CERTIFICATE" && block.Type != "TRUSTED CERTIFICATE" {
				continue
			}
			if c, err := x509.ParseCertificate(block.Bytes); err == nil {
				found.certificates = append(found.certificates, c)
			}
		}
	} else if list, err := x509.ParseCertificates(file); err == nil {
		found.certificates = list
	} else if _, err := closedKey(file, password); parseKey(file) != nil || err == nil || errors.Is(err, ErrKeyPassword) {
		found.hasKey = true
	} else {
		return readStore(file, password)
	}
	if len(found.certificates) == 0 {
		return found, CodeUnreadable
	}
	return found, ""
}

// readStore reads PKCS#12. Files without a key are trust stores and no way to
// hand a certificate out.
func readStore(file []byte, password string) (found certificateFile, trouble string) {
	keys, err := digipost.ReadPKCS12(file, password)
	switch {
	case errors.Is(err, digipost.ErrWrongPassword):
		return found, CodePassword
	case errors.Is(err, digipost.ErrKeyNotRSA):
		return certificateFile{store: true, hasKey: true}, CodeKeyNotRSA
	case err != nil:
		return found, CodeUnreadable
	}
	found = certificateFile{key: keys.Key, hasKey: true, store: true}
	if keys.Certificate != nil {
		found.certificates = append(found.certificates, keys.Certificate)
	}
	found.certificates = append(found.certificates, keys.Chain...)
	if len(found.certificates) == 0 {
		return found, CodeUnreadable
	}
	return found, ""
}

// choose picks the certificate that is meant: the key's, else the first that
// issues no others, else the first.
func (f certificateFile) choose(key crypto.Signer) *x509.Certificate {
	if key != nil {
		public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
		for _, c := range f.certificates {
			if ok && public.Equal(c.PublicKey) {
				return c
			}
		}
	}
	for _, c := range f.certificates {
		if !c.IsCA {
			return c
		}
	}
	return f.certificates[0]
}
