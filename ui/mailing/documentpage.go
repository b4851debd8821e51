package mailing

import (
	"path/filepath"
	"strconv"

	"fyne.io/fyne/v2"

	"brevdue/app/document"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// What everybody gets.
const (
	eachSame = "same"
	eachOwn  = "own"
)

// documentView is what everybody gets, and what it is about.
func (s *Screen) documentView() fyne.CanvasObject {
	env, m := s.env, &s.model
	var lines []fyne.CanvasObject
	if s.need != "" {
		lines = append(lines, parts.WithID("mailing.need", parts.Note(parts.ToneCare, env.T(s.need), parts.WizardText)))
	}
	chosen := eachSame
	if m.own.on {
		chosen = eachOwn
	}
	lines = append(lines, parts.NewTabs("mailing.each", []parts.Tab{{Key: eachSame, Title: env.T("mailing.each.same")}, {Key: eachOwn, Title: env.T("mailing.each.own")}},
		chosen, func(key string) {
			m.own.on, s.need = key == eachOwn, ""
			env.Redraw()
		}).Object)
	if m.own.on {
		lines = append(lines, s.ownLines()...)
	} else {
		lines = append(lines, s.sameLines()...)
	}
	subject := parts.NewSubject(env, "mailing.subject", m.subject, job.MaxSubject, parts.WizardText, func(text string) { m.subject = text })
	lines = append(lines, s.attachmentLines(), subject.Object)
	if !m.own.on && m.path != "" && m.facts.Size > job.SmallLetter && m.way() == post.PatternSendOnly {
		lines = append(lines, s.largeNote())
	}
	p := s.page(env.T("mailing.document.lead"), parts.Form(lines...))
	p.Next = parts.Main("mailing.next", env.T("button.next"), s.next).Off(s.busy != "")
	return p.View()
}

// sameLines are the one document for all.
func (s *Screen) sameLines() []fyne.CanvasObject {
	env, m := s.env, &s.model
	switch {
	case s.busy == busyRead && m.path == "":
		return []fyne.CanvasObject{parts.Card(look.QuietText(env.T("mailing.reading")))}
	case m.path == "":
		s.drop = parts.NewDrop(env, "mailing", look.IconFile, env.T("mailing.drop"), env.T("mailing.drop.hint"), []string{".pdf"}, s.takeFile)
		return []fyne.CanvasObject{s.drop.Object}
	}
	other := parts.Quiet("mailing.other", env.T("mailing.other"), func() {
		m.path, m.report = "", nil
		env.Redraw()
	})
	card := s.fileCard(m.facts.Name, s.facts(m.facts), parts.Quiet("mailing.look", env.T("mailing.look"), func() {
		s.openPreview(page{title: m.facts.Name, path: m.path})
	}), other)
	return append([]fyne.CanvasObject{parts.WithID("mailing.file", card)}, s.printNote()...)
}

// fileCard is a file or folder that was chosen, with what can be done with it.
func (s *Screen) fileCard(name, below string, buttons ...*parts.Button) fyne.CanvasObject {
	row := []fyne.CanvasObject{look.NewIconOf(look.IconFile, look.Accent, 24),
		parts.Fill(parts.Stack(0, look.Strong(name).Clip(), look.Small(below).Clip()))}
	for _, button := range buttons {
		if button.ControlID() != "mailing.look" || s.ports.Preview != nil {
			row = append(row, button)
		}
	}
	return parts.Panel(parts.Inset(8, 4, 0, 4, parts.Row(12, row...)))
}

// facts are pages and size of a document.
func (s *Screen) facts(facts document.Facts) string {
	words := s.env.Words
	return words.Get("letter.facts", "pages", words.Count("letter.pages", facts.Pages), "size", words.Size(facts.Size))
}

// ownLines are the documents for each: where they lie, how they are told apart,
// and what was found.
func (s *Screen) ownLines() []fyne.CanvasObject {
	env, m := s.env, &s.model
	if m.own.folder == "" {
		s.drop = parts.NewFolderDrop(env, "mailing.folder", env.T("mailing.folder.drop"), env.T("mailing.folder.hint"), s.takeFolder)
		return []fyne.CanvasObject{s.drop.Object}
	}
	lines := []fyne.CanvasObject{parts.WithID("mailing.folder", s.fileCard(filepath.Base(m.own.folder), m.own.folder,
		parts.Quiet("mailing.folder.other", env.T("mailing.other"), func() {
			s.work.Cancel()
			s.busy, m.own.folder, m.own.found = "", "", nil
			env.Redraw()
		})))}
	help := look.Small(env.T("mailing.by." + string(m.own.by) + ".help")).Wrap(parts.WizardText)
	if m.own.by == document.ByColumn || namesFiles(m.people) {
		tabs := []parts.Tab{{Key: string(document.ByColumn), Title: env.T("mailing.by.column")}, {Key: string(document.ByFileName), Title: env.T("mailing.by.file")}}
		by := parts.NewTabs("mailing.by", tabs, string(m.own.by), func(key string) {
			m.own.by = document.By(key)
			s.matchNow()
		})
		lines = append(lines, parts.Stack(6, look.Strong(env.T("mailing.by")), by.Object, help))
	} else {
		lines = append(lines, help)
	}
	switch {
	case s.busy == busyMatch:
		lines = append(lines, s.meterView(s.cancelMatch))
	case m.own.found != nil:
		lines = append(lines, s.foundLines(m.own.found)...)
	default: // it was cancelled, or went wrong
		lines = append(lines, parts.Left(parts.Quiet("mailing.match", env.T("mailing.match"), s.matchNow)))
	}
	return lines
}

// rowStatus is a state as shape, colour and word.
func (s *Screen) rowStatus(state rowState) parts.Status {
	status := parts.Status{Word: s.env.T("mailing.row." + string(state))}
	switch state {
	case rowGood:
		status.Icon, status.Color = look.IconTick, look.Good
	case rowHeld:
		status.Icon, status.Color = look.IconHand, look.Stop
	case rowBad:
		status.Icon, status.Color = look.IconCross, look.Stop
	case rowExtra:
		status.Icon, status.Color = look.IconWarning, look.Care
	default:
		status.Icon, status.Color = look.IconQuestion, look.Care
	}
	return status
}

// foundLines are who gets what in numbers, each of which opens into a list.
func (s *Screen) foundLines(found *matching) []fyne.CanvasObject {
	env := s.env
	var rows []fyne.CanvasObject
	for _, state := range rowStates {
		n := found.count(state)
		if n == 0 && state != rowGood {
			continue
		}
		status := s.rowStatus(state)
		open := parts.Link("mailing.row."+string(state), env.T("mailing.show"), func() { s.openRows(state) }).Off(n == 0)
		rows = append(rows, parts.Row(12, look.NewIcon(status.Icon, status.Color), parts.Fill(look.Body(env.T("mailing.row."+string(state)+".text")).Clip()),
			look.Strong(env.Words.Number(n)), open))
	}
	var lines []fyne.CanvasObject
	waiting := found.count(rowHeld) + found.count(rowMissing) + found.count(rowAmbiguous) + found.count(rowBad)
	switch {
	case found.shifted():
		lines = append(lines, parts.WithID("mailing.shifted", parts.Note(parts.ToneStop, env.T("mailing.shifted"), parts.WizardText)))
	case found.count(rowHeld) > 0:
		lines = append(lines, parts.Note(parts.ToneStop, env.Words.Count("mailing.held", found.count(rowHeld)), parts.WizardText))
	}
	lines = append(lines, parts.Listed(rows...))
	if n := found.count(rowGood); n > 0 && waiting > 0 {
		lines = append(lines, parts.WithID("mailing.waiting", parts.Note(parts.ToneCare, env.Words.Count("mailing.waiting", waiting, "good", env.Words.Number(n)), parts.WizardText)))
	}
	if n := found.count(rowExtra); n > 0 {
		lines = append(lines, parts.Note(parts.ToneCare, env.Words.Count("mailing.extra", n), parts.WizardText))
	}
	if found.shared > 0 {
		lines = append(lines, parts.WithID("mailing.shared", parts.Note(parts.ToneCare, env.Words.Count("mailing.shared", found.shared), parts.WizardText)))
	}
	if n := found.unread(); n > 0 {
		lines = append(lines, parts.Note(parts.ToneInfo, env.Words.Count("mailing.unread", n), parts.WizardText))
	}
	return []fyne.CanvasObject{parts.Stack(12, lines...)}
}

// unread is how many documents nobody could look into for other people's numbers.
func (m *matching) unread() int {
	n := 0
	for _, row := range m.rows {
		if row.look.unread {
			n++
		}
	}
	return n
}

// attachmentLines are the documents that come with everybody's letter.
func (s *Screen) attachmentLines() fyne.CanvasObject {
	env, m := s.env, &s.model
	lines := []fyne.CanvasObject{look.Strong(env.T("mailing.attachments"))}
	for i, a := range m.attachments {
		id := strconv.Itoa(i)
		row := []fyne.CanvasObject{look.NewIconOf(look.IconFile, look.QuietInk, 20), parts.Fill(parts.Stack(0, look.Body(a.facts.Name).Clip(), look.Small(s.facts(a.facts)).Clip()))}
		if s.ports.Preview != nil {
			row = append(row, parts.Link("mailing.attached.look."+id, "", func() { s.openPreview(page{title: a.facts.Name, path: a.path}) }).Icon(look.IconSearch))
		}
		row = append(row, parts.Link("mailing.attached.remove."+id, "", func() { s.removeAttachment(i) }).Icon(look.IconTrash))
		lines = append(lines, parts.Panel(parts.Inset(8, 0, 0, 0, parts.Row(look.Near, row...))))
		if a.report != nil && !a.report.PrintOK && m.onPaper() {
			lines = append(lines, parts.Errors(env.Words, env.T("letter.print.no", "file", a.facts.Name), len(a.report.Errors),
				func(n int) (string, []string) { return a.report.Errors[n].Words() }, parts.WizardText))
		}
	}
	path := parts.NewEntry()
	path.PlaceHolder = env.T("letter.attach.path")
	path.OnSubmitted = func(text string) { s.attach(unquoted(text)) }
	add := parts.Quiet("mailing.attach", env.T("letter.attach"), func() { env.PickFile([]string{".pdf"}, s.attach) }).Icon(look.IconPlus).
		Off(s.busy != "" || len(m.attachments) >= job.MaxAttachments)
	lines = append(lines, parts.Row(look.Near, add, parts.Fill(parts.WithID("mailing.attach.path", path))))
	return parts.Stack(look.Near, lines...)
}

// printNote says what is wrong with the document for print, where it may be printed.
func (s *Screen) printNote() []fyne.CanvasObject {
	m := &s.model
	if m.own.on || !m.onPaper() || m.report == nil {
		return nil
	}
	report := m.report
	if report.PrintOK {
		return []fyne.CanvasObject{parts.WithID("mailing.print.ok", look.Small(s.env.T("mailing.print.ok")))}
	}
	note := parts.Errors(s.env.Words, s.env.T("letter.print.no", "file", m.facts.Name), len(report.Errors),
		func(i int) (string, []string) { return report.Errors[i].Words() }, parts.WizardText)
	return []fyne.CanvasObject{parts.WithID("mailing.print", note)}
}
