package app

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"brevdue/app/command"
	"brevdue/app/post"
	"brevdue/digipost/relay"
)

// settingRelay is the address of the partner's relay, empty where there is none.
const settingRelay = "onboarding.relay"

// Relay is the address of the partner's relay that is asked for an approved
// application, or empty.
func (a *App) Relay(ctx context.Context) (string, error) {
	settings, err := a.Store.Settings(ctx)
	return settings[settingRelay], err
}

// SetRelay keeps the address of the partner's relay and asks it from now on;
// empty is none. An address that no relay can have is wrong use. One that does
// not answer is kept all the same, and said by a fault relay_trouble.
func (a *App) SetRelay(ctx context.Context, address string) error {
	address = strings.TrimSpace(address)
	var unwell error
	if address != "" {
		_, err := relay.Client{URL: address}.Health(ctx)
		switch {
		case errors.Is(err, relay.ErrAddress):
			return command.BadValue("relay", err)
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			unwell = relayFault(address, err)
		}
	}
	if err := a.Store.SetSetting(ctx, settingRelay, address); err != nil {
		return err
	}
	a.Onboarding.UseRelay(a.claim(address))
	a.hub.notify(post.Notice{Topic: post.TopicSettings})
	return unwell
}

// claim is how the relay at an address is asked; nil where there is none.
func (a *App) claim(address string) func(ctx context.Context, nonce, claimer string) (int64, bool, error) {
	if address == "" {
		return nil
	}
	return func(ctx context.Context, nonce, claimer string) (int64, bool, error) {
		senderID, found, err := relay.Client{URL: address}.Claim(ctx, nonce, claimer)
		if err != nil {
			err = relayFault(address, err)
			a.Log.Warn("ask the relay", "code", string(post.CodeOf(err)))
		}
		return senderID, found, err
	}
}

// relayFault gives an error of the relay's client the words of the job. Only the
// host is named: the whole address may hold what nobody is to guess.
func relayFault(address string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	host := address
	if u, wrong := url.Parse(address); wrong == nil && u.Host != "" {
		host = u.Host
	}
	return post.NewFault(post.CodeRelay, err, "host", host)
}
