package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
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
			r.tortureFile()
		})
	}
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
	mailing := r.approvedWhere("mailing", "rest")
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
	mailing = r.approvedWhere("mailing", "rest")
	r.agree(mailing, subject, 23)
	if t.Failed() {
		log, _ := os.ReadFile(filepath.Join(r.data, "brevdue.log"))
		t.Logf("%s", log)
	}
}

// tortureFile breaks a mailing in one file on its way and its receipts on
// theirs.
func (r *rig) tortureFile() {
	t := r.t
	const subject = "Tortur i fil"
	mail := []string{"mail", "-group", "medlemmer", "-document", r.letter, "-subject", subject, "-via", "batch", "-cooling-off", "0s", "-yes"}
	r.mischief(fmt.Sprintf("sftp_cut:%d%%60,receipt_broken%%40,receipt_order%%40,receipt_delay:700ms%%40", r.random.IntN(25000)))
	r.killed(3*time.Second, mail...)
	if r.approvedWhere("mailing", "batch") == "" { // killed before the plan was stored
		r.run(0, nil, append(mail, "-detach")...)
	}
	for kills := range 4 {
		if kills%3 == 1 {
			r.killStandIn()
			r.killed(time.Second, "resume")
			r.start()
		}
		r.killed(3*time.Second, "resume")
	}
	r.settle()
	job := r.approvedWhere("mailing", "batch")
	r.settle()
	var said result
	command := r.command("job", job)
	out, _ := command.Output() // its exit code speaks of the letters
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatalf("job %q: %v\n%s", job, err, out)
	}
	names := map[string]int{}
	for _, letter := range r.letters() {
		if letter.subject() == subject {
			names[letter.Name]++
		}
	}
	for _, times := range names {
		if times != 1 {
			t.Errorf("somebody has %d letters %q", times, subject)
		}
	}
	if len(names) != 23 || said.Delivered != 23 || said.Unsure != 0 || said.State != "done" {
		t.Errorf("%d letters came by file, want 23: %s, %d delivered, %d unsure", len(names), said.State, said.Delivered, said.Unsure)
	}
	t.Logf("%s: %d letters, said %s with %d delivered", subject, len(names), said.State, said.Delivered)
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
		if each.Status == "cooling_off" || each.Status == "received" { // here, or at Digipost in a batch
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
