package ebox

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// attempts is how often a question is asked at most where the server is busy or
	// not reached.
	attempts = 3
	// defaultPause is the first pause between them; each next one is twice as long.
	defaultPause = 500 * time.Millisecond
	// longestPause is the longest that a call waits by itself. Where a server names
	// a longer time, the caller hears it from RetryAfter.
	longestPause = 10 * time.Second
	// redirects is how many steps are followed on the same server.
	redirects = 3
	// maxAnswer bounds a JSON answer: a page has 100 messages at most.
	maxAnswer = 16 << 20
	// leastProgress is how many bytes must come within the time limit, so that a
	// server that drips holds nobody: 1 kB a second where that is 30 seconds.
	leastProgress = 32 << 10
	// wholeLimits is how many time limits an answer that is read into memory may take
	// as a whole.
	wholeLimits = 4
)

// outgoing is one request before it has a token.
type outgoing struct {
	op, method          string
	url                 *url.URL
	body                []byte
	contentType, accept string
	// limit bounds the answer's body.
	limit int64
	// once says that the request is never repeated by itself.
	once bool
}

// answer is a whole answer in memory.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call asks with a token and gives the answer of a 200. A token that is refused
// is thrown away, and the call made once more with a new one.
func (c *Client) call(ctx context.Context, r outgoing) (*answer, error) {
	open, err := c.open(ctx, r)
	if err != nil {
		return nil, err
	}
	defer open.close()
	body, err := open.readAll(r.limit)
	if err != nil {
		return nil, &Error{Op: r.op, Host: r.url.Host, HTTPStatus: open.status, Err: err}
	}
	return &answer{status: open.status, header: open.header, body: body}, nil
}

// open is call with the body still to come. The caller closes it.
func (c *Client) open(ctx context.Context, r outgoing) (*stream, error) {
	renewed := false
	for attempt := 1; ; attempt++ {
		token, err := c.token(ctx)
		if err != nil {
			return nil, err
		}
		s, err := c.send(ctx, r, token)
		if err == nil && s.status < 300 {
			return s, nil
		}
		failure := c.failure(r, s, err)
		if failure.HTTPStatus == http.StatusUnauthorized && !renewed {
			renewed = true
			attempt--
			c.tokens.drop(token)
			continue
		}
		if r.once || !mayRepeat(failure) || !c.rest(ctx, attempt, failure.Wait) {
			return nil, failure
		}
	}
}

// failure makes an Error of an answer outside 2xx, which it reads and closes, or
// of none.
func (c *Client) failure(r outgoing, s *stream, err error) *Error {
	failure := &Error{Op: r.op, Host: r.url.Host, Err: err}
	if s == nil {
		return failure
	}
	defer s.close()
	failure.HTTPStatus = s.status
	body, err := s.readAll(maxProblem)
	if err != nil {
		body = nil
	}
	readProblem(failure, s.header, body, c.now())
	if s.status < 400 {
		failure.Err = ErrRedirect
	}
	return failure
}

func mayRepeat(e *Error) bool {
	switch {
	case e.HTTPStatus == 0:
		return transient(e.Err)
	case e.HTTPStatus == http.StatusTooManyRequests:
		return true
	}
	return e.HTTPStatus >= 500 && e.HTTPStatus != http.StatusNotImplemented
}

// transient reports whether a connection that failed may be better soon. A
// certificate that does not hold and a call that was given up are not.
func transient(err error) bool {
	var unverified *tls.CertificateVerificationError
	for _, final := range []error{context.Canceled, context.DeadlineExceeded, ErrTimeout, ErrTooLarge, ErrRedirect, ErrBadAnswer} {
		if errors.Is(err, final) {
			return false
		}
	}
	return err != nil && !errors.As(err, &unverified)
}

// rest waits before another attempt and reports whether there is to be one.
func (c *Client) rest(ctx context.Context, attempt int, asked time.Duration) bool {
	if attempt >= attempts || ctx.Err() != nil {
		return false
	}
	pause := c.pause << (attempt - 1)
	if pause > 0 {
		pause += rand.N(pause / 2)
	}
	pause = max(pause, asked)
	if pause > longestPause {
		return false
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= pause {
		return false // what the server said is worth more than that time ran out
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// read asks without the rules for tokens and gives whatever answer comes.
func (c *Client) read(ctx context.Context, r outgoing, token *accessToken) (*answer, error) {
	s, err := c.send(ctx, r, token)
	if err != nil {
		return nil, err
	}
	defer s.close()
	body, err := s.readAll(r.limit)
	if err != nil {
		return nil, err
	}
	return &answer{status: s.status, header: s.header, body: body}, nil
}

// send makes one request. It follows an answer that points elsewhere on the same
// server, and no other.
func (c *Client) send(ctx context.Context, r outgoing, token *accessToken) (*stream, error) {
	target := r.url
	for step := 0; ; step++ {
		s, err := c.exchange(ctx, r, target, token)
		if err != nil || r.method != http.MethodGet || s.status < 300 || s.status >= 400 {
			return s, err
		}
		location := s.header.Get("Location")
		s.close()
		next, err := target.Parse(location)
		if err != nil || location == "" || len(location) > maxAddress || step == redirects || !sameServer(next, r.url) {
			return nil, ErrRedirect
		}
		next.Fragment = ""
		target = next
	}
}

func sameServer(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host) && a.User == nil
}

func (c *Client) exchange(ctx context.Context, r outgoing, target *url.URL, token *accessToken) (*stream, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(c.timeout, func() { cancel(ErrTimeout) })
	s := &stream{ctx: ctx, timer: timer, timeout: c.timeout, cancel: cancel}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	request, err := http.NewRequestWithContext(ctx, r.method, target.String(), body)
	if err != nil {
		s.close()
		return nil, ErrAddress
	}
	request.Header.Set("Accept", r.accept)
	request.Header.Set("User-Agent", c.agent)
	request.Header.Set("Accept-Encoding", "identity") // sizes and digests are of the document itself
	if r.contentType != "" {
		request.Header.Set("Content-Type", r.contentType)
	}
	if token != nil {
		request.Header.Set("Authorization", "Bearer "+token.value)
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		err = s.cause(err)
		s.close()
		return nil, err
	}
	s.status, s.header, s.body = response.StatusCode, response.Header, response.Body
	s.length = response.ContentLength
	if encoding := strings.ToLower(s.header.Get("Content-Encoding")); encoding != "" && encoding != "identity" {
		if s.status < 300 {
			s.close()
			return nil, fmt.Errorf("%w: it is compressed, which was not asked for", ErrBadAnswer)
		}
		// Of a refusal the status is enough.
		s.body.Close()
		s.body, s.length = http.NoBody, 0
	}
	return s, nil
}

// stream is an answer whose body comes as it is read. What comes puts the time
// limit off, when it is enough.
type stream struct {
	status int
	header http.Header
	length int64 // -1 where not told
	body   io.ReadCloser

	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration
	// came counts since the time limit was put off.
	came int
}

func (s *stream) close() {
	s.timer.Stop()
	s.cancel(nil)
	if s.body != nil {
		s.body.Close()
	}
}

// cause gives the reason behind a transport's error.
func (s *stream) cause(err error) error {
	if s.ctx.Err() != nil {
		if reason := context.Cause(s.ctx); reason != nil {
			return reason
		}
	}
	return err
}

// Read gives io.EOF only where the answer is whole.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	if s.came += n; s.came >= leastProgress {
		s.came = 0
		s.timer.Reset(s.timeout)
	}
	if err != nil && err != io.EOF {
		reason := s.cause(err)
		if errors.Is(reason, io.ErrUnexpectedEOF) {
			return n, ErrCut
		}
		return n, fmt.Errorf("%w: %w", ErrCut, reason)
	}
	return n, err
}

func (s *stream) readAll(limit int64) ([]byte, error) {
	whole := time.AfterFunc(wholeLimits*s.timeout, func() { s.cancel(ErrTimeout) })
	defer whole.Stop()
	body, err := io.ReadAll(io.LimitReader(s, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, ErrTooLarge
	}
	return body, nil
}
