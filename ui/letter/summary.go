package letter

import (
	"strings"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// summary says on one line what is chosen in a section.
func (s *Screen) summary(section string) string {
	c := &s.model.choices
	var said []string
	switch section {
	case sectionReminder:
		said = reminderSummary(s.env.Words, c)
	case sectionPaper:
		if s.noPaper() {
			return s.env.T("letter.summary.paper.not_agreed")
		}
		said = paperSummary(s.env.Words, c)
	case sectionType:
		said = typeSummary(s.env.Words, c)
	case sectionMore:
		said = moreSummary(s.env.Words, c)
	}
	if len(said) == 0 {
		return s.env.T("letter.summary." + section + ".none")
	}
	return strings.Join(said, " · ")
}

func reminderSummary(words *look.Words, c *choices) (said []string) {
	switch c.sms {
	case smsAfter:
		said = append(said, words.Get("letter.summary.sms.after", "hours", strings.TrimSpace(c.hours)))
	case smsAt:
		said = append(said, words.Get("letter.summary.sms.at", "time", c.smsAt.text()))
	}
	if c.email {
		said = append(said, words.Get("letter.summary.email", "time", c.emailAt.text()))
	}
	return said
}

func paperSummary(words *look.Words, c *choices) (said []string) {
	if c.paper {
		said = append(said, words.Get("letter.summary.paper"))
	}
	if c.unread {
		said = append(said, words.Get("letter.summary.unread", "time", c.unreadBy.text()))
	}
	return said
}

func typeSummary(words *look.Words, c *choices) (said []string) {
	if c.kind == post.ContentLetter {
		return nil
	}
	said = append(said, words.Get("letter.type."+string(c.kind)))
	if amount, ok := parseAmount(c.amount); ok {
		said = append(said, parts.Kroner(words, amount))
	}
	if day, ok := parts.ReadDay(c.date); ok {
		said = append(said, words.Date(day))
	}
	return said
}

func moreSummary(words *look.Words, c *choices) (said []string) {
	if reference := strings.TrimSpace(c.reference); reference != "" {
		said = append(said, words.Get("letter.summary.reference", "reference", reference))
	}
	if c.later {
		said = append(said, words.Get("letter.summary.later", "time", c.deliverAt.text()))
	}
	if c.receipt {
		said = append(said, words.Get("letter.summary.receipt"))
	}
	if c.invite {
		said = append(said, words.Get("letter.summary.invite", "time", c.deadline.text()))
	}
	return said
}

// text is the moment as it was typed.
func (m moment) text() string { return strings.TrimSpace(m.day + " " + m.clock) }
