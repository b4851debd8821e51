package sandbox

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// consumer is a document consumer by its own reading of RFC 7523 and the
// contract of the message registry.
type consumer struct {
	t     testing.TB
	ready Ready
	base  string
	key   *rsa.PrivateKey
	token string
	jti   int
}

func newConsumer(t testing.TB, r Ready) *consumer {
	t.Helper()
	file, err := os.ReadFile(r.EBoxKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(file)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	c := &consumer{t: t, ready: r, base: strings.TrimSuffix(r.EBoxToken, "/token"), key: key.(*rsa.PrivateKey)}
	return c
}

// claims are good claims, to be spoiled.
func (c *consumer) claims() object {
	c.jti++
	now := time.Now().Unix()
	return object{"iss": eboxClientID, "sub": eboxClientID, "aud": c.ready.EBoxToken, "jti": fmt.Sprintf("%s-%d-%d", c.t.Name(), now, c.jti), "iat": now, "nbf": now, "exp": now + 300}
}

func (c *consumer) sign(header, claims object) string {
	part := func(v object) string {
		data, err := json.Marshal(v)
		if err != nil {
			c.t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	text := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, c.key, crypto.SHA256, sum[:])
	if err != nil {
		c.t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func (c *consumer) form(claims object) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_assertion_type": {eboxAssertionType},
		"client_assertion": {c.sign(object{"alg": "RS256", "typ": "JWT"}, claims)}}
}

// answer is an answer of the e-Box, read whole.
type eboxReply struct {
	status int
	header http.Header
	body   []byte
}

func (r eboxReply) json(t testing.TB) object {
	t.Helper()
	var out object
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatalf("%d %v: %s", r.status, err, r.body)
	}
	return out
}

func (c *consumer) try(method, path string, body string, header ...string) (eboxReply, error) {
	c.t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = c.base + path
	}
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			req.Header.Del(header[i])
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return eboxReply{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return eboxReply{resp.StatusCode, resp.Header, data}, err
}

func (c *consumer) do(method, path string, body string, header ...string) eboxReply {
	c.t.Helper()
	a, err := c.try(method, path, body, header...)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

func (c *consumer) get(path string) eboxReply {
	c.t.Helper()
	return c.do("GET", path, "")
}

func (c *consumer) ask(form url.Values) eboxReply {
	c.t.Helper()
	return c.do("POST", c.ready.EBoxToken, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Authorization", "")
}

// login gets a token.
func (c *consumer) login() {
	c.t.Helper()
	a := c.ask(c.form(c.claims()))
	out := a.json(c.t)
	token, _ := out["access_token"].(string)
	if a.status != 200 || token == "" {
		c.t.Fatalf("%d %s", a.status, a.body)
	}
	c.token = token
}

func (c *consumer) control(path, body string) {
	c.t.Helper()
	if code, text := postTo(c.t, c.ready.Control+path, body, "text/plain"); code != 204 {
		c.t.Fatalf("%s %s: %d %s", path, body, code, text)
	}
}

func (c *consumer) state() eboxShownState {
	c.t.Helper()
	_, text := fetch(c.t, c.ready.Control+"/ebox")
	var out eboxShownState
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		c.t.Fatal(err)
	}
	return out
}

// ids are those of a list, in order.
func (c *consumer) ids(path string) (ids []string, total int) {
	c.t.Helper()
	a := c.get(path)
	if a.status != 200 {
		c.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	var list struct {
		Items []struct {
			MessageID string `json:"messageId"`
		} `json:"items"`
		TotalItems *int `json:"totalItems"`
	}
	if err := json.Unmarshal(a.body, &list); err != nil || list.Items == nil || list.TotalItems == nil {
		c.t.Fatalf("%v %s", err, a.body)
	}
	for _, item := range list.Items {
		ids = append(ids, item.MessageID)
	}
	return ids, *list.TotalItems
}

func startEBox(t testing.TB, change ...func(*Config)) *consumer {
	t.Helper()
	c := newConsumer(t, start(t, change...).Ready())
	return c
}

// TestEBoxToken: each rule of the assertion and of the request, broken alone.
func TestEBoxToken(t *testing.T) {
	c := startEBox(t)
	with := func(changes ...any) func() url.Values {
		return func() url.Values {
			claims := c.claims()
			for i := 0; i < len(changes); i += 2 {
				if changes[i+1] == nil {
					delete(claims, changes[i].(string))
				} else {
					claims[changes[i].(string)] = changes[i+1]
				}
			}
			return c.form(claims)
		}
	}
	field := func(name, value string) func() url.Values {
		return func() url.Values {
			f := c.form(c.claims())
			if value == "" {
				f.Del(name)
			} else {
				f.Set(name, value)
			}
			return f
		}
	}
	header := func(h object) func() url.Values {
		return func() url.Values {
			f := c.form(c.claims())
			f.Set("client_assertion", c.sign(h, c.claims()))
			return f
		}
	}
	now := time.Now().Unix()
	for name, try := range map[string]struct {
		form  func() url.Values
		error string
	}{
		"good":                 {with(), ""},
		"no nbf":               {with("nbf", nil), ""},
		"audience in a list":   {with("aud", []string{c.ready.EBoxToken}), ""},
		"5000 seconds":         {with("exp", now+5000), ""},
		"client_id as well":    {field("client_id", eboxClientID), ""},
		"kid":                  {header(object{"alg": "RS256", "typ": "JWT", "kid": "1", "x5t": "x"}), ""},
		"one scope":            {field("scope", scopeConsumer), ""},
		"both scopes":          {field("scope", scopeConsumer+" "+scopeRegistry), ""},
		"other scope":          {field("scope", "scope:other"), "invalid_scope"},
		"two blanks":           {field("scope", scopeConsumer+"  "+scopeRegistry), "invalid_scope"},
		"no grant":             {field("grant_type", ""), "invalid_request"},
		"other grant":          {field("grant_type", "authorization_code"), "unsupported_grant_type"},
		"no type":              {field("client_assertion_type", ""), "invalid_request"},
		"other type":           {field("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"), "invalid_request"},
		"no assertion":         {field("client_assertion", ""), "invalid_request"},
		"secret":               {field("client_secret", "x"), "invalid_request"},
		"other client_id":      {field("client_id", "x"), "invalid_client"},
		"not a JWT":            {field("client_assertion", "a.b"), "invalid_client"},
		"unknown client":       {with("iss", "self_service_chaman_1000002_abcdefghij", "sub", "self_service_chaman_1000002_abcdefghij"), "invalid_client"},
		"iss is not sub":       {with("iss", "x"), "invalid_client"},
		"older audience":       {with("aud", "https://oauth.socialsecurity.be"), "invalid_client"},
		"audience with slash":  {with("aud", c.ready.EBoxToken+"/"), "invalid_client"},
		"two audiences":        {with("aud", []string{c.ready.EBoxToken, "x"}), "invalid_client"},
		"no audience":          {with("aud", nil), "invalid_client"},
		"expired":              {with("exp", now-1, "iat", now-300), "invalid_client"},
		"no exp":               {with("exp", nil), "invalid_client"},
		"exp far ahead":        {with("exp", now+86400), "invalid_client"},
		"exp in milliseconds":  {with("exp", (now+300)*1000), "invalid_client"},
		"exp as text":          {with("exp", "soon"), "invalid_client"},
		"issued in the future": {with("iat", now+120), "invalid_client"},
		"issued long ago":      {with("iat", now-10000), "invalid_client"},
		"no iat":               {with("iat", nil), "invalid_client"},
		"not yet":              {with("nbf", now+120), "invalid_client"},
		"no jti":               {with("jti", nil), "invalid_client"},
		"none":                 {header(object{"alg": "none"}), "invalid_client"},
		"PS256":                {header(object{"alg": "PS256", "typ": "JWT"}), "invalid_client"},
		"other typ":            {header(object{"alg": "RS256", "typ": "at+jwt"}), "invalid_client"},
		"crit":                 {header(object{"alg": "RS256", "crit": []string{"x"}}), "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.ask(try.form())
			out := a.json(t)
			if try.error == "" {
				if a.status != 200 || out["token_type"] != "Bearer" || out["expires_in"] != 3600.0 || a.header.Get("Cache-Control") != "no-store" {
					t.Fatalf("%d %s", a.status, a.body)
				}
				return
			}
			if a.status != 400 || out["error"] != try.error || out["error_description"] == "" {
				t.Fatalf("want %s, got %d %s", try.error, a.status, a.body)
			}
		})
	}
}

func TestEBoxTokenRequest(t *testing.T) {
	c := startEBox(t)
	form := c.form(c.claims()).Encode()
	const media = "application/x-www-form-urlencoded"
	for name, try := range map[string]struct {
		method, path, body string
		status             int
		header             []string
	}{
		"JSON":    {"POST", "/token", form, 400, []string{"Content-Type", "application/json"}},
		"Latin-1": {"POST", "/token", form, 400, []string{"Content-Type", media + "; charset=ISO-8859-1"}},
		"GET":     {"GET", "/token", "", 405, nil},
		"query":   {"POST", "/token?scope=x", form, 400, []string{"Content-Type", media}},
		"twice":   {"POST", "/token", form + "&grant_type=client_credentials", 400, []string{"Content-Type", media}},
		"Basic":   {"POST", "/token", form, 400, []string{"Content-Type", media, "Authorization", "Basic eDp5"}},
		"below":   {"POST", "/token/introspect", form, 404, []string{"Content-Type", media}},
		"charset": {"POST", "/token", c.form(c.claims()).Encode(), 200, []string{"Content-Type", media + "; charset=UTF-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			if a := c.do(try.method, try.path, try.body, try.header...); a.status != try.status {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	// The official address is its own audience.
	claims := c.claims()
	claims["aud"] = c.base + "/REST/oauth/v5/token"
	if a := c.do("POST", "/REST/oauth/v5/token", c.form(claims).Encode(), "Content-Type", media); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	// A jti counts once, and only a good assertion uses it up.
	claims = c.claims()
	again := c.form(claims)
	bad := c.form(claims)
	bad.Set("scope", "other")
	if a := c.ask(bad); a.json(t)["error"] != "invalid_scope" {
		t.Errorf("%s", a.body)
	}
	if a := c.ask(again); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.ask(again); a.json(t)["error"] != "invalid_client" {
		t.Errorf("the same assertion twice: %d %s", a.status, a.body)
	}
}

func TestEBoxHost(t *testing.T) {
	c := startEBox(t)
	req, err := http.NewRequest("GET", c.base+"/registry", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example"
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 403 {
		t.Errorf("%d", resp.StatusCode)
	}
}

// TestEBoxChaMan: what is changed at the account.
func TestEBoxChaMan(t *testing.T) {
	c := startEBox(t)
	c.control("/ebox-settings", `{"certificate": "changed"}`)
	if a := c.ask(c.form(c.claims())); a.status != 400 || a.json(t)["error"] != "invalid_client" {
		t.Errorf("%d %s", a.status, a.body)
	}
	c.control("/ebox-settings", `{"invalid_client_status": 401}`)
	if a := c.ask(c.form(c.claims())); a.status != 401 {
		t.Errorf("%d %s", a.status, a.body)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := certifyEBox(other)
	if err != nil {
		t.Fatal(err)
	}
	setting, _ := json.Marshal(object{"certificate": string(certificate), "token_seconds": 60})
	c.control("/ebox-settings", string(setting))
	c.key = other
	c.login()
	if a := c.get("/v2/ebox"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	c.control("/clock", "2m")
	if a := c.get("/v2/ebox"); a.status != 401 || !strings.Contains(string(a.body), "expiredAccessToken") {
		t.Errorf("%d %s", a.status, a.body)
	}
	c.control("/clock", "0s")
	c.control("/ebox-settings", `{"scopes": ["`+scopeRegistry+`"]}`)
	c.login()
	if a := c.get("/v3/ebox/messages"); a.status != 403 || a.json(t)["type"] != "urn:problem-type:belgif:missingScope" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.get("/registry"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	c.control("/ebox-settings", `{"scopes": []}`)
	if a := c.ask(c.form(c.claims())); a.json(t)["error"] != "unauthorized_client" {
		t.Errorf("%d %s", a.status, a.body)
	}
	for _, bad := range []string{`{"certificate": "x"}`, `{"born": "0001-01-01T00:00:00Z"}`, `{"token_seconds": 0}`, `{"colour": 1}`, `{} {}`, `{"errors": "x"}`, `{"invalid_client_status": 403}`} {
		if code, _ := postTo(t, c.ready.Control+"/ebox-settings", bad, "text/plain"); code != 400 {
			t.Errorf("%s: %d", bad, code)
		}
	}
}

// TestEBoxLongClock: after months on the stand-in's clock a client in the true
// time still gets tokens, and messages have expired.
func TestEBoxLongClock(t *testing.T) {
	c := startEBox(t)
	c.login()
	_, before := c.ids("/v2/ebox/messages")
	c.control("/clock", "2400h")
	if a := c.get("/v2/ebox/messages"); a.status != 401 {
		t.Errorf("%d", a.status)
	}
	c.login()
	if _, after := c.ids("/v2/ebox/messages"); after >= before || after == 0 {
		t.Errorf("%d of %d are left", after, before)
	}
	c.control("/clock", "0s")
	c.login()
}

func TestEBoxBearer(t *testing.T) {
	c := startEBox(t)
	for _, path := range []string{"/registry", "/v2/ebox", "/v3/ebox/messages", "/v2/referenceData/messageTypes"} {
		for name, header := range map[string]string{"none": "", "unknown": "Bearer nobody", "other kind": "Basic eDp5", "empty": "Bearer"} {
			a := c.do("GET", path, "", "Authorization", header)
			challenge := a.header.Get("WWW-Authenticate")
			if a.status != 401 || !strings.HasPrefix(challenge, "Bearer ") || strings.Contains(challenge, "invalid_token") != (name != "none") {
				t.Errorf("%s %s: %d %q", path, name, a.status, challenge)
			}
			wantMedia := "application/json"
			if strings.HasPrefix(path, "/v3") {
				wantMedia = "application/problem+json"
			}
			if a.header.Get("Content-Type") != wantMedia {
				t.Errorf("%s: %s", path, a.header.Get("Content-Type"))
			}
		}
	}
	c.control("/ebox-settings", `{"errors": "problem"}`)
	if a := c.get("/v2/ebox"); a.json(t)["type"] != "urn:problem-type:belgif:noAccessToken" {
		t.Errorf("%s", a.body)
	}
	c.control("/ebox-settings", `{"errors": "status"}`)
	if a := c.get("/v3/ebox/messages"); a.json(t)["code"] != "noAccessToken" {
		t.Errorf("%s", a.body)
	}
}

func TestEBoxProviders(t *testing.T) {
	c := startEBox(t)
	c.login()
	var list []object
	for _, path := range []string{"/registry", "/registry/", "/registry/messageProviders", "/REST/ebox/enterprise/federation/v1/messageProviders"} {
		a := c.get(path)
		if err := json.Unmarshal(a.body, &list); err != nil || len(list) != 6 {
			t.Fatalf("%s: %v %s", path, err, a.body)
		}
	}
	for _, p := range list {
		id := p["messageProviderId"].(string)
		if one := c.get("/registry/messageProviders/" + id).json(t); one["messageProviderUrl"] != p["messageProviderUrl"] {
			t.Errorf("%v", one)
		}
		a, err := c.try("GET", p["messageProviderUrl"].(string), "")
		want := map[string]int{"oefen-toekomst": 503, "oefen-gesloten": 503, "oefen-onderhoud": 503, eboxFederal: 404, eboxFlemish: 404}[id]
		if (err != nil) != (id == "oefen-onbereikbaar") || a.status != want {
			t.Errorf("%s: %v %d", id, err, a.status)
		}
	}
	if n := c.state().Hits.Closed; n != 3 {
		t.Errorf("%d", n)
	}
	for path, status := range map[string]int{"/registry/nobody": 404, "/registry?page=1": 400, "/nothing": 404, "/registryx": 404} {
		if a := c.get(path); a.status != status {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	c.control("/ebox-settings", `{"hide_providers": ["oefen-onbereikbaar", "oefen-gesloten"]}`)
	if err := json.Unmarshal(c.get("/registry").body, &list); err != nil || len(list) != 4 {
		t.Errorf("%v %d", err, len(list))
	}
}

func TestEBoxReferenceAndImages(t *testing.T) {
	c := startEBox(t)
	c.login()
	for _, root := range []string{"/v2/referenceData", "/v3/refData"} {
		for kind, id := range map[string]string{"messageTypes": "attest", "senderApplications": url.PathEscape("app.griffie:1"), "senderOrganizations": fromTax} {
			a := c.get(root + "/" + kind)
			one := c.get(root + "/" + kind + "/" + id)
			if a.status != 200 || one.status != 200 || !strings.Contains(a.header.Get("Cache-Control"), "max-age=") || one.header.Get("Cache-Control") != a.header.Get("Cache-Control") {
				t.Errorf("%s %s: %d %d %v", root, kind, a.status, one.status, a.header)
			}
			var list struct {
				Items []json.RawMessage `json:"items"`
				Total int               `json:"totalItems"`
			}
			if err := json.Unmarshal(c.get(root+"/"+kind+"?page=2&pageSize=2").body, &list); err != nil || len(list.Items) == 0 || len(list.Items) > 2 || list.Total < 3 {
				t.Errorf("%v %+v", err, list)
			}
			for path, status := range map[string]int{"/nobody": 404, "?page=0": 400, "?pageSize=101": 400, "?q=x": 400} {
				if a := c.get(root + "/" + kind + path); a.status != status {
					t.Errorf("%s%s: %d", kind, path, a.status)
				}
			}
		}
	}
	org := c.get("/v2/referenceData/senderOrganizations/" + fromCity).json(t)
	href := org["organizationLogos"].([]any)[0].(object)["contentHref"].(string)
	if a := c.get(href); a.status != 200 || !bytes.HasPrefix(a.body, []byte("\x89PNG")) {
		t.Errorf("%d", a.status)
	}
	if a := c.get(strings.Replace(href, "logo-png", "logo-x", 1)); a.status != 404 {
		t.Errorf("%d", a.status)
	}
	hits := c.state().Hits.Providers[eboxFederal].Reference
	if hits["senderOrganizations/"+fromCity] != 1 || hits["messageTypes/attest"] != 1 {
		t.Errorf("%v", hits)
	}
	if shown := new(snapshotEBox); json.Unmarshal([]byte(second(fetch(t, c.ready.Control+"/state"))), shown) != nil || shown.EBox.Token != 1 {
		t.Errorf("%+v", shown)
	}
}

type snapshotEBox struct {
	EBox eboxHits `json:"ebox"`
}

func second(_ int, text string) string { return text }
