package channel

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/digipost"
)

const someUUID, otherUUID = "6d99008e-2672-4b55-9b09-996b09a06e47", "11111111-2222-4333-8444-555555555555"

func aLetter(change func(*post.Letter)) post.Letter {
	letter := post.Letter{Sender: post.Sender{SenderID: 1000}, MessageID: "m-1", Subject: "Hei",
		To: post.Target{Kind: post.ByBirthNumber, Value: "01819010192", FirstName: "Kari", LastName: "Nordmann", Phone: "912 34-567", Email: "kari@example.no",
			Address: post.Address{Line1: "Storgata 1", Postcode: "0155", Town: "Oslo"}},
		Documents: []post.LetterDocument{{UUID: someUUID, FileType: "pdf", Title: "Hei", SHA256: strings.Repeat("ab", 32)},
			{UUID: otherUUID, FileType: "pdf", Title: "Vedlegg", SHA256: strings.Repeat("cd", 32)}}}
	if change != nil {
		change(&letter)
	}
	return letter
}

// aMessage is what aLetter becomes without any option.
func aMessage(change func(*digipost.Message)) *digipost.Message {
	document := func(id, title string, sum byte) digipost.Document {
		hash := [32]byte{}
		for i := range hash {
			hash[i] = sum
		}
		return digipost.Document{UUID: id, Subject: title, FileType: "pdf", AuthenticationLevel: digipost.AuthPassword,
			SensitivityLevel: digipost.SensitivityNormal, ContentHash: digipost.SHA256Hash(hash)}
	}
	message := &digipost.Message{ID: "m-1", SenderID: 1000, Recipient: digipost.Recipient{PersonalIdentificationNumber: "01819010192"},
		PrimaryDocument: document(someUUID, "Hei", 0xab), Attachments: []digipost.Document{document(otherUUID, "Vedlegg", 0xcd)}}
	if change != nil {
		change(message)
	}
	return message
}

// TestEveryOption: each option becomes what Digipost knows it as, and nothing
// else changes.
func TestEveryOption(t *testing.T) {
	oslo := time.FixedZone("", 3600)
	at := time.Date(2030, 1, 2, 8, 30, 15, 999, oslo)
	sent := time.Date(2030, 1, 2, 8, 30, 15, 0, oslo)
	noon := func(month time.Month, day int) time.Time { return time.Date(2030, month, day, 12, 0, 0, 0, oslo) }
	back := post.PostalAddress{Name: "Firma AS", Address: post.Address{Line1: "Torget 5", Postcode: "0180", Town: "Oslo"}}
	details := digipost.PrintDetails{Color: digipost.PrintMonochrome, NondeliverableHandling: digipost.NondeliverableReturn,
		Recipient:     digipost.PrintRecipient{Name: "Kari Nordmann", Norwegian: &digipost.NorwegianAddress{Line1: "Storgata 1", Postcode: "0155", City: "Oslo"}},
		ReturnAddress: digipost.PrintRecipient{Name: "Firma AS", Norwegian: &digipost.NorwegianAddress{Line1: "Torget 5", Postcode: "0180", City: "Oslo"}}}
	colored := details
	colored.Color, colored.NondeliverableHandling = digipost.PrintColors, digipost.NondeliverableShred
	type (
		in  = func(*post.Letter)
		out = func(*digipost.Message)
	)
	for name, try := range map[string]struct {
		letter in
		want   out
	}{
		"nothing": {nil, nil},
		"levels on all": {func(l *post.Letter) { l.Options.Auth, l.Options.Sensitive = post.AuthTwoFactor, true }, func(m *digipost.Message) {
			for _, d := range []*digipost.Document{&m.PrimaryDocument, &m.Attachments[0]} {
				d.AuthenticationLevel, d.SensitivityLevel = digipost.AuthTwoFactor, digipost.SensitivitySensitive
			}
		}},
		"reference": {func(l *post.Letter) { l.Options.Reference = "Avd. 3" }, func(m *digipost.Message) { m.InvoiceReference = "Avd. 3" }},
		"later":     {func(l *post.Letter) { l.Options.DeliverAt = at }, func(m *digipost.Message) { m.DeliveryTime = &sent }},
		"sms": {func(l *post.Letter) { l.Options.SMS = &post.SMSReminder{At: []time.Time{at}, AfterHours: []int{24}} }, func(m *digipost.Message) {
			m.PrimaryDocument.SMSNotification = &digipost.SMSNotification{At: []digipost.ListedTime{{Time: sent}}, AfterHours: []int32{24}}
		}},
		"e-mail of the recipient": {func(l *post.Letter) {
			l.Options.Email = &post.EmailReminder{Subject: "S", Text: "T", At: []time.Time{at}}
		}, func(m *digipost.Message) {
			m.PrimaryDocument.EmailNotification = &digipost.EmailNotification{EmailAddress: "kari@example.no", Subject: "S", Text: "T", At: []digipost.ListedTime{{Time: sent}}}
		}},
		"e-mail of the letter": {func(l *post.Letter) { l.Options.Email = &post.EmailReminder{Address: "a@b.no"} }, func(m *digipost.Message) {
			m.PrimaryDocument.EmailNotification = &digipost.EmailNotification{EmailAddress: "a@b.no"}
		}},
		"receipt": {func(l *post.Letter) { l.Options.OpeningReceipt = true }, func(m *digipost.Message) {
			m.PrimaryDocument.DataType = &digipost.DataType{OpeningReceipt: &digipost.OpeningReceipt{Group: "m-1"}}
		}},
		"bill with receipt": {func(l *post.Letter) {
			l.Options.OpeningReceipt = true
			l.Options.Content = post.Content{Kind: post.ContentInvoice, Amount: "12.50", Date: "2030-07-15", Account: "12345678903", KID: "18"}
		}, func(m *digipost.Message) {
			m.PrimaryDocument.OpeningReceipt = "m-1"
			m.PrimaryDocument.DataType = &digipost.DataType{Invoice: &digipost.Invoice{DueDate: noon(7, 15), Sum: "12.50", CreditorAccount: "12345678903", KID: "18"}}
		}},
		"debt": {func(l *post.Letter) { l.Options.Content = post.Content{Kind: post.ContentDebt, Date: "2030-01-15"} }, func(m *digipost.Message) {
			m.PrimaryDocument.DataType = &digipost.DataType{Inkasso: &digipost.Inkasso{DueDate: noon(1, 15)}}
		}},
		"payslip": {func(l *post.Letter) {
			l.Options.Content = post.Content{Kind: post.ContentPayslip, Amount: "1.00", Date: "2030-01-15"}
		}, func(m *digipost.Message) {
			paid := noon(1, 15)
			m.PrimaryDocument.DataType = &digipost.DataType{Payslip: &digipost.Payslip{PaymentDate: &paid, NetAmount: "1.00"}}
		}},
		"paper, not asked about": {func(l *post.Letter) { l.Options.Paper = &post.Paper{IfNoDigipost: true, Return: back} }, nil},
		"paper, surely no user": {func(l *post.Letter) {
			l.NoDigipost, l.Options.Paper = true, &post.Paper{IfNoDigipost: true, Return: back, Color: true, Shred: true}
		}, func(m *digipost.Message) { m.Recipient.PrintDetails = &colored }},
		"no user, paper only if unread": {func(l *post.Letter) { l.NoDigipost, l.Options.Paper = true, &post.Paper{IfUnreadBy: at, Return: back} }, func(m *digipost.Message) {
			m.PrintIfUnread = &digipost.PrintIfUnread{After: sent, PrintDetails: details}
		}},
		"unread, user": {func(l *post.Letter) {
			l.Options.Paper = &post.Paper{IfNoDigipost: true, IfUnreadBy: at, Return: back}
		}, func(m *digipost.Message) {
			m.PrintIfUnread = &digipost.PrintIfUnread{After: sent, PrintDetails: details}
		}},
		"invited, not asked about": {func(l *post.Letter) { l.Options.Invite = &post.Invitation{Deadline: at} }, nil},
		"invited": {func(l *post.Letter) { l.NoDigipost, l.Options.Invite = true, &post.Invitation{Deadline: at} }, func(m *digipost.Message) {
			m.RequestForRegistration = &digipost.RequestForRegistration{Deadline: sent, Phone: "91234567", Email: "kari@example.no"}
		}},
		"invited, then paper": {func(l *post.Letter) {
			l.NoDigipost, l.Options.Invite, l.Options.Paper = true, &post.Invitation{Deadline: at}, &post.Paper{IfNoDigipost: true, Return: back}
		}, func(m *digipost.Message) {
			m.RequestForRegistration = &digipost.RequestForRegistration{Deadline: sent, Phone: "91234567", Email: "kari@example.no", PrintDetails: &details}
		}},
	} {
		got, err := messageOf(aLetter(try.letter))
		want := aMessage(try.want)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, got, want)
			continue
		}
		got.PrimaryDocument.EmailNotification = nil // some here have no text
		if err := got.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEnvelope(t *testing.T) {
	for name, try := range map[string]struct {
		name    string
		address post.Address
		want    digipost.PrintRecipient
		whole   bool
	}{
		"norwegian": {"A", post.Address{Line1: "Gate 1", Line2: "c/o B", Postcode: "0155", Town: "Oslo", Country: "NORGE"},
			digipost.PrintRecipient{Name: "A", Norwegian: &digipost.NorwegianAddress{Line1: "Gate 1", Line2: "c/o B", Postcode: "0155", City: "Oslo"}}, true},
		"by code": {"A", post.Address{Line1: "Gata 1", Postcode: "111 22", Town: "Stockholm", Country: "se"},
			digipost.PrintRecipient{Name: "A", Foreign: &digipost.ForeignAddress{Line1: "Gata 1", Line2: "111 22 Stockholm", CountryCode: "SE"}}, true},
		"by name": {"A", post.Address{Line1: "Gata 1", Line2: "c/o B", Town: "Malmö", Country: "Sverige"},
			digipost.PrintRecipient{Name: "A", Foreign: &digipost.ForeignAddress{Line1: "Gata 1", Line2: "c/o B", Line3: "Malmö", Country: "Sverige"}}, true},
		"no name":   {"  ", post.Address{Line1: "Gate 1", Postcode: "0155", Town: "Oslo"}, digipost.PrintRecipient{Norwegian: &digipost.NorwegianAddress{Line1: "Gate 1", Postcode: "0155", City: "Oslo"}}, false},
		"no street": {"A", post.Address{Postcode: "0155", Town: "Oslo"}, digipost.PrintRecipient{Name: "A", Norwegian: &digipost.NorwegianAddress{Postcode: "0155", City: "Oslo"}}, false},
	} {
		if got, whole := envelopeOf(try.name, try.address); whole != try.whole || !reflect.DeepEqual(got, try.want) {
			t.Errorf("%s: %+v %v", name, got, whole)
		}
	}
}

// TestLetterThatCannotBeMade: what concerns one recipient does not hold up the
// others, and what concerns all does.
func TestLetterThatCannotBeMade(t *testing.T) {
	back := post.PostalAddress{Name: "Firma AS", Address: post.Address{Line1: "Torget 5", Postcode: "0180", Town: "Oslo"}}
	paper := func(l *post.Letter) {
		l.NoDigipost, l.Options.Paper = true, &post.Paper{IfNoDigipost: true, Return: back}
	}
	for name, try := range map[string]struct {
		letter func(*post.Letter)
		code   post.Code
		reason post.Reason
	}{
		"no street": {func(l *post.Letter) { paper(l); l.To.Address.Line1 = "" }, post.CodePaperAddress, post.ReasonMissingAddress},
		"no return": {func(l *post.Letter) { paper(l); l.Options.Paper.Return.Town = "" }, post.CodeReturnAddress, ""},
		"no e-mail": {func(l *post.Letter) { l.To.Email, l.Options.Email = "", &post.EmailReminder{} }, post.CodeEmailMissing, post.ReasonMissingAddress},
		"invited by name": {func(l *post.Letter) {
			l.NoDigipost, l.Options.Invite, l.To.Kind = true, &post.Invitation{}, post.ByNameAndAddress
		}, post.CodeInviteNeedsNumber, post.ReasonInvalidNumber},
		"alias":            {func(l *post.Letter) { l.To.Kind = post.ByAlias }, post.CodeRecipientInvalid, post.ReasonOther},
		"bill, no day":     {func(l *post.Letter) { l.Options.Content.Kind = post.ContentInvoice }, post.CodeDateInvalid, ""},
		"no such day":      {func(l *post.Letter) { l.Options.Content = post.Content{Kind: post.ContentPayslip, Date: "2030-02-30"} }, post.CodeDateInvalid, ""},
		"no such content":  {func(l *post.Letter) { l.Options.Content.Kind = "poem" }, post.CodeUsage, ""},
		"no document":      {func(l *post.Letter) { l.Documents = nil }, post.CodeNothingToSend, ""},
		"hash not a hash":  {func(l *post.Letter) { l.Documents[0].SHA256 = "xy" }, post.CodeFileChanged, ""},
		"return not asked": {func(l *post.Letter) { paper(l); l.NoDigipost, l.Options.Paper.Return.Town = false, "" }, "", ""},
	} {
		_, err := messageOf(aLetter(try.letter))
		if post.CodeOf(err) != try.code {
			t.Errorf("%s: %v, want %s", name, err, try.code)
		}
		outcome, ok := notMade(err)
		if ok != (try.reason != "") || outcome.Reason != try.reason || ok && outcome.Detail != string(try.code) {
			t.Errorf("%s: %+v %v", name, outcome, ok)
		}
	}
}

func TestOverdue(t *testing.T) {
	now := time.Now()
	past, ahead := now.Add(-time.Second), now.Add(time.Hour)
	for want, options := range map[post.Code]post.Options{
		"": {DeliverAt: ahead, Paper: &post.Paper{IfUnreadBy: ahead}, Invite: &post.Invitation{Deadline: ahead},
			SMS: &post.SMSReminder{At: []time.Time{ahead}, AfterHours: []int{0}}, Email: &post.EmailReminder{At: []time.Time{ahead}}},
		post.CodeDeliverPast:   {DeliverAt: past},
		post.CodePrintPast:     {Paper: &post.Paper{IfUnreadBy: past}},
		post.CodeDeadlinePast:  {Invite: &post.Invitation{Deadline: past}},
		post.CodeReminderTimes: {SMS: &post.SMSReminder{At: []time.Time{ahead, past}}},
	} {
		if err := overdue(options, now); post.CodeOf(err) != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
