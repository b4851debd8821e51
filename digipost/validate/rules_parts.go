package validate

import (
	"regexp"
	"slices"
	"strings"
)

func judgeOrganization(j *judge, n *record) error {
	j.permission(n)
	if id := n.child("organization-id"); id != nil && digits9.MatchString(id.text) && !organisationNumber(id.text) {
		j.doubtful(id, CheckDigit, "organization-id is not an organisation number: its check digit does not fit")
	}
	return nil
}

func judgeNameAndAddress(j *judge, n *record) error {
	judgeMail(j, n.child("email-address"))
	for _, local := range []string{"fullname", "postalcode", "city"} {
		if c := n.child(local); c != nil && isBlank(c.text) {
			if err := j.wrong(c, BlankValue, local+" is blank"); err != nil {
				return err
			}
		}
	}
	return nil
}

var (
	postcodeForm = regexp.MustCompile(`^[0-9]{4}$`)
	countryForm  = regexp.MustCompile(`^[A-Z]{2}$`)
)

func judgeNorwegianAddress(j *judge, n *record) error {
	if c := n.child("zip-code"); c != nil && !postcodeForm.MatchString(c.text) {
		j.doubtful(c, OddPostcode, "a Norwegian postcode has four digits")
	}
	return nil
}

func judgeForeignAddress(j *judge, n *record) error {
	if c := n.child("country-code"); c != nil && !countryForm.MatchString(c.text) {
		j.doubtful(c, OddCountry, "a country code has two capital letters (ISO 3166-1 alpha-2)")
	}
	return nil
}

// The hours in which Digipost sends SMS, by the annotations of api_v8.xsd.
// Others go out the next morning.
const (
	smsFrom = 9
	smsTo   = 20
)

func judgeSMS(j *judge, n *record) error {
	if n.child("at") == nil && n.child("after-hours") == nil {
		j.doubtful(n, NoTime, "nothing says when the SMS is to be sent")
	}
	if phone := n.child("overrides", "sms-mobile-number"); phone != nil && !phoneForm.MatchString(phone.text) {
		j.doubtful(phone, OddPhone, "sms-mobile-number does not look like a phone number")
	}
	for _, c := range n.children {
		if c.local == "at" {
			j.when(c, c.attribute("time"))
			j.window(c, c.attribute("time"))
		}
	}
	return nil
}

var phoneForm = regexp.MustCompile(`^((\+|00|011)[0-9]{4,17}|[0-9]{8})$`)

// when wants a time.
func (j *judge) when(n *record, value string) {
	if value == "" {
		j.doubtful(n, NoTime, n.local+" has no time")
	}
	j.zone(n, value)
}

// window warns of a time at which no SMS is sent, by the hour as written.
func (j *judge) window(n *record, value string) {
	if m := momentForm.FindStringSubmatch(value); m != nil && (small(m[4]) < smsFrom || small(m[4]) >= smsTo) {
		j.doubtful(n, OutsideWindow, "SMS is sent between 9 and 20; this one goes out the next morning")
	}
}

func judgeEmail(j *judge, n *record) error {
	judgeMail(j, n.child("email-address"))
	for _, c := range n.children {
		if c.local == "at" {
			j.when(c, c.attribute("time"))
		}
	}
	return nil
}

// mostKID is how many characters a KID may have (the readme of
// digipost/digipost-data-types).
const mostKID = 25

// judgeInvoice looks at an invoice or a debt collection.
func judgeInvoice(j *judge, n *record) error {
	if err := j.kid(n.child("kid")); err != nil {
		return err
	}
	if n.local == "invoice" && n.child("kid") == nil {
		j.doubtful(n, MissingKID, "an invoice without kid needs a permission from Digipost")
	}
	if due := n.child("due-date"); due != nil && !isDate(due.text) && !isMoment(due.text) {
		j.doubtful(due, OddDate, "due-date is not a date or time, such as 2026-12-01")
	}
	j.amount(n.child("sum"))
	for _, local := range []string{"creditor-account", "account"} {
		if c := n.child(local); c != nil {
			if err := j.number(c, digits11, account, "an account of 11 digits"); err != nil {
				return err
			}
		}
	}
	return nil
}

// amount warns of nothing to pay and of parts of an øre.
func (j *judge) amount(n *record) {
	if n == nil || n.text == "" {
		return
	}
	negative, whole, fraction := splitDecimal(n.text)
	if negative || whole+fraction == "" || len(fraction) > 2 {
		j.doubtful(n, OddAmount, n.local+" should be more than 0, with at most two decimals")
	}
}

// kid looks at a payment reference; there may be none.
func (j *judge) kid(n *record) error {
	switch {
	case n == nil:
		return nil
	case isBlank(n.text):
		return j.wrong(n, BadKID, "kid is blank; leave it out instead")
	case len([]rune(n.text)) > mostKID || !kidForm.MatchString(n.text):
		return j.wrong(n, BadKID, "kid must be at most 25 digits, the last of which may be a hyphen")
	case !kid(n.text):
		j.doubtful(n, CheckDigit, "the check digit of kid fits neither way of reckoning it")
	}
	return nil
}

func judgeExternalLink(j *judge, n *record) error {
	j.offset(n.child("deadline"))
	return nil
}

// mayFollow is what may stand beside each result of a look-up.
var mayFollow = map[string][]string{
	"DIGIPOST":     {"digipost-address", "person-alias"},
	"IDENTIFIED":   {"person-alias"},
	"UNIDENTIFIED": {"unidentified-reason"},
	"INVALID":      {"invalid-reason"},
}

func judgeResult(j *judge, n *record) error {
	allowed, known := mayFollow[n.value("result")]
	for _, c := range n.children {
		if known && c.local != "result" && !slices.Contains(allowed, c.local) {
			j.doubtful(c, WrongResult, c.local+" does not go with the result "+n.value("result"))
		}
	}
	return nil
}

func judgeArchive(j *judge, n *record) error {
	seen := map[string]bool{}
	for _, d := range n.children {
		id := d.value("uuid")
		if d.local != "documents" || id == "" {
			continue
		}
		if seen[id] {
			if err := j.wrong(d.child("uuid"), DuplicateUUID, "another document of this archive has this uuid"); err != nil {
				return err
			}
		}
		seen[id] = true
	}
	return nil
}

// metadataOf is which metadata goes with an event. Events that are not here
// have none, or none that is known.
var metadataOf = map[string]string{
	"POSTMARKED":                    "postmarked-metadata",
	"PRINT_FAILED":                  "failed-print-metadata",
	"SMS_NOTIFICATION_FAILED":       "sms-notification-failed-metadata",
	"EMAIL_NOTIFICATION_FAILED":     "email-notification-failed-metadata",
	"EMAIL_MESSAGE_SENT":            "email-delivered-metadata",
	"PEPPOL_FAILED":                 "failed-peppol-metadata",
	"MOVE_FILES_FROM_PUBLIC_SECTOR": "move-files-from-public-sector-metadata",
}

func judgeEvent(j *judge, n *record) error {
	metadata, want := n.child("metadata"), metadataOf[n.attribute("type")]
	if metadata != nil && want != "" && metadata.typ.name.local != want {
		j.doubtful(metadata, WrongMetadata, metadata.typ.name.local+" does not go with "+n.attribute("type"))
	}
	return nil
}

// judgeEntrypoint looks for relations that come twice: Digipost's .NET client
// stops at those.
func judgeEntrypoint(j *judge, n *record) error {
	seen := map[string]bool{}
	for _, c := range n.children {
		relation := c.attribute("rel")
		relation = strings.ToUpper(relation[strings.LastIndex(relation, "/")+1:])
		if relation != "" && seen[relation] {
			j.doubtful(c, RepeatedRelation, "the relation "+quote(relation)+" stands there twice")
		}
		seen[relation] = true
	}
	return nil
}

func judgeError(j *judge, n *record) error {
	if c := n.child("error-type"); c != nil && !slices.Contains([]string{"SERVER", "CLIENT_DATA", "CLIENT_TECHNICAL", "CONFIGURATION", "NONE"}, c.text) {
		j.doubtful(c, UnknownWord, quote(c.text)+" is not a known error-type")
	}
	return nil
}
