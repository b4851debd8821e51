package split

import (
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// TestPictures runs a split by the ids of the screen and takes a picture of each
// page.
func TestPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "split")
		w := newWorld(1240)
		s := New(b.Env, w.ports())
		b.Framed(s, "", story.Width, story.Height)
		snap("1empty")
		b.Tap(t, "split.new")
		snap("2before-all")
		b.Framed(s, "new:group:Håndball", story.Width, story.Height)
		snap("2before-group")
		b.Framed(s, "list", story.Width, story.Height)
		snap("2before-list")
		b.Tap(t, "split.start")
		snap("3approve")
		b.Tap(t, "split.approve")
		snap("4cooling")
		b.Tap(t, "split.clock.more")
		w.at("nyjobb").State, w.at("nyjobb").Trouble, w.at("nyjobb").TroubleSince = post.JobSending, post.CodeUnreachable, noon
		w.at("nyjobb").TroubleFields = map[string]string{"host": "sftp.digipost.no"}
		b.Run.Tick()
		snap("5trouble")
		moved := w.at("nyjobb")
		moved.Moves()
		w.waiting("nyjobb")
		b.Run.Tick()
		snap("6waiting")
		b.Tap(t, "split.check")
		snap("6waiting-checking")
		b.Clock = b.Clock.Add(time.Minute)
		b.Run.Tick()
		snap("6waiting-checked")
		moved.Trouble, moved.TroubleFields, moved.TroubleSince = post.CodeReceiptLate, map[string]string{"hours": "25"}, noon.Add(25*time.Hour)
		s.Reload()
		snap("6waiting-late")
		moved.Moves()
		w.jobs = append(w.jobs, post.Job{ID: "forrige", State: post.JobDone, Created: noon.AddDate(0, -1, 0), Ended: noon.AddDate(0, -1, 0), Name: "Mottakersplitt", Source: moved.Source,
			Counts: post.Counts{Total: 1200, BySplit: map[post.SplitStatus]int{post.HasDigipost: 480}}})
		w.answer("nyjobb")
		s.Notice(post.Notice{Topic: post.TopicJobs, ID: "nyjobb"})
		snap("7result")
		b.Tap(t, "split.tab.people")
		snap("8people")
		b.Tap(t, "split.filter.unidentified")
		snap("8people-filtered")
		b.Tap(t, "split.filter.unidentified/several_matches")
		snap("8people-reason")
		b.Tap(t, "split.uncertain")
		snap("8people-uncertain")
		b.Tap(t, "split.filter.unidentified")
		b.Tap(t, "split.people.row.0")
		if last := len(b.Went) - 1; b.Went[last] != parts.PlacePeople {
			t.Errorf("went to %v", b.Went)
		}
		b.Tap(t, "split.tab.stages")
		snap("9stages")
		b.Picked = "/tmp/kopi.xlsx"
		b.Tap(t, "split.copy")
		if len(w.written) < 10 || len(b.Toasts) != 1 {
			t.Errorf("written %d, toasts %v", len(w.written), b.Toasts)
		}
		b.Tap(t, "split.export")
		if len(w.exports) != 1 || len(b.Toasts) != 2 {
			t.Errorf("%v %v", w.exports, b.Toasts)
		}
		w.refuse = post.NewFault(post.CodeSourceChanged, nil, "file", "Medlemsliste.xlsx")
		b.Tap(t, "split.copy")
		snap("9fault")
		b.Tap(t, "split.mailing")
		if last := len(b.Went) - 1; b.Went[last] != parts.PlaceMailing || b.Args[last] != "list" {
			t.Errorf("went to %v %v", b.Went, b.Args)
		}

		w.at("nyjobb").Ended = noon.AddDate(0, 0, -8)
		b.Framed(s, "list", story.Width, story.Height)
		snap("2before-old")
		w.jobs = append(w.jobs, post.Job{ID: "nei", Kind: post.KindSplit, State: post.JobRefused, Name: "Mottakersplitt 02.11.2026", Created: noon.AddDate(0, 0, -1),
			Source: post.Source{Group: "Håndball"}, RefusedText: "Jobben inneholder mottakere uten identifikator: linje 14, 15 og 16.", Counts: post.Counts{Total: 14}},
			post.Job{ID: "stopp", Kind: post.KindSplit, State: post.JobStopped, Name: "Mottakersplitt 01.11.2026", Created: noon.AddDate(0, 0, -2), Counts: post.Counts{Total: 1240}},
			post.Job{ID: "venter", Kind: post.KindSplit, State: post.JobReady, Trouble: post.CodeAskAgain, Name: "Mottakersplitt", Created: noon.AddDate(0, 0, -2), Counts: post.Counts{Total: 3}})
		b.Framed(s, "", story.Width, story.Height)
		snap("1history")
		b.Tap(t, "split.history.row.2")
		snap("6refused")
		if !b.Has("split.new") {
			t.Errorf("a refused split has no way on: %v", b.IDs())
		}
		b.Framed(s, "venter", story.Width, story.Height)
		snap("6askagain")
		b.Framed(New(b.Env, newWorld(0).ports()), "new:", story.Width, story.Height)
		snap("2before-nobody")
		s.Leave()
	}
}

// TestStopInTime stops in the cooling-off and says what that achieved.
func TestStopInTime(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	w := newWorld(30)
	s := New(b.Env, w.ports())
	b.Framed(s, "new:", 1280, 800)
	b.Tap(t, "split.start")
	b.Tap(t, "split.approve")
	b.Tap(t, "split.clock.stop")
	if w.at("nyjobb").State != post.JobStopped || !b.Has("split.new") || b.Has("split.clock.stop") {
		t.Errorf("state %s, %v", w.at("nyjobb").State, b.IDs())
	}
}

// TestLeaving: while another screen is open nothing is read or drawn.
func TestLeaving(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	w := newWorld(30)
	s := New(b.Env, w.ports())
	b.Framed(s, "new:", 1280, 800)
	b.Tap(t, "split.start")
	b.Tap(t, "split.approve")
	s.Leave()
	b.Env.Redraw = func() { t.Error("drawn after leaving") }
	w.waiting("nyjobb")
	b.Clock = b.Clock.Add(time.Hour)
	b.Run.Tick()
}

// TestWords: every reason and status a split knows has words in both languages.
func TestWords(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		words := look.NewWords(language)
		for _, reason := range []post.Reason{post.ReasonNotAUser, post.ReasonUnidentified, post.ReasonSeveralMatches, post.ReasonInvalidNumber,
			post.ReasonInvalidAddress, post.ReasonMissingAddress, post.ReasonDuplicateLetter, post.ReasonOther} {
			if !words.Has("split.why." + string(reason)) {
				t.Errorf("%s: no words for %s", language, reason)
			}
		}
		cells := copyWords{words.Texts}.Cells(post.Job{}, post.Item{Finding: &post.Finding{Status: post.HasDigipost, Uncertain: true}})
		if strings.Contains(strings.Join(cells, ""), "split.") {
			t.Errorf("%v", cells)
		}
	}
}
