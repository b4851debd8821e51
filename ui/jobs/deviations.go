package jobs

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// allKinds is the key for deviations of every kind.
const allKinds = "all"

// cachedDeviations are the rows, worked out once for each reading and search.
func (s *Screen) cachedDeviations() []post.Deviation {
	if s.shown == nil {
		s.shown = &shown{deviations: s.list.pick(s.closedOnes, s.kind, s.listSearch)}
	}
	return s.shown.deviations
}

// deviationsView is what somebody has to look at, or, on request, what was.
func (s *Screen) deviationsView() fyne.CanvasObject {
	env := s.env
	open, closed := len(s.list.pick(false, "", "")), len(s.list.pick(true, "", ""))
	if open+closed == 0 {
		return parts.Empty(look.IconTickCircle, env.T("empty.deviations"), nil)
	}
	if s.kind != "" && len(s.list.pick(s.closedOnes, s.kind, "")) == 0 {
		s.kind = ""
	}
	toggle, n := "jobs.deviations.closed", closed
	if s.closedOnes {
		toggle, n = "jobs.deviations.open", open
	}
	line := []fyne.CanvasObject{parts.Fill(s.kinds())}
	if n > 0 || s.closedOnes {
		line = append(line, parts.Link("jobs.deviations.which", env.Words.Count(toggle, n), func() {
			s.closedOnes, s.kind = !s.closedOnes, ""
			env.Redraw()
		}))
	}
	s.shown = nil
	if len(s.list.pick(s.closedOnes, "", "")) == 0 {
		text := "empty.deviations"
		if s.closedOnes {
			text = "jobs.deviations.none_closed"
		}
		return parts.Stack(look.Near, parts.Row(look.Apart, line...), parts.Fill(parts.Empty(look.IconTickCircle, env.T(text), nil)))
	}
	s.table = s.deviationTable()
	s.table.OnOpen = func(row int) { s.openDeviation(s.cachedDeviations()[row]) }
	return parts.Stack(look.Near, parts.Row(look.Apart, line...), parts.Fill(s.orNothing()))
}

func (s *Screen) deviationTable() *parts.Table {
	env := s.env
	followed := false
	for _, d := range s.cachedDeviations() {
		followed = followed || d.Owner != "" || d.Note != ""
	}
	columns := []parts.Column{
		{Key: "person", Title: env.T("jobs.column.person"), Share: 3},
		{Key: "what", Title: env.T("jobs.column.what"), Width: 184},
		{Key: "since", Title: env.T("jobs.column.from"), Width: 168},
		{Key: "next", Title: env.T("jobs.column.next"), Share: 4},
		{Key: "follow", Title: env.T("jobs.column.follow"), Share: 3, Hidden: !followed}}
	if s.closedOnes {
		columns = []parts.Column{
			{Key: "person", Title: env.T("jobs.column.person"), Share: 2},
			{Key: "what", Title: env.T("jobs.column.what"), Width: 184},
			{Key: "closed", Title: env.T("jobs.column.closed"), Width: 152},
			{Key: "why", Title: env.T("jobs.column.closed.why"), Share: 3},
			{Key: "follow", Title: env.T("jobs.column.follow"), Share: 2, Hidden: !followed}}
	}
	return parts.NewTable("jobs.deviations", columns, func() int { return len(s.cachedDeviations()) }, s.deviationCell)
}

// kinds narrows the deviations to one kind.
func (s *Screen) kinds() fyne.CanvasObject {
	env := s.env
	var found []parts.Tab
	for _, code := range deviationOrder {
		if n := len(s.list.pick(s.closedOnes, code, "")); n > 0 {
			found = append(found, parts.Tab{Key: string(code), Title: env.T("jobs.group", "group", env.T("jobs.deviation."+string(code)), "count", env.Words.Number(n))})
		}
	}
	if len(found) < 2 {
		lead := "jobs.deviations.lead"
		if s.closedOnes {
			lead = "jobs.deviations.lead.closed"
		}
		return look.QuietText(env.T(lead)).Clip()
	}
	n := len(s.list.pick(s.closedOnes, "", ""))
	all := parts.Tab{Key: allKinds, Title: env.T("jobs.group", "group", env.T("jobs.group.all"), "count", env.Words.Number(n))}
	chosen := allKinds
	if s.kind != "" {
		chosen = string(s.kind)
	}
	return parts.NewTabs("jobs.deviations.kind", append([]parts.Tab{all}, found...), chosen, func(key string) {
		if s.kind = post.DeviationCode(key); key == allKinds {
			s.kind = ""
		}
		s.found()
	}).Object
}

func (s *Screen) deviationCell(row int, key string) parts.Cell {
	words, d := s.env.Words, s.cachedDeviations()[row]
	switch key {
	case "what":
		status := parts.DeviationStatus(words, d.Code)
		return parts.Cell{Status: &status}
	case "since":
		return parts.Cell{Text: words.Get("jobs.since.age", "date", d.Since.Local().Format("02.01."), "age", parts.Age(words, d.Since, s.env.Now())), Quiet: true}
	case "next":
		return parts.Cell{Text: nextStep(words, d)}
	case "follow":
		return parts.Cell{Text: follow(d), Quiet: true}
	case "closed":
		return parts.Cell{Text: words.Time(d.Closed), Quiet: true}
	case "why":
		return parts.Cell{Text: oneLine(closedWhy(words, d))}
	}
	return parts.Cell{Text: s.about(d)}
}

// about is whom a deviation concerns: a person, or a whole job.
func (s *Screen) about(d post.Deviation) string {
	if d.Name != "" {
		return d.Name
	}
	return s.list.names[d.Job]
}

// closedWhy is why a deviation is closed.
func closedWhy(words *look.Words, d post.Deviation) string {
	if d.Resolved {
		return words.Get("jobs.deviation.resolved")
	}
	return d.Why
}

// follow is who sees to a deviation, and what they noted.
func follow(d post.Deviation) string {
	if d.Owner == "" || d.Note == "" {
		return oneLine(d.Owner + d.Note)
	}
	return oneLine(d.Owner + ": " + d.Note)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// nextStep is what to do about a deviation.
func nextStep(words *look.Words, d post.Deviation) string {
	if d.Reason != post.ReasonNone && d.Reason != post.ReasonOther {
		return words.Reason(string(d.Reason))
	}
	return words.Get("jobs.deviation." + string(d.Code) + ".next")
}

// following is a deviation that is open on the page, and what is being written
// about it.
type following struct {
	post.Deviation
	job post.Job
	// owner, note and why are what is typed and not stored yet.
	owner, note, why string
}

// changed reports whether owner or note were written anew.
func (f *following) changed() bool {
	return strings.TrimSpace(f.owner) != f.Owner || strings.TrimSpace(f.note) != f.Note
}

// openDeviation shows one deviation.
func (s *Screen) openDeviation(d post.Deviation) {
	s.closeWidgets()
	s.following = &following{Deviation: d, job: post.Job{ID: d.Job, Name: s.list.names[d.Job]}, owner: d.Owner, note: d.Note}
	s.err = nil
	s.env.Redraw()
}

// deviationPage is one deviation: what happened, who sees to it, and how it ends.
func (s *Screen) deviationPage() fyne.CanvasObject {
	env, f := s.env, s.following
	page := parts.Page{Title: s.about(f.Deviation), Fault: s.fault,
		Back: parts.Quiet("jobs.deviation.back", env.T("jobs.deviation.back"), func() { s.Back() }).Icon(look.IconLeft)}
	status := parts.DeviationStatus(env.Words, f.Code)
	facts := []parts.Fact{{Label: env.T("jobs.column.what"), Status: &status},
		{Label: env.T("jobs.column.from"), Value: env.T("jobs.since.age", "date", env.Words.Time(f.Since), "age", parts.Age(env.Words, f.Since, env.Now()))},
		{Label: env.T("jobs.column.next"), Value: nextStep(env.Words, f.Deviation)},
		{Label: env.T("jobs.column.job"), Value: f.job.Name}}
	links := []fyne.CanvasObject{parts.Quiet("jobs.deviation.job", env.T("jobs.person.job"), func() { s.open(f.Job) }).Icon(look.IconJobs)}
	if f.CustomerID != "" {
		links = append(links, parts.Quiet("jobs.deviation.person", env.T("jobs.person.open"), func() { env.Go(parts.PlacePeople, f.CustomerID) }).Icon(look.IconPeople))
	}
	const label = 112
	card := parts.Card(parts.Stack(look.Apart, parts.Facts(label, parts.CardText-label-look.Apart, facts...), parts.Row(12, append(links, parts.Fill(nil))...)))
	lines := []fyne.CanvasObject{card}
	if f.Closed.IsZero() {
		lines = append(lines, parts.Card(s.ownerForm()), parts.Card(s.closeForm()))
		page.Next = parts.Main("jobs.deviation.close", env.T("jobs.deviation.close"), s.closeDeviation).Off(s.busy != "")
	} else {
		lines = append(lines, parts.Card(parts.Facts(label, parts.CardText-label-look.Apart,
			parts.Fact{Label: env.T("jobs.column.closed"), Value: env.Words.Time(f.Closed)},
			parts.Fact{Label: env.T("jobs.column.closed.why"), Value: closedWhy(env.Words, f.Deviation)},
			parts.Fact{Label: env.T("jobs.column.owner"), Value: f.Owner},
			parts.Fact{Label: env.T("jobs.column.note"), Value: f.Note})))
	}
	page.Content = parts.Stack(look.Apart, lines...)
	return page.View()
}

// ownerForm is who sees to a deviation and what they note.
func (s *Screen) ownerForm() fyne.CanvasObject {
	env, f := s.env, s.following
	save := parts.Quiet("jobs.deviation.save", env.T("button.save"), func() { s.assign(nil) }).Off(s.busy != "" || !f.changed())
	owner := parts.TextField("jobs.deviation.owner", env.T("jobs.column.owner"), env.T("jobs.deviation.owner.help"), 320)
	owner.Entry.SetText(f.owner)
	owner.Entry.OnChanged = func(text string) {
		f.owner = text
		save.Off(!f.changed())
	}
	entry := parts.NewTextEntry(3)
	entry.SetText(f.note)
	entry.OnChanged = func(text string) {
		f.note = text
		save.Off(!f.changed())
	}
	note := parts.NewField("jobs.deviation.note", env.T("jobs.column.note"), "", parts.CardText, entry)
	return parts.Form(look.Heading(env.T("jobs.deviation.who")), owner.Object, note.Object, parts.Left(save))
}

// closeReasons are reasons that can be taken as they are.
var closeReasons = []string{"other_way", "talked", "not_needed"}

// closeForm asks why a deviation can be closed.
func (s *Screen) closeForm() fyne.CanvasObject {
	env, f := s.env, s.following
	why := parts.TextField("jobs.deviation.why", env.T("jobs.deviation.why"), env.T("jobs.deviation.why.help"), parts.CardText)
	why.Entry.SetText(f.why)
	why.Entry.OnChanged = func(text string) {
		f.why = text
		why.SetError("")
	}
	s.why = why
	var ready []fyne.CanvasObject
	for _, reason := range closeReasons {
		text := env.T("jobs.deviation.why." + reason)
		ready = append(ready, parts.Quiet("jobs.deviation.why."+reason, text, func() { why.Entry.SetText(text) }))
	}
	return parts.Form(look.Heading(env.T("jobs.deviation.end")), why.Object, parts.Row(look.Near, append(ready, parts.Fill(nil))...))
}

// assign stores owner and note, then goes on.
func (s *Screen) assign(then func()) {
	f := s.following
	if s.busy != "" {
		return
	}
	s.busy, s.err = "assign", nil
	owner, note := strings.TrimSpace(f.owner), strings.TrimSpace(f.note)
	task.Do(s.env.Run, func(ctx context.Context) error { return s.ports.Deviations.AssignDeviation(ctx, f.ID, owner, note) }, func(err error) {
		if s.busy, s.err = "", err; err == nil {
			f.Owner, f.Note = owner, note
			if then != nil {
				then()
				return
			}
			s.env.Toast(s.env.T("jobs.deviation.saved"), nil)
			s.readAgain()
		}
		s.redrawIf(s.following == f)
	})
}

// closeDeviation closes it for the reason typed; what is written and not stored
// yet is stored first.
func (s *Screen) closeDeviation() {
	f := s.following
	switch {
	case s.busy != "":
		return
	case strings.TrimSpace(f.why) == "":
		s.why.SetError(s.env.T("jobs.deviation.why.missing"))
		s.env.Window.Canvas().Focus(s.why.Entry)
		return
	}
	if f.changed() {
		s.assign(s.closeDeviation)
		return
	}
	s.busy, s.err = "close", nil
	task.Do(s.env.Run, func(ctx context.Context) error {
		return s.ports.Deviations.CloseDeviation(ctx, f.ID, strings.TrimSpace(f.why))
	}, func(err error) {
		if s.busy, s.err = "", err; err == nil && s.following == f {
			s.following = nil
			s.env.Toast(s.env.T("jobs.deviation.done"), nil)
			s.readAgain()
		}
		s.redrawIf(true)
	})
}

func (s *Screen) redrawIf(wanted bool) {
	if s.isOpen && wanted {
		s.env.Redraw()
	}
}
