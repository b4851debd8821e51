package ebox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Received is what came of a document.
type Received struct {
	Size   int64
	SHA256 string // hexadecimal
	// MediaType is what the answer said, often no more than octets.
	MediaType string
}

// Content writes the content of a document of a message as it comes, and checks
// it against the digest that was announced. What was written before an error
// must not be used. progress hears how many bytes have come; it may be nil.
//
// The content of the main document marks the message read for the whole
// enterprise, whether or not it is taken to its end.
func (c *Client) Content(ctx context.Context, p Provider, message string, attachment Attachment,
	to io.Writer, progress func(bytes int64)) (Received, error) {
	address, err := c.contentAddress(ctx, p, message, attachment)
	if err != nil {
		return Received{}, wrap(opContent, p, err)
	}
	s, err := c.open(ctx, outgoing{op: opContent, method: http.MethodGet, url: address, accept: "*/*"})
	if err != nil {
		return Received{}, err
	}
	defer s.close()
	if err := refusePage(s, attachment); err != nil {
		return Received{}, wrap(opContent, p, err)
	}
	if s.length > c.maxContent {
		return Received{}, wrap(opContent, p, ErrTooLarge)
	}
	sum := sha256.New()
	out := &counted{to: to, progress: progress}
	size, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(s, c.maxContent+1))
	var unwritten *WriteError
	switch {
	case errors.As(err, &unwritten):
		return Received{}, err
	case err != nil:
		return Received{}, &Error{Op: opContent, Host: address.Host, HTTPStatus: s.status, Err: err}
	case size > c.maxContent:
		return Received{}, wrap(opContent, p, ErrTooLarge)
	case s.length >= 0 && size != s.length:
		return Received{}, wrap(opContent, p, ErrCut)
	}
	got := Received{Size: size, SHA256: hex.EncodeToString(sum.Sum(nil)), MediaType: s.header.Get("Content-Type")}
	return got, attachment.check(got)
}

// check compares what came with what was announced. The size is told in kB and
// counts roughly, where there is no digest.
func (a Attachment) check(got Received) error {
	if a.SHA256 != "" {
		if strings.EqualFold(a.SHA256, got.SHA256) {
			return nil
		}
		return &DigestError{Announced: a.SHA256, Got: got.SHA256, Size: got.Size, AnnouncedSize: a.Size}
	}
	if a.Size > 0 && (got.Size-a.Size > a.Size/20+2048 || a.Size-got.Size > a.Size/20+2048) {
		return &DigestError{Got: got.SHA256, Size: got.Size, AnnouncedSize: a.Size}
	}
	return nil
}

// refusePage refuses a web page, such as a proxy's, where a document should be
// and nothing else would tell.
func refusePage(s *stream, a Attachment) error {
	kind, _, _ := mime.ParseMediaType(s.header.Get("Content-Type"))
	if kind == "text/html" && a.SHA256 == "" && a.MediaType != "text/html" {
		return ErrBadAnswer
	}
	return nil
}

// contentAddress is made of the ids. Only where the document has none, the
// address in its metadata is used, and only on the provider's own server.
func (c *Client) contentAddress(ctx context.Context, p Provider, message string, a Attachment) (*url.URL, error) {
	base, err := c.base(ctx, p)
	if err != nil {
		return nil, err
	}
	if a.ID != "" && message != "" {
		return at(base, dialectOf(p).messages, message, "attachments", a.ID, "content"), nil
	}
	if a.Href == "" || len(a.Href) > maxAddress {
		return nil, ErrNoContent
	}
	root := *base
	root.Path, root.RawPath = strings.TrimRight(base.Path, "/")+"/", ""
	address, err := root.Parse(a.Href)
	if err != nil {
		return nil, ErrNoContent
	}
	if !sameServer(address, base) {
		return nil, ErrRedirect
	}
	address.Fragment = ""
	return address, nil
}

// counted tells how much was written and keeps the writer's errors apart from
// the network's.
type counted struct {
	to       io.Writer
	progress func(int64)
	bytes    int64
}

// Write writes through.
func (w *counted) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	w.bytes += int64(n)
	if err != nil {
		return n, &WriteError{Err: err}
	}
	if w.progress != nil {
		w.progress(w.bytes)
	}
	return n, nil
}
