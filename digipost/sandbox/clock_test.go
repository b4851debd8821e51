package sandbox

import (
	"net/http"
	"testing"
	"time"
)

// After a long move of the clock a caller who stays in the true time goes on in
// it; one whose clock was moved along is answered in the moved time; a short
// move, or one back, is a clock that is wrong.
func TestFaceOfTheClock(t *testing.T) {
	base := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		moved, caller, face, ahead time.Duration
	}{
		"not moved":                      {},
		"wrong by minutes":               {moved: 6 * time.Minute, face: 6 * time.Minute},
		"wrong, back by days":            {moved: -48 * time.Hour, face: -48 * time.Hour},
		"days have passed":               {moved: 48 * time.Hour, ahead: 48 * time.Hour},
		"the caller's clock is moved":    {moved: 48 * time.Hour, caller: 48*time.Hour + time.Minute, face: 48 * time.Hour},
		"neither the true nor the moved": {moved: 48 * time.Hour, caller: 20 * time.Hour, ahead: 48 * time.Hour},
	} {
		k := newClock(func() time.Time { return base })
		k.move(c.moved)
		face, ahead := k.face(base.Add(c.caller).UTC().Format(http.TimeFormat))
		if !face.Equal(base.Add(c.face)) || ahead != c.ahead {
			t.Errorf("%s: face %s, ahead %s", name, face, ahead)
		}
	}
}
