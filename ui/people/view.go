// Package people is the register on the screen: search, filters, one line for
// each person, and a card with what is known and what happened.
package people

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// Screen is the register in the window.
type Screen struct {
	env   *parts.Env
	model *model

	isOpen bool
	search *parts.Search
	table  *parts.Table
	lead   *look.Text
	hits   *look.Text
	list   *fyne.Container
	fault  *parts.FaultBox
	none   fyne.CanvasObject
	split  *parts.Button
}

var (
	_ parts.Screen    = (*Screen)(nil)
	_ parts.Backer    = (*Screen)(nil)
	_ parts.Refresher = (*Screen)(nil)
	_ parts.Searcher  = (*Screen)(nil)
	_ parts.Listener  = (*Screen)(nil)
)

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	s := &Screen{env: env, model: newModel(env.Run, ports)}
	s.model.changed = s.redraw
	s.model.touched = s.touch
	return s
}

// groupArg begins an argument of Open that names a group.
const groupArg = "group:"

// Open shows the list; arg may be a person's customer id, or "group:" and a
// group's name.
func (s *Screen) Open(arg string) {
	s.isOpen = true
	group, isGroup := strings.CutPrefix(arg, groupArg)
	switch {
	case isGroup:
		s.model.open, s.model.query = "", post.RecipientQuery{Order: post.OrderName, Group: group}
	case arg != "":
		s.model.show(arg)
		return
	default:
		s.model.open = ""
	}
	s.model.reload()
}

// Leave stops reading.
func (s *Screen) Leave() {
	s.isOpen = false
	s.model.stop()
}

// Back closes the card by Esc.
func (s *Screen) Back() bool {
	if s.model.open == "" {
		return false
	}
	s.closeCard()
	return true
}

// Reload reads again by F5.
func (s *Screen) Reload() {
	if s.model.open != "" {
		s.model.readCard()
		return
	}
	s.model.reload()
}

// FocusSearch puts the cursor into the search field by Ctrl+F.
func (s *Screen) FocusSearch() {
	if s.search != nil {
		s.search.Focus()
	}
}

// Notice reads again when the register changed elsewhere.
func (s *Screen) Notice(notice post.Notice) {
	if notice.Topic == post.TopicRegister && !s.model.deleting {
		s.Reload()
	}
}

func (s *Screen) redraw() {
	if s.isOpen {
		s.env.Redraw()
	}
}

func (s *Screen) closeCard() {
	s.model.close()
	s.model.reload()
}

// View builds the list or the card.
func (s *Screen) View() fyne.CanvasObject {
	s.search, s.table, s.lead, s.hits, s.list, s.split = nil, nil, nil, nil, nil, nil
	s.fault = parts.NewFaultBox(s.env, look.Reading)
	s.fault.Show(s.model.fault)
	if s.model.open != "" {
		return s.cardView()
	}
	return s.listView()
}

func (s *Screen) listView() fyne.CanvasObject {
	m, env := s.model, s.env
	page := parts.Page{Title: env.T("people.title"), Fault: s.fault, Wide: true}
	switch {
	case !m.read:
		return page.View()
	case m.overview.Total == 0 && m.fault == nil:
		page.Content = parts.Empty(look.IconPeople, env.T("empty.people"), parts.Main("people.import", env.T("button.import"), s.importList).Icon(look.IconSheet))
		return page.View()
	}
	page.Aside = []fyne.CanvasObject{parts.Quiet("people.import", env.T("button.import"), s.importList).Icon(look.IconSheet)}
	s.split = parts.Main("people.split", s.splitWords(), func() {
		arg := ""
		if m.query.Group != "" {
			arg = groupArg + m.query.Group
		}
		env.Go(parts.PlaceSplit, "new:"+arg)
	}).Icon(look.IconSplit)
	page.Next = s.split
	s.lead = look.QuietText(s.overviewWords()).Clip()
	s.hits = look.QuietText("").Align(fyne.TextAlignTrailing)
	s.none = parts.Empty(look.IconSearch, env.T("empty.search"), parts.Quiet("people.clear", env.T("people.clear"), m.clear))
	s.table = s.newTable()
	s.list = container.NewStack(s.table.Object, s.none)
	head := parts.Stack(look.Apart, s.lead, s.searchRow(), s.filters().Object)
	page.Content = container.NewBorder(parts.Inset(0, 0, 0, 12, head), nil, nil, nil, s.list)
	s.touch()
	return page.View()
}

func (s *Screen) importList() { s.env.Go(parts.PlaceSheet, "") }

func (s *Screen) searchRow() fyne.CanvasObject {
	m, env := s.model, s.env
	s.search = parts.NewSearch(env, "people.search", env.T("people.search"), 400, m.search)
	s.search.Set(m.query.Search)
	row := []fyne.CanvasObject{s.search.Object}
	if len(m.groups) > 0 {
		all := env.T("people.all_groups")
		chosen := all
		if m.query.Group != "" {
			chosen = m.query.Group
		}
		row = append(row, parts.SelectField("people.group", "", "", 216, append([]string{all}, m.groups...), chosen, func(group string) {
			if group == all {
				group = ""
			}
			m.inGroup(group)
			s.split.Set(s.splitWords())
		}).Object)
	}
	return parts.Row(look.Near, append(row, parts.Fill(s.hits))...)
}

// filters are one button for each status that somebody has.
func (s *Screen) filters() *parts.Tabs {
	m, env := s.model, s.env
	tabs := []parts.Tab{{Key: "all", Title: env.T("people.all") + " " + env.Words.Number(m.overview.Total)}}
	chosen := "all"
	for _, status := range statuses {
		active := len(m.query.Digipost) == 1 && m.query.Digipost[0] == status
		if m.overview.BySplit[status] == 0 && !active {
			continue
		}
		if active {
			chosen = statusKey(status)
		}
		tabs = append(tabs, parts.Tab{Key: statusKey(status), Title: parts.SplitStatus(env.Words, status).Word + " " + env.Words.Number(m.overview.BySplit[status])})
	}
	return parts.NewTabs("people.status", tabs, chosen, func(key string) {
		status := post.SplitStatus(key)
		if key == statusKey(post.NeverChecked) {
			status = post.NeverChecked
		}
		m.filter(status, key == "all")
	})
}

func statusKey(status post.SplitStatus) string {
	if status == post.NeverChecked {
		return "never"
	}
	return string(status)
}

func (s *Screen) newTable() *parts.Table {
	m, t := s.model, s.env.T
	table := parts.NewTable("people", []parts.Column{
		{Key: string(post.OrderName), Title: t("field.full_name"), Share: 3, Sortable: true},
		{Key: string(post.OrderCustomerID), Title: t("field.customer_id"), Width: 136, Sortable: true},
		{Key: string(post.OrderDigipost), Title: t("people.digipost"), Width: 184, Sortable: true},
		{Key: string(post.OrderChecked), Title: t("people.checked"), Width: 124, Sortable: true, Hidden: m.overview.LastSplit.IsZero()},
		{Key: string(post.OrderLastLetter), Title: t("people.last_letter"), Width: 124, Sortable: true, Hidden: !m.letters},
		{Key: "group", Title: t("field.group"), Share: 2, Hidden: len(m.groups) == 0},
	}, m.people.Total, s.cell)
	table.OnOpen = func(row int) {
		if person, ok := m.people.Row(row); ok {
			m.show(person.CustomerID)
		}
	}
	table.OnSort = func(key string, down bool) { m.sort(post.RecipientOrder(key), down) }
	table.SetSort(string(m.query.Order), m.query.Down)
	return table
}

func (s *Screen) cell(row int, key string) parts.Cell {
	person, ok := s.model.people.Row(row)
	if !ok {
		return parts.Cell{}
	}
	words := s.env.Words
	switch post.RecipientOrder(key) {
	case post.OrderName:
		if name := person.Name(); name != "" {
			return parts.Cell{Text: name}
		}
		return parts.Cell{Text: s.env.T("people.nameless"), Quiet: true}
	case post.OrderCustomerID:
		return parts.Cell{Text: person.CustomerID}
	case post.OrderDigipost:
		status := parts.SplitStatus(words, person.Digipost)
		return parts.Cell{Status: &status}
	case post.OrderChecked:
		return parts.Cell{Text: words.Date(person.Checked), Quiet: true}
	case post.OrderLastLetter:
		return parts.Cell{Text: words.Date(person.LastLetter), Quiet: true}
	}
	return parts.Cell{Text: strings.Join(person.Groups, ", "), Quiet: true}
}

// touch brings rows and numbers up to date while the page stays.
func (s *Screen) touch() {
	if !s.isOpen || s.table == nil {
		return
	}
	m := s.model
	s.fault.Show(m.fault)
	s.lead.Set(s.overviewWords())
	s.hits.Set(s.env.Words.Count("people.hits", m.people.Total()))
	s.table.Hide(string(post.OrderLastLetter), !m.letters)
	if m.people.Total() == 0 && m.filtered() {
		s.table.Object.Hide()
		s.none.Show()
	} else {
		s.none.Hide()
		s.table.Object.Show()
	}
	s.table.Reload()
}

// overviewWords are the register in one sentence.
func (s *Screen) overviewWords() string {
	words, overview := s.env.Words, s.model.overview
	text := words.Count("people.overview", overview.Total)
	if overview.LastSplit.IsZero() {
		return text + " " + s.env.T("people.overview.never")
	}
	have := overview.BySplit[post.HasDigipost]
	percent := words.Number(have * 100 / max(1, overview.Total))
	if have > 0 && percent == "0" {
		percent = "<1"
	}
	return text + " " + words.Count("people.overview.digipost", have, "percent", s.env.T("percent", "percent", percent),
		"date", words.Date(overview.LastSplit))
}

// splitWords say whom the split is for: a group, or everybody. Search and status
// do not narrow it.
func (s *Screen) splitWords() string {
	if group := s.model.query.Group; group != "" {
		return s.env.T("people.split.group", "group", shorten(group, 32))
	}
	return s.env.T("people.split.all")
}

func shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}
