package command

import (
	"context"
	"fmt"
	"io"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

func mail(ctx context.Context, s *session, _ []string) error {
	f := s.flags
	switch {
	case (f.listFile == "") == !s.has("group"):
		return usage("one_of", "flag", "list", "other", "group")
	case f.document == "":
		return usage("flag_missing", "flag", "document")
	case !s.has("subject"):
		return usage("flag_missing", "flag", "subject")
	case f.writeBack != "" && f.listFile == "":
		return usage("needs_flag", "flag", "write-back", "other", "list")
	}
	if err := checkWriteBack(f.listFile, f.writeBack); err != nil {
		return err
	}
	options, err := s.options(post.KindMailing)
	if err != nil {
		return err
	}
	return s.with(ctx, func(p *Program) error {
		people, err := s.mailPeople(ctx, p)
		if err != nil {
			return err
		}
		withPaper(&people, options)
		wish, err := s.wish(ctx, p, post.KindMailing, options, []string{f.document})
		if err != nil {
			return err
		}
		wish.To, wish.Source = people.To, people.Source
		wish.Source.WriteBack = absolute(f.writeBack)
		draft, err := p.Jobs.Prepare(ctx, wish)
		if err != nil {
			return err
		}
		if err := s.tellOfPeople(ctx, p, draft, people); err != nil {
			return err
		}
		if f.dryRun {
			draft.Job.ID = ""
			draft.Job.State = "draft"
			for i := range draft.Items {
				draft.Items[i].MessageID = ""
			}
			s.emit(s.mailResult(draft.Job, draft.Items), func(w io.Writer) {
				s.dryText(w, draft)
			})
			return nil
		}
		return s.askAndCarryOut(ctx, p, draft, s.chosen(draft.Job.Options)+s.count("ask.mail", draft.Sendable(), "subject", draft.Job.Subject))
	})
}

func (s *session) mailPeople(ctx context.Context, p *Program) (flow.People, error) {
	if s.flags.listFile == "" {
		people, err := p.Stories.ForMailing(ctx, s.flags.group)
		return s.somebody(people, err)
	}
	list, _, err := s.readList(ctx, p, wanted{path: s.flags.listFile})
	if err != nil {
		return flow.People{}, err
	}
	return p.Stories.ListForMailing(ctx, absolute(s.flags.listFile), list)
}

// withPaper takes those back in who were left out because they had no Digipost
// when last asked, where the letter may go on paper or invite them: the engine
// asks again for each, and Digipost's answer decides.
func withPaper(people *flow.People, options post.Options) {
	if options.Invite == nil && (options.Paper == nil || !options.Paper.IfNoDigipost) {
		return
	}
	seen := map[string]bool{}
	for i, to := range people.To {
		key := to.CustomerID
		if key == "" {
			key = fmt.Sprint(to.To.Kind, to.To.Value, to.To.Name(), to.To.Address)
		}
		again := seen[key]
		seen[key] = true
		if to.LeftOut != post.ReasonNotAUser && to.LeftOut != post.ReasonUnidentified || to.To.Kind == "" {
			continue
		}
		people.LeftOut[to.LeftOut]--
		if again { // a second row of somebody: one letter is enough
			people.To[i].LeftOut = post.ReasonDuplicateLetter
			people.LeftOut[post.ReasonDuplicateLetter]++
			continue
		}
		people.To[i].LeftOut = post.ReasonNone
		people.NotChecked++
	}
}

// somebody refuses a group that nobody is in: most likely its name is mistyped.
func (s *session) somebody(people flow.People, err error) (flow.People, error) {
	if err == nil && s.flags.group != "" && len(people.To) == 0 {
		err = post.NewFault(post.CodeGroupUnknown, nil, "group", s.flags.group)
	}
	return people, err
}

// tellOfPeople says who gets the letter and who does not, and when people have
// had this very document before.
func (s *session) tellOfPeople(ctx context.Context, p *Program, draft *job.Draft, people flow.People) error {
	leftOut := 0
	for _, n := range people.LeftOut {
		leftOut += n
	}
	s.note("mail.people", "digipost", s.number(people.WithDigipost), "unknown", s.number(people.NotChecked), "left_out", s.number(leftOut))
	if len(draft.Documents) == 0 {
		return nil
	}
	count, earlier, err := p.Stories.SameAgain(ctx, draft.Documents[0].SHA256, people)
	if err != nil {
		return fmt.Errorf("look for earlier letters: %w", err)
	}
	if count > 0 {
		s.tell(s.count("mail.again", count, "job", earlier))
	}
	return nil
}

func (s *session) dryText(w io.Writer, draft *job.Draft) {
	fmt.Fprintln(w, s.count("mail.dry", draft.Sendable()))
	s.line(w, "subject", draft.Job.Subject)
	s.line(w, "fingerprint", draft.Job.Fingerprint)
	for _, item := range draft.Items {
		if item.Reason != post.ReasonNone {
			row(w, rowNumber(item.Row), item.Name, s.texts.Reason(string(item.Reason)))
		}
	}
}
