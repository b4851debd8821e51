package sandbox

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"os"
	"strings"
	"testing"
)

// The worked examples of Digipost's documentation and official tests.
func TestCanonicalExamples(t *testing.T) {
	const hash = "q1MKE+RZFJgrefm34/uplM/R8/si9xzqGvvwK0YMbR0="
	header := func(date, hash, user string) http.Header {
		h := http.Header{}
		h.Set("Date", date)
		if hash != "" {
			h.Set("X-Content-SHA256", hash)
		}
		if user != "" {
			h.Set("X-Digipost-UserId", user)
		}
		return h
	}
	for name, tc := range map[string]struct {
		got  string
		size int
		sum  string
	}{
		"A": {canonicalRequest("post", "/Messages", "Parameter1=58&parameter2=Test", header("Wed, 29 Jun 2011 14:58:11 GMT", hash, "9999")), 168, "c832f2b3827cef67ac8d27614a133a4374bfdb4590e86df49caf25e9df153053"},
		"B": {canonicalRequest("GET", "/", "parameter1=58&parameter2=test", header("Wed, 29 Jun 2011 14:58:11 GMT", "", "9999")), 96, "3ec0f1d2a3539fbd12a52bf8d537444450eef1521d4f487cc576d48bbb8b8b19"},
		"C": {canonicalRequest("POST", "/messages", "", header("Wed, 05 Dec 2012 12:48:10 GMT", hash, "5")), 136, "652b4b2c4e24a6e17ea1dba0569c3909f9183937f6149674f50ba3e3c2260297"},
		"R": {canonicalResponse("200", "/messages", header("Mon, 18 Nov 2013 09:06:42 GMT", "lTapuncEksiIcxVAw0ibcWzex3zoeMWmACvtov4IZJY=", "")), 113, "e2aa4d1741d4ab9216ab4cc7261dfa893ecb510b136a83e0d9fa7b28451bb92a"},
		"events": {canonicalRequest("GET", "/documents/events", "from=2026-01-26T13%3A00%3A00.000%2B01%3A00&to=2026-01-27T13%3A00%3A00.000%2B01%3A00&offset=0&maxResults=100&sender=9999",
			header("Wed, 29 Jun 2011 14:58:11 GMT", "", "9999")), 202, "f4d743c2b642bb568e6af99097fc6afa86b0b2f5efcf5b35791c34a630d4c7c4"},
	} {
		sum := sha256.Sum256([]byte(tc.got))
		if len(tc.got) != tc.size || hex.EncodeToString(sum[:]) != tc.sum {
			t.Errorf("%s: %d bytes, want %d:\n%s", name, len(tc.got), tc.size, tc.got)
		}
	}
}

// The signing vector of the official .NET client.
func TestOfficialSignature(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile(shared(t, "vectors", "signing", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	block, _ := pem.Decode([]byte(read("v1.key.pem")))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	private := key.(*rsa.PrivateKey)
	want := strings.TrimSpace(read("v1.signature.b64"))
	h := http.Header{}
	h.Set("Date", "Mon, 07 Jul 2014 12:00:02 GMT")
	h.Set("X-Content-SHA256", "TheHashOfContentForHeader")
	h.Set("X-Digipost-UserId", "1337")
	text := canonicalRequest("POST", "/someendpoint", "", h)
	if text != read("v1.canonical.txt") {
		t.Errorf("canonical string differs:\n%s", text)
	}
	got, err := sign(private, text)
	if err != nil || got != want {
		t.Errorf("signature %s (%v), want %s", got, err, want)
	}
	if !validSignature(&private.PublicKey, text, want) || validSignature(&private.PublicKey, text+"x", want) {
		t.Error("the official signature is not judged right")
	}
}
