package digipost

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
)

// AdditionalData is what is said later of a document that was sent. The fields
// stand in the order of api_v8.xsd.
type AdditionalData struct {
	XMLName  xml.Name `xml:"http://api.digipost.no/schema/v8 additional-data"`
	DataType DataType `xml:"data-type"`
	// SenderID is whom the recipient sees as sender; 0 is the broker itself.
	SenderID int64 `xml:"sender-id,omitempty"`
	// SenderOrganization names the sender in place of SenderID; it needs
	// permission.
	SenderOrganization *SenderOrganization `xml:"sender-organization"`
}

// Check tells whether the data may leave the machine; the error is a
// *FieldError. AddData checks by itself.
func (d *AdditionalData) Check() error {
	c := &checker{}
	c.within("data-type", func() { c.dataType(&d.DataType) })
	c.sender(d.SenderID, d.SenderOrganization)
	return c.err
}

// AddData says more of a document that was sent before. The links are those of
// the document in a MessageDelivery or DocumentStatus; one that takes no more
// data has no such link (ErrLinkMissing). It is not repeated by itself.
func (c *Client) AddData(ctx context.Context, links []Link, data *AdditionalData) error {
	if err := data.Check(); err != nil {
		return err
	}
	link, ok := findLink(links, RelAddData)
	if !ok {
		return &Error{Op: OpAddData, Err: fmt.Errorf("%w: %s", ErrLinkMissing, RelAddData)}
	}
	u, err := c.resolve(link.URI)
	if err != nil {
		return &Error{Op: OpAddData, Err: err}
	}
	body, err := encode(data)
	if err != nil {
		return fmt.Errorf("digipost: writing additional data: %w", err)
	}
	root, err := c.Root(ctx, 0)
	if err != nil {
		return err
	}
	_, err = c.call(ctx, root, request{op: OpAddData, method: http.MethodPost, url: u, body: bytesBody(body), contentType: mediaType})
	return err
}
