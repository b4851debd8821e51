package command

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"brevdue/app/job"
	"brevdue/app/number"
	"brevdue/app/post"
)

func send(ctx context.Context, s *session, words []string) error {
	switch {
	case s.flags.to == "":
		return usage("flag_missing", "flag", "to")
	case !s.has("subject"):
		return usage("flag_missing", "flag", "subject")
	}
	options, err := s.options(post.KindLetter)
	if err != nil {
		return err
	}
	return s.with(ctx, func(p *Program) error {
		to, err := s.addressee(ctx, p, s.flags.to)
		if err != nil {
			return err
		}
		wish, err := s.wish(ctx, p, post.KindLetter, options, words)
		if err != nil {
			return err
		}
		if s.foreignAllowed, err = s.shield(ctx, p, to, words); err != nil {
			return err
		}
		wish.To = []job.Addressee{to}
		draft, err := p.Jobs.Prepare(ctx, wish)
		if err != nil {
			return err
		}
		return s.askAndCarryOut(ctx, p, draft, s.chosen(draft.Job.Options)+s.get("ask.send", "name", s.whom(to), "subject", draft.Job.Subject))
	})
}

// wish gathers what a letter or mailing is made of, recipients left open.
func (s *session) wish(ctx context.Context, p *Program, kind post.JobKind, options post.Options, paths []string) (job.Wish, error) {
	sender, err := p.Sender.Sender(ctx)
	if err != nil {
		return job.Wish{}, err
	}
	if err := ownReturnAddress(ctx, p, options.Paper); err != nil {
		return job.Wish{}, err
	}
	wish := job.Wish{Kind: kind, Sender: sender, Name: s.flags.subject, Subject: s.flags.subject, Options: options}
	for _, path := range paths {
		facts, err := s.app.ReadDocument(ctx, path)
		if err != nil {
			return job.Wish{}, err
		}
		wish.Files = append(wish.Files, job.File{Name: facts.Name, FileType: facts.FileType, Pages: facts.Pages,
			Open: func(context.Context) (io.ReadCloser, error) {
				file, err := os.Open(path)
				if err != nil {
					return nil, fileFault(path, err)
				}
				return file, nil
			}})
	}
	return wish, nil
}

// whom is what a person compares before a yes: the name, and what is addressed
// where that is a number.
func (s *session) whom(to job.Addressee) string {
	masked := s.personal(to.To.Value)
	switch to.To.Kind {
	case post.ByBirthNumber, post.ByAccount:
	case post.ByOrganisation:
		masked = to.To.Value
	default:
		return to.Name
	}
	if to.Name == masked || to.Name == number.Mask(to.To.Value) {
		return masked
	}
	return to.Name + " (" + masked + ")"
}

// ownReturnAddress puts the profile's return address on paper that has none.
func ownReturnAddress(ctx context.Context, p *Program, paper *post.Paper) error {
	if paper == nil || paper.Return != (post.PostalAddress{}) || p.ReturnAddress == nil {
		return nil
	}
	address, err := p.ReturnAddress(ctx)
	if err != nil {
		return err
	}
	paper.Return = address
	return nil
}

// addressee turns KIND:VALUE into somebody a letter can be sent to.
func (s *session) addressee(ctx context.Context, p *Program, text string) (job.Addressee, error) {
	if id, ok := strings.CutPrefix(text, "customer:"); ok {
		for _, flag := range []string{"address", "phone", "email"} {
			if s.has(flag) {
				return job.Addressee{}, usage("in_register", "flag", flag)
			}
		}
		person, err := p.Register.Person(ctx, strings.TrimSpace(id))
		if err != nil {
			return job.Addressee{}, err
		}
		target, ok := person.Target(false)
		if !ok {
			return job.Addressee{}, post.NewFault(post.CodeRecipientInvalid, nil, "recipient_kind", "customer")
		}
		return job.Addressee{CustomerID: person.CustomerID, Name: person.Name(), To: target}, nil
	}
	target, err := post.ParseTarget(text)
	if err != nil {
		return job.Addressee{}, err
	}
	shown, err := s.checkTarget(p, &target)
	if err != nil {
		return job.Addressee{}, err
	}
	if err := s.flags.fillIn(&target); err != nil {
		return job.Addressee{}, err
	}
	if name := target.Name(); name != "" {
		shown = name
	}
	return job.Addressee{Name: shown, To: target}, nil
}

// checkTarget refuses a number that cannot be right, and gives what may be shown
// of it.
func (s *session) checkTarget(p *Program, target *post.Target) (shown string, err error) {
	var checked number.Result
	switch target.Kind {
	case post.ByBirthNumber:
		checked, shown = number.BirthNumber(target.Value, number.RuleOn(s.now())), number.Mask(target.Value)
	case post.ByOrganisation:
		checked, shown = number.OrganisationNumber(target.Value), target.Value
	case post.ByAccount:
		checked, shown = number.Account(target.Value), number.Mask(target.Value)
	default:
		return target.Value, nil
	}
	if !checked.Valid {
		return "", post.NewFault(post.CodeNumberInvalid, nil, "number_kind", string(target.Kind), "reason", checked.Reason)
	}
	if checked.Synthetic() && p.Environment == post.Production {
		return "", post.NewFault(post.CodeSynthetic, nil)
	}
	target.Value = checked.Number
	return shown, nil
}

// absolute makes a path good for a later process that runs elsewhere.
func absolute(path string) string {
	if path == "" {
		return ""
	}
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// askAndCarryOut has a draft approved and carries it out.
func (s *session) askAndCarryOut(ctx context.Context, p *Program, draft *job.Draft, question string) error {
	if err := s.approve(ctx, s.from(draft.Job.Sender)+question); err != nil {
		return err
	}
	return s.carryOut(ctx, p, draft)
}

// carryOut starts a draft a person said yes to and tells what came of it.
func (s *session) carryOut(ctx context.Context, p *Program, draft *job.Draft) error {
	end, err := s.start(ctx, p, draft)
	if err != nil {
		return err
	}
	return s.conclude(ctx, p, end, nil)
}

// start stores a draft a person said yes to and follows it to its end.
func (s *session) start(ctx context.Context, p *Program, draft *job.Draft) (ended, error) {
	coolingOff, err := s.coolingOff(ctx, p, draft.Job.Kind)
	if err != nil {
		return ended{}, err
	}
	kept, err := p.Jobs.Keep(ctx, draft)
	if err != nil {
		return ended{}, err
	}
	if s.foreignAllowed {
		if err := p.ForeignAllowed(ctx, kept.ID); err != nil {
			_, _ = p.Jobs.Stop(context.WithoutCancel(ctx), kept.ID) // the first fault is the one to tell
			return ended{}, err
		}
	}
	if _, err := p.Jobs.Approve(ctx, kept.ID, draft.Job.Fingerprint, draft.Sendable(), coolingOff); err != nil {
		return ended{}, err
	}
	s.note("job.started", "job", kept.ID)
	return s.follow(ctx, p, kept.ID, true)
}

// conclude writes the copies that are wanted, and prints what came of a job and
// of the split before it, where there was one.
func (s *session) conclude(ctx context.Context, p *Program, end ended, asked *splitDone) error {
	ctx = context.WithoutCancel(ctx)
	s.attention(end.exit())
	items, err := p.Jobs.Items(ctx, end.job.ID, post.ItemQuery{})
	if err != nil {
		return err
	}
	s.copyBack(ctx, p, end.job, items)
	s.ownPostage(ctx, p, end.job)
	if end.job.Trouble == "" {
		end.job.Trouble = end.heldUp // a script shall see why a job was withdrawn
	}
	value, text := s.jobResult(ctx, p, end.job, items)
	s.emit(s.both(value, text, asked))
	return nil
}

// copyBack writes the copy of the list of a job that is finished. That it could
// not be written takes nothing back of what was sent.
func (s *session) copyBack(ctx context.Context, p *Program, job post.Job, items []post.Item) {
	if !job.State.Finished() {
		return
	}
	written, err := p.Stories.WriteBack(ctx, job.ID, "", s.copyWords(items))
	if err != nil {
		what, next := s.words(faultOf(err))
		s.note("copy.failed")
		s.tell(what + "\n" + next)
		s.attention(exitAttention)
	}
	if written {
		s.note("copy.written", "file", job.Source.WriteBack)
	}
}
