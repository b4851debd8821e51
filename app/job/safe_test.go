package job

import (
	"testing"
	"time"

	"brevdue/app/post"
)

// TestPause: nothing leaves while a job is paused, its clock stands still, and it
// goes on where it was.
func TestPause(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	e := engineOn(m, d, clock)
	id := approved(t, e, wishFor(3), 5*time.Minute).ID
	if _, err := e.Continue(t.Context(), id); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("a job that is not paused goes on: %v", err)
	}
	clock.skip(2 * time.Minute)
	job, err := e.Pause(t.Context(), id)
	if err != nil || job.Shown(m.items[id][0]) != post.ItemPaused {
		t.Fatalf("%s, %v", job.Shown(m.items[id][0]), err)
	}
	clock.skip(3 * time.Hour)
	end := running(t, e)
	time.Sleep(30 * time.Millisecond)
	end()
	if job, _ = e.Job(t.Context(), id); job.State != post.JobCoolingOff || d.sends != 0 {
		t.Fatalf("job %s, %d sends", job.State, d.sends)
	}
	job, err = e.Continue(t.Context(), id)
	if left := job.ReleaseAt.Sub(clock.Now()).Round(time.Minute); err != nil || left != 3*time.Minute {
		t.Fatalf("%v left, %v", left, err)
	}
	running(t, e)
	if job := follow(t, e, id); job.State != post.JobDone || d.count() != 3 {
		t.Fatalf("job %s, %d delivered", job.State, d.count())
	}
	if _, err := e.Pause(t.Context(), id); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("a finished job pauses: %v", err)
	}
}

// TestPauseWhileSending: the round ends, and what is unsure is asked about.
func TestPauseWhileSending(t *testing.T) {
	m, d := newMemory(), newDigipost()
	d.entered, d.leave = make(chan struct{}), make(chan struct{})
	d.answer = func(n int, _ post.Letter) (bool, post.Outcome, error) {
		if n == 1 {
			return true, post.Outcome{}, post.NewFault(post.CodeUnsure, nil)
		}
		return true, delivered, nil
	}
	e := engineOn(m, d, &fastClock{})
	e.InFlight = 1
	running(t, e)
	id := approved(t, e, wishFor(5), 0).ID
	<-d.entered
	if _, err := e.Pause(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	close(d.leave)
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[post.ItemDelivered] == 1 })
	job, _ := e.Job(t.Context(), id)
	if job.State != post.JobSending || job.Counts.ByStatus[post.ItemReady] != 4 || job.Shown(m.items[id][4]) != post.ItemPaused {
		t.Fatalf("job %s %v", job.State, job.Counts.ByStatus)
	}
	d.with(func() { d.entered = nil })
	if _, err := e.Continue(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if job := follow(t, e, id); job.State != post.JobDone || d.count() != 5 {
		t.Fatalf("job %s, %d delivered", job.State, d.count())
	}
}

// TestPausedThenStopped: a stop counts for a paused job as well.
func TestPausedThenStopped(t *testing.T) {
	m, b := newMemory(), newBatches()
	e := holding(m, b, SystemClock{})
	id := approved(t, e, heldWish(3), time.Hour).ID
	running(t, e)
	held(t, e, id, 3)
	if _, err := e.Pause(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if job := follow(t, e, id); job.Ending != post.NothingDelivered || b.count() != 0 || b.called("cancel") != 1 {
		t.Fatalf("job %s %s, calls %v", job.State, job.Ending, b.calls)
	}
}

// TestStartAt: a job waits for its time, letters are at Digipost only shortly
// before, and a start that was missed asks again.
func TestStartAt(t *testing.T) {
	m, b, clock := newMemory(), newBatches(), &fastClock{}
	e := holding(m, b, clock)
	wish := heldWish(2)
	wish.StartAt = clock.Now().Add(-time.Minute)
	if _, err := e.Prepare(t.Context(), wish); post.CodeOf(err) != post.CodeStartPast {
		t.Errorf("a start that is past: %v", err)
	}
	wish.StartAt = clock.Now().Add(30 * time.Hour)
	id := approved(t, e, wish, 0).ID
	job, _ := e.Job(t.Context(), id)
	if job.State != post.JobCoolingOff || job.Shown(m.items[id][0]) != post.ItemScheduled || !job.ReleaseAt.Equal(job.StartAt) {
		t.Fatalf("job %s, release %v, start %v", job.State, job.ReleaseAt, job.StartAt)
	}
	if wait, _, err := e.step(t.Context(), id); err != nil || wait <= 0 || len(b.calls) != 0 {
		t.Fatalf("long before: wait %v, calls %v, %v", wait, b.calls, err)
	}
	clock.skip(29*time.Hour + 30*time.Minute)
	if _, _, err := e.step(t.Context(), id); err != nil || b.called("send") != 2 || b.count() != 0 {
		t.Fatalf("shortly before: calls %v, %v", b.calls, err)
	}
	clock.skip(31 * time.Minute)
	running(t, e)
	if job := follow(t, e, id); job.State != post.JobDone || b.count() != 2 {
		t.Fatalf("job %s, %d delivered", job.State, b.count())
	}

	plan, err := e.Prepare(t.Context(), wishFor(1))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := e.Keep(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.ApproveAt(t.Context(), kept.ID, kept.Fingerprint, 1, 0, clock.Now().Add(-time.Second)); post.CodeOf(err) != post.CodeStartPast {
		t.Errorf("approved for the past: %v", err)
	}
	later := newMemory()
	away := &fastClock{}
	e = engineOn(later, newDigipost(), away)
	if plan, err = e.Prepare(t.Context(), wishFor(1)); err != nil {
		t.Fatal(err)
	}
	if kept, err = e.Keep(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ApproveAt(t.Context(), kept.ID, kept.Fingerprint, 1, time.Minute, away.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	away.skip(3 * time.Hour)
	running(t, e)
	if job := follow(t, e, kept.ID); job.State != post.JobReady || job.Trouble != post.CodeAskAgain {
		t.Fatalf("missed: job %s %s", job.State, job.Trouble)
	}
}

// TestPausedOverTheStart: a job that is let go after its time starts then.
func TestPausedOverTheStart(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	e := engineOn(m, d, clock)
	wish := wishFor(1)
	wish.StartAt = clock.Now().Add(time.Hour)
	id := approved(t, e, wish, 0).ID
	if _, err := e.Pause(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	clock.skip(5 * time.Hour)
	if _, err := e.Continue(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	running(t, e)
	if job := follow(t, e, id); job.State != post.JobDone || d.count() != 1 {
		t.Fatalf("job %s, %d delivered", job.State, d.count())
	}
}

// TestAgain: a linked job for those who were not reached, under new ids, once.
func TestAgain(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	d.answer = func(_ int, letter post.Letter) (bool, post.Outcome, error) {
		switch letter.To.Value {
		case "person1#12AB", "person2#12AB":
			return false, post.Outcome{Status: post.ItemNotDelivered, Reason: post.ReasonBadFile, Channel: post.ChannelNone}, nil
		}
		return true, delivered, nil
	}
	e := engineOn(m, d, clock)
	wish := wishFor(5)
	wish.To[4].LeftOut = post.ReasonNotAUser
	wish.Options.Sensitive = true
	wish.Options.DeliverAt = clock.Now().Add(time.Minute)
	id := approved(t, e, wish, time.Hour).ID
	if _, err := e.Again(t.Context(), id); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("again of a job at work: %v", err)
	}
	running(t, e)
	first := follow(t, e, id)
	draft, err := e.Again(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if draft.Sendable() != 2 || draft.Job.Again != id || !draft.Job.Options.Sensitive || !draft.Job.Options.DeliverAt.IsZero() ||
		draft.Documents[0].SHA256 != m.documents[id][0].SHA256 || draft.Items[0].DocumentUUIDs[0] == m.items[id][1].DocumentUUIDs[0] {
		t.Fatalf("draft %+v", draft.Job)
	}
	other, err := e.Again(t.Context(), id) // in another process, at the same time
	if err != nil {
		t.Fatal(err)
	}
	kept, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Keep(t.Context(), other); post.CodeOf(err) != post.CodePlanChanged {
		t.Errorf("drafted twice: %v", err)
	}
	if _, err := e.Again(t.Context(), id); post.CodeOf(err) != post.CodeNothingToSend {
		t.Errorf("planned twice: %v", err)
	}
	d.with(func() { d.answer = nil })
	if _, err := e.Approve(t.Context(), kept.ID, kept.Fingerprint, 2, 0); err != nil {
		t.Fatal(err)
	}
	if job := follow(t, e, kept.ID); job.State != post.JobDone || d.count() != 4 || job.Again != first.ID {
		t.Fatalf("job %s, %d delivered", job.State, d.count())
	}
	for _, again := range []string{id, kept.ID} {
		if _, err := e.Again(t.Context(), again); post.CodeOf(err) != post.CodeNothingToSend {
			t.Errorf("everybody has it: %v", err)
		}
	}
	m.items[kept.ID][0].Status = post.ItemUnsure
	if _, err := e.Again(t.Context(), id); post.CodeOf(err) != post.CodeStillUnsure {
		t.Errorf("somebody is unsure: %v", err)
	}
}

// TestTrial: a letter to oneself with what the others get, and nothing that costs.
func TestTrial(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, &fastClock{})
	wish := wishFor(5)
	wish.Options = post.Options{Auth: post.AuthTwoFactor, OpeningReceipt: true}
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Trial(t.Context(), draft, post.Target{}); post.CodeOf(err) != post.CodeRecipientInvalid {
		t.Errorf("a sender without an address: %v", err)
	}
	draft.Job.Sender.DigipostAddress = "lag#1A2B"
	trial, err := e.Trial(t.Context(), draft, post.Target{})
	if err != nil {
		t.Fatal(err)
	}
	if trial.Sendable() != 1 || trial.Items[0].To.Value != "lag#1A2B" || trial.Job.TrialOf != draft.Job.ID || trial.Job.Options.OpeningReceipt ||
		trial.Job.Options.Auth != post.AuthTwoFactor || trial.Documents[0].SHA256 != draft.Documents[0].SHA256 {
		t.Fatalf("trial %+v %+v", trial.Job, trial.Items)
	}
	kept, err := e.Keep(t.Context(), trial)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Approve(t.Context(), kept.ID, kept.Fingerprint, 1, 0); err != nil {
		t.Fatal(err)
	}
	running(t, e)
	if job := follow(t, e, kept.ID); job.State != post.JobDone || d.count() != 1 {
		t.Errorf("job %s", job.State)
	}
}

// TestHardCap: never more letters leave than a person approved, whatever is in
// the plan.
func TestHardCap(t *testing.T) {
	for _, wish := range []Wish{wishFor(5), heldWish(5)} {
		m, b := newMemory(), newBatches()
		e := holding(m, b, &fastClock{})
		id := approved(t, e, wish, 0).ID
		if _, err := m.UpdateJob(t.Context(), id, func(job *post.Job) error { job.Approved = 3; return nil }); err != nil {
			t.Fatal(err)
		}
		end := running(t, e)
		until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodePlanChanged })
		time.Sleep(20 * time.Millisecond)
		end()
		if b.sends > 3 || wish.HoldAtDigipost && b.count() > 0 {
			t.Errorf("held %v: %d sends, %d delivered", wish.HoldAtDigipost, b.sends, b.count())
		}
	}
}

// TestDeviationsOfAJob: who was not reached is noted once, and goes away with a
// later success or by a person's word.
func TestDeviationsOfAJob(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	d.answer = func(n int, letter post.Letter) (bool, post.Outcome, error) {
		switch letter.To.Value {
		case "person0#12AB":
			return false, post.Outcome{Status: post.ItemNotDelivered, Reason: post.ReasonBadFile, Channel: post.ChannelNone}, nil
		case "person1#12AB":
			return true, post.Outcome{Status: post.ItemPrinting, Channel: post.ChannelPrint}, nil
		}
		return true, delivered, nil
	}
	e := engineOn(m, d, clock)
	wish := wishFor(4)
	wish.To[3].LeftOut = post.ReasonNotAUser
	id := approved(t, e, wish, 0).ID
	running(t, e)
	follow(t, e, id)
	var open []post.Deviation
	seen := func(n int) bool {
		open, _ = e.Deviations(t.Context(), true)
		return len(open) == n
	}
	until(t, func() bool { return seen(1) })
	if open[0].Seq != 1 || open[0].Code != post.DeviationNotDelivered {
		t.Fatalf("got %+v", open)
	}
	uuid := m.items[id][1].DocumentUUIDs[0]
	d.with(func() {
		d.feed = append(d.feed, post.LetterNews{DocumentUUID: uuid, Status: post.ItemPrintFailed, At: clock.Now()})
	})
	if err := e.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return seen(2) })
	if err := e.AssignDeviation(t.Context(), open[0].ID, " Kari ", "ringer"); err != nil {
		t.Fatal(err)
	}
	if err := e.CloseDeviation(t.Context(), open[0].ID, "sendt i posten"); err != nil {
		t.Fatal(err)
	}
	e.reconcile(t.Context(), id)
	if !seen(1) || open[0].Code != post.DeviationPrintFailed {
		t.Fatalf("got %+v", open)
	}
	if err := e.CloseDeviation(t.Context(), 99, ""); post.CodeOf(err) != post.CodeDeviationUnknown {
		t.Errorf("unknown: %v", err)
	}
}

// TestDeviates: when a letter is one that somebody has to look at.
func TestDeviates(t *testing.T) {
	now := time.Now()
	for _, try := range []struct {
		item post.Item
		want bool
	}{
		{post.Item{Status: post.ItemNotDelivered}, false}, // left out of the plan
		{post.Item{Status: post.ItemNotDelivered, Attempts: 1}, true},
		{post.Item{Status: post.ItemUnsure, SentAt: now.Add(-time.Minute), UpdatedAt: now}, false},
		{post.Item{Status: post.ItemUnsure, SentAt: now.Add(-time.Hour), UpdatedAt: now}, true},
		{post.Item{Status: post.ItemHeld, UpdatedAt: now}, true},
		{post.Item{Status: post.ItemPrintFailed, StatusAt: now}, true},
	} {
		if since, got := deviates(try.item, now); got != try.want || got && since.IsZero() && try.item.Status != post.ItemNotDelivered {
			t.Errorf("%+v: %v since %v", try.item, got, since)
		}
	}
}
