package belgium

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// part builds one of the fields of a step.
func (s *Screen) part(which part) []fyne.CanvasObject {
	m := s.model
	switch which {
	case partCertificate:
		if m.ports.TakeCertificate != nil {
			return []fyne.CanvasObject{s.certificate()}
		}
	case partNumber:
		return []fyne.CanvasObject{s.kept(keptField{id: "belgium.number", key: "number", width: 200, typed: &m.number, kept: m.t.SenderNumber, keep: m.keepNumber})}
	case partClientID:
		lines := []fyne.CanvasObject{parts.Note(parts.ToneCare, s.t("client_id.certificate"), parts.WizardText),
			s.kept(keptField{id: "belgium.client_id", key: "client_id", width: 480, typed: &m.client, kept: m.t.ClientID, keep: m.keepClientID,
				judge: s.model.ports.CheckClientID})}
		if m.t.Certificate.SHA256 != "" {
			lines = append(lines, s.certificateFacts())
		}
		return lines
	case partKey:
		if m.ports.TakeCertificate != nil {
			return s.key()
		}
	case partTest:
		return s.tests()
	}
	return nil
}

var certificateEndings = []string{".pem", ".crt", ".cer", ".der", ".p12", ".pfx", ".key"}

// certificate takes the file from Team DigiPost and says what is to be said of it.
func (s *Screen) certificate() fyne.CanvasObject {
	m := s.model
	lines := append([]fyne.CanvasObject{look.Strong(s.t("certificate"))}, s.looked()...)
	if m.t.Certificate.SHA256 != "" {
		lines = append(lines, s.certificateFacts())
	}
	hint := s.t("certificate.hint")
	s.drop = parts.NewDrop(s.env, "belgium.certificate", look.IconShield, s.t("certificate.drop"), hint, certificateEndings,
		func(path string) { m.takeCertificate(path, "") })
	return parts.Stack(12, append(lines, parts.Width(parts.WizardText, s.drop.Object))...)
}

// looked is what was found of the file that was given last. Why it was not taken
// stands right above, where the person looks.
func (s *Screen) looked() []fyne.CanvasObject {
	m := s.model
	if !m.looked {
		return nil
	}
	fault := parts.NewFaultBox(s.env, parts.WizardText)
	fault.Show(m.err)
	return []fyne.CanvasObject{fault.Object, s.findings("belgium.findings", m.look.Checks)}
}

// certificateFacts are what both sides can compare.
func (s *Screen) certificateFacts() fyne.CanvasObject {
	c := s.model.t.Certificate
	const label = float32(128)
	return parts.WithID("belgium.certificate.facts", parts.Card(parts.Stack(12, look.Strong(s.t("certificate.kept")), parts.Facts(label, cardText-label-look.Apart,
		parts.Fact{Label: s.t("certificate.subject"), Value: c.Subject},
		parts.Fact{Label: s.t("certificate.issuer"), Value: c.Issuer},
		parts.Fact{Label: s.t("certificate.enterprise"), Value: parts.Enterprise(c.Enterprise)},
		parts.Fact{Label: s.t("certificate.until"), Value: s.until(c)},
		parts.Fact{Label: s.t("certificate.key"), Value: c.Key},
		parts.Fact{Label: s.t("certificate.fingerprint"), Value: c.SHA256}))))
}

// until is the last day of a certificate and how long that is.
func (s *Screen) until(c post.EBoxCertificate) string {
	if c.NotAfter.IsZero() {
		return ""
	}
	return s.env.Words.Count("belgium.certificate.days", max(0, parts.DaysLeft(c.NotAfter, s.env.Now())), "date", s.env.Words.Date(c.NotAfter))
}

var verdicts = map[post.EBoxVerdict]parts.Status{
	post.EBoxBlocks: {Icon: look.IconCrossCircle, Color: look.Stop},
	post.EBoxWarns:  {Icon: look.IconWarning, Color: look.Care},
	post.EBoxTells:  {Icon: look.IconInfo, Color: look.Accent},
	post.EBoxGood:   {Icon: look.IconTickCircle, Color: look.Good},
}

// findings lists what was looked at, the gravest first, each with shape and word.
func (s *Screen) findings(id string, checks []post.EBoxCheck) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, verdict := range []post.EBoxVerdict{post.EBoxBlocks, post.EBoxWarns, post.EBoxGood, post.EBoxTells} {
		for _, check := range checks {
			if check.Verdict == verdict {
				rows = append(rows, s.finding(check))
			}
		}
	}
	return parts.WithID(id, parts.Card(parts.Stack(12, rows...)))
}

func (s *Screen) finding(check post.EBoxCheck) fyne.CanvasObject {
	shape := verdicts[check.Verdict]
	lines := []fyne.CanvasObject{look.Body(s.check(check)).Wrap(cardText - 32)}
	if next := s.words("ebox.check." + check.Code + ".next"); next != "" && (check.Verdict == post.EBoxBlocks || check.Verdict == post.EBoxWarns) {
		lines = append(lines, look.Small(next).Wrap(cardText-32))
	}
	return parts.RowTop(12, parts.Stack(0, look.NewIcon(shape.Icon, shape.Color)), parts.Stack(2, lines...))
}

// check says what was found, in the person's words.
func (s *Screen) check(check post.EBoxCheck) string {
	pairs := make([]string, 0, 2*len(check.Fields))
	for name, value := range check.Fields {
		switch day, err := time.ParseInLocation(time.DateOnly, value, time.Local); {
		case name == "date" && err == nil:
			value = s.env.Words.Date(day)
		case name == "enterprise", name == "number" && strings.HasPrefix(check.Code, "certificate_"):
			value = parts.Enterprise(value)
		}
		pairs = append(pairs, name, value)
	}
	return s.env.T("ebox.check."+check.Code, pairs...)
}

// keptField is a field whose content a button keeps.
type keptField struct {
	id, key string
	width   float32
	typed   *string
	kept    string
	keep    func()
	// judge says what is to be said while it is typed; nil for nothing.
	judge func(text, senderNumber string) []post.EBoxCheck
}

// kept builds the field.
func (s *Screen) kept(f keptField) fyne.CanvasObject {
	m := s.model
	field := parts.TextField(f.id, s.t(f.key), s.t(f.key+".help"), f.width)
	field.Entry.SetText(*f.typed)
	verdict := parts.Stack(look.Near)
	save := parts.Quiet(f.id+".keep", s.env.T("button.save"), f.keep)
	show := func(text string) {
		verdict.Objects = nil
		if f.judge != nil && text != "" {
			for _, check := range f.judge(text, m.t.SenderNumber) {
				verdict.Objects = append(verdict.Objects, s.verdict(check))
			}
		}
		save.Off(m.busy != "" || text == f.kept)
		verdict.Refresh()
	}
	show(*f.typed)
	field.Entry.OnChanged = func(text string) {
		*f.typed = text
		show(text)
	}
	field.Entry.OnSubmitted = func(string) { f.keep() }
	return parts.Stack(look.Near, field.Object, parts.WithID(f.id+".verdict", verdict), parts.Left(save))
}

// verdict is a finding without a card around it.
func (s *Screen) verdict(check post.EBoxCheck) fyne.CanvasObject {
	shape := verdicts[check.Verdict]
	return parts.RowTop(look.Near, parts.Stack(0, look.NewIconOf(shape.Icon, shape.Color, 18)), look.Small(s.check(check)).In(look.Ink).Wrap(parts.WizardText-32))
}
