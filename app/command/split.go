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
		return s.carryOut(ctx, p, draft)
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
