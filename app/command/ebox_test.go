package command

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"brevdue/app/channel"
	"brevdue/app/inbox"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/assets/lang"
	"brevdue/store"
	"brevdue/store/secret"
)

// Compile-time proof that the real use cases fit the ports.
var (
	_ EBox                 = (*onboarding.EBox)(nil)
	_ Inbox                = (*inbox.Service)(nil)
	_ onboarding.EBoxWords = (*lang.Texts)(nil)
	_ inbox.Words          = (*lang.Texts)(nil)
)

// realChecker checks as the program does.
type realChecker struct{}

func (realChecker) CheckEBoxCertificate(file, key []byte, password, enterprise string, environment post.EBoxEnvironment, now time.Time) (
	post.EBoxCertificate, []post.EBoxCheck, error) {
	return channel.CheckEBoxCertificate(file, key, password, enterprise, environment, now)
}
func (realChecker) CheckClientID(id, number string) []post.EBoxCheck {
	return channel.CheckClientID(id, number)
}

// fakeEBox is an e-Box with one provider that answers and one that is told how to.
type fakeEBox struct {
	token, silent error
	list, flemish []post.EBoxMessage
	content       map[string]string
	fetched       int
}

func (b *fakeEBox) Token(context.Context, bool) (post.EBoxToken, error) {
	return post.EBoxToken{Expires: time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)}, b.token
}
func (b *fakeEBox) Providers(context.Context) ([]post.EBoxProvider, error, error) {
	return []post.EBoxProvider{{ID: "rsz", Name: post.Translated{NL: "RSZ"}, Active: true, Version: "2.1"}, {ID: "vl", Name: post.Translated{NL: "Vlaanderen"}, Active: true}}, nil, b.token
}
func (b *fakeEBox) Messages(_ context.Context, p post.EBoxProvider, _ post.EBoxQuery, visit func(post.EBoxMessage, int) error) error {
	list := b.list
	if p.ID == "vl" {
		if list = b.flemish; b.silent != nil {
			return b.silent
		}
	}
	for _, m := range list {
		if err := visit(m, len(b.list)); err != nil {
			return err
		}
	}
	return nil
}
func (b *fakeEBox) Message(context.Context, post.EBoxProvider, string) (post.EBoxMessage, error) {
	return post.EBoxMessage{}, post.NewFault(post.CodeMessageUnknown, nil)
}
func (b *fakeEBox) Names(_ context.Context, _ post.EBoxProvider, m *post.EBoxMessage) error {
	m.Sender = post.Translated{NL: "FOD Financiën"}
	return nil
}
func (b *fakeEBox) Content(_ context.Context, _ post.EBoxProvider, message string, a post.EBoxAttachment, c post.EBoxContent) error {
	b.fetched++
	_, err := c.Into.Write([]byte(b.content[message+a.ID]))
	return err
}
func (b *fakeEBox) Body(context.Context, post.EBoxProvider, string) (post.Translated, error) {
	return post.Translated{}, nil
}
func (b *fakeEBox) Summary(context.Context, post.EBoxProvider) (post.EBoxSummary, error) {
	return post.EBoxSummary{}, nil
}
func (b *fakeEBox) SetVisible(context.Context, post.EBoxProvider, []string, bool) error { return nil }

// memorySecrets is a keyring.
type memorySecrets map[string][]byte

func (m memorySecrets) Set(_ context.Context, name string, value []byte) error {
	m[name] = value
	return nil
}
func (m memorySecrets) Get(_ context.Context, name string) ([]byte, bool, error) {
	value, found := m[name]
	return value, found, nil
}
func (m memorySecrets) Delete(_ context.Context, name string) error { delete(m, name); return nil }

// newBelgianRig is a rig with an e-Box behind it: real use cases on a real store.
func newBelgianRig(t *testing.T) (*rig, *fakeEBox) {
	r := newRig(t)
	r.clock = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	seal, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "brevdue.db"), store.Options{Seal: seal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	box, now := &fakeEBox{content: map[string]string{}}, func() time.Time { return r.clock }
	for i, subject := range []string{"Aanslagbiljet", "Attest"} {
		content := "inhoud van " + subject
		sum := sha256.Sum256([]byte(content))
		id := fmt.Sprint("m", i+1)
		box.content[id+"a1"] = content
		box.list = append(box.list, post.EBoxMessage{ID: id, Subject: post.Translated{NL: subject}, Received: r.clock.AddDate(0, 0, -1-i), Expires: r.clock.AddDate(0, 1, 0),
			Visible: true, Registered: i == 0, SenderID: "0308357159", TypeID: "t1",
			Attachments: []post.EBoxAttachment{{ID: "a1", FileName: "brief.pdf", Main: true, Size: 1024, SHA256: hex.EncodeToString(sum[:])}}})
	}
	r.checker = realChecker{}
	r.belgium = Belgium{
		EBox: onboarding.NewEBox(onboarding.EBoxPorts{Store: db, Secrets: memorySecrets{}, Checker: realChecker{}, Reach: box, Now: now,
			Paper: func(context.Context, onboarding.EBoxSheet) ([]byte, error) { return []byte("%PDF"), nil }}),
		Inbox: inbox.New(inbox.Ports{Store: db, Box: box, Now: now,
			Table: func(_ context.Context, out, _ string, rows [][]string) error {
				return os.WriteFile(out, []byte(fmt.Sprint(rows)), 0o600)
			}}),
		SaveFile: func(content []byte, out string) error {
			if _, err := os.Stat(out); err == nil {
				return post.NewFault(post.CodeFileExists, nil, "file", filepath.Base(out))
			}
			return os.WriteFile(out, content, 0o600)
		},
	}
	return r, box
}

// certificate writes a certificate of its own and its key, and gives their paths.
func certificate(t *testing.T, r *rig, bits int) (cert, key string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gemeente", Country: []string{"BE"}},
		NotBefore: r.clock.AddDate(0, -1, 0), NotAfter: r.clock.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return oneFile(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		oneFile(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
}

// read parses the one JSON document that was printed.
func read[T any](t *testing.T, out string) (value T) {
	t.Helper()
	if err := json.Unmarshal([]byte(out), &value); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return value
}

func (c checklistJSON) states() string {
	var out []string
	for _, step := range c.Steps {
		out = append(out, step.State)
	}
	return strings.Join(out, " ")
}

func TestChecklist(t *testing.T) {
	r, _ := newBelgianRig(t)
	list := func(exit int, args ...string) checklistJSON {
		t.Helper()
		out, _ := r.want(exit, append([]string{"ebox", "checklist", "-json", "-lang", "en"}, args...)...)
		return read[checklistJSON](t, out)
	}
	first := list(exitDone)
	if len(first.Steps) != 11 || first.Next != "S0" || first.All != 11 || first.Done != 0 || first.Profile != "a" || first.Steps[4].Who == "" ||
		first.Steps[4].Title == "" || !first.Steps[4].Irreversible || first.Steps[6].Where == "" || len(first.Steps[6].Needs) != 3 {
		t.Fatalf("%+v", first)
	}
	list(exitDone, "-enterprise", "BE 566.988.259", "-name", "Gemeente", "-sender-number", "1000001")
	list(exitRefused, "-enterprise", "0123456789")
	list(exitDone, "-done", "s3", "-date", "2026-11-20", "-note", "door de WV")
	got := list(exitDone, "-skip", "S0", "-note", "er is een HTB")
	if got.Steps[3].Date != "2026-11-20" || got.Steps[3].Note != "door de WV" || got.Enterprise != "0566988259" || got.Name != "Gemeente" || got.SenderNumber != "1000001" {
		t.Errorf("%+v", got)
	}
	list(exitRefused, "-done", "S6")
	list(exitRefused, "-done", "S77")
	list(exitRefused, "-done", "S5", "-date", "2027-01-01")
	list(exitStopped, "-done", "S4")
	list(exitDone, "-done", "S4", "-confirm")
	list(exitDone, "-asked", "S5")
	list(exitDone, "-step", "S1", "-note", "later")
	for _, wrong := range [][]string{{"-done", "S1", "-skip", "S2"}, {"-date", "20.11.2026", "-done", "S1"}, {"-note", "x"}, {"-date", "2026-11-20"}, {"-ebox-environment", "moon"}} {
		r.want(exitUsage, append([]string{"ebox", "checklist"}, wrong...)...)
	}
	out, _ := r.want(exitDone, "ebox", "checklist", "-lang", "nb")
	if strings.Contains(out, "ebox.") || strings.Contains(out, "command.") || !strings.Contains(out, "er is een HTB") || !strings.Contains(out, "3 av 11") {
		t.Errorf("%s", out)
	}
	// To a colleague, and on paper.
	dir := t.TempDir()
	file, paper := filepath.Join(dir, "lijst.json"), filepath.Join(dir, "lijst.pdf")
	if got := list(exitDone, "-export", file, "-pdf", paper); len(got.Files) != 2 {
		t.Errorf("%+v", got.Files)
	}
	list(exitRefused, "-export", file)
	r.clock = r.clock.Add(time.Hour)
	list(exitDone, "-reopen", "S3")
	list(exitStopped, "-import", file)         // somebody must say yes
	list(exitRefused, "-import", file, "-yes") // and that the newer one may go
	got = list(exitDone, "-import", file, "-yes", "-overwrite")
	if len(got.Differences) == 0 || got.Steps[3].State != "done" {
		t.Errorf("%+v", got)
	}
	list(exitRefused, "-import", paper, "-yes")
	list(exitRefused, "-import", filepath.Join(dir, "none"), "-yes")
	other, _ := newBelgianRig(t)
	other.want(exitDone, "ebox", "checklist", "-import", file) // nothing there yet
	for _, keys := range []string{"-done", "-import"} {
		if out, _ := r.want(exitDone, "help", "ebox", "checklist"); !strings.Contains(out, keys) {
			t.Errorf("%s", out)
		}
	}
	r.belgium = Belgium{}
	r.want(exitCredentials, "ebox", "checklist")
}

func TestCheckCertificate(t *testing.T) {
	r, _ := newBelgianRig(t)
	cert, key := certificate(t, r, 2048)
	out, _ := r.want(exitDone, "ebox", "check-certificate", cert, "-json", "-lang", "en")
	got := read[certificateCheckJSON](t, out)
	if !got.OK || len(got.Checks) < 4 || got.Certificate.SHA256 == "" || got.Certificate.DaysLeft != 365 || got.Certificate.Key != "RSA 2048" {
		t.Errorf("%+v", got)
	}
	for _, check := range got.Checks {
		if strings.Contains(check.Text, "ebox.") || strings.Contains(check.Text, "?") || check.Verdict == "" || check.Code == "" {
			t.Errorf("%+v", check)
		}
	}
	r.want(exitDone, "ebox", "check-certificate", cert, "-ebox-key", key)
	_, other := certificate(t, r, 2048)
	if out, _ := r.want(exitRefused, "ebox", "check-certificate", cert, "-ebox-key", other, "-lang", "en"); !strings.Contains(out, "another certificate") {
		t.Errorf("%s", out)
	}
	both, _ := os.ReadFile(cert)
	private, _ := os.ReadFile(key)
	r.want(exitRefused, "ebox", "check-certificate", oneFile(t, "both.pem", string(both)+string(private)))
	r.want(exitRefused, "ebox", "check-certificate", key)
	r.want(exitRefused, "ebox", "check-certificate", filepath.Join(t.TempDir(), "none"))
	r.want(exitUsage, "ebox", "check-certificate", cert, "-ebox-environment", "moon")
	if got, _, _ := r.run("ebox", "check-certificate", oneFile(t, "text.pem", "hei")); got == exitDone || got == exitInternal {
		t.Errorf("text: exit %d", got)
	}
	if r.opens != 0 {
		t.Error("a profile was opened")
	}
}

func TestAccess(t *testing.T) {
	r, box := newBelgianRig(t)
	cert, key := certificate(t, r, 2048)
	r.want(exitUsage, "ebox", "access", "-ebox-key", key)
	r.want(exitCredentials, "ebox", "access", "-try")
	r.want(exitCredentials, "ebox", "access", "-profile-b", "-certificate", cert) // without its key
	out, _ := r.want(exitDone, "ebox", "access", "-certificate", cert, "-ebox-key", key, "-sender-number", "1000001",
		"-client-id", "self_service_chaman_1000001_abcdefghij", "-token-url", "https://a/token", "-provider-url", "https://b", "-provider-url", "https://c", "-json")
	got := read[accessJSON](t, out)
	if got.Profile != "b" || got.ClientID == "" || got.Certificate == nil || got.TokenURL != "https://a/token" || len(got.ProviderURLs) != 2 || got.Proved != nil || len(got.Checks) < 5 {
		t.Errorf("%+v", got)
	}
	r.want(exitRefused, "ebox", "access", "-client-id", "your_client_id")
	got = read[accessJSON](t, first(r.want(exitDone, "ebox", "access", "-try", "-json")))
	if got.Proved == nil || !*got.Proved || got.TokenUntil == "" || len(got.Providers) != 2 {
		t.Errorf("%+v", got)
	}
	list := read[checklistJSON](t, first(r.want(exitDone, "ebox", "checklist", "-json")))
	if list.Done != 11 {
		t.Errorf("%s", list.states())
	}
	box.silent = post.NewFault(post.CodeTimeout, nil, "host", "vl")
	if out, _ := r.want(exitAttention, "ebox", "access", "-try", "-lang", "en"); !strings.Contains(out, "Vlaanderen") {
		t.Errorf("%s", out)
	}
	box.token = post.NewFault(post.CodeClientRefused, nil)
	r.want(exitCredentials, "ebox", "access", "-try")
	for _, address := range []string{"file:///etc/passwd", "http://token.example/", "https://user@token.example/", "https:///", "x"} {
		r.want(exitUsage, "ebox", "access", "-token-url", address)
		r.want(exitUsage, "ebox", "access", "-provider-url", "https://b", "-provider-url", address)
	}
	if got := read[accessJSON](t, first(r.want(exitDone, "ebox", "access", "-token-url", "", "-json"))); got.TokenURL != "" || len(got.ProviderURLs) != 2 {
		t.Errorf("%+v", got)
	}
	// A colleague's checklist without this certificate would leave the key to nobody.
	other, _ := newBelgianRig(t)
	file := filepath.Join(t.TempDir(), "lijst.json")
	other.want(exitDone, "ebox", "checklist", "-name", "Andere", "-export", file)
	r.want(exitStopped, "ebox", "checklist", "-import", file, "-overwrite")
	r.terminal, r.stdin = true, "yes\nno\n"
	if _, asked := r.want(exitStopped, "ebox", "checklist", "-import", file, "-overwrite", "-lang", "en"); !strings.Contains(asked, "private key is removed") {
		t.Errorf("%s", asked)
	}
	r.terminal = false
	r.want(exitStopped, "ebox", "access", "-profile-b=false") // it would remove the key
	r.want(exitStopped, "ebox", "access", "-forget")
	r.want(exitDone, "ebox", "access", "-forget", "-yes")
	if list := read[checklistJSON](t, first(r.want(exitDone, "ebox", "checklist", "-json"))); list.Done != 0 || list.ClientID != "" {
		t.Errorf("%+v", list)
	}
}

func first(out, _ string) string { return out }

func TestMessages(t *testing.T) {
	r, box := newBelgianRig(t)
	got := read[messagesJSON](t, first(r.want(exitDone, "ebox", "messages", "-json")))
	if got.Total != 2 || got.Unread != 2 || got.New != 2 || len(got.Providers) != 2 {
		t.Fatalf("%+v", got)
	}
	m := got.Messages[0]
	if m.ID != "m1" || m.Sender != "FOD Financiën" || m.Subject != "Aanslagbiljet" || m.Read || !m.Registered || !strings.HasPrefix(m.Received, "2026-11-21T") || m.Expires == "" ||
		len(m.Documents) != 1 || m.Documents[0].Name != "brief.pdf" {
		t.Errorf("%+v", m)
	}
	for want, args := range map[int][]string{1: {"-search", "attest"}, 2: {"-unread"}, 0: {"-expiring", "7"}} {
		if got := read[messagesJSON](t, first(r.want(exitDone, append([]string{"ebox", "messages", "-json"}, args...)...))); got.Total != want {
			t.Errorf("%v: %d", args, got.Total)
		}
	}
	r.want(exitUsage, "ebox", "messages", "-expiring", "-1")
	book := filepath.Join(t.TempDir(), "lijst.xlsx")
	out, _ := r.want(exitDone, "ebox", "messages", "-registered", "-workbook", book, "-lang", "en")
	if text, _ := os.ReadFile(book); !strings.Contains(string(text), "Aanslagbiljet") || strings.Contains(string(text), "Attest") || strings.Contains(out, "command.") {
		t.Errorf("%s\n%s", text, out)
	}
	if got := read[messagesJSON](t, first(r.want(exitDone, "ebox", "messages", "-json", "-refresh=false"))); got.New != 0 {
		t.Errorf("a person has looked, and %d are new", got.New)
	}
	box.silent = post.NewFault(post.CodeTimeout, nil)
	if got := read[messagesJSON](t, first(r.want(exitAttention, "ebox", "messages", "-json"))); got.Total != 2 || got.Providers[1].Trouble != "timeout" || got.Providers[1].Text == "" {
		t.Errorf("%+v", got.Providers)
	}
	box.token = post.NewFault(post.CodeUnreachable, nil, "host", "x")
	if got := read[messagesJSON](t, first(r.want(exitUnreachable, "ebox", "messages", "-json"))); got.Total != 2 {
		t.Errorf("%+v", got)
	}
	box.token = post.NewFault(post.CodeEBoxKey, nil)
	r.want(exitCredentials, "ebox", "messages")
}

// TestSameID: ids are unique within one provider only, and nothing is fetched by
// a guess.
func TestSameID(t *testing.T) {
	r, box := newBelgianRig(t)
	box.flemish = []post.EBoxMessage{box.list[0]}
	if out, _ := r.want(exitDone, "ebox", "messages"); !strings.Contains(out, "rsz/m1") || !strings.Contains(out, "vl/m1") || strings.Contains(out, "rsz/m2") {
		t.Errorf("%s", out)
	}
	dir := t.TempDir()
	if _, told := r.want(exitUsage, "ebox", "download", dir, "-message", "m1", "-yes"); !strings.Contains(told, "rsz/m1") || !strings.Contains(told, "vl/m1") || box.fetched != 0 {
		t.Errorf("%s", told)
	}
	got := read[downloadJSON](t, first(r.want(exitDone, "ebox", "download", dir, "-message", "vl/m1", "-message", "m2", "-yes", "-json")))
	if got.Saved != 2 || got.Documents[0].Provider != "vl" || got.Documents[1].Provider != "rsz" {
		t.Errorf("%+v", got)
	}
}

// TestLongSubjects: what a sender writes does not break the table; JSON has all
// of it.
func TestLongSubjects(t *testing.T) {
	r, box := newBelgianRig(t)
	long := strings.Repeat("Zeer lang onderwerp ", 30)
	box.list[0].Subject = post.Translated{NL: long}
	box.list[1].Subject = post.Translated{NL: "rood \x1b[31m\u202etxet\tx\ny"}
	out, _ := r.want(exitDone, "ebox", "messages", "-lang", "nl")
	for line := range strings.Lines(out) {
		if utf8.RuneCountInString(line) > 200 {
			t.Errorf("%d characters: %s", utf8.RuneCountInString(line), line)
		}
	}
	if strings.ContainsAny(out, "\x1b\u202e") || !strings.Contains(out, "lang onderwerp…") || !strings.Contains(out, "rood [31mtxet x y") {
		t.Errorf("%s", out)
	}
	if got := read[messagesJSON](t, first(r.want(exitDone, "ebox", "messages", "-json"))); got.Messages[0].Subject != long {
		t.Errorf("%q", got.Messages[0].Subject)
	}
}

func TestDownload(t *testing.T) {
	r, box := newBelgianRig(t)
	dir := t.TempDir()
	r.want(exitUsage, "ebox", "download", dir)
	r.want(exitUsage, "ebox", "download", dir, "-all", "-message", "m1")
	r.want(exitStopped, "ebox", "download", dir, "-all")
	if box.fetched != 0 {
		t.Fatal("fetched without a yes")
	}
	r.want(exitRefused, "ebox", "download", dir, "-message", "none", "-yes")
	r.want(exitRefused, "ebox", "download", filepath.Join(dir, "none", "none"), "-all", "-yes")
	fresh := filepath.Join(dir, "vers")
	r.want(exitStopped, "ebox", "download", fresh, "-all")
	if _, err := os.Stat(fresh); err == nil {
		t.Error("the folder was made before anybody said yes")
	}
	r.want(exitDone, "ebox", "download", fresh, "-all", "-annexes-only", "-yes") // there are none
	if box.fetched != 0 {
		t.Error("a main document was fetched")
	}
	got := read[downloadJSON](t, first(r.want(exitDone, "ebox", "download", dir, "-message", "m2", "-yes", "-json")))
	if got.Saved != 1 || got.MarkedRead != 1 || got.Documents[0].State != "saved" || filepath.Dir(filepath.Dir(got.Documents[0].Path)) != dir {
		t.Errorf("%+v", got)
	}
	if text, err := os.ReadFile(got.Documents[0].Path); err != nil || string(text) != "inhoud van Attest" {
		t.Errorf("%q, %v", text, err)
	}
	box.content["m1a1"] = "something else"
	got = read[downloadJSON](t, first(r.want(exitAttention, "ebox", "download", dir, "-all", "-yes", "-json")))
	if got.There != 1 || got.Failed != 1 || got.Documents[0].Code != "digest_wrong" {
		t.Errorf("%+v", got)
	}
	r.want(exitRefused, "ebox", "download", dir, "-message", "m1", "-yes") // nothing came at all
	r.want(exitDone, "ebox", "download", dir, "-message", "m2")            // nothing to say yes to
	r.terminal, r.stdin = true, "ja\n"
	box.content["m1a1"] = "inhoud van Aanslagbiljet"
	out, asked := r.want(exitDone, "ebox", "download", dir, "-all", "-lang", "nb")
	if !strings.Contains(asked, "1 dokument") || strings.Contains(out+asked, "command.") {
		t.Errorf("%s\n%s", asked, out)
	}
}
