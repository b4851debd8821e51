//go:build !nowindow

package windowtest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// practising brings a new window through sign-up, to an empty register.
func practising(t *testing.T) (p *person, data, examples string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "data")
	useLooks(t, data, "nb")
	shortClocks(t, data)
	b := newBrowser(t)
	p = start(t, data, "-practice")
	enterPractice(p, b, nothing)
	return p, data, filepath.Join(data, "practice", "eksempel")
}

// add adds a document to the letter; row is its place in the list.
func (p *person) add(path, row string) {
	p.t.Helper()
	p.types("letter.path", path)
	p.key("Return")
	p.waitFor("letter.remove." + row)
}

// attachments are copies of a letter: a file is not taken twice.
func attachments(t *testing.T, letter string, names ...string) []string {
	t.Helper()
	data, err := os.ReadFile(letter)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	folder := t.TempDir()
	for _, name := range names {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// inDays is a day as one types it.
func inDays(days int) string { return time.Now().AddDate(0, 0, days).Format("02.01.2006") }

// remindAndPrint chooses reminders, and paper for who has no Digipost.
func remindAndPrint(p *person, shot func(string)) {
	p.t.Helper()
	p.reach("letter.section.reminder")
	p.reach("letter.sms.after")
	p.reach("letter.email")
	p.see("letter.email.time")
	shot("brev-paaminnelse")
	p.reach("letter.section.paper")
	p.reach("letter.paper")
	p.fill("letter.return.name", "Fjordby båtforening")
	for _, text := range []string{"Brygga 1", "", "6413", "Molde"} { // Tab leads on, also to what is not seen yet
		p.key("Tab")
		p.xdotool("key", "ctrl+a")
		p.xdotool("type", "--delay", "12", text)
	}
	p.see("letter.undelivered.return")
	shot("brev-paa-papir")
}

// payable makes the letter a bill, first with a wrong KID, and asks to hear when it is
// opened.
func payable(p *person, shot func(string)) {
	p.t.Helper()
	p.reach("letter.section.type")
	p.reach("letter.type.invoice")
	for _, field := range []struct{ id, text string }{
		{"letter.amount", "1 234,50"}, {"letter.date", inDays(30)}, {"letter.account", "8601 11 17947"}, {"letter.kid", "2345677"},
	} {
		p.fill(field.id, field.text)
	}
	shot("brev-faktura")
	p.reach("letter.section.more")
	p.reach("letter.receipt")
	p.goOn("letter.review", "letter.mend.0")
	shot("brev-noe-aa-rette")
	p.click("letter.mend.0")
	p.fill("letter.kid", "2345676")
}

// sendWithOptions sends one letter with everything to somebody in the register.
func sendWithOptions(p *person, letter string, more []string, shot func(string)) {
	p.t.Helper()
	p.key("ctrl+n")
	p.types("letter.to", "åse bj")
	p.waitFor("letter.hits.row.0")
	p.click("letter.hits.row.0")
	p.waitFor("letter.change")
	p.add(letter, "0")
	for i, path := range more {
		p.add(path, string(rune('1'+i)))
	}
	p.types("letter.subject", "Årsavgift for 2027")
	remindAndPrint(p, shot)
	payable(p, shot)
	p.goOn("letter.review", "letter.send")
	shot("brev-med-alt-se-over")
	p.key("Return")
	p.waitFor("letter.send") // Enter never sends
	p.goOn("letter.send", "jobs.stop")
	p.waitFor("jobs.letter.status.delivered")
	shot("brev-med-alt-levert")
}

// sendOnPaper sends one letter to somebody Digipost knows without Digipost, found by
// name and address.
func sendOnPaper(p *person, letter string, shot func(string)) {
	p.t.Helper()
	p.key("ctrl+n")
	p.click("letter.by_address")
	for _, field := range []struct{ id, text string }{
		{"letter.name", "Per-Olav Tveitnes"}, {"letter.line1", "Brygga 4"}, {"letter.postcode", "5003"}, {"letter.town", "Bergen"},
	} {
		p.types(field.id, field.text)
	}
	p.goOn("letter.address.use", "letter.change")
	p.add(letter, "0")
	p.types("letter.subject", "Innkalling til årsmøte")
	p.reach("letter.section.paper")
	p.reach("letter.paper")
	for _, field := range []struct{ id, text string }{
		{"letter.return.name", "Fjordby båtforening"}, {"letter.return.line1", "Brygga 1"},
		{"letter.return.place.postcode", "6413"}, {"letter.return.place.town", "Molde"},
	} {
		p.fill(field.id, field.text)
	}
	p.goOn("letter.review", "letter.send")
	p.goOn("letter.send", "jobs.stop")
	p.waitFor("jobs.letter.status.printing")
	shot("brev-til-utskrift")
}

// letTimePass moves the stand-in's clock ahead, from where it stood at first, and asks
// for the news.
func letTimePass(p *person, data, ahead, status string) {
	p.t.Helper()
	steer(p.t, data, "/clock", ahead)
	p.goOn("jobs.refresh", "jobs.letter.status."+status)
}

// TestLetterWithOptions: one letter with attachments, reminders, paper, a bill and an
// opening receipt; a wrong KID is refused, and the stand-in has what was chosen.
func TestLetterWithOptions(t *testing.T) {
	p, data, examples := practising(t)
	letter := filepath.Join(examples, "brev.pdf")
	importList(p, filepath.Join(examples, "kunder.xlsx"), nothing)
	sendWithOptions(p, letter, attachments(t, letter, "vedtekter.pdf", "regnskap.pdf"), nothing)

	letters := lettersOf(t, data)
	if len(letters) != 1 || letters[0].Channel != "DIGIPOST" || len(letters[0].Documents) != 3 {
		t.Fatalf("the stand-in has %+v", letters)
	}
	main := letters[0].Documents[0]
	if main.Subject != "Årsavgift for 2027" || main.DataType != "invoice" || !main.OpeningReceipt || !slices.Equal(main.SMSAfter, []time.Duration{24 * time.Hour}) ||
		main.Email != "ase.bjorkhaug@example.com" || len(main.EmailAt) != 1 {
		t.Errorf("the letter is %+v", main)
	}
}

// TestLaterStatus: what becomes of letters after they were sent is seen when one asks:
// one to somebody found at Digipost is opened, one on paper is posted.
func TestLaterStatus(t *testing.T) {
	p, data, examples := practising(t)
	letter := filepath.Join(examples, "brev.pdf")
	p.key("ctrl+n")
	p.types("letter.to", "åse bj")
	p.click("letter.digipost.row.0")
	p.waitFor("letter.change")
	p.add(letter, "0")
	p.types("letter.subject", "Velkommen")
	p.reach("letter.section.more")
	p.reach("letter.receipt")
	p.goOn("letter.review", "letter.send")
	p.goOn("letter.send", "jobs.stop")
	p.waitFor("jobs.letter.status.delivered")
	letTimePass(p, data, "72h", "opened")
	sendOnPaper(p, letter, nothing)
	letTimePass(p, data, "144h", "posted")
}

// standing is a letter as the stand-in has it.
type standing struct {
	Channel   string
	Documents []struct {
		Subject        string
		DataType       string          `json:"data_type"`
		OpeningReceipt bool            `json:"opening_receipt"`
		SMSAfter       []time.Duration `json:"sms_after"`
		EmailAt        []time.Time     `json:"email_at"`
		Email          string
	}
}

// lettersOf asks the stand-in of a running program for its letters.
func lettersOf(t *testing.T, data string) []standing {
	t.Helper()
	answer, err := http.Get(steering(t, data) + "/state")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var state struct{ Delivered []standing }
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	return state.Delivered
}

// steer tells the stand-in of a running program something.
func steer(t *testing.T, data, path, text string) {
	t.Helper()
	answer, err := http.Post(steering(t, data)+path, "text/plain", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s %s: %s", path, text, answer.Status)
	}
}
