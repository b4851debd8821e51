package app_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"brevdue/assets/sample"
)

// The journey: the whole program, as a process of its own, against the practice
// stand-in in another, without a window.

func TestMain(m *testing.M) {
	code := m.Run()
	if builtIn != "" {
		_ = os.RemoveAll(builtIn)
	}
	os.Exit(code)
}

// builtIn is the folder buildOnce made.
var builtIn string

var buildOnce = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "brevdue-journey-")
	if err != nil {
		return "", err
	}
	builtIn = folder
	program := filepath.Join(folder, "brevdue")
	build := exec.Command("go", "build", "-buildvcs=false", "-tags", "sqlite_fts5,nowindow", "-o", program, "brevdue")
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return program, nil
})

// twin is the command line twin with a data folder of its own and a stand-in.
type twin struct {
	t       *testing.T
	program string
	data    string
	ready   string // the file with the ready line
	standIn struct{ Control, SFTP, REST, CertificatePassword string }
	list    string
	letter  string
}

func newTwin(t *testing.T, trouble string) *twin {
	t.Helper()
	program, err := buildOnce()
	if err != nil {
		t.Fatalf("build the program: %v", err)
	}
	w := &twin{t: t, program: program, data: filepath.Join(t.TempDir(), "data")}
	w.list, w.letter = filepath.Join(t.TempDir(), sample.ListName), filepath.Join(t.TempDir(), sample.LetterName)
	people := filepath.Join(t.TempDir(), sample.PeopleName)
	for path, content := range map[string][]byte{w.list: sample.List(), w.letter: sample.Letter(), people: sample.People()} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.startSandbox(people, trouble)
	return w
}

// startSandbox runs the stand-in as a process and waits for its ready line.
func (w *twin) startSandbox(people, trouble string) {
	w.t.Helper()
	w.ready = filepath.Join(w.t.TempDir(), "ready.json")
	out, err := os.Create(w.ready)
	if err != nil {
		w.t.Fatal(err)
	}
	defer out.Close()
	process := exec.Command(w.program, "sandbox", "-dir", filepath.Join(w.t.TempDir(), "sandbox"), "-people", people, "-trouble", trouble)
	process.Stdout = out
	var log bytes.Buffer
	process.Stderr = &log
	if err := process.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGTERM)
		if err := process.Wait(); err != nil {
			w.t.Errorf("the stand-in ended badly: %v", err)
		}
	})
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		line, err := os.ReadFile(w.ready)
		if err == nil && bytes.HasSuffix(line, []byte("\n")) {
			var ready struct {
				Control             string `json:"control"`
				SFTP                string `json:"sftp"`
				REST                string `json:"rest"`
				CertificatePassword string `json:"certificate_password"`
			}
			if err := json.Unmarshal(line, &ready); err != nil {
				w.t.Fatalf("ready line: %v: %s", err, line)
			}
			w.standIn = struct{ Control, SFTP, REST, CertificatePassword string }(ready)
			return
		}
	}
	w.t.Fatalf("the stand-in did not become ready: %s", log.String())
}

// command prepares a command with the common flags, in an environment of its
// own without a keyring.
func (w *twin) command(args ...string) *exec.Cmd {
	args = append(args, "-data", w.data, "-practice", "-sandbox", w.ready, "-json", "-lang", "nb")
	command := exec.Command(w.program, args...)
	command.Env = append(withoutSession(os.Environ()), "HOME="+w.t.TempDir())
	return command
}

// withoutSession leaves out what would lead to the keyring of whoever runs the
// tests.
func withoutSession(env []string) []string {
	var kept []string
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		if name != "DBUS_SESSION_BUS_ADDRESS" && name != "DISPLAY" && name != "WAYLAND_DISPLAY" && name != "HOME" {
			kept = append(kept, entry)
		}
	}
	return append(kept, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
}

// run runs a command to its end, checks the exit code and reads its JSON.
func (w *twin) run(exit int, into any, args ...string) {
	w.t.Helper()
	command := w.command(args...)
	var out, log bytes.Buffer
	command.Stdout, command.Stderr = &out, &log
	ctx, cancel := context.WithTimeout(w.t.Context(), 2*time.Minute)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = command.Process.Kill() })
	defer stop()
	err := command.Run()
	if got := command.ProcessState.ExitCode(); got != exit {
		w.t.Fatalf("%s: exit %d, want %d (%v)\n%s\n%s", args[0], got, exit, err, out.Bytes(), log.Bytes())
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		w.t.Fatalf("%s: %v\n%s\n%s", args[0], err, out.Bytes(), log.Bytes())
	}
}

// result is what the commands of the journey print, as cli.md names it.
type result struct {
	Rows, Good, New, Repaired, Duplicates                             int
	Digipost, Identified, Unidentified, Invalid, Missing              int
	Delivered, Unsure, Stopped, Approved                              int
	NotDelivered                                                      int `json:"not_delivered"`
	Job, State, Status, Channel, Reason, Ending, Fingerprint, Version string
	MessageID                                                         string `json:"message_id"`
	Recipients                                                        []struct {
		CustomerID string `json:"customer_id"`
		Name       string
		Digipost   string
	}
	Results []struct {
		Row                           int
		Status, Reason, Text, Channel string
		CustomerID                    string `json:"customer_id"`
		MessageID                     string `json:"message_id"`
	}
}

// letters asks the stand-in what it delivered.
func (w *twin) letters() []delivered {
	w.t.Helper()
	answer, err := http.Get(w.standIn.Control + "/state")
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	var state struct{ Delivered []delivered }
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		w.t.Fatal(err)
	}
	return state.Delivered
}

type delivered struct {
	MessageID string `json:"message_id"`
	Name      string
	Documents []struct{ Subject string }
}

// subject is that of the main document.
func (d delivered) subject() string {
	if len(d.Documents) == 0 {
		return ""
	}
	return d.Documents[0].Subject
}

// trouble switches trouble on or off at the stand-in.
func (w *twin) trouble(spec string) {
	w.t.Helper()
	answer, err := http.Post(w.standIn.Control+"/trouble", "text/plain", strings.NewReader(spec))
	if err != nil {
		w.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		w.t.Fatalf("trouble %q: %s", spec, answer.Status)
	}
}

// known counts the people of the sample by state and gives one of each.
func known(t *testing.T) map[string][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(sample.People())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	byState := map[string][]string{}
	for _, row := range rows[1:] {
		if number, state := row[0], row[len(row)-1]; number != "" {
			byState[state] = append(byState[state], number)
		}
	}
	return byState
}

// TestJourney walks from a list to a receipt for each person.
func TestJourney(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	var imported, people, split, dry, mailing, letter, other result

	w.run(1, &imported, "import", w.list, "-group", "medlemmer")
	if imported.Rows != 40 || imported.Good != 39 || imported.Repaired != 12 || imported.Duplicates != 1 {
		t.Errorf("import: %+v", imported)
	}
	w.run(0, &people, "register", "list")
	if len(people.Recipients) != 38 {
		t.Errorf("the register has %d people", len(people.Recipients))
	}

	w.run(0, &split, "split", "-group", "medlemmer", "-yes")
	if split.State != "done" || split.Digipost != 23 || split.Digipost+split.Identified+split.Unidentified+split.Invalid+split.Missing != 38 {
		t.Errorf("split: %+v", split)
	}

	out := filepath.Join(t.TempDir(), "svar.xlsx")
	mail := []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "Årsmøte 2027", "-cooling-off", "0s", "-yes"}
	w.run(0, &dry, append(mail, "-dry-run")...)
	if len(w.letters()) != 0 {
		t.Error("a dry run delivered something")
	}
	w.run(1, &mailing, append(mail, "-write-back", out)...)
	if mailing.State != "done" || mailing.Delivered != 23 || mailing.Unsure != 0 || len(mailing.Results) != 40 {
		t.Errorf("mailing: %s, %d delivered, %d results", mailing.State, mailing.Delivered, len(mailing.Results))
	}
	if mailing.Fingerprint == "" || mailing.Fingerprint != dry.Fingerprint {
		t.Errorf("the dry run has the fingerprint %q, the mailing %q", dry.Fingerprint, mailing.Fingerprint)
	}
	for _, each := range mailing.Results {
		if each.Status == "" || each.Status != "delivered" && each.Text == "" {
			t.Errorf("row %d: %q without words", each.Row, each.Status)
		}
	}
	onePerPerson(t, w.letters(), 23)
	if info, err := os.Stat(out); err != nil || info.Size() == 0 {
		t.Errorf("no copy of the list: %v", err)
	}

	user, stranger := known(t)["user"][0], known(t)["known"][0]
	w.run(0, &letter, "send", "-to", "fnr:"+user, "-subject", "Til deg", "-cooling-off", "0s", "-yes", w.letter)
	if letter.Status != "delivered" || letter.Channel != "digipost" || letter.MessageID == "" {
		t.Errorf("letter: %+v", letter)
	}
	w.run(1, &other, "send", "-to", "fnr:"+stranger, "-subject", "Til deg", "-cooling-off", "0s", "-yes", w.letter)
	if other.Status != "not_delivered" || other.Reason != "not_a_user" {
		t.Errorf("letter to somebody without Digipost: %+v", other)
	}
	w.nothingInClear()
}

// onePerPerson fails when somebody got two letters of one subject.
func onePerPerson(t *testing.T, letters []delivered, want int) {
	t.Helper()
	seen, ids := map[string]bool{}, map[string]bool{}
	for _, letter := range letters {
		key := letter.Name + "\x00" + letter.subject()
		if seen[key] || ids[letter.MessageID] {
			t.Errorf("two letters %q to one person", letter.subject())
		}
		seen[key], ids[letter.MessageID] = true, true
	}
	if len(letters) != want {
		t.Errorf("%d letters were delivered, want %d", len(letters), want)
	}
}

// nothingInClear fails when a birth number, a pass phrase, a private key or one
// of the values given can be read in any file below the data folder.
func (w *twin) nothingInClear(values ...string) {
	w.t.Helper()
	secrets := append([]string{w.standIn.CertificatePassword, "PRIVATE KEY"}, values...)
	for _, numbers := range known(w.t) {
		secrets = append(secrets, numbers...)
	}
	err := filepath.WalkDir(w.data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				w.t.Errorf("%s holds secret %d in clear", filepath.Base(path), i)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestKilledHalfWay kills the program several times in the middle of a mailing,
// while answers are lost, and goes on until everybody has exactly one letter.
func TestKilledHalfWay(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	w.run(1, nil, "import", w.list, "-group", "medlemmer")
	w.run(0, nil, "split", "-group", "medlemmer", "-yes")
	w.trouble("delay@/messages:60ms,reset_after@/messages%25")
	first := w.command("mail", "-group", "medlemmer", "-document", w.letter, "-subject", "Drept halvveis", "-cooling-off", "0s", "-yes")
	w.killWhen(first, 3)
	for _, after := range []int{8, 14} {
		w.killWhen(w.command("resume"), after)
	}
	w.trouble("")
	var jobs struct {
		Jobs []struct{ ID, State, Kind string }
	}
	w.run(1, nil, "resume")
	w.run(0, &jobs, "jobs")
	for _, each := range jobs.Jobs {
		if each.State != "done" {
			t.Errorf("job %s (%s) is %s", each.ID, each.Kind, each.State)
		}
	}
	onePerPerson(t, w.letters(), 23)
}

// killWhen starts a command and kills it when the stand-in has so many letters.
func (w *twin) killWhen(command *exec.Cmd, letters int) {
	w.t.Helper()
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		w.t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); len(w.letters()) < letters; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = command.Process.Kill()
			_ = command.Wait()
			w.t.Fatalf("only %d letters came\n%s", len(w.letters()), log.String())
		}
	}
	_ = command.Process.Kill()
	_ = command.Wait()
}

// TestStopWhileCoolingOff: what was approved can be taken back, and nothing of
// it is delivered; what went is said.
func TestStopWhileCoolingOff(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	w.run(1, nil, "import", w.list, "-group", "medlemmer")
	var mailing, stopped, again result
	w.run(0, &mailing, "mail", "-group", "medlemmer", "-document", w.letter, "-subject", "Angret", "-cooling-off", "1h", "-yes", "-detach")
	if mailing.Job == "" || mailing.State != "cooling_off" {
		t.Fatalf("mailing: %+v", mailing)
	}
	w.run(0, &stopped, "stop", mailing.Job)
	if stopped.Ending != "nothing_delivered" || stopped.Delivered != 0 {
		t.Errorf("stop: %+v", stopped)
	}
	w.run(0, &again, "stop", mailing.Job)
	if again.Ending != "nothing_delivered" {
		t.Errorf("stopped twice: %+v", again)
	}
	if letters := w.letters(); len(letters) != 0 {
		t.Errorf("%d letters were delivered", len(letters))
	}
}

// TestBadInput: a plain sentence with a next step, the right exit code, and
// nothing delivered.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	user := "fnr:" + known(t)["user"][0]
	notABook, notAPDF := write("liste.xlsx", []byte("dette er ikke en arbeidsbok")), write("brev.pdf", []byte("hei"))
	headingOnly := write("tom.csv", []byte("Navn;Fødselsnummer\n"))
	send := func(more ...string) []string {
		return append([]string{"send", "-to", user, "-cooling-off", "0s", "-yes"}, more...)
	}
	for name, try := range map[string]struct {
		exit int
		args []string
	}{
		"no workbook":                    {3, []string{"import", notABook}},
		"no file":                        {3, []string{"import", filepath.Join(folder, "borte.xlsx")}},
		"heading only":                   {3, []string{"import", headingOnly}},
		"empty file":                     {3, []string{"import", write("null.xlsx", nil)}},
		"no PDF":                         {3, send("-subject", "x", notAPDF)},
		"half a PDF":                     {3, send("-subject", "x", write("halv.pdf", sample.Letter()[:4000]))},
		"no subject":                     {3, send("-subject", " ", w.letter)},
		"unknown job":                    {3, []string{"job", "finnesikke"}},
		"unknown person":                 {3, []string{"register", "show", "finnesikke"}},
		"unknown command":                {2, []string{"fly"}},
		"unknown flag":                   {2, []string{"jobs", "-hurtig"}},
		"paper without a return address": {3, send("-subject", "x", "-print", w.letter)},
		"wrong pass phrase":              {4, []string{"credentials", "set", "-certificate", write("feil.p12", nil)}},
		"not approved":                   {6, []string{"send", "-to", user, "-subject", "x", w.letter}},
		"bad number":                     {3, []string{"send", "-to", "fnr:01810012345", "-subject", "x", "-yes", w.letter}},
	} {
		t.Run(name, func(t *testing.T) {
			one := *w
			one.t = t
			var fault struct {
				Error struct{ Code, Text, Next string }
			}
			if try.exit == 2 {
				one.run(try.exit, nil, try.args...) // what is wrong with the line is said in text
				return
			}
			one.run(try.exit, &fault, try.args...)
			if fault.Error.Code == "" || fault.Error.Text == "" || fault.Error.Next == "" || strings.Contains(fault.Error.Text, "{") {
				t.Errorf("no sentence with a next step: %+v", fault.Error)
			}
		})
	}
	if letters := w.letters(); len(letters) != 0 {
		t.Errorf("%d letters were delivered", len(letters))
	}
}

// TestServersInTrouble: a server that lies, fails or is silent gives the right
// exit code; safe to run again means that nothing was delivered.
func TestServersInTrouble(t *testing.T) {
	user := "fnr:" + known(t)["user"][0]
	for name, try := range map[string]struct {
		trouble string
		exit    int
	}{
		"500":             {"500", 5},
		"garbage":         {"html", 5},
		"bad signature":   {"bad_signature", 5},
		"wrong hash":      {"bad_hash", 5},
		"wrong clock":     {"clock:40m", 5},
		"reset":           {"reset_before", 5},
		"cut":             {"cut", 5},
		"answer lost":     {"reset_after@/messages", 0},
		"lost and no way": {"reset_after@/messages,500@/documents", 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time is spent in waiting
			w := newTwin(t, try.trouble)
			w.run(try.exit, nil, "send", "-to", user, "-subject", "x", "-cooling-off", "0s", "-yes", w.letter)
			if try.exit == 5 && len(w.letters()) != 0 {
				t.Error("a letter was delivered although it is said to be safe to run again")
			}
			if try.exit == 7 {
				w.trouble("")
				w.run(0, nil, "resume")
			}
			if try.exit != 5 {
				onePerPerson(t, w.letters(), 1)
			}
		})
	}
}
