package ebox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"
)

func withRegistry(paths ...string) func(*Config) {
	return func(c *Config) {
		for _, path := range paths {
			c.Registries = append(c.Registries, c.TokenURL[:len(c.TokenURL)-len("/token")]+path)
		}
	}
}

func TestProviders(t *testing.T) {
	now := time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC) // the 2nd in Belgium
	entry := func(more string) Provider {
		p, ok := providerOf(parseObject([]byte(`{"messageProviderId":"a","messageProviderName":{"nl":"A","en":"B"},"messageProviderUrl":"https://a.example/v2/","apiSupportedVersion":"2.1"`+more+`}`)), now)
		if !ok || p.ID != "a" || p.Name != (Text{NL: "A", EN: "B"}) || p.Version != "2.1" {
			t.Errorf("%s: %+v", more, p)
		}
		return p
	}
	for more, active := range map[string]bool{
		``: true, `,"messageProviderActivationDate":"2026-07-02"`: true, `,"messageProviderActivationDate":"2026-07-03"`: false,
		`,"messageProviderDeactivationDate":"2026-07-03"`: true, `,"messageProviderDeactivationDate":"2026-07-02"`: false,
		`,"messageProviderPlannedMaintenance":[]`: true, `,"messageProviderPlannedMaintenance":null`: true,
		`,"messageProviderPlannedMaintenance":[{"startDate":"2026-07-01T00:00:00Z","endDate":"2026-07-01T12:00:00Z"}]`:      true,
		`,"messageProviderPlannedMaintenance":[{"startDate":"2026-07-01T23:00:00Z","endDate":"2026-07-02T02:00:00+00:00"}]`: false,
	} {
		p := entry(more)
		if p.Active != active || p.Maintenance.IsZero() != (active || more[2:25] != "messageProviderPlannedM") {
			t.Errorf("%s: %+v", more, p)
		}
	}
	// A form of the second generation that could be.
	p, ok := providerOf(parseObject([]byte(`{"id":"b","name":"B","baseUrl":"https://b.example/v3","version":"3.1"}`)), now)
	if !ok || p.ID != "b" || dialectOf(p) != &dialect3 {
		t.Errorf("%+v", p)
	}
}

// TestRegistry: what the registry answers, and what becomes of it.
func TestRegistry(t *testing.T) {
	const good = `{"messageProviderId":"r","messageProviderUrl":"%s/v2/","apiSupportedVersion":"2.1"}`
	for name, test := range map[string]struct {
		status   int
		body     string
		fallback func(error) bool // nil for none
	}{
		"list":        {200, "[" + good + "]", nil},
		"items":       {200, `{"items":[` + good + `]}`, nil},
		"generation":  {200, `{"messageRegistries":[null,` + good + `,{"messageProviderUrl":"http://elsewhere.example"}]}`, nil},
		"forbidden":   {403, "", func(err error) bool { return StatusOf(err) == 403 }},
		"not there":   {404, "", IsNotFound},
		"no provider": {200, "[]", IsNotFound},
		"trouble":     {500, "", func(err error) bool { return StatusOf(err) == 500 }},
		"page":        {200, "<html>", func(err error) bool { return errors.Is(err, ErrBadAnswer) }},
	} {
		s := newServer(t, withRegistry("/registry"))
		body := test.body
		if test.fallback == nil {
			body = fmt.Sprintf(body, s.URL)
		}
		s.answers("GET /registry", test.status, body)
		providers, fallback, err := s.client.Providers(context.Background())
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case test.fallback == nil:
			if fallback != nil || len(providers) != 1 || providers[0].ID != "r" {
				t.Errorf("%s: %v %v", name, providers, fallback)
			}
		case !test.fallback(fallback) || len(providers) != 2 || !providers[0].Active:
			t.Errorf("%s: %v %v", name, providers, fallback)
		}
	}
}

func TestRegistryInTurn(t *testing.T) {
	s := newServer(t, withRegistry("/first", "/second"))
	s.answers("GET /first", 404, "")
	s.answers("GET /second", 200, `[{"messageProviderId":"r","messageProviderUrl":"`+s.URL+`/dp"}]`)
	providers, fallback, err := s.client.Providers(context.Background())
	if err != nil || fallback != nil || len(providers) != 1 {
		t.Error(providers, fallback, err)
	}
	s = newServer(t)
	if providers, fallback, err := s.client.Providers(context.Background()); err != nil || !errors.Is(fallback, ErrNoRegistry) || len(providers) != 2 {
		t.Error(providers, fallback, err)
	}
	s = newServer(t, func(c *Config) { c.Fallback = nil })
	if _, _, err := s.client.Providers(context.Background()); !errors.Is(err, ErrNoRegistry) {
		t.Error(err)
	}
}

// TestLastProviders: trouble at the registry does not take away what it told
// before; a refusal does.
func TestLastProviders(t *testing.T) {
	s := newServer(t, withRegistry("/registry"))
	status := http.StatusOK
	s.mux.HandleFunc("GET /registry", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `[{"messageProviderId":"r","messageProviderUrl":"%s/dp"}]`, s.URL)
	})
	for _, step := range []struct{ status, providers int }{{200, 1}, {500, 1}, {403, 2}} {
		status = step.status
		providers, fallback, err := s.client.Providers(context.Background())
		if err != nil || len(providers) != step.providers || (fallback == nil) != (status == 200) {
			t.Errorf("%d: %v %v %v", step.status, providers, fallback, err)
		}
	}
	// No token is no reason to fall back.
	s.client.tokens.drop(nil)
	s.client.tokenURL.Path = "/none"
	var refused *TokenError
	if _, _, err := s.client.Providers(context.Background()); !errors.As(err, &refused) {
		t.Error(err)
	}
}

func TestReferences(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	s := newServer(t, func(c *Config) { c.Now = func() time.Time { return now } })
	day := s.answers("GET /v2/referenceData/messageTypes/day", 200, `{"messageTypeId":"day","messageTypeName":{"nl":"Dag"}}`, "Cache-Control", "private, max-age=86400", "Age", "400")
	none := s.answers("GET /v2/referenceData/senderOrganizations/none", 404, "")
	never := s.answers("GET /v2/referenceData/senderApplications/never", 200, `{"applicationName":{"fr":"Nu"}}`, "Cache-Control", "no-store")
	silent := s.answers("GET /v3/refData/messageTypes/silent", 200, `{"messageTypeDescription":{"de":"So"}}`)
	broken := s.answers("GET /v2/referenceData/messageTypes/broken", 500, "")
	ctx := context.Background()
	ask := func() {
		if r, err := s.client.MessageType(ctx, s.p, "day"); err != nil || r.Name.NL != "Dag" || r.ID != "day" {
			t.Error(r, err)
		}
		if _, err := s.client.SenderOrganization(ctx, s.p, "none"); !IsNotFound(err) {
			t.Error(err)
		}
		if r, err := s.client.SenderApplication(ctx, s.p, "never"); err != nil || r.Name.FR != "Nu" {
			t.Error(r, err)
		}
		if r, err := s.client.MessageType(ctx, s.p3, "silent"); err != nil || r.Name.DE != "So" {
			t.Error(r, err)
		}
		if _, err := s.client.MessageType(ctx, s.p, "broken"); StatusOf(err) != 500 {
			t.Error(err)
		}
	}
	for _, step := range []struct {
		later time.Duration
		want  [5]int64
	}{{0, [5]int64{1, 1, 1, 1, 3}}, {0, [5]int64{1, 1, 2, 1, 3}}, {11 * time.Minute, [5]int64{1, 2, 3, 1, 6}}, {time.Hour, [5]int64{1, 3, 4, 2, 9}}, {24 * time.Hour, [5]int64{2, 4, 5, 3, 12}}} {
		now = now.Add(step.later)
		s.client.tokens.drop(nil)
		ask()
		if got := [5]int64{day.Load(), none.Load(), never.Load(), silent.Load(), broken.Load()}; got != step.want {
			t.Errorf("after %v: %v, not %v", step.later, got, step.want)
		}
	}
	for i := range maxReferences + 10 {
		s.client.references.keep(referenceKey{id: fmt.Sprint(i)}, keptReference{until: now.Add(time.Hour)}, now)
	}
	if n := len(s.client.references.kept); n > maxReferences {
		t.Error(n)
	}
}
