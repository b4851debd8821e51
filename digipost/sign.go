package digipost

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The headers that carry a signature, in Go's own spelling. Digipost's Java
// client sorts header names as they were sent, so all must keep one style.
const (
	headerUserID    = "X-Digipost-Userid"
	headerHash      = "X-Content-Sha256"
	headerSignature = "X-Digipost-Signature"
)

// signedHeaders are the headers a signature covers, in the order in which they
// stand in the string to sign (Digipost's security documentation).
var signedHeaders = []string{"Content-Md5", "Date", headerHash, headerUserID}

// maxSkew is how far Digipost's clock and ours may be apart; exactly this much
// is still accepted, like in the Java client.
const maxSkew = 5 * time.Minute

// canonicalRequest is the string that a request's signature covers: method,
// path, the signed headers that are present, and the query. Path and query go
// in as they are sent, percent escapes included, and are lower-cased here only.
func canonicalRequest(method string, u *url.URL, header http.Header) string {
	var b strings.Builder
	b.WriteString(strings.ToUpper(method) + "\n")
	b.WriteString(canonicalPath(u) + "\n")
	writeSignedHeaders(&b, header)
	b.WriteString(strings.ToLower(u.RawQuery) + "\n")
	return b.String()
}

// canonicalResponse is the string that an answer's signature covers. Unlike a
// request's it has no line for the query, not even an empty one.
func canonicalResponse(status int, u *url.URL, header http.Header) string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(status) + "\n")
	b.WriteString(canonicalPath(u) + "\n")
	writeSignedHeaders(&b, header)
	return b.String()
}

func canonicalPath(u *url.URL) string {
	path := u.EscapedPath()
	if u.Opaque != "" {
		path = u.Opaque
	}
	if path == "" {
		path = "/"
	}
	return strings.ToLower(path)
}

func writeSignedHeaders(b *strings.Builder, header http.Header) {
	for _, name := range signedHeaders {
		if values := header[name]; len(values) > 0 {
			b.WriteString(strings.ToLower(name) + ": " + values[0] + "\n")
		}
	}
}

// sign gives the base64 of the RSASSA-PKCS1-v1_5 signature with SHA-256.
func sign(key crypto.Signer, canonical string) (string, error) {
	digest := sha256.Sum256([]byte(canonical))
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

// What can be wrong with an answer's proof of origin. All are ErrUnverified.
var (
	errNoDate       = errors.New("the answer has no readable Date")
	errDateOff      = errors.New("the answer's Date is more than five minutes from this computer's clock")
	errNoHash       = errors.New("the answer has a body and no hash of it")
	errHashDiffers  = errors.New("the answer's body does not match its hash")
	errNoSignature  = errors.New("the answer is not signed")
	errBadSignature = errors.New("the answer's signature does not hold")
	errNoServerKey  = errors.New("no usable certificate in the entry point")
)

// checkDateAndHash is the part of the verification that needs no certificate.
// The body is taken as it came over the wire, before any decompression. skew
// is how far our clock is ahead of the answer's Date, 0 when that is unknown.
func checkDateAndHash(header http.Header, body []byte, now time.Time) (skew time.Duration, err error) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0, errNoDate
	}
	skew = now.Truncate(time.Second).Sub(date)
	if _, present := header[headerHash]; present {
		sum := sha256.Sum256(body)
		if header.Get(headerHash) != base64.StdEncoding.EncodeToString(sum[:]) {
			return skew, errHashDiffers
		}
	} else if len(body) > 0 {
		return skew, errNoHash
	}
	if skew.Abs() > maxSkew {
		return skew, errDateOff
	}
	return skew, nil
}

// checkSignature verifies an answer's signature by the entry point's key.
func checkSignature(key *rsa.PublicKey, status int, u *url.URL, header http.Header) error {
	value := header.Get(headerSignature)
	if value == "" {
		return errNoSignature
	}
	if key == nil {
		return errNoServerKey
	}
	signature, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return errBadSignature
	}
	digest := sha256.Sum256([]byte(canonicalResponse(status, u, header)))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) != nil {
		return errBadSignature
	}
	return nil
}
