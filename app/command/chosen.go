package command

import (
	"strconv"
	"strings"
	"time"

	"brevdue/app/post"
)

// chosen says, a plain line each, what of the options costs or matters, for the
// question before sending. The words are those of the window's review.
func (s *session) chosen(options post.Options) string {
	lines := s.contentLine(options.Content)
	if !options.DeliverAt.IsZero() {
		lines = append(lines, s.say("deliver_at", "time", s.texts.Time(options.DeliverAt)))
	}
	lines = append(lines, s.reminderLines(options)...)
	if options.OpeningReceipt {
		lines = append(lines, s.say("opening_receipt"))
	}
	if options.Invite != nil {
		lines = append(lines, s.say("invite", "time", s.texts.Time(options.Invite.Deadline)))
	}
	lines = append(lines, s.paperLines(options)...)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

func (s *session) say(key string, pairs ...string) string {
	return s.texts.Get("options.say."+key, pairs...)
}

func (s *session) contentLine(content post.Content) []string {
	if content.Kind == post.ContentLetter {
		return nil
	}
	said := []string{s.say("content." + string(content.Kind))}
	amount, date := "sum", "due"
	if content.Kind == post.ContentPayslip {
		amount, date = "net", "paid"
	}
	for _, each := range []struct{ key, value string }{{amount, s.kroner(content.Amount)}, {date, s.day(content.Date)},
		{"account", accountText(content.Account)}, {"kid", content.KID}} {
		if each.value != "" {
			said = append(said, s.say(each.key, "value", each.value))
		}
	}
	return []string{strings.Join(said, ", ") + "."}
}

func (s *session) reminderLines(options post.Options) (lines []string) {
	if sms := options.SMS; sms != nil {
		if len(sms.At) > 0 {
			lines = append(lines, s.say("sms.at", "times", s.times(sms.At)))
		}
		var after []string
		for _, hours := range sms.AfterHours {
			after = append(after, s.texts.Count("options.say.hours", hours))
		}
		if len(after) > 0 {
			lines = append(lines, s.say("sms.after", "hours", s.joined(after)))
		}
	}
	if email := options.Email; email != nil {
		key := "email"
		if email.Address == "" {
			key = "email.own"
		}
		lines = append(lines, s.say(key, "times", s.times(email.At), "address", email.Address, "subject", email.Subject))
	}
	return lines
}

func (s *session) paperLines(options post.Options) (lines []string) {
	paper := options.Paper
	if paper == nil {
		return nil
	}
	switch {
	case paper.IfNoDigipost && options.Invite != nil:
		lines = append(lines, s.say("paper.not_accepted"))
	case paper.IfNoDigipost:
		lines = append(lines, s.say("paper.no_digipost"))
	}
	if !paper.IfUnreadBy.IsZero() {
		lines = append(lines, s.say("paper.unread", "time", s.texts.Time(paper.IfUnreadBy)))
	}
	ink, back := "print.black", "print.return"
	if paper.Color {
		ink = "print.color"
	}
	if paper.Shred {
		back = "print.shred"
	}
	lines = append(lines, s.say(ink)+" "+s.say(back))
	if address := addressLine(paper.Return.Address); address != "" {
		lines = append(lines, s.say("print.address", "address", paper.Return.Name+", "+address))
	}
	return lines
}

// times writes moments as a sentence has them.
func (s *session) times(at []time.Time) string {
	said := make([]string, len(at))
	for i, moment := range at {
		said[i] = s.texts.Time(moment)
	}
	return s.joined(said)
}

// joined writes a list as a sentence has it: a, b and c.
func (s *session) joined(said []string) string {
	if len(said) < 2 {
		return strings.Join(said, "")
	}
	last := len(said) - 1
	return s.say("and", "first", strings.Join(said[:last], ", "), "last", said[last])
}

// kroner writes an amount such as 1234.50 in the language's form.
func (s *session) kroner(amount string) string {
	whole, rest, _ := strings.Cut(amount, ".")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return amount
	}
	return s.say("kroner", "whole", s.number(n), "rest", rest)
}

// day writes a day such as 2025-12-31 in the language's form.
func (s *session) day(text string) string {
	at, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return text
	}
	return s.texts.Date(at)
}

// accountText parts an account number as people write it. It is the sender's
// own, shown whole so that it can be compared.
func accountText(account string) string {
	if len(account) != 11 {
		return account
	}
	return account[:4] + " " + account[4:6] + " " + account[6:]
}
