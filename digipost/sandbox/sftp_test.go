package sandbox

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// dial logs in with the key of the ready line.
func dial(t testing.TB, r Ready, change ...func(*ssh.ClientConfig)) (*sftp.Client, error) {
	t.Helper()
	file, err := os.ReadFile(r.SFTPKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParsePrivateKey(file)
	if err != nil {
		t.Fatal(err)
	}
	conf := &ssh.ClientConfig{User: r.SFTPUser, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, Timeout: 10 * time.Second,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if ssh.FingerprintSHA256(key) != r.SFTPHostKey {
				return errors.New("another host key")
			}
			return nil
		}}
	for _, c := range change {
		c(conf)
	}
	conn, err := ssh.Dial("tcp", r.SFTP, conf)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { conn.Close() })
	client, err := sftp.NewClient(conn)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { client.Close() })
	return client, nil
}

func mustDial(t testing.TB, s *Server) *sftp.Client {
	t.Helper()
	client, err := dial(t, s.Ready())
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func put(client *sftp.Client, name string, data []byte) error {
	f, err := client.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	if _, err := f.ReadFrom(bytes.NewReader(data)); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// zipped is a zip with one entry.
func zipped(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(pairs); i += 2 {
		e, err := w.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(e, pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// receipts waits for n receipts with a stem and gives them by name.
func receipts(t testing.TB, client *sftp.Client, kind, stem string, n int) map[string][]byte {
	t.Helper()
	got := map[string][]byte{}
	eventually(t, "receipts of "+stem, func() bool {
		list, err := client.ReadDir("/" + kind + "/kvittering")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			if !strings.HasPrefix(e.Name(), stem+".") || got[e.Name()] != nil {
				continue
			}
			f, err := client.Open(kind + "/kvittering/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(f)
			if err != nil || int64(len(data)) != e.Size() {
				t.Fatal(err, len(data), e.Size())
			}
			_ = f.Close()
			got[e.Name()] = data
		}
		return len(got) >= n
	})
	return got
}

// onlyEntry opens a receipt: exactly one entry.
func onlyEntry(t testing.TB, data []byte) (name, content string) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(r.File) != 1 {
		t.Fatalf("receipt: %v", err)
	}
	f, err := r.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return r.File[0].Name, string(all)
}

func TestLoginRefused(t *testing.T) {
	s := start(t)
	other, err := makeEd25519()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParsePrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*ssh.ClientConfig){
		"user":     func(c *ssh.ClientConfig) { c.User = "prod_1001" },
		"key":      func(c *ssh.ClientConfig) { c.Auth = []ssh.AuthMethod{ssh.PublicKeys(key)} },
		"password": func(c *ssh.ClientConfig) { c.Auth = []ssh.AuthMethod{ssh.Password("x")} },
		"none":     func(c *ssh.ClientConfig) { c.Auth = nil },
	} {
		if _, err := dial(t, s.Ready(), change); err == nil || !strings.Contains(err.Error(), "unable to authenticate") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A key that the customer registers may log in from then on.
	line := string(ssh.MarshalAuthorizedKey(key.PublicKey()))
	if code, text := postTo(t, s.Ready().Control+"/keys", line, "text/plain"); code != 204 {
		t.Fatal(code, text)
	}
	if _, err := dial(t, s.Ready(), func(c *ssh.ClientConfig) { c.Auth = []ssh.AuthMethod{ssh.PublicKeys(key)} }); err != nil {
		t.Error(err)
	}
	if code, _ := postTo(t, s.Ready().Control+"/keys", "ssh-rsa nonsense", "text/plain"); code != 400 {
		t.Error("nonsense was registered")
	}
}

func TestJail(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	for dir, want := range map[string]string{"/": "mottakersplitt masseutsendelse", ".": "mottakersplitt masseutsendelse", "/mottakersplitt": "kvittering",
		"masseutsendelse/": "kvittering", "mottakersplitt/kvittering": "", "/../../mottakersplitt/../masseutsendelse": "kvittering"} {
		list, err := client.ReadDir(dir)
		var names []string
		for _, e := range list {
			names = append(names, e.Name())
		}
		if err != nil || strings.Join(names, " ") != want {
			t.Errorf("%s: %v %v", dir, names, err)
		}
	}
	for _, name := range []string{"/x.zip", "/mottakersplitt/kvittering/x.zip", "/mottakersplitt/x.txt", "/mottakersplitt/.x.zip", "/mottakersplitt/x.zip.part", "/mottakersplitt/å.zip", "/mottakersplitt/sub/x.zip", "/etc/x.zip"} {
		if f, err := client.OpenFile(name, os.O_WRONLY|os.O_CREATE); err == nil {
			t.Errorf("%s may be written", name)
			_ = f.Close()
		}
	}
	for name, do := range map[string]func() error{
		"read journal":   func() error { _, err := client.Open("/journal.jsonl"); return err },
		"read outside":   func() error { _, err := client.Open("/mottakersplitt/kvittering/../../sender.password"); return err },
		"mkdir":          func() error { return client.Mkdir("/mottakersplitt/sub") },
		"rmdir":          func() error { return client.RemoveDirectory("/mottakersplitt/kvittering") },
		"remove folder":  func() error { return client.Remove("/mottakersplitt/kvittering") },
		"remove nothing": func() error { return client.Remove("/mottakersplitt/kvittering/none.zip") },
		"rename":         func() error { return client.Rename("/mottakersplitt/a.zip", "/mottakersplitt/b.zip") },
		"posix rename":   func() error { return client.PosixRename("/mottakersplitt/a.zip", "/mottakersplitt/b.zip") },
		"symlink":        func() error { return client.Symlink("/etc/passwd", "/mottakersplitt/kvittering/x.zip") },
		"read link":      func() error { _, err := client.ReadLink("/mottakersplitt"); return err },
	} {
		if err := do(); err == nil {
			t.Errorf("%s is allowed", name)
		}
	}
	if _, err := client.Stat("/mottakersplitt/none.zip"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stat of nothing: %v", err)
	}
	if info, err := client.Stat("mottakersplitt/kvittering"); err != nil || !info.IsDir() {
		t.Errorf("stat of a folder: %v", err)
	}
}

// The OpenSSH client is the judge of our server: log in, list, put, get, remove.
func TestOpenSSH(t *testing.T) {
	tool := program(t, "sftp")
	s := start(t)
	r := s.Ready()
	dir := t.TempDir()
	host, port, err := net.SplitHostPort(r.SFTP)
	if err != nil {
		t.Fatal(err)
	}
	known := "[" + host + "]:" + port + " " + string(ssh.MarshalAuthorizedKey(s.id.host.PublicKey()))
	if err := os.WriteFile(filepath.Join(dir, "known"), []byte(known), 0o600); err != nil {
		t.Fatal(err)
	}
	job := filepath.Join(dir, "ukentlig-1.zip")
	if err := os.WriteFile(job, zipped(t, "mottakersplitt.xml", splitDoc("open-ssh", "true", fnrRow("k1", kari))), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(batch string) (string, error) {
		cmd := exec.Command(tool, "-b", "-", "-P", port, "-i", r.SFTPKeyFile, "-F", "none", "-o", "UserKnownHostsFile="+filepath.Join(dir, "known"),
			"-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "HostKeyAlgorithms=ssh-ed25519", r.SFTPUser+"@"+host)
		cmd.Stdin = strings.NewReader(batch)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := run("ls -l /\nput " + job + " mottakersplitt/\nls -l mottakersplitt\n"); err != nil || !strings.Contains(out, "masseutsendelse") {
		t.Fatalf("%v\n%s", err, out)
	}
	eventually(t, "two receipts", func() bool {
		out, err := run("ls -1 /mottakersplitt/kvittering\n")
		return err == nil && strings.Count(out, "ukentlig-1.") == 2
	})
	if out, err := run("get /mottakersplitt/kvittering/*.resultat.*.zip " + dir + "\nrm mottakersplitt/kvittering/*\n"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := filepath.Glob(filepath.Join(dir, "ukentlig-1.resultat.*.zip"))
	if err != nil || len(got) != 1 {
		t.Fatalf("%v %v", got, err)
	}
	data, err := os.ReadFile(got[0])
	if err != nil {
		t.Fatal(err)
	}
	if name, doc := onlyEntry(t, data); name != "mottakersplitt-resultat.xml" || !strings.Contains(doc, "kari.nordmann#A1B2") {
		t.Errorf("%s %s", name, doc)
	}
	if out, err := run("ls -1 /mottakersplitt/kvittering\n"); err != nil || strings.Contains(out, ".zip") {
		t.Errorf("not removed: %v %s", err, out)
	}
	if out, err := run("put " + job + " /etc/x.zip\n"); err == nil {
		t.Errorf("wrote outside the jail: %s", out)
	}
}
