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
	return s.with(ctx, func(p *Program) error {
		if s.has("paste") {
			signup, err := p.Signup.Paste(ctx, s.flags.paste)
			if err != nil {
				return err
			}
			return s.printOnboard(signup, "")
		}
		signup, there, err := caught(ctx, p, organisation)
		if err != nil {
			return err
		}
		if there {
			return s.printOnboard(signup, "")
		}
		if signup, err = p.Signup.Start(ctx, organisation); err != nil {
			return err
		}
		returnURL := p.Signup.ReturnURL()
		s.note("onboard.open")
		s.tell(signup.RegistrationURL)
		s.note("onboard.waiting")
		if signup, err = s.awaitReturn(ctx, p, signup); err != nil {
			return err
		}
		return s.printOnboard(signup, returnURL)
	})
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
	result := onboardJSON{signup.State, signup.RegistrationURL, returnURL, id(signup.SenderID), signup.DigipostAddress, string(signup.Trouble)}
	s.emit(result, func(w io.Writer) {
		fmt.Fprintln(w, s.get("onboard.state."+signup.State))
		s.line(w, "sender_id", result.SenderID)
		s.line(w, "digipost_address", result.DigipostAddress)
		if onboarding.Late(signup) {
			fmt.Fprintln(w, s.get("onboard.late"))
		}
		if signup.Trouble != "" {
			what, next := s.words(post.NewFault(signup.Trouble, nil))
			fmt.Fprintln(w, what)
			fmt.Fprintln(w, next)
		}
	})
	return nil
}
