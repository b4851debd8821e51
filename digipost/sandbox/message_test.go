package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// draft is a message before it is written, with the ways to spoil it.
type draft struct {
	id        string // element message-id, "" for none
	before    string // elements after message-id
	recipient string
	middle    string // elements between recipient and primary-document
	docs      []draftDoc
	after     string
	boundary  string
	raw       []byte // instead of a written body
}

type draftDoc struct {
	uuid, subject, fileType string
	extra                   string // elements after file-type
	attrs                   string
	data                    string
	filename                string // if not the uuid
	head                    string // whole part header, if not the usual
}

const pdf = "%PDF-1.4\n% small\n"

func simple(id string) draft {
	return draft{id: id, recipient: "<personal-identification-number>" + kari + "</personal-identification-number>",
		docs: []draftDoc{{uuid: uuid1, subject: "Vår & beste", fileType: "pdf", data: pdf}}}
}

func (d draft) xml() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><message xmlns="` + nsAPI + `">`)
	if d.id != "" {
		b.WriteString("<message-id>" + d.id + "</message-id>")
	}
	b.WriteString(d.before + "<recipient>" + d.recipient + "</recipient>" + d.middle)
	for i, doc := range d.docs {
		name := "attachment"
		if i == 0 {
			name = "primary-document"
		}
		b.WriteString("<" + name + doc.attrs + ">")
		if doc.uuid != "" {
			b.WriteString("<uuid>" + doc.uuid + "</uuid>")
		}
		if doc.subject != "-" {
			b.WriteString("<subject>" + xmlText(doc.subject) + "</subject>")
		}
		b.WriteString("<file-type>" + doc.fileType + "</file-type>" + doc.extra + "</" + name + ">")
	}
	b.WriteString(d.after + "</message>")
	return b.String()
}

func xmlText(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

func (d draft) body() []byte {
	if d.raw != nil {
		return d.raw
	}
	b := d.boundary
	out := "--" + b + "\r\nContent-Type: application/vnd.digipost-v8+xml; charset=UTF-8\r\nContent-Disposition: attachment; filename=\"message\"\r\n\r\n" + d.xml()
	for _, doc := range d.docs {
		head := doc.head
		if head == "" {
			name := doc.filename
			if name == "" {
				name = doc.uuid
			}
			head = "Content-Disposition: attachment; filename=" + name + "\r\nContent-Type: application/octet-stream"
		}
		out += "\r\n--" + b + "\r\n" + head + "\r\n\r\n" + doc.data
	}
	return []byte(out + "\r\n--" + b + "--\r\n")
}

func (d draft) request() request {
	if d.boundary == "" {
		d.boundary = "grense-1"
	}
	return request{method: "POST", path: "/messages", body: d.body(), contentType: `multipart/vnd.digipost-v8+xml; boundary="` + d.boundary + `"`}
}

func TestMessageDelivered(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	d := simple("m-1")
	d.before = "<sender-id>1000</sender-id>"
	d.docs[0].extra = "<authentication-level>TWO_FACTOR</authentication-level><sensitivity-level>SENSITIVE</sensitivity-level><content-hash hash-algorithm=\"SHA256\">" + sha256Base64([]byte(pdf)) + "</content-hash>"
	d.docs = append(d.docs, draftDoc{uuid: uuid2, subject: "Vedlegg", fileType: "txt", data: "hei å\r\n--grense-10\r\nikke slutt"})
	a := c.must(d.request())
	if a.status != 201 || a.header.Get("Location") != s.Ready().REST+"/messages/m-1" {
		t.Fatalf("%d %s\n%s", a.status, a.header.Get("Location"), a.body)
	}
	for _, want := range []string{"<message-id>m-1</message-id><delivery-method>DIGIPOST</delivery-method><sender-id>1000</sender-id><status>DELIVERED</status>",
		"<uuid>" + uuid1 + "</uuid><subject>Vår &amp; beste</subject><file-type>pdf</file-type><authentication-level>TWO_FACTOR</authentication-level><sensitivity-level>SENSITIVE</sensitivity-level><content-hash hash-algorithm=\"SHA256\">" + sha256Base64([]byte(pdf)) + "</content-hash>",
		"<attachment><uuid>" + uuid2 + "</uuid>"} {
		if !strings.Contains(string(a.body), want) {
			t.Errorf("missing in the answer: %s\n%s", want, a.body)
		}
	}
	for _, path := range []string{"/documents/1000/" + uuid1 + "/status", "/documents/1000/status/" + uuid1} {
		status := string(c.get(path).body)
		for _, want := range []string{`uuid="` + uuid1 + `" sender-id="1000" status="DELIVERED"`, `channel="DIGIPOST" is-primary-document="true"`, `content-hash-algorithm="SHA256"`, `<attachments uuid="` + uuid2 + `"`} {
			if !strings.Contains(status, want) || strings.Contains(status, "read=") {
				t.Errorf("status lacks %s: %s", want, status)
			}
		}
	}
	if status := string(c.get("/documents/1000/" + uuid2 + "/status").body); !strings.Contains(status, `is-primary-document="false"`) || strings.Contains(status, "<attachments") {
		t.Errorf("status of the attachment: %s", status)
	}
	refusedWith(t, c.must(d.request()), 400, "DUPLICATE_MESSAGE")
	d.id = "m-2"
	refusedWith(t, c.must(d.request()), 400, "DUPLICATE_DOCUMENT_ID")
	d.id, d.docs = "m-3", []draftDoc{{uuid: uuid2, subject: "x", fileType: "pdf", data: pdf}}
	refusedWith(t, c.must(d.request()), 400, "DUPLICATE_DOCUMENT_ID")
	_, state := fetch(t, s.Ready().Control+"/state")
	var got snapshot
	if err := json.Unmarshal([]byte(state), &got); err != nil || len(got.Delivered) != 1 {
		t.Fatalf("state: %v\n%s", err, state)
	}
	l := got.Delivered[0]
	if l.MessageID != "m-1" || l.Name != "Kari Nordmann" || l.RecipientKind != "personal-identification-number" ||
		len(l.Documents) != 2 || l.Documents[0].SHA256 != hex.EncodeToString(spoolOf([]byte(pdf)).sum[:]) || l.Documents[1].Subject != "Vedlegg" || strings.Contains(state, kari) {
		t.Errorf("state: %s", state)
	}
}

func TestMessageVariants(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	n := 0
	send := func(name string, change func(*draft, *request)) {
		n++
		d := simple(fmt.Sprintf("v-%d", n))
		d.docs[0].uuid = fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
		d.boundary = "b"
		change(&d, nil)
		r := d.request()
		change(nil, &r)
		if a := c.must(r); a.status != 201 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	draftOnly := func(f func(*draft)) func(*draft, *request) {
		return func(d *draft, _ *request) {
			if d != nil {
				f(d)
			}
		}
	}
	send("Java part", draftOnly(func(d *draft) {
		d.docs[0].head = "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"" + d.docs[0].uuid + "\""
	}))
	send("text/plain for a PDF", draftOnly(func(d *draft) {
		d.docs[0].head = "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=" + d.docs[0].uuid
	}))
	send("boundary bare", func(_ *draft, r *request) {
		if r != nil {
			r.contentType = "multipart/vnd.digipost-v8+xml; boundary=b"
		}
	})
	send("no message-id", draftOnly(func(d *draft) { d.id = "" }))
	send("prefixed names, byte order mark, no last CRLF", draftOnly(func(d *draft) {
		x := strings.NewReplacer("<?", "<?", "</", "</v:", "<", "<v:", "xmlns=", "xmlns:v=").Replace(d.xml())
		d.raw = []byte("--b\r\nContent-Type: application/vnd.digipost-v8+xml\r\nContent-Disposition: attachment; filename=message\r\n\r\n\xef\xbb\xbf" + x +
			"\r\n--b\r\nContent-Type: a/b\r\nContent-Disposition: attachment; filename=" + d.docs[0].uuid + "\r\n\r\n" + pdf + "\r\n--b--")
	}))
	for _, to := range []string{"<digipost-address>kari.nordmann#A1B2</digipost-address>", "<organisation-number>310245798</organisation-number>",
		"<name-and-address><fullname>Kari Nordmann</fullname><addressline1>Storgata 1</addressline1><postalcode>0155</postalcode><city>Oslo</city></name-and-address>"} {
		send(to, draftOnly(func(d *draft) { d.recipient = to }))
	}
}

// The example of the protocol description: its body hash is known.
func TestMultipartExample(t *testing.T) {
	message := `<?xml version="1.0" encoding="UTF-8"?><message xmlns="http://api.digipost.no/schema/v8"><message-id>sheet-example-1</message-id><recipient><digipost-address>ola.nordmann#1234</digipost-address></recipient><primary-document><uuid>6d99008e-2672-4b55-9b09-996b09a06e47</uuid><subject>Eksempel</subject><file-type>txt</file-type><authentication-level>PASSWORD</authentication-level><sensitivity-level>NORMAL</sensitivity-level></primary-document></message>`
	body := []byte("--digipost-example\r\nContent-Type: application/vnd.digipost-v8+xml\r\nContent-Disposition: attachment; filename=\"message\"\r\n\r\n" + message +
		"\r\n--digipost-example\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=" + uuid1 + "\r\n\r\nHoveddokument sendt fra DP-API-klient.\r\n--digipost-example--\r\n")
	if len(body) != 780 || sha256Base64(body) != "cVN4ztv2cntKjgx+0ppv7/H+BJ8UstmnJa1bgFTDZJ4=" {
		t.Fatalf("the example is not as published: %d bytes", len(body))
	}
	parts, err := readMultipart("multipart/vnd.digipost-v8+xml; boundary=digipost-example", spoolOf(body))
	if err != nil || len(parts) != 2 {
		t.Fatalf("%v, %d parts", err, len(parts))
	}
	if sum, err := hashOf(parts[1].data); err != nil || base64.StdEncoding.EncodeToString(sum[:]) != "5o0RMsXcgSZpGsL7FAmhSQnvGkqgOcvl5JDtMhXBSlc=" {
		t.Fatalf("%v, %d parts", err, len(parts))
	}
	if _, _, err := readMessage(newAPIGrammar().message, parts); err != nil {
		t.Error(err)
	}
}

func TestMessageRefused(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	num := func(n string) string {
		return "<personal-identification-number>" + n + "</personal-identification-number>"
	}
	for name, tc := range map[string]struct {
		change func(*draft)
		status int
		code   string
	}{
		"not a user":       {func(d *draft) { d.recipient = num(per) }, 404, "UNKNOWN_RECIPIENT"},
		"deactivated":      {func(d *draft) { d.recipient = num(gunn) }, 404, "UNKNOWN_RECIPIENT"},
		"nobody":           {func(d *draft) { d.recipient = num(nobody) }, 404, "UNKNOWN_RECIPIENT"},
		"alias as address": {func(d *draft) { d.recipient = "<digipost-address>kkkkkkkkkkkkkkkkkkkk#1AAA</digipost-address>" }, 404, "UNKNOWN_RECIPIENT"},
		"empty recipient":  {func(d *draft) { d.recipient = "" }, 400, "MISSING_RECIPIENT"},
		"two recipients":   {func(d *draft) { d.recipient += "<organisation-number>310245798</organisation-number>" }, 400, "SCHEMA_VALIDATION_ERROR"},
		"peppol": {func(d *draft) {
			d.recipient = "<peppol-addresses><receiver><schemeID>a</schemeID><endpointID>b</endpointID></receiver><sender><schemeID>a</schemeID><endpointID>b</endpointID></sender></peppol-addresses>"
		}, 400, "PEPPOL_ERROR"},
		"e-mail recipient": {func(d *draft) { d.recipient = "<email-details><email-address>a@b.no</email-address></email-details>" }, 400, "VALIDATION_FAILED"},
		"account":          {func(d *draft) { d.recipient = "<bank-account-number>12345678903</bank-account-number>" }, 400, "VALIDATION_FAILED"},
		"batch":            {func(d *draft) { d.after = "<batch><uuid>" + uuid2 + "</uuid></batch>" }, 400, "UNKNOWN_BATCH"},
		"partner's letter": {func(d *draft) { d.before = "<sender-id>2000</sender-id>" }, 403, "BROKER_NOT_AUTHORIZED"},
		"unknown sender":   {func(d *draft) { d.before = "<sender-id>-1</sender-id>" }, 403, "UNKNOWN_SENDER"},
		"organisation sender": {func(d *draft) {
			d.before = "<sender-organization><organization-id>310245798</organization-id></sender-organization>"
		}, 403, "BROKER_NOT_AUTHORIZED"},
		"delivery in the past": {func(d *draft) { d.middle = "<delivery-time>2020-01-01T10:00:00+01:00</delivery-time>" }, 400, "DELIVERY_DATE_HISTORICAL"},
		"delivery unreadable":  {func(d *draft) { d.middle = "<delivery-time>2030-02-30T10:00:00+01:00</delivery-time>" }, 400, "SCHEMA_VALIDATION_ERROR"},
		"subject blank":        {func(d *draft) { d.docs[0].subject = "  " }, 400, "MISSING_SUBJECT"},
		"subject missing":      {func(d *draft) { d.docs[0].subject = "-" }, 400, "MISSING_SUBJECT"},
		"subject long":         {func(d *draft) { d.docs[0].subject = strings.Repeat("å", 256) }, 400, "SCHEMA_VALIDATION_ERROR"},
		"ID-porten":            {func(d *draft) { d.docs[0].extra = "<authentication-level>IDPORTEN_4</authentication-level>" }, 403, "NOT_APPROVED_FOR_IDPORTEN"},
		"level unknown":        {func(d *draft) { d.docs[0].extra = "<authentication-level>password</authentication-level>" }, 400, "SCHEMA_VALIDATION_ERROR"},
		"order wrong": {func(d *draft) {
			d.docs[0].extra = "<sensitivity-level>NORMAL</sensitivity-level><authentication-level>PASSWORD</authentication-level>"
		}, 400, "SCHEMA_VALIDATION_ERROR"},
		"element unknown":     {func(d *draft) { d.docs[0].extra = "<pre-encrypt>false</pre-encrypt>" }, 400, "SCHEMA_VALIDATION_ERROR"},
		"attribute unknown":   {func(d *draft) { d.docs[0].attrs = ` priority="A"` }, 400, "SCHEMA_VALIDATION_ERROR"},
		"attribute nil":       {func(d *draft) { d.docs[0].attrs = ` xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"` }, 400, "SCHEMA_VALIDATION_ERROR"},
		"encrypted":           {func(d *draft) { d.docs[0].extra = `<encrypted number-of-pages="2"/>` }, 403, "NOT_APPROVED_FOR_PREENCRYPT"},
		"technical":           {func(d *draft) { d.docs[0].attrs = ` technical-type="x"` }, 403, "NOT_APPROVED_FOR_TECHNICAL_ATTACHMENTS"},
		"SMS negative":        {func(d *draft) { d.docs[0].extra = `<sms-notification><after-hours>-1</after-hours></sms-notification>` }, 400, "SCHEMA_VALIDATION_ERROR"},
		"data type elsewhere": {func(d *draft) { d.docs[0].extra = `<data-type><payslip/></data-type>` }, 400, "SCHEMA_VALIDATION_ERROR"},
		"hash of another": {func(d *draft) {
			d.docs[0].extra = `<content-hash hash-algorithm="SHA256">` + sha256Base64(nil) + `</content-hash>`
		}, 400, "VALIDATION_FAILED"},
		"uuid upper case":      {func(d *draft) { d.docs[0].uuid = strings.ToUpper(uuid1) }, 400, "SCHEMA_VALIDATION_ERROR"},
		"uuid missing":         {func(d *draft) { d.docs[0].uuid, d.docs[0].filename = "", uuid1 }, 400, "DOCUMENTS_AND_FILES_MISMATCH"},
		"file of another uuid": {func(d *draft) { d.docs[0].filename = uuid2 }, 400, "DOCUMENTS_AND_FILES_MISMATCH"},
		"same uuid twice":      {func(d *draft) { d.docs = append(d.docs, d.docs[0]); d.docs[1].filename = uuid2 }, 400, "DOCUMENTS_AND_FILES_MISMATCH"},
		"file twice":           {func(d *draft) { d.docs = append(d.docs, d.docs[0]); d.docs[1].uuid, d.docs[1].filename = uuid2, uuid1 }, 400, "DOCUMENTS_AND_FILES_MISMATCH"},
		"no disposition":       {func(d *draft) { d.docs[0].head = "Content-Type: a/b" }, 400, "MISSING_BODYPART_CONTENT_DISPOSITION"},
		"form-data": {func(d *draft) {
			d.docs[0].head = "Content-Type: a/b\r\nContent-Disposition: form-data; name=a; filename=" + uuid1
		}, 400, "MISSING_BODYPART_CONTENT_DISPOSITION"},
		"no filename": {func(d *draft) { d.docs[0].head = "Content-Type: a/b\r\nContent-Disposition: attachment" }, 400, "MISSING_BODYPART_FILENAME"},
		"base64 part": {func(d *draft) {
			d.docs[0].head = "Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=" + uuid1
		}, 400, "PROBLEM_WITH_REQUEST"},
		"boundary differs":      {func(d *draft) { d.raw = bytes.ReplaceAll(withBoundary(*d), []byte("--b"), []byte("--c")) }, 400, "PROBLEM_WITH_REQUEST"},
		"last boundary missing": {func(d *draft) { d.raw = bytes.TrimSuffix(withBoundary(*d), []byte("\r\n--b--\r\n")) }, 400, "PROBLEM_WITH_REQUEST"},
		"bare line feeds":       {func(d *draft) { d.raw = bytes.ReplaceAll(withBoundary(*d), []byte("\r\n"), []byte("\n")) }, 400, "PROBLEM_WITH_REQUEST"},
		"preamble":              {func(d *draft) { d.raw = append([]byte("hello\r\n"), withBoundary(*d)...) }, 400, "PROBLEM_WITH_REQUEST"},
		"epilogue":              {func(d *draft) { d.raw = append(withBoundary(*d), "more"...) }, 400, "PROBLEM_WITH_REQUEST"},
		"empty file":            {func(d *draft) { d.docs[0].data = "" }, 400, "MISSING_CONTENT"},
		"not a PDF":             {func(d *draft) { d.docs[0].data = "<html>" }, 400, "INVALID_PDF_CONTENT"},
		"not text":              {func(d *draft) { d.docs[0].fileType, d.docs[0].data = "txt", "\xff\xfe" }, 400, "BAD_CONTENT"},
		"not a picture":         {func(d *draft) { d.docs[0].fileType, d.docs[0].data = "jpg", "x" }, 400, "BAD_CONTENT"},
		"HTML":                  {func(d *draft) { d.docs[0].fileType, d.docs[0].data = "html", "<html></html>" }, 400, "ILLEGAL_CONTENT_TYPE"},
		"type upper case":       {func(d *draft) { d.docs[0].fileType = "PDF" }, 400, "ILLEGAL_CONTENT_TYPE"},
		"too large in all":      {func(d *draft) { d.docs[0].data = pdf + strings.Repeat("x", maxLetter) }, 400, "FILE_TOO_LARGE"},
		"request too large":     {func(d *draft) { d.docs[0].data = pdf + strings.Repeat("x", maxRequest) }, 400, "REQUEST_TOO_LARGE"},
	} {
		t.Run(name, func(t *testing.T) {
			c := *c
			c.t = t
			d := simple("refused")
			d.boundary = "b"
			tc.change(&d)
			text := refusedWith(t, c.must(d.request()), tc.status, tc.code)
			for _, secret := range []string{kari, per, gunn, nobody, "kkkkkkkkkkkkkkkkkkkk"} {
				if strings.Contains(text, secret) {
					t.Errorf("the message repeats a personal value: %s", text)
				}
			}
		})
	}
	// None of them used up its ids.
	if a := c.must(simple("refused").request()); a.status != 201 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func withBoundary(d draft) []byte {
	d.boundary, d.raw = "b", nil
	return d.body()
}

func TestLaterDelivery(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	d := simple("later")
	at := time.Now().Add(3 * time.Minute)
	d.middle = "<delivery-time>" + at.Format(time.RFC3339) + "</delivery-time>"
	if a := c.must(d.request()); a.status != 201 || !bytes.Contains(a.body, []byte("<delivery-method>DIGIPOST</delivery-method>")) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	status := func() string { return string(c.get("/documents/1000/" + uuid1 + "/status").body) }
	if got := status(); !strings.Contains(got, `status="NOT_DELIVERED"`) || strings.Contains(got, "delivered=") {
		t.Errorf("too early: %s", got)
	}
	if len(s.snapshot().Held) != 1 || len(s.snapshot().Delivered) != 0 {
		t.Error("not held")
	}
	if code, text := postTo(t, s.Ready().Control+"/clock", "4m", "text/plain"); code != 204 {
		t.Fatal(code, text)
	}
	if got := status(); !strings.Contains(got, `status="DELIVERED"`) {
		t.Errorf("not delivered: %s", got)
	}
}

// Many at once with the same ids: exactly one is delivered.
func TestDuplicatesAtOnce(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	c.get("/")
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[int]int{}
	for range 12 {
		wg.Go(func() {
			a, err := c.do(simple("same").request())
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			got[a.status]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if got[201] != 1 || got[400] != 11 {
		t.Errorf("answers: %v", got)
	}
}

// Every guess has a place in the table, and the document types are those of the schema.
func TestPairings(t *testing.T) {
	for code, p := range pairings {
		switch p.kind {
		case typeServer, typeData, typeTechnical, typeConfig:
		default:
			t.Errorf("%s: type %q", code, p.kind)
		}
		if p.status < 400 || p.status > 503 {
			t.Errorf("%s: status %d", code, p.status)
		}
	}
	if a := answerError(fmt.Errorf("disk")); a.status != 500 || bytes.Contains(a.body, []byte("disk")) {
		t.Errorf("an internal error must not show: %s", a.body)
	}
}
