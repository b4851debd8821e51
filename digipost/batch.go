package digipost

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// The statuses of a Batch.
const (
	// BatchCreated is empty and takes letters.
	BatchCreated = "CREATED"
	// BatchNotCommitted has letters and takes more.
	BatchNotCommitted = "NOT_COMMITTED"
	// BatchCommitted takes no more letters; they are being delivered.
	BatchCommitted = "COMMITTED"
	// BatchDone has delivered all, and the counts are final.
	BatchDone = "DONE"
)

// Batch is a set of letters that are delivered together, or not at all: none of
// them goes before the batch is completed. It is not the batch product over
// SFTP. A letter joins with Message.Batch.
type Batch struct {
	UUID string
	// Status is one of the batch statuses, or a newer word.
	Status string
	// CountDigipost and CountPrint say how many went which way; -1 is not known
	// yet.
	CountDigipost, CountPrint int
	Links                     []Link
}

// newBatch is what creates a batch.
type newBatch struct {
	XMLName xml.Name `xml:"http://api.digipost.no/schema/v8 batch"`
	BatchReference
}

// CreateBatch makes a batch under a uuid of the caller's.
func (c *Client) CreateBatch(ctx context.Context, uuid string) (*Batch, error) {
	if err := checkUUID(uuid); err != nil {
		return nil, err
	}
	body, err := encode(&newBatch{BatchReference: BatchReference{UUID: uuid}})
	if err != nil {
		return nil, err
	}
	root, u, err := c.follow(ctx, OpCreateBatch, RelCreateBatch)
	if err != nil {
		return nil, err
	}
	answer, err := c.call(ctx, root, request{
		op: OpCreateBatch, method: http.MethodPost, url: u, body: bytesBody(body), contentType: mediaType,
	})
	if err != nil {
		return nil, err
	}
	return batchOf(OpCreateBatch, uuid, answer)
}

// Batch reads a batch. IsNotFound of the error says that there is none, which
// is also so after it was cancelled.
func (c *Client) Batch(ctx context.Context, uuid string) (*Batch, error) {
	_, batch, err := c.readBatch(ctx, uuid)
	return batch, err
}

// CompleteBatch commits a batch: its letters are delivered, and it takes no
// more. When it fails and OutcomeUnknown is true of the error, Batch tells
// whether it was committed all the same.
func (c *Client) CompleteBatch(ctx context.Context, uuid string) error {
	return c.endBatch(ctx, OpCompleteBatch, http.MethodPost, RelCompleteBatch, uuid)
}

// CancelBatch drops a batch that is not committed, and all its letters.
func (c *Client) CancelBatch(ctx context.Context, uuid string) error {
	return c.endBatch(ctx, OpCancelBatch, http.MethodDelete, RelSelfDelete, uuid)
}

// endBatch follows a link of the batch itself. The batch is read first: whether
// it has the link is for Digipost to say, and so nothing need be kept between
// starts of the program but the uuid.
func (c *Client) endBatch(ctx context.Context, op, method, relation, uuid string) error {
	root, batch, err := c.readBatch(ctx, uuid)
	if err != nil {
		return err
	}
	link, ok := findLink(batch.Links, relation)
	if !ok {
		return &Error{Op: op, Err: fmt.Errorf("%w: %s", ErrLinkMissing, relation)}
	}
	u, err := c.resolve(link.URI)
	if err != nil {
		return &Error{Op: op, Err: err}
	}
	_, err = c.call(ctx, root, request{op: op, method: method, url: u})
	return err
}

func (c *Client) readBatch(ctx context.Context, uuid string) (*EntryPoint, *Batch, error) {
	if err := checkUUID(uuid); err != nil {
		return nil, nil, err
	}
	root, u, err := c.follow(ctx, OpBatch, RelGetBatch)
	if err != nil {
		return nil, nil, err
	}
	answer, err := c.get(ctx, OpBatch, root, u.JoinPath(uuid))
	if err != nil {
		return nil, nil, err
	}
	batch, err := batchOf(OpBatch, uuid, answer)
	return root, batch, err
}

func checkUUID(uuid string) error {
	c := &checker{}
	c.match("uuid", uuid, uuidPattern, "must be a UUID in lower case")
	return c.err
}

// batchOf reads an answer about one batch and refuses one about another.
func batchOf(op, uuid string, answer []byte) (*Batch, error) {
	batch, err := parseBatch(answer)
	if err == nil && batch.UUID != uuid {
		err = fmt.Errorf("%w: it names another batch", ErrBadAnswer)
	}
	if err != nil {
		return nil, &Error{Op: op, HTTPStatus: http.StatusOK, Err: err}
	}
	return batch, nil
}

func parseBatch(body []byte) (*Batch, error) {
	var d struct {
		XMLName  xml.Name `xml:"http://api.digipost.no/schema/v8 batch"`
		UUID     string   `xml:"uuid"`
		Status   string   `xml:"status"`
		Digipost string   `xml:"count-digipost"`
		Print    string   `xml:"count-print"`
		Links    []Link   `xml:"link"`
	}
	if err := decode(body, &d); err != nil {
		return nil, err
	}
	batch := &Batch{UUID: strings.TrimSpace(d.UUID), Status: word(d.Status), Links: d.Links,
		CountDigipost: count(d.Digipost), CountPrint: count(d.Print)}
	if !uuidPattern.MatchString(batch.UUID) {
		return nil, ErrBadAnswer
	}
	return batch, nil
}

// count reads a count; -1 is none.
func count(text string) int {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil || n < 0 {
		return -1
	}
	return int(n)
}
