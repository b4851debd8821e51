package signup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"brevdue/assets/lang"
	"brevdue/assets/pages"
)

const nonce = "0123456789abcdef0123456789abcdef"

func realPages(t testing.TB) Pages {
	t.Helper()
	texts := lang.New("nb")
	return Pages(pages.Return(func(key string) string { return texts.Get(key) }, "nb"))
}

func listen(t testing.TB) *Listener {
	t.Helper()
	return listenWith(t, 300*time.Millisecond)
}

// listenWith gives a listener that stays so long after its answer.
func listenWith(t testing.TB, linger time.Duration) *Listener {
	t.Helper()
	l, err := Listen(context.Background(), ListenConfig{Nonce: nonce, Pages: realPages(t), linger: linger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// ask makes a request as a browser's own page would; pairs change headers, "-"
// takes one away.
func ask(t testing.TB, l *Listener, method, path, body string, pairs ...string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+l.host()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "null")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(pairs); i += 2 {
		switch {
		case pairs[i] == "Host":
			r.Host = pairs[i+1]
		case pairs[i+1] == "-":
			r.Header.Del(pairs[i])
		default:
			r.Header.Set(pairs[i], pairs[i+1])
		}
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	response, err := client.Do(r)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer response.Body.Close()
	data, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(data), response.Header
}

func form(address string) string { return url.Values{"address": {address}}.Encode() }

func waiting(t testing.TB, l *Listener) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if a, err := l.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the listener took %+v, %v", a, err)
	}
}

func TestReturnVariants(t *testing.T) {
	for name, test := range map[string]struct {
		address string
		want    Answer
	}{
		"raw #":       {"?sender-id=34567&dp-address=kunde123#1A2B&nonce=" + nonce, Answer{34567, "kunde123#1A2B", nonce}},
		"escaped":     {"?sender-id=34567&dp-address=kunde123%231A2B&nonce=" + nonce, Answer{34567, "kunde123#1A2B", nonce}},
		"nonce first": {"?nonce=" + nonce + "&sender-id=34567&dp-address=kunde123#1A2B", Answer{34567, "kunde123#1A2B", nonce}},
		"pasted":      {" http://127.0.0.1/retur/x?sender-id=34567&dp-address=kunde123#1A2B&nonce=" + nonce + "\n", Answer{34567, "kunde123#1A2B", nonce}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := listen(t)
			before, _, _ := strings.Cut(test.address, "#")
			if status, page, _ := ask(t, l, "GET", l.Path()+strings.TrimSpace(before[strings.Index(before, "?"):]), ""); status != 200 || !strings.Contains(page, "<script>") {
				t.Errorf("first page: %d", status)
			}
			waiting(t, l)
			status, page, _ := ask(t, l, "POST", l.Path(), form(test.address))
			if status != 200 || !strings.Contains(page, "Du kan lukke denne fanen") {
				t.Errorf("answer: %d %s", status, page)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			for range 2 {
				if got, err := l.Wait(ctx); err != nil || got != test.want {
					t.Errorf("%+v %v", got, err)
				}
			}
			select {
			case <-l.stopped:
			case <-time.After(2 * farewell):
				t.Error("the listener did not stop by itself")
			}
			if _, err := net.Dial("tcp", l.host()); err == nil {
				t.Error("the port is still open")
			}
		})
	}
}

func TestBadAnswers(t *testing.T) {
	l := listen(t)
	for name, test := range map[string]struct {
		address string
		status  int
		text    string
	}{
		"wrong nonce": {"?sender-id=1&nonce=wrong", 403, "Svaret hører ikke til denne økten"},
		"no nonce":    {"?sender-id=1&dp-address=kunde123", 403, "Svaret hører ikke til denne økten"},
		"no sender":   {"?nonce=" + nonce, 422, "<textarea"},
		"nothing":     {"", 422, "<textarea"},
		"nonsense":    {"hei", 422, "<textarea"},
	} {
		status, page, header := ask(t, l, "POST", l.Path(), form(test.address))
		if status != test.status || !strings.Contains(page, test.text) || strings.Contains(page, nonce) {
			t.Errorf("%s: %d %s", name, status, page)
		}
		if !strings.Contains(header.Get("Content-Security-Policy"), "form-action 'self'") {
			t.Errorf("%s: policy %q", name, header.Get("Content-Security-Policy"))
		}
	}
	waiting(t, l)
}

// TestStrangers: other pages, names and programs get a bare status, and nothing
// is taken from them even when they know the nonce.
func TestStrangers(t *testing.T) {
	l := listen(t)
	good := form("?sender-id=1&nonce=" + nonce)
	for name, test := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
	}{
		"other host":        {"POST", l.Path(), good, []string{"Host", "evil.example"}, 421},
		"host and port":     {"GET", l.Path(), "", []string{"Host", fmt.Sprintf("evil.example:%d", l.Port())}, 421},
		"bare loopback":     {"GET", l.Path(), "", []string{"Host", "127.0.0.1"}, 421},
		"other path":        {"GET", "/", "", nil, 404},
		"icon":              {"GET", "/favicon.ico", "", nil, 404},
		"longer path":       {"GET", l.Path() + "/", "", nil, 404},
		"other origin":      {"POST", l.Path(), good, []string{"Origin", "http://127.0.0.1:1"}, 403},
		"https origin":      {"POST", l.Path(), good, []string{"Origin", "https://" + l.host()}, 403},
		"cross-site":        {"POST", l.Path(), good, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"same-site":         {"POST", l.Path(), good, []string{"Sec-Fetch-Site", "same-site"}, 403},
		"ours, cross-site":  {"POST", l.Path(), good, []string{"Origin", "http://" + l.host(), "Sec-Fetch-Site", "cross-site"}, 403},
		"no origin":         {"POST", l.Path(), good, []string{"Origin", "-", "Sec-Fetch-Site", "-"}, 403},
		"null alone":        {"POST", l.Path(), good, []string{"Sec-Fetch-Site", "-"}, 403},
		"plain text":        {"POST", l.Path(), good, []string{"Content-Type", "text/plain"}, 415},
		"multipart":         {"POST", l.Path(), good, []string{"Content-Type", "multipart/form-data; boundary=x"}, 415},
		"too large":         {"POST", l.Path(), form(strings.Repeat("a", maxBody)), nil, 413},
		"broken form":       {"POST", l.Path(), "address=%zz", nil, 400},
		"put":               {"PUT", l.Path(), good, nil, 405},
		"head":              {"HEAD", l.Path(), "", nil, 405},
		"preflight":         {"OPTIONS", l.Path(), "", nil, 405},
		"image":             {"GET", l.Path(), "", []string{"Sec-Fetch-Dest", "image", "Sec-Fetch-Mode", "no-cors"}, 403},
		"frame":             {"GET", l.Path(), "", []string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Mode", "navigate"}, 403},
		"fetch":             {"GET", l.Path(), "", []string{"Sec-Fetch-Dest", "empty", "Sec-Fetch-Mode", "cors"}, 403},
		"answer in the get": {"GET", l.Path() + "?sender-id=1&nonce=" + nonce, "", nil, 200},
	} {
		status, body, header := ask(t, l, test.method, test.path, test.body, test.headers...)
		if status != test.status || (status != 200 && body != "") {
			t.Errorf("%s: %d %q", name, status, body)
		}
		for _, each := range []string{"Cache-Control: no-store", "Referrer-Policy: no-referrer", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY"} {
			if field, want, _ := strings.Cut(each, ": "); header.Get(field) != want {
				t.Errorf("%s: %s is %q", name, field, header.Get(field))
			}
		}
		if header.Get("Access-Control-Allow-Origin") != "" || !strings.HasPrefix(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", name, header)
		}
	}
	waiting(t, l)
	if status, _, _ := ask(t, l, "POST", l.Path(), good, "Origin", "http://"+l.host(), "Sec-Fetch-Site", "-"); status != 200 {
		t.Errorf("our own origin: %d", status)
	}
}

// TestOneWins: of many answers at once exactly one is taken.
func TestOneWins(t *testing.T) {
	l := listen(t)
	var taken atomic.Int64
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			if l.accept(Answer{SenderID: int64(i + 1), Nonce: nonce}) {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	got, err := l.Wait(context.Background())
	if err != nil || taken.Load() != 1 || !l.accept(got) {
		t.Errorf("%d taken, %+v %v", taken.Load(), got, err)
	}
}

func TestListenAgain(t *testing.T) {
	l := listen(t)
	if _, err := Listen(context.Background(), ListenConfig{Port: l.Port(), Nonce: nonce}); !errors.Is(err, ErrPort) {
		t.Errorf("a taken port: %v", err)
	}
	if strings.ContainsAny(l.URL(), "?#") || !strings.HasPrefix(l.URL(), "http://127.0.0.1:") || len(l.Path()) < 40 {
		t.Errorf("address %s", l.URL())
	}
	l.Close()
	l.Close()
	if _, err := l.Wait(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	again, err := Listen(context.Background(), ListenConfig{Port: l.Port(), Path: l.Path(), Nonce: nonce})
	if err != nil || again.URL() != l.URL() {
		t.Fatalf("the same address again: %v", err)
	}
	again.Close()
	for name, config := range map[string]ListenConfig{
		"short nonce": {Nonce: "abc"}, "path": {Nonce: nonce, Path: "retur"}, "query": {Nonce: nonce, Path: "/a?b"}, "port": {Nonce: nonce, Port: 70000},
	} {
		if _, err := Listen(context.Background(), config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestOtherLoopback: where there is IPv6, its loopback answers on the same port.
func TestOtherLoopback(t *testing.T) {
	probe, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		if os.Getenv("REQUIRE_IPV6") == "1" {
			t.Fatal(err)
		}
		t.Skip("no IPv6 loopback here")
	}
	probe.Close()
	l := listen(t)
	response, err := http.Get(fmt.Sprintf("http://[::1]:%d%s", l.Port(), l.Path()))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("status %d", response.StatusCode)
	}
}

// TestManyConnections: idle strangers do not keep the browser out for long, and
// a slow one is dropped when the listener closes.
func TestManyConnections(t *testing.T) {
	l := listen(t)
	for range maxConnections - 1 {
		conn, err := net.Dial("tcp", l.host())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "GET ")
	}
	if status, _, _ := ask(t, l, "GET", l.Path(), ""); status != 200 {
		t.Errorf("status %d", status)
	}
	begin := time.Now()
	l.Close()
	if took := time.Since(begin); took > farewell+2*time.Second {
		t.Errorf("closing took %v", took)
	}
}

// TestSecondReturn: the link clicked twice finds its page for a while; another
// answer is refused; then nobody is there.
func TestSecondReturn(t *testing.T) {
	l := listenWith(t, 0)
	good := "?sender-id=34567&dp-address=kunde123#1A2B&nonce=" + nonce
	for range 2 {
		if status, page, _ := ask(t, l, "POST", l.Path(), form(good)); status != 200 || !strings.Contains(page, "Du kan lukke denne fanen") {
			t.Errorf("%d %s", status, page)
		}
	}
	if status, page, _ := ask(t, l, "GET", l.Path()+"?sender-id=34567&dp-address=kunde123", ""); status != 200 || strings.Contains(page, "<script>") || !strings.Contains(page, "Du kan lukke denne fanen") {
		t.Errorf("opened again: %d %s", status, page)
	}
	if status, page, _ := ask(t, l, "POST", l.Path(), form("?sender-id=666&nonce="+nonce)); status != 403 || !strings.Contains(page, "Svaret hører ikke til denne økten") {
		t.Errorf("another answer: %d %s", status, page)
	}
	begin := time.Now()
	if l.Close(); time.Since(begin) > usualLinger {
		t.Errorf("closing took %v", time.Since(begin))
	}
	if got, err := l.Wait(context.Background()); err != nil || got.SenderID != 34567 {
		t.Errorf("%+v %v", got, err)
	}
	if status, _, _ := ask(t, l, "GET", l.Path(), ""); status != 0 {
		t.Errorf("still there: %d", status)
	}
}

// TestLateReturn: when the nonce's time is over nothing is taken, and the
// listener stops by itself.
func TestLateReturn(t *testing.T) {
	l := listen(t)
	l.until = time.Now().Add(-time.Second)
	if status, page, _ := ask(t, l, "POST", l.Path(), form("?sender-id=1&nonce="+nonce)); status != 403 || !strings.Contains(page, "Svaret hører ikke til denne økten") {
		t.Errorf("%d %s", status, page)
	}
	waiting(t, l)

	short, err := Listen(context.Background(), ListenConfig{Nonce: nonce, Pages: realPages(t), Life: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := short.Wait(ctx); !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
	if _, err := net.Dial("tcp", short.host()); err == nil {
		t.Error("the port is still open")
	}
	short.Close()
	long, err := Listen(context.Background(), ListenConfig{Nonce: nonce, Life: 1 << 62})
	if err != nil {
		t.Fatal(err)
	}
	defer long.Close()
	if long.life != NonceLife {
		t.Errorf("life %v", long.life)
	}
}

// TestScan: another program of this machine tries everything a scanner does. It
// finds no page, learns neither path nor nonce, and the browser still comes
// through.
func TestScan(t *testing.T) {
	l := listen(t)
	head := func(line string) string { return line + "\r\nHost: " + l.host() + "\r\n\r\n" }
	probes := []string{
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 200), // TLS
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "SSH-2.0-x\r\n", "\x00\x00\x00\x00\r\n\r\n", "GET " + l.Path() + "\r\n\r\n",
		"GET " + l.Path() + " HTTP/1.1\r\n\r\n", "GET " + l.Path() + " HTTP/1.0\r\n\r\n",
		head("OPTIONS * HTTP/1.1"), head("TRACE " + l.Path() + " HTTP/1.1"), head("CONNECT " + l.host() + " HTTP/1.1"),
		"GET http://evil.example" + l.Path() + " HTTP/1.1\r\nHost: " + l.host() + "\r\n\r\n",
		head("GET /" + strings.Repeat("a", 64<<10) + " HTTP/1.1"),
		"GET " + l.Path() + " HTTP/1.1\r\nHost: " + l.host() + "\r\nHost: evil.example\r\n\r\n",
		"POST " + l.Path() + " HTTP/1.1\r\nHost: " + l.host() + "\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	}
	for _, path := range []string{"/", "/retur", "/retur/", "/retur/..", "/.git/config", "/admin", "//", "/%2e%2e/", "/retur/" + strings.Repeat("0", 40), "/debug/pprof/"} {
		probes = append(probes, head("GET "+path+" HTTP/1.1"), head("POST "+path+" HTTP/1.1"))
	}
	for _, probe := range probes {
		conn, err := net.Dial("tcp", l.host())
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(8 * time.Second))
		io.WriteString(conn, probe)
		conn.(*net.TCPConn).CloseWrite()
		answer, _ := io.ReadAll(conn)
		conn.Close()
		text := string(answer)
		if strings.HasPrefix(text, "HTTP/1.1 2") || strings.Contains(text, "<html") || strings.Contains(text, l.Path()) || strings.Contains(text, nonce) {
			t.Errorf("%.60q is answered with %q", probe, text)
		}
	}
	waiting(t, l)
	if status, _, _ := ask(t, l, "POST", l.Path(), form("?sender-id=1&nonce="+nonce)); status != 200 {
		t.Errorf("after the scan: %d", status)
	}
}
