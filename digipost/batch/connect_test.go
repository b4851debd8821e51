package batch

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

func TestDialHostKey(t *testing.T) {
	noLeaks(t)
	edKey, ecKey := ed25519Key(t), ecdsaKey(t)
	server := diskServer(t, edKey, ecKey)
	ed, ec, other := Fingerprint(edKey.PublicKey()), Fingerprint(ecKey.PublicKey()), Fingerprint(ed25519Key(t).PublicKey())
	no := errors.New("no")
	for name, test := range map[string]struct {
		pinned  string
		confirm func(string) error
		hostKey string
		check   func(error) bool
	}{
		"pinned":        {pinned: ed, hostKey: ed},
		"second key":    {pinned: ec, hostKey: ec},
		"confirmed":     {confirm: func(string) error { return nil }, hostKey: ed},
		"never asked":   {pinned: ed, confirm: func(string) error { return no }, hostKey: ed},
		"first contact": {check: unknownKey(ed, nil)},
		"said no":       {confirm: func(string) error { return no }, check: unknownKey(ed, no)},
		"changed": {pinned: other, confirm: func(string) error { t.Error("asked about a changed key"); return nil },
			check: func(err error) bool {
				var changed *HostKeyChangedError
				return errors.As(err, &changed) && *changed == HostKeyChangedError{Pinned: other, Got: ed}
			}},
	} {
		t.Run(name, func(t *testing.T) {
			config := server.config()
			config.PinnedHostKey, config.Confirm = test.pinned, test.confirm
			c, err := Dial(context.Background(), config)
			switch {
			case err != nil && (test.check == nil || !test.check(err)):
				t.Errorf("got %v", err)
			case err == nil && test.check != nil:
				t.Error("connected")
			case err == nil && c.HostKey() != test.hostKey:
				t.Errorf("host key %s", c.HostKey())
			}
			if err == nil {
				_ = c.Close()
			}
		})
	}
}

func unknownKey(fingerprint string, reason error) func(error) bool {
	return func(err error) bool {
		var unknown *HostKeyUnknownError
		return errors.As(err, &unknown) && unknown.Fingerprint == fingerprint && (reason == nil || errors.Is(err, reason))
	}
}

func TestDialLoginRefused(t *testing.T) {
	noLeaks(t)
	server := diskServer(t)
	for name, change := range map[string]func(*Config){
		"wrong key":  func(c *Config) { c.Key = ed25519Key(t) },
		"wrong user": func(c *Config) { c.User = "prod_2" },
	} {
		config := server.config()
		change(&config)
		if _, err := Dial(context.Background(), config); !errors.Is(err, ErrLoginRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Dial(context.Background(), Config{Addr: server.addr}); !errors.Is(err, ErrKeyFile) {
		t.Errorf("no key: %v", err)
	}
}

func TestDialUnreachable(t *testing.T) {
	noLeaks(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	_ = closed.Close()
	config := diskServer(t).config()
	for name, addr := range map[string]string{
		"nobody":       nobody,
		"no port":      "127.0.0.1",
		"hangs up":     listen(t, func(net.Conn) {}),
		"not ssh":      listen(t, func(c net.Conn) { _, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }),
		"endless":      listen(t, func(c net.Conn) { flood(c, "a") }),
		"endless ssh":  listen(t, func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-x\r\n")); flood(c, "\x00\x00\x00\x0c\x0a\x02") }),
		"no subsystem": "",
	} {
		t.Run(name, func(t *testing.T) {
			config := config
			if config.Addr = addr; addr == "" {
				config = startServer(t, nil, nil).config()
			}
			_, err := Dial(context.Background(), config)
			var unreachable *UnreachableError
			if !errors.As(err, &unreachable) || unreachable.Timeout() || unreachable.Addr != config.Addr {
				t.Errorf("got %v", err)
			}
		})
	}
}

func flood(conn net.Conn, what string) {
	what = strings.Repeat(what, 10_000)
	for {
		if _, err := conn.Write([]byte(what)); err != nil {
			return
		}
	}
}

// TestDialSilent has servers that fall silent at every stage of a login.
func TestDialSilent(t *testing.T) {
	noLeaks(t)
	server := diskServer(t)
	whole := newProxy(t, server.addr, proxyLimits{up: -1, down: -1})
	config := server.config()
	config.Addr = whole.addr
	_ = dialTest(t, config).Close()
	config.Stall = 100 * time.Millisecond
	for at := int64(0); at < whole.down.Load()-100; at += 500 {
		config.Addr = newProxy(t, server.addr, proxyLimits{up: -1, down: at, silent: true}).addr
		start := time.Now()
		_, err := Dial(context.Background(), config)
		var unreachable *UnreachableError
		if !errors.As(err, &unreachable) || !unreachable.Timeout() {
			t.Errorf("silent after %d bytes: %v", at, err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("silent after %d bytes: waited %v", at, took)
		}
	}
}

// TestDialCut has connections that break at every stage of a login: it must
// never look like a refused key or a changed server.
func TestDialCut(t *testing.T) {
	noLeaks(t)
	server := diskServer(t)
	whole := newProxy(t, server.addr, proxyLimits{up: -1, down: -1})
	config := server.config()
	config.Addr = whole.addr
	_ = dialTest(t, config).Close()
	for at := int64(0); at < whole.down.Load()-200; at += 97 {
		config.Addr = newProxy(t, server.addr, proxyLimits{up: -1, down: at}).addr
		_, err := Dial(context.Background(), config)
		var unreachable *UnreachableError
		if !errors.As(err, &unreachable) {
			t.Errorf("cut after %d bytes: %v", at, err)
		}
	}
}

func TestDialContext(t *testing.T) {
	noLeaks(t)
	config := diskServer(t).config()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Dial(ctx, config); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	config.Addr = listen(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); time.Sleep(300 * time.Millisecond) })
	ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := Dial(ctx, config); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled meanwhile: %v", err)
	}
}

// TestConfirmTakesTime: a person who thinks is no stalled server.
func TestConfirmTakesTime(t *testing.T) {
	noLeaks(t)
	config := diskServer(t).config()
	config.PinnedHostKey, config.Stall = "", 100*time.Millisecond
	config.Confirm = func(string) error { time.Sleep(400 * time.Millisecond); return nil }
	dialTest(t, config)
}

func TestCloseTwiceAndUseAfter(t *testing.T) {
	noLeaks(t)
	c := dialTest(t, diskServer(t).config())
	if err := errors.Join(c.Close(), c.Close()); err != nil {
		t.Error(err)
	}
	var unreachable *UnreachableError
	if _, _, err := c.Size(context.Background(), Split, "a.zip"); !errors.As(err, &unreachable) {
		t.Errorf("got %v", err)
	}
}

// TestRefusalWords pins what loginError relies on in x/crypto/ssh.
func TestRefusalWords(t *testing.T) {
	for text, refused := range map[string]bool{
		"ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain": true,
		`ssh: handshake failed: ssh: disconnect, reason 2: "Too many authentication failures"`:                                true,
		`ssh: handshake failed: ssh: disconnect, reason 12: "Too many connections"`:                                           false,
		"ssh: handshake failed: EOF": false,
	} {
		if refusals.MatchString(text) != refused {
			t.Errorf("%q", text)
		}
	}
}
