// Package digipost speaks Digipost's REST API for senders, version 8: it finds
// its way from the entry point, signs every request, verifies every answer and
// turns what goes wrong into one typed error with questions to ask of it. It
// knows nothing of the rest of the program and can be used alone.
//
// The client never repeats a letter by itself. Who repeats one does so with the
// same message-id and the same document uuids, which Digipost refuses to
// deliver twice.
package digipost

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// mediaType is the XML of version 8, as body and as what is accepted.
const mediaType = "application/vnd.digipost-v8+xml"

const defaultTimeout = 30 * time.Second

// The base addresses of Digipost's public environments. Each has accounts and
// certificates of its own.
const (
	BaseURLProduction = "https://api.digipost.no"
	BaseURLTest       = "https://api.test.digipost.no"
	// BaseURLHealth is in the Norwegian health network (Norsk Helsenett).
	BaseURLHealth = "https://api.nhn.digipost.no"
)

// defaultConnections lets 16 letters be on their way at once.
const defaultConnections = 16

// Config is what a Client needs.
type Config struct {
	// BaseURL is https://api.digipost.no or another environment's. Plain http is
	// accepted on loopback only.
	BaseURL string
	// BrokerID is the account whose certificate signs (X-Digipost-UserId).
	BrokerID int64
	// Key signs; it must be an RSA key.
	Key crypto.Signer
	// UserAgent names the program to Digipost's support; may be empty.
	UserAgent string
	// Transport is nil for an own pool of kept HTTP/1.1 connections, through the
	// proxy of the environment except on loopback.
	Transport http.RoundTripper
	// Connections is how many connections the own pool has at most; a call beyond
	// them waits for its turn, under its context. Zero means 16.
	Connections int
	// MaxAttachments is how many documents may follow the primary one, at most
	// MaxAttachments of the package. Zero means DefaultMaxAttachments.
	MaxAttachments int
	// Now is the clock, nil for the system's.
	Now func() time.Time
	// Timeout is how long a request may make no progress: neither a piece of it
	// leaves nor the whole answer has come. Zero means 30 seconds. A slow line may
	// take its time over a large letter.
	Timeout time.Duration
}

// Client makes signed calls for one broker. It is safe for use by several
// goroutines.
type Client struct {
	base     *url.URL // path without a final slash
	brokerID string
	key      crypto.Signer
	agent    string
	// transport is used without http.Client: nothing is to follow redirects, keep
	// cookies or read a body twice behind our back.
	transport http.RoundTripper
	own       *http.Transport // nil when the caller gave a transport
	now       func() time.Time
	timeout   time.Duration
	// attachments is the most a letter may have.
	attachments int
	// pause is how long a question waits to be repeated where Digipost names no
	// time.
	pause time.Duration
	// signDecoded is set once Digipost has shown that it signs paths decoded.
	signDecoded atomic.Bool
	skew        clockSkew

	mu    sync.Mutex
	roots map[int64]*cachedRoot
}

// New checks the configuration and makes a client. It makes no call.
func New(config Config) (*Client, error) {
	base, err := parseBase(config.BaseURL)
	if err != nil {
		return nil, err
	}
	if config.BrokerID <= 0 {
		return nil, errors.New("digipost: the broker id must be above 0")
	}
	if config.Key == nil {
		return nil, errors.New("digipost: no key to sign with")
	}
	if _, ok := config.Key.Public().(*rsa.PublicKey); !ok {
		return nil, ErrKeyNotRSA
	}
	if config.Connections < 0 || config.MaxAttachments < 0 || config.MaxAttachments > MaxAttachments {
		return nil, fmt.Errorf("digipost: connections must not be negative, and attachments at most %d", MaxAttachments)
	}
	c := &Client{
		base: base, brokerID: strconv.FormatInt(config.BrokerID, 10), key: config.Key,
		agent: config.UserAgent, now: config.Now, timeout: config.Timeout,
		attachments: cmp.Or(config.MaxAttachments, DefaultMaxAttachments), pause: repeatPause,
		roots: map[int64]*cachedRoot{},
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	if c.agent == "" {
		c.agent = "brevdue"
	}
	c.transport = config.Transport
	if c.transport == nil {
		c.own = newTransport(cmp.Or(config.Connections, defaultConnections))
		c.transport = c.own
	}
	return c, nil
}

// Close ends idle connections. Calls under way go on.
func (c *Client) Close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("digipost: base address: %w", err)
	}
	switch {
	case base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("digipost: the base address must be scheme, host and path only")
	case base.Scheme == "https":
	case base.Scheme == "http" && isLoopback(base.Hostname()):
	default:
		return nil, errors.New("digipost: the base address must be https, or http on loopback")
	}
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawPath = ""
	return base, nil
}

// newTransport is a pool with bounds. Compression is off because an answer's
// hash covers its bytes as they came. HTTP/1.1 is enough and keeps one letter
// to one connection.
func newTransport(connections int) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  proxyFor,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
		DisableCompression:     true,
		MaxConnsPerHost:        connections,
		MaxIdleConnsPerHost:    connections,
		MaxIdleConns:           connections,
		IdleConnTimeout:        30 * time.Second,
		ExpectContinueTimeout:  time.Second,
		WriteBufferSize:        64 << 10,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// proxyFor takes the proxy from the environment, but never for loopback: the
// stand-in must be reached even where everything else goes through a proxy.
func proxyFor(request *http.Request) (*url.URL, error) {
	if isLoopback(request.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(request)
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// at gives the address of a path below the base.
func (c *Client) at(path string) *url.URL {
	u := *c.base
	u.Path += path
	return &u
}

// resolve gives the address of a link. Like the Java client it takes path and
// query of the link and keeps scheme and host of the base, so that a link can't
// lead to another host; relative links are resolved against the base.
func (c *Client) resolve(uri string) (*url.URL, error) {
	if len(uri) > 2000 {
		return nil, ErrBadAnswer
	}
	link, err := url.Parse(uri)
	if err != nil || link.Opaque != "" || (link.Path == "" && link.Host == "") {
		return nil, ErrBadAnswer
	}
	if link.Path == "" {
		link.Path = "/"
	}
	from := *c.base
	from.Path += "/"
	return from.ResolveReference(&url.URL{Path: link.Path, RawPath: link.RawPath, RawQuery: link.RawQuery}), nil
}

// get makes a signed GET and gives the verified body of a 2xx answer.
func (c *Client) get(ctx context.Context, op string, root *EntryPoint, u *url.URL) ([]byte, error) {
	return c.call(ctx, root, request{op: op, method: http.MethodGet, url: u, repeatable: true})
}
