package batch

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// testServer is an SFTP server inside the test.
type testServer struct {
	addr string
	// dir holds the job folders, for servers that have one.
	dir  string
	user string
	key  ssh.Signer
	keys []ssh.Signer
}

func (s *testServer) config() Config {
	return Config{Addr: s.addr, User: s.user, Key: s.key, PinnedHostKey: Fingerprint(s.keys[0].PublicKey()), Root: s.dir, Stall: 20 * time.Second}
}

func ecdsaKey(t testing.TB) ssh.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// folders makes the four folders of an account.
func folders(t testing.TB, dir string) {
	t.Helper()
	for _, kind := range []Kind{Split, Mailing} {
		if err := os.MkdirAll(filepath.Join(dir, string(kind), "kvittering"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// diskServer serves a temporary folder.
func diskServer(t testing.TB, hostKeys ...ssh.Signer) *testServer {
	t.Helper()
	dir := t.TempDir()
	folders(t, dir)
	s := startServer(t, hostKeys, func(channel ssh.Channel) {
		server, err := sftp.NewServer(channel)
		if err == nil {
			_ = server.Serve()
		}
	})
	s.dir = dir
	return s
}

// handlerServer serves what the test's own handlers say.
func handlerServer(t testing.TB, handlers sftp.Handlers) *testServer {
	t.Helper()
	s := startServer(t, nil, func(channel ssh.Channel) { _ = sftp.NewRequestServer(channel, handlers).Serve() })
	s.dir = "/"
	return s
}

// startServer accepts logins until the test ends; serve handles the SFTP
// channel, nil refuses the subsystem.
func startServer(t testing.TB, hostKeys []ssh.Signer, serve func(ssh.Channel)) *testServer {
	t.Helper()
	if len(hostKeys) == 0 {
		hostKeys = []ssh.Signer{ed25519Key(t)}
	}
	s := &testServer{user: "prod_1001", key: ed25519Key(t), keys: hostKeys}
	config := &ssh.ServerConfig{PublicKeyCallback: func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if meta.User() != s.user || Fingerprint(key) != Fingerprint(s.key.PublicKey()) {
			return nil, errors.New("unknown")
		}
		return nil, nil
	}}
	for _, key := range hostKeys {
		config.AddHostKey(key)
	}
	s.addr = listen(t, func(conn net.Conn) {
		server, channels, requests, err := ssh.NewServerConn(conn, config)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		for offered := range channels {
			channel, requests, err := offered.Accept()
			if err != nil {
				break
			}
			go session(channel, requests, serve)
		}
		_ = server.Wait()
	})
	return s
}

func session(channel ssh.Channel, requests <-chan *ssh.Request, serve func(ssh.Channel)) {
	for request := range requests {
		ok := request.Type == "subsystem" && serve != nil
		_ = request.Reply(ok, nil)
		if ok {
			go ssh.DiscardRequests(requests)
			serve(channel)
			_ = channel.Close()
			return
		}
	}
}

// listen accepts on a loopback port; the connections are closed with the test.
func listen(t testing.TB, handle func(net.Conn)) (addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		mu    sync.Mutex
		conns []net.Conn
		wait  sync.WaitGroup
	)
	wait.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			wait.Go(func() {
				defer conn.Close()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, conn := range conns {
			_ = conn.Close()
		}
		mu.Unlock()
		wait.Wait()
	})
	return listener.Addr().String()
}

// proxy passes bytes between client and server until a limit, then cuts the
// connection or goes silent. Limits below 0 are none.
type proxy struct {
	addr string
	// up counts the bytes the client sent, down those of the server.
	up, down atomic.Int64
}

type proxyLimits struct {
	up, down int64
	silent   bool
}

func newProxy(t testing.TB, target string, limits proxyLimits) *proxy {
	t.Helper()
	p := &proxy{}
	ctx, cancel := context.WithCancel(context.Background())
	p.addr = listen(t, func(client net.Conn) {
		server, err := net.Dial("tcp", target)
		if err != nil {
			return
		}
		defer server.Close()
		over := make(chan struct{}, 2)
		pump := func(to, from net.Conn, limit int64, count *atomic.Int64) {
			defer func() { over <- struct{}{} }()
			buffer := make([]byte, 4096)
			for {
				n, err := from.Read(buffer)
				if limit >= 0 && count.Load()+int64(n) >= limit {
					n = int(limit - count.Load())
					_, _ = to.Write(buffer[:n])
					count.Add(int64(n))
					if limits.silent {
						<-ctx.Done()
					}
					return
				}
				count.Add(int64(n))
				if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
					return
				}
			}
		}
		go pump(server, client, limits.up, &p.up)
		go pump(client, server, limits.down, &p.down)
		<-over
		_ = client.Close()
		_ = server.Close()
		<-over
	})
	t.Cleanup(cancel)
	return p
}

func dialTest(t testing.TB, config Config) *Connection {
	t.Helper()
	c, err := Dial(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// put makes a file below the server's folder.
func (s *testServer) put(t testing.TB, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (s *testServer) get(t testing.TB, name string) (content string, found bool) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return "", false
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(data), true
}

// random is content that no compression or repetition hides faults in.
func random(t testing.TB, size int) string {
	t.Helper()
	data := make([]byte, size)
	if _, err := io.ReadFull(rand.Reader, data); err != nil {
		t.Fatal(err)
	}
	return string(data)
}
