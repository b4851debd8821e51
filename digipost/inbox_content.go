package digipost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// FetchInboxDocument writes a document's content, of at most limit bytes, and
// gives its media type. The first time, it marks the document as accessed.
// What was written before an error is worth nothing.
//
// Digipost answers with a one-time address on another host. It is the only
// answer that this client follows elsewhere: to https alone (plain http from
// loopback to loopback), without any header that was signed, and one step far.
// What comes from there is not signed; TLS alone vouches for it.
func (c *Client) FetchInboxDocument(ctx context.Context, d *InboxDocument, to io.Writer, limit int64) (contentType string, err error) {
	if limit <= 0 {
		return "", &FieldError{Field: "limit", Rule: "must be above 0"}
	}
	root, err := c.Root(ctx, 0)
	if err != nil {
		return "", err
	}
	u, err := c.resolve(d.uri(d.ContentURI, RelGetDocumentContent))
	if err != nil {
		return "", &Error{Op: OpInboxContent, Err: fmt.Errorf("%w: content-uri", ErrLinkMissing)}
	}
	// Not repeated by itself: an address that was given is used up.
	r := request{op: OpInboxContent, method: http.MethodGet, url: u, accept: "*/*", limit: limit}
	a, err := c.exchange(ctx, r)
	if err != nil {
		return "", err
	}
	// 307 is documented; the Java client follows whatever names a place.
	if a.status == http.StatusTemporaryRedirect || a.status >= 300 && a.status < 400 && a.header.Get("Location") != "" {
		return c.fetchElsewhere(ctx, root, a, to, limit)
	}
	doubt := a.doubt
	if doubt == nil {
		doubt = c.verify(ctx, root, a)
	}
	body, err := c.outcome(r, a, doubt)
	if err != nil {
		return "", err
	}
	if _, err := to.Write(body); err != nil {
		return "", &Error{Op: OpInboxContent, HTTPStatus: a.status, Err: fmt.Errorf("%w: %w", errNotWritten, err)}
	}
	return a.header.Get("Content-Type"), nil
}

// errNotWritten is a fault of the caller's writer, not of Digipost.
var errNotWritten = errors.New("the content could not be written")

// fetchElsewhere follows the answer a to the content.
func (c *Client) fetchElsewhere(ctx context.Context, root *EntryPoint, a *answer, to io.Writer, limit int64) (string, error) {
	// What goes wrong elsewhere is not Digipost's own word: it refuses nothing.
	failed := func(status int, err error) error {
		return &Error{Op: OpInboxContent, HTTPStatus: status, Unverified: status != 0, Err: err}
	}
	// Whether this answer is signed is not documented. Where it is, it must hold.
	if a.header.Get(headerSignature) != "" {
		doubt := a.doubt
		if doubt == nil {
			doubt = c.verify(ctx, root, a)
		}
		if doubt != nil {
			return "", &Error{Op: OpInboxContent, HTTPStatus: a.status, Skew: a.skew, Unverified: true,
				Err: fmt.Errorf("%w: %w", ErrUnverified, doubt)}
		}
	}
	location, err := c.elsewhere(a)
	if err != nil {
		return "", failed(a.status, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(c.timeout, func() { cancel(ErrTimeout) })
	defer timer.Stop()
	request := (&http.Request{Method: http.MethodGet, URL: location, Host: location.Host,
		Header: http.Header{"Accept": {"*/*"}, "Accept-Encoding": {"identity"}, "User-Agent": {c.agent}}}).WithContext(ctx)
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return "", failed(0, cause(ctx, err))
	}
	defer response.Body.Close()
	encoding := response.Header.Get("Content-Encoding")
	if response.StatusCode != http.StatusOK || encoding != "" && encoding != "identity" {
		return "", failed(response.StatusCode, ErrBadAnswer)
	}
	in := &boundedContent{in: response.Body, rest: limit, progress: func() { timer.Reset(c.timeout) }}
	_, err = io.Copy(to, in)
	switch {
	case err == nil:
		return response.Header.Get("Content-Type"), nil
	case errors.Is(in.err, ErrAnswerTooLarge):
		return "", failed(response.StatusCode, ErrAnswerTooLarge)
	case in.err != nil:
		return "", failed(response.StatusCode, fmt.Errorf("%w: %w", ErrAnswerCut, cause(ctx, in.err)))
	}
	return "", failed(response.StatusCode, fmt.Errorf("%w: %w", errNotWritten, err))
}

// boundedContent reads at most rest bytes, fails at the first one beyond, and
// keeps its own error apart from that of whoever writes.
type boundedContent struct {
	in       io.Reader
	rest     int64
	progress func()
	err      error
}

func (b *boundedContent) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if n > 0 {
		b.progress()
	}
	if b.rest -= int64(n); b.rest < 0 {
		n, err = 0, ErrAnswerTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// elsewhere gives the address that an answer points to, when it may be followed.
func (c *Client) elsewhere(a *answer) (*url.URL, error) {
	value := a.header.Get("Location")
	location, err := url.Parse(value)
	if err != nil || value == "" || len(value) > maxURL {
		return nil, ErrBadAnswer
	}
	location = a.url.ResolveReference(location)
	location.Fragment = ""
	switch {
	case location.Host == "" || location.User != nil:
	case location.Scheme == "https":
		return location, nil
	case location.Scheme == "http" && isLoopback(location.Hostname()) && isLoopback(c.base.Hostname()):
		return location, nil
	}
	return nil, fmt.Errorf("%w: it points to where nothing may be fetched", ErrBadAnswer)
}
