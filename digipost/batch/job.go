package batch

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"
)

// settings is the head of every job document (jobb-innstillinger in
// digipost-common.xsd), checked and cleaned.
type settings struct {
	senderID, brokerID int64
	jobID, name        string
	autoApprove        bool
	effectiveAt        time.Time
	client             string
}

// JobError says what is wrong with the head of a job.
type JobError struct {
	// Field is the element's name in the schema, for example jobb-id.
	Field string
	// Problem is a short English text without the value.
	Problem string
}

func (e *JobError) Error() string { return "batch job: " + e.Field + " " + e.Problem }

// maxJobName is the schema's maxLength of jobb-navn, in characters.
const maxJobName = 80

var jobIDForm = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,100}$`)

// check gives the settings as they will be written.
func (s settings) check() (settings, error) {
	s.name, s.client = clean(s.name), clean(s.client)
	switch {
	case s.senderID <= 0:
		return s, &JobError{"avsender-id", "is missing"}
	case s.brokerID < 0:
		return s, &JobError{"behandler-id", "is not an id"}
	case !jobIDForm.MatchString(s.jobID):
		return s, &JobError{"jobb-id", "must be 1 to 100 of a-z, A-Z, 0-9, _, . and -"}
	case utf8.RuneCountInString(s.name) > maxJobName:
		return s, &JobError{"jobb-navn", fmt.Sprintf("is longer than %d characters", maxJobName)}
	case !s.effectiveAt.IsZero() && !writableTime(s.effectiveAt):
		return s, &JobError{"virkningsdato", "is no time of these days"}
	}
	return s, nil
}

// writableTime keeps out what dateTime has another form for, and what can only
// be a mistake.
func writableTime(t time.Time) bool { return t.Year() >= 2000 && t.Year() <= 9999 }

// dateTime writes a point in time, always with its offset: without one it would
// be schema-valid and nobody's certain time.
func dateTime(t time.Time) string { return t.Format(time.RFC3339) }

// write puts the settings into the document, in the schema's order.
// behandler-id is for a party that acts for somebody else, so a sender who acts
// for itself leaves it out.
func (s settings) write(d *document) {
	d.open("jobb-innstillinger")
	d.leaf("avsender-id", strconv.FormatInt(s.senderID, 10))
	if s.brokerID != 0 && s.brokerID != s.senderID {
		d.leaf("behandler-id", strconv.FormatInt(s.brokerID, 10))
	}
	d.leaf("jobb-id", s.jobID)
	d.optional("jobb-navn", s.name)
	d.leaf("auto-godkjenn-jobb", strconv.FormatBool(s.autoApprove))
	if !s.effectiveAt.IsZero() {
		d.leaf("virkningsdato", dateTime(s.effectiveAt))
	}
	d.optional("klientinformasjon", s.client)
	d.close("jobb-innstillinger")
}
