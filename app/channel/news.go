package channel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"brevdue/app/post"
	"brevdue/digipost"
)

// newsWindow is how much of the feed is read at a time. After a long break the
// feed is read in such pieces, so that never more than one of them is held.
const newsWindow = 24 * time.Hour

// News tells what has happened to letters since the mark (it is job.Letters).
// The mark is a digipost.EventCursor as JSON; one that cannot be read begins
// afresh. When it fails half-way, next is the mark up to where all was told.
func (c *Channel) News(ctx context.Context, sender post.Sender, mark string, visit func(post.LetterNews) error) (next string, err error) {
	client, err := c.rest(ctx, sender)
	if err != nil {
		return mark, err
	}
	var cursor digipost.EventCursor
	if json.Unmarshal([]byte(mark), &cursor) != nil {
		cursor = digipost.EventCursor{}
	}
	next = mark
	for now := c.now(); ; {
		from, to := cursor.Window(now)
		if end := from.Add(newsWindow); end.Before(to) {
			to = end
		}
		news, err := c.newsOf(ctx, client, sender, &cursor, from, to)
		if err != nil {
			return next, err
		}
		for _, each := range news {
			if err := visit(each); err != nil {
				return next, err
			}
		}
		cursor.Done(to)
		kept, err := json.Marshal(&cursor)
		if err != nil {
			return next, fmt.Errorf("write the mark of the feed: %w", err)
		}
		if next = string(kept); !to.Before(now) {
			return next, nil
		}
	}
}

// newsOf reads one piece of the feed, oldest first: Digipost promises no order.
func (c *Channel) newsOf(ctx context.Context, client *digipost.Client, sender post.Sender, cursor *digipost.EventCursor, from, to time.Time) ([]post.LetterNews, error) {
	var news []post.LetterNews
	query := digipost.EventQuery{From: wire(from), To: wire(to), SenderID: sender.SenderID}
	for event, err := range client.DocumentEvents(ctx, query) {
		var invalid *digipost.FieldError
		switch {
		case errors.As(err, &invalid):
			return nil, err
		case err != nil:
			return nil, c.fault(ctx, sender, err)
		}
		if !cursor.Fresh(event) {
			continue
		}
		if each, known := newsFrom(event); known {
			news = append(news, each)
		}
	}
	slices.SortStableFunc(news, func(a, b post.LetterNews) int { return a.At.Compare(b.At) })
	return news, nil
}

// newsFrom puts an event into the words of the job; known is false for what
// does not concern letters of ours. What is said of the three events about
// invitations and of EMAIL_MESSAGE_FAILED rests on the .NET client's schema and
// on their names; where those leave it open, the status stays as it is.
func newsFrom(event digipost.DocumentEvent) (news post.LetterNews, known bool) {
	news = post.LetterNews{DocumentUUID: event.UUID, Detail: event.Type, At: event.Created}
	becomes := func(status post.ItemStatus, channel post.Channel) { news.Status, news.Channel = status, channel }
	switch event.Type {
	case digipost.EventOpened:
		becomes(post.ItemOpened, post.ChannelDigipost)
	case digipost.EventPostmarked:
		becomes(post.ItemPosted, post.ChannelPrint)
		if !event.PostmarkedDate.IsZero() {
			news.At = event.PostmarkedDate
		}
	case digipost.EventPrintFailed:
		becomes(post.ItemPrintFailed, post.ChannelPrint)
		news.Reason, news.Detail = failureOf(event)
	case digipost.EventShredded:
		becomes(post.ItemShredded, post.ChannelPrint)
	case digipost.EventPeppolDelivered:
		becomes(post.ItemDelivered, post.ChannelPeppol)
	case digipost.EventPeppolFailed:
		becomes(post.ItemNotDelivered, post.ChannelPeppol)
		news.Reason, news.Detail = failureOf(event)
	case digipost.EventEmailMessageSent:
		becomes(post.ItemDelivered, post.ChannelEPost)
	case digipost.EventRegistrationDelivered:
		becomes(post.ItemDelivered, post.ChannelDigipost)
	case digipost.EventRegistrationExpired:
		becomes(post.ItemNotDelivered, post.ChannelNone)
		news.Reason = post.ReasonExpired
		if strings.EqualFold(event.FallbackChannel, digipost.ChannelPrint) {
			becomes(post.ItemPrinting, post.ChannelPrint)
			news.Reason = post.ReasonNone
		}
	case digipost.EventSMSFailed, digipost.EventEmailFailed, digipost.EventEmailMessageFailed, digipost.EventRegistrationFailed:
		// The letter itself is where it was.
	default:
		return post.LetterNews{}, false
	}
	return news, true
}

// failureOf gives Digipost's code of a failure, or the event's where the feed
// holds a text, and the reason that belongs to it.
func failureOf(event digipost.DocumentEvent) (post.Reason, string) {
	reason, detail := post.ReasonOther, event.Type
	if isCode(event.ErrorCode) {
		detail = event.ErrorCode
		if known := codeReason(detail); known != post.ReasonRefused {
			reason = known
		}
	}
	return reason, detail
}

// isCode reports whether a text is an upper-case word, so that it may stand in
// a log.
func isCode(text string) bool {
	return text != "" && len(text) <= 80 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}
