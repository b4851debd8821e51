package jobs

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// readItems reads items of a job for the page of first aid, and builds it anew with
// what is done with them.
func (s *Screen) readItems(id string, query post.ItemQuery, use func([]post.Item)) {
	a := s.aid
	task.Run(s.env.Run, func(ctx context.Context) ([]post.Item, error) { return s.ports.Jobs.Items(ctx, id, query) }, func(items []post.Item, err error) {
		if s.aid != a {
			return
		}
		if s.err = err; err == nil {
			use(items)
		}
		s.redrawIf(true)
	})
}

// digipostStep is the text for Digipost, who has to be told at once, and how.
func (a *aid) digipostStep() fyne.CanvasObject {
	env := a.s.env
	lines := []fyne.CanvasObject{a.lead("digipost"),
		parts.Card(parts.Stack(look.Near, parts.Row(look.Apart, look.Strong(env.T("wrong.call")), parts.Fill(nil), parts.CopyLine(env, "wrong.phone", supportPhone, 240)),
			look.Small(env.T("wrong.call.hours")+" "+env.T("wrong.call.always")).Wrap(cardText), a.check(post.MeasureDigipost)))}
	if a.m.Count() == 0 {
		lines = append(lines, parts.WithID("wrong.nobody", parts.Note(parts.ToneCare, env.T("wrong.nobody"), parts.WizardText)))
	}
	text := supportText(env.Words, wrongReport{a.m, a.known(), a.facts.items}, env.Now())
	copied := parts.Quiet("wrong.copy", env.T("wrong.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(text)
		env.Toast(env.T("toast.copied"), nil)
	}).Icon(look.IconCopy)
	named := parts.CheckBox("wrong.named", env.T("wrong.named"), a.m.Named, func(on bool) {
		a.m.Named, a.dirty = on, true
		env.Redraw()
	})
	var shown []fyne.CanvasObject
	for _, line := range strings.Split(text, "\n") {
		shown = append(shown, look.Body(line).Wrap(cardText))
	}
	lines = append(lines, parts.Row(look.Near, look.Heading(env.T("wrong.text")), parts.Fill(nil), copied),
		parts.Stack(look.Tight, named, look.Small(env.T("wrong.named.help")).Wrap(parts.WizardText)),
		parts.WithID("wrong.text", parts.Card(parts.Stack(2, shown...))))
	return parts.Stack(look.Apart, lines...)
}

// check is a tick for a measure, with what it is about and when it was ticked.
func (a *aid) check(measure post.Measure) fyne.CanvasObject {
	env := a.s.env
	key := "wrong.measure." + string(measure)
	when := look.Small("").In(look.Good)
	below := parts.Inset(26, 0, 0, 0, when)
	say := func() {
		at := a.m.Done[measure]
		if at.IsZero() {
			below.Hide()
			return
		}
		when.Set(env.T("wrong.done.at", "time", env.Words.Time(at)))
		below.Show()
	}
	say()
	lines := []fyne.CanvasObject{parts.CheckBox("wrong.done."+string(measure), env.T(key), !a.m.Done[measure].IsZero(), func(on bool) {
		a.tick(measure, on)
		say()
		if a.limit != nil {
			a.limit.Objects = []fyne.CanvasObject{a.deadline()}
		}
		env.Window.Content().Refresh() // what stands below makes room
	})}
	if env.Words.Has(key + ".help") {
		lines = append(lines, parts.Inset(26, 0, 0, 0, look.Small(env.T(key+".help")).Wrap(cardText-26)))
	}
	return parts.Stack(2, append(lines, below)...)
}

// breachStep is the checklist for a breach of personal data, and how long there is.
func (a *aid) breachStep() fyne.CanvasObject {
	env := a.s.env
	a.pair = parts.MomentField(env, "wrong.noticed", env.T("wrong.noticed.ask"), &a.moment)
	save := parts.Quiet("wrong.noticed.save", env.T("wrong.noticed.save"), func() {
		if a.takeMoment() {
			a.keep(func() {})
		}
	}).Off(a.s.busy != "")
	note := parts.NewTextEntry(4)
	note.SetText(a.m.Note)
	note.OnChanged = func(text string) { a.m.Note, a.dirty = text, true }
	var checks []fyne.CanvasObject
	for _, measure := range breachMeasures {
		checks = append(checks, a.check(measure))
	}
	a.limit = container.NewStack(a.deadline())
	return parts.Stack(look.Apart, a.lead("breach"), a.limit, parts.Stack(look.Near, a.pair.Object, parts.Left(save)),
		parts.Card(parts.Stack(12, append([]fyne.CanvasObject{look.Heading(env.T("wrong.checklist"))}, checks...)...)),
		parts.NewField("wrong.note", env.T("jobs.column.note"), env.T("wrong.note.help"), parts.WizardText, note).Object,
		look.Small(env.T("wrong.advice")).Wrap(parts.WizardText))
}

// deadline says until when the breach has to be reported, counted from when it was
// noticed.
func (a *aid) deadline() fyne.CanvasObject {
	env := a.s.env
	by := a.m.ReportBy()
	title, ground, color, icon := env.T("wrong.deadline", "time", env.Words.Time(by), "left", a.s.until(by)), look.CareSoft, look.Care, look.IconClock
	switch {
	case !a.m.Done[post.MeasureAuthority].IsZero():
		title, ground, color, icon = env.T("wrong.deadline.done", "time", env.Words.Time(by)), look.GoodSoft, look.Good, look.IconTickCircle
	case !by.After(env.Now()):
		title, ground, color, icon = env.T("wrong.deadline.over", "time", env.Words.Time(by)), look.StopSoft, look.Stop, look.IconWarning
	}
	const room = parts.WizardText - 2*look.Apart - 40
	return parts.WithID("wrong.deadline", container.NewStack(look.NewSurface(ground, look.Clear, look.Radius),
		parts.Inset(look.Apart, 12, look.Apart, 12, parts.RowTop(12, parts.Stack(0, look.NewIconOf(icon, color, 24)),
			parts.Stack(look.Tight, look.Strong(title).Wrap(room), look.Body(env.T("wrong.deadline.text")).Wrap(room))))))
}

// mostShown is how many people are shown one by one; the rest is counted.
const mostShown = 30

// registerStep is who the wrong ones are in the register, and what can be done there.
func (a *aid) registerStep() fyne.CanvasObject {
	env := a.s.env
	lines := []fyne.CanvasObject{a.lead("register")}
	var rows []fyne.CanvasObject
	var matched []string
	seen := map[string]bool{}
	for _, job := range a.known() {
		for _, item := range a.facts.items[job.ID] {
			person, known := a.facts.people[item.CustomerID]
			if seen[item.CustomerID] && item.CustomerID != "" {
				continue
			}
			seen[item.CustomerID] = true
			if known && person.Matched() && !person.ByNumber() {
				matched = append(matched, item.CustomerID)
			}
			rows = append(rows, a.personRow(len(rows), item, person, known))
		}
	}
	if a.m.Count() == 0 {
		lines = append(lines, parts.Note(parts.ToneCare, env.T("wrong.nobody"), parts.WizardText))
	} else if len(rows) > 0 {
		shown := rows[:min(len(rows), mostShown)]
		if more := len(rows) - mostShown; more > 0 {
			shown = append(shown, look.QuietText(env.Words.Count("wrong.people.more", more)))
		}
		lines = append(lines, parts.Card(parts.Stack(12, shown...)))
	}
	if a.aside > 0 {
		lines = append(lines, parts.WithID("wrong.aside.done", parts.Note(parts.ToneGood, env.Words.Count("wrong.aside.done", a.aside), parts.WizardText)))
	}
	if a.s.ports.SetAside != nil && len(matched) > 0 {
		button := parts.StopButton("wrong.aside", env.Words.Count("wrong.aside", len(matched)), func() { a.setAside(matched) }).Off(a.s.busy != "")
		lines = append(lines, parts.Stack(look.Near, parts.Left(button), look.Small(env.T("wrong.aside.help")).Wrap(parts.WizardText)))
	}
	return parts.Stack(look.Apart, append(lines, a.check(post.MeasureAside))...)
}

// personRow is somebody who got what was not for them, how letters to them go, and the
// way to their card.
func (a *aid) personRow(index int, item post.Item, person post.Recipient, known bool) fyne.CanvasObject {
	env := a.s.env
	status, key := parts.Status{Icon: look.IconInfo, Color: look.QuietInk}, "wrong.person.unknown"
	switch {
	case !known:
	case person.ByNumber():
		status, key = parts.Status{Icon: look.IconWarning, Color: look.Care}, "wrong.person.number"
	case person.Matched():
		status, key = parts.Status{Icon: look.IconWarning, Color: look.Stop}, "wrong.person.matched"
	default:
		status, key = parts.Status{Icon: look.IconTickCircle, Color: look.Good}, "wrong.person.aside"
	}
	row := []fyne.CanvasObject{parts.Stack(0, parts.Inset(0, 2, 0, 0, look.NewIconOf(status.Icon, status.Color, 18))),
		parts.Fill(parts.Stack(2, look.Body(a.s.nameOf(item)).Clip(), look.Small(env.T(key)).Wrap(cardText-130)))}
	if known {
		row = append(row, parts.Stack(0, parts.Link("wrong.person."+strconv.Itoa(index), env.T("button.open"), func() { env.Go(parts.PlacePeople, item.CustomerID) })))
	}
	return parts.RowTop(look.Near, row...)
}

// log is what was done and when.
func (a *aid) log() fyne.CanvasObject {
	env := a.s.env
	const label = 144
	facts := []parts.Fact{
		{Label: env.T("wrong.noticed"), Value: env.Words.Time(a.m.Noticed)},
		{Label: env.T("wrong.opened"), Value: env.Words.Time(a.m.Opened)},
		{Label: env.T("wrong.column.people"), Value: env.Words.Number(a.m.Count())},
	}
	for _, job := range a.known() {
		facts = append(facts, parts.Fact{Label: env.T("jobs.column.job"), Value: job.Name})
	}
	rows := []fyne.CanvasObject{look.Heading(env.T("wrong.log"))}
	for _, measure := range append([]post.Measure{post.MeasureStop, post.MeasureDigipost}, append(breachMeasures, post.MeasureAside)...) {
		icon, color, at := look.IconReady, look.FieldLine, env.T("wrong.not_done")
		if done := a.m.Done[measure]; !done.IsZero() {
			icon, color, at = look.IconTickCircle, look.Good, env.Words.Time(done)
		}
		rows = append(rows, parts.RowTop(look.Near, parts.Stack(0, look.NewIconOf(icon, color, 18)),
			look.Body(env.T("wrong.measure."+string(measure))).Wrap(cardText-26-136-2*look.Near), parts.Fill(nil), parts.Width(136, look.QuietText(at).Align(fyne.TextAlignTrailing))))
	}
	return parts.Stack(look.Apart, parts.Card(parts.Facts(label, cardText-label-look.Apart, facts...)),
		parts.WithID("wrong.log", parts.Card(parts.Stack(look.Near, rows...))), look.Small(env.T("wrong.log.kept")).Wrap(parts.WizardText))
}

// closing asks why the case is over.
func (a *aid) closing() fyne.CanvasObject {
	env := a.s.env
	a.reason = parts.TextField("wrong.why", env.T("wrong.why"), env.T("wrong.why.help"), parts.WizardText)
	a.reason.Entry.SetText(a.why)
	a.reason.Entry.OnChanged = func(text string) {
		a.why = text
		a.reason.SetError("")
	}
	lines := []fyne.CanvasObject{a.reason.Object}
	if a.m.Done[post.MeasureDigipost].IsZero() || a.m.Done[post.MeasureAuthority].IsZero() {
		lines = append([]fyne.CanvasObject{parts.Note(parts.ToneCare, env.T("wrong.close.early"), parts.WizardText)}, lines...)
	}
	return parts.Stack(look.Apart, lines...)
}

// closedFacts are why and when a case was closed, and what was noted.
func (a *aid) closedFacts() fyne.CanvasObject {
	env := a.s.env
	const label = 144
	return parts.WithID("wrong.closed", parts.Card(parts.Facts(label, cardText-label-look.Apart,
		parts.Fact{Label: env.T("jobs.column.closed"), Value: env.Words.Time(a.m.Closed)},
		parts.Fact{Label: env.T("jobs.column.closed.why"), Value: a.m.Why},
		parts.Fact{Label: env.T("jobs.column.note"), Value: a.m.Note})))
}
