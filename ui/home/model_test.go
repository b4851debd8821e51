package home

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
)

var now = time.Date(2026, 11, 3, 14, 0, 0, 0, time.UTC)

func with(sender post.Sender, facts post.CertificateFacts, jobs ...post.Job) Ports {
	return Ports{
		Sender:      func(context.Context) (post.Sender, error) { return sender, nil },
		Certificate: func(context.Context) (post.CertificateFacts, error) { return facts, nil },
		Overview:    func(context.Context) (post.RegisterOverview, error) { return post.RegisterOverview{}, nil },
		Jobs: func(_ context.Context, q post.JobQuery) ([]post.Job, error) {
			var found []post.Job
			for _, job := range jobs {
				if !q.Open || !job.State.Finished() {
					found = append(found, job)
				}
			}
			return found, nil
		},
	}
}

func counts(by map[post.ItemStatus]int) post.Counts { return post.Counts{Total: 10, ByStatus: by} }

func TestWhatNeedsThePerson(t *testing.T) {
	known := post.Sender{SenderID: 1}
	for name, c := range map[string]struct {
		ports Ports
		want  []ActionKind
	}{
		"nothing":             {with(known, post.CertificateFacts{}), nil},
		"not signed up":       {with(post.Sender{}, post.CertificateFacts{}), []ActionKind{ActionSignUp}},
		"certificate in time": {with(known, post.CertificateFacts{NotAfter: now.AddDate(0, 2, 0)}), nil},
		"certificate ends":    {with(known, post.CertificateFacts{NotAfter: now.AddDate(0, 0, 20)}), []ActionKind{ActionCertificate}},
		"certificate ended":   {with(known, post.CertificateFacts{NotAfter: now.AddDate(0, 0, -1)}), []ActionKind{ActionCertificate}},
		"to approve":          {with(known, post.CertificateFacts{}, post.Job{ID: "1", State: post.JobReady, Created: now}), []ActionKind{ActionApprove}},
		"held up":             {with(known, post.CertificateFacts{}, post.Job{ID: "1", State: post.JobSending, Trouble: post.CodeUnreachable, Created: now}), []ActionKind{ActionTrouble}},
		"moving":              {with(known, post.CertificateFacts{}, post.Job{ID: "1", State: post.JobSending, Created: now}), nil},
		"refused":             {with(known, post.CertificateFacts{}, post.Job{ID: "1", State: post.JobRefused, Created: now}), []ActionKind{ActionRefused}},
		"unsure and lost": {with(known, post.CertificateFacts{}, post.Job{ID: "1", State: post.JobDone, Created: now,
			Counts: counts(map[post.ItemStatus]int{post.ItemUnsure: 1, post.ItemNotDelivered: 2})}), []ActionKind{ActionUnsure, ActionNotReached}},
		"lost long ago": {with(known, post.CertificateFacts{}, post.Job{ID: "1", State: post.JobDone, Created: now.AddDate(0, -1, 0),
			Counts: counts(map[post.ItemStatus]int{post.ItemNotDelivered: 2})}), nil},
	} {
		state, err := Read(context.Background(), c.ports, now)
		if err != nil {
			t.Fatal(err)
		}
		if len(state.Actions) != len(c.want) {
			t.Errorf("%s: %+v", name, state.Actions)
			continue
		}
		for i := range c.want {
			if state.Actions[i].Kind != c.want[i] {
				t.Errorf("%s: %+v, want %v", name, state.Actions[i], c.want)
			}
		}
	}
}

// TestOnlyBarsMove: when letters go out but nothing else changes, the screen
// stays as it is but for its bars.
func TestOnlyBarsMove(t *testing.T) {
	at := func(delivered int, state post.JobState) State {
		ports := with(post.Sender{SenderID: 1}, post.CertificateFacts{},
			post.Job{ID: "1", State: state, Created: now, Counts: counts(map[post.ItemStatus]int{post.ItemDelivered: delivered})})
		s, err := Read(context.Background(), ports, now)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if !at(3, post.JobSending).Alike(at(4, post.JobSending)) {
		t.Error("a letter more is another screen")
	}
	if at(3, post.JobSending).Alike(at(3, post.JobDone)) {
		t.Error("a job that ended is no other screen")
	}
}

// TestSignUpThatIsHalfDone: each stage of a sign-up says where it is and since
// when; a sender that is known hides it.
func TestSignUpThatIsHalfDone(t *testing.T) {
	day := func(n int) time.Time { return now.AddDate(0, 0, -n) } // now is a Tuesday
	for name, c := range map[string]struct {
		attempt post.Onboarding
		want    Action
	}{
		"not begun":  {post.Onboarding{State: string(onboarding.NotStarted)}, Action{Kind: ActionSignUp}},
		"in browser": {post.Onboarding{State: string(onboarding.BrowserOpened), Started: day(2)}, Action{Kind: ActionSignUp, Date: day(2)}},
		"applied":    {post.Onboarding{State: string(onboarding.Applied), Started: day(5), Applied: day(1)}, Action{Kind: ActionApplied, Date: day(1)}},
		"weekend":    {post.Onboarding{State: string(onboarding.Applied), Applied: day(4)}, Action{Kind: ActionApplied, Date: day(4)}},
		"due":        {post.Onboarding{State: string(onboarding.Applied), Applied: day(5)}, Action{Kind: ActionReminder, Date: day(5)}},
		"put off":    {post.Onboarding{State: string(onboarding.Applied), Applied: day(9), Reminded: day(1)}, Action{Kind: ActionApplied, Date: day(9)}},
		"returned":   {post.Onboarding{State: string(onboarding.Returned), Returned: day(3)}, Action{Kind: ActionReturned, Date: day(3)}},
		"denied":     {post.Onboarding{State: string(onboarding.Refused), Refused: day(3)}, Action{Kind: ActionDenied, Date: day(3)}},
	} {
		ports := with(post.Sender{}, post.CertificateFacts{})
		ports.SignUp = func(context.Context) (post.Onboarding, error) { return c.attempt, nil }
		state, err := Read(context.Background(), ports, now)
		if err != nil || len(state.Actions) != 1 || state.Actions[0] != c.want {
			t.Errorf("%s: %+v, %v", name, state.Actions, err)
		}
		ports.Sender = func(context.Context) (post.Sender, error) { return post.Sender{SenderID: 1}, nil }
		if state, _ := Read(context.Background(), ports, now); len(state.Actions) != 0 {
			t.Errorf("%s: a known sender is told %+v", name, state.Actions)
		}
	}
}

// TestCertificateThatEnds is told from thirty days before, and stands first when
// it hurries.
func TestCertificateThatEnds(t *testing.T) {
	ready := post.Job{ID: "1", State: post.JobReady, Created: now}
	for left, c := range map[int]struct{ first, told bool }{31: {false, false}, 30: {false, true}, 8: {false, true}, 7: {true, true}, 1: {true, true}, 0: {true, true}, -1: {true, true}} {
		end := now.AddDate(0, 0, left).Add(time.Hour)
		state, err := Read(context.Background(), with(post.Sender{SenderID: 1}, post.CertificateFacts{NotAfter: end}, ready), now)
		if err != nil {
			t.Fatal(err)
		}
		told := len(state.Actions) == 2
		if told != c.told || told && (state.Actions[0].Kind == ActionCertificate) != c.first {
			t.Errorf("%d days: %+v", left, state.Actions)
		}
	}
}

func TestReadPassesErrorsOn(t *testing.T) {
	fail := errors.New("fail")
	ports := with(post.Sender{}, post.CertificateFacts{})
	ports.Overview = func(context.Context) (post.RegisterOverview, error) { return post.RegisterOverview{}, fail }
	if _, err := Read(context.Background(), ports, now); !errors.Is(err, fail) {
		t.Errorf("got %v", err)
	}
}

// TestDeviationsAreGrouped: one line for each kind, since the oldest; what holds a
// job up is told there and not twice.
func TestDeviationsAreGrouped(t *testing.T) {
	late := post.Job{ID: "late", State: post.JobWaiting, Trouble: post.CodeReceiptLate, TroubleSince: now, Created: now}
	ports := with(post.Sender{SenderID: 1}, post.CertificateFacts{}, late,
		post.Job{ID: "1", State: post.JobDone, Created: now, Counts: counts(map[post.ItemStatus]int{post.ItemNotDelivered: 2})})
	ports.Deviations = func(_ context.Context, open bool) ([]post.Deviation, error) {
		if !open {
			t.Error("closed deviations need nobody")
		}
		return []post.Deviation{{Job: "1", Code: post.DeviationNotDelivered, Since: now}, {Job: "late", Code: post.DeviationReceiptLate, Since: now},
			{Job: "1", Code: post.DeviationNotDelivered, Since: now.AddDate(0, 0, -3)}}, nil
	}
	state, err := Read(context.Background(), ports, now)
	if err != nil {
		t.Fatal(err)
	}
	want := []Action{{Kind: ActionTrouble, Job: "late", Trouble: post.CodeReceiptLate, Date: now},
		{Kind: ActionDeviations, Code: post.DeviationNotDelivered, Count: 2, Date: now.AddDate(0, 0, -3)}}
	if !slices.Equal(state.Actions, want) {
		t.Errorf("%+v", state.Actions)
	}
}
