package jobs

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// framed opens a screen on sample jobs.
func framed(t *testing.T, arg string) (*partstest.Bench, *fake, *Screen) {
	t.Helper()
	b, f := partstest.New(t, "nb", look.Light), sample()
	s := New(b.Env, f.ports())
	b.Framed(s, arg, 1024, 700)
	t.Cleanup(s.Leave)
	return b, f, s
}

func says(b *partstest.Bench, text string) bool {
	return strings.Contains(strings.Join(partstest.Texts(b.Window.Canvas()), "\n"), text)
}

// TestCountsThatDiffer: a batch that Digipost counts differently is only completed
// by the number that is there, and stopped by one press.
func TestCountsThatDiffer(t *testing.T) {
	b, f, _ := framed(t, "counts")
	b.Tap(t, "jobs.complete")
	b.Type(t, "jobs.count", "34")
	b.Tap(t, "jobs.complete")
	if len(f.calls) > 0 {
		t.Fatalf("%v without the number", f.calls)
	}
	b.Tap(t, "jobs.stop")
	if !slices.Equal(f.calls, []string{"stop"}) {
		t.Errorf("calls %v", f.calls)
	}

	b, f, _ = framed(t, "counts")
	b.Type(t, "jobs.count", "36")
	b.Tap(t, "jobs.complete")
	if !slices.Equal(f.calls, []string{"complete"}) {
		t.Errorf("calls %v", f.calls)
	}
}

// TestPlanned: a planned job says that the computer has to be on, and can start now
// with a cooling-off of its own.
func TestPlanned(t *testing.T) {
	b, f, _ := framed(t, "")
	b.Tap(t, "jobs.tab.planned")
	b.Tap(t, "jobs.list.row.0")
	if !says(b, "PC-en må være på") || !says(b, "Trygt å lukke? Nei.") || b.Has("jobs.more") {
		t.Errorf("controls %v", b.IDs())
	}
	b.Tap(t, "jobs.start_now")
	if !slices.Equal(f.calls, []string{"start 5m0s"}) || !b.Has("jobs.more") || !b.Has("jobs.stop") {
		t.Errorf("calls %v, controls %v", f.calls, b.IDs())
	}
}

// TestTakenOutTooLate: the page tells the truth, not the wish.
func TestTakenOutTooLate(t *testing.T) {
	for _, c := range []struct {
		late error
		want string
	}{{nil, "er tatt ut og får ikke brevet"}, {post.NewFault(post.CodeWrongState, nil), "for sent å ta ut"}, {context.DeadlineExceeded, "ikke fått svar"}} {
		b, f, s := framed(t, "cool")
		f.late = c.late
		b.Tap(t, "jobs.take_out.find")
		if s.filter != groupWaiting {
			t.Errorf("filter %s", s.filter)
		}
		b.Tap(t, "jobs.items.row.0")
		b.Tap(t, "jobs.take_out")
		if !says(b, c.want) || s.busy != "" {
			t.Errorf("%v: %q", c.late, partstest.Texts(b.Window.Canvas()))
		}
	}
}

// TestAgain: those who were not reached are shown, nothing is stored before the
// approval, and then the new job is shown.
func TestAgain(t *testing.T) {
	b, f, s := framed(t, "done")
	b.Tap(t, "jobs.again")
	if f.kept != nil || !says(b, "Send på nytt til 3") || !says(b, "5e01 c9d7") || b.Has("jobs.stop") {
		t.Fatalf("kept %v, controls %v", f.kept, b.IDs())
	}
	b.Tap(t, "jobs.part.people")
	if got := s.people.Total(); got != 3 {
		t.Errorf("%d people", got)
	}
	s.Notice(post.Notice{Topic: post.TopicJobs})
	b.Run.Tick()
	if !s.Back() || s.id != "done" || s.draft != nil || f.kept != nil {
		t.Fatalf("Back leads to %q", s.id)
	}
	b.Tap(t, "jobs.again")
	b.Tap(t, "jobs.approve")
	if f.kept == nil || f.approved != 3 || s.id != "resent" || !b.Has("jobs.more") {
		t.Errorf("kept %v, approved %d, at %q with %v", f.kept, f.approved, s.id, b.IDs())
	}
	f.at("resent").State, f.at("resent").Again = post.JobDone, "done"
	f.at("resent").Created = now.Add(time.Minute)
	s.Reload()
	b.Tap(t, "jobs.link.origin")
	if s.id != "done" || !b.Has("jobs.link.resent") {
		t.Errorf("at %q with %v", s.id, b.IDs())
	}
}

// TestAgainFails: what cannot be sent again says why, and the page stands.
func TestAgainFails(t *testing.T) {
	b, f, s := framed(t, "done")
	f.again = nil
	b.Tap(t, "jobs.again")
	if s.fault.ControlText() == "" || s.draft != nil || !b.Has("jobs.again") {
		t.Errorf("fault %q, controls %v", s.fault.ControlText(), b.IDs())
	}
}

// TestManyAgain: from 21 on the number is typed.
func TestManyAgain(t *testing.T) {
	b, f, _ := framed(t, "done")
	f.again.Job.Counts = post.Counts{Total: 25, ByStatus: map[post.ItemStatus]int{post.ItemReady: 25}}
	b.Tap(t, "jobs.again")
	b.Tap(t, "jobs.approve")
	if f.kept != nil {
		t.Fatal("approved without the number")
	}
	b.Type(t, "jobs.count", "25")
	b.Tap(t, "jobs.approve")
	if f.approved != 25 {
		t.Errorf("approved %d", f.approved)
	}
}

// TestEvidence: it is said what the file holds before it is written, and its seal
// after.
func TestEvidence(t *testing.T) {
	b, f, s := framed(t, "done")
	b.Tap(t, "jobs.evidence")
	if len(f.saved) > 0 {
		t.Fatal("written before it was said what is in it")
	}
	b.Picked = "/tmp/bevis"
	b.Tap(t, "jobs.evidence.where")
	if !slices.Equal(f.saved, []string{"done", "/tmp/bevis.zip"}) || !b.Has("jobs.evidence.seal") {
		t.Errorf("saved %v, controls %v", f.saved, b.IDs())
	}
	b.Tap(t, "jobs.evidence.done")
	f.err = post.NewFault(post.CodeFileExists, nil, "file", "bevis.zip")
	b.Tap(t, "jobs.evidence")
	b.Tap(t, "jobs.evidence.where")
	if s.fault.ControlText() == "" || b.Has("jobs.evidence.seal") {
		t.Errorf("fault %q", s.fault.ControlText())
	}
}

// TestCheckEvidence: a check says what was changed and leads to the job.
func TestCheckEvidence(t *testing.T) {
	for name, report := range reports() {
		b, f, s := framed(t, "")
		f.report, b.Picked = report, "/tmp/Bevis Dugnad.zip"
		b.Tap(t, "jobs.evidence.check")
		if f.checked != b.Picked || !b.Has("jobs.check."+name) {
			t.Errorf("%s: controls %v", name, b.IDs())
		}
		if texts := partstest.Unfinished(b.Window.Canvas()); len(texts) > 0 {
			t.Errorf("%s: %q", name, texts)
		}
		s.readAgain() // a job that changes meanwhile does not take the page away
		if s.check == nil {
			t.Error("the page went")
		}
		if report.Recorded == job.SealRecorded {
			b.Tap(t, "jobs.check.job")
			if s.id != "done" {
				t.Errorf("at %q", s.id)
			}
		} else if !s.Back() || !b.Has("jobs.tab.open") {
			t.Errorf("%s: Back leads to %v", name, b.IDs())
		}
	}
}

// TestFollowDeviation: owner and note are kept, a reason is needed to close, and
// what is closed stands in the history.
func TestFollowDeviation(t *testing.T) {
	b, f, s := framed(t, "deviations:not_delivered")
	b.Window.Resize(fyne.NewSize(1280, 1100)) // all of the page can be pressed
	if s.tab != tabDeviations || len(s.cachedDeviations()) != 2 {
		t.Fatalf("tab %s with %d", s.tab, len(s.cachedDeviations()))
	}
	b.Tap(t, "jobs.deviations.row.1")
	b.Type(t, "jobs.deviation.owner", "Per")
	b.Tap(t, "jobs.deviation.save")
	b.Tap(t, "jobs.deviation.close")
	if !slices.Equal(f.calls, []string{"assign 2 Per"}) || s.following == nil {
		t.Fatalf("calls %v", f.calls)
	}
	b.Type(t, "jobs.deviation.note", "ny adresse")
	b.Tap(t, "jobs.deviation.person")
	if b.Went[0] != parts.PlacePeople || b.Args[0] != "1002" {
		t.Errorf("went %v %v", b.Went, b.Args)
	}
	s.readAgain()
	if s.following == nil || s.following.note != "ny adresse" {
		t.Error("what was written went")
	}
	s.following.why = "Sendt på papir"
	b.Tap(t, "jobs.deviation.close")
	if !slices.Equal(f.calls, []string{"assign 2 Per", "assign 2 Per", "close 2 Sendt på papir"}) || s.following != nil || len(s.cachedDeviations()) != 1 {
		t.Errorf("calls %v, %d left", f.calls, len(s.cachedDeviations()))
	}
	b.Tap(t, "jobs.deviations.which")
	if len(s.cachedDeviations()) != 3 {
		t.Errorf("%d closed", len(s.cachedDeviations()))
	}
	b.Tap(t, "jobs.deviations.row.0")
	if b.Has("jobs.deviation.close") || !says(b, "Sendt på papir") {
		t.Errorf("a closed one: %v", b.IDs())
	}
	b.Tap(t, "jobs.deviation.job")
	if s.id != "done" {
		t.Errorf("at %q", s.id)
	}
}

// TestNothingJumps: the list stays where it is when the button to ask Digipost comes.
func TestNothingJumps(t *testing.T) {
	b, _, s := framed(t, "done")
	before := b.Control(t, "jobs.items.row.0").Y
	s.ports.Refresh = func(context.Context, string) error { return nil }
	b.Env.Redraw()
	if after := b.Control(t, "jobs.items.row.0").Y; !b.Has("jobs.refresh") || after != before {
		t.Errorf("from %v to %v", before, after)
	}
}

// TestFoundNothing: a search in the list that finds nothing says so, and comes back.
func TestFoundNothing(t *testing.T) {
	b, _, s := framed(t, "")
	b.Type(t, "jobs.list.search", "zzz")
	b.Run.Tick()
	if len(s.cached()) != 0 || !s.nothing.Visible() || s.table.Object.Visible() {
		t.Errorf("%d rows", len(s.cached()))
	}
	s.searcher.Set("")
	s.listSearch = ""
	s.found()
	if len(s.cached()) != 9 || s.nothing.Visible() {
		t.Errorf("%d rows", len(s.cached()))
	}
	b.Tap(t, "jobs.list.sort.name")
	if s.cached()[0].Name != "Dugnad lørdag" {
		t.Errorf("first %q", s.cached()[0].Name)
	}
}

// TestWithoutPorts: what is not plugged in is not shown.
func TestWithoutPorts(t *testing.T) {
	b, f := partstest.New(t, "nb", look.Light), sample()
	full := f.ports()
	s := New(b.Env, Ports{Jobs: f, CoolingOff: full.CoolingOff})
	for _, id := range []string{"", "cool", "send", "counts", "paused", "plan", "done", "letter"} {
		b.Framed(s, id, 1280, 800)
		for _, control := range []string{"jobs.tab.deviations", "jobs.evidence.check", "jobs.pause", "jobs.complete", "jobs.continue", "jobs.start_now", "jobs.again", "jobs.evidence", "jobs.postage", "jobs.copy"} {
			if b.Has(control) {
				t.Errorf("%s: %s", id, control)
			}
		}
		s.Leave()
	}
}

// TestNextTry: a job that stands still says since when, and when it tries again.
func TestNextTry(t *testing.T) {
	b, f, s := framed(t, "held")
	item := &f.items["held"][5]
	item.Attempts, item.NotBefore = 1, now.Add(25*time.Second)
	s.Reload()
	if !says(b, "Neste forsøk om 0:25") || !says(b, "Står stille i 3 minutter") {
		t.Errorf("%q", partstest.Texts(b.Window.Canvas()))
	}
	b.Clock = b.Clock.Add(5 * time.Second)
	s.Reload()
	if !says(b, "Neste forsøk om 0:20") {
		t.Error("the time to the next try stands still")
	}
}
