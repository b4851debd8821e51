// Package digiposttest is one suite of checks of Digipost's sender API. It runs
// on the stand-in and, with the certificate of an account there, on Digipost's
// own test environment:
//
//	DIGIPOST_TEST_CERTIFICATE=account.p12 DIGIPOST_TEST_PASSWORD=... \
//	DIGIPOST_TEST_SENDER=123456 DIGIPOST_TEST_RECIPIENT=... \
//	go test -v -run TestEnvironment ./digipost/digiposttest
//
// DIGIPOST_TEST_RECIPIENT is a test person given by Digipost, by personal number
// or Digipost address; without it nothing is sent. DIGIPOST_TEST_URL names
// another environment than https://api.test.digipost.no.
//
// What Digipost's documentation and official clients are sure of is asserted.
// Where they are silent or disagree, what the server does is logged under
// "open question", so that one run with -v settles what only the server can
// tell. Letters go to the recipient of the Target alone and bear names that say
// they are tests; nothing is deleted from an inbox.
package digiposttest

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"brevdue/digipost"

	"github.com/google/uuid"
)

// Target is an account at some Digipost, and whom it may write to.
type Target struct {
	// BaseURL is the environment's, Key that of the certificate of BrokerID.
	BaseURL  string
	BrokerID int64
	Key      crypto.Signer
	// SenderID is whom letters are sent for; 0 is the broker itself.
	SenderID int64
	// Recipient is the only one that letters go to, a user of Digipost. Without
	// any field, nothing is sent.
	Recipient Person
	// NotAUser is the personal number of somebody known who is not a user and may
	// be written to as well; empty leaves out what needs such a person.
	NotAUser string
	// Paper is for letters that may be printed; nil leaves them out. What is
	// printed costs money in some environments.
	Paper *digipost.PrintDetails
	// Extremes lets the suite try how many attachments are too many.
	Extremes bool
}

// Person is one recipient by every way of addressing that is filled.
type Person struct {
	PersonalNumber, DigipostAddress, BankAccount, OrganisationNumber string
	NameAndAddress                                                   *digipost.NameAndAddress
	Emails                                                           []string
	Peppol                                                           *digipost.PeppolAddresses
}

// suite is one run.
type suite struct {
	Target
	client *digipost.Client
	wire   *wiretap
	sender int64
	// information is what the account may do; nil before it was asked.
	information *digipost.SenderInformation
}

// Run checks a target, which is never an environment with real mailboxes. Only
// the root and the sender information must succeed for the rest to make sense.
func Run(t *testing.T, target Target) {
	for _, real := range []string{digipost.BaseURLProduction, digipost.BaseURLHealth} {
		if strings.EqualFold(hostOf(target.BaseURL), hostOf(real)) {
			t.Fatal("this suite is not for real mailboxes")
		}
	}
	s := &suite{Target: target, wire: newWiretap(), sender: target.SenderID}
	if s.sender == 0 {
		s.sender = target.BrokerID
	}
	t.Cleanup(s.wire.close)
	s.client = s.newClient(t, nil)
	if !t.Run("root", s.root) || !t.Run("sender information", s.senderInformation) {
		return
	}
	for _, check := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"identify", s.identify},
		{"recipients", s.recipients},
		{"options", s.options},
		{"paper", s.paper},
		{"invitation", s.invitation},
		{"duplicates", s.duplicates},
		{"alias", s.alias},
		{"opening receipt", s.openingReceipt},
		{"more data", s.moreData},
		{"refusals", s.refusals},
		{"batch", s.batch},
		{"events", s.events},
		{"search", s.search},
		{"inbox", s.inbox},
		{"by hand", s.byHand},
		{"extremes", s.extremes},
	} {
		t.Run(check.name, check.run)
	}
	t.Run("what a client cannot see", func(t *testing.T) {
		open(t, 9, "the hours of SMS reminders, and whether SENSITIVE hides the sender, show in the recipient's mailbox only")
		open(t, 13, "the sign-up pages are not part of the API")
	})
}

// hostOf is the host in an address, or all of it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Hostname()
}

// newClient makes a client whose answers are tapped.
func (s *suite) newClient(t *testing.T, change func(*digipost.Config)) *digipost.Client {
	t.Helper()
	config := digipost.Config{BaseURL: s.BaseURL, BrokerID: s.BrokerID, Key: s.Key, UserAgent: "brevdue-digiposttest", Transport: s.wire}
	if change != nil {
		change(&config)
	}
	client, err := digipost.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// open logs what the server answers where no source is sure. The numbers are
// those of questions.
func open(t *testing.T, question int, format string, values ...any) {
	t.Helper()
	t.Logf("open question %d (%s): %s", question, questions[question], fmt.Sprintf(format, values...))
}

// questions are what no source says for sure about the server.
var questions = map[int]string{
	1:  "status and code of refusals",
	2:  "200 or 201 for a letter, and Location",
	3:  "the answer to a reused message-id, and its scope",
	4:  "decoded or escaped path in the signature",
	5:  "the paths behind the links",
	6:  "limits of size, attachments and rate",
	7:  "which answers are signed",
	8:  "relative or absolute addresses in the inbox",
	9:  "SMS hours, what SENSITIVE hides",
	10: "metadata of rare events",
	11: "a person-alias as Digipost address of a letter",
	12: "the element opening-receipt",
	13: "sign-up pages",
	14: "a document without uuid",
	15: "the page limit of print",
	16: "PENDING for an invitation, and its status",
	17: "the zone of a time without offset",
	18: "gzip of requests and answers",
}

// told says how the server refused.
func told(err error) string {
	if err == nil {
		return "accepted"
	}
	var e *digipost.Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("%v", err)
	}
	return fmt.Sprintf("status %d, code %s, type %s, %d links, verified %v", e.HTTPStatus, e.Code, e.Type, len(e.Links), !e.Unverified)
}

// refused asserts that the server surely said no.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	var e *digipost.Error
	if !errors.As(err, &e) || e.HTTPStatus < 400 || e.HTTPStatus >= 500 {
		t.Errorf("%s was not refused: %v", what, err)
		return
	}
	if digipost.OutcomeUnknown(err) {
		t.Errorf("%s: the refusal leaves a doubt: %v", what, err)
	}
	open(t, 1, "%s: %s", what, told(err))
}

// allowed sorts the outcome of something that needs an agreement: done, or
// refused by a sure answer.
func allowed(t *testing.T, what string, err error) bool {
	t.Helper()
	if err == nil {
		t.Logf("%s: accepted", what)
		return true
	}
	var e *digipost.Error
	if !errors.As(err, &e) || e.HTTPStatus < 400 || e.HTTPStatus >= 500 || e.Unverified {
		t.Errorf("%s: %v", what, err)
		return false
	}
	open(t, 1, "%s is not for this account: %s", what, told(err))
	return false
}

// mustHaveRecipient skips what would send a letter to nobody.
func (s *suite) mustHaveRecipient(t *testing.T) {
	t.Helper()
	if s.ways()[0].Recipient == (digipost.Recipient{}) {
		t.Skip("no recipient was given, so nothing is sent")
	}
}

// way is one way to address the recipient.
type way struct {
	name      string
	Recipient digipost.Recipient
	// agreed ways need an agreement of their own.
	agreed bool
}

// ways lists how the recipient can be addressed, the surest first.
func (s *suite) ways() []way {
	p := s.Recipient
	var list []way
	add := func(is bool, name string, r digipost.Recipient, agreed bool) {
		if is {
			list = append(list, way{name, r, agreed})
		}
	}
	add(p.PersonalNumber != "", "personal number", digipost.Recipient{PersonalIdentificationNumber: p.PersonalNumber}, false)
	add(p.DigipostAddress != "", "Digipost address", digipost.Recipient{DigipostAddress: p.DigipostAddress}, false)
	add(p.NameAndAddress != nil, "name and address", digipost.Recipient{NameAndAddress: p.NameAndAddress}, false)
	add(p.OrganisationNumber != "", "organisation number", digipost.Recipient{OrganisationNumber: p.OrganisationNumber}, false)
	add(p.BankAccount != "", "bank account", digipost.Recipient{BankAccountNumber: p.BankAccount}, true)
	add(len(p.Emails) > 0, "e-mail", digipost.Recipient{EmailDetails: &digipost.EmailDetails{Addresses: p.Emails}}, true)
	add(p.Peppol != nil, "Peppol", digipost.Recipient{PeppolAddresses: p.Peppol}, true)
	if len(list) == 0 {
		return []way{{}}
	}
	return list
}

// letter is a letter to the recipient, with its file, changed.
func (s *suite) letter(change func(*digipost.Message)) (*digipost.Message, []digipost.Content) {
	m := &digipost.Message{
		ID: uuid.NewString(), SenderID: s.SenderID, Recipient: s.ways()[0].Recipient,
		PrimaryDocument: digipost.Document{UUID: uuid.NewString(), Subject: "Test fra Brevdue", FileType: "pdf"},
	}
	if change != nil {
		change(m)
	}
	files := []digipost.Content{file(&m.PrimaryDocument)}
	for i := range m.Attachments {
		files = append(files, file(&m.Attachments[i]))
	}
	return m, files
}

// file makes the content of a document and says its hash in the letter.
func file(d *digipost.Document) digipost.Content {
	data := pdf(1)
	switch d.FileType {
	case "txt":
		data = "Dette er en test. Æøå.\n"
	case "xml":
		data = "<?xml version=\"1.0\"?><test/>\n"
	}
	return content(d, data)
}

func content(d *digipost.Document, data string) digipost.Content {
	d.ContentHash = digipost.SHA256Hash(sha256.Sum256([]byte(data)))
	return digipost.Content{UUID: d.UUID, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(data)), nil
	}}
}

// send sends a letter, changed.
func (s *suite) send(change func(*digipost.Message)) (*digipost.Message, *digipost.MessageDelivery, error) {
	m, files := s.letter(change)
	ctx, stop := patience()
	defer stop()
	delivery, err := s.client.Send(ctx, m, files)
	return m, delivery, err
}

// patience bounds every call of the suite.
func patience() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 2*time.Minute)
}

// wiretap is a transport that remembers the heads of the last two answers.
type wiretap struct {
	transport    *http.Transport
	last, before *http.Response
}

// newWiretap speaks HTTP/1.1 through the proxy of the environment, like the
// client's own transport; loopback is reached directly.
func newWiretap() *wiretap {
	return &wiretap{transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DisableCompression: true,
		TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}}
}

// RoundTrip hands on. The suite makes one call at a time.
func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := w.transport.RoundTrip(r)
	if err == nil {
		head := *response
		head.Body = nil
		w.last, w.before = &head, w.last
	}
	return response, err
}

func (w *wiretap) close() { w.transport.CloseIdleConnections() }

// signed reports whether an answer bears a signature.
func signed(r *http.Response) bool { return r.Header.Get("X-Digipost-Signature") != "" }
