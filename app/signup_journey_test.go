package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"brevdue/assets/sample"
)

// Signing up, as a newcomer does it: the real program, with the stand-in inside
// its process, and a real Chromium that clicks through the pages.

// canary is a pass phrase that is in the program's environment and must not be
// in that of a program it starts.
const canary = "kanarifugl-i-gruven"

// organisation is the stand-in's own company.
const organisation = "984661185"

// newcomer is somebody with the program and nothing else: a data folder, a home
// and a system browser that notes what it was asked to open.
type newcomer struct {
	t       *testing.T
	program string
	home    string
	data    string
	common  []string // flags of every command
	env     []string
}

func newNewcomer(t *testing.T) *newcomer {
	t.Helper()
	program, err := buildOnce()
	if err != nil {
		t.Fatalf("build the program: %v", err)
	}
	home := t.TempDir()
	n := &newcomer{t: t, program: program, home: home, data: filepath.Join(home, "data"), common: []string{"-practice"}}
	bin := filepath.Join(home, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nprintf '%s\\n' \"$1\" > '" + home + "/opened'\n/usr/bin/env > '" + home + "/browser.env'\n"
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	n.env = append(withoutSession(os.Environ()), "HOME="+home, "PATH="+bin+":"+os.Getenv("PATH"))
	return n
}

func (n *newcomer) command(args ...string) *exec.Cmd {
	args = append(append(args, "-data", n.data, "-json"), n.common...)
	command := exec.Command(n.program, args...)
	command.Env = n.env
	return command
}

// run runs a command to its end, checks the exit code and reads its JSON. What
// follows the program's name in env is given to this command only.
func (n *newcomer) run(exit int, into any, env []string, args ...string) {
	n.t.Helper()
	command := n.command(args...)
	command.Env = append(command.Env, env...)
	var out, log bytes.Buffer
	command.Stdout, command.Stderr = &out, &log
	kill := time.AfterFunc(time.Minute, func() { _ = command.Process.Kill() })
	defer kill.Stop()
	err := command.Run()
	if got := command.ProcessState.ExitCode(); got != exit {
		n.t.Fatalf("%s: exit %d, want %d (%v)\n%s\n%s", strings.Join(args, " "), got, exit, err, out.Bytes(), log.Bytes())
	}
	if into != nil {
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			n.t.Fatalf("%s: %v\n%s\n%s", args[0], err, out.Bytes(), log.Bytes())
		}
	}
}

// refused runs a command that is to be refused and checks that the refusal is a
// sentence with a next step.
func (n *newcomer) refused(exit int, code string, env []string, args ...string) {
	n.t.Helper()
	var fault struct {
		Error struct {
			Code, Text, Next string
			Exit             int
		}
	}
	n.run(exit, &fault, env, args...)
	e := fault.Error
	if e.Code != code || e.Exit != exit {
		n.t.Errorf("%s: %s with exit %d, want %s with %d", strings.Join(args, " "), e.Code, e.Exit, code, exit)
	}
	if e.Text == "" || e.Next == "" || strings.ContainsAny(e.Text+e.Next, "{}") {
		n.t.Errorf("%s: no sentence with a next step: %+v", args[0], e)
	}
}

// signup is what `onboard` prints.
type signup struct {
	State           string `json:"state"`
	RegistrationURL string `json:"registration_url"`
	ReturnURL       string `json:"return_url"`
	SenderID        string `json:"sender_id"`
	DigipostAddress string `json:"digipost_address"`
	Trouble         string `json:"trouble"`
}

// credentials is what `credentials` prints.
type credentials struct {
	SenderID    string `json:"sender_id"`
	Proved      *bool
	Certificate *struct {
		Subject, Issuer string
		NotAfter        time.Time `json:"not_after"`
		DaysLeft        int       `json:"days_left"`
	}
	SFTPKey *struct{ Type, Fingerprint, Public string } `json:"sftp_key"`
}

// waiting is an `onboard` that waits for the browser to come back.
type waiting struct {
	n       *newcomer
	command *exec.Cmd
	out     bytes.Buffer
	address string // of the registration, as the program printed it
	ended   chan error
}

// onboard starts `onboard` and reads the address to open from its standard
// error, as a person does.
func (n *newcomer) onboard(env []string, args ...string) *waiting {
	n.t.Helper()
	w := &waiting{n: n, command: n.command(append([]string{"onboard"}, args...)...), ended: make(chan error, 1)}
	w.command.Env = append(w.command.Env, env...)
	w.command.Stdout = &w.out
	told, err := w.command.StderrPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := w.command.Start(); err != nil {
		n.t.Fatal(err)
	}
	addresses := make(chan string, 1)
	var log strings.Builder // read after ended
	go func() {
		lines := bufio.NewScanner(told)
		for lines.Scan() {
			fmt.Fprintln(&log, lines.Text())
			if strings.HasPrefix(lines.Text(), "http://") {
				addresses <- lines.Text()
			}
		}
		w.ended <- w.command.Wait()
	}()
	n.t.Cleanup(func() { w.kill() })
	select {
	case w.address = <-addresses:
	case err := <-w.ended:
		n.t.Fatalf("onboard ended: %v\n%s\n%s", err, w.out.String(), log.String())
	case <-time.After(30 * time.Second):
		n.t.Fatal("onboard printed no address")
	}
	return w
}

// end waits until the program has its answer and gives what it printed.
func (w *waiting) end() signup {
	w.n.t.Helper()
	select {
	case err := <-w.ended:
		w.ended <- err
		if err != nil {
			w.n.t.Fatalf("onboard: %v\n%s", err, w.out.String())
		}
	case <-time.After(20 * time.Second):
		w.n.t.Fatal("onboard goes on waiting")
	}
	var got signup
	if err := json.Unmarshal(w.out.Bytes(), &got); err != nil {
		w.n.t.Fatalf("onboard: %v\n%s", err, w.out.String())
	}
	return got
}

// kill ends the program as a power cut would.
func (w *waiting) kill() {
	_ = w.command.Process.Kill()
	err := <-w.ended
	w.ended <- err
}

// returnURL and nonce are what the registration address tells Digipost.
func (w *waiting) returnURL() string { return w.query("redirect-url") }
func (w *waiting) nonce() string     { return w.query("nonce") }

func (w *waiting) query(name string) string {
	address, err := url.Parse(w.address)
	if err != nil {
		w.n.t.Fatal(err)
	}
	return address.Query().Get(name)
}

// chromium starts a real browser with a profile of its own. Downloads land in
// the folder.
func chromium(t *testing.T) (ctx context.Context, downloads string) {
	t.Helper()
	path := programOneOf(t, "chromium", "chromium-browser", "google-chrome")
	downloads = t.TempDir()
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir())}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(end)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the browser, which writes into its folder
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior,
		browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: downloads})
	if err != nil {
		t.Fatal(err)
	}
	return ctx, downloads
}

// programOneOf finds the first of some programs that is installed; without any
// the test is skipped, or fails where REQUIRE_REAL says that real parts must run.
func programOneOf(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing := strings.Join(names, " or ") + " is not installed"
	if os.Getenv("REQUIRE_REAL") == "1" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// tab opens a tab of its own and does some steps in it.
func tab(t *testing.T, browser context.Context, steps ...chromedp.Action[chromedp.Void]) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, steps...)
	return ctx
}

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		where, _ := chromedp.Run(tab, chromedp.Location())
		t.Fatalf("in the browser, at %s: %v", where, err)
	}
}

func read[T any](t *testing.T, tab context.Context, action chromedp.Action[T]) T {
	t.Helper()
	value, err := chromedp.Run(tab, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// What stands on the stand-in's pages and on the program's own.
const (
	accept      = chromedp.CSS("#accept")
	finish      = chromedp.CSS("#fullfor")
	linkBack    = chromedp.CSS("#tilbake")
	certificate = chromedp.CSS("#sertifikat")
	password    = chromedp.CSS("#passord")
	pageDone    = chromedp.CSS("main.done")
	pageRefused = chromedp.CSS("main.refused")
)

// register goes through the pages at Digipost's up to the link back.
func register(t *testing.T, browser context.Context, address string) context.Context {
	t.Helper()
	return tab(t, browser, chromedp.Navigate(address), chromedp.Click(accept), chromedp.Click(finish), chromedp.WaitVisible(linkBack))
}

// download takes the certificate file from the page by a click and gives the
// file and the pass phrase that stands beside it.
func download(t *testing.T, tab context.Context, folder string) (file, phrase string) {
	t.Helper()
	phrase = strings.TrimSpace(read(t, tab, chromedp.Text(password)))
	do(t, tab, chromedp.Click(certificate))
	file = filepath.Join(folder, "sender.p12")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return file, phrase
		}
		if time.Now().After(deadline) {
			t.Fatal("the certificate was not downloaded")
		}
	}
}

// TestSignupJourney: one command and some clicks from nothing to a letter, and
// all the ways in which the answer may come instead.
func TestSignupJourney(t *testing.T) {
	browser, downloads := chromium(t)
	t.Run("from nothing to a letter", func(t *testing.T) { fromNothing(t, browser, downloads) })
	t.Run("escaped, in English", func(t *testing.T) { inEnglish(t, browser) })
	t.Run("killed while waiting", func(t *testing.T) { killedWhileWaiting(t, browser) })
	t.Run("pasted", func(t *testing.T) { pasted(t, browser) })
}

func fromNothing(t *testing.T, browser context.Context, downloads string) {
	n := newNewcomer(t)
	w := n.onboard([]string{"BREVDUE_CERT_PASSWORD=" + canary, "BREVDUE_KEY_PASSWORD=" + canary, "BREVDUE_PASSPHRASE=" + canary},
		"-org", organisation, "-lang", "nb")
	n.browserWasAsked(w.address)
	w.environmentIsClean()

	page := register(t, browser, w.address)
	file, phrase := download(t, page, downloads)
	if link := read(t, page, chromedp.AttributeValue(linkBack, "href")).Value; !strings.Contains(link, "dp-address=kunde123#1A2B") {
		t.Fatalf("the link back has no raw #: %s", link)
	}
	do(t, page, chromedp.Click(linkBack), chromedp.WaitVisible(pageDone))
	if text := read(t, page, chromedp.Text(pageDone)); !strings.Contains(text, "Du kan lukke denne fanen") {
		t.Errorf("the landing page says %q", text)
	}
	got := w.end()
	if got.State != "returned" || got.SenderID != "1000" || got.DigipostAddress != "kunde123#1A2B" || got.Trouble != "no_certificate" ||
		got.RegistrationURL != w.address || got.ReturnURL != w.returnURL() {
		t.Errorf("onboard: %+v", got)
	}

	// The caught sender-id does not count yet: nothing can be sent.
	letter := filepath.Join(n.home, sample.LetterName)
	if err := os.WriteFile(letter, sample.Letter(), 0o600); err != nil {
		t.Fatal(err)
	}
	unlock := []string{"BREVDUE_PASSPHRASE=" + canary}
	send := []string{"send", "-to", "fnr:" + known(t)["user"][0], "-subject", "Velkommen", "-cooling-off", "0s", "-yes", letter}
	n.refused(4, "no_sender", unlock, send...)

	n.refused(4, "wrong_password", append(unlock, "BREVDUE_CERT_PASSWORD=feil"), "credentials", "set", "-certificate", file)
	var keys credentials
	n.run(0, &keys, unlock, "credentials", "show")
	if keys.Certificate != nil || keys.SenderID != "" {
		t.Errorf("after a wrong pass phrase: %+v", keys)
	}
	n.run(0, &keys, append(unlock, "BREVDUE_CERT_PASSWORD="+phrase), "credentials", "set", "-certificate", file)
	if keys.Proved == nil || !*keys.Proved || keys.SenderID != "1000" {
		t.Errorf("the certificate came, and the sender-id is not proved: %+v", keys)
	}
	if keys.SFTPKey == nil {
		t.Error("practice has no SFTP key, so that no list can be checked")
	}
	n.run(0, &got, unlock, "onboard", "-wait", "1s")
	if got.State != "verified" || got.SenderID != "1000" {
		t.Errorf("onboard, signed up already: %+v", got)
	}
	keys = credentials{}
	n.run(0, &keys, unlock, "credentials", "show")
	if keys.Certificate == nil || keys.Certificate.Subject == "" || keys.Certificate.Issuer == "" || keys.Certificate.DaysLeft < 1 ||
		keys.Certificate.NotAfter.Before(time.Now()) || keys.SenderID != "1000" {
		t.Errorf("credentials show: %+v", keys)
	}
	var sent result
	n.run(0, &sent, unlock, send...)
	if sent.Status != "delivered" || sent.MessageID == "" {
		t.Errorf("the first letter: %+v", sent)
	}
	n.nothingInClear(phrase, canary)
}

// browserWasAsked checks that the system's browser got the printed address, and
// that a pass phrase of the program's environment did not come along.
func (n *newcomer) browserWasAsked(address string) {
	n.t.Helper()
	opened, err := os.ReadFile(filepath.Join(n.home, "opened"))
	if err != nil || strings.TrimSpace(string(opened)) != address {
		n.t.Errorf("the browser was asked for %q, the program printed %q (%v)", opened, address, err)
	}
	env, err := os.ReadFile(filepath.Join(n.home, "browser.env"))
	if err != nil || !bytes.Contains(env, []byte("HOME=")) {
		n.t.Fatalf("the browser's environment: %v", err)
	}
	if bytes.Contains(env, []byte(canary)) || bytes.Contains(env, []byte("BREVDUE_")) {
		n.t.Error("the browser inherited a pass phrase")
	}
}

// environmentIsClean fails when the system still shows a pass phrase that the
// running program was given.
func (w *waiting) environmentIsClean() {
	w.n.t.Helper()
	shown, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", w.command.Process.Pid))
	if err != nil {
		w.n.t.Logf("this system shows no environment: %v", err)
		return
	}
	if bytes.Contains(shown, []byte(canary)) || !bytes.Contains(shown, []byte("HOME=")) {
		w.n.t.Error("the running program's environment shows a pass phrase")
	}
}

func inEnglish(t *testing.T, browser context.Context) {
	n := newNewcomer(t)
	w := n.onboard(nil, "-lang", "en")
	page := tab(t, browser, chromedp.Navigate(w.address+"&hash=escaped"), chromedp.SendKeys(chromedp.CSS("#org"), organisation),
		chromedp.Click(accept), chromedp.Click(finish), chromedp.WaitVisible(linkBack))
	if link := read(t, page, chromedp.AttributeValue(linkBack, "href")).Value; !strings.Contains(link, "dp-address=kunde123%231A2B") {
		t.Fatalf("the link back has a raw #: %s", link)
	}
	do(t, page, chromedp.Click(linkBack), chromedp.WaitVisible(pageDone))
	if text := read(t, page, chromedp.Text(pageDone)); !strings.Contains(text, "You can close this tab") {
		t.Errorf("the landing page says %q", text)
	}
	if got := w.end(); got.State != "returned" || got.SenderID != "1000" || got.DigipostAddress != "kunde123#1A2B" {
		t.Errorf("onboard: %+v", got)
	}
}

// killedWhileWaiting: the page in the browser outlives the program, and its link
// is still caught by the next one, at the same port and path.
func killedWhileWaiting(t *testing.T, browser context.Context) {
	n := newNewcomer(t)
	first := n.onboard(nil, "-org", organisation, "-lang", "nb")
	page := register(t, browser, first.address)
	first.kill()
	second := n.onboard(nil, "-lang", "nb") // who starts again may leave the number out
	if second.returnURL() != first.returnURL() || second.nonce() != first.nonce() {
		t.Fatalf("after a kill the program listens elsewhere:\n%s\n%s", first.address, second.address)
	}
	// What another attempt brings is turned away, and the program goes on waiting.
	tab(t, browser, chromedp.Navigate(second.returnURL()+"?sender-id=666&dp-address=x#y&nonce="+strings.Repeat("0", 40)), chromedp.WaitVisible(pageRefused))
	do(t, page, chromedp.Click(linkBack), chromedp.WaitVisible(pageDone))
	if got := second.end(); got.State != "returned" || got.SenderID != "1000" || got.DigipostAddress != "kunde123#1A2B" {
		t.Errorf("onboard: %+v", got)
	}
}

// pasted: the person copies the address of the link to another prompt, and the
// program that waits hears of it.
func pasted(t *testing.T, browser context.Context) {
	n := newNewcomer(t)
	n.refused(3, "no_signup_waiting", nil, "onboard", "-paste", "http://127.0.0.1:1/retur?sender-id=1&nonce=x")
	w := n.onboard(nil, "-org", organisation)
	page := register(t, browser, w.address)
	link := read(t, page, chromedp.AttributeValue(linkBack, "href")).Value

	n.refused(3, "return_unreadable", nil, "onboard", "-paste", "hei")
	n.refused(3, "return_wrong_nonce", nil, "onboard", "-paste", strings.Replace(link, w.nonce(), strings.Repeat("0", 40), 1))
	n.refused(3, "return_no_sender", nil, "onboard", "-paste", strings.Replace(link, "sender-id=1000&", "", 1))
	var got signup
	n.run(0, &got, nil, "onboard", "-paste", link)
	if got.State != "returned" || got.SenderID != "1000" || got.DigipostAddress != "kunde123#1A2B" {
		t.Errorf("pasted: %+v", got)
	}
	if other := w.end(); other.State != "returned" || other.SenderID != "1000" {
		t.Errorf("the one that waited: %+v", other)
	}

	for _, address := range []string{link, strings.Replace(link, "#", "%23", 1)} {
		var said struct {
			SenderID        string `json:"sender_id"`
			DigipostAddress string `json:"digipost_address"`
			NonceOK         bool   `json:"nonce_ok"`
		}
		check := func(exit int, nonce string, ok bool) {
			t.Helper()
			command := exec.Command(n.program, "check", "return-url", address, "-nonce", nonce, "-json")
			out, err := command.Output()
			var ended *exec.ExitError
			if err != nil && !errors.As(err, &ended) || command.ProcessState.ExitCode() != exit {
				t.Fatalf("check return-url: %v\n%s", err, out)
			}
			if err := json.Unmarshal(out, &said); err != nil {
				t.Fatal(err)
			}
			if said.SenderID != "1000" || said.DigipostAddress != "kunde123#1A2B" || said.NonceOK != ok {
				t.Errorf("check return-url %s: %+v", address, said)
			}
		}
		check(0, w.nonce(), true)
		check(3, "en-annen", false)
	}
}

// nothingInClear fails when one of some secrets or a private key can be read in
// a file below the data folder. The stand-in's own folder is left out: it plays
// Digipost, which gives the certificate away together with its pass phrase.
func (n *newcomer) nothingInClear(secrets ...string) {
	n.t.Helper()
	seen := 0
	err := filepath.WalkDir(n.data, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "sandbox" {
				return filepath.SkipDir
			}
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		for i, secret := range append(secrets, "PRIVATE KEY") {
			if bytes.Contains(content, []byte(secret)) {
				n.t.Errorf("%s holds secret %d in clear", filepath.Base(path), i)
			}
		}
		return nil
	})
	if err != nil || seen == 0 {
		n.t.Fatalf("%d files looked through: %v", seen, err)
	}
}
