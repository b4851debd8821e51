package job

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"brevdue/app/number"
	"brevdue/app/post"
)

// Limits of a letter that are checked before it is planned.
const (
	// MaxSubject is the REST interface's limit in characters (api_v8.xsd).
	MaxSubject = post.MaxTitle
	// MaxAttachments is the program's own limit where Config has no other.
	MaxAttachments = 99
	// MaxName is the batch interface's limit on a job's name.
	MaxName = 80
)

// Wish is what a person wants sent, before it is frozen.
type Wish struct {
	Kind post.JobKind
	// Via is the way out of a mailing, "" the sender API, or of a split, "" the
	// batch interface. A letter goes by the sender API, whatever stands here.
	Via post.Via
	// Pattern is how a mailing was meant; it is kept with the job and is no part
	// of the fingerprint.
	Pattern post.Pattern
	Sender  post.Sender
	Name    string
	Subject string
	Options post.Options
	// Files go to all. Where people have documents of their own these are the
	// attachments behind them, and there may be none.
	Files  []File
	To     []Addressee
	Source post.Source
	// HoldAtDigipost lets the letters of a mailing by the sender API wait in a
	// batch at Digipost until their release, where the sender may use one; else
	// they wait here and go one by one. Config.HoldMailings asks for it for all.
	HoldAtDigipost bool
	// StartAt is when the job is to start, zero for as soon as it may.
	StartAt time.Time
	// Progress, where it is there, hears from Prepare, and then from Keep, how many
	// of the files have been read.
	Progress func(done, total int)
}

// settled is the wish with the way out that it has.
func (w Wish) settled() Wish {
	switch {
	case w.Kind == post.KindSplit && w.Via != post.ViaREST:
		w.Via = post.ViaBatch
	case w.Kind == post.KindSplit:
	case w.Kind != post.KindMailing || w.Via != post.ViaBatch:
		w.Via = post.ViaREST
	}
	if w.Kind != post.KindMailing {
		w.Pattern = ""
	}
	return w
}

// File is a document as the user gave it.
type File struct {
	Name, FileType string
	Pages          int
	Open           func(ctx context.Context) (io.ReadCloser, error)
	// Key names the content: files with the same one are read once. Empty is a
	// content of its own.
	Key string
}

// Addressee is one person on the list. One with a LeftOut reason gets no
// letter; the job keeps the row, so that every row has an outcome. Files are the
// person's own documents, the main one first; where anybody has one, who has none
// is left out with bad_file.
type Addressee struct {
	CustomerID string
	Row        int
	Name       string
	To         post.Target
	LeftOut    post.Reason
	Files      []File
}

// Draft is a frozen plan that is not stored yet: what a dry run shows, and what
// Keep stores.
type Draft struct {
	Job       post.Job
	Documents []post.Document
	Items     []post.Item
	// Shows is, in a trial, the Seq of the letter of the mailing that it shows.
	Shows int
	// again is the job whose letters go again, or "".
	again string
	// files are those of Documents, in the same order.
	files    []File
	progress func(done, total int)
}

// Sendable is the number of letters that would leave the machine.
func (d *Draft) Sendable() int {
	n := 0
	for _, item := range d.Items {
		if item.Status == post.ItemReady {
			n++
		}
	}
	return n
}

// Prepare freezes a wish: it reads every file once for its hash, gives each
// letter its ids and computes the fingerprint. Nothing is stored and nothing
// leaves the machine.
func (e *Engine) Prepare(ctx context.Context, wish Wish) (*Draft, error) {
	wish = wish.settled()
	if err := e.check(wish); err != nil {
		return nil, err
	}
	options, err := freezeOptions(wish, e.Clock.Now())
	if err != nil {
		return nil, err
	}
	draft := &Draft{progress: wish.Progress, Job: post.Job{
		ID: newJobID(), Kind: wish.Kind, Via: wish.Via, Pattern: wish.Pattern, State: post.JobReady, Name: shorten(wish.Name, MaxName),
		Subject: strings.TrimSpace(wish.Subject), Options: options, Sender: wish.Sender, Source: wish.Source,
		Created: e.Clock.Now(),
	}}
	if draft.Job.StartAt = utc(wish.StartAt); !wish.StartAt.IsZero() && !wish.StartAt.After(draft.Job.Created) {
		return nil, post.NewFault(post.CodeStartPast, nil)
	}
	if (wish.HoldAtDigipost || e.HoldMailings) && wish.Kind == post.KindMailing && wish.Via == post.ViaREST {
		draft.Job.RESTBatch = e.NewUUID()
	}
	if wish.Via == post.ViaBatch {
		draft.Job.BatchJobID = e.NewUUID()
		draft.Job.UploadName = draft.Job.BatchJobID + ".zip"
	}
	if err := e.freezeFiles(ctx, draft, wish); err != nil {
		return nil, err
	}
	documents := post.GroupDocuments(draft.Documents)
	for i, to := range wish.To {
		if documents.PerLetter() && len(to.Files) == 0 && to.LeftOut == post.ReasonNone {
			to.LeftOut = post.ReasonBadFile
		}
		draft.Items = append(draft.Items, e.freeze(draft, i+1, to, len(documents.Of(i+1))))
	}
	if draft.Sendable() == 0 {
		return nil, post.NewFault(post.CodeNothingToSend, nil)
	}
	draft.Job.Fingerprint = Fingerprint(draft.Job, draft.Documents, draft.Items)
	draft.Job.Counts = count(draft.Items)
	return draft, nil
}

// freeze makes the item for one addressee of so many documents, with all its ids.
func (e *Engine) freeze(draft *Draft, seq int, to Addressee, documents int) post.Item {
	item := post.Item{
		Job: draft.Job.ID, Seq: seq, CustomerID: to.CustomerID, Row: to.Row, Name: to.Name, To: to.To,
		Status: post.ItemReady, Channel: post.ChannelNone, UpdatedAt: draft.Job.Created,
	}
	if to.LeftOut != post.ReasonNone {
		item.Status, item.Reason = post.ItemNotDelivered, to.LeftOut
	}
	if to.LeftOut == post.ReasonBadFile {
		item.Detail = post.DetailNoDocument
	}
	switch {
	case draft.Job.Via == post.ViaBatch:
		item.RecipientKey = e.NewUUID()
	case draft.Job.Kind != post.KindSplit: // a question by the sender API has no id
		item.MessageID = e.NewUUID()
	}
	for range documents {
		item.DocumentUUIDs = append(item.DocumentUUIDs, e.NewUUID())
	}
	return item
}

// Keep stores a draft: the files whole in the outbox first, then job, items and
// ids in one transaction. A file that changed since Prepare is refused.
func (e *Engine) Keep(ctx context.Context, draft *Draft) (post.Job, error) {
	if err := e.stillAgain(ctx, draft); err != nil {
		return post.Job{}, err
	}
	undo, err := e.stageFiles(ctx, draft)
	if err != nil {
		return post.Job{}, err
	}
	if err := e.Store.AddJob(ctx, draft.Job, draft.Documents, draft.Items); err != nil {
		undo()
		return post.Job{}, fmt.Errorf("store the plan: %w", err)
	}
	e.event(ctx, draft.Job.ID, "planned", map[string]string{"count": strconv.Itoa(draft.Sendable())})
	e.changed(draft.Job.ID)
	return e.Store.Job(ctx, draft.Job.ID)
}

func (e *Engine) check(wish Wish) error {
	if wish.Sender.SenderID == 0 {
		return post.NewFault(post.CodeNoSender, nil)
	}
	if len(wish.To) == 0 {
		return post.NewFault(post.CodeNothingToSend, nil)
	}
	if wish.Kind == post.KindSplit {
		return nil
	}
	subject := strings.TrimSpace(wish.Subject)
	if subject == "" {
		return post.NewFault(post.CodeSubjectMissing, nil)
	}
	if n, most := utf8.RuneCountInString(subject), wish.Via.MostTitle(); n > most {
		return post.NewFault(post.CodeSubjectTooLong, nil, "count", strconv.Itoa(n), "limit", strconv.Itoa(most))
	}
	if number.HoldsBirthNumber(subject, number.RuleOn(e.Clock.Now())) {
		return post.NewFault(post.CodeSubjectHasNumber, nil) // a title shows in notices
	}
	own := 0
	for _, to := range wish.To {
		if to.LeftOut == post.ReasonNone {
			own = max(own, len(to.Files))
		}
	}
	if len(wish.Files)+own == 0 {
		return post.NewFault(post.CodeNothingToSend, nil)
	}
	if wish.Via == post.ViaBatch && slices.ContainsFunc(wish.To, byAccount) {
		return post.NewFault(post.CodeBatchLacks, nil, "option", "account")
	}
	if n := len(wish.Files) + own - 1; n > e.MaxAttachments {
		return post.NewFault(post.CodeTooManyAttachments, nil, "count", strconv.Itoa(n), "limit", strconv.Itoa(e.MaxAttachments))
	}
	return nil
}

func count(items []post.Item) post.Counts {
	counts := post.Counts{Total: len(items), ByStatus: map[post.ItemStatus]int{}, BySplit: map[post.SplitStatus]int{}}
	for _, item := range items {
		counts.ByStatus[item.Status]++
		if item.Finding != nil {
			counts.BySplit[item.Finding.Status]++
		}
	}
	return counts
}

func shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit])
	}
	return text
}
