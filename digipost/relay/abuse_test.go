package relay

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"brevdue/digipost/signup"
)

// TestSlowClients: many connections that say nothing or little do not keep
// others out, are dropped, and leave nothing behind.
func TestSlowClients(t *testing.T) {
	proxy := netip.MustParsePrefix("127.0.0.2/32")
	s := begin(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{proxy} })
	before := runtime.NumGoroutine()
	var slow []net.Conn
	for range 2 * maxPerAddress {
		conn, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "POST /callback HTTP/1.1\r\nHost: x\r\nContent-Le")
		slow = append(slow, conn)
	}
	// Those beyond the bound of one address are closed at once.
	closed := 0
	for _, conn := range slow {
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			closed++
		}
	}
	if closed != maxPerAddress {
		t.Errorf("%d were closed at once", closed)
	}
	// Another address still gets through.
	from := &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 3)}}).DialContext}
	defer from.CloseIdleConnections()
	if h, err := (Client{URL: base(s), Transport: from}).Health(t.Context()); err != nil || !h.OK {
		t.Errorf("others are kept out: %v", err)
	}
	// The slow ones are dropped by the service itself.
	for _, conn := range slow {
		_ = conn.SetReadDeadline(time.Now().Add(8 * time.Second))
		if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("a slow connection is kept")
		}
	}
	from.CloseIdleConnections()
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before+5; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

func TestRateLimits(t *testing.T) {
	s := begin(t, func(c *Config) {
		c.PerAddress, c.Total = Rate{PerSecond: 0.001, Burst: 3}, Rate{PerSecond: 0.001, Burst: 5}
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	call := func(from string) int {
		t.Helper()
		r, err := http.NewRequest("GET", base(s)+"/callback?sender-id=1&nonce="+signup.NewNonce(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Forwarded-For", from)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode == 429 && response.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		return response.StatusCode
	}
	got := []int{call("192.0.2.1"), call("192.0.2.1"), call("192.0.2.1"), call("192.0.2.1"), call("192.0.2.2"), call("192.0.2.3"), call("192.0.2.4")}
	if fmt.Sprint(got) != "[200 200 200 429 200 200 429]" {
		t.Error(got)
	}
	// The limits of one path leave the others alone.
	if h := health(t, s); h.Calls.Limited != 2 || h.Waiting != 5 {
		t.Errorf("%+v", h)
	}
}

func TestLimiter(t *testing.T) {
	now := time.Now()
	l := newLimiter(Rate{1, 2}, fast)
	l.now = func() time.Time { return now }
	a, b := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	if !l.allow(a) || !l.allow(b) || l.allow(a) {
		t.Error("an IPv6 network is one caller")
	}
	now = now.Add(time.Second)
	if !l.allow(a) || l.allow(a) {
		t.Error("one more after a second")
	}
	now = now.Add(-time.Hour)
	if l.allow(a) {
		t.Error("a clock put back gives nothing")
	}
	// The table of addresses is bounded, and cleared of those long gone.
	now = now.Add(3 * time.Hour)
	for i := range 3 * maxAddresses {
		l.allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if len(l.addresses) > maxAddresses {
		t.Errorf("%d addresses are kept", len(l.addresses))
	}
	now = now.Add(time.Hour)
	if !l.allow(netip.MustParseAddr("192.0.2.1")) || len(l.addresses) != 1 {
		t.Errorf("%d addresses are kept after an hour", len(l.addresses))
	}
}

func TestClientAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, test := range []struct {
		remote, want string
		forwarded    []string
	}{
		{"192.0.2.9:1", "192.0.2.9", nil},
		{"192.0.2.9:1", "192.0.2.9", []string{"198.51.100.1"}}, // a stranger's header
		{"10.0.0.1:1", "10.0.0.1", nil},
		{"10.0.0.1:1", "198.51.100.1", []string{"198.51.100.1"}},
		{"10.0.0.1:1", "198.51.100.1", []string{"203.0.113.5, 198.51.100.1"}}, // only what our proxy added
		{"10.0.0.1:1", "198.51.100.1", []string{"203.0.113.5", "198.51.100.1, 10.2.2.2"}},
		{"10.0.0.1:1", "10.0.0.1", []string{"198.51.100.1, nonsense"}},
		{"[::1]:1", "2001:db8::7", []string{"2001:db8::7"}},
		{"[::ffff:10.0.0.1]:1", "198.51.100.1", []string{"::ffff:198.51.100.1"}},
	} {
		r := &http.Request{RemoteAddr: test.remote, Header: http.Header{"X-Forwarded-For": test.forwarded}}
		if got := clientAddress(r, trusted); got.String() != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

// selfMade writes a certificate for 127.0.0.1 and gives a pool that trusts it.
func selfMade(t *testing.T, dir string, serial int64) (certificate, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "relay"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, pool = filepath.Join(dir, "relay.crt"), filepath.Join(dir, "relay.key"), x509.NewCertPool()
	for name, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(parsed)
	return certificate, key, pool
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	certificate, key, pool := selfMade(t, dir, 1)
	s := begin(t, func(c *Config) { c.CertificateFile, c.KeyFile, c.Listen = certificate, key, "0.0.0.0:0" })
	address := fmt.Sprintf("https://127.0.0.1:%d/", s.Addr().(*net.TCPAddr).Port)
	transport := func(change func(*tls.Config)) *http.Transport {
		config := &tls.Config{RootCAs: pool}
		if change != nil {
			change(config)
		}
		tr := &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}
		t.Cleanup(tr.CloseIdleConnections)
		return tr
	}
	nonce := signup.NewNonce()
	client := &http.Client{Transport: transport(nil)}
	response, err := client.Get(address + "callback?sender-id=34567&nonce=" + nonce)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if id, found, err := (Client{URL: address, Transport: transport(nil)}).Claim(t.Context(), nonce, "me"); id != 34567 || !found || err != nil {
		t.Errorf("%d %v %v", id, found, err)
	}
	if _, _, err := Claim(t.Context(), address, nonce, "me"); err == nil {
		t.Error("a certificate nobody vouches for was taken")
	}
	old := transport(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 })
	if _, _, err := (Client{URL: address, Transport: old}).Claim(t.Context(), nonce, "me"); err == nil {
		t.Error("an old TLS was taken")
	}
}

// TestRenewedCertificate: new files are used, broken ones are not.
func TestRenewedCertificate(t *testing.T) {
	dir := t.TempDir()
	certificate, key, _ := selfMade(t, dir, 1)
	files := &certificateFiles{certificate: certificate, key: key, log: begin(t, nil).cfg.Log}
	if err := files.load(); err != nil {
		t.Fatal(err)
	}
	serial := func() string {
		t.Helper()
		files.looked = time.Time{}
		pair, err := files.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return pair.Leaf.SerialNumber.String()
	}
	selfMade(t, dir, 2)
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(certificate, later, later); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != "2" {
		t.Errorf("serial %s", got)
	}
	if err := os.WriteFile(key, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != "2" {
		t.Errorf("serial %s after the files broke", got)
	}
}

func TestClientRefuses(t *testing.T) {
	nonce := signup.NewNonce()
	for _, address := range []string{"", "relay.example", "http://relay.example", "http://127.0.0.1.example", "https://user@relay.example",
		"https://relay.example/?a=b", "https://relay.example/#a", "ftp://127.0.0.1", "file:///etc/passwd"} {
		if _, _, err := Claim(t.Context(), address, nonce, "me"); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, _, err := Claim(t.Context(), "https://relay.example", "abcde", "me"); !errors.Is(err, ErrNonce) {
		t.Error(err)
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"page":      {200, "<html>Welcome", ErrAnswer.Error()},
		"no id":     {200, `{"found":true}`, ErrAnswer.Error()},
		"bad id":    {200, `{"found":true,"sender_id":"-1"}`, ErrAnswer.Error()},
		"endless":   {200, `{"found":true,"sender_id":"` + strings.Repeat("1", 1<<20), ErrAnswer.Error()},
		"redirect":  {307, "", (&StatusError{307}).Error()},
		"not there": {404, "nothing here", (&StatusError{404}).Error()},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/below/claim" || strings.Contains(r.URL.String(), nonce) {
				t.Errorf("asked %s", r.URL.Path)
			}
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		}))
		_, found, err := Claim(t.Context(), server.URL+"/below/", nonce, "me")
		if found || err == nil || err.Error() != test.want {
			t.Errorf("%s: %v %v", name, found, err)
		}
		server.Close()
		if _, _, err := Claim(t.Context(), server.URL, nonce, "me"); err == nil || strings.Contains(err.Error(), nonce) {
			t.Errorf("nobody there: %v", err)
		}
	}
}

// TestNotifyCommand runs this test binary as the command and looks at all that
// reaches it.
func TestNotifyCommand(t *testing.T) {
	if out := os.Getenv("HOME"); len(os.Args) > 2 && os.Args[2] == "as the command" {
		text, _ := io.ReadAll(os.Stdin)
		seen, _ := json.Marshal(map[string]any{"stdin": string(text), "env": os.Environ(), "args": os.Args[3:]})
		if err := os.WriteFile(filepath.Join(out, "seen.part"), seen, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(out, "seen.part"), filepath.Join(out, "seen")); err != nil {
			t.Fatal(err)
		}
		os.Exit(0)
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("BREVDUE_PASSPHRASE", "very secret")
	notify, err := Command(os.Args[0], "-test.run=^TestNotifyCommand$", "as the command", "two words", "$(id); `id`")
	if err != nil {
		t.Fatal(err)
	}
	s := begin(t, func(c *Config) { c.Notify = notify })
	nonce := signup.NewNonce()
	for range 2 {
		send(t, "GET", base(s)+"/callback?sender-id=34567&nonce="+nonce, "", "")
	}
	for end := time.Now().Add(10 * time.Second); health(t, s).Calls.Told != 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("nobody was told: %+v", health(t, s))
		}
	}
	text, err := os.ReadFile(filepath.Join(home, "seen"))
	if err != nil {
		t.Fatal(err)
	}
	var seen struct {
		Stdin     string
		Env, Args []string
	}
	if err := json.Unmarshal(text, &seen); err != nil {
		t.Fatal(err)
	}
	var news map[string]string
	if err := json.Unmarshal([]byte(seen.Stdin), &news); err != nil || news["sender_id"] != "34567" || news["event"] != "approved" || news["at"] == "" {
		t.Errorf("stdin %q", seen.Stdin)
	}
	if strings.Join(seen.Args, "|") != "two words|$(id); `id`" {
		t.Errorf("arguments %q", seen.Args)
	}
	if all := string(text); strings.Contains(all, "very secret") || strings.Contains(all, nonce) {
		t.Errorf("the command sees %s", all)
	}
}

func TestNotifyTrouble(t *testing.T) {
	if _, err := Command(); err == nil {
		t.Error("no command")
	}
	if _, err := Command("no-such-program-anywhere"); err == nil {
		t.Error("a program that is not there")
	}
	sleep, err := Command("sleep", "60")
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if err := sleep(ctx, News{SenderID: 1}); err == nil || time.Since(begun) > 5*time.Second {
		t.Errorf("a command that hangs: %v after %v", err, time.Since(begun))
	}

	// A flood of callbacks is not a flood of notices, and one that hangs keeps
	// neither callbacks nor the end of the service waiting.
	told := 0
	s := begin(t, func(c *Config) {
		c.Notify = func(ctx context.Context, _ News) error {
			if told++; told > 3 {
				<-ctx.Done()
			}
			return errors.New("no")
		}
	})
	for range 200 {
		if status, _ := send(t, "GET", base(s)+"/callback?sender-id=1&nonce="+signup.NewNonce(), "", ""); status != 200 {
			t.Fatal(status)
		}
	}
	if h := health(t, s); h.Waiting != 200 || h.Calls.Untold == 0 || h.Calls.TellFailed != 3 {
		t.Errorf("%+v", h)
	}
	begun = time.Now()
	if err := s.Close(); err != nil || time.Since(begun) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}

// TestWhoComesIn: without TLS only the proxy and this machine; nobody more often
// than the bounds allow but the proxy, behind which everybody is.
func TestWhoComesIn(t *testing.T) {
	addr := netip.MustParseAddr
	trusted := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8::7/128")}
	plain, secure := newGate(nil, trusted, true), newGate(nil, trusted, false)
	for caller, want := range map[string]bool{"127.0.0.1": true, "::1": true, "10.1.2.3": true, "2001:db8::7": true, "10.2.0.1": false, "2001:db8::8": false, "192.0.2.1": false} {
		if plain.enter(addr(caller)) != want {
			t.Errorf("without TLS, %s: %v", caller, !want)
		}
		if !secure.enter(addr(caller)) {
			t.Errorf("with TLS, %s is kept out", caller)
		}
		secure.leave(network(addr(caller)))
	}
	for range maxPerAddress {
		secure.enter(addr("192.0.2.1"))
	}
	if secure.enter(addr("192.0.2.1")) || !secure.enter(addr("192.0.2.2")) {
		t.Error("the bound of one address")
	}
	for range maxConnections {
		secure.enter(addr("10.1.2.3"))
	}
	if secure.all != maxConnections || secure.enter(addr("192.0.2.3")) {
		t.Errorf("%d connections", secure.all)
	}
}
