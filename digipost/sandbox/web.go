package sandbox

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages renders the stand-in's own pages.
type pages struct {
	templates *template.Template
	log       func(string, ...any)
}

func newPages(log func(string, ...any)) pages {
	return pages{template.Must(template.ParseFS(pageFiles, "pages/*.html")), log}
}

// show renders a page whole before it is sent.
func (p pages) show(w http.ResponseWriter, status int, name string, data any) {
	var buf bytes.Buffer
	if err := p.templates.ExecuteTemplate(&buf, name, data); err != nil {
		p.log("page %s: %v", name, err)
		http.Error(w, "Siden kunne ikke vises.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}

func (p pages) fault(w http.ResponseWriter, text string) {
	p.show(w, http.StatusBadRequest, "fault", text)
}

// loopbackHost guards the pages: only requests that name this machine (no DNS
// rebinding), nothing that another site started, nothing kept or framed.
func (s *Server) loopbackHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopbackAuthority(r.Host) || r.Method != http.MethodGet && foreign(r) {
			http.Error(w, "only from this machine", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

// foreign says whether a browser sends this for a page of another machine.
// With no-referrer a browser names the origin of our own form "null", so that
// word decides nothing; Sec-Fetch-Site then tells.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" || origin == "null" && r.Header.Get("Sec-Fetch-Site") != "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !isLoopbackAuthority(u.Host)
}
