// Package job is the engine behind everything that leaves the machine: it plans
// a job, freezes it, has it approved, lets it cool off, runs it, and follows it
// until there is an outcome for every recipient. Letters are followed further:
// opened, printed, posted.
//
// Three things hold it together. Ids are stored before their first use and used
// again after a crash, so that a letter goes exactly once. Any process may plan,
// approve and ask for a stop by writing to the store; only the process that
// holds the runner's lock calls Run and acts. And what cannot be known is
// unsure: it is asked about, never repeated blindly.
package job

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"log/slog"
	"strings"
	"time"

	"brevdue/app/post"

	"crypto/sha256"
	"encoding/hex"
)

// Config is what an engine needs. Store, Outbox and Clock are always needed;
// Letters, Batch and Findings only by the process that runs jobs.
type Config struct {
	Store   Store
	Outbox  Outbox
	Letters Letters
	// RESTBatch may be nil: then letters wait here, as where Digipost refuses it.
	RESTBatch RESTBatch
	// HoldMailings lets all mailings by the sender API wait in a batch at Digipost
	// until their release.
	HoldMailings bool
	Batch        Batch
	Findings     Findings
	Notify       Notify
	Clock        Clock
	// NewUUID gives a random UUID in lower case.
	NewUUID func() string
	// InFlight is how many letters are under way at once; 0 means 4.
	InFlight int
	// MaxAttachments is how many documents may follow the main one; 0 means
	// the constant of that name.
	MaxAttachments int
	// NewsEvery is how often Digipost is asked what has become of letters since;
	// zero means ten minutes.
	NewsEvery time.Duration
	// FirstPoll and MostPoll bound the growing wait between two looks for
	// receipts; zero means two seconds and five minutes.
	FirstPoll, MostPoll time.Duration
	// ReceiptLate is how long a batch job may be without any receipt before that is
	// trouble; zero means four hours. A split by name and address has six times
	// as long.
	ReceiptLate time.Duration
	// Grace is how long calls under way may take to finish when Run is told to
	// end; zero means five seconds.
	Grace time.Duration
	Log   *slog.Logger
	// Actor names who does things, for the audit trail.
	Actor string
}

// Engine plans, approves, runs and follows jobs. It is safe for use by several
// goroutines.
type Engine struct {
	Config
	poke      chan struct{}
	unwritten troubles
}

// New makes an engine. It does nothing by itself until Run is called.
func New(config Config) *Engine {
	if config.Notify == nil {
		config.Notify = func(post.Notice) {}
	}
	if config.RESTBatch == nil {
		config.RESTBatch = noBatches{}
	}
	if config.InFlight <= 0 {
		config.InFlight = 4
	}
	if config.MaxAttachments <= 0 {
		config.MaxAttachments = MaxAttachments
	}
	if config.NewsEvery <= 0 {
		config.NewsEvery = 10 * time.Minute
	}
	if config.FirstPoll <= 0 {
		config.FirstPoll = 2 * time.Second
	}
	if config.MostPoll <= 0 {
		config.MostPoll = 5 * time.Minute
	}
	if config.ReceiptLate <= 0 {
		config.ReceiptLate = 4 * time.Hour
	}
	if config.Grace <= 0 {
		config.Grace = 5 * time.Second
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	return &Engine{Config: config, poke: make(chan struct{}, 1)}
}

// Poke makes a running engine look at once for something to do.
func (e *Engine) Poke() { nudge(e.poke) }

// told tells listeners that a job changed.
func (e *Engine) told(id string) { e.Notify(post.Notice{Topic: post.TopicJobs, ID: id}) }

// changed tells listeners that a job changed, and the engine to look.
func (e *Engine) changed(id string) {
	e.told(id)
	e.Poke()
}

// event adds a line to the job's time line. A line that cannot be written is
// logged and does not hold the job up: the states carry the truth.
func (e *Engine) event(ctx context.Context, id, code string, fields map[string]string) {
	line := post.Event{Job: id, At: e.Clock.Now(), Code: code, Fields: fields}
	if err := e.Store.AddEvent(ctx, line); err != nil {
		e.Log.Warn("time line", "job", id, "code", code, "error", err)
	}
}

// audit adds a line to the audit chain about something that has happened. One
// that cannot be written is logged: nobody may hear that an approval failed
// when the letters go all the same.
func (e *Engine) audit(ctx context.Context, id, action string, fields map[string]string) {
	line := post.Audit{At: e.Clock.Now(), Actor: e.Actor, Action: action, Job: id, Fields: fields}
	if err := e.Store.AddAudit(context.WithoutCancel(ctx), line); err != nil {
		e.Log.Error("audit", "job", id, "action", action, "error", err)
	}
}

// newJobID gives a random id that a person can read out: ten letters and
// digits.
func newJobID() string {
	var random [7]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))[:10]
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
