package jobs

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// list is all cases.
func (a *aid) list() fyne.CanvasObject {
	env, s := a.s.env, a.s
	page := parts.Page{Title: env.T("wrong.title.all"), Wide: true, Fault: s.fault,
		Back: parts.Quiet("wrong.back", env.T("jobs.all"), func() { s.Back() }).Icon(look.IconLeft)}
	switch {
	case !a.read:
		return page.View()
	case len(a.facts.cases) == 0:
		page.Content = parts.Empty(look.IconTickCircle, env.T("wrong.none.all"), nil)
		return page.View()
	}
	cases := a.facts.cases
	table := parts.NewTable("wrong.cases", []parts.Column{
		{Key: "job", Title: env.T("jobs.column.job"), Share: 3},
		{Key: "people", Title: env.T("wrong.column.people"), Width: 112, Number: true},
		{Key: "noticed", Title: env.T("wrong.noticed"), Width: 160},
		{Key: "state", Title: env.T("jobs.column.state"), Share: 2},
	}, func() int { return len(cases) }, func(row int, key string) parts.Cell { return a.caseCell(cases[row], key) })
	table.OnOpen = func(row int) { a.pick(cases[row]) }
	page.Content = parts.Stack(look.Apart, look.Body(env.T("wrong.list.lead")).Wrap(look.Reading), parts.Fill(table.Object))
	return page.View()
}

func (a *aid) caseCell(m post.Misdelivery, key string) parts.Cell {
	env := a.s.env
	switch key {
	case "job":
		return parts.Cell{Text: a.jobNames(m)}
	case "people":
		return parts.Cell{Text: env.Words.Number(m.Count())}
	case "noticed":
		return parts.Cell{Text: env.Words.Time(m.Noticed), Quiet: true}
	}
	status := a.caseState(m)
	return parts.Cell{Status: &status}
}

// caseState is how a case stands: closed, reported, or how long there is to report it.
func (a *aid) caseState(m post.Misdelivery) parts.Status {
	env := a.s.env
	rest := m.ReportBy().Sub(env.Now())
	switch {
	case !m.Closed.IsZero():
		return parts.Status{Icon: look.IconTick, Color: look.Good, Word: env.T("wrong.state.closed", "date", env.Words.Date(m.Closed))}
	case !m.Done[post.MeasureAuthority].IsZero():
		return parts.Status{Icon: look.IconHand, Color: look.Care, Word: env.T("wrong.state.open")}
	case rest <= 0:
		return parts.Status{Icon: look.IconWarning, Color: look.Stop, Word: env.T("wrong.state.late")}
	}
	return parts.Status{Icon: look.IconClock, Color: look.Care, Word: env.T("wrong.state.rest", "left", a.s.until(m.ReportBy()))}
}
