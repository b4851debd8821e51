package home

import (
	"testing"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

func lateJobs() []post.Job {
	letter := func(id string, status post.ItemStatus) post.Job {
		return post.Job{ID: id, Kind: post.KindLetter, State: post.JobDone, Created: now, Name: "Vedtak om plass i Fjordvik barnehage for høsten 2027, med vedlegg og klageskjema",
			Counts: post.Counts{Total: 1, ByStatus: map[post.ItemStatus]int{status: 1}}}
	}
	mailing := post.Job{ID: "mailing", Kind: post.KindMailing, State: post.JobDone, Name: "Innkalling til ekstraordinært årsmøte i Fjordvik og omegn idrettslag", Created: now,
		Counts: counts(map[post.ItemStatus]int{post.ItemDelivered: 6, post.ItemOpened: 4})}
	return []post.Job{letter("opened", post.ItemOpened), letter("posted", post.ItemPosted), letter("pending", post.ItemPending), letter("held", post.ItemHeld), mailing}
}

// TestLately: a letter tells its own status, a mailing how many were opened.
func TestLately(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, Ports{})
	for i, want := range []string{"Åpnet · 03.11.2026", "Postlagt · 03.11.2026", "Venter hos Digipost · 03.11.2026", "Holdt igjen hos Digipost · 03.11.2026",
		"10 av 10 levert, 4 åpnet · 03.11.2026"} {
		if _, quiet := s.lately(lateJobs()[i]); quiet != want {
			t.Errorf("%q, want %q", quiet, want)
		}
	}
	under := lateJobs()[0]
	under.State = post.JobSending
	if fate(under) != "" {
		t.Error("a letter under way has no end yet")
	}
	before, after := State{Last: lateJobs()}, State{Last: lateJobs()}
	after.Last[1].Counts.ByStatus = map[post.ItemStatus]int{post.ItemShredded: 1}
	if !before.Alike(State{Last: lateJobs()}) || before.Alike(after) {
		t.Error("a letter with another status is the same screen")
	}
}

// TestPictures shows what became of the last letters: PICTURES=/tmp/pictures go
// test -run Pictures ./ui/...
func TestPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "home")
		ports := with(post.Sender{SenderID: 1}, post.CertificateFacts{}, lateJobs()...)
		s := New(b.Env, ports)
		b.Framed(s, "", story.Width, story.Height)
		snap("1later")
		s.Leave()
	}
}
