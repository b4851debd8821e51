package app_test

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brevdue/assets/sample"
)

// ownList writes a list of users with a column for their documents, and a folder
// with a document for each: whose it is stands in hashes by name. mine is the
// Digipost address of somebody who gets the trial letters.
func (w *twin) ownList(n int) (list, folder, mine string, hashes map[string]string) {
	w.t.Helper()
	people, err := csv.NewReader(strings.NewReader(string(sample.People()))).ReadAll()
	if err != nil {
		w.t.Fatal(err)
	}
	folder, list, hashes = w.t.TempDir(), filepath.Join(w.t.TempDir(), "liste.csv"), map[string]string{}
	lines := []string{"Kundenr;Navn;Fødselsnummer;Adresse;Postnr;Sted;Brevfil"}
	for _, person := range people[1:] {
		if person[0] == "" || person[len(person)-1] != "user" || len(lines) > n {
			continue
		}
		file := fmt.Sprint("brev", len(lines), ".pdf")
		content := append(sample.Letter(), "\n% "+file...)
		if err := os.WriteFile(filepath.Join(folder, file), content, 0o600); err != nil {
			w.t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		mine, hashes[person[4]] = person[2], hex.EncodeToString(sum[:])
		lines = append(lines, strings.Join([]string{fmt.Sprint(1000 + len(lines)), person[4], person[0], person[5], person[6], person[7], file}, ";"))
	}
	if err := os.WriteFile(list, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return list, folder, mine, hashes
}

// there is what the stand-in delivered under a subject, by name and hash of the
// document, and its batches.
func (w *twin) there(subject string) (letters map[string][]string, batches map[string]int) {
	w.t.Helper()
	answer, err := http.Get(w.standIn.Control + "/state")
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	var state struct {
		Delivered []struct {
			Name      string
			Documents []struct{ Subject, SHA256 string }
		}
		Batches []struct{ Status string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		w.t.Fatal(err)
	}
	letters, batches = map[string][]string{}, map[string]int{}
	for _, letter := range state.Delivered {
		if letter.Documents[0].Subject == subject {
			letters[letter.Name] = append(letters[letter.Name], letter.Documents[0].SHA256)
		}
	}
	for _, batch := range state.Batches {
		batches[batch.Status]++
	}
	return letters, batches
}

// TestContractOwnDocuments: everybody gets the own document and nobody else's, over
// both ways out, after letters to oneself, and who has none is told so.
func TestContractOwnDocuments(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	list, folder, mine, hashes := w.ownList(6)
	mail := func(subject string, more ...string) []string {
		return append([]string{"mail", "-list", list, "-documents", folder, "-match", "column:Brevfil", "-subject", subject, "-cooling-off", "1s", "-yes"}, more...)
	}
	w.holds(2, "fault", mail("Hei", "-trial", "2")...) // nobody knows where to
	for subject, way := range map[string][]string{"Ett og ett": {"-trial", "2", "-trial-to", "digipost:" + mine}, "I en fil": {"-via", "batch"}} {
		sent := w.holds(0, "mail", mail(subject, way...)...)
		letters, _ := w.there(subject)
		for name, hash := range hashes {
			if got := letters[name]; len(got) == 0 || got[len(got)-1] != hash {
				t.Errorf("%s: %s got %v, want %s", subject, name, got, hash)
			}
		}
		documents := sent["documents"].(map[string]any)
		if documents["matched"] != float64(6) || len(documents["missing"].([]any)) != 0 || sent["delivered"] != float64(6) {
			t.Errorf("%s: %v", subject, documents)
		}
		if subject == "Ett og ett" && len(sent["trials"].([]any)) != 2 {
			t.Errorf("trials: %v", sent["trials"])
		}
	}
	for name, change := range map[string]func(string) error{
		"bad_file": os.Remove,
		"":         func(path string) error { return os.WriteFile(path, sample.Letter(), 0o600) },
	} {
		if err := change(filepath.Join(folder, "brev1.pdf")); err != nil {
			t.Fatal(err)
		}
		exit := map[bool]int{true: 0, false: 1}[name == ""]
		sent := w.holds(exit, "mail", mail("Igjen "+name, "-trial", "1")...) // to where they went last
		first := sent["results"].([]any)[0].(map[string]any)
		if first["reason"] != name || len(sent["trials"].([]any)) != 1 {
			t.Errorf("%q: %v", name, first)
		}
	}
}

// TestContractHeldAtDigipost: a mailing by the sender API lies at Digipost until
// its time, where a stop deletes it and one person can be taken out.
func TestContractHeldAtDigipost(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	list, folder, _, _ := w.ownList(4)
	start := func(subject string) string {
		out := w.holds(0, "mail", "mail", "-list", list, "-documents", folder, "-match", "column:Brevfil", "-subject", subject,
			"-cooling-off", "1h", "-yes", "-wait", "3s")
		if out["state"] != "cooling_off" || out["waits_at"] != "digipost" || out["delivered"] != float64(0) || out["received"] != float64(4) {
			t.Errorf("%s: %v %v, %v received", subject, out["state"], out["waits_at"], out["received"])
		}
		return out["job"].(string)
	}
	id := start("Stoppes")
	if letters, batches := w.there("Stoppes"); len(letters) != 0 || batches["NOT_COMMITTED"] != 1 {
		t.Errorf("%v %v", letters, batches)
	}
	if stopped := w.holds(0, "stop", "stop", id); stopped["ending"] != "nothing_delivered" {
		t.Errorf("%v", stopped)
	}
	if _, batches := w.there("Stoppes"); len(batches) != 0 {
		t.Errorf("left at the stand-in: %v", batches)
	}
	id = start("Uten en")
	if out := w.holds(0, "take-out", "stop", id, "-take-out", "1002"); out["taken_out"] != true {
		t.Errorf("%v", out)
	}
	for _, job := range w.holds(0, "jobs", "jobs")["jobs"].([]any) {
		if line := job.(map[string]any); line["id"] == id && line["done"] != float64(1) {
			t.Errorf("nothing of it is done but who was taken out: %v", line)
		}
	}
	w.holds(0, "stop", "stop", id)
	if letters, _ := w.there("Uten en"); len(letters) != 0 {
		t.Errorf("%v", letters)
	}
}
