package digipost

import (
	"encoding/base64"
	"encoding/xml"
	"time"
)

// The levels of a document; an empty one leaves Digipost's default, which is
// the first of each.
const (
	AuthPassword  = "PASSWORD"
	AuthTwoFactor = "TWO_FACTOR"
	// AuthIDPorten3 and AuthIDPorten4 are for public bodies with permission.
	AuthIDPorten3 = "IDPORTEN_3"
	AuthIDPorten4 = "IDPORTEN_4"

	SensitivityNormal = "NORMAL"
	// SensitivitySensitive hides sender and subject until the recipient has
	// logged in at the level asked for.
	SensitivitySensitive = "SENSITIVE"
)

const (
	// MaxAttachments is how many documents may follow the primary one at most
	// (api_v8.xsd).
	MaxAttachments = 201
	// DefaultMaxAttachments is how many a Client takes unless it is told
	// otherwise: the least of the numbers that Digipost's pages give.
	DefaultMaxAttachments = 99
)

// Message is one letter to one recipient. The fields stand in the order of
// api_v8.xsd, so that what is written is in schema order by construction. A nil
// pointer and an empty text are left out.
type Message struct {
	XMLName xml.Name `xml:"http://api.digipost.no/schema/v8 message"`
	// ID is the message-id. The schema lets it be absent; here it must be given,
	// since it is what keeps a letter from being delivered twice.
	ID string `xml:"message-id"`
	// SenderID is whom the recipient sees; 0 is the broker itself.
	SenderID int64 `xml:"sender-id,omitempty"`
	// SenderOrganization names the sender in place of SenderID; it needs
	// permission.
	SenderOrganization *SenderOrganization `xml:"sender-organization"`
	Recipient          Recipient           `xml:"recipient"`
	// DeliveryTime keeps the letter hidden until then; it needs permission.
	DeliveryTime *time.Time `xml:"delivery-time"`
	// InvoiceReference has at most 100 characters.
	InvoiceReference string     `xml:"invoice-reference,omitempty"`
	PrimaryDocument  Document   `xml:"primary-document"`
	Attachments      []Document `xml:"attachment"`
	// PrintIfUnread puts a letter on paper that nobody has opened.
	PrintIfUnread          *PrintIfUnread          `xml:"print-if-unread"`
	RequestForRegistration *RequestForRegistration `xml:"request-for-registration"`
	// Batch holds the letter back until the batch is completed.
	Batch *BatchReference `xml:"batch"`
}

// SenderOrganization is a sender by its organisation instead of its account.
type SenderOrganization struct {
	// OrganizationID is the organisation number.
	OrganizationID string `xml:"organization-id"`
	// PartID names a unit within the organisation; may be empty.
	PartID string `xml:"part-id,omitempty"`
}

// RequestForRegistration invites a person who is not a user, by SMS, and waits.
// The recipient must be given by personal number. After the deadline the letter
// is printed when there are PrintDetails, and never delivered otherwise.
type RequestForRegistration struct {
	Deadline time.Time `xml:"registration-deadline"`
	// Phone begins with +, 00 or 011, or is eight Norwegian digits.
	Phone        string        `xml:"phone-number,omitempty"`
	Email        string        `xml:"email-address,omitempty"`
	PrintDetails *PrintDetails `xml:"print-details"`
}

// BatchReference names the batch that a letter belongs to.
type BatchReference struct {
	UUID string `xml:"uuid"`
}

// Recipient is who gets the letter. Exactly one of the ways of identifying is
// filled. PrintDetails beside it let Digipost print when the person is not a
// user; PrintDetails alone send the letter straight to print.
type Recipient struct {
	// PersonalIdentificationNumber is a fødselsnummer or D-number, 11 digits.
	PersonalIdentificationNumber string `xml:"personal-identification-number,omitempty"`
	// OrganisationNumber is nine digits.
	OrganisationNumber string `xml:"organisation-number,omitempty"`
	// DigipostAddress is for example ola.nordmann#1234.
	DigipostAddress string           `xml:"digipost-address,omitempty"`
	EmailDetails    *EmailDetails    `xml:"email-details"`
	PeppolAddresses *PeppolAddresses `xml:"peppol-addresses"`
	NameAndAddress  *NameAndAddress  `xml:"name-and-address"`
	// BankAccountNumber is 11 digits; it needs permission.
	BankAccountNumber string        `xml:"bank-account-number,omitempty"`
	PrintDetails      *PrintDetails `xml:"print-details"`
}

// EmailDetails addresses a person by one to fifty e-mail addresses.
type EmailDetails struct {
	Addresses []string `xml:"email-address"`
}

// PeppolAddresses addresses an organisation in the Peppol network.
type PeppolAddresses struct {
	Receiver PeppolAddress `xml:"receiver"`
	Sender   PeppolAddress `xml:"sender"`
}

// PeppolAddress is one end of a Peppol delivery.
type PeppolAddress struct {
	SchemeID   string `xml:"schemeID"`
	EndpointID string `xml:"endpointID"`
}

// NameAndAddress finds a person in Posten's register. Birth date, phone and
// e-mail make a match surer.
type NameAndAddress struct {
	FullName string `xml:"fullname"`
	Line1    string `xml:"addressline1"`
	Line2    string `xml:"addressline2,omitempty"`
	Postcode string `xml:"postalcode"`
	City     string `xml:"city"`
	// BirthDate is yyyy-mm-dd.
	BirthDate string `xml:"birth-date,omitempty"`
	Phone     string `xml:"phone-number,omitempty"`
	Email     string `xml:"email-address,omitempty"`
}

// Document is one file of a letter as the message describes it. In an answer
// only the uuid, subject, file type, levels, hash and links are filled.
type Document struct {
	// TechnicalType marks a file for programs, with several types joined by
	// commas; it needs permission.
	TechnicalType string `xml:"technical-type,attr,omitempty"`
	// UUID is lower-case and unique for the sender, for ever.
	UUID string `xml:"uuid,omitempty"`
	// Subject is the title the recipient sees, at most 255 characters.
	Subject string `xml:"subject,omitempty"`
	// FileType decides what the file is: pdf, txt, html ...
	FileType string `xml:"file-type"`
	// OpeningReceipt is the schema's free text of that name. The receipt that
	// Digipost documents is asked for with DataType.OpeningReceipt.
	OpeningReceipt      string             `xml:"opening-receipt,omitempty"`
	SMSNotification     *SMSNotification   `xml:"sms-notification"`
	EmailNotification   *EmailNotification `xml:"email-notification"`
	AuthenticationLevel string             `xml:"authentication-level,omitempty"`
	SensitivityLevel    string             `xml:"sensitivity-level,omitempty"`
	ContentHash         *ContentHash       `xml:"content-hash"`
	// DataType says what the document is about, for Digipost to act on.
	DataType *DataType `xml:"data-type"`
	// Links are what may be done with the document, in an answer only.
	Links []Link `xml:"-"`
}

// answeredDocument is what is read of a document in an answer. Whatever else
// stands there, in whatever shape, must not spoil the rest.
type answeredDocument struct {
	UUID                string       `xml:"uuid"`
	Subject             string       `xml:"subject"`
	FileType            string       `xml:"file-type"`
	AuthenticationLevel string       `xml:"authentication-level"`
	SensitivityLevel    string       `xml:"sensitivity-level"`
	ContentHash         *ContentHash `xml:"content-hash"`
	Links               []Link       `xml:"link"`
}

func (d *answeredDocument) plain() Document {
	return Document{UUID: d.UUID, Subject: d.Subject, FileType: d.FileType, ContentHash: d.ContentHash,
		AuthenticationLevel: d.AuthenticationLevel, SensitivityLevel: d.SensitivityLevel, Links: d.Links}
}

// ContentHash is the hash of a document's bytes. In a message it may be left
// out; when it is there, Send checks the content against it.
type ContentHash struct {
	// Algorithm is SHA256 (an answer may also say MD5 or NONE).
	Algorithm string `xml:"hash-algorithm,attr"`
	// Value is base64.
	Value string `xml:",chardata"`
}

// SHA256Hash makes a ContentHash of a SHA-256.
func SHA256Hash(sum [32]byte) *ContentHash {
	return &ContentHash{Algorithm: "SHA256", Value: base64.StdEncoding.EncodeToString(sum[:])}
}

// documents are all documents in the order in which their files are sent.
func (m *Message) documents() []*Document {
	all := []*Document{&m.PrimaryDocument}
	for i := range m.Attachments {
		all = append(all, &m.Attachments[i])
	}
	return all
}
