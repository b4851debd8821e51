package split

import (
	"context"
	"time"

	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/task"
)

// Ports are what the screen needs.
type Ports struct {
	Stories Stories
	Jobs    Jobs
	Groups  func(ctx context.Context) ([]string, error)
	Sender  func(ctx context.Context) (post.Sender, error)
	// CoolingOff is the time between approval and sending.
	CoolingOff func(ctx context.Context, kind post.JobKind) (time.Duration, error)
	// List gives the list that was imported last while the program ran, or nil. It
	// may be nil itself.
	List func() (path string, list *intake.Result)
	// Refresh looks for an answer at once. It hands the wish on; what comes of it
	// shows in the job. nil does not offer it.
	Refresh func(ctx context.Context, id string) error
	// Export writes the answers into a new file, whatever the people came from. nil
	// does not offer it.
	Export func(ctx context.Context, id, out string, words flow.Words) error
	// ToReview gives those of the people whose match waits for a look, by customer
	// id, and Review takes what a person says of them. nil does not offer it.
	ToReview func(ctx context.Context, customerIDs []string) (map[string]post.Recipient, error)
	Review   func(ctx context.Context, customerIDs []string, right bool) error
}

// Stories gives the people and brings answers back; *flow.Stories has it.
type Stories interface {
	ForSplit(ctx context.Context, group string) (flow.People, error)
	ListForSplit(ctx context.Context, path string, list *intake.Result) (flow.People, error)
	WriteBack(ctx context.Context, id, out string, words flow.Words) (written bool, err error)
}

// Jobs is what the screen needs of the engine; *job.Engine has it.
type Jobs interface {
	Prepare(ctx context.Context, wish job.Wish) (*job.Draft, error)
	Keep(ctx context.Context, draft *job.Draft) (post.Job, error)
	Approve(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration) (post.Job, error)
	Job(ctx context.Context, id string) (post.Job, error)
	Jobs(ctx context.Context, query post.JobQuery) ([]post.Job, error)
	Items(ctx context.Context, id string, query post.ItemQuery) ([]post.Item, error)
	Events(ctx context.Context, id string) ([]post.Event, error)
	Stop(ctx context.Context, id string) (post.Job, error)
	Extend(ctx context.Context, id string, by time.Duration) (post.Job, error)
}

// place is which page of the screen is open.
type place int

const (
	placeHistory place = iota
	placeBefore
	placeApprove
	placeJob
)

// origin is whom a split asks about.
type origin string

const (
	fromAll   origin = "all"
	fromGroup origin = "group"
	fromList  origin = "list"
)

const (
	// mostSplits is how far the history goes back.
	mostSplits = 200
	// moreTime is what one press on the clock gives.
	moreTime = 5 * time.Minute
)

// model is the screen's state. It belongs to the thread of the window; changed
// is called when the page must be built anew.
type model struct {
	ports   Ports
	run     *task.Runner
	changed func()

	place place
	fault error
	busy  bool
	work  task.Latest

	splits []post.Job
	read   bool

	from     origin
	group    string
	groups   []string
	list     *intake.Result
	listPath string
	people   *flow.People
	draft    *job.Draft
	cooling  time.Duration

	id     string
	detail *detail
	follow task.Latest
	check  check
	tab    string
	filter string
}

func newModel(run *task.Runner, ports Ports) *model {
	return &model{ports: ports, run: run, changed: func() {}, tab: tabResult, filter: filterAll}
}

// history reads the splits that were run.
func (m *model) history() {
	m.place, m.fault = placeHistory, nil
	m.reread()
}

func (m *model) reread() {
	ports := m.ports
	task.Replace(m.run, &m.work, func(ctx context.Context) ([]post.Job, error) { return readSplits(ctx, ports) }, func(splits []post.Job, err error) {
		m.fault, m.read = err, true
		if err == nil {
			m.splits = splits
		}
		m.changed()
	})
}

func readSplits(ctx context.Context, ports Ports) ([]post.Job, error) {
	return ports.Jobs.Jobs(ctx, post.JobQuery{Kinds: []post.JobKind{post.KindSplit}, Limit: mostSplits})
}

// freshFor is how long the answers of a split can be trusted (batch guide: once a
// week).
const freshFor = job.FreshSplit

// lastOf is the newest split with an answer, of all people, a group or a list; nil
// where there is none.
func (m *model) lastOf(source post.Source) *post.Job {
	for _, split := range m.splits {
		if split.State == post.JobDone && split.Source.Group == source.Group && split.Source.Path == source.Path {
			return &split
		}
	}
	return nil
}

// last is the newest split with an answer, whoever it asked about; nil for none.
func (m *model) last() *post.Job {
	for _, split := range m.splits {
		if split.State == post.JobDone {
			return &split
		}
	}
	return nil
}

// before begins a new split of everybody, a group, or the list imported last.
func (m *model) before(from origin, group string) {
	m.place, m.from, m.group, m.draft, m.fault = placeBefore, from, group, nil, nil
	m.list, m.listPath = nil, ""
	if m.ports.List != nil {
		m.listPath, m.list = m.ports.List()
	}
	if m.from == fromList && m.list == nil {
		m.from = fromAll
	}
	m.gather()
}

// choose sets whom to ask about.
func (m *model) choose(from origin, group string) {
	if from == fromGroup && group == "" && len(m.groups) > 0 {
		group = m.groups[0]
	}
	m.from, m.group = from, group
	m.gather()
}

// gather counts the people that would be asked about.
func (m *model) gather() {
	m.people, m.fault = nil, nil
	stories, ports, from, group, path, list := m.ports.Stories, m.ports, m.from, m.group, m.listPath, m.list
	type answer struct {
		people flow.People
		groups []string
		splits []post.Job
	}
	task.Replace(m.run, &m.work, func(ctx context.Context) (answer, error) {
		names, err := ports.Groups(ctx)
		if err != nil {
			return answer{}, err
		}
		splits, err := readSplits(ctx, ports)
		if err != nil {
			return answer{}, err
		}
		var people flow.People
		switch from {
		case fromList:
			people, err = stories.ListForSplit(ctx, path, list)
		case fromGroup:
			people, err = stories.ForSplit(ctx, group)
		default:
			people, err = stories.ForSplit(ctx, "")
		}
		return answer{people, names, splits}, err
	}, func(got answer, err error) {
		m.fault = err
		if err == nil {
			m.people, m.groups, m.splits = &got.people, got.groups, got.splits
		}
		m.changed()
	})
}

// known counts the people by the way they are asked about.
func (m *model) known() (by map[post.TargetKind]int, asked, leftOut int) {
	by = map[post.TargetKind]int{}
	if m.people == nil {
		return by, 0, 0
	}
	for _, to := range m.people.To {
		if to.LeftOut != post.ReasonNone {
			leftOut++
			continue
		}
		by[to.To.Kind]++
		asked++
	}
	return by, asked, leftOut
}

// start freezes the plan and shows it for approval. Nothing is stored and
// nothing leaves the machine.
func (m *model) start(name string) {
	if m.busy || m.people == nil {
		return
	}
	m.busy, m.fault = true, nil
	ports, people := m.ports, *m.people
	type answer struct {
		draft   *job.Draft
		cooling time.Duration
	}
	task.Replace(m.run, &m.work, func(ctx context.Context) (answer, error) {
		sender, err := ports.Sender(ctx)
		if err != nil {
			return answer{}, err
		}
		cooling, err := ports.CoolingOff(ctx, post.KindSplit)
		if err != nil {
			return answer{}, err
		}
		draft, err := ports.Jobs.Prepare(ctx, job.Wish{Kind: post.KindSplit, Sender: sender, Name: name, To: people.To, Source: people.Source})
		return answer{draft, cooling}, err
	}, func(got answer, err error) {
		m.busy, m.fault = false, err
		if err == nil {
			m.draft, m.cooling, m.place = got.draft, got.cooling, placeApprove
		}
		m.changed()
	})
}

// approve stores the plan as it was shown and lets it go.
func (m *model) approve() {
	if m.busy || m.draft == nil {
		return
	}
	m.busy, m.fault = true, nil
	jobs, draft, cooling := m.ports.Jobs, m.draft, m.cooling
	task.Replace(m.run, &m.work, func(ctx context.Context) (post.Job, error) {
		kept, err := jobs.Keep(ctx, draft)
		if err != nil {
			return kept, err
		}
		approved, err := jobs.Approve(ctx, kept.ID, kept.Fingerprint, draft.Sendable(), cooling)
		if err != nil {
			return kept, err
		}
		return approved, nil
	}, func(got post.Job, err error) {
		m.busy, m.fault = false, err
		if got.ID == "" {
			m.changed()
			return
		}
		// Kept but not approved is a job too: its page asks again.
		m.draft = nil
		m.open(got.ID)
		m.fault = err
	})
}

// back goes to the page before; it reports whether there was one.
func (m *model) back() bool {
	switch m.place {
	case placeApprove:
		m.place, m.draft, m.fault = placeBefore, nil, nil
		m.changed()
		return true
	case placeBefore, placeJob:
		m.history()
		m.changed()
		return true
	}
	return false
}

// stop cancels what runs when the screen is left. The split itself goes on.
func (m *model) stop() {
	m.work.Cancel()
	m.follow.Cancel()
	m.busy = false
}
