// Package onboarding signs an organisation up at Digipost: flow.go is a pure
// state machine of what can happen and what is to be done about it, driver.go
// does it. The attempt is stored after each step, so that a person can close
// browser and program and come back tomorrow.
package onboarding

import (
	"crypto/subtle"
	"maps"
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

// CodeWrongCompany is the trouble of a sender-id that is good, but belongs to
// another company than the one that was to be signed up.
const CodeWrongCompany = post.CodeWrongCompany

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

// Awaits reports whether an answer from Digipost would still be taken. An
// application that was turned down may be approved after all, and a sender-id
// that was typed uses no nonce up.
func (a Attempt) Awaits() bool {
	return a.Nonce != "" && (a.listens() || a.Is(Refused))
}

// listens reports whether a return listener belongs to the attempt as it is.
func (a Attempt) listens() bool {
	return a.state().Open() || (a.Is(Returned) && a.Typed && a.Nonce != "")
}

// Late reports whether the answer came more than a day after the start. An
// application takes its days, and what was typed did not come.
func Late(attempt post.Onboarding) bool {
	return !attempt.Returned.IsZero() && attempt.Applied.IsZero() && !attempt.Typed && attempt.Returned.Sub(attempt.Started) > lateAfter
}

// expired reports whether the nonce is over at that time. A clock that was put
// back does not end it.
func (a Attempt) expired(at time.Time) bool { return at.Sub(a.Started) > NonceLife }

// TroubleOf is why an attempt is not further, as a fault with all its fields; nil
// where nothing is wrong.
func TroubleOf(attempt post.Onboarding) *post.Fault {
	if attempt.Trouble == "" {
		return nil
	}
	return &post.Fault{Code: attempt.Trouble, Fields: attempt.TroubleFields}
}

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
	HandedIn struct{ At time.Time }
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
	// Typed: the person typed the sender-id, as one who is a sender already or who
	// heard of the approval by mail. ID is fresh and used when a new attempt
	// begins.
	Typed struct {
		ID                 string
		SenderID           int64
		OrganisationNumber string
		At                 time.Time
	}
	// Proved: the signed call went through, for that organisation; its number is
	// empty where the call did not tell.
	Proved struct {
		OrganisationNumber string
		At                 time.Time
	}
	// Disproved: the signed call did not, and Code says why; Fields fill the gaps of
	// its words.
	Disproved struct {
		Code   post.Code
		Fields map[string]string
	}
	// Denied: Digipost has turned the application down.
	Denied struct{ At time.Time }
	// PutOff: the person has seen the reminder of an application.
	PutOff struct{ At time.Time }
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
func (Typed) event()      {}
func (Asked) event()      {}
func (Proved) event()     {}
func (Disproved) event()  {}
func (Denied) event()     {}
func (PutOff) event()     {}
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
		return a.bound(e)
	case Answered:
		return a.answered(e)
	case Typed:
		return a.typed(e)
	case Unreadable:
		return a.trouble(e.Code)
	case Unopened:
		if a.state().Open() {
			return a.trouble(post.CodeNoBrowser)
		}
	case HandedIn:
		if a.Is(BrowserOpened) {
			a.Applied = e.At
			return a.move(Applied)
		}
	case PutOff:
		if a.Is(Applied) {
			a.Reminded = e.At
			return a, []Wish{WishSave}
		}
	case Denied:
		if a.state().Open() {
			// The listener goes, the nonce stays: Digipost may change its mind.
			a.Refused = e.At
			return a.move(Refused, WishClose)
		}
	case Asked:
		if a.Is(Returned) {
			return a, []Wish{WishVerify}
		}
	case Proved:
		return a.proved(e)
	case Disproved:
		if a.Is(Returned) {
			return a.troubleWith(e.Code, e.Fields)
		}
	case Restarted:
		return a.restarted(e)
	case Cancelled:
		if !a.Is(NotStarted) && !a.Is(Verified) {
			return Attempt{ID: a.ID, State: string(NotStarted)}, []Wish{WishSave, WishClose}
		}
	}
	return a, nil
}

func (a Attempt) move(to State, more ...Wish) (Attempt, []Wish) {
	a.State, a.Trouble, a.TroubleFields = string(to), "", nil
	return a, append([]Wish{WishSave}, more...)
}

func (a Attempt) trouble(code post.Code) (Attempt, []Wish) { return a.troubleWith(code, nil) }

func (a Attempt) troubleWith(code post.Code, fields map[string]string) (Attempt, []Wish) {
	if a.Trouble == code && maps.Equal(a.TroubleFields, fields) {
		return a, nil
	}
	a.Trouble, a.TroubleFields = code, fields
	return a, []Wish{WishSave}
}

// pressed begins an attempt, or goes on with one that waits for the same
// company, or for whichever when none is named: its page may be open in a
// browser, and its nonce must stay good.
func (a Attempt) pressed(e Pressed) (Attempt, []Wish) {
	if a.listens() && a.isFor(e.OrganisationNumber) && !a.expired(e.At) {
		if a.Typed { // which did not lead anywhere
			a.SenderID, a.Returned, a.Typed, a.State = 0, time.Time{}, false, string(BrowserOpened)
			if !a.Applied.IsZero() {
				a.State = string(Applied)
			}
		}
		a.Trouble, a.TroubleFields = "", nil
		return a, []Wish{WishBind, WishOpen}
	}
	return Attempt{ID: e.ID, State: string(NotStarted), Nonce: e.Nonce, OrganisationNumber: e.OrganisationNumber, Started: e.At},
		[]Wish{WishClose, WishBind, WishOpen}
}

// isFor reports whether the attempt is for a company; none named is whichever.
func (a Attempt) isFor(organisationNumber string) bool {
	return organisationNumber == "" || organisationNumber == a.OrganisationNumber
}

func (a Attempt) bound(e Bound) (Attempt, []Wish) {
	if a.Nonce == "" || !(a.Is(NotStarted) || a.listens()) {
		return a, []Wish{WishClose}
	}
	if a.Is(NotStarted) {
		a.State = string(BrowserOpened)
	}
	a.Port, a.Path, a.RegistrationURL = e.Port, e.Path, e.RegistrationURL
	return a, []Wish{WishSave}
}

func (a Attempt) restarted(e Restarted) (Attempt, []Wish) {
	switch {
	case !a.listens():
		return a, nil
	case !a.expired(e.At):
		return a, []Wish{WishBind}
	case a.state().Open():
		return a.trouble(post.CodeReturnExpired)
	}
	return a, nil
}

func (a Attempt) answered(e Answered) (Attempt, []Wish) {
	if a.Nonce == "" || subtle.ConstantTimeCompare([]byte(a.Nonce), []byte(e.Nonce)) != 1 {
		if a.Is(NotStarted) {
			return a, nil
		}
		return a.trouble(post.CodeReturnNonce)
	}
	switch {
	case a.SenderID != 0 && a.SenderID == e.SenderID && (!a.Typed || a.Is(Verified)):
		return a, nil // the same answer once more: a link clicked twice
	case !a.Awaits():
		return a.trouble(post.CodeReturnNonce) // the nonce has had its one answer
	case a.expired(e.At):
		return a.trouble(post.CodeReturnExpired)
	case e.SenderID <= 0:
		return a.trouble(post.CodeReturnNoSender)
	}
	a.SenderID, a.DigipostAddress, a.Returned, a.Typed = e.SenderID, e.DigipostAddress, e.At, false
	return a.move(Returned, WishClose, WishVerify)
}

// typed takes a sender-id from the person. It belongs to the attempt that waits,
// whose nonce and listener stay: a slip of the finger is mended by typing again
// or by the answer itself. An answer that was caught is never overwritten; who
// types another sender-id then begins anew.
func (a Attempt) typed(e Typed) (Attempt, []Wish) {
	caught := a.Is(Verified) || (a.Is(Returned) && !a.Typed)
	switch {
	case e.SenderID <= 0:
		return a, nil
	case caught && a.SenderID == e.SenderID && a.isFor(e.OrganisationNumber):
		if a.Is(Returned) {
			return a, []Wish{WishVerify}
		}
		return a, nil
	case caught || a.Is(NotStarted) || !a.isFor(e.OrganisationNumber):
		a = Attempt{ID: e.ID, OrganisationNumber: e.OrganisationNumber, Started: e.At, SenderID: e.SenderID, Returned: e.At, Typed: true}
		return a.move(Returned, WishClose, WishVerify)
	}
	a.SenderID, a.DigipostAddress, a.Returned, a.Typed = e.SenderID, "", e.At, true
	return a.move(Returned, WishVerify)
}

// proved takes the outcome of the signed call. A sender of another company is
// not the one that was asked for, whatever it may send.
func (a Attempt) proved(e Proved) (Attempt, []Wish) {
	switch {
	case !a.Is(Returned):
		return a, nil
	case a.OrganisationNumber != "" && e.OrganisationNumber != "" && a.OrganisationNumber != e.OrganisationNumber:
		return a.trouble(CodeWrongCompany)
	case a.OrganisationNumber == "":
		a.OrganisationNumber = e.OrganisationNumber
	}
	a.Verified = e.At
	if a.Typed {
		return a.move(Verified, WishClose)
	}
	return a.move(Verified)
}

// wants reports whether a wish is among them.
func wants(wishes []Wish, wish Wish) bool { return slices.Contains(wishes, wish) }
