package ebox

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ErrNoRegistry says that no provider registry is configured.
var ErrNoRegistry = errors.New("ebox: no provider registry is configured")

const opRegistry = "registry"

// Providers gives the providers of the registry, or the configured ones where it
// gives none; then fallback says why: ErrNoRegistry, or what the last registry
// asked answered. Where one answered before and has trouble now, its last answer
// is given, with fallback, too. err means that there is no token, or nothing to
// fall back on.
func (c *Client) Providers(ctx context.Context) (providers []Provider, fallback, err error) {
	fallback = ErrNoRegistry
	for _, registry := range c.registries {
		providers, fallback = c.askRegistry(ctx, registry)
		var noToken *TokenError
		if errors.As(fallback, &noToken) || ctx.Err() != nil {
			return nil, nil, fallback
		}
		if fallback == nil {
			c.mu.Lock()
			c.known = providers
			c.mu.Unlock()
			return slices.Clone(providers), nil, nil
		}
	}
	c.mu.Lock()
	last := c.known
	c.mu.Unlock()
	if status := StatusOf(fallback); len(last) > 0 && (status < 400 || status >= 500 || status == http.StatusTooManyRequests) {
		return slices.Clone(last), fallback, nil
	}
	if len(c.fallback) == 0 {
		return nil, fallback, fallback
	}
	return slices.Clone(c.fallback), fallback, nil
}

// askRegistry reads a registry of either generation: the first answers with a
// bare list, of the second the form is not known, and an object with a list in
// it is understood, too.
func (c *Client) askRegistry(ctx context.Context, registry *url.URL) ([]Provider, error) {
	a, err := c.call(ctx, outgoing{op: opRegistry, method: http.MethodGet, url: registry, accept: acceptJSON, limit: maxAnswer})
	if err != nil {
		return nil, err
	}
	list := listOf(a.body)
	if list == nil {
		return nil, &Error{Op: opRegistry, Host: registry.Host, HTTPStatus: a.status, Err: ErrBadAnswer}
	}
	var providers []Provider
	for _, raw := range list {
		p, ok := providerOf(parseObject(raw), c.now())
		if _, err := c.safeAddress(p.URL); !ok || err != nil || len(providers) == maxProviders {
			continue
		}
		providers = append(providers, p)
	}
	if len(providers) == 0 {
		return nil, &Error{Op: opRegistry, Host: registry.Host, HTTPStatus: http.StatusNotFound}
	}
	return providers, nil
}

const maxProviders = 200

// providerOf reads one entry. Without an address it is of no use.
func providerOf(o object, now time.Time) (Provider, bool) {
	p := Provider{
		ID: o.text(nameProviderID...), Name: o.translated(nameProviderName...),
		URL: o.text(nameProviderURL...), Version: o.text(nameVersion...), Active: true,
	}
	today := day(now)
	if begin := o.time(nameActivation...); !begin.IsZero() && day(begin) > today {
		p.Active = false
	}
	if end := o.time(nameDeactivation...); !end.IsZero() && day(end) <= today {
		p.Active = false
	}
	for _, raw := range o.list(nameMaintenance...) {
		window := parseObject(raw)
		from, until := window.time("startDate", "start"), window.time("endDate", "end")
		if !from.IsZero() && !now.Before(from) && now.Before(until) && p.Maintenance.Before(until) {
			p.Active, p.Maintenance = false, until
		}
	}
	if p.ID == "" {
		p.ID = idOf(p.URL)
	}
	return p, p.URL != ""
}

// configured is a provider that only its address is known of.
func configured(address string) Provider {
	address = strings.TrimSpace(address)
	id := idOf(address)
	return Provider{ID: id, Name: Text{NL: id}, URL: address, Active: true}
}

// idOf names a provider by its address where nobody else does.
func idOf(text string) string {
	address, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return address.Host + strings.TrimRight(address.Path, "/")
}

// base gives a provider's base address, when the token may go there: it must be
// one that the registry or the configuration has.
func (c *Client) base(ctx context.Context, p Provider) (*url.URL, error) {
	address, err := c.safeAddress(p.URL)
	if err != nil {
		return nil, err
	}
	if c.knows(p.URL) {
		return address, nil
	}
	// After a restart the registry may not have been asked yet.
	if len(c.registries) > 0 {
		if _, _, err := c.Providers(ctx); err != nil {
			return nil, err
		}
		if c.knows(p.URL) {
			return address, nil
		}
	}
	return nil, ErrUnknownProvider
}

func (c *Client) knows(address string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	same := func(p Provider) bool {
		return strings.TrimRight(p.URL, "/") == strings.TrimRight(strings.TrimSpace(address), "/")
	}
	return slices.ContainsFunc(c.fallback, same) || slices.ContainsFunc(c.known, same)
}

// at gives the address of a path below a provider's base, with or without a
// slash at its end. Each part is escaped, so that an id can't lead elsewhere.
func at(base *url.URL, path string, parts ...string) *url.URL {
	u := *base
	plain, escaped := strings.TrimRight(base.Path, "/"), strings.TrimRight(base.EscapedPath(), "/")
	for _, part := range append(strings.Split(path, "/"), parts...) {
		plain += "/" + part
		escaped += "/" + escape(part)
	}
	u.Path, u.RawPath = plain, escaped
	return &u
}

// escape escapes a part of a path; dots alone would lead upwards.
func escape(part string) string {
	switch part {
	case ".":
		return "%2E"
	case "..":
		return "%2E%2E"
	}
	return url.PathEscape(part)
}
