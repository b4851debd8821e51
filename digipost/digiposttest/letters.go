package digiposttest

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"brevdue/digipost"

	"github.com/google/uuid"
)

// delivered asserts what is sure of an accepted letter and its status.
func (s *suite) delivered(t *testing.T, what string, m *digipost.Message, d *digipost.MessageDelivery) {
	t.Helper()
	if d.SenderID != s.sender {
		t.Errorf("%s: the sender is %d", what, d.SenderID)
	}
	if len(d.ContentDiffers) > 0 {
		t.Errorf("%s: the server names another hash for %v", what, d.ContentDiffers)
	}
	if len(d.Attachments) != len(m.Attachments) {
		t.Errorf("%s: %d attachments of %d came back", what, len(d.Attachments), len(m.Attachments))
	}
	t.Logf("%s: %s %s", what, d.DeliveryMethod, d.Status)
	ctx, stop := patience()
	defer stop()
	status, err := s.client.DocumentStatus(ctx, s.sender, m.PrimaryDocument.UUID)
	if err != nil {
		t.Errorf("%s: status: %v", what, err)
		return
	}
	if status.Channel != d.DeliveryMethod {
		t.Errorf("%s: delivered by %s, but the status says %s", what, d.DeliveryMethod, status.Channel)
	}
	asked := m.PrimaryDocument.OpeningReceipt != "" || m.PrimaryDocument.DataType != nil && m.PrimaryDocument.DataType.OpeningReceipt != nil
	if status.Read != "" && !asked {
		t.Errorf("%s: the status tells whether it was read", what)
	}
	if h := m.PrimaryDocument.ContentHash; h != nil && status.ContentHashAlgorithm == h.Algorithm && status.ContentHash != h.Value {
		t.Errorf("%s: the status names another hash", what)
	}
}

// recipients sends to the recipient by every way of addressing.
func (s *suite) recipients(t *testing.T) {
	s.mustHaveRecipient(t)
	for i, way := range s.ways() {
		m, d, err := s.send(func(m *digipost.Message) {
			m.Recipient = way.Recipient
			if way.Recipient.PeppolAddresses != nil {
				m.PrimaryDocument.FileType = "xml"
			}
		})
		if way.agreed && !allowed(t, way.name, err) {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", way.name, err)
			continue
		}
		if i == 0 {
			head := s.wire.last
			open(t, 2, "status %d, Location %v", head.StatusCode, head.Header.Get("Location") != "")
			open(t, 18, "the answer's Content-Encoding is %q", head.Header.Get("Content-Encoding"))
			open(t, 7, "an accepted letter is answered signed: %v", signed(head))
		}
		s.delivered(t, way.name, m, d)
	}
}

// options sends what an agreement may allow, one option at a time.
func (s *suite) options(t *testing.T) {
	s.mustHaveRecipient(t)
	soon, later := time.Now().Add(time.Hour), time.Now().Add(48*time.Hour)
	attachment := func(kind, technical string) []digipost.Document {
		return []digipost.Document{{UUID: uuid.NewString(), Subject: "Vedlegg", FileType: kind, TechnicalType: technical}}
	}
	about := func(d digipost.DataType) func(*digipost.Message) {
		return func(m *digipost.Message) { m.PrimaryDocument.DataType = &d }
	}
	for _, option := range []struct {
		name   string
		agreed bool
		change func(*digipost.Message)
	}{
		{"text", false, func(m *digipost.Message) { m.PrimaryDocument.FileType = "txt" }},
		{"attachment", false, func(m *digipost.Message) { m.Attachments = attachment("pdf", "") }},
		{"levels", false, func(m *digipost.Message) {
			m.PrimaryDocument.AuthenticationLevel, m.PrimaryDocument.SensitivityLevel = digipost.AuthTwoFactor, digipost.SensitivitySensitive
		}},
		{"invoice reference", false, func(m *digipost.Message) { m.InvoiceReference = "Test" }},
		{"SMS reminder", true, func(m *digipost.Message) {
			m.PrimaryDocument.SMSNotification = &digipost.SMSNotification{AfterHours: []int32{24}}
		}},
		{"SMS reminder in the evening", true, func(m *digipost.Message) {
			m.PrimaryDocument.SMSNotification = &digipost.SMSNotification{At: []digipost.ListedTime{{Time: evening()}}}
		}},
		{"IDPORTEN_4", true, func(m *digipost.Message) { m.PrimaryDocument.AuthenticationLevel = digipost.AuthIDPorten4 }},
		{"delivery time", true, func(m *digipost.Message) { m.DeliveryTime = &soon }},
		{"technical attachment", true, func(m *digipost.Message) { m.Attachments = attachment("xml", "test") }},
		{"invoice", true, about(digipost.DataType{Invoice: &digipost.Invoice{DueDate: later, Sum: "1.00", CreditorAccount: "12345678903", KID: "1234567897"}})},
		{"invoice without KID", true, about(digipost.DataType{Invoice: &digipost.Invoice{DueDate: later, Sum: "1.00", CreditorAccount: "12345678903"}})},
		{"inkasso", true, about(digipost.DataType{Inkasso: &digipost.Inkasso{DueDate: later, Sum: "1.00", Account: "12345678903", KID: "1234567897"}})},
		{"payslip", true, about(digipost.DataType{Payslip: &digipost.Payslip{PaymentDate: &later, NetAmount: "1.00"}})},
	} {
		m, d, err := s.send(option.change)
		if option.agreed && !allowed(t, option.name, err) {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", option.name, err)
			continue
		}
		s.delivered(t, option.name, m, d)
	}
	// A delivery in the past is refused.
	past := time.Now().Add(-time.Hour)
	_, _, err := s.send(func(m *digipost.Message) { m.DeliveryTime = &past })
	refused(t, "a delivery time in the past", err)
}

// evening is tomorrow at half past nine in the evening, when one reading of the
// schema has SMS go out and another has not.
func evening() time.Time {
	now := time.Now()
	return time.Date(now.Year(), now.Month(), now.Day()+1, 21, 30, 0, 0, now.Location())
}

// paper sends letters that may be printed, to the address of the target.
func (s *suite) paper(t *testing.T) {
	s.mustHaveRecipient(t)
	if s.Paper == nil {
		t.Skip("no address for paper was given")
	}
	later := time.Now().Add(7 * 24 * time.Hour)
	for _, test := range []struct {
		name, feature, channel string
		change                 func(*digipost.Message)
	}{
		{"print if not a user", digipost.FeaturePrintFallback, digipost.ChannelDigipost, func(m *digipost.Message) { m.Recipient.PrintDetails = s.Paper }},
		{"print if unread", digipost.FeaturePrintFallback, digipost.ChannelDigipost, func(m *digipost.Message) {
			m.PrintIfUnread = &digipost.PrintIfUnread{After: later, PrintDetails: *s.Paper}
		}},
		{"direct print", digipost.FeatureDirectToPrint, digipost.ChannelPrint, func(m *digipost.Message) { m.Recipient = digipost.Recipient{PrintDetails: s.Paper} }},
	} {
		m, d, err := s.send(test.change)
		if !s.information.Has(test.feature) {
			refused(t, test.name+" without the feature", err)
			continue
		}
		if err != nil || d.DeliveryMethod != test.channel {
			t.Errorf("%s: %+v %v", test.name, d, err)
			continue
		}
		s.delivered(t, test.name, m, d)
	}
	if !s.information.Has(digipost.FeaturePrintFallback) {
		return
	}
	_, _, err := s.send(func(m *digipost.Message) {
		m.Recipient.PrintDetails, m.PrimaryDocument.FileType = s.Paper, "pdf"
		m.Attachments = []digipost.Document{{UUID: uuid.NewString(), Subject: "Vedlegg", FileType: "xml", TechnicalType: "test"}}
	})
	t.Logf("paper with a technical attachment: %s", told(err))
	for _, pages := range []int{14, 15, 20, 21} {
		m, _ := s.letter(func(m *digipost.Message) { m.Recipient.PrintDetails = s.Paper })
		files := []digipost.Content{content(&m.PrimaryDocument, pdf(pages))}
		ctx, stop := patience()
		_, err := s.client.Send(ctx, m, files)
		stop()
		open(t, 15, "%d pages: %s", pages, told(err))
	}
}

// invitation invites somebody who is not a user.
func (s *suite) invitation(t *testing.T) {
	if s.NotAUser == "" {
		t.Skip("nobody who is not a user was given")
	}
	m, d, err := s.send(func(m *digipost.Message) {
		m.Recipient = digipost.Recipient{PersonalIdentificationNumber: s.NotAUser}
		m.RequestForRegistration = &digipost.RequestForRegistration{Deadline: time.Now().Add(48 * time.Hour), Phone: "+4790000000"}
	})
	if allowed(t, "an invitation", err) {
		open(t, 16, "%s with status %s", d.DeliveryMethod, d.Status)
		s.delivered(t, "an invitation", m, d)
	}
}

// duplicates sends the same ids again: a letter may not go twice.
func (s *suite) duplicates(t *testing.T) {
	s.mustHaveRecipient(t)
	m, d, err := s.send(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.delivered(t, "the first", m, d)
	again := func(change func(*digipost.Message)) error {
		_, _, err := s.send(func(next *digipost.Message) {
			next.ID, next.PrimaryDocument.UUID = m.ID, m.PrimaryDocument.UUID
			change(next)
		})
		return err
	}
	err = again(func(*digipost.Message) {})
	refused(t, "the same letter again", err)
	open(t, 3, "the same letter: told as a duplicate message %v, document %v; %s", digipost.IsDuplicateMessage(err), digipost.IsDuplicateDocument(err), told(err))
	err = again(func(next *digipost.Message) { next.PrimaryDocument.UUID = uuid.NewString() })
	refused(t, "the same message-id with another document", err)
	open(t, 3, "the same message-id: told as a duplicate message %v", digipost.IsDuplicateMessage(err))
	err = again(func(next *digipost.Message) { next.ID = uuid.NewString() })
	refused(t, "the same document in another message", err)
	if !digipost.IsDuplicateDocument(err) {
		t.Errorf("the same document: %s", told(err))
	}
	if s.sender == s.BrokerID {
		open(t, 3, "the scope of message-id needs a sender that is not the broker")
		return
	}
	err = again(func(next *digipost.Message) { next.SenderID, next.PrimaryDocument.UUID = 0, uuid.NewString() })
	open(t, 3, "the same message-id for another sender: %s", told(err))
}

// alias asks for the recipient's person-alias and writes to it.
func (s *suite) alias(t *testing.T) {
	if s.Recipient.DigipostAddress == "" {
		t.Skip("the recipient was not given by Digipost address")
	}
	ctx, stop := patience()
	defer stop()
	result, err := s.client.Identify(ctx, digipost.Identification{DigipostAddress: s.Recipient.DigipostAddress, IncludePersonAlias: true})
	if err != nil {
		t.Fatal(err)
	}
	if result.PersonAlias == "" {
		open(t, 11, "no alias is given for this recipient")
		return
	}
	same, err := s.client.Identify(ctx, digipost.Identification{DigipostAddress: result.PersonAlias})
	if err != nil || same.Result != digipost.ResultDigipost {
		t.Errorf("an alias is not known: %+v %v", same, err)
	}
	_, _, err = s.send(func(m *digipost.Message) { m.Recipient = digipost.Recipient{DigipostAddress: result.PersonAlias} })
	open(t, 11, "a letter to an alias: %s", told(err))
}

// openingReceipt asks for a receipt in both ways that the schemas have.
func (s *suite) openingReceipt(t *testing.T) {
	s.mustHaveRecipient(t)
	for name, change := range map[string]func(*digipost.Message){
		"data-type": func(m *digipost.Message) {
			m.PrimaryDocument.DataType = &digipost.DataType{OpeningReceipt: &digipost.OpeningReceipt{Group: "test"}}
		},
		"element": func(m *digipost.Message) { m.PrimaryDocument.OpeningReceipt = "test" },
	} {
		m, d, err := s.send(change)
		if !allowed(t, "an opening receipt as "+name, err) {
			continue
		}
		s.delivered(t, "an opening receipt as "+name, m, d)
		ctx, stop := patience()
		status, err := s.client.DocumentStatus(ctx, s.sender, m.PrimaryDocument.UUID)
		stop()
		if err == nil {
			open(t, 12, "asked as %s: the status says read=%q", name, status.Read)
		}
	}
}

// moreData says more of a letter that was sent.
func (s *suite) moreData(t *testing.T) {
	s.mustHaveRecipient(t)
	_, d, err := s.send(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.PrimaryDocument.Links) == 0 {
		open(t, 5, "a sent document has no links")
		return
	}
	open(t, 5, "a sent document has the links %v", relations(d.PrimaryDocument.Links))
	ctx, stop := patience()
	defer stop()
	allowed(t, "more data", s.client.AddData(ctx, d.PrimaryDocument.Links, &digipost.AdditionalData{
		SenderID: s.SenderID, DataType: digipost.DataType{Payslip: &digipost.Payslip{NetAmount: "1.00"}}}))
}

// extremes tries how many attachments are taken.
func (s *suite) extremes(t *testing.T) {
	if !s.Extremes {
		t.Skip("extremes were not asked for")
	}
	s.mustHaveRecipient(t)
	client := s.newClient(t, func(c *digipost.Config) { c.MaxAttachments = digipost.MaxAttachments })
	for _, n := range []int{99, 100, 199, 200, 201} {
		m, files := s.letter(func(m *digipost.Message) {
			for i := range n {
				m.Attachments = append(m.Attachments, digipost.Document{UUID: uuid.NewString(), Subject: fmt.Sprintf("Vedlegg %d", i+1), FileType: "txt"})
			}
		})
		ctx, stop := patience()
		_, err := client.Send(ctx, m, files)
		stop()
		open(t, 6, "%d attachments: %s", n, told(err))
	}
}

// base64Text is for what is made by hand.
func base64Text(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
