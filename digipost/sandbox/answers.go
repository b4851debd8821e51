package sandbox

import (
	"errors"
	"fmt"
	"net/http"
)

// code is an error code of the sender API (the list in Digipost's Java client, ErrorCode).
type code string

// The codes that this stand-in gives.
const (
	codeInvalidUserID       code = "INVALID_USER_ID_HEADER"
	codeUnknownUserID       code = "UNKNOWN_USER_ID"
	codeMissingDate         code = "MISSING_DATE_HEADER"
	codeInvalidDate         code = "INVALID_DATE_HEADER"
	codeDateOutside         code = "DATE_HEADER_OUTSIDE_ACCEPTED_INTERVAL"
	codeMissingSHA256       code = "MISSING_SHA256"
	codeInvalidSHA256       code = "INVALID_SHA256"
	codeMissingSignature    code = "MISSING_SIGNATURE"
	codeInvalidSignature    code = "INVALID_SIGNATURE"
	codeMissingCertificate  code = "MISSING_CERTIFICATE"
	codeBrokerNotAuthorized code = "BROKER_NOT_AUTHORIZED"
	codeUnknownSender       code = "UNKNOWN_SENDER"

	codeProblem            code = "PROBLEM_WITH_REQUEST"
	codeNotFound           code = "GENERAL_ERROR"
	codeMethod             code = "ILLEGAL_ACCESS"
	codeQuery              code = "INVALID_QUERY_PARAMETER"
	codeDateRange          code = "INVALID_DATE_RANGE"
	codeSchema             code = "SCHEMA_VALIDATION_ERROR"
	codeMissingDisposition code = "MISSING_BODYPART_CONTENT_DISPOSITION"
	codeMissingFilename    code = "MISSING_BODYPART_FILENAME"
	codeMismatch           code = "DOCUMENTS_AND_FILES_MISMATCH"
	codeDocumentNotFound   code = "DOCUMENT_NOT_FOUND"

	codeUnknownRecipient  code = "UNKNOWN_RECIPIENT"
	codeMissingRecipient  code = "MISSING_RECIPIENT"
	codeMissingSubject    code = "MISSING_SUBJECT"
	codeMissingContent    code = "MISSING_CONTENT"
	codeDuplicateMessage  code = "DUPLICATE_MESSAGE"
	codeDuplicateDocument code = "DUPLICATE_DOCUMENT_ID"
	codeRequestTooLarge   code = "REQUEST_TOO_LARGE"
	codeFileTooLarge      code = "FILE_TOO_LARGE"
	codeContentType       code = "ILLEGAL_CONTENT_TYPE"
	codeInvalidPDF        code = "INVALID_PDF_CONTENT"
	codeBadContent        code = "BAD_CONTENT"
	codeValidation        code = "VALIDATION_FAILED"
	codeUnknownBatch      code = "UNKNOWN_BATCH"
	codePeppol            code = "PEPPOL_ERROR"
	codePeppolXML         code = "PEPPOL_FILE_MUST_BE_XML"
	codeUnknownPeppol     code = "UNKNOWN_PEPPOL_RECIPIENT"
	codeInvalidHTML       code = "INVALID_HTML_CONTENT"
	codeIllegalHTML       code = "ILLEGAL_HTML_CONTENT"

	codeNoPrint       code = "NOT_APPROVED_FOR_PRINT"
	codeNoDirectPrint code = "NOT_APPROVED_FOR_DIRECT_PRINT"
	codeNoIDPorten    code = "NOT_APPROVED_FOR_IDPORTEN"
	codeNoPreEncrypt  code = "NOT_APPROVED_FOR_PREENCRYPT"
	codeNoTechnical   code = "NOT_APPROVED_FOR_TECHNICAL_ATTACHMENTS"
	codeNoNotices     code = "NOTIFICATION_ADDRESSES_NOT_ALLOWED"
	codeHistorical    code = "DELIVERY_DATE_HISTORICAL"
	codeMonthly       code = "ORGANISATION_LETTERS_PER_MONTH_EXCEEDED"

	codeDuplicateInBatch code = "DUPLICATE_DOCUMENT_ID_FOR_BATCH"
	codeTransaction      code = "INVALID_TRANSACTION"

	codeMoment        code = "INVALID_DATE"
	codeInvalidPhone  code = "INVALID_PHONE_NUMBER"
	codeInvalidEmail  code = "INVALID_EMAIL_ADDRESS"
	codeSMSTime       code = "INVALID_SMS_NOTIFICATION_TIME"
	codeEmailTime     code = "INVALID_EMAIL_NOTIFICATION_TIME"
	codeAmount        code = "INVALID_MONETARY_AMOUNT"
	codePrintNotPDF   code = "CONTENT_OF_PRINT_MESSAGE_MUST_BE_PDF"
	codePrintAddress  code = "INVALID_RECIPIENT_PRINT_ADDRESS"
	codeReturnAddress code = "INVALID_RETURN_ADDRESS"

	codeServerError code = "SERVER_ERROR"
	codeUnavailable code = "API_UNAVAILABLE"
)

// pairing is how a code is given: HTTP status and error-type.
type pairing struct {
	status int
	kind   string
	// official: status and code are documented together or in an official test
	// fixture. The others are inferred: the documentation names status and
	// code apart, or the code alone.
	official bool
}

// The error types of the schema.
const (
	typeServer    = "SERVER"
	typeData      = "CLIENT_DATA"
	typeTechnical = "CLIENT_TECHNICAL"
	typeConfig    = "CONFIGURATION"
)

// pairings is the one place that pairs codes with statuses. Change a guess
// here when Digipost's answer is known.
var pairings = map[code]pairing{
	// Headers: the response code page says 400 for a missing or unreadable
	// header, a clock that is off and a wrong hash, 403 for a wrong signature
	// and for a missing certificate.
	codeInvalidUserID:       {400, typeTechnical, false},
	codeUnknownUserID:       {403, typeTechnical, false},
	codeMissingDate:         {400, typeTechnical, false},
	codeInvalidDate:         {400, typeTechnical, false},
	codeDateOutside:         {400, typeTechnical, false},
	codeMissingSHA256:       {400, typeTechnical, false},
	codeInvalidSHA256:       {400, typeTechnical, false},
	codeMissingSignature:    {400, typeTechnical, false},
	codeInvalidSignature:    {403, typeTechnical, false},
	codeMissingCertificate:  {403, typeConfig, false},
	codeBrokerNotAuthorized: {403, typeConfig, false},
	codeUnknownSender:       {403, typeData, false},

	codeProblem:            {400, typeTechnical, false},
	codeNotFound:           {404, typeTechnical, false},
	codeMethod:             {405, typeTechnical, false},
	codeQuery:              {400, typeTechnical, false},
	codeDateRange:          {400, typeTechnical, false},
	codeSchema:             {400, typeTechnical, false},
	codeMissingDisposition: {400, typeTechnical, false},
	codeMissingFilename:    {400, typeTechnical, false},
	codeMismatch:           {400, typeTechnical, false},
	codeDocumentNotFound:   {404, typeTechnical, false},

	codeUnknownRecipient:  {404, typeData, true}, // fixture and test of the .NET client
	codeMissingRecipient:  {400, typeData, false},
	codeMissingSubject:    {400, typeData, false},
	codeMissingContent:    {400, typeData, false},
	codeDuplicateMessage:  {400, typeData, false},
	codeDuplicateDocument: {400, typeData, false},
	codeRequestTooLarge:   {400, typeData, false},
	codeFileTooLarge:      {400, typeData, false},
	codeContentType:       {400, typeData, false},
	codeInvalidPDF:        {400, typeData, false},
	codeBadContent:        {400, typeData, false},
	codeValidation:        {400, typeData, false},
	codeUnknownBatch:      {400, typeData, false},
	codePeppol:            {400, typeData, false},
	codePeppolXML:         {400, typeData, false},
	codeUnknownPeppol:     {404, typeData, false}, // as UNKNOWN_RECIPIENT
	codeInvalidHTML:       {400, typeData, false},
	codeIllegalHTML:       {400, typeData, false},

	codeNoPrint:       {403, typeConfig, false},
	codeNoDirectPrint: {403, typeConfig, false},
	codeNoIDPorten:    {403, typeConfig, false},
	codeNoPreEncrypt:  {403, typeConfig, false},
	codeNoTechnical:   {403, typeConfig, false},
	codeNoNotices:     {403, typeConfig, false},
	codeHistorical:    {400, typeConfig, false},
	codeMonthly:       {403, typeConfig, false},

	codeDuplicateInBatch: {400, typeData, false},
	codeTransaction:      {400, typeTechnical, false},

	codeMoment:        {400, typeTechnical, false},
	codeInvalidPhone:  {400, typeData, false},
	codeInvalidEmail:  {400, typeData, false},
	codeSMSTime:       {400, typeData, false},
	codeEmailTime:     {400, typeData, false},
	codeAmount:        {400, typeData, false},
	codePrintNotPDF:   {400, typeData, false},
	codePrintAddress:  {400, typeData, false},
	codeReturnAddress: {400, typeData, false},

	codeServerError: {500, typeServer, true},
	codeUnavailable: {503, typeServer, true},

	// Codes that nothing here leads to, for the trouble error:CODE and for a
	// sender's refuse. Why nothing does stands in TestEveryCode.
	"NOT_APPROVED_FOR_REST_API_USAGE":        {403, typeConfig, false},
	"REVOKED_CERTIFICATE":                    {403, typeConfig, false},
	"ACCOUNT_DEACTIVATED":                    {403, typeConfig, false},
	"CANNOT_PREENCRYPT":                      {400, typeTechnical, false},
	"FAILED_PREENCRYPTION":                   {400, typeTechnical, false},
	"FAILED_TO_PARSE_ENCRYPTION_KEY":         {400, typeTechnical, false},
	"CONTENT_NOT_ENCRYPTED_WITH_CORRECT_KEY": {400, typeTechnical, false},
	"ENCRYPTION_KEY_NOT_FOUND":               {404, typeTechnical, false},
	"CONTENT_NOT_ENCRYPTED":                  {400, typeTechnical, false},
	"DIGIPOST_MESSAGE_ALREADY_DELIVERED":     {409, typeTechnical, false},
	"PRINT_MESSAGE_ALREADY_DELIVERED":        {409, typeTechnical, false},
	"MESSAGE_ALREADY_SENT":                   {409, typeTechnical, false},
	"CONTENT_ALREADY_UPLOADED":               {409, typeTechnical, false},
	"MESSAGE_NOT_FOUND":                      {404, typeTechnical, false},
	"MISSING_CONTENT_HASH":                   {400, typeTechnical, false},
	"INVALID_MD5":                            {400, typeTechnical, false},
	"HTML_CONTENT_SANITIZED":                 {400, typeData, false},
	"AUTHENTICATION_LEVEL_TOO_LOW":           {400, typeData, false},
	"UNKNOWN_USER":                           {404, typeData, false},
}

// statusHere is the status where the code says that the resource itself is
// missing, not something that the request names.
var statusHere = map[code]int{
	codeUnknownBatch: 404, // "a later GET gives 404" after a batch was cancelled
}

// refused is a request that is not done, with the words for it. The words
// never repeat a person's number or name.
type refused struct {
	code    code
	message string
	here    bool // the resource itself is missing
}

func (r *refused) Error() string { return string(r.code) + ": " + r.message }

func refuse(c code, format string, args ...any) error {
	return &refused{code: c, message: fmt.Sprintf(format, args...)}
}

// refuseHere refuses since the resource at the address is not there.
func refuseHere(c code, format string, args ...any) error {
	return &refused{code: c, message: fmt.Sprintf(format, args...), here: true}
}

// answer is one answer of the REST interface before it is signed.
type answer struct {
	status   int
	location string
	retry    string // Retry-After
	body     []byte // may be nil
	media    string // Content-Type of the body, "" for XML
}

// answerError turns any failure into an error document.
func answerError(err error) answer {
	var r *refused
	if !errors.As(err, &r) {
		r = &refused{code: codeServerError, message: "Internal error in the practice stand-in"}
	}
	p, ok := pairings[r.code]
	if !ok {
		p = pairings[codeServerError]
	}
	if status, known := statusHere[r.code]; known && r.here {
		p.status = status
	}
	return answer{status: p.status, body: errorXML(string(r.code), r.message, p.kind)}
}

func ok(body []byte) answer { return answer{status: http.StatusOK, body: body} }
