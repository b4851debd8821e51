package jobs

import (
	"context"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
)

func TestProgressLeavesOutThoseLeftOut(t *testing.T) {
	f := sample()
	for id, want := range map[string][2]int{"cool": {-1, 34}, "send": {13, 34}, "done": {35, 36}} {
		job, err := f.Job(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		done, total := progress(job)
		if want[0] >= 0 && done != want[0] || total != want[1] {
			t.Errorf("%s: %d of %d, want %v", id, done, total, want)
		}
	}
}

func TestDeviations(t *testing.T) {
	f := sample()
	o, err := readOverview(context.Background(), f, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range o.deviations {
		if d.item.Reason == post.ReasonDuplicateLetter || d.job.Kind == post.KindSplit || d.job.State == post.JobCoolingOff {
			t.Errorf("no deviation: %v in %s", d.item, d.job.ID)
		}
	}
	if len(o.deviations) == 0 || len(o.open)+len(o.done) != len(f.jobs) {
		t.Errorf("%d deviations, %d open, %d done", len(o.deviations), len(o.open), len(o.done))
	}
	old, err := readOverview(context.Background(), f, now.Add(lookBack+time.Hour))
	if err != nil || len(old.deviations) != 0 {
		t.Errorf("%d old deviations, %v", len(old.deviations), err)
	}
}

func TestPace(t *testing.T) {
	job := post.Job{ID: "a", State: post.JobSending, Approved: 100, Counts: post.Counts{Total: 100, ByStatus: map[post.ItemStatus]int{post.ItemDelivered: 10}}}
	var p pace
	if got := p.minute(job, now); got != 0 {
		t.Errorf("at first %d", got)
	}
	job.Counts.ByStatus[post.ItemDelivered] = 40
	if got := p.minute(job, now.Add(30*time.Second)); got != 60 {
		t.Errorf("%d a minute, want 60", got)
	}
}

// TestEveryStatusIsInOneGroup, or somebody would be in no filter.
func TestEveryStatusIsInOneGroup(t *testing.T) {
	for _, status := range pieOrder {
		n := 0
		for _, g := range groups {
			for _, other := range groupStatuses[g] {
				if other == status {
					n++
				}
			}
		}
		if n != 1 {
			t.Errorf("%s is in %d groups", status, n)
		}
	}
}

// TestWords: every event and every trouble has words without open gaps.
func TestWords(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		words := look.NewWords(language)
		for _, code := range []string{"planned", "approved", "released", "stop_asked", "taken_out", "ask_again", "handed_over",
			"receipt_mottatt", "receipt_resultat", "answered", "upload_again", "done", "refused", "held_up", "stopped", "extended"} {
			for _, fields := range []map[string]string{
				{"count": "1", "code": "unreachable", "ending": "nothing_delivered", "seconds": "60"},
				{"count": "30", "code": "host_key_unknown", "ending": "some_delivered", "seconds": "300"}} {
				text := eventText(words, post.Event{Code: code, Fields: fields})
				if strings.ContainsAny(text, "{}") || strings.HasPrefix(text, "jobs.") || strings.HasPrefix(text, "ending.") {
					t.Errorf("%s %s: %q", language, code, text)
				}
			}
		}
		for _, code := range []post.Code{post.CodeUnreachable, post.CodeTimeout, post.CodeServerError, post.CodeHostKeyNew, post.CodeNoCertificate, post.CodeSealKey, post.CodeInternal, "never_heard"} {
			if text := trouble(words, code); strings.ContainsAny(text, "{}") || strings.Contains(text, "brevdue ") {
				t.Errorf("%s %s: %q", language, code, text)
			}
		}
	}
}

func TestCopyName(t *testing.T) {
	got := copyName(look.NewWords("nb"), post.Job{Source: post.Source{Path: "/a/kunder.xlsx"}}, now)
	if got != "/a/kunder med status 2026-11-03 1405.xlsx" {
		t.Errorf("%q", got)
	}
}
