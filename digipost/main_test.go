package digipost_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"brevdue/digipost"
	"brevdue/digipost/sandbox"
)

// childRole names, in the environment, what this test program is to be when it
// is started by itself.
const childRole = "BREVDUE_DIGIPOST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childRole) {
	case "":
		os.Exit(m.Run())
	case "stand-in":
		os.Exit(standIn(os.Args[1], os.Args[2]))
	case "question":
		os.Exit(question(os.Args[1]))
	}
	os.Exit(2)
}

// child is this test program in another role.
func child(ctx context.Context, role string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, os.Args[0], arguments...)
	command.Env = append(os.Environ(), childRole+"="+role)
	command.Stderr = os.Stderr
	return command
}

// standIn serves a folder until its input ends, so that it never outlives who
// started it.
func standIn(dir, trouble string) int {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s, err := sandbox.Start(ctx, sandbox.Config{Dir: dir, People: strings.NewReader(people), Trouble: trouble, Seed: 1})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := json.NewEncoder(os.Stdout).Encode(s.Ready()); err != nil {
		return 1
	}
	io.Copy(io.Discard, os.Stdin)
	s.Close()
	return 0
}

// standInProcess is the stand-in in a process of its own.
func standInProcess(t testing.TB, trouble string) sandbox.Ready {
	t.Helper()
	command := child(context.Background(), "stand-in", t.TempDir(), trouble)
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("the stand-in: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var ready sandbox.Ready
	if err := json.Unmarshal(line, &ready); err != nil {
		t.Fatal(err)
	}
	return ready
}

// question asks one question and says whether an answer came.
func question(base string) int {
	client, err := digipost.New(digipost.Config{BaseURL: base, BrokerID: 1000, Key: testKey(), Timeout: 5 * time.Second})
	if err != nil {
		return 2
	}
	defer client.Close()
	_, err = client.Root(context.Background(), 0)
	var failed *digipost.Error
	if errors.As(err, &failed) && failed.HTTPStatus != 0 {
		fmt.Println("status", failed.HTTPStatus)
		return 0
	}
	fmt.Println("no answer:", err)
	return 0
}

// TestProxyOfEnvironment: the proxy of the environment is used, except on
// loopback. net/http reads the environment once, hence the other process.
func TestProxyOfEnvironment(t *testing.T) {
	proxy := serveLoopback(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "api.test.digipost.no:443" {
			t.Errorf("the proxy was asked for %s %s", r.Method, r.Host)
		}
		w.WriteHeader(http.StatusProxyAuthRequired)
	})
	plain := serveLoopback(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for base, want := range map[string]string{
		digipost.BaseURLTest: "no answer: digipost root: Proxy Authentication Required\n",
		plain:                "status 418\n",
	} {
		ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
		command := child(ctx, "question", base)
		for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
			command.Env = append(command.Env, name+"="+proxy)
		}
		command.Env = append(command.Env, "NO_PROXY=", "no_proxy=")
		out, err := command.Output()
		stop()
		if err != nil || string(out) != want {
			t.Errorf("%s: %q %v, want %q", base, out, err, want)
		}
	}
}

// serveLoopback serves HTTP on a free port of this machine.
func serveLoopback(t *testing.T, answer http.HandlerFunc) (address string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: answer}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	return "http://" + listener.Addr().String()
}
