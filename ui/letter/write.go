package letter

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"brevdue/app/job"
	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// formWidth is the width of the column with the questions.
const formWidth = float32(400)

// writeView is the letter being made: who and what about at the left, documents
// and their pages at the right.
func (s *Screen) writeView() fyne.CanvasObject {
	env, m := s.env, &s.model
	var left []fyne.CanvasObject
	if missing := m.missing(env.Now()); s.asked && len(missing) > 0 {
		var what []string
		for _, key := range missing {
			what = append(what, env.T("letter.missing."+key))
		}
		left = append(left, parts.Note(parts.ToneCare, env.T("letter.missing", "what", strings.Join(what, ", ")), formWidth))
	}
	subject := parts.NewSubject(env, "letter.subject", m.subject, job.MaxSubject, formWidth, func(text string) { m.subject = text })
	left = append(left, s.recipient(), subject.Object,
		parts.Levels(env, "letter", m.options, formWidth, func(options post.Options) { m.options = options }))
	column := container.NewVScroll(parts.Inset(0, 4, 12, look.Group, parts.Width(formWidth, parts.Form(left...))))
	s.column = column
	page := parts.Page{Title: env.T("letter.title"), Fault: s.fault, Wide: true,
		Content: parts.RowTop(look.Group, parts.Width(formWidth+12, column), parts.Fill(parts.Inset(0, 4, 0, 0, s.documents())))}
	text := env.T("button.review")
	if s.busy == busyPrepare {
		text = env.T("letter.preparing")
	}
	page.Next = parts.Main("letter.review", text, s.review).Off(s.busy != "")
	return page.View()
}

// recipient asks whom the letter goes to.
func (s *Screen) recipient() fyne.CanvasObject {
	env, m := s.env, &s.model
	label := look.Strong(env.T("letter.to"))
	switch {
	case m.chosen() || m.person != nil:
		return parts.Stack(6, label, s.chosenCard())
	case m.byAddress:
		return parts.Stack(6, label, s.addressForm())
	}
	s.searcher = parts.NewSearch(env, "letter.to", env.T("letter.to.example"), formWidth, s.find).Pause(searchPause)
	s.searcher.Set(m.search)
	s.found = parts.Stack(look.Tight)
	s.showHits()
	return parts.Stack(6, label, s.searcher.Object, look.Small(env.T("letter.to.help")).Wrap(formWidth), s.found,
		parts.Left(parts.Link("letter.by_address", env.T("letter.to.by_address"), func() {
			m.byAddress = true
			env.Redraw()
		})))
}

// showHits shows who was found below the search.
func (s *Screen) showHits() {
	if s.found == nil {
		return
	}
	env, m := s.env, &s.model
	s.found.Objects = nil
	add := func(object fyne.CanvasObject) { s.found.Objects = append(s.found.Objects, object) }
	c := recognise(m.search, s.ports.AllowSynthetic, env.Now())
	if len(s.hits.Recipients) > 0 {
		hits := s.hits.Recipients
		table := parts.NewTable("letter.hits", []parts.Column{
			{Key: "name", Title: env.T("letter.column.name"), Share: 3},
			{Key: "town", Title: env.T("letter.column.town"), Share: 2},
			{Key: "digipost", Title: env.T("letter.column.digipost"), Width: 168},
		}, func() int { return len(hits) }, func(row int, key string) parts.Cell {
			switch key {
			case "town":
				return parts.Cell{Text: hits[row].Address.Town, Quiet: true}
			case "digipost":
				status := parts.SplitStatus(env.Words, hits[row].Digipost)
				return parts.Cell{Status: &status}
			}
			return parts.Cell{Text: hits[row].Name()}
		})
		table.OnOpen = func(row int) { s.pick(hits[row]) }
		add(container.NewGridWrap(fyne.NewSize(formWidth, 37+float32(len(hits))*look.Target), table.Object))
		if more := s.hits.Total - len(hits); more > 0 {
			add(look.Small(env.Words.Count("letter.to.more", more)).Wrap(formWidth))
		}
	}
	switch {
	case c.problem != "":
		add(parts.Note(parts.ToneCare, env.T(c.problem), formWidth))
	case c.to.To.Kind != "" && len(s.hits.Recipients) == 0:
		add(parts.Quiet("letter.use", env.T("letter.to.use."+string(c.to.To.Kind), "value", c.to.Name), func() { s.use(c) }).Icon(look.IconTick))
	case m.search != "" && len(s.hits.Recipients) == 0:
		add(look.QuietText(env.T("letter.to.none")).Wrap(formWidth))
	}
	if s.column != nil {
		s.column.Content.Refresh() // what stands below moves
		s.column.Refresh()
	}
}

// chosenCard is whom the letter goes to.
func (s *Screen) chosenCard() fyne.CanvasObject {
	env, m := s.env, &s.model
	change := parts.Quiet("letter.change", env.T("letter.to.change"), func() {
		m.unpick()
		env.Redraw()
	})
	name, second := m.to.Name, env.T("letter.kind."+string(m.to.To.Kind))
	if m.to.To.Kind == post.ByNameAndAddress {
		second = m.to.To.Address.Line1 + ", " + m.to.To.Address.Postcode + " " + m.to.To.Address.Town
	}
	facts := []fyne.CanvasObject{}
	var below fyne.CanvasObject
	if p := m.person; p != nil {
		name = p.Name()
		second = strings.TrimSpace(strings.Trim(p.Address.Line1+", "+p.Address.Postcode+" "+p.Address.Town, ", "))
		facts = append(facts, parts.SplitStatus(env.Words, p.Digipost).View())
		below = s.warning(*p)
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

// warning says when the letter will probably not arrive.
func (s *Screen) warning(person post.Recipient) fyne.CanvasObject {
	date := s.env.Words.Date(person.Checked)
	switch {
	case !s.model.chosen():
		return parts.Note(parts.ToneStop, s.env.T("letter.to.unreachable"), formWidth)
	case person.Digipost == post.Identified:
		return parts.Note(parts.ToneCare, s.env.T("letter.note.identified", "date", date), formWidth)
	case person.Digipost == post.Unidentified || person.Digipost == post.Invalid:
		return parts.Note(parts.ToneCare, s.env.T("letter.note.unidentified", "date", date), formWidth)
	}
	return nil
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

// documents are the files with the pages of one of them.
func (s *Screen) documents() fyne.CanvasObject {
	env, m := s.env, &s.model
	label := look.Strong(env.T("letter.document"))
	if len(m.files) == 0 {
		if s.busy == busyRead {
			return parts.Stack(6, label, parts.Card(look.QuietText(env.T("letter.reading"))))
		}
		s.drop = parts.NewDrop(env, "letter", look.IconFile, env.T("letter.drop"), env.T("letter.drop.hint"), []string{".pdf"}, s.takeFile)
		return parts.Stack(6, label, s.drop.Object)
	}
	var rows []fyne.CanvasObject
	for i := range m.files {
		rows = append(rows, s.fileRow(i))
	}
	list := container.NewVScroll(parts.Stack(0, rows...))
	list.SetMinSize(fyne.NewSize(0, min(float32(len(rows)), 2.6)*look.Target))
	lines := []fyne.CanvasObject{parts.Row(look.Near, parts.Fill(label), look.Small(env.T("letter.total",
		"files", env.Words.Count("letter.files", len(m.files)), "size", env.Words.Size(m.size())))), parts.WithID("letter.file", parts.Panel(list))}
	if s.problem != "" {
		lines = append(lines, look.NewText(env.T(s.problem), look.Style{Size: look.SizeSmall, Color: look.Stop}))
	}
	s.preview = container.NewStack()
	s.showPreview()
	return parts.Stack(look.Near, append(lines, s.attach(), parts.Fill(s.preview))...)
}

// attach adds one more file, by choosing it or by its path.
func (s *Screen) attach() fyne.CanvasObject {
	env := s.env
	if s.busy == busyRead {
		return look.QuietText(env.T("letter.reading"))
	}
	path := parts.NewEntry()
	path.PlaceHolder = env.T("letter.attach.path")
	path.OnSubmitted = func(text string) {
		if text = strings.Trim(strings.TrimSpace(text), `"`); text != "" {
			s.takeFile(text)
		}
	}
	return parts.Row(look.Near, parts.Quiet("letter.attach", env.T("letter.attach"), func() { env.PickFile([]string{".pdf"}, s.takeFile) }).Icon(look.IconPlus),
		parts.Fill(parts.WithID("letter.path", path)))
}

// fileRow is one document; pressing its name shows its pages.
func (s *Screen) fileRow(i int) fyne.CanvasObject {
	env, f := s.env, s.model.files[i]
	kind := "letter.attachment"
	if i == 0 {
		kind = "letter.main"
	}
	icon := look.NewIconOf(look.IconFile, look.QuietInk, 20)
	if i == s.show {
		icon = look.NewIconOf(look.IconFile, look.Accent, 20)
	}
	row := []fyne.CanvasObject{icon, parts.Width(84, look.Small(env.T(kind))), parts.Fill(look.Body(f.facts.Name).Clip()), look.Small(s.facts(f))}
	if len(s.model.files) > 1 && s.ports.Preview != nil {
		row = append(row, parts.Link("letter.show."+itoa(i), "", func() {
			s.turnTo(i, 1)
			env.Redraw()
		}).Icon(look.IconSearch))
	}
	row = append(row, parts.Link("letter.remove."+itoa(i), "", func() { s.removeFile(i) }).Icon(look.IconTrash))
	return parts.Inset(8, 0, 0, 0, parts.Row(look.Near, row...))
}

func (s *Screen) facts(f file) string {
	return s.env.T("letter.facts", "pages", s.env.Words.Count("letter.pages", f.facts.Pages), "size", s.env.Words.Size(f.facts.Size))
}

// showPreview shows the page, or why there is none, in its place.
func (s *Screen) showPreview() {
	if s.preview == nil || s.ports.Preview == nil || s.show >= len(s.model.files) {
		return
	}
	env, pages := s.env, s.model.files[s.show].facts.Pages
	var inner fyne.CanvasObject
	switch {
	case s.picture != nil:
		picture := canvas.NewImageFromImage(s.picture)
		picture.FillMode = canvas.ImageFillContain
		inner = picture
	case s.failed:
		inner = container.NewCenter(look.QuietText(env.T("letter.preview.failed")).Wrap(280))
	default:
		inner = container.NewCenter(look.QuietText(env.T("letter.preview.loading")).Wrap(280))
	}
	place := parts.WithID("letter.page", look.Small(env.T("letter.preview.page", "page", itoa(s.page), "pages", itoa(pages))))
	bar := parts.Row(look.Near, parts.Fill(nil), parts.Quiet("letter.page.back", "", func() { s.turn(-1) }).Icon(look.IconLeft).Off(s.page <= 1),
		place, parts.Quiet("letter.page.next", "", func() { s.turn(1) }).Icon(look.IconRight).Off(s.page >= pages), parts.Fill(nil))
	s.preview.Objects = []fyne.CanvasObject{container.NewBorder(nil, parts.Inset(0, look.Near, 0, 0, bar), nil, nil,
		container.NewStack(look.NewSurface(look.Card, look.Line, look.Radius), parts.Around(look.Near, inner)))}
	s.preview.Refresh()
}

func (s *Screen) turn(by int) {
	s.page += by
	s.picture, s.failed = nil, false
	s.drawPage()
}

// reviewView is the letter once more before it goes.
func (s *Screen) reviewView() fyne.CanvasObject {
	env, m := s.env, &s.model
	job := s.plan.draft.Job
	how := env.T("letter.kind." + string(m.to.To.Kind))
	switch m.to.To.Kind {
	case post.ByBirthNumber:
		how += ": " + number.Mask(m.to.To.Value)
	case post.ByNameAndAddress:
		a := m.to.To.Address
		how += ": " + strings.Join(compact(a.Line1, a.Line2, a.Postcode+" "+a.Town), ", ")
	default:
		how += ": " + m.to.To.Value
	}
	var digipost *parts.Status
	if m.person != nil {
		status := parts.SplitStatus(env.Words, m.person.Digipost)
		digipost = &status
	}
	notice := "letter.sensitive.off"
	if job.Options.Sensitive {
		notice = "letter.sensitive"
	}
	cooling := env.T("letter.fact.cooling_off.none")
	if s.plan.coolingOff > 0 {
		cooling = env.T("letter.fact.cooling_off.text", "time", env.Words.Clock(s.plan.coolingOff))
	}
	facts := []parts.Fact{{Label: env.T("letter.fact.to"), Value: m.to.Name}, {Label: env.T("letter.fact.how"), Value: how},
		{Label: env.T("letter.fact.digipost"), Status: digipost}, {Label: env.T("letter.subject"), Value: job.Subject}}
	for i, f := range m.files[:min(len(m.files), 12)] {
		key := "letter.attachment"
		if i == 0 {
			key = "letter.main"
		}
		facts = append(facts, parts.Fact{Label: env.T(key), Value: f.facts.Name + " · " + s.facts(f)})
	}
	if more := len(m.files) - 12; more > 0 {
		facts = append(facts, parts.Fact{Label: env.T("letter.attachment"), Value: "+ " + env.Words.Count("letter.attachments", more)})
	}
	facts = append(facts,
		parts.Fact{Label: env.T("letter.auth"), Value: env.T("letter.auth." + string(job.Options.Auth))},
		parts.Fact{Label: env.T("letter.fact.notice"), Value: env.T(notice)},
		parts.Fact{Label: env.T("letter.fact.sender"), Value: parts.SenderName(env.Words, job.Sender)},
		parts.Fact{Label: env.T("letter.fact.cooling_off"), Value: cooling})
	lines := []fyne.CanvasObject{parts.Card(parts.Facts(152, parts.CardText-168, facts...))}
	if m.person != nil {
		if warning := s.warning(*m.person); warning != nil {
			lines = append(lines, warning)
		}
	}
	text := env.T("button.send")
	if s.busy == busySend {
		text = env.T("letter.sending")
	}
	return parts.Page{Title: env.T("letter.review.title"), Lead: env.T("letter.review.lead"), Fault: s.fault, Content: parts.Stack(look.Apart, lines...),
		Back: parts.Quiet("letter.back", env.T("button.back"), s.back).Off(s.busy == busySend),
		Next: parts.Main("letter.send", text, s.send).Careful().Off(s.busy != "").Icon(look.IconLetter)}.View()
}

// compact leaves out what is empty.
func compact(texts ...string) []string {
	var kept []string
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			kept = append(kept, text)
		}
	}
	return kept
}
