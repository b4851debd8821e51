package sender

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

var day = time.Date(2025, 11, 21, 12, 0, 0, 0, time.UTC)

type fakeStore struct {
	sender post.Sender
	cert   post.CertificateFacts
	key    post.SFTPKeyFacts
	hosts  map[string]post.HostKey
	audit  []post.Audit
	fail   error
}

func (f *fakeStore) Sender(context.Context) (post.Sender, error) { return f.sender, nil }
func (f *fakeStore) SaveSender(_ context.Context, s post.Sender) error {
	if f.fail == nil {
		f.sender = s
	}
	return f.fail
}
func (f *fakeStore) Certificate(context.Context) (post.CertificateFacts, error) { return f.cert, nil }
func (f *fakeStore) SaveCertificate(_ context.Context, c post.CertificateFacts) error {
	if f.fail == nil {
		f.cert = c
	}
	return f.fail
}
func (f *fakeStore) SFTPKey(context.Context) (post.SFTPKeyFacts, error) { return f.key, nil }
func (f *fakeStore) SaveSFTPKey(_ context.Context, k post.SFTPKeyFacts) error {
	if f.fail == nil {
		f.key = k
	}
	return f.fail
}
func (f *fakeStore) PinnedHostKey(_ context.Context, host string) (post.HostKey, bool, error) {
	k, ok := f.hosts[host]
	return k, ok, nil
}
func (f *fakeStore) PinHostKey(_ context.Context, k post.HostKey) error {
	if f.hosts == nil {
		f.hosts = map[string]post.HostKey{}
	}
	f.hosts[k.Host] = k
	return f.fail
}
func (f *fakeStore) AddAudit(_ context.Context, line post.Audit) error {
	f.audit = append(f.audit, line)
	return nil
}

// fakeSecrets is a keyring that can fail at the nth call that writes.
type fakeSecrets struct {
	values map[string]string
	writes int
	failAt int
	err    error
}

func (f *fakeSecrets) broken() error {
	f.writes++
	if f.failAt > 0 && f.writes >= f.failAt {
		return f.err
	}
	return nil
}
func (f *fakeSecrets) Set(_ context.Context, name string, value []byte) error {
	if err := f.broken(); err != nil {
		return err
	}
	f.values[name] = string(value)
	return nil
}
func (f *fakeSecrets) Get(_ context.Context, name string) ([]byte, bool, error) {
	value, ok := f.values[name]
	return []byte(value), ok, nil
}
func (f *fakeSecrets) Delete(_ context.Context, name string) error {
	if err := f.broken(); err != nil {
		return err
	}
	delete(f.values, name)
	return nil
}

// fakeReader reads files of the form "fingerprint/pass phrase".
type fakeReader struct{ notAfter time.Time }

func (r fakeReader) Certificate(file []byte, password string) (post.CertificateFacts, error) {
	fingerprint, want, ok := strings.Cut(string(file), "/")
	if !ok {
		return post.CertificateFacts{}, post.NewFault(post.CodeCertificateBroken, nil)
	}
	if want != password {
		return post.CertificateFacts{}, post.NewFault(post.CodeWrongPassword, nil)
	}
	return post.CertificateFacts{Subject: "CN=Kor", Fingerprint: fingerprint, NotAfter: r.notAfter}, nil
}
func (r fakeReader) SFTPKey(file []byte, passphrase string) (post.SFTPKeyFacts, error) {
	fingerprint, want, ok := strings.Cut(string(file), "/")
	if !ok || want != passphrase {
		return post.SFTPKeyFacts{}, post.NewFault(post.CodeSFTPKeyBroken, nil)
	}
	return post.SFTPKeyFacts{Type: "ssh-rsa", Fingerprint: fingerprint}, nil
}
func (r fakeReader) MakeSFTPKey() ([]byte, post.SFTPKeyFacts, error) {
	return []byte("made/"), post.SFTPKeyFacts{Type: "ssh-rsa", Fingerprint: "made"}, nil
}

type fakeProver struct {
	knows int64
	err   error
	asked []post.Sender
	tried []string // certificate files not in use yet
}

func (p *fakeProver) Prove(_ context.Context, sender post.Sender) (Proof, error) {
	p.asked = append(p.asked, sender)
	return Proof{SenderID: p.knows}, p.err
}

func (p *fakeProver) ProveWith(_ context.Context, _ post.Sender, file []byte, _ string) (Proof, error) {
	p.tried = append(p.tried, string(file))
	return Proof{SenderID: p.knows}, p.err
}

type rig struct {
	*Service
	store   *fakeStore
	secrets *fakeSecrets
	prover  *fakeProver
	notices int
}

func newRig() *rig {
	r := &rig{store: &fakeStore{}, secrets: &fakeSecrets{values: map[string]string{}}, prover: &fakeProver{knows: 1000}}
	r.Service = New(r.store, r.secrets, fakeReader{day.AddDate(1, 0, 0)}, r.prover, func(post.Notice) { r.notices++ })
	r.now = func() time.Time { return day }
	return r
}

func TestImportCertificate(t *testing.T) {
	for _, c := range []struct {
		name, file, password string
		notAfter             time.Time
		want                 post.Code
	}{
		{name: "good", file: "A/p", password: "p", notAfter: day.AddDate(0, 1, 0)},
		{name: "wrong pass phrase", file: "A/p", password: "q", want: post.CodeWrongPassword},
		{name: "no certificate", file: "junk", want: post.CodeCertificateBroken},
		{name: "over", file: "A/p", password: "p", notAfter: day.Add(-time.Hour), want: post.CodeCertificateOld},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig()
			r.reader = fakeReader{c.notAfter}
			facts, err := r.ImportCertificate(t.Context(), []byte(c.file), c.password)
			if post.CodeOf(err) != c.want {
				t.Fatalf("%v, want %q", err, c.want)
			}
			if c.want != "" {
				if len(r.secrets.values) != 0 || r.store.cert.Fingerprint != "" || r.notices != 0 {
					t.Error("a refused certificate left something behind")
				}
				return
			}
			file, password, err := r.CertificateFile(t.Context())
			if err != nil || string(file) != c.file || password != c.password || facts.Fingerprint != "A" {
				t.Errorf("%q %q %v", file, password, err)
			}
			if len(r.secrets.values) != 2 || r.notices != 1 || len(r.store.audit) != 1 {
				t.Errorf("left behind: %v", r.secrets.values)
			}
		})
	}
}

// Whatever call to the keyring fails, from whichever one on: a whole pair that
// fits the facts can be read afterwards.
func TestReplaceSurvivesEveryFailure(t *testing.T) {
	locked := post.NewFault(post.CodeKeyringLocked, nil)
	for failAt := 1; failAt <= 7; failAt++ {
		r := newRig()
		if _, err := r.ImportCertificate(t.Context(), []byte("OLD/p"), "p"); err != nil {
			t.Fatal(err)
		}
		r.secrets.writes, r.secrets.failAt, r.secrets.err = 0, failAt, locked
		_, err := r.ImportCertificate(t.Context(), []byte("NEW/q"), "q")
		r.secrets.failAt = 0
		file, password, readErr := r.CertificateFile(t.Context())
		if readErr != nil {
			t.Fatalf("fail at %d: %v", failAt, readErr)
		}
		want, wantPassword := "NEW/q", "q"
		if err != nil {
			want, wantPassword = "OLD/p", "p"
			if !errors.Is(err, locked) {
				t.Errorf("fail at %d: the cause is lost: %v", failAt, err)
			}
		}
		if string(file) != want || password != wantPassword {
			t.Errorf("fail at %d: %q after %v", failAt, file, err)
		}
		for name, value := range r.secrets.values {
			if err == nil && strings.HasPrefix(value, "OLD") {
				t.Errorf("fail at %d: the old one is still in %s", failAt, name)
			}
		}
	}
}

func TestReplaceWhenTheDatabaseFails(t *testing.T) {
	r := newRig()
	if _, err := r.ImportCertificate(t.Context(), []byte("OLD/p"), "p"); err != nil {
		t.Fatal(err)
	}
	r.store.fail = post.NewFault(post.CodeDiskFull, nil)
	if _, err := r.ImportCertificate(t.Context(), []byte("NEW/q"), "q"); post.CodeOf(err) != post.CodeDiskFull {
		t.Errorf("%v", err)
	}
	if file, _, err := r.CertificateFile(t.Context()); err != nil || string(file) != "OLD/p" || len(r.secrets.values) != 2 {
		t.Errorf("%q %v %v", file, err, r.secrets.values)
	}
}

func TestSFTPKey(t *testing.T) {
	r := newRig()
	if _, _, err := r.SFTPKeyFile(t.Context()); post.CodeOf(err) != post.CodeNoSFTPKey {
		t.Errorf("no key: %v", err)
	}
	if _, err := r.ImportSFTPKey(t.Context(), []byte("K/p"), "no"); post.CodeOf(err) != post.CodeSFTPKeyBroken {
		t.Errorf("wrong pass phrase: %v", err)
	}
	if facts, err := r.ImportSFTPKey(t.Context(), []byte("K/p"), "p"); err != nil || facts.Fingerprint != "K" {
		t.Errorf("%v %v", facts, err)
	}
	if facts, err := r.MakeSFTPKey(t.Context()); err != nil || facts.Fingerprint != "made" {
		t.Errorf("%v %v", facts, err)
	}
	if file, passphrase, err := r.SFTPKeyFile(t.Context()); err != nil || string(file) != "made/" || passphrase != "" {
		t.Errorf("%q %q %v", file, passphrase, err)
	}
	if facts, _ := r.SFTPKey(t.Context()); facts.Fingerprint != "made" {
		t.Errorf("%v", facts)
	}
	// The keyring lost it: that is said, not an empty key given.
	delete(r.secrets.values, "sftp-key")
	if _, _, err := r.SFTPKeyFile(t.Context()); post.CodeOf(err) != post.CodeNoSFTPKey {
		t.Errorf("lost key: %v", err)
	}
}

func TestForget(t *testing.T) {
	r := newRig()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.ImportCertificate(t.Context(), []byte("A/p"), "p")
	must(err)
	_, err = r.MakeSFTPKey(t.Context())
	must(err)
	r.secrets.values["certificate-new"] = "left by a crash"
	must(r.Forget(t.Context()))
	if len(r.secrets.values) != 0 || r.store.cert.Fingerprint != "" || r.store.key.Fingerprint != "" {
		t.Errorf("not forgotten: %v", r.secrets.values)
	}
	if _, _, err := r.CertificateFile(t.Context()); post.CodeOf(err) != post.CodeNoCertificate {
		t.Errorf("%v", err)
	}
	// A place that keys were kept in before forgets them as well; one that is gone
	// holds nothing up.
	before := &fakeSecrets{values: map[string]string{"certificate": "OLD/p", "certificate-password": "p", "sftp-key-new": "K", "sealing-key": "stays"}}
	gone := &fakeSecrets{values: map[string]string{}, failAt: 1, err: post.NewFault(post.CodeKeyringMissing, nil)}
	r.ForgetAlso(gone)
	r.ForgetAlso(before)
	must(r.Forget(t.Context()))
	if len(before.values) != 1 || before.values["sealing-key"] == "" {
		t.Errorf("left where they were before: %v", before.values)
	}
	// A locked keyring: the facts stay, so that it can be tried again.
	_, err = r.MakeSFTPKey(t.Context())
	must(err)
	r.secrets.writes, r.secrets.failAt, r.secrets.err = 0, 1, post.NewFault(post.CodeKeyringLocked, nil)
	if err := r.Forget(t.Context()); post.CodeOf(err) != post.CodeKeyringLocked || r.store.key.Fingerprint == "" {
		t.Errorf("%v %v", err, r.store.key)
	}
}

func TestProveAndAdopt(t *testing.T) {
	r := newRig()
	ctx := t.Context()
	if _, err := r.Prove(ctx); post.CodeOf(err) != post.CodeNoSender {
		t.Errorf("no sender: %v", err)
	}
	if _, err := r.ProveAnswer(ctx, Answer{SenderID: 1000}); post.CodeOf(err) != post.CodeNoCertificate {
		t.Errorf("no certificate: %v", err)
	}
	if _, err := r.ImportCertificate(ctx, []byte("A/p"), "p"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.ProveAnswer(ctx, Answer{SenderID: 2000}); post.CodeOf(err) != post.CodeNotAuthorised {
		t.Errorf("another sender: %v", err)
	}
	if _, err := r.ProveAnswer(ctx, Answer{SenderID: 1000, OrganisationNumber: "987654325"}); err != nil || r.store.sender.SenderID != 0 {
		t.Errorf("proved: %v, and stored %v", err, r.store.sender)
	}
	if err := r.Adopt(ctx, Answer{}); post.CodeOf(err) != post.CodeReturnNoSender {
		t.Errorf("no sender-id: %v", err)
	}
	if err := r.Adopt(ctx, Answer{SenderID: 1000, DigipostAddress: "k#1A", OrganisationNumber: "987654325"}); err != nil {
		t.Fatal(err)
	}
	want := post.Sender{SenderID: 1000, BrokerID: 1000, DigipostAddress: "k#1A", OrganisationNumber: "987654325"}
	if got, _ := r.Sender(ctx); got != want {
		t.Errorf("%+v", got)
	}
	if proof, err := r.Prove(ctx); err != nil || proof.SenderID != 1000 {
		t.Errorf("%v %v", proof, err)
	}
	r.prover.err = post.NewFault(post.CodeSignatureRefused, nil)
	if _, err := r.Prove(ctx); post.CodeOf(err) != post.CodeSignatureRefused {
		t.Errorf("%v", err)
	}
	r.now = func() time.Time { return day.AddDate(2, 0, 0) }
	if _, err := r.Prove(ctx); post.CodeOf(err) != post.CodeCertificateOld {
		t.Errorf("%v", err)
	}
}

func TestPartnersInstallationKeepsItsBroker(t *testing.T) {
	r := newRig()
	r.store.sender = post.Sender{BrokerID: 2000}
	if _, err := r.ImportCertificate(t.Context(), []byte("A/p"), "p"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.ProveAnswer(t.Context(), Answer{SenderID: 1000}); err != nil {
		t.Fatal(err)
	}
	if err := r.Adopt(t.Context(), Answer{SenderID: 1000}); err != nil || r.store.sender.SenderID != 1000 || r.store.sender.BrokerID != 2000 {
		t.Errorf("%v %+v", err, r.store.sender)
	}
	if got := r.prover.asked[0]; got.SenderID != 1000 || got.BrokerID != 2000 {
		t.Errorf("signed as %+v", got)
	}
}

// TestWrongCompany: a certificate of another company than the one signed up is
// found before Digipost is asked; a partner's is another's by nature.
func TestWrongCompany(t *testing.T) {
	for name, try := range map[string]struct {
		has, signedUp string
		broker        int64
		want          post.Code
	}{
		"the same":             {has: "987654325", signedUp: "987654325"},
		"another":              {has: "310245798", signedUp: "987654325", want: post.CodeWrongCompany},
		"none named":           {has: "310245798"},
		"no number in it":      {signedUp: "987654325"},
		"partner's own, other": {has: "310245798", signedUp: "987654325", broker: 2000},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig()
			r.store.sender.BrokerID = try.broker
			r.store.cert = post.CertificateFacts{Fingerprint: "A", OrganisationNumber: try.has, NotAfter: day.AddDate(1, 0, 0)}
			answer := Answer{SenderID: 1000, OrganisationNumber: try.signedUp}
			_, err := r.ProveAnswer(t.Context(), answer)
			if post.CodeOf(err) != try.want || (len(r.prover.asked) == 0) != (try.want != "") {
				t.Errorf("%v, asked %v", err, r.prover.asked)
			}
			company, err := r.Company(t.Context(), answer)
			if want := try.has; err != nil || (try.broker == 0 && company != want) || (try.broker != 0 && company != "") {
				t.Errorf("%q %v", company, err)
			}
		})
	}
}

func TestSetSenderID(t *testing.T) {
	r := newRig()
	r.store.sender = post.Sender{SenderID: 1, DigipostAddress: "old#1", Environment: post.Practice}
	for _, bad := range [][2]int64{{0, 0}, {-1, 0}, {1, -1}} {
		if err := r.SetSenderID(t.Context(), bad[0], bad[1]); post.CodeOf(err) != post.CodeNumberInvalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if err := r.SetSenderID(t.Context(), 1000, 0); err != nil {
		t.Fatal(err)
	}
	if got := r.store.sender; got != (post.Sender{SenderID: 1000, BrokerID: 1000, Environment: post.Practice}) {
		t.Errorf("%+v", got)
	}
}

func TestDaysLeftAndHosts(t *testing.T) {
	r := newRig()
	for days, want := range map[time.Duration]int{36 * time.Hour: 1, time.Hour: 0, -time.Hour: -1} {
		if got := r.DaysLeft(post.CertificateFacts{NotAfter: day.Add(days)}); got != want {
			t.Errorf("%v: %d", days, got)
		}
	}
	if err := r.TrustHost(t.Context(), "sftp.example:22", "SHA256:abc"); err != nil {
		t.Fatal(err)
	}
	if key, found, err := r.PinnedHostKey(t.Context(), "sftp.example:22"); err != nil || !found || key.Fingerprint != "SHA256:abc" || !key.At.Equal(day) {
		t.Errorf("%v %v %v", key, found, err)
	}
}
