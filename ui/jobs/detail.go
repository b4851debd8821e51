package jobs

import (
	"strconv"

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
	state := s.state(job)
	lead := env.T("jobs.lead", "kind", env.T("job.kind."+string(job.Kind)), "time", env.Words.Time(job.Created),
		"people", env.Words.Count("jobs.people", job.Counts.Total))
	s.headRow = parts.Row(look.Near, append([]fyne.CanvasObject{parts.WithID("jobs.state."+string(job.State), state.View()),
		parts.Fill(look.QuietText(lead).Clip())}, s.refresher()...)...)
	s.showAsked(s.id)
	var body fyne.CanvasObject
	switch {
	case s.part == partEvents:
		body = container.NewVScroll(s.timeline())
	case s.part == partDetails:
		body = container.NewVScroll(s.details())
	case s.part == partPeople && job.State == post.JobReady:
		body = s.peopleList()
	case job.Kind == post.KindMailing && job.State != post.JobReady:
		body = s.mailing()
	case job.Kind == post.KindSplit:
		body = container.NewVScroll(parts.AtMost(look.Reading, s.split()))
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
	if s.detail.job.State == post.JobReady {
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
		page.Extra = []*parts.Button{parts.StopButton("jobs.stop", env.T("jobs.discard"), s.stop).Off(off)}
		s.approve = parts.Main("jobs.approve", env.T("jobs.approve"), s.sayYes).Careful().
			Off(off || sendable(job) == 0 || sendable(job) >= typedFrom && !s.confirmed)
		page.Next = s.approve
	case job.State == post.JobCoolingOff: // Stop stands beside the clock
	case canStop(job):
		text := env.T("jobs.stop.rest")
		if job.Counts.Total == 1 {
			text = env.T("button.stop")
		}
		if s.stopping {
			text = env.T("jobs.stopping")
		}
		page.Extra = []*parts.Button{parts.StopButton("jobs.stop", text, s.stop).Icon(look.IconStop).Off(off || s.stopping)}
	case canCopy(job):
		text := env.T("jobs.copy")
		if s.busy == "copy" {
			text = env.T("jobs.copying")
		}
		page.Next = parts.Main("jobs.copy", text, s.copyList).Icon(look.IconSheet).Off(off)
	}
	if job.Kind == post.KindMailing && job.State.Finished() && notReached(job) > 0 {
		list := parts.Quiet("jobs.unreached", env.Words.Count("jobs.unreached", notReached(job)), func() { env.Go(parts.PlaceMailing, "unreached:"+job.ID) }).Icon(look.IconPeople)
		page.Extra = append(page.Extra, list)
	}
	if job.Kind == post.KindSplit && job.State != post.JobReady {
		open := parts.Quiet("jobs.split", env.T("jobs.open_split"), func() { env.Go(parts.PlaceSplit, job.ID) }).Icon(look.IconSplit)
		page.Extra = append(page.Extra, open)
	}
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
	case job.Trouble != "" && !job.State.Finished():
		add(parts.ToneCare, env.T("jobs.since", "text", trouble(env.Words, job.Trouble), "time", env.Words.Time(job.TroubleSince)))
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
	return notes
}

// going is the part of the page that moves: the clock, then the bar.
func (s *Screen) going() []fyne.CanvasObject {
	env, job := s.env, s.detail.job
	switch job.State {
	case post.JobReady:
		return []fyne.CanvasObject{s.ready()}
	case post.JobCoolingOff:
		s.clock = parts.NewClock(env, "jobs", job.ApprovedAt, job.ReleaseAt, s.stop, s.more, s.readAgain)
		return []fyne.CanvasObject{s.clock.Object}
	case post.JobSending, post.JobWaiting:
		s.bar = parts.NewProgress(env, env.T(doing(job)))
		s.bar.Set(progress(job))
		s.rate = look.Small(s.paceText())
		s.safe = parts.Row(look.Near, look.NewIconOf(look.IconShield, look.Good, 18),
			parts.Fill(look.Small(env.T("jobs.safe."+string(job.State))).Clip()), s.rate)
		return []fyne.CanvasObject{s.bar.Object, s.safe}
	}
	return nil
}

// paceText is how fast letters go.
func (s *Screen) paceText() string {
	if n := s.pace.minute(s.detail.job, s.env.Now()); n > 0 {
		return s.env.Words.Count("jobs.pace", n)
	}
	return ""
}

// ready asks for the approval of a job that waits for it.
func (s *Screen) ready() fyne.CanvasObject {
	env, d := s.env, s.detail
	n := sendable(d.job)
	lines := []fyne.CanvasObject{
		look.Strong(env.Words.Count("jobs.ready."+string(d.job.Kind), n)),
		parts.Facts(160, parts.CardText-176,
			parts.Fact{Label: env.T("jobs.fact.sender"), Value: d.job.Sender.Name},
			parts.Fact{Label: env.T("letter.subject"), Value: d.job.Subject},
			parts.Fact{Label: env.T("jobs.fact.document"), Value: s.documentNames()},
			parts.Fact{Label: env.T("jobs.fact.cooling_off"), Value: env.Words.Clock(d.coolingOff)}),
	}
	if d.job.Kind != post.KindSplit {
		lines = append(lines, parts.WithID("jobs.options", s.chosen(parts.CardText)))
	}
	if n >= typedFrom {
		was := s.confirmed
		count := parts.ConfirmCount(env, "jobs.count", n, func(right bool) {
			s.confirmed = right
			if s.approve != nil {
				s.approve.Off(!right || s.busy != "")
			}
		})
		if was {
			count.Entry.SetText(strconv.Itoa(n))
		}
		lines = append(lines, count.Object)
	}
	return parts.AtMost(look.Reading, parts.Card(parts.Stack(look.Apart, lines...)))
}

// mailing is the status of many letters: what moves, the picture when it is
// over, and everybody in a list.
func (s *Screen) mailing() fyne.CanvasObject {
	top := append(s.notes(), s.going()...)
	list := s.peopleList()
	if s.detail.job.State.Finished() {
		s.picture = container.NewStack(s.pie())
		list = container.New(&givesWay{gap: look.Apart, room: look.Target}, s.picture, list)
	}
	return parts.Stack(look.Apart, append(top, parts.Fill(list))...)
}

// givesWay sets a picture above a list, and leaves the picture out in a window so
// low that the list would have no room. What it shows stands in the filters, too.
// room is what the list gets above its least height.
type givesWay struct{ gap, room float32 }

func (g *givesWay) MinSize(objects []fyne.CanvasObject) fyne.Size {
	list := objects[1].MinSize()
	return fyne.NewSize(max(objects[0].MinSize().Width, list.Width), list.Height)
}

func (g *givesWay) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	picture, list := objects[0], objects[1]
	high := picture.MinSize().Height + g.gap
	if size.Height < high+list.MinSize().Height+g.room {
		picture.Hide()
		high = 0
	} else {
		picture.Show()
		picture.Resize(fyne.NewSize(size.Width, high-g.gap))
		picture.Move(fyne.NewPos(0, 0))
	}
	list.Resize(fyne.NewSize(size.Width, size.Height-high))
	list.Move(fyne.NewPos(0, high))
}

func (s *Screen) pie() fyne.CanvasObject {
	return parts.AtMost(880, parts.Pie(s.env, s.env.T("jobs.letters"), s.slices()))
}

// slices are the parts of the picture: items by status.
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
	if job.Kind == post.KindSplit && job.Via == post.ViaREST {
		return "jobs.doing.split.asking"
	}
	return "jobs.doing." + string(job.Kind) + "." + string(job.State)
}
