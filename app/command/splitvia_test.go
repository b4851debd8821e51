package command

import (
	"strings"
	"testing"

	"brevdue/app/post"
)

// TestSplitVia: a split goes in one file where there is a key for that, else one
// question for each, and why is said; the way on the line comes first.
func TestSplitVia(t *testing.T) {
	for name, try := range map[string]struct {
		flags []string
		key   bool
		want  post.Via
		told  bool
	}{
		"key":           {nil, true, post.ViaBatch, false},
		"no key":        {nil, false, post.ViaREST, true},
		"rest, a key":   {[]string{"-via", "rest"}, true, post.ViaREST, false},
		"batch, no key": {[]string{"-via", "batch"}, false, post.ViaBatch, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.stories.people, r.jobs.outcome = twoPeople(), answer
			if try.key {
				r.sender.key.Fingerprint = "SHA256:abc"
			}
			_, _, told := r.run(append([]string{"split", "-group", "", "-yes"}, try.flags...)...)
			if r.jobs.wish.Via != try.want || strings.Contains(told, "ingen nøkkel") != try.told {
				t.Errorf("by %s: %s", r.jobs.wish.Via, told)
			}
		})
	}
}
