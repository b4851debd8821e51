package jobs

import (
	"context"
	"time"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// Ports are what the screen needs. Only Jobs and CoolingOff must be there; without
// one of the others the page lacks what it is for.
type Ports struct {
	Jobs Jobs
	// CoolingOff is the time between approval and sending.
	CoolingOff func(ctx context.Context, kind post.JobKind) (time.Duration, error)
	// WriteBack writes a copy of the list a job came from, with what came of each
	// row beside it; flow.Stories has it.
	WriteBack func(ctx context.Context, id, out string, words flow.Words) (written bool, err error)
	// Refresh asks Digipost what has become of a job's letters since. It only hands
	// the question on; what comes of it is told by notices.
	Refresh func(ctx context.Context, jobID string) error
	// Control pauses, goes on, and completes what Digipost counts differently.
	Control Control
	// StartNow starts the cooling-off of a job that was to start later.
	StartNow func(ctx context.Context, id string, coolingOff time.Duration) (post.Job, error)
	// Resend drafts a job for those whom a finished one did not reach.
	Resend Resend
	// Deviations are what did not go as it should, with what people do about it.
	Deviations Deviations
	// Receipts gives the files that Digipost gave back for a job.
	Receipts func(ctx context.Context, jobID string) ([]post.Receipt, error)
	// SaveEvidence writes the evidence of a job whole or not at all, with numbers
	// masked. A file that is there already is left as it is.
	SaveEvidence func(ctx context.Context, jobID, out string) (job.Evidence, error)
	// CheckEvidence finds what was changed in an evidence file.
	CheckEvidence func(ctx context.Context, path string) (job.EvidenceReport, error)
	// SaveForPostage writes those whom a job did not reach into a workbook, and
	// their letters beside it, for the sender's own postage.
	SaveForPostage func(ctx context.Context, jobID, out string) (flow.Postage, error)
	// FirstAid remembers what is done about letters that reached the wrong people.
	FirstAid FirstAid
	// Person gives somebody of the register, SetAside takes wrong matches away there;
	// *register.Register has both.
	Person   func(ctx context.Context, customerID string) (post.Recipient, []post.HistoryLine, error)
	SetAside func(ctx context.Context, customerIDs []string) (set int, err error)
}

// Jobs is what the screen needs of the engine; *job.Engine has it.
type Jobs interface {
	Job(ctx context.Context, id string) (post.Job, error)
	Jobs(ctx context.Context, query post.JobQuery) ([]post.Job, error)
	Items(ctx context.Context, id string, query post.ItemQuery) ([]post.Item, error)
	Events(ctx context.Context, id string) ([]post.Event, error)
	Documents(ctx context.Context, id string) ([]post.Document, error)
	Approve(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration) (post.Job, error)
	Stop(ctx context.Context, id string) (post.Job, error)
	TakeOut(ctx context.Context, id, customerID string, seq int) (post.Job, error)
	Extend(ctx context.Context, id string, by time.Duration) (post.Job, error)
}

// Control is how a person acts on a job at work; *job.Engine has it.
type Control interface {
	Pause(ctx context.Context, id string) (post.Job, error)
	Continue(ctx context.Context, id string) (post.Job, error)
	Complete(ctx context.Context, id string) (post.Job, error)
	AwaitTakeOut(ctx context.Context, id string) error
}

// Resend makes a job of those whom another did not reach; *job.Engine has it.
type Resend interface {
	Again(ctx context.Context, id string) (*job.Draft, error)
	Keep(ctx context.Context, draft *job.Draft) (post.Job, error)
}

// Deviations keeps what somebody has to look at; *job.Engine has it.
type Deviations interface {
	Deviations(ctx context.Context, open bool) ([]post.Deviation, error)
	AssignDeviation(ctx context.Context, id int64, owner, note string) error
	CloseDeviation(ctx context.Context, id int64, why string) error
}
