package ebox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestLyingCounts: whatever a provider says of how many messages there are, all
// that it gives are told.
func TestLyingCounts(t *testing.T) {
	for name, total := range map[string]func(page, here int) string{
		"the page's own":  func(_, here int) string { return strconv.Itoa(here) },
		"one":             func(int, int) string { return "1" },
		"less":            func(int, int) string { return "15" },
		"far more":        func(int, int) string { return "1000000" },
		"negative":        func(int, int) string { return "-3" },
		"a text":          func(int, int) string { return `"many"` },
		"none at the end": func(page, _ int) string { return strconv.Itoa(35 * max(0, 2-page)) },
		"beyond numbers":  func(int, int) string { return "1e400" },
	} {
		s := newServer(t)
		asked := 0
		s.mux.HandleFunc("GET /v2/ebox/messages", func(w http.ResponseWriter, r *http.Request) {
			asked++
			page, _ := strconv.Atoi(r.URL.Query().Get("page"))
			ids := numbered(35)
			from := min((page-1)*10, 35)
			var items []string
			for _, id := range ids[from:min(from+10, 35)] {
				items = append(items, `{"messageId":"`+id+`"}`)
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"items":[%s],"totalItems":%s}`, strings.Join(items, ","), total(page, len(items)))
		})
		ids, err := listed(t, s, s.p, Query{PageSize: 10})
		if err != nil || len(ids) != 35 || asked > 6 {
			t.Errorf("%s: %d messages, asked %d times, %v", name, len(ids), asked, err)
		}
	}
}

// TestEndlessList: a provider that never ends is left in the end.
func TestEndlessList(t *testing.T) {
	s := newServer(t)
	asked := 0
	s.mux.HandleFunc("GET /v2/ebox/messages", func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"totalItems":2000000000,"items":[`)
		for i := range 1000 {
			fmt.Fprintf(w, `{"messageId":"m%d-%d"},`, asked, i)
		}
		fmt.Fprint(w, `{}]}`)
	})
	count := 0
	err := s.client.List(context.Background(), s.p, Query{}, func(Message, int) error { count++; return nil })
	if !errors.Is(err, ErrTooLarge) || count < maxMessages || count > maxMessages+maxList {
		t.Errorf("%d messages in %d pages, %v", count, asked, err)
	}
}

// TestIDs: an id that can't stand in an address is left out, whatever else is
// escaped.
func TestIDs(t *testing.T) {
	s := newServer(t)
	odd := []string{"../../token", "a\u0000b", "é/ü?x=1#y", "%2e%2e", "\u202emoc", " ", "a\\b", "CON"}
	items := []string{`{"messageId":"` + strings.Repeat("x", 200_000) + `"}`, `{"messageId":{}}`, `{"messageId":""}`}
	for _, id := range odd {
		items = append(items, fmt.Sprintf(`{"messageId":%s,"attachments":{"items":[{"attachmentId":%s}]}}`, quoted(id), quoted(id)))
	}
	s.answers("GET /v2/ebox/messages", 200, `{"items":[`+strings.Join(items, ",")+`]}`)
	var paths []string
	s.mux.HandleFunc("GET /v2/ebox/messages/", func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.EscapedPath())
		fmt.Fprint(w, "test")
	})
	ids, err := listed(t, s, s.p, Query{})
	if err != nil || len(ids) != len(odd) || !slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(odd))) {
		t.Fatalf("%q, %v", ids, err)
	}
	for _, id := range odd {
		if _, err := s.client.Content(context.Background(), s.p, id, Attachment{ID: id}, io.Discard, nil); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, path := range paths {
		if strings.Count(path, "/") != 7 || !strings.HasPrefix(path, "/v2/ebox/messages/") || !strings.HasSuffix(path, "/content") {
			t.Error(path)
		}
	}
	if len(paths) != len(odd) {
		t.Errorf("%q", paths)
	}
}

func quoted(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return `"` + b.String() + `"`
}

// TestGiganticAnswers: an answer takes memory of its own order, whatever it is
// made of; how large one may be is bounded (TestAnswersOfAnyMake).
func TestGiganticAnswers(t *testing.T) {
	const size = 2 << 20
	fill := func(head, piece, tail string) string {
		return head + strings.Repeat(piece, (size-len(head)-len(tail))/len(piece)-1) + tail
	}
	for name, body := range map[string]string{
		"documents":   fill(`{"items":[{"messageId":"m","attachments":{"items":[`, `{},`, `{}]}}]}`),
		"empty lists": fill(`{"items":[{"messageId":"m"},`, `[],`, `0]}`),
		"deep":        fill(`{"items":[{"messageId":"m"},`, `[`, `]}`),
		"languages":   fill(`{"items":[{"messageId":"m","subject":{"nl":"`, `x`, `"}}]}`),
		"fields":      fill(`{"items":[{"messageId":"m",`, `"a":1,`, `"b":2}]}`),
	} {
		s := newServer(t)
		s.answers("GET /v2/ebox/messages", 200, body)
		body = ""
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := listed(t, s, s.p, Query{})
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 20*size {
			t.Errorf("%s: %d MB, %v", name, grown>>20, err)
		} else {
			t.Logf("%s: %d MB in all, the server's part included; %v", name, grown>>20, err)
		}
	}
}

// TestLargeDocument: 300 MB go to the disk and not into memory.
func TestLargeDocument(t *testing.T) {
	const size = 300 << 20
	s := newServer(t)
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = byte(i * 7)
	}
	sum := sha256.New()
	for range size >> 20 {
		sum.Write(block)
	}
	s.mux.HandleFunc("GET /v2/ebox/messages/m/attachments/d/content", func(w http.ResponseWriter, _ *http.Request) {
		for range size >> 20 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	file, err := os.Create(filepath.Join(t.TempDir(), "large"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	peak := uint64(0)
	got, err := s.client.Content(context.Background(), s.p, "m", Attachment{ID: "d", SHA256: hex.EncodeToString(sum.Sum(nil))}, file, func(n int64) {
		if n%(8<<20) < 64<<10 {
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
	})
	if err != nil || got.Size != size {
		t.Fatal(got.Size, err)
	}
	if peak > before.HeapAlloc+8<<20 {
		t.Errorf("memory grew by %d MB", (peak-before.HeapAlloc)>>20)
	}
	t.Logf("peak %d kB above %d kB", (int64(peak)-int64(before.HeapAlloc))>>10, before.HeapAlloc>>10)
}

// TestDrip: a server that sends a byte now and then holds nobody.
func TestDrip(t *testing.T) {
	s := newServer(t)
	s.client.timeout = 200 * time.Millisecond
	drip := func(piece string, pause time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, piece); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(pause)
			}
		}
	}
	s.mux.HandleFunc("GET /v2/ebox/messages/m/attachments/d/content", drip("x", 20*time.Millisecond))
	s.mux.HandleFunc("GET /v2/ebox/messages/m", drip(" ", 20*time.Millisecond))
	s.mux.HandleFunc("GET /v2/ebox/messages/n", drip(strings.Repeat(" ", leastProgress), 20*time.Millisecond))
	began := time.Now()
	if _, err := s.client.Content(context.Background(), s.p, "m", Attachment{ID: "d"}, io.Discard, nil); !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
	for _, id := range []string{"m", "n"} {
		if _, err := s.client.Message(context.Background(), s.p, id); !errors.Is(err, ErrTimeout) {
			t.Error(id, err)
		}
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Error(took)
	}
	// One that is slow, but gets on, takes as long as it takes.
	s.mux.HandleFunc("GET /v2/ebox/messages/slow/attachments/d/content", func(w http.ResponseWriter, _ *http.Request) {
		for range 20 {
			fmt.Fprint(w, strings.Repeat("x", leastProgress))
			w.(http.Flusher).Flush()
			time.Sleep(60 * time.Millisecond)
		}
	})
	if got, err := s.client.Content(context.Background(), s.p, "slow", Attachment{ID: "d"}, io.Discard, nil); err != nil || got.Size != 20*leastProgress {
		t.Error(got, err)
	}
}

// TestPackedRefusals: a refusal counts although its body is compressed, and
// nothing compressed is asked for.
func TestPackedRefusals(t *testing.T) {
	s := newServer(t)
	asked := 0
	s.mux.HandleFunc("GET /v2/ebox/messages/m", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "identity" {
			t.Error(r.Header)
		}
		w.Header().Set("Content-Encoding", "gzip")
		if asked++; asked == 1 {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, "\x1f\x8b...")
			return
		}
		w.Header().Set("Content-Encoding", "Identity")
		fmt.Fprint(w, `{"messageId":"m","attachments":{"items":[{"attachmentId":"d"}]}}`)
	})
	if m, err := s.client.Message(context.Background(), s.p, "m"); err != nil || m.ID != "m" || s.granted.Load() != 2 {
		t.Error(m, err, s.granted.Load())
	}
}

// TestShortTokens: a token that holds for a second, or is refused however fresh,
// is asked for again and not for ever.
func TestShortTokens(t *testing.T) {
	s := newServer(t)
	asked := s.answers("POST /short", 200, `{"access_token":"short","token_type":"Bearer","expires_in":1}`)
	s.client.tokenURL.Path = "/short"
	refused := s.answers("GET /v2/ebox/messages/m", 401, "")
	if _, err := s.client.Message(context.Background(), s.p, "m"); StatusOf(err) != 401 || asked.Load() != 2 || refused.Load() != 2 {
		t.Error(err, asked.Load(), refused.Load())
	}
	list := s.answers("GET /v2/ebox/messages", 200, `{"items":[]}`)
	now := time.Now()
	s.client.now = func() time.Time { now = now.Add(time.Second); return now }
	for range 5 {
		if _, err := listed(t, s, s.p, Query{}); err != nil {
			t.Fatal(err)
		}
	}
	if list.Load() != 5 || asked.Load() > 10 {
		t.Error(list.Load(), asked.Load())
	}
}

// TestRegistryThatLeadsAstray: no token goes to an address that a registry names
// unless it is one of a server, over TLS or beside the token server on loopback.
func TestRegistryThatLeadsAstray(t *testing.T) {
	s := newServer(t, withRegistry("/registry"))
	var entries []string
	for i, address := range []string{"http://example.org/v2", "https://example.org/v2", "file:///etc/passwd", s.URL[:7] + "user@" + s.URL[7:] + "/v2", s.URL + "/v2?x=1", s.URL + "/v2#x",
		"//example.org", "javascript:alert(1)", s.URL[:7] + "user:pass@" + s.URL[7:], "http://[::ffff:8.8.8.8]/", "http://127.0.0.1.example.org/", "http://localhost.example.org/", "", " ",
		strings.Repeat("x", 3000), "http://127.0.0.1:99999999/", "unix:///run/x", "ftp://127.0.0.1/"} {
		entries = append(entries, fmt.Sprintf(`{"messageProviderId":"p%d","messageProviderUrl":%q}`, i, address))
	}
	entries = append(entries, fmt.Sprintf(`{"messageProviderId":"good","messageProviderUrl":%q}`, s.URL+"/v2"))
	s.answers("GET /registry", 200, "["+strings.Join(entries, ",")+"]")
	providers, fallback, err := s.client.Providers(context.Background())
	for _, p := range providers {
		if p.ID != "good" && p.ID != "p15" { // a port that can't be: nothing answers there
			t.Errorf("%+v", p)
		}
	}
	if err != nil || fallback != nil || len(providers) == 0 {
		t.Error(providers, fallback, err)
	}
	// A token server out there, and providers on this machine.
	out, err := New(Config{ClientID: testClientID, Key: testKey(), TokenURL: "https://token.example/"})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"https://127.0.0.1/", "https://localhost/", "https://LOCALHOST/", "https://[::1]/", "https://127.1.2.3:8/", "https://[::ffff:127.0.0.1]/", "https://localhost./", "https://0.0.0.0/",
		"https://a.localhost/"} {
		if _, err := out.safeAddress(address); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
