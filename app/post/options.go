package post

import (
	"regexp"
	"strings"
	"time"
)

// AuthLevel is the login a recipient needs to open the letter.
type AuthLevel string

// The login levels everybody may ask for.
const (
	AuthPassword  AuthLevel = "password"
	AuthTwoFactor AuthLevel = "two_factor"
)

// Options are the sender's choices for the letters of a job. They are part of
// the fingerprint. The zero value of each is "not asked for".
type Options struct {
	Auth AuthLevel
	// Sensitive hides sender and subject until the recipient has logged in.
	Sensitive bool
	// Paper says when a letter may be printed and how; nil is never.
	Paper *Paper
	// SMS and Email remind the recipient while the letter is unread.
	SMS   *SMSReminder
	Email *EmailReminder
	// OpeningReceipt asks to be told when the letter is opened. It costs extra
	// and the recipient agrees to it before reading.
	OpeningReceipt bool
	// Reference is the sender's own reference on Digipost's bill, at most
	// MaxReference characters.
	Reference string
	// DeliverAt keeps the letter hidden at Digipost until then.
	DeliverAt time.Time
	// Invite asks somebody without Digipost to register; nil does not.
	Invite *Invitation
	// Content says what the letter is about, for Digipost to act on.
	Content Content
}

// Paper is how a letter goes on paper, and when. At least one of IfNoDigipost
// and IfUnreadBy is set.
type Paper struct {
	// IfNoDigipost prints for somebody who surely has no Digipost.
	IfNoDigipost bool
	// IfUnreadBy prints when the letter is unread then; zero does not.
	IfUnreadBy time.Time
	// Return is the sender's own address, for post that cannot be delivered.
	Return PostalAddress
	Color  bool
	// Shred destroys post that cannot be delivered, instead of returning it.
	Shred bool
}

// PostalAddress is a name and an address on an envelope.
type PostalAddress struct {
	Name string
	Address
}

var postcodeForm = regexp.MustCompile(`^[0-9]{4}$`)

// Whole reports whether there is enough for an envelope: in Norway a name, a
// line, a postcode and a town, abroad a name, a line and a country.
func (a PostalAddress) Whole() bool {
	if strings.TrimSpace(a.Name) == "" || strings.TrimSpace(a.Line1) == "" {
		return false
	}
	if a.Abroad() {
		return true
	}
	return postcodeForm.MatchString(strings.TrimSpace(a.Postcode)) && strings.TrimSpace(a.Town) != ""
}

// Abroad reports whether the address is in another country than Norway.
func (a Address) Abroad() bool {
	switch strings.ToLower(strings.TrimSpace(a.Country)) {
	case "", "no", "nor", "norge", "noreg", "norway":
		return false
	}
	return true
}

// SMSReminder is one or more reminders by SMS: at times, or hours after the
// letter was delivered. They go to the number the recipient has at Digipost.
type SMSReminder struct {
	At         []time.Time
	AfterHours []int
}

// EmailReminder is one or more reminders by e-mail.
type EmailReminder struct {
	// Address is the recipient's; empty takes each recipient's own from the
	// list.
	Address string
	// Subject has 1 to 100 characters, Text 1 to 500.
	Subject, Text string
	At            []time.Time
}

// Invitation asks somebody who is not a Digipost user to become one before the
// deadline. Only a recipient given by birth number can be invited.
type Invitation struct{ Deadline time.Time }

// ContentKind is what a letter is about.
type ContentKind string

// The kinds of letters. Digipost bills them differently.
const (
	ContentLetter  ContentKind = ""
	ContentInvoice ContentKind = "invoice"
	// ContentDebt is a demand from debt collection (Digipost's inkasso).
	ContentDebt    ContentKind = "debt"
	ContentPayslip ContentKind = "payslip"
)

// Content is what Digipost shall know of a letter to act on it: pay the bill,
// show the wage.
type Content struct {
	Kind ContentKind
	// Amount is in kroner with two decimals and a point, for example 1234.50: the
	// sum of a bill, the net wage of a payslip.
	Amount string
	// Date is yyyy-mm-dd: when a bill is due, when a wage is paid.
	Date string
	// Account is the account to pay to, eleven digits; KID the payment id.
	Account, KID string
}

// Limits of the options (api_v8.xsd).
const (
	MaxReference    = 100
	MaxEmailSubject = 100
	MaxEmailText    = 500
)
