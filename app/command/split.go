package command

import (
	"context"
	"fmt"
	"io"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// split asks Digipost who has Digipost: everybody in the register, a group, or
// the people of a list, who are put into the register first.
func split(ctx context.Context, s *session, _ []string) error {
	if err := s.checkSplit(); err != nil {
		return err
	}
	return s.with(ctx, func(p *Program) error {
		draft, err := s.approvedSplit(ctx, p, s.flags.file, post.Via(s.flags.via))
		if err != nil {
			return err
		}
		return s.carryOut(ctx, p, draft)
	})
}

// checkSplit refuses what a split cannot have.
func (s *session) checkSplit() error {
	f := s.flags
	switch {
	case s.has("via") && f.via != string(post.ViaBatch) && f.via != string(post.ViaREST):
		return usage("bad_value", "flag", "via")
	case f.file != "" && s.has("group"):
		return usage("not_together", "flag", "file", "other", "group")
	case f.writeBack != "" && f.file == "":
		return usage("needs_flag", "flag", "write-back", "other", "file")
	}
	return checkWriteBack(f.file, f.writeBack)
}

// approvedSplit plans a split of a list, or of a group where path is "", and has
// it approved. via "" takes the batch interface where there is a key for it.
func (s *session) approvedSplit(ctx context.Context, p *Program, path string, via post.Via) (*job.Draft, error) {
	via, err := s.splitVia(ctx, p, via)
	if err != nil {
		return nil, err
	}
	people, ask, err := s.splitPeople(ctx, p, path)
	if err != nil {
		return nil, err
	}
	draft, err := s.splitDraft(ctx, p, people, via)
	if err != nil {
		return nil, err
	}
	if ask {
		err = s.approve(ctx, s.from(draft.Job.Sender)+s.count("ask.split", draft.Sendable()))
	}
	return draft, err
}

// splitVia gives the way out of a split: the one that is wanted, else one file
// where there is a key for it, else a question for each; why is said.
func (s *session) splitVia(ctx context.Context, p *Program, wanted post.Via) (post.Via, error) {
	if wanted != "" {
		return wanted, nil
	}
	key, err := p.Sender.SFTPKey(ctx)
	if err != nil {
		return "", fmt.Errorf("look for the SFTP key: %w", err)
	}
	if key.Fingerprint != "" {
		return post.ViaBatch, nil
	}
	s.note("split.via", "way", s.via(post.ViaREST), "why", s.get("via.because."+string(job.ViaNoKey)))
	return post.ViaREST, nil
}

func (s *session) splitDraft(ctx context.Context, p *Program, people flow.People, via post.Via) (*job.Draft, error) {
	sender, err := p.Sender.Sender(ctx)
	if err != nil {
		return nil, err
	}
	source := people.Source
	if s.flags.file != "" {
		source.WriteBack = absolute(s.flags.writeBack)
	}
	return p.Jobs.Prepare(ctx, job.Wish{Kind: post.KindSplit, Via: via, Sender: sender,
		Name: s.get("split.name", "date", s.texts.Date(s.now())), To: people.To, Source: source})
}

// splitPeople gives who is asked about. A list has to be stored first, for the
// answers to have a place; so the question comes before that, and ask is false.
func (s *session) splitPeople(ctx context.Context, p *Program, path string) (people flow.People, ask bool, err error) {
	if path == "" {
		people, err = s.somebody(p.Stories.ForSplit(ctx, s.flags.group))
		return people, true, err
	}
	list, headings, err := s.readList(ctx, p, wanted{path: path})
	if err != nil {
		return people, false, err
	}
	sender, err := p.Sender.Sender(ctx)
	if err != nil {
		return people, false, err
	}
	if err := s.approve(ctx, s.from(sender)+s.count("ask.split_list", len(list.Recipients))); err != nil {
		return people, false, err
	}
	if _, err := s.store(ctx, p, path, list, headings); err != nil {
		return people, false, err
	}
	people, err = p.Stories.ListForSplit(ctx, absolute(path), list)
	return people, false, err
}

// lastSplit finds the last finished split of the same people before this one;
// nil when there is none.
func lastSplit(ctx context.Context, p *Program, of post.Job) (*post.Job, error) {
	if of.Kind != post.KindSplit || of.State != post.JobDone {
		return nil, nil
	}
	splits, err := p.Jobs.Jobs(ctx, post.JobQuery{Kinds: []post.JobKind{post.KindSplit}})
	if err != nil {
		return nil, fmt.Errorf("look for the split before: %w", err)
	}
	for _, split := range splits { // the newest first
		if split.State == post.JobDone && split.Created.Before(of.Created) && split.Source.Group == of.Source.Group && split.Source.Path == of.Source.Path {
			return &split, nil
		}
	}
	return nil, nil
}

// sinceLast says how many more or fewer have Digipost than at the split before.
func (s *session) sinceLast(w io.Writer, split post.Job, before *post.Job) {
	if before == nil {
		return
	}
	change, date := split.Counts.BySplit[post.HasDigipost]-before.Counts.BySplit[post.HasDigipost], s.texts.Date(before.Created)
	switch {
	case change > 0:
		fmt.Fprintln(w, s.texts.Count("split.more", change, "date", date))
	case change < 0:
		fmt.Fprintln(w, s.texts.Count("split.fewer", -change, "date", date))
	default:
		fmt.Fprintln(w, s.texts.Get("split.equal", "date", date))
	}
}
