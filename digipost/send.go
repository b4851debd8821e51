package digipost

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Content is the file of one document.
type Content struct {
	// UUID is that of the document in the message.
	UUID string
	// Size is in bytes and must be right.
	Size int64
	// Open gives the bytes from the start. It is called twice for a letter, once
	// for the hash and once to send, and must give the same bytes.
	Open func() (io.ReadCloser, error)
}

// The channels a letter may go by.
const (
	ChannelDigipost = "DIGIPOST"
	ChannelPrint    = "PRINT"
	ChannelPeppol   = "PEPPOL"
	ChannelEPost    = "EPOST"
	// ChannelPending is a letter that waits for its recipient to register.
	ChannelPending = "PENDING"
)

// The statuses of a MessageDelivery.
const (
	DeliveryNotComplete = "NOT_COMPLETE"
	DeliveryComplete    = "COMPLETE"
	DeliveryDelivered   = "DELIVERED"
	DeliveryToPrint     = "DELIVERED_TO_PRINT"
)

// MessageDelivery is Digipost's answer to a letter. Channel and status may be
// words that are newer than this client.
type MessageDelivery struct {
	MessageID string
	// DeliveryMethod is one of the channels; it may be another than hoped for.
	DeliveryMethod string
	// SenderID is whom the recipient sees.
	SenderID int64
	// Status is one of the delivery statuses.
	Status string
	// DeliveryTime is zero when the answer has none.
	DeliveryTime    time.Time
	PrimaryDocument Document
	Attachments     []Document
	// Links are what may be done with the letter.
	Links []Link
	// ContentDiffers are the uuids of documents for which the answer names another
	// SHA-256 than that of what was sent. The letter has arrived all the same.
	ContentDiffers []string
	// RequestSHA256 is the hash of the body that was sent, in hexadecimal.
	RequestSHA256 string
}

// Send sends one letter. The contents may come in any order, one for each
// document. It is never repeated by itself: when it fails, OutcomeUnknown says
// whether the letter may have arrived all the same.
func (c *Client) Send(ctx context.Context, m *Message, contents []Content) (*MessageDelivery, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if len(m.Attachments) > c.attachments {
		return nil, &FieldError{Field: "attachment", Rule: fmt.Sprintf("must be at most %d", c.attachments)}
	}
	ordered, err := match(m, contents)
	if err != nil {
		return nil, err
	}
	metadata, err := encode(m)
	if err != nil {
		return nil, fmt.Errorf("digipost: writing the message: %w", err)
	}
	root, u, err := c.follow(ctx, OpSend, RelCreateMessage)
	if err != nil {
		return nil, err
	}
	parts := newMultipart(newBoundary(), metadata, ordered)
	body, err := parts.body(ctx)
	if err != nil {
		return nil, &Error{Op: OpSend, Err: err}
	}
	answer, err := c.call(ctx, root, request{
		op: OpSend, method: http.MethodPost, url: u, body: body,
		contentType: "multipart/vnd.digipost-v8+xml; boundary=" + parts.boundary,
	})
	if err != nil {
		return nil, err
	}
	delivery, err := parseDelivery(answer)
	if err == nil {
		err = delivery.belongsTo(m)
	}
	if err != nil {
		return nil, &Error{Op: OpSend, HTTPStatus: http.StatusOK, WholeRequestLeft: true, Err: err}
	}
	delivery.compare(ordered)
	delivery.RequestSHA256 = hex.EncodeToString(body.sha256[:])
	return delivery, nil
}

// match brings the contents into the order of the message's documents.
func match(m *Message, contents []Content) ([]document, error) {
	byUUID := make(map[string]Content, len(contents))
	for _, content := range contents {
		if _, twice := byUUID[content.UUID]; twice || content.Open == nil || content.Size < 0 {
			return nil, &FieldError{Field: "content", Rule: "must be one readable file for each document"}
		}
		byUUID[content.UUID] = content
	}
	var ordered []document
	for _, d := range m.documents() {
		content, ok := byUUID[d.UUID]
		if !ok {
			return nil, &FieldError{Field: "content", Rule: "must be one readable file for each document"}
		}
		ordered = append(ordered, document{Content: content, announced: d.ContentHash})
	}
	if len(ordered) != len(contents) {
		return nil, &FieldError{Field: "content", Rule: "must be one readable file for each document"}
	}
	return ordered, nil
}

func parseDelivery(body []byte) (*MessageDelivery, error) {
	var d struct {
		XMLName        xml.Name           `xml:"http://api.digipost.no/schema/v8 message-delivery"`
		MessageID      string             `xml:"message-id"`
		DeliveryMethod string             `xml:"delivery-method"`
		SenderID       string             `xml:"sender-id"`
		Status         string             `xml:"status"`
		DeliveryTime   string             `xml:"delivery-time"`
		Primary        *answeredDocument  `xml:"primary-document"`
		Attachments    []answeredDocument `xml:"attachment"`
		Links          []Link             `xml:"link"`
	}
	if err := decode(body, &d); err != nil {
		return nil, err
	}
	sender, err := strconv.ParseInt(strings.TrimSpace(d.SenderID), 10, 64)
	method, status := word(d.DeliveryMethod), word(d.Status)
	if err != nil || method == "" || status == "" || d.Primary == nil {
		return nil, ErrBadAnswer
	}
	delivery := &MessageDelivery{
		MessageID: strings.TrimSpace(d.MessageID), DeliveryMethod: method, SenderID: sender, Status: status,
		DeliveryTime: moment(d.DeliveryTime), PrimaryDocument: d.Primary.plain(), Links: d.Links,
	}
	for i := range d.Attachments {
		delivery.Attachments = append(delivery.Attachments, d.Attachments[i].plain())
	}
	return delivery, nil
}

// compare holds the hashes in the answer against what was sent. A hash that the
// answer leaves out, or gives by another algorithm, says nothing.
func (d *MessageDelivery) compare(sent []document) {
	answered := map[string]*ContentHash{d.PrimaryDocument.UUID: d.PrimaryDocument.ContentHash}
	for i := range d.Attachments {
		answered[d.Attachments[i].UUID] = d.Attachments[i].ContentHash
	}
	for _, document := range sent {
		h := answered[document.UUID]
		if h != nil && strings.EqualFold(h.Algorithm, "SHA256") && strings.TrimSpace(h.Value) != base64.StdEncoding.EncodeToString(document.sum) {
			d.ContentDiffers = append(d.ContentDiffers, document.UUID)
		}
	}
}

// belongsTo refuses an answer that names another letter. What the answer leaves
// out is not held against it.
func (d *MessageDelivery) belongsTo(m *Message) error {
	if d.MessageID != "" && d.MessageID != strings.TrimSpace(m.ID) {
		return fmt.Errorf("%w: it names another message", ErrBadAnswer)
	}
	if d.PrimaryDocument.UUID != "" && d.PrimaryDocument.UUID != m.PrimaryDocument.UUID {
		return fmt.Errorf("%w: it names another document", ErrBadAnswer)
	}
	return nil
}
