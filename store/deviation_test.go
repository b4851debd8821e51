package store_test

import (
	"testing"
	"time"

	"brevdue/app/post"
)

func TestDeviations(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	addJob(t, db, "a", people(3)...)
	failed := post.Deviation{Seq: 2, Code: post.DeviationNotDelivered, Since: start}
	unsure := post.Deviation{Seq: 1, Code: post.DeviationUnsure, Since: start.Add(time.Minute)}
	whole := post.Deviation{Code: post.DeviationReceiptLate, Since: start.Add(2 * time.Minute)}
	note := func(want bool, now ...post.Deviation) {
		t.Helper()
		if changed, err := db.NoteDeviations(ctx, "a", now, start.Add(time.Hour)); err != nil || changed != want {
			t.Fatalf("changed %v, %v", changed, err)
		}
	}
	list := func(open bool, want ...post.DeviationCode) []post.Deviation {
		t.Helper()
		got, err := db.Deviations(ctx, open)
		check(t, err)
		if len(got) != len(want) {
			t.Fatalf("got %+v, want %v", got, want)
		}
		for i := range got {
			if got[i].Code != want[i] || got[i].Job != "a" {
				t.Fatalf("got %+v, want %v", got, want)
			}
		}
		return got
	}
	note(true, failed, unsure, whole)
	note(false, whole, failed, unsure)
	all := list(true, post.DeviationNotDelivered, post.DeviationUnsure, post.DeviationReceiptLate)
	if all[0].Name == "" || all[0].CustomerID == "" || all[2].Name != "" || !all[0].Since.Equal(start) {
		t.Errorf("got %+v", all)
	}
	if found, err := db.UpdateDeviation(ctx, all[0].ID, func(d *post.Deviation) { d.Owner, d.Note = "Kari", "ringer" }); err != nil || !found {
		t.Fatal(found, err)
	}
	if found, err := db.UpdateDeviation(ctx, all[0].ID, func(d *post.Deviation) { d.Closed, d.Why = start, "sendt selv" }); err != nil || !found {
		t.Fatal(found, err)
	}
	note(true, failed, whole) // the unsure one is known now
	list(true, post.DeviationReceiptLate)
	closed := list(false, post.DeviationNotDelivered, post.DeviationUnsure, post.DeviationReceiptLate)
	if d := closed[0]; d.Owner != "Kari" || d.Note != "ringer" || d.Why != "sendt selv" || !d.Closed.Equal(start) || d.Resolved {
		t.Errorf("closed by a person: %+v", d)
	}
	if d := closed[1]; !d.Resolved || d.Why != "" || !d.Closed.Equal(start.Add(time.Hour)) {
		t.Errorf("went away: %+v", d)
	}
	note(true, failed, unsure, whole) // what a person closed stays closed
	list(true, post.DeviationUnsure, post.DeviationReceiptLate)
	if found, err := db.UpdateDeviation(ctx, 99, func(*post.Deviation) {}); err != nil || found {
		t.Errorf("unknown: %v, %v", found, err)
	}
	_, err := db.NoteDeviations(ctx, "nobody", nil, start)
	wantCode(t, err, post.CodeJobUnknown)
}

func TestJobsSentAgain(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	addJob(t, db, "a", people(1)...)
	addJob(t, db, "b", people(1)...)
	job, err := db.UpdateJob(ctx, "b", func(job *post.Job) error {
		job.Again, job.TrialOf, job.RESTBatch, job.BatchStep = "a", "c", "uuid", post.BatchOpen
		job.StartAt, job.PausedAt = start, start.Add(time.Hour)
		return nil
	})
	check(t, err)
	read, err := db.Job(ctx, "b")
	check(t, err)
	if read.Again != "a" || read.TrialOf != "c" || read.RESTBatch != "uuid" || read.BatchStep != post.BatchOpen ||
		!read.StartAt.Equal(start) || !read.PausedAt.Equal(job.PausedAt) {
		t.Errorf("got %+v", read)
	}
	for id, want := range map[string]int{"a": 2, "b": 1, "": 2} {
		if jobs, err := db.Jobs(ctx, post.JobQuery{Again: id}); err != nil || len(jobs) != want {
			t.Errorf("%q: %d jobs, %v, want %d", id, len(jobs), err, want)
		}
	}
}

// TestForgottenDeviation: what people noted about somebody goes with them; that
// something went wrong stays.
func TestForgottenDeviation(t *testing.T) {
	db, _ := open(t)
	ctx, list := t.Context(), people(2)
	addPeople(t, db, "i", list...)
	addJob(t, db, "a", list...)
	_, err := db.UpdateJob(ctx, "a", func(job *post.Job) error { job.State = post.JobDone; return nil })
	check(t, err)
	_, err = db.NoteDeviations(ctx, "a", []post.Deviation{{Seq: 1, Code: post.DeviationHeld, Since: start}, {Seq: 2, Code: post.DeviationHeld, Since: start}}, start)
	check(t, err)
	for id := range int64(2) {
		_, err := db.UpdateDeviation(ctx, id+1, func(d *post.Deviation) { d.Note, d.Why = "Åse ringte", "Åse har flyttet" })
		check(t, err)
	}
	check(t, db.Forget(ctx, list[0].CustomerID))
	all, err := db.Deviations(ctx, false)
	check(t, err)
	if len(all) != 2 || all[0].Name+all[0].CustomerID+all[0].Note+all[0].Why != "" || all[1].Note == "" || all[1].Why == "" {
		t.Errorf("got %+v", all)
	}
}
