package register

import (
	"context"
	"fmt"

	"brevdue/app/post"
)

// ApplySplit takes the answers of a finished split, or the recipient rows of a
// mailing over the batch interface, to the people they are about and gives the items back with Cleared filled in. Calling it again for the same
// job gives the same end. Items of people who are not in the register, or
// without an answer, pass through.
func (r *Register) ApplySplit(ctx context.Context, job post.Job, items []post.Item) ([]post.Item, error) {
	findings := make(map[string]post.Finding, len(items))
	for _, item := range items {
		if item.Finding == nil || item.CustomerID == "" {
			continue
		}
		if old, twice := findings[item.CustomerID]; !twice || surer(item.Finding.Status, old.Status) {
			findings[item.CustomerID] = *item.Finding
		}
	}
	out := append([]post.Item(nil), items...)
	if len(findings) == 0 {
		return out, nil
	}
	cleared, err := r.store.ApplyFindings(ctx, job, findings)
	if err != nil {
		return nil, fmt.Errorf("take the split's answers to the register: %w", err)
	}
	for i, item := range out {
		if item.Finding == nil || item.CustomerID == "" {
			continue
		}
		// What an earlier call cleared stays said, or the second call would hide it.
		finding := *item.Finding
		finding.Cleared = finding.Cleared || cleared[item.CustomerID]
		out[i].Finding = &finding
	}
	r.notify(post.Notice{Topic: post.TopicRegister})
	return out, nil
}

// surer reports whether one answer about a person says more than another, for
// somebody who stands in a split twice.
func surer(a, b post.SplitStatus) bool {
	rank := map[post.SplitStatus]int{post.HasDigipost: 4, post.Identified: 3, post.Unidentified: 2, post.Invalid: 1}
	return rank[a] > rank[b]
}
