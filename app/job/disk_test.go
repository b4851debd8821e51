package job

import (
	"reflect"
	"testing"
	"time"

	"brevdue/app/post"

	"github.com/google/uuid"
)

// TestOnDisk takes a letter with all options through the real store: what is
// sent is what was frozen, the stored plan verifies, and later news and a
// refresh find the letter.
func TestOnDisk(t *testing.T) {
	kept, files := openDisk(t)
	d, clock := newDigipost(), &fastClock{}
	e := New(Config{Store: kept, Outbox: files, Letters: d, Clock: clock, NewUUID: uuid.NewString, NewsEvery: time.Second})
	d.identify = says(post.Finding{Status: post.Identified}, nil)
	d.answer = notThere
	wish := letterTo(sally, allOptions(clock.Now()))
	wish.Files = append(wish.Files, text("%PDF-1.7 vedlegg"))
	running(t, e)
	job := follow(t, e, approved(t, e, wish, 0).ID)
	documents, err := e.Documents(t.Context(), job.ID)
	if err != nil {
		t.Fatal(err)
	}
	items, err := e.Items(t.Context(), job.ID, post.ItemQuery{})
	if err != nil || job.State != post.JobDone || items[0].Status != post.ItemPrinting {
		t.Fatalf("job %s, letter %s, %v", job.State, items[0].Status, err)
	}
	if again := Fingerprint(job, documents, items); again != job.Fingerprint {
		t.Error("the stored plan does not verify")
	}
	at := clock.Now().UTC().Truncate(time.Second)
	d.with(func() {
		want := optionsFor(job.Options, sally, clock.Now())
		if sent := d.sent[0]; len(d.sent) != 1 || !sent.NoDigipost || !reflect.DeepEqual(sent.Options, want) || sent.Options.Content.KID != "2345676" {
			t.Errorf("sent %+v, want %+v", sent.Options, want)
		}
		d.feed = []post.LetterNews{{DocumentUUID: items[0].DocumentUUIDs[1], Status: post.ItemPosted, Channel: post.ChannelPrint, At: at}}
	})
	until(t, func() bool { now, _ := e.Job(t.Context(), job.ID); return now.Counts.ByStatus[post.ItemPosted] == 1 })
	if items, err = e.Items(t.Context(), job.ID, post.ItemQuery{}); err != nil || !items[0].StatusAt.Equal(at) || items[0].Channel != post.ChannelPrint {
		t.Errorf("posted at %v by %s, %v", items[0].StatusAt, items[0].Channel, err)
	}
	if err := e.Refresh(t.Context(), job.ID); err != nil {
		t.Fatal(err)
	}
	if err := e.AwaitRefresh(t.Context(), job.ID); err != nil {
		t.Fatal(err)
	}
	events, err := e.Events(t.Context(), job.ID)
	if last := events[len(events)-1]; err != nil || last.Code != "news" || last.Fields["posted"] != "1" {
		t.Errorf("last line %+v, %v", last, err)
	}
}
