package ebox

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

// Made up: numbers from 1900.000.000 on are not given out. The last two digits
// are 97 less the rest of the first eight divided by 97.
var enterprise, otherEnterprise = kbo(19000777), kbo(19000778)

func kbo(first int) string { return fmt.Sprintf("%08d%02d", first, 97-first%97) }

var checkedAt = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// issued makes a certificate for a key, by another's key unless that is nil.
func issued(t testing.TB, key, by crypto.Signer, change ...func(*x509.Certificate)) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: checkedAt.AddDate(-1, 0, 0), NotAfter: checkedAt.AddDate(1, 0, 0),
		Subject: pkix.Name{CommonName: "urn:example:app", Country: []string{"BE"}, Organization: []string{"Oefen NV"}, Locality: []string{"Oefengem"},
			Province: []string{"Oefenland"}, OrganizationalUnit: []string{"Belgian Federal Government", numberPrefix + enterprise, "PRD"}}}
	for _, each := range change {
		each(template)
	}
	issuer := template
	if by == nil {
		by = key
	} else {
		issuer = &x509.Certificate{Subject: pkix.Name{CommonName: "Oefen CA"}}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func newRSA(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestCheckCertificate(t *testing.T) {
	key, ca := testKey(), newRSA(t, 2048)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := issued(t, key, ca)
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	store, err := pkcs12.Modern.Encode(key, certificate, nil, "geheim")
	if err != nil {
		t.Fatal(err)
	}
	ends := func(at time.Time) func(*x509.Certificate) { return func(c *x509.Certificate) { c.NotAfter = at } }
	unit := func(units ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.Subject.OrganizationalUnit = units }
	}
	both := append(pemOf("CERTIFICATE", der), pemOf("PRIVATE KEY", pkcs8(t, key))...)
	good := []string{CodeNoPrivateKey, CodeValid, CodeKeyKind, CodeKeyLong, CodeIssued, CodeNumberSame, CodeEnvironment, CodeSubject, CodeFingerprint}
	for name, test := range map[string]struct {
		q CertificateQuestion
		// want are the codes that are there, not those that are not.
		want, not []string
	}{
		"DER":            {CertificateQuestion{File: der}, good, []string{CodeKeyMatches, CodeSeveral}},
		"PEM":            {CertificateQuestion{File: pemOf("CERTIFICATE", der)}, good, nil},
		"text around":    {CertificateQuestion{File: append([]byte("Bag Attributes\r\n"), bytes.ReplaceAll(pemOf("CERTIFICATE", der), []byte("\n"), []byte("\r\n"))...)}, good, nil},
		"key beside":     {CertificateQuestion{File: der, Key: pemOf("PRIVATE KEY", pkcs8(t, key))}, append(good, CodeKeyMatches), nil},
		"PKCS#1 beside":  {CertificateQuestion{File: der, Key: pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))}, append(good, CodeKeyMatches), nil},
		"key in DER":     {CertificateQuestion{File: der, Key: pkcs8(t, key)}, append(good, CodeKeyMatches), nil},
		"other key":      {CertificateQuestion{File: der, Key: pkcs8(t, ca)}, []string{CodeKeyOther}, []string{CodeKeyMatches}},
		"EC key":         {CertificateQuestion{File: der, Key: pkcs8(t, ec)}, []string{CodeKeyOther}, nil},
		"no key":         {CertificateQuestion{File: der, Key: der}, []string{CodeKeyUnreadable}, nil},
		"both":           {CertificateQuestion{File: both}, []string{CodePrivateKey, CodeKeyMatches}, []string{CodeNoPrivateKey}},
		"store":          {CertificateQuestion{File: store, Password: "geheim"}, []string{CodePrivateKeyStore, CodeKeyMatches}, []string{CodePrivateKey}},
		"closed store":   {CertificateQuestion{File: store, Password: "x"}, []string{CodePassword}, []string{CodeFingerprint}},
		"store as key":   {CertificateQuestion{File: der, Key: store, Password: "geheim"}, []string{CodeKeyMatches}, nil},
		"closed key":     {CertificateQuestion{File: der, Key: store, Password: "x"}, []string{CodeKeyPassword}, nil},
		"key only":       {CertificateQuestion{File: pemOf("PRIVATE KEY", pkcs8(t, key))}, []string{CodePrivateKey, CodeUnreadable}, nil},
		"key only, DER":  {CertificateQuestion{File: pkcs8(t, key)}, []string{CodePrivateKey, CodeUnreadable}, nil},
		"closed PEM key": {CertificateQuestion{File: []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")}, []string{CodePrivateKey, CodeUnreadable}, nil},
		"cut PEM key":    {CertificateQuestion{File: append(pemOf("CERTIFICATE", der), "-----BEGIN RSA PRIVATE KEY-----\nMIIE"...)}, []string{CodePrivateKey}, nil},
		"nothing":        {CertificateQuestion{}, []string{CodeUnreadable}, nil},
		"something else": {CertificateQuestion{File: []byte("%PDF-1.7")}, []string{CodeUnreadable}, nil},
		"request":        {CertificateQuestion{File: pemOf("CERTIFICATE REQUEST", der)}, []string{CodeUnreadable}, nil},
		"large":          {CertificateQuestion{File: make([]byte, maxKeyFile+1)}, []string{CodeUnreadable}, nil},
		"self-signed":    {CertificateQuestion{File: issued(t, key, nil)}, []string{CodeSelfSigned, CodeValid}, []string{CodeIssued}},
		"EC":             {CertificateQuestion{File: issued(t, ec, nil)}, []string{CodeKeyNotRSA}, []string{CodeKeyLong, CodeKeyShort}},
		"short":          {CertificateQuestion{File: issued(t, newRSA(t, 1024), ca)}, []string{CodeKeyShort}, []string{CodeKeyLong}},
		"expired":        {CertificateQuestion{File: issued(t, key, ca, ends(checkedAt.Add(-time.Second)))}, []string{CodeExpired}, []string{CodeValid}},
		"last second":    {CertificateQuestion{File: issued(t, key, ca, ends(checkedAt))}, []string{CodeEndsSoon}, nil},
		"a month left":   {CertificateQuestion{File: issued(t, key, ca, ends(checkedAt.AddDate(0, 0, 29)))}, []string{CodeEndsSoon}, nil},
		"not yet": {CertificateQuestion{File: issued(t, key, ca, func(c *x509.Certificate) { c.NotBefore = checkedAt.AddDate(0, 0, 2) })},
			[]string{CodeNotYet}, nil},
		"acceptance":      {CertificateQuestion{File: issued(t, key, ca, unit("ACC"))}, []string{CodeOtherEnv, CodeSubjectOther, CodeNumberNone}, nil},
		"no environment":  {CertificateQuestion{File: issued(t, key, ca, unit("x"))}, []string{CodeNoEnvironment}, nil},
		"other number":    {CertificateQuestion{File: issued(t, key, ca, unit(numberPrefix+otherEnterprise))}, []string{CodeNumberOther}, nil},
		"wrong number":    {CertificateQuestion{File: issued(t, key, ca, unit(numberPrefix+"0123456789"))}, []string{CodeNumberWrong}, nil},
		"any environment": {CertificateQuestion{File: der, Environment: "-"}, nil, []string{CodeEnvironment, CodeOtherEnv, CodeNoEnvironment}},
		"several": {CertificateQuestion{File: append(pemOf("CERTIFICATE", issued(t, ca, nil, func(c *x509.Certificate) {
			c.IsCA, c.BasicConstraintsValid = true, true
		})), pemOf("CERTIFICATE", der)...)}, []string{CodeSeveral, CodeNumberSame, CodeIssued}, nil},
	} {
		q := test.q
		q.Enterprise, q.Now = "BE "+enterprise[:4]+"."+enterprise[4:7]+"."+enterprise[7:], checkedAt
		switch q.Environment {
		case "":
			q.Environment = "PRD"
		case "-":
			q.Environment = ""
		}
		facts, findings := CheckCertificate(q)
		var codes []string
		for _, f := range findings {
			codes = append(codes, f.Code)
			for _, value := range f.Fields {
				if strings.ContainsAny(value, "\n\r") {
					t.Errorf("%s: %q", name, value)
				}
			}
		}
		for _, code := range test.want {
			if !slices.Contains(codes, code) {
				t.Errorf("%s: no %s among %v", name, code, codes)
			}
		}
		for _, code := range test.not {
			if slices.Contains(codes, code) {
				t.Errorf("%s: %s is there", name, code)
			}
		}
		if facts.KeyMatches != slices.Contains(codes, CodeKeyMatches) {
			t.Errorf("%s: %+v", name, facts)
		}
	}
	facts, _ := CheckCertificate(CertificateQuestion{File: der, Now: checkedAt})
	if facts.Enterprise != enterprise || facts.Key != "RSA 2048" || facts.Serial != "7" || len(facts.SHA256) != 95 || !strings.Contains(facts.Issuer, "Oefen CA") {
		t.Errorf("%+v", facts)
	}
}

func TestReadKey(t *testing.T) {
	key := testKey()
	//lint:ignore SA1019 Keys are still handed out like this.
	closed, err := x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), []byte("geheim"), x509.PEMCipherAES256)
	if err != nil {
		t.Fatal(err)
	}
	old := pem.EncodeToMemory(closed)
	for name, test := range map[string]struct {
		file     []byte
		password string
		want     error
	}{
		"PKCS#8": {pemOf("PRIVATE KEY", pkcs8(t, key)), "", nil}, "DER": {pkcs8(t, key), "", nil},
		"old, closed": {old, "geheim", nil}, "old, other word": {old, "x", ErrKeyPassword},
		"certificate": {pemOf("CERTIFICATE", issued(t, key, nil)), "", ErrKeyFile}, "nothing": {nil, "", ErrKeyFile}, "text": {[]byte("x"), "", ErrKeyFile},
		"broken": {pemOf("PRIVATE KEY", []byte("x")), "", ErrKeyFile}, "large": {make([]byte, maxKeyFile+1), "", ErrKeyFile},
	} {
		got, err := ReadKey(test.file, test.password)
		if !errors.Is(err, test.want) || (err == nil) != (got != nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKeysOfOpenSSL opens keys as another program closed them.
func TestKeysOfOpenSSL(t *testing.T) {
	program, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("REQUIRE_REAL") == "1" {
			t.Fatal(err)
		}
		t.Skip("openssl is not here")
	}
	key := testKey()
	plain := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(plain, pemOf("PRIVATE KEY", pkcs8(t, key)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, how := range []string{"-v2 aes-256-cbc", "-v2 aes-128-cbc -v2prf hmacWithSHA1", "-v2 aes-192-cbc -v2prf hmacWithSHA512", "-v2 aes-256-cbc -iter 100000", "-v2 aes-256-cbc -outform DER"} {
		closed, err := exec.Command(program, append([]string{"pkcs8", "-topk8", "-in", plain, "-passout", "pass:gehéim"}, strings.Fields(how)...)...).Output()
		if err != nil {
			t.Fatal(how, err)
		}
		got, err := ReadKey(closed, "gehéim")
		if err != nil || !key.PublicKey.Equal(got.Public()) {
			t.Error(how, err)
		}
		if _, err := ReadKey(closed, "x"); !errors.Is(err, ErrKeyPassword) {
			t.Error(how, err)
		}
		if _, findings := CheckCertificate(CertificateQuestion{File: closed, Password: "gehéim", Now: checkedAt}); findings[0].Code != CodePrivateKey {
			t.Error(how, findings)
		}
	}
	closed, err := exec.Command(program, "pkcs8", "-topk8", "-in", plain, "-passout", "pass:x", "-scrypt").Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKey(closed, "x"); !errors.Is(err, ErrKeyFile) {
		t.Error(err)
	}
}

func TestCheckClientID(t *testing.T) {
	for _, test := range []struct {
		id, sender string
		want       []string
	}{
		{"self_service_chaman_1000002_zyxwvutsrq", "", []string{CodeClientGood}},
		{" self_service_chaman_1000002_zyxwvut0r9\n", "1000002", []string{CodeClientGood, CodeSenderSame}},
		{"self_service_chaman_1000002_zyxwvutsrq", "1 000 002", []string{CodeClientGood, CodeSenderSame}},
		{"self_service_chaman_1000002_zyxwvutsrq", "1000003", []string{CodeClientGood, CodeSenderOther}},
		{"self_service_chaman_1000002_zyxwvutsrq", "tien", []string{CodeClientGood, CodeSenderForm}},
		{"", "1", []string{CodeClientEmpty}},
		{"self_service_expeditor_1000002", "1000002", []string{CodeClientOlder, CodeSenderSame}},
		{"dept:app:consumer", "1", []string{CodeClientUnusual}},
		{"self_service_chaman_1000002_SHORT", "", []string{CodeClientUnusual}},
		{"self_service_chaman_1000002 zyxwvutsrq", "", []string{CodeClientBlanks}},
		{"self_service_chaman_<verzendernummer>_xxxxxxxxxx", "", []string{CodeClientPlaceholder}},
		{"self_service_chaman_123456_xxxxxxxxxx", "", []string{CodeClientPlaceholder}},
		{"{{ClientId}}", "", []string{CodeClientPlaceholder}}, {"your_client_id", "", []string{CodeClientPlaceholder}},
		{"self_service_chaman_..._...", "", []string{CodeClientPlaceholder}},
	} {
		var codes []string
		for _, f := range CheckClientID(test.id, test.sender) {
			codes = append(codes, f.Code)
		}
		if !slices.Equal(codes, test.want) {
			t.Errorf("%q %q: %v", test.id, test.sender, codes)
		}
	}
}

func FuzzCertificate(f *testing.F) {
	der := issued(f, testKey(), nil)
	f.Add(der, []byte(nil), "")
	f.Add(pemOf("CERTIFICATE", der), pemOf("PRIVATE KEY", []byte("x")), "x")
	f.Add([]byte("-----BEGIN PRIVATE KEY-----"), []byte("-----BEGIN"), "")
	f.Add([]byte{0x30, 0x80, 0x02}, []byte{0x30, 0x03, 0x02, 0x01, 0x03}, "x")
	f.Fuzz(func(t *testing.T, file, key []byte, password string) {
		facts, findings := CheckCertificate(CertificateQuestion{File: file, Key: key, Password: password, Enterprise: enterprise, Environment: "PRD", Now: checkedAt})
		if len(findings) == 0 {
			t.Error("nothing was found")
		}
		if bytes.Contains(file, []byte("PRIVATE KEY-----")) && isPEM(file) && len(file) < maxKeyFile && !facts.HasPrivateKey {
			t.Error("a private key was not seen")
		}
	})
}

func FuzzClientID(f *testing.F) {
	f.Add(testClientID, "1")
	f.Add("self_service_expeditor_1", "x")
	f.Fuzz(func(t *testing.T, id, sender string) {
		if findings := CheckClientID(id, sender); len(findings) < 1 || len(findings) > 2 {
			t.Error(findings)
		}
	})
}
