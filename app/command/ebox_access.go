package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"brevdue/app/post"
)

type eboxCertificateJSON struct {
	Subject    string `json:"subject"`
	Issuer     string `json:"issuer"`
	Enterprise string `json:"enterprise"`
	NotAfter   string `json:"not_after"`
	DaysLeft   int    `json:"days_left"`
	SHA256     string `json:"sha256"`
	Key        string `json:"key"`
}

// eboxCheckJSON is one check. Verdict is block, warn, info or ok.
type eboxCheckJSON struct {
	Code    string `json:"code"`
	Verdict string `json:"verdict"`
	Text    string `json:"text"`
}

type certificateCheckJSON struct {
	// OK says that no check says no.
	OK          bool                 `json:"ok"`
	Certificate *eboxCertificateJSON `json:"certificate"`
	Checks      []eboxCheckJSON      `json:"checks"`
}

func eboxCertificate(c post.EBoxCertificate, now time.Time) *eboxCertificateJSON {
	if c.SHA256 == "" {
		return nil
	}
	return &eboxCertificateJSON{c.Subject, c.Issuer, c.Enterprise, moment(c.NotAfter), int(math.Floor(c.NotAfter.Sub(now).Hours() / 24)), c.SHA256, c.Key}
}

// eboxChecks says checks in words.
func (s *session) eboxChecks(checks []post.EBoxCheck) []eboxCheckJSON {
	list := make([]eboxCheckJSON, 0, len(checks))
	for _, check := range checks {
		pairs := make([]string, 0, 2*len(check.Fields))
		for name, value := range check.Fields {
			pairs = append(pairs, name, value)
		}
		text := unfilled.ReplaceAllString(s.texts.Get("ebox.check."+check.Code, pairs...), "?")
		list = append(list, eboxCheckJSON{check.Code, string(check.Verdict), text})
	}
	return list
}

func (s *session) checksText(w io.Writer, checks []eboxCheckJSON) {
	for _, check := range checks {
		row(w, s.texts.Get("ebox.verdict."+check.Verdict), check.Text)
	}
}

func blocked(checks []post.EBoxCheck) bool {
	for _, check := range checks {
		if check.Verdict == post.EBoxBlocks {
			return true
		}
	}
	return false
}

// eboxCheckCertificate looks at a certificate file. It opens no profile and
// stores nothing.
func eboxCheckCertificate(ctx context.Context, s *session, words []string) error {
	if _, err := s.eboxEvents(); err != nil { // the environment
		return err
	}
	file, key, err := s.eboxFiles(words[0])
	if err != nil {
		return err
	}
	environment := post.EBoxEnvironment(s.flags.eboxEnvironment)
	if environment == "" {
		environment = post.EBoxProduction
	}
	var facts post.EBoxCertificate
	var checks []post.EBoxCheck
	err = s.withPassphrase(ctx, envCertificate, "certificate", func(passphrase string) error {
		var err error
		facts, checks, err = s.app.EBoxChecker.CheckEBoxCertificate(file, key, passphrase, s.flags.enterprise, environment, s.now())
		return err
	})
	if err != nil && len(checks) == 0 {
		return err // else the checks say what is wrong
	}
	result := certificateCheckJSON{OK: !blocked(checks), Certificate: eboxCertificate(facts, s.now()), Checks: s.eboxChecks(checks)}
	if !result.OK {
		s.attention(exitRefused)
	}
	s.emit(result, func(w io.Writer) {
		s.checksText(w, result.Checks)
		if result.OK {
			fmt.Fprintln(w, s.get("ebox.good"))
		} else {
			fmt.Fprintln(w, s.get("ebox.bad"))
		}
	})
	return nil
}

// eboxFiles reads a certificate and the private key beside it, nil where there is
// none.
func (s *session) eboxFiles(path string) (file, key []byte, err error) {
	if file, err = readKeyFile(path); err != nil || s.flags.eboxKey == "" {
		return file, nil, err
	}
	key, err = readKeyFile(s.flags.eboxKey)
	return file, key, err
}

type accessJSON struct {
	Profile      string               `json:"profile"`
	Environment  string               `json:"environment"`
	SenderNumber string               `json:"sender_number"`
	ClientID     string               `json:"client_id"`
	Certificate  *eboxCertificateJSON `json:"certificate"`
	TokenURL     string               `json:"token_url"`
	RegistryURL  string               `json:"registry_url"`
	ProviderURLs []string             `json:"provider_urls"`
	Checks       []eboxCheckJSON      `json:"checks"`
	// Proved is true when the e-Box has just been read, null when it was not tried.
	Proved     *bool          `json:"proved"`
	TokenUntil string         `json:"token_until"`
	Providers  []providerJSON `json:"providers"`
}

type providerJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Active  bool   `json:"active"`
	// Trouble is a fault's code, "" where there is none; Text says it.
	Trouble string `json:"trouble"`
	Text    string `json:"text"`
}

// eboxAccess takes what is needed to reach the e-Box, shows it, and tries it.
func eboxAccess(ctx context.Context, s *session, _ []string) error {
	events, err := s.eboxEvents()
	if err != nil {
		return err
	}
	if s.flags.eboxKey != "" && s.flags.certificate == "" {
		return usage("needs_flag", "flag", "ebox-key", "other", "certificate")
	}
	return s.withEBox(ctx, func(b Belgium) error {
		if s.flags.forget {
			return s.eboxForget(ctx, b)
		}
		if err := s.tellEBox(ctx, b, events); err != nil {
			return err
		}
		checks, err := s.setAccess(ctx, b)
		if err != nil {
			return err
		}
		result, err := s.access(ctx, b)
		if err != nil {
			return err
		}
		result.Checks = s.eboxChecks(checks)
		if s.flags.tryIt {
			if err := s.tryAccess(ctx, b, &result); err != nil {
				return err
			}
		}
		s.emit(result, func(w io.Writer) { s.accessText(w, result) })
		return nil
	})
}

// setAccess stores what the flags bring and gives what is to be said of it.
func (s *session) setAccess(ctx context.Context, b Belgium) (checks []post.EBoxCheck, err error) {
	f := s.flags
	if f.certificate != "" {
		if checks, err = s.takeEBoxCertificate(ctx, b); err != nil {
			return nil, err
		}
	}
	if s.has("client-id") {
		found, err := b.EBox.SetClientID(ctx, f.clientID)
		s.tellBlocking(found)
		if err != nil {
			return nil, err
		}
		checks = append(checks, found...)
	}
	if !s.has("token-url") && !s.has("audience") && !s.has("registry-url") && !s.has("provider-url") {
		return checks, nil
	}
	if err := s.checkAddresses(); err != nil {
		return nil, err
	}
	access, err := b.EBox.Access(ctx)
	if err != nil {
		return nil, err
	}
	for _, set := range []struct {
		flag  string
		field *string
		value string
	}{{"token-url", &access.TokenURL, f.tokenURL}, {"audience", &access.Audience, f.audience}, {"registry-url", &access.RegistryURL, f.registryURL}} {
		if s.has(set.flag) {
			*set.field = strings.TrimSpace(set.value)
		}
	}
	if s.has("provider-url") {
		access.Providers = nil
		for _, address := range f.providerURLs {
			if address = strings.TrimSpace(address); address != "" {
				access.Providers = append(access.Providers, address)
			}
		}
	}
	return checks, b.EBox.SetServers(ctx, access)
}

// checkAddresses refuses addresses that no token could go to.
func (s *session) checkAddresses() error {
	check := func(flag string, values ...string) error {
		for _, value := range values {
			value = strings.TrimSpace(value)
			address, err := url.Parse(value)
			switch {
			case value == "":
			case err != nil, address.Host == "", address.User != nil, address.Scheme != "https" && !onLoopback(address):
				return usage("bad_value", "flag", flag)
			}
		}
		return nil
	}
	return cmp.Or(check("token-url", s.flags.tokenURL), check("registry-url", s.flags.registryURL), check("provider-url", s.flags.providerURLs...))
}

// onLoopback reports whether an address is http on this machine, as a stand-in's
// is.
func onLoopback(address *url.URL) bool {
	ip := net.ParseIP(address.Hostname())
	return address.Scheme == "http" && (address.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func (s *session) takeEBoxCertificate(ctx context.Context, b Belgium) ([]post.EBoxCheck, error) {
	file, key, err := s.eboxFiles(s.flags.certificate)
	if err != nil {
		return nil, err
	}
	var checks []post.EBoxCheck
	err = s.withPassphrase(ctx, envCertificate, "certificate", func(passphrase string) error {
		look, err := b.EBox.TakeCertificate(ctx, file, key, passphrase)
		checks = look.Checks
		if post.CodeOf(err) == post.CodeWrongPassword {
			return post.NewFault(post.CodeWrongPassword, err, "file", filepath.Base(s.flags.certificate))
		}
		return err
	})
	if err != nil {
		s.tellBlocking(checks)
	}
	return checks, err
}

// tellBlocking says which checks say no, before the fault does.
func (s *session) tellBlocking(checks []post.EBoxCheck) {
	for i, check := range s.eboxChecks(checks) {
		if checks[i].Verdict == post.EBoxBlocks {
			s.tell(check.Text)
		}
	}
}

func (s *session) access(ctx context.Context, b Belgium) (accessJSON, error) {
	t, err := b.EBox.Trajectory(ctx)
	if err != nil {
		return accessJSON{}, err
	}
	access, err := b.EBox.Access(ctx)
	return accessJSON{Profile: eboxProfile(t.OwnKey), Environment: string(t.Environment), SenderNumber: t.SenderNumber, ClientID: t.ClientID,
		Certificate: eboxCertificate(t.Certificate, s.now()), TokenURL: access.TokenURL, RegistryURL: access.RegistryURL,
		ProviderURLs: append([]string{}, access.Providers...), Providers: []providerJSON{}}, err
}

// tryAccess reads the e-Box and says how that went.
func (s *session) tryAccess(ctx context.Context, b Belgium, result *accessJSON) error {
	proved, err := b.EBox.Prove(ctx)
	if err != nil {
		return err
	}
	yes := true
	result.Proved, result.TokenUntil = &yes, moment(proved.Token.Expires)
	for _, provider := range proved.Providers {
		line := providerJSON{ID: provider.ID, Name: provider.Name.In(s.texts.Code()), Version: provider.Version, Active: provider.Active}
		if trouble := proved.Silent[provider.ID]; trouble != nil {
			line.Trouble = string(post.CodeOf(trouble))
			line.Text, _ = s.words(post.FaultOf(trouble))
			s.attention(exitAttention)
		}
		result.Providers = append(result.Providers, line)
	}
	if proved.Fallback != nil {
		s.note("ebox.fallback")
	}
	return nil
}

func (s *session) accessText(w io.Writer, r accessJSON) {
	s.line(w, "key_holder", s.texts.Get("ebox.profile."+r.Profile))
	s.line(w, "environment", s.texts.Get("ebox.environment."+r.Environment))
	s.line(w, "sender_number", r.SenderNumber)
	s.line(w, "client_id", orElse(r.ClientID, s.get("none")))
	if r.Certificate == nil {
		s.eboxLine(w, "certificate", s.get("none"))
	} else {
		s.eboxLine(w, "certificate", r.Certificate.Subject)
		s.eboxLine(w, "fingerprint", r.Certificate.SHA256)
	}
	s.checksText(w, r.Checks)
	for _, provider := range r.Providers {
		if provider.Trouble != "" {
			fmt.Fprintln(w, s.get("ebox.silent", "provider", clip(orElse(provider.Name, provider.ID), mostSubject), "why", provider.Text))
		}
	}
	if r.Proved != nil {
		until, _ := time.Parse(time.RFC3339, r.TokenUntil)
		fmt.Fprintln(w, s.get("ebox.works", "date", s.texts.Time(until)))
	}
}

// eboxForget removes the key and everything about the e-Box, once a person says
// so.
func (s *session) eboxForget(ctx context.Context, b Belgium) error {
	if err := s.approve(ctx, s.get("ask.ebox_forget")); err != nil {
		return err
	}
	if err := b.EBox.Forget(ctx); err != nil {
		return err
	}
	result, err := s.access(ctx, b)
	if err != nil {
		return err
	}
	result.Checks = []eboxCheckJSON{}
	s.emit(result, func(w io.Writer) { fmt.Fprintln(w, s.get("ebox.forgotten")) })
	return nil
}
