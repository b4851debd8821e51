package validate

import (
	"context"
	"io"
	"strings"
	"testing"
)

func TestGoldenRequestsFitTheRules(t *testing.T) {
	for folder, check := range map[string]func(context.Context, io.Reader) (Report, error){"rest": Document, "batch": Batch} {
		for name, document := range golden(t, folder) {
			report, err := check(t.Context(), strings.NewReader(document))
			if err != nil || !report.Valid() && !strings.HasSuffix(name, "-odd.xml") {
				t.Errorf("%s: %v %+v", name, err, report.Errors)
			}
		}
	}
	for _, document := range restSamples {
		if report, err := Document(t.Context(), strings.NewReader(document)); err != nil || !report.Valid() {
			t.Errorf("%v %+v\n%s", err, report.Errors, document)
		}
	}
	for _, document := range []string{mailingSample, mailingResultSample, signedSample} {
		if report, err := Batch(t.Context(), strings.NewReader(document)); err != nil || !report.Valid() || len(report.Warnings) > 0 {
			t.Errorf("%v %+v\n%s", err, report, document)
		}
	}
}

func TestMessageRules(t *testing.T) {
	by := func(kind, value string) string { return "<" + kind + ">" + value + "</" + kind + ">" }
	fnr := by("personal-identification-number", person)
	doc := func(parts string) string {
		return `<uuid>` + uuid + `</uuid><subject>Hei</subject><file-type>pdf</file-type>` + parts
	}
	data := func(parts string) string { return doc(`<data-type>` + parts + `</data-type>`) }
	invoice := func(account, kid string) string {
		return data(`<invoice` + types + `><due-date>2026-12-01</due-date><sum>10.50</sum><creditor-account>` + account + `</creditor-account>` + kid + `</invoice>`)
	}
	const main, to = "/message/primary-document", "/message/recipient"
	invite := func(parts string) string {
		return `<request-for-registration><registration-deadline>` + when + `</registration-deadline>` + parts + `</request-for-registration>`
	}
	for _, e := range []expect{
		{letter(" ", "", ""), []string{"no_recipient " + to}, nil},
		{letter(paper, "", ""), nil, nil},
		{letter(paper, strings.Replace(doc(""), "pdf", "html", 1), ""), []string{"print_not_pdf " + main + "/file-type"}, nil},
		{letter(fnr, "", ""), nil, nil},
		{letter(by("personal-identification-number", "01013300001"), "", ""), nil, []string{"check_digit " + to + "/personal-identification-number"}},
		{letter(by("personal-identification-number", "01.01.33000"), "", ""), []string{"bad_number " + to + "/personal-identification-number"}, nil},
		{letter(by("organisation-number", "123456785"), "", ""), nil, nil},
		{letter(by("organisation-number", "123456786"), "", ""), nil, []string{"check_digit " + to + "/organisation-number"}},
		{letter(by("bank-account-number", "12345678904"), "", ""), nil, []string{"needs_permission " + to + "/bank-account-number", "check_digit " + to + "/bank-account-number"}},
		{letter(by("digipost-address", " "), "", ""), []string{"blank_value " + to + "/digipost-address"}, nil},
		{letter(by("digipost-address", "kari"), "", ""), nil, []string{"odd_digipost_address " + to + "/digipost-address"}},
		{letter(`<email-details><email-address>kari</email-address></email-details>`, "", ""), nil, []string{"odd_email " + to + "/email-details/email-address"}},
		{letter("", "", `<attachment>`+doc("")+`</attachment>`), []string{"duplicate_uuid /message/attachment/uuid"}, nil},
		{letter("", strings.Replace(doc(""), "Hei", " \n", 1), ""), []string{"blank_subject " + main + "/subject"}, nil},
		{letter("", `<file-type>pdf</file-type>`, ""), nil, []string{"missing_subject " + main, "missing_uuid " + main}},
		{letter("", strings.Replace(doc(""), "pdf", "PDF", 1), ""), nil, []string{"odd_file_type " + main + "/file-type"}},
		{letter("", doc(`<content-hash hash-algorithm="SHA256">AA==</content-hash>`), ""), nil, []string{"odd_hash " + main + "/content-hash"}},
		{letter("", doc(`<authentication-level>IDPORTEN_3</authentication-level>`), ""), nil, []string{"needs_permission " + main + "/authentication-level"}},
		{letter("", doc(`<sms-notification/>`), ""), nil, []string{"no_time " + main + "/sms-notification"}},
		{letter("", doc(`<sms-notification><at time="2026-12-01T20:00:00+01:00"/><at time="2026-12-01T12:00:00"/><at/></sms-notification>`), ""), nil,
			[]string{"outside_window " + main + "/sms-notification/at", "no_offset " + main + "/sms-notification/at[2]", "no_time " + main + "/sms-notification/at[3]"}},
		{letter("", doc(`<email-notification><email-address>a</email-address><subject>s</subject><text>t</text><at time="`+when+`"/></email-notification>`), ""), nil,
			[]string{"odd_email " + main + "/email-notification/email-address"}},
		{letter("", invoice("12345678903", "<kid>12344</kid>"), ""), nil, nil},
		{letter("", invoice("12345678903", "<kid>12343</kid>"), ""), nil, nil},
		{letter("", invoice("12345678903", "<kid>12345</kid>"), ""), nil, []string{"check_digit " + main + "/data-type/invoice/kid"}},
		{letter("", invoice("1234 56 78903", "<kid> </kid>"), ""), []string{"bad_kid " + main + "/data-type/invoice/kid", "bad_number " + main + "/data-type/invoice/creditor-account"}, nil},
		{letter("", invoice("12345678903", "<kid>"+strings.Repeat("1", 26)+"</kid>"), ""), []string{"bad_kid " + main + "/data-type/invoice/kid"}, nil},
		{letter("", invoice("12345678903", ""), ""), nil, []string{"missing_kid " + main + "/data-type/invoice"}},
		{letter("", data(`<inkasso`+types+`><due-date>1. desember</due-date><sum>0</sum></inkasso>`), ""), nil,
			[]string{"odd_date " + main + "/data-type/inkasso/due-date", "odd_amount " + main + "/data-type/inkasso/sum"}},
		{letter(fnr, "", invite("<phone-number>90000000</phone-number>")), nil, nil},
		{letter(fnr, "", invite("<phone-number>900 00 000</phone-number>")), []string{"bad_phone /message/request-for-registration/phone-number"}, nil},
		{letter("", "", invite("")), []string{"registration_recipient /message/request-for-registration"}, nil},
		{letter(paper, "", `<print-if-unread><print-if-unread-after>2026-12-01T12:00:00</print-if-unread-after>`+paper+`</print-if-unread>`), nil,
			[]string{"no_offset /message/print-if-unread/print-if-unread-after", "no_recipient /message/print-if-unread"}},
		{letter(strings.Replace(paper, "0155", "155", 1), "", ""), nil, []string{"odd_postcode " + to + "/print-details/recipient/norwegian-address/zip-code"}},
		{`<identification` + api + `/>`, []string{"no_recipient /identification"}, nil},
		{`<identification-result` + api + `><result>IDENTIFIED</result><digipost-address>a#1234</digipost-address></identification-result>`, nil, []string{"wrong_result /identification-result/digipost-address"}},
		{`<error` + api + `><error-code>X</error-code><error-message/><error-type>MINE</error-type></error>`, nil, []string{"unknown_word /error/error-type"}},
		{`<archive` + api + `><documents><uuid>` + uuid + `</uuid><file-type>pdf</file-type></documents><documents><uuid>` + uuid + `</uuid><file-type>pdf</file-type></documents></archive>`,
			[]string{"duplicate_uuid /archive/documents[2]/uuid"}, nil},
	} {
		e.hold(t, Document)
	}
}

func TestOtherCopiesOfTheSchema(t *testing.T) {
	event := `<event uuid="` + uuid + `" type="REQUEST_FOR_REGISTRATION_EXPIRED" created="` + when + `" document-created="` + when + `"><metadata xmlns:xsi="` + xsiNamespace + `" xsi:type="request-for-registration-expired-metadata" fallback-channel="print"/></event>`
	expect{`<document-events` + api + `>` + event + `</document-events>`, nil, []string{"other_copy /document-events/event/@type", "other_copy /document-events/event/metadata/@type"}}.hold(t, Document)
	inbox := `<inbox` + api + `><document><id>1</id><sender>S</sender><delivery-time>` + when + `</delivery-time><authentication-level>PASSWORD</authentication-level><link uri="x"/></document></inbox>`
	expect{inbox, nil, []string{"other_copy /inbox/document/link"}}.hold(t, Document)
	if g := grammarOf(t, ""); byGrammar(t, g, inbox).Valid() {
		t.Error("the grammar itself has changed")
	}
}

func TestManyAttachments(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		b.WriteString(`<attachment><uuid>1f0e0a52-7d0c-4a57-8f6a-3a8c4b1f` + string(rune('0'+i/10)) + string(rune('0'+i%10)) + `3e</uuid><subject>s</subject><file-type>pdf</file-type></attachment>`)
	}
	expect{letter("", "", b.String()), nil, []string{"many_attachments /message/attachment[100]"}}.hold(t, Document)
	expect{letter("", `<uuid>`+uuid+`</uuid><subject>s</subject><file-type>pdf</file-type><sms-notification>`+strings.Repeat(`<after-hours>1</after-hours>`, maxRecord)+`</sms-notification>`, ""), nil,
		[]string{"not_judged /message/primary-document/sms-notification/after-hours[19993]"}}.hold(t, Document)
}

func TestJobRules(t *testing.T) {
	change := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(mailingSample, pairs[i]) {
				t.Fatal(pairs[i])
			}
		}
		return strings.NewReplacer(pairs...).Replace(mailingSample)
	}
	const post, letters = "/masseutsendelse/standard-distribusjon/post", "/masseutsendelse/standard-distribusjon/forsendelser"
	for _, e := range []expect{
		{change("<kunde-id>2<", "<kunde-id>1<"), []string{"duplicate_customer_id " + letters + "/brev[2]/mottaker/kunde-id"}, nil},
		{change("<kunde-id>2<", "<kunde-id> 2<"), []string{"bad_customer_id " + letters + "/brev[2]/mottaker/kunde-id"}, nil},
		{change("7d99008e", "6d99008e"), []string{"duplicate_uuid " + letters + "/brev[2]/hoveddokument"}, nil},
		{change(`uuid="`+other+`" refid="d2"`, `refid="s1"`), []string{"wrong_reference " + letters + "/brev/vedlegg"}, []string{"missing_uuid " + letters + "/brev/vedlegg"}},
		{change(`refid="d2"`, `refid="d3"`), []string{"unknown_id " + letters + "/brev/vedlegg/@refid"}, nil},
		{change(`<m:id>d2<`, `<m:id>d1<`, `refid="d2"`, `refid="d1"`), []string{"duplicate_id " + post + "/dokument[2]/id"}, nil},
		{change(`extends="s1"`, `extends="d1"`), []string{"wrong_reference " + post + "/dokument/innstillinger"}, nil},
		{change("dok/brev.pdf", "dok/brev.html"), []string{"print_not_pdf " + letters + "/brev[2]/hoveddokument"}, nil},
		{change("dok/brev.pdf", "dok/"), []string{"bad_file " + post + "/dokument/fil", "print_not_pdf " + letters + "/brev[2]/hoveddokument"}, nil},
		{change("f.pdf", "få.pdf"), nil, []string{"odd_file " + post + "/dokument[2]/fil"}},
		{change("<m:kid>12344</m:kid>", ""), nil, []string{"missing_kid " + post + "/dokument[2]"}},
		{change("12344", "12345", "12345678903", "12345678904", "10.50", "0"), nil, []string{"check_digit " + post + "/dokument[2]/kid", "odd_amount " + post + "/dokument[2]/beloep", "check_digit " + post + "/dokument[2]/kontonummer"}},
		{change(`<tidspunkt>`+when, `<tidspunkt>2026-12-01T08:59:00`), nil, []string{
			"no_offset /masseutsendelse/standard-distribusjon/felles-innstillinger/dokument-innstillinger/sms-varsling/tidspunkt",
			"outside_window /masseutsendelse/standard-distribusjon/felles-innstillinger/dokument-innstillinger/sms-varsling/tidspunkt"}},
		{change("</adresse></mottaker>", "</adresse><foedselsdato>1981-01-01</foedselsdato></mottaker>"), []string{"bad_birth_date " + letters + "/brev[2]/mottaker/foedselsdato"}, []string{"weak_identification " + letters + "/brev[2]/mottaker"}},
		{change("</adresse></mottaker>", "</adresse><foedselsdato>010181</foedselsdato></mottaker>"), nil, []string{"weak_identification " + letters + "/brev[2]/mottaker"}},
		{change(`xsi:type="brev-med-print"`, ""), []string{"unexpected_element " + letters + "/brev[2]/fysisk-print"}, nil},
		{`<mottakersplitt xmlns="http://www.digipost.no/xsd/avsender2_0"/>`, []string{"discontinued_version /mottakersplitt"}, nil},
		{`<message` + api + `/>`, []string{"other_interface /message"}, nil},
		{strings.Replace(mailingResultSample, "<status>UGYLDIG<", "<status>DIGIPOST<", 1), nil,
			[]string{"wrong_result /masseutsendelse-resultat/mottaker-resultater/resultat/ugyldig-grunn", "wrong_result /masseutsendelse-resultat/mottaker-resultater/resultat/ugyldig-grunn[2]"}},
	} {
		e.hold(t, Batch)
	}
}
