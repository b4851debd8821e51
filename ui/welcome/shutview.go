package welcome

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// closed is the page of a profile that could not be opened: why, and the ways
// on.
func (s *Screen) closed() fyne.CanvasObject {
	m := s.model
	p := parts.Page{Title: s.shutTitle(), Fault: parts.NewFaultBox(s.env, look.Reading)}
	if s.ports.Name == "" && m.Busy == "" && s.fileInstead() && post.CodeOf(m.Fault) != post.CodeSecretsPassphrase {
		p.Lead = s.t("shut.new.lead")
	}
	var lines []fyne.CanvasObject
	switch {
	case m.Busy == busyOpen && m.Slow:
		lines = append(lines, parts.KeyringWait(s.env, "welcome.keyring.cancel", look.Reading, m.GiveUp))
	case m.Busy == busyOpen || m.Busy == busyFile:
		lines = append(lines, parts.Row(12, look.NewIcon(look.IconHourglass, look.Accent), look.Body(s.t("shut.opening"))))
	case s.fileInstead():
		lines = append(lines, parts.SecretsFile(s.env, "welcome.file", m.Fault, look.Reading, m.UseSecretsFile))
	case parts.NoKeyring(m.Fault):
		what, _ := parts.Explain(s.env.Words, post.CodeOf(m.Fault), nil)
		lines = append(lines, parts.WithID("welcome.shut", parts.Note(parts.ToneStop, what+" "+s.t("shut.keyring"), look.Reading)))
	default:
		p.Fault.Show(m.Fault)
	}
	if s.ports.StartPractice != nil {
		lines = append(lines, parts.Stack(look.Tight, look.QuietText(s.t("shut.practice")).Wrap(look.Reading),
			parts.Left(parts.Link("welcome.try", s.t("try"), func() {
				m.Way = WayPractice
				m.Show(PagePractice)
			}))))
	}
	lines = append(lines, parts.Left(s.languages()))
	p.Content = parts.Stack(look.Group, lines...)
	locked := s.fileInstead() && post.CodeOf(m.Fault) == post.CodeSecretsPassphrase // only its password opens it
	if s.ports.Reopen != nil && !locked {
		p.Next = parts.Main("welcome.reopen", s.env.T("button.retry"), m.Reopen).Icon(look.IconRefresh).Off(m.Busy != "")
		if s.fileInstead() {
			p.Extra, p.Next = []*parts.Button{parts.Quiet("welcome.reopen", s.env.T("button.retry"), m.Reopen).Icon(look.IconRefresh)}, nil
		}
	}
	return p.View()
}

// shutTitle says what the page is about.
func (s *Screen) shutTitle() string {
	locked := post.CodeOf(s.model.Fault) == post.CodeSecretsPassphrase
	switch {
	case s.ports.Name == "" && locked:
		return s.t("shut.unlock")
	case s.ports.Name == "" && s.fileInstead():
		return s.t("shut.new")
	case s.ports.Name == "":
		return s.t("shut.title")
	case locked:
		return s.t("shut.unlock.name", "name", s.ports.Name)
	case s.model.Busy != "":
		return s.ports.Name
	}
	return s.t("shut.title.name", "name", s.ports.Name)
}
