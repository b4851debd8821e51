package validate

import (
	"fmt"
	"regexp"
	"strings"
)

// restRules are the rules beside api_v8.xsd, from its annotations, Digipost's
// technical pages and what the Java client knows; and what the .NET client's
// copy of the schema has beside it (digipost/digipost-api-client-dotnet).
func restRules(g *grammar) *rules {
	byType := map[*typ]rule{}
	for local, rule := range map[string]rule{
		"message":               judgeMessage,
		"message-recipient":     judgeRecipient,
		"identification":        judgeIdentification,
		"public-mailbox-tag":    judgeNumbers,
		"sender-organization":   judgeOrganization,
		"name-and-address":      judgeNameAndAddress,
		"norwegian-address":     judgeNorwegianAddress,
		"foreign-address":       judgeForeignAddress,
		"sms-notification":      judgeSMS,
		"email-notification":    judgeEmail,
		"identification-result": judgeResult,
		"archive":               judgeArchive,
		"event":                 judgeEvent,
		"entrypoint":            judgeEntrypoint,
		".error":                judgeError,
	} {
		byType[g.types[name{apiNamespace, local}]] = rule
	}
	for local, rule := range map[string]rule{
		"invoice":      judgeInvoice,
		"inkasso":      judgeInvoice,
		"externalLink": judgeExternalLink,
	} {
		byType[g.types[name{dataTypeNamespace, local}]] = rule
	}
	return &rules{byType: byType, also: additions{
		words: map[*text][]string{g.types[name{apiNamespace, "event-type"}].text: {
			"REQUEST_FOR_REGISTRATION_EXPIRED", "REQUEST_FOR_REGISTRATION_DELIVERED_DIGIPOST", "REQUEST_FOR_REGISTRATION_FAILED",
		}},
		types:    map[name]bool{{apiNamespace, "request-for-registration-expired-metadata"}: true},
		elements: map[*typ]string{g.types[name{apiNamespace, "inbox-document"}]: "link"},
	}}
}

// identifiers are the ways to say who a recipient is.
var identifiers = []string{"personal-identification-number", "organisation-number", "digipost-address", "email-details",
	"peppol-addresses", "name-and-address", "bank-account-number"}

// identifier gives the element that says who a recipient is, or nil.
func (n *record) identifier() *record {
	for _, c := range n.children {
		for _, local := range identifiers {
			if c.local == local {
				return c
			}
		}
	}
	return nil
}

func judgeMessage(j *judge, n *record) error {
	if isBlank(n.value("message-id")) {
		j.doubtful(n, MissingMessageID, "without a message-id a second try may deliver the message twice")
	}
	for _, check := range []rule{judgeDocuments, judgePrint, judgeRegistration, judgeTimes} {
		if err := check(j, n); err != nil {
			return err
		}
	}
	if n.child("delivery-time") != nil {
		j.permission(n.child("delivery-time"))
	}
	if unread := n.child("print-if-unread"); unread != nil && n.child("recipient") != nil && n.child("recipient").identifier() == nil {
		j.doubtful(unread, NoRecipient, "print-if-unread sends digitally first, but the recipient is not identified")
	}
	return nil
}

// permission warns of what Digipost allows to some senders alone.
func (j *judge) permission(n *record) {
	j.doubtful(n, NeedsPermission, n.local+" may only be used with a permission from Digipost")
}

// documents are the letter and its attachments.
func (n *record) documents() []*record {
	var list []*record
	for _, c := range n.children {
		if c.local == "primary-document" || c.local == "attachment" {
			list = append(list, c)
		}
	}
	return list
}

// manyAttachments is the most that all sources agree on; the schema allows 201.
const manyAttachments = 99

func judgeDocuments(j *judge, n *record) error {
	documents := n.documents()
	if len(documents) > manyAttachments+1 {
		j.doubtful(documents[manyAttachments+1], ManyAttachments, fmt.Sprintf("more than %d attachments may be refused", manyAttachments))
	}
	seen := map[string]bool{}
	for _, d := range documents {
		if err := judgeDocument(j, d); err != nil {
			return err
		}
		id := d.child("uuid")
		switch {
		case id == nil:
			j.doubtful(d, MissingUUID, "without a uuid no part of the request can be this document's content")
		case seen[id.text]:
			if err := j.wrong(id, DuplicateUUID, "another document of this message has this uuid"); err != nil {
				return err
			}
		default:
			seen[id.text] = true
		}
	}
	return nil
}

var fileTypeForm = regexp.MustCompile(`^[a-z0-9_-]{1,29}$`)

func judgeDocument(j *judge, d *record) error {
	switch subject := d.child("subject"); {
	case subject == nil:
		j.doubtful(d, MissingSubject, "a document without subject may be refused")
	case isBlank(subject.text):
		if err := j.wrong(subject, BlankSubject, "a blank subject is refused"); err != nil {
			return err
		}
	}
	if t := d.child("file-type"); t != nil && !fileTypeForm.MatchString(t.text) {
		j.doubtful(t, OddFileType, quote(t.text)+" is not the name of a file type in small letters")
	}
	if level := d.child("authentication-level"); level != nil && strings.HasPrefix(level.text, "IDPORTEN_") {
		j.doubtful(level, NeedsPermission, level.text+" is for public bodies with a permission from Digipost")
	}
	if d.attribute("technical-type") != "" {
		j.doubtful(d, NeedsPermission, "technical-type may only be used with a permission from Digipost")
	}
	if e := d.child("encrypted"); e != nil {
		j.permission(e)
	}
	judgeHash(j, d)
	return nil
}

// sha256Length is that of a SHA-256 in base64.
const sha256Length = 44

func judgeHash(j *judge, d *record) {
	hash := d.child("content-hash")
	if hash == nil {
		return
	}
	switch hash.attribute("hash-algorithm") {
	case "SHA256":
		if len(hash.text) != sha256Length || !isBase64(hash.text) {
			j.doubtful(hash, OddHash, "this is not a SHA-256 in base64")
		}
	case "NONE", "MD5":
	default:
		j.doubtful(hash, OddHash, "the hash-algorithm should be SHA256")
	}
}

// judgePrint makes sure that what may be printed is PDF, and what goes to Peppol
// XML.
func judgePrint(j *judge, n *record) error {
	printed := n.child("recipient", "print-details") != nil || n.child("print-if-unread") != nil ||
		n.child("request-for-registration", "print-details") != nil
	peppol := n.child("recipient", "peppol-addresses") != nil
	for _, d := range n.documents() {
		fileType := d.child("file-type")
		if fileType == nil {
			continue
		}
		kind := strings.ToLower(strings.TrimSpace(fileType.text))
		switch {
		case printed && kind != "pdf":
			if err := j.wrong(fileType, PrintNotPDF, "what may be printed must be pdf, not "+quote(fileType.text)); err != nil {
				return err
			}
		case peppol && d.local == "primary-document" && kind != "xml" && kind != "ehf":
			j.doubtful(fileType, PeppolNotXML, "what goes to Peppol must be xml")
		}
	}
	return nil
}

var phoneWithCountry = regexp.MustCompile(`^(\+|00|011)`)

// judgeRegistration looks at an invitation: whom it may go to and which phone
// number the server takes.
func judgeRegistration(j *judge, n *record) error {
	invitation := n.child("request-for-registration")
	if invitation == nil {
		return nil
	}
	if who := n.child("recipient"); who != nil && who.child("personal-identification-number") == nil {
		if err := j.wrong(invitation, RegistrationRecipient, "an invitation needs a recipient given by personal-identification-number"); err != nil {
			return err
		}
	}
	if phone := invitation.child("phone-number"); phone != nil && !phoneWithCountry.MatchString(phone.text) && len([]rune(phone.text)) != 8 {
		return j.wrong(phone, BadPhone, "a phone number needs a country code, or exactly eight characters")
	}
	judgeMail(j, invitation.child("email-address"))
	return nil
}

func judgeMail(j *judge, n *record) {
	if n != nil && !isEmail(n.text) {
		j.doubtful(n, OddEmail, n.local+" does not look like an e-mail address")
	}
}

func judgeTimes(j *judge, n *record) error {
	j.offset(n.child("delivery-time"))
	j.offset(n.child("print-if-unread", "print-if-unread-after"))
	j.offset(n.child("request-for-registration", "registration-deadline"))
	return nil
}

// offset warns of a time that does not say in which zone it is.
func (j *judge) offset(n *record) {
	if n != nil {
		j.zone(n, n.text)
	}
}

func (j *judge) zone(n *record, value string) {
	if m := momentForm.FindStringSubmatch(value); m != nil && m[8] == "" {
		j.doubtful(n, NoOffset, "a time without offset may be read in another time zone than meant")
	}
}

func judgeRecipient(j *judge, n *record) error {
	who := n.identifier()
	switch {
	case who == nil && n.child("print-details") == nil:
		return j.wrong(n, NoRecipient, "the recipient has neither an identifier nor print-details")
	case who != nil && who.local == "bank-account-number":
		j.permission(who)
	}
	return judgeNumbers(j, n)
}

func judgeIdentification(j *judge, n *record) error {
	if n.identifier() == nil {
		return j.wrong(n, NoRecipient, "nothing says who is looked for")
	}
	return judgeNumbers(j, n)
}

// judgeNumbers looks at what identifies a recipient.
func judgeNumbers(j *judge, n *record) error {
	for _, c := range n.children {
		var err error
		switch c.local {
		case "personal-identification-number":
			err = j.number(c, digits11, birthNumber, "a birth number of 11 digits")
		case "organisation-number":
			err = j.number(c, digits9, organisationNumber, "an organisation number of 9 digits")
		case "bank-account-number":
			err = j.number(c, digits11, account, "an account of 11 digits")
		case "digipost-address":
			err = j.digipostAddress(c)
		case "email-details":
			for _, address := range c.children {
				judgeMail(j, address)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// number wants digits, and warns of check digits that do not fit: Digipost's own
// test persons have such numbers.
func (j *judge) number(n *record, form *regexp.Regexp, fits func(string) bool, what string) error {
	switch {
	case !form.MatchString(n.text):
		return j.wrong(n, BadNumber, fmt.Sprintf("%s is not %s", n.local, what))
	case !fits(n.text):
		j.doubtful(n, CheckDigit, fmt.Sprintf("%s is not %s: its check digits do not fit", n.local, what))
	}
	return nil
}

var digipostAddressForm = regexp.MustCompile(`^[^\s#]+#[0-9A-Za-z]{4}$`)

func (j *judge) digipostAddress(n *record) error {
	switch {
	case isBlank(n.text):
		return j.wrong(n, BlankValue, n.local+" is blank")
	case !digipostAddressForm.MatchString(n.text):
		j.doubtful(n, OddAddress, "a Digipost address looks like name#12AB")
	}
	return nil
}
