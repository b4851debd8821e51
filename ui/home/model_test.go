package home

import (
	"context"
	"errors"
	"testing"
	"time"

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

func TestReadPassesErrorsOn(t *testing.T) {
	fail := errors.New("fail")
	ports := with(post.Sender{}, post.CertificateFacts{})
	ports.Overview = func(context.Context) (post.RegisterOverview, error) { return post.RegisterOverview{}, fail }
	if _, err := Read(context.Background(), ports, now); !errors.Is(err, fail) {
		t.Errorf("got %v", err)
	}
}
