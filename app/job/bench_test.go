package job

import (
	"context"
	"path/filepath"
	"testing"

	"brevdue/app/post"
	"brevdue/store"
	"brevdue/store/outbox"
	"brevdue/store/secret"

	"github.com/google/uuid"
)

// instant is a Digipost that answers at once.
type instant struct{}

func (instant) Ready(context.Context, post.Sender) error { return nil }

func (instant) Send(context.Context, post.Letter) (post.Outcome, error) { return delivered, nil }

func (instant) Status(context.Context, post.Sender, string) (post.Outcome, bool, error) {
	return delivered, true, nil
}

func (instant) Identify(context.Context, post.Sender, post.Target) (post.Finding, error) {
	return post.Finding{Status: post.HasDigipost}, nil
}

func (instant) News(_ context.Context, _ post.Sender, mark string, _ func(post.LetterNews) error) (string, error) {
	return mark, nil
}

// BenchmarkLetters is how many letters a second the engine alone can send: with
// everything in memory, and with each intent and outcome durable on the disk.
func BenchmarkLetters(b *testing.B) {
	const letters = 500
	for name, open := range map[string]func(b testing.TB) (Store, Outbox){
		"memory": func(testing.TB) (Store, Outbox) { m := newMemory(); return m, m },
		"disk":   openDisk,
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				kept, files := open(b)
				e := New(Config{Store: kept, Outbox: files, Letters: instant{}, Clock: SystemClock{}, NewUUID: uuid.NewString})
				id := planned(b, e, wishFor(letters))
				ctx, cancel := context.WithCancel(b.Context())
				ended := make(chan error, 1)
				b.StartTimer()
				go func() { ended <- e.Run(ctx) }()
				job, err := e.Follow(ctx, id, 0, nil)
				b.StopTimer()
				cancel()
				if err := <-ended; err != nil {
					b.Fatal(err)
				}
				if err != nil || job.Counts.ByStatus[post.ItemDelivered] != letters {
					b.Fatalf("%v: %v", job.Counts.ByStatus, err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(letters*b.N)/b.Elapsed().Seconds(), "letters/s")
		})
	}
}

// planned keeps and approves a wish.
func planned(b *testing.B, e *Engine, wish Wish) (id string) {
	b.Helper()
	draft, err := e.Prepare(b.Context(), wish)
	if err != nil {
		b.Fatal(err)
	}
	job, err := e.Keep(b.Context(), draft)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := e.Approve(b.Context(), job.ID, job.Fingerprint, draft.Sendable(), 0); err != nil {
		b.Fatal(err)
	}
	return job.ID
}

func openDisk(b testing.TB) (Store, Outbox) {
	b.Helper()
	key := secret.NewKey()
	seal, err := secret.NewSealer(key)
	if err != nil {
		b.Fatal(err)
	}
	folder := b.TempDir()
	db, err := store.Open(b.Context(), filepath.Join(folder, "brevdue.db"), store.Options{Seal: seal})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	files, err := outbox.Open(filepath.Join(folder, "outbox"), key[:outbox.KeySize])
	if err != nil {
		b.Fatal(err)
	}
	return db, files
}
