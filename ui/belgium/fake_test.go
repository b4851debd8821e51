package belgium

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
)

// memory is a store, a keyring and an e-Box in memory.
type memory struct {
	t       post.EBoxTrajectory
	found   bool
	secrets map[string][]byte
	// checks and facts are what is found of any certificate; reach fails with down.
	checks []post.EBoxCheck
	facts  post.EBoxCertificate
	down   error
	silent error
}

func (m *memory) EBoxTrajectory(context.Context) (post.EBoxTrajectory, bool, error) {
	return m.t, m.found, nil
}
func (m *memory) SaveEBoxTrajectory(_ context.Context, t post.EBoxTrajectory) error {
	m.t, m.found = t, true
	return nil
}
func (m *memory) EBoxServers(context.Context) (post.EBoxAccess, error)   { return post.EBoxAccess{}, nil }
func (m *memory) SaveEBoxServers(context.Context, post.EBoxAccess) error { return nil }
func (m *memory) ForgetEBox(context.Context) error                       { return nil }
func (m *memory) AddAudit(context.Context, post.Audit) error             { return nil }
func (m *memory) Set(_ context.Context, name string, value []byte) error {
	m.secrets[name] = value
	return nil
}
func (m *memory) Delete(_ context.Context, name string) error { delete(m.secrets, name); return nil }
func (m *memory) Get(_ context.Context, name string) ([]byte, bool, error) {
	v, ok := m.secrets[name]
	return v, ok, nil
}

func (m *memory) CheckEBoxCertificate(file, key []byte, _, _ string, _ post.EBoxEnvironment, _ time.Time) (post.EBoxCertificate, []post.EBoxCheck, error) {
	facts := m.facts
	facts.HasPrivateKey = len(key) > 0 || bytes.Contains(file, []byte("KEY"))
	facts.KeyMatches = facts.HasPrivateKey
	return facts, m.checks, nil
}

func (m *memory) CheckClientID(id, sender string) []post.EBoxCheck {
	switch {
	case id == "your_client_id":
		return []post.EBoxCheck{{Code: "client_id_placeholder", Verdict: post.EBoxBlocks}}
	case !strings.HasPrefix(id, "self_service_chaman_"):
		return []post.EBoxCheck{{Code: "client_id_unusual", Verdict: post.EBoxWarns}}
	case sender != "" && !strings.Contains(id, "_"+sender+"_"):
		return []post.EBoxCheck{{Code: "client_id", Verdict: post.EBoxGood},
			{Code: "client_id_sender_other", Verdict: post.EBoxWarns, Fields: map[string]string{"number": "1000002", "sender_number": sender}}}
	}
	return []post.EBoxCheck{{Code: "client_id", Verdict: post.EBoxGood}, {Code: "client_id_sender_same", Verdict: post.EBoxGood, Fields: map[string]string{"number": sender}}}
}

func (m *memory) Token(context.Context, bool) (post.EBoxToken, error) {
	return post.EBoxToken{Expires: clock.Add(time.Hour)}, m.down
}

func (m *memory) Providers(context.Context) ([]post.EBoxProvider, error, error) {
	return []post.EBoxProvider{{ID: "rsz", Name: post.Translated{NL: "Rijksdienst voor Sociale Zekerheid"}, Active: true},
		{ID: "fin", Name: post.Translated{NL: "FOD Financiën, Algemene Administratie van de Inning en de Invordering"}, Active: true},
		{ID: "old", Name: post.Translated{NL: "Oude provider"}}}, nil, nil
}

func (m *memory) Messages(_ context.Context, provider post.EBoxProvider, _ post.EBoxQuery, visit func(post.EBoxMessage, int) error) error {
	if provider.ID == "fin" && m.silent != nil {
		return m.silent
	}
	return visit(post.EBoxMessage{}, 12)
}

var clock = time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)

func newMemory() *memory {
	return &memory{secrets: map[string][]byte{}, facts: post.EBoxCertificate{
		Subject: "CN=digipost-ebox-productie, OU=urn:be:fgov:kbo-bce:organization:cbe-number:0566988259, OU=PRD, O=Agentschap Digitaal Vlaanderen, L=Brussel, C=BE",
		Issuer:  "CN=GlobalSign PersonalSign 3 Pro CA 2024, O=GlobalSign nv-sa, C=BE", Serial: "4F:21", Enterprise: "0566988259",
		NotBefore: clock.AddDate(-1, 0, 0), NotAfter: clock.AddDate(1, 2, 0), Key: "RSA 3072",
		SHA256: "A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90"},
		checks: []post.EBoxCheck{
			{Code: "certificate_valid", Verdict: post.EBoxGood, Fields: map[string]string{"days": "426", "date": "2028-01-03"}},
			{Code: "certificate_key_rsa", Verdict: post.EBoxGood, Fields: map[string]string{"key": "RSA 3072"}},
			{Code: "certificate_only", Verdict: post.EBoxGood},
			{Code: "certificate_self_signed", Verdict: post.EBoxWarns},
			{Code: "certificate_number_other", Verdict: post.EBoxTells, Fields: map[string]string{"number": "0566988259", "enterprise": "0417497106"}}}}
}

// box makes the use case on the memory, with the ports of the screen.
func (m *memory) box() (*onboarding.EBox, Ports) {
	box := onboarding.NewEBox(onboarding.EBoxPorts{Store: m, Secrets: m, Checker: m, Reach: m, Now: func() time.Time { return clock }})
	return box, Ports{EBox: box, CheckClientID: m.CheckClientID,
		TakeCertificate: func(ctx context.Context, certificate, key, password string) (onboarding.EBoxLook, error) {
			file, err := os.ReadFile(certificate)
			if err != nil {
				return onboarding.EBoxLook{}, post.NewFault(post.CodeFileMissing, err, "file", certificate)
			}
			var keyFile []byte
			if key != "" {
				keyFile = []byte("KEY")
			}
			return box.TakeCertificate(ctx, file, keyFile, password)
		},
		HasKey: func(ctx context.Context) (bool, error) {
			_, err := box.Key(ctx)
			return err == nil, nil
		},
		OpenPage: func(context.Context, string) error { return nil },
		HandOver: func(ctx context.Context, path string) error {
			data, err := box.Export(ctx)
			return errors.Join(err, os.WriteFile(path, data, 0o600))
		},
		ReadHandOver: func(ctx context.Context, path string) (onboarding.EBoxHandOver, error) {
			file, err := os.Open(path)
			if err != nil {
				return onboarding.EBoxHandOver{}, post.NewFault(post.CodeFileMissing, err, "file", path)
			}
			defer file.Close()
			return box.ReadHandOver(ctx, file, "handover.json")
		},
		SavePDF: func(context.Context, string, onboarding.EBoxWords) error { return nil },
	}
}

// does takes events that must go well.
func (m *memory) does(t *testing.T, events ...onboarding.EBoxEvent) *memory {
	t.Helper()
	box, _ := m.box()
	for _, event := range events {
		if _, err := box.Do(context.Background(), event); err != nil {
			t.Fatalf("%#v: %v", event, err)
		}
	}
	return m
}

const (
	shortName = "Stad Brugge"
	longName  = "Intercommunale Ontwikkelingsmaatschappij voor de Kempen en omstreken, dienst Briefwisseling en Archief"
)

// begun is a trajectory that was begun, halfway one over the first steps, and whole
// one that is done.
func begun(t *testing.T, own bool, name string) *memory {
	return newMemory().does(t, onboarding.EBoxNamed{Enterprise: "0417497106", Name: name}, onboarding.EBoxProfile{OwnKey: own},
		onboarding.EBoxServers{Environment: post.EBoxProduction})
}

func day(days int) time.Time { return clock.AddDate(0, 0, days) }

func halfway(t *testing.T, own bool, name string) *memory {
	m := begun(t, own, name)
	m.does(t, onboarding.EBoxSkip{Step: "S0", Date: day(-20)})
	if !own {
		m.does(t, onboarding.EBoxMarked{Step: "S1", Date: day(-18), Note: "Ticket FAC-20451, aangemaakt door Lien."})
	}
	return m.does(t, onboarding.EBoxMarked{Step: "S3", Date: day(-12)})
}

func accounted(t *testing.T, own bool, name string) *memory {
	m := halfway(t, own, name)
	if own {
		m.keyed(t)
	} else {
		m.does(t, onboarding.EBoxCertified{Certificate: m.facts}, onboarding.EBoxMarked{Step: "S2", Date: day(-9)})
	}
	return m.does(t, onboarding.EBoxMarked{Step: "S4", Confirmed: true, Date: day(-8)}, onboarding.EBoxSenderNumber{Number: "1000001"},
		onboarding.EBoxMarked{Step: "S5", Date: day(-8)}, onboarding.EBoxClientID{ID: "self_service_chaman_1000001_abcdefghij"},
		onboarding.EBoxMarked{Step: "S6", Date: day(-7)})
}

// keyed puts an own key into the keyring.
func (m *memory) keyed(t *testing.T) {
	t.Helper()
	box, _ := m.box()
	if _, err := box.TakeCertificate(context.Background(), []byte("CERTIFICATE"), []byte("KEY"), ""); err != nil {
		t.Fatal(err)
	}
}

// finished is a trajectory in which nothing is left to do.
func finished(t *testing.T, own bool, name string) *memory {
	m := accounted(t, own, name)
	if own {
		return m.does(t, onboarding.EBoxProof{Token: true, Connected: true, Listed: true})
	}
	return m.does(t, onboarding.EBoxMarked{Step: "S7", Date: day(-6)}, onboarding.EBoxMarked{Step: "S8", Date: day(-3), Note: "Bevestigd door Team DigiPost, per telefoon."},
		onboarding.EBoxMarked{Step: "S9", Date: day(-2)}, onboarding.EBoxMarked{Step: "S10", Date: day(-1)})
}
