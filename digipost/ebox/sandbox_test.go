package ebox_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/digipost/ebox"
	"brevdue/digipost/sandbox"
)

// The stand-in judges by its own reading of the public contracts.
type box struct {
	testing.TB
	ready  sandbox.Ready
	key    crypto.Signer
	client *ebox.Client
	judge  *judge
	// v2 and v3 are the providers of the two generations.
	v2, v3 ebox.Provider
}

func startBox(t testing.TB) *box {
	t.Helper()
	server, err := sandbox.Start(context.Background(), sandbox.Config{Dir: t.TempDir(), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	b := &box{TB: t, ready: server.Ready()}
	file, err := os.ReadFile(b.ready.EBoxKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	if b.key, err = ebox.ReadKey(file, ""); err != nil {
		t.Fatal(err)
	}
	b.client = b.open(nil)
	providers, fallback, err := b.client.Providers(context.Background())
	if err != nil || fallback != nil {
		t.Fatal(err, fallback)
	}
	for _, p := range providers {
		switch p.ID {
		case "oefen-federaal":
			b.v2 = p
		case "oefen-vlaanderen":
			b.v3 = p
		}
	}
	return b
}

func (b *box) open(transport http.RoundTripper) *ebox.Client {
	b.Helper()
	client, err := ebox.New(ebox.Config{ClientID: b.ready.EBoxClientID, Key: b.key, TokenURL: b.ready.EBoxToken,
		Registries: []string{b.ready.EBoxRegistry}, Transport: transport, Timeout: 3 * time.Second, Pause: 20 * time.Millisecond})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.Close)
	return client
}

// judged makes a client whose traffic with the registry of 2.1 is held against
// the published contract.
func (b *box) judged() *ebox.Client {
	b.Helper()
	b.judge = &judge{t: b, through: http.DefaultTransport, judged: map[string]int{},
		contracts: []contract{readContract(b, "message-registry-2.1.yaml", b.v2.URL)}}
	return b.open(b.judge)
}

func (b *box) control(path, body string) {
	b.Helper()
	response, err := http.Post(b.ready.Control+path, "text/plain", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		b.Fatalf("%s %s: %d", path, body, response.StatusCode)
	}
}

// state is what the stand-in knows of a message.
type state struct {
	Providers []map[string]any `json:"providers"`
	Hits      struct {
		Token int `json:"token"`
	} `json:"hits"`
	Messages []struct {
		Provider  string `json:"provider"`
		ID        string `json:"id"`
		Read      bool   `json:"read"`
		Visible   bool   `json:"visible"`
		Documents []struct {
			ID     string `json:"id"`
			SHA256 string `json:"sha256"`
			Bytes  int64  `json:"bytes"`
		} `json:"documents"`
	} `json:"messages"`
}

func (b *box) state() (s state) {
	b.Helper()
	response, err := http.Get(b.ready.Control + "/ebox")
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&s); err != nil {
		b.Fatal(err)
	}
	return s
}

func (b *box) read(provider ebox.Provider, id string) bool {
	b.Helper()
	for _, m := range b.state().Messages {
		if m.Provider == provider.ID && m.ID == id {
			return m.Read
		}
	}
	b.Fatal("no message ", id)
	return false
}

func all(t testing.TB, c *ebox.Client, p ebox.Provider, q ebox.Query) (list []ebox.Message) {
	t.Helper()
	if err := c.List(context.Background(), p, q, func(m ebox.Message, _ int) error { list = append(list, m); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestStandInWhole reads everything of both registries by the contract: every
// list, message, document and name, and compares what came.
func TestStandInWhole(t *testing.T) {
	t.Parallel()
	b := startBox(t)
	b.control("/ebox-settings", `{"contract_only":true}`)
	client := b.judged()
	b.client = client
	wanted := map[string]string{}
	for _, m := range b.state().Messages {
		for _, d := range m.Documents {
			wanted[m.Provider+" "+m.ID+" "+d.ID] = d.SHA256
		}
	}
	ctx := context.Background()
	for _, p := range []ebox.Provider{b.v2, b.v3} {
		messages := all(t, client, p, ebox.Query{PageSize: 7})
		if len(messages) < 10 || !slices.IsSortedFunc(messages, func(x, y ebox.Message) int { return y.Received.Compare(x.Received) }) {
			t.Errorf("%s: %d messages, or not sorted", p.ID, len(messages))
		}
		for _, m := range messages {
			whole, err := client.Message(ctx, p, m.ID)
			if err != nil || whole.ID != m.ID || whole.Received.IsZero() || whole.Expires.IsZero() || len(whole.Attachments) != len(m.Attachments) {
				t.Fatalf("%s %q: %v %+v", p.ID, m.ID, err, whole)
			}
			for _, a := range whole.Attachments {
				b.fetch(p, m, a, wanted)
			}
			if m.BodyIsMain {
				if text, err := client.Body(ctx, p, m.ID); err != nil || text.Empty() {
					t.Errorf("%s %s: %v", p.ID, m.ID, err)
				}
			}
			if r, err := client.MessageType(ctx, p, m.TypeID); err != nil || r.Name.Empty() {
				t.Errorf("type %s: %v", m.TypeID, err)
			}
			if r, err := client.SenderOrganization(ctx, p, m.SenderID); err != nil || r.Name.Empty() {
				t.Errorf("sender %s: %v", m.SenderID, err)
			}
		}
	}
	if s, err := client.Summary(ctx, b.v2); err != nil || s.Messages < 30 {
		t.Error(s, err)
	}
	if s, err := client.Summary(ctx, b.v3); err != nil || s.Messages < 10 {
		t.Error(s, err)
	}
	if len(b.judge.judged) < 6 {
		t.Errorf("the contract saw only %v", b.judge.judged)
	}
}

// fetch takes a document and compares it with what the stand-in says it is.
func (b *box) fetch(p ebox.Provider, m ebox.Message, a ebox.Attachment, wanted map[string]string) {
	b.Helper()
	var into bytes.Buffer
	got, err := b.client.Content(context.Background(), p, m.ID, a, &into, nil)
	var digest *ebox.DigestError
	name := fmt.Sprintf("%s %q %q", p.ID, m.ID, a.FileName)
	switch {
	case a.ID == "" && strings.Contains(a.FileName, "vreemd"):
		if !errors.Is(err, ebox.ErrRedirect) || into.Len() > 0 {
			b.Errorf("%s is on another server: %v", name, err)
		}
	case m.ID == "EBX-1024" && a.FileName == "fout.pdf", m.ID == "EBX-2003":
		if !errors.As(err, &digest) {
			b.Errorf("%s has a wrong digest: %v", name, err)
		}
	case err != nil:
		b.Errorf("%s: %v", name, err)
	case a.ID != "":
		sum := sha256.Sum256(into.Bytes())
		if want := wanted[p.ID+" "+m.ID+" "+a.ID]; want != hex.EncodeToString(sum[:]) || got.SHA256 != want || got.Size != int64(into.Len()) {
			b.Errorf("%s: other content: %+v", name, got)
		}
	}
}

// TestStandInRegistry holds the provider registry against its contract, and
// judges the providers as they are.
func TestStandInRegistry(t *testing.T) {
	t.Parallel()
	b := startBox(t)
	base := strings.TrimSuffix(b.ready.EBoxToken, "/token") + "/REST/ebox/enterprise/federation/v1"
	b.judge = &judge{t: t, through: http.DefaultTransport, judged: map[string]int{}, contracts: []contract{readContract(t, "federation-1.3.yaml", base)}}
	client, err := ebox.New(ebox.Config{ClientID: b.ready.EBoxClientID, Key: b.key, TokenURL: b.ready.EBoxToken,
		Registries: []string{base + "/messageProviders"}, Transport: b.judge})
	if err != nil {
		t.Fatal(err)
	}
	providers, fallback, err := client.Providers(context.Background())
	if err != nil || fallback != nil || b.judge.judged["GET /messageProviders"] != 1 {
		t.Fatal(err, fallback, b.judge.judged)
	}
	for _, p := range providers {
		want := p.ID == "oefen-federaal" || p.ID == "oefen-vlaanderen" || p.ID == "oefen-onbereikbaar"
		if p.Active != want || p.Maintenance.IsZero() != (p.ID != "oefen-onderhoud") || p.Name.NL == "" {
			t.Errorf("%+v", p)
		}
	}
	if len(providers) != 6 {
		t.Error(len(providers))
	}
}

// TestStandInOddities: what breaks the contract hides nothing.
func TestStandInOddities(t *testing.T) {
	t.Parallel()
	b := startBox(t)
	for id, want := range map[string]func(ebox.Message) bool{
		"EBX-1040": func(m ebox.Message) bool { return len(m.Attachments) == 1 },
		"EBX-1041": func(m ebox.Message) bool { return m.Payment == nil && m.Attention == "" },
		"EBX-1042": func(m ebox.Message) bool { return m.Visible && !m.BodyIsMain },
		"EBX-1043": func(m ebox.Message) bool { return m.TypeID == "onbekend/soort" },
		"EBX-1044": func(m ebox.Message) bool { return m.Subject.Empty() },
		"EBX-1002": func(m ebox.Message) bool { return m.Attention == "Élodie Vandeputte-Übel" && m.MayReply },
		"EBX-1003": func(m ebox.Message) bool { return m.Original == "EBX-1002" },
		"EBX-1005": func(m ebox.Message) bool {
			return m.Payment != nil && m.Payment.Amount == "1250.40" && m.Payment.Reference == "+++090/9337/55594+++"
		},
		"EBX-1006": func(m ebox.Message) bool { return len(m.Data) == 2 && len(m.Data[1].Values) == 3 },
		"EBX-1020": func(m ebox.Message) bool { return m.Attachments[1].FileName == "Overzicht € bedragen.pdf" },
	} {
		m, err := b.client.Message(context.Background(), b.v2, id)
		if err != nil || !want(m) {
			t.Errorf("%s: %v %+v", id, err, m)
		}
	}
	if _, err := b.client.MessageType(context.Background(), b.v2, "onbekend/soort"); !ebox.IsNotFound(err) {
		t.Error(err)
	}
	m, err := b.client.Message(context.Background(), b.v3, "EBX-2001")
	if err != nil || m.Partition != "HR" || m.Attention != "Élodie Vandeputte-Übel" || m.SenderID == "" {
		t.Errorf("%v %+v", err, m)
	}
}

// TestStandInRead: only a main document, or a body that is the main content,
// marks a message read.
func TestStandInRead(t *testing.T) {
	t.Parallel()
	b := startBox(t)
	ctx := context.Background()
	m, err := b.client.Message(ctx, b.v2, "EBX-1004")
	if err != nil || len(m.Attachments) != 6 || m.Read {
		t.Fatal(err, m)
	}
	if _, err := b.client.Content(ctx, b.v2, m.ID, m.Attachments[1], &bytes.Buffer{}, nil); err != nil || b.read(b.v2, m.ID) {
		t.Error("an annex marks nothing read", err)
	}
	if _, err := b.client.Content(ctx, b.v2, m.ID, m.Attachments[0], &bytes.Buffer{}, nil); err != nil || !b.read(b.v2, m.ID) {
		t.Error("the main document marks it read", err)
	}
	if _, err := b.client.Body(ctx, b.v2, "EBX-1007"); err != nil || !b.read(b.v2, "EBX-1007") {
		t.Error("and so does a body that is the main content", err)
	}
	if _, err := b.client.Body(ctx, b.v2, "EBX-1008"); err != nil || b.read(b.v2, "EBX-1008") {
		t.Error("but not one that comes with a document", err)
	}
}

func TestStandInFilters(t *testing.T) {
	t.Parallel()
	b := startBox(t)
	client := b.judged()
	b.judge.lenient = true
	yes, no := true, false
	day := 24 * time.Hour
	for name, q := range map[string]ebox.Query{
		"unread": {Read: &no}, "read": {Read: &yes}, "hidden": {Visible: &no}, "registered": {Registered: &yes},
		"sender": {SenderID: "1900010660"}, "type": {TypeID: "factuur"}, "application": {ApplicationID: "app-bijdragen"},
		"received": {ReceivedAfter: time.Now().Add(-10 * day), ReceivedBefore: time.Now().Add(-2 * day)},
		"expires":  {ExpiresBefore: time.Now().Add(14 * day)},
		"search":   {Search: "ATTEST", Language: "nl"},
	} {
		for _, p := range []ebox.Provider{b.v2, b.v3} {
			if p.ID == b.v3.ID && (name == "hidden" || name == "application") {
				continue // there are none
			}
			if some, whole := all(t, client, p, q), all(t, client, p, ebox.Query{}); len(some) == 0 || len(some) >= len(whole) {
				t.Errorf("%s at %s: %d of %d", name, p.ID, len(some), len(whole))
			}
		}
	}
	if found := all(t, client, b.v3, ebox.Query{Partition: "HR"}); len(found) != 1 {
		t.Error("partition:", len(found))
	}
}

// TestStandInBetweenPages: a message that comes while the pages are walked is
// not told twice and hides none.
func TestStandInBetweenPages(t *testing.T) {
	t.Parallel()
	b := startBox(t)
	before := len(all(t, b.client, b.v2, ebox.Query{}))
	b.control("/ebox-message", `{"between_pages":true}`)
	seen := map[string]int{}
	for _, m := range all(t, b.client, b.v2, ebox.Query{PageSize: 10}) {
		seen[m.ID]++
	}
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s came %d times", id, times)
		}
	}
	if len(seen) < before {
		t.Errorf("%d of %d", len(seen), before)
	}
}

func TestStandInVisible(t *testing.T) {
	t.Parallel()
	b := startBox(t)
	client := b.judged()
	b.judge.lenient = true
	for _, p := range []ebox.Provider{b.v2, b.v3} {
		if err := client.SetVisible(context.Background(), p, []string{"EBX-0001", "EBX-0002"}, false); err != nil {
			t.Fatal(err)
		}
		hidden := false
		if found := all(t, client, p, ebox.Query{Visible: &hidden}); len(found) < 2 {
			t.Errorf("%s: %d hidden", p.ID, len(found))
		}
		if err := client.SetVisible(context.Background(), p, []string{"EBX-9999"}, false); !ebox.IsNotFound(err) {
			t.Error(err)
		}
	}
}

// TestStandInTrouble: what may go wrong is told apart, and asked again where
// that helps.
func TestStandInTrouble(t *testing.T) {
	t.Parallel()
	b := startBox(t)
	for _, test := range []struct {
		spec   string
		status int
		ok     func(error) bool
	}{
		{"401@/REST", 401, nil},
		{"403@/REST", 403, nil},
		{"413@/REST", 413, nil},
		{"429@/REST:120", 429, func(err error) bool { return ebox.RetryAfter(err) >= 119*time.Second }},
		{"429@/REST:120,retry_date,retry_body", 429, func(err error) bool { return ebox.RetryAfter(err) >= 100*time.Second }},
		{"503@/REST:90,retry_date", 503, func(err error) bool { return ebox.RetryAfter(err) >= 80*time.Second }},
		{"500@/REST", 500, nil},
		{"empty@/REST:500", 500, nil},
		{"html@/REST", 0, nil},
		{"cut@/REST", 0, nil},
		{"reset_before@/REST", 0, nil},
		{"500@/token", 500, isTokenError(ebox.HintServer)},
		{"html@/token", 0, isTokenError(ebox.HintServer)},
	} {
		b.control("/trouble", test.spec)
		err := b.open(nil).List(context.Background(), b.v2, ebox.Query{}, func(ebox.Message, int) error { return nil })
		if err == nil || test.status != 0 && ebox.StatusOf(err) != test.status || test.ok != nil && !test.ok(err) {
			t.Errorf("%s: %v", test.spec, err)
		}
	}
}

func isTokenError(hint ebox.Hint) func(error) bool {
	return func(err error) bool {
		var refused *ebox.TokenError
		return errors.As(err, &refused) && refused.Hint == hint
	}
}

// TestStandInRefusesTheClient: each reason has its hint.
func TestStandInRefusesTheClient(t *testing.T) {
	t.Parallel()
	b := startBox(t)
	ask := func() error {
		_, err := b.client.Token(context.Background(), true)
		return err
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	b.control("/ebox-settings", `{"certificate":"changed"}`)
	if err := ask(); !isTokenError(ebox.HintClient)(err) {
		t.Error("changed certificate:", err)
	}
	b.control("/ebox-settings", `{"certificate":"own","scopes":[]}`)
	if err := ask(); !isTokenError(ebox.HintScope)(err) {
		t.Error("no scope:", err)
	}
	b.control("/ebox-settings", `{"scopes":["scope:document:management:consult:ws-eboxrestentreprise:documentconsumer"]}`)
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	// The scope for the registry is one that a self-service account may lack.
	if _, _, err := b.client.Providers(context.Background()); ebox.StatusOf(err) != 403 {
		t.Error(err)
	}
	client, err := ebox.New(ebox.Config{ClientID: b.ready.EBoxClientID, Key: b.key, TokenURL: b.ready.EBoxToken,
		Registries: []string{b.ready.EBoxRegistry}, Fallback: []string{b.v2.URL}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	providers, fallback, err := client.Providers(context.Background())
	if err != nil || ebox.StatusOf(fallback) != 403 || len(providers) != 1 {
		t.Error(providers, fallback, err)
	}
	if found := all(t, client, providers[0], ebox.Query{PageSize: 50}); len(found) == 0 {
		t.Error("the configured provider is not read")
	}
}
