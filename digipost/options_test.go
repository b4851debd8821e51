package digipost

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.FixedZone("", 3600))

func paper() *PrintDetails {
	return &PrintDetails{
		Recipient: PrintRecipient{Name: "Kari Prøve", Norwegian: &NorwegianAddress{
			Line1: "Storgata 1", Line2: "Oppgang B", Line3: "c/o Ås & Sønn", Postcode: "0155", City: "Oslo"}},
		ReturnAddress: PrintRecipient{Name: "Avsender AS", Norwegian: &NorwegianAddress{Postcode: "0155", City: "Oslo"}},
	}
}

func abroad() *PrintDetails {
	p := paper()
	p.Recipient = PrintRecipient{Name: "Anna Prov", Foreign: &ForeignAddress{
		Line1: "Provgatan 1", Line2: "a", Line3: "b", Line4: "111 22 Stockholm", Country: "Sverige"}}
	p.ReturnAddress = PrintRecipient{Name: "Avsender AS", Foreign: &ForeignAddress{Line1: "Provgatan 2", CountryCode: "SE"}}
	p.Color, p.NondeliverableHandling = PrintColors, NondeliverableShred
	p.Instructions = &PrintInstructions{List: []PrintInstruction{{"returkonvolutt", "true"}, {"annet", ""}}}
	return p
}

// optional is a letter as PDF to a person by number, changed.
func optional(change func(*Message)) *Message {
	m := letter()
	m.Recipient = Recipient{PersonalIdentificationNumber: "01818130291"}
	m.PrimaryDocument.FileType = "pdf"
	change(m)
	return m
}

func about(d DataType) *Message {
	return optional(func(m *Message) { m.PrimaryDocument.DataType = &d })
}

func link() *ExternalLink {
	return &ExternalLink{URL: "https://example.org/betal?a=1&b=2", Deadline: &noon, Description: "Se fakturaen", ButtonText: "Åpne"}
}

// options are letters that use one option of the schema each, by file name.
func options() map[string]*Message {
	return map[string]*Message{
		"message-sender-organization.xml": optional(func(m *Message) {
			m.SenderOrganization = &SenderOrganization{OrganizationID: "312345676", PartID: "Avdeling Øst"}
		}),
		"message-delivery-time.xml":  optional(func(m *Message) { m.DeliveryTime, m.InvoiceReference = &noon, "Prosjekt 7" }),
		"message-print-fallback.xml": optional(func(m *Message) { m.Recipient.PrintDetails = paper() }),
		"message-print-foreign.xml":  optional(func(m *Message) { m.Recipient.PrintDetails = abroad() }),
		"message-print-direct.xml":   optional(func(m *Message) { m.Recipient = Recipient{PrintDetails: paper()} }),
		"message-print-if-unread.xml": optional(func(m *Message) {
			m.PrintIfUnread = &PrintIfUnread{After: noon, PrintDetails: *paper()}
		}),
		"message-registration.xml": optional(func(m *Message) {
			m.RequestForRegistration = &RequestForRegistration{Deadline: noon, Phone: "+4790000000", Email: "kari@example.org", PrintDetails: paper()}
		}),
		"message-registration-bare.xml": optional(func(m *Message) {
			m.RequestForRegistration = &RequestForRegistration{Deadline: noon, Phone: "90000000"}
		}),
		"message-batch.xml":           optional(func(m *Message) { m.Batch = &BatchReference{UUID: uuidB} }),
		"message-opening-receipt.xml": optional(func(m *Message) { m.PrimaryDocument.OpeningReceipt = "gruppe 1" }),
		"message-technical.xml": optional(func(m *Message) {
			m.Attachments = []Document{{TechnicalType: "journal,noark", UUID: uuidB, Subject: "Data", FileType: "xml"}}
		}),
		"message-sms.xml": optional(func(m *Message) {
			m.PrimaryDocument.SMSNotification = &SMSNotification{
				Overrides: &SMSOverrides{MobileNumber: "90000000", Text: "Du har post\nfra Ås"},
				At:        []ListedTime{{noon}, {noon.UTC()}}, AfterHours: []int32{0, 48}}
		}),
		"message-email-notification.xml": optional(func(m *Message) {
			m.PrimaryDocument.EmailNotification = &EmailNotification{EmailAddress: "kari@example.org",
				Subject: "Påminnelse", Text: "Du har\npost.", At: []ListedTime{{noon}}}
		}),
		"message-invoice.xml": about(DataType{Invoice: &Invoice{
			Link: link(), DueDate: noon, Sum: "1234.50", CreditorAccount: "12345678903", KID: "1234567897"}}),
		"message-invoice-bare.xml":      about(DataType{Invoice: &Invoice{DueDate: noon, Sum: "0", CreditorAccount: "12345678903"}}),
		"message-inkasso.xml":           about(DataType{Inkasso: &Inkasso{Link: link(), DueDate: noon, Sum: "99", Account: "12345678903", KID: "12345678-"}}),
		"message-inkasso-bare.xml":      about(DataType{Inkasso: &Inkasso{DueDate: noon}}),
		"message-payslip.xml":           about(DataType{Payslip: &Payslip{PaymentDate: &noon, NetAmount: "-10.00"}}),
		"message-payslip-bare.xml":      about(DataType{Payslip: &Payslip{}}),
		"message-receipt-data-type.xml": about(DataType{OpeningReceipt: &OpeningReceipt{Group: "gruppe 1"}}),
		"message-everything.xml": optional(func(m *Message) {
			m.SenderID, m.DeliveryTime, m.InvoiceReference = 34567, &noon, "Prosjekt 7"
			m.Recipient.PrintDetails = abroad()
			m.PrimaryDocument.OpeningReceipt = "gruppe 1"
			m.PrimaryDocument.SMSNotification = &SMSNotification{AfterHours: []int32{24}}
			m.PrimaryDocument.EmailNotification = &EmailNotification{EmailAddress: "kari@example.org", Subject: "s", Text: "t", At: []ListedTime{{noon}}}
			m.PrimaryDocument.AuthenticationLevel, m.PrimaryDocument.SensitivityLevel = AuthIDPorten4, SensitivityNormal
			m.PrimaryDocument.ContentHash = SHA256Hash([32]byte{1})
			m.PrimaryDocument.DataType = &DataType{Payslip: &Payslip{}}
			m.Attachments = []Document{{UUID: uuidB, Subject: "Vedlegg", FileType: "pdf"}}
			m.PrintIfUnread = &PrintIfUnread{After: noon, PrintDetails: *paper()}
			m.RequestForRegistration = &RequestForRegistration{Deadline: noon, Phone: "004790000000"}
			m.Batch = &BatchReference{UUID: uuidB}
		}),
	}
}

// TestOptionCheck: each option that is wrong is refused under its own name.
func TestOptionCheck(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ø", n+1) }
	odd := time.Date(1890, 1, 1, 0, 0, 0, 0, time.FixedZone("", 2572))
	for field, spoil := range map[string]func(*Message){
		"sender-organization":                 func(m *Message) { m.SenderOrganization = &SenderOrganization{OrganizationID: "312345676"} },
		"sender-organization/organization-id": func(m *Message) { m.SenderID, m.SenderOrganization = 0, &SenderOrganization{OrganizationID: "31 23"} },
		"sender-organization/part-id":         func(m *Message) { m.SenderID, m.SenderOrganization = 0, &SenderOrganization{"312345676", long(100)} },
		"delivery-time":                       func(m *Message) { m.DeliveryTime = &time.Time{} },
		"invoice-reference":                   func(m *Message) { m.InvoiceReference = long(100) },
		"batch/uuid":                          func(m *Message) { m.Batch.UUID = strings.ToUpper(uuidB) },

		"recipient/identification":                                     func(m *Message) { m.Recipient = Recipient{} },
		"recipient/print-details/recipient/name":                       func(m *Message) { m.Recipient.PrintDetails.Recipient.Name = long(130) },
		"recipient/print-details/recipient/address":                    func(m *Message) { m.Recipient.PrintDetails.Recipient.Norwegian = &NorwegianAddress{} },
		"recipient/print-details/recipient/addressline1":               func(m *Message) { m.Recipient.PrintDetails.Recipient.Foreign.Line1 = " " },
		"recipient/print-details/recipient/addressline4":               func(m *Message) { m.Recipient.PrintDetails.Recipient.Foreign.Line4 = long(100) },
		"recipient/print-details/recipient/country":                    func(m *Message) { m.Recipient.PrintDetails.Recipient.Foreign.CountryCode = "SE" },
		"recipient/print-details/return-address/country-code":          func(m *Message) { m.Recipient.PrintDetails.ReturnAddress.Foreign.CountryCode = "se" },
		"recipient/print-details/color":                                func(m *Message) { m.Recipient.PrintDetails.Color = "RED" },
		"recipient/print-details/nondeliverable-handling":              func(m *Message) { m.Recipient.PrintDetails.NondeliverableHandling = "KEEP" },
		"recipient/print-details/print-instructions/key":               func(m *Message) { m.Recipient.PrintDetails.Instructions.List[0].Key = "" },
		"recipient/print-details/print-instructions/print-instruction": func(m *Message) { m.Recipient.PrintDetails.Instructions.List = nil },
		"print-if-unread/print-if-unread-after":                        func(m *Message) { m.PrintIfUnread.After = odd },
		"print-if-unread/print-details/recipient/zip-code":             func(m *Message) { m.PrintIfUnread.PrintDetails.Recipient.Norwegian.Postcode = "" },
		"print-if-unread/print-details/return-address/city":            func(m *Message) { m.PrintIfUnread.PrintDetails.ReturnAddress.Norwegian.City = long(80) },
		"request-for-registration/registration-deadline":               func(m *Message) { m.RequestForRegistration.Deadline = time.Time{} },
		"request-for-registration/phone-number":                        func(m *Message) { m.RequestForRegistration.Phone = "9000000" },
		"request-for-registration/email-address":                       func(m *Message) { m.RequestForRegistration.Email = "a\nb" },
		"request-for-registration/print-details/recipient/address": func(m *Message) {
			m.RequestForRegistration.PrintDetails = &PrintDetails{Recipient: PrintRecipient{Name: "x"}}
		},
		"attachment 1/file-type":                              func(m *Message) { m.Attachments[0].FileType = "txt" },
		"attachment 1/technical-type":                         func(m *Message) { m.Attachments[0].TechnicalType = "a\tb" },
		"primary-document/opening-receipt":                    func(m *Message) { m.PrimaryDocument.OpeningReceipt = long(300) },
		"primary-document/sms-notification/after-hours":       func(m *Message) { m.PrimaryDocument.SMSNotification.AfterHours = []int32{-1} },
		"primary-document/sms-notification/at":                func(m *Message) { m.PrimaryDocument.SMSNotification.At = make([]ListedTime, 1) },
		"primary-document/sms-notification/text":              func(m *Message) { m.PrimaryDocument.SMSNotification.Overrides = &SMSOverrides{"90000000", long(160)} },
		"primary-document/email-notification/at":              func(m *Message) { m.PrimaryDocument.EmailNotification.At = nil },
		"primary-document/email-notification/subject":         func(m *Message) { m.PrimaryDocument.EmailNotification.Subject = long(100) },
		"primary-document/email-notification/text":            func(m *Message) { m.PrimaryDocument.EmailNotification.Text = long(500) },
		"primary-document/data-type/kind":                     func(m *Message) { m.PrimaryDocument.DataType = &DataType{} },
		"primary-document/data-type/opening-receipt/group":    data(DataType{OpeningReceipt: &OpeningReceipt{}}),
		"primary-document/data-type/payslip/net-amount":       data(DataType{Payslip: &Payslip{NetAmount: "1,50"}}),
		"primary-document/data-type/payslip/payment-date":     data(DataType{Payslip: &Payslip{PaymentDate: &odd}}),
		"primary-document/data-type/invoice/sum":              data(DataType{Invoice: &Invoice{DueDate: noon, CreditorAccount: "12345678903"}}),
		"primary-document/data-type/invoice/creditor-account": data(DataType{Invoice: &Invoice{DueDate: noon, Sum: "1"}}),
		"primary-document/data-type/invoice/kid":              data(DataType{Invoice: &Invoice{DueDate: noon, Sum: "1", CreditorAccount: "12345678903", KID: strings.Repeat("1", 26)}}),
		"primary-document/data-type/inkasso/due-date":         data(DataType{Inkasso: &Inkasso{}}),
		"primary-document/data-type/inkasso/account":          data(DataType{Inkasso: &Inkasso{DueDate: noon, Account: "1"}}),
		"primary-document/data-type/inkasso/link/url":         data(DataType{Inkasso: &Inkasso{DueDate: noon, Link: &ExternalLink{URL: "javascript:secret"}}}),
	} {
		m := options()["message-everything.xml"]
		spoil(m)
		var wrong *FieldError
		if err := m.Check(); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v", field, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the value: %v", field, err)
		}
	}
	for name, m := range map[string]*Message{
		"an invitation by address": optional(func(m *Message) {
			m.Recipient = Recipient{DigipostAddress: "a#1"}
			m.RequestForRegistration = &RequestForRegistration{Deadline: noon}
		}),
		"unread paper": optional(func(m *Message) {
			m.Recipient = Recipient{PrintDetails: paper()}
			m.PrintIfUnread = &PrintIfUnread{After: noon, PrintDetails: *paper()}
		}),
	} {
		if m.Check() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func data(d DataType) func(*Message) {
	return func(m *Message) { m.PrimaryDocument.DataType = &d }
}

// TestContentCompared: a hash in the answer that is not that of what was sent
// is told; the letter has arrived all the same.
func TestContentCompared(t *testing.T) {
	for text, differs := range map[string]bool{"Hoveddokument sendt fra DP-API-klient.": false, "hei": true} {
		var s *digipostStub
		s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) { s.reply(w, r, 200, deliveryXML) })
		d, err := s.client().Send(context.Background(), letter(), []Content{content(uuidA, []byte(text))})
		if err != nil || (len(d.ContentDiffers) == 1) != differs {
			t.Errorf("%s: %+v %v", text, d, err)
		}
	}
}
