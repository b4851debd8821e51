package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

// ErrNotLoopback means an address that other machines could reach, or a name.
var ErrNotLoopback = errors.New("only a loopback address (127.0.0.1, ::1, localhost) is allowed")

// binder binds listeners and remembers their ports from run to run.
type binder struct {
	dir    folder
	log    func(string, ...any)
	stored map[string]string // name -> host:port
}

func newBinder(dir folder, log func(string, ...any)) (*binder, error) {
	b := &binder{dir: dir, log: log, stored: map[string]string{}}
	data, err := readBounded(dir.path("ports.json"), 4<<10)
	if errors.Is(err, os.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read ports: %w", err)
	}
	if err := json.Unmarshal(data, &b.stored); err != nil {
		return nil, fmt.Errorf("read ports.json: %w", err)
	}
	return b, nil
}

// bind listens on the wished address; without a wish on the stored one or, if
// that is taken by now, on a free one.
func (b *binder) bind(name, wish string) (net.Listener, error) {
	addr := wish
	if addr == "" {
		addr = b.stored[name]
	}
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	addr, err := loopback(addr)
	if err != nil {
		return nil, fmt.Errorf("%s address: %w", name, err)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil && wish == "" {
		b.log("the %s port of last time (%s) is taken; taking another", name, addr)
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", name, err)
	}
	b.stored[name] = l.Addr().String()
	return l, nil
}

func (b *binder) save() error {
	data, err := json.Marshal(b.stored)
	if err != nil {
		return fmt.Errorf("write ports: %w", err)
	}
	return b.dir.write("ports.json", data)
}

// loopback checks an address and turns the name localhost into a number, so
// that no name service decides where we listen.
func loopback(addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	if !isLoopbackHost(host) {
		return "", fmt.Errorf("%s: %w", addr, ErrNotLoopback)
	}
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// isLoopbackHost says whether a host without port is this machine itself.
func isLoopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// isLoopbackAuthority is isLoopbackHost for host or host:port, as in a Host header.
func isLoopbackAuthority(authority string) bool {
	if host, _, err := net.SplitHostPort(authority); err == nil {
		return isLoopbackHost(host)
	}
	return isLoopbackHost(strings.Trim(authority, "[]"))
}
