package store_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/store"
)

// grep reports whether any file in the database's folder holds a text.
func grep(t testing.TB, path string, text string) bool {
	t.Helper()
	found := false
	check(t, filepath.WalkDir(filepath.Dir(path), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		found = found || bytes.Contains(content, []byte(text))
		return err
	}))
	return found
}

// TestCopiedFolderGivesNoNumberAway looks for the numbers in the database and
// in its log, while it is open and after it was closed.
func TestCopiedFolderGivesNoNumberAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	db, err := store.Open(t.Context(), path, store.Options{Seal: newSealer(t)})
	check(t, err)
	list := people(60)
	for i := range list {
		list[i].Account = fmt.Sprintf("9710%07d", i)
	}
	addPeople(t, db, "i", list...)
	addJob(t, db, "j", list...)
	check(t, db.AddJob(t.Context(), post.Job{ID: "k"}, nil, []post.Item{{Seq: 1, To: post.Target{Kind: post.ByAccount, Value: list[0].Account}}}))
	old, err := db.Recipient(t.Context(), "K1000")
	check(t, err)
	after := old
	after.BirthNumber = birthNumber(333)
	check(t, db.ApplyImport(t.Context(), post.Import{ID: "u"}, []post.Change{{Kind: post.ChangeUpdate, Before: &old, After: after}}))
	check(t, db.SaveOnboarding(t.Context(), post.Onboarding{ID: "o", Nonce: "nonce-31415", RegistrationURL: "https://example.no/?nonce=nonce-31415"}))
	secrets := []string{after.BirthNumber, "nonce-31415"}
	for _, person := range list {
		secrets = append(secrets, person.BirthNumber, person.Account)
	}
	for _, state := range []string{"open", "closed"} {
		if !grep(t, path, "Storgata 1") {
			t.Fatalf("%s: the test does not look where the data is", state)
		}
		for _, secret := range secrets {
			if grep(t, path, secret) {
				t.Fatalf("%s: %s is readable in the file", state, secret)
			}
		}
		if state == "open" {
			check(t, db.Close())
		}
	}
	// Numbers still come out with the key, and not with another.
	_, err = store.Open(t.Context(), path, store.Options{Seal: newSealer(t)})
	wantCode(t, err, post.CodeSealKey)
}

func TestForget(t *testing.T) {
	db, path := open(t)
	ctx := t.Context()
	list := people(40)
	gone := &list[20]
	gone.LastName, gone.Address.Line1, gone.Account, gone.Groups = "Gjemmebråten", "Glemmeveien 1", "97100000001", []string{"Hemmelig"}
	addPeople(t, db, "i", list...)
	addJob(t, db, "j", list...)
	addJob(t, db, "direct", post.Recipient{BirthNumber: gone.BirthNumber, FullName: "Gjemmebråten etter nummer"})
	_, err := db.AddRequest(ctx, post.Request{Job: "j", Kind: post.RequestTakeOut, CustomerID: gone.CustomerID})
	check(t, err)
	update(t, db, "j", 21, func(item *post.Item) {
		item.Status = post.ItemDelivered
		item.Finding = &post.Finding{Status: post.HasDigipost, DigipostAddress: "gjemme#1A2B"}
	})
	err = db.Forget(ctx, gone.CustomerID)
	wantCode(t, err, post.CodeWrongState)
	for _, job := range []string{"j", "direct"} {
		_, err := db.UpdateJob(ctx, job, func(job *post.Job) error { job.State = post.JobDone; return nil })
		check(t, err)
	}
	copied := filepath.Join(filepath.Dir(path), "backup", "brevdue-before-0001-20260101T000000.db")
	check(t, os.MkdirAll(filepath.Dir(copied), 0o700))
	check(t, os.WriteFile(copied, []byte("Gjemmebråten"), 0o600))
	check(t, db.Forget(ctx, gone.CustomerID))

	_, err = db.Recipient(ctx, gone.CustomerID)
	wantCode(t, err, post.CodePersonUnknown)
	wantCode(t, db.Forget(ctx, gone.CustomerID), post.CodePersonUnknown)
	for _, text := range []string{"Gjemmebråten", "gjemmebraten", "Glemmeveien", "glemmeveien", gone.CustomerID, "gjemme#1A2B", "Hemmelig"} {
		if grep(t, path, text) {
			t.Errorf("%q is still in the folder", text)
		}
	}
	items, err := db.Items(ctx, "j", post.ItemQuery{})
	check(t, err)
	item := items[20]
	if item.Status != post.ItemDelivered || item.MessageID == "" || item.Finding == nil || item.Finding.Status != post.HasDigipost ||
		item.To != (post.Target{Kind: post.ByBirthNumber}) || item.Name != "" || item.CustomerID != "" {
		t.Errorf("item %+v: the codes should stay and nothing else", item)
	}
	page, err := db.Recipients(ctx, post.RecipientQuery{Search: gone.BirthNumber})
	if err != nil || page.Total != 0 {
		t.Errorf("still found by number: %+v, %v", page, err)
	}
	state, err := db.VerifyAudit(ctx)
	if err != nil || state.Lines != 1 || state.BrokenAt != 0 {
		t.Errorf("audit %+v, %v", state, err)
	}
}

func TestWithoutSeal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	db := openAt(t, path, nil)
	id, err := db.FolderID(t.Context())
	if err != nil || len(id) != 32 {
		t.Fatal(id, err)
	}
	_, err = db.Recipients(t.Context(), post.RecipientQuery{})
	wantCode(t, err, post.CodeKeyringLocked)
	if _, err := db.Jobs(t.Context(), post.JobQuery{}); err != nil {
		t.Errorf("jobs need no seal: %v", err)
	}
	check(t, db.UseSeal(t.Context(), newSealer(t)))
	wantCode(t, db.UseSeal(t.Context(), newSealer(t)), post.CodeSealKey)
	if _, err := db.Recipients(t.Context(), post.RecipientQuery{}); err != nil {
		t.Error(err)
	}
	again := openAt(t, path, nil)
	if other, err := again.FolderID(t.Context()); err != nil || other != id {
		t.Errorf("the id changed from %s to %s, %v", id, other, err)
	}
}

func TestFacts(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	if sender, err := db.Sender(ctx); err != nil || sender != (post.Sender{}) {
		t.Fatal(sender, err)
	}
	want := post.Sender{SenderID: 1, BrokerID: 2, Name: "Klubben", DigipostAddress: "a#b", Environment: post.Practice}
	check(t, db.SaveSender(ctx, want))
	if got, err := db.Sender(ctx); err != nil || got != want {
		t.Error(got, err)
	}
	facts := post.CertificateFacts{Subject: "s", NotAfter: start}
	check(t, db.SaveCertificate(ctx, facts))
	if got, err := db.Certificate(ctx); err != nil || got.Subject != "s" || !got.NotAfter.Equal(start) {
		t.Error(got, err)
	}
	key := post.SFTPKeyFacts{Type: "ssh-rsa", Public: "p"}
	check(t, db.SaveSFTPKey(ctx, key))
	if got, err := db.SFTPKey(ctx); err != nil || got != key {
		t.Error(got, err)
	}
	if _, found, err := db.PinnedHostKey(ctx, "h"); found || err != nil {
		t.Error(found, err)
	}
	for _, fingerprint := range []string{"one", "two"} {
		check(t, db.PinHostKey(ctx, post.HostKey{Host: "h", Fingerprint: fingerprint, At: start}))
	}
	if got, found, err := db.PinnedHostKey(ctx, "h"); !found || err != nil || got != (post.HostKey{Host: "h", Fingerprint: "two", At: start}) {
		t.Error(got, found, err)
	}
	if _, found, err := db.Onboarding(ctx); found || err != nil {
		t.Error(found, err)
	}
	attempt := post.Onboarding{ID: "a", State: "applied", Nonce: "n", Port: 4, Started: start, Trouble: post.CodeNotAuthorised,
		TroubleFields: map[string]string{"sender": "1001"}}
	check(t, db.SaveOnboarding(ctx, post.Onboarding{ID: "older"}))
	check(t, db.SaveOnboarding(ctx, post.Onboarding{ID: "a"}))
	check(t, db.SaveOnboarding(ctx, attempt))
	if got, found, err := db.Onboarding(ctx); !found || err != nil || !reflect.DeepEqual(got, attempt) {
		t.Error(got, found, err)
	}
	check(t, db.SetSetting(ctx, "a", "1"))
	check(t, db.SetSetting(ctx, "a", "2"))
	check(t, db.SetSetting(ctx, "b", "3"))
	check(t, db.SetSetting(ctx, "b", ""))
	if got, err := db.Settings(ctx); err != nil || len(got) != 1 || got["a"] != "2" {
		t.Error(got, err)
	}
	check(t, db.SaveMapping(ctx, post.SavedMapping{Headings: []string{"Navn", "Adresse", ""}, Mapping: post.Mapping{post.FieldFullName: "Navn"}, At: time.Now()}))
	if got, found, err := db.Mapping(ctx, []string{"Adresse", "Navn"}); !found || err != nil || got[post.FieldFullName] != "Navn" {
		t.Error(got, found, err)
	}
	if _, found, err := db.Mapping(ctx, []string{"Navn"}); found || err != nil {
		t.Error(found, err)
	}
}
