package post

import (
	"context"
	"io"
	"time"
)

// Letter is one letter with everything that leaves the machine.
type Letter struct {
	Sender    Sender
	MessageID string
	To        Target
	Subject   string
	Options   Options
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
	// Features are Digipost's own feature names.
	Features []string
}

// SignupAnswer is what the return address of a sign-up holds.
type SignupAnswer struct {
	SenderID        int64
	DigipostAddress string
	Nonce           string
}
