package job

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

// ownWish gives n people a document each and all of them one attachment. The last
// two have the same, though not by the same name.
func ownWish(n int) Wish {
	wish := wishFor(n)
	wish.Files = []File{{Name: "Vedlegg.pdf", FileType: "pdf", Pages: 2, Open: text("%PDF-1.7 vedlegg").Open}}
	for i := range wish.To {
		file := text(fmt.Sprint("%PDF-1.7 brev ", min(i, n-2)))
		file.Name, file.Pages = fmt.Sprint(i, ".pdf"), i+1
		wish.To[i].Files = []File{file}
	}
	return wish
}

// told is what a fake Digipost got, by recipient: the titles and contents.
func told(t *testing.T, d *digipostFake) map[string][]string {
	t.Helper()
	got := map[string][]string{}
	for _, letter := range d.sent {
		var parts []string
		for _, document := range letter.Documents {
			content, err := document.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(content)
			if err != nil || content.Close() != nil {
				t.Fatal(err)
			}
			parts = append(parts, document.Title+"="+strings.TrimPrefix(string(data), "%PDF-1.7 "))
		}
		got[letter.To.Value] = parts
	}
	return got
}

// TestOwnDocuments: each gets the own document first and what goes to all behind
// it, under ids of their own; a content that comes twice is staged once.
func TestOwnDocuments(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, &fastClock{})
	wish := ownWish(4)
	wish.To = append(wish.To, Addressee{Row: 9, Name: "Uten", To: post.Target{Kind: post.ByDigipostAddress, Value: "uten#1"}},
		Addressee{Row: 10, LeftOut: post.ReasonNotAUser, Files: []File{text("%PDF ikke til noen")}})
	var progress []int
	wish.Progress = func(done, total int) { progress = append(progress, done*100+total) }
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	if draft.Sendable() != 4 || len(draft.Documents) != 5 || !slices.Equal(progress, []int{105, 205, 305, 405, 505}) {
		t.Fatalf("%d letters, %+v, %v", draft.Sendable(), draft.Documents, progress)
	}
	if without := draft.Items[4]; without.Reason != post.ReasonBadFile || without.Detail != post.DetailNoDocument || without.Status != post.ItemNotDelivered {
		t.Errorf("without a document: %+v", without)
	}
	kept, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if len(progress) != 10 || len(m.files) != 4 {
		t.Errorf("%d contents staged, progress %v", len(m.files), progress)
	}
	running(t, e)
	if _, err := e.Approve(t.Context(), kept.ID, draft.Job.Fingerprint, 4, 0); err != nil {
		t.Fatal(err)
	}
	if job := follow(t, e, kept.ID); job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 4 {
		t.Fatalf("%s %v", job.State, job.Counts.ByStatus)
	}
	got := told(t, d)
	for i := range 4 {
		want := []string{fmt.Sprint("Årsmøte=brev ", min(i, 2)), "Vedlegg=vedlegg"}
		if letter := got[fmt.Sprintf("person%d#12AB", i)]; !slices.Equal(letter, want) {
			t.Errorf("person %d got %v, want %v", i, letter, want)
		}
	}
	ids := map[string]bool{}
	for _, item := range m.items[kept.ID] {
		for _, id := range item.DocumentUUIDs {
			ids[id] = true
		}
	}
	if len(ids) != 2*4+1+1 {
		t.Errorf("%d ids", len(ids))
	}
	if own, err := e.DocumentsOf(t.Context(), kept.ID, 3); err != nil || len(own) != 2 || own[0].Name != "2.pdf" {
		t.Errorf("%+v, %v", own, err)
	}
}

// TestOwnDocumentsAgain: who was not reached gets the own document again.
func TestOwnDocumentsAgain(t *testing.T) {
	m, d := newMemory(), newDigipost()
	d.answer = func(_ int, letter post.Letter) (bool, post.Outcome, error) {
		if letter.To.Value == "person1#12AB" {
			return false, post.Outcome{Status: post.ItemNotDelivered, Reason: post.ReasonRefused, Channel: post.ChannelNone}, nil
		}
		return true, delivered, nil
	}
	e := engineOn(m, d, &fastClock{})
	running(t, e)
	first := follow(t, e, approved(t, e, ownWish(4), 0).ID)
	draft, err := e.Again(t.Context(), first.ID)
	if err != nil || draft.Sendable() != 1 || len(draft.Documents) != 2 {
		t.Fatalf("%+v, %v", draft, err)
	}
	d.with(func() { d.answer, d.sent = nil, nil })
	kept, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Approve(t.Context(), kept.ID, kept.Fingerprint, 1, 0); err != nil {
		t.Fatal(err)
	}
	follow(t, e, kept.ID)
	if got := told(t, d); !slices.Equal(got["person1#12AB"], []string{"Årsmøte=brev 1", "Vedlegg=vedlegg"}) || len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// TestOwnDocumentsRefused: what cannot be is said before anything is stored.
func TestOwnDocumentsRefused(t *testing.T) {
	m := newMemory()
	e := engineOn(m, newDigipost(), &fastClock{})
	if _, err := e.Prepare(t.Context(), func() Wish { w := wishFor(2); w.Files = nil; return w }()); post.CodeOf(err) != post.CodeNothingToSend {
		t.Errorf("no document at all: %v", err)
	}
	alone := ownWish(3)
	alone.Files = nil
	if draft, err := e.Prepare(t.Context(), alone); err != nil || len(draft.Documents) != 3 {
		t.Errorf("own documents alone: %v", err)
	}
	many := ownWish(3)
	for range MaxAttachments {
		many.Files = append(many.Files, text("%PDF"))
	}
	if _, err := e.Prepare(t.Context(), many); post.CodeOf(err) != post.CodeTooManyAttachments {
		t.Errorf("too many: %v", err)
	}
	gone := ownWish(3)
	gone.To[1].Files[0].Open = missing
	if _, err := e.Prepare(t.Context(), gone); post.CodeOf(err) != post.CodeFileMissing {
		t.Errorf("a file that is gone: %v", err)
	}
	draft, err := e.Prepare(t.Context(), ownWish(3))
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.files {
		if draft.Documents[i].Item == 2 {
			draft.files[i] = text("%PDF another by now")
		}
	}
	if _, err := e.Keep(t.Context(), draft); post.CodeOf(err) != post.CodeFileChanged || len(m.files) != 0 || len(m.jobs) != 0 {
		t.Errorf("a file that changed: %v, %d left", err, len(m.files))
	}
	ended, cancel := context.WithCancel(t.Context())
	stopping := ownWish(3)
	stopping.Progress = func(done, _ int) {
		if done == 2 {
			cancel()
		}
	}
	if _, err := e.Prepare(ended, stopping); !errors.Is(err, context.Canceled) {
		t.Errorf("it goes on after its end: %v", err)
	}
}

// TestSameFileIsReadOnce: one file for many is opened once to be hashed and once
// to be staged.
func TestSameFileIsReadOnce(t *testing.T) {
	m := newMemory()
	e := engineOn(m, newDigipost(), &fastClock{})
	opened, wish := 0, ownWish(50)
	for i := range wish.To {
		wish.To[i].Files[0] = File{Name: "lik.pdf", FileType: "pdf", Key: "lik", Open: func(ctx context.Context) (io.ReadCloser, error) {
			opened++
			return text("%PDF lik").Open(ctx)
		}}
	}
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Keep(t.Context(), draft); err != nil || opened != 2 || len(m.files) != 2 {
		t.Errorf("opened %d times, %d staged, %v", opened, len(m.files), err)
	}
}

// TestOwnDocumentsInTheFingerprint: whose document it is, its content and its title
// are part of the plan; its name, unless it is a title, is not.
func TestOwnDocumentsInTheFingerprint(t *testing.T) {
	e := engineOn(newMemory(), newDigipost(), &fastClock{})
	print := func(change func(*Wish)) string {
		wish := ownWish(3)
		wish.To[0].Files = append(wish.To[0].Files, File{Name: "Kart.pdf", FileType: "pdf", Open: text("%PDF kart").Open})
		if change != nil {
			change(&wish)
		}
		draft, err := e.Prepare(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		return draft.Job.Fingerprint
	}
	first := print(nil)
	for name, same := range map[string]func(*Wish){
		"renamed":  func(w *Wish) { w.To[1].Files[0].Name = "annet.pdf" },
		"left out": func(w *Wish) { w.To = append(w.To, Addressee{Row: 99, LeftOut: post.ReasonNotAUser}) },
	} {
		if print(same) != first {
			t.Errorf("%s: another fingerprint", name)
		}
	}
	for name, other := range map[string]func(*Wish){
		"swapped": func(w *Wish) { w.To[0].Files[0], w.To[1].Files[0] = w.To[1].Files[0], w.To[0].Files[0] },
		"changed": func(w *Wish) { w.To[1].Files[0] = text("%PDF annet") },
		"order":   func(w *Wish) { slices.Reverse(w.To[0].Files) },
		"title":   func(w *Wish) { w.To[0].Files[1].Name = "Plan.pdf" },
		"shared":  func(w *Wish) { w.Files = nil },
		"type":    func(w *Wish) { w.To[1].Files[0].FileType = "png" },
		"for all": func(w *Wish) { w.Files = append(w.Files, w.To[0].Files[1]); w.To[0].Files = w.To[0].Files[:1] },
	} {
		if print(other) == first {
			t.Errorf("%s: the same fingerprint", name)
		}
	}
}

// The canonical plan with documents of single letters, byte for byte.
const goldenOwn = `{"version":1,"kind":"mailing","sender_id":1000,"via":"rest","subject":"Årsmøte","auth":"two_factor","sensitive":true,` +
	`"documents":[{"file_type":"pdf","sha256":"cc","title":"Kart"}],` +
	`"recipients":[{"kind":"fnr","value":"03846131239","Line1":"","Line2":"","Postcode":"","Town":"","Country":"",` +
	`"documents":[{"file_type":"pdf","sha256":"aa","title":"Årsmøte"},{"file_type":"png","sha256":"bb","title":"Plan"}]},` +
	`{"kind":"digipost","value":"per#1","Line1":"","Line2":"","Postcode":"","Town":"","Country":"",` +
	`"documents":[{"file_type":"pdf","sha256":"dd","title":"Årsmøte"}]}]}`

func TestGoldenFingerprintOfOwnDocuments(t *testing.T) {
	job, _, _ := golden()
	items := []post.Item{{Seq: 1, To: sally}, {Seq: 2, Status: post.ItemNotDelivered}, {Seq: 3, To: post.Target{Kind: post.ByDigipostAddress, Value: "per#1"}}}
	documents := []post.Document{{Index: 1, Name: "Kart.pdf", FileType: "pdf", SHA256: "cc"}, {Item: 1, Name: "1.pdf", FileType: "pdf", SHA256: "aa"},
		{Item: 1, Index: 1, Name: "Plan.png", FileType: "png", SHA256: "bb"}, {Item: 3, Name: "3.pdf", FileType: "pdf", SHA256: "dd"}}
	if text, err := planText(job, documents, items); err != nil || string(text) != goldenOwn {
		t.Errorf("old evidence would not verify: %s, %v", text, err)
	}
	if Fingerprint(job, documents, items) != hexSHA256([]byte(goldenOwn)) {
		t.Error("the fingerprint is of something else")
	}
}

// TestOwnDocumentsInEvidence: the evidence proves the plan with everybody's
// document, and verifies.
func TestOwnDocumentsInEvidence(t *testing.T) {
	m := newMemory()
	clock := &stillClock{at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	e := New(Config{Store: m, Outbox: m, Clock: clock, Actor: "kari", NewUUID: counting()})
	const born = "03846131239"
	wish := ownWish(3)
	wish.To[1].Files[0].Name = "brev_" + born + ".pdf"
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	job, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Approve(t.Context(), job.ID, job.Fingerprint, 3, time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, numbers := range []bool{false, true} {
		var pack bytes.Buffer
		made, err := e.Evidence(t.Context(), job.ID, &pack, EvidenceWith{Trail: &trailFake{m: m}, Words: codeWords{}, ShowNumbers: numbers})
		if err != nil || made.Proof != FingerprintSame || made.Fingerprint != draft.Job.Fingerprint {
			t.Fatalf("%+v, %v", made, err)
		}
		report := verify(t, pack.Bytes(), nil)
		if !report.Valid || len(report.Changed) > 0 || bytes.Contains(pack.Bytes(), []byte(born)) {
			t.Errorf("%+v", report)
		}
		var manifest evidenceManifest
		if err := json.Unmarshal([]byte(unpack(t, pack.Bytes())[manifestName]), &manifest); err != nil || len(manifest.Documents) != 4 {
			t.Fatalf("%v: %+v", err, manifest.Documents)
		}
		items := map[int]int{}
		for _, document := range manifest.Documents {
			items[document.Item]++
		}
		if items[0] != 1 || items[1] != 1 || items[3] != 1 {
			t.Errorf("documents by letter: %v", items)
		}
	}
	m.documents[job.ID][1].SHA256 = strings.Repeat("0", 64)
	var pack bytes.Buffer
	if made, err := e.Evidence(t.Context(), job.ID, &pack, EvidenceWith{Trail: &trailFake{m: m}, Words: codeWords{}}); err != nil || made.Proof != FingerprintDiffers {
		t.Errorf("another document than the approved one: %+v, %v", made, err)
	}
}

// TestOwnDocumentsInABatchFile: the file holds the documents of those who are in it
// and nobody else's; somebody taken out takes theirs along.
func TestOwnDocumentsInABatchFile(t *testing.T) {
	e, _, s, _, _ := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
	wish := ownWish(4)
	wish.Via = post.ViaBatch
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	var made bytes.Buffer
	if err := e.WriteJobFile(t.Context(), draft, &made); err != nil {
		t.Fatal(err)
	}
	var file splitFake
	if err := json.Unmarshal(made.Bytes(), &file); err != nil || len(file.Documents) != 5 || len(file.Letters) != 4 {
		t.Errorf("%+v, %v", file, err)
	}
	kept, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.TakeOut(t.Context(), kept.ID, "P0", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Approve(t.Context(), kept.ID, kept.Fingerprint, 3, 0); err != nil {
		t.Fatal(err)
	}
	running(t, e)
	if job := follow(t, e, kept.ID); job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 3 {
		t.Fatalf("%s %v", job.State, job.Counts.ByStatus)
	}
	s.with(func() {
		for _, upload := range s.files {
			if bytes.Contains(upload, []byte("brev 0")) || !bytes.Contains(upload, []byte("brev 1")) {
				t.Errorf("the file holds %s", upload)
			}
		}
	})
}

// TestTrials: the first, the longest, the last and others, each as its person will
// get it, and never more than there are.
func TestTrials(t *testing.T) {
	m, d := newMemory(), newDigipost()
	e := engineOn(m, d, &fastClock{})
	wish := ownWish(9)
	wish.To[0].LeftOut = post.ReasonNotAUser
	wish.To[4].Files[0].Pages = 40
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	me := post.Target{Kind: post.ByDigipostAddress, Value: "meg#12AB"}
	for n, want := range map[int][]int{0: {2}, 1: {2}, 2: {2, 5}, 3: {2, 5, 9}, 8: {2, 3, 4, 5, 6, 7, 8, 9}, 99: {2, 3, 4, 5, 6, 7, 8, 9}} {
		trials, err := e.Trials(t.Context(), draft, me, n)
		var shown []int
		for _, trial := range trials {
			shown = append(shown, trial.Shows)
			if trial.Job.TrialOf != draft.Job.ID || trial.Job.Kind != post.KindLetter || trial.Sendable() != 1 || trial.Job.RESTBatch != "" || trial.Items[0].To != me {
				t.Errorf("%d: %+v", n, trial.Job)
			}
		}
		if err != nil || !slices.Equal(shown, want) {
			t.Errorf("%d trials show %v, want %v, %v", n, shown, want, err)
		}
	}
	for n := range 9 {
		if trials, err := e.Trials(t.Context(), draft, me, n+1); err != nil || len(trials) != min(n+1, 8) {
			t.Errorf("%d of %d trials, %v", len(trials), n+1, err)
		}
	}
	trials, err := e.Trials(t.Context(), draft, me, 2)
	if err != nil {
		t.Fatal(err)
	}
	running(t, e)
	for _, trial := range trials {
		kept, err := e.Keep(t.Context(), trial)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Approve(t.Context(), kept.ID, kept.Fingerprint, 1, 0); err != nil {
			t.Fatal(err)
		}
		if job := follow(t, e, kept.ID); job.State != post.JobDone {
			t.Fatal(job.State)
		}
	}
	if got := told(t, d)["meg#12AB"]; !slices.Equal(got, []string{"Årsmøte=brev 4", "Vedlegg=vedlegg"}) || d.sends != 2 {
		t.Errorf("the last trial was %v of %d", got, d.sends)
	}
	// The mailing goes to as many as before.
	kept, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Approve(t.Context(), kept.ID, draft.Job.Fingerprint, 8, 0); err != nil {
		t.Fatal(err)
	}
	if job := follow(t, e, kept.ID); job.Counts.ByStatus[post.ItemDelivered] != 8 || job.Approved != 8 {
		t.Errorf("%v", job.Counts.ByStatus)
	}
	if _, err := e.Trials(t.Context(), draft, post.Target{}, 1); post.CodeOf(err) != post.CodeRecipientInvalid {
		t.Errorf("to nobody: %v", err)
	}
}

// TestHoldMailings: one switch lets all mailings by the sender API wait at
// Digipost, and no other job.
func TestHoldMailings(t *testing.T) {
	e := engineOn(newMemory(), newDigipost(), &fastClock{})
	e.HoldMailings = true
	for name, c := range map[string]struct {
		change func(*Wish)
		held   bool
	}{
		"mailing": {func(*Wish) {}, true},
		"batch":   {func(w *Wish) { w.Via = post.ViaBatch }, false},
		"letter":  {func(w *Wish) { w.Kind, w.To = post.KindLetter, w.To[:1] }, false},
		"split":   {func(w *Wish) { w.Kind, w.Via = post.KindSplit, post.ViaREST }, false},
	} {
		wish := wishFor(2)
		c.change(&wish)
		draft, err := e.Prepare(t.Context(), wish)
		if err != nil || (draft.Job.RESTBatch != "") != c.held || draft.Job.HoldsAtDigipost() != c.held {
			t.Errorf("%s: %q, %v", name, draft.Job.RESTBatch, err)
		}
	}
}
