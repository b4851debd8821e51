package belgium

import (
	"context"
	"slices"
	"strings"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/task"
)

// save keeps a note that was typed and not yet kept, without a word: leaving never
// loses anything.
func (m *model) save() {
	if m.page != pageStep || m.note == m.noted {
		return
	}
	step, before := m.step, m.noted
	m.noted = m.note
	for i := range m.t.Steps {
		if m.t.Steps[i].ID == step {
			m.t.Steps[i].Note = strings.TrimSpace(m.note)
		}
	}
	task.Run(m.run, m.tell(onboarding.EBoxNote{Step: step, Note: strings.TrimSpace(m.note)}), func(t post.EBoxTrajectory, err error) {
		if err == nil {
			m.t = t
			return
		}
		if m.step == step {
			m.noted = before // it is tried again
		}
		m.err = err
		m.changed()
	})
}

// putOff lets the reminder of the step come later.
func (m *model) putOff() { m.act(busyMark, m.tell(onboarding.EBoxPutOff{Step: m.step}), nil) }

// reminder says when the waiting step is to be asked about; found is false for one
// that does not wait.
func (m *model) reminder() (reminder onboarding.EBoxReminder, found bool) {
	for _, r := range onboarding.EBoxReminders(m.t, m.now()) {
		if r.Step == m.step {
			return r, true
		}
	}
	return reminder, false
}

// typing reports whether something stands in a field that is not kept yet.
func (m *model) typing() bool {
	return m.date != "" || m.passphrase != "" || m.number != m.t.SenderNumber || m.client != m.t.ClientID || m.skip ||
		m.sure != told(m.t, m.step).Confirmed
}

// refresh reads the trajectory again while its page stays.
func (m *model) refresh() {
	task.Replace(m.run, &m.work, m.ports.EBox.Trajectory, func(t post.EBoxTrajectory, err error) {
		if err == nil && m.page == pageStep && !same(m.t, t) && !m.typing() {
			look, looked, proved := m.look, m.looked, m.proved
			m.t = t
			m.open(m.step)
			m.look, m.looked, m.proved = look, looked, proved
			m.changed()
		}
	})
}

// same reports whether two trajectories look alike on the screen. Drawing it anew
// would take the cursor out of the field it stands in.
func same(a, b post.EBoxTrajectory) bool {
	if a.OwnKey != b.OwnKey || a.Enterprise != b.Enterprise || a.Name != b.Name || a.SenderNumber != b.SenderNumber ||
		a.ClientID != b.ClientID || a.Environment != b.Environment || a.Certificate.SHA256 != b.Certificate.SHA256 {
		return false
	}
	return slices.EqualFunc(a.Steps, b.Steps, func(a, b post.EBoxStep) bool {
		return a.ID == b.ID && a.State == b.State && a.Note == b.Note && a.Confirmed == b.Confirmed && a.Date.Equal(b.Date) && a.Reminded.Equal(b.Reminded)
	})
}

// openPage opens a page in the browser.
func (m *model) openPage(address string) {
	task.Do(m.run, func(ctx context.Context) error { return m.ports.OpenPage(ctx, address) }, func(err error) {
		if err != nil {
			m.err = err
			m.changed()
		}
	})
}

// leave keeps what was typed and forgets the pass phrase.
func (m *model) leave() {
	m.save()
	m.work.Cancel()
	m.keys.Cancel()
	m.passphrase = ""
}
