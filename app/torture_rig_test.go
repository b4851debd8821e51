package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"brevdue/assets/sample"
)

// rig is a twin whose stand-in can be killed and comes back on the same ports.
type rig struct {
	*twin
	random  *rand.Rand
	folder  string
	people  string
	process *exec.Cmd
	log     bytes.Buffer
	spec    string
}

func newRig(t *testing.T, seed uint64) *rig {
	t.Helper()
	program, err := buildOnce()
	if err != nil {
		t.Fatalf("build the program: %v", err)
	}
	base := t.TempDir()
	r := &rig{twin: &twin{t: t, program: program, data: filepath.Join(base, "data"), ready: filepath.Join(base, "sandbox", "ready.json"),
		list: filepath.Join(base, sample.ListName), letter: filepath.Join(base, sample.LetterName)},
		random: rand.New(rand.NewPCG(seed, 2)), folder: filepath.Join(base, "sandbox"), people: filepath.Join(base, sample.PeopleName)}
	for path, content := range map[string][]byte{r.list: sample.List(), r.letter: sample.Letter(), r.people: sample.People()} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.start()
	t.Cleanup(r.killStandIn)
	return r
}

// start runs the stand-in and waits until its control page answers.
func (r *rig) start() {
	r.t.Helper()
	r.process = exec.Command(r.program, "sandbox", "-dir", r.folder, "-people", r.people, "-trouble", r.spec, "-seed", fmt.Sprint(r.random.IntN(1000)))
	r.log.Reset()
	r.process.Stderr = &r.log
	if err := r.process.Start(); err != nil {
		r.t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		line, err := os.ReadFile(r.ready)
		if err != nil || json.Unmarshal(line, &r.standIn) != nil {
			continue
		}
		if answer, err := http.Get(r.standIn.Control + "/state"); err == nil {
			_ = answer.Body.Close()
			return
		}
	}
	r.t.Fatalf("the stand-in did not become ready: %s", r.log.Bytes())
}

func (r *rig) killStandIn() {
	_ = r.process.Process.Kill()
	_ = r.process.Wait()
}

// mischief switches trouble on, for this stand-in and the next.
func (r *rig) mischief(spec string) {
	r.spec = spec
	r.trouble(spec)
}

// killed starts a command, kills it after a random time unless it ended, and says
// whether it was killed.
func (r *rig) killed(most time.Duration, args ...string) bool {
	r.t.Helper()
	command := r.command(args...)
	if err := command.Start(); err != nil {
		r.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	select {
	case <-done:
		return false
	case <-time.After(time.Duration(r.random.Int64N(int64(most)))):
		_ = command.Process.Kill()
		<-done
		return true
	}
}

// jobsNow is what `jobs` prints.
func (r *rig) jobsNow() (jobs []struct{ ID, State, Kind, Via string }) {
	r.t.Helper()
	var all struct {
		Jobs []struct{ ID, State, Kind, Via string }
	}
	r.run(0, &all, "jobs")
	return all.Jobs
}

// settle ends all trouble and resumes until every job is finished.
func (r *rig) settle() {
	r.t.Helper()
	r.mischief("")
	for range 3 {
		open := false
		for _, job := range r.jobsNow() {
			// One that is ready was planned, and killed before it was approved.
			open = open || job.State != "done" && job.State != "stopped" && job.State != "refused" && job.State != "ready"
		}
		if !open {
			return
		}
		command := r.command("resume", "-wait", "90s")
		out, _ := command.CombinedOutput() // its exit code speaks of the letters
		r.t.Logf("resume: %s", bytes.ReplaceAll(out, []byte("\n"), []byte(" ")))
	}
	r.t.Fatalf("not finished: %+v", r.jobsNow())
}

// approved gives the job of a kind, or "" when there is none. One whose making
// was killed before its approval is approved.
func (r *rig) approved(kind string) string { return r.approvedWhere(kind, "") }

func (r *rig) approvedWhere(kind, via string) string {
	r.t.Helper()
	for _, job := range r.jobsNow() {
		if job.Kind != kind || via != "" && job.Via != via {
			continue
		}
		if job.State == "ready" {
			r.killed(2*time.Second, "resume", job.ID, "-yes")
			return r.approvedWhere(kind, via)
		}
		return job.ID
	}
	return ""
}

// held counts the letters of a subject that the stand-in holds, by message-id.
func (r *rig) held(subject string) map[string]int {
	r.t.Helper()
	answer, err := http.Get(r.standIn.Control + "/state")
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	var state struct {
		Delivered []struct {
			MessageID string `json:"message_id"`
			Documents []struct{ Subject string }
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		r.t.Fatal(err)
	}
	held := map[string]int{}
	for _, letter := range state.Delivered {
		if len(letter.Documents) == 1 && letter.Documents[0].Subject == subject {
			held[letter.MessageID]++
		}
	}
	return held
}

// agree holds what the program says of a mailing against what the stand-in
// holds: lost 0, doubled 0, wrong state 0.
func (r *rig) agree(mailing, subject string, want int) {
	r.t.Helper()
	var said result
	command := r.command("job", mailing)
	out, err := command.Output()
	if err != nil && command.ProcessState.ExitCode() > 7 || json.Unmarshal(out, &said) != nil {
		r.t.Fatalf("job: %v\n%s", err, out)
	}
	held := r.held(subject)
	doubled, lost, wrong, deliveredCount := 0, 0, 0, 0
	for id, times := range held {
		if times != 1 {
			r.t.Errorf("message %s is there %d times", id, times)
			doubled++
		}
	}
	known := map[string]bool{}
	for _, each := range said.Results {
		known[each.MessageID] = true
		is := held[each.MessageID] > 0
		switch {
		case each.Status == "delivered" && !is:
			wrong++
			r.t.Errorf("%s is said to be delivered and is not", each.CustomerID)
		case each.Status != "delivered" && each.Status != "unsure" && is:
			wrong++
			r.t.Errorf("%s is said to be %s (%s) and is delivered", each.CustomerID, each.Status, each.Reason)
		case each.Status == "unsure" && said.State != "stopped":
			wrong++
			r.t.Errorf("%s is unsure at the end", each.CustomerID)
		}
		if each.Status == "delivered" {
			deliveredCount++
		}
	}
	for id := range held {
		if !known[id] {
			lost++
			r.t.Errorf("message %s is of no letter of the job", id)
		}
	}
	if want >= 0 && len(held) != want {
		r.t.Errorf("%d letters came, want %d; %+v", len(held), want, said)
	}
	if deliveredCount != said.Delivered {
		r.t.Errorf("%d are said to be delivered, the results name %d", said.Delivered, deliveredCount)
	}
	r.t.Logf("%s: %d letters, doubled %d, lost %d, wrong %d, said %s %s", subject, len(held), doubled, lost, wrong, said.State, said.Ending)
}

func waitFor(t *testing.T, reached func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if reached() {
			return
		}
	}
	t.Fatal("did not come to pass")
}
