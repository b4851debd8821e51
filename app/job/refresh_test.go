package job

import (
	"context"
	"errors"
	"testing"
	"time"

	"brevdue/app/post"
)

func TestRefresh(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	job, items := sentMailing(t, m, d, clock, 5)
	items[1].Status, items[2].Status = post.ItemPrinting, post.ItemOpened
	d.status = map[string]post.Outcome{items[0].DocumentUUIDs[0]: printing}
	e := engineOn(m, d, clock)
	e.NewsEvery = 1000 * time.Hour
	running(t, e)
	until(t, func() (heard bool) { m.look(func() { heard = m.marks[1000] == "0" }); return heard })
	d.with(func() { d.inquired = 0; d.feed = []post.LetterNews{feedOf(items[1], post.ItemPosted, clock.Now())} })
	for range 2 { // asked twice before it is met it is one wish
		if err := e.Refresh(t.Context(), job.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.AwaitRefresh(t.Context(), job.ID); err != nil {
		t.Fatal(err)
	}
	now, _ := e.Items(t.Context(), job.ID, post.ItemQuery{})
	if now[0].Status != post.ItemPrinting || now[1].Status != post.ItemPosted || now[2].Status != post.ItemOpened || now[3].Status != post.ItemDelivered {
		t.Errorf("letters %s %s %s %s", now[0].Status, now[1].Status, now[2].Status, now[3].Status)
	}
	d.with(func() {
		if d.inquired%4 != 0 || d.inquired == 0 {
			t.Errorf("%d statuses were asked for", d.inquired)
		}
		d.statusErr = post.NewFault(post.CodeUnreachable, nil, "host", "h")
	})
	if err := e.Refresh(t.Context(), job.ID); err != nil {
		t.Fatal(err)
	}
	if err := e.AwaitRefresh(t.Context(), job.ID); post.CodeOf(err) != post.CodeUnreachable {
		t.Errorf("Digipost is down: %v", err)
	}
	if job, _ := e.Job(t.Context(), job.ID); job.Held() != nil || job.State != post.JobDone {
		t.Errorf("the finished job has trouble: %+v", job.Held())
	}
}

func TestRefreshRefused(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, &fastClock{})
	keep := func(change func(*post.Job)) string {
		draft, err := e.Prepare(t.Context(), wishFor(1))
		if err != nil {
			t.Fatal(err)
		}
		change(&draft.Job)
		job, err := e.Keep(t.Context(), draft)
		if err != nil {
			t.Fatal(err)
		}
		return job.ID
	}
	for name, c := range map[string]struct {
		change func(*post.Job)
		want   post.Code
	}{
		"ready":              {func(*post.Job) {}, post.CodeWrongState},
		"cooling off":        {func(j *post.Job) { j.State = post.JobCoolingOff }, post.CodeWrongState},
		"a split":            {func(j *post.Job) { j.State, j.Kind = post.JobDone, post.KindSplit }, post.CodeWrongState},
		"stopped in time":    {func(j *post.Job) { j.State, j.Ending = post.JobStopped, post.NothingDelivered }, post.CodeWrongState},
		"stopped on the way": {func(j *post.Job) { j.State, j.Ending = post.JobStopped, post.SomeDelivered }, ""},
		"sending":            {func(j *post.Job) { j.State = post.JobSending }, ""},
		"done":               {func(j *post.Job) { j.State = post.JobDone }, ""},
	} {
		if err := e.Refresh(t.Context(), keep(c.change)); post.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if err := e.Refresh(t.Context(), "nothing"); post.CodeOf(err) != post.CodeJobUnknown {
		t.Errorf("an unknown job: %v", err)
	}
	if err := e.AwaitRefresh(t.Context(), keep(func(*post.Job) {})); err != nil {
		t.Errorf("nobody asked: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := e.AwaitRefresh(ctx, m.requests[0].Job); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no runner: %v", err)
	}
}

// TestRefreshKeepsNothingBusy: a wish that cannot be met yet holds up neither
// its own job nor another, and survives a restart.
func TestRefreshKeepsNothingBusy(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	done, _ := sentMailing(t, m, d, clock, 1)
	e := engineOn(m, d, clock)
	job := approved(t, e, wishFor(12), 0)
	fails, broken := failing(diskFull, "CloseRequest")
	m.fails = fails
	broken(true)
	for _, id := range []string{done.ID, job.ID} {
		if err := e.Refresh(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	end := running(t, e)
	if job := follow(t, e, job.ID); job.State != post.JobDone {
		t.Errorf("job %s", job.State)
	}
	until(t, func() (asked bool) { d.with(func() { asked = d.inquired > 1 }); return asked })
	end()
	broken(false)
	again := engineOn(m, d, clock)
	running(t, again)
	for _, id := range []string{done.ID, job.ID} {
		if err := again.AwaitRefresh(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
}
