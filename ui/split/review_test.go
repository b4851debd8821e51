package split

import (
	"context"
	"slices"
	"testing"

	"brevdue/app/post"
	"brevdue/ui/parts/partstest"
)

// TestReview: uncertain matches are judged one by one or all at once, and the list
// is over when none is left.
func TestReview(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "split-review")
		w := newWorld(120)
		people, err := w.ForSplit(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		w.jobs = []post.Job{{ID: "ny", Kind: post.KindSplit, State: post.JobDone, Created: noon, Counts: post.Counts{Total: len(people.To)}}}
		for i, to := range people.To {
			w.items["ny"] = append(w.items["ny"], post.Item{Seq: i + 1, CustomerID: to.CustomerID, Name: to.Name, To: to.To, Status: post.ItemReady})
		}
		w.answer("ny")
		judged := map[string]bool{}
		ports := w.ports()
		ports.ToReview = func(_ context.Context, ids []string) (map[string]post.Recipient, error) {
			waiting := map[string]post.Recipient{}
			for _, id := range ids {
				if _, done := judged[id]; !done {
					waiting[id] = post.Recipient{CustomerID: id, Digipost: post.HasDigipost, Uncertain: true, DigipostAddress: "ase.bjorkhaug#DCGX"}
				}
			}
			return waiting, nil
		}
		ports.Review = func(_ context.Context, ids []string, right bool) error {
			for _, id := range ids {
				judged[id] = right
			}
			return nil
		}
		s := New(b.Env, ports)
		b.Framed(s, "uncertain", story.Width, story.Height)
		if s.model.id != "ny" || s.model.filter != filterUncertain || len(s.model.detail.waiting) < 3 {
			t.Fatalf("opened %s, %s", s.model.id, s.model.filter)
		}
		snap("1list")
		all := len(s.model.detail.waiting)
		first := s.model.detail.waitingOf()
		b.Tap(t, "split.review.right.0")
		b.Tap(t, "split.review.wrong.0")
		if right, ok := judged[first[0].CustomerID]; !ok || !right || len(judged) != 2 || judged[first[1].CustomerID] {
			t.Errorf("judged %v", judged)
		}
		b.Tap(t, "split.review.none")
		snap("2ask")
		b.Tap(t, "split.review.none.ask.no")
		if len(judged) != 2 {
			t.Errorf("judged %v", judged)
		}
		b.Tap(t, "split.review.all")
		b.Tap(t, "split.review.all.ask.yes")
		if len(judged) != all || len(s.model.detail.waiting) != 0 {
			t.Errorf("%d of %d judged", len(judged), all)
		}
		snap("3done")
		if i := slices.IndexFunc(w.items["ny"], func(item post.Item) bool { return item.CustomerID == first[1].CustomerID }); judged[w.items["ny"][i].CustomerID] {
			t.Error("set aside, and right after all")
		}
	}
}

// TestStagesOneByOne: a split by the sender API has no file to follow.
func TestStagesOneByOne(t *testing.T) {
	d := &detail{job: post.Job{Kind: post.KindSplit, Via: post.ViaREST, State: post.JobSending, Created: noon}}
	if got := d.stages(); len(got) != 3 || !got[1].now || got[0].at.IsZero() {
		t.Errorf("%+v", got)
	}
	d.job.State, d.job.Ended = post.JobDone, noon
	if got := d.stages(); got[2].at.IsZero() || got[1].now {
		t.Errorf("%+v", got)
	}
}
