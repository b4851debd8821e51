package command

import (
	"strings"
	"testing"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// TestCostIsShownBeforeTheYes: sums never stand without the prices they lack,
// and without any price there are no sums.
func TestCostIsShownBeforeTheYes(t *testing.T) {
	r := newRig(t)
	r.terminal = true
	r.stories.people = flow.People{
		To: []job.Addressee{{CustomerID: "1", Name: "Kari", To: post.Target{Kind: post.ByBirthNumber, Value: kari,
			Address: post.Address{Line1: "Gata 1", Postcode: "0150", Town: "Oslo"}, FirstName: "Kari", LastName: "Hansen"}}},
		Known: []post.SplitStatus{post.NeverChecked}, NotChecked: 1,
	}
	line := []string{"mail", "-group", "g", "-document", "a.pdf", "-subject", "s", "-via", "rest", "-print", "-return", "Kor;Gate 1;;0150;Oslo"}
	ask := func() string {
		r.stdin = "n\n"
		_, shown := r.want(exitStopped, line...)
		return shown
	}
	if shown := ask(); !strings.Contains(shown, "ikke regnes ut") || strings.Contains(shown, "høyest") || !strings.Contains(shown, "(digital.step1)") {
		t.Errorf("without prices: %s", shown)
	}
	r.prices = map[string]string{"paper.first_sheet": "12.50"}
	shown := ask()
	for _, piece := range []string{"høyest kr 12,50", "(digital.step1)", "Papir til én som ikke er sjekket: kr 12,50", "ikke regnes ut"} {
		if strings.Contains(shown, piece) == (piece == "ikke regnes ut") {
			t.Errorf("%q: %s", piece, shown)
		}
	}
	if cost, question := strings.Index(shown, "høyest"), strings.LastIndex(shown, "?"); cost < 0 || cost > question {
		t.Errorf("the cost does not stand before the question: %s", shown)
	}
	r.prices["digital.step1"] = "4"
	if shown = ask(); strings.Contains(shown, "mangler disse prisene") {
		t.Errorf("all prices are there: %s", shown)
	}
}
