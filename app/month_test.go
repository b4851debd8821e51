//go:build !nowindow

package app

import (
	"slices"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
)

// TestSentLetters: only letters that went are charged, each by its way and its own
// documents, and a price that is missing is named.
func TestSentLetters(t *testing.T) {
	prices, err := job.ReadPrices(map[string]string{"digital.step1": "2.00", "paper.first_sheet": "10.00", "paper.extra_sheet": "3.00", "two_factor": "1.50"})
	if err != nil {
		t.Fatal(err)
	}
	mailing := post.Job{State: post.JobDone, Options: post.Options{Auth: post.AuthTwoFactor, OpeningReceipt: true, Paper: &post.Paper{IfNoDigipost: true}},
		Counts: post.Counts{Total: 9, ByStatus: map[post.ItemStatus]int{post.ItemDelivered: 3, post.ItemOpened: 1, post.ItemPosted: 2, post.ItemNotDelivered: 2, post.ItemUnsure: 1}}}
	shared := []post.Document{{Size: 50_000, Pages: 2}}
	digital, paper := sentLetters(mailing, post.GroupDocuments(shared), nil)
	if len(digital) != 4 || len(paper) != 2 {
		t.Fatalf("%d digital, %d on paper", len(digital), len(paper))
	}
	if sum := priceOf(mailing.Options, digital, prices, false); sum.Likely != 4*350 || !slices.Equal(sum.MissingPrices, []string{"opening_receipt"}) {
		t.Errorf("digital %s, missing %v", sum.Likely, sum.MissingPrices)
	}
	if sum := priceOf(mailing.Options, paper, prices, true); sum.Likely != 2*1000 || len(sum.MissingPrices) != 0 {
		t.Errorf("paper %s, missing %v", sum.Likely, sum.MissingPrices)
	}

	own := post.GroupDocuments([]post.Document{{Item: 1, Size: 50_000, Pages: 2}, {Item: 2, Size: 60_000, Pages: 6}, {Item: 3, Size: 50_000, Pages: 2}})
	items := []post.Item{{Seq: 1, Status: post.ItemPosted}, {Seq: 2, Status: post.ItemShredded}, {Seq: 3, Status: post.ItemNotDelivered}}
	if _, paper = sentLetters(mailing, own, items); len(paper) != 2 {
		t.Fatalf("%d on paper", len(paper))
	}
	if sum := priceOf(mailing.Options, paper, prices, true); sum.Likely != 2*1000+2*300 {
		t.Errorf("thick letters %s", sum.Likely)
	}
}

// TestWentSince: a job counts in the month in which it was let go.
func TestWentSince(t *testing.T) {
	month := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		job  post.Job
		want bool
	}{
		"this month":        {post.Job{State: post.JobDone, ApprovedAt: month, ReleaseAt: month}, true},
		"approved before":   {post.Job{State: post.JobSending, ApprovedAt: month.AddDate(0, 0, -3), ReleaseAt: month.Add(time.Hour)}, true},
		"last month":        {post.Job{State: post.JobDone, ApprovedAt: month.AddDate(0, 0, -3), ReleaseAt: month.AddDate(0, 0, -3)}, false},
		"still cooling off": {post.Job{State: post.JobCoolingOff, ApprovedAt: month, ReleaseAt: month}, false},
		"never approved":    {post.Job{State: post.JobStopped}, false},
	} {
		if got := wentSince(c.job, month); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
