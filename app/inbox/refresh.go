package inbox

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"brevdue/app/post"
)

// Refreshed is what a look at the providers brought.
type Refreshed struct {
	// New are the messages that were not known before.
	New []Key
	// Sources are the providers as they are now, those with trouble too.
	Sources []post.EBoxSource
	// Fallback says why the providers are the configured ones; nil where the registry
	// answered.
	Fallback error
}

// fullEvery is how often all of a provider's list is read: what others read or
// hid shows only there.
const fullEvery = 24 * time.Hour

// Refresh asks all providers for what is new. One that fails does not hide the
// others: its trouble stands in its source. full reads all lists whole; else that
// happens once a day. The error is one that concerns all: no key, a client that
// is refused, no network at all.
func (s *Service) Refresh(ctx context.Context, full bool) (Refreshed, error) {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	var result Refreshed
	if err := s.ready(ctx); err != nil {
		return result, err
	}
	known, err := s.ports.Store.EBoxSources(ctx)
	if err != nil {
		return result, fmt.Errorf("read what is known of the providers: %w", err)
	}
	providers, fallback, err := s.ports.Box.Providers(ctx)
	if err != nil {
		return result, fmt.Errorf("ask for the providers: %w", err)
	}
	result.Fallback = fallback
	defer s.changed()
	var troubles []error
	asked := 0
	for _, provider := range providers {
		source := known[provider.ID]
		delete(known, provider.ID)
		source.Provider = provider
		if s.due(&source) {
			asked++
			trouble := s.refreshOne(ctx, &source, full, &result)
			if err := ctx.Err(); err != nil {
				return result, err
			}
			if trouble != nil {
				troubles = append(troubles, trouble)
			}
		}
		if err := s.ports.Store.SaveEBoxSource(ctx, source); err != nil {
			return result, fmt.Errorf("store what is known of a provider: %w", err)
		}
		result.Sources = append(result.Sources, source)
	}
	if fallback == nil {
		if err := s.retire(ctx, known); err != nil {
			return result, err
		}
	}
	return result, concernsAll(troubles, asked)
}

// due reports whether a provider is to be asked now. One that is not active has
// no trouble either.
func (s *Service) due(source *post.EBoxSource) bool {
	if !source.Provider.Active {
		source.Trouble, source.TroubleAt, source.RetryAt = "", time.Time{}, time.Time{}
		return false
	}
	return !s.ports.Now().Before(source.RetryAt)
}

// retire notes that providers are in the registry no more, so that their last
// trouble is not told for ever.
func (s *Service) retire(ctx context.Context, gone map[string]post.EBoxSource) error {
	for _, source := range gone {
		if !source.Provider.Active && source.Trouble == "" {
			continue
		}
		source.Provider.Active = false
		_ = s.due(&source)
		if err := s.ports.Store.SaveEBoxSource(ctx, source); err != nil {
			return fmt.Errorf("store that a provider is gone: %w", err)
		}
	}
	return nil
}

// refreshOne reads one provider's list and notes how it went.
func (s *Service) refreshOne(ctx context.Context, source *post.EBoxSource, full bool, result *Refreshed) error {
	now := s.ports.Now()
	full = full || source.Good.IsZero() || now.Sub(source.Full) >= fullEvery
	fresh, err := s.walk(ctx, *source, full, now)
	for _, id := range fresh {
		result.New = append(result.New, Key{source.Provider.ID, id})
	}
	source.Trouble, source.TroubleAt, source.RetryAt = "", time.Time{}, time.Time{}
	if err != nil {
		source.Trouble, source.TroubleAt = post.CodeOf(err), now
		if wait, asked := askedToWait(err); asked {
			source.RetryAt = now.Add(wait)
		}
		return err
	}
	source.Good = now
	if full {
		source.Full = now
	}
	return nil
}

// walkBatch is how many messages are stored at a time.
const walkBatch = 100

// walk reads a list and stores it as it comes, so that what was read stays when
// the rest fails. Days are all the filter knows, and whether it takes the day
// itself is not documented: so it begins two days before the last good reading.
func (s *Service) walk(ctx context.Context, source post.EBoxSource, full bool, now time.Time) (fresh []string, err error) {
	var query post.EBoxQuery
	if !full {
		query.ReceivedAfter = source.Good.AddDate(0, 0, -2)
	}
	names := s.keptNames(ctx, source.Provider.ID, now)
	var batch []post.EBoxMessage
	keep := func() error {
		if len(batch) == 0 {
			return nil
		}
		ids, err := s.ports.Store.KeepEBoxMessages(ctx, source.Provider.ID, batch, now)
		fresh, batch = append(fresh, ids...), batch[:0]
		return err
	}
	err = s.ports.Box.Messages(ctx, source.Provider, query, func(message post.EBoxMessage, _ int) error {
		message.Provider = source.Provider.ID
		names.fill(&message)
		// Names are a comfort: without them the ids stand there.
		_ = s.ports.Box.Names(ctx, source.Provider, &message)
		if batch = append(batch, message); len(batch) < walkBatch {
			return nil
		}
		return keep()
	})
	if keepErr := keep(); keepErr != nil && err == nil {
		err = keepErr
	}
	if err != nil {
		err = fmt.Errorf("read the list of a provider: %w", err)
	}
	return fresh, err
}

// concernsAll gives the trouble that no provider can help: an own fault, or one
// that all have who were asked.
func concernsAll(troubles []error, asked int) error {
	for _, err := range troubles {
		if own(post.CodeOf(err)) {
			return err
		}
	}
	if len(troubles) > 0 && len(troubles) == asked {
		return troubles[0]
	}
	return nil
}

// own reports whether a fault lies here and not at one provider.
func own(code post.Code) bool {
	switch code {
	case post.CodeNoEBox, post.CodeEBoxKey, post.CodeEBoxKeyOther, post.CodeClientRefused, post.CodeKeyringLocked, post.CodeKeyringMissing,
		post.CodeKeyringFailed, post.CodeSealKey, post.CodeDiskFull, post.CodeNoAccess, post.CodeDatabaseBusy, post.CodeDatabaseBad, post.CodeInternal:
		return true
	}
	return false
}

// askedToWait gives for how long a provider asks to be left alone.
func askedToWait(err error) (time.Duration, bool) {
	fault := post.FaultOf(err)
	if fault == nil {
		return 0, false
	}
	seconds, convErr := strconv.Atoi(fault.Fields["retry_after"])
	if fault.Code == post.CodeTooMany {
		if seconds, convErr = strconv.Atoi(fault.Fields["seconds"]); convErr != nil || seconds < 0 {
			seconds, convErr = 60, nil
		}
	}
	if convErr != nil || seconds <= 0 {
		return 0, false
	}
	return min(time.Duration(seconds)*time.Second, 24*time.Hour), true
}

// Sources gives the providers as they were at the last look, by name.
func (s *Service) Sources(ctx context.Context) ([]post.EBoxSource, error) {
	known, err := s.ports.Store.EBoxSources(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what is known of the providers: %w", err)
	}
	return sortedSources(known), nil
}

// Looked notes that the person has seen the list: what is there is new no more.
func (s *Service) Looked(ctx context.Context) error {
	if err := s.ports.Store.EBoxLooked(ctx, s.ports.Now()); err != nil {
		return fmt.Errorf("note that the inbox was looked at: %w", err)
	}
	s.changed()
	return nil
}

// leastWatch is how often the providers are asked at most by themselves: no limit
// is published, and minutes are asked for.
const leastWatch = time.Minute

// Watch asks the providers now and then until ctx ends; heard, which may be nil,
// gets what came of it. Own troubles make it wait four times as long.
func (s *Service) Watch(ctx context.Context, every time.Duration, heard func(Refreshed, error)) error {
	every = max(every, leastWatch)
	for {
		result, err := s.Refresh(ctx, false)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if heard != nil {
			heard(result, err)
		}
		wait := every
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			wait = 4 * every
		}
		if err := s.ports.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}
