package job

import (
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"brevdue/app/number"
	"brevdue/app/post"
)

// freezeOptions checks what a person asked for beside the letter itself and
// gives it in the one form that is stored, hashed and sent: trimmed, numbers
// without blanks, times in UTC and whole seconds. What is not asked for is gone
// from it. A split has none of it.
func freezeOptions(wish Wish, now time.Time) (post.Options, error) {
	asked := wish.Options
	options := post.Options{Auth: asked.Auth, Sensitive: asked.Sensitive}
	if wish.Kind == post.KindSplit {
		return options, nil
	}
	if lacks := BatchLacks(asked); wish.Via == post.ViaBatch && lacks != "" {
		return options, post.NewFault(post.CodeBatchLacks, nil, "option", lacks)
	}
	options.OpeningReceipt, options.Reference, options.DeliverAt = asked.OpeningReceipt, strings.TrimSpace(asked.Reference), utc(asked.DeliverAt)
	if n := utf8.RuneCountInString(options.Reference); n > post.MaxReference {
		return options, post.NewFault(post.CodeReferenceTooLong, nil, "count", strconv.Itoa(n), "limit", strconv.Itoa(post.MaxReference))
	}
	from := now // reminders and paper come after the letter can be read
	if at := options.DeliverAt; !at.IsZero() {
		if !at.After(now) {
			return options, post.NewFault(post.CodeDeliverPast, nil)
		}
		from = at
	}
	var err error
	if options.Paper, err = freezePaper(wish, from); err != nil {
		return options, err
	}
	if options.Invite, err = freezeInvitation(wish, now); err != nil {
		return options, err
	}
	if options.SMS, err = freezeSMS(asked.SMS, from); err != nil {
		return options, err
	}
	if options.Email, err = freezeEmail(wish, from); err != nil {
		return options, err
	}
	options.Content, err = freezeContent(asked.Content)
	return options, err
}

// anybody reports whether what is asked for can be had. A single letter needs
// it; of a mailing one person is enough, and the others do without.
func anybody(wish Wish, able func(post.Target) bool) bool {
	wanted := slices.ContainsFunc(wish.To, func(to Addressee) bool { return to.LeftOut == post.ReasonNone && able(to.To) })
	if wish.Kind != post.KindLetter {
		return wanted
	}
	return wanted && !slices.ContainsFunc(wish.To, func(to Addressee) bool { return to.LeftOut == post.ReasonNone && !able(to.To) })
}

func freezePaper(wish Wish, from time.Time) (*post.Paper, error) {
	if wish.Options.Paper == nil {
		return nil, nil
	}
	paper := *wish.Options.Paper
	paper.IfUnreadBy = utc(paper.IfUnreadBy)
	if !paper.IfNoDigipost && paper.IfUnreadBy.IsZero() {
		return nil, nil
	}
	if !paper.IfUnreadBy.IsZero() && !paper.IfUnreadBy.After(from) {
		return nil, post.NewFault(post.CodePrintPast, nil)
	}
	paper.Return = trimAddress(paper.Return)
	if !paper.Return.Whole() {
		return nil, post.NewFault(post.CodeReturnAddress, nil)
	}
	for _, file := range wish.Files {
		if !strings.EqualFold(file.FileType, "pdf") {
			return nil, post.NewFault(post.CodePaperNeedsPDF, nil, "file", file.Name)
		}
	}
	// In a mailing somebody without an address gets the letter in Digipost or
	// not at all; that is no fault, even when it concerns everybody.
	if wish.Kind == post.KindLetter && !anybody(wish, hasAddress) {
		return nil, post.NewFault(post.CodePaperAddress, nil)
	}
	return &paper, nil
}

func freezeInvitation(wish Wish, now time.Time) (*post.Invitation, error) {
	if wish.Options.Invite == nil {
		return nil, nil
	}
	invitation := post.Invitation{Deadline: utc(wish.Options.Invite.Deadline)}
	if !invitation.Deadline.After(now) {
		return nil, post.NewFault(post.CodeDeadlinePast, nil)
	}
	if !anybody(wish, canBeInvited) {
		return nil, post.NewFault(post.CodeInviteNeedsNumber, nil)
	}
	return &invitation, nil
}

func freezeSMS(asked *post.SMSReminder, from time.Time) (*post.SMSReminder, error) {
	if asked == nil {
		return nil, nil
	}
	sms := post.SMSReminder{At: allUTC(asked.At), AfterHours: slices.Clone(asked.AfterHours)}
	wrong := slices.ContainsFunc(sms.At, func(at time.Time) bool { return !at.After(from) }) ||
		slices.ContainsFunc(sms.AfterHours, func(hours int) bool { return hours < 1 })
	if wrong || len(sms.At)+len(sms.AfterHours) == 0 {
		return nil, post.NewFault(post.CodeReminderTimes, nil)
	}
	return &sms, nil
}

func freezeEmail(wish Wish, from time.Time) (*post.EmailReminder, error) {
	if wish.Options.Email == nil {
		return nil, nil
	}
	email := *wish.Options.Email
	email.Address, email.Subject, email.Text = strings.TrimSpace(email.Address), strings.TrimSpace(email.Subject), strings.TrimSpace(email.Text)
	email.At = allUTC(email.At)
	subject, text := utf8.RuneCountInString(email.Subject), utf8.RuneCountInString(email.Text)
	switch {
	case subject == 0 || subject > post.MaxEmailSubject || text == 0 || text > post.MaxEmailText:
		return nil, post.NewFault(post.CodeReminderText, nil)
	case len(email.At) == 0 || slices.ContainsFunc(email.At, func(at time.Time) bool { return !at.After(from) }):
		return nil, post.NewFault(post.CodeReminderTimes, nil)
	case email.Address != "" && !isEmail(email.Address):
		return nil, post.NewFault(post.CodeEmailMissing, nil)
	case email.Address == "" && !anybody(wish, hasEmail):
		return nil, post.NewFault(post.CodeEmailMissing, nil)
	}
	return &email, nil
}

// amountForm is kroner with two decimals, without needless zeros in front.
var amountForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,11})\.[0-9]{2}$`)

// freezeContent checks what each kind of content needs (the invoice, inkasso
// and payslip of Digipost's data types). Whether a bill may be without a KID is
// a matter of the sender's agreement.
func freezeContent(asked post.Content) (post.Content, error) {
	content := post.Content{Kind: asked.Kind, Amount: strings.TrimSpace(asked.Amount), Date: strings.TrimSpace(asked.Date)}
	bill := asked.Kind == post.ContentInvoice || asked.Kind == post.ContentDebt
	switch {
	case asked.Kind == post.ContentLetter:
		return post.Content{}, nil
	case !bill && asked.Kind != post.ContentPayslip:
		return content, post.NewFault(post.CodeUsage, nil, "detail", "content")
	}
	if content.Amount == "" && asked.Kind == post.ContentInvoice || content.Amount != "" && !amountForm.MatchString(content.Amount) ||
		bill && content.Amount == "0.00" {
		return content, post.NewFault(post.CodeAmountInvalid, nil)
	}
	if _, err := time.Parse(time.DateOnly, content.Date); err != nil && (bill || content.Date != "") {
		return content, post.NewFault(post.CodeDateInvalid, nil)
	}
	if !bill {
		return content, nil
	}
	if strings.TrimSpace(asked.Account) != "" {
		account := number.Account(asked.Account)
		if !account.Valid {
			return content, post.NewFault(post.CodeNumberInvalid, nil, "number_kind", string(number.KindAccount), "reason", account.Reason)
		}
		content.Account = account.Number
	} else if asked.Kind == post.ContentInvoice {
		return content, post.NewFault(post.CodeAccountMissing, nil)
	}
	if strings.TrimSpace(asked.KID) != "" {
		kid := number.KID(asked.KID)
		if !kid.Valid {
			return content, post.NewFault(post.CodeNumberInvalid, nil, "number_kind", string(number.KindKID), "reason", kid.Reason)
		}
		content.KID = kid.Number
	}
	return content, nil
}

// hasAddress reports whether an envelope can be written for somebody.
func hasAddress(to post.Target) bool {
	return post.PostalAddress{Name: to.Name(), Address: to.Address}.Whole()
}

// canBeInvited reports whether Digipost can invite somebody: by birth number
// only (request-for-registration in api_v8.xsd).
func canBeInvited(to post.Target) bool { return to.Kind == post.ByBirthNumber }

func hasEmail(to post.Target) bool { return isEmail(to.Email) }

func isEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text {
		return false
	}
	_, domain, _ := strings.Cut(text, "@")
	return strings.Contains(domain, ".")
}

func trimAddress(address post.PostalAddress) post.PostalAddress {
	for _, part := range []*string{&address.Name, &address.Line1, &address.Line2, &address.Postcode, &address.Town, &address.Country} {
		*part = strings.TrimSpace(*part)
	}
	return address
}

// utc is a moment as it is stored and hashed: the same on every machine.
func utc(at time.Time) time.Time {
	if at.IsZero() {
		return time.Time{}
	}
	return at.UTC().Truncate(time.Second)
}

func allUTC(times []time.Time) []time.Time {
	var all []time.Time
	for _, at := range times {
		all = append(all, utc(at))
	}
	return all
}
