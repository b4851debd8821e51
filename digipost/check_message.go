package digipost

import (
	"encoding/base64"
	"fmt"
)

// Check tells whether the message may leave the machine; the error is a
// *FieldError. Send checks by itself.
func (m *Message) Check() error {
	c := &checker{}
	c.text("message-id", m.ID, true, maxFree)
	c.sender(m.SenderID, m.SenderOrganization)
	c.within("recipient", func() { c.recipient(&m.Recipient) })
	if m.DeliveryTime != nil {
		c.at("delivery-time", *m.DeliveryTime)
	}
	c.text("invoice-reference", m.InvoiceReference, false, maxInvoice)
	c.documents(m)
	if p := m.PrintIfUnread; p != nil {
		c.within("print-if-unread", func() { c.printIfUnread(p, &m.Recipient) })
	}
	if r := m.RequestForRegistration; r != nil {
		c.within("request-for-registration", func() { c.invitation(r, &m.Recipient) })
	}
	if m.Batch != nil {
		c.match("batch/uuid", m.Batch.UUID, uuidPattern, "must be a UUID in lower case")
	}
	return c.err
}

// sender checks that the sender is given in at most one way.
func (c *checker) sender(id int64, o *SenderOrganization) {
	if id < 0 {
		c.wrong("sender-id", "must not be negative")
	}
	if o == nil {
		return
	}
	if id != 0 {
		c.wrong("sender-organization", "must not stand beside sender-id")
	}
	c.organization("sender-organization/organization-id", o.OrganizationID, "sender-organization/part-id", o.PartID)
}

// organization checks an organisation and a unit in it, under the names they
// have where they stand.
func (c *checker) organization(idField, id, partField, part string) {
	c.match(idField, id, organizationPattern, "must be 1 to 35 letters or digits")
	c.text(partField, part, false, maxPart)
}

// documents checks all documents of a letter.
func (c *checker) documents(m *Message) {
	if len(m.Attachments) > MaxAttachments {
		c.wrong("attachment", fmt.Sprintf("must be at most %d", MaxAttachments))
	}
	seen := map[string]bool{}
	paper := m.mayBePrinted()
	if m.Recipient.PeppolAddresses != nil && m.PrimaryDocument.FileType != "xml" && m.PrimaryDocument.FileType != "ehf" {
		c.wrong("primary-document/file-type", "must be xml in a letter by Peppol")
	}
	for i, document := range m.documents() {
		name := "primary-document"
		if i > 0 {
			name = fmt.Sprintf("attachment %d", i)
		}
		c.within(name, func() {
			c.document(document)
			if seen[document.UUID] {
				c.wrong("uuid", "must differ from that of every other document")
			}
			if paper && document.TechnicalType == "" && document.FileType != "pdf" {
				c.wrong("file-type", "must be pdf in a letter that may be printed")
			}
		})
		seen[document.UUID] = true
	}
}

// mayBePrinted reports whether the letter asks for paper in any way.
func (m *Message) mayBePrinted() bool {
	return m.Recipient.PrintDetails != nil || m.PrintIfUnread != nil ||
		m.RequestForRegistration != nil && m.RequestForRegistration.PrintDetails != nil
}

// invitation checks an invitation to register.
func (c *checker) invitation(r *RequestForRegistration, to *Recipient) {
	if to.PersonalIdentificationNumber == "" {
		c.wrong("registration-deadline", "needs a recipient by personal-identification-number")
	}
	c.at("registration-deadline", r.Deadline)
	if r.Phone != "" {
		c.match("phone-number", r.Phone, phonePattern, "must begin with +, 00 or 011, or be 8 digits")
	}
	c.text("email-address", r.Email, false, maxFree)
	if r.PrintDetails != nil {
		c.within("print-details", func() { c.printDetails(r.PrintDetails) })
	}
}

func (c *checker) recipient(r *Recipient) {
	filled := c.numbers(r.PersonalIdentificationNumber, r.OrganisationNumber, r.DigipostAddress, r.BankAccountNumber)
	if e := r.EmailDetails; e != nil {
		filled++
		if len(e.Addresses) < 1 || len(e.Addresses) > 50 {
			c.wrong("email-details", "must have 1 to 50 addresses")
		}
		for _, address := range e.Addresses {
			c.text("email-address", address, true, maxFree)
		}
	}
	if p := r.PeppolAddresses; p != nil {
		filled++
		c.text("receiver/schemeID", p.Receiver.SchemeID, true, maxFree)
		c.text("receiver/endpointID", p.Receiver.EndpointID, true, maxFree)
		c.text("sender/schemeID", p.Sender.SchemeID, true, maxFree)
		c.text("sender/endpointID", p.Sender.EndpointID, true, maxFree)
	}
	if r.NameAndAddress != nil {
		filled++
		c.nameAndAddress(r.NameAndAddress)
	}
	// Without any, the letter goes straight to print.
	if filled > 1 || filled == 0 && r.PrintDetails == nil {
		c.wrong("identification", "must be given in exactly one way")
	}
	if r.PrintDetails != nil {
		c.within("print-details", func() { c.printDetails(r.PrintDetails) })
	}
}

func (c *checker) document(d *Document) {
	c.match("uuid", d.UUID, uuidPattern, "must be a UUID in lower case")
	c.text("subject", d.Subject, true, maxSubject)
	c.match("file-type", d.FileType, fileTypePattern, "must be 1 to 29 of a-z, 0-9, - and _")
	c.text("technical-type", d.TechnicalType, false, maxFree)
	c.text("opening-receipt", d.OpeningReceipt, false, maxFree)
	if d.SMSNotification != nil {
		c.within("sms-notification", func() { c.smsNotification(d.SMSNotification) })
	}
	if d.EmailNotification != nil {
		c.within("email-notification", func() { c.emailNotification(d.EmailNotification) })
	}
	c.oneOf("authentication-level", d.AuthenticationLevel, AuthPassword, AuthTwoFactor, AuthIDPorten3, AuthIDPorten4)
	c.oneOf("sensitivity-level", d.SensitivityLevel, SensitivityNormal, SensitivitySensitive)
	if h := d.ContentHash; h != nil {
		sum, err := base64.StdEncoding.DecodeString(h.Value)
		if h.Algorithm != "SHA256" || err != nil || len(sum) != 32 {
			c.wrong("content-hash", "must be a SHA256 in base64")
		}
	}
	if d.DataType != nil {
		c.within("data-type", func() { c.dataType(d.DataType) })
	}
}
