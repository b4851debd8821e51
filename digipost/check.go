package digipost

import (
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
	// The schema's \w is all but punctuation, separators and controls.
	organizationPattern = regexp.MustCompile(`^[\pL\pM\pN\pS]{1,35}$`)
	phonePattern        = regexp.MustCompile(`^((\+|00|011)[0-9]{4,17}|[0-9]{8})$`)
	amountPattern       = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,2})?$`)
	kidPattern          = regexp.MustCompile(`^[0-9]{1,24}[0-9-]$`)
	countryPattern      = regexp.MustCompile(`^[A-Z]{2}$`)
)

// Limits of api_v8.xsd, in characters. Where the schema has none, ours keeps a
// slip from becoming a huge request.
const (
	maxSubject  = 255
	maxName     = 130
	maxLine     = 100
	maxPostcode = 10
	maxCity     = 80
	maxCountry  = 80
	maxPart     = 100
	maxInvoice  = 100
	maxSMS      = 160
	maxMailHead = 100
	maxMailText = 500
	maxFree     = 300
	maxURL      = 2000
	// Lists that the schema leaves open.
	maxTimes        = 50
	maxInstructions = 50
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

// within checks the parts of an element, so that its name stands before theirs.
func (c *checker) within(element string, check func()) {
	outer := c.prefix
	c.prefix += element + "/"
	check()
	c.prefix = outer
}

// text checks a line of text. Control characters have no place in any field,
// and some can't stand in XML at all.
func (c *checker) text(field, value string, required bool, limit int) {
	c.lines(field, value, required, limit, "")
}

// lines is text in which some control characters, such as the end of a line,
// have their place.
func (c *checker) lines(field, value string, required bool, limit int, controls string) {
	switch {
	case required && strings.TrimSpace(value) == "":
		c.wrong(field, "must not be empty")
	case !utf8.ValidString(value):
		c.wrong(field, "must be valid UTF-8")
	case utf8.RuneCountInString(value) > limit:
		c.wrong(field, fmt.Sprintf("must have at most %d characters", limit))
	case strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune(controls, r) || r == 0xFFFE || r == 0xFFFF
	}):
		c.wrong(field, "must not hold control characters")
	}
}

func (c *checker) match(field, value string, pattern *regexp.Regexp, rule string) {
	if !pattern.MatchString(value) {
		c.wrong(field, rule)
	}
}

// at checks a moment. Its offset is written with it; Digipost's schema knows
// whole minutes and at most 14 hours.
func (c *checker) at(field string, moment time.Time) {
	_, offset := moment.Zone()
	if year := moment.Year(); year < 1900 || year > 9999 || offset%60 != 0 || max(offset, -offset) > 14*60*60 {
		c.wrong(field, "must be a time with an offset of whole minutes")
	}
}

func (c *checker) oneOf(field, value string, allowed ...string) {
	if value != "" && !contains(allowed, value) {
		c.wrong(field, "must be one of "+strings.Join(allowed, ", "))
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
