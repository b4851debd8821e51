package command

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"brevdue/app/flow"
	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/assets/lang"
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

// ownPostage writes the list of those whom a finished mailing did not reach and
// their letters in one PDF, for letters that the sender posts. That it could not be written takes nothing back
// of what was sent.
func (s *session) ownPostage(ctx context.Context, p *Program, job post.Job) {
	if s.flags.ownPostage == "" {
		return
	}
	if !job.State.Finished() {
		s.note("postage.later", "job", job.ID)
		return
	}
	written, total, err := s.writePostage(ctx, p, job)
	switch {
	case err != nil:
		what, next := s.words(faultOf(err))
		s.note("postage.failed")
		s.tell(what + "\n" + next)
		s.attention(exitAttention)
	case total == 0:
		s.note("postage.none")
	default:
		s.tellPostage(written, total)
	}
}

func (s *session) writePostage(ctx context.Context, p *Program, job post.Job) (written flow.Postage, total int, err error) {
	people, err := p.Stories.NotReached(ctx, job.ID)
	if err != nil || len(people) == 0 {
		return written, 0, err
	}
	rows := PostageTable(s.texts, people, s.flags.showNumbers, s.now())
	out := filepath.Join(absolute(s.flags.ownPostage), s.get("postage.file", "job", job.ID)+".xlsx")
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return written, 0, post.NewFault(post.CodeFileExists, err, "file", filepath.Base(out))
	}
	written, err = p.WritePostage(ctx, job.ID, people, out, s.get("postage.sheet"), rows)
	return written, len(people), err
}

// tellPostage says where the list and the letters are, and for how many there is
// no letter.
func (s *session) tellPostage(written flow.Postage, total int) {
	s.tell(s.count("postage.written", total, "file", written.List))
	if written.Unprintable != nil {
		what, _ := s.words(faultOf(written.Unprintable))
		s.tell(what + " " + s.get("postage.unprintable"))
		s.attention(exitAttention)
		return
	}
	if written.Letters != "" {
		s.tell(s.count("postage.letters", written.Envelopes, "file", written.Letters))
	}
	if without := total - written.Envelopes; without > 0 {
		s.tell(s.count("postage.without", without))
	}
}

// postageColumns are the columns of the work list, by their labels.
var postageColumns = []string{"row_number", "customer_id", "name", "line1", "line2", "postcode", "town", "country", "why", "status"}

// PostageTable is the work list of those whom a letter did not reach: a row for
// each envelope below the headings, in the words of texts. Where a name or
// customer number is somebody's birth number, it is masked unless shown.
func PostageTable(texts *lang.Texts, people []flow.Unreached, shown bool, today time.Time) [][]string {
	heads := make([]string, len(postageColumns))
	for i, label := range postageColumns {
		heads[i] = texts.Get("command.label." + label)
	}
	rows := [][]string{heads}
	for _, person := range people {
		rows = append(rows, postageRow(texts, person, shown, today))
	}
	return rows
}

// postageRow is one envelope. Where a name or customer number is somebody's birth
// number, it is masked.
func postageRow(texts *lang.Texts, person flow.Unreached, shown bool, today time.Time) []string {
	row, why := rowNumber(person.Row), texts.Reason(string(person.Reason))
	if !person.To.Whole() {
		why = strings.TrimSpace(why + " " + texts.Get("command.postage.no_address"))
	}
	cells := []string{row, person.CustomerID, person.To.Name, person.To.Line1, person.To.Line2, person.To.Postcode,
		person.To.Town, person.To.Country, why, texts.Status(string(person.Status))}
	if shown {
		return cells
	}
	rule := number.RuleOn(today)
	for _, column := range []string{"customer_id", "name"} {
		at := slices.Index(postageColumns, column)
		if number.BirthNumber(cells[at], rule).Valid {
			cells[at] = number.Mask(cells[at])
		}
	}
	return cells
}
