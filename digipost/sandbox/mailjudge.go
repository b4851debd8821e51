package sandbox

import (
	"archive/zip"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

// mailJudge judges a mailing while it is read, letter by letter.
type mailJudge struct {
	s        *Server
	job      *job // gets the verdict
	received time.Time
	path     string // as trouble names it
	files    map[string]*zip.File
	out      *rowWriter
	index    uuidIndex

	sender    *Sender
	senderID  int64
	earliest  time.Time // of the delivery
	ids       map[string]any
	global    docSettings
	documents mailDocuments
	customers idSet
}

// mailCounts are what a mailing holds, by what becomes of its letters.
type mailCounts struct {
	Letters      int           `json:"letters"`
	Digital      int           `json:"digital"`
	Paper        int           `json:"paper"`
	PaperInvalid int           `json:"paper_invalid"`
	WithPaper    int           `json:"with_paper"` // letters that may be printed
	BadDocuments []badDocument `json:"bad_documents,omitempty"`
}

// mailLine is what was found of one letter and its recipient.
type mailLine struct {
	Row    row         `json:"row"`
	ID     string      `json:"brev_id,omitempty"`
	Way    string      `json:"way,omitempty"` // channelDigipost or channelPrint; "" is not sent
	Faults []mailFault `json:"faults,omitempty"`
	Letter letter      `json:"letter"`
}

// mailFault is why a letter, or a document, is not sent.
type mailFault struct {
	Type string `json:"type"`
	Text string `json:"text,omitempty"`
}

// The types of these faults.
const (
	letterBadDocument  = "UGYLDIG_DOKUMENT"
	letterBadRecipient = "UGYLDIG_MOTTAKER"
	badForPrint        = "UGYLDIG_FOR_PRINT" // of letters and documents
	badForWeb          = "UGYLDIG_FOR_WEB"   // of documents
)

// machineError is a failure of this machine, not of the job.
type machineError struct{ error }

func (e machineError) Unwrap() error { return e.error }

// errStopped ends the judging since the server ends, or the job is lost.
var errStopped = errors.New("stopped")

// settled takes the jobb-innstillinger.
func (m *mailJudge) settled(set settings) error {
	m.job.settle(set)
	if err := m.s.checkSettings(set, featureMailing); err != nil {
		return err
	}
	m.senderID, _ = parseID(set.sender)
	m.sender = m.s.sender(m.senderID)
	m.earliest = m.received
	if set.notBefore == "" {
		return nil
	}
	at, err := parseDateTime(set.notBefore, m.received.Location())
	switch {
	case err != nil:
		return &jobFault{faultValidation, "virkningsdato er ikke et tidspunkt"}
	case at.Before(m.received) && choicePastDateRefused:
		return &jobFault{faultValidation, "virkningsdato er passert"}
	case at.After(m.received):
		m.earliest, m.job.NotBefore = at.In(m.received.Location()), at.In(m.received.Location())
	}
	return nil
}

// common takes settings that others inherit. Those with a name inherit from
// the global ones, which come first.
func (m *mailJudge) common(n *node) error {
	set, err := readDocSettings(n, m.earliest)
	if err != nil {
		return err
	}
	if n.name == "globale-dokument-innstillinger" {
		m.global = set
		return nil
	}
	return m.name(n, n.attr("id"), set.over(m.global))
}

// name takes an xsd:ID. Settings and documents share the names.
func (m *mailJudge) name(n *node, id string, what any) error {
	id = collapse(id)
	if _, used := m.ids[id]; used {
		return &xmlFault{line: n.line, path: "/" + n.name, text: "har en id som er brukt før i jobben"}
	}
	m.ids[id] = what
	return nil
}

// document takes a dokument of post.
func (m *mailJudge) document(n *node) error {
	set, err := readDocSettings(n.child("innstillinger"), m.earliest)
	if err != nil {
		return err
	}
	base := m.global
	if extends := n.child("innstillinger"); extends != nil && extends.attr("extends") != "" {
		named, found := m.ids[collapse(extends.attr("extends"))].(docSettings)
		if !found {
			return &xmlFault{line: extends.line, path: "/dokument/innstillinger/@extends", text: "viser ikke til noen dokument-innstillinger"}
		}
		base = named
	}
	d := &mailDocument{id: collapse(n.value("id")), name: n.value("fil"), settings: set.over(base)}
	d.invoice = n.typ.Local == "faktura"
	d.wantsKID = d.invoice && n.child("kid") == nil && !m.sender.has(featureNoKID)
	if d.file = m.files[d.name]; d.file == nil {
		return &xmlFault{line: n.line, path: "/dokument/fil", text: "er ikke i arkivet"}
	}
	return m.name(n, d.id, d)
}

// enclosed is a document in one letter.
type enclosed struct {
	*mailDocument
	settings docSettings // with all that is inherited
	uuid     string
}

// enclosures reads hoveddokument and vedlegg, the former first.
func (m *mailJudge) enclosures(n *node) ([]enclosed, error) {
	var list []enclosed
	for _, k := range n.kids {
		if k.name != "hoveddokument" && k.name != "vedlegg" {
			continue
		}
		d, found := m.ids[collapse(k.attr("refid"))].(*mailDocument)
		if !found {
			return nil, &xmlFault{line: k.line, path: "/brev/" + k.name + "/@refid", text: "viser ikke til noe dokument i jobben"}
		}
		set, err := readDocSettings(k.child("innstillinger"), m.earliest)
		if err != nil {
			return nil, err
		}
		e := enclosed{d, set.over(d.settings), k.attr("uuid")}
		if e.uuid == "" {
			e.uuid = newUUID()
		}
		if e.settings.subject == nil || strings.TrimSpace(*e.settings.subject) == "" {
			return nil, &xmlFault{line: k.line, path: "/brev/" + k.name, text: "har ikke noe emne"}
		}
		list = append(list, e)
	}
	return list, nil
}

// letter judges a brev and writes its line.
func (m *mailJudge) letter(n *node) error {
	if m.s.ctx.Err() != nil {
		return errStopped
	}
	select {
	case <-m.job.lost:
		return errStopped
	default:
	}
	docs, err := m.enclosures(n)
	if err != nil {
		return err
	}
	to := n.child("mottaker")
	line := mailLine{ID: n.attr("id"), Row: m.s.folk().judge(to, m.customers, m.received)}
	paper := n.child("fysisk-print")
	if paper != nil && !m.sender.has(featurePrintFallback) {
		return &jobFault{faultGeneral, "brev-med-print er ikke en del av avtalen"}
	}
	if err := m.decide(&line, n, docs, paper); err != nil {
		return err
	}
	m.describe(&line, to, docs, paper)
	m.count(&line, paper != nil)
	return m.write(&line)
}

// write writes the line of a letter and notes where its documents stand.
func (m *mailJudge) write(line *mailLine) error {
	at, err := m.out.add(line)
	if err != nil {
		return machineError{err}
	}
	for _, d := range line.Letter.Documents {
		id, ok := uuidBytes(d.UUID)
		if !ok {
			return &jobFault{faultValidation, "en uuid har ikke riktig form"}
		}
		m.index = append(m.index, spot{id, at})
	}
	return nil
}

// decide says how a letter goes, or why it does not.
func (m *mailJudge) decide(line *mailLine, n *node, docs []enclosed, paper *node) error {
	var total int64
	bad := ""
	for _, d := range docs {
		why, err := m.documents.forWeb(m, d.mailDocument)
		if err != nil {
			return err
		}
		if bad == "" && why != "" {
			bad = fmt.Sprintf("%s: %s", d.id, why)
		}
		total += d.facts.size
	}
	if total > maxLetter && bad == "" {
		bad = fmt.Sprintf("dokumentene er til sammen større enn %d byte", maxLetter)
	}
	switch {
	case bad != "":
		line.Faults = []mailFault{{letterBadDocument, bad}}
	case line.Row.Status == statusInvalid && !(choiceInvalidPrinted && paper != nil):
		line.Faults = []mailFault{{letterBadRecipient, "opplysningene om mottakeren er ugyldige"}}
	case m.badNotices(n) != "":
		line.Faults = []mailFault{{letterBadRecipient, m.badNotices(n)}}
	case line.Row.Status == statusDigipost:
		line.Way = channelDigipost
	case paper != nil:
		why, err := m.badPaper(docs, paper)
		if err != nil {
			return err
		}
		if line.Way = channelPrint; why != "" {
			line.Way, line.Faults = "", []mailFault{{badForPrint, why}}
		}
	}
	return nil
}

// badNotices judges the varslingsadresser of a letter.
func (m *mailJudge) badNotices(n *node) string {
	to := n.child("varslingsadresser")
	if to == nil {
		return ""
	}
	mail, mobile := strings.TrimSpace(to.value("epostadresse")), strings.Join(strings.Fields(to.value("mobilnummer")), "")
	switch {
	case !m.sender.may(permitNoticeAddresses):
		return "varslingsadresser er ikke en del av avtalen"
	case mail != "" && !validEmail(mail):
		return "epostadresse for varsling er ugyldig"
	case mobile != "" && !validPhone(mobile):
		return "mobilnummer for varsling er ugyldig"
	}
	return ""
}

// badPaper says why a letter can't be printed.
func (m *mailJudge) badPaper(docs []enclosed, paper *node) (string, error) {
	if why := badPostal(paper, "postmottaker", "norsk-mottakeradresse", "utenlandsk-mottakeradresse"); why != "" {
		return "mottakeradressen: " + why, nil
	}
	if why := badPostal(paper, "retur-postmottaker", "norsk-returadresse", "utenlandsk-returadresse"); why != "" {
		return "returadressen: " + why, nil
	}
	for _, d := range docs {
		why, err := m.documents.forPrint(m, d.mailDocument)
		if err != nil {
			return "", err
		}
		if why != "" {
			return fmt.Sprintf("%s: %s", d.id, why), nil
		}
	}
	return "", nil
}

// badPostal says what is wrong with a postal address of print.xsd, or "".
func badPostal(paper *node, name, home, abroad string) string {
	blank := func(n *node, name string) bool { return strings.TrimSpace(n.value(name)) == "" }
	if blank(paper, name) {
		return "navnet mangler"
	}
	if a := paper.child(home); a != nil {
		switch {
		case !validPostcode(a.value("postnummer")):
			return "postnummeret skal ha fire sifre"
		case blank(a, "poststed"):
			return "poststedet mangler"
		}
		return ""
	}
	a := paper.child(abroad)
	switch code := a.child("land-kode"); {
	case blank(a, "adresselinje1"):
		return "første linje mangler"
	case code != nil && !twoLetters.MatchString(code.text):
		return "landkoden skal ha to store bokstaver"
	case code == nil && blank(a, "land"):
		return "landet mangler"
	}
	return ""
}

// recipientKinds are the words of the sender API for how a recipient is named.
var recipientKinds = map[string]string{
	"foedselsnummer": "personal-identification-number", "digipostadresse": "digipost-address", "navn": "name-and-address",
	"organisasjonsnummer": "organisation-number", "person-alias": "person-alias",
}

// describe fills in the letter as it will be delivered.
func (m *mailJudge) describe(line *mailLine, to *node, docs []enclosed, paper *node) {
	l := &line.Letter
	l.SenderID, l.RecipientKind, l.Channel = m.senderID, recipientKinds[to.kids[1].name], line.Way
	if one := line.Row.person; one != nil {
		l.Name = one.Name
	}
	for _, d := range docs {
		doc := document{UUID: d.uuid, FileType: d.fileType(), SHA256: d.facts.sha256, Size: int(d.facts.size)}
		d.settings.apply(&doc)
		if d.invoice {
			doc.DataType = "invoice"
		}
		l.Documents = append(l.Documents, doc)
	}
	if line.Way == "" {
		return
	}
	l.Fate = m.s.decide(line.Row.person, m.path)
	if line.Way == channelPrint {
		l.Name = paper.value("postmottaker")
		l.Print = &printOrder{Color: orDefault(docs[0].settings.colour, "MONOCHROME"), Undeliverable: "RETURN_TO_SENDER",
			Abroad: paper.child("utenlandsk-mottakeradresse") != nil}
	}
}

func (m *mailJudge) count(line *mailLine, withPaper bool) {
	m.job.Counts.add(line.Row)
	c := m.job.Mail
	c.Letters++
	if withPaper {
		c.WithPaper++
	}
	switch {
	case line.Way == channelDigipost:
		c.Digital++
	case line.Way == channelPrint:
		c.Paper++
	case len(line.Faults) > 0 && line.Faults[0].Type == badForPrint:
		c.PaperInvalid++
	}
}

// newUUID makes a uuid for a document that came without.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
