package post

import "time"

// DeviationCode is what is wrong with a letter or a job that somebody must look
// at.
type DeviationCode string

// The codes of deviations. The last two concern a whole job.
const (
	DeviationNotDelivered DeviationCode = "not_delivered"
	DeviationUnsure       DeviationCode = "unsure"
	DeviationHeld         DeviationCode = "held"
	DeviationPrintFailed  DeviationCode = "print_failed"
	DeviationReceiptLate  DeviationCode = "receipt_late"
	DeviationRefused      DeviationCode = "refused"
)

// Deviation is something that did not go as it should, with what people do about
// it.
type Deviation struct {
	ID  int64
	Job string
	// Seq is the item's place in the job; 0 is the job as a whole. CustomerID,
	// Name and Reason are those of the item, and empty when the person was
	// forgotten or it is the job.
	Seq              int
	CustomerID, Name string
	Reason           Reason
	Code             DeviationCode
	Since            time.Time
	// Owner sees to it; Note is what they write meanwhile. Both are the user's own
	// words.
	Owner, Note string
	// Closed is zero while it is open; Why is the person's reason. Resolved says
	// that it went away by itself.
	Closed   time.Time
	Why      string
	Resolved bool
}
