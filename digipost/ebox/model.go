package ebox

import "time"

// Text is a text in the languages it was given; senders mostly fill one.
type Text struct{ NL, FR, DE, EN string }

// Empty reports whether there is no text in any language.
func (t Text) Empty() bool { return t == Text{} }

// Provider is a Document Provider: a system that holds messages.
type Provider struct {
	ID   string
	Name Text
	// URL is the base address of its message registry, Version the contract's, for
	// example 2.1.
	URL, Version string
	// Active is false before activation, from deactivation on, and during
	// maintenance, which then ends at Maintenance.
	Active      bool
	Maintenance time.Time
}

// Message is what a provider tells of a message.
type Message struct {
	ID string
	// Original is the message this one replies to, or empty.
	Original          string
	Subject           Text
	Received, Expires time.Time
	Read, Visible     bool
	Registered        bool
	// SenderID is the sender's enterprise number, TypeID and ApplicationID are keys
	// of the provider's reference data.
	SenderID, TypeID, ApplicationID string
	// Attention is a name. The national register number that may stand beside it is
	// not even read.
	Attention string
	// Partition is empty for the general one.
	Partition   string
	MayReply    bool
	BodyIsMain  bool
	Attachments []Attachment
	Data        []Value
	Payment     *Payment
}

// Attachment is what a provider tells of a document.
type Attachment struct {
	// ID may be empty; then Href leads to the content.
	ID, Href string
	Title    Text
	// FileName is the sender's, percent escapes decoded once. It may hold anything,
	// path parts included.
	FileName, MediaType string
	// Size is in bytes, told in kB and so not exact; 0 where unknown.
	Size int64
	// SHA256 is hexadecimal, empty where none was told or in a form not known.
	SHA256 string
	// Main documents mark the message read when they are fetched.
	Main, Signed bool
}

// Value is one of the sender's facts about a message.
type Value struct {
	Key    string
	Name   Text
	Values []Text
}

// Payment is what is to be paid. Amounts are decimal texts, Due is yyyy-mm-dd.
type Payment struct {
	ID, Amount, VAT, Currency, Due, IBAN, BIC, Reference string
}

// Summary is a provider's count of its messages, hidden ones included.
type Summary struct {
	Messages, Unread int
	LastReceived     time.Time
}

// Reference is an entry of a provider's reference data.
type Reference struct {
	ID                string
	Name, Description Text
	// Until is how long the provider lets it be kept; zero is not at all.
	Until time.Time
}

// Token is what may be told of an access token.
type Token struct {
	Expires time.Time
	// Scopes are those the server named; it need not name any.
	Scopes []string
}

// Query picks messages. Empty fields pick all; conditions are ANDed. Of times
// only the day counts, in Belgium.
type Query struct {
	ReceivedAfter, ReceivedBefore time.Time
	ExpiresAfter, ExpiresBefore   time.Time
	Read, Visible, Registered     *bool
	SenderID, TypeID              string
	ApplicationID, Partition      string
	// Search looks in the metadata in Language, which is nl, fr or de; nl when empty.
	Search, Language string
	// PageSize is 1 to 100; 0 means 100.
	PageSize int
}
