// Package welcome is the first run and the sign-up at Digipost: what the program
// does, the ways in, the wait for the browser, certificate and test.
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

// Ports are what the screens need.
type Ports struct {
	// Practice says that this is the practice profile: the pages in the browser
	// are the stand-in's.
	Practice bool
	// Greet says that nobody has been greeted yet: the program was started right
	// into practice.
	Greet bool
	// StartPractice opens the practice profile; the window fills it in where its
	// own ports have one.
	StartPractice func(ctx context.Context) error
	// Organisation and Certificate are what practice fills in: a made-up
	// organisation's number and the path of its certificate file.
	Organisation, Certificate string
	// DataFolder is where everything is kept; shown to those who ask.
	DataFolder string

	Sender func(ctx context.Context) (post.Sender, error)
	// The steps of a sign-up: those of onboarding.Driver.
	Current, Resume, Wait, Verify func(ctx context.Context) (post.Onboarding, error)
	Start                         func(ctx context.Context, organisationNumber string) (post.Onboarding, error)
	Paste                         func(ctx context.Context, address string) (post.Onboarding, error)
	// ImportCertificate reads a file and puts key and password into the keyring.
	ImportCertificate func(ctx context.Context, path, password string) (post.CertificateFacts, error)
	CertificateFacts  func(ctx context.Context) (post.CertificateFacts, error)
	// SetSenderID stores a sender-id the organisation has already; Prove makes a
	// signed call with it.
	SetSenderID func(ctx context.Context, id int64) error
	Prove       func(ctx context.Context) error
}

// Page is one page of the way in.
type Page string

// The pages.
const (
	PageHello        Page = "hello"
	PageStored       Page = "stored"
	PageChoose       Page = "choose"
	PagePractice     Page = "practice"
	PageOrganisation Page = "organisation"
	PageBrowser      Page = "browser"
	PageOwnID        Page = "own_id"
	PageCertificate  Page = "certificate"
	PageTest         Page = "test"
	PageDone         Page = "done"
)

// Way is how the organisation gets in.
type Way string

// The ways in.
const (
	WayAutomatic Way = "automatic"
	WayPractice  Way = "practice"
	WayOwnID     Way = "own_id"
)

// Model is the state of the way in. Its commands run beside the window and call
// changed when there is something new to show.
type Model struct {
	Page Page
	Way  Way
	// Number and ID are what was typed; Path and Password the certificate's.
	Number, ID, Path, Password, Pasted string
	// NumberProblem is why the number will not do: a reason of app/number, or "".
	NumberProblem string
	IDProblem     bool
	Attempt       post.Onboarding
	Sender        post.Sender
	Facts         post.CertificateFacts
	// Busy names what is under way, or "". Fault is what went wrong last.
	Busy  string
	Fault error

	ports   Ports
	run     *task.Runner
	changed func()
	work    task.Latest
	waiting task.Latest
	shown   bool
}

// NewModel makes the state of a first run.
func NewModel(ports Ports, run *task.Runner, changed func()) *Model {
	m := &Model{Page: PageHello, Way: WayAutomatic, ports: ports, run: run, changed: changed}
	if ports.Practice {
		m.Page = PageOrganisation
		if ports.Greet {
			m.Page = PageHello
		}
		m.Number, m.Path = ports.Organisation, ports.Certificate
	}
	return m
}

// Steps is how far it is on the way: the index of the step now. ok is false on
// pages before it.
func (m *Model) Steps() (now int, ok bool) {
	switch m.Page {
	case PageOrganisation, PageOwnID:
		return 0, true
	case PageBrowser:
		return 1, true
	case PageCertificate:
		return m.certificateStep(), true
	case PageTest:
		return m.certificateStep() + 1, true
	case PageDone:
		return m.certificateStep() + 2, true
	}
	return 0, false
}

func (m *Model) certificateStep() int {
	if m.Way == WayOwnID {
		return 1
	}
	return 2
}

// stored is what is known from before.
type stored struct {
	attempt post.Onboarding
	sender  post.Sender
	facts   post.CertificateFacts
}

// Open reads how far a sign-up had come and goes on there: leaving keeps the
// place.
func (m *Model) Open(choose bool) {
	m.shown = true
	m.Fault = nil
	if choose && m.Page == PageHello {
		m.Page = PageChoose
	}
	do(m, "read", func(ctx context.Context) (stored, error) {
		var s stored
		var err error
		if s.attempt, err = m.ports.Current(ctx); err != nil {
			return s, err
		}
		if s.sender, err = m.ports.Sender(ctx); err != nil {
			return s, err
		}
		s.facts, err = m.ports.CertificateFacts(ctx)
		return s, err
	}, func(s stored) {
		m.Attempt, m.Sender, m.Facts = s.attempt, s.sender, s.facts
		if s.attempt.OrganisationNumber != "" {
			m.Number = s.attempt.OrganisationNumber
		}
		switch state := onboarding.State(s.attempt.State); {
		case state.Open():
			m.resume()
		case state == onboarding.Returned:
			m.afterReturn()
		case s.sender.SenderID != 0:
			m.Page = PageDone
		}
	})
}

// Leave stops waiting here; the attempt stays and is resumed by Open.
func (m *Model) Leave() {
	m.shown = false
	m.work.Cancel()
	m.waiting.Cancel()
	m.Busy = ""
}

// Choose picks a way in; Next goes on with it.
func (m *Model) Choose(way Way) {
	m.Way = way
	m.changed()
}

// Show opens a page that needs nothing done.
func (m *Model) Show(page Page) {
	m.Page, m.Fault = page, nil
	m.changed()
}

// Continue goes on from the choice.
func (m *Model) Continue() {
	m.Show(map[Way]Page{WayAutomatic: PageOrganisation, WayPractice: PagePractice, WayOwnID: PageOwnID}[m.Way])
}

// Back goes one page back; it reports whether there was one.
func (m *Model) Back() bool {
	before := map[Page]Page{PageStored: PageHello, PageChoose: PageHello, PagePractice: PageChoose,
		PageOrganisation: PageChoose, PageOwnID: PageChoose, PageBrowser: PageOrganisation}
	page, ok := before[m.Page]
	if m.Page == PagePractice && m.ports.Practice {
		page = PageHello
	}
	if m.Page == PageOrganisation && m.ports.Practice {
		return false
	}
	switch m.Page {
	case PageTest:
		page, ok = PageCertificate, true
	case PageCertificate:
		if m.Way == WayOwnID {
			page, ok = PageOwnID, true
		}
	case PageBrowser:
		m.waiting.Cancel()
	}
	if ok {
		m.Show(page)
	}
	return ok
}

// StartPractice opens the practice profile.
func (m *Model) StartPractice() {
	if m.ports.Practice {
		m.Show(PageOrganisation)
		return
	}
	do(m, "practice", func(ctx context.Context) (struct{}, error) { return struct{}{}, m.ports.StartPractice(ctx) }, func(struct{}) {})
}

// OpenBrowser checks the number, and opens Digipost in the browser.
func (m *Model) OpenBrowser() {
	result := number.OrganisationNumber(m.Number)
	m.NumberProblem = result.Reason
	if !result.Valid {
		m.changed()
		return
	}
	m.Number = result.Number
	do(m, "browser", func(ctx context.Context) (post.Onboarding, error) { return m.ports.Start(ctx, result.Number) }, m.await)
}

// resume listens again after a restart.
func (m *Model) resume() {
	do(m, "browser", m.ports.Resume, m.await)
}

// await shows the page of the wait and waits for the return.
func (m *Model) await(attempt post.Onboarding) {
	m.Attempt, m.Page, m.Way = attempt, PageBrowser, WayAutomatic
	if !m.shown {
		return
	}
	m.changed()
	task.Replace(m.run, &m.waiting, m.ports.Wait, func(attempt post.Onboarding, err error) {
		// Without a listener (its port is taken) only the pasted address is left.
		if err == nil {
			m.returned(attempt)
		} else if post.CodeOf(err) != post.CodeNoSignup {
			m.Fault = err
			m.changed()
		}
	})
}

// Paste takes the address from the browser.
func (m *Model) Paste() {
	address := strings.TrimSpace(m.Pasted)
	if address == "" {
		return
	}
	do(m, "paste", func(ctx context.Context) (post.Onboarding, error) { return m.ports.Paste(ctx, address) }, m.returned)
}

// returned goes on when the sender-id came.
func (m *Model) returned(attempt post.Onboarding) {
	if m.Page != PageBrowser {
		return // the other way was quicker
	}
	m.waiting.Cancel()
	m.Attempt, m.Fault = attempt, nil
	m.afterReturn()
}

func (m *Model) afterReturn() {
	m.Way = WayAutomatic
	switch {
	case onboarding.State(m.Attempt.State) == onboarding.Verified:
		m.finish()
	case m.Facts.Fingerprint == "":
		m.Page = PageCertificate
	default:
		m.Page = PageTest
		if m.Attempt.Trouble != "" && m.Attempt.Trouble != post.CodeNoCertificate {
			m.Fault = post.NewFault(m.Attempt.Trouble, nil)
		}
	}
	m.changed()
}

// TakeID takes a sender-id the organisation has from before.
func (m *Model) TakeID() {
	id, err := strconv.ParseInt(strings.Join(strings.Fields(m.ID), ""), 10, 64)
	m.IDProblem = err != nil || id <= 0 || number.OrganisationNumber(m.ID).Valid
	if m.IDProblem {
		m.changed()
		return
	}
	do(m, "id", func(ctx context.Context) (struct{}, error) { return struct{}{}, m.ports.SetSenderID(ctx, id) }, func(struct{}) {
		m.Sender.SenderID = id
		m.Page = PageCertificate
	})
}

// TakeCertificate puts certificate and password into the keyring and tests.
func (m *Model) TakeCertificate() {
	path, password := m.Path, m.Password
	do(m, "certificate", func(ctx context.Context) (post.CertificateFacts, error) {
		return m.ports.ImportCertificate(ctx, path, password)
	}, func(facts post.CertificateFacts) {
		m.Facts, m.Password, m.Page = facts, "", PageTest
		m.Test()
	})
}

// Test makes a signed call: only that proves the sender-id.
func (m *Model) Test() {
	if m.Way == WayOwnID {
		do(m, "test", func(ctx context.Context) (struct{}, error) { return struct{}{}, m.ports.Prove(ctx) }, func(struct{}) { m.finish() })
		return
	}
	do(m, "test", m.ports.Verify, func(attempt post.Onboarding) {
		m.Attempt = attempt
		if onboarding.State(attempt.State) == onboarding.Verified {
			m.finish()
			return
		}
		m.Fault = post.NewFault(attempt.Trouble, nil)
	})
}

// finish shows what was reached, with the sender as it is stored now.
func (m *Model) finish() {
	m.Page = PageDone
	do(m, "read", m.ports.Sender, func(sender post.Sender) { m.Sender = sender })
}

// do runs a command beside the window. A new one takes the place of the old.
func do[T any](m *Model, name string, work func(context.Context) (T, error), took func(T)) {
	m.Busy, m.Fault = name, nil
	m.changed()
	task.Replace(m.run, &m.work, work, func(result T, err error) {
		if m.Busy == name {
			m.Busy = ""
		}
		if err != nil {
			m.Fault = err
		} else {
			took(result)
		}
		m.changed()
	})
}
