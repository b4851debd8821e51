package sandbox

import (
	"encoding/xml"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

type feedEvent struct {
	UUID     string `xml:"uuid,attr"`
	Type     string `xml:"type,attr"`
	Created  string `xml:"created,attr"`
	Metadata struct {
		Code   string `xml:"error-code,attr"`
		Mobile string `xml:"mobile-number,attr"`
		Date   string `xml:"postmarked-date,attr"`
	} `xml:"metadata"`
}

func feed(c *caller, from, to time.Time, more string) []feedEvent {
	c.t.Helper()
	path := "/documents/events?from=" + url.QueryEscape(dateTime(from)) + "&to=" + url.QueryEscape(dateTime(to)) + more
	var got struct {
		Events []feedEvent `xml:"event"`
	}
	if a := c.get(path); a.status != 200 {
		c.t.Fatalf("%d %s", a.status, a.body)
	} else if err := xml.Unmarshal(a.body, &got); err != nil {
		c.t.Fatal(err)
	}
	return got.Events
}

// later moves the stand-in's clock, and that of the caller with it.
func (c *caller) later(s *Server, d time.Duration) {
	c.skew += d - s.clock.moved()
	s.clock.move(d)
}

func TestEvents(t *testing.T) {
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	offset := time.Since(noon)
	dir := newDir(t)
	change := func(c *Config) {
		c.Pace = Pace{Print: 12 * time.Hour, Postmark: 24 * time.Hour}
		c.Dir, c.Now = dir, func() time.Time { return time.Now().Add(-offset) }
	}
	s := start(t, change)
	c := newCaller(t, s.Ready())
	c.skew = -offset
	control := s.Ready().Control
	hours := "<sms-notification><overrides><sms-mobile-number>91234567</sms-mobile-number><text>x</text></overrides><after-hours>1</after-hours><after-hours>9</after-hours></sms-notification>"
	read, printed, failed, unread, silent := fresh(), fresh(), fresh(), fresh(), fresh()
	read.docs[0].extra = "<opening-receipt>g</opening-receipt>" + hours
	printed.recipient = paper
	for _, d := range []draft{read, printed, silent} {
		if a := c.must(d.request()); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	postTo(t, control+"/trouble", "print_failed,unread,sms_failed", "text/plain")
	failed.recipient = paper
	unread.docs[0].extra = "<opening-receipt>g</opening-receipt>" + hours
	unread.after = "<print-if-unread><print-if-unread-after>" + dateTime(s.clock.now().Add(5*time.Hour)) + "</print-if-unread-after>" + paper + "</print-if-unread>"
	for _, d := range []draft{failed, unread} {
		if a := c.must(d.request()); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	postTo(t, control+"/trouble", "", "text/plain")
	all := func() []feedEvent { return feed(c, noon.Add(-time.Hour), noon.AddDate(0, 0, 60), "") }
	status := func(d draft) string { return string(c.get("/documents/1000/" + d.docs[0].uuid + "/status").body) }
	if got := all(); len(got) != 0 {
		t.Errorf("too early: %+v", got)
	}
	if !strings.Contains(status(read), `read="N"`) || strings.Contains(status(silent), "read=") || strings.Contains(status(printed), "read=") {
		t.Error("read before its time, or without a receipt")
	}
	c.later(s, 11*time.Minute)
	if got := all(); len(got) != 1 || got[0].Type != "OPENED" || got[0].UUID != read.docs[0].uuid {
		t.Errorf("after ten minutes: %+v", got)
	}
	if !strings.Contains(status(read), `read="Y"`) || !strings.Contains(status(unread), `read="N"`) {
		t.Error("read is wrong")
	}
	if got := s.snapshot(); len(got.Printed) != 2 || got.Printed[0].PaperState != "accepted" {
		t.Errorf("printed: %+v", got.Printed)
	}
	c.later(s, 72*time.Hour)
	check := func() {
		t.Helper()
		var types []string
		for _, e := range all() {
			types = append(types, e.Type)
		}
		// The SMS after nine hours waits for the next morning; the unread letter is printed and fails, too.
		if got := strings.Join(types, " "); got != "OPENED SMS_NOTIFICATION_FAILED PRINT_FAILED PRINT_FAILED SMS_NOTIFICATION_FAILED POSTMARKED" {
			t.Errorf("events: %s", got)
		}
	}
	check()
	got := all()
	if len(got) != 6 || got[1].Metadata.Mobile != "91234567" || got[2].Metadata.Code == "" || got[5].Metadata.Date == "" || !strings.HasPrefix(got[4].Created, "2026-03-11T09:00:00") {
		t.Errorf("%+v", got)
	}
	if got := s.snapshot(); len(got.Printed) != 3 || got.Printed[0].PaperState != "postmarked" || got.Printed[1].PaperState != "failed" {
		t.Errorf("printed: %+v", got.Printed)
	}
	// Pages, windows that touch, senders.
	var paged []feedEvent
	for offset := 0; ; offset += 4 {
		page := feed(c, noon, noon.AddDate(0, 0, 60), "&offset="+strconv.Itoa(offset)+"&maxResults=4&sender=1000")
		paged = append(paged, page...)
		if len(page) < 4 {
			break
		}
	}
	if len(paged) != 6 || paged[3] != got[3] {
		t.Errorf("pages: %+v", paged)
	}
	at, err := time.Parse(time.RFC3339, got[2].Created)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := feed(c, noon, at, ""), feed(c, at, noon.AddDate(0, 0, 60), ""); len(a) != 3 || len(b) < 4 || a[2] != b[0] {
		t.Errorf("windows: %d and %d", len(a), len(b))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, change)
	c.base, c.skew = s.Ready().REST, -offset
	c.later(s, 72*time.Hour)
	check() // a new process tells the same story
	c.later(s, 30*24*time.Hour+22*time.Hour)
	if got := all(); len(got) != 1 || got[0].Type != "POSTMARKED" { // what is older than thirty days is gone
		t.Errorf("after thirty days: %+v", got)
	}
}

func TestEventQueries(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	window := "from=2026-01-26T13%3A00%3A00.000%2B01%3A00&to=2026-01-27T13%3A00%3A00.000%2B01%3A00"
	if a := c.get("/documents/events?" + window + "&offset=0&maxResults=100&org=312345676&part="); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	for q, code := range map[string]string{
		"":                                     "INVALID_QUERY_PARAMETER",
		strings.ReplaceAll(window, "%2B", "+"): "INVALID_QUERY_PARAMETER", // + is a blank in a query
		strings.ReplaceAll(window, "%2B01%3A00", ""):                 "INVALID_QUERY_PARAMETER",
		window + "&offset=-1":                                        "INVALID_QUERY_PARAMETER",
		window + "&maxResults=0":                                     "INVALID_QUERY_PARAMETER",
		window + "&maxresults=5":                                     "INVALID_QUERY_PARAMETER",
		window + "&maxResults=5&maxResults=6":                        "INVALID_QUERY_PARAMETER",
		window + "&part=x":                                           "INVALID_QUERY_PARAMETER",
		strings.Replace(window, "to=2026-01-27", "to=2026-01-25", 1): "INVALID_DATE_RANGE",
	} {
		refusedWith(t, c.must(request{method: "GET", path: "/documents/events?" + q}), 400, code)
	}
	for _, q := range []string{"&sender=2000", "&org=310245798"} {
		refusedWith(t, c.must(request{method: "GET", path: "/documents/events?" + window + q}), 403, "BROKER_NOT_AUTHORIZED")
	}
}
