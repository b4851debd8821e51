package letter

import (
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// recipient asks whom the letter goes to.
func (s *Screen) recipient() fyne.CanvasObject {
	env, m := s.env, &s.model
	label := look.Strong(env.T("letter.to"))
	at := &spot{object: label}
	s.questions.spots["letter.to"] = at
	switch {
	case m.chosen() || m.person != nil:
		return parts.Stack(6, label, s.chosenCard())
	case m.byAddress:
		return parts.Stack(6, label, s.addressForm())
	}
	s.searcher = parts.NewSearch(env, "letter.to", env.T("letter.to.example"), formWidth, s.find).Pause(searchPause).Typing(s.hear)
	s.searcher.Set(m.search)
	at.entries = []*parts.Entry{s.searcher.Entry()}
	s.found = parts.Stack(look.Near)
	s.showHits()
	help := []fyne.CanvasObject{look.Small(env.T("letter.to.help")).Wrap(formWidth)}
	if s.ports.LookUp != nil {
		help = append(help, look.Small(env.T("letter.to.asks")).Wrap(formWidth))
	}
	return parts.Stack(6, label, s.searcher.Object, s.needed("letter.missing.to", func() bool { return !m.chosen() }), parts.Stack(2, help...), s.found,
		parts.Left(parts.Link("letter.by_address", env.T("letter.to.by_address"), func() {
			m.byAddress = true
			env.Redraw()
		})))
}

// showHits shows who was found below the search: in the register first, then at
// Digipost.
func (s *Screen) showHits() {
	if s.found == nil {
		return
	}
	env, m := s.env, &s.model
	c := recognise(m.search, s.ports.AllowSynthetic, env.Now())
	objects := s.registerHits()
	switch {
	case c.problem != "":
		objects = append(objects, parts.Note(parts.ToneCare, env.T(c.problem), formWidth))
	case c.to.To.Kind != "" && len(s.hits.Recipients) == 0:
		objects = append(objects, parts.Quiet("letter.use", env.T("letter.to.use."+string(c.to.To.Kind), "value", c.to.Name), func() { s.use(c) }).Icon(look.IconTick))
	case s.sought && len(s.hits.Recipients) == 0 && s.asking.state == lookIdle:
		objects = append(objects, look.QuietText(env.T("letter.to.none")).Wrap(formWidth))
	}
	s.found.Objects = append(objects, s.digipostHits()...)
	s.found.Refresh()
	if s.column != nil {
		s.column.Content.Refresh() // what stands below moves
		s.column.Refresh()
	}
}

// registerHits are those in the sender's own register.
func (s *Screen) registerHits() []fyne.CanvasObject {
	env, hits := s.env, s.hits.Recipients
	if len(hits) == 0 {
		return nil
	}
	var rows []fyne.CanvasObject
	for i, person := range hits {
		status := parts.SplitStatus(env.Words, person.Digipost)
		rows = append(rows, parts.NewPerson("letter.hits.row."+itoa(i), person.Name(), address(person.Address), &status, func() { s.pick(person) }))
	}
	objects := []fyne.CanvasObject{parts.Listed(rows...)}
	if more := s.hits.Total - len(hits); more > 0 {
		objects = append(objects, look.Small(env.Words.Count("letter.to.more", more)).Wrap(formWidth))
	}
	return objects
}

// digipostHits are those Digipost found, or why there are none.
func (s *Screen) digipostHits() []fyne.CanvasObject {
	env := s.env
	heading := parts.Inset(0, look.Near, 0, 0, look.NewText(env.T("letter.digipost"), look.Style{Size: look.SizeSmall, Bold: true, Color: look.QuietInk}))
	quiet := func(text string) fyne.CanvasObject { return look.QuietText(text).Wrap(formWidth) }
	switch s.asking.state {
	case lookAsking:
		return []fyne.CanvasObject{heading, parts.WithID("letter.digipost", quiet(env.T("letter.digipost.asking")))}
	case lookFailed:
		fault := post.FaultOf(s.asking.err)
		what, _ := parts.Explain(env.Words, fault.Code, fault.Fields)
		return []fyne.CanvasObject{heading, parts.RowTop(6, parts.Stack(0, look.NewIconOf(look.IconWarning, look.Care, 18)),
			parts.WithID("letter.digipost", look.Small(env.T("letter.digipost.failed")+" "+what).Wrap(formWidth-24))),
			parts.Left(parts.Link("letter.digipost.retry", env.T("button.retry"), func() {
				s.askDigipost(s.model.search)
				s.showHits()
			}))}
	case lookDone:
		found := others(s.asking.hits, s.hits.Recipients)
		if len(found) == 0 {
			key := "letter.digipost.none"
			switch {
			case len(s.asking.hits) > 0: // all of them stand above
				return nil
			case len(s.hits.Recipients) == 0:
				key = "letter.digipost.nobody"
			}
			return []fyne.CanvasObject{heading, parts.WithID("letter.digipost", quiet(env.T(key)))}
		}
		var rows []fyne.CanvasObject
		for i, hit := range found {
			rows = append(rows, parts.NewPerson("letter.digipost.row."+itoa(i), hit.Name, where(hit, env.T("letter.orgnr")), nil, func() { s.pickHit(hit) }))
		}
		objects := []fyne.CanvasObject{heading, parts.Listed(rows...)}
		if len(s.asking.hits) == post.MaxHits {
			objects = append(objects, look.Small(env.T("letter.digipost.most", "count", itoa(post.MaxHits))).Wrap(formWidth))
		}
		return objects
	}
	return nil
}

func (s *Screen) pickHit(hit post.Hit) {
	s.model.pickHit(hit)
	s.env.Redraw()
}

// address is a street and a town on one line.
func address(a post.Address) string {
	return strings.Join(compact(a.Line1, strings.TrimSpace(a.Postcode+" "+a.Town)), ", ")
}

// chosenCard is whom the letter goes to.
func (s *Screen) chosenCard() fyne.CanvasObject {
	env, m := s.env, &s.model
	change := parts.Quiet("letter.change", env.T("letter.to.change"), func() {
		m.unpick()
		env.Redraw()
	})
	name, second := m.to.Name, env.T("letter.kind."+string(m.to.To.Kind))
	var facts []fyne.CanvasObject
	var below fyne.CanvasObject
	switch {
	case m.person != nil:
		name, second = m.person.Name(), address(m.person.Address)
		facts = append(facts, parts.SplitStatus(env.Words, m.person.Digipost).View())
		below = s.warning(*m.person)
	case m.hit != nil:
		second = where(*m.hit, env.T("letter.orgnr"))
		facts = append(facts, look.Small(m.hit.DigipostAddress).Clip(), parts.SplitStatus(env.Words, post.HasDigipost).View())
	case m.to.To.Kind == post.ByNameAndAddress:
		second = address(m.to.To.Address)
	}
	lines := []fyne.CanvasObject{look.NewText(name, look.Style{Size: look.SizeLead, Bold: true, Color: look.Ink}).Clip()}
	if second != "" {
		lines = append(lines, look.QuietText(second).Clip())
	}
	card := parts.WithID("letter.chosen", parts.Panel(parts.Inset(8, 4, 0, 4, parts.Row(12, parts.Fill(parts.Stack(2, append(lines, facts...)...)), change))))
	if below == nil {
		return card
	}
	return parts.Stack(look.Near, card, below)
}

// warning says when the letter will probably not arrive digitally, and leads to paper.
func (s *Screen) warning(person post.Recipient) fyne.CanvasObject {
	width := formWidth
	if s.reviewing {
		width = look.Reading
	}
	date := s.env.Words.Date(person.Checked)
	switch {
	case !s.model.chosen():
		return parts.Note(parts.ToneStop, s.env.T("letter.to.unreachable"), width)
	case person.Digipost == post.Identified && s.reviewing && s.model.choices.paper && !s.noPaper():
		return parts.Note(parts.ToneInfo, s.env.T("letter.note.paper", "date", date), width)
	case person.Digipost == post.Identified && (s.reviewing || s.noPaper()):
		return parts.Note(parts.ToneCare, s.env.T("letter.note.identified", "date", date), width)
	case person.Digipost == post.Identified:
		paper := func() bool { return s.model.choices.paper && !s.noPaper() }
		return parts.Stack(look.Tight,
			s.when(paper, parts.Note(parts.ToneInfo, s.env.T("letter.note.paper", "date", date), width)),
			s.when(func() bool { return !paper() }, parts.Stack(look.Tight, parts.Note(parts.ToneCare, s.env.T("letter.note.identified", "date", date), width),
				parts.Left(parts.Link("letter.offer_paper", s.env.T("letter.offer_paper"), s.takePaper).Icon(look.IconPrinter)))))
	case person.Digipost == post.Unidentified || person.Digipost == post.Invalid:
		return parts.Note(parts.ToneCare, s.env.T("letter.note.unidentified", "date", date), width)
	}
	return nil
}

// takePaper chooses paper for somebody who had no Digipost, and shows how.
func (s *Screen) takePaper() {
	s.model.choices.paper = true
	s.checkFiles()
	s.paper.Set(true)
	s.questions.folds[sectionPaper].Open(true)
	s.adapt()
	s.jump("letter.paper")
}

// addressForm finds somebody by name and address.
func (s *Screen) addressForm() fyne.CanvasObject {
	env, f := s.env, &s.model.address
	field := func(id, key string, width float32, value *string) *parts.Field {
		field := parts.TextField(id, env.T(key), "", width)
		field.Entry.SetText(*value)
		field.Entry.OnChanged = func(text string) { *value = text }
		return field
	}
	lines := []fyne.CanvasObject{
		field("letter.name", "letter.name", formWidth, &f.name).Object,
		field("letter.line1", "letter.line1", formWidth, &f.line1).Object,
		field("letter.line2", "letter.line2", formWidth, &f.line2).Object,
		parts.RowTop(look.Apart, parts.Width(112, field("letter.postcode", "letter.postcode", 96, &f.postcode).Object),
			parts.Fill(field("letter.town", "letter.town", 224, &f.town).Object)),
		look.Small(env.T("letter.address.note")).Wrap(formWidth),
	}
	if s.addressed != "" {
		lines = append(lines, parts.Note(parts.ToneCare, env.T(s.addressed), formWidth))
	}
	lines = append(lines, parts.Row(12, parts.Quiet("letter.address.use", env.T("letter.address.use"), s.useAddress).Icon(look.IconTick),
		parts.Link("letter.by_search", env.T("letter.to.by_search"), func() {
			s.model.byAddress, s.addressed = false, ""
			env.Redraw()
		})))
	return parts.Stack(12, lines...)
}
