package sandbox

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
)

// mailing is a masseutsendelse job as a test writes it: whole unless changed.
type mailing struct {
	head   string // of jobb-innstillinger, after avsender-id
	sender string
	auto   string
	common string // felles-innstillinger
	docs   []string
	brev   []string
	files  []string // name, content
}

var mailCount int

// mailJob is a good job with one letter to Kari.
func mailJob(id string) mailing {
	return mailing{sender: "<avsender-id>1000</avsender-id>", head: "<jobb-id>" + id + "</jobb-id>", auto: "<auto-godkjenn-jobb>true</auto-godkjenn-jobb>",
		common: "<felles-innstillinger><globale-dokument-innstillinger><emne>Til deg</emne></globale-dokument-innstillinger></felles-innstillinger>",
		docs:   []string{mailDoc("d1", "dok/1.pdf", "")}, brev: []string{brevTo("k1", kari, mailUUID())}, files: []string{"dok/1.pdf", pdfOf(1, a4)}}
}

func mailUUID() string {
	mailCount++
	return fmt.Sprintf("aaaaaaaa-0000-4000-8000-%012x", mailCount)
}

func mailDoc(id, file, more string) string {
	return "<dokument><id>" + id + "</id><fil>" + file + "</fil>" + more + "</dokument>"
}

func brevTo(customer, number, uuid string) string {
	return "<brev>" + fnrRow(customer, number) + `<hoveddokument uuid="` + uuid + `" refid="d1"/></brev>`
}

const (
	mailAddress = "<norsk-mottakeradresse><adresselinje1>Storgata 1</adresselinje1><postnummer>0155</postnummer><poststed>Oslo</poststed></norsk-mottakeradresse>"
	mailReturn  = "<retur-postmottaker>Avsender AS</retur-postmottaker><norsk-returadresse><postnummer>0001</postnummer><poststed>Oslo</poststed></norsk-returadresse>"
)

// paperBrev is a brev-med-print with the prefix p for xsi:type.
func paperBrev(recipient, uuid, refid, address string) string {
	return `<brev xsi:type="p:brev-med-print" id="` + uuid[24:] + `">` + recipient + `<hoveddokument uuid="` + uuid + `" refid="` + refid + `"/>` +
		"<fysisk-print><postmottaker>Per Æsaas</postmottaker>" + address + mailReturn + "</fysisk-print></brev>"
}

func (m mailing) xml() string {
	return `<?xml version="1.0" encoding="UTF-8"?><masseutsendelse xmlns="` + nsBatch + `" xmlns:p="` + nsBatch + `" xmlns:xsi="` + nsInstance + `"><jobb-innstillinger>` +
		m.sender + m.head + m.auto + "</jobb-innstillinger><standard-distribusjon>" + m.common + "<post>" + strings.Join(m.docs, "") + "</post><forsendelser>" +
		strings.Join(m.brev, "") + "</forsendelser></standard-distribusjon></masseutsendelse>"
}

func (m mailing) zip(t testing.TB) []byte {
	t.Helper()
	return zipped(t, append([]string{"masseutsendelse.xml", m.xml()}, m.files...)...)
}

// send uploads a job that must be schema-valid.
func (m mailing) send(t testing.TB, client *sftp.Client, stem string) {
	t.Helper()
	validate(t, "batch/print.xsd", []byte(m.xml()))
	if err := put(client, "/masseutsendelse/"+stem+".zip", m.zip(t)); err != nil {
		t.Fatal(err)
	}
}

// mailResult is the result of a mailing, read by the test's own eyes.
type mailResult struct {
	result `xml:"-"`
	Paper  struct {
		Sent    int `xml:"sendt-til-print"`
		Invalid int `xml:"ugyldig"`
	} `xml:"print-sammendrag"`
	Documents []struct {
		ID    string   `xml:"dokument-id"`
		Types []string `xml:"feil>type"`
		Texts []string `xml:"feil>melding"`
	} `xml:"dokumenter-med-feil>dokument-med-feil"`
	Letters []struct {
		ID          string   `xml:"brev-id,attr"`
		UUID        string   `xml:"hoveddokument-uuid"`
		Attachments []string `xml:"vedlegg>dokument-uuid"`
		Result      string   `xml:"resultat"`
		Way         string   `xml:"kanal"`
		Types       []string `xml:"feilinformasjon>feil>type"`
	} `xml:"brev-resultater>resultat"`
}

func readMail(t testing.TB, data []byte) mailResult {
	t.Helper()
	r := mailResult{result: readResult(t, data)}
	_, doc := onlyEntry(t, data)
	if err := xml.Unmarshal([]byte(doc), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// outcome is a line for each letter: uuid's end, result, channel, faults.
func (r mailResult) outcome() string {
	var lines []string
	for _, l := range r.Letters {
		lines = append(lines, strings.Join(append([]string{l.UUID[len(l.UUID)-4:], l.Result, l.Way}, l.Types...), " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// result waits for the final result of a mailing.
func mailOutcome(t testing.TB, client *sftp.Client, stem string, receiptCount int) mailResult {
	t.Helper()
	got := receipts(t, client, kindMailing, stem, receiptCount)
	for name, data := range got {
		if !strings.Contains(name, ".resultat.") {
			continue
		}
		if entry, text := onlyEntry(t, data); !strings.HasSuffix(entry, ".xml") {
			return mailResult{result: result{Status: "UNREADABLE", Text: text}}
		}
		if r := readMail(t, data); r.Status == "SUKSESS" || r.Status == "FEILET" {
			return r
		}
	}
	t.Fatalf("no result of %s among %d receipts", stem, len(got))
	return mailResult{}
}

// A job with everything: users, paper, people who can't be reached, bad
// documents, invoices, inheritance over all levels.
func TestMailing(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	m := mailJob("life-1")
	m.common = `<felles-innstillinger><globale-dokument-innstillinger><emne>Felles</emne><sms-varsling><etter-timer>24</etter-timer></sms-varsling>` +
		`<aapningskvitteringsgruppe>alle</aapningskvitteringsgruppe></globale-dokument-innstillinger>` +
		`<dokument-innstillinger id="viktig"><sms-varsling/><autentiseringsnivaa>TO_FAKTOR</autentiseringsnivaa></dokument-innstillinger></felles-innstillinger>`
	m.docs = []string{mailDoc("d1", "dok/1.pdf", ""),
		mailDoc("secret", "dok/1.pdf", `<innstillinger extends="viktig"><emne>Viktig</emne><sensitivitetsnivaa>SENSITIVT</sensitivitetsnivaa></innstillinger>`),
		mailDoc("empty", "dok/tom.pdf", ""), mailDoc("tall", "dok/lang.pdf", ""), mailDoc("text", "dok/t.txt", ""),
		`<dokument xsi:type="p:faktura"><id>bill</id><fil>dok/1.pdf</fil><kid>12344</kid><beloep>+0123.450</beloep><kontonummer>12345678903</kontonummer><forfallsdato>2026-12-24</forfallsdato></dokument>`,
		`<x:dokument xmlns:x="` + nsBatch + `" xsi:type="x:faktura"><x:id>nokid</x:id><x:fil>dok/1.pdf</x:fil><x:beloep>1</x:beloep><x:kontonummer>12345678903</x:kontonummer><x:forfallsdato>2026-12-24</x:forfallsdato></x:dokument>`}
	m.files = append(m.files, "dok/tom.pdf", "", "dok/lang.pdf", pdfOf(21, a4), "dok/t.txt", "hei", "ubrukt/fil.bin", "x")
	main := func(customer, who, n, ref string) string {
		return "<brev>" + splitRow(customer, who) + `<hoveddokument uuid="bbbbbbbb-0000-4000-8000-00000000` + n + `" refid="` + ref + `"/></brev>`
	}
	fnr := func(n string) string { return "<foedselsnummer>" + n + "</foedselsnummer>" }
	id := func(n string) string { return "bbbbbbbb-0000-4000-8000-00000000" + n }
	m.brev = []string{
		`<brev id="først"><mottaker><kunde-id>a</kunde-id>` + fnr(kari) + `</mottaker><hoveddokument uuid="` + id("0001") + `" refid="secret"><innstillinger><emne>Ditt</emne><aapningskvitteringsgruppe/></innstillinger></hoveddokument>` +
			`<vedlegg uuid="` + id("1001") + `" refid="bill"/><vedlegg uuid="` + id("1002") + `" refid="text"/></brev>`,
		main("b", fnr(per), "0002", "d1"), main("c", fnr(nobody), "0003", "d1"), main("d", fnr("01819010193"), "0004", "d1"),
		main("e", "<digipostadresse>aase.oedegaard#9YDT</digipostadresse>", "0005", "empty"),
		main("f", "<organisasjonsnummer>310245798</organisasjonsnummer>", "0006", "nokid"),
		main("g", "<person-alias>oooooooooooooooooooo#4DDD</person-alias>", "0007", "d1"),
		main(" h", fnr(kari), "0008", "d1"), main("b", fnr(kari), "0009", "d1"),
		paperBrev(fnrRow("p1", per), id("0011"), "d1", mailAddress), paperBrev(fnrRow("p2", nobody), id("0012"), "d1", mailAddress),
		paperBrev(fnrRow("p3", "41837711000"), id("0013"), "tall", mailAddress), paperBrev(fnrRow("p4", gunn), id("0014"), "text", mailAddress),
		paperBrev(fnrRow("p5", per), id("0015"), "d1", strings.Replace(mailAddress, "0155", "155", 1)),
		paperBrev(fnrRow("p6", aase), id("0016"), "tall", mailAddress), paperBrev(fnrRow("p7", "1"), id("0017"), "d1", mailAddress),
	}
	m.send(t, client, "life-1")
	r := mailOutcome(t, client, "life-1", 2)
	want := `0001 SENDT WEB
0002 IKKE_SENDT WEB
0003 IKKE_SENDT WEB
0004 IKKE_SENDT WEB UGYLDIG_MOTTAKER
0005 IKKE_SENDT WEB UGYLDIG_DOKUMENT
0006 IKKE_SENDT WEB UGYLDIG_DOKUMENT
0007 SENDT WEB
0008 IKKE_SENDT WEB UGYLDIG_MOTTAKER
0009 IKKE_SENDT WEB UGYLDIG_MOTTAKER
0011 SENDT PRINT
0012 SENDT PRINT
0013 IKKE_SENDT WEB UGYLDIG_FOR_PRINT
0014 IKKE_SENDT WEB UGYLDIG_FOR_PRINT
0015 IKKE_SENDT WEB UGYLDIG_FOR_PRINT
0016 SENDT WEB
0017 IKKE_SENDT WEB UGYLDIG_MOTTAKER`
	if got := r.outcome(); r.Status != "SUKSESS" || got != want {
		t.Errorf("%s %s %s\n%s", r.Status, r.Code, r.Text, got)
	}
	if r.Paper.Sent != 2 || r.Paper.Invalid != 3 || len(r.Rows) != 16 || r.End == "" {
		t.Errorf("%+v, %d rows", r.Paper, len(r.Rows))
	}
	bad := map[string]string{}
	for _, d := range r.Documents {
		bad[d.ID] += strings.Join(d.Types, " ")
	}
	if fmt.Sprint(bad) != "map[empty:UGYLDIG_FOR_WEB nokid:UGYLDIG_FOR_WEB tall:UGYLDIG_FOR_PRINT text:UGYLDIG_FOR_PRINT]" {
		t.Error(bad)
	}
	for _, l := range r.Letters {
		if l.ID == "først" && strings.Join(l.Attachments, " ") != id("1001")+" "+id("1002") {
			t.Error(l)
		}
	}
	state := s.snapshot()
	if len(state.Delivered) != 3 || len(state.Printed) != 2 || len(state.Held) != 0 {
		t.Fatalf("%d delivered, %d printed", len(state.Delivered), len(state.Printed))
	}
	d := state.Delivered[0].Documents
	if d[0].Subject != "Ditt" || d[0].AuthenticationLevel != "TWO_FACTOR" || d[0].SensitivityLevel != "SENSITIVE" || d[0].Receipt || len(d[0].SMSAfter) != 0 ||
		d[1].Subject != "Felles" || d[1].DataType != "invoice" || !d[1].Receipt || len(d[1].SMSAfter) != 1 || d[1].AuthenticationLevel != "PASSWORD" || d[2].FileType != "txt" {
		t.Errorf("%+v", d)
	}
	if d[0].SHA256 == "" || state.Delivered[0].Job != "life-1" || state.Delivered[0].Name != "Kari Nordmann" || state.Printed[0].Name != "Per Æsaas" {
		t.Errorf("%+v", state.Delivered[0])
	}
	c := newCaller(t, s.Ready())
	if a := c.get("/documents/1000/" + id("1001") + "/status"); !bytes.Contains(a.body, []byte(`status="DELIVERED"`)) || !bytes.Contains(a.body, []byte(`is-primary-document="false"`)) || !bytes.Contains(a.body, []byte(`read="N"`)) {
		t.Errorf("%s", a.body)
	}
	if a := c.get("/documents/1000/" + id("0011") + "/status"); !bytes.Contains(a.body, []byte(`channel="PRINT"`)) {
		t.Errorf("%s", a.body)
	}
	refusedWith(t, c.get("/documents/1000/"+id("0002")+"/status"), 404, "DOCUMENT_NOT_FOUND")
	// The same uuids by REST: sent or not, they are used.
	for _, used := range []string{id("1002"), id("0002")} {
		letter := fresh()
		letter.docs[0].uuid = used
		refusedWith(t, c.must(letter.request()), 400, "DUPLICATE_DOCUMENT_ID")
	}
	// What becomes of the letters: opened in ten minutes, printed and posted within the week.
	c.later(s, 8*24*time.Hour)
	var kinds []string
	for _, e := range feed(c, time.Now().Add(-time.Hour), time.Now().Add(9*24*time.Hour), "") {
		kinds = append(kinds, e.Type)
	}
	slices.Sort(kinds)
	if got := strings.Join(kinds, " "); got != "OPENED OPENED OPENED OPENED POSTMARKED POSTMARKED" {
		t.Error(got)
	}
}

// Held for approval, with virkningsdato: received, provisional, approved, due, result.
func TestMailingHeld(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	m := mailJob("held-mail")
	m.auto = "<virkningsdato>" + time.Now().Add(48*time.Hour).Format(time.RFC3339) + "</virkningsdato>"
	uuid := m.brev[0][strings.Index(m.brev[0], "aaaaaaaa"):][:36]
	m.send(t, client, "held-mail")
	var early mailResult
	for name, data := range receipts(t, client, kindMailing, "held-mail", 2) {
		if r := readMail(t, data); strings.Contains(name, ".resultat.") {
			early = r
		} else if r.Status != "MOTTATT" {
			t.Error(r.Status)
		}
	}
	if early.Status != "FORELØPIG_SUKSESS" || early.End != "" || len(early.Rows) != 1 || len(early.Letters) != 0 {
		t.Errorf("%+v", early)
	}
	c := newCaller(t, s.Ready())
	if a := c.get("/documents/1000/" + uuid + "/status"); !bytes.Contains(a.body, []byte(`status="NOT_DELIVERED"`)) {
		t.Errorf("%s", a.body)
	}
	_, page := fetch(t, s.Ready().Control+"/jobs")
	if !strings.Contains(page, "Godkjenn") {
		t.Error(page)
	}
	if code, _ := postTo(t, s.Ready().Control+"/jobs/approve", "number=1", "application/x-www-form-urlencoded"); code != 200 {
		t.Fatal(code)
	}
	time.Sleep(300 * time.Millisecond)
	if n := len(receipts(t, client, kindMailing, "held-mail", 2)); n != 2 || len(s.snapshot().Held) != 1 {
		t.Fatalf("delivered before its time: %d receipts, %d held", n, len(s.snapshot().Held))
	}
	c.later(s, 49*time.Hour)
	if r := mailOutcome(t, client, "held-mail", 3); r.Status != "SUKSESS" || len(r.Letters) != 1 || r.Letters[0].Result != "SENDT" {
		t.Errorf("%+v", r)
	}
	if st := s.snapshot(); len(st.Delivered) != 1 || len(st.Held) != 0 {
		t.Errorf("%d delivered", len(st.Delivered))
	}
}

// A high share of invalid recipients holds a job that asked for no approval.
func TestMailingManyInvalid(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	m := mailJob("many")
	for i := range choiceManyRows {
		m.brev = append(m.brev, brevTo(fmt.Sprint("x", i), "1", mailUUID()))
	}
	m.send(t, client, "many")
	receipts(t, client, kindMailing, "many", 2)
	if j := s.snapshot().Jobs[0]; j.Status != "held" || len(s.snapshot().Delivered) != 0 {
		t.Errorf("%s", j.Status)
	}
}

// A mailing for another sender, whose agreement decides: invoices without KID,
// HTML, and what trouble its letters meet.
func TestMailingForAnother(t *testing.T) {
	s := start(t, withTrouble("print_failed@/masseutsendelse/other.zip"), func(c *Config) {
		c.Senders = []Sender{{ID: 3000, Features: []string{featureDigipost, featurePrintFallback, featureNoKID}, FileTypes: []string{"pdf", "html"}}}
	})
	client := mustDial(t, s)
	m := mailJob("other")
	m.sender = "<avsender-id>3000</avsender-id><behandler-id>1000</behandler-id>"
	m.docs = append(m.docs, mailDoc("page", "side.HTML", ""), mailDoc("bad", "ond.html", ""),
		`<dokument xsi:type="p:faktura"><id>bill</id><fil>dok/1.pdf</fil>`+invoiceEnd+"</dokument>")
	m.files = append(m.files, "side.HTML", "<p>Hei</p>", "ond.html", "<script>")
	to := func(n int, who, ref string) string {
		return "<brev>" + fnrRow(fmt.Sprint("o", n), who) + `<hoveddokument uuid="` + fmt.Sprintf("dddddddd-0000-4000-8000-%012d", n) + `" refid="` + ref + `"/></brev>`
	}
	m.brev = []string{to(1, kari, "bill"), to(2, kari, "page"), to(3, kari, "bad"), paperBrev(fnrRow("o4", per), "dddddddd-0000-4000-8000-000000000004", "d1", mailAddress)}
	m.send(t, client, "other")
	want := "0001 SENDT WEB\n0002 SENDT WEB\n0003 IKKE_SENDT WEB UGYLDIG_DOKUMENT\n0004 SENDT PRINT"
	if r := mailOutcome(t, client, "other", 2); r.outcome() != want {
		t.Errorf("%s %s\n%s", r.Status, r.Text, r.outcome())
	}
	c := newCaller(t, s.Ready())
	if a := c.get("/documents/3000/dddddddd-0000-4000-8000-000000000001/status"); !bytes.Contains(a.body, []byte(`sender-id="3000"`)) {
		t.Errorf("%s", a.body)
	}
	refusedWith(t, c.get("/documents/1000/dddddddd-0000-4000-8000-000000000001/status"), 404, "DOCUMENT_NOT_FOUND")
	c.later(s, 8*24*time.Hour)
	if list := feed(c, time.Now(), time.Now().Add(9*24*time.Hour), "&sender=3000"); len(list) != 1 || list[0].Type != "PRINT_FAILED" {
		t.Errorf("%+v", list)
	}
	if list := feed(c, time.Now(), time.Now().Add(9*24*time.Hour), "&sender=1000"); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}
