package command

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"brevdue/app/intake"
	"brevdue/app/post"
)

// wanted says how a list is to be read; zero values are found out.
type wanted struct {
	path, sheet string
	header      int
	maps        []string
	// documents reads the column of -match too.
	documents bool
}

// readList reads a list: the sheet and heading row that are asked for or
// guessed, the columns as they were matched last time under the same headings,
// else as guessed, and what was asked for on top.
func (s *session) readList(ctx context.Context, p *Program, w wanted) (list *intake.Result, headings []string, err error) {
	own, err := parseMaps(w.maps)
	if err != nil {
		return nil, nil, err
	}
	book, err := intake.Open(ctx, w.path)
	if err != nil {
		return nil, nil, err
	}
	defer book.Close()
	sheet := w.sheet
	if sheet == "" {
		sheet = book.DefaultSheet()
	}
	header := w.header
	if header == 0 {
		if header, err = book.GuessHeader(ctx, sheet); err != nil {
			return nil, nil, err
		}
	}
	columns, err := book.Columns(ctx, sheet, header)
	if err != nil {
		return nil, nil, err
	}
	for _, column := range columns {
		headings = append(headings, column.Heading)
	}
	mapping, known, err := p.Register.Remembered(ctx, headings)
	if err != nil {
		return nil, nil, fmt.Errorf("look for the columns of last time: %w", err)
	}
	if !known {
		if mapping, err = book.Guess(ctx, sheet, header); err != nil {
			return nil, nil, err
		}
	}
	mapping = overlay(mapping, own)
	if w.documents {
		mapping = s.flags.knownMapping(mapping)
	}
	plan := intake.Plan{Sheet: sheet, Header: header, Mapping: mapping,
		AllowSynthetic: p.Environment != post.Production, KeepDuplicates: true, Today: s.now()}
	list, err = book.Read(ctx, plan, func(done, total int) {
		s.progress(s.get("progress.reading", "done", s.number(done), "total", s.number(total)))
	})
	s.progressEnd()
	return list, headings, err
}

// parseMaps reads FIELD=COLUMN. An empty column takes the field away.
func parseMaps(given []string) (post.Mapping, error) {
	mapping := post.Mapping{}
	for _, text := range given {
		field, column, found := strings.Cut(text, "=")
		field = strings.TrimSpace(field)
		if !found || field == "" {
			return nil, usage("bad_value", "flag", "map")
		}
		mapping[post.Field(field)] = strings.TrimSpace(column)
	}
	return mapping, nil
}

// overlay puts a person's own choice over a mapping. A column that is chosen
// for one field no longer fills another.
func overlay(mapping, own post.Mapping) post.Mapping {
	out := maps.Clone(mapping)
	if out == nil {
		out = post.Mapping{}
	}
	for field, column := range own {
		for other, taken := range out {
			if taken == column {
				delete(out, other)
			}
		}
		delete(out, field)
		if column != "" {
			out[field] = column
		}
	}
	return out
}

// problemJSON is one thing to look at in a list.
type problemJSON struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	Code   string `json:"code"`
	Level  string `json:"level"`
	Text   string `json:"text"`
}

func (s *session) problems(list *intake.Result) []problemJSON {
	out := make([]problemJSON, 0, len(list.Problems))
	for _, problem := range list.Problems {
		out = append(out, problemJSON{problem.Row, problem.Column, string(problem.Code), string(problem.Level), s.problemText(problem)})
	}
	return out
}

func (s *session) problemText(problem post.Problem) string {
	text := s.texts.Problem(string(problem.Code), problem.Variant, problem.Fields)
	return unfilled.ReplaceAllString(text, "?")
}

// problemRows gives the reasons by row, for a problem list.
func (s *session) problemRows(list *intake.Result) map[int]string {
	rows := map[int]string{}
	for _, problem := range list.Problems {
		if problem.Level == post.Repaired || problem.Row == 0 {
			continue
		}
		text := s.problemText(problem)
		if problem.Column != "" {
			text = problem.Column + ": " + text
		}
		if rows[problem.Row] != "" {
			text = rows[problem.Row] + " " + text
		}
		rows[problem.Row] = text
	}
	return rows
}

// needsLook reports whether a list has problems that a person should see to.
func needsLook(list *intake.Result) bool {
	return slices.ContainsFunc(list.Problems, func(p post.Problem) bool { return p.Level != post.Repaired })
}
