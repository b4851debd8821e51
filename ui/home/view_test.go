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
		for name, ports := range busy(b.Clock) {
			s := New(b.Env, ports)
			b.Framed(s, "", story.Width, story.Height)
			snap("3" + name)
			if texts := partstest.Unfinished(b.Window.Canvas()); len(texts) > 0 {
				t.Errorf("%s: %q", name, texts)
			}
			s.Leave()
		}
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

// busy are mornings with something to do: many things at once, and nothing.
func busy(now time.Time) map[string]Ports {
	going := func(id, name string, state post.JobState, done, total int) post.Job {
		return post.Job{ID: id, Kind: post.KindMailing, Name: name, State: state, Created: now.Add(-time.Hour), Approved: total,
			Counts: post.Counts{Total: total, ByStatus: map[post.ItemStatus]int{post.ItemDelivered: done, post.ItemReady: total - done}}}
	}
	planned := going("plan", "Julebrev til medlemmene", post.JobCoolingOff, 0, 120)
	planned.StartAt = now.Add(43 * time.Hour)
	cooling := going("cool", "Treningsleir på Voss", post.JobCoolingOff, 0, 34)
	cooling.Counts.ByStatus = map[post.ItemStatus]int{post.ItemReceived: 34} // they lie at Digipost and wait there
	paused := going("paused", "Påminnelse om dugnad", post.JobSending, 30, 120)
	paused.PausedAt = now.Add(-12 * time.Minute)
	decide := going("decide", "Kontingent for foreldre i Fjordvik og omegn idrettslag, høsten 2026", post.JobSending, 0, 34)
	decide.Trouble, decide.TroubleSince = post.CodeBatchCounts, now.Add(-2*time.Minute)
	held := going("held", "Medlemskontingent 2027", post.JobSending, 600, 2400)
	held.Trouble, held.TroubleSince = post.CodeUnreachable, now.Add(-20*time.Minute)
	ready := going("ready", "Innkalling til årsmøte", post.JobReady, 0, 230)
	many := with(post.Sender{SenderID: 1}, post.CertificateFacts{NotAfter: now.AddDate(0, 0, 6)}, append(lateJobs(), planned, cooling, paused, decide, held, ready)...)
	many.Deviations = func(context.Context, bool) ([]post.Deviation, error) {
		return []post.Deviation{{ID: 1, Code: post.DeviationNotDelivered, Since: now.AddDate(0, 0, -4)}, {ID: 2, Code: post.DeviationNotDelivered, Since: now},
			{ID: 3, Code: post.DeviationUnsure, Since: now.Add(-2 * time.Hour)}, {ID: 4, Code: post.DeviationHeld, Since: now.Add(-26 * time.Hour)}}, nil
	}
	many.Overview = func(context.Context) (post.RegisterOverview, error) {
		return post.RegisterOverview{Total: 2431, BySplit: map[post.SplitStatus]int{post.HasDigipost: 1978}, LastSplit: now.AddDate(0, 0, -12)}, nil
	}
	cost := func(c Cost) func(context.Context) (Cost, error) {
		return func(context.Context) (Cost, error) { return c, nil }
	}
	many.Belgium = func(context.Context) (Belgium, error) {
		return Belgium{Reminders: []string{"S2"}, New: 1, Expiring: 3}, nil
	}
	many.Cost = cost(Cost{Amount: 1234550, Digital: 2874, Paper: 193, MissingPrices: []string{"paper.extra_sheet", "digital.step2"}})
	calm := with(post.Sender{SenderID: 1}, post.CertificateFacts{}, lateJobs()...)
	calm.Deviations = func(context.Context, bool) ([]post.Deviation, error) { return nil, nil }
	calm.Overview = many.Overview
	priced, unpriced, nothing := calm, calm, calm
	belgian := calm
	belgian.Belgium = many.Belgium
	priced.Cost = cost(Cost{Amount: 98700, Digital: 41})
	unpriced.Cost = cost(Cost{Digital: 41, Paper: 3, MissingPrices: []string{"digital.step1", "digital.step2", "two_factor", "paper.first_sheet", "paper.extra_sheet"}})
	nothing.Cost = cost(Cost{})
	return map[string]Ports{"many": many, "priced": priced, "unpriced": unpriced, "nothing": nothing, "belgian": belgian,
		"fresh": with(post.Sender{SenderID: 1}, post.CertificateFacts{})}
}

// TestBusy: each thing that needs the person leads to its place, and a bar that
// moves builds nothing anew.
func TestBusy(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	ports := busy(b.Clock)["many"]
	reckoned := 0
	was := ports.Cost
	ports.Cost = func(ctx context.Context) (Cost, error) {
		reckoned++
		return was(ctx)
	}
	s := New(b.Env, ports)
	b.Framed(s, "", 1280, 800)
	for id, want := range map[string]string{"home.action.deviations.not_delivered": "deviations:not_delivered", "home.action.paused.paused": "paused",
		"home.action.decide.decide": "decide", "home.action.approve.ready": "ready", "home.prices": "prices"} {
		b.Tap(t, id)
		if got := b.Args[len(b.Args)-1]; got != want {
			t.Errorf("%s leads to %q, want %q", id, got, want)
		}
	}
	bar := s.bars["held"]
	for range 3 {
		s.Reload()
	}
	if s.bars["held"] != bar || s.bars["plan"] != nil || s.bars["cool"] != nil {
		t.Error("the page was built anew, or a job that starts later or cools off has a bar")
	}
	if reckoned != 1 {
		t.Errorf("reckoned %d times in a moment", reckoned)
	}
	b.Clock = b.Clock.Add(costPause)
	b.Run.Tick()
	if reckoned != 2 {
		t.Errorf("reckoned %d times after the pause", reckoned)
	}
	s.Leave()
}

// TestBelgian: a reminder and messages of the e-Box stand with the rest, each with
// its way; where there is nothing, nothing stands.
func TestBelgian(t *testing.T) {
	b := partstest.New(t, "nl", look.Light)
	ports := busy(b.Clock)["belgian"]
	s := New(b.Env, ports)
	b.Framed(s, "", 1280, 800)
	for _, way := range []struct {
		id    string
		place parts.Place
		arg   string
	}{{"ebox_step.S2", parts.PlaceBelgium, "S2"}, {"ebox_expiring", parts.PlaceInbox, "expiring"}, {"ebox_new", parts.PlaceInbox, "new"}} {
		b.Tap(t, "home.action."+way.id)
		if got := b.Went[len(b.Went)-1]; got != way.place || b.Args[len(b.Args)-1] != way.arg {
			t.Errorf("%s leads to %v %v", way.id, got, b.Args)
		}
	}
	s.Leave()
	s.ports.Belgium = func(context.Context) (Belgium, error) { return Belgium{OwnKey: true}, nil }
	b.Framed(s, "", 1280, 800)
	if len(s.state.Actions) != 0 {
		t.Errorf("%+v", s.state.Actions)
	}
	s.Leave()
}
