package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/assets/lang"
)

// ring is a keyring with faults on demand.
type ring struct {
	values                map[string][]byte
	set, get, remove      error
	twists, keeps, stalls bool
}

func (k *ring) Set(ctx context.Context, name string, value []byte) error {
	if k.stalls {
		<-ctx.Done()
		return ctx.Err()
	}
	if k.set == nil {
		k.values[name] = value
	}
	return k.set
}

func (k *ring) Get(_ context.Context, name string) ([]byte, bool, error) {
	value, found := k.values[name]
	if k.twists {
		value = append(slices.Clone(value), '!')
	}
	return value, found, k.get
}

func (k *ring) Delete(_ context.Context, name string) error {
	if k.remove == nil && !k.keeps {
		delete(k.values, name)
	}
	return k.remove
}

var today = time.Date(2025, 11, 21, 12, 0, 0, 0, time.UTC)

var everything = []string{post.FeatureDigipost, post.FeaturePaper, post.FeatureBatchSplit, post.FeatureBatchMailing, post.FeatureNoKID}

// patient is a machine where all is well, before change.
func patient(change func(*Ports, *ring)) (Ports, *ring) {
	keyring := &ring{values: map[string][]byte{}}
	ports := Ports{
		Secrets: keyring, Now: func() time.Time { return today },
		Sender: func(context.Context) (post.Sender, error) { return post.Sender{SenderID: 1000}, nil },
		Certificate: func(context.Context) (post.CertificateFacts, error) {
			return post.CertificateFacts{Subject: "Prøvefirma AS", Issuer: "Buypass", NotAfter: today.Add(100 * 24 * time.Hour)}, nil
		},
		Prove: func(context.Context, post.Sender) (post.Proof, error) {
			return post.Proof{SenderID: 1000, Features: everything}, nil
		},
		SFTP:     func(context.Context, post.Sender) error { return nil },
		Free:     func(context.Context) (uint64, error) { return 5e9, nil },
		Database: func(context.Context) (DatabaseFacts, error) { return DatabaseFacts{"3.50.4", 7}, nil },
		Graphics: func(context.Context) (GraphicsFacts, error) { return GraphicsFacts{}, nil },
		Versions: func() VersionFacts { return VersionFacts{"1.0", "1.26", "2.8", "linux/amd64"} },
	}
	if change != nil {
		change(&ports, keyring)
	}
	return ports, keyring
}

// found is the report in short: the checks that say something, as name:code, and
// a "!" before those that failed.
func found(report Report) string {
	var list []string
	for _, check := range report.Checks {
		code := string(check.Code)
		if check.Fault != nil {
			code = string(check.Fault.Code)
		}
		if code == string(CodeNotTried) {
			code += "(" + check.Fields["needs"] + ")"
		}
		if !check.OK {
			list = append(list, "!"+string(check.Name)+":"+code)
		} else if code != "" {
			list = append(list, string(check.Name)+":"+code)
		}
	}
	return strings.Join(list, " ")
}

func fault(code post.Code, pairs ...string) error {
	return post.NewFault(code, errors.New("below"), pairs...)
}

func TestChecks(t *testing.T) {
	proof := func(change func(*post.Proof)) func(*Ports, *ring) {
		return func(p *Ports, _ *ring) {
			p.Prove = func(context.Context, post.Sender) (post.Proof, error) {
				known := post.Proof{SenderID: 1000, Features: everything}
				change(&known)
				return known, nil
			}
		}
	}
	skew := func(d time.Duration) func(*Ports, *ring) { return proof(func(p *post.Proof) { p.ClockSkew = d }) }
	refused := func(err error) func(*Ports, *ring) {
		return func(p *Ports, _ *ring) {
			p.Prove = func(context.Context, post.Sender) (post.Proof, error) { return post.Proof{}, err }
		}
	}
	until := func(end time.Time) func(*Ports, *ring) {
		return func(p *Ports, _ *ring) {
			p.Certificate = func(context.Context) (post.CertificateFacts, error) {
				return post.CertificateFacts{Subject: "A", Issuer: "B", NotAfter: end}, nil
			}
		}
	}
	sender := func(id int64, err error) func(*Ports, *ring) {
		return func(p *Ports, _ *ring) {
			p.Sender = func(context.Context) (post.Sender, error) { return post.Sender{SenderID: id}, err }
		}
	}
	noCall := "!clock:not_tried(certificate) !certificate:%s !agreement:not_tried(certificate) !rest:not_tried(certificate)"
	noKey := "!clock:not_tried(certificate) !keyring:%s !certificate:not_tried(keyring) !agreement:not_tried(certificate) !rest:not_tried(certificate) !sftp:not_tried(keyring)"
	with := func(pattern, code string) string { return strings.Replace(pattern, "%s", code, 1) }
	for name, try := range map[string]struct {
		change func(*Ports, *ring)
		want   string
	}{
		"well":               {nil, ""},
		"clock a bit ahead":  {skew(61 * time.Second), "clock:ahead"},
		"clock a bit behind": {skew(-4 * time.Minute), "clock:behind"},
		"clock nearly right": {skew(-time.Minute), ""},
		"graphics slow": {func(p *Ports, _ *ring) {
			p.Graphics = func(context.Context) (GraphicsFacts, error) { return GraphicsFacts{Slow: true}, nil }
		}, "graphics:slow"},
		"no display": {func(p *Ports, _ *ring) {
			p.Graphics = func(context.Context) (GraphicsFacts, error) { return GraphicsFacts{}, fault(post.CodeNoDisplay) }
		}, "!graphics:no_display"},
		"versions": {func(p *Ports, _ *ring) {
			p.Versions = func() VersionFacts { return VersionFacts{"1.0", "1.26", "2.8", "linux/amd64"} }
		}, ""},
		"no window": {func(p *Ports, _ *ring) {
			p.Versions = func() VersionFacts { return VersionFacts{Program: "1.0", Go: "1.26", System: "linux/amd64"} }
		}, "versions:no_window"},
		"clock ahead":          {skew(6 * time.Minute), "!clock:ahead"},
		"clock behind":         {skew(-6 * time.Minute), "!clock:behind"},
		"clock refused":        {refused(fault(post.CodeClockWrong, "minutes", "11")), "!clock:clock_wrong !agreement:not_tried(clock) !rest:not_tried(clock)"},
		"keys in a file":       {func(p *Ports, _ *ring) { p.InFile = func() bool { return true } }, "keyring:file"},
		"keyring locked":       {func(_ *Ports, k *ring) { k.set = fault(post.CodeKeyringLocked) }, with(noKey, "keyring_locked")},
		"keyring unreadable":   {func(_ *Ports, k *ring) { k.get = fault(post.CodeKeyringFailed) }, with(noKey, "keyring_failed")},
		"keyring forgets":      {func(_ *Ports, k *ring) { k.twists = true }, with(noKey, "differs")},
		"keyring keeps":        {func(_ *Ports, k *ring) { k.keeps = true }, with(noKey, "left")},
		"keyring won't remove": {func(_ *Ports, k *ring) { k.remove = fault(post.CodeKeyringFailed) }, with(noKey, "keyring_failed")},
		"keyring stalls":       {func(p *Ports, k *ring) { k.stalls, p.Limit = true, 20*time.Millisecond }, with(noKey, "timeout")},
		"another company's": {func(p *Ports, _ *ring) {
			p.Sender = func(context.Context) (post.Sender, error) {
				return post.Sender{SenderID: 1000, BrokerID: 1000, OrganisationNumber: "984661185", Environment: post.Production}, nil
			}
			p.Certificate = func(context.Context) (post.CertificateFacts, error) {
				return post.CertificateFacts{Subject: "A", Issuer: "B", OrganisationNumber: "974760673", NotAfter: today.Add(100 * 24 * time.Hour)}, nil
			}
		}, "!certificate:wrong_company"},
		"a partner's": {func(p *Ports, _ *ring) {
			p.Sender = func(context.Context) (post.Sender, error) {
				return post.Sender{SenderID: 1000, BrokerID: 2000, OrganisationNumber: "984661185", Environment: post.Production}, nil
			}
			p.Certificate = func(context.Context) (post.CertificateFacts, error) {
				return post.CertificateFacts{Subject: "A", Issuer: "B", OrganisationNumber: "974760673", NotAfter: today.Add(100 * 24 * time.Hour)}, nil
			}
		}, ""},
		"another sender's": {proof(func(p *post.Proof) { p.SenderID = 1001 }), "!clock:not_tried(agreement) !agreement:not_authorised rest:answered"},
		"no certificate": {func(p *Ports, _ *ring) {
			p.Certificate = func(context.Context) (post.CertificateFacts, error) {
				return post.CertificateFacts{}, fault(post.CodeNoCertificate)
			}
		}, with(noCall, "no_certificate")},
		"expired":             {until(today.Add(-time.Hour)), with(noCall, "expired")},
		"expires soon":        {until(today.Add(29 * 24 * time.Hour)), "!certificate:soon"},
		"expires in a month":  {until(today.Add(31 * 24 * time.Hour)), ""},
		"key only":            {until(time.Time{}), "certificate:key_only"},
		"key gone since":      {refused(fault(post.CodeKeyringFailed)), "!clock:not_tried(certificate) !agreement:not_tried(certificate) !rest:not_tried(certificate)"},
		"signature refused":   {refused(fault(post.CodeSignatureRefused, "sender", "1000")), "!clock:not_tried(agreement) !agreement:signature_refused rest:answered"},
		"not authorised":      {refused(fault(post.CodeNotAuthorised, "sender", "1000", "detail", "X")), "!clock:not_tried(agreement) !agreement:not_authorised rest:answered"},
		"no agreement":        {refused(fault(post.CodeAgreement, "detail", "X")), "!clock:not_tried(agreement) !agreement:agreement_missing rest:answered"},
		"no sender":           {sender(0, nil), "!clock:not_tried(agreement) !agreement:no_sender !rest:not_tried(agreement) !sftp:not_tried(agreement)"},
		"sender unreadable":   {sender(0, fault(post.CodeDatabaseBad, "file", "f")), "!clock:not_tried(agreement) !agreement:database_damaged !rest:not_tried(agreement) !sftp:not_tried(agreement)"},
		"unreachable":         {refused(fault(post.CodeUnreachable, "host", "h")), "!clock:not_tried(rest) !agreement:not_tried(rest) !rest:unreachable"},
		"not verified":        {refused(fault(post.CodeUnverified)), "!clock:not_tried(rest) !agreement:not_tried(rest) !rest:answer_unverified"},
		"unknown trouble":     {refused(errors.New("odd")), "!clock:not_tried(rest) !agreement:not_tried(rest) !rest:internal"},
		"features not listed": {proof(func(p *post.Proof) { p.Features = nil }), "agreement:unlisted"},
		"no paper":            {proof(func(p *post.Proof) { p.Features = []string{post.FeatureDigipost, post.FeatureBatchSplit, "x.y"} }), "agreement:partly"},
		"no letters":          {proof(func(p *post.Proof) { p.Features = []string{post.FeatureBatchSplit} }), "!agreement:no_delivery"},
		"no batch":            {proof(func(p *post.Proof) { p.Features = []string{post.FeatureDigipost} }), "agreement:partly sftp:not_needed"},
		"host key new": {func(p *Ports, _ *ring) {
			p.SFTP = func(context.Context, post.Sender) error { return fault(post.CodeHostKeyNew, "fingerprint", "SHA256:x") }
		}, "!sftp:host_key_unknown"},
		"disk nearly full": {func(p *Ports, _ *ring) { p.Free = func(context.Context) (uint64, error) { return 199e6, nil } }, "!disk:low"},
		"disk unreadable": {func(p *Ports, _ *ring) {
			p.Free = func(context.Context) (uint64, error) { return 0, errors.New("odd") }
		}, "!disk:internal"},
		"database damaged": {func(p *Ports, _ *ring) {
			p.Database = func(context.Context) (DatabaseFacts, error) {
				return DatabaseFacts{}, fault(post.CodeDatabaseBad, "file", "f")
			}
		}, "!database:database_damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			ports, keyring := patient(try.change)
			var told []Name
			report, err := New(ports).Run(t.Context(), func(check Check) { told = append(told, check.Name) })
			if err != nil || found(report) != try.want {
				t.Errorf("%s (%v)\nwant %s", found(report), err, try.want)
			}
			if len(report.Checks) != len(order) || len(told) != len(order) || report.OK() == strings.Contains(try.want, "!") {
				t.Errorf("%d checks, %d told, ok %v", len(report.Checks), len(told), report.OK())
			}
			if len(keyring.values) != 0 && !keyring.keeps && keyring.remove == nil {
				t.Error("a trial secret was left behind")
			}
			speaks(t, report)
		})
	}
}

// speaks: in each language there are words without open gaps for all that was
// found, and a next step wherever something failed.
func speaks(t *testing.T, report Report) {
	t.Helper()
	for _, code := range lang.Languages() {
		words := lang.New(code)
		for _, check := range report.Checks {
			detail, next := check.Words(words)
			for _, text := range []string{check.Name.Title(words), detail, next} {
				if strings.Contains(text, "doctor.") || strings.ContainsAny(text, "{}") {
					t.Errorf("%s, %s: %q", code, check.Name, text)
				}
			}
			if detail == "" || next == "" && !check.OK {
				t.Errorf("%s, %s %s: says %q, next %q", code, check.Name, check.Code, detail, next)
			}
		}
	}
}

// TestStalledServer: what never answers costs its own check a set time, and
// those that need it are not tried.
func TestStalledServer(t *testing.T) {
	ports, _ := patient(func(p *Ports, _ *ring) {
		p.Limit = 30 * time.Millisecond
		p.Prove = func(ctx context.Context, _ post.Sender) (post.Proof, error) {
			<-ctx.Done()
			return post.Proof{}, ctx.Err()
		}
		p.SFTP = func(ctx context.Context, _ post.Sender) error { <-ctx.Done(); return ctx.Err() }
	})
	start := time.Now()
	report, err := New(ports).Run(t.Context(), nil)
	want := "!clock:not_tried(rest) !agreement:not_tried(rest) !rest:timeout !sftp:timeout"
	if err != nil || found(report) != want || time.Since(start) > 5*time.Second {
		t.Errorf("%s %v after %v, want %s", found(report), err, time.Since(start), want)
	}
	speaks(t, report)
}

// TestStopped: a person who closes the window gets what was found so far.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ports, _ := patient(func(p *Ports, _ *ring) {
		p.Prove = func(ctx context.Context, _ post.Sender) (post.Proof, error) {
			cancel()
			<-ctx.Done()
			return post.Proof{}, ctx.Err()
		}
	})
	report, err := New(ports).Run(ctx, nil)
	if !errors.Is(err, context.Canceled) || found(report) != "" || len(report.Checks) != 2 {
		t.Errorf("%s %v", found(report), err)
	}
}

// TestOnlyWhatIsLookedAt: a check without a port is not listed.
func TestOnlyWhatIsLookedAt(t *testing.T) {
	ports, _ := patient(func(p *Ports, _ *ring) {
		p.Secrets, p.SFTP, p.Database, p.Certificate, p.Graphics, p.Versions = nil, nil, nil, nil, nil, nil
	})
	d := New(ports)
	want := []Name{Clock, Agreement, REST, Disk}
	report, err := d.Run(t.Context(), nil)
	if err != nil || !slices.Equal(d.Names(), want) || found(report) != "" || len(report.Checks) != len(want) {
		t.Errorf("%v, %+v %v", d.Names(), report, err)
	}
	for i, check := range report.Checks {
		if check.Name != want[i] {
			t.Errorf("check %d is %s, want %s", i, check.Name, want[i])
		}
	}
	if _, there := report.Check(SFTP); there {
		t.Error("a check that was not made is in the report")
	}
	if names := New(Ports{}).Names(); names != nil {
		t.Errorf("without ports: %v", names)
	}
}

// TestAgreementInWords: features are said as a person knows them.
func TestAgreementInWords(t *testing.T) {
	check := Check{Name: Agreement, OK: true, Code: CodePartly, Fields: map[string]string{"sender": "1000"},
		Features: []string{post.FeatureDigipost}, Missing: []string{post.FeaturePaper, post.FeatureNoKID}}
	detail, _ := check.Words(lang.New("en"))
	want := "Digipost knows sender 1000. The agreement has: letters to Digipost users. It does not have: paper for recipients without Digipost, bills without KID."
	if detail != want {
		t.Errorf("%s", detail)
	}
}

// TestRelayInTheAgreement: where a relay is set, the check of the agreement says
// how it is, and neither fails nor passes by it.
func TestRelayInTheAgreement(t *testing.T) {
	words := lang.New("nb")
	for _, c := range []struct {
		host   string
		err    error
		proved bool
		says   string
		next   bool
	}{
		{"", nil, true, "", false},
		{"rele.example.no", nil, true, "Reléet rele.example.no svarer.", false},
		{"rele.example.no", fault(post.CodeRelay), true, "Reléet rele.example.no svarer ikke.", true},
		{"rele.example.no", fault(post.CodeRelay), false, "Reléet rele.example.no svarer ikke.", true},
	} {
		ports, _ := patient(func(p *Ports, _ *ring) {
			p.Relay = func(context.Context) (string, error) { return c.host, c.err }
			if !c.proved {
				p.Prove = func(context.Context, post.Sender) (post.Proof, error) {
					return post.Proof{}, fault(post.CodeNotAuthorised, "sender", "1000")
				}
			}
		})
		report, err := New(ports).Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		check, _ := report.Check(Agreement)
		detail, next := check.Words(words)
		if check.OK != c.proved || !strings.HasSuffix(detail, c.says) || (c.says == "") == strings.Contains(detail, "Relé") || (next != "") != (c.next || !c.proved) {
			t.Errorf("%+v: %q %q", c, detail, next)
		}
	}
}
