package sandbox

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestReady(t *testing.T) {
	s := start(t)
	data, err := os.ReadFile(filepath.Join(string(s.dir), "ready.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r Ready
	if err := json.Unmarshal(data, &r); err != nil || r != s.Ready() || strings.Count(string(data), "\n") != 1 {
		t.Errorf("ready.json differs: %v\n%s", err, data)
	}
	var fields map[string]string
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields("rest sftp sftp_host_key sftp_user sftp_key_file signup control sender_id partner_id organisation_number certificate_file certificate_password people_file") {
		if fields[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
	if !validOrganisationNumber(r.OrganisationNumber) {
		t.Error("organisation number is wrong")
	}
	for _, name := range []string{r.CertificateFile, r.SFTPKeyFile, filepath.Join(string(s.dir), "ready.json"), filepath.Join(string(s.dir), "sender.password")} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: not for this user only (%v)", name, err)
		}
	}
}

func TestRoot(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	for _, path := range []string{"/", "/1000", "/?"} {
		a := c.get(path)
		var root struct {
			Links []struct {
				Rel string `xml:"rel,attr"`
				URI string `xml:"uri,attr"`
			} `xml:"link"`
		}
		if err := xml.Unmarshal(a.body, &root); err != nil || a.status != 200 {
			t.Fatalf("%s: %d %v", path, a.status, err)
		}
		seen := map[string]bool{}
		for _, l := range root.Links {
			if seen[l.Rel] || !strings.HasPrefix(l.URI, s.Ready().REST+"/") || !strings.HasPrefix(l.Rel, "https://api.digipost.no/relations/") {
				t.Errorf("bad link %+v", l)
			}
			seen[l.Rel] = true
			if (strings.HasSuffix(l.Rel, "/document_status") || strings.HasSuffix(l.Rel, "/get_batch")) && !strings.HasSuffix(l.URI, "/") {
				t.Errorf("%s takes a uuid and must end in /", l.URI)
			}
		}
		if len(seen) < 5 {
			t.Errorf("links missing: %v", seen)
		}
	}
}

func TestHeaderChecks(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	c.get("/")
	now := time.Now()
	date := func(d time.Duration) string { return now.Add(d).UTC().Format(http.TimeFormat) }
	identification := identificationDoc("<digipost-address>kari.nordmann#A1B2</digipost-address>")
	post := func(h map[string]string) request {
		return request{method: "POST", path: "/identification", body: identification, contentType: mediaXML, header: h}
	}
	get := func(path string, h map[string]string) request {
		return request{method: "GET", path: path, header: h}
	}
	for name, tc := range map[string]struct {
		r      request
		status int
		code   string
	}{
		"no user":              {get("/", map[string]string{"X-Digipost-UserId": ""}), 400, "INVALID_USER_ID_HEADER"},
		"user is a name":       {get("/", map[string]string{"X-Digipost-UserId": "kari"}), 400, "INVALID_USER_ID_HEADER"},
		"user unknown":         {get("/", map[string]string{"X-Digipost-UserId": "77"}), 403, "UNKNOWN_USER_ID"},
		"user has no cert":     {get("/", map[string]string{"X-Digipost-UserId": "2000"}), 403, "MISSING_CERTIFICATE"},
		"user before date":     {get("/", map[string]string{"X-Digipost-UserId": "77", "Date": ""}), 403, "UNKNOWN_USER_ID"},
		"no date":              {get("/", map[string]string{"Date": ""}), 400, "MISSING_DATE_HEADER"},
		"date unreadable":      {get("/", map[string]string{"Date": now.Format(time.RFC3339)}), 400, "INVALID_DATE_HEADER"},
		"date with zone":       {get("/", map[string]string{"Date": now.Format(time.RFC1123Z)}), 400, "INVALID_DATE_HEADER"},
		"one-digit day":        {get("/", map[string]string{"Date": "Wed, 5 Dec 2012 12:48:10 GMT"}), 400, "INVALID_DATE_HEADER"},
		"date too old":         {get("/", map[string]string{"Date": date(-6 * time.Minute)}), 400, "DATE_HEADER_OUTSIDE_ACCEPTED_INTERVAL"},
		"date too new":         {get("/", map[string]string{"Date": date(6 * time.Minute)}), 400, "DATE_HEADER_OUTSIDE_ACCEPTED_INTERVAL"},
		"date before hash":     {post(map[string]string{"Date": "", "X-Content-SHA256": ""}), 400, "MISSING_DATE_HEADER"},
		"no hash":              {post(map[string]string{"X-Content-SHA256": ""}), 400, "MISSING_SHA256"},
		"wrong hash":           {post(map[string]string{"X-Content-SHA256": sha256Base64([]byte("x"))}), 400, "INVALID_SHA256"},
		"hash of nothing":      {get("/", map[string]string{"X-Content-SHA256": sha256Base64([]byte("x"))}), 400, "INVALID_SHA256"},
		"no signature":         {get("/", map[string]string{"X-Digipost-Signature": ""}), 400, "MISSING_SIGNATURE"},
		"signature garbage":    {get("/", map[string]string{"X-Digipost-Signature": "%%%"}), 403, "INVALID_SIGNATURE"},
		"signed another path":  {request{method: "GET", path: "/1000", signPath: "/"}, 403, "INVALID_SIGNATURE"},
		"foreign host":         {get("/", map[string]string{"Host": "rebind.example:80"}), 400, "PROBLEM_WITH_REQUEST"},
		"compressed":           {post(map[string]string{"Content-Encoding": "gzip"}), 400, "PROBLEM_WITH_REQUEST"},
		"old media type":       {get("/", map[string]string{"Accept": "application/vnd.digipost-v7+xml"}), 400, "PROBLEM_WITH_REQUEST"},
		"wrong content type":   {post(map[string]string{"Content-Type": "text/xml"}), 400, "PROBLEM_WITH_REQUEST"},
		"wrong charset":        {post(map[string]string{"Content-Type": mediaXML + "; charset=ISO-8859-1"}), 400, "PROBLEM_WITH_REQUEST"},
		"unknown path":         {get("/nothing/here", nil), 404, "GENERAL_ERROR"},
		"wrong method":         {get("/messages", nil), 405, "ILLEGAL_ACCESS"},
		"another sender":       {get("/2000", nil), 403, "BROKER_NOT_AUTHORIZED"},
		"status, other sender": {get("/documents/2000/"+uuid1+"/status", nil), 403, "BROKER_NOT_AUTHORIZED"},
		"status, unknown":      {get("/documents/1000/"+uuid1+"/status", nil), 404, "DOCUMENT_NOT_FOUND"},
		"sender info, nothing": {get("/sender-information", nil), 400, "INVALID_QUERY_PARAMETER"},
		"sender info, word":    {get("/sender-information/kari", nil), 400, "INVALID_QUERY_PARAMETER"},
	} {
		t.Run(name, func(t *testing.T) {
			c := *c
			c.t = t
			refusedWith(t, c.must(tc.r), tc.status, tc.code)
		})
	}
}

func TestSignatureTroubleshooting(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	r := request{method: "GET", path: "/sender-information?Org_ID=1&x=%3A", header: map[string]string{"X-Digipost-Signature": "AAAA"}}
	text := refusedWith(t, c.must(r), 403, "INVALID_SIGNATURE")
	_, text, _ = strings.Cut(text, "===START===\n")
	text, _, found := strings.Cut(text, "===SLUTT===")
	if !found || !strings.HasPrefix(text, "GET\n/sender-information\ndate: ") || !strings.HasSuffix(text, "\nx-digipost-userid: 1000\norg_id=1&x=%3a\n") {
		t.Errorf("canonical string not shown: %q", text)
	}
}

func TestEscapedAndDecodedPath(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	for _, signed := range []string{"/documents/1000/å b/status", "/documents/1000/%C3%A5%20b/status"} {
		a, err := c.do(request{method: "GET", path: "/documents/1000/%C3%A5%20b/status", signPath: signed})
		if err != nil {
			t.Fatal(err)
		}
		refusedWith(t, a, 404, "DOCUMENT_NOT_FOUND")
	}
}

func TestSenderInformation(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	for path, want := range map[string]string{
		"/sender-information/1000":                          "VALID_SENDER",
		"/sender-information/2000":                          "NO_INFO_AVAILABLE",
		"/sender-information/99":                            "NO_INFO_AVAILABLE",
		"/sender-information?org_id=312345676":              "VALID_SENDER",
		"/sender-information?org_id=312345676&part_id=":     "VALID_SENDER",
		"/sender-information?org_id=312345676&part_id=unit": "NO_INFO_AVAILABLE",
		"/sender-information?org_id=310245798":              "NO_INFO_AVAILABLE",
	} {
		a := c.get(path)
		if a.status != 200 || !bytes.Contains(a.body, []byte("<status>"+want+"</status>")) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
		if got := bytes.Contains(a.body, []byte("no.digipost.feature.batch.mottakersplitt")); got != (want == "VALID_SENDER") {
			t.Errorf("%s: features", path)
		}
	}
}

func identificationDoc(inner string, attrs ...string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><identification xmlns="` + nsAPI + `"` + strings.Join(attrs, "") + `>` + inner + `</identification>`)
}

func TestIdentification(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	alias := ` include-personalias-for-digipost-user="true"`
	adr := func(name, line, code, town, more string) string {
		return "<name-and-address><fullname>" + name + "</fullname><addressline1>" + line + "</addressline1><postalcode>" + code + "</postalcode><city>" + town + "</city>" + more + "</name-and-address>"
	}
	for name, tc := range map[string]struct{ in, attr, want string }{
		"user by number":         {"<personal-identification-number>" + kari + "</personal-identification-number>", alias, "<result>DIGIPOST</result>"},
		"known by number":        {"<personal-identification-number>" + per + "</personal-identification-number>", "", "<result>IDENTIFIED</result>"},
		"deactivated by number":  {"<personal-identification-number>" + gunn + "</personal-identification-number>", "", "<result>IDENTIFIED</result>"},
		"nobody by number":       {"<personal-identification-number>" + nobody + "</personal-identification-number>", "", "<result>UNIDENTIFIED</result>"},
		"wrong number":           {"<personal-identification-number>01819010193</personal-identification-number>", "", "<result>INVALID</result><invalid-reason>INVALID_PERSONAL_IDENTIFICATION_NUMBER</invalid-reason>"},
		"organisation":           {"<organisation-number>310245798</organisation-number>", "", "<result>DIGIPOST</result><digipost-address>firma#7XYZ</digipost-address>"},
		"unknown organisation":   {"<organisation-number>123456785</organisation-number>", "", "<result>UNIDENTIFIED</result><unidentified-reason>NOT_FOUND</unidentified-reason>"},
		"wrong organisation":     {"<organisation-number>123456789</organisation-number>", "", "<result>INVALID</result><invalid-reason>INVALID_ORGANISATION_NUMBER</invalid-reason>"},
		"address":                {"<digipost-address>kari.nordmann#A1B2</digipost-address>", "", "<result>DIGIPOST</result><digipost-address>kari.nordmann#A1B2</digipost-address>"},
		"address, with alias":    {"<digipost-address>kari.nordmann#A1B2</digipost-address>", alias, "<result>DIGIPOST</result><digipost-address>kari.nordmann#A1B2</digipost-address><person-alias>kkkkkkkkkkkkkkkkkkkk#1AAA</person-alias>"},
		"deactivated address":    {"<digipost-address>gunn.lie#0C0C</digipost-address>", "", "<result>IDENTIFIED</result><person-alias>gggggggggggggggggggg#3CCC</person-alias>"},
		"alias":                  {"<digipost-address>pppppppppppppppppppp#2BBB</digipost-address>", "", "<result>IDENTIFIED</result><person-alias>pppppppppppppppppppp#2BBB</person-alias>"},
		"unknown address":        {"<digipost-address>ola#0000</digipost-address>", "", "<result>UNIDENTIFIED</result><unidentified-reason>NOT_FOUND</unidentified-reason>"},
		"no address at all":      {"<digipost-address>ola</digipost-address>", "", "<result>INVALID</result><invalid-reason>UNKNOWN</invalid-reason>"},
		"account":                {"<bank-account-number>12345678903</bank-account-number>", "", "<result>UNIDENTIFIED</result><unidentified-reason>NOT_FOUND</unidentified-reason>"},
		"wrong account":          {"<bank-account-number>12345678901</bank-account-number>", "", "<result>INVALID</result><invalid-reason>UNKNOWN</invalid-reason>"},
		"name, exact":            {adr("Kari Nordmann", "Storgata 1", "0155", "Oslo", ""), "", "<result>DIGIPOST</result><digipost-address>kari.nordmann#A1B2</digipost-address>"},
		"name, washed":           {adr("Åse Ødegård", "Lillevegen 22b", "5003", "BERGEN", ""), "", "<result>DIGIPOST</result><digipost-address>aase.oedegaard#9YDT</digipost-address>"},
		"name, known":            {adr("Per Æsaas", "Fjellgata 7", "7011", "Trondheim", ""), "", "<result>IDENTIFIED</result><person-alias>pppppppppppppppppppp#2BBB</person-alias>"},
		"name, nobody":           {adr("Per Ukjent", "Fjellgata 7", "7011", "Trondheim", ""), "", "<result>UNIDENTIFIED</result><unidentified-reason>NOT_FOUND</unidentified-reason>"},
		"name, two":              {adr("Ola Hansen", "Parkveien 9", "0258", "Oslo", ""), "", "<result>UNIDENTIFIED</result><unidentified-reason>MULTIPLE_MATCHES</unidentified-reason>"},
		"name, two, with phone":  {adr("Ola Hansen", "Parkveien 9", "0258", "Oslo", "<birth-date>1954-05-17</birth-date><phone-number>004790000002</phone-number>"), "", "<result>DIGIPOST</result><digipost-address>ola.hansen#2222</digipost-address>"},
		"name, wrong birth date": {adr("Ola Hansen", "Parkveien 9", "0258", "Oslo", "<birth-date>1955-05-17</birth-date><phone-number>90000002</phone-number>"), "", "<result>UNIDENTIFIED</result><unidentified-reason>MULTIPLE_MATCHES</unidentified-reason>"},
		"ambiguous":              {adr("Nina Berg", "Skolegata 4", "4006", "Stavanger", ""), "", "<result>UNIDENTIFIED</result><unidentified-reason>MULTIPLE_MATCHES</unidentified-reason>"},
		"ambiguous, with e-mail": {adr("Nina Berg", "Skolegata 4", "4006", "Stavanger", "<birth-date>1988-09-09</birth-date><email-address>Nina@example.no</email-address>"), "", "<result>DIGIPOST</result><digipost-address>nina.berg#3333</digipost-address>"},
	} {
		t.Run(name, func(t *testing.T) {
			c := *c
			c.t = t
			a := c.must(request{method: "POST", path: "/identification", body: identificationDoc(tc.in, tc.attr), contentType: mediaXML + "; charset=UTF-8"})
			_, got, _ := strings.Cut(string(a.body), `xmlns="`+nsAPI+`">`)
			if got = strings.TrimSuffix(got, "</identification-result>"); a.status != 200 || got != tc.want {
				t.Errorf("%d\n got %s\nwant %s", a.status, got, tc.want)
			}
		})
	}
	for name, tc := range map[string]struct {
		doc  []byte
		code string
	}{
		"empty":       {identificationDoc(""), "MISSING_RECIPIENT"},
		"two":         {identificationDoc("<digipost-address>a#1234</digipost-address><organisation-number>310245798</organisation-number>"), "SCHEMA_VALIDATION_ERROR"},
		"short":       {identificationDoc("<organisation-number>31024579</organisation-number>"), "SCHEMA_VALIDATION_ERROR"},
		"no street":   {identificationDoc("<name-and-address><fullname>A</fullname><postalcode>1</postalcode><city>B</city></name-and-address>"), "SCHEMA_VALIDATION_ERROR"},
		"not XML":     {[]byte("hello"), "SCHEMA_VALIDATION_ERROR"},
		"entities":    {[]byte(`<!DOCTYPE x [<!ENTITY a "b">]><identification xmlns="` + nsAPI + `"/>`), "SCHEMA_VALIDATION_ERROR"},
		"old version": {[]byte(`<identification xmlns="http://api.digipost.no/schema/v7"/>`), "SCHEMA_VALIDATION_ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			c := *c
			c.t = t
			refusedWith(t, c.must(request{method: "POST", path: "/identification", body: tc.doc, contentType: mediaXML}), 400, tc.code)
		})
	}
}
