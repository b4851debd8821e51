package ebox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// shelf is a list that a test may change between pages.
type shelf struct {
	ids     []string
	queries []url.Values
	// between runs after each page; largest bounds pages below what is asked for.
	between   func(page int)
	largest   int
	noTotal   bool
	unordered bool
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.queries = append(s.queries, q)
	page, _ := strconv.Atoi(q.Get("page"))
	size, _ := strconv.Atoi(q.Get("pageSize"))
	if s.largest > 0 {
		size = min(size, s.largest)
	}
	items := []string{}
	for i, id := range s.ids {
		if i >= (page-1)*size && i < page*size {
			items = append(items, fmt.Sprintf(`{"messageId":%q,"receiptDate":"2026-01-01T00:00:00Z"}`, id))
		}
	}
	total := fmt.Sprintf(`,"totalItems":%d`, len(s.ids))
	if s.noTotal {
		total = ""
	}
	fmt.Fprintf(w, `{"items":[%s]%s}`, strings.Join(items, ","), total)
	if s.between != nil {
		s.between(page)
	}
}

func numbered(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("m%03d", i))
	}
	return ids
}

func listed(t *testing.T, s *server, p Provider, q Query) (ids []string, err error) {
	t.Helper()
	err = s.client.List(context.Background(), p, q, func(m Message, _ int) error { ids = append(ids, m.ID); return nil })
	return ids, err
}

// TestPages: whatever happens to the list meanwhile, each message that stays in
// it is told once.
func TestPages(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*shelf)
		want    int
		pages   int // asked for, 0 for any
	}{
		"empty":       {func(s *shelf) { s.ids = nil }, 0, 1},
		"one page":    {func(s *shelf) { s.ids = numbered(9) }, 9, 1},
		"exact":       {func(s *shelf) { s.ids = numbered(20) }, 20, 2},
		"three pages": {func(s *shelf) { s.ids = numbered(25) }, 25, 3},
		"no count":    {func(s *shelf) { s.ids, s.noTotal = numbered(25), true }, 25, 3},
		"a server with smaller pages": {func(s *shelf) {
			s.ids, s.largest = numbered(25), 4
		}, 25, 7},
		"new ones shift the pages": {func(s *shelf) {
			s.ids = numbered(25)
			s.between = func(page int) {
				if page < 3 {
					s.ids = append([]string{fmt.Sprintf("new%d", page)}, s.ids...)
				}
			}
		}, 25, 0},
		"one vanishes": {func(s *shelf) {
			s.ids = numbered(25)
			s.between = func(page int) {
				if page == 1 && len(s.ids) == 25 {
					s.ids = s.ids[3:] // those seen already: what follows moves up
				}
			}
		}, 25, 0},
		"a server that gives the same page for ever": {func(s *shelf) {
			s.ids = numbered(5)
			s.noTotal, s.between = true, nil
			s.unordered = true
		}, 5, 0},
	} {
		s, list := newServer(t), &shelf{}
		test.prepare(list)
		var handler http.Handler = list
		if list.unordered {
			handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				q := r.URL.Query()
				q.Set("page", "1")
				r.URL.RawQuery = q.Encode()
				list.ServeHTTP(w, r)
			})
		}
		s.mux.Handle("GET /v2/ebox/messages", handler)
		size := 10
		if list.unordered {
			size = 5
		}
		ids, err := listed(t, s, s.p, Query{PageSize: size})
		old := 0
		seen := map[string]bool{}
		for _, id := range ids {
			if seen[id] {
				t.Errorf("%s: %s twice", name, id)
			}
			seen[id] = true
			if strings.HasPrefix(id, "m") {
				old++
			}
		}
		if err != nil || old != test.want || test.pages > 0 && len(list.queries) != test.pages {
			t.Errorf("%s: %d messages in %d pages, %v", name, old, len(list.queries), err)
		}
	}
}

func TestListEnds(t *testing.T) {
	s := newServer(t)
	list := &shelf{ids: numbered(300)}
	s.mux.Handle("GET /v2/ebox/messages", list)
	count := 0
	err := s.client.List(context.Background(), s.p, Query{}, func(_ Message, total int) error {
		if count++; count == 5 {
			return ErrStop
		}
		if total != 300 {
			t.Error(total)
		}
		return nil
	})
	if err != nil || count != 5 || len(list.queries) != 1 || list.queries[0].Get("pageSize") != "100" {
		t.Error(err, count, list.queries)
	}
	own := errors.New("own")
	if err := s.client.List(context.Background(), s.p, Query{}, func(Message, int) error { return own }); !errors.Is(err, own) {
		t.Error(err)
	}
}

// TestNothingThere: the contract of 2.1 has 404 for "no message". Any other 404
// means that the address is wrong, and must not look like an empty e-Box.
func TestNothingThere(t *testing.T) {
	const told = `{"id":"0a0b0c0d-0001-4002-8003-000000000001","code":"NO_MESSAGE","message":""}`
	for _, test := range []struct {
		version, body string
		empty         bool
	}{{"v2", told, true}, {"v2", "<html>", false}, {"v2", "", false}, {"v3", told, false}} {
		s := newServer(t)
		s.answers("GET /"+test.version+"/ebox/messages", 404, test.body)
		s.answers("GET /v2/ebox", 404, test.body)
		p := s.p
		if test.version == "v3" {
			p = s.p3
		}
		ids, err := listed(t, s, p, Query{})
		if (err == nil) != test.empty || len(ids) != 0 {
			t.Errorf("%+v: %v", test, err)
		}
		if _, err := s.client.Summary(context.Background(), p); (err == nil) != test.empty {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// TestQueries: each filter, as either generation names it.
func TestQueries(t *testing.T) {
	yes, no := true, false
	// The days count in Belgium: half past eleven in the evening in UTC is the next one.
	late := time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC)
	q := Query{ReceivedAfter: late, ReceivedBefore: late.AddDate(0, 0, 2), ExpiresAfter: late, ExpiresBefore: late, Read: &no, Visible: &yes,
		Registered: &yes, SenderID: "1900010165", TypeID: "t", ApplicationID: "a", Partition: "HR", Search: "é&x", Language: "en", PageSize: 500}
	common := url.Values{"page": {"2"}, "pageSize": {"100"}, "receivedAfter": {"2026-07-02"}, "receivedBefore": {"2026-07-04"}, "expiredAfter": {"2026-07-02"},
		"expiredBefore": {"2026-07-02"}, "senderOrganizationId": {"1900010165"}, "messageTypeId": {"t"}, "senderApplicationId": {"a"}, "q": {"é&x"}, "qlang": {"nl"}}
	for names, own := range map[*dialect]url.Values{
		&dialect2: {"readStatus": {"false"}, "visible": {"true"}, "registeredMail": {"true"}},
		&dialect3: {"isRead": {"false"}, "isVisible": {"true"}, "isRegisteredMail": {"true"}, "partition": {"HR"}},
	} {
		for name, value := range common {
			own[name] = value
		}
		if got := q.values(names, 2); !reflect.DeepEqual(got, own) {
			t.Errorf("%v\n%v", got, own)
		}
	}
	if got := (Query{}).values(&dialect2, 1).Encode(); got != "page=1&pageSize=100" {
		t.Error(got)
	}
}

// TestFiltersThatAreRefused: a server of the generation whose names are assumed
// may not know them; then they are judged here.
func TestFiltersThatAreRefused(t *testing.T) {
	s := newServer(t)
	s.mux.HandleFunc("GET /v3/ebox/messages", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("isRead") || r.URL.Query().Has("q") {
			w.WriteHeader(400)
			return
		}
		fmt.Fprint(w, `{"items":[{"messageId":"a","isRead":true},{"messageId":"b","isRead":false},{"messageId":""}],"totalItems":3}`)
	})
	unread := false
	if ids, err := listed(t, s, s.p3, Query{Read: &unread}); err != nil || !reflect.DeepEqual(ids, []string{"b"}) {
		t.Error(ids, err)
	}
	if _, err := listed(t, s, s.p3, Query{Search: "x"}); StatusOf(err) != 400 {
		t.Error(err)
	}
	if summary, err := s.client.Summary(context.Background(), s.p3); err != nil || summary.Messages != 3 || summary.Unread != 1 {
		t.Error(summary, err)
	}
}

func TestVisible(t *testing.T) {
	s := newServer(t)
	var bodies []string
	s.mux.HandleFunc("PATCH /{version}/ebox/messages", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, r.Header.Get("Content-Type")+" "+string(body))
	})
	for _, p := range []Provider{s.p, s.p3} {
		if err := s.client.SetVisible(context.Background(), p, []string{"a", "b"}, false); err != nil {
			t.Error(err)
		}
	}
	want := []string{`application/merge-patch+json {"items":[{"messageId":"a","visible":false},{"messageId":"b","visible":false}],"totalItems":2}`,
		`application/merge-patch+json {"items":[{"isVisible":false,"messageId":"a"},{"isVisible":false,"messageId":"b"}],"totalItems":2}`}
	if !reflect.DeepEqual(bodies, want) {
		t.Error(bodies)
	}
	if err := s.client.SetVisible(context.Background(), s.p, nil, true); err != nil || len(bodies) != 2 {
		t.Error(err)
	}
}

// TestPatience: questions are asked again where that may help, bounded, and a
// change never.
func TestPatience(t *testing.T) {
	for _, test := range []struct {
		status int
		header []string
		asked  int64
		wait   time.Duration
	}{
		{500, nil, 3, 0}, {502, nil, 3, 0}, {503, nil, 3, 0}, {503, []string{"Retry-After", "0"}, 3, 0}, {429, []string{"Retry-After", "120"}, 1, 2 * time.Minute},
		{501, nil, 1, 0}, {400, nil, 1, 0}, {403, nil, 1, 0}, {404, nil, 1, 0}, {413, nil, 1, 0}, {401, nil, 2, 0},
	} {
		s := newServer(t)
		asked := s.answers("GET /v2/ebox/messages/m", test.status, "", test.header...)
		_, err := s.client.Message(context.Background(), s.p, "m")
		if StatusOf(err) != test.status || asked.Load() != test.asked || RetryAfter(err) != test.wait {
			t.Errorf("%d: asked %d times, %v", test.status, asked.Load(), err)
		}
	}
	s := newServer(t)
	asked := s.answers("PATCH /v2/ebox/messages", 503, "")
	if err := s.client.SetVisible(context.Background(), s.p, []string{"a"}, true); StatusOf(err) != 503 || asked.Load() != 1 {
		t.Error(err, asked.Load())
	}
	s.client.pause = time.Hour
	s.answers("GET /v2/ebox", 503, "")
	if _, err := s.client.Summary(context.Background(), s.p); StatusOf(err) != 503 {
		t.Error(err)
	}
	s.client.pause = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.client.Summary(ctx, s.p); StatusOf(err) != 503 {
		t.Error("what the server said is worth more than that time ran out:", err)
	}
}

func TestAnswersOfAnyMake(t *testing.T) {
	s := newServer(t)
	s.client.timeout = 300 * time.Millisecond
	s.mux.HandleFunc("GET /v2/ebox/messages/stall", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s.mux.HandleFunc("GET /v2/ebox/messages/large", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte(" "), maxAnswer+10))
	})
	s.mux.HandleFunc("GET /v2/ebox/messages/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, `{"messageId":`)
	})
	s.answers("GET /v2/ebox/messages/html", 200, "<html>")
	s.answers("GET /v2/ebox/messages/packed", 200, "{}", "Content-Encoding", "gzip")
	for id, want := range map[string]error{"stall": ErrTimeout, "large": ErrTooLarge, "cut": ErrCut, "html": ErrBadAnswer, "packed": ErrBadAnswer} {
		if _, err := s.client.Message(context.Background(), s.p, id); !errors.Is(err, want) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := s.client.Message(context.Background(), s.p, ""); !IsNotFound(err) {
		t.Error(err)
	}
}

// TestPaths: an id stands in one part of the path, whatever is in it.
func TestPaths(t *testing.T) {
	s := newServer(t)
	var seen []string
	s.mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, r.URL.EscapedPath()) })
	for _, id := range []string{"a b/é%20", "..", "a?x#y", "EBX:1"} {
		_, _ = s.client.Attachments(context.Background(), s.p, id)
	}
	text, _ := json.Marshal(seen)
	if string(text) != `["/v2/ebox/messages/a%20b%2F%C3%A9%2520/attachments","/v2/ebox/messages/%2E%2E/attachments","/v2/ebox/messages/a%3Fx%23y/attachments","/v2/ebox/messages/EBX:1/attachments"]` {
		t.Error(string(text))
	}
}
