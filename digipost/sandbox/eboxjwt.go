package sandbox

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

const (
	// maxEBoxSkew is how far the clocks of client and server may be apart.
	maxEBoxSkew = 30 * time.Second
	// maxEBoxAssertion is how long an assertion may live: 300 and 5000 seconds are
	// seen in published integrations.
	maxEBoxAssertion = 2 * time.Hour
	maxJWT           = 8 << 10
)

// assertion is a JWT of RFC 7523, taken apart.
type assertion struct {
	header    assertionHeader
	claims    assertionClaims
	signed    string // what the signature is over
	signature []byte
}

type assertionHeader struct {
	Algorithm string          `json:"alg"`
	Type      string          `json:"typ"`
	Critical  json.RawMessage `json:"crit"`
}

// assertionClaims are the claims; a nil time is a missing one.
type assertionClaims struct {
	Issuer    string          `json:"iss"`
	Subject   string          `json:"sub"`
	Audience  json.RawMessage `json:"aud"`
	ID        string          `json:"jti"`
	IssuedAt  *float64        `json:"iat"`
	NotBefore *float64        `json:"nbf"`
	Expires   *float64        `json:"exp"`
}

func (c assertionClaims) expires() time.Time { return secondsAt(*c.Expires) }

func secondsAt(seconds float64) time.Time {
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9))
}

// readAssertion takes a JWT apart; it does not judge it.
func readAssertion(text string) (*assertion, error) {
	parts := strings.Split(text, ".")
	if len(text) > maxJWT || len(parts) != 3 {
		return nil, errors.New("the assertion is not a signed JWT")
	}
	a := &assertion{signed: parts[0] + "." + parts[1]}
	for i, into := range []any{&a.header, &a.claims} {
		if err := readJWTPart(parts[i], into); err != nil {
			return nil, fmt.Errorf("the assertion's part %d: %w", i+1, err)
		}
	}
	var err error
	if a.signature, err = base64.RawURLEncoding.Strict().DecodeString(parts[2]); err != nil {
		return nil, errors.New("the assertion's signature is not base64url")
	}
	for _, at := range []*float64{a.claims.IssuedAt, a.claims.NotBefore, a.claims.Expires} {
		if at != nil && (*at < 0 || *at > 1e11) {
			return nil, errors.New("a time is not in seconds since 1970")
		}
	}
	return a, nil
}

// readJWTPart reads a JSON object without names that come twice: which of two
// counts would be a matter of the reader (RFC 7519, 4).
func readJWTPart(part string, into any) error {
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return errors.New("not base64url without padding")
	}
	if err := json.Unmarshal(data, into); err != nil {
		return errors.New("not a JSON object with the claims' types")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	seen := map[string]bool{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return errors.New("not a JSON object")
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil && !errors.Is(err, io.EOF) {
			return errors.New("not a JSON object")
		}
		// The reader above does not mind case; the names of a JWT do.
		folded := strings.ToLower(fmt.Sprint(name))
		if seen[folded] {
			return errors.New("a name comes twice")
		}
		seen[folded] = true
	}
	return nil
}

// judgeAssertion says who asks, or why that is not believed.
func (s *Server) judgeAssertion(c *eboxCall, text string, settings *eboxSettings) (assertionClaims, error) {
	a, err := readAssertion(text)
	if err != nil {
		return assertionClaims{}, err
	}
	switch {
	case a.header.Algorithm != "RS256":
		return a.claims, errors.New("the algorithm must be RS256")
	case a.header.Type != "" && !strings.EqualFold(a.header.Type, "JWT"):
		return a.claims, errors.New("the type must be JWT")
	case len(a.header.Critical) > 0:
		return a.claims, errors.New("no critical header is known")
	case a.claims.Issuer == "" || a.claims.Issuer != a.claims.Subject:
		return a.claims, errors.New("iss and sub must be the client id")
	case a.claims.Subject != eboxClientID:
		return a.claims, errors.New("the client is not known")
	}
	certificate, err := settings.certificate(s.ebox.own)
	if err != nil {
		return a.claims, err
	}
	now := s.eboxFace(c, a.claims)
	if certificate == nil || !a.signedBy(certificate.PublicKey) {
		return a.claims, errors.New("the signature does not fit the certificate registered for the client")
	}
	if now.Before(certificate.NotBefore) || now.After(certificate.NotAfter) {
		return a.claims, errors.New("the certificate registered for the client is not valid now")
	}
	if err := judgeAudience(a.claims.Audience, s.ebox.base+c.URL.EscapedPath()); err != nil {
		return a.claims, err
	}
	return a.claims, a.claims.judgeTimes(now)
}

// eboxFace is the time that a client is judged by (clock.face): after a long
// move of the stand-in's clock a client that lives in the true time goes on in it.
func (s *Server) eboxFace(c *eboxCall, claims assertionClaims) time.Time {
	moved := s.clock.moved()
	if moved <= timePassed || claims.IssuedAt == nil || secondsAt(*claims.IssuedAt).Sub(c.now).Abs() <= maxSkew {
		return c.now
	}
	c.moved = moved
	return c.now.Add(-moved)
}

func (a *assertion) signedBy(key any) bool {
	public, ok := key.(*rsa.PublicKey)
	sum := sha256.Sum256([]byte(a.signed))
	return ok && rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], a.signature) == nil
}

// judgeAudience wants this token server's address, alone or in a list of one.
func judgeAudience(raw json.RawMessage, own string) error {
	var one string
	if json.Unmarshal(raw, &one) != nil {
		var many []string
		if json.Unmarshal(raw, &many) != nil || len(many) != 1 {
			return errors.New("aud must be one address")
		}
		one = many[0]
	}
	if one != own {
		return errors.New("aud is not this token server's address")
	}
	return nil
}

func (c assertionClaims) judgeTimes(now time.Time) error {
	switch {
	case c.ID == "" || len(c.ID) > 255:
		return errors.New("jti is missing or too long")
	case c.Expires == nil:
		return errors.New("exp is missing")
	case !now.Before(c.expires()):
		return errors.New("the assertion has expired")
	case c.expires().Sub(now) > maxEBoxAssertion:
		return errors.New("exp is too far ahead")
	case c.IssuedAt == nil:
		return errors.New("iat is missing")
	case secondsAt(*c.IssuedAt).After(now.Add(maxEBoxSkew)):
		return errors.New("iat is in the future")
	case now.Sub(secondsAt(*c.IssuedAt)) > maxEBoxAssertion:
		return errors.New("iat is too long ago")
	case c.NotBefore != nil && secondsAt(*c.NotBefore).After(now.Add(maxEBoxSkew)):
		return errors.New("nbf is in the future")
	}
	return nil
}
