package command

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"brevdue/app/post"
)

// resumedJSON is what is printed of a resume: the jobs, and all of the job that
// was named.
type resumedJSON struct {
	jobsJSON
	Result any `json:"result,omitempty"`
}

// resume goes on with one job, or with all that are not finished: it sends what
// is left and collects receipts and statuses, also of letters that arrived.
func resume(ctx context.Context, s *session, words []string) error {
	if s.flags.complete && len(words) == 0 {
		return usage("complete_which", "flag", "complete")
	}
	return s.with(ctx, func(p *Program) error {
		if len(words) > 0 {
			return s.resumeNamed(ctx, p, words[0])
		}
		return s.resumeAll(ctx, p)
	})
}

func (s *session) resumeNamed(ctx context.Context, p *Program, id string) error {
	job, err := p.Jobs.Job(ctx, id)
	if err != nil {
		return err
	}
	if !job.PausedAt.IsZero() && !job.State.Finished() {
		if job, err = p.Jobs.Continue(ctx, id); err != nil {
			return err
		}
	}
	if done, err := s.complete(ctx, p, job); err != nil || done {
		return err
	}
	var end ended
	if job.State.Finished() {
		end, err = s.refresh(ctx, p, job)
	} else {
		end, err = s.resumeOne(ctx, p, job, true)
	}
	if err != nil {
		return err
	}
	s.attention(end.exit())
	ctx = context.WithoutCancel(ctx)
	items, err := p.Jobs.Items(ctx, end.job.ID, post.ItemQuery{})
	if err != nil {
		return err
	}
	s.copyBack(ctx, p, end.job, items)
	value, text := s.jobResult(ctx, p, end.job, items)
	s.emit(resumedJSON{jobsJSON{Jobs: []jobJSON{jobLine(end.job)}}, value}, text)
	return nil
}

// undecided reports whether a person has to decide about a batch of which Digipost
// counts other letters than those that were approved.
func undecided(job post.Job) bool {
	return job.Trouble == post.CodeBatchCounts && job.State == post.JobSending && job.Ending == ""
}

// complete lets a batch be completed whose counts a person has seen, or says what
// there is to decide; done is then true. Other jobs have nothing to complete.
func (s *session) complete(ctx context.Context, p *Program, job post.Job) (done bool, err error) {
	if !undecided(job) {
		if s.flags.complete {
			err = post.NewFault(post.CodeWrongState, nil, "job", job.ID, "state", string(job.State))
		}
		return false, err
	}
	what, next := s.words(job.Held())
	if s.flags.complete {
		if err := s.approve(ctx, s.from(job.Sender)+what+"\n"+s.get("ask.complete", "job", job.ID)); err != nil {
			return false, err
		}
		_, err = p.Jobs.Complete(ctx, job.ID)
		return false, err
	}
	s.tell(what + "\n" + next)
	s.note("job.decide", "job", job.ID)
	s.attention(exitUnsure)
	items, err := p.Jobs.Items(ctx, job.ID, post.ItemQuery{})
	if err != nil {
		return false, err
	}
	value, text := s.jobResult(ctx, p, job, items)
	s.emit(resumedJSON{jobsJSON{Jobs: []jobJSON{jobLine(job)}}, value}, text)
	return true, nil
}

func (s *session) resumeAll(ctx context.Context, p *Program) error {
	jobs, err := p.Jobs.Jobs(ctx, post.JobQuery{})
	if err != nil {
		return err
	}
	var after []post.Job
	for _, job := range jobs {
		if !resumable(job) {
			continue
		}
		if !job.PausedAt.IsZero() {
			s.note("pause.name_it", "job", job.ID)
			continue
		}
		if undecided(job) {
			s.note("job.decide", "job", job.ID)
			s.attention(exitUnsure)
			after = append(after, job)
			continue
		}
		end, err := s.resumeOne(ctx, p, job, false)
		if err != nil {
			return err
		}
		s.attention(end.exit())
		items, err := p.Jobs.Items(context.WithoutCancel(ctx), end.job.ID, post.ItemQuery{})
		if err != nil {
			return err
		}
		s.copyBack(context.WithoutCancel(ctx), p, end.job, items)
		after = append(after, end.job)
	}
	s.printJobs(append(after, s.refreshAll(ctx, p, jobs)...), nil, s.get("jobs.nothing"))
	return nil
}

// resumable reports whether there is work left in a job. A plan that nobody has
// approved is not work that was interrupted.
func resumable(job post.Job) bool {
	return !job.State.Finished() && (job.State != post.JobReady || !job.ApprovedAt.IsZero() || job.Trouble == post.CodeAskAgain)
}

// resumeOne follows a job. One whose cooling-off ran out unseen asks again; with
// -yes alone it is not approved, for that yes was meant for going on.
func (s *session) resumeOne(ctx context.Context, p *Program, job post.Job, named bool) (ended, error) {
	if job.State == post.JobReady {
		count := job.Counts.ByStatus[post.ItemReady]
		if s.flags.yes && !named {
			s.note("job.name_it", "job", job.ID)
			return ended{job: job}, nil
		}
		err := s.approve(ctx, s.from(job.Sender)+s.count("ask.resume", count, "job", job.ID, "subject", orElse(job.Subject, job.Name)))
		if post.CodeOf(err) == post.CodeNotApproved && !named {
			return ended{job: job}, nil // the other jobs go on all the same
		}
		if err != nil {
			return ended{}, err
		}
		if _, err := p.Jobs.Approve(ctx, job.ID, job.Fingerprint, count, 0); err != nil {
			return ended{}, err
		}
	}
	return s.follow(ctx, p, job.ID, false)
}

const (
	// newsFor is how long after its last date a job's letters are asked about: Digipost
	// keeps its events for 30 days.
	newsFor = 30 * 24 * time.Hour
	// newsTime is how long to wait for the answer where there is no -wait.
	newsTime = 30 * time.Second
)

// mayChange are the statuses of which Digipost may have news.
var mayChange = []post.ItemStatus{post.ItemReceived, post.ItemPending, post.ItemDelivered, post.ItemPrinting, post.ItemPosted}

// hasNews reports whether Digipost may have news of a finished job's letters.
func hasNews(job post.Job) bool {
	return job.Kind != post.KindSplit &&
		slices.ContainsFunc(mayChange, func(status post.ItemStatus) bool { return job.Counts.ByStatus[status] > 0 })
}

// lastDate is when something was last to happen to a job's letters.
func lastDate(job post.Job) time.Time {
	last := job.Ended
	dates := []time.Time{job.Options.DeliverAt}
	if job.Options.Paper != nil {
		dates = append(dates, job.Options.Paper.IfUnreadBy)
	}
	if job.Options.Invite != nil {
		dates = append(dates, job.Options.Invite.Deadline)
	}
	for _, date := range dates {
		if date.After(last) {
			last = date
		}
	}
	return last
}

// refresh asks Digipost what has become of the letters of a finished job, waits
// for the answer, and gives the job as it is then.
func (s *session) refresh(ctx context.Context, p *Program, job post.Job) (ended, error) {
	if !hasNews(job) {
		return ended{job: job}, nil
	}
	waiting, cancel := s.newsTime(ctx)
	defer cancel()
	if err := s.askNews(ctx, waiting, p, job.ID); err != nil {
		return ended{}, err
	}
	job, err := p.Jobs.Job(ctx, job.ID)
	return ended{job: job}, err
}

// newsTime bounds the wait for news.
func (s *session) newsTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.has("wait") {
		return context.WithTimeout(ctx, s.flags.wait)
	}
	return context.WithTimeout(ctx, newsTime)
}

// askNews asks for the news of a job, and waits for them until waiting ends.
func (s *session) askNews(ctx, waiting context.Context, p *Program, id string) error {
	if err := p.Jobs.Refresh(ctx, id); err != nil || s.flags.detach {
		return err
	}
	if _, err := p.Run(ctx); err != nil {
		return err
	}
	s.progress(s.get("progress.news"))
	err := p.Jobs.AwaitRefresh(waiting, id)
	s.progressEnd()
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		s.note("job.news_later")
		return nil
	}
	return err
}

// refreshAll asks about the letters of the jobs that ended lately, and gives
// the jobs that changed. What is known stays known when Digipost cannot be asked.
func (s *session) refreshAll(ctx context.Context, p *Program, jobs []post.Job) (changed []post.Job) {
	waiting, cancel := s.newsTime(ctx)
	defer cancel()
	for _, job := range jobs {
		if !job.State.Finished() || !hasNews(job) || s.now().Sub(lastDate(job)) > newsFor {
			continue
		}
		err := s.askNews(ctx, waiting, p, job.ID)
		after, readErr := p.Jobs.Job(ctx, job.ID)
		if err = errors.Join(err, readErr); err != nil {
			fault := faultOf(err)
			what, _ := s.words(fault)
			s.tell(what)
			s.attention(exitOfCode(fault.Code))
			return changed
		}
		if failed(after) > failed(job) {
			s.attention(exitAttention)
		}
		if !maps.Equal(after.Counts.ByStatus, job.Counts.ByStatus) {
			changed = append(changed, after)
		}
		if waiting.Err() != nil {
			return changed // there is no time left to ask about others
		}
	}
	return changed
}

// failed is how many letters of a job surely did not reach the recipient.
func failed(job post.Job) int {
	n := job.Counts.ByStatus
	return n[post.ItemNotDelivered] + n[post.ItemPrintFailed] + n[post.ItemShredded]
}
