package sandbox

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// loadEBox reads or makes the key of the e-Box's owner and its certificate,
// which stands in ChaMan.
func (id *identity) loadEBox() (*x509.Certificate, error) {
	data, err := id.load(eboxKeyFile, func() ([]byte, error) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
	})
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("read %s: not a PEM file", eboxKeyFile)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", eboxKeyFile, err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read %s: not an RSA key", eboxKeyFile)
	}
	file, err := id.load(eboxCertificateFile, func() ([]byte, error) { return certifyEBox(key) })
	if err != nil {
		return nil, err
	}
	return eboxCertificate(file)
}

// eboxCertificate reads a certificate as ChaMan takes it: PEM, nothing else in
// it, a key of RSA.
func eboxCertificate(file []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(file)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("a certificate is \"own\", \"changed\" or PEM with a CERTIFICATE first")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if _, ok := certificate.PublicKey.(*rsa.PublicKey); !ok {
		return nil, errors.New("certificate: the key is not RSA")
	}
	return certificate, nil
}

// certifyEBox makes a certificate with a subject as integrators of the e-Box
// were told to choose it.
func certifyEBox(key *rsa.PrivateKey) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	name := func(oid int, value string) pkix.AttributeTypeAndValue {
		return pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, oid}, Value: value}
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)),
		Subject: pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
			name(6, "BE"), name(8, "Oefenprovincie"), name(7, "Oefenstad"), name(10, eboxName),
			name(11, "Belgian Federal Government"), name(11, "urn:be:fgov:kbo-bce:organization:cbe-number:"+eboxEnterprise),
			name(11, "ACC"), name(3, "urn:be:oefening:ebox-consumer"),
		}},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
