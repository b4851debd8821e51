//go:build !nowindow

package windowtest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestTour is the journey with a picture of every screen, for people: it runs
// where BREVDUE_TOUR names the folder for them.
func TestTour(t *testing.T) {
	folder := os.Getenv("BREVDUE_TOUR")
	if folder == "" {
		t.Skip("BREVDUE_TOUR names no folder for the pictures")
	}
	data := filepath.Join(t.TempDir(), "data")
	language := os.Getenv("BREVDUE_TOUR_LANGUAGE")
	if language == "" {
		language = "nb"
	}
	useLooks(t, data, language)
	shortClocks(t, data)
	b := newBrowser(t)
	p := start(t, data, "-practice")
	number := 0
	shot := func(name string) {
		number++
		p.picture(filepath.Join(folder, fmt.Sprintf("%02d-%s.png", number, name)))
	}
	enterPractice(p, b, shot)
	examples := filepath.Join(data, "practice", "eksempel")
	importList(p, filepath.Join(examples, "kunder.xlsx"), shot)
	sendMailing(p, filepath.Join(examples, "brev.pdf"), "38", shot)
	saveCopy(p, filepath.Join(folder, "kunder-resultat.xlsx"))
}
