package command

import (
	"context"
	"io"
	"log/slog"
	"time"

	"brevdue/app/doctor"
	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/app/sender"
)

// App is what package app plugs into the commands.
type App struct {
	// Open opens a profile. Commands that need no data never call it.
	Open func(ctx context.Context, options Options) (*Program, error)
	// RunSandbox runs the stand-in alone: it prints the ready line and serves until
	// ctx ends.
	RunSandbox func(ctx context.Context, options SandboxOptions, ready io.Writer) error
	// RunRelay runs the partner's relay until ctx ends. CheckRelay asks the one at
	// an address how it is.
	RunRelay   func(ctx context.Context, options RelayOptions) error
	CheckRelay func(ctx context.Context, address string) (RelayHealth, error)
	// ReadReturn reads a return address of a sign-up.
	ReadReturn func(address string) (onboarding.Answer, error)
	// ReadDocument gives the facts of a document to send, or a fault that says what
	// is wrong with it.
	ReadDocument func(ctx context.Context, path string) (document.Facts, error)
	// CheckDocument holds a document of the sender API against its grammar and the
	// documented rules. A file that cannot be opened is a fault; one that is no XML
	// is a report that says so.
	CheckDocument func(ctx context.Context, path string) (DocumentReport, error)
	// CheckJob does the same for a job of the batch interface or the result of
	// one, as XML or in the archive it travels in. The archive is opened for its
	// one XML entry.
	CheckJob func(ctx context.Context, path string) (DocumentReport, error)
	// CheckPDF judges a PDF by Digipost's rules for sending and print. What is wrong
	// with it stands in the report; a file that cannot be opened is a fault.
	CheckPDF func(ctx context.Context, path string) (document.Report, error)
	// Shield finds birth numbers in a PDF that are not the recipient's, who may have
	// none. One whose text cannot be read is document.ErrTextUnread.
	Shield func(ctx context.Context, path, recipient string) ([]document.Foreign, error)
	// VerifyEvidence checks an evidence file. The database of the profile that is
	// meant is asked where it is there; without one the file speaks for itself, and
	// none is made.
	VerifyEvidence func(ctx context.Context, options Options, path string) (job.EvidenceReport, error)
	// EBoxChecker looks at certificates for the Belgian e-Box.
	EBoxChecker onboarding.EBoxChecker
	// Version and Fyne are the versions of the program and of the window's library;
	// where empty, the build's own facts are shown.
	Version, Fyne string
	// Log takes the whole of an error of which a person only hears "internal". It
	// may be nil.
	Log *slog.Logger
}

// Options say which profile is wanted and how.
type Options struct {
	// Data is the folder of all state, "" the system's own place; Profile is "" for
	// the only one.
	Data, Profile string
	// Environment is that of a new profile: production unless said.
	Environment post.Environment
	// Practice takes the practice profile; SandboxFile holds the ready line of a
	// stand-in that runs already.
	Practice    bool
	SandboxFile string
	// Secrets is "keyring" or "file:PATH"; Passphrase opens the file. It came from
	// the environment, or AskPassphrase asks the person at the terminal; that is
	// nil where there is none.
	Secrets       string
	Passphrase    string
	AskPassphrase func() (string, error)
	Lang          string
}

// SandboxOptions are the flags of the command sandbox.
type SandboxOptions struct {
	Dir, REST, SFTP string
	// People is a CSV file, or empty; Trouble a SPEC as the command line has it.
	People, Trouble string
	Seed            int64
	// Relay is the partner's address that hears of approved applications, or empty.
	Relay string
}

// DocumentReport is what was found in a document to or from Digipost.
type DocumentReport struct {
	// Root is the local name of the document's root element, "" where it has none.
	Root string
	// Valid says that there are no Errors. Warnings do not count.
	Valid            bool
	Errors, Warnings []DocumentFinding
	// More says that there are more findings than listed.
	More bool
}

// DocumentFinding is one thing wrong with a document.
type DocumentFinding struct {
	// Line counts from 1; 0 is unknown. Path is where in the document, for example
	// /message/recipient.
	Line int
	Path string
	// Code names the rule, Text says what is wrong.
	Code, Text string
}

// Program is an open profile with its use cases.
type Program struct {
	Register Register
	Sender   Sender
	Signup   Signup
	Jobs     Jobs
	Stories  Stories
	// Belgium is empty where this build reads no e-Box.
	Belgium Belgium

	Environment post.Environment
	// SFTPHost is the batch server as its key is pinned by, host:port.
	SFTPHost string
	// CoolingOff is the profile's time between approval and sending.
	CoolingOff func(ctx context.Context, kind post.JobKind) (time.Duration, error)
	// ReturnAddress is the sender's own address for letters on paper, zero where
	// none is kept. It may be nil: then none is.
	ReturnAddress func(ctx context.Context) (post.PostalAddress, error)
	// TrialTo is where trial letters went last, as KIND:VALUE, or ""; SetTrialTo
	// remembers it. Neither holds a personal number; both may be nil.
	TrialTo    func(ctx context.Context) (string, error)
	SetTrialTo func(ctx context.Context, to string) error
	// WriteJobFile writes the file a draft of the batch interface would be sent as,
	// readable by the user alone, whole or not at all; a file that is there already
	// is left as it is, with a fault file_exists. Nothing is stored and nothing
	// leaves the machine.
	WriteJobFile func(ctx context.Context, draft *job.Draft, out string) error
	// WriteEvidence writes the evidence of a job in the same way.
	WriteEvidence func(ctx context.Context, jobID, out string, words job.EvidenceWords, showNumbers bool) (job.Evidence, error)
	// WritePostage writes the list of people with the rows given into the workbook
	// out, whose folder is there, and beside it one PDF of their letters. The first
	// row are the headings. Nothing is written over but out.
	WritePostage func(ctx context.Context, jobID string, people []flow.Unreached, out, sheet string, rows [][]string) (flow.Postage, error)
	// ForeignAllowed keeps in the audit that a letter was let go although it holds
	// somebody else's birth number.
	ForeignAllowed func(ctx context.Context, jobID string) error
	// Prices is the user's own price table as it was written, by key, and when each
	// value was changed; SetPrices stores values, all or none, and "" removes one.
	Prices    func(ctx context.Context) (values map[string]string, changed map[string]time.Time, err error)
	SetPrices func(ctx context.Context, values map[string]string) error
	// SetRelay keeps the address of the partner's relay, "" for none. One that does
	// not answer is kept all the same, with a fault relay_trouble.
	SetRelay func(ctx context.Context, address string) error
	// SetReturnPort chooses the port for the return from Digipost, 0 for any.
	SetReturnPort func(ctx context.Context, port int) error
	// Run makes this process the runner until Close. It gives false when another
	// process is: then that one does the work.
	Run func(ctx context.Context) (bool, error)
	// Doctor looks at everything a letter needs; found hears of each check as it is
	// made. *doctor.Doctor has it as Run.
	Doctor func(ctx context.Context, found func(doctor.Check)) (doctor.Report, error)
	// Support writes the support file of a report, without personal data, and
	// SaveSupport saves it, readable by the user alone; a file that is there already
	// is a fault file_exists.
	Support     func(ctx context.Context, report doctor.Report, heading string) (string, error)
	SaveSupport func(text, out string) error
	// Close ends the runner, closes what is open and gives the locks back.
	Close func() error
}

// Register is what commands need of the register; *register.Register has it.
type Register interface {
	Plan(ctx context.Context, rows []post.Row, group string) (*register.MergePlan, error)
	Commit(ctx context.Context, imported post.Import, plan *register.MergePlan) (post.Import, error)
	Undo(ctx context.Context, id string) (undone, left int, err error)
	List(ctx context.Context, query post.RecipientQuery) (post.RecipientPage, error)
	Person(ctx context.Context, customerID string) (post.Recipient, error)
	Show(ctx context.Context, customerID string) (post.Recipient, []post.HistoryLine, error)
	Forget(ctx context.Context, customerID string) error
	Overview(ctx context.Context) (post.RegisterOverview, error)
	Remember(ctx context.Context, headings []string, mapping post.Mapping) error
	Remembered(ctx context.Context, headings []string) (post.Mapping, bool, error)
}

// Sender is what commands need of the sender; *sender.Service has it.
type Sender interface {
	Sender(ctx context.Context) (post.Sender, error)
	SetSenderID(ctx context.Context, id, broker int64) error
	ImportCertificate(ctx context.Context, file []byte, password string) (post.CertificateFacts, error)
	Certificate(ctx context.Context) (post.CertificateFacts, error)
	DaysLeft(facts post.CertificateFacts) int
	ImportSFTPKey(ctx context.Context, file []byte, passphrase string) (post.SFTPKeyFacts, error)
	MakeSFTPKey(ctx context.Context) (post.SFTPKeyFacts, error)
	SFTPKey(ctx context.Context) (post.SFTPKeyFacts, error)
	TrustHost(ctx context.Context, host, fingerprint string) error
	Prove(ctx context.Context) (sender.Proof, error)
	Forget(ctx context.Context) error
}

// Signup is what commands need of the sign-up; *onboarding.Driver has it.
type Signup interface {
	Start(ctx context.Context, organisationNumber string) (post.Onboarding, error)
	Wait(ctx context.Context) (post.Onboarding, error)
	Paste(ctx context.Context, address string) (post.Onboarding, error)
	Verify(ctx context.Context) (post.Onboarding, error)
	Current(ctx context.Context) (post.Onboarding, error)
	Resume(ctx context.Context) (post.Onboarding, error)
	HandedIn(ctx context.Context) (post.Onboarding, error)
	TypeSender(ctx context.Context, senderID int64, organisationNumber string) (post.Onboarding, error)
	// Check asks the partner's relay once, where there is one.
	Check(ctx context.Context) (post.Onboarding, error)
	ReturnURL() string
}

// Jobs is what commands need of the engine; *job.Engine has it.
type Jobs interface {
	Prepare(ctx context.Context, wish job.Wish) (*job.Draft, error)
	Keep(ctx context.Context, draft *job.Draft) (post.Job, error)
	Approve(ctx context.Context, id, fingerprint string, count int, coolingOff time.Duration) (post.Job, error)
	Follow(ctx context.Context, id string, patience time.Duration, tell func(post.Job)) (post.Job, error)
	Job(ctx context.Context, id string) (post.Job, error)
	Jobs(ctx context.Context, query post.JobQuery) ([]post.Job, error)
	Items(ctx context.Context, id string, query post.ItemQuery) ([]post.Item, error)
	Stop(ctx context.Context, id string) (post.Job, error)
	TakeOut(ctx context.Context, id, customerID string, seq int) (post.Job, error)
	// AwaitTakeOut waits for the runner to meet it; a fault wrong_state is that it
	// was too late.
	AwaitTakeOut(ctx context.Context, id string) error
	// Complete completes a batch whose counts a person has seen.
	Complete(ctx context.Context, id string) (post.Job, error)
	// Trials drafts letters of a mailing to oneself.
	Trials(ctx context.Context, draft *job.Draft, to post.Target, n int) ([]*job.Draft, error)
	Pause(ctx context.Context, id string) (post.Job, error)
	Continue(ctx context.Context, id string) (post.Job, error)
	// Again drafts a job for those whom a finished one did not reach.
	Again(ctx context.Context, id string) (*job.Draft, error)
	Deviations(ctx context.Context, open bool) ([]post.Deviation, error)
	CloseDeviation(ctx context.Context, id int64, why string) error
	// Refresh asks the runner what has become of a job's letters since;
	// AwaitRefresh waits for the answer, or gives the fault that kept it away.
	Refresh(ctx context.Context, id string) error
	AwaitRefresh(ctx context.Context, id string) error
}

// Stories is what commands need of the stories; *flow.Stories has it.
type Stories interface {
	MailingTo(ctx context.Context, group string, way flow.Way) (flow.People, error)
	ForSplit(ctx context.Context, group string) (flow.People, error)
	MailingToList(ctx context.Context, path string, list *intake.Result, way flow.Way) (flow.People, error)
	ListForSplit(ctx context.Context, path string, list *intake.Result) (flow.People, error)
	WriteBack(ctx context.Context, id, out string, words flow.Words) (written bool, err error)
	// NotReached gives the people a job's letter did not reach, in its order.
	NotReached(ctx context.Context, id string) ([]flow.Unreached, error)
	// OwnDocuments finds out which file in a folder is whose; SameLetters counts those
	// who have had their letter's document before.
	OwnDocuments(ctx context.Context, people flow.People, dir string, rule flow.DocumentRule, progress func(done, total int)) (flow.OwnDocuments, error)
	SameLetters(ctx context.Context, draft *job.Draft) (count int, earlier string, err error)
}
