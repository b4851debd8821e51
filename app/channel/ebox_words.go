package channel

import (
	"context"
	"crypto/tls"
	"errors"
	"strconv"
	"time"

	"brevdue/app/post"
	"brevdue/digipost/ebox"
)

// mostEnds bounds how many ends of messages are remembered.
const mostEnds = 20_000

func (b *EBox) remember(provider string, m ebox.Message) {
	if m.Expires.IsZero() {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(b.ends) >= mostEnds {
		clear(b.ends)
	}
	b.ends[messageKey{provider, m.ID}] = m.Expires
}

func queryFor(q post.EBoxQuery) ebox.Query {
	query := ebox.Query{
		ReceivedAfter: q.ReceivedAfter, ReceivedBefore: q.ReceivedBefore, ExpiresAfter: q.ExpiresAfter, ExpiresBefore: q.ExpiresBefore,
		SenderID: q.SenderID, TypeID: q.TypeID, Search: q.Search, Language: q.Language,
	}
	if q.Unread {
		read := false
		query.Read = &read
	}
	if q.Registered {
		query.Registered = &q.Registered
	}
	return query
}

func messageFrom(provider string, m ebox.Message) post.EBoxMessage {
	message := post.EBoxMessage{
		Provider: provider, ID: m.ID, Original: m.Original, Subject: post.Translated(m.Subject),
		Received: m.Received, Expires: m.Expires, Read: m.Read, Visible: m.Visible, Registered: m.Registered,
		SenderID: m.SenderID, TypeID: m.TypeID, ApplicationID: m.ApplicationID, Attention: m.Attention, Partition: m.Partition,
		MayReply: m.MayReply, BodyIsMain: m.BodyIsMain, Payment: paymentFrom(m.Payment),
	}
	for _, a := range m.Attachments {
		message.Attachments = append(message.Attachments, post.EBoxAttachment{
			ID: a.ID, Href: a.Href, Title: post.Translated(a.Title), FileName: a.FileName, MediaType: a.MediaType,
			Size: a.Size, SHA256: a.SHA256, Main: a.Main, Signed: a.Signed})
	}
	for _, v := range m.Data {
		value := post.EBoxValue{Key: v.Key, Name: post.Translated(v.Name).In("nl")}
		for _, each := range v.Values {
			value.Values = append(value.Values, post.Translated(each))
		}
		message.Data = append(message.Data, value)
	}
	return message
}

func paymentFrom(p *ebox.Payment) *post.EBoxPayment {
	if p == nil {
		return nil
	}
	return &post.EBoxPayment{Amount: p.Amount, VAT: p.VAT, Currency: p.Currency, Due: p.Due, IBAN: p.IBAN, BIC: p.BIC, Reference: p.Reference}
}

func attachmentFor(a post.EBoxAttachment) ebox.Attachment {
	return ebox.Attachment{ID: a.ID, Href: a.Href, Title: ebox.Text(a.Title), FileName: a.FileName, MediaType: a.MediaType,
		Size: a.Size, SHA256: a.SHA256, Main: a.Main, Signed: a.Signed}
}

// eboxSubject is what a call was about, for the words of its fault.
type eboxSubject struct{ provider, message, file string }

// mostSkew is how far the clocks may be apart before they are the likely reason
// for a refused assertion.
const mostSkew = 2 * time.Minute

// fault turns a client's error into one for a person.
func (b *EBox) fault(ctx context.Context, err error, about eboxSubject) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	var writer *ebox.WriteError
	if errors.As(err, &writer) {
		return writer.Err // the caller knows what its own writer means
	}
	fault := b.faultOf(err, about)
	if fault == nil {
		return err
	}
	if wait := ebox.RetryAfter(err); wait > 0 && fault.Code != post.CodeTooMany {
		if fault.Fields == nil {
			fault.Fields = map[string]string{}
		}
		fault.Fields["retry_after"] = seconds(wait)
	}
	return fault
}

func (b *EBox) faultOf(err error, about eboxSubject) *post.Fault {
	var token *ebox.TokenError
	var digest *ebox.DigestError
	var call *ebox.Error
	switch {
	case errors.As(err, &token):
		return tokenFault(token, err)
	case errors.As(err, &digest):
		return post.NewFault(post.CodeDigestWrong, err, "file", about.file)
	case !errors.As(err, &call):
		return nil
	case errors.Is(err, ebox.ErrTooLarge) && about.file != "":
		return post.NewFault(post.CodeFileTooLarge, err, "file", about.file)
	case errors.Is(err, ebox.ErrNoContent):
		return post.NewFault(post.CodeMessageUnknown, err, "message", about.message)
	case ebox.IsNotFound(err) && about.message != "":
		return b.notThere(err, about)
	case call.HTTPStatus == 401:
		return post.NewFault(post.CodeClientRefused, err, "detail", detailOr(call.Problem, "invalid_token"))
	case call.HTTPStatus == 403:
		return post.NewFault(post.CodeScopeMissing, err, "detail", detailOr(call.Problem, "forbidden"))
	}
	return answerFault(call.HTTPStatus, call.Host, call.Wait, err)
}

// tokenFault tells a clock that is wrong from a client that is.
func tokenFault(token *ebox.TokenError, err error) *post.Fault {
	detail := detailOr(token.Code, strconv.Itoa(token.HTTPStatus))
	switch {
	case token.Hint == ebox.HintClient && token.Skew.Abs() > mostSkew:
		return post.NewFault(post.CodeClockWrong, err, "minutes", strconv.Itoa(int(token.Skew.Abs().Round(time.Minute)/time.Minute)))
	case token.Hint == ebox.HintClient:
		return post.NewFault(post.CodeClientRefused, err, "detail", detail)
	case token.Hint == ebox.HintScope:
		return post.NewFault(post.CodeScopeMissing, err, "detail", detail)
	case token.Hint == ebox.HintProgram:
		return post.NewFault(post.CodeBadAnswer, err, "status", detail)
	}
	return answerFault(token.HTTPStatus, token.Host, token.Wait, err)
}

// answerFault is for what may happen to any call.
func answerFault(status int, host string, wait time.Duration, err error) *post.Fault {
	var unverified *tls.CertificateVerificationError
	switch {
	case errors.As(err, &unverified):
		return post.NewFault(post.CodeUnverified, err)
	case errors.Is(err, ebox.ErrTimeout):
		return post.NewFault(post.CodeTimeout, err, "host", host)
	case errors.Is(err, ebox.ErrCut):
		return post.NewFault(post.CodeUnreachable, err, "host", host)
	case status == http429:
		return post.NewFault(post.CodeTooMany, err, "seconds", seconds(max(wait, time.Minute)))
	case status >= 500:
		return post.NewFault(post.CodeServerError, err, "status", strconv.Itoa(status))
	case status != 0, errors.Is(err, ebox.ErrBadAnswer), errors.Is(err, ebox.ErrRedirect), errors.Is(err, ebox.ErrTooLarge):
		return post.NewFault(post.CodeBadAnswer, err, "status", strconv.Itoa(status))
	}
	return post.NewFault(post.CodeUnreachable, err, "host", host)
}

// notThere tells a message that has expired from one that is unknown.
func (b *EBox) notThere(err error, about eboxSubject) *post.Fault {
	b.mutex.Lock()
	end, seen := b.ends[messageKey{about.provider, about.message}]
	b.mutex.Unlock()
	if seen && !b.now().Before(end) {
		return post.NewFault(post.CodeMessageExpired, err, "message", about.message, "date", end.Format("02.01.2006"))
	}
	return post.NewFault(post.CodeMessageUnknown, err, "message", about.message)
}

func detailOr(detail, otherwise string) string {
	if detail == "" {
		return otherwise
	}
	return detail
}
