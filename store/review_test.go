package store_test

import (
	"testing"

	"brevdue/app/post"
)

// TestReviewMatches: a match that is right stands, of one that is not nothing is
// left; whoever has no uncertain match stays as they are.
func TestReviewMatches(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	list := people(4)
	findings := map[string]post.Finding{}
	for i := range list {
		findings[list[i].CustomerID] = post.Finding{Status: post.HasDigipost, DigipostAddress: "en" + list[i].CustomerID + "#12AB", PersonAlias: "alias", Uncertain: i < 3}
	}
	addPeople(t, db, "i", list...)
	addJob(t, db, "split", list...)
	_, err := db.ApplyFindings(ctx, post.Job{ID: "split"}, findings)
	check(t, err)
	for range 2 { // said again, nothing changes
		_, err := db.ReviewMatches(ctx, []string{list[0].CustomerID, "nobody"}, true)
		check(t, err)
		_, err = db.ReviewMatches(ctx, []string{list[0].CustomerID, list[1].CustomerID, list[3].CustomerID}, false)
		check(t, err)
	}
	for i, want := range []struct {
		waits, found bool
		status       post.SplitStatus
		reason       post.Reason
	}{{false, true, post.HasDigipost, ""}, {false, false, post.NeverChecked, post.ReasonInvalidAddress}, {true, true, post.HasDigipost, ""}, {false, true, post.HasDigipost, ""}} {
		got, err := db.Recipient(ctx, list[i].CustomerID)
		check(t, err)
		if got.WaitsForReview() != want.waits || (got.DigipostAddress != "") != want.found || (got.PersonAlias != "") != want.found ||
			got.Digipost != want.status || got.Reason != want.reason || got.Checked.IsZero() == want.found {
			t.Errorf("person %d: %+v", i, got)
		}
	}
}
