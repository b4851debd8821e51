package secret

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// The tests in this file talk to a real Secret Service: gnome-keyring-daemon on
// a D-Bus of its own with a home folder of its own. The test binary runs itself
// again inside that session.

const caseVariable = "BREVDUE_KEYRING_CASE"

// need skips the test, or fails it with REQUIRE_REAL=1, when a program is not
// installed.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("REQUIRE_REAL") == "1" {
				t.Fatalf("%s is not installed", program)
			}
			t.Skipf("%s is not installed", program)
		}
	}
}

// session is a home folder and what is needed to run a case in it.
type session struct{ home string }

func newSession(t *testing.T) session {
	// Not t.TempDir: a socket's path has to be short.
	home, err := os.MkdirTemp("", "brevdue-keyring-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	return session{home}
}

// run runs a case of TestInsideSession by a shell line in which "$0" is the
// test binary.
func (s session) run(t *testing.T, name string, environment []string, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append([]string{"HOME=" + s.home, "XDG_RUNTIME_DIR=" + s.home, "PATH=" + os.Getenv("PATH"), caseVariable + "=" + name}, environment...)
	// The daemon may keep the pipe open a moment longer than the test.
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestInsideSession") {
		t.Errorf("%s: %v\n%s", name, err, out)
	}
}

// self runs the one test inside; the daemon, when a line started one, ends with
// its bus.
const self = `"$0" -test.run '^TestInsideSession$' -test.v`

func TestRealSecretService(t *testing.T) {
	need(t, "dbus-run-session", "gnome-keyring-daemon")
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(t)
	unlocked := `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec ` + self
	s.run(t, "unlocked", nil, "dbus-run-session", "--", "sh", "-c", unlocked, binary)
	s.run(t, "after a restart", nil, "dbus-run-session", "--", "sh", "-c", unlocked, binary)
	s.run(t, "vanishing", nil, "dbus-run-session", "--config-file="+s.lonelyBus(t), "--", "sh", "-c", unlocked, binary)
	locked := `gnome-keyring-daemon --start --components=secrets >/dev/null && exec ` + self
	s.run(t, "locked", nil, "dbus-run-session", "--", "sh", "-c", locked, binary)
}

// lonelyBus gives the settings of a bus that starts nothing by itself.
func (s session) lonelyBus(t *testing.T) string {
	t.Helper()
	config := filepath.Join(s.home, "bus.conf")
	if err := os.WriteFile(config, []byte(`<busconfig><type>session</type><listen>unix:tmpdir=`+s.home+`</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>`), 0o600); err != nil {
		t.Fatal(err)
	}
	return config
}

func TestNoSecretService(t *testing.T) {
	need(t, "dbus-run-session")
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(t)
	s.run(t, "missing", nil, "dbus-run-session", "--config-file="+s.lonelyBus(t), "--", "sh", "-c", "exec "+self, binary)
	s.run(t, "missing", []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}, "sh", "-c", "exec "+self, binary)
	// No bus at all, and no program to start one.
	s.run(t, "missing", []string{"PATH=" + s.home}, "/bin/sh", "-c", "exec "+self, binary)
}

// TestInsideSession is what runs inside a session; by itself it is skipped.
func TestInsideSession(t *testing.T) {
	name := os.Getenv(caseVariable)
	if name == "" {
		t.Skip("runs inside a session of the other tests")
	}
	store := Keyring("brevdue-test-0123")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	switch name {
	case "unlocked":
		exercise(t, store)
		if err := store.Set(ctx, "kept", noise(10_000)); err != nil {
			t.Fatal(err)
		}
	case "after a restart":
		got, found, err := store.Get(ctx, "kept")
		if err != nil || !found || !bytes.Equal(got, noise(10_000)) {
			t.Fatalf("found %v, %d bytes, %v", found, len(got), err)
		}
		if _, found, err := Keyring("brevdue-test-4567").Get(ctx, "kept"); found || err != nil {
			t.Fatalf("another folder's store finds it: %v, %v", found, err)
		}
	case "vanishing":
		vanishing(t)
	default:
		want := map[string]error{"locked": ErrLocked, "missing": ErrMissing}[name]
		if _, found, err := store.Get(ctx, "kept"); found || !errors.Is(err, want) {
			t.Errorf("get: found %v, %v", found, err)
		}
		if err := store.Set(ctx, "new", noise(10)); !errors.Is(err, want) {
			t.Errorf("set: %v", err)
		}
		if err := store.Delete(ctx, "kept"); !errors.Is(err, want) {
			t.Errorf("delete: %v", err)
		}
	}
}

// vanishing kills the keyring again and again while a value in many pieces is
// written, and starts it anew: what is there is the old value or the new one,
// whole.
func vanishing(t *testing.T) {
	before, after := noise(60_000), noise(50_000)
	if err := Keyring("brevdue-test-0123").Set(t.Context(), "large", before); err != nil {
		t.Fatal(err)
	}
	cut := 0
	for round := range 8 {
		written := make(chan error, 1)
		go func() { written <- Keyring("brevdue-test-0123").Set(t.Context(), "large", after) }()
		time.Sleep(time.Duration(3+7*round) * time.Millisecond)
		killKeyring(t)
		err := <-written
		if err != nil {
			cut++
		}
		unlock := exec.Command("gnome-keyring-daemon", "--unlock", "--components=secrets")
		unlock.Stdin = strings.NewReader("pw")
		if err := unlock.Run(); err != nil { // its output stays open in the daemon
			t.Fatalf("start the keyring again: %v", err)
		}
		for deadline := time.Now().Add(10 * time.Second); keyringProcess(t) == 0 && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
		got, found, getErr := Keyring("brevdue-test-0123").Get(t.Context(), "large")
		switch {
		case getErr != nil || !found:
			t.Errorf("round %d (write: %v): found %v, %v", round, err, found, getErr)
		case bytes.Equal(got, after):
			before, after = after, before
		case !bytes.Equal(got, before) || err == nil:
			t.Errorf("round %d (write: %v): %d bytes that nobody wrote, or an old value after a good write", round, err, len(got))
		}
	}
	killKeyring(t) // the bus of this session has not started it and does not end it
	t.Logf("8 writes, %d of them cut off", cut)
	if cut == 0 {
		t.Error("no write was cut off")
	}
}

// killKeyring ends the daemon of this session's own bus.
func killKeyring(t *testing.T) {
	t.Helper()
	daemon, err := os.FindProcess(keyringProcess(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Kill(); err != nil {
		t.Fatal(err)
	}
}

// keyringProcess is the process that has the keyring's name on this session's
// own bus, 0 while there is none.
func keyringProcess(t *testing.T) int {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	var process uint32
	if err := bus.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, "org.freedesktop.secrets").Store(&process); err != nil {
		return 0
	}
	return int(process)
}
