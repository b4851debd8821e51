package app

import (
	"context"
	"strconv"

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

// onboardingPorts are what the sign-up needs.
func (a *App) onboardingPorts(relay string) onboarding.Ports {
	return onboarding.Ports{Store: a.Store, Signup: signupPort{a.channel, a}, Browser: a.Browser,
		Prove: a.prove, Adopt: a.adopt, Claim: a.claim(relay), Now: a.Clock.Now,
		Port: a.ReturnPort, Unheard: func(path string) string { return unheardReturn + path }}
}

// settingReturnPort is the port of this machine that the return from Digipost is to
// come to, empty for any free one.
const settingReturnPort = "onboarding.port"

// ReturnPort is the port that was chosen for the return from Digipost, 0 for any.
func (a *App) ReturnPort(ctx context.Context) (int, error) {
	settings, err := a.Store.Settings(ctx)
	if err != nil {
		return 0, err
	}
	port, _ := strconv.Atoi(settings[settingReturnPort]) // only SetReturnPort writes it
	return port, nil
}

// SetReturnPort chooses the port for the return from Digipost, for a machine where
// only one is let through; 0 is any. It holds from the next time that Digipost's
// page is opened.
func (a *App) SetReturnPort(ctx context.Context, port int) error {
	text := ""
	if port != 0 {
		text = strconv.Itoa(port)
	}
	return a.Store.SetSetting(ctx, settingReturnPort, text)
}

// unheardReturn is what is registered where nothing can listen for the return. Port
// 9 is one that browsers do not connect to (the Fetch standard, "bad ports"), so
// that no other program of this machine hears what the address holds; the browser
// still shows it, to be copied.
const unheardReturn = "http://127.0.0.1:9"

// prove makes the signed call that a caught sender-id counts after, for the
// company that was to be signed up.
func (a *App) prove(ctx context.Context, answer onboarding.Answer) (onboarding.Proof, error) {
	attempt, _, err := a.Store.Onboarding(ctx)
	if err != nil {
		return onboarding.Proof{}, err
	}
	wanted := sender.Answer{SenderID: answer.SenderID, DigipostAddress: answer.DigipostAddress, OrganisationNumber: attempt.OrganisationNumber}
	company, err := a.Sender.Company(ctx, wanted)
	if err != nil {
		return onboarding.Proof{}, err
	}
	if a.isStandIn(ctx, company) {
		company, wanted.OrganisationNumber = "", ""
	}
	if _, err := a.Sender.ProveAnswer(ctx, wanted); err != nil {
		return onboarding.Proof{}, err
	}
	return onboarding.Proof{OrganisationNumber: company}, nil
}

// isStandIn reports whether a company is the stand-in's own, whose certificate
// is offered to everybody in practice, whatever company they sign up.
func (a *App) isStandIn(ctx context.Context, company string) bool {
	if a.Environment != post.Practice || company == "" {
		return false
	}
	ready, err := a.StandIn(ctx)
	return err == nil && ready.OrganisationNumber == company
}

// adopt takes a proved sender-id into the profile. In practice the key for lists
// comes with it.
func (a *App) adopt(ctx context.Context, answer onboarding.Answer, proof onboarding.Proof) error {
	attempt, _, err := a.Store.Onboarding(ctx)
	if err != nil {
		return err
	}
	company := attempt.OrganisationNumber
	if company == "" {
		company = proof.OrganisationNumber
	}
	err = a.Sender.Adopt(ctx, sender.Answer{SenderID: answer.SenderID, DigipostAddress: answer.DigipostAddress, OrganisationNumber: company})
	if err != nil || a.Environment != post.Practice {
		return err
	}
	return a.EquipSFTP(ctx)
}
