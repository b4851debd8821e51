package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object as it is sent.
type object = map[string]any

// eboxAnswer is an answer before it is sent.
type eboxAnswer struct {
	status   int
	header   map[string]string
	media    string
	body     []byte
	document bool // the content of a document
}

// inJSON makes an answer of a value.
func inJSON(value any) (eboxAnswer, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return eboxAnswer{}, fmt.Errorf("write an answer: %w", err)
	}
	return eboxAnswer{status: http.StatusOK, media: "application/json", body: body, header: map[string]string{"Cache-Control": "no-store"}}, nil
}

// eboxIssue is one thing that is wrong in a request.
type eboxIssue struct {
	kind, in, name, value, detail string
}

// eboxFault is a refusal. kind is the word of the Belgif problem type, or of
// RFC 6749 at the token server; empty where HTTP's own status says it all.
type eboxFault struct {
	status int
	kind   string
	detail string
	issues []eboxIssue
	header map[string]string
	extra  object
}

func (f *eboxFault) Error() string {
	return fmt.Sprintf("%d %s: %s", f.status, f.kind, f.detail)
}

func eboxRefuse(status int, kind, format string, args ...any) *eboxFault {
	return &eboxFault{status: status, kind: kind, detail: fmt.Sprintf(format, args...)}
}

// badInput refuses one part of a request: in is path, query, header or body.
func badInput(in, name, value, detail string) *eboxFault {
	return &eboxFault{status: http.StatusBadRequest, kind: "badRequest", detail: "The input message is incorrect",
		issues: []eboxIssue{{"schemaViolation", in, name, value, detail}}}
}

// unknownInput refuses a query parameter that the contract does not have.
func unknownInput(name, value string) *eboxFault {
	return &eboxFault{status: http.StatusBadRequest, kind: "badRequest", detail: "The input message is incorrect",
		issues: []eboxIssue{{"unknownInput", "query", name, value, "the parameter " + name + " is not known"}}}
}

func nothingHere(format string, args ...any) *eboxFault {
	f := eboxRefuse(http.StatusNotFound, "resourceNotFound", format, args...)
	return f
}

// only refuses every method but one.
func only(r *http.Request, method string) error {
	if r.Method == method {
		return nil
	}
	f := eboxRefuse(http.StatusMethodNotAllowed, "", "Only %s is allowed here", method)
	f.header = map[string]string{"Allow": method}
	return f
}

// takes refuses a client that does not take a media type.
func takes(r *http.Request, media string) error {
	values := r.Header.Values("Accept")
	if len(values) == 0 {
		return nil
	}
	group, _, _ := strings.Cut(media, "/")
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(item), ";")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case media, group + "/*", "*/*":
			return nil
		}
	}
	return eboxRefuse(http.StatusNotAcceptable, "", "Accept must allow %s", media)
}

// eboxTitles are the short texts of Belgif's problem types.
var eboxTitles = map[string]string{
	"noAccessToken": "No Access Token", "invalidAccessToken": "Invalid Access Token", "expiredAccessToken": "Expired Access Token",
	"missingScope": "Missing Scope", "badRequest": "Bad Request", "resourceNotFound": "Resource Not Found",
	"payloadTooLarge": "Payload Too Large", "tooManyRequests": "Too Many Requests", "internalServerError": "Internal Server Error",
	"badGateway": "Bad Gateway", "serviceUnavailable": "Service Unavailable",
}

// errorForm is how a part of the e-Box words its errors.
type errorForm string

const (
	inOAuth   errorForm = "oauth"   // RFC 6749, 5.2
	inStatus  errorForm = "status"  // StatusMessage of Message Registry 2.1, environment in lower case
	inStatusU errorForm = "STATUS"  // StatusMessage of federation 1.3, environment in upper case
	inProblem errorForm = "problem" // application/problem+json, RFC 9457 with Belgif's types
)

// answerFault words a refusal.
func answerFault(err error, form errorForm) eboxAnswer {
	var f *eboxFault
	if !errors.As(err, &f) {
		f = eboxRefuse(http.StatusInternalServerError, "internalServerError", "Internal error in the practice stand-in")
		if form == inOAuth {
			f.kind = "server_error"
		}
	}
	a := eboxAnswer{status: f.status, media: "application/json", header: map[string]string{"Cache-Control": "no-store"}}
	for k, v := range f.header {
		a.header[k] = v
	}
	var body object
	switch form {
	case inOAuth:
		body = object{"error": f.kind, "error_description": f.detail}
		if f.kind == "" {
			body["error"] = "invalid_request"
		}
		a.header["Pragma"] = "no-cache"
	case inProblem:
		body, a.media = f.problem(), "application/problem+json"
	case inStatus, inStatusU:
		body = f.statusMessage(form)
	}
	a.body, _ = json.Marshal(body) // maps of strings and numbers always become JSON
	return a
}

func (f *eboxFault) problem() object {
	title := eboxTitles[f.kind]
	body := object{"status": f.status, "detail": f.detail, "instance": "urn:uuid:" + newUUID()}
	if f.kind == "" {
		body["type"], body["title"] = "about:blank", http.StatusText(f.status)
	} else {
		body["type"], body["title"] = "urn:problem-type:belgif:"+f.kind, title
		body["href"] = "https://www.belgif.be/specification/rest/api-guide/problems/" + f.kind + ".html"
	}
	if len(f.issues) > 0 {
		var issues []object
		for _, i := range f.issues {
			issues = append(issues, object{"type": "urn:problem-type:belgif:input-validation:" + i.kind,
				"in": i.in, "name": i.name, "value": i.value, "detail": i.detail})
		}
		body["issues"] = issues
	}
	for k, v := range f.extra {
		body[k] = v
	}
	return body
}

func (f *eboxFault) statusMessage(form errorForm) object {
	code, environment := f.kind, "simulation"
	if code == "" {
		code = strings.ReplaceAll(http.StatusText(f.status), " ", "")
	}
	if form == inStatusU {
		environment = "SIMULATION"
	}
	message := f.detail
	for _, i := range f.issues {
		message += "; " + i.in + " " + i.name + ": " + i.detail
	}
	return object{"id": newUUID(), "code": code, "message": message, "contact": "helpdesk@ebox.example", "environment": environment}
}

// eboxMischief is what trouble decided for one request to the e-Box.
type eboxMischief struct {
	mischief
	refusal                      string // 401, 403, 404, 413, 429, or empty
	seconds                      string // of 429
	retryDate, retryBody, digest bool
	empty                        int
	slow                         time.Duration
}

var eboxTroubles = []string{"delay", "stall", "reset_before", "reset_after", "500", "503", "cut", "html", "clock",
	"401", "403", "404", "413", "429", "retry_date", "retry_body", "empty", "digest", "slow"}

// eboxMischief rolls the dice for a request that is known by several paths.
func (t *trouble) eboxMischief(paths []string) eboxMischief {
	var m eboxMischief
	meant := func(one Trouble) bool {
		for _, p := range paths {
			if one.at(p) {
				return true
			}
		}
		return false
	}
	for _, one := range t.pick(meant, eboxTroubles) {
		switch one.What {
		case "401", "403", "404", "413", "429":
			m.refusal, m.seconds = one.What, one.Arg
		case "retry_date":
			m.retryDate = true
		case "retry_body":
			m.retryBody = true
		case "digest":
			m.digest = true
		case "slow":
			m.slow, _ = time.ParseDuration(one.Arg) // checked when the SPEC was read
		case "empty":
			m.empty = http.StatusInternalServerError
			if n, err := strconv.Atoi(one.Arg); err == nil {
				m.empty = n
			}
		default:
			m.take(one)
		}
	}
	return m
}

// fault is the refusal that trouble asks for, nil for none.
func (m eboxMischief) fault(now time.Time) *eboxFault {
	switch {
	case m.failing:
		return eboxRefuse(http.StatusInternalServerError, "internalServerError", "Trouble on purpose")
	case m.unavailable:
		return m.later(eboxRefuse(http.StatusServiceUnavailable, "serviceUnavailable", "Trouble on purpose"), m.retryAfter, now)
	}
	switch m.refusal {
	case "401":
		return challenge("invalidAccessToken", "Trouble on purpose")
	case "403":
		return missingScope(scopeConsumer, "Trouble on purpose")
	case "404":
		return nothingHere("Trouble on purpose")
	case "413":
		f := eboxRefuse(http.StatusRequestEntityTooLarge, "payloadTooLarge", "Trouble on purpose")
		f.extra = object{"limit": maxEBoxRequest}
		return f
	case "429":
		f := eboxRefuse(http.StatusTooManyRequests, "tooManyRequests", "Trouble on purpose")
		f.extra = object{"limit": 100}
		return m.later(f, m.seconds, now)
	}
	return nil
}

// later says when to come again: in the header and in the body, as seconds or
// as a date.
func (m eboxMischief) later(f *eboxFault, seconds string, now time.Time) *eboxFault {
	n, err := strconv.Atoi(seconds)
	if err != nil {
		return f
	}
	f.header = map[string]string{"Retry-After": seconds}
	if f.extra == nil {
		f.extra = object{}
	}
	at := now.Add(time.Duration(n) * time.Second).UTC()
	if m.retryDate {
		// A date has whole seconds: the next one, so that it is not too early.
		f.header["Retry-After"] = at.Add(time.Second - time.Nanosecond).Format(http.TimeFormat)
		f.extra["retryAfter"] = at.Format(time.RFC3339Nano)
	} else {
		f.extra["retryAfterSec"] = n
	}
	if m.retryBody {
		f.header = nil
	}
	return f
}
