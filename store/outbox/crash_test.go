package outbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

// childVariable holds the folder in which a child process writes until it is
// killed.
const childVariable = "BREVDUE_OUTBOX_CHILD"

// TestKilledInTheMiddle kills a process that stores files one after the other:
// every file with a name of ours is whole.
func TestKilledInTheMiddle(t *testing.T) {
	if dir := os.Getenv(childVariable); dir != "" {
		writeUntilKilled(t, dir)
	}
	o := open(t)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		child := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestKilledInTheMiddle$")
		child.Env = append(os.Environ(), childVariable+"="+o.dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		before := len(names(t, o))
		for len(names(t, o)) < before+3 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		cancel()
	}
	whole := 0
	for _, name := range names(t, o) {
		if strings.HasSuffix(name, temporary) {
			continue
		}
		file, err := o.Open(t.Context(), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		whole++
		_ = file.Close()
	}
	if whole == 0 {
		t.Error("no file was stored before the kill")
	}
}

func writeUntilKilled(t *testing.T, dir string) {
	o, err := Open(dir, bytes.Repeat([]byte{3}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, _, err := o.Put(context.Background(), io.LimitReader(rand.Reader, 200_000)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFullDisk fills a small disk of its own, where the system lets a test
// mount one.
func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("mounts a tmpfs, which is Linux's")
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("may not mount a small disk: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	o, err := Open(filepath.Join(dir, "outbox"), bytes.Repeat([]byte{3}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, err = o.Put(t.Context(), io.LimitReader(rand.Reader, 1<<20))
	if fault := post.FaultOf(err); fault == nil || fault.Code != post.CodeDiskFull || fault.Fields["folder"] != o.dir {
		t.Fatalf("got %v", err)
	}
	if left := names(t, o); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	put(t, o, "a small one still fits")
}
