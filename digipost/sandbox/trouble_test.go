package sandbox

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestParseTrouble(t *testing.T) {
	got, err := ParseTrouble("delay:50ms, reset_after@/messages%5,503@/identification:30%12.5,500,html:200,clock:-6m,sftp_cut@/mottakersplitt:100,receipt_delay,receipt_delay:2s")
	want := []Trouble{
		{"delay", "", "50ms", 1}, {"reset_after", "/messages", "", 0.05}, {"503", "/identification", "30", 0.125}, {"500", "", "", 1}, {"html", "", "200", 1},
		{"clock", "", "-6m", 1}, {"sftp_cut", "/mottakersplitt", "100", 1}, {"receipt_delay", "", "", 1}, {"receipt_delay", "", "2s", 1},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n%+v", err, got)
	}
	if got, err := ParseTrouble(" "); err != nil || got != nil {
		t.Errorf("empty: %v %v", got, err)
	}
	for _, bad := range []string{"delay", "delay:", "delay:5", "delay:1s,", ",", "storm", "stall:1s", "500:1", "503:x", "503:", "html:99", "sftp_cut", "sftp_cut:-1", "clock", "delay@messages:1s", "cut%", "cut%101", "cut%-1", "cut%NaN", "cut%5%5"} {
		if _, err := ParseTrouble(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestTroubleChance(t *testing.T) {
	count := func(seed int64) []bool {
		tr, err := newTrouble("cut@/messages%30", seed)
		if err != nil {
			t.Fatal(err)
		}
		var hits []bool
		for range 1000 {
			hits = append(hits, tr.mischief("/messages", false).cut)
		}
		if tr.mischief("/messagesx", false).cut || tr.mischief("/", false).cut {
			t.Error("struck at another path")
		}
		return hits
	}
	a, b, c := count(1), count(1), count(2)
	n := 0
	for _, hit := range a {
		if hit {
			n++
		}
	}
	if n < 230 || n > 370 || !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("%d of 1000, same seed same: %v, other seed same: %v", n, slices.Equal(a, b), slices.Equal(a, c))
	}
}

func TestHTTPTrouble(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	c.get("/")
	trouble := func(spec string) {
		t.Helper()
		if code, text := postTo(t, s.Ready().Control+"/trouble", spec, "text/plain"); code != 204 {
			t.Fatalf("%s: %d %s", spec, code, text)
		}
	}
	letters := func() int { return len(s.snapshot().Delivered) }
	n := 0
	send := func() (*reply, error) {
		n++
		d := simple("t" + string(rune('a'+n)))
		d.docs[0].uuid = strings.Replace(uuid1, "6d99008e", "6d9900"+string(rune('a'+n%6))+string(rune('a'+n/6)), 1)
		return c.do(d.request())
	}
	if code, _ := postTo(t, s.Ready().Control+"/trouble", "storm", "text/plain"); code != 400 {
		t.Error("unknown trouble was taken")
	}

	trouble("reset_before@/messages")
	if _, err := send(); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) || letters() != 0 {
		t.Errorf("reset_before: %v, %d letters", err, letters())
	}
	trouble("reset_after@/messages")
	if _, err := send(); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) || letters() != 1 {
		t.Errorf("reset_after: %v, %d letters", err, letters())
	}
	if a := c.get("/"); a.status != 200 {
		t.Error("trouble at another path")
	}
	trouble("500")
	if a, err := send(); err != nil || letters() != 1 {
		t.Errorf("500: %v", err)
	} else {
		refusedWith(t, a, 500, "SERVER_ERROR")
		c.verify(request{method: "POST", path: "/messages"}, a)
	}
	trouble("503:17")
	if a, err := send(); err != nil || a.header.Get("Retry-After") != "17" {
		t.Errorf("503: %v", err)
	} else {
		refusedWith(t, a, 503, "API_UNAVAILABLE")
	}
	trouble("cut")
	if _, err := send(); !errors.Is(err, io.ErrUnexpectedEOF) || letters() != 2 {
		t.Errorf("cut: %v", err)
	}
	for spec, want := range map[string]string{"bad_hash": "hash", "bad_signature": "verification"} {
		trouble(spec)
		before := letters()
		a, err := send()
		if err != nil || a.status != 201 || letters() != before+1 {
			t.Fatalf("%s: %v", spec, err)
		}
		if err := c.checkAnswer(request{path: "/messages"}, a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", spec, err)
		}
	}
	trouble("html")
	if a, err := send(); err != nil || a.status != 502 || !bytes.Contains(a.body, []byte("<html>")) || a.header.Get("X-Digipost-Signature") != "" {
		t.Errorf("html: %v %+v", err, a)
	}
	trouble("html:200")
	if a, err := send(); err != nil || a.status != 200 {
		t.Errorf("html:200: %v", err)
	}
	trouble("clock:10m")
	if a, err := send(); err != nil {
		t.Error(err)
	} else {
		refusedWith(t, a, 400, "DATE_HEADER_OUTSIDE_ACCEPTED_INTERVAL")
		if date, err := http.ParseTime(a.header.Get("Date")); err != nil || time.Until(date) < 9*time.Minute {
			t.Errorf("the answer's own date is right: %v", date)
		}
	}
	trouble("delay:120ms")
	began := time.Now()
	if a, err := send(); err != nil || a.status != 201 || time.Since(began) < 120*time.Millisecond {
		t.Errorf("delay: %v", err)
	}
	trouble("500")
	trouble("")
	if a, err := send(); err != nil || a.status != 201 {
		t.Errorf("cleared: %v", err)
	}
}

func TestStall(t *testing.T) {
	s := start(t, withTrouble("stall"))
	client := http.Client{Timeout: 200 * time.Millisecond}
	if resp, err := client.Get(s.Ready().REST + "/"); err == nil {
		_ = resp.Body.Close()
		t.Error("answered")
	}
	// A client that never gives up does not keep the server from closing.
	go func() {
		if resp, err := http.Get(s.Ready().REST + "/"); err == nil {
			_ = resp.Body.Close()
		}
	}()
	time.Sleep(50 * time.Millisecond)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestSignupTroubleOnlyWhenNamed(t *testing.T) {
	s := start(t, withTrouble("500"))
	if code, _ := fetch(t, s.Ready().Signup+"?"+signupQuery(s.Ready())); code != 200 {
		t.Errorf("%d", code)
	}
	if err := s.trouble.set("500@/registrering"); err != nil {
		t.Fatal(err)
	}
	if code, _ := fetch(t, s.Ready().Signup+"?"+signupQuery(s.Ready())); code != 503 {
		t.Errorf("%d", code)
	}
}

func TestClockControl(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	if code, _ := postTo(t, s.Ready().Control+"/clock", "soon", "text/plain"); code != 400 {
		t.Error("nonsense moved the clock")
	}
	if code, _ := postTo(t, s.Ready().Control+"/clock", "-6m", "text/plain"); code != 204 {
		t.Fatal(code)
	}
	a, err := c.do(request{method: "GET", path: "/"})
	if err != nil {
		t.Fatal(err)
	}
	refusedWith(t, a, 400, "DATE_HEADER_OUTSIDE_ACCEPTED_INTERVAL")
	if a, err := c.do(request{method: "GET", path: "/", date: time.Now().Add(-6 * time.Minute)}); err != nil || a.status != 200 {
		t.Errorf("%v", err)
	}
}

// Exactly five minutes is still accepted; a second more is not.
func TestSkewLimit(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 999, time.UTC)
	for d, want := range map[time.Duration]bool{5 * time.Minute: true, -5 * time.Minute: true, 301 * time.Second: false, -301 * time.Second: false} {
		err := checkDate(now.Add(d).Format(http.TimeFormat), now)
		if (err == nil) != want {
			t.Errorf("%s: %v", d, err)
		}
	}
}

func TestSFTPTrouble(t *testing.T) {
	s := start(t)
	set := func(spec string) {
		t.Helper()
		if err := s.trouble.set(spec); err != nil {
			t.Fatal(err)
		}
	}
	job := func(id string) []byte {
		return zipped(t, "mottakersplitt.xml", splitDoc(id, "true", fnrRow("k", kari)))
	}
	set("sftp_cut:100")
	if err := put(mustDial(t, s), "/mottakersplitt/cut.zip", job("cut")); err == nil {
		t.Error("sftp_cut: arrived whole")
	}
	set("")
	client := mustDial(t, s)
	_, data := pickReceipt(t, receipts(t, client, kindSplit, "cut", 1), "resultat")
	if name, _ := onlyEntry(t, data); name != "feilmelding.txt" {
		t.Errorf("sftp_cut: %s", name)
	}
	if j := s.snapshot().Jobs[0]; j.Size != 100 {
		t.Errorf("sftp_cut: %d bytes", j.Size)
	}
	set("sftp_full")
	if err := put(client, "/mottakersplitt/full.zip", job("full")); err == nil {
		t.Error("sftp_full: arrived")
	}
	set("receipt_order")
	if err := put(client, "/mottakersplitt/order.zip", job("order")); err != nil {
		t.Fatal(err)
	}
	receipts(t, client, kindSplit, "order", 2)
	if r := lastReceipts(t, s, 2); !strings.Contains(r[0], ".resultat.") || !strings.Contains(r[1], ".mottatt.") {
		t.Errorf("receipt_order: %v", r)
	}
	set("receipt_broken")
	if err := put(client, "/mottakersplitt/broken.zip", job("broken")); err != nil {
		t.Fatal(err)
	}
	got := receipts(t, client, kindSplit, "broken", 3)
	r := lastReceipts(t, s, 3)
	if zipReadable(got[r[1]]) || !zipReadable(got[r[2]]) || r[1] >= r[2] {
		t.Errorf("receipt_broken: %v", r)
	}
	set("receipt_delay:1h")
	if err := put(client, "/mottakersplitt/late.zip", job("late")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	if n := len(s.snapshot().Pending); n != 2 {
		t.Errorf("receipt_delay: %d pending", n)
	}
	set("delay@/mottakersplitt:150ms")
	began := time.Now()
	if _, err := client.ReadDir("/mottakersplitt"); err != nil || time.Since(began) < 150*time.Millisecond {
		t.Errorf("delay: %v", err)
	}
	set("host_key")
	if _, err := dial(t, s.Ready()); err == nil || !strings.Contains(err.Error(), "another host key") {
		t.Errorf("host_key: %v", err)
	}
	if _, err := os.Stat(s.dir.path("sftp_host_key_other")); err != nil {
		t.Error(err)
	}
}

func zipReadable(data []byte) bool {
	_, _, err := openJob(bytes.NewReader(data), int64(len(data)), "mottakersplitt-resultat")
	return err == nil
}

// lastReceipts waits until so many receipts of the last job are written down:
// they lie in the folder a moment before that.
func lastReceipts(t *testing.T, s *Server, n int) []string {
	t.Helper()
	var names []string
	eventually(t, "receipts written down", func() bool {
		jobs := s.snapshot().Jobs
		names = jobs[len(jobs)-1].Receipts
		return len(names) == n
	})
	return names
}
