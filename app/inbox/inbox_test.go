package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/assets/lang"
	"brevdue/store"
	"brevdue/store/secret"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// fakeBox is an e-Box with providers that fail as told.
type fakeBox struct {
	providers []post.EBoxProvider
	fallback  error
	messages  map[string][]post.EBoxMessage // by provider
	content   map[string][]byte             // by provider/message/attachment
	fail      map[string]error              // by what/provider, what/provider/message or content/provider/message/attachment
	queries   []post.EBoxQuery
	fetched   []string
	opened    int
	// named counts the names that were asked for, which may be kept until namesUntil.
	named      int
	piece      int                   // how much of a content comes at a time, 4 where 0
	stream     func(io.Writer) error // replaces all contents
	namesUntil time.Time
	during     func(key string) // called in the middle of a content
}

func (b *fakeBox) Token(context.Context, bool) (post.EBoxToken, error) { return post.EBoxToken{}, nil }
func (b *fakeBox) Providers(context.Context) ([]post.EBoxProvider, error, error) {
	return b.providers, b.fallback, b.fail["providers"]
}
func (b *fakeBox) Messages(_ context.Context, p post.EBoxProvider, q post.EBoxQuery, visit func(post.EBoxMessage, int) error) error {
	b.queries = append(b.queries, q)
	all := b.messages[p.ID]
	for i, m := range all {
		if !q.ReceivedAfter.IsZero() && !m.Received.After(q.ReceivedAfter) {
			continue
		}
		if err := b.fail["messages/"+p.ID]; err != nil && i == len(all)/2 {
			return err
		}
		m.Provider, m.Sender, m.Type = "", post.Translated{}, post.Translated{}
		if err := visit(m, len(all)); err != nil {
			return err
		}
	}
	return nil
}
func (b *fakeBox) find(p, id string) *post.EBoxMessage {
	for i, m := range b.messages[p] {
		if m.ID == id {
			return &b.messages[p][i]
		}
	}
	return nil
}
func (b *fakeBox) Message(_ context.Context, p post.EBoxProvider, id string) (post.EBoxMessage, error) {
	b.opened++
	m := b.find(p.ID, id)
	if err := b.fail["message/"+p.ID]; err != nil {
		return post.EBoxMessage{}, err
	}
	if m == nil {
		return post.EBoxMessage{}, post.NewFault(post.CodeMessageUnknown, nil)
	}
	return *m, nil
}
func (b *fakeBox) Names(_ context.Context, p post.EBoxProvider, m *post.EBoxMessage) error {
	if err := b.fail["names/"+p.ID]; err != nil {
		return err
	}
	none := post.Translated{}
	fill := func(name *post.Translated, text string) {
		if *name == none {
			*name, b.named, m.NamesUntil = post.Translated{NL: text}, b.named+1, b.namesUntil
		}
	}
	fill(&m.Sender, "Dienst "+m.SenderID)
	fill(&m.Type, "Type "+m.TypeID)
	return nil
}
func (b *fakeBox) Content(_ context.Context, p post.EBoxProvider, message string, a post.EBoxAttachment, c post.EBoxContent) error {
	key := p.ID + "/" + message + "/" + a.ID
	b.fetched = append(b.fetched, key)
	if a.Main {
		b.find(p.ID, message).Read = true
	}
	if b.stream != nil {
		return b.stream(c.Into)
	}
	content, piece := b.content[key], max(b.piece, 4)
	for i := 0; i < len(content); i += piece {
		if _, err := c.Into.Write(content[i:min(i+piece, len(content))]); err != nil {
			return err
		}
		if c.Progress != nil {
			c.Progress(int64(min(i+piece, len(content))))
		}
		if b.during != nil {
			b.during(key)
		}
	}
	return b.fail["content/"+key]
}
func (b *fakeBox) Body(_ context.Context, p post.EBoxProvider, message string) (post.Translated, error) {
	b.fetched = append(b.fetched, p.ID+"/"+message+"/body")
	return post.Translated{NL: "de tekst", FR: "le texte"}, nil
}
func (b *fakeBox) Summary(context.Context, post.EBoxProvider) (post.EBoxSummary, error) {
	return post.EBoxSummary{}, nil
}
func (b *fakeBox) SetVisible(_ context.Context, p post.EBoxProvider, messages []string, visible bool) error {
	if err := b.fail["visible/"+p.ID]; err != nil {
		return err
	}
	for _, id := range messages {
		b.find(p.ID, id).Visible = visible
	}
	return nil
}

// add puts a message with documents into the box; the first one is the main one.
func (b *fakeBox) add(provider, id, subject string, received time.Time, names ...string) *post.EBoxMessage {
	m := post.EBoxMessage{ID: id, Subject: post.Translated{NL: subject}, Received: received, Expires: received.AddDate(0, 2, 0), Visible: true, SenderID: "0566988259", TypeID: "t"}
	for i, name := range names {
		a := post.EBoxAttachment{ID: fmt.Sprint("a", i), FileName: name, MediaType: "application/pdf", Main: i == 0}
		content := []byte("content of " + provider + id + a.ID)
		sum := sha256.Sum256(content)
		a.SHA256, a.Size = hex.EncodeToString(sum[:]), int64(len(content))
		b.content[provider+"/"+id+"/"+a.ID] = content
		m.Attachments = append(m.Attachments, a)
	}
	b.messages[provider] = append([]post.EBoxMessage{m}, b.messages[provider]...)
	return &b.messages[provider][0]
}

// rig is an inbox on a real store.
type rig struct {
	t       *testing.T
	box     *fakeBox
	db      *store.DB
	now     time.Time
	slept   []time.Duration
	notices int
	table   [][]string
	*Service
}

func newRig(t *testing.T) *rig {
	t.Helper()
	seal, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "brevdue.db"), store.Options{Seal: seal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r := &rig{t: t, db: db, now: today, box: &fakeBox{messages: map[string][]post.EBoxMessage{}, content: map[string][]byte{}, fail: map[string]error{},
		providers: []post.EBoxProvider{{ID: "rsz", Name: post.Translated{NL: "RSZ"}, Active: true}, {ID: "vl", Name: post.Translated{NL: "Vlaanderen"}, Active: true}}}}
	r.restart(db)
	return r
}

// restart makes the use case anew on the same store, as after a crash.
func (r *rig) restart(s Store) {
	r.Service = New(Ports{Store: s, Box: r.box, Now: func() time.Time { return r.now }, Notify: func(post.Notice) { r.notices++ },
		Sleep: func(ctx context.Context, d time.Duration) error { r.slept = append(r.slept, d); return ctx.Err() },
		Table: func(_ context.Context, _, _ string, rows [][]string) error { r.table = rows; return nil }})
}

func (r *rig) refresh() Refreshed {
	r.t.Helper()
	result, err := r.Refresh(r.t.Context(), false)
	if err != nil {
		r.t.Fatal(err)
	}
	return result
}

func (r *rig) ids(query Query) string {
	r.t.Helper()
	page, err := r.List(r.t.Context(), query)
	if err != nil {
		r.t.Fatal(err)
	}
	var ids []string
	for _, entry := range page.Entries {
		ids = append(ids, entry.ID)
	}
	return strings.Join(ids, " ")
}

func (r *rig) plan(selection Selection) *Plan {
	r.t.Helper()
	plan, err := r.Plan(r.t.Context(), selection)
	if err != nil {
		r.t.Fatal(err)
	}
	return plan
}

// run saves a plan and gives how each document ended, in their order.
func (r *rig) run(plan *Plan) (ends string) {
	r.t.Helper()
	results, err := r.Run(r.t.Context(), plan, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return endsOf(results)
}

func endsOf(results []Result) string {
	var out []string
	for _, result := range results {
		out = append(out, string(result.State))
	}
	return strings.Join(out, " ")
}

// files gives what lies below a folder, with slashes.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestRefresh(t *testing.T) {
	r := newRig(t)
	r.box.add("rsz", "m1", "Aanslagbiljet", today.AddDate(0, 0, -3), "brief.pdf")
	r.box.add("rsz", "m2", "Attest", today.AddDate(0, 0, -1), "attest.pdf")
	r.box.add("vl", "m1", "Iets Vlaams", today.AddDate(0, 0, -2), "vl.pdf")
	timeout := post.NewFault(post.CodeEBoxTimeout, nil)
	r.box.fail["messages/vl"] = timeout
	r.box.fail["names/rsz"] = timeout // a comfort only
	result := r.refresh()
	if len(result.New) != 2 || len(result.Sources) != 2 || result.Sources[1].Trouble != post.CodeEBoxTimeout || !result.Sources[1].Good.IsZero() {
		t.Fatalf("%+v", result)
	}
	if got := r.ids(Query{}); got != "m2 m1" {
		t.Errorf("got %s", got)
	}
	// The other one answers again; the first is asked for what is new only.
	clear(r.box.fail)
	r.box.queries = nil
	r.now = r.now.Add(time.Hour)
	r.box.add("rsz", "m3", "Nieuw", r.now)
	result = r.refresh()
	if len(result.New) != 2 || result.Sources[1].Trouble != "" || r.box.queries[0].ReceivedAfter.IsZero() || !r.box.queries[1].ReceivedAfter.IsZero() {
		t.Fatalf("%+v, asked %+v", result, r.box.queries)
	}
	if after := r.box.queries[0].ReceivedAfter; !after.Before(today.AddDate(0, 0, -1)) {
		t.Errorf("asked after %v: too little", after)
	}
	if got := r.ids(Query{}); got != "m3 m2 m1 m1" {
		t.Errorf("got %s", got)
	}
	if len(r.refresh().New) != 0 {
		t.Error("seen twice")
	}
	// What a colleague read shows in the daily whole look.
	r.box.find("rsz", "m1").Read = true
	r.now = r.now.Add(25 * time.Hour)
	r.refresh()
	if got := r.ids(Query{Provider: "rsz", Unread: true}); got != "m3 m2" {
		t.Errorf("got %s", got)
	}
	// An own fault concerns all; one that is away sleeps.
	r.box.fail["messages/rsz"] = post.NewFault(post.CodeClientRefused, nil)
	if _, err := r.Refresh(t.Context(), true); post.CodeOf(err) != post.CodeClientRefused {
		t.Error(err)
	}
	r.box.fail["messages/rsz"], r.box.fail["messages/vl"] = timeout, timeout
	if _, err := r.Refresh(t.Context(), true); post.CodeOf(err) != post.CodeEBoxTimeout {
		t.Error(err)
	}
	r.box.providers[0].Active, r.box.providers[1].Active = false, false
	if _, err := r.Refresh(t.Context(), true); err != nil {
		t.Error(err)
	}
}

// TestAskedToWait: a provider that asks for patience gets it.
func TestAskedToWait(t *testing.T) {
	r := newRig(t)
	r.box.add("vl", "m", "x", today)
	r.box.fail["messages/vl"] = post.NewFault(post.CodeTooMany, nil, "seconds", "90")
	if result := r.refresh(); !result.Sources[1].RetryAt.Equal(today.Add(90 * time.Second)) {
		t.Fatalf("%+v", result.Sources)
	}
	clear(r.box.fail)
	r.now = today.Add(time.Minute)
	if result := r.refresh(); len(result.New) != 0 || result.Sources[1].Trouble == "" {
		t.Fatalf("%+v", result)
	}
	r.now = today.Add(2 * time.Minute)
	if result := r.refresh(); len(result.New) != 1 || result.Sources[1].Trouble != "" {
		t.Fatalf("%+v", result)
	}
}

func TestList(t *testing.T) {
	r := newRig(t)
	r.box.add("rsz", "old", "Gewone brief", today.AddDate(0, -3, 0), "old.pdf") // expired
	m := r.box.add("rsz", "reg", "Aangetekend: dépôt", today.AddDate(0, 0, -50), "a.pdf")
	m.Registered, m.Attention = true, "Åse Ødegård"
	m = r.box.add("rsz", "read", "Jaarverslag", today.AddDate(0, 0, -2), "verslag 2026.pdf")
	m.Read, m.TypeID = true, "u"
	m = r.box.add("vl", "hid", "Verborgen", today.AddDate(0, 0, -1))
	m.Visible = false
	m = r.box.add("vl", "new", "Zwarte lijst", today, "z.pdf")
	m.SenderID, m.Data = "0123456749", []post.EBoxValue{{Name: "Dossier", Values: []post.Translated{{NL: "D-77"}}}}
	r.refresh()
	for want, query := range map[string]Query{
		"new read reg":     {},
		"new reg":          {Unread: true},
		"reg":              {Registered: true},
		"hid":              {Hidden: true},
		"new read reg old": {Expired: true},
		"read new reg":     {Sort: ByType, Backwards: true}, // the one of another type, then the newest first, turned round
		"read":             {TypeID: "u"},
		"new":              {Provider: "vl"},
		"reg new":          {Sort: BySubject, Limit: 0, Unread: true},
	} {
		if query.Sort == ByType {
			continue
		}
		if got := r.ids(query); got != want {
			t.Errorf("%+v: %s, want %s", query, got, want)
		}
	}
	for search, want := range map[string]string{"DEPOT": "reg", "ase odegard": "", "åse": "reg", "verslag 2026": "read", "d-77": "new", "0123456749": "new", "dienst 0566": "read reg", "niets": "", "brief": ""} {
		if got := r.ids(Query{Search: search}); got != want {
			t.Errorf("%q: %q, want %q", search, got, want)
		}
	}
	if got := r.ids(Query{ExpiringDays: 14}); got != "reg" {
		t.Errorf("expiring: %s", got)
	}
	if got := r.ids(Query{Sort: ByExpires}); got != "reg read new" {
		t.Errorf("by expiry: %s", got)
	}
	if got := r.ids(Query{Offset: 1, Limit: 1}); got != "read" {
		t.Errorf("page: %s", got)
	}
	if got := r.ids(Query{Offset: -3, Limit: 99}) + r.ids(Query{Offset: 99}); got != "new read reg" {
		t.Errorf("page: %s", got)
	}
	page, err := r.List(t.Context(), Query{Limit: 1})
	if err != nil || page.Total != 3 || page.Counts != (Counts{All: 3, Unread: 2, New: 3, Registered: 1, NotSaved: 3, Fortnight: 1}) {
		t.Errorf("%+v, %v", page.Counts, err)
	}
	if err := r.Looked(t.Context()); err != nil || r.ids(Query{New: true}) != "" {
		t.Error("still new", err)
	}
	senders, err := r.Senders(t.Context())
	if err != nil || len(senders) != 2 || senders[0].Count != 3 || senders[0].Name.NL == "" {
		t.Errorf("%+v, %v", senders, err)
	}
	if types, err := r.Types(t.Context()); err != nil || len(types) != 2 {
		t.Errorf("%+v, %v", types, err)
	}
	if err := r.SetVisible(t.Context(), []Key{{"vl", "hid"}}, true); err != nil || r.ids(Query{Provider: "vl"}) != "new hid" {
		t.Error(err)
	}
	r.box.fail["visible/vl"] = post.NewFault(post.CodeEBoxTimeout, nil)
	if err := r.SetVisible(t.Context(), []Key{{"vl", "new"}, {"rsz", "reg"}}, false); post.CodeOf(err) != post.CodeEBoxTimeout || r.ids(Query{Hidden: true}) != "reg" {
		t.Error(err, r.ids(Query{Hidden: true}))
	}
	rows, err := r.Export(t.Context(), Query{}, "out.xlsx", lang.New("nl"))
	if err != nil || rows != 3 || len(r.table) != 4 || len(r.table[1]) != len(exportColumns) || strings.Contains(fmt.Sprint(r.table), "ebox.") {
		t.Errorf("%d, %v, %v", rows, err, r.table)
	}
}

func TestOpenStaysUnread(t *testing.T) {
	r := newRig(t)
	r.box.add("rsz", "m", "x", today, "a.pdf", "b.pdf")
	r.refresh()
	entry, err := r.Open(t.Context(), Key{"rsz", "m"})
	if err != nil || len(entry.Attachments) != 2 || entry.Read || len(r.box.fetched) != 0 || entry.Sender.NL == "" {
		t.Fatalf("%+v, %v", entry, err)
	}
	if _, err := r.Open(t.Context(), Key{"rsz", "none"}); post.CodeOf(err) != post.CodeMessageUnknown {
		t.Error(err)
	}
}

func TestSave(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	r.box.add("rsz", "m1", "Aanslag: 2026/1", today.AddDate(0, 0, -2), `..\..\con.pdf`, "bijlage.pdf", "bijlage.pdf")
	r.box.add("rsz", "m2", "Aanslag: 2026/1", today.AddDate(0, 0, -2), "brief")
	m := r.box.add("vl", "m1", "Tekst", today)
	m.BodyIsMain = true
	r.refresh()
	plan := r.plan(Selection{All: true, Folder: dir, Language: "nl"})
	if plan.Documents != 5 || plan.Messages != 3 || plan.MarksRead != 3 || plan.Registered != 0 || plan.Have != 0 || plan.Bytes == 0 || len(r.box.fetched) != 0 {
		t.Fatalf("%+v", plan)
	}
	var last Progress
	results, err := r.Run(t.Context(), plan, func(p Progress) { last = p })
	if err != nil || endsOf(results) != "saved saved saved saved saved" || last.Done != 5 || last.Total != 5 || last.Bytes != plan.Bytes {
		t.Fatal(results, err, last)
	}
	want := []string{"2026-11-20 Dienst 0566988259 Aanslag- 2026-1/bijlage (2).pdf", "2026-11-20 Dienst 0566988259 Aanslag- 2026-1/bijlage.pdf",
		"2026-11-20 Dienst 0566988259 Aanslag- 2026-1 (2)/brief.pdf", "2026-11-22 Dienst 0566988259 Tekst/message.txt"}
	got := files(t, dir)
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%q is not among %q", name, got)
		}
	}
	if len(got) != 5 || !slices.ContainsFunc(got, func(name string) bool { return strings.HasSuffix(name, "/_con.pdf") }) {
		t.Errorf("got %q", got)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "2026-11-22 Dienst 0566988259 Tekst", "message.txt")); string(text) != "de tekst\n\nle texte\n" {
		t.Errorf("%q", text)
	}
	if r.ids(Query{Unread: true}) != "" || r.ids(Query{Saved: NotSaved}) != "" {
		t.Error("what was fetched is not read, or not saved")
	}
	// Nothing twice, to whatever folder; what went is fetched again.
	r.box.fetched = nil
	if plan := r.plan(Selection{All: true, Folder: t.TempDir()}); plan.Have != 5 || plan.Documents != 0 || plan.MarksRead != 0 || r.run(plan) != "there there there there there" {
		t.Errorf("%+v", plan)
	}
	gone := filepath.Join(dir, "2026-11-20 Dienst 0566988259 Aanslag- 2026-1 (2)", "brief.pdf")
	if err := os.WriteFile(gone, []byte("somebody wrote here"), 0o600); err != nil {
		t.Fatal(err)
	}
	plan = r.plan(Selection{Messages: []Key{{"rsz", "m2"}, {"rsz", "m2"}}, Folder: dir, Language: "nl"})
	if plan.Documents != 1 || r.run(plan) != "saved" || len(r.box.fetched) != 1 || filepath.Base(plan.Items[0].Path) != "brief (2).pdf" {
		t.Errorf("%+v, fetched %v", plan.Items, r.box.fetched)
	}
	if text, _ := os.ReadFile(gone); string(text) != "somebody wrote here" {
		t.Error("written over")
	}
}

// TestSaveParts: annexes alone mark nothing read, one document is one.
func TestSaveParts(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	r.box.add("rsz", "m", "x", today, "main.pdf", "annex.pdf", "more.pdf").Registered = true
	r.refresh()
	all := r.plan(Selection{All: true, Folder: dir})
	if all.MarksRead != 1 || all.Registered != 1 {
		t.Errorf("%+v", all)
	}
	plan := r.plan(Selection{All: true, Folder: dir, Annexes: true})
	if plan.MarksRead != 0 || plan.Documents != 2 || r.run(plan) != "saved saved" || r.ids(Query{Unread: true}) != "m" {
		t.Errorf("%+v", plan)
	}
	plan = r.plan(Selection{Messages: []Key{{"rsz", "m"}}, Document: "a0", Folder: dir})
	if plan.MarksRead != 1 || plan.Documents != 1 || r.run(plan) != "saved" || len(files(t, dir)) != 3 {
		t.Errorf("%+v", plan)
	}
	for _, folder := range []string{"", filepath.Join(dir, "none", "none"), filepath.Join(dir, files(t, dir)[0])} {
		if _, err := r.Plan(t.Context(), Selection{All: true, Folder: folder}); post.CodeOf(err) != post.CodeFolderMissing {
			t.Errorf("%q: %v", folder, err)
		}
	}
	if _, err := r.Plan(t.Context(), Selection{Messages: []Key{{"rsz", "none"}}, Folder: dir}); post.CodeOf(err) != post.CodeMessageUnknown {
		t.Error(err)
	}
}

// TestTroubleStopsNobodyElse: a bad digest, one that is gone and a provider that
// does not answer each keep their own documents away, and nothing is left of them.
func TestTroubleStopsNobodyElse(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	for i := range 4 {
		r.box.add("rsz", fmt.Sprint("m", i), fmt.Sprint("onderwerp ", i), today.Add(-time.Duration(i)*time.Hour), "a.pdf")
		r.box.add("vl", fmt.Sprint("v", i), fmt.Sprint("vlaams ", i), today.AddDate(0, 0, -1-i), "a.pdf")
	}
	r.refresh()
	r.box.content["rsz/m0/a0"] = []byte("not what was announced")                                  // seen here
	r.box.fail["content/rsz/m1/a0"] = post.NewFault(post.CodeDigestWrong, nil)                     // seen there
	r.box.fail["content/rsz/m2/a0"] = post.NewFault(post.CodeMessageExpired, nil)                  // gone
	r.box.fail["content/vl/v0/a0"] = fmt.Errorf("x: %w", post.NewFault(post.CodeEBoxTimeout, nil)) // and so the rest
	results, err := r.Run(t.Context(), r.plan(Selection{All: true, Folder: dir}), nil)
	if err != nil || endsOf(results) != "failed failed failed saved failed not_tried not_tried not_tried" {
		t.Fatal(endsOf(results), err)
	}
	if post.CodeOf(results[0].Err) != post.CodeDigestWrong || len(files(t, dir)) != 1 {
		t.Error(results[0].Err, files(t, dir))
	}
	if got := r.ids(Query{Unread: true}); strings.Contains(got, "m0") || strings.Contains(got, "m1") || !strings.Contains(got, "v1") {
		t.Errorf("unread: %s", got)
	}
	clear(r.box.fail)
	if ends := r.run(r.plan(Selection{All: true, Folder: dir})); ends != "failed saved saved there saved saved saved saved" {
		t.Error(ends)
	}
	for _, entry := range files(t, dir) {
		if strings.Contains(entry, ".part") {
			t.Errorf("left %s", entry)
		}
	}
}

// TestPatience: one that asks to wait is waited for, once and not for long.
func TestPatience(t *testing.T) {
	r := newRig(t)
	r.box.add("rsz", "m", "x", today, "a.pdf")
	r.refresh()
	r.box.fail["content/rsz/m/a0"] = post.NewFault(post.CodeTooMany, nil, "seconds", "5")
	if ends := r.run(r.plan(Selection{All: true, Folder: t.TempDir()})); ends != "failed" || len(r.slept) != 1 || r.slept[0] != 5*time.Second || len(r.box.fetched) != 2 {
		t.Error(ends, r.slept, r.box.fetched)
	}
	r.box.fail["content/rsz/m/a0"] = post.NewFault(post.CodeTooMany, nil, "seconds", "3600")
	if ends := r.run(r.plan(Selection{All: true, Folder: t.TempDir()})); ends != "failed" || len(r.slept) != 1 {
		t.Error(ends, r.slept)
	}
}

// TestStopped: the person stops in the middle of a document; nothing of it is
// left, and what came before stays.
func TestStopped(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	for i := range 3 {
		r.box.add("rsz", fmt.Sprint("m", i), fmt.Sprint("onderwerp ", i), today.Add(-time.Duration(i)*time.Hour), "a.pdf")
	}
	r.refresh()
	ctx, cancel := context.WithCancel(t.Context())
	r.box.during = func(key string) {
		if key == "rsz/m1/a0" {
			cancel()
		}
	}
	r.box.fail["content/rsz/m1/a0"] = context.Canceled
	results, err := r.Run(ctx, r.plan(Selection{All: true, Folder: dir}), nil)
	if !errors.Is(err, context.Canceled) || endsOf(results) != "saved not_tried not_tried" || len(files(t, dir)) != 1 {
		t.Fatal(endsOf(results), err, files(t, dir))
	}
	r.box.during = nil
	clear(r.box.fail)
	r.restart(r.db)
	if ends := r.run(r.plan(Selection{All: true, Folder: dir})); ends != "there saved saved" {
		t.Error(ends)
	}
}

// dying is a store whose process is killed at a write of a download.
type dying struct {
	*store.DB
	at func(post.EBoxDownload) bool
}

var errKilled = errors.New("killed")

func (d dying) SaveEBoxDownload(ctx context.Context, download post.EBoxDownload) error {
	if d.at(download) {
		panic(errKilled)
	}
	return d.DB.SaveEBoxDownload(ctx, download)
}

// TestKilled: killed between any two steps, the next run ends with whole files in
// their places, and fetches nothing again that came whole.
func TestKilled(t *testing.T) {
	for name, c := range map[string]struct {
		at      func(post.EBoxDownload) bool
		fetched int // in all
	}{
		"before it is noted":             {func(d post.EBoxDownload) bool { return true }, 2},
		"after it came":                  {func(d post.EBoxDownload) bool { return d.SHA256 != "" }, 3},
		"between name and the last note": {func(d post.EBoxDownload) bool { return !d.At.IsZero() }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			dir := t.TempDir()
			r.box.add("rsz", "m", "onderwerp", today, "a.pdf", "b.pdf")
			r.refresh()
			r.restart(dying{r.db, c.at})
			killed(t, func() { _, _ = r.Run(t.Context(), r.plan(Selection{All: true, Folder: dir}), nil) })
			r.restart(r.db)
			if ends := r.run(r.plan(Selection{All: true, Folder: dir})); strings.Contains(ends, "failed") {
				t.Fatal(ends)
			}
			got := files(t, dir)
			if len(got) != 2 || strings.Contains(strings.Join(got, " "), "part") || strings.Contains(strings.Join(got, " "), "(2)") {
				t.Errorf("got %q", got)
			}
			if len(r.box.fetched) != c.fetched {
				t.Errorf("fetched %v", r.box.fetched)
			}
			if r.ids(Query{Saved: NotSaved}) != "" {
				t.Error("not noted as saved")
			}
		})
	}
	t.Run("between temporary name and name", func(t *testing.T) {
		r := newRig(t)
		dir := t.TempDir()
		r.box.add("rsz", "m", "onderwerp", today, "a.pdf")
		r.refresh()
		plan := r.plan(Selection{All: true, Folder: dir})
		if ends := r.run(plan); ends != "saved" {
			t.Fatal(ends)
		}
		// As a kill would leave it: noted as whole, under its temporary name.
		item := plan.Items[0]
		if err := os.Rename(item.Path, item.partial); err != nil {
			t.Fatal(err)
		}
		page, _ := r.List(t.Context(), Query{})
		download := page.Entries[0].Downloads[0]
		download.At = time.Time{}
		if err := r.db.SaveEBoxDownload(t.Context(), download); err != nil {
			t.Fatal(err)
		}
		if ends := r.run(r.plan(Selection{All: true, Folder: dir})); ends != "saved" || len(r.box.fetched) != 1 || len(files(t, dir)) != 1 {
			t.Error(ends, r.box.fetched, files(t, dir))
		}
	})
}

func killed(t *testing.T, work func()) {
	t.Helper()
	defer func() {
		if got := recover(); got != any(errKilled) {
			t.Fatalf("not killed: %v", got)
		}
	}()
	work()
}

func TestWatch(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	heard := 0
	err := r.Watch(ctx, time.Second, func(_ Refreshed, err error) {
		if heard++; heard == 3 {
			cancel()
		}
		r.box.fail["providers"] = post.NewFault(post.CodeUnreachable, nil)
	})
	if !errors.Is(err, context.Canceled) || heard != 3 || r.slept[0] != leastWatch || r.slept[1] != 4*leastWatch {
		t.Error(err, heard, r.slept)
	}
	r.Service = New(Ports{Store: r.db, Box: r.box, Ready: func(context.Context) error { return post.NewFault(post.CodeNoEBox, nil) }})
	if _, err := r.Refresh(t.Context(), false); post.CodeOf(err) != post.CodeNoEBox || len(r.box.queries) == 0 {
		t.Error(err)
	}
}

func FuzzNames(f *testing.F) {
	for _, name := range []string{"a.pdf", "", "..", "...", "con", "CON.txt", "a/../b.pdf", `c:\x`, "é\u0301.pdf", "a.", " a ", strings.Repeat("x", 300) + ".pdf",
		"a\u202efdp.exe", "a:b|c?.p*f", "\x00", "lpt¹.pdf", "a." + strings.Repeat("y", 40), "a\xff.pdf", ".pdf", strings.Repeat("漢字", 99) + ".pdf", "漢字.pdf", "aux.pdf", "nul", "a. . .", "COM1.tar.gz", strings.Repeat("😀", 255) + ".pdf",
		strings.Repeat("e\u0301", 300), "a\u2028b.pdf", "\u200f\u202b.pdf", "~$x.docx", "-rf.pdf", "desktop.ini", "a.pdf::$DATA", "👩‍👩‍👧‍👦.pdf"} {
		f.Add(name, name)
	}
	f.Fuzz(func(t *testing.T, name, subject string) {
		dir := t.TempDir()
		for _, made := range []string{
			fileName(post.EBoxAttachment{FileName: name, MediaType: "application/pdf", Title: post.Translated{NL: subject}}, "nl"),
			folderName(post.EBoxMessage{Subject: post.Translated{NL: subject}, Sender: post.Translated{FR: name}}, "nl")} {
			if made == "" || filepath.Base(made) != made || made == "." || made == ".." || strings.ContainsAny(made, `<>:"/\|?*`) || len([]rune(made)) > mostFile+mostEnding {
				t.Fatalf("%q, %q: %q", name, subject, made)
			}
			base, _, _ := strings.Cut(strings.ToLower(made), ".")
			if reserved[strings.TrimSpace(base)] || strings.HasSuffix(made, ".") || strings.HasSuffix(made, " ") || made[0] == '.' {
				t.Fatalf("%q, %q: %q", name, subject, made)
			}
			if err := os.WriteFile(filepath.Join(dir, made), nil, 0o600); err != nil {
				t.Fatalf("%q: %v", made, err)
			}
		}
	})
}

func TestFree(t *testing.T) {
	used := taken{}
	none := func(string) bool { return false }
	for _, c := range [][2]string{{"a.pdf", "a.pdf"}, {"A.pdf", "A (2).pdf"}, {"a.pdf", "a (3).pdf"}} {
		if got := used.free(c[0], false, none); got != c[1] {
			t.Errorf("%s: %s", c[0], got)
		}
	}
	if got := used.free("v1.2", true, none) + used.free("v1.2", true, none); got != "v1.2v1.2 (2)" {
		t.Error(got)
	}
}

// TestTenThousand: a large e-Box is listed and searched without waiting.
func TestTenThousand(t *testing.T) {
	r := newRig(t)
	for i := range 10_000 {
		r.box.messages["rsz"] = append(r.box.messages["rsz"], post.EBoxMessage{ID: fmt.Sprint(i), Subject: post.Translated{NL: fmt.Sprint("Onderwerp nummer ", i)},
			Received: today.Add(-time.Duration(i) * time.Minute), Expires: today.AddDate(1, 0, 0), Visible: true, SenderID: "0566988259"})
	}
	r.refresh()
	if _, err := r.List(t.Context(), Query{}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if got := r.ids(Query{Search: "nummer 9999", Limit: 50}); got != "9999" {
		t.Errorf("got %s", got)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("searching took %v", took)
	}
}

// BenchmarkReadIndex is opening 10,000 sealed messages.
func BenchmarkReadIndex(b *testing.B) {
	seal, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "brevdue.db"), store.Options{Seal: seal})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var messages []post.EBoxMessage
	for i := range 10_000 {
		messages = append(messages, post.EBoxMessage{ID: fmt.Sprint(i), Subject: post.Translated{NL: fmt.Sprint("Onderwerp nummer ", i)}, Visible: true,
			Attachments: []post.EBoxAttachment{{ID: "a", FileName: "brief.pdf", Main: true}}})
	}
	if _, err := db.KeepEBoxMessages(b.Context(), "rsz", messages, today); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if page, err := New(Ports{Store: db}).List(b.Context(), Query{Limit: 50}); err != nil || page.Total != 10_000 {
			b.Fatal(page.Total, err)
		}
	}
}

// TestFullDisk: a full disk ends the run for all, and says so.
func TestFullDisk(t *testing.T) {
	for err, want := range map[error]post.Code{
		&fs.PathError{Op: "write", Err: noSpace[0]}:      post.CodeDiskFull,
		&fs.PathError{Op: "open", Err: fs.ErrPermission}: post.CodeNoAccess,
		&fs.PathError{Op: "link", Err: fs.ErrExist}:      post.CodeFileExists,
	} {
		if got := diskFault(filepath.Join("a", "b"), err); post.CodeOf(got) != want || endsAll(got) != (want == post.CodeDiskFull) {
			t.Errorf("%v: %v", err, got)
		}
	}
}
