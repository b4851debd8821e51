//go:build !nowindow

package windowtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// control is one line of -debug-controls: something on the screen, in the
// window's own pixels.
type control struct {
	ID   string  `json:"id"`
	Text string  `json:"text"`
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
	W    float64 `json:"w"`
	H    float64 `json:"h"`
}

// person is somebody at the program's window: they see controls and press keys
// and buttons. A step that does not come to pass ends the test with a picture.
type person struct {
	t        *testing.T
	command  *exec.Cmd
	controls string
	log      *lines
	window   string
	x, y     float64 // the window's place on the display
	ended    chan error
}

// patience is how long a person waits for something to appear.
const patience = 40 * time.Second

// start starts the program on a data folder and waits for its window.
func start(t *testing.T, data string, args ...string) *person {
	t.Helper()
	controls := filepath.Join(t.TempDir(), "controls.jsonl")
	p := launch(t, data, append([]string{"-debug-controls", controls}, args...)...)
	p.controls = controls
	return p
}

// launch starts the program as people do, without a file of its controls.
func launch(t *testing.T, data string, args ...string) *person {
	t.Helper()
	program := os.Getenv("BREVDUE_PROGRAM")
	if program == "" {
		missing(t, "BREVDUE_PROGRAM names no program to drive")
	}
	for _, tool := range []string{"xdotool", "import"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing(t, tool+" is not installed")
		}
	}
	if os.Getenv("DISPLAY") == "" {
		missing(t, "there is no display")
	}
	p := &person{t: t, log: &lines{}, ended: make(chan error, 1)}
	p.command = exec.Command(program, append([]string{"-data", data}, args...)...)
	p.command.Stdout, p.command.Stderr = p.log, p.log
	if err := p.command.Start(); err != nil {
		t.Fatalf("start the program: %v", err)
	}
	go func() { p.ended <- p.command.Wait() }()
	t.Cleanup(p.close)
	p.findWindow()
	return p
}

// missing skips a test that lacks a tool, or fails it where every tool must be
// there.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("REQUIRE_REAL") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func (p *person) findWindow() {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		p.alive()
		found, err := exec.Command("xdotool", "search", "--onlyvisible", "--pid", strconv.Itoa(p.command.Process.Pid)).Output()
		if window := strings.Fields(string(found)); err == nil && len(window) > 0 {
			p.window = window[len(window)-1]
			if p.place() {
				return
			}
		}
	}
	p.fail("the window did not open")
}

// place finds where the window stands on the display.
func (p *person) place() bool {
	out, err := exec.Command("xdotool", "getwindowgeometry", "--shell", p.window).Output()
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		number, _ := strconv.ParseFloat(value, 64)
		switch name {
		case "X":
			p.x = number
		case "Y":
			p.y = number
		}
	}
	return true
}

// resize makes the window as large as a person's screen may be.
func (p *person) resize(width, height string) {
	p.t.Helper()
	p.waitFor("welcome.try") // before it shows something the window sizes itself
	p.xdotool("windowsize", p.window, width, height)
	time.Sleep(time.Second)
	p.place()
}

// seen are the controls on the screen now.
func (p *person) seen() []control {
	file, err := os.Open(p.controls)
	if err != nil {
		return nil
	}
	defer file.Close()
	var controls []control
	for scan := bufio.NewScanner(file); scan.Scan(); {
		var c control
		if json.Unmarshal(scan.Bytes(), &c) == nil {
			controls = append(controls, c)
		}
	}
	return controls
}

func (p *person) find(id string) (control, bool) {
	for _, c := range p.seen() {
		if c.ID == id {
			return c, true
		}
	}
	return control{}, false
}

// waitFor waits until a control is on the screen and stands still.
func (p *person) waitFor(id string) control {
	p.t.Helper()
	var last control
	still := 0
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(80 * time.Millisecond) {
		p.alive()
		c, ok := p.find(id)
		if !ok || c.W == 0 {
			still = 0
			continue
		}
		if still++; still >= 3 && c.X == last.X && c.Y == last.Y {
			return c
		}
		last = c
	}
	p.fail("there is no %q on the screen; there is %s", id, p.ids())
	return control{}
}

// gone waits until a control has left the screen.
func (p *person) gone(id string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(80 * time.Millisecond) {
		p.alive()
		if _, there := p.find(id); !there {
			return
		}
	}
	p.fail("%q is still on the screen", id)
}

func (p *person) ids() string {
	var ids []string
	for _, c := range p.seen() {
		ids = append(ids, c.ID)
	}
	return strings.Join(ids, " ")
}

// click moves the mouse to the middle of a control and presses.
func (p *person) click(id string) {
	p.t.Helper()
	c := p.waitFor(id)
	p.xdotool("mousemove", strconv.Itoa(int(p.x+c.X+c.W/2)), strconv.Itoa(int(p.y+c.Y+c.H/2)))
	time.Sleep(60 * time.Millisecond)
	p.xdotool("click", "1")
	time.Sleep(120 * time.Millisecond)
}

// goOn presses a button until what it leads to is on the screen: a button may
// be off for a moment while something is read.
func (p *person) goOn(id, until string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		p.click(id)
		for range 15 {
			if _, there := p.find(until); there {
				p.waitFor(until)
				return
			}
			time.Sleep(80 * time.Millisecond)
		}
	}
	p.fail("%q does not lead to %q; there is %s", id, until, p.ids())
}

// see turns the mouse wheel over the form of a letter until the whole of a control can
// be seen.
func (p *person) see(id string) {
	p.t.Helper()
	p.waitFor("letter.review")
	for _, direction := range []string{"5", "4"} { // down, then up
		for range 40 {
			if c, there := p.find(id); there && c.H >= whole {
				return
			}
			p.xdotool("mousemove", strconv.Itoa(int(p.x)+400), strconv.Itoa(int(p.y)+420), "click", "--repeat", "3", "--delay", "5", direction)
			time.Sleep(160 * time.Millisecond)
		}
	}
	p.fail("%q cannot be scrolled to; there is %s", id, p.ids())
}

// whole is how high a control is at least that is not cut.
const whole = 38

// reach scrolls to a control and presses it.
func (p *person) reach(id string) {
	p.t.Helper()
	p.see(id)
	p.click(id)
}

// types writes into a field, in place of what is there.
func (p *person) types(id, text string) {
	p.t.Helper()
	p.click(id)
	p.xdotool("key", "ctrl+a")
	p.xdotool("type", "--delay", "12", text)
	time.Sleep(150 * time.Millisecond)
}

// fill scrolls to a field and writes into it, and looks whether that is what stands
// there: on a busy machine the page may still be moving when the pointer comes down.
func (p *person) fill(id, text string) {
	p.t.Helper()
	for range 3 {
		p.see(id)
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

// key presses a key or a combination, as xdotool names it.
func (p *person) key(key string) {
	p.t.Helper()
	p.xdotool("key", key)
	time.Sleep(150 * time.Millisecond)
}

func (p *person) xdotool(args ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, "xdotool", args...)
	command.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // else æøå are not typed
	if out, err := command.CombinedOutput(); err != nil {
		p.fail("xdotool %v: %v %s", args, err, out)
	}
}

// picture saves what the display shows.
func (p *person) picture(file string) {
	p.t.Helper()
	time.Sleep(350 * time.Millisecond)
	if err := capture(p.window, file); err != nil {
		p.fail("take a picture: %v", err)
	}
}

func capture(window, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	out, err := exec.Command("import", "-window", window, file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("import: %w: %s", err, out)
	}
	return nil
}

// alive ends the test when the program has ended by itself.
func (p *person) alive() {
	p.t.Helper()
	select {
	case err := <-p.ended:
		p.ended <- err
		p.t.Fatalf("the program ended: %v\n%s", err, p.log)
	default:
	}
}

// fail ends the test with a picture of the screen.
func (p *person) fail(format string, args ...any) {
	p.t.Helper()
	file := filepath.Join("..", "..", "out", "failed", strings.ReplaceAll(p.t.Name(), "/", "-")+".png")
	if p.window != "" && capture(p.window, file) == nil {
		p.t.Logf("the screen at that moment: %s", file)
	}
	p.t.Fatalf(format+"\n%s", append(args, p.log)...)
}

// close ends the program as the system does, and hard when that does not help.
func (p *person) close() {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(8 * time.Second):
		_ = p.command.Process.Kill()
		<-p.ended
	}
	p.ended <- errors.New("closed")
}

// kill ends the program as a power cut does.
func (p *person) kill() {
	p.t.Helper()
	if err := p.command.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	<-p.ended
	p.ended <- errors.New("killed")
}

// lines keeps what a program prints; it is safe for use by several goroutines.
type lines struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *lines) Write(data []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(data)
}

func (l *lines) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

var _ io.Writer = (*lines)(nil)
