package inbox

import (
	"context"
	"time"

	"brevdue/app/post"
)

// Box reads an e-Box at its Document Providers. One that fails does not hide the
// others: every call names the provider it asks.
//
// Its faults are those of the Belgian e-Box in app/post/codes.go.
type Box interface {
	// Token asks for an access token, a new one when fresh is set, and tells when it
	// ends: the proof that client id and key are good.
	Token(ctx context.Context, fresh bool) (post.EBoxToken, error)
	// Providers gives the providers of the registry, or the configured ones where it
	// does not answer; then fallback says why.
	Providers(ctx context.Context) (providers []post.EBoxProvider, fallback, err error)
	// Messages gives what matches, the newest first and none twice. total is what
	// the provider says at first.
	Messages(ctx context.Context, provider post.EBoxProvider, query post.EBoxQuery,
		visit func(message post.EBoxMessage, total int) error) error
	// Message gives one message with its documents.
	Message(ctx context.Context, provider post.EBoxProvider, id string) (post.EBoxMessage, error)
	// Names fills in the names of sender, type and application that are not there
	// yet, and how long all of them may be kept.
	Names(ctx context.Context, provider post.EBoxProvider, message *post.EBoxMessage) error
	// Content writes a document's content and fails with digest_wrong when it is not
	// what was announced. The main document's content marks the message read for the
	// whole enterprise.
	Content(ctx context.Context, provider post.EBoxProvider, message string, attachment post.EBoxAttachment, content post.EBoxContent) error
	// Body gives the text of a message whose body is its main content, and marks it
	// read.
	Body(ctx context.Context, provider post.EBoxProvider, message string) (post.Translated, error)
	// Summary gives the provider's own counts.
	Summary(ctx context.Context, provider post.EBoxProvider) (post.EBoxSummary, error)
	// SetVisible shows or hides messages: the only change a consumer may make.
	SetVisible(ctx context.Context, provider post.EBoxProvider, messages []string, visible bool) error
}

// Store remembers what was seen and saved.
type Store interface {
	// EBoxVersion changes whenever anything below does, also by another process.
	EBoxVersion(ctx context.Context) (int64, error)
	// EBoxEntries gives all messages with their downloads, in no order.
	EBoxEntries(ctx context.Context) ([]post.EBoxEntry, error)
	// EBoxEntry gives one message with its downloads.
	EBoxEntry(ctx context.Context, provider, message string) (entry post.EBoxEntry, found bool, err error)
	// KeepEBoxMessages adds messages of a provider or brings them up to date, and
	// gives the ids of those not seen before. A message without documents does not
	// take away those that are known.
	KeepEBoxMessages(ctx context.Context, provider string, messages []post.EBoxMessage, at time.Time) (fresh []string, err error)
	// EBoxLooked notes that the person has looked: what came until then is new no
	// more.
	EBoxLooked(ctx context.Context, at time.Time) error
	// EBoxSources gives the providers by their ids.
	EBoxSources(ctx context.Context) (map[string]post.EBoxSource, error)
	SaveEBoxSource(ctx context.Context, source post.EBoxSource) error
	// SaveEBoxDownload stores a download under its provider, message, attachment and
	// path. Before the document is there its At is zero: it is meant to be saved.
	SaveEBoxDownload(ctx context.Context, download post.EBoxDownload) error
	// DropEBoxDownload takes back what is not meant to be saved any more, or is not
	// there any more.
	DropEBoxDownload(ctx context.Context, download post.EBoxDownload) error
	AddAudit(ctx context.Context, line post.Audit) error
	// FolderID is the random id of this store.
	FolderID(ctx context.Context) (string, error)
}

// WriteTable writes rows into a new workbook, the first ones the headings;
// intake.WriteTable does.
type WriteTable func(ctx context.Context, out, sheet string, rows [][]string) error

// Ports are what a Service needs.
type Ports struct {
	Store Store
	Box   Box
	// Table is nil where no workbook can be written.
	Table WriteTable
	// Ready says whether there is an e-Box to read, with the fault that says why not;
	// nil is always.
	Ready func(ctx context.Context) error
	// Hold keeps other processes on the same store from saving documents until
	// release is called, with a fault busy where one is at it; nil is where there are
	// none.
	Hold func(ctx context.Context) (release func(), err error)
	// Notify hears of each change and may be nil.
	Notify func(post.Notice)
	// Now is the clock, time.Now if nil; Sleep waits, and gives ctx's error when that
	// ends before.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}
