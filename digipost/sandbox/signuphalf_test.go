package sandbox

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// partner is the partner's address: what it was told, and how it answers.
type partner struct {
	*httptest.Server
	mutex  sync.Mutex
	told   []string
	status int
}

func newPartner(t *testing.T) *partner {
	p := &partner{status: 200}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		_ = r.ParseForm()
		p.told = append(p.told, r.Method+" "+r.URL.Path+" "+r.Form.Encode())
		w.WriteHeader(p.status)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *partner) answers(status int) { p.mutex.Lock(); p.status = status; p.mutex.Unlock() }
func (p *partner) heard() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return strings.Join(p.told, "\n")
}

const form = "application/x-www-form-urlencoded"

// TestSignupHalfAutomatic: applied, kept through a restart, approved, told once.
func TestSignupHalfAutomatic(t *testing.T) {
	dir := t.TempDir()
	p := newPartner(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	r := s.Ready()
	if _, page := fetch(t, r.Signup+"?"+signupQuery(r)); !strings.Contains(page, `name="apply"`) {
		t.Error("no way to apply on the page")
	}
	for range 2 { // pressed twice
		if code, page := postTo(t, r.Signup, signupQuery(r, "nonce", "first", "apply", "yes"), form); code != 200 || !strings.Contains(page, `id="sendt"`) || strings.Contains(page, "tilbake") {
			t.Fatalf("%d %s", code, page)
		}
	}
	for what, query := range map[string]string{"nonce": signupQuery(r, "nonce", "", "apply", "yes"), "company": signupQuery(r, "org", "", "apply", "yes"), "number": signupQuery(r, "org", "1", "apply", "yes")} {
		if code, _ := postTo(t, r.Signup, query, form); code != 400 {
			t.Errorf("applied without a %s: %d", what, code)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir, c.Relay = dir, p.URL+"/callback" })
	control := s.Ready().Control
	all := s.snapshot().Applied
	if len(all) != 1 || all[0].Nonce != "first" || all[0].Organisation != "310245798" || !all[0].Approved.IsZero() {
		t.Fatalf("%+v", all)
	}
	if _, page := fetch(t, control+"/applications"); !strings.Contains(page, "310245798") || !strings.Contains(page, "/approve-application") || strings.Contains(page, "first") {
		t.Error(page)
	}
	p.answers(503) // approved all the same, and told again
	if code, _ := postTo(t, control+"/approve-application", "number=1", form); code != 400 {
		t.Errorf("the partner did not take it: %d", code)
	}
	if one := s.snapshot().Applied[0]; one.Approved.IsZero() || one.Called {
		t.Errorf("%+v", one)
	}
	p.answers(200)
	for range 2 {
		if code, page := postTo(t, control+"/approve-application", "number=1&method=POST", form); code != 200 {
			t.Errorf("%d %s", code, page)
		}
	}
	if want := "GET /callback nonce=first&sender-id=1000\nPOST /callback nonce=first&sender-id=1000"; p.heard() != want {
		t.Errorf("told:\n%s", p.heard())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	if one := s.snapshot().Applied[0]; !one.Called || one.Approved.IsZero() {
		t.Errorf("after a restart: %+v", one)
	}
}

func TestSignupApprovalGoesNowhereElse(t *testing.T) {
	s := start(t)
	r := s.Ready()
	if code, _ := postTo(t, r.Signup, signupQuery(r, "nonce", "first", "apply", "yes"), form); code != 200 {
		t.Fatal(code)
	}
	for _, wrong := range []string{"https://example.org/callback", "http://127.0.0.1:1@example.org/", "file:///etc/passwd", "http://127.0.0.1:1/?x=1", "http://127.0.0.1:1/#x"} {
		if code, _ := postTo(t, r.Control+"/approve-application", url.Values{"number": {"1"}, "relay": {wrong}}.Encode(), form); code != 400 {
			t.Errorf("%s: %d", wrong, code)
		}
		if _, err := Start(t.Context(), Config{Dir: t.TempDir(), Relay: wrong}); !errors.Is(err, ErrRelayAddress) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	for _, number := range []string{"0", "2", "-1", "x", ""} {
		if code, _ := postTo(t, r.Control+"/approve-application", "number="+number, form); code != 400 {
			t.Errorf("%q: %d", number, code)
		}
	}
	_, page := postTo(t, r.Control+"/approve-application", "number=1&relay="+url.QueryEscape("http://127.0.0.1:1/callback"), form)
	if strings.Contains(page, "first") || !strings.Contains(page, "127.0.0.1:1") {
		t.Error(page)
	}
}
