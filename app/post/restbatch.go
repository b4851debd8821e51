package post

// BatchStep is how far a mailing's batch at the sender API is: a set of letters
// that lie at Digipost and are delivered together when it is completed, or never.
// The allowed moves are one table in app/job.
type BatchStep string

// The steps of a batch. Each is durable before what it names is done.
const (
	// BatchNone has not been used: nothing is at Digipost under its uuid.
	BatchNone BatchStep = ""
	// BatchCreating may be there; it holds no letter.
	BatchCreating BatchStep = "creating"
	// BatchOpen is there and takes letters.
	BatchOpen BatchStep = "open"
	// BatchCompleting may have been completed.
	BatchCompleting BatchStep = "completing"
	// BatchCompleted is completed: nobody can call its letters back.
	BatchCompleted BatchStep = "completed"
	// BatchCancelling is wanted away, and may be gone already.
	BatchCancelling BatchStep = "cancelling"
	// BatchCancelled is gone: nothing in it was delivered.
	BatchCancelled BatchStep = "cancelled"
	// BatchGone was not there any more before it was completed: nothing in it was
	// delivered.
	BatchGone BatchStep = "gone"
	// BatchLost was not there any more when it may have been completed: each
	// letter is asked about.
	BatchLost BatchStep = "lost"
	// BatchRefused is of a sender who may not use batches; letters wait here and
	// go one by one.
	BatchRefused BatchStep = "refused"
)

// BatchCounts are what Digipost says of a batch.
type BatchCounts struct {
	// Committed says that it has been completed, Done that its letters have been
	// delivered as well.
	Committed, Done bool
	// Digipost and Print are how many letters go which way; -1 is not told.
	Digipost, Print int
}
