package app_test

import (
	"testing"
	"time"
)

// splitNow is what a split prints of its job and its counts.
type splitNow struct {
	Job, State, Via                                      string
	Digipost, Identified, Unidentified, Invalid, Missing int
}

func (s splitNow) counts() [5]int {
	return [5]int{s.Digipost, s.Identified, s.Unidentified, s.Invalid, s.Missing}
}

// TestSplitOverREST: asked one by one Digipost gives the same answers as to one
// file, also when the program is killed half-way and takes the split up again.
func TestSplitOverREST(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	w.run(1, nil, "import", w.list, "-group", "medlemmer")
	var file, asked, later splitNow
	w.run(0, &asked, "split", "-group", "medlemmer", "-via", "rest", "-yes")
	w.run(0, &file, "split", "-group", "medlemmer", "-via", "batch", "-yes")
	if asked.Via != "rest" || file.Via != "batch" || asked.counts() != file.counts() || asked.Digipost != 23 || asked.Identified != 6 || asked.Unidentified != 9 {
		t.Errorf("one by one %+v, in one file %+v", asked, file)
	}

	w.trouble("delay@/identification:400ms")
	command := w.command("split", "-group", "medlemmer", "-via", "rest", "-yes")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second) // of the four and more that it takes
	_ = command.Process.Kill()
	_ = command.Wait()
	w.trouble("")
	var all struct {
		Jobs []struct{ ID, State, Via string }
	}
	w.run(0, &all, "jobs")
	if len(all.Jobs) != 3 || all.Jobs[0].Via != "rest" || all.Jobs[0].State != "sending" {
		t.Fatalf("after the kill: %+v", all.Jobs)
	}
	w.run(0, nil, "resume", "-wait", "60s")
	w.run(0, &later, "job", all.Jobs[0].ID)
	if later.State != "done" || later.counts() != asked.counts() {
		t.Errorf("taken up again: %+v", later)
	}
}
