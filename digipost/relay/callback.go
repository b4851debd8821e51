package relay

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"brevdue/digipost/signup"
)

// What can be wrong with a call. The texts are safe to answer and to log: they
// hold nothing of the call.
var (
	errTooLarge  = errors.New("the body is too large")
	errMediaType = errors.New("the body must be a form or JSON")
	errMalformed = errors.New("the parameters cannot be read")
	errTwice     = errors.New("a parameter is given twice with different values")
	errSender    = errors.New("sender-id is missing or no number")
	errNonce     = errors.New("nonce is missing or not one of ours")
)

// call is what Digipost says when an account is approved.
type call struct {
	senderID int64
	nonce    string
}

// spellings are the names a parameter may have. Digipost's page shows sender-id
// in a query and leaves method and body open; in JSON other spellings are usual.
var spellings = map[string]string{
	"sender-id": "sender-id", "sender_id": "sender-id", "senderId": "sender-id", "nonce": "nonce", "claimer": "claimer",
}

// readCall reads a call from query and body. Digipost says neither method nor
// form, so each is taken; a parameter that is in two places must be the same.
func readCall(query, contentType string, body []byte) (call, error) {
	given := parameters{}
	if err := given.form(query); err != nil {
		return call{}, err
	}
	if err := given.body(contentType, body); err != nil {
		return call{}, err
	}
	id, err := strconv.ParseInt(given["sender-id"], 10, 64)
	if err != nil || id <= 0 || given["sender-id"][0] == '+' {
		return call{}, errSender
	}
	if !signup.IsNonce(given["nonce"]) {
		return call{}, errNonce
	}
	return call{senderID: id, nonce: given["nonce"]}, nil
}

// readClaim reads a claim from the body alone: an address ends in logs.
func readClaim(contentType string, body []byte) (nonce, claimer string, err error) {
	given := parameters{}
	if err := given.body(contentType, body); err != nil {
		return "", "", err
	}
	if !signup.IsNonce(given["nonce"]) {
		return "", "", errNonce
	}
	return given["nonce"], given["claimer"], nil
}

// parameters are the known parameters of a call, by Digipost's names.
type parameters map[string]string

func (p parameters) set(name, value string) error {
	name, known := spellings[name]
	if !known {
		return nil
	}
	if earlier, twice := p[name]; twice && earlier != value {
		return errTwice
	}
	p[name] = value
	return nil
}

func (p parameters) form(text string) error {
	values, err := url.ParseQuery(text)
	if err != nil {
		return errMalformed
	}
	for name, all := range values {
		for _, value := range all {
			if err := p.set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p parameters) body(contentType string, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return errMediaType
	case kind == "application/x-www-form-urlencoded":
		return p.form(string(body))
	case kind == "application/json":
		return p.json(body)
	}
	return errMediaType
}

// json reads one flat object token by token, since decoding into a map would
// hide a name that is given twice.
func (p parameters) json(body []byte) error {
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return errMalformed
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return errMalformed
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			return errMalformed
		}
		var text string
		switch v := value.(type) {
		case string:
			text = v
		case json.Number:
			text = v.String()
		default:
			continue // nothing of ours is of another kind
		}
		if err := p.set(name.(string), text); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return errMalformed
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errMalformed
	}
	return nil
}

// readBody reads a body within the bound.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, errTooLarge
	case err != nil:
		return nil, errMalformed
	}
	return body, nil
}

// statusOf is the HTTP status for what is wrong with a call.
func statusOf(err error) int {
	switch {
	case errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errMediaType):
		return http.StatusUnsupportedMediaType
	}
	return http.StatusBadRequest
}
