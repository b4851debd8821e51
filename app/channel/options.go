package channel

import (
	"time"

	"brevdue/app/post"
	"brevdue/digipost"
)

// describeMain adds what belongs to the main document only: reminders, what the
// letter is about, and the opening receipt.
func describeMain(document *digipost.Document, letter post.Letter) error {
	options := letter.Options
	document.SMSNotification = smsOf(options.SMS)
	email, err := emailOf(options.Email, letter.To)
	if err != nil {
		return err
	}
	document.EmailNotification = email
	if document.DataType, err = dataTypeOf(options.Content); err != nil {
		return err
	}
	if options.OpeningReceipt {
		askForReceipt(document, letter.MessageID)
	}
	return nil
}

// askForReceipt is the one place that says how an opening receipt is asked for.
// Digipost documents the data type opening-receipt; but a document has one data
// type, and a bill or payslip needs it for itself. api_v8.xsd has an element of
// the same name, a text whose meaning is not documented: it is used where the
// data type is taken. Both hold the group of receipts that belong together,
// here the letter alone.
func askForReceipt(document *digipost.Document, group string) {
	if document.DataType == nil {
		document.DataType = &digipost.DataType{OpeningReceipt: &digipost.OpeningReceipt{Group: group}}
		return
	}
	document.OpeningReceipt = group
}

// smsOf reminds at the number the recipient has at Digipost: a number of the
// sender's own needs a permission that few have.
func smsOf(sms *post.SMSReminder) *digipost.SMSNotification {
	if sms == nil {
		return nil
	}
	made := &digipost.SMSNotification{At: listed(sms.At)}
	for _, hours := range sms.AfterHours {
		made.AfterHours = append(made.AfterHours, int32(min(max(hours, -1), 1<<30)))
	}
	return made
}

func emailOf(email *post.EmailReminder, to post.Target) (*digipost.EmailNotification, error) {
	if email == nil {
		return nil, nil
	}
	address := email.Address
	if address == "" {
		address = to.Email
	}
	if address == "" {
		return nil, post.NewFault(post.CodeEmailMissing, nil)
	}
	return &digipost.EmailNotification{EmailAddress: address, Subject: email.Subject, Text: email.Text, At: listed(email.At)}, nil
}

func listed(times []time.Time) []digipost.ListedTime {
	var list []digipost.ListedTime
	for _, at := range times {
		list = append(list, digipost.ListedTime{Time: wire(at)})
	}
	return list
}

// dataTypeOf says what the letter is about; nil for an ordinary letter.
func dataTypeOf(content post.Content) (*digipost.DataType, error) {
	if content.Kind == post.ContentLetter {
		return nil, nil
	}
	day, err := dayOf(content.Date)
	bill := content.Kind == post.ContentInvoice || content.Kind == post.ContentDebt
	if err != nil || bill && day.IsZero() {
		return nil, post.NewFault(post.CodeDateInvalid, err)
	}
	switch content.Kind {
	case post.ContentInvoice:
		return &digipost.DataType{Invoice: &digipost.Invoice{DueDate: day, Sum: content.Amount,
			CreditorAccount: content.Account, KID: content.KID}}, nil
	case post.ContentDebt:
		return &digipost.DataType{Inkasso: &digipost.Inkasso{DueDate: day, Sum: content.Amount,
			Account: content.Account, KID: content.KID}}, nil
	case post.ContentPayslip:
		payslip := &digipost.Payslip{NetAmount: content.Amount}
		if !day.IsZero() {
			payslip.PaymentDate = &day
		}
		return &digipost.DataType{Payslip: payslip}, nil
	}
	return nil, post.NewFault(post.CodeUsage, nil, "detail", string(content.Kind))
}

// dayOf reads a day; "" is the zero time. The data types want a moment: noon in
// Norway is the same day wherever it is read in Europe, in summer and winter.
func dayOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, time.FixedZone("", 60*60))
	return day.Add(12 * time.Hour), err
}

// overdue finds an option whose time is past. Digipost refuses such a letter,
// and every other of the job with it, so that it is not even sent.
func overdue(options post.Options, now time.Time) error {
	past := func(at time.Time) bool { return !at.IsZero() && !at.After(now) }
	switch {
	case past(options.DeliverAt):
		return post.NewFault(post.CodeDeliverPast, nil)
	case options.Paper != nil && past(options.Paper.IfUnreadBy):
		return post.NewFault(post.CodePrintPast, nil)
	case options.Invite != nil && past(options.Invite.Deadline):
		return post.NewFault(post.CodeDeadlinePast, nil)
	}
	var reminders []time.Time
	if options.SMS != nil {
		reminders = append(reminders, options.SMS.At...)
	}
	if options.Email != nil {
		reminders = append(reminders, options.Email.At...)
	}
	for _, at := range reminders {
		if past(at) {
			return post.NewFault(post.CodeReminderTimes, nil)
		}
	}
	return nil
}
