package welcome

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/onboarding"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// The pages from the organisation's number to a sender-id.

func (s *Screen) organisation() fyne.CanvasObject {
	field := parts.TextField("welcome.organisation", s.t("organisation.label"), s.t("organisation.help"), 160)
	field.Entry.SetText(s.model.Number)
	field.Entry.OnChanged = func(text string) { s.model.Number = text }
	field.Entry.OnSubmitted = func(string) { s.model.OpenBrowser() }
	if s.model.NumberProblem != "" {
		field.SetError(s.t("organisation." + s.model.NumberProblem))
	}
	lead, open, opening := "organisation.lead", "open", "opening"
	note := parts.Note(parts.ToneInfo, s.t("organisation.note"), parts.WizardText)
	if s.model.Way == WayApplication {
		lead, open, opening = "apply.lead", "apply.open", "apply.opening"
		note = s.applying()
	} else if s.ports.Practice {
		note = parts.Note(parts.ToneGood, s.t("organisation.practice"), parts.WizardText)
	}
	rows := []fyne.CanvasObject{field.Object}
	if name := parts.OrganisationName(s.model.Facts, s.model.Number); name != s.model.Number {
		rows = append(rows, parts.Row(look.Near, look.NewIconOf(look.IconBuilding, look.Accent, 18), parts.Fill(look.Strong(name).Clip())))
	}
	p := s.page(s.t("organisation.title"), s.t(lead), parts.Form(append(rows, note)...))
	p.Back, p.Later = s.backButton(), s.later()
	p.Next = parts.Main("welcome.open", s.busy(busyBrowser, open, opening), s.model.OpenBrowser).Off(s.model.Busy == busyBrowser).Icon(look.IconBrowser)
	return p.View()
}

// applying tells what becomes of an application.
func (s *Screen) applying() fyne.CanvasObject {
	const text = parts.WizardText - 2*look.Group - 32
	var rows []fyne.CanvasObject
	for _, p := range []struct {
		icon look.IconName
		key  string
	}{{look.IconBrowser, "apply.form"}, {look.IconHourglass, "apply.days"}, {look.IconLetter, "apply.answer"}} {
		rows = append(rows, parts.RowTop(12, parts.Stack(0, look.NewIcon(p.icon, look.Accent)), look.Body(s.t(p.key)).Wrap(text)))
	}
	return parts.Card(parts.Stack(look.Apart, rows...))
}

// browser is the wait while the person is at Digipost.
func (s *Screen) browser() fyne.CanvasObject {
	m, kind := s.model, "browser"
	if m.Way == WayApplication {
		kind = "form"
	}
	content := s.ends()
	if m.Expired() {
		return s.over(content)
	}
	content = append(content, parts.Card(parts.Stack(look.Near,
		parts.Row(12, look.NewIcon(look.IconClock, look.Accent), look.Strong(s.t(kind+".waiting"))),
		look.QuietText(s.t(kind+".waiting.text")).Wrap(parts.WizardText-2*look.Group))))
	if m.Blocked && m.Way == WayAutomatic {
		content = append(content, parts.WithID("welcome.blocked", parts.Note(parts.ToneCare, s.t("browser.blocked"), parts.WizardText)))
	}
	address := parts.Stack(6, look.Strong(s.t("browser.address")), parts.CopyLine(s.env, "welcome.copy", m.Attempt.RegistrationURL, parts.WizardText),
		look.Small(s.t("browser.address.help")).Wrap(parts.WizardText))
	if m.Blocked {
		content = append(content, s.pasting(), address)
	} else {
		content = append(content, address, s.pasting())
	}
	content = append(content, s.sidelines())
	p := s.page(s.t(kind+".title"), s.t(kind+".lead"), parts.Stack(look.Group, content...))
	p.Back, p.Later = s.backButton(), s.later()
	p.Extra = []*parts.Button{s.again("browser.again")}
	if m.Way == WayApplication {
		p.Next = parts.Main("welcome.handed_in", s.t("form.sent"), m.HandedIn).Off(m.Busy != "").Icon(look.IconTick)
	}
	return p.View()
}

// over is all there is of an attempt whose time is over.
func (s *Screen) over(content []fyne.CanvasObject) fyne.CanvasObject {
	p := s.page(s.t("over.title"), "", parts.Stack(look.Group, content...))
	p.Later = s.later()
	return p.View()
}

func (s *Screen) again(key string) *parts.Button {
	return parts.Quiet("welcome.again", s.t(key), s.model.OpenBrowser).Icon(look.IconBrowser).Off(s.model.Busy == busyBrowser)
}

// pasting takes the address from the browser.
func (s *Screen) pasting() fyne.CanvasObject {
	paste := parts.NewEntry()
	paste.PlaceHolder = s.t("browser.paste.example")
	paste.SetText(s.model.Pasted)
	paste.OnChanged = func(text string) { s.model.Pasted = text }
	paste.OnSubmitted = func(string) { s.model.Paste() }
	use := parts.Quiet("welcome.paste", s.t("browser.paste.use"), s.model.Paste)
	return parts.Stack(look.Near, parts.NewField("welcome.pasted", s.t("browser.paste"), "", parts.WizardText, paste).Object, parts.Left(use))
}

// sidelines are the small ways aside: without signing rights, and out of it.
func (s *Screen) sidelines() fyne.CanvasObject {
	var links []fyne.CanvasObject
	if s.model.Way == WayAutomatic && s.ports.HandedIn != nil && !slices.Contains(s.model.Ends(), EndApply) {
		links = append(links, parts.Link("welcome.apply", s.t("apply.instead"), s.model.Apply))
	}
	if s.ports.Cancel != nil {
		links = append(links, parts.Link("welcome.cancel", s.t("cancel"), func() {
			parts.Ask(s.env, "welcome.cancel.ask", s.t("cancel.title"), s.t("cancel.text"), s.t("cancel.yes"), s.t("cancel.no"), s.model.Cancel)
		}))
	}
	return parts.Left(parts.Row(look.Apart, links...))
}

// ends tells how a return went wrong, where the fault box does not, and gives
// the ways on.
func (s *Screen) ends() []fyne.CanvasObject {
	m := s.model
	var lines []fyne.CanvasObject
	switch {
	case m.WrongCompany():
		lines = append(lines, parts.WithID("welcome.wrong_company", parts.Note(parts.ToneStop, s.t("end.wrong_company",
			"name", m.Facts.Organisation, "owner", m.Facts.OrganisationNumber, "organisation", m.Attempt.OrganisationNumber), parts.WizardText)))
	case m.Attempt.Trouble != "" && m.Fault == nil && m.Page != PageTest && m.Page != PageCertificate:
		// What the attempt itself noted, for example that no browser opened.
		what, next := parts.Explain(s.env.Words, m.Attempt.Trouble, m.Attempt.TroubleFields)
		lines = append(lines, parts.WithID("welcome.trouble", parts.Note(parts.ToneCare, what+" "+next, parts.WizardText)))
	}
	if m.Late() && (m.Page == PageCertificate || m.Page == PageTest) {
		lines = append(lines, parts.WithID("welcome.late", parts.Note(parts.ToneInfo,
			s.t("end.late", "started", s.env.Words.Date(m.Attempt.Started), "returned", s.env.Words.Date(m.Attempt.Returned)), parts.WizardText)))
	}
	act := map[End]func(){EndApply: m.Apply, EndAnew: m.Anew, EndRetype: m.Retype, EndCertificate: m.AnotherCertificate}
	var row []fyne.CanvasObject
	for _, end := range m.Ends() {
		if key := "welcome.end." + string(end) + ".text"; s.env.Words.Has(key) {
			lines = append(lines, look.Body(s.env.T(key)).Wrap(parts.WizardText))
		}
		row = append(row, parts.Quiet("welcome.end."+string(end), s.t("end."+string(end)), act[end]))
	}
	if len(row) > 0 {
		lines = append(lines, parts.Left(parts.Row(12, row...)))
	}
	return lines
}

// applied is the wait for Digipost's people, which may take days.
func (s *Screen) applied() fyne.CanvasObject {
	m, attempt, words := s.model, s.model.Attempt, s.env.Words
	content := s.ends()
	if m.Expired() {
		return s.over(content)
	}
	if onboarding.ReminderDue(attempt, s.env.Now()) {
		lines := []fyne.CanvasObject{parts.Note(parts.ToneCare, s.t("applied.reminder"), parts.WizardText)}
		if s.ports.PutOff != nil {
			lines = append(lines, parts.Left(parts.Quiet("welcome.put_off", s.t("applied.put_off"), m.PutOff).Icon(look.IconClock).Off(m.Busy != "")))
		}
		content = append(content, parts.WithID("welcome.reminder", parts.Stack(look.Near, lines...)))
	}
	reminder := ""
	if at := onboarding.RemindAt(attempt, s.env.Now().Location()); at.After(s.env.Now()) {
		reminder = words.Date(at)
	}
	content = append(content, parts.Card(parts.Stack(look.Apart,
		parts.Facts(160, parts.WizardText-2*look.Group-160-look.Apart,
			parts.Fact{Label: s.t("applied.date"), Value: words.Date(attempt.Applied)},
			parts.Fact{Label: s.t("organisation.label"), Value: parts.OrganisationName(m.Facts, attempt.OrganisationNumber)},
			parts.Fact{Label: s.t("applied.remind"), Value: reminder}),
		look.QuietText(s.t("applied.close")).Wrap(parts.WizardText-2*look.Group), s.asking())),
		s.approval(), s.mail(), s.nonce())
	links := []fyne.CanvasObject{s.sidelines()}
	if s.ports.Denied != nil {
		links = append(links, parts.Link("welcome.denied", s.t("applied.denied"), m.Denied).Off(m.Busy != ""))
	}
	content = append(content, parts.Left(parts.Row(look.Apart, links...)))
	p := s.page(s.t("applied.title"), s.t("applied.lead"), parts.Stack(look.Group, content...))
	p.Extra = []*parts.Button{s.again("applied.again")}
	p.Next = parts.Main("welcome.home", s.t("done.home"), func() { s.env.Go(parts.PlaceHome, "") })
	return p.View()
}

// asking is the button that looks for the answer at once, where there is a relay
// to ask; else it is said that the person hears by mail.
func (s *Screen) asking() fyne.CanvasObject {
	const text = parts.WizardText - 2*look.Group
	if s.ports.Check == nil {
		return look.QuietText(s.t("applied.by_mail")).Wrap(text)
	}
	line := look.QuietText(s.t("applied.by_itself")).Wrap(text)
	if s.model.Unanswered {
		line = look.Body(s.t("applied.unanswered", "time", s.env.Words.Time(s.env.Now()))).Wrap(text)
	}
	return parts.Stack(look.Near, line, parts.Left(parts.Quiet("welcome.check", s.busy(busyCheck, "applied.check", "applied.checking"), s.model.Check).
		Icon(look.IconRefresh).Off(s.model.Busy != "")))
}

// approval takes what the person heard: the sender-id or an address.
func (s *Screen) approval() fyne.CanvasObject {
	field := parts.TextField("welcome.approved", s.t("approved.label"), s.t("approved.help"), 360)
	field.Entry.SetText(s.model.Approved)
	field.Entry.OnChanged = func(text string) { s.model.Approved = text }
	field.Entry.OnSubmitted = func(string) { s.model.TakeApproved() }
	if s.model.IDProblem != "" {
		field.SetError(s.t("own_id." + s.model.IDProblem))
	}
	return parts.Stack(look.Near, field.Object,
		parts.Left(parts.Quiet("welcome.approved.use", s.t("approved.use"), s.model.TakeApproved).Off(s.model.Busy == busyID || s.model.Busy == busyPaste)))
}

// mail is a text to send to Digipost's support, ready to be copied.
func (s *Screen) mail() fyne.CanvasObject {
	const text = parts.WizardText - 2*look.Group
	subject := s.t("mail.subject", "organisation", s.model.Attempt.OrganisationNumber)
	body := s.t("mail.body", "organisation", s.model.Attempt.OrganisationNumber, "date", s.env.Words.Date(s.model.Attempt.Applied))
	lines := []fyne.CanvasObject{look.Strong(subject).Wrap(text)}
	for _, paragraph := range strings.Split(body, "\n") {
		if paragraph != "" {
			lines = append(lines, look.Body(paragraph).Wrap(text))
		}
	}
	lines = append(lines, parts.Left(parts.Quiet("welcome.mail", s.t("mail.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(subject + "\n\n" + body)
		s.env.Toast(s.env.T("toast.copied"), nil)
	}).Icon(look.IconCopy)))
	return parts.Stack(look.Near, look.Strong(s.t("mail")), look.QuietText(s.t("mail.lead")).Wrap(parts.WizardText), parts.Card(parts.Stack(look.Near, lines...)))
}

// nonce is the reference of the attempt, for those who are asked for it.
func (s *Screen) nonce() fyne.CanvasObject {
	return parts.Stack(6, look.Small(s.t("nonce")).Wrap(parts.WizardText), parts.CopyLine(s.env, "welcome.nonce", s.model.Attempt.Nonce, parts.WizardText))
}

// refused is Digipost's no, with what can be done about it.
func (s *Screen) refused() fyne.CanvasObject {
	date := s.env.Words.Date(s.model.Attempt.Refused)
	content := append(s.ends(), parts.Note(parts.ToneStop, s.t("refused.text", "date", date, "organisation", s.model.Attempt.OrganisationNumber), parts.WizardText),
		look.Body(s.t("refused.next")).Wrap(parts.WizardText), s.approval(), s.nonce())
	p := s.page(s.t("refused.title"), "", parts.Stack(look.Group, content...))
	p.Later = s.later()
	p.Next = parts.Main("welcome.anew", s.t("end.anew"), s.model.Anew)
	return p.View()
}

func (s *Screen) ownID() fyne.CanvasObject {
	field := parts.TextField("welcome.own_id", s.t("own_id.label"), s.t("own_id.help"), 160)
	field.Entry.SetText(s.model.ID)
	field.Entry.OnChanged = func(text string) { s.model.ID = text }
	field.Entry.OnSubmitted = func(string) { s.model.TakeID() }
	if s.model.IDProblem != "" {
		field.SetError(s.t("own_id." + s.model.IDProblem))
	}
	p := s.page(s.t("own_id.title"), s.t("own_id.lead"), parts.Form(field.Object, parts.Note(parts.ToneInfo, s.t("own_id.note"), parts.WizardText)))
	p.Back, p.Later = s.backButton(), s.later()
	p.Next = parts.Main("welcome.next", s.env.T("button.next"), s.model.TakeID).Off(s.model.Busy == busyID)
	return p.View()
}
