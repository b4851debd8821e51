package sandbox

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"
)

// send signs an answer and writes it, with the trouble that comes after the work.
func (s *Server) send(w http.ResponseWriter, r *http.Request, a answer, m mischief, now time.Time) {
	if m.resetAfter {
		reset(w)
		return
	}
	h := w.Header()
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	if len(a.body) > 0 {
		h.Set("Content-Type", orDefault(a.media, mediaXML))
		hash := sha256Base64(a.body)
		if m.badHash {
			hash = sha256Base64([]byte("another body"))
		}
		h.Set("X-Content-SHA256", hash)
	}
	if a.location != "" {
		h.Set("Location", a.location)
	}
	if a.retry != "" {
		h.Set("Retry-After", a.retry)
	}
	path, _ := target(r.RequestURI)
	text := canonicalResponse(strconv.Itoa(a.status), path, h)
	if m.badSignature {
		text += "not what was sent"
	}
	signature, err := sign(s.id.response, text)
	if err != nil {
		s.cfg.Log("sign an answer: %v", err)
		panic(http.ErrAbortHandler)
	}
	h.Set("X-Digipost-Signature", signature)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if m.cut {
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // the connection ends in the middle of the body
	}
	_, _ = w.Write(a.body) // the other end may be gone: nobody to tell
}

func hexToBase64(s string) string {
	sum, err := hex.DecodeString(s)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(sum)
}
