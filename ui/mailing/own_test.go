package mailing

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brevdue/app/document"
	"brevdue/app/intake"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

// letters makes a folder with a PDF for each of the names.
func letters(t *testing.T, names ...string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "Lønnsslipper november")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(letterFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content := data
		if strings.HasPrefix(name, "broken") || strings.Contains(name, "-broken") {
			content = []byte("this is no PDF")
		}
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// numbered are file names that begin with the customer ids of a crowd.
func numbered(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("%d.pdf", 1000+i))
	}
	return names
}

// toDocuments goes to the page of the documents and chooses own ones in a folder.
func toDocuments(t *testing.T, b *partstest.Bench, s *Screen, folder string) {
	t.Helper()
	s.goTo(stepDocument)
	b.Tap(t, "mailing.each.own")
	s.takeFolder(folder)
}

// TestOwnDocuments: good rows go, bad rows wait, files to spare are told.
func TestOwnDocuments(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(8)
	names := append(numbered(8)[:6], "1001 kopi.pdf", "rest.pdf")
	names[4] = "1004-broken.pdf"
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	toDocuments(t, b, s, letters(t, names...))
	found := s.model.own.found
	for state, want := range map[rowState]int{rowGood: 4, rowMissing: 2, rowAmbiguous: 1, rowBad: 1, rowExtra: 1} {
		if got := found.count(state); got != want {
			t.Errorf("%s: %d, want %d", state, got, want)
		}
	}
	if f.matchedBy != document.ByFileName || !b.Has("mailing.waiting") {
		t.Errorf("matched by %s: %v", f.matchedBy, b.IDs())
	}
	s.model.subject = "Lønnsslipp"
	s.next()
	s.next()
	if s.model.step != stepReview || s.model.plan.draft.Sendable() != 4 || s.model.plan.people.LeftOut[post.ReasonBadFile] != 4 {
		t.Fatalf("step %d, %v: %v", s.model.step, s.model.plan.people.LeftOut, s.err)
	}
	for _, to := range f.wish.To {
		if (len(to.Files) == 1) != (to.LeftOut == "") {
			t.Errorf("%s has %d files and is left out as %q", to.CustomerID, len(to.Files), to.LeftOut)
		}
	}
	s.Leave()
}

// TestByColumn: where the list names files, they are found by that.
func TestByColumn(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(4)
	f.list = &intake.Result{Rows: 4}
	for i := range 4 {
		f.people.Keys[i].File = fmt.Sprintf("brev %d", i)
	}
	s := New(b.Env, f.ports())
	b.Framed(s, "list", 1280, 1600)
	toDocuments(t, b, s, letters(t, "brev 0.pdf", "brev 1.pdf", "brev 2.pdf"))
	if f.matchedBy != document.ByColumn || s.model.own.found.count(rowGood) != 3 || s.model.own.found.count(rowMissing) != 1 {
		t.Errorf("by %s: %+v", f.matchedBy, s.model.own.found.rows)
	}
	b.Tap(t, "mailing.by.file")
	if f.matchedBy != document.ByFileName || s.model.own.found.count(rowGood) != 0 {
		t.Errorf("by %s: %+v", f.matchedBy, s.model.own.found.rows)
	}
	s.model.subject = "Brev"
	s.next()
	if s.need != "mailing.need.good" {
		t.Errorf("goes on without documents: %q", s.need)
	}
	s.Leave()
}

// TestHeldBack: a letter with somebody else's number waits until a person has said
// why it may go, and that is kept.
func TestHeldBack(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(4)
	f.foreign = map[string][]document.Foreign{"1002.pdf": {{Page: 2, Masked: "030461 *****"}}}
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	toDocuments(t, b, s, letters(t, numbered(4)...))
	if s.model.own.found.count(rowHeld) != 1 || s.model.own.found.shifted() {
		t.Fatalf("rows %+v", s.model.own.found.rows)
	}
	b.Tap(t, "mailing.row.held")
	s.openRow(s.picked[0])
	if text := b.Control(t, "mailing.foreign").Text; !strings.Contains(text, "Side 2: 030461\u00a0*****") {
		t.Errorf("told %q", text)
	}
	b.Tap(t, "mailing.allow.ward")
	if s.model.own.found.count(rowHeld) != 0 {
		t.Error("still held back")
	}
	b.Tap(t, "mailing.back")
	b.Tap(t, "mailing.back")
	s.model.subject = "Brev"
	s.next()
	s.next()
	s.next()
	s.approve()
	if f.approved != 4 || f.allowed["ward"] != 1 {
		t.Errorf("approved %d, kept %v", f.approved, f.allowed)
	}
	s.Leave()
}

// TestShifted: when most letters are somebody else's, the list is out of step.
func TestShifted(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(6)
	f.foreign = map[string][]document.Foreign{}
	for _, name := range numbered(6)[:5] {
		f.foreign[name] = []document.Foreign{{Page: 1, Masked: "030461 *****"}}
	}
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	toDocuments(t, b, s, letters(t, numbered(6)...))
	if !b.Has("mailing.shifted") {
		t.Errorf("not told: %v", b.IDs())
	}
	s.Leave()
}

// TestRowsSearched: the list is searched by name and file, and one goes from letter
// to letter.
func TestRowsSearched(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(8)
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	toDocuments(t, b, s, letters(t, append(numbered(8)[:6], "rest.pdf")...))
	s.openRows("")
	s.FocusSearch()
	b.Type(t, "mailing.rows.search", "ødegård\n")
	if len(s.picked) != 2 {
		t.Fatalf("found %d rows", len(s.picked))
	}
	s.openRow(s.picked[0])
	b.Tap(t, "mailing.row.after")
	if s.paper.row != s.picked[1] || !strings.HasSuffix(s.paper.path, "1004.pdf") {
		t.Errorf("went on to %+v", s.paper)
	}
	b.Tap(t, "mailing.row.after") // there is none
	b.Tap(t, "mailing.row.before")
	b.Tap(t, "mailing.back")
	if s.sub != subRows || s.sought == "" {
		t.Errorf("back at %q, searched for %q", s.sub, s.sought)
	}
	s.sought = "rest"
	s.filterRows()
	s.openRow(s.picked[0])
	if !strings.HasSuffix(s.paper.path, "rest.pdf") {
		t.Errorf("a file to spare: %+v", s.paper)
	}
	s.Leave()
}

// TestLookedAtOnce: files are read again only when they have changed.
func TestLookedAtOnce(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(3)
	folder := letters(t, numbered(3)...)
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	toDocuments(t, b, s, folder)
	f.foreign = map[string][]document.Foreign{"1000.pdf": {{Page: 1, Masked: "030461 *****"}}, "1001.pdf": {{Page: 1, Masked: "030461 *****"}}}
	if err := os.Chtimes(filepath.Join(folder, "1001.pdf"), time.Now(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	s.matchNow()
	if rows := s.model.own.found.rows; rows[0].state != rowGood || rows[1].state != rowHeld {
		t.Errorf("rows %+v", rows)
	}
	s.Leave()
}

// TestSharedNumber: a letter to all that holds a birth number is asked about.
func TestSharedNumber(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(4)
	f.foreign = map[string][]document.Foreign{"brev.pdf": {{Page: 1, Masked: "030461 *****"}}}
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	s.goTo(stepDocument)
	s.takeFile(letterFile)
	s.model.subject = "Brev"
	s.next()
	s.next()
	s.next()
	if s.model.step != stepReview || s.need != "mailing.need.foreign" {
		t.Fatalf("step %d, %q", s.model.step, s.need)
	}
	b.Tap(t, "mailing.foreign.ok")
	b.Tap(t, "mailing.next")
	if s.model.step != stepApprove {
		t.Errorf("step %d, %q", s.model.step, s.need)
	}
	s.approve()
	if f.allowed["shared"] != 1 {
		t.Errorf("kept %v", f.allowed)
	}
	s.Leave()
}

// TestSharedUnread: a document for all that nobody could look into is told, and
// holds nothing up.
func TestSharedUnread(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, crowd(4).ports())
	b.Framed(s, "", 1280, 1600)
	s.goTo(stepDocument)
	s.takeFile(filepath.Join(letters(t, "unread.pdf"), "unread.pdf"))
	s.model.subject = "Brev"
	s.next()
	s.next()
	if !b.Has("mailing.foreign.unread") {
		t.Errorf("not told: %v", b.IDs())
	}
	if s.next(); s.model.step != stepApprove {
		t.Errorf("held up: %q", s.need)
	}
	s.Leave()
}

// TestFolders: an empty folder and one that is gone are told.
func TestFolders(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, crowd(3).ports())
	b.Framed(s, "", 1280, 1600)
	toDocuments(t, b, s, letters(t))
	if found := s.model.own.found; found == nil || found.count(rowMissing) != 3 {
		t.Errorf("found %+v", found)
	}
	s.takeFolder(filepath.Join(t.TempDir(), "borte"))
	if post.CodeOf(s.err) != post.CodeFileMissing {
		t.Errorf("error %v", s.err)
	}
	s.Leave()
}

// TestAttachments come with everybody's letter.
func TestAttachments(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(3)
	folder := letters(t, numbered(3)...)
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	toDocuments(t, b, s, folder)
	b.Type(t, "mailing.attach.path", letterFile+"\n")
	b.Picked = letterFile
	b.Tap(t, "mailing.attach")
	b.Tap(t, "mailing.attached.remove.0")
	s.model.subject = "Brev"
	s.next()
	s.next()
	if len(f.wish.Files) != 1 || f.wish.Files[0].Name != "brev.pdf" || len(f.wish.To[0].Files) != 1 {
		t.Errorf("wished for %+v", f.wish.Files)
	}
	s.Leave()
}

// TestPicturesOwn shows documents for each.
func TestPicturesOwn(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "own")
		f := crowd(40)
		f.list = &intake.Result{Rows: 40}
		f.proof.Features = []string{post.FeaturePaper, post.FeatureBatchMailing}
		f.foreign = map[string][]document.Foreign{"1002.pdf": {{Page: 2, Masked: "030461 *****"}}, "1005.pdf": {{Page: 1, Masked: "010190 *****"}, {Page: 3, Masked: "010190 *****"}}}
		names := append(numbered(40)[:33], "1001 kopi av brevet med et langt navn som ikke får plass.pdf", "Lønnsslipp uten eier november 2026.pdf", "unread-1034.pdf")
		names[6] = "1006-broken.pdf"
		folder := letters(t, names...)
		s := New(b.Env, f.ports())
		b.Framed(s, "list", story.Width, story.Height)
		s.goTo(stepDocument)
		b.Tap(t, "mailing.each.own")
		snap("1empty")
		s.takeFolder(folder)
		snap("2found")
		s.busy, s.meter.stage, s.meter.done, s.meter.total = busyMatch, stageLook, 1234, 10000
		b.Redraw()
		snap("2busy")
		s.busy = ""
		s.openRows("")
		snap("3all")
		s.openRows(rowExtra)
		snap("3extra")
		s.openRows(rowHeld)
		snap("3held")
		s.openRow(s.picked[0])
		snap("4preview-held")
		b.Tap(t, "mailing.allow.ward")
		snap("4preview-allowed")
		s.back()
		s.openRows(rowGood)
		s.openRow(s.picked[1])
		snap("4preview")
		s.back()
		s.back()
		s.attach(letterFile)
		snap("5attached")
		for _, row := range s.model.own.found.rows {
			f.foreign[filepath.Base(row.path)] = []document.Foreign{{Page: 1, Masked: "030461 *****"}}
		}
		s.model.own.looks = nil
		s.matchNow()
		snap("6shifted")
		s.takeFolder(letters(t))
		s.model.subject = "Lønnsslipp"
		s.next()
		snap("7nothing")
		s.takeFolder(filepath.Join(folder, "finnes ikke"))
		snap("7fault")
		s.Leave()
	}
}
