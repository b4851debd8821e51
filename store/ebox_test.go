package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/inbox"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/store"
)

var (
	_ onboarding.EBoxStore = (*store.DB)(nil)
	_ inbox.Store          = (*store.DB)(nil)
)

func message(id, subject string) post.EBoxMessage {
	return post.EBoxMessage{ID: id, Subject: post.Translated{NL: subject}, Received: start, Visible: true, Attention: "Åse Ødegård",
		Attachments: []post.EBoxAttachment{{ID: "a1", FileName: "brief.pdf", Main: true}}}
}

func TestEBoxTrajectory(t *testing.T) {
	db, path := open(t)
	ctx := t.Context()
	if _, found, err := db.EBoxTrajectory(ctx); found || err != nil {
		t.Fatalf("a new database has one: %v, %v", found, err)
	}
	want := post.EBoxTrajectory{ID: "t", OwnKey: true, Enterprise: "0566988259", ClientID: "self_service_chaman_1000001_abcdefghij",
		Steps: []post.EBoxStep{{ID: "S1", State: post.EBoxDone, Date: start, Note: "Åse ringte 31415"}}, Started: start, Changed: start}
	check(t, db.SaveEBoxTrajectory(ctx, post.EBoxTrajectory{ID: "older"}))
	check(t, db.SaveEBoxTrajectory(ctx, want))
	got, found, err := db.EBoxTrajectory(ctx)
	check(t, err)
	if !found || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	check(t, db.SaveEBoxServers(ctx, post.EBoxAccess{TokenURL: "https://example.be/token", Providers: []string{"https://a"}}))
	access, err := db.EBoxServers(ctx)
	check(t, err)
	if access.TokenURL == "" || len(access.Providers) != 1 {
		t.Errorf("got %+v", access)
	}
	nowhere(t, path, "31415", "self_service_chaman")
	check(t, db.ForgetEBox(ctx))
	if _, found, err := db.EBoxTrajectory(ctx); found || err != nil {
		t.Errorf("not forgotten: %v, %v", found, err)
	}
}

// nowhere checks that texts stand in no file of the database.
func nowhere(t *testing.T, path string, texts ...string) {
	t.Helper()
	names, err := filepath.Glob(path + "*")
	check(t, err)
	for _, name := range names {
		data, err := os.ReadFile(name)
		check(t, err)
		for _, text := range texts {
			if bytes.Contains(data, []byte(text)) {
				t.Errorf("%s holds %q", filepath.Base(name), text)
			}
		}
	}
}

func TestEBoxMessages(t *testing.T) {
	db, path := open(t)
	ctx := t.Context()
	keep := func(at time.Time, provider string, messages ...post.EBoxMessage) []string {
		t.Helper()
		fresh, err := db.KeepEBoxMessages(ctx, provider, messages, at)
		check(t, err)
		return fresh
	}
	if fresh := keep(start, "rsz", message("m1", "Aanslagbiljet 27182"), message("m2", "Attest")); len(fresh) != 2 {
		t.Errorf("fresh %v", fresh)
	}
	first, err := db.EBoxVersion(ctx)
	check(t, err)
	check(t, db.EBoxLooked(ctx, start.Add(time.Minute)))
	// The same id at another provider is another message; a list without documents
	// and names takes none away.
	later := post.EBoxMessage{ID: "m1", Subject: post.Translated{NL: "Aanslagbiljet 27182"}, Received: start, Read: true, Visible: true}
	if fresh := keep(start.Add(time.Hour), "rsz", later); len(fresh) != 0 {
		t.Errorf("fresh %v", fresh)
	}
	if fresh := keep(start.Add(time.Hour), "other", message("m1", "Iets anders")); len(fresh) != 1 {
		t.Errorf("fresh %v", fresh)
	}
	download := post.EBoxDownload{Provider: "rsz", Message: "m1", Attachment: "a1", Path: "/x/Aanslagbiljet 27182/brief.pdf"}
	check(t, db.SaveEBoxDownload(ctx, download))
	download.SHA256, download.Size, download.At = "ab", 7, start
	check(t, db.SaveEBoxDownload(ctx, download))
	check(t, db.SaveEBoxDownload(ctx, post.EBoxDownload{Provider: "gone", Message: "m", Attachment: "a", Path: "p"}))
	if version, err := db.EBoxVersion(ctx); err != nil || version <= first {
		t.Errorf("version %d after %d, %v", version, first, err)
	}
	entries, err := db.EBoxEntries(ctx)
	check(t, err)
	if len(entries) != 3 {
		t.Fatalf("got %d", len(entries))
	}
	for _, e := range entries {
		switch e.Provider + e.ID {
		case "rszm1":
			if !e.Read || e.New || len(e.Attachments) != 1 || len(e.Downloads) != 1 || fmt.Sprint(e.Downloads[0]) != fmt.Sprint(download) || !e.Saved() ||
				!e.FirstSeen.Equal(start) || !e.LastSeen.Equal(start.Add(time.Hour)) {
				t.Errorf("got %+v", e)
			}
		case "rszm2":
			if e.New || e.Saved() || e.Attention != "Åse Ødegård" {
				t.Errorf("got %+v", e)
			}
		case "otherm1":
			if !e.New || e.Subject.NL != "Iets anders" {
				t.Errorf("got %+v", e)
			}
		}
	}
	if one, found, err := db.EBoxEntry(ctx, "rsz", "m1"); err != nil || !found || len(one.Downloads) != 1 || !one.Read || one.New {
		t.Errorf("got %+v, %v, %v", one, found, err)
	}
	if _, found, err := db.EBoxEntry(ctx, "vl", "m2"); err != nil || found {
		t.Error(found, err)
	}
	source := post.EBoxSource{Provider: post.EBoxProvider{ID: "rsz", URL: "https://a"}, Good: start, Trouble: post.CodeTimeout}
	check(t, db.SaveEBoxSource(ctx, source))
	sources, err := db.EBoxSources(ctx)
	check(t, err)
	if fmt.Sprint(sources["rsz"]) != fmt.Sprint(source) {
		t.Errorf("got %+v", sources)
	}
	nowhere(t, path, "27182", "Ødegård", "brief.pdf")
	check(t, db.DropEBoxDownload(ctx, download))
	check(t, db.ForgetEBox(ctx))
	if entries, err := db.EBoxEntries(ctx); err != nil || len(entries) != 0 {
		t.Errorf("left %d, %v", len(entries), err)
	}
	nowhere(t, path, "m1", "gone")
}

// TestEBoxNeedsItsKey: without the sealing key there are no messages, and no
// made-up empty list.
func TestEBoxNeedsItsKey(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "brevdue.db"), store.Options{})
	check(t, err)
	defer func() { check(t, db.Close()) }()
	_, err = db.EBoxEntries(t.Context())
	wantCode(t, err, post.CodeKeyringLocked)
	wantCode(t, db.SaveEBoxTrajectory(t.Context(), post.EBoxTrajectory{}), post.CodeKeyringLocked)
	_, err = db.KeepEBoxMessages(t.Context(), "p", []post.EBoxMessage{message("m", "s")}, start)
	wantCode(t, err, post.CodeKeyringLocked)
}
