package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"brevdue/app/number"
	"brevdue/app/onboarding"
	"brevdue/app/post"
)

type onboardJSON struct {
	State           string `json:"state"`
	RegistrationURL string `json:"registration_url"`
	ReturnURL       string `json:"return_url"`
	SenderID        string `json:"sender_id"`
	DigipostAddress string `json:"digipost_address"`
	// Trouble is why the state is not further, a fault's code.
	Trouble string `json:"trouble"`
	// Applied is when an application was handed in; ReminderDue says that it has
	// lain for three working days.
	Applied     string `json:"applied"`
	ReminderDue bool   `json:"reminder_due"`
}

func onboard(ctx context.Context, s *session, _ []string) error {
	organisation := ""
	if s.flags.org != "" {
		checked := number.OrganisationNumber(s.flags.org)
		if !checked.Valid {
			return post.NewFault(post.CodeNumberInvalid, nil, "number_kind", "orgnr", "reason", checked.Reason)
		}
		organisation = checked.Number
	}
	if s.flags.half && s.has("paste") {
		return usage("not_together", "flag", "half", "other", "paste")
	}
	// The ports below belong to the system, and browsers refuse many of them.
	if s.flags.port != 0 && (s.flags.port < 1024 || s.flags.port > 65535) {
		return usage("bad_value", "flag", "port")
	}
	return s.with(ctx, func(p *Program) error {
		if s.has("relay") {
			if err := s.setRelay(ctx, p); err != nil {
				return err
			}
		}
		if s.has("port") {
			if err := p.SetReturnPort(ctx, s.flags.port); err != nil {
				return err
			}
		}
		if s.has("paste") {
			signup, err := p.Signup.Paste(ctx, s.flags.paste)
			if err != nil {
				return err
			}
			return s.printOnboard(signup, "")
		}
		signup, there, err := caught(ctx, p, organisation)
		switch state := onboarding.State(signup.State); {
		case err != nil:
			return err
		case there:
			return s.printOnboard(signup, "")
		case s.flags.half:
			return s.apply(ctx, p, organisation)
		case state == onboarding.Applied && (organisation == "" || organisation == signup.OrganisationNumber):
			return s.askAfter(ctx, p)
		case s.has("relay") && organisation == "" && !state.Open():
			return s.printOnboard(signup, "") // only the relay was to be chosen
		}
		return s.signUp(ctx, p, organisation)
	})
}

// setRelay chooses the partner's relay. That it does not answer just now is said
// by a note and the exit code, and no reason to forget it.
func (s *session) setRelay(ctx context.Context, p *Program) error {
	err := p.SetRelay(ctx, s.flags.relay)
	if post.CodeOf(err) != post.CodeRelay {
		return err
	}
	what, next := s.words(post.FaultOf(err))
	s.tell(what + "\n" + next)
	s.attention(exitUnreachable)
	return nil
}

// signUp opens Digipost's page and waits for the way back.
func (s *session) signUp(ctx context.Context, p *Program, organisation string) error {
	signup, err := p.Signup.Start(ctx, organisation)
	if err != nil {
		return err
	}
	returnURL := p.Signup.ReturnURL()
	s.note("onboard.open")
	s.tell(signup.RegistrationURL)
	if returnURL == "" { // nothing can listen here: the address is pasted
		s.note("onboard.unheard")
		return s.printOnboard(signup, "")
	}
	s.note("onboard.waiting")
	if signup, err = s.awaitReturn(ctx, p, signup); err != nil {
		return err
	}
	return s.printOnboard(signup, returnURL)
}

// apply opens Digipost's page for somebody without signing rights, who hands in
// an application there. Nobody waits: Digipost's people need days.
func (s *session) apply(ctx context.Context, p *Program, organisation string) error {
	signup, err := p.Signup.Start(ctx, organisation)
	if err != nil {
		return err
	}
	s.note("onboard.apply")
	s.tell(signup.RegistrationURL)
	if signup, err = p.Signup.HandedIn(ctx); err != nil {
		return err
	}
	return s.printOnboard(signup, p.Signup.ReturnURL())
}

// askAfter looks whether an application was approved: it asks the relay, and
// with -wait it goes on asking.
func (s *session) askAfter(ctx context.Context, p *Program) error {
	signup, err := p.Signup.Resume(ctx)
	if err != nil {
		return err
	}
	returnURL := p.Signup.ReturnURL()
	if s.has("wait") {
		signup, err = s.awaitReturn(ctx, p, signup)
	} else {
		signup, err = p.Signup.Check(ctx)
	}
	if err != nil {
		return err
	}
	return s.printOnboard(signup, returnURL)
}

// caught gives the attempt whose sender-id came back already, proved once more:
// whoever asks again must not lose it. It is not there for another company, and
// not when Digipost does not let the sender send: then a new attempt may help.
func caught(ctx context.Context, p *Program, organisation string) (signup post.Onboarding, there bool, err error) {
	signup, err = p.Signup.Current(ctx)
	state := onboarding.State(signup.State)
	if err != nil || (state != onboarding.Returned && state != onboarding.Verified) {
		return signup, false, err
	}
	if organisation != "" && organisation != signup.OrganisationNumber {
		return signup, false, nil
	}
	signup, err = p.Signup.Verify(ctx)
	return signup, signup.Trouble != post.CodeNotAuthorised && signup.Trouble != post.CodeAgreement, err
}

// awaitReturn waits as long as it is told to. When the time is over the attempt
// stays, and its answer can still be caught or pasted later.
func (s *session) awaitReturn(ctx context.Context, p *Program, started post.Onboarding) (post.Onboarding, error) {
	waiting, cancel := ctx, context.CancelFunc(func() {})
	if s.has("wait") {
		waiting, cancel = context.WithTimeout(ctx, s.flags.wait)
	}
	defer cancel()
	signup, err := p.Signup.Wait(waiting)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		if signup.State == "" {
			signup = started
		}
		return signup, nil
	}
	return signup, err
}

func (s *session) printOnboard(signup post.Onboarding, returnURL string) error {
	state := onboarding.State(signup.State)
	// Without a certificate the proof has to wait: that is the usual order.
	if state == onboarding.Returned && signup.Trouble != "" && signup.Trouble != post.CodeNoCertificate {
		s.attention(exitOfCode(signup.Trouble))
	}
	if signup.Trouble == post.CodeReturnExpired {
		s.attention(exitRefused)
	}
	result := onboardJSON{State: signup.State, RegistrationURL: signup.RegistrationURL, ReturnURL: returnURL, SenderID: id(signup.SenderID),
		DigipostAddress: signup.DigipostAddress, Trouble: string(signup.Trouble), Applied: moment(signup.Applied),
		ReminderDue: onboarding.ReminderDue(signup, s.now())}
	s.emit(result, func(w io.Writer) {
		fmt.Fprintln(w, s.get("onboard.state."+signup.State))
		s.line(w, "sender_id", result.SenderID)
		s.line(w, "digipost_address", result.DigipostAddress)
		if state == onboarding.Applied {
			fmt.Fprintln(w, s.get("onboard.applied", "date", s.texts.Date(signup.Applied)))
		}
		if result.ReminderDue {
			fmt.Fprintln(w, s.get("onboard.remind"))
		}
		if onboarding.Late(signup) {
			fmt.Fprintln(w, s.get("onboard.late"))
		}
		if signup.Trouble != "" {
			what, next := s.words(onboarding.TroubleOf(signup))
			fmt.Fprintln(w, what)
			fmt.Fprintln(w, next)
		}
	})
	return nil
}
