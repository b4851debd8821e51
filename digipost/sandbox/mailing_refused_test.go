package sandbox

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// replaced is a change of the one letter of a job, or of its document.
func inBrev(old, text string) func(*mailing) {
	return func(m *mailing) { m.brev[0] = strings.Replace(m.brev[0], old, text, 1) }
}

func inDoc(old, text string) func(*mailing) {
	return func(m *mailing) { m.docs[0] = strings.Replace(m.docs[0], old, text, 1) }
}

func settingsOf(text string) func(*mailing) {
	return inDoc("</dokument>", "<innstillinger>"+text+"</innstillinger></dokument>")
}

func common(text string) func(*mailing) {
	return func(m *mailing) { m.common = "<felles-innstillinger>" + text + "</felles-innstillinger>" }
}

func invoiceOf(text string) func(*mailing) {
	return func(m *mailing) {
		m.docs[0] = strings.Replace(mailDoc("d1", "dok/1.pdf", text), "<dokument", `<dokument xsi:type="p:faktura"`, 1)
	}
}

func paperOf(old, text string) func(*mailing) {
	return func(m *mailing) {
		m.brev[0] = strings.Replace(paperBrev(fnrRow("k1", per), mailUUID(), "d1", mailAddress), old, text, 1)
	}
}

const invoiceEnd = "<beloep>1</beloep><kontonummer>12345678903</kontonummer><forfallsdato>2026-12-24</forfallsdato>"

// refusals are jobs that fail as a whole. schema: xmllint must refuse them, too;
// the others break a rule that no schema can hold.
var refusals = []struct {
	name   string
	change func(*mailing)
	code   string
	words  string // in the fault
	schema bool
}{
	{"unknown sender", func(m *mailing) { m.sender = "<avsender-id>4711</avsender-id>" }, faultGeneral, "avsender-id", false},
	{"partner as sender", func(m *mailing) { m.sender = "<avsender-id>2000</avsender-id>" }, faultGeneral, "avsender-id", false},
	{"another broker", func(m *mailing) { m.sender += "<behandler-id>2000</behandler-id>" }, faultGeneral, "behandler-id", false},
	{"other sender, no broker", func(m *mailing) { m.sender = "<avsender-id>3000</avsender-id>" }, faultGeneral, "behandler-id", false},
	{"sender refused", func(m *mailing) {
		m.sender = "<avsender-id>3001</avsender-id><behandler-id>1000</behandler-id>"
	}, faultGeneral, "ACCOUNT_DEACTIVATED", false},
	{"print not agreed", func(m *mailing) {
		m.sender = "<avsender-id>3000</avsender-id><behandler-id>1000</behandler-id>"
		paperOf("", "")(m)
	}, faultGeneral, "brev-med-print", false},
	{"more letters than agreed", func(m *mailing) {
		m.sender = "<avsender-id>3002</avsender-id><behandler-id>1000</behandler-id>"
		m.brev = append(m.brev, brevTo("k2", aase, mailUUID()))
	}, faultGeneral, "måneden", false},
	{"sender is no number", func(m *mailing) { m.sender = "<avsender-id>x</avsender-id>" }, faultValidation, "avsender-id", true},
	{"jobb-id used", func(m *mailing) { m.head = "<jobb-id>used-before</jobb-id>" }, faultGeneral, "jobb-id", false},
	{"jobb-navn too long", func(m *mailing) { m.head += "<jobb-navn>" + strings.Repeat("å", 81) + "</jobb-navn>" }, faultValidation, "jobb-navn", true},
	{"auto-godkjenn no boolean", func(m *mailing) { m.auto = "<auto-godkjenn-jobb>ja</auto-godkjenn-jobb>" }, faultValidation, "auto-godkjenn", true},
	{"virkningsdato a date", func(m *mailing) { m.auto += "<virkningsdato>2026-12-01</virkningsdato>" }, faultValidation, "virkningsdato", true},
	{"wrong order of settings", func(m *mailing) { m.head, m.auto = m.auto, m.head }, faultValidation, "jobb-innstillinger", true},
	{"no document", func(m *mailing) { m.docs = nil }, faultValidation, "post holds no dokument", true},
	{"no letter", func(m *mailing) { m.brev = nil }, faultValidation, "forsendelser holds no brev", true},
	{"something after forsendelser", func(m *mailing) { m.brev[0] += "</forsendelser><forsendelser>" + m.brev[0] }, faultValidation, "standard-distribusjon", true},
	{"unknown element in forsendelser", func(m *mailing) { m.brev = append(m.brev, "<pakke/>") }, faultValidation, "pakke", true},
	{"global settings last", common(`<dokument-innstillinger id="a"/><globale-dokument-innstillinger/>`), faultValidation, "globale-dokument-innstillinger", true},
	{"named settings without id", common("<dokument-innstillinger/>"), faultValidation, "id is missing", true},
	{"emne too long", settingsOf("<emne>" + strings.Repeat("ø", 101) + "</emne>"), faultValidation, "emne", true},
	{"no emne", func(m *mailing) { m.common = "" }, faultValidation, "emne", false},
	{"emne cancelled", settingsOf("<emne/>"), faultValidation, "emne", false},
	{"level cancelled", settingsOf("<autentiseringsnivaa/>"), faultValidation, "autentiseringsnivaa", true},
	{"level of the text, not of the type", settingsOf("<sensitivitetsnivaa>NORMAL</sensitivitetsnivaa>"), faultValidation, "sensitivitetsnivaa", true},
	{"colour unknown", settingsOf("<print-farge>BLÅ</print-farge>"), faultValidation, "print-farge", true},
	{"hours below zero", settingsOf("<sms-varsling><etter-timer>-1</etter-timer></sms-varsling>"), faultValidation, "etter-timer", true},
	{"hours of centuries", settingsOf("<sms-varsling><etter-timer>2000000000</etter-timer></sms-varsling>"), faultValidation, "langt unna", false},
	{"hours before times", settingsOf("<sms-varsling><etter-timer>1</etter-timer><tidspunkt>2036-01-01T10:00:00Z</tidspunkt></sms-varsling>"), faultValidation, "tidspunkt", true},
	{"SMS in the past", settingsOf("<sms-varsling><tidspunkt>2016-01-01T10:00:00Z</tidspunkt></sms-varsling>"), faultValidation, "leveringen", false},
	{"SMS before virkningsdato", func(m *mailing) {
		m.auto += "<virkningsdato>" + in(48*time.Hour) + "</virkningsdato>"
		settingsOf("<sms-varsling><tidspunkt>" + in(24*time.Hour) + "</tidspunkt></sms-varsling>")(m)
	}, faultValidation, "leveringen", false},
	{"id of a document begins with a digit", func(m *mailing) { inDoc("d1", "1d")(m); inBrev("d1", "1d")(m) }, faultValidation, "/dokument/id", true},
	{"id twice among documents", func(m *mailing) { m.docs = append(m.docs, m.docs[0]) }, faultValidation, "brukt før", false},
	{"id of settings and of a document", func(m *mailing) {
		common(`<globale-dokument-innstillinger><emne>x</emne></globale-dokument-innstillinger><dokument-innstillinger id="d1"/>`)(m)
	}, faultValidation, "brukt før", false},
	{"extends nothing", inDoc("</dokument>", `<innstillinger extends="nei"/></dokument>`), faultValidation, "extends", false},
	{"extends a document", inDoc("</dokument>", `<innstillinger extends="d1"/></dokument>`), faultValidation, "extends", false},
	{"extends in a letter", inBrev(`refid="d1"/>`, `refid="d1"><innstillinger extends="d1"/></hoveddokument>`), faultValidation, "attribute", true},
	{"refid to nothing", inBrev(`refid="d1"`, `refid="d2"`), faultValidation, "refid", false},
	{"refid missing", inBrev(`refid="d1"`, ``), faultValidation, "refid", false},
	{"refid to settings", func(m *mailing) {
		common(`<globale-dokument-innstillinger><emne>x</emne></globale-dokument-innstillinger><dokument-innstillinger id="s1"/>`)(m)
		inBrev(`refid="d1"`, `refid="s1"`)(m)
	}, faultValidation, "refid", false},
	{"uuid in capitals", inBrev("aaaaaaaa-0000", "AAAAAAAA-0000"), faultValidation, "uuid", true},
	{"uuid twice", func(m *mailing) { m.brev = append(m.brev, strings.Replace(m.brev[0], "k1", "k2", 1)) }, faultValidation, "to ganger", false},
	{"uuid of an earlier job", inBrev("uuid=\"aaaaaaaa", "uuid=\"cccccccc"), faultGeneral, "tidligere jobb", false},
	{"uuid of a letter by REST", func(m *mailing) { m.brev[0] = brevTo("k1", kari, uuid1) }, faultGeneral, uuid1, false},
	{"a hundred attachments", inBrev("</brev>", strings.Repeat(`<vedlegg refid="d1"/>`, 100)+"</brev>"), faultValidation, "vedlegg", true},
	{"two identifications", inBrev("</mottaker>", "<digipostadresse>a#1234</digipostadresse></mottaker>"), faultValidation, "mottaker", true},
	{"no recipient", inBrev(fnrRow("k1", kari), ""), faultValidation, "mottaker", true},
	{"file not there", inDoc("dok/1.pdf", "dok/2.pdf"), faultValidation, "arkivet", false},
	{"file begins with a slash", inDoc("dok/1.pdf", "/dok/1.pdf"), faultValidation, "/dokument/fil", true},
	{"file without extension", inDoc("dok/1.pdf", "dok/1"), faultValidation, "/dokument/fil", true},
	{"file with two dots", inDoc("dok/1.pdf", "dok/1.2.pdf"), faultValidation, "/dokument/fil", true},
	{"file is a folder", inDoc("dok/1.pdf", "dok/"), faultValidation, "/dokument/fil", false},
	{"faktura without type", inDoc("</dokument>", invoiceEnd+"</dokument>"), faultValidation, "kontonummer|beloep", true},
	{"type of another namespace", inDoc("<dokument>", `<dokument xsi:type="q:faktura" xmlns:q="urn:q">`), faultValidation, "xsi:type", true},
	{"type with undeclared prefix", inDoc("<dokument>", `<dokument xsi:type="q:faktura">`), faultValidation, "prefix", true},
	{"type of a letter for a document", inDoc("<dokument>", `<dokument xsi:type="p:brev">`), faultValidation, "xsi:type", true},
	{"KID blank", invoiceOf("<kid/>" + invoiceEnd), faultValidation, "kid", true},
	{"KID with minus first", invoiceOf("<kid>-123</kid>" + invoiceEnd), faultValidation, "kid", true},
	{"amount with three decimals", invoiceOf(strings.Replace(invoiceEnd, ">1<", ">1.005<", 1)), faultValidation, "beloep", true},
	{"amount with comma", invoiceOf(strings.Replace(invoiceEnd, ">1<", ">1,50<", 1)), faultValidation, "beloep", true},
	{"amount of 16 digits", invoiceOf(strings.Replace(invoiceEnd, ">1<", ">12345678901234.56<", 1)), faultValidation, "beloep", true},
	{"account with dots", invoiceOf(strings.Replace(invoiceEnd, "12345678903", "1234.56.78903", 1)), faultValidation, "kontonummer", true},
	{"due date in Norwegian", invoiceOf(strings.Replace(invoiceEnd, "2026-12-24", "24.12.2026", 1)), faultValidation, "forfallsdato", true},
	{"print without type", func(m *mailing) { paperOf(` xsi:type="p:brev-med-print"`, "")(m) }, faultValidation, "fysisk-print", true},
	{"print without return address", paperOf(mailReturn, ""), faultValidation, "retur-postmottaker", true},
	{"third line of a Norwegian address", paperOf("<postnummer>", "<adresselinje3>x</adresselinje3><postnummer>"), faultValidation, "adresselinje3", true},
	{"country code of three letters", paperOf(mailAddress, "<utenlandsk-mottakeradresse><adresselinje1>x</adresselinje1><land-kode>GBR</land-kode></utenlandsk-mottakeradresse>"), faultValidation, "land-kode", true},
	{"posttype C", paperOf("<retur", "<posttype>C</posttype><retur"), faultValidation, "posttype", true},
	{"name on the envelope too long", paperOf("Per Æsaas", strings.Repeat("x", 131)), faultValidation, "postmottaker", true},
	{"text among letters", func(m *mailing) { m.brev = append(m.brev, "hei") }, faultValidation, "text", true},
	{"damaged file", func(m *mailing) { m.docs[0] = mailDoc("d1", "dok/skadet.pdf", "") }, faultGeneral, "skadet", false},
}

// refusalArchive is the archive of a job, with a file that does not unpack.
func refusalArchive(t testing.TB, m mailing) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	add := func(name, content string) {
		e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = e.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("masseutsendelse.xml", m.xml())
	for i := 0; i < len(m.files); i += 2 {
		add(m.files[i], m.files[i+1])
	}
	add("dok/skadet.pdf", "%PDF-skadet")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.Replace(buf.Bytes(), []byte("%PDF-skadet"), []byte("%PDF-skodet"), 1)
}

func TestMailingsRefused(t *testing.T) {
	s := start(t, func(c *Config) {
		c.Senders = []Sender{{ID: 3000, Features: []string{featureDigipost}}, {ID: 3001, Refuse: "ACCOUNT_DEACTIVATED"}, {ID: 3002, MonthlyLetters: 1}}
	})
	client := mustDial(t, s)
	if a := newCaller(t, s.Ready()).must(simple("by-rest").request()); a.status != 201 {
		t.Fatal(a.status)
	}
	used := mailJob("used-before")
	start := mailCount + 1000 // the uuid that "uuid of an earlier job" will have is not known yet
	for i := range 1500 {
		used.brev = append(used.brev, brevTo(fmt.Sprint("u", i), kari, fmt.Sprintf("cccccccc-0000-4000-8000-%012x", start-1000+i)))
	}
	used.send(t, client, "used")
	if r := mailOutcome(t, client, "used", 2); r.Status != "SUKSESS" {
		t.Fatalf("%s %s", r.Status, r.Text)
	}
	lint, lintErr := exec.LookPath("xmllint")
	xsd, found := findShared("schemas", "batch", "print.xsd")
	for i, c := range refusals {
		m := mailJob(fmt.Sprint("no-", i))
		c.change(&m)
		if lintErr == nil && found {
			cmd := exec.Command(lint, "--nonet", "--noout", "--schema", xsd, "-")
			cmd.Stdin = strings.NewReader(m.xml())
			if err := cmd.Run(); (err != nil) != c.schema {
				t.Errorf("%s: xmllint says %v", c.name, err)
			}
		}
		stem := fmt.Sprint("no-", i)
		if err := put(client, "/masseutsendelse/"+stem+".zip", refusalArchive(t, m)); err != nil {
			t.Fatal(err)
		}
		r := mailOutcome(t, client, stem, 1)
		fits := false
		for _, words := range strings.Split(c.words, "|") {
			fits = fits || strings.Contains(r.Text, words)
		}
		if r.Status != "FEILET" || r.Code != c.code || !fits {
			t.Errorf("%s: %s %s %s", c.name, r.Status, r.Code, r.Text)
		}
	}
	if n := len(s.snapshot().Delivered); n != 1502 {
		t.Errorf("%d letters delivered", n)
	}
	if testing.Verbose() {
		t.Logf("%d jobs refused", len(refusals))
	}
	// A refused job uses up nothing: the same ids may come again.
	again := mailJob("no-0")
	again.send(t, client, "again")
	if r := mailOutcome(t, client, "again", 2); r.Status != "SUKSESS" {
		t.Errorf("%s %s", r.Status, r.Text)
	}
}

// Without the feature no mailing is taken.
func TestMailingNotAgreed(t *testing.T) {
	s := start(t, func(c *Config) { c.Senders = []Sender{{ID: 1000, Features: []string{featureDigipost, featureSplit}}} })
	client := mustDial(t, s)
	mailJob("none").send(t, client, "none")
	if r := mailOutcome(t, client, "none", 1); r.Status != "FEILET" || !strings.Contains(r.Text, "batch.masseutsendelse") {
		t.Errorf("%s %s", r.Status, r.Text)
	}
}

// Archives that are no job at all: the receipt holds text, not XML.
func TestMailingArchives(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	doc := mailJob("archive").xml()
	header := func(change func(*zip.FileHeader)) []byte {
		var buf bytes.Buffer
		w := zip.NewWriter(&buf)
		for _, name := range []string{"masseutsendelse.xml", "dok/1.pdf"} {
			h := &zip.FileHeader{Name: name, Method: zip.Deflate}
			if name == "dok/1.pdf" {
				change(h)
			}
			e, err := w.CreateHeader(h)
			if err == nil {
				_, err = e.Write([]byte(doc))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	named := func(name string) []byte { return header(func(h *zip.FileHeader) { h.Name = name }) }
	bomb := strings.Repeat("\x00", bigEntry+1)
	for name, c := range map[string]struct {
		data  []byte
		words string
	}{
		"no zip":           {[]byte("hei"), "zip-arkiv"},
		"empty":            {nil, "zip-arkiv"},
		"bare XML":         {[]byte(doc), "zip-arkiv"},
		"no document":      {zipped(t, "dok/1.pdf", pdf), "masseutsendelse.xml"},
		"document deeper":  {zipped(t, "jobb/masseutsendelse.xml", doc), "masseutsendelse.xml"},
		"up":               {named("../x.pdf"), "peker ut"},
		"up inside":        {named("dok/../../x.pdf"), "peker ut"},
		"absolute":         {named("/etc/x.pdf"), "peker ut"},
		"dot":              {named("./x.pdf"), "peker ut"},
		"backslash":        {named(`dok\x.pdf`), "tegn"},
		"drive":            {named("c:x.pdf"), "tegn"},
		"control":          {named("dok/\x01.pdf"), "tegn"},
		"twice":            {named("masseutsendelse.xml"), "samme navn"},
		"symlink":          {header(func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }), "lenke"},
		"device":           {header(func(h *zip.FileHeader) { h.SetMode(fs.ModeDevice | 0o600) }), "lenke"},
		"bomb":             {zipped(t, "masseutsendelse.xml", doc, "dok/1.pdf", bomb), "bombe"},
		"XML of nothing":   {zipped(t, "masseutsendelse.xml", ""), "ikke leses"},
		"XML of something": {zipped(t, "masseutsendelse.xml", "<a/>"), "ikke leses"},
		"XML with DTD":     {zipped(t, "masseutsendelse.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]>"+doc), "ikke leses"},
	} {
		stem := strings.ReplaceAll(name, " ", "-")
		if err := put(client, "/masseutsendelse/"+stem+".zip", c.data); err != nil {
			t.Fatal(err)
		}
		if r := mailOutcome(t, client, stem, 1); r.Status != "UNREADABLE" || !strings.Contains(r.Text, c.words) {
			t.Errorf("%s: %s %s", name, r.Status, r.Text)
		}
	}
}
