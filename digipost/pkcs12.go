package digipost

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"

	"software.sslmate.com/src/go-pkcs12"
)

// What can be wrong with a certificate file, each for itself.
var (
	// ErrWrongPassword is a pass phrase that does not open the file.
	ErrWrongPassword = errors.New("the pass phrase does not open the certificate file")
	// ErrNoKey is a file with certificates and no private key.
	ErrNoKey = errors.New("the certificate file holds no private key")
	// ErrKeyNotRSA is a key that Digipost's signatures can't be made with.
	ErrKeyNotRSA = errors.New("the private key is not an RSA key")
	// ErrNotPKCS12 is a file that is no PKCS#12 (.p12, .pfx) at all, or damaged.
	ErrNotPKCS12 = errors.New("the file is not a PKCS#12 file")
	// ErrPKCS12Unsupported is a PKCS#12 file in a form this program can't read.
	ErrPKCS12Unsupported = errors.New("the PKCS#12 file is of a kind that is not supported")
)

// Credentials are what a certificate file holds.
type Credentials struct {
	Key crypto.Signer
	// Certificate is the one that belongs to the key. It is nil when it could not
	// be read: signing needs the key only, and Digipost knows the certificate.
	Certificate *x509.Certificate
	// Chain are the other certificates that could be read.
	Chain []*x509.Certificate
}

// maxPKCS12 bounds the file; a key with a long chain has some ten kilobytes.
const maxPKCS12 = 1 << 20

// ReadPKCS12 reads a certificate file with modern or old algorithms, with or
// without a chain; the pass phrase may be empty.
func ReadPKCS12(file []byte, password string) (*Credentials, error) {
	if err := checkPKCS12(file); err != nil {
		return nil, err
	}
	key, leaf, chain, err := pkcs12.DecodeChain(file, password)
	var unsupported pkcs12.NotImplementedError
	switch {
	case err == nil:
		return credentials(key, append([]*x509.Certificate{leaf}, chain...))
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, ErrWrongPassword
	case errors.As(err, &unsupported):
		return nil, fmt.Errorf("%w: %w", ErrPKCS12Unsupported, err)
	}
	return readPieces(file, password)
}

// readPieces reads a file that can't be read as a whole, mostly because Go
// refuses one of its certificates (a negative serial number, for example).
func readPieces(file []byte, password string) (*Credentials, error) {
	//lint:ignore SA1019 It is deprecated for what it writes, but no other reader
	// hands out certificates without parsing them.
	blocks, err := pkcs12.ToPEM(file, password)
	if err != nil {
		if !hasKeyBag(file) {
			return nil, ErrNoKey
		}
		// The cause may quote what stands in the file; it is left behind.
		return nil, ErrPKCS12Unsupported
	}
	var key any
	var certificates []*x509.Certificate
	for _, block := range blocks {
		if block.Type == "CERTIFICATE" {
			if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
				certificates = append(certificates, certificate)
			}
		} else if key == nil {
			key = parseKey(block)
		}
	}
	return credentials(key, certificates)
}

// parseKey reads a private key as ToPEM writes it.
func parseKey(block *pem.Block) any {
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key
	}
	return nil
}

// credentials finds the certificate of the key; the file's order says nothing.
func credentials(key any, certificates []*x509.Certificate) (*Credentials, error) {
	if key == nil {
		return nil, ErrNoKey
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, ErrKeyNotRSA
	}
	c := &Credentials{Key: private}
	for _, certificate := range certificates {
		if public, ok := certificate.PublicKey.(*rsa.PublicKey); ok && c.Certificate == nil && public.Equal(&private.PublicKey) {
			c.Certificate = certificate
		} else {
			c.Chain = append(c.Chain, certificate)
		}
	}
	return c, nil
}

// The outer shape of a PKCS#12 file (RFC 7292).
type pfx struct {
	Version  int
	AuthSafe struct {
		ContentType asn1.ObjectIdentifier
		Content     asn1.RawValue `asn1:"tag:0,explicit,optional"`
	}
	MAC asn1.RawValue `asn1:"optional"`
}

var (
	oidData       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidKeyBag     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedBy = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
)

// maxIterations bounds how long a pass phrase may be stretched: well above any
// real file, well below what would look like a program that hangs.
const maxIterations = 1_000_000

func checkPKCS12(file []byte) error {
	if len(file) > maxPKCS12 {
		return ErrNotPKCS12
	}
	// An indefinite length is how some old programs write; the reader can't.
	if len(file) > 4 && file[0] == 0x30 && file[1] == 0x80 && file[2] == 0x02 {
		return ErrPKCS12Unsupported
	}
	var outer pfx
	rest, err := asn1.Unmarshal(file, &outer)
	if err != nil || len(rest) != 0 || outer.Version != 3 {
		return ErrNotPKCS12
	}
	switch {
	case outer.AuthSafe.ContentType.Equal(oidSignedData):
		return ErrPKCS12Unsupported
	case !outer.AuthSafe.ContentType.Equal(oidData):
		return ErrNotPKCS12
	}
	costly := false
	walk(file, 0, func(previous, value asn1.RawValue) {
		// Salt and iteration count stand side by side wherever a key is made.
		if previous.Tag == asn1.TagOctetString && value.Tag == asn1.TagInteger &&
			new(big.Int).SetBytes(value.Bytes).Cmp(big.NewInt(maxIterations)) > 0 {
			costly = true
		}
	})
	if costly {
		return ErrPKCS12Unsupported
	}
	return nil
}

// hasKeyBag reports whether a private key stands in the part of the file that
// is not encrypted as a whole, where every known program puts it.
func hasKeyBag(file []byte) (found bool) {
	walk(file, 0, func(_, value asn1.RawValue) {
		var oid asn1.ObjectIdentifier
		if value.Tag == asn1.TagOID {
			if _, err := asn1.Unmarshal(value.FullBytes, &oid); err == nil && (oid.Equal(oidKeyBag) || oid.Equal(oidShroudedBy)) {
				found = true
			}
		}
	})
	return found
}

// isDER reports whether the whole of it is DER. What is encrypted looks like the
// beginning of DER now and then, and must not be judged as such.
func isDER(content []byte) bool {
	for len(content) > 0 {
		var value asn1.RawValue
		rest, err := asn1.Unmarshal(content, &value)
		if err != nil {
			return false
		}
		content = rest
	}
	return true
}

// walk visits the values of a DER document in order, each with its elder
// sibling, and goes down into octet strings that hold DER themselves.
func walk(der []byte, depth int, visit func(previous, value asn1.RawValue)) {
	if depth > 20 {
		return
	}
	var previous asn1.RawValue
	for len(der) > 0 {
		var value asn1.RawValue
		rest, err := asn1.Unmarshal(der, &value)
		if err != nil {
			return
		}
		if value.Class == asn1.ClassUniversal {
			visit(previous, value)
		}
		if value.IsCompound || value.Class == asn1.ClassUniversal && value.Tag == asn1.TagOctetString && isDER(value.Bytes) {
			walk(value.Bytes, depth+1, visit)
		}
		previous, der = value, rest
	}
}
