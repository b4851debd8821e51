package job

import (
	"testing"
	"time"

	"brevdue/app/post"
)

// TestClockJumps: a clock that is wrong, is put right, or stood still while the
// machine slept: nothing goes before its time, nothing waits for hours that only
// the clock has, and what is long overdue is asked about again.
func TestClockJumps(t *testing.T) {
	const cooling = 5 * time.Minute
	for name, c := range map[string]struct {
		startIn time.Duration
		jump    time.Duration
		// state is after the jump, and rest how long is left then.
		state post.JobState
		rest  time.Duration
	}{
		"put back a little":             {0, -30 * time.Second, post.JobCoolingOff, cooling + 30*time.Second - time.Minute},
		"put back by hours":             {0, -3 * time.Hour, post.JobCoolingOff, cooling},
		"put forward, still in time":    {0, 3 * time.Minute, post.JobCoolingOff, time.Minute},
		"put forward past the end":      {0, 30 * time.Minute, post.JobSending, 0},
		"slept for a night":             {0, 9 * time.Hour, post.JobReady, 0},
		"a start keeps its time":        {time.Hour, -3 * time.Hour, post.JobCoolingOff, time.Hour + 3*time.Hour - time.Minute},
		"a start missed by minutes":     {time.Hour, time.Hour + 20*time.Minute, post.JobSending, 0},
		"a start missed by a weekend":   {time.Hour, 60 * time.Hour, post.JobReady, 0},
		"a start that is still to come": {10 * time.Hour, 8 * time.Hour, post.JobCoolingOff, 2*time.Hour - time.Minute},
	} {
		for _, held := range []bool{false, true} {
			m, b, clock := newMemory(), newBatches(), &stoodClock{now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
			e := holding(m, b, clock)
			wish := wishFor(2)
			wish.HoldAtDigipost = held
			if c.startIn > 0 {
				wish.StartAt = clock.Now().Add(c.startIn)
			}
			id := approved(t, e, wish, cooling).ID
			round := func(times int) {
				for range times {
					if _, _, err := e.step(t.Context(), id); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
			}
			round(3)
			clock.pass(time.Minute)
			round(3)
			clock.pass(c.jump)
			for range 5 { // until the clock has been looked at, and no further
				if job, _ := e.Job(t.Context(), id); job.State != post.JobCoolingOff {
					break
				}
				round(1)
			}
			job, err := e.Job(t.Context(), id)
			if err != nil || job.State != c.state {
				t.Errorf("%s, held %v: %s with %s left, want %s, %v", name, held, job.State, job.ReleaseAt.Sub(clock.Now()), c.state, err)
				continue
			}
			if rest := job.ReleaseAt.Sub(clock.Now()); c.state == post.JobCoolingOff && rest != c.rest {
				t.Errorf("%s, held %v: %s left, want %s", name, held, rest, c.rest)
			}
			if c.state == post.JobReady && job.Trouble != post.CodeAskAgain {
				t.Errorf("%s: asked again for %q", name, job.Trouble)
			}
			if len(b.delivered) > 0 && c.state != post.JobSending {
				t.Errorf("%s, held %v: %d delivered", name, held, len(b.delivered))
			}
		}
	}
}

// TestWaitsOfASetClock: what a server asked for is waited for, and no clock makes
// it longer than that.
func TestWaitsOfASetClock(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &stoodClock{now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	d.answer = func(int, post.Letter) (bool, post.Outcome, error) {
		return false, post.Outcome{}, post.NewFault(post.CodeServerError, nil, "retry_after", "600")
	}
	e := engineOn(m, d, clock)
	id := approved(t, e, wishFor(1), 0).ID
	step := func() time.Duration {
		wait, _, err := e.step(t.Context(), id)
		if err != nil {
			e.hold(t.Context(), id, err)
			wait = e.patience(t.Context(), id)
		}
		return wait
	}
	if wait := step(); wait != 10*time.Minute {
		t.Errorf("the server asked for ten minutes, the job waits %s", wait)
	}
	if step(); d.sends != 1 {
		t.Errorf("%d tries at once", d.sends)
	}
	clock.pass(10*time.Minute - time.Second)
	if step(); d.sends != 1 {
		t.Errorf("%d tries before the time", d.sends)
	}
	clock.pass(2 * time.Second)
	if step(); d.sends != 2 {
		t.Errorf("%d tries when the time was over", d.sends)
	}
	clock.pass(-5 * time.Hour) // what is to be waited for lies five hours ahead now
	if step(); d.sends != 3 {
		t.Errorf("%d tries by a clock that was set back", d.sends)
	}
}
