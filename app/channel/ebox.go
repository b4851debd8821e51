package channel

import (
	"context"
	"crypto"
	"errors"
	"slices"
	"sync"
	"time"

	"brevdue/app/post"
	"brevdue/digipost/ebox"
)

// EBox reads the e-Box of an enterprise (it is inbox.Box). It is safe for use by
// several goroutines.
type EBox struct {
	access    func(ctx context.Context) (post.EBoxAccess, error)
	key       func(ctx context.Context) (crypto.Signer, error)
	userAgent string
	// now is the machine's clock; a test has its own.
	now func() time.Time

	mutex  sync.Mutex
	client *ebox.Client
	// cut is what the client was made from, so that a change makes a new one.
	cut  post.EBoxAccess
	with crypto.PublicKey
	// ends are the ends of messages that were seen, so that one that is not there
	// any more can be told from one that never was.
	ends map[messageKey]time.Time
}

type messageKey struct{ provider, message string }

// NewEBox makes a reader. access gives how the e-Box is reached and key the
// private key of the certificate in ChaMan, nil where this enterprise has none;
// both are asked often and should remember. The key need not be in memory.
func NewEBox(access func(ctx context.Context) (post.EBoxAccess, error), key func(ctx context.Context) (crypto.Signer, error),
	userAgent string) *EBox {
	return &EBox{access: access, key: key, userAgent: userAgent, now: time.Now, ends: map[messageKey]time.Time{}}
}

// Close ends the connections that are kept open, and forgets the token.
func (b *EBox) Close() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.client != nil {
		b.client.Close()
		b.client = nil
	}
}

// reader gives the client, made anew when access or key changed.
func (b *EBox) reader(ctx context.Context) (*ebox.Client, error) {
	access, err := b.access(ctx)
	if err != nil {
		return nil, err
	}
	key, err := b.key(ctx)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, post.NewFault(post.CodeEBoxKey, nil)
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.client != nil && sameAccess(b.cut, access) && sameKey(b.with, key.Public()) {
		return b.client, nil
	}
	config := configOf(access)
	config.Key, config.UserAgent, config.Now, config.MaxContent = key, b.userAgent, b.now, mostContent
	client, err := ebox.New(config)
	switch {
	case errors.Is(err, ebox.ErrNoClientID):
		return nil, post.NewFault(post.CodeClientRefused, err, "detail", "client_id")
	case errors.Is(err, ebox.ErrKeyNotRSA):
		return nil, post.NewFault(post.CodeCertificateKey, err)
	case err != nil:
		return nil, post.NewFault(post.CodeUsage, err, "detail", "e-Box: "+err.Error())
	}
	if b.client != nil {
		b.client.Close()
	}
	b.client, b.cut, b.with = client, access, key.Public()
	return client, nil
}

func sameAccess(a, b post.EBoxAccess) bool {
	return a.Environment == b.Environment && a.ClientID == b.ClientID && a.TokenURL == b.TokenURL &&
		a.Audience == b.Audience && a.RegistryURL == b.RegistryURL && slices.Equal(a.Providers, b.Providers)
}

func sameKey(a, b crypto.PublicKey) bool {
	public, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(b)
}

// configOf gives the addresses of an environment, each overridden by what the
// access names.
func configOf(access post.EBoxAccess) ebox.Config {
	config := ebox.Config{ClientID: access.ClientID}
	switch access.Environment {
	case post.EBoxProduction:
		config.TokenURL = ebox.TokenURLProduction
		config.Registries = []string{ebox.RegistryProduction, ebox.RegistryProduction2}
		config.Fallback = []string{ebox.ProviderProduction}
	case post.EBoxAcceptance:
		config.TokenURL = ebox.TokenURLAcceptance
		config.Registries = []string{ebox.RegistryAcceptance, ebox.RegistryAcceptance2}
		config.Fallback = []string{ebox.ProviderAcceptance}
	case post.EBoxSimulation:
		// A registry of its own is not known; production's would lead to real messages.
		config.TokenURL = ebox.TokenURLProduction
		config.Fallback = []string{ebox.ProviderSimulation}
	}
	if access.TokenURL != "" {
		config.TokenURL = access.TokenURL
	}
	config.Audience = access.Audience
	if access.RegistryURL != "" {
		config.Registries = []string{access.RegistryURL}
	}
	if len(access.Providers) > 0 {
		config.Fallback = access.Providers
	}
	return config
}

// Token asks for an access token, a new one when fresh is set.
func (b *EBox) Token(ctx context.Context, fresh bool) (post.EBoxToken, error) {
	client, err := b.reader(ctx)
	if err != nil {
		return post.EBoxToken{}, err
	}
	token, err := client.Token(ctx, fresh)
	if err != nil {
		return post.EBoxToken{}, b.fault(ctx, err, eboxSubject{})
	}
	return post.EBoxToken{Expires: token.Expires, Scopes: token.Scopes}, nil
}

// Providers gives the providers of the registry, or the configured ones; then
// fallback is the fault that says why. It is nil, too, where no registry is
// configured, as in the simulation.
func (b *EBox) Providers(ctx context.Context) (providers []post.EBoxProvider, fallback, err error) {
	client, err := b.reader(ctx)
	if err != nil {
		return nil, nil, err
	}
	found, fallback, err := client.Providers(ctx)
	if err != nil {
		return nil, nil, b.fault(ctx, err, eboxSubject{})
	}
	for _, p := range found {
		providers = append(providers, post.EBoxProvider{ID: p.ID, Name: post.Translated(p.Name), URL: p.URL, Version: p.Version,
			Active: p.Active, Maintenance: p.Maintenance})
	}
	if errors.Is(fallback, ebox.ErrNoRegistry) {
		fallback = nil
	}
	return providers, b.fault(ctx, fallback, eboxSubject{}), nil
}

func providerFor(p post.EBoxProvider) ebox.Provider {
	return ebox.Provider{ID: p.ID, Name: ebox.Text(p.Name), URL: p.URL, Version: p.Version, Active: p.Active, Maintenance: p.Maintenance}
}

// Messages gives what matches, the newest first and none twice.
func (b *EBox) Messages(ctx context.Context, provider post.EBoxProvider, query post.EBoxQuery,
	visit func(message post.EBoxMessage, total int) error) error {
	client, err := b.reader(ctx)
	if err != nil {
		return err
	}
	var stopped error // the visitor's own, which is no trouble of the provider
	err = client.List(ctx, providerFor(provider), queryFor(query), func(m ebox.Message, total int) error {
		b.remember(provider.ID, m)
		stopped = visit(messageFrom(provider.ID, m), total)
		return stopped
	})
	if stopped != nil {
		return stopped
	}
	return b.fault(ctx, err, aboutProvider(provider))
}

// Message gives one message with its documents.
func (b *EBox) Message(ctx context.Context, provider post.EBoxProvider, id string) (post.EBoxMessage, error) {
	client, err := b.reader(ctx)
	if err != nil {
		return post.EBoxMessage{}, err
	}
	m, err := client.Message(ctx, providerFor(provider), id)
	if err != nil {
		subject := aboutProvider(provider)
		subject.message = id
		return post.EBoxMessage{}, b.fault(ctx, err, subject)
	}
	b.remember(provider.ID, m)
	message := messageFrom(provider.ID, m)
	if message.Payment == nil {
		// Providers need not have it, and the message is worth more than it.
		if p, err := client.Payment(ctx, providerFor(provider), id); err == nil && p != (ebox.Payment{}) {
			message.Payment = paymentFrom(&p)
		}
	}
	return message, nil
}

// Names fills in the names of sender, type and application that are not there
// yet, from memory where they were asked for before. An entry that the provider
// does not have stays empty. NamesUntil comes out as the soonest end of all.
func (b *EBox) Names(ctx context.Context, provider post.EBoxProvider, message *post.EBoxMessage) error {
	type slot struct {
		id   string
		name *post.Translated
		ask  func(*ebox.Client, context.Context, ebox.Provider, string) (ebox.Reference, error)
	}
	none, first := post.Translated{}, true
	var missing []slot
	for _, each := range []slot{
		{message.SenderID, &message.Sender, (*ebox.Client).SenderOrganization},
		{message.TypeID, &message.Type, (*ebox.Client).MessageType},
		{message.ApplicationID, &message.Application, (*ebox.Client).SenderApplication},
	} {
		if *each.name != none {
			first = false
		} else if each.id != "" {
			missing = append(missing, each)
		}
	}
	if len(missing) == 0 {
		return nil // without a look at how the e-Box is reached, for ten thousand messages
	}
	client, err := b.reader(ctx)
	if err != nil {
		return err
	}
	until := message.NamesUntil
	message.NamesUntil = time.Time{}
	for _, each := range missing {
		reference, err := each.ask(client, ctx, providerFor(provider), each.id)
		switch {
		case err == nil:
			*each.name = post.Translated(reference.Name)
			if first || reference.Until.Before(until) {
				until, first = reference.Until, false
			}
		case !ebox.IsNotFound(err):
			return b.fault(ctx, err, aboutProvider(provider))
		}
	}
	message.NamesUntil = until
	return nil
}

// Content writes a document's content and fails with digest_wrong when it is not
// what was announced. An error of the writer comes back as it is.
func (b *EBox) Content(ctx context.Context, provider post.EBoxProvider, message string, attachment post.EBoxAttachment,
	content post.EBoxContent) error {
	client, err := b.reader(ctx)
	if err != nil {
		return err
	}
	_, err = client.Content(ctx, providerFor(provider), message, attachmentFor(attachment), content.Into, content.Progress)
	subject := aboutProvider(provider)
	subject.message, subject.file = message, fileOf(attachment)
	return b.fault(ctx, err, subject)
}

// Body gives the text of a message whose body is its main content, and marks it
// read.
func (b *EBox) Body(ctx context.Context, provider post.EBoxProvider, message string) (post.Translated, error) {
	client, err := b.reader(ctx)
	if err != nil {
		return post.Translated{}, err
	}
	text, err := client.Body(ctx, providerFor(provider), message)
	subject := aboutProvider(provider)
	subject.message = message
	return post.Translated(text), b.fault(ctx, err, subject)
}

// Summary gives the provider's own counts.
func (b *EBox) Summary(ctx context.Context, provider post.EBoxProvider) (post.EBoxSummary, error) {
	client, err := b.reader(ctx)
	if err != nil {
		return post.EBoxSummary{}, err
	}
	s, err := client.Summary(ctx, providerFor(provider))
	return post.EBoxSummary(s), b.fault(ctx, err, aboutProvider(provider))
}

// SetVisible shows or hides messages.
func (b *EBox) SetVisible(ctx context.Context, provider post.EBoxProvider, messages []string, visible bool) error {
	client, err := b.reader(ctx)
	if err != nil {
		return err
	}
	subject := aboutProvider(provider)
	if len(messages) == 1 {
		subject.message = messages[0]
	}
	return b.fault(ctx, client.SetVisible(ctx, providerFor(provider), messages, visible), subject)
}
