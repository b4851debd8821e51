package sandbox

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"software.sslmate.com/src/go-pkcs12"
)

// The one customer of this Digipost, and the partner (system supplier) whom
// the customer may choose at sign-up. The number is made up and starts with 3,
// as synthetic organisation numbers do.
const (
	senderID           = 1000
	partnerID          = 2000
	organisationNumber = "312345676"
	organisationName   = "Øvelsesbedriften AS"
	digipostAddress    = "kunde123#1A2B"
	sftpUser           = "prod_1000"
)

// identity is every key of the stand-in. Keys are made once per folder.
type identity struct {
	password string            // of sender.p12
	sender   *x509.Certificate // of the customer: judges the signatures of requests
	response *rsa.PrivateKey   // signs answers
	respCert []byte            // PEM, published in the root
	// publicKey (PEM) and its hash are given as everybody's key to encrypt with.
	publicKey   []byte
	publicKeyID string
	host        ssh.Signer        // of the SFTP server
	ebox        *x509.Certificate // of the e-Box's owner
	dir         folder
}

// loadIdentity reads the keys of the folder and makes those that are missing.
func loadIdentity(dir folder) (*identity, error) {
	id := &identity{dir: dir}
	if err := id.loadSender(); err != nil {
		return nil, err
	}
	if err := id.loadResponse(); err != nil {
		return nil, err
	}
	var err error
	if id.ebox, err = id.loadEBox(); err != nil {
		return nil, err
	}
	if id.host, err = id.loadSSH("sftp_host_key", makeEd25519); err != nil {
		return nil, err
	}
	user, err := id.loadSSH("sftp_key", makeRSA)
	if err != nil {
		return nil, err
	}
	line := bytes.TrimSpace(ssh.MarshalAuthorizedKey(user.PublicKey()))
	return id, id.allow(append(line, " øvelse\n"...))
}

// load reads a file, or makes it with the given function and stores it first.
func (id *identity) load(name string, build func() ([]byte, error)) ([]byte, error) {
	data, err := readBounded(id.dir.path(name), 1<<20)
	if !errors.Is(err, os.ErrNotExist) {
		return data, err
	}
	if data, err = build(); err != nil {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	return data, id.dir.write(name, data)
}

// loadSender reads or makes sender.p12 and its pass phrase. The pass phrase is
// stored first: a file without it would be worth nothing.
func (id *identity) loadSender() error {
	pass, err := id.load("sender.password", func() ([]byte, error) { return []byte(rand.Text()), nil })
	if err != nil {
		return err
	}
	id.password = strings.TrimSpace(string(pass))
	file, err := id.load("sender.p12", func() ([]byte, error) {
		key, cert, err := makeCertificate(organisationName, organisationNumber)
		if err != nil {
			return nil, err
		}
		return pkcs12.Modern.Encode(key, cert, nil, id.password)
	})
	if err != nil {
		return err
	}
	_, id.sender, _, err = pkcs12.DecodeChain(file, id.password)
	if err != nil {
		return fmt.Errorf("read sender.p12: %w", err)
	}
	if _, ok := id.sender.PublicKey.(*rsa.PublicKey); !ok {
		return errors.New("read sender.p12: not an RSA key")
	}
	return nil
}

// loadResponse reads or makes the key and certificate that sign answers; both in one PEM file.
func (id *identity) loadResponse() error {
	data, err := id.load("response.pem", func() ([]byte, error) {
		key, cert, err := makeCertificate("Digipost (øvelse)", "")
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		out := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
		return append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...), nil
	})
	if err != nil {
		return err
	}
	keyBlock, rest := pem.Decode(data)
	certBlock, _ := pem.Decode(rest)
	if keyBlock == nil || certBlock == nil {
		return errors.New("read response.pem: key or certificate missing")
	}
	key, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return fmt.Errorf("read response.pem: %w", err)
	}
	var ok bool
	if id.response, ok = key.(*rsa.PrivateKey); !ok {
		return errors.New("read response.pem: not an RSA key")
	}
	id.respCert = pem.EncodeToMemory(certBlock)
	der, err := x509.MarshalPKIXPublicKey(id.response.Public())
	if err != nil {
		return fmt.Errorf("read response.pem: %w", err)
	}
	id.publicKey = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	sum := sha256.Sum256(der)
	id.publicKeyID = hex.EncodeToString(sum[:])
	return nil
}

func (id *identity) loadSSH(name string, build func() ([]byte, error)) (ssh.Signer, error) {
	data, err := id.load(name, build)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return signer, nil
}

// otherHost is a host key that nobody has seen before, for the trouble host_key.
func (id *identity) otherHost() (ssh.Signer, error) {
	return id.loadSSH("sftp_host_key_other", makeEd25519)
}

func (id *identity) hostFingerprint() string { return ssh.FingerprintSHA256(id.host.PublicKey()) }

// allow adds a public key line to authorized_keys unless its key is there.
// The file is read at every login, so that a key made by the customer can be
// registered while the stand-in runs.
func (id *identity) allow(line []byte) error {
	key, _, _, _, err := ssh.ParseAuthorizedKey(line)
	if err != nil {
		return fmt.Errorf("public key: %w", err)
	}
	if id.known(key) {
		return nil
	}
	data, err := readBounded(id.dir.path("authorized_keys"), 1<<20)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return id.dir.write("authorized_keys", append(data, append(bytes.TrimSpace(line), '\n')...))
}

// known says whether a public key may log in.
func (id *identity) known(key ssh.PublicKey) bool {
	data, err := readBounded(id.dir.path("authorized_keys"), 1<<20)
	if err != nil {
		return false
	}
	for len(bytes.TrimSpace(data)) > 0 {
		known, _, _, rest, err := ssh.ParseAuthorizedKey(data)
		if err != nil {
			return false
		}
		if bytes.Equal(known.Marshal(), key.Marshal()) {
			return true
		}
		data = rest
	}
	return false
}

// tag names a person in the journal without telling the birth number.
func (id *identity) tag(number string) string {
	mac := hmac.New(sha256.New, id.sender.Raw)
	mac.Write([]byte(number))
	return hex.EncodeToString(mac.Sum(nil)[:12])
}

// certificateFor gives the certificate file of a company that signed up, made at
// its first call. There is one customer here, so the key in it is the same for
// all; only the name on it is not.
func (id *identity) certificateFor(number string) ([]byte, error) {
	if number == "" || number == organisationNumber {
		return readBounded(id.dir.path("sender.p12"), 1<<20)
	}
	return id.load("sender-"+number+".p12", func() ([]byte, error) {
		own, err := readBounded(id.dir.path("sender.p12"), 1<<20)
		if err != nil {
			return nil, err
		}
		private, _, _, err := pkcs12.DecodeChain(own, id.password)
		if err != nil {
			return nil, err
		}
		key, ok := private.(*rsa.PrivateKey)
		if !ok {
			return nil, errors.New("read sender.p12: not an RSA key")
		}
		cert, err := certify(key, "Øvelsesbedrift "+number, number)
		if err != nil {
			return nil, err
		}
		return pkcs12.Modern.Encode(key, cert, nil, id.password)
	})
}

func makeCertificate(name, number string) (*rsa.PrivateKey, *x509.Certificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, nil, err
	}
	cert, err := certify(key, name, number)
	return key, cert, err
}

// certify makes a certificate that a key signs for itself.
func certify(key *rsa.PrivateKey, name, number string) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)),
		Subject: pkix.Name{
			Country: []string{"NO"}, Organization: []string{name}, CommonName: name, SerialNumber: number,
			OrganizationalUnit: []string{"ØVELSE - ikke Digipost"},
		},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(3, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func makeEd25519() ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return sshPEM(key)
}

// makeRSA makes the customer's SFTP key: RSA, since that is the only type seen in Digipost's examples.
func makeRSA() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return sshPEM(key)
}

func sshPEM(key any) ([]byte, error) {
	block, err := ssh.MarshalPrivateKey(key, "øvelse")
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(block), nil
}
