package sheet

import (
	"context"
	"strings"
	"time"

	"brevdue/app/intake"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/ui/task"
)

// planPause is how long a person may pause typing a group's name before the
// plan is made again.
const planPause = 400 * time.Millisecond

// rowsWith counts the rows that have a problem of a level.
func (m *model) rowsWith(level post.Level) int { return len(m.rowSet(level)) }

func (m *model) rowSet(level post.Level) map[int]bool {
	set := map[int]bool{}
	if m.result != nil {
		for _, problem := range m.result.Problems {
			if problem.Level == level {
				set[problem.Row] = true
			}
		}
	}
	return set
}

// rows gives what will be stored: the good rows, without those to look at where
// the person wants them skipped.
func (m *model) rows() []post.Row {
	if m.result == nil {
		return nil
	}
	if !m.skipCheck {
		return m.result.Recipients
	}
	doubtful := m.rowSet(post.ShouldCheck)
	var rows []post.Row
	for _, row := range m.result.Recipients {
		if !doubtful[row.Number] {
			rows = append(rows, row)
		}
	}
	return rows
}

// skipped is how many rows below the heading are not stored.
func (m *model) skipped() int { return m.result.Rows - len(m.rows()) }

// setSkip decides about the rows that should be looked at.
func (m *model) setSkip(skip bool) {
	m.skipCheck = skip
	m.changed()
}

// source names the list for copies of it.
func (m *model) source() post.Source {
	return post.Source{Path: m.path, Sheet: m.result.Sheet, HeaderRow: m.result.HeaderRow, FileSHA256: m.result.FileSHA256}
}

// saveProblems writes the rows with problems into a workbook of their own.
func (m *model) saveProblems(out string, reasons map[int]string, saved func(error), headings ...string) {
	source := m.source()
	m.fault = nil
	task.Replace(m.run, &m.work, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, intake.WriteProblems(ctx, source, out, reasons, headings...)
	}, func(_ struct{}, err error) {
		m.fault = err
		saved(err)
	})
}

// setFirstOnly chooses what becomes of somebody who stands in the list twice,
// and reads the rows again.
func (m *model) setFirstOnly(first bool) {
	if m.firstOnly == first {
		return
	}
	m.firstOnly, m.advance = first, true
	m.begin(doingRead)
	m.read()
}

// review plans what the list would do to the register. told is what the person
// should hear beside the plan, or nil.
func (m *model) review(told error) {
	m.step = stepReview
	m.plan = nil
	m.begin(doingPlan)
	people, rows, group := m.ports.Register, m.rows(), strings.TrimSpace(m.group)
	type answer struct {
		plan   *register.MergePlan
		groups []string
	}
	task.Replace(m.run, &m.work, func(ctx context.Context) (answer, error) {
		groups, err := people.Groups(ctx)
		if err != nil {
			return answer{}, err
		}
		plan, err := people.Plan(ctx, rows, group)
		return answer{plan, groups}, err
	}, func(got answer, err error) {
		m.end(err)
		if err == nil {
			m.plan, m.groups, m.planned, m.fault = got.plan, got.groups, group, told
		}
		m.changed()
	})
}

// setGroup takes a group's name as it is typed; the plan follows when the
// person pauses.
func (m *model) setGroup(name string) {
	m.group = name
	m.stopPlanning()
	m.planning = m.run.After(planPause, m.replan)
}

func (m *model) stopPlanning() {
	if m.planning != nil {
		m.planning()
		m.planning = nil
	}
}

// replan makes the plan again for the group, without building the page anew.
func (m *model) replan() {
	people, rows, group := m.ports.Register, m.rows(), strings.TrimSpace(m.group)
	if m.step != stepReview || group == m.planned || m.doing != doingNothing {
		return
	}
	task.Replace(m.run, &m.work, func(ctx context.Context) (*register.MergePlan, error) { return people.Plan(ctx, rows, group) },
		func(plan *register.MergePlan, err error) {
			if m.fault = err; err == nil {
				m.plan, m.planned = plan, group
			}
			m.touched()
		})
}

// store puts the list into the register as it was shown.
func (m *model) store() {
	m.stopPlanning()
	m.begin(doingStore)
	people, rows, plan := m.ports.Register, m.rows(), m.plan
	group, planned := strings.TrimSpace(m.group), m.planned
	facts := post.Import{File: m.file(), Sheet: m.result.Sheet, HeaderRow: m.result.HeaderRow, RowCount: m.result.Rows, FileSHA256: m.result.FileSHA256}
	names, mapping, remember := headings(m.columns), m.result.Mapping, m.remember
	type answer struct {
		stored     post.Import
		remembered error
	}
	task.Replace(m.run, &m.work, func(ctx context.Context) (answer, error) {
		var err error
		if group != planned {
			if plan, err = people.Plan(ctx, rows, group); err != nil {
				return answer{}, err
			}
		}
		stored, err := people.Commit(ctx, facts, plan)
		if err != nil || !remember {
			return answer{stored: stored}, err
		}
		return answer{stored, people.Remember(ctx, names, mapping)}, nil
	}, func(got answer, err error) { m.wasStored(got.stored, got.remembered, err) })
}

// wasStored shows the end, or plans again where the register changed since it
// was shown. A matching that could not be remembered is told of, but the list
// is stored.
func (m *model) wasStored(stored post.Import, remembered, err error) {
	m.end(err)
	if err != nil {
		if post.CodeOf(err) == post.CodePlanChanged {
			m.review(err)
			return
		}
		m.changed()
		return
	}
	m.stored, m.step, m.fault, m.takenBack = stored, stepStored, remembered, false
	if m.ports.Hand != nil {
		list := *m.result
		list.Recipients = m.rows()
		m.ports.Hand(m.path, &list)
	}
	m.changed()
}

// takeBack undoes the import.
func (m *model) takeBack() {
	m.begin(doingUndo)
	people, id := m.ports.Register, m.stored.ID
	type answer struct{ undone, left int }
	task.Replace(m.run, &m.work, func(ctx context.Context) (answer, error) {
		undone, left, err := people.Undo(ctx, id)
		return answer{undone, left}, err
	}, func(got answer, err error) {
		m.end(err)
		if err == nil {
			m.undone, m.left, m.takenBack = got.undone, got.left, true
			if m.ports.Hand != nil {
				m.ports.Hand("", nil)
			}
		}
		m.changed()
	})
}
