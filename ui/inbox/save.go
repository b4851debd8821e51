package inbox

import (
	"context"
	"errors"
	"sync/atomic"

	"brevdue/app/inbox"
	"brevdue/ui/task"
)

// save begins with saving: first where to, then what it would do.
func (m *model) save(selection inbox.Selection) {
	selection.Folder, selection.Language = m.selection.Folder, m.language()
	m.selection, m.plan, m.results, m.stopped, m.err = selection, nil, nil, false, nil
	m.page = pageSave
	m.changed()
	if selection.Folder != "" {
		m.think()
	}
}

// into sets the folder and looks at what saving there would do.
func (m *model) into(folder string) {
	m.selection.Folder, m.plan = folder, nil
	m.think()
}

// annexes leaves the main documents out, or takes them in.
func (m *model) annexes(only bool) {
	m.selection.Annexes, m.plan = only, nil
	m.think()
}

// think makes the plan. Nothing is fetched for it that marks anything read.
func (m *model) think() {
	selection := m.selection
	m.planning, m.err = true, nil
	m.changed()
	task.Replace(m.run, &m.saving, func(ctx context.Context) (*inbox.Plan, error) { return m.ports.Inbox.Plan(ctx, selection) },
		func(plan *inbox.Plan, err error) {
			m.planning, m.err, m.plan = false, err, plan
			if err != nil {
				m.plan, m.selection.Folder = nil, ""
			}
			m.changed()
		})
}

// fetch saves what the plan holds. What was in sight before is read again at the end.
func (m *model) fetch() {
	if m.plan == nil || m.plan.Documents == 0 || m.page == pageSaving {
		return
	}
	plan := m.plan
	m.page, m.progress, m.stopped, m.err = pageSaving, inbox.Progress{Total: plan.Documents, TotalBytes: plan.Bytes}, false, nil
	m.changed()
	// The person's stop must not lose what was saved: so it ends the work's own
	// context, and not the delivery of what came of it.
	ctx, stop := context.WithCancel(context.Background())
	m.halted = stop
	m.saving.Cancel()
	var newest atomic.Pointer[inbox.Progress]
	tell := m.run.Progress(func(int, int) {
		m.progress = *newest.Load()
		m.touched()
	})
	task.Run(m.run, func(alive context.Context) ([]inbox.Result, error) {
		defer stop()
		defer context.AfterFunc(alive, stop)()
		return m.ports.Inbox.Run(ctx, plan, func(progress inbox.Progress) {
			newest.Store(&progress)
			tell(progress.Done, progress.Total)
		})
	}, func(results []inbox.Result, err error) {
		m.page, m.results, m.err = pageResult, results, err
		if errors.Is(err, context.Canceled) {
			m.err = nil
		}
		m.chosen, m.choosing, m.halted = nil, false, nil
		m.changed()
	})
}

// halt stops saving after what is under way: what was saved stays.
func (m *model) halt() {
	if m.halted != nil {
		m.stopped = true
		m.halted()
		m.changed()
	}
}

// retry looks again at what is still to be saved.
func (m *model) retry() {
	m.page = pageSave
	m.think()
}

// tally counts what came of the documents.
func (m *model) tally() map[inbox.ItemState]int {
	counts := map[inbox.ItemState]int{}
	for _, result := range m.results {
		counts[result.State]++
	}
	return counts
}
