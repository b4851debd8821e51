package digipost

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxInboxPage is the most documents that one page of the inbox may have.
const MaxInboxPage = 1000

// InboxDocument is a letter to the organisation itself, or an attachment of one.
type InboxDocument struct {
	ID                  int64
	ReferenceFromSender string
	Subject, Sender     string
	AuthenticationLevel string
	ContentType         string
	DeliveryTime        time.Time
	// FirstAccessed is zero for what nobody has fetched.
	FirstAccessed time.Time
	// ContentURI and DeleteURI are empty where the answer has none. The .NET
	// client's schema has Links to take their place.
	ContentURI, DeleteURI string
	Links                 []Link
	Attachments           []InboxDocument
}

// Inbox lists a sender's own inbox, newest first, from an offset. A limit of 0
// is 100; the most is MaxInboxPage. Offsets shift when post arrives: who reads
// on keeps the ids it has seen.
func (c *Client) Inbox(ctx context.Context, senderID int64, offset, limit int) ([]InboxDocument, error) {
	if limit == 0 {
		limit = 100
	}
	check := &checker{}
	if senderID <= 0 {
		check.wrong("sender-id", "must be above 0")
	}
	if offset < 0 {
		check.wrong("offset", "must not be negative")
	}
	if limit < 0 || limit > MaxInboxPage {
		check.wrong("limit", fmt.Sprintf("must be 1 to %d", MaxInboxPage))
	}
	if check.err != nil {
		return nil, check.err
	}
	root, u, err := c.followOf(ctx, OpInbox, RelGetInbox, senderID)
	if err != nil {
		return nil, err
	}
	u.RawQuery = "offset=" + strconv.Itoa(offset) + "&limit=" + strconv.Itoa(limit)
	body, err := c.get(ctx, OpInbox, root, u)
	if err != nil {
		return nil, err
	}
	documents, err := parseInbox(body)
	if err != nil {
		return nil, &Error{Op: OpInbox, HTTPStatus: http.StatusOK, Err: err}
	}
	return documents, nil
}

// DeleteInboxDocument deletes a document for good. It is not repeated by
// itself; where its answer is lost, Inbox tells what is left.
func (c *Client) DeleteInboxDocument(ctx context.Context, d *InboxDocument) error {
	root, err := c.Root(ctx, 0)
	if err != nil {
		return err
	}
	u, err := c.resolve(d.uri(d.DeleteURI, RelSelfDelete))
	if err != nil {
		return &Error{Op: OpInboxDelete, Err: fmt.Errorf("%w: delete-uri", ErrLinkMissing)}
	}
	_, err = c.call(ctx, root, request{op: OpInboxDelete, method: http.MethodDelete, url: u})
	return err
}

// uri gives an address of the document: its own, or that of a link.
func (d *InboxDocument) uri(own, relation string) string {
	if own == "" {
		link, _ := findLink(d.Links, relation)
		return link.URI
	}
	return own
}

// inboxElement is a document on the wire.
type inboxElement struct {
	ID             string         `xml:"id"`
	Reference      string         `xml:"reference-from-sender"`
	Subject        string         `xml:"subject"`
	Sender         string         `xml:"sender"`
	Delivered      string         `xml:"delivery-time"`
	Accessed       string         `xml:"first-accessed"`
	Authentication string         `xml:"authentication-level"`
	ContentType    string         `xml:"content-type"`
	ContentURI     string         `xml:"content-uri"`
	DeleteURI      string         `xml:"delete-uri"`
	Links          []Link         `xml:"link"`
	Attachments    []inboxElement `xml:"attachment"`
}

// parseInbox reads a page. A document without a readable id can't be told from
// another, so that such a page is none.
func parseInbox(body []byte) ([]InboxDocument, error) {
	var d struct {
		XMLName   xml.Name       `xml:"http://api.digipost.no/schema/v8 inbox"`
		Documents []inboxElement `xml:"document"`
	}
	if err := decode(body, &d); err != nil {
		return nil, err
	}
	return inboxDocuments(d.Documents)
}

func inboxDocuments(elements []inboxElement) ([]InboxDocument, error) {
	documents := make([]InboxDocument, 0, len(elements))
	for i := range elements {
		e := &elements[i]
		id, err := strconv.ParseInt(strings.TrimSpace(e.ID), 10, 64)
		if err != nil {
			return nil, ErrBadAnswer
		}
		attachments, err := inboxDocuments(e.Attachments)
		if err != nil {
			return nil, err
		}
		documents = append(documents, InboxDocument{
			ID: id, ReferenceFromSender: e.Reference, Subject: e.Subject, Sender: e.Sender,
			AuthenticationLevel: word(e.Authentication), ContentType: strings.TrimSpace(e.ContentType),
			DeliveryTime: moment(e.Delivered), FirstAccessed: moment(e.Accessed),
			ContentURI: strings.TrimSpace(e.ContentURI), DeleteURI: strings.TrimSpace(e.DeleteURI),
			Links: e.Links, Attachments: attachments,
		})
	}
	return documents, nil
}
