package signup

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What can be wrong with a return address.
var (
	// ErrNotAReturn is a text that is no return address from Digipost.
	ErrNotAReturn = errors.New("signup: this is not a return address from Digipost")
	// ErrNoSender is a return address without a usable sender-id.
	ErrNoSender = errors.New("signup: the return address has no sender id")
)

// Answer is what a return address holds. DigipostAddress and Nonce are empty
// when the address has none; comparing the nonce is the caller's part.
type Answer struct {
	SenderID        int64
	DigipostAddress string
	Nonce           string
}

// The names in a return address.
const (
	nameSender  = "sender-id"
	nameAddress = "dp-address"
	nameNonce   = "nonce"
)

// maxAddress bounds a return address; a real one has some 150 bytes.
const maxAddress = 4096

// ParseReturn reads a return address as the browser shows it or as somebody
// pasted it: whole, or from its "?" on.
//
// Digipost does not escape the # of a Digipost address, so that a browser takes
// everything after it for a fragment. Here a # has no meaning of its own: the
// text after the first "?" is split at "&" and "=", and both kunde123#1A2B and
// kunde123%231A2B give the same.
func ParseReturn(address string) (Answer, error) {
	values, err := parameters(address)
	if err != nil {
		return Answer{}, err
	}
	text, present := values[nameSender]
	if !present {
		return Answer{}, ErrNoSender
	}
	id, err := strconv.ParseInt(beforeFragment(text), 10, 64)
	if err != nil || id <= 0 || strings.HasPrefix(text, "+") {
		return Answer{}, ErrNoSender
	}
	return Answer{SenderID: id, DigipostAddress: values[nameAddress], Nonce: beforeFragment(values[nameNonce])}, nil
}

// parameters gives the known parameters, decoded. At least one must be there,
// and none twice with different values.
func parameters(address string) (map[string]string, error) {
	if len(address) > maxAddress {
		return nil, ErrNotAReturn
	}
	// A long address that was pasted may have been broken into lines.
	address = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, address)
	address = strings.Trim(address, `<>"'`)
	if _, query, found := strings.Cut(address, "?"); found {
		address = query
	}
	values := map[string]string{}
	for _, pair := range strings.Split(address, "&") {
		// Out of a mail's source an & comes as &amp;
		name, value, found := strings.Cut(strings.TrimPrefix(pair, "amp;"), "=")
		if !found || (name != nameSender && name != nameAddress && name != nameNonce) {
			continue
		}
		value, err := url.PathUnescape(value)
		if err != nil || !utf8.ValidString(value) || len(value) > 300 || strings.ContainsFunc(value, unicode.IsControl) {
			return nil, ErrNotAReturn
		}
		if earlier, twice := values[name]; twice && earlier != value {
			return nil, ErrNotAReturn
		}
		values[name] = value
	}
	if len(values) == 0 {
		return nil, ErrNotAReturn
	}
	return values, nil
}

// beforeFragment cuts off a fragment that is one; only the Digipost address has
// a # of its own.
func beforeFragment(value string) string {
	value, _, _ = strings.Cut(value, "#")
	return value
}
