package split

import (
	"context"
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"strconv"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

const (
	// mostReviews is how many matches are shown at a time; the next come when these
	// are judged.
	mostReviews = 50
	// mostLooked is how many splits are searched for matches that wait.
	mostLooked = 20
	// reviewArg opens the newest split with matches that wait for a look.
	reviewArg = "uncertain"
)

// toReview gives those people of a split whose match waits for a look.
func toReview(ctx context.Context, ports Ports, items []post.Item) (map[string]post.Recipient, error) {
	var ids []string
	for _, item := range items {
		if item.CustomerID != "" && item.Finding != nil && item.Finding.Uncertain {
			ids = append(ids, item.CustomerID)
		}
	}
	if ports.ToReview == nil || len(ids) == 0 {
		return nil, nil
	}
	return ports.ToReview(ctx, ids)
}

// openReview opens the newest split with matches that wait for a look, or shows
// the splits that were run where there is none.
func (m *model) openReview() {
	m.history()
	ports := m.ports
	task.Replace(m.run, &m.follow, func(ctx context.Context) (string, error) { return newestToReview(ctx, ports) }, func(id string, err error) {
		if m.place != placeHistory {
			return
		}
		if m.fault = err; id == "" {
			m.changed()
			return
		}
		m.work.Cancel()
		m.open(id)
		m.tab, m.filter = tabPeople, filterUncertain
	})
}

func newestToReview(ctx context.Context, ports Ports) (string, error) {
	splits, err := readSplits(ctx, ports)
	if err != nil {
		return "", err
	}
	for _, split := range splits[:min(len(splits), mostLooked)] {
		if split.State != post.JobDone {
			continue
		}
		items, err := ports.Jobs.Items(ctx, split.ID, post.ItemQuery{})
		if err != nil {
			return "", err
		}
		waiting, err := toReview(ctx, ports, items)
		if err != nil || len(waiting) > 0 {
			return split.ID, err
		}
	}
	return "", nil
}

// judge stores what a person said of matches.
func (m *model) judge(customerIDs []string, right bool) {
	review := m.ports.Review
	m.act(func(ctx context.Context) error { return review(ctx, customerIDs, right) })
}

// waitingOf are the people who wait for a look, each once, as many as are shown
// at a time.
func (d *detail) waitingOf() []post.Item {
	var waiting []post.Item
	seen := map[string]bool{}
	for _, item := range d.shown(filterUncertain) {
		if _, waits := d.waiting[item.CustomerID]; waits && !seen[item.CustomerID] && len(waiting) < mostReviews {
			seen[item.CustomerID] = true
			waiting = append(waiting, item)
		}
	}
	return waiting
}

// reviewList shows who was asked about beside what Digipost found, to be judged.
func (s *Screen) reviewList(d *detail) fyne.CanvasObject {
	m, env := s.model, s.env
	shown := d.waitingOf()
	var ids []string
	var rows []fyne.CanvasObject
	for i, item := range shown {
		ids = append(ids, item.CustomerID)
		if i > 0 {
			rows = append(rows, look.NewHairline())
		}
		rows = append(rows, s.reviewRow(item, d.waiting[item.CustomerID], strconv.Itoa(i)))
	}
	all := func(id string, right bool) *parts.Button {
		return parts.Quiet("split.review."+id, env.T("split.review."+id), func() {
			ask := "split.review." + id + ".ask"
			parts.Ask(env, ask, env.Words.Count(ask, len(ids)), env.T(ask+".text"), env.T("split.review."+id), env.T("button.cancel"), func() { m.judge(ids, right) })
		}).Off(m.busy)
	}
	head := parts.Stack(look.Near, look.QuietText(env.T("split.review.text")).Wrap(look.Reading),
		parts.Row(look.Near, look.Strong(env.Words.Count("split.review.count", len(shown), "total", env.Words.Number(len(d.waiting)))), all("all", true), all("none", false)))
	return container.NewBorder(parts.Inset(0, 4, 0, look.Near, head), nil, nil, nil, container.NewVScroll(parts.Card(parts.Stack(0, rows...))))
}

// reviewRow is one match with its two buttons.
func (s *Screen) reviewRow(item post.Item, found post.Recipient, at string) fyne.CanvasObject {
	env, m := s.env, s.model
	name := item.Name
	if name == "" {
		name = env.T("people.nameless")
	}
	asked := parts.Stack(0, look.Strong(name).Clip(), look.Small(parts.AddressLine(post.PostalAddress{Address: item.To.Address})).Clip())
	what := found.DigipostAddress
	if what == "" {
		what = env.T("split.review.no_address")
	}
	answer := parts.Stack(0, look.Body(what).Clip(), look.Small(parts.SplitStatus(env.Words, found.Digipost).Word).Clip())
	button := func(id string, right bool) *parts.Button {
		return parts.Quiet("split.review."+id+"."+at, env.T("split.review."+id), func() { m.judge([]string{item.CustomerID}, right) }).Off(m.busy)
	}
	return parts.Inset(0, look.Tight, 0, look.Tight, parts.Row(look.Near, parts.Fill(asked), parts.Fill(answer), button("right", true), button("wrong", false)))
}
