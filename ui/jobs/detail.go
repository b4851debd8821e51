package jobs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// The parts of a job's page.
const (
	partStatus  = "status"
	partEvents  = "events"
	partDetails = "details"
	// partPeople is there while the job waits for its approval; later the people stand
	// on the page of the status.
	partPeople = "people"
)

func (s *Screen) detailView() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	page := parts.Page{Title: job.Name, Fault: s.fault, Wide: true,
		Back: parts.Quiet("jobs.back", env.T("jobs.all"), s.toList).Icon(look.IconLeft)}
	if job.ID == "" {
		page.Title = env.T("jobs.title")
		return page.View()
	}
	page.Aside = []fyne.CanvasObject{s.partTabs()}
	lead := env.T("jobs.lead", "kind", env.T("job.kind."+string(job.Kind)), "time", env.Words.Time(job.Created),
		"people", env.Words.Count("jobs.people", job.Counts.Total))
	var head fyne.CanvasObject = parts.WithID("jobs.state."+string(job.State), s.state(job).View())
	if s.draft != nil {
		page.Title, page.Back = env.Words.Count("jobs.again", sendable(job)), parts.Quiet("jobs.again.back", env.T("button.back"), func() { s.Back() }).Icon(look.IconLeft)
		head, lead = look.NewIcon(look.IconInfo, look.Accent), env.T("jobs.again.lead", "name", job.Name)
	}
	// The room of a button is kept where there is none, so that nothing moves when
	// it comes or goes.
	room := parts.Inset(0, look.Target/2, 0, look.Target/2, parts.Stack(0))
	s.headRow = parts.Row(look.Near, append([]fyne.CanvasObject{head, parts.Fill(look.QuietText(lead).Clip()), room}, s.refresher()...)...)
	s.showAsked(s.id)
	var body fyne.CanvasObject
	switch {
	case s.part == partEvents:
		body = container.NewVScroll(s.timeline())
	case s.part == partDetails:
		body = container.NewVScroll(s.details())
	case s.part == partPeople && job.State == post.JobReady:
		body = s.peopleList()
	case job.Kind == post.KindMailing && job.State != post.JobReady && !miscounted(job):
		body = s.mailing()
	case job.Kind == post.KindSplit:
		body = container.NewVScroll(parts.AtMost(look.Reading, s.split()))
	case miscounted(job):
		body = container.NewVScroll(parts.Stack(look.Apart, s.moving()...))
	default:
		body = container.NewVScroll(parts.AtMost(look.Reading, s.letter()))
	}
	page.Content = parts.Stack(look.Apart, s.headRow, parts.Fill(body))
	s.buttons(&page)
	return page.View()
}

// partTabs are the parts of the page there are.
func (s *Screen) partTabs() fyne.CanvasObject {
	names := []string{partStatus, partEvents, partDetails}
	if s.draft != nil {
		names = []string{partStatus, partPeople, partDetails}
	} else if s.detail.job.State == post.JobReady {
		names = []string{partStatus, partPeople, partEvents, partDetails}
	} else if s.part == partPeople {
		s.part = partStatus
	}
	var tabs []parts.Tab
	for _, name := range names {
		tabs = append(tabs, parts.Tab{Key: name, Title: s.env.T("jobs.part." + name)})
	}
	return parts.NewTabs("jobs.part", tabs, s.part, func(key string) {
		s.part = key
		s.env.Redraw()
	}).Object
}

// buttons fills the bar by what can be done now.
func (s *Screen) buttons(page *parts.Page) {
	env, job := s.env, s.detail.job
	off := s.busy != ""
	switch {
	case job.State == post.JobReady:
		if s.draft == nil {
			page.Extra = []*parts.Button{parts.StopButton("jobs.stop", env.T("jobs.discard"), s.stop).Off(off)}
		}
		s.approve = parts.Main("jobs.approve", env.T("jobs.approve"), s.sayYes).Careful().
			Off(off || sendable(job) == 0 || sendable(job) >= typedFrom && !s.confirmed)
		page.Next = s.approve
	case paused(job):
		page.Extra = []*parts.Button{s.stopButton(off)}
		if s.ports.Control != nil {
			page.Next = parts.Main("jobs.continue", env.T("jobs.continue"), func() { s.act("continue", control(s.ports.Control.Continue)) }).
				Careful().Icon(look.IconPlay).Off(off)
		}
	case job.State == post.JobCoolingOff: // Stop stands beside the clock
	case miscounted(job):
		page.Extra = []*parts.Button{parts.StopButton("jobs.stop", env.T("jobs.counts.stop"), s.stop).Icon(look.IconStop).Off(off || s.stopping)}
		if s.ports.Control != nil {
			s.approve = parts.Main("jobs.complete", env.T("jobs.counts.complete"), s.complete).Careful().Off(off || !s.confirmed)
			page.Next = s.approve
		}
	case canStop(job):
		page.Extra = []*parts.Button{s.stopButton(off)}
		if pause := s.pauseButton(); pause != nil {
			page.Extra = append(page.Extra, pause)
		}
	case job.State.Finished():
		s.resultButtons(page, off)
	}
	if s.mayReport(job) {
		report := parts.Quiet("jobs.wrong", env.T("wrong.report"), func() { s.startWrong(job.ID, nil) }).Icon(look.IconWarning).Off(off)
		page.Extra = append([]*parts.Button{report}, page.Extra...)
	}
	if job.Kind == post.KindSplit && job.State != post.JobReady {
		open := parts.Quiet("jobs.split", env.T("jobs.open_split"), func() { env.Go(parts.PlaceSplit, job.ID) }).Icon(look.IconSplit)
		page.Extra = append(page.Extra, open)
	}
}

// mayReport reports whether somebody may have got a letter of the job that was not for
// them.
func (s *Screen) mayReport(job post.Job) bool {
	return s.ports.FirstAid != nil && s.draft == nil && job.Kind != post.KindSplit && job.State != post.JobRefused && started(job)
}

// stopButton stops what has not left.
func (s *Screen) stopButton(off bool) *parts.Button {
	text := s.env.T("jobs.stop.rest")
	if s.detail.job.Counts.Total == 1 || s.detail.job.State == post.JobCoolingOff {
		text = s.env.T("button.stop")
	}
	if s.stopping {
		text = s.env.T("jobs.stopping")
	}
	return parts.StopButton("jobs.stop", text, s.stop).Icon(look.IconStop).Off(off || s.stopping)
}

// notes are the sentences above everything else: trouble, how a stop ended,
// where the copy lies.
func (s *Screen) notes() []fyne.CanvasObject {
	env, job := s.env, s.detail.job
	var notes []fyne.CanvasObject
	add := func(tone parts.Tone, text string) { notes = append(notes, parts.Note(tone, text, look.Reading)) }
	switch {
	case job.State == post.JobReady && job.Trouble == post.CodeAskAgain:
		add(parts.ToneCare, env.T("jobs.ask_again"))
	case job.Trouble != "" && job.State.Finished() && job.TroubleSince.After(job.Ended):
		what, _ := parts.Explain(env.Words, job.Trouble, job.TroubleFields)
		add(parts.ToneCare, env.T("jobs.refresh.failed", "reason", what))
	case job.Trouble != "" && !job.State.Finished() && !miscounted(job):
		notes = append(notes, s.troubleNote())
	}
	if job.State == post.JobRefused {
		text := env.T("jobs.refused")
		if job.RefusedText != "" {
			text = env.T("jobs.refused.text", "text", job.RefusedText)
		}
		add(parts.ToneStop, text)
	}
	if job.Ending != "" {
		tone := parts.ToneInfo
		switch job.Ending {
		case post.NothingDelivered:
			tone = parts.ToneGood
		case post.TooLate, post.EndingUnknown:
			tone = parts.ToneCare
		}
		add(tone, ending(env.Words, job))
	}
	if s.copied != "" {
		notes = append(notes, parts.WithID("jobs.copied", parts.Note(parts.ToneGood, env.T("jobs.copied", "file", s.copied), look.Reading)))
	}
	if s.postage != nil {
		notes = append(notes, s.postageNote(*s.postage))
	}
	return notes
}

// troubleNote says since when a job stands still, what holds it up, and what
// happens next.
func (s *Screen) troubleNote() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	since := env.T("jobs.trouble.since", "time", env.Words.Time(job.TroubleSince), "age", parts.Age(env.Words, job.TroubleSince, env.Now()))
	const room = look.Reading - 2*look.Apart - 32
	words := parts.Stack(look.Tight, look.Strong(since), look.Body(trouble(env.Words, job.Trouble, job.TroubleFields)).Wrap(room))
	return parts.WithID("jobs.trouble", container.NewStack(look.NewSurface(look.CareSoft, look.Clear, look.Radius),
		parts.Inset(look.Apart, 12, look.Apart, 12, parts.RowTop(12, parts.Stack(0, look.NewIcon(look.IconWarning, look.Care)), words))))
}

// ready asks for the approval of a job that waits for it.
func (s *Screen) ready() fyne.CanvasObject {
	env, d := s.env, s.detail
	n := sendable(d.job)
	lines := []fyne.CanvasObject{
		look.Strong(env.Words.Count("jobs.ready."+string(d.job.Kind), n)),
		parts.Facts(160, parts.CardText-176,
			parts.Fact{Label: env.T("jobs.fact.sender"), Value: parts.SenderName(env.Words, d.job.Sender)},
			parts.Fact{Label: env.T("letter.subject"), Value: d.job.Subject},
			parts.Fact{Label: env.T("jobs.fact.document"), Value: s.documentNames()},
			parts.Fact{Label: env.T("jobs.fact.starts"), Value: env.Words.Time(d.job.StartAt)},
			parts.Fact{Label: env.T("jobs.fact.cooling_off"), Value: env.Words.Clock(d.coolingOff)},
			parts.Fact{Label: env.T("jobs.fact.fingerprint"), Value: env.T("jobs.fingerprint.short", "start", parts.ShortFingerprint(d.job.Fingerprint))}),
	}
	if n >= typedFrom {
		lines = append(lines, s.countField(n).Object)
	}
	if d.job.Kind != post.KindSplit {
		lines = append(lines, parts.WithID("jobs.options", s.chosen(parts.CardText)))
	}
	return parts.AtMost(look.Reading, parts.Card(parts.Stack(look.Apart, lines...)))
}

// mailing is the status of many letters: what moves, the bar when it is over, what
// to do about those it did not reach, and everybody in a list.
func (s *Screen) mailing() fyne.CanvasObject {
	top := append(s.notes(), s.moving()...)
	list := s.peopleList()
	if s.detail.job.State.Finished() {
		s.bar = parts.NewStatusBar(s.env, true)
		s.bar.Set(s.slices(), s.detail.job.Counts.Total)
		top = append(top, s.links()...)
		if left := s.unreachedRow(); left != nil {
			top = append(top, left)
		}
		list = container.New(&givesWay{gap: look.Apart, room: look.Target}, s.bar.Object, list)
	}
	return parts.Stack(look.Apart, append(top, parts.Fill(list))...)
}

// slices are the parts of the bar: items by status.
func (s *Screen) slices() []parts.Slice {
	var slices []parts.Slice
	for _, status := range pieOrder {
		if n := s.detail.job.Counts.ByStatus[status]; n > 0 {
			slices = append(slices, parts.Slice{Status: parts.ItemStatus(s.env.Words, s.detail.job.Shown(post.Item{Status: status})), Count: n})
		}
	}
	return slices
}

// doing is the key of what a job is at work with. A split by the sender API asks
// one by one; there is no list to upload.
func doing(job post.Job) string {
	switch {
	case paused(job):
		return "jobs.doing.paused"
	case job.Kind == post.KindSplit && job.Via == post.ViaREST:
		return "jobs.doing.split.asking"
	case job.Via == post.ViaBatch && job.Kind != post.KindSplit && job.State == post.JobSending:
		return "jobs.doing.upload"
	case job.Kind == post.KindMailing && job.HoldsAtDigipost() && job.State == post.JobSending:
		switch job.BatchStep {
		case post.BatchNone, post.BatchCreating, post.BatchOpen:
			return "jobs.doing.batch"
		case post.BatchCompleting, post.BatchCompleted:
			return "jobs.doing.batch.completing"
		case post.BatchCancelling:
			return "jobs.doing.batch.cancelling"
		}
	}
	return "jobs.doing." + string(job.Kind) + "." + string(job.State)
}
