package channel

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"brevdue/app/post"
	"brevdue/digipost"
)

// notSent sorts a failed send: an outcome for this recipient, an outcome that
// is unknown, or a trouble that concerns every letter.
func (c *Channel) notSent(ctx context.Context, letter post.Letter, err error) (post.Outcome, error) {
	var invalid *digipost.FieldError
	var answered *digipost.Error
	errors.As(err, &answered)
	switch {
	case digipost.OutcomeUnknown(err):
		return post.Outcome{}, waits(post.NewFault(post.CodeUnsure, err), err)
	case letter.Batch != "" && digipost.IsDuplicateInBatch(err):
		// The same document with the same content is in the batch: it was submitted.
		return post.Outcome{Status: post.ItemReceived, Channel: post.ChannelNone, Detail: detailInBatch}, nil
	case letter.Batch != "" && answered != nil && refused(answered) && answered.Code == codeUnknownBatch:
		return post.Outcome{}, post.NewFault(post.CodeBatchGone, err) // it concerns them all
	case digipost.IsDuplicateMessage(err), digipost.IsDuplicateDocument(err):
		// An earlier attempt arrived: what became of it is asked about.
		return post.Outcome{}, post.NewFault(post.CodeUnsure, err, "detail", digipost.CodeDuplicateMessage)
	case digipost.IsNotAUser(err):
		return notDelivered(post.ReasonNotAUser, digipost.CodeUnknownRecipient), nil
	case errors.As(err, &invalid):
		if code := fieldFault(invalid.Field, letter.Options); code != "" {
			return post.Outcome{}, post.NewFault(code, err)
		}
		return notDelivered(fieldReason(invalid.Field), strings.ToUpper(invalid.Field)), nil
	case errors.Is(err, digipost.ErrContentChanged), errors.Is(err, digipost.ErrContentUnreadable):
		return post.Outcome{}, post.NewFault(post.CodeFileChanged, err)
	}
	if answered != nil && refused(answered) {
		if code := optionFault(answered.Code, letter.Options); code != "" {
			return post.Outcome{}, post.NewFault(code, err, "detail", answered.Code)
		}
		if concernsLetter(answered) {
			return notDelivered(codeReason(answered.Code), answered.Code), nil
		}
	}
	return post.Outcome{}, c.fault(ctx, letter.Sender, err)
}

// Digipost's codes about batches (ErrorCode in the Java client).
const (
	detailInBatch    = "DUPLICATE_DOCUMENT_ID_FOR_BATCH"
	codeUnknownBatch = "UNKNOWN_BATCH"
)

// letterCodes are the faults of messageOf that concern one recipient and must
// not hold up the others.
var letterCodes = map[post.Code]post.Reason{
	post.CodeRecipientInvalid:  post.ReasonOther,
	post.CodePaperAddress:      post.ReasonMissingAddress,
	post.CodeEmailMissing:      post.ReasonMissingAddress,
	post.CodeInviteNeedsNumber: post.ReasonInvalidNumber,
}

// notMade is the outcome of a letter that cannot be made for this recipient;
// ok is false when err concerns every letter.
func notMade(err error) (outcome post.Outcome, ok bool) {
	code := post.CodeOf(err)
	reason, ok := letterCodes[code]
	return notDelivered(reason, string(code)), ok
}

func notDelivered(reason post.Reason, detail string) post.Outcome {
	return post.Outcome{Status: post.ItemNotDelivered, Reason: reason, Channel: post.ChannelNone, Detail: detail}
}

func refused(e *digipost.Error) bool {
	return e.HTTPStatus >= 400 && e.HTTPStatus < 500 && !e.Unverified
}

// concernsLetter reports whether Digipost refused what is in this one letter,
// so that the others go on. A name in letters its schema does not allow is such
// a thing, although the code calls it technical. A sender that is not known is
// the same for all letters, although its code is one of data.
func concernsLetter(e *digipost.Error) bool {
	return refused(e) && e.HTTPStatus != http429 && !digipost.IsNotAuthorised(e) &&
		(e.Type == digipost.TypeClientData || e.Code == "SCHEMA_VALIDATION_ERROR")
}

// optionFault is the fault for a code about an option that all letters of the
// job share, or "".
func optionFault(code string, options post.Options) post.Code {
	switch code {
	case "DELIVERY_DATE_HISTORICAL":
		return post.CodeDeliverPast
	case "INVALID_SMS_NOTIFICATION_TIME", "INVALID_EMAIL_NOTIFICATION_TIME":
		return post.CodeReminderTimes
	case "INVALID_RETURN_ADDRESS":
		return post.CodeReturnAddress
	case "INVALID_EMAIL_ADDRESS":
		if options.Email != nil && options.Email.Address != "" {
			return post.CodeEmailMissing
		}
	}
	return ""
}

// fieldFault is the same for a field that was refused before it left.
func fieldFault(field string, options post.Options) post.Code {
	has := func(part string) bool { return strings.Contains(field, part) }
	switch {
	case has("return-address"):
		return post.CodeReturnAddress
	case has("email-notification/subject"), has("email-notification/text"):
		return post.CodeReminderText
	case has("email-notification/at"), has("sms-notification/"):
		return post.CodeReminderTimes
	case has("email-notification/email-address") && options.Email != nil && options.Email.Address != "":
		return post.CodeEmailMissing
	case has("data-type/") && (has("/sum") || has("/net-amount")):
		return post.CodeAmountInvalid
	case has("data-type/") && has("account"):
		return post.CodeAccountMissing
	case has("data-type/") && has("-date"):
		return post.CodeDateInvalid
	}
	return ""
}

// fieldReason says which reason belongs to a field of the recipient that was
// refused before it left.
func fieldReason(field string) post.Reason {
	has := func(part string) bool { return strings.Contains(field, part) }
	switch {
	case has("identification-number"), has("organisation-number"), has("bank-account-number"):
		return post.ReasonInvalidNumber
	case has("address"), has("postal"), has("zip"), has("city"), has("country"), has("print-details"):
		return post.ReasonInvalidAddress
	case has("file-type"):
		return post.ReasonBadFile
	}
	return post.ReasonRefused
}

// badFiles are the codes for a document that cannot be used (ErrorCode in the
// Java client), and those of Digipost's printability validator.
var badFiles = []string{
	"BAD_CONTENT", "ILLEGAL_CONTENT_TYPE", "INVALID_PDF_CONTENT", "INVALID_HTML_CONTENT", "ILLEGAL_HTML_CONTENT",
	"HTML_CONTENT_SANITIZED", "CONTENT_OF_PRINT_MESSAGE_MUST_BE_PDF", "MISSING_CONTENT",
	"PDF_IS_ENCRYPTED", "TOO_MANY_PAGES_FOR_AUTOMATED_PRINT", "UNSUPPORTED_PDF_VERSION_FOR_PRINT",
	"INSUFFICIENT_MARGIN_FOR_PRINT", "UNABLE_TO_VERIFY_SUITABLE_MARGIN_FOR_PRINT", "PDF_PARSE_ERROR",
	"PDF_PARSE_PAGE_ERROR", "UNSUPPORTED_DIMENSIONS", "REFERENCES_INVALID_FONT", "DOCUMENT_TOO_SMALL", "INVALID_PDF",
	"DOCUMENT_HAS_NO_PAGES",
}

// codeReason says which reason belongs to Digipost's code for a letter that was
// refused because of what is in it.
func codeReason(code string) post.Reason {
	switch code {
	case "REQUEST_TOO_LARGE", "FILE_TOO_LARGE":
		return post.ReasonTooLarge
	case "INVALID_RECIPIENT_PRINT_ADDRESS":
		return post.ReasonInvalidAddress
	case "UNKNOWN_USER", digipost.CodeUnknownRecipient:
		// Only the 404 of a send is sure enough to be called not a user.
		return post.ReasonUnidentified
	case "AUTHENTICATION_LEVEL_TOO_LOW":
		return post.ReasonNotAllowed
	}
	if slices.Contains(badFiles, code) {
		return post.ReasonBadFile
	}
	return post.ReasonRefused
}

// waits adds how long Digipost asked to wait, in whole seconds, to a fault.
func waits(fault *post.Fault, err error) *post.Fault {
	wait := digipost.RetryAfter(err)
	if wait <= 0 {
		return fault
	}
	if fault.Fields == nil {
		fault.Fields = map[string]string{}
	}
	fault.Fields["retry_after"] = seconds(wait)
	return fault
}

// seconds are whole seconds, rounded up: too early would be asked not to.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
