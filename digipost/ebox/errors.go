package ebox

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What can be wrong with an answer.
var (
	// ErrBadAnswer is an answer that can't be understood.
	ErrBadAnswer = errors.New("the answer can't be understood")
	// ErrTooLarge is an answer or a document beyond its bound.
	ErrTooLarge = errors.New("the answer is too large")
	// ErrCut is an answer that ended early.
	ErrCut = errors.New("the answer ended early")
	// ErrTimeout is a call without any progress.
	ErrTimeout = errors.New("no progress in time")
	// ErrRedirect is an answer that points to another server: no token goes there.
	ErrRedirect = errors.New("the answer points to another server")
	// ErrUnknownProvider is a base address that neither the registry nor the
	// configuration has: no token goes there.
	ErrUnknownProvider = errors.New("the provider is in neither the registry nor the configuration")
	// ErrNoContent is a document without an id and without an address that may be
	// used.
	ErrNoContent = errors.New("there is no way to the content")
)

// Error is a call that failed. It holds nothing of a token, a key or a person.
type Error struct {
	// Op is what was asked for, Host who was asked.
	Op, Host string
	// HTTPStatus is 0 where no answer came.
	HTTPStatus int
	// Problem is the last part of a problem's type (expiredAccessToken) or the code
	// of an older StatusMessage, ID what the server's support asks for.
	Problem, ID string
	// Issues are the inputs that were refused, by place and name, without values.
	Issues []Issue
	// Scopes are those that are needed, where the server names them.
	Scopes []string
	// Limit is the server's bound, of bytes or calls, 0 where not told.
	Limit int64
	// Wait is how long the server asks to wait.
	Wait time.Duration
	// Err is the cause, or nil.
	Err error
}

// Issue is one input that was refused.
type Issue struct{ Type, In, Name string }

// Error says what was done, where, and what came.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("ebox " + e.Op)
	if e.Host != "" {
		b.WriteString(" at " + e.Host)
	}
	b.WriteString(":")
	if e.HTTPStatus != 0 {
		b.WriteString(" status " + strconv.Itoa(e.HTTPStatus))
	}
	if e.Problem != "" {
		b.WriteString(" " + e.Problem)
	}
	if e.ID != "" {
		b.WriteString(" (" + e.ID + ")")
	}
	if e.Err != nil {
		b.WriteString(" " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint is what is most likely wrong when no token was given.
type Hint string

// The hints of the token endpoint's errors.
const (
	// HintClient: client id, certificate in ChaMan, audience or clock.
	HintClient Hint = "client"
	// HintScope: the permission was not given, or the terms not accepted.
	HintScope Hint = "scope"
	// HintProgram: this program asked wrongly.
	HintProgram Hint = "program"
	// HintServer: the server has trouble or is not reached.
	HintServer Hint = "server"
)

// TokenError is a token that was not given.
type TokenError struct {
	Host       string
	HTTPStatus int
	// Code is the error's word (RFC 6749, 5.2), for example invalid_client; empty
	// where the answer had none.
	Code string
	Hint Hint
	// Skew is how far this computer's clock is ahead of the server's, by the date of
	// the answer.
	Skew time.Duration
	Wait time.Duration
	Err  error
}

// Error says where and why no token was given.
func (e *TokenError) Error() string {
	text := "ebox token at " + e.Host + ":"
	if e.HTTPStatus != 0 {
		text += " status " + strconv.Itoa(e.HTTPStatus)
	}
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Err != nil {
		text += " " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *TokenError) Unwrap() error { return e.Err }

// DigestError is a document that is not what its sender announced. What was
// written of it must not be used.
type DigestError struct {
	// Announced and Got are SHA-256 values, hexadecimal. Where only the size differs,
	// Announced is empty.
	Announced, Got string
	// Size is how many bytes came, AnnouncedSize about how many should have.
	Size, AnnouncedSize int64
}

// Error tells sizes only; the digests are in the fields.
func (e *DigestError) Error() string {
	what := "its digest"
	if e.Announced == "" {
		what = "its size"
	}
	return "the document differs from what was announced by " + what + " (" + strconv.FormatInt(e.Size, 10) + " bytes came)"
}

// WriteError is the caller's own writer that failed.
type WriteError struct{ Err error }

// Error gives the writer's error.
func (e *WriteError) Error() string { return "write the content: " + e.Err.Error() }

// Unwrap gives the writer's error.
func (e *WriteError) Unwrap() error { return e.Err }

// StatusOf is the HTTP status in err, or 0.
func StatusOf(err error) int {
	var call *Error
	var token *TokenError
	switch {
	case errors.As(err, &token):
		return token.HTTPStatus
	case errors.As(err, &call):
		return call.HTTPStatus
	}
	return 0
}

// RetryAfter is how long the server asked to wait, or 0.
func RetryAfter(err error) time.Duration {
	var call *Error
	var token *TokenError
	switch {
	case errors.As(err, &token):
		return token.Wait
	case errors.As(err, &call):
		return call.Wait
	}
	return 0
}

// IsNotFound reports whether the provider does not know what was asked for: it
// was never there, or has expired.
func IsNotFound(err error) bool {
	var call *Error
	return errors.As(err, &call) && (call.HTTPStatus == http.StatusNotFound || call.HTTPStatus == http.StatusGone)
}
