package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"brevdue/assets/sample"
)

// Signing up without the right to sign, with everything a process of its own:
// the program, Digipost's stand-in, and the vendor's relay between them.

// service is a command that runs until it is told to end.
type service struct {
	t       *testing.T
	command *exec.Cmd
	out     string // a file
}

// serve starts a command of the program and reads its ready line.
func (n *newcomer) serve(ready any, env []string, args ...string) *service {
	n.t.Helper()
	s := &service{t: n.t, command: exec.Command(n.program, args...), out: filepath.Join(n.t.TempDir(), "ready.json")}
	s.command.Env = append(n.env[:len(n.env):len(n.env)], env...)
	out, err := os.Create(s.out)
	if err != nil {
		n.t.Fatal(err)
	}
	defer out.Close()
	s.command.Stdout, s.command.Stderr = out, os.Stderr
	if err := s.command.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(s.kill)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if line, err := os.ReadFile(s.out); err == nil && bytes.HasSuffix(line, []byte("\n")) {
			if err := json.Unmarshal(line, ready); err != nil || bytes.Count(line, []byte("\n")) != 1 {
				n.t.Fatalf("%s: %v: %s", args[0], err, line)
			}
			return s
		}
	}
	n.t.Fatalf("%s did not become ready", args[0])
	return nil
}

// kill ends it as a power cut would; end as systemd does, which must be well.
func (s *service) kill() {
	if s.command.ProcessState == nil {
		_ = s.command.Process.Kill()
		_ = s.command.Wait()
	}
}

func (s *service) end() {
	s.t.Helper()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := s.command.Wait(); err != nil {
		s.t.Errorf("it ended badly: %v", err)
	}
}

// postForm posts a form and gives the answer's page.
func postForm(t *testing.T, address string, form url.Values) string {
	t.Helper()
	response, err := http.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v\n%s", address, response.Status, err, page)
	}
	return string(page)
}

// half is what `onboard` prints, with what belongs to applications.
type half struct {
	signup
	Applied     string
	ReminderDue bool `json:"reminder_due"`
}

// halfRig is the three of them.
type halfRig struct {
	*newcomer
	relay                      *service
	relayAddress, relayFolder  string
	signup, control, phrase    string
	notified, notifierSurround string // files
}

func newHalfRig(t *testing.T) *halfRig {
	r := &halfRig{newcomer: newNewcomer(t)}
	r.relayFolder, r.notified, r.notifierSurround = filepath.Join(r.home, "relay"), filepath.Join(r.home, "news"), filepath.Join(r.home, "relay.env")
	script := "#!/bin/sh\ncat >> '" + r.notified + "'\n/usr/bin/env > '" + r.notifierSurround + "'\n"
	if err := os.WriteFile(filepath.Join(r.home, "bin", "tell"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	r.startRelay("127.0.0.1:0")
	people := filepath.Join(r.home, sample.PeopleName)
	if err := os.WriteFile(people, sample.People(), 0o600); err != nil {
		t.Fatal(err)
	}
	var ready struct {
		Signup, Control string
		Phrase          string `json:"certificate_password"`
	}
	r.serve(&ready, nil, "sandbox", "-dir", filepath.Join(r.data, "practice", "sandbox"), "-people", people, "-relay", r.relayAddress+"/hemmelig-sti")
	r.signup, r.control, r.phrase = ready.Signup, ready.Control, ready.Phrase
	return r
}

func (r *halfRig) startRelay(listen string) {
	r.t.Helper()
	var ready struct{ Relay, Listen, Callback string }
	r.relay = r.serve(&ready, secretsInEnvironment, "relay", "-listen", listen, "-json", "-dir", r.relayFolder, "-notify", "tell", "-callback", "/hemmelig-sti")
	if ready.Callback != "/hemmelig-sti" || !strings.HasPrefix(ready.Relay, "http://127.0.0.1:") {
		r.t.Fatalf("%+v", ready)
	}
	r.relayAddress = ready.Relay
}

// restartRelay starts it again where it was.
func (r *halfRig) restartRelay() {
	r.t.Helper()
	r.startRelay(strings.TrimPrefix(r.relayAddress, "http://"))
}

var secretsInEnvironment = []string{"BREVDUE_CERT_PASSWORD=" + canary, "BREVDUE_KEY_PASSWORD=" + canary, "BREVDUE_PASSPHRASE=" + canary, "BREVDUE_MAIL_PASSWORD=" + canary}

// certificateOf downloads the certificate of a company.
func (r *halfRig) certificateOf(company string) string {
	r.t.Helper()
	base, _, _ := strings.Cut(r.signup, "/registrering")
	response, err := http.Get(base + "/registrering/sertifikat/sender.p12?org=" + company)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	file := filepath.Join(r.home, company+".p12")
	if err != nil || os.WriteFile(file, data, 0o600) != nil {
		r.t.Fatal(err)
	}
	return file
}

// TestHalfAutomaticJourney: an application is handed in, the program closed;
// days later it is approved while relay and program come and go; the program
// that starts again has the sender-id, tells another company's certificate, and
// sends with the right one.
func TestHalfAutomaticJourney(t *testing.T) {
	r := newHalfRig(t)
	unlock := []string{"BREVDUE_PASSPHRASE=" + canary}
	var got half
	r.run(0, &got, secretsInEnvironment, "onboard", "-half", "-org", organisation, "-relay", r.relayAddress)
	if got.State != "applied" || got.Applied == "" || got.ReminderDue || got.SenderID != "" {
		t.Fatalf("applied: %+v", got)
	}
	r.browserWasAsked(got.RegistrationURL)
	page, err := url.Parse(got.RegistrationURL)
	if err != nil {
		t.Fatal(err)
	}
	application := page.Query()
	nonce := application.Get("nonce")
	application.Set("apply", "yes")
	if said := postForm(t, r.signup, application); !strings.Contains(said, `id="sendt"`) {
		t.Fatal(said)
	}
	got = half{}
	r.run(0, &got, unlock, "onboard") // too early
	if got.State != "applied" || got.RegistrationURL == "" {
		t.Errorf("not approved yet: %+v", got)
	}
	r.relay.end()
	r.refused(5, "relay_trouble", unlock, "onboard")
	r.restartRelay()

	postForm(t, r.control+"/approve-application", url.Values{"number": {"1"}})
	waitFor(t, func() bool {
		news, err := os.ReadFile(r.notified)
		return err == nil && strings.Contains(string(news), `"sender_id":"1000"`)
	})
	r.relay.kill()
	r.restartRelay()

	got = half{}
	r.run(0, &got, unlock, "onboard")
	if got.State != "returned" || got.SenderID != "1000" || got.Trouble != "no_certificate" {
		t.Errorf("approved: %+v", got)
	}
	r.refused(4, "wrong_company", append(unlock, "BREVDUE_CERT_PASSWORD="+r.phrase), "credentials", "set", "-certificate", r.certificateOf("310245798"))
	got = half{}
	r.run(4, &got, unlock, "onboard")
	if got.State != "returned" || got.Trouble != "wrong_company" {
		t.Errorf("another company's certificate: %+v", got)
	}
	var keys credentials
	r.run(0, &keys, append(unlock, "BREVDUE_CERT_PASSWORD="+r.phrase), "credentials", "set", "-certificate", r.certificateOf(organisation))
	if keys.Proved == nil || !*keys.Proved || keys.SenderID != "1000" {
		t.Errorf("the right certificate: %+v", keys)
	}
	got = half{}
	r.run(0, &got, unlock, "onboard")
	if got.State != "verified" {
		t.Errorf("at the end: %+v", got)
	}
	r.onlyOurs(nonce)
	r.nothingLeft(nonce)
}

// onlyOurs checks that nobody else is given the sender-id for the nonce, and
// that the relay says it is well.
func (r *halfRig) onlyOurs(nonce string) {
	r.t.Helper()
	response, err := http.Post(r.relayAddress+"/claim", "application/json", strings.NewReader(`{"nonce":"`+nonce+`","claimer":"en annen"}`))
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, err := io.ReadAll(response.Body); err != nil || !strings.Contains(string(answer), `"found":false`) {
		r.t.Errorf("another claimer: %s %v", answer, err)
	}
	var health struct {
		OK               bool
		Waiting, Claimed int
	}
	command := exec.Command(r.program, "relay", "-check", r.relayAddress, "-json")
	out, err := command.Output()
	if err != nil || json.Unmarshal(out, &health) != nil || !health.OK || health.Waiting != 0 || health.Claimed != 1 {
		r.t.Errorf("relay -check: %v %s", err, out)
	}
}

// nothingLeft looks for secrets: in the program's and the relay's files and
// logs, and in what the program that the relay runs was given.
func (r *halfRig) nothingLeft(nonce string) {
	r.t.Helper()
	r.nothingInClear(r.phrase, canary, nonce)
	surround, err := os.ReadFile(r.notifierSurround)
	if err != nil || !bytes.Contains(surround, []byte("HOME=")) {
		r.t.Fatalf("the environment of the relay's command: %v", err)
	}
	files := map[string][]byte{"its environment": surround}
	entries, err := os.ReadDir(r.relayFolder)
	if err != nil || len(entries) == 0 {
		r.t.Fatalf("the relay's folder: %v", err)
	}
	for _, entry := range entries {
		if files[entry.Name()], err = os.ReadFile(filepath.Join(r.relayFolder, entry.Name())); err != nil {
			r.t.Fatal(err)
		}
	}
	for name, content := range files {
		for i, secret := range []string{canary, nonce, r.phrase} {
			if bytes.Contains(content, []byte(secret)) {
				r.t.Errorf("%s of the relay holds secret %d", name, i)
			}
		}
	}
}

// TestAlreadyASender: who has a sender-id from elsewhere types it, also when an
// application was handed in here, and is proved as everybody.
func TestAlreadyASender(t *testing.T) {
	r := newHalfRig(t)
	var got half
	r.run(0, &got, nil, "onboard", "-half", "-org", organisation)
	var keys credentials
	r.run(0, &keys, nil, "credentials", "set", "-sender-id", "1000")
	if keys.Proved != nil || keys.SenderID != "1000" {
		t.Errorf("typed: %+v", keys)
	}
	r.run(0, &keys, []string{"BREVDUE_CERT_PASSWORD=" + r.phrase}, "credentials", "set", "-certificate", r.certificateOf(organisation))
	if keys.Proved == nil || !*keys.Proved {
		t.Errorf("proved: %+v", keys)
	}
	r.run(0, &got, nil, "onboard")
	if got.State != "verified" || got.SenderID != "1000" {
		t.Errorf("%+v", got)
	}
}
