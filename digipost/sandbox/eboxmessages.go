package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// eboxMessage is a message as it was sent.
type eboxMessage struct {
	ID, Original              string
	Subject                   eboxText
	Received, Expires         time.Time
	WasRead, WasHidden        bool
	Registered, Reply         bool
	Sender, Type, Application string
	Partition                 string // "" is the general one
	Attention                 *eboxPerson
	Body                      eboxText
	BodyMain                  bool
	Payment                   object
	Business                  []eboxBusiness
	Documents                 []*eboxDocument
	// Odd messages break the contract: Change does that.
	Odd    bool
	Change func(object)
	form   int // of its times
}

func (m *eboxMessage) partition() string {
	if m.Partition == "" {
		return "GENERAL"
	}
	return m.Partition
}

// eboxPerson is whom a message is meant for.
type eboxPerson struct{ ID, Type, Name string }

// eboxBusiness is a fact of the sender's about a message.
type eboxBusiness struct {
	Key               string
	Name, Description eboxText
	Values            []eboxText
}

// eboxArrival is a message that a tester sends (POST /ebox-message).
type eboxArrival struct {
	Provider   string    `json:"provider"`
	ID         string    `json:"id"`
	Subject    string    `json:"subject"`
	Language   string    `json:"language"`
	Sender     string    `json:"sender"`
	Type       string    `json:"type"`
	Expires    string    `json:"expires"` // a time such as 240h
	Documents  int       `json:"documents"`
	Registered bool      `json:"registered"`
	Padding    int       `json:"padding"` // bytes added to the main document
	At         time.Time `json:"at"`
}

// eboxRow is an ordinary message: one language, one document or more.
type eboxRow struct {
	lang, subject, sender, kind string
	hours, days                 int // since it was received, until it expires
	documents                   int
	read                        bool
}

// The senders by a short word.
const (
	fromDues  = "1900010165"
	fromTax   = "1900010264"
	fromHomes = "1900010363"
	fromLesse = "1900010462"
	fromDorf  = "1900010561"
	fromCity  = "1900010660"
	fromCourt = "1900010759"
)

// eboxFederalRows come to the provider that speaks 2.1.
var eboxFederalRows = []eboxRow{
	{"nl", "Kwartaalbijdragen: uw betaalbericht", fromDues, "factuur", 3, 362, 1, false},
	{"nl", "Attest van geen schuld", fromDues, "attest", 7, 700, 1, false},
	{"fr", "Avertissement-extrait de rôle", fromTax, "beslissing", 20, 340, 2, false},
	{"de", "Bescheid über die Gewerbesteuer", fromDorf, "beslissing", 26, 330, 1, false},
	{"nl", "Uw vergunningsaanvraag werd ontvangen", fromCity, "nieuws", 30, 58, 1, true},
	{"nl", "Oproep: vul de jaarlijkse enquête in", fromHomes, "vraag-om-inlichtingen", 49, 6, 1, false},
	{"fr", "Invitation à payer la taxe communale", fromLesse, "factuur", 51, 10, 1, false},
	{"nl", "Herinnering: aangifte van het tweede kwartaal", fromDues, "nieuws", 75, 13, 1, false},
	{"fr", "Attestation d'occupation", fromDues, "attest", 98, 640, 1, true},
	{"nl", "Wijziging van uw bijdragecategorie", fromDues, "beslissing", 120, 360, 2, true},
	{"de", "Mitteilung über Straßenarbeiten", fromDorf, "nieuws", 145, 40, 1, true},
	{"nl", "Aanslagbiljet onroerende voorheffing", fromTax, "factuur", 170, 350, 1, false},
	{"fr", "Décision relative à votre prime à l'isolation", fromLesse, "beslissing", 190, 300, 2, true},
	{"nl", "Goedkeuring van uw plan van aanpak", fromHomes, "beslissing", 215, 290, 3, true},
	{"nl", "Kennisgeving van een controlebezoek", fromTax, "vraag-om-inlichtingen", 240, 80, 1, false},
	{"fr", "Rappel : déclaration trimestrielle", fromDues, "nieuws", 266, 50, 1, true},
	{"nl", "Bewijs van inschrijving", fromCourt, "attest", 300, 650, 1, true},
	{"nl", "Parkeervergunning voor bedrijfsvoertuigen", fromCity, "beslissing", 333, 330, 1, true},
	{"de", "Auskunftsersuchen zu Ihrer Meldung", fromDorf, "vraag-om-inlichtingen", 370, 75, 1, false},
	{"nl", "Kwijtschelding van de bijdrageopslag", fromDues, "beslissing", 410, 320, 1, true},
	{"fr", "Confirmation de votre changement d'adresse", fromLesse, "nieuws", 455, 30, 1, true},
	{"nl", "Belastingbrief 2025", fromTax, "factuur", 500, 310, 2, true},
	{"nl", "Samenvatting van uw aangiften", fromDues, "attest", 560, 610, 1, true},
	{"fr", "Avis de paiement : cotisations", fromDues, "factuur", 620, 300, 1, true},
	{"nl", "Uitnodiging voor de infosessie", fromHomes, "nieuws", 690, 20, 1, true},
	{"nl", "Neerlegging van de jaarrekening: bevestiging", fromCourt, "nieuws", 770, 25, 1, true},
	{"fr", "Permis d'environnement : accusé de réception", fromLesse, "nieuws", 860, 20, 1, true},
	{"nl", "Beslissing over uw bezwaar", fromTax, "beslissing", 960, 280, 2, true},
	{"de", "Bescheinigung für das Jahr 2025", fromDorf, "attest", 1080, 560, 1, true},
	{"nl", "Oude mededeling over de feestdagen", fromCity, "nieuws", 1400, 2, 1, true},
}

// eboxFlemishRows come to the one that speaks 3.x.
var eboxFlemishRows = []eboxRow{
	{"nl", "Premie voor energiezuinige verlichting: beslissing", fromHomes, "beslissing", 2, 364, 1, false},
	{"nl", "Omgevingsvergunning: openbaar onderzoek", fromCity, "nieuws", 12, 60, 2, false},
	{"nl", "Heffing op leegstand: aanslag", fromHomes, "factuur", 33, 350, 1, false},
	{"nl", "Subsidiedossier: bijkomende stukken gevraagd", fromHomes, "vraag-om-inlichtingen", 60, 9, 1, false},
	{"nl", "Erkenning als werkplek voor leerlingen", fromHomes, "attest", 110, 700, 1, true},
	{"nl", "Uitnodiging overleg bedrijventerrein", fromCity, "nieuws", 180, 40, 1, true},
	{"nl", "Verkeersbelasting: betaalbericht", fromTax, "factuur", 260, 340, 1, true},
	{"nl", "Jaarverslag afvalstoffen: ontvangstmelding", fromHomes, "nieuws", 420, 30, 1, true},
	{"nl", "Afschrift van uw melding", fromCity, "attest", 700, 600, 1, true},
}

// eboxMessages makes all messages, by provider. They depend on when the e-Box
// was made and on nothing else.
func eboxMessages(born time.Time, arrived []eboxArrival) map[string][]*eboxMessage {
	out := map[string][]*eboxMessage{}
	for provider, rows := range map[string][]eboxRow{eboxFederal: eboxFederalRows, eboxFlemish: eboxFlemishRows} {
		for i, row := range rows {
			out[provider] = append(out[provider], row.message(born, provider, i+1))
		}
	}
	out[eboxFederal] = append(out[eboxFederal], eboxSpecials(born)...)
	out[eboxFlemish] = append(out[eboxFlemish], eboxFlemishSpecials(born)...)
	for _, a := range arrived {
		out[a.Provider] = append(out[a.Provider], a.message())
	}
	for _, list := range out {
		for i, m := range list {
			m.form = i
		}
	}
	return out
}

func (r eboxRow) message(born time.Time, provider string, number int) *eboxMessage {
	m := &eboxMessage{
		ID:      fmt.Sprintf("EBX-%04d", number), // the same ids at both providers
		Subject: eboxText{r.lang: r.subject}, Sender: r.sender, Type: r.kind, WasRead: r.read,
		Received: born.Add(-time.Duration(r.hours) * time.Hour), Expires: born.Add(time.Duration(r.days) * 24 * time.Hour),
	}
	switch r.sender {
	case fromDues:
		m.Application = "app-bijdragen"
	case fromCourt:
		m.Application = "app.griffie:1"
	}
	for i := range r.documents {
		m.add(provider, i, 0)
	}
	return m
}

// add adds a letter; the first document is the main one.
func (m *eboxMessage) add(provider string, index, padding int) *eboxDocument {
	lang, subject := "", ""
	for l, s := range m.Subject {
		lang, subject = l, s
	}
	word := map[string]string{"nl": "Bijlage", "fr": "Annexe", "de": "Anlage"}[lang]
	name := "brief.pdf"
	title := subject
	if index > 0 {
		title = fmt.Sprintf("%s %d", word, index)
		name = fmt.Sprintf("%s-%d.pdf", strings.ToLower(word), index)
	}
	lines := eboxLetter(provider, m, title)
	d := &eboxDocument{ID: fmt.Sprintf("doc-%d", index+1), Name: name, Media: "application/pdf", Title: eboxText{lang: title},
		Main: index == 0 && !m.BodyMain, make: func() []byte { return eboxPDF(lines, padding) }}
	m.Documents = append(m.Documents, d)
	return d
}

// eboxLetter is what stands in a document.
func eboxLetter(provider string, m *eboxMessage, title string) []string {
	sender := ""
	if ref := eboxReferenceOf(eboxOrganizations, m.Sender); ref != nil {
		for _, lang := range []string{"nl", "fr", "de"} {
			if sender == "" {
				sender = ref.Name[lang]
			}
		}
	}
	return []string{sender, "KBO " + m.Sender, "", eboxName, "KBO " + eboxEnterprise, "", eboxDay(m.Received), "", title, "",
		"Dit is een oefenbericht. Het heeft geen gevolgen.", "Ceci est un message d'exercice. Il est sans conséquence.",
		"Dies ist eine Übungsnachricht. Sie hat keine Folgen.", "", provider + " / " + m.ID}
}

// message makes what a tester sent.
func (a eboxArrival) message() *eboxMessage {
	life, err := time.ParseDuration(a.Expires)
	if err != nil { // checked when it came
		life = 90 * 24 * time.Hour
	}
	m := &eboxMessage{ID: a.ID, Subject: eboxText{a.Language: a.Subject}, Sender: a.Sender, Type: a.Type, Registered: a.Registered,
		Received: a.At, Expires: a.At.Add(life)}
	for i := range a.Documents {
		padding := 0
		if i == 0 {
			padding = a.Padding
		}
		m.add(a.Provider, i, padding)
	}
	if a.Documents == 0 {
		m.Body, m.BodyMain = eboxText{a.Language: a.Subject}, true
	}
	return m
}
