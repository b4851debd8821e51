// Package home is the first screen: what needs the person now, what is running,
// the last mailings, and how many on the register have Digipost.
package home

import (
	"context"
	"time"

	"brevdue/app/post"
)

// Ports are what the screen needs.
type Ports struct {
	// Jobs gives jobs, the newest first.
	Jobs     func(ctx context.Context, query post.JobQuery) ([]post.Job, error)
	Overview func(ctx context.Context) (post.RegisterOverview, error)
	Sender   func(ctx context.Context) (post.Sender, error)
	// Certificate gives the facts of the sender's certificate.
	Certificate func(ctx context.Context) (post.CertificateFacts, error)
	// Sample is the path of the practice list; "" outside practice.
	Sample string
}

// lastMailings is how many of the last mailings are shown, and lookBack how far
// back deviations are.
const (
	lastMailings = 5
	lookBack     = 14 * 24 * time.Hour
	// renewBefore is when a certificate that runs out is worth a word.
	renewBefore = 30 * 24 * time.Hour
)

// ActionKind is why something needs the person.
type ActionKind string

// What can need the person.
const (
	ActionSignUp      ActionKind = "sign_up"
	ActionApprove     ActionKind = "approve"
	ActionTrouble     ActionKind = "trouble"
	ActionRefused     ActionKind = "refused"
	ActionUnsure      ActionKind = "unsure"
	ActionNotReached  ActionKind = "not_reached"
	ActionCertificate ActionKind = "certificate"
)

// Action is one thing that needs the person.
type Action struct {
	Kind ActionKind
	// Job is the job it is about, Name its name; Count how many letters.
	Job, Name string
	Count     int
	// Trouble is the fault that holds a job up, Date when a certificate ends.
	Trouble post.Code
	Date    time.Time
}

// State is what the screen shows.
type State struct {
	Actions []Action
	// Running are jobs at work, Last the newest letters and mailings.
	Running, Last []post.Job
	Register      post.RegisterOverview
}

// Empty reports whether there is nothing to show: a fresh start.
func (s State) Empty() bool {
	return len(s.Actions) == 0 && len(s.Running) == 0 && len(s.Last) == 0 && s.Register.Total == 0
}

// Alike reports whether two states show the same things, only further along, so
// that bars can move without anything else moving.
func (s State) Alike(o State) bool {
	if len(s.Actions) != len(o.Actions) || !sameJobs(s.Running, o.Running) || !sameJobs(s.Last, o.Last) ||
		s.Register.Total != o.Register.Total || s.Register.BySplit[post.HasDigipost] != o.Register.BySplit[post.HasDigipost] {
		return false
	}
	for i := range s.Actions {
		if s.Actions[i] != o.Actions[i] {
			return false
		}
	}
	return true
}

func sameJobs(a, b []post.Job) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].ID != b[i].ID || a[i].State != b[i].State || a[i].Trouble != b[i].Trouble ||
			fate(a[i]) != fate(b[i]) || a[i].Counts.ByStatus[post.ItemOpened] != b[i].Counts.ByStatus[post.ItemOpened] {
			return false
		}
	}
	return true
}

// fate is what became of a letter; "" for other jobs and while it is under way.
func fate(job post.Job) post.ItemStatus {
	if job.Kind != post.KindLetter || job.State != post.JobDone || job.Counts.Total != 1 {
		return ""
	}
	for status, n := range job.Counts.ByStatus {
		if n == 1 {
			return status
		}
	}
	return ""
}

// Read asks for everything the screen shows.
func Read(ctx context.Context, ports Ports, now time.Time) (State, error) {
	var s State
	sender, err := ports.Sender(ctx)
	if err != nil {
		return s, err
	}
	if sender.SenderID == 0 {
		s.Actions = append(s.Actions, Action{Kind: ActionSignUp})
	}
	open, err := ports.Jobs(ctx, post.JobQuery{Open: true})
	if err != nil {
		return s, err
	}
	for _, job := range open {
		if job.State != post.JobReady {
			s.Running = append(s.Running, job)
		}
		s.Actions = append(s.Actions, ofOpen(job)...)
	}
	if s.Last, err = ports.Jobs(ctx, post.JobQuery{Kinds: []post.JobKind{post.KindLetter, post.KindMailing}, Limit: lastMailings}); err != nil {
		return s, err
	}
	for _, job := range s.Last {
		s.Actions = append(s.Actions, ofFinished(job, now)...)
	}
	certificate, err := ports.Certificate(ctx)
	if err != nil {
		return s, err
	}
	if !certificate.NotAfter.IsZero() && certificate.NotAfter.Sub(now) < renewBefore {
		s.Actions = append(s.Actions, Action{Kind: ActionCertificate, Date: certificate.NotAfter})
	}
	s.Register, err = ports.Overview(ctx)
	return s, err
}

func ofOpen(job post.Job) []Action {
	switch {
	case job.State == post.JobReady:
		return []Action{{Kind: ActionApprove, Job: job.ID, Name: job.Name, Count: job.Counts.Total}}
	case job.Trouble != "":
		return []Action{{Kind: ActionTrouble, Job: job.ID, Name: job.Name, Trouble: job.Trouble, Date: job.TroubleSince}}
	}
	return nil
}

func ofFinished(job post.Job, now time.Time) []Action {
	if !job.State.Finished() || now.Sub(job.Created) > lookBack {
		return nil
	}
	if job.State == post.JobRefused {
		return []Action{{Kind: ActionRefused, Job: job.ID, Name: job.Name}}
	}
	var actions []Action
	if n := job.Counts.ByStatus[post.ItemUnsure]; n > 0 {
		actions = append(actions, Action{Kind: ActionUnsure, Job: job.ID, Name: job.Name, Count: n})
	}
	if n := job.Counts.ByStatus[post.ItemNotDelivered] + job.Counts.ByStatus[post.ItemPrintFailed]; n > 0 {
		actions = append(actions, Action{Kind: ActionNotReached, Job: job.ID, Name: job.Name, Count: n})
	}
	return actions
}
