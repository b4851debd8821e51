package mailing

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// field shows what is wrong with a question, once the person wanted to go on.
func (s *Screen) field(wrongs map[string]wrong, id string, field *parts.Field) fyne.CanvasObject {
	if w, bad := wrongs[id]; bad && s.asked {
		field.SetError(s.env.T(w.key, w.pairs...))
	}
	return field.Object
}

// line is a question with one line of text.
func (s *Screen) line(wrongs map[string]wrong, id, label, help string, width float32, value *string, changed func()) fyne.CanvasObject {
	field := parts.TextField(id, s.env.T(label), help, width)
	s.entries[id] = field.Entry
	field.Entry.SetText(*value)
	field.Entry.OnChanged = func(text string) {
		*value = text
		if changed != nil {
			changed()
		}
	}
	return s.field(wrongs, id, field)
}

// tabs are a few choices beside each other below a label.
func (s *Screen) tabs(id, words string, keys []string, chosen string, changed func(string)) fyne.CanvasObject {
	var tabs []parts.Tab
	for _, key := range keys {
		tabs = append(tabs, parts.Tab{Key: key, Title: s.env.T(words + "." + key)})
	}
	return parts.Stack(6, look.Strong(s.env.T(words)), parts.NewTabs(id, tabs, chosen, changed).Object)
}

// labels are what is asked in the fields that can be wrong, as keys of words.
var labels = map[string]string{"mailing.sms.hours": "letter.sms.hours", "mailing.sms.time": "letter.sms.time", "mailing.deliver": "letter.deliver",
	"mailing.reference": "letter.reference", "mailing.return.name": "letter.name", "mailing.return.line1": "letter.line1",
	"mailing.return.line2": "letter.line2", "mailing.return.place": "letter.return.place"}

// mend lists on top of a page what is to be mended; each line leads to its field.
func (s *Screen) mend(page step, all []wrong) []fyne.CanvasObject {
	s.entries = map[string]*parts.Entry{}
	first := on(page, all)
	if !s.asked || len(first) == 0 {
		return nil
	}
	var list []parts.Mistake
	for _, w := range all {
		if _, shown := first[w.field]; shown {
			list = append(list, parts.Mistake{Field: w.field, Text: s.env.T(labels[w.field]) + ": " + s.env.T(w.key, w.pairs...)})
			delete(first, w.field)
		}
	}
	return []fyne.CanvasObject{parts.Mistakes("mailing.mend", s.env.T("mailing.mend"), parts.WizardText, list, func(field string) {
		if entry := s.entries[field]; entry != nil {
			s.env.Window.Canvas().Focus(entry) // the page follows the cursor
		}
	})}
}

// moment is a question for a day and a time.
func (s *Screen) moment(wrongs map[string]wrong, id string, m *parts.Moment) fyne.CanvasObject {
	pair := parts.MomentField(s.env, id, s.env.T(labels[id]), m)
	s.entries[id] = pair.First
	return s.field(wrongs, id, pair.Field)
}

// propose fills in a moment that cannot be used as it stands.
func (s *Screen) propose(m *parts.Moment, days int, clock string) {
	if _, wrong := m.After(s.env.Now()); wrong != "" {
		*m = parts.Moment{Day: s.env.Words.Date(s.env.Now().AddDate(0, 0, days)), Clock: clock}
	}
}

// optionsView is how the letters are opened, and what else can be asked for.
func (s *Screen) optionsView() fyne.CanvasObject {
	env, m := s.env, &s.model
	c := &m.choices
	_, all := m.read(env.Now())
	wrongs := on(stepOptions, all)
	small := func(key string) fyne.CanvasObject { return look.Small(env.T(key)).Wrap(parts.WizardText) }
	lines := append(s.mend(stepOptions, all),
		parts.Levels(env, "mailing", m.options, parts.WizardText, func(options post.Options) { m.options = options }),
		parts.Stack(6, s.tabs("mailing.sms", "letter.sms", []string{smsNone, smsAfter, smsAt}, c.sms, func(key string) {
			if c.sms = key; key == smsAt {
				s.propose(&c.smsAt, reminderDays, morning)
			}
			env.Redraw()
		}), small("letter.sms.help")))
	switch c.sms {
	case smsAfter:
		lines = append(lines, s.line(wrongs, "mailing.sms.hours", "letter.sms.hours", "", 88, &c.hours, nil))
	case smsAt:
		lines = append(lines, s.moment(wrongs, "mailing.sms.time", &c.smsAt))
	}
	receipt := parts.NewSwitch("mailing.receipt", env.T("letter.receipt"), c.receipt, func(on bool) { c.receipt = on })
	later := parts.NewSwitch("mailing.later", env.T("letter.later"), c.later, func(on bool) {
		if c.later = on; on {
			s.propose(&c.deliverAt, deliverDays, early)
		}
		env.Redraw()
	})
	lines = append(lines, parts.Stack(0, receipt.Object, small("letter.receipt.help")), parts.Stack(0, later.Object, small("letter.later.help")))
	if c.later {
		lines = append(lines, s.moment(wrongs, "mailing.deliver", &c.deliverAt))
	}
	lines = append(lines, s.line(wrongs, "mailing.reference", "letter.reference", env.T("letter.reference.help"), 320, &c.reference, nil))
	p := s.page(env.T("mailing.options.lead"), parts.Form(lines...))
	p.Next = parts.Main("mailing.next", env.T("button.next"), s.next)
	return p.View()
}

// mostPaperPages is how many pages Digipost prints without asking (digipost.no, about
// print).
const mostPaperPages = 20

// paperView is how letters are printed, and where they go when they cannot be
// delivered.
func (s *Screen) paperView() fyne.CanvasObject {
	env, m := s.env, &s.model
	c := &m.choices
	_, all := m.read(env.Now())
	wrongs := on(stepPaper, all)
	lines := s.mend(stepPaper, all)
	note := func(tone parts.Tone, key string) {
		lines = append(lines, parts.Note(tone, env.T(key), parts.WizardText))
	}
	switch {
	case s.agreed.noPaper():
		note(parts.ToneCare, "letter.paper.not_agreed")
	case s.agreed.unasked:
		note(parts.ToneInfo, "letter.paper.unasked")
	}
	if s.ports.CheckPrint == nil && m.facts.Pages > mostPaperPages {
		note(parts.ToneCare, "letter.paper.too_many_pages")
	}
	if s.ports.CheckPrint == nil && m.facts.Encrypted {
		note(parts.ToneCare, "letter.paper.locked")
	}
	lines = append(lines, s.printNote()...)
	if text := s.envelopeText(); text != "" {
		lines = append(lines, parts.WithID("mailing.envelope", parts.Row(12, look.NewIcon(look.IconLetter, look.QuietInk), look.Body(text).Wrap(parts.WizardText-40))))
	}
	color, undelivered := "black", "return"
	if c.color {
		color = "color"
	}
	if c.shred {
		undelivered = "shred"
	}
	lines = append(lines, s.returnForm(wrongs),
		s.tabs("mailing.color", "letter.color", []string{"black", "color"}, color, func(key string) { c.color = key == "color" }),
		s.tabs("mailing.undelivered", "letter.undelivered", []string{"return", "shred"}, undelivered, func(key string) { c.shred = key == "shred" }))
	var rules []fyne.CanvasObject
	for _, rule := range []string{"form", "edge", "pages", "time"} {
		rules = append(rules, parts.RowTop(look.Near, parts.Stack(0, look.NewIconOf(look.IconDot, look.QuietInk, 18)),
			look.Small(env.T("letter.paper.rule."+rule)).Wrap(parts.WizardText-26)))
	}
	lines = append(lines, parts.Stack(6, append([]fyne.CanvasObject{look.Strong(env.T("letter.paper.rules"))}, rules...)...))
	p := s.page(env.T("mailing.paper.lead"), parts.Form(lines...))
	p.Next = parts.Main("mailing.next", env.T("button.next"), s.next)
	return p.View()
}

// returnForm is where post goes that cannot be delivered.
func (s *Screen) returnForm(wrongs map[string]wrong) fyne.CanvasObject {
	env, c := s.env, &s.model.choices
	typed := func() { c.backTyped = true }
	place := parts.PairField("mailing.return.place", env.T("letter.return.place"), parts.Half{ID: "postcode", Width: 88}, parts.Half{ID: "town", Width: 224})
	s.entries["mailing.return.place"] = place.First
	place.First.SetText(c.back.Postcode)
	place.Second.SetText(c.back.Town)
	place.First.OnChanged = func(text string) { c.back.Postcode, c.backTyped = text, true }
	place.Second.OnChanged = func(text string) { c.back.Town, c.backTyped = text, true }
	return parts.Stack(12,
		parts.Stack(2, look.Strong(env.T("letter.return")), look.Small(env.T("letter.return.help")).Wrap(parts.WizardText)),
		s.line(wrongs, "mailing.return.name", "letter.name", "", 400, &c.back.Name, typed),
		s.line(wrongs, "mailing.return.line1", "letter.line1", "", 400, &c.back.Line1, typed),
		s.line(wrongs, "mailing.return.line2", "letter.line2", "", 400, &c.back.Line2, typed),
		s.field(wrongs, "mailing.return.place", place.Field))
}
