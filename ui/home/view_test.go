package home

import (
	"context"
	"slices"
	"testing"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
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
		for name, ports := range waiting(b.Clock) {
			s := New(b.Env, ports)
			b.Framed(s, "", story.Width, story.Height)
			snap("2" + name)
			if texts := partstest.Unfinished(b.Window.Canvas()); len(texts) > 0 {
				t.Errorf("%s: %q", name, texts)
			}
			s.Leave()
		}
	}
}

// waiting are moments in which a sign-up or a certificate needs the person.
func waiting(now time.Time) map[string]Ports {
	day := 24 * time.Hour
	signUp := func(state onboarding.State, ago time.Duration) Ports {
		ports := with(post.Sender{}, post.CertificateFacts{})
		at := now.Add(-ago)
		ports.SignUp = func(context.Context) (post.Onboarding, error) {
			return post.Onboarding{State: string(state), Started: at, Applied: at, Returned: at, Refused: at}, nil
		}
		ports.PutOff = ports.SignUp
		return ports
	}
	certificate := func(left time.Duration) Ports {
		return with(post.Sender{SenderID: 1}, post.CertificateFacts{NotAfter: now.Add(left + time.Hour)}, lateJobs()[1:3]...)
	}
	return map[string]Ports{
		"none": signUp(onboarding.NotStarted, 0), "browser": signUp(onboarding.BrowserOpened, day), "applied": signUp(onboarding.Applied, day),
		"reminder": signUp(onboarding.Applied, 9*day), "returned": signUp(onboarding.Returned, day), "denied": signUp(onboarding.Refused, day),
		"certificate-20": certificate(20 * day), "certificate-7": certificate(7 * day), "certificate-1": certificate(day),
		"certificate-0": certificate(0), "certificate-over": certificate(-2 * day),
	}
}

// TestPutOff: the reminder goes when it is put off, and leads to the application.
func TestPutOff(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	attempt := post.Onboarding{State: string(onboarding.Applied), Applied: b.Clock.AddDate(0, 0, -9)}
	ports := with(post.Sender{}, post.CertificateFacts{})
	ports.SignUp = func(context.Context) (post.Onboarding, error) { return attempt, nil }
	ports.PutOff = func(context.Context) (post.Onboarding, error) {
		attempt.Reminded = b.Clock
		return attempt, nil
	}
	s := New(b.Env, ports)
	b.Framed(s, "", 1280, 800)
	b.Tap(t, "home.action.reminder")
	b.Tap(t, "home.put_off")
	if b.Has("home.action.reminder") || !b.Has("home.action.applied") || len(b.Toasts) != 1 {
		t.Errorf("controls %v, toasts %v", b.IDs(), b.Toasts)
	}
	if !slices.Equal(b.Went, []parts.Place{parts.PlaceWelcome}) {
		t.Errorf("went %v", b.Went)
	}
	s.Leave()
}
