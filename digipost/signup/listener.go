package signup

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// What a Listener may fail with.
var (
	// ErrPort is a port that could not be bound; another program may have it.
	ErrPort = errors.New("signup: the port for the answer is not free")
	// ErrClosed is a listener that was closed before an answer came.
	ErrClosed = errors.New("signup: the listener was closed")
)

// Pages are what the browser shows: finished HTML in the person's language. The
// listener allows the scripts and styles that stand in them and nothing else.
type Pages struct {
	// Receive is shown first. Its script sends the whole address, fragment
	// included, in the field "address" of a form posted to "?"; without script it
	// shows that form for pasting.
	Receive []byte
	// Done says that the answer was received.
	Done []byte
	// Refused says that the answer does not belong to this attempt.
	Refused []byte
	// Paste has the form again, for an address that could not be read.
	Paste []byte
}

// ListenConfig is what a Listener needs.
type ListenConfig struct {
	// Port is 0 for a free one.
	Port int
	// Path is "" for an unguessable one; it begins with "/".
	Path string
	// Nonce is the one given to the sign-up page, at least 16 characters.
	Nonce string
	Pages Pages
	// Life is how long an answer is taken, NonceLife if 0. Then the listener stops
	// by itself.
	Life time.Duration
	// linger is usualLinger if 0; tests have less time.
	linger time.Duration
}

// Listener waits on loopback for one answer with the right nonce. It stops by
// itself soon after it has it, and when the nonce's time is over.
type Listener struct {
	port   int
	path   string
	nonce  [sha256.Size]byte
	life   time.Duration
	linger time.Duration
	until  time.Time // by the clock on the wall, which runs while the machine sleeps
	server *http.Server
	// The pages with their policies.
	receive, done, refused, paste page

	busy     atomic.Int64 // connections with a request under way
	mu       sync.Mutex
	answer   Answer
	answered chan struct{} // closed when there is an answer
	stop     chan struct{} // closed by Close
	stopOnce sync.Once
	stopped  chan struct{} // closed when nothing runs any more
}

// Limits of the listener. A browser needs a fraction of them.
const (
	maxConnections = 32
	maxBody        = 3*maxAddress + 64 // percent-encoded
	maxHeader      = 16 << 10
	// usualLinger is for who clicks the link at Digipost's twice: the second return
	// still finds a page that says that all is well.
	usualLinger = 5 * time.Second
	farewell    = 3 * time.Second // for the browser to get its last page
)

// NonceLife is how long an answer is taken at most; a nonce has no longer life.
const NonceLife = 30 * 24 * time.Hour

var pathPattern = regexp.MustCompile(`^/[A-Za-z0-9_/-]{1,200}$`)

// Listen binds the loopback addresses and waits for an answer. The context is
// for the binding only; Close ends the listener.
func Listen(ctx context.Context, config ListenConfig) (*Listener, error) {
	if len(config.Nonce) < 16 {
		return nil, errors.New("signup: the nonce is too short")
	}
	if config.Path == "" {
		config.Path = "/retur/" + NewNonce()
	}
	if !pathPattern.MatchString(config.Path) {
		return nil, errors.New("signup: the path must begin with / and hold letters, digits, - and _ only")
	}
	if config.Life <= 0 || config.Life > NonceLife {
		config.Life = NonceLife
	}
	if config.linger == 0 {
		config.linger = usualLinger
	}
	var binder net.ListenConfig
	four, err := binder.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(config.Port)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPort, err)
	}
	l := &Listener{
		port: four.Addr().(*net.TCPAddr).Port, path: config.Path, nonce: sha256.Sum256([]byte(config.Nonce)),
		life: config.Life, linger: config.linger, until: time.Now().Round(0).Add(config.Life),
		receive: newPage(config.Pages.Receive), done: newPage(config.Pages.Done),
		refused: newPage(config.Pages.Refused), paste: newPage(config.Pages.Paste),
		answered: make(chan struct{}), stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	l.server = &http.Server{
		Handler: http.HandlerFunc(l.serve), DisableGeneralOptionsHandler: true, ErrorLog: log.New(io.Discard, "", 0), MaxHeaderBytes: maxHeader,
		ConnState: l.track(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
	}
	// A connection that stays open for more would take a place from the browser
	// that comes back.
	l.server.SetKeepAlivesEnabled(false)
	bound := []net.Listener{four}
	// The registered address is the one with 127.0.0.1; the other loopback is a
	// help where there is one and where its port is free.
	if six, err := binder.Listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(l.port))); err == nil {
		bound = append(bound, six)
	}
	go l.run(bound)
	return l, nil
}

// run serves until there is an answer, until its time is over or until Close,
// lets the browser get its last page, and ends everything.
func (l *Listener) run(bound []net.Listener) {
	defer close(l.stopped)
	var all sync.WaitGroup
	for _, each := range bound {
		all.Go(func() { l.server.Serve(limit(each, maxConnections)) })
	}
	over := time.NewTimer(l.life)
	defer over.Stop()
	select {
	case <-l.answered:
		select {
		case <-l.stop:
		case <-time.After(l.linger):
		}
	case <-over.C:
	case <-l.stop:
	}
	for _, each := range bound {
		each.Close()
	}
	// The server's own Shutdown would also wait for connections that a browser
	// opened ahead and never used.
	for end := time.Now().Add(farewell); l.busy.Load() > 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	l.server.Close()
	all.Wait()
}

// track counts the connections with a request under way.
func (l *Listener) track() func(net.Conn, http.ConnState) {
	var active sync.Map
	return func(conn net.Conn, state http.ConnState) {
		if state == http.StateActive {
			if _, was := active.Swap(conn, true); !was {
				l.busy.Add(1)
			}
		} else if _, was := active.LoadAndDelete(conn); was {
			l.busy.Add(-1)
		}
	}
}

// URL is the return address to register. It has no query.
func (l *Listener) URL() string { return "http://" + l.host() + l.path }

// Port is the bound port, Path the path; both are kept with the attempt, so
// that the same address can be bound again.
func (l *Listener) Port() int { return l.port }

// Path is the path of the return address.
func (l *Listener) Path() string { return l.path }

func (l *Listener) host() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(l.port)) }

// Wait gives the answer. It may be called again and gives the same. A closed
// listener gives ErrClosed.
func (l *Listener) Wait(ctx context.Context) (Answer, error) {
	select {
	case <-l.answered:
		return l.answer, nil
	default:
	}
	select {
	case <-l.answered:
		return l.answer, nil
	case <-l.stopped:
		// The answer may have come while the listener was being closed.
		select {
		case <-l.answered:
			return l.answer, nil
		default:
			return Answer{}, ErrClosed
		}
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	}
}

// Close ends the listener and waits until nothing of it is left. It may be
// called at any time and more than once.
func (l *Listener) Close() error {
	l.stopOnce.Do(func() { close(l.stop) })
	<-l.stopped
	return nil
}

// accept takes the first answer with the right nonce. The same answer once more
// (a double click) is fine, another one is not.
func (l *Listener) accept(answer Answer) bool {
	given := sha256.Sum256([]byte(answer.Nonce))
	if subtle.ConstantTimeCompare(given[:], l.nonce[:]) != 1 {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.answered:
		return l.answer == answer
	default:
	}
	if time.Now().Round(0).After(l.until) {
		return false
	}
	l.answer = answer
	close(l.answered)
	return true
}

// hasAnswer reports whether an answer was accepted.
func (l *Listener) hasAnswer() bool {
	select {
	case <-l.answered:
		return true
	default:
		return false
	}
}
