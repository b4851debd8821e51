// Package post holds the words of the job: who gets a letter, what is sent,
// what came of it. It knows no technology and imports the standard library
// only, so that every other package can speak in these words without knowing
// each other.
package post

import "time"

// Environment says which Digipost a profile talks to. It never changes after
// the profile is made.
type Environment string

// The three environments of design rule "practice can't be mistaken for real".
const (
	Production Environment = "production"
	Test       Environment = "test"
	Practice   Environment = "practice"
)

// Sender is the organisation whose name the recipient sees.
type Sender struct {
	// SenderID is Digipost's account number of the sender (avsender-id). It is
	// not the organisation number. Zero until sign-up has given one.
	SenderID int64
	// BrokerID is the account whose certificate signs. Equal to SenderID when
	// the sender's own certificate is used.
	BrokerID int64
	// Name is what the user calls the sender; shown in the band.
	Name string
	// OrganisationNumber is nine digits or empty.
	OrganisationNumber string
	// DigipostAddress is the organisation's own address, for example
	// kunde123#1A2B, or empty.
	DigipostAddress string
	Environment     Environment
}

// Address is a postal address. Country is empty for Norway.
type Address struct {
	Line1, Line2   string
	Postcode, Town string
	Country        string
}

// Empty reports whether no part of the address is filled in.
func (a Address) Empty() bool { return a == Address{} }

// SplitStatus is what the last recipient split said of a person.
type SplitStatus string

// The answers of a recipient split. NeverChecked is a person no split has
// asked about; Missing is a person the receipt did not mention.
const (
	NeverChecked SplitStatus = ""
	HasDigipost  SplitStatus = "digipost"
	Identified   SplitStatus = "identified"
	Unidentified SplitStatus = "unidentified"
	Invalid      SplitStatus = "invalid"
	Missing      SplitStatus = "missing"
)

// Recipient is a person or an organisation in the register.
type Recipient struct {
	// CustomerID is the user's own id of the person, or one the register gave.
	// Unique in a register.
	CustomerID string
	// BirthNumber is a fødselsnummer or D-number, eleven digits. Sealed at rest.
	BirthNumber        string
	OrganisationNumber string
	DigipostAddress    string
	// PersonAlias is Digipost's name for a known person without an account; it
	// is used in later splits and is never a Digipost address.
	PersonAlias                     string
	FirstName, MiddleName, LastName string
	// FullName is filled when the list has the whole name in one column.
	FullName string
	// BirthDate is yyyy-mm-dd or empty. Never read from the birth number.
	BirthDate    string
	Address      Address
	Phone, Email string
	// Account is the person's own account number, eleven digits. Sealed at rest.
	Account string
	Groups  []string
	// Digipost and Checked are the answer of the last split and when it came.
	Digipost   SplitStatus
	Reason     Reason
	Uncertain  bool
	Checked    time.Time
	LastLetter time.Time
	// Created and Changed are kept by the register.
	Created, Changed time.Time
}

// WaitsForReview reports whether Digipost found the person only by correcting the
// address, and nobody has said yet that it is the right one.
func (r Recipient) WaitsForReview() bool {
	return r.Uncertain && (r.Digipost == HasDigipost || r.Digipost == Identified)
}

// Matched reports whether Digipost has said who the person is: a letter may go by
// what it said.
func (r Recipient) Matched() bool {
	return r.Digipost == HasDigipost || r.Digipost == Identified || r.DigipostAddress != "" || r.PersonAlias != ""
}

// ByNumber reports whether letters to the person go by a number, whatever Digipost
// found by name and address.
func (r Recipient) ByNumber() bool { return r.BirthNumber != "" || r.OrganisationNumber != "" }

// Name is the person's name as it is shown: first names first.
func (r Recipient) Name() string {
	if r.FullName != "" {
		return r.FullName
	}
	name := r.FirstName
	for _, part := range []string{r.MiddleName, r.LastName} {
		if part == "" {
			continue
		}
		if name != "" {
			name += " "
		}
		name += part
	}
	return name
}

// Identifiable reports whether at least one way to identify the recipient is
// filled in.
func (r Recipient) Identifiable() bool {
	return r.BirthNumber != "" || r.OrganisationNumber != "" || r.DigipostAddress != "" ||
		(r.Name() != "" && !r.Address.Empty())
}

// HistoryLine is one thing that happened to a person: a letter, a split, an
// import.
type HistoryLine struct {
	At   time.Time
	Kind HistoryKind
	// Job is the job's id where there is one.
	Job     string
	Subject string
	Status  ItemStatus
	Reason  Reason
	Channel Channel
	Split   SplitStatus
}

// HistoryKind is what sort of line it is.
type HistoryKind string

// The kinds of history lines.
const (
	HistoryImport HistoryKind = "import"
	HistorySplit  HistoryKind = "split"
	HistoryLetter HistoryKind = "letter"
)

// Topic names what a Notice is about.
type Topic string

// The topics that screens listen to.
const (
	TopicJobs     Topic = "jobs"
	TopicRegister Topic = "register"
	TopicSender   Topic = "sender"
	TopicSettings Topic = "settings"
)

// Notice tells a listener that something changed and is worth reading again.
// ID is the job or person, or empty for "several".
type Notice struct {
	Topic Topic
	ID    string
}
