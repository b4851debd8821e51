package batch

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// Settings say how a document is shown and announced (dokument-innstillinger in
// masseutsendelse.xsd). What is left out is inherited: a letter's settings from
// its document's, these from the named ones they extend or else from the job's
// global ones, and those from Digipost's own. An empty element takes an
// inherited setting back; the schema has that for the three No fields only.
type Settings struct {
	// Subject is shown in Digipost; at most 100 characters.
	Subject   string
	NoSubject bool
	// SMS is the notice by SMS, which costs extra; nil inherits.
	SMS   *SMS
	NoSMS bool
	// Authentication is Password or TwoFactor, Sensitivity Normal or Sensitive;
	// both may be empty.
	Authentication, Sensitivity string
	// OpeningReceipt names the group of opening receipts the document's belongs to.
	OpeningReceipt   string
	NoOpeningReceipt bool
	// PrintColour is Monochrome, Colours or empty; for paper only.
	PrintColour string
}

// The values of the settings that have few.
const (
	Password   = "PASSORD"
	TwoFactor  = "TO_FAKTOR"
	Normal     = "NORMALT"
	Sensitive  = "SENSITIVT"
	Monochrome = "MONOKROM"
	Colours    = "FARGER"
)

// SMS says when to tell that a document is still unread (sms-varsling). Digipost
// sends between 9 and 20 only; what falls outside comes at 9 the next morning.
type SMS struct {
	// At are points in time, AfterHours hours from the delivery. At least one of
	// them is given.
	At         []time.Time
	AfterHours []int
}

// NamedSettings are settings that documents may extend.
type NamedSettings struct {
	// ID is unique among these and the documents: a letter or _, then letters,
	// digits, _ . and -, at most 100 of a to z and A to Z.
	ID string
	Settings
}

// DocumentSettings are a document's own settings.
type DocumentSettings struct {
	// Extends is the ID of NamedSettings to inherit from, or empty.
	Extends string
	Settings
}

// maxSubject is the schema's maxLength of emne, in characters; maxGroup bounds
// what the schema does not.
const (
	maxSubject = 100
	maxGroup   = 100
)

// cleaned gives the settings with each text in one clean line.
func (s Settings) cleaned() Settings {
	s.Subject, s.OpeningReceipt = clean(s.Subject), clean(s.OpeningReceipt)
	return s
}

// check gives the first of the cleaned settings that does not fit, or two empty
// texts.
func (s Settings) check() (field, problem string) {
	const both = "is set and taken back at once"
	switch {
	case s.NoSubject && s.Subject != "":
		return "emne", both
	case utf8.RuneCountInString(s.Subject) > maxSubject:
		return "emne", fmt.Sprintf("is longer than %d characters", maxSubject)
	case s.NoSMS && s.SMS != nil:
		return "sms-varsling", both
	case s.NoOpeningReceipt && s.OpeningReceipt != "":
		return "aapningskvitteringsgruppe", both
	case utf8.RuneCountInString(s.OpeningReceipt) > maxGroup:
		return "aapningskvitteringsgruppe", fmt.Sprintf("is longer than %d characters", maxGroup)
	case !oneOf(s.Authentication, Password, TwoFactor):
		return "autentiseringsnivaa", "is no known level"
	case !oneOf(s.Sensitivity, Normal, Sensitive):
		return "sensitivitetsnivaa", "is no known level"
	case !oneOf(s.PrintColour, Monochrome, Colours):
		return "print-farge", "is no known colour"
	}
	return s.SMS.check()
}

// oneOf takes the empty value too: the setting is then inherited.
func oneOf(value, a, b string) bool { return value == "" || value == a || value == b }

func (s *SMS) check() (field, problem string) {
	if s == nil {
		return "", ""
	}
	if len(s.At) == 0 && len(s.AfterHours) == 0 {
		// Written like this it would take the inherited notice back.
		return "sms-varsling", "has no time"
	}
	for _, at := range s.At {
		if !writableTime(at) {
			return "sms-varsling/tidspunkt", "is no time of these days"
		}
	}
	for _, hours := range s.AfterHours {
		if hours < 0 || hours > 1<<31-1 {
			return "sms-varsling/etter-timer", "is no number of hours"
		}
	}
	return "", ""
}

// empty reports whether everything is inherited.
func (s Settings) empty() bool { return s == Settings{} }

// write puts cleaned settings into the element that begin has opened.
func (s Settings) write(d *document, element string) {
	if s.empty() {
		d.empty()
		return
	}
	d.inside()
	s.text(d, "emne", s.Subject, s.NoSubject)
	switch {
	case s.NoSMS:
		s.text(d, "sms-varsling", "", true)
	case s.SMS != nil:
		s.SMS.write(d)
	}
	d.optional("autentiseringsnivaa", s.Authentication)
	d.optional("sensitivitetsnivaa", s.Sensitivity)
	s.text(d, "aapningskvitteringsgruppe", s.OpeningReceipt, s.NoOpeningReceipt)
	d.optional("print-farge", s.PrintColour)
	d.close(element)
}

// text writes a setting, or the empty element that takes it back.
func (s Settings) text(d *document, element, text string, none bool) {
	if none {
		d.begin(element)
		d.empty()
		return
	}
	d.optional(element, text)
}

func (s *SMS) write(d *document) {
	d.open("sms-varsling")
	for _, at := range s.At {
		d.leaf("tidspunkt", dateTime(at))
	}
	for _, hours := range s.AfterHours {
		d.leaf("etter-timer", strconv.Itoa(hours))
	}
	d.close("sms-varsling")
}
