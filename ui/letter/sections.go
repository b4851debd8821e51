package letter

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// How far ahead a time is proposed, in days, and when on the day.
const (
	reminderDays = 3
	deliverDays  = 1
	paperDays    = 14
	morning      = "10:00"
	early        = "08:00"
)

// sections are the options that an ordinary letter does without.
func (s *Screen) sections() fyne.CanvasObject {
	return parts.Stack(0,
		s.section(sectionReminder, s.reminderBody()),
		s.section(sectionPaper, s.paperBody()),
		s.section(sectionType, s.typeBody()),
		s.section(sectionMore, s.moreBody()),
		look.NewHairline())
}

func (s *Screen) section(name string, body fyne.CanvasObject) fyne.CanvasObject {
	fold := parts.NewFold("letter.section."+name, s.env.T("letter.section."+name), s.open[name], body, func(open bool) {
		s.open[name] = open
		s.column.Content.Refresh()
		s.column.Refresh()
	})
	s.questions.folds[name] = fold
	return fold.Object
}

// tabs are a few choices beside each other below a label.
func (s *Screen) tabs(id, label string, keys []string, chosen string, changed func(string)) fyne.CanvasObject {
	var tabs []parts.Tab
	for _, key := range keys {
		tabs = append(tabs, parts.Tab{Key: key, Title: s.env.T(id + "." + key)})
	}
	return parts.Stack(6, look.Strong(s.env.T(label)), parts.NewTabs(id, tabs, chosen, changed).Object)
}

// small is a quiet sentence of help.
func (s *Screen) small(key string) fyne.CanvasObject { return look.Small(s.env.T(key)).Wrap(formWidth) }

func (s *Screen) reminderBody() fyne.CanvasObject {
	c := &s.model.choices
	sms := s.tabs("letter.sms", "letter.sms", []string{smsNone, smsAfter, smsAt}, c.sms, func(key string) {
		c.sms = key
		if key == smsAt {
			s.propose("letter.sms.time", c.smsAt, reminderDays, morning)
		}
		s.adapt()
	})
	email := parts.NewSwitch("letter.email", s.env.T("letter.email"), c.email, func(on bool) {
		c.email = on
		if on {
			s.fillEmail()
		}
		s.adapt()
	})
	return parts.Form(
		parts.Stack(6, sms, s.small("letter.sms.help")),
		s.when(func() bool { return c.sms == smsAfter }, s.line("letter.sms.hours", "letter.sms.hours", "", 88, &c.hours)),
		s.when(func() bool { return c.sms == smsAt }, s.moment("letter.sms.time", "letter.sms.time", "", &c.smsAt)),
		parts.Stack(0, email.Object, s.small("letter.email.help")),
		s.when(func() bool { return c.email }, parts.Form(
			s.line("letter.email.address", "letter.email.address", "", formWidth, &c.address),
			s.line("letter.email.subject", "letter.email.subject", "", formWidth, &c.emailSubject),
			s.lines("letter.email.text", "letter.email.text", "letter.email.text.help", &c.emailText),
			s.moment("letter.email.time", "letter.email.time", "", &c.emailAt))))
}

// fillEmail proposes what is not filled in yet.
func (s *Screen) fillEmail() {
	c := &s.model.choices
	if c.address == "" {
		s.fill("letter.email.address", s.model.to.To.Email)
	}
	if c.emailSubject == "" {
		s.fill("letter.email.subject", s.env.T("letter.email.subject.proposed"))
	}
	if c.emailText == "" {
		s.fill("letter.email.text", s.env.T("letter.email.text.proposed"))
	}
	s.propose("letter.email.time", c.emailAt, reminderDays, morning)
}

func (s *Screen) paperBody() fyne.CanvasObject {
	c := &s.model.choices
	s.paper = parts.NewSwitch("letter.paper", s.env.T("letter.paper"), c.paper, func(on bool) {
		c.paper = on
		s.checkFiles()
		s.adapt()
	})
	s.unread = parts.NewSwitch("letter.unread", s.env.T("letter.unread"), c.unread, func(on bool) {
		c.unread = on
		if on {
			s.propose("letter.unread.time", c.unreadBy, paperDays, morning)
		}
		s.checkFiles()
		s.adapt()
	})
	s.questions.spots["letter.paper"] = &spot{object: s.paper.Object}
	s.offerPaper()
	return parts.Form(
		s.when(s.noPaper, parts.Note(parts.ToneInfo, s.env.T("letter.paper.not_agreed"), formWidth)),
		s.when(func() bool { return s.unasked }, s.small("letter.paper.unasked")),
		parts.Stack(0, s.paper.Object, s.unread.Object),
		s.when(func() bool { return c.unread && !s.noPaper() }, s.moment("letter.unread.time", "letter.unread.time", "", &c.unreadBy)),
		s.when(func() bool { return c.printed() && !s.noPaper() }, s.printBody()))
}

// offerPaper gives the switches where the agreement has paper.
func (s *Screen) offerPaper() {
	if s.paper != nil {
		s.paper.Off(s.noPaper())
		s.unread.Off(s.noPaper())
	}
}

func (s *Screen) noPaper() bool { return lacks(s.proof, post.FeaturePaper) }

// printBody is how a letter is printed, and what it must be like.
func (s *Screen) printBody() fyne.CanvasObject {
	m, c := &s.model, &s.model.choices
	warn := func(key string, on func() bool) fyne.CanvasObject {
		return s.when(on, parts.Note(parts.ToneCare, s.env.T(key), formWidth))
	}
	color, undelivered := "black", "return"
	if c.color {
		color = "color"
	}
	if c.shred {
		undelivered = "shred"
	}
	var rules []fyne.CanvasObject
	for _, rule := range []string{"form", "edge", "pages", "time"} {
		rules = append(rules, parts.RowTop(look.Near, parts.Stack(0, look.NewIconOf(look.IconDot, look.QuietInk, 18)),
			look.Small(s.env.T("letter.paper.rule."+rule)).Wrap(formWidth-26)))
	}
	s.printNotes = parts.Stack(look.Near, s.printTold()...)
	s.questions.spots["letter.print"] = &spot{object: s.printNotes}
	told := s.printNotes
	return parts.Form(
		s.when(func() bool { return len(told.Objects) > 0 }, told),
		warn("letter.wrong.no_address", func() bool { return m.chosen() && !reachable(m.to.To) }),
		warn("letter.paper.too_many_pages", func() bool { return m.pages() > mostPaperPages }),
		warn("letter.paper.locked", func() bool { return s.ports.CheckPrint == nil && m.locked() }),
		s.returnForm(),
		s.tabs("letter.color", "letter.color", []string{"black", "color"}, color, func(key string) { c.color = key == "color"; s.adapt() }),
		s.tabs("letter.undelivered", "letter.undelivered", []string{"return", "shred"}, undelivered, func(key string) { c.shred = key == "shred"; s.adapt() }),
		parts.Stack(6, append([]fyne.CanvasObject{look.Strong(s.env.T("letter.paper.rules"))}, rules...)...))
}

// returnForm is where post goes that cannot be delivered.
func (s *Screen) returnForm() fyne.CanvasObject {
	c := &s.model.choices
	place := parts.PairField("letter.return.place", s.env.T("letter.return.place"), parts.Half{ID: "postcode", Width: 88}, parts.Half{ID: "town", Width: 224})
	form := parts.Stack(12,
		parts.Stack(2, look.Strong(s.env.T("letter.return")), s.small("letter.return.help")),
		s.line("letter.return.name", "letter.name", "", formWidth, &c.back.name),
		s.line("letter.return.line1", "letter.line1", "", formWidth, &c.back.line1),
		s.line("letter.return.line2", "letter.line2", "", formWidth, &c.back.line2),
		s.question("letter.return.place", "letter.return.place", place.Field, "", []*parts.Entry{place.First, place.Second}, &c.back.postcode, &c.back.town))
	for _, id := range returnFields {
		for _, entry := range s.questions.spots[id].entries {
			changed := entry.OnChanged
			entry.OnChanged = func(text string) {
				c.backTyped = true
				changed(text)
			}
		}
	}
	return form
}

var returnFields = []string{"letter.return.name", "letter.return.line1", "letter.return.line2", "letter.return.place"}

func (s *Screen) typeBody() fyne.CanvasObject {
	c := &s.model.choices
	fields := parts.Stack(0)
	show := func() {
		fields.Objects = s.typeFields()
		fields.Hide()
		if len(fields.Objects) > 0 {
			fields.Show()
		}
	}
	show()
	kinds := []string{"letter", string(post.ContentInvoice), string(post.ContentDebt), string(post.ContentPayslip)}
	chosen := string(c.kind)
	if c.kind == post.ContentLetter {
		chosen = "letter"
	}
	tabs := s.tabs("letter.type", "letter.type", kinds, chosen, func(key string) {
		if key == "letter" {
			key = ""
		}
		for _, id := range []string{"letter.amount", "letter.date", "letter.account", "letter.kid"} {
			delete(s.questions.spots, id)
			delete(s.left, id)
		}
		c.setKind(post.ContentKind(key))
		show()
		s.showLevels()
		s.adapt()
		s.column.Content.Refresh()
		s.column.Refresh()
	})
	return parts.Form(tabs, fields)
}

// typeFields are the questions that belong to the kind of letter.
func (s *Screen) typeFields() []fyne.CanvasObject {
	c := &s.model.choices
	kind := string(c.kind)
	if c.kind == post.ContentLetter {
		return nil
	}
	fields := []fyne.CanvasObject{
		s.line("letter.amount", "letter.amount."+kind, "letter.amount.help", 160, &c.amount),
		s.line("letter.date", "letter.date."+kind, "letter.date.help", 160, &c.date),
	}
	if c.kind != post.ContentPayslip {
		account, kid := "letter.account."+kind, "letter.kid.optional"
		if c.kind == post.ContentInvoice && lacks(s.proof, post.FeatureNoKID) {
			kid = "letter.kid"
		}
		fields = append(fields, s.line("letter.account", account, "", 200, &c.account), s.line("letter.kid", kid, "", 264, &c.kid))
	}
	fields = append(fields, s.small("letter.type."+kind+".help"))
	return []fyne.CanvasObject{parts.Form(fields...)}
}

func (s *Screen) moreBody() fyne.CanvasObject {
	m, c := &s.model, &s.model.choices
	deliver := parts.NewSwitch("letter.later", s.env.T("letter.later"), c.later, func(on bool) {
		c.later = on
		if on {
			s.propose("letter.deliver", c.deliverAt, deliverDays, early)
		}
		s.adapt()
	})
	receipt := parts.NewSwitch("letter.receipt", s.env.T("letter.receipt"), c.receipt, func(on bool) { c.receipt = on; s.adapt() })
	s.invite = parts.NewSwitch("letter.invite", s.env.T("letter.invite"), c.invite, func(on bool) {
		c.invite = on
		if on {
			s.propose("letter.deadline", c.deadline, paperDays, morning)
		}
		s.adapt()
	})
	s.invite.Off(!s.invitable() && !c.invite)
	s.questions.spots["letter.invite"] = &spot{object: s.invite.Object}
	return parts.Form(
		s.line("letter.reference", "letter.reference", "letter.reference.help", formWidth, &c.reference),
		parts.Stack(0, deliver.Object, s.small("letter.later.help")),
		s.when(func() bool { return c.later }, s.moment("letter.deliver", "letter.deliver", "", &c.deliverAt)),
		parts.Stack(0, receipt.Object, s.small("letter.receipt.help")),
		parts.Stack(0, s.invite.Object, s.small("letter.invite.help")),
		s.when(func() bool { return c.invite && m.chosen() && !s.invitable() }, parts.Note(parts.ToneCare, s.env.T("letter.wrong.invite"), formWidth)),
		s.when(func() bool { return c.invite }, s.moment("letter.deadline", "letter.deadline", "", &c.deadline)))
}

// invitable reports whether the recipient is given by birth number, or not chosen yet.
func (s *Screen) invitable() bool {
	return !s.model.chosen() || s.model.to.To.Kind == post.ByBirthNumber
}
