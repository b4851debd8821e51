package batch

import (
	"io"
	"time"
)

// Result is what a receipt says of a whole job. The receipt of an arrival
// (mottatt) and that of an end (resultat) are the same document.
type Result struct {
	// Status is the job's status as written, see the Status constants; other
	// words are kept as they are.
	Status string
	Job    JobInfo
	// Summary is nil when the receipt has none. Count the rows instead of
	// computing with it: the counters' meaning differs between sources.
	Summary *Summary
	// Failure is nil when the job did not fail as a whole. The schema ties it to
	// no status, so look at both.
	Failure *Failure
	// Print is what a mailing's receipt counts of letters on paper; nil when there
	// is nothing of it.
	Print *PrintSummary
	// Rows is the number of recipients the receipt speaks of, Letters that of
	// letters, Documents that of documents with faults.
	Rows, Letters, Documents int
	// NotXML is the text of a receipt that is no XML document: Digipost's answer
	// to a job it could not parse at all. Everything else is then empty.
	NotXML string
}

// The job statuses (jobb-status). Only success and failure are final; a
// provisional success was superseded when a later receipt says otherwise.
const (
	StatusSuccess     = "SUKSESS"
	StatusProvisional = "FORELØPIG_SUKSESS"
	StatusFailed      = "FEILET"
	StatusReceived    = "MOTTATT"
)

// JobInfo says which job a receipt belongs to (jobb-info).
type JobInfo struct {
	// SenderID and BrokerID are empty when the receipt does not say.
	SenderID, BrokerID string
	// JobID is the jobb-id. A receipt belongs to a job only when it is the same.
	JobID string
	// Started is when Digipost received the job, Ended when it was done with it;
	// zero when absent or not a point in time.
	Started, Ended time.Time
}

// Summary holds the counters as reported (mottaker-sammendrag).
type Summary struct {
	Total, Digipost, DigipostWashed, Identified, IdentifiedWashed int
	Unidentified, SeveralMatches, Invalid                         int
}

// Failure is why a job failed as a whole (feilinformasjon).
type Failure struct {
	// Code is VALIDERING_FEILET, ENGINE_FEIL, GENERELL_FEIL or another word.
	Code string
	// Message is Digipost's text. It may repeat what was in the job, so it is for
	// the sender's eyes and no log.
	Message string
}

// RecipientResult is what a receipt says of one recipient
// (mottaker-resultater/resultat). The schema ties Status to none of the rest.
type RecipientResult struct {
	// CustomerID is the kunde-id, byte for byte.
	CustomerID string
	// Status is a Recipient constant or another word.
	Status string
	// DigipostAddress and PersonAlias are what to use from now on.
	DigipostAddress, PersonAlias string
	// Unidentified and Invalid hold Digipost's reasons (uidentifisert-grunn,
	// ugyldig-grunn), for example FLERE_TREFF and UGYLDIG_FOEDSELSNUMMER.
	Unidentified, Invalid []string
	// Washed marks a match found by address washing.
	Washed bool
}

// The recipient statuses (mottaker-status-kode).
const (
	RecipientDigipost     = "DIGIPOST"
	RecipientIdentified   = "IDENTIFISERT"
	RecipientUnidentified = "UIDENTIFISERT"
	RecipientInvalid      = "UGYLDIG"
)

// PrintSummary holds the counters of letters on paper as reported
// (print-sammendrag).
type PrintSummary struct {
	// Sent went to print; Invalid did not, because of the PDF or the address.
	Sent, Invalid int
}

// LetterResult is what a mailing's receipt says of one letter
// (brev-resultater/resultat).
type LetterResult struct {
	// UUID is that of the letter's main document, AttachmentUUIDs those of the
	// attachments.
	UUID            string
	AttachmentUUIDs []string
	// ID is the letter's own (brev-id); empty when it had none.
	ID string
	// Code is LetterSent, LetterNotSent or another word. It alone says what
	// happened: a letter that was not sent may have a channel too.
	Code string
	// Channel is ChannelWeb, ChannelPrint, empty or another word.
	Channel string
	Faults  []Fault
}

// Sent reports whether the letter went out, on whichever channel.
func (l LetterResult) Sent() bool { return l.Code == LetterSent }

// OnPaper reports whether the letter went out on paper.
func (l LetterResult) OnPaper() bool { return l.Sent() && l.Channel == ChannelPrint }

// The codes of letters (brev-resultat-kode) and their channels (kanal-kode).
const (
	LetterSent    = "SENDT"
	LetterNotSent = "IKKE_SENDT"
	ChannelWeb    = "WEB"
	ChannelPrint  = "PRINT"
)

// DocumentResult is a document that Digipost finds fault with
// (dokumenter-med-feil).
type DocumentResult struct {
	// ID is the document's in the job.
	ID     string
	Faults []Fault
}

// Fault is why a letter was not sent, or what is wrong with a document (feil).
type Fault struct {
	// Type is a word as UGYLDIG_MOTTAKER or UGYLDIG_FOR_PRINT.
	Type string
	// Messages are Digipost's texts, for the sender's eyes and no log.
	Messages []string
}

// Visitor hears what a receipt says, in the receipt's order, which need not be
// the job's. A function may be nil; its error ends the reading.
type Visitor struct {
	Recipient func(RecipientResult) error
	Letter    func(LetterResult) error
	Document  func(DocumentResult) error
}

// ReadResult reads the receipt zip of a split, of the given size, and calls visit
// for each recipient in it, in the receipt's order, which need not be the job's.
// visit may be nil; its error ends the reading and is returned as it is. A receipt
// can break off in the middle: what visit saw counts only when ReadResult
// returns without an error. Errors other than visit's and r's are ErrReceipt.
func ReadResult(r io.ReaderAt, size int64, visit func(RecipientResult) error) (*Result, error) {
	return readReceipt(r, size, Split, Visitor{Recipient: visit})
}

// ReadMailingResult is ReadResult for a mailing's receipt. The letters' rows say
// what happened to each letter, the recipients' rows who the recipients are: that
// somebody has no account stands only there.
func ReadMailingResult(r io.ReaderAt, size int64, visit Visitor) (*Result, error) {
	return readReceipt(r, size, Mailing, visit)
}

func readReceipt(r io.ReaderAt, size int64, kind Kind, visit Visitor) (*Result, error) {
	entry, err := openReceipt(r, size)
	if err != nil {
		return nil, err
	}
	defer entry.Close()
	isXML, err := entry.looksLikeXML(kind)
	if err != nil {
		return nil, err
	}
	if !isXML {
		text, err := entry.text()
		if err != nil {
			return nil, err
		}
		return &Result{NotXML: text}, nil
	}
	return readResultXML(entry, kind, visit)
}
