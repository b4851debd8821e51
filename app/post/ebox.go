package post

import (
	"io"
	"time"
)

// Translated is a text of the Belgian e-Box. Senders mostly fill one language
// only.
type Translated struct{ NL, FR, DE, EN string }

// In gives the text in a language, or else in whichever there is, the ones of
// Belgium first.
func (t Translated) In(language string) string {
	wanted := map[string]string{"nl": t.NL, "fr": t.FR, "de": t.DE, "en": t.EN}[language]
	for _, text := range []string{wanted, t.NL, t.FR, t.DE, t.EN} {
		if text != "" {
			return text
		}
	}
	return ""
}

// EBoxEnvironment says which servers of the Belgian social security are meant.
type EBoxEnvironment string

// The environments of the e-Box Enterprise. The simulation is read with a token
// of production. The stand-in stands for all in practice.
const (
	EBoxProduction EBoxEnvironment = "production"
	EBoxAcceptance EBoxEnvironment = "acceptance"
	EBoxSimulation EBoxEnvironment = "simulation"
	EBoxPractice   EBoxEnvironment = "practice"
)

// EBoxAccess is how the e-Box of an enterprise is reached. The private key is not
// in it: it rests in the keyring.
type EBoxAccess struct {
	Environment EBoxEnvironment
	// ClientID is the account's at the token server, as ChaMan shows it.
	ClientID string
	// TokenURL, Audience, RegistryURL and Providers override the environment's own
	// where they are filled. Providers are base addresses of message registries,
	// asked where the provider registry does not answer.
	TokenURL, Audience, RegistryURL string
	Providers                       []string
}

// EBoxToken is what can be told of an access token without showing it.
type EBoxToken struct {
	Expires time.Time
	Scopes  []string
}

// EBoxProvider is a Document Provider: a system that holds messages. A message's
// id is unique within one provider only.
type EBoxProvider struct {
	ID   string
	Name Translated
	// URL is the base address of its message registry, Version the version of the
	// contract it speaks, for example 2.1.
	URL, Version string
	// Active is false before its activation, after its deactivation, and while it is
	// under maintenance until Maintenance.
	Active      bool
	Maintenance time.Time
}

// EBoxMessage is a message in an e-Box, without the contents of its documents.
type EBoxMessage struct {
	// Provider and ID name the message together. Original is the message to which
	// this one is a reply, or empty.
	Provider, ID, Original string
	Subject                Translated
	Received, Expires      time.Time
	Read, Visible          bool
	// Registered is a registered letter (aangetekende zending).
	Registered bool
	// SenderID is the enterprise number of the sender, TypeID and ApplicationID the
	// provider's own ids. Sender, Type and Application are their names; empty until
	// they were looked up.
	SenderID, TypeID, ApplicationID string
	Sender, Type, Application       Translated
	// NamesUntil is how long the provider lets these names be kept without asking
	// again; zero is not at all.
	NamesUntil time.Time
	// Attention is the name of the person or service it is meant for.
	Attention string
	// Partition is the part of the e-Box it lies in, empty for the general one.
	Partition string
	// MayReply says that the sender takes a reply.
	MayReply bool
	// BodyIsMain says that the body is the main content and not a document.
	BodyIsMain  bool
	Attachments []EBoxAttachment
	Data        []EBoxValue
	Payment     *EBoxPayment
}

// Main gives the main document, or nil where the body is it or there is none.
func (m EBoxMessage) Main() *EBoxAttachment {
	for i := range m.Attachments {
		if m.Attachments[i].Main {
			return &m.Attachments[i]
		}
	}
	return nil
}

// EBoxAttachment is a document of a message.
type EBoxAttachment struct {
	// ID may be empty; then Href is the only way to its content.
	ID, Href string
	Title    Translated
	// FileName is the sender's own, decoded and never to be used as a path.
	FileName  string
	MediaType string
	// Size is in bytes, as told in whole kB, SHA256 hexadecimal or empty.
	Size   int64
	SHA256 string
	// Main marks the main document: fetching it marks the message read for the whole
	// enterprise.
	Main, Signed bool
}

// EBoxValue is one of the sender's own facts about a message.
type EBoxValue struct {
	Key, Name string
	Values    []Translated
}

// EBoxPayment is what is to be paid, amounts as decimal texts.
type EBoxPayment struct{ Amount, VAT, Currency, Due, IBAN, BIC, Reference string }

// EBoxQuery picks messages of a provider. Days count in Belgium; zero times and
// empty texts pick all.
type EBoxQuery struct {
	ReceivedAfter, ReceivedBefore time.Time
	ExpiresAfter, ExpiresBefore   time.Time
	Unread, Registered            bool
	SenderID, TypeID              string
	// Search looks in subjects, names and the sender's facts, in Language.
	Search, Language string
}

// EBoxSummary is a provider's own count of the messages it holds.
type EBoxSummary struct {
	Messages, Unread int
	LastReceived     time.Time
}

// EBoxContent takes the content of a document as it comes.
type EBoxContent struct {
	Into io.Writer
	// Progress hears how many bytes have come; it may be nil.
	Progress func(bytes int64)
}

// EBoxVerdict is how much a finding weighs.
type EBoxVerdict string

// The verdicts of a check, the gravest first.
const (
	EBoxBlocks EBoxVerdict = "block"
	EBoxWarns  EBoxVerdict = "warn"
	EBoxTells  EBoxVerdict = "info"
	EBoxGood   EBoxVerdict = "ok"
)

// EBoxCheck is one thing looked at: a certificate's validity, the form of a
// client id. Code names it, and the words of the code say it.
type EBoxCheck struct {
	Code    string
	Verdict EBoxVerdict
	Fields  map[string]string
}

// EBoxCertificate is what can be shown of a certificate for the e-Box.
type EBoxCertificate struct {
	Subject, Issuer, Serial string
	// Enterprise is the enterprise number in the subject, ten digits, or empty.
	Enterprise          string
	NotBefore, NotAfter time.Time
	// SHA256 is the fingerprint, hexadecimal in pairs with colons.
	SHA256 string
	// Key is the kind and size of the key, for example "RSA 3072".
	Key string
	// HasPrivateKey says that the file holds a private key, too; KeyMatches that it
	// is the certificate's.
	HasPrivateKey, KeyMatches bool
}

// EBoxStepState is how far a step of the trajectory is.
type EBoxStepState string

// The states of a step. Blocked waits for other steps, open can be done now,
// waiting was asked of somebody else.
const (
	EBoxBlocked EBoxStepState = "blocked"
	EBoxOpen    EBoxStepState = "open"
	EBoxWaiting EBoxStepState = "waiting"
	EBoxDone    EBoxStepState = "done"
	EBoxSkipped EBoxStepState = "skipped"
)

// EBoxStep is what a person has told of one step. What the step is stands in
// app/onboarding.
type EBoxStep struct {
	// ID is S0 to S10.
	ID    string
	State EBoxStepState
	// Date is when it was done, skipped or asked for; zero before.
	Date time.Time
	Note string
	// Confirmed says that the person has confirmed what cannot be undone.
	Confirmed bool
	// Reminded is when the person last put the reminder of a waiting step off.
	Reminded time.Time
}

// EBoxTrajectory is the way of one enterprise to its e-Box as a Document
// Consumer.
type EBoxTrajectory struct {
	ID string
	// OwnKey is profile B: this enterprise holds the private key. Else Team DigiPost
	// does (profile A).
	OwnKey bool
	// Enterprise is the KBO number, ten digits; Name what the person calls it.
	Enterprise, Name string
	// SenderNumber is ChaMan's verzendernummer, ClientID the account's.
	SenderNumber, ClientID string
	Environment            EBoxEnvironment
	Certificate            EBoxCertificate
	Steps                  []EBoxStep
	Started, Changed       time.Time
}

// EBoxDownload is a document that was fetched and saved.
type EBoxDownload struct {
	Provider, Message, Attachment string
	// Path is where it was saved, SHA256 hexadecimal.
	Path   string
	SHA256 string
	Size   int64
	At     time.Time
}

// TopicInbox is about the messages of the e-Box, TopicTrajectory about the way to
// it.
const (
	TopicInbox      Topic = "inbox"
	TopicTrajectory Topic = "trajectory"
)
