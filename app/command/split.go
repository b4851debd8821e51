package command

import (
	"context"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// split asks Digipost who has Digipost: everybody in the register, a group, or
// the people of a list, who are put into the register first.
func split(ctx context.Context, s *session, _ []string) error {
	f := s.flags
	switch {
	case f.file != "" && s.has("group"):
		return usage("not_together", "flag", "file", "other", "group")
	case f.writeBack != "" && f.file == "":
		return usage("needs_flag", "flag", "write-back", "other", "file")
	}
	if err := checkWriteBack(f.file, f.writeBack); err != nil {
		return err
	}
	return s.with(ctx, func(p *Program) error {
		people, ask, err := s.splitPeople(ctx, p)
		if err != nil {
			return err
		}
		sender, err := p.Sender.Sender(ctx)
		if err != nil {
			return err
		}
		source := people.Source
		source.WriteBack = absolute(f.writeBack)
		draft, err := p.Jobs.Prepare(ctx, job.Wish{Kind: post.KindSplit, Sender: sender,
			Name: s.get("split.name", "date", s.texts.Date(s.now())), To: people.To, Source: source})
		if err != nil {
			return err
		}
		if ask {
			if err := s.approve(ctx, s.count("ask.split", draft.Sendable())); err != nil {
				return err
			}
		}
		return s.goSplit(ctx, p, draft)
	})
}

// splitPeople gives who is asked about. A list has to be stored first, for the
// answers to have a place; so the question comes before that, and ask is false.
func (s *session) splitPeople(ctx context.Context, p *Program) (people flow.People, ask bool, err error) {
	if s.flags.file == "" {
		people, err = s.somebody(p.Stories.ForSplit(ctx, s.flags.group))
		return people, true, err
	}
	list, headings, err := s.readList(ctx, p, wanted{path: s.flags.file})
	if err != nil {
		return people, false, err
	}
	if err := s.approve(ctx, s.count("ask.split_list", len(list.Recipients))); err != nil {
		return people, false, err
	}
	if _, err := s.store(ctx, p, s.flags.file, list, headings); err != nil {
		return people, false, err
	}
	people, err = p.Stories.ListForSplit(ctx, absolute(s.flags.file), list)
	return people, false, err
}

// goSplit sends a split that is approved. Nothing in it can be taken back by
// waiting, so that it does not cool off unless the profile says so.
func (s *session) goSplit(ctx context.Context, p *Program, draft *job.Draft) error {
	coolingOff, err := p.CoolingOff(ctx, post.KindSplit)
	if err != nil {
		return err
	}
	kept, err := p.Jobs.Keep(ctx, draft)
	if err != nil {
		return err
	}
	if _, err := p.Jobs.Approve(ctx, kept.ID, draft.Job.Fingerprint, draft.Sendable(), coolingOff); err != nil {
		return err
	}
	s.note("job.started", "job", kept.ID)
	end, err := s.follow(ctx, p, kept.ID, true)
	if err != nil {
		return err
	}
	return s.conclude(ctx, p, end)
}
