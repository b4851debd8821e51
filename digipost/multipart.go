package digipost

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// multipart is the body of a letter: the message's XML, then one part for each
// document. The part headers are written by hand, because Digipost wants an
// attachment's disposition and the standard library's helpers write form data.
// The body is never held in memory as a whole.
type multipart struct {
	boundary  string
	pieces    [][]byte // what stands before each document, and the end
	documents []document
}

// document is the file of one document with what the message says of it.
type document struct {
	Content
	announced *ContentHash
	sum       []byte // SHA-256, known after the first reading
}

// newBoundary gives 128 random bits, so that no document holds it.
func newBoundary() string {
	var b [16]byte
	rand.Read(b[:])
	return "brevdue-" + hex.EncodeToString(b[:])
}

func newMultipart(boundary string, metadata []byte, documents []document) *multipart {
	p := &multipart{boundary: boundary, documents: documents}
	var b bytes.Buffer
	fmt.Fprintf(&b, "--%s\r\nContent-Type: %s\r\nContent-Disposition: attachment; filename=\"message\"\r\n\r\n", boundary, mediaType)
	b.Write(metadata)
	for _, d := range documents {
		fmt.Fprintf(&b, "\r\n--%s\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=%s\r\n\r\n", boundary, d.UUID)
		p.pieces = append(p.pieces, bytes.Clone(b.Bytes()))
		b.Reset()
	}
	fmt.Fprintf(&b, "\r\n--%s--\r\n", boundary)
	p.pieces = append(p.pieces, b.Bytes())
	return p
}

func (p *multipart) size() (n int64) {
	for _, piece := range p.pieces {
		n += int64(len(piece))
	}
	for _, d := range p.documents {
		n += d.Size
	}
	return n
}

// body reads everything once for the hash and gives the body to send.
func (p *multipart) body(ctx context.Context) (*requestBody, error) {
	in := p.open(ctx)
	defer in.Close()
	sum := sha256.New()
	// Most letters are small, and there are many of them.
	if _, err := io.CopyBuffer(sum, in, make([]byte, min(p.size(), 64<<10))); err != nil {
		return nil, err
	}
	body := &requestBody{size: p.size(), open: func(ctx context.Context) (io.ReadCloser, error) { return p.open(ctx), nil }}
	sum.Sum(body.sha256[:0])
	return body, nil
}

func (p *multipart) open(ctx context.Context) *multipartReader {
	return &multipartReader{ctx: ctx, of: p, head: p.pieces[0]}
}

// multipartReader streams the body. After each document it compares size and
// hash with what is known and fails before the next byte leaves, so that a file
// which changes on the way can't arrive.
type multipartReader struct {
	ctx  context.Context
	of   *multipart
	next int // index of the next document
	head []byte
	file io.ReadCloser // the document being read, or nil
	rest int64
	sum  hash.Hash
	err  error
}

func (r *multipartReader) Read(p []byte) (int, error) {
	for r.err == nil {
		if r.err = r.ctx.Err(); r.err != nil {
			break
		}
		if len(r.head) > 0 {
			n := copy(p, r.head)
			r.head = r.head[n:]
			return n, nil
		}
		if r.file == nil {
			r.err = r.openNext()
			continue
		}
		n, err := r.file.Read(p)
		if int64(n) > r.rest {
			n, err = 0, ErrContentChanged
		}
		r.rest -= int64(n)
		r.sum.Write(p[:n])
		switch {
		case errors.Is(err, io.EOF):
			err = r.finish()
		case err != nil && !errors.Is(err, ErrContentChanged):
			err = r.unreadable(err)
		}
		r.err = err
		if n > 0 {
			return n, nil
		}
	}
	return 0, r.err
}

func (r *multipartReader) openNext() (err error) {
	if r.next == len(r.of.documents) {
		return io.EOF
	}
	d := &r.of.documents[r.next]
	if r.file, err = d.Open(); err != nil {
		return r.unreadable(err)
	}
	r.rest, r.sum = d.Size, sha256.New()
	return nil
}

// finish ends a document and lines up what stands behind it.
func (r *multipartReader) finish() error {
	err := r.file.Close()
	r.file = nil
	d := &r.of.documents[r.next]
	sum := r.sum.Sum(nil)
	switch {
	case err != nil:
		return r.unreadable(err)
	case r.rest != 0,
		d.sum != nil && !bytes.Equal(d.sum, sum),
		d.announced != nil && d.announced.Value != base64.StdEncoding.EncodeToString(sum):
		return ErrContentChanged
	}
	if d.sum == nil {
		d.sum = sum
	}
	r.next++
	r.head = r.of.pieces[r.next]
	return nil
}

func (r *multipartReader) unreadable(err error) error {
	return fmt.Errorf("%w: document %d: %w", ErrContentUnreadable, r.next+1, err)
}

// Close closes the file that is open, if any.
func (r *multipartReader) Close() error {
	if r.err == nil {
		r.err = errors.New("closed")
	}
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}
