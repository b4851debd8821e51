package sandbox

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const (
	paperTo = "<recipient><name>Per Æsaas</name><norwegian-address><addressline1>Fjellgata 7</addressline1><zip-code>7011</zip-code><city>Trondheim</city></norwegian-address></recipient>"
	abroad  = "<recipient><name>Per Æsaas</name><foreign-address><addressline1>x</addressline1><country-code>SE</country-code></foreign-address></recipient>"
	backTo  = "<return-address><name>Øvelsesbedriften AS</name><norwegian-address><zip-code>0155</zip-code><city>Oslo</city></norwegian-address></return-address>"
	paper   = "<print-details>" + paperTo + backTo + "<color>COLORS</color><nondeliverable-handling>SHRED</nondeliverable-handling></print-details>"
)

func number(n string) string {
	return "<personal-identification-number>" + n + "</personal-identification-number>"
}

// pdfOf is a PDF of so many empty pages.
func pdfOf(n int, box string) string { return pdfFile(n, box, "", "") }

// pdfWith is a page of A4 with a content and entries of its font; "" is
// Helvetica, which everybody has.
func pdfWith(font, content string) string {
	if font == "" {
		font = "/Type /Font /Subtype /Type1 /BaseFont /Helvetica"
	}
	return pdfFile(1, a4, font, content)
}

func pdfFile(n int, box, font, content string) string {
	var b strings.Builder
	var at []int
	object := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(at)}, args...)...)
	}
	var kids string
	for i := range n {
		kids += fmt.Sprintf(" %d 0 R", i+5)
	}
	resources := ""
	if font != "" {
		resources = "/Resources <</Font <</F1 4 0 R>>>>"
	}
	b.WriteString("%PDF-1.7\n")
	object("<</Type /Catalog /Pages 2 0 R>>")
	object("<</Type /Pages /Count %d /Kids [%s]>>", n, kids)
	object("<</Length %d>>\nstream\n%s\nendstream", len(content), content)
	object("<<%s>>", font)
	for range n {
		object("<</Type /Page /Parent 2 0 R /MediaBox [%s] %s /Contents 3 0 R>>", box, resources)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.String()
}

const a4 = "0 0 595.28 841.89"

var ids int

// fresh is a letter to Kari that may be printed, with ids of its own.
func fresh() draft {
	ids++
	d := simple(fmt.Sprintf("o-%d", ids))
	d.docs[0].uuid = fmt.Sprintf("00000000-0000-4000-9000-%012d", ids)
	d.docs[0].data = pdfOf(1, a4)
	return d
}

func dataType(s string) string {
	return `<data-type>` + strings.Replace(s, ">", ` xmlns="`+nsDataTypes+`">`, 1) + `</data-type>`
}

func TestOptionsAccepted(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	digital, print, pending := "<delivery-method>DIGIPOST</delivery-method><sender-id>1000</sender-id><status>DELIVERED</status>",
		"<delivery-method>PRINT</delivery-method><sender-id>1000</sender-id><status>DELIVERED_TO_PRINT</status>",
		"<delivery-method>PENDING</delivery-method><sender-id>1000</sender-id><status>NOT_COMPLETE</status><primary-document>"
	for name, tc := range map[string]struct {
		change func(*draft)
		want   string
	}{
		"print not needed":  {func(d *draft) { d.recipient += paper }, digital},
		"print fallback":    {func(d *draft) { d.recipient = number(per) + paper }, print},
		"print, nobody":     {func(d *draft) { d.recipient = number(nobody) + paper }, print},
		"direct print":      {func(d *draft) { d.recipient = paper }, print},
		"print abroad":      {func(d *draft) { d.recipient = "<print-details>" + abroad + backTo + "</print-details>" }, print},
		"landscape":         {func(d *draft) { d.recipient = paper; d.docs[0].data = pdfOf(1, "0 0 841.89 595.28") }, print},
		"20 pages":          {func(d *draft) { d.recipient = paper; d.docs[0].data = pdfOf(20, a4) }, print},
		"reference":         {func(d *draft) { d.middle = "<invoice-reference>" + strings.Repeat("å", 100) + "</invoice-reference>" }, digital},
		"receipt":           {func(d *draft) { d.docs[0].extra = "<opening-receipt>g</opening-receipt>" }, digital},
		"SMS":               {func(d *draft) { d.docs[0].extra = "<sms-notification><after-hours>1</after-hours></sms-notification>" }, digital},
		"invitation":        {func(d *draft) { d.recipient = number(per); d.after = invitation("+4791234567", "") }, pending},
		"invitation, user":  {func(d *draft) { d.after = invitation("91234567", "") }, digital},
		"invitation, print": {func(d *draft) { d.recipient = number(nobody); d.after = invitation("004791234567", paper) }, pending},
		"unread": {func(d *draft) {
			d.after = "<print-if-unread><print-if-unread-after>" + in(time.Hour) + "</print-if-unread-after>" + paper + "</print-if-unread>"
		}, digital},
		"SMS and e-mail": {func(d *draft) {
			d.docs[0].extra = `<sms-notification><overrides><sms-mobile-number>+4791234567</sms-mobile-number><text>Hei</text></overrides><at time="` + in(time.Hour) + `"/></sms-notification>` +
				`<email-notification><email-address>kari@example.no</email-address><subject>s</subject><text>t</text><at time="` + in(time.Hour) + `"/></email-notification>`
		}, digital},
		"invoice": {func(d *draft) {
			d.docs[0].extra = dataType("<invoice><link><url>https://example.no</url></link><due-date>2030-01-15</due-date><sum>1234.50</sum><creditor-account>12345678903</creditor-account><kid>123456782</kid></invoice>")
		}, digital},
		"inkasso": {func(d *draft) {
			d.docs[0].extra = dataType("<inkasso><due-date>2030-01-15T00:00:00+01:00</due-date></inkasso>")
		}, digital},
		"payslip":      {func(d *draft) { d.docs[0].extra = dataType("<payslip></payslip>") }, digital},
		"receipt data": {func(d *draft) { d.docs[0].extra = dataType("<opening-receipt><group>g</group></opening-receipt>") }, digital},
	} {
		t.Run(name, func(t *testing.T) {
			c := *c
			c.t = t
			d := fresh()
			tc.change(&d)
			validateMessage(t, d.xml())
			if a := c.must(d.request()); a.status != 201 || !strings.Contains(string(a.body), tc.want) {
				t.Fatalf("%d %s", a.status, a.body)
			}
			status := string(c.get("/documents/1000/" + d.docs[0].uuid + "/status").body)
			want := map[string]string{digital: `status="DELIVERED"`, print: `status="DELIVERED"`, pending: `status="NOT_DELIVERED"`}[tc.want]
			channel := map[string]string{digital: `channel="DIGIPOST"`, print: `channel="PRINT"`, pending: `channel="PENDING"`}[tc.want]
			if !strings.Contains(status, want) || !strings.Contains(status, channel) {
				t.Errorf("status: %s", status)
			}
		})
	}
	got := s.snapshot()
	if len(got.Printed) != 6 || len(got.Pending) != 2 || len(got.Delivered) != 11 || got.Printed[0].Print == nil {
		t.Errorf("%d printed, %d pending, %d delivered", len(got.Printed), len(got.Pending), len(got.Delivered))
	}
	if code, text := postTo(t, s.Ready().Control+"/clock", "49h", "text/plain"); code != 204 {
		t.Fatal(code, text)
	}
	if got = s.snapshot(); len(got.Printed) != 7 || len(got.Pending) != 1 {
		t.Errorf("after the deadline: %d printed, %d pending", len(got.Printed), len(got.Pending))
	}
}

func invitation(phone, print string) string {
	return "<request-for-registration><registration-deadline>" + in(48*time.Hour) + "</registration-deadline><phone-number>" + phone + "</phone-number>" + print + "</request-for-registration>"
}

// validateMessage checks with both schemas that a draft of a test is valid.
func validateMessage(t *testing.T, doc string) {
	t.Helper()
	api, foundAPI := findShared("schemas", "api_v8.xsd")
	types, found := findShared("schemas", "digipost-datatypes.xsd")
	lint, err := exec.LookPath("xmllint")
	if !foundAPI || !found || err != nil {
		return // validate fails or stays silent for the answer
	}
	both := t.TempDir() + "/both.xsd"
	writeFile(t, both, `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"><xsd:import namespace="`+nsAPI+`" schemaLocation="`+api+
		`"/><xsd:import namespace="`+nsDataTypes+`" schemaLocation="`+types+`"/></xsd:schema>`)
	cmd := exec.Command(lint, "--nonet", "--noout", "--schema", both, "-")
	cmd.Stdin = strings.NewReader(doc)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the test's own message: %s\n%s", out, doc)
	}
}

func TestOptionsRefused(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	extra := func(x string) func(*draft) { return func(d *draft) { d.docs[0].extra = x } }
	toPaper := func(x string) func(*draft) {
		return func(d *draft) { d.recipient = number(per) + "<print-details>" + x + "</print-details>" }
	}
	print := func(pdf string) func(*draft) {
		return func(d *draft) { d.recipient += paper; d.docs[0].data = pdf }
	}
	sms := func(x string) string { return "<sms-notification>" + x + "</sms-notification>" }
	for name, tc := range map[string]struct {
		change func(*draft)
		status int
		code   string
	}{
		"zip":         {toPaper(strings.Replace(paperTo, "7011", "701", 1) + backTo), 400, "INVALID_RECIPIENT_PRINT_ADDRESS"},
		"no name":     {toPaper(strings.Replace(paperTo, "Per Æsaas", " ", 1) + backTo), 400, "INVALID_RECIPIENT_PRINT_ADDRESS"},
		"country":     {toPaper(strings.Replace(abroad, "SE", "Sverige", 1) + backTo), 400, "INVALID_RECIPIENT_PRINT_ADDRESS"},
		"return city": {toPaper(paperTo + strings.Replace(backTo, "Oslo", "", 1)), 400, "INVALID_RETURN_ADDRESS"},
		"post-type":   {toPaper(paperTo + backTo + "<post-type>B</post-type>"), 400, "SCHEMA_VALIDATION_ERROR"},
		"not PDF":     {func(d *draft) { d.recipient += paper; d.docs[0].fileType, d.docs[0].data = "txt", "x" }, 400, "CONTENT_OF_PRINT_MESSAGE_MUST_BE_PDF"},
		"cut PDF":     {print("%PDF-1.4\n"), 400, "INVALID_PDF_CONTENT"},
		"A3":          {print(pdfOf(1, "0 0 841.89 1190.55")), 400, "INVALID_PDF_CONTENT"},
		"letter":      {print(pdfOf(1, "0 0 612 792")), 400, "INVALID_PDF_CONTENT"},
		"21 pages":    {print(pdfOf(21, a4)), 400, "INVALID_PDF_CONTENT"},
		"PDF 2.0":     {print(strings.Replace(pdfOf(1, a4), "%PDF-1.7", "%PDF-2.0", 1)), 400, "INVALID_PDF_CONTENT"},
		"encrypted":   {print(strings.Replace(pdfOf(1, a4), "/Root", "/Encrypt 9 0 R /Root", 1)), 400, "INVALID_PDF_CONTENT"},
		"unread, past": {func(d *draft) {
			d.after = "<print-if-unread><print-if-unread-after>" + in(-time.Hour) + "</print-if-unread-after>" + paper + "</print-if-unread>"
		}, 400, "INVALID_DATE"},
		"invited, past": {func(d *draft) {
			d.after = strings.Replace(invitation("91234567", ""), "-deadline>20", "-deadline>19", 1)
		}, 400, "INVALID_DATE"},
		"invited, phone": {func(d *draft) { d.after = invitation("912345678", "") }, 400, "INVALID_PHONE_NUMBER"},
		"invited, address": {func(d *draft) {
			d.recipient, d.after = "<digipost-address>kari.nordmann#A1B2</digipost-address>", invitation("91234567", "")
		}, 400, "VALIDATION_FAILED"},
		"invited, bad number": {func(d *draft) { d.recipient, d.after = number("00000000001"), invitation("91234567", "") }, 404, "UNKNOWN_RECIPIENT"},
		"SMS without time":    {extra(sms("")), 400, "INVALID_SMS_NOTIFICATION_TIME"},
		"SMS in the past":     {extra(sms(`<at time="` + in(-time.Hour) + `"/>`)), 400, "INVALID_SMS_NOTIFICATION_TIME"},
		"SMS at no time":      {extra(sms(`<at/>`)), 400, "INVALID_SMS_NOTIFICATION_TIME"},
		"SMS number":          {extra(sms("<overrides><sms-mobile-number>1234</sms-mobile-number><text>x</text></overrides><after-hours>1</after-hours>")), 400, "INVALID_PHONE_NUMBER"},
		"SMS text":            {extra(sms("<overrides><sms-mobile-number>91234567</sms-mobile-number><text>" + strings.Repeat("x", 161) + "</text></overrides>")), 400, "SCHEMA_VALIDATION_ERROR"},
		"e-mail":              {extra(`<email-notification><email-address>kari</email-address><subject>s</subject><text>t</text><at time="` + in(time.Hour) + `"/></email-notification>`), 400, "INVALID_EMAIL_ADDRESS"},
		"e-mail, past":        {extra(`<email-notification><email-address>a@b.no</email-address><subject>s</subject><text>t</text><at time="` + in(-time.Hour) + `"/></email-notification>`), 400, "INVALID_EMAIL_NOTIFICATION_TIME"},
		"e-mail, no time":     {extra(`<email-notification><email-address>a@b.no</email-address><subject>s</subject><text>t</text></email-notification>`), 400, "SCHEMA_VALIDATION_ERROR"},
		"opened":              {extra(`<opened>true</opened>`), 400, "VALIDATION_FAILED"},
		"invoice, no KID":     {extra(dataType("<invoice><due-date>2030-01-15</due-date><sum>1</sum><creditor-account>12345678903</creditor-account></invoice>")), 400, "VALIDATION_FAILED"},
		"invoice, account":    {extra(dataType("<invoice><due-date>2030-01-15</due-date><sum>1</sum><creditor-account>1234.56.78903</creditor-account><kid>1</kid></invoice>")), 400, "VALIDATION_FAILED"},
		"invoice, comma":      {extra(dataType("<invoice><due-date>2030-01-15</due-date><sum>1,5</sum><creditor-account>12345678903</creditor-account><kid>1</kid></invoice>")), 400, "SCHEMA_VALIDATION_ERROR"},
		"invoice, order":      {extra(dataType("<invoice><sum>1</sum><due-date>2030-01-15</due-date><creditor-account>12345678903</creditor-account><kid>1</kid></invoice>")), 400, "SCHEMA_VALIDATION_ERROR"},
		"invoice, date":       {extra(dataType("<invoice><due-date>15.01.2030</due-date><sum>1</sum><creditor-account>12345678903</creditor-account><kid>1</kid></invoice>")), 400, "VALIDATION_FAILED"},
		"inkasso, KID":        {extra(dataType("<inkasso><due-date>2030-01-15</due-date><kid>" + strings.Repeat("1", 26) + "</kid></inkasso>")), 400, "VALIDATION_FAILED"},
		"payslip, amount":     {extra(dataType("<payslip><net-amount>-1</net-amount></payslip>")), 400, "INVALID_MONETARY_AMOUNT"},
		"three decimals":      {extra(dataType("<payslip><net-amount>1.005</net-amount></payslip>")), 400, "INVALID_MONETARY_AMOUNT"},
		"receipt group":       {extra(dataType("<opening-receipt><group> </group></opening-receipt>")), 400, "VALIDATION_FAILED"},
		"other data":          {extra(dataType("<residence></residence>")), 400, "SCHEMA_VALIDATION_ERROR"},
		"unknown data":        {extra(dataType("<x></x>")), 400, "SCHEMA_VALIDATION_ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			c := *c
			c.t = t
			d := fresh()
			tc.change(&d)
			refusedWith(t, c.must(d.request()), tc.status, tc.code)
		})
	}
}

// What an agreement does not hold is refused; what it holds beyond the usual is not.
func TestAgreement(t *testing.T) {
	poor := start(t, func(c *Config) {
		c.Senders = []Sender{{ID: 1000, Features: []string{"delivery.digipost"}, Permissions: []string{}},
			{ID: 3000, OrganisationNumber: "310245798", Features: []string{featureNegativeBleed + "=0", featurePrintFallback}}}
	})
	c := newCaller(t, poor.Ready())
	for name, tc := range map[string]struct {
		change func(*draft)
		code   string
	}{
		"direct print": {func(d *draft) { d.recipient = paper }, "NOT_APPROVED_FOR_DIRECT_PRINT"},
		"print":        {func(d *draft) { d.recipient += paper }, "NOT_APPROVED_FOR_PRINT"},
		"invited":      {func(d *draft) { d.after = invitation("91234567", paper) }, "NOT_APPROVED_FOR_PRINT"},
		"own number": {func(d *draft) {
			d.docs[0].extra = "<sms-notification><overrides><sms-mobile-number>91234567</sms-mobile-number><text>x</text></overrides><after-hours>1</after-hours></sms-notification>"
		}, "NOTIFICATION_ADDRESSES_NOT_ALLOWED"},
	} {
		d := fresh()
		tc.change(&d)
		t.Run(name, func(t *testing.T) { refusedWith(t, c.must(d.request()), 403, tc.code) })
	}
	d := fresh()
	d.middle = "<delivery-time>" + in(time.Hour) + "</delivery-time>"
	refusedWith(t, c.must(d.request()), 400, "VALIDATION_FAILED")
	d = fresh()
	d.before, d.recipient = "<sender-id>3000</sender-id>", number(per)+paper
	if a := c.must(d.request()); a.status != 201 || !strings.Contains(string(a.body), "<sender-id>3000</sender-id><status>DELIVERED_TO_PRINT</status>") {
		t.Errorf("%d %s", a.status, a.body)
	}
	refusedWith(t, c.must(request{method: "GET", path: "/documents/1000/" + d.docs[0].uuid + "/status"}), 404, "DOCUMENT_NOT_FOUND")
	if a := c.get("/documents/3000/" + d.docs[0].uuid + "/status"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	d = fresh()
	d.before, d.recipient, d.docs[0].data = "<sender-id>3000</sender-id>", number(per)+paper, pdfOf(1, "0 0 590 841.89")
	refusedWith(t, c.must(d.request()), 400, "INVALID_PDF_CONTENT")
	if a := c.get("/sender-information?org_id=310245798"); !strings.Contains(string(a.body), `<feature param="0">no.digipost.feature.validation.print.negativebleed</feature>`) {
		t.Errorf("features: %s", a.body)
	}

	dir := newDir(t)
	writeFile(t, dir+"/senders.json", `[{"id": 1000, "permissions": ["sender-organization", "technical-attachments", "idporten"]}, {"id": 3000, "organisation_number": "310245798"}]`)
	rich := start(t, func(c *Config) { c.Dir = dir })
	c = newCaller(t, rich.Ready())
	d = fresh()
	d.before = "<sender-organization><organization-id>310245798</organization-id></sender-organization>"
	d.docs[0].attrs = ` technical-type="x"`
	refusedWith(t, c.must(d.request()), 403, "NOT_APPROVED_FOR_TECHNICAL_ATTACHMENTS") // the sender's agreement counts
	d.docs[0].attrs = ""
	if a := c.must(d.request()); a.status != 201 || !strings.Contains(string(a.body), "<sender-id>3000</sender-id>") {
		t.Errorf("%d %s", a.status, a.body)
	}
	d = fresh()
	d.docs[0].attrs, d.docs[0].extra = ` technical-type="x"`, "<authentication-level>IDPORTEN_4</authentication-level>"
	if a := c.must(d.request()); a.status != 201 {
		t.Errorf("%d %s", a.status, a.body)
	}
}
