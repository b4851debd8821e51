package digipost

import (
	"fmt"
	"time"
)

// SMSNotification reminds the recipient by SMS while the document is unread. It
// costs extra. What falls outside Digipost's hours is sent the next morning.
type SMSNotification struct {
	// Overrides is nil for the recipient's own number and Digipost's text.
	Overrides *SMSOverrides `xml:"overrides"`
	At        []ListedTime  `xml:"at"`
	// AfterHours counts whole hours from delivery.
	AfterHours []int32 `xml:"after-hours"`
}

// SMSOverrides is a number and text of the sender's own; it needs permission.
type SMSOverrides struct {
	MobileNumber string `xml:"sms-mobile-number"`
	// Text has 1 to 160 characters.
	Text string `xml:"text"`
}

// EmailNotification reminds the recipient by e-mail while the document is
// unread.
type EmailNotification struct {
	EmailAddress string `xml:"email-address"`
	// Subject has 1 to 100 characters.
	Subject string `xml:"subject"`
	// Text has 1 to 500 characters and may have several lines.
	Text string       `xml:"text"`
	At   []ListedTime `xml:"at"`
}

// ListedTime is one time of a reminder.
type ListedTime struct {
	Time time.Time `xml:"time,attr"`
}

func (c *checker) smsNotification(n *SMSNotification) {
	if o := n.Overrides; o != nil {
		c.text("sms-mobile-number", o.MobileNumber, true, maxFree)
		c.lines("text", o.Text, true, maxSMS, "\n")
	}
	c.times(n.At)
	if len(n.AfterHours) > maxTimes {
		c.wrong("after-hours", fmt.Sprintf("must be at most %d", maxTimes))
	}
	for _, hours := range n.AfterHours {
		if hours < 0 {
			c.wrong("after-hours", "must not be negative")
		}
	}
}

func (c *checker) emailNotification(n *EmailNotification) {
	c.text("email-address", n.EmailAddress, true, maxFree)
	c.text("subject", n.Subject, true, maxMailHead)
	c.lines("text", n.Text, true, maxMailText, "\n")
	if len(n.At) == 0 {
		c.wrong("at", "must be given at least once")
	}
	c.times(n.At)
}

func (c *checker) times(at []ListedTime) {
	if len(at) > maxTimes {
		c.wrong("at", fmt.Sprintf("must be at most %d", maxTimes))
	}
	for _, each := range at {
		c.at("at", each.Time)
	}
}
