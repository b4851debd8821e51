//go:build !nowindow

package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/home"
)

// monthCost reckons what the letters that went this month cost, by the user's own
// prices. Letters that went nowhere, or may have, are not in it.
func (a *App) monthCost(ctx context.Context) (home.Cost, error) {
	var cost home.Cost
	stored, _, err := a.Store.Prices(ctx)
	if err != nil {
		return cost, err
	}
	prices, err := job.ReadPrices(stored)
	if err != nil {
		return cost, err
	}
	jobs, err := a.Jobs.Jobs(ctx, post.JobQuery{Kinds: []post.JobKind{post.KindLetter, post.KindMailing}})
	if err != nil {
		return cost, fmt.Errorf("look for this month's letters: %w", err)
	}
	cost.StepBounds = prices.StepBounds
	now := a.Clock.Now().Local()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	missing := map[string]bool{}
	for _, each := range jobs {
		if !wentSince(each, month) {
			continue
		}
		documents, err := a.Store.Documents(ctx, each.ID)
		if err != nil {
			return cost, fmt.Errorf("read the documents of a job: %w", err)
		}
		var items []post.Item
		set := post.GroupDocuments(documents)
		if set.PerLetter() { // each letter has a price of its own
			if items, err = a.Jobs.Items(ctx, each.ID, post.ItemQuery{}); err != nil {
				return cost, fmt.Errorf("read the letters of a job: %w", err)
			}
		}
		digital, paper := sentLetters(each, set, items)
		cost.Digital, cost.Paper = cost.Digital+len(digital), cost.Paper+len(paper)
		for _, estimate := range []job.Estimate{priceOf(each.Options, digital, prices, false), priceOf(each.Options, paper, prices, true)} {
			cost.Amount += estimate.Likely
			for _, key := range estimate.MissingPrices {
				missing[key] = true
			}
		}
	}
	for _, key := range prices.Keys() {
		if missing[key] {
			cost.MissingPrices = append(cost.MissingPrices, key)
		}
	}
	return cost, nil
}

// wentSince reports whether letters of a job left since a moment.
func wentSince(each post.Job, since time.Time) bool {
	return each.State != post.JobReady && each.State != post.JobCoolingOff && !each.ApprovedAt.IsZero() &&
		(!each.ApprovedAt.Before(since) || !each.ReleaseAt.Before(since))
}

// The statuses of letters that are in Digipost, and on paper.
var (
	digitalStatuses = []post.ItemStatus{post.ItemDelivered, post.ItemOpened}
	paperStatuses   = []post.ItemStatus{post.ItemPrinting, post.ItemPosted, post.ItemShredded}
)

// sentLetters gives what the prices of a job's letters depend on, by the way they
// went. Without items all letters have the same documents.
func sentLetters(each post.Job, set post.DocumentSet, items []post.Item) (digital, paper []job.LetterFacts) {
	facts := func(documents []post.Document, known post.SplitStatus) job.LetterFacts {
		letter := job.FactsOf(documents, post.Target{}, known)
		letter.Address = true // it has been sent
		return letter
	}
	if len(items) == 0 {
		count := func(statuses []post.ItemStatus) (n int) {
			for _, status := range statuses {
				n += each.Counts.ByStatus[status]
			}
			return n
		}
		return slices.Repeat([]job.LetterFacts{facts(set.Shared(), post.HasDigipost)}, count(digitalStatuses)),
			slices.Repeat([]job.LetterFacts{facts(set.Shared(), post.Identified)}, count(paperStatuses))
	}
	for _, item := range items {
		switch documents := set.Of(item.Seq); {
		case slices.Contains(digitalStatuses, item.Status):
			digital = append(digital, facts(documents, post.HasDigipost))
		case slices.Contains(paperStatuses, item.Status):
			paper = append(paper, facts(documents, post.Identified))
		}
	}
	return digital, paper
}

// priceOf is what letters cost that all went one way.
func priceOf(options post.Options, letters []job.LetterFacts, prices job.Prices, paper bool) job.Estimate {
	colour := options.Paper != nil && options.Paper.Color
	if options.Paper, options.Invite = nil, nil; paper {
		options = post.Options{Paper: &post.Paper{IfNoDigipost: true, Color: colour}}
	}
	return job.Cost(job.CostFacts{Letters: letters, Options: options}, prices)
}
