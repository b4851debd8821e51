package post

import "time"

// RecipientOrder is how a list of people is sorted.
type RecipientOrder string

// The orders of the register.
const (
	OrderName       RecipientOrder = "name"
	OrderCustomerID RecipientOrder = "customer_id"
	OrderDigipost   RecipientOrder = "digipost"
	OrderChecked    RecipientOrder = "checked"
	OrderLastLetter RecipientOrder = "last_letter"
)

// RecipientQuery picks people from the register.
type RecipientQuery struct {
	// Search is matched against names, customer ids, Digipost addresses and
	// towns, letter case and accents ignored, and against a whole birth or
	// organisation number by its keyed hash.
	Search string
	Group  string
	// Digipost keeps people with one of these statuses; empty keeps all.
	Digipost []SplitStatus
	Order    RecipientOrder
	Down     bool
	// Limit 0 gives all.
	Offset, Limit int
}

// RecipientPage is a part of the people that match, and how many there are.
type RecipientPage struct {
	Recipients []Recipient
	Total      int
}

// RegisterOverview is the register in numbers.
type RegisterOverview struct {
	Total     int
	BySplit   map[SplitStatus]int
	LastSplit time.Time
}

// Import is one list that was put into the register.
type Import struct {
	ID string
	// File is the base name of the user's file.
	File, Sheet         string
	At                  time.Time
	New, Changed, Same  int
	Undone              bool
	Group, FileSHA256   string
	HeaderRow, RowCount int
}

// ChangeKind is what an import does to one person.
type ChangeKind string

// The kinds of changes.
const (
	ChangeNew    ChangeKind = "new"
	ChangeUpdate ChangeKind = "changed"
	ChangeSame   ChangeKind = "same"
)

// Change is what an import does to one person. Before is nil for a new one.
// After.CustomerID is always filled.
type Change struct {
	Kind   ChangeKind
	Row    int
	Before *Recipient
	After  Recipient
}

// SavedMapping remembers how a list's columns were matched, found again by the
// headings.
type SavedMapping struct {
	Headings []string
	Mapping  Mapping
	At       time.Time
}

// JobQuery picks jobs.
type JobQuery struct {
	Kinds []JobKind
	// Open keeps jobs that are not finished.
	Open bool
	// Again keeps the job with this id and those that were sent again after it;
	// empty keeps all.
	Again string
	// Limit 0 gives all.
	Limit int
}

// ItemQuery picks items of a job, in order of Seq.
type ItemQuery struct {
	Statuses []ItemStatus
	// Search is matched against the name.
	Search string
	// Offset and Limit cut the list; Limit 0 gives all.
	Offset, Limit int
}

// Onboarding is a sign-up attempt as it is stored.
type Onboarding struct {
	ID    string
	State string
	// OrganisationNumber is what the user typed.
	OrganisationNumber string
	// Nonce is the secret of the attempt; it is a proof, not a credential, and
	// is sealed at rest.
	Nonce string
	// Port and Path are where the return listener is bound again.
	Port int
	Path string
	// RegistrationURL is what the browser opens.
	RegistrationURL   string
	SenderID          int64
	DigipostAddress   string
	Started, Returned time.Time
	// Applied, Refused and Verified are when the attempt came so far; zero before.
	Applied, Refused, Verified time.Time
	// Reminded is when the person last put the reminder of an application off.
	Reminded time.Time
	// Typed says that the person typed the sender-id: no answer brought it, and
	// the nonce is still good.
	Typed bool
	// Trouble is why the last return was refused, or empty; TroubleFields fill the
	// gaps of its words.
	Trouble       Code
	TroubleFields map[string]string
}

// Audit is one line of the audit trail: codes, counts and ids of ours only.
type Audit struct {
	At     time.Time
	Actor  string
	Action string
	Job    string
	Fields map[string]string
}

// CertificateFacts are what can be shown of the sender's certificate.
type CertificateFacts struct {
	Subject, Issuer string
	// Organisation is the organisation's name alone, or empty;
	// OrganisationNumber its number of nine digits, where the certificate has one.
	Organisation, OrganisationNumber string
	NotAfter                         time.Time
	Fingerprint                      string
}

// SFTPKeyFacts are what can be shown of the sender's SFTP key.
type SFTPKeyFacts struct {
	Type, Fingerprint string
	// Public is the line to paste at Digipost.
	Public string
}

// HostKey is a server key that was shown and pinned.
type HostKey struct {
	Host, Fingerprint string
	At                time.Time
}
