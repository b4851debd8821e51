package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/store"
)

var _ job.FirstAidStore = (*store.DB)(nil)

// TestMisdeliveries: cases are kept sealed, the newest first, each with its line in
// the audit chain.
func TestMisdeliveries(t *testing.T) {
	db, path := open(t)
	ctx := t.Context()
	first := post.Misdelivery{ID: "a", Opened: start, Noticed: start.Add(-time.Hour), Jobs: []string{"j"}, Note: "Kari Nordmann ringte"}
	first.Choose("j", 2, true)
	first.Tick(post.MeasureStop, start)
	check(t, db.SaveMisdelivery(ctx, first, post.Audit{At: start, Action: "misdelivery_opened"}))
	check(t, db.SaveMisdelivery(ctx, post.Misdelivery{ID: "b", Opened: start.Add(time.Hour)}, post.Audit{At: start, Action: "misdelivery_opened"}))
	first.Closed, first.Why = start.Add(time.Minute), "ordnet"
	check(t, db.SaveMisdelivery(ctx, first, post.Audit{}))
	cases, err := db.Misdeliveries(ctx)
	check(t, err)
	if len(cases) != 2 || cases[0].ID != "b" || cases[1].Note != first.Note || cases[1].Why != "ordnet" || !cases[1].Has("j", 2) ||
		!cases[1].Done[post.MeasureStop].Equal(start) || !cases[1].Closed.Equal(first.Closed) {
		t.Errorf("%+v", cases)
	}
	if state, err := db.VerifyAudit(ctx); err != nil || state.Lines != 2 || state.BrokenAt != 0 {
		t.Errorf("%+v, %v", state, err)
	}
	for _, name := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(filepath.Clean(name))
		if err == nil && bytes.Contains(content, []byte("Kari Nordmann")) {
			t.Errorf("%s holds the note as it is", name)
		}
	}
}

// TestForgottenLeavesCases: what was noted about somebody goes with them; the case
// stays.
func TestForgottenLeavesCases(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	list := people(2)
	addPeople(t, db, "i", list...)
	addJob(t, db, "j", list...)
	_, err := db.UpdateJob(ctx, "j", func(j *post.Job) error {
		j.State = post.JobDone
		return nil
	})
	check(t, err)
	for i, id := range []string{"a", "b"} {
		m := post.Misdelivery{ID: id, Opened: start, Note: "ringte", Why: "ordnet"}
		m.Choose("j", i+1, true)
		check(t, db.SaveMisdelivery(ctx, m, post.Audit{}))
	}
	check(t, db.Forget(ctx, list[0].CustomerID))
	cases, err := db.Misdeliveries(ctx)
	check(t, err)
	if len(cases) != 2 || cases[0].Note != "" || cases[0].Why != "" || cases[0].Count() != 1 || cases[1].Note != "ringte" {
		t.Errorf("%+v", cases)
	}
}

// TestSetMatchesAside: a wrong match goes whether or not it was uncertain; whoever is
// known by a number stays.
func TestSetMatchesAside(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	list := people(3)
	list[0].BirthNumber, list[1].BirthNumber = "", ""
	addPeople(t, db, "i", list...)
	addJob(t, db, "split", list...)
	_, err := db.ApplyFindings(ctx, post.Job{ID: "split"}, map[string]post.Finding{
		list[0].CustomerID: {Status: post.HasDigipost, DigipostAddress: "en#12AB"}, list[2].CustomerID: {Status: post.HasDigipost, DigipostAddress: "to#12AB"}})
	check(t, err)
	ids := []string{list[0].CustomerID, list[1].CustomerID, list[2].CustomerID, "nobody"}
	for _, want := range []int{1, 0} {
		if set, err := db.SetMatchesAside(ctx, ids); err != nil || set != want {
			t.Fatalf("%d set aside, %v", set, err)
		}
	}
	if got, err := db.Recipient(ctx, ids[0]); err != nil || got.Matched() || got.Reason != post.ReasonInvalidAddress || !got.Checked.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := db.Recipient(ctx, ids[2]); err != nil || got.DigipostAddress == "" {
		t.Errorf("%+v, %v", got, err)
	}
}
