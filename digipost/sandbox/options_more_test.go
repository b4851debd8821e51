package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// permit gives the practice sender more, while the stand-in runs.
func permit(t testing.TB, s *Server, fields string) {
	t.Helper()
	if code, text := postTo(t, s.Ready().Control+"/senders", `{"id": 1000, `+fields+`}`, "application/json"); code != 204 {
		t.Fatal(code, text)
	}
}

func in(d time.Duration) string { return time.Now().Add(d).Format(time.RFC3339) }

func peppolTo(scheme, to, from string) string {
	return fmt.Sprintf("<peppol-addresses><receiver><schemeID>%s</schemeID><endpointID>%s</endpointID></receiver><sender><schemeID>0192</schemeID><endpointID>%s</endpointID></sender></peppol-addresses>", scheme, to, from)
}

func TestOtherWays(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	permit(t, s, `"permissions": ["email-recipients", "peppol", "bank-account"]`)
	email := fresh()
	email.recipient = "<email-details><email-address>a@example.no</email-address><email-address>b@example.no</email-address></email-details>"
	if a := c.must(email.request()); a.status != 201 || !strings.Contains(string(a.body), "<delivery-method>EPOST</delivery-method><sender-id>1000</sender-id><status>DELIVERED</status>") {
		t.Errorf("%d %s", a.status, a.body)
	}
	peppol := fresh()
	peppol.recipient, peppol.docs[0].fileType, peppol.docs[0].data = peppolTo("0192", "310245798", "312345676"), "xml", "<Invoice/>"
	if a := c.must(peppol.request()); a.status != 201 || !strings.Contains(string(a.body), "<delivery-method>PEPPOL</delivery-method>") {
		t.Errorf("%d %s", a.status, a.body)
	}
	var types []string
	for _, e := range feed(c, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "") {
		types = append(types, e.Type)
	}
	if len(types) != 3 || strings.Count(strings.Join(types, " "), "EMAIL_MESSAGE_SENT") != 2 || !strings.Contains(strings.Join(types, " "), "PEPPOL_DELIVERED") {
		t.Errorf("events: %v", types)
	}
	if status := string(c.get("/documents/1000/" + peppol.docs[0].uuid + "/status").body); !strings.Contains(status, `status="DELIVERED"`) || !strings.Contains(status, `channel="PEPPOL"`) {
		t.Errorf("status: %s", status)
	}
	for name, tc := range map[string]struct {
		change func(*draft)
		status int
		code   string
	}{
		"e-mail wrong":    {func(d *draft) { d.recipient = "<email-details><email-address>a</email-address></email-details>" }, 400, "INVALID_EMAIL_ADDRESS"},
		"no e-mail":       {func(d *draft) { d.recipient = "<email-details/>" }, 400, "SCHEMA_VALIDATION_ERROR"},
		"Peppol PDF":      {func(d *draft) { d.recipient = peppolTo("0192", "310245798", "312345676") }, 400, "PEPPOL_FILE_MUST_BE_XML"},
		"Peppol broken":   {func(d *draft) { *d = peppolDraft("310245798", "312345676", "<a>") }, 400, "BAD_CONTENT"},
		"Peppol unknown":  {func(d *draft) { *d = peppolDraft("999999999", "312345676", "<a/>") }, 404, "UNKNOWN_PEPPOL_RECIPIENT"},
		"Peppol sender":   {func(d *draft) { *d = peppolDraft("310245798", "310245798", "<a/>") }, 400, "PEPPOL_ERROR"},
		"account of none": {func(d *draft) { d.recipient = "<bank-account-number>12345678903</bank-account-number>" }, 404, "UNKNOWN_RECIPIENT"},
	} {
		d := fresh()
		tc.change(&d)
		t.Run(name, func(t *testing.T) { refusedWith(t, c.must(d.request()), tc.status, tc.code) })
	}
}

func peppolDraft(to, from, data string) draft {
	d := fresh()
	d.recipient, d.docs[0].fileType, d.docs[0].data = peppolTo("0192", to, from), "xml", data
	return d
}

// What an agreement says holds from the next letter on, and after a restart.
func TestSendersAtRunTime(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	c := newCaller(t, s.Ready())
	send := func(change func(*draft)) *reply {
		t.Helper()
		d := fresh()
		change(&d)
		return c.must(d.request())
	}
	html := func(text string) func(*draft) {
		return func(d *draft) { d.docs[0].fileType, d.docs[0].data = "html", text }
	}
	permit(t, s, `"file_types": ["html", "gif", "xml"], "max_file_bytes": 50, "features": ["validation.digipost.invoice-allow-no-kid"]`)
	if a := send(html("<p>Hei</p>")); a.status != 201 {
		t.Errorf("%d %s", a.status, a.body)
	}
	refusedWith(t, send(html("<script>x</script>")), 400, "ILLEGAL_HTML_CONTENT")
	refusedWith(t, send(html("hei")), 400, "INVALID_HTML_CONTENT")
	refusedWith(t, send(html("<p>"+strings.Repeat("x", 50))), 400, "FILE_TOO_LARGE")
	refusedWith(t, send(func(*draft) {}), 400, "ILLEGAL_CONTENT_TYPE")
	refusedWith(t, send(func(d *draft) { d.docs[0].fileType, d.docs[0].data = "gif", "JPEG" }), 400, "BAD_CONTENT")
	if a := send(func(d *draft) {
		html("<p>Faktura</p>")(d)
		d.docs[0].extra = dataType("<invoice><due-date>2030-01-15</due-date><sum>1</sum><creditor-account>12345678903</creditor-account></invoice>")
	}); a.status != 201 {
		t.Errorf("invoice without KID: %d %s", a.status, a.body)
	}
	permit(t, s, `"permissions": []`)
	refusedWith(t, send(func(d *draft) { d.recipient, d.after = number(per), invitation("91234567", "") }), 400, "VALIDATION_FAILED")
	permit(t, s, `"letters_per_month": 2`)
	refusedWith(t, send(func(*draft) {}), 403, "ORGANISATION_LETTERS_PER_MONTH_EXCEEDED")
	permit(t, s, `"refuse": "ACCOUNT_DEACTIVATED"`)
	refusedWith(t, send(func(*draft) {}), 403, "ACCOUNT_DEACTIVATED")
	for _, bad := range []string{`{`, `{"id": 2000}`, `{"id": 1000, "refuse": "STORM"}`, `[{"id": 5}, {"id": 5}]`, `{"id": 1000, "colour": 1}`} {
		if code, _ := postTo(t, s.Ready().Control+"/senders", bad, "application/json"); code != 400 {
			t.Errorf("%s was taken", bad)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	c = newCaller(t, s.Ready())
	refusedWith(t, c.must(fresh().request()), 403, "ACCOUNT_DEACTIVATED")
}

// An invitation ends in a delivery, on paper, or with nothing; a new process
// says the same.
func TestInvitations(t *testing.T) {
	dir := newDir(t)
	people := peopleHeading + "\n" + per + ",,,,Per Æsaas,Fjellgata 7,7011,Trondheim,,,,known\n" +
		gunn + ",,,,Gunn Lie,Havnegata 3,9008,Tromsø,,,,known registers unread\n" + aase + ",,,,Åse Ødegård,Lia 2,5003,Bergen,,,,known\n"
	change := func(c *Config) { c.Dir, c.People = dir, strings.NewReader(people) }
	s := start(t, change)
	c := newCaller(t, s.Ready())
	registers, expires, printed, late := fresh(), fresh(), fresh(), fresh()
	for _, one := range []struct {
		d     *draft
		to    string
		paper string
	}{{&registers, per, ""}, {&expires, aase, ""}, {&printed, aase, paper}, {&late, gunn, ""}} {
		one.d.recipient, one.d.after = number(one.to), invitation("91234567", one.paper)
		if a := c.must(one.d.request()); a.status != 201 || !strings.Contains(string(a.body), "PENDING") {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if code, text := postTo(t, s.Ready().Control+"/register", per, "text/plain"); code != 204 {
		t.Fatal(code, text)
	}
	for _, bad := range []string{per, kari, "x"} { // a user already, not in this file, no number
		if code, _ := postTo(t, s.Ready().Control+"/register", bad, "text/plain"); code != 400 {
			t.Errorf("%s registered", bad)
		}
	}
	check := func(wantEvents string, want ...string) {
		t.Helper()
		for i, d := range []draft{registers, expires, printed, late} {
			status := string(c.get("/documents/1000/" + d.docs[0].uuid + "/status").body)
			if !strings.Contains(status, want[i]) {
				t.Errorf("letter %d: %s", i, status)
			}
		}
		// The types are not in the schema of the Java client, so nothing validates here.
		now := s.clock.now().Add(time.Hour)
		a, err := c.do(request{method: "GET", path: "/documents/events?from=2020-01-01T00%3A00%3A00.000%2B01%3A00&to=" + strings.NewReplacer("+", "%2B").Replace(dateTime(now))})
		if err != nil || strings.Count(string(a.body), "REQUEST_FOR_REGISTRATION_") != strings.Count(wantEvents, " -")+1 {
			t.Errorf("%v %s", err, a.body)
		}
		for _, e := range strings.Split(wantEvents, " -") {
			if !strings.Contains(string(a.body), strings.TrimPrefix(e, "-")) {
				t.Errorf("%s is missing: %s", e, a.body)
			}
		}
	}
	delivered, waits := `status="DELIVERED"`, `status="NOT_DELIVERED"`
	check("-REQUEST_FOR_REGISTRATION_DELIVERED_DIGIPOST", delivered, waits, waits, waits)
	if a := c.must(request{method: "POST", path: "/identification", body: identificationDoc(number(per)), contentType: mediaXML}); !strings.Contains(string(a.body), "DIGIPOST") {
		t.Errorf("%s", a.body)
	}
	c.later(s, 61*time.Minute)
	check("-REQUEST_FOR_REGISTRATION_DELIVERED_DIGIPOST -REQUEST_FOR_REGISTRATION_DELIVERED", delivered, waits, waits, delivered)
	if a := c.must(request{method: "POST", path: "/identification", body: identificationDoc(number(gunn)), contentType: mediaXML}); !strings.Contains(string(a.body), "DIGIPOST") {
		t.Errorf("registered by herself, but: %s", a.body)
	}
	c.later(s, 48*time.Hour)
	again := func() {
		t.Helper()
		check(`-REQUEST_FOR_REGISTRATION_DELIVERED_DIGIPOST -REQUEST_FOR_REGISTRATION_DELIVERED -fallback-channel="none" -fallback-channel="print"`,
			delivered, waits, `channel="PRINT"`, delivered)
	}
	again()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, change)
	c.base, c.skew = s.Ready().REST, 0
	c.later(s, 48*time.Hour+time.Hour)
	again()

	// For clients of the older schema, which must hold the whole feed (must validates).
	if code, text := postTo(t, s.Ready().Control+"/senders", `{"id":1000,"plain_events":true}`, "text/plain"); code != 204 {
		t.Fatal(code, text)
	}
	to := strings.ReplaceAll(dateTime(s.clock.now()), "+", "%2B")
	a := c.must(request{method: "GET", path: "/documents/events?from=2020-01-01T00%3A00%3A00.000%2B01%3A00&to=" + to})
	if a.status != 200 || strings.Contains(string(a.body), "REGISTRATION") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestMoreData(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	c := newCaller(t, s.Ready())
	d := fresh()
	a := c.must(d.request())
	link := s.dataLink(d.docs[0].uuid)
	if !strings.Contains(string(a.body), `rel="https://api.digipost.no/relations/add_data" uri="`+link+`"`) {
		t.Fatalf("no link: %s", a.body)
	}
	post := func(uuid, body string) *reply {
		t.Helper()
		return c.must(request{method: "POST", path: "/documents/" + uuid + "/additional-data", contentType: mediaXML,
			body: []byte(`<additional-data xmlns="` + nsAPI + `">` + body + `</additional-data>`)})
	}
	stopped := dataType("<pickup-notice-status><status>PICKED_UP</status></pickup-notice-status>")
	if a := post(d.docs[0].uuid, stopped+"<sender-id>1000</sender-id>"); a.status != 200 || len(a.body) != 0 {
		t.Errorf("%d %s", a.status, a.body)
	}
	refusedWith(t, post(uuid2, stopped), 404, "DOCUMENT_NOT_FOUND")
	refusedWith(t, post(d.docs[0].uuid, stopped+"<sender-id>2000</sender-id>"), 403, "BROKER_NOT_AUTHORIZED")
	refusedWith(t, post(d.docs[0].uuid, dataType("<pickup-notice-status><status>LOST</status></pickup-notice-status>")), 400, "SCHEMA_VALIDATION_ERROR")
	refusedWith(t, post(d.docs[0].uuid, dataType("<share-documents-request-sharing-stopped></share-documents-request-sharing-stopped>")), 400, "VALIDATION_FAILED")
	refusedWith(t, post(d.docs[0].uuid, ""), 400, "SCHEMA_VALIDATION_ERROR")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	if got := s.snapshot().Delivered[0].Documents[0].MoreData; len(got) != 1 || got[0] != "pickup-notice-status" {
		t.Errorf("after a restart: %v", got)
	}
}

// The words after a state decide what happens to a person's letters.
func TestFates(t *testing.T) {
	for name, state := range map[string]string{"unknown": "user lucky", "no state": "unread"} {
		if _, err := readPeople([]byte(peopleHeading + "\n" + kari + ",,a#1111,,Kari,,,,,,," + state + "\n")); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	p, err := readPeople([]byte(peopleHeading + ",account\n" + kari + ",,a#1111,,Kari,,,,,,,user unread  sms_failed,12345678903\n"))
	if err != nil || !p.all[0].fated("unread") || !p.all[0].fated("sms_failed") || p.all[0].fated("shredded") || p.byAccount["12345678903"] == nil {
		t.Errorf("%v %+v", err, p)
	}
	people := peopleHeading + "\n" + kari + ",,a.a#1111,,Kari Nordmann,,,,,,,user unread sms_failed email_failed\n" + per + ",,,,Per Æsaas,,,,,,,known print_failed\n"
	s := start(t, func(c *Config) { c.People = strings.NewReader(people) })
	c := newCaller(t, s.Ready())
	read, printed := fresh(), fresh()
	read.docs[0].extra = `<opening-receipt>g</opening-receipt><sms-notification><overrides><sms-mobile-number>91234567</sms-mobile-number><text>x</text></overrides><after-hours>1</after-hours></sms-notification>` +
		`<email-notification><email-address>k@example.no</email-address><subject>s</subject><text>t</text><at time="` + in(time.Hour) + `"/></email-notification>`
	printed.recipient = number(per) + paper
	for _, d := range []draft{read, printed} {
		if a := c.must(d.request()); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	c.later(s, 14*24*time.Hour)
	var types []string
	for _, e := range feed(c, time.Now().Add(-time.Hour), s.clock.now(), "") {
		types = append(types, e.Type)
	}
	got := strings.Join(types, " ")
	for _, want := range []string{"EMAIL_NOTIFICATION_FAILED", "SMS_NOTIFICATION_FAILED", "PRINT_FAILED"} {
		if !strings.Contains(got, want) || len(types) != 3 {
			t.Errorf("events: %s", got)
		}
	}
}

// Print goes in runs: before eight in the evening, on working days.
func TestPrintRun(t *testing.T) {
	zone := newClock(nil).zone
	for at, want := range map[string]string{
		"2026-03-10 12:00": "2026-03-11 2026-03-12", // Tuesday
		"2026-03-10 19:59": "2026-03-11 2026-03-12",
		"2026-03-10 20:00": "2026-03-12 2026-03-13", // counts as come on Wednesday
		"2026-03-13 12:00": "2026-03-16 2026-03-17", // Friday
		"2026-03-13 21:00": "2026-03-16 2026-03-17",
		"2026-04-01 12:00": "2026-04-07 2026-04-08", // before Easter
		"2026-05-13 12:00": "2026-05-15 2026-05-18", // Ascension Day on the 14th
		"2026-12-23 12:00": "2026-12-24 2026-12-28",
		"2027-05-14 12:00": "2027-05-18 2027-05-19", // Whit Monday is the 17th of May
	} {
		in, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
		if err != nil {
			t.Fatal(err)
		}
		f := &fate{}
		if got := f.printedAt(in).Format(time.DateOnly) + " " + f.postedAt(in).Format(time.DateOnly); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

func TestClockIsRemembered(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	if code, _ := postTo(t, s.Ready().Control+"/clock", "48h", "text/plain"); code != 204 {
		t.Fatal(code)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	if got := s.clock.moved(); got != 48*time.Hour {
		t.Errorf("%s", got)
	}
	if code, _ := postTo(t, s.Ready().Control+"/clock", "0", "text/plain"); code != 204 || s.clock.moved() != 0 {
		t.Error("not back")
	}
}

// The control pages list themselves; the state names the senders.
func TestControlPage(t *testing.T) {
	s := start(t)
	code, page := fetch(t, s.Ready().Control+"/")
	for _, path := range []string{"/state", "/jobs", "/trouble", "/clock", "/senders", "/register", "/inbox", "/keys"} {
		if code != http.StatusOK || !strings.Contains(page, path+"<") {
			t.Errorf("%d: %s is not on the page", code, path)
		}
	}
	var got struct{ Senders []Sender }
	if _, text := fetch(t, s.Ready().Control+"/state"); json.Unmarshal([]byte(text), &got) != nil || len(got.Senders) != 1 || got.Senders[0].ID != senderID {
		t.Errorf("%+v", got)
	}
}

// All data types of the schema, with all they may hold, judged like xmllint does.
func TestAllDataTypes(t *testing.T) {
	rules := dataTypeRules()
	if len(rules) != 21 {
		t.Errorf("%d data types", len(rules))
	}
	var fill func(r *rule, most bool) string
	fill = func(r *rule, most bool) string {
		inner := ""
		if r.text != nil {
			for _, value := range []string{"7", "true", "NB", "VARSEL1", "UNKNOWN", "2026-01-26T13:00:00+01:00"} {
				if inner == "" && r.text(value) == "" {
					inner = value
				}
			}
		}
		if r.body != nil {
			for _, p := range r.body.parts {
				if p.min > 0 || most {
					inner += fill(p.rule, most)
				}
				if p.max > 1 && most {
					inner += fill(p.rule, most)
				}
			}
		}
		return "<" + r.name + ">" + inner + "</" + r.name + ">"
	}
	for name, r := range rules {
		for _, most := range []bool{true, false} {
			text := strings.Replace(fill(r, most), ">", ` xmlns="`+nsDataTypes+`">`, 1)
			validate(t, "digipost-datatypes.xsd", []byte(text))
			n, err := parseXML([]byte(text))
			if err == nil {
				err = validator{nsDataTypes}.root(r, n)
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Each entry of a SPEC has a sequence of its own, whatever else is asked.
func TestTroubleSequences(t *testing.T) {
	sequence := func(others bool) (hits []bool) {
		tr, err := newTrouble("cut@/messages%30,bad_hash@/identification%50,cut@/batches%30", 7)
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			if others {
				tr.mischief("/identification", false)
				tr.mischief("/batches", false)
			}
			hits = append(hits, tr.mischief("/messages", false).cut)
		}
		return hits
	}
	a, b := sequence(false), sequence(true)
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("differs at request %d", i)
		}
	}
}

func TestInboxAttachments(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	c := newCaller(t, s.Ready())
	put := func(query string) int {
		t.Helper()
		code, _ := postTo(t, s.Ready().Control+"/inbox?"+query, "%PDF-1.7", "application/pdf")
		return code
	}
	for _, q := range []string{"subject=Brev", "subject=Vedlegg&attachment_to=1", "subject=Annet"} {
		if code := put(q); code != 201 {
			t.Fatal(q, code)
		}
	}
	for _, q := range []string{"attachment_to=9", "attachment_to=2", "attachment_to=x"} {
		if code := put(q); code != 400 {
			t.Errorf("%s: %d", q, code)
		}
	}
	list := func() string { return string(c.get("/1000/inbox?offset=0&limit=100").body) }
	text := list()
	if strings.Count(text, "<document>") != 2 || !strings.Contains(text, "<attachment><id>2</id><subject>Vedlegg</subject>") || strings.Index(text, "Annet") > strings.Index(text, "Brev") {
		t.Errorf("inbox: %s", text)
	}
	if a := c.get("/1000/inbox/2/content"); a.status != 307 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.must(request{method: "DELETE", path: "/1000/inbox/1"}); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	refusedWith(t, c.must(request{method: "GET", path: "/1000/inbox/2/content"}), 404, "DOCUMENT_NOT_FOUND")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	c.base = s.Ready().REST
	if text := list(); strings.Count(text, "<document>") != 1 || strings.Contains(text, "Vedlegg") {
		t.Errorf("after a restart: %s", text)
	}
}
