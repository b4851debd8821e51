//go:build !nowindow

package windowtest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTour is the journey with a picture of every screen, for people: it runs
// where BREVDUE_TOUR names the folder for them, and leaves the list with its
// results and a summary there too.
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
	if width, height, given := strings.Cut(os.Getenv("BREVDUE_TOUR_SIZE"), "x"); given {
		p.resize(width, height)
	}
	number := 0
	shot := func(name string) {
		number++
		p.picture(filepath.Join(folder, fmt.Sprintf("%02d-%s.png", number, name)))
	}
	examples := filepath.Join(data, "practice", "eksempel")
	letter := filepath.Join(examples, "brev.pdf")
	enterPractice(p, b, shot)
	importList(p, filepath.Join(examples, "kunder.xlsx"), shot)
	runSplit(p, shot)
	sendMailing(p, letter, "23", shot)
	saveCopy(p, filepath.Join(folder, "kunder-resultat.xlsx"))
	sendLetter(p, letter, shot)
	sendWithOptions(p, letter, attachments(t, letter, "vedtekter.pdf", "regnskap.pdf"), shot)
	letTimePass(p, data, "72h", "opened")
	shot("brev-aapnet")
	sendOnPaper(p, letter, shot)
	letTimePass(p, data, "144h", "posted")
	shot("brev-postlagt")
	lookAround(p, shot)
	p.close()
	if err := os.WriteFile(filepath.Join(folder, "summary.txt"), []byte(summary(t, data, number)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// summary says what came of every job, as the command line twin tells it.
func summary(t *testing.T, data string, pictures int) string {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "The tour is done: %d pictures and kunder-resultat.xlsx in out/tour.\n\n", pictures)
	var jobs struct {
		Jobs []struct{ ID, Kind, State string }
	}
	ask(t, data, &jobs, "jobs")
	for i := len(jobs.Jobs) - 1; i >= 0; i-- {
		var job struct {
			Digipost, Identified, Unidentified, Delivered int
			NotDelivered                                  int `json:"not_delivered"`
			Status                                        string
		}
		each := jobs.Jobs[i]
		ask(t, data, &job, "job", each.ID)
		switch each.Kind {
		case "split":
			fmt.Fprintf(&text, "split    %-8s %d have Digipost, %d known without, %d not found\n", each.State, job.Digipost, job.Identified, job.Unidentified)
		case "mailing":
			fmt.Fprintf(&text, "mailing  %-8s %d delivered, %d not\n", each.State, job.Delivered, job.NotDelivered)
		default:
			fmt.Fprintf(&text, "letter   %-8s %s\n", each.State, job.Status)
		}
	}
	return text.String()
}

func ask(t *testing.T, data string, into any, args ...string) {
	t.Helper()
	command := exec.Command(os.Getenv("BREVDUE_PROGRAM"), append(args, "-practice", "-data", data, "-json")...)
	out, err := command.Output()
	if err != nil && command.ProcessState.ExitCode() != 1 {
		t.Fatalf("%v: %v", args, err)
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
}
