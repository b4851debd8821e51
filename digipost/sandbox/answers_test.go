package sandbox

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// documentedCodes is the list in Digipost's Java client, ErrorCode.
const documentedCodes = `NOT_APPROVED_FOR_REST_API_USAGE NOT_APPROVED_FOR_PRINT NOT_APPROVED_FOR_IDPORTEN NOT_APPROVED_FOR_DIRECT_PRINT
NOT_APPROVED_FOR_PREENCRYPT NOT_APPROVED_FOR_TECHNICAL_ATTACHMENTS MISSING_CERTIFICATE REVOKED_CERTIFICATE BROKER_NOT_AUTHORIZED
NOTIFICATION_ADDRESSES_NOT_ALLOWED ORGANISATION_LETTERS_PER_MONTH_EXCEEDED DELIVERY_DATE_HISTORICAL ACCOUNT_DEACTIVATED
CANNOT_PREENCRYPT FAILED_PREENCRYPTION FAILED_TO_PARSE_ENCRYPTION_KEY PROBLEM_WITH_REQUEST INVALID_TRANSACTION
DIGIPOST_MESSAGE_ALREADY_DELIVERED PRINT_MESSAGE_ALREADY_DELIVERED INVALID_DATE INVALID_DATE_RANGE INVALID_QUERY_PARAMETER
SCHEMA_VALIDATION_ERROR ILLEGAL_ACCESS INVALID_SIGNATURE MISSING_SIGNATURE CONTENT_NOT_ENCRYPTED_WITH_CORRECT_KEY
ENCRYPTION_KEY_NOT_FOUND CONTENT_NOT_ENCRYPTED MESSAGE_ALREADY_SENT CONTENT_ALREADY_UPLOADED MESSAGE_NOT_FOUND
DOCUMENT_NOT_FOUND INVALID_USER_ID_HEADER UNKNOWN_USER_ID MISSING_DATE_HEADER INVALID_DATE_HEADER
DATE_HEADER_OUTSIDE_ACCEPTED_INTERVAL MISSING_SHA256 INVALID_SHA256 MISSING_CONTENT_HASH INVALID_MD5
MISSING_BODYPART_CONTENT_DISPOSITION MISSING_BODYPART_FILENAME DOCUMENTS_AND_FILES_MISMATCH CLIENT_ERROR CONNECTION_ERROR
REQUEST_TOO_LARGE CONTENT_OF_PRINT_MESSAGE_MUST_BE_PDF DUPLICATE_MESSAGE DUPLICATE_DOCUMENT_ID DUPLICATE_DOCUMENT_ID_FOR_BATCH
FILE_TOO_LARGE ILLEGAL_HTML_CONTENT BAD_CONTENT ILLEGAL_CONTENT_TYPE VALIDATION_FAILED UNKNOWN_SENDER UNKNOWN_RECIPIENT
MISSING_RECIPIENT MISSING_CONTENT MISSING_SUBJECT INVALID_EMAIL_ADDRESS INVALID_EMAIL_NOTIFICATION_TIME
INVALID_SMS_NOTIFICATION_TIME INVALID_PHONE_NUMBER INVALID_RECIPIENT_PRINT_ADDRESS INVALID_RETURN_ADDRESS INVALID_PDF_CONTENT
INVALID_HTML_CONTENT HTML_CONTENT_SANITIZED INVALID_MONETARY_AMOUNT AUTHENTICATION_LEVEL_TOO_LOW PEPPOL_ERROR
PEPPOL_FILE_MUST_BE_XML UNKNOWN_PEPPOL_RECIPIENT UNKNOWN_BATCH UNKNOWN_USER SERVER_ERROR API_UNAVAILABLE
SERVER_SIGNATURE_ERROR GENERAL_ERROR`

// onlyOnPurpose are the codes that no request leads to, and why. They come by
// the trouble error:CODE, or for a sender by its refuse.
var onlyOnPurpose = map[string]string{
	"NOT_APPROVED_FOR_REST_API_USAGE":        "a state of an agreement: refuse of a sender",
	"REVOKED_CERTIFICATE":                    "a state of an account: refuse of a sender",
	"ACCOUNT_DEACTIVATED":                    "a state of an account: refuse of a sender",
	"CANNOT_PREENCRYPT":                      "pre-encryption is refused as a whole (NOT_APPROVED_FOR_PREENCRYPT)",
	"FAILED_PREENCRYPTION":                   "pre-encryption is refused as a whole",
	"FAILED_TO_PARSE_ENCRYPTION_KEY":         "pre-encryption is refused as a whole",
	"CONTENT_NOT_ENCRYPTED_WITH_CORRECT_KEY": "pre-encryption is refused as a whole",
	"ENCRYPTION_KEY_NOT_FOUND":               "pre-encryption is refused as a whole",
	"CONTENT_NOT_ENCRYPTED":                  "pre-encryption is refused as a whole",
	"DIGIPOST_MESSAGE_ALREADY_DELIVERED":     "of the old flow in three steps, which v8 has not",
	"PRINT_MESSAGE_ALREADY_DELIVERED":        "of the old flow in three steps",
	"MESSAGE_ALREADY_SENT":                   "of the old flow in three steps",
	"CONTENT_ALREADY_UPLOADED":               "of the old flow in three steps",
	"MESSAGE_NOT_FOUND":                      "of the old flow: no resource of v8 is a message",
	"MISSING_CONTENT_HASH":                   "when it is asked for is not described; the schema has it optional",
	"INVALID_MD5":                            "Content-MD5 is of the old signature; nobody sends it",
	"HTML_CONTENT_SANITIZED":                 "Digipost's rules for HTML are not published",
	"AUTHENTICATION_LEVEL_TOO_LOW":           "what asks for a higher level is not described",
	"UNKNOWN_USER":                           "of user accounts by special agreement",
}

// clientOnly are codes that a client finds itself; no server sends them.
var clientOnly = map[string]bool{"CLIENT_ERROR": true, "CONNECTION_ERROR": true, "SERVER_SIGNATURE_ERROR": true}

// Every documented code that a server can send has a way to come: by a rule of
// this stand-in, or on purpose for a reason that stands above.
func TestEveryCode(t *testing.T) {
	source := ""
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && name != "answers.go" {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			source += string(data)
		}
	}
	table, err := os.ReadFile("answers.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\t(code\w+)\s+code = "(\w+)"`).FindAllStringSubmatch(string(table), -1) {
		constants[m[2]] = m[1]
	}
	documented := map[string]bool{}
	for _, one := range strings.Fields(documentedCodes) {
		documented[one] = true
		_, known := pairings[code(one)]
		byRule := constants[one] != "" && regexp.MustCompile(`\b`+constants[one]+`\b`).MatchString(source) || constants[one] == "codeServerError"
		purpose := onlyOnPurpose[one] != ""
		switch {
		case clientOnly[one] && known:
			t.Errorf("%s is no answer of a server", one)
		case !clientOnly[one] && !known:
			t.Errorf("%s has no line in the table", one)
		case byRule && purpose:
			t.Errorf("%s comes by a rule; the reason why not is out of date", one)
		case !clientOnly[one] && !byRule && !purpose:
			t.Errorf("%s never comes, and nobody says why", one)
		}
	}
	for one := range pairings {
		if !documented[string(one)] {
			t.Errorf("%s is no documented code", one)
		}
	}
}

// error:CODE gives every code of the table, with its status, signed.
func TestErrorOnPurpose(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	c.get("/")
	for one, p := range pairings {
		if err := s.trouble.set("error@/identification:" + string(one)); err != nil {
			t.Fatal(err)
		}
		a, err := c.do(request{method: "POST", path: "/identification", body: []byte("x"), contentType: mediaXML})
		if err != nil {
			t.Fatal(err)
		}
		refusedWith(t, a, p.status, string(one))
		c.verify(request{path: "/identification"}, a)
	}
	if _, err := ParseTrouble("error:STORM"); err == nil {
		t.Error("an unknown code was taken")
	}
}
