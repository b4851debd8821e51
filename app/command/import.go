package command

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"brevdue/app/intake"
	"brevdue/app/post"
	"brevdue/app/register"
)

type importJSON struct {
	Import     string            `json:"import"`
	Sheet      string            `json:"sheet"`
	HeaderRow  int               `json:"header_row"`
	Rows       int               `json:"rows"`
	Good       int               `json:"good"`
	New        int               `json:"new"`
	Changed    int               `json:"changed"`
	Same       int               `json:"same"`
	Skipped    int               `json:"skipped"`
	Repaired   int               `json:"repaired"`
	Duplicates int               `json:"duplicates"`
	Problems   []problemJSON     `json:"problems"`
	Mapping    map[string]string `json:"mapping"`
}

func importList(ctx context.Context, s *session, words []string) error {
	path := words[0]
	if err := checkCopy("problems", path, s.flags.problems, ".xlsx"); err != nil {
		return err
	}
	return s.with(ctx, func(p *Program) error {
		list, headings, err := s.readList(ctx, p, wanted{path: path, sheet: s.flags.sheet, header: s.flags.header, maps: s.flags.maps})
		if err != nil {
			return err
		}
		// First, so that nothing is stored where it cannot be written.
		if err := s.writeProblems(ctx, path, list); err != nil {
			return fmt.Errorf("write the problem list: %w", err)
		}
		result, err := s.store(ctx, p, path, list, headings)
		if err != nil {
			return err
		}
		if needsLook(list) {
			s.attention(exitAttention)
		}
		s.emit(result, func(w io.Writer) { s.importText(w, result) })
		return nil
	})
}

// writeProblems writes the problem list where one is wanted.
func (s *session) writeProblems(ctx context.Context, path string, list *intake.Result) error {
	if s.flags.problems == "" {
		return nil
	}
	write := intake.WriteProblems
	if s.flags.showNumbers {
		write = intake.WriteProblemsWithNumbers
	}
	source := post.Source{Path: path, Sheet: list.Sheet, HeaderRow: list.HeaderRow, FileSHA256: list.FileSHA256}
	return write(ctx, source, s.flags.problems, s.problemRows(list), s.get("label.problem"))
}

// store plans the import and, unless it is a dry run, stores it.
func (s *session) store(ctx context.Context, p *Program, path string, list *intake.Result, headings []string) (importJSON, error) {
	plan, err := p.Register.Plan(ctx, list.Recipients, s.flags.group)
	if err != nil {
		return importJSON{}, err
	}
	result := s.importResult(list, plan)
	if s.flags.dryRun {
		return result, nil
	}
	done, err := p.Register.Commit(ctx, post.Import{File: filepath.Base(path), Sheet: list.Sheet, HeaderRow: list.HeaderRow,
		RowCount: list.Rows, FileSHA256: list.FileSHA256}, plan)
	if err != nil {
		return importJSON{}, err
	}
	result.Import = done.ID
	if err := p.Register.Remember(ctx, headings, list.Mapping); err != nil {
		return importJSON{}, fmt.Errorf("remember the columns: %w", err)
	}
	return result, nil
}

func (s *session) importResult(list *intake.Result, plan *register.MergePlan) importJSON {
	result := importJSON{Sheet: list.Sheet, HeaderRow: list.HeaderRow, Rows: list.Rows, Good: list.Good,
		New: len(plan.New), Changed: len(plan.Changed), Same: len(plan.Same), Skipped: list.Rows - list.Good,
		Repaired: list.Repaired, Duplicates: list.Duplicates, Problems: s.problems(list), Mapping: map[string]string{}}
	for field, heading := range list.Mapping {
		result.Mapping[string(field)] = heading
	}
	return result
}

func (s *session) importText(w io.Writer, r importJSON) {
	s.line(w, "sheet", r.Sheet)
	for _, line := range []struct {
		key   string
		count int
	}{{"rows", r.Rows}, {"good", r.Good}, {"new", r.New}, {"changed", r.Changed}, {"same", r.Same},
		{"skipped", r.Skipped}, {"repaired", r.Repaired}, {"duplicates", r.Duplicates}} {
		s.line(w, line.key, s.number(line.count))
	}
	for _, problem := range r.Problems {
		row(w, s.get("row", "row", strconv.Itoa(problem.Row)), problem.Column, problem.Text)
	}
	if r.Import == "" {
		fmt.Fprintln(w, s.get("import.dry"))
		return
	}
	fmt.Fprintln(w, s.get("import.stored", "import", r.Import))
}

type undoJSON struct {
	Import string `json:"import"`
	Undone int    `json:"undone"`
	Left   int    `json:"left"`
}

func importUndo(ctx context.Context, s *session, words []string) error {
	return s.with(ctx, func(p *Program) error {
		undone, left, err := p.Register.Undo(ctx, words[0])
		if err != nil {
			return err
		}
		if left > 0 {
			s.attention(exitAttention)
		}
		s.emit(undoJSON{words[0], undone, left}, func(w io.Writer) {
			fmt.Fprintln(w, s.count("import.undone", undone))
			if left > 0 {
				fmt.Fprintln(w, s.count("import.left", left))
			}
		})
		return nil
	})
}
