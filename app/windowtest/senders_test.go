//go:build !nowindow

package windowtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/store"
)

// standIn is what the ready line of a running stand-in tells.
type standIn struct {
	Control  string
	Password string `json:"certificate_password"`
	SenderID string `json:"sender_id"`
}

func readStandIn(t *testing.T, data string) (ready standIn) {
	t.Helper()
	line, err := os.ReadFile(filepath.Join(data, "practice", "sandbox", "ready.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(line, &ready); err != nil {
		t.Fatal(err)
	}
	return ready
}

// apply hands in an application on the page that was opened.
func (b browser) apply() {
	b.t.Helper()
	address, err := url.Parse(b.address())
	if err != nil {
		b.t.Fatal(err)
	}
	form := address.Query()
	form.Set("apply", "yes")
	address.RawQuery = ""
	if page := b.read(http.PostForm(address.String(), form)); !strings.Contains(page, `id="sendt"`) {
		b.t.Fatalf("the application was not taken:\n%s", page)
	}
}

// startRelay runs the partner's relay until the test ends.
func startRelay(t *testing.T) (address string) {
	t.Helper()
	command := exec.Command(os.Getenv("BREVDUE_PROGRAM"), "relay", "-listen", "127.0.0.1:0", "-json", "-dir", t.TempDir())
	var out lines
	command.Stdout, command.Stderr = &out, os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var ready struct{ Relay string }
		if json.Unmarshal([]byte(out.String()), &ready) == nil && ready.Relay != "" {
			return ready.Relay
		}
	}
	t.Fatalf("the relay did not become ready: %s", out.String())
	return ""
}

// TestApplicationInWindow is the way of one without signing rights: the
// application is handed in and the program closed. Digipost approves and tells the
// relay; the program that starts again goes on with the certificate.
func TestApplicationInWindow(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	useLooks(t, data, "nb")
	b := newBrowser(t)
	p := start(t, data, "-practice")
	p.click("welcome.try")
	p.click("welcome.practice")
	p.waitFor("welcome.organisation")
	p.click("welcome.open")
	p.goOn("welcome.apply", "welcome.handed_in")
	b.apply()
	p.goOn("welcome.handed_in", "welcome.approved")
	relay := startRelay(t)
	var attempt struct{ State string }
	ask(t, data, &attempt, "onboard", "-relay", relay)
	if attempt.State != "applied" {
		t.Fatalf("at the command line: %+v", attempt)
	}
	ready := readStandIn(t, data)
	p.close()

	p = start(t, data, "-practice")
	p.waitFor("welcome.approved")
	ready = readStandIn(t, data)
	answer, err := http.PostForm(ready.Control+"/approve-application", url.Values{"number": {"1"}, "relay": {relay + "/callback"}})
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("approve: %v %v", err, answer)
	}
	_ = answer.Body.Close()
	p.goOn("welcome.check", "welcome.password")
	p.types("welcome.password", ready.Password)
	p.goOn("welcome.keep", "welcome.finish")
	p.goOn("welcome.finish", "home.import")
	p.nothingInClear(data, ready.Password)
}

// nothingInClear fails when a pass phrase or a private key can be read in a file
// of the program or in its environment. The stand-in's own folder is left out: it
// plays Digipost, which gives the certificate away together with its pass phrase.
func (p *person) nothingInClear(data string, phrases ...string) {
	p.t.Helper()
	seen := 0
	look := func(path string) error {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		for i, phrase := range append(phrases, "PRIVATE KEY") {
			if bytes.Contains(content, []byte(phrase)) {
				p.t.Errorf("%s holds secret %d in clear", path, i)
			}
		}
		return nil
	}
	err := filepath.WalkDir(data, func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "sandbox":
			return filepath.SkipDir
		case entry.IsDir():
			return nil
		}
		return look(path)
	})
	if err != nil || seen == 0 {
		p.t.Fatalf("%d files looked through: %v", seen, err)
	}
	for _, what := range []string{"environ", "cmdline"} {
		if err := look(fmt.Sprintf("/proc/%d/%s", p.command.Process.Pid, what)); err != nil {
			p.t.Logf("not shown here: %v", err)
		}
	}
	if strings.Contains(p.log.String(), "PRIVATE KEY") {
		p.t.Error("the program wrote a private key")
	}
}

// TestSenderAlreadyInWindow is the way of one who has a sender-id from before.
func TestSenderAlreadyInWindow(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	useLooks(t, data, "nb")
	p := start(t, data, "-practice")
	p.click("welcome.try")
	p.goOn("welcome.practice", "welcome.organisation")
	p.goOn("welcome.back", "welcome.own")
	p.goOn("welcome.own", "welcome.own_id")
	ready := readStandIn(t, data)
	p.types("welcome.own_id", ready.SenderID)
	p.goOn("welcome.next", "welcome.password")
	p.types("welcome.password", ready.Password)
	p.goOn("welcome.keep", "welcome.finish")
	p.goOn("welcome.finish", "home.import")
}

// openReal starts the program outside practice, where it keeps no file of its
// controls: the person goes by where things stand.
func openReal(t *testing.T, data string) *person {
	t.Helper()
	p := launch(t, data)
	p.xdotool("windowsize", p.window, "1280", "800")
	time.Sleep(time.Second)
	p.place()
	return p
}

// at presses a point of a window of 1280 by 800.
func (p *person) at(x, y int) {
	p.t.Helper()
	p.xdotool("mousemove", strconv.Itoa(int(p.x)+x), strconv.Itoa(int(p.y)+y))
	time.Sleep(80 * time.Millisecond)
	p.xdotool("click", "1")
	time.Sleep(300 * time.Millisecond)
}

// write types text, and presses Tab or Return after it.
func (p *person) write(text, key string) {
	p.t.Helper()
	p.xdotool("type", "--delay", "12", text)
	p.key(key)
}

// titled waits until the window's title names a place.
func (p *person) titled(place string) {
	p.t.Helper()
	var title []byte
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		p.alive()
		if title, _ = exec.Command("xdotool", "getwindowname", p.window).Output(); bytes.HasSuffix(bytes.TrimSpace(title), []byte(place)) {
			time.Sleep(700 * time.Millisecond) // until it stands there
			return
		}
	}
	p.fail("the window is called %q, not %q", title, place)
}

// shows waits until the profile on the screen is this one, as the next start
// will know it.
func (p *person) shows(data, profile string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		var looks struct{ Profile string }
		if content, err := os.ReadFile(filepath.Join(data, "looks.json")); err == nil && json.Unmarshal(content, &looks) == nil && looks.Profile == profile {
			time.Sleep(700 * time.Millisecond)
			return
		}
	}
	p.fail("%s is not shown", profile)
}

// opened waits until a profile has its keys in a file.
func (p *person) opened(data, profile string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		_, keys := os.Stat(filepath.Join(data, profile, "secrets.age"))
		_, outbox := os.Stat(filepath.Join(data, profile, "outbox"))
		if keys == nil && outbox == nil {
			time.Sleep(time.Second)
			return
		}
	}
	p.fail("%s was not opened", profile)
}

// signed makes a profile one that has signed up: outside practice that takes the
// real Digipost.
func signed(t *testing.T, data, profile, name string, id int64) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(data, profile, "brevdue.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sender := post.Sender{SenderID: id, BrokerID: id, Name: name, Environment: post.Production}
	if err := db.SaveSender(t.Context(), sender); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSendersInWindow: on a machine without a keyring two senders are made, each
// with its keys in a file. The band turns from one to the other, and the next
// start begins where this one ended.
func TestSendersInWindow(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	useLooks(t, data, "nb")
	const first, second = "forste lange passord", "andre lange passord"
	shot := func(p *person, name string) {
		if folder := os.Getenv("BREVDUE_SHOTS"); folder != "" {
			p.picture(filepath.Join(folder, name+".png"))
		}
	}

	p := openReal(t, data)
	shot(p, "1-new")
	p.at(200, newPhrase)
	p.write(first, "Tab")
	p.write(first, "Return")
	p.opened(data, "avsender")
	shot(p, "2-welcome")
	p.close()
	signed(t, data, "avsender", "Fjordvik idrettslag", 1001)

	p = openReal(t, data)
	shot(p, "3-locked")
	p.at(200, oldPhrase)
	p.write(first, "Return")
	p.titled("Hjem")
	shot(p, "4-home")
	p.at(1200, inBand)
	p.titled("Avsendere")
	shot(p, "5-senders")
	p.at(1180, inBar)
	shot(p, "6-add")
	p.at(400, nameField)
	p.write("Solsiden", "Return")
	p.shows(data, "Solsiden")
	shot(p, "7-second")
	p.at(200, newPhrase)
	p.write(second, "Tab")
	p.write(second, "Return")
	p.opened(data, "Solsiden")
	p.close()
	signed(t, data, "Solsiden", "Borettslaget Solsiden", 1002)

	p = openReal(t, data)
	p.at(200, oldPhrase)
	p.write(second, "Return")
	p.titled("Hjem")
	shot(p, "8-second-home")
	p.at(1200, inBand)
	p.titled("Avsendere")
	shot(p, "9-two")
	p.at(500, secondRow)
	p.shows(data, "avsender")
	shot(p, "10-turned")
	p.at(200, oldPhrase)
	p.write(first, "Return")
	p.titled("Hjem")
	shot(p, "11-first-again")
	p.close()

	p = openReal(t, data)
	p.at(200, oldPhrase)
	p.write(first, "Return")
	p.titled("Hjem")
	shot(p, "12-remembered")
	p.nothingInClear(data, first, second)
}

// Where things stand in a window of 1280 by 800, in pixels from its upper edge.
const (
	inBand    = 16
	inBar     = 768
	newPhrase = 367 // the password of a file that is made, where there is no keyring
	oldPhrase = 249 // that of a file to open
	nameField = 190 // of a new sender
	secondRow = 262 // of the list
)
