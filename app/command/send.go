package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"brevdue/app/flow"
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
	return s.with(ctx, func(p *Program) error {
		to, err := s.addressee(ctx, p, s.flags.to)
		if err != nil {
			return err
		}
		wish, err := s.wish(ctx, p, post.KindLetter, words)
		if err != nil {
			return err
		}
		wish.To = []job.Addressee{to}
		draft, err := p.Jobs.Prepare(ctx, wish)
		if err != nil {
			return err
		}
		return s.askAndCarryOut(ctx, p, draft, s.get("ask.send", "name", to.Name, "subject", draft.Job.Subject))
	})
}

// wish gathers what a letter or mailing is made of, recipients left open.
func (s *session) wish(ctx context.Context, p *Program, kind post.JobKind, paths []string) (job.Wish, error) {
	sender, err := p.Sender.Sender(ctx)
	if err != nil {
		return job.Wish{}, err
	}
	auth := post.AuthLevel(s.flags.auth)
	if auth == "" {
		auth = post.AuthPassword
	}
	wish := job.Wish{Kind: kind, Sender: sender, Name: s.flags.subject, Subject: s.flags.subject,
		Options: post.Options{Auth: auth, Sensitive: s.flags.sensitive}}
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

// addressee turns KIND:VALUE into somebody a letter can be sent to.
func (s *session) addressee(ctx context.Context, p *Program, text string) (job.Addressee, error) {
	if id, ok := strings.CutPrefix(text, "customer:"); ok {
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
	name := target.Value
	var checked number.Result
	switch target.Kind {
	case post.ByBirthNumber:
		checked, name = number.BirthNumber(target.Value, number.RuleOn(s.now())), number.Mask(target.Value)
	case post.ByOrganisation:
		checked = number.OrganisationNumber(target.Value)
	case post.ByAccount:
		checked, name = number.Account(target.Value), number.Mask(target.Value)
	case post.ByNameAndAddress:
		return job.Addressee{Name: target.Name(), To: target}, nil
	default:
		return job.Addressee{Name: name, To: target}, nil
	}
	if !checked.Valid {
		return job.Addressee{}, post.NewFault(post.CodeNumberInvalid, nil, "number_kind", string(target.Kind), "reason", checked.Reason)
	}
	if checked.Synthetic() && p.Environment == post.Production {
		return job.Addressee{}, post.NewFault(post.CodeSynthetic, nil)
	}
	target.Value = checked.Number
	return job.Addressee{Name: name, To: target}, nil
}

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
	return s.with(ctx, func(p *Program) error {
		people, err := s.mailPeople(ctx, p)
		if err != nil {
			return err
		}
		wish, err := s.wish(ctx, p, post.KindMailing, []string{f.document})
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
		return s.askAndCarryOut(ctx, p, draft, s.count("ask.mail", draft.Sendable(), "subject", draft.Job.Subject))
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
	if err := s.approve(ctx, question); err != nil {
		return err
	}
	return s.carryOut(ctx, p, draft)
}

// carryOut stores a draft a person said yes to and follows it to its end.
func (s *session) carryOut(ctx context.Context, p *Program, draft *job.Draft) error {
	coolingOff, err := s.coolingOff(ctx, p, draft.Job.Kind)
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

// conclude writes the copy of the list where one is wanted, and prints what came
// of a job.
func (s *session) conclude(ctx context.Context, p *Program, end ended) error {
	ctx = context.WithoutCancel(ctx)
	s.attention(end.exit())
	items, err := p.Jobs.Items(ctx, end.job.ID, post.ItemQuery{})
	if err != nil {
		return err
	}
	s.copyBack(ctx, p, end.job, items)
	if end.job.Trouble == "" {
		end.job.Trouble = end.heldUp // a script shall see why a job was withdrawn
	}
	s.emit(s.jobResult(end.job, items))
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
