package inbox

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/inbox"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// workbook is what the list is called when it is saved.
const workbook = "e-box.xlsx"

func (s *Screen) listView() fyne.CanvasObject {
	m := s.model
	p := parts.Page{Title: s.t("title"), Fault: s.fault, Wide: true}
	if !m.read {
		return p.View()
	}
	if m.closed != nil {
		p.Content = s.closed()
		return p.View()
	}
	check := parts.Quiet("inbox.check", s.t("check"), m.check).Icon(look.IconRefresh).Off(m.checking)
	if m.checking {
		check.Set(s.t("checking"))
	}
	if m.counts.All == 0 && m.filter == filterAll && m.entries.Total() == 0 {
		p.Content = parts.Empty(look.IconTray, s.nothing(), check)
		if troubles := s.troubles(); len(troubles) > 0 {
			p.Content = parts.Stack(look.Apart, append(troubles, parts.Fill(p.Content))...)
		}
		return p.View()
	}
	p.Aside = []fyne.CanvasObject{s.hidden(), parts.Quiet("inbox.export", s.t("export"), s.export).Icon(look.IconSheet), check}
	p.Extra, p.Next = s.listButtons()
	s.lead = look.QuietText(s.leadWords()).Clip()
	s.hits = look.QuietText("").Align(fyne.TextAlignTrailing)
	s.none = parts.Empty(look.IconSearch, s.env.T("empty.search"), parts.Quiet("inbox.clear", s.t("clear"), s.clear))
	s.table = s.newTable()
	head := append([]fyne.CanvasObject{s.lead}, s.troubles()...)
	head = append(head, s.searchRow(), s.filters())
	if m.choosing {
		head = append(head, look.Body(s.t("choosing")))
	}
	p.Content = container.NewBorder(parts.Inset(0, 0, 0, 12, parts.Stack(12, head...)), nil, nil, nil, container.NewStack(s.table.Object, s.none))
	m.drawn = !m.checking
	s.touch()
	return p.View()
}

// clear shows all messages again.
func (s *Screen) clear() {
	s.typed = ""
	s.model.clear()
}

// hidden turns to the messages that were hidden, and back.
func (s *Screen) hidden() fyne.CanvasObject {
	m := s.model
	on := m.filter == filterHidden
	return parts.Quiet("inbox.filter.hidden", s.t("filter.hidden"), func() {
		if on {
			m.pick(filterAll)
			return
		}
		m.pick(filterHidden)
	}).Choose(on)
}

// closed explains why there is no e-Box to read from here, and leads on.
func (s *Screen) closed() fyne.CanvasObject {
	key, step := "closed.profile", ""
	switch post.CodeOf(s.model.closed) {
	case post.CodeNoEBox:
	case post.CodeEBoxKey:
		key, step = "closed.key", "S2"
	default:
		box := parts.NewFaultBox(s.env, look.Reading)
		box.Show(s.model.closed)
		return parts.Stack(0, box.Object)
	}
	return parts.WithID("inbox.closed", parts.Empty(look.IconTray, s.t(key), parts.Main("inbox.trajectory", s.t("trajectory"), func() {
		s.env.Go(parts.PlaceBelgium, step)
	})))
}

// nothing says why the list is empty: nobody looked yet, or nothing came.
func (s *Screen) nothing() string {
	switch {
	case s.model.checking:
		return s.t("empty.checking")
	case s.model.lastGood().IsZero():
		return s.t("empty.unchecked")
	}
	return s.t("empty", "time", s.moment(s.model.lastGood()))
}

// leadWords say when the e-Box was last looked at and what is new since.
func (s *Screen) leadWords() string {
	m := s.model
	checked := s.t("never_checked")
	if last := m.lastGood(); !last.IsZero() {
		checked = s.t("checked", "time", s.moment(last))
	}
	if m.checking {
		checked = s.t("checking")
	}
	if m.counts.New == 0 {
		return checked + " · " + s.t("nothing_new")
	}
	return checked + " · " + s.env.Words.Count("inbox.new", m.counts.New)
}

// troubles are the providers that did not answer, one box each: the rest of the list
// stands below as ever.
func (s *Screen) troubles() []fyne.CanvasObject {
	var boxes []fyne.CanvasObject
	for _, source := range s.model.sources {
		name := source.Provider.Name.In(s.env.Words.Code())
		if name == "" {
			name = source.Provider.ID
		}
		text := ""
		switch {
		case source.Trouble != "":
			text = s.trouble(name, source)
		case source.Provider.Maintenance.After(s.env.Now()):
			text = s.t("maintenance", "name", name, "time", s.moment(source.Provider.Maintenance))
		default:
			continue
		}
		boxes = append(boxes, parts.WithID("inbox.trouble."+source.Provider.ID, parts.Note(parts.ToneCare, text, 880)))
	}
	return boxes
}

// trouble says why a provider's list could not be read, and when it is asked again.
func (s *Screen) trouble(name string, source post.EBoxSource) string {
	text := s.t("trouble", "name", name)
	switch source.Trouble {
	case post.CodeUnreachable, post.CodeTimeout, post.CodeEBoxUnreachable, post.CodeEBoxTimeout:
	default:
		what, _ := parts.Explain(s.env.Words, source.Trouble, map[string]string{"host": name})
		text = s.t("trouble.other", "name", name, "why", what)
	}
	if source.RetryAt.After(s.env.Now()) {
		text += " " + s.t("trouble.retry", "time", s.moment(source.RetryAt))
	}
	return text
}

// moment writes a time, today's without its date.
func (s *Screen) moment(at time.Time) string {
	if s.env.Words.Date(at) == s.env.Words.Date(s.env.Now()) {
		return s.t("today", "time", at.Local().Format("15:04"))
	}
	return s.env.Words.Time(at)
}

func (s *Screen) searchRow() fyne.CanvasObject {
	m := s.model
	s.search = parts.NewSearch(s.env, "inbox.search", s.t("search"), 300, m.search).Typing(func(text string) { s.typed = text })
	s.search.Set(s.typed)
	row := []fyne.CanvasObject{s.search.Object}
	if len(m.senders) > 1 {
		row = append(row, s.narrowing("inbox.sender", s.t("all_senders"), m.senders, &m.query.SenderID, parts.Enterprise))
	}
	if len(m.types) > 1 {
		row = append(row, s.narrowing("inbox.type", s.t("all_types"), m.types, &m.query.TypeID, func(id string) string { return id }))
	}
	return parts.Row(look.Near, append(row, parts.Fill(s.hits))...)
}

// narrowing is a choice of senders or types; unnamed ones stand by their ids.
func (s *Screen) narrowing(id, all string, choices []inbox.Choice, kept *string, name func(id string) string) fyne.CanvasObject {
	options, chosen := []string{all}, all
	ids := map[string]string{}
	for _, choice := range choices {
		word := s.said(choice.Name)
		if word == "" || ids[word] != "" {
			word = name(choice.ID)
		}
		ids[word] = choice.ID
		options = append(options, word)
		if choice.ID == *kept {
			chosen = word
		}
	}
	return parts.SelectField(id, "", "", 208, options, chosen, func(word string) {
		*kept = ids[word]
		s.model.ask()
	}).Object
}

// filters are one button for each sort of message there is any of.
func (s *Screen) filters() fyne.CanvasObject {
	m := s.model
	var tabs []parts.Tab
	for _, f := range []struct {
		key   filter
		count int
	}{{filterAll, m.counts.All}, {filterUnread, m.counts.Unread}, {filterNew, m.counts.New}, {filterRegistered, m.counts.Registered},
		{filterExpiring, m.counts.Fortnight}, {filterNotSaved, m.counts.NotSaved}} {
		if f.count == 0 && f.key != filterAll && f.key != m.filter {
			continue
		}
		tabs = append(tabs, parts.Tab{Key: string(f.key), Title: s.t("filter."+string(f.key)) + " " + s.env.Words.Number(f.count)})
	}
	return parts.NewTabs("inbox.filter", tabs, string(m.filter), func(key string) { m.pick(filter(key)) }).Object
}

// The columns that one can sort by are named by the order.
const (
	columnState      = "state"
	columnRegistered = "registered"
	columnSender     = string(inbox.BySender)
	columnSubject    = string(inbox.BySubject)
	columnType       = string(inbox.ByType)
	columnReceived   = "received"
	columnExpires    = string(inbox.ByExpires)
)

func (s *Screen) newTable() *parts.Table {
	m := s.model
	table := parts.NewTable("inbox", []parts.Column{
		{Key: columnState, Title: s.t("column.state"), Width: 132},
		{Key: columnSender, Title: s.t("column.sender"), Share: 4, Sortable: true},
		{Key: columnSubject, Title: s.t("column.subject"), Share: 6, Sortable: true},
		{Key: columnType, Title: s.t("column.type"), Share: 3, Sortable: true, Hidden: s.env.Window.Canvas().Size().Width < roomForType},
		{Key: columnRegistered, Title: s.t("column.registered"), Width: 156, Hidden: m.counts.Registered == 0 || s.narrow()},
		{Key: columnReceived, Title: s.t("column.received"), Width: 116, Sortable: true},
		{Key: columnExpires, Title: s.t("column.expires"), Width: 140, Sortable: true},
	}, m.entries.Total, s.cell)
	table.OnOpen = func(row int) {
		entry, ok := m.entries.Row(row)
		switch {
		case !ok:
		case m.choosing:
			m.choose(inbox.KeyOf(entry))
			s.save.Set(s.saveWords())
			s.save.Off(len(m.chosen) == 0)
			table.Reload()
		default:
			m.show(inbox.KeyOf(entry))
		}
	}
	table.OnSort = func(key string, down bool) {
		if key == columnReceived { // the newest first is the natural order
			key, down = string(inbox.ByReceived), !down
		}
		m.query.Sort, m.query.Backwards = inbox.Sort(key), down
		m.ask()
	}
	if m.query.Sort == inbox.ByReceived {
		table.SetSort(columnReceived, !m.query.Backwards)
	} else {
		table.SetSort(string(m.query.Sort), m.query.Backwards)
	}
	return table
}

// roomForType is how wide the window must be for the column of types: who wrote and
// what about comes first, and the types can be chosen above.
const roomForType = 1400

// narrow reports whether the window is too narrow for a column of registered mail.
func (s *Screen) narrow() bool { return s.env.Window.Canvas().Size().Width < 1100 }

func (s *Screen) cell(row int, key string) parts.Cell {
	m := s.model
	entry, ok := m.entries.Row(row)
	if !ok {
		return parts.Cell{}
	}
	switch key {
	case columnState:
		status := s.state(entry)
		if m.choosing {
			status.Icon, status.Color = look.IconReady, look.FieldLine
			if slices.Contains(m.chosen, inbox.KeyOf(entry)) {
				status.Icon, status.Color = look.IconTickCircle, look.Accent
			}
		}
		return parts.Cell{Status: &status}
	case columnSender:
		return parts.Cell{Text: s.sender(entry), Quiet: entry.Read}
	case columnSubject:
		subject := s.subject(entry)
		if entry.Registered && s.narrow() { // no room for a column of its own
			subject = s.t("registered.subject", "subject", subject)
		}
		return parts.Cell{Text: subject, Quiet: entry.Read}
	case columnType:
		return parts.Cell{Text: s.said(entry.Type), Quiet: true}
	case columnRegistered:
		if entry.Registered {
			return parts.Cell{Status: &parts.Status{Icon: look.IconStamp, Color: look.Care, Word: s.t("registered")}}
		}
	case columnReceived:
		return parts.Cell{Text: s.env.Words.Date(entry.Received), Quiet: true}
	case columnExpires:
		status, soon := s.expires(entry)
		if soon {
			return parts.Cell{Status: &status}
		}
		return parts.Cell{Text: status.Word, Quiet: true}
	}
	return parts.Cell{}
}

// listButtons save what was chosen, or all there is.
func (s *Screen) listButtons() (extra []*parts.Button, main *parts.Button) {
	m := s.model
	if m.choosing {
		s.save = parts.Main("inbox.save", s.saveWords(), func() { m.save(inbox.Selection{Messages: slices.Clone(m.chosen)}) }).
			Icon(look.IconDownload).Off(len(m.chosen) == 0)
		return []*parts.Button{parts.Quiet("inbox.choose.end", s.env.T("button.cancel"), func() { s.choosing(false) })}, s.save
	}
	extra = []*parts.Button{parts.Quiet("inbox.choose", s.t("choose"), func() { s.choosing(true) }).Icon(look.IconTick)}
	if m.filter == filterHidden || m.counts.All == 0 {
		return extra, nil
	}
	s.save = parts.Main("inbox.save.all", s.t("save.all"), func() { m.save(inbox.Selection{All: true}) }).Icon(look.IconDownload)
	return extra, s.save
}

func (s *Screen) saveWords() string {
	return s.env.Words.Count("inbox.save.chosen", len(s.model.chosen))
}

func (s *Screen) export() {
	s.env.SaveFile(workbook, func(path string) {
		s.model.export(path, s.env.Words, func(rows int) { s.env.Toast(s.env.Words.Count("inbox.exported", rows), nil) })
	})
}
