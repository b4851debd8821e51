package jobs

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"brevdue/app/post"
)

// tab is a view of the list.
type tab string

const (
	tabOpen       tab = "open"
	tabPlanned    tab = "planned"
	tabDone       tab = "done"
	tabDeviations tab = "deviations"
)

var tabs = []tab{tabOpen, tabPlanned, tabDone, tabDeviations}

// overview is what the list shows.
type overview struct {
	open, planned, done []post.Job
	// more is true when there are older jobs than those listed.
	more bool
	// deviations are open and closed ones, the oldest first; names are those of
	// their jobs.
	deviations []post.Deviation
	names      map[string]string
	// cases is how many cases of wrong recipients there are, openCases how many of
	// them are not closed.
	cases, openCases int
}

// readOverview reads the list; known are names of jobs read before, which do not
// change.
func readOverview(ctx context.Context, ports Ports, known map[string]string) (overview, error) {
	var o overview
	all, err := ports.Jobs.Jobs(ctx, post.JobQuery{Limit: mostJobs})
	if err != nil {
		return o, err
	}
	open, err := ports.Jobs.Jobs(ctx, post.JobQuery{Open: true})
	if err != nil {
		return o, err
	}
	o.more, o.names = len(all) == mostJobs, map[string]string{}
	for _, job := range open {
		o.names[job.ID] = job.Name
		if scheduled(job) || job.State == post.JobReady && job.StartAt.After(job.Created) {
			o.planned = append(o.planned, job)
		} else {
			o.open = append(o.open, job)
		}
	}
	for _, job := range all {
		o.names[job.ID] = job.Name
		if job.State.Finished() {
			o.done = append(o.done, job)
		}
	}
	if err := o.readCases(ctx, ports); err != nil {
		return o, err
	}
	return o, o.readDeviations(ctx, ports, known)
}

// readCases counts the cases of wrong recipients.
func (o *overview) readCases(ctx context.Context, ports Ports) error {
	if ports.FirstAid == nil {
		return nil
	}
	cases, err := ports.FirstAid.Cases(ctx)
	for _, m := range cases {
		if o.cases++; m.Closed.IsZero() {
			o.openCases++
		}
	}
	return err
}

// readDeviations reads what somebody has to look at, with the names of the jobs
// that are further back than the list goes.
func (o *overview) readDeviations(ctx context.Context, ports Ports, known map[string]string) error {
	if ports.Deviations == nil {
		return nil
	}
	var err error
	if o.deviations, err = ports.Deviations.Deviations(ctx, false); err != nil {
		return err
	}
	for _, deviation := range o.deviations {
		if _, there := o.names[deviation.Job]; there {
			continue
		}
		if name, read := known[deviation.Job]; read {
			o.names[deviation.Job] = name
			continue
		}
		job, err := ports.Jobs.Job(ctx, deviation.Job)
		if err != nil && post.CodeOf(err) != post.CodeJobUnknown {
			return err
		}
		o.names[deviation.Job] = job.Name
	}
	return nil
}

// of gives the jobs of a tab.
func (o overview) of(t tab) []post.Job {
	switch t {
	case tabPlanned:
		return o.planned
	case tabDone:
		return o.done
	case tabDeviations:
		return nil
	}
	return o.open
}

// count is how many a tab says it has: open deviations, and all jobs.
func (o overview) count(t tab) int {
	if t == tabDeviations {
		return len(o.pick(false, "", ""))
	}
	return len(o.of(t))
}

// order is by which column a list is sorted.
type order struct {
	key  string
	down bool
}

// picked are the jobs of a tab that a search keeps, in order.
func (o overview) picked(t tab, search string, by order, state func(post.Job) string) []post.Job {
	found := matching(o.of(t), search)
	compare := map[string]func(a, b post.Job) int{
		"name":    func(a, b post.Job) int { return folded(a.Name, b.Name) },
		"subject": func(a, b post.Job) int { return folded(a.Subject, b.Subject) },
		"kind":    func(a, b post.Job) int { return strings.Compare(string(a.Kind), string(b.Kind)) },
		"state":   func(a, b post.Job) int { return strings.Compare(state(a), state(b)) },
		"count":   func(a, b post.Job) int { return cmp.Compare(a.Counts.Total, b.Counts.Total) },
		"since":   func(a, b post.Job) int { return stateSince(a).Compare(stateSince(b)) },
	}[by.key]
	if compare == nil {
		return found
	}
	slices.SortStableFunc(found, func(a, b post.Job) int {
		if by.down {
			return compare(b, a)
		}
		return compare(a, b)
	})
	return found
}

func matching(jobs []post.Job, search string) []post.Job {
	var found []post.Job
	for _, job := range jobs {
		if holds(search, job.Name, job.Subject) {
			found = append(found, job)
		}
	}
	return found
}

// holds reports whether every word that is looked for stands in one of the texts,
// letter case ignored.
func holds(search string, texts ...string) bool {
	if search == "" {
		return true
	}
	all := strings.ToLower(strings.Join(texts, " "))
	for _, word := range strings.Fields(strings.ToLower(search)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

func folded(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// stateSince is when a job came to where it is; for one that starts later it is
// when it does.
func stateSince(job post.Job) time.Time {
	switch {
	case !job.Ended.IsZero():
		return job.Ended
	case paused(job):
		return job.PausedAt
	case scheduled(job) || job.State == post.JobReady && !job.StartAt.IsZero():
		return job.StartAt
	case job.Trouble != "" && !job.TroubleSince.IsZero():
		return job.TroubleSince
	case !job.HandedOver.IsZero():
		return job.HandedOver
	case !job.ApprovedAt.IsZero() && job.State != post.JobReady:
		return job.ApprovedAt
	}
	return job.Created
}

// deviationOrder is the order of the kinds: what hurries first.
var deviationOrder = []post.DeviationCode{post.DeviationUnsure, post.DeviationNotDelivered, post.DeviationPrintFailed,
	post.DeviationHeld, post.DeviationReceiptLate, post.DeviationRefused}

// pick gives the deviations that are open, or closed, of one kind ("" for all),
// that a search keeps. The newest closed comes first, the oldest open.
func (o overview) pick(closed bool, code post.DeviationCode, search string) []post.Deviation {
	var found []post.Deviation
	for _, d := range o.deviations {
		if closed == !d.Closed.IsZero() && (code == "" || code == d.Code) && holds(search, d.Name, o.names[d.Job], d.Owner, d.Note, d.Why) {
			found = append(found, d)
		}
	}
	if closed {
		slices.SortStableFunc(found, func(a, b post.Deviation) int { return b.Closed.Compare(a.Closed) })
	}
	return found
}

// alike reports whether two readings of the list have the same tabs and the same
// kinds of deviations, so that the page can stand.
func (o overview) alike(other overview) bool {
	for _, t := range tabs {
		if o.count(t) != other.count(t) {
			return false
		}
	}
	for _, code := range deviationOrder {
		if len(o.pick(false, code, "")) != len(other.pick(false, code, "")) {
			return false
		}
	}
	return len(o.deviations) == len(other.deviations) && o.cases == other.cases && o.openCases == other.openCases
}
