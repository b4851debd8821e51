//go:build !nowindow

package windowtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brevdue/store"
)

// ownLetters is a folder with a letter for everybody in the register but one, named by
// their customer id, and one that belongs to nobody.
func ownLetters(t *testing.T, data, letter string) (folder string) {
	t.Helper()
	var list struct {
		Recipients []struct {
			CustomerID string `json:"customer_id"`
		}
	}
	ask(t, data, &list, "register", "list")
	content, err := os.ReadFile(letter)
	if err != nil {
		t.Fatal(err)
	}
	folder = filepath.Join(t.TempDir(), "brev")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	names := []string{"til-overs"}
	for _, each := range list.Recipients[1:] {
		names = append(names, each.CustomerID)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(folder, name+".pdf"), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// coolingOff makes the cooling-off of mailings as long as a test needs it.
func coolingOff(t *testing.T, data, duration string) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(data, "practice", "brevdue.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.SetSetting(t.Context(), "cooling_off.mailing", duration); err != nil {
		t.Fatal(err)
	}
}

// TestOwnDocuments is a mailing with a letter of their own for everybody, from the
// folder to the evidence.
func TestOwnDocuments(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	language, width, height := tourLooks()
	useLooks(t, data, language)
	coolingOff(t, data, "8s")
	t.Setenv("HOME", t.TempDir())
	shot := album(t, "utsendelse")
	b := newBrowser(t)
	p := start(t, data, "-practice")
	p.size("welcome.try", width, height)
	enterPractice(p, b, nothing)
	examples := filepath.Join(data, "practice", "eksempel")
	importList(p, filepath.Join(examples, "kunder.xlsx"), nothing)
	folder := ownLetters(t, data, filepath.Join(examples, "brev.pdf"))
	chooseLetters(p, folder, shot)
	fillPrices(p, shot)
	approveLetters(p, "37", shot)
	takeOneOut(p, shot)
	keepEvidence(p, shot)
	checkCounts(t, data)
	closeDeviation(p, shot)
	sendAgain(p, shot)
}

// chooseLetters finds everybody's letter in a folder.
func chooseLetters(p *person, folder string, shot func(*person, string)) {
	p.t.Helper()
	p.key("ctrl+m")
	p.waitFor("mailing.next")
	shot(p, "mottakere")
	p.goOn("mailing.next", "mailing.each.own")
	p.goOn("mailing.each.own", "mailing.folder.path")
	shot(p, "mappe")
	p.types("mailing.folder.path", folder)
	p.key("Return")
	p.waitFor("mailing.row.good")
	shot(p, "funnet")
	p.goOn("mailing.row.missing", "mailing.rows.search")
	shot(p, "mangler")
	p.goOn("mailing.back", "mailing.row.missing")
	p.turn("mailing.subject", 700, 400)
	p.types("mailing.subject", "Faktura for båtplass 2027")
	shot(p, "emne")
	p.click("mailing.next")
	p.gone("mailing.subject")
	p.waitFor("mailing.next")
	shot(p, "side-3")
	p.goOn("mailing.next", "mailing.dry")
}

// fillPrices sees what the mailing may cost: nothing is said before the prices that
// are charged are known.
func fillPrices(p *person, shot func(*person, string)) {
	p.t.Helper()
	p.waitFor("mailing.dry")
	p.turn("mailing.prices", 700, 400)
	p.waitFor("mailing.cost.missing")
	shot(p, "pris-mangler")
	p.goOn("mailing.prices", "options.prices.mailing")
	shot(p, "priser")
	p.types("options.price.digital.step1", "4,20")
	p.key("Return")
	p.until("one price less that is missing", func() bool {
		c, there := p.find("options.prices.unset")
		return there && strings.HasPrefix(c.Text, "17 ")
	})
	shot(p, "priser-satt")
	p.goOn("options.prices.mailing", "mailing.dry")
	p.turn("mailing.cost.likely", 700, 400)
	shot(p, "pris")
}

// approveLetters types how many letters go, and starts the cooling-off.
func approveLetters(p *person, count string, shot func(*person, string)) {
	p.t.Helper()
	p.goOn("mailing.next", "mailing.count")
	p.types("mailing.count", count)
	shot(p, "godkjenn")
	p.goOn("mailing.approve", "jobs.stop")
}

// takeOneOut lets the mailing wait, takes somebody out, and lets it go on.
func takeOneOut(p *person, shot func(*person, string)) {
	p.t.Helper()
	p.goOn("jobs.pause", "jobs.continue")
	shot(p, "pause")
	p.click("jobs.items.row.0")
	p.waitFor("jobs.take_out")
	shot(p, "en-mottaker")
	p.click("jobs.take_out")
	p.waitFor("jobs.taken")
	shot(p, "tatt-ut")
	p.click("jobs.continue")
	p.gone("jobs.continue")
	shot(p, "videre")
}

// keepEvidence saves the evidence of a mailing that is over, and has it checked.
func keepEvidence(p *person, shot func(*person, string)) {
	t := p.t
	t.Helper()
	p.waitFor("jobs.copy")
	shot(p, "resultat")
	file := filepath.Join(os.Getenv("HOME"), "bevis.zip") // where the dialog for files begins
	p.goOn("jobs.evidence", "jobs.evidence.where")
	shot(p, "bevis")
	p.goOn("jobs.evidence.where", "save.path")
	p.types("save.path", file)
	p.click("save.ok")
	p.waitFor("jobs.evidence.done")
	shot(p, "bevis-lagret")
	p.click("jobs.evidence.done")
	p.goOn("jobs.back", "jobs.evidence.check")
	shot(p, "jobber")
	p.click("jobs.evidence.check")
	p.settled()
	shot(p, "fildialog")
	p.pickOnly()
	p.waitFor("jobs.check.valid")
	shot(p, "bevis-sjekket")
	var verdict struct{ Valid bool }
	if ask(t, t.TempDir(), &verdict, "evidence", "verify", file); !verdict.Valid {
		t.Error("the command says that the evidence was changed")
	}
	p.goOn("jobs.check.back", "jobs.tab.deviations")
}

// checkCounts holds what the program says of the mailing against what the stand-in has.
func checkCounts(t *testing.T, data string) {
	t.Helper()
	var jobs struct{ Jobs []struct{ ID string } }
	ask(t, data, &jobs, "jobs")
	var mailing struct {
		State              string
		Delivered, Stopped int
	}
	ask(t, data, &mailing, "job", jobs.Jobs[0].ID)
	if there := delivered(t, data); mailing.State != "done" || mailing.Delivered != there || there == 0 || mailing.Stopped != 1 {
		t.Errorf("the program says %+v, the stand-in has %d letters", mailing, there)
	}
}

// pickOnly opens the only file that the dialog for files shows, to the right of the way
// up. The dialog has no controls of ours.
func (p *person) pickOnly() {
	p.t.Helper()
	_, width, height := tourLooks()
	w, h := min(width-64, 960), min(height-64, 640)
	left, top := (width-w)/2, (height-h)/2
	p.at(left+297, top+135)
	p.at(left+w-38, top+h-24)
}

// closeDeviation closes the first of what somebody has to look at.
func closeDeviation(p *person, shot func(*person, string)) {
	p.t.Helper()
	p.goOn("jobs.tab.deviations", "jobs.deviations.row.0")
	shot(p, "avvik")
	p.click("jobs.deviations.row.0")
	p.waitFor("jobs.deviation.close")
	p.turn("jobs.deviation.why.talked", 700, 400)
	p.click("jobs.deviation.why.talked")
	shot(p, "avvik-lukkes")
	p.goOn("jobs.deviation.close", "jobs.deviations.which")
	shot(p, "avvik-lukket")
}

// sendAgain sends to those whom the mailing did not reach.
func sendAgain(p *person, shot func(*person, string)) {
	p.t.Helper()
	p.goOn("jobs.tab.done", "jobs.list.row.0")
	p.click("jobs.list.row.0")
	p.goOn("jobs.again", "jobs.again.back")
	shot(p, "send-igjen")
	p.goOn("jobs.approve", "jobs.stop")
	shot(p, "sendt-igjen")
}
