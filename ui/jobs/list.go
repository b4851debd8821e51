package jobs

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// rows are the jobs of the tab that is open, as they are searched and sorted.
func (s *Screen) rows() []post.Job {
	return s.list.picked(s.tab, s.listSearch, s.sorted[s.tab], func(job post.Job) string { return s.state(job).Word })
}

func (s *Screen) listView() fyne.CanvasObject {
	env := s.env
	page := parts.Page{Title: env.T("jobs.title"), Wide: true, Fault: s.fault}
	if s.ports.CheckEvidence != nil {
		check := parts.Quiet("jobs.evidence.check", env.T("jobs.evidence.check"), s.pickEvidence).Icon(look.IconShield).Off(s.busy != "")
		page.Aside = []fyne.CanvasObject{check}
	}
	if s.list.cases > 0 {
		text := env.T("wrong.title.all")
		if n := s.list.openCases; n > 0 {
			text = env.T("jobs.tab.count", "tab", text, "count", env.Words.Number(n))
		}
		page.Aside = append([]fyne.CanvasObject{parts.Quiet("jobs.wrongs", text, s.listWrong).Icon(look.IconWarning)}, page.Aside...)
	}
	var titles []parts.Tab
	for _, t := range tabs {
		if t == tabDeviations && s.ports.Deviations == nil {
			continue
		}
		text := env.T("jobs.tab." + string(t))
		if n := s.list.count(t); n > 0 {
			text = env.T("jobs.tab.count", "tab", text, "count", env.Words.Number(n))
		}
		titles = append(titles, parts.Tab{Key: string(t), Title: text})
	}
	choice := parts.NewTabs("jobs.tab", titles, string(s.tab), func(key string) {
		s.tab = tab(key)
		env.Redraw()
	})
	s.searcher = parts.NewSearch(env, "jobs.list.search", env.T("jobs.list.search"), 224, func(text string) {
		s.listSearch = text
		s.found()
	})
	s.searcher.Set(s.listSearch)
	var body fyne.CanvasObject
	switch {
	case !s.read:
		body = parts.Stack(0)
	case s.tab == tabDeviations:
		body = s.deviationsView()
	default:
		body = s.jobsView()
	}
	page.Content = parts.Stack(look.Apart, parts.Row(look.Apart, parts.Fill(choice.Object), s.searcher.Object), parts.Fill(body))
	page.Next = parts.Main("jobs.mailing", env.T("button.new_mailing"), func() { env.Go(parts.PlaceMailing, "") }).Icon(look.IconMailing)
	page.Extra = []*parts.Button{parts.Quiet("jobs.letter", env.T("button.new_letter"), func() { env.Go(parts.PlaceLetter, "") }).Icon(look.IconLetter)}
	return page.View()
}

// found shows what a search keeps. The search field stays as it is while the
// person types.
func (s *Screen) found() {
	s.shown = nil
	if s.table != nil {
		s.table.Reload()
		s.table.ScrollTo(0)
	}
	s.sayFound()
}

// sayFound says that a search finds nothing, in the place of the rows.
func (s *Screen) sayFound() {
	if s.nothing == nil || s.table == nil {
		return
	}
	empty := len(s.cached()) == 0
	if s.tab == tabDeviations {
		empty = len(s.cachedDeviations()) == 0
	}
	if empty {
		s.nothing.Show()
		s.table.Object.Hide()
	} else {
		s.nothing.Hide()
		s.table.Object.Show()
	}
}

// cached are the rows, worked out once for each reading, search and order.
func (s *Screen) cached() []post.Job {
	if s.shown == nil {
		s.shown = &shown{jobs: s.rows()}
	}
	return s.shown.jobs
}

func (s *Screen) jobsView() fyne.CanvasObject {
	env := s.env
	if len(s.list.of(s.tab)) == 0 {
		switch {
		case len(s.list.open)+len(s.list.planned)+len(s.list.done) == 0:
			return parts.Empty(look.IconJobs, env.T("empty.jobs"), nil)
		case s.tab == tabPlanned:
			return parts.Empty(look.IconClock, env.T("jobs.none.planned"), nil)
		case s.tab == tabDone:
			return parts.Empty(look.IconJobs, env.T("jobs.none.done"), nil)
		}
		return parts.Empty(look.IconTickCircle, env.T("jobs.none.open"), nil)
	}
	since, state := "jobs.column.since", float32(224)
	if s.tab == tabPlanned {
		since, state = "jobs.column.starts", 144 // each of them is planned or paused
	}
	s.shown = nil
	s.table = parts.NewTable("jobs.list", []parts.Column{
		{Key: "name", Title: env.T("jobs.column.name"), Share: 3, Sortable: true},
		{Key: "subject", Title: env.T("letter.subject"), Share: 2, Sortable: true, Hidden: !s.otherSubjects()},
		{Key: "kind", Title: env.T("jobs.column.kind"), Width: 128, Sortable: true},
		{Key: "state", Title: env.T("jobs.column.state"), Width: state, Sortable: true},
		{Key: "count", Title: env.T("jobs.column.count"), Width: 112, Number: true, Sortable: true},
		{Key: "since", Title: env.T(since), Width: 152, Sortable: true},
	}, func() int { return len(s.cached()) }, s.jobCell)
	s.table.OnOpen = func(row int) { s.open(s.cached()[row].ID) }
	s.table.OnSort = s.sortBy
	by := s.sorted[s.tab]
	s.table.SetSort(by.key, by.down)
	lines := []fyne.CanvasObject{parts.Fill(s.orNothing())}
	if s.tab == tabDone && s.list.more {
		lines = append([]fyne.CanvasObject{look.QuietText(env.Words.Count("jobs.more", mostJobs))}, lines...)
	}
	return parts.Stack(12, lines...)
}

// orNothing is the table, and what is said where a search finds nothing.
func (s *Screen) orNothing() fyne.CanvasObject {
	s.nothing = parts.Empty(look.IconSearch, s.env.T("empty.search"), nil)
	s.sayFound()
	return newEither(s.table.Object, s.nothing)
}

func (s *Screen) sortBy(key string, down bool) {
	s.sorted[s.tab] = order{key, down}
	s.found()
}

// otherSubjects reports whether the subject says more than the name.
func (s *Screen) otherSubjects() bool {
	for _, job := range s.list.of(s.tab) {
		if job.Subject != "" && job.Subject != job.Name {
			return true
		}
	}
	return false
}

func (s *Screen) jobCell(row int, key string) parts.Cell {
	words, job := s.env.Words, s.cached()[row]
	switch key {
	case "subject":
		return parts.Cell{Text: job.Subject, Quiet: true}
	case "kind":
		return parts.Cell{Text: words.Get("job.kind." + string(job.Kind)), Quiet: true}
	case "state":
		state := s.state(job)
		return parts.Cell{Status: &state}
	case "count":
		return parts.Cell{Text: s.countText(job)}
	case "since":
		return parts.Cell{Text: words.Time(stateSince(job)), Quiet: true}
	}
	return parts.Cell{Text: job.Name}
}

// state is where a job is; one that is paused, planned or held up says so.
func (s *Screen) state(job post.Job) parts.Status { return parts.JobNow(s.env.Words, job) }

// countText is how many of how many: delivered for letters, answered for splits.
func (s *Screen) countText(job post.Job) string {
	words, n := s.env.Words, reached(job)
	if job.Kind == post.KindSplit {
		n = 0
		for _, count := range job.Counts.BySplit {
			n += count
		}
	}
	return words.Count("progress.of", n, "total", words.Number(job.Counts.Total))
}

// nameOf is who an item is to; somebody without a name has a row or number.
func (s *Screen) nameOf(item post.Item) string {
	switch {
	case item.Name != "":
		return item.Name
	case item.Row != 0:
		return s.env.T("jobs.row", "row", s.env.Words.Number(item.Row))
	}
	return item.CustomerID
}
