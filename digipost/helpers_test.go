package digipost

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// shared gives a path below the folder of specifications beside the project.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(append([]string{dir, "..", "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("REQUIRE_SHARED") == "1" {
			t.Fatalf("the shared folder is missing: %v", err)
		}
		t.Skipf("the shared folder is missing: %v", err)
	}
	return path
}

// program gives the path of a program the test needs.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("REQUIRE_REAL") == "1" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is missing", name)
	}
	return path
}

var keys = sync.OnceValue(func() (pair [2]*rsa.PrivateKey) {
	for i := range pair {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		pair[i] = key
	}
	return pair
})

func clientKey() *rsa.PrivateKey { return keys()[0] }
func serverKey() *rsa.PrivateKey { return keys()[1] }

func certificate(t testing.TB, key *rsa.PrivateKey) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// digipostStub answers like Digipost as far as a test wants it. It signs with
// its own reading of the rules.
type digipostStub struct {
	t      testing.TB
	server *httptest.Server
	key    *rsa.PrivateKey
	// answer decides on everything but the entry point.
	answer func(w http.ResponseWriter, r *http.Request, body []byte)
	// rootLinks, when set, replaces the links of the entry point.
	rootLinks string
	now       func() time.Time

	mu    sync.Mutex
	roots int
	calls []string
}

func newStub(t testing.TB, answer func(w http.ResponseWriter, r *http.Request, body []byte)) *digipostStub {
	t.Helper()
	s := &digipostStub{t: t, key: serverKey(), answer: answer, now: time.Now}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	return s
}

func (s *digipostStub) client(change ...func(*Config)) *Client {
	s.t.Helper()
	config := Config{BaseURL: s.server.URL, BrokerID: 1000, Key: clientKey(), Timeout: 5 * time.Second}
	for _, each := range change {
		each(&config)
	}
	c, err := New(config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.Close)
	return c
}

func (s *digipostStub) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, r.Method+" "+r.RequestURI)
	root := r.URL.Path == "/" || r.URL.Path == "/1000"
	if root {
		s.roots++
	}
	key := s.key
	s.mu.Unlock()
	if !root {
		s.answer(w, r, body)
		return
	}
	links := s.rootLinks
	if links == "" {
		for _, rel := range []string{"create_message", "identify_recipient", "get_sender_information"} {
			links += fmt.Sprintf(`<link rel="https://api.digipost.no/relations/%s" uri="https://api.digipost.no/%s"/>`, rel, rel)
		}
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate(s.t, key)})
	s.reply(w, r, 200, `<entrypoint xmlns="http://api.digipost.no/schema/v8"><certificate>`+string(certificate)+`</certificate>`+links+`</entrypoint>`)
}

// reply signs and sends an answer.
func (s *digipostStub) reply(w http.ResponseWriter, r *http.Request, status int, body string) {
	header := w.Header()
	header.Set("Date", s.now().UTC().Format(http.TimeFormat))
	lines := []string{fmt.Sprint(status), strings.ToLower(r.URL.EscapedPath()), "date: " + header.Get("Date")}
	if body != "" {
		sum := sha256.Sum256([]byte(body))
		header.Set("X-Content-SHA256", base64.StdEncoding.EncodeToString(sum[:]))
		lines = append(lines, "x-content-sha256: "+header.Get("X-Content-SHA256"))
	}
	s.mu.Lock()
	signature, err := sign(s.key, strings.Join(lines, "\n")+"\n")
	s.mu.Unlock()
	if err != nil {
		s.t.Error(err)
	}
	header.Set("X-Digipost-Signature", signature)
	w.WriteHeader(status)
	io.WriteString(w, body)
}

func (s *digipostStub) called() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.calls...)
}

func errorXML(code, kind, message string) string {
	return `<error xmlns="http://api.digipost.no/schema/v8"><error-code>` + code + `</error-code><error-message>` + message +
		`</error-message><error-type>` + kind + `</error-type></error>`
}

const (
	uuidA = "6d99008e-2672-4b55-9b09-996b09a06e47"
	uuidB = "1f0e0a52-7d0c-4a57-8f6a-3a8c4b1f2d3e"
)

func letter() *Message {
	return &Message{
		ID: "message-1", Recipient: Recipient{DigipostAddress: "ola.nordmann#1234"},
		PrimaryDocument: Document{UUID: uuidA, Subject: "Eksempel", FileType: "txt"},
	}
}

func content(uuid string, data []byte) Content {
	return Content{UUID: uuid, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

const deliveryXML = `<message-delivery xmlns="http://api.digipost.no/schema/v8"><message-id>message-1</message-id>` +
	`<delivery-method>DIGIPOST</delivery-method><sender-id>1000</sender-id><status>DELIVERED</status>` +
	`<delivery-time>2026-11-21T13:00:00.123+01:00</delivery-time><pre-encrypt>false</pre-encrypt><primary-document><uuid>` + uuidA +
	`</uuid><subject>Eksempel</subject><file-type>txt</file-type><content-hash hash-algorithm="SHA256">5o0RMsXcgSZpGsL7FAmhSQnvGkqgOcvl5JDtMhXBSlc=</content-hash>` +
	`<link rel="https://api.digipost.no/relations/self" uri="/x"/></primary-document></message-delivery>`

func send(c *Client) (*MessageDelivery, error) {
	return c.Send(context.Background(), letter(), []Content{content(uuidA, []byte("hei"))})
}
