package batch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// openSSH is a real sshd on a loopback port.
type openSSH struct {
	*testServer
	// hostKeys and userKeys are by type, as ssh-keygen calls them.
	hostKeys, userKeys map[string]ssh.Signer
}

var keyTypes = []string{"ed25519", "ecdsa", "rsa"}

func startOpenSSH(t testing.TB) *openSSH {
	t.Helper()
	sshd, keygen := program(t, "sshd"), program(t, "ssh-keygen")
	if os.Getuid() == 0 {
		// sshd of root wants its empty folder.
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := filepath.Join(dir, "files")
	folders(t, files)
	s := &openSSH{hostKeys: map[string]ssh.Signer{}, userKeys: map[string]ssh.Signer{}}
	var config, authorized strings.Builder
	for _, keyType := range keyTypes {
		host, mine := filepath.Join(dir, "host-"+keyType), filepath.Join(dir, "user-"+keyType)
		s.hostKeys[keyType] = generate(t, keygen, keyType, host)
		s.userKeys[keyType] = generate(t, keygen, keyType, mine)
		fmt.Fprintf(&config, "HostKey %s\n", host)
		fmt.Fprintln(&authorized, PublicLine(s.userKeys[keyType], "test"))
	}
	if err := os.WriteFile(filepath.Join(dir, "authorized"), []byte(authorized.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := freeAddr(t)
	_, port, _ := net.SplitHostPort(addr)
	fmt.Fprintf(&config, "ListenAddress 127.0.0.1\nPort %s\nAuthorizedKeysFile %s\nPidFile none\nMaxAuthTries 1\n", port, filepath.Join(dir, "authorized"))
	config.WriteString("PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\n" +
		"PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n")
	path := filepath.Join(dir, "sshd_config")
	if err := os.WriteFile(path, []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := []string{"-D", "-e", "-f", path}
	// OpenSSH 9.8 and later shut out an address after refused logins.
	const lenient = "PerSourcePenalties=no"
	if exec.Command(sshd, "-t", "-f", path, "-o", lenient).Run() == nil {
		arguments = append(arguments, "-o", lenient)
	}
	run(t, addr, exec.Command(sshd, arguments...))
	s.testServer = &testServer{addr: addr, dir: files, user: me.Username, key: s.userKeys["rsa"], keys: []ssh.Signer{s.hostKeys["ed25519"]}}
	return s
}

// generate lets ssh-keygen make a key.
func generate(t testing.TB, keygen, keyType, path string) ssh.Signer {
	t.Helper()
	if out, err := exec.Command(keygen, "-q", "-t", keyType, "-N", "", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ReadPrivateKey(file, "")
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func freeAddr(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// run starts a server and waits until it listens.
func run(t testing.TB, addr string, command *exec.Cmd) {
	t.Helper()
	var said bytes.Buffer
	command.Stderr = &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("sshd said:\n%s", &said)
		}
	})
	for range 100 {
		if conn, err := net.Dial("tcp", addr); err == nil {
			_ = conn.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("sshd does not listen")
}

func TestOpenSSH(t *testing.T) {
	noLeaks(t)
	server := startOpenSSH(t)
	ctx := context.Background()
	t.Run("journey", func(t *testing.T) { journey(t, server.testServer) })
	t.Run("keys", func(t *testing.T) {
		for _, keyType := range keyTypes {
			config := server.config()
			config.Key = server.userKeys[keyType]
			config.PinnedHostKey = Fingerprint(server.hostKeys[keyType].PublicKey())
			c, err := Dial(ctx, config)
			if err != nil {
				t.Errorf("%s: %v", keyType, err)
				continue
			}
			if c.HostKey() != config.PinnedHostKey {
				t.Errorf("%s: host key %s", keyType, c.HostKey())
			}
			_ = c.Close()
		}
	})
	t.Run("made key", func(t *testing.T) {
		file, err := madeKey()
		if err != nil {
			t.Fatal(err)
		}
		config := server.config()
		if config.Key, err = ReadPrivateKey(file, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := Dial(ctx, config); !errors.Is(err, ErrLoginRefused) {
			t.Errorf("unknown key: %v", err)
		}
		authorized := filepath.Join(filepath.Dir(server.dir), "authorized")
		if err := os.WriteFile(authorized, []byte(PublicLine(config.Key, "Brevdue")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		dialTest(t, config)
	})
	t.Run("changed", func(t *testing.T) {
		config := server.config()
		config.PinnedHostKey = Fingerprint(ed25519Key(t).PublicKey())
		var changed *HostKeyChangedError
		if _, err := Dial(ctx, config); !errors.As(err, &changed) || changed.Got != Fingerprint(server.hostKeys["ed25519"].PublicKey()) {
			t.Errorf("got %v", err)
		}
	})
}

// TestOpenSSHCut breaks an upload half-way and looks what a new connection sees.
func TestOpenSSHCut(t *testing.T) {
	noLeaks(t)
	server := startOpenSSH(t)
	content := random(t, 10_000_000)
	config := server.config()
	config.Addr = newProxy(t, server.addr, proxyLimits{up: 6_000_000, down: -1}).addr
	c := dialTest(t, config)
	err := c.Upload(context.Background(), Split, "a.zip", strings.NewReader(content), int64(len(content)), nil)
	var unsure *UploadUnsureError
	if !errors.As(err, &unsure) || unsure.Sent == 0 {
		t.Fatalf("got %v", err)
	}
	again := dialTest(t, server.config())
	size, found, err := again.Size(context.Background(), Split, "a.zip")
	if err != nil || !found || size < unsure.Sent || size >= int64(len(content)) {
		t.Errorf("size %d, %v, %v after %d confirmed", size, found, err, unsure.Sent)
	}
	if got, _ := server.get(t, "mottakersplitt/a.zip"); !strings.HasPrefix(content, got) {
		t.Error("what is there is not the beginning")
	}
}
