package mailing

import (
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/flow"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// gather is how long changes are collected before people are counted again.
const gather = 500 * time.Millisecond

// stepNames are the steps in the keys of their words.
var stepNames = map[step]string{stepPeople: "people", stepPattern: "pattern", stepDocument: "document", stepOptions: "options",
	stepPaper: "paper", stepReview: "review", stepApprove: "approve"}

// page is the frame of every step.
func (s *Screen) page(lead string, content fyne.CanvasObject) parts.Page {
	env := s.env
	var names []string
	for _, at := range s.model.steps() {
		names = append(names, env.T("mailing.step."+stepNames[at]))
	}
	steps := parts.StepsAt(s.model.place(), append(names, env.T("mailing.step.follow"))...)
	p := parts.Page{Title: env.T("mailing.title"), Lead: lead, Steps: steps, Fault: s.fault, Content: content}
	if s.model.step > stepPeople {
		p.Back = parts.Quiet("mailing.back", env.T("button.back"), s.back).Off(s.busy == busyApprove)
		p.Later = parts.Link("mailing.later", env.T("button.later"), func() { env.Go(parts.PlaceHome, "") })
	}
	return p
}

// peopleView is the choice of recipients, and what is known of them in numbers.
func (s *Screen) peopleView() fyne.CanvasObject {
	env, m := s.env, &s.model
	if !s.read {
		return s.page(env.T("mailing.people.lead"), parts.Stack(0)).View()
	}
	if s.err == nil && m.basis.overview.Total == 0 && !s.hasList() {
		empty := parts.Empty(look.IconMailing, env.T("mailing.empty"),
			parts.Main("mailing.import", env.T("button.import"), s.importList).Icon(look.IconSheet))
		return parts.Page{Title: env.T("mailing.title"), Wide: true, Content: empty}.View()
	}
	lines := []fyne.CanvasObject{parts.Stack(look.Near, s.origins()...)}
	if m.from == fromGroup {
		lines = append(lines, parts.SelectField("mailing.group", env.T("mailing.group"), "", 320, m.basis.groups, m.group,
			func(group string) { s.choose(fromGroup, group) }).Object)
	}
	switch {
	case m.counted:
		lines = append(lines, s.counts())
	case s.err == nil:
		lines = append(lines, look.QuietText(env.T("mailing.counting")))
	}
	if m.from != fromRest && m.basis.missed != nil && s.ports.NotReached != nil {
		lines = append(lines, s.missedLine(*m.basis.missed))
	}
	p := s.page(env.T("mailing.people.lead"), parts.Stack(20, lines...))
	p.Next = parts.Main("mailing.next", env.T("button.next"), s.next).Off(!m.counted || !m.reachable())
	if m.path != "" || m.own.folder != "" || m.subject != "" || m.from == fromRest {
		p.Later = parts.Link("mailing.restart", env.T("mailing.restart"), s.restart)
	}
	return p.View()
}

func (s *Screen) importList() { s.env.Go(parts.PlaceSheet, "") }

// origins are the places recipients come from, and a word on the one chosen.
func (s *Screen) origins() []fyne.CanvasObject {
	env, m := s.env, &s.model
	var tabs []parts.Tab
	text := env.Words.Count("mailing.from.register.text", m.basis.overview.Total)
	if s.hasList() {
		tabs = append(tabs, parts.Tab{Key: string(fromList), Title: env.T("mailing.from.list")})
	}
	tabs = append(tabs, parts.Tab{Key: string(fromRegister), Title: env.T("mailing.from.register")})
	if len(m.basis.groups) > 0 {
		tabs = append(tabs, parts.Tab{Key: string(fromGroup), Title: env.T("mailing.from.group")})
	}
	switch m.from {
	case fromList:
		path, list := s.ports.List()
		text = env.Words.Count("mailing.from.list.text", list.Rows, "file", filepath.Base(path))
	case fromGroup:
		text = env.T("mailing.from.group.text")
	}
	if m.from == fromRest {
		return []fyne.CanvasObject{parts.Note(parts.ToneInfo, env.T("mailing.from.rest", "name", m.rest.Name, "date", env.Words.Date(m.rest.Created)), parts.WizardText)}
	}
	chosen := parts.NewTabs("mailing.from", tabs, string(m.from), func(key string) { s.choose(origin(key), m.group) })
	lines := []fyne.CanvasObject{chosen.Object, look.QuietText(text).Wrap(parts.WizardText)}
	if !s.hasList() {
		lines = append(lines, parts.Left(parts.Link("mailing.from.import", env.T("mailing.from.import"), s.importList).Icon(look.IconSheet)))
	}
	return lines
}

// counts are the people in numbers; each number opens into a list.
func (s *Screen) counts() fyne.CanvasObject {
	env := s.env
	lines := []fyne.CanvasObject{parts.Card(s.countRows(s.model.people))}
	if !s.model.reachable() {
		lines = append(lines, parts.Note(parts.ToneCare, env.T("mailing.nobody"), parts.WizardText))
	}
	lines = append(lines, s.reviewNotes(s.model.people)...)
	return parts.Stack(12, lines...)
}

// reviewNotes say how many are left out until somebody has looked at their match,
// with the way there.
func (s *Screen) reviewNotes(people flow.People) []fyne.CanvasObject {
	if people.ToReview == 0 {
		return nil
	}
	env := s.env
	return []fyne.CanvasObject{parts.Stack(look.Tight, parts.Note(parts.ToneCare, env.Words.Count("mailing.to_review", people.ToReview), parts.WizardText),
		parts.Left(parts.Link("mailing.to_review", env.T("mailing.to_review.open"), func() { env.Go(parts.PlaceSplit, "uncertain") })))}
}

// splitArg opens the recipient split for these people.
func (s *Screen) splitArg() string {
	switch s.model.from {
	case fromList:
		return "list"
	case fromGroup:
		return "new:group:" + s.model.group
	}
	return "new:"
}

// countRows are the people in numbers, with the channel each goes by; each opens
// into a list.
func (s *Screen) countRows(people flow.People) fyne.CanvasObject {
	env := s.env
	var rows []fyne.CanvasObject
	row := func(status parts.Status, n int, key string) {
		if n <= 0 {
			return
		}
		if len(rows) > 0 {
			rows = append(rows, look.NewHairline())
		}
		rows = append(rows, parts.Inset(0, 1, 0, 1, parts.Row(12, look.NewIcon(status.Icon, status.Color), parts.Fill(look.Body(status.Word).Clip()),
			look.Strong(env.Words.Number(n)), parts.Link("mailing.show."+key, env.T("mailing.show"), func() { s.openList(key) }))))
	}
	unchecked, others := "mailing.count.unchecked", parts.Status{Icon: look.IconQuestion, Color: look.QuietInk, Word: env.T("mailing.count.others")}
	if s.model.from == fromRest || s.model.step == stepReview && s.model.onPaper() {
		unchecked, others = "mailing.count.unchecked.paper", parts.Status{Icon: look.IconPrinter, Color: look.Accent, Word: env.T("mailing.count.paper")}
	}
	row(parts.Status{Icon: look.IconTick, Color: look.Good, Word: env.T("mailing.count.digipost")}, people.WithDigipost, listDigipost)
	row(parts.Status{Icon: look.IconReady, Color: look.QuietInk, Word: env.T(unchecked)}, people.NotChecked, listUnchecked)
	row(others, people.Others, listOthers)
	for _, reason := range reasons(people) {
		row(parts.Status{Icon: look.IconCross, Color: look.Stop, Word: s.leftWord(reason)}, people.LeftOut[reason], string(reason))
	}
	total := look.Heading(env.Words.Count("mailing.count.total", people.Sendable()))
	return parts.Stack(look.Near, total, parts.Stack(0, rows...))
}

// leftWord is why people are left out, in a few words.
func (s *Screen) leftWord(reason post.Reason) string {
	if reason == post.ReasonDuplicateLetter && s.model.step == stepReview && s.model.plan.left > 0 {
		return s.env.T("mailing.left.duplicate_letter.sent")
	}
	if key := "mailing.left." + string(reason); s.env.Words.Has(key) {
		return s.env.T(key)
	}
	return s.env.T("mailing.left.other")
}

// listView is who stands behind a count.
func (s *Screen) listView() fyne.CanvasObject {
	env := s.env
	what, left := s.leftWord(post.Reason(s.listing)), true
	switch s.listing {
	case listDigipost, listUnchecked, listOthers:
		what, left = env.T("mailing.count."+s.listing), false
	}
	table := parts.NewTable("mailing.list", []parts.Column{
		{Key: "row", Title: env.T("mailing.column.row"), Width: 72, Number: true, Hidden: s.model.people.Source.Path == ""},
		{Key: "name", Title: env.T("mailing.column.name"), Share: 2},
		{Key: "digipost", Title: env.T("mailing.column.digipost"), Width: 184, Hidden: left},
		{Key: "why", Title: env.T("mailing.column.why"), Share: 3, Hidden: !left},
	}, func() int { return len(s.rows) }, s.listCell)
	table.OnOpen = func(row int) {
		if id := s.rows[row].CustomerID; id != "" {
			env.Go(parts.PlacePeople, id)
		}
	}
	return parts.Page{Title: env.T("mailing.list.title", "what", what, "count", env.Words.Number(len(s.rows))), Wide: true, Fault: s.fault,
		Content: table.Object, Back: parts.Quiet("mailing.back", env.T("mailing.list.back"), s.back)}.View()
}

func (s *Screen) listCell(row int, key string) parts.Cell {
	to := s.rows[row]
	switch key {
	case "row":
		if to.Row == 0 {
			return parts.Cell{}
		}
		return parts.Cell{Text: s.env.Words.Number(to.Row), Quiet: true}
	case "digipost":
		status := parts.SplitStatus(s.env.Words, s.known[to.CustomerID])
		return parts.Cell{Status: &status}
	case "why":
		if text := s.documentWhy(to); text != "" {
			return parts.Cell{Text: text}
		}
		return parts.Cell{Text: s.env.Words.Reason(string(to.LeftOut))}
	}
	return parts.Cell{Text: to.Name}
}
