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
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"brevdue/assets/sample"
)

// The torture: the real program and the real stand-in, both killed again and
// again while everything that can go wrong on the way does. In the end nobody
// has two letters, nobody has none, and the program says what the stand-in
// holds. TORTURE=N makes N rounds of it instead of one, TORTURE_SEED begins
// elsewhere.

// rounds is how many rounds are asked for, and the first seed.
func rounds(t *testing.T) (n int, seed uint64) {
	t.Helper()
	n, seed = 1, 1
	for name, set := range map[string]func(int){"TORTURE": func(v int) { n = v }, "TORTURE_SEED": func(v int) { seed = uint64(v) }} {
		if text := os.Getenv(name); text != "" {
			value, err := strconv.Atoi(text)
			if err != nil || value < 1 {
				t.Fatalf("%s: %q is no number", name, text)
			}
			set(value)
		}
	}
	return n, seed
}

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
func (r *rig) jobsNow() (jobs []struct{ ID, State, Kind string }) {
	r.t.Helper()
	var all struct {
		Jobs []struct{ ID, State, Kind string }
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

// TestTorture kills program and stand-in at random moments of a split and a
// mailing to everybody.
func TestTorture(t *testing.T) {
	n, first := rounds(t)
	for seed := first; seed < first+uint64(n); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			if n == 1 {
				t.Parallel()
			}
			r := newRig(t, seed)
			r.run(1, nil, "import", r.list, "-group", "medlemmer")
			r.tortureSplit()
			r.tortureMailing()
		})
	}
}

// approved gives the job of a kind, or "" when there is none. One whose making
// was killed before its approval is approved.
func (r *rig) approved(kind string) string {
	r.t.Helper()
	for _, job := range r.jobsNow() {
		if job.Kind != kind {
			continue
		}
		if job.State == "ready" {
			r.killed(2*time.Second, "resume", job.ID, "-yes")
			return r.approved(kind)
		}
		return job.ID
	}
	return ""
}

// tortureSplit breaks uploads and receipts until the answers are there.
func (r *rig) tortureSplit() {
	t := r.t
	cut := r.random.IntN(4000)
	r.mischief(fmt.Sprintf("sftp_cut:%d%%60,receipt_broken%%40,receipt_order%%40,receipt_delay:700ms%%40", cut))
	r.killed(3*time.Second, "split", "-group", "medlemmer", "-yes")
	if r.approved("split") == "" { // killed before the plan was stored
		r.killed(3*time.Second, "split", "-group", "medlemmer", "-yes")
	}
	for kills := range 4 {
		if kills == 1 {
			r.killStandIn()
			r.killed(2*time.Second, "resume")
			r.start()
		}
		r.killed(3*time.Second, "resume")
	}
	r.settle()
	job := r.approved("split")
	if job == "" {
		t.Fatal("the program was killed twice before it could plan")
	}
	r.settle()
	var split result
	r.run(0, &split, "job", job)
	if split.State != "done" || split.Digipost != 23 || split.Digipost+split.Identified+split.Unidentified+split.Invalid+split.Missing != 38 || split.Missing != 0 {
		t.Errorf("split: %+v", split)
	}
}

// tortureMailing loses answers, resets, fails and stalls while letters go.
func (r *rig) tortureMailing() {
	t := r.t
	troubles := []string{"delay@/messages:30ms", "reset_after@/messages%20", "reset_before@/messages%10", "500@/messages%10", "cut@/messages%10",
		"bad_signature@/messages%5", "html@/messages%5", "503@/messages:1%5", "500@/documents%20", "reset_before@/documents%20", "stall@/messages%2"}
	r.mischief(strings.Join(troubles, ","))
	const subject = "Tortur"
	r.killed(1500*time.Millisecond, "mail", "-group", "medlemmer", "-document", r.letter, "-subject", subject, "-cooling-off", "0s", "-yes")
	mailing := r.approved("mailing")
	if mailing == "" { // killed before the plan was stored
		r.run(0, nil, "mail", "-group", "medlemmer", "-document", r.letter, "-subject", subject, "-cooling-off", "0s", "-yes", "-detach")
	}
	for kills := range 7 {
		if kills%3 == 1 {
			r.killStandIn()
			r.killed(time.Second, "resume")
			r.start()
		}
		r.killed(1500*time.Millisecond, "resume")
	}
	r.settle()
	mailing = r.approved("mailing")
	r.agree(mailing, subject, 23)
	if t.Failed() {
		log, _ := os.ReadFile(filepath.Join(r.data, "brevdue.log"))
		t.Logf("%s", log)
	}
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

// TestStopAtAnyMoment stops mailings at random moments from another process,
// by the command and by an interrupt: what is said is what the stand-in holds.
func TestStopAtAnyMoment(t *testing.T) {
	t.Parallel()
	n, seed := rounds(t)
	r := newRig(t, seed)
	r.run(1, nil, "import", r.list, "-group", "medlemmer")
	r.run(0, nil, "split", "-group", "medlemmer", "-yes")
	r.mischief("delay@/messages:120ms,reset_after@/messages%15,reset_before@/messages%10")
	for i := range 6 * n {
		subject := fmt.Sprintf("Stans %d", i)
		var mailing, stopped result
		mail := []string{"mail", "-group", "medlemmer", "-document", r.letter, "-subject", subject, "-cooling-off", "0s", "-yes"}
		if i%2 == 0 {
			r.run(0, &mailing, append(mail, "-detach")...)
			runner := r.command("resume")
			if err := runner.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(100+r.random.IntN(600)) * time.Millisecond)
			command := r.command("stop", mailing.Job)
			out, _ := command.Output() // the code speaks of the ending
			if err := json.Unmarshal(out, &stopped); err != nil {
				t.Fatalf("stop: %v\n%s", err, out)
			}
			_ = runner.Wait()
		} else {
			command := r.command(mail...)
			var out bytes.Buffer
			command.Stdout = &out
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(200+r.random.IntN(700)) * time.Millisecond)
			_ = command.Process.Signal(syscall.SIGINT)
			if i%4 == 3 { // impatient: the second one leaves
				time.Sleep(time.Duration(r.random.IntN(300)) * time.Millisecond)
				_ = command.Process.Signal(syscall.SIGINT)
			}
			_ = command.Wait()
			if json.Unmarshal(out.Bytes(), &stopped) != nil || stopped.Job == "" {
				continue // interrupted before there was a job
			}
		}
		r.settleKeeping("delay@/messages:120ms,reset_after@/messages%15,reset_before@/messages%10")
		r.ending(stopped.Job, subject, stopped)
	}
}

// settleKeeping finishes what is open without trouble and switches it on again.
func (r *rig) settleKeeping(spec string) {
	r.t.Helper()
	r.settle()
	r.mischief(spec)
}

// ending holds an ending against the letters that are there.
func (r *rig) ending(job, subject string, first result) {
	r.t.Helper()
	var now result
	command := r.command("stop", job)
	out, _ := command.Output()
	if err := json.Unmarshal(out, &now); err != nil {
		r.t.Fatalf("stop: %v\n%s", err, out)
	}
	count := len(r.held(subject))
	r.t.Logf("%s: first %q %d, then %q %d, there are %d", subject, first.Ending, first.Delivered, now.Ending, now.Delivered, count)
	if now.Delivered != count {
		r.t.Errorf("%s: %d are said to be delivered, %d are", subject, now.Delivered, count)
	}
	want := map[bool]string{true: "nothing_delivered", false: "some_delivered"}[count == 0]
	if count == 23 {
		want = "too_late"
	}
	if now.Ending != want {
		r.t.Errorf("%s: ending %q with %d of 23 delivered", subject, now.Ending, count)
	}
	if e := first.Ending; e != "" && e != "unknown" && e != now.Ending {
		r.t.Errorf("%s: the stop said %q, and later it is %q", subject, e, now.Ending)
	}
	r.agree(job, subject, -1)
}

// TestTheHeirTakesOver: a command that follows a job goes on with it when the
// process that acted is killed.
func TestTheHeirTakesOver(t *testing.T) {
	t.Parallel()
	r := newRig(t, 5)
	r.run(1, nil, "import", r.list, "-group", "medlemmer")
	r.run(0, nil, "split", "-group", "medlemmer", "-yes")
	r.mischief("delay@/messages:150ms")
	var mailing, done result
	r.run(0, &mailing, "mail", "-group", "medlemmer", "-document", r.letter, "-subject", "Arv", "-cooling-off", "0s", "-yes", "-detach")
	runner := r.command("resume")
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = runner.Process.Kill() }()
	waitFor(t, func() bool { return len(r.letters()) > 2 })
	follower := r.command("resume", mailing.Job)
	if err := follower.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	_ = runner.Process.Kill()
	_ = runner.Wait()
	ended := make(chan error, 1)
	go func() { ended <- follower.Wait() }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		_ = follower.Process.Kill()
		t.Fatal("the follower waits for a runner that is gone")
	}
	r.run(0, &done, "job", mailing.Job)
	if done.State != "done" || done.Delivered != 23 {
		t.Errorf("%s, %d delivered", done.State, done.Delivered)
	}
	onePerPerson(t, r.letters(), 23)
}

// TestTakeOutWhileItRuns: somebody is taken out by another process while the
// job cools off, and gets no letter.
func TestTakeOutWhileItRuns(t *testing.T) {
	t.Parallel()
	r := newRig(t, 6)
	r.run(1, nil, "import", r.list, "-group", "medlemmer")
	r.run(0, nil, "split", "-group", "medlemmer", "-yes")
	runner := r.command("mail", "-group", "medlemmer", "-document", r.letter, "-subject", "Uten en", "-cooling-off", "4s", "-yes")
	var out bytes.Buffer
	runner.Stdout = &out
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	id := ""
	waitFor(t, func() bool {
		for _, job := range r.jobsNow() {
			if job.Kind == "mailing" && job.State == "cooling_off" {
				id = job.ID
			}
		}
		return id != ""
	})
	var before, after result
	r.run(0, &before, "job", id)
	customer := ""
	for _, each := range before.Results {
		if each.Status == "cooling_off" {
			customer = each.CustomerID
		}
	}
	var taken struct {
		TakenOut bool `json:"taken_out"`
	}
	r.run(0, &taken, "stop", id, "-take-out", customer)
	if err := runner.Wait(); err != nil && runner.ProcessState.ExitCode() != 1 && runner.ProcessState.ExitCode() != 6 {
		t.Errorf("mail: %v\n%s", err, out.Bytes())
	}
	r.run(0, &after, "job", id)
	if !taken.TakenOut || after.Delivered != 22 || after.Stopped != 1 {
		t.Errorf("taken out %v; %d delivered, %d stopped", taken.TakenOut, after.Delivered, after.Stopped)
	}
	onePerPerson(t, r.letters(), 22)
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
