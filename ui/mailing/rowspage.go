package mailing

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/job"
	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// rowsView lists who gets which document.
func (s *Screen) rowsView() fyne.CanvasObject {
	env, found := s.env, s.model.own.found
	tabs := []parts.Tab{{Key: "all", Title: env.T("mailing.rows.all", "count", env.Words.Number(len(found.rows)))}}
	for _, state := range rowStates {
		if n := found.count(state); n > 0 {
			tabs = append(tabs, parts.Tab{Key: string(state), Title: env.T("mailing.rows.tab", "what", env.T("mailing.row."+string(state)), "count", env.Words.Number(n))})
		}
	}
	chosen := string(s.filter)
	if chosen == "" || found.count(s.filter) == 0 {
		s.filter, chosen = "", "all"
		s.filterRows()
	}
	filter := parts.NewTabs("mailing.rows.filter", tabs, chosen, func(key string) {
		if s.filter = rowState(key); key == "all" {
			s.filter = ""
		}
		s.filterRows()
		env.Redraw()
	})
	table := parts.NewTable("mailing.rows", []parts.Column{
		{Key: "row", Title: env.T("mailing.column.row"), Width: 72, Number: true, Hidden: found.people.Source.Path == "" || s.filter == rowExtra},
		{Key: "name", Title: env.T("mailing.column.name"), Share: 3, Hidden: s.filter == rowExtra},
		{Key: "state", Title: env.T("mailing.column.state"), Width: 176, Hidden: s.filter != ""},
		{Key: "file", Title: env.T("mailing.column.file"), Share: 3, Hidden: s.filter == rowMissing},
		{Key: "why", Title: env.T("mailing.column.row_why"), Share: 5, Hidden: s.filter == rowGood},
	}, func() int { return len(s.picked) }, s.rowCell)
	table.OnOpen = func(row int) {
		if at := s.picked[row]; found.rows[at].path != "" && s.ports.Preview != nil {
			s.openRow(at)
		}
	}
	none := parts.Empty(look.IconSearch, env.T("empty.search"), nil)
	show := func() {
		if len(s.picked) == 0 {
			none.Show()
		} else {
			none.Hide()
		}
		table.Reload()
	}
	show()
	s.searcher = parts.NewSearch(env, "mailing.rows.search", env.T("mailing.rows.search"), 240, func(text string) {
		s.sought = text
		s.filterRows()
		show()
	})
	s.searcher.Set(s.sought)
	return parts.Page{Title: env.T("mailing.rows.title"), Lead: env.T("mailing.rows.lead"), Aside: []fyne.CanvasObject{s.searcher.Object}, Wide: true, Fault: s.fault,
		Content: parts.Stack(look.Apart, filter.Object, parts.Fill(container.NewStack(table.Object, none))),
		Back:    parts.Quiet("mailing.back", env.T("mailing.rows.back"), s.back).Icon(look.IconLeft)}.View()
}

func (s *Screen) rowCell(at int, key string) parts.Cell {
	found := s.model.own.found
	row := found.rows[s.picked[at]]
	switch key {
	case "row":
		if row.to < 0 || found.people.To[row.to].Row == 0 {
			return parts.Cell{}
		}
		return parts.Cell{Text: s.env.Words.Number(found.people.To[row.to].Row), Quiet: true}
	case "name":
		if row.to < 0 {
			return parts.Cell{Text: "–", Quiet: true}
		}
		return parts.Cell{Text: found.people.To[row.to].Name}
	case "state":
		status := s.rowStatus(row.state)
		return parts.Cell{Status: &status}
	case "file":
		return parts.Cell{Text: s.rowFile(row)}
	}
	return parts.Cell{Text: s.rowWhy(row), Quiet: row.state == rowGood}
}

// rowFile is the file's name; those that hold a birth number show it masked.
func (s *Screen) rowFile(row ownRow) string {
	var shown []string
	for _, name := range append([]string{row.name}, row.files...) {
		if name != "" {
			shown = append(shown, s.masked(name))
		}
	}
	return strings.Join(shown, ", ")
}

// masked hides the personal part of birth numbers in a file's name.
func (s *Screen) masked(text string) string {
	return number.MaskBirthNumbers(text, number.RuleOn(s.env.Now()))
}

// rowWhy says what is with a document, and what to do.
func (s *Screen) rowWhy(row ownRow) string {
	env := s.env
	switch row.state {
	case rowHeld:
		first := row.look.foreign[0]
		return env.T("mailing.row.held.why", "page", env.Words.Number(first.Page), "number", parts.Unbroken(first.Masked))
	case rowBad, rowExtra:
		if fault := post.FaultOf(row.look.fault); fault != nil {
			what, _ := parts.Explain(env.Words, fault.Code, fault.Fields)
			return s.masked(what) // the file's name may be a number
		}
		if report := row.look.report; report != nil && len(report.Errors) > 0 {
			key, gaps := report.Errors[0].Words()
			return env.T(key, gaps...)
		}
	case rowGood:
		switch {
		case len(row.look.foreign) > 0:
			return env.T("mailing.allow." + s.model.reasonAllowed(row))
		case row.look.unread:
			return env.T("mailing.row.unread")
		}
		return ""
	}
	return env.T("mailing.row." + string(row.state) + ".why")
}

// documentWhy says why somebody's document cannot go in this mailing, "" where it is
// not about that.
func (s *Screen) documentWhy(to job.Addressee) string {
	found := s.model.own.found
	if to.LeftOut != post.ReasonBadFile || !s.model.own.on || found == nil {
		return ""
	}
	for _, row := range found.rows {
		if row.to >= 0 && whose(found.people.To[row.to]) == whose(to) {
			return s.rowWhy(row)
		}
	}
	return ""
}

// openRow shows the document of a row.
func (s *Screen) openRow(at int) {
	found := s.model.own.found
	row := found.rows[at]
	title := s.rowFile(row)
	if row.to >= 0 {
		title = found.people.To[row.to].Name
	}
	s.openPreview(page{title: title, path: row.path, row: at, own: true})
}

// heldLines say why a letter is held back, and let it go with a reason.
func (s *Screen) heldLines(at int) []fyne.CanvasObject {
	env, m := s.env, &s.model
	row := m.own.found.rows[at]
	if len(row.look.foreign) == 0 || row.to < 0 {
		return nil
	}
	text, tone, reason := env.T("mailing.foreign"), parts.ToneStop, m.reasonAllowed(row)
	switch {
	case reason != "":
		text, tone = env.T("mailing.foreign.allowed"), parts.ToneInfo
	case key(m.own.found.people, row.to).BirthNumber == "":
		text = env.T("mailing.foreign.unknown")
	}
	for _, each := range row.look.foreign[:min(len(row.look.foreign), mostForeign)] {
		text += "\n" + env.T("mailing.foreign.line", "page", env.Words.Number(each.Page), "number", parts.Unbroken(each.Masked))
	}
	lines := []fyne.CanvasObject{parts.WithID("mailing.foreign", parts.Note(tone, text, asideText)), look.Strong(env.T("mailing.allow"))}
	for _, key := range reasonsToAllow {
		lines = append(lines, parts.Quiet("mailing.allow."+key, env.T("mailing.allow."+key), func() { s.allow(at, key) }).Choose(reason == key))
	}
	if reason != "" {
		lines = append(lines, parts.Left(parts.Link("mailing.allow.none", env.T("mailing.allow.none"), func() { s.allow(at, "") })))
	}
	return append(lines, look.Small(env.T("mailing.allow.help")).Wrap(asideText))
}

// mostForeign is how many foreign numbers are listed.
const mostForeign = 6

// asideText is how wide words beside a page of a document are.
const asideText = float32(320)

// beside puts words at the left of the page of a document.
func beside(words, paper fyne.CanvasObject) fyne.CanvasObject {
	const ring = float32(4) // room for the ring around what the cursor is at
	left := container.NewVScroll(parts.Inset(ring, ring, look.Apart, ring, parts.Width(asideText, words)))
	left.SetMinSize(fyne.NewSize(asideText+ring+look.Apart, 0))
	return container.NewBorder(nil, nil, parts.Inset(-ring, -ring, look.Near, -ring, left), nil, paper)
}
