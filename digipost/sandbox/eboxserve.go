package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxEBoxRequest is the largest body that is read.
const maxEBoxRequest = 256 << 10

// eboxCall is one request to the e-Box.
type eboxCall struct {
	*http.Request
	part     *eboxPart
	path     []string // below the part, unescaped
	now      time.Time
	moved    time.Duration // see clock.face
	mischief eboxMischief
}

// eboxPart is one of the services at the e-Box's address.
type eboxPart struct {
	short    string   // its own short address
	official []string // the addresses it has at the Belgian social security
	form     errorForm
	do       func(*Server, *eboxCall) (eboxAnswer, error)
	dialect  *eboxDialect // of a message registry
}

// The last part that fits is meant.
var eboxParts = []*eboxPart{
	{short: "/token", official: []string{"/REST/oauth/v5/token"}, form: inOAuth, do: (*Server).eboxTokenServer},
	{short: "/registry", form: inStatusU, do: (*Server).eboxProviders,
		official: []string{"/registry/messageProviders", "/REST/ebox/enterprise/federation/v1/messageProviders"}},
	{short: "/v2", official: []string{"/REST/ebox/enterprise/messageRegistry/v2"}, form: inStatus, do: (*Server).eboxRegistry, dialect: &eboxV2},
	{short: "/v3", official: []string{"/REST/ebox/enterprise/messageRegistry/v3"}, form: inProblem, do: (*Server).eboxRegistry, dialect: &eboxV3},
	{short: "/closed", form: inStatus, do: (*Server).eboxClosed},
	{short: "/stray", form: inStatus, do: (*Server).eboxStray},
}

// eboxPartOf finds who is meant by an escaped path, and what lies below.
func eboxPartOf(path string) (part *eboxPart, rest string) {
	longest := -1
	for _, p := range eboxParts {
		for _, root := range append([]string{p.short}, p.official...) {
			below, ok := strings.CutPrefix(path, root)
			if ok && len(root) > longest && (below == "" || below[0] == '/') {
				part, rest, longest = p, below, len(root)
			}
		}
	}
	return part, rest
}

// label tells in the log what an answer is made after: faithful to a published
// contract (F), or assumed (A). At the token server the rules are faithful, the
// texts are assumed.
func (p *eboxPart) label() string {
	switch {
	case p == nil || p.dialect == &eboxV2 || p.form == inStatusU:
		return "(F)"
	case p.form == inOAuth:
		return "(rule F, text A)"
	}
	return "(A)"
}

func (p *eboxPart) name() string {
	if p == nil {
		return "somewhere"
	}
	return p.short
}

// eboxTroublePaths are the names that a request has in a trouble SPEC.
func eboxTroublePaths(path, rest string, part *eboxPart) []string {
	names := []string{path}
	if part == nil {
		return names
	}
	names = append(names, part.short+rest)
	if part.dialect != nil {
		names = append(names, rest)
		switch last := rest[strings.LastIndexByte(rest, '/')+1:]; last {
		case "content", "body", "paymentData":
			names = append(names, "/"+last)
		}
	}
	return names
}

// serveEBox answers one request to the e-Box, with whatever trouble is switched on.
func (s *Server) serveEBox(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	part, rest := eboxPartOf(path)
	m := s.trouble.eboxMischief(eboxTroublePaths(path, rest, part))
	if m.before(w, r) {
		return
	}
	call := &eboxCall{Request: r, part: part, now: s.clock.now().Add(m.clock), mischief: m}
	form := inStatus
	if part != nil {
		form = s.eboxForm(part)
	}
	if m.retryBody && form != inOAuth {
		form = inProblem // a StatusMessage has no place for it
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxEBoxRequest)
	a, err := s.answerEBox(call, rest)
	if err != nil {
		var known *eboxFault
		if !errors.As(err, &known) {
			s.cfg.Log("internal: %v", err)
		}
		a = answerFault(err, form)
		s.cfg.Log("e-Box %s: %s %s: %d", part.label(), r.Method, part.name(), a.status)
	}
	s.sendEBox(w, r, a, call)
}

// eboxForm is the form of a part's errors.
func (s *Server) eboxForm(part *eboxPart) errorForm {
	chosen := s.ebox.current().Errors
	switch {
	case part.form == inOAuth || chosen == "registry":
		return part.form
	case chosen == "problem":
		return inProblem
	case part.form == inProblem:
		return inStatus
	}
	return part.form
}

func (s *Server) answerEBox(c *eboxCall, rest string) (eboxAnswer, error) {
	if c.part == nil {
		return eboxAnswer{}, nothingHere("There is nothing at this address")
	}
	if !isLoopbackAuthority(c.Host) {
		return eboxAnswer{}, eboxRefuse(http.StatusForbidden, "", "The stand-in answers on this machine's own address only")
	}
	if f := c.mischief.fault(c.now); f != nil {
		return eboxAnswer{}, c.part.worded(f)
	}
	for segment := range strings.SplitSeq(strings.Trim(rest, "/"), "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return eboxAnswer{}, badInput("path", "path", segment, "not well-formed")
		}
		c.path = append(c.path, plain)
	}
	if c.path[0] == "" && len(c.path) == 1 {
		c.path = nil
	}
	return c.part.do(s, c)
}

// worded gives trouble at the token server the words of RFC 6749.
func (p *eboxPart) worded(f *eboxFault) *eboxFault {
	if p.form != inOAuth {
		return f
	}
	f.kind = map[int]string{401: "invalid_client", 403: "unauthorized_client", 404: "invalid_request", 413: "invalid_request"}[f.status]
	if f.kind == "" {
		f.kind = "temporarily_unavailable"
	}
	if f.status == http.StatusInternalServerError {
		f.kind = "server_error"
	}
	return f
}

// sendEBox writes an answer, with the trouble that comes after the work.
func (s *Server) sendEBox(w http.ResponseWriter, r *http.Request, a eboxAnswer, c *eboxCall) {
	m := c.mischief
	if m.resetAfter {
		reset(w)
		return
	}
	h := w.Header()
	h.Set("Date", c.now.UTC().Format(http.TimeFormat))
	if m.empty != 0 {
		w.WriteHeader(m.empty)
		return
	}
	for k, v := range a.header {
		h.Set(k, v)
	}
	body := a.body
	if a.media != "" {
		h.Set("Content-Type", a.media)
	}
	if m.digest && a.document {
		body = spoiled(body)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if m.cut {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // the connection ends in the middle of the body
	}
	if m.slow > 0 && a.document {
		drip(w, r, body, m.slow)
		return
	}
	_, _ = w.Write(body) // the other end may be gone: nobody to tell
}

// spoiled is a document of the same length with another last byte.
func spoiled(body []byte) []byte {
	if len(body) == 0 {
		return []byte{'?'}
	}
	other := append([]byte(nil), body...)
	other[len(other)-1] ^= 0x55
	return other
}

// drip writes a body in pieces over some time.
func drip(w http.ResponseWriter, r *http.Request, body []byte, over time.Duration) {
	const pieces = 20
	for i := range pieces {
		from, to := len(body)*i/pieces, len(body)*(i+1)/pieces
		if _, err := w.Write(body[from:to]); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(over / pieces):
		case <-r.Context().Done():
			return
		}
	}
}

// authorize lets a request in that has a good token with a scope.
func (s *Server) authorize(c *eboxCall, scope string) error {
	values := c.Header.Values("Authorization")
	if len(values) == 0 {
		return challenge("noAccessToken", "No access token was sent")
	}
	kind, token, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(kind, "Bearer") || token == "" {
		return challenge("invalidAccessToken", "The header Authorization is not one Bearer token")
	}
	grant := s.ebox.grant(token)
	switch {
	case grant == nil:
		return challenge("invalidAccessToken", "The access token is not known")
	case !c.now.Before(grant.End):
		return challenge("expiredAccessToken", "The access token has expired")
	case !grant.has(scope):
		return missingScope(scope, "The access token lacks a scope")
	}
	return nil
}

// challenge is a 401 of RFC 6750. Without a token no error is named.
func challenge(kind, detail string) *eboxFault {
	f := eboxRefuse(http.StatusUnauthorized, kind, "%s", detail)
	value := `Bearer realm="ebox"`
	if kind != "noAccessToken" {
		value += fmt.Sprintf(`, error="invalid_token", error_description="%s"`, detail)
	}
	f.header = map[string]string{"WWW-Authenticate": value}
	return f
}

func missingScope(scope, detail string) *eboxFault {
	f := eboxRefuse(http.StatusForbidden, "missingScope", "%s", detail)
	f.header = map[string]string{"WWW-Authenticate": fmt.Sprintf(`Bearer realm="ebox", error="insufficient_scope", scope="%s"`, scope)}
	f.extra = object{"requiredScopes": []string{scope}}
	return f
}

// eboxClosed stands for providers that a client must not ask.
func (s *Server) eboxClosed(*eboxCall) (eboxAnswer, error) {
	s.ebox.counting(func(h *eboxHits) { h.Closed++ })
	return eboxAnswer{}, eboxRefuse(http.StatusServiceUnavailable, "serviceUnavailable", "This provider is not in service")
}

// eboxStray stands for a host that is none of a provider's own: a client that
// comes here followed an address out of a message, perhaps with its token.
func (s *Server) eboxStray(c *eboxCall) (eboxAnswer, error) {
	s.ebox.counting(func(h *eboxHits) {
		h.Stray++
		if c.Header.Get("Authorization") != "" {
			h.StrayTokens++
		}
	})
	return eboxAnswer{}, nothingHere("There is nothing at this address")
}
