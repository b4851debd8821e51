package jobs

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// rows are the jobs of the tab that is open.
func (s *Screen) rows() []post.Job { return s.rowsOf(s.list) }

func (s *Screen) rowsOf(list overview) []post.Job {
	if s.tab == tabDone {
		return list.done
	}
	return list.open
}

func (s *Screen) listView() fyne.CanvasObject {
	env := s.env
	page := parts.Page{Title: env.T("jobs.title"), Wide: true, Fault: s.fault}
	title := func(key tab, n int) parts.Tab {
		text := env.T("jobs.tab." + string(key))
		if n > 0 && key != tabDone {
			text = env.T("jobs.tab.count", "tab", text, "count", env.Words.Number(n))
		}
		return parts.Tab{Key: string(key), Title: text}
	}
	tabs := parts.NewTabs("jobs.tab", []parts.Tab{title(tabOpen, len(s.list.open)), title(tabDone, len(s.list.done)),
		title(tabDeviations, len(s.list.deviations))}, string(s.tab), func(key string) {
		s.tab = tab(key)
		env.Redraw()
	})
	var body fyne.CanvasObject
	switch {
	case !s.read:
		body = parts.Stack(0)
	case s.tab == tabDeviations:
		body = s.deviationsView()
	default:
		body = s.jobsView()
	}
	page.Content = parts.Stack(look.Apart, tabs.Object, parts.Fill(body))
	page.Next = parts.Main("jobs.mailing", env.T("button.new_mailing"), func() { env.Go(parts.PlaceMailing, "") }).Icon(look.IconMailing)
	page.Extra = []*parts.Button{parts.Quiet("jobs.letter", env.T("button.new_letter"), func() { env.Go(parts.PlaceLetter, "") }).Icon(look.IconLetter)}
	return page.View()
}

func (s *Screen) jobsView() fyne.CanvasObject {
	env := s.env
	if len(s.rows()) == 0 {
		if s.tab == tabOpen && len(s.list.done) > 0 {
			return parts.Empty(look.IconTickCircle, env.T("jobs.none.open"), nil)
		}
		return parts.Empty(look.IconJobs, env.T("empty.jobs"), nil)
	}
	s.table = parts.NewTable("jobs.list", []parts.Column{
		{Key: "name", Title: env.T("jobs.column.name")},
		{Key: "kind", Title: env.T("jobs.column.kind"), Width: 136},
		{Key: "state", Title: env.T("jobs.column.state"), Width: 232},
		{Key: "count", Title: env.T("jobs.column.count"), Width: 112, Number: true},
		{Key: "since", Title: env.T("jobs.column.since"), Width: 152},
	}, func() int { return len(s.rows()) }, s.jobCell)
	s.table.OnOpen = func(row int) { s.open(s.rows()[row].ID) }
	return s.table.Object
}

func (s *Screen) jobCell(row int, key string) parts.Cell {
	words, job := s.env.Words, s.rows()[row]
	switch key {
	case "kind":
		return parts.Cell{Text: words.Get("job.kind." + string(job.Kind)), Quiet: true}
	case "state":
		state := s.state(job)
		return parts.Cell{Status: &state}
	case "count":
		return parts.Cell{Text: s.countText(job)}
	case "since":
		at := job.Created
		if !job.Ended.IsZero() {
			at = job.Ended
		}
		return parts.Cell{Text: words.Time(at), Quiet: true}
	}
	return parts.Cell{Text: job.Name}
}

// state is where a job is; one that is held up says so.
func (s *Screen) state(job post.Job) parts.Status {
	if job.Trouble != "" && !job.State.Finished() && job.State != post.JobReady {
		return parts.Status{Icon: look.IconWarning, Color: look.Care, Word: s.env.T("jobs.held_up")}
	}
	return parts.JobState(s.env.Words, job.State)
}

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

func (s *Screen) deviationsView() fyne.CanvasObject {
	env := s.env
	if len(s.list.deviations) == 0 {
		return parts.Empty(look.IconTickCircle, env.T("empty.deviations"), nil)
	}
	s.table = parts.NewTable("jobs.deviations", []parts.Column{
		{Key: "person", Title: env.T("jobs.column.person"), Share: 2},
		{Key: "status", Title: env.T("jobs.column.status"), Width: 160},
		{Key: "why", Title: env.T("jobs.column.why"), Share: 4},
		{Key: "job", Title: env.T("jobs.column.job"), Share: 2},
		{Key: "since", Title: env.T("jobs.column.since"), Width: 112},
	}, func() int { return len(s.list.deviations) }, s.deviationCell)
	s.table.OnOpen = func(row int) { s.person(s.list.deviations[row].job, s.list.deviations[row].item, true) }
	return parts.Stack(12, look.QuietText(env.T("jobs.deviations.lead")), parts.Fill(s.table.Object))
}

func (s *Screen) deviationCell(row int, key string) parts.Cell {
	words, d := s.env.Words, s.list.deviations[row]
	switch key {
	case "status":
		status := parts.ItemStatus(words, d.item.Status)
		return parts.Cell{Status: &status}
	case "why":
		return parts.Cell{Text: explain(words, d.job, d.item, s.env.Now())}
	case "job":
		return parts.Cell{Text: d.job.Name, Quiet: true}
	case "since":
		at := d.item.StatusAt
		if at.IsZero() {
			at = d.item.UpdatedAt
		}
		return parts.Cell{Text: words.Date(at), Quiet: true}
	}
	return parts.Cell{Text: s.nameOf(d.item)}
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
