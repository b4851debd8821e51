package job

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

var oslo = post.Address{Line1: "Storgata 1", Postcode: "0150", Town: "Oslo"}

// sally is a synthetic person with a birth number, an address and an e-mail
// address.
var sally = post.Target{Kind: post.ByBirthNumber, Value: "03846131239", FirstName: "Sally", LastName: "Prøvesen", Address: oslo,
	Phone: "+4791234567", Email: "sally@example.no"}

// allOptions asks for everything, from the moment now.
func allOptions(now time.Time) post.Options {
	return post.Options{
		Auth: post.AuthTwoFactor, Sensitive: true, OpeningReceipt: true, Reference: "Avdeling 7", DeliverAt: now.Add(time.Hour),
		Paper: &post.Paper{IfNoDigipost: true, IfUnreadBy: now.Add(72 * time.Hour), Color: true, Shred: true,
			Return: post.PostalAddress{Name: "Klubben", Address: oslo}},
		SMS:     &post.SMSReminder{At: []time.Time{now.Add(2 * time.Hour)}, AfterHours: []int{24}},
		Email:   &post.EmailReminder{Subject: "Nytt brev", Text: "Du har et brev i Digipost.", At: []time.Time{now.Add(3 * time.Hour)}},
		Invite:  &post.Invitation{Deadline: now.Add(96 * time.Hour)},
		Content: post.Content{Kind: post.ContentInvoice, Amount: "1234.50", Date: "2027-01-15", Account: "97106000003", KID: "2345676"},
	}
}

// letterTo is a single letter with options.
func letterTo(to post.Target, options post.Options) Wish {
	return Wish{Kind: post.KindLetter, Sender: post.Sender{SenderID: 1000}, Subject: "Faktura", Files: []File{text("%PDF-1.7 faktura")},
		Options: options, To: []Addressee{{Name: "Sally Prøvesen", To: to}}}
}

func TestOptionsThatCannotBeHad(t *testing.T) {
	clock := &fastClock{}
	e := engineOn(newMemory(), newDigipost(), clock)
	now := clock.Now()
	past, soon := now.Add(-time.Minute), now.Add(time.Minute)
	for _, c := range []struct {
		name   string
		change func(*post.Options, *Wish)
		want   post.Code
	}{
		{"all of them", func(*post.Options, *Wish) {}, ""},
		{"reference", func(o *post.Options, _ *Wish) { o.Reference = strings.Repeat("ø", 101) }, post.CodeReferenceTooLong},
		{"longest reference", func(o *post.Options, _ *Wish) { o.Reference = strings.Repeat("ø", 100) }, ""},
		{"delivered in the past", func(o *post.Options, _ *Wish) { o.DeliverAt = past }, post.CodeDeliverPast},
		{"printed in the past", func(o *post.Options, _ *Wish) { o.Paper.IfUnreadBy = past }, post.CodePrintPast},
		{"printed before it can be read", func(o *post.Options, _ *Wish) { o.Paper.IfUnreadBy = soon }, post.CodePrintPast},
		{"no return address", func(o *post.Options, _ *Wish) { o.Paper.Return.Address = post.Address{} }, post.CodeReturnAddress},
		{"no return name", func(o *post.Options, _ *Wish) { o.Paper.Return.Name = " " }, post.CodeReturnAddress},
		{"odd return postcode", func(o *post.Options, _ *Wish) { o.Paper.Return.Postcode = "15" }, post.CodeReturnAddress},
		{"a picture on paper", func(_ *post.Options, w *Wish) { w.Files[0].FileType = "png" }, post.CodePaperNeedsPDF},
		{"paper to nowhere", func(_ *post.Options, w *Wish) { w.To[0].To.Address.Town = "" }, post.CodePaperAddress},
		{"paper to nobody", func(_ *post.Options, w *Wish) { w.To[0].To.FirstName, w.To[0].To.LastName = "", "" }, post.CodePaperAddress},
		{"paper abroad", func(_ *post.Options, w *Wish) {
			w.To[0].To.Address = post.Address{Line1: "10 High Street", Line2: "London", Country: "GB"}
		}, ""},
		{"reminder without a time", func(o *post.Options, _ *Wish) { o.SMS = &post.SMSReminder{} }, post.CodeReminderTimes},
		{"reminder in the past", func(o *post.Options, _ *Wish) { o.SMS.At[0] = past }, post.CodeReminderTimes},
		{"reminder before the letter", func(o *post.Options, _ *Wish) { o.SMS.At[0] = soon }, post.CodeReminderTimes},
		{"reminder after no hours", func(o *post.Options, _ *Wish) { o.SMS.AfterHours[0] = 0 }, post.CodeReminderTimes},
		{"e-mail without a time", func(o *post.Options, _ *Wish) { o.Email.At = nil }, post.CodeReminderTimes},
		{"e-mail without a subject", func(o *post.Options, _ *Wish) { o.Email.Subject = " " }, post.CodeReminderText},
		{"long subject", func(o *post.Options, _ *Wish) { o.Email.Subject = strings.Repeat("æ", 101) }, post.CodeReminderText},
		{"e-mail without a text", func(o *post.Options, _ *Wish) { o.Email.Text = "" }, post.CodeReminderText},
		{"long text", func(o *post.Options, _ *Wish) { o.Email.Text = strings.Repeat("æ", 501) }, post.CodeReminderText},
		{"e-mail to nowhere", func(_ *post.Options, w *Wish) { w.To[0].To.Email = "" }, post.CodeEmailMissing},
		{"e-mail to an odd place", func(o *post.Options, _ *Wish) { o.Email.Address = "sally@" }, post.CodeEmailMissing},
		{"e-mail to its own address", func(o *post.Options, w *Wish) { o.Email.Address, w.To[0].To.Email = "a@b.no", "" }, ""},
		{"late invitation", func(o *post.Options, _ *Wish) { o.Invite.Deadline = past }, post.CodeDeadlinePast},
		{"invitation without a deadline", func(o *post.Options, _ *Wish) { o.Invite.Deadline = time.Time{} }, post.CodeDeadlinePast},
		{"invitation by name", func(_ *post.Options, w *Wish) { w.To[0].To.Kind, w.To[0].To.Value = post.ByNameAndAddress, "" }, post.CodeInviteNeedsNumber},
		{"amount with a comma", func(o *post.Options, _ *Wish) { o.Content.Amount = "12,50" }, post.CodeAmountInvalid},
		{"no amount", func(o *post.Options, _ *Wish) { o.Content.Amount = "" }, post.CodeAmountInvalid},
		{"nothing to pay", func(o *post.Options, _ *Wish) { o.Content.Amount = "0.00" }, post.CodeAmountInvalid},
		{"no such day", func(o *post.Options, _ *Wish) { o.Content.Date = "2027-02-30" }, post.CodeDateInvalid},
		{"no account", func(o *post.Options, _ *Wish) { o.Content.Account = "" }, post.CodeAccountMissing},
		{"wrong account", func(o *post.Options, _ *Wish) { o.Content.Account = "97106000004" }, post.CodeNumberInvalid},
		{"wrong KID", func(o *post.Options, _ *Wish) { o.Content.KID = "2345677" }, post.CodeNumberInvalid},
		{"no KID", func(o *post.Options, _ *Wish) { o.Content.KID = "" }, ""},
		{"a debt with its day alone", func(o *post.Options, _ *Wish) {
			o.Content = post.Content{Kind: post.ContentDebt, Date: "2027-01-15"}
		}, ""},
		{"a payslip", func(o *post.Options, _ *Wish) { o.Content = post.Content{Kind: post.ContentPayslip, Amount: "0.00"} }, ""},
		{"an odd kind", func(o *post.Options, _ *Wish) { o.Content.Kind = "poem" }, post.CodeUsage},
	} {
		wish := letterTo(sally, allOptions(now))
		c.change(&wish.Options, &wish)
		_, err := e.Prepare(t.Context(), wish)
		if post.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if fields := post.FaultOf(err); err != nil && c.want == post.CodeNumberInvalid && fields.Fields["number_kind"] == "" {
			t.Errorf("%s: which number is not said", c.name)
		}
	}
}

// TestMailingDoesWithout: in a mailing those who lack what an option needs get
// the letter without it.
func TestMailingDoesWithout(t *testing.T) {
	clock := &fastClock{}
	e := engineOn(newMemory(), newDigipost(), clock)
	wish := letterTo(sally, allOptions(clock.Now()))
	wish.Kind = post.KindMailing
	bare := post.Target{Kind: post.ByDigipostAddress, Value: "kari#1A2B"}
	wish.To = append(wish.To, Addressee{To: bare})
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	full := optionsFor(draft.Job.Options, sally, clock.Now())
	if full.Paper == nil || full.Invite == nil || full.SMS == nil || full.Email == nil || full.Email.Address != sally.Email || full.DeliverAt.IsZero() {
		t.Errorf("with everything: %+v", full)
	}
	if less := optionsFor(draft.Job.Options, bare, clock.Now()); less.Paper != nil || less.Invite != nil || less.Email != nil || less.SMS == nil || !less.OpeningReceipt {
		t.Errorf("without an address: %+v", less)
	}
	if draft.Job.Options.Email.Address != "" {
		t.Error("one recipient's address was put into the job")
	}
	late := optionsFor(draft.Job.Options, sally, clock.Now().Add(5*time.Hour))
	if !late.DeliverAt.IsZero() || len(late.SMS.At) != 0 || late.Email != nil {
		t.Errorf("five hours later: %+v", late)
	}
	wish.To = wish.To[1:]
	if _, err := e.Prepare(t.Context(), wish); post.CodeOf(err) != post.CodeInviteNeedsNumber {
		t.Errorf("nobody can be invited: %v", err)
	}
}

// TestOptionsAreFrozenInOneForm: trimmed, in UTC, without what is not asked for,
// and out of the caller's reach.
func TestOptionsAreFrozenInOneForm(t *testing.T) {
	clock := &fastClock{}
	e := engineOn(newMemory(), newDigipost(), clock)
	asked := allOptions(clock.Now().In(time.FixedZone("east", 3600)))
	asked.Reference, asked.Content.Account, asked.Content.KID = "  Avdeling 7 ", "9710 60.00003", " 2345676 "
	wish := letterTo(sally, asked)
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	asked.SMS.At[0], asked.Paper.Color = time.Time{}, false
	got := draft.Job.Options
	if got.Reference != "Avdeling 7" || got.Content.Account != "97106000003" || got.Content.KID != "2345676" || got.DeliverAt.Location() != time.UTC ||
		got.DeliverAt.Nanosecond() != 0 || got.SMS.At[0].IsZero() || !got.Paper.Color {
		t.Errorf("frozen %+v", got)
	}
	stored, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var back post.Options
	if err := json.Unmarshal(stored, &back); err != nil || !reflect.DeepEqual(back, got) {
		t.Errorf("stored and read: %+v, %v", back, err)
	}
	nothing, err := e.Prepare(t.Context(), letterTo(sally, post.Options{Paper: &post.Paper{}, Content: post.Content{Amount: "1.00"}}))
	if err != nil || nothing.Job.Options != (post.Options{}) {
		t.Errorf("paper that is never wanted: %+v, %v", nothing.Job.Options, err)
	}
}

func TestMaxAttachmentsIsASetting(t *testing.T) {
	e := New(Config{Store: newMemory(), Clock: &fastClock{}, NewUUID: func() string { return "id" }, MaxAttachments: 1})
	wish := wishFor(1)
	wish.Files = append(wish.Files, text("%PDF two"))
	if _, err := e.Prepare(t.Context(), wish); err != nil {
		t.Error(err)
	}
	wish.Files = append(wish.Files, text("%PDF three"))
	if _, err := e.Prepare(t.Context(), wish); post.CodeOf(err) != post.CodeTooManyAttachments || post.FaultOf(err).Fields["limit"] != "1" {
		t.Error(err)
	}
}
