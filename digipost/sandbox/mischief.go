package sandbox

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// mischief is what trouble decided for one HTTP request.
type mischief struct {
	delay                          time.Duration
	stall, resetBefore, resetAfter bool
	cut, badHash, badSignature     bool
	clock                          time.Duration
	unavailable, failing           bool
	retryAfter                     string
	html                           int  // status, 0 for none
	code                           code // an error, "" for none
}

// mischief rolls the dice for one request. named: only trouble that names a path.
func (t *trouble) mischief(path string, named bool) mischief {
	var m mischief
	for _, one := range t.all(path, named, "delay", "stall", "reset_before", "reset_after", "500", "503", "error", "cut", "bad_hash", "bad_signature", "html", "clock") {
		m.take(one)
	}
	return m
}

// take adds one trouble that struck.
func (m *mischief) take(one Trouble) {
	switch one.What {
	case "delay":
		d, _ := time.ParseDuration(one.Arg) // checked when the SPEC was read
		m.delay += d
	case "clock":
		d, _ := time.ParseDuration(one.Arg)
		m.clock += d
	case "stall":
		m.stall = true
	case "reset_before":
		m.resetBefore = true
	case "reset_after":
		m.resetAfter = true
	case "cut":
		m.cut = true
	case "bad_hash":
		m.badHash = true
	case "bad_signature":
		m.badSignature = true
	case "500":
		m.failing = true
	case "503":
		m.unavailable, m.retryAfter = true, one.Arg
	case "error":
		m.code = code(one.Arg)
	case "html":
		m.html = http.StatusBadGateway
		if n, err := strconv.Atoi(one.Arg); err == nil {
			m.html = n
		}
	}
}

// before does what happens before a request is read. It returns true when the
// request is at its end.
func (m mischief) before(w http.ResponseWriter, r *http.Request) bool {
	if m.delay > 0 {
		select {
		case <-time.After(m.delay):
		case <-r.Context().Done():
			return true
		}
	}
	switch {
	case m.resetBefore:
		reset(w)
	case m.stall:
		<-r.Context().Done()
	case m.html != 0:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(m.html)
		_, _ = w.Write([]byte("<!doctype html><html><head><title>Proxy</title></head><body><h1>Service temporarily out of reach</h1></body></html>\n"))
	default:
		return false
	}
	return true
}

// reset ends the connection so that the other end sees it reset, not closed.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the connection ends without an answer
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
