package digipost

import (
	"encoding/base64"
	"encoding/xml"
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

// MaxAttachments is how many documents may follow the primary one (api_v8.xsd).
const MaxAttachments = 201

// Message is one letter to one recipient. The fields stand in the order of
// api_v8.xsd, so that what is written is in schema order by construction.
type Message struct {
	XMLName xml.Name `xml:"http://api.digipost.no/schema/v8 message"`
	// ID is the message-id. The schema lets it be absent; here it must be given,
	// since it is what keeps a letter from being delivered twice.
	ID string `xml:"message-id"`
	// SenderID is whom the recipient sees; 0 is the broker itself.
	SenderID        int64      `xml:"sender-id,omitempty"`
	Recipient       Recipient  `xml:"recipient"`
	PrimaryDocument Document   `xml:"primary-document"`
	Attachments     []Document `xml:"attachment"`
}

// Recipient is who gets the letter. Exactly one of the fields is filled.
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
	BankAccountNumber string `xml:"bank-account-number,omitempty"`
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

// Document is one file of a letter as the message describes it.
type Document struct {
	// UUID is lower-case and unique for the sender, for ever.
	UUID string `xml:"uuid,omitempty"`
	// Subject is the title the recipient sees, at most 255 characters.
	Subject string `xml:"subject,omitempty"`
	// FileType decides what the file is: pdf, txt, html ...
	FileType            string       `xml:"file-type"`
	AuthenticationLevel string       `xml:"authentication-level,omitempty"`
	SensitivityLevel    string       `xml:"sensitivity-level,omitempty"`
	ContentHash         *ContentHash `xml:"content-hash"`
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
