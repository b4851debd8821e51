package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// eboxAssertionType is the type of RFC 7523.
const eboxAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// hashOfToken names a token where it is kept.
func hashOfToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// grant gives what a token stands for, nil for an unknown one.
func (b *ebox) grant(token string) *eboxGrant {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.grants[hashOfToken(token)]
}

func (g *eboxGrant) has(scope string) bool { return slices.Contains(g.Scopes, scope) }

// eboxTokenServer answers POST /token.
func (s *Server) eboxTokenServer(c *eboxCall) (eboxAnswer, error) {
	s.ebox.counting(func(h *eboxHits) { h.Token++ })
	a, err := s.grantToken(c)
	var f *eboxFault
	if errors.As(err, &f) {
		s.ebox.counting(func(h *eboxHits) {
			if h.Refused == nil {
				h.Refused = map[string]int{}
			}
			h.Refused[f.kind]++
		})
		s.cfg.Log("e-Box: no token: %s: %s", f.kind, f.detail)
	}
	return a, err
}

func (s *Server) grantToken(c *eboxCall) (eboxAnswer, error) {
	if len(c.path) > 0 {
		return eboxAnswer{}, eboxRefuse(http.StatusNotFound, "invalid_request", "There is nothing at this address")
	}
	form, err := readTokenForm(c)
	if err != nil {
		return eboxAnswer{}, err
	}
	settings := s.ebox.current()
	claims, err := s.judgeAssertion(c, form.Get("client_assertion"), &settings)
	if err == nil && form.Has("client_id") && form.Get("client_id") != claims.Subject {
		err = errors.New("client_id is not the client of the assertion")
	}
	if err != nil {
		return eboxAnswer{}, eboxRefuse(settings.InvalidClientStatus, "invalid_client", "%v", err)
	}
	scopes, err := wantedScopes(form, settings.Scopes)
	if err != nil {
		return eboxAnswer{}, err
	}
	token := "oefen-" + rand.Text() + "." + rand.Text()
	grant := &eboxGrant{Hash: hashOfToken(token), Scopes: scopes, End: c.now.Add(time.Duration(settings.TokenSeconds) * time.Second),
		JTI: claims.ID, Until: claims.expires().Add(c.moved + maxEBoxSkew)}
	if !s.ebox.reserve(grant, c.now) {
		return eboxAnswer{}, eboxRefuse(settings.InvalidClientStatus, "invalid_client", "the jti was used before")
	}
	if err := s.keepEBox(eboxStep{Grant: grant}); err != nil {
		return eboxAnswer{}, err
	}
	s.ebox.counting(func(h *eboxHits) { h.Granted++ })
	a, err := inJSON(object{"access_token": token, "token_type": "Bearer", "expires_in": settings.TokenSeconds, "scope": strings.Join(scopes, " ")})
	if err == nil {
		a.header["Pragma"] = "no-cache"
	}
	return a, err
}

// reserve takes the id of an assertion, or says that it was used. Ids and
// tokens of long ago are forgotten meanwhile.
func (b *ebox) reserve(g *eboxGrant, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for jti, until := range b.jtis {
		if now.After(until.Add(maxEBoxAssertion)) {
			delete(b.jtis, jti)
		}
	}
	if _, used := b.jtis[g.JTI]; used {
		return false
	}
	b.jtis[g.JTI] = g.Until
	return true
}

// readTokenForm reads the request of RFC 6749 (4.4.2) and RFC 7523 (2.2).
func readTokenForm(c *eboxCall) (url.Values, error) {
	refuse := func(format string, args ...any) error {
		return eboxRefuse(http.StatusBadRequest, "invalid_request", format, args...)
	}
	if err := only(c.Request, http.MethodPost); err != nil {
		return nil, err
	}
	media, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || media != "application/x-www-form-urlencoded" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, refuse("the request must be application/x-www-form-urlencoded in UTF-8")
	}
	if c.URL.RawQuery != "" {
		return nil, refuse("the parameters belong in the body")
	}
	if c.Header.Get("Authorization") != "" {
		return nil, refuse("more than one way to authenticate")
	}
	body, err := io.ReadAll(c.Body)
	if err != nil {
		return nil, refuse("the body could not be read")
	}
	form, err := parseTokenForm(string(body))
	if err != nil {
		return nil, refuse("%v", err)
	}
	switch grant := form.Get("grant_type"); {
	case grant == "":
		return nil, refuse("grant_type is missing")
	case grant != "client_credentials":
		return nil, eboxRefuse(http.StatusBadRequest, "unsupported_grant_type", "only client_credentials is supported")
	case form.Has("client_secret"):
		return nil, refuse("client secrets are not supported")
	case form.Get("client_assertion_type") != eboxAssertionType:
		return nil, refuse("client_assertion_type must be %s", eboxAssertionType)
	case form.Get("client_assertion") == "":
		return nil, refuse("client_assertion is missing")
	}
	return form, nil
}

// parseTokenForm reads a form in which nothing may come twice.
func parseTokenForm(body string) (url.Values, error) {
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, errors.New("the form is not well-formed")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, errors.New("a parameter comes twice")
		}
		if !utf8.ValidString(name) || !utf8.ValidString(values[0]) {
			return nil, errors.New("the form is not UTF-8")
		}
	}
	return form, nil
}

// wantedScopes are all that were granted, or those asked for among them.
func wantedScopes(form url.Values, granted []string) ([]string, error) {
	if len(granted) == 0 {
		return nil, eboxRefuse(http.StatusBadRequest, "unauthorized_client", "the account has no permission")
	}
	if !form.Has("scope") {
		return granted, nil
	}
	var wanted []string
	for name := range strings.SplitSeq(form.Get("scope"), " ") {
		if !slices.Contains(granted, name) {
			return nil, eboxRefuse(http.StatusBadRequest, "invalid_scope", "a scope is unknown or not granted")
		}
		if !slices.Contains(wanted, name) {
			wanted = append(wanted, name)
		}
	}
	return wanted, nil
}
