package sheet

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// unfilled is a gap of the words that nothing was given for.
var unfilled = regexp.MustCompile(`\{[a-z_]+\}`)

func (s *Screen) problemText(problem post.Problem) string {
	return unfilled.ReplaceAllString(s.env.Words.Problem(string(problem.Code), problem.Variant, problem.Fields), "?")
}

// problemsView lists what to look at, with what becomes of those rows.
func (s *Screen) problemsView() fyne.CanvasObject {
	m, words := s.model, s.env.Words
	if len(m.result.Problems) == 0 {
		return parts.Stack(0, parts.Note(parts.ToneGood, words.Count("sheet.problems.none", m.result.Rows), parts.WizardText))
	}
	var troubles []parts.Trouble
	for _, problem := range m.result.Problems {
		troubles = append(troubles, parts.Trouble{Level: problem.Level, Row: problem.Row, Column: problem.Column, Text: s.problemText(problem)})
	}
	// What stops a row comes first, what was set right last.
	weight := map[post.Level]int{post.MustFix: 0, post.ShouldCheck: 1, post.Repaired: 2}
	slices.SortStableFunc(troubles, func(a, b parts.Trouble) int { return weight[a.Level] - weight[b.Level] })
	above := []fyne.CanvasObject{s.verdict()}
	if doubtful := m.rowsWith(post.ShouldCheck); doubtful > 0 {
		above = append(above, parts.CheckBox("sheet.skip", words.Count("sheet.problems.skip", doubtful), m.skipCheck, m.setSkip))
	}
	list := parts.NewProblems(s.env, "sheet.problems", troubles)
	whole := parts.Stack(0)
	show := func(line parts.Trouble) {
		whole.Objects = []fyne.CanvasObject{s.wholeProblem(line)}
		whole.Refresh()
	}
	show(troubles[0])
	list.OnOpen = show
	return container.NewBorder(parts.Inset(0, 0, 0, 12, parts.Stack(look.Near, above...)), parts.Inset(0, 12, 0, 0, whole), nil, nil, list.Object)
}

// wholeProblem shows a problem with all its words, which a narrow table cuts
// off.
func (s *Screen) wholeProblem(line parts.Trouble) fyne.CanvasObject {
	where := s.env.T("problems.row") + " " + strconv.Itoa(line.Row)
	if line.Column != "" {
		where += " · " + line.Column
	}
	return container.NewStack(look.NewSurface(look.Card, look.Line, look.Radius), parts.Inset(look.Apart, 12, look.Apart, 12,
		parts.Stack(0, look.Strong(where).Clip(), look.Body(line.Text).Wrap(parts.WizardText))))
}

// verdict says how many rows are fine and what becomes of the others.
func (s *Screen) verdict() fyne.CanvasObject {
	m, words := s.model, s.env.Words
	good := words.Count("sheet.problems.good", len(m.rows()), "total", words.Number(m.result.Rows))
	bad := m.rowsWith(post.MustFix)
	switch {
	case len(m.rows()) == 0:
		return parts.Note(parts.ToneStop, s.env.T("sheet.problems.nobody"), parts.WizardText)
	case bad > 0:
		return parts.Note(parts.ToneCare, good+" "+words.Count("sheet.problems.bad", bad), parts.WizardText)
	}
	return parts.Note(parts.ToneGood, good, parts.WizardText)
}

// problemButtons saves the list of problems, where there is one.
func (s *Screen) problemButtons() []*parts.Button {
	reasons := s.reasons()
	if len(reasons) == 0 {
		return nil
	}
	return []*parts.Button{parts.Quiet("sheet.problems.save", s.env.T("sheet.problems.save"), func() {
		s.env.SaveFile(s.problemsFile(), func(out string) {
			s.model.saveProblems(out, reasons, func(err error) { s.problemsSaved(out, err) },
				s.env.T("sheet.problems.heading.row"), s.env.T("sheet.problems.heading.reason"))
		})
	}).Icon(look.IconDownload)}
}

func (s *Screen) problemsSaved(out string, err error) {
	if err == nil {
		s.env.Toast(s.env.T("sheet.problems.saved", "file", filepath.Base(out)), nil)
	}
	s.touch()
}

func (s *Screen) problemsFile() string {
	name := s.model.file()
	return s.env.T("sheet.problems.file", "file", strings.TrimSuffix(name, filepath.Ext(name))) + ".xlsx"
}

// reasons gives for each row what must or should be looked at.
func (s *Screen) reasons() map[int]string {
	rows := map[int]string{}
	for _, problem := range s.model.result.Problems {
		if problem.Level == post.Repaired || problem.Row == 0 {
			continue
		}
		text := s.problemText(problem)
		if problem.Column != "" {
			text = problem.Column + ": " + text
		}
		rows[problem.Row] = strings.TrimSpace(rows[problem.Row] + " " + text)
	}
	return rows
}
