package jobs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// cases keeps cases of wrong recipients in memory.
type cases struct {
	all []post.Misdelivery
	err error
}

func (c *cases) Cases(context.Context) ([]post.Misdelivery, error) {
	return slices.Clone(c.all), nil
}

func (c *cases) Keep(_ context.Context, m post.Misdelivery) (post.Misdelivery, error) {
	if c.err != nil {
		return m, c.err
	}
	if m.ID == "" {
		m.ID, m.Opened = fmt.Sprint("case", len(c.all)+1), now
		c.all = append(c.all, m)
		return m, nil
	}
	for i := range c.all {
		if c.all[i].ID == m.ID {
			c.all[i] = m
		}
	}
	return m, nil
}

func (c *cases) Close(_ context.Context, id, why string) error {
	for i := range c.all {
		if c.all[i].ID == id {
			c.all[i].Closed, c.all[i].Why = now, why
		}
	}
	return c.err
}

func (f *fake) person(_ context.Context, id string) (post.Recipient, []post.HistoryLine, error) {
	person, found := f.people[id]
	if !found {
		return person, nil, post.NewFault(post.CodePersonUnknown, nil)
	}
	return person, nil, nil
}

func (f *fake) setAside(_ context.Context, ids []string) (int, error) {
	for _, id := range ids {
		f.people[id] = post.Recipient{CustomerID: id, FullName: f.people[id].FullName}
	}
	f.calls = append(f.calls, "aside "+strings.Join(ids, " "))
	return len(ids), f.err
}

// wronged is the sample with people in the register, and ids on the letters.
func wronged() *fake {
	f := sample()
	f.people = map[string]post.Recipient{
		"1000": {CustomerID: "1000", FullName: names[0], Digipost: post.HasDigipost, DigipostAddress: "ase.odegard#12AB"},
		"1001": {CustomerID: "1001", FullName: names[1], BirthNumber: "x"},
		"1002": {CustomerID: "1002", FullName: names[2]},
	}
	for i := range f.items["done"] {
		item := &f.items["done"][i]
		item.MessageID = fmt.Sprintf("5f0c1de2-7a6e-4c8c-9f66-%012d", i+1)
		item.DocumentUUIDs = []string{fmt.Sprintf("b2a1c9d8-1f3e-4d5c-8a7b-%012d", i+1)}
	}
	job := f.at("done")
	job.RESTBatch, job.BatchStep, job.ApprovedAt = "0b9de1f2-5a6e-4c8c-9f66-1f0d3a52c2aa", post.BatchCompleted, now.Add(-time.Hour)
	return f
}

// TestFirstAid goes from the button on a job's result through all steps to a closed
// case.
func TestFirstAid(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := wronged()
	s := New(b.Env, f.ports())
	b.Framed(s, "done", 1280, 800)
	b.Tap(t, "jobs.wrong")
	if len(f.book.all) != 0 {
		t.Fatal("a case is there before anything was done")
	}
	// The list of the finished job is that of others, which can still be stopped.
	b.Tap(t, "wrong.stop.plan") // not that one, after all
	b.Tap(t, "wrong.stop")
	if !slices.Contains(f.calls, "stop") || slices.Contains(f.calls, "approve") || f.at("plan").State == post.JobStopped || f.at("cool").State != post.JobStopped {
		t.Fatalf("calls %q", f.calls)
	}
	if !b.Has("wrong.ended.cool") || len(f.book.all) != 1 || f.book.all[0].Done[post.MeasureStop].IsZero() {
		t.Fatalf("%v, %+v", b.IDs(), f.book.all)
	}
	b.Tap(t, "wrong.next")
	b.Tap(t, "wrong.people.row.0")
	b.Tap(t, "wrong.people.row.1")
	b.Tap(t, "wrong.people.row.2")
	b.Tap(t, "wrong.people.row.2")
	b.Tap(t, "wrong.next")
	if got := f.book.all[0].People["done"]; !slices.Equal(got, []int{1, 2}) {
		t.Fatalf("chose %v", got)
	}
	b.Tap(t, "wrong.copy")
	text := b.App.Clipboard().Content()
	if !strings.Contains(text, f.items["done"][0].MessageID) || strings.Contains(text, "Åse") {
		t.Errorf("copied %s", text)
	}
	b.Tap(t, "wrong.named")
	b.Tap(t, "wrong.copy")
	if text := b.App.Clipboard().Content(); !strings.Contains(text, "navn Åse Ødegård") {
		t.Errorf("copied %s", text)
	}
	b.Tap(t, "wrong.done.digipost")
	b.Tap(t, "wrong.next")
	s.aid.pair.First.SetText("04.11.2026")
	b.Tap(t, "wrong.next")
	if s.aid.step != wrongBreach {
		t.Fatal("noticed tomorrow, and nobody objects")
	}
	s.aid.pair.First.SetText("02.11.2026")
	b.Tap(t, "wrong.done.authority")
	b.Tap(t, "wrong.next")
	if m := f.book.all[0]; m.Noticed.Day() != 2 || m.Done[post.MeasureAuthority].IsZero() || !m.Named {
		t.Fatalf("%+v", m)
	}
	b.Tap(t, "wrong.aside")
	if !slices.Contains(f.calls, "aside 1000") || !b.Has("wrong.aside.done") || b.Has("wrong.aside") {
		t.Fatalf("calls %q, %v", f.calls, b.IDs())
	}
	b.Tap(t, "wrong.next")
	b.Tap(t, "wrong.close")
	if !f.book.all[0].Closed.IsZero() {
		t.Fatal("closed without a reason")
	}
	b.Type(t, "wrong.why", "Digipost fjernet brevene")
	b.Tap(t, "wrong.close")
	if f.book.all[0].Closed.IsZero() || f.book.all[0].Why != "Digipost fjernet brevene" {
		t.Fatalf("%+v", f.book.all[0])
	}
	b.Tap(t, "wrong.cases.row.0")
	if !b.Has("wrong.closed") || b.Has("wrong.close") {
		t.Errorf("a closed case shows %v", b.IDs())
	}
	if !s.Back() || !s.aid.listed || !s.Back() || s.aid != nil || !b.Has("jobs.wrongs") {
		t.Errorf("Back leads to %v", b.IDs())
	}
	s.Leave()
}

// TestFirstAidGoesOn: the case there is for a job goes on, with who was chosen added;
// leaving keeps what was chosen.
func TestFirstAidGoesOn(t *testing.T) {
	b := partstest.New(t, "en", look.Light)
	f := wronged()
	m := post.Misdelivery{ID: "case1", Jobs: []string{"done"}, Noticed: now.Add(-80 * time.Hour)}
	m.Choose("done", 2, true)
	m.Tick(post.MeasureStop, now)
	f.book.all = []post.Misdelivery{m}
	s := New(b.Env, f.ports())
	b.Framed(s, "done", 1024, 700)
	b.Tap(t, "jobs.items.row.0")
	b.Tap(t, "jobs.person.wrong")
	if s.aid.m.ID != "case1" || s.aid.step != wrongDigipost {
		t.Fatalf("%+v at step %d", s.aid.m, s.aid.step)
	}
	s.Leave()
	if got := f.book.all[0].People["done"]; !slices.Equal(got, []int{1, 2}) || len(f.book.all) != 1 {
		t.Errorf("kept %v", got)
	}
	b.Framed(s, "wrong:done:1004", 1024, 700)
	if !s.aid.m.Has("done", 5) {
		t.Errorf("%+v", s.aid.m)
	}
	if !s.Back() || s.id != "done" {
		t.Errorf("Back leads to %q", s.id)
	}
	s.Leave()
	b.Framed(s, "wrong", 1024, 700)
	if text := b.Control(t, "wrong.cases.row.0").Text; !strings.Contains(text, "72 hours have passed") {
		t.Errorf("the list says %q", text)
	}
	s.Leave()
}

// TestStopRefused: one that cannot be stopped is said so, and does not count as done.
func TestStopRefused(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := wronged()
	s := New(b.Env, f.ports())
	b.Framed(s, "wrong:send", 1280, 800)
	f.err = post.NewFault(post.CodeDatabaseBusy, nil)
	b.Tap(t, "wrong.stop")
	if !s.aid.m.Done[post.MeasureStop].IsZero() || s.aid.refused["send"] == nil || !b.Has("wrong.stop.send") {
		t.Errorf("%+v, %v", s.aid.m, b.IDs())
	}
	s.Leave()
}

// TestNoFirstAid: without the port nothing offers it.
func TestNoFirstAid(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	ports := wronged().ports()
	ports.FirstAid = nil
	s := New(b.Env, ports)
	b.Framed(s, "done", 1280, 800)
	b.Tap(t, "jobs.items.row.0")
	if b.Has("jobs.wrong") || b.Has("jobs.person.wrong") {
		t.Errorf("there are %v", b.IDs())
	}
	s.Leave()
}

// TestSupportText compares the text for Digipost with what it was: UPDATE=1 writes it
// anew.
func TestSupportText(t *testing.T) {
	f := wronged()
	// A valid synthetic birth number (month +80) in a job's name.
	f.at("batch").Name = "Liste 01810110089"
	f.at("batch").BatchJobID = "7d9a"
	f.at("stop").Options.Sensitive = true
	for i := range f.items["batch"] {
		f.items["batch"][i].RecipientKey = fmt.Sprint("k", i+1)
	}
	for _, code := range []string{"nb", "en"} {
		for _, named := range []bool{false, true} {
			r := wrongReport{post.Misdelivery{Noticed: now, Named: named}, nil, map[string][]post.Item{}}
			for _, id := range []string{"done", "batch", "stop"} {
				job, _ := f.Job(t.Context(), id)
				r.jobs = append(r.jobs, job)
				for _, item := range f.items[id][:2] {
					r.Choose(id, item.Seq, true)
					r.items[id] = append(r.items[id], item)
				}
			}
			name := filepath.Join("testdata", "support."+code+".txt")
			if named {
				name = filepath.Join("testdata", "support.named."+code+".txt")
			}
			got := supportText(look.NewWords(code), r, now) + "\n"
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil || got != string(want) {
				t.Errorf("%s: %v\n%s", name, err, got)
			}
			if strings.Contains(got, "01810110089") || strings.Contains(got, names[0]) != named || strings.ContainsAny(got, "{}") || strings.Contains(got, "wrong.") {
				t.Errorf("%s holds what it must not:\n%s", name, got)
			}
		}
	}
}

// TestSupportTextIsBounded: of a large job the first letters are listed, the rest
// counted; and nobody chosen is no letter.
func TestSupportTextIsBounded(t *testing.T) {
	f := &fake{}
	f.add(post.Job{ID: "big", Kind: post.KindMailing, State: post.JobDone, Name: "Stor"}, mostLetters+50, always(post.ItemDelivered, ""))
	job, _ := f.Job(t.Context(), "big")
	r := wrongReport{jobs: []post.Job{job}, items: map[string][]post.Item{"big": f.items["big"]}}
	text := supportText(look.NewWords("en"), r, now)
	if !strings.Contains(text, "and 50 more letters") || strings.Contains(text, "201. ") {
		t.Errorf("%.400s", text)
	}
	if text := supportText(look.NewWords("en"), wrongReport{}, now); text == "" {
		t.Error("no text without jobs")
	}
}

// TestWrongPictures shows first aid: PICTURES=/tmp/pictures go test -run Pictures.
func TestWrongPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "wrong")
		f := wronged()
		f.at("done").Name = "Innkalling til ekstraordinært årsmøte i Fjordvik og omegn idrettslag, med vedlegg og fullmaktsskjema"
		s := New(b.Env, f.ports())
		b.Framed(s, "done", story.Width, story.Height)
		snap("0result")
		b.Tap(t, "jobs.items.row.0")
		snap("0person")
		b.Tap(t, "jobs.person.close")
		b.Tap(t, "jobs.wrong")
		snap("1stop")
		b.Tap(t, "wrong.skip")
		snap("2who-none")
		b.Tap(t, "wrong.next")
		snap("3digipost-none")
		b.Tap(t, "wrong.next")
		snap("4breach")
		b.Tap(t, "wrong.next")
		snap("5register-none")
		b.Tap(t, "wrong.next")
		snap("6log-none")
		for range 5 {
			b.Tap(t, "wrong.back")
		}
		b.Tap(t, "wrong.stop")
		snap("1stopped")
		b.Tap(t, "wrong.next")
		for i := range 3 {
			b.Tap(t, fmt.Sprint("wrong.people.row.", i))
		}
		snap("2who")
		b.Tap(t, "wrong.next")
		b.Tap(t, "wrong.done.digipost")
		snap("3digipost")
		b.Tap(t, "wrong.next")
		s.aid.pair.First.SetText("31.10.2026")
		b.Tap(t, "wrong.noticed.save")
		b.Tap(t, "wrong.done.asked")
		snap("4breach-late")
		b.Tap(t, "wrong.next")
		snap("5register")
		b.Tap(t, "wrong.aside")
		snap("5register-aside")
		b.Tap(t, "wrong.next")
		snap("6log")
		b.Type(t, "wrong.why", "Digipost fjernet brevene")
		b.Tap(t, "wrong.close")
		f.book.all = append(f.book.all, post.Misdelivery{ID: "b", Jobs: []string{"send", "held"}, Noticed: now}, post.Misdelivery{ID: "c", Jobs: []string{"stop"}, Noticed: now.Add(-90 * time.Hour)})
		b.Env.Run.Tick()
		snap("7list")
		b.Tap(t, "wrong.cases.row.0")
		snap("8closed")
		s.Leave()
		b.Framed(s, "", story.Width, story.Height)
		snap("9jobs")
		s.Leave()
	}
}

var _ parts.Screen = (*Screen)(nil)
