package command

import (
	netmail "net/mail"
	"regexp"
	"strings"

	"brevdue/app/number"
	"brevdue/app/post"
)

// letterFlags are the flags of letters that send and mail share, in the order
// the help shows them.
var letterFlags = []string{"subject", "cooling-off", "print", "return", "color", "shred", "print-if-unread", "auth", "sensitive", "sms",
	"email-notice", "opening-receipt", "reference", "invoice", "debt", "payslip", "deliver-at", "invite"}

// The forms of the flags with several parts, as the help shows them.
const (
	addressForm = `"NAME;LINE 1;LINE 2;POSTCODE;TOWN"`
	billForm    = "amount=A,due=DATE,account=N,kid=N"
	payslipForm = "amount=A,date=DATE"
	emailForm   = "address=A,subject=S,text=T,at=T"
)

// options reads what was chosen for the letters. A slip in the form is told
// here; whether what was chosen can be had, the engine knows.
func (s *session) options(kind post.JobKind) (post.Options, error) {
	f := &s.flags
	for _, each := range []struct{ flag, value string }{{"return", f.returnTo}, {"print-if-unread", f.printIfUnread}, {"sms", f.sms},
		{"email-notice", f.emailNotice}, {"reference", f.reference}, {"invoice", f.invoice}, {"debt", f.debt}, {"payslip", f.payslip},
		{"deliver-at", f.deliverAt}, {"invite", f.invite}, {"address", f.address}, {"phone", f.phone}, {"email", f.email}} {
		// A script's empty variable must not change what becomes of a letter.
		if s.has(each.flag) && strings.TrimSpace(each.value) == "" {
			return post.Options{}, usage("no_value", "flag", each.flag)
		}
	}
	options := post.Options{Auth: post.AuthLevel(f.auth), Sensitive: f.sensitive, OpeningReceipt: f.openingReceipt,
		Reference: strings.TrimSpace(f.reference)}
	if options.Auth == "" {
		options.Auth = post.AuthPassword
	}
	for _, read := range []func(*post.Options) error{f.paper, f.reminders, f.times, f.content} {
		if err := read(&options); err != nil {
			return post.Options{}, err
		}
	}
	if options.Email != nil && options.Email.Address != "" && kind != post.KindLetter {
		return post.Options{}, usage("not_in_mailing", "flag", "email-notice")
	}
	return options, nil
}

func (f *flags) paper(options *post.Options) error {
	if !f.print && f.printIfUnread == "" {
		for _, only := range []struct {
			flag  string
			given bool
		}{{"return", f.returnTo != ""}, {"color", f.color}, {"shred", f.shred}} {
			if only.given {
				return usage("needs_paper", "flag", only.flag)
			}
		}
		return nil
	}
	paper := post.Paper{IfNoDigipost: f.print, Color: f.color, Shred: f.shred}
	if f.printIfUnread != "" {
		at, ok := parseDeadline(f.printIfUnread)
		if !ok {
			return usage("bad_time", "flag", "print-if-unread")
		}
		paper.IfUnreadBy = at
	}
	if f.returnTo != "" {
		address, ok := parsePostal(f.returnTo)
		if !ok {
			return usage("bad_address", "flag", "return")
		}
		paper.Return = address
	}
	options.Paper = &paper
	return nil
}

func (f *flags) reminders(options *post.Options) error {
	if f.sms != "" {
		reminder, ok := parseSMS(f.sms)
		if !ok {
			return usage("bad_sms", "flag", "sms")
		}
		options.SMS = &reminder
	}
	if f.emailNotice == "" {
		return nil
	}
	values, err := readParts("email-notice", f.emailNotice, emailForm, []string{"address", "subject", "text", "at"}, "at")
	if err != nil {
		return err
	}
	reminder := post.EmailReminder{Address: values.first("address"), Subject: values.first("subject"), Text: values.first("text")}
	for _, value := range values["at"] {
		for _, text := range strings.Split(value, ",") {
			at, ok := parseTime(text)
			if !ok {
				return usage("bad_time", "flag", "email-notice")
			}
			reminder.At = append(reminder.At, at)
		}
	}
	options.Email = &reminder
	return nil
}

func (f *flags) times(options *post.Options) error {
	var ok bool
	if f.deliverAt != "" {
		if options.DeliverAt, ok = parseTime(f.deliverAt); !ok {
			return usage("bad_time", "flag", "deliver-at")
		}
	}
	if f.invite != "" {
		deadline, ok := parseDeadline(f.invite)
		if !ok {
			return usage("bad_time", "flag", "invite")
		}
		options.Invite = &post.Invitation{Deadline: deadline}
	}
	return nil
}

// contentForms are the flags that say what a letter is about. What Digipost's
// data types leave optional may be left out.
var contentForms = []struct {
	flag, form, date string
	kind             post.ContentKind
	parts, needed    []string
}{
	{"invoice", billForm, "due", post.ContentInvoice, []string{"amount", "due", "account", "kid"}, []string{"amount", "due", "account"}},
	{"debt", billForm, "due", post.ContentDebt, []string{"amount", "due", "account", "kid"}, []string{"due"}},
	{"payslip", payslipForm, "date", post.ContentPayslip, []string{"amount", "date"}, nil},
}

// content reads what the letter is about; it is one thing at most.
func (f *flags) content(options *post.Options) error {
	chosen := ""
	for i, text := range []string{f.invoice, f.debt, f.payslip} {
		form := contentForms[i]
		if text == "" {
			continue
		}
		if chosen != "" {
			return usage("not_together", "flag", chosen, "other", form.flag)
		}
		chosen = form.flag
		values, err := readParts(form.flag, text, form.form, form.parts)
		if err != nil {
			return err
		}
		for _, part := range form.needed {
			if values.first(part) == "" {
				return usage("part_needed", "flag", form.flag, "part", part)
			}
		}
		content := post.Content{Kind: form.kind, Account: number.Clean(values.first("account")), KID: values.first("kid")}
		if checked := number.KID(content.KID); checked.Valid {
			content.KID = checked.Number // without what people put between digits
		}
		var ok bool
		if content.Amount, ok = parseAmount(values.first("amount")); !ok && values.first("amount") != "" {
			return usage("bad_amount", "flag", form.flag)
		}
		if content.Date, ok = parseDay(values.first(form.date)); !ok && values.first(form.date) != "" {
			return usage("bad_day", "flag", form.flag, "part", form.date)
		}
		options.Content = content
	}
	return nil
}

// fillIn puts what the line says of a recipient who is not in the register into
// the target: for paper, an invitation, a reminder.
func (f *flags) fillIn(to *post.Target) error {
	if f.address != "" {
		if to.Kind == post.ByNameAndAddress {
			return usage("address_twice", "flag", "address")
		}
		address, ok := parsePostal(f.address)
		if !ok {
			return usage("bad_address", "flag", "address")
		}
		to.FullName, to.Address = address.Name, address.Address
	}
	if f.phone != "" {
		phone := number.Clean(f.phone)
		if !phoneForm.MatchString(phone) {
			return usage("bad_value", "flag", "phone")
		}
		to.Phone = phone
	}
	if f.email != "" {
		parsed, err := netmail.ParseAddress(f.email)
		if err != nil || parsed.Address != f.email {
			return usage("bad_value", "flag", "email")
		}
		to.Email = f.email
	}
	return nil
}

var phoneForm = regexp.MustCompile(`^\+?[0-9]{5,15}$`)
