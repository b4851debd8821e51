package mailing

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"brevdue/app/post"
	"brevdue/ui/parts"
)

// When a reminder by SMS goes.
const (
	smsNone  = "none"
	smsAfter = "after"
	smsAt    = "at"
)

// mostHours bounds a reminder after so many hours: a month.
const mostHours = 31 * 24

// Limits of the return address (api_v8.xsd, and print.xsd of the batch interface).
const (
	maxName = 130
	maxLine = 100
	maxTown = 80
)

// How far ahead a time is proposed, in days, and when on the day.
const (
	reminderDays = 3
	deliverDays  = 1
	morning      = "10:00"
	early        = "08:00"
)

// choices are the options as they are being filled in: what was typed, right or
// wrong.
type choices struct {
	sms       string
	hours     string
	smsAt     parts.Moment
	receipt   bool
	later     bool
	deliverAt parts.Moment
	reference string

	back         post.PostalAddress
	color, shred bool
	// backTyped is true when the person has written in the return address.
	backTyped bool
}

func newChoices() choices { return choices{sms: smsNone, hours: "24"} }

// wrong is something to mend: the page and field it stands on, and a key of words
// with its gaps.
type wrong struct {
	step       step
	field, key string
	pairs      []string
}

// reading turns choices into options and collects what is wrong with them.
type reading struct {
	now   time.Time
	wrong []wrong
}

func (r *reading) refuse(on step, field, key string, pairs ...string) {
	r.wrong = append(r.wrong, wrong{on, field, key, pairs})
}

// read gives the options of the mailing as they stand, and what is to be mended
// before it can be looked over.
func (m *model) read(now time.Time) (post.Options, []wrong) {
	r := reading{now: now}
	c, o := m.choices, post.Options{Auth: m.options.Auth, Sensitive: m.options.Sensitive}
	o.OpeningReceipt, o.Reference = c.receipt, strings.TrimSpace(c.reference)
	if c.later {
		o.DeliverAt = r.moment("mailing.deliver", c.deliverAt)
	}
	switch c.sms {
	case smsAfter:
		hours, err := strconv.Atoi(strings.TrimSpace(c.hours))
		if err != nil || hours < 1 || hours > mostHours {
			r.refuse(stepOptions, "mailing.sms.hours", "letter.wrong.hours", "limit", strconv.Itoa(mostHours))
		}
		o.SMS = &post.SMSReminder{AfterHours: []int{hours}}
	case smsAt:
		at := r.moment("mailing.sms.time", c.smsAt)
		if !at.IsZero() && !o.DeliverAt.IsZero() && !at.After(o.DeliverAt) {
			r.refuse(stepOptions, "mailing.sms.time", "letter.wrong.before_delivery")
		}
		o.SMS = &post.SMSReminder{At: []time.Time{at}}
	}
	if utf8.RuneCountInString(o.Reference) > post.MaxReference {
		r.long(stepOptions, "mailing.reference", post.MaxReference)
	}
	if m.onPaper() {
		o.Paper = r.paper(c)
		if m.unprintable() {
			r.refuse(stepDocument, "mailing.print", "mailing.need.print")
		}
	}
	return o, r.wrong
}

func (r *reading) moment(field string, m parts.Moment) time.Time {
	at, wrong := m.After(r.now)
	if wrong != "" {
		r.refuse(stepOptions, field, wrong)
	}
	return at
}

func (r *reading) long(on step, field string, limit int) {
	r.refuse(on, field, "letter.wrong.long", "limit", strconv.Itoa(limit))
}

// paper reads how the letters are printed.
func (r *reading) paper(c choices) *post.Paper {
	p := &post.Paper{IfNoDigipost: true, Color: c.color, Shred: c.shred, Return: trimmed(c.back)}
	line := func(field, text string, limit int, needed bool) {
		switch n := utf8.RuneCountInString(text); {
		case n == 0 && needed:
			r.refuse(stepPaper, field, "letter.wrong.empty")
		case n > limit:
			r.long(stepPaper, field, limit)
		}
	}
	back := p.Return
	line("mailing.return.name", back.Name, maxName, true)
	line("mailing.return.line1", back.Line1, maxLine, true)
	line("mailing.return.line2", back.Line2, maxLine, false)
	switch {
	case !post.PostalAddress{Name: "x", Address: post.Address{Line1: "x", Postcode: back.Postcode, Town: "x"}}.Whole():
		r.refuse(stepPaper, "mailing.return.place", "letter.address.postcode")
	case back.Town == "":
		r.refuse(stepPaper, "mailing.return.place", "letter.wrong.town")
	case utf8.RuneCountInString(back.Town) > maxTown:
		r.long(stepPaper, "mailing.return.place", maxTown)
	}
	return p
}

func trimmed(a post.PostalAddress) post.PostalAddress {
	for _, part := range []*string{&a.Name, &a.Line1, &a.Line2, &a.Postcode, &a.Town} {
		*part = strings.TrimSpace(*part)
	}
	return a
}

// on gives what is wrong on one page, by field; the first fault of a field counts.
func on(page step, wrongs []wrong) map[string]wrong {
	found := map[string]wrong{}
	for _, w := range wrongs {
		if _, there := found[w.field]; w.step == page && !there {
			found[w.field] = w
		}
	}
	return found
}
