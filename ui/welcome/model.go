// Package welcome is the first run and the sign-up at Digipost: what the program
// does, the ways in, the wait for the browser, certificate and test.
package welcome

import (
	"context"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// Ports are what the screens need. Those that may be nil leave out what needs
// them.
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
	// Belgium says that there is a way to the Belgian e-Box, at parts.PlaceBelgium.
	Belgium bool
	// DataFolder is where everything is kept; shown to those who ask.
	DataFolder string
	// Closed says that the profile could not be opened: Name is what its sender is
	// called, or empty, and Sender gives the reason. Waits says that it is still
	// being opened. Reopen tries again, GiveUp stops waiting for the keyring; the
	// window fills them in, and either may be nil.
	Closed, Waits bool
	Name          string
	Reopen        func(ctx context.Context) error
	GiveUp        func()

	Sender func(ctx context.Context) (post.Sender, error)
	// The steps of a sign-up: those of onboarding.Driver.
	Current, Resume, Wait, Verify func(ctx context.Context) (post.Onboarding, error)
	Start                         func(ctx context.Context, organisationNumber string) (post.Onboarding, error)
	Paste                         func(ctx context.Context, address string) (post.Onboarding, error)
	// Listening reports whether the return would be caught now; nil is taken for
	// yes.
	Listening func() bool
	// The steps of an application without signing rights, of onboarding.Driver as
	// well. HandedIn nil leaves this way out; any of the others may be nil. Check
	// belongs to an installation with a relay.
	HandedIn, PutOff, Denied, Check func(ctx context.Context) (post.Onboarding, error)
	// Cancel forgets the attempt under way; it may be nil.
	Cancel func(ctx context.Context) (post.Onboarding, error)
	// TypeSender takes a sender-id from the person and proves it; the organisation
	// number may be empty. Where it is nil, SetSenderID and Prove do it.
	TypeSender func(ctx context.Context, id int64, organisationNumber string) (post.Onboarding, error)

	// ImportCertificate reads a file and puts key and password into the keyring.
	ImportCertificate func(ctx context.Context, path, password string) (post.CertificateFacts, error)
	CertificateFacts  func(ctx context.Context) (post.CertificateFacts, error)
	// DeleteFile deletes the file a certificate came in; it may be nil.
	DeleteFile func(ctx context.Context, path string) error
	// UseSecretsFile keeps keys in an encrypted file from now on, where the machine
	// has no keyring; it may be nil.
	UseSecretsFile func(ctx context.Context, passphrase string) error
	// SetSenderID stores a sender-id the organisation has already; Prove makes a
	// signed call with it.
	SetSenderID func(ctx context.Context, id int64) error
	Prove       func(ctx context.Context) error
}

// Page is one page of the way in.
type Page string

// The pages.
const (
	PageHello Page = "hello"
	// PageShut is all there is of a profile that could not be opened.
	PageShut         Page = "shut"
	PageStored       Page = "stored"
	PageChoose       Page = "choose"
	PagePractice     Page = "practice"
	PageOrganisation Page = "organisation"
	PageBrowser      Page = "browser"
	// PageApplied is the wait for Digipost's people, PageRefused their no.
	PageApplied     Page = "applied"
	PageRefused     Page = "refused"
	PageOwnID       Page = "own_id"
	PageCertificate Page = "certificate"
	PageTest        Page = "test"
	PageDone        Page = "done"
)

// Way is how the organisation gets in.
type Way string

// The ways in.
const (
	WayAutomatic Way = "automatic"
	// WayApplication is for one without signing rights: Digipost's people approve.
	WayApplication Way = "application"
	WayPractice    Way = "practice"
	WayOwnID       Way = "own_id"
	// WayBelgium has screens of its own.
	WayBelgium Way = "belgium"
)

// What is under way.
const (
	busyRead        = "read"
	busyOpen        = "open"
	busyPractice    = "practice"
	busyBrowser     = "browser"
	busyPaste       = "paste"
	busyID          = "id"
	busyCertificate = "certificate"
	busyTest        = "test"
	busyFile        = "file"
	busyCheck       = "check"
	busyNote        = "note" // a word of the person's about the sign-up
)

// Model is the state of the way in. Its commands run beside the window and call
// changed when there is something new to show.
type Model struct {
	Page Page
	Way  Way
	// Number and ID are what was typed; Path and Password the certificate's. Pasted
	// is an address, Approved a sender-id or an address.
	Number, ID, Path, Password, Pasted, Approved string
	// NumberProblem is why the number will not do: a reason of app/number, or "".
	// IDProblem is the same for the sender-id: form or organisation.
	NumberProblem, IDProblem string
	Attempt                  post.Onboarding
	Sender                   post.Sender
	Facts                    post.CertificateFacts
	// Blocked says that nothing listens for the return: the address has to be
	// pasted. Unanswered says that the relay was asked and had nothing yet.
	Blocked, Unanswered bool
	// Slow says that the keyring is waited for.
	Slow bool
	// Leftover is the file a certificate came in, or empty.
	Leftover string
	// Busy names what is under way, or "". Fault is what went wrong last.
	Busy  string
	Fault error

	ports   Ports
	run     *task.Runner
	changed func()
	work    task.Latest
	waiting task.Latest
	tidying task.Latest
	shown   bool
	imports int // counts, so that a late word of the keyring is known
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
		// An open browser is a step done; what is waited for is the return.
		if m.Way == WayApplication || m.Attempt.Trouble == post.CodeNoBrowser {
			return 1, true
		}
		return 2, true
	case PageApplied, PageRefused:
		return 2, true
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
	return 3
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
	if m.ports.Closed {
		m.openClosed()
		return
	}
	if choose && m.Page == PageHello {
		m.Page = PageChoose
	}
	do(m, busyRead, func(ctx context.Context) (stored, error) {
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
		case state.Open(), state == onboarding.Refused:
			m.resume()
		case state == onboarding.Returned:
			m.afterReturn()
		case s.sender.SenderID != 0:
			m.Way, m.Page = wayOf(m.Attempt), PageDone
		}
	})
}

// openClosed says why the profile is not open, or waits for it where that is not
// known yet.
func (m *Model) openClosed() {
	m.Page = PageShut
	if m.ports.Waits && m.ports.Reopen != nil {
		m.ports.Waits = false
		m.Reopen()
		m.Slow = m.Busy == busyOpen // the window has waited already
		return
	}
	do(m, busyRead, m.ports.Sender, func(post.Sender) {})
}

// wayOf tells from a stored attempt which way it went.
func wayOf(attempt post.Onboarding) Way {
	switch {
	case !attempt.Applied.IsZero():
		return WayApplication
	case attempt.Typed && attempt.Nonce == "":
		return WayOwnID
	}
	return WayAutomatic
}

// Leave stops waiting here; the attempt stays and is resumed by Open.
func (m *Model) Leave() {
	m.shown = false
	m.work.Cancel()
	m.waiting.Cancel()
	m.Busy, m.Slow, m.Unanswered = "", false, false
	m.Password, m.Leftover = "", ""
}

// GiveUp stops what is under way, for example waiting for the keyring.
func (m *Model) GiveUp() {
	opening := m.Busy == busyOpen
	m.work.Cancel()
	m.Busy, m.Slow = "", false
	if opening {
		m.Fault = post.NewFault(post.CodeKeyringLocked, nil)
		if m.ports.GiveUp != nil {
			m.ports.GiveUp()
		}
	}
	m.changed()
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
	m.Show(map[Way]Page{WayAutomatic: PageOrganisation, WayApplication: PageOrganisation, WayPractice: PagePractice, WayOwnID: PageOwnID}[m.Way])
}

// Back goes one page back; it reports whether there was one.
func (m *Model) Back() bool {
	before := map[Page]Page{PageStored: PageHello, PageChoose: PageHello, PagePractice: PageChoose,
		PageOrganisation: PageChoose, PageOwnID: PageChoose, PageBrowser: PageOrganisation, PageTest: PageCertificate}
	page, ok := before[m.Page]
	switch {
	case m.Page == PagePractice && m.ports.Closed:
		m.openClosed()
		return true
	case m.Page == PagePractice && m.ports.Practice:
		page = PageHello
	case m.Page == PageOwnID && m.awaits():
		page = m.waitPage()
	case m.Page == PageCertificate && m.Way == WayOwnID:
		page, ok = PageOwnID, true
	case m.Page == PageBrowser:
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
	do(m, busyPractice, func(ctx context.Context) (struct{}, error) { return struct{}{}, m.ports.StartPractice(ctx) }, func(struct{}) {})
}

// Reopen tries again to open the profile; a window that has it then shows
// another model.
func (m *Model) Reopen() {
	m.imports++
	number := m.imports
	m.run.After(parts.KeyringPatience, func() {
		if m.Busy == busyOpen && m.imports == number {
			m.Slow = true
			m.changed()
		}
	})
	do(m, busyOpen, func(ctx context.Context) (struct{}, error) { return struct{}{}, m.ports.Reopen(ctx) }, func(struct{}) { m.Open(false) })
}

// finish shows what was reached, with the sender as it is stored now.
func (m *Model) finish() {
	m.Page = PageDone
	do(m, busyRead, m.ports.Sender, func(sender post.Sender) { m.Sender = sender })
}

// do runs a command beside the window. A new one takes the place of the old.
func do[T any](m *Model, name string, work func(context.Context) (T, error), took func(T)) {
	m.Busy, m.Fault, m.Slow, m.Unanswered = name, nil, false, false
	m.changed()
	task.Replace(m.run, &m.work, work, func(result T, err error) {
		if m.Busy == name {
			m.Busy, m.Slow = "", false
		}
		if err != nil {
			m.Fault = err
		} else {
			took(result)
		}
		m.changed()
	})
}
