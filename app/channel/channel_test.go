package channel

import (
	"errors"
	"io"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/digipost"
	"brevdue/digipost/batch"
)

func TestOutcomeTellsWhatHappened(t *testing.T) {
	now := time.Now()
	for _, try := range []struct {
		method, status string
		at             time.Time
		want           post.ItemStatus
		channel        post.Channel
	}{
		{"DIGIPOST", "DELIVERED", now, post.ItemDelivered, post.ChannelDigipost},
		{"DIGIPOST", "DELIVERED", time.Time{}, post.ItemDelivered, post.ChannelDigipost},
		{"DIGIPOST", "DELIVERED", now.Add(time.Hour), post.ItemReceived, post.ChannelDigipost},
		{"PRINT", "DELIVERED_TO_PRINT", now, post.ItemPrinting, post.ChannelPrint},
		{"PRINT", "DELIVERED", now, post.ItemPrinting, post.ChannelPrint},
		{"PENDING", "NOT_COMPLETE", now.Add(time.Hour), post.ItemPending, post.ChannelNone},
		{"DIGIPOST", "NOT_DELIVERED", time.Time{}, post.ItemReceived, post.ChannelDigipost},
		{"PEPPOL", "DELIVERED", now, post.ItemDelivered, post.ChannelPeppol},
		{"SOMETHING_NEW", "DELIVERED", now, post.ItemDelivered, post.ChannelNone},
		{"", "", now, post.ItemReceived, post.ChannelNone},
	} {
		got := outcomeOf(try.method, try.status, try.at, now)
		if got.Status != try.want || got.Channel != try.channel {
			t.Errorf("%s %s: %s %s, want %s %s", try.method, try.status, got.Status, got.Channel, try.want, try.channel)
		}
		if want := try.at; got.Status != post.ItemPending && !got.DeliveredAt.Equal(want) || got.Status == post.ItemPending && !got.DeliveredAt.IsZero() {
			t.Errorf("%s %s: delivered at %v", try.method, try.status, got.DeliveredAt)
		}
	}
	got := deliveredAs(&digipost.MessageDelivery{DeliveryMethod: "DIGIPOST", Status: "DELIVERED", RequestSHA256: "ab", ContentDiffers: []string{"x"}}, now)
	if got.Status != post.ItemDelivered || got.Reason != post.ReasonOther || got.Detail != DetailContentDiffers || got.SentSHA256 != "ab" {
		t.Errorf("another hash than was sent: %+v", got)
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
		"sender unknown":    {refused(403, "UNKNOWN_SENDER", digipost.TypeClientData), "", post.CodeNotAuthorised},
		"phone":             {refused(400, "INVALID_PHONE_NUMBER", digipost.TypeClientData), post.ReasonRefused, ""},
		"amount":            {refused(400, "INVALID_MONETARY_AMOUNT", digipost.TypeClientData), post.ReasonRefused, ""},
		"their e-mail":      {refused(400, "INVALID_EMAIL_ADDRESS", digipost.TypeClientData), post.ReasonRefused, ""},
		"paper address":     {refused(400, "INVALID_RECIPIENT_PRINT_ADDRESS", digipost.TypeClientData), post.ReasonInvalidAddress, ""},
		"return address":    {refused(400, "INVALID_RETURN_ADDRESS", digipost.TypeClientData), "", post.CodeReturnAddress},
		"reminder":          {refused(400, "INVALID_SMS_NOTIFICATION_TIME", digipost.TypeClientData), "", post.CodeReminderTimes},
		"too late":          {refused(400, "DELIVERY_DATE_HISTORICAL", digipost.TypeConfiguration), "", post.CodeDeliverPast},
		"no addresses":      {refused(403, "NOTIFICATION_ADDRESSES_NOT_ALLOWED", digipost.TypeConfiguration), "", post.CodeAgreement},
		"used up":           {refused(403, "ORGANISATION_LETTERS_PER_MONTH_EXCEEDED", digipost.TypeConfiguration), "", post.CodeAgreement},
		"unsure recipient":  {refused(400, "UNKNOWN_RECIPIENT", digipost.TypeClientData), post.ReasonUnidentified, ""},
		"busy":              {refused(429, "GENERAL_ERROR", digipost.TypeClientData), "", post.CodeServerError},
		"bad return field":  {&digipost.FieldError{Field: "recipient/print-details/return-address/zip-code"}, "", post.CodeReturnAddress},
		"bad paper field":   {&digipost.FieldError{Field: "recipient/print-details/recipient/zip-code"}, post.ReasonInvalidAddress, ""},
		"bad phone field":   {&digipost.FieldError{Field: "request-for-registration/phone-number"}, post.ReasonRefused, ""},
		"bad file type":     {&digipost.FieldError{Field: "attachment 1/file-type"}, post.ReasonBadFile, ""},
		"bad account field": {&digipost.FieldError{Field: "primary-document/data-type/invoice/creditor-account"}, "", post.CodeAccountMissing},
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

// TestRecipients: each way of addressing, and no person-alias taken for an
// address.
func TestRecipients(t *testing.T) {
	for kind, try := range map[post.TargetKind]struct {
		value string
		want  digipost.Recipient
	}{
		post.ByBirthNumber:     {"01819010192", digipost.Recipient{PersonalIdentificationNumber: "01819010192"}},
		post.ByOrganisation:    {"310245798", digipost.Recipient{OrganisationNumber: "310245798"}},
		post.ByDigipostAddress: {"a.b#12AB", digipost.Recipient{DigipostAddress: "a.b#12AB"}},
		post.ByAccount:         {"12345678903", digipost.Recipient{BankAccountNumber: "12345678903"}},
	} {
		if got, err := recipientOf(post.Target{Kind: kind, Value: try.value}); err != nil || got != try.want {
			t.Errorf("%s: %+v %v", kind, got, err)
		}
	}
	got, err := recipientOf(post.Target{Kind: post.ByNameAndAddress, FirstName: "Åse", LastName: "Øy", Phone: "400 00 000",
		Address: post.Address{Line1: "Gate 1", Postcode: "0150", Town: "Oslo"}})
	want := digipost.NameAndAddress{FullName: "Åse Øy", Phone: "40000000", Line1: "Gate 1", Postcode: "0150", City: "Oslo"}
	if err != nil || got.NameAndAddress == nil || *got.NameAndAddress != want {
		t.Errorf("name and address: %+v %v", got.NameAndAddress, err)
	}
}

// TestNews: what the feed says becomes a status, or leaves it as it is.
func TestNews(t *testing.T) {
	created, stamped := time.Unix(1000, 0), time.Unix(500, 0)
	for _, try := range []struct {
		event digipost.DocumentEvent
		want  post.LetterNews
	}{
		{digipost.DocumentEvent{Type: "OPENED"}, post.LetterNews{Status: post.ItemOpened, Channel: post.ChannelDigipost}},
		{digipost.DocumentEvent{Type: "POSTMARKED", PostmarkedDate: stamped}, post.LetterNews{Status: post.ItemPosted, Channel: post.ChannelPrint, At: stamped}},
		{digipost.DocumentEvent{Type: "POSTMARKED"}, post.LetterNews{Status: post.ItemPosted, Channel: post.ChannelPrint}},
		{digipost.DocumentEvent{Type: "PRINT_FAILED", ErrorCode: "UNSUPPORTED_DIMENSIONS"},
			post.LetterNews{Status: post.ItemPrintFailed, Channel: post.ChannelPrint, Reason: post.ReasonBadFile, Detail: "UNSUPPORTED_DIMENSIONS"}},
		{digipost.DocumentEvent{Type: "PRINT_FAILED", ErrorCode: "Kari kunne ikke nås"},
			post.LetterNews{Status: post.ItemPrintFailed, Channel: post.ChannelPrint, Reason: post.ReasonOther}},
		{digipost.DocumentEvent{Type: "SHREDDED"}, post.LetterNews{Status: post.ItemShredded, Channel: post.ChannelPrint}},
		{digipost.DocumentEvent{Type: "SMS_NOTIFICATION_FAILED", MobileNumber: "*****527", ErrorCode: "X"}, post.LetterNews{}},
		{digipost.DocumentEvent{Type: "EMAIL_NOTIFICATION_FAILED"}, post.LetterNews{}},
		{digipost.DocumentEvent{Type: "EMAIL_MESSAGE_SENT"}, post.LetterNews{Status: post.ItemDelivered, Channel: post.ChannelEPost}},
		{digipost.DocumentEvent{Type: "EMAIL_MESSAGE_FAILED"}, post.LetterNews{}},
		{digipost.DocumentEvent{Type: "PEPPOL_DELIVERED"}, post.LetterNews{Status: post.ItemDelivered, Channel: post.ChannelPeppol}},
		{digipost.DocumentEvent{Type: "PEPPOL_FAILED"}, post.LetterNews{Status: post.ItemNotDelivered, Channel: post.ChannelPeppol, Reason: post.ReasonOther}},
		{digipost.DocumentEvent{Type: "REQUEST_FOR_REGISTRATION_EXPIRED", FallbackChannel: "none"},
			post.LetterNews{Status: post.ItemNotDelivered, Channel: post.ChannelNone, Reason: post.ReasonExpired}},
		{digipost.DocumentEvent{Type: "REQUEST_FOR_REGISTRATION_EXPIRED", FallbackChannel: "print"},
			post.LetterNews{Status: post.ItemPrinting, Channel: post.ChannelPrint}},
		{digipost.DocumentEvent{Type: "REQUEST_FOR_REGISTRATION_DELIVERED_DIGIPOST"}, post.LetterNews{Status: post.ItemDelivered, Channel: post.ChannelDigipost}},
		{digipost.DocumentEvent{Type: "REQUEST_FOR_REGISTRATION_FAILED"}, post.LetterNews{}},
	} {
		try.event.UUID, try.event.Created = someUUID, created
		try.want.DocumentUUID = someUUID
		if try.want.Detail == "" {
			try.want.Detail = try.event.Type
		}
		if try.want.At.IsZero() {
			try.want.At = created
		}
		if got, known := newsFrom(try.event); !known || got != try.want {
			t.Errorf("%s: %+v, want %+v", try.event.Type, got, try.want)
		}
	}
	for _, other := range []string{"", "SOMETHING_NEW", "MOVE_FILES_FROM_PUBLIC_SECTOR"} {
		if got, known := newsFrom(digipost.DocumentEvent{Type: other}); known {
			t.Errorf("%s became news: %+v", other, got)
		}
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
