package sandbox

import (
	"slices"
	"strings"
	"time"
)

// fate is what will happen to a letter and how long after its delivery. It is
// decided when the letter is accepted and kept with it, so that a new process
// tells the same story.
type fate struct {
	Open     time.Duration `json:"open"`
	Print    time.Duration `json:"print"` // 0: at the print run
	Postmark time.Duration `json:"postmark"`

	Unread     bool   `json:"unread,omitempty"` // is never opened
	PrintFails bool   `json:"print_failed,omitempty"`
	Shredded   bool   `json:"shredded,omitempty"` // comes back; destroyed if that was chosen
	SMSFails   bool   `json:"sms_failed,omitempty"`
	EmailFails bool   `json:"email_failed,omitempty"`
	Registers  bool   `json:"registers,omitempty"`  // when invited
	OwnMobile  string `json:"own_mobile,omitempty"` // of the recipient, masked
}

// decide rolls the dice for a letter that came by a path.
func (s *Server) decide(to *person, path string) *fate {
	hit := func(what string) bool {
		if to.fated(what) {
			return true
		}
		_, hit := s.trouble.strikes(what, path)
		return hit
	}
	p := s.cfg.Pace
	f := &fate{
		Open: p.Open, Print: p.Print, Postmark: p.Postmark, Registers: to.fated("registers"),
		Unread: hit("unread"), PrintFails: hit("print_failed"), Shredded: hit("shredded"),
		SMSFails: hit("sms_failed"), EmailFails: hit("email_failed"),
	}
	if to != nil {
		f.OwnMobile = maskMobile(to.Phone)
	}
	return f
}

// maskMobile leaves the last three digits of a number, "" of none.
func maskMobile(number string) string {
	if len(number) < 3 {
		return ""
	}
	return "*****" + number[len(number)-3:]
}

// event is one line of the feed.
type event struct {
	Document        string
	Type            string
	At              time.Time
	DocumentCreated time.Time
	Metadata        string   // xsi:type, "" for none
	Attributes      []string // name, value, ...
}

// opened is when the recipient opens a digital letter; false for never. Only
// who asked for an opening receipt hears of it.
func (l *letter) opened() (time.Time, bool) {
	at, known := l.deliveredAt()
	if !known || l.Fate == nil || l.Fate.Unread || l.way() != channelDigipost {
		return at, false
	}
	return at.Add(l.Fate.Open), true
}

// unreadAt says whether a digital letter is still unread at a time.
func (l *letter) unreadAt(t time.Time) bool {
	read, opened := l.opened()
	return !opened || read.After(t)
}

// paperAt is when the letter goes to the print service; false for never.
func (l *letter) paperAt() (time.Time, bool) {
	at, known := l.deliveredAt()
	switch {
	case !known || l.Print == nil:
		return at, false
	case l.way() != channelDigipost:
		return at, l.way() == channelPrint
	case l.UnreadAfter.IsZero() || !l.unreadAt(l.UnreadAfter):
		return at, false
	case at.After(l.UnreadAfter): // a batch that was completed late
		return at, true
	}
	return l.UnreadAfter, true
}

// paperState is how far the print service has come.
func (l *letter) paperState(now time.Time) string {
	at, goes := l.paperAt()
	switch {
	case !goes || now.Before(at):
		return ""
	case l.Fate == nil || now.Before(l.Fate.printedAt(at)):
		return "accepted"
	case l.Fate.PrintFails:
		return "failed"
	case now.Before(l.Fate.postedAt(at)):
		return "printed"
	}
	return "postmarked"
}

// events lists all that happens to a letter, past and to come.
func (l *letter) events() []event {
	if l.Fate == nil {
		return nil
	}
	list := l.invitationEvents()
	if at, known := l.deliveredAt(); known {
		list = append(list, l.paperEvents()...)
		list = append(list, l.otherWayEvents(at)...)
		read, opened := l.opened()
		for _, d := range l.Documents {
			if opened && d.Receipt {
				list = append(list, event{Document: d.UUID, Type: "OPENED", At: read})
			}
			if l.way() == channelDigipost {
				list = append(list, l.noticeEvents(d, at)...)
			}
		}
	}
	for i := range list {
		list[i].DocumentCreated = l.Created
		list[i].At = list[i].At.Truncate(time.Millisecond) // as it is written
	}
	return list
}

// invitationEvents tell how an invitation to register ended.
func (l *letter) invitationEvents() []event {
	if !choiceRegistrationEvents || l.Channel != channelPending {
		return nil
	}
	e := event{Document: l.Documents[0].UUID, Type: registrationEvents + "DELIVERED_DIGIPOST"}
	if l.Batch != "" && l.Committed.IsZero() {
		return nil // nobody was invited yet
	}
	if e.At = l.Registered; e.At.IsZero() {
		e.Type, e.At, e.Metadata = registrationEvents+"EXPIRED", l.Deadline, "request-for-registration-expired-metadata"
		e.Attributes = []string{"fallback-channel", "none"}
		if l.DeadlinePrint {
			e.Attributes[1] = "print"
		}
	}
	return []event{e}
}

// otherWayEvents tell of letters by e-mail and Peppol.
func (l *letter) otherWayEvents(at time.Time) []event {
	first := l.Documents[0].UUID
	switch l.way() {
	case channelEmail:
		var list []event
		for _, to := range l.Emails {
			e := event{Document: first, Type: "EMAIL_MESSAGE_SENT", At: at, Metadata: "email-delivered-metadata", Attributes: []string{"email-address", to}}
			if l.Fate.EmailFails {
				e = event{Document: first, Type: "EMAIL_MESSAGE_FAILED", At: at} // its metadata is not known
			}
			list = append(list, e)
		}
		return list
	case channelPeppol:
		return []event{{Document: first, Type: "PEPPOL_DELIVERED", At: at}}
	}
	return nil
}

func (l *letter) paperEvents() []event {
	at, goes := l.paperAt()
	if !goes {
		return nil
	}
	first := l.Documents[0].UUID // one envelope: told of the primary document
	if l.Fate.PrintFails {
		return []event{{Document: first, Type: "PRINT_FAILED", At: l.Fate.printedAt(at),
			Metadata: "failed-print-metadata", Attributes: []string{"error-code", choicePrintError}}}
	}
	posted := l.Fate.postedAt(at)
	list := []event{{Document: first, Type: "POSTMARKED", At: posted,
		Metadata: "postmarked-metadata", Attributes: []string{"postmarked-date", dateTime(posted)}}}
	if l.Fate.Shredded && l.Print.Undeliverable == "SHRED" {
		list = append(list, event{Document: first, Type: "SHREDDED", At: posted.AddDate(0, 0, choiceComesBack)})
	}
	return list
}

// noticeEvents lists the reminders that don't get through. A reminder goes out
// only while the letter is unread.
func (l *letter) noticeEvents(d document, delivered time.Time) []event {
	var list []event
	sms := slices.Clone(d.SMSAt)
	for _, after := range d.SMSAfter {
		sms = append(sms, delivered.Add(after))
	}
	for _, t := range sms {
		if t = smsTime(t); !l.Fate.SMSFails || !l.unreadAt(t) {
			continue
		}
		e := event{Document: d.UUID, Type: "SMS_NOTIFICATION_FAILED", At: t}
		if to := orDefault(d.Mobile, l.Fate.OwnMobile); to != "" {
			e.Metadata, e.Attributes = "sms-notification-failed-metadata", []string{"mobile-number", to, "error-code", choiceNoticeError}
		}
		list = append(list, e)
	}
	for _, t := range d.EmailAt {
		if l.Fate.EmailFails && l.unreadAt(t) {
			list = append(list, event{Document: d.UUID, Type: "EMAIL_NOTIFICATION_FAILED", At: t,
				Metadata: "email-notification-failed-metadata", Attributes: []string{"email-address", d.Email, "error-code", choiceNoticeError}})
		}
	}
	return list
}

// smsTime moves a reminder into the hours in which SMS goes out.
func smsTime(t time.Time) time.Time {
	opens := time.Date(t.Year(), t.Month(), t.Day(), choiceSMSOpens, 0, 0, 0, t.Location())
	switch {
	case t.Before(opens):
		return opens
	case t.Hour() >= choiceSMSCloses:
		return opens.AddDate(0, 0, 1)
	}
	return t
}

// eventsUntil lists what has happened so far and is kept.
func (st *state) eventsUntil(now time.Time, takes func(*letter) bool) []event {
	st.mu.Lock()
	defer st.mu.Unlock()
	var list []event
	for _, l := range st.letters {
		if !takes(l) {
			continue
		}
		for _, e := range l.events() {
			if !e.At.After(now) && now.Sub(e.At) <= keepEvents {
				list = append(list, e)
			}
		}
	}
	return list
}

// sortEvents puts events in their order, oldest first.
func sortEvents(list []event) {
	slices.SortFunc(list, func(a, b event) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Document+a.Type, b.Document+b.Type)
	})
}
