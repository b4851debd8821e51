package digipost

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestFirstCalls: many first calls at once make one request, and when it fails
// they all hear that, without each trying in turn.
func TestFirstCalls(t *testing.T) {
	var fails atomic.Bool
	var asked atomic.Int32
	s := newStub(t, nil)
	inner := s.server.Config.Handler
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		time.Sleep(100 * time.Millisecond)
		if fails.Load() {
			w.WriteHeader(500)
			return
		}
		inner.ServeHTTP(w, r)
	})
	for _, fail := range []bool{true, false} {
		fails.Store(fail)
		asked.Store(0)
		c := s.client()
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if _, err := c.Root(context.Background(), 0); (err != nil) != fail {
					t.Errorf("fails %v: %v", fail, err)
				}
			})
		}
		all.Wait()
		if n := asked.Load(); n != 1 {
			t.Errorf("fails %v: asked %d times", fail, n)
		}
	}
	// Who fetches for all and gives up leaves the fetching to the others.
	c := s.client()
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := c.Root(ctx, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v", err)
		}
	})
	time.Sleep(20 * time.Millisecond)
	all.Go(func() {
		if _, err := c.Root(context.Background(), 0); err != nil {
			t.Errorf("the other: %v", err)
		}
	})
	time.Sleep(20 * time.Millisecond)
	stop()
	all.Wait()
}

// TestNewCertificateForSender: an answer that is judged by a sender's entry
// point makes that one be fetched anew, not the broker's.
func TestNewCertificateForSender(t *testing.T) {
	s, c := letterroom(t, func(elsewhere string) string { return elsewhere }, true)
	ctx := context.Background()
	for _, sender := range []int64{0, 1000} {
		if _, err := c.Root(ctx, sender); err != nil {
			t.Fatal(err)
		}
	}
	s.mu.Lock()
	s.key = clientKey()
	s.mu.Unlock()
	if _, err := c.Inbox(ctx, 1000, 0, 0); err != nil || s.roots != 3 || s.called()[3] != "GET /1000" {
		t.Errorf("%v, calls %v", err, s.called())
	}
}

// TestFalseKey: an answer whose signature holds by no certificate makes one
// fetch, not more, and is not believed.
func TestFalseKey(t *testing.T) {
	s := newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
		w.Header().Set("X-Digipost-Signature", "AAAA")
		w.WriteHeader(200)
	})
	c := s.client()
	if _, err := send(c); !IsUnverified(err) || !OutcomeUnknown(err) || s.roots != 2 {
		t.Errorf("%v, fetched %d times", err, s.roots)
	}
}

// TestNothingLeftBehind: a letter that is given up half-way leaves no goroutine
// and no open file.
func TestNothingLeftBehind(t *testing.T) {
	stuck := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.CopyN(io.Discard, r.Body, 1<<20)
		<-stuck
	}))
	defer server.Close()
	defer close(stuck)
	s := newStub(t, nil)
	s.rootLinks = `<link rel="x/create_message" uri="/messages"/>`
	c := s.client()
	if _, err := c.Root(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	moved := c.at("")
	moved.Host = server.Listener.Addr().String()
	c.base = moved
	path := filepath.Join(t.TempDir(), "letter")
	if err := os.WriteFile(path, nil, 0o600); err != nil || os.Truncate(path, 32<<20) != nil {
		t.Fatal(err)
	}
	var open atomic.Int32
	file := Content{UUID: uuidA, Size: 32 << 20, Open: func() (io.ReadCloser, error) {
		f, err := os.Open(path)
		open.Add(1)
		return &counted{f, &open}, err
	}}
	for range 3 {
		ctx, stop := context.WithTimeout(context.Background(), 400*time.Millisecond)
		_, err := c.Send(ctx, letter(), []Content{file})
		stop()
		if !errors.Is(err, context.DeadlineExceeded) || OutcomeUnknown(err) {
			t.Errorf("%v", err)
		}
		if n := open.Load(); n != 0 {
			t.Errorf("%d files are open", n)
		}
	}
	c.Close()
	s.server.CloseClientConnections()
	for wait := 0; runtime.NumGoroutine() > before+6; wait++ { // the servers' own three connections, each with two
		if wait == 50 {
			trace := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, trace[:runtime.Stack(trace, true)])
		}
		time.Sleep(20 * time.Millisecond)
	}
}

type counted struct {
	io.ReadCloser
	open *atomic.Int32
}

func (c *counted) Close() error {
	c.open.Add(-1)
	return c.ReadCloser.Close()
}

// TestPool: connections are kept and bounded, and who waits for one does so
// under its context.
func TestPool(t *testing.T) {
	var s *digipostStub
	var now, most atomic.Int32
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		if r.ProtoMajor != 1 || r.ProtoMinor != 1 {
			t.Errorf("protocol %s", r.Proto)
		}
		for n := now.Add(1); ; {
			if old := most.Load(); n <= old || most.CompareAndSwap(old, n) {
				break
			}
		}
		time.Sleep(30 * time.Millisecond)
		now.Add(-1)
		s.reply(w, r, 200, resultXML)
	})
	c := s.client(func(config *Config) { config.Connections = 3 })
	var dialled atomic.Int32
	dial := c.own.DialContext
	c.own.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		dialled.Add(1)
		return dial(ctx, network, address)
	}
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if err := ask(context.Background(), c); err != nil {
				t.Error(err)
			}
		})
	}
	time.Sleep(15 * time.Millisecond)
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer stop()
	if err := ask(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for a connection: %v", err)
	}
	all.Wait()
	if most.Load() > 3 || dialled.Load() > 4 { // one may be dialled for the call that gave up
		t.Errorf("%d at once, %d connections", most.Load(), dialled.Load())
	}
}
