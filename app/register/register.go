// Package register keeps the people letters go to: it joins lists into the
// register without losing what is known, takes the answers of recipient splits,
// and forgets people when asked. Where the people rest is the store's business.
package register

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"brevdue/app/post"
)

// Register is the use case. It is safe for use by several goroutines when its
// store is.
type Register struct {
	store  Store
	notify func(post.Notice)
	now    func() time.Time
}

// New makes a register on a store. notify hears of each change and may be nil.
func New(store Store, notify func(post.Notice)) *Register {
	if notify == nil {
		notify = func(post.Notice) {}
	}
	return &Register{store: store, notify: notify, now: time.Now}
}

// Commit stores a plan. imported brings the facts of the file; the rest of it is
// filled in here. The plan is made again first, because a split or another list
// may have changed the register since it was shown: a split's answers are kept,
// anything else is a fault plan_changed and nothing is stored.
func (r *Register) Commit(ctx context.Context, imported post.Import, plan *MergePlan) (post.Import, error) {
	fresh, err := r.Plan(ctx, plan.rows, plan.group)
	if err != nil {
		return post.Import{}, err
	}
	if !fresh.agrees(plan) {
		return post.Import{}, post.NewFault(post.CodePlanChanged, nil)
	}
	imported.ID = newImportID()
	imported.At = r.now()
	imported.Group = plan.group
	imported.New, imported.Changed, imported.Same = len(fresh.New), len(fresh.Changed), len(fresh.Same)
	if imported.RowCount == 0 {
		imported.RowCount = len(plan.rows)
	}
	if err := r.store.ApplyImport(ctx, imported, fresh.all()); err != nil {
		return post.Import{}, fmt.Errorf("store the import: %w", err)
	}
	r.notify(post.Notice{Topic: post.TopicRegister})
	return imported, nil
}

// newImportID gives a name short enough to type, of 50 random bits. The store
// refuses a second one of the same name.
func newImportID() string { return strings.ToLower(rand.Text()[:10]) }

// Undo takes an import back. People changed since then are left as they are;
// left says how many.
func (r *Register) Undo(ctx context.Context, id string) (undone, left int, err error) {
	undone, left, err = r.store.UndoImport(ctx, id)
	if err != nil {
		return 0, 0, fmt.Errorf("undo the import: %w", err)
	}
	r.notify(post.Notice{Topic: post.TopicRegister})
	return undone, left, nil
}

// Imports gives the lists that were put into the register, newest first.
func (r *Register) Imports(ctx context.Context) ([]post.Import, error) {
	return r.store.Imports(ctx)
}

// List gives the people that match.
func (r *Register) List(ctx context.Context, query post.RecipientQuery) (post.RecipientPage, error) {
	return r.store.Recipients(ctx, query)
}

// Person gives one person; an unknown id is a fault person_unknown.
func (r *Register) Person(ctx context.Context, customerID string) (post.Recipient, error) {
	return r.store.Recipient(ctx, customerID)
}

// Find gives, for each person of a list, the one in the register who is the
// same, or nil.
func (r *Register) Find(ctx context.Context, people []post.Recipient) ([]*post.Recipient, error) {
	return r.store.Match(ctx, people)
}

// Show gives one person and what happened to them, newest first.
func (r *Register) Show(ctx context.Context, customerID string) (post.Recipient, []post.HistoryLine, error) {
	person, err := r.store.Recipient(ctx, customerID)
	if err != nil {
		return post.Recipient{}, nil, err
	}
	history, err := r.store.History(ctx, customerID)
	if err != nil {
		return post.Recipient{}, nil, fmt.Errorf("read the history of a person: %w", err)
	}
	return person, history, nil
}

// Overview gives the register in numbers.
func (r *Register) Overview(ctx context.Context) (post.RegisterOverview, error) {
	return r.store.Overview(ctx)
}

// Groups gives the names of all groups, in order.
func (r *Register) Groups(ctx context.Context) ([]string, error) { return r.store.Groups(ctx) }

// Forget removes a person for good: the person, the numbers, the hashes they
// are found by and the name in old jobs.
func (r *Register) Forget(ctx context.Context, customerID string) error {
	if err := r.store.Forget(ctx, customerID); err != nil {
		return fmt.Errorf("forget a person: %w", err)
	}
	r.notify(post.Notice{Topic: post.TopicRegister, ID: customerID})
	return nil
}

// Remember keeps how a list's columns were matched; Remembered finds it again
// by the same headings.
func (r *Register) Remember(ctx context.Context, headings []string, mapping post.Mapping) error {
	return r.store.SaveMapping(ctx, post.SavedMapping{Headings: headings, Mapping: mapping, At: r.now()})
}

// Remembered gives the mapping last used with these headings.
func (r *Register) Remembered(ctx context.Context, headings []string) (post.Mapping, bool, error) {
	return r.store.Mapping(ctx, headings)
}
