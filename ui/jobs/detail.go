package jobs

import (
	"context"
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
	head := parts.Row(look.Near, parts.WithID("jobs.state."+string(job.State), state.View()), parts.Fill(look.QuietText(
		env.T("jobs.lead", "kind", env.T("job.kind."+string(job.Kind)), "time", env.Words.Time(job.Created),
			"people", env.Words.Count("jobs.people", job.Counts.Total))).Clip()))
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
	page.Content = parts.Stack(look.Apart, head, parts.Fill(body))
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
		s.clock = parts.NewClock(env, "jobs", job.ApprovedAt, job.ReleaseAt, s.stop, s.more, s.Reload)
		return []fyne.CanvasObject{s.clock.Object}
	case post.JobSending, post.JobWaiting:
		s.bar = parts.NewProgress(env, env.T("jobs.doing."+string(job.Kind)+"."+string(job.State)))
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
	job := s.detail.job
	top := append(s.notes(), s.going()...)
	if job.State.Finished() {
		top = append(top, parts.AtMost(880, parts.Pie(s.env, s.env.T("jobs.letters"), s.slices())))
	}
	list := s.peopleList()
	return parts.Stack(look.Apart, append(top, parts.Fill(list))...)
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

// shownGroups are the filters there is somebody for.
func (s *Screen) shownGroups() []group {
	shown := []group{groupAll}
	for _, g := range groups {
		if countOf(s.detail.job, g) > 0 {
			shown = append(shown, g)
		}
	}
	return shown
}

func (s *Screen) groupTitle(g group) string {
	return s.env.T("jobs.group", "group", s.env.T("jobs.group."+string(g)), "count", s.env.Words.Number(countOf(s.detail.job, g)))
}

// peopleList is everybody in the job with filter and search.
func (s *Screen) peopleList() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	if countOf(job, s.filter) == 0 {
		s.filter = groupAll
	}
	var tabs []parts.Tab
	for _, g := range s.shownGroups() {
		tabs = append(tabs, parts.Tab{Key: string(g), Title: s.groupTitle(g)})
	}
	s.people = parts.NewPages(env.Run, pageSize, s.fetch, func(err error) {
		if err != nil {
			s.fault.Show(err)
		}
		if s.table != nil {
			s.table.Reload()
		}
	})
	s.tabs = parts.NewTabs("jobs.filter", tabs, string(s.filter), func(key string) {
		s.filter = group(key)
		s.people.Reload()
		s.table.ScrollTo(0)
	})
	room := float32(224)
	if len(tabs) > 5 {
		room = 160
	}
	s.searcher = parts.NewSearch(env, "jobs.search", env.T("jobs.search"), room, func(text string) {
		s.search = text
		s.people.Reload()
		s.table.ScrollTo(0)
	})
	s.searcher.Set(s.search)
	hasRows := job.Source.Path != ""
	s.table = parts.NewTable("jobs.items", []parts.Column{
		{Key: "row", Title: env.T("jobs.column.row"), Width: 72, Number: true, Hidden: !hasRows},
		{Key: "person", Title: env.T("jobs.column.person"), Share: 2},
		{Key: "status", Title: env.T("jobs.column.status"), Width: 216},
		{Key: "why", Title: env.T("jobs.column.why"), Share: 3},
	}, s.people.Total, s.itemCell)
	s.table.OnOpen = func(row int) {
		if item, ok := s.people.Row(row); ok {
			s.person(s.detail.job, item, false)
		}
	}
	s.people.Reload()
	filters := parts.Row(look.Apart, parts.Fill(s.tabs.Object), s.searcher.Object)
	if job.State == post.JobCoolingOff {
		hint := look.Small(env.T("jobs.take_out.hint") + " " + env.T("jobs.safe.cooling_off")).Clip()
		return parts.Stack(look.Near, filters, hint, parts.Fill(s.table.Object))
	}
	return parts.Stack(look.Near, filters, parts.Fill(s.table.Object))
}

// fetch reads a piece of the people. How many match a search is not known
// beforehand: one more than asked for tells that there are more.
func (s *Screen) fetch(ctx context.Context, offset, limit int) ([]post.Item, int, error) {
	query := post.ItemQuery{Statuses: groupStatuses[s.filter], Search: s.search, Offset: offset, Limit: limit + 1}
	items, err := s.ports.Jobs.Items(ctx, s.id, query)
	if err != nil {
		return nil, 0, err
	}
	total := offset + len(items)
	if query.Search == "" {
		total = max(total, countOf(s.detail.job, s.filter))
	}
	return items[:min(len(items), limit)], total, nil
}

func (s *Screen) itemCell(row int, key string) parts.Cell {
	item, ok := s.people.Row(row)
	if !ok {
		return parts.Cell{}
	}
	switch key {
	case "row":
		if item.Row == 0 {
			return parts.Cell{}
		}
		return parts.Cell{Text: s.env.Words.Number(item.Row), Quiet: true}
	case "status":
		status := parts.ItemStatus(s.env.Words, s.detail.job.Shown(item))
		return parts.Cell{Status: &status}
	case "why":
		return parts.Cell{Text: reasonText(s.env.Words, item)}
	}
	return parts.Cell{Text: s.nameOf(item)}
}
