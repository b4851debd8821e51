package mailing

import (
	"context"
	"time"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// costing is what a plan may cost by the person's own prices.
type costing struct {
	estimate job.Estimate
	table    job.Prices
	changed  map[string]time.Time
}

// known reports whether nothing is missing: only then there is a sum.
func (c *costing) known() bool { return len(c.estimate.MissingPrices) == 0 }

// readCost reckons what a draft may cost; nil where there are no prices to go by.
func readCost(ctx context.Context, ports Ports, draft *job.Draft, people flow.People) (*costing, error) {
	if ports.Prices == nil {
		return nil, nil
	}
	stored, changed, err := ports.Prices(ctx)
	if err != nil {
		return nil, err
	}
	c := &costing{changed: changed}
	if c.table, err = job.ReadPrices(stored); err != nil {
		return nil, err
	}
	overview, err := ports.Register.Overview(ctx)
	if err != nil {
		return nil, err
	}
	facts := job.DraftFacts(draft, func(item post.Item) post.SplitStatus {
		if item.Seq < 1 || item.Seq > len(people.Known) {
			return post.NeverChecked
		}
		return people.Known[item.Seq-1] // the items stand in the people's order
	})
	facts.RegisterDigipost = overview.BySplit[post.HasDigipost]
	for _, status := range []post.SplitStatus{post.HasDigipost, post.Identified, post.Unidentified, post.Invalid} {
		facts.RegisterChecked += overview.BySplit[status]
	}
	c.estimate = job.Cost(facts, c.table)
	return c, nil
}
