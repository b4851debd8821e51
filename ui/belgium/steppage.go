package belgium

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// cardText is the width to wrap text at in a card beside the list of steps.
const cardText = parts.WizardText - 2*look.Group

// stepPage is what stands on the page of the step that is open.
func (s *Screen) stepPage(fault *parts.FaultBox) []fyne.CanvasObject {
	m := s.model
	is, what := told(m.t, m.step), info(m.t, m.step)
	content := []fyne.CanvasObject{s.heading()}
	if m.err != nil && !m.looked {
		content = append(content, fault.Object)
	}
	content = append(content, s.before(is, what)...)
	if what.Unneeded {
		return append(content, s.note())
	}
	if what.Irreversible && !over(is.State) {
		content = append(content, s.irreversible())
	}
	content = append(content, s.how(what))
	if what.URL != "" {
		content = append(content, s.where(what.URL))
	}
	var fields []fyne.CanvasObject
	for _, part := range partsOf(m.t, m.step) {
		fields = append(fields, s.part(part)...)
	}
	if what.Proved { // what the main button does is to be seen at once
		content = append(append(content, fields...), s.facts(what))
	} else {
		content = append(append(content, s.facts(what)), fields...)
	}
	if text := s.mailText(); text != "" && is.State != post.EBoxBlocked {
		content = append(content, s.mail(text))
	}
	if what.MaySkip && !over(is.State) && is.State != post.EBoxBlocked {
		content = append(content, s.skipping(what))
	}
	if !what.Proved {
		content = append(content, s.date(is))
	}
	return append(content, s.note())
}

// heading is the name of the step in Dutch, what that means, and how far it is.
func (s *Screen) heading() fyne.CanvasObject {
	m := s.model
	title := s.title(m.step)
	lines := []fyne.CanvasObject{parts.WithID("belgium.heading", look.Heading(m.step+"  "+title).Wrap(parts.WizardText))}
	if means := s.env.T(info(m.t, m.step).Words + ".title"); means != title {
		lines = append(lines, look.QuietText(means).Wrap(parts.WizardText))
	}
	return parts.Stack(look.Tight, append(lines, parts.Inset(0, look.Tight, 0, 0, s.status(m.step).View()))...)
}

// before says why the step cannot be done yet, that it falls away, or that somebody
// has taken long to answer.
func (s *Screen) before(is post.EBoxStep, what onboarding.EBoxStepInfo) []fyne.CanvasObject {
	m := s.model
	if done, all := onboarding.EBoxProgress(m.t); done == all && neighbour(m.step, 1) == "" {
		key := "finished"
		if m.t.OwnKey {
			key = "finished.own"
		}
		return []fyne.CanvasObject{parts.WithID("belgium.finished", parts.Note(parts.ToneGood, s.t(key), parts.WizardText))}
	}
	switch {
	case what.Unneeded:
		return []fyne.CanvasObject{parts.Note(parts.ToneInfo, s.t("unneeded"), parts.WizardText)}
	case is.State == post.EBoxBlocked:
		lines := []fyne.CanvasObject{parts.Note(parts.ToneInfo, s.t("blocked"), parts.WizardText)}
		for _, id := range onboarding.EBoxMissing(m.t, m.step) {
			lines = append(lines, parts.Left(parts.Link("belgium.goto."+id, id+"  "+s.title(id), func() { m.open(id) }).Icon(look.IconRight)))
		}
		return []fyne.CanvasObject{parts.Stack(look.Tight, lines...)}
	case is.State != post.EBoxWaiting:
		return nil
	}
	reminder, found := m.reminder()
	if !found {
		return nil
	}
	since := s.env.Words.Date(reminder.Since)
	if !reminder.Due {
		return []fyne.CanvasObject{parts.WithID("belgium.waiting", parts.Note(parts.ToneInfo,
			s.t("waiting", "date", since, "remind", s.env.Words.Date(reminder.At)), parts.WizardText))}
	}
	return []fyne.CanvasObject{parts.WithID("belgium.reminder", parts.Stack(look.Near,
		parts.Note(parts.ToneCare, s.t("reminder", "date", since), parts.WizardText),
		parts.Left(parts.Quiet("belgium.put_off", s.t("put_off"), m.putOff).Icon(look.IconClock).Off(m.busy != ""))))}
}

// irreversible stands before what cannot be undone, with a tick that says that the
// person knows.
func (s *Screen) irreversible() fyne.CanvasObject {
	const text = parts.WizardText - 2*look.Apart - 32
	m := s.model
	lines := []fyne.CanvasObject{look.Strong(s.t("irreversible")).Wrap(text), look.Body(s.t("irreversible.text")).Wrap(text),
		look.Body(s.t("irreversible.simulation")).Wrap(text)}
	if told(m.t, m.step).State != post.EBoxBlocked {
		lines = append(lines, parts.CheckBox("belgium.sure", s.t("irreversible.sure"), m.sure, func(on bool) {
			m.sure = on
			m.changed()
		}))
	}
	return container.NewStack(look.NewSurface(look.StopSoft, look.Stop, look.Radius),
		parts.Around(look.Apart, parts.RowTop(12, parts.Stack(0, look.NewIcon(look.IconStop, look.Stop)), parts.Stack(look.Near, lines...))))
}

// how tells what to do, one line for each thing.
func (s *Screen) how(what onboarding.EBoxStepInfo) fyne.CanvasObject {
	return parts.Stack(look.Near, look.Strong(s.t("how")), s.paragraphs(s.env.T(what.Words+".how"), parts.WizardText))
}

func (s *Screen) paragraphs(text string, width float32) fyne.CanvasObject {
	var lines []fyne.CanvasObject
	for _, line := range strings.Split(text, "\n") {
		if line != "" {
			lines = append(lines, look.Body(line).Wrap(width))
		}
	}
	return parts.Stack(look.Near, lines...)
}

// facts are who does it, what that takes and what comes of it.
func (s *Screen) facts(what onboarding.EBoxStepInfo) fyne.CanvasObject {
	const label = float32(128)
	const value = cardText - label - look.Apart
	var who []fyne.CanvasObject
	for _, role := range what.Who {
		who = append(who, parts.Stack(0, look.Body(s.t("role."+string(role))).Wrap(value), look.Small(s.t("role."+string(role)+".text")).Wrap(value)))
	}
	rows := []fyne.CanvasObject{parts.RowTop(look.Apart, parts.Width(label, parts.Stack(0, look.QuietText(s.t("who")).Wrap(label))), parts.Stack(look.Tight, who...))}
	rows = append(rows, parts.Facts(label, value,
		parts.Fact{Label: s.t("needs"), Value: s.words(what.Words + ".needs")},
		parts.Fact{Label: s.t("gives"), Value: s.words(what.Words + ".gives")}))
	return parts.Card(parts.Stack(10, rows...))
}

// words gives the words of a key, "" where there are none.
func (s *Screen) words(key string) string {
	if !s.env.Words.Has(key) {
		return ""
	}
	return s.env.T(key)
}

// where leads to the page in the browser, and gives its address to copy.
func (s *Screen) where(address string) fyne.CanvasObject {
	lines := []fyne.CanvasObject{look.Strong(s.t("where"))}
	if s.model.ports.OpenPage != nil {
		lines = append(lines, parts.Left(parts.Quiet("belgium.open", s.t("open"), func() { s.model.openPage(address) }).Icon(look.IconBrowser)))
	}
	lines = append(lines, parts.CopyLine(s.env, "belgium.copy", address, parts.WizardText))
	return parts.Stack(look.Near, lines...)
}

// skipping asks whether what the step gives is there already.
func (s *Screen) skipping(what onboarding.EBoxStepInfo) fyne.CanvasObject {
	m := s.model
	return parts.Stack(look.Tight, look.Strong(s.t("skip")), look.Body(s.t("skip.when", "when", s.env.T(what.Words+".skip"))).Wrap(parts.WizardText),
		parts.CheckBox("belgium.skip", s.t("skip.tick"), m.skip, func(on bool) {
			m.skip = on
			m.changed()
		}))
}

// date asks when it was done.
func (s *Screen) date(is post.EBoxStep) fyne.CanvasObject {
	m := s.model
	if over(is.State) {
		return parts.Facts(128, parts.WizardText-144, parts.Fact{Label: s.t("date.was"), Value: s.env.Words.Date(is.Date)})
	}
	field := parts.TextField("belgium.date", s.t("date"), s.t("date.help"), 136)
	field.Entry.SetText(m.date)
	field.Entry.SetPlaceHolder(s.env.Words.Date(s.env.Now()))
	field.Entry.OnChanged = func(text string) { m.date = text }
	if m.noDate {
		field.SetError(s.t("date.wrong"))
	}
	return field.Object
}

// note is a place for whatever the person wants to remember.
func (s *Screen) note() fyne.CanvasObject {
	m := s.model
	entry := parts.NewTextEntry(3)
	entry.SetText(m.note)
	entry.OnChanged = func(text string) { m.note = text }
	entry.Left = m.save
	return parts.Stack(6, look.Strong(s.t("note")), parts.Width(parts.WizardText, parts.WithID("belgium.note", entry)), look.Small(s.t("note.help")).Wrap(parts.WizardText))
}

// mailText is what can be sent to Team DigiPost in this step, in Dutch whatever the
// person's own language; "" where there is nothing to send.
func (s *Screen) mailText() string {
	m := s.model
	key := "belgium.mail." + strings.ToLower(m.step)
	is := told(m.t, m.step)
	if !s.env.Words.Has(key) || m.t.OwnKey || over(is.State) {
		return ""
	}
	name := m.t.Name
	if name == "" {
		name = parts.Enterprise(m.t.Enterprise)
	}
	client, number := m.t.ClientID, m.t.SenderNumber
	if client == "" {
		client = "…"
	}
	if number == "" {
		number = "…"
	}
	return s.env.T(key, "name", name, "enterprise", parts.Enterprise(m.t.Enterprise), "client_id", client, "sender_number", number,
		"date", s.env.Words.Date(is.Date), "fingerprint", m.t.Certificate.SHA256)
}

// mail shows the text with a button to copy it.
func (s *Screen) mail(text string) fyne.CanvasObject {
	return parts.Stack(look.Near, look.Strong(s.t("mail")), look.QuietText(s.t("mail.lead")).Wrap(parts.WizardText),
		parts.Card(parts.Stack(look.Apart, s.paragraphs(text, cardText), parts.Left(parts.Quiet("belgium.mail", s.t("mail.copy"), func() {
			fyne.CurrentApp().Clipboard().SetContent(text)
			s.env.Toast(s.env.T("toast.copied"), nil)
		}).Icon(look.IconCopy)))))
}

// buttons are what can be done with the step: the main one at the right.
func (s *Screen) buttons() (extra []*parts.Button, main *parts.Button) {
	m := s.model
	is, what := told(m.t, m.step), info(m.t, m.step)
	switch {
	case m.keyPath != "": // a file was chosen: keeping it comes next
		return nil, parts.Main("belgium.key.import", s.busy(busyKey, "key.import", "key.importing"), s.importKey).Icon(look.IconShield).Off(m.busy != "")
	case over(is.State):
		switch {
		case what.Proved:
			extra = append(extra, parts.Quiet("belgium.test", s.busy(busyTest, "test", "test.busy"), m.test).Off(m.busy != "" || !m.hasKey))
		case !what.Unneeded:
			extra = append(extra, parts.Quiet("belgium.reopen", s.t("reopen"), s.reopen).Icon(look.IconUndo).Off(m.busy != ""))
		}
		if _, all := onboarding.EBoxProgress(m.t); all > 0 && next(m.t) != m.step && !over(told(m.t, next(m.t)).State) {
			return extra, parts.Main("belgium.next", s.t("next"), func() { m.open(next(m.t)) })
		}
		if id := neighbour(m.step, 1); id != "" {
			return extra, parts.Main("belgium.next", s.t("next"), func() { m.open(id) })
		}
		if m.t.OwnKey {
			return extra, parts.Main("belgium.inbox", s.t("inbox"), func() { s.env.Go(parts.PlaceInbox, "") }).Icon(look.IconTray)
		}
		return extra, nil
	case is.State == post.EBoxBlocked:
		if missing := onboarding.EBoxMissing(m.t, m.step); len(missing) > 0 {
			return nil, parts.Main("belgium.first", s.t("first", "step", missing[0]), func() { m.open(missing[0]) })
		}
		return nil, nil
	case what.Proved:
		return nil, parts.Main("belgium.test", s.busy(busyTest, "test", "test.busy"), m.test).Off(m.busy != "" || !m.hasKey)
	case m.skip:
		return nil, parts.Main("belgium.mark", s.t("skip.mark"), func() { m.mark(post.EBoxSkipped) }).Off(!m.may(post.EBoxSkipped))
	}
	if is.State == post.EBoxOpen && m.step != onboarding.StepDelivered {
		extra = append(extra, parts.Quiet("belgium.asked", s.t("asked"), func() { m.mark(post.EBoxWaiting) }).Icon(look.IconHourglass).Off(m.busy != ""))
	}
	return extra, parts.Main("belgium.mark", s.busy(busyMark, "mark", "mark.busy"), func() { m.mark(post.EBoxDone) }).Off(!m.may(post.EBoxDone)).Icon(look.IconTick)
}

func (s *Screen) busy(what, rest, busy string) string {
	if s.model.busy == what {
		return s.t(busy)
	}
	return s.t(rest)
}

// reopen takes a step back. Where others lean on it, that is asked first.
func (s *Screen) reopen() {
	m := s.model
	back := onboarding.EBoxFallsBack(m.t, m.step)
	if len(back) == 0 {
		m.mark(post.EBoxOpen)
		return
	}
	parts.Ask(s.env, "belgium.reopen.ask", s.t("reopen.title", "step", m.step), s.t("reopen.text", "steps", strings.Join(back, ", ")),
		s.t("reopen.yes"), s.env.T("button.cancel"), func() { m.mark(post.EBoxOpen) })
}
