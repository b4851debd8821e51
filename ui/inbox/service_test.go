package inbox

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brevdue/app/inbox"
	"brevdue/app/post"
	"brevdue/store"
	"brevdue/store/secret"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// box is an e-Box behind the real use case.
type box struct{ messages []post.EBoxMessage }

func (b *box) Token(context.Context, bool) (post.EBoxToken, error) { return post.EBoxToken{}, nil }
func (b *box) Providers(context.Context) ([]post.EBoxProvider, error, error) {
	return []post.EBoxProvider{{ID: "rsz", Name: post.Translated{NL: "RSZ"}, Active: true}, {ID: "fin", Name: post.Translated{NL: "FOD Financiën"}, Active: true}}, nil, nil
}
func (b *box) Messages(_ context.Context, provider post.EBoxProvider, _ post.EBoxQuery, visit func(post.EBoxMessage, int) error) error {
	if provider.ID == "fin" {
		return post.NewFault(post.CodeUnreachable, nil, "host", "fin.example")
	}
	for _, m := range b.messages {
		if err := visit(m, len(b.messages)); err != nil {
			return err
		}
	}
	return nil
}
func (b *box) Message(_ context.Context, _ post.EBoxProvider, id string) (post.EBoxMessage, error) {
	for _, m := range b.messages {
		if m.ID == id {
			return m, nil
		}
	}
	return post.EBoxMessage{}, post.NewFault(post.CodeMessageUnknown, nil)
}
func (b *box) Names(_ context.Context, _ post.EBoxProvider, m *post.EBoxMessage) error {
	m.Sender = post.Translated{NL: "Rijksdienst voor Sociale Zekerheid"}
	return nil
}
func (b *box) Content(_ context.Context, _ post.EBoxProvider, message string, a post.EBoxAttachment, content post.EBoxContent) error {
	if a.Main {
		for i := range b.messages {
			b.messages[i].Read = b.messages[i].Read || b.messages[i].ID == message
		}
	}
	_, err := content.Into.Write([]byte("inhoud van " + message + a.ID))
	return err
}
func (b *box) Body(context.Context, post.EBoxProvider, string) (post.Translated, error) {
	return post.Translated{}, nil
}
func (b *box) Summary(context.Context, post.EBoxProvider) (post.EBoxSummary, error) {
	return post.EBoxSummary{}, nil
}
func (b *box) SetVisible(_ context.Context, _ post.EBoxProvider, ids []string, visible bool) error {
	for i := range b.messages {
		if b.messages[i].ID == ids[0] {
			b.messages[i].Visible = visible
		}
	}
	return nil
}

// TestOnTheRealUseCase goes from an empty screen to saved files with the use case
// and a database: what is listed, told and counted is theirs.
func TestOnTheRealUseCase(t *testing.T) {
	seal, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "brevdue.db"), store.Options{Seal: seal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	world := &box{}
	for i, subject := range []string{"Aanslagbiljet", "Attest", "Uitnodiging"} {
		world.messages = append(world.messages, post.EBoxMessage{ID: "m" + subject, Subject: post.Translated{NL: subject}, Received: clock.AddDate(0, 0, -i), Expires: clock.AddDate(0, 0, 9+30*i),
			Visible: true, Read: i == 1, SenderID: "0206731645", Attachments: []post.EBoxAttachment{{ID: "hoofd", FileName: "brief.pdf", Main: true}, {ID: "bijlage", FileName: "bijlage.pdf"}}})
	}
	b := partstest.New(t, "nl", look.Light)
	b.Clock = clock
	var s *Screen
	service := inbox.New(inbox.Ports{Store: db, Box: world, Now: func() time.Time { return clock }, Notify: func(notice post.Notice) {
		if s != nil {
			s.Notice(notice)
		}
	}})
	s = New(b.Env, Ports{Inbox: service})
	b.Framed(s, "", 1280, 1200)
	if !b.Has("inbox.row.2") || !b.Has("inbox.trouble.fin") {
		t.Fatalf("nothing was asked for by itself: %v %v", b.IDs(), s.model.err)
	}
	if b.Control(t, "inbox.filter.unread").Text != "Ongelezen 2" || b.Control(t, "inbox.filter.expiring").Text != "Vervalt binnenkort 1" {
		t.Errorf("%q %q", b.Control(t, "inbox.filter.unread").Text, b.Control(t, "inbox.filter.expiring").Text)
	}
	b.Tap(t, "inbox.sort.received")
	if row := b.Control(t, "inbox.row.0").Text; !strings.Contains(row, "Uitnodiging") {
		t.Errorf("the oldest first begins with %q", row)
	}
	b.Tap(t, "inbox.save.all")
	folder := t.TempDir()
	b.Type(t, "inbox.folder.path", folder+"\n")
	if s.model.plan == nil || s.model.plan.MarksRead != 2 || s.model.plan.Documents != 6 {
		t.Fatalf("planned %+v: %v", s.model.plan, s.model.err)
	}
	b.Tap(t, "inbox.fetch")
	if got := s.model.tally()[inbox.ItemSaved]; got != 6 {
		t.Fatalf("saved %d: %+v %v", got, s.model.results, s.model.err)
	}
	if saved, err := os.ReadDir(folder); err != nil || len(saved) != 3 {
		t.Errorf("%d folders, %v", len(saved), err)
	}
	b.Tap(t, "inbox.done")
	if b.Has("inbox.filter.unread") {
		t.Error("what was fetched is still unread")
	}
	b.Tap(t, "inbox.row.0")
	b.Tap(t, "inbox.visible")
	s.Back()
	if s.model.counts.All != 2 {
		t.Errorf("%d are left after one was hidden", s.model.counts.All)
	}
	b.Tap(t, "inbox.filter.hidden")
	if !b.Has("inbox.row.0") || b.Has("inbox.row.1") {
		t.Error("the hidden one is not there alone")
	}
	s.Leave()
	if page, err := service.List(t.Context(), inbox.Query{}); err != nil || page.Counts.New != 0 {
		t.Errorf("%d are new after they were seen, %v", page.Counts.New, err)
	}
	if len(b.Went) > 0 && b.Went[0] == parts.PlaceBelgium {
		t.Error("led away")
	}
}
