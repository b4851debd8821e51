package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"brevdue/digipost/signup"
)

// What a Client may fail with, besides what the network says.
var (
	// ErrAddress is an address of a relay that can't be one.
	ErrAddress = errors.New("relay: the address must be https without query (http for this machine only)")
	// ErrNonce is a nonce that signup.NewNonce has not made.
	ErrNonce = errors.New("relay: the nonce is not one of ours")
	// ErrAnswer is an answer that no relay gives.
	ErrAnswer = errors.New("relay: this is not the answer of a relay")
)

// StatusError is an answer that is neither yes nor no: 429 when asked too often,
// 503 when the relay is in trouble.
type StatusError struct{ Status int }

func (e *StatusError) Error() string {
	return fmt.Sprintf("relay: the relay answered with status %d", e.Status)
}

// claimTime bounds a call of a client whose context does not.
const claimTime = 20 * time.Second

// Client asks a relay.
type Client struct {
	// URL is the relay's address: https, or http where it is this machine.
	URL string
	// Transport makes the calls; nil is a new one of Go's.
	Transport http.RoundTripper
}

// Claim asks the relay at an address whether the sender-id for a nonce has come.
// See Client.Claim.
func Claim(ctx context.Context, relayURL, nonce, claimer string) (senderID int64, found bool, err error) {
	return Client{URL: relayURL}.Claim(ctx, nonce, claimer)
}

// Claim asks whether the sender-id for a nonce has come. claimer is a secret of
// the attempt's own that is stored with it and shown to nobody else: by it the
// relay knows who got the answer, so that who lost it can ask again. Errors hold
// neither.
func (c Client) Claim(ctx context.Context, nonce, claimer string) (senderID int64, found bool, err error) {
	if !signup.IsNonce(nonce) {
		return 0, false, ErrNonce
	}
	body, err := json.Marshal(map[string]string{"nonce": nonce, "claimer": claimer})
	if err != nil {
		return 0, false, fmt.Errorf("relay: write the claim: %w", err)
	}
	var answer claimAnswer
	status, err := c.ask(ctx, http.MethodPost, claimPath, body, &answer)
	switch {
	case err != nil:
		return 0, false, err
	case status != http.StatusOK:
		return 0, false, &StatusError{status}
	case !answer.Found:
		return 0, false, nil
	}
	id, err := strconv.ParseInt(answer.SenderID, 10, 64)
	if err != nil || id <= 0 {
		return 0, false, ErrAnswer
	}
	return id, true, nil
}

// Health asks the relay how it is. One that is not well answers, too: see OK.
func (c Client) Health(ctx context.Context) (Health, error) {
	var h Health
	status, err := c.ask(ctx, http.MethodGet, healthPath, nil, &h)
	if err == nil && status != http.StatusOK && (status != http.StatusServiceUnavailable || h.Capacity == 0) {
		err = &StatusError{status}
	}
	return h, err
}

// ask makes one call. An answer that is no JSON leaves into as it is when its
// status speaks for itself.
func (c Client) ask(ctx context.Context, method, path string, body []byte, into any) (status int, err error) {
	address, err := c.address(path)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, claimTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("relay: make the call: %w", err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	transport := c.Transport
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		defer own.CloseIdleConnections()
		transport = own
	}
	// A redirect would carry the nonce somewhere else.
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("relay: call the relay: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return 0, fmt.Errorf("relay: read the answer: %w", err)
	}
	if json.Unmarshal(data, into) != nil && response.StatusCode == http.StatusOK {
		return 0, ErrAnswer
	}
	return response.StatusCode, nil
}

// address checks where the nonce would go.
func (c Client) address(path string) (string, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", ErrAddress
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return "", ErrAddress
	}
	return strings.TrimRight(u.Scheme+"://"+u.Host+u.EscapedPath(), "/") + path, nil
}
