package job

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"brevdue/app/post"
)

// Again drafts a job for those whom a job did not reach: letters that were not
// delivered, and post that came back. It takes the same documents out of the
// outbox and the same options, but for times that have passed, under new ids; it
// is shown, kept and approved like any other. Those who were left out, taken out
// or stopped are not part of it, nor who has got, or is about to get, the letter
// by a later job of the same kind. While somebody is unsure it is a fault
// still_unsure, for a job at work, or a split, wrong_state.
func (e *Engine) Again(ctx context.Context, id string) (*Draft, error) {
	job, err := e.Store.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	if !job.State.Finished() || job.Kind == post.KindSplit {
		return nil, post.NewFault(post.CodeWrongState, nil, "job", id, "state", string(job.State))
	}
	root := job.ID
	if job.Again != "" {
		root = job.Again
	}
	settled, err := e.sentSince(ctx, root, id)
	if err != nil {
		return nil, err
	}
	items, err := e.Store.Items(ctx, id, post.ItemQuery{Statuses: []post.ItemStatus{post.ItemNotDelivered, post.ItemPrintFailed}})
	if err != nil {
		return nil, fmt.Errorf("read who was not reached: %w", err)
	}
	all, err := e.Store.Documents(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the documents: %w", err)
	}
	documents := post.GroupDocuments(all)
	wish := Wish{Kind: job.Kind, Via: job.Via, Pattern: job.Pattern, Sender: job.Sender, Name: job.Name, Subject: job.Subject,
		Options: optionsAgain(job.Options, e.Clock.Now()), Source: job.Source, HoldAtDigipost: job.HoldsAtDigipost()}
	for _, item := range items {
		leftOut := item.Status == post.ItemNotDelivered && item.Attempts == 0
		if forgotten := item.To == (post.Target{Kind: item.To.Kind}); leftOut || forgotten || settled[recipientOf(item)] {
			continue
		}
		wish.To = append(wish.To, Addressee{CustomerID: item.CustomerID, Row: item.Row, Name: item.Name, To: item.To,
			Files: e.files(documents.Own(item.Seq))})
	}
	wish.Files = e.files(documents.Shared())
	draft, err := e.Prepare(ctx, wish)
	if err != nil {
		return nil, err
	}
	draft.Job.Again, draft.again = root, id
	return draft, nil
}

// stillAgain holds a draft of Again against what other jobs did since it was made: who
// is about to get the letter by one of them would get it twice.
func (e *Engine) stillAgain(ctx context.Context, draft *Draft) error {
	if draft.again == "" {
		return nil
	}
	settled, err := e.sentSince(ctx, draft.Job.Again, draft.again)
	if err != nil {
		return err
	}
	for _, item := range draft.Items {
		if settled[recipientOf(item)] {
			return post.NewFault(post.CodePlanChanged, nil, "job", draft.again)
		}
	}
	return nil
}

// recipient tells people of related jobs from each other.
type recipient struct {
	row  int
	name string
	to   post.Target
}

func recipientOf(item post.Item) recipient { return recipient{item.Row, item.Name, item.To} }

// sentSince gives the people whom a later one of the related jobs has written to,
// or is about to. Somebody unsure in any of them is a fault.
func (e *Engine) sentSince(ctx context.Context, root, id string) (map[recipient]bool, error) {
	jobs, err := e.Store.Jobs(ctx, post.JobQuery{Again: root})
	if err != nil {
		return nil, fmt.Errorf("look for jobs that were sent again: %w", err)
	}
	settled := map[recipient]bool{}
	for _, job := range jobs { // the newest first
		if n := job.Counts.ByStatus[post.ItemUnsure] + job.Counts.ByStatus[post.ItemSending]; n > 0 {
			return nil, post.NewFault(post.CodeStillUnsure, nil, "job", job.ID, "count", strconv.Itoa(n))
		}
		if job.ID == id {
			return settled, nil
		}
		items, err := e.Store.Items(ctx, job.ID, post.ItemQuery{})
		if err != nil {
			return nil, fmt.Errorf("read who was written to since: %w", err)
		}
		for _, item := range items {
			failed := []post.ItemStatus{post.ItemNotDelivered, post.ItemPrintFailed, post.ItemStopped}
			settled[recipientOf(item)] = settled[recipientOf(item)] || !slices.Contains(failed, item.Status)
		}
	}
	return settled, nil
}

// files are documents as they were staged.
func (e *Engine) files(documents []post.Document) []File {
	var files []File
	for _, document := range documents {
		files = append(files, File{Name: document.Name, FileType: document.FileType, Pages: document.Pages, Key: document.Staged,
			Open: func(ctx context.Context) (io.ReadCloser, error) { return e.Outbox.Open(ctx, document.Staged) }})
	}
	return files
}

// optionsAgain are options without what was asked for times that have passed.
func optionsAgain(options post.Options, now time.Time) post.Options {
	options = timely(options, now)
	from := now
	if options.DeliverAt.After(now) {
		from = options.DeliverAt
	}
	if paper := options.Paper; paper != nil && !paper.IfUnreadBy.IsZero() && !paper.IfUnreadBy.After(from) {
		without := *paper
		without.IfUnreadBy = time.Time{}
		if options.Paper = &without; !without.IfNoDigipost {
			options.Paper = nil
		}
	}
	if options.Invite != nil && !options.Invite.Deadline.After(now) {
		options.Invite = nil
	}
	if options.Email != nil {
		email := *options.Email
		if email.At = later(email.At, from); len(email.At) > 0 {
			options.Email = &email
		} else {
			options.Email = nil
		}
	}
	return options
}
