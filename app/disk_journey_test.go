package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smallDisk mounts a disk of so many megabytes for a twin's data. It takes root;
// without, the test is skipped.
func smallDisk(t *testing.T, w *twin, megabytes int) *disk {
	t.Helper()
	folder := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm,mode=700", megabytes), "tmpfs", folder).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted (root is needed): %v %s", err, bytes.TrimSpace(out))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	w.data = filepath.Join(folder, "data")
	return &disk{t, filepath.Join(folder, "ballast"), map[string]bool{}}
}

// disk is a disk that can be filled with ballast.
type disk struct {
	t       *testing.T
	ballast string
	seen    map[string]bool // letters, by message-id
}

// newLetters are those delivered since the last look.
func (d *disk) newLetters(w *twin) []delivered {
	w.t.Helper()
	var fresh []delivered
	for _, letter := range w.letters() {
		if !d.seen[letter.MessageID] {
			fresh = append(fresh, letter)
		}
		d.seen[letter.MessageID] = true
	}
	return fresh
}

// fill leaves so many bytes free.
func (d *disk) fill(leave int64) {
	d.t.Helper()
	file, err := os.Create(d.ballast)
	if err != nil {
		d.t.Fatal(err)
	}
	defer file.Close()
	block := make([]byte, 4096)
	for err == nil {
		_, err = file.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := file.Truncate(max(0, info.Size()-leave)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *disk) clear() {
	d.t.Helper()
	if err := os.Remove(d.ballast); err != nil && !errors.Is(err, os.ErrNotExist) {
		d.t.Fatal(err)
	}
}

// onFullDisk runs a command on a disk that may be too full and gives the exit
// code. Either the command goes through, or it says that the disk is full: with 8
// when nothing has left the machine, with 7 when `resume` has to find out.
func (w *twin) onFullDisk(command *exec.Cmd) int {
	w.t.Helper()
	var out, log bytes.Buffer
	command.Stdout, command.Stderr = &out, &log
	kill := time.AfterFunc(time.Minute, func() { _ = command.Process.Kill() })
	defer kill.Stop()
	err := command.Run()
	exit := command.ProcessState.ExitCode()
	if exit == 0 || exit == 1 {
		return 0
	}
	if exit != 7 && exit != 8 || !strings.Contains(log.String(), "Det er ikke plass på disken (/") {
		w.t.Errorf("%s: exit %d (%v)\n%s", command.Args[1], exit, err, log.Bytes())
	}
	return exit
}

// finished fails unless every job has come to its end, or was never approved.
func (w *twin) finished() {
	w.t.Helper()
	var jobs struct {
		Jobs []struct{ ID, State, Kind string }
	}
	w.run(0, &jobs, "jobs")
	for _, each := range jobs.Jobs {
		if each.State != "done" && each.State != "stopped" && each.State != "ready" {
			w.t.Errorf("job %s (%s) is %s", each.ID, each.Kind, each.State)
		}
	}
}

// TestFullDisk: a disk that is full at any point is said, nothing is lost, and
// with room again everything goes on, without a letter sent twice.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	d := smallDisk(t, w, 4)
	levels := []int64{0, 32 << 10, 96 << 10, 160 << 10, 256 << 10}
	// sweep runs a command at each level, and something once there is room again.
	sweep := func(args []string, after func(exit int)) {
		fails := 0
		for _, leave := range levels {
			d.fill(leave)
			exit := w.onFullDisk(w.command(args...))
			d.clear()
			if exit != 0 {
				fails++
			}
			if after != nil {
				after(exit)
			}
		}
		if fails == 0 {
			t.Errorf("%s never met the full disk", args[0])
		}
	}

	sweep([]string{"register", "list"}, nil) // the folder is made on the full disk
	w.run(0, nil, "register", "list")
	sweep([]string{"import", w.list, "-group", "medlemmer"}, nil)
	var people, last result
	w.run(1, nil, "import", w.list, "-group", "medlemmer")
	w.run(0, &people, "register", "list")
	if len(people.Recipients) != 38 {
		t.Errorf("the register has %d people", len(people.Recipients))
	}

	split := []string{"split", "-group", "medlemmer", "-yes"}
	sweep(split, func(exit int) {
		if exit == 7 {
			w.run(0, nil, "resume")
		}
		w.finished()
	})
	w.run(0, &last, split...)
	if last.State != "done" || last.Digipost != 23 {
		t.Errorf("split: %+v", last)
	}

	user := known(t)["user"][0]
	sweep([]string{"send", "-to", "fnr:" + user, "-subject", "Full disk", "-cooling-off", "0s", "-yes", w.letter}, func(exit int) {
		if exit == 7 {
			w.run(0, nil, "resume")
		}
		w.finished()
		want := 1
		if exit == 8 {
			want = 0
		}
		if sent := len(d.newLetters(w)); sent != want {
			t.Errorf("after exit %d: %d letters, want %d", exit, sent, want)
		}
	})
	w.fullHalfWay(d)
}

// fullHalfWay fills the disk while a mailing is on its way.
func (w *twin) fullHalfWay(d *disk) {
	w.t.Helper()
	before := len(w.letters())
	w.trouble("delay@/messages:60ms")
	mailing := w.command("mail", "-group", "medlemmer", "-document", w.letter, "-subject", "Fullt halvveis", "-cooling-off", "0s", "-yes")
	filled := make(chan struct{})
	go func() {
		defer close(filled)
		for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if len(w.letters()) >= before+3 {
				d.fill(0)
				return
			}
		}
	}()
	exit := w.onFullDisk(mailing)
	<-filled
	d.clear()
	w.trouble("")
	if exit != 0 {
		w.run(1, nil, "resume")
	}
	w.finished()
	w.t.Logf("exit %d", exit)
	onePerPerson(w.t, d.newLetters(w), 23)
}
