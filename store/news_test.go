package store_test

import (
	"reflect"
	"testing"
	"time"

	"brevdue/app/post"
)

func TestItemsByDocument(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	first, second := addJob(t, db, "a", people(3)...), addJob(t, db, "b", people(2)...)
	got, err := db.ItemsByDocument(ctx, []string{"b-d1", "a-d0", "nobody's"})
	check(t, err)
	if want := map[string]post.Item{"a-d0": first[0], "b-d1": second[1]}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	many := make([]string, 0, 1200)
	for range 1199 {
		many = append(many, "x")
	}
	if got, err = db.ItemsByDocument(ctx, append(many, "a-d2")); err != nil || len(got) != 1 || got["a-d2"].To != first[2].To {
		t.Errorf("among many: %+v, %v", got, err)
	}
	if _, err := db.UpdateItems(ctx, "a", []int{1}, func(item *post.Item) error { item.DocumentUUIDs = []string{"new"}; return nil }); err == nil {
		t.Error("the id of a document was changed")
	}
	update(t, db, "a", 3, func(item *post.Item) { item.MessageID, item.DocumentUUIDs = "new-m", []string{"new"} })
	if got, err = db.ItemsByDocument(ctx, []string{"a-d2", "new"}); err != nil || len(got) != 1 || got["new"].MessageID != "new-m" {
		t.Errorf("after all ids were renewed: %+v, %v", got, err)
	}
	update(t, db, "a", 1, func(item *post.Item) { item.StatusAt = start.Add(time.Hour) })
	got, err = db.ItemsByDocument(ctx, []string{"a-d0"})
	if err != nil || !got["a-d0"].StatusAt.Equal(start.Add(time.Hour)) {
		t.Errorf("status at %v, %v", got["a-d0"].StatusAt, err)
	}
}

func TestMarks(t *testing.T) {
	db, _ := open(t)
	for _, want := range []string{"", "one", "two"} {
		if want != "" {
			check(t, db.SetMark(t.Context(), 1000, want))
		}
		if mark, err := db.Mark(t.Context(), 1000); err != nil || mark != want {
			t.Errorf("mark %q, %v, want %q", mark, err, want)
		}
	}
	if mark, err := db.Mark(t.Context(), 1001); err != nil || mark != "" {
		t.Errorf("another sender's mark %q, %v", mark, err)
	}
}

func TestRequestsOfAllJobs(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	addJob(t, db, "a", people(1)...)
	addJob(t, db, "b", people(1)...)
	if _, found, err := db.LastRequest(ctx, "a", post.RequestRefresh); found || err != nil {
		t.Fatal(found, err)
	}
	var ids []int64
	for _, r := range []post.Request{{Job: "b", Kind: post.RequestRefresh}, {Job: "a", Kind: post.RequestRefresh}, {Job: "a", Kind: post.RequestStop},
		{Job: "a", Kind: post.RequestRefresh, Seq: 4}} {
		r.At = start
		id, err := db.AddRequest(ctx, r)
		check(t, err)
		ids = append(ids, id)
	}
	check(t, db.CloseRequest(ctx, ids[3], "timeout"))
	open, err := db.OpenRequests(ctx, "")
	if err != nil || len(open) != 3 || open[0].Job != "b" || open[1].Job != "a" || open[2].Kind != post.RequestStop {
		t.Errorf("open %+v, %v", open, err)
	}
	last, found, err := db.LastRequest(ctx, "a", post.RequestRefresh)
	if err != nil || !found || last.ID != ids[3] || last.Outcome != "timeout" || last.Seq != 4 || last.Job != "a" || !last.At.Equal(start) {
		t.Errorf("last %+v, %v, %v", last, found, err)
	}
}

// letterOptions are options with something private in each place.
func letterOptions() post.Options {
	return post.Options{Auth: post.AuthTwoFactor, OpeningReceipt: true, Reference: "BILAG-77123",
		Paper:   &post.Paper{IfNoDigipost: true, Return: post.PostalAddress{Name: "Hemmelig Klubb", Address: post.Address{Line1: "Returveien 9", Postcode: "5003", Town: "Bergen"}}},
		SMS:     &post.SMSReminder{At: []time.Time{start.Add(time.Hour)}, AfterHours: []int{24}},
		Email:   &post.EmailReminder{Address: "kari.mottaker@example.no", Subject: "Du har en regning", Text: "Husk regningen", At: []time.Time{start.Add(2 * time.Hour)}},
		Content: post.Content{Kind: post.ContentInvoice, Amount: "98765.43", Date: "2026-12-01", Account: "97105512341", KID: "2345676"},
		Invite:  &post.Invitation{Deadline: start.Add(48 * time.Hour)}, DeliverAt: start.Add(time.Minute)}
}

// TestOptionsAreSealed: a copied folder gives no amount, account or address in
// the options away; with the key they come back whole, and cannot be changed.
func TestOptionsAreSealed(t *testing.T) {
	db, path := open(t)
	ctx := t.Context()
	want := letterOptions()
	item := post.Item{Seq: 1, CustomerID: "K1000", To: post.Target{Kind: post.ByBirthNumber, Value: birthNumber(1)}, DocumentUUIDs: []string{"d"}}
	addPeople(t, db, "i", people(1)...)
	check(t, db.AddJob(ctx, post.Job{ID: "bill", Kind: post.KindLetter, State: post.JobReady, Options: want, Created: start}, nil, []post.Item{item}))
	for _, get := range []func() (post.Job, error){
		func() (post.Job, error) { return db.Job(ctx, "bill") },
		func() (post.Job, error) {
			return db.UpdateJob(ctx, "bill", func(job *post.Job) error { job.State = post.JobDone; return nil })
		},
		func() (post.Job, error) {
			jobs, err := db.Jobs(ctx, post.JobQuery{})
			return jobs[0], err
		},
	} {
		if job, err := get(); err != nil || !reflect.DeepEqual(job.Options, want) {
			t.Errorf("options\n got %+v\nwant %+v, %v", job.Options, want, err)
		}
	}
	if _, err := db.UpdateJob(ctx, "bill", func(job *post.Job) error { job.Options.Content.Amount = "1.00"; return nil }); err == nil {
		t.Error("frozen options were changed")
	}
	private := []string{"98765", "97105512341", "2345676", "kari.mottaker", "regning", "BILAG", "Returveien", "Hemmelig Klubb"}
	for range 2 { // in the log, then in the file
		for _, text := range private {
			if grep(t, path, text) {
				t.Errorf("%q is readable in the folder", text)
			}
		}
		if !grep(t, path, "two_factor") {
			t.Fatal("the test does not look where the data is")
		}
		check(t, db.SetSetting(ctx, "a", "b"))
	}
	check(t, db.Forget(ctx, "K1000"))
	if job, err := db.Job(ctx, "bill"); err != nil || !reflect.DeepEqual(job.Options, post.Options{Auth: post.AuthTwoFactor}) {
		t.Errorf("after forgetting: %+v, %v", job.Options, err)
	}
}
