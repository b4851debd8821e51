package channel

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/inbox"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/assets/lang"
	"brevdue/digipost/ebox"
	"brevdue/digipost/sandbox"
)

var (
	_ inbox.Box              = (*EBox)(nil)
	_ onboarding.EBoxReach   = (*EBox)(nil)
	_ onboarding.EBoxChecker = EBoxChecks{}
)

// eboxStandIn starts the stand-in and a reader of its e-Box.
func eboxStandIn(t *testing.T) (*EBox, sandbox.Ready, func(path, body string)) {
	t.Helper()
	server, err := sandbox.Start(context.Background(), sandbox.Config{Dir: t.TempDir(), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	ready := server.Ready()
	file, err := os.ReadFile(ready.EBoxKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	box := NewEBox(func(context.Context) (post.EBoxAccess, error) {
		return post.EBoxAccess{Environment: post.EBoxPractice, ClientID: ready.EBoxClientID, TokenURL: ready.EBoxToken, RegistryURL: ready.EBoxRegistry}, nil
	}, func(context.Context) (crypto.Signer, error) { return EBoxSigner(file, nil, "") }, "brevdue-test")
	t.Cleanup(box.Close)
	control := func(path, body string) {
		response, err := http.Post(ready.Control+path, "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode >= 300 {
			t.Fatalf("%s %s: %d", path, body, response.StatusCode)
		}
	}
	return box, ready, control
}

func provider(t *testing.T, box *EBox, id string) post.EBoxProvider {
	t.Helper()
	providers, fallback, err := box.Providers(context.Background())
	if err != nil || fallback != nil {
		t.Fatal(err, fallback)
	}
	at := slices.IndexFunc(providers, func(p post.EBoxProvider) bool { return p.ID == id })
	if at < 0 {
		t.Fatal("no provider ", id)
	}
	return providers[at]
}

func TestEBoxAgainstTheStandIn(t *testing.T) {
	box, _, control := eboxStandIn(t)
	ctx := context.Background()
	token, err := box.Token(ctx, true)
	if err != nil || !token.Expires.After(time.Now()) || len(token.Scopes) != 2 {
		t.Fatal(token, err)
	}
	federal, flemish := provider(t, box, "oefen-federaal"), provider(t, box, "oefen-vlaanderen")
	for _, p := range []post.EBoxProvider{federal, flemish} {
		count := 0
		if err := box.Messages(ctx, p, post.EBoxQuery{Unread: true}, func(m post.EBoxMessage, _ int) error {
			count++
			if m.Provider != p.ID || m.Read || m.Received.IsZero() {
				t.Errorf("%+v", m)
			}
			return nil
		}); err != nil || count == 0 {
			t.Error(p.ID, count, err)
		}
		if s, err := box.Summary(ctx, p); err != nil || s.Messages == 0 {
			t.Error(s, err)
		}
	}
	m, err := box.Message(ctx, federal, "EBX-1005")
	if err := box.Names(ctx, federal, &m); err != nil || !m.NamesUntil.After(time.Now()) {
		t.Error(err, m.NamesUntil)
	}
	if err != nil || m.Sender.In("nl") == "" || m.Type.In("nl") == "" || m.Payment == nil || m.Payment.Amount != "1250.40" || m.Main() == nil {
		t.Fatalf("%v %+v", err, m)
	}
	var into bytes.Buffer
	if err := box.Content(ctx, federal, m.ID, *m.Main(), post.EBoxContent{Into: &into}); err != nil || !bytes.HasPrefix(into.Bytes(), []byte("%PDF")) {
		t.Error(err)
	}
	if text, err := box.Body(ctx, federal, "EBX-1007"); err != nil || text.NL == "" {
		t.Error(text, err)
	}
	if err := box.SetVisible(ctx, federal, []string{"EBX-0001"}, false); err != nil {
		t.Error(err)
	}
	wrong, err := box.Message(ctx, federal, "EBX-1024")
	if err != nil {
		t.Fatal(err)
	}
	err = box.Content(ctx, federal, wrong.ID, wrong.Attachments[0], post.EBoxContent{Into: &into})
	if fault := post.FaultOf(err); fault.Code != post.CodeDigestWrong || fault.Fields["file"] != "fout.pdf" {
		t.Error(err)
	}
	if _, err := box.Message(ctx, federal, "none"); post.CodeOf(err) != post.CodeMessageUnknown {
		t.Error(err)
	}
	// A message that was seen and has ended is told from one that never was.
	box.now = func() time.Time { return m.Expires.Add(time.Hour) }
	control("/ebox-expire", "oefen-federaal EBX-1005")
	if _, err := box.Message(ctx, federal, "EBX-1005"); post.CodeOf(err) != post.CodeMessageExpired {
		t.Error(err)
	}
}

// TestEBoxFaults: each trouble of the stand-in has its code.
func TestEBoxFaults(t *testing.T) {
	box, _, control := eboxStandIn(t)
	ctx := context.Background()
	federal := provider(t, box, "oefen-federaal")
	list := func() error {
		return box.Messages(ctx, federal, post.EBoxQuery{}, func(post.EBoxMessage, int) error { return nil })
	}
	for spec, want := range map[string]post.Code{
		"401@/REST": post.CodeEBoxRefused, "403@/REST": post.CodeScopeMissing, "429@/REST:70": post.CodeTooMany, "500@/REST": post.CodeEBoxServer,
		"413@/REST": post.CodeEBoxAnswer, "html@/REST": post.CodeEBoxServer, "reset_before@/REST": post.CodeEBoxUnreachable,
	} {
		control("/trouble", spec)
		err := list()
		if post.CodeOf(err) != want || want == post.CodeTooMany && post.FaultOf(err).Fields["seconds"] != "70" {
			t.Errorf("%s: %v", spec, err)
		}
		if fault := post.FaultOf(err); !strings.HasPrefix(fault.Fields["host"], federal.Name.NL+" (127.0.0.1:") {
			t.Errorf("%s: it is said of %q", spec, fault.Fields["host"])
		}
	}
	control("/trouble", "")
	control("/ebox-settings", `{"certificate":"changed"}`)
	if _, err := box.Token(ctx, true); post.CodeOf(err) != post.CodeClientRefused || post.FaultOf(err).Fields["detail"] != "invalid_client" {
		t.Error(err)
	}
	control("/ebox-settings", `{"certificate":"own","scopes":[]}`)
	if _, err := box.Token(ctx, true); post.CodeOf(err) != post.CodeScopeMissing {
		t.Error(err)
	}
	stop := errors.New("own")
	control("/ebox-settings", `{"scopes":["scope:document:management:consult:ws-eboxrestentreprise:documentconsumer"]}`)
	if err := box.Messages(ctx, federal, post.EBoxQuery{}, func(post.EBoxMessage, int) error { return stop }); !errors.Is(err, stop) || post.CodeOf(err) != post.CodeInternal {
		t.Error(err)
	}
	if err := box.Content(ctx, federal, "EBX-1001", post.EBoxAttachment{ID: "doc-1"}, post.EBoxContent{Into: brokenWriter{stop}}); err != stop {
		t.Error(err)
	}
	if _, _, err := box.Providers(ctx); post.CodeOf(err) != "" && post.CodeOf(err) != post.CodeScopeMissing {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := box.Token(ended, true); !errors.Is(err, context.Canceled) || post.CodeOf(err) != post.CodeInternal {
		t.Error(err)
	}
}

// TestEBoxFaultWords: whatever goes wrong with the e-Box, the person hears whose
// trouble it is, and never of Digipost or of letters that go out.
func TestEBoxFaultWords(t *testing.T) {
	box := NewEBox(nil, nil, "")
	about := aboutProvider(post.EBoxProvider{ID: "rsz", Name: post.Translated{NL: "RSZ"}})
	about.message, about.file = "m", "a.pdf"
	call := func(status int, err error) error {
		return &ebox.Error{Op: "x", Host: "rsz.example", HTTPStatus: status, Err: err}
	}
	token := func(hint ebox.Hint, status int, err error) error {
		return &ebox.TokenError{Host: "token.example", Hint: hint, HTTPStatus: status, Err: err}
	}
	errs := []error{&ebox.DigestError{}, call(0, &tls.CertificateVerificationError{Err: errors.New("x")}), token("client", 401, nil), token("scope", 403, nil),
		token("program", 400, nil), token("server", 500, nil), token("server", 0, ebox.ErrTimeout), token("server", 429, nil),
		&ebox.TokenError{Host: "token.example", Hint: ebox.HintClient, Skew: 10 * time.Minute}}
	for _, cause := range []error{ebox.ErrBadAnswer, ebox.ErrTooLarge, ebox.ErrCut, ebox.ErrTimeout, ebox.ErrRedirect, ebox.ErrUnknownProvider, ebox.ErrNoContent,
		ebox.ErrAddress, errors.New("refused")} {
		errs = append(errs, call(0, cause))
	}
	for _, status := range []int{200, 302, 400, 401, 403, 404, 410, 413, 429, 500, 501, 503} {
		errs = append(errs, call(status, nil))
	}
	for _, language := range lang.Languages() {
		texts := lang.New(language)
		for _, err := range errs {
			fault := post.FaultOf(box.fault(context.Background(), err, about))
			what, next := texts.Fault(string(fault.Code), fault.Fields)
			what = strings.ReplaceAll(what, " ({status})", "") // as whoever shows it does
			if fault.Code == post.CodeInternal || what == "" || next == "" || strings.ContainsAny(what+next, "{}") || strings.Contains(what+next, "Digipost") {
				t.Errorf("%s: %v: %s %q %q", language, err, fault.Code, what, next)
			}
			if strings.Contains(string(fault.Code), "ebox_") && fault.Fields["host"] != "" &&
				!strings.Contains(what, "RSZ (rsz.example)") && !strings.Contains(what, "token.example") && fault.Code != post.CodeScopeMissing {
				t.Errorf("%s: %s does not say whose trouble it is: %s", language, fault.Code, what)
			}
		}
	}
}

// TestEBoxClock: a clock that is ten minutes wrong is told as that, and not as a
// ClientID that is.
func TestEBoxClock(t *testing.T) {
	box, _, _ := eboxStandIn(t)
	for _, wrong := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		box.now = func() time.Time { return time.Now().Add(wrong) }
		box.Close()
		_, err := box.Token(context.Background(), true)
		if fault := post.FaultOf(err); fault == nil || fault.Code != post.CodeClockWrong || fault.Fields["minutes"] != "10" {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}

// TestShown: what a sender wrote stands in a sentence and steers no terminal.
func TestShown(t *testing.T) {
	for text, want := range map[string]string{
		"brief.pdf": "brief.pdf", "a\x1b[2Jb\r\nc": "a[2Jb  c", "a\u202efdp.exe": "afdp.exe", "\xff\x00": "", " a ": "a",
		strings.Repeat("😀", 200): strings.Repeat("😀", 79) + "…",
	} {
		if got := shown(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got := fileOf(post.EBoxAttachment{FileName: "\x00", Title: post.Translated{FR: "Lettre"}}); got != "Lettre" {
		t.Error(got)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// TestEBoxAccess: what is missing or changed is seen before or while it is used.
func TestEBoxAccess(t *testing.T) {
	var clients []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		clients = append(clients, r.UserAgent())
		fmt.Fprint(w, `{"access_token":"x","expires_in":600}`)
	}))
	defer server.Close()
	access := post.EBoxAccess{Environment: post.EBoxPractice, ClientID: "a", TokenURL: server.URL}
	var signer crypto.Signer
	box := NewEBox(func(context.Context) (post.EBoxAccess, error) { return access, nil },
		func(context.Context) (crypto.Signer, error) { return signer, nil }, "brevdue/1")
	defer box.Close()
	token := func() error { _, err := box.Token(context.Background(), false); return err }
	if err := token(); post.CodeOf(err) != post.CodeEBoxKey {
		t.Error(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer = ec
	if err := token(); post.CodeOf(err) != post.CodeCertificateKey {
		t.Error(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := EBoxSigner(der, nil, ""); post.CodeOf(err) != post.CodeCertificateKey {
		t.Error(err)
	}
	if _, err := EBoxSigner(nil, nil, ""); post.CodeOf(err) != post.CodeEBoxKey {
		t.Error(err)
	}
	if _, err := EBoxSigner([]byte("x"), nil, ""); post.CodeOf(err) != post.CodeEBoxKey {
		t.Error(err)
	}
	signer = eboxKey(t)
	for range 2 {
		if err := token(); err != nil {
			t.Error(err)
		}
	}
	access.ClientID = "b"
	if err := token(); err != nil || len(clients) != 2 || clients[0] != "brevdue/1" {
		t.Error(err, clients)
	}
	access.ClientID = ""
	if err := token(); post.CodeOf(err) != post.CodeClientRefused {
		t.Error(err)
	}
	// The simulation has no registry of its own: production's would lead to real
	// messages.
	if config := configOf(post.EBoxAccess{Environment: post.EBoxSimulation}); len(config.Registries) != 0 || len(config.Fallback) != 1 || !strings.Contains(config.Fallback[0], "-sim.") {
		t.Errorf("%+v", config)
	}
	if config := configOf(post.EBoxAccess{Environment: post.EBoxPractice}); config.TokenURL != "" || config.Registries != nil || config.Fallback != nil {
		t.Errorf("practice knows real addresses: %+v", config)
	}
}

func eboxKey(t *testing.T) crypto.Signer {
	t.Helper()
	_, ready, _ := eboxStandIn(t)
	file, err := os.ReadFile(ready.EBoxKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := EBoxSigner(nil, file, "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestEBoxCertificate(t *testing.T) {
	_, ready, _ := eboxStandIn(t)
	file, err := os.ReadFile(ready.EBoxCertificateFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(ready.EBoxKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	facts, checks, err := CheckEBoxCertificate(file, key, "", ready.EBoxEnterprise, post.EBoxPractice, time.Now())
	if err != nil || !facts.KeyMatches || facts.HasPrivateKey || facts.SHA256 == "" {
		t.Errorf("%v %+v", err, facts)
	}
	for _, check := range checks {
		if check.Verdict == post.EBoxBlocks || check.Verdict == "" {
			t.Errorf("%+v", check)
		}
	}
	if _, checks, err := CheckEBoxCertificate(key, nil, "", "", post.EBoxProduction, time.Now()); err != nil || checks[0].Code != "certificate_has_key" || checks[0].Verdict != post.EBoxBlocks {
		t.Error(checks, err)
	}
	if _, _, err := CheckEBoxCertificate([]byte("x"), nil, "", "", post.EBoxProduction, time.Now()); post.CodeOf(err) != post.CodeCertificateBroken {
		t.Error(err)
	}
	if checks := CheckClientID(ready.EBoxClientID, "1000001"); len(checks) != 2 || checks[0].Verdict != post.EBoxGood || checks[1].Verdict != post.EBoxGood {
		t.Error(checks)
	}
}

// TestEBoxChecksAreListed: the list that the words are written from has every
// code there is.
func TestEBoxChecksAreListed(t *testing.T) {
	list, err := os.ReadFile("ebox_checks.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"check.go", "clientid.go"} {
		source, err := os.ReadFile("../../digipost/ebox/" + name)
		if err != nil {
			t.Fatal(err)
		}
		codes := regexp.MustCompile(`(?m)^\tCode\w+ += "(\w+)" +// (\w+)`).FindAllStringSubmatch(string(source), -1)
		if len(codes) < 9 {
			t.Errorf("%s: %d codes", name, len(codes))
		}
		for _, code := range codes {
			if !regexp.MustCompile(`(?m)^//\t` + code[1] + ` +` + code[2] + `\b`).Match(list) {
				t.Errorf("%s (%s) is not in the list", code[1], code[2])
			}
		}
	}
}
