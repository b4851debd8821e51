package relay

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// The paths that are always the same.
const (
	claimPath  = "/claim"
	healthPath = "/health"
)

// ServeHTTP answers a call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	limit, known := s.limits[r.URL.Path]
	if !known {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if !limit.allow(clientAddress(r, s.cfg.TrustedProxies)) {
		s.counts.limited.Add(1)
		s.later(w, http.StatusTooManyRequests)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), storeTime)
	defer cancel()
	r = r.WithContext(ctx)
	switch r.URL.Path {
	case healthPath:
		if allowed(w, r, http.MethodGet) {
			s.health(w, r)
		}
	case claimPath:
		if allowed(w, r, http.MethodPost) {
			s.claim(w, r)
		}
	default:
		if allowed(w, r, http.MethodGet, http.MethodPost) {
			s.callback(w, r)
		}
	}
}

// allowed answers calls of other methods. HEAD is none of ours: what only looks
// must not leave anything behind.
func allowed(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	list := ""
	for _, each := range methods {
		if r.Method == each {
			return true
		}
		if list != "" {
			list += ", "
		}
		list += each
	}
	w.Header().Set("Allow", list)
	w.WriteHeader(http.StatusMethodNotAllowed)
	return false
}

// callback keeps what Digipost says. Only what is durable is answered with 200,
// so that a caller who repeats until then loses nothing.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(w, r)
	var said call
	if err == nil {
		said, err = readCall(r.URL.RawQuery, r.Header.Get("Content-Type"), body)
	}
	if err != nil {
		s.counts.refused.Add(1)
		http.Error(w, err.Error(), statusOf(err))
		return
	}
	at := s.cfg.Now()
	kept, added, err := s.cfg.Store.Put(r.Context(), sha256.Sum256([]byte(said.nonce)), said.senderID, at, s.cfg.Capacity)
	switch {
	case err != nil:
		s.failed(w, "callback", err)
	case added:
		s.counts.kept.Add(1)
		s.cfg.Log.Info("callback kept")
		s.announce(News{SenderID: said.senderID, At: at})
		_, _ = io.WriteString(w, "OK\n")
	case kept == said.senderID:
		s.counts.repeated.Add(1)
		_, _ = io.WriteString(w, "OK\n")
	case kept == 0:
		s.counts.full.Add(1)
		s.cfg.Log.Error("callback refused: the store is full", "capacity", s.cfg.Capacity)
		s.later(w, http.StatusServiceUnavailable)
	default:
		s.counts.conflicting.Add(1)
		s.cfg.Log.Warn("callback refused: another sender-id for a known nonce")
		http.Error(w, "another sender-id came before", http.StatusConflict)
	}
}

// claimAnswer is what a claim is answered with. What is not there and what
// another has claimed look the same, to the byte.
type claimAnswer struct {
	Found    bool   `json:"found"`
	SenderID string `json:"sender_id"`
}

// claim gives a sender-id to who says the nonce. The nonce is looked up by its
// hash, so that no time of an answer tells how near a guess was. Without a
// claimer of its own the answer is given once and never again.
func (s *Server) claim(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(w, r)
	var nonce, claimer string
	if err == nil {
		nonce, claimer, err = readClaim(r.Header.Get("Content-Type"), body)
	}
	if err != nil {
		s.counts.refused.Add(1)
		http.Error(w, err.Error(), statusOf(err))
		return
	}
	repeatFor := s.cfg.RepeatFor
	if claimer == "" {
		repeatFor = -1
	}
	id, err := s.cfg.Store.Claim(r.Context(), sha256.Sum256([]byte(nonce)), sha256.Sum256([]byte(claimer)), s.cfg.Now(), repeatFor)
	if err != nil {
		s.failed(w, "claim", err)
		return
	}
	var answer claimAnswer
	if id == 0 {
		s.counts.notFound.Add(1)
	} else {
		answer = claimAnswer{Found: true, SenderID: strconv.FormatInt(id, 10)}
		s.counts.given.Add(1)
		s.cfg.Log.Info("claim given")
	}
	answerJSON(w, http.StatusOK, answer)
}

// Health is what the service says of itself: counts only. Those of Calls are
// since Started, the others are what the store holds.
type Health struct {
	// OK is false, and the status 503, when the store fails or is full.
	OK        bool      `json:"ok"`
	Started   time.Time `json:"started"`
	Waiting   int       `json:"waiting"`
	Claimed   int       `json:"claimed"`
	Conflicts int       `json:"conflicts"`
	Capacity  int       `json:"capacity"`
	Calls     Calls     `json:"calls"`
}

// Calls counts calls by what became of them.
type Calls struct {
	// Kept, Repeated, Conflicting and Full are callbacks; Given and NotFound claims.
	Kept        int64 `json:"kept"`
	Repeated    int64 `json:"repeated"`
	Conflicting int64 `json:"conflicting"`
	Full        int64 `json:"full"`
	Given       int64 `json:"given"`
	NotFound    int64 `json:"not_found"`
	// Refused could not be read, Limited came too often, Failed met a store that
	// failed.
	Refused int64 `json:"refused"`
	Limited int64 `json:"limited"`
	Failed  int64 `json:"failed"`
	// Told, TellFailed and Untold are notices: done, failed, and left out because
	// there were too many.
	Told       int64 `json:"told"`
	TellFailed int64 `json:"tell_failed"`
	Untold     int64 `json:"untold"`
}

// counts are Calls while they are counted.
type counts struct {
	kept, repeated, conflicting, full, given, notFound, refused, limited, failed, told, tellFailed, untold atomic.Int64
}

func (c *counts) read() Calls {
	return Calls{
		Kept: c.kept.Load(), Repeated: c.repeated.Load(), Conflicting: c.conflicting.Load(), Full: c.full.Load(),
		Given: c.given.Load(), NotFound: c.notFound.Load(), Refused: c.refused.Load(), Limited: c.limited.Load(),
		Failed: c.failed.Load(), Told: c.told.Load(), TellFailed: c.tellFailed.Load(), Untold: c.untold.Load(),
	}
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	h := Health{Started: s.started, Capacity: s.cfg.Capacity, Calls: s.counts.read()}
	var err error
	if h.Waiting, h.Claimed, h.Conflicts, err = s.cfg.Store.Count(r.Context()); err != nil {
		s.cfg.Log.Error("store failed", "at", "health", "error", err)
	}
	h.OK = err == nil && h.Waiting+h.Claimed < h.Capacity
	status := http.StatusOK
	if !h.OK {
		status = http.StatusServiceUnavailable
	}
	answerJSON(w, status, h)
}

func (s *Server) failed(w http.ResponseWriter, at string, err error) {
	s.counts.failed.Add(1)
	s.cfg.Log.Error("store failed", "at", at, "error", err)
	s.later(w, http.StatusServiceUnavailable)
}

func (s *Server) later(w http.ResponseWriter, status int) {
	w.Header().Set("Retry-After", "60")
	w.WriteHeader(status)
}

func answerJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // who has gone away hears nothing
}
