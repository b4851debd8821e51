package digipost

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// TestCanonicalExamples: the examples of Digipost's security documentation and
// of the official clients' tests, with the size and hash of the string.
func TestCanonicalExamples(t *testing.T) {
	const hash = "q1MKE+RZFJgrefm34/uplM/R8/si9xzqGvvwK0YMbR0="
	for name, test := range map[string]struct {
		method, address string
		header          http.Header
		size            int
		sum             string
	}{
		"A": {"POST", "https://x/messages?parameter1=58&parameter2=test",
			headers("X-Digipost-UserId", "9999", "Date", "Wed, 29 Jun 2011 14:58:11 GMT", "X-Content-SHA256", hash),
			168, "c832f2b3827cef67ac8d27614a133a4374bfdb4590e86df49caf25e9df153053"},
		"B": {"GET", "https://x?parameter1=58&parameter2=test",
			headers("X-Digipost-UserId", "9999", "Date", "Wed, 29 Jun 2011 14:58:11 GMT"),
			96, "3ec0f1d2a3539fbd12a52bf8d537444450eef1521d4f487cc576d48bbb8b8b19"},
		"C": {"POST", "https://x/messages?",
			headers("X-Digipost-UserId", "5", "Date", "Wed, 05 Dec 2012 12:48:10 GMT", "X-Content-SHA256", hash),
			136, "652b4b2c4e24a6e17ea1dba0569c3909f9183937f6149674f50ba3e3c2260297"},
		"events": {"get", "https://x/documents/events?from=2026-01-26T13%3A00%3A00.000%2B01%3A00&to=2026-01-27T13%3A00%3A00.000%2B01%3A00&offset=0&maxResults=100&sender=9999",
			headers("X-Digipost-UserId", "9999", "Date", "Wed, 29 Jun 2011 14:58:11 GMT"),
			202, "f4d743c2b642bb568e6af99097fc6afa86b0b2f5efcf5b35791c34a630d4c7c4"},
	} {
		u, err := url.Parse(test.address)
		if err != nil {
			t.Fatal(err)
		}
		got := canonicalRequest(test.method, u, test.header)
		sum := sha256.Sum256([]byte(got))
		if len(got) != test.size || hex.EncodeToString(sum[:]) != test.sum {
			t.Errorf("%s: %d bytes, %x:\n%s", name, len(got), sum, got)
		}
	}
	u, _ := url.Parse("https://x/messages?ignored=1")
	got := canonicalResponse(200, u, headers("Date", "Mon, 18 Nov 2013 09:06:42 GMT",
		"X-Content-SHA256", "lTapuncEksiIcxVAw0ibcWzex3zoeMWmACvtov4IZJY="))
	sum := sha256.Sum256([]byte(got))
	if len(got) != 113 || hex.EncodeToString(sum[:]) != "e2aa4d1741d4ab9216ab4cc7261dfa893ecb510b136a83e0d9fa7b28451bb92a" {
		t.Errorf("R: %d bytes, %x:\n%s", len(got), sum, got)
	}
}

// TestForeignVector: the official .NET client's own vector, byte for byte.
func TestForeignVector(t *testing.T) {
	dir := shared(t, "vectors", "signing")
	read := func(name string) []byte {
		data, err := os.ReadFile(dir + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	block, _ := pem.Decode(read("v1.key.pem"))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse("https://api.digipost.no/SomeEndpoint")
	canonical := canonicalRequest("POST", u, headers("Date", "Mon, 07 Jul 2014 12:00:02 GMT",
		"X-Digipost-UserId", "1337", "X-Content-SHA256", "TheHashOfContentForHeader"))
	if want := string(read("v1.canonical.txt")); canonical != want {
		t.Errorf("string to sign:\n%q\nwant\n%q", canonical, want)
	}
	signature, err := sign(key.(*rsa.PrivateKey), canonical)
	if want := strings.TrimSpace(string(read("v1.signature.b64"))); err != nil || signature != want {
		t.Errorf("signature %s (%v), want %s", signature, err, want)
	}
}

func TestDateAndHash(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 900e6, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	hashOf := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	for name, test := range map[string]struct {
		header http.Header
		body   string
		want   error
	}{
		"good":               {headers("Date", at(0), "X-Content-SHA256", hashOf("x")), "x", nil},
		"empty without hash": {headers("Date", at(0)), "", nil},
		"empty with hash":    {headers("Date", at(0), "X-Content-SHA256", hashOf("")), "", nil},
		"exactly 5 before":   {headers("Date", at(-5*time.Minute)), "", nil},
		"exactly 5 after":    {headers("Date", at(5*time.Minute)), "", nil},
		"5:01 before":        {headers("Date", at(-5*time.Minute-time.Second)), "", errDateOff},
		"5:01 after":         {headers("Date", at(5*time.Minute+time.Second)), "", errDateOff},
		"no date":            {headers(), "", errNoDate},
		"strange date":       {headers("Date", "yesterday"), "", errNoDate},
		"body without hash":  {headers("Date", at(0)), "x", errNoHash},
		"another body":       {headers("Date", at(0), "X-Content-SHA256", hashOf("y")), "x", errHashDiffers},
		"empty hash header":  {headers("Date", at(0), "X-Content-SHA256", ""), "", errHashDiffers},
	} {
		if _, err := checkDateAndHash(test.header, []byte(test.body), now); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	if skew, _ := checkDateAndHash(headers("Date", at(-7*time.Minute)), nil, now); skew != 7*time.Minute {
		t.Errorf("our clock is ahead by %v, want 7m", skew)
	}
}

func TestSignatureCheck(t *testing.T) {
	u, _ := url.Parse("https://x/Messages")
	header := headers("Date", "Mon, 18 Nov 2013 09:06:42 GMT")
	signature, err := sign(serverKey(), "200\n/messages\ndate: Mon, 18 Nov 2013 09:06:42 GMT\n")
	if err != nil {
		t.Fatal(err)
	}
	header.Set(headerSignature, signature)
	if err := checkSignature(&serverKey().PublicKey, 200, u, header); err != nil {
		t.Errorf("good signature: %v", err)
	}
	for name, err := range map[string]error{
		"other key":    checkSignature(&clientKey().PublicKey, 200, u, header),
		"other status": checkSignature(&serverKey().PublicKey, 201, u, header),
		"no key":       checkSignature(nil, 200, u, header),
		"none":         checkSignature(&serverKey().PublicKey, 200, u, headers()),
		"not base64":   checkSignature(&serverKey().PublicKey, 200, u, headers(headerSignature, "%%%")),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
