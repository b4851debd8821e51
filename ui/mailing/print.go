package mailing

import (
	"context"

	"fyne.io/fyne/v2"

	"brevdue/app/document"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// unprintable reports whether the document is known not to be printable, and may be
// printed.
func (m *model) unprintable() bool { return m.onPaper() && m.report != nil && !m.report.PrintOK }

// checkPrint judges the document for print beside the window. Where that fails it
// is judged again before the mailing is looked over.
func (s *Screen) checkPrint() {
	m := &s.model
	if s.ports.CheckPrint == nil || m.path == "" || m.report != nil || !m.onPaper() {
		return
	}
	path := m.path
	task.Replace(s.env.Run, &s.judge, func(ctx context.Context) (document.Report, error) { return s.ports.CheckPrint(ctx, path) },
		func(report document.Report, err error) {
			if err != nil || m.path != path {
				return
			}
			m.report = &report
			if s.isOpen && (m.step == stepDocument || m.step == stepPaper) {
				s.env.Redraw()
			}
		})
}

// printNote says what is wrong with the document for print, where it may be printed.
func (s *Screen) printNote() []fyne.CanvasObject {
	m := &s.model
	if !m.onPaper() || m.report == nil {
		return nil
	}
	report := m.report
	if report.PrintOK {
		return []fyne.CanvasObject{parts.WithID("mailing.print.ok", look.Small(s.env.T("mailing.print.ok")))}
	}
	note := parts.Errors(s.env.Words, s.env.T("letter.print.no", "file", m.facts.Name), len(report.Errors),
		func(i int) (string, []string) { return report.Errors[i].Words() }, parts.WizardText)
	return []fyne.CanvasObject{parts.WithID("mailing.print", note)}
}
