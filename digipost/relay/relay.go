// Package relay is a small service that a partner (a vendor whose customers
// send through Digipost) runs where Digipost can reach it.
//
// Who has no signatory right applies for an account, and Digipost's people
// approve it by hand, days later. Digipost's back end then calls an address
// agreed beforehand with the new sender-id and the nonce of the attempt
// (half-automatic onboarding, digipost.no/plattform/funksjonalitet/onboarding).
// A program on a desk can't be called. So the relay takes the call, keeps the
// sender-id under the SHA-256 of the nonce, and gives it to the one program
// that can say the nonce. It never stores the nonce, and what it gives out
// counts only after a signed call with it.
//
//	GET or POST /callback   sender-id and nonce in query, form or JSON
//	POST /claim             nonce, and a secret of the claimer's own
//	GET  /health            counts only, for a doctor
//
// The client's side of it is Client.
package relay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"sync"
	"time"
)

// Config is what a Server needs. Store and Listen must be given, the rest has
// defaults.
type Config struct {
	// Store keeps what Digipost said.
	Store Store
	// Listen is host:port; port 0 takes a free one.
	Listen string
	// CertificateFile and KeyFile are PEM files for TLS; both or none. Files that
	// were renewed are read again while the service runs.
	CertificateFile, KeyFile string
	// TrustedProxies are the networks of reverse proxies. Only for calls from them
	// is X-Forwarded-For believed. Without TLS files the service listens on
	// loopback only, unless proxies are named here, which then do the TLS; nobody
	// but they and this machine is let in.
	TrustedProxies []netip.Prefix
	// CallbackPath is where Digipost calls, DefaultCallbackPath if empty. Since
	// the address is agreed with Digipost beforehand it can hold something that
	// nobody guesses, which keeps strangers from filling the store.
	CallbackPath string
	// Keep is how long a sender-id waits; 30 days if 0.
	Keep time.Duration
	// RepeatFor is how long the claimer who got the answer may ask again; see
	// DefaultRepeatFor.
	RepeatFor time.Duration
	// Capacity is how many sender-ids are kept at most, claimed ones included;
	// 100,000 if 0. When it is reached new ones are refused with 503 and Health
	// says so: throwing out old ones would let a stranger flush true ones away.
	Capacity int
	// PerAddress and Total limit the calls of one address (of an IPv6 network of
	// 64 bits) and of all, for each path by itself.
	PerAddress, Total Rate
	// Notify is told of each new sender-id; nil tells nobody.
	Notify Notify
	// Log gets what happened, without nonces, sender-ids and addresses; nil is
	// nowhere.
	Log *slog.Logger
	// Now is the clock, time.Now if nil.
	Now func() time.Time
}

// Defaults of Config.
const (
	DefaultCallbackPath = "/callback"
	DefaultKeep         = 30 * 24 * time.Hour
	// DefaultRepeatFor lets the claimer that got the answer, and nobody else, get
	// it again. An answer is lost when a network fails or when a laptop is shut in
	// that moment, and then the program asks again when it next runs: minutes are
	// too short, from Friday to Monday is enough. It costs nothing, since the
	// claimer is told by a secret of its own and not by the nonce alone.
	DefaultRepeatFor = 72 * time.Hour
	DefaultCapacity  = 100_000
)

// Bounds on what one connection may cost. A call needs a fraction of them.
const (
	maxBody        = 4 << 10
	maxHeader      = 8 << 10
	maxConnections = 512
	maxPerAddress  = 32
	storeTime      = 5 * time.Second
	sweepEvery     = time.Hour
	closeTime      = 10 * time.Second
)

// ErrPlain is a service that would be reachable from other machines without TLS.
var ErrPlain = errors.New("relay: other machines may reach it through TLS only: give a certificate, or listen on loopback, or name the proxy in front of it")

// ErrCertificate is a certificate or key for TLS that cannot be used.
var ErrCertificate = errors.New("relay: TLS certificate")

var callbackPattern = regexp.MustCompile(`^/[A-Za-z0-9_/-]{1,200}$`)

// Server is a running relay.
type Server struct {
	cfg      Config
	http     *http.Server
	listener net.Listener
	limits   map[string]*limiter // by path
	counts   counts
	news     chan News
	started  time.Time

	end     context.CancelFunc // ends what runs beside the calls
	beside  sync.WaitGroup
	once    sync.Once
	stopped chan struct{}
	err     error // what serving ended with; read after stopped
}

// Start binds and serves until Close. The context is for the start only.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	var certificate *certificateFiles
	if cfg.CertificateFile != "" {
		certificate = &certificateFiles{certificate: cfg.CertificateFile, key: cfg.KeyFile, log: cfg.Log}
		if err := certificate.load(); err != nil {
			return nil, err
		}
	}
	var binder net.ListenConfig
	bound, err := binder.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("relay: listen: %w", err)
	}
	if certificate == nil && len(cfg.TrustedProxies) == 0 && !bound.Addr().(*net.TCPAddr).IP.IsLoopback() {
		_ = bound.Close()
		return nil, ErrPlain
	}
	s := &Server{cfg: cfg, listener: bound, news: make(chan News, 64), started: cfg.Now(), stopped: make(chan struct{}), limits: map[string]*limiter{}}
	for _, path := range []string{cfg.CallbackPath, claimPath, healthPath} {
		s.limits[path] = newLimiter(cfg.PerAddress, cfg.Total)
	}
	s.http = &http.Server{
		Handler: s, DisableGeneralOptionsHandler: true, ErrorLog: log.New(io.Discard, "", 0), MaxHeaderBytes: maxHeader, ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout: 10 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: 20 * time.Second,
	}
	// HTTP/2 would let one connection hold many calls; nobody here needs it.
	s.http.Protocols = new(http.Protocols)
	s.http.Protocols.SetHTTP1(true)
	var outer net.Listener = newGate(bound, cfg.TrustedProxies, certificate == nil)
	if certificate != nil {
		outer = tls.NewListener(outer, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificate.get, NextProtos: []string{"http/1.1"}})
	}
	s.run(outer)
	return s, nil
}

// IsCallbackPath reports whether a path can be Config.CallbackPath.
func IsCallbackPath(path string) bool {
	return callbackPattern.MatchString(path) && path != claimPath && path != healthPath
}

// complete checks the configuration and fills in the defaults.
func (c *Config) complete() error {
	if c.CallbackPath == "" {
		c.CallbackPath = DefaultCallbackPath
	}
	switch {
	case c.Store == nil:
		return errors.New("relay: a store must be given")
	case (c.CertificateFile == "") != (c.KeyFile == ""):
		return errors.New("relay: TLS needs both the certificate and its key")
	case !IsCallbackPath(c.CallbackPath):
		return errors.New("relay: the callback path must begin with / and hold letters, digits, - and _ only")
	}
	if c.Keep <= 0 {
		c.Keep = DefaultKeep
	}
	if c.RepeatFor <= 0 {
		c.RepeatFor = DefaultRepeatFor
	}
	if c.Capacity <= 0 {
		c.Capacity = DefaultCapacity
	}
	if c.PerAddress == (Rate{}) {
		c.PerAddress = Rate{PerSecond: 2, Burst: 60}
	}
	if c.Total == (Rate{}) {
		c.Total = Rate{PerSecond: 100, Burst: 1000}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

func (s *Server) run(listener net.Listener) {
	ctx, end := context.WithCancel(context.Background())
	s.end = end
	s.beside.Go(func() { s.sweep(ctx) })
	s.beside.Go(func() { s.tell(ctx) })
	go func() {
		defer close(s.stopped)
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.err = fmt.Errorf("relay: serve: %w", err)
		}
	}()
	s.cfg.Log.Info("relay started", "tls", s.cfg.CertificateFile != "")
}

// Addr is the address that is listened on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Wait waits until the service has stopped; nil after Close.
func (s *Server) Wait() error {
	<-s.stopped
	return s.err
}

// Close takes no new calls, lets those under way end for ten seconds at most,
// and waits until nothing of the service is left. It may be called more than
// once.
func (s *Server) Close() error {
	s.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		if s.http.Shutdown(ctx) != nil {
			_ = s.http.Close()
		}
		s.end()
		s.beside.Wait()
		s.cfg.Log.Info("relay stopped")
	})
	return s.Wait()
}

// sweep removes what has waited long enough, at the start and then every hour.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		removed, err := s.cfg.Store.Sweep(ctx, s.cfg.Now().Add(-s.cfg.Keep))
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.cfg.Log.Error("sweep failed", "error", err)
		case removed > 0:
			s.cfg.Log.Info("swept", "removed", removed)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
