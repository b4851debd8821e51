package digipost

import (
	"context"
	"encoding/xml"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The types of a DocumentEvent. Digipost may send others.
const (
	// EventOpened comes only where an opening receipt was asked for.
	EventOpened      = "OPENED"
	EventPostmarked  = "POSTMARKED"
	EventPrintFailed = "PRINT_FAILED"
	// EventShredded is an undeliverable letter that was destroyed.
	EventShredded           = "SHREDDED"
	EventSMSFailed          = "SMS_NOTIFICATION_FAILED"
	EventEmailFailed        = "EMAIL_NOTIFICATION_FAILED"
	EventEmailMessageSent   = "EMAIL_MESSAGE_SENT"
	EventEmailMessageFailed = "EMAIL_MESSAGE_FAILED"
	EventPeppolDelivered    = "PEPPOL_DELIVERED"
	EventPeppolFailed       = "PEPPOL_FAILED"
	EventMoveFiles          = "MOVE_FILES_FROM_PUBLIC_SECTOR"
	EventDocumentsShared    = "SHARE_DOCUMENTS_REQUEST_DOCUMENTS_SHARED"
	EventSharingWithdrawn   = "SHARE_DOCUMENTS_REQUEST_SHARING_WITHDRAWN"

	// These three are in the .NET client's schema only.
	EventRegistrationExpired   = "REQUEST_FOR_REGISTRATION_EXPIRED"
	EventRegistrationDelivered = "REQUEST_FOR_REGISTRATION_DELIVERED_DIGIPOST"
	EventRegistrationFailed    = "REQUEST_FOR_REGISTRATION_FAILED"
)

// EventsKept is how long Digipost keeps events.
const EventsKept = 30 * 24 * time.Hour

const (
	eventPage = 100
	// eventPages ends a feed that has no end.
	eventPages = 10_000
)

// EventQuery says which events are wanted: those created from From until To,
// of all the broker's senders unless it is narrowed.
type EventQuery struct {
	From, To time.Time
	// SenderID narrows to one sender; 0 is all.
	SenderID int64
	// Organisation and Part narrow to an organisation and a unit of it.
	Organisation, Part string
}

// DocumentEvent is something that happened to a document.
type DocumentEvent struct {
	// UUID is the document's.
	UUID string
	// Type is one of the event types or a newer word, and empty when it is none.
	Type string
	// Created is when it happened, DocumentCreated when the document was sent;
	// zero when it can't be read.
	Created, DocumentCreated time.Time

	// MetadataType is the name of the schema's type of what follows, and empty
	// when nothing does. Which fields are filled depends on it.
	MetadataType string
	// ErrorCode is Digipost's text on why something failed, at most 300 bytes.
	ErrorCode string
	// MobileNumber and EmailAddress are whom a reminder did not reach, or an
	// e-mail did.
	MobileNumber, EmailAddress string
	PostmarkedDate             time.Time
	// FallbackChannel is what became of an invitation that expired.
	FallbackChannel string
	// Moved is filled for EventMoveFiles.
	Moved *MovedFiles
}

// MovedFiles is post from the public sector that its recipient moved here.
type MovedFiles struct {
	Opened                                         bool
	DeliveryTime                                   time.Time
	Subject, AuthenticationLevel, SensitivityLevel string
	DestinationMailbox, DestinationMailboxAddress  string
	Documents                                      []MovedDocument
	// Certificate is x509Certificate as it stands.
	Certificate string
}

// MovedDocument is one document of MovedFiles.
type MovedDocument struct {
	UUID, TechnicalType string
	Links               []Link
}

// Key names the event, so that it can be told whether it was seen before.
func (e *DocumentEvent) Key() string {
	return e.UUID + " " + e.Type + " " + e.Created.UTC().Format(time.RFC3339Nano)
}

// Check tells whether the question may leave the machine; the error is a
// *FieldError. DocumentEvents checks by itself.
func (q *EventQuery) Check() error {
	c := &checker{}
	c.at("from", q.From)
	c.at("to", q.To)
	if q.To.Before(q.From) {
		c.wrong("to", "must not be before from")
	}
	if q.SenderID < 0 {
		c.wrong("sender", "must not be negative")
	}
	if q.Organisation != "" || q.Part != "" {
		c.organization("org", q.Organisation, "part", q.Part)
	}
	return c.err
}

// DocumentEvents reads the feed page by page while it is ranged over. An error
// is the last thing that comes. Events of unknown types come like all others.
func (c *Client) DocumentEvents(ctx context.Context, query EventQuery) iter.Seq2[DocumentEvent, error] {
	return func(yield func(DocumentEvent, error) bool) {
		before := ""
		for page := range eventPages {
			events, whole, err := c.eventPage(ctx, &query, page*eventPage)
			if err == nil && len(events) > 0 {
				// A server that does not turn the page must not turn us in circles.
				first := events[0].Key()
				if first == before {
					err = &Error{Op: OpEvents, HTTPStatus: http.StatusOK, Err: fmt.Errorf("%w: a page came twice", ErrBadAnswer)}
				}
				before = first
			}
			if err != nil {
				yield(DocumentEvent{}, err)
				return
			}
			for _, event := range events {
				if !yield(event, nil) {
					return
				}
			}
			if !whole {
				return
			}
		}
		yield(DocumentEvent{}, &Error{Op: OpEvents, HTTPStatus: http.StatusOK, Err: fmt.Errorf("%w: the feed has no end", ErrBadAnswer)})
	}
}

// eventPage reads one page and tells whether it was full, so that another may
// follow.
func (c *Client) eventPage(ctx context.Context, query *EventQuery, offset int) (events []DocumentEvent, whole bool, err error) {
	if err := query.Check(); err != nil {
		return nil, false, err
	}
	root, u, err := c.follow(ctx, OpEvents, RelDocumentEvents)
	if err != nil {
		return nil, false, err
	}
	u.RawQuery = query.encode(offset)
	body, err := c.get(ctx, OpEvents, root, u)
	if err != nil {
		return nil, false, err
	}
	events, seen, err := parseEvents(body)
	if err != nil {
		return nil, false, &Error{Op: OpEvents, HTTPStatus: http.StatusOK, Err: err}
	}
	return events, seen >= eventPage, nil
}

// encode writes the parameters in the order of the Java client.
func (q *EventQuery) encode(offset int) string {
	const layout = "2006-01-02T15:04:05.000-07:00"
	text := "from=" + url.QueryEscape(q.From.Format(layout)) + "&to=" + url.QueryEscape(q.To.Format(layout)) +
		"&offset=" + strconv.Itoa(offset) + "&maxResults=" + strconv.Itoa(eventPage)
	if q.Organisation != "" {
		text += "&org=" + percent(q.Organisation)
	}
	if q.Part != "" {
		text += "&part=" + percent(q.Part)
	}
	if q.SenderID != 0 {
		text += "&sender=" + strconv.FormatInt(q.SenderID, 10)
	}
	return text
}

// percent escapes a parameter so that a space is not a plus, which not every
// server reads alike.
func percent(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// eventElement is an event on the wire. Numbers, times and booleans are text
// here, since one that can't be read must not cost the page.
type eventElement struct {
	UUID            string `xml:"uuid,attr"`
	Type            string `xml:"type,attr"`
	Created         string `xml:"created,attr"`
	DocumentCreated string `xml:"document-created,attr"`
	Metadata        struct {
		Type            string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
		ErrorCode       string `xml:"error-code,attr"`
		Mobile          string `xml:"mobile-number,attr"`
		Email           string `xml:"email-address,attr"`
		Postmarked      string `xml:"postmarked-date,attr"`
		FallbackChannel string `xml:"fallback-channel,attr"`
		Opened          string `xml:"opened,attr"`
		DeliveryTime    string `xml:"delivery-time,attr"`
		Subject         string `xml:"subject,attr"`
		Authentication  string `xml:"authentication-level,attr"`
		Sensitivity     string `xml:"sensitivity-level,attr"`
		Mailbox         string `xml:"destination-mailbox,attr"`
		MailboxAddress  string `xml:"destination-mailbox-address,attr"`
		Certificate     string `xml:"x509Certificate"`
		Documents       []struct {
			UUID      string `xml:"uuid,attr"`
			Technical string `xml:"technical-type,attr"`
			Links     []Link `xml:"link"`
		} `xml:"document"`
	} `xml:"metadata"`
}

// parseEvents reads a page. seen counts all events on it, those without a
// usable uuid too, since the next page begins after them.
func parseEvents(body []byte) (events []DocumentEvent, seen int, err error) {
	var d struct {
		XMLName xml.Name       `xml:"http://api.digipost.no/schema/v8 document-events"`
		Events  []eventElement `xml:"event"`
	}
	if err := decode(body, &d); err != nil {
		return nil, 0, err
	}
	for i := range d.Events {
		if uuidPattern.MatchString(d.Events[i].UUID) {
			events = append(events, d.Events[i].plain())
		}
	}
	return events, len(d.Events), nil
}

func (e *eventElement) plain() DocumentEvent {
	m := &e.Metadata
	event := DocumentEvent{
		UUID: e.UUID, Type: word(e.Type), Created: moment(e.Created), DocumentCreated: moment(e.DocumentCreated),
		MetadataType: m.Type[strings.LastIndexByte(m.Type, ':')+1:], ErrorCode: cut(strings.TrimSpace(m.ErrorCode), maxFree),
		MobileNumber: m.Mobile, EmailAddress: m.Email, PostmarkedDate: moment(m.Postmarked), FallbackChannel: m.FallbackChannel,
	}
	if event.Type != EventMoveFiles {
		return event
	}
	event.Moved = &MovedFiles{
		Opened: m.Opened == "true" || m.Opened == "1", DeliveryTime: moment(m.DeliveryTime), Subject: m.Subject,
		AuthenticationLevel: word(m.Authentication), SensitivityLevel: word(m.Sensitivity),
		DestinationMailbox: m.Mailbox, DestinationMailboxAddress: m.MailboxAddress, Certificate: strings.TrimSpace(m.Certificate),
	}
	for _, d := range m.Documents {
		event.Moved.Documents = append(event.Moved.Documents, MovedDocument{UUID: d.UUID, TechnicalType: d.Technical, Links: d.Links})
	}
	return event
}
