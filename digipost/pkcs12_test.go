package digipost

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

func parsed(t testing.TB, key *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	c, err := x509.ParseCertificate(certificate(t, key))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func encoded(t testing.TB, encoder *pkcs12.Encoder, key any, leaf *x509.Certificate, chain []*x509.Certificate, password string) []byte {
	t.Helper()
	file, err := encoder.Encode(key, leaf, chain, password)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// negative gives a certificate with a negative serial number, which Go refuses
// to read; such certificates are in use.
func negative(t testing.TB, key *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	raw := certificate(t, key)
	at := bytes.Index(raw, []byte{0x02, 0x01, 0x07})
	if at < 0 {
		t.Fatal("no serial number found")
	}
	raw[at+2] = 0x87
	if _, err := x509.ParseCertificate(raw); err == nil {
		t.Fatal("Go reads negative serial numbers again")
	}
	return &x509.Certificate{Raw: raw}
}

func TestReadPKCS12(t *testing.T) {
	key, leaf, other := clientKey(), parsed(t, clientKey()), parsed(t, serverKey())
	for name, test := range map[string]struct {
		file     []byte
		password string
		leaf     bool
		chain    int
	}{
		"modern":              {encoded(t, pkcs12.Modern, key, leaf, nil, "hemmelig"), "hemmelig", true, 0},
		"old, RC2":            {encoded(t, pkcs12.LegacyRC2, key, leaf, nil, "hemmelig"), "hemmelig", true, 0},
		"old, 3DES":           {encoded(t, pkcs12.LegacyDES, key, leaf, nil, "blåbærsyltetøy"), "blåbærsyltetøy", true, 0},
		"empty pass phrase":   {encoded(t, pkcs12.LegacyRC2, key, leaf, nil, ""), "", true, 0},
		"not encrypted":       {encoded(t, pkcs12.Passwordless, key, leaf, nil, ""), "", true, 0},
		"chain":               {encoded(t, pkcs12.Modern, key, leaf, []*x509.Certificate{other}, "x"), "x", true, 1},
		"chain, other first":  {encoded(t, pkcs12.Modern, key, other, []*x509.Certificate{leaf}, "x"), "x", true, 1},
		"negative serial":     {encoded(t, pkcs12.LegacyRC2, key, negative(t, key), nil, "x"), "x", false, 0},
		"negative in chain":   {encoded(t, pkcs12.Modern, key, leaf, []*x509.Certificate{negative(t, serverKey())}, "x"), "x", true, 0},
		"no certificate fits": {encoded(t, pkcs12.Modern, key, other, nil, "x"), "x", false, 1},
	} {
		c, err := ReadPKCS12(test.file, test.password)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !key.Equal(c.Key) || (c.Certificate != nil) != test.leaf || len(c.Chain) != test.chain {
			t.Errorf("%s: certificate %v, chain of %d", name, c.Certificate != nil, len(c.Chain))
		}
		if _, err := ReadPKCS12(test.file, test.password+"!"); !errors.Is(err, ErrWrongPassword) && name != "not encrypted" {
			t.Errorf("%s with a wrong pass phrase: %v", name, err)
		}
	}
}

func TestReadPKCS12Refused(t *testing.T) {
	key, leaf := clientKey(), parsed(t, clientKey())
	good := encoded(t, pkcs12.Modern, key, leaf, nil, "x")
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ec"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &ec.PublicKey, ec)
	if err != nil {
		t.Fatal(err)
	}
	ecLeaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{leaf}, "x")
	if err != nil {
		t.Fatal(err)
	}
	costly := bytes.ReplaceAll(encoded(t, pkcs12.Modern.WithIterations(0x010001), key, leaf, nil, "x"),
		[]byte{0x02, 0x03, 0x01, 0x00, 0x01}, []byte{0x02, 0x03, 0x7f, 0xff, 0xff})
	for name, test := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":        {nil, ErrNotPKCS12},
		"text":           {[]byte("hei"), ErrNotPKCS12},
		"PEM":            {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}), ErrNotPKCS12},
		"certificate":    {leaf.Raw, ErrNotPKCS12},
		"cut":            {good[:len(good)/2], ErrNotPKCS12},
		"more behind":    {append(bytes.Clone(good), 0), ErrNotPKCS12},
		"huge":           {make([]byte, maxPKCS12+1), ErrNotPKCS12},
		"BER":            {append([]byte{0x30, 0x80, 0x02, 0x01, 0x03}, good...), ErrPKCS12Unsupported},
		"EC key":         {encoded(t, pkcs12.Modern, ec, ecLeaf, nil, "x"), ErrKeyNotRSA},
		"no key":         {trust, ErrNoKey},
		"wrong password": {encoded(t, pkcs12.Modern, key, leaf, nil, "y"), ErrWrongPassword},
		"endless effort": {costly, ErrPKCS12Unsupported},
	} {
		begin := time.Now()
		c, err := ReadPKCS12(test.file, "x")
		if !errors.Is(err, test.want) || c != nil {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if name == "endless effort" && time.Since(begin) > time.Second {
			t.Errorf("it took %v to refuse", time.Since(begin))
		}
	}
}

// TestOpenSSL reads files that OpenSSL wrote, in old and new algorithms.
func TestOpenSSL(t *testing.T) {
	openssl := program(t, "openssl")
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key, err := x509.MarshalPKCS8PrivateKey(clientKey())
	if err != nil {
		t.Fatal(err)
	}
	keyFile := write("key.pem", "PRIVATE KEY", key)
	leafFile := write("leaf.pem", "CERTIFICATE", certificate(t, clientKey()))
	caFile := write("ca.pem", "CERTIFICATE", certificate(t, serverKey()))
	for name, test := range map[string]struct {
		arguments []string
		password  string
		want      error
	}{
		"new":           {nil, "æøå", nil},
		"old":           {[]string{"-legacy"}, "gammel", nil},
		"old, empty":    {[]string{"-legacy"}, "", nil},
		"new, empty":    {nil, "", nil},
		"named, chain":  {[]string{"-name", "virksomhetid-1000", "-certfile", caFile}, "x", nil},
		"no key":        {[]string{"-nokeys"}, "x", ErrNoKey},
		"nothing plain": {[]string{"-keypbe", "NONE", "-certpbe", "NONE"}, "x", nil},
	} {
		out := filepath.Join(dir, "out.p12")
		arguments := append([]string{"pkcs12", "-export", "-in", leafFile, "-inkey", keyFile, "-out", out, "-passout", "pass:" + test.password}, test.arguments...)
		if text, err := exec.Command(openssl, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		file, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ReadPKCS12(file, test.password)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		} else if err == nil && (!clientKey().Equal(c.Key) || c.Certificate == nil) {
			t.Errorf("%s: key or certificate missing", name)
		}
	}
}

// FuzzPKCS12: no file stops the program or keeps it busy.
func FuzzPKCS12(f *testing.F) {
	quick := pkcs12.Modern.WithIterations(1)
	f.Add(encoded(f, quick, clientKey(), parsed(f, clientKey()), nil, "x"), "x")
	f.Add(encoded(f, pkcs12.LegacyRC2.WithIterations(1), clientKey(), negative(f, clientKey()), nil, ""), "")
	f.Add([]byte{0x30, 0x80, 0x02, 0x01, 0x03}, "")
	f.Add([]byte("hei"), "\U0001F426")
	f.Fuzz(func(t *testing.T, file []byte, password string) {
		c, err := ReadPKCS12(file, password)
		if (c == nil) == (err == nil) || (c != nil && c.Key == nil) {
			t.Errorf("%+v %v", c, err)
		}
	})
}

// TestCiphertextIsNotJudged: an encrypted part that happens to begin like a salt
// and a huge iteration count does not make a good file refused.
func TestCiphertextIsNotJudged(t *testing.T) {
	misleading := []byte{0x04, 0x01, 0xff, 0x02, 0x04, 0x7f, 0xff, 0xff, 0xff, 0x9c, 0x81}
	if isDER(misleading) {
		t.Error("ciphertext was taken for DER")
	}
	seen := 0
	octets, err := asn1.Marshal(misleading)
	if err != nil {
		t.Fatal(err)
	}
	walk(octets, 0, func(_, _ asn1.RawValue) { seen++ })
	if seen != 1 {
		t.Errorf("%d values were seen, the octet string alone was wanted", seen)
	}
}
