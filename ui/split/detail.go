package split

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"brevdue/app/flow"
	"brevdue/app/post"
	"brevdue/ui/task"
)

// detail is one split as it is known now.
type detail struct {
	job    post.Job
	events []post.Event
	// items are read once the split is over.
	items   []post.Item
	cooling time.Duration
	// waiting are those whose match waits for a look, by customer id.
	waiting map[string]post.Recipient
	// before is the last split of the same people before this one, or nil.
	before *post.Job
}

// The views of a split that is over, and the filter that hides nobody.
const (
	tabResult = "result"
	tabPeople = "people"
	tabStages = "stages"
	filterAll = "all"
)

// open shows one split.
func (m *model) open(id string) {
	if m.id != id {
		m.detail, m.tab, m.filter = nil, tabResult, filterAll
		m.check.over()
		m.check = check{}
	}
	m.place, m.id, m.fault = placeJob, id, nil
	m.look()
}

// look reads the split again. The page is built anew only when it shows
// something else.
func (m *model) look() {
	ports, id := m.ports, m.id
	task.Replace(m.run, &m.follow, func(ctx context.Context) (*detail, error) { return readDetail(ctx, ports, id) },
		func(got *detail, err error) {
			if m.place != placeJob {
				return
			}
			if err != nil {
				m.fault = err
				m.changed()
				return
			}
			same := m.detail != nil && m.detail.alike(got)
			if !same && m.check.asking {
				m.check.over()
			}
			m.detail = got
			if !same {
				m.changed()
			}
		})
}

func readDetail(ctx context.Context, ports Ports, id string) (*detail, error) {
	d := &detail{}
	var err error
	if d.job, err = ports.Jobs.Job(ctx, id); err != nil {
		return nil, err
	}
	if d.events, err = ports.Jobs.Events(ctx, id); err != nil {
		return nil, err
	}
	if d.cooling, err = ports.CoolingOff(ctx, post.KindSplit); err != nil {
		return nil, err
	}
	if d.job.State != post.JobDone {
		return d, nil
	}
	if d.items, err = ports.Jobs.Items(ctx, id, post.ItemQuery{}); err != nil {
		return nil, err
	}
	if d.waiting, err = toReview(ctx, ports, d.items); err != nil {
		return nil, err
	}
	splits, err := readSplits(ctx, ports)
	if err != nil {
		return nil, err
	}
	d.before = earlier(splits, d.job)
	return d, nil
}

// earlier finds the last finished split of the same group or list.
func earlier(splits []post.Job, of post.Job) *post.Job {
	for _, split := range splits {
		if split.State == post.JobDone && split.Created.Before(of.Created) && split.Source.Group == of.Source.Group && split.Source.Path == of.Source.Path {
			return &split
		}
	}
	return nil
}

// alike reports whether two readings show the same page.
func (d *detail) alike(o *detail) bool {
	a, b := d.job, o.job
	return a.State == b.State && a.Trouble == b.Trouble && a.Ending == b.Ending && a.ReleaseAt.Equal(b.ReleaseAt) &&
		a.HandedOver.Equal(b.HandedOver) && len(d.events) == len(o.events) && len(d.items) == len(o.items) &&
		len(d.waiting) == len(o.waiting)
}

// stage is one step of a split on its way.
type stage struct {
	key string
	at  time.Time
	now bool
}

// The stages in their order.
const (
	stageBuilt     = "built"
	stageSent      = "sent"
	stageReceived  = "received"
	stageAnswering = "answering"
	stageFetched   = "fetched"
	stageUpdated   = "updated"
)

// stages say how far the split is, with the time each step was done. The file is
// built when the plan is kept; Digipost answers from its receipt to its result.
func (d *detail) stages() []stage {
	first := func(code string) time.Time {
		for _, event := range d.events {
			if event.Code == code {
				return event.At
			}
		}
		return time.Time{}
	}
	fetched := first("receipt_resultat")
	updated := first("answered")
	if updated.IsZero() && d.job.State == post.JobDone {
		updated = d.job.Ended
	}
	stages := []stage{{key: stageBuilt, at: d.job.Created}, {key: stageSent, at: d.job.HandedOver}, {key: stageReceived, at: first("receipt_mottatt")},
		{key: stageAnswering, at: fetched}, {key: stageFetched, at: fetched}, {key: stageUpdated, at: updated}}
	if d.job.Via == post.ViaREST { // no file: asked one by one
		stages = []stage{{key: stageBuilt, at: d.job.Created}, {key: stageAnswering, at: updated}, {key: stageUpdated, at: updated}}
	}
	// A receipt may be missed when the result came at once: what is behind a step
	// that is done is done too.
	for i := len(stages) - 2; i >= 0; i-- {
		if stages[i].at.IsZero() {
			stages[i].at = stages[i+1].at
		}
	}
	if d.job.State.Finished() || d.job.State == post.JobReady || d.job.State == post.JobCoolingOff {
		return stages
	}
	for i := range stages {
		if stages[i].at.IsZero() {
			stages[i].now = true
			break
		}
	}
	return stages
}

// summary is the answer in numbers.
type summary struct {
	byStatus map[post.SplitStatus]int
	byReason map[post.SplitStatus]map[post.Reason]int
	// uncertain were found by address washing, cleared lost a stored address or
	// alias, leftOut were not asked about, by reason.
	uncertain, cleared int
	leftOut            map[post.Reason]int
}

func (d *detail) summary() summary {
	s := summary{byStatus: map[post.SplitStatus]int{}, byReason: map[post.SplitStatus]map[post.Reason]int{}, leftOut: map[post.Reason]int{}}
	for _, item := range d.items {
		if item.Finding == nil {
			s.leftOut[item.Reason]++
			continue
		}
		status := item.Finding.Status
		s.byStatus[status]++
		if item.Finding.Reason != post.ReasonNone {
			if s.byReason[status] == nil {
				s.byReason[status] = map[post.Reason]int{}
			}
			s.byReason[status][item.Finding.Reason]++
		}
		if item.Finding.Uncertain {
			s.uncertain++
		}
		if item.Finding.Cleared {
			s.cleared++
		}
	}
	return s
}

// notAsked counts the people that were left out.
func (s summary) notAsked() int {
	n := 0
	for _, count := range s.leftOut {
		n += count
	}
	return n
}

// reasons gives the reasons of a status, the most frequent first.
func (s summary) reasons(status post.SplitStatus) []post.Reason {
	var reasons []post.Reason
	for reason := range s.byReason[status] {
		reasons = append(reasons, reason)
	}
	counts := s.byReason[status]
	slices.SortFunc(reasons, func(a, b post.Reason) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(string(a), string(b))
	})
	return reasons
}

// Filters besides the statuses.
const (
	filterUncertain = "uncertain"
	filterCleared   = "cleared"
	filterLeftOut   = "left_out"
	// filterReason stands between a status and one of its reasons.
	filterReason = "/"
)

// strangers is how many rows of the result are about nobody in the split.
func (d *detail) strangers() int {
	for _, event := range d.events {
		if event.Code == "rows_unknown" {
			n, _ := strconv.Atoi(event.Fields["count"])
			return n
		}
	}
	return 0
}

// shown gives the items that pass the filter.
func (d *detail) shown(filter string) []post.Item {
	if filter == filterAll {
		return d.items
	}
	var shown []post.Item
	for _, item := range d.items {
		f := item.Finding
		pass := false
		switch filter {
		case filterLeftOut:
			pass = f == nil
		case filterUncertain:
			pass = f != nil && f.Uncertain
		case filterCleared:
			pass = f != nil && f.Cleared
		default:
			status, reason, only := strings.Cut(filter, filterReason)
			pass = f != nil && string(f.Status) == status && (!only || string(f.Reason) == reason)
		}
		if pass {
			shown = append(shown, item)
		}
	}
	return shown
}

// act does something with the open split and reads it again.
func (m *model) act(do func(ctx context.Context) error) {
	if m.busy {
		return
	}
	m.busy = true
	task.Replace(m.run, &m.work, func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) }, func(_ struct{}, err error) {
		m.busy, m.fault = false, err
		m.look()
		m.changed()
	})
}

// stopJob asks for a stop; what it achieved stands in the job afterwards.
func (m *model) stopJob() {
	jobs, id := m.ports.Jobs, m.id
	m.act(func(ctx context.Context) error {
		_, err := jobs.Stop(ctx, id)
		return err
	})
}

// extend gives the cooling-off more time.
func (m *model) extend() {
	jobs, id := m.ports.Jobs, m.id
	m.act(func(ctx context.Context) error {
		_, err := jobs.Extend(ctx, id, moreTime)
		return err
	})
}

// approveAgain says yes to a kept job that waits for it.
func (m *model) approveAgain() {
	jobs, d := m.ports.Jobs, m.detail
	m.act(func(ctx context.Context) error {
		_, err := jobs.Approve(ctx, d.job.ID, d.job.Fingerprint, d.job.Counts.ByStatus[post.ItemReady], d.cooling)
		return err
	})
}

// export writes the answers into a file of their own.
func (m *model) export(out string, words flow.Words, done func()) {
	port, id := m.ports.Export, m.id
	task.Do(m.run, func(ctx context.Context) error { return port(ctx, id, out, words) }, func(err error) {
		if m.fault = err; err == nil {
			done()
		}
		m.changed()
	})
}

// writeBack writes a copy of the list with the answers beside its rows.
func (m *model) writeBack(out string, words flow.Words, done func()) {
	stories, id := m.ports.Stories, m.id
	task.Replace(m.run, &m.work, func(ctx context.Context) (bool, error) { return stories.WriteBack(ctx, id, out, words) },
		func(written bool, err error) {
			m.fault = err
			if err == nil && written {
				done()
			}
			m.changed()
		})
}
