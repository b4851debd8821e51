package channel

import (
	"context"
	"crypto/tls"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"brevdue/app/post"
	"brevdue/digipost/ebox"
)

// mostContent is the most bytes of one document, 1 GB.
const mostContent = 1 << 30

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

// eboxSubject is what a call was about, for the words of its fault. provider is
// an id, name what people call it.
type eboxSubject struct{ provider, name, message, file string }

// aboutProvider is what a call to a provider is about. Its Dutch name comes first.
func aboutProvider(p post.EBoxProvider) eboxSubject {
	return eboxSubject{provider: p.ID, name: shown(p.Name.In("nl"))}
}

// who names the server that has trouble: the provider by its name, with the host
// for those who keep its network.
func (a eboxSubject) who(host string) string {
	switch {
	case a.name == "" || strings.HasPrefix(a.name, host):
		return host
	case host == "":
		return a.name
	}
	return a.name + " (" + host + ")"
}

// fileOf names a document of a message.
func fileOf(a post.EBoxAttachment) string {
	for _, name := range []string{a.FileName, a.Title.In("nl"), a.ID} {
		if name = shown(name); name != "" {
			return name
		}
	}
	return "document"
}

// mostShown is how many characters of somebody else's text a fault has room for.
const mostShown = 80

// shown makes a sender's text fit for a sentence: nothing that steers a terminal
// or turns text round, and not too long.
func shown(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > mostShown {
		text = string([]rune(text)[:mostShown-1]) + "…"
	}
	return text
}

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
		return post.NewFault(post.CodeEBoxTooLarge, err, "file", about.file, "limit", strconv.Itoa(mostContent>>30)+" GB")
	case errors.Is(err, ebox.ErrNoContent):
		return post.NewFault(post.CodeMessageUnknown, err, "message", shown(about.message))
	case ebox.IsNotFound(err) && about.message != "":
		return b.notThere(err, about)
	case call.HTTPStatus == unauthorised:
		return post.NewFault(post.CodeEBoxRefused, err, "host", about.who(call.Host), "detail", detailOr(call.Problem, "invalid_token"))
	case call.HTTPStatus == forbidden:
		return post.NewFault(post.CodeScopeMissing, err, "host", about.who(call.Host), "detail", detailOr(call.Problem, "forbidden"))
	}
	return answerFault(failure{call.HTTPStatus, about.who(call.Host), call.Wait}, err)
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
		return post.NewFault(post.CodeEBoxAnswer, err, "host", token.Host, "status", detail)
	}
	return answerFault(failure{token.HTTPStatus, token.Host, token.Wait}, err)
}

// failure is what came of a call: the answer's status or 0, whose it was, and how
// long it asks to wait.
type failure struct {
	status int
	host   string
	wait   time.Duration
}

// answerFault is for what may happen to any call.
func answerFault(f failure, err error) *post.Fault {
	var unverified *tls.CertificateVerificationError
	elsewhere := func(err error) bool {
		return errors.Is(err, ebox.ErrRedirect) || errors.Is(err, ebox.ErrUnknownProvider) || errors.Is(err, ebox.ErrAddress)
	}
	code := post.CodeEBoxUnreachable
	switch {
	case errors.As(err, &unverified):
		code = post.CodeEBoxUnverified
	case errors.Is(err, ebox.ErrTimeout):
		code = post.CodeEBoxTimeout
	case errors.Is(err, ebox.ErrCut):
	case elsewhere(err):
		code = post.CodeEBoxElsewhere
	case f.status == http429:
		return post.NewFault(post.CodeTooMany, err, "host", f.host, "seconds", seconds(max(f.wait, time.Minute)))
	case f.status >= 500:
		code = post.CodeEBoxServer
	case f.status != 0, errors.Is(err, ebox.ErrBadAnswer), errors.Is(err, ebox.ErrTooLarge):
		code = post.CodeEBoxAnswer
	}
	fault := post.NewFault(code, err, "host", f.host)
	if f.status != 0 {
		fault.Fields["status"] = strconv.Itoa(f.status)
	}
	return fault
}

// notThere tells a message that has expired from one that is unknown.
func (b *EBox) notThere(err error, about eboxSubject) *post.Fault {
	b.mutex.Lock()
	end, seen := b.ends[messageKey{about.provider, about.message}]
	b.mutex.Unlock()
	if seen && !b.now().Before(end) {
		return post.NewFault(post.CodeMessageExpired, err, "message", shown(about.message), "date", end.Format("02.01.2006"))
	}
	return post.NewFault(post.CodeMessageUnknown, err, "message", shown(about.message))
}

func detailOr(detail, otherwise string) string {
	if detail == "" {
		return otherwise
	}
	return detail
}
