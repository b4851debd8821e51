//go:build !nowindow

package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

// TestWrongRecipient goes through first aid on the whole program in practice: a letter
// that was delivered is reported, a job of the same subject that cools off is stopped by
// the engine, and the case is there, sealed and in the audit trail.
func TestWrongRecipient(t *testing.T) {
	d := newOfficeDay(t)
	d.Clock = time.Now()
	sent, waiting := d.plan(3, false), d.plan(4, false)
	for job, rest := range map[string]time.Duration{sent.ID: time.Millisecond, waiting.ID: time.Hour} {
		planned, err := d.app.Jobs.Job(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.app.Jobs.Approve(t.Context(), job, planned.Fingerprint, planned.Counts.ByStatus[post.ItemReady], rest); err != nil {
			t.Fatal(err)
		}
	}
	d.Framed(d.screen, sent.ID, 1280, 1000)
	d.until("jobs.again")
	d.Tap(t, "jobs.wrong")
	if !d.Has("wrong.stop." + waiting.ID) {
		t.Fatalf("the job of the same subject is not offered: %v", d.IDs())
	}
	d.Tap(t, "wrong.stop")
	d.until("wrong.ended." + waiting.ID)
	if stopped, err := d.app.Jobs.Job(t.Context(), waiting.ID); err != nil || stopped.Ending != post.NothingDelivered || !d.shows("Stoppet i tide. Ingenting er levert.") {
		t.Fatalf("%+v, %v", stopped, err)
	}
	d.Tap(t, "wrong.next")
	d.Tap(t, "wrong.people.row.0")
	d.Tap(t, "wrong.next")
	items, err := d.app.Jobs.Items(t.Context(), sent.ID, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemDelivered}, Limit: 1})
	if err != nil || len(items) != 1 || !d.shows(items[0].MessageID) || d.shows(items[0].Name) {
		t.Fatalf("the text for Digipost: %+v, %v", items, err)
	}
	d.Tap(t, "wrong.done.digipost")
	d.Tap(t, "wrong.later")
	cases, err := d.app.Store.Misdeliveries(t.Context())
	if err != nil || len(cases) != 1 || cases[0].Count() != 1 || !slices.Contains(cases[0].Jobs, waiting.ID) ||
		cases[0].Done[post.MeasureStop].IsZero() || cases[0].Done[post.MeasureDigipost].IsZero() {
		t.Fatalf("%+v, %v", cases, err)
	}
	if state, err := d.app.Store.VerifyAudit(t.Context()); err != nil || state.BrokenAt != 0 {
		t.Errorf("%+v, %v", state, err)
	}
	d.screen.Leave()
	d.Framed(d.screen, "wrong", 1280, 1000)
	if row := d.Control(t, "wrong.cases.row.0").Text; !strings.Contains(row, "Dugnad") {
		t.Errorf("the list says %q", row)
	}
}
