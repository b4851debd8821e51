package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// spawn runs a stand-in in a process of its own and gives its ready line.
func spawn(t *testing.T, dir string) (*exec.Cmd, Ready) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "SANDBOX_CHILD_DIR="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var r Ready
	if err := json.Unmarshal(line, &r); err != nil {
		t.Fatal(err)
	}
	return cmd, r
}

// A killed stand-in comes back as the same Digipost: keys, ports, letters,
// used ids, and receipts that it still owes.
func TestKilled(t *testing.T) {
	dir := newDir(t)
	people, err := os.ReadFile(peopleFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), people, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, before := spawn(t, dir)
	c := newCaller(t, before)
	if a := c.must(simple("kept").request()); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	client, err := dial(t, before)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"auto", "held"} {
		auto := map[string]string{"auto": "true", "held": "false"}[name]
		if err := put(client, "/mottakersplitt/"+name+".zip", zipped(t, "mottakersplitt.xml", splitDoc(name, auto, fnrRow("k", kari)))); err != nil {
			t.Fatal(err)
		}
	}
	half, err := client.OpenFile("/mottakersplitt/half.zip", os.O_WRONLY|os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := half.Write([]byte("PK")); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil { // SIGKILL, before the first receipt is due
		t.Fatal(err)
	}
	_ = cmd.Wait()

	cmd, after := spawn(t, dir)
	if before != after {
		t.Errorf("another Digipost came back:\n%+v\n%+v", before, after)
	}
	c = newCaller(t, after)
	refusedWith(t, c.must(simple("kept").request()), 400, "DUPLICATE_MESSAGE")
	if status := c.get("/documents/1000/" + uuid1 + "/status"); !bytes.Contains(status.body, []byte(`status="DELIVERED"`)) {
		t.Errorf("the letter is gone: %s", status.body)
	}
	client, err = dial(t, after)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Stat("/mottakersplitt/half.zip"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half an upload survived: %v", err)
	}
	_, data := pickReceipt(t, receipts(t, client, kindSplit, "auto", 2), "resultat")
	if r := readResult(t, data); r.Status != "SUKSESS" || len(r.Rows) != 1 || r.Rows[0].Status != "DIGIPOST" {
		t.Errorf("%+v", r)
	}
	receipts(t, client, kindSplit, "held", 1)
	if code, _ := postTo(t, after.Control+"/jobs/approve", "number=2", "application/x-www-form-urlencoded"); code != 200 {
		t.Errorf("approve: %d", code)
	}
	_ = cmd.Process.Kill() // an approval survives, too
	_ = cmd.Wait()
	_, last := spawn(t, dir)
	if client, err = dial(t, last); err != nil {
		t.Fatal(err)
	}
	got := receipts(t, client, kindSplit, "held", 2)
	if len(got) != 2 {
		t.Errorf("%d receipts", len(got))
	}
	if n := len(receipts(t, client, kindSplit, "auto", 2)); n != 2 {
		t.Errorf("receipts were given again: %d", n)
	}
	journal, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	if err != nil || bytes.Contains(journal, []byte(kari)) {
		t.Errorf("the journal holds birth numbers (%v)", err)
	}
}

// A receipt that was put into the folder but not written down is not given twice.
func TestReceiptWithoutJournalLine(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	client := mustDial(t, s)
	if err := put(client, "/mottakersplitt/a.zip", zipped(t, "mottakersplitt.xml", splitDoc("a", "true", fnrRow("k", kari)))); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all receipts", func() bool { return len(s.snapshot().Pending) == 0 })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "journal.jsonl")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	if err := os.WriteFile(name, bytes.Join(lines[:2], nil), 0o600); err != nil { // the job and its first receipt
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	eventually(t, "nothing pending", func() bool { return len(s.snapshot().Pending) == 0 })
	if files, err := os.ReadDir(s.dir.path(kindSplit, "kvittering")); err != nil || len(files) != 2 {
		t.Errorf("%d receipts %v", len(files), err)
	}
}

func TestTornJournal(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	c := newCaller(t, s.Ready())
	if a := c.must(simple("whole").request()); a.status != 201 {
		t.Fatal(a.status)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "journal.jsonl")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, append(whole, whole[:len(whole)/2]...), 0o600); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	if got := s.snapshot(); len(got.Delivered) != 1 {
		t.Errorf("%d letters", len(got.Delivered))
	}
	c = newCaller(t, s.Ready())
	d := simple("next")
	d.docs[0].uuid = uuid2
	if a := c.must(d.request()); a.status != 201 {
		t.Fatal(a.status)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(name); err != nil || bytes.Count(data, []byte("\n")) != 2 || !bytes.HasPrefix(data, whole) {
		t.Errorf("the journal was not cut cleanly: %v\n%s", err, data)
	}
	// A damaged line in the middle is not guessed at.
	if err := os.WriteFile(name, append([]byte("{\"letter\":\n"), whole...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(context.Background(), Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a damaged journal was accepted: %v", err)
	}
}

// Lost jobs and sign-ups are remembered, too, and a jobb-id of a lost job is free.
func TestStateReplayed(t *testing.T) {
	dir := newDir(t)
	slow := func(c *Config) { c.Dir, c.ReceiptDelay = dir, time.Hour }
	s := start(t, slow)
	client := mustDial(t, s)
	data := zipped(t, "mottakersplitt.xml", splitDoc("same", "true", fnrRow("k", kari)))
	for range 3 {
		if err := put(client, "/mottakersplitt/same.zip", data); err != nil {
			t.Fatal(err)
		}
	}
	form := signupQuery(s.Ready(), "accept", "yes", "partner", "yes")
	if code, _ := postTo(t, s.Ready().Signup, form, "application/x-www-form-urlencoded"); code != 200 {
		t.Fatal(code)
	}
	before := s.snapshot()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, slow)
	after := s.snapshot()
	if len(after.Jobs) != 3 || len(after.Signups) != 1 || len(after.Pending) != 2 {
		t.Fatalf("%+v", after)
	}
	for i, j := range after.Jobs {
		if j.Status != before.Jobs[i].Status || j.Status != []string{"lost", "lost", "MOTTATT"}[i] {
			t.Errorf("job %d: %s", i+1, j.Status)
		}
	}
	if rows, err := os.ReadDir(s.dir.path("rows")); err != nil || len(rows) != 1 {
		t.Errorf("rows of lost jobs are left: %v %v", rows, err)
	}
}

// A receipt that can't be written now is written later.
func TestReceiptRetried(t *testing.T) {
	s := start(t)
	folder := s.dir.path(kindSplit, "kvittering")
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := put(mustDial(t, s), "/mottakersplitt/a.zip", zipped(t, "mottakersplitt.xml", splitDoc("a", "true", fnrRow("k", kari)))); err != nil {
		t.Fatal(err)
	}
	time.Sleep(80 * time.Millisecond)
	if len(s.snapshot().Pending) != 2 {
		t.Error("a receipt was given without a folder")
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	receipts(t, mustDial(t, s), kindSplit, "a", 2)
}

func TestJournalFailure(t *testing.T) {
	j, _, err := openJournal(filepath.Join(t.TempDir(), "j"))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.append(record{Approved: 1}); err != nil {
		t.Fatal(err)
	}
	_ = j.file.Close()
	if err := j.append(record{Approved: 2}); !errors.Is(err, errJournal) {
		t.Errorf("a lost line went unnoticed: %v", err)
	}
}

// A letter that can't be made durable is not delivered, and its ids stay free.
func TestLetterNotDurable(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	c.get("/")
	if err := s.journal.close(); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, c.must(simple("lost").request()), 500, "SERVER_ERROR")
	if len(s.snapshot().Delivered) != 0 || s.state.messageIDs["lost"] {
		t.Error("delivered all the same")
	}
	s.journal.file, _ = os.CreateTemp(t.TempDir(), "x") // so that the end of the test may close it
}

func TestPorts(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	before := s.Ready()
	if _, err := Start(context.Background(), Config{Dir: dir}); !errors.Is(err, ErrBusy) {
		t.Errorf("two servers in one folder: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ready.json")); !os.IsNotExist(err) {
		t.Error("ready.json is left behind")
	}
	taken, err := net.Listen("tcp", before.SFTP)
	if err != nil {
		t.Skip("the port was taken by someone else")
	}
	defer taken.Close()
	var said []string
	s = start(t, func(c *Config) {
		c.Dir = dir
		c.Log = func(format string, _ ...any) { said = append(said, format) }
	})
	after := s.Ready()
	if after.REST != before.REST || after.SFTP == before.SFTP || len(said) == 0 {
		t.Errorf("ports: %s %s, said %q", after.REST, after.SFTP, said)
	}
	if _, err := Start(context.Background(), Config{Dir: newDir(t), SFTP: before.SFTP}); err == nil {
		t.Error("a wished address that is taken must be an error")
	}
}

func TestOnlyLoopback(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.168.1.1:0", "example.com:0", "127.0.0.1"} {
		if _, err := Start(context.Background(), Config{Dir: newDir(t), REST: addr}); err == nil {
			t.Errorf("%s was bound", addr)
		}
	}
	s := start(t, func(c *Config) { c.REST, c.Control = "localhost:0", "127.0.0.2:0" })
	if mustHost(t, s.Ready().REST) != "127.0.0.1" || mustHost(t, s.Ready().Control) != "127.0.0.2" {
		t.Errorf("%+v", s.Ready())
	}
}

func TestEndOfContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Start(ctx, Config{Dir: newDir(t)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Wait() }()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("does not end")
	}
}
