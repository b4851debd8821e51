package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

// TestNamesAreKept: a program that starts anew does not ask for names again that
// the provider lets it keep, and asks for those it does not.
func TestNamesAreKept(t *testing.T) {
	r := newRig(t)
	for i := range 30 {
		r.box.add("rsz", fmt.Sprint("m", i), "onderwerp", today.Add(-time.Duration(i)*time.Hour), "a.pdf").TypeID = fmt.Sprint("t", i%3)
	}
	look := func(what string, want int) {
		t.Helper()
		before := r.box.named
		r.restart(r.db)
		r.refresh()
		if got := r.box.named - before; got != want {
			t.Errorf("%s: %d names asked for, not %d", what, got, want)
		}
		page, err := r.List(t.Context(), Query{})
		if err != nil || len(page.Entries) != 30 || page.Entries[4].Sender.NL != "Dienst 0566988259" || page.Entries[4].Type.NL != "Type t1" {
			t.Fatal(what, err)
		}
	}
	r.box.namesUntil = today.Add(time.Hour)
	look("first", 60) // this box has no memory of its own
	look("again", 0)
	r.now = today.Add(59 * time.Minute)
	look("just before the end", 0)
	r.now = today.Add(time.Hour)
	r.box.namesUntil = time.Time{}
	look("at the end", 60)
	look("not to be kept", 60)
	r.box.namesUntil = today.Add(2 * time.Hour)
	look("to be kept again", 60)
	before := r.box.named
	if _, err := r.Open(t.Context(), Key{"rsz", "m1"}); err != nil || r.box.named != before {
		t.Errorf("opened: %v, %d names asked for", err, r.box.named-before)
	}
	r.now, r.box.fail["names/rsz"] = today.Add(3*time.Hour), errors.New("no names now")
	look("in trouble the old ones stand", 0)
	delete(r.box.fail, "names/rsz")
	look("and are asked for after it", 60)
}

// TestAllFail: providers that are not active do not hide that all others fail,
// and one that left the registry takes its trouble with it.
func TestAllFail(t *testing.T) {
	r := newRig(t)
	r.box.providers = append(r.box.providers, post.EBoxProvider{ID: "future", Name: post.Translated{NL: "Later"}})
	r.box.add("rsz", "m", "x", today)
	r.box.add("vl", "v", "x", today)
	r.refresh()
	for _, p := range []string{"rsz", "vl"} {
		r.box.fail["messages/"+p] = post.NewFault(post.CodeEBoxUnreachable, nil)
	}
	if _, err := r.Refresh(t.Context(), true); post.CodeOf(err) != post.CodeEBoxUnreachable {
		t.Error(err)
	}
	r.box.fail["messages/vl"] = post.NewFault(post.CodeEBoxRefused, nil)
	delete(r.box.fail, "messages/rsz")
	if _, err := r.Refresh(t.Context(), true); err != nil {
		t.Error("one that refuses hides the others:", err)
	}
	trouble := func(id string) (code post.Code, active bool) {
		known, err := r.db.EBoxSources(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return known[id].Trouble, known[id].Provider.Active
	}
	if code, active := trouble("vl"); code != post.CodeEBoxRefused || !active {
		t.Error(code, active)
	}
	r.box.providers, r.box.fallback = r.box.providers[:1], errors.New("the registry does not answer")
	r.refresh()
	if code, active := trouble("vl"); code != post.CodeEBoxRefused || !active {
		t.Error("the registry did not say that it is gone:", code, active)
	}
	r.box.fallback = nil
	r.refresh()
	if code, active := trouble("vl"); code != "" || active {
		t.Error(code, active)
	}
}

// TestFolder: the folder may have to be made, but never the one it is in.
func TestFolder(t *testing.T) {
	r := newRig(t)
	r.box.add("rsz", "m", "onderwerp", today, "a.pdf", "b.pdf", "c.pdf")
	r.refresh()
	parent := t.TempDir()
	file := filepath.Join(parent, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"", filepath.Join(parent, "a", "b"), file, filepath.Join(file, "a")} {
		if _, err := r.Plan(t.Context(), Selection{All: true, Folder: folder}); post.CodeOf(err) != post.CodeFolderMissing {
			t.Errorf("%q: %v", folder, err)
		}
	}
	folder := filepath.Join(parent, "e-Box")
	plan := r.plan(Selection{All: true, Folder: folder})
	if exists(folder) {
		t.Error("made before anybody said yes")
	}
	r.box.during = func(key string) {
		if key == "rsz/m/a1" { // the disk is taken out, and all above
			_ = os.RemoveAll(parent)
		}
	}
	results, err := r.Run(t.Context(), plan, nil)
	if endsOf(results) != "saved failed not_tried" || post.CodeOf(results[1].Err) != post.CodeFolderMissing || post.CodeOf(err) != post.CodeFolderMissing || exists(parent) {
		t.Fatal(endsOf(results), results[1].Err, err, exists(parent))
	}
	if err := os.Mkdir(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	r.box.during = nil
	if ends := r.run(r.plan(Selection{All: true, Folder: folder})); ends != "saved saved saved" || len(files(t, folder)) != 3 {
		t.Error(ends, files(t, folder))
	}
	// Only a message's folder is taken away: the next document makes it again.
	r.box.add("rsz", "n", "ander", today, "a.pdf", "b.pdf")
	r.refresh()
	r.box.during = func(key string) {
		if key == "rsz/n/a0" {
			_ = os.RemoveAll(filepath.Dir(plan.Items[0].Path))
			for _, entry := range files(t, folder) {
				if strings.Contains(entry, "ander") {
					_ = os.RemoveAll(filepath.Join(folder, filepath.Dir(entry)))
				}
			}
		}
	}
	results, err = r.Run(t.Context(), r.plan(Selection{Messages: []Key{{"rsz", "n"}}, Folder: folder}), nil)
	if err != nil || endsOf(results) != "failed saved" || post.CodeOf(results[0].Err) != post.CodeFolderMissing {
		t.Error(endsOf(results), results[0].Err, err)
	}
}

// TestOtherFolder: what failed before goes into the folder that is chosen now, and
// not to its message's other documents in another.
func TestOtherFolder(t *testing.T) {
	r := newRig(t)
	r.box.add("rsz", "m", "onderwerp", today, "a.pdf", "b.pdf")
	r.refresh()
	first, second := t.TempDir(), t.TempDir()
	r.box.fail["content/rsz/m/a1"] = post.NewFault(post.CodeDigestWrong, nil)
	if ends := r.run(r.plan(Selection{All: true, Folder: first})); ends != "saved failed" {
		t.Fatal(ends)
	}
	clear(r.box.fail)
	if ends := r.run(r.plan(Selection{All: true, Folder: second})); ends != "there saved" || len(files(t, first)) != 1 || len(files(t, second)) != 1 {
		t.Error(ends, files(t, first), files(t, second))
	}
}

// TestTwoProcesses: two that save into one folder at once, on the same store and
// on others, end with whole documents.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	var rigs []*rig
	for range 3 {
		r := newRig(t)
		for i := range 20 {
			r.box.add("rsz", fmt.Sprint("m", i), "onderwerp", today.Add(-time.Duration(i)*time.Hour), "a.pdf", "a.pdf")
		}
		r.refresh()
		r.box.during = func(string) { runtime.Gosched() }
		rigs = append(rigs, r)
	}
	whole := map[string]bool{}
	for _, content := range rigs[0].box.content {
		whole[string(content)] = true
	}
	var wait sync.WaitGroup
	for _, r := range rigs {
		wait.Add(1)
		go func() {
			defer wait.Done()
			plan, err := r.Plan(context.Background(), Selection{All: true, Folder: dir})
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := r.Run(context.Background(), plan, nil); err != nil {
				t.Error(err)
			}
		}()
	}
	wait.Wait()
	for _, r := range rigs {
		if left := r.ids(Query{Saved: NotSaved}); left != "" {
			t.Errorf("not saved: %s", left)
		}
	}
	all := files(t, dir)
	for _, name := range all {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !whole[string(content)] {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
	if len(all) != 3*40 {
		t.Errorf("%d files", len(all))
	}
}

// TestSavedMeanwhile: what another process has saved since the plan was made is
// not fetched again; while it is at it, nothing is.
func TestSavedMeanwhile(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	r.box.add("rsz", "m", "onderwerp", today, "a.pdf", "b.pdf")
	r.refresh()
	first, second := r.plan(Selection{All: true, Folder: dir}), r.plan(Selection{All: true, Folder: dir})
	if ends := r.run(first); ends != "saved saved" {
		t.Fatal(ends)
	}
	r.restart(r.db)
	if ends := r.run(second); ends != "there there" || len(r.box.fetched) != 2 || len(files(t, dir)) != 2 {
		t.Error(ends, r.box.fetched, files(t, dir))
	}
	busy := post.NewFault(post.CodeBusy, nil, "what", "e-Box")
	r.Service = New(Ports{Store: r.db, Box: r.box, Hold: func(context.Context) (func(), error) { return nil, busy }})
	if results, err := r.Run(t.Context(), second, nil); post.CodeOf(err) != post.CodeBusy || results != nil {
		t.Error(results, err)
	}
}

// TestDiskFull: on a disk that is full a document is whole or not there, the run
// ends and says so, and with room again it goes on. It takes a mount.
func TestDiskFull(t *testing.T) {
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted (root is needed): %v %s", err, bytes.TrimSpace(out))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", disk).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	r := newRig(t)
	for i := range 4 {
		m := r.box.add("rsz", fmt.Sprint("m", i), "onderwerp", today.Add(-time.Duration(i)*time.Hour), "a.pdf")
		m.Attachments[0].SHA256 = ""
		r.box.content[fmt.Sprintf("rsz/m%d/a0", i)] = bytes.Repeat([]byte{byte(i)}, 400<<10)
	}
	r.box.piece = 32 << 10
	r.refresh()
	folder := filepath.Join(disk, "e-Box")
	results, err := r.Run(t.Context(), r.plan(Selection{All: true, Folder: folder}), nil)
	if post.CodeOf(err) != post.CodeDiskFull || endsOf(results) != "saved saved failed not_tried" {
		t.Fatal(endsOf(results), err)
	}
	if got := files(t, folder); len(got) != 2 {
		t.Error(got)
	}
	if unread := r.ids(Query{Unread: true}); unread != "m3" {
		t.Errorf("what began to come is read there: %s", unread)
	}
	if err := exec.Command("mount", "-o", "remount,size=4m", disk).Run(); err != nil {
		t.Fatalf("make the disk larger: %v", err)
	}
	if ends := r.run(r.plan(Selection{All: true, Folder: folder})); ends != "there there saved saved" || len(files(t, folder)) != 4 {
		t.Error(ends, files(t, folder))
	}
}

// TestHostileNames: whatever a sender calls a document, it gets a name of its own
// that every system takes, and its ending.
func TestHostileNames(t *testing.T) {
	for name, want := range map[string]string{
		"CON": "_CON.pdf", "aux.pdf": "_aux.pdf", "nul.tar.gz": "_nul.tar.gz", "brief.pdf. . .": "brief.pdf", "a\u202efdp.exe": "afdp.exe", "../../etc/passwd": "passwd.pdf",
		`C:\Windows\x.pdf`: "x.pdf", "a.pdf\x00.exe": "a.pdf.exe", "   .pdf": "document.pdf", "\u200f\u202b": "document.pdf", "a\x1b[2Jb.pdf": "a[2Jb.pdf", "a:b.pdf": "a-b.pdf",
		strings.Repeat("😀", 255) + ".pdf": strings.Repeat("😀", 54) + ".pdf", "...": "document.pdf",
	} {
		got := fileName(post.EBoxAttachment{FileName: name, MediaType: "application/pdf"}, "nl")
		if got != want {
			t.Errorf("%q: %q, not %q", name, got, want)
		}
	}
}

// TestLargeDocument: a large document passes through and never lies in memory.
func TestLargeDocument(t *testing.T) {
	r := newRig(t)
	m := r.box.add("rsz", "m", "onderwerp", today, "a.pdf")
	m.Attachments[0].SHA256, m.Attachments[0].Size = "", 300<<20
	r.refresh()
	var peak uint64
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	before := memory.HeapAlloc
	r.box.stream = func(into io.Writer) error {
		block := make([]byte, 1<<20)
		for i := range 300 {
			if _, err := into.Write(block); err != nil {
				return err
			}
			if i%10 == 0 {
				runtime.ReadMemStats(&memory)
				peak = max(peak, memory.HeapAlloc)
			}
		}
		return nil
	}
	dir := t.TempDir()
	if ends := r.run(r.plan(Selection{All: true, Folder: dir})); ends != "saved" || peak > before+8<<20 {
		t.Errorf("%s, %d MB more", ends, (peak-before)>>20)
	}
	if ends := r.run(r.plan(Selection{All: true, Folder: dir})); ends != "there" {
		t.Error(ends)
	}
}
