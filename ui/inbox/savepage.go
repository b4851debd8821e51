package inbox

import (
	"fyne.io/fyne/v2"

	"brevdue/app/inbox"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// saveView asks where to, and says what saving would do before anything is fetched.
func (s *Screen) saveView() fyne.CanvasObject {
	m := s.model
	p := parts.Page{Title: s.t("save.title"), Lead: s.t("save.lead"), Fault: s.fault,
		Back: parts.Quiet("inbox.back", s.env.T("button.cancel"), func() { s.Back() })}
	if m.selection.Folder == "" {
		s.drop = parts.NewFolderDrop(s.env, "inbox.folder", s.t("save.where"), s.t("save.where.hint"), m.into)
		p.Content = s.drop.Object
		return p.View()
	}
	content := []fyne.CanvasObject{parts.Card(parts.Row(12, look.NewIcon(look.IconFile, look.QuietInk),
		parts.Fill(parts.Stack(2, look.Strong(s.t("save.folder")), look.Small(m.selection.Folder).Clip())),
		parts.Quiet("inbox.folder.other", s.t("save.folder.other"), func() {
			m.selection.Folder, m.plan = "", nil
			m.changed()
		})))}
	switch {
	case m.planning:
		content = append(content, look.QuietText(s.t("save.planning")))
	case m.plan != nil:
		content = append(content, s.planned(*m.plan)...)
		p.Next = parts.Main("inbox.fetch", s.env.Words.Count("inbox.fetch", m.plan.Documents), m.fetch).Icon(look.IconDownload).Off(m.plan.Documents == 0).Careful()
	}
	p.Content = parts.Stack(look.Group, content...)
	return p.View()
}

// planned is what saving would do, with the one thing that touches others: what gets
// marked read.
func (s *Screen) planned(plan inbox.Plan) []fyne.CanvasObject {
	m, words := s.model, s.env.Words
	var content []fyne.CanvasObject
	switch {
	case plan.Documents == 0:
		content = append(content, parts.WithID("inbox.nothing", parts.Note(parts.ToneGood, s.t("save.nothing"), look.Reading)))
	case plan.MarksRead > 0:
		text := words.Count("inbox.marks_read", plan.MarksRead)
		if plan.Registered > 0 {
			text += " " + words.Count("inbox.marks_read.registered", plan.Registered)
		}
		content = append(content, parts.WithID("inbox.warning", parts.Note(parts.ToneStop, text, look.Reading)))
	default:
		content = append(content, parts.WithID("inbox.harmless", parts.Note(parts.ToneGood, s.t("marks_nothing"), look.Reading)))
	}
	if plan.MarksRead > 0 || m.selection.Annexes {
		content = append(content, parts.CheckBox("inbox.annexes", s.t("annexes_only"), m.selection.Annexes, m.annexes))
	}
	const label = float32(176)
	size := ""
	if plan.Bytes > 0 {
		size = words.Size(plan.Bytes)
	}
	there := ""
	if plan.Have > 0 {
		there = words.Number(plan.Have)
	}
	content = append(content, parts.Card(parts.Facts(label, parts.CardText-label-look.Apart,
		parts.Fact{Label: s.t("save.messages"), Value: words.Number(plan.Messages)},
		parts.Fact{Label: s.t("documents"), Value: words.Number(plan.Documents)},
		parts.Fact{Label: s.t("save.size"), Value: size},
		parts.Fact{Label: s.t("save.there"), Value: there})))
	if len(plan.Failed) > 0 {
		content = append(content, parts.Note(parts.ToneCare, words.Count("inbox.save.unknown", len(plan.Failed)), look.Reading))
	}
	return content
}

// savingView shows how far it is.
func (s *Screen) savingView() fyne.CanvasObject {
	m := s.model
	s.progress = parts.NewProgress(s.env, s.t("saving.what"))
	s.doing = look.QuietText("").Clip()
	s.touch()
	stop := parts.StopButton("inbox.stop", s.t("saving.stop"), m.halt).Icon(look.IconStop).Off(m.stopped)
	if m.stopped {
		stop.Set(s.t("saving.stopping"))
	}
	return parts.Page{Title: s.t("saving"), Lead: s.t("saving.lead"), Fault: s.fault, Extra: []*parts.Button{stop},
		Content: parts.Card(parts.Stack(look.Near, s.progress.Object, s.doing))}.View()
}

// resultView says what came of each document.
func (s *Screen) resultView() fyne.CanvasObject {
	m, words := s.model, s.env.Words
	counts := m.tally()
	p := parts.Page{Title: s.t("result"), Fault: s.fault, Next: parts.Main("inbox.done", s.t("result.back"), m.close)}
	tone := parts.ToneGood
	if counts[inbox.ItemFailed]+counts[inbox.ItemNotTried] > 0 {
		tone = parts.ToneCare
		p.Extra = append(p.Extra, parts.Quiet("inbox.retry", s.env.T("button.retry"), m.retry).Icon(look.IconRefresh))
	}
	if m.ports.OpenFolder != nil && counts[inbox.ItemSaved]+counts[inbox.ItemThere] > 0 {
		p.Extra = append(p.Extra, parts.Quiet("inbox.folder.open", s.t("folder"), func() { s.openFolder(m.selection.Folder) }))
	}
	text := words.Count("inbox.result.saved", counts[inbox.ItemSaved])
	for _, state := range []inbox.ItemState{inbox.ItemThere, inbox.ItemFailed, inbox.ItemNotTried} {
		if counts[state] > 0 {
			text += " " + words.Count("inbox.result."+string(state), counts[state])
		}
	}
	content := []fyne.CanvasObject{parts.WithID("inbox.result", parts.Note(tone, text, look.Reading))}
	if rows := s.outcomes(); len(rows) > 0 {
		content = append(content, parts.WithID("inbox.outcomes", parts.Listed(rows...)))
	}
	p.Content = parts.Stack(look.Group, content...)
	return p.View()
}

// mostOutcomes is how many documents are told of one by one; the list of messages has
// them all.
const mostOutcomes = 100

// outcomes are one row for each document, what failed first.
func (s *Screen) outcomes() []fyne.CanvasObject {
	shapes := map[inbox.ItemState]parts.Status{
		inbox.ItemFailed:   {Icon: look.IconCross, Color: look.Stop},
		inbox.ItemNotTried: {Icon: look.IconPause, Color: look.QuietInk},
		inbox.ItemSaved:    {Icon: look.IconTick, Color: look.Good},
		inbox.ItemThere:    {Icon: look.IconTick, Color: look.QuietInk},
	}
	var rows []fyne.CanvasObject
	for _, state := range []inbox.ItemState{inbox.ItemFailed, inbox.ItemNotTried, inbox.ItemSaved, inbox.ItemThere} {
		for _, result := range s.model.results {
			if result.State != state || len(rows) == mostOutcomes {
				continue
			}
			status := shapes[state]
			status.Word = s.t("outcome." + string(state))
			rows = append(rows, parts.Inset(look.Near, look.Near, look.Near, look.Near, s.outcome(result, status)))
		}
	}
	return rows
}

func (s *Screen) outcome(result inbox.Result, status parts.Status) fyne.CanvasObject {
	name := s.said(result.Item.Attachment.Title)
	if name == "" {
		name = private(result.Item.Attachment.FileName)
	}
	if subject := s.said(result.Item.Subject); subject != "" && subject != name {
		if name != "" {
			name += " · "
		}
		name += subject
	}
	lines := []fyne.CanvasObject{look.Body(name).Clip()}
	if fault := post.FaultOf(result.Err); fault != nil && result.State == inbox.ItemFailed {
		what, next := parts.Explain(s.env.Words, fault.Code, fault.Fields)
		lines = append(lines, look.Small(what+" "+next).Wrap(look.Reading-200))
	}
	return parts.RowTop(12, parts.Fill(parts.Stack(2, lines...)), status.View())
}
