package sandbox

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// The Belgian e-Box Enterprise: one owner, its account at the token server, a
// provider registry and two message registries. They are made after the public
// contracts of the e-Box (Message Registry 2.1, federation 1.3), RFC 6749 and
// RFC 7523; what 3.x of the registry looks like is not published in full and
// stands assumed in eboxdialect.go.
const (
	eboxClientID = "self_service_chaman_1000001_abcdefghij"
	// eboxEnterprise is made up: the numbers from 1900.000.000 are not given out.
	eboxEnterprise = "1900000069"
	eboxName       = "Oefenonderneming NV"

	eboxKeyFile         = "ebox.key"
	eboxCertificateFile = "ebox.crt"
	eboxFile            = "ebox.json"

	scopeConsumer = "scope:document:management:consult:ws-eboxrestentreprise:documentconsumer"
	scopeRegistry = "scope:documentmanagement:ebox:enterprise:federation-rest:registry"
)

// eboxSettings is what a tester may change (POST /ebox-settings).
type eboxSettings struct {
	// Born is when the e-Box was made; the dates of its messages count from it.
	Born time.Time `json:"born"`
	// Certificate is the one that stands in ChaMan: "own" is the one in ebox.crt,
	// "changed" another one that nobody has a key for, or PEM.
	Certificate string `json:"certificate"`
	// Scopes are those granted to the account.
	Scopes []string `json:"scopes"`
	// TokenSeconds is how long a token lives.
	TokenSeconds int `json:"token_seconds"`
	// InvalidClientStatus is 400 or 401; RFC 6749 allows both.
	InvalidClientStatus int `json:"invalid_client_status"`
	// HideProviders are ids that are left out of the provider registry.
	HideProviders []string `json:"hide_providers"`
	// ContractOnly hides the messages that break the contract.
	ContractOnly bool `json:"contract_only"`
	// Errors is the form of errors: "status" or "problem", or "registry" where each
	// registry has its own.
	Errors string `json:"errors"`
}

// certificate is the certificate registered for the account, nil for "changed".
func (s *eboxSettings) certificate(own *x509.Certificate) (*x509.Certificate, error) {
	switch s.Certificate {
	case "own":
		return own, nil
	case "changed":
		return nil, nil
	}
	return eboxCertificate([]byte(s.Certificate))
}

func (s *eboxSettings) check(own *x509.Certificate) error {
	if _, err := s.certificate(own); err != nil {
		return err
	}
	switch {
	case s.Born.IsZero():
		return errors.New("born is missing")
	case s.TokenSeconds < 1 || s.TokenSeconds > 10_000_000:
		return errors.New("token_seconds is from 1 to 10000000")
	case s.InvalidClientStatus != 400 && s.InvalidClientStatus != 401:
		return errors.New("invalid_client_status is 400 or 401")
	case !slices.Contains([]string{"registry", "status", "problem"}, s.Errors):
		return errors.New("errors is registry, status or problem")
	}
	return nil
}

// eboxStep is one line of the journal: what happened in the e-Box. Exactly one
// field is set.
type eboxStep struct {
	Grant   *eboxGrant   `json:"grant,omitempty"`   // a token was given
	Read    *eboxMark    `json:"read,omitempty"`    // a main content was fetched
	Visible *eboxShown   `json:"visible,omitempty"` // messages were hidden or shown
	Expired *eboxMark    `json:"expired,omitempty"` // a tester let a message expire
	Arrived *eboxArrival `json:"arrived,omitempty"` // a tester sent one
}

// eboxGrant is a token, named by its hash, and the assertion that it was given for.
type eboxGrant struct {
	Hash   string    `json:"hash"`
	Scopes []string  `json:"scopes"`
	End    time.Time `json:"end"`
	JTI    string    `json:"jti"`
	Until  time.Time `json:"until"` // the assertion ends
}

// eboxKey names a message: its id is unique within one provider only.
type eboxKey struct {
	Provider string `json:"provider"`
	ID       string `json:"id"`
}

type eboxMark struct {
	eboxKey
	At time.Time `json:"at"`
}

type eboxShown struct {
	Provider string          `json:"provider"`
	Shown    map[string]bool `json:"shown"` // by message id
}

// ebox is the state of all of it.
type ebox struct {
	dir  folder
	own  *x509.Certificate
	base string // of the listener, no slash at the end

	mu       sync.Mutex
	settings eboxSettings
	grants   map[string]*eboxGrant // by hash
	jtis     map[string]time.Time  // seen, until when they matter
	read     map[eboxKey]time.Time
	hidden   map[eboxKey]bool
	expired  map[eboxKey]time.Time
	arrived  []eboxArrival
	coming   map[string][]eboxArrival // by provider: they arrive after the next page
	hits     eboxHits
	messages map[string][]*eboxMessage // by provider, made when first asked for
	looked   map[string]time.Time      // when a provider's list was last asked for
}

// loadEBox reads the settings of the folder, or makes them.
func loadEBox(dir folder, own *x509.Certificate, now time.Time) (*ebox, error) {
	b := &ebox{dir: dir, own: own, grants: map[string]*eboxGrant{}, jtis: map[string]time.Time{}, read: map[eboxKey]time.Time{},
		hidden: map[eboxKey]bool{}, expired: map[eboxKey]time.Time{}, coming: map[string][]eboxArrival{}, looked: map[string]time.Time{}}
	b.hits.Providers = map[string]*eboxProviderHits{}
	data, err := readBounded(dir.path(eboxFile), 1<<20)
	if errors.Is(err, os.ErrNotExist) {
		b.settings = eboxSettings{Born: now.UTC().Truncate(time.Second), Certificate: "own", Scopes: []string{scopeConsumer, scopeRegistry},
			TokenSeconds: 3600, InvalidClientStatus: 400, HideProviders: []string{}, Errors: "registry"}
		return b, b.save(b.settings)
	}
	if err == nil {
		err = json.Unmarshal(data, &b.settings)
	}
	if err == nil {
		err = b.settings.check(own)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", eboxFile, err)
	}
	return b, nil
}

func (b *ebox) save(settings eboxSettings) error {
	data, err := json.MarshalIndent(settings, "", " ")
	if err != nil {
		return err
	}
	return b.dir.write(eboxFile, append(data, '\n'))
}

// current is what the settings say at this moment.
func (b *ebox) current() eboxSettings {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.settings
}

// take does a step of the journal.
func (b *ebox) take(step eboxStep) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case step.Grant != nil:
		b.grants[step.Grant.Hash] = step.Grant
		b.jtis[step.Grant.JTI] = step.Grant.Until
	case step.Read != nil:
		if _, before := b.read[step.Read.eboxKey]; !before {
			b.read[step.Read.eboxKey] = step.Read.At
		}
	case step.Visible != nil:
		for id, shown := range step.Visible.Shown {
			b.hidden[eboxKey{step.Visible.Provider, id}] = !shown
		}
	case step.Expired != nil:
		b.expired[step.Expired.eboxKey] = step.Expired.At
	case step.Arrived != nil:
		b.arrived = append(b.arrived, *step.Arrived)
		b.messages = nil
	}
}

// keepEBox writes a step down and does it.
func (s *Server) keepEBox(step eboxStep) error {
	if err := s.journal.append(record{EBox: &step}); err != nil {
		return err
	}
	s.ebox.take(step)
	return nil
}

// eboxView is a message as it is at a moment.
type eboxView struct {
	*eboxMessage
	Read, Visible bool
	Ends          time.Time
}

// list gives the messages of a provider that have not expired, the newest first.
func (b *ebox) list(provider string, now time.Time) []eboxView {
	views := slices.DeleteFunc(b.all(provider), func(v eboxView) bool { return !now.Before(v.Ends) })
	slices.SortStableFunc(views, func(x, y eboxView) int {
		if c := y.Received.Compare(x.Received); c != 0 {
			return c
		}
		return strings.Compare(y.ID, x.ID)
	})
	return views
}

// all gives every message of a provider there ever was.
func (b *ebox) all(provider string) []eboxView {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.messages == nil {
		b.messages = eboxMessages(b.settings.Born, b.arrived)
	}
	views := []eboxView{}
	for _, m := range b.messages[provider] {
		if m.Odd && b.settings.ContractOnly {
			continue
		}
		key := eboxKey{provider, m.ID}
		_, fetched := b.read[key]
		hidden, told := b.hidden[key]
		v := eboxView{eboxMessage: m, Read: m.WasRead || fetched, Visible: !m.WasHidden, Ends: m.Expires}
		if told {
			v.Visible = !hidden
		}
		if at, ok := b.expired[key]; ok && at.Before(v.Ends) {
			v.Ends = at
		}
		views = append(views, v)
	}
	return views
}

// find gives a message that has not expired.
func (b *ebox) find(provider, id string, now time.Time) (eboxView, bool) {
	for _, v := range b.all(provider) {
		if v.ID == id && now.Before(v.Ends) {
			return v, true
		}
	}
	return eboxView{}, false
}

// eboxHits counts requests since the start.
type eboxHits struct {
	Token     int                          `json:"token"`
	Granted   int                          `json:"granted"`
	Refused   map[string]int               `json:"refused,omitempty"` // by error
	Registry  int                          `json:"registry"`
	Providers map[string]*eboxProviderHits `json:"providers"`
	// Closed are requests to providers that are not active, Stray those to other
	// hosts than a provider's own, and StrayTokens those among them with a token.
	Closed      int `json:"closed"`
	Stray       int `json:"stray"`
	StrayTokens int `json:"stray_tokens"`
}

// eboxProviderHits counts requests to one provider that were let in: by
// operation, by reference data, and by document fetched.
type eboxProviderHits struct {
	Operations map[string]int `json:"operations"`
	Reference  map[string]int `json:"reference"`
	Contents   map[string]int `json:"contents"`
}

// counting changes the counts.
func (b *ebox) counting(change func(*eboxHits)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.hits)
}

func (h *eboxHits) provider(id string) *eboxProviderHits {
	p := h.Providers[id]
	if p == nil {
		p = &eboxProviderHits{map[string]int{}, map[string]int{}, map[string]int{}}
		h.Providers[id] = p
	}
	return p
}

// counted is a copy of the counts.
func (b *ebox) counted() eboxHits {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.hits
	out.Refused = maps.Clone(b.hits.Refused)
	out.Providers = map[string]*eboxProviderHits{}
	for id, p := range b.hits.Providers {
		out.Providers[id] = &eboxProviderHits{maps.Clone(p.Operations), maps.Clone(p.Reference), maps.Clone(p.Contents)}
	}
	return out
}
