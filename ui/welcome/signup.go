package welcome

import (
	"context"
	"strconv"
	"strings"

	"brevdue/app/number"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/task"
)

// The commands of a sign-up: from the organisation's number to a sender-id.

// Why a sender-id that was typed will not do.
const (
	idForm         = "form"
	idOrganisation = "organisation"
)

// begun is an attempt under way, and whether its return would be caught.
type begun struct {
	attempt   post.Onboarding
	listening bool
}

// begin starts or resumes an attempt. Whether somebody listens is asked beside
// the window: the driver may be busy proving.
func (m *Model) begin(start func(context.Context) (post.Onboarding, error)) {
	do(m, busyBrowser, func(ctx context.Context) (begun, error) {
		attempt, err := start(ctx)
		return begun{attempt, err != nil || m.ports.Listening == nil || m.ports.Listening()}, err
	}, m.await)
}

// OpenBrowser checks the number, and opens Digipost in the browser: for the
// agreement, or for the application of one without signing rights.
func (m *Model) OpenBrowser() {
	result := number.OrganisationNumber(m.Number)
	m.NumberProblem = result.Reason
	if !result.Valid {
		m.changed()
		return
	}
	m.Number = result.Number
	m.begin(func(ctx context.Context) (post.Onboarding, error) { return m.ports.Start(ctx, result.Number) })
}

// resume listens again after a restart.
func (m *Model) resume() { m.begin(m.ports.Resume) }

// waitPage is where the answer to the attempt is waited for.
func (m *Model) waitPage() Page {
	switch {
	case m.Attempt.State == string(onboarding.Refused):
		return PageRefused
	case !m.Attempt.Applied.IsZero():
		return PageApplied
	}
	return PageBrowser
}

// awaits reports whether the attempt shown waits for an answer.
func (m *Model) awaits() bool { return onboarding.Attempt(m.Attempt).Awaits() }

// await shows the page of the wait and waits for the answer, at the listener and
// at the relay.
func (m *Model) await(b begun) {
	if way := wayOf(b.attempt); way == WayApplication || m.Way != WayApplication {
		m.Way = way
	}
	m.Attempt, m.Blocked = b.attempt, !b.listening
	m.Page = m.waitPage()
	if !m.shown {
		return
	}
	m.changed()
	task.Replace(m.run, &m.waiting, m.ports.Wait, func(attempt post.Onboarding, err error) {
		switch {
		case err == nil:
			m.returned(attempt)
			return
		case post.CodeOf(err) == post.CodeNoSignup:
			m.Blocked = true // only the pasted address is left
		default:
			m.Fault = err
		}
		m.changed()
	})
}

// Paste takes the address from the browser.
func (m *Model) Paste() {
	address := strings.TrimSpace(m.Pasted)
	if address == "" {
		return
	}
	do(m, busyPaste, func(ctx context.Context) (post.Onboarding, error) { return m.ports.Paste(ctx, address) }, m.returned)
}

// returned goes on when the sender-id came.
func (m *Model) returned(attempt post.Onboarding) {
	if m.Page != PageBrowser && m.Page != PageApplied && m.Page != PageRefused {
		return // the other way was quicker
	}
	m.waiting.Cancel()
	m.Attempt, m.Fault = attempt, nil
	m.afterReturn()
}

func (m *Model) afterReturn() {
	m.Way = wayOf(m.Attempt)
	switch {
	case m.state() == onboarding.Verified:
		m.finish()
	case m.Facts.Fingerprint == "":
		m.Page = PageCertificate
	default:
		m.Page = PageTest
		if m.Attempt.Trouble != "" && m.Attempt.Trouble != post.CodeNoCertificate {
			m.Fault = onboarding.TroubleOf(m.Attempt)
		}
	}
	m.changed()
}

func (m *Model) state() onboarding.State { return onboarding.State(m.Attempt.State) }

// Apply goes over to the application without signing rights: the page that is
// open in the browser is the same.
func (m *Model) Apply() {
	m.Way = WayApplication
	page := PageOrganisation
	if m.Page == PageBrowser && m.awaits() {
		page = PageBrowser
	}
	m.Show(page)
}

// Anew begins again, from the organisation's number.
func (m *Model) Anew() {
	m.waiting.Cancel()
	if m.Way == WayOwnID {
		m.Way = WayAutomatic
	}
	m.Show(PageOrganisation)
}

// note tells the driver a word of the person's, and shows the page that follows
// from it.
func (m *Model) note(tell func(context.Context) (post.Onboarding, error)) {
	do(m, busyNote, tell, func(attempt post.Onboarding) {
		m.Attempt, m.Way = attempt, wayOf(attempt)
		if m.awaits() {
			m.Page = m.waitPage()
		}
	})
}

// HandedIn notes that the application is with Digipost.
func (m *Model) HandedIn() { m.note(m.ports.HandedIn) }

// PutOff lets the reminder come again later.
func (m *Model) PutOff() { m.note(m.ports.PutOff) }

// Denied notes that Digipost has said no.
func (m *Model) Denied() { m.note(m.ports.Denied) }

// Cancel forgets the attempt.
func (m *Model) Cancel() {
	m.waiting.Cancel()
	do(m, busyNote, m.ports.Cancel, func(attempt post.Onboarding) {
		m.Attempt, m.Way, m.Page = attempt, WayAutomatic, PageChoose
		if m.ports.Practice {
			m.Page = PageOrganisation
		}
	})
}

// Check asks at once whether Digipost has approved.
func (m *Model) Check() {
	do(m, busyCheck, m.ports.Check, func(attempt post.Onboarding) {
		if state := onboarding.State(attempt.State); state == onboarding.Returned || state == onboarding.Verified {
			m.returned(attempt)
			return
		}
		m.Attempt, m.Unanswered = attempt, true
	})
}

// TakeApproved takes what the person heard from Digipost: a sender-id, or a
// whole address with one.
func (m *Model) TakeApproved() {
	if strings.Contains(m.Approved, "/") || strings.Contains(m.Approved, "=") {
		m.Pasted, m.IDProblem = m.Approved, ""
		m.Paste()
		return
	}
	m.takeID(m.Approved)
}

// TakeID takes a sender-id the organisation has from before.
func (m *Model) TakeID() { m.takeID(m.ID) }

func (m *Model) takeID(typed string) {
	id, problem := readID(typed)
	m.IDProblem = problem
	if problem != "" {
		m.changed()
		return
	}
	if m.ports.TypeSender == nil {
		do(m, busyID, func(ctx context.Context) (struct{}, error) { return struct{}{}, m.ports.SetSenderID(ctx, id) }, func(struct{}) {
			m.Sender.SenderID, m.Page = id, PageCertificate
		})
		return
	}
	organisation := ""
	if m.Page != PageOwnID {
		organisation = m.Attempt.OrganisationNumber
	}
	do(m, busyID, func(ctx context.Context) (post.Onboarding, error) { return m.ports.TypeSender(ctx, id, organisation) },
		func(attempt post.Onboarding) {
			m.waiting.Cancel()
			m.Attempt = attempt
			m.afterReturn()
		})
}

// readID reads a sender-id as people type it. It is often mixed up with the
// organisation number, which has nine digits that fit together.
func readID(typed string) (id int64, problem string) {
	id, err := strconv.ParseInt(strings.Join(strings.Fields(typed), ""), 10, 64)
	switch {
	case err != nil || id <= 0:
		return 0, idForm
	case number.OrganisationNumber(typed).Valid:
		return 0, idOrganisation
	}
	return id, ""
}

// Retype goes back to where the sender-id was typed.
func (m *Model) Retype() {
	switch {
	case m.Way == WayOwnID:
		m.ID = strconv.FormatInt(m.senderID(), 10)
		m.Show(PageOwnID)
	case !m.Attempt.Applied.IsZero():
		m.Approved = strconv.FormatInt(m.senderID(), 10)
		m.Show(PageApplied)
	default:
		m.Show(PageBrowser)
	}
}

// senderID is the id caught or typed.
func (m *Model) senderID() int64 {
	if m.Attempt.SenderID == 0 || m.Way == WayOwnID && m.ports.TypeSender == nil {
		return m.Sender.SenderID
	}
	return m.Attempt.SenderID
}
