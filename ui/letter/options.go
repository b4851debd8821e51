package letter

import (
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/parts"
)

// The sections of the options, which open and close.
const (
	sectionReminder = "reminder"
	sectionPaper    = "paper"
	sectionType     = "type"
	sectionMore     = "more"
)

// When a reminder by SMS goes.
const (
	smsNone  = "none"
	smsAfter = "after"
	smsAt    = "at"
)

// mostHours bounds a reminder after so many hours: a month.
const mostHours = 31 * 24

// Limits of the return address (api_v8.xsd).
const (
	maxName = 130
	maxLine = 100
	maxTown = 80
)

// moment is a day and a time as they were typed.
type moment struct{ day, clock string }

// choices are the options as they are being filled in: what was typed, right or
// wrong.
type choices struct {
	auth      post.AuthLevel
	sensitive bool
	// decided is true when the person has said themselves whether the subject is
	// hidden; until then the kind of letter does.
	decided bool

	kind           post.ContentKind
	amount, date   string
	account, kid   string
	sms            string
	hours          string
	smsAt          moment
	email          bool
	address        string
	emailSubject   string
	emailText      string
	emailAt        moment
	paper, unread  bool
	unreadBy       moment
	back           form
	color, shred   bool
	reference      string
	later, receipt bool
	deliverAt      moment
	invite         bool
	deadline       moment
	// backTyped is true when the person has written in the return address.
	backTyped bool
}

func newChoices() choices { return choices{auth: post.AuthPassword, sms: smsNone, hours: "24"} }

// setKind chooses what the letter is. What concerns debt or wage hides its subject,
// unless the person has decided otherwise.
func (c *choices) setKind(kind post.ContentKind) {
	c.kind = kind
	if !c.decided {
		c.sensitive = kind == post.ContentDebt || kind == post.ContentPayslip
	}
}

// printed reports whether the letter may go on paper.
func (c *choices) printed() bool { return c.paper || c.unread }

// wrong is something to mend: the field, the section it stands in, and a key of
// words with its gaps.
type wrong struct {
	field, section, key string
	pairs               []string
}

// reading turns choices into options and collects what is wrong with them.
type reading struct {
	now time.Time
	// to is whom the letter goes to; without a kind nobody is chosen yet.
	to post.Target
	// proof is what the agreement holds, or nil while that is not known.
	proof *post.Proof
	wrong []wrong
}

func (r *reading) refuse(section, field, key string, pairs ...string) {
	r.wrong = append(r.wrong, wrong{field: field, section: section, key: key, pairs: pairs})
}

// lacks reports whether the agreement is known and does not hold the feature.
func lacks(proof *post.Proof, feature string) bool { return proof != nil && !proof.Has(feature) }

// options reads all choices.
func (r *reading) options(c choices) post.Options {
	o := post.Options{Auth: c.auth, Sensitive: c.sensitive, OpeningReceipt: c.receipt, Reference: strings.TrimSpace(c.reference)}
	if c.later {
		o.DeliverAt = r.moment(sectionMore, "letter.deliver", c.deliverAt)
	}
	o.SMS, o.Email = r.sms(c, o.DeliverAt), r.email(c, o.DeliverAt)
	o.Paper = r.paper(c, o.DeliverAt)
	o.Content = r.content(c)
	if n := utf8.RuneCountInString(o.Reference); n > post.MaxReference {
		r.refuse(sectionMore, "letter.reference", "letter.wrong.long", "limit", strconv.Itoa(post.MaxReference))
	}
	if c.invite {
		o.Invite = &post.Invitation{Deadline: r.moment(sectionMore, "letter.deadline", c.deadline)}
		if r.to.Kind != "" && r.to.Kind != post.ByBirthNumber {
			r.refuse(sectionMore, "letter.invite", "letter.wrong.invite")
		}
	}
	return o
}

// moment reads a day and a time that must be ahead.
func (r *reading) moment(section, field string, m moment) time.Time {
	at, wrong := parts.Moment{Day: m.day, Clock: m.clock}.After(r.now)
	if wrong != "" {
		r.refuse(section, field, wrong)
	}
	return at
}

// after reads a moment that must come after the letter can be seen.
func (r *reading) after(section, field string, m moment, delivered time.Time) time.Time {
	at := r.moment(section, field, m)
	if !at.IsZero() && !delivered.IsZero() && !at.After(delivered) {
		r.refuse(section, field, "letter.wrong.before_delivery")
	}
	return at
}

func (r *reading) sms(c choices, delivered time.Time) *post.SMSReminder {
	switch c.sms {
	case smsAfter:
		hours, err := strconv.Atoi(strings.TrimSpace(c.hours))
		if err != nil || hours < 1 || hours > mostHours {
			r.refuse(sectionReminder, "letter.sms.hours", "letter.wrong.hours", "limit", strconv.Itoa(mostHours))
		}
		return &post.SMSReminder{AfterHours: []int{hours}}
	case smsAt:
		return &post.SMSReminder{At: []time.Time{r.after(sectionReminder, "letter.sms.time", c.smsAt, delivered)}}
	}
	return nil
}

func (r *reading) email(c choices, delivered time.Time) *post.EmailReminder {
	if !c.email {
		return nil
	}
	e := &post.EmailReminder{Address: strings.TrimSpace(c.address), Subject: strings.TrimSpace(c.emailSubject), Text: strings.TrimSpace(c.emailText)}
	parsed, err := mail.ParseAddress(e.Address)
	if _, host, _ := strings.Cut(e.Address, "@"); err != nil || parsed.Address != e.Address || !strings.Contains(host, ".") {
		r.refuse(sectionReminder, "letter.email.address", "letter.wrong.email")
	}
	r.text(sectionReminder, "letter.email.subject", e.Subject, post.MaxEmailSubject)
	r.text(sectionReminder, "letter.email.text", e.Text, post.MaxEmailText)
	e.At = []time.Time{r.after(sectionReminder, "letter.email.time", c.emailAt, delivered)}
	return e
}

// text refuses one that is empty or too long.
func (r *reading) text(section, field, text string, limit int) {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		r.refuse(section, field, "letter.wrong.empty")
	case n > limit:
		r.refuse(section, field, "letter.wrong.long", "limit", strconv.Itoa(limit))
	}
}

// paper reads how a letter is printed. An agreement without paper has none.
func (r *reading) paper(c choices, delivered time.Time) *post.Paper {
	if !c.printed() || lacks(r.proof, post.FeaturePaper) {
		return nil
	}
	p := &post.Paper{IfNoDigipost: c.paper, Color: c.color, Shred: c.shred, Return: c.back.postal()}
	if c.unread {
		p.IfUnreadBy = r.after(sectionPaper, "letter.unread.time", c.unreadBy, delivered)
	}
	if r.to.Kind != "" && !reachable(r.to) {
		r.refuse(sectionPaper, "letter.paper", "letter.wrong.no_address")
	}
	r.text(sectionPaper, "letter.return.name", p.Return.Name, maxName)
	r.text(sectionPaper, "letter.return.line1", p.Return.Line1, maxLine)
	if utf8.RuneCountInString(p.Return.Line2) > maxLine {
		r.refuse(sectionPaper, "letter.return.line2", "letter.wrong.long", "limit", strconv.Itoa(maxLine))
	}
	switch town := p.Return.Town; {
	case len(p.Return.Postcode) != 4 || !onlyDigits(p.Return.Postcode):
		r.refuse(sectionPaper, "letter.return.place", "letter.address.postcode")
	case town == "":
		r.refuse(sectionPaper, "letter.return.place", "letter.wrong.town")
	case utf8.RuneCountInString(town) > maxTown:
		r.refuse(sectionPaper, "letter.return.place", "letter.wrong.long", "limit", strconv.Itoa(maxTown))
	}
	return p
}

// reachable reports whether an envelope could be addressed: as strictly as the engine,
// so that nothing is offered that it refuses.
func reachable(to post.Target) bool {
	if to.Name() == "" || to.Address.Line1 == "" {
		return false
	}
	switch strings.ToLower(to.Address.Country) {
	case "", "no", "norge", "noreg", "norway":
		return len(to.Address.Postcode) == 4 && onlyDigits(to.Address.Postcode) && to.Address.Town != ""
	}
	return true
}

// content reads what a bill or payslip is about. Which fields are needed is as in
// Digipost's data types: a bill all, a demand its date, a payslip none.
func (r *reading) content(c choices) post.Content {
	content := post.Content{Kind: c.kind}
	if c.kind == post.ContentLetter {
		return content
	}
	bill, demand := c.kind == post.ContentInvoice, c.kind == post.ContentDebt
	amount, ok := parseAmount(c.amount)
	switch {
	case strings.TrimSpace(c.amount) == "":
		if bill {
			r.refuse(sectionType, "letter.amount", "letter.wrong.amount_missing")
		}
	case !ok || (amount == "0.00" && (bill || demand)):
		r.refuse(sectionType, "letter.amount", "letter.wrong.amount")
	default:
		content.Amount = amount
	}
	if day, ok := parts.ReadDay(c.date); ok {
		content.Date = day.Format(time.DateOnly)
	} else if strings.TrimSpace(c.date) != "" || bill || demand {
		r.refuse(sectionType, "letter.date", "letter.wrong.day")
	}
	if bill || demand {
		content.Account, content.KID = r.payment(c, bill)
	}
	return content
}

// payment reads account and KID.
func (r *reading) payment(c choices, bill bool) (account, kid string) {
	switch checked := number.Account(c.account); {
	case checked.Valid:
		account = checked.Number
	case checked.Reason != number.ReasonEmpty:
		r.refuse(sectionType, "letter.account", "letter.wrong.account")
	case bill:
		r.refuse(sectionType, "letter.account", "letter.wrong.account_missing")
	}
	switch checked := number.KID(c.kid); {
	case checked.Valid:
		kid = checked.Number
	case checked.Reason != number.ReasonEmpty:
		r.refuse(sectionType, "letter.kid", "letter.wrong.kid")
	case bill && lacks(r.proof, post.FeatureNoKID):
		r.refuse(sectionType, "letter.kid", "letter.wrong.kid_missing")
	}
	return account, kid
}

// postal is a filled in form as an address on an envelope.
func (f form) postal() post.PostalAddress {
	trim := strings.TrimSpace
	return post.PostalAddress{Name: trim(f.name),
		Address: post.Address{Line1: trim(f.line1), Line2: trim(f.line2), Postcode: trim(f.postcode), Town: trim(f.town)}}
}

// formOf fills a form with an address.
func formOf(a post.PostalAddress) form { return form{a.Name, a.Line1, a.Line2, a.Postcode, a.Town} }
