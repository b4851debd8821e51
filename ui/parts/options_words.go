package parts

import (
	"strconv"
	"strings"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// OptionLines says what was chosen for a letter, one plain sentence a choice:
// how it is opened, reminders, paper, what it is about. There is at least one.
func OptionLines(words *look.Words, options post.Options) []string {
	lines := contentLines(words, options.Content)
	auth := options.Auth
	if auth == "" {
		auth = post.AuthPassword
	}
	lines = append(lines, words.Get("options.say.auth."+string(auth)))
	if options.Sensitive {
		lines = append(lines, words.Get("options.say.sensitive"))
	}
	if !options.DeliverAt.IsZero() {
		lines = append(lines, words.Get("options.say.deliver_at", "time", words.Time(options.DeliverAt)))
	}
	lines = append(lines, reminderLines(words, options)...)
	if options.OpeningReceipt {
		lines = append(lines, words.Get("options.say.opening_receipt"))
	}
	if options.Invite != nil {
		lines = append(lines, words.Get("options.say.invite", "time", words.Time(options.Invite.Deadline)))
	}
	if options.Paper != nil {
		lines = append(lines, paperLines(words, *options.Paper, options.Invite != nil)...)
	}
	if options.Reference != "" {
		lines = append(lines, words.Get("options.say.reference", "reference", options.Reference))
	}
	return lines
}

// contentLines say what kind of letter it is, and what Digipost is told of it.
func contentLines(words *look.Words, content post.Content) []string {
	if content.Kind == post.ContentLetter {
		return nil
	}
	said := []string{words.Get("options.say.content." + string(content.Kind))}
	add := func(key, value string) {
		if value != "" {
			said = append(said, words.Get("options.say."+key, "value", value))
		}
	}
	if content.Kind == post.ContentPayslip {
		add("net", Kroner(words, content.Amount))
		add("paid", Day(words, content.Date))
	} else {
		add("sum", Kroner(words, content.Amount))
		add("due", Day(words, content.Date))
		add("account", Account(content.Account))
		add("kid", content.KID)
	}
	return []string{strings.Join(said, ", ") + "."}
}

func reminderLines(words *look.Words, options post.Options) []string {
	var lines []string
	if sms := options.SMS; sms != nil {
		if len(sms.At) > 0 {
			lines = append(lines, words.Get("options.say.sms.at", "times", times(words, sms.At)))
		}
		var after []string
		for _, hours := range sms.AfterHours {
			after = append(after, words.Count("options.say.hours", hours))
		}
		if len(after) > 0 {
			lines = append(lines, words.Get("options.say.sms.after", "hours", joined(words, after)))
		}
	}
	if email := options.Email; email != nil {
		key := "options.say.email"
		if email.Address == "" {
			key = "options.say.email.own"
		}
		lines = append(lines, words.Get(key, "times", times(words, email.At), "address", email.Address, "subject", email.Subject))
	}
	return lines
}

// paperLines say when a letter goes on paper, how, and what becomes of one that
// cannot be delivered.
func paperLines(words *look.Words, paper post.Paper, invited bool) []string {
	var lines []string
	switch {
	case paper.IfNoDigipost && invited:
		lines = append(lines, words.Get("options.say.paper.not_accepted"))
	case paper.IfNoDigipost:
		lines = append(lines, words.Get("options.say.paper.no_digipost"))
	}
	if !paper.IfUnreadBy.IsZero() {
		lines = append(lines, words.Get("options.say.paper.unread", "time", words.Time(paper.IfUnreadBy)))
	}
	ink, back := "options.say.print.black", "options.say.print.return"
	if paper.Color {
		ink = "options.say.print.color"
	}
	if paper.Shred {
		back = "options.say.print.shred"
	}
	address := AddressLine(paper.Return)
	lines = append(lines, words.Get(ink)+" "+words.Get(back))
	if address != "" {
		lines = append(lines, words.Get("options.say.print.address", "address", address))
	}
	return lines
}

// AddressLine writes an address on one line.
func AddressLine(address post.PostalAddress) string {
	var said []string
	for _, part := range []string{address.Name, address.Line1, address.Line2, strings.TrimSpace(address.Postcode + " " + address.Town), address.Country} {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, ", ")
}

// Kroner writes an amount as post.Content has it, 1234.50, in the language's form;
// what is no such amount stays as it is.
func Kroner(words *look.Words, amount string) string {
	whole, rest, _ := strings.Cut(amount, ".")
	n, err := strconv.Atoi(whole)
	if err != nil || len(rest) > 2 || strings.Trim(rest, "0123456789") != "" {
		return amount
	}
	return words.Get("options.say.kroner", "whole", words.Number(n), "rest", (rest + "00")[:2])
}

// Day writes yyyy-mm-dd as 21.11.2025; what is no such day stays as it is.
func Day(words *look.Words, day string) string {
	at, err := time.ParseInLocation(time.DateOnly, day, time.Local)
	if err != nil {
		return day
	}
	return words.Date(at)
}

// Unbroken keeps what belongs together on one line: a masked birth number, an
// account.
func Unbroken(text string) string { return strings.ReplaceAll(text, " ", "\u00a0") }

// Account writes an account number of eleven digits as 1234 56 78903.
func Account(number string) string {
	if len(number) != 11 {
		return number
	}
	const gap = "\u00a0" // the parts of a number stay on one line
	return number[:4] + gap + number[4:6] + gap + number[6:]
}

func times(words *look.Words, at []time.Time) string {
	var said []string
	for _, moment := range at {
		said = append(said, words.Time(moment))
	}
	return joined(words, said)
}

// joined writes a list as a sentence has it: a, b and c.
func joined(words *look.Words, said []string) string {
	if len(said) < 2 {
		return strings.Join(said, "")
	}
	last := len(said) - 1
	return words.Get("options.say.and", "first", strings.Join(said[:last], ", "), "last", said[last])
}
