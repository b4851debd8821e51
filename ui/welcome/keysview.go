package welcome

import (
	"path/filepath"
	"strconv"

	"fyne.io/fyne/v2"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// The pages of certificate and test.

func (s *Screen) certificate() fyne.CanvasObject {
	m := s.model
	password := parts.PasswordField("welcome.password", s.t("certificate.password"), s.t("certificate.password.help"), 320)
	password.Entry.SetText(m.Password)
	password.Entry.OnChanged = func(text string) { m.Password = text }
	password.Entry.OnSubmitted = func(string) { m.TakeCertificate() }
	rows := s.ends()
	if id := m.senderID(); id != 0 {
		key := "certificate.got"
		if m.Way == WayOwnID || m.Attempt.Typed {
			key = "certificate.typed"
		}
		rows = append(rows, parts.Note(parts.ToneGood, s.t(key, "id", strconv.FormatInt(id, 10)), parts.WizardText))
	}
	rows = append(rows, s.file())
	switch {
	case m.Slow:
		rows = append(rows, parts.KeyringWait(s.env, "welcome.keyring.cancel", parts.WizardText, m.GiveUp))
	case s.fileInstead():
		rows = append(rows, parts.SecretsFile(s.env, "welcome.file", m.Fault, parts.WizardText, m.UseSecretsFile))
	default:
		rows = append(rows, password.Object, look.Small(s.t("certificate.none")).Wrap(parts.WizardText))
	}
	p := s.page(s.t("certificate.title"), s.t("certificate.lead"), parts.Form(rows...))
	if m.Way == WayOwnID {
		p.Back = s.backButton()
	}
	p.Later = s.later()
	p.Next = parts.Main("welcome.keep", s.busy(busyCertificate, "certificate.keep", "certificate.keeping"), m.TakeCertificate).
		Off(m.Path == "" || m.Busy == busyCertificate).Icon(look.IconKey)
	return p.View()
}

// fileInstead reports whether an encrypted file is offered in place of the
// keyring.
func (s *Screen) fileInstead() bool {
	return parts.NoKeyring(s.model.Fault) && s.ports.UseSecretsFile != nil
}

// file is where the certificate's file is given, or the one that was.
func (s *Screen) file() fyne.CanvasObject {
	give := func(path string) {
		s.model.Path = path
		s.env.Redraw()
	}
	s.drop = parts.NewDrop(s.env, "welcome.certificate", look.IconKey, s.t("certificate.drop"), s.t("certificate.kinds"), []string{".p12", ".pfx"}, give)
	if s.model.Path == "" {
		return s.drop.Object
	}
	return parts.Card(parts.Row(12, look.NewIcon(look.IconFile, look.Accent), parts.Fill(look.Body(s.model.Path).Clip()),
		parts.Quiet("welcome.other", s.t("certificate.other"), func() { give("") }).Off(s.model.Busy == busyCertificate)))
}

// facts are what the sign-up has brought so far.
func (s *Screen) facts() fyne.CanvasObject {
	m := s.model
	id := ""
	if m.senderID() != 0 {
		id = strconv.FormatInt(m.senderID(), 10)
	}
	until := ""
	if !m.Facts.NotAfter.IsZero() {
		until = s.env.Words.Date(m.Facts.NotAfter)
	}
	return parts.Card(parts.Facts(180, 340,
		parts.Fact{Label: s.t("fact.name"), Value: m.Sender.Name},
		parts.Fact{Label: s.t("fact.id"), Value: id},
		parts.Fact{Label: s.t("fact.address"), Value: m.Attempt.DigipostAddress},
		parts.Fact{Label: s.t("fact.certificate"), Value: m.Facts.Subject},
		parts.Fact{Label: s.t("fact.until"), Value: until}))
}

// remarks are what is to be known of the certificate, and the question about its
// file.
func (s *Screen) remarks() []fyne.CanvasObject {
	m := s.model
	organisation := m.Attempt.OrganisationNumber
	if organisation == "" {
		organisation = m.Sender.OrganisationNumber
	}
	if s.ports.Practice || m.WrongCompany() {
		organisation = "" // the stand-in's certificate serves everybody, and the end has said it
	}
	lines := parts.CertificateNotes(s.env, "welcome.remark", m.Facts, organisation, parts.WizardText)
	if m.Leftover != "" {
		lines = append(lines, parts.Leftover(s.env, "welcome.leftover", m.Leftover, parts.WizardText, func() {
			m.DeleteLeftover(func(path string) { s.env.Toast(s.env.T("keys.leftover.deleted", "file", filepath.Base(path)), nil) })
		}, m.KeepLeftover))
	}
	return lines
}

func (s *Screen) test() fyne.CanvasObject {
	lines := append(s.ends(), s.facts())
	p := s.page(s.t("test.title"), s.t("test.lead"), parts.Stack(look.Group, append(lines, s.remarks()...)...))
	p.Back, p.Later = s.backButton(), s.later()
	p.Next = parts.Main("welcome.test", s.busy(busyTest, "test.start", "test.running"), s.model.Test).Off(s.model.Busy == busyTest)
	return p.View()
}

func (s *Screen) done() fyne.CanvasObject {
	lines := []fyne.CanvasObject{parts.Note(parts.ToneGood, s.t("done.note"), parts.WizardText), s.facts()}
	lines = append(lines, s.remarks()...)
	if !s.ports.Practice {
		lines = append(lines, parts.Stack(look.Near, look.QuietText(s.t("done.bulk")).Wrap(parts.WizardText),
			parts.Left(parts.Link("welcome.bulk", s.t("done.bulk.go"), func() { s.env.Go(parts.PlaceSettings, "sender") }))))
	}
	p := s.page(s.t("done.title"), s.t("done.lead"), parts.Stack(look.Group, lines...))
	p.Next = parts.Main("welcome.finish", s.t("done.home"), func() { s.env.Go(parts.PlaceHome, "") })
	return p.View()
}
