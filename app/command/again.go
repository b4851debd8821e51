package command

import (
	"context"

	"brevdue/app/flow"
	"brevdue/app/post"
)

// again sends the letter of a finished job to those it did not reach. It is a job
// of its own, asked about like any other.
func again(ctx context.Context, s *session, words []string) error {
	return s.with(ctx, func(p *Program) error {
		draft, err := p.Jobs.Again(ctx, words[0])
		if err != nil {
			return err
		}
		// The copy of the list tells what came of everybody on it; this job knows of
		// some only and must not write over that.
		draft.Job.Source.WriteBack = ""
		estimate, prices, err := s.reckon(ctx, p, draft, flow.People{})
		if err != nil {
			return err
		}
		s.tell(s.costText(estimate, prices))
		question := s.chosen(draft.Job.Options)
		if draft.Job.Via == post.ViaBatch {
			question += s.get("ask.all_or_none") + "\n"
		}
		return s.askAndCarryOut(ctx, p, draft, question+s.count("ask.again", draft.Sendable(), "subject", draft.Job.Subject, "job", words[0]))
	})
}
