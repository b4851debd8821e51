package digipost

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestErrorBodies: whatever comes, there is a code and a type, and the error's
// text holds nothing of the answer.
func TestErrorBodies(t *testing.T) {
	secret := "01818130291"
	for name, test := range map[string]struct {
		status     int
		body       string
		code, kind string
		message    string
	}{
		"good":          {400, errorXML("DUPLICATE_MESSAGE", "CLIENT_DATA", secret), "DUPLICATE_MESSAGE", "CLIENT_DATA", secret},
		"no message":    {404, errorXML("UNKNOWN_RECIPIENT", "CLIENT_DATA", ""), "UNKNOWN_RECIPIENT", "CLIENT_DATA", ""},
		"no type":       {400, "<error><error-code>X_Y</error-code></error>", "X_Y", "CLIENT_TECHNICAL", ""},
		"html":          {502, "<html><head><title>502 " + secret + "</title>", "SERVER_ERROR", "SERVER", ""},
		"plain":         {403, "Forbidden " + secret, "GENERAL_ERROR", "CLIENT_TECHNICAL", ""},
		"empty":         {503, "", "API_UNAVAILABLE", "SERVER", ""},
		"cut":           {400, errorXML("DUPLICATE_MESSAGE", "CLIENT_DATA", secret)[:90], "GENERAL_ERROR", "CLIENT_TECHNICAL", ""},
		"code in prose": {400, errorXML("number "+secret+" is bad", "CLIENT_DATA", ""), "GENERAL_ERROR", "CLIENT_DATA", ""},
		"long":          {400, errorXML("A", "NONE", strings.Repeat("ø", 5000)), "A", "NONE", strings.Repeat("ø", 2000)},
	} {
		e := errorAnswer(OpSend, test.status, []byte(test.body))
		if e.Code != test.code || e.Type != test.kind || e.Message != test.message {
			t.Errorf("%s: %q %q %q", name, e.Code, e.Type, e.Message)
		}
		if strings.Contains(e.Error(), secret) {
			t.Errorf("%s: the error tells a personal number: %v", name, e)
		}
	}
}

func TestQuestions(t *testing.T) {
	type ask func(error) bool
	refusal := func(status int, code string) *Error {
		return errorAnswer(OpSend, status, []byte(errorXML(code, "", "")))
	}
	unsure := refusal(400, "DUPLICATE_MESSAGE")
	unsure.Unverified = true
	for i, test := range []struct {
		err  error
		ask  ask
		want bool
	}{
		{refusal(400, "DUPLICATE_MESSAGE"), IsDuplicateMessage, true},
		{unsure, IsDuplicateMessage, false},
		{unsure, IsUnverified, true},
		{refusal(409, "DUPLICATE_DOCUMENT_ID"), IsDuplicateDocument, true},
		{refusal(403, "INVALID_SIGNATURE"), IsSignatureRefused, true},
		{refusal(403, "MISSING_CERTIFICATE"), IsSignatureRefused, true},
		{refusal(403, "GENERAL_ERROR"), IsSignatureRefused, true},
		{refusal(403, "BROKER_NOT_AUTHORIZED"), IsSignatureRefused, false},
		{refusal(403, "BROKER_NOT_AUTHORIZED"), IsNotAuthorised, true},
		{errorAnswer(OpRoot, 403, []byte("<html>blocked")), IsSignatureRefused, false},
		{refusal(403, "NOT_APPROVED_FOR_PRINT"), IsAgreementMissing, true},
		{refusal(404, "UNKNOWN_RECIPIENT"), IsNotAUser, true},
		{refusal(404, "MESSAGE_NOT_FOUND"), IsNotAUser, false},
		{refusal(500, "UNKNOWN_RECIPIENT"), IsNotAUser, false},
		{refusal(404, "UNKNOWN_RECIPIENT"), MayRetry, false},
		{fmt.Errorf("around: %w", refusal(404, "UNKNOWN_RECIPIENT")), IsNotAUser, true},
		{errors.New("other"), IsNotAUser, false},
		{errors.New("other"), MayRetry, false},
		{nil, OutcomeUnknown, false},
		{&FieldError{"x", "y"}, OutcomeUnknown, false},
	} {
		if got := test.ask(test.err); got != test.want {
			t.Errorf("case %d: %v: %v", i, test.err, got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, "-5": 0, "999999": time.Hour, "soon": 0,
		now.Add(time.Minute).Format(http.TimeFormat):    time.Minute,
		now.Add(-time.Minute).Format(http.TimeFormat):   0,
		now.Add(24 * time.Hour).Format(http.TimeFormat): time.Hour,
	} {
		if got := retryAfter(headers("Retry-After", value), now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestMoment(t *testing.T) {
	for text, want := range map[string]int64{
		"2026-01-26T13:00:00.000+01:00": 1769428800, "2026-01-26T12:00:00Z": 1769428800, "": 0, "yesterday": 0,
	} {
		got := moment(text)
		if (want == 0) != got.IsZero() || (want != 0 && got.Unix() != want) {
			t.Errorf("%q: %v", text, got)
		}
	}
	if at := moment("2026-01-26T12:00:00"); at.Location() != time.Local || at.Hour() != 12 {
		t.Errorf("without offset: %v", at)
	}
}

// FuzzAnswers: no answer, however broken, stops the program.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		deliveryXML, errorXML("A_B", "SERVER", "x"), "", "<html>", "<a><b></a>", "\xff\xfe<",
		`<?xml version="1.0" encoding="ISO-8859-1"?><error/>`,
		`<!DOCTYPE x [<!ENTITY a "b">]><error><error-code>&a;</error-code></error>`,
		`<entrypoint xmlns="http://api.digipost.no/schema/v8"><certificate>-----BEGIN CERTIFICATE-----
AAAA
-----END CERTIFICATE-----</certificate><link uri="/x" rel="a/self"/></entrypoint>`,
		`<identification-result xmlns="http://api.digipost.no/schema/v8"><result>INVALID</result></identification-result>`,
		`<document-status xmlns="http://api.digipost.no/schema/v8" status="DELIVERED" sender-id="x"><attachments/></document-status>`,
		`<sender-information xmlns="http://api.digipost.no/schema/v8"><status>VALID_SENDER</status></sender-information>`,
		batchXML(uuidA, "<status>DONE</status><count-print>-5</count-print>"+batchLinks),
		eventsXML(someEvents), recipientsXML, suggestionsXML, inboxXML,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if entry, err := parseEntryPoint(body); err == nil {
			entry.Link(RelCreateMessage)
		}
		if d, err := parseDelivery(body); err == nil && (d.Status == "" || d.DeliveryMethod == "") {
			t.Errorf("a delivery without outcome: %+v", d)
		}
		if r, err := parseIdentification(body); err == nil && r.Result == "" {
			t.Error("an identification without result")
		}
		if s, err := parseDocumentStatus(body); err == nil && s.Status == "" {
			t.Error("a status without status")
		}
		parseSenderInformation(body)
		if events, seen, err := parseEvents(body); err == nil && len(events) > seen {
			t.Errorf("%d events of %d", len(events), seen)
		}
		parseRecipients(body)
		parseInbox(body)
		parseSuggestions(body)
		if b, err := parseBatch(body); err == nil && (b.UUID == "" || b.CountPrint < -1 || b.CountDigipost < -1) {
			t.Errorf("%+v", b)
		}
		e := errorAnswer(OpSend, 400, body)
		if e.Code == "" || e.Type == "" || len(e.Message) > maxMessage || len(e.Error()) > 300 {
			t.Errorf("%+v", e)
		}
	})
}
