package channel

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"

	"brevdue/app/post"
	"brevdue/digipost"
	"brevdue/digipost/batch"
)

// Certificate reads a PKCS#12 file (it is sender.Reader). A file whose
// certificate cannot be read but whose key can is accepted: signing needs only
// the key.
func (c *Channel) Certificate(file []byte, password string) (post.CertificateFacts, error) {
	keys, err := digipost.ReadPKCS12(file, password)
	if err != nil {
		return post.CertificateFacts{}, certificateFault(err)
	}
	facts := factsOf(keys.Certificate)
	if facts.Fingerprint == "" {
		public, err := x509.MarshalPKIXPublicKey(keys.Key.Public())
		if err != nil {
			return post.CertificateFacts{}, post.NewFault(post.CodeCertificateBroken, err)
		}
		sum := sha256.Sum256(public)
		facts.Fingerprint = hex.EncodeToString(sum[:])
	}
	return facts, nil
}

func factsOf(certificate *x509.Certificate) post.CertificateFacts {
	if certificate == nil {
		return post.CertificateFacts{}
	}
	sum := sha256.Sum256(certificate.Raw)
	facts := post.CertificateFacts{
		Subject: nameOf(certificate.Subject), Issuer: nameOf(certificate.Issuer), NotAfter: certificate.NotAfter,
		Organisation: certificate.Subject.CommonName, Fingerprint: hex.EncodeToString(sum[:]),
	}
	if names := certificate.Subject.Organization; len(names) > 0 {
		facts.Organisation = names[0]
	}
	facts.OrganisationNumber = organisationOf(certificate.Subject)
	return facts
}

// organisationIdentifier is the attribute that newer company certificates have
// the number in, with the register before it (ETSI EN 319 412-1, 5.1.4).
var organisationIdentifier = asn1.ObjectIdentifier{2, 5, 4, 97}

// organisationOf is the Norwegian organisation number in the subject of a company
// certificate, or empty: as NTRNO-987654325 in the organisation identifier, or as
// it is in the serial number, where older certificates have it (Buypass and
// Commfides do so).
func organisationOf(subject pkix.Name) string {
	for _, attribute := range subject.Names {
		if text, ok := attribute.Value.(string); ok && attribute.Type.Equal(organisationIdentifier) {
			if digits, norwegian := strings.CutPrefix(text, "NTRNO-"); norwegian && organisationForm.MatchString(digits) {
				return digits
			}
		}
	}
	if organisationForm.MatchString(subject.SerialNumber) {
		return subject.SerialNumber
	}
	return ""
}

var organisationForm = regexp.MustCompile(`^[0-9]{9}$`)

// nameOf is a certificate's name as a person knows it: the organisation and its
// number, where they stand, else the whole of it.
func nameOf(name pkix.Name) string {
	known := name.CommonName
	if known == "" && len(name.Organization) > 0 {
		known = name.Organization[0]
	}
	switch {
	case known == "":
		return name.String()
	case name.SerialNumber != "":
		return known + " (" + name.SerialNumber + ")"
	}
	return known
}

// SFTPKey reads a private key file (it is sender.Reader).
func (c *Channel) SFTPKey(file []byte, passphrase string) (post.SFTPKeyFacts, error) {
	key, err := batch.ReadPrivateKey(file, passphrase)
	if err != nil {
		return post.SFTPKeyFacts{}, sftpKeyFault(err)
	}
	public := key.PublicKey()
	return post.SFTPKeyFacts{Type: public.Type(), Fingerprint: batch.Fingerprint(public), Public: batch.PublicLine(key, "brevdue")}, nil
}

// MakeSFTPKey makes an RSA key of 3,072 bits (it is sender.Reader).
func (c *Channel) MakeSFTPKey() (file []byte, facts post.SFTPKeyFacts, err error) {
	if file, err = batch.MakePrivateKey(); err != nil {
		return nil, post.SFTPKeyFacts{}, err
	}
	facts, err = c.SFTPKey(file, "")
	return file, facts, err
}

func sftpKeyFault(err error) error {
	if errors.Is(err, batch.ErrPassphrase) {
		return post.NewFault(post.CodeWrongPassword, err)
	}
	return post.NewFault(post.CodeSFTPKeyBroken, err)
}
