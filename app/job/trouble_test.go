package job

import (
	"testing"
	"time"

	"brevdue/app/post"
)

// jam makes every write of the store fail, or work again.
func (m *memory) jam(err error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.broken = err
}

// TestTroubleThatCannotBeStored: a disk that fills up while letters go is told
// to whoever follows, also after a restart on the full disk, and is over when
// there is room again.
func TestTroubleThatCannotBeStored(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, &fastClock{})
	job := approved(t, e, wishFor(3), 0)
	full := post.NewFault(post.CodeDiskFull, nil, "folder", "/data")

	for _, underWay := range []bool{false, true} { // what was under way has to be put right first
		if underWay {
			m.mutex.Lock()
			m.items[job.ID][0].Status = post.ItemSending
			m.mutex.Unlock()
		}
		m.jam(full)
		end := running(t, e)
		until(t, func() bool {
			seen, err := e.Job(t.Context(), job.ID)
			return err == nil && seen.Trouble == post.CodeDiskFull && seen.TroubleFields["folder"] == "/data" && !seen.TroubleSince.IsZero()
		})
		listed, err := e.Jobs(t.Context(), post.JobQuery{})
		if err != nil || len(listed) != 1 || listed[0].Trouble != post.CodeDiskFull {
			t.Errorf("the list says %+v, %v", listed, err)
		}
		if seen, err := e.Follow(t.Context(), job.ID, time.Nanosecond, nil); err != nil || seen.Trouble != post.CodeDiskFull {
			t.Errorf("who follows hears %q, %v", seen.Trouble, err)
		}
		end()
		if d.count() != 0 {
			t.Fatal("a letter went that was not written down before")
		}
	}

	m.jam(nil)
	end := running(t, e)
	defer end()
	if seen := follow(t, e, job.ID); seen.State != post.JobDone || seen.Trouble != "" {
		t.Errorf("with room again: %s, %q", seen.State, seen.Trouble)
	}
	if d.count() != 3 {
		t.Errorf("%d letters", d.count())
	}
}
