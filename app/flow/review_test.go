package flow_test

import (
	"testing"
	"time"

	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/post"
)

// TestUncertainMatches: nobody gets a letter by a match that waits for a look or
// was set aside, unless Digipost sorts the people itself.
func TestUncertainMatches(t *testing.T) {
	r := newRig(t)
	var rows []post.Row
	for i, id := range []string{"A", "B", "C", "D"} {
		rows = append(rows, post.Row{Number: i + 2, Recipient: post.Recipient{CustomerID: id, FullName: "Person " + id,
			Address: post.Address{Line1: "Storgata " + id, Postcode: "0155", Town: "Oslo"}}})
	}
	plan, err := r.people.Plan(t.Context(), rows, "kunder")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.people.Commit(t.Context(), post.Import{File: "a.csv"}, plan); err != nil {
		t.Fatal(err)
	}
	split := post.Job{ID: "split1", Kind: post.KindSplit, Via: post.ViaBatch, State: post.JobWaiting, Created: time.Now()}
	if err := r.db.AddJob(t.Context(), split, nil, nil); err != nil {
		t.Fatal(err)
	}
	var items []post.Item
	for i, status := range []post.SplitStatus{post.HasDigipost, post.HasDigipost, post.HasDigipost, post.Identified} {
		items = append(items, post.Item{Seq: i + 1, CustomerID: rows[i].Recipient.CustomerID,
			Finding: &post.Finding{Status: status, Uncertain: true}})
	}
	items[0].Finding.DigipostAddress, items[1].Finding.DigipostAddress, items[2].Finding.DigipostAddress = "a#12AB", "b#12AB", "c#12AB"
	if _, err := r.people.ApplySplit(t.Context(), split, items); err != nil {
		t.Fatal(err)
	}
	for id, right := range map[string]bool{"A": true, "B": false} {
		if err := r.people.Review(t.Context(), []string{id}, right); err != nil {
			t.Fatal(err)
		}
	}
	waiting, err := r.people.ToReview(t.Context(), []string{"A", "B", "C", "D", "gone"})
	if err != nil || len(waiting) != 2 || waiting["C"].DigipostAddress != "c#12AB" {
		t.Errorf("%v, %v", waiting, err)
	}
	paper := post.Options{Paper: &post.Paper{IfNoDigipost: true}}
	for _, c := range []struct {
		way                      flow.Way
		sendable, left, toReview int
	}{
		{flow.Way{}, 1, 3, 2},
		{flow.Way{Pattern: post.PatternSplitFirst}, 1, 3, 2},
		{flow.Way{Pattern: post.PatternRegister, Options: paper}, 1, 3, 2},
		{flow.Way{Pattern: post.PatternSendOnly}, 3, 1, 0},
		{flow.Way{Pattern: post.PatternSendOrPrint, Options: paper}, 3, 1, 0},
	} {
		group, err := r.stories.MailingTo(t.Context(), "kunder", c.way)
		if err != nil {
			t.Fatal(err)
		}
		list, err := r.stories.MailingToList(t.Context(), "a.csv", &intake.Result{Recipients: rows}, c.way)
		if err != nil {
			t.Fatal(err)
		}
		for _, people := range []flow.People{group, list} {
			if people.Sendable() != c.sendable || people.LeftOut[post.ReasonInvalidAddress] != c.left || people.ToReview != c.toReview {
				t.Errorf("%+v: %d letters, left out %v, %d to look at", c.way, people.Sendable(), people.LeftOut, people.ToReview)
			}
		}
	}
	again, err := r.stories.ForSplit(t.Context(), "kunder")
	if err != nil || again.Sendable() != 4 {
		t.Errorf("a split asks about %d, %v", again.Sendable(), err)
	}
}
