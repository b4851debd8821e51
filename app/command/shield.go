package command

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// shield refuses a letter that holds a birth number which is not the recipient's:
// it may be about to go to the wrong person. A person who has looked says so with
// -foreign-number-ok; that is what is kept then. A PDF whose text cannot be read
// is told and goes.
func (s *session) shield(ctx context.Context, p *Program, to job.Addressee, paths []string) (allowed bool, err error) {
	own, err := ownNumber(ctx, p, to)
	if err != nil {
		return false, err
	}
	for _, path := range paths {
		found, err := s.app.Shield(ctx, path, own)
		switch {
		case errors.Is(err, document.ErrTextUnread):
			s.note("shield.unread", "file", filepath.Base(path))
			continue
		case err != nil:
			return false, err
		case len(found) == 0:
			continue
		case !s.flags.foreignOK:
			return false, post.NewFault(post.CodeForeignNumber, nil, "file", filepath.Base(path),
				"page", strconv.Itoa(found[0].Page), "number", found[0].Masked)
		}
		allowed = true
	}
	return allowed, nil
}

// shieldAll is shield for documents that go to everybody: in them each birth number
// is somebody else's, unless a single person is written to.
func (s *session) shieldAll(ctx context.Context, p *Program, people flow.People, paths []string) (allowed bool, err error) {
	var to []job.Addressee
	for i, each := range people.To {
		if each.LeftOut != post.ReasonNone {
			continue
		}
		target := each.To
		if i < len(people.Keys) && people.Keys[i].BirthNumber != "" {
			target = post.Target{Kind: post.ByBirthNumber, Value: people.Keys[i].BirthNumber}
		}
		to = append(to, job.Addressee{To: target})
	}
	if len(to) == 1 {
		return s.shield(ctx, p, to[0], paths)
	}
	return s.shield(ctx, p, job.Addressee{}, paths)
}

// ownNumber is the recipient's birth number, "" where none is known. Somebody of
// the register may be addressed by other means and have one all the same.
func ownNumber(ctx context.Context, p *Program, to job.Addressee) (string, error) {
	if to.To.Kind == post.ByBirthNumber {
		return to.To.Value, nil
	}
	if to.CustomerID == "" {
		return "", nil
	}
	person, err := p.Register.Person(ctx, to.CustomerID)
	return person.BirthNumber, err
}
