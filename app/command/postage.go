package command

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"brevdue/app/flow"
	"brevdue/app/number"
	"brevdue/app/post"
)

// checkOwnPostage refuses, before anything leaves, a folder for the work list
// that is none, and an empty value.
func (s *session) checkOwnPostage() error {
	if !s.has("own-postage") {
		return nil
	}
	folder := s.flags.ownPostage
	if strings.TrimSpace(folder) == "" {
		return usage("no_value", "flag", "own-postage")
	}
	switch info, err := os.Stat(folder); {
	case err != nil:
		return fileFault(folder, err)
	case !info.IsDir():
		return post.NewFault(post.CodeFileMissing, nil, "file", folder)
	}
	return nil
}

// ownPostage writes the list of those whom a finished mailing did not reach, for
// letters that the sender posts. That it could not be written takes nothing back
// of what was sent.
func (s *session) ownPostage(ctx context.Context, p *Program, job post.Job) {
	if s.flags.ownPostage == "" {
		return
	}
	if !job.State.Finished() {
		s.note("postage.later", "job", job.ID)
		return
	}
	written, count, err := s.writePostage(ctx, p, job)
	switch {
	case err != nil:
		what, next := s.words(faultOf(err))
		s.note("postage.failed")
		s.tell(what + "\n" + next)
		s.attention(exitAttention)
	case count == 0:
		s.note("postage.none")
	default:
		s.tell(s.count("postage.written", count, "file", written))
	}
}

func (s *session) writePostage(ctx context.Context, p *Program, job post.Job) (out string, count int, err error) {
	people, err := p.Stories.NotReached(ctx, job.ID)
	if err != nil || len(people) == 0 {
		return "", 0, err
	}
	rows := [][]string{s.postageHeads()}
	for _, person := range people {
		rows = append(rows, s.postageRow(person))
	}
	out = filepath.Join(absolute(s.flags.ownPostage), s.get("postage.file", "job", job.ID)+".xlsx")
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return "", 0, post.NewFault(post.CodeFileExists, err, "file", filepath.Base(out))
	}
	return out, len(people), p.WriteTable(ctx, out, s.get("postage.sheet"), rows)
}

// postageColumns are the columns of the work list, by their labels.
var postageColumns = []string{"row_number", "customer_id", "name", "line1", "line2", "postcode", "town", "country", "why", "status"}

func (s *session) postageHeads() []string {
	heads := make([]string, len(postageColumns))
	for i, label := range postageColumns {
		heads[i] = s.get("label." + label)
	}
	return heads
}

// postageRow is one envelope. Where a name or customer number is somebody's birth
// number, it is masked.
func (s *session) postageRow(person flow.Unreached) []string {
	row, why := rowNumber(person.Row), s.texts.Reason(string(person.Reason))
	if !person.To.Whole() {
		why = strings.TrimSpace(why + " " + s.get("postage.no_address"))
	}
	cells := []string{row, person.CustomerID, person.To.Name, person.To.Line1, person.To.Line2, person.To.Postcode,
		person.To.Town, person.To.Country, why, s.texts.Status(string(person.Status))}
	if s.flags.showNumbers {
		return cells
	}
	rule := number.RuleOn(s.now())
	for _, column := range []string{"customer_id", "name"} {
		at := slices.Index(postageColumns, column)
		if number.BirthNumber(cells[at], rule).Valid {
			cells[at] = number.Mask(cells[at])
		}
	}
	return cells
}
