package digipost

import (
	"context"
	"encoding/xml"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Causes that an Error may wrap. Ask with errors.Is.
var (
	// ErrUnverified is an answer whose date, hash or signature does not hold: it
	// can't be believed to come from Digipost.
	ErrUnverified = errors.New("the answer could not be verified as Digipost's")
	// ErrBadAnswer is a verified answer that is not what was asked for.
	ErrBadAnswer = errors.New("the answer could not be understood")
	// ErrAnswerCut is an answer that ended before its end.
	ErrAnswerCut = errors.New("the answer was cut off")
	// ErrAnswerTooLarge is an answer beyond the 4 MB this client reads, or beyond
	// the limit given for a document of the inbox.
	ErrAnswerTooLarge = errors.New("the answer is too large")
	// ErrTimeout is a request that made no progress for Config.Timeout.
	ErrTimeout = errors.New("no progress for too long")
	// ErrLinkMissing is an entry point without the link a call needs.
	ErrLinkMissing = errors.New("the entry point has no such link")
	// ErrContentChanged is a document that is not the one that was announced: its
	// size or hash differs, or it changed while it was being sent. Nothing has
	// arrived at Digipost.
	ErrContentChanged = errors.New("a document is not the one that was announced")
	// ErrContentUnreadable is a document that could not be opened or read here.
	// Nothing has arrived at Digipost.
	ErrContentUnreadable = errors.New("a document could not be read")
)

// The operations an Error names.
const (
	OpRoot              = "root"
	OpSenderInformation = "sender-information"
	OpIdentify          = "identify"
	OpSend              = "send"
	OpDocumentStatus    = "document-status"
	OpCreateBatch       = "create-batch"
	OpBatch             = "batch"
	OpCompleteBatch     = "complete-batch"
	OpCancelBatch       = "cancel-batch"
	OpEvents            = "document-events"
	OpSearch            = "search"
	OpAutocomplete      = "autocomplete"
	OpInbox             = "inbox"
	OpInboxContent      = "inbox-content"
	OpInboxDelete       = "inbox-delete"
	OpAddData           = "add-data"
)

// Digipost's error codes that this package decides on; there are many more.
const (
	CodeUnknownRecipient = "UNKNOWN_RECIPIENT"
	CodeDuplicateMessage = "DUPLICATE_MESSAGE"
	codeDateOutside      = "DATE_HEADER_OUTSIDE_ACCEPTED_INTERVAL"
	codeGeneral          = "GENERAL_ERROR"
	codeServer           = "SERVER_ERROR"
	codeUnavailable      = "API_UNAVAILABLE"
)

// The types of an Error, as Digipost names them.
const (
	TypeServer          = "SERVER"
	TypeClientData      = "CLIENT_DATA"
	TypeClientTechnical = "CLIENT_TECHNICAL"
	TypeConfiguration   = "CONFIGURATION"
)

// Error is a call that did not succeed: refused by Digipost, or lost on the way.
type Error struct {
	// Op is the operation, one of the Op constants.
	Op string
	// HTTPStatus is 0 when no answer came.
	HTTPStatus int
	// Code and Type are Digipost's; where the answer has none they follow the
	// status as in the Java client. Empty when no answer came. Both are upper-case
	// words and safe to log.
	Code, Type string
	// Message is Digipost's text, at most 4,000 bytes. It may repeat what was sent,
	// personal data included: it is for the person's own screen, never for a log,
	// and Error does not print it.
	Message string
	// Unverified is set when the answer could not be verified. An answer of 500 or
	// above is never believed and never called unverified: gateways sign nothing.
	Unverified bool
	// WholeRequestLeft is set when all of the request was handed to the network.
	WholeRequestLeft bool
	// Skew is how far this computer's clock is ahead of Digipost's (negative:
	// behind), 0 when the answer had no date.
	Skew time.Duration
	// Wait is what the server asked for with Retry-After, at most an hour.
	Wait time.Duration
	// Links are those in Digipost's error document: where a document was sent
	// before, one may lead to it.
	Links []Link
	// Err is the cause, or nil.
	Err error
}

// Error names operation, status, code and cause; never Message.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("digipost " + e.Op + ":")
	if e.HTTPStatus != 0 {
		b.WriteString(" status " + strconv.Itoa(e.HTTPStatus))
	}
	if e.Code != "" {
		b.WriteString(" " + e.Code)
	}
	if e.Err != nil {
		b.WriteString(" " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func find(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// refused reports whether Digipost surely said no: a verified answer of 4xx.
func (e *Error) refused() bool {
	return !e.Unverified && e.HTTPStatus >= 400 && e.HTTPStatus < 500
}

// IsNotAUser reports whether Digipost surely said that the recipient of a
// letter is not a user. Nothing weaker may lead to paper.
func IsNotAUser(err error) bool {
	e, ok := find(err)
	return ok && e.Op == OpSend && e.refused() && e.HTTPStatus == http.StatusNotFound && e.Code == CodeUnknownRecipient
}

// IsDuplicateMessage reports whether the message-id was used before: the letter
// had arrived by an earlier attempt. DocumentStatus tells what became of it.
func IsDuplicateMessage(err error) bool {
	return refusedWith(err, CodeDuplicateMessage, "MESSAGE_ALREADY_SENT",
		"DIGIPOST_MESSAGE_ALREADY_DELIVERED", "PRINT_MESSAGE_ALREADY_DELIVERED")
}

// IsDuplicateDocument reports whether a document's uuid was used before.
func IsDuplicateDocument(err error) bool {
	return refusedWith(err, "DUPLICATE_DOCUMENT_ID") || IsDuplicateInBatch(err)
}

// IsDuplicateInBatch reports whether the same document, with the same content,
// is in that batch already: it has arrived. Digipost can say so only where the
// letter had a ContentHash.
func IsDuplicateInBatch(err error) bool {
	return refusedWith(err, "DUPLICATE_DOCUMENT_ID_FOR_BATCH")
}

// IsNotAuthorised reports whether Digipost knows us but does not let us act for
// this sender.
func IsNotAuthorised(err error) bool {
	return refusedWith(err, "BROKER_NOT_AUTHORIZED", "UNKNOWN_SENDER", "ILLEGAL_ACCESS",
		"UNKNOWN_USER_ID", "INVALID_USER_ID_HEADER", "ACCOUNT_DEACTIVATED")
}

// IsAgreementMissing reports whether the agreement does not cover what was
// asked for. The code says what.
func IsAgreementMissing(err error) bool {
	e, ok := find(err)
	return ok && e.refused() && (strings.HasPrefix(e.Code, "NOT_APPROVED_FOR_") ||
		e.Code == "ORGANISATION_LETTERS_PER_MONTH_EXCEEDED" || e.Code == "NOTIFICATION_ADDRESSES_NOT_ALLOWED")
}

func refusedWith(err error, codes ...string) bool {
	e, ok := find(err)
	return ok && e.refused() && contains(codes, e.Code)
}

func contains(list []string, value string) bool {
	for _, each := range list {
		if each == value {
			return true
		}
	}
	return false
}

// IsSignatureRefused reports whether Digipost did not accept who signed: wrong
// key, no certificate uploaded, or one that was withdrawn. The entry point may
// say so before its own certificate is known, so this does not ask for a
// verified answer. A 403 that is not Digipost's own error document, such as a
// company proxy's page, does not count.
func IsSignatureRefused(err error) bool {
	e, ok := find(err)
	if !ok || e.HTTPStatus < 400 || e.HTTPStatus >= 500 {
		return false
	}
	if contains([]string{"INVALID_SIGNATURE", "MISSING_SIGNATURE", "MISSING_CERTIFICATE", "REVOKED_CERTIFICATE"}, e.Code) {
		return true
	}
	// Older pages show GENERAL_ERROR with the string that Digipost signed.
	return e.HTTPStatus == http.StatusForbidden && e.Type == TypeClientTechnical &&
		e.Code == codeGeneral && !errors.Is(e.Err, errNoErrorBody)
}

// IsClockSkew reports whether the clocks are too far apart, and how far this
// computer's is ahead of Digipost's (negative: behind).
func IsClockSkew(err error) (time.Duration, bool) {
	e, ok := find(err)
	if !ok {
		return 0, false
	}
	return e.Skew, e.Code == codeDateOutside || e.Skew.Abs() > maxSkew
}

// IsNotFound reports whether Digipost surely said that it does not know what
// was asked about. For a letter's recipient ask IsNotAUser.
func IsNotFound(err error) bool {
	e, ok := find(err)
	return ok && e.Op != OpSend && e.Op != OpRoot && e.refused() && e.HTTPStatus == http.StatusNotFound
}

// IsUnverified reports whether an answer came that can't be believed.
func IsUnverified(err error) bool {
	e, ok := find(err)
	return ok && e.Unverified
}

// OutcomeUnknown reports whether a letter may have arrived although Send
// failed: all of it had left, and no answer came that can be believed. Ask
// DocumentStatus before anything else. Where the network broke before the last
// byte had left, Digipost can't have accepted the letter, since the signed hash
// covers all of it. Of CreateBatch, CompleteBatch, CancelBatch and AddData it
// says that they may have taken effect; for a batch ask Batch.
func OutcomeUnknown(err error) bool {
	e, ok := find(err)
	return ok && contains([]string{OpSend, OpCreateBatch, OpCompleteBatch, OpCancelBatch, OpAddData}, e.Op) && e.WholeRequestLeft && !e.refused()
}

// MayRetry reports whether the same call may succeed later: no connection, no
// answer, a fault at Digipost, or an answer that could not be believed. A
// letter is tried again under the same ids only, and when OutcomeUnknown only
// after DocumentStatus was asked.
func MayRetry(err error) bool {
	e, ok := find(err)
	if !ok {
		return false
	}
	for _, cause := range []error{context.Canceled, ErrContentChanged, ErrContentUnreadable, ErrLinkMissing} {
		if errors.Is(err, cause) {
			return false
		}
	}
	return !e.refused() || e.HTTPStatus == http.StatusTooManyRequests || e.HTTPStatus == http.StatusRequestTimeout
}

// RetryAfter gives how long the server asked to wait, 0 when it did not.
func RetryAfter(err error) time.Duration {
	if e, ok := find(err); ok {
		return e.Wait
	}
	return 0
}

// errNoErrorBody marks an error answer without Digipost's error document.
var errNoErrorBody = errors.New("the answer holds no error document")

const maxMessage = 4000

// errorAnswer reads an answer outside 2xx. It never fails: HTML, plain text,
// nothing at all and a document cut in the middle give what the status says.
func errorAnswer(op string, status int, body []byte) *Error {
	e := &Error{Op: op, HTTPStatus: status}
	var document struct {
		XMLName xml.Name
		Code    string `xml:"error-code"`
		Message string `xml:"error-message"`
		Type    string `xml:"error-type"`
		Links   []Link `xml:"link"`
	}
	if xml.Unmarshal(body, &document) == nil && document.XMLName.Local == "error" {
		e.Code, e.Type = word(document.Code), word(document.Type)
		e.Message, e.Links = cut(strings.TrimSpace(document.Message), maxMessage), document.Links
	} else {
		e.Err = errNoErrorBody
	}
	switch {
	case e.Code != "":
	case status == http.StatusServiceUnavailable:
		e.Code = codeUnavailable
	case status >= 500:
		e.Code = codeServer
	default:
		e.Code = codeGeneral
	}
	if e.Type == "" {
		e.Type = TypeClientTechnical
		if status >= 500 {
			e.Type = TypeServer
		}
	}
	return e
}

// word gives an upper-case word of Digipost's, or "" for anything else, so that
// codes are safe in logs and file names.
func word(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > 80 {
		return ""
	}
	for _, r := range text {
		if r != '_' && (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return ""
		}
	}
	return text
}

// cut shortens text to at most n bytes without breaking a character.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if value == "" {
		return 0
	}
	var wait time.Duration
	if seconds, err := strconv.Atoi(value); err == nil {
		wait = time.Duration(min(max(seconds, 0), 3600)) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), time.Hour)
}

// connectionFailed reports whether an error of the transport is one that a
// fresh connection may cure.
func connectionFailed(err error) bool {
	var netError net.Error
	if errors.Is(err, ErrTimeout) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	return !errors.As(err, &netError) || !netError.Timeout()
}
