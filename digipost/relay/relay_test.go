package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"brevdue/digipost/signup"
)

// fast lets tests call as often as they like.
var fast = Rate{PerSecond: 1e6, Burst: 1e6}

// begin starts a service that is open to the test; change may alter what it is
// started with.
func begin(t testing.TB, change func(*Config)) *Server {
	t.Helper()
	cfg := Config{Store: NewMemory(), Listen: "127.0.0.1:0", PerAddress: fast, Total: fast}
	if change != nil {
		change(&cfg)
	}
	s, err := Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func base(s *Server) string { return "http://" + s.Addr().String() }

// send makes a call and gives its status and body.
func send(t testing.TB, method, address, contentType, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", response.Header)
	}
	return response.StatusCode, string(data)
}

const (
	asForm = "application/x-www-form-urlencoded"
	asJSON = "application/json; charset=utf-8"
)

func TestCallbackForms(t *testing.T) {
	s := begin(t, nil)
	for name, say := range map[string]func(nonce string) (method, address, contentType, body string){
		"query": func(n string) (string, string, string, string) { return "GET", "?sender-id=34567&nonce=" + n, "", "" },
		"posted query": func(n string) (string, string, string, string) {
			return "POST", "?nonce=" + n + "&sender-id=34567", "", ""
		},
		"form": func(n string) (string, string, string, string) {
			return "POST", "", asForm, "sender-id=34567&nonce=" + n
		},
		"JSON": func(n string) (string, string, string, string) {
			return "POST", "", asJSON, `{"sender-id":34567,"nonce":"` + n + `","more":[1,{}]}`
		},
		"JSON text": func(n string) (string, string, string, string) {
			return "POST", "", asJSON, `{"senderId":"34567","nonce":"` + n + `"}`
		},
		"both": func(n string) (string, string, string, string) {
			return "POST", "?sender-id=34567", asForm, "sender-id=34567&nonce=" + n
		},
	} {
		t.Run(name, func(t *testing.T) {
			nonce := signup.NewNonce()
			method, query, contentType, body := say(nonce)
			for range 3 { // Digipost may call again
				if status, text := send(t, method, base(s)+"/callback"+query, contentType, body); status != 200 || text != "OK\n" {
					t.Fatalf("%d %s", status, text)
				}
			}
			if id, found, err := Claim(t.Context(), base(s), nonce, "me"); id != 34567 || !found || err != nil {
				t.Errorf("%d %v %v", id, found, err)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	s := begin(t, nil)
	nonce := signup.NewNonce()
	good := "sender-id=1&nonce=" + nonce
	for name, test := range map[string]struct {
		method, path, contentType, body string
		status                          int
	}{
		"nothing":        {"GET", "/callback", "", "", 400},
		"no nonce":       {"GET", "/callback?sender-id=1", "", "", 400},
		"short nonce":    {"GET", "/callback?sender-id=1&nonce=abcde", "", "", 400},
		"no sender":      {"GET", "/callback?nonce=" + nonce, "", "", 400},
		"zero":           {"GET", "/callback?sender-id=0&nonce=" + nonce, "", "", 400},
		"minus":          {"GET", "/callback?sender-id=-1&nonce=" + nonce, "", "", 400},
		"plus":           {"GET", "/callback?sender-id=%2B1&nonce=" + nonce, "", "", 400},
		"two senders":    {"GET", "/callback?sender-id=1&sender-id=2&nonce=" + nonce, "", "", 400},
		"two places":     {"POST", "/callback?sender-id=2", asForm, good, 400},
		"broken query":   {"GET", "/callback?" + good + "%zz", "", "", 400},
		"broken JSON":    {"POST", "/callback", asJSON, `{"nonce":`, 400},
		"list":           {"POST", "/callback", asJSON, `[]`, 400},
		"trailing":       {"POST", "/callback", asJSON, `{"sender-id":1,"nonce":"` + nonce + `"}{}`, 400},
		"twice in JSON":  {"POST", "/callback", asJSON, `{"sender-id":1,"sender-id":2,"nonce":"` + nonce + `"}`, 400},
		"multipart":      {"POST", "/callback", "multipart/form-data; boundary=x", good, 415},
		"no type":        {"POST", "/callback", "", good, 415},
		"huge":           {"POST", "/callback", asForm, good + "&x=" + strings.Repeat("x", 1<<20), 413},
		"huge JSON":      {"POST", "/callback", asJSON, `{"x":"` + strings.Repeat("x", 1<<20), 413},
		"put":            {"PUT", "/callback", asForm, good, 405},
		"head":           {"HEAD", "/callback?" + good, "", "", 405},
		"options":        {"OPTIONS", "/callback?" + good, "", "", 405},
		"delete":         {"DELETE", "/callback?" + good, "", "", 405},
		"claim by GET":   {"GET", "/claim?nonce=" + nonce, "", "", 405},
		"claim by query": {"POST", "/claim?nonce=" + nonce, "", "", 400},
		"claim, short":   {"POST", "/claim", asForm, "nonce=abcde", 400},
		"huge claim":     {"POST", "/claim", asForm, "nonce=" + strings.Repeat("a", 1<<20), 413},
		"posted health":  {"POST", "/health", "", "", 405},
		"elsewhere":      {"GET", "/", "", "", 404},
		"below":          {"GET", "/callback/?" + good, "", "", 404},
	} {
		status, text := send(t, test.method, base(s)+test.path, test.contentType, test.body)
		if status != test.status || strings.Contains(text, nonce) {
			t.Errorf("%s: %d %q, want %d", name, status, text, test.status)
		}
	}
	if answer := raw(t, s, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 404") {
		t.Errorf("OPTIONS *: %s", answer)
	}
	long := base(s) + "/callback?" + good + "&x=" + strings.Repeat("x", 64<<10)
	if response, err := http.Get(long); err == nil {
		_ = response.Body.Close()
		if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("a long address: %d", response.StatusCode)
		}
	}
	h := health(t, s)
	if h.Waiting+h.Claimed != 0 || !h.OK || h.Calls.Refused == 0 {
		t.Errorf("something was kept: %+v", h)
	}
}

// raw sends bytes and gives all that comes back.
func raw(t testing.TB, s *Server, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, text)
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(conn)
	return string(answer)
}

func health(t testing.TB, s *Server) Health {
	t.Helper()
	h, err := Client{URL: base(s)}.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestOneClaimer: the answer goes to the first claimer, who may repeat; others
// hear what who asks for nothing hears.
func TestOneClaimer(t *testing.T) {
	now := time.Date(2025, 11, 21, 12, 0, 0, 0, time.UTC)
	s := begin(t, func(c *Config) { c.Now = func() time.Time { return now } })
	nonce, unknown := signup.NewNonce(), signup.NewNonce()
	ask := func(nonce, claimer string) string {
		t.Helper()
		status, text := send(t, "POST", base(s)+"/claim", asForm, "nonce="+nonce+"&claimer="+claimer)
		return fmt.Sprint(status, " ", text)
	}
	nothing := ask(nonce, "me")
	if nothing != "200 {\"found\":false,\"sender_id\":\"\"}\n" {
		t.Fatal(nothing)
	}
	send(t, "GET", base(s)+"/callback?sender-id=1000&nonce="+nonce, "", "")
	if status, _ := send(t, "GET", base(s)+"/callback?sender-id=6666&nonce="+nonce, "", ""); status != 409 {
		t.Errorf("another sender-id: %d", status)
	}
	if got := ask(nonce, "me"); got != "200 {\"found\":true,\"sender_id\":\"1000\"}\n" {
		t.Fatal(got)
	}
	now = now.Add(DefaultRepeatFor)
	if got := ask(nonce, "me"); !strings.Contains(got, "1000") {
		t.Errorf("repeated: %s", got)
	}
	now = now.Add(time.Second)
	for _, got := range []string{ask(nonce, "other"), ask(nonce, ""), ask(unknown, "me"), ask(nonce, "me")} {
		if got != nothing {
			t.Errorf("told something: %s", got)
		}
	}
	// Without a secret of its own the claimer can't be known again.
	nonce = signup.NewNonce()
	send(t, "GET", base(s)+"/callback?sender-id=2000&nonce="+nonce, "", "")
	if got := ask(nonce, ""); !strings.Contains(got, "2000") {
		t.Error(got)
	}
	if got := ask(nonce, ""); got != nothing {
		t.Errorf("given twice: %s", got)
	}
	if h := health(t, s); h.Waiting != 0 || h.Claimed != 2 || h.Conflicts != 1 || h.Calls.Conflicting != 1 || h.Calls.Given != 3 {
		t.Errorf("%+v", h)
	}
}

// TestTenThousand: many callbacks at once, each twice, the service started
// again in the middle of the claims; nothing is lost, nothing given twice, and
// memory stays flat.
func TestTenThousand(t *testing.T) {
	const callers, total = 16, 10_000
	path := filepath.Join(t.TempDir(), "relay.db")
	store := openFile(t, path)
	s := begin(t, func(c *Config) { c.Store = store })
	nonces := make([]string, total/2)
	for i := range nonces {
		nonces[i] = signup.NewNonce()
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers, MaxConnsPerHost: callers}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	each := func(do func(i int) error) {
		t.Helper()
		var all sync.WaitGroup
		faults := make(chan error, callers)
		for c := range callers {
			all.Go(func() {
				for i := c; i < len(nonces); i += callers {
					if err := do(i); err != nil {
						faults <- err
						return
					}
				}
			})
		}
		all.Wait()
		close(faults)
		for err := range faults {
			t.Fatal(err)
		}
	}
	callback := func(i int) error {
		response, err := client.Get(fmt.Sprintf("%s/callback?sender-id=%d&nonce=%s", base(s), i+1, nonces[i]))
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode != 200 {
			return fmt.Errorf("status %d", response.StatusCode)
		}
		return nil
	}
	each(callback)
	before := heap()
	each(callback)
	if grown := int64(heap()) - int64(before); grown > 4<<20 {
		t.Errorf("memory grew by %d kB", grown>>10)
	}
	if h := health(t, s); h.Waiting != total/2 || h.Calls.Kept != total/2 || h.Calls.Repeated != total/2 {
		t.Fatalf("%+v", h)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.db.Close(); err != nil {
		t.Fatal(err)
	}
	s = begin(t, func(c *Config) { c.Store = openFile(t, path) })
	each(func(i int) error {
		id, found, err := Client{URL: base(s), Transport: client.Transport}.Claim(t.Context(), nonces[i], "me")
		if err == nil && (!found || id != int64(i+1)) {
			err = fmt.Errorf("claim %d: %d %v", i, id, found)
		}
		return err
	})
	if h := health(t, s); h.Claimed != total/2 || h.Waiting != 0 {
		t.Errorf("%+v", h)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestClaimRace: of many claimers at once exactly one gets the answer.
func TestClaimRace(t *testing.T) {
	s := begin(t, func(c *Config) { c.Store = openFile(t, filepath.Join(t.TempDir(), "relay.db")) })
	nonce := signup.NewNonce()
	send(t, "GET", base(s)+"/callback?sender-id=1000&nonce="+nonce, "", "")
	var all sync.WaitGroup
	got := make(chan bool, 20)
	for i := range cap(got) {
		all.Go(func() {
			_, found, err := Claim(t.Context(), base(s), nonce, fmt.Sprint("claimer ", i))
			got <- found && err == nil
		})
	}
	all.Wait()
	close(got)
	winners := 0
	for won := range got {
		if won {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("%d got the answer", winners)
	}
}

func TestBoundedStore(t *testing.T) {
	s := begin(t, func(c *Config) { c.Capacity = 3 })
	var last int
	for range 5 {
		last, _ = send(t, "GET", base(s)+"/callback?sender-id=1&nonce="+signup.NewNonce(), "", "")
	}
	h := health(t, s)
	if last != 503 || h.Waiting != 3 || h.Calls.Full != 2 || h.OK {
		t.Errorf("%d %+v", last, h)
	}
}

// TestSweep: what is thirty days old is gone when the service starts.
func TestSweep(t *testing.T) {
	store, now := NewMemory(), time.Now()
	for i, age := range []time.Duration{DefaultKeep + time.Hour, DefaultKeep - time.Hour} {
		if _, _, err := store.Put(t.Context(), [32]byte{byte(i)}, 1, now.Add(-age), 10); err != nil {
			t.Fatal(err)
		}
	}
	s := begin(t, func(c *Config) { c.Store = store })
	for end := time.Now().Add(5 * time.Second); health(t, s).Waiting != 1; {
		if time.Now().After(end) {
			t.Fatal("nothing is swept")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// broken is a store that fails.
type broken struct{ Store }

func (broken) Put(context.Context, [32]byte, int64, time.Time, int) (int64, bool, error) {
	return 0, false, errors.New("disk")
}
func (broken) Claim(context.Context, [32]byte, [32]byte, time.Time, time.Duration) (int64, error) {
	return 0, errors.New("disk")
}
func (broken) Count(context.Context) (int, int, int, error) { return 0, 0, 0, errors.New("disk") }

func TestBrokenStore(t *testing.T) {
	s := begin(t, func(c *Config) { c.Store = broken{NewMemory()} })
	nonce := signup.NewNonce()
	if status, text := send(t, "GET", base(s)+"/callback?sender-id=1&nonce="+nonce, "", ""); status != 503 || text != "" {
		t.Errorf("%d %s", status, text)
	}
	var refused *StatusError
	if _, found, err := Claim(t.Context(), base(s), nonce, "me"); found || !errors.As(err, &refused) || refused.Status != 503 {
		t.Errorf("%v %v", found, err)
	}
	if h, err := (Client{URL: base(s)}).Health(t.Context()); h.OK || err != nil || h.Calls.Failed != 2 {
		t.Errorf("%+v %v", h, err)
	}
}

// TestLogTellsNothing: neither nonces nor sender-ids nor addresses.
func TestLogTellsNothing(t *testing.T) {
	var mu sync.Mutex
	var out bytes.Buffer
	s := begin(t, func(c *Config) {
		c.Capacity = 1
		c.Log = slog.New(slog.NewJSONHandler(writer(func(p []byte) (int, error) { mu.Lock(); defer mu.Unlock(); return out.Write(p) }), nil))
	})
	nonce := signup.NewNonce()
	for _, query := range []string{"sender-id=987654&nonce=" + nonce, "sender-id=876543&nonce=" + nonce, "sender-id=987654&nonce=" + signup.NewNonce(), "nonce=" + nonce} {
		send(t, "GET", base(s)+"/callback?"+query, "", "")
	}
	if _, found, err := Claim(t.Context(), base(s), nonce, "claimer-31415"); !found || err != nil {
		t.Fatal(found, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if !strings.Contains(text, "callback kept") || !strings.Contains(text, "claim given") || !strings.Contains(text, "full") {
		t.Errorf("log %s", text)
	}
	for _, secret := range []string{nonce, "987654", "876543", "31415", "127.0.0.1"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log tells %s:\n%s", secret, text)
		}
	}
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestConfig(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no store":     {Listen: "127.0.0.1:0"},
		"half of TLS":  {Store: NewMemory(), Listen: "127.0.0.1:0", KeyFile: "x"},
		"no such file": {Store: NewMemory(), Listen: "127.0.0.1:0", KeyFile: "x", CertificateFile: "y"},
		"claim path":   {Store: NewMemory(), Listen: "127.0.0.1:0", CallbackPath: "/claim"},
		"odd path":     {Store: NewMemory(), Listen: "127.0.0.1:0", CallbackPath: "/a?b"},
		"no address":   {Store: NewMemory(), Listen: "nowhere"},
		"plain":        {Store: NewMemory(), Listen: "0.0.0.0:0"},
	} {
		if s, err := Start(t.Context(), cfg); err == nil {
			_ = s.Close()
			t.Errorf("%s: started", name)
		} else if name == "plain" && !errors.Is(err, ErrPlain) {
			t.Error(err)
		}
	}
	s := begin(t, func(c *Config) { c.CallbackPath = "/digipost/wha7ever" })
	if status, _ := send(t, "GET", base(s)+"/callback?sender-id=1&nonce="+signup.NewNonce(), "", ""); status != 404 {
		t.Errorf("the usual path: %d", status)
	}
	if status, _ := send(t, "GET", base(s)+"/digipost/wha7ever?sender-id=1&nonce="+signup.NewNonce(), "", ""); status != 200 {
		t.Errorf("the agreed path: %d", status)
	}
}

// TestShutdown: a call under way is answered before the service ends, and the
// port is free after it.
func TestShutdown(t *testing.T) {
	s := begin(t, nil)
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	nonce := signup.NewNonce()
	body := "sender-id=1&nonce=" + nonce
	fmt.Fprintf(conn, "POST /callback HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", asForm, len(body), body[:5])
	time.Sleep(50 * time.Millisecond)
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	time.Sleep(50 * time.Millisecond)
	_, _ = io.WriteString(conn, body[5:])
	answer, _ := io.ReadAll(conn)
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 200")) {
		t.Errorf("%s", answer)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", s.Addr().String()); err == nil {
		t.Error("the port is still open")
	}
}

func FuzzCallback(f *testing.F) {
	nonce := "0123456789abcdef0123456789abcdef01234567"
	f.Add("sender-id=1&nonce="+nonce, "", []byte(nil))
	f.Add("", asForm, []byte("sender-id=1&nonce="+nonce))
	f.Add("sender-id=1", asJSON, []byte(`{"senderId":1,"nonce":"`+nonce+`","x":[{}]}`))
	f.Add("", asJSON, []byte(`{"sender-id":1e3,"nonce":null}`))
	f.Add("%", "text/plain", []byte("x"))
	f.Fuzz(func(t *testing.T, query, contentType string, body []byte) {
		said, err := readCall(query, contentType, body)
		if err != nil {
			if said != (call{}) || statusOf(err) < 400 || strings.Contains(err.Error(), nonce) {
				t.Errorf("%+v with %v", said, err)
			}
			return
		}
		if said.senderID <= 0 || !signup.IsNonce(said.nonce) {
			t.Errorf("%+v", said)
		}
		text, err := json.Marshal(map[string]any{"sender-id": said.senderID, "nonce": said.nonce})
		if again, err2 := readCall("", asJSON, text); err != nil || err2 != nil || again != said {
			t.Errorf("%+v is read as %+v, %v", said, again, err2)
		}
		if _, _, err := readClaim(contentType, body); err != nil {
			_ = statusOf(err)
		}
	})
}
