package jobs

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// TestPictures shows every state of the screen: PICTURES=/tmp/pictures go test
// -run Pictures ./ui/...
func TestPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "jobs")
		f := sample()
		s := New(b.Env, f.ports())
		b.Framed(s, "", story.Width, story.Height)
		snap("1open")
		b.Tap(t, "jobs.tab.done")
		snap("1done")
		b.Tap(t, "jobs.tab.deviations")
		snap("1deviations")
		b.Tap(t, "jobs.deviations.which")
		snap("1deviations-closed")
		b.Tap(t, "jobs.deviations.which")
		b.Tap(t, "jobs.deviations.row.0")
		snap("1deviation")
		b.Tap(t, "jobs.deviation.back")
		b.Tap(t, "jobs.tab.planned")
		snap("1planned")
		b.Tap(t, "jobs.tab.open")
		s.ports.Refresh = func(context.Context, string) error { return nil }
		for _, id := range []string{"cool", "cooldigi", "plan", "paused", "counts", "batch", "send", "held", "again", "done", "stop", "letter", "lettercool", "split", "refused"} {
			s.Leave()
			b.Framed(s, id, story.Width, story.Height)
			if id == "send" {
				b.Clock = b.Clock.Add(20 * time.Second)
				for i := 16; i < 24; i++ {
					f.items["send"][i].Status = post.ItemDelivered
				}
				s.Reload()
			}
			snap("2" + id)
			b.Clock = now
		}
		s.Leave()
		b.Framed(s, "done", story.Width, story.Height)
		b.Tap(t, "jobs.evidence")
		snap("3evidence")
		b.Picked = "/home/kari/Dokumenter/Medlemmer/Bevis Dugnadsbrev 2026-11-03 1405.zip"
		b.Tap(t, "jobs.evidence.where")
		snap("3evidence-saved")
		b.Tap(t, "jobs.evidence.done")
		b.Tap(t, "jobs.again")
		snap("3again")
		b.Tap(t, "jobs.again.back")
		b.Picked = "/home/kari/Dokumenter/Medlemmer/Egen porto.xlsx"
		b.Tap(t, "jobs.postage")
		snap("3postage")
		b.Tap(t, "jobs.filter.failed")
		snap("3failed")
		b.Tap(t, "jobs.items.row.0")
		snap("3person")
		b.Tap(t, "jobs.person.close")
		b.Picked = "/home/kari/Dokumenter/Medlemmer/kunder med status 2026-11-03 1405.xlsx"
		b.Tap(t, "jobs.copy")
		snap("3copied")
		b.Tap(t, "jobs.part.events")
		snap("4events")
		b.Tap(t, "jobs.part.details")
		b.Tap(t, "jobs.technical")
		snap("4details")
		s.Leave()
		b.Framed(s, "batch", story.Width, story.Height)
		b.Tap(t, "jobs.part.details")
		snap("4files")
		s.Leave()
		for name, report := range reports() {
			f.report = report
			b.Framed(s, "", story.Width, story.Height)
			b.Tap(t, "jobs.evidence.check")
			snap("6check-" + name)
			s.Leave()
		}
		b.Framed(s, "nosuch", story.Width, story.Height)
		snap("5unknown")
		s.Leave()
		b.Framed(New(b.Env, (&fake{}).ports()), "", story.Width, story.Height)
		snap("5empty")
	}
}

// TestFollow goes from an approval by a typed number to a stop in time.
func TestFollow(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := sample()
	s := New(b.Env, f.ports())
	b.Framed(s, "again", 1280, 800)
	b.Tap(t, "jobs.approve")
	if f.approved != 0 {
		t.Fatal("approved without the number")
	}
	b.Type(t, "jobs.count", "34")
	b.Tap(t, "jobs.approve")
	if f.approved != 34 {
		t.Fatalf("approved %d", f.approved)
	}
	b.Tap(t, "jobs.more")
	b.Tap(t, "jobs.items.row.2")
	b.Tap(t, "jobs.take_out")
	if !b.Has("jobs.taken") {
		t.Errorf("nothing says what came of taking out: %v", b.IDs())
	}
	b.Tap(t, "jobs.pause")
	b.Tap(t, "jobs.continue")
	b.Tap(t, "jobs.stop")
	want := []string{"approve", "extend 5m0s", "take_out 1002 3", "pause", "continue", "stop"}
	if !slices.Equal(f.calls, want) {
		t.Errorf("calls %q, want %q", f.calls, want)
	}
	if !b.Has("jobs.state.stopped") || b.Has("jobs.stop") {
		t.Errorf("after the stop there are %v", b.IDs())
	}
	if !s.Back() || !b.Has("jobs.tab.open") || s.Back() {
		t.Errorf("Back does not lead to the list: %v", b.IDs())
	}
	s.Leave()
}

// TestCopy writes the copy of the list in the words of the language.
func TestCopy(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := sample()
	s := New(b.Env, f.ports())
	b.Framed(s, "done", 1280, 800)
	b.Picked = "/tmp/kopi.xlsx"
	b.Tap(t, "jobs.copy")
	if f.wrote != b.Picked || len(f.cells) != 40 || !strings.HasPrefix(f.cells[0], "Levert i Digipost|") {
		t.Errorf("wrote %q with %d rows, the first %q", f.wrote, len(f.cells), f.cells[:1])
	}
	s.Leave()
}

// TestFaultStays shows a refusal in place, and the page stands.
func TestFaultStays(t *testing.T) {
	b := partstest.New(t, "en", look.Light)
	f := sample()
	f.err = post.NewFault(post.CodeDatabaseBusy, nil)
	s := New(b.Env, f.ports())
	b.Framed(s, "cool", 1024, 700)
	b.Tap(t, "jobs.stop")
	if s.fault.ControlText() == "" || !b.Has("jobs.stop") {
		t.Errorf("fault %q, controls %v", s.fault.ControlText(), b.IDs())
	}
	s.Leave()
}

// TestSearch narrows the people by name.
func TestSearch(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, sample().ports())
	b.Framed(s, "done", 1280, 800)
	b.Type(t, "jobs.search", "ødeg")
	b.Run.Tick()
	if got := s.people.Total(); got != 4 {
		t.Errorf("%d people", got)
	}
	if text := b.Control(t, "jobs.items.row.0").Text; !strings.Contains(text, "Åse Ødegård") {
		t.Errorf("first row %q", text)
	}
	b.Tap(t, "jobs.items.row.0")
	b.Tap(t, "jobs.person.open")
	if len(b.Went) != 1 || b.Went[0] != parts.PlacePeople {
		t.Errorf("went to %v", b.Went)
	}
	s.Leave()
}

// reports are what can come of checking evidence.
func reports() map[string]job.EvidenceReport {
	seal, print := strings.Repeat("7d20aa9f", 8), strings.Repeat("9c41b7e2", 8)
	return map[string]job.EvidenceReport{
		"valid": {Valid: true, Seal: seal, Fingerprint: print, Job: "done", Proof: job.FingerprintMasked, Recorded: job.SealRecorded, Chain: job.ChainHolds},
		"invalid": {Changed: []string{"fingerprint", "list.json", "receipts/0001.zip", "zip"}, Seal: seal, Fingerprint: print, Job: "done",
			Proof: job.FingerprintRemoved, Recorded: job.SealMissing, Chain: job.ChainCut,
			Removed: []job.Removal{{What: "recipient", Seq: 4, Date: now, InFile: true}, {What: "x.resultat.zip"}}},
		"unreadable": {Unreadable: true, Recorded: job.SealUnknown, Chain: job.ChainUnknown},
	}
}
