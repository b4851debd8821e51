package jobs

import (
	"cmp"
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

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
		s.filter, s.status = group(key), ""
		env.Redraw()
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
		{Key: "status", Title: env.T("jobs.column.status"), Width: 208},
		{Key: "when", Title: env.T("jobs.column.when"), Width: 152, Hidden: !started(job) || !s.anyTime()},
		{Key: "why", Title: env.T("jobs.column.why"), Share: 3},
	}, s.people.Total, s.itemCell)
	s.table.OnOpen = func(row int) {
		if item, ok := s.people.Row(row); ok {
			s.person(s.detail.job, item)
		}
	}
	s.people.Reload()
	lines := []fyne.CanvasObject{parts.Row(look.Apart, parts.Fill(s.tabs.Object), s.searcher.Object)}
	if job.State == post.JobCoolingOff && !paused(job) {
		lines = append(lines, s.safeLine(look.Small(env.T("jobs.take_out.hint"))))
	}
	if within := s.statusTabs(); within != nil {
		lines = append(lines, within)
	}
	return parts.Stack(look.Near, append(lines, parts.Fill(s.table.Object))...)
}

// statusTabs are the statuses of the group that is chosen, where it has more
// than one; nil otherwise.
func (s *Screen) statusTabs() fyne.CanvasObject {
	job := s.detail.job
	found := statusesOf(job, s.filter)
	s.statusTab = nil
	if len(found) < 2 || s.filter == groupAll {
		s.status = ""
		return nil
	}
	if s.status != "" && job.Counts.ByStatus[s.status] == 0 {
		s.status = ""
	}
	tabs := []parts.Tab{{Key: allStatuses, Title: s.env.T("jobs.status.all")}}
	for _, status := range found {
		tabs = append(tabs, parts.Tab{Key: string(status), Title: s.statusTitle(status)})
	}
	s.statusTab = parts.NewTabs("jobs.status", tabs, cmp.Or(string(s.status), allStatuses), func(key string) {
		s.status = post.ItemStatus(key)
		if key == allStatuses {
			s.status = ""
		}
		s.people.Reload()
		s.table.ScrollTo(0)
	})
	return s.statusTab.Object
}

func (s *Screen) statusTitle(status post.ItemStatus) string {
	return s.env.T("jobs.group", "group", s.env.Words.Status(string(status)), "count", s.env.Words.Number(s.detail.job.Counts.ByStatus[status]))
}

// wanted are the statuses shown, and how many items have one.
func (s *Screen) wanted() ([]post.ItemStatus, int) {
	if s.status != "" {
		return []post.ItemStatus{s.status}, s.detail.job.Counts.ByStatus[s.status]
	}
	return groupStatuses[s.filter], countOf(s.detail.job, s.filter)
}

// anyTime reports whether a status that is shown has a time.
func (s *Screen) anyTime() bool {
	return slices.ContainsFunc(statusesOf(s.detail.job, s.filter), func(status post.ItemStatus) bool { return slices.Contains(timed, status) })
}

// fetch reads a piece of the people. How many match a search is not known
// beforehand: one more than asked for tells that there are more.
func (s *Screen) fetch(ctx context.Context, offset, limit int) ([]post.Item, int, error) {
	statuses, count := s.wanted()
	query := post.ItemQuery{Statuses: statuses, Search: s.search, Offset: offset, Limit: limit + 1}
	if s.draft != nil {
		found := draftItems(s.draft.Items, statuses, s.search)
		return found[min(offset, len(found)):min(offset+limit, len(found))], len(found), nil
	}
	items, err := s.ports.Jobs.Items(ctx, s.id, query)
	if err != nil {
		return nil, 0, err
	}
	total := offset + len(items)
	if query.Search == "" {
		total = max(total, count)
	}
	return items[:min(len(items), limit)], total, nil
}

// draftItems are those of a draft that filter and search keep.
func draftItems(items []post.Item, statuses []post.ItemStatus, search string) []post.Item {
	var found []post.Item
	for _, item := range items {
		if (len(statuses) == 0 || slices.Contains(statuses, item.Status)) && holds(search, item.Name) {
			found = append(found, item)
		}
	}
	return found
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
	case "when":
		return parts.Cell{Text: sinceText(s.env.Words, item), Quiet: true}
	case "why":
		return parts.Cell{Text: explain(s.env.Words, s.detail.job, item, s.env.Now())}
	}
	return parts.Cell{Text: s.nameOf(item)}
}
