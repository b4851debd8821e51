package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// belgian is what the commands about the e-Box print, as cli.md names it.
type belgian struct {
	Done, All int
	Next      string
	OK        bool
	Proved    *bool
	Steps     []struct{ ID, Title, Who, State, Date, Note string }
	Checks    []struct{ Code, Verdict, Text string }
	Messages  []struct {
		ID, Provider, Sender, Subject, Received, Expires string
		Read, Saved                                      bool
		Documents                                        []struct {
			ID, Name string
			Main     bool
		}
	}
	Providers []struct{ ID, Name, Trouble, Text string }
	Error     struct{ Code, Text, Next string }
}

func (b belgian) state(step string) string {
	for _, each := range b.Steps {
		if each.ID == step {
			return each.State
		}
	}
	return ""
}

// eboxStandIn is what the ready line says of the e-Box.
type eboxStandIn struct {
	Token       string `json:"ebox_token"`
	ClientID    string `json:"ebox_client_id"`
	Key         string `json:"ebox_key_file"`
	Certificate string `json:"ebox_certificate_file"`
	Enterprise  string `json:"ebox_enterprise"`
	Control     string `json:"control"`
}

func (w *twin) ebox() (s eboxStandIn) {
	w.t.Helper()
	line, err := os.ReadFile(w.ready)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := json.Unmarshal(line, &s); err != nil || s.Token == "" || s.Key == "" {
		w.t.Fatalf("ready line: %v %s", err, line)
	}
	return s
}

// TestJourneyEBox goes from S0 to S10 with an own key, hands the checklist over,
// reads the e-Box, and saves its documents although it is killed half-way.
func TestJourneyEBox(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	s := w.ebox()
	w.eboxChecklist(s)
	w.eboxHandOver()
	w.eboxMessages(s)
	w.eboxDownload(s)
	key, err := os.ReadFile(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	w.nothingInClear(strings.Split(strings.TrimSpace(string(key)), "\n")[1])
}

// eboxChecklist walks the steps as a person does over weeks.
func (w *twin) eboxChecklist(s eboxStandIn) {
	t := w.t
	var list belgian
	w.run(0, &list, "ebox", "checklist")
	if list.Done != 0 || list.All != 11 || list.state("S0") != "open" || list.state("S6") != "blocked" {
		t.Errorf("at the beginning: %+v", list)
	}
	w.run(3, &list, "ebox", "checklist", "-profile-b", "-enterprise", "0123456789")
	if list.Error.Code != "enterprise_invalid" {
		t.Errorf("a number that is none: %+v", list.Error)
	}
	w.run(0, nil, "ebox", "checklist", "-profile-b", "-enterprise", s.Enterprise, "-name", "Oefenonderneming NV")
	w.run(0, nil, "ebox", "checklist", "-done", "S0", "-date", time.Now().AddDate(0, 0, -20).Format("2006-01-02"), "-note", "CSAM, zaal 3")
	w.run(3, &list, "ebox", "checklist", "-done", "S6")
	if list.Error.Code != "step_blocked" {
		t.Errorf("a step before its time: %+v", list.Error)
	}
	w.run(0, nil, "ebox", "checklist", "-done", "S3")
	w.run(6, &list, "ebox", "checklist", "-done", "S4") // like any other yes that is missing
	if list.Error.Code != "step_confirm" {
		t.Errorf("what cannot be undone, unconfirmed: %+v", list.Error)
	}
	w.run(0, nil, "ebox", "checklist", "-done", "S4", "-confirm")
	w.run(0, nil, "ebox", "checklist", "-done", "S5", "-sender-number", "1000001")
	list = belgian{}
	w.run(0, &list, "ebox", "check-certificate", s.Certificate, "-ebox-key", s.Key, "-enterprise", s.Enterprise)
	if len(list.Checks) < 5 {
		t.Errorf("checks: %+v", list.Checks)
	}
	w.run(3, &list, "ebox", "check-certificate", s.Key)
	w.run(0, nil, "ebox", "access", "-certificate", s.Certificate, "-ebox-key", s.Key)
	w.run(3, &list, "ebox", "access", "-client-id", "self_service_chaman_123456_xxxxxxxxxx\n")
	var proved belgian
	w.run(1, &proved, "ebox", "access", "-client-id", s.ClientID, "-try") // one provider of the stand-in is dead
	if proved.Proved == nil || !*proved.Proved {
		t.Errorf("the way was not proved: %+v", proved)
	}
	list = belgian{}
	w.run(0, &list, "ebox", "checklist")
	if list.Done != 11 {
		t.Errorf("at the end %d of %d: %+v", list.Done, list.All, list.Steps)
	}
}

// eboxHandOver gives the checklist to a colleague with a data folder of their own,
// and as a PDF.
func (w *twin) eboxHandOver() {
	t := w.t
	folder := t.TempDir()
	file, paper := filepath.Join(folder, "lijst.json"), filepath.Join(folder, "lijst.pdf")
	w.run(0, nil, "ebox", "checklist", "-export", file, "-pdf", paper)
	content, err := os.ReadFile(paper)
	if err != nil || !bytes.HasPrefix(content, []byte("%PDF-")) {
		t.Errorf("the PDF: %v, %d bytes", err, len(content))
	}
	colleague := *w
	colleague.data = filepath.Join(folder, "collega")
	var theirs belgian
	colleague.run(0, nil, "ebox", "checklist", "-import", file)
	colleague.run(0, &theirs, "ebox", "checklist")
	if theirs.state("S5") != "done" || theirs.Steps[0].Note != "CSAM, zaal 3" {
		t.Errorf("handed over: %+v", theirs.Steps)
	}
	content, err = os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content, []byte("PRIVATE KEY")) {
		t.Error("the file for a colleague holds a key")
	}
	if err := os.WriteFile(file, bytes.Replace(content, []byte("Oefen"), []byte("Ander"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	colleague.run(3, &theirs, "ebox", "checklist", "-import", file)
	if theirs.Error.Code != "hand_over_broken" {
		t.Errorf("a file that was changed: %+v", theirs.Error)
	}
}

// eboxMessages lists: that marks nothing read.
func (w *twin) eboxMessages(s eboxStandIn) {
	t := w.t
	var list, hits belgian
	w.run(1, &list, "ebox", "messages")
	if len(list.Messages) < 60 || list.Messages[0].Sender == "" {
		t.Fatalf("%d messages: %+v", len(list.Messages), list.Messages)
	}
	for _, provider := range list.Providers {
		if provider.Trouble != "" && (!strings.HasPrefix(provider.Trouble, "ebox_") || strings.Contains(provider.Text, "Digipost")) {
			t.Errorf("the trouble of a provider: %+v", provider)
		}
	}
	names := eboxState(t, s).names()
	w.run(1, &hits, "ebox", "messages", "-search", "zes documenten")
	if again := eboxState(t, s).names() - names; names == 0 || again > 1 {
		t.Errorf("%d names were asked for, and %d again by the next process", names, again)
	}
	if len(hits.Messages) != 1 || len(hits.Messages[0].Documents) != 6 {
		t.Errorf("a search: %+v", hits.Messages)
	}
	for _, message := range eboxState(t, s).Messages {
		for _, document := range message.Documents {
			if document.Fetched > 0 {
				t.Errorf("%s/%s was fetched by looking", message.ID, document.ID)
			}
		}
	}
}

// boxed is what the stand-in says of its messages.
type boxed struct {
	Messages []struct {
		Provider, ID string
		Read         bool
		Documents    []struct {
			ID      string
			SHA256  string
			Bytes   int64
			Fetched int
		}
	}
	Hits struct {
		Providers map[string]struct{ Reference map[string]int }
	}
}

// names is how often names of senders and types were asked for.
func (b boxed) names() (count int) {
	for _, provider := range b.Hits.Providers {
		for _, asked := range provider.Reference {
			count += asked
		}
	}
	return count
}

func eboxState(t *testing.T, s eboxStandIn) (state boxed) {
	t.Helper()
	answer, err := http.Get(s.Control + "/ebox")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	return state
}

// eboxDownload saves everything; the program is killed three times meanwhile.
// What is there then is whole, and nothing that was saved is fetched again.
func (w *twin) eboxDownload(s eboxStandIn) {
	t := w.t
	folder := filepath.Join(t.TempDir(), "e-Box")     // made when somebody has said yes
	w.run(6, nil, "ebox", "download", folder, "-all") // marks messages read: not without a word
	w.trouble("delay@/content:60ms")
	for _, patience := range []time.Duration{900, 1500, 1300} {
		command := w.command("ebox", "download", folder, "-all", "-yes", "-refresh=false")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(patience * time.Millisecond)
		_ = command.Process.Kill()
		_ = command.Wait()
		w.eboxWhole(s, folder)
	}
	w.eboxTwoAtOnce(folder)
	w.trouble("")
	var out bytes.Buffer
	command := w.command("ebox", "download", folder, "-all", "-yes")
	command.Stdout = &out
	if err := command.Run(); err != nil && command.ProcessState.ExitCode() != 1 { // some of the stand-in's documents are broken
		t.Fatalf("download: %v\n%s", err, out.Bytes())
	}
	saved := w.eboxWhole(s, folder)
	twice, most := 0, 0
	for _, message := range eboxState(t, s).Messages {
		for _, document := range message.Documents {
			most = max(most, document.Fetched)
			if document.Fetched > 1 && document.SHA256 != "" {
				twice++
			}
		}
	}
	t.Logf("%d documents saved whole, %d fetched more than once (under way at a kill, or broken), at most %d times", saved, twice, most)
	if saved < 60 || twice > 16 {
		t.Errorf("%d saved, %d fetched twice", saved, twice)
	}
	before := eboxState(t, s)
	_ = w.command("ebox", "download", folder, "-all", "-yes").Run()
	for i, message := range eboxState(t, s).Messages {
		for j, document := range message.Documents {
			if is := before.Messages[i].Documents[j]; document.Fetched > is.Fetched && w.isSaved(folder, is.SHA256) {
				t.Errorf("%s/%s is there and was fetched again", message.ID, document.ID)
			}
		}
	}
}

// eboxTwoAtOnce: while one process saves, another says that it is busy, and does
// not fetch the same again.
func (w *twin) eboxTwoAtOnce(folder string) {
	t := w.t
	before := len(hashes(t, folder))
	first := w.command("ebox", "download", folder, "-all", "-yes", "-refresh=false")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); len(hashes(t, folder)) <= before && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	second := w.command("ebox", "download", folder, "-all", "-yes", "-refresh=false")
	_ = second.Run()
	if exit := second.ProcessState.ExitCode(); exit != 9 {
		t.Errorf("a second process beside the first: exit %d", exit)
	}
	_ = first.Process.Kill()
	_ = first.Wait()
}

// eboxWhole fails when a file below the folder is none of the stand-in's documents,
// byte by byte, and gives how many there are. What a kill left unfinished has a
// name of its own.
func (w *twin) eboxWhole(s eboxStandIn, folder string) (files int) {
	w.t.Helper()
	known := map[string]bool{}
	for _, message := range eboxState(w.t, s).Messages {
		for _, document := range message.Documents {
			known[strings.ToLower(document.SHA256)] = true
		}
	}
	for path, sum := range hashes(w.t, folder) {
		switch name := filepath.Base(path); {
		case strings.HasPrefix(name, "."): // under way
		case strings.HasSuffix(name, ".txt"), strings.HasSuffix(name, ".json"):
		case !known[sum]:
			w.t.Errorf("%s is no document of the e-Box", path)
		default:
			files++
		}
	}
	return files
}

func (w *twin) isSaved(folder, sum string) bool {
	for _, is := range hashes(w.t, folder) {
		if is == strings.ToLower(sum) {
			return true
		}
	}
	return false
}

// hashes gives the SHA-256 of the files below a folder.
func hashes(t *testing.T, folder string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // not made yet
		}
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it got its name meanwhile
		}
		sum := sha256.Sum256(content)
		sums[path] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(fmt.Errorf("look into the folder: %w", err))
	}
	return sums
}
