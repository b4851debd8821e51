package digipost

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

// maxAnswer bounds what is read of an answer. The largest one that is foreseen,
// a delivery with 201 attachments, stays far below.
const maxAnswer = 4 << 20

// largeBody is the size from which the server is asked by the head alone whether
// it wants the body, as the .NET client asks for every letter: who is refused
// hears it at once, and a connection that is dead is found before the letter is
// on its way.
const largeBody = 1 << 20

// request is one call before it is signed.
type request struct {
	op, method  string
	url         *url.URL
	contentType string
	// body is nil for none. It is opened once for each attempt.
	body *requestBody
	// repeatable calls are made once more when the connection fails or Digipost
	// is busy. A letter is never one of them.
	repeatable bool
	// accept is empty for Digipost's own XML, limit 0 for maxAnswer.
	accept string
	limit  int64
	// signDecoded puts the path into the signature without its percent escapes.
	signDecoded bool
}

// signedURL is the address as the signature covers it.
func (r *request) signedURL() *url.URL {
	if !r.signDecoded {
		return r.url
	}
	// The opaque path stands for itself: nothing in it is escaped again.
	return &url.URL{Opaque: r.url.Path, RawQuery: r.url.RawQuery}
}

// requestBody is a body of known length and hash.
type requestBody struct {
	size   int64
	sha256 [sha256.Size]byte
	open   func(ctx context.Context) (io.ReadCloser, error)
}

// bytesBody is a small body that is in memory.
func bytesBody(data []byte) *requestBody {
	return &requestBody{
		size: int64(len(data)), sha256: sha256.Sum256(data),
		open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// answer is what came back, with the body as it was on the wire.
type answer struct {
	status int
	header http.Header
	body   []byte
	url    *url.URL
	// left is set when the whole request had left before the answer came.
	left bool
	skew time.Duration
	// doubt is what the checks without a certificate found, or nil.
	doubt error
	// readError is set when the body could not be read to its end.
	readError error
}

// call makes the request, verifies the answer by the entry point's certificate
// and gives the body of a 2xx answer, decompressed.
func (c *Client) call(ctx context.Context, root *EntryPoint, r request) ([]byte, error) {
	a, err := c.attempt(ctx, r)
	if err != nil {
		return nil, err
	}
	doubt := a.doubt
	if doubt == nil || a.saysClockIsWrong() {
		doubt = c.verify(ctx, root, a)
	}
	if doubt == nil {
		c.skew.measured(a.skew)
	}
	return c.outcome(r, a, doubt)
}

// saysClockIsWrong reports whether the answer refuses the request because the
// clocks differ. That its own date differs is then no reason to doubt it, as
// long as its signature holds.
func (a *answer) saysClockIsWrong() bool {
	return a.doubt == errDateOff && a.readError == nil && a.status >= 400 && a.status < 500 &&
		errorAnswer("", a.status, a.body).Code == codeDateOutside
}

// verify checks the signature. When it does not hold by a certificate that was
// fetched earlier, the entry point is fetched anew once and the answer judged
// again: Digipost may change its certificate at any time.
func (c *Client) verify(ctx context.Context, root *EntryPoint, a *answer) error {
	doubt := checkSignature(root.key, a.status, a.url, a.header)
	if doubt == nil || errors.Is(doubt, errNoSignature) || a.status >= 500 {
		return doubt
	}
	if fresh, err := c.refresh(ctx, root); err == nil && fresh != root {
		return checkSignature(fresh.key, a.status, a.url, a.header)
	}
	return doubt
}

// outcome turns a verified or doubted answer into a body or an Error.
func (c *Client) outcome(r request, a *answer, doubt error) ([]byte, error) {
	success := a.status >= 200 && a.status < 300
	var failure *Error
	switch {
	case success && doubt == nil && a.readError == nil:
		body, err := decompress(a)
		if err == nil {
			return body, nil
		}
		failure = &Error{Op: r.op, HTTPStatus: a.status, Err: err}
	case success:
		failure = &Error{Op: r.op, HTTPStatus: a.status}
	default:
		body, _ := decompress(a)
		failure = errorAnswer(r.op, a.status, body)
	}
	failure.WholeRequestLeft = a.left || success
	failure.Skew = a.skew
	failure.Wait = retryAfter(a.header, c.now())
	switch {
	case a.readError != nil:
		failure.Unverified = a.status < 500
		failure.Err = errors.Join(failure.Err, a.readError)
	case doubt != nil && a.status < 500:
		failure.Unverified = true
		failure.Err = errors.Join(failure.Err, fmt.Errorf("%w: %w", ErrUnverified, doubt))
	}
	return nil, failure
}

// exchange signs the request, sends it and reads the answer. It fails only when
// no answer came. An answer that points elsewhere is an answer: nothing signed
// for Digipost ever goes to another host.
func (c *Client) exchange(ctx context.Context, r request) (*answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(c.timeout, func() { cancel(ErrTimeout) })
	defer timer.Stop()

	way := &outgoing{progress: func() { timer.Reset(c.timeout) }}
	// When this returns, no file is open any more, even where the transport's
	// own goroutine has not ended yet.
	defer way.close()
	if r.body == nil && r.method != http.MethodGet {
		// Without a body, all has left with the head.
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { way.left.Store(true) }})
	}
	out, err := c.signed(ctx, r, way)
	if err != nil {
		return nil, &Error{Op: r.op, Err: err}
	}
	response, err := c.transport.RoundTrip(out)
	if err != nil {
		return nil, &Error{Op: r.op, WholeRequestLeft: way.left.Load(), Err: cause(ctx, err)}
	}
	defer response.Body.Close()
	a := &answer{status: response.StatusCode, header: response.Header, url: r.url, left: way.left.Load()}
	// The clock is read when the head has come: a long body must not look like a
	// wrong clock.
	now := c.now()
	in := &boundedContent{in: response.Body, rest: maxAnswer, progress: func() {}}
	if r.limit > 0 {
		in.rest, in.progress = r.limit, way.progress
	}
	a.body, err = io.ReadAll(in)
	switch {
	case errors.Is(err, ErrAnswerTooLarge):
		a.readError = ErrAnswerTooLarge
	case err != nil:
		a.readError = fmt.Errorf("%w: %w", ErrAnswerCut, cause(ctx, err))
	}
	a.skew, a.doubt = checkDateAndHash(a.header, a.body, now)
	return a, nil
}

// signed makes the HTTP request with a fresh date and signature.
func (c *Client) signed(ctx context.Context, r request, way *outgoing) (*http.Request, error) {
	out := (&http.Request{
		Method: r.method, URL: r.url, Host: r.url.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Accept": {mediaType},
			// Asking for it by name keeps every transport from unpacking silently.
			"Accept-Encoding": {"identity"},
			"User-Agent":      {c.agent},
			"Date":            {c.now().UTC().Format(http.TimeFormat)},
			headerUserID:      {c.brokerID},
		},
	}).WithContext(ctx)
	if r.accept != "" {
		out.Header["Accept"] = []string{r.accept}
	}
	if r.body != nil {
		out.Header["Content-Type"] = []string{r.contentType}
		out.Header[headerHash] = []string{base64.StdEncoding.EncodeToString(r.body.sha256[:])}
		out.ContentLength = r.body.size
		if r.body.size > largeBody {
			out.Header["Expect"] = []string{"100-continue"}
		}
		// With GetBody the transport may take another connection when not one byte
		// was written to the first.
		out.GetBody = func() (io.ReadCloser, error) {
			in, err := r.body.open(ctx)
			if err != nil {
				return nil, err
			}
			return way.watch(in, r.body.size), nil
		}
		body, err := out.GetBody()
		if err != nil {
			return nil, err
		}
		out.Body = body
	}
	signature, err := sign(c.key, canonicalRequest(r.method, r.signedURL(), out.Header))
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	out.Header[headerSignature] = []string{signature}
	return out, nil
}

// cause gives the reason a request ended: our own limit, the caller's context,
// or what the network said.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		if reason := context.Cause(ctx); errors.Is(reason, ErrTimeout) {
			return reason
		}
		return ctx.Err()
	}
	return err
}

// decompress undoes a Content-Encoding, after the hash was checked.
func decompress(a *answer) ([]byte, error) {
	switch a.header.Get("Content-Encoding") {
	case "", "identity":
		return a.body, nil
	case "gzip":
		in, err := gzip.NewReader(bytes.NewReader(a.body))
		if err != nil {
			return nil, ErrBadAnswer
		}
		data, err := io.ReadAll(io.LimitReader(in, maxAnswer+1))
		if err != nil {
			return nil, ErrBadAnswer
		}
		if len(data) > maxAnswer {
			return nil, ErrAnswerTooLarge
		}
		return data, nil
	}
	return nil, ErrBadAnswer
}
