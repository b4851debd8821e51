package split

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// jobPage shows one split: on its way, stopped, refused, or answered.
func (s *Screen) jobPage(page *parts.Page) {
	m, env := s.model, s.env
	page.Title = env.T("split.title")
	page.Back = parts.Quiet("split.back", env.T("split.all"), func() { m.back() }).Icon(look.IconLeft)
	d := m.detail
	if d == nil {
		return
	}
	page.Title = d.job.Name
	page.Lead = env.T("split.job.lead", "who", s.whoWords(d.job.Source), "people", env.Words.Count("split.people", d.job.Counts.Total))
	if d.job.State == post.JobDone {
		s.resultPage(page, d)
		return
	}
	content := s.notes(d)
	if d.job.State == post.JobCoolingOff {
		s.clock = parts.NewClock(env, "split.clock", d.job.ApprovedAt, d.job.ReleaseAt, m.stopJob, m.extend, m.look)
		content = append(content, s.clock.Object)
	}
	if safe := "split.safe." + string(d.job.State); env.Words.Has(safe) {
		content = append(content, parts.Note(parts.ToneInfo, env.T(safe), look.Reading))
	}
	content = append(content, s.stagesCard(d))
	if at := m.check.at; !at.IsZero() && m.canCheck() && !m.check.asking {
		content = append(content, look.Small(env.T("split.checked", "time", at.Local().Format("15:04"))).Wrap(look.Reading))
	}
	page.Content = parts.Stack(look.Group, content...)
	switch d.job.State {
	case post.JobReady:
		page.Next = parts.Main("split.approve", env.T("split.approve"), m.approveAgain).Icon(look.IconUpload)
		page.Extra = []*parts.Button{parts.StopButton("split.discard", env.T("split.discard"), m.stopJob).Icon(look.IconTrash)}
	case post.JobSending:
		page.Extra = []*parts.Button{parts.StopButton("split.stop", env.T("button.stop"), m.stopJob).Icon(look.IconStop)}
	case post.JobWaiting:
		if m.canCheck() {
			page.Next = s.checkButton()
		}
	case post.JobRefused, post.JobStopped:
		page.Next = parts.Main("split.new", env.T("split.again"), s.again).Icon(look.IconRefresh)
	}
}

// checkButton looks for the answer at once.
func (s *Screen) checkButton() *parts.Button {
	text := s.env.T("split.check")
	if s.model.check.asking {
		text = s.env.T("split.checking")
	}
	return parts.Main("split.check", text, func() { s.model.checkNow(s.env.Now) }).Icon(look.IconRefresh).Off(s.model.check.asking)
}

// again begins a new split of the same people, where they can be named.
func (s *Screen) again() {
	source := s.model.detail.job.Source
	switch {
	case source.Path != "":
		s.model.before(fromList, "")
	case source.Group != "":
		s.model.before(fromGroup, source.Group)
	default:
		s.model.before(fromAll, "")
	}
}

// notes say what holds the split up, or how it ended.
func (s *Screen) notes(d *detail) []fyne.CanvasObject {
	env, job := s.env, d.job
	var notes []fyne.CanvasObject
	add := func(tone parts.Tone, text string) { notes = append(notes, parts.Note(tone, text, look.Reading)) }
	switch {
	case job.State == post.JobReady && job.Trouble == post.CodeAskAgain:
		add(parts.ToneCare, env.T("split.ask_again"))
	case job.State == post.JobReady:
		add(parts.ToneInfo, env.T("split.waits"))
	case job.State == post.JobRefused && job.RefusedText != "":
		add(parts.ToneStop, env.T("split.refused", "text", job.RefusedText))
	case job.State == post.JobRefused:
		add(parts.ToneStop, env.T("split.refused.silent"))
	case job.State == post.JobStopped:
		add(parts.ToneInfo, env.T("split.stopped"))
	case job.Trouble != "":
		box := parts.NewFaultBox(env, look.Reading)
		box.Show(job.Held())
		notes = append(notes, parts.Stack(look.Near, box.Object, look.Small(env.T("split.trouble", "time", env.Words.Time(job.TroubleSince))).Wrap(look.Reading)))
	case job.State == post.JobWaiting && env.Now().Sub(job.HandedOver) > longWait:
		add(parts.ToneCare, env.T("split.long", "time", env.Words.Time(job.HandedOver)))
	}
	if job.Ending == post.TooLate && !job.State.Finished() {
		add(parts.ToneCare, env.T("split.too_late"))
	}
	return notes
}

// stagesCard shows how far the split is, with the times.
func (s *Screen) stagesCard(d *detail) fyne.CanvasObject {
	env := s.env
	var rows []fyne.CanvasObject
	for _, stage := range d.stages() {
		icon, color, ink, bold := look.IconReady, look.FieldLine, look.QuietInk, false
		when := ""
		switch {
		case !stage.at.IsZero():
			icon, color, ink = look.IconTickCircle, look.Good, look.Ink
			when = env.Words.Time(stage.at)
		case stage.now:
			icon, color, ink, bold = look.IconArrow, look.Accent, look.Ink, true
			when = env.T("split.stage.now")
		}
		rows = append(rows, parts.Row(12, look.NewIcon(icon, color),
			parts.Fill(look.NewText(env.T("split.stage."+stage.key), look.Style{Size: look.SizeBody, Bold: bold, Color: ink}).Clip()),
			look.QuietText(when)))
	}
	return parts.Card(parts.Stack(look.Apart, rows...))
}
