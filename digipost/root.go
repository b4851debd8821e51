package digipost

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// How long an entry point is kept, as in the official clients: Digipost may
// change its certificate.
const (
	rootIdle = 5 * time.Minute
	rootAge  = time.Hour
)

// The relations this client follows, as Link takes them.
const (
	RelCreateMessage        = "CREATE_MESSAGE"
	RelIdentifyRecipient    = "IDENTIFY_RECIPIENT"
	RelGetSenderInformation = "GET_SENDER_INFORMATION"
	RelCreateBatch          = "CREATE_BATCH"
	RelGetBatch             = "GET_BATCH"
	RelCompleteBatch        = "COMPLETE_BATCH"
	RelSelfDelete           = "SELF_DELETE"
	RelDocumentEvents       = "DOCUMENT_EVENTS"
	RelSearch               = "SEARCH"
	RelAutocomplete         = "AUTOCOMPLETE"
	RelGetInbox             = "GET_INBOX"
	RelGetDocumentContent   = "GET_DOCUMENT_CONTENT"
	RelAddData              = "ADD_DATA"
)

// EntryPoint is where everything is found. It is read-only.
type EntryPoint struct {
	// Certificate is the one Digipost signs its answers with.
	Certificate *x509.Certificate
	// Links are all links, those of unknown relations too.
	Links []Link

	key    *rsa.PublicKey
	sender int64 // whose it is, 0 for the broker's own
}

// Link is one address in an answer.
type Link struct {
	Rel       string `xml:"rel,attr"`
	URI       string `xml:"uri,attr"`
	MediaType string `xml:"media-type,attr"`
}

// Link finds a link by the last part of its relation, in any case.
func (e *EntryPoint) Link(relation string) (Link, bool) { return findLink(e.Links, relation) }

func findLink(links []Link, relation string) (Link, bool) {
	for _, link := range links {
		name := link.Rel[strings.LastIndexByte(link.Rel, '/')+1:]
		if strings.EqualFold(name, relation) {
			return link, true
		}
	}
	return Link{}, false
}

// cachedRoot is the entry point of one sender. The client's lock guards it.
type cachedRoot struct {
	entry         *EntryPoint
	fetched, used time.Time
	flight        *rootFlight // nil while nobody fetches
}

// rootFlight is a fetch under way, for all who ask meanwhile.
type rootFlight struct {
	done  chan struct{}
	entry *EntryPoint
	err   error
	// givenUp says that it ended with the patience of the one who made it, which
	// says nothing to the others.
	givenUp bool
}

// Root gives the entry point as seen from a sender, 0 for the broker's own. It
// is kept for five minutes after its last use and for an hour at most. However
// many ask at once, it is fetched once.
func (c *Client) Root(ctx context.Context, senderID int64) (*EntryPoint, error) {
	return c.root(ctx, senderID, nil)
}

// refresh fetches an entry point anew when the kept one is still the stale one.
func (c *Client) refresh(ctx context.Context, stale *EntryPoint) (*EntryPoint, error) {
	return c.root(ctx, stale.sender, stale)
}

func (c *Client) root(ctx context.Context, senderID int64, stale *EntryPoint) (*EntryPoint, error) {
	if senderID < 0 {
		return nil, &FieldError{Field: "sender-id", Rule: "must not be negative"}
	}
	for {
		entry, flight, mine := c.kept(senderID, stale)
		if entry != nil {
			return entry, nil
		}
		if mine {
			c.fly(ctx, senderID, flight)
			return flight.entry, flight.err
		}
		select {
		case <-flight.done:
		case <-ctx.Done():
			return nil, &Error{Op: OpRoot, Err: ctx.Err()}
		}
		if !flight.givenUp {
			return flight.entry, flight.err
		}
	}
}

// kept gives the entry point that is kept, or else the fetch to wait for; mine
// says that the caller must make it.
func (c *Client) kept(senderID int64, stale *EntryPoint) (entry *EntryPoint, flight *rootFlight, mine bool) {
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	slot := c.roots[senderID]
	if slot == nil {
		slot = &cachedRoot{}
		c.roots[senderID] = slot
	}
	if slot.fresh(now) && slot.entry != stale {
		slot.used = now
		return slot.entry, nil, false
	}
	if slot.flight != nil {
		return nil, slot.flight, false
	}
	slot.flight = &rootFlight{done: make(chan struct{})}
	return nil, slot.flight, true
}

// fly makes a fetch and tells all who wait for it.
func (c *Client) fly(ctx context.Context, senderID int64, flight *rootFlight) {
	entry, err := c.fetchRoot(ctx, senderID)
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	slot := c.roots[senderID]
	slot.flight = nil
	if err == nil {
		slot.entry, slot.fetched, slot.used = entry, now, now
	}
	flight.entry, flight.err, flight.givenUp = entry, err, err != nil && ctx.Err() != nil
	close(flight.done)
}

func (s *cachedRoot) fresh(now time.Time) bool {
	return s.entry != nil && !now.Before(s.used) && now.Sub(s.used) < rootIdle && now.Sub(s.fetched) < rootAge
}

// fetchRoot gets an entry point. Its signature can only be checked by the
// certificate in it, so that it proves no more than that the two fit together;
// trust in the certificate rests on TLS.
func (c *Client) fetchRoot(ctx context.Context, senderID int64) (*EntryPoint, error) {
	path := "/"
	if senderID != 0 {
		path += strconv.FormatInt(senderID, 10)
	}
	r := request{op: OpRoot, method: http.MethodGet, url: c.at(path), repeatable: true}
	a, err := c.attempt(ctx, r)
	if err != nil {
		return nil, err
	}
	body, err := c.outcome(r, a, a.doubt)
	if err != nil {
		return nil, err
	}
	entry, err := parseEntryPoint(body)
	if err != nil {
		return nil, &Error{Op: OpRoot, HTTPStatus: a.status, Skew: a.skew, Err: err}
	}
	entry.sender = senderID
	if doubt := checkSignature(entry.key, a.status, a.url, a.header); doubt != nil {
		return nil, &Error{Op: OpRoot, HTTPStatus: a.status, Skew: a.skew, Unverified: true,
			Err: fmt.Errorf("%w: %w", ErrUnverified, doubt)}
	}
	return entry, nil
}

func parseEntryPoint(body []byte) (*EntryPoint, error) {
	var document struct {
		XMLName     xml.Name `xml:"http://api.digipost.no/schema/v8 entrypoint"`
		Certificate string   `xml:"certificate"`
		Links       []Link   `xml:"link"`
	}
	if err := decode(body, &document); err != nil {
		return nil, err
	}
	entry := &EntryPoint{Links: document.Links}
	block, _ := pem.Decode([]byte(strings.TrimSpace(document.Certificate)))
	if block == nil {
		return entry, nil
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return entry, nil
	}
	entry.Certificate = certificate
	entry.key, _ = certificate.PublicKey.(*rsa.PublicKey)
	return entry, nil
}

// follow gives the broker's entry point and the address of one of its links.
func (c *Client) follow(ctx context.Context, op, relation string) (*EntryPoint, *url.URL, error) {
	return c.followOf(ctx, op, relation, 0)
}

// followOf is follow from the entry point of a sender.
func (c *Client) followOf(ctx context.Context, op, relation string, senderID int64) (*EntryPoint, *url.URL, error) {
	root, err := c.Root(ctx, senderID)
	if err != nil {
		return nil, nil, err
	}
	link, ok := root.Link(relation)
	if !ok {
		return nil, nil, &Error{Op: op, Err: fmt.Errorf("%w: %s", ErrLinkMissing, relation)}
	}
	u, err := c.resolve(link.URI)
	if err != nil {
		return nil, nil, &Error{Op: op, Err: err}
	}
	return root, u, nil
}
