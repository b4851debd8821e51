package sheet

import (
	"context"
	"path/filepath"
	"time"

	"brevdue/app/intake"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/ui/task"
)

// Ports are what the wizard needs. Lists themselves are read by package intake.
type Ports struct {
	Register Register
	// AllowSynthetic lets made-up persons in: everywhere but in production.
	AllowSynthetic bool
	// Hand passes a list that was stored on, so that a recipient split can write
	// its answers beside the same rows. It may be nil.
	Hand func(path string, list *intake.Result)
}

// Register is what the wizard needs of the register; *register.Register has it.
type Register interface {
	Plan(ctx context.Context, rows []post.Row, group string) (*register.MergePlan, error)
	Commit(ctx context.Context, imported post.Import, plan *register.MergePlan) (post.Import, error)
	Undo(ctx context.Context, id string) (undone, left int, err error)
	Groups(ctx context.Context) ([]string, error)
	Remember(ctx context.Context, headings []string, mapping post.Mapping) error
	Remembered(ctx context.Context, headings []string) (post.Mapping, bool, error)
}

// step is where a person is in the wizard.
type step int

const (
	stepFile step = iota
	stepSheet
	stepHeader
	stepColumns
	stepProblems
	stepReview
	stepStored
)

// doing is what is under way and keeps the person waiting.
type doing string

const (
	doingNothing doing = ""
	doingOpen    doing = "open"
	doingLook    doing = "look"
	doingRead    doing = "read"
	doingPlan    doing = "plan"
	doingStore   doing = "store"
	doingUndo    doing = "undo"
)

// slowAfter is how long work may take before its progress is shown; a page that
// flickers helps nobody.
const slowAfter = 300 * time.Millisecond

// topRows is how many rows a person sees when choosing the heading row.
const topRows = 15

// model is the wizard's state. It belongs to the thread of the window; all slow
// work goes through run. changed is called when the page must be built anew,
// touched when only numbers and samples on it are new.
type model struct {
	ports    Ports
	run      *task.Runner
	now      func() time.Time
	changed  func()
	touched  func()
	progress func(done, total int)

	step        step
	doing       doing
	slow        bool
	unslow      func()
	done, total int
	fault       error
	work        task.Latest

	path   string
	book   *intake.Book
	sheets []intake.Sheet
	sheet  string
	top    [][]string
	header int
	// guessed is the heading row that was found, to mark it when another is
	// chosen.
	guessed int

	columns    []intake.Column
	mapping    post.Mapping
	remembered bool
	remember   bool
	allFields  bool

	reading    task.Latest
	readingNow bool
	advance    bool
	result     *intake.Result
	readErr    error
	preview    int
	skipCheck  bool
	firstOnly  bool

	group, planned string
	groups         []string
	plan           *register.MergePlan
	planning       func()
	stored         post.Import
	undone, left   int
	takenBack      bool
}

func newModel(run *task.Runner, ports Ports, now func() time.Time) *model {
	nothing := func() {}
	return &model{ports: ports, run: run, now: now, changed: nothing, touched: nothing, progress: func(int, int) {}, remember: true}
}

// restart forgets everything of the list at hand.
func (m *model) restart() {
	m.cancelAll()
	fresh := newModel(m.run, m.ports, m.now)
	fresh.changed, fresh.touched, fresh.progress = m.changed, m.touched, m.progress
	*m = *fresh
	m.changed()
}

func (m *model) cancelAll() {
	m.work.Cancel()
	m.reading.Cancel()
	m.stopPlanning()
	m.readingNow, m.advance = false, false
	m.end(nil)
}

// cancel stops what keeps the person waiting. What is cancelled leaves nothing
// behind.
func (m *model) cancel() {
	if m.doing == doingStore || m.doing == doingUndo {
		return // one transaction, over in a moment
	}
	m.work.Cancel()
	if m.doing == doingRead {
		m.reading.Cancel()
		m.readingNow, m.advance = false, false
	}
	m.end(nil)
	m.changed()
}

// begin marks work that keeps the person waiting.
func (m *model) begin(what doing) {
	m.end(nil)
	m.doing = what
	m.unslow = m.run.After(slowAfter, func() {
		m.slow = true
		m.changed()
	})
}

// end takes the mark away and keeps what went wrong.
func (m *model) end(err error) {
	m.doing, m.slow, m.fault = doingNothing, false, err
	if m.unslow != nil {
		m.unslow()
		m.unslow = nil
	}
}

// open reads a file and goes on to its sheets.
func (m *model) open(path string) {
	m.cancelAll()
	m.done, m.total = 0, 0
	m.begin(doingOpen)
	task.Replace(m.run, &m.work, func(ctx context.Context) (*intake.Book, error) { return intake.Open(ctx, path) },
		func(book *intake.Book, err error) {
			m.end(err)
			if err != nil {
				m.step = stepFile
				m.changed()
				return
			}
			m.path, m.book, m.sheets, m.result, m.plan = path, book, book.Sheets(), nil, nil
			m.step = stepSheet
			m.look(book.DefaultSheet(), len(m.sheets) == 1)
		})
}

// file is the name of the user's file, without its folder.
func (m *model) file() string { return filepath.Base(m.path) }

// look reads the top of a sheet; with forward the wizard goes on to the heading
// row.
func (m *model) look(sheet string, forward bool) {
	m.sheet, m.top = sheet, nil
	m.begin(doingLook)
	book := m.book
	type answer struct {
		top    [][]string
		header int
	}
	task.Replace(m.run, &m.work, func(ctx context.Context) (answer, error) {
		header, err := book.GuessHeader(ctx, sheet)
		if err != nil {
			return answer{}, err
		}
		top, err := book.Top(ctx, sheet, max(topRows, header+4))
		return answer{top, header}, err
	}, func(got answer, err error) {
		m.end(err)
		if err == nil {
			m.top, m.header, m.guessed = got.top, got.header, got.header
			if forward {
				m.step = stepHeader
			}
		}
		m.changed()
	})
}

// setHeader chooses the heading row, 0 for none.
func (m *model) setHeader(row int) {
	m.header = row
	m.changed()
}

// mayGoOn reports whether the main button of the step can be pressed.
func (m *model) mayGoOn() bool {
	if m.doing != doingNothing {
		return false
	}
	switch m.step {
	case stepSheet, stepHeader:
		return len(m.top) > 0
	case stepColumns:
		return m.readErr == nil && (m.readingNow || m.result != nil)
	case stepProblems:
		return len(m.rows()) > 0
	case stepReview:
		return m.plan != nil
	}
	return false
}

// next goes one step on.
func (m *model) next() {
	if !m.mayGoOn() {
		return
	}
	switch m.step {
	case stepSheet:
		m.step = stepHeader
		m.changed()
	case stepHeader:
		m.match()
	case stepColumns:
		m.toProblems()
	case stepProblems:
		m.review(nil)
	case stepReview:
		m.store()
	}
}

// back goes one step back; it reports whether there was one.
func (m *model) back() bool {
	if m.step == stepFile || m.step == stepStored {
		return false
	}
	if m.doing != doingNothing {
		m.cancel()
		return true
	}
	m.step--
	if m.step == stepSheet && len(m.sheets) == 1 {
		m.step--
	}
	m.fault = nil
	m.changed()
	return true
}
