package mailing

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brevdue/app/document"
	"brevdue/app/job"
	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// planned goes to the review of a mailing with one document.
func planned(t *testing.T, language string, f *fake) (*partstest.Bench, *Screen) {
	t.Helper()
	b := partstest.New(t, language, look.Light)
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 2000)
	s.goTo(stepDocument)
	s.takeFile(letterFile)
	s.model.subject = "Innkalling til årsmøte"
	s.next()
	s.next()
	if s.model.step != stepReview || s.model.plan.draft == nil {
		t.Fatalf("step %d: %v", s.model.step, s.err)
	}
	return b, s
}

func said(b *partstest.Bench) string { return strings.Join(partstest.Texts(b.Window.Canvas()), "\n") }

// TestCostWithoutPrices names what is missing and shows no sum.
func TestCostWithoutPrices(t *testing.T) {
	b, s := planned(t, "nb", crowd(8))
	if b.Has("mailing.cost.likely") || !strings.Contains(said(b), "Vi viser ingen sum") || !strings.Contains(said(b), "Digitalt brev til og med 100 kB") {
		t.Errorf("a sum without prices:\n%s", said(b))
	}
	b.Tap(t, "mailing.prices")
	if b.Went[0] != parts.PlaceSettings || b.Args[0] != "prices:mailing" {
		t.Errorf("went to %v %v", b.Went, b.Args)
	}
	s.Leave()
}

// TestCostAnew: whoever comes back from the prices finds the plan as it was, with
// the sum.
func TestCostAnew(t *testing.T) {
	f := crowd(8)
	b, s := planned(t, "nb", f)
	draft := s.model.plan.draft
	b.Tap(t, "mailing.prices")
	s.Leave()
	f.prices = map[string]string{"digital.step1": "4.5"}
	b.Framed(s, "", 1280, 2000)
	if s.model.step != stepReview || s.model.plan.draft != draft {
		t.Fatalf("came back to step %d", s.model.step)
	}
	if got := said(b); !b.Has("mailing.cost.likely") || !strings.Contains(got, "kr 36,00") || !strings.Contains(got, "Sist endret 17.08.2026") {
		t.Errorf("the sum of eight letters:\n%s", got)
	}
	b.Tap(t, "mailing.next")
	if got := said(b); !strings.Contains(got, "kr 36,00 uten mva.") {
		t.Errorf("the approval:\n%s", got)
	}
	s.Leave()
}

// TestSchedule: a mailing starts at a time, which has to be ahead.
func TestSchedule(t *testing.T) {
	f := crowd(8)
	b, s := planned(t, "nb", f)
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.times")
	b.Tap(t, "mailing.cooling.15m0s")
	b.Tap(t, "mailing.start")
	if !b.Has("mailing.start.awake") {
		t.Error("does not say that the computer has to be on")
	}
	s.model.start.at = parts.Moment{Day: "02.11.2026", Clock: "08:00"}
	b.Tap(t, "mailing.approve")
	if len(f.calls) > 0 && f.calls[len(f.calls)-1] == "approve" {
		t.Fatal("approved for a time that is past")
	}
	s.model.start.at = parts.Moment{Day: "04.11.2026", Clock: "08:00"}
	b.Tap(t, "mailing.approve")
	if want := time.Date(2026, 11, 4, 8, 0, 0, 0, time.Local); !f.startAt.Equal(want) || f.coolingOff != 15*time.Minute || f.approved != 8 {
		t.Errorf("starts %v, cools off %v, %d letters", f.startAt, f.coolingOff, f.approved)
	}
	s.Leave()
}

// TestAgain: those who got the document before are asked about first, and can be
// left out.
func TestAgain(t *testing.T) {
	f := crowd(8)
	f.again = 3
	b, s := planned(t, "nb", f)
	b.Tap(t, "mailing.next")
	if s.model.step != stepReview || s.need != "mailing.need.again" {
		t.Fatalf("went on to %d without an answer", s.model.step)
	}
	f.again = 0 // the three are out then
	b.Tap(t, "mailing.again.leave")
	if n := s.model.plan.draft.Sendable(); n != 5 || !b.Has("mailing.again.left") || f.wish.To[0].LeftOut != post.ReasonDuplicateLetter {
		t.Errorf("%d letters: %v", n, b.IDs())
	}
	f.again = 3
	b.Tap(t, "mailing.again.undo")
	b.Tap(t, "mailing.again.send")
	b.Tap(t, "mailing.next")
	if s.model.step != stepApprove {
		t.Errorf("step %d, %q", s.model.step, s.need)
	}
	s.approve()
	if f.approved != 8 {
		t.Errorf("approved %d", f.approved)
	}
	s.Leave()
}

// TestDryRun shows the letters to check by, and saves the job file of a batch.
func TestDryRun(t *testing.T) {
	f := crowd(8)
	b, s := planned(t, "nb", f)
	b.Tap(t, "mailing.dry")
	if b.Has("mailing.dry.save") || !strings.Contains(said(b), "8") || s.paper.path != letterFile {
		t.Errorf("a letter by letter mailing has a file, or no page: %v", b.IDs())
	}
	b.Tap(t, "mailing.sample.longest")
	if !strings.Contains(said(b), "Christina-Alexandra") {
		t.Errorf("the longest name:\n%s", said(b))
	}
	b.Tap(t, "mailing.page.next")
	if b.Control(t, "mailing.page").Text == "" && s.paper.at != 2 {
		t.Errorf("page %d", s.paper.at)
	}
	s.model.plan.draft.Job.Via = post.ViaBatch
	b.Redraw()
	b.Picked = "/home/kari/jobb.zip"
	b.Tap(t, "mailing.dry.save")
	if f.written != b.Picked || !b.Has("mailing.dry.written") {
		t.Errorf("written to %q", f.written)
	}
	for _, call := range f.calls {
		if call == "keep" || call == "approve" {
			t.Errorf("a dry run did %v", f.calls)
		}
	}
	b.Tap(t, "mailing.back")
	if s.sub != "" || s.model.step != stepReview {
		t.Errorf("back at %q %d", s.sub, s.model.step)
	}
	s.Leave()
}

// TestTrial: trial letters go to oneself, are remembered, and tell how they went.
func TestTrial(t *testing.T) {
	f := crowd(8)
	b, s := planned(t, "nb", f)
	b.Tap(t, "mailing.trial")
	b.Tap(t, "mailing.trial.send")
	if s.trial.wrong != "mailing.trial.wrong.empty" || f.trialText != "" {
		t.Errorf("sent to nobody: %q", s.trial.wrong)
	}
	b.Tap(t, "mailing.trial.kind.fnr")
	for number, wrong := range map[string]string{"12345678901": "mailing.trial.wrong.number", "": "mailing.trial.wrong.empty"} {
		s.trial.value = number
		if s.sendTrial(); s.trial.wrong != wrong {
			t.Errorf("%s: %q", number, s.trial.wrong)
		}
	}
	s.trial.value = ""
	b.Redraw()
	b.Type(t, "mailing.trial.to", "038461 31239")
	b.Tap(t, "mailing.trial.send")
	if want := (post.Target{Kind: post.ByBirthNumber, Value: "03846131239"}); f.trialTo != want || len(s.trial.sent) != 3 {
		t.Fatalf("sent %+v to %+v: %v", s.trial.sent, f.trialTo, s.err)
	}
	f.trialStatus = post.ItemDelivered
	s.Notice(post.Notice{Topic: post.TopicJobs, ID: "trial0"})
	if got := said(b); s.trial.sent[0].item.Status != post.ItemDelivered || !strings.Contains(got, "Levert i Digipost") || !strings.Contains(got, "Brevet til Åse Ødegård") {
		t.Errorf("how they went:\n%s", got)
	}
	b.Tap(t, "mailing.trial.done")
	if s.model.step != stepReview || s.sub != "" {
		t.Error("the way back is lost")
	}
	s.model.basis.sender.Environment = post.Production
	real := trial{kind: post.ByBirthNumber, value: "03846131239"}
	if _, wrong := real.target(post.Sender{Environment: post.Production}, number.RuleOn(b.Clock)); wrong != "mailing.trial.wrong.synthetic" {
		t.Errorf("a made-up number in the real Digipost: %q", wrong)
	}
	s.Leave()
}

// TestSizes counts a document that many get once.
func TestSizes(t *testing.T) {
	draft := &job.Draft{Documents: []post.Document{{SHA256: "a", Size: 10}, {Item: 1, SHA256: "b", Size: 5}, {Item: 2, SHA256: "b", Size: 5}}}
	if n, bytes := sizes(draft); n != 2 || bytes != 15 {
		t.Errorf("%d documents, %d bytes", n, bytes)
	}
}

// TestPicturesPlan shows cost, dry run, trial letters and the approval.
func TestPicturesPlan(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "plan")
		f := crowd(40)
		f.hasKey, f.again = true, 3
		f.proof.Features = []string{post.FeaturePaper, post.FeatureBatchMailing}
		f.back = post.PostalAddress{Name: "Koret", Address: post.Address{Line1: "Vei 1", Postcode: "0150", Town: "Oslo"}}
		f.foreign = map[string][]document.Foreign{"brev.pdf": {{Page: 1, Masked: "030461 *****"}}}
		s := New(b.Env, f.ports())
		b.Framed(s, "", story.Width, story.Height)
		b.Tap(t, "mailing.next")
		b.Tap(t, "mailing.rest.paper")
		s.goTo(stepDocument)
		s.takeFile(letterFile)
		s.model.subject = "Innkalling til årsmøte i Fjordvik idrettslag 2027"
		s.attach(letterFile)
		for s.model.step < stepReview {
			was := s.model.step
			if s.next(); s.model.step == was {
				t.Fatalf("stuck at %d: %q", was, s.need)
			}
		}
		snap("1questions")
		f.foreign, f.again = nil, 0
		s.prepare()
		s.model.plan.left = 3
		b.Redraw()
		b.Env.Window.Resize(b.Window.Canvas().Size())
		snap("2no-prices")
		s.model.plan.twin = &post.Job{ID: "twin", Name: "Innkalling til årsmøte i Fjordvik idrettslag 2027", ApprovedAt: b.Clock.Add(-time.Hour)}
		s.next()
		snap("2twin")
		s.model.plan.twin = nil
		f.prices = map[string]string{"digital.step2": "5.25", job.PriceAttachment: "0.5", job.PriceFirstSheet: "30.9", job.PriceExtraSheet: "1.29"}
		s.prepare()
		tall := story
		tall.Height = 1500
		b.Picture(t, "plan-3prices-whole-"+story.Language+"-"+string(story.Mode)+"-"+fmt.Sprint(int(story.Width)), story.Width, tall.Height)
		snap("3prices")
		s.openDry()
		snap("4dry")
		s.model.plan.draft.Job.Via = post.ViaBatch
		b.Picked = "/home/kari/Jobbfil - Innkalling til årsmøte i Fjordvik idrettslag 2027.zip"
		s.saveJobFile()
		snap("4dry-batch")
		s.back()
		s.openTrial()
		snap("5trial")
		s.sendTrial()
		snap("5trial-empty")
		s.trial.value = "kari.nordmann#1A2B"
		f.trialStatus = post.ItemDelivered
		s.sendTrial()
		snap("5trial-sent")
		s.err = post.NewFault(post.CodeUnreachable, nil, "host", "api.digipost.no")
		b.Redraw()
		snap("5trial-fault")
		s.err = nil
		s.model.plan.draft.Job.Sender.Environment = post.Production
		s.trial.sent[1].item = post.Item{Status: post.ItemNotDelivered, Reason: post.ReasonNotAUser}
		b.Redraw()
		snap("5trial-real")
		s.back()
		s.next()
		snap("6approve")
		s.times = true
		s.model.start.later = true
		s.propose(&s.model.start.at, deliverDays, early)
		b.Redraw()
		snap("6approve-times")
		b.Picture(t, "plan-6approve-whole-"+story.Language+"-"+string(story.Mode)+"-"+fmt.Sprint(int(story.Width)), story.Width, tall.Height)
		s.busy = busyApprove
		s.meter.stage, s.meter.done, s.meter.total = stageRead, 12, 37
		b.Redraw()
		snap("6approve-busy")
		s.Leave()
	}
}
