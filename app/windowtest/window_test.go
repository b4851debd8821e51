//go:build !nowindow

package windowtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"brevdue/store"
)

// useLooks makes the window the same on every machine.
func useLooks(t *testing.T, data, language string) {
	t.Helper()
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	looks := `{"language":"` + language + `","mode":"light"}`
	if err := os.WriteFile(filepath.Join(data, "looks.json"), []byte(looks), 0o600); err != nil {
		t.Fatal(err)
	}
}

// enterPractice goes from the first screen through sign-up, with the help of a
// browser, to the window of a sender.
func enterPractice(p *person, b browser, shot func(string)) {
	p.t.Helper()
	p.waitFor("welcome.try")
	shot("velkommen")
	p.click("welcome.try")
	p.waitFor("welcome.practice")
	shot("oevelse")
	p.click("welcome.practice")
	p.waitFor("welcome.organisation")
	shot("organisasjon")
	p.click("welcome.open")
	p.waitFor("welcome.pasted")
	shot("venter-paa-digipost")
	phrase := b.signUp()
	p.waitFor("welcome.password")
	p.types("welcome.password", phrase)
	shot("sertifikat")
	p.click("welcome.keep")
	p.waitFor("welcome.finish")
	shot("klar")
	p.click("welcome.finish")
	p.waitFor("home.import")
	shot("hjem-tomt")
}

// importList brings a list into the register, every guess accepted.
func importList(p *person, path string, shot func(string)) {
	p.t.Helper()
	p.key("ctrl+i")
	p.waitFor("sheet.path")
	shot("liste-fil")
	p.types("sheet.path", path)
	p.key("Return")
	for _, name := range []string{"liste-overskrift", "liste-kolonner", "liste-problemer"} {
		p.waitFor("sheet.next")
		shot(name)
		p.click("sheet.next")
	}
	p.types("sheet.group", "Medlemmer")
	shot("liste-se-over")
	p.click("sheet.store")
	p.waitFor("sheet.split")
	shot("liste-lagret")
}

// approveMailing makes a mailing to everybody on the list that was brought in:
// what will happen is looked at, the number typed, and the clock starts.
func approveMailing(p *person, letter, count string, shot func(string)) {
	p.t.Helper()
	p.key("ctrl+m")
	p.waitFor("mailing.next")
	shot("utsendelse-mottakere")
	p.goOn("mailing.next", "mailing.path")
	p.types("mailing.path", letter)
	p.key("Return")
	p.types("mailing.subject", "Innkalling til årsmøte 2027")
	shot("utsendelse-dokument")
	p.click("mailing.next")
	p.gone("mailing.subject")
	p.waitFor("mailing.next")
	shot("utsendelse-hva-som-skjer")
	p.goOn("mailing.next", "mailing.count")
	p.types("mailing.count", count)
	shot("utsendelse-godkjenn")
	p.goOn("mailing.approve", "jobs.stop")
	shot("utsendelse-angrefrist")
}

// sendMailing approves a mailing and waits for what comes of it.
func sendMailing(p *person, letter, count string, shot func(string)) {
	p.t.Helper()
	approveMailing(p, letter, count, shot)
	p.waitFor("jobs.copy")
	shot("utsendelse-resultat")
}

// runSplit finds out who of the list has Digipost.
func runSplit(p *person, shot func(string)) {
	p.t.Helper()
	p.goOn("sheet.split", "split.start")
	shot("splitt-foer")
	p.goOn("split.start", "split.approve")
	shot("splitt-godkjenn")
	p.click("split.approve")
	p.waitFor("split.mailing")
	shot("splitt-resultat")
}

// sendLetter sends one letter to somebody in the register.
func sendLetter(p *person, letter string, shot func(string)) {
	p.t.Helper()
	p.key("ctrl+n")
	p.types("letter.to", "bjørk")
	p.waitFor("letter.hits.row.0")
	shot("brev-mottaker")
	p.click("letter.hits.row.0")
	p.waitFor("letter.change")
	p.types("letter.path", letter)
	p.key("Return")
	p.waitFor("letter.remove.0")
	p.types("letter.subject", "Velkommen som medlem")
	shot("brev-skrevet")
	p.goOn("letter.review", "letter.send")
	shot("brev-se-over")
	p.goOn("letter.send", "jobs.stop")
	shot("brev-angrefrist")
	p.gone("jobs.stop")
	shot("brev-resultat")
}

// lookAround opens the screens that show what there is.
func lookAround(p *person, shot func(string)) {
	p.t.Helper()
	for _, place := range []struct{ nav, sees, name string }{
		{"nav.people", "people.search", "mottakere"}, {"nav.split", "split.new", "splitter"},
		{"nav.jobs", "jobs.tab.done", "jobber"}, {"nav.home", "home.mailing", "hjem"}, {"nav.settings", "options.language.nb", "innstillinger"},
	} {
		p.goOn(place.nav, place.sees)
		shot(place.name)
	}
	p.goOn("nav.people", "people.row.0")
	p.click("people.row.0")
	p.waitFor("people.forget")
	shot("mottaker")
}

// saveCopy saves a copy of the list with what came of each row.
func saveCopy(p *person, path string) {
	p.t.Helper()
	p.goOn("jobs.copy", "save.path")
	p.types("save.path", path)
	p.click("save.ok")
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
	}
	p.fail("no copy of the list was saved")
}

// shortClocks makes the cooling-off short enough to wait for.
func shortClocks(t *testing.T, data string) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(data, "practice", "brevdue.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cooling_off.letter", "cooling_off.mailing"} {
		if err := db.SetSetting(t.Context(), name, "6s"); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// nothing is what a test does where the tour takes a picture.
func nothing(string) {}

// beforeMailing brings a new window through sign-up, import and split.
func beforeMailing(t *testing.T) (p *person, data, letter string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "data")
	useLooks(t, data, "nb")
	shortClocks(t, data)
	b := newBrowser(t)
	p = start(t, data, "-practice")
	examples := filepath.Join(data, "practice", "eksempel")
	enterPractice(p, b, nothing)
	importList(p, filepath.Join(examples, "kunder.xlsx"), nothing)
	runSplit(p, nothing)
	return p, data, filepath.Join(examples, "brev.pdf")
}

// TestWindow: welcome, sign-up, import, split, a mailing and a letter by mouse and
// keyboard.
func TestWindow(t *testing.T) {
	p, _, letter := beforeMailing(t)
	sendMailing(p, letter, "23", nothing)
	saveCopy(p, filepath.Join(t.TempDir(), "svar.xlsx"))
	sendLetter(p, letter, nothing)
}

// TestWindowKilled: the program dies in the cooling-off of a mailing, as in a
// power cut; the next start goes on with the same letters, once each.
func TestWindowKilled(t *testing.T) {
	first, data, letter := beforeMailing(t)
	approveMailing(first, letter, "23", nothing)
	first.kill()

	second := start(t, data, "-practice")
	second.waitFor("home.mailing")
	second.key("ctrl+j")
	second.waitFor("jobs.tab.done")
	for deadline := time.Now().Add(patience); ; {
		var jobs struct {
			Jobs []struct{ ID, Kind, State string }
		}
		ask(t, data, &jobs, "jobs")
		if jobs.Jobs[0].Kind == "mailing" && jobs.Jobs[0].State == "done" {
			var mailing struct{ Delivered, Unsure int }
			ask(t, data, &mailing, "job", jobs.Jobs[0].ID)
			if mailing.Delivered != 23 || mailing.Unsure != 0 {
				t.Errorf("%d delivered, %d unsure", mailing.Delivered, mailing.Unsure)
			}
			break
		}
		if time.Now().After(deadline) {
			second.fail("the mailing did not go on after the restart: %+v", jobs.Jobs)
		}
		time.Sleep(300 * time.Millisecond)
	}
	if letters := delivered(t, data); letters != 23 {
		t.Errorf("the stand-in delivered %d letters", letters)
	}
}

// TestWindowStopsTheRest: a mailing that is under way is stopped by the button,
// and what the program says was delivered is what the stand-in has.
func TestWindowStopsTheRest(t *testing.T) {
	p, data, letter := beforeMailing(t)
	// A sender who may not use batches: the letters wait here and go one by one.
	steer(t, data, "/trouble", "error@/batches:NOT_APPROVED_FOR_REST_API_USAGE,delay@/messages:900ms")
	approveMailing(p, letter, "23", nothing)
	for deadline := time.Now().Add(patience); delivered(t, data) < 3; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.fail("the mailing did not begin")
		}
	}
	p.click("jobs.stop")
	p.gone("jobs.stop")
	var jobs struct{ Jobs []struct{ ID string } }
	ask(t, data, &jobs, "jobs")
	var mailing struct {
		State, Ending      string
		Delivered, Stopped int
	}
	for deadline := time.Now().Add(patience); mailing.State != "stopped" && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		ask(t, data, &mailing, "job", jobs.Jobs[0].ID) // those under way end first
	}
	there := delivered(t, data)
	if mailing.State != "stopped" || mailing.Ending != "some_delivered" || mailing.Delivered != there || mailing.Stopped != 23-there {
		t.Errorf("the program says %+v, the stand-in has %d letters", mailing, there)
	}
}

// steering is the address at which the stand-in of a running program is steered.
func steering(t *testing.T, data string) string {
	t.Helper()
	ready, err := os.ReadFile(filepath.Join(data, "practice", "sandbox", "ready.json"))
	if err != nil {
		t.Fatal(err)
	}
	var line struct{ Control string }
	if err := json.Unmarshal(ready, &line); err != nil {
		t.Fatal(err)
	}
	return line.Control
}

// delivered is how many letters the stand-in of a running program has.
func delivered(t *testing.T, data string) int {
	t.Helper()
	return len(lettersOf(t, data))
}
