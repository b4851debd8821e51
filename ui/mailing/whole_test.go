package mailing

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/store"
	"brevdue/store/outbox"
	"brevdue/store/secret"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

// wholeRig are the wizard's ports on the program's own parts, with nothing behind
// them that sends.
func wholeRig(t *testing.T, people int) Ports {
	t.Helper()
	sealer, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "brevdue.db"), store.Options{Seal: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	box, err := outbox.Open(filepath.Join(t.TempDir(), "outbox"), key)
	if err != nil {
		t.Fatal(err)
	}
	engine := job.New(job.Config{Store: db, Outbox: box, Clock: job.SystemClock{}, NewUUID: func() string { return rand.Text() }})
	all := register.New(db, nil)
	var rows []post.Row
	for i := range people {
		rows = append(rows, post.Row{Number: i + 2, Recipient: post.Recipient{CustomerID: fmt.Sprint(1000 + i), FirstName: "Kari", LastName: fmt.Sprint("Nordmann ", i),
			DigipostAddress: fmt.Sprintf("kari.nordmann%d#1A2B", i)}})
	}
	plan, err := all.Plan(t.Context(), rows, "Ansatte")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := all.Commit(t.Context(), post.Import{File: "ansatte.xlsx"}, plan); err != nil {
		t.Fatal(err)
	}
	reader := &document.Reader{}
	t.Cleanup(func() { _ = reader.Close() })
	return Ports{Stories: flow.New(all, engine), Jobs: engine, Register: all,
		Sender: func(context.Context) (post.Sender, error) {
			return post.Sender{SenderID: 1001, Name: "Fjordvik idrettslag", Environment: post.Practice}, nil
		},
		CoolingOff: func(context.Context, post.JobKind) (time.Duration, error) { return 5 * time.Minute, nil },
		Shield:     reader.Shield, CheckPrint: reader.Check, Prices: db.Prices}
}

// TestWholeWithOwnDocuments goes from a folder to an approved job through the
// program's own parts: each letter gets its own document and the attachment.
func TestWholeWithOwnDocuments(t *testing.T) {
	ports := wholeRig(t, 12)
	folder := letters(t, numbered(12)[:10]...)
	data, err := os.ReadFile(letterFile)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range numbered(10) { // each is another document
		if err := os.WriteFile(filepath.Join(folder, name), append(data, fmt.Sprintf("\n%% %d\n", i)...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mail := func() (*partstest.Bench, *Screen) {
		b := partstest.New(t, "nb", look.Light)
		b.Clock = time.Now()
		s := New(b.Env, ports)
		b.Framed(s, "", 1280, 1600)
		toDocuments(t, b, s, folder)
		s.attach(letterFile)
		s.model.subject = "Lønnsslipp november"
		s.next()
		s.next()
		if s.err != nil || s.model.plan.draft == nil {
			t.Fatalf("step %d: %v", s.model.step, s.err)
		}
		return b, s
	}
	b, s := mail()
	draft := s.model.plan.draft
	if draft.Sendable() != 10 || s.model.plan.people.LeftOut[post.ReasonBadFile] != 2 || len(s.model.plan.cost.estimate.MissingPrices) == 0 {
		t.Errorf("%d letters, left out %v, missing prices %v", draft.Sendable(), s.model.plan.people.LeftOut, s.model.plan.cost.estimate.MissingPrices)
	}
	for _, item := range draft.Items {
		if item.Status != post.ItemReady {
			continue
		}
		if theirs := post.GroupDocuments(draft.Documents).Of(item.Seq); len(theirs) != 2 || theirs[0].Name != item.CustomerID+".pdf" || theirs[1].Name != "brev.pdf" {
			t.Errorf("%s gets %+v", item.CustomerID, theirs)
		}
	}
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.approve")
	if len(b.Args) != 1 {
		t.Fatalf("not approved: %v", s.err)
	}
	kept, err := ports.Jobs.Job(t.Context(), b.Args[0])
	if err != nil || kept.State != post.JobCoolingOff || kept.Approved != 10 {
		t.Errorf("the job is %s with %d letters: %v", kept.State, kept.Approved, err)
	}
	s.Leave()
	_, s = mail()
	if s.model.plan.draft.Job.Fingerprint != kept.Fingerprint {
		t.Error("the same mailing has another fingerprint")
	}
	if s.next(); s.model.plan.twin == nil || s.model.plan.twin.ID != kept.ID || s.need != "mailing.need.twin" {
		t.Errorf("the same mailing goes twice: step %d, %q", s.model.step, s.need)
	}
	s.Leave()
}

// TestWholeDryRun: trial drafts can be made of a draft with own documents, and a
// file that changed since is refused.
func TestWholeDryRun(t *testing.T) {
	ports := wholeRig(t, 5)
	ports.Shield = nil // PDFium takes its time to start
	folder := letters(t, numbered(5)...)
	b := partstest.New(t, "nb", look.Light)
	b.Clock = time.Now()
	s := New(b.Env, ports)
	b.Framed(s, "", 1280, 1600)
	toDocuments(t, b, s, folder)
	s.model.subject = "Lønnsslipp"
	s.next()
	s.next()
	draft := s.model.plan.draft
	trials, err := ports.Jobs.Trials(t.Context(), draft, post.Target{Kind: post.ByDigipostAddress, Value: "kari#1A2B"}, trialLetters)
	if err != nil || len(trials) != 3 || trials[0].Documents[0].Name != "1000.pdf" {
		t.Fatalf("%d trials: %v", len(trials), err)
	}
	s.openTrial()
	s.trial.value = "kari.nordmann#1A2B"
	s.sendTrial()
	if s.err != nil || len(s.trial.sent) != 3 || !strings.HasPrefix(s.trial.sent[0].name, "Kari Nordmann") {
		t.Errorf("sent %+v: %v", s.trial.sent, s.err)
	}
	if err := os.WriteFile(filepath.Join(folder, "1000.pdf"), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.back()
	s.next()
	s.approve()
	if post.CodeOf(s.err) != post.CodeFileChanged {
		t.Errorf("a changed file: %v", s.err)
	}
	s.Leave()
}
