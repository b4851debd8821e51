package relay

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Rate is how many calls are taken: Burst at once, and then PerSecond.
type Rate struct {
	PerSecond float64
	Burst     int
}

// maxAddresses bounds the addresses a limiter knows; those beyond share one
// bucket.
const maxAddresses = 10_000

// limiter keeps calls within a rate for each address and one for all.
type limiter struct {
	each, total Rate
	now         func() time.Time

	mu        sync.Mutex
	addresses map[netip.Addr]*bucket
	all, rest bucket
	cleared   time.Time
}

func newLimiter(each, total Rate) *limiter {
	return &limiter{each: each, total: total, now: time.Now, addresses: map[netip.Addr]*bucket{}}
}

// bucket holds how much of a rate is used up.
type bucket struct {
	used float64
	last time.Time
}

// drain lets what is used flow off at the rate until now.
func (b *bucket) drain(rate Rate, now time.Time) {
	if passed := now.Sub(b.last).Seconds(); passed > 0 {
		b.used = max(0, b.used-passed*rate.PerSecond)
	}
	b.last = now
}

// allow takes a call of an address, or not. An address that is over its own
// limit uses up nothing of the limit of all.
func (l *limiter) allow(address netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	mine := l.bucket(network(address), now)
	mine.drain(l.each, now)
	l.all.drain(l.total, now)
	if mine.used+1 > float64(l.each.Burst) || l.all.used+1 > float64(l.total.Burst) {
		return false
	}
	mine.used++
	l.all.used++
	return true
}

func (l *limiter) bucket(address netip.Addr, now time.Time) *bucket {
	if b, known := l.addresses[address]; known {
		return b
	}
	if len(l.addresses) >= maxAddresses && now.Sub(l.cleared) >= time.Second {
		l.cleared = now
		for each, b := range l.addresses {
			if b.drain(l.each, now); b.used == 0 {
				delete(l.addresses, each)
			}
		}
	}
	if len(l.addresses) >= maxAddresses {
		return &l.rest
	}
	b := &bucket{last: now}
	l.addresses[address] = b
	return b
}

// network is what counts as one caller: an IPv4 address, or the 64 bits of an
// IPv6 network, since one customer has all addresses of it.
func network(address netip.Addr) netip.Addr {
	address = address.Unmap().WithZone("")
	if !address.Is6() {
		return address
	}
	prefix, err := address.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.Addr()
}

// clientAddress is who calls. Behind a proxy that is trusted it is the last
// address of X-Forwarded-For that is not a trusted proxy itself: all before it
// may be the caller's own invention.
func clientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	address := peer(r.RemoteAddr)
	if !contains(trusted, address) {
		return address
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap()
		if !contains(trusted, address) {
			break
		}
	}
	return address
}

func peer(address string) netip.Addr {
	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		return netip.Addr{}
	}
	return parsed.Addr().Unmap()
}

func contains(networks []netip.Prefix, address netip.Addr) bool {
	for _, each := range networks {
		if each.Contains(address) {
			return true
		}
	}
	return false
}

// gate is a listener that closes at once what is over a bound: slow callers of
// one address leave room for others, and nobody waits in a queue.
type gate struct {
	net.Listener
	trusted []netip.Prefix
	// plain is a service without TLS: only its proxies and this machine come in,
	// even where it listens for all.
	plain bool

	mu   sync.Mutex
	open map[netip.Addr]int
	all  int
}

func newGate(l net.Listener, trusted []netip.Prefix, plain bool) *gate {
	return &gate{Listener: l, trusted: trusted, plain: plain, open: map[netip.Addr]int{}}
}

// Accept gives the next connection that is within the bounds.
func (g *gate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		caller := peer(conn.RemoteAddr().String())
		if g.enter(caller) {
			return &passed{Conn: conn, leave: sync.OnceFunc(func() { g.leave(network(caller)) })}, nil
		}
		_ = conn.Close()
	}
}

func (g *gate) enter(caller netip.Addr) bool {
	trusted, from := contains(g.trusted, caller), network(caller)
	if g.plain && !trusted && !caller.IsLoopback() {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all >= maxConnections || (g.open[from] >= maxPerAddress && !trusted) {
		return false
	}
	g.all++
	g.open[from]++
	return true
}

func (g *gate) leave(from netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all--
	if g.open[from]--; g.open[from] <= 0 {
		delete(g.open, from)
	}
}

// passed is a connection that counts until it is closed.
type passed struct {
	net.Conn
	leave func()
}

// Close closes the connection and makes room for another.
func (p *passed) Close() error {
	p.leave()
	return p.Conn.Close()
}
