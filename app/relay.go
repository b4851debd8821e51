package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"brevdue/app/command"
	"brevdue/app/post"
	"brevdue/digipost/relay"
	"brevdue/store"
)

// settingRelay is the address of the partner's relay that was chosen, or noRelay;
// empty is the build's own.
const (
	settingRelay = "onboarding.relay"
	noRelay      = "none"
)

// partnerRelay is the address of the relay of the vendor whose build this is, if
// it has one; set by the linker, as partnerID is.
var partnerRelay string

// relayOf is the relay that a profile with these settings asks, or empty. Practice
// talks to this machine only, unless a relay is chosen there.
func relayOf(settings map[string]string, environment post.Environment) string {
	switch chosen := settings[settingRelay]; {
	case chosen == noRelay:
		return ""
	case chosen != "":
		return chosen
	case environment == post.Practice:
		return ""
	}
	return partnerRelay
}

// Relay is the address of the partner's relay that is asked for an approved
// application, or empty.
func (a *App) Relay(ctx context.Context) (string, error) {
	settings, err := a.Store.Settings(ctx)
	return relayOf(settings, a.Environment), err
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
	chosen := address
	if address == "" && partnerRelay != "" {
		chosen = noRelay
	}
	if err := a.Store.SetSetting(ctx, settingRelay, chosen); err != nil {
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

// AskRelay asks the relay whether Digipost has approved an application, where one
// waits and there is a relay. came says that the sender-id came with this call.
func (a *App) AskRelay(ctx context.Context) (attempt post.Onboarding, came bool, err error) {
	relay, err := a.Relay(ctx)
	if err != nil || relay == "" {
		return attempt, false, err
	}
	before, err := a.Onboarding.Current(ctx)
	if err != nil || before.Applied.IsZero() || before.SenderID != 0 {
		return before, false, err
	}
	a.Onboarding.UseRelay(a.claim(relay)) // a command may have chosen it since
	attempt, err = a.Onboarding.Check(ctx)
	return attempt, err == nil && attempt.SenderID != 0, err
}

// relayHealth gives the host of the relay, where one is set, and what is wrong with
// it.
func (a *App) relayHealth(ctx context.Context) (host string, err error) {
	address, err := a.Relay(ctx)
	if err != nil || address == "" {
		return "", err
	}
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	health, err := relay.Client{URL: address}.Health(ctx)
	switch {
	case err != nil:
		return host, relayFault(address, err)
	case !health.OK:
		return host, relayFault(address, nil)
	}
	return host, nil
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

// relayFile is the relay's database in its folder.
const relayFile = "relay.db"

// runRelay runs the partner's relay until ctx ends.
func runRelay(ctx context.Context, options command.RelayOptions) (err error) {
	config, err := relayConfig(options)
	if err != nil {
		return err
	}
	folder := options.Dir
	if folder == "" {
		if folder, err = DefaultFolder(); err != nil {
			return err
		}
	}
	kept, err := store.OpenRelay(ctx, filepath.Join(folder, relayFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	config.Store = kept
	server, err := relay.Start(ctx, config)
	if err != nil {
		return relayStartFault(err)
	}
	scheme := "http://"
	if config.CertificateFile != "" {
		scheme = "https://"
	}
	callback := config.CallbackPath
	if callback == "" {
		callback = relay.DefaultCallbackPath
	}
	options.Ready(command.RelayReady{Relay: scheme + server.Addr().String(), Listen: server.Addr().String(), Callback: callback})
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	return errors.Join(server.Wait(), server.Close())
}

// relayConfig reads the flags. What is wrong with one is said before a file is
// made.
func relayConfig(options command.RelayOptions) (config relay.Config, err error) {
	config = relay.Config{Listen: options.Listen, CertificateFile: options.Certificate, KeyFile: options.Key, CallbackPath: options.Callback,
		Log: slog.New(slog.NewTextHandler(options.Log, nil))}
	if _, _, err := net.SplitHostPort(options.Listen); err != nil {
		return config, command.BadValue("listen", err)
	}
	if options.Callback != "" && !relay.IsCallbackPath(options.Callback) {
		return config, command.BadValue("callback", nil)
	}
	for _, text := range options.Behind {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, wrong := netip.ParseAddr(text)
			if wrong != nil {
				return config, command.BadValue("behind", err)
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		config.TrustedProxies = append(config.TrustedProxies, network)
	}
	if len(options.Notify) > 0 {
		if config.Notify, err = relay.Command(options.Notify...); err != nil {
			return config, command.BadValue("notify", err)
		}
	}
	if mail := options.Mail; mail.Server != "" {
		config.Notify, err = relay.Mail(relay.MailConfig{Server: mail.Server, User: mail.User, Password: mail.Password,
			From: mail.From, To: mail.To, Subject: mail.Subject, Text: mail.Text})
		if err != nil {
			return config, command.BadValue("mail-server", err)
		}
	}
	return config, nil
}

// relayStartFault says why a relay did not start.
func relayStartFault(err error) error {
	var listen *net.OpError
	var file *fs.PathError
	switch {
	case errors.Is(err, relay.ErrPlain):
		return command.RelayPlain(err)
	case errors.As(err, &listen):
		if listen.Addr != nil && !errors.Is(err, fs.ErrPermission) {
			return post.NewFault(post.CodeBusy, err, "what", listen.Addr.String())
		}
		return command.BadValue("listen", err)
	case errors.As(err, &file), errors.Is(err, relay.ErrCertificate):
		return command.RelayFiles(err)
	}
	return fmt.Errorf("start the relay: %w", err)
}

// checkRelay asks a relay how it is.
func checkRelay(ctx context.Context, address string) (command.RelayHealth, error) {
	h, err := relay.Client{URL: address}.Health(ctx)
	switch {
	case errors.Is(err, relay.ErrAddress):
		return command.RelayHealth{}, command.BadValue("check", err)
	case err != nil:
		return command.RelayHealth{}, relayFault(address, err)
	}
	return command.RelayHealth{OK: h.OK, Started: h.Started, Waiting: h.Waiting, Claimed: h.Claimed, Conflicts: h.Conflicts, Capacity: h.Capacity,
		Kept: h.Calls.Kept, Given: h.Calls.Given, Refused: h.Calls.Refused, Limited: h.Calls.Limited, Failed: h.Calls.Failed,
		Untold: h.Calls.Untold + h.Calls.TellFailed}, nil
}
