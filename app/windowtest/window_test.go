//go:build !nowindow

package windowtest

import (
	"os"
	"path/filepath"
	"testing"
)

// useLight makes the pictures of a tour the same on every machine.
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

// TestWindow: welcome, sign-up and import by mouse and keyboard.
func TestWindow(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	useLooks(t, data, "nb")
	b := newBrowser(t)
	p := start(t, data, "-practice")
	nothing := func(string) {}
	enterPractice(p, b, nothing)
	importList(p, filepath.Join(data, "practice", "eksempel", "kunder.xlsx"), nothing)
}
