package people

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"brevdue/app/post"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// Ports are what the screen needs.
type Ports struct {
	Register Register
	// FirstAid says that the jobs' screen helps after letters to wrong people.
	FirstAid bool
}

// Register is what the screen needs of the register; *register.Register has it.
type Register interface {
	List(ctx context.Context, query post.RecipientQuery) (post.RecipientPage, error)
	Show(ctx context.Context, customerID string) (post.Recipient, []post.HistoryLine, error)
	Overview(ctx context.Context) (post.RegisterOverview, error)
	Groups(ctx context.Context) ([]string, error)
	Forget(ctx context.Context, customerID string) error
}

// pageSize is how many people are read at once.
const pageSize = 100

// model is the screen's state. It belongs to the thread of the window. changed
// is called when the page must be built anew, touched when only rows and numbers
// on it are new.
type model struct {
	ports            Ports
	run              *task.Runner
	changed, touched func()

	read     bool
	fault    error
	overview post.RegisterOverview
	groups   []string
	query    post.RecipientQuery
	// asked is the query as the reading in the background sees it.
	asked  atomic.Pointer[post.RecipientQuery]
	people *parts.Pages[post.Recipient]
	// letters is set once anybody in sight got a letter; before that the column
	// is empty and hidden.
	letters  bool
	overall  task.Latest
	card     task.Latest
	open     string
	person   post.Recipient
	found    bool
	history  []post.HistoryLine
	whole    bool
	shown    bool
	deleting bool
	typed    string
	busy     bool
}

func newModel(run *task.Runner, ports Ports) *model {
	m := &model{ports: ports, run: run, changed: func() {}, touched: func() {}, query: post.RecipientQuery{Order: post.OrderName}}
	m.people = parts.NewPages(run, pageSize, func(ctx context.Context, offset, limit int) ([]post.Recipient, int, error) {
		query := *m.asked.Load()
		query.Offset, query.Limit = offset, limit
		page, err := ports.Register.List(ctx, query)
		return page.Recipients, page.Total, err
	}, m.pageCame)
	return m
}

// ask reads the people that match the query.
func (m *model) ask() {
	query := m.query
	query.Digipost = slices.Clone(query.Digipost)
	m.asked.Store(&query)
	m.people.Reload()
}

// pageCame hears that people were read.
func (m *model) pageCame(err error) {
	if err != nil {
		m.fault = err
	}
	if !m.letters {
		for i := range min(pageSize, m.people.Total()) {
			if person, ok := m.people.Row(i); ok && !person.LastLetter.IsZero() {
				m.letters = true
				break
			}
		}
	}
	m.touched()
}

// reload reads the numbers and the people in sight again.
func (m *model) reload() {
	type answer struct {
		overview post.RegisterOverview
		groups   []string
	}
	people := m.ports.Register
	task.Replace(m.run, &m.overall, func(ctx context.Context) (answer, error) {
		overview, err := people.Overview(ctx)
		if err != nil {
			return answer{}, err
		}
		groups, err := people.Groups(ctx)
		return answer{overview, groups}, err
	}, func(got answer, err error) {
		rebuild := !m.read || m.fault != err || !sameShape(m.overview, got.overview) || !slices.Equal(m.groups, got.groups)
		m.read, m.fault = true, err
		if err == nil {
			m.overview, m.groups = got.overview, got.groups
		}
		if rebuild {
			m.changed()
		} else {
			m.touched()
		}
	})
	m.ask()
}

// sameShape reports whether two overviews need the same page: filters are there
// for the statuses that somebody has.
func sameShape(a, b post.RegisterOverview) bool {
	if (a.Total == 0) != (b.Total == 0) || a.LastSplit.IsZero() != b.LastSplit.IsZero() {
		return false
	}
	for _, status := range statuses {
		if (a.BySplit[status] == 0) != (b.BySplit[status] == 0) {
			return false
		}
	}
	return true
}

// statuses in the order a person looks at them.
var statuses = []post.SplitStatus{post.HasDigipost, post.Identified, post.Unidentified, post.Invalid, post.Missing, post.NeverChecked}

// search looks for people by what was typed.
func (m *model) search(text string) {
	if text = strings.TrimSpace(text); text == m.query.Search {
		return
	}
	m.query.Search = text
	m.ask()
}

// filter keeps people with one status; all takes the filter away.
func (m *model) filter(status post.SplitStatus, all bool) {
	m.query.Digipost = nil
	if !all {
		m.query.Digipost = []post.SplitStatus{status}
	}
	m.ask()
}

// inGroup keeps the people of a group, "" keeps all.
func (m *model) inGroup(group string) {
	if group == m.query.Group {
		return
	}
	m.query.Group = group
	m.ask()
}

// sort sorts the list.
func (m *model) sort(order post.RecipientOrder, down bool) {
	m.query.Order, m.query.Down = order, down
	m.ask()
}

// filtered reports whether the list shows less than the register.
func (m *model) filtered() bool {
	return m.query.Search != "" || m.query.Group != "" || len(m.query.Digipost) > 0
}

// clear shows everybody again.
func (m *model) clear() {
	m.query.Search, m.query.Group, m.query.Digipost = "", "", nil
	m.ask()
	m.changed()
}

// show opens a person's card.
func (m *model) show(id string) {
	m.open, m.found, m.whole, m.shown, m.deleting, m.typed, m.fault = id, false, false, false, false, "", nil
	m.history = nil
	m.readCard()
}

func (m *model) readCard() {
	type answer struct {
		person  post.Recipient
		history []post.HistoryLine
	}
	people, id := m.ports.Register, m.open
	task.Replace(m.run, &m.card, func(ctx context.Context) (answer, error) {
		person, history, err := people.Show(ctx, id)
		return answer{person, history}, err
	}, func(got answer, err error) {
		m.fault = err
		if err == nil {
			m.person, m.history, m.found = got.person, got.history, true
		}
		m.changed()
	})
}

// close goes back to the list.
func (m *model) close() {
	m.card.Cancel()
	m.open, m.person, m.history, m.shown, m.deleting, m.fault = "", post.Recipient{}, nil, false, false, nil
	m.changed()
}

// name is what must be typed to delete the person: the name, or the customer id
// of somebody without one.
func (m *model) name() string {
	if name := m.person.Name(); name != "" {
		return name
	}
	return m.person.CustomerID
}

// mayForget reports whether the name was typed. Blanks and letter case do not
// count: it is a moment to think, not an exam.
func (m *model) mayForget() bool {
	fold := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	return m.deleting && m.typed != "" && fold(m.typed) == fold(m.name())
}

// forget deletes the person for good.
func (m *model) forget(done func(name string)) {
	if !m.mayForget() || m.busy {
		return
	}
	people, id, name := m.ports.Register, m.person.CustomerID, m.name()
	m.busy = true
	task.Do(m.run, func(ctx context.Context) error { return people.Forget(ctx, id) }, func(err error) {
		m.busy = false
		if err != nil {
			m.fault = err
			m.changed()
			return
		}
		m.close()
		m.reload()
		done(name)
	})
}

// lastLetter is the job of the newest letter that may have arrived, "" where there was
// none.
func (m *model) lastLetter() string {
	for _, line := range m.history { // the newest first
		gone := line.Status != post.ItemReady && line.Status != post.ItemNotDelivered && line.Status != post.ItemPrintFailed && line.Status != post.ItemStopped
		if line.Kind == post.HistoryLetter && line.Job != "" && gone {
			return line.Job
		}
	}
	return ""
}

// stop ends what runs when the screen is left. A number that was shown is hidden
// again.
func (m *model) stop() {
	m.overall.Cancel()
	m.card.Cancel()
	m.people.Close()
	m.shown, m.deleting, m.typed = false, false, ""
}
