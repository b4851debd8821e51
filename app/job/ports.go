package job

import (
	"context"
	"io"
	"time"

	"brevdue/app/post"
)

// Store is what the engine remembers with. A call that changes something is
// durable when it returns. An unknown job is a fault job_unknown.
type Store interface {
	// AddJob stores a job, its documents and its items in one transaction.
	AddJob(ctx context.Context, job post.Job, documents []post.Document, items []post.Item) error
	// Job and Jobs fill Counts. Jobs gives the newest first.
	Job(ctx context.Context, id string) (post.Job, error)
	Jobs(ctx context.Context, query post.JobQuery) ([]post.Job, error)
	// Documents gives all documents of a job: those that go to all, then those of
	// single letters. DocumentsOf gives those of one letter, its own before those
	// that go to all; item 0 asks for the latter alone.
	Documents(ctx context.Context, job string) ([]post.Document, error)
	DocumentsOf(ctx context.Context, job string, item int) ([]post.Document, error)
	Items(ctx context.Context, job string, query post.ItemQuery) ([]post.Item, error)
	// UpdateJob reads the job with its Counts, lets change alter it and writes it in the same
	// transaction. When change fails its error is returned as it is and nothing
	// is written.
	UpdateJob(ctx context.Context, id string, change func(*post.Job) error) (post.Job, error)
	// UpdateItems does the same for the items with the given Seq, or for all when
	// seqs is nil, in one transaction. change may return post.ErrSkip to leave an item
	// alone. It gives the number of items written.
	UpdateItems(ctx context.Context, job string, seqs []int, change func(*post.Item) error) (int, error)
	// AddRequest stores a wish; OpenRequests gives those without an outcome of a
	// job, or of all jobs when job is empty, oldest first; CloseRequest stores the
	// outcome. LastRequest gives the newest of a kind, met or not.
	AddRequest(ctx context.Context, request post.Request) (int64, error)
	OpenRequests(ctx context.Context, job string) ([]post.Request, error)
	CloseRequest(ctx context.Context, id int64, outcome string) error
	LastRequest(ctx context.Context, job string, kind post.RequestKind) (request post.Request, found bool, err error)
	// AddReceipt keeps a receipt; the same RemoteName of a job is kept once and
	// added is then false.
	AddReceipt(ctx context.Context, receipt post.Receipt) (added bool, err error)
	Receipts(ctx context.Context, job string) ([]post.Receipt, error)
	// AddEvent adds a line to a job's time line; Events gives them in order.
	AddEvent(ctx context.Context, event post.Event) error
	Events(ctx context.Context, job string) ([]post.Event, error)
	// AddAudit adds a line to the audit chain.
	AddAudit(ctx context.Context, line post.Audit) error
	// ItemsByDocument gives the items that have one of the document uuids, by
	// uuid. Unknown uuids are left out.
	ItemsByDocument(ctx context.Context, uuids []string) (map[string]post.Item, error)
	// Mark gives the place in Digipost's feed of a sender, "" before the first
	// time; SetMark keeps it.
	Mark(ctx context.Context, senderID int64) (string, error)
	SetMark(ctx context.Context, senderID int64, mark string) error
	// NoteDeviations brings a job's deviations up to date with what is wrong now:
	// new ones are added, those that are not there any more are closed as resolved,
	// what a person closed stays closed. Deviations gives those of all jobs, the
	// oldest first. UpdateDeviation changes one; found is false when there is none.
	NoteDeviations(ctx context.Context, job string, now []post.Deviation, at time.Time) (changed bool, err error)
	Deviations(ctx context.Context, open bool) ([]post.Deviation, error)
	UpdateDeviation(ctx context.Context, id int64, change func(*post.Deviation)) (found bool, err error)
	// SentBefore gives, for each target and document hash given, the newest job
	// in which that person got that document, or will as the job is approved, or ""
	// (by keyed hash of the target, so that it works without opening sealed numbers).
	SentBefore(ctx context.Context, documentSHA256 string, customerIDs []string) (map[string]string, error)
	// SentTo gives the same for each of the letters by its place, "" where there is
	// no such job, whether or not the recipient is in the register.
	SentTo(ctx context.Context, letters []post.SentLetter) ([]string, error)
}

// Outbox keeps files that leave the machine and receipts that came, whole or
// not at all, sealed.
type Outbox interface {
	// Put stores what it reads and gives the name, the SHA-256 (hexadecimal) of
	// the content and its size.
	Put(ctx context.Context, content io.Reader) (name, sha256 string, size int64, err error)
	// Open gives the content.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	Remove(ctx context.Context, name string) error
}

// Letters sends single letters and asks what became of them.
type Letters interface {
	// Ready makes a signed call that sends nothing: it tells whether letters can
	// go, before any is marked as under way.
	Ready(ctx context.Context, sender post.Sender) error
	// Send delivers one letter. An error that leaves the outcome open is a fault
	// unsure. A recipient who cannot get it is no error: the outcome says so.
	Send(ctx context.Context, letter post.Letter) (post.Outcome, error)
	// Status asks by a document's uuid. found is false when Digipost does not
	// know the document, so that the letter surely never arrived.
	Status(ctx context.Context, sender post.Sender, documentUUID string) (outcome post.Outcome, found bool, err error)
	// Identify asks whether a recipient has Digipost. Only an answer that is
	// verified comes without an error: nothing else may lead to paper.
	Identify(ctx context.Context, sender post.Sender, to post.Target) (post.Finding, error)
	// News tells what has happened to letters since the mark, oldest first, and
	// gives the mark to begin with next time; "" begins as far back as Digipost
	// remembers. The mark is the giver's own; the same news may come again. When
	// it fails half-way, next is the mark up to where all was told.
	News(ctx context.Context, sender post.Sender, mark string, visit func(post.LetterNews) error) (next string, err error)
}

// RESTBatch holds letters at Digipost until they are released together. Any
// error leaves open what was done: BatchCounts tells.
type RESTBatch interface {
	// CreateBatch makes a batch under our uuid. A sender who may not use batches
	// is a fault agreement_missing.
	CreateBatch(ctx context.Context, sender post.Sender, uuid string) error
	// CompleteBatch releases its letters; CancelBatch deletes it and them.
	CompleteBatch(ctx context.Context, sender post.Sender, uuid string) error
	CancelBatch(ctx context.Context, sender post.Sender, uuid string) error
	// BatchCounts tells how far it is; found is false when Digipost surely has no
	// batch of that uuid, or none any more.
	BatchCounts(ctx context.Context, sender post.Sender, uuid string) (counts post.BatchCounts, found bool, err error)
}

// Batch runs recipient splits and mass mailings over SFTP.
type Batch interface {
	// WriteSplit writes the job file. It leaves the machine as it is.
	WriteSplit(ctx context.Context, file io.Writer, job post.Job, items []post.Item) error
	// WriteMailing does the same for a mailing; open gives a document's content.
	// The same job gives the same bytes.
	WriteMailing(ctx context.Context, file io.Writer, job post.Job, documents []post.Document, items []post.Item,
		open func(ctx context.Context, document post.Document) (io.ReadCloser, error)) error
	// Upload puts a job file under the given name. An error that leaves open
	// whether the file is there is a fault unsure.
	Upload(ctx context.Context, job post.Job, file io.Reader, size int64, progress func(sent int64)) error
	// Uploaded gives the size of the file at Digipost; found is false when it is
	// not there (any more).
	Uploaded(ctx context.Context, job post.Job) (size int64, found bool, err error)
	// Receipts lists what has come for the job, oldest first.
	Receipts(ctx context.Context, job post.Job) ([]post.RemoteReceipt, error)
	// Fetch copies a receipt; Remove deletes it at Digipost.
	Fetch(ctx context.Context, job post.Job, receipt post.RemoteReceipt, into io.Writer) error
	Remove(ctx context.Context, job post.Job, receipt post.RemoteReceipt) error
	// Read gives what a receipt says, calling visit for each row. A receipt of
	// another job is a fault bad_answer.
	Read(ctx context.Context, job post.Job, receipt io.ReaderAt, size int64, visit func(post.BatchRow) error) (post.ReceiptSummary, error)
}

// Findings takes a split's answers, or what a mailing told about its recipients,
// to the register. It is called at least once for a finished job and must give the same end when called again. It fills
// Cleared in the findings it gives back.
type Findings interface {
	ApplySplit(ctx context.Context, job post.Job, items []post.Item) ([]post.Item, error)
}

// Notify tells listeners that something changed.
type Notify func(post.Notice)

// Clock gives the time and waits; a test has its own.
type Clock interface {
	Now() time.Time
	// Wait returns when the time is over, or with the context's error.
	Wait(ctx context.Context, d time.Duration) error
}
