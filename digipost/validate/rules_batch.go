package validate

import (
	"regexp"
	"strings"
)

// jobState is what must be known of the earlier parts of a job: hashes of what
// may not come twice, and which ids are of what.
type jobState struct {
	customers, uuids, letters unique
	// documents and settings are ids; notPDF are those of documents that
	// cannot be printed.
	documents, settings, notPDF unique
	// extended are what documents extend that had not come before them.
	// Settings always come before, so no document may have such an id.
	extended unique
}

// batchRules are the rules beside Digipost's batch interface files, from their
// annotations and the batch guide.
func batchRules(g *grammar) *rules {
	s := &jobState{}
	byType := map[*typ]rule{}
	for local, rule := range map[string]rule{
		"mottaker":                           s.recipient,
		"jobb-innstillinger":                 judgeJob,
		"dokument":                           s.document,
		"faktura":                            judgeJobInvoice,
		"refererbare-dokument-innstillinger": s.shared,
		"dokument-innstillinger":             judgeSettings,
		"brev":                               s.letter,
		"brev-med-print":                     s.printed,
		"norsk-postadresse":                  judgePostcode,
		"adresse-format1":                    judgePostcode,
		"adresse-format2":                    judgePostcode,
		"mottaker-resultat":                  s.recipientResult,
	} {
		byType[g.types[name{batchNamespace, local}]] = rule
	}
	return &rules{byType: byType}
}

func judgeJob(j *judge, n *record) error {
	j.offset(n.child("virkningsdato"))
	return nil
}

// maxCustomerID is no limit of Digipost's, but what its examples keep to.
const maxCustomerID = 100

// recipient looks at whom a job names.
func (s *jobState) recipient(j *judge, n *record) error {
	if id := n.child("kunde-id"); id != nil {
		if err := s.customer(j, id); err != nil {
			return err
		}
	}
	for _, c := range n.children {
		var err error
		switch c.local {
		case "foedselsnummer":
			err = j.number(c, digits11, birthNumber, "a birth number of 11 digits")
		case "organisasjonsnummer":
			err = j.number(c, digits9, organisationNumber, "an organisation number of 9 digits")
		case "digipostadresse", "person-alias":
			err = j.digipostAddress(c)
		case "foedselsdato":
			err = judgeBirthDate(j, c)
		case "epostadresse":
			judgeMail(j, c)
		}
		if err != nil {
			return err
		}
	}
	born, reachable := n.child("foedselsdato"), n.child("telefonnummer") != nil || n.child("epostadresse") != nil
	if n.child("navn") != nil && (born != nil) != reachable {
		j.doubtful(n, WeakIdentification, "foedselsdato helps only together with telefonnummer or epostadresse, and the other way round")
	}
	return nil
}

// customer looks at the sender's own id, by which results are told apart.
func (s *jobState) customer(j *judge, id *record) error {
	switch {
	case isBlank(id.text) || strings.TrimSpace(id.text) != id.text:
		return j.wrong(id, BadCustomerID, "kunde-id may not be empty, nor begin or end with a blank")
	case !s.customers.add(id.text):
		return j.wrong(id, DuplicateCustomerID, "this kunde-id stands in the job before")
	case len([]rune(id.text)) > maxCustomerID:
		j.doubtful(id, TooLong, "a kunde-id of more than 100 characters may be refused")
	}
	return nil
}

var birthDateForm = regexp.MustCompile(`^[0-9]{6}$`)

// judgeBirthDate wants ddMMyy.
func judgeBirthDate(j *judge, n *record) error {
	if !birthDateForm.MatchString(n.text) || small(n.text[2:4]) > 12 || small(n.text[0:2]) > 31 || !birthDay(n.text) {
		return j.wrong(n, BadBirthDate, "foedselsdato is day, month and year in six digits: 311299")
	}
	return nil
}

func judgePostcode(j *judge, n *record) error {
	country := strings.ToLower(strings.TrimSpace(n.value("land")))
	abroad := country != "" && country != "norge" && country != "norway" && country != "noreg" && country != "no"
	if c := n.child("postnummer"); c != nil && !abroad && !postcodeForm.MatchString(c.text) {
		j.doubtful(c, OddPostcode, "a Norwegian postnummer has four digits")
	}
	return nil
}

// document looks at a file of a mailing.
func (s *jobState) document(j *judge, n *record) error {
	id := n.value("id")
	s.documents.add(id)
	if s.extended.has(s.extended.sum(id)) {
		if err := j.wrong(n.child("id"), WrongReference, "an extends before names this dokument; it must name a dokument-innstillinger"); err != nil {
			return err
		}
	}
	if err := s.extends(j, n.child("innstillinger")); err != nil {
		return err
	}
	file := n.child("fil")
	if file == nil {
		return nil
	}
	if !strings.HasSuffix(strings.ToLower(file.text), ".pdf") {
		s.notPDF.add(id)
	}
	switch {
	case strings.HasSuffix(file.text, "/"):
		return j.wrong(file, BadFile, "fil names a folder, not a file")
	case strings.ContainsFunc(file.text, func(r rune) bool { return r > '~' }):
		j.doubtful(file, OddFile, "letters other than a to z and digits other than 0 to 9 should not stand in fil")
	}
	return nil
}

// identity gives an attribute that names or points at something: blanks around
// it do not count.
func (n *record) identity(local string) string { return collapse.apply(n.attribute(local)) }

// extends looks at which settings those of a document build on.
func (s *jobState) extends(j *judge, settings *record) error {
	if settings == nil {
		return nil
	}
	id := settings.identity("extends")
	switch {
	case id == "" || s.settings.has(s.settings.sum(id)):
	case s.documents.has(s.documents.sum(id)):
		return j.wrong(settings, WrongReference, "extends must name a dokument-innstillinger, not a dokument")
	default:
		s.extended.add(id)
	}
	return nil
}

func judgeJobInvoice(j *judge, n *record) error {
	if n.child("kid") == nil {
		j.doubtful(n, MissingKID, "an invoice without kid needs a permission from Digipost")
	} else if value := n.value("kid"); kidForm.MatchString(value) && !kid(value) {
		j.doubtful(n.child("kid"), CheckDigit, "the check digit of kid fits neither way of reckoning it")
	}
	j.amount(n.child("beloep"))
	if c := n.child("kontonummer"); c != nil && digits11.MatchString(c.text) && !account(c.text) {
		j.doubtful(c, CheckDigit, "kontonummer is not an account: its check digit does not fit")
	}
	return nil
}

// shared remembers the ids of named settings.
func (s *jobState) shared(_ *judge, n *record) error {
	s.settings.add(n.identity("id"))
	return nil
}

func judgeSettings(j *judge, n *record) error {
	sms := n.child("sms-varsling")
	if sms == nil {
		return nil
	}
	for _, c := range sms.children {
		if c.local == "tidspunkt" {
			j.offset(c)
			j.window(c, c.text)
		}
	}
	return nil
}

// letter looks at what one recipient gets.
func (s *jobState) letter(j *judge, n *record) error {
	if id := n.attribute("id"); id != "" && !s.letters.add(id) {
		j.doubtful(n, DuplicateLetterID, "another letter has this id")
	}
	for _, c := range n.children {
		if c.local != "hoveddokument" && c.local != "vedlegg" {
			continue
		}
		if err := s.sent(j, c); err != nil {
			return err
		}
	}
	return nil
}

// sent looks at one document of a letter.
func (s *jobState) sent(j *judge, n *record) error {
	switch id := n.attribute("uuid"); {
	case id == "":
		j.doubtful(n, MissingUUID, "without a uuid the result cannot be told from others")
	case !s.uuids.add(id):
		if err := j.wrong(n, DuplicateUUID, "this uuid stands in the job before"); err != nil {
			return err
		}
	}
	switch id := n.identity("refid"); {
	case id == "":
		j.doubtful(n, MissingReference, "without a refid there is nothing to send")
	case s.settings.has(s.settings.sum(id)):
		return j.wrong(n, WrongReference, "refid must name a dokument, not a dokument-innstillinger")
	}
	return nil
}

// printed looks at a letter that may go on paper.
func (s *jobState) printed(j *judge, n *record) error {
	for _, c := range n.children {
		if id := c.identity("refid"); id != "" && s.notPDF.has(s.notPDF.sum(id)) {
			if err := j.wrong(c, PrintNotPDF, "what may be printed must be pdf"); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayFollowStatus is what may stand beside each status of a recipient.
var mayFollowStatus = map[string]string{
	"DIGIPOST":      "digipostadresse",
	"IDENTIFISERT":  "person-alias",
	"UIDENTIFISERT": "uidentifisert-grunn",
	"UGYLDIG":       "ugyldig-grunn",
}

func (s *jobState) recipientResult(j *judge, n *record) error {
	if id := n.value("kunde-id"); !s.customers.add(id) {
		j.doubtful(n, DuplicateCustomerID, "this kunde-id has a result before")
	}
	status := n.value("status")
	for _, c := range n.children {
		if _, extra := extras[c.local]; extra && mayFollowStatus[status] != "" && mayFollowStatus[status] != c.local {
			j.doubtful(c, WrongResult, c.local+" does not go with the status "+status)
		}
	}
	return nil
}

// extras are the elements of which a result has one kind at most.
var extras = map[string]struct{}{"digipostadresse": {}, "person-alias": {}, "uidentifisert-grunn": {}, "ugyldig-grunn": {}}
