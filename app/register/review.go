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
