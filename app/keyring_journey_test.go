package app_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/godbus/dbus/v5"

	"brevdue/assets/sample"
)

// The whole program with a real Secret Service: gnome-keyring-daemon on a D-Bus
// of its own, with a home folder of its own.
//
// What is not promised: a pass phrase given in a variable stands in the block of
// memory the system started the program with, and Linux shows that block, as it
// was at the start, in /proc/PID/environ to the same user and to root, although
// the program has taken the variable out of its environment. Programs that are
// started from it do not inherit it; TestSignupJourney looks at the browser's
// environment.

// The states a keyring can be in.
const (
	unlocked = `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && `
	locked   = `gnome-keyring-daemon --start --components=secrets >/dev/null && `
	none     = ``
)

// session is a D-Bus session in which a keyring is in one of the states, until
// end.
type session struct {
	t       *testing.T
	address string
	hold    io.Closer
	command *exec.Cmd
}

// keyringHome is a home folder for a keyring. It is not t.TempDir: a socket's
// path has to be short.
func keyringHome(t *testing.T) string {
	t.Helper()
	home, err := os.MkdirTemp("", "brevdue-keyring-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	return home
}

func newSession(t *testing.T, home, state string) *session {
	t.Helper()
	programOneOf(t, "gnome-keyring-daemon")
	// Sockets of its own: the daemon of a session that just ended may not be gone.
	runtime, err := os.MkdirTemp(home, "run-")
	if err != nil {
		t.Fatal(err)
	}
	// A bus that starts nothing by itself, so that there is only the keyring that
	// the line starts.
	config := filepath.Join(runtime, "bus.conf")
	if err := os.WriteFile(config, []byte(`<busconfig><type>session</type><listen>unix:tmpdir=`+runtime+`</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, command: exec.Command(programOneOf(t, "dbus-run-session"), "--config-file="+config, "--", "sh", "-c",
		state+`printf '%s\n' "$DBUS_SESSION_BUS_ADDRESS" && exec cat`)}
	s.command.Env = []string{"HOME=" + home, "XDG_RUNTIME_DIR=" + runtime, "PATH=" + os.Getenv("PATH")}
	s.command.WaitDelay = 5 * time.Second // the daemon may keep the pipe open a moment longer
	hold, err := s.command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.hold = hold
	out, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.end)
	line, err := bufio.NewReader(out).ReadString('\n')
	if s.address = strings.TrimSpace(line); err != nil || s.address == "" {
		t.Fatalf("no D-Bus session: %q %v", line, err)
	}
	if state != none {
		s.awaitKeyring()
	}
	return s
}

// awaitKeyring waits until the daemon answers: it goes into the background first.
func (s *session) awaitKeyring() {
	s.t.Helper()
	bus, err := dbus.Connect(s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer bus.Close()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var there bool
		if err := bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&there); err != nil {
			s.t.Fatal(err)
		}
		if there {
			return
		}
	}
	s.t.Fatal("the keyring did not start")
}

// end ends the session; bus and keyring go with it.
func (s *session) end() {
	_ = s.hold.Close()
	_ = s.command.Wait()
}

// join makes the session's keyring the newcomer's.
func (s *session) join(n *newcomer) {
	n.env = append(n.env, "DBUS_SESSION_BUS_ADDRESS="+s.address)
}

// entries reads the whole keyring: by the name of an entry, its value.
func (s *session) entries() map[string][]byte {
	s.t.Helper()
	bus, err := dbus.Connect(s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer bus.Close()
	service := bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	var nothing dbus.Variant
	var key dbus.ObjectPath
	if err := service.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&nothing, &key); err != nil {
		s.t.Fatal(err)
	}
	var open, shut []dbus.ObjectPath
	if err := service.Call("org.freedesktop.Secret.Service.SearchItems", 0, map[string]string{}).Store(&open, &shut); err != nil {
		s.t.Fatal(err)
	}
	entries := map[string][]byte{}
	for _, path := range append(open, shut...) {
		item := bus.Object("org.freedesktop.secrets", path)
		attributes, err := item.GetProperty("org.freedesktop.Secret.Item.Attributes")
		if err != nil {
			s.t.Fatal(err)
		}
		var value struct {
			Session           dbus.ObjectPath
			Parameters, Value []byte
			Kind              string
		}
		if err := item.Call("org.freedesktop.Secret.Item.GetSecret", 0, key).Store(&value); err != nil {
			s.t.Fatal(err)
		}
		named := attributes.Value().(map[string]string)
		if !strings.HasPrefix(named["service"], "no.brevdue.desktop/") {
			s.t.Errorf("an entry of %q", named["service"])
		}
		if len(value.Value) > 2000 {
			s.t.Errorf("entry %s has %d bytes, more than every system takes", named["username"], len(value.Value))
		}
		entries[named["username"]] = value.Value
	}
	return entries
}

// holds fails unless the keyring holds these values in clear and the folder does
// not.
func (s *session) holds(n *newcomer, values ...[]byte) {
	s.t.Helper()
	var all []byte
	entries := s.entries()
	for name, value := range entries {
		if decoded, err := base64.RawStdEncoding.DecodeString(string(value)); err == nil && strings.Contains(name, "/") {
			all = append(all, decoded...)
			n.nothingInClear(string(value), string(decoded))
		}
	}
	for i, value := range values {
		if !bytes.Contains(all, value) {
			s.t.Errorf("the keyring does not hold value %d", i)
		}
		n.nothingInClear(string(value))
	}
}

// credentialsLeft are the names of the keyring's entries but for the sealing key,
// which keeps the register readable and is no credential.
func (s *session) credentialsLeft() []string {
	var names []string
	for name := range s.entries() {
		if name != "sealing-key" && !strings.HasPrefix(name, "sealing-key/") {
			names = append(names, name)
		}
	}
	return names
}

// keyFiles are a certificate file with its pass phrase and an SFTP key, as they
// come from Digipost: here from a stand-in.
type keyFiles struct {
	Certificate string `json:"certificate_file"`
	Password    string `json:"certificate_password"`
	SFTPKey     string `json:"sftp_key_file"`
}

func newKeyFiles(t *testing.T) keyFiles {
	t.Helper()
	w := newTwin(t, "")
	line, err := os.ReadFile(w.ready)
	if err != nil {
		t.Fatal(err)
	}
	var files keyFiles
	if err := json.Unmarshal(line, &files); err != nil {
		t.Fatal(err)
	}
	return files
}

// slice is a piece of a file's middle, to know it again.
func slice(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil || len(content) < 400 {
		t.Fatalf("%d bytes, %v", len(content), err)
	}
	return content[200:300]
}

// newTestSender is a newcomer with a profile of Digipost's test environment, out
// of reach: whatever goes out meets a proxy of ours that lets nothing through
// and counts.
func newTestSender(t *testing.T) (n *newcomer, asked *atomic.Int32) {
	t.Helper()
	asked = &atomic.Int32{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "api.test.digipost.no:443" {
			t.Errorf("the program asked for %s %s", r.Method, r.Host)
		}
		asked.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	n = newNewcomer(t)
	n.common = []string{"-environment", "test", "-lang", "nb"}
	n.env = append(n.env, "HTTPS_PROXY="+proxy.URL, "https_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=")
	return n, asked
}

// TestKeyringOfASender: outside practice key and pass phrase go into the keyring
// and nowhere else, whatever state it is found in afterwards.
func TestKeyringOfASender(t *testing.T) {
	home := keyringHome(t)
	open := newSession(t, home, unlocked)
	files := newKeyFiles(t)
	n, asked := newTestSender(t)
	open.join(n)
	set := []string{"credentials", "set", "-sender-id", "1000", "-certificate", files.Certificate, "-sftp-key", files.SFTPKey}
	env := []string{"BREVDUE_CERT_PASSWORD=" + files.Password, "BREVDUE_KEY_PASSWORD="}

	// Digipost cannot be reached: that is said, and what was stored stays.
	var keys credentials
	n.run(5, &keys, env, set...)
	if asked.Load() == 0 || keys.Proved != nil || keys.Certificate == nil || keys.SFTPKey == nil || keys.SenderID != "1000" {
		t.Errorf("credentials set (%d calls): %+v", asked.Load(), keys)
	}
	open.holds(n, []byte(files.Password), slice(t, files.Certificate), slice(t, files.SFTPKey))
	n.run(0, &keys, nil, "credentials", "show")

	open.end()
	shut := newSession(t, home, locked)
	shut.join(n)
	n.refused(4, "keyring_locked", nil, "credentials", "show")
	n.refused(4, "keyring_locked", env, set...)
	shut.end()
	missing := newSession(t, home, none)
	missing.join(n)
	n.refused(4, "keyring_missing", nil, "credentials", "show")
	missing.end()

	// Nothing is lost by that; forgetting takes everything out.
	again := newSession(t, home, unlocked)
	again.join(n)
	again.holds(n, []byte(files.Password), slice(t, files.Certificate), slice(t, files.SFTPKey))
	n.run(0, nil, nil, "credentials", "forget")
	if left := again.credentialsLeft(); len(left) != 0 {
		t.Errorf("after forgetting the keyring holds %v", left)
	}
	keys = credentials{}
	n.run(0, &keys, nil, "credentials", "show")
	if keys.Certificate != nil || keys.SFTPKey != nil {
		t.Errorf("after forgetting: %+v", keys)
	}
}

// TestNoKeyring: outside practice a machine without a keyring is told so, with a
// way out, and no profile is begun that could hold anything.
func TestNoKeyring(t *testing.T) {
	home := keyringHome(t)
	session := newSession(t, home, none)
	files := newKeyFiles(t)
	n, _ := newTestSender(t)
	session.join(n)
	set := []string{"credentials", "set", "-sender-id", "1000", "-certificate", files.Certificate}
	password := "BREVDUE_CERT_PASSWORD=" + files.Password
	n.refused(4, "keyring_missing", []string{password}, set...)
	n.refused(4, "keyring_missing", nil, "register", "list")
	err := filepath.WalkDir(n.data, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) != ".log" {
			t.Errorf("%s was made", path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}

	// The way out: an encrypted file with a pass phrase.
	vault := filepath.Join(n.home, "nøkler.age")
	n.common = append(n.common, "-secrets", "file:"+vault)
	right := "BREVDUE_PASSPHRASE=" + canary
	n.refused(4, "secrets_passphrase", []string{password}, set...)
	n.run(5, nil, []string{password, right}, set...)
	var keys credentials
	n.run(0, &keys, []string{right}, "credentials", "show")
	if keys.Certificate == nil || keys.SenderID != "1000" {
		t.Errorf("with a file: %+v", keys)
	}
	n.refused(4, "secrets_passphrase", []string{"BREVDUE_PASSPHRASE=feil"}, "credentials", "show")
	n.refused(4, "secrets_passphrase", nil, "credentials", "show")
	n.nothingInClear(files.Password, canary, string(slice(t, files.Certificate)))
	content, err := os.ReadFile(vault)
	if err != nil || bytes.Contains(content, []byte(files.Password)) || bytes.Contains(content, slice(t, files.Certificate)) {
		t.Errorf("the encrypted file: %v", err)
	}

	// Another store of secrets than the profile was made with is not taken for
	// the right one, and spoils nothing.
	session.end()
	open := newSession(t, home, unlocked)
	open.join(n)
	n.common = n.common[:len(n.common)-2]
	n.refused(4, "seal_key", nil, "credentials", "show")
	if left := open.entries(); len(left) != 0 {
		t.Errorf("%d entries were left in the keyring", len(left))
	}
}

// TestKeyringInPractice walks from sign-up to a letter with a keyring: no key and
// no pass phrase is in any file of the practice profile.
func TestKeyringInPractice(t *testing.T) {
	browser, downloads := chromium(t)
	home := keyringHome(t)
	session := newSession(t, home, unlocked)
	n := newNewcomer(t)
	session.join(n)
	w := n.onboard(nil, "-org", organisation)
	page := register(t, browser, w.address)
	file, phrase := download(t, page, downloads)
	do(t, page, chromedp.Click(linkBack), chromedp.WaitVisible(pageDone))
	if got := w.end(); got.State != "returned" {
		t.Fatalf("onboard: %+v", got)
	}
	var keys credentials
	n.run(0, &keys, []string{"BREVDUE_CERT_PASSWORD=" + phrase}, "credentials", "set", "-certificate", file)
	if keys.Proved == nil || !*keys.Proved {
		t.Errorf("credentials set: %+v", keys)
	}
	letter := filepath.Join(n.home, sample.LetterName)
	if err := os.WriteFile(letter, sample.Letter(), 0o600); err != nil {
		t.Fatal(err)
	}
	var sent result
	n.run(0, &sent, nil, "send", "-to", "fnr:"+known(t)["user"][0], "-subject", "Nøkkelring", "-cooling-off", "0s", "-yes", letter)
	if sent.Status != "delivered" {
		t.Errorf("the letter: %+v", sent)
	}
	session.holds(n, []byte(phrase), slice(t, file))
	for _, name := range []string{"secrets.age", "secrets.key"} {
		if _, err := os.Stat(filepath.Join(n.data, "practice", name)); err == nil {
			t.Errorf("%s was made although there is a keyring", name)
		}
	}
	n.run(0, nil, nil, "credentials", "forget")
	if left := session.credentialsLeft(); len(left) != 0 {
		t.Errorf("after forgetting the keyring holds %v", left)
	}
	// A locked keyring is not a missing one: practice does not go on without the
	// key that its register is sealed with.
	session.end()
	newSession(t, home, locked).join(n)
	n.refused(4, "keyring_locked", nil, "credentials", "show")
}
