package channel

import (
	"context"
	"errors"

	"brevdue/app/post"
	"brevdue/digipost/signup"
)

// NewNonce gives a fresh secret for a sign-up.
func (c *Channel) NewNonce() string { return signup.NewNonce() }

// RegistrationURL is the sign-up page to open in the browser.
func (c *Channel) RegistrationURL(ctx context.Context, returnURL, nonce, organisationNumber string) (string, error) {
	endpoints, err := c.locate(ctx)
	if err != nil {
		return "", err
	}
	if endpoints.PartnerID == "" {
		return "", post.NewFault(post.CodePartnerMissing, nil)
	}
	return signup.RegistrationURL(endpoints.Registration, signup.Registration{
		PartnerID: endpoints.PartnerID, RedirectURL: returnURL, Nonce: nonce, OrganisationNumber: organisationNumber})
}

// ReadReturn reads a return address as it was pasted.
func (c *Channel) ReadReturn(address string) (post.SignupAnswer, error) {
	answer, err := signup.ParseReturn(address)
	switch {
	case errors.Is(err, signup.ErrNoSender):
		return post.SignupAnswer{}, post.NewFault(post.CodeReturnNoSender, err)
	case err != nil:
		return post.SignupAnswer{}, post.NewFault(post.CodeReturnUnreadable, err)
	}
	return answerOf(answer), nil
}

func answerOf(answer signup.Answer) post.SignupAnswer {
	return post.SignupAnswer{SenderID: answer.SenderID, DigipostAddress: answer.DigipostAddress, Nonce: answer.Nonce}
}

// Listener is a return listener in the words of the job.
type Listener struct{ *signup.Listener }

// Wait gives the first answer with the right nonce.
func (l Listener) Wait(ctx context.Context) (post.SignupAnswer, error) {
	answer, err := l.Listener.Wait(ctx)
	if err != nil {
		return post.SignupAnswer{}, err
	}
	return answerOf(answer), nil
}

// Listen binds the return listener on loopback. pages are what the browser
// shows.
func (c *Channel) Listen(ctx context.Context, port int, path, nonce string, pages signup.Pages) (Listener, error) {
	listener, err := signup.Listen(ctx, signup.ListenConfig{Port: port, Path: path, Nonce: nonce, Pages: pages})
	if err != nil {
		return Listener{}, err
	}
	return Listener{listener}, nil
}
