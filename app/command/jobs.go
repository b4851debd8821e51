package command

import (
	"context"
	"fmt"
	"io"
	"slices"

	"brevdue/app/post"
)

type jobsJSON struct {
	Jobs []jobJSON `json:"jobs"`
	// Deviations are the open ones of all jobs, where there are any.
	Deviations []deviationJSON `json:"deviations,omitempty"`
}

type jobJSON struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	State string `json:"state"`
	Total int    `json:"total"`
	Done  int    `json:"done"`
	Since string `json:"since"`
	Via   string `json:"via"`
	// Paused says that a person paused the job; its state is the one it goes on in.
	whenJSON
}

// whenJSON says when a job is to go and where its letters are till then.
type whenJSON struct {
	// Paused says that a person paused the job; its state is the one it goes on in.
	Paused bool `json:"paused"`
	// StartAt is the time it was put off to, ReleaseAt the end of its cooling-off.
	StartAt   string `json:"start_at"`
	ReleaseAt string `json:"release_at"`
	// WaitsAt is where letters lie that are not released yet: "digipost" in a batch
	// there, "here" in this program; "" when none waits.
	WaitsAt string `json:"waits_at"`
	// Trouble holds the job up.
	Trouble string `json:"trouble"`
}

func whenOf(job post.Job) whenJSON {
	return whenJSON{!job.PausedAt.IsZero() && !job.State.Finished(), moment(job.StartAt), moment(job.ReleaseAt), waitsAt(job), string(job.Trouble)}
}

// waitsAt is where a job's letters wait for their release, "" when they do not.
func waitsAt(job post.Job) string {
	switch {
	case job.Kind == post.KindSplit, job.State != post.JobCoolingOff && job.State != post.JobSending:
		return ""
	case heldThere(job) && job.Counts.ByStatus[post.ItemReceived] > 0:
		return "digipost"
	case job.State == post.JobCoolingOff, heldThere(job) && job.BatchStep != post.BatchNone:
		return "here" // none of them has come there: a batch alone is no letter
	}
	return ""
}

// heldThere reports whether a job's letters go into a batch at Digipost that
// nobody has begun to release.
func heldThere(job post.Job) bool {
	waiting := []post.BatchStep{post.BatchNone, post.BatchCreating, post.BatchOpen, post.BatchCancelling, post.BatchCancelled, post.BatchGone}
	return job.HoldsAtDigipost() && slices.Contains(waiting, job.BatchStep)
}

// settled is how many of a job need nothing more. A letter in a batch that is not
// released is not one of them.
func settled(job post.Job) int {
	n := job.Counts.Settled()
	if heldThere(job) {
		n -= job.Counts.ByStatus[post.ItemReceived]
	}
	return n
}

func jobLine(job post.Job) jobJSON {
	return jobJSON{job.ID, string(job.Kind), string(job.State), job.Counts.Total, settled(job), moment(job.Created), string(job.Via), whenOf(job)}
}

func listJobs(ctx context.Context, s *session, _ []string) error {
	return s.with(ctx, func(p *Program) error {
		jobs, err := p.Jobs.Jobs(ctx, post.JobQuery{})
		if err != nil {
			return err
		}
		open, err := p.Jobs.Deviations(ctx, true)
		if err != nil {
			return err
		}
		s.printJobs(jobs, open, s.get("jobs.none"))
		return nil
	})
}

// printJobs prints a list of jobs and the deviations that are open, or in text
// what is to be said of no jobs.
func (s *session) printJobs(jobs []post.Job, open []post.Deviation, none string) {
	result := jobsJSON{Jobs: []jobJSON{}}
	for _, deviation := range open {
		result.Deviations = append(result.Deviations, deviationLine(deviation))
	}
	for _, job := range jobs {
		result.Jobs = append(result.Jobs, jobLine(job))
	}
	s.emit(result, func(w io.Writer) {
		if len(jobs) == 0 {
			fmt.Fprintln(w, none)
			return
		}
		s.heads(w, "job", "kind", "via", "state", "done", "since", "subject")
		for _, job := range jobs {
			row(w, job.ID, s.texts.Get("job.kind."+string(job.Kind)), s.via(job.Via), s.stateText(job),
				s.get("of", "done", s.number(settled(job)), "total", s.number(job.Counts.Total)), s.texts.Time(job.Created), orElse(job.Subject, job.Name))
		}
		s.deviationsText(w, open)
	})
}

// stateText is where a job stands, in words.
func (s *session) stateText(job post.Job) string {
	if !job.PausedAt.IsZero() && !job.State.Finished() {
		return s.texts.Status(string(post.ItemPaused))
	}
	if job.State == post.JobCoolingOff && !job.StartAt.IsZero() {
		return s.get("jobs.scheduled", "time", s.texts.Time(job.StartAt))
	}
	return s.texts.Get("job.state." + string(job.State))
}

func showJob(ctx context.Context, s *session, words []string) error {
	return s.with(ctx, func(p *Program) error {
		job, err := p.Jobs.Job(ctx, words[0])
		if err != nil {
			return err
		}
		items, err := p.Jobs.Items(ctx, job.ID, post.ItemQuery{})
		if err != nil {
			return err
		}
		s.emit(s.jobResult(ctx, p, job, items))
		return nil
	})
}

type stopJSON struct {
	Job       string `json:"job"`
	State     string `json:"state"`
	Ending    string `json:"ending"`
	Delivered int    `json:"delivered"`
}

func stop(ctx context.Context, s *session, words []string) error {
	if s.has("take-out") && s.flags.takeOut == "" {
		return usage("no_value", "flag", "take-out")
	}
	return s.with(ctx, func(p *Program) error {
		if s.flags.takeOut != "" {
			return s.takeOut(ctx, p, words[0], s.flags.takeOut)
		}
		job, err := p.Jobs.Stop(ctx, words[0])
		if err != nil {
			return err
		}
		if !job.State.Finished() {
			if job, err = s.awaitStop(ctx, p, job.ID); err != nil {
				return err
			}
		}
		ending, text := job.Ending, ""
		if ending == "" {
			ending = post.EndingUnknown
			if job.State.Finished() {
				ending, text = post.TooLate, s.finishedText(job)
			}
		}
		if job.Ending = ending; text == "" {
			text = s.endingText(job)
		}
		switch ending {
		case post.TooLate:
			s.attention(exitAttention)
		case post.EndingUnknown:
			s.attention(exitUnsure)
		}
		s.emit(stopJSON{job.ID, string(job.State), string(ending), delivered(job)}, func(w io.Writer) {
			fmt.Fprintln(w, text)
		})
		return nil
	})
}

// finishedText is what is said of a job that was finished before anybody asked
// for a stop: it was not too late for letters that never went.
func (s *session) finishedText(job post.Job) string {
	if job.Kind == post.KindSplit {
		return s.get("stop.finished_split")
	}
	return s.count("stop.finished", delivered(job))
}

// awaitStop waits for the runner to meet a stop, being the runner where there is
// none.
func (s *session) awaitStop(ctx context.Context, p *Program, id string) (post.Job, error) {
	limit := stopTime
	if s.has("wait") {
		limit = s.flags.wait
	}
	waiting, met := context.WithTimeout(ctx, limit)
	defer met()
	if !s.flags.detach {
		if _, err := p.Run(ctx); err != nil {
			return post.Job{}, err
		}
	}
	job, err := p.Jobs.Follow(waiting, id, 0, func(job post.Job) {
		s.progress(s.jobProgress(job))
		// A stop that is met, but whose job waits for answers, needs no more waiting.
		if job.Ending != "" && job.Ending != post.EndingUnknown {
			met()
		}
	})
	s.progressEnd()
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return p.Jobs.Job(ctx, id)
	}
	return job, err
}

type takeOutJSON struct {
	Job        string `json:"job"`
	State      string `json:"state"`
	CustomerID string `json:"customer_id"`
	TakenOut   bool   `json:"taken_out"`
}

// takeOut takes one person out of a job and waits until it is known whether that
// was in time.
func (s *session) takeOut(ctx context.Context, p *Program, id, customer string) error {
	if _, err := p.Jobs.Job(ctx, id); err != nil {
		return err
	}
	if found, err := inJob(ctx, p, id, customer); err != nil || found == nil {
		return orNotInJob(err, id, customer)
	}
	job, err := p.Jobs.TakeOut(ctx, id, customer, 0)
	if err != nil {
		return err
	}
	if !s.flags.detach {
		if _, err := p.Run(ctx); err != nil {
			return err
		}
	}
	known, err := s.awaitTakeOut(ctx, p, id)
	if err != nil {
		return err
	}
	found, err := inJob(ctx, p, id, customer)
	if err != nil || found == nil {
		return orNotInJob(err, id, customer)
	}
	out := found.Status == post.ItemStopped
	unsure := found.Status == post.ItemUnsure && found.Reason == post.ReasonTakenOut
	switch {
	case !out && (!known || unsure):
		s.attention(exitUnsure)
	case !out:
		s.attention(exitAttention)
	}
	if job, err = p.Jobs.Job(ctx, id); err != nil {
		return err
	}
	s.emit(takeOutJSON{id, string(job.State), customer, out}, func(w io.Writer) {
		switch {
		case out:
			fmt.Fprintln(w, s.get("stop.taken_out"))
		case unsure: // it goes no more if it turns out that it never arrived
			fmt.Fprintln(w, s.get("stop.take_out_unsure"))
		case !known:
			fmt.Fprintln(w, s.get("stop.take_out_asked"))
		default:
			fmt.Fprintln(w, s.get("stop.not_taken_out", "status", s.texts.Status(string(job.Shown(*found)))))
		}
	})
	return nil
}

// awaitTakeOut waits for the runner to take somebody out. known is false when it
// has not answered in time: letters that lie at Digipost are called back first.
func (s *session) awaitTakeOut(ctx context.Context, p *Program, id string) (known bool, err error) {
	if s.flags.detach {
		return false, nil
	}
	limit := stopTime
	if s.has("wait") {
		limit = s.flags.wait
	}
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err = p.Jobs.AwaitTakeOut(waiting, id)
	switch {
	case post.CodeOf(err) == post.CodeWrongState:
		return true, nil // it was too late: the letter says how far it is
	case err != nil && waiting.Err() != nil && ctx.Err() == nil:
		return false, nil
	}
	return true, err
}

// inJob finds somebody's last item in a job; nil when there is none.
func inJob(ctx context.Context, p *Program, id, customer string) (found *post.Item, err error) {
	items, err := p.Jobs.Items(ctx, id, post.ItemQuery{})
	for i := range items {
		if items[i].CustomerID == customer {
			found = &items[i]
		}
	}
	return found, err
}

// orNotInJob is the error, or that the person is not in the job.
func orNotInJob(err error, id, customer string) error {
	if err != nil {
		return err
	}
	return post.NewFault(post.CodeNotInJob, nil, "job", id, "customer_id", customer)
}
