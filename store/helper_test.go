package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/app/sender"
	"brevdue/store"
	"brevdue/store/secret"
)

// The store is what the use cases ask for.
var (
	_ job.Store        = (*store.DB)(nil)
	_ register.Store   = (*store.DB)(nil)
	_ sender.Store     = (*store.DB)(nil)
	_ onboarding.Store = (*store.DB)(nil)
	_ store.Sealer     = (*secret.Sealer)(nil)
)

// start is the time of a test's clock when it begins.
var start = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// clock gives a later time at each call, so that an order can be seen.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time {
	c.now = c.now.Add(time.Second)
	return c.now
}

func newSealer(t testing.TB) *secret.Sealer {
	t.Helper()
	seal, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return seal
}

// open gives a fresh database and its path.
func open(t testing.TB) (*store.DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "profil æøå #1", "brevdue.db")
	return openAt(t, path, newSealer(t)), path
}

func openAt(t testing.TB, path string, seal store.Sealer) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.Options{Seal: seal, Now: (&clock{now: start}).Now, BusyWait: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code post.Code) {
	t.Helper()
	if post.CodeOf(err) != code {
		t.Fatalf("got %v, want fault %s", err, code)
	}
}

// birthNumber makes a synthetic birth number (month +80) with right check
// digits; n picks one of many.
func birthNumber(n int) string {
	for individual := n % 500; ; individual++ {
		text := fmt.Sprintf("%02d%02d%02d%03d", 1+n%28, 81+n%12, 50+n%49, individual%500)
		if k1 := mod11(text, 3, 7, 6, 1, 8, 9, 4, 5, 2); k1 < 10 {
			text += fmt.Sprint(k1)
			if k2 := mod11(text, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2); k2 < 10 {
				return text + fmt.Sprint(k2)
			}
		}
	}
}

func mod11(text string, weights ...int) int {
	sum := 0
	for i, weight := range weights {
		sum += weight * int(text[i]-'0')
	}
	return (11 - sum%11) % 11
}

// people makes synthetic people with birth numbers.
func people(count int) []post.Recipient {
	list := make([]post.Recipient, count)
	for i := range list {
		list[i] = post.Recipient{
			CustomerID: fmt.Sprint("K", 1000+i), BirthNumber: birthNumber(i), FirstName: "Åse", LastName: fmt.Sprint("Ødegård ", i),
			Address: post.Address{Line1: fmt.Sprint("Storgata ", i), Postcode: "0150", Town: "Oslo"}, Groups: []string{"Medlemmer"},
		}
	}
	return list
}

// addPeople puts people into the register as one import.
func addPeople(t testing.TB, db *store.DB, id string, list ...post.Recipient) {
	t.Helper()
	changes := make([]post.Change, len(list))
	for i, person := range list {
		changes[i] = post.Change{Kind: post.ChangeNew, Row: i + 2, After: person}
	}
	check(t, db.ApplyImport(t.Context(), post.Import{ID: id, File: "kunder.xlsx", Sheet: "Ark1", At: start, New: len(list)}, changes))
}

// addJob stores a mailing to people.
func addJob(t testing.TB, db *store.DB, id string, list ...post.Recipient) []post.Item {
	t.Helper()
	items := make([]post.Item, len(list))
	for i, person := range list {
		to, ok := person.Target(false)
		if !ok {
			t.Fatalf("no way to address person %d", i)
		}
		items[i] = post.Item{Job: id, Seq: i + 1, CustomerID: person.CustomerID, Row: i + 2, Name: person.Name(), To: to,
			MessageID: fmt.Sprintf("%s-m%d", id, i), DocumentUUIDs: []string{fmt.Sprintf("%s-d%d", id, i)},
			RecipientKey: fmt.Sprint("r", i), Status: post.ItemReady}
	}
	check(t, db.AddJob(t.Context(), post.Job{ID: id, Kind: post.KindMailing, Via: post.ViaREST, State: post.JobReady, Name: "Brev",
		Subject: "Innkalling", Options: post.Options{Auth: post.AuthTwoFactor}, Sender: post.Sender{SenderID: 1000, Environment: post.Practice},
		Source: post.Source{Path: "/kunder.xlsx", Sheet: "Ark1", HeaderRow: 3}, Created: start},
		[]post.Document{{Name: "brev.pdf", FileType: "pdf", SHA256: "aa", Size: 10, Pages: 1, Staged: "s"}}, items))
	return items
}

// update changes one item.
func update(t testing.TB, db *store.DB, job string, seq int, change func(*post.Item)) {
	t.Helper()
	n, err := db.UpdateItems(t.Context(), job, []int{seq}, func(item *post.Item) error {
		change(item)
		return nil
	})
	check(t, err)
	if n != 1 {
		t.Fatalf("%d items written, want 1", n)
	}
}

// ended gives a context that has ended already.
func ended(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

var errOwn = errors.New("an error of the caller")
