package sandbox

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// A killed stand-in goes on with its mailings and delivers none twice: one
// that was not judged, one that waits for approval, one that was delivered.
func TestMailingKilled(t *testing.T) {
	dir := newDir(t)
	people, err := os.ReadFile(peopleFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), people, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, ready := spawn(t, dir)
	client, err := dial(t, ready)
	if err != nil {
		t.Fatal(err)
	}
	kill := func() {
		t.Helper()
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	again := func() {
		t.Helper()
		kill()
		if cmd, ready = spawn(t, dir); false {
			return
		}
		if client, err = dial(t, ready); err != nil {
			t.Fatal(err)
		}
	}
	held := mailJob("kill-held")
	held.auto = ""
	held.send(t, client, "kill-held")
	large := mailJob("kill-large")
	for i := range 3000 {
		large.brev = append(large.brev, brevTo(fmt.Sprint("k", i+2), kari, mailUUID()))
	}
	large.send(t, client, "kill-large")
	again() // the large one is hardly judged
	if r := mailOutcome(t, client, "kill-large", 2); r.Status != "SUKSESS" || len(r.Letters) != 3001 {
		t.Errorf("%s %s, %d letters", r.Status, r.Text, len(r.Letters))
	}
	again() // it is delivered
	receipts(t, client, kindMailing, "kill-held", 2)
	if code, _ := postTo(t, ready.Control+"/jobs/approve", "number=1", "application/x-www-form-urlencoded"); code != 200 {
		t.Fatal(code)
	}
	again() // approved, and perhaps delivered, but not told
	if r := mailOutcome(t, client, "kill-held", 3); r.Status != "SUKSESS" || len(r.Letters) != 1 {
		t.Errorf("%s %s", r.Status, r.Text)
	}
	again()
	time.Sleep(time.Second) // time for a receipt too many
	for stem, n := range map[string]int{"kill-held": 3, "kill-large": 2} {
		if got := len(receipts(t, client, kindMailing, stem, n)); got != n {
			t.Errorf("%s: %d receipts", stem, got)
		}
	}
	var state struct {
		Delivered []letter `json:"delivered"`
	}
	_, text := fetch(t, ready.Control+"/state")
	if err := json.Unmarshal([]byte(text), &state); err != nil || len(state.Delivered) != 3002 {
		t.Errorf("%d letters, %v", len(state.Delivered), err)
	}
	// Ids are still known: of the jobs, and of their documents.
	for stem, change := range map[string]func(*mailing){
		"same-job":  func(m *mailing) { m.head = "<jobb-id>kill-large</jobb-id>" },
		"same-uuid": func(m *mailing) { m.brev = large.brev[100:101] },
	} {
		m := mailJob(stem)
		change(&m)
		m.send(t, client, stem)
		if r := mailOutcome(t, client, stem, 1); r.Status != "FEILET" {
			t.Errorf("%s: %s", stem, r.Status)
		}
	}
	journal, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	if err != nil || bytes.Contains(journal, []byte(kari)) {
		t.Errorf("the journal holds birth numbers (%v)", err)
	}
	if n := bytes.Count(journal, []byte(`"mailed":`)); n != 2 {
		t.Errorf("%d deliveries", n)
	}
	if zips, _ := filepath.Glob(filepath.Join(dir, "mail", "*.zip")); len(zips) != 0 {
		t.Errorf("uploads left behind: %v", zips)
	}
}

// Delivered, but killed before that was told: the receipt comes, the letters stay.
func TestMailingReceiptAfterRestart(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	mailJob("told-1").send(t, mustDial(t, s), "told")
	eventually(t, "all receipts", func() bool { return len(s.snapshot().Jobs) == 1 && s.snapshot().Jobs[0].Status == "SUKSESS" })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "journal.jsonl")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	for cut := len(lines) - 2; cut > 0; cut-- { // after each step of its life
		if bytes.Contains(lines[cut], []byte(`"judged":`)) || !bytes.Contains(bytes.Join(lines[:cut], nil), []byte(`"judged":`)) {
			continue // the archive is gone since
		}
		if err := os.WriteFile(name, bytes.Join(lines[:cut], nil), 0o600); err != nil {
			t.Fatal(err)
		}
		s = start(t, func(c *Config) { c.Dir = dir })
		eventually(t, "nothing pending", func() bool { return len(s.snapshot().Pending) == 0 })
		if n := len(s.snapshot().Delivered); n != 1 {
			t.Errorf("after %d lines: %d letters", cut, n)
		}
		if files, err := os.ReadDir(s.dir.path(kindMailing, "kvittering")); err != nil || len(files) != 2 {
			t.Errorf("after %d lines: %d receipts %v", cut, len(files), err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// More data for a document of a mailing is kept.
func TestMailingMoreData(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	m := mailJob("more-1")
	uuid := m.brev[0][strings.Index(m.brev[0], "aaaaaaaa"):][:36]
	m.send(t, mustDial(t, s), "more")
	mailOutcome(t, mustDial(t, s), "more", 2)
	body := `<additional-data xmlns="` + nsAPI + `"><data-type><opening-receipt xmlns="` + nsDataTypes + `"><group>g</group></opening-receipt></data-type></additional-data>`
	a := newCaller(t, s.Ready()).must(request{method: "POST", path: "/documents/" + uuid + "/additional-data", body: []byte(body), contentType: mediaXML})
	if a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	if got := s.snapshot().Delivered; len(got) != 1 || len(got[0].Documents[0].MoreData) != 1 {
		t.Errorf("%+v", got)
	}
}

// Trouble with mailings.
func TestMailingTrouble(t *testing.T) {
	for spec, want := range map[string]string{
		"receipt_order":     "resultat mottatt",
		"receipt_broken":    "mottatt broken resultat",
		"receipt_delay:1ms": "mottatt resultat",
		"sftp_cut:300":      "unreadable",
		"sftp_full":         "full",
		"unread@/masseutsendelse,receipt_delay@/masseutsendelse:2ms": "mottatt resultat",
	} {
		t.Run(spec, func(t *testing.T) {
			s := start(t, withTrouble(spec))
			client := mustDial(t, s)
			err := put(client, "/masseutsendelse/trouble.zip", mailJob("trouble").zip(t))
			if (err != nil) != (want == "unreadable" || want == "full") {
				t.Fatal(err)
			}
			if err := s.trouble.set(""); err != nil {
				t.Fatal(err)
			}
			client = mustDial(t, s)
			if want == "unreadable" || want == "full" {
				if r := mailOutcome(t, client, "trouble", 1); r.Status != "UNREADABLE" || len(s.snapshot().Delivered) != 0 {
					t.Errorf("%s", r.Status)
				}
				return
			}
			n := len(strings.Fields(want))
			var told []string
			for _, name := range lastReceipts(t, s, n) {
				data, err := os.ReadFile(s.dir.path(kindMailing, "kvittering", name))
				switch {
				case err != nil:
					t.Fatal(err)
				case !zipIsWhole(data):
					told = append(told, "broken")
				default:
					told = append(told, strings.Split(name, ".")[1])
				}
			}
			if got := strings.Join(told, " "); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

func zipIsWhole(data []byte) bool {
	_, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	return err == nil
}

// Cut at any byte, an upload is never a job: not one letter is delivered.
func TestMailingCutAnywhere(t *testing.T) {
	s := start(t)
	whole := mailJob("cut").zip(t)
	step := len(whole)/12 + 1
	for at := 0; at < len(whole); at += step {
		if err := s.trouble.set(fmt.Sprint("sftp_cut:", at)); err != nil {
			t.Fatal(err)
		}
		if err := put(mustDial(t, s), "/masseutsendelse/"+fmt.Sprint("cut-", at)+".zip", whole); err == nil {
			t.Errorf("cut at %d: no error", at)
		}
	}
	if err := s.trouble.set(""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all told", func() bool {
		return len(s.snapshot().Pending) == 0 && len(s.snapshot().Jobs) == (len(whole)+step-1)/step
	})
	if n := len(s.snapshot().Delivered); n != 0 {
		t.Errorf("%d letters", n)
	}
	client := mustDial(t, s)
	mailJob("cut").send(t, client, "whole") // its ids are free
	if r := mailOutcome(t, client, "whole", 2); r.Status != "SUKSESS" {
		t.Errorf("%s %s", r.Status, r.Text)
	}
}

// A file of the same name loses a job that was not told yet; its letters are not delivered.
func TestMailingOverwritten(t *testing.T) {
	s := start(t, func(c *Config) { c.ReceiptDelay = time.Second })
	client := mustDial(t, s)
	mailJob("first").send(t, client, "same")
	mailJob("second").send(t, client, "same")
	if r := mailOutcome(t, client, "same", 2); r.JobID != "second" {
		t.Errorf("%s", r.JobID)
	}
	if st := s.snapshot(); len(st.Delivered) != 1 || st.Delivered[0].Job != "second" || st.Jobs[0].Status != "lost" {
		t.Errorf("%d letters, %s", len(st.Delivered), st.Jobs[0].Status)
	}
}

// The same before it was judged.
func TestMailingOverwrittenUnjudged(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	s.mailing.Lock()
	mailJob("first").send(t, client, "same")
	mailJob("second").send(t, client, "same")
	s.mailing.Unlock()
	if r := mailOutcome(t, client, "same", 2); r.JobID != "second" {
		t.Errorf("%s", r.JobID)
	}
	eventually(t, "the lost upload is gone", func() bool {
		left, err := filepath.Glob(s.dir.path("mail", "*.zip"))
		return err == nil && len(left) == 0
	})
	if st := s.snapshot(); len(st.Delivered) != 1 || st.Jobs[0].Status != "lost" {
		t.Errorf("%d letters, %s", len(st.Delivered), st.Jobs[0].Status)
	}
}

// The OpenSSH client uploads a mailing and takes its receipts.
func TestMailingOpenSSH(t *testing.T) {
	tool := program(t, "sftp")
	s := start(t)
	r, dir := s.Ready(), t.TempDir()
	host, port, err := net.SplitHostPort(r.SFTP)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "known"), "["+host+"]:"+port+" "+string(ssh.MarshalAuthorizedKey(s.id.host.PublicKey())))
	job := filepath.Join(dir, "utsendelse-1.zip")
	writeFile(t, job, string(mailJob("open-ssh-mail").zip(t)))
	run := func(batch string) string {
		t.Helper()
		cmd := exec.Command(tool, "-b", "-", "-P", port, "-i", r.SFTPKeyFile, "-F", "none", "-o", "UserKnownHostsFile="+filepath.Join(dir, "known"),
			"-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "HostKeyAlgorithms=ssh-ed25519", r.SFTPUser+"@"+host)
		cmd.Stdin = strings.NewReader(batch)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	run("put " + job + " masseutsendelse/\n")
	eventually(t, "two receipts", func() bool {
		return strings.Count(run("ls -1 /masseutsendelse/kvittering\n"), "utsendelse-1.") == 2
	})
	run("get /masseutsendelse/kvittering/*.resultat.*.zip " + dir + "\nrm masseutsendelse/kvittering/*\n")
	got, err := filepath.Glob(filepath.Join(dir, "utsendelse-1.resultat.*.zip"))
	if err != nil || len(got) != 1 {
		t.Fatalf("%v %v", got, err)
	}
	data, err := os.ReadFile(got[0])
	if err != nil {
		t.Fatal(err)
	}
	if m := readMail(t, data); m.Status != "SUKSESS" || len(m.Letters) != 1 || m.Letters[0].Result != "SENDT" {
		t.Errorf("%+v", m)
	}
}

// Ten thousand letters with one document take seconds, and memory that does
// not grow with them.
func TestMailingLarge(t *testing.T) {
	const letters = 10_000
	s := start(t, func(c *Config) { c.Log = func(string, ...any) {} })
	client := mustDial(t, s)
	var job bytes.Buffer
	archive := zip.NewWriter(&job)
	doc, err := archive.Create("masseutsendelse.xml")
	if err != nil {
		t.Fatal(err)
	}
	m := mailJob("large")
	m.brev = []string{"@"}
	head, tail, _ := strings.Cut(m.xml(), "@")
	_, _ = io.WriteString(doc, head)
	for i := range letters {
		fmt.Fprint(doc, brevTo(fmt.Sprint("k", i), kari, mailUUID()))
	}
	_, _ = io.WriteString(doc, tail)
	file, err := archive.Create("dok/1.pdf")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(file, pdfOf(1, a4))
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	if err := put(client, "/masseutsendelse/large.zip", job.Bytes()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the result", func() bool {
		s.state.mu.Lock()
		defer s.state.mu.Unlock()
		return len(s.state.jobs) == 1 && s.state.jobs[0].finished()
	})
	took := time.Since(began)
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / letters
	t.Logf("%d letters in %v, %d bytes of memory stay for each", letters, took.Round(time.Millisecond), grown)
	if grown > 200 || took > 12*time.Second {
		t.Errorf("too much")
	}
	if n := len(s.snapshot().Delivered); n != letters {
		t.Errorf("%d letters", n)
	}
	if _, err := os.Stat(s.mailFile(1, "zip")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the upload is still there: %v", err)
	}
}
