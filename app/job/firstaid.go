package job

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"brevdue/app/post"
)

// FirstAidStore keeps cases of letters that reached the wrong people, sealed. A call
// that changes something is durable when it returns.
type FirstAidStore interface {
	// Misdeliveries gives all cases, the newest first.
	Misdeliveries(ctx context.Context) ([]post.Misdelivery, error)
	// SaveMisdelivery stores a case, and the line in the audit chain with it; without
	// an action there is none.
	SaveMisdelivery(ctx context.Context, m post.Misdelivery, line post.Audit) error
}

// FirstAid keeps what is done about letters that reached the wrong people. It sends
// nothing and stops nothing itself: people do, and it remembers.
type FirstAid struct {
	store FirstAidStore
	clock Clock
	actor string
}

// NewFirstAid makes it; actor is who does things, for the audit trail.
func NewFirstAid(store FirstAidStore, clock Clock, actor string) *FirstAid {
	return &FirstAid{store: store, clock: clock, actor: actor}
}

// Cases gives all cases, the newest first.
func (f *FirstAid) Cases(ctx context.Context) ([]post.Misdelivery, error) {
	return f.store.Misdeliveries(ctx)
}

// Keep stores a case; a new one, without an id, gets one. What changed besides the
// note is written to the audit trail, by codes and counts only. One that is closed
// stays as it is: a fault wrong_state.
func (f *FirstAid) Keep(ctx context.Context, m post.Misdelivery) (post.Misdelivery, error) {
	before, err := f.find(ctx, m.ID)
	if err != nil {
		return m, err
	}
	m.Closed, m.Why, m.Note = before.Closed, before.Why, strings.TrimSpace(m.Note)
	line := post.Audit{}
	switch {
	case m.ID == "":
		m.ID, m.Opened = newJobID(), f.clock.Now()
		if m.Noticed.IsZero() {
			m.Noticed = m.Opened
		}
		line = f.line("misdelivery_opened", m)
	case said(m) != said(before):
		line = f.line("misdelivery_changed", m)
	}
	return m, f.save(ctx, m, line)
}

// Close ends a case for the reason a person gives.
func (f *FirstAid) Close(ctx context.Context, id, why string) error {
	m, err := f.find(ctx, id)
	if err != nil {
		return err
	}
	m.Closed, m.Why = f.clock.Now(), strings.TrimSpace(why)
	return f.save(ctx, m, f.line("misdelivery_closed", m))
}

func (f *FirstAid) save(ctx context.Context, m post.Misdelivery, line post.Audit) error {
	if err := f.store.SaveMisdelivery(ctx, m, line); err != nil {
		return fmt.Errorf("store what is done about a wrong recipient: %w", err)
	}
	return nil
}

// find gives the case as it is stored; the zero case for no id.
func (f *FirstAid) find(ctx context.Context, id string) (post.Misdelivery, error) {
	if id == "" {
		return post.Misdelivery{}, nil
	}
	cases, err := f.store.Misdeliveries(ctx)
	if err != nil {
		return post.Misdelivery{}, fmt.Errorf("read what was done about a wrong recipient: %w", err)
	}
	at := slices.IndexFunc(cases, func(m post.Misdelivery) bool { return m.ID == id })
	if at < 0 || !cases[at].Closed.IsZero() {
		return post.Misdelivery{}, post.NewFault(post.CodeWrongState, nil, "case", id)
	}
	return cases[at], nil
}

// line is what the audit trail keeps: codes and counts, never who or why.
func (f *FirstAid) line(action string, m post.Misdelivery) post.Audit {
	first := ""
	if len(m.Jobs) > 0 {
		first = m.Jobs[0]
	}
	return post.Audit{At: f.clock.Now(), Actor: f.actor, Action: action, Job: first, Fields: map[string]string{"case": m.ID,
		"jobs": strconv.Itoa(len(m.Jobs)), "people": strconv.Itoa(m.Count()), "done": measures(m)}}
}

// measures names those taken, in their order.
func measures(m post.Misdelivery) string {
	var taken []string
	for _, measure := range post.Measures() {
		if _, done := m.Done[measure]; done {
			taken = append(taken, string(measure))
		}
	}
	return strings.Join(taken, " ")
}

// said is what a change of is worth a line in the audit trail.
func said(m post.Misdelivery) string {
	return fmt.Sprint(m.Noticed.Unix(), m.Jobs, m.People, measures(m))
}

// MayHaveArrived are the statuses of letters that reached somebody, or may have.
var MayHaveArrived = []post.ItemStatus{post.ItemSending, post.ItemReceived, post.ItemHeld, post.ItemDelivered, post.ItemOpened,
	post.ItemPrinting, post.ItemPosted, post.ItemPending, post.ItemShredded, post.ItemUnsure}

// Concerned reports whether what was wrong with a job may be wrong with another that
// is not finished: it is the same, was sent again after it or is its trial, or has
// the same list or subject. A split sends nobody anything.
func Concerned(origin, other post.Job) bool {
	if other.State.Finished() || other.Kind == post.KindSplit {
		return false
	}
	related := func(a, b post.Job) bool { return a.ID != "" && (a.ID == b.Again || a.ID == b.TrialOf) }
	return other.ID == origin.ID || related(origin, other) || related(other, origin) ||
		origin.Again != "" && origin.Again == other.Again ||
		origin.Source.Path != "" && origin.Source.Path == other.Source.Path ||
		origin.Subject != "" && strings.EqualFold(origin.Subject, other.Subject)
}
