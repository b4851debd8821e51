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

// mostC5Sheets is the most sheets a C5 envelope holds (Digipost's page on C4 and C5:
// over 14 pages go in C4).
const mostC5Sheets = 7

// envelopes are how thick the letters get on paper: the fewest and the most sheets,
// printed on both sides, and how many letters need a C4 envelope. Each document
// begins on a sheet of its own.
func (m *model) envelopes() (fewest, most, large int) {
	shared := 0
	for _, file := range m.sharedFiles() {
		shared += (file.facts.Pages + 1) / 2
	}
	if !m.own.on {
		if fewest, most = shared, shared; shared > mostC5Sheets {
			large = 1
		}
		return fewest, most, large
	}
	if m.own.found == nil {
		return 0, 0, 0
	}
	for _, row := range m.own.found.rows {
		if row.state != rowGood {
			continue
		}
		sheets := shared + (row.look.facts.Pages+1)/2
		if fewest == 0 || sheets < fewest {
			fewest = sheets
		}
		if most = max(most, sheets); sheets > mostC5Sheets {
			large++
		}
	}
	return fewest, most, large
}

// envelopeText says how thick the letters get on paper, "" while that is not known.
func (s *Screen) envelopeText() string {
	env := s.env
	fewest, most, large := s.model.envelopes()
	if most == 0 {
		return ""
	}
	text := env.Words.Count("mailing.sheets", most)
	if fewest < most {
		text = env.T("mailing.sheets.between", "least", env.Words.Number(fewest), "most", env.Words.Number(most))
	}
	switch {
	case large == 0:
		return text + " " + env.T("mailing.envelope.c5")
	case !s.model.own.on:
		return text + " " + env.T("mailing.envelope.c4")
	}
	return text + " " + env.Words.Count("mailing.envelope.some", large)
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
