package digipost

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// TestRefusedByHead: a large letter that the server refuses by its head is not
// sent, and the refusal is heard.
func TestRefusedByHead(t *testing.T) {
	s := newStub(t, nil)
	inner := s.server.Config.Handler
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			s.reply(w, r, 403, errorXML("BROKER_NOT_AUTHORIZED", TypeConfiguration, ""))
			return
		}
		inner.ServeHTTP(w, r)
	})
	var read atomic.Int64
	file := large(32<<20, 0)
	open := file.Open
	opened := 0
	file.Open = func() (in io.ReadCloser, err error) {
		if in, err = open(); opened > 0 {
			in = &tapped{in, &read}
		}
		opened++
		return in, err
	}
	c := s.client()
	for range 3 {
		read.Store(0)
		opened = 0
		_, err := c.Send(context.Background(), letter(), []Content{file})
		if !IsNotAuthorised(err) || OutcomeUnknown(err) || read.Load() != 0 {
			t.Errorf("%v after %d bytes", err, read.Load())
		}
	}
}

type tapped struct {
	io.ReadCloser
	n *atomic.Int64
}

func (t *tapped) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.n.Add(int64(n))
	return n, err
}

// TestNobodyContinues: a server that never says "continue" gets the letter all
// the same, a second later.
func TestNobodyContinues(t *testing.T) {
	s := newStub(t, nil)
	c := s.client()
	if _, err := c.Root(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	got := make(chan int64, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		length := int64(0)
		for line := ""; line != "\r\n"; {
			if line, err = in.ReadString('\n'); err != nil {
				return
			}
			if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
				length, _ = strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			}
		}
		n, _ := io.CopyN(io.Discard, in, length)
		got <- n
	}()
	moved := c.at("")
	moved.Host = listener.Addr().String()
	c.base = moved
	_, err = c.Send(context.Background(), letter(), []Content{large(2<<20, 0)})
	if n := <-got; n <= 2<<20 || !OutcomeUnknown(err) {
		t.Errorf("%d bytes came, %v", n, err)
	}
}
