package register

import (
	"context"
	"fmt"

	"brevdue/app/post"
)

// Review takes a person's word about matches that Digipost found by correcting
// an address. With accept the match stands; else the address and alias found are
// removed and the person counts as not checked. Those without an uncertain match
// are left as they are.
func (r *Register) Review(ctx context.Context, customerIDs []string, accept bool) error {
	reviewed, err := r.store.ReviewMatches(ctx, customerIDs, accept)
	if err != nil {
		return fmt.Errorf("store what was said of uncertain matches: %w", err)
	}
	if reviewed > 0 {
		r.notify(post.Notice{Topic: post.TopicRegister})
	}
	return nil
}

// SetAside takes away what Digipost found for people when a letter showed that it is
// somebody else: they count as not checked, and mailings leave out whoever is
// known by name and address alone, until a split finds them anew.
func (r *Register) SetAside(ctx context.Context, customerIDs []string) (set int, err error) {
	if set, err = r.store.SetMatchesAside(ctx, customerIDs); err != nil {
		return 0, fmt.Errorf("set wrong matches aside: %w", err)
	}
	if set > 0 {
		r.notify(post.Notice{Topic: post.TopicRegister})
	}
	return set, nil
}

// ToReview gives those of the people whose match waits for a look, by customer
// id.
func (r *Register) ToReview(ctx context.Context, customerIDs []string) (map[string]post.Recipient, error) {
	waiting := map[string]post.Recipient{}
	for _, id := range customerIDs {
		person, err := r.store.Recipient(ctx, id)
		if post.CodeOf(err) == post.CodePersonUnknown {
			continue // forgotten since
		}
		if err != nil {
			return nil, fmt.Errorf("read who waits for a look: %w", err)
		}
		if person.WaitsForReview() {
			waiting[id] = person
		}
	}
	return waiting, nil
}
