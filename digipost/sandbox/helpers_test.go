package sandbox

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

const (
	kari   = "01819010192" // user
	aase   = "14828510984" // user
	per    = "03927111623" // known
	gunn   = "29829612486" // deactivated
	nobody = "24927915320" // a good number of nobody in the file

	uuid1 = "6d99008e-2672-4b55-9b09-996b09a06e47"
	uuid2 = "11111111-2222-4333-8444-555555555555"

	peopleFile = "../../testdata/sandbox/people.csv"
)

// keysDir is the folder of identityFiles once it is made.
var keysDir string

// identityFiles is a folder of keys, made once: making them takes seconds.
var identityFiles = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sandbox-keys-")
	if err != nil {
		return "", err
	}
	keysDir = dir
	f := folder(dir)
	if err := f.make(); err != nil {
		return "", err
	}
	_, err = loadIdentity(f)
	return dir, err
})

func TestMain(m *testing.M) {
	if dir := os.Getenv("SANDBOX_CHILD_DIR"); dir != "" {
		os.Exit(child(dir))
	}
	code := m.Run()
	if keysDir != "" {
		_ = os.RemoveAll(keysDir)
	}
	os.Exit(code)
}

// newDir is a state folder with ready-made keys.
func newDir(t testing.TB) string {
	t.Helper()
	from, err := identityFiles()
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	for _, name := range []string{"sender.p12", "sender.password", "response.pem", "sftp_host_key", "sftp_key", "authorized_keys", eboxKeyFile, eboxCertificateFile} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// start runs a stand-in with the people of testdata until the test ends.
func start(t testing.TB, change ...func(*Config)) *Server {
	t.Helper()
	people, err := os.ReadFile(peopleFile)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{People: bytes.NewReader(people), ReceiptDelay: 10 * time.Millisecond, Log: t.Logf}
	for _, c := range change {
		c(&cfg)
	}
	if cfg.Dir == "" {
		cfg.Dir = newDir(t)
	}
	s, err := Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func withTrouble(spec string) func(*Config) { return func(c *Config) { c.Trouble = spec } }

// caller signs requests by its own reading of Digipost's security page.
type caller struct {
	t    testing.TB
	base string
	key  *rsa.PrivateKey
	cert *x509.Certificate // of the answers, from the root
	skew time.Duration     // of the stand-in's clock, when a test has moved it
}

func newCaller(t testing.TB, r Ready) *caller {
	t.Helper()
	file, err := os.ReadFile(r.CertificateFile)
	if err != nil {
		t.Fatal(err)
	}
	key, _, _, err := pkcs12.DecodeChain(file, r.CertificatePassword)
	if err != nil {
		t.Fatal(err)
	}
	c := &caller{t: t, base: r.REST, key: key.(*rsa.PrivateKey)}
	return c
}

// request is a request before it is signed, with the ways to spoil it.
type request struct {
	method, path string // path with query
	body         []byte
	contentType  string
	header       map[string]string // set last, after signing; "" removes
	signPath     string            // path in the canonical string, if another
	date         time.Time
}

// reply is an answer, read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request made by hand.
func (c *caller) do(r request) (*reply, error) {
	c.t.Helper()
	path, query, _ := strings.Cut(r.path, "?")
	if r.date.IsZero() {
		r.date = time.Now().Add(c.skew)
	}
	if r.signPath != "" {
		path = r.signPath
	}
	lines := []string{r.method, strings.ToLower(path), "date: " + r.date.UTC().Format(http.TimeFormat)}
	req, err := http.NewRequest(r.method, c.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Date", r.date.UTC().Format(http.TimeFormat))
	req.Header.Set("Accept", "application/vnd.digipost-v8+xml")
	req.Header.Set("X-Digipost-UserId", "1000")
	if len(r.body) > 0 {
		sum := sha256.Sum256(r.body)
		hash := base64.StdEncoding.EncodeToString(sum[:])
		req.Header.Set("X-Content-SHA256", hash)
		req.Header.Set("Content-Type", r.contentType)
		lines = append(lines, "x-content-sha256: "+hash)
	}
	lines = append(lines, "x-digipost-userid: 1000", strings.ToLower(query))
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n") + "\n"))
	sig, err := rsa.SignPKCS1v15(rand.Reader, c.key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Digipost-Signature", base64.StdEncoding.EncodeToString(sig))
	for k, v := range r.header {
		if v == "" {
			req.Header.Del(k)
		} else {
			req.Header.Set(k, v)
		}
	}
	if h := r.header["Host"]; h != "" {
		req.Host = h
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return &reply{resp.StatusCode, resp.Header, body}, err
}

// must sends a request and checks the answer as a client would: signature,
// hash, date, schema.
func (c *caller) must(r request) *reply {
	c.t.Helper()
	a, err := c.do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	c.verify(r, a)
	if len(a.body) > 0 {
		validate(c.t, "api_v8.xsd", a.body)
	}
	return a
}

func (c *caller) get(path string) *reply {
	c.t.Helper()
	return c.must(request{method: "GET", path: path})
}

func (c *caller) verify(r request, a *reply) {
	c.t.Helper()
	if c.cert == nil {
		c.cert = c.certificate()
	}
	if err := c.checkAnswer(r, a); err != nil {
		c.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
}

func (c *caller) checkAnswer(r request, a *reply) error {
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil || time.Since(date.Add(-c.skew)).Abs() > 5*time.Minute {
		return fmt.Errorf("date of the answer is off")
	}
	path, _, _ := strings.Cut(r.path, "?")
	text := strconv.Itoa(a.status) + "\n" + strings.ToLower(path) + "\ndate: " + a.header.Get("Date") + "\n"
	if len(a.body) > 0 {
		sum := sha256.Sum256(a.body)
		if h := a.header.Get("X-Content-SHA256"); h != base64.StdEncoding.EncodeToString(sum[:]) {
			return fmt.Errorf("hash of the answer is wrong")
		}
		text += "x-content-sha256: " + a.header.Get("X-Content-SHA256") + "\n"
	}
	sig, err := base64.StdEncoding.DecodeString(a.header.Get("X-Digipost-Signature"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(c.cert.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], sig)
}

func (c *caller) certificate() *x509.Certificate {
	c.t.Helper()
	a, err := c.do(request{method: "GET", path: "/"})
	if err != nil {
		c.t.Fatal(err)
	}
	var root struct {
		Certificate string `xml:"certificate"`
	}
	if err := xml.Unmarshal(a.body, &root); err != nil {
		c.t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(root.Certificate))
	if block == nil {
		c.t.Fatalf("no certificate in the root: %s", a.body)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		c.t.Fatal(err)
	}
	return cert
}

// refusedWith checks an error answer.
func refusedWith(t testing.TB, a *reply, status int, code string) string {
	t.Helper()
	var e struct {
		XMLName xml.Name `xml:"http://api.digipost.no/schema/v8 error"`
		Code    string   `xml:"error-code"`
		Message string   `xml:"error-message"`
		Type    string   `xml:"error-type"`
	}
	if err := xml.Unmarshal(a.body, &e); err != nil {
		t.Fatalf("not an error document: %v\n%d %s", err, a.status, a.body)
	}
	if a.status != status || e.Code != code {
		t.Fatalf("got %d %s (%s), want %d %s", a.status, e.Code, e.Message, status, code)
	}
	if e.Type == "" || e.Message == "" {
		t.Fatalf("type or message missing: %s", a.body)
	}
	return e.Message
}

// postTo sends a form or plain body to the pages.
func postTo(t testing.TB, address, body, contentType string) (int, string) {
	t.Helper()
	resp, err := http.Post(address, contentType, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func fetch(t testing.TB, address string) (int, string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func mustHost(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	host, _, err := net.SplitHostPort(u.Host)
	if err != nil {
		t.Fatal(err)
	}
	return host
}

// eventually waits for something that happens beside the test.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("did not happen: %s", what)
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
