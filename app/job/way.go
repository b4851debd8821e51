package job

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"brevdue/app/post"
)

// DetailNotAUser is the detail of an outcome by which Digipost has refused a
// letter because its recipient is surely not a user (ErrorCode in the Java
// client).
const DetailNotAUser = "UNKNOWN_RECIPIENT"

// letter is the one place where a frozen item becomes what leaves the machine.
// noDigipost says that Digipost has surely said so of the recipient.
func (e *Engine) letter(job post.Job, documents []post.Document, item post.Item, noDigipost bool) post.Letter {
	letter := post.Letter{Batch: batchOf(job), Sender: job.Sender, MessageID: item.MessageID, To: item.To, Subject: job.Subject,
		Options: optionsFor(job.Options, item.To, e.Clock.Now()), NoDigipost: noDigipost}
	for i, document := range documents {
		letter.Documents = append(letter.Documents, post.LetterDocument{
			UUID: item.DocumentUUIDs[i], FileType: document.FileType, Title: job.Title(document),
			Size: document.Size, SHA256: document.SHA256,
			Open: func(ctx context.Context) (io.ReadCloser, error) { return e.Outbox.Open(ctx, document.Staged) },
		})
	}
	return letter
}

// batchOf is the batch that a job's letters join, or "".
func batchOf(job post.Job) string {
	if job.HoldsAtDigipost() {
		return job.RESTBatch
	}
	return ""
}

// optionsFor is what of a job's options can be had for one recipient: no paper
// without an address, no invitation without a birth number, no e-mail without
// an address. What was asked for a time that has passed meanwhile is over: a
// letter goes at once, a reminder that is too late goes not at all.
func optionsFor(options post.Options, to post.Target, now time.Time) post.Options {
	if options.Paper != nil && !hasAddress(to) {
		options.Paper = nil
	}
	if options.Invite != nil && !canBeInvited(to) {
		options.Invite = nil
	}
	options = timely(options, now)
	if options.Email != nil {
		email := *options.Email
		email.At = later(email.At, now)
		if email.Address == "" && hasEmail(to) {
			email.Address = to.Email
		}
		if options.Email = &email; email.Address == "" || len(email.At) == 0 {
			options.Email = nil
		}
	}
	return options
}

// timely leaves out what was asked for a time that has passed: the reminders by
// SMS that are late, and a delivery that is due.
func timely(options post.Options, now time.Time) post.Options {
	if !options.DeliverAt.After(now) {
		options.DeliverAt = time.Time{}
	}
	if options.SMS != nil {
		sms := post.SMSReminder{At: later(options.SMS.At, now), AfterHours: options.SMS.AfterHours}
		if options.SMS = &sms; len(sms.At)+len(sms.AfterHours) == 0 {
			options.SMS = nil
		}
	}
	return options
}

func later(times []time.Time, now time.Time) []time.Time {
	var left []time.Time
	for _, at := range times {
		if at.After(now) {
			left = append(left, at)
		}
	}
	return left
}

// otherWay reports whether there is something to do for a recipient who is
// surely not a user: paper, or an invitation.
func otherWay(options post.Options) bool {
	return options.Paper != nil && options.Paper.IfNoDigipost || options.Invite != nil
}

// way finds out how a letter goes, before it is claimed: nothing has left then.
// Where paper or an invitation is possible Digipost is asked first, and only its
// sure answer leads there; an error never does (design rule 4). settled is true
// when there is nothing to send: the answer is the outcome of the letter, or
// somebody asked for something meanwhile, which comes first.
func (e *Engine) way(ctx context.Context, job post.Job, item post.Item) (noDigipost, settled bool, err error) {
	if !otherWay(optionsFor(job.Options, item.To, e.Clock.Now())) {
		return false, false, nil
	}
	finding, err := e.Letters.Identify(ctx, job.Sender, item.To)
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		return false, false, e.notIdentified(ctx, job, item.Seq, err)
	}
	outcome := post.Outcome{Status: post.ItemNotDelivered, Channel: post.ChannelNone, Reason: finding.Reason}
	switch finding.Status {
	case post.HasDigipost:
		return false, e.asked(ctx, job.ID), nil
	case post.Identified:
		return true, e.asked(ctx, job.ID), nil
	case post.Unidentified:
		if finding.Reason != post.ReasonSeveralMatches {
			return true, e.asked(ctx, job.ID), nil
		}
	case post.Invalid:
		if outcome.Reason == post.ReasonNone {
			outcome.Reason = post.ReasonOther
		}
	default: // no answer at all is no sure answer
		return false, false, e.notIdentified(ctx, job, item.Seq, post.NewFault(post.CodeBadAnswer, nil, "status", "identify"))
	}
	return false, true, e.notSent(ctx, job, item.Seq, outcome)
}

// notSent writes down the outcome of a letter that never leaves. It counts as
// an attempt: Digipost was asked, and the recipient is part of the plan, unlike
// those who were left out of it.
func (e *Engine) notSent(ctx context.Context, job post.Job, seq int, outcome post.Outcome) error {
	now := e.Clock.Now()
	_, err := e.Store.UpdateItems(ctx, job.ID, []int{seq}, func(item *post.Item) error {
		if item.Status != post.ItemReady {
			return post.ErrSkip // stopped meanwhile
		}
		item.UpdatedAt = now
		item.Attempts++
		return put(item, outcome)
	})
	if err != nil {
		return fmt.Errorf("write down what came of the letter: %w", err)
	}
	e.told(job.ID)
	return nil
}

// notIdentified lets the others go before a letter whose recipient could not be
// asked about, and gives the trouble.
func (e *Engine) notIdentified(ctx context.Context, job post.Job, seq int, cause error) error {
	e.Log.Warn("ask whether a recipient has Digipost", "job", job.ID, "seq", seq, "code", string(post.CodeOf(cause)), "error", cause)
	now := e.Clock.Now()
	_, err := e.Store.UpdateItems(ctx, job.ID, []int{seq}, func(item *post.Item) error {
		if item.Status != post.ItemReady {
			return post.ErrSkip
		}
		item.UpdatedAt, item.Detail = now, string(post.CodeOf(cause))
		item.NotBefore = now.Add(max(backoff(1), retryAfter(post.FaultOf(cause).Fields)))
		return nil
	})
	if err != nil {
		return fmt.Errorf("write down that the letter waits: %w", err)
	}
	return fmt.Errorf("ask whether a recipient has Digipost: %w", cause)
}

// deliver sends a letter that was claimed. One that Digipost refuses because
// its recipient is not a user, after it said otherwise or without being asked,
// goes once more with the same ids on the other way, if there is one.
func (e *Engine) deliver(ctx context.Context, job post.Job, documents []post.Document, item post.Item, noDigipost bool) (post.Outcome, error) {
	letter := e.letter(job, documents, item, noDigipost)
	outcome, err := e.Letters.Send(ctx, letter)
	if err != nil || !notAUser(outcome) || noDigipost {
		return outcome, err
	}
	if otherWay(letter.Options) {
		return e.Letters.Send(ctx, e.letter(job, documents, item, true))
	}
	if job.Options.Paper != nil && job.Options.Paper.IfNoDigipost {
		outcome.Reason = post.ReasonMissingAddress // paper was wanted
	}
	return outcome, nil
}

// notAUser reports whether an outcome is Digipost's sure word that the
// recipient is no user.
func notAUser(outcome post.Outcome) bool {
	return outcome.Status == post.ItemNotDelivered && outcome.Reason == post.ReasonNotAUser && outcome.Detail == DetailNotAUser
}

// mostRetryAfter bounds how long a server can make us wait.
const mostRetryAfter = time.Hour

// retryAfter is how long a fault asks to wait before the next try, from its
// field retry_after in whole seconds; zero where it does not.
func retryAfter(fields map[string]string) time.Duration {
	seconds, err := strconv.Atoi(fields["retry_after"])
	if err != nil || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, int(mostRetryAfter/time.Second))) * time.Second
}
