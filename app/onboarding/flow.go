// Package onboarding signs an organisation up at Digipost: flow.go is a pure
// state machine of what can happen and what is to be done about it, driver.go
// does it. The attempt is stored after each step, so that a person can close
// browser and program and come back tomorrow.
package onboarding

import (
	"crypto/subtle"
	"slices"
	"time"

	"brevdue/app/post"
)

// State is how far an attempt has come, as the command line names it.
type State string

// The states. Returned is a sender-id that was caught; it counts from Verified
// on, after a signed call with it (design rule 8).
const (
	NotStarted    State = "not_started"
	BrowserOpened State = "browser_opened"
	// Applied is waiting for Digipost's people: the person has handed in an
	// application for want of signing rights.
	Applied  State = "applied"
	Returned State = "returned"
	Verified State = "verified"
	Refused  State = "refused"
)

// Open reports whether an answer from Digipost is awaited.
func (s State) Open() bool { return s == BrowserOpened || s == Applied }

const (
	// NonceLife is how long after the start an answer is accepted.
	NonceLife = 30 * 24 * time.Hour
	// lateAfter is when an accepted answer is worth a word that it came late.
	lateAfter = 24 * time.Hour
)

// Attempt is a sign-up attempt as it is stored.
type Attempt post.Onboarding

// Is reports whether the attempt is in the state.
func (a Attempt) Is(s State) bool { return a.state() == s }

func (a Attempt) state() State {
	if a.State == "" {
		return NotStarted
	}
	return State(a.State)
}

// Late reports whether the answer came more than a day after the start.
func Late(attempt post.Onboarding) bool {
	return !attempt.Returned.IsZero() && attempt.Returned.Sub(attempt.Started) > lateAfter
}

// expired reports whether the nonce is over at that time. A clock that was put
// back does not end it.
func (a Attempt) expired(at time.Time) bool { return at.Sub(a.Started) > NonceLife }

// Event is something that happened: one of the types below.
type Event interface{ event() }

type (
	// Pressed: the person wants to sign up. ID and Nonce are fresh and used when a
	// new attempt begins.
	Pressed struct {
		ID, Nonce, OrganisationNumber string
		At                            time.Time
	}
	// Bound: the return listener stands and the address to open is made.
	Bound struct {
		Port                  int
		Path, RegistrationURL string
	}
	// Unopened: the system did not open a browser.
	Unopened struct{}
	// HandedIn: the person has no signing rights and handed in an application.
	HandedIn struct{}
	// Answered: a return address was caught or pasted.
	Answered struct {
		Answer
		At time.Time
	}
	// Unreadable: something that is no return address was pasted.
	Unreadable struct{ Code post.Code }
	// Asked: prove the caught sender-id now, for example after the certificate
	// came.
	Asked struct{}
	// Proved: the signed call went through.
	Proved struct{}
	// Disproved: the signed call did not, and Code says why.
	Disproved struct{ Code post.Code }
	// Denied: Digipost has turned the application down.
	Denied struct{}
	// Restarted: the program runs again.
	Restarted struct{ At time.Time }
	// Cancelled: the person gives up.
	Cancelled struct{}
)

func (Pressed) event()    {}
func (Bound) event()      {}
func (Unopened) event()   {}
func (HandedIn) event()   {}
func (Answered) event()   {}
func (Unreadable) event() {}
func (Asked) event()      {}
func (Proved) event()     {}
func (Disproved) event()  {}
func (Denied) event()     {}
func (Restarted) event()  {}
func (Cancelled) event()  {}

// Wish is something the driver is to do.
type Wish string

// The wishes, in the order in which they are given.
const (
	// WishBind: bind the return listener (Port and Path of the attempt, free ones
	// where they are empty) and come back with Bound.
	WishBind Wish = "bind"
	// WishSave: store the attempt.
	WishSave Wish = "save"
	// WishClose: stop listening.
	WishClose Wish = "close"
	// WishOpen: open RegistrationURL in the browser.
	WishOpen Wish = "open"
	// WishVerify: make a signed call and come back with Proved or Disproved.
	WishVerify Wish = "verify"
)

// Apply gives the attempt after the event and what is to be done. An event that
// makes no sense in a state changes nothing.
func (a Attempt) Apply(event Event) (Attempt, []Wish) {
	a.State = string(a.state())
	switch e := event.(type) {
	case Pressed:
		return a.pressed(e)
	case Bound:
		if a.Nonce == "" || !(a.Is(NotStarted) || a.state().Open()) {
			return a, []Wish{WishClose}
		}
		if a.Is(NotStarted) {
			a.State = string(BrowserOpened)
		}
		a.Port, a.Path, a.RegistrationURL = e.Port, e.Path, e.RegistrationURL
		return a, []Wish{WishSave}
	case Answered:
		return a.answered(e)
	case Unreadable:
		return a.trouble(e.Code)
	case Unopened:
		if a.state().Open() {
			return a.trouble(post.CodeNoBrowser)
		}
	case HandedIn:
		if a.Is(BrowserOpened) {
			return a.move(Applied)
		}
	case Denied:
		if a.state().Open() {
			// The listener goes, the nonce stays: Digipost may change its mind.
			return a.move(Refused, WishClose)
		}
	case Asked:
		if a.Is(Returned) {
			return a, []Wish{WishVerify}
		}
	case Proved:
		if a.Is(Returned) {
			return a.move(Verified)
		}
	case Disproved:
		if a.Is(Returned) {
			return a.trouble(e.Code)
		}
	case Restarted:
		switch {
		case a.state().Open() && !a.expired(e.At):
			return a, []Wish{WishBind}
		case a.state().Open():
			return a.trouble(post.CodeReturnExpired)
		}
	case Cancelled:
		if !a.Is(NotStarted) && !a.Is(Verified) {
			return Attempt{ID: a.ID, State: string(NotStarted)}, []Wish{WishSave, WishClose}
		}
	}
	return a, nil
}

func (a Attempt) move(to State, more ...Wish) (Attempt, []Wish) {
	a.State, a.Trouble = string(to), ""
	return a, append([]Wish{WishSave}, more...)
}

func (a Attempt) trouble(code post.Code) (Attempt, []Wish) {
	if a.Trouble == code {
		return a, nil
	}
	a.Trouble = code
	return a, []Wish{WishSave}
}

// pressed begins an attempt, or goes on with one that waits for the same
// company, or for whichever when none is named: its page may be open in a
// browser, and its nonce must stay good.
func (a Attempt) pressed(e Pressed) (Attempt, []Wish) {
	same := e.OrganisationNumber == "" || e.OrganisationNumber == a.OrganisationNumber
	if a.state().Open() && same && !a.expired(e.At) {
		a.Trouble = ""
		return a, []Wish{WishBind, WishOpen}
	}
	return Attempt{ID: e.ID, State: string(NotStarted), Nonce: e.Nonce, OrganisationNumber: e.OrganisationNumber, Started: e.At},
		[]Wish{WishClose, WishBind, WishOpen}
}

func (a Attempt) answered(e Answered) (Attempt, []Wish) {
	awaited := a.state().Open() || a.Is(Refused)
	if a.Nonce == "" || subtle.ConstantTimeCompare([]byte(a.Nonce), []byte(e.Nonce)) != 1 {
		if a.Is(NotStarted) {
			return a, nil
		}
		return a.trouble(post.CodeReturnNonce)
	}
	switch {
	case a.SenderID != 0 && a.SenderID == e.SenderID:
		return a, nil // the same answer once more: a link clicked twice
	case !awaited:
		return a.trouble(post.CodeReturnNonce) // the nonce has had its one answer
	case a.expired(e.At):
		return a.trouble(post.CodeReturnExpired)
	case e.SenderID <= 0:
		return a.trouble(post.CodeReturnNoSender)
	}
	a.SenderID, a.DigipostAddress, a.Returned = e.SenderID, e.DigipostAddress, e.At
	return a.move(Returned, WishClose, WishVerify)
}

// wants reports whether a wish is among them.
func wants(wishes []Wish, wish Wish) bool { return slices.Contains(wishes, wish) }
