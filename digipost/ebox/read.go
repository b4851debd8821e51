package ebox

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
)

const acceptJSON = "application/json, application/problem+json;q=0.9, */*;q=0.1"

// What a call was about, as errors name it.
const (
	opList        = "messages"
	opMessage     = "message"
	opAttachments = "attachments"
	opContent     = "content"
	opBody        = "body"
	opPayment     = "payment data"
	opSummary     = "summary"
	opVisible     = "visibility"
	opReference   = "reference data"
)

// ask makes a GET below a provider's base address.
func (c *Client) ask(ctx context.Context, p Provider, op string, query url.Values, path string, parts ...string) (*answer, error) {
	base, err := c.base(ctx, p)
	if err != nil {
		return nil, wrap(op, p, err)
	}
	for _, part := range parts {
		if part == "" {
			return nil, &Error{Op: op, Host: base.Host, HTTPStatus: http.StatusNotFound}
		}
	}
	address := at(base, path, parts...)
	address.RawQuery = query.Encode()
	return c.call(ctx, outgoing{op: op, method: http.MethodGet, url: address, accept: acceptJSON, limit: maxAnswer})
}

// wrap names an error's operation, unless it says so itself.
func wrap(op string, p Provider, err error) error {
	var call *Error
	var token *TokenError
	if errors.As(err, &call) || errors.As(err, &token) {
		return err
	}
	host := ""
	if address, bad := url.Parse(p.URL); bad == nil {
		host = address.Host
	}
	return &Error{Op: op, Host: host, Err: err}
}

func badAnswer(op string, p Provider) error {
	return wrap(op, p, ErrBadAnswer)
}

// Message gives one message with its documents, which are asked for by
// themselves where the message comes without them.
func (c *Client) Message(ctx context.Context, p Provider, id string) (Message, error) {
	a, err := c.ask(ctx, p, opMessage, nil, dialectOf(p).messages, id)
	if err != nil {
		return Message{}, err
	}
	m, ok := messageOf(a.body)
	if !ok {
		return Message{}, badAnswer(opMessage, p)
	}
	if len(m.Attachments) == 0 {
		if m.Attachments, err = c.Attachments(ctx, p, id); err != nil && !IsNotFound(err) {
			return Message{}, err
		}
	}
	return m, nil
}

// Attachments gives the documents of a message, without their contents.
func (c *Client) Attachments(ctx context.Context, p Provider, message string) ([]Attachment, error) {
	a, err := c.ask(ctx, p, opAttachments, nil, dialectOf(p).messages, message, "attachments")
	if err != nil {
		return nil, err
	}
	if parseObject(a.body) == nil && listOf(a.body) == nil {
		return nil, badAnswer(opAttachments, p)
	}
	var attachments []Attachment
	for _, raw := range listOf(a.body) {
		if each, ok := attachmentOf(raw); ok {
			attachments = append(attachments, each)
		}
	}
	return attachments, nil
}

// Attachment gives what there is to know of one document.
func (c *Client) Attachment(ctx context.Context, p Provider, message, id string) (Attachment, error) {
	if id == "" {
		return Attachment{}, wrap(opAttachments, p, ErrNoContent)
	}
	a, err := c.ask(ctx, p, opAttachments, nil, dialectOf(p).messages, message, "attachments", id)
	if err != nil {
		return Attachment{}, err
	}
	attachment, ok := attachmentOf(a.body)
	if !ok {
		return Attachment{}, badAnswer(opAttachments, p)
	}
	return attachment, nil
}

// Body gives the text of a message. Where the body is its main content, this
// marks the message read for the whole enterprise.
func (c *Client) Body(ctx context.Context, p Provider, message string) (Text, error) {
	a, err := c.ask(ctx, p, opBody, nil, dialectOf(p).messages, message, "body")
	if err != nil {
		return Text{}, err
	}
	if parseObject(a.body) == nil {
		return Text{}, badAnswer(opBody, p)
	}
	return translatedOf(a.body), nil
}

// Payment gives what a message asks to be paid. Providers need not have it; then
// IsNotFound is true of the error.
func (c *Client) Payment(ctx context.Context, p Provider, message string) (Payment, error) {
	a, err := c.ask(ctx, p, opPayment, nil, dialectOf(p).messages, message, "paymentData")
	if err != nil {
		return Payment{}, err
	}
	if parseObject(a.body) == nil {
		return Payment{}, badAnswer(opPayment, p)
	}
	return paymentOf(a.body), nil
}

// Summary gives a provider's counts. Where its generation has no known call for
// them, they are taken from lists of one message.
func (c *Client) Summary(ctx context.Context, p Provider) (Summary, error) {
	names := dialectOf(p)
	if names.summary == "" {
		return c.countLists(ctx, p)
	}
	a, err := c.ask(ctx, p, opSummary, nil, names.summary)
	if names.saysNothingThere(err) {
		return Summary{}, nil
	}
	if err != nil {
		return Summary{}, err
	}
	o := parseObject(a.body)
	if o == nil {
		return Summary{}, badAnswer(opSummary, p)
	}
	return Summary{Messages: o.count("numberOfMessages"), Unread: o.count("numberOfUnreadMessages"), LastReceived: o.time("lastReceiptDate")}, nil
}

func (c *Client) countLists(ctx context.Context, p Provider) (Summary, error) {
	newest, err := c.page(ctx, p, Query{PageSize: 1}, 1)
	if err != nil {
		return Summary{}, err
	}
	unread := false
	open, err := c.page(ctx, p, Query{PageSize: 1, Read: &unread}, 1)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{Messages: newest.total, Unread: open.total}
	if s.Unread > 0 && s.Unread == s.Messages {
		// All unread, or a filter that was passed over: then they are counted.
		s.Unread = 0
		if err := c.List(ctx, p, Query{Read: &unread}, func(Message, int) error { s.Unread++; return nil }); err != nil {
			return Summary{}, err
		}
	}
	if len(newest.messages) > 0 {
		s.LastReceived = newest.messages[0].Received
	}
	return s, nil
}

// SetVisible shows or hides messages of a provider: the only change that a
// consumer may make. It is not repeated by itself.
func (c *Client) SetVisible(ctx context.Context, p Provider, messages []string, visible bool) error {
	if len(messages) == 0 {
		return nil
	}
	base, err := c.base(ctx, p)
	if err != nil {
		return wrap(opVisible, p, err)
	}
	names := dialectOf(p)
	items := make([]map[string]any, 0, len(messages))
	for _, id := range messages {
		items = append(items, map[string]any{"messageId": id, names.patchVisible: visible})
	}
	body, err := json.Marshal(map[string]any{"items": items, "totalItems": len(items)})
	if err != nil {
		return wrap(opVisible, p, err)
	}
	_, err = c.call(ctx, outgoing{op: opVisible, method: http.MethodPatch, url: at(base, names.messages), body: body,
		contentType: "application/merge-patch+json", accept: acceptJSON, limit: maxAnswer, once: true})
	return err
}
