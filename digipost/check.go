package digipost

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// FieldError is a field that may not leave the machine as it is. It names the
// field and the rule, never the value.
type FieldError struct {
	// Field is the element's name, with the element it stands in where that
	// matters: attachment 2/subject.
	Field string
	// Rule says what the field must be.
	Rule string
}

func (e *FieldError) Error() string { return "digipost: " + e.Field + ": " + e.Rule }

var (
	uuidPattern     = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	fileTypePattern = regexp.MustCompile(`^[a-z0-9_-]{1,29}$`)
	digits9         = regexp.MustCompile(`^[0-9]{9}$`)
	digits11        = regexp.MustCompile(`^[0-9]{11}$`)
)

// Limits of api_v8.xsd, in characters. Where the schema has none, ours keeps a
// slip from becoming a huge request.
const (
	maxSubject  = 255
	maxName     = 130
	maxLine     = 100
	maxPostcode = 10
	maxCity     = 80
	maxFree     = 300
)

// checker collects the first thing that is wrong.
type checker struct {
	prefix string
	err    error
}

func (c *checker) wrong(field, rule string) {
	if c.err == nil {
		c.err = &FieldError{Field: c.prefix + field, Rule: rule}
	}
}

// text checks a line of text. Control characters have no place in any field,
// and some can't stand in XML at all.
func (c *checker) text(field, value string, required bool, limit int) {
	switch {
	case required && strings.TrimSpace(value) == "":
		c.wrong(field, "must not be empty")
	case !utf8.ValidString(value):
		c.wrong(field, "must be valid UTF-8")
	case utf8.RuneCountInString(value) > limit:
		c.wrong(field, fmt.Sprintf("must have at most %d characters", limit))
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF }):
		c.wrong(field, "must not hold control characters")
	}
}

func (c *checker) match(field, value string, pattern *regexp.Regexp, rule string) {
	if !pattern.MatchString(value) {
		c.wrong(field, rule)
	}
}

func (c *checker) oneOf(field, value string, allowed ...string) {
	if value != "" && !contains(allowed, value) {
		c.wrong(field, "must be one of "+strings.Join(allowed, ", "))
	}
}

// Check tells whether the message may leave the machine; the error is a
// *FieldError. Send checks by itself.
func (m *Message) Check() error {
	c := &checker{}
	c.text("message-id", m.ID, true, maxFree)
	if m.SenderID < 0 {
		c.wrong("sender-id", "must not be negative")
	}
	c.prefix = "recipient/"
	c.recipient(&m.Recipient)
	c.prefix = ""
	if len(m.Attachments) > MaxAttachments {
		c.wrong("attachment", fmt.Sprintf("must be at most %d", MaxAttachments))
	}
	seen := map[string]bool{}
	for i, document := range m.documents() {
		c.prefix = "primary-document/"
		if i > 0 {
			c.prefix = fmt.Sprintf("attachment %d/", i)
		}
		c.document(document)
		if seen[document.UUID] {
			c.wrong("uuid", "must differ from that of every other document")
		}
		seen[document.UUID] = true
	}
	return c.err
}

func (c *checker) recipient(r *Recipient) {
	filled := c.numbers(r.PersonalIdentificationNumber, r.OrganisationNumber, r.DigipostAddress, r.BankAccountNumber)
	if e := r.EmailDetails; e != nil {
		filled++
		if len(e.Addresses) < 1 || len(e.Addresses) > 50 {
			c.wrong("email-details", "must have 1 to 50 addresses")
		}
		for _, address := range e.Addresses {
			c.text("email-address", address, true, maxFree)
		}
	}
	if p := r.PeppolAddresses; p != nil {
		filled++
		c.text("receiver/schemeID", p.Receiver.SchemeID, true, maxFree)
		c.text("receiver/endpointID", p.Receiver.EndpointID, true, maxFree)
		c.text("sender/schemeID", p.Sender.SchemeID, true, maxFree)
		c.text("sender/endpointID", p.Sender.EndpointID, true, maxFree)
	}
	if r.NameAndAddress != nil {
		filled++
		c.nameAndAddress(r.NameAndAddress)
	}
	if filled != 1 {
		c.wrong("identification", "must be given in exactly one way")
	}
}

// numbers checks the ways of addressing that are one string, and counts them.
func (c *checker) numbers(personal, organisation, address, account string) (filled int) {
	if personal != "" {
		filled++
		c.match("personal-identification-number", personal, digits11, "must be 11 digits")
	}
	if organisation != "" {
		filled++
		c.match("organisation-number", organisation, digits9, "must be 9 digits")
	}
	if address != "" {
		filled++
		c.text("digipost-address", address, true, maxFree)
	}
	if account != "" {
		filled++
		c.match("bank-account-number", account, digits11, "must be 11 digits")
	}
	return filled
}

func (c *checker) nameAndAddress(n *NameAndAddress) {
	c.text("fullname", n.FullName, true, maxName)
	c.text("addressline1", n.Line1, true, maxLine)
	c.text("addressline2", n.Line2, false, maxLine)
	c.text("postalcode", n.Postcode, true, maxPostcode)
	c.text("city", n.City, true, maxCity)
	if n.BirthDate != "" {
		if _, err := time.Parse(time.DateOnly, n.BirthDate); err != nil {
			c.wrong("birth-date", "must be a date as yyyy-mm-dd")
		}
	}
	c.text("phone-number", n.Phone, false, maxFree)
	c.text("email-address", n.Email, false, maxFree)
}

func (c *checker) document(d *Document) {
	c.match("uuid", d.UUID, uuidPattern, "must be a UUID in lower case")
	c.text("subject", d.Subject, true, maxSubject)
	c.match("file-type", d.FileType, fileTypePattern, "must be 1 to 29 of a-z, 0-9, - and _")
	c.oneOf("authentication-level", d.AuthenticationLevel, AuthPassword, AuthTwoFactor, AuthIDPorten3, AuthIDPorten4)
	c.oneOf("sensitivity-level", d.SensitivityLevel, SensitivityNormal, SensitivitySensitive)
	if h := d.ContentHash; h != nil {
		sum, err := base64.StdEncoding.DecodeString(h.Value)
		if h.Algorithm != "SHA256" || err != nil || len(sum) != 32 {
			c.wrong("content-hash", "must be a SHA256 in base64")
		}
	}
}
