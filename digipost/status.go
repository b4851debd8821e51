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

// The statuses of a DocumentStatus.
const (
	StatusDelivered    = "DELIVERED"
	StatusNotDelivered = "NOT_DELIVERED"
)

// DocumentStatus is what became of one document.
type DocumentStatus struct {
	// UUID is the document's, SenderID whom the recipient sees.
	UUID     string
	SenderID int64
	// Status is DELIVERED or NOT_DELIVERED, Channel one of the channels. There is
	// no "printed": a letter in print is PRINT and DELIVERED.
	Status, Channel string
	// Created and Delivered are zero when the answer has none.
	Created, Delivered time.Time
	// Read is Y or N when an opening receipt was asked for, else empty.
	Read string
	// ContentHash is base64 of the algorithm named: SHA256, MD5 or NONE.
	ContentHash, ContentHashAlgorithm string
	// Links are what may be done with the document.
	Links []Link
	// Attachments are the statuses of a primary document's attachments.
	Attachments []DocumentStatus
}

// DocumentStatus asks what became of a document by its own uuid, not the
// message's id. IsNotFound of the error says that Digipost does not know it.
func (c *Client) DocumentStatus(ctx context.Context, senderID int64, uuid string) (*DocumentStatus, error) {
	if senderID <= 0 {
		return nil, &FieldError{Field: "sender-id", Rule: "must be above 0"}
	}
	if !uuidPattern.MatchString(uuid) {
		return nil, &FieldError{Field: "uuid", Rule: "must be a UUID in lower case"}
	}
	root, err := c.Root(ctx, 0)
	if err != nil {
		return nil, err
	}
	// The one path that the Java client knows by heart.
	u := c.at("/documents/" + strconv.FormatInt(senderID, 10) + "/" + uuid + "/status")
	body, err := c.get(ctx, OpDocumentStatus, root, u)
	if err != nil {
		return nil, err
	}
	status, err := parseDocumentStatus(body)
	if err == nil && status.UUID != "" && status.UUID != uuid {
		err = fmt.Errorf("%w: it names another document", ErrBadAnswer)
	}
	if err != nil {
		return nil, &Error{Op: OpDocumentStatus, HTTPStatus: http.StatusOK, Err: err}
	}
	return status, nil
}

// statusElement is document-status on the wire: everything is in attributes.
type statusElement struct {
	UUID        string          `xml:"uuid,attr"`
	SenderID    string          `xml:"sender-id,attr"`
	Status      string          `xml:"status,attr"`
	Created     string          `xml:"created,attr"`
	Delivered   string          `xml:"delivered,attr"`
	Read        string          `xml:"read,attr"`
	Channel     string          `xml:"channel,attr"`
	Hash        string          `xml:"content-hash,attr"`
	Algorithm   string          `xml:"content-hash-algorithm,attr"`
	Links       []Link          `xml:"link"`
	Attachments []statusElement `xml:"attachments"`
}

func parseDocumentStatus(body []byte) (*DocumentStatus, error) {
	var d struct {
		XMLName xml.Name `xml:"http://api.digipost.no/schema/v8 document-status"`
		statusElement
	}
	if err := decode(body, &d); err != nil {
		return nil, err
	}
	status := d.statusElement.plain()
	if status.Status == "" {
		return nil, ErrBadAnswer
	}
	return &status, nil
}

func (e *statusElement) plain() DocumentStatus {
	sender, _ := strconv.ParseInt(strings.TrimSpace(e.SenderID), 10, 64)
	status := DocumentStatus{
		UUID: e.UUID, SenderID: sender, Status: word(e.Status), Channel: word(e.Channel),
		Created: moment(e.Created), Delivered: moment(e.Delivered), Read: word(e.Read),
		ContentHash: e.Hash, ContentHashAlgorithm: word(e.Algorithm), Links: e.Links,
	}
	for i := range e.Attachments {
		status.Attachments = append(status.Attachments, e.Attachments[i].plain())
	}
	return status
}
