package job

import (
	"slices"

	"brevdue/app/post"
)

// jobMoves are the moves a job may make. Everything else is a programming
// error or a wish that came too late.
var jobMoves = map[post.JobState][]post.JobState{
	post.JobReady:      {post.JobCoolingOff, post.JobSending, post.JobStopped},
	post.JobCoolingOff: {post.JobSending, post.JobStopped, post.JobReady},
	// A batch that vanished before it was completed leads back to a person.
	post.JobSending: {post.JobWaiting, post.JobDone, post.JobStopped, post.JobRefused, post.JobReady},
	post.JobWaiting: {post.JobSending, post.JobDone, post.JobRefused},
}

// itemMoves are the moves an item may make.
var itemMoves = map[post.ItemStatus][]post.ItemStatus{
	// A letter ends before it leaves when Digipost says that nobody is there to
	// get it.
	post.ItemReady: {post.ItemSending, post.ItemStopped, post.ItemNotDelivered},
	// A letter under way gets an outcome, comes back when it surely did not
	// leave, or is unsure.
	post.ItemSending: {post.ItemReady, post.ItemUnsure, post.ItemReceived, post.ItemHeld, post.ItemDelivered,
		post.ItemPrinting, post.ItemPending, post.ItemNotDelivered},
	// Unsure is asked about: known by Digipost, or surely never there.
	post.ItemUnsure: {post.ItemUnsure, post.ItemReady, post.ItemReceived, post.ItemHeld, post.ItemDelivered,
		post.ItemOpened, post.ItemPrinting, post.ItemPosted, post.ItemPending, post.ItemNotDelivered, post.ItemPrintFailed,
		post.ItemShredded},
	post.ItemHeld: {post.ItemReceived, post.ItemDelivered, post.ItemNotDelivered},
	// What is told after delivery goes forward only; an opened letter stays so.
	post.ItemReceived: {post.ItemPending, post.ItemDelivered, post.ItemOpened, post.ItemPrinting, post.ItemPosted,
		post.ItemPrintFailed, post.ItemShredded, post.ItemNotDelivered},
	post.ItemPending: {post.ItemDelivered, post.ItemOpened, post.ItemPrinting, post.ItemPosted, post.ItemPrintFailed,
		post.ItemShredded, post.ItemNotDelivered},
	// Paper if unread follows delivery.
	post.ItemDelivered:   {post.ItemOpened, post.ItemPrinting, post.ItemPosted, post.ItemPrintFailed, post.ItemShredded},
	post.ItemPrinting:    {post.ItemPosted, post.ItemPrintFailed, post.ItemShredded},
	post.ItemPrintFailed: {post.ItemPosted},
	post.ItemPosted:      {post.ItemShredded},
}

// batchMoves are the moves that only a letter in a batch job may make besides:
// its file was received, which is no outcome yet.
var batchMoves = map[post.ItemStatus][]post.ItemStatus{
	post.ItemReceived: {post.ItemHeld, post.ItemUnsure},
	post.ItemHeld:     {post.ItemPrinting, post.ItemUnsure},
}

// moveJob changes the state if the table allows it.
func moveJob(job *post.Job, to post.JobState) error {
	if !slices.Contains(jobMoves[job.State], to) {
		return post.NewFault(post.CodeWrongState, nil, "job", job.ID, "state", string(job.State), "wanted", string(to))
	}
	job.State = to
	return nil
}

// moveItem changes the status if the table allows it.
func moveItem(item *post.Item, to post.ItemStatus) error {
	if !slices.Contains(itemMoves[item.Status], to) &&
		(item.RecipientKey == "" || !slices.Contains(batchMoves[item.Status], to)) {
		return post.NewFault(post.CodeWrongState, nil, "job", item.Job, "state", string(item.Status), "wanted", string(to))
	}
	item.Status = to
	return nil
}
