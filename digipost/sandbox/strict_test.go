package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// signedHeaders are the headers of a request, name and value, signed over a
// string that may be spoiled.
func (c *caller) signedHeaders(method, path, query string, body []byte, spoil func(string) string) [][2]string {
	date := time.Now().Add(c.skew).UTC().Format(http.TimeFormat)
	list := [][2]string{{"Date", date}, {"X-Digipost-UserId", "1000"}, {"Accept", mediaXML}}
	text := method + "\n" + strings.ToLower(path) + "\ndate: " + date + "\n"
	if len(body) > 0 {
		sum := sha256.Sum256(body)
		hash := base64.StdEncoding.EncodeToString(sum[:])
		list = append(list, [2]string{"X-Content-SHA256", hash})
		text += "x-content-sha256: " + hash + "\n"
	}
	text += "x-digipost-userid: 1000\n" + strings.ToLower(query) + "\n"
	if spoil != nil {
		text = spoil(text)
	}
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(nil, c.key, crypto.SHA256, sum[:])
	if err != nil {
		c.t.Fatal(err)
	}
	return append(list, [2]string{"X-Digipost-Signature", base64.StdEncoding.EncodeToString(sig)})
}

// raw sends a request byte by byte as given and reads the answer's bytes.
func (c *caller) raw(method, target string, headers [][2]string, body string) (*reply, string) {
	c.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.base, "http://"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close()
	out := method + " " + target + " HTTP/1.1\r\n"
	for _, h := range headers {
		out += h[0] + ": " + h[1] + "\r\n"
	}
	if _, err := io.WriteString(conn, out+"host: "+strings.TrimPrefix(c.base, "http://")+"\r\nconnection: close\r\n\r\n"+body); err != nil {
		c.t.Fatal(err)
	}
	data, err := io.ReadAll(conn)
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(data)), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return &reply{resp.StatusCode, resp.Header, answer}, string(data)
}

// Headers come in any case and order, the body in chunks, as other clients do.
func TestOtherClientsRequests(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	for name, change := range map[string]func([][2]string) [][2]string{
		"lower case": func(h [][2]string) [][2]string {
			for i := range h {
				h[i][0] = strings.ToLower(h[i][0])
			}
			return h
		},
		"upper case, turned round": func(h [][2]string) [][2]string {
			var out [][2]string
			for i := len(h) - 1; i >= 0; i-- {
				out = append(out, [2]string{strings.ToUpper(h[i][0]), h[i][1]})
			}
			return out
		},
		"Java": func(h [][2]string) [][2]string {
			return append(h, [2]string{"MIME-Version", "1.0"}, [2]string{"Accept-Encoding", "gzip, x-gzip, deflate"}, [2]string{"User-Agent", "digipost-api-client-java"})
		},
	} {
		d := fresh()
		d.boundary = "b"
		body := d.body()
		headers := append(change(c.signedHeaders("POST", "/messages", "", body, nil)), [2]string{"Content-Type", mediaMultipart + "; boundary=b"})
		chunked := fmt.Sprintf("%x\r\n%s\r\n%x;a=b\r\n%s\r\n0\r\n\r\n", 100, body[:100], len(body)-100, body[100:])
		a, text := c.raw("POST", "/messages", append(headers, [2]string{"Transfer-Encoding", "chunked"}), chunked)
		if a.status != 201 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		// One style for all headers, or Java sorts them wrongly; and never packed.
		for _, want := range []string{"\r\nDate: ", "\r\nX-Content-Sha256: ", "\r\nX-Digipost-Signature: "} {
			if !strings.Contains(text, want) || strings.Contains(text, "Content-Encoding") {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
}

// The mistakes that Digipost's documentation shows, and those nearest to them,
// are refused and named.
func TestSignatureMistakes(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	c.get("/")
	for name, tc := range map[string]struct {
		spoil func(string) string
		words string
	}{
		"no query line": {func(s string) string { return strings.TrimSuffix(s, "\n") }, "line of the query is missing"},
		"no last break": {func(s string) string { return strings.TrimSuffix(s, "\n\n") + "\n" }, "query is missing"},
		"CRLF":          {func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, "CRLF"},
		"names as sent": {func(s string) string {
			return strings.NewReplacer("date:", "Date:", "x-digipost-userid", "X-Digipost-UserId").Replace(s)
		}, "not lower-cased"},
		"path as it was": {func(s string) string { return strings.Replace(s, "/1000", "//1000", 1) }, "===START===\nGET\n/1000\ndate: "},
	} {
		a, _ := c.raw("GET", "/1000", c.signedHeaders("GET", "/1000", "", nil, tc.spoil), "")
		text := refusedWith(t, a, 403, "INVALID_SIGNATURE")
		if !strings.Contains(text, tc.words) || !strings.HasSuffix(text, "x-digipost-userid: 1000\n\n===SLUTT===") {
			t.Errorf("%s: %s", name, text)
		}
		c.verify(request{path: "/1000"}, a)
	}
}

// Escapes in the path may be signed as they are sent or as they are meant; the
// query only as it is sent.
func TestSignedEscapes(t *testing.T) {
	var mu sync.Mutex
	said := ""
	s := start(t, func(c *Config) {
		c.Log = func(format string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			said += fmt.Sprintf(format, args...) + "\n"
		}
	})
	c := newCaller(t, s.Ready())
	target := "/recipients/search/%C3%85se%20%C3%B8"
	for _, path := range []string{target, "/recipients/search/Åse ø"} {
		if a, _ := c.raw("GET", target, c.signedHeaders("GET", path, "", nil, nil), ""); a.status != 200 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	mu.Lock()
	if strings.Count(said, "escaped path") != 1 || strings.Count(said, "decoded path") != 1 {
		t.Errorf("said: %s", said)
	}
	mu.Unlock()
	query := "from=2026-01-26T13%3A00%3A00.000%2B01%3A00&to=2026-01-27T13%3A00%3A00.000%2B01%3A00"
	if a, _ := c.raw("GET", "/documents/events?"+query, c.signedHeaders("GET", "/documents/events", strings.ReplaceAll(query, "%3A", ":"), nil, nil), ""); a.status != 403 {
		t.Errorf("a decoded query: %d %s", a.status, a.body)
	}
}

// The Java client asks in this way before it sends what may be printed.
func TestIdentificationWithKey(t *testing.T) {
	c := newCaller(t, start(t).Ready())
	for to, want := range map[string]string{kari: "<result>DIGIPOST</result>", per: "<result>IDENTIFIED</result>", "00000000001": "<result>INVALID</result>"} {
		a := c.must(request{method: "POST", path: "/identification-with-key", body: identificationDoc(number(to)), contentType: mediaXML})
		if a.status != 200 || !strings.Contains(string(a.body), "<identification-result>"+want) {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
}

// Documents meant to make a reader choke are refused at once.
func TestHostileXML(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	deep := strings.Repeat("<a>", 100_000)
	wide := "<identification xmlns=\"" + nsAPI + "\">" + strings.Repeat("<a/>", 30_000) + "</identification>"
	for name, doc := range map[string]string{
		"billion laughs": `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><identification xmlns="` + nsAPI + `"><digipost-address>&b;</digipost-address></identification>`,
		"external":       `<!DOCTYPE l SYSTEM "file:///etc/passwd"><l/>`,
		"entity":         `<identification xmlns="` + nsAPI + `"><digipost-address>&b;</digipost-address></identification>`,
		"deep":           deep, "wide": wide, "instruction": `<?php x?><identification xmlns="` + nsAPI + `"/>`,
		"Latin-1": `<?xml version="1.0" encoding="ISO-8859-1"?><identification xmlns="` + nsAPI + `"><digipost-address>a#1234</digipost-address></identification>`,
		"two":     string(identificationDoc("<digipost-address>a#1234</digipost-address>")) + "<a/>",
	} {
		began := time.Now()
		refusedWith(t, c.must(request{method: "POST", path: "/identification", body: []byte(doc), contentType: mediaXML}), 400, "SCHEMA_VALIDATION_ERROR")
		if d := time.Since(began); d > 3*time.Second {
			t.Errorf("%s took %s", name, d)
		}
	}
}

// endless is an endless text that takes no memory.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A letter of ten megabytes lies on the disk, not in memory, and leaves nothing there.
func TestBigLetterIsSpooled(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	const size = 10 << 20
	d := fresh()
	d.boundary, d.docs[0].fileType, d.docs[0].data = "b", "txt", "@"
	head, tail, _ := strings.Cut(string(d.body()), "@")
	body := func() io.Reader {
		return io.MultiReader(strings.NewReader(head), io.LimitReader(endless{}, size), strings.NewReader(tail))
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, body()); err != nil {
		t.Fatal(err)
	}
	date, hash := time.Now().UTC().Format(http.TimeFormat), base64.StdEncoding.EncodeToString(sum.Sum(nil))
	digest := sha256.Sum256([]byte("POST\n/messages\ndate: " + date + "\nx-content-sha256: " + hash + "\nx-digipost-userid: 1000\n\n"))
	sig, err := rsa.SignPKCS1v15(nil, c.key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", s.Ready().REST+"/messages", body())
	for name, value := range map[string]string{"Date": date, "X-Content-SHA256": hash, "X-Digipost-UserId": "1000",
		"X-Digipost-Signature": base64.StdEncoding.EncodeToString(sig), "Content-Type": mediaMultipart + "; boundary=b"} {
		r.Header.Set(name, value)
	}
	r.RequestURI = "/messages"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := httptest.NewRecorder()
	s.serveREST(w, r)
	runtime.ReadMemStats(&after)
	if w.Code != 201 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 3<<20 {
		t.Errorf("%d bytes of memory for a letter of %d", used, size)
	}
	if left, err := os.ReadDir(s.dir.path("tmp")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// The spool finds what lies across the edge of its windows.
func TestSpoolIndex(t *testing.T) {
	for _, at := range []int{0, inMemory - 3, inMemory, inMemory + 3, 2*inMemory - 1, 2 * inMemory} {
		data := bytes.Repeat([]byte("-"), 3*inMemory)
		copy(data[at:], "needle")
		if got, err := spoolOf(data).index(0, "needle"); err != nil || got != int64(at) {
			t.Errorf("%d: %d %v", at, got, err)
		}
	}
	dir := folder(t.TempDir())
	if err := dir.make(); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, inMemory, inMemory + 1, 1 << 20} {
		b, err := dir.spool(io.LimitReader(endless{}, int64(size)), 1<<20)
		if err != nil || b.size != int64(size) || b.sum != sha256.Sum256(bytes.Repeat([]byte("x"), size)) || b.file != nil != (size > inMemory) {
			t.Errorf("%d: %v %+v", size, err, b)
		}
		b.close()
	}
	if _, err := dir.spool(endless{}, 1<<20); !errors.Is(err, errTooLarge) {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir.path("tmp")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// BenchmarkLetters is what the stand-in itself takes for a letter: the requests
// are signed beforehand and given to it without a network.
func BenchmarkLetters(b *testing.B) {
	s := start(b, func(c *Config) { c.Log = nil })
	c := newCaller(b, s.Ready())
	requests := make([]*http.Request, b.N)
	for i := range requests {
		d := fresh()
		d.boundary, d.docs[0].data = "b", pdf+strings.Repeat("x", 50_000)
		body := d.body()
		requests[i] = httptest.NewRequest("POST", s.Ready().REST+"/messages", bytes.NewReader(body))
		for _, h := range c.signedHeaders("POST", "/messages", "", body, nil) {
			requests[i].Header.Set(h[0], h[1])
		}
		requests[i].Header.Set("Content-Type", mediaMultipart+"; boundary=b")
		requests[i].RequestURI = "/messages"
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b.ReportAllocs()
	b.ResetTimer()
	for _, r := range requests {
		w := httptest.NewRecorder()
		if s.serveREST(w, r.WithContext(context.Background())); w.Code != 201 {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
}
