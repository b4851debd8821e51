// Package jobs shows everything that ran, runs or waits: a list, what went
// wrong, and one job followed from its cooling-off to what came of it for each
// person.
package jobs

import (
	"cmp"
	"context"
	"maps"
	"time"

	"brevdue/app/post"
)

const (
	// mostJobs is how many jobs the list goes back.
	mostJobs = 500
	// moreTime is what one press on the clock gives.
	moreTime = 5 * time.Minute
	// typedFrom is from how many letters on their number is typed to approve.
	typedFrom = 21
	// mostTries is in how many letters the time of the next try is looked for.
	mostTries = 50
)

// started reports whether a job got further than its plan. People who were left
// out of a plan that was thrown away are no deviation.
func started(job post.Job) bool {
	return job.State != post.JobReady && job.State != post.JobCoolingOff &&
		!(job.State == post.JobStopped && job.Ending == post.NothingDelivered)
}

// scheduled reports whether a job waits for the time at which it was to start.
func scheduled(job post.Job) bool { return job.State == post.JobCoolingOff && !job.StartAt.IsZero() }

// paused reports whether a person paused a job.
func paused(job post.Job) bool { return !job.PausedAt.IsZero() && !job.State.Finished() }

// canPause reports whether a job still has something that can wait.
func canPause(job post.Job) bool {
	switch {
	case job.State != post.JobCoolingOff && job.State != post.JobSending, job.Ending != "", !job.PausedAt.IsZero():
		return false
	case job.Via == post.ViaBatch && job.State != post.JobCoolingOff:
		return false // one file, which is under way
	}
	return job.BatchStep != post.BatchCompleting && job.BatchStep != post.BatchCompleted && job.BatchStep != post.BatchLost
}

// miscounted reports whether a person has to decide about a batch at Digipost.
func miscounted(job post.Job) bool {
	return job.State == post.JobSending && job.BatchStep == post.BatchOpen && job.Trouble == post.CodeBatchCounts && job.Ending == ""
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
	// receipts are the files from Digipost.
	receipts []post.Receipt
	// origin is the job that this one was sent again after, or a trial for; nil
	// for none. later are those that were sent again after it.
	origin *post.Job
	later  []post.Job
	// failed is how many letters can be sent again, at most.
	failed int
	// next is when the next try is made of what did not get through; zero where
	// that is not known.
	next time.Time
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
	if d.job.State == post.JobReady || scheduled(d.job) {
		if d.coolingOff, err = ports.CoolingOff(ctx, d.job.Kind); err != nil {
			return d, err
		}
	}
	if ports.Receipts != nil {
		if d.receipts, err = ports.Receipts(ctx, id); err != nil {
			return d, err
		}
	}
	if err := d.readRelated(ctx, ports); err != nil {
		return d, err
	}
	return d, d.readTries(ctx, ports.Jobs)
}

// readRelated finds the jobs that belong to this one, and how many of its letters
// can be sent again.
func (d *detail) readRelated(ctx context.Context, ports Ports) error {
	root := cmp.Or(d.job.Again, d.job.TrialOf)
	if root != "" {
		origin, err := ports.Jobs.Job(ctx, root)
		if err != nil && post.CodeOf(err) != post.CodeJobUnknown {
			return err
		}
		if err == nil {
			d.origin = &origin
		}
	}
	if ports.Resend == nil || !d.job.State.Finished() || d.job.Kind == post.KindSplit {
		return nil
	}
	related, err := ports.Jobs.Jobs(ctx, post.JobQuery{Again: cmp.Or(d.job.Again, d.job.ID)})
	if err != nil {
		return err
	}
	for _, other := range related {
		if other.Again != "" && other.ID != d.job.ID && other.Created.After(d.job.Created) {
			d.later = append(d.later, other)
		}
	}
	if notReached(d.job) == 0 {
		return nil
	}
	items, err := ports.Jobs.Items(ctx, d.job.ID, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemNotDelivered, post.ItemPrintFailed}})
	for _, item := range items {
		if item.Status == post.ItemPrintFailed || item.Attempts > 0 {
			d.failed++
		}
	}
	return err
}

// readTries finds when the next try is made of what did not get through.
func (d *detail) readTries(ctx context.Context, jobs Jobs) error {
	if d.job.State != post.JobSending || d.job.Via == post.ViaBatch || paused(d.job) || miscounted(d.job) {
		return nil
	}
	items, err := jobs.Items(ctx, d.job.ID, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemUnsure, post.ItemReady}, Limit: mostTries})
	for _, item := range items {
		if !item.NotBefore.IsZero() && item.Attempts > 0 && (d.next.IsZero() || item.NotBefore.Before(d.next)) {
			d.next = item.NotBefore
		}
	}
	return err
}

// alike reports whether two readings show the same page, only further along.
func (d detail) alike(o detail) bool {
	a, b := d.job, o.job
	if a.ID != b.ID || a.State != b.State || a.Trouble != b.Trouble || a.Ending != b.Ending || len(d.events) != len(o.events) ||
		!sameFate(d.letter, o.letter) || canRefresh(a) != canRefresh(b) || !a.PausedAt.Equal(b.PausedAt) || !a.StartAt.Equal(b.StartAt) ||
		canPause(a) != canPause(b) || d.failed != o.failed || len(d.later) != len(o.later) || !maps.Equal(a.TroubleFields, b.TroubleFields) ||
		d.next.IsZero() != o.next.IsZero() || len(d.receipts) != len(o.receipts) || a.HoldsAtDigipost() != b.HoldsAtDigipost() || a.BatchStep != b.BatchStep {
		return false
	}
	// The bar of what is over has a word for each status there is.
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
// out before are not counted, nor those of a file that has no answer yet.
func progress(job post.Job) (done, total int) {
	left := max(job.Counts.Total-job.Approved, 0)
	if unanswered(job) {
		left += job.Counts.ByStatus[post.ItemReceived]
	}
	return max(job.Counts.Settled()-left, 0), job.Approved
}

// unanswered reports whether a job's letters went in one file, of which Digipost has
// only said that it came.
func unanswered(job post.Job) bool { return job.Via == post.ViaBatch && job.State == post.JobWaiting }

// heldThere reports whether a letter lies in a batch at Digipost that nobody has
// completed: it will not be delivered before.
func heldThere(job post.Job, item post.Item) bool {
	return job.HoldsAtDigipost() && item.Status == post.ItemReceived && !job.State.Finished() &&
		(job.BatchStep == post.BatchOpen || job.BatchStep == post.BatchCreating)
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

// minute gives letters a minute, and how long the rest will take; 0 while it
// cannot be told.
func (p *pace) minute(job post.Job, now time.Time) (rate int, left time.Duration) {
	done, total := progress(job)
	if p.job != job.ID || job.State != post.JobSending || paused(job) || done < p.first {
		*p = pace{job: job.ID, since: now, first: done}
		return 0, 0
	}
	spent := now.Sub(p.since)
	if spent < 3*time.Second || done <= p.first {
		return 0, 0
	}
	left = time.Duration(float64(spent) / float64(done-p.first) * float64(max(total-done, 0)))
	return int(float64(done-p.first)/spent.Minutes() + 0.5), left
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
	there := item.Status == post.ItemReady || heldThere(job, item)
	return there && job.Ending == "" && (job.State == post.JobCoolingOff || job.State == post.JobSending) && job.Kind == post.KindMailing
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
