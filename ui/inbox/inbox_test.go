package inbox

import (
	"context"
	"strings"
	"testing"

	"brevdue/app/inbox"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

func bench(t *testing.T, f *fakeBox, arg string) (*partstest.Bench, *Screen) {
	t.Helper()
	b := partstest.New(t, "nl", look.Light)
	b.Clock = clock
	s := New(b.Env, Ports{Inbox: f, OpenFolder: func(context.Context, string) error { return nil }})
	b.Framed(s, arg, 1280, 1400)
	return b, s
}

func newest(f *fakeBox) inbox.Query { return f.asked[len(f.asked)-1] }

// TestList searches, filters and sorts by the use case, and goes back to all.
func TestList(t *testing.T) {
	f := full()
	b, s := bench(t, f, "")
	if !b.Has("inbox.trouble.fin") || !b.Has("inbox.row.0") {
		t.Fatalf("a provider that is down hides the rest, or is not told of: %v", b.IDs())
	}
	b.Tap(t, "inbox.filter.registered")
	if q := newest(f); !q.Registered || q.Language != "nl" {
		t.Errorf("asked %+v", q)
	}
	b.Type(t, "inbox.search", "bestaat niet\n")
	if !b.Has("inbox.clear") {
		t.Fatal("no way back from a search without hits")
	}
	b.Tap(t, "inbox.clear")
	if q := newest(f); q.Registered || q.Search != "" {
		t.Errorf("asked %+v", q)
	}
	b.Tap(t, "inbox.sort.expires")
	if q := newest(f); q.Sort != inbox.ByExpires {
		t.Errorf("asked %+v", q)
	}
	b.Tap(t, "inbox.sort.received")
	b.Picked = "/tmp/e-box.xlsx"
	b.Tap(t, "inbox.export")
	if f.exported != b.Picked || len(b.Toasts) != 1 {
		t.Error("not exported")
	}
	s.Leave()
	if f.looked != 1 {
		t.Error("what was in sight is still new")
	}
}

// TestMessage shows all that is told, no national number, and marks nothing read.
func TestMessage(t *testing.T) {
	f := full()
	b, s := bench(t, f, "")
	b.Tap(t, "inbox.row.0")
	text := strings.Join(partstest.Texts(b.Window.Canvas()), "\n")
	for _, want := range []string{"Els Peeters", "BE68 5390 0754 7034", "EUR 1.234,56", "15/12/2026", "ongelezen", "Hoofddocument", "Aangetekend", "Nog 5 dagen"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if strings.Contains(text, "85.07.30") || !strings.Contains(text, "**.**.**-***.**") {
		t.Error("a national number is shown")
	}
	if len(f.plans) != 0 || f.entries[0].Read {
		t.Error("looking marked it read")
	}
	b.Tap(t, "inbox.visible")
	if f.entries[0].Visible || len(b.Toasts) != 1 {
		t.Error("not hidden")
	}
	if !s.Back() || s.model.page != pageList {
		t.Error("no way back")
	}
}

// TestSaveOne saves one document after the warning, and shows what came of it.
func TestSaveOne(t *testing.T) {
	f := full()
	b, s := bench(t, f, "")
	b.Tap(t, "inbox.row.0")
	b.Tap(t, "inbox.save.hoofd")
	b.Type(t, "inbox.folder.path", t.TempDir()+"\n")
	if !b.Has("inbox.warning") || f.plans[0].Document != "hoofd" {
		t.Fatalf("no warning: %v %+v %v", b.IDs(), f.plans, s.model.err)
	}
	b.Tap(t, "inbox.annexes")
	if b.Has("inbox.warning") || !f.plans[len(f.plans)-1].Annexes {
		t.Error("annexes alone mark something read")
	}
	b.Tap(t, "inbox.annexes")
	b.Tap(t, "inbox.fetch")
	if s.model.page != pageResult || s.model.tally()[inbox.ItemSaved] != 1 || !b.Has("inbox.folder.open") {
		t.Fatalf("%s %+v", s.model.page, s.model.results)
	}
	b.Tap(t, "inbox.done")
	if s.model.page != pageList {
		t.Error("not back at the list")
	}
}

// TestSaveAll says how many get marked read; what fails is told of, and a stop keeps
// what came.
func TestSaveAll(t *testing.T) {
	f := full()
	f.fails["m2"] = post.NewFault(post.CodeDigestWrong, nil, "file", "toelichting.pdf")
	b, s := bench(t, f, "")
	b.Tap(t, "inbox.save.all")
	b.Type(t, "inbox.folder.path", t.TempDir()+"\n")
	if want := s.model.plan.MarksRead; want < 20 || !strings.Contains(b.Control(t, "inbox.warning").Text, "ongelezen berichten") {
		t.Fatalf("marks %d: %q", want, b.Control(t, "inbox.warning").Text)
	}
	f.during = func(done int) {
		if done == 10 {
			s.model.halt()
		}
	}
	b.Tap(t, "inbox.fetch")
	got := s.model.tally()
	if got[inbox.ItemFailed] != 2 || got[inbox.ItemSaved] != 6 || got[inbox.ItemNotTried] == 0 || s.model.err != nil {
		t.Fatalf("%v %v", got, s.model.err)
	}
	f.during = nil
	b.Tap(t, "inbox.retry")
	if s.model.page != pageSave || s.model.plan == nil {
		t.Error("no second try")
	}
}

// TestChoosing takes messages by pressing their rows.
func TestChoosing(t *testing.T) {
	f := full()
	b, s := bench(t, f, "")
	b.Tap(t, "inbox.choose")
	b.Tap(t, "inbox.row.0")
	b.Tap(t, "inbox.row.2")
	b.Tap(t, "inbox.row.0")
	b.Tap(t, "inbox.row.1")
	if len(s.model.chosen) != 2 || s.model.page != pageList {
		t.Fatalf("chose %v on %s", s.model.chosen, s.model.page)
	}
	b.Tap(t, "inbox.save")
	b.Type(t, "inbox.folder.path", t.TempDir()+"\n")
	if len(f.plans) != 1 || len(f.plans[0].Messages) != 2 || f.plans[0].All {
		t.Errorf("planned %+v", f.plans)
	}
}

// TestClosed explains why there is nothing to read from here.
func TestClosed(t *testing.T) {
	for code, step := range map[post.Code]string{post.CodeNoEBox: "", post.CodeEBoxKey: "S2"} {
		b := partstest.New(t, "nl", look.Light)
		f := &fakeBox{}
		s := New(b.Env, Ports{Inbox: f, Ready: func(context.Context) error { return post.NewFault(code, nil) }})
		b.Show(s, "")
		b.Tap(t, "inbox.trajectory")
		if b.Went[0] != parts.PlaceBelgium || b.Args[0] != step || f.checked != 0 {
			t.Errorf("%s leads to %v %v, asked %d times", code, b.Went, b.Args, f.checked)
		}
	}
}

// TestChecking asks by itself when nobody did for some time, and not after trouble.
func TestChecking(t *testing.T) {
	f := &fakeBox{sources: full().sources[:1]}
	f.sources[0].Good = clock.Add(-stale * 2)
	_, s := bench(t, f, "")
	if f.checked != 1 {
		t.Errorf("asked %d times", f.checked)
	}
	f.refused = post.NewFault(post.CodeClientRefused, nil)
	s.Reload()
	if f.checked != 2 || s.model.err == nil {
		t.Errorf("asked %d times: %v", f.checked, s.model.err)
	}
}

// TestPrivate hides national numbers and nothing else.
func TestPrivate(t *testing.T) {
	for _, text := range []string{"BE68 5390 0754 7034", "0206.731.645", "+++090/9337/55493+++", "12345678901", "2026-11-03", "85.07.30-033.29"} {
		if got := private(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	for _, text := range []string{"85.07.30-033.28", "85073003328", "Dossier 85 07 30 033 28 van"} {
		if got := private(text); strings.Contains(got, "33") {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// TestTypingIsKept: what came meanwhile does not take the cursor out of the search.
func TestTypingIsKept(t *testing.T) {
	f := full()
	b, s := bench(t, f, "")
	b.Type(t, "inbox.search", "aansl")
	f.entries[4].Read = !f.entries[4].Read // the numbers change
	s.Notice(post.Notice{Topic: post.TopicInbox})
	if entry := s.search.Entry(); entry.Text != "aansl" || b.Window.Canvas().Focused() != entry {
		t.Errorf("%q stands there, focus %v", entry.Text, b.Window.Canvas().Focused() == entry)
	}
	b.Env.Run.Tick()
	if newest(f).Search != "aansl" {
		t.Errorf("searched for %q", newest(f).Search)
	}
	before := s.table
	s.Notice(post.Notice{Topic: post.TopicInbox})
	if s.table != before {
		t.Error("nothing new, and the page was built again")
	}
}
