package senders

import (
	"context"
	"slices"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

const longName = "Fjordvik og omegn idrettslag, hovedstyret og undergruppene for ski, fotball og friidrett"

// world is a machine with senders on it.
type world struct {
	list  []Sender
	turns []string
	given []string
	left  int
	err   error
}

func (w *world) ports() Ports {
	return Ports{
		List: func(context.Context) ([]Sender, error) { return w.list, nil },
		Check: func(name string) string {
			return map[string]string{"practice": "practice", "fjordvik": "taken", "a/b": "form"}[name]
		},
		Turn: func(_ context.Context, profile string) error {
			w.turns = append(w.turns, profile)
			return w.err
		},
		GiveUp: func(profile string) { w.given = append(w.given, profile) },
		Leave:  func() { w.left++ },
	}
}

func known(profile, name string, id int64) Sender {
	return Sender{Profile: profile, Sender: post.Sender{Name: name, SenderID: id, Environment: post.Production}}
}

func many() []Sender {
	now := time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)
	shown, long, over := known("fjordvik", "Fjordvik idrettslag", 1001), known("hovedstyret", longName, 1002), known("Solsiden", "Borettslaget Solsiden", 1003)
	shown.Shown, shown.Open, shown.Working, shown.CertificateEnds = true, true, 2, now.AddDate(1, 0, 0)
	long.Working, long.Asking, long.CertificateEnds = 1, 3, now.AddDate(0, 0, 6)
	over.Open, over.CertificateEnds = true, now.AddDate(0, 0, -2)
	test := known("prøve", "Prøveklubben", 1004)
	test.Sender.Environment, test.CertificateEnds, test.Elsewhere = post.Test, now.AddDate(0, 0, 29), true
	broken := Sender{Profile: "gammel", Fault: post.NewFault(post.CodeDatabaseBad, nil)}
	return []Sender{over, shown, long, broken, {Profile: "Ny forening"}, test}
}

// TestTurn: pressing a sender turns to it, the one shown is gone back to.
func TestTurn(t *testing.T) {
	w := &world{list: many()}
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, w.ports())
	b.Framed(s, "", 1280, 1200)
	b.Tap(t, "senders.row.0")
	b.Tap(t, "senders.row.1")
	if !slices.Equal(w.turns, []string{"Solsiden"}) || w.left != 1 || s.model.Turning != "" {
		t.Errorf("turned to %v, left %d times, turning %q", w.turns, w.left, s.model.Turning)
	}
	w.err = ErrElsewhere
	b.Tap(t, "senders.row.5")
	if s.model.Elsewhere != "Prøveklubben" || !b.Has("senders.elsewhere") {
		t.Errorf("elsewhere %q", s.model.Elsewhere)
	}
	w.err = post.NewFault(post.CodeDiskFull, nil, "folder", "/home/kari")
	b.Tap(t, "senders.row.0")
	if post.CodeOf(s.model.Fault) != post.CodeDiskFull || s.model.Elsewhere != "" {
		t.Errorf("%v, elsewhere %q", s.model.Fault, s.model.Elsewhere)
	}
	s.Leave()
}

// TestAdd: a name that will not do is said so, and nothing is made.
func TestAdd(t *testing.T) {
	w := &world{list: many()}
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, w.ports())
	b.Framed(s, "", 1280, 800)
	b.Tap(t, "senders.add")
	for name, problem := range map[string]string{"": "empty", "  ": "empty", "practice": "practice", "fjordvik": "taken", "a/b": "form"} {
		s.model.Name = name
		b.Redraw()
		b.Tap(t, "senders.create")
		if s.model.Problem != problem || len(w.turns) > 0 {
			t.Errorf("%q: problem %q, turned to %v", name, s.model.Problem, w.turns)
		}
	}
	s.model.Name = ""
	b.Redraw()
	b.Type(t, "senders.name", " Solsiden\n")
	if !slices.Equal(w.turns, []string{"Solsiden"}) {
		t.Errorf("turned to %q", w.turns)
	}
	b.Tap(t, "senders.cancel")
	if s.model.Adding || !b.Has("senders.add") {
		t.Error("the form is still open")
	}
	s.Leave()
}

// TestAsleep: jobs stand still only where nobody acts on them.
func TestAsleep(t *testing.T) {
	for _, c := range []struct {
		sender Sender
		want   bool
	}{
		{Sender{Working: 1}, true}, {Sender{Working: 1, Open: true}, false}, {Sender{Working: 1, Elsewhere: true}, false}, {Sender{}, false},
	} {
		if got := c.sender.Asleep(); got != c.want {
			t.Errorf("%+v: %v", c.sender, got)
		}
	}
}

// TestPictures shows the list with many senders, and the form.
func TestPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "senders")
		w := &world{list: many()}
		s := New(b.Env, w.ports())
		b.Framed(s, "", story.Width, story.Height)
		snap("list")
		s.model.Turning, s.model.Slow = "hovedstyret", true
		b.Redraw()
		snap("slow")
		s.model.Turning, s.model.Slow, s.model.Elsewhere = "", false, "Prøveklubben"
		b.Redraw()
		snap("elsewhere")
		s.model.Elsewhere = ""
		s.model.Add()
		s.model.Name, s.model.Problem = "Fjordvik", "taken"
		b.Redraw()
		snap("add")
		s.Leave()

		for i := range 20 {
			w.list = append(w.list, known("klubb", "Klubb nummer "+string(rune('A'+i)), int64(2000+i)))
		}
		b.Framed(s, "", story.Width, story.Height)
		snap("many")
		s.Leave()
	}
}
