package jobs

import (
	"context"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
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

// TestOverview: each job stands in one tab, and open deviations are counted.
func TestOverview(t *testing.T) {
	f := sample()
	o, err := readOverview(context.Background(), f.ports(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(o.open) + len(o.planned) + len(o.done); n != len(f.jobs) || len(o.planned) != 1 {
		t.Errorf("%d open, %d planned, %d done of %d", len(o.open), len(o.planned), len(o.done), len(f.jobs))
	}
	if o.count(tabDeviations) != 5 || len(o.pick(true, "", "")) != 2 || len(o.pick(false, post.DeviationNotDelivered, "")) != 2 || len(o.pick(false, "", "kari torsdag")) != 1 {
		t.Errorf("%d open deviations", o.count(tabDeviations))
	}
	f.deviations[0].Job = "gone"
	if o, err = readOverview(context.Background(), f.ports(), nil); err != nil || o.names["gone"] != "" {
		t.Errorf("a job that is gone: %q, %v", o.names["gone"], err)
	}
	ports := f.ports()
	ports.Deviations = nil
	if o, err = readOverview(context.Background(), ports, nil); err != nil || o.count(tabDeviations) != 0 {
		t.Errorf("without a port: %v", err)
	}
}

// TestLongHistory: a list with ten thousand deviations is ready at once, and the
// names of old jobs are asked for once.
func TestLongHistory(t *testing.T) {
	f := sample()
	for i := range 10_000 {
		f.deviations = append(f.deviations, post.Deviation{ID: int64(100 + i), Job: "gone", Seq: i, Name: names[i%len(names)], Code: post.DeviationNotDelivered, Since: now})
	}
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, f.ports())
	began := time.Now()
	b.Framed(s, "deviations", 1280, 800)
	if spent := time.Since(began); spent > 3*time.Second {
		t.Errorf("took %v", spent)
	}
	if n := len(s.cachedDeviations()); n != 10_005 {
		t.Errorf("%d deviations", n)
	}
	o, err := readOverview(context.Background(), f.ports(), map[string]string{"gone": "En gammel jobb"})
	if err != nil || o.names["gone"] != "En gammel jobb" {
		t.Errorf("%q, %v", o.names["gone"], err)
	}
	s.Leave()
}

// TestSearchAndSort: a search keeps what holds all its words, and each column sorts.
func TestSearchAndSort(t *testing.T) {
	o := overview{open: []post.Job{{ID: "b", Name: "Brev", Subject: "Årsmøte", Created: now}, {ID: "a", Name: "andre", Created: now.Add(time.Hour), Counts: post.Counts{Total: 9}}}}
	ids := func(search string, by order) string {
		var all string
		for _, job := range o.picked(tabOpen, search, by, func(job post.Job) string { return job.ID }) {
			all += job.ID
		}
		return all
	}
	for _, c := range []struct {
		search string
		by     order
		want   string
	}{{"", order{}, "ba"}, {"møte brev", order{}, "b"}, {"zz", order{}, ""}, {"", order{"name", false}, "ab"}, {"", order{"name", true}, "ba"},
		{"", order{"state", false}, "ab"}, {"", order{"count", true}, "ab"}, {"", order{"since", false}, "ba"}} {
		if got := ids(c.search, c.by); got != c.want {
			t.Errorf("%q %+v: %q, want %q", c.search, c.by, got, c.want)
		}
	}
}

// TestSafe: at each stage there is one answer to whether the program may be closed.
func TestSafe(t *testing.T) {
	for want, job := range map[string]post.Job{
		"yes ready":        {State: post.JobReady},
		"yes counts":       {State: post.JobSending, BatchStep: post.BatchOpen, RESTBatch: "b", Trouble: post.CodeBatchCounts},
		"yes paused":       {State: post.JobCoolingOff, PausedAt: now},
		"no planned":       {State: post.JobCoolingOff, StartAt: now},
		"wait cooling_off": {State: post.JobCoolingOff},
		"wait batch":       {State: post.JobSending, RESTBatch: "b", BatchStep: post.BatchOpen},
		"yes sending":      {State: post.JobSending},
		"yes waiting":      {State: post.JobWaiting},
	} {
		if answer, why := safe(job); answer+" "+why != want {
			t.Errorf("%s %s, want %s", answer, why, want)
		}
	}
}

func TestPace(t *testing.T) {
	job := post.Job{ID: "a", State: post.JobSending, Approved: 100, Counts: post.Counts{Total: 100, ByStatus: map[post.ItemStatus]int{post.ItemDelivered: 10}}}
	var p pace
	if got, _ := p.minute(job, now); got != 0 {
		t.Errorf("at first %d", got)
	}
	job.Counts.ByStatus[post.ItemDelivered] = 40
	if got, left := p.minute(job, now.Add(30*time.Second)); got != 60 || left != time.Minute {
		t.Errorf("%d a minute and %v left, want 60 and a minute", got, left)
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
			if text := trouble(words, code, nil); strings.ContainsAny(text, "{}") || strings.Contains(text, "brevdue ") {
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
