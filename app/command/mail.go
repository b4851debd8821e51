package command

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/post"
)

func mail(ctx context.Context, s *session, _ []string) error {
	if err := s.checkMail(); err != nil {
		return err
	}
	options, err := s.options(post.KindMailing)
	if err != nil {
		return err
	}
	return s.with(ctx, func(p *Program) error {
		plan, err := s.planMail(ctx, p, options)
		if err != nil {
			return err
		}
		if plan.pattern != post.PatternSplitFirst {
			return s.mailOut(ctx, p, plan, nil)
		}
		if s.flags.dryRun {
			s.note("mail.dry_split")
			return s.mailOut(ctx, p, plan, nil)
		}
		return s.splitAndMail(ctx, p, plan)
	})
}

// checkMail refuses what a mailing cannot have, before anything is read.
func (s *session) checkMail() error {
	f := &s.flags
	switch {
	case (f.listFile == "") == !s.has("group"):
		return usage("one_of", "flag", "list", "other", "group")
	case !s.has("subject"):
		return usage("flag_missing", "flag", "subject")
	case f.writeBack != "" && f.listFile == "":
		return usage("needs_flag", "flag", "write-back", "other", "list")
	case f.print && f.pattern == string(post.PatternSendOnly):
		return usage("print_send_only")
	case f.detach && f.pattern == string(post.PatternSplitFirst):
		return usage("detach_split_first")
	}
	if f.pattern == string(post.PatternSendOrPrint) {
		f.print = true // that is what the pattern means
	}
	for _, check := range []func() error{s.checkDocuments, s.checkTrial, s.checkOwnPostage} {
		if err := check(); err != nil {
			return err
		}
	}
	if _, err := s.startAt(); err != nil {
		return err
	}
	return checkWriteBack(f.listFile, f.writeBack)
}

// startAt is when a mailing is to start, zero for as soon as it may.
func (s *session) startAt() (time.Time, error) {
	if !s.has("at") {
		return time.Time{}, nil
	}
	at, ok := parseTime(s.flags.at)
	switch {
	case !ok:
		return at, usage("bad_time", "flag", "at")
	case !at.After(s.now()):
		return at, post.NewFault(post.CodeStartPast, nil)
	}
	return at, nil
}

// mailPlan is a mailing before its letters are frozen. list is the one that was
// read, nil for a group.
type mailPlan struct {
	list    *intake.Result
	people  flow.People
	pattern post.Pattern
	options post.Options
}

// planMail finds out who the letter is for and how it is to be sent.
func (s *session) planMail(ctx context.Context, p *Program, options post.Options) (plan mailPlan, err error) {
	plan.options = options
	if s.flags.listFile != "" {
		if plan.list, _, err = s.readList(ctx, p, wanted{path: s.flags.listFile, documents: true}); err != nil {
			return plan, err
		}
	}
	if s.flags.pattern == patternAuto {
		if plan.people, err = s.mailPeople(ctx, p, plan); err != nil {
			return plan, err
		}
	}
	if plan.pattern, err = s.choosePattern(ctx, p, plan.people, options); err != nil {
		return plan, err
	}
	if plan.pattern == post.PatternSplitFirst && s.flags.detach {
		return plan, usage("detach_split_first")
	}
	return plan, nil
}

// mailPeople gives whom a mailing is for by what is known of them just now.
func (s *session) mailPeople(ctx context.Context, p *Program, plan mailPlan) (flow.People, error) {
	way := flow.Way{Pattern: plan.pattern, Options: plan.options}
	if plan.list == nil {
		return s.somebody(p.Stories.MailingTo(ctx, s.flags.group, way))
	}
	return p.Stories.MailingToList(ctx, absolute(s.flags.listFile), plan.list, way)
}

// mailDraft freezes the letters of a mailing.
func (s *session) mailDraft(ctx context.Context, p *Program, plan *mailPlan) (*job.Draft, error) {
	var err error
	if plan.people, err = s.mailPeople(ctx, p, *plan); err != nil {
		return nil, err
	}
	var shared []string
	if s.flags.documents == "" {
		shared = []string{s.flags.document}
		if s.foreignAllowed, err = s.shieldAll(ctx, p, plan.people, shared); err != nil {
			return nil, err
		}
	} else if plan.people, err = s.ownDocuments(ctx, p, plan.people); err != nil {
		return nil, err
	}
	wish, err := s.wish(ctx, p, post.KindMailing, plan.options, shared)
	if err != nil {
		return nil, err
	}
	if wish.Via, err = s.chooseVia(ctx, p, plan.people, wish.Options); err != nil {
		return nil, err
	}
	if wish.StartAt, err = s.startAt(); err != nil {
		return nil, err
	}
	wish.To, wish.Source, wish.Pattern = plan.people.To, plan.people.Source, plan.pattern
	wish.Source.WriteBack = absolute(s.flags.writeBack)
	wish.Progress = func(done, total int) {
		s.progress(s.get("progress.reading_files", "done", s.number(done), "total", s.number(total)))
	}
	draft, err := p.Jobs.Prepare(ctx, wish)
	s.progressEnd()
	if err == nil {
		s.documentNames = documentNames(draft.Documents)
	}
	return draft, err
}

// mailOut sends a mailing that is planned, or shows it where that is a dry run.
// asked is the split that went before, or nil.
func (s *session) mailOut(ctx context.Context, p *Program, plan mailPlan, asked *splitDone) error {
	draft, err := s.mailDraft(ctx, p, &plan)
	if err != nil {
		return err
	}
	if err := s.tellOfPeople(ctx, p, draft, plan.people); err != nil {
		return err
	}
	estimate, prices, err := s.reckon(ctx, p, draft, plan.people)
	if err != nil {
		return err
	}
	if s.flags.dryRun {
		s.emit(s.unmade(draft), func(w io.Writer) {
			s.dryText(w, draft)
			fmt.Fprintln(w, s.costText(estimate, prices))
		})
		return nil
	}
	s.tell(s.costText(estimate, prices))
	if s.flags.trial > 0 {
		if well, err := s.tryFirst(ctx, p, draft); err != nil {
			return err
		} else if !well {
			s.emit(s.both(s.unmade(draft), func(w io.Writer) { fmt.Fprintln(w, s.get("mail.unsent")) }, asked))
			return nil
		}
	}
	if !draft.Job.StartAt.IsZero() {
		s.note("mail.at", "time", s.texts.Time(draft.Job.StartAt))
	}
	question := s.chosen(draft.Job.Options)
	if draft.Job.Via == post.ViaBatch {
		question += s.get("ask.all_or_none") + "\n"
	}
	if err := s.approve(ctx, s.from(draft.Job.Sender)+question+s.count("ask.mail", draft.Sendable(), "subject", draft.Job.Subject)); err != nil {
		return err
	}
	end, err := s.start(ctx, p, draft)
	if err != nil {
		return err
	}
	return s.conclude(ctx, p, end, asked)
}

// unmade is what is printed of a mailing that was planned and not made: its ids
// are used for nothing.
func (s *session) unmade(draft *job.Draft) mailJSON {
	planned, items := draft.Job, slices.Clone(draft.Items)
	planned.ID, planned.State = "", "draft"
	for i := range items {
		items[i].MessageID = ""
	}
	return s.mailResult(planned, items)
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
	if people.Others > 0 {
		s.tell(s.count("mail.others", people.Others))
	}
	count, earlier, err := p.Stories.SameLetters(ctx, draft)
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
	s.line(w, "via", s.via(draft.Job.Via))
	s.line(w, "pattern", s.get("pattern."+string(draft.Job.Pattern)))
	s.line(w, "fingerprint", draft.Job.Fingerprint)
	for _, item := range draft.Items {
		if item.Reason != post.ReasonNone {
			row(w, rowNumber(item.Row), item.Name, s.reason(item))
		}
	}
}
