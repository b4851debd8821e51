// Package home is the first screen: what needs the person now, what is running,
// the last mailings, and how many on the register have Digipost.
package home

import (
	"context"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/parts"
)

// Ports are what the screen needs.
type Ports struct {
	// Jobs gives jobs, the newest first.
	Jobs     func(ctx context.Context, query post.JobQuery) ([]post.Job, error)
	Overview func(ctx context.Context) (post.RegisterOverview, error)
	Sender   func(ctx context.Context) (post.Sender, error)
	// Certificate gives the facts of the sender's certificate.
	Certificate func(ctx context.Context) (post.CertificateFacts, error)
	// SignUp gives the sign-up as it is stored, and PutOff lets the reminder of an
	// application come again later. Either may be nil.
	SignUp, PutOff func(ctx context.Context) (post.Onboarding, error)
	// Deviations gives what did not go as it should; nil where nobody keeps it: then
	// the last jobs are looked through.
	Deviations func(ctx context.Context, open bool) ([]post.Deviation, error)
	// Cost reckons what this month's letters cost by the sender's own prices. It may
	// be nil.
	Cost func(ctx context.Context) (Cost, error)
	// Belgium says what the Belgian e-Box wants of the person; nil where there is none.
	Belgium func(ctx context.Context) (Belgium, error)
	// Sample is the path of the practice list; "" outside practice.
	Sample string
}

// lastMailings is how many of the last mailings are shown, and lookBack how far
// back deviations are.
const (
	lastMailings = 5
	lookBack     = 14 * 24 * time.Hour
)

// ActionKind is why something needs the person.
type ActionKind string

// What can need the person.
const (
	// ActionSignUp is a sign-up that is not begun or half-done; ActionApplied an
	// application that is with Digipost, ActionReminder one that should have been
	// answered by now, ActionReturned a sender-id that is not proved yet, and
	// ActionDenied an application that was turned down.
	ActionSignUp   ActionKind = "sign_up"
	ActionApplied  ActionKind = "applied"
	ActionReminder ActionKind = "reminder"
	ActionReturned ActionKind = "returned"
	ActionDenied   ActionKind = "denied"
	// ActionApprove waits for a yes, ActionDecide for a choice between two counts,
	// ActionPaused for somebody to go on.
	ActionApprove ActionKind = "approve"
	ActionDecide  ActionKind = "decide"
	ActionPaused  ActionKind = "paused"
	// ActionDeviations are open deviations of one kind.
	ActionDeviations  ActionKind = "deviations"
	ActionTrouble     ActionKind = "trouble"
	ActionRefused     ActionKind = "refused"
	ActionUnsure      ActionKind = "unsure"
	ActionNotReached  ActionKind = "not_reached"
	ActionCertificate ActionKind = "certificate"
	// ActionEBoxStep is a step on the way to the e-Box that nobody has answered,
	// ActionEBoxNew and ActionEBoxExpiring are messages in the e-Box.
	ActionEBoxStep     ActionKind = "ebox_step"
	ActionEBoxNew      ActionKind = "ebox_new"
	ActionEBoxExpiring ActionKind = "ebox_expiring"
)

// Action is one thing that needs the person.
type Action struct {
	Kind ActionKind
	// Job is the job it is about, Name its name; Count how many letters or messages,
	// or days left of a certificate, negative when it is over.
	Job, Name string
	Count     int
	// Step is a step on the way to the e-Box, OwnKey which way it belongs to.
	Step   string
	OwnKey bool
	// Code is the kind of deviations. Trouble is the fault that holds a job up. Date
	// is since when, when a certificate ends, or when a sign-up came so far; zero when
	// it has not begun.
	Code    post.DeviationCode
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
		if a[i].ID != b[i].ID || a[i].State != b[i].State || a[i].Trouble != b[i].Trouble || !a[i].PausedAt.Equal(b[i].PausedAt) || !a[i].StartAt.Equal(b[i].StartAt) ||
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
		action, err := ofSignUp(ctx, ports, now)
		if err != nil {
			return s, err
		}
		s.Actions = append(s.Actions, action)
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
	if ports.Deviations != nil {
		deviations, err := ports.Deviations(ctx, true)
		if err != nil {
			return s, err
		}
		s.Actions = append(s.Actions, ofDeviations(deviations, open)...)
	} else {
		for _, job := range s.Last {
			s.Actions = append(s.Actions, ofFinished(job, now)...)
		}
	}
	certificate, err := ports.Certificate(ctx)
	if err != nil {
		return s, err
	}
	s.Actions = withCertificate(s.Actions, certificate, now)
	belgian, err := ofBelgium(ctx, ports)
	if err != nil {
		return s, err
	}
	s.Actions = append(s.Actions, belgian...)
	s.Register, err = ports.Overview(ctx)
	return s, err
}

// withCertificate adds a certificate that ends soon: last, and before anything else
// where it hurries, for without it nothing goes out.
func withCertificate(actions []Action, certificate post.CertificateFacts, now time.Time) []Action {
	left := parts.DaysLeft(certificate.NotAfter, now)
	if certificate.NotAfter.IsZero() || left > parts.RenewBefore {
		return actions
	}
	action := Action{Kind: ActionCertificate, Date: certificate.NotAfter, Count: left}
	if left <= parts.RenewSoon {
		return append([]Action{action}, actions...)
	}
	return append(actions, action)
}

// ofSignUp is how far the sign-up of a profile without a sender has come.
func ofSignUp(ctx context.Context, ports Ports, now time.Time) (Action, error) {
	if ports.SignUp == nil {
		return Action{Kind: ActionSignUp}, nil
	}
	attempt, err := ports.SignUp(ctx)
	if err != nil {
		return Action{}, err
	}
	switch onboarding.State(attempt.State) {
	case onboarding.BrowserOpened:
		return Action{Kind: ActionSignUp, Date: attempt.Started}, nil
	case onboarding.Applied:
		kind, date := ActionApplied, attempt.Applied
		if date.IsZero() {
			date = attempt.Started
		}
		if onboarding.ReminderDue(attempt, now) {
			kind = ActionReminder
		}
		return Action{Kind: kind, Date: date}, nil
	case onboarding.Returned:
		return Action{Kind: ActionReturned, Date: attempt.Returned}, nil
	case onboarding.Refused:
		return Action{Kind: ActionDenied, Date: attempt.Refused}, nil
	}
	return Action{Kind: ActionSignUp}, nil
}

func ofOpen(job post.Job) []Action {
	switch {
	case job.State == post.JobReady:
		return []Action{{Kind: ActionApprove, Job: job.ID, Name: job.Name, Count: job.Counts.Total}}
	case !job.PausedAt.IsZero():
		return []Action{{Kind: ActionPaused, Job: job.ID, Name: job.Name, Date: job.PausedAt}}
	case job.Trouble == post.CodeBatchCounts:
		return []Action{{Kind: ActionDecide, Job: job.ID, Name: job.Name, Date: job.TroubleSince}}
	case job.Trouble != "":
		return []Action{{Kind: ActionTrouble, Job: job.ID, Name: job.Name, Trouble: job.Trouble, Date: job.TroubleSince}}
	}
	return nil
}

// deviationOrder is the order of the kinds: what hurries first.
var deviationOrder = []post.DeviationCode{post.DeviationUnsure, post.DeviationNotDelivered, post.DeviationPrintFailed,
	post.DeviationHeld, post.DeviationReceiptLate, post.DeviationRefused}

// ofDeviations gives one line for each kind of open deviations, since the oldest.
// What a job at work is held up by is told there.
func ofDeviations(deviations []post.Deviation, open []post.Job) []Action {
	told := map[string]bool{}
	for _, job := range open {
		told[job.ID] = job.Trouble != ""
	}
	var actions []Action
	for _, code := range deviationOrder {
		action := Action{Kind: ActionDeviations, Code: code}
		for _, d := range deviations {
			if d.Code != code || code == post.DeviationReceiptLate && told[d.Job] {
				continue
			}
			if action.Count++; action.Date.IsZero() || d.Since.Before(action.Date) {
				action.Date = d.Since
			}
		}
		if action.Count > 0 {
			actions = append(actions, action)
		}
	}
	return actions
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
