// Package batch speaks Digipost's batch interface for senders: it writes job
// documents, moves them over SFTP and reads the receipts that come back. There
// are two kinds of jobs: the recipient split (mottakersplitt), which asks Digipost
// who among many people can be reached, and the mailing (masseutsendelse), which
// sends letters to them.
//
// The documents follow Digipost's schemas for namespace avsender2_1
// (digipost-common.xsd, mottakersplitt.xsd, masseutsendelse.xsd, print.xsd and
// the two results) and its batch guide, digipost.no/plattform/batch. Receipts are read in any avsender
// namespace, since an older job is answered in its own version.
//
// No error of this package holds a name, an address or a person's number.
package batch

import "errors"

// Namespace is what job documents are written in.
const Namespace = "http://www.digipost.no/xsd/avsender2_1"

// namespaceFamily begins the namespace of every version of the interface.
const namespaceFamily = "http://www.digipost.no/xsd/avsender"

// Kind is a kind of job. Its value is the name of the job's folder at Digipost
// and of the document's root element.
type Kind string

// The two kinds of jobs.
const (
	Split   Kind = "mottakersplitt"
	Mailing Kind = "masseutsendelse"
)

// known reports whether there is such a kind, so that a made-up one never
// becomes a path at Digipost.
func (k Kind) known() bool { return k == Split || k == Mailing }

// resultRoot is the root element of the kind's receipt.
func (k Kind) resultRoot() string { return string(k) + "-resultat" }

// The errors a caller tells apart; they arrive wrapped. Typed ones are
// JobError, RecipientError, DocumentError, LetterError, UnreachableError, UploadUnsureError,
// HostKeyUnknownError and HostKeyChangedError.
var (
	// ErrNoRecipients: a job without recipients can't be written.
	ErrNoRecipients = errors.New("the job has no recipients")
	// ErrNoDocuments and ErrNoLetters: a mailing can't do without them.
	ErrNoDocuments = errors.New("the job has no documents")
	ErrNoLetters   = errors.New("the job has no letters")
	// ErrChanged: a file is not what it was when it was approved, or the documents
	// were others when they were read again.
	ErrChanged = errors.New("it has changed since it was approved")
	// ErrReceipt: the file is not a receipt that can be read: a broken or
	// cut-off zip, more than one entry, a document of another kind, or one that
	// tries to use up the machine.
	ErrReceipt = errors.New("not a readable receipt")
	// ErrName: a remote name that is not allowed.
	ErrName = errors.New("file name not allowed")
	// ErrExists: a file of that name lies at Digipost already. It was not
	// touched.
	ErrExists = errors.New("a file of that name is there already")
	// ErrNotWhole: the receipt's size differs from the listed one, so it is
	// still being written (or was replaced). Listing again helps.
	ErrNotWhole = errors.New("the receipt is not whole yet")
	// ErrTooLarge: the receipt is larger than MaxReceipt.
	ErrTooLarge = errors.New("the receipt is too large")
	// ErrLoginRefused: Digipost does not know the key, or not for this user.
	ErrLoginRefused = errors.New("the server refused the key")
	// ErrPassphrase: a key's pass phrase is missing or wrong.
	ErrPassphrase = errors.New("the key's pass phrase is missing or wrong")
	// ErrKeyFile: the file holds no private key that can be used.
	ErrKeyFile = errors.New("not a usable private key")
)
