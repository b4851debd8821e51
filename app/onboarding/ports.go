package onboarding

import (
	"context"

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

// Listener waits for one answer on a loopback address.
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
