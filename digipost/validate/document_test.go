package validate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// letter is a small message; parts replace its recipient and its document.
func letter(recipient, document, rest string) string {
	if recipient == "" {
		recipient = `<digipost-address>kari.prove#12AB</digipost-address>`
	}
	if document == "" {
		document = `<uuid>` + uuid + `</uuid><subject>Hei</subject><file-type>pdf</file-type>`
	}
	return "<message" + api + ">\n<message-id>m</message-id>\n<recipient>" + recipient + "</recipient>\n<primary-document>" + document + "</primary-document>\n" + rest + "</message>"
}

const (
	person  = "01818130291" // synthetic: month +80
	address = `<name>Kari Prøve</name><norwegian-address><zip-code>0155</zip-code><city>Oslo</city></norwegian-address>`
	paper   = `<print-details><recipient>` + address + `</recipient><return-address>` + address + `</return-address></print-details>`
)

// expect is what is found in a document: codes and paths.
type expect struct {
	document string
	errors   []string
	warnings []string
}

func listed(findings []Finding) string {
	var lines []string
	for _, f := range findings {
		lines = append(lines, fmt.Sprintf("%s %s", f.Code, f.Path))
	}
	return strings.Join(lines, "\n")
}

func (e expect) hold(t *testing.T, check func(context.Context, io.Reader) (Report, error)) {
	t.Helper()
	report, err := check(t.Context(), strings.NewReader(e.document))
	if err != nil {
		t.Fatal(err)
	}
	if got := listed(report.Errors); got != strings.Join(e.errors, "\n") {
		t.Errorf("errors\n%s\nwanted\n%s\n%+v\n%s", got, strings.Join(e.errors, "\n"), report.Errors, e.document)
	}
	if got := listed(report.Warnings); got != strings.Join(e.warnings, "\n") {
		t.Errorf("warnings\n%s\nwanted\n%s\n%+v\n%s", got, strings.Join(e.warnings, "\n"), report.Warnings, e.document)
	}
}

func TestGrammarFindings(t *testing.T) {
	event := func(attributes, metadata string) string {
		return `<document-events` + api + ` xmlns:xsi="` + xsiNamespace + `"><event uuid="` + uuid + `" type="POSTMARKED" created="` + when + `"` + attributes + `>` + metadata + `</event></document-events>`
	}
	created := ` document-created="` + when + `"`
	for _, e := range []expect{
		{letter("", "", ""), nil, nil},
		{letter("", `<file-type>pdf</file-type><subject>a</subject>`, ""), []string{"unexpected_element /message/primary-document/subject"},
			[]string{"missing_uuid /message/primary-document"}},
		{strings.Replace(letter("", "", ""), "<recipient>", "<recipient/><recipient>", 1), []string{"no_recipient /message/recipient", "too_many_elements /message/recipient[2]"}, nil},
		{`<message` + api + `/>`, []string{"missing_element /message"}, []string{"missing_message_id /message"}},
		{`<message` + api + `><message-id>1</message-id><primary-document><file-type>pdf</file-type></primary-document></message>`, []string{"missing_element /message"},
			[]string{"missing_subject /message/primary-document", "missing_uuid /message/primary-document"}},
		{letter("", "", `<attachment><uuid>X</uuid><subject>`+strings.Repeat("æ", 256)+`</subject><file-type/></attachment><attachment/>`),
			[]string{"bad_pattern /message/attachment/uuid", "too_long /message/attachment/subject", "missing_element /message/attachment[2]"},
			[]string{"odd_file_type /message/attachment/file-type", "missing_subject /message/attachment[2]", "missing_uuid /message/attachment[2]"}},
		{letter(`<personal-identification-number>123</personal-identification-number>`, "", ""),
			[]string{"wrong_length /message/recipient/personal-identification-number", "bad_number /message/recipient/personal-identification-number"}, nil},
		{`<batch` + api + ` x="1"><uuid y="2">` + uuid + `</uuid><status>GONE</status><count-print>9999999999</count-print>text</batch>`,
			[]string{"unexpected_attribute /batch/@x", "unexpected_attribute /batch/uuid/@y", "not_in_list /batch/status", "out_of_range /batch/count-print", "unexpected_text /batch"}, nil},
		{`<entrypoint` + api + `><link/><link uri="x">y</link></entrypoint>`, []string{"missing_attribute /entrypoint/link", "unexpected_text /entrypoint/link[2]"}, nil},
		{`<entrypoint` + api + `><link uri="x"> </link><link uri="y"><a/></link></entrypoint>`, []string{"unexpected_text /entrypoint/link", "unexpected_element /entrypoint/link[2]/a"}, nil},
		{`<batch` + api + `><uuid>` + uuid + `</uuid><sum/></batch>`, []string{"unexpected_element /batch/sum"}, nil},
		{`<additional-data` + api + `><data-type><nope` + types + `/></data-type></additional-data>`, []string{"unknown_element /additional-data/data-type/nope"}, nil},
		{`<additional-data` + api + `><data-type><payslip/></data-type></additional-data>`, []string{"unexpected_element /additional-data/data-type/payslip", "missing_element /additional-data/data-type"}, nil},
		{event("", ""), []string{"missing_attribute /document-events/event"}, nil},
		{event(created, `<metadata/>`), []string{"abstract_type /document-events/event/metadata"}, nil},
		{event(created, `<metadata xsi:type="nope"/>`), []string{"bad_type /document-events/event/metadata/@type"}, nil},
		{event(created, `<metadata xsi:type="link" uri="x"/>`), []string{"bad_type /document-events/event/metadata/@type"}, nil},
		{event(created, `<metadata xsi:type="postmarked-metadata" postmarked-date="today"/>`), []string{"bad_value /document-events/event/metadata/@postmarked-date"}, nil},
		{event(created, `<metadata xsi:type="failed-print-metadata" error-code="x"/>`), nil, []string{"wrong_metadata /document-events/event/metadata"}},
		{`<tags` + api + ` xmlns:xsi="` + xsiNamespace + `"><tag-type xsi:nil="true"/></tags>`, []string{"not_nillable /tags/tag-type/@nil", "not_in_list /tags/tag-type"}, nil},
		{`<message xmlns="http://api.digipost.no/schema/v7"/>`, []string{"discontinued_version /message"}, nil},
		{`<message/>`, []string{"unknown_root /message"}, nil},
		{`<message xmlns="urn:x"/>`, []string{"unknown_root /message"}, nil},
		{`<message-id` + api + `/>`, []string{"unknown_root /message-id"}, nil},
		{`<mottakersplitt xmlns="` + batchNamespace + `"/>`, []string{"other_interface /mottakersplitt"}, nil},
	} {
		e.hold(t, Document)
	}
}

func TestNotWellFormed(t *testing.T) {
	for document, code := range map[string]string{
		"":                                     NotWellFormed,
		"  ":                                   NotWellFormed,
		"<batch" + api:                         NotWellFormed,
		"<batch" + api + ">":                   NotWellFormed,
		"<tags" + api + "/>x":                  NotWellFormed,
		"<tags" + api + "/><a/>":               NotWellFormed,
		"</a>":                                 NotWellFormed,
		"<tags" + api + "></tag>":              NotWellFormed,
		"<x:tags" + api + "/>":                 NotWellFormed,
		`<tags` + api + ` a="1" a="2"/>`:       NotWellFormed,
		`<tags` + api + `>&e;</tags>`:          NotWellFormed,
		`<tags` + api + ` xmlns:xml="urn:x"/>`: NotWellFormed,
		" <?xml version='1.0'?><tags" + api + "/>":                                                                      NotWellFormed,
		"<?xml version='1.1'?><tags" + api + "/>":                                                                       NotWellFormed,
		"<tags" + api + "><!-- \xff --></tags>":                                                                         NotWellFormed,
		"<!DOCTYPE tags [<!ENTITY e 'x'>]><tags" + api + "/>":                                                           DoctypeRefused,
		"<?xml version='1.0' encoding='EBCDIC'?><tags" + api + "/>":                                                     BadEncoding,
		"<?xml version='1.0' encoding='UTF-16'?><tags" + api + "/>":                                                     BadEncoding,
		"<recipients" + api + ">" + strings.Repeat("<recipient>", maxDepth):                                             TooDeep,
		"<error" + api + "><error-code>" + strings.Repeat("x", maxPiece+1<<17):                                          TooLarge,
		"<error" + api + "><error-code a='" + strings.Repeat("x", maxPiece+1<<17):                                       TooLarge,
		"<error" + api + "><error-code>" + strings.Repeat("<![CDATA["+strings.Repeat("x", 1000)+"]]>", maxPiece/1000+1): TooLarge,
		"<tags" + api + " " + manyAttributesText() + "/>":                                                               TooLarge,
	} {
		report, err := Document(t.Context(), strings.NewReader(document))
		if err != nil || len(report.Errors) == 0 || report.Errors[len(report.Errors)-1].Code != code {
			t.Errorf("%.100q: %v %.300v, wanted %s", document, err, report, code)
		}
	}
}

func manyAttributesText() string {
	var b strings.Builder
	for i := range maxAttributes + 1 {
		fmt.Fprintf(&b, " a%d=''", i)
	}
	return b.String()
}

func TestEncodings(t *testing.T) {
	subject := "Årsmøte"
	wide := func(s string, low bool) string {
		var b strings.Builder
		for _, r := range "\uFEFF" + s {
			if low {
				b.Write([]byte{byte(r), byte(r >> 8)})
			} else {
				b.Write([]byte{byte(r >> 8), byte(r)})
			}
		}
		return b.String()
	}
	body := letter("", `<uuid>`+uuid+`</uuid><subject>`+strings.Repeat(subject, 36)+`</subject><file-type>pdf</file-type>`, "")
	latin := strings.NewReplacer("Å", "\xC5", "ø", "\xF8").Replace(body)
	for name, document := range map[string]string{
		"utf-8":      `<?xml version="1.0" encoding="utf-8" standalone="yes"?>` + body,
		"mark":       "\xEF\xBB\xBF" + body,
		"latin 1":    `<?xml version="1.0" encoding="ISO-8859-1"?>` + latin,
		"windows":    `<?xml version="1.0" encoding="windows-1252"?>` + latin,
		"utf-16":     wide(`<?xml version="1.0" encoding="UTF-16"?>`+body, false),
		"utf-16 low": wide(body, true),
	} {
		report, err := Document(t.Context(), strings.NewReader(document))
		if err != nil || !report.Valid() {
			t.Errorf("%s: %v %v", name, err, report) // 252 characters, though more bytes
		}
	}
	report, err := Document(t.Context(), strings.NewReader(latin))
	if err != nil || report.Valid() || report.Errors[0].Code != NotWellFormed {
		t.Error("bytes that are not UTF-8 passed", err, report)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	report, err := Document(t.Context(), strings.NewReader(`<document-status`+api+`>`+strings.Repeat(`<attachments x="1"/>`, 1000)+`</document-status>`))
	if err != nil || len(report.Errors) != maxFindings || !report.More {
		t.Error(err, len(report.Errors), report.More)
	}
	report, err = Document(t.Context(), strings.NewReader(`<entrypoint`+api+`>`+strings.Repeat(`<link rel="r/SELF" uri="x"/>`, 1000)+`</entrypoint>`))
	if err != nil || !report.Valid() || len(report.Warnings) != maxFindings || !report.More {
		t.Error(err, len(report.Warnings), report.More)
	}
}

func TestReadingEnds(t *testing.T) {
	broken := errors.New("the disk is gone")
	if _, err := Document(t.Context(), iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Document(ctx, strings.NewReader(letter("", "", ""))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	report, err := Document(t.Context(), iotest.OneByteReader(strings.NewReader(letter("", "", ""))))
	if err != nil || !report.Valid() || report.Root != "message" {
		t.Error(err, report)
	}
}

func TestBirthNumbersAreMasked(t *testing.T) {
	for in, want := range map[string]string{
		"01818130291":          "018181*****",
		"x018181 30291y":       "x018181 *****y",
		"01.81.81.30.291":      "01.81.81.**.***",
		"123456789":            "123456789",
		"2026-12-01T12:00:00":  "2026-12-01T12:00:00",
		uuid:                   uuid,
		"1818130291":           "181813****",
		"01818130291 and 1234": "018181***** and 1234",
		"ø01818130291":         "ø018181*****",
	} {
		if got := mask(in); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
	for _, document := range []string{
		letter("", `<uuid>`+person+`</uuid><subject>s</subject><file-type>`+person+`</file-type>`, `<n`+person+`/>`),
		`<m` + person + api + `/>`,
		`<message xmlns="http://api.digipost.no/schema/v` + person + `"/>`,
		`<tags` + api + `><tag-type a` + person + `="1">` + person + `</tag-type></tags>`,
		`<tags` + api + `>&e` + person + `;</tags>`,
		`<tags` + api + `></t` + person + `>`,
		`<?xml version="1.0" encoding="` + person + `"?><tags` + api + `/>`,
		`<?xml version="` + person + `"?><tags` + api + `/>`,
		`<batch` + api + ` xmlns:xsi="` + xsiNamespace + `" xsi:type="t` + person + `"/>`,
	} {
		report, err := Document(t.Context(), strings.NewReader(document))
		if shown := fmt.Sprintf("%v %+v", err, report); strings.Contains(shown, person) {
			t.Error(shown)
		}
	}
}

func TestLines(t *testing.T) {
	document := letter("", "", "<attachment>\n<uuid>x</uuid>\n<subject>s</subject>\n</attachment>\n")
	report, err := Document(t.Context(), strings.NewReader(document))
	if err != nil || len(report.Errors) != 2 || report.Errors[0].Line != 6 || report.Errors[1].Line != 5 {
		t.Error(err, report)
	}
}
