package app

import (
	"context"

	"brevdue/app/channel"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/app/sender"
	"brevdue/assets/lang"
	"brevdue/assets/pages"
	"brevdue/digipost/signup"
)

// signupPort is what the onboarding needs: Digipost's sign-up through the
// channel, with pages in the person's language.
type signupPort struct {
	*channel.Channel
	app *App
}

var _ onboarding.Signup = signupPort{}

// Listen binds the return listener with pages in the language chosen now.
func (s signupPort) Listen(ctx context.Context, port int, path, nonce string) (onboarding.Listener, error) {
	listener, err := s.Channel.Listen(ctx, port, path, nonce, s.app.pages())
	if err != nil {
		return nil, err
	}
	return listener, nil
}

// pages are what the browser shows when it comes back.
func (a *App) pages() signup.Pages {
	words := lang.New(a.language())
	return signup.Pages(pages.Return(func(key string) string { return words.Get(key) }, words.Code()))
}

func (a *App) language() string {
	a.languageMutex.Lock()
	defer a.languageMutex.Unlock()
	return a.Language
}

// SetLanguage changes the language of what the browser shows.
func (a *App) SetLanguage(code string) {
	a.languageMutex.Lock()
	defer a.languageMutex.Unlock()
	a.Language = code
}

// readReturn reads a return address for the command line.
func readReturn(address string) (onboarding.Answer, error) {
	return channel.New(nil, nil, nil, "").ReadReturn(address)
}

// verify makes the signed call that a caught sender-id counts after, and takes
// the sender-id into the profile. In practice the key for lists comes with it.
func (a *App) verify(ctx context.Context, answer onboarding.Answer) error {
	attempt, _, err := a.Store.Onboarding(ctx)
	if err != nil {
		return err
	}
	err = a.Sender.Adopt(ctx, sender.Answer{
		SenderID: answer.SenderID, DigipostAddress: answer.DigipostAddress, OrganisationNumber: attempt.OrganisationNumber})
	if err != nil || a.Environment != post.Practice {
		return err
	}
	return a.EquipSFTP(ctx)
}
