package inbox

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"brevdue/app/post"

	"golang.org/x/text/unicode/norm"
)

// Sort is what a list is ordered by.
type Sort string

// The orders. The natural direction is the newest, the soonest or A first;
// Query.Backwards turns it round.
const (
	ByReceived Sort = ""
	ByExpires  Sort = "expires"
	BySender   Sort = "sender"
	BySubject  Sort = "subject"
	ByType     Sort = "type"
)

// Saved picks messages by whether their documents were saved.
type Saved string

// The choices.
const (
	SavedOrNot Saved = ""
	OnlySaved  Saved = "saved"
	NotSaved   Saved = "not_saved"
)

// Query picks messages of the local index; all conditions count together, and
// the zero query gives all that are visible.
type Query struct {
	// Search are words that must all stand in subject, names of sender, type and
	// application, attention, file names or the sender's facts, in any language,
	// whatever case and accents.
	Search             string
	Unread, Registered bool
	// New picks those that came since the person last looked.
	New bool
	// ExpiringDays picks those that expire within so many days and have not yet; 0 is
	// any.
	ExpiringDays int
	Saved        Saved
	// Provider, SenderID and TypeID pick one where they are filled.
	Provider, SenderID, TypeID string
	// Hidden shows hidden messages, and these only. Expired shows those whose time is
	// over, too; they are gone from the e-Box.
	Hidden, Expired bool
	Sort            Sort
	Backwards       bool
	// Language is the one that names and subjects are ordered in.
	Language string
	// Offset and Limit pick a page; Limit 0 is all.
	Offset, Limit int
}

// Page is a part of the list.
type Page struct {
	Entries []post.EBoxEntry
	// Total is how many match, beyond the page.
	Total int
	// Counts are of all visible messages that have not expired, whatever was asked
	// for.
	Counts Counts
}

// Counts say how many messages there are of a sort.
type Counts struct {
	All, Unread, New, Registered, NotSaved int
	// Week and Fortnight expire within 7 and 14 days.
	Week, Fortnight int
}

// Choice is something a list can be narrowed to, with how many messages it has.
type Choice struct {
	ID    string
	Name  post.Translated
	Count int
}

// indexed is an entry with the text that is searched.
type indexed struct {
	post.EBoxEntry
	text string
}

// List gives a page of the local index. It asks nobody.
func (s *Service) List(ctx context.Context, query Query) (Page, error) {
	all, err := s.entries(ctx)
	if err != nil {
		return Page{}, err
	}
	now := s.ports.Now()
	page := Page{Counts: count(all, now)}
	words := strings.Fields(fold(query.Search))
	var found []indexed
	for _, entry := range all {
		if query.picks(entry, words, now) {
			found = append(found, entry)
		}
	}
	slices.SortStableFunc(found, query.order)
	page.Total = len(found)
	found = found[min(max(query.Offset, 0), len(found)):]
	if query.Limit > 0 {
		found = found[:min(query.Limit, len(found))]
	}
	for _, entry := range found {
		page.Entries = append(page.Entries, entry.EBoxEntry)
	}
	return page, nil
}

// Entry gives one message from the local index; message_unknown where there is
// none. It asks nobody.
func (s *Service) Entry(ctx context.Context, key Key) (post.EBoxEntry, error) {
	entry, found, err := s.ports.Store.EBoxEntry(ctx, key.Provider, key.Message)
	if err != nil {
		return entry, fmt.Errorf("read a message: %w", err)
	}
	if !found {
		return entry, post.NewFault(post.CodeMessageUnknown, nil, "message", key.Message)
	}
	return entry, nil
}

// Senders and Types give what the list can be narrowed to, the most frequent
// first.
func (s *Service) Senders(ctx context.Context) ([]Choice, error) {
	return s.choices(ctx, func(e post.EBoxEntry) (string, post.Translated) { return e.SenderID, e.Sender })
}

// Types gives the types of messages there are, the most frequent first.
func (s *Service) Types(ctx context.Context) ([]Choice, error) {
	return s.choices(ctx, func(e post.EBoxEntry) (string, post.Translated) { return e.TypeID, e.Type })
}

func (s *Service) choices(ctx context.Context, of func(post.EBoxEntry) (string, post.Translated)) ([]Choice, error) {
	all, err := s.entries(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[string]*Choice{}
	for _, entry := range all {
		id, name := of(entry.EBoxEntry)
		if id == "" || !entry.Visible {
			continue
		}
		if byID[id] == nil {
			byID[id] = &Choice{ID: id}
		}
		byID[id].Count++
		if name != (post.Translated{}) {
			byID[id].Name = name
		}
	}
	list := make([]Choice, 0, len(byID))
	for _, choice := range byID {
		list = append(list, *choice)
	}
	slices.SortFunc(list, func(a, b Choice) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// entries gives the index, read anew where the store has changed.
func (s *Service) entries(ctx context.Context) ([]indexed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	version, err := s.ports.Store.EBoxVersion(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	if s.index != nil && version == s.version {
		return s.index, nil
	}
	entries, err := s.ports.Store.EBoxEntries(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	index := make([]indexed, len(entries))
	for i, entry := range entries {
		index[i] = indexed{entry, searchText(entry)}
	}
	s.index, s.version = index, version
	return index, nil
}

// picks reports whether an entry is wanted.
func (q Query) picks(e indexed, words []string, now time.Time) bool {
	expired := e.expired(now)
	switch {
	case e.Visible == q.Hidden,
		expired && !q.Expired,
		q.Unread && e.Read,
		q.Registered && !e.Registered,
		q.New && !e.New,
		q.ExpiringDays > 0 && !e.expires(now, q.ExpiringDays),
		q.Saved == OnlySaved && !e.Saved(),
		q.Saved == NotSaved && e.Saved(),
		q.Provider != "" && e.Provider != q.Provider,
		q.SenderID != "" && e.SenderID != q.SenderID,
		q.TypeID != "" && e.TypeID != q.TypeID:
		return false
	}
	for _, word := range words {
		if !strings.Contains(e.text, word) {
			return false
		}
	}
	return true
}

// expired reports whether a message's time is over; one without an end stays.
func (e indexed) expired(now time.Time) bool { return !e.Expires.IsZero() && !now.Before(e.Expires) }

// expires reports whether it ends within so many days and has not yet.
func (e indexed) expires(now time.Time, days int) bool {
	return !e.Expires.IsZero() && !e.expired(now) && e.Expires.Before(now.AddDate(0, 0, days))
}

func (q Query) order(a, b indexed) int {
	by := 0
	text := func(of func(indexed) post.Translated) int {
		return cmp.Compare(fold(of(a).In(q.Language)), fold(of(b).In(q.Language)))
	}
	switch q.Sort {
	case ByExpires:
		by = ends(a).Compare(ends(b))
	case BySender:
		by = text(func(e indexed) post.Translated { return e.Sender })
	case BySubject:
		by = text(func(e indexed) post.Translated { return e.Subject })
	case ByType:
		by = text(func(e indexed) post.Translated { return e.Type })
	}
	by = cmp.Or(by, b.Received.Compare(a.Received), cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.ID, b.ID))
	if q.Backwards {
		return -by
	}
	return by
}

// ends is when a message expires; one without an end comes last.
func ends(e indexed) time.Time {
	if e.Expires.IsZero() {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return e.Expires
}

func count(all []indexed, now time.Time) Counts {
	var c Counts
	for _, e := range all {
		if !e.Visible || e.expired(now) {
			continue
		}
		for _, k := range []struct {
			counter *int
			counts  bool
		}{{&c.All, true}, {&c.Unread, !e.Read}, {&c.New, e.New}, {&c.Registered, e.Registered}, {&c.NotSaved, !e.Saved()},
			{&c.Week, e.expires(now, 7)}, {&c.Fortnight, e.expires(now, 14)}} {
			if k.counts {
				*k.counter++
			}
		}
	}
	return c
}

// searchText is what a search looks in.
func searchText(e post.EBoxEntry) string {
	var out strings.Builder
	add := func(texts ...string) {
		for _, text := range texts {
			if text != "" {
				out.WriteString(text)
				out.WriteByte('\n')
			}
		}
	}
	translated := func(texts ...post.Translated) {
		for _, t := range texts {
			add(t.NL, t.FR, t.DE, t.EN)
		}
	}
	translated(e.Subject, e.Sender, e.Type, e.Application)
	add(e.SenderID, e.Attention, e.Partition, e.ID)
	for _, a := range e.Attachments {
		translated(a.Title)
		add(a.FileName)
	}
	for _, value := range e.Data {
		add(value.Name)
		translated(value.Values...)
	}
	return fold(out.String())
}

// fold makes a text comparable: small letters without accents.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
}
