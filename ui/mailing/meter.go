package mailing

import (
	"fyne.io/fyne/v2"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// meter shows how far something long is: what is being done, n of N, the time
// left, and the way out.
type meter struct {
	stage       string
	done, total int
	words       *look.Text
	bar         *parts.Progress
}

// tell gives what work reports to. The newest numbers are shown.
func (s *Screen) tell() teller {
	s.meter = meter{}
	shows := map[string]func(done, total int){}
	for _, stage := range stages {
		shows[stage] = s.env.Run.Progress(func(done, total int) { s.meter.show(s, stage, done, total) })
	}
	return func(stage string, done, total int) { shows[stage](done, total) }
}

// show brings the meter up to date where it stands.
func (m *meter) show(s *Screen, stage string, done, total int) {
	m.stage, m.done, m.total = stage, done, total
	if m.bar == nil {
		return
	}
	m.words.Set(s.env.T("mailing.stage." + stage))
	m.bar.Set(done, total)
}

// meterView is the meter with a button to cancel, which may be nil.
func (s *Screen) meterView(cancel func()) fyne.CanvasObject {
	m := &s.meter
	m.words, m.bar = look.Strong(s.env.T("mailing.preparing")), parts.NewProgress(s.env, "")
	if m.stage != "" {
		m.show(s, m.stage, m.done, m.total)
	}
	lines := []fyne.CanvasObject{m.words, m.bar.Object}
	if cancel != nil {
		lines = append(lines, look.Small(s.env.T("mailing.stage.nothing_sent")).Wrap(parts.WizardText-2*look.Group), parts.Left(parts.Quiet("mailing.cancel", s.env.T("button.cancel"), cancel)))
	}
	return parts.WithID("mailing.meter", parts.Card(parts.Stack(12, lines...)))
}
