package ebox

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

const (
	// assertionLife is how long an assertion holds; it is used at once.
	assertionLife = 300 * time.Second
	// renewBefore is how long before its end a token is not used any more.
	renewBefore = 60 * time.Second
	// assumedLife is for a server that does not say how long its token holds.
	assumedLife = 5 * time.Minute
	longestLife = 366 * 24 * time.Hour
	maxToken    = 64 << 10

	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	opToken       = "token"
)

// accessToken is kept in memory only.
type accessToken struct {
	value  string
	renew  time.Time
	public Token
}

// tokens keeps the token and sees to it that it is asked for once, however many
// calls want it.
type tokens struct {
	mu      sync.Mutex
	current *accessToken
	flight  *flight
}

type flight struct {
	done  chan struct{}
	token *accessToken
	err   error
}

// Token asks for an access token, for a new one when fresh is set, and tells
// when it ends: the proof that client id and key are good.
func (c *Client) Token(ctx context.Context, fresh bool) (Token, error) {
	if fresh {
		c.tokens.drop(nil)
	}
	token, err := c.token(ctx)
	if err != nil {
		return Token{}, err
	}
	return token.public, nil
}

// token gives the token that is there, or waits for a new one.
func (c *Client) token(ctx context.Context) (*accessToken, error) {
	for {
		token, mine, err := c.join(ctx)
		// Another call's end must not end this one.
		if !mine && err != nil && ctx.Err() == nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
			continue
		}
		return token, err
	}
}

// join gives the kept token, or the result of the request under way, or makes
// the request itself; mine says so.
func (c *Client) join(ctx context.Context) (token *accessToken, mine bool, err error) {
	t := &c.tokens
	t.mu.Lock()
	if t.current != nil && c.now().Before(t.current.renew) {
		defer t.mu.Unlock()
		return t.current, true, nil
	}
	if f := t.flight; f != nil {
		t.mu.Unlock()
		select {
		case <-f.done:
			return f.token, false, f.err
		case <-ctx.Done():
			return nil, true, ctx.Err()
		}
	}
	f := &flight{done: make(chan struct{})}
	t.flight = f
	t.mu.Unlock()

	f.token, f.err = c.requestToken(ctx)
	t.mu.Lock()
	if t.flight = nil; f.err == nil {
		t.current = f.token
	}
	t.mu.Unlock()
	close(f.done)
	return f.token, true, f.err
}

// drop throws a token away, if it is still the one that is kept; nil is any.
func (t *tokens) drop(token *accessToken) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if token == nil || t.current == token {
		t.current = nil
	}
}

// requestToken asks the token endpoint. Each attempt has an assertion of its
// own, since the server takes each one once only.
func (c *Client) requestToken(ctx context.Context) (*accessToken, error) {
	for attempt := 1; ; attempt++ {
		token, failure := c.exchangeToken(ctx)
		if failure == nil {
			return token, nil
		}
		again := failure.HTTPStatus >= 500 || failure.HTTPStatus == http.StatusTooManyRequests ||
			failure.HTTPStatus == 0 && transient(failure.Err)
		if !again || !c.rest(ctx, attempt, failure.Wait) {
			return nil, failure
		}
	}
}

func (c *Client) exchangeToken(ctx context.Context) (*accessToken, *TokenError) {
	failed := &TokenError{Host: c.tokenURL.Host, Hint: HintServer}
	assertion, err := c.assertion()
	if err != nil {
		failed.Hint, failed.Err = HintProgram, err
		return nil, failed
	}
	form := url.Values{
		"grant_type":            {"client_credentials"},
		"client_assertion_type": {assertionType},
		"client_assertion":      {assertion},
	}.Encode()
	asked := c.now().Round(0) // a machine that sleeps must not make the token live longer
	a, err := c.read(ctx, outgoing{
		op: opToken, method: http.MethodPost, url: c.tokenURL, body: []byte(form),
		contentType: "application/x-www-form-urlencoded", accept: "application/json", limit: maxToken,
	}, nil)
	if err != nil {
		failed.Err = err
		return nil, failed
	}
	failed.HTTPStatus, failed.Wait = a.status, retryAfter(a.header.Get("Retry-After"), c.now())
	if date, err := http.ParseTime(a.header.Get("Date")); err == nil {
		failed.Skew = c.now().Sub(date).Truncate(time.Second)
	}
	if a.status == http.StatusOK || a.status == http.StatusCreated {
		if token := tokenOf(a.body, asked); token != nil {
			return token, nil
		}
		failed.Err = ErrBadAnswer
		return nil, failed
	}
	failed.Code = word(parseObject(a.body).text("error"))
	failed.Hint = hintOf(failed.Code, a.status)
	return nil, failed
}

// hintOf says what an error of the token endpoint is most likely about. The
// status says little: 400 and 401 are both in use.
func hintOf(code string, status int) Hint {
	switch code {
	case "invalid_client", "invalid_grant":
		return HintClient
	case "invalid_scope", "unauthorized_client", "access_denied":
		return HintScope
	case "invalid_request", "unsupported_grant_type", "unsupported_response_type":
		return HintProgram
	}
	switch {
	case status == http.StatusUnauthorized:
		return HintClient
	case status == http.StatusForbidden:
		return HintScope
	}
	return HintServer
}

// assertion proves who asks (RFC 7523): the client, to this endpoint, once, now.
func (c *Client) assertion() (string, error) {
	now := c.now()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": c.clientID, "sub": c.clientID, "aud": c.audience, "jti": uuid.NewString(),
		"iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	text, err := token.SigningString()
	if err != nil {
		return "", fmt.Errorf("write the assertion: %w", err)
	}
	// The library signs with keys in memory only; a Signer may be a card, too.
	sum := sha256.Sum256([]byte(text))
	signature, err := c.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return "", errors.New("the private key does not sign")
	}
	return text + "." + token.EncodeSegment(signature), nil
}

// tokenOf reads the answer of RFC 6749, 5.1, or gives nil.
func tokenOf(body []byte, asked time.Time) *accessToken {
	o := parseObject(body)
	var value string
	if json.Unmarshal(o.get("access_token"), &value) != nil || !isToken(value) {
		return nil
	}
	if kind := o.text("token_type"); kind != "" && !strings.EqualFold(kind, "bearer") {
		return nil
	}
	life := assumedLife
	if seconds := o.number("expires_in"); seconds > 0 {
		life = time.Duration(min(seconds, longestLife.Seconds()) * float64(time.Second))
	}
	// Half of a short life is still of use.
	margin := min(renewBefore, life/2)
	return &accessToken{
		value: value, renew: asked.Add(life - margin),
		public: Token{Expires: asked.Add(life), Scopes: strings.Fields(o.text("scope"))},
	}
}

// isToken reports whether a text may stand in a header (RFC 6750, 2.1).
func isToken(value string) bool {
	if value == "" || len(value) > maxToken {
		return false
	}
	for _, r := range value {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return true
}
