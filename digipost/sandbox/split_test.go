package sandbox

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func splitDoc(jobID, auto string, rows ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><mottakersplitt xmlns="` + nsBatch + `"><jobb-innstillinger><avsender-id>1000</avsender-id><jobb-id>` + jobID +
		`</jobb-id><jobb-navn>Ukentlig</jobb-navn><auto-godkjenn-jobb>` + auto + `</auto-godkjenn-jobb><klientinformasjon>test</klientinformasjon></jobb-innstillinger><mottakere>` +
		strings.Join(rows, "") + `</mottakere></mottakersplitt>`
}

func splitRow(id, rest string) string {
	return "<mottaker><kunde-id>" + id + "</kunde-id>" + rest + "</mottaker>"
}

func fnrRow(id, number string) string {
	return splitRow(id, "<foedselsnummer>"+number+"</foedselsnummer>")
}

func nameRow(id, name, line, code, town, more string) string {
	return splitRow(id, "<navn>"+name+"</navn><adresse><adresse-format1><adresselinje1>"+line+"</adresselinje1><postnummer>"+code+"</postnummer><poststed>"+town+"</poststed></adresse-format1></adresse>"+more)
}

func first(name string) string {
	return "<navn-format1><fullt-navn-fornavn-foerst>" + name + "</fullt-navn-fornavn-foerst></navn-format1>"
}

// result is a receipt, read by the test's own eyes.
type result struct {
	XMLName xml.Name
	Status  string `xml:"status"`
	JobID   string `xml:"jobb-info>ref-jobb-id"`
	End     string `xml:"jobb-info>slutt-tid"`
	Code    string `xml:"feilinformasjon>feilkode"`
	Text    string `xml:"feilinformasjon>melding"`
	Counts  struct {
		All []struct {
			XMLName xml.Name
			Value   int `xml:",chardata"`
		} `xml:",any"`
	} `xml:"mottaker-sammendrag"`
	Rows []struct {
		Customer string   `xml:"kunde-id"`
		Status   string   `xml:"status"`
		Address  string   `xml:"digipostadresse"`
		Alias    string   `xml:"person-alias"`
		Unsure   []string `xml:"uidentifisert-grunn"`
		Invalid  []string `xml:"ugyldig-grunn"`
		Washed   string   `xml:"vasket"`
	} `xml:"mottaker-resultater>resultat"`
}

func readResult(t testing.TB, data []byte) result {
	t.Helper()
	name, doc := onlyEntry(t, data)
	kind, isResult := strings.CutSuffix(name, "-resultat.xml")
	if !isResult {
		t.Fatalf("receipt holds %s: %s", name, doc)
	}
	validate(t, "batch/"+kind+"-resultat.xsd", []byte(doc))
	var r result
	if err := xml.Unmarshal([]byte(doc), &r); err != nil {
		t.Fatal(err)
	}
	if r.XMLName.Space != nsBatch || r.XMLName.Local != kind+"-resultat" {
		t.Errorf("root %v", r.XMLName)
	}
	return r
}

func pickReceipt(t testing.TB, got map[string][]byte, kind string) (string, []byte) {
	t.Helper()
	for name, data := range got {
		if strings.Contains(name, "."+kind+".") {
			return name, data
		}
	}
	t.Fatalf("no %s among %d receipts", kind, len(got))
	return "", nil
}

func TestSplit(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	rows := map[string]struct{ xml, want string }{
		"user":            {fnrRow("user", kari), "DIGIPOST kari.nordmann#A1B2"},
		"known":           {fnrRow("known", per), "IDENTIFISERT pppppppppppppppppppp#2BBB"},
		"deactivated":     {fnrRow("deactivated", gunn), "IDENTIFISERT gggggggggggggggggggg#3CCC"},
		"no-alias":        {fnrRow("no-alias", "41837711000"), "IDENTIFISERT "},
		"nobody":          {fnrRow("nobody", nobody), "UIDENTIFISERT "},
		"wrong":           {fnrRow("wrong", "01819010193"), "UGYLDIG UGYLDIG_FOEDSELSNUMMER"},
		"address":         {splitRow("address", "<digipostadresse>ola.hansen#1111</digipostadresse>"), "DIGIPOST ola.hansen#1111"},
		"bad-address":     {splitRow("bad-address", "<digipostadresse>ola</digipostadresse>"), "UGYLDIG UGYLDIG_DIGIPOSTADRESSE"},
		"alias-as-adr":    {splitRow("alias-as-adr", "<digipostadresse>kkkkkkkkkkkkkkkkkkkk#1AAA</digipostadresse>"), "UIDENTIFISERT "},
		"alias":           {splitRow("alias", "<person-alias>oooooooooooooooooooo#4DDD</person-alias>"), "DIGIPOST ola.hansen#1111"},
		"bad-alias":       {splitRow("bad-alias", "<person-alias>x</person-alias>"), "UIDENTIFISERT "},
		"organisation":    {splitRow("organisation", "<organisasjonsnummer>310245798</organisasjonsnummer>"), "DIGIPOST firma#7XYZ"},
		"organisation-no": {splitRow("organisation-no", "<organisasjonsnummer>123456785</organisasjonsnummer>"), "UIDENTIFISERT "},
		"bad-org":         {splitRow("bad-org", "<organisasjonsnummer>310245799</organisasjonsnummer>"), "UGYLDIG UGYLDIG_ORGANISASJONSNUMMER"},
		"exact":           {nameRow("exact", first("Kari Nordmann"), "Storgata 1", "0155", "Oslo", ""), "DIGIPOST kari.nordmann#A1B2"},
		"last-first":      {nameRow("last-first", "<navn-format1><fullt-navn-etternavn-foerst>Nordmann Kari</fullt-navn-etternavn-foerst></navn-format1>", "Storgata 1", "0155", "Oslo", ""), "DIGIPOST kari.nordmann#A1B2"},
		"format2":         {nameRow("format2", "<navn-format2><fornavn>Per</fornavn><etternavn>Æsaas</etternavn></navn-format2>", "Fjellgata 7", "7011", "Trondheim", ""), "IDENTIFISERT pppppppppppppppppppp#2BBB"},
		"format3":         {nameRow("format3", "<navn-format3><fornavn>Åse</fornavn><mellomnavn>Marie</mellomnavn><etternavn>Ødegård</etternavn></navn-format3>", "Lilleveien 22 B", "5003", "Bergen", ""), "DIGIPOST aase.oedegaard#9YDT"},
		"washed": {splitRow("washed", "<navn>"+first("Åse Ødegård")+"</navn><adresse><adresse-format2><adresse1>Lillevegen</adresse1><adresse2>22</adresse2><adresse3>B</adresse3><postnummer>5003</postnummer><poststed>Bergen</poststed><land>Norge</land></adresse-format2></adresse>"),
			"DIGIPOST aase.oedegaard#9YDT washed"},
		"several":      {nameRow("several", first("Ola Hansen"), "Parkveien 9", "0258", "Oslo", ""), "UIDENTIFISERT FLERE_TREFF"},
		"by-phone":     {nameRow("by-phone", first("Ola Hansen"), "Gammel adresse 1", "0001", "Oslo", "<foedselsdato>300660</foedselsdato><telefonnummer>90000001</telefonnummer>"), "DIGIPOST ola.hansen#1111"},
		"bad-date":     {nameRow("bad-date", first("Ola Hansen"), "Parkveien 9", "0258", "Oslo", "<foedselsdato>1960-06-30</foedselsdato>"), "UGYLDIG UGYLDIG_FOEDSELSDATO"},
		"bad-postcode": {nameRow("bad-postcode", first("Ola Hansen"), "Parkveien 9", "258", "Oslo", "<foedselsdato>310660</foedselsdato>"), "UGYLDIG UGYLDIG_POSTNUMMER UGYLDIG_FOEDSELSDATO"},
		"no-street":    {nameRow("no-street", first("Ola Hansen"), "", "0258", "Oslo", ""), "UIDENTIFISERT MANGELFULL_ADRESSE"},
		"no-name":      {nameRow("no-name", first(" "), "Parkveien 9", "0258", "Oslo", ""), "UGYLDIG UGYLDIG_NAVN_ADRESSE"},
	}
	all := []string{fnrRow(" blank", kari), fnrRow("user", aase), fnrRow("", aase)}
	for _, r := range rows {
		all = append(all, r.xml)
	}
	all[1], all[3] = all[3], all[1] // the duplicate comes after its first
	doc := splitDoc("job-1", "true", append(all, fnrRow("user", aase))...)
	validate(t, "batch/mottakersplitt.xsd", []byte(doc))
	if err := put(client, "mottakersplitt/uke-1.zip", zipped(t, "mottakersplitt.xml", doc)); err != nil {
		t.Fatal(err)
	}
	got := receipts(t, client, kindSplit, "uke-1", 2)
	name, data := pickReceipt(t, got, "mottatt")
	if !regexp.MustCompile(`^uke-1\.mottatt\.\d{8}-\d{9}\.zip$`).MatchString(name) {
		t.Errorf("receipt is called %s", name)
	}
	if r := readResult(t, data); r.Status != "MOTTATT" || r.JobID != "job-1" || r.End != "" || len(r.Rows) != 0 {
		t.Errorf("first receipt: %+v", r)
	}
	_, data = pickReceipt(t, got, "resultat")
	r := readResult(t, data)
	if r.Status != "SUKSESS" || r.JobID != "job-1" || r.End == "" || len(r.Rows) != len(all)+1 {
		t.Fatalf("result: %s, %d rows", r.Status, len(r.Rows))
	}
	seen := map[string]int{}
	for _, row := range r.Rows {
		have := row.Status + " " + row.Address + row.Alias + strings.Join(append(row.Unsure, row.Invalid...), " ")
		if row.Washed == "true" {
			have += " washed"
		}
		if strings.HasSuffix(have, "UGYLDIG_KUNDEID") {
			seen["bad kunde-id"]++
			continue
		}
		seen[row.Customer]++
		if want := rows[row.Customer].want; row.Customer == "user" && strings.HasPrefix(have, "DIGIPOST ") || have == want {
			continue
		}
		t.Errorf("%s: got %q, want %q", row.Customer, have, rows[row.Customer].want)
	}
	if seen["bad kunde-id"] != 4 || seen["user"] != 1 {
		t.Errorf("kunde-id rules: %v", seen)
	}
	sum := 0
	for _, c := range r.Counts.All[1:] {
		sum += c.Value
	}
	if len(r.Counts.All) != 8 || r.Counts.All[0].Value != len(r.Rows) || sum != len(r.Rows) {
		t.Errorf("summary: %+v", r.Counts)
	}
	if left, err := os.ReadDir(s.dir.path("tmp")); err != nil || len(left) != 0 {
		t.Errorf("uploads rest on the disk: %v %v", left, err)
	}
}

func TestSplitRefused(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	good := splitDoc("JOB", "true", fnrRow("k", kari))
	archive := func(doc string) []byte { return zipped(t, "mottakersplitt.xml", doc) }
	if err := put(client, "mottakersplitt/first.zip", archive(strings.ReplaceAll(good, "JOB", "used"))); err != nil {
		t.Fatal(err)
	}
	receipts(t, client, kindSplit, "first", 2)
	swap := func(old, new string) []byte { return archive(strings.Replace(good, old, new, 1)) }
	for name, tc := range map[string]struct {
		data []byte
		code string // "" for a receipt that is text
	}{
		"not-zip":       {[]byte("hello"), ""},
		"cut-zip":       {archive(good)[:60], ""},
		"two-entries":   {zipped(t, "mottakersplitt.xml", good, "x.txt", ""), ""},
		"other-name":    {zipped(t, "Mottakersplitt.xml", good), ""},
		"in-folder":     {zipped(t, "a/mottakersplitt.xml", good), ""},
		"not-xml":       {archive("hei"), ""},
		"other-root":    {swap("<mottakersplitt ", "<splitt "), ""},
		"old-version":   {swap("avsender2_1", "avsender2_0"), ""},
		"bad-jobid":     {swap("JOB", "a b"), ""},
		"dtd":           {archive(`<!DOCTYPE a>` + good[38:]), ""},
		"latin1":        {archive(strings.Replace(good, "UTF-8", "ISO-8859-1", 1)), ""},
		"order":         {swap("<avsender-id>1000</avsender-id><jobb-id>JOB</jobb-id>", "<jobb-id>JOB</jobb-id><avsender-id>1000</avsender-id>"), "VALIDERING_FEILET"},
		"long-name":     {swap("Ukentlig", strings.Repeat("å", 81)), "VALIDERING_FEILET"},
		"bool":          {swap(">true<", ">ja<"), "VALIDERING_FEILET"},
		"nobody":        {archive(splitDoc("JOB", "true")), "VALIDERING_FEILET"},
		"two-ways":      {swap("</foedselsnummer>", "</foedselsnummer><person-alias>a</person-alias>"), "VALIDERING_FEILET"},
		"no-way":        {archive(splitDoc("JOB", "true", splitRow("k", ""))), "VALIDERING_FEILET"},
		"no-kunde-id":   {archive(splitDoc("JOB", "true", "<mottaker><foedselsnummer>1</foedselsnummer></mottaker>")), "VALIDERING_FEILET"},
		"not-closed":    {archive(strings.TrimSuffix(good, "</mottakersplitt>")), "VALIDERING_FEILET"},
		"tail":          {archive(good + "<x/>"), "VALIDERING_FEILET"},
		"text-between":  {swap("</mottaker>", "</mottaker>x"), "VALIDERING_FEILET"},
		"unknown":       {swap("</mottakere>", "</mottakere><mer/>"), "VALIDERING_FEILET"},
		"attribute":     {swap("<mottakere>", `<mottakere a="b">`), "VALIDERING_FEILET"},
		"other-sender":  {swap(">1000<", ">1001<"), "GENERELL_FEIL"},
		"other-partner": {swap("</avsender-id>", "</avsender-id><behandler-id>2000</behandler-id>"), "GENERELL_FEIL"},
		"reused":        {swap("JOB", "used"), "GENERELL_FEIL"},
	} {
		t.Run(name, func(t *testing.T) {
			data := tc.data
			if err := put(client, "/mottakersplitt/"+name+".zip", data); err != nil {
				t.Fatal(err)
			}
			got := receipts(t, client, kindSplit, name, 1)
			_, data = pickReceipt(t, got, "resultat")
			if tc.code == "" {
				if entry, text := onlyEntry(t, data); strings.HasSuffix(entry, ".xml") || len(text) < 20 {
					t.Errorf("%s: %s", entry, text)
				}
				return
			}
			r := readResult(t, data)
			if r.Status != "FEILET" || r.Code != tc.code || r.Text == "" || (r.JobID != "JOB" && r.JobID != "used") {
				t.Errorf("%+v", r)
			}
			if strings.Contains(r.Text, kari) {
				t.Errorf("the refusal repeats a number: %s", r.Text)
			}
		})
	}
	// A refused job uses up no jobb-id.
	if err := put(client, "/mottakersplitt/again.zip", archive(good)); err != nil {
		t.Fatal(err)
	}
	receipts(t, client, kindSplit, "again", 2)
}

func TestHeldJob(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	if err := put(client, "/mottakersplitt/held.zip", zipped(t, "mottakersplitt.xml", splitDoc("held-1", "", fnrRow("k", kari)))); err != nil {
		t.Fatal(err)
	}
	receipts(t, client, kindSplit, "held", 1)
	code, page := fetch(t, s.Ready().Control+"/jobs")
	if code != 200 || !strings.Contains(page, "held-1") || !strings.Contains(page, "Godkjenn") || !strings.Contains(page, "ØVELSE") {
		t.Fatalf("%d %s", code, page)
	}
	eventually(t, "the first receipt is written down", func() bool { return len(s.snapshot().Pending) == 1 })
	if p := s.snapshot().Pending; len(p) != 1 || !p[0].Held || p[0].Receipt != "resultat" {
		t.Errorf("pending: %+v", p)
	}
	if code, _ := postTo(t, s.Ready().Control+"/jobs/approve", "number=7", "application/x-www-form-urlencoded"); code != 400 {
		t.Error("a job that is not there was approved")
	}
	if code, _ := postTo(t, s.Ready().Control+"/jobs/approve", url.Values{"number": {"1"}}.Encode(), "application/x-www-form-urlencoded"); code != 200 {
		t.Errorf("approve: %d", code)
	}
	_, data := pickReceipt(t, receipts(t, client, kindSplit, "held", 2), "resultat")
	if r := readResult(t, data); r.Status != "SUKSESS" {
		t.Errorf("%+v", r)
	}
}

// A job that asked for no approval waits all the same when most of it is wrong.
func TestManyWrongRowsAreHeld(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	var rows []string
	for i := range choiceManyRows {
		rows = append(rows, fnrRow("k"+strconv.Itoa(i), "1"))
	}
	if err := put(client, "/mottakersplitt/wrong.zip", zipped(t, "mottakersplitt.xml", splitDoc("wrong-1", "true", rows...))); err != nil {
		t.Fatal(err)
	}
	if j := s.snapshot().Jobs[0]; j.Status != "held" || j.Counts.Invalid != choiceManyRows {
		t.Errorf("%+v", j)
	}
}

// While a job waits for its first receipt its file still shows, and a new file
// of the same name makes it lost.
func TestOverwrittenUpload(t *testing.T) {
	s := start(t, func(c *Config) { c.ReceiptDelay = time.Hour })
	client := mustDial(t, s)
	data := zipped(t, "mottakersplitt.xml", splitDoc("lost-1", "true", fnrRow("k", kari)))
	if err := put(client, "/mottakersplitt/same.zip", data); err != nil {
		t.Fatal(err)
	}
	if info, err := client.Stat("/mottakersplitt/same.zip"); err != nil || info.Size() != int64(len(data)) {
		t.Fatalf("%v", err)
	}
	if _, err := client.Open("/mottakersplitt/same.zip"); err == nil {
		t.Error("an upload can be read back")
	}
	if err := client.Remove("/mottakersplitt/same.zip"); err == nil {
		t.Error("an upload can be removed")
	}
	if err := put(client, "/mottakersplitt/same.zip", data); err != nil {
		t.Fatal(err)
	}
	jobs := s.snapshot().Jobs
	if len(jobs) != 2 || jobs[0].Status != "lost" || jobs[1].Status != "MOTTATT" {
		t.Errorf("%+v", jobs)
	}
}

func TestLostConnectionIsRefused(t *testing.T) {
	s := start(t)
	client := mustDial(t, s)
	f, err := client.OpenFile("/mottakersplitt/half.zip", os.O_WRONLY|os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	data := zipped(t, "mottakersplitt.xml", splitDoc("half-1", "true", fnrRow("k", kari)))
	if _, err := f.Write(data); err != nil { // all of it, but the handle is not closed
		t.Fatal(err)
	}
	if info, err := client.Stat("mottakersplitt/half.zip"); err != nil || info.Size() != int64(len(data)) {
		t.Errorf("the file under way does not show: %v", err)
	}
	if err := put(mustDial(t, s), "/mottakersplitt/half.zip", data); err == nil {
		t.Error("two uploads of one name at the same time")
	}
	_ = client.Close()
	_, receipt := pickReceipt(t, receipts(t, mustDial(t, s), kindSplit, "half", 1), "resultat")
	if name, text := onlyEntry(t, receipt); name != "feilmelding.txt" || !strings.Contains(text, "ikke komplett") {
		t.Errorf("%s: %s", name, text)
	}
}

func TestLargeSplit(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	s := start(t)
	client := mustDial(t, s)
	var rows []string
	for i := range 5000 {
		rows = append(rows, fnrRow(fmt.Sprintf("k%d", i), kari))
	}
	data := zipped(t, "mottakersplitt.xml", splitDoc("large", "true", rows...))
	if _, err := zip.NewReader(strings.NewReader(string(data)), int64(len(data))); err != nil {
		t.Fatal(err)
	}
	if err := put(client, "/mottakersplitt/large.zip", data); err != nil {
		t.Fatal(err)
	}
	_, receipt := pickReceipt(t, receipts(t, client, kindSplit, "large", 2), "resultat")
	r := readResult(t, receipt)
	inOrder := 0
	for i, row := range r.Rows {
		if row.Customer == fmt.Sprintf("k%d", i) {
			inOrder++
		}
	}
	if len(r.Rows) != 5000 || inOrder > 100 {
		t.Errorf("%d rows, %d in the order of the job", len(r.Rows), inOrder)
	}
}
