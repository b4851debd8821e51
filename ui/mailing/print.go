package mailing

import (
	"context"

	"brevdue/app/document"
	"brevdue/ui/task"
)

// unprintable reports whether the document is known not to be printable, and may be
// printed.
func (m *model) unprintable() bool {
	return !m.own.on && m.onPaper() && m.report != nil && !m.report.PrintOK
}

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
