package letter

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"

	"brevdue/app/document"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// foreign is a birth number in a document that is not the recipient's.
type foreign struct {
	file string
	document.Foreign
}

// looked is what was found in the documents before the letter goes.
type looked struct {
	// reports are the judgements for print, by path; none where nothing is printed.
	reports map[string]document.Report
	foreign []foreign
	// unread are the names of the documents whose text could not be read.
	unread []string
}

// printable reports whether nothing hinders print.
func (l looked) printable() bool {
	for _, report := range l.reports {
		if !report.PrintOK {
			return false
		}
	}
	return true
}

// lookInto looks into the documents as they are now: whether they can be printed,
// where that is wished, and whether they are about somebody else.
func lookInto(ctx context.Context, ports Ports, m model, paper bool) (looked, error) {
	found := looked{reports: map[string]document.Report{}}
	for _, f := range m.files {
		if paper && ports.CheckPrint != nil {
			report, err := ports.CheckPrint(ctx, f.path)
			if err != nil {
				return found, err
			}
			found.reports[f.path] = report
		}
		if ports.Shield == nil {
			continue
		}
		numbers, err := ports.Shield(ctx, f.path, m.ownNumber())
		switch {
		case errors.Is(err, document.ErrTextUnread):
			found.unread = append(found.unread, f.facts.Name)
		case err != nil:
			return found, err
		}
		for _, number := range numbers {
			found.foreign = append(found.foreign, foreign{f.facts.Name, number})
		}
	}
	return found, nil
}

// ownNumber is the recipient's birth number, "" where none is known. Somebody of
// the register may be addressed by other means and have one all the same.
func (m *model) ownNumber() string {
	switch {
	case m.to.To.Kind == post.ByBirthNumber:
		return m.to.To.Value
	case m.person != nil:
		return m.person.BirthNumber
	}
	return ""
}

// judged keeps what a check for print found.
func (m *model) judged(path string, report document.Report, err error) {
	for i := range m.files {
		if f := &m.files[i]; f.path == path {
			if f.checking = false; err == nil {
				f.report = &report
			}
		}
	}
}

// unprintable are the documents that are known not to be printable.
func (m *model) unprintable() []file {
	var found []file
	for _, f := range m.files {
		if f.report != nil && !f.report.PrintOK {
			found = append(found, f)
		}
	}
	return found
}

// checkFiles judges beside the window the documents that may be printed. One whose
// check failed is judged again when the letter is looked over.
func (s *Screen) checkFiles() {
	if s.ports.CheckPrint == nil || !s.model.choices.printed() || s.noPaper() {
		return
	}
	for i := range s.model.files {
		f := &s.model.files[i]
		if f.report != nil || f.checking {
			continue
		}
		f.checking = true
		path := f.path
		task.Run(s.env.Run, func(ctx context.Context) (document.Report, error) { return s.ports.CheckPrint(ctx, path) },
			func(report document.Report, err error) {
				s.model.judged(path, report, err)
				s.showPrint()
			})
	}
	s.showPrint()
}

// showPrint shows what is known of the documents and print, as soon as it is.
func (s *Screen) showPrint() {
	if len(s.model.unprintable()) > 0 {
		s.left["letter.print"] = true // nobody leaves a field here: it is wrong by itself
	}
	if s.printNotes == nil || !s.isOpen {
		return
	}
	parts.Steady(s.column, func() {
		s.printNotes.Objects = s.printTold()
		s.printNotes.Refresh()
		s.column.Content.Refresh()
		s.column.Refresh()
	})
	s.adapt()
}

// printTold are the notes on the documents and print: what is wrong with each.
func (s *Screen) printTold() []fyne.CanvasObject {
	env, m := s.env, &s.model
	if s.ports.CheckPrint == nil || len(m.files) == 0 {
		return nil
	}
	var told []fyne.CanvasObject
	for i, f := range m.files {
		if f.report == nil || f.report.PrintOK {
			continue
		}
		note := parts.Errors(env.Words, env.T("letter.print.no", "file", f.facts.Name), len(f.report.Errors),
			func(i int) (string, []string) { return f.report.Errors[i].Words() }, formWidth)
		told = append(told, parts.WithID("letter.print."+itoa(i), note))
	}
	switch {
	case len(told) > 0:
		told = append(told, s.small("letter.print.next"))
	case slices.ContainsFunc(m.files, func(f file) bool { return f.checking }):
		told = append(told, look.Small(env.T("letter.print.checking")))
	case !slices.ContainsFunc(m.files, func(f file) bool { return f.report == nil }):
		told = append(told, parts.WithID("letter.print.ok", look.Small(env.T("letter.print.ok"))))
	}
	return told
}

// foreignNotes warn of birth numbers that are not the recipient's. The letter goes
// when somebody says that they have looked.
func (s *Screen) foreignNotes() []fyne.CanvasObject {
	env, found := s.env, s.plan.looked
	var notes []fyne.CanvasObject
	if len(found.foreign) > 0 {
		text := env.T("letter.foreign")
		if s.model.ownNumber() == "" {
			text = env.T("letter.foreign.unknown")
		}
		for _, each := range found.foreign[:min(len(found.foreign), mostForeign)] {
			text += "\n" + env.T("letter.foreign.line", "file", each.file, "page", itoa(each.Page), "number", each.Masked)
		}
		if more := len(found.foreign) - mostForeign; more > 0 {
			text += "\n" + env.Words.Count("letter.foreign.more", more)
		}
		looked := parts.NewSwitch("letter.foreign.ok", env.T("letter.foreign.ok"), s.foreignOK, func(on bool) {
			s.foreignOK = on
			env.Redraw()
		})
		notes = append(notes, parts.Stack(look.Tight, parts.WithID("letter.foreign", parts.Note(parts.ToneStop, text, look.Reading)), looked.Object))
	}
	for _, name := range found.unread {
		notes = append(notes, parts.Note(parts.ToneCare, env.T("letter.foreign.unread", "file", name), look.Reading))
	}
	return notes
}

// mostForeign is how many foreign numbers are listed.
const mostForeign = 6

// held reports whether the letter waits for somebody to look at foreign numbers.
func (s *Screen) held() bool { return len(s.plan.looked.foreign) > 0 && !s.foreignOK }
