//go:build !nowindow

package windowtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// album takes numbered pictures into a folder below the one that BREVDUE_TOUR names;
// without that it takes none. How long it took to get there is logged. The person may be
// another one after a restart.
func album(t *testing.T, name string) func(p *person, page string) {
	t.Helper()
	folder := os.Getenv("BREVDUE_TOUR")
	number, began := 0, time.Now()
	return func(p *person, page string) {
		t.Logf("%5.1f s %s", time.Since(began).Seconds(), page)
		if folder == "" {
			return
		}
		number++
		p.picture(filepath.Join(folder, name, fmt.Sprintf("%02d-%s.png", number, page)))
	}
}

// tourLooks are language and size of the window: those the tour is taken in, where it is
// taken.
func tourLooks() (language string, width, height int) {
	if language = os.Getenv("BREVDUE_TOUR_LANGUAGE"); language == "" {
		language = "nb"
	}
	if n, err := fmt.Sscanf(os.Getenv("BREVDUE_TOUR_SIZE"), "%dx%d", &width, &height); n != 2 || err != nil {
		width, height = 1280, 800
	}
	return language, width, height
}

// size makes the window as large as a person's screen may be, once it shows a control.
func (p *person) size(first string, width, height int) {
	p.t.Helper()
	p.waitFor(first) // before it shows something the window sizes itself
	p.xdotool("windowsize", "--sync", p.window, strconv.Itoa(width), strconv.Itoa(height))
	p.place()
	p.waitFor(first)
}

// turn turns the mouse wheel over a point of the window until the whole of a control
// can be seen, and stands still.
func (p *person) turn(id string, x, y int) {
	p.t.Helper()
	for _, direction := range []string{"5", "4", "5"} { // down, then up, then once more
		for before := ""; ; {
			now := p.settled()
			if c, there := p.find(id); there && c.H >= whole {
				return
			}
			if now == before {
				break // the end of the page
			}
			before = now
			p.xdotool("mousemove", strconv.Itoa(int(p.x)+x), strconv.Itoa(int(p.y)+y), "click", "--repeat", "6", "--delay", "4", direction)
			time.Sleep(80 * time.Millisecond)
		}
	}
	p.fail("%q cannot be scrolled to; there is %s", id, p.ids())
}

// put writes into a field that may move just then, because something above it came or
// went, and looks whether that is what stands there.
func (p *person) put(id, text string) {
	p.t.Helper()
	for range 3 {
		p.settled()
		p.types(id, text)
		for range 20 {
			if c, there := p.find(id); there && c.Text == text {
				return
			}
			time.Sleep(80 * time.Millisecond)
		}
	}
	p.fail("%q does not take %q", id, text)
}

// settled waits until nothing on the screen moves any more, and tells where everything
// stands.
func (p *person) settled() string {
	p.t.Helper()
	last, still := "", 0
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(60 * time.Millisecond) {
		p.alive()
		now := p.places()
		if now != last {
			last, still = now, 0
		} else if still++; still >= 3 {
			return now
		}
	}
	return last
}

// places are all controls and where they stand.
func (p *person) places() string { return fmt.Sprint(p.seen()) }

// until waits for something outside the window to come true.
func (p *person) until(what string, true func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !true(); time.Sleep(100 * time.Millisecond) {
		p.alive()
		if time.Now().After(deadline) {
			p.fail("%s does not come true; there is %s", what, p.ids())
		}
	}
}
