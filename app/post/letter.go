package post

import (
	"context"
	"io"
	"slices"
	"time"
)

// Letter is one letter with everything that leaves the machine.
type Letter struct {
	Sender    Sender
	MessageID string
	To        Target
	Subject   string
	Options   Options
	// NoDigipost is true when Digipost has said for sure that the recipient has
	// none, so that the letter may go on paper or invite (design rule 4).
	NoDigipost bool
	// Batch is the uuid of the batch in which the letter waits for its release;
	// empty delivers it at once.
	Batch     string
	Documents []LetterDocument
}

// LetterDocument is one file of a letter; the first is the main document.
type LetterDocument struct {
	UUID     string
	FileType string
	Title    string
	Size     int64
	// SHA256 is hexadecimal; the answer is compared with it.
	SHA256 string
	Open   func(ctx context.Context) (io.ReadCloser, error)
}

// Outcome is what Digipost answered for one letter.
type Outcome struct {
	Status  ItemStatus
	Reason  Reason
	Channel Channel
	// Detail is Digipost's own code, never its message.
	Detail      string
	DeliveredAt time.Time
	// SentSHA256 is the hash of the bytes of the request.
	SentSHA256 string
}

// LetterNews is something that happened to a document after it was delivered.
type LetterNews struct {
	DocumentUUID string
	// Status is what the letter is now; empty where the status stays as it is.
	Status ItemStatus
	// Channel is filled where the news tells it.
	Channel Channel
	Reason  Reason
	// Detail is Digipost's own code of the event or failure.
	Detail string
	// At is when it happened at Digipost.
	At time.Time
}

// Hit is somebody Digipost found by a piece of a name. A person must confirm
// that it is the right one.
type Hit struct {
	Name            string
	DigipostAddress string
	// OrganisationNumber is filled for an organisation.
	OrganisationNumber string
	// Street is street, number and letter.
	Street, Postcode, Town string
	// Phone is masked by Digipost, for example *****527.
	Phone string
}

// MaxHits is how many Digipost gives for a search at most.
const MaxHits = 10

// RemoteReceipt is a receipt that lies at Digipost.
type RemoteReceipt struct {
	Name string
	// Kind is "mottatt" or "resultat".
	Kind string
	Size int64
}

// ReceiptSummary is the head of a receipt.
type ReceiptSummary struct {
	State ReceiptState
	// Text is what Digipost wrote about a refused job.
	Text string
	// Ended is when Digipost was done with the job; zero where it does not say.
	Ended time.Time
}

// BatchRow is one row of the result of a batch job. A mailing has rows of both
// sorts, in any order.
type BatchRow struct {
	// Finding says who the recipient with its RecipientKey is; nil in a row about
	// a letter.
	Finding *Finding
	// DocumentUUID is the letter's main document and Outcome what came of it,
	// where Finding is nil.
	DocumentUUID string
	Outcome      Outcome
}

// ReceiptState is what a receipt says of the whole job.
type ReceiptState string

// The states of a receipt.
const (
	ReceiptReceived    ReceiptState = "received"
	ReceiptProvisional ReceiptState = "provisional"
	ReceiptSuccess     ReceiptState = "success"
	ReceiptRefused     ReceiptState = "refused"
)

// Proof is what Digipost told about the sender in a signed call.
type Proof struct {
	SenderID int64
	// Features are Digipost's own feature names without the prefix
	// no.digipost.feature.
	Features []string
	// ClockSkew is how far this machine's clock is ahead of Digipost's.
	ClockSkew time.Duration
}

// Features of a sender's agreement that change what can be offered.
const (
	FeaturePaper        = "delivery.digipost-with-print-fallback"
	FeatureDirectPaper  = "delivery.direct-to-print"
	FeatureDigipost     = "delivery.digipost"
	FeatureBatchMailing = "batch.masseutsendelse"
	FeatureBatchSplit   = "batch.mottakersplitt"
	FeatureNoKID        = "validation.digipost.invoice-allow-no-kid"
)

// Has reports whether the agreement holds a feature.
func (p Proof) Has(feature string) bool { return slices.Contains(p.Features, feature) }

// SignupAnswer is what the return address of a sign-up holds.
type SignupAnswer struct {
	SenderID        int64
	DigipostAddress string
	Nonce           string
}
