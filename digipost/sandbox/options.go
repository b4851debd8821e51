package sandbox

import (
	"strings"
	"time"
)

// order is one message while it is judged.
type order struct {
	msg    *node
	sender *Sender
	letter *letter
	now    time.Time
	zone   *time.Location
}

// paper lists the print-details of a message: those in the recipient, of
// print-if-unread and of an invitation.
func (o *order) paper() []*node {
	var list []*node
	for _, in := range []string{"recipient", "print-if-unread", "request-for-registration"} {
		if p := o.msg.child(in).child("print-details"); p != nil {
			list = append(list, p)
		}
	}
	return list
}

// moment reads a time that must be ahead.
func (o *order) moment(in *node, name string, c code) (time.Time, error) {
	t, err := parseDateTime(in.value(name), o.zone)
	switch {
	case err != nil: // the grammar let it through, so it is a leap second or the like
		return t, refuse(c, "%s is not a time", name)
	case tooLate(t, o.now):
		return t, refuse(c, "%s is in the past", name)
	}
	return t.In(o.zone), nil
}

// checkOptions refuses what the agreement does not hold or what makes no
// sense. Nothing that was asked for is left out in silence.
func (o *order) checkOptions() error {
	for _, check := range []func() error{o.checkRecipient, o.checkDeliveryTime, o.checkPaper, o.checkUnread, o.checkInvitation} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (o *order) checkRecipient() error {
	to := o.msg.child("recipient")
	switch {
	case len(to.kids) == 0:
		return refuse(codeMissingRecipient, "The recipient is empty")
	case to.kids[0].name == "print-details" && !o.sender.has(featureDirectPrint):
		return refuse(codeNoDirectPrint, "Direct print is not part of the agreement")
	case to.kids[0].name == "print-details":
		return nil
	case len(o.paper()) > 0 && !o.sender.has(featurePrintFallback):
		return refuse(codeNoPrint, "Print is not part of the agreement")
	case to.child("peppol-addresses") != nil:
		return o.checkPeppol(to.child("peppol-addresses"))
	case to.child("email-details") != nil:
		return o.checkEmails(to.child("email-details"))
	case to.child("bank-account-number") != nil && !o.sender.may(permitAccount):
		return refuse(choiceNotPermitted, "Recipients by bank-account-number are not part of the agreement")
	}
	return nil
}

// checkPeppol judges a recipient in the Peppol network: everything is XML, and
// the sender is the sender.
func (o *order) checkPeppol(to *node) error {
	if !o.sender.may(permitPeppol) {
		return refuse(codePeppol, "Peppol is not part of the agreement")
	}
	if from := to.child("sender"); from.value("schemeID") != choicePeppolScheme || from.value("endpointID") != o.sender.OrganisationNumber {
		return refuse(codePeppol, "The Peppol address of the sender is not that of this sender")
	}
	for i, d := range documentsOf(o.msg) {
		if d.value("file-type") != "xml" {
			return refuse(codePeppolXML, "Document %d goes by Peppol and must be XML", i+1)
		}
	}
	return nil
}

// checkEmails judges a recipient by e-mail.
func (o *order) checkEmails(to *node) error {
	if !o.sender.may(permitEmail) {
		return refuse(choiceNotPermitted, "Recipients by e-mail are not part of the agreement")
	}
	for _, k := range to.kids {
		if !validEmail(k.text) {
			return refuse(codeInvalidEmail, "An e-mail address of the recipient is not valid")
		}
		o.letter.Emails = append(o.letter.Emails, k.text)
	}
	return nil
}

func (o *order) checkDeliveryTime() error {
	at := o.msg.child("delivery-time")
	if at == nil {
		return nil
	}
	if !o.sender.may(permitDeliveryTime) {
		return refuse(choiceNotPermitted, "delivery-time is not part of the agreement")
	}
	t, err := parseDateTime(at.text, o.zone)
	if err != nil {
		return schemaError(err)
	}
	if t.Before(o.now) {
		return refuse(codeHistorical, "delivery-time is in the past")
	}
	o.letter.DeliveryTime = t.In(o.zone)
	return nil
}

// checkUnread judges print-if-unread: digital first, so it needs a recipient
// who can read.
func (o *order) checkUnread() error {
	u := o.msg.child("print-if-unread")
	if u == nil {
		return nil
	}
	if o.msg.child("recipient").kids[0].name == "print-details" {
		return refuse(codeValidation, "print-if-unread makes no sense for direct print")
	}
	t, err := o.moment(u, "print-if-unread-after", choiceMoment)
	if err == nil && !t.After(o.letter.DeliveryTime) {
		err = refuse(choiceMoment, "print-if-unread-after is not after the delivery")
	}
	o.letter.UnreadAfter = t
	return err
}

// checkInvitation judges request-for-registration: an invitation by SMS to a
// person known by birth number.
func (o *order) checkInvitation() error {
	in := o.msg.child("request-for-registration")
	if in == nil {
		return nil
	}
	if !o.sender.may(permitInvitation) {
		return refuse(choiceNotPermitted, "request-for-registration is not part of the agreement")
	}
	if o.msg.child("recipient").kids[0].name != "personal-identification-number" {
		return refuse(codeValidation, "request-for-registration needs a recipient by personal-identification-number")
	}
	t, err := o.moment(in, "registration-deadline", choiceMoment)
	if err != nil {
		return err
	}
	o.letter.Deadline, o.letter.DeadlinePrint = t, in.child("print-details") != nil
	if p := in.child("phone-number"); p != nil && !validPhone(p.text) {
		return refuse(codeInvalidPhone, "phone-number needs a country code, or eight digits")
	}
	if e := in.child("email-address"); e != nil && !validEmail(e.text) {
		return refuse(codeInvalidEmail, "email-address is not an e-mail address")
	}
	return nil
}

// validPhone takes numbers with a country code (+, 00 or 011) and Norwegian
// ones of exactly eight characters.
func validPhone(s string) bool {
	for _, prefix := range []string{"+", "011", "00"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			return len(rest) >= 8 && len(rest) <= 15 && strings.Trim(rest, "0123456789") == ""
		}
	}
	return len(s) == 8 && strings.Trim(s, "0123456789") == ""
}

func validEmail(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && name != "" && !strings.ContainsAny(s, " \t\r\n<>,;") && !strings.Contains(host, "@") &&
		strings.Contains(strings.Trim(host, "."), ".") && len(s) <= 254
}

// readNotices judges the reminders of a document.
func (o *order) readNotices(n *node, d *document, number int) error {
	if sms := n.child("sms-notification"); sms != nil {
		if err := o.readSMS(sms, d, number); err != nil {
			return err
		}
	}
	mail := n.child("email-notification")
	if mail == nil {
		return nil
	}
	if !o.sender.may(permitNoticeAddresses) {
		return refuse(codeNoNotices, "Document %d has an address for reminders, which is not part of the agreement", number)
	}
	if d.Email = mail.value("email-address"); !validEmail(d.Email) {
		return refuse(codeInvalidEmail, "The email-notification of document %d has no valid e-mail address", number)
	}
	times, err := o.readTimes(mail, codeEmailTime, number)
	d.EmailAt = times
	return err
}

func (o *order) readSMS(sms *node, d *document, number int) error {
	if over := sms.child("overrides"); over != nil {
		if !o.sender.may(permitNoticeAddresses) {
			return refuse(codeNoNotices, "Document %d has a number for reminders, which is not part of the agreement", number)
		}
		if d.Mobile = over.value("sms-mobile-number"); !validPhone(d.Mobile) {
			return refuse(codeInvalidPhone, "The sms-mobile-number of document %d needs a country code, or eight digits", number)
		}
	}
	times, err := o.readTimes(sms, codeSMSTime, number)
	if err != nil {
		return err
	}
	for _, k := range sms.kids {
		if k.name == "after-hours" {
			hours, err := time.ParseDuration(strings.TrimPrefix(collapse(k.text), "+") + "h")
			if err != nil { // a whole number by the grammar, but one of centuries
				return refuse(codeSMSTime, "A reminder of document %d is too far away", number)
			}
			d.SMSAfter = append(d.SMSAfter, hours)
		}
	}
	if d.SMSAt = times; len(times)+len(d.SMSAfter) == 0 {
		return refuse(codeSMSTime, "The sms-notification of document %d names no time", number)
	}
	return nil
}

// readTimes reads the times of reminders: each ahead and not before the delivery.
func (o *order) readTimes(n *node, c code, number int) ([]time.Time, error) {
	var times []time.Time
	for _, k := range n.kids {
		if k.name != "at" {
			continue
		}
		t, err := parseDateTime(k.attr("time"), o.zone)
		if err != nil || tooLate(t, o.now) || t.Before(o.letter.DeliveryTime) {
			return nil, refuse(c, "A reminder of document %d has no time, or one that is past or before the delivery", number)
		}
		times = append(times, t.In(o.zone))
	}
	return times, nil
}
