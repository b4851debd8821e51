package mailing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.Local)

func home(name string) post.Target {
	return post.Target{Kind: post.ByNameAndAddress, FullName: name, Address: post.Address{Line1: "Storgata 14", Postcode: "0155", Town: "Oslo"}}
}

// TestWay: the advice stands until the person chooses otherwise, and again after a
// new answer.
func TestWay(t *testing.T) {
	m := newModel()
	m.people.WithDigipost = 33
	if m.way() != post.PatternSendOnly || slices.Contains(m.steps(), stepPaper) {
		t.Fatalf("%s %v", m.way(), m.steps())
	}
	m.take(post.PatternSplitFirst)
	if m.way() != post.PatternSplitFirst {
		t.Errorf("chosen, yet %s", m.way())
	}
	m.answer(job.Answers{Often: job.Weekly})
	if m.way() != post.PatternRegister {
		t.Errorf("weekly: %s", m.way())
	}
	m.take(post.PatternSendOrPrint)
	if !m.answers.PaperForRest || !slices.Contains(m.steps(), stepPaper) || m.pattern != "" {
		t.Errorf("%+v %v", m.answers, m.steps())
	}
	m.take(post.PatternSendOnly)
	if m.onPaper() || m.lastChoice() != stepOptions {
		t.Errorf("%s", m.way())
	}
	m.pattern, m.path, m.facts.Size = "", "x", job.SmallLetter+1
	m.answers = job.Answers{Often: job.Sometimes}
	if m.way() != post.PatternSplitFirst {
		t.Errorf("a large letter goes by %s", m.way())
	}
}

// TestSteps goes through all steps forth and back.
func TestSteps(t *testing.T) {
	m := newModel()
	m.answers.PaperForRest = true
	want := []step{stepPattern, stepDocument, stepOptions, stepPaper, stepReview, stepApprove, stepApprove}
	for _, next := range want {
		if m.step = m.neighbour(1); m.step != next {
			t.Errorf("at %d, want %d", m.step, next)
		}
	}
	m.step = stepReview
	m.answers.PaperForRest = false
	if back := m.neighbour(-1); back != stepOptions {
		t.Errorf("back to %d", back)
	}
}

// TestFresh: right after a split its answers are used, unless somebody is new.
func TestFresh(t *testing.T) {
	m := newModel()
	m.now, m.people.WithDigipost = noon, 23
	for _, c := range []struct {
		days, notChecked int
		want             post.Pattern
	}{{0, 0, post.PatternSplitFirst}, {6, 0, post.PatternSplitFirst}, {8, 0, post.PatternSendOnly}, {0, 1, post.PatternSendOnly}} {
		m.basis.overview.LastSplit, m.people.NotChecked = noon.AddDate(0, 0, -c.days), c.notChecked
		if m.way() != c.want {
			t.Errorf("%d days, %d not checked: %s", c.days, c.notChecked, m.way())
		}
	}
}

// TestUnreachedPeople: on paper go those without Digipost whose envelope can be
// addressed.
func TestUnreachedPeople(t *testing.T) {
	number := post.Target{Kind: post.ByBirthNumber, Value: "03846131239"}
	u := unreached{to: map[int]post.Target{1: number, 2: number, 3: number, 4: home("Eli")}, list: []flow.Unreached{
		{Seq: 1, Reason: post.ReasonNotAUser, To: envelope("Bo")}, {Seq: 2, Reason: post.ReasonNotAUser, To: post.PostalAddress{Name: "Åse"}},
		{Seq: 3, Reason: post.ReasonSeveralMatches, To: envelope("Per")}, {Seq: 4, Reason: post.ReasonUnidentified, To: envelope("Eli")},
		{Seq: 5, Reason: post.ReasonMissingAddress, To: post.PostalAddress{Name: "Kim"}}, {Seq: 6, Status: post.ItemShredded, To: envelope("Liv")}}}
	got := u.people()
	if got.Others != 2 || got.LeftOut[post.ReasonNotAUser] != 1 || got.LeftOut[post.ReasonSeveralMatches] != 1 || got.LeftOut[post.ReasonOther] != 1 {
		t.Errorf("%d %v", got.Others, got.LeftOut)
	}
	if first := got.To[0]; first.To.Kind != post.ByBirthNumber || !printable(first) || first.To.Name() != "Bo" {
		t.Errorf("%+v", first)
	}
}

func TestRoute(t *testing.T) {
	batch := &post.Proof{Features: []string{post.FeatureBatchMailing}}
	for name, c := range map[string]struct {
		count   int
		key     bool
		proof   *post.Proof
		options post.Options
		subject string
		chosen  post.Via
		kind    post.TargetKind
		want    post.Via
		reason  job.ViaReason
		both    bool
	}{
		"no key":     {10, false, batch, post.Options{}, "x", post.ViaBatch, "", post.ViaREST, job.ViaNoKey, false},
		"no feature": {10, true, &post.Proof{}, post.Options{}, "x", "", "", post.ViaREST, job.ViaNoFeature, false},
		"not known":  {10, true, nil, post.Options{}, "x", post.ViaBatch, "", post.ViaREST, job.ViaNoFeature, false},
		"few":        {10, true, batch, post.Options{}, "x", "", "", post.ViaREST, job.ViaFewLetters, true},
		"overruled":  {10, true, batch, post.Options{}, "x", post.ViaBatch, "", post.ViaBatch, job.ViaFewLetters, true},
		"many":       {1001, true, batch, post.Options{}, "x", "", "", post.ViaBatch, job.ViaManyLetters, true},
		"names":      {10, true, batch, post.Options{}, "x", "", post.ByNameAndAddress, post.ViaBatch, job.ViaNames, true},
		"reference":  {1001, true, batch, post.Options{Reference: "7"}, "x", post.ViaBatch, "", post.ViaREST, job.ViaLacksOption, false},
		"subject":    {1001, true, batch, post.Options{}, strings.Repeat("å", 101), "", "", post.ViaREST, job.ViaLongSubject, false},
		"account":    {1001, true, batch, post.Options{}, "x", "", post.ByAccount, post.ViaREST, job.ViaLacksOption, false},
	} {
		m := newModel()
		m.basis.hasKey, m.via, m.subject = c.key, c.chosen, c.subject
		m.people = flow.People{WithDigipost: c.count, To: []job.Addressee{{To: post.Target{Kind: c.kind}}}}
		if got := m.route(m.people, c.options, agreement{proof: c.proof}); got.via != c.want || got.reason != c.reason || got.both != c.both {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestRead: what was typed becomes options, and what is wrong is told at its field.
func TestRead(t *testing.T) {
	m := newModel()
	c := &m.choices
	c.sms, c.receipt, c.later, c.reference = smsAt, true, true, " F-7 "
	c.smsAt, c.deliverAt = parts.Moment{Day: "6.11.2026", Clock: "10"}, parts.Moment{Day: "4.11.2026", Clock: "8"}
	m.answers.PaperForRest = true
	c.back, c.color = post.PostalAddress{Name: "Koret ", Address: post.Address{Line1: "Vei 1", Postcode: "0150", Town: "Oslo"}}, true
	o, wrongs := m.read(noon)
	if len(wrongs) != 0 || o.Reference != "F-7" || !o.OpeningReceipt || o.SMS.At[0].Day() != 6 || o.DeliverAt.Day() != 4 ||
		o.Paper == nil || !o.Paper.IfNoDigipost || !o.Paper.Color || o.Paper.Return.Name != "Koret" {
		t.Fatalf("%+v %v", o, wrongs)
	}
	for name, c := range map[string]struct {
		change func(*choices)
		field  string
		on     step
	}{
		"hours":       {func(c *choices) { c.sms, c.hours = smsAfter, "0" }, "mailing.sms.hours", stepOptions},
		"sms early":   {func(c *choices) { c.smsAt.Day = "4.11.2026"; c.smsAt.Clock = "7" }, "mailing.sms.time", stepOptions},
		"past":        {func(c *choices) { c.sms, c.deliverAt.Day = smsNone, "1.11.2026" }, "mailing.deliver", stepOptions},
		"reference":   {func(c *choices) { c.reference = strings.Repeat("x", 101) }, "mailing.reference", stepOptions},
		"no name":     {func(c *choices) { c.back.Name = " " }, "mailing.return.name", stepPaper},
		"long line":   {func(c *choices) { c.back.Line2 = strings.Repeat("x", 101) }, "mailing.return.line2", stepPaper},
		"no postcode": {func(c *choices) { c.back.Postcode = "150" }, "mailing.return.place", stepPaper},
		"no town":     {func(c *choices) { c.back.Town = "" }, "mailing.return.place", stepPaper},
	} {
		bad := m
		c.change(&bad.choices)
		_, wrongs := bad.read(noon)
		if len(wrongs) != 1 || wrongs[0].field != c.field || wrongs[0].step != c.on {
			t.Errorf("%s: %+v", name, wrongs)
		}
	}
}

// TestPaperWay sends by the ids with paper for the rest: the letters go to those
// without Digipost, too, and the return address is remembered.
func TestPaperWay(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(18)
	f.proof.Features = []string{post.FeaturePaper}
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.rest.paper")
	b.Tap(t, "mailing.next")
	b.Type(t, "mailing.path", letterFile+"\n")
	b.Type(t, "mailing.subject", "Årsmøte")
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.receipt")
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.next")
	if f.wish.Subject != "" || !b.Has("mailing.return.name") {
		t.Fatal("planned without a return address")
	}
	b.Tap(t, "mailing.mend.0")
	if b.Window.Canvas().Focused() != s.entries["mailing.return.name"] {
		t.Error("a line of what is wrong does not lead to its field")
	}
	b.Type(t, "mailing.return.name", "Fjordvik idrettslag")
	b.Type(t, "mailing.return.line1", "Postboks 17")
	b.Type(t, "mailing.return.place.postcode", "6783")
	b.Type(t, "mailing.return.place.town", "Stryn")
	b.Tap(t, "mailing.undelivered.shred")
	b.Tap(t, "mailing.next")
	o := f.wish.Options
	if f.wish.Pattern != post.PatternSendOrPrint || f.wish.Via != post.ViaREST || o.Paper == nil || !o.Paper.Shred || !o.OpeningReceipt || f.back.Town != "Stryn" {
		t.Errorf("%+v", f.wish)
	}
	if n := s.model.plan.draft.Sendable(); n != s.model.people.Sendable()+2 {
		t.Errorf("%d letters for %d and 2 on paper", n, s.model.people.Sendable())
	}
	if !b.Has("mailing.show.others") || !b.Has("mailing.route.rest") || b.Has("mailing.via.batch") {
		t.Errorf("%v", b.IDs())
	}
	s.Leave()
}

// TestNoPaperAgreed offers no paper where the agreement has none.
func TestNoPaperAgreed(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, crowd(18).ports())
	b.Framed(s, "", 1280, 1600)
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.others")
	if b.Has("mailing.rest.paper") || b.Has("mailing.pattern.send_or_print") || !b.Has("mailing.pattern.register") {
		t.Errorf("%v", b.IDs())
	}
	s.Leave()
}

// TestAfterSplit: who goes for a split and comes back finds everything as it was.
func TestAfterSplit(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(18)
	s := New(b.Env, f.ports())
	b.Framed(s, "group:Medlemmer", 1280, 1600)
	s.goTo(stepPattern)
	b.Tap(t, "mailing.often.weekly")
	if b.Has("mailing.split") || !b.Has("mailing.settings") {
		t.Errorf("a split is offered without a key: %v", b.IDs())
	}
	f.hasKey = true
	s.Leave()
	b.Framed(s, "", 1280, 1600)
	s.takeFile(letterFile)
	s.goTo(stepPattern)
	b.Tap(t, "mailing.often.weekly")
	b.Tap(t, "mailing.split")
	s.Leave()
	if b.Args[len(b.Args)-1] != "new:group:Medlemmer" {
		t.Errorf("went to %v", b.Args)
	}
	b.Framed(s, "group:Medlemmer", 1280, 1600)
	if s.model.step != stepPattern || s.model.path == "" || s.model.answers.Often != job.Weekly {
		t.Errorf("%+v", s.model)
	}
	b.Framed(s, "group:Foreldre i barnegruppene", 1280, 1600)
	if s.model.step != stepPeople || s.model.path != "" {
		t.Error("another group begins with the last one's document")
	}
	s.Leave()
}

// TestUnreached: the list of one mailing is saved, and begins the next on paper.
func TestUnreached(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(18)
	f.missed, f.proof.Features = true, []string{post.FeaturePaper}
	f.rest = []flow.Unreached{{Seq: 1, CustomerID: "1", Reason: post.ReasonNotAUser, To: envelope("Bo")},
		{Seq: 2, CustomerID: "2", Reason: post.ReasonInvalidNumber, To: envelope("Per")}, {Seq: 3, CustomerID: "3", Reason: post.ReasonUnidentified, To: post.PostalAddress{Name: "Åse"}}}
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	b.Tap(t, "mailing.missed")
	b.Picked = "/tmp/ikke nådd.xlsx"
	b.Tap(t, "mailing.unreached.save")
	if len(f.saved) != 1 || f.saved[0] != "sent /tmp/ikke nådd.xlsx" || !b.Has("mailing.unreached.written") {
		t.Errorf("%v", f.saved)
	}
	if text := b.Control(t, "mailing.unreached.written").Text; !strings.Contains(text, "2 brev er klare til utskrift") || !strings.Contains(text, "ikke nådd.pdf") || !strings.Contains(text, "Én har ikke hel adresse") {
		t.Error(text)
	}
	f.unprintable = post.NewFault(post.CodePDFProtected, nil, "file", "brev.pdf")
	b.Tap(t, "mailing.unreached.save")
	if text := b.Control(t, "mailing.unreached.written").Text; !strings.Contains(text, "bare en liste") || strings.Contains(text, "Én har") {
		t.Error(text)
	}
	b.Tap(t, "mailing.unreached.paper")
	if m := s.model; m.step != stepPattern || m.way() != post.PatternSendOrPrint || m.people.Sendable() != 1 || m.subject != "Innkalling til årsmøte" && m.subject != "" {
		t.Errorf("%+v", m)
	}
	b.Tap(t, "mailing.back")
	b.Tap(t, "mailing.restart")
	if s.model.from != fromRegister || s.model.rest != nil {
		t.Errorf("%+v", s.model)
	}
	s.Leave()
}

// TestWordsOfCodes: every code of the engine has words in both languages.
func TestWordsOfCodes(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		words := look.NewWords(language)
		var keys []string
		for _, code := range []string{job.BecausePaper, job.BecauseWeekly, job.BecauseSmall, job.BecauseMany, job.BecauseLarge, job.BecauseOldSplit,
			job.BecauseNoSplit, job.BecauseNeverChecked, job.BecauseNames} {
			keys = append(keys, "mailing.because."+code)
		}
		for _, reason := range []job.ViaReason{job.ViaNoKey, job.ViaNoFeature, job.ViaLongSubject, job.ViaManyLetters, job.ViaNames, job.ViaFewLetters} {
			keys = append(keys, "mailing.route.why."+string(reason))
		}
		for _, pattern := range patterns {
			keys = append(keys, "mailing.pattern."+string(pattern), "mailing.pattern."+string(pattern)+".text")
		}
		for _, key := range keys {
			if !words.Has(key) {
				t.Errorf("%s: no words for %s", language, key)
			}
		}
	}
}

// TestBecause: no reason keeps a gap.
func TestBecause(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, crowd(3).ports())
	m := newModel()
	for _, people := range []int{1, 2, 5000} {
		for _, often := range []job.Often{job.Once, job.Weekly} {
			for _, checked := range []time.Time{{}, noon.AddDate(0, 0, -8), noon.AddDate(0, 0, -40)} {
				m.people = flow.People{NotChecked: people, To: []job.Addressee{{To: home("Å")}}}
				m.path, m.facts.Size, m.basis.overview.LastSplit = "x", 5<<20, checked
				m.answer(job.Answers{Often: often})
				for _, reason := range m.advice(noon).Reasons {
					if text := s.because(reason); text == "" || strings.ContainsAny(text, "{}") {
						t.Errorf("%+v: %q", reason, text)
					}
				}
			}
		}
	}
}
