package app_test

import (
	"bytes"
	"sync"
	"testing"
)

// TestManyStartAtOnce: several processes that open a new profile in the same
// moment make one set of keys, and the profile opens afterwards.
func TestManyStartAtOnce(t *testing.T) {
	for range 3 {
		w := newTwin(t, "")
		var group sync.WaitGroup
		for range 6 {
			command := w.command("register", "list")
			group.Go(func() {
				var out bytes.Buffer
				command.Stdout, command.Stderr = &out, &out
				if err := command.Run(); err != nil {
					t.Errorf("one of many: %v\n%s", err, out.Bytes())
				}
			})
		}
		group.Wait()
		var letter result
		w.run(0, &letter, "send", "-to", "fnr:"+known(t)["user"][0], "-subject", "Hei", "-cooling-off", "0s", "-yes", w.letter)
		if letter.Status != "delivered" {
			t.Errorf("letter: %+v", letter)
		}
	}
}
