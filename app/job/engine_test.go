package job

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"brevdue/app/post"
)

// running runs an engine until the test, or the returned function, ends it.
func running(t *testing.T, e *Engine) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("Run did not end")
		}
	}
	t.Cleanup(end)
	return end
}

func approved(t *testing.T, e *Engine, wish Wish, coolingOff time.Duration) post.Job {
	t.Helper()
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Approve(t.Context(), kept.ID, draft.Job.Fingerprint, draft.Sendable(), coolingOff); err != nil {
		t.Fatal(err)
	}
	return kept
}

func follow(t *testing.T, e *Engine, id string) post.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	job, err := e.Follow(ctx, id, 0, nil)
	if err != nil {
		t.Fatalf("follow: %v; job %+v", err, job)
	}
	return job
}

func TestMailingReachesEverybodyOnce(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, &fastClock{})
	running(t, e)
	wish := wishFor(25)
	wish.To[3].LeftOut = post.ReasonNotAUser
	job := follow(t, e, approved(t, e, wish, 0).ID)
	if job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 24 || job.Counts.ByStatus[post.ItemNotDelivered] != 1 {
		t.Fatalf("job %s %v", job.State, job.Counts.ByStatus)
	}
	if d.sends != 24 {
		t.Errorf("%d letters were sent", d.sends)
	}
}

// TestLostAnswers: whatever is lost on the way, each letter arrives once, with
// the ids it was given when it was planned.
func TestLostAnswers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	m, d := newMemory(), newDigipost()
	d.answer = func(int, post.Letter) (bool, post.Outcome, error) {
		switch random.IntN(4) {
		case 0:
			return true, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("the answer was lost"))
		case 1:
			return false, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("the request was lost"))
		case 2:
			return false, post.Outcome{}, post.NewFault(post.CodeUnreachable, errors.New("no connection"))
		}
		return true, delivered, nil
	}
	e := engineOn(m, d, &fastClock{})
	e.InFlight = 1
	running(t, e)
	job := follow(t, e, approved(t, e, wishFor(40), 0).ID)
	if job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 40 {
		t.Fatalf("job %s %v", job.State, job.Counts.ByStatus)
	}
	for uuid, times := range d.delivered {
		if times != 1 {
			t.Errorf("document %s was delivered %d times", uuid, times)
		}
	}
}

// TestUnsureIsAskedAbout: while Digipost cannot be asked, an unsure letter stays
// unsure and is never sent again.
func TestUnsureIsAskedAbout(t *testing.T) {
	m, d := newMemory(), newDigipost()
	d.answer = func(int, post.Letter) (bool, post.Outcome, error) {
		return true, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("lost"))
	}
	d.statusErr = post.NewFault(post.CodeUnreachable, errors.New("down"))
	e := engineOn(m, d, &fastClock{})
	running(t, e)
	id := approved(t, e, wishFor(1), 0).ID
	job, err := e.Follow(t.Context(), id, 2*time.Second, nil)
	if err != nil {
		t.Fatal(err)
	}
	if job.Counts.ByStatus[post.ItemUnsure] != 1 || job.Trouble != post.CodeUnreachable {
		t.Fatalf("job %s %s %v", job.State, job.Trouble, job.Counts.ByStatus)
	}
	d.mutex.Lock()
	d.statusErr = nil
	sends := d.sends
	d.mutex.Unlock()
	if job = follow(t, e, id); job.State != post.JobDone || sends != 1 || d.count() != 1 || job.Trouble != "" {
		t.Fatalf("job %s %s, %d sends, %d delivered", job.State, job.Trouble, sends, d.count())
	}
}

// TestNotReady: while no letter can go, none is marked as under way, and the
// trouble says why.
func TestNotReady(t *testing.T) {
	m, d := newMemory(), newDigipost()
	d.down = post.NewFault(post.CodeClockWrong, nil, "minutes", "40")
	e := engineOn(m, d, &fastClock{})
	running(t, e)
	id := approved(t, e, wishFor(3), 0).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeClockWrong })
	job, _ := e.Job(t.Context(), id)
	if job.Counts.ByStatus[post.ItemReady] != 3 || job.Held().Fields["minutes"] != "40" || d.sends != 0 {
		t.Fatalf("%v, held by %+v, %d sends", job.Counts.ByStatus, job.Held(), d.sends)
	}
	d.mutex.Lock()
	d.down = nil
	d.mutex.Unlock()
	if job := follow(t, e, id); job.State != post.JobDone || job.Held() != nil {
		t.Fatalf("job %s, held by %+v", job.State, job.Held())
	}
}

// TestRestartAtAnyMoment ends the engine at random moments and starts another
// on the same store, as a killed program does: a call under way is cut off.
func TestRestartAtAnyMoment(t *testing.T) {
	random, answers := rand.New(rand.NewPCG(7, 7)), rand.New(rand.NewPCG(8, 8))
	m, d := newMemory(), newDigipost()
	d.answer = func(int, post.Letter) (bool, post.Outcome, error) {
		if answers.IntN(3) == 0 {
			return true, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("lost"))
		}
		return true, delivered, nil
	}
	clock := &fastClock{}
	planner := engineOn(m, d, clock)
	planner.InFlight = 1
	id := approved(t, planner, wishFor(60), 0).ID
	for range 40 {
		e := engineOn(m, d, clock)
		e.InFlight, e.Grace = 1, time.Nanosecond
		end := running(t, e)
		time.Sleep(time.Duration(random.IntN(4000)) * time.Microsecond)
		end()
	}
	e := engineOn(m, d, clock)
	e.InFlight = 1
	running(t, e)
	if job := follow(t, e, id); job.Counts.ByStatus[post.ItemDelivered] != 60 || d.count() != 60 {
		t.Fatalf("%v, %d delivered", job.Counts.ByStatus, d.count())
	}
	for uuid, times := range d.delivered {
		if times != 1 {
			t.Errorf("document %s was delivered %d times", uuid, times)
		}
	}
}

// TestCrashedWhileSending: an item that was under way when the process died is
// unsure after the restart, and asked about before anything is sent.
func TestCrashedWhileSending(t *testing.T) {
	for _, arrived := range []bool{true, false} {
		m, d := newMemory(), newDigipost()
		clock := &fastClock{}
		e := engineOn(m, d, clock)
		id := approved(t, e, wishFor(1), 0).ID
		_, err := m.UpdateItems(t.Context(), id, nil, func(item *post.Item) error {
			item.Status, item.Attempts = post.ItemSending, 1
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if arrived {
			d.delivered[m.items[id][0].DocumentUUIDs[0]] = 1
			d.messages[m.items[id][0].MessageID] = true
		}
		running(t, e)
		job := follow(t, e, id)
		if wantSends := map[bool]int{true: 0, false: 1}[arrived]; d.sends != wantSends || d.count() != 1 || job.State != post.JobDone {
			t.Errorf("arrived %v: %d sends, %d delivered, job %s", arrived, d.sends, d.count(), job.State)
		}
	}
}

func TestCoolingOff(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	e := engineOn(m, d, clock)
	id := approved(t, e, wishFor(3), time.Minute).ID
	if job, _ := e.Job(t.Context(), id); job.Shown(m.items[id][0]) != post.ItemCoolingOff {
		t.Error("the items do not show as cooling off")
	}
	running(t, e)
	if job, err := e.Extend(t.Context(), id, 5*time.Minute); err != nil || job.ReleaseAt.Sub(job.ApprovedAt) != 6*time.Minute {
		t.Fatalf("extended to %v: %v", job.ReleaseAt.Sub(job.ApprovedAt), err)
	}
	if d.count() != 0 {
		t.Fatal("something was sent during the cooling-off")
	}
	if job := follow(t, e, id); job.State != post.JobDone || d.count() != 3 {
		t.Fatalf("job %s, %d delivered", job.State, d.count())
	}
}

// TestLateClockAsksAgain: a clock that ran out more than an hour ago while
// nothing ran must not send by itself.
func TestLateClockAsksAgain(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	e := engineOn(m, d, clock)
	id := approved(t, e, wishFor(2), time.Minute).ID
	clock.skip(2 * time.Hour)
	running(t, e)
	job := follow(t, e, id)
	if job.State != post.JobReady || job.Trouble != post.CodeAskAgain || d.count() != 0 {
		t.Fatalf("job %s %s, %d delivered", job.State, job.Trouble, d.count())
	}
	if _, err := e.Approve(t.Context(), id, job.Fingerprint, 2, 0); err != nil {
		t.Fatal(err)
	}
	if job := follow(t, e, id); job.State != post.JobDone || d.count() != 2 {
		t.Fatalf("after asking again: job %s, %d delivered", job.State, d.count())
	}
}

func TestStopEndings(t *testing.T) {
	t.Run("nothing delivered, no runner needed", func(t *testing.T) {
		m, d := newMemory(), newDigipost()
		e := engineOn(m, d, &fastClock{})
		id := approved(t, e, wishFor(3), time.Hour).ID
		job, err := e.Stop(t.Context(), id)
		if err != nil || job.Ending != post.NothingDelivered || job.State != post.JobStopped || job.Counts.ByStatus[post.ItemStopped] != 3 {
			t.Fatalf("%+v, %v", job, err)
		}
		running(t, e)
		if job := follow(t, e, id); job.State != post.JobStopped || d.sends != 0 {
			t.Errorf("job %s, %d sends", job.State, d.sends)
		}
	})
	t.Run("some delivered", func(t *testing.T) {
		m, d := newMemory(), newDigipost()
		d.entered, d.leave = make(chan struct{}), make(chan struct{})
		e := engineOn(m, d, SystemClock{})
		e.InFlight = 1
		running(t, e)
		id := approved(t, e, wishFor(5), 0).ID
		<-d.entered // the first letter is under way
		if _, err := e.Stop(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		close(d.leave)
		job := follow(t, e, id)
		if job.Ending != post.SomeDelivered || d.count() != 1 || job.Counts.ByStatus[post.ItemStopped] != 4 {
			t.Fatalf("ending %s, %d delivered, %v", job.Ending, d.count(), job.Counts.ByStatus)
		}
	})
	t.Run("unknown, then known", func(t *testing.T) {
		m, d := newMemory(), newDigipost()
		d.answer = func(int, post.Letter) (bool, post.Outcome, error) {
			return true, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("lost"))
		}
		d.statusErr = post.NewFault(post.CodeUnreachable, errors.New("down"))
		e := engineOn(m, d, &fastClock{})
		e.InFlight = 1
		running(t, e)
		id := approved(t, e, wishFor(4), 0).ID
		until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[post.ItemUnsure] > 0 })
		if _, err := e.Stop(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Ending == post.EndingUnknown })
		d.mutex.Lock()
		d.statusErr = nil
		d.mutex.Unlock()
		if job := follow(t, e, id); job.Ending != post.SomeDelivered && job.Ending != post.TooLate {
			t.Fatalf("ending %s %v", job.Ending, job.Counts.ByStatus)
		}
	})
}

func TestTakeOut(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, &fastClock{})
	wish := wishFor(3)
	id := approved(t, e, wish, time.Minute).ID
	if _, err := e.TakeOut(t.Context(), id, "P1", 0); err != nil {
		t.Fatal(err)
	}
	running(t, e)
	job := follow(t, e, id)
	items, _ := e.Items(t.Context(), id, post.ItemQuery{})
	if d.count() != 2 || items[1].Status != post.ItemStopped || items[1].Reason != post.ReasonTakenOut || job.State != post.JobDone {
		t.Fatalf("%d delivered, item %s %s, job %s", d.count(), items[1].Status, items[1].Reason, job.State)
	}
}

// TestApproveWhatWasShown: another plan or another count than the person saw is
// refused, and so is a second approval.
func TestApproveWhatWasShown(t *testing.T) {
	m := newMemory()
	e := engineOn(m, newDigipost(), &fastClock{})
	draft, err := e.Prepare(t.Context(), wishFor(2))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	for _, try := range []struct {
		fingerprint string
		count       int
		want        post.Code
	}{
		{"other", 2, post.CodePlanChanged},
		{kept.Fingerprint, 3, post.CodePlanChanged},
		{kept.Fingerprint, 2, ""},
		{kept.Fingerprint, 2, post.CodeWrongState},
	} {
		if _, err := e.Approve(t.Context(), kept.ID, try.fingerprint, try.count, time.Minute); post.CodeOf(err) != try.want {
			t.Errorf("approve %q %d: %v, want %s", try.fingerprint, try.count, err, try.want)
		}
	}
}

// TestFileChangedSinceReview: what was shown is what is sent, or nothing.
func TestFileChangedSinceReview(t *testing.T) {
	m := newMemory()
	e := engineOn(m, newDigipost(), &fastClock{})
	reads := 0
	wish := wishFor(1)
	file := text("%PDF one")
	open := file.Open
	file.Open = func(ctx context.Context) (content ioReadCloser, err error) {
		if reads++; reads == 1 {
			return open(ctx)
		}
		return text("%PDF two").Open(ctx)
	}
	wish.Files = []File{file}
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Keep(t.Context(), draft); post.CodeOf(err) != post.CodeFileChanged {
		t.Errorf("got %v", err)
	}
	if len(m.files) != 0 || len(m.jobs) != 0 {
		t.Errorf("%d files and %d jobs were left behind", len(m.files), len(m.jobs))
	}
}

// TestFullDisk: when the intent cannot be written down nothing is sent, and the
// job goes on when there is room again.
func TestFullDisk(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, &fastClock{})
	id := approved(t, e, wishFor(2), 0).ID
	m.mutex.Lock()
	m.broken = post.NewFault(post.CodeDiskFull, nil, "folder", "d")
	m.mutex.Unlock()
	running(t, e)
	time.Sleep(50 * time.Millisecond)
	if d.count() != 0 {
		t.Fatal("a letter went although its intent could not be stored")
	}
	m.mutex.Lock()
	m.broken = nil
	m.mutex.Unlock()
	if job := follow(t, e, id); job.State != post.JobDone || d.count() != 2 {
		t.Fatalf("job %s, %d delivered", job.State, d.count())
	}
}

func TestFingerprint(t *testing.T) {
	e := engineOn(newMemory(), newDigipost(), &fastClock{})
	print := func(change func(*Wish)) string {
		wish := wishFor(3)
		if change != nil {
			change(&wish)
		}
		draft, err := e.Prepare(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		return draft.Job.Fingerprint
	}
	base := print(nil)
	if base != print(nil) {
		t.Error("two dry runs of the same plan differ: an id or a time is part of the fingerprint")
	}
	if base != print(func(w *Wish) { w.Name = "another name"; w.Source.Path = "elsewhere" }) {
		t.Error("a name that is not sent changes the fingerprint")
	}
	if base != print(func(w *Wish) {
		w.To = append(w.To, Addressee{Row: 9, LeftOut: post.ReasonNotAUser})
	}) {
		t.Error("somebody who is left out changes the fingerprint")
	}
	for name, change := range map[string]func(*Wish){
		"sender":    func(w *Wish) { w.Sender.SenderID++ },
		"subject":   func(w *Wish) { w.Subject += "." },
		"order":     func(w *Wish) { w.To[0], w.To[1] = w.To[1], w.To[0] },
		"recipient": func(w *Wish) { w.To[2].To.Value = "other#12AB" },
		"document":  func(w *Wish) { w.Files = []File{text("%PDF other")} },
		"more":      func(w *Wish) { w.Files = append(w.Files, text("%PDF more")) },
		"option":    func(w *Wish) { w.Options.Sensitive = true },
		"fewer":     func(w *Wish) { w.To = w.To[:2] },
	} {
		if print(change) == base {
			t.Errorf("%s is not part of the fingerprint", name)
		}
	}
}

func TestPrepareRefuses(t *testing.T) {
	e := engineOn(newMemory(), newDigipost(), &fastClock{})
	for name, try := range map[string]struct {
		change func(*Wish)
		want   post.Code
	}{
		"no sender":     {func(w *Wish) { w.Sender = post.Sender{} }, post.CodeNoSender},
		"nobody":        {func(w *Wish) { w.To = nil }, post.CodeNothingToSend},
		"all left out":  {func(w *Wish) { w.To[0].LeftOut = post.ReasonNotAUser; w.To = w.To[:1] }, post.CodeNothingToSend},
		"no subject":    {func(w *Wish) { w.Subject = "  " }, post.CodeSubjectMissing},
		"birth number":  {func(w *Wish) { w.Subject = "Gjelder 301082 99920" }, post.CodeSubjectHasNumber},
		"long subject":  {func(w *Wish) { w.Subject = string(make([]rune, 256)) }, post.CodeSubjectTooLong},
		"no file":       {func(w *Wish) { w.Files = nil }, post.CodeNothingToSend},
		"too many":      {func(w *Wish) { w.Files = make([]File, 101) }, post.CodeTooManyAttachments},
		"missing file":  {func(w *Wish) { w.Files[0].Open = missing }, post.CodeFileMissing},
		"255 and a ø":   {func(w *Wish) { w.Subject = fmt.Sprintf("%0254dø", 1) }, ""},
		"split is fine": {func(w *Wish) { w.Kind, w.Files, w.Subject = post.KindSplit, nil, "" }, ""},
	} {
		wish := wishFor(2)
		try.change(&wish)
		if _, err := e.Prepare(t.Context(), wish); post.CodeOf(err) != try.want {
			t.Errorf("%s: %v, want %q", name, err, try.want)
		}
	}
}

// TestMoves: nothing leaves a finished job; a settled letter only becomes
// another settled one, and never what it was before.
func TestMoves(t *testing.T) {
	for state, to := range jobMoves {
		if state.Finished() && len(to) > 0 {
			t.Errorf("a job can leave %s", state)
		}
	}
	var walk func(from post.ItemStatus, way []post.ItemStatus)
	walk = func(from post.ItemStatus, way []post.ItemStatus) {
		for _, to := range itemMoves[from] {
			if slices.Contains(way, to) || !to.Settled() {
				t.Errorf("a settled letter goes %v, then %s", way, to)
				continue
			}
			walk(to, append(slices.Clone(way), to))
		}
	}
	for status := range itemMoves {
		if status.Settled() {
			walk(status, []post.ItemStatus{status})
		}
	}
	for _, to := range []post.ItemStatus{post.ItemReady, post.ItemReceived, post.ItemNotDelivered} {
		item := post.Item{Status: post.ItemDelivered}
		if err := moveItem(&item, to); post.CodeOf(err) != post.CodeWrongState {
			t.Errorf("a delivered letter became %s: %v", to, err)
		}
	}
}

func until(t *testing.T, reached func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if reached() {
			return
		}
	}
	t.Fatal("did not come to pass")
}
