package command

import (
	"context"
	"strings"

	"brevdue/app/job"
	"brevdue/app/post"
)

// mostTrials is how many trial letters a mailing may have.
const mostTrials = 10

// checkTrial refuses what cannot be had with trial letters, or without.
func (s *session) checkTrial() error {
	f := &s.flags
	switch {
	case !s.has("trial") && s.has("trial-to"):
		return usage("needs_flag", "flag", "trial-to", "other", "trial")
	case !s.has("trial"):
		return nil
	case f.trial < 1 || f.trial > mostTrials:
		return usage("bad_trial", "flag", "trial", "limit", s.number(mostTrials))
	case s.has("trial-to") && strings.TrimSpace(f.trialTo) == "":
		return usage("no_value", "flag", "trial-to")
	case f.detach:
		return usage("not_together", "flag", "trial", "other", "detach")
	}
	return nil
}

// trialJSON is a letter of a mailing that went to oneself first.
type trialJSON struct {
	// Row and CustomerID are those of the letter that it shows.
	Row        int    `json:"row"`
	CustomerID string `json:"customer_id"`
	letterJSON
}

// trialTarget is where trial letters go: as told, else as last time, else to the
// sender's own Digipost address.
func (s *session) trialTarget(ctx context.Context, p *Program) (job.Addressee, error) {
	to := strings.TrimSpace(s.flags.trialTo)
	if to == "" && p.TrialTo != nil {
		var err error
		if to, err = p.TrialTo(ctx); err != nil {
			return job.Addressee{}, err
		}
	}
	if to == "" {
		sender, err := p.Sender.Sender(ctx)
		if err != nil {
			return job.Addressee{}, err
		}
		if sender.DigipostAddress == "" {
			return job.Addressee{}, usage("trial_to", "flag", "trial-to")
		}
		return job.Addressee{Name: sender.DigipostAddress, To: post.Target{Kind: post.ByDigipostAddress, Value: sender.DigipostAddress}}, nil
	}
	one, err := s.addressee(ctx, p, to)
	if err != nil || !s.has("trial-to") || p.SetTrialTo == nil {
		return one, err
	}
	if !remembers(to) { // a personal number is not kept in the settings
		s.note("trial.not_kept")
		return one, nil
	}
	return one, p.SetTrialTo(ctx, to)
}

// tryFirst sends trial letters to oneself, real ones, before anybody else gets a
// letter. well says that all of them arrived: only then the mailing is asked about.
func (s *session) tryFirst(ctx context.Context, p *Program, draft *job.Draft) (well bool, err error) {
	to, err := s.trialTarget(ctx, p)
	if err != nil {
		return false, err
	}
	trials, err := p.Jobs.Trials(ctx, draft, to.To, s.flags.trial)
	if err != nil {
		return false, err
	}
	if err := s.approve(ctx, s.from(draft.Job.Sender)+s.count("ask.trial", len(trials), "name", s.whom(to), "subject", draft.Job.Subject)); err != nil {
		return false, err
	}
	well = true
	for _, trial := range trials {
		end, err := s.tryOne(ctx, p, trial)
		if err != nil {
			return false, err
		}
		items, err := p.Jobs.Items(context.WithoutCancel(ctx), end.job.ID, post.ItemQuery{})
		if err != nil {
			return false, err
		}
		result := trialJSON{letterJSON: s.letterResult(end.job, items)}
		for _, item := range draft.Items {
			if item.Seq == trial.Shows {
				result.Row, result.CustomerID = item.Row, item.CustomerID
			}
		}
		s.trials = append(s.trials, result)
		if end.exit() != exitDone || end.later || end.job.State != post.JobDone {
			well = false
			s.attention(worse(end.exit(), exitStopped))
			break
		}
	}
	if well {
		s.tell(s.count("trial.sent", len(s.trials), "name", s.whom(to)))
	} else {
		s.tell(s.count("trial.failed", len(s.trials), "name", s.whom(to)))
	}
	return well, nil
}

// tryOne sends one trial letter and follows it. It does not cool off: it goes to
// whoever has just said yes to it.
func (s *session) tryOne(ctx context.Context, p *Program, trial *job.Draft) (ended, error) {
	kept, err := p.Jobs.Keep(ctx, trial)
	if err != nil {
		return ended{}, err
	}
	if _, err := p.Jobs.Approve(ctx, kept.ID, trial.Job.Fingerprint, trial.Sendable(), 0); err != nil {
		return ended{}, err
	}
	return s.follow(ctx, p, kept.ID, true)
}
