package ebox

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// maxProblem bounds what is read of an error answer.
const maxProblem = 256 << 10

// longestWait bounds what a server may ask to wait.
const longestWait = 24 * time.Hour

// readProblem fills e from an error answer: a problem (RFC 9457, as the Belgian
// government's REST guide profiles it), the older StatusMessage, or anything
// else, which says nothing.
func readProblem(e *Error, header http.Header, body []byte, now time.Time) {
	e.Wait = retryAfter(header.Get("Retry-After"), now)
	fields := parseObject(body)
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	if fields == nil || strings.HasPrefix(kind, "text/html") {
		return
	}
	if kind == "application/problem+json" || fields.has("title") || fields.has("instance") || fields.has("issues") {
		readBelgif(e, fields, now)
		return
	}
	e.Problem = word(fields.text("code"))
	e.ID = supportID(fields.text("id"))
}

func readBelgif(e *Error, fields object, now time.Time) {
	kind := fields.text("type")
	e.Problem = word(kind[strings.LastIndexAny(kind, ":/#")+1:])
	if e.ID = supportID(fields.text("instance")); e.ID == "" {
		e.ID = supportID(fields.text("id"))
	}
	e.Limit = int64(fields.number("limit"))
	for _, raw := range fields.list("requiredScopes") {
		var scope string
		if json.Unmarshal(raw, &scope) == nil && word(scope) != "" && len(e.Scopes) < 20 {
			e.Scopes = append(e.Scopes, word(scope))
		}
	}
	for _, raw := range append(fields.list("issues"), fields.list("invalidParams")...) {
		issue := parseObject(raw)
		if issue == nil || len(e.Issues) == 20 {
			continue
		}
		kind := issue.text("type")
		e.Issues = append(e.Issues, Issue{
			Type: word(kind[strings.LastIndexAny(kind, ":/#")+1:]), In: word(issue.text("in")), Name: word(issue.text("name"))})
	}
	if e.Wait == 0 {
		for _, name := range []string{"retryAfter", "retryAfterSec"} {
			if wait := retryAfter(fields.text(name), now); wait > 0 {
				e.Wait = wait
			}
		}
	}
}

// retryAfter reads seconds or a date, as a header or a body has it.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		if seconds > longestWait.Seconds() {
			return longestWait
		}
		return time.Duration(seconds * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		if at = parseTime(value); at.IsZero() {
			return 0
		}
	}
	return min(max(at.Sub(now), 0), longestWait)
}

// supportID gives what names an error to the server's support, mostly a UUID.
func supportID(text string) string {
	text = strings.TrimSpace(text)
	// Not all that call themselves one have a UUID's form.
	rest, named := strings.CutPrefix(text, "urn:uuid:")
	if uuid.Validate(text) == nil || named && len(rest) < 60 && strings.Count(rest, "-") >= 3 && strings.Trim(rest, "0123456789abcdefABCDEF-") == "" {
		return text
	}
	return word(text)
}

// word gives a machine's word, or "" for anything else, so that nothing a person
// wrote and no token comes into an error or a log.
func word(text string) string {
	text = strings.TrimSpace(text)
	if len(text) == 0 || len(text) > 120 || strings.HasPrefix(text, "eyJ") {
		return ""
	}
	digits := 0
	for _, r := range text {
		switch {
		case r > unicode.MaxASCII, r != '_' && r != '-' && r != ':' && r != '.' && r != '[' && r != ']' && r != '/' && !isAlphanumeric(r):
			return ""
		case r >= '0' && r <= '9':
			// A national register number has eleven digits in a row. An id of the server's
			// has letters between.
			if digits++; digits > 10 {
				return ""
			}
		case r != '.' && r != '-':
			digits = 0
		}
	}
	return text
}

func isAlphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
