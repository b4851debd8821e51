package ebox

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// TestTokenRequest holds the request and the assertion against what RFC 6749,
// 7521 and 7523 and the e-Box's sample ask for: these fields and no other.
func TestTokenRequest(t *testing.T) {
	now := time.Date(2030, 3, 4, 5, 6, 7, 0, time.UTC)
	var request *http.Request
	var form url.Values
	s := newServer(t, func(c *Config) {
		c.Now = func() time.Time { return now }
		c.Audience = "https://audience.example/token"
	})
	s.mux.HandleFunc("POST /other", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		request = r
		form, _ = url.ParseQuery(string(body))
		fmt.Fprint(w, `{"access_token":"x","token_type":"bearer"}`)
	})
	s.client.tokenURL.Path = "/other"
	if _, err := s.client.Token(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(form.Get("client_assertion"), ".")
	if len(parts) != 3 {
		t.Fatal("no JWT")
	}
	decode := func(part string) (fields map[string]any) {
		text, err := base64.RawURLEncoding.DecodeString(part)
		if err == nil {
			err = json.Unmarshal(text, &fields)
		}
		if err != nil {
			t.Fatal(err)
		}
		return fields
	}
	claims := decode(parts[1])
	if id, _ := claims["jti"].(string); uuid.Validate(id) != nil {
		t.Error("jti is no UUID")
	}
	claims["jti"] = "(uuid)"
	form.Set("client_assertion", "(jwt)")
	got, err := json.MarshalIndent(map[string]any{"method": request.Method, "content_type": request.Header.Get("Content-Type"),
		"authorization": request.Header.Get("Authorization"), "form": form, "header": decode(parts[0]), "claims": claims}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/token-request.json")
	if err != nil || string(got)+"\n" != string(want) {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestAssertionIsSigned(t *testing.T) {
	s := newServer(t)
	for range 2 {
		if _, err := s.client.Token(context.Background(), true); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for range 2 {
		token, err := jwt.Parse(<-s.forms, func(*jwt.Token) (any, error) { return testKey().Public(), nil }, jwt.WithValidMethods([]string{"RS256"}),
			jwt.WithAudience(s.URL+"/token"), jwt.WithIssuer(testClientID), jwt.WithSubject(testClientID), jwt.WithExpirationRequired())
		if err != nil {
			t.Fatal(err)
		}
		id, _ := token.Claims.(jwt.MapClaims)["jti"].(string)
		seen[id] = true
	}
	if len(seen) != 2 {
		t.Error("an assertion was used twice")
	}
}

// TestTokenIsKept: one token serves until a minute before its end, and is asked
// for once however many want it.
func TestTokenIsKept(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	s := newServer(t, func(c *Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := s.client.Token(context.Background(), false); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, step := range []struct {
		later time.Duration
		want  int64
	}{{0, 1}, {58 * time.Minute, 1}, {61 * time.Second, 2}, {0, 2}} {
		mu.Lock()
		now = now.Add(step.later)
		mu.Unlock()
		token, err := s.client.Token(context.Background(), false)
		if err != nil || s.granted.Load() != step.want {
			t.Errorf("after %v: %d tokens, %v", step.later, s.granted.Load(), err)
		}
		if left := token.Expires.Sub(now); left <= 0 || left > time.Hour {
			t.Errorf("it ends in %v", left)
		}
	}
}

// TestAnotherCallsEnd: who asks first and gives up does not spoil it for those
// who wait for the same token.
func TestAnotherCallsEnd(t *testing.T) {
	s := newServer(t)
	asked := make(chan bool, 2)
	first := true
	s.mux.HandleFunc("POST /slow", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the other end is gone
		asked <- true
		if first {
			first = false
			<-r.Context().Done()
			return
		}
		fmt.Fprint(w, `{"access_token":"x"}`)
	})
	s.client.tokenURL.Path = "/slow"
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan error)
	go func() { _, err := s.client.Token(ctx, false); gone <- err }()
	<-asked
	got := make(chan error)
	go func() { _, err := s.client.Token(context.Background(), false); got <- err }()
	time.Sleep(20 * time.Millisecond)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// TestRefusedToken: a token that is refused is thrown away and another tried,
// once.
func TestRefusedToken(t *testing.T) {
	s := newServer(t)
	var seen []string
	s.mux.HandleFunc("GET /v2/ebox", func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		if r.Header.Get("Authorization") != "Bearer secret-token-2" {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(401)
			fmt.Fprint(w, `{"type":"urn:problem-type:belgif:expiredAccessToken","title":"Expired","status":401,"detail":"token secret-token-1"}`)
			return
		}
		fmt.Fprint(w, `{"numberOfMessages":4,"numberOfUnreadMessages":1}`)
	})
	if summary, err := s.client.Summary(context.Background(), s.p); err != nil || summary.Messages != 4 {
		t.Fatal(summary, err)
	}
	s.client.tokens.drop(nil)
	_, err := s.client.Summary(context.Background(), s.p)
	if StatusOf(err) != 401 || !slices.Equal(seen, []string{"Bearer secret-token-1", "Bearer secret-token-2", "Bearer secret-token-3", "Bearer secret-token-4"}) {
		t.Error(err, seen)
	}
	if strings.Contains(fmt.Sprintf("%v %+v", err, err), "secret") {
		t.Error("the error holds the token:", err)
	}
}

func TestTokenErrors(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		code   string
		hint   Hint
		asked  int
	}{
		{400, `{"error":"invalid_client","error_description":"JWT expired"}`, "invalid_client", HintClient, 1},
		{401, `{"error":"invalid_client"}`, "invalid_client", HintClient, 1},
		{401, "", "", HintClient, 1},
		{400, `{"error":"invalid_scope"}`, "invalid_scope", HintScope, 1},
		{400, `{"error":"unauthorized_client","error_uri":"https://x.example"}`, "unauthorized_client", HintScope, 1},
		{400, `{"error":"unsupported_grant_type"}`, "unsupported_grant_type", HintProgram, 1},
		{400, `{"error":["invalid"]}`, "", HintServer, 1},
		{400, `{"error":"eyJhbGciOiJSUzI1NiJ9.eyJz.c2ln"}`, "", HintServer, 1},
		{500, "<html>Oops</html>", "", HintServer, attempts},
		{503, "", "", HintServer, attempts},
		{200, "<html>Log in</html>", "", HintServer, 1},
		{200, `{"access_token":""}`, "", HintServer, 1},
		{200, `{"access_token":"a b"}`, "", HintServer, 1},
		{200, `{"access_token":"x","token_type":"mac"}`, "", HintServer, 1},
		{302, "", "", HintServer, 1},
	} {
		s := newServer(t)
		asked := s.answers("POST /bad", test.status, test.body, "Location", "/token")
		s.client.tokenURL.Path = "/bad"
		_, err := s.client.Token(context.Background(), false)
		var refused *TokenError
		if !errors.As(err, &refused) || refused.Code != test.code || refused.Hint != test.hint || int(asked.Load()) != test.asked {
			t.Errorf("%d %s: asked %d times, %+v", test.status, test.body, asked.Load(), refused)
		}
		if text := fmt.Sprintf("%v %+v", err, refused); strings.Contains(text, "eyJ") || strings.Contains(text, "JWT expired") {
			t.Error("the error tells too much:", text)
		}
	}
}

func TestTokenLives(t *testing.T) {
	asked := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for body, want := range map[string][2]time.Duration{ // until it ends, until it is renewed
		`{"access_token":"x","expires_in":3600}`:        {time.Hour, 59 * time.Minute},
		`{"access_token":"x","expires_in":"3600"}`:      {time.Hour, 59 * time.Minute},
		`{"access_token":"x","expires_in":7776000}`:     {90 * 24 * time.Hour, 90*24*time.Hour - time.Minute},
		`{"access_token":"x","expires_in":30}`:          {30 * time.Second, 15 * time.Second},
		`{"access_token":"x"}`:                          {assumedLife, assumedLife - time.Minute},
		`{"access_token":"x","expires_in":-5}`:          {assumedLife, assumedLife - time.Minute},
		`{"access_token":"x","expires_in":1e300}`:       {assumedLife, assumedLife - time.Minute},
		`{"access_token":"x","expires_in":99999999999}`: {longestLife, longestLife - time.Minute},
	} {
		token := tokenOf([]byte(body), asked)
		if token == nil || token.public.Expires.Sub(asked) != want[0] || token.renew.Sub(asked) != want[1] {
			t.Errorf("%s: %+v", body, token)
		}
	}
}

// TestSkew: a refusal tells how far the clocks are apart.
func TestSkew(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Now = func() time.Time { return time.Now().Add(-10 * time.Minute) } })
	s.answers("POST /bad", 400, `{"error":"invalid_client"}`)
	s.client.tokenURL.Path = "/bad"
	_, err := s.client.Token(context.Background(), false)
	var refused *TokenError
	if !errors.As(err, &refused) || refused.Skew > -9*time.Minute || refused.Skew < -11*time.Minute {
		t.Errorf("%+v", refused)
	}
}

// TestWhereTokensGo: over https or on loopback, to addresses that are known.
func TestWhereTokensGo(t *testing.T) {
	base := Config{ClientID: testClientID, Key: testKey(), TokenURL: "https://token.example/token"}
	for address, fine := range map[string]bool{
		"https://dp.example/v2/": true, "http://dp.example/v2/": false, "http://127.0.0.1:1/v2": false, "ftp://dp.example": false,
		"https://user:pass@dp.example": false, "https://dp.example/?x=1": false, "": false, "https://": false, "://": false,
	} {
		config := base
		config.Fallback = []string{address}
		if _, err := New(config); (err == nil) != fine {
			t.Errorf("%q: %v", address, err)
		}
	}
	s := newServer(t)
	var reached bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	if _, err := s.client.Message(context.Background(), Provider{URL: other.URL}, "m"); !errors.Is(err, ErrUnknownProvider) {
		t.Error(err)
	}
	// An answer that points to another server is not followed, one on the same is.
	s.answers("GET /v2/ebox/messages/away", 307, "", "Location", other.URL+"/x")
	if _, err := s.client.Message(context.Background(), s.p, "away"); !errors.Is(err, ErrRedirect) {
		t.Error(err)
	}
	s.answers("GET /v2/ebox/messages/round", 307, "", "Location", "round")
	if _, err := s.client.Message(context.Background(), s.p, "round"); !errors.Is(err, ErrRedirect) {
		t.Error(err)
	}
	s.answers("GET /v2/ebox/messages/here", 307, "", "Location", "/v2/there")
	s.answers("GET /v2/there", 200, `{"messageId":"here","attachments":{"items":[{"attachmentId":"a"}]}}`)
	if m, err := s.client.Message(context.Background(), s.p, "here"); err != nil || m.ID != "here" {
		t.Error(err)
	}
	if reached {
		t.Error("the other server was asked")
	}
}
