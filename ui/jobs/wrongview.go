package jobs

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// view builds the page of the step, of a case that is closed, or the list.
func (a *aid) view() fyne.CanvasObject {
	if a.pages != nil {
		a.pages.Close()
		a.pages = nil
	}
	a.table, a.pair, a.reason, a.limit = nil, nil, nil, nil
	env, s := a.s.env, a.s
	if a.listed {
		return a.list()
	}
	page := parts.Page{Title: a.title(), Fault: s.fault,
		Back: parts.Quiet("wrong.back", env.T("button.back"), func() { a.goTo(a.step - 1) }).Icon(look.IconLeft)}
	if a.step == wrongStop || !a.m.Closed.IsZero() {
		page.Back = parts.Quiet("wrong.back", env.T("button.back"), func() { s.Back() }).Icon(look.IconLeft)
	}
	if !a.read {
		return page.View()
	}
	if !a.m.Closed.IsZero() {
		page.Content = parts.Stack(look.Apart, a.closedFacts(), a.log())
		return page.View()
	}
	for i, name := range wrongSteps {
		step := parts.Step{Text: env.T("wrong.step." + name)}
		switch {
		case i == a.step:
			step.State = parts.StepNow
		case a.done(i):
			step.State = parts.StepDone
		}
		page.Steps = append(page.Steps, step)
	}
	if a.step != wrongStop {
		page.Later = parts.Link("wrong.later", env.T("button.later"), func() { s.Back() })
	}
	page.Next = parts.Main("wrong.next", env.T("button.next"), func() { a.goTo(a.step + 1) }).Off(s.busy != "")
	a.fill(&page)
	return page.View()
}

// fill puts the step into its page.
func (a *aid) fill(page *parts.Page) {
	switch a.step {
	case wrongStop:
		page.Content = a.stopStep(page)
	case wrongWho:
		page.Wide, page.Content = true, a.whoStep()
	case wrongDigipost:
		page.Content = a.digipostStep()
	case wrongBreach:
		page.Content = a.breachStep()
	case wrongRegister:
		page.Content = a.registerStep()
	case wrongLog:
		page.Content = parts.Stack(look.Apart, a.closing(), a.log())
		page.Next = parts.Main("wrong.close", a.s.env.T("wrong.close"), a.closeCase).Off(a.s.busy != "")
	}
}

// title names the case by the job it began with.
func (a *aid) title() string {
	if name := a.jobNames(a.m); name != "" {
		return a.s.env.T("wrong.title.of", "name", name)
	}
	return a.s.env.T("wrong.title")
}

// jobNames is the first job of a case by its name, and how many more there are.
func (a *aid) jobNames(m post.Misdelivery) string {
	if len(m.Jobs) == 0 {
		return ""
	}
	name := a.facts.jobs[m.Jobs[0]].Name
	if more := len(m.Jobs) - 1; more > 0 && name != "" {
		name += " " + a.s.env.Words.Count("wrong.jobs.more", more)
	}
	return name
}

// lead is what a step is for.
func (a *aid) lead(name string) fyne.CanvasObject {
	return look.Body(a.s.env.T("wrong.lead." + name)).Wrap(parts.WizardText)
}

// cardText is the width of text in a card beside the steps.
const cardText = parts.WizardText - 48

// stopStep offers to stop what has not left, and says what came of it.
func (a *aid) stopStep(page *parts.Page) fyne.CanvasObject {
	env, s := a.s.env, a.s
	lines := []fyne.CanvasObject{parts.Note(parts.ToneInfo, env.T("wrong.disclaimer"), parts.WizardText), a.lead("stop")}
	var open, over []fyne.CanvasObject
	for _, id := range a.facts.open {
		row := a.stopRow(a.facts.jobs[id])
		if a.asked[id] {
			over = append(over, row)
		} else {
			open = append(open, row)
		}
	}
	for _, id := range a.m.Jobs {
		if job := a.facts.jobs[id]; job.State.Finished() {
			over = append(over, a.endedRow(job))
		}
	}
	for _, rows := range [][]fyne.CanvasObject{over, open} {
		if len(rows) > 0 {
			lines = append(lines, parts.Card(parts.Stack(look.Apart, rows...)))
		}
	}
	if len(a.facts.open) == 0 {
		lines = append(lines, parts.WithID("wrong.stop.none", parts.Note(parts.ToneGood, env.T("wrong.stop.none"), parts.WizardText)))
	}
	if a.waiting() > 0 {
		page.Extra = []*parts.Button{parts.Quiet("wrong.skip", env.T("wrong.skip"), func() { a.goTo(wrongWho) }).Off(s.busy != "")}
		page.Next = parts.StopButton("wrong.stop", env.T("wrong.stop"), a.stopAll).Icon(look.IconStop).Off(s.busy != "")
	}
	return parts.Stack(look.Apart, lines...)
}

// waiting is how many of the jobs are ticked, and not being stopped yet.
func (a *aid) waiting() int {
	n := 0
	for _, id := range a.facts.open {
		if a.stop[id] && !a.asked[id] {
			n++
		}
	}
	return n
}

// stopRow is a job that is not finished: to be stopped or not, or being stopped.
func (a *aid) stopRow(job post.Job) fyne.CanvasObject {
	env, id := a.s.env, job.ID
	about := env.T("wrong.stop.about", "state", a.s.state(job).Word, "people", env.Words.Count("jobs.people", job.Counts.Total))
	if why := a.shares(job); why != "" {
		about = env.T("wrong.stop.about.why", "state", a.s.state(job).Word, "people", env.Words.Count("jobs.people", job.Counts.Total), "why", env.T(why))
	}
	if a.asked[id] {
		status := parts.Status{Icon: look.IconHourglass, Color: look.Care, Word: env.T("jobs.stopping")}
		if job.Ending != "" {
			status = parts.Status{Icon: look.IconStop, Color: look.Stop, Word: ending(env.Words, job)}
		}
		return parts.WithID("wrong.asked."+id, a.row(status, job.Name, status.Word))
	}
	if err := a.refused[id]; err != nil {
		fault := post.FaultOf(err)
		text := err.Error()
		if fault != nil {
			text, _ = parts.Explain(env.Words, fault.Code, fault.Fields)
		}
		about = env.T("wrong.stop.refused", "reason", text)
	}
	tick := parts.CheckBox("wrong.stop."+id, shorten(job.Name), a.stop[id], func(on bool) {
		before := a.waiting()
		a.stop[id] = on
		if (before > 0) != (a.waiting() > 0) { // the button at the right becomes another
			env.Redraw()
		}
	})
	return parts.Stack(0, tick, parts.Inset(26, 0, 0, 0, look.Small(about).Wrap(cardText-26)))
}

// shares is a key of what a job has in common with one of the case, "" for none.
func (a *aid) shares(job post.Job) string {
	for _, id := range a.m.Jobs {
		other := a.facts.jobs[id]
		switch {
		case other.ID == job.ID || !a.facts.concerned(a.m, job):
		case other.Source.Path != "" && other.Source.Path == job.Source.Path:
			return "wrong.shares.list"
		case other.Subject != "" && strings.EqualFold(other.Subject, job.Subject):
			return "wrong.shares.subject"
		}
	}
	return ""
}

// endedRow is a job that is over: how its stop ended, or that it was too late.
func (a *aid) endedRow(job post.Job) fyne.CanvasObject {
	env := a.s.env
	status := a.s.state(job)
	text := env.T("wrong.stop.over", "state", status.Word, "people", env.Words.Count("wrong.reached", reached(job)))
	if job.Ending != "" {
		text = ending(env.Words, job)
	}
	return parts.WithID("wrong.ended."+job.ID, a.row(status, job.Name, text))
}

// row is a shape, a name and a sentence below.
func (a *aid) row(status parts.Status, name, text string) fyne.CanvasObject {
	return parts.RowTop(look.Near, parts.Stack(0, look.NewIconOf(status.Icon, status.Color, 18)),
		parts.Stack(2, look.Body(name).Wrap(cardText-26), look.Small(text).Wrap(cardText-26)))
}

// whoStep is the list of those who may have got a letter, to choose who got it
// wrongly.
func (a *aid) whoStep() fyne.CanvasObject {
	env := a.s.env
	jobs := a.reachedSome()
	if len(jobs) == 0 {
		return parts.WithID("wrong.who.none", parts.Empty(look.IconPeople, env.T("wrong.who.none"), nil))
	}
	if !slices.ContainsFunc(jobs, func(job post.Job) bool { return job.ID == a.shown }) {
		a.shown, a.search = jobs[0].ID, ""
	}
	lines := []fyne.CanvasObject{a.lead("who")}
	if len(jobs) > 1 {
		lines = append(lines, a.jobChoice(jobs))
	}
	a.pages = parts.NewPages(env.Run, pageSize, a.fetch, func(err error) {
		if err != nil {
			a.s.fault.Show(err)
		}
		if a.table != nil {
			a.table.Reload()
		}
	})
	count := look.Strong("")
	count.Set(a.chosen())
	search := parts.NewSearch(env, "wrong.search", env.T("jobs.search"), 200, func(text string) {
		a.search = text
		a.pages.Reload()
		a.table.ScrollTo(0)
	})
	search.Set(a.search)
	shown := a.facts.jobs[a.shown]
	a.table = parts.NewTable("wrong.people", []parts.Column{
		{Key: "chosen", Title: env.T("wrong.column.chosen"), Width: 136},
		{Key: "row", Title: env.T("jobs.column.row"), Width: 64, Number: true, Hidden: shown.Source.Path == ""},
		{Key: "person", Title: env.T("jobs.column.person"), Share: 3},
		{Key: "status", Title: env.T("jobs.column.status"), Width: 184},
	}, a.pages.Total, func(row int, key string) parts.Cell { return a.cell(shown, row, key) })
	a.table.OnOpen = func(row int) {
		if item, ok := a.pages.Row(row); ok {
			a.m.Choose(item.Job, item.Seq, !a.m.Has(item.Job, item.Seq))
			a.dirty = true
			a.table.Reload()
			count.Set(a.chosen())
		}
	}
	a.pages.Reload()
	all := parts.Quiet("wrong.all", env.T("wrong.all"), func() { a.chooseAll(true) })
	none := parts.Quiet("wrong.none", env.T("wrong.none"), func() { a.chooseAll(false) })
	lines = append(lines, parts.Row(look.Near, search.Object, all, none, parts.Fill(count.Clip())), parts.Fill(a.table.Object))
	return parts.Stack(12, lines...)
}

// jobChoice chooses the job whose people are shown.
func (a *aid) jobChoice(jobs []post.Job) fyne.CanvasObject {
	var names []string
	ids := map[string]string{}
	chosen := ""
	for i, job := range jobs {
		name := shorten(job.Name)
		if ids[name] != "" { // two of one name
			name += " (" + strconv.Itoa(i+1) + ")"
		}
		names, ids[name] = append(names, name), job.ID
		if job.ID == a.shown {
			chosen = name
		}
	}
	return parts.SelectField("wrong.job", "", "", parts.WizardText, names, chosen, func(name string) {
		a.shown, a.search = ids[name], ""
		a.s.env.Redraw()
	}).Object
}

// reachedSome are the jobs of the case of which somebody may have got a letter.
func (a *aid) reachedSome() []post.Job {
	return slices.DeleteFunc(a.known(), func(shown post.Job) bool {
		return !slices.ContainsFunc(job.MayHaveArrived, func(status post.ItemStatus) bool { return shown.Counts.ByStatus[status] > 0 })
	})
}

// known are the jobs of the case that are still there.
func (a *aid) known() []post.Job {
	var jobs []post.Job
	for _, id := range a.m.Jobs {
		if job, there := a.facts.jobs[id]; there {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

func (a *aid) chosen() string { return a.s.env.Words.Count("wrong.chosen", a.m.Count()) }

// fetch reads a piece of those who may have got a letter.
func (a *aid) fetch(ctx context.Context, offset, limit int) ([]post.Item, int, error) {
	items, err := a.s.ports.Jobs.Items(ctx, a.shown, post.ItemQuery{Statuses: job.MayHaveArrived, Search: a.search, Offset: offset, Limit: limit + 1})
	return items[:min(len(items), limit)], offset + len(items), err
}

func (a *aid) cell(job post.Job, row int, key string) parts.Cell {
	item, ok := a.pages.Row(row)
	if !ok {
		return parts.Cell{}
	}
	env := a.s.env
	switch key {
	case "chosen":
		status := parts.Status{Icon: look.IconReady, Color: look.FieldLine}
		if a.m.Has(job.ID, item.Seq) {
			status = parts.Status{Icon: look.IconCrossCircle, Color: look.Stop, Word: env.T("wrong.is")}
		}
		return parts.Cell{Status: &status}
	case "row":
		if item.Row == 0 {
			return parts.Cell{}
		}
		return parts.Cell{Text: env.Words.Number(item.Row), Quiet: true}
	case "status":
		status := parts.ItemStatus(env.Words, job.Shown(item))
		return parts.Cell{Status: &status}
	}
	return parts.Cell{Text: a.s.nameOf(item)}
}

// chooseAll chooses everybody of the job that is shown, or nobody.
func (a *aid) chooseAll(wrong bool) {
	id, s := a.shown, a.s
	a.dirty = true
	if !wrong {
		delete(a.m.People, id)
		s.env.Redraw()
		return
	}
	query := post.ItemQuery{Statuses: job.MayHaveArrived, Search: a.search}
	s.readItems(id, query, func(items []post.Item) {
		for _, item := range items {
			a.m.Choose(id, item.Seq, true)
		}
	})
}
