package sandbox

import "time"

// The ways of a letter (channel in api_v8.xsd).
const (
	channelDigipost = "DIGIPOST"
	channelPrint    = "PRINT"
	channelPending  = "PENDING"
	channelPeppol   = "PEPPOL"
	channelEmail    = "EPOST"
)

// letter is one accepted message.
type letter struct {
	MessageID     string      `json:"message_id,omitempty"`
	SenderID      int64       `json:"sender_id,string"`
	RecipientKind string      `json:"recipient_kind"` // element name: personal-identification-number ..., print-details
	Name          string      `json:"name"`           // of the person in the people file, or on the envelope
	Reference     string      `json:"invoice_reference,omitempty"`
	Channel       string      `json:"channel"` // when it was accepted
	Print         *printOrder `json:"print,omitempty"`
	UnreadAfter   time.Time   `json:"print_if_unread_after,omitzero"`
	Deadline      time.Time   `json:"registration_deadline,omitzero"`
	DeadlinePrint bool        `json:"print_after_deadline,omitempty"`
	Person        string      `json:"person,omitempty"`          // tag of who was invited: see identity.tag
	Registered    time.Time   `json:"registered_at,omitzero"`    // when that person registered
	Emails        []string    `json:"email_addresses,omitempty"` // of a recipient by e-mail
	Batch         string      `json:"batch,omitempty"`           // uuid of its REST batch
	Job           string      `json:"job_id,omitempty"`          // of the batch job that it came in
	Committed     time.Time   `json:"committed,omitzero"`        // when that was completed, or the job delivered
	Created       time.Time   `json:"created"`
	DeliveryTime  time.Time   `json:"delivery_time"` // not before this
	RequestSHA256 string      `json:"request_sha256"`
	Fate          *fate       `json:"fate,omitempty"`        // nil in older journals: nothing happens
	PaperState    string      `json:"print_state,omitempty"` // only shown: accepted, printed, postmarked, failed
	Documents     []document  `json:"documents"`             // the primary first
}

// document is one document of a letter; its bytes are not kept.
type document struct {
	UUID                string   `json:"uuid"`
	Subject             string   `json:"subject"`
	FileType            string   `json:"file_type"`
	AuthenticationLevel string   `json:"authentication_level"`
	SensitivityLevel    string   `json:"sensitivity_level"`
	SHA256              string   `json:"sha256"` // hex
	Size                int      `json:"size"`
	DataType            string   `json:"data_type,omitempty"`       // name of its element
	Receipt             bool     `json:"opening_receipt,omitempty"` // an opening receipt was asked for
	MoreData            []string `json:"more_data,omitempty"`       // names of data-types that came later
	hashed              bool     // the request held a content-hash

	SMSAt    []time.Time     `json:"sms_at,omitempty"`
	SMSAfter []time.Duration `json:"sms_after,omitempty"` // after the delivery
	Mobile   string          `json:"sms_number,omitempty"`
	EmailAt  []time.Time     `json:"email_at,omitempty"`
	Email    string          `json:"email,omitempty"`
}

// deliveredAt is when the letter is, or will be, with the recipient or the
// print service; false if that is not known.
func (l *letter) deliveredAt() (time.Time, bool) {
	start := l.DeliveryTime
	if (l.Batch != "" || l.Job != "") && l.Committed.IsZero() {
		return start, false
	}
	if l.Committed.After(start) {
		start = l.Committed
	}
	switch l.way() {
	case channelPending:
		return start, false
	case channelPrint:
		if l.Channel == channelPending && l.Deadline.After(start) {
			start = l.Deadline
		}
	case channelDigipost:
		if l.Registered.After(start) {
			start = l.Registered
		}
	}
	return start, true
}

// way is the way that the letter takes in the end, as far as is known: what
// waits for a registration is delivered then, printed after its deadline, or
// not delivered at all. A letter of an older journal was digital.
func (l *letter) way() string {
	switch {
	case l.Channel == "", l.Channel == channelPending && !l.Registered.IsZero():
		return channelDigipost
	case l.Channel == channelPending && l.DeadlinePrint:
		return channelPrint
	}
	return l.Channel
}

// delivered says whether the letter is with the recipient or the print service.
func (l *letter) delivered(now time.Time) bool {
	at, known := l.deliveredAt()
	return known && !now.Before(at)
}

// channelAt is the way of the letter as it stands now.
func (l *letter) channelAt(now time.Time) string {
	if l.Channel == channelPending && !l.delivered(now) {
		return channelPending
	}
	return l.way()
}

// answerStatus is the status that the answer to an accepted message gives.
func (l *letter) answerStatus() string {
	switch {
	case l.Batch != "":
		return choiceInBatch
	case l.Channel == channelPending:
		return choiceInvited
	case l.Channel == channelPrint:
		return "DELIVERED_TO_PRINT"
	}
	return "DELIVERED"
}
