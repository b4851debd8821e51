// Package app opens everything, plugs it together, runs it and closes it in
// reverse. It is the only place that knows all parts, and the only one that
// decides between practice and the real Digipost: the same parts run in both,
// only addresses, keys and the data folder differ.
package app

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"

	"brevdue/app/channel"
	"brevdue/app/doctor"
	"brevdue/app/flow"
	"brevdue/app/inbox"
	"brevdue/app/job"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/app/sender"
	"brevdue/store"
	"brevdue/store/outbox"
	"brevdue/store/secret"
)

// Options say what to open.
type Options struct {
	// Data is the folder all state lives below; "" is DefaultFolder.
	Data string
	// Profile names the sender; "" is the only one there is.
	Profile string
	// Environment is that of a new profile; "" is production.
	Environment post.Environment
	// Practice opens the practice profile. SandboxFile, with it, holds the ready
	// line of a stand-in that runs already.
	Practice    bool
	SandboxFile string
	// Secrets is "keyring" (or "") or "file:PATH"; Passphrase opens the file.
	Secrets, Passphrase string
	// Language is that of the pages the browser shows; see SetLanguage.
	Language string
	// Browser opens an address; nil is the system's own way.
	Browser onboarding.Browser
	// Log gets codes, ids of ours and counts; nil is silence.
	Log *slog.Logger
	// Clock is the time; nil is the machine's own.
	Clock job.Clock
}

// App is an open profile with everything plugged in.
type App struct {
	Options
	Folder string

	Store      *store.DB
	Register   *register.Register
	Sender     *sender.Service
	Onboarding *onboarding.Driver
	Jobs       *job.Engine
	Stories    *flow.Stories
	Doctor     *doctor.Doctor
	// EBox is the way to the Belgian e-Box, Inbox its messages.
	EBox  *onboarding.EBox
	Inbox *inbox.Service

	hub           hub
	languageMutex sync.Mutex
	runner        runner
	outbox        *outbox.Outbox
	seal          []byte
	secrets       *secretsPlace
	before        sender.Secrets // where the keys may have been before, or nil
	network       *network
	eboxKeys      eboxKeys
	channel       *channel.Channel
	closers       []func() error
}

// Open opens a profile. It makes no connection and acts on nothing: StartRunner
// does, and what needs Digipost connects when it is called.
func Open(ctx context.Context, options Options) (*App, error) {
	if options.Data == "" {
		folder, err := DefaultFolder()
		if err != nil {
			return nil, err
		}
		options.Data = folder
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Clock == nil {
		options.Clock = job.SystemClock{}
	}
	if options.Browser == nil {
		options.Browser = openBrowser
	}
	a := &App{Options: options}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	folder, isNew, err := profileFolder(a.Options)
	if err != nil {
		return err
	}
	a.Folder = folder
	if isNew && !a.Practice {
		if err := a.trySecrets(ctx); err != nil {
			return err
		}
	}
	if err := a.openStore(ctx); err != nil {
		return err
	}
	secrets, err := a.openSecrets(ctx)
	if err != nil {
		return err
	}
	a.secrets = &secretsPlace{now: secrets}
	if err := a.openOutbox(); err != nil {
		return err
	}
	relay, err := a.Relay(ctx)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	a.plug(a.secrets, relay)
	return nil
}

// openStore opens the database and writes the environment into a new one.
func (a *App) openStore(ctx context.Context) error {
	db, err := store.Open(ctx, filepath.Join(a.Folder, databaseFile), store.Options{Now: a.Clock.Now})
	if err != nil {
		return err
	}
	a.Store = db
	a.closeLater(db.Close)
	current, err := db.Sender(ctx)
	if err != nil {
		return fmt.Errorf("read the sender: %w", err)
	}
	if current.Environment != "" {
		a.Environment = current.Environment
		return nil
	}
	switch {
	case a.Practice:
		a.Environment = post.Practice
	case a.Environment == "":
		a.Environment = post.Production
	}
	current.Environment = a.Environment
	return db.SaveSender(ctx, current)
}

// openSecrets opens the keyring and gives the database its sealing key, which
// is made the first time.
func (a *App) openSecrets(ctx context.Context) (sender.Secrets, error) {
	id, err := a.Store.FolderID(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the folder's id: %w", err)
	}
	secrets, err := a.chooseSecrets(ctx, id)
	if err != nil {
		return nil, err
	}
	key, found, err := secrets.Get(ctx, sealingKeyName)
	if err != nil {
		return nil, err
	}
	if found {
		return secrets, a.useKey(ctx, key)
	}
	return secrets, a.alone(ctx, func() error { return a.makeKey(ctx, secrets) })
}

// makeKey makes the sealing key, unless another process just did. This process
// is alone: of two keys made at once one would be lost, and all that is sealed
// with it.
func (a *App) makeKey(ctx context.Context, secrets sender.Secrets) error {
	key, found, err := secrets.Get(ctx, sealingKeyName)
	if err != nil {
		return err
	}
	if found {
		return a.useKey(ctx, key)
	}
	key = secret.NewKey()
	if err := secrets.Set(ctx, sealingKeyName, key); err != nil {
		return err
	}
	if err := a.useKey(ctx, key); err != nil {
		// The key made just now is not the one of this database: leave the keyring
		// as it was.
		_ = secrets.Delete(context.WithoutCancel(ctx), sealingKeyName)
		return err
	}
	return nil
}

// useKey gives the database its sealing key.
func (a *App) useKey(ctx context.Context, key []byte) error {
	sealer, err := secret.NewSealer(key)
	if err != nil {
		return post.NewFault(post.CodeKeyringFailed, err)
	}
	if err := a.Store.UseSeal(ctx, sealer); err != nil {
		return err
	}
	a.seal = key
	return nil
}

// openOutbox opens the outbox under a key of its own.
func (a *App) openOutbox() error {
	key, err := hkdf.Key(sha256.New, a.seal, nil, "brevdue outbox", 32)
	if err != nil {
		return fmt.Errorf("derive the outbox key: %w", err)
	}
	a.outbox, err = outbox.Open(filepath.Join(a.Folder, "outbox"), key)
	return err
}

// plug puts the use cases together. relay is the address of the partner's, or
// empty.
func (a *App) plug(secrets sender.Secrets, relay string) {
	a.Register = register.New(a.Store, a.hub.notify)
	a.network = &network{app: a}
	a.closeLater(a.network.close)
	keys := &lateKeys{}
	a.channel = channel.New(a.network.endpoints, keys, a.Store, "Brevdue/"+Version())
	a.closeLater(func() error { a.channel.Close(); return nil })
	a.Sender = sender.New(a.Store, secrets, a.channel, a.channel, a.hub.notify)
	keys.Service = a.Sender
	if a.before != nil {
		a.Sender.ForgetAlso(a.before)
	}
	a.Jobs = job.New(a.engine())
	a.Doctor = a.examiner(secrets)
	a.Stories = flow.New(a.Register, a.Jobs)
	a.plugEBox(secrets)
	a.Onboarding = onboarding.NewWith(a.onboardingPorts(relay))
	a.closeLater(a.Onboarding.Close)
}

// engine is what the engine is made of.
func (a *App) engine() job.Config {
	return job.Config{
		Store: a.Store, Outbox: a.outbox, Letters: a.channel, Batch: a.channel, Findings: a.Register,
		Notify: a.hub.notify, Clock: a.Clock, NewUUID: uuid.NewString, Log: a.Log, Actor: actor(),
		RESTBatch: a.channel, HoldMailings: true, FirstPoll: a.firstPoll(), NewsEvery: a.newsEvery(),
	}
}

// lateKeys breaks the circle between sender and channel: the sender proves
// itself through the channel, which signs with the sender's keys.
type lateKeys struct{ *sender.Service }

// firstPoll is short in practice, where nobody wants to wait for the stand-in.
func (a *App) firstPoll() time.Duration {
	if a.Practice {
		return 500 * time.Millisecond
	}
	return 30 * time.Second
}

// newsEvery is how often Digipost is asked what has become of letters since.
func (a *App) newsEvery() time.Duration {
	if a.Practice {
		return 20 * time.Second
	}
	return 10 * time.Minute
}

// Watch calls f for each notice until stop is called. f must not block.
func (a *App) Watch(f func(post.Notice)) (stop func()) { return a.hub.watch(f) }

func (a *App) closeLater(close func() error) { a.closers = append(a.closers, close) }

// Close ends everything in reverse. Letters under way get a moment to finish.
func (a *App) Close() error {
	var errs []error
	errs = append(errs, a.StopRunner())
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	a.closers = nil
	return errors.Join(errs...)
}

var _ io.Closer = (*App)(nil)
