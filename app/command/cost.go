package command

import (
	"context"
	"fmt"
	"strings"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// costJSON is what a mailing may cost by the user's own prices, in kroner
// without VAT. What the missing prices would add is in none of the sums.
type costJSON struct {
	Low           string   `json:"low"`
	Likely        string   `json:"likely"`
	High          string   `json:"high"`
	MissingPrices []string `json:"missing_prices"`
	// Basis is what the likely sum is built on.
	Basis string `json:"basis"`
}

// reckon gives what a mailing may cost, and keeps it for its result.
func (s *session) reckon(ctx context.Context, p *Program, draft *job.Draft, people flow.People) (job.Estimate, job.Prices, error) {
	prices, _, err := readPrices(ctx, p)
	if err != nil {
		return job.Estimate{}, prices, err
	}
	overview, err := p.Register.Overview(ctx)
	if err != nil {
		return job.Estimate{}, prices, fmt.Errorf("look at the register: %w", err)
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
	estimate := job.Cost(facts, prices)
	s.cost = &costJSON{estimate.Low.String(), estimate.Likely.String(), estimate.High.String(),
		append([]string{}, estimate.MissingPrices...), string(estimate.Basis)}
	return estimate, prices, nil
}

// costText says what a mailing may cost, and never a sum without the prices it
// lacks.
func (s *session) costText(estimate job.Estimate, prices job.Prices) string {
	var names []string
	for _, key := range estimate.MissingPrices {
		names = append(names, s.priceName(prices, key)+" ("+key+")")
	}
	if estimate.High == 0 && len(names) > 0 {
		return s.get("cost.unpriced", "names", strings.Join(names, "; "))
	}
	lines := []string{s.get("cost.sums", "low", s.kroner(estimate.Low.String()), "likely", s.kroner(estimate.Likely.String()),
		"high", s.kroner(estimate.High.String())), s.texts.Get("cost.basis." + string(estimate.Basis))}
	if len(names) > 0 {
		lines = append(lines, s.texts.Get("cost.missing", "names", strings.Join(names, "; ")))
	}
	if estimate.Unchecked > 0 && estimate.UncheckedPaper > 0 {
		lines = append(lines, s.count("cost.unchecked", estimate.Unchecked, "amount", s.kroner(estimate.UncheckedPaper.String())))
	}
	return strings.Join(lines, "\n")
}
