package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"brevdue/app/post"
)

const (
	// patience is how long a job may be held up by a network that does not answer
	// before a command without -wait gives up.
	patience = 30 * time.Second
	// oldTrouble is how long a trouble from before may stand before it counts as
	// today's: a runner that has just begun is trying again.
	oldTrouble = 10 * time.Second
	// stopTime is how long to wait for a stop to be met.
	stopTime = 15 * time.Second
)

// hopeless are troubles of the network group that no waiting ends: a person has
// to do something first.
var hopeless = []post.Code{post.CodeHostKeyNew, post.CodeHostKeyChanged, post.CodeClockWrong}

// ended is how following a job came to an end.
type ended struct {
	job post.Job
	// later: -wait is over or -detach was given, the job goes on by itself.
	later bool
	// heldUp is the trouble that held the job up for too long while nothing had
	// left the machine, so that it is safe to run the command again.
	heldUp post.Code
}

// exit is the exit code for a job that was followed.
func (e ended) exit() int {
	counts := e.job.Counts.ByStatus
	switch {
	case e.heldUp != "":
		return exitOfCode(e.heldUp)
	case e.later:
		return exitDone
	case counts[post.ItemUnsure] > 0:
		return exitUnsure
	case e.job.State == post.JobRefused:
		return exitRefused
	case e.job.State == post.JobStopped, e.job.State == post.JobReady, e.job.State == post.JobDone && e.job.Ending != "":
		return exitStopped
	case !e.job.State.Finished():
		return exitUnsure
	case counts[post.ItemNotDelivered]+counts[post.ItemPrintFailed]+counts[post.ItemShredded] > 0,
		e.job.Counts.BySplit[post.Missing]+e.job.Counts.BySplit[post.Invalid] > 0:
		return exitAttention
	}
	return exitDone
}

// follow runs an approved job, or watches the runner do so, until it is done,
// held up, left to a later resume, or the time to wait is over. fresh says that
// this command made the job.
func (s *session) follow(ctx context.Context, p *Program, id string, fresh bool) (ended, error) {
	if s.flags.detach {
		job, err := p.Jobs.Job(ctx, id)
		return ended{job: job, later: true}, err
	}
	running, err := p.Run(ctx)
	if err != nil {
		return ended{}, err
	}
	if !running {
		s.note("job.elsewhere")
	}
	following, leave := context.WithCancel(ctx)
	defer leave()
	if s.has("wait") {
		following, leave = context.WithTimeout(following, s.flags.wait)
		defer leave()
	}
	before := s.onInterrupt(func() { s.firstInterrupt(ctx, p, id, leave) })
	defer func() { s.onInterrupt(before) }()
	gaveUp, paused, started := false, false, s.now()
	job, err := p.Jobs.Follow(following, id, 0, func(job post.Job) {
		s.progress(s.jobProgress(job))
		if paused = !job.PausedAt.IsZero() && !job.State.Finished(); paused {
			leave() // nothing happens until a person says so
		} else if !s.has("wait") && s.tooLong(job, started) {
			gaveUp = true
			leave()
		}
	})
	s.progressEnd()
	switch {
	case err == nil:
		return ended{job: job}, nil
	case paused:
		s.note("pause.paused", "job", id)
		return ended{job: job, later: true}, nil
	case gaveUp:
		return s.giveUp(ctx, p, id, fresh)
	case errors.Is(following.Err(), context.DeadlineExceeded):
		job, err = p.Jobs.Job(ctx, id)
		return ended{job: job, later: !job.State.Finished()}, err
	case following.Err() != nil:
		job, err = p.Jobs.Job(context.WithoutCancel(ctx), id)
		return ended{job: job}, err
	}
	return ended{}, fmt.Errorf("follow the job: %w", err)
}

// firstInterrupt stops the job as the Stop button does; the next interrupt
// leaves it to a later resume.
func (s *session) firstInterrupt(ctx context.Context, p *Program, id string, leave func()) {
	s.onInterrupt(leave)
	s.progressEnd()
	s.note("job.stopping")
	if _, err := p.Jobs.Stop(ctx, id); err != nil {
		what, _ := s.words(faultOf(err))
		s.tell(what)
	}
}

// tooLong reports whether a job that is followed since started is held up by
// something that waiting will not mend, or has not mended.
func (s *session) tooLong(job post.Job, started time.Time) bool {
	if job.Trouble == "" || job.State.Finished() {
		return false
	}
	held, limit := s.now().Sub(job.TroubleSince), time.Duration(0)
	if old := job.TroubleSince.Before(started); old {
		held, limit = s.now().Sub(started), oldTrouble
	}
	switch exitOfCode(job.Trouble) {
	case exitUnreachable, exitBusy, exitUnsure:
		if !slices.Contains(hopeless, job.Trouble) {
			limit = patience
		}
	}
	return held >= limit
}

// giveUp ends the following of a job that cannot go on just now. One that this
// command made, and of which nothing has left the machine, is stopped: who runs
// the command again makes a new one, and must not send twice. Any other stays
// for a later resume.
func (s *session) giveUp(ctx context.Context, p *Program, id string, fresh bool) (ended, error) {
	job, err := p.Jobs.Job(ctx, id)
	if err != nil {
		return ended{}, err
	}
	trouble := job.Trouble
	what, next := s.words(job.Held())
	s.tell(what)
	if trouble == post.CodeBatchCounts { // a person has to decide; nothing is released till then
		s.tell(next)
		s.note("job.decide", "job", id)
		return ended{job: job}, nil
	}
	if hasLeft(job) || !fresh {
		s.note("job.resume", "job", id)
		if hasLeft(job) {
			trouble = ""
		}
		return ended{job: job, heldUp: trouble}, nil
	}
	if _, err := p.Jobs.Stop(ctx, id); err != nil {
		// It could not be withdrawn, on a full disk say, and would still go.
		s.note("job.resume", "job", id)
		return ended{job: job}, nil
	}
	stopping, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	job, err = p.Jobs.Follow(stopping, id, 0, nil)
	if err != nil && stopping.Err() == nil {
		return ended{}, err
	}
	if job.State != post.JobStopped || job.Ending != post.NothingDelivered {
		s.note("job.resume", "job", id)
		return ended{job: job}, nil
	}
	s.tell(next)
	s.note("job.withdrawn")
	return ended{job: job, heldUp: trouble}, nil
}

// hasLeft reports whether anything of a job may have left the machine for good.
// Letters in a batch at Digipost that nobody has begun to release can be called
// back.
func hasLeft(job post.Job) bool {
	if !job.HandedOver.IsZero() || !job.UploadStarted.IsZero() || len(job.EarlierUploads) > 0 {
		return true
	}
	here := []post.ItemStatus{post.ItemDraft, post.ItemReady, post.ItemScheduled, post.ItemCoolingOff, post.ItemPaused,
		post.ItemNotDelivered, post.ItemStopped}
	if heldThere(job) {
		here = append(here, post.ItemSending, post.ItemUnsure, post.ItemReceived)
	}
	for status, n := range job.Counts.ByStatus {
		if n > 0 && !slices.Contains(here, status) {
			return true
		}
	}
	return false
}

// jobProgress says in a line how far a job has come.
func (s *session) jobProgress(job post.Job) string {
	rest := job.ReleaseAt.Sub(s.now())
	switch {
	case job.Trouble != "" && !job.State.Finished():
		what, _ := s.words(job.Held())
		return what
	case job.Ending != "" && !job.State.Finished():
		return s.endingText(job) // somebody stopped it, and it is not over yet
	case job.State == post.JobCoolingOff && !job.StartAt.IsZero():
		return s.get("progress.scheduled", "time", s.texts.Time(job.StartAt)) + " " + s.get("waits.here")
	case job.State == post.JobCoolingOff && rest > 0 && job.Kind == post.KindMailing:
		return s.get("progress.cooling_off", "rest", s.texts.Clock(rest)) + " " + s.get("waits."+waitsAt(job))
	case job.State == post.JobCoolingOff && rest > 0:
		return s.get("progress.cooling_off", "rest", s.texts.Clock(rest))
	case job.State == post.JobSending && job.Via == post.ViaREST && job.Kind == post.KindSplit:
		return s.get("progress.asking", "done", s.number(job.Counts.Settled()), "total", s.number(job.Counts.Total))
	case job.State == post.JobSending && job.Via != post.ViaBatch:
		return s.get("progress.sending", "done", s.number(job.Counts.Settled()), "total", s.number(job.Counts.Total))
	}
	return s.texts.Get("job.state." + string(job.State))
}

// progressPause is the least time between two lines of progress where there is
// no terminal, so that a log stays short.
const progressPause = 5 * time.Second

// progress shows where things stand: on a terminal in one line that changes,
// else in a new line now and then.
func (s *session) progress(line string) {
	s.screen.Lock()
	defer s.screen.Unlock()
	if line == s.shown || (!s.terminal && s.now().Sub(s.shownAt) < progressPause) {
		return
	}
	s.shown, s.shownAt = line, s.now()
	if s.terminal {
		line = "\r\x1b[K" + line
	} else {
		line += "\n"
	}
	_, _ = io.WriteString(s.err, line)
}

// progressEnd ends the line that changes.
func (s *session) progressEnd() {
	s.screen.Lock()
	defer s.screen.Unlock()
	if s.shown != "" && s.terminal {
		_, _ = io.WriteString(s.err, "\n")
	}
	s.shown, s.shownAt = "", time.Time{}
}

// coolingOff is how long a job cools off: as told, else the profile's time.
func (s *session) coolingOff(ctx context.Context, p *Program, kind post.JobKind) (time.Duration, error) {
	if s.has("cooling-off") && kind != post.KindSplit { // of a mailing, not of the split before it
		return s.flags.coolingOff, nil
	}
	return p.CoolingOff(ctx, kind)
}
