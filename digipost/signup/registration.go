// Package signup is the browser part of becoming a Digipost sender: the address
// of the page where a company signs up with us as its supplier, the reading of
// the address its browser comes back with, and a listener on this machine's own
// loopback that catches it.
package signup

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Registration is what the sign-up page is told.
type Registration struct {
	// PartnerID is the supplier's own account at Digipost.
	PartnerID string
	// RedirectURL is where the browser is sent back to; it has no query.
	RedirectURL string
	// Nonce comes back in the answer and ties it to this attempt.
	Nonce string
	// OrganisationNumber is nine digits, or empty to let the person write it.
	OrganisationNumber string
}

var (
	nineDigits   = regexp.MustCompile(`^[0-9]{9}$`)
	noncePattern = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// RegistrationURL is the page to open: base, in production
// https://www.digipost.no/registrering/bedrift, with the query Digipost's
// onboarding page describes.
func RegistrationURL(base string, r Registration) (string, error) {
	page, err := url.Parse(base)
	if err != nil || page.Host == "" || (page.Scheme != "https" && page.Scheme != "http") || page.RawQuery != "" || page.Fragment != "" {
		return "", errors.New("signup: the sign-up page must be a web address without query")
	}
	back, err := url.Parse(r.RedirectURL)
	switch {
	case r.PartnerID == "" || r.Nonce == "":
		return "", errors.New("signup: partner id and nonce must be given")
	case err != nil || back.Host == "":
		return "", errors.New("signup: the return address must be a whole web address")
	case strings.ContainsAny(r.RedirectURL, "?#"):
		return "", errors.New("signup: the return address must have no query and no fragment")
	case r.OrganisationNumber != "" && !nineDigits.MatchString(r.OrganisationNumber):
		return "", errors.New("signup: the organisation number must be nine digits")
	}
	query := fmt.Sprintf("partner-id=%s&redirect-url=%s&nonce=%s",
		url.QueryEscape(r.PartnerID), url.QueryEscape(r.RedirectURL), url.QueryEscape(r.Nonce))
	if r.OrganisationNumber != "" {
		query += "&org=" + r.OrganisationNumber
	}
	page.RawQuery = query
	return page.String(), nil
}

// NewNonce gives 160 random bits as 40 hexadecimal digits, which survive any
// escaping.
func NewNonce() string {
	var b [20]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// IsNonce reports whether a text has the form of what NewNonce gives.
func IsNonce(text string) bool { return noncePattern.MatchString(text) }
