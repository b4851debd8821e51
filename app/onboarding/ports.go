package onboarding

import (
	"context"
	"time"

	"brevdue/app/post"
)

// Store remembers the attempt after each step.
type Store interface {
	// Onboarding gives the newest attempt; found is false when there is none.
	Onboarding(ctx context.Context) (attempt post.Onboarding, found bool, err error)
	SaveOnboarding(ctx context.Context, attempt post.Onboarding) error
}

// Signup makes the address to open, and listens for the return.
type Signup interface {
	// NewNonce gives a fresh secret of 128 random bits or more.
	NewNonce() string
	// RegistrationURL is the page to open in the browser.
	RegistrationURL(ctx context.Context, returnURL, nonce, organisationNumber string) (string, error)
	// Listen binds the return listener on loopback; port 0 takes a free one and
	// path "" makes an unguessable one.
	Listen(ctx context.Context, port int, path, nonce string) (Listener, error)
	// ReadReturn reads a return address as it was pasted.
	ReadReturn(address string) (Answer, error)
}

// Listener waits for one answer on a loopback address. When it has it, it stops
// by itself, and gives the browser that comes a second time its page first.
type Listener interface {
	URL() string
	Port() int
	Path() string
	// Wait gives the first answer with the right nonce.
	Wait(ctx context.Context) (Answer, error)
	Close() error
}

// Answer is what a return address holds.
type Answer = post.SignupAnswer

// Browser opens an address by the system's own means. A fault no_browser means
// the user must open it by hand.
type Browser func(ctx context.Context, address string) error

// Proof is what a signed call with a sender-id showed.
type Proof struct {
	// OrganisationNumber is whose sender it is, nine digits; empty where the call
	// and the certificate do not tell.
	OrganisationNumber string
}

// Ports are what a Driver needs.
type Ports struct {
	Store   Store
	Signup  Signup
	Browser Browser
	// Prove makes a signed call with a sender-id and stores nothing.
	Prove func(ctx context.Context, answer Answer) (Proof, error)
	// Adopt stores a proved sender as the profile's; nil where Prove does so. It
	// comes before the attempt is stored as verified, and may be called again for
	// the same one.
	Adopt func(ctx context.Context, answer Answer, proof Proof) error
	// Claim asks the partner's relay for the sender-id under a nonce; nil where the
	// installation knows no relay. claimer is a secret of the attempt, by which the
	// relay knows who may ask for the same answer again.
	Claim func(ctx context.Context, nonce, claimer string) (senderID int64, found bool, err error)
	// Unheard is the return address to register where nothing can listen for the
	// return: the browser ends there, and the person pastes what it shows. nil makes
	// that an error.
	Unheard func(path string) string
	// Port is the port to listen on for a return that is registered now; 0 is a free
	// one, and so is nil.
	Port func(ctx context.Context) (int, error)
	// Now is the clock, time.Now if nil.
	Now func() time.Time
}
