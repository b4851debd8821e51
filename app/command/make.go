package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"brevdue/app/job"
	"brevdue/app/post"
)

type madeJSON struct {
	File        string `json:"file"`
	Fingerprint string `json:"fingerprint"`
	Recipients  int    `json:"recipients"`
}

// makeSplit writes the job file of a split. A list stays out of the register:
// nothing is asked, so that there are no answers to keep.
func makeSplit(ctx context.Context, s *session, _ []string) error {
	if s.flags.via == string(post.ViaREST) {
		return usage("make_via_rest")
	}
	if err := s.checkSplit(); err != nil {
		return err
	}
	if err := s.checkOut(); err != nil {
		return err
	}
	return s.with(ctx, func(p *Program) error {
		draft, err := s.splitToMake(ctx, p)
		if err != nil {
			return err
		}
		return s.writeJobFile(ctx, p, draft)
	})
}

func (s *session) splitToMake(ctx context.Context, p *Program) (*job.Draft, error) {
	if s.flags.file == "" {
		people, err := s.somebody(p.Stories.ForSplit(ctx, s.flags.group))
		if err != nil {
			return nil, err
		}
		return s.splitDraft(ctx, p, people, post.ViaBatch)
	}
	list, _, err := s.readList(ctx, p, wanted{path: s.flags.file})
	if err != nil {
		return nil, err
	}
	people, err := p.Stories.ListForSplit(ctx, absolute(s.flags.file), list)
	if err != nil {
		return nil, err
	}
	return s.splitDraft(ctx, p, people, post.ViaBatch)
}

// makeMail writes the job file of a mailing: the job document and the letters.
func makeMail(ctx context.Context, s *session, _ []string) error {
	switch f := &s.flags; {
	case f.via == string(post.ViaREST):
		return usage("make_via_rest")
	case f.pattern == string(post.PatternSplitFirst):
		return usage("make_split_first")
	default:
		f.via = string(post.ViaBatch)
	}
	if err := s.checkMail(); err != nil {
		return err
	}
	if err := s.checkOut(); err != nil {
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
		if plan.pattern == post.PatternSplitFirst { // advised
			return usage("make_split_first")
		}
		draft, err := s.mailDraft(ctx, p, &plan)
		if err != nil {
			return err
		}
		if err := s.tellOfPeople(ctx, p, draft, plan.people); err != nil {
			return err
		}
		return s.writeJobFile(ctx, p, draft)
	})
}

// checkOut refuses, before anything is read, a job file that would lie over
// another file or has nowhere to lie.
func (s *session) checkOut() error {
	out := s.flags.out
	if out == "" {
		return usage("flag_missing", "flag", "out")
	}
	if err := checkCopy("out", "", out, ".zip"); err != nil {
		return err
	}
	return mustBeNew(out)
}

// mustBeNew refuses a file that is there already.
func mustBeNew(out string) error {
	switch _, err := os.Lstat(out); {
	case err == nil:
		return post.NewFault(post.CodeFileExists, nil, "file", filepath.Base(out))
	case !errors.Is(err, fs.ErrNotExist):
		return fileFault(out, err)
	}
	return nil
}

// writeJobFile writes the file a draft would be sent as.
func (s *session) writeJobFile(ctx context.Context, p *Program, draft *job.Draft) error {
	out := absolute(s.flags.out)
	if err := p.WriteJobFile(ctx, draft, out); err != nil {
		return fmt.Errorf("write the job file: %w", err)
	}
	s.emit(madeJSON{out, draft.Job.Fingerprint, draft.Sendable()}, func(w io.Writer) {
		fmt.Fprintln(w, s.count("make.written", draft.Sendable(), "file", out))
		s.line(w, "fingerprint", draft.Job.Fingerprint)
	})
	return nil
}
