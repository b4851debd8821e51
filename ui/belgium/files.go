package belgium

import (
	"context"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/task"
)

// takeCertificate reads a certificate file, and the key beside it. Nothing is kept
// that a check says no to, and the pass phrase is forgotten whatever comes of it.
func (m *model) takeCertificate(certificate, key string) {
	if m.busy != "" || certificate == "" {
		return
	}
	passphrase := m.passphrase
	m.busy, m.err, m.looked, m.passphrase = busyKey, nil, false, ""
	m.changed()
	type answer struct {
		look onboarding.EBoxLook
		t    post.EBoxTrajectory
		has  bool
	}
	task.Run(m.run, func(ctx context.Context) (got answer, err error) {
		if got.look, err = m.ports.TakeCertificate(ctx, certificate, key, passphrase); err != nil {
			return got, err
		}
		if m.ports.HasKey != nil {
			if got.has, err = m.ports.HasKey(ctx); err != nil {
				return got, err
			}
		}
		got.t, err = m.ports.EBox.Trajectory(ctx)
		return got, err
	}, func(got answer, err error) {
		m.busy, m.err = "", err
		m.look, m.looked = got.look, len(got.look.Checks) > 0
		if err == nil {
			m.t, m.hasKey, m.keyPath, m.certPath = got.t, got.has, "", ""
		}
		m.changed()
	})
}

// keepNumber keeps the verzendernummer as typed, keepClientID the ClientID.
func (m *model) keepNumber() {
	m.act(busyMark, m.tell(onboarding.EBoxSenderNumber{Number: m.number}), func() {
		m.number = m.t.SenderNumber
		m.changed()
	})
}

func (m *model) keepClientID() {
	m.act(busyMark, m.withClientID(m.ports.EBox.Trajectory), func() {
		m.client = m.t.ClientID
		m.changed()
	})
}

// withClientID makes work that keeps the ClientID as typed before it does something
// else; nothing else is done where the ClientID is refused.
func (m *model) withClientID(do func(context.Context) (post.EBoxTrajectory, error)) func(context.Context) (post.EBoxTrajectory, error) {
	id := m.client
	return func(ctx context.Context) (t post.EBoxTrajectory, err error) {
		if _, err = m.ports.EBox.SetClientID(ctx, id); err != nil {
			return t, err
		}
		return do(ctx)
	}
}

// test tries the connection. What was seen before something failed is shown, too.
func (m *model) test() {
	if m.busy != "" {
		return
	}
	m.busy, m.err, m.proved = busyTest, nil, nil
	m.changed()
	type answer struct {
		proved onboarding.EBoxProved
		t      post.EBoxTrajectory
	}
	task.Run(m.run, func(ctx context.Context) (got answer, err error) {
		proved, failed := m.ports.EBox.Prove(ctx)
		got.proved = proved
		if got.t, err = m.ports.EBox.Trajectory(ctx); err != nil {
			return got, err
		}
		return got, failed
	}, func(got answer, err error) {
		m.busy, m.err, m.proved = "", err, &got.proved
		if !got.t.Started.IsZero() {
			m.t = got.t
		}
		m.changed()
	})
}

// handOver writes the file for a colleague.
func (m *model) handOver(path string, done func()) {
	m.save()
	m.write(func(ctx context.Context) error { return m.ports.HandOver(ctx, path) }, done)
}

// savePDF writes the checklist for paper.
func (m *model) savePDF(path string, words onboarding.EBoxWords, done func()) {
	m.save()
	m.write(func(ctx context.Context) error { return m.ports.SavePDF(ctx, path, words) }, done)
}

func (m *model) write(do func(context.Context) error, done func()) {
	if m.busy != "" {
		return
	}
	m.busy, m.err = busyFile, nil
	m.changed()
	task.Do(m.run, do, func(err error) {
		m.busy, m.err = "", err
		m.changed()
		if err == nil {
			done()
		}
	})
}

// readHandOver shows what a colleague's file would change.
func (m *model) readHandOver(path string) {
	if m.busy != "" {
		return
	}
	m.save()
	m.busy, m.err = busyFile, nil
	m.changed()
	task.Run(m.run, func(ctx context.Context) (onboarding.EBoxHandOver, error) { return m.ports.ReadHandOver(ctx, path) },
		func(theirs onboarding.EBoxHandOver, err error) {
			m.busy, m.err = "", err
			if err == nil {
				m.theirs, m.page = theirs, pageTake
			}
			m.changed()
		})
}

// takeHandOver puts the colleague's checklist in the place of ours. The person has
// seen what that would change, and whether ours is newer.
func (m *model) takeHandOver() {
	theirs := m.theirs
	m.act(busyFile, func(ctx context.Context) (post.EBoxTrajectory, error) {
		return m.ports.EBox.TakeOver(ctx, theirs, true)
	}, func() {
		m.theirs = onboarding.EBoxHandOver{}
		m.open(next(m.t))
	})
}

// keepOurs closes the colleague's file.
func (m *model) keepOurs() {
	m.theirs, m.err = onboarding.EBoxHandOver{}, nil
	if m.t.Started.IsZero() {
		m.page = pageBegin
		m.changed()
		return
	}
	m.open(m.step)
}
