package job

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

// caseBook is a FirstAidStore in memory.
type caseBook struct {
	cases []post.Misdelivery
	lines []post.Audit
	err   error
}

func (b *caseBook) Misdeliveries(context.Context) ([]post.Misdelivery, error) {
	return slices.Clone(b.cases), b.err
}

func (b *caseBook) SaveMisdelivery(_ context.Context, m post.Misdelivery, line post.Audit) error {
	if b.err != nil {
		return b.err
	}
	b.cases = append(slices.DeleteFunc(b.cases, func(o post.Misdelivery) bool { return o.ID == m.ID }), m)
	if line.Action != "" {
		b.lines = append(b.lines, line)
	}
	return nil
}

// still is a clock that stands.
type still time.Time

func (s still) Now() time.Time                                { return time.Time(s) }
func (still) Wait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func TestFirstAid(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 11, 3, 14, 5, 0, 0, time.UTC)
	book := &caseBook{}
	aid := NewFirstAid(book, still(now), "kari")
	m := post.Misdelivery{Jobs: []string{"abc"}}
	m, err := aid.Keep(ctx, m)
	if err != nil || m.ID == "" || !m.Noticed.Equal(now) || !m.ReportBy().Equal(now.Add(72*time.Hour)) {
		t.Fatalf("%+v, %v", m, err)
	}
	m.Note = "  Kari Nordmann ringte  "
	if m, err = aid.Keep(ctx, m); err != nil || m.Note != "Kari Nordmann ringte" || len(book.lines) != 1 {
		t.Fatalf("a note alone: %+v, %v, %v", m, book.lines, err)
	}
	m.Choose("abc", 7, true)
	m.Choose("abc", 3, true)
	m.Choose("abc", 3, true)
	m.Choose("def", 1, true)
	m.Choose("def", 1, false)
	m.Tick(post.MeasureAuthority, now)
	m.Tick(post.MeasureStop, now)
	m.Tick(post.MeasureTold, now)
	m.Tick(post.MeasureTold, time.Time{})
	if m, err = aid.Keep(ctx, m); err != nil || m.Count() != 2 || !m.Has("abc", 3) || m.Has("abc", 4) {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := aid.Close(ctx, m.ID, " ordnet med Kari "); err != nil || book.cases[0].Why != "ordnet med Kari" {
		t.Fatalf("%+v, %v", book.cases, err)
	}
	want := []string{"misdelivery_opened 1 0 ", "misdelivery_changed 2 2 stop authority", "misdelivery_closed 2 2 stop authority"}
	for i, line := range book.lines {
		got := line.Action + " " + line.Fields["jobs"] + " " + line.Fields["people"] + " " + line.Fields["done"]
		if i >= len(want) || got != want[i] || line.Job != "abc" || line.Actor != "kari" || len(line.Fields) != 4 {
			t.Errorf("line %d: %+v", i, line)
		}
		for _, value := range line.Fields {
			if strings.Contains(value, "Kari") {
				t.Errorf("the trail says %q", value)
			}
		}
	}
	if _, err := aid.Keep(ctx, m); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("a closed case was changed: %v", err)
	}
	if err := aid.Close(ctx, m.ID, "igjen"); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("closed twice: %v", err)
	}
	book.err = errors.New("disk")
	if _, err := aid.Keep(ctx, post.Misdelivery{}); !errors.Is(err, book.err) {
		t.Errorf("got %v", err)
	}
}

func TestConcerned(t *testing.T) {
	origin := post.Job{ID: "a", Kind: post.KindMailing, State: post.JobDone, Subject: "Vedtak", Source: post.Source{Path: "/liste.xlsx"}}
	for name, c := range map[string]struct {
		other post.Job
		want  bool
	}{
		"itself":     {post.Job{ID: "a", State: post.JobSending}, true},
		"finished":   {post.Job{ID: "a", State: post.JobDone}, false},
		"again":      {post.Job{ID: "b", Again: "a", State: post.JobCoolingOff}, true},
		"trial":      {post.Job{ID: "b", TrialOf: "a", State: post.JobReady}, true},
		"list":       {post.Job{ID: "b", Source: post.Source{Path: "/liste.xlsx"}, State: post.JobSending}, true},
		"subject":    {post.Job{ID: "b", Subject: "vedtak", State: post.JobSending}, true},
		"another":    {post.Job{ID: "b", Subject: "Dugnad", State: post.JobSending}, false},
		"a question": {post.Job{ID: "b", Kind: post.KindSplit, Source: post.Source{Path: "/liste.xlsx"}, State: post.JobWaiting}, false},
	} {
		if got := Concerned(origin, c.other); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if Concerned(post.Job{ID: "a"}, post.Job{ID: "b", State: post.JobSending}) {
		t.Error("two jobs without list and subject are taken for the same")
	}
}
