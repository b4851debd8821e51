package inbox

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"brevdue/app/inbox"
	"brevdue/app/post"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// Inbox is the e-Box as it was last seen, and what can be done with it;
// *inbox.Service has it.
type Inbox interface {
	List(ctx context.Context, query inbox.Query) (inbox.Page, error)
	Senders(ctx context.Context) ([]inbox.Choice, error)
	Types(ctx context.Context) ([]inbox.Choice, error)
	Sources(ctx context.Context) ([]post.EBoxSource, error)
	Refresh(ctx context.Context, full bool) (inbox.Refreshed, error)
	Looked(ctx context.Context) error
	Open(ctx context.Context, key inbox.Key) (post.EBoxEntry, error)
	Entry(ctx context.Context, key inbox.Key) (post.EBoxEntry, error)
	SetVisible(ctx context.Context, keys []inbox.Key, visible bool) error
	Plan(ctx context.Context, selection inbox.Selection) (*inbox.Plan, error)
	Run(ctx context.Context, plan *inbox.Plan, progress func(inbox.Progress)) ([]inbox.Result, error)
	Export(ctx context.Context, query inbox.Query, out string, words inbox.Words) (int, error)
}

// Ports are what the screen needs.
type Ports struct {
	Inbox Inbox
	// Ready says whether there is an e-Box to read, with the fault that says why not;
	// nil is always.
	Ready func(ctx context.Context) error
	// OpenFolder shows a folder in the system's own window. It may be nil.
	OpenFolder func(ctx context.Context, folder string) error
}

// pageSize is how many messages are read at once.
const pageSize = 100

// stale is when a list is asked for anew by itself on opening the screen.
const stale = 5 * time.Minute

// filter is one of the row of filters.
type filter string

const (
	filterAll        filter = "all"
	filterUnread     filter = "unread"
	filterNew        filter = "new"
	filterRegistered filter = "registered"
	filterExpiring   filter = "expiring"
	filterNotSaved   filter = "not_saved"
	filterHidden     filter = "hidden"
)

// soonDays is what "expires soon" means.
const soonDays = 14

// page is what the screen shows.
type page string

const (
	pageList    page = "list"
	pageMessage page = "message"
	pageSave    page = "save"
	pageSaving  page = "saving"
	pageResult  page = "result"
)

// model is the screen's state. It belongs to the thread of the window. changed is
// called when the page must be built anew, touched when only rows and numbers on it
// are new.
type model struct {
	ports            Ports
	run              *task.Runner
	now              func() time.Time
	language         func() string
	changed, touched func()

	page page
	read bool
	// drawn says that the list of the page is on the screen as the model has it.
	drawn bool
	// closed is why there is no e-Box to read, err what went wrong otherwise.
	closed, err error
	query       inbox.Query
	filter      filter
	counts      inbox.Counts
	sources     []post.EBoxSource
	senders     []inbox.Choice
	types       []inbox.Choice
	entries     *parts.Pages[post.EBoxEntry]
	// asked is the query as the reading in the background sees it.
	asked    atomic.Pointer[inbox.Query]
	checking bool
	fresh    int
	// choosing makes a press on a row choose it instead of opening it.
	choosing bool
	chosen   []inbox.Key

	open    inbox.Key
	entry   post.EBoxEntry
	found   bool
	hiding  bool
	opening task.Latest

	selection inbox.Selection
	plan      *inbox.Plan
	planning  bool
	progress  inbox.Progress
	results   []inbox.Result
	stopped   bool

	overall, look, saving task.Latest
	// halted stops the saving that is under way; nil before there was any.
	halted func()
}

func newModel(run *task.Runner, now func() time.Time, language func() string, ports Ports) *model {
	m := &model{ports: ports, run: run, now: now, language: language, changed: func() {}, touched: func() {}, page: pageList, filter: filterAll}
	m.entries = parts.NewPages(run, pageSize, func(ctx context.Context, offset, limit int) ([]post.EBoxEntry, int, error) {
		query := *m.asked.Load()
		query.Offset, query.Limit = offset, limit
		page, err := ports.Inbox.List(ctx, query)
		return page.Entries, page.Total, err
	}, func(err error) {
		if err != nil {
			m.err = err
		}
		m.touched()
	})
	return m
}

// ask reads the messages that match the query.
func (m *model) ask() {
	m.query.Language = m.language()
	query := m.query
	m.asked.Store(&query)
	m.entries.Reload()
}

// reload reads numbers, providers and the messages in sight from what is known. It
// asks nobody.
func (m *model) reload() {
	type answer struct {
		counts         inbox.Counts
		sources        []post.EBoxSource
		senders, types []inbox.Choice
		closed         error
	}
	task.Replace(m.run, &m.overall, func(ctx context.Context) (got answer, err error) {
		if m.ports.Ready != nil {
			got.closed = m.ports.Ready(ctx)
		}
		page, err := m.ports.Inbox.List(ctx, inbox.Query{Limit: 1})
		if err != nil {
			return got, err
		}
		got.counts = page.Counts
		if got.sources, err = m.ports.Inbox.Sources(ctx); err != nil {
			return got, err
		}
		if got.senders, err = m.ports.Inbox.Senders(ctx); err != nil {
			return got, err
		}
		got.types, err = m.ports.Inbox.Types(ctx)
		return got, err
	}, func(got answer, err error) {
		alike := m.read && err == nil && m.drawn && m.counts == got.counts && slices.EqualFunc(m.sources, got.sources, alike) &&
			slices.Equal(m.senders, got.senders) && slices.Equal(m.types, got.types) && post.CodeOf(m.closed) == post.CodeOf(got.closed)
		m.read = true
		if err != nil {
			m.err = err
		} else {
			m.counts, m.sources, m.senders, m.types, m.closed = got.counts, got.sources, got.senders, got.types, got.closed
		}
		if alike {
			m.touched()
		} else {
			m.changed()
		}
		if m.due() {
			m.check()
		}
	})
	m.ask()
}

// alike reports whether two states of a provider need the same page.
func alike(a, b post.EBoxSource) bool {
	return a.Provider.ID == b.Provider.ID && a.Provider.Name == b.Provider.Name && a.Trouble == b.Trouble && a.RetryAt.Equal(b.RetryAt) &&
		a.Provider.Maintenance.Equal(b.Provider.Maintenance)
}

// due reports whether the providers are to be asked by themselves: nothing was read
// for some time, and nothing keeps it from being read.
func (m *model) due() bool {
	return m.page == pageList && !m.checking && m.err == nil && m.closed == nil && m.now().Sub(m.lastGood()) > stale && m.now().Sub(m.lastTried()) > stale
}

// lastGood is when the list was last read, at any provider; lastTried counts what
// went wrong, too.
func (m *model) lastGood() (last time.Time) {
	for _, source := range m.sources {
		if source.Good.After(last) {
			last = source.Good
		}
	}
	return last
}

func (m *model) lastTried() time.Time {
	last := m.lastGood()
	for _, source := range m.sources {
		if source.TroubleAt.After(last) {
			last = source.TroubleAt
		}
	}
	return last
}

// check asks the providers for what is new.
func (m *model) check() {
	if m.checking {
		return
	}
	m.checking, m.err = true, nil
	m.changed()
	task.Replace(m.run, &m.look, func(ctx context.Context) (inbox.Refreshed, error) { return m.ports.Inbox.Refresh(ctx, false) },
		func(got inbox.Refreshed, err error) {
			m.checking, m.fresh = false, len(got.New)
			switch code := post.CodeOf(err); {
			case err == nil:
			case code == post.CodeNoEBox, code == post.CodeEBoxKey:
				m.closed = err
			default:
				m.err = err
			}
			m.again()
		})
}

// again reads what is known after something changed, without asking anybody.
func (m *model) again() {
	m.reload()
	if m.page == pageMessage {
		m.readEntry()
	}
}

// search looks for messages by what was typed.
func (m *model) search(text string) {
	if text != m.query.Search {
		m.query.Search = text
		m.ask()
	}
}

// pick keeps the messages of a filter; what was searched for and narrowed to stays.
func (m *model) pick(f filter) {
	m.filter = f
	q := &m.query
	q.Unread, q.New, q.Registered, q.Hidden = f == filterUnread, f == filterNew, f == filterRegistered, f == filterHidden
	q.ExpiringDays, q.Saved = 0, inbox.SavedOrNot
	switch f {
	case filterExpiring:
		q.ExpiringDays = soonDays
	case filterNotSaved:
		q.Saved = inbox.NotSaved
	}
	m.chosen = nil
	m.ask()
	m.changed()
}

// narrowed reports whether the list shows less than there is.
func (m *model) narrowed() bool {
	return m.query.Search != "" || m.query.SenderID != "" || m.query.TypeID != "" || m.filter != filterAll
}

// clear shows all again.
func (m *model) clear() {
	m.query = inbox.Query{Sort: m.query.Sort, Backwards: m.query.Backwards}
	m.pick(filterAll)
}

// choose takes a message into the selection, or out of it.
func (m *model) choose(key inbox.Key) {
	if at := slices.Index(m.chosen, key); at >= 0 {
		m.chosen = slices.Delete(m.chosen, at, at+1)
		return
	}
	m.chosen = append(m.chosen, key)
}

// show opens a message: its documents are asked for, which marks nothing read.
func (m *model) show(key inbox.Key) {
	m.page, m.open, m.found, m.err = pageMessage, key, false, nil
	m.readEntry()
	task.Replace(m.run, &m.opening, func(ctx context.Context) (post.EBoxEntry, error) { return m.ports.Inbox.Open(ctx, key) }, m.gotEntry)
	m.changed()
}

// readEntry reads the message that is open from what is known.
func (m *model) readEntry() {
	key := m.open
	task.Run(m.run, func(ctx context.Context) (post.EBoxEntry, error) { return m.ports.Inbox.Entry(ctx, key) }, func(entry post.EBoxEntry, err error) {
		if key == m.open {
			m.gotEntry(entry, err)
		}
	})
}

func (m *model) gotEntry(entry post.EBoxEntry, err error) {
	if err != nil {
		m.err = err
	}
	if entry.ID != "" {
		m.entry, m.found = entry, true
	}
	m.changed()
}

// close goes back to the list.
func (m *model) close() {
	m.opening.Cancel()
	m.page, m.open, m.entry, m.found, m.err = pageList, inbox.Key{}, post.EBoxEntry{}, false, nil
	m.reload()
	m.changed()
}

// setVisible shows or hides messages, for everybody of the enterprise.
func (m *model) setVisible(keys []inbox.Key, visible bool, done func()) {
	if m.hiding {
		return
	}
	m.hiding, m.err = true, nil
	m.changed()
	task.Do(m.run, func(ctx context.Context) error { return m.ports.Inbox.SetVisible(ctx, keys, visible) }, func(err error) {
		m.hiding, m.err = false, err
		if err == nil {
			m.chosen = nil
			done()
		}
		m.again()
	})
}

// export writes the messages in sight into a workbook.
func (m *model) export(path string, words inbox.Words, done func(rows int)) {
	query := m.query
	query.Language = m.language()
	m.err = nil
	task.Run(m.run, func(ctx context.Context) (int, error) { return m.ports.Inbox.Export(ctx, query, path, words) }, func(rows int, err error) {
		if m.err = err; err == nil {
			done(rows)
		}
		m.changed()
	})
}

// leave stops what is under way, and notes that what was in sight is new no more.
// Saving goes on.
func (m *model) leave() {
	m.overall.Cancel()
	m.look.Cancel()
	m.checking = false
	m.opening.Cancel()
	m.entries.Close()
	if m.planning { // where saving is only being thought about, it is asked for anew
		m.saving.Cancel()
		m.planning, m.page = false, pageList
	}
	if m.read && m.closed == nil && m.counts.New > 0 {
		task.Do(m.run, m.ports.Inbox.Looked, func(error) {})
	}
}
