package ebox

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// ErrStop ends a list early: a visitor that gives it has seen enough.
var ErrStop = errors.New("seen enough")

const (
	largestPage = 100
	// maxPages and maxMessages bound a walk, so that a server that never ends does
	// not hold it.
	maxPages    = 5000
	maxMessages = 100_000
)

// List gives the messages that match, none twice: the newest first within each
// page, and the pages as the provider has them, which is the newest first as
// well. total is what the provider counted when it was asked first. New messages
// shift pages while they are walked; those that arrive then are for the next
// time. Where messages vanish meanwhile, the pages are walked a second time, so
// that none is missed. A message without an id can't be asked for and is left
// out.
func (c *Client) List(ctx context.Context, p Provider, query Query, visit func(message Message, total int) error) error {
	w := walk{seen: map[string]bool{}, total: -1, visit: visit}
	shrunk, err := c.walk(ctx, p, query, &w)
	if err == nil && shrunk {
		_, err = c.walk(ctx, p, query, &w)
	}
	if errors.Is(err, ErrStop) {
		return nil
	}
	return err
}

// walk is one list under way.
type walk struct {
	seen  map[string]bool
	total int // of the first page, -1 before
	visit func(Message, int) error
}

// walk goes through the pages until there are no more, or one brings nothing
// new. It reports whether the list became shorter meanwhile.
func (c *Client) walk(ctx context.Context, p Provider, query Query, w *walk) (shrunk bool, err error) {
	came, last := 0, 0
	for number := 1; number <= maxPages; number++ {
		page, err := c.page(ctx, p, query, number)
		if err != nil {
			return false, err
		}
		if w.total < 0 {
			w.total = max(page.total, page.count)
		}
		shrunk = shrunk || page.total < last
		last = page.total
		fresh, err := w.show(page.messages, query)
		if err != nil {
			return false, err
		}
		came += page.count
		// A server may give fewer than were asked for: only its count tells the end.
		// One that counts nothing, or less than it gives, ends with a page that is not
		// full or not new.
		full := page.count >= pageSize(query)
		doubtful := full && (page.total < came || page.total == page.count)
		done := page.count == 0 || page.total > 0 && came >= page.total && !doubtful || page.total == 0 && !full
		if done || fresh == 0 && number > 1 {
			return shrunk, nil
		}
		if len(w.seen) > maxMessages {
			break
		}
	}
	return false, wrap(opList, p, ErrTooLarge)
}

// show visits what was not seen yet and gives how many those were, also those
// that do not match.
func (w *walk) show(messages []Message, query Query) (fresh int, err error) {
	slices.SortStableFunc(messages, func(a, b Message) int { return b.Received.Compare(a.Received) })
	for _, m := range messages {
		if w.seen[m.ID] {
			continue
		}
		w.seen[m.ID] = true
		fresh++
		if !query.fits(m) {
			continue
		}
		if err := w.visit(m, w.total); err != nil {
			return fresh, err
		}
	}
	return fresh, nil
}

// listPage is one page: count is how many entries it had, those that can't be
// read included.
type listPage struct {
	messages     []Message
	count, total int
}

// page asks for one page, counted from 1.
func (c *Client) page(ctx context.Context, p Provider, query Query, number int) (listPage, error) {
	names := dialectOf(p)
	a, err := c.ask(ctx, p, opList, query.values(names, number), names.messages)
	// A server of the generation whose filters are assumed may refuse their names.
	// What it then gives without them is picked here; only a search can't be.
	if err != nil && names.assumed && StatusOf(err) == http.StatusBadRequest && query.Search == "" {
		plain := Query{PageSize: query.PageSize}
		a, err = c.ask(ctx, p, opList, plain.values(names, number), names.messages)
	}
	if names.saysNothingThere(err) {
		return listPage{}, nil
	}
	if err != nil {
		return listPage{}, err
	}
	o := parseObject(a.body)
	list := listOf(a.body)
	if o == nil && list == nil {
		return listPage{}, badAnswer(opList, p)
	}
	page := listPage{count: len(list), total: o.count("totalItems", "total")}
	for _, raw := range list {
		if m, ok := messageOf(raw); ok {
			page.messages = append(page.messages, m)
		}
	}
	return page, nil
}

// saysNothingThere reports whether a 404 means that there are no messages, as
// the contract of 2.1 has it. Without that contract's error document it is
// somebody else's, and the address is wrong: that must not look like an empty
// e-Box.
func (d *dialect) saysNothingThere(err error) bool {
	var call *Error
	return !d.assumed && errors.As(err, &call) && call.HTTPStatus == http.StatusNotFound && (call.Problem != "" || call.ID != "")
}

func pageSize(q Query) int {
	if q.PageSize < 1 || q.PageSize > largestPage {
		return largestPage
	}
	return q.PageSize
}

// values writes a query as a generation names it.
func (q Query) values(names *dialect, page int) url.Values {
	v := url.Values{}
	v.Set(names.page, strconv.Itoa(page))
	v.Set(names.pageSize, strconv.Itoa(pageSize(q)))
	text := func(name, value string) {
		if name != "" && value != "" {
			v.Set(name, value)
		}
	}
	date := func(name string, at time.Time) {
		if !at.IsZero() {
			text(name, day(at))
		}
	}
	flag := func(name string, value *bool) {
		if value != nil {
			text(name, strconv.FormatBool(*value))
		}
	}
	date(names.receivedAfter, q.ReceivedAfter)
	date(names.receivedUntil, q.ReceivedBefore)
	date(names.expiresAfter, q.ExpiresAfter)
	date(names.expiresUntil, q.ExpiresBefore)
	flag(names.read, q.Read)
	flag(names.visible, q.Visible)
	flag(names.registered, q.Registered)
	text(names.senderID, q.SenderID)
	text(names.typeID, q.TypeID)
	text(names.appID, q.ApplicationID)
	text(names.partition, q.Partition)
	if q.Search != "" {
		text(names.search, q.Search)
		text(names.language, searchLanguage(q.Language))
	}
	return v
}

// searchLanguage is one of those that can be searched in.
func searchLanguage(language string) string {
	if slices.Contains([]string{"nl", "fr", "de"}, language) {
		return language
	}
	return "nl"
}

// fits judges a message again, for a server that passes over a filter it does
// not know. The days are taken to be included, since whether they are is not
// documented.
func (q Query) fits(m Message) bool {
	after := func(at, limit time.Time) bool { return limit.IsZero() || at.IsZero() || day(at) >= day(limit) }
	same := func(value, wanted string) bool { return wanted == "" || value == wanted }
	flag := func(value bool, wanted *bool) bool { return wanted == nil || value == *wanted }
	return after(m.Received, q.ReceivedAfter) && (q.ReceivedBefore.IsZero() || after(q.ReceivedBefore, m.Received)) &&
		after(m.Expires, q.ExpiresAfter) && (q.ExpiresBefore.IsZero() || after(q.ExpiresBefore, m.Expires)) &&
		flag(m.Read, q.Read) && flag(m.Visible, q.Visible) && flag(m.Registered, q.Registered) &&
		same(m.SenderID, q.SenderID) && same(m.TypeID, q.TypeID) && same(m.ApplicationID, q.ApplicationID) &&
		same(m.Partition, q.Partition)
}
