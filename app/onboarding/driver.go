package onboarding

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"brevdue/app/post"
)

// Driver walks an attempt: it binds, saves, opens and proves as the state
// machine wishes. It is safe for use by several goroutines: one may wait for the
// return while another pastes it.
type Driver struct {
	ports Ports

	// mu guards the listeners and makes each event one step: read, apply, save.
	mu       sync.Mutex
	listener Listener
	// leaving is one that has its answer and stops by itself.
	leaving Listener
}

// New makes a driver without a relay. verify makes a signed call with a caught
// sender-id and stores it as the sender when Digipost knows it. now nil is
// time.Now.
func New(store Store, signup Signup, browser Browser, verify func(ctx context.Context, answer Answer) error, now func() time.Time) *Driver {
	return NewWith(Ports{Store: store, Signup: signup, Browser: browser, Now: now,
		Prove: func(ctx context.Context, answer Answer) (Proof, error) { return Proof{}, verify(ctx, answer) }})
}

// NewWith makes a driver of all its ports.
func NewWith(ports Ports) *Driver {
	if ports.Now == nil {
		ports.Now = time.Now
	}
	return &Driver{ports: ports}
}

// Start begins an attempt, or goes on with the one under way: it listens, stores
// and then opens the browser. A browser that does not open is no error: Trouble
// says so, and RegistrationURL is there to be opened by hand. Where nothing can
// listen the attempt is stored all the same: Listening says so, and the address
// the browser ends at is pasted.
func (d *Driver) Start(ctx context.Context, organisationNumber string) (post.Onboarding, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.step(ctx, Pressed{ID: rand.Text(), Nonce: d.ports.Signup.NewNonce(), OrganisationNumber: organisationNumber, At: d.ports.Now()})
}

// Resume listens again on the stored port and path after a restart. Where they
// are taken nothing is bound: Listening says so, and the address is pasted.
func (d *Driver) Resume(ctx context.Context) (post.Onboarding, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener != nil {
		return d.current(ctx)
	}
	return d.step(ctx, Restarted{At: d.ports.Now()})
}

// Current gives the attempt as it is stored; its state is not_started when there
// is none.
func (d *Driver) Current(ctx context.Context) (post.Onboarding, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.current(ctx)
}

// Paste takes a return address as the person copied it from the browser.
func (d *Driver) Paste(ctx context.Context, address string) (post.Onboarding, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before, err := d.current(ctx)
	if err != nil {
		return before, err
	}
	if before.Nonce == "" {
		return before, post.NewFault(post.CodeNoSignup, nil)
	}
	answer, err := d.ports.Signup.ReadReturn(address)
	if err != nil {
		after, saveErr := d.step(ctx, Unreadable{Code: post.CodeOf(err)})
		return after, errors.Join(err, saveErr)
	}
	return d.answer(ctx, answer)
}

// TypeSender takes a sender-id from a person who has one already, or who heard
// of the approval in another way, and proves it. The organisation number may be
// empty.
func (d *Driver) TypeSender(ctx context.Context, senderID int64, organisationNumber string) (post.Onboarding, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if senderID <= 0 {
		attempt, err := d.current(ctx)
		return attempt, errors.Join(err, post.NewFault(post.CodeReturnNoSender, nil))
	}
	return d.step(ctx, Typed{ID: rand.Text(), SenderID: senderID, OrganisationNumber: organisationNumber, At: d.ports.Now()})
}

// Verify proves a caught sender-id once more, for example after the certificate
// came.
func (d *Driver) Verify(ctx context.Context) (post.Onboarding, error) {
	return d.event(ctx, Asked{})
}

// HandedIn notes that the person has handed in an application.
func (d *Driver) HandedIn(ctx context.Context) (post.Onboarding, error) {
	return d.event(ctx, HandedIn{At: d.ports.Now()})
}

// Denied notes that Digipost turned an application down.
func (d *Driver) Denied(ctx context.Context) (post.Onboarding, error) {
	return d.event(ctx, Denied{At: d.ports.Now()})
}

// PutOff notes that the person has seen the reminder of an application: the next
// comes three working days later.
func (d *Driver) PutOff(ctx context.Context) (post.Onboarding, error) {
	return d.event(ctx, PutOff{At: d.ports.Now()})
}

// Cancel forgets the attempt under way.
func (d *Driver) Cancel(ctx context.Context) (post.Onboarding, error) {
	return d.event(ctx, Cancelled{})
}

// Listening reports whether the return would be caught now; ReturnURL is the
// address listened on, or empty.
func (d *Driver) Listening() bool { return d.ReturnURL() != "" }

// ReturnURL is the address listened on, or empty.
func (d *Driver) ReturnURL() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener == nil {
		return ""
	}
	return d.listener.URL()
}

// UseRelay chooses what Ports.Claim was to be; nil is no relay. Who waits
// already goes on as before.
func (d *Driver) UseRelay(claim func(ctx context.Context, nonce, claimer string) (senderID int64, found bool, err error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ports.Claim = claim
}

// relay is how the relay is asked now, or nil.
func (d *Driver) relay() func(ctx context.Context, nonce, claimer string) (senderID int64, found bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ports.Claim
}

// Close stops listening. The attempt stays and can be resumed.
func (d *Driver) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.leaving != nil {
		_ = d.leaving.Close() // it has all it was there for
		d.leaving = nil
	}
	return d.unbind()
}

func (d *Driver) unbind() error {
	if d.listener == nil {
		return nil
	}
	listener := d.listener
	d.listener = nil
	return listener.Close()
}

func (d *Driver) event(ctx context.Context, event Event) (post.Onboarding, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.step(ctx, event)
}

func (d *Driver) current(ctx context.Context) (post.Onboarding, error) {
	attempt, found, err := d.ports.Store.Onboarding(ctx)
	if err != nil {
		return post.Onboarding{}, fmt.Errorf("read the sign-up: %w", err)
	}
	if !found || attempt.State == "" {
		attempt.State = string(NotStarted)
	}
	return attempt, nil
}

// answer takes a read answer; one that is refused is an error as well, so that
// whoever pasted it hears why.
func (d *Driver) answer(ctx context.Context, answer Answer) (post.Onboarding, error) {
	attempt, err := d.step(ctx, Answered{Answer: answer, At: d.ports.Now()})
	if err != nil {
		return attempt, err
	}
	switch attempt.Trouble {
	case post.CodeReturnNonce, post.CodeReturnExpired, post.CodeReturnNoSender:
		return attempt, post.NewFault(attempt.Trouble, nil)
	}
	return attempt, nil
}

// step reads the attempt, applies the event and fulfils the wishes.
func (d *Driver) step(ctx context.Context, event Event) (post.Onboarding, error) {
	stored, err := d.current(ctx)
	if err != nil {
		return stored, err
	}
	attempt, wishes := Attempt(stored).Apply(event)
	return d.fulfil(ctx, attempt, wishes)
}

// fulfil does what is wished: an old listener goes, the new one stands, the
// attempt is durable, and only then is the browser opened or the answer proved.
func (d *Driver) fulfil(ctx context.Context, attempt Attempt, wishes []Wish) (post.Onboarding, error) {
	if wants(wishes, WishClose) && wants(wishes, WishBind) {
		_ = d.unbind() // of an attempt that is replaced
	}
	if wants(wishes, WishBind) {
		next, err := d.bind(ctx, attempt, wants(wishes, WishOpen))
		if err != nil {
			return post.Onboarding(attempt), err
		}
		attempt, wishes = next, append(wishes, WishSave)
	}
	if wants(wishes, WishSave) {
		if err := d.ports.Store.SaveOnboarding(ctx, post.Onboarding(attempt)); err != nil {
			return post.Onboarding(attempt), fmt.Errorf("store the sign-up: %w", err)
		}
	}
	if wants(wishes, WishClose) && !wants(wishes, WishBind) {
		_ = d.unbind() // the answer is stored; a port that will not close costs nothing
	}
	if wants(wishes, WishOpen) && d.ports.Browser(ctx, attempt.RegistrationURL) != nil {
		return d.again(ctx, attempt, Unopened{})
	}
	if wants(wishes, WishVerify) {
		return d.prove(ctx, attempt)
	}
	return post.Onboarding(attempt), nil
}

func (d *Driver) again(ctx context.Context, attempt Attempt, event Event) (post.Onboarding, error) {
	next, wishes := attempt.Apply(event)
	return d.fulfil(ctx, next, wishes)
}

// bind makes the listener stand. A stored port that is taken is replaced by a
// free one when the browser is opened anew; else the page in the browser leads
// to the old one, and the address has to be pasted.
func (d *Driver) bind(ctx context.Context, attempt Attempt, anew bool) (Attempt, error) {
	if d.listener != nil {
		return attempt, nil
	}
	port, fixed := attempt.Port, false
	switch {
	case port == unheardPort && !anew:
		return attempt, nil // the page in the browser leads to where nobody listens
	case port == unheardPort:
		port = 0
	}
	if anew && d.ports.Port != nil {
		chosen, err := d.ports.Port(ctx)
		if err != nil {
			return attempt, fmt.Errorf("read the port to listen on: %w", err)
		}
		if fixed = chosen != 0; fixed {
			port = chosen
		}
	}
	listener, err := d.ports.Signup.Listen(ctx, port, attempt.Path, attempt.Nonce)
	if err != nil && port != 0 && !fixed { // who chose a port cannot use another
		if !anew {
			return attempt, nil
		}
		listener, err = d.ports.Signup.Listen(ctx, 0, attempt.Path, attempt.Nonce)
	}
	if err != nil {
		return d.unheard(ctx, attempt, err)
	}
	address, err := d.ports.Signup.RegistrationURL(ctx, listener.URL(), attempt.Nonce, attempt.OrganisationNumber)
	if err != nil {
		_ = listener.Close()
		return attempt, fmt.Errorf("make the registration address: %w", err)
	}
	if !anew && attempt.RegistrationURL != "" {
		address = attempt.RegistrationURL // the one the browser shows
	}
	d.listener = listener
	next, _ := attempt.Apply(Bound{Port: listener.Port(), Path: listener.Path(), RegistrationURL: address})
	return next, nil
}

// unheardPort is stored with an attempt whose return nobody listens for: it is
// never bound again by chance.
const unheardPort = -1

// unheard makes the registration address of an attempt whose return cannot be
// listened for, on an address that only shows in the browser.
func (d *Driver) unheard(ctx context.Context, attempt Attempt, cause error) (Attempt, error) {
	if d.ports.Unheard == nil || ctx.Err() != nil {
		return attempt, fmt.Errorf("listen for the return from Digipost: %w", cause)
	}
	path := attempt.Path
	if path == "" {
		path = "/" + rand.Text()
	}
	address, err := d.ports.Signup.RegistrationURL(ctx, d.ports.Unheard(path), attempt.Nonce, attempt.OrganisationNumber)
	if err != nil {
		return attempt, fmt.Errorf("make the registration address: %w", err)
	}
	next, _ := attempt.Apply(Bound{Port: unheardPort, Path: path, RegistrationURL: address})
	return next, nil
}

// prove makes the signed call and hands a sender that it shows to be the right
// one on, before the attempt says so. What speaks against the sender-id is kept
// as trouble; a wish to stop waiting is the caller's error.
func (d *Driver) prove(ctx context.Context, attempt Attempt) (post.Onboarding, error) {
	answer := Answer{SenderID: attempt.SenderID, DigipostAddress: attempt.DigipostAddress, Nonce: attempt.Nonce}
	proof, err := d.ports.Prove(ctx, answer)
	if err == nil {
		next, wishes := attempt.Apply(Proved{OrganisationNumber: proof.OrganisationNumber, At: d.ports.Now()})
		if next.Is(Verified) && d.ports.Adopt != nil {
			err = d.ports.Adopt(ctx, answer, proof)
		}
		if err == nil {
			return d.fulfil(ctx, next, wishes)
		}
	}
	if ctx.Err() != nil {
		return post.Onboarding(attempt), fmt.Errorf("prove the sender-id: %w", err)
	}
	fault := post.FaultOf(err)
	return d.again(ctx, attempt, Disproved{Code: fault.Code, Fields: fault.Fields})
}
