package channel

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/digipost"
	"brevdue/digipost/batch"
)

func TestOutcomeTellsWhatHappened(t *testing.T) {
	for _, try := range []struct {
		method, status string
		want           post.ItemStatus
		channel        post.Channel
	}{
		{"DIGIPOST", "DELIVERED", post.ItemDelivered, post.ChannelDigipost},
		{"PRINT", "DELIVERED_TO_PRINT", post.ItemPrinting, post.ChannelPrint},
		{"PRINT", "DELIVERED", post.ItemPrinting, post.ChannelPrint},
		{"PENDING", "NOT_COMPLETE", post.ItemPending, post.ChannelNone},
		{"DIGIPOST", "NOT_DELIVERED", post.ItemReceived, post.ChannelDigipost},
		{"PEPPOL", "DELIVERED", post.ItemDelivered, post.ChannelPeppol},
		{"SOMETHING_NEW", "DELIVERED", post.ItemDelivered, post.ChannelNone},
		{"", "", post.ItemReceived, post.ChannelNone},
	} {
		if got := outcomeOf(try.method, try.status, time.Time{}, time.Now()); got.Status != try.want || got.Channel != try.channel {
			t.Errorf("%s %s: %s %s, want %s %s", try.method, try.status, got.Status, got.Channel, try.want, try.channel)
		}
	}
}

// TestNotSent: what happened to one letter, what is unknown, and what concerns
// all letters are three different things.
func TestNotSent(t *testing.T) {
	refused := func(status int, code, kind string) error {
		return &digipost.Error{Op: digipost.OpSend, HTTPStatus: status, Code: code, Type: kind, WholeRequestLeft: true}
	}
	c := New(nil, nil, nil, "")
	for name, try := range map[string]struct {
		err     error
		outcome post.Reason
		fault   post.Code
	}{
		"not a user":        {refused(404, "UNKNOWN_RECIPIENT", digipost.TypeClientData), post.ReasonNotAUser, ""},
		"too large":         {refused(400, "FILE_TOO_LARGE", digipost.TypeClientData), post.ReasonTooLarge, ""},
		"bad file":          {refused(400, "INVALID_PDF_CONTENT", digipost.TypeClientData), post.ReasonBadFile, ""},
		"other data":        {refused(400, "VALIDATION_FAILED", digipost.TypeClientData), post.ReasonRefused, ""},
		"not by the schema": {refused(400, "SCHEMA_VALIDATION_ERROR", digipost.TypeClientTechnical), post.ReasonRefused, ""},
		"bad field":         {&digipost.FieldError{Field: "recipient/personal-identification-number"}, post.ReasonInvalidNumber, ""},
		"used before":       {refused(400, "DUPLICATE_MESSAGE", digipost.TypeClientData), "", post.CodeUnsure},
		"lost":              {&digipost.Error{Op: digipost.OpSend, WholeRequestLeft: true, Err: io.ErrUnexpectedEOF}, "", post.CodeUnsure},
		"server error":      {refused(500, "SERVER_ERROR", digipost.TypeServer), "", post.CodeUnsure},
		"root 500":          {&digipost.Error{Op: digipost.OpRoot, HTTPStatus: 500}, "", post.CodeServerError},
		"bad signature":     {refused(403, "INVALID_SIGNATURE", digipost.TypeClientTechnical), "", post.CodeSignatureRefused},
		"agreement":         {refused(403, "NOT_APPROVED_FOR_PRINT", digipost.TypeConfiguration), "", post.CodeAgreement},
		"not for us":        {refused(403, "BROKER_NOT_AUTHORIZED", digipost.TypeConfiguration), "", post.CodeNotAuthorised},
		"clock":             {refused(400, "DATE_HEADER_OUTSIDE_ACCEPTED_INTERVAL", digipost.TypeClientTechnical), "", post.CodeClockWrong},
		"no connection":     {&digipost.Error{Op: digipost.OpSend, Err: errors.New("refused")}, "", post.CodeUnreachable},
		"document changed":  {&digipost.Error{Op: digipost.OpSend, Err: digipost.ErrContentChanged}, "", post.CodeFileChanged},
	} {
		outcome, err := c.notSent(t.Context(), post.Letter{}, try.err)
		if outcome.Reason != try.outcome || post.CodeOf(err) != try.fault {
			t.Errorf("%s: outcome %q, fault %q (%v), want %q, %q", name, outcome.Reason, post.CodeOf(err), err, try.outcome, try.fault)
		}
		if known := post.FaultOf(err) != nil && post.FaultOf(err).Fields["detail"] == job.DetailDuplicate; known != (name == "used before") {
			t.Errorf("%s: that Digipost has it is said: %v", name, known)
		}
		if try.outcome != "" && outcome.Status != post.ItemNotDelivered {
			t.Errorf("%s: status %q", name, outcome.Status)
		}
	}
}

func TestMessage(t *testing.T) {
	document := post.LetterDocument{UUID: "6d99008e-2672-4b55-9b09-996b09a06e47", FileType: "pdf", Title: "Årsmøte", Size: 3,
		SHA256: strings.Repeat("ab", 32), Open: func(context.Context) (io.ReadCloser, error) { return nil, nil }}
	letter := post.Letter{Sender: post.Sender{SenderID: 1000}, MessageID: "m", Subject: "Årsmøte",
		Options: post.Options{Auth: post.AuthTwoFactor, Sensitive: true}, Documents: []post.LetterDocument{document, document}}
	for kind, to := range map[string]post.Target{
		"number":  {Kind: post.ByBirthNumber, Value: "01810012345"},
		"org":     {Kind: post.ByOrganisation, Value: "123456785"},
		"address": {Kind: post.ByDigipostAddress, Value: "a.b#12AB"},
		"account": {Kind: post.ByAccount, Value: "12345678903"},
		"name": {Kind: post.ByNameAndAddress, FirstName: "Åse", LastName: "Øy", Phone: "400 00 000",
			Address: post.Address{Line1: "Gate 1", Postcode: "0150", Town: "Oslo"}},
	} {
		letter.To = to
		message, err := messageOf(letter)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if message.SenderID != 1000 || message.PrimaryDocument.AuthenticationLevel != "TWO_FACTOR" ||
			message.PrimaryDocument.SensitivityLevel != "SENSITIVE" || len(message.Attachments) != 1 {
			t.Errorf("%s: %+v", kind, message)
		}
		if n := message.Recipient.NameAndAddress; kind == "name" && (n.FullName != "Åse Øy" || n.Phone != "40000000") {
			t.Errorf("name and address: %+v", n)
		}
	}
	letter.To = post.Target{Kind: post.ByAlias, Value: "x"}
	if _, err := messageOf(letter); post.CodeOf(err) != post.CodeRecipientInvalid {
		t.Errorf("a person-alias was taken for an address: %v", err)
	}
}

// TestFindings: nobody is taken for a user on a guess.
func TestFindings(t *testing.T) {
	for _, try := range []struct {
		row  batch.RecipientResult
		want post.Finding
	}{
		{batch.RecipientResult{CustomerID: "a", Status: "DIGIPOST", DigipostAddress: "x#1", Washed: true},
			post.Finding{RecipientKey: "a", Status: post.HasDigipost, DigipostAddress: "x#1", Uncertain: true}},
		{batch.RecipientResult{CustomerID: "b", Status: "IDENTIFISERT", PersonAlias: "al#1", DigipostAddress: "odd#1"},
			post.Finding{RecipientKey: "b", Status: post.Identified, Reason: post.ReasonNotAUser, PersonAlias: "al#1"}},
		{batch.RecipientResult{CustomerID: "c", Status: "UIDENTIFISERT", Unidentified: []string{"FLERE_TREFF"}},
			post.Finding{RecipientKey: "c", Status: post.Unidentified, Reason: post.ReasonSeveralMatches}},
		{batch.RecipientResult{CustomerID: "d", Status: "UIDENTIFISERT"},
			post.Finding{RecipientKey: "d", Status: post.Unidentified, Reason: post.ReasonUnidentified}},
		{batch.RecipientResult{CustomerID: "e", Status: "UGYLDIG", Invalid: []string{"USPESIFISERT", "UGYLDIG_POSTNUMMER"}},
			post.Finding{RecipientKey: "e", Status: post.Invalid, Reason: post.ReasonInvalidAddress}},
		{batch.RecipientResult{CustomerID: "f", Status: "NOE_NYTT", DigipostAddress: "x#1"},
			post.Finding{RecipientKey: "f", Status: post.Missing}},
	} {
		if got := findingOf(try.row); got != try.want {
			t.Errorf("%s: %+v, want %+v", try.row.Status, got, try.want)
		}
	}
}

func TestSummary(t *testing.T) {
	for want, result := range map[post.ReceiptState]*batch.Result{
		post.ReceiptSuccess:     {Status: "SUKSESS", Rows: 3},
		post.ReceiptProvisional: {Status: "FORELØPIG_SUKSESS"},
		post.ReceiptRefused:     {Status: "FEILET"},
		post.ReceiptReceived:    {Status: "MOTTATT"},
	} {
		if got := summaryOf(result); got.State != want {
			t.Errorf("%s: %s, want %s", result.Status, got.State, want)
		}
	}
	odd := &batch.Result{Status: "SUKSESS", Rows: 0, Failure: &batch.Failure{Message: "nei"}}
	if got := summaryOf(odd); got.State != post.ReceiptRefused || got.Text != "nei" {
		t.Errorf("a failure without rows: %+v", got)
	}
}
