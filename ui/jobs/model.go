// Package jobs shows everything that ran, runs or waits: a list, what went
// wrong, and one job followed from its cooling-off to what came of it for each
// person.
package jobs

import (
	"context"
	"maps"
	"time"

	"brevdue/app/flow"
	"brevdue/app/post"
)

// Ports are what the screen needs.
type Ports struct {
	Jobs Jobs
	// CoolingOff is the time between approval and sending.
	CoolingOff func(ctx context.Context, kind post.JobKind) (time.Duration, error)
	// WriteBack writes a copy of the list a job came from, with what came of each
	// row beside it; flow.Stories has it.
	WriteBack func(ctx context.Context, id, out string, words flow.Words) (written bool, err error)
	// Refresh asks Digipost what has become of a job's letters since. It only hands
	// the question on; what comes of it is told by notices. nil takes the button away.
	Refresh func(ctx context.Context, jobID string) error
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

const (
	// mostJobs is how many jobs the list goes back.
	mostJobs = 500
	// lookBack is how far back deviations are.
	lookBack = 30 * 24 * time.Hour
	// moreTime is what one press on the clock gives.
	moreTime = 5 * time.Minute
	// typedFrom is from how many letters on their number is typed to approve.
	typedFrom = 21
)

// tab is a view of the list.
type tab string

const (
	tabOpen       tab = "open"
	tabDone       tab = "done"
	tabDeviations tab = "deviations"
)

// overview is what the list shows.
type overview struct {
	open, done []post.Job
	deviations []deviation
}

// deviation is a letter that did not reach somebody, or may not have.
type deviation struct {
	job  post.Job
	item post.Item
}

// deviant are the statuses of letters to look at.
var deviant = []post.ItemStatus{post.ItemNotDelivered, post.ItemPrintFailed, post.ItemShredded, post.ItemUnsure, post.ItemHeld}

// readOverview reads the list.
func readOverview(ctx context.Context, jobs Jobs, now time.Time) (overview, error) {
	var o overview
	all, err := jobs.Jobs(ctx, post.JobQuery{Limit: mostJobs})
	if err != nil {
		return o, err
	}
	open, err := jobs.Jobs(ctx, post.JobQuery{Open: true})
	if err != nil {
		return o, err
	}
	o.open = open
	for _, job := range all {
		if job.State.Finished() {
			o.done = append(o.done, job)
		}
		found, err := deviationsOf(ctx, jobs, job, now)
		if err != nil {
			return o, err
		}
		o.deviations = append(o.deviations, found...)
	}
	return o, nil
}

// deviationsOf gives what is to be looked at in a job. A second row for one
// person is none: they have got their letter.
func deviationsOf(ctx context.Context, jobs Jobs, job post.Job, now time.Time) ([]deviation, error) {
	n := 0
	for _, status := range deviant {
		n += job.Counts.ByStatus[status]
	}
	if n == 0 || job.Kind == post.KindSplit || now.Sub(job.Created) > lookBack || !started(job) {
		return nil, nil
	}
	items, err := jobs.Items(ctx, job.ID, post.ItemQuery{Statuses: deviant})
	if err != nil {
		return nil, err
	}
	var found []deviation
	for _, item := range items {
		if item.Reason != post.ReasonDuplicateLetter {
			found = append(found, deviation{job, item})
		}
	}
	return found, nil
}

// started reports whether a job got further than its plan. People who were left
// out of a plan that was thrown away are no deviation.
func started(job post.Job) bool {
	return job.State != post.JobReady && job.State != post.JobCoolingOff &&
		!(job.State == post.JobStopped && job.Ending == post.NothingDelivered)
}

// detail is one job with what stands on its page.
type detail struct {
	job       post.Job
	documents []post.Document
	events    []post.Event
	// letter is the one item of a letter.
	letter post.Item
	// coolingOff is how long the job would cool off when it is approved now.
	coolingOff time.Duration
}

// readDetail reads a job.
func readDetail(ctx context.Context, ports Ports, id string) (detail, error) {
	var d detail
	var err error
	if d.job, err = ports.Jobs.Job(ctx, id); err != nil {
		return d, err
	}
	if d.documents, err = ports.Jobs.Documents(ctx, id); err != nil {
		return d, err
	}
	if d.events, err = ports.Jobs.Events(ctx, id); err != nil {
		return d, err
	}
	if d.job.Kind == post.KindLetter {
		items, err := ports.Jobs.Items(ctx, id, post.ItemQuery{Limit: 1})
		if err != nil {
			return d, err
		}
		if len(items) > 0 {
			d.letter = items[0]
		}
	}
	if d.job.State == post.JobReady {
		d.coolingOff, err = ports.CoolingOff(ctx, d.job.Kind)
	}
	return d, err
}

// alike reports whether two readings show the same page, only further along.
func (d detail) alike(o detail) bool {
	a, b := d.job, o.job
	if a.ID != b.ID || a.State != b.State || a.Trouble != b.Trouble || a.Ending != b.Ending || len(d.events) != len(o.events) ||
		!sameFate(d.letter, o.letter) || canRefresh(a) != canRefresh(b) {
		return false
	}
	// The picture of what is over has a line for each status there is.
	for _, status := range pieOrder {
		if a.State.Finished() && (a.Counts.ByStatus[status] > 0) != (b.Counts.ByStatus[status] > 0) {
			return false
		}
	}
	for _, g := range groups {
		if (countOf(a, g) > 0) != (countOf(b, g) > 0) {
			return false
		}
	}
	return true
}

// sameFate reports whether two readings tell the same of a letter.
func sameFate(a, b post.Item) bool {
	return a.Status == b.Status && a.Reason == b.Reason && a.Detail == b.Detail && a.Channel == b.Channel &&
		a.DeliveredAt.Equal(b.DeliveredAt) && a.StatusAt.Equal(b.StatusAt)
}

// sameCounts reports whether two readings of a job count the same.
func sameCounts(a, b post.Job) bool { return maps.Equal(a.Counts.ByStatus, b.Counts.ByStatus) }

// progress is how many of the approved letters need nothing more. Those left
// out before are not counted.
func progress(job post.Job) (done, total int) {
	left := max(job.Counts.Total-job.Approved, 0)
	return max(job.Counts.Settled()-left, 0), job.Approved
}

// sendable is how many letters of a job that waits would leave the machine.
func sendable(job post.Job) int { return job.Counts.ByStatus[post.ItemReady] }

// reached is how many letters are with the recipients or on their way.
func reached(job post.Job) int {
	n := 0
	for status, count := range job.Counts.ByStatus {
		if status.Reached() {
			n += count
		}
	}
	return n
}

// pace tells how fast letters go, from the first look at a job on.
type pace struct {
	job   string
	since time.Time
	first int
}

// minute gives letters a minute; 0 while it cannot be told.
func (p *pace) minute(job post.Job, now time.Time) int {
	done, _ := progress(job)
	if p.job != job.ID || job.State != post.JobSending {
		*p = pace{job: job.ID, since: now, first: done}
		return 0
	}
	spent := now.Sub(p.since)
	if spent < 3*time.Second || done <= p.first {
		return 0
	}
	return int(float64(done-p.first)/spent.Minutes() + 0.5)
}

// group gathers statuses for the filter.
type group string

const (
	groupAll     group = "all"
	groupReached group = "reached"
	groupUnder   group = "underway"
	groupFailed  group = "failed"
	groupUnsure  group = "unsure"
	groupWaiting group = "waiting"
	groupStopped group = "stopped"
)

var groups = []group{groupReached, groupUnder, groupFailed, groupUnsure, groupWaiting, groupStopped}

var groupStatuses = map[group][]post.ItemStatus{
	groupReached: {post.ItemDelivered, post.ItemOpened, post.ItemPrinting, post.ItemPosted},
	groupUnder:   {post.ItemReceived, post.ItemHeld, post.ItemPending},
	groupFailed:  {post.ItemNotDelivered, post.ItemPrintFailed, post.ItemShredded},
	groupUnsure:  {post.ItemUnsure},
	groupWaiting: {post.ItemReady, post.ItemSending, post.ItemPaused, post.ItemScheduled, post.ItemDraft},
	groupStopped: {post.ItemStopped},
}

// allStatuses is the key for every status of a group.
const allStatuses = "all"

// statusesOf are the statuses of a group that items of the job have.
func statusesOf(job post.Job, g group) []post.ItemStatus {
	of := groupStatuses[g]
	if g == groupAll {
		of = pieOrder
	}
	var found []post.ItemStatus
	for _, status := range of {
		if job.Counts.ByStatus[status] > 0 {
			found = append(found, status)
		}
	}
	return found
}

// countOf is how many items of a job are in a group.
func countOf(job post.Job, g group) int {
	if g == groupAll {
		return job.Counts.Total
	}
	n := 0
	for _, status := range groupStatuses[g] {
		n += job.Counts.ByStatus[status]
	}
	return n
}

// pieOrder is the order of the parts of the picture.
var pieOrder = []post.ItemStatus{post.ItemDelivered, post.ItemOpened, post.ItemPrinting, post.ItemPosted, post.ItemReceived,
	post.ItemPending, post.ItemHeld, post.ItemSending, post.ItemReady, post.ItemUnsure, post.ItemNotDelivered, post.ItemPrintFailed,
	post.ItemShredded, post.ItemStopped}

// splitOrder is the order of the parts of a split's picture.
var splitOrder = []post.SplitStatus{post.HasDigipost, post.Identified, post.Unidentified, post.Invalid, post.Missing}

// canTakeOut reports whether a person can still be taken out of a job.
func canTakeOut(job post.Job, item post.Item) bool {
	return item.Status == post.ItemReady && (job.State == post.JobCoolingOff || job.State == post.JobSending) && job.Kind == post.KindMailing
}

// canStop reports whether a stop may still do something.
func canStop(job post.Job) bool {
	switch job.State {
	case post.JobReady, post.JobCoolingOff:
		return true
	case post.JobSending:
		return job.Ending == ""
	}
	return false
}

// canCopy reports whether a copy of the user's list can be written.
func canCopy(job post.Job) bool { return job.Source.Path != "" && job.State.Finished() }

// notReached is how many of a mailing's letters came to nobody, as the work list
// counts them at most.
func notReached(job post.Job) int {
	by := job.Counts.ByStatus
	return by[post.ItemNotDelivered] + by[post.ItemPrintFailed] + by[post.ItemShredded]
}
