//go:build !nowindow

package windowtest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// eboxReady is what the ready line of a running stand-in tells of the e-Box.
type eboxReady struct {
	Enterprise  string `json:"ebox_enterprise"`
	Certificate string `json:"ebox_certificate_file"`
	Key         string `json:"ebox_key_file"`
	ClientID    string `json:"ebox_client_id"`
}

func readEBox(t *testing.T, data string) (ready eboxReady) {
	t.Helper()
	line, err := os.ReadFile(filepath.Join(data, "practice", "sandbox", "ready.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(line, &ready); err != nil || ready.Enterprise == "" {
		t.Fatalf("ready line: %v: %s", err, line)
	}
	return ready
}

// eboxMessage is a message as the stand-in has it.
type eboxMessage struct {
	ID, Provider     string
	Subject          map[string]string
	Read, Registered bool
	Visible, Expired bool
	Odd              bool `json:"breaks_contract"`
	Documents        []struct {
		Main    bool
		Fetched int
	}
}

// eboxMessages asks the stand-in of a running program for its messages.
func eboxMessages(t *testing.T, data string) []eboxMessage {
	t.Helper()
	answer, err := http.Get(steering(t, data) + "/ebox")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var state struct{ Messages []eboxMessage }
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	return state.Messages
}

// eboxMessageOf is a message as it is now.
func eboxMessageOf(t *testing.T, data string, before eboxMessage) eboxMessage {
	t.Helper()
	for _, message := range eboxMessages(t, data) {
		if message.ID == before.ID && message.Provider == before.Provider {
			return message
		}
	}
	t.Fatalf("the stand-in has no message %s any more", before.ID)
	return eboxMessage{}
}

// unread counts the messages that nobody has read yet.
func unread(t *testing.T, data string) (count int) {
	t.Helper()
	for _, message := range eboxMessages(t, data) {
		if !message.Read {
			count++
		}
	}
	return count
}

// stepText is a place in the text of a step, over which the mouse wheel turns.
var stepText = [2]int{880, 400}

// scroll brings a control of a step into sight.
func (p *person) scroll(id string) { p.t.Helper(); p.turn(id, stepText[0], stepText[1]) }

// press scrolls to a control of a step and presses it.
func (p *person) press(id string) {
	p.t.Helper()
	p.scroll(id)
	p.click(id)
}

// TestBelgium goes from the welcome to the last step with an own key, comes back after
// a restart, and reads the e-Box: what is looked at stays unread, and only what is
// fetched on purpose is marked read.
func TestBelgium(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	useLooks(t, data, "nl")
	shot := album(t, "belgie")
	p := start(t, data, "-practice")
	p.size("welcome.try", 1280, 800)
	beginBelgium(p, data, shot)
	officeSteps(p, data, shot)
	p.close()

	p = start(t, data, "-practice")
	p.size("belgium.mark", 1024, 700)
	shot(p, "terug-na-sluiten")
	p.atStep("S5") // where it was left
	p.size("belgium.mark", 1280, 800)
	accountSteps(p, data, shot)
	proveConnection(p, shot)
	p.close()

	p = start(t, data, "-practice")
	p.size("inbox.search", 1280, 800)
	readInbox(p, data, shot)
}

// beginBelgium takes the Belgian card and tells who holds the key and for whom.
func beginBelgium(p *person, data string, shot func(*person, string)) {
	p.t.Helper()
	shot(p, "welkom")
	p.click("welcome.try")
	p.goOn("welcome.practice", "welcome.organisation")
	p.goOn("welcome.back", "welcome.way.belgium")
	p.click("welcome.way.belgium")
	shot(p, "wegen")
	p.goOn("welcome.next", "belgium.begin")
	shot(p, "begin")
	p.goOn("belgium.back", "welcome.next")
	p.goOn("welcome.next", "belgium.begin")
	p.click("belgium.profile.b")
	ready := readEBox(p.t, data)
	p.turn("belgium.name", 600, 400)
	p.types("belgium.enterprise", ready.Enterprise)
	p.waitFor("belgium.enterprise.good")
	p.types("belgium.name", "Oefenonderneming NV")
	shot(p, "begin-ingevuld")
	p.click("belgium.begin")
}

// done presses the main button of the step that is open, and waits for the next step.
func done(p *person, main, step, next string, shot func(*person, string)) {
	p.t.Helper()
	p.waitFor(main)
	shot(p, strings.ToLower(step))
	p.click(main)
	p.atStep(next)
}

// atStep waits until a step is the one that is open.
func (p *person) atStep(step string) {
	p.t.Helper()
	p.until(step+" being open", func() bool {
		c, there := p.find("belgium.heading")
		return there && strings.HasPrefix(c.Text, step+" ")
	})
}

// officeSteps are those that a person does at several offices, with the one that
// cannot be undone, and the key of their own.
func officeSteps(p *person, data string, shot func(*person, string)) {
	p.t.Helper()
	p.atStep("S0")
	p.scroll("belgium.note")
	p.types("belgium.note", "Els is toegangsbeheerder")
	shot(p, "s0-notitie")
	done(p, "belgium.mark", "S0", "S2", shot)
	ready := readEBox(p.t, data)
	shot(p, "s2-leeg")
	for _, path := range []string{ready.Key, ready.Certificate} {
		p.scroll("belgium.key.path")
		p.types("belgium.key.path", path)
		p.key("Return")
		p.waitFor("belgium.key.import")
	}
	p.waitFor("belgium.key.import")
	shot(p, "s2-gekozen")
	p.click("belgium.key.import")
	p.scroll("belgium.key.there")
	done(p, "belgium.next", "S2", "S3", shot)
	done(p, "belgium.mark", "S3", "S4", shot)
	shot(p, "s4-rood")
	p.click("belgium.mark") // off without the tick
	p.press("belgium.sure")
	done(p, "belgium.mark", "S4", "S5", shot)
}

// accountSteps are those in ChaMan: what is shown there is typed here.
func accountSteps(p *person, data string, shot func(*person, string)) {
	p.t.Helper()
	p.scroll("belgium.number.keep")
	shot(p, "s5-leeg")
	p.types("belgium.number", "1000001")
	done(p, "belgium.mark", "S5", "S6", shot)
	p.scroll("belgium.client_id.keep")
	shot(p, "s6-leeg")
	p.types("belgium.client_id", "my-client")
	p.waitFor("belgium.client_id.verdict")
	shot(p, "s6-geen-clientid")
	p.types("belgium.client_id", readEBox(p.t, data).ClientID)
	shot(p, "s6-clientid")
	done(p, "belgium.mark", "S6", "S8", shot)
}

// proveConnection lets the program prove the last steps by itself.
func proveConnection(p *person, shot func(*person, string)) {
	p.t.Helper()
	shot(p, "s8-voor-de-test")
	p.goOn("belgium.test", "belgium.next")
	p.scroll("belgium.test.good")
	shot(p, "s8-na-de-test")
	p.click("belgium.step.S10")
	p.atStep("S10")
	p.waitFor("belgium.finished")
	shot(p, "s10")
	p.goOn("belgium.inbox", "inbox.check")
	shot(p, "inbox-eerste-keer")
}

// readInbox looks at what there is, and fetches one message on purpose.
func readInbox(p *person, data string, shot func(*person, string)) {
	t := p.t
	t.Helper()
	before := unread(t, data)
	shot(p, "inbox")
	p.size("inbox.search", 1024, 700)
	shot(p, "inbox-smal")
	p.size("inbox.search", 1280, 800)
	message := pick(t, data)
	p.put("inbox.search", message.Subject["nl"])
	p.key("Return")
	p.until("one hit", func() bool {
		_, second := p.find("inbox.row.1")
		first, there := p.find("inbox.row.0")
		return there && !second && strings.Contains(first.Text, message.Subject["nl"])
	})
	shot(p, "inbox-gezocht")
	p.click("inbox.row.0")
	p.waitFor("inbox.save")
	shot(p, "bericht")
	if now := unread(t, data); now != before {
		t.Fatalf("by looking alone %d of %d messages were read", before-now, before)
	}
	folder := filepath.Join(t.TempDir(), "e-box")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	p.goOn("inbox.save", "inbox.folder.path")
	shot(p, "bewaren-waar")
	p.types("inbox.folder.path", folder)
	p.key("Return")
	p.waitFor("inbox.warning")
	p.waitFor("inbox.fetch")
	shot(p, "bewaren-waarschuwing")
	if eboxMessageOf(t, data, message).Read {
		t.Fatal("read before anybody said yes")
	}
	p.goOn("inbox.fetch", "inbox.result")
	shot(p, "bewaren-resultaat")
	if !eboxMessageOf(t, data, message).Read || unread(t, data) != before-1 {
		t.Errorf("%d unread before, now %d", before, unread(t, data))
	}
	if files, _ := filepath.Glob(filepath.Join(folder, "*", "*")); len(files) < len(message.Documents) {
		t.Errorf("%d documents were saved as %q", len(message.Documents), files)
	}
	p.goOn("inbox.done", "inbox.search")
	shot(p, "inbox-na-bewaren")
}

// pick gives an unread message with a main document and a subject of its own.
func pick(t *testing.T, data string) eboxMessage {
	t.Helper()
	all := eboxMessages(t, data)
	for _, message := range all {
		subject, main, same := message.Subject["nl"], false, 0
		for _, document := range message.Documents {
			main = main || document.Main
		}
		for _, other := range all {
			if strings.Contains(other.Subject["nl"], subject) {
				same++
			}
		}
		if subject != "" && main && same == 1 && !message.Read && !message.Registered && message.Visible && !message.Expired && !message.Odd {
			return message
		}
	}
	t.Fatal("the stand-in has no unread message of the ordinary sort")
	return eboxMessage{}
}
