package mailing

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

var letterFile = filepath.Join("..", "..", "assets", "sample", "brev.pdf")

// The stories, the engine and the register are what the wizard asks for.
var (
	_ Stories  = (*flow.Stories)(nil)
	_ Jobs     = (*job.Engine)(nil)
	_ Register = (*register.Register)(nil)
)

// fake is register, stories and engine made of plain values.
type fake struct {
	people     flow.People
	groups     []string
	total      int
	again      int
	list       *intake.Result
	approveErr error
	calls      []string
	wish       job.Wish
	approved   int
	mode       post.Environment
	proof      post.Proof
	hasKey     bool
	missed     bool
	rest       []flow.Unreached
	saved      []string
	// report and reportErr are the judgement on every document; unprintable is why
	// letters cannot be put together.
	report      document.Report
	reportErr   error
	unprintable error
	back        post.PostalAddress
	startAt     time.Time
	coolingOff  time.Duration
	trialTo     post.Target
	trialStatus post.ItemStatus
	trialText   string
	prices      map[string]string
	foreign     map[string][]document.Foreign // by the file's name
	allowed     map[string]int
	written     string
	matchedBy   document.By
}

func (f *fake) ports() Ports {
	return Ports{Stories: f, Jobs: f, Register: f,
		Sender: func(context.Context) (post.Sender, error) {
			return post.Sender{SenderID: 1001, Name: "Fjordvik idrettslag", Environment: f.mode}, nil
		},
		CoolingOff:       func(context.Context, post.JobKind) (time.Duration, error) { return 5 * time.Minute, nil },
		List:             func() (string, *intake.Result) { return "/home/kari/Dokumenter/kunder.xlsx", f.list },
		Features:         func(context.Context) (post.Proof, error) { return f.proof, nil },
		HasSFTPKey:       func(context.Context) (bool, error) { return f.hasKey, nil },
		ReturnAddress:    func(context.Context) (post.PostalAddress, error) { return f.back, nil },
		SetReturnAddress: func(_ context.Context, address post.PostalAddress) error { f.back = address; return nil },
		NotReached:       func(context.Context, string) ([]flow.Unreached, error) { return f.rest, nil },
		SaveForPostage: func(_ context.Context, id, out string) (flow.Postage, error) {
			f.saved = append(f.saved, id+" "+out)
			written := flow.Postage{List: out, Envelopes: flow.Envelopes(f.rest), Letters: strings.TrimSuffix(out, ".xlsx") + ".pdf"}
			if f.unprintable != nil {
				written.Letters, written.Envelopes, written.Unprintable = "", 0, f.unprintable
			}
			return written, nil
		},
		CheckPrint: func(context.Context, string) (document.Report, error) { return f.report, f.reportErr },
		Shield: func(_ context.Context, path, _ string) ([]document.Foreign, error) {
			if strings.Contains(filepath.Base(path), "unread") {
				return nil, document.ErrTextUnread
			}
			return f.foreign[filepath.Base(path)], nil
		},
		ForeignAllowed: func(_ context.Context, _ string, reasons map[string]int) error { f.allowed = reasons; return nil },
		Preview:        func(_ context.Context, _ string, page int) (image.Image, int, error) { return sheet(page), 3, nil },
		Prices: func(context.Context) (map[string]string, map[string]time.Time, error) {
			changed := map[string]time.Time{}
			for key := range f.prices {
				changed[key] = time.Date(2026, 8, 17, 9, 0, 0, 0, time.Local)
			}
			return f.prices, changed, nil
		},
		WriteJobFile: func(_ context.Context, _ *job.Draft, out string) error { f.written = out; return nil },
		TrialTo:      func(context.Context) (string, error) { return f.trialText, nil },
		SetTrialTo:   func(_ context.Context, to string) error { f.trialText = to; return nil },
	}
}

// by takes those without Digipost along where the way reaches them.
func (f *fake) by(way flow.Way) flow.People {
	people := f.people
	if way.Pattern != post.PatternSendOnly && way.Pattern != post.PatternSendOrPrint {
		return people
	}
	people.To, people.LeftOut = slices.Clone(people.To), maps.Clone(people.LeftOut)
	for i := range people.To {
		if people.To[i].LeftOut == post.ReasonNotAUser {
			people.To[i].LeftOut = post.ReasonNone
			people.LeftOut[post.ReasonNotAUser]--
			people.Others++
		}
	}
	return people
}

// OwnDocuments is the stories' own, which needs neither register nor engine.
func (f *fake) OwnDocuments(ctx context.Context, people flow.People, dir string, rule flow.DocumentRule, progress func(done, total int)) (flow.OwnDocuments, error) {
	f.matchedBy = rule.By
	return flow.New(nil, nil).OwnDocuments(ctx, people, dir, rule, progress)
}

func (f *fake) Items(_ context.Context, id string, _ post.ItemQuery) ([]post.Item, error) {
	if strings.HasPrefix(id, "trial") && f.trialStatus != "" {
		return []post.Item{{Status: f.trialStatus}}, nil
	}
	var items []post.Item
	for i := range f.rest {
		items = append(items, post.Item{Seq: i + 1, To: post.Target{Kind: post.ByBirthNumber, Value: "03846131239"}})
	}
	return items, nil
}

func (f *fake) Jobs(context.Context, post.JobQuery) ([]post.Job, error) {
	if !f.missed {
		return nil, nil
	}
	return []post.Job{{ID: "sent", Name: "Innkalling til årsmøte", State: post.JobDone, Created: time.Date(2026, 10, 1, 9, 0, 0, 0, time.Local),
		Counts: post.Counts{ByStatus: map[post.ItemStatus]int{post.ItemNotDelivered: 3}}}}, nil
}

func (f *fake) MailingTo(_ context.Context, group string, way flow.Way) (flow.People, error) {
	f.calls = append(f.calls, "people "+group)
	people := f.by(way)
	people.Source.Group = group
	return people, nil
}

func (f *fake) MailingToList(_ context.Context, path string, _ *intake.Result, way flow.Way) (flow.People, error) {
	f.calls = append(f.calls, "list")
	people := f.by(way)
	people.Source.Path = path
	return people, nil
}

func (f *fake) SentBefore(_ context.Context, _ string, ids []string) (map[string]string, error) {
	before := map[string]string{}
	for i, id := range ids {
		if before[id] = ""; i < f.again {
			before[id] = "earlier"
		}
	}
	return before, nil
}

func (f *fake) ApproveAt(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration, at time.Time) (post.Job, error) {
	f.startAt = at
	return f.Approve(ctx, id, fingerprint, count, coolingOff)
}

func (f *fake) Trials(ctx context.Context, draft *job.Draft, to post.Target, n int) ([]*job.Draft, error) {
	f.trialTo = to
	var trials []*job.Draft
	for i := range n {
		trial := &job.Draft{Job: post.Job{ID: fmt.Sprint("trial", i), Kind: post.KindLetter}, Items: []post.Item{{Seq: 1, Status: post.ItemReady}}, Shows: i + 1}
		trials = append(trials, trial)
	}
	return trials, nil
}

func (f *fake) Prepare(_ context.Context, wish job.Wish) (*job.Draft, error) {
	f.wish = wish
	draft := &job.Draft{Job: post.Job{ID: "new", Kind: wish.Kind, Via: wish.Via, Pattern: wish.Pattern, Name: wish.Name, Subject: wish.Subject, Options: wish.Options, Sender: wish.Sender,
		Fingerprint: strings.Repeat("9c41b7e2", 8)}}
	for i, file := range wish.Files {
		draft.Documents = append(draft.Documents, post.Document{Index: i, Name: file.Name, Pages: file.Pages, SHA256: "aa" + file.Name, Size: 84_000})
	}
	for i, to := range wish.To {
		for n, file := range to.Files {
			draft.Documents = append(draft.Documents, post.Document{Item: i + 1, Index: n, Name: file.Name, Pages: file.Pages, SHA256: file.Key, Size: 84_000})
		}
		item := post.Item{Seq: i + 1, Row: to.Row, CustomerID: to.CustomerID, Name: to.Name, To: to.To, Status: post.ItemReady}
		if to.LeftOut != "" {
			item.Status = post.ItemNotDelivered
		}
		draft.Items = append(draft.Items, item)
	}
	return draft, nil
}

func (f *fake) Keep(_ context.Context, draft *job.Draft) (post.Job, error) {
	f.calls = append(f.calls, "keep")
	return draft.Job, nil
}

func (f *fake) Approve(_ context.Context, id, _ string, count int, coolingOff time.Duration) (post.Job, error) {
	f.calls = append(f.calls, "approve")
	f.approved, f.coolingOff = count, coolingOff
	return post.Job{ID: id}, f.approveErr
}

func (f *fake) Stop(context.Context, string) (post.Job, error) {
	f.calls = append(f.calls, "stop")
	return post.Job{}, nil
}

func (f *fake) Job(_ context.Context, id string) (post.Job, error) {
	return post.Job{ID: id, Name: "Innkalling til årsmøte", Created: time.Date(2026, 10, 1, 9, 0, 0, 0, time.Local)}, nil
}

func (f *fake) List(context.Context, post.RecipientQuery) (post.RecipientPage, error) {
	var page post.RecipientPage
	for i, to := range f.people.To {
		status := post.HasDigipost
		if i%4 == 3 {
			status = post.NeverChecked
		}
		page.Recipients = append(page.Recipients, post.Recipient{CustomerID: to.CustomerID, Digipost: status})
	}
	return page, nil
}

func (f *fake) Overview(context.Context) (post.RegisterOverview, error) {
	return post.RegisterOverview{Total: f.total}, nil
}

func (f *fake) Groups(context.Context) ([]string, error) { return f.groups, nil }

// sheet is a page of a letter with a few grey lines on it.
func sheet(page int) image.Image {
	picture := image.NewGray(image.Rect(0, 0, 420, 594))
	for y := range 594 {
		for x := range 420 {
			shade := uint8(255)
			if x > 40 && x < 380-page*20 && y > 90 && y < 430 && y%16 < 5 {
				shade = 170
			}
			picture.SetGray(x, y, color.Gray{Y: shade})
		}
	}
	return picture
}

func envelope(name string) post.PostalAddress {
	return post.PostalAddress{Name: name, Address: home(name).Address}
}

func crowd(n int) *fake {
	f := &fake{report: document.Report{PrintOK: true, DigitalOK: true}, total: n, groups: []string{"Foreldre i barnegruppene", "Medlemmer"}, mode: post.Practice,
		people: flow.People{LeftOut: map[post.Reason]int{}}}
	names := []string{"Åse Ødegård", "Christina-Alexandra Wergeland Schibsted-Mæhlum av Østlandet og Hålogaland", "Dag Lunde", "Grete Nygård"}
	for i := range n {
		to := job.Addressee{CustomerID: fmt.Sprint(1000 + i), Row: i + 5, Name: names[i%len(names)], To: post.Target{Kind: post.ByBirthNumber, Value: "03846131239",
			FullName: names[i%len(names)], Address: post.Address{Line1: "Storgata 14", Postcode: "0155", Town: "Oslo"}}}
		known := post.HasDigipost
		switch {
		case i%9 == 8:
			to.LeftOut, known = post.ReasonNotAUser, post.Identified
		case i%19 == 18:
			to.LeftOut = post.ReasonInvalidNumber
		case i == 12:
			to.LeftOut = post.ReasonDuplicateLetter
		case i%4 == 3:
			f.people.NotChecked++
			known = post.NeverChecked
		default:
			f.people.WithDigipost++
		}
		if to.LeftOut != "" {
			f.people.LeftOut[to.LeftOut]++
		}
		f.people.To = append(f.people.To, to)
		f.people.Keys = append(f.people.Keys, flow.DocumentKey{CustomerID: to.CustomerID, BirthNumber: to.To.Value})
		f.people.Known = append(f.people.Known, known)
	}
	return f
}

// TestPictures walks through the wizard: PICTURES=/tmp/pictures go test -run
// Pictures ./ui/...
func TestPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "mailing")
		f := crowd(40)
		f.list, f.again, f.hasKey, f.missed = &intake.Result{Rows: 40}, 3, true, true
		f.proof.Features = []string{post.FeaturePaper, post.FeatureBatchMailing}
		s := New(b.Env, f.ports())
		b.Framed(s, "list", story.Width, story.Height)
		snap("1people")
		s.openList("not_a_user")
		snap("1people-left")
		b.Tap(t, "mailing.back")
		s.openList(listDigipost)
		snap("1people-digipost")
		b.Tap(t, "mailing.back")
		s.choose(fromGroup, "")
		snap("1people-group")
		s.choose(fromList, "")
		b.Tap(t, "mailing.next")
		snap("2pattern")
		b.Tap(t, "mailing.others")
		snap("2pattern-others")
		b.Tap(t, "mailing.often.weekly")
		snap("2pattern-weekly")
		s.model.basis.hasKey = false
		s.model.take(post.PatternSplitFirst)
		b.Redraw()
		snap("2pattern-chosen-no-key")
		s.model.basis.hasKey = true
		b.Tap(t, "mailing.rest.paper")
		snap("2pattern-paper")
		b.Tap(t, "mailing.next")
		snap("2document-empty")
		b.Tap(t, "mailing.next")
		snap("2document-missing")
		s.takeFile(filepath.Join(t.TempDir(), "finnes ikke.pdf"))
		snap("2document-fault")
		s.takeFile(letterFile)
		s.model.subject = "Innkalling til årsmøte i Fjordvik idrettslag onsdag 24. februar klokken 19.00, kontonummer 1234 56 78911"
		b.Redraw()
		snap("2document-full")
		s.model.subject = "Innkalling til årsmøte 2027"
		b.Tap(t, "mailing.next")
		snap("2options")
		b.Tap(t, "mailing.later")
		b.Tap(t, "mailing.sms.after")
		s.model.choices.hours, s.model.choices.deliverAt.Day = "mange", "31.2.2027"
		b.Tap(t, "mailing.next")
		snap("2options-wrong")
		s.model.choices.hours, s.model.choices.later = "24", false
		b.Redraw()
		b.Tap(t, "mailing.next")
		snap("2paper")
		s.model.report = &badPrint
		s.goTo(stepDocument)
		snap("2document-no-print")
		s.model.report = &document.Report{PrintOK: true}
		s.goTo(stepPaper)
		b.Tap(t, "mailing.next")
		snap("2paper-wrong")
		s.model.choices.back = post.PostalAddress{Name: "Fjordvik idrettslag", Address: post.Address{Line1: "Postboks 17", Postcode: "6783", Town: "Stryn"}}
		b.Tap(t, "mailing.next")
		snap("3review")
		s.goBy(post.ViaBatch)
		snap("3review-batch")
		b.Tap(t, "mailing.next")
		snap("3review-need")
		b.Tap(t, "mailing.again.send")
		b.Tap(t, "mailing.next")
		snap("4approve")
		s.model.plan.draft.Job.Sender.Environment = post.Production
		b.Redraw()
		b.Window.Resize(fyne.NewSize(story.Width, 1600))
		b.Type(t, "mailing.count", "43")
		snap("4approve-real")
		f.approveErr = post.NewFault(post.CodeDiskFull, nil, "folder", "/home/kari")
		s.typed = true
		s.approve()
		snap("4approve-fault")
		s.Leave()
		f.rest = []flow.Unreached{{Seq: 1, Row: 7, CustomerID: "1007", Reason: post.ReasonNotAUser, To: envelope("Dag Lunde")},
			{Seq: 2, Row: 12, CustomerID: "1012", Reason: post.ReasonSeveralMatches, To: envelope("Christina-Alexandra Wergeland Schibsted-Mæhlum av Østlandet og Hålogaland")},
			{Seq: 3, Row: 14, Reason: post.ReasonInvalidNumber, To: post.PostalAddress{Name: "Per Ås"}},
			{Seq: 4, Row: 15, Status: post.ItemShredded, To: envelope("Grete Nygård")}}
		b.Framed(s, "", story.Width, story.Height)
		s.Leave()
		b.Framed(s, "unreached:sent", story.Width, story.Height)
		snap("5unreached")
		b.Picked = "/home/kari/Dokumenter/Ikke nådd - Innkalling til årsmøte 2026-11-03 1405.xlsx"
		b.Tap(t, "mailing.unreached.save")
		snap("5unreached-saved")
		b.Tap(t, "mailing.unreached.paper")
		b.Tap(t, "mailing.back")
		snap("5rest-people")
		s.Leave()
		f.rest = nil
		b.Framed(s, "unreached:sent", story.Width, story.Height)
		snap("5unreached-none")
		s.Leave()
		empty := New(b.Env, (&fake{}).ports())
		b.Framed(empty, "", story.Width, story.Height)
		snap("0empty")
		empty.Leave()
	}
}

// TestWholeWay goes from a list to an approved job by the ids alone.
func TestWholeWay(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(40)
	f.list = &intake.Result{Rows: 40}
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.next")
	b.Type(t, "mailing.path", letterFile+"\n")
	b.Type(t, "mailing.subject", "Årsmøte")
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.auth.two_factor")
	b.Tap(t, "mailing.next")
	if f.wish.Subject != "Årsmøte" || f.wish.Options.Auth != post.AuthTwoFactor || f.wish.Source.Path == "" || f.wish.Files[0].Pages != 1 {
		t.Fatalf("planned %+v", f.wish)
	}
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.approve")
	if f.approved != 0 {
		t.Fatal("approved without the number")
	}
	n := s.model.plan.draft.Sendable()
	b.Type(t, "mailing.count", fmt.Sprint(n))
	b.Tap(t, "mailing.approve")
	if f.approved != n || !slices.Equal(b.Went, []parts.Place{parts.PlaceJobs}) || b.Args[0] != "new" {
		t.Errorf("approved %d of %d, went to %v %v", f.approved, n, b.Went, b.Args)
	}
	if s.model.path != "" || s.model.step != stepPeople {
		t.Error("the next mailing starts with the last one's document")
	}
	s.Leave()
}

// TestLeaving keeps what was chosen, and plans anew.
func TestLeaving(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(10)
	s := New(b.Env, f.ports())
	b.Framed(s, "group:Medlemmer", 1280, 800)
	s.goTo(stepDocument)
	s.takeFile(letterFile)
	s.model.subject = "Dugnad"
	s.next()
	s.next()
	if s.model.step != stepReview || s.model.plan.draft == nil {
		t.Fatalf("step %d", s.model.step)
	}
	s.Leave()
	b.Framed(s, "", 1280, 800)
	if s.model.step != stepOptions || s.model.subject != "Dugnad" || s.model.group != "Medlemmer" || s.model.path == "" {
		t.Errorf("came back to %+v", s.model.step)
	}
	s.Leave()
}

// TestApprovalRefusedLeavesNothing takes back a plan that could not be approved.
func TestApprovalRefusedLeavesNothing(t *testing.T) {
	f := crowd(3)
	f.approveErr = post.NewFault(post.CodePlanChanged, nil)
	draft, _ := f.Prepare(context.Background(), job.Wish{Files: []job.File{{}}, To: f.people.To})
	if _, err := approve(context.Background(), f.ports(), draft, yes{}); post.CodeOf(err) != post.CodePlanChanged {
		t.Errorf("error %v", err)
	}
	if !slices.Equal(f.calls, []string{"keep", "approve", "stop"}) {
		t.Errorf("calls %v", f.calls)
	}
}

func TestCounts(t *testing.T) {
	f := crowd(40)
	known, err := readKnown(context.Background(), f.ports(), "")
	if err != nil {
		t.Fatal(err)
	}
	with, not := listed(f.people, known, listDigipost), listed(f.people, known, listUnchecked)
	if len(with) != f.people.WithDigipost || len(not) != f.people.NotChecked {
		t.Errorf("listed %d and %d, counted %d and %d", len(with), len(not), f.people.WithDigipost, f.people.NotChecked)
	}
	total := len(with) + len(not)
	for _, reason := range reasons(f.people) {
		total += len(listed(f.people, known, string(reason)))
	}
	if total != 40 {
		t.Errorf("%d people in all lists", total)
	}
	if got := reasons(f.people)[0]; got != post.ReasonNotAUser {
		t.Errorf("first reason %s", got)
	}
}

func TestSamples(t *testing.T) {
	draft := &job.Draft{Items: []post.Item{{Seq: 1, Name: "Ute", Status: post.ItemNotDelivered}, {Seq: 2, Name: "Å", Status: post.ItemReady},
		{Seq: 3, Name: "Østlandet", Status: post.ItemReady}, {Seq: 4, Name: "Bo", Status: post.ItemReady}, {Seq: 5, Name: "Bø", Status: post.ItemReady}},
		Documents: []post.Document{{Item: 2, Pages: 1}, {Item: 3, Pages: 1}, {Item: 4, Pages: 9}, {Item: 5, Pages: 1}}}
	var got []string
	for _, each := range samples(draft) {
		got = append(got, each.label+" "+each.item.Name)
	}
	if want := []string{"first Å", "last Bø", "longest Østlandet", "pages Bo"}; !slices.Equal(got, want) {
		t.Errorf("samples %v", got)
	}
}
