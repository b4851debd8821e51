package sandbox

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"
	"time"
)

type inboxDoc struct {
	ID       string `xml:"id"`
	Subject  string `xml:"subject"`
	Accessed string `xml:"first-accessed"`
	Content  string `xml:"content-uri"`
	Delete   string `xml:"delete-uri"`
}

func TestInbox(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	c := newCaller(t, s.Ready())
	list := func(q string) []inboxDoc {
		t.Helper()
		a := c.get("/1000/inbox" + q)
		var got struct {
			Documents []inboxDoc `xml:"document"`
		}
		if err := xml.Unmarshal(a.body, &got); err != nil || a.status != 200 {
			t.Fatalf("%d %v %s", a.status, err, a.body)
		}
		return got.Documents
	}
	for _, subject := range []string{"en", "to", "tre"} {
		if code, text := postTo(t, s.Ready().Control+"/inbox?subject="+subject+"&sender=Etaten", "innhold "+subject, "text/plain"); code != 201 {
			t.Fatal(code, text)
		}
	}
	all := list("")
	if len(all) != 3 || all[0].Subject != "tre" || all[0].Accessed != "" {
		t.Fatalf("%+v", all)
	}
	if got := list("?offset=1&limit=1"); len(got) != 1 || got[0].Subject != "to" {
		t.Errorf("%+v", got)
	}
	content := func(d inboxDoc) string {
		t.Helper()
		a := c.must(request{method: "GET", path: strings.TrimPrefix(d.Content, s.Ready().REST), header: map[string]string{"Accept": "*/*"}})
		return a.header.Get("Location")
	}
	address := content(all[1])
	if code, text := fetch(t, address); code != 200 || text != "innhold to" {
		t.Errorf("%d %s", code, text)
	}
	if code, _ := fetch(t, address); code != 404 {
		t.Errorf("the address worked twice: %d", code)
	}
	address = content(all[0])
	s.clock.move(31 * time.Second)
	if code, _ := fetch(t, address); code != 404 {
		t.Errorf("the address worked too long: %d", code)
	}
	if got := list(""); got[1].Accessed == "" || got[0].Accessed != "" {
		t.Errorf("%+v", got)
	}
	gone := strings.TrimPrefix(all[2].Delete, s.Ready().REST)
	if a := c.must(request{method: "DELETE", path: gone}); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	for _, r := range []request{{method: "DELETE", path: gone}, {method: "GET", path: gone + "/content"}, {method: "DELETE", path: "/1000/inbox/99"}} {
		refusedWith(t, c.must(r), 404, "DOCUMENT_NOT_FOUND")
	}
	refusedWith(t, c.must(request{method: "GET", path: "/1000/inbox?limit=1001"}), 400, "INVALID_QUERY_PARAMETER")
	refusedWith(t, c.must(request{method: "GET", path: "/2000/inbox"}), 403, "BROKER_NOT_AUTHORIZED")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	c.base = s.Ready().REST
	if got := list(""); len(got) != 2 || got[1].Accessed == "" {
		t.Errorf("after a restart: %+v", got)
	}
	if files, err := os.ReadDir(s.dir.path("inbox")); err != nil || len(files) != 2 {
		t.Errorf("%d files %v", len(files), err)
	}
}
