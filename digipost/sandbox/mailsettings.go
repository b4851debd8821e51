package sandbox

import (
	"strings"
	"time"
)

// docSettings are settings of one level. What is nil or "" is inherited; an
// empty subject, group or reminder cancels what would be inherited.
type docSettings struct {
	subject, group     *string
	sms                *smsSettings
	login, sensitivity string // words of the sender API
	colour             string
}

// smsSettings are the reminders of a level.
type smsSettings struct {
	at    []time.Time
	after []time.Duration
}

// maxHours bounds etter-timer: what a time.Duration can hold, and centuries.
const maxHours = 2_000_000

// apiWords are the words of the sender API for those of the batch schema.
var apiWords = map[string]string{
	"PASSORD": "PASSWORD", "TO_FAKTOR": "TWO_FACTOR", "NORMALT": "NORMAL", "SENSITIVT": "SENSITIVE",
	"MONOKROM": "MONOCHROME", "FARGER": "COLORS", "": "MONOCHROME",
}

// readDocSettings reads one level; n may be nil. earliest is when the job is
// delivered at the earliest: a reminder before it makes no sense.
func readDocSettings(n *node, earliest time.Time) (docSettings, error) {
	var set docSettings
	if n == nil {
		return set, nil
	}
	for _, k := range n.kids {
		switch k.name {
		case "emne":
			set.subject = &k.text
		case "aapningskvitteringsgruppe":
			set.group = &k.text
		case "autentiseringsnivaa":
			set.login = apiWords[k.text]
		case "sensitivitetsnivaa":
			set.sensitivity = apiWords[k.text]
		case "print-farge":
			set.colour = apiWords[k.text]
		case "sms-varsling":
			sms, err := readSMSSettings(k, earliest)
			if err != nil {
				return set, err
			}
			set.sms = sms
		}
	}
	return set, nil
}

func readSMSSettings(n *node, earliest time.Time) (*smsSettings, error) {
	set := &smsSettings{}
	for _, k := range n.kids {
		if k.name == "tidspunkt" {
			t, err := parseDateTime(k.text, earliest.Location())
			if err != nil || t.Before(earliest) && !choicePastSMS {
				return nil, &xmlFault{line: k.line, path: "/sms-varsling/tidspunkt", text: "er før leveringen"}
			}
			set.at = append(set.at, t.In(earliest.Location()))
			continue
		}
		hours, err := time.ParseDuration(strings.TrimPrefix(collapse(k.text), "+") + "h")
		if err != nil || hours > maxHours*time.Hour {
			return nil, &xmlFault{line: k.line, path: "/sms-varsling/etter-timer", text: "er for langt unna"}
		}
		set.after = append(set.after, hours)
	}
	return set, nil
}

// over gives the settings with what they leave out taken from base.
func (set docSettings) over(base docSettings) docSettings {
	if set.subject == nil {
		set.subject = base.subject
	}
	if set.group == nil {
		set.group = base.group
	}
	if set.sms == nil {
		set.sms = base.sms
	}
	set.login, set.sensitivity = orDefault(set.login, base.login), orDefault(set.sensitivity, base.sensitivity)
	set.colour = orDefault(set.colour, base.colour)
	return set
}

// apply puts the settings into a document of a letter.
func (set docSettings) apply(d *document) {
	if set.subject != nil {
		d.Subject = *set.subject
	}
	d.Receipt = set.group != nil && *set.group != ""
	d.AuthenticationLevel, d.SensitivityLevel = orDefault(set.login, "PASSWORD"), orDefault(set.sensitivity, "NORMAL")
	if set.sms != nil {
		d.SMSAt, d.SMSAfter = set.sms.at, set.sms.after
	}
}
