package split

import (
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/task"
)

func newTest(t testing.TB, w *world) *model {
	t.Helper()
	run := task.NewInline()
	t.Cleanup(run.Close)
	return newModel(run, w.ports())
}

// TestWholeWay goes from the choice of people to the answer.
func TestWholeWay(t *testing.T) {
	w := newWorld(40)
	m := newTest(t, w)
	m.history()
	m.before(fromList, "")
	by, asked, leftOut := m.known()
	if asked != 36 || leftOut != 4 || by[post.ByBirthNumber] != 32 || by[post.ByNameAndAddress] != 4 {
		t.Fatalf("%v, %d asked, %d left out", by, asked, leftOut)
	}
	m.start("Mottakersplitt")
	if m.place != placeApprove || len(w.jobs) != 0 {
		t.Fatalf("place %d, %d jobs stored before the approval", m.place, len(w.jobs))
	}
	m.approve()
	if m.place != placeJob || m.detail == nil || m.detail.job.State != post.JobCoolingOff {
		t.Fatalf("place %d, %+v, fault %v", m.place, m.detail, m.fault)
	}
	m.extend()
	if got := m.detail.job.ReleaseAt; !got.Equal(noon.Add(6 * time.Minute)) {
		t.Errorf("release at %v", got)
	}
	w.waiting("nyjobb")
	m.look()
	if stages := m.detail.stages(); !stages[3].now || stages[2].at.IsZero() || !stages[4].at.IsZero() {
		t.Errorf("%+v", stages)
	}
	w.answer("nyjobb")
	m.look()
	for _, stage := range m.detail.stages() {
		if stage.at.IsZero() || stage.now {
			t.Errorf("%+v", stage)
		}
	}
	sum := m.detail.summary()
	total := 0
	for status, count := range sum.byStatus {
		total += count
		if got := len(m.detail.shown(string(status))); got != count {
			t.Errorf("%s shows %d of %d", status, got, count)
		}
	}
	if total != 36 || sum.notAsked() != 4 || len(m.detail.shown(filterLeftOut)) != 4 || len(m.detail.shown(filterAll)) != 40 {
		t.Errorf("%+v", sum)
	}
	if len(m.detail.shown(filterUncertain)) != sum.uncertain || len(m.detail.shown(filterCleared)) != sum.cleared || sum.uncertain == 0 {
		t.Errorf("%+v", sum)
	}
}

// TestNotApproved: a job that was kept but not approved asks again on its page.
func TestNotApproved(t *testing.T) {
	w := newWorld(10)
	m := newTest(t, w)
	m.before(fromAll, "")
	m.start("x")
	w.refuse = post.NewFault(post.CodeDatabaseBusy, nil)
	m.approve()
	if m.place != placeJob || m.detail.job.State != post.JobReady || post.CodeOf(m.fault) != post.CodeDatabaseBusy {
		t.Fatalf("place %d, %v", m.place, m.fault)
	}
	w.refuse = nil
	m.approveAgain()
	if m.detail.job.State != post.JobCoolingOff {
		t.Errorf("state %s, fault %v", m.detail.job.State, m.fault)
	}
	m.stopJob()
	if m.detail.job.State != post.JobStopped {
		t.Errorf("state %s", m.detail.job.State)
	}
}

// TestRedrawsOnlyWhatIsNew: looking again at the same split builds nothing anew.
func TestRedrawsOnlyWhatIsNew(t *testing.T) {
	w := newWorld(10)
	m := newTest(t, w)
	m.before(fromGroup, "Styret")
	m.start("x")
	m.approve()
	drawn := 0
	m.changed = func() { drawn++ }
	m.look()
	m.look()
	if drawn != 0 {
		t.Errorf("%d times", drawn)
	}
	w.waiting("nyjobb")
	m.look()
	if drawn != 1 {
		t.Errorf("%d times", drawn)
	}
}

// TestEarlier compares only with a split of the same people.
func TestEarlier(t *testing.T) {
	of := post.Job{ID: "c", State: post.JobDone, Created: noon, Source: post.Source{Group: "Styret"}}
	splits := []post.Job{of,
		{ID: "b", State: post.JobDone, Created: noon.Add(-time.Hour)},
		{ID: "r", State: post.JobRefused, Created: noon.Add(-time.Hour), Source: of.Source},
		{ID: "a", State: post.JobDone, Created: noon.Add(-2 * time.Hour), Source: of.Source}}
	if got := earlier(splits, of); got == nil || got.ID != "a" {
		t.Errorf("%+v", got)
	}
	if got := earlier(splits[:3], of); got != nil {
		t.Errorf("%+v", got)
	}
}

// TestReasons: a status and one of its reasons filter the same people that the
// numbers count.
func TestReasons(t *testing.T) {
	w := newWorld(200)
	m := newTest(t, w)
	m.before(fromAll, "")
	m.start("x")
	m.approve()
	w.answer("nyjobb")
	m.look()
	sum := m.detail.summary()
	for status, byReason := range sum.byReason {
		for reason, count := range byReason {
			if got := len(m.detail.shown(string(status) + filterReason + string(reason))); got != count || count == 0 {
				t.Errorf("%s, %s: %d shown of %d", status, reason, got, count)
			}
		}
	}
	if m.detail.strangers() != 2 {
		t.Errorf("%d rows about nobody", m.detail.strangers())
	}
}

// TestCheckNow asks once for a press, and says when.
func TestCheckNow(t *testing.T) {
	w := newWorld(10)
	m := newTest(t, w)
	m.before(fromAll, "")
	m.start("x")
	m.approve()
	now := func() time.Time { return noon }
	if m.checkNow(now); w.checks != 0 {
		t.Error("asked before anything was sent")
	}
	w.waiting("nyjobb")
	m.look()
	m.checkNow(now)
	m.checkNow(now)
	if w.checks != 1 || !m.check.asking || !m.check.at.Equal(noon) {
		t.Errorf("%d asked, %+v", w.checks, m.check)
	}
	w.answer("nyjobb")
	m.look()
	if m.check.asking || m.canCheck() {
		t.Errorf("%+v", m.check)
	}
	w.at("nyjobb").State, w.refuse = post.JobWaiting, post.NewFault(post.CodeDatabaseBusy, nil)
	m.look()
	if m.checkNow(now); m.check.asking || post.CodeOf(m.fault) != post.CodeDatabaseBusy {
		t.Errorf("%+v %v", m.check, m.fault)
	}
}

// TestLastOf names the last answer about the same people only.
func TestLastOf(t *testing.T) {
	m := newTest(t, newWorld(3))
	m.splits = []post.Job{{ID: "open"}, {ID: "all", State: post.JobDone}, {ID: "g", State: post.JobDone, Source: post.Source{Group: "Styret"}}}
	if got := m.lastOf(post.Source{Group: "Styret"}); got == nil || got.ID != "g" {
		t.Errorf("%+v", got)
	}
	if got := m.lastOf(post.Source{Path: "x"}); got != nil {
		t.Errorf("%+v", got)
	}
	if got := m.last(); got == nil || got.ID != "all" {
		t.Errorf("%+v", got)
	}
}

func TestBack(t *testing.T) {
	m := newTest(t, newWorld(3))
	m.before(fromAll, "")
	m.start("x")
	for _, want := range []place{placeBefore, placeHistory} {
		if !m.back() || m.place != want {
			t.Errorf("place %d, want %d", m.place, want)
		}
	}
	if m.back() {
		t.Error("there is nothing before the history")
	}
}
