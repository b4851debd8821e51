package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Letters that lie in a batch at Digipost, seen with the real program and the real
// stand-in when something goes wrong with the batch.

// noBatches is a sender who may not use batches.
const noBatches = "error@/batches:BROKER_NOT_AUTHORIZED"

// own are the letters of a mailing where everybody has a document of their own.
type own struct {
	*twin
	list, folder string
	hashes       map[string]string
}

func newOwn(t *testing.T, n int) own {
	w := newTwin(t, "")
	list, folder, _, hashes := w.ownList(n)
	return own{w, list, folder, hashes}
}

// mail sends to all of them.
func (o own) mail(exit int, subject, coolingOff string, more ...string) map[string]any {
	o.t.Helper()
	return o.holds(exit, "mail", append([]string{"mail", "-list", o.list, "-documents", o.folder, "-match", "column:Brevfil", "-subject", subject,
		"-cooling-off", coolingOff, "-yes"}, more...)...)
}

// resume goes on with a mailing and gives what came of it.
func (o own) resume(exit int, args ...string) result {
	o.t.Helper()
	var out struct{ Result result }
	o.run(exit, &out, append([]string{"resume"}, args...)...)
	return out.Result
}

// once holds what the stand-in delivered against whose each document is.
func (o own) once(subject string, want int) {
	o.t.Helper()
	letters, _ := o.there(subject)
	if len(letters) != want {
		o.t.Errorf("%s: %d people have it, want %d", subject, len(letters), want)
	}
	for name, got := range letters {
		if len(got) != 1 || got[0] != o.hashes[name] {
			o.t.Errorf("%s: %s has %v, want once %s", subject, name, got, o.hashes[name])
		}
	}
}

// TestHeldWithoutBatches: a sender who may not use batches sends one by one, and one
// who may not any more half-way hears it; nothing is told that is not known.
func TestHeldWithoutBatches(t *testing.T) {
	t.Parallel()
	o := newOwn(t, 4)
	o.trouble(noBatches)
	if sent := o.mail(0, "Ett og ett", "1s"); sent["delivered"] != float64(4) || sent["waits_at"] == "digipost" {
		t.Errorf("%v delivered, waits at %v", sent["delivered"], sent["waits_at"])
	}
	o.once("Ett og ett", 4)

	o.trouble("")
	held := o.mail(0, "Halvveis", "1h", "-wait", "3s")
	o.trouble(noBatches)
	id := held["job"].(string)
	if stopped := o.holds(7, "stop", "stop", id, "-wait", "2s"); stopped["ending"] != "unknown" || stopped["state"] == "stopped" {
		t.Errorf("nobody knows: %v %v", stopped["ending"], stopped["state"])
	}
	o.trouble("")
	if stopped := o.holds(0, "stop", "stop", id); stopped["ending"] != "nothing_delivered" || stopped["state"] != "stopped" {
		t.Errorf("%v %v", stopped["ending"], stopped["state"])
	}
	o.once("Halvveis", 0)
}

// TestHeldMiscounted: Digipost counts other letters than were approved. Nothing goes
// before a person has decided, either way.
func TestHeldMiscounted(t *testing.T) {
	t.Parallel()
	o := newOwn(t, 3)
	begin := func(subject string) string {
		o.trouble("batch_counts@/batches:2")
		sent := o.mail(7, subject, "1s")
		if sent["delivered"] != float64(0) || sent["state"] != "sending" {
			t.Errorf("%s: %v, %v delivered", subject, sent["state"], sent["delivered"])
		}
		return sent["job"].(string)
	}
	id := begin("For mange")
	o.resume(7, id)
	o.holds(0, "stop", "stop", id)
	o.once("For mange", 0)

	id = begin("Likevel")
	o.trouble("batch_counts@/batches:4") // not what was seen
	o.resume(7, id, "-complete", "-yes")
	o.once("Likevel", 0)
	if done := o.resume(0, id, "-complete", "-yes"); done.Delivered != 3 || done.State != "done" {
		t.Errorf("%+v", done)
	}
	o.once("Likevel", 3)
}

// TestHeldEvidence: dry run, approval and evidence of letters with documents of their
// own show one fingerprint, also when somebody was taken out of the batch.
func TestHeldEvidence(t *testing.T) {
	t.Parallel()
	o := newOwn(t, 3)
	dry := o.mail(0, "Bevis", "6s", "-dry-run")
	held := o.mail(0, "Bevis", "6s", "-wait", "3s")
	id, print := held["job"].(string), dry["fingerprint"]
	o.holds(0, "take-out", "stop", id, "-take-out", "1002")
	if done := o.resume(0, id); done.Delivered != 2 || done.Stopped != 1 || done.Fingerprint != print {
		t.Errorf("%+v", done)
	}
	o.once("Bevis", 2)
	out := filepath.Join(t.TempDir(), "bevis.zip")
	made := o.holds(0, "evidence", "evidence", id, out)
	if made["fingerprint"] != print || held["fingerprint"] != print || made["proof"] != "masked" {
		t.Errorf("dry run %v, approved %v, evidence %v %v", print, held["fingerprint"], made["fingerprint"], made["proof"])
	}
	if verified := o.holds(0, "verified", "evidence", "verify", out); verified["valid"] != true || verified["fingerprint"] != print {
		t.Errorf("%v", verified)
	}
	archive, err := zip.OpenReader(out)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, file := range archive.File {
		content, err := archive.Open(file.Name)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		for name, hash := range o.hashes {
			if file.Name == "manifest.json" && !bytes.Contains(whole, []byte(hash)) {
				t.Errorf("%s of %s is not in %s", hash, name, file.Name)
			}
		}
	}
}

// TestHeldEndedByOthers: a batch that vanished asks again and then goes once; one that
// somebody else completed is told as delivered, and a stop comes too late.
func TestHeldEndedByOthers(t *testing.T) {
	t.Parallel()
	o := newOwn(t, 3)
	held := o.mail(0, "Borte", "5s", "-wait", "3s")
	o.control("/batches", "cancel")
	id := held["job"].(string)
	if asked := o.resume(6, id); asked.State != "ready" || asked.Delivered != 0 {
		t.Errorf("%s, %d delivered", asked.State, asked.Delivered)
	}
	o.once("Borte", 0)
	if sent := o.resume(0, id, "-yes"); sent.State != "done" || sent.Delivered != 3 {
		t.Errorf("%s, %d delivered", sent.State, sent.Delivered)
	}
	o.once("Borte", 3)

	held = o.mail(0, "Før tiden", "1h", "-wait", "3s")
	o.control("/batches", "complete")
	id = held["job"].(string)
	if stopped := o.holds(1, "stop", "stop", id); stopped["ending"] != "too_late" {
		t.Errorf("%v, %v delivered", stopped["ending"], stopped["delivered"])
	}
	if done := o.resume(6, id); done.Ending != "too_late" || done.Delivered != 3 {
		t.Errorf("%s %q, %d delivered", done.State, done.Ending, done.Delivered)
	}
	o.once("Før tiden", 3)
}

// TestHeldKilled: the program is killed at any moment while people are taken out of a
// batch, whose others go into another one. Who was taken out gets nothing, the others
// their own letter, once.
func TestHeldKilled(t *testing.T) {
	t.Parallel()
	n, seed := rounds(t)
	for round := range uint64(n) {
		r := newRig(t, seed+round)
		list, folder, _, hashes := r.ownList(8)
		o := own{r.twin, list, folder, hashes}
		r.mischief("delay@/messages:30ms,delay@/batches:60ms,reset_after@/messages%20,reset_before@/messages%10,reset_after@/batches%20,reset_before@/batches%10")
		command := r.command("mail", "-list", list, "-documents", folder, "-match", "column:Brevfil", "-subject", "Drept", "-cooling-off", "12s", "-yes", "-detach")
		out, err := command.Output()
		var mailing result
		if err != nil || json.Unmarshal(out, &mailing) != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		taken := map[string]bool{}
		for i, customer := range []string{"1002", "1005"} {
			for range 3 {
				r.killed(900*time.Millisecond, "resume")
			}
			if i == 1 {
				r.killStandIn()
				r.start()
			}
			r.killed(1200*time.Millisecond, "stop", mailing.Job, "-take-out", customer)
		}
		for range 3 {
			r.killed(900*time.Millisecond, "resume")
		}
		r.settle()
		var said result
		command = r.command("job", mailing.Job)
		out, _ = command.Output() // its exit code speaks of the letters
		if err := json.Unmarshal(out, &said); err != nil {
			t.Fatal(err)
		}
		for _, each := range said.Results {
			taken[each.CustomerID] = each.Status == "stopped" && each.Reason == "taken_out"
			if each.Status != "delivered" && !taken[each.CustomerID] || taken[each.CustomerID] && each.CustomerID != "1002" && each.CustomerID != "1005" {
				t.Errorf("%s is %s %s", each.CustomerID, each.Status, each.Reason)
			}
		}
		out2 := 0
		for _, gone := range taken {
			if gone {
				out2++
			}
		}
		if o.once("Drept", 8-out2); said.State != "done" || said.Delivered != 8-out2 {
			t.Errorf("%s, %d delivered, %d taken out", said.State, said.Delivered, out2)
		}
		t.Logf("seed %d: %d taken out, %d delivered", seed+round, out2, said.Delivered)
	}
}

// TestHeldStopAtAnyMoment stops mailings that are held at Digipost, with a document for
// each, at random moments, some of them killed on the way: what is said is what the
// stand-in holds.
func TestHeldStopAtAnyMoment(t *testing.T) {
	t.Parallel()
	n, seed := rounds(t)
	r := newRig(t, seed)
	list, folder, _, hashes := r.ownList(8)
	o := own{r.twin, list, folder, hashes}
	const mischief = "delay@/messages:40ms,delay@/batches:80ms,reset_after@/messages%15,reset_before@/messages%10,reset_after@/batches%25,reset_before@/batches%10,500@/batches%5"
	endings := map[string]int{}
	for i := range 6 * n {
		r.mischief(mischief)
		subject := "Stans " + strings.Repeat("i", i+1)
		command := r.command("mail", "-list", list, "-documents", folder, "-match", "column:Brevfil", "-subject", subject, "-cooling-off", []string{"0s", "900ms"}[(i+1)/2%2], "-yes", "-detach")
		out, err := command.Output()
		var mailing, first, now result
		if err != nil || json.Unmarshal(out, &mailing) != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		runner := r.command("resume")
		if err := runner.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(100+r.random.IntN(4500)) * time.Millisecond)
		if i%2 == 1 {
			_ = runner.Process.Kill()
		}
		if i%4 == 3 {
			r.killed(time.Second, "stop", mailing.Job)
		}
		out, _ = r.command("stop", mailing.Job).Output() // the code speaks of the ending
		if err := json.Unmarshal(out, &first); err != nil {
			t.Fatalf("stop: %v\n%s", err, out)
		}
		_ = runner.Wait()
		r.settle()
		out, _ = r.command("stop", mailing.Job).Output()
		if err := json.Unmarshal(out, &now); err != nil {
			t.Fatalf("stop: %v\n%s", err, out)
		}
		letters, batches := r.there(subject)
		want := "too_late"
		if len(letters) == 0 {
			want = "nothing_delivered"
		}
		if done := now.State == "done" && now.Ending == ""; now.Ending != want && !(done && len(letters) == 8) || len(letters) != 0 && len(letters) != 8 || now.Delivered != len(letters) {
			t.Errorf("%s: %s %q, %d said to be delivered, %d are", subject, now.State, now.Ending, now.Delivered, len(letters))
		}
		if first.Ending != "" && first.Ending != "unknown" && first.Ending != now.Ending {
			t.Errorf("%s: the stop said %q, later it is %q", subject, first.Ending, now.Ending)
		}
		if batches["NOT_COMMITTED"] != 0 {
			t.Errorf("%s: left at Digipost: %v", subject, batches)
		}
		o.once(subject, len(letters))
		endings[now.Ending]++
		t.Logf("%s: first %q, then %q with %d there", subject, first.Ending, now.Ending, len(letters))
	}
	t.Logf("endings: %v", endings)
}
