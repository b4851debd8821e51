// Package ebox reads the Belgian e-Box Enterprise as a Document Consumer: it
// fetches an access token by a signed assertion, asks the provider registry
// which Document Providers there are, and lists, reads and downloads messages
// from each of them, in the two generations of the message registry's contract.
// It knows nothing of the rest of the program and can be used alone.
//
// The contract of generation 2 (Message Registry 2.1) is published in full. Of
// generation 3 only parts are; everything that is assumed about it stands in
// names.go.
//
// Fetching the main document of a message, or a body that is the main content,
// marks the message read for the whole enterprise. Nothing else here does.
package ebox

import (
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The addresses of the Belgian social security. The simulation is read with a
// token of production.
const (
	TokenURLProduction = "https://services.socialsecurity.be/REST/oauth/v5/token"
	TokenURLAcceptance = "https://services-acpt.socialsecurity.be/REST/oauth/v5/token"

	RegistryProduction = "https://services.socialsecurity.be/REST/ebox/enterprise/federation/v1/messageProviders"
	RegistryAcceptance = "https://services-acpt.socialsecurity.be/REST/ebox/enterprise/federation/v1/messageProviders"

	// The second generation of the provider registry.
	RegistryProduction2 = "https://services.socialsecurity.be/REST/ebox/enterprise/federation/documentProviderRegistry/v1/messageRegistries"
	RegistryAcceptance2 = "https://services-acpt.socialsecurity.be/REST/ebox/enterprise/federation/documentProviderRegistry/v1/messageRegistries"

	// The message registry of the social security's own provider.
	ProviderProduction = "https://services.socialsecurity.be/REST/ebox/enterprise/messageRegistry/v3/"
	ProviderAcceptance = "https://services-acpt.socialsecurity.be/REST/ebox/enterprise/messageRegistry/v3/"
	ProviderSimulation = "https://services-sim.socialsecurity.be/REST/ebox/enterprise/messageRegistry/consultationIntegrationTest/v3"
)

const (
	defaultTimeout    = 30 * time.Second
	defaultMaxContent = 1 << 30
)

// What is wrong with a configuration.
var (
	// ErrNoClientID is an empty client id.
	ErrNoClientID = errors.New("ebox: no client id")
	// ErrNoKey is a missing private key.
	ErrNoKey = errors.New("ebox: no private key")
	// ErrKeyNotRSA is a key that RS256 can't be signed with.
	ErrKeyNotRSA = errors.New("ebox: the private key is not an RSA key")
	// ErrAddress is an address that no token may go to: neither https nor http on
	// loopback, or with more in it than scheme, host and path.
	ErrAddress = errors.New("ebox: the address must be https, or http on loopback")
)

// Config is what a Client needs.
type Config struct {
	// ClientID is the account's, as ChaMan shows it. Key is the private key of the
	// certificate that was uploaded there; it must be an RSA key.
	ClientID string
	Key      crypto.Signer
	// TokenURL is the token endpoint. Audience is empty where it is the same.
	TokenURL, Audience string
	// Registries are the addresses of the provider registry, asked in turn until
	// one answers; none means that only Fallback is used.
	Registries []string
	// Fallback are base addresses of message registries, used where the provider
	// registry gives nothing.
	Fallback []string
	// UserAgent names the program; may be empty.
	UserAgent string
	// Transport is nil for an own pool of kept connections.
	Transport http.RoundTripper
	// Now is the clock, nil for the system's.
	Now func() time.Time
	// Timeout is how long a call may make no progress; zero means 30 seconds.
	Timeout time.Duration
	// Pause is how long a question waits before it is asked a second time, where the
	// server is busy and names no time; zero means half a second.
	Pause time.Duration
	// MaxContent is the most bytes of one document; zero means 1 GiB.
	MaxContent int64
}

// Client reads one e-Box: the one its token stands for. It is safe for use by
// several goroutines.
type Client struct {
	clientID, audience, agent string
	key                       crypto.Signer
	tokenURL                  *url.URL
	registries                []*url.URL
	fallback                  []Provider
	// transport is used without http.Client: nothing is to follow redirects with a
	// token behind our back.
	transport  http.RoundTripper
	own        *http.Transport // nil when the caller gave a transport
	now        func() time.Time
	timeout    time.Duration
	maxContent int64
	// pause is how long a call waits before it is made again where the server names
	// no time.
	pause time.Duration

	tokens     tokens
	references references

	mu    sync.Mutex
	known []Provider // of the last answer of the registry
}

// New checks the configuration and makes a client. It makes no call.
func New(config Config) (*Client, error) {
	if config.ClientID == "" {
		return nil, ErrNoClientID
	}
	if config.Key == nil {
		return nil, ErrNoKey
	}
	if _, ok := config.Key.Public().(*rsa.PublicKey); !ok {
		return nil, ErrKeyNotRSA
	}
	token, err := parseAddress(config.TokenURL)
	if err != nil {
		return nil, fmt.Errorf("token endpoint: %w", err)
	}
	c := &Client{
		clientID: config.ClientID, audience: config.Audience, agent: config.UserAgent, key: config.Key, tokenURL: token,
		transport: config.Transport, now: config.Now, timeout: config.Timeout, maxContent: config.MaxContent,
		pause: config.Pause,
	}
	if c.audience == "" {
		c.audience = config.TokenURL
	}
	for _, text := range config.Registries {
		address, err := c.safeAddress(text)
		if err != nil {
			return nil, fmt.Errorf("provider registry: %w", err)
		}
		c.registries = append(c.registries, address)
	}
	for _, text := range config.Fallback {
		if _, err := c.safeAddress(text); err != nil {
			return nil, fmt.Errorf("message registry: %w", err)
		}
		c.fallback = append(c.fallback, configured(text))
	}
	c.complete()
	return c, nil
}

// complete fills what was left empty.
func (c *Client) complete() {
	if c.now == nil {
		c.now = time.Now
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	if c.pause <= 0 {
		c.pause = defaultPause
	}
	if c.maxContent <= 0 {
		c.maxContent = defaultMaxContent
	}
	if c.agent == "" {
		c.agent = "brevdue"
	}
	if c.transport == nil {
		c.own = newTransport()
		c.transport = c.own
	}
}

// Close ends idle connections. Calls under way go on.
func (c *Client) Close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// safeAddress reads an address that a token may go to. The token of a real
// server never goes to plain http, and that of a stand-in on loopback never
// leaves the machine.
func (c *Client) safeAddress(text string) (*url.URL, error) {
	address, err := parseAddress(text)
	if err != nil {
		return nil, err
	}
	if isLoopback(c.tokenURL.Hostname()) != isLoopback(address.Hostname()) {
		return nil, ErrAddress
	}
	return address, nil
}

func parseAddress(text string) (*url.URL, error) {
	address, err := url.Parse(strings.TrimSpace(text))
	if err != nil || len(text) > maxAddress {
		return nil, ErrAddress
	}
	switch {
	case address.Host == "" || address.User != nil || address.RawQuery != "" || address.Fragment != "":
		return nil, ErrAddress
	case address.Scheme == "https":
	case address.Scheme == "http" && isLoopback(address.Hostname()):
	default:
		return nil, ErrAddress
	}
	return address, nil
}

const maxAddress = 2000

// isLoopback reports whether a host is this machine, by its form alone.
func isLoopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// newTransport is a pool with bounds. Compression is off, so that sizes are
// those of the documents.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: func(request *http.Request) (*url.URL, error) {
			if isLoopback(request.URL.Hostname()) {
				return nil, nil
			}
			return http.ProxyFromEnvironment(request)
		},
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		DisableCompression:     true,
		MaxConnsPerHost:        8,
		MaxIdleConnsPerHost:    4,
		MaxIdleConns:           16,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}
