package post

import (
	"errors"
	"path/filepath"
	"strings"
	"time"
)

// JobKind is what a job does.
type JobKind string

// The kinds of jobs.
const (
	KindLetter  JobKind = "letter"
	KindMailing JobKind = "mailing"
	KindSplit   JobKind = "split"
)

// Via is the way a job leaves the machine.
type Via string

// The ways out: the REST sender API, and the batch interface over SFTP.
const (
	ViaREST  Via = "rest"
	ViaBatch Via = "batch"
)

// Pattern is how a mailing finds out who has Digipost (the batch guide's four).
type Pattern string

// The patterns, as the command line names them.
const (
	// PatternSplitFirst asks about just this mailing's people, then sends to those
	// found.
	PatternSplitFirst Pattern = "split_first"
	// PatternRegister sends by what the regular split of the register has told.
	PatternRegister Pattern = "register"
	// PatternSendOnly sends to all; Digipost drops who is not a user.
	PatternSendOnly Pattern = "send_only"
	// PatternSendOrPrint sends to all, on paper to those who are not users.
	PatternSendOrPrint Pattern = "send_or_print"
)

// JobState is where a job is. The allowed moves are one table in app/job.
type JobState string

// The states of a job.
const (
	// JobReady is planned and stored, waiting for approval.
	JobReady JobState = "ready"
	// JobCoolingOff is approved; nothing has been delivered; the clock runs.
	JobCoolingOff JobState = "cooling_off"
	// JobSending is at work: letters go one by one, or a file is uploaded.
	JobSending JobState = "sending"
	// JobWaiting has been handed over; receipts or statuses are awaited.
	JobWaiting JobState = "waiting"
	// JobDone has an outcome for every item.
	JobDone JobState = "done"
	// JobStopped was stopped by a person.
	JobStopped JobState = "stopped"
	// JobRefused was refused whole by Digipost; nothing was delivered.
	JobRefused JobState = "refused"
)

// Finished reports whether nothing more will happen to the job by itself.
func (s JobState) Finished() bool { return s == JobDone || s == JobStopped || s == JobRefused }

// Document is one file of a job, kept in the outbox by content.
type Document struct {
	// Index is the document's place, from 0: 0 is a letter's main document. Those
	// that go to all, beside documents of single letters, are attachments and
	// begin at 1.
	Index int
	// Item is the Seq of the one letter the document belongs to, 0 when it goes to
	// all. Item and Index name a document in its job.
	Item int
	// Name is the user's own file name, never logged. An attachment's title is
	// this name without its ending.
	Name string
	// FileType is Digipost's file-type, for example pdf.
	FileType string
	// SHA256 is the hash of the content, hexadecimal.
	SHA256 string
	// Size is in bytes, Pages is 0 where not known.
	Size  int64
	Pages int
	// Staged is the name the outbox gave.
	Staged string
}

// Job is one piece of work that leaves the machine: a letter, a mailing, a
// recipient split.
type Job struct {
	ID    string
	Kind  JobKind
	Via   Via
	State JobState
	// Name is the user's own name of the job, at most 80 characters.
	Name    string
	Subject string
	// Pattern is how a mailing was sent; empty for other jobs.
	Pattern Pattern
	Options Options
	Sender  Sender
	// Fingerprint is the hash of the canonical plan (design rule 2).
	Fingerprint string
	// Approved is how many items a person said yes to; a hard cap.
	Approved int
	// BatchJobID is the jobb-id of a batch job, UploadName its file name at
	// Digipost. Both are stored before their first use. UploadStarted is zero
	// until the first byte may have left under this name, and again once Digipost
	// has confirmed the whole file.
	BatchJobID, UploadName string
	UploadStarted          time.Time
	// EarlierUploads are names and ids given up after a broken upload; a late
	// receipt for one of them still belongs to the job.
	EarlierUploads []Upload
	// RESTBatch is the uuid of the batch at the sender API in which the letters of
	// a mailing wait for their release; empty when they wait here. It is stored
	// before its first use. BatchStep is how far the batch is.
	RESTBatch string
	BatchStep BatchStep
	// StartAt is the time for which the release was asked, zero for as soon as
	// the cooling-off is over.
	StartAt time.Time
	// PausedAt is when a person paused the job; zero when it goes on.
	PausedAt time.Time
	// Again is the first job of those that were sent again to people whom it did
	// not reach; empty for that one itself.
	Again string
	// TrialOf is the mailing of which this letter to oneself is a trial.
	TrialOf string
	// Source is where the recipients came from, for the write-back.
	Source Source
	// Created, ApprovedAt, ReleaseAt (end of the cooling-off), HandedOver (the
	// upload was whole) and Ended are zero until they happen.
	Created, ApprovedAt, ReleaseAt, HandedOver, Ended time.Time
	// Ending is filled when a person stopped the job.
	Ending Ending
	// Trouble is the last fault that holds the job up, since TroubleSince; empty
	// when it moves. TroubleFields fill its words.
	Trouble       Code
	TroubleFields map[string]string
	TroubleSince  time.Time
	// RefusedText is what Digipost wrote when it refused a batch job.
	RefusedText string
	// Counts are the items by status; filled by the store when it reads.
	Counts Counts
}

// Upload is a file name at Digipost and the jobb-id inside it.
type Upload struct{ BatchJobID, UploadName string }

// Source says where a job's recipients came from. Path is the user's file or
// empty; WriteBack is where a copy with results is wanted.
type Source struct {
	Path, Sheet string
	HeaderRow   int
	// FileSHA256 is the content the rows were read from, so that a file changed
	// since is noticed before results are written beside the wrong rows.
	FileSHA256 string
	Group      string
	WriteBack  string
}

// Counts are items by status and findings by split status.
type Counts struct {
	Total    int
	ByStatus map[ItemStatus]int
	BySplit  map[SplitStatus]int
}

// Settled is the number of items whose outcome is known or that wait for
// nothing from us.
func (c Counts) Settled() int {
	n := 0
	for status, count := range c.ByStatus {
		if status.Settled() {
			n += count
		}
	}
	return n
}

// Ending is what a stop achieved: one of four sentences, each true.
type Ending string

// The four endings of a stop (design rule 3).
const (
	NothingDelivered Ending = "nothing_delivered"
	SomeDelivered    Ending = "some_delivered"
	TooLate          Ending = "too_late"
	EndingUnknown    Ending = "unknown"
)

// ItemStatus is what is known of one letter.
type ItemStatus string

// The statuses of an item, as the command line names them.
const (
	ItemDraft        ItemStatus = "draft"
	ItemReady        ItemStatus = "ready"
	ItemScheduled    ItemStatus = "scheduled"
	ItemCoolingOff   ItemStatus = "cooling_off"
	ItemPaused       ItemStatus = "paused"
	ItemSending      ItemStatus = "sending"
	ItemReceived     ItemStatus = "received"
	ItemHeld         ItemStatus = "held"
	ItemDelivered    ItemStatus = "delivered"
	ItemOpened       ItemStatus = "opened"
	ItemPrinting     ItemStatus = "printing"
	ItemPosted       ItemStatus = "posted"
	ItemPending      ItemStatus = "pending"
	ItemNotDelivered ItemStatus = "not_delivered"
	ItemPrintFailed  ItemStatus = "print_failed"
	ItemShredded     ItemStatus = "shredded"
	ItemUnsure       ItemStatus = "unsure"
	ItemStopped      ItemStatus = "stopped"
)

// Settled reports whether the sender has nothing left to do for the item.
func (s ItemStatus) Settled() bool {
	switch s {
	case ItemReceived, ItemDelivered, ItemOpened, ItemPrinting, ItemPosted, ItemPending, ItemNotDelivered,
		ItemPrintFailed, ItemShredded, ItemStopped:
		return true
	}
	return false
}

// Reached reports whether the letter is with the recipient or on its way.
func (s ItemStatus) Reached() bool {
	switch s {
	case ItemDelivered, ItemOpened, ItemPrinting, ItemPosted:
		return true
	}
	return false
}

// Channel is how a letter reached the person.
type Channel string

// The channels, as the command line names them.
const (
	ChannelNone     Channel = "none"
	ChannelDigipost Channel = "digipost"
	ChannelPrint    Channel = "print"
	ChannelPeppol   Channel = "peppol"
	ChannelEPost    Channel = "epost"
)

// Reason is why a letter was not delivered, or what to look at.
type Reason string

// The reasons, as the command line names them.
const (
	ReasonNone            Reason = ""
	ReasonNotAUser        Reason = "not_a_user"
	ReasonUnidentified    Reason = "unidentified"
	ReasonSeveralMatches  Reason = "several_matches"
	ReasonInvalidNumber   Reason = "invalid_number"
	ReasonInvalidAddress  Reason = "invalid_address"
	ReasonMissingAddress  Reason = "missing_address"
	ReasonTooLarge        Reason = "too_large"
	ReasonBadFile         Reason = "bad_file"
	ReasonDuplicateLetter Reason = "duplicate_letter"
	ReasonRefused         Reason = "refused"
	ReasonNotAllowed      Reason = "not_allowed"
	ReasonAgreement       Reason = "agreement"
	ReasonExpired         Reason = "expired"
	ReasonNetwork         Reason = "network"
	ReasonStoppedByUser   Reason = "stopped_by_user"
	ReasonTakenOut        Reason = "taken_out"
	ReasonOther           Reason = "other"
)

// Item is one recipient in a job: one letter, or one question of a split. What
// is sent is frozen when the job is planned; only the outcome changes.
type Item struct {
	Job string
	// Seq is the item's place in the job, from 1.
	Seq int
	// CustomerID is the person in the register, or empty for a letter to
	// somebody who is not in it. Row is the row in the user's sheet, or 0.
	CustomerID string
	Row        int
	Name       string
	To         Target
	// MessageID is the REST message-id, DocumentUUIDs one uuid for each of the
	// letter's documents: its own, then those that go to all. RecipientKey is the kunde-id of a batch job, split or
	// mailing: ours, per job. All are random and durable before their first use.
	MessageID     string
	DocumentUUIDs []string
	RecipientKey  string

	Status  ItemStatus
	Reason  Reason
	Channel Channel
	// Detail is Digipost's own error code or our fault code; never personal data.
	Detail string
	// Finding is a split's answer for this recipient; nil until it came.
	Finding *Finding
	// Attempts counts calls that may have reached Digipost.
	Attempts int
	// NotBefore is when the next attempt may be made.
	NotBefore time.Time
	// SentSHA256 is the hash of the bytes sent.
	SentSHA256                     string
	SentAt, DeliveredAt, UpdatedAt time.Time
	// StatusAt is when the present status came about at Digipost, where it says
	// so: opened, posted, returned. Zero where it is not known.
	StatusAt time.Time
}

// Finding is what a recipient split said of one recipient.
type Finding struct {
	RecipientKey    string
	Status          SplitStatus
	Reason          Reason
	DigipostAddress string
	PersonAlias     string
	// Uncertain marks a match found by address washing.
	Uncertain bool
	// Cleared marks that a stored address or alias was removed because Digipost
	// no longer knows it.
	Cleared bool
}

// RequestKind is something a person asks of a running job.
type RequestKind string

// What can be asked. Any process may ask; only the runner acts.
const (
	RequestStop    RequestKind = "stop"
	RequestTakeOut RequestKind = "take_out"
	RequestExtend  RequestKind = "extend"
	// RequestRefresh asks Digipost what has become of the letters since; a
	// finished job takes it, too.
	RequestRefresh RequestKind = "refresh"
	// RequestPause and RequestContinue are met already when they are stored; they
	// end what a runner has under way.
	RequestPause    RequestKind = "pause"
	RequestContinue RequestKind = "continue"
	// RequestComplete completes a batch whose counts at Digipost differ from what
	// was approved.
	RequestComplete RequestKind = "complete"
)

// Request is a wish for a job, stored until the runner has met it.
type Request struct {
	ID   int64
	Job  string
	Kind RequestKind
	// CustomerID or Seq names the person for RequestTakeOut.
	CustomerID string
	Seq        int
	// Extend is how much longer to cool off.
	Extend time.Duration
	At     time.Time
	// Outcome is empty until the runner has answered; then "done" or a fault
	// code.
	Outcome string
}

// Receipt is a file Digipost gave back for a batch job, kept as it came.
type Receipt struct {
	Job string
	// RemoteName is the file's name at Digipost, Kind "mottatt" or "resultat".
	RemoteName, Kind string
	SHA256           string
	// Staged is the sealed copy in the outbox.
	Staged string
	At     time.Time
}

// Event is one line of a job's time line: a code and counts, never names.
type Event struct {
	Job  string
	At   time.Time
	Code string
	// Fields fill the gaps of the line's words; counts, times and our ids only.
	Fields map[string]string
}

// ErrSkip is what a change function of the store returns to leave one item as
// it is and go on with the next.
var ErrSkip = errors.New("leave this item as it is")

// Limits of the title of a document, in characters: of the sender API
// (api_v8.xsd) and of the batch interface (masseutsendelse.xsd).
const (
	MaxTitle      = 255
	MaxBatchTitle = 100
)

// MostTitle is how long the title of a document may be.
func (v Via) MostTitle() int {
	if v == ViaBatch {
		return MaxBatchTitle
	}
	return MaxTitle
}

// Title is what the recipient reads above a document: the subject for the main
// one, the file's name without its ending for an attachment.
func (j Job) Title(document Document) string {
	if document.Index == 0 {
		return j.Subject
	}
	name := filepath.Base(document.Name)
	if stem := strings.TrimSuffix(name, filepath.Ext(name)); stem != "" {
		name = stem
	}
	if runes := []rune(name); len(runes) > j.Via.MostTitle() {
		return string(runes[:j.Via.MostTitle()])
	}
	return name
}

// Shown is the status a person sees for an item of the job: what is ready may
// be paused, scheduled or cooling off.
func (j Job) Shown(item Item) ItemStatus {
	switch {
	case item.Status != ItemReady:
	case !j.PausedAt.IsZero():
		return ItemPaused
	case j.State == JobCoolingOff && !j.StartAt.IsZero():
		return ItemScheduled
	case j.State == JobCoolingOff:
		return ItemCoolingOff
	}
	return item.Status
}

// HoldsAtDigipost reports whether the job's letters wait in a batch at Digipost
// and not here.
func (j Job) HoldsAtDigipost() bool { return j.RESTBatch != "" && j.BatchStep != BatchRefused }

// Moves takes the trouble off a job that is not held up any more.
func (j *Job) Moves() { j.Trouble, j.TroubleFields, j.TroubleSince = "", nil, time.Time{} }

// Held is the fault that holds the job up, or nil.
func (j Job) Held() *Fault {
	if j.Trouble == "" {
		return nil
	}
	return &Fault{Code: j.Trouble, Fields: j.TroubleFields}
}
