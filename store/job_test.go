package store_test

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

func TestJobComesBackAsItWasStored(t *testing.T) {
	db, _ := open(t)
	list := []post.Recipient{
		{CustomerID: "1", BirthNumber: birthNumber(1), FullName: "Åse Ødegård"},
		{CustomerID: "2", OrganisationNumber: "987654325", FullName: "Bakeri AS"},
		{CustomerID: "3", DigipostAddress: "ola.nordmann#1A2B"},
		{CustomerID: "4", FirstName: "Per", MiddleName: "Æ", LastName: "Ås", BirthDate: "1980-01-02", Phone: "+4712345678", Email: "per@example.no",
			Address: post.Address{Line1: "Storgata 1", Line2: "H0101", Postcode: "0150", Town: "Oslo", Country: "NO"}},
	}
	items := addJob(t, db, "j1", list...)
	got, err := db.Items(t.Context(), "j1", post.ItemQuery{})
	check(t, err)
	if !reflect.DeepEqual(got, items) {
		t.Errorf("items\n got %+v\nwant %+v", got, items)
	}
	job, err := db.Job(t.Context(), "j1")
	check(t, err)
	if job.Options.Auth != post.AuthTwoFactor || job.Sender.SenderID != 1000 || job.Source.HeaderRow != 3 || !job.Created.Equal(start) ||
		!job.Ended.IsZero() || job.Counts.Total != 4 || job.Counts.ByStatus[post.ItemReady] != 4 {
		t.Errorf("job %+v", job)
	}
	documents, err := db.Documents(t.Context(), "j1")
	check(t, err)
	if len(documents) != 1 || documents[0] != (post.Document{Name: "brev.pdf", FileType: "pdf", SHA256: "aa", Size: 10, Pages: 1, Staged: "s"}) {
		t.Errorf("documents %+v", documents)
	}
	_, err = db.Job(t.Context(), "nothing")
	wantCode(t, err, post.CodeJobUnknown)
	_, err = db.Items(t.Context(), "nothing", post.ItemQuery{})
	wantCode(t, err, post.CodeJobUnknown)
}

func TestItemsByStatusNameAndPart(t *testing.T) {
	db, _ := open(t)
	addJob(t, db, "j1", people(12)...)
	update(t, db, "j1", 3, func(item *post.Item) { item.Status = post.ItemDelivered })
	for _, c := range []struct {
		query post.ItemQuery
		want  []int
	}{
		{post.ItemQuery{Statuses: []post.ItemStatus{post.ItemDelivered}}, []int{3}},
		{post.ItemQuery{Search: "odegaard 1"}, []int{2, 11, 12}},
		{post.ItemQuery{Search: "100%"}, nil},
		{post.ItemQuery{Offset: 4, Limit: 2}, []int{5, 6}},
		{post.ItemQuery{Offset: 10}, []int{11, 12}},
	} {
		items, err := db.Items(t.Context(), "j1", c.query)
		check(t, err)
		var got []int
		for _, item := range items {
			got = append(got, item.Seq)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.query, got, c.want)
		}
	}
}

func TestUpdateItemsWritesAllOrNothing(t *testing.T) {
	db, _ := open(t)
	addJob(t, db, "j1", people(3)...)
	n, err := db.UpdateItems(t.Context(), "j1", nil, func(item *post.Item) error {
		item.Status, item.Attempts = post.ItemSending, item.Attempts+1
		if item.Seq == 2 {
			return post.ErrSkip
		}
		item.SentAt, item.Finding = start, &post.Finding{Status: post.HasDigipost, DigipostAddress: "a#b"}
		return nil
	})
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	n, err = db.UpdateItems(t.Context(), "j1", nil, func(item *post.Item) error {
		item.Status = post.ItemDelivered
		if item.Seq == 3 {
			return errOwn
		}
		return nil
	})
	if err != errOwn || n != 0 {
		t.Fatalf("%d written, %v: an error of the caller comes back as it is", n, err)
	}
	if _, err = db.UpdateItems(t.Context(), "j1", []int{1}, func(item *post.Item) error { item.To.Value = "x"; return nil }); err == nil {
		t.Error("a frozen target was changed")
	}
	items, err := db.Items(t.Context(), "j1", post.ItemQuery{})
	check(t, err)
	if items[0].Status != post.ItemSending || items[0].Attempts != 1 || items[0].Finding.DigipostAddress != "a#b" || !items[0].SentAt.Equal(start) ||
		items[1].Status != post.ItemReady || items[1].Finding != nil {
		t.Errorf("items %+v", items)
	}
	job, err := db.Job(t.Context(), "j1")
	check(t, err)
	if job.Counts.BySplit[post.HasDigipost] != 2 || len(job.Counts.BySplit) != 1 {
		t.Errorf("counts %+v", job.Counts)
	}
}

func TestUpdateJobWritesOrLeaves(t *testing.T) {
	db, _ := open(t)
	addJob(t, db, "j1", people(1)...)
	job, err := db.UpdateJob(t.Context(), "j1", func(job *post.Job) error {
		job.State, job.ReleaseAt, job.Trouble = post.JobCoolingOff, start.Add(time.Minute), post.CodeTimeout
		job.Pattern = post.PatternSendOnly
		job.UploadStarted, job.EarlierUploads = start, []post.Upload{{BatchJobID: "b", UploadName: "n"}}
		return nil
	})
	if err != nil || job.State != post.JobCoolingOff || job.Counts.Total != 1 {
		t.Fatal(job, err)
	}
	if _, err := db.UpdateJob(t.Context(), "j1", func(job *post.Job) error { job.State = post.JobDone; return errOwn }); err != errOwn {
		t.Fatal(err)
	}
	again, err := db.Job(t.Context(), "j1")
	check(t, err)
	if !reflect.DeepEqual(again, job) {
		t.Errorf("got %+v, want %+v", again, job)
	}
	_, err = db.UpdateJob(t.Context(), "nothing", func(*post.Job) error { return nil })
	wantCode(t, err, post.CodeJobUnknown)
}

func TestJobsNewestFirst(t *testing.T) {
	db, _ := open(t)
	addJob(t, db, "a", people(1)...)
	addJob(t, db, "b", people(2)...)
	check(t, db.AddJob(t.Context(), post.Job{ID: "c", Kind: post.KindSplit, State: post.JobDone, Created: start}, nil, nil))
	for _, c := range []struct {
		query post.JobQuery
		want  []string
	}{
		{post.JobQuery{}, []string{"c", "b", "a"}},
		{post.JobQuery{Open: true}, []string{"b", "a"}},
		{post.JobQuery{Kinds: []post.JobKind{post.KindSplit}}, []string{"c"}},
		{post.JobQuery{Limit: 1}, []string{"c"}},
	} {
		jobs, err := db.Jobs(t.Context(), c.query)
		check(t, err)
		var got []string
		for _, job := range jobs {
			got = append(got, job.ID)
			if want := map[string]int{"a": 1, "b": 2}[job.ID]; job.Counts.Total != want {
				t.Errorf("%s has %d items, want %d", job.ID, job.Counts.Total, want)
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.query, got, c.want)
		}
	}
}

func TestIDsAreNeverShared(t *testing.T) {
	db, _ := open(t)
	addJob(t, db, "a", people(1)...)
	err := db.AddJob(t.Context(), post.Job{ID: "b"}, nil, []post.Item{{Seq: 1, MessageID: "a-m0"}})
	if err == nil {
		t.Fatal("a second letter got the same message id")
	}
	if _, err := db.Job(t.Context(), "b"); post.CodeOf(err) != post.CodeJobUnknown {
		t.Errorf("half a job was stored: %v", err)
	}
}

func TestRequestsReceiptsAndEvents(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	addJob(t, db, "j", people(1)...)
	id, err := db.AddRequest(ctx, post.Request{Job: "j", Kind: post.RequestExtend, Extend: time.Minute, At: start})
	check(t, err)
	_, err = db.AddRequest(ctx, post.Request{Job: "j", Kind: post.RequestTakeOut, CustomerID: "K1000", Seq: 1, At: start})
	check(t, err)
	check(t, db.CloseRequest(ctx, id, "done"))
	requests, err := db.OpenRequests(ctx, "j")
	check(t, err)
	if len(requests) != 1 || requests[0].Kind != post.RequestTakeOut || requests[0].CustomerID != "K1000" || requests[0].Job != "j" {
		t.Errorf("requests %+v", requests)
	}

	receipt := post.Receipt{Job: "j", RemoteName: "a.kvittering.zip", Kind: "mottatt", SHA256: "s", Staged: "x", At: start}
	for _, want := range []bool{true, false} {
		added, err := db.AddReceipt(ctx, receipt)
		if err != nil || added != want {
			t.Fatalf("added %v, %v; want %v", added, err, want)
		}
		receipt.Staged = "y"
	}
	receipts, err := db.Receipts(ctx, "j")
	check(t, err)
	names, err := db.StagedNames(ctx)
	if err != nil || !reflect.DeepEqual(names, map[string]bool{"s": true, "x": true}) {
		t.Errorf("staged %v, %v", names, err)
	}
	if len(receipts) != 1 || receipts[0].Staged != "x" || !receipts[0].At.Equal(start) {
		t.Errorf("receipts %+v", receipts)
	}

	check(t, db.AddEvent(ctx, post.Event{Job: "j", At: start, Code: "approved", Fields: map[string]string{"count": "1"}}))
	check(t, db.AddEvent(ctx, post.Event{Job: "j", At: start, Code: "sent"}))
	events, err := db.Events(ctx, "j")
	check(t, err)
	if len(events) != 2 || events[0].Fields["count"] != "1" || events[1].Code != "sent" || events[1].Fields != nil {
		t.Errorf("events %+v", events)
	}
	wantCode(t, db.AddEvent(ctx, post.Event{Job: "nothing"}), post.CodeJobUnknown)
}

func TestEndedContext(t *testing.T) {
	db, _ := open(t)
	addJob(t, db, "j", people(1)...)
	ctx := ended(t)
	_, err := db.Jobs(ctx, post.JobQuery{})
	if !errors.Is(err, ctx.Err()) {
		t.Errorf("read: %v", err)
	}
	if err := db.AddEvent(ctx, post.Event{Job: "j"}); !errors.Is(err, ctx.Err()) {
		t.Errorf("write: %v", err)
	}
}

func TestManyWritersAndReaders(t *testing.T) {
	db, _ := open(t)
	addJob(t, db, "j", people(8)...)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 5 {
				if _, err := db.UpdateItems(t.Context(), "j", []int{i + 1}, func(item *post.Item) error { item.Attempts++; return nil }); err != nil {
					t.Error(err)
				}
				if _, err := db.Jobs(t.Context(), post.JobQuery{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	items, err := db.Items(t.Context(), "j", post.ItemQuery{})
	check(t, err)
	for _, item := range items {
		if item.Attempts != 5 {
			t.Errorf("item %d: %d attempts", item.Seq, item.Attempts)
		}
	}
}
