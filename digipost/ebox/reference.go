package ebox

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxReferences bounds what is kept; an e-Box knows some hundred types and
	// senders.
	maxReferences = 5000
	// A provider is to say how long its reference data holds, a day or two mostly.
	// assumedFresh is for one that does not; unknownFresh for an entry it lacks, and
	// troubleFresh for one it can't give now: a list of messages must not wait for
	// the same trouble with each of them.
	assumedFresh = time.Hour
	troubleFresh = time.Minute
	unknownFresh = 10 * time.Minute
	longestFresh = 7 * 24 * time.Hour
)

// references keeps entries as long as the provider lets it.
type references struct {
	mu   sync.Mutex
	kept map[referenceKey]keptReference
}

type referenceKey struct{ provider, path, id string }

type keptReference struct {
	reference Reference
	err       error // why there is none
	until     time.Time
}

// MessageType gives the name of a message type.
func (c *Client) MessageType(ctx context.Context, p Provider, id string) (Reference, error) {
	return c.reference(ctx, p, dialectOf(p).types, id)
}

// SenderOrganization gives the name of a sender, by its enterprise number.
func (c *Client) SenderOrganization(ctx context.Context, p Provider, id string) (Reference, error) {
	return c.reference(ctx, p, dialectOf(p).senders, id)
}

// SenderApplication gives the name of the program that a sender uses.
func (c *Client) SenderApplication(ctx context.Context, p Provider, id string) (Reference, error) {
	return c.reference(ctx, p, dialectOf(p).applications, id)
}

func (c *Client) reference(ctx context.Context, p Provider, path, id string) (Reference, error) {
	key := referenceKey{strings.TrimRight(p.URL, "/"), path, id}
	if kept, ok := c.references.find(key, c.now()); ok {
		return kept.reference, kept.err
	}
	a, err := c.ask(ctx, p, opReference, nil, path, id)
	if err != nil {
		if fresh := freshTrouble(ctx, err); fresh > 0 {
			c.references.keep(key, keptReference{err: err, until: c.now().Add(fresh)}, c.now())
		}
		return Reference{}, err
	}
	r, ok := referenceOf(a.body)
	if !ok {
		return Reference{}, badAnswer(opReference, p)
	}
	if fresh := freshness(a.header); fresh > 0 {
		r.Until = c.now().Add(fresh)
		c.references.keep(key, keptReference{reference: r, until: r.Until}, c.now())
	}
	return r, nil
}

// freshTrouble is how long not to ask again, 0 where the trouble is not the
// entry's.
func freshTrouble(ctx context.Context, err error) time.Duration {
	var call *Error
	switch {
	case ctx.Err() != nil, !errors.As(err, &call), call.HTTPStatus == http.StatusUnauthorized:
		return 0
	case IsNotFound(err):
		return unknownFresh
	}
	return max(troubleFresh, min(call.Wait, longestPause*6))
}

func (r *references) find(key referenceKey, now time.Time) (keptReference, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept, ok := r.kept[key]
	return kept, ok && now.Before(kept.until)
}

// keep makes room first by what has ended, and else by all: it comes back by
// being asked for.
func (r *references) keep(key referenceKey, kept keptReference, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.kept) >= maxReferences {
		for each, old := range r.kept {
			if !now.Before(old.until) {
				delete(r.kept, each)
			}
		}
	}
	if r.kept == nil || len(r.kept) >= maxReferences {
		r.kept = map[referenceKey]keptReference{}
	}
	r.kept[key] = kept
}

// freshness reads Cache-Control (RFC 9111) as a private cache: how long the
// answer holds, 0 for not at all.
func freshness(header http.Header) time.Duration {
	fresh := assumedFresh
	for _, directive := range strings.Split(strings.Join(header.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			seconds, err := strconv.ParseInt(strings.Trim(value, `" `), 10, 64)
			if err != nil || seconds < 0 {
				return 0
			}
			age, _ := strconv.ParseInt(header.Get("Age"), 10, 64)
			seconds -= min(max(age, 0), seconds)
			fresh = time.Duration(min(seconds, int64(longestFresh/time.Second))) * time.Second
		}
	}
	return fresh
}
