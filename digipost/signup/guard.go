package signup

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// serve answers a request. Whoever does not know the address hears nothing but
// a status: other pages in the same browser can reach this port, too.
func (l *Listener) serve(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	switch {
	case !l.knownHost(r.Host):
		// Another name that leads here is a page trying to look like us.
		w.WriteHeader(http.StatusMisdirectedRequest)
	case subtle.ConstantTimeCompare([]byte(r.URL.Path), []byte(l.path)) != 1:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodGet:
		l.serveGet(w, r)
	case r.Method == http.MethodPost:
		l.servePost(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// serveGet shows the page that reads the address. What the server sees of the
// address here is not yet an answer: the browser keeps the fragment to itself.
func (l *Listener) serveGet(w http.ResponseWriter, r *http.Request) {
	if !navigation(r.Header) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if l.hasAnswer() {
		l.show(w, http.StatusOK, l.done)
		return
	}
	l.show(w, http.StatusOK, l.receive)
}

// servePost takes the whole address from the page's own form.
func (l *Listener) servePost(w http.ResponseWriter, r *http.Request) {
	if !l.sameOrigin(r.Header) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer, err := ParseReturn(r.PostForm.Get("address"))
	switch {
	case err != nil:
		l.show(w, http.StatusUnprocessableEntity, l.paste)
	case l.accept(answer):
		l.show(w, http.StatusOK, l.done)
	default:
		l.show(w, http.StatusForbidden, l.refused)
	}
}

// knownHost keeps out names that were made to point at this machine.
func (l *Listener) knownHost(host string) bool {
	return host == l.host() || host == net.JoinHostPort("::1", strconv.Itoa(l.port))
}

// navigation reports whether a person's browser is opening the page itself, and
// not an image, a frame or a script of another page. Old browsers do not say.
func navigation(header http.Header) bool {
	mode, dest := header.Get("Sec-Fetch-Mode"), header.Get("Sec-Fetch-Dest")
	return (mode == "" || mode == "navigate") && (dest == "" || dest == "document")
}

// sameOrigin reports whether a post comes from our own page. Since our pages
// send no referrer, browsers name the origin of their forms "null"; then the
// Fetch Metadata header must say that it is ours.
func (l *Listener) sameOrigin(header http.Header) bool {
	site, origin := header.Get("Sec-Fetch-Site"), header.Get("Origin")
	if origin == "" || origin == "null" {
		return site == "same-origin"
	}
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && l.knownHost(u.Host) && (site == "" || site == "same-origin")
}

// secure sets what every answer has: nothing is kept, nothing is told on.
func secure(header http.Header) {
	for name, value := range map[string]string{
		"Cache-Control":                "no-store",
		"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
	} {
		header.Set(name, value)
	}
}

func (l *Listener) show(w http.ResponseWriter, status int, p page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", p.policy)
	w.WriteHeader(status)
	w.Write(p.html)
}

// page is a page with the policy that allows it and nothing else.
type page struct {
	html   []byte
	policy string
}

var (
	scripts = regexp.MustCompile(`(?s)<script>(.*?)</script>`)
	styles  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
)

// newPage makes the policy: the inline scripts and styles that stand in the
// page by their hashes, posts to ourselves, no other content from anywhere.
func newPage(html []byte) page {
	return page{html: html, policy: "default-src 'none'" + hashes("; script-src", scripts, html) + hashes("; style-src", styles, html) +
		"; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
}

func hashes(directive string, pattern *regexp.Regexp, html []byte) string {
	var b strings.Builder
	for _, found := range pattern.FindAllSubmatch(html, -1) {
		sum := sha256.Sum256(found[1])
		b.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
	}
	if b.Len() == 0 {
		return ""
	}
	return directive + b.String()
}

// limit lets at most n connections be open at once.
func limit(l net.Listener, n int) net.Listener {
	return &limited{Listener: l, free: make(chan struct{}, n), done: make(chan struct{})}
}

type limited struct {
	net.Listener
	free chan struct{}
	done chan struct{}
	once sync.Once
}

func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.free <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &counted{Conn: conn, free: l.free}, nil
}

func (l *limited) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

type counted struct {
	net.Conn
	free chan struct{}
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { <-c.free })
	return c.Conn.Close()
}
