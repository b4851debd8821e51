package split

import (
	"context"
	"time"

	"brevdue/app/post"
	"brevdue/ui/task"
)

// answerTime is how long the page says that Digipost is being asked. Nothing comes
// when nothing is new.
const answerTime = 20 * time.Second

// check is what is known of looking for the answer by a press.
type check struct {
	asking bool
	at     time.Time
	// giveUp ends the wait; nil when there is none.
	giveUp func()
}

// over ends the wait.
func (c *check) over() {
	c.asking = false
	if c.giveUp != nil {
		c.giveUp()
		c.giveUp = nil
	}
}

// canCheck reports whether there is an answer to look for.
func (m *model) canCheck() bool {
	return m.ports.Refresh != nil && m.detail != nil && m.detail.job.State == post.JobWaiting
}

// checkNow looks for the answer at once. It hands the wish on and is not given up
// when the screen is left.
func (m *model) checkNow(now func() time.Time) {
	if !m.canCheck() || m.check.asking {
		return
	}
	m.check.asking, m.fault = true, nil
	port, id := m.ports.Refresh, m.id
	m.changed()
	task.Do(m.run, func(ctx context.Context) error { return port(ctx, id) }, func(err error) {
		if m.id != id || !m.check.asking {
			return
		}
		if err != nil {
			m.check.over()
			m.fault = err
			m.changed()
			return
		}
		m.check.at = now()
		m.check.giveUp = m.run.After(answerTime, func() {
			m.check.over()
			m.changed()
		})
		m.look()
	})
}
