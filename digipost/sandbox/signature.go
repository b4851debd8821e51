package sandbox

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxSkew is how far the Date of a request may be from our clock. Exactly this
// much is still accepted.
const maxSkew = 5 * time.Minute

// canonicalRequest is the string that a client signs (Digipost's security
// page; RequestMessageSignatureUtil in the Java client): method, path, the
// signed headers by name, query; everything but values of headers lower-cased.
func canonicalRequest(method, path, query string, header http.Header) string {
	var b strings.Builder
	b.WriteString(strings.ToUpper(method) + "\n")
	b.WriteString(strings.ToLower(path) + "\n")
	writeHeaders(&b, header)
	b.WriteString(strings.ToLower(query) + "\n")
	return b.String()
}

// canonicalResponse is the string that signs an answer: status, path as it was
// sent, headers; no line for the query.
func canonicalResponse(status, path string, header http.Header) string {
	var b strings.Builder
	b.WriteString(status + "\n")
	b.WriteString(strings.ToLower(path) + "\n")
	writeHeaders(&b, header)
	return b.String()
}

func writeHeaders(b *strings.Builder, header http.Header) {
	for _, name := range []string{"content-md5", "date", "x-content-sha256", "x-digipost-userid"} {
		if v := header.Values(name); len(v) > 0 {
			b.WriteString(name + ": " + v[0] + "\n")
		}
	}
}

// target splits what stands in the request line: path as sent, and query.
func target(requestURI string) (path, query string) {
	path, query, _ = strings.Cut(requestURI, "?")
	return path, query
}

func sha256Base64(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func validSignature(key *rsa.PublicKey, text, signature string) bool {
	sig, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) == nil
}

func sign(key *rsa.PrivateKey, text string) (string, error) {
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	return base64.StdEncoding.EncodeToString(sig), err
}

// authenticate checks the headers of a request in a fixed order: user id,
// date, hash of the body, signature.
func (s *Server) authenticate(r *http.Request, body *spool, now time.Time) error {
	for _, name := range []string{"X-Digipost-UserId", "Date", "X-Content-SHA256", "X-Digipost-Signature"} {
		if len(r.Header.Values(name)) > 1 {
			return refuse(codeProblem, "The header %s is there more than once", name)
		}
	}
	if err := checkUser(r.Header.Get("X-Digipost-UserId")); err != nil {
		return err
	}
	if err := checkDate(r.Header.Get("Date"), now); err != nil {
		return err
	}
	if err := checkHash(r.Header.Values("X-Content-SHA256"), body); err != nil {
		return err
	}
	return s.checkSignature(r)
}

func checkUser(value string) error {
	id, ok := parseID(value)
	switch {
	case !ok:
		return refuse(codeInvalidUserID, "X-Digipost-UserId is missing or not a number")
	case id == partnerID:
		return refuse(codeMissingCertificate, "No certificate is uploaded for this account")
	case id != senderID:
		return refuse(codeUnknownUserID, "There is no account with this X-Digipost-UserId")
	}
	return nil
}

func checkDate(value string, now time.Time) error {
	if value == "" {
		return refuse(codeMissingDate, "The Date header is missing")
	}
	date, err := time.Parse(http.TimeFormat, value)
	if err != nil || date.Format(http.TimeFormat) != value {
		return refuse(codeInvalidDate, "The Date header must look like Wed, 29 Jun 2011 14:58:11 GMT")
	}
	if skew := now.Truncate(time.Second).Sub(date); skew > maxSkew || skew < -maxSkew {
		return refuse(codeDateOutside, "The Date header is more than 5 minutes from our clock (%s)", now.UTC().Format(http.TimeFormat))
	}
	return nil
}

func checkHash(given []string, body *spool) error {
	if len(given) == 0 {
		if body.size > 0 {
			return refuse(codeMissingSHA256, "X-Content-SHA256 is missing")
		}
		return nil
	}
	if given[0] != base64.StdEncoding.EncodeToString(body.sum[:]) {
		return refuse(codeInvalidSHA256, "X-Content-SHA256 is not the hash of the body")
	}
	return nil
}

// checkSignature accepts the path decoded (as the Java client signs it) or
// escaped (as .NET does). The answer to a wrong one shows our string.
func (s *Server) checkSignature(r *http.Request) error {
	given := r.Header.Get("X-Digipost-Signature")
	if given == "" {
		return refuse(codeMissingSignature, "X-Digipost-Signature is missing")
	}
	key := s.id.sender.PublicKey.(*rsa.PublicKey) // checked when it was loaded
	escaped, query := target(r.RequestURI)
	decoded, err := url.PathUnescape(escaped)
	if err != nil {
		return refuse(codeProblem, "The path is not well-formed")
	}
	text := canonicalRequest(r.Method, decoded, query, r.Header)
	if validSignature(key, text, given) {
		if escaped != decoded {
			s.cfg.Log("signed with the decoded path")
		}
		return nil
	}
	if escaped != decoded && validSignature(key, canonicalRequest(r.Method, escaped, query, r.Header), given) {
		s.cfg.Log("signed with the escaped path")
		return nil
	}
	return refuse(codeInvalidSignature, "The signature is not right for this request and the certificate of this account.%s We built this string:\n===START===\n%s===SLUTT===",
		mistake(key, text, given), text)
}

// mistake names what went wrong in the string that was signed, if it is one of
// the common mistakes.
func mistake(key *rsa.PublicKey, text, given string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	last := len(lines) - 1
	for _, try := range []struct{ words, text string }{
		{" The line of the query is missing in what you signed; it is there even when empty.", strings.Join(lines[:last], "\n") + "\n"},
		{" The line break at the end is missing in what you signed.", strings.TrimSuffix(text, "\n")},
		{" The lines end in CRLF in what you signed; they end in LF.", strings.ReplaceAll(text, "\n", "\r\n")},
		{" The names of headers are not lower-cased in what you signed.", strings.NewReplacer("date: ", "Date: ", "x-content-sha256: ", "X-Content-SHA256: ", "x-digipost-userid: ", "X-Digipost-UserId: ").Replace(text)},
	} {
		if validSignature(key, try.text, given) {
			return try.words
		}
	}
	return ""
}
