package command

import (
	"context"
	"fmt"
	"io"

	"brevdue/app/post"
)

// splitDone is a split that went before a mailing.
type splitDone struct {
	job   post.Job
	items []post.Item
}

// splitAndMail asks Digipost about the people of a mailing first, and sends by
// what it answers. Where there is no answer, nothing is sent.
func (s *session) splitAndMail(ctx context.Context, p *Program, plan mailPlan) error {
	draft, err := s.approvedSplit(ctx, p, s.flags.listFile, "")
	if err != nil {
		return err
	}
	begun, total := s.now(), draft.Sendable()
	end, err := s.start(ctx, p, draft)
	if err != nil {
		return err
	}
	if s.has("wait") { // -wait is for both
		s.flags.wait = max(s.flags.wait-s.now().Sub(begun), 0)
	}
	asked := &splitDone{job: end.job}
	if asked.items, err = p.Jobs.Items(context.WithoutCancel(ctx), end.job.ID, post.ItemQuery{}); err != nil {
		return err
	}
	if end.job.State != post.JobDone || end.job.Ending != "" || end.exit() > exitAttention {
		s.note("mail.no_answer", "job", end.job.ID)
		s.attention(worse(end.exit(), exitStopped))
		if end.heldUp != "" {
			asked.job.Trouble = end.heldUp
		}
		s.unsent(plan, asked)
		return nil
	}
	s.note("mail.answered", "found", s.number(end.job.Counts.BySplit[post.HasDigipost]), "total", s.number(total))
	if err = s.mailOut(ctx, p, plan, asked); err != nil && !s.printed {
		s.unsent(plan, asked)
	}
	return err
}

// unsent prints the split of a mailing that was not made.
func (s *session) unsent(plan mailPlan, asked *splitDone) {
	value := s.mailResult(post.Job{Kind: post.KindMailing, State: "draft", Pattern: plan.pattern}, nil)
	s.emit(s.both(value, func(w io.Writer) { fmt.Fprintln(w, s.get("mail.unsent")) }, asked))
}

// both puts the split that went before to what is printed of a mailing.
func (s *session) both(value any, text func(io.Writer), asked *splitDone) (any, func(io.Writer)) {
	mailing, ok := value.(mailJSON)
	if !ok || asked == nil {
		return value, text
	}
	split := splitResult(asked.job, asked.items)
	mailing.Split = &split
	return mailing, func(w io.Writer) {
		s.splitHead(w, asked.job, split)
		text(w)
	}
}
